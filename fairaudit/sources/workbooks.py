"""Excel workbooks (.xlsx), read as texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from fairaudit.errors import DataError, listed, nearest
from fairaudit.plan import SPACES, Data
from fairaudit.sources.frames import as_text
from fairaudit.sources.text_files import header_problems

ERRORS = ("#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!")


def to_arrow(path: Path, data: Data) -> pa.Table:
    """Read a sheet; its first row that is not empty names the columns.

    Raises:
        DataError: no workbook, no such sheet, an empty one, or formulas whose values were never computed.
    """
    header, rows = _cells(path, data, data_only=True)
    header = [name or f"column {place}" for place, name in enumerate(header, 1)]
    if problems := header_problems(header, data.source):
        raise DataError(problems)
    columns = [[as_text(value) for value in column] for column in zip(*rows, strict=True)] or [[] for _ in header]
    _check_formulas(path, data, header, columns)
    return pa.table({name: pa.array(column, pa.string()) for name, column in zip(header, columns, strict=True)})


def _cells(path: Path, data: Data, *, data_only: bool) -> tuple[list[str], list[tuple]]:
    """Give the names of the columns and the rows, all of one width."""
    book = _book(path, data, data_only)
    try:
        sheet = book[_sheet_name(book, data)]
        rows = [row for row in sheet.iter_rows(values_only=True) if any(value not in (None, "") for value in row)]
    finally:
        book.close()
    if not rows:
        raise DataError.one(data.source, "its sheet is empty", "The first row names the columns.")
    width = max((place for row in rows for place, value in enumerate(row, 1) if value not in (None, "")))
    rows = [(*row[:width], *(None,) * (width - len(row))) for row in rows]
    return [(as_text(value) or "").strip(SPACES) for value in rows[0]], rows[1:]


def _book(path: Path, data: Data, data_only: bool):
    import openpyxl

    try:
        return openpyxl.load_workbook(path, read_only=True, data_only=data_only)
    except Exception:  # openpyxl raises whatever its zip and XML readers raise
        hint = "Save it anew as .xlsx without a password, or as CSV UTF-8."
        raise DataError.one(data.source, "is not an Excel file that can be read", hint) from None


def _sheet_name(book: Any, data: Data) -> str:
    names = [sheet.title for sheet in book.worksheets]
    if data.sheet is None and len(names) > 1:
        hint = f"Add `sheet:` under data. It can be: {listed(names)}."
        raise DataError.one(data.source, f"has {len(names)} sheets", hint)
    if data.sheet is not None and data.sheet not in names:
        raise DataError.one(data.source, f"has no sheet {data.sheet!r}", nearest(data.sheet, names))
    if not names:
        raise DataError.one(data.source, "has no sheet of cells", "Save the records as CSV UTF-8.")
    return data.sheet or names[0]


def _check_formulas(path: Path, data: Data, header: list[str], columns: list[list[str | None]]) -> None:
    """A formula that no spreadsheet has computed has no value, and would pass for missing."""
    for name, column in zip(header, columns, strict=True):
        if failed := [value for value in column if value in ERRORS]:
            what = f"column {name!r} holds {failed[0]}, a formula that failed"
            raise DataError.one(data.source, what, "Mend the formula, or put the value in its place.")
    if any(None in column for column in columns):
        _, formulas = _cells(path, data, data_only=False)
        for place, name in enumerate(header):
            if any(
                row[place] is not None and value is None for row, value in zip(formulas, columns[place], strict=False)
            ):
                what = f"column {name!r} holds formulas without values"
                raise DataError.one(data.source, what, "Open it in a spreadsheet, save it, and try again.")
