"""What an audit brings along of its own: measures and notebooks. They are code, and run only where the user agrees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from fairaudit import resources
from fairaudit.errors import FairauditError, PlanError, Problem, nearest
from fairaudit.measures import Measure, Statistic
from fairaudit.measures.custom import Loaded, is_reference, load_measure
from fairaudit.plan import Evidence, Plan
from fairaudit.plan.checks import misfits


def refuse_code(plan: Plan, *, allow_code: bool) -> None:
    """Name every notebook and measure of the audit's own, unless they may run.

    Raises:
        PlanError: there are some, and `allow_code` is false.
    """
    own = [entry for block in plan.evidence for entry in _own(plan, block)]
    if own and not allow_code:
        what = "is code of the audit's own, and code runs only where you allow it"
        raise PlanError(
            Problem(where, f"{name} {what}", f"Read {file}; if you trust it, add --allow-code.")
            for where, name, file in dict.fromkeys(own)
        )


def _own(plan: Plan, block: Evidence) -> Iterator[tuple[str, str, str]]:
    """Give each own notebook and measure of a block: the place that names it, its name, its file."""
    where = f"{plan.path.name}: {block.id}"
    if block.notebook:
        yield where, block.notebook, block.notebook
    for name in references(block):
        yield where, name, name.rpartition(":")[0]


def references(block: Evidence) -> list[str]:
    """List the measures that a block names by file and function."""
    return [entry.measure for entry in block.measures if is_reference(entry.measure)]


def own_measures(plan: Plan, block: Evidence, *, allow_code: bool) -> dict[str, Loaded]:
    """Load the measures that an evidence block brings along, by the name in the plan.

    Raises:
        PlanError: code is not allowed, or with everything that is wrong with any of them.
    """
    loaded, problems = {}, []
    for name in references(block):
        try:
            where = f"{plan.path.name}: {block.id}"
            loaded[name] = load_measure(name, plan.folder, allow_code=allow_code, where=where)
            problems += _misfits(block, name, loaded[name], where)
        except FairauditError as error:
            problems += error.problems
    if problems:
        raise PlanError(problems)
    return loaded


def _misfits(block: Evidence, name: str, own: Loaded, where: str) -> Iterator[Problem]:
    """What reading the plan could not see, since only the code says what kind of measure it is."""
    if own.measure.approximate:
        if block.kind != "decisions":
            what = f"{name} is a function of decisions, and this evidence is of {block.kind}"
            yield Problem(where, what, "Put @measure(...) or @statistic(...) above a function of values.")
        return
    for entry in block.measures:
        if entry.measure == name:
            said = {**entry.parameters, "ratio": entry.ratio, "difference": entry.difference}
            yield from (Problem(f"{where}: {name}", *found) for found in misfits(block.kind, own.measure, said))


def measures_of(own: Mapping[str, Loaded]) -> dict[str, Measure | Statistic]:
    """Give the measures themselves."""
    return {name: loaded.measure for name, loaded in own.items()}


def notebook_of(plan: Plan, block: Evidence) -> Path:
    """Find the notebook that runs a block: the audit's own, or the one of its kind.

    Raises:
        PlanError: there is no such file.
    """
    if not block.notebook:
        return resources.notebook(block.kind)
    path = plan.folder / block.notebook
    if not path.is_file():
        beside = [entry.name for entry in path.parent.glob("*.ipynb")]
        close = nearest(path.name, beside)
        hint = close if close.startswith("Did you mean") else "The path is relative to audit.yaml."
        raise PlanError.one(f"{plan.path.name}: {block.id}", f"there is no notebook {block.notebook}", hint)
    return path
