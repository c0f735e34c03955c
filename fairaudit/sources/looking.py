"""Looking at a source before it is counted: its columns, the values of one column, its hash."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from fairaudit import sql
from fairaudit.errors import DataError, nearest
from fairaudit.folders import sha256
from fairaudit.plan import Data, Evidence
from fairaudit.plan.files import files_of, places
from fairaudit.sources.opening import opened


def describe(evidence: Evidence, folder: str | Path = ".") -> dict[str, str]:
    """Give the source's columns and their types.

    Raises:
        DataError: the source cannot be read.
    """
    with opened(evidence.data, Path(folder)) as records:
        return records.types


def columns_of(path: str | Path) -> list[str]:
    """Name the columns of a file for which there is no plan yet.

    Raises:
        DataError: the file cannot be read.
    """
    path = Path(path)
    with opened(_unplanned(path), path.parent) as records:
        return list(records.types)


def values_of(path: str | Path, column: str, most: int) -> list[str]:
    """List the values of one column of a file, the most frequent first; a missing one is not among them.

    Args:
        path: the file.
        column: the column.
        most: how many values at most.

    Raises:
        DataError: the file cannot be read, or has no such column.
    """
    path = Path(path)
    data = _unplanned(path)
    with opened(data, path.parent) as records:
        if column not in records.types:
            raise DataError.one(path.name, f"has no column {column!r}", nearest(column, list(records.types)))
        query = sql.values_query(column, data, sql.Columns(records.types), most + 1)
        found = [value for value, _ in records.fetch(query)]
    return [value for value in found if value is not None][:most]


def _unplanned(path: Path) -> Data:
    return Data(source=path.name, origin="historical", decided_by="this_system")


def at_hand(evidence: Evidence, folder: str | Path) -> bool:
    """Say whether there is anything to count: the file, or the address of the warehouse."""
    data = evidence.data
    return bool(os.environ.get(data.variable)) if data.is_warehouse else (Path(folder) / data.source).exists()


def sha256_of(evidence: Evidence, folder: str | Path) -> str | None:
    """Hash the source file's bytes (for a tally, its counts; for a folder, names and hashes of its files).

    Returns:
        Hexadecimal; None for a table of a warehouse, which has no hash.
    """
    data = evidence.data
    if data.is_warehouse:
        return None
    path = Path(folder) / data.source
    if path.is_dir():
        lines = [f"{sha256(file)}  {file.relative_to(path).as_posix()}\n" for file in files_of(data, folder)]
        return hashlib.sha256("".join(lines).encode()).hexdigest()
    return sha256(places(path)[1] if data.is_tally else path)
