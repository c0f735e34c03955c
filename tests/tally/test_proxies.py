"""Probabilities of groups are counted for those of unknown group only, and what is wrong with them is named."""

import pandas as pd
import pytest

from fairaudit.errors import DataError
from fairaudit.sources import read_tally
from fairaudit.tally import Tally
from tests.tally import records as made_up

PROXY = {"Black": "p_black", "White": "p_white"}
RACE = {"race": {"levels": ["Black", "White"], "unknown": ["UNK"], "proxy": PROXY}}
RECORDS = [
    {
        "race": ("Black", "White", None, "UNK", " ")[place % 5],
        "sex": ("F", "M", None)[place % 3],
        "part": ("north", "south")[place % 2],
        "p_black": None if place % 5 < 2 or place % 19 == 0 else place % 41 / 40,
        "p_white": None if place % 5 < 2 or place % 19 == 0 else 1 - place % 41 / 40,
        "d": place * 7 % 5 // 3,
        "y": place % 3 % 2,
        "w": place % 8 / 4 + 0.25,
        "person": place % 150,
    }
    for place in range(600)
]
CROSSED = [{"by": "race"}, {"by": "sex"}, {"by": ["race", "sex"]}]


def block(groups=None, **changes) -> dict:
    return made_up.block({**RACE, "sex": {}} if groups is None else groups, compare=CROSSED, **changes)


def expected(weight: str | None = None) -> dict[tuple, list[float]]:
    """Count row by row, in plain Python: (table, level, sex, part, d, y, bin) -> [n, p, pp]."""
    found: dict[tuple, list[float]] = {}
    for record in RECORDS:
        if (record["race"] or "").strip() in ("Black", "White") or record["p_black"] is None:
            continue
        for level, column in PROXY.items():
            p = record[column]
            edge = f"{min(int(round(p * 20, 9)), 19) / 20:.15g}"
            for table, sex in (("race", "*"), ("race_sex", record["sex"] or "?")):
                key = (table, level, sex, record["part"], str(record["d"]), str(record["y"]), edge)
                mass = p * (record[weight] if weight else 1)
                for place, value in enumerate((1, mass, mass * mass)):
                    found.setdefault(key, [0, 0, 0])[place] += value
    return found


def probable(tally: Tally) -> dict[tuple, list[float]]:
    rows = tally.cells[tally.cells["proxy"] != "*"]
    keys = ["table", "race", "sex", "part", "decision", "outcome", "proxy"]
    sums = rows.groupby(keys)[["n", "p", "pp"]].sum()
    return dict(zip(sums.index, sums.to_numpy().tolist(), strict=True))


@pytest.mark.parametrize("form", sorted(made_up.EVERY))
def test_each_form_gives_the_sums_of_a_count_row_by_row(form, tmp_path):
    found, wanted = probable(made_up.count(block(strata=["part"]), RECORDS, form, tmp_path)), expected()
    assert found.keys() == wanted.keys()
    assert all(found[key] == pytest.approx(wanted[key], rel=1e-9, abs=1e-9) for key in wanted)


def test_weights_are_multiplied_in():
    tally = read_tally(made_up.evidence(block(strata=["part"], data_weight="w")), frame=pd.DataFrame(RECORDS))
    found, wanted = probable(tally), expected("w")
    assert all(found[key] == pytest.approx(wanted[key], rel=1e-9, abs=1e-9) for key in wanted)


def counted(frame: pd.DataFrame | None = None, **changes) -> Tally:
    return read_tally(made_up.evidence(block(**changes)), frame=pd.DataFrame(RECORDS) if frame is None else frame)


def test_nobody_of_known_group_and_nobody_without_probabilities_is_counted_by_them():
    tally = counted()
    rows = tally.cells[(tally.cells["proxy"] != "*") & (tally.cells["table"] == "race")]
    of_unknown = [record for record in RECORDS if (record["race"] or "").strip() not in ("Black", "White")]
    with_some = [record for record in of_unknown if record["p_black"] is not None]
    assert rows.groupby("race")["n"].sum().to_dict() == {"Black": len(with_some), "White": len(with_some)}
    assert rows["p"].sum() == pytest.approx(len(with_some))
    without = len(of_unknown) - len(with_some)
    note = f"{without} of {len(of_unknown)} records of unknown race have no probabilities of it: they stay unknown."
    assert note in tally.about.notes
    assert tally.records == len(RECORDS)
    assert tally.disagreements() == []


def test_what_is_saved_is_what_is_loaded(tmp_path):
    for changes in ({}, {"data_weight": "w"}, {"data_cluster": "person"}, {"strata": ["part"]}):
        tally = counted(**changes)
        assert Tally.load(tally.save(tmp_path / "x")) == tally


def test_tallies_of_different_records_add():
    frame = pd.DataFrame(RECORDS)
    both = counted(frame[:300]) + counted(frame[300:])
    assert both == counted(frame)


def test_without_the_attribute_they_are_probable_of_people_count_once():
    rolled = counted().roll_up({"sex": ("sex",)})
    assert rolled == counted(groups={"sex": {}, "race": {**RACE["race"], "proxy": {}}}).roll_up({"sex": ("sex",)})
    assert rolled.about.proxies == ()


def test_a_group_that_nobody_recorded_is_unknown_of_everybody():
    groups = {"race": {**RACE["race"], "column": None}, "sex": {}}
    frame = pd.DataFrame(RECORDS).drop(columns="race").dropna(subset="p_black")
    tally = counted(frame, groups=groups)
    known = tally.rows_of(["race"])
    assert known.loc[known["race"] != "?", "n"].sum() == 0
    assert tally.about.notes == (
        "No column holds race: everybody's is unknown, and probabilities alone clear nothing.",
    )


ROUNDED = (0.331, 0.671)


def test_probabilities_that_were_rounded_are_taken_of_their_sum():
    frame = pd.DataFrame([{**record, "p_black": ROUNDED[0], "p_white": ROUNDED[1]} for record in RECORDS])
    rows = counted(frame).probable(["race"])
    assert rows["p"].sum() == pytest.approx(rows.groupby("race")["n"].sum()["Black"])


MEND = "Mend them, or leave all probabilities of those records empty: they then stay of unknown race."
OFF = (
    "of 3 records the probabilities p_black, p_white do not add up to 1 | They need not be exact (0.99 to 1.01 is "
    "read as rounded), but must be of every group: give the rest a level of its own."
)
LACKING = (
    "3 records have some probabilities of race and lack others | Write 0 where a group is ruled out; leave all empty "
    "where nothing is known."
)
NEGATIVE, ABOVE, NO_NUMBER = (
    f"3 probabilities in '{column}' are {words} | {MEND}"
    for column, words in (("p_black", "below 0"), ("p_white", "above 1"), ("p_black", "no number"))
)
# what the first three records of race UNK hold instead, and what is said
BAD = {
    "below 0 and above 1": ((-0.1, 1.1), [NEGATIVE, ABOVE]),
    "no number": (("high", 0.5), [NO_NUMBER]),
    "less than one in all": ((0.3, 0.4), [OFF]),
    "more than one in all": ((0.9, 0.9), [OFF]),
    "some lacking": ((None, 0.4), [LACKING]),
    "none at all": ((None, None), []),
}


@pytest.mark.parametrize("bad", BAD)
def test_what_is_wrong_with_probabilities_is_named(bad):
    values, said = BAD[bad]
    frame = pd.DataFrame(RECORDS).astype(object)
    places = [place for place, record in enumerate(RECORDS) if record["race"] == "UNK"][:3]
    frame.loc[places, ["p_black", "p_white"]] = values
    if not said:
        assert counted(frame).records == len(RECORDS)
        return
    with pytest.raises(DataError) as error:
        counted(frame)
    assert [f"{problem.what} | {problem.hint}" for problem in error.value.problems] == said


def test_percent_are_named_as_such():
    frame = pd.DataFrame([{**record, "p_black": 30, "p_white": 70} for record in RECORDS])
    with pytest.raises(DataError, match="They look like percent: divide them by 100"):
        counted(frame)


def test_values_of_known_people_are_not_looked_at():
    frame = pd.DataFrame([{**r, "p_black": -5} if r["race"] in ("Black", "White") else r for r in RECORDS])
    assert counted(frame) == counted()


# --- counts that somebody sends ---

WRONG = {
    "a bin that is none": ("proxy", "0.33", "proxy is '0.33'"),
    "more than one each": ("p", "1000000", "p is 1000000 and pp is"),
    "more people than are unknown": ("n", "600", "race for more records than are of unknown race"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_counts_that_no_probabilities_can_give_are_refused(wrong, tmp_path):
    column, value, said = WRONG[wrong]
    counted().save(tmp_path / "x")
    path = tmp_path / "x.tally.csv"
    cells = pd.read_csv(path, dtype=str, keep_default_na=False)
    row = cells.index[(cells["proxy"] == "0") & (cells["table"] == "race")][0]
    cells.loc[row, column] = value
    if column == "n":
        cells.loc[row, ["p", "pp"]] = "0.5", "0.01"
    cells.to_csv(path, index=False)
    with pytest.raises(DataError, match=said):
        Tally.load(tmp_path / "x.tally.json")


def test_a_plan_that_names_probabilities_needs_counts_by_them(tmp_path):
    counted(groups={"race": {**RACE["race"], "proxy": {}}, "sex": {}}).save(tmp_path / "x")
    with pytest.raises(DataError, match="has no probabilities of race, which the plan names"):
        read_tally(made_up.evidence(block(), "x.tally.json"), tmp_path)
    counted().save(tmp_path / "x")
    assert read_tally(made_up.evidence(block(), "x.tally.json"), tmp_path).cells.equals(counted().cells)
    merged = {**RACE["race"], "levels": ["Black", "White", "Other"], "merge": {"All": ["Black", "White"]}}
    merged = {**merged, "proxy": {"All": "p_black", "Other": "p_white"}}
    with pytest.raises(DataError, match="by levels that the plan merges"):
        read_tally(made_up.evidence(block({"race": merged, "sex": {}}), "x.tally.json"), tmp_path)
