"""A block's counts: taken from the shelf where everything that they depend on is as it was, else counted and kept."""

from __future__ import annotations

import contextlib
import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from fairaudit import __version__
from fairaudit.keeping import files
from fairaudit.keeping.shelf import Shelf, shelf
from fairaudit.plan import Evidence
from fairaudit.sources import read_tally
from fairaudit.tally import Tally

SCHEMA_VERSION = 1
PROSE = {"question", "cannot_tell"}
"""Keys of a block that no count depends on; beside the `because` of measures, all others are taken to matter."""
LIBRARIES = ("duckdb", "numpy", "pandas", "pyarrow", "sqlglot")
PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Counted:
    """A block's counts.

    Attributes:
        tally: the counts.
        sql: the SQL that counted, also where that was in an earlier run.
        kept: by file, the hashes of what they were once counted from; None where records were read just now.
    """

    tally: Tally
    sql: Sequence[str]
    kept: Mapping[str, str] | None = None


def counted(evidence: Evidence, folder: str | Path, plan_sha256: str | None = None, frame: Any = None) -> Counted:
    """Give a block's counts, and read its records only where they are not kept.

    Args:
        evidence: the block of the plan.
        folder: what its source is relative to.
        plan_sha256: the plan's hash, to be noted in the tally.
        frame: records at hand instead of the source, of which nothing is kept.

    Raises:
        DataError: as `read_tally` does.
    """

    def anew() -> Counted:
        sql: list[str] = []
        return Counted(read_tally(evidence, folder, frame, plan_sha256, sql.append), sql)

    held = shelf() if frame is None and evidence.data.has_records else None
    if held is None:
        return anew()
    try:
        hashes = _hashes(evidence, folder, held)
    except (OSError, ValueError):
        return anew()  # it says what is wrong
    key = key_of({"block": plan_part(evidence), "files": hashes})
    if (found := held.counts(key)) is not None:
        tally, sql = found
        return Counted(Tally(replace(tally.about, plan_sha256=plan_sha256), tally.cells), sql, hashes)
    made = anew()
    with contextlib.suppress(OSError, ValueError):  # a file that is gone by now
        if hashes == _hashes(evidence, folder, held):
            held.keep(key, made.tally, made.sql)
    return made


def _hashes(evidence: Evidence, folder: str | Path, held: Shelf) -> dict[str, str]:
    return {name: files.sha256_of(path, held) for name, path in files.inputs(evidence, Path(folder)).items()}


def key_of(parts: Mapping[str, Any]) -> str:
    """Give the key of counts: a hash of what they depend on, of this package's code, and of the libraries that count.

    Args:
        parts: whatever else they depend on, as plain data. Of a table in a warehouse, which has no hash, that is what
            the caller is ready to take for one.
    """
    whole = {"schema_version": SCHEMA_VERSION, "code": _code(), "parts": parts}
    return hashlib.sha256(json.dumps(whole, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def plan_part(evidence: Evidence) -> str:
    """Write all of a block that its counts may depend on, in its order: everything but prose."""
    block = evidence.model_dump(exclude=PROSE)
    for entry in block["measures"]:
        entry.pop("because", None)
    return repr(block)


@cache
def _code() -> dict[str, str]:
    """Say what counts: versions, and a hash of all code of this package."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(f"{path.relative_to(PACKAGE).as_posix()}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    versions = {name: metadata.version(name) for name in LIBRARIES}
    return {"fairaudit": f"{__version__} {digest.hexdigest()}", "python": platform.python_version(), **versions}
