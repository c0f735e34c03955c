"""Text that survives being opened and saved by a spreadsheet, which takes `=1+1`, `5-9` and `007` for other things."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from functools import lru_cache

DELIMITERS = (",", ";", "\t")
PLAIN_NUMBER = re.compile(r"0|[1-9]\d{0,14}")
MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
MEANT_OTHERWISE = re.compile(
    r"[=+\-@\t\r\n].*"  # formulas and signs
    r"|[.$£€¥(]\s*\d.*"  # amounts
    r"|\d[\d\s.,:/%\-]*(e[+\-]?\d+|[ap]m?)?"  # dates, times, leading zeros, shares; plain numbers stay what they are
    rf"|\d+[\s.,/\-]*{MONTH}.*|{MONTH}[\s.,/\-]*\d.*"  # 5 May, May 5
    r"|true|false",
    re.IGNORECASE | re.DOTALL,
)


def guard(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would turn into something else."""
    return f"'{text}" if _needs_guard(text) else text


def unguard(text: str) -> str:
    """Take off the apostrophe that `guard` put there, and no other."""
    return text[1:] if text.startswith("'") and _needs_guard(text) else text


@lru_cache(maxsize=100_000)  # the same few groups and values stand in every row
def _needs_guard(text: str) -> bool:
    # The apostrophes that stand there already do not count, so that guarding can be undone.
    bare = text.lstrip("'")
    return bool(MEANT_OTHERWISE.fullmatch(bare)) and not PLAIN_NUMBER.fullmatch(text)


def write_csv(header: Iterable[str], rows: Iterable[Iterable[object]]) -> bytes:
    """Write rows as CSV in UTF-8; texts are guarded, numbers are not."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(map(guard, header))
    writer.writerows([guard(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8")


def read_csv(content: bytes) -> tuple[list[tuple[int, list[str]]], str]:
    """Read rows as a spreadsheet may have saved them: other delimiters, line ends, blank rows, a byte order mark.

    Returns:
        Each row with the line it ends on; and the delimiter.

    Raises:
        UnicodeDecodeError: not UTF-8.
        csv.Error: not CSV.
    """
    text = content.decode("utf-8-sig")
    delimiter = max(DELIMITERS, key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    return [(reader.line_num, list(map(unguard, row))) for row in reader if any(row)], delimiter
