"""Opening a source in the engine, and saying what is wrong with a file in words of its own."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb
from sqlglot import exp

from fairaudit import sql, syntax
from fairaudit.engines import DuckDB, Engine, Relation, warehouse_of
from fairaudit.errors import DataError, Problem, UsageError, nearest
from fairaudit.plan import Data
from fairaudit.plan.data import DATABASES
from fairaudit.sources import database_files, frames, joining, parquet_folders, text_files, workbooks

AS_SENT = "records as sent"
# Nothing is fetched from anywhere; what does not fit into so much memory is put on disk for as long as it takes.
ENGINE = {
    **{"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"},
    **{"preserve_insertion_order": "false", "memory_limit": "1GiB"},
}
MEMORY = "FAIRAUDIT_MEMORY"
"""The variable of the environment that lets the engine have more memory, or less, such as 8GiB."""


@dataclass(frozen=True)
class Records:
    """Records in an engine, under the name `records`.

    Attributes:
        engine: what holds them.
        types: column -> type, in the order of the source; "" for a column of a DataFrame that was not asked for.
        notes: what a reader must know of how it was put together, a sentence each.
    """

    engine: Engine
    types: dict[str, str]
    notes: tuple[str, ...] = ()

    def fetch(self, query: exp.Expression) -> list[tuple]:
        """Put a query, and give its rows."""
        return self.engine.answer(query).rows

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The embedded engine itself, where it holds the records: what is made there stays there."""
        if isinstance(self.engine, DuckDB):
            return self.engine.connection
        raise TypeError("these records are not in the embedded engine")


@contextlib.contextmanager
def opened(
    data: Data,
    folder: Path,
    frame: Any = None,
    wanted: Collection[str] = (),
    renamed: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Records]:
    """Open a source for as long as it is needed.

    Args:
        data: the plan's data block.
        folder: what the source is relative to.
        frame: records at hand instead of the source.
        wanted: the columns to take from a DataFrame.
        renamed: column as the plan calls it -> as the source does; the source's own column of that name is not seen.

    Raises:
        DataError: whatever is wrong with the source, also where it shows only while it is read.
    """
    if frame is None and data.is_warehouse:
        with contextlib.closing(warehouse_of(data)) as engine:
            yield Records(engine, engine.types)
        return
    if isinstance(frame, duckdb.DuckDBPyRelation):
        if not (joining.needs_more(data) or data.areas == "all"):
            yield from _related(frame)
            return
        frame = frame.to_arrow_table()  # what is joined to it is made in an engine of our own
    with tempfile.TemporaryDirectory(prefix="fairaudit-", ignore_cleanup_errors=True) as scratch:
        engine = duckdb.connect(":memory:", config={**ENGINE, "temp_directory": scratch, **_memory()})
        try:
            engine.execute("SET TimeZone = 'UTC'")  # so that times read alike on every machine
            extend = joining.needs_more(data)
            view = joining.SOURCE if extend else sql.RECORDS

            def open_file(other: Data, name: str) -> None:
                _open_file(engine, other, folder / other.source, Path(scratch), name)

            columns = []
            if frame is None and renamed:
                theirs = [renamed.get(column, column) for column in wanted]
                _open_file(engine, data, folder / data.source, Path(scratch), AS_SENT, theirs)
                _rename(engine, data, renamed, view)
            elif frame is None:
                _open_file(engine, data, folder / data.source, Path(scratch), view, wanted)
            else:
                columns = _open_frame(engine, frame, wanted, view)
            if frame is None and data.source.lower().endswith(DATABASES):
                beside = [folder / data.join.source] if data.join else []
                database_files.keep_inside(engine, beside, Path(scratch))
            notes = joining.extended(engine, data, folder, open_file) if extend else ()
            described = engine.execute(f"DESCRIBE {sql.RECORDS}").fetchall()
            types = dict.fromkeys(columns, "") | {row[0]: str(row[1]) for row in described}
            yield Records(DuckDB(engine, types), types, notes)
        except (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException):
            raise  # a slip of the query, not of the data
        except duckdb.Error as error:
            raise DataError(_readable(error, data)) from None
        except OSError as error:
            raise DataError.one(data.source, f"cannot be read ({error.strerror or 'input/output error'})") from None
        finally:
            engine.close()


def _rename(engine: duckdb.DuckDBPyConnection, data: Data, renamed: Mapping[str, str], view: str) -> None:
    """Make a view of a file in which columns are called as the plan calls them."""
    described = engine.execute(f'DESCRIBE "{AS_SENT}"').fetchall()
    # Names of columns differ in more than their capitals, for the engine as for us.
    there = {str(row[0]).casefold(): str(row[0]) for row in described}
    problems = [
        Problem(
            data.source,
            f"has no column {theirs!r}, from which {ours} is read",
            nearest(theirs, [*there.values()]),
        )
        for ours, theirs in renamed.items()
        if theirs.casefold() not in there
    ]
    if problems:
        raise DataError(problems)
    ours = {name.casefold() for name in renamed}
    columns = {name: syntax.name(name) for key, name in there.items() if key not in ours}
    columns |= {name: syntax.name(there[theirs.casefold()]) for name, theirs in renamed.items()}
    joining.make_view(engine, view, syntax.select(columns, exp.to_table(AS_SENT, quoted=True)))


def _memory() -> dict[str, str]:
    """Give the memory that the environment lets the engine have, if it says so."""
    told = os.environ.get(MEMORY, "").strip()
    if told and not re.fullmatch(r"[1-9]\d{0,5} ?[MG]i?B", told, re.IGNORECASE):
        raise UsageError.one(MEMORY, f"is {told!r}, and no amount of memory", "Write it as 2GiB or 500MB.")
    return {"memory_limit": told} if told else {}


def _related(relation: duckdb.DuckDBPyRelation) -> Iterator[Records]:
    """Count a relation where it is, in the connection of whoever holds it."""
    if problems := text_files.header_problems(relation.columns, frames.WHERE):
        raise DataError(problems)
    types = dict(zip(relation.columns, map(str, relation.types), strict=True))
    try:
        yield Records(Relation(relation, types), types)
    except (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException):
        raise
    except duckdb.Error as error:
        what = f"cannot be read ({type(error).__name__})"
        raise DataError.one(frames.WHERE, what, "Look whether the relation can be shown by itself.") from None


def _open_frame(engine: duckdb.DuckDBPyConnection, frame: Any, wanted: Collection[str], view: str) -> list[str]:
    columns, table = frames.to_arrow(frame, wanted)
    engine.register(view, table)
    return columns


def _open_file(
    engine: duckdb.DuckDBPyConnection,
    data: Data,
    path: Path,
    scratch: Path,
    view: str,
    wanted: Collection[str] = (),
) -> None:
    if path.is_dir():
        parquet_folders.open_folder(engine, data, path, view)
        return
    _check_there(path, data)
    name = path.name.lower()
    if name.endswith(".tally.csv"):
        hint = f"Name the .tally.json beside it: {data.source.removesuffix('csv')}json."
        raise DataError.one(data.source, "holds the counts of a tally, not records", hint)
    if name.endswith((".parquet", ".pq")):
        engine.read_parquet(_literal(path), binary_as_string=True).create_view(view)
    elif name.endswith(".xlsx"):
        engine.register(view, workbooks.to_arrow(path, data))
    elif name.endswith(DATABASES):
        database_files.open_database(engine, data, path, view, wanted)
    elif name.endswith(text_files.ENDINGS):
        _open_text(engine, data, path, scratch, view)
    else:
        hint = "Use csv, csv.gz, parquet, xlsx, sqlite, duckdb, a folder of Parquet files, or a .tally.json."
        if name.endswith((".xls", ".xlsm", ".xlsb", ".ods")):
            hint = "Save it as .xlsx or as CSV UTF-8."
        raise DataError.one(data.source, "is not a kind of file that can be read", hint)


def _check_there(path: Path, data: Data) -> None:
    if not path.is_file():
        beside = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        close = nearest(path.name, beside)
        hint = close if close.startswith("Did you mean") else f"Looked for {path}; it is relative to audit.yaml."
        raise DataError.one(data.source, "there is no such file", hint)
    if path.stat().st_size == 0:
        raise DataError.one(data.source, "is empty", "It should hold a header and records.")


def _open_text(engine: duckdb.DuckDBPyConnection, data: Data, path: Path, scratch: Path, view: str) -> None:
    header = text_files.read_header(path, data)
    path = text_files.as_utf8(path, data, scratch)
    # Names and types are given, so that nothing about the file is guessed.
    engine.read_csv(
        _literal(path),
        header=True,
        columns=dict.fromkeys(header, "VARCHAR"),
        auto_detect=False,
        delimiter=text_files.delimiter_of(data),
        quotechar='"',
        escapechar='"',
        null_padding=False,
        strict_mode=True,
    ).create_view(view)


def _literal(path: Path) -> str:
    """Give a path in which the engine takes no character for a wildcard."""
    return re.sub(r"([*?\[])", r"[\1]", str(path.absolute()))


# What the engine says -> what a reader can do about it. No text of the engine is passed on: it quotes records.
COMPLAINTS = (
    (r"out of memory|no space|failed to (allocate|write)", "does not fit into this machine's memory and disk",
     f"Free some disk space, let it have more memory (such as {MEMORY}=8GiB), or count it where the records are."),
    (r"gzip", "is not a whole gzip file", "It may have been cut short: copy it again; or take .gz off its name."),
    (r"unicode|utf-?8", "is not UTF-8 text", ""),
    (r"unterminated quote", "has a quotation mark that does not close",
     'A quotation mark inside a field is written twice: "".'),
    (r"maximum line size", "has a line of more than 2 MB", "A quotation mark may be missing: look at its start."),
    (r"invalid state", "has line ends of different kinds, or a quotation mark in the wrong place",
     "Open it and save it anew, as CSV UTF-8."),
)  # fmt: skip


def _readable(error: duckdb.Error, data: Data) -> Problem:
    """Say what the engine found without its SQL, and without a value of the records."""
    text = str(error)
    line = re.search(r"CSV Error on Line: (\d+)", text)
    where = f"{data.source} line {line.group(1)}" if line else data.source
    columns = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", text)
    if columns:
        what = f"has {columns.group(2)} columns where the header has {columns.group(1)}"
        return Problem(where, what, "Mend the row; a field that holds the delimiter stands in quotation marks.")
    for pattern, what, hint in COMPLAINTS:
        if re.search(pattern, text.partition("Original Line")[0] + text.partition("\n")[2], re.IGNORECASE):
            return Problem(where, what, hint or text_files.likely_encoding_hint(None))
    broken = isinstance(error, duckdb.IOException | duckdb.InvalidInputException) or type(error) is duckdb.Error
    if broken and data.source.lower().endswith((".parquet", ".pq")):
        return Problem(where, "is not a Parquet file that can be read", "It may have been cut short: copy it again.")
    return Problem(where, f"cannot be read ({type(error).__name__})", "Try it as CSV UTF-8 or Parquet.")
