"""Who is reached and who lives there, counted alike and laid side by side."""

import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tally import beside

NAMED = {"from": "ACS", "year": 2020}
PEOPLE = {"source": "people.csv", "people": "people", **NAMED}


def block(groups=None, population=PEOPLE, data=None, **changes):
    return beside.evidence(
        "representation", {"population": population} | (data or {}), groups or {"race": {}}, **changes
    )


def reached(*races) -> beside.Rows:
    return beside.rows("race", *((race,) for race in races))


def people(*values) -> beside.Rows:
    return beside.rows("race people", *values)


TWO = people(("A", 100), ("B", 200))

# --- tables of small inputs ------------------------------------------------------------------------------------------

COUNTED = {
    # case: groups, who is reached, who lives there, cells of (race, whether reached) -> how many
    "each record is one": (
        {}, reached("A", "A", "B"), TWO,
        {("A", "1"): 2, ("B", "1"): 1, ("A", "0"): 100, ("B", "0"): 200},
    ),
    "rows of one group add up": (
        {}, reached("A", "B"), people(("A", 60), ("B", 200), ("A", 40)),
        {("A", "1"): 1, ("B", "1"): 1, ("A", "0"): 60 + 40, ("B", "0"): 200},
    ),
    "a group of whom nobody is reached": (
        {}, reached("A", "A"), TWO,
        {("A", "1"): 2, ("A", "0"): 100, ("B", "0"): 200},
    ),
    "of whom the group is not known": (
        {}, reached("A", None, "B", " "), people(("A", 100), ("B", 200), (None, 7)),
        {("A", "1"): 1, ("B", "1"): 1, ("?", "1"): 2, ("A", "0"): 100, ("B", "0"): 200, ("?", "0"): 7},
    ),
    "labels and merged groups hold for both": (
        {"levels": ["A", "B", "C"], "labels": {"a": "A"}, "merge": {"Rest": ["B", "C"]}},
        reached("a", "A", "C"), people(("a", 100), ("B", 200), ("C", 50)),
        {("A", "1"): 2, ("Rest", "1"): 1, ("A", "0"): 100, ("Rest", "0"): 200 + 50},
    ),
    "parts of a person are rounded": (
        {}, reached("A", "B"), people(("A", 100.4), ("B", 199.5)),
        {("A", "1"): 1, ("B", "1"): 1, ("A", "0"): 100, ("B", "0"): 200},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", COUNTED)
def test_cells_are_those_counted_by_hand(case):
    spec, records, lives_there, expected = COUNTED[case]
    tally = beside.count(block({"race": spec}), records, people=lives_there)
    assert beside.cells(tally) == expected


def test_a_group_of_whom_nobody_is_reached_is_a_group():
    tally = beside.count(block(), reached("A", "A"), people=TWO)
    assert tally.about.attributes == {"race": ("A", "B")}
    assert tally.cells.loc[(tally.cells["race"] == "B") & (tally.cells["counted"] == "1"), "n"].tolist() == [0]


def test_records_are_those_reached_and_the_note_says_who_counted_the_others():
    tally = beside.count(block(), reached("A", "A", "B"), people=TWO)
    assert tally.records == 3
    assert tally.about.records == {"read": 3, "kept": 3, "left_out": {}}
    assert tally.about.notes == ("Who lives there is taken from ACS 2020 (people.csv): 300 people.",)


def test_rows_left_out_are_out_of_those_reached_alone():
    records = beside.rows("race year", ("A", 2023), ("A", 2022), ("B", 2023))
    tally = beside.count(block(data={"keep": {"year": [2023]}}), records, people=TWO)
    assert beside.cells(tally) == {("A", "1"): 1, ("B", "1"): 1, ("A", "0"): 100, ("B", "0"): 200}
    assert tally.about.records["left_out"] == {"year not kept": 1}


def test_squares_of_margins_of_error_add_up():
    lives_there = beside.rows("race people moe", ("A", 60, 3), ("A", 40, 4), ("B", 200, 12), ("B", 0, 0))
    tally = beside.count(block(population=PEOPLE | {"moe": "moe"}), reached("A", "B"), people=lives_there)
    assert tally.about.has_moe
    assert beside.cells(tally, "n", "moe2") == {
        ("A", "1"): (1, 0),
        ("B", "1"): (1, 0),
        ("A", "0"): (100, 3**2 + 4**2),
        ("B", "0"): (200, 12**2),
    }


@pytest.mark.parametrize("whole", [1, 100])
def test_shares_are_parts_of_a_thousand_million(whole):
    lives_there = beside.rows("race share", ("A", 0.25 * whole), ("B", 0.5 * whole), ("C", 0.25 * whole))
    population = {"source": "people.csv", "share": "share", **NAMED}
    tally = beside.count(block(population=population), reached("A", "B"), people=lives_there)
    assert tally.about.shares
    expected = {("A", "1"): 1, ("B", "1"): 1, ("A", "0"): 250_000_000, ("B", "0"): 500_000_000, ("C", "0"): 250_000_000}
    assert beside.cells(tally) == expected
    assert tally.about.notes == ("Who lives there is taken from ACS 2020 (people.csv): given as shares.",)


# --- several groupings -----------------------------------------------------------------------------------------------

BY_RACE_AND_SEX = beside.rows("race sex people", ("A", "F", 40), ("A", "M", 60), ("B", "F", 90), ("B", "M", 110))
BOTH = beside.rows("race sex", ("A", "F"), ("A", "M"), ("A", "M"), ("B", "F"))


def test_a_file_of_crossed_groups_counts_each_of_them_and_both():
    tally = beside.count(
        block({"race": {}, "sex": {}}, compare=[{"by": ["race", "sex"]}]), BOTH, people=BY_RACE_AND_SEX
    )
    assert beside.cells(tally, table="race") == {("A", "1"): 3, ("B", "1"): 1, ("A", "0"): 100, ("B", "0"): 200}
    assert beside.cells(tally, table="sex") == {("F", "1"): 2, ("M", "1"): 2, ("F", "0"): 130, ("M", "0"): 170}
    assert beside.cells(tally, table="race_sex") == {
        ("A", "F", "1"): 1, ("A", "M", "1"): 2, ("B", "F", "1"): 1,
        ("A", "F", "0"): 40, ("A", "M", "0"): 60, ("B", "F", "0"): 90, ("B", "M", "0"): 110,
    }  # fmt: skip
    assert tally.about.notes == ("Who lives there is taken from ACS 2020 (people.csv): 300 people.",)


def test_a_file_with_one_grouping_below_the_other_counts_its_people_once():
    below = beside.rows("race sex people", ("A", None, 100), ("B", None, 200), (None, "F", 140), (None, "M", 160))
    tally = beside.count(block({"race": {}, "sex": {}}), BOTH, people=below)
    assert beside.cells(tally, table="race")["A", "0"] == 100
    assert beside.cells(tally, table="sex")["M", "0"] == 160
    assert tally.about.notes == ("Who lives there is taken from ACS 2020 (people.csv): 300 people.",)


def test_groupings_that_count_other_numbers_of_people_are_refused():
    below = beside.rows("race sex people", ("A", None, 100), ("B", None, 200), (None, "F", 300), (None, "M", 300))
    (problem,) = beside.refused(block({"race": {}, "sex": {}}), BOTH, people=below)
    assert "counts other numbers of people: 300 by race, 600 by sex" in problem


# --- areas as folds --------------------------------------------------------------------------------------------------

TRACTS = beside.rows(
    "race tract people", ("A", "001", 10), ("B", "001", 20), ("A", "002", 30), ("B", "002", 40), ("A", "002", 5)
)
CALLS = beside.rows("race tract", ("A", "001"), ("A", "001"), ("B", "002"), ("B", "001"))


def test_areas_that_both_files_name_are_the_same_folds():
    tally = beside.count(block(data={"cluster": "tract"}), CALLS, people=TRACTS)
    assert tally.about.folds == 2
    assert beside.cells(tally) == {
        ("A", "1", 0): 2, ("B", "1", 0): 1, ("B", "1", 1): 1,
        ("A", "0", 0): 10, ("B", "0", 0): 20, ("A", "0", 1): 30 + 5, ("B", "0", 1): 40,
    }  # fmt: skip


def test_where_the_population_names_no_areas_its_people_are_in_no_fold_of_their_own():
    callers = beside.rows("race caller", ("A", "p"), ("A", "p"), ("B", "q"))
    tally = beside.count(block(data={"cluster": "caller"}), callers, people=TWO)
    found = beside.cells(tally)
    assert tally.about.folds == 100
    assert {key: n for key, n in found.items() if key[1] == "0"} == {("A", "0", 0): 100, ("B", "0", 0): 200}
    assert sorted(n for key, n in found.items() if key[1] == "1") == [1, 2]


AREAS_APART = {
    "lost leading zeros": [row | {"tract": row["tract"].lstrip("0")} for row in TRACTS],
    "an area without people": [row for row in TRACTS if row["tract"] == "001"],
    "areas of another place": [row | {"tract": f"9{row['tract']}"} for row in TRACTS],
}


@pytest.mark.parametrize("case", AREAS_APART)
def test_areas_of_records_that_the_population_lacks_are_refused(case):
    problems = beside.refused(block(data={"cluster": "tract"}), CALLS, people=AREAS_APART[case])
    assert any("tract" in problem for problem in problems)


# --- rows that stand for several -------------------------------------------------------------------------------------


def test_a_count_says_how_many_records_a_row_stands_for():
    records = beside.rows("race calls", ("A", 3), ("B", 0), ("A", 4), ("B", 12))
    tally = beside.count(block(data={"count": "calls"}), records, people=TWO)
    assert beside.cells(tally) == {("A", "1"): 3 + 4, ("B", "1"): 12, ("A", "0"): 100, ("B", "0"): 200}
    assert tally.records == 3 + 4 + 12


BAD_COUNTS = {
    "negative": (-1, "1 value in 'calls' is no count of records: '-1'"),
    "fractional": (2.5, "1 value in 'calls' is no count of records: '2.5'"),
    "missing": (None, "1 value in 'calls' is no count of records: (missing)"),
    "a word": ("many", "1 value in 'calls' is no count of records: 'many'"),
}


@pytest.mark.parametrize("case", BAD_COUNTS)
def test_what_is_no_count_is_refused(case):
    bad, what = BAD_COUNTS[case]
    records = beside.rows("race calls", ("A", 3), ("B", bad))
    hint = "A count is a whole number of at least 0. Mend them, or leave those rows out with `keep`."
    assert beside.refused(block(data={"count": "calls"}), records, people=TWO) == [f"records.csv: {what} | {hint}"]


def test_a_bad_count_of_a_row_that_is_left_out_is_no_matter():
    records = beside.rows("race calls year", ("A", 3, 1), ("B", 4, 1), ("B", -1, 2))
    tally = beside.count(block(data={"count": "calls", "keep": {"year": [1]}}), records, people=TWO)
    assert tally.records == 3 + 4


# --- what is refused -------------------------------------------------------------------------------------------------

MISSING = "Census files write -555555555 for a margin that is 0, -666666666 for what is not known: mend them."
REFUSED = {
    "a number that the census does not know": (
        people(("A", -666666666), ("B", 200)), {},
        f"'people' holds what are no numbers of people: '-666666666' (1) | {MISSING}",
    ),
    "no number at all": (
        people(("A", None), ("B", "1,000")), {},
        f"'people' holds what are no numbers of people: (missing) (1), '1,000' (1) | {MISSING}",
    ),
    "a group with nobody": (
        people(("A", 0), ("B", 200)), {},
        "counts nobody of these groups of race: A | "
        "Name the group as the file does (labels), merge it into another, or add its number of people.",
    ),
    "a declared group that the file lacks": (
        TWO, {"levels": ["A", "B", "C", "D"]},
        "counts nobody of these groups of race: C, D | "
        "Name the group as the file does (labels), merge it into another, or add its number of people.",
    ),
    "a row of totals beside declared groups": (
        [*TWO, {"race": "Total", "people": 300}], {"levels": ["A", "B"]},
        "race holds values that are no declared level: 'Total' (300) | "
        "It can be: A, B. Else add them to `levels`, `labels` or `unknown`.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_population_that_cannot_be_is_refused(case):
    lives_there, spec, problem = REFUSED[case]
    found = beside.refused(block({"race": spec}), reached("A", "B"), people=lives_there)
    assert sorted(found) == [f"people.csv: {problem}"]


def test_a_row_of_totals_is_not_taken_for_a_group():
    (problem,) = beside.refused(block(), reached("A", "B"), people=[*TWO, {"race": "All", "people": 300}])
    assert problem.startswith("people.csv: ")
    assert "'All'" in problem


@pytest.mark.parametrize(
    ("shares", "total"), [((0.4, 0.5), "0.9"), ((40, 50), "90"), ((0.4, 0.6, 1.0), "2"), ((0.5, None), "")]
)
def test_shares_that_are_no_parts_of_one_whole_are_refused(shares, total):
    lives_there = beside.rows("race share", *zip("ABC", shares, strict=False))
    population = {"source": "people.csv", "share": "share", **NAMED}
    (problem,) = beside.refused(block(population=population), reached("A", "B"), people=lives_there)
    if total:
        hint = "Shares of all groups add up to 1 (or 100): a group is missing, or stands there twice."
        assert problem == f"people.csv: the shares by race add up to {total} | {hint}"
    else:
        assert problem.startswith("people.csv: 'share' holds what are no numbers of people: (missing) (1)")


SHARE_REACHED = [{"measure": "share_reached", "ratio": 0.8}]


def test_more_people_than_live_there_cannot_be_reached():
    lives_there = people(("A", 2), ("B", 2))
    (problem,) = beside.refused(block(measures=SHARE_REACHED), reached(*"AAAB"), people=lives_there)
    assert problem == (
        "records.csv: 3 of A are reached, and 2 live there: a share of people cannot be more than all (race) | "
        "Where one person may stand there several times, measure events_per_1000 and name a cluster."
    )
    assert beside.count(block(measures=SHARE_REACHED), reached(*"AABB"), people=lives_there).records == 4


def test_a_group_that_the_population_lacks_is_refused():
    (problem,) = beside.refused(block(), reached("A", "B", "C", "C"), people=TWO)
    assert problem.startswith("records.csv: race holds values that are no declared level: 'C' (2)")


# --- any records -----------------------------------------------------------------------------------------------------

RACES = st.sampled_from(["A", "B", "C", "été, 日本", None])
WHOLE = st.integers(0, 10**6)
DRAWN = {
    "records": st.lists(
        st.tuples(RACES, st.sampled_from(["p", "q", "r"]), st.integers(0, 50)), min_size=1, max_size=12
    ),
    "lives_there": st.lists(st.tuples(RACES, WHOLE, st.integers(0, 99)), max_size=12),
}
FULL = [("A", 5, 1), ("B", 6, 2), ("C", 7, 0), ("été, 日本", 8, 3)]
COUNTS = {"count": "calls", "cluster": "caller"}


def drawn_block(**changes):
    return block(population=PEOPLE | {"moe": "moe"}, data=COUNTS, **changes)


def laid_out(records, lives_there):
    return (
        beside.rows("race caller calls", *records),
        beside.rows("race people moe", *lives_there, *FULL),
    )


@beside.FEW
@given(**DRAWN)
def test_any_records_are_counted_as_one_by_one(records, lives_there):
    rows, residents = laid_out(records, lives_there)
    tally = beside.count(drawn_block(), rows, people=residents)
    events, everybody, squares = Counter(), Counter(), Counter()
    for row in rows:
        events[row["race"] or "?"] += row["calls"]
    for row in residents:
        everybody[row["race"] or "?"] += row["people"]
        squares[row["race"] or "?"] += row["moe"] ** 2
    found = tally.cells.groupby(["race", "counted"])[["n", "moe2"]].sum()
    expected = {(race, "1"): (n, 0) for race, n in events.items() if n}
    expected |= {(race, "0"): (n, squares[race]) for race, n in everybody.items() if n}
    assert {key: tuple(row) for key, row in found[found["n"] > 0].iterrows()} == expected
    assert tally.records == sum(events.values())


@pytest.mark.long
@beside.FEW
@given(**DRAWN, random=st.randoms())
def test_neither_the_order_nor_the_names_of_groups_change_anything(records, lives_there, random):
    rows, residents = laid_out(records, lives_there)
    first = beside.count(drawn_block(), rows, people=residents)
    shuffled = beside.count(
        drawn_block(), random.sample(rows, len(rows)), people=random.sample(residents, len(residents))
    )
    assert shuffled == first
    names = {"A": "Z", "B": "a group", "C": "07", "été, 日本": "A"}
    other = [[{**row, "race": names.get(row["race"], row["race"])} for row in table] for table in (rows, residents)]
    again = beside.count(drawn_block(), other[0], people=other[1])
    assert beside.cells(again, "n", "moe2") == beside.renamed(beside.cells(first, "n", "moe2"), names)


@beside.FEW
@given(**DRAWN)
def test_what_is_saved_loads_as_it_was(records, lives_there):
    rows, residents = laid_out(records, lives_there)
    beside.assert_saves_and_loads(beside.count(drawn_block(), rows, people=residents))


def test_every_form_of_records_gives_the_same(tmp_path):
    rows = beside.rows("race caller calls", *[("AB"[n % 2], f"p{n % 7}", n % 5) for n in range(40)], (None, "p1", 3))
    residents = beside.rows("race people moe", *FULL)
    beside.same_in_every_form(
        lambda form, folder: beside.count(drawn_block(), rows, form, folder, people=residents), tmp_path
    )


@pytest.mark.parametrize("form", ["csv.gz", "parquet", "xlsx"])
def test_every_form_of_the_population_gives_the_same(form):
    from tests.tally import records as made_up

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = made_up.FORMS[form](TRACTS, folder)
        (folder / file).rename(folder / f"other-{file}")
        other = block(population=PEOPLE | {"source": f"other-{file}"}, data={"cluster": "tract"})
        found = beside.count(other, CALLS, folder=folder)
    assert beside.cells(found) == beside.cells(beside.count(block(data={"cluster": "tract"}), CALLS, people=TRACTS))


def test_groupings_add_up_to_the_same_events_and_residents():
    tally = beside.count(
        block({"race": {}, "sex": {}}, compare=[{"by": ["race", "sex"]}]), BOTH, people=BY_RACE_AND_SEX
    )
    totals = tally.cells.groupby(["table", "counted"])["n"].sum()
    assert totals.xs("1", level="counted").to_dict() == dict.fromkeys(tally.about.tables, len(BOTH))
    assert totals.xs("0", level="counted").to_dict() == dict.fromkeys(tally.about.tables, 300)
    assert tally.disagreements() == []
