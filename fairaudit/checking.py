"""What `check`, `how-many` and `measures` print: lines of text, never an outcome by group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from fairaudit.assumptions import assumptions
from fairaudit.errors import FairauditError, UsageError, counted, nearest
from fairaudit.groupings import Grouping, attributes, groupings
from fairaudit.measures import MEASURES, measures_table
from fairaudit.own_code import measures_of, notebook_of, own_measures, references
from fairaudit.plan import UNKNOWN, Evidence, Plan, read_plan
from fairaudit.plan.files import places
from fairaudit.planning import how_many, lines, looked, request
from fairaudit.results import opposites
from fairaudit.scaffold import as_drafted
from fairaudit.sentences import digits, percent
from fairaudit.sources import at_hand, describe, read_tally
from fairaudit.tally import Tally

WORTH = "Worth: how many independent records that the measure counts a group's are. All else is records to send."
NOT_TRIED = "is of the audit's own, and was not tried: read it; if you trust it, add --allow-code"


def report_of(folder: Path, *, allow_code: bool = False) -> Iterator[str]:
    """Check a plan and its data, and say what is there.

    Args:
        folder: the audit's folder.
        allow_code: whether measures of the audit's own may be loaded.

    Raises:
        PlanError: with every problem of the plan.
        DataError: with every problem of the data of all blocks.
    """
    plan = read_plan(folder)
    tallies, problems = {}, []
    for block in plan.evidence:
        try:
            notebook_of(plan, block)
            if allow_code:
                own_measures(plan, block, allow_code=True)
            tallies[block.id] = read_tally(block, plan.folder, plan_sha256=plan.sha256)
        except FairauditError as error:
            problems.append(error)
    if problems:
        kind = max(map(type, problems), key=lambda kind: kind.exit_code)
        raise kind(problem for error in problems for problem in error.problems)
    yield f"{plan.system.title}: the plan is sound, and the data can be counted as it says."
    if left := as_drafted(plan):
        yield f"Still as `fairaudit init` wrote it: {', '.join(left)}."
    for block in plan.evidence:
        yield from _block(plan, block, tallies[block.id], allow_code)


def _block(plan: Plan, block: Evidence, tally: Tally, allow_code: bool) -> Iterator[str]:
    yield ""
    source = block.data.source_name if block.data.is_warehouse else block.data.source
    yield f"{block.id}: {tally.records:,} records from {source}"
    if not block.data.is_tally:
        yield f"  Columns: {', '.join(describe(block, plan.folder))}"
    for name in tally.about.attributes:
        yield f"  {name}: {_counts(tally, name)}"
    yield "  Taken for granted:"
    for line in assumptions(block, tally) or ["nothing that the plan does not say"]:
        yield f"    - {line}"
    for grouping in groupings(block):
        yield f"  Compares {_compared(grouping, block.data.decided_by == 'todays_process')}."
    for own in [block.notebook] if block.notebook else []:
        yield f"  The notebook {own} is of the audit's own: `run` needs --allow-code."
    for own in [] if allow_code else references(block):
        yield f"  The measure {own} {NOT_TRIED}."
    if opposites(block):
        yield (
            "  Both error rates and a predictive value block. They cannot all be equal where groups differ in how "
            "often the outcome occurs: say which block, and let the others explore (blocks: false)."
        )


def _compared(grouping: Grouping, baseline: bool) -> str:
    with_whom = {
        "all_pairs": "every group with every other",
        "rest": "each group with everyone else",
        "overall": "each group with everyone",
    }.get(grouping.reference, f"each group with {grouping.reference}")
    role = "a baseline" if baseline else "can block adoption" if grouping.blocks else "explores"
    return f"{' and '.join(grouping.attributes)}, {with_whom}: {role}"


def _counts(tally: Tally, name: str) -> str:
    rows = tally.rows_of([name]).groupby(name, sort=False)["w" if tally.about.census else "n"].sum()
    total = max(int(rows.sum()), 1)
    groups = [counted(level, int(rows.get(level, 0))) for level in tally.about.attributes[name]]
    unknown = int(rows.get(UNKNOWN, 0))
    return ", ".join([*groups, f"unknown {unknown:,} ({percent(unknown / total)})"])


def records_needed(
    folder: Path,
    rate: float | None,
    power: float,
    *,
    allow_code: bool = False,
    shares: Mapping[str, float] | None = None,
    per_year: float | None = None,
) -> Iterator[str]:
    """Say how many records each measure needs: a sentence and a table each, then a paragraph to ask for them.

    Args:
        folder: the audit's folder.
        rate: the rate to expect, 0 to 1; that of all records together where None.
        power: the chance with which groups that fare alike should clear.
        allow_code: whether measures of the audit's own may be loaded.
        shares: group -> its share of the records to come; as at hand where None.
        per_year: records that come in a year; the plan's `people_per_year` where None.

    Raises:
        PlanError: the plan is wrong.
        DataError: there are records, and they cannot be counted.
        UsageError: shares name a group that no grouping has.
    """
    plan = read_plan(folder)
    per_year = per_year or plan.system.people_per_year
    known: set[str] = set()
    for block in plan.evidence:
        if block.data.decided_by == "todays_process":
            yield f"{block.id}: a baseline, which no number of records can clear."
            continue
        there = at_hand(block, plan.folder)
        tally = read_tally(block, plan.folder) if there else None
        own = measures_of(own_measures(plan, block, allow_code=True)) if allow_code else {}
        of_counts = {name: measure for name, measure in own.items() if not measure.approximate}
        needed = how_many(block, tally, rate=rate, power=power, measures=of_counts, shares=shares, per_year=per_year)
        known |= {group.name for each in needed for group in each.groups}
        if tally is None:
            yield from _supposed(block, rate)
        yield f"{block.id}, to clear with a chance of {digits(100 * power)}% if groups fare alike:"
        if told := looked(block):
            yield f"  {told}"
        if any(group.years for each in needed for group in each.groups):
            yield f"  Times are at {per_year:,.0f} {'records' if tally is None else 'people'} a year, in these shares."
        if any(group.missing and group.worth < group.at_hand for each in needed for group in each.groups):
            yield f"  {WORTH}"
        for each in needed:
            yield from lines(each)
        for name in references(block):
            if name in own and name not in of_counts:
                yield f"  - {name}: no number of records clears a measure that is approximate."
            elif name not in own:
                yield f"  - The measure {name} {NOT_TRIED}."
        for paragraph in request(block, needed):
            yield from ["", f"To ask for them ({block.id}):", "", paragraph, ""]
    if stray := sorted(set(shares or {}) - known):
        raise UsageError.one("fairaudit how-many", f"no group is called {stray[0]!r}", nearest(stray[0], sorted(known)))


def _supposed(block: Evidence, rate: float | None) -> Iterator[str]:
    """Say what stands in for records that are not there yet."""
    if rate is None:
        yield f"{block.id}: there are no records yet, so a rate of 30% is supposed; --rate says another."
    undeclared = [name for name, coding in attributes(block).items() if coding.levels is None]
    if undeclared:
        yield f"{block.id}: the groups of {' and '.join(undeclared)} are not declared, so two of each are supposed."
    if block.data.cluster or block.data.weight:
        why = "clustered" if block.data.cluster else "weighted"
        yield f"{block.id}: records will be {why}, and are then worth fewer than they are: ask for more."


def refuse_to_overwrite(path: Path) -> None:
    """Leave counts that are there as they are.

    Raises:
        UsageError: a file of that name is there, or the path names a folder.
    """
    if path.is_dir() or not path.name:
        raise UsageError.one(str(path), "is a folder", f"Name a file in it: {path / 'counts'}.")
    for place in places(path):
        if place.exists():
            hint = "Name another file, or move this one away."
            raise UsageError.one(str(place), "is there already, and is not overwritten", hint)


def measure_lines(name: str) -> Iterator[str]:
    """List the measures, or one of them in full.

    Raises:
        PlanError: there is none of that name.
    """
    rows, keys = measures_table(), ["formula", "range", "undefined", "source"]
    if name:
        found = MEASURES.find(name, "fairaudit measures").name
        rows = [row for row in rows if row["name"] == found]
        keys = [key for key in rows[0] if key not in ("name", "title")]
    for row in rows:
        yield f"{row['name']}: {row['title']}"
        for key in keys:
            if value := row.get(key):
                yield f"  - {key}: {', '.join(value) if isinstance(value, list | tuple) else value}"
