"""Columns of a file that is joined to the records, and areas that coordinates lie in."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.geography import maps
from tests.tally import beside
from tests.tally import records as made_up

JOIN = {"join": {"source": "areas.csv", "on": "tract"}}
DATA = {"area": "tract", "areas": "sample", "reached": {"column": "y", "is": [1], "is_not": [0]}}


def block(groups=None, data=None, **changes):
    return beside.evidence("places", DATA | JOIN | (data or {}), groups or {"who": {}}, **changes)


OFFERS = beside.rows("tract y", ("001", 1), ("001", 0), ("002", 1), ("003", 0), ("002", None), ("003", 1))
AREAS = beside.rows("tract who people", ("001", "A", 10), ("002", "B", 20), ("003", "A", 30), ("004", "C", 40))
CELLS = {
    ("A", "001", "1", 0): 1, ("A", "001", "0", 0): 1, ("B", "002", "1", 1): 1, ("B", "002", "?", 1): 1,
    ("A", "003", "0", 2): 1, ("A", "003", "1", 2): 1,
}  # fmt: skip


def test_each_record_has_the_columns_of_its_area():
    tally = beside.count(block(), OFFERS, areas=AREAS)
    assert beside.cells(tally) == CELLS
    assert tally.about.attributes == {"who": ("A", "B")}  # nobody lives in 004, which no record names


def test_the_keys_may_have_two_names():
    other = [{"GEOID": row["tract"], "who": row["who"]} for row in AREAS]
    join = {"join": {"source": "areas.csv", "on": {"records": "tract", "file": "GEOID"}}}
    assert beside.cells(beside.count(block(data=join), OFFERS, areas=other)) == CELLS


def test_a_record_whose_key_the_file_lacks_is_of_unknown_group():
    tally = beside.count(block(), OFFERS, areas=[AREAS[0], AREAS[1], AREAS[3] | {"tract": "999"}])
    assert {key[0] for key in beside.cells(tally) if key[1] == "003"} == {"?"}
    assert tally.records == len(OFFERS)


def test_how_many_records_have_no_row_in_the_file_is_noted():
    tally = beside.count(block(), OFFERS, areas=AREAS[:2])
    assert any("2 " in note and "areas.csv" in note for note in tally.about.notes)


def test_keys_without_a_value_join_nothing():
    records = [*OFFERS, {"tract": None, "y": 1}]
    areas = [*AREAS, {"tract": None, "who": "B", "people": 5}, {"tract": None, "who": "C", "people": 5}]
    plain = {"id": "made-up", "kind": "decisions", "being_selected_is": "a burden", "groups": {"who": {}}}
    data = {"source": "records.csv", "origin": "test", "decided_by": "this_system", **JOIN}
    data |= {"decision": {"column": "y", "is": [1], "is_not": [0]}}
    decisions = made_up.Evidence.model_validate(
        {**plain, "data": data, "measures": [{"measure": "selection_rate", "ratio": 0.8}]}
    )
    assert beside.cells(beside.count(decisions, records, areas=areas)) == {
        ("A", "1"): 2, ("A", "0"): 2, ("B", "1"): 1, ("B", "?"): 1, ("?", "1"): 1,
    }  # fmt: skip


def test_clusters_weights_and_rows_to_keep_may_come_from_the_file():
    areas = [row | {"ward": "x" if row["tract"] < "003" else "y", "year": 2020} for row in AREAS]
    data = {"cluster": "ward", "weight": "people", "keep": {"year": [2020], "who": ["A", "B"]}}
    tally = beside.count(block(data=data), OFFERS, areas=areas)
    assert beside.cells(tally, "n", "w") == {
        ("A", "001", "1", 0): (1, 10), ("A", "001", "0", 0): (1, 10),
        ("B", "002", "1", 0): (1, 20), ("B", "002", "?", 0): (1, 20),
        ("A", "003", "0", 1): (1, 30), ("A", "003", "1", 1): (1, 30),
    }  # fmt: skip


@pytest.mark.parametrize("form", ["csv.gz", "parquet", "xlsx"])
def test_the_file_may_have_any_form(form, tmp_path):
    file = made_up.FORMS[form](AREAS, tmp_path)
    (tmp_path / file).rename(tmp_path / f"other-{file}")
    data = {"join": {"source": f"other-{file}", "on": "tract"}}
    assert beside.cells(beside.count(block(data=data), OFFERS, folder=tmp_path)) == CELLS


FRAMES = ("pandas", "pandas objects", "polars", "arrow")


@pytest.mark.parametrize("form", made_up.FORMS)
def test_records_may_have_any_form(form, tmp_path):
    data = {"area": "area", "join": {"source": "areas.csv", "on": "tract"}}
    areas = [row | {"area": row["tract"]} for row in AREAS]
    assert beside.cells(beside.count(block(data=data), OFFERS, form, tmp_path, areas=areas)) == CELLS


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
def test_numbers_join_texts_that_read_alike(form, tmp_path):
    records = beside.rows("tract y", (10, 1), (10, 0), (20, 1), (20, 0))
    file = made_up.FORMS[form](beside.rows("tract who", (10, "A"), (20, "B")), tmp_path)
    (tmp_path / file).rename(tmp_path / f"other-{file}")
    data = {"join": {"source": f"other-{file}", "on": "tract"}}
    found = beside.cells(beside.count(block(data=data), records, "csv.gz", tmp_path))
    assert {key[:2] for key in found} == {("A", "10"), ("B", "20")}


TEXT = st.sampled_from(["p", "q", "r", "s", "it's", "é, 日本"])


@beside.FEW
@given(
    st.lists(st.tuples(TEXT, st.sampled_from([1, 0])), max_size=12),
    st.dictionaries(TEXT, st.sampled_from(["A", "B", "C", None])),
)
def test_it_is_what_pandas_merges(drawn, areas):
    records = beside.rows("tract y", *drawn, ("known 1", 1), ("known 2", 0))
    known = beside.rows("tract who", *areas.items(), ("known 1", "A"), ("known 2", "B"))
    tally = beside.count(block(), records, areas=known)
    merged = pd.DataFrame(records).merge(pd.DataFrame(known), on="tract", how="left").fillna({"who": "?"})
    expected = merged.groupby(["who", "tract", merged["y"].astype(str)]).size()
    found = {(who, tract, y): n for (who, tract, y, _), n in beside.cells(tally).items()}
    assert found == expected.to_dict()


# --- what is refused -------------------------------------------------------------------------------------------------

SHORT = [row | {"tract": row["tract"].lstrip("0")} for row in AREAS]
REFUSED = {
    "a key twice": (
        OFFERS, [*AREAS, AREAS[0], AREAS[1]],
        ["areas.csv: has 2 keys more than once: 001, 002 | "
         "A file that is joined has one row a key: a record would count twice."],
    ),
    "a column that both have": (
        OFFERS, [row | {"y": 1} for row in AREAS],
        ["areas.csv: has columns that records.csv has too: y | "
         "Take the column out of one of the files, or give it another name."],
    ),
    "no such key": (
        [{"tracts": row["tract"], "y": row["y"]} for row in OFFERS],
        [{"trakt": row["tract"], "who": "A"} for row in AREAS],
        ["areas.csv: has no column 'tract' (join) | Did you mean 'trakt'?",
         "records.csv: has no column 'tract' (join) | Did you mean 'tracts'?"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_files_that_cannot_be_joined_are_refused(case):
    records, areas, problems = REFUSED[case]
    found = beside.refused(block(), records, areas=areas)
    assert sorted(map(_in_order, found)) == problems


def _in_order(problem: str) -> str:
    return problem.replace("002, 001", "001, 002")


MENDABLE = {
    "the records have lost leading zeros": (
        [row | {"tract": row["tract"].lstrip("0")} for row in OFFERS], AREAS,
        "3 area keys (6 records) that no area of areas.csv has would match with zeros put before them: '",
    ),
    "the file has lost leading zeros": (
        OFFERS, SHORT,
        "3 area keys (6 records) that no area of areas.csv has would match but for leading zeros",
    ),
    "some records have lost leading zeros": (
        [OFFERS[0] | {"tract": "1"}, *OFFERS[1:]], AREAS,
        "1 area key (1 record) that no area of areas.csv has would match with zeros put before them: '1' -> '001'",
    ),
    "a spreadsheet has put a point behind them": (
        [row | {"tract": f"{row['tract']}.0"} for row in OFFERS], AREAS,
        "3 area keys (6 records) that no area of areas.csv has would match without the \".0\"",
    ),
    "block groups beside tracts": (
        [row | {"tract": f"51000{row['tract']}2"} for row in OFFERS],
        [row | {"tract": f"51000{row['tract']}"} for row in AREAS],
        "3 area keys (6 records) that no area of areas.csv has would match by their first 8 characters",
    ),
    "none matches": (
        [row | {"tract": "x"} for row in OFFERS], AREAS,
        "1 area key (6 records) that no area of areas.csv has: 'x' (6)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MENDABLE)
def test_keys_that_can_be_mended_are_named_with_the_mend(case):
    records, areas, what = MENDABLE[case]
    first = beside.refused(block(), records, areas=areas)[0]
    assert first.startswith(f"records.csv: {what}")


BY_CHANCE = {
    "a number that another begins with": ("1235", ["1234", "12350"]),
    "a name that begins with another": ("Downtown East", ["Downtown", "Harbor"]),
    "a name that ends another": ("East", ["Downtown East", "Harbor"]),
}


@pytest.mark.parametrize("case", BY_CHANCE)
def test_a_key_that_is_like_another_by_chance_is_unknown(case):
    odd, known = BY_CHANCE[case]
    records = beside.rows("tract y", *[(key, y) for key in (odd, *known) for y in (1, 0)])
    areas = beside.rows("tract who", *zip(known, "AB", strict=True))
    tally = beside.count(block(), records, areas=areas)
    assert {key[1]: key[0] for key in beside.cells(tally)} == {odd: "?", known[0]: "A", known[1]: "B"}


def test_columns_whose_names_differ_in_capitals_are_refused_as_those_that_both_have():
    (problem,) = beside.refused(block({"Y": {}}), OFFERS, areas=[{"tract": row["tract"], "Y": "A"} for row in AREAS])
    assert problem.startswith("areas.csv: ")


# --- coordinates -----------------------------------------------------------------------------------------------------

SHAPES = {"shapes": {"source": "tracts.geojson", "key": "GEOID"}}
BY_POINT = {"area": {"longitude": "x", "latitude": "y"}, "areas": "sample", **SHAPES}
BY_POINT |= {"reached": {"column": "here", "is": [1], "is_not": [0]}}
POINTS = beside.rows(
    "x y here who", (-87.5, 41.5, 1, "A"), (-87.2, 41.9, 0, "B"), (-86.5, 41.1, 1, "B"), (-85.5, 41.5, 0, "A")
)


def placed(records, form, folder):
    maps.saved(folder, maps.collection(maps.row("001", "002", "003")))
    return beside.count(beside.evidence("places", BY_POINT, {"who": {}}), records, form, folder)


@pytest.mark.parametrize("form", made_up.FORMS)
def test_a_record_lies_in_the_area_that_holds_it(form, tmp_path):
    assert beside.cells(placed(POINTS, form, tmp_path)) == {
        ("A", "001", "1", 0): 1, ("B", "001", "0", 0): 1, ("B", "002", "1", 1): 1, ("A", "003", "0", 2): 1,
    }  # fmt: skip


def test_a_few_records_in_no_area_are_unknown(tmp_path):
    records = [*POINTS * 20, *beside.rows("x y here who", (None, 41.5, 1, "A"), (0, 0, 1, "A"), (-70, 41.5, 1, "A"))]
    tally = placed(records, "csv", tmp_path)
    assert sum(n for key, n in beside.cells(tally).items() if key[1] == "?") == 3
    assert tally.records == 83


def test_why_records_are_in_no_area_is_noted(tmp_path):
    records = [*POINTS * 20, *beside.rows("x y here who", (0, 0, 1, "A"))]
    assert any("at 0, 0" in note for note in placed(records, "csv", tmp_path).about.notes)
