"""Waits: units of time begun until closed, or complete while open; and how long each record was followed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairaudit.errors import DataError
from fairaudit.sources import read_tally
from fairaudit.tally import Tally
from tests.tally import values
from tests.tally.records import EVERY

PLAN = {"opened": "opened", "closed": "closed", "until": "2024-01-31"}
DAYS = values.measures(days=[3, 10])


def waits(*rows):
    return values.grouped(opened=[row[0] for row in rows], closed=[row[1] for row in rows])


def block(measures=DAYS, **changes):
    return values.evidence("waits", PLAN | changes, measures=measures)


def keys_of(tally) -> list[tuple[str, ...]]:
    return sorted(key[1:] for key, n in values.cells(tally).items() for _ in range(n))


ROWS = [
    # opened, closed, then value, open, followed
    (date(2024, 1, 1), date(2024, 1, 1), "0", "0", "10"),
    (date(2024, 1, 1), date(2024, 1, 3), "2", "0", "10"),
    (date(2024, 1, 31), None, "0", "1", "0"),  # on the last day: followed for no whole day
    (date(2024, 1, 28), None, "3", "1", "3"),
    (date(2024, 1, 20), date(2024, 1, 31), "11", "0", "10"),
    (None, date(2024, 1, 31), "?", "0", "?"),
    (None, None, "?", "0", "?"),
]


@pytest.mark.parametrize("form", EVERY)
def test_days_between_days(form, tmp_path):
    tally = values.count(block(), waits(*ROWS), form, tmp_path)
    assert keys_of(tally) == sorted(row[2:] for row in ROWS)
    about = tally.about
    assert (about.horizons, about.time_unit, about.until, about.edges) == ((3, 10), "days", "2024-01-31", None)
    assert {group: fact["same_moment"] for group, fact in about.groups["race"].items()} == {"A": 1, "B": 0, "?": 0}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


TIMES = [
    (at("2024-01-01 10:00"), at("2024-01-01 10:00"), "0", "0"),
    (at("2024-01-01 10:00"), at("2024-01-01 10:00:01"), "1", "0"),  # within a day, and not at once
    (at("2024-01-01 10:00"), at("2024-01-02 10:00"), "1", "0"),
    (at("2024-01-01 10:00"), at("2024-01-02 10:00:00.5"), "2", "0"),
    (at("2024-01-31 12:30"), None, "0", "1"),
    (at("2024-01-30 12:30"), None, "1", "1"),
]


@pytest.mark.parametrize("form", EVERY)
def test_days_between_moments(form, tmp_path):
    tally = values.count(block(), waits(*TIMES), form, tmp_path)
    assert sorted(key[:2] for key in keys_of(tally)) == sorted(row[2:] for row in TIMES)


def test_hours(tmp_path):
    rows = [*TIMES, (at("2024-01-31 12:30"), at("2024-01-31 14:31"), "", "")]
    tally = values.count(block(values.measures(hours=[2], days=[1])), waits(*rows), "csv", tmp_path)
    assert tally.about.time_unit == "hours"
    assert tally.about.horizons == (2, 24)
    # 11 complete hours to the end of the 31st from 12:30, 35 from the day before
    open_ones = {key[0]: key[2] for key in keys_of(tally) if key[1] == "1"}
    assert open_ones == {"11": "2", "35": "24"}
    assert sorted(key[0] for key in keys_of(tally) if key[1] == "0") == ["0", "1", "24", "25", "3"]


def test_until_may_be_a_moment(tmp_path):
    rows = [(at("2024-01-30 12:30"), None), (at("2024-01-30 09:00"), None), (at("2024-01-10 09:00"), None)]
    tally = values.count(block(until="2024-01-31 10:00"), waits(*rows), "csv", tmp_path)
    assert keys_of(tally) == [("0", "1", "0"), ("1", "1", "0"), ("21", "1", "10")]
    assert tally.about.notes == ("No record is closed: every wait is still open.",)


def test_times_against_days_are_counted_from_day_to_day(tmp_path):
    rows = [("2024-01-01 10:00", "2024-01-01"), ("2024-01-01 23:59", "2024-01-02"), ("2024-01-20 10:00", None)]
    tally = values.count(block(), waits(*rows), "csv", tmp_path)
    assert keys_of(tally) == [("0", "0", "10"), ("1", "0", "10"), ("11", "1", "10")]
    assert tally.about.notes == ("closed holds days without a time, so that waits are counted from day to day.",)


@pytest.mark.parametrize(
    "rows",
    [
        [("2024-01-01T10:00:00+02:00", "2024-01-02T08:00:00Z"), ("2024-01-05T00:00:00-05:00", None)],
        [
            (at("2024-01-01 08:00").replace(tzinfo=UTC), at("2024-01-02 08:00").replace(tzinfo=UTC)),
            (at("2024-01-05 05:00").replace(tzinfo=UTC), None),
        ],
    ],
)
@pytest.mark.parametrize("form", ["csv", "pandas", "polars"])
def test_time_zones_are_turned_into_utc_and_that_is_noted(rows, form, tmp_path):
    tally = values.count(block(), waits(*rows), form, tmp_path)
    assert keys_of(tally) == [("1", "0", "10"), ("26", "1", "10")]
    assert "turned into UTC" in tally.about.notes[0]


def test_days_are_read_by_the_plans_format(tmp_path):
    rows = [("01/02/2024 11:00:00 PM", "01/03/2024 11:00:00 PM"), ("01/05/2024 01:00:00 AM", "")]
    tally = values.count(block(date_format="%m/%d/%Y %I:%M:%S %p"), waits(*rows), "csv", tmp_path)
    assert keys_of(tally) == [("1", "0", "10"), ("26", "1", "10")]


def test_a_few_closed_before_they_were_opened_are_counted_as_such(tmp_path):
    rows = [("2024-01-02", "2024-01-01"), *[("2024-01-02", "2024-01-03")] * 1_000]
    tally = values.count(block(), waits(*rows), "csv", tmp_path)
    assert values.cells(tally)["A", "-1", "0", "10"] == 1
    assert tally.about.notes == (
        "1 record was closed before it was opened: it counts as closed at once, and once more as never closed.",
    )


# --- files -----------------------------------------------------------------------------------------------------------


def test_waits_are_saved_loaded_and_received(tmp_path):
    tally = values.count(block(), waits(*ROWS), "arrow", tmp_path)
    tally.save(tmp_path / "x")
    loaded = Tally.load(tmp_path / "x.tally.json")
    assert loaded == tally
    assert loaded.about == tally.about
    assert read_tally(block(source="x.tally.json"), tmp_path) == tally
    # fewer horizons are served, and are then those of the plan
    fewer = values.measures(days=[10])
    assert read_tally(block(fewer, source="x.tally.json"), tmp_path) == values.count(
        block(fewer), waits(*ROWS), "arrow", tmp_path
    )


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"measures": values.measures(days=[5])}, "does not say who was followed for 5 days"),
        ({"measures": values.measures(hours=[5])}, "counts waits in days, the measures of the plan ask for hours"),
        ({"until": "2024-02-01"}, "counts waits until 2024-01-31, the plan says 2024-02-01"),
    ],
)
def test_a_tally_of_other_waits_is_refused(changes, what, tmp_path):
    values.count(block(), waits(*ROWS), "arrow", tmp_path).save(tmp_path / "x")
    with pytest.raises(DataError, match=what):
        read_tally(block(source="x.tally.json", **changes), tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (",3,1,3,", ",3.5,1,3,", "value is '3.5'"),
        (",3,1,3,", ",-2,0,3,", "value is '-2'"),
        (",3,1,3,", ",3,?,3,", "open is '?'"),
        (",3,1,3,", ",3,1,4,", "followed is '4'"),
        (",3,1,3,", ",3,1,10,", "an open wait of 3 is followed for 10"),
        (",3,1,3,", ",3,1,?,", "value is 3 and followed is ?"),
    ],
)
def test_a_slip_in_a_wait_is_named(old, new, what, tmp_path):
    values.count(block(), waits(*ROWS), "arrow", tmp_path).save(tmp_path / "x")
    path = tmp_path / "x.tally.csv"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(DataError) as caught:
        Tally.load(tmp_path / "x.tally.json")
    assert [problem.what for problem in caught.value.problems] == [what]


# --- refused ---------------------------------------------------------------------------------------------------------

MEND = "Mend them, or leave those rows out with `keep`."
REFUSED = {
    "American days": (
        [("01/13/2024", "2024-01-14")],
        ["opened holds 1 value that is no day: '01/13/2024' (1) | Mend them, or leave those rows out with `keep`."],
    ),
    "a format that reads all": (
        [("01/13/2024", "01/14/2024"), ("01/02/2024", None)],
        [
            "opened holds 2 values that are not read as days: '01/02/2024' (1), '01/13/2024' (1) | "
            'Add `date_format: "%m/%d/%Y"` under data.',
            "closed holds 1 value that is no day: '01/14/2024' (1) | "
            'Add `date_format: "%m/%d/%Y"` under data.',
        ],
    ),
    "two formats that read all": (
        [("03/04/2019", None), ("05/06/2019", None)],
        [
            "opened holds 2 values that are not read as days: '03/04/2019' (1), '05/06/2019' (1) | "
            'All can be read as "%m/%d/%Y" and as "%d/%m/%Y", which are different days: somebody must know. '
            "Write it as `date_format:`.",
        ],
    ),
    "formats mixed": (
        [("2024-01-01", None), ("2024-01-02", None), ("01/13/2024", None)],
        [
            "opened holds 1 value that is no day: '01/13/2024' (1); it mixes ways to write days: "
            "2024-01-31 (2), %m/%d/%Y (1) | Write all days alike, as 2024-01-31.",
        ],
    ),
    "no such day": (
        [("2019-02-30", None), ("2019-02-28", None)],
        [f"opened holds 1 value that is no day: '2019-02-30' (1) | {MEND}"],
    ),
    "after until": (
        [("2024-01-01", "2024-02-02"), ("2024-01-05", "9999-12-31")],
        [
            "2 days in 'closed' lie after 2024-01-31, the day until which records are counted; the last is "
            "9999-12-31 | Mend `until`; where such a day means that a wait has not ended, leave it empty.",
        ],
    ),
    "some time zones": (
        [("2024-01-01T10:00Z", "2024-01-02T10:00"), ("2024-01-05T10:00Z", None)],
        [
            "2 of the 3 moments in opened and closed have a time zone, and the others have none | "
            "Write all moments with a time zone, or none.",
        ],
    ),
    "the wrong way round": (
        [("2024-01-02", "2024-01-01"), ("2024-01-02", "2024-01-03")],
        [
            "1 of 2 records were closed before they were opened | "
            "Look whether `opened` and `closed` are the right columns, and at their times.",
        ],
    ),
    "nothing opened": (
        [(None, "2024-01-01"), ("", "2024-01-02")],
        ["no record has a day when it was opened in 'opened' | Choose another column, or look at `keep`."],
    ),
    "nobody followed so long": (
        [("2024-01-25", None), ("2024-01-26", None)],
        [
            "a measure asks for 10 days, and no record was followed for more than 6 days | "
            "Choose a shorter time, or look at `until`.",
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_wait_is_refused(case, tmp_path):
    rows, errors = REFUSED[case]
    assert values.refused(block(), waits(*rows), "csv", tmp_path) == errors


def test_a_year_of_two_digits_is_not_of_the_first_century(tmp_path):
    rows = [("01/13/24", None), ("01/14/24", None)]
    found = values.refused(block(date_format="%m/%d/%Y"), waits(*rows), "csv", tmp_path)
    assert [text.partition(" | ")[2] for text in found] == ['Add `date_format: "%m/%d/%y"` under data.']


def test_hours_between_days_are_refused(tmp_path):
    rows = [("2024-01-01", "2024-01-02"), ("2024-01-03", None)]
    found = values.refused(block(values.measures(hours=[4])), waits(*rows), "csv", tmp_path)
    assert found[0].startswith("opened and closed hold days without a time, and a measure counts hours")


def test_a_format_that_is_none_is_refused(tmp_path):
    found = values.refused(block(date_format="%Q"), waits(("1", "2")), "csv", tmp_path)
    assert found[0].startswith("date_format '%Q' is not a way to write days")


def test_a_column_misspelt_is_named_with_the_nearest(tmp_path):
    found = values.refused(block(opened="openned"), waits(("2024-01-01", None)), "csv", tmp_path)
    assert found == ["has no column 'openned' (opened) | Did you mean 'opened'?"]


# --- any records, and real ones --------------------------------------------------------------------------------------

MOMENTS = st.datetimes(datetime(2023, 11, 1), datetime(2024, 1, 20)).map(lambda moment: moment.replace(microsecond=0))


@pytest.mark.long
@settings(max_examples=15)
@given(st.lists(st.tuples(st.none() | MOMENTS, st.none() | st.integers(0, 10**6)), max_size=20), st.booleans())
def test_any_waits_are_counted_as_one_by_one(tmp_path_factory, drawn, in_hours):
    rows = [(begun, begun and after and begun + timedelta(seconds=after)) for begun, after in drawn]
    rows += [(at("2023-12-01 10:00"), at("2023-12-01 12:00:01")), (at("2023-12-02 23:59:59"), None)]
    horizons = {"hours": [5, 100]} if in_hours else {"days": [3, 10]}
    unit = timedelta(hours=1) if in_hours else timedelta(days=1)
    keys = values.wait_keys(datetime(2024, 2, 1) - timedelta(microseconds=1), unit, *horizons.values())
    for form in ("csv", "pandas", "polars"):
        tally = values.count(block(values.measures(**horizons)), waits(*rows), form, tmp_path_factory.mktemp("x"))
        assert values.cells(tally) == values.reference(waits(*rows), keys)


def test_city_requests(shared_data):
    path = shared_data("baltimore_311/requests.csv.gz")
    data = {"source": path.name, "opened": "CreatedDate", "closed": "CloseDate", "until": "2019-02-13"}
    groups = {"MethodReceived": {}}
    with pytest.raises(DataError, match=r'Add `date_format: "%m/%d/%Y %I:%M:%S %p"` under data'):
        read_tally(values.evidence("waits", data, groups=groups, measures=DAYS), path.parent)
    data["date_format"] = "%m/%d/%Y %I:%M:%S %p"
    tally = read_tally(values.evidence("waits", data, groups=groups, measures=DAYS), path.parent)
    assert tally.cells.groupby("open")["n"].sum().to_dict() == {"0": 9_792, "1": 208}
    # 87% of requests that the city made itself were closed the very second
    internal = tally.cells.loc[tally.cells["MethodReceived"] == "Internal", "n"].sum()
    assert round(tally.about.groups["MethodReceived"]["Internal"]["same_moment"] / internal, 2) == 0.87


def test_complaints_about_the_police(shared_data):
    path = shared_data("nyc_ccrb/allegations.csv.gz")
    data = {"source": path.name, "opened": "date_received", "closed": "date_closed", "until": "2020-12-31"}
    block = values.evidence("waits", data, groups={"complainant_gender4": {}}, measures=values.measures(days=[365]))
    tally = read_tally(block, path.parent)
    assert tally.records == 33_358
    assert set(tally.cells["open"]) == {"0"}
