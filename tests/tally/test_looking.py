"""Looking at a source before it is counted: columns, values, hash, and the SQL that a vendor is given."""

import hashlib

import duckdb
import pytest

from fairaudit.errors import DataError
from fairaudit.plan import read_plan
from fairaudit.sources import columns_of, describe, query_text, read_tally, sha256_of, values_of
from tests.tally import records as made_up

RECORDS = [
    {"race": race, "d": place % 2, "age": 20.5} for place, race in enumerate(["B", "A", "B", None, "", "C", "B", "A"])
]


@pytest.mark.parametrize("form", ["csv", "csv.gz", "parquet", "xlsx"])
def test_columns_and_values_of_a_file_without_a_plan(form, tmp_path):
    path = tmp_path / made_up.FORMS[form](RECORDS, tmp_path)
    assert columns_of(path) == ["race", "d", "age"]
    assert values_of(path, "race", 10) == ["B", "A", "C"]  # the most frequent first, without what is missing
    assert values_of(path, "race", 2) == ["B", "A"]
    with pytest.raises(DataError, match="Did you mean 'race'"):
        values_of(path, "rase", 10)


def test_columns_and_their_types(tmp_path):
    made_up.FORMS["parquet"](RECORDS, tmp_path)
    evidence = made_up.evidence(made_up.block({"race": {}}), "records.parquet")
    assert describe(evidence, tmp_path) == {"race": "VARCHAR", "d": "BIGINT", "age": "DOUBLE"}


def test_the_hash_is_that_of_the_file_and_of_a_tallys_counts(tmp_path):
    made_up.to_csv(RECORDS, tmp_path / "records.csv")
    block = made_up.block({"race": {}}, data_outcome=None, measures=[{"measure": "selection_rate", "ratio": 0.8}])
    evidence = made_up.evidence(block)
    assert sha256_of(evidence, tmp_path) == hashlib.sha256((tmp_path / "records.csv").read_bytes()).hexdigest()
    read_tally(evidence, tmp_path).save(tmp_path / "x")
    counts = hashlib.sha256((tmp_path / "x.tally.csv").read_bytes()).hexdigest()
    assert sha256_of(made_up.evidence(block, "x.tally.json"), tmp_path) == counts


@pytest.mark.parametrize("audit", ["county-recidivism", "large-lots", "marin-workforce"])
def test_the_sql_that_a_vendor_is_given_counts_the_same(audit, root):
    plan = read_plan(root / "audits" / audit)
    evidence = plan.evidence[0]
    engine = duckdb.connect()
    engine.read_csv(str(plan.folder / evidence.data.source), all_varchar=True).create_view("records")
    counted = engine.execute(query_text(evidence, plan.folder)).df()
    tally = read_tally(evidence, plan.folder)
    for name in tally.about.attributes:
        others = [other for other in tally.about.attributes if other != name]
        own = counted[counted[name].notna() & counted[others].isna().all(axis=1) & (counted["left_out"] == "")]
        assert own["n"].sum() == tally.records


def test_the_sql_holds_values_as_literals_and_names_in_quotes(tmp_path):
    name, value = 'x"; drop table records; --', "'; drop table records; --"
    made_up.to_csv([{name: value, "d": 1, "y": 0}, {name: "B", "d": 0, "y": 1}], tmp_path / "records.csv")
    evidence = made_up.evidence(made_up.block({"g": {"column": name, "levels": [value, "B"]}}))
    text = query_text(evidence, tmp_path)
    assert '"x""; drop table records; --"' in text
    assert "'''; drop table records; --'" in text
    assert read_tally(evidence, tmp_path).records == 2
