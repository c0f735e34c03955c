"""Folders of Parquet files, as Spark and other engines write them: read as one table."""

from __future__ import annotations

from pathlib import Path

import duckdb
from sqlglot import exp

from fairaudit.errors import DataError, Problem, listed
from fairaudit.plan import Data
from fairaudit.plan.files import parquet_files

MOST_NAMED = 5


def open_folder(engine: duckdb.DuckDBPyConnection, data: Data, folder: Path, view: str) -> None:
    """Make a view of all files of a folder.

    Raises:
        DataError: there is none, one is cut short, or a column has other types in some of them.
    """
    paths = parquet_files(folder)
    if not paths:
        raise DataError.one(data.source, "is a folder without Parquet files", "Name a file in it, or another folder.")
    if problems := [*_cut_short(paths, folder, data)] or [*_apart(engine, paths, folder, data)]:
        raise DataError(problems)
    files = exp.Array(expressions=[exp.Literal.string(str(path.absolute())) for path in paths])
    # A part of a path such as year=2024 is a column; what it says is a text, so that 01 stays 01.
    options = {"binary_as_string": True, "hive_partitioning": True, "hive_types_autocast": False}
    told = [exp.EQ(this=exp.var(name), expression=exp.convert(value)) for name, value in options.items()]
    read = exp.Select(expressions=[exp.Star()]).from_(exp.Anonymous(this="read_parquet", expressions=[files, *told]))
    try:
        engine.execute(f'CREATE OR REPLACE TEMP VIEW "{view}" AS {read.sql("duckdb")}')
    except (duckdb.BinderException, duckdb.InvalidInputException):
        hint = "Each lies below the same folders, such as year=2024."
        raise DataError.one(data.source, "has files whose folders name other columns", hint) from None


def _cut_short(paths: list[Path], folder: Path, data: Data):
    for path in paths:
        with path.open("rb") as file:
            start = file.read(4)
            size = file.seek(0, 2)
            file.seek(max(size - 4, 0))
            if (start, file.read(4)) != (b"PAR1", b"PAR1"):
                where = f"{data.source} {path.relative_to(folder)}"
                yield Problem(where, "is not a whole Parquet file", "It may have been cut short: copy it again.")


def _apart(engine: duckdb.DuckDBPyConnection, paths: list[Path], folder: Path, data: Data):
    """Say which columns are not in all files, or are of another type in some."""
    rows = engine.execute(
        "SELECT file_name, name, coalesce(nullif(concat_ws(' ', type, logical_type), ''), '?') FROM parquet_schema(?)"
        " WHERE num_children IS NULL OR num_children = 0",
        [list(map(str, paths))],
    ).fetchall()
    types: dict[str, dict[str, list[str]]] = {}
    for file, column, kind in rows:
        types.setdefault(column, {}).setdefault(kind, []).append(str(Path(file).relative_to(folder)))
    for column, by_type in types.items():
        where = f"{data.source} column {column!r}"
        if len(by_type) > 1:
            rare = min(by_type.values(), key=len)
            what = f"has another type in some files: {listed(sorted(rare), MOST_NAMED)}"
            yield Problem(where, what, "Write these files anew, with the column as in the others.")
        elif lacking := _lacking(by_type, paths, folder):
            what = f"is missing in some files: {listed(lacking, MOST_NAMED)}"
            yield Problem(where, what, "Write these files anew, or move them away.")


def _lacking(by_type: dict[str, list[str]], paths: list[Path], folder: Path) -> list[str]:
    there = {name for names in by_type.values() for name in names}
    return [name for name in (str(path.relative_to(folder)) for path in paths) if name not in there]
