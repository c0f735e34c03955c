"""Groups, columns and attributes may be called anything: nothing is run, broken or mixed up."""

import pytest

from fairaudit.errors import DataError
from fairaudit.plan import RESERVED
from fairaudit.tally import Tally
from tests.tally import records as made_up

SELECTION = {"data_outcome": None, "measures": [{"measure": "selection_rate", "ratio": 0.8}]}
FORMS = ["csv", "csv.gz", "parquet", "xlsx", "pandas", "polars"]


def records_of(column: str, levels: list[str]) -> list[dict]:
    return [{column: level, "d": d} for level in levels for d in (1, 0, 0)]


@pytest.mark.parametrize("form", FORMS)
def test_a_group_may_have_any_name(form, tmp_path):
    tally = made_up.count(made_up.block({"g": {}}, **SELECTION), records_of("g", list(made_up.NAMES)), form, tmp_path)
    assert set(tally.about.attributes["g"]) == set(made_up.NAMES)
    assert set(tally.cells.groupby("g")["n"].sum()) == {3}
    assert Tally.load(tally.save(tmp_path / "x")) == tally


@pytest.mark.parametrize("declared", [True, False])
def test_a_declared_group_may_have_any_name(declared, tmp_path):
    spec = {"levels": list(made_up.NAMES)} if declared else {"unknown": ["nobody asked"]}
    records = records_of("g", [*made_up.NAMES, "nobody asked"])
    if declared:
        records = [record for record in records if record["g"] != "nobody asked"]
    tally = made_up.count(made_up.block({"g": spec}, **SELECTION), records, "arrow", tmp_path)
    assert set(tally.about.attributes["g"]) == set(made_up.NAMES)


@pytest.mark.parametrize("form", FORMS)
def test_a_column_may_have_any_name(form, tmp_path):
    names = [name for name in made_up.NAMES if "\n" not in name and name != "n"]
    records = [dict.fromkeys(names, group) | {"d": d} for group in "AB" for d in (1, 0, 0)]
    tally = made_up.count(made_up.block(dict.fromkeys(names), **SELECTION), records, form, tmp_path)
    for name in names:
        assert tally.table([name]).groupby(name)["n"].sum().to_dict() == {"A": 3, "B": 3}
    assert Tally.load(tally.save(tmp_path / "x")) == tally


def test_a_column_may_be_called_as_a_column_of_the_tally_is(tmp_path):
    names = sorted(RESERVED)
    records = [dict.fromkeys(names, group) | {"d": d} for group in "AB" for d in (1, 0, 0)]
    groups = {f"my {name}": {"column": name} for name in names}
    tally = made_up.count(made_up.block(groups, **SELECTION), records, "parquet", tmp_path)
    for name in groups:
        assert tally.table([name]).groupby(name)["n"].sum().to_dict() == {"A": 3, "B": 3}


@pytest.mark.parametrize("role", ["decision", "outcome", "weight", "cluster", "key", "keep"])
@pytest.mark.parametrize("name", ["n", "decision", "left_out", "raw g"])
def test_any_role_may_be_played_by_a_column_called_so(role, name, tmp_path):
    value = {"decision": {"column": name, "is": [1]}, "outcome": {"column": name, "is": [1]}, "keep": {name: [0, 1]}}
    changes = {"data_outcome": {"column": "y", "is": [1]}, f"data_{role}": value.get(role, name)}
    records = [record | {"y": record["d"]} | {name: record["d"]} for record in records_of("g", ["A", "B"])]
    tally = made_up.count(made_up.block({"g": {}}, **changes), records, "arrow", tmp_path)
    assert tally.table(["g"]).groupby("g")["n"].sum().to_dict() == {"A": 3, "B": 3}


def test_columns_named_alike_but_for_capitals_are_refused(tmp_path):
    with pytest.raises(DataError, match="differ in capitals only"):
        made_up.count(made_up.block({"g": {}}, **SELECTION), [{"g": "A", "G": "B", "d": 1}], "csv", tmp_path)


def test_two_crossing_groups_may_not_read_alike(tmp_path):
    levels = {"one": {"levels": ["a", "a, b"]}, "two": {"levels": ["b, c", "c"]}}
    records = [{"one": "a", "two": "c", "d": d} for d in (1, 0)]
    block = made_up.block(levels, **SELECTION, compare=[{"by": ["one", "two"]}])
    with pytest.raises(DataError, match="'a, b, c'"):
        made_up.count(block, records, "arrow", tmp_path)
