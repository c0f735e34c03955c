"""The seal: hashes of everything that a result depends on, so that anybody can recompute it."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from fairaudit import __version__

SCHEMA_VERSION = "1"
SEED = 0
LIBRARIES = (
    *("numpy", "scipy", "pandas", "duckdb", "sqlglot", "pydantic"),
    *("fairlearn", "scikit-learn", "papermill", "matplotlib"),
)


def inputs(
    plan_file: Path, evidence: Mapping[str, Mapping[str, Any]], code: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    """Say what went into a run, for `results.json`.

    Args:
        plan_file: `audit.yaml`.
        evidence: by block: source, source_sha256, notebook, notebook_sha256, tally_sha256, parameters.
        code: files of the audit's own that ran, each with file and sha256.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "plan": {"file": plan_file.name, "sha256": sha256(plan_file)},
        "evidence": {name: dict(facts) for name, facts in evidence.items()},
        "code": [dict(entry) for entry in code],
        "seed": SEED,
        "versions": versions(),
    }


def outputs(folder: Path) -> dict[str, str]:
    """Hash every file of a report, by its path in the report's folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path) for path in files}


def versions() -> dict[str, str]:
    """Give the versions of Python, of this package, and of each library that a number depends on."""
    found = {"fairaudit": __version__, "python": platform.python_version()}
    return found | {name: metadata.version(name) for name in LIBRARIES}


def sha256(path: Path) -> str:
    """Hash a file's bytes; hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
