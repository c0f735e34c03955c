"""CSV files: their header, delimiter and encoding, said outright so that the engine need not guess."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections import Counter
from pathlib import Path
from typing import IO

from fairaudit.errors import DataError, Problem, listed, nearest
from fairaudit.plan import SPACES, Data

ENDINGS = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".txt.gz")
START = 1 << 20
UNDEFINED_IN_CP1252 = b"\x81\x8d\x8f\x90\x9d"


def delimiter_of(data: Data) -> str:
    """Give what stands between columns: what the plan says, else a tab in .tsv, else a comma."""
    return data.delimiter or ("\t" if ".tsv" in data.source.lower() else ",")


def read_header(path: Path, data: Data) -> list[str]:
    """Read the names of the columns.

    Raises:
        DataError: the start of the file is not text of the encoding, or the header cannot name columns.
    """
    text = _start(path, data)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(data))
        header = [name.strip(SPACES) for name in next(reader, [])]
    except csv.Error:
        raise DataError.one(
            data.source, "its first line is not a header", "The first line names the columns."
        ) from None
    if not any(header):
        raise DataError.one(data.source, "its first line is empty", "The first line names the columns.")
    _check_delimiter(header, data)
    # A column without a name is often a row number; it only cannot be asked for.
    header = [name or f"column {place}" for place, name in enumerate(header, 1)]
    if problems := header_problems(header, data.source):
        raise DataError(problems)
    return header


def header_problems(header: list[str], source: str) -> list[Problem]:
    """Find names that stand twice; the engine does not tell capitals from small letters."""
    problems = []
    for name, count in Counter(name.casefold() for name in header).items():
        alike = list(dict.fromkeys(column for column in header if column.casefold() == name))
        if count > 1 and len(alike) == 1:
            problems.append(
                Problem(source, f"the column {alike[0]!r} stands in the header twice", "Rename one of them.")
            )
        elif count > 1:
            what = f"the columns {listed([repr(column) for column in alike])} differ in capitals only"
            problems.append(Problem(source, what, "Rename one of them."))
    problems += [
        Problem(source, f"the column {name[:60]!r} has a line break in its name", "The header is one line.")
        for name in header
        if "\n" in name or "\r" in name
    ]
    return problems


def _check_delimiter(header: list[str], data: Data) -> None:
    used = delimiter_of(data)
    other = [mark for mark in (";", "\t", "|", ",") if len(header) == 1 and mark != used and mark in header[0]]
    if other:
        mark = '"\\t"' if other[0] == "\t" else f'"{other[0]}"'
        what = f"its header is one column, {header[0][:60]!r}"
        raise DataError.one(data.source, what, f"It looks separated by {mark}: add `delimiter: {mark}` under data.")


# --- encodings -------------------------------------------------------------------------------------------------------


def _encoding(data: Data) -> str:
    """Give the name of the text encoding, as Python calls it."""
    try:
        codec = codecs.lookup(data.encoding or "utf-8")
        "".encode(codec.name)  # refuses what is a codec and no text encoding, such as base64
    except (LookupError, ValueError):
        hint = nearest(data.encoding, ["utf-8", "cp1252", "latin-1", "utf-16", "mac-roman", "cp437"])
        raise DataError.one(data.source, f"there is no text encoding {data.encoding!r}", hint) from None
    return codec.name


def _open(path: Path) -> IO[bytes]:
    return gzip.open(path, "rb") if path.name.lower().endswith(".gz") else path.open("rb")


def _start(path: Path, data: Data) -> str:
    encoding = _encoding(data)
    try:
        with _open(path) as file:
            start = file.read(START)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        hint = "It may have been cut short: copy it again; or take .gz off its name."
        raise DataError.one(data.source, "is not a whole gzip file", hint) from None
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(start)
    except UnicodeError:
        raise _not_in(encoding, start, data) from None
    if "\0" in text:
        raise _not_in(encoding, start, data)
    return text.removeprefix("\ufeff")


def as_utf8(path: Path, data: Data, scratch: Path) -> Path:
    """Write a file of another encoding as UTF-8 into the scratch folder, which goes when the count is done.

    Raises:
        DataError: the file is not text of the encoding that the plan names.
    """
    encoding = _encoding(data)
    if encoding == "utf-8":
        return path
    target = scratch / "records.csv"
    with (
        io.TextIOWrapper(_open(path), encoding=encoding, newline="") as source,
        target.open("w", encoding="utf-8", newline="") as file,
    ):
        try:
            while block := source.read(START):
                file.write(block)
        except UnicodeError:
            raise _not_in(encoding, None, data) from None
        except (EOFError, zlib.error):
            raise DataError.one(data.source, "is not a whole gzip file", "Copy it again.") from None
    return target


def _not_in(encoding: str, sample: bytes | None, data: Data) -> DataError:
    return DataError.one(data.source, f"is not {encoding} text", likely_encoding_hint(sample, encoding))


def likely_encoding_hint(sample: bytes | None, not_this: str = "utf-8") -> str:
    """Say which encoding a file probably has, and the line to add to the plan.

    Args:
        sample: the start of the file; None where it tells nothing, since the trouble is further on.
        not_this: the encoding that it is not.
    """
    likely = [name for name in _likely(sample or b"") if codecs.lookup(name).name != not_this]
    return f"It is probably {likely[0]}: add `encoding: {likely[0]}` under data."


def _likely(sample: bytes) -> list[str]:
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ["utf-16", "cp1252"]
    if b"\0" in sample:
        # Western text in UTF-16 has a zero in every second byte.
        return ["utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be", "utf-16"]
    if any(byte in UNDEFINED_IN_CP1252 for byte in sample):
        return ["latin-1", "utf-8"]
    return ["cp1252", "latin-1"]
