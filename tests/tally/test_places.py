"""Areas and the service that reaches them: all of them with the people of each group, or records that lie in areas."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairaudit.plan import quantile_names
from tests.tally import beside

REACHED = {"reached": {"column": "y", "is": [1], "is_not": [0]}}
SPEED = {"service": {"column": "speed", "decimals": 1}}
RACES = {"race": {"columns": {"White": "W", "Black": "B"}}}
WITH_MOE = {"race": {"columns": {"White": "W", "Black": "B"}, "moe": {"White": "Wm", "Black": "Bm"}}}


def sample(groups, data=None, **changes):
    return beside.evidence("places", {"area": "tract", "areas": "sample", **(data or REACHED)}, groups, **changes)


def every(groups, data=None, **changes):
    return beside.evidence("places", {"area": "tract", "areas": "all", **(data or REACHED)}, groups, **changes)


AREAS = beside.rows(
    "tract y speed W B Wm Bm income side",
    ("p", 1, 1.5, 10, 60, 1, 6, 10_000, "north"),
    ("q", 0, 2.0, 20, 50, 2, 5, 20_000, "north"),
    ("r", 1, 25.0, 30, 0, 3, 0, 30_000, "south"),
    ("s", None, None, 40, 30, 4, 3, 40_000, "south"),
)

# --- all areas -------------------------------------------------------------------------------------------------------


def test_an_area_stands_once_for_each_group_with_people_in_it():
    tally = beside.count(every(RACES), AREAS)
    assert beside.cells(tally, "n", "w", "ww") == {
        ("White", "p", "1"): (1, 10, 10**2), ("White", "q", "0"): (1, 20, 20**2), ("White", "r", "1"): (1, 30, 30**2),
        ("White", "s", "?"): (1, 40, 40**2),
        ("Black", "p", "1"): (1, 60, 60**2), ("Black", "q", "0"): (1, 50, 50**2), ("Black", "s", "?"): (1, 30, 30**2),
    }  # fmt: skip
    assert (tally.about.census, tally.about.weighted, tally.about.has_moe) == (True, True, False)
    assert tally.about.records == {"read": 4, "kept": 4, "left_out": {}}


def test_margins_of_error_are_squared():
    assert beside.cells(beside.count(every(WITH_MOE), AREAS), "w", "moe2") == {
        ("White", "p", "1"): (10, 1**2), ("White", "q", "0"): (20, 2**2), ("White", "r", "1"): (30, 3**2),
        ("White", "s", "?"): (40, 4**2),
        ("Black", "p", "1"): (60, 6**2), ("Black", "q", "0"): (50, 5**2), ("Black", "s", "?"): (30, 3**2),
    }  # fmt: skip


PEOPLE = {
    # case: data, cells of (side, area) -> people of the area, and squares of their margin of error
    "areas themselves": ({}, {("north", "p"): (1,), ("north", "q"): (1,), ("south", "r"): (1,), ("south", "s"): (1,)}),
    "people": (
        {"people": "W"}, {("north", "p"): (10,), ("north", "q"): (20,), ("south", "r"): (30,), ("south", "s"): (40,)},
    ),
    "people and their margin": (
        {"people": {"column": "W", "moe": "Wm"}},
        {("north", "p"): (10, 1), ("north", "q"): (20, 4), ("south", "r"): (30, 9), ("south", "s"): (40, 16)},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PEOPLE)
def test_a_group_of_areas_has_the_people_that_live_there(case):
    data, expected = PEOPLE[case]
    tally = beside.count(every({"side": {}}, REACHED | data), AREAS)
    sums = ("w", "moe2")[: len(next(iter(expected.values())))]
    found = {key[:2]: value if len(sums) > 1 else (value,) for key, value in beside.cells(tally, *sums).items()}
    assert found == expected


def test_a_service_is_counted_in_its_smallest_unit():
    tally = beside.count(every({"side": {}}, SPEED, measures=[{"measure": "mean_service", "ratio": 0.8}]), AREAS)
    assert tally.about.decimals == 1
    assert set(beside.cells(tally)) == {
        ("north", "p", "15"), ("north", "q", "20"), ("south", "r", "250"), ("south", "s", "?"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "groups", [{**WITH_MOE, "side": {}}, {"side": {}, "half": {"column": "income", "quantiles": 2}}], ids=str
)
def test_crossed_groups_leave_single_ones_as_they_are(groups):
    alone = beside.count(every(groups), AREAS)
    both = beside.count(every(groups, compare=[{"by": [*groups]}]), AREAS)
    for name in groups:
        assert beside.cells(both, "n", "w", table=name) == beside.cells(alone, "n", "w", table=name)
    assert both.records == 4
    beside.assert_saves_and_loads(both)


def test_crossed_groups_are_counted_by_both():
    tally = beside.count(every({**RACES, "side": {}}, compare=[{"by": ["race", "side"]}]), AREAS)
    assert beside.cells(tally, "w", table="race_side") == {
        ("White", "north", "p", "1"): 10, ("White", "north", "q", "0"): 20, ("White", "south", "r", "1"): 30,
        ("White", "south", "s", "?"): 40,
        ("Black", "north", "p", "1"): 60, ("Black", "north", "q", "0"): 50, ("Black", "south", "s", "?"): 30,
    }  # fmt: skip


def test_areas_left_out_are_counted_once_however_many_groups():
    tally = beside.count(every(RACES, REACHED | {"keep": {"side": ["north"]}}), AREAS)
    assert tally.about.records == {"read": 4, "kept": 2, "left_out": {"side not kept": 2}}
    assert set(tally.cells["area_key"]) == {"p", "q"}


def test_a_group_of_nobody_is_there_and_no_area_more():
    tally = beside.count(every(RACES), [row | {"B": 0} for row in AREAS])
    assert tally.about.attributes == {"race": ("White", "Black")}
    assert tally.about.records == {"read": 4, "kept": 4, "left_out": {}}


def test_an_area_where_nobody_lives_is_read_and_left_out():
    park = dict.fromkeys(AREAS[0], 0) | {"tract": "park"}
    found = beside.count(every(WITH_MOE), [*AREAS, park]).about.records
    assert (found["read"], found["kept"], sum(found["left_out"].values())) == (5, 4, 1)


# --- quantiles -------------------------------------------------------------------------------------------------------


def incomes(*values) -> beside.Rows:
    return beside.rows("tract y income", *((f"t{place}", place % 2, value) for place, value in enumerate(values)))


def parts(values, number) -> list[list]:
    """The values in each part, lowest first."""
    tally = beside.count(every({"income": {"quantiles": number}}), incomes(*values))
    income = {f"t{place}": value for place, value in enumerate(values)}
    found = {name: [] for name in quantile_names(number)}
    for part, area, _ in beside.cells(tally):
        found.setdefault(part, []).append(income[area])
    return [sorted(part, key=str) for part in found.values()]


QUANTILES = {
    "even": ((4, 1, 3, 2), 2, [[1, 2], [3, 4]]),
    "the first part has one more": ((1, 2, 3, 4, 5), 2, [[1, 2, 3], [4, 5]]),
    "thirds of seven": ((1, 2, 3, 4, 5, 6, 7), 3, [[1, 2, 3], [4, 5], [6, 7]]),
    "ties within a part": ((1, 1, 2, 2), 2, [[1, 1], [2, 2]]),
    "ties at a cut go together": ((1, 2, 2, 3), 2, [[1], [2, 2, 3]]),
    "unknown ones are in none": ((1, None, 2, 3, 4), 2, [[1, 2], [3, 4], [None]]),
    "decimals and numbers below 0": ((-1.5, -0.5, 0.25, 10), 4, [[-1.5], [-0.5], [0.25], [10]]),
}


@pytest.mark.parametrize("case", QUANTILES)
def test_areas_are_cut_into_parts_of_equal_number(case):
    values, number, expected = QUANTILES[case]
    assert parts(values, number) == expected


def test_where_the_cuts_are_is_noted():
    tally = beside.count(every({"income": {"quantiles": 4}}), incomes(10_000, 20_000, 30_000, 41_234))
    assert tally.about.notes == (
        "income: areas in 4 parts of equal number, 2nd quarter from 20,000, 3rd quarter from 30,000, highest quarter "
        "from 41,234.",
    )


def test_of_a_sample_areas_are_cut_and_not_records():
    records = beside.rows("tract y income", *[("p", 1, 10)] * 5, ("q", 0, 20), ("r", 1, 30), ("s", 0, 40))
    found = beside.cells(beside.count(sample({"income": {"quantiles": 2}}), records))
    assert {(part, area): n for (part, area, *_), n in found.items()} == {
        ("lowest half", "p"): 5, ("lowest half", "q"): 1, ("highest half", "r"): 1, ("highest half", "s"): 1,
    }  # fmt: skip


@beside.FEW
@given(st.lists(st.integers(-5, 200), min_size=8, max_size=25, unique=True), st.integers(2, 5))
def test_parts_differ_by_one_area_at_most(values, number):
    found = parts(values, number)
    assert [value for part in found for value in sorted(part)] == sorted(values)
    assert max(map(len, found)) - min(map(len, found)) <= 1


NO_QUANTILES = {
    "too many alike": (
        (1, 1, 1, 5), 2,
        "so many areas have the same 'income' that they cannot be cut into 2 parts of equal number | "
        "Write bands: with the values at which a new one begins.",
    ),
    "fewer areas than parts": (
        (1, 2, 3), 4, "'income' is known of 3 areas, too few for 4 parts | Choose another column, or fewer parts.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", NO_QUANTILES)
def test_areas_that_cannot_be_cut_are_refused(case):
    values, number, problem = NO_QUANTILES[case]
    found = beside.refused(every({"income": {"quantiles": number}}), incomes(*values))
    assert found == [f"records.csv: {problem}"]


# --- records in areas ------------------------------------------------------------------------------------------------

OFFERS = beside.rows(
    "tract y race homes",
    ("p", 1, "A", 2), ("p", 0, "A", 3), ("p", 1, "B", 4), ("q", 0, "B", 5), ("q", None, "A", 6), ("q", 1, None, 0),
)  # fmt: skip


def test_records_are_counted_by_area_with_areas_as_folds():
    tally = beside.count(sample({"race": {}}), OFFERS)
    assert (tally.about.census, tally.about.folds, tally.records) == (False, 2, 6)
    assert beside.cells(tally) == {
        ("A", "p", "1", 0): 1, ("A", "p", "0", 0): 1, ("B", "p", "1", 0): 1, ("B", "q", "0", 1): 1,
        ("A", "q", "?", 1): 1, ("?", "q", "1", 1): 1,
    }  # fmt: skip


def test_rows_may_stand_for_several_records():
    tally = beside.count(sample({"race": {}}, REACHED | {"count": "homes"}), OFFERS)
    assert beside.cells(tally) == {
        ("A", "p", "1", 0): 2, ("A", "p", "0", 0): 3, ("B", "p", "1", 0): 4, ("B", "q", "0", 1): 5,
        ("A", "q", "?", 1): 6,
    }  # fmt: skip
    assert tally.records == 2 + 3 + 4 + 5 + 6


@pytest.mark.parametrize(
    ("bad", "shown"), [(-1, "'-1'"), (0.5, "'0.5'"), (None, "(missing)")], ids=["negative", "fractional", "missing"]
)
def test_what_is_no_count_is_refused(bad, shown):
    records = [*OFFERS, {"tract": "q", "y": 1, "race": "A", "homes": bad}]
    (problem,) = beside.refused(sample({"race": {}}, REACHED | {"count": "homes"}), records)
    assert problem.startswith(f"records.csv: 1 value in 'homes' is no count of records: {shown} | A count is a whole")


def test_a_cluster_may_be_wider_than_the_area():
    records = [row | {"ward": "w"} for row in OFFERS]
    tally = beside.count(sample({"race": {}}, REACHED | {"cluster": "ward"}), records)
    assert tally.about.folds == 1
    assert set(tally.cells["area_key"]) == {"p", "q"}


# --- what is refused -------------------------------------------------------------------------------------------------

MEND = (
    "Census files write -555555555 for a margin that is 0, -666666666 for what is not known. "
    "An area whose people are not known cannot be weighed: mend it, or leave it out with `keep`."
)
REFUSED = {
    "areas twice": (
        [*AREAS, AREAS[0], *[AREAS[1]] * 3],
        ["2 areas stand there more than once: p, q | All areas are counted: each has one row. Or write areas: sample."],
    ),
    "areas without a key": (
        [AREAS[0] | {"tract": None}, AREAS[1] | {"tract": " "}, *AREAS[2:]],
        ["2 rows name no area | A row is an area: give each its key."],
    ),
    "numbers that the census does not know": (
        [row | {"W": -666666666} for row in AREAS],
        [f"'W' is no number of at least 0 in 4 areas: p, q, r, s | {MEND}"],
    ),
    "margins that are not known, and people missing": (
        [row | {"Wm": -222222222} for row in AREAS[:2]] + [row | {"B": None, "Bm": "**"} for row in AREAS[2:]],
        [
            f"'B' is no number of at least 0 in 2 areas: r, s | {MEND}",
            f"'Bm' is no number of at least 0 in 2 areas: r, s | {MEND}",
            f"'Wm' is no number of at least 0 in 2 areas: p, q | {MEND}",
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_areas_that_cannot_be_weighed_are_refused(case):
    records, problems = REFUSED[case]
    found = sorted(problem.replace("q, p", "p, q") for problem in beside.refused(every(WITH_MOE), records))
    assert found == [f"records.csv: {problem}" for problem in problems]


def test_areas_that_are_left_out_need_no_people():
    records = [AREAS[0] | {"W": None, "side": "far"}, *AREAS[1:]]
    tally = beside.count(every(WITH_MOE, REACHED | {"keep": {"side": ["north", "south"]}}), records)
    assert set(tally.cells["area_key"]) == {"q", "r", "s"}


# --- any areas -------------------------------------------------------------------------------------------------------

NUMBER = st.integers(0, 10**5) | st.integers(0, 400).map(lambda quarters: quarters / 4)
AREA = st.tuples(st.sampled_from([1, 0, None]), NUMBER, NUMBER, st.integers(0, 99), st.integers(0, 99))
DRAWN = st.lists(AREA, min_size=1, max_size=10)


def laid_out(drawn) -> beside.Rows:
    fixed = [(1, 3, 4, 1, 1), (0, 5, 6, 0, 2)]
    return beside.rows("tract y W B Wm Bm", *((f"t{place}", *row) for place, row in enumerate([*drawn, *fixed])))


@beside.FEW
@given(DRAWN)
def test_any_areas_are_counted_as_pandas_melts_them(drawn):
    records = laid_out(drawn)
    tally = beside.count(every(WITH_MOE), records)
    long = pd.concat(
        pd.DataFrame(
            {"race": race, "area_key": r["tract"], "y": r["y"], "w": float(r[c]), "moe2": float(r[f"{c}m"]) ** 2},
            index=[0],
        )
        for race, c in (("White", "W"), ("Black", "B"))
        for r in records
        if r[c] > 0
    )
    expected = {
        (row.race, row.area_key, "?" if np.isnan(row.y) else str(int(row.y))): [1, row.w, row.w**2, row.moe2]
        for row in long.astype({"y": float}).itertuples()
    }
    found = beside.cells(tally, "n", "w", "ww", "moe2")
    assert found.keys() == expected.keys()
    assert np.array([found[cell] for cell in expected]) == pytest.approx(np.array([*expected.values()]), rel=1e-11)
    assert tally.records == len([record for record in records if record["W"] or record["B"]])
    beside.assert_saves_and_loads(tally)


@pytest.mark.long
@beside.FEW
@given(DRAWN, st.randoms())
def test_neither_the_order_of_areas_nor_names_of_groups_change_anything(drawn, random):
    records = laid_out(drawn)
    first = beside.count(every(WITH_MOE), records)
    assert beside.count(every(WITH_MOE), random.sample(records, len(records))) == first
    other = {"race": {"columns": {"B": "W", "Rest": "B"}, "moe": {"B": "Wm", "Rest": "Bm"}}}
    again = beside.cells(beside.count(every(other), records), "n", "w", "moe2")
    assert again == beside.renamed(beside.cells(first, "n", "w", "moe2"), {"White": "B", "Black": "Rest"})


RECORD = st.tuples(st.sampled_from("pqr"), st.sampled_from([1, 0, None]), st.sampled_from(["A", "B", None]))


@beside.FEW
@given(st.lists(RECORD, max_size=15), st.randoms())
def test_any_records_in_areas_are_counted_as_one_by_one(drawn, random):
    drawn = [*drawn, ("p", 1, "A"), ("q", 0, "B")]
    tally = beside.count(sample({"race": {}}), beside.rows("tract y race", *drawn))
    fold = {area: place for place, area in enumerate(sorted({area for area, *_ in drawn}))}
    expected = Counter((race or "?", area, "?" if y is None else str(y), fold[area]) for area, y, race in drawn)
    assert beside.cells(tally) == expected
    shuffled = beside.rows("tract y race", *random.sample(drawn, len(drawn)))
    assert beside.count(sample({"race": {}}), shuffled) == tally
    beside.assert_saves_and_loads(tally)


def test_tables_add_up_to_the_same_areas():
    tally = beside.count(every({"side": {}, "half": {"column": "income", "quantiles": 2}}), AREAS)
    assert tally.cells.groupby("table")["n"].sum().to_dict() == {"side": 4, "half": 4}
    assert tally.disagreements() == []


@pytest.mark.parametrize(
    "block",
    [every(WITH_MOE), sample({"side": {}, "income": {"quantiles": 2}}), every({"side": {}}, SPEED | {"people": "W"})],
    ids=["all", "sample", "service"],
)
def test_every_form_of_records_gives_the_same(block, tmp_path):
    beside.same_in_every_form(lambda form, folder: beside.count(block, AREAS, form, folder), tmp_path)
