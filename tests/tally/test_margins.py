"""Counts received hidden are narrowed by what tables have in common: every table counts the same records."""

import itertools
import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairaudit.assumptions import assumptions
from fairaudit.errors import DataError
from fairaudit.sources import read_tally
from fairaudit.tally import About, Tally
from tests.tally import records as made_up

RACES = ("Asian", "Black", "White")


def tally(tables: dict, counts: dict, **about) -> Tally:
    """Tally counts by table, groups, and further keys: {("race", "Black", "1"): (1, 5), ("total", "1"): 12}."""
    attributes = about.pop("attributes", {"race": RACES, "sex": ("F", "M")})
    made = About(kind="decisions", attributes=attributes, tables=tables, **about)
    rest = [key for key in made.keys if key not in ("table", *attributes)]
    rows = []
    for (table, *levels), count in counts.items():
        low, high = count if isinstance(count, tuple) else (count, count)
        keys = dict(zip([*tables[table], *rest], levels, strict=True))
        rows.append({"table": table, **dict.fromkeys(attributes, "*"), **keys, "n": low, "n_high": high})
    return Tally(made, pd.DataFrame(rows))


def ends(narrowed: Tally, table: str) -> dict:
    """Give the ends of a table's cells, by the keys that the table has."""
    cells = narrowed.cells.assign(high=narrowed.high)
    others = set(narrowed.about.attributes) - {*narrowed.about.tables[table]}
    cells = cells[cells["table"] == table].drop(columns=[*others])
    keys = [key for key in narrowed.about.keys if key in cells and key != "table"]
    return {tuple(row[key] for key in keys): (row["n"], row["high"]) for row in cells.to_dict("records")}


RACE_AND_TOTAL = {"race": ("race",), "total": ()}
ONE_SUM = {
    # what is hidden of selected Asian, Black and White people, their total, and what that leaves
    "two of three are known": (((1, 5), 20, 30), 53, ((3, 3), (20, 20), (30, 30))),
    "few are left for two": (((1, 5), (1, 5), 30), 33, ((1, 2), (1, 2), (30, 30))),
    "many are left for two": (((1, 5), (1, 5), 30), 39, ((4, 5), (4, 5), (30, 30))),
    "nothing is told": (((1, 5), (1, 5), 30), 36, ((1, 5), (1, 5), (30, 30))),
    "one has no least": (((0, 5), (6, 99), 30), 45, ((0, 5), (10, 15), (30, 30))),
    "a total that is hidden too": (((1, 5), (1, 5), 30), (30, 33), ((1, 2), (1, 2), (30, 30))),
    "all must be at their least": (((1, 5), (1, 5), (1, 5)), 3, ((1, 1), (1, 1), (1, 1))),
}


@pytest.mark.parametrize("case", ONE_SUM)
def test_a_hidden_count_is_its_total_less_the_others_at_their_ends(case):
    hidden, total, left = ONE_SUM[case]
    counts = {("race", race, "1"): count for race, count in zip(RACES, hidden, strict=True)}
    narrowed, impossible = tally(RACE_AND_TOTAL, {**counts, ("total", "1"): total}).narrowed()
    assert impossible == []
    assert tuple(ends(narrowed, "race")[race, "1"] for race in RACES) == left


def test_a_total_that_is_hidden_is_narrowed_as_well():
    counts = {("race", "Asian", "1"): (1, 5), ("race", "Black", "1"): 20, ("total", "1"): (10, 22)}
    narrowed, _ = tally(RACE_AND_TOTAL, counts).narrowed()
    assert ends(narrowed, "total") == {("1",): (20 + 1, 22)}


def test_tables_of_other_attributes_serve_as_totals():
    sexes = {("sex", "F", "1"): 20, ("sex", "M", "1"): 13}
    races = {("race", "Asian", "1"): (1, 5), ("race", "Black", "1"): 30}
    narrowed, _ = tally({"race": ("race",), "sex": ("sex",)}, {**sexes, **races}).narrowed()
    assert ends(narrowed, "race")["Asian", "1"] == (20 + 13 - 30,) * 2


def test_each_stratum_decision_and_fold_has_a_sum_of_its_own():
    asian = {("north", "1", 0): 2, ("north", "0", 0): 3, ("north", "1", 1): 4, ("south", "1", 0): 5}
    counts = {}
    for place, n in asian.items():
        counts |= {("race", "Asian", *place): (1, 5), ("race", "Black", *place): 10, ("total", *place): 10 + n}
    narrowed, _ = tally(RACE_AND_TOTAL, counts, strata=("part",), folds=2).narrowed()
    found = {key[1:]: count for key, count in ends(narrowed, "race").items() if key[0] == "Asian"}
    assert found == {place: (n, n) for place, n in asian.items()}


def test_people_of_unknown_group_are_part_of_the_sum():
    counts = {
        ("race", "Asian", "1"): (1, 5),
        ("race", "?", "1"): (1, 5),
        ("race", "Black", "1"): 10,
        ("total", "1"): 19,
    }
    narrowed, _ = tally(RACE_AND_TOTAL, counts).narrowed()
    assert ends(narrowed, "race")["?", "1"] == (4, 5)


def test_the_number_of_records_kept_is_the_sum_of_every_table():
    counts = {("race", "Asian", "1"): (1, 5), ("race", "Asian", "0"): 8, ("race", "Black", "1"): 10}
    narrowed, _ = tally({"race": ("race",)}, counts, records={"kept": 22}).narrowed()
    assert ends(narrowed, "race")["Asian", "1"] == (22 - 8 - 10,) * 2


def test_a_crossing_narrows_its_single_tables_and_they_narrow_it():
    counts = {
        ("both", "Asian", "F", "1"): (1, 5), ("both", "Asian", "M", "1"): 7,
        ("both", "Black", "F", "1"): 9, ("both", "Black", "M", "1"): (1, 5),
        ("race", "Asian", "1"): (6, 9), ("race", "Black", "1"): (0, 99),
        ("sex", "F", "1"): (9, 11), ("sex", "M", "1"): 11,
    }  # fmt: skip
    tables = {"both": ("race", "sex"), "race": ("race",), "sex": ("sex",)}
    narrowed, _ = tally(tables, counts).narrowed()
    # 11 men less 7; 11 women at most less 9, and 9 Asian people at most less 7
    assert ends(narrowed, "both")["Black", "M", "1"] == (4, 4)
    assert ends(narrowed, "both")["Asian", "F", "1"] == (1, 2)
    assert ends(narrowed, "race") == {
        ("Asian", "1"): (7 + 1, 7 + 2), ("Black", "1"): (9 + 4, 9 + 4), ("White", "1"): (0, 0),
    }  # fmt: skip


def test_counts_that_are_not_hidden_stay_as_they_are():
    exact = made_up.count(
        made_up.block({"race": {}}), [{"race": race, "d": 1, "y": 1} for race in "AAB"], "arrow", Path()
    )
    assert exact.narrowed() == (exact, [])


def test_where_nothing_is_hidden_any_more_the_tally_is_exact():
    counts = {("race", "Asian", "1"): (1, 5), ("race", "Black", "1"): 10, ("total", "1"): 13}
    narrowed, _ = tally(RACE_AND_TOTAL, counts).narrowed()
    assert not narrowed.hidden


# --- how tight -------------------------------------------------------------------------------------------------------

some_ends = st.tuples(st.integers(0, 4), st.integers(0, 4)).map(sorted).map(tuple)


@given(st.lists(some_ends, min_size=2, max_size=4), st.data())
def test_where_each_count_is_in_one_sum_both_ends_can_be_reached(hidden, data):
    total = data.draw(some_ends)
    names = tuple("abcd"[: len(hidden)])
    counts = {("g", name, "1"): count for name, count in zip(names, hidden, strict=True)} | {("total", "1"): total}
    narrowed, impossible = tally({"g": ("g",), "total": ()}, counts, attributes={"g": names}).narrowed()
    every = itertools.product(*(range(low, high + 1) for low, high in hidden))
    fitting = [filling for filling in every if total[0] <= sum(filling) <= total[1]]
    assert bool(impossible) == (not fitting)
    if fitting:
        found = ends(narrowed, "g")
        assert [found[name, "1"] for name in names] == [
            (min(column), max(column)) for column in zip(*fitting, strict=True)
        ]
        assert ends(narrowed, "total")["1",] == (min(map(sum, fitting)), max(map(sum, fitting)))


CROSSED = {"both": ("g", "h"), "g": ("g",), "h": ("h",)}


def crossed(cells: dict, sums_of: dict) -> Tally:
    """Tally a crossing whose single tables are known: those of `sums_of`."""
    groups, others = (tuple(dict.fromkeys(key[place] for key in cells)) for place in (0, 1))
    counts = {("both", *key, "1"): count for key, count in cells.items()}
    for table, place, names in (("g", 0, groups), ("h", 1, others)):
        counts |= {(table, name, "1"): sum(n for key, n in sums_of.items() if key[place] == name) for name in names}
    return tally(CROSSED, counts, attributes={"g": groups, "h": others})


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 2)), min_size=6, max_size=6))
def test_where_sums_cross_no_filling_is_left_out(drawn):
    cells = dict(zip(itertools.product("ab", "xyz"), drawn, strict=True))
    true = {key: n for key, (n, _, _) in cells.items()}
    received = crossed({key: (max(n - less, 0), n + more) for key, (n, less, more) in cells.items()}, true)
    narrowed, impossible = received.narrowed()
    assert impossible == []
    found, before = ends(narrowed, "both"), ends(received, "both")
    for filling in itertools.product(*(range(low, high + 1) for low, high in before.values())):
        filled = dict(zip([key[:2] for key in before], filling, strict=True))
        if all(
            sum(n for key, n in filled.items() if key[place] == name)
            == sum(n for key, n in true.items() if key[place] == name)
            for place, names in ((0, "ab"), (1, "xyz"))
            for name in names
        ):
            assert all(found[*key, "1"][0] <= n <= found[*key, "1"][1] for key, n in filled.items())


def test_where_sums_cross_the_ends_need_not_be_the_tightest():
    # Rows a and b hold two people, and so do columns w and x without row c: none is left for c and w.
    # Every single sum, though, could do with one there.
    hidden = dict.fromkeys(["aw", "ax", "bw", "bx", "cw", "cy", "cz", "dy", "dz"], (0, 1))
    cells = {(g, h): hidden.get(g + h, 0) for g, h in itertools.product("abcd", "wxyz")}
    narrowed, _ = crossed(cells, {("a", "w"): 1, ("b", "x"): 1, ("c", "y"): 1, ("d", "z"): 1}).narrowed()
    assert ends(narrowed, "both")["c", "w", "1"] == (0, 1)


# --- sums that no counts can fill ------------------------------------------------------------------------------------


def test_a_sum_that_no_counts_can_fill_is_named_and_nothing_is_narrowed():
    counts = {
        ("race", "Asian", "north", "1"): (1, 5), ("race", "Black", "north", "1"): 10, ("total", "north", "1"): 12,
        ("race", "Asian", "south", "1"): (1, 5), ("race", "Black", "south", "1"): 10, ("total", "south", "1"): 20,
    }  # fmt: skip
    received = tally(RACE_AND_TOTAL, counts, strata=("part",))
    narrowed, impossible = received.narrowed()
    assert narrowed == received
    assert impossible == [
        "Everybody, selected, part south: 20 in table total, 11 to 15 in table race, after all sums that tables share "
        "have narrowed them."
    ]


def test_a_number_of_records_that_no_counts_can_add_up_to_is_named():
    counts = {("race", "Asian", "1"): (1, 5), ("race", "Black", "1"): 10}
    for kept in (5, 30):
        _, impossible = tally({"race": ("race",)}, counts, records={"kept": kept}).narrowed()
        assert impossible == [f"{kept} records are said to be kept, and table race counts 11 to 15."]


# --- a received tally ------------------------------------------------------------------------------------------------

SELECTION = {"data_outcome": None, "data_decision": None, "measures": [{"measure": "selection_rate", "ratio": 0.8}]}
ABOUT = {
    "schema_version": "1", "kind": "decisions", "attributes": {"race": list(RACES)},
    "tables": {"race": {"by": ["race"]}, "total": {"by": []}},
}  # fmt: skip
CELLS = """table,race,decision,n,n_high
race,Asian,1,0,5
race,Asian,0,35,40
race,Black,1,0,5
race,Black,0,25,30
race,White,1,20,
race,White,0,80,
total,*,1,29,
total,*,0,141,
"""


def receive(folder: Path, cells: str = CELLS, groups=None, about=ABOUT, **block) -> Tally:
    (folder / "sent.tally.json").write_text(json.dumps(about))
    (folder / "sent.tally.csv").write_text(cells)
    received = made_up.block(groups or {"race": {}}, data_source="sent.tally.json", **SELECTION, **block)
    return read_tally(made_up.evidence(received), folder)


def test_a_total_is_a_table_of_no_attributes_that_loads_saves_and_is_never_compared(tmp_path):
    received = receive(tmp_path)
    sent = Tally.load(tmp_path / "sent.tally.json")
    assert sent.save(tmp_path / "again").read_text().count('"by": []') == 1
    assert (tmp_path / "again.tally.csv").read_text() == CELLS
    assert dict(received.about.tables) == {"race": ("race",)}
    assert set(received.cells["table"]) == {"race"}


def test_a_total_without_records_is_written_as_nobody():
    about = About(kind="decisions", attributes={"race": ("A", "B")}, tables={"race": ("race",), "total": ()})
    cells = Tally(about, pd.DataFrame([{"table": "race", "race": "A", "decision": "1", "n": 3}])).cells
    assert cells[cells["table"] == "total"][["race", "decision", "n"]].to_numpy().tolist() == [["*", "1", 0]]


def test_a_total_that_disagrees_is_reported_as_tables_are(tmp_path):
    received = receive(tmp_path, CELLS.replace("total,*,1,29", "total,*,1,31"))
    assert received.about.contradictions == (
        "Tables that should agree do not. Everybody, selected: 20 to 30 in table race, 31 in table total.",
    )
    # Nothing is taken from tables that contradict each other.
    assert received.cells["n_high"].tolist()[:2] == [5, 40]


def test_a_received_tally_is_narrowed_and_says_so(tmp_path):
    received = receive(tmp_path)
    # 29 selected less 20 are 9, so 4 or 5 of each; 141 not selected less 80 are 61
    assert ends(received, "race") == {
        ("Asian", "1"): (4, 5), ("Asian", "0"): (35, 36), ("Black", "1"): (4, 5), ("Black", "0"): (25, 26),
        ("White", "1"): (20, 20), ("White", "0"): (80, 80),
    }  # fmt: skip
    told = assumptions(
        made_up.evidence(made_up.block({"race": {}}, data_source="sent.tally.json", **SELECTION)), received
    )
    assert (
        "4 counts were received hidden, of which what tables have in common narrows 4, 0 of them to a single number."
        in told
    )
    assert "4 counts are hidden, known as a least and a most; a verdict holds whatever they are." in told


def test_how_many_records_there_are_is_read_off_the_total(tmp_path):
    assert receive(tmp_path).records == 29 + 141


def test_where_no_table_tells_how_many_records_there_are_that_is_said(tmp_path):
    about = {**ABOUT, "tables": {"race": {"by": ["race"]}}}
    received = receive(tmp_path, "".join(CELLS.splitlines(keepends=True)[:-2]), about=about)
    block = made_up.block({"race": {}}, data_source="sent.tally.json", **SELECTION)
    told = assumptions(made_up.evidence(block), received)
    assert "How many records there are is hidden too: 160 at least." in told


def test_groups_that_the_plan_merges_are_narrowed_as_one(tmp_path):
    received = receive(tmp_path, groups={"race": {"merge": {"Asian or Black": ["Asian", "Black"]}}})
    # 4 or 5 of each, and 9 of both
    assert not received.hidden
    assert ends(received, "race")["Asian or Black", "1"] == (29 - 20,) * 2


def test_a_table_that_is_rolled_up_from_a_crossing_is_narrowed_as_one(tmp_path):
    about = ABOUT | {"attributes": {"race": ["A", "B"], "sex": ["F", "M"]}, "tables": {"both": {"by": ["race", "sex"]}}}
    about["tables"]["total"] = {"by": []}
    cells = "table,race,sex,decision,n,n_high\nboth,A,F,1,1,5\nboth,A,M,1,1,5\nboth,B,F,1,9,\nboth,B,M,1,9,\n"
    received = receive(tmp_path, cells + "total,*,*,1,24,\n", about=about, compare=[{"by": "race"}])
    assert ends(received, "race")["A", "1"] == (24 - 18,) * 2


def test_a_plan_that_needs_exact_counts_takes_a_tally_whose_margins_give_them(tmp_path):
    about = {
        **ABOUT, "kind": "scores", "has_outcome": True, "attributes": {"race": ["A", "B"]},
    }  # fmt: skip
    cells = "table,race,value,outcome,n,n_high\nrace,A,5,1,1,5\nrace,B,5,1,9,\nrace,A,3,0,9,\nrace,B,3,0,9,\n"
    total = "total,*,5,1,12,\ntotal,*,3,0,18,\n"
    spec = {"kind": "scores", "measures": [{"measure": "auc", "difference": 0.1}]}
    block = made_up.block({"race": {}}, data_source="sent.tally.json", data_decision=None, data_outcome=None, **spec)
    (tmp_path / "sent.tally.csv").write_text(cells + total)
    (tmp_path / "sent.tally.json").write_text(json.dumps(about))
    assert not read_tally(made_up.evidence(block), tmp_path).hidden
    (tmp_path / "sent.tally.csv").write_text(cells)
    (tmp_path / "sent.tally.json").write_text(json.dumps({**about, "tables": {"race": {"by": ["race"]}}}))
    with pytest.raises(DataError, match="hides counts, and auc could be anything within them"):
        read_tally(made_up.evidence(block), tmp_path)
