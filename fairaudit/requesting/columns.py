"""The list of columns that a plan reads: what each means, and which of its values mean what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fairaudit.groupings import Coding, attributes
from fairaudit.languages import marked, say
from fairaudit.plan import UNKNOWN, Decision, Evidence, FromTo, Group
from fairaudit.tally.spreadsheet import write_csv

MOST_VALUES = 30


@dataclass(frozen=True)
class Column:
    """A column of the records.

    Attributes:
        name: as the plan calls it.
        what: what it means, a sentence for each use.
        values: which values mean what, a line each.
    """

    name: str
    what: tuple[str, ...]
    values: tuple[str, ...]


def columns_of(evidence: Evidence) -> list[Column]:
    """List the columns that an evidence block reads, those that decide first."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for name, what, values in _uses(evidence):
        whats, lines = found.setdefault(name, ([], []))
        whats += [what] if what not in whats else []
        lines += [line for line in values if line not in lines]
    return [Column(name, tuple(whats), tuple(lines)) for name, (whats, lines) in found.items()]


def as_csv(blocks: Mapping[str, list[Column]]) -> bytes:
    """Write the columns of every block as CSV."""
    rows = [
        (block, column.name, " ".join(column.what), " | ".join(column.values))
        for block, columns in blocks.items()
        for column in columns
    ]
    return write_csv(("evidence", "column", "what it means", "which values mean what"), rows)


Use = tuple[str, str, list[str]]

OTHERS: Mapping[str, str] = {
    "matched_by": marked("Names the matched test (pair) that the record belongs to."),
    "opened": marked("The day on which the wait began."),
    "closed": marked("The day on which the wait ended; empty while it goes on."),
    "cluster": marked(
        "Names the person (or area) that the record is of, alike in all of their records. A made-up number will do. It "
        "is not sent."
    ),
    "key": marked("Names the record. It is not sent."),
    "weight": marked("How much the record counts."),
    "inclusion_probability": marked("How probable it was that the record was drawn."),
    "count": marked("How many records the row stands for."),
}


def _uses(evidence: Evidence) -> Iterator[Use]:
    """Go through what reads columns: whatever is looked at, groups, strata, what is kept, and the rest."""
    data = evidence.data
    for spec, what in (
        (data.decision, marked("What was decided.")),
        (data.reached, marked("Whether the service reaches it.")),
        (data.outcome if evidence.needs_outcome else None, marked("What turned out to be true.")),
    ):
        if spec is not None:
            yield spec.column, say(what), list(_yes_and_no(spec))
    for spec, what in (
        (data.score, marked("The score: a number, a high one meaning: selected first.")),
        (data.amount, marked("The amount: a plain number, without a currency's sign.")),
        (data.service, marked("How much service there is: a plain number.")),
    ):
        if spec is not None:
            yield spec.column, say(what), [_not_known(spec.unknown)]
    for name, group in evidence.groups.items():
        yield from _of_group(name, group, attributes(evidence))
    for column in evidence.strata:
        yield column, say("Records are counted apart by it."), [say("any values")]
    for column, want in data.keep.items():
        yield column, say("Which records count; the others are left out."), [_kept(want)]
    if data.random_subset:
        values = [say("drawn: {values}", values=_listed(data.random_subset.is_))]
        yield data.random_subset.column, say("Which records were drawn at random; only those count."), values
    if data.area is not None:
        for column in filter(None, (data.area.column, data.area.longitude, data.area.latitude)):
            yield column, say("Which area it is, or lies in."), []
    if data.people is not None:
        for column in filter(None, (data.people.column, data.people.moe)):
            yield column, say("How many people live there."), []
    if data.join is not None:
        yield data.join.on.records, say("By it, columns of {file} are added.", file=data.join.source), []
    for place, what in OTHERS.items():
        if column := getattr(data, place):
            yield column, say(what), _of_days(evidence) if place in ("opened", "closed") else []


def _yes_and_no(spec: Decision) -> Iterator[str]:
    yield say("yes: {values}", values=_listed(spec.is_))
    if spec.is_not is None:
        yield say("no: anything else that is filled in")
        yield say("not known: empty")
    else:
        yield say("no: {values}", values=_listed(spec.is_not))
        yield say("not known: empty, or anything else")


def _of_group(name: str, group: Group, codings: Mapping[str, Coding]) -> Iterator[Use]:
    title = name.replace("_", " ")
    for level, column in group.columns.items():
        yield column, say("How many people of the group {level} live there.", level=level), []
    for level, column in group.moe.items():
        yield column, say("The margin of error of that number, at 90%: {level}.", level=level), []
    for level, column in group.proxy.items():
        what = say(
            "Where {name} is not known: how probable it is that it is {level}, from 0 to 1.", name=title, level=level
        )
        yield column, what, []
    if group.columns or group.nobody_asked:
        return
    column = group.column or name
    values = list(_levels(group, next(coding for coding in codings.values() if coding.column == column)))
    yield column, say("Groups that are compared: {name}.", name=title), [*values, _not_known(group.unknown)]


def _levels(group: Group, coding: Coding) -> Iterator[str]:
    if group.bands:
        yield say("a number, which is cut at {cuts}", cuts=_listed(group.bands))
        return
    if group.quantiles:
        yield say("a number")
        return
    if group.multi:
        yield say("of several groups: with {sign} between them", sign=repr(group.multi))
    named: dict[str, list[str]] = {}
    for level in group.levels or ():
        named.setdefault(level, [level])
    for raw, level in group.labels.items():
        named.setdefault(level, [level]).append(str(raw))
    if not named:
        yield say("as they stand in the records")
    for level, raws in list(named.items())[:MOST_VALUES]:
        merged = coding.codes.get(level, level) if coding.member is None else level
        shown = level if merged in (level, UNKNOWN) else f"{merged} ({level})"
        yield f"{shown}: {_listed(dict.fromkeys(raws))}" if len(raws) > 1 or shown != level else level


def _kept(want: object) -> str:
    if not isinstance(want, FromTo):
        return say("counts: {values}", values=_listed(want))
    if want.to is None:
        return say("counts: from {first} on", first=want.from_)
    if want.from_ is None:
        return say("counts: up to {last}", last=want.to)
    return say("counts: from {first} to {last}", first=want.from_, last=want.to)


def _of_days(evidence: Evidence) -> list[str]:
    return [say("written as {form}", form=evidence.data.date_format or "2024-12-31")]


def _not_known(values: tuple) -> str:
    told = [str(value) for value in values if str(value)]
    return say("not known: {values}, or empty", values=_listed(told)) if told else say("not known: empty")


def _listed(values: object) -> str:
    return ", ".join(f"{value:.15g}" if isinstance(value, float) else str(value) for value in values)
