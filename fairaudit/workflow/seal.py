"""The seal: hashes of everything that a result depends on, so that anybody can recompute it.

Its root is one hash over all of it, which a person can write down. Where, when and on what commit it was run stands
beside the root and is no part of it: the same input has the same root everywhere.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fairaudit import __version__
from fairaudit.folders import sha256
from fairaudit.workflow.answers import FILE as ANSWERS
from fairaudit.workflow.commits import commit_of
from fairaudit.workflow.registration import FILE as REGISTER
from fairaudit.workflow.registration import read_register

if TYPE_CHECKING:
    from fairaudit.plan import Evidence, Plan
    from fairaudit.workflow.answers import Answers

SCHEMA_VERSION = "1"
SEED = 0
LIBRARIES = (
    *("numpy", "scipy", "pandas", "duckdb", "sqlglot", "pydantic"),
    *("fairlearn", "scikit-learn", "papermill", "matplotlib"),
)
FILE = "seal.json"
ROOT, RAN, WHOLE, PRINTED = "seal_sha256", "ran", "ran_sha256", "printed_with"
"""Keys of the seal: its root; times, platform and commit; the hash of root and those together; what made the PDF."""


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


def sealed(
    given: Mapping[str, Any],
    plan: Plan,
    answers: Answers,
    report: Path,
    to_sign: str,
    times: Mapping[str, str],
    printed_with: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Give the whole seal of a report.

    Args:
        given: what went in, from `inputs`.
        plan: the plan.
        answers: what people have answered.
        report: the report's folder, with everything in it but the seal.
        to_sign: the hash that people sign.
        times: started and ended, in UTC; no part of the root.
        printed_with: the versions that the bytes of `report.pdf` depend on; None where there is none.
    """
    content = {
        **given,
        "beside": {block.id: beside(block, plan.folder) for block in plan.evidence},
        "answers": answers.sha256 and {"file": ANSWERS, "sha256": answers.sha256},
        "attachments": dict(answers.attachments),
        "register": register_of(plan.folder),
        "to_sign": to_sign,
        "files": outputs(report),
        **({PRINTED: dict(printed_with)} if printed_with else {}),
    }
    own = [plan.path.name, ANSWERS, *answers.attachments, *(entry["file"] for entry in given["code"])]
    where = {"platform": f"{platform.system()} {platform.machine()}", "git": commit_of(plan.folder, own)}
    content |= {ROOT: root_of(content), RAN: {**times, **where}}
    return {**content, WHOLE: whole_of(content)}


def root_of(seal: Mapping[str, Any]) -> str:
    """Hash a seal without its own hashes and without where and when it was run."""
    return _digest({name: entry for name, entry in seal.items() if name not in (ROOT, RAN, WHOLE)})


def holds(seal: Mapping[str, Any], report: Path, name: str) -> bool:
    """Say whether a seal is whole, and a file of the report the one that it was made over.

    Args:
        seal: what `seal.json` holds, whoever wrote it.
        report: the report's folder.
        name: the file's, in that folder.
    """
    files = seal.get("files")
    whole = seal.get(ROOT) == root_of(seal) and isinstance(files, dict)
    return whole and (report / name).is_file() and files.get(name) == sha256(report / name)


def whole_of(seal: Mapping[str, Any]) -> str:
    """Hash a seal's root, and where and when it was run."""
    return _digest([seal.get(ROOT), seal.get(RAN)])


def _digest(content: Any) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def outputs(folder: Path) -> dict[str, str]:
    """Hash every file of a report, by its path in the report's folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path) for path in files}


def beside(block: Evidence, folder: Path) -> dict[str, dict[str, str]]:
    """Hash the files that a block names beside its source: what is joined, who lives there, outlines."""
    return {
        name: {"file": path.name, "sha256": sha256(path)} for name, path in paths_beside(block, folder) if is_file(path)
    }


def paths_beside(block: Evidence, folder: Path) -> Iterator[tuple[str, Path]]:
    """Name the files that a block reads beside its source."""
    yield from ((name, folder / source) for name, source in block.data.beside.items())


def register_of(folder: Path) -> dict[str, Any] | None:
    """Say what the register holds, without the plans themselves; None where there is none."""
    if not (folder / REGISTER).is_file():
        return None
    register = read_register(folder)
    return {
        "sha256": sha256(folder / REGISTER),
        "entries": [{name: part for name, part in vars(entry).items() if name != "plan"} for entry in register.entries],
        "looks": [{**vars(look), "data": dict(look.data)} for look in register.looks],
    }


def versions() -> dict[str, str]:
    """Give the versions of Python, of this package, and of each library that a number depends on."""
    found = {"fairaudit": __version__, "python": platform.python_version()}
    return found | {name: metadata.version(name) for name in LIBRARIES}


def is_file(path: Path) -> bool:
    """Say whether there is a file of that name; a name that no system takes is none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
