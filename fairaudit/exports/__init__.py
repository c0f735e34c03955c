"""The results in forms that others ask for. To add one, add a file here with one function under `@export`."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from fairaudit.errors import Problem, UsageError, nearest
from fairaudit.exporting import EXPORTS, CannotExportError, Export, Sealed
from fairaudit.folders import cannot_write, replace_bytes
from fairaudit.workflow.seal import FILE, ROOT, holds

FOLDER = "export"
ALL = "all"
RESULTS = "results.json"


def every() -> Mapping[str, Export]:
    """Give every export by its name: whatever file lies in this folder."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return dict(sorted(EXPORTS.items()))


def named(names: Iterable[str]) -> list[Export]:
    """Find exports by name; `all` is all of them.

    Raises:
        UsageError: with every name that there is not.
    """
    known, names = every(), list(names)
    wrong = [name for name in names if name not in known and name != ALL]
    if wrong:
        hints = [nearest(name, [*known, ALL]) for name in wrong]
        raise UsageError(
            [
                Problem("fairaudit export", f"there is no export {name!r}", hint)
                for name, hint in zip(wrong, hints, strict=True)
            ]
        )
    return list(known.values()) if ALL in names else [known[name] for name in dict.fromkeys(names)]


def read_sealed(report: Path) -> Sealed:
    """Read a report's results as they were sealed.

    Args:
        report: the report's folder.

    Raises:
        UsageError: there is no report, or its results are not those that were sealed.
    """
    try:
        text = (report / RESULTS).read_text(encoding="utf-8")
        results = json.loads(text)
        seal = json.loads((report / FILE).read_text(encoding="utf-8")) if (report / FILE).is_file() else None
    except FileNotFoundError:
        hint = f"Run the audit first: fairaudit run {report.parent}"
        raise UsageError.one(str(report), f"holds no {RESULTS}", hint) from None
    except (OSError, ValueError) as error:
        raise UsageError.one(str(report), f"cannot be read ({error})", "Run the audit again.") from None
    if not isinstance(results, dict) or not {"audit", "evidence", "answers"} <= results.keys():
        raise UsageError.one(str(report / RESULTS), "is not what a run writes", "Run the audit again.")
    if seal is None:
        return Sealed(results)
    if not isinstance(seal, dict) or not holds(seal, report, RESULTS):
        hint = "See what was changed with fairaudit verify, and run the audit again."
        raise UsageError.one(str(report / RESULTS), "is not what was sealed", hint)
    return Sealed(results, seal[ROOT])


def write(report: Path, names: Iterable[str], out: Path) -> tuple[list[Path], list[Problem]]:
    """Write exports of a report. Nothing is read but its `results.json` and `seal.json`.

    Args:
        report: the report's folder; nothing is written into it.
        names: of exports; with `all`, what cannot be exported is told and left out.
        out: folder to write to; may exist.

    Returns:
        The files written; and of what `all` left out, why.

    Raises:
        UsageError: a name is wrong, there is no sealed report, or the folder cannot be written.
        CannotExportError: the audit does not hold what an export that was named needs.
    """
    names = list(names)
    exports, sealed = named(names), read_sealed(report)
    if out.resolve() == report.resolve() or report.resolve() in out.resolve().parents:
        raise UsageError.one(str(out), "is the sealed report", "Name a folder outside it with --out.")
    files: dict[str, str | bytes] = {}
    left_out: list[Problem] = []
    for each in exports:
        try:
            files |= each.make(sealed)
        except CannotExportError as error:
            left_out += error.problems
    if left_out and (ALL not in names or not files):
        raise CannotExportError(left_out)
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            replace_bytes(out / name, content.encode("utf-8") if isinstance(content, str) else content)
    except OSError as error:
        raise cannot_write(out, error) from None
    return [out / name for name in files], left_out
