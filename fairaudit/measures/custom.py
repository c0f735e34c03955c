"""A researcher's own measure, from a Python file beside the plan: ``measure: ./my_measures.py:late_share``.

The file is code that someone trusted. It runs only where the user said so, and its hash goes on page one.
"""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from fairaudit.errors import FairauditError, PlanError, Problem, nearest
from fairaudit.measures.approximate import ApproximateMeasure, takes_records, wrap
from fairaudit.measures.registry import MEASURES, Measure, collecting
from fairaudit.measures.statistic import Statistic


@dataclass(frozen=True)
class Loaded:
    """A measure of an audit's own, and the file it came from.

    Attributes:
        measure: of counts, of values, or approximate.
        file: as the plan names it, relative to the audit's folder.
        sha256: of the bytes that ran, in hexadecimal.
    """

    measure: Measure | Statistic | ApproximateMeasure
    file: str
    sha256: str


def is_reference(name: str) -> bool:
    """Say whether a plan's `measure:` names a file and a function rather than a measure on the list."""
    return ":" in name


def load_measure(reference: str, folder: str | Path, *, allow_code: bool = False, where: str = "measure") -> Loaded:
    """Load a measure that an audit brings along.

    The file stands alone: its folder is not searched for imports, so that the hash covers all that the audit brought.
    Nothing is kept between calls: two audits may each have a measure of the same name.

    Args:
        reference: ``./my_measures.py:late_share``, relative to `folder`.
        folder: the audit's folder.
        allow_code: whether the user agreed to run code of the audit.
        where: the place in the plan, for errors.

    Raises:
        PlanError: code was not allowed, or the file or function is missing, fails, or is no measure.
    """
    file, name = _split(reference, where)
    if not allow_code:
        raise PlanError.one(
            where,
            f"{reference} is code of the audit's own, and code runs only where you allow it",
            f"Read {file}; if you trust it, add --allow-code.",
        )
    path = _existing(Path(folder), file, where)
    code = path.read_bytes()
    with collecting():
        module = _run(code, path, f"{where}: {file}")
    measure = _measure_in(module, name, f"{where}: {file}")
    if measure.name in MEASURES:
        raise PlanError.one(
            f"{where}: {file}",
            f"there is already a measure called {measure.name}",
            "Give the function another name, so that nobody takes the one for the other.",
        )
    return Loaded(measure, file, hashlib.sha256(code).hexdigest())


def _split(reference: str, where: str) -> tuple[str, str]:
    file, _, name = reference.rpartition(":")
    if not file.endswith(".py") or not name.isidentifier():
        raise PlanError.one(
            where,
            f"{reference!r} does not name a file and a function in it",
            "Write it as ./my_measures.py:late_share.",
        )
    return file, name


def _existing(folder: Path, file: str, where: str) -> Path:
    path = folder / file
    if Path(file).is_absolute():
        raise PlanError.one(where, f"{file} is an absolute path", "Write it relative to the audit's folder.")
    if not path.is_file():
        beside = sorted(other.name for other in folder.glob("*.py"))
        hint = nearest(Path(file).name, beside) or "Put it into the audit's folder."
        raise PlanError.one(where, f"there is no file {file} in the audit's folder", hint)
    return path


def _run(code: bytes, path: Path, where: str) -> ModuleType:
    module = ModuleType(path.stem)
    module.__file__ = str(path)
    try:
        exec(compile(code, str(path), "exec", dont_inherit=True), module.__dict__)
    except FairauditError as error:
        line = _line(error, path)
        raise PlanError(Problem(f"{where}{line}: {p.where}", p.what, p.hint) for p in error.problems) from error
    except ModuleNotFoundError as error:
        raise PlanError.one(
            where + _line(error, path),
            f"it imports {error.name}, which is not installed",
            "Install it; or, if it is a file beside this one, copy what is needed into this file.",
        ) from error
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever a researcher's file may raise
        message, place = getattr(error, "msg", None) or error, where + _line(error, path)
        hint = "Mend the file; `python` with its name shows the whole error."
        what = f"it could not be run ({type(error).__name__}: {message})"
        raise PlanError(Problem(place, what, hint, f"it could not be run ({_kind(error)})")) from error
    return module


def _kind(error: BaseException) -> str:
    """Name a kind of error that Python itself has; any other name the file may have made of anything."""
    return type(error).__name__ if type(error).__module__ == "builtins" else "an error of its own"


def _line(error: BaseException, path: Path) -> str:
    """Give " line 12" for the last line of the file that an error passed through, or ""."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return f" line {error.lineno}"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return f" line {lines[-1]}" if lines else ""


def _measure_in(module: ModuleType, name: str, where: str) -> Measure | Statistic | ApproximateMeasure:
    found = vars(module).get(name)
    if not callable(found):
        defined = [other for other, value in vars(module).items() if callable(value) and not other.startswith("_")]
        raise PlanError.one(where, f"it has no function called {name}", nearest(name, defined))
    ready = getattr(found, "measure", found)
    if isinstance(ready, Measure | Statistic | ApproximateMeasure):
        return ready
    return _wrapped(found, name, where)


def _wrapped(function: Callable, name: str, where: str) -> ApproximateMeasure:
    if not takes_records(function):
        raise PlanError.one(
            where,
            f"{name} is neither a measure of counts or values nor a function of records",
            "Put @measure(...) above a function of counts, @statistic(...) above one of a distribution, "
            "or let it take (y_true, y_pred, sample_weight).",
        )
    try:
        return wrap(function)
    except FairauditError as error:
        raise PlanError(Problem(f"{where}: {p.where}", p.what, p.hint) for p in error.problems) from error
