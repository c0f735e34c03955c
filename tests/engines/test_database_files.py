"""Files that hold tables, and folders of Parquet files: what is read of them, and what is refused."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fairaudit.errors import DataError
from fairaudit.sources import describe, read_tally, sha256_of
from tests.tally import records as made_up

RECORDS = [{"race": "AB"[place % 2], "d": place % 3 % 2, "y": place % 4 // 2, "w": place / 4} for place in range(200)]
BLOCK = made_up.block({"race": {}})


def counted(folder: Path, source: str, **data: object):
    return read_tally(made_up.evidence(made_up.block({"race": {}}, data_source=source, **data)), folder)


def refused(folder: Path, source: str, **data: object) -> list[str]:
    with pytest.raises(DataError) as caught:
        counted(folder, source, **data)
    return [str(problem).replace("\n      ", " | ") for problem in caught.value.problems]


# --- databases -------------------------------------------------------------------------------------------------------


def mixed() -> Iterator[tuple]:
    """Give rows as SQLite lets them be: a column that holds texts and numbers, and bytes among the notes."""
    for place, row in enumerate(RECORDS):
        yield row["race"], row["d"], str(row["y"]) if place % 2 else row["y"], b"\xff" if place == 7 else 1.5


@pytest.fixture
def sqlite(tmp_path) -> str:
    with contextlib.closing(sqlite3.connect(tmp_path / "city.db")) as file:
        file.execute("CREATE TABLE requests (race, d BOOLEAN, y, note)")
        file.executemany("INSERT INTO requests VALUES (?, ?, ?, ?)", list(mixed()))
        file.execute("CREATE VIEW half AS SELECT * FROM requests WHERE rowid <= 100")
        file.commit()
    return "city.db"


@pytest.fixture
def ducks(tmp_path) -> str:
    with duckdb.connect(str(tmp_path / "city.duckdb")) as file:
        file.register("given", pa.Table.from_pylist(RECORDS))
        file.execute("CREATE TABLE requests AS SELECT * FROM given")
        file.execute("CREATE SCHEMA health; CREATE TABLE health.visits AS SELECT * FROM given LIMIT 50")
    return "city.duckdb"


TRUE = {"data_decision": {"column": "d", "is": [True], "is_not": [False]}}


@pytest.mark.parametrize(
    ("data", "records"),
    [
        ({"data_table": "requests"}, 200),
        ({"data_table": "half"}, 100),
        ({"data_query": "SELECT race, d = 1 AS d, y FROM requests WHERE race = 'A'"}, 100),
    ],
)
def test_a_table_a_view_or_a_query_of_sqlite(data, records, sqlite, tmp_path):
    spec = {"data_decision": {"column": "d", "is": [1], "is_not": [0]}} if "data_query" in data else TRUE
    block = made_up.block({"race": {"levels": ["A", "B"]}}, data_source=sqlite, **spec, **data)
    assert read_tally(made_up.evidence(block), tmp_path).records == records


@pytest.mark.parametrize(
    ("data", "records"),
    [
        ({"data_table": "requests"}, 200),
        ({"data_table": "health.visits"}, 50),
        ({"data_query": "WITH kept AS (SELECT * FROM requests LIMIT 20) SELECT * FROM kept"}, 20),
        ({"data_query": "SELECT v.* FROM health.visits AS v"}, 50),
    ],
)
def test_a_table_or_a_query_of_duckdb(data, records, ducks, tmp_path):
    assert counted(tmp_path, ducks, **data).records == records


REFUSED = {
    "which table": ("sqlite", {}, "holds 2 tables | Name one with `table`: half, requests."),
    "no such table": ("sqlite", {"data_table": "reqests"}, "has no table 'reqests' | Did you mean 'requests'?"),
    "bytes": (
        "sqlite",
        {"data_table": "requests", "data_key": "note"},
        "column 'note' holds bytes that are no text | Columns hold one plain value a row: leave it out with `query`, "
        "or cast it to text.",
    ),
    "it deletes": (
        "sqlite",
        {"data_query": "DELETE FROM requests"},
        "its query is not a SELECT alone (DELETE) | Only a query that selects is sent: one SELECT (WITH ... SELECT), "
        "and nothing after it.",
    ),
    "no such column": (
        "sqlite",
        {"data_query": "SELECT raze FROM requests"},
        "cannot read the query | Try it by hand: a table or column may have another name.",
    ),
    "no such column of duckdb": (
        "ducks",
        {"data_query": "SELECT raze FROM requests"},
        "cannot read the query | Try the query by hand: a table or column may have another name.",
    ),
    "it copies": (
        "ducks",
        {"data_query": "COPY requests TO 'x.csv'"},
        "its query is not a SELECT alone (COPY) | Only a query that selects is sent: one SELECT (WITH ... SELECT), "
        "and nothing after it.",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_asked_of_a_file_is_refused(case, request, tmp_path):
    fixture, data, said = REFUSED[case]
    source = request.getfixturevalue(fixture)
    before = (tmp_path / source).read_bytes()
    assert refused(tmp_path, source, **data) == [f"{source}: {said}"]
    assert (tmp_path / source).read_bytes() == before


@pytest.mark.parametrize("fixture", ["sqlite", "ducks"])
def test_a_database_cut_short_is_refused(fixture, request, tmp_path):
    path = tmp_path / request.getfixturevalue(fixture)
    path.write_bytes(path.read_bytes()[:5_000])
    (found,) = refused(tmp_path, path.name, data_table="requests")
    assert found.endswith("It may have been cut short: copy it again."), found


def test_a_query_of_a_duckdb_file_reads_no_other_file(ducks, tmp_path):
    """A plan is data: what it asks for must not reach beyond the file that it names."""
    (tmp_path / "other.csv").write_text("race,d,y\nA,1,1\n")
    there = tmp_path / "other.csv"
    no_table = (
        "its query reads something that is no table of the file | Name its own tables: a function that reads a file"
    )
    no_such = f"has no table '{there}'"
    for query, said in ((f"SELECT * FROM read_csv('{there}')", no_table), (f"SELECT * FROM '{there}'", no_such)):
        (found,) = refused(tmp_path, ducks, data_query=query)
        assert said in found


def test_a_view_or_a_macro_of_a_duckdb_file_reaches_no_other_file(tmp_path):
    """Whoever sends a database may have put anything into it."""
    (tmp_path / "other.csv").write_text("race,d,y\nA,1,1\nB,0,0\n")
    with duckdb.connect(str(tmp_path / "city.duckdb")) as file:
        file.register("given", pa.Table.from_pylist(RECORDS))
        file.execute("CREATE TABLE requests AS SELECT * FROM given")
        file.execute(f"CREATE VIEW elsewhere AS SELECT * FROM read_csv('{tmp_path / 'other.csv'}')")
        file.execute(f"CREATE MACRO told() AS (SELECT max(race) FROM read_csv('{tmp_path / 'other.csv'}'))")
    for asked in ({"data_table": "elsewhere"}, {"data_query": "SELECT told() AS race, d, y FROM requests"}):
        (found,) = refused(tmp_path, "city.duckdb", **asked)
        assert "city.duckdb: " in found
        assert "other.csv" not in found
    assert counted(tmp_path, "city.duckdb", data_table="requests").records == 200


def test_a_file_may_be_joined_to_a_table_of_a_database(ducks, tmp_path):
    (tmp_path / "groups.csv").write_text("race,size\nA,large\nB,small\n")
    join = {"source": "groups.csv", "on": "race"}
    block = made_up.block({"size": {}}, data_source=ducks, data_table="requests", data_join=join)
    assert read_tally(made_up.evidence(block), tmp_path).about.attributes == {"size": ("large", "small")}


# --- folders ---------------------------------------------------------------------------------------------------------


def parts(folder: Path, *tables: pa.Table) -> Path:
    folder.mkdir()
    for place, table in enumerate(tables):
        pq.write_table(table, folder / f"part-{place}.parquet")
    return folder


def table_of(records: list[dict], **types: pa.DataType) -> pa.Table:
    table = pa.Table.from_pylist(records)
    for name, kind in types.items():
        place = table.column_names.index(name)
        table = table.set_column(place, name, table[name].cast(kind))
    return table


def test_a_folder_is_read_as_one_table_and_what_is_hidden_is_not(tmp_path):
    folder = parts(tmp_path / "records", table_of(RECORDS[:80]), table_of(RECORDS[80:]))
    for hidden in ("_temporary", ".stage"):
        (folder / hidden).mkdir()
        pq.write_table(table_of(RECORDS), folder / hidden / "part-0.parquet")
    assert counted(tmp_path, "records").records == 200


def test_what_a_path_says_is_a_column_of_text(tmp_path):
    for month, rows in (("01", RECORDS[:80]), ("12", RECORDS[80:])):
        parts(tmp_path / f"month={month}", table_of(rows))
        (tmp_path / "records").mkdir(exist_ok=True)
        (tmp_path / f"month={month}").rename(tmp_path / "records" / f"month={month}")
    evidence = made_up.evidence(made_up.block({"race": {}}, data_keep={"month": ["01"]}), "records")
    assert describe(evidence, tmp_path)["month"] == "VARCHAR"
    tally = read_tally(evidence, tmp_path)
    assert tally.about.records == {"read": 200, "kept": 80, "left_out": {"month not kept": 120}}


def test_a_column_whose_type_changes_between_files_is_named(tmp_path):
    parts(tmp_path / "records", table_of(RECORDS[:80]), table_of(RECORDS[80:], y=pa.string()), table_of(RECORDS[:5]))
    assert refused(tmp_path, "records") == [
        "records column 'y': has another type in some files: part-1.parquet"
        " | Write these files anew, with the column as in the others."
    ]


def test_a_column_that_some_files_lack_is_named(tmp_path):
    lacking = [{name: row[name] for name in ("race", "d", "w")} for row in RECORDS]
    parts(tmp_path / "records", table_of(RECORDS), table_of(lacking))
    assert refused(tmp_path, "records") == [
        "records column 'y': is missing in some files: part-1.parquet | Write these files anew, or move them away."
    ]


def test_a_file_cut_short_is_named(tmp_path):
    folder = parts(tmp_path / "records", table_of(RECORDS), table_of(RECORDS))
    path = folder / "part-1.parquet"
    path.write_bytes(path.read_bytes()[:-9])
    assert refused(tmp_path, "records") == [
        "records part-1.parquet: is not a whole Parquet file | It may have been cut short: copy it again."
    ]


def test_the_hash_of_a_folder_is_that_of_its_files(tmp_path):
    folder = parts(tmp_path / "records", table_of(RECORDS[:80]), table_of(RECORDS[80:]))
    evidence = made_up.evidence(BLOCK, "records")
    first = sha256_of(evidence, tmp_path)
    (folder / "_SUCCESS").touch()
    assert sha256_of(evidence, tmp_path) == first
    (folder / "part-1.parquet").rename(folder / "part-2.parquet")
    assert sha256_of(evidence, tmp_path) != first
