"""Saving a tally as two files: `x.tally.json`, what it is about, and `x.tally.csv`, the cells."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
from pathlib import Path

import pandas as pd

from fairaudit.errors import UsageError
from fairaudit.plan.files import places
from fairaudit.tally.about import About
from fairaudit.tally.spreadsheet import write_csv
from fairaudit.tally.values import NUMBERS, plain_number

SCHEMA_VERSION = "1"
OF_SOME_KINDS = (
    *("edges", "decimals", "horizons", "time_unit", "until", "has_moe", "census", "shares", "population"),
    *("scanned", "proxies", "asked"),
)
"""Entries that are written only where there is something to say."""


def save(path: str | Path, about: About, cells: pd.DataFrame) -> Path:
    """Write both files, the cells first.

    Args:
        path: where; `x`, `x.tally.json` and `x.tally.csv` all mean the same.
        about: what the tally is about.
        cells: the cells, in order.

    Returns:
        The path of the JSON file.

    Raises:
        UsageError: the files cannot be written.
    """
    target, cells_path = places(path)
    content = _cells_as_csv(cells)
    meta = {**as_dict(about), "csv": cells_path.name, "sha256": hashlib.sha256(content).hexdigest()}
    text = json.dumps(meta, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    for place, data in ((cells_path, content), (target, text.encode("utf-8"))):
        _write(place, data)
    return target


def _write(path: Path, content: bytes) -> None:
    """Write aside, then rename, so that a failure leaves what was there."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        aside.write_bytes(content)
        os.replace(aside, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            aside.unlink()
        raise UsageError.one(str(path), f"cannot be written ({error.strerror})", "Close it where it is open.") from None


def as_dict(about: About) -> dict:
    """Write what a tally is about as it stands in its file, but for the name and hash of the cells."""
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in vars(about).items()}
    plain["attributes"] = {name: list(levels) for name, levels in about.attributes.items()}
    plain["tables"] = {name: {"by": list(names)} for name, names in about.tables.items()}
    # 0 is something to say, and equals False.
    own = {name: v for name, v in plain.items() if name not in OF_SOME_KINDS or not (v in (None, []) or v is False)}
    return {"schema_version": SCHEMA_VERSION, **own}


def _cells_as_csv(cells: pd.DataFrame) -> bytes:
    written = cells.astype(object)
    for name in ("w", "ww", "wx", "wxx", "moe2", "p", "pp"):
        if name in written:
            written[name] = [int(value) if float(value).is_integer() else value for value in cells[name]]
    for name in NUMBERS:
        if name in written:
            written[name] = [plain_number(value) for value in cells[name]]
    if "n_high" in written:
        written["n_high"] = ["" if high == low else high for low, high in zip(cells["n"], cells["n_high"], strict=True)]
    return write_csv(written.columns, written.itertuples(index=False, name=None))
