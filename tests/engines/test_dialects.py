"""The one SQL text in the words of every engine: what it says, and that engines that are at hand run it."""

from __future__ import annotations

import contextlib
import sqlite3

import pytest
from sqlglot import exp

from fairaudit import sql
from fairaudit.engines import DIALECTS, rendered
from fairaudit.errors import FairauditError
from fairaudit.groupings import tables
from fairaudit.sources.asking import codings_of
from tests.tally import records as made_up

RECORDS = [
    {"race": ("A", " A", "B", None, "")[place % 5], "sex": ("F", "M", None)[place % 3], "d": place % 4 // 2,
     "y": (0, 1, None)[place % 3], "age": ("17", 20, 44.5, "", None, "x9")[place % 6] if place % 6 < 5 else 70}
    for place in range(300)
]  # fmt: skip
BLOCK = made_up.block(
    {"race": {}, "sex": {}, "age": {"bands": [18, 45]}},
    compare=[{"by": "race"}, {"by": ["race", "sex"]}, {"by": "age"}],
)


def query() -> exp.Select:
    evidence = made_up.evidence(BLOCK)
    types = dict.fromkeys(RECORDS[0], "VARCHAR")
    request = sql.Request(evidence.data, codings_of(evidence), tables(evidence), evidence.strata)
    return sql.tally_query(request, sql.Columns(types))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_can_be_written_and_the_tree_stays_as_it_was(dialect):
    tree = query()
    before = tree.sql("duckdb")
    text = rendered(tree, dialect, exp.to_table("city.requests"))
    assert "requests" in text
    assert tree.sql("duckdb") == before


@pytest.mark.parametrize(("dialect", "has"), [("duckdb", True), ("postgres", True), ("spark", True), ("sqlite", False)])
def test_groupings_are_added_up_at_once_where_the_engine_can(dialect, has):
    text = rendered(query(), dialect)
    assert ("GROUPING SETS" in text) is has
    assert ("UNION ALL" in text) is not has


def test_sqlite_runs_it_and_counts_the_same():
    tree = query()
    names = tree.named_selects
    with contextlib.closing(sqlite3.connect(":memory:")) as file:
        file.execute(f"CREATE TABLE requests ({', '.join(RECORDS[0])})")
        rows = [tuple(row.values()) for row in RECORDS]
        file.executemany(f"INSERT INTO requests VALUES ({', '.join('?' * len(rows[0]))})", rows)
        found = sorted(file.execute(rendered(tree, "sqlite", exp.to_table("requests"))).fetchall(), key=str)
    import duckdb
    import pyarrow as pa

    engine = duckdb.connect()
    columns = {name: [None if row[name] is None else str(row[name]) for row in RECORDS] for name in RECORDS[0]}
    engine.register("requests", pa.table(columns))
    expected = sorted(engine.execute(rendered(tree, "duckdb", exp.to_table("requests"))).fetchall(), key=str)
    assert len(found) > 20
    assert dict(zip(names, zip(*found, strict=True), strict=True)) == dict(
        zip(names, zip(*expected, strict=True), strict=True)
    )


def test_sqlite_has_no_hash_to_cut_clusters_by():
    evidence = made_up.evidence(made_up.block({"race": {}}, data_cluster="person"))
    types = dict.fromkeys(("race", "d", "y", "person"), "VARCHAR")
    request = sql.Request(evidence.data, codings_of(evidence), tables(evidence), evidence.strata, folds=100)
    tree = sql.tally_query(request, sql.Columns(types))
    with pytest.raises(FairauditError) as caught:
        rendered(tree, "sqlite")
    assert "clusters are cut by a hash" in caught.value.problems[0].what
    assert "MD5" in rendered(tree, "postgres")
