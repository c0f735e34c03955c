"""What whoever holds the records does: count them by a plan, hide small counts, and send counts instead of records.

Nothing is needed but the plan and the records. The plan's own source and population may lie with the agency.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from fairaudit.engines import DIALECTS
from fairaudit.errors import DataError, PlanError, UsageError, nearest
from fairaudit.plan import Evidence, Plan, read_plan
from fairaudit.sources import at_hand, query_text, read_tally
from fairaudit.sources.asking import named_columns
from fairaudit.sources.elsewhere import tally_of_cells, text_alone
from fairaudit.sources.rules import rules_of
from fairaudit.tally import Tally

NAMED_OTHERWISE = "If a column has another name in these records, add --map OURS=THEIRS."


@dataclass(frozen=True)
class Sender:
    """How the records of somebody else are counted.

    Attributes:
        source: their file; the plan's where None.
        renamed: column as the plan calls it -> as theirs does.
        sheet, encoding, delimiter, table: of their file, as in a plan.
        counted_by: who counts; as the plan says where empty.
        smallest: the smallest count that they tell; all are told where None.
        cells: the CSV file that the plan's SQL gave, in place of records.
    """

    source: Path | None = None
    renamed: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    table: str | None = None
    counted_by: str = ""
    smallest: int | None = None
    cells: Path | None = None


@dataclass(frozen=True)
class Counts:
    """Counts to send.

    Attributes:
        tally: the counts.
        hidden: how many of them are hidden.
        close: how many small ones still follow from others more closely than they should.
    """

    tally: Tally
    hidden: int = 0
    close: int = 0


def counts_of(folder: Path, evidence_id: str, sender: Sender) -> Counts:
    """Count one evidence block.

    Args:
        folder: the audit's, or that of the plan alone.
        evidence_id: which block; empty where there is one only.
        sender: how to count what somebody else holds.

    Raises:
        PlanError: the plan is wrong.
        DataError: the records cannot be read, or do not hold what the plan says.
        UsageError: the words of the command do not go together.
    """
    plan = read_plan(folder)
    block = chosen(plan, evidence_id)
    if sender.cells is not None:
        tally = tally_of_cells(block, sender.cells, plan.sha256)
    else:
        tally = _counted(plan, block, sender)
    tally = Tally(replace(tally.about, **_said(block, tally, sender)), tally.cells)
    if sender.smallest is None:
        return Counts(tally)
    tally, close = tally.suppress(sender.smallest)
    return Counts(tally, int((tally.high > tally.cells["n"]).sum()), close)


def _counted(plan: Plan, block: Evidence, sender: Sender) -> Tally:
    block = _of_sender(plan, block, sender)
    renamed = _of_block(plan, block, sender.renamed)
    if block.data.is_tally and (sender.renamed or not (plan.folder / block.data.source).exists()):
        what = f"the plan's source {block.data.source} is counts, and not records"
        raise UsageError.one("fairaudit tally", what, NAME_RECORDS)
    if block.data.is_warehouse and renamed:
        what = "--map: columns of a warehouse are named where it is asked"
        raise UsageError.one("fairaudit tally", what, "Name them in `query` of the plan: SELECT theirs AS ours.")
    people = block.data.population
    weighed = people is not None and (plan.folder / people.source).exists()
    told = {"plan_sha256": plan.sha256, "renamed": renamed, "weighed": weighed}
    try:
        return read_tally(block, plan.folder, **told)
    except DataError as error:
        if any("has no column" in problem.what for problem in error.problems):
            error.add_note(NAMED_OTHERWISE)
        raise


def _of_block(plan: Plan, block: Evidence, renamed: Mapping[str, str]) -> dict[str, str]:
    """Keep the names of columns that a block reads; those of another block may stand there too.

    Raises:
        UsageError: no block reads a column of that name.
    """
    known = [*named_columns(block), *(name for other in plan.evidence for name in named_columns(other))]
    if strangers := [ours for ours in renamed if ours not in known]:
        what = f"--map: the plan has no column {strangers[0]!r}"
        raise UsageError.one("fairaudit tally", what, nearest(strangers[0], list(dict.fromkeys(known))))
    return {ours: theirs for ours, theirs in renamed.items() if ours in named_columns(block)}


NAME_RECORDS = "Name a file of records with --source FILE."


def _of_sender(plan: Plan, block: Evidence, sender: Sender) -> Evidence:
    """Let a block's source be the sender's file, and its population lie beside the plan."""
    data = block.data
    if sender.source is not None:
        own = {name: getattr(sender, name) for name in ("sheet", "encoding", "delimiter", "table")} | {"query": None}
        data = data.model_copy(update={"source": str(sender.source.absolute()), **own})
    people = data.population
    if people is not None and not (plan.folder / people.source).exists():
        beside = Path(people.source).name
        if (plan.folder / beside).exists():
            data = data.model_copy(update={"population": people.model_copy(update={"source": beside})})
    return block.model_copy(update={"data": data})


def _said(block: Evidence, tally: Tally, sender: Sender) -> dict:
    """Say what the counts answer and who counted; of the file, only its name."""
    renamed = {ours: theirs for ours, theirs in sender.renamed.items() if ours in named_columns(block)}
    found = {"asked": rules_of(block), "counted_by": sender.counted_by or tally.about.counted_by}
    if sender.source is not None or sender.cells is not None:
        found["source"] = (sender.source or sender.cells).name
    if renamed:
        told = ", ".join(f"{ours} is {theirs}" for ours, theirs in renamed.items())
        found["notes"] = (*tally.about.notes, f"Columns were read from others: {told}.")
    return found


def sql_of(folder: Path, evidence_id: str, dialect: str = "", renamed: Mapping[str, str] | None = None) -> str:
    """Give the SQL that counts one evidence block.

    Where the plan's records are there, and no other engine is named, it is the very text that counts them. Else it is
    made from the plan alone, for columns of any type.

    Args:
        folder: the audit's, or that of the plan alone.
        evidence_id: which block; empty where there is one only.
        dialect: of the engine, as sqlglot calls it.
        renamed: column as the plan calls it -> as the table does.

    Raises:
        UsageError: the block's source is counts already, or its records are counted in more than one pass.
    """
    plan = read_plan(folder)
    block = chosen(plan, evidence_id)
    check_dialect(dialect)
    there = not block.data.is_tally and at_hand(block, plan.folder)
    if there and not dialect and not renamed:
        return query_text(block, plan.folder)
    if block.data.is_tally and not dialect and not renamed and (plan.folder / block.data.source).exists():
        hint = "There is nothing to count. For the records of somebody else, add --dialect."
        raise UsageError.one(block.id, f"{block.data.source} holds counts already", hint)
    own = None if renamed is None else _of_block(plan, block, renamed)
    return text_alone(block, dialect or "duckdb", own)


def check_dialect(dialect: str) -> None:
    """Refuse an engine that nobody knows.

    Raises:
        UsageError: there is none of that name; it names the nearest.
    """
    if dialect and dialect not in DIALECTS:
        what = f"there is no dialect {dialect!r}"
        raise UsageError.one("--dialect", what, nearest(dialect, list(DIALECTS)))


def pairs(words: Sequence[str]) -> dict[str, str]:
    """Read OURS=THEIRS; what stands before the first = is ours.

    Raises:
        UsageError: one reads otherwise, or a column of ours is named twice.
    """
    found: dict[str, str] = {}
    for word in words:
        ours, equals, theirs = (part.strip() for part in word.partition("="))
        if not (ours and equals and theirs):
            what = f"--map {word!r} does not say which column is which"
            raise UsageError.one("fairaudit tally", what, "Write --map risk_level=RiskBand, ours first.")
        if ours in found:
            raise UsageError.one("fairaudit tally", f"--map names {ours} twice", "Name each column of ours once.")
        found[ours] = theirs
    return found


def chosen(plan: Plan, evidence_id: str) -> Evidence:
    """Give the block that is named, or the only one.

    Raises:
        PlanError: there are several, and none is named; or there is none of that name.
    """
    if not evidence_id and len(plan.evidence) > 1:
        names = ", ".join(block.id for block in plan.evidence)
        what = f"has {len(plan.evidence)} evidence blocks"
        raise PlanError.one(plan.path.name, what, f"Name one with --evidence: {names}.")
    return plan.block(evidence_id) if evidence_id else plan.evidence[0]
