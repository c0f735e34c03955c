"""Files that hold tables: SQLite and DuckDB. Opened to be read, and never changed."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from sqlglot import exp

from fairaudit.engines.querying import table_named, the_select
from fairaudit.errors import DataError, nearest
from fairaudit.plan import Data
from fairaudit.sources.frames import as_text
from fairaudit.sources.text_files import header_problems

SQLITE = b"SQLite format 3\x00"
ROWS = 50_000  # at a time
CUT_SHORT = "It may have been cut short: copy it again."
BOOLEANS = ("BOOL", "BOOLEAN")
ATTACHED = "held"


def open_database(
    engine: duckdb.DuckDBPyConnection, data: Data, path: Path, view: str, wanted: Collection[str] = ()
) -> None:
    """Make a view of a table, or of a query, of a database file.

    Args:
        engine: where the view is made.
        data: the plan's data block, with a table or a query.
        path: the file.
        view: the view's name.
        wanted: the columns to take; all where empty.

    Raises:
        DataError: no database, no such table, a query that does not select, or a file cut short.
    """
    with path.open("rb") as file:
        start = file.read(32)
    if start.startswith(SQLITE):
        if path.stat().st_size < _bytes_of_sqlite(start):
            raise DataError.one(data.source, "is not a whole SQLite file", CUT_SHORT)
        _open_sqlite(engine, data, path, view, wanted)
    else:
        _open_duckdb(engine, data, path, view)


def _source(data: Data, tables: list[str], dialect: str) -> exp.Query:
    """Give the query of the plan, or one that gives the whole table."""
    if data.query:
        return the_select(data.query, dialect, data.source)
    if data.table is None and len(tables) != 1:
        what = f"holds {len(tables)} tables" if tables else "holds no table"
        raise DataError.one(data.source, what, f"Name one with `table`: {', '.join(tables)}." if tables else CUT_SHORT)
    name = data.table or tables[0]
    if name not in tables:
        raise DataError.one(data.source, f"has no table {name!r}", nearest(name, tables))
    table = table_named([name] if dialect == "sqlite" else name.split("."))
    return exp.Select(expressions=[exp.Star()]).from_(table)


def _bytes_of_sqlite(start: bytes) -> int:
    """Give how long a file is by its own header, since SQLite reads what is left of one that was cut short."""
    page = int.from_bytes(start[16:18], "big")
    return int.from_bytes(start[28:32], "big") * (65_536 if page == 1 else page)


# --- SQLite ----------------------------------------------------------------------------------------------------------


def _open_sqlite(engine: duckdb.DuckDBPyConnection, data: Data, path: Path, view: str, wanted: Collection[str]) -> None:
    """Carry the wanted columns into the engine, as texts: a column may hold values of several types there."""
    address = path.absolute().as_uri() + "?mode=ro"
    try:
        with contextlib.closing(sqlite3.connect(address, uri=True, check_same_thread=False)) as held:
            held.execute("PRAGMA query_only = ON")
            tables = [
                name for (name,) in held.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
                                                 " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1")
            ]  # fmt: skip
            source = _source(data, tables, "sqlite")
            names = _names(held, source, data)
            taken = [name for name in names if not wanted or name in wanted] or names[:1]
            query = exp.Select(expressions=[exp.column(name, quoted=True) for name in taken]).from_(
                source.subquery("held")
            )
            truths = _truths(held, data.table or (tables[0] if not data.query else ""), taken)
            _carry(engine, held.execute(query.sql("sqlite")), taken, truths, view, data)
    except sqlite3.Error as error:
        raise DataError.one(data.source, *_sqlite_complaint(error)) from None
    # Columns that nobody asked for are there, and empty: a plan is checked against all names.
    missing = [exp.alias_(exp.cast(exp.null(), "varchar"), name, quoted=True) for name in names if name not in taken]
    if missing:
        columns = [exp.column(name, quoted=True) for name in taken]
        whole = exp.Select(expressions=[*columns, *missing]).from_(exp.to_table(f'"{view} carried"'))
        order = exp.Select(expressions=[exp.column(name, quoted=True) for name in names]).from_(whole.subquery("w"))
        engine.execute(f'CREATE OR REPLACE TEMP VIEW "{view}" AS {order.sql("duckdb")}')


def _names(held: sqlite3.Connection, source: exp.Query, data: Data) -> list[str]:
    found = held.execute(exp.Select(expressions=[exp.Star()]).from_(source.subquery("held")).limit(0).sql("sqlite"))
    names = [column[0] for column in found.description]
    if problems := header_problems(names, data.source):
        raise DataError(problems)
    return names


def _truths(held: sqlite3.Connection, table: str, names: list[str]) -> list[bool]:
    """Say which columns are declared to be true or false, which the file holds as 1 and 0."""
    declared = {name: kind for _, name, kind, *_ in held.execute("SELECT * FROM pragma_table_info(?)", [table])}
    return [declared.get(name, "").upper() in BOOLEANS for name in names]


def _carry(
    engine: duckdb.DuckDBPyConnection,
    rows: sqlite3.Cursor,
    names: list[str],
    truths: list[bool],
    view: str,
    data: Data,
) -> None:
    schema = pa.schema([(name, pa.string()) for name in names])

    wrong: list[Exception] = []

    def batches() -> Iterator[pa.RecordBatch]:
        try:
            yield from carried_rows()
        except (DataError, sqlite3.Error) as error:
            wrong.append(error)  # the engine would put words of its own in the place of these
            raise

    def carried_rows() -> Iterator[pa.RecordBatch]:
        while part := rows.fetchmany(ROWS):
            columns = [
                [_text(value, truth, name, data) for value in column]
                for name, truth, column in zip(names, truths, zip(*part, strict=True), strict=True)
            ]
            yield pa.RecordBatch.from_arrays([pa.array(column, pa.string()) for column in columns], schema=schema)

    # A table of the engine, which goes to disk where memory is short.
    carried = f"{view} carried"
    engine.register("carrying", pa.RecordBatchReader.from_batches(schema, batches()))
    try:
        engine.execute(f'CREATE TEMP TABLE "{carried}" AS SELECT * FROM "carrying"')
    except duckdb.Error:
        if wrong:
            raise wrong[0] from None
        raise
    finally:
        engine.unregister("carrying")
    engine.execute(f'CREATE OR REPLACE TEMP VIEW "{view}" AS SELECT * FROM "{carried}"')


def _text(value: Any, truth: bool, name: str, data: Data) -> str | None:
    if truth and value in (0, 1):
        return "true" if value else "false"
    try:
        return as_text(value)
    except TypeError:
        hint = "Columns hold one plain value a row: leave it out with `query`, or cast it to text."
        raise DataError.one(data.source, f"column {name!r} holds bytes that are no text", hint) from None


def _sqlite_complaint(error: sqlite3.Error) -> tuple[str, str]:
    """Say what SQLite found, without its text."""
    code = getattr(error, "sqlite_errorname", "") or ""
    if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_IOERR")):
        return "is not a whole SQLite file", CUT_SHORT
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return "is locked by another program", "Close it there, or copy the file."
    if code.startswith(("SQLITE_READONLY", "SQLITE_AUTH")):
        return "was asked to change something, and refused", "Only a query that selects is sent."
    return "cannot read the query", "Try it by hand: a table or column may have another name."


# --- DuckDB ----------------------------------------------------------------------------------------------------------


def _open_duckdb(engine: duckdb.DuckDBPyConnection, data: Data, path: Path, view: str) -> None:
    attach = exp.Attach(this=exp.alias_(exp.Literal.string(str(path.absolute())), ATTACHED),
                        expressions=[exp.AttachOption(this=exp.var("READ_ONLY"))])  # fmt: skip
    try:
        engine.execute(attach.sql("duckdb"))
    except duckdb.Error:
        raise DataError.one(data.source, "is not a database file that can be read", CUT_SHORT) from None
    rows = engine.execute(
        "SELECT CASE schema_name WHEN 'main' THEN '' ELSE schema_name || '.' END || name FROM ("
        "SELECT schema_name, table_name AS name FROM duckdb_tables() WHERE database_name = ? UNION ALL "
        "SELECT schema_name, view_name FROM duckdb_views() WHERE database_name = ? AND NOT internal) ORDER BY 1",
        [ATTACHED, ATTACHED],
    ).fetchall()
    tables = [name for (name,) in rows]
    source = _source(data, tables, "duckdb")
    names = {each.alias_or_name for each in source.find_all(exp.CTE)}
    for table in source.find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier):
            hint = "Name its own tables: a function that reads a file or makes rows is none of them."
            raise DataError.one(data.source, "its query reads something that is no table of the file", hint)
        if table.name not in names and (named := ".".join(part.name for part in table.parts)) not in tables:
            raise DataError.one(data.source, f"has no table {named!r}", nearest(named, tables))
        if table.name not in names and not table.catalog:
            table.set("db", table.args.get("db") or exp.to_identifier("main"))
            table.set("catalog", exp.to_identifier(ATTACHED, quoted=True))
    try:
        engine.execute(f'CREATE OR REPLACE TEMP VIEW "{view}" AS {source.sql("duckdb")}')
    except (duckdb.CatalogException, duckdb.BinderException, duckdb.ParserException):
        hint = "Try the query by hand: a table or column may have another name."
        raise DataError.one(data.source, "cannot read the query", hint) from None


def keep_inside(engine: duckdb.DuckDBPyConnection, files: Collection[Path], folder: Path) -> None:
    """Let the engine open no further file: a view or a macro in a database may name any, and must not reach it.

    Args:
        engine: where a DuckDB file is attached.
        files: what else is read beside it.
        folder: a folder of our own.
    """
    allowed = exp.Array(expressions=[exp.Literal.string(str(path.absolute())) for path in files])
    engine.execute(f"SET allowed_paths = {allowed.sql('duckdb')}")
    ours = exp.Array(expressions=[exp.Literal.string(str(folder.absolute()))])
    engine.execute(f"SET allowed_directories = {ours.sql('duckdb')}")
    engine.execute("SET enable_external_access = false")
