"""How many records to ask for, in words: lines for a terminal, a table, and a paragraph to paste into a request."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fairaudit.assessment import Disparity
from fairaudit.languages import say, say_count
from fairaudit.plan import Evidence
from fairaudit.planning.after import two_digits, years_of
from fairaudit.planning.needed import Group, Needed
from fairaudit.sentences import digits, exactly, listed, percent

HEADS = ("At hand", "Worth", "Needed", "Missing", "Time")
CELL, NAME = 8, 18
MOST_NAMED = 5
COMPLETE = 0.95


def heading(needed: Needed) -> str:
    """Name what is asked and what must hold."""
    about = f"{needed.title if needed.rate is None else needed.measure} by {needed.by}"
    groups = f"{len(needed.groups)} groups, " if needed.groups else ""
    return f"{about} ({groups}{_limits(needed)})" if needed.limits else about


def _limits(needed: Needed) -> str:
    said = []
    for kind, limit in (needed.limits or {}).items():
        if kind == "ratio":
            said.append(f"a ratio of {exactly(100 * limit)}%")
        else:
            values = needed.rate is None and not needed.tests and not needed.why
            said.append(f"a gap of {limit:,.10g}" if values else f"a gap of {exactly(100 * limit)} in 100")
    return " and ".join(said)


def sentences(needed: Needed) -> list[str]:
    """Say how many are needed, and what no number of records would mend; a sentence each."""
    if needed.why:
        return [needed.why]
    if needed.rate is None:
        return [*_of_values(needed), *_unknown(needed)]
    if needed.each is None:
        return ["At a rate of 0 or 100%, or without a second group, no number can be given."]
    if not math.isfinite(needed.each):
        return ["No number of records would show it."]
    told = [
        f"about {two_digits(needed.each):,} records of each group that this measure counts, if "
        f"{digits(100 * needed.rate)}% is the rate; fewer than about {_up(needed.fewest):,} could not show it even if "
        "groups fared alike."
    ]
    return [*told, *_conversion(needed), *_never(needed), *_unknown(needed), *_shares(needed), *_now(needed)]


def _up(number: float | None) -> int:
    return math.ceil(number) if number is not None and math.isfinite(number) else 0


def _conversion(needed: Needed) -> list[str]:
    """Turn what the test needs into records to send."""
    if needed.counted < 1.05 and needed.effect < 1.05:
        return []
    why = []
    if needed.counted >= 1.05:
        why.append(f"the measure counts 1 record in {digits(needed.counted, least=1)}")
    if needed.effect >= 1.05:
        why.append(f"{digits(needed.effect, least=1)} records of such as these are worth one")
    return [f"Since {' and '.join(why)}, that is about {needed.records_each:,} records of each group."]


def _never(needed: Needed) -> list[str]:
    if not needed.high:
        return []
    return [
        f"No number of records would show it by the ratio alone, where rates are above 80%: {needed.measure} needs a "
        "difference beside it."
    ]


def _unknown(needed: Needed) -> list[str]:
    """Say what is unknown, and whether any number of records would do all the same."""
    if not needed.unknown:
        return []
    known = f"Up to {percent(needed.unknown)} is unknown, more than the {percent(needed.unknown_at_most)} of the plan, "
    if not needed.ever:
        mend = "find it out, or ask for records that have it; the numbers here are for records that do."
        return [f"{known}so that the worst case decides: no number of records would while so much is unknown: {mend}"]
    if needed.rate is None:
        return [f"{known}so that it must hold with the unknown at their worst too, and more records do not mend that."]
    return [f"{known}so that it must hold with the unknown at their worst too: what is still missing allows for that."]


def _shares(needed: Needed) -> list[str]:
    """Say how many would do as they come, and for whose sake."""
    if needed.total is None or needed.enough or not needed.ever:
        return []
    whose = f", for the sake of {needed.decides}: the small group decides" if needed.decides else ""
    return [f"As they come, with groups in these shares, about {needed.total:,} records in all would do{whose}."]


def _now(needed: Needed) -> list[str]:
    if not needed.there or needed.high or not needed.ever:
        return []
    short = [group for group in needed.groups if group.missing]
    if not short:
        return ["There are enough now."]
    return [f"Too few now: {_named([f'{group.name} ({_at_hand(group)})' for group in short])}."]


def _at_hand(group: Group) -> str:
    worth = math.floor(group.worth)
    return f"{group.at_hand:,}{f', worth {worth:,}' if worth < group.at_hand else ''}"


def _of_values(needed: Needed) -> list[str]:
    """Say it of an estimate: what is needed hangs on how much the values at hand differ."""
    if needed.each is None:
        return ["the records at hand are too few, too skewed or too much alike to plan from."]
    if needed.tests:
        have = min((group.at_hand for group in needed.groups), default=0)
        enough = "There are enough now." if have >= needed.each else f"There are {have:,}."
        return [
            f"about {two_digits(needed.each):,} tests of two arms, if arms differ as often as those at hand. {enough}"
        ]
    told = f"about {two_digits(needed.each):,} records of each group, if values differ as much as those at hand"
    return [f"{told}; fewer than about {_up(needed.fewest):,} could not show it.", *_now(needed)]


# --- a table ---------------------------------------------------------------------------------------------------------


def rows(needed: Needed) -> tuple[list[str], list[list[str]]]:
    """Give the heads and the rows of the table: a group's name and numbers; columns that say nothing are left out."""
    kept = [place for place, head in enumerate(HEADS) if _tells(needed, head)]
    heads = ["Tests" if needed.tests and HEADS[k] == "At hand" else HEADS[k] for k in kept]
    return ["Group", *heads], [[group.name, *[_cells(group)[k] for k in kept]] for group in needed.groups]


def _tells(needed: Needed, head: str) -> bool:
    if head == "Worth":
        return any(math.floor(group.worth) < group.at_hand for group in needed.groups)
    return head != "Time" or any(group.years is not None for group in needed.groups)


def _cells(group: Group) -> list[str]:
    counts = [group.at_hand, math.floor(group.worth), group.needed, group.missing]
    time = "" if not group.missing else "unknown" if group.years is None else in_time(group.years, short=True)
    return [*["unknown" if number is None else f"{number:,}" for number in counts], time]


def _time_told(years: float) -> str:
    """Write a length of time in the language of the report."""
    number, unit = _in_units(years)
    if number > 100:
        return say("more than 100 years")
    if unit == "week":
        return say_count(number, "{count} week", "{count} weeks")
    if unit == "month":
        return say_count(number, "{count} month", "{count} months")
    return say_count(number, "{count} year", "{count} years")


def _in_units(years: float) -> tuple[int, str]:
    """Turn years into weeks, months or years, whichever a plan would speak of."""
    unit, in_a_year = ("week", 52) if years < 1 / 6 else ("month", 12) if years < 2 else ("year", 1)
    return max(math.ceil(years * in_a_year - 1e-9), 1), unit


def in_time(years: float, *, short: bool = False) -> str:
    """Write a length of time: weeks, months or years, no more exact than a plan is."""
    number, unit = _in_units(years)
    if number > 100:
        return "100+ yrs" if short else "more than 100 years"
    shorter = {"week": "wk", "month": "mo", "year": "yr"}[unit]
    plural = "s" if number > 1 else ""
    return f"{number} {shorter}{plural}" if short else f"{number} {unit}{plural}"


def table_lines(needed: Needed) -> list[str]:
    """Write the table in columns that fit a terminal of 60; a longer name stands in a line of its own."""
    heads, body = rows(needed)
    return [line for row in [heads, *body] for line in _line(row)]


def _line(row: Sequence[str]) -> list[str]:
    numbers = "".join(f"{cell:>{CELL}}" for cell in row[1:])
    if len(row[0]) > NAME:
        return [f"  {row[0]}", f"  {'':<{NAME}}{numbers}"]
    return [f"  {row[0]:<{NAME}}{numbers}"]


def lines(needed: Needed) -> Iterator[str]:
    """Say a plan: its sentences, then the table where anything is still missing."""
    told = sentences(needed)
    yield f"  - {heading(needed)}: {' '.join(told)}"
    if any(group.missing for group in needed.groups) and needed.there:
        yield from table_lines(needed)


# --- a request -------------------------------------------------------------------------------------------------------


def request(evidence: Evidence, needed: Sequence[Needed]) -> list[str]:
    """Write a paragraph to paste into a request for records: how many of whom, which fields, and how complete.

    Args:
        evidence: the block of the plan.
        needed: its plans.
    """
    asked = _asked(needed)
    if not asked:  # all is there, or nothing can be planned
        return []
    what = "matched tests" if evidence.kind == "pairs" else "records"
    data = evidence.data
    fields = list(dict.fromkeys([*_group_columns(evidence), *_columns(evidence)]))
    complete = max(COMPLETE, 1 - evidence.unknown_at_most)
    told = [
        f"Please send {what} ({data.unit}), {'; '.join(asked)}.",
        "Send all there are of the time that you choose, or a random part of them, and none chosen by what became of "
        "people.",
        f"Please see that {listed([f'`{name}`' for name in fields], 12)} "
        f"{'is' if len(fields) == 1 else 'are'} filled in for at least {percent(complete)} of every group.",
        _identity(evidence),
        "Counts by group will do in place of records (`fairaudit tally` writes them).",
        "With far fewer, nothing can be shown even if groups fare alike, and that holds adoption up.",
    ]
    return [" ".join(told)]


def _asked(needed: Sequence[Needed]) -> list[str]:
    """Say for each grouping how many records of each group its neediest measure asks for, and how many are missing."""
    told = []
    for by in dict.fromkeys(each.by for each in needed):
        plans = [each for each in needed if each.by == by and each.each is not None and math.isfinite(each.each)]
        if not plans or all(each.enough for each in plans):
            continue
        neediest = max(plans, key=_records)
        told.append(f"at least about {_records(neediest):,} of each group by {by}{_still(plans)}")
    return told


def numbers(needed: Sequence[Needed]) -> list[tuple[str, int | None]]:
    """Give for each grouping how many records of each group its neediest measure asks for; None where none is known."""
    found: list[tuple[str, int | None]] = []
    for by in dict.fromkeys(each.by for each in needed):
        plans = [each for each in needed if each.by == by and each.each is not None and math.isfinite(each.each)]
        found.append((by, max(map(_records, plans)) if plans else None))
    return found


def _records(needed: Needed) -> int:
    """Give the records of the smallest groups: as the table says, or of groups of one size before there are any."""
    short = [group.needed for group in needed.groups if group.missing and group.needed]
    if short:
        return max(short)
    if needed.there:
        return two_digits(max(min(group.needed or 1 for group in needed.groups), 1))
    return needed.records_each or 0


def _still(plans: Sequence[Needed]) -> str:
    """Name what is still missing, the most first."""
    missing: dict[str, int] = {}
    for group in (group for each in plans for group in each.groups if each.there and group.missing):
        missing[group.name] = max(missing.get(group.name, 0), group.missing)
    if not missing:
        return ""
    most = sorted(missing.items(), key=lambda pair: -pair[1])
    return f" (still missing: {_named([f'{name} {two_digits(number):,}' for name, number in most])})"


def _named(groups: Sequence[str]) -> str:
    """Name groups, the names of which may hold commas, and how many are left out."""
    left = len(groups) - MOST_NAMED
    return "; ".join([*groups[:MOST_NAMED], *([f"and {left} more"] if left > 0 else [])])


def _group_columns(evidence: Evidence) -> list[str]:
    return [group.column or name for name, group in evidence.groups.items()]


def _columns(evidence: Evidence) -> list[str]:
    """Name the columns that the measures read."""
    data = evidence.data
    outcome = data.outcome if evidence.needs_outcome else None
    held = (data.decision, data.reached, outcome, data.score, data.amount, data.service)
    return [
        *[each.column for each in held if each is not None],
        *[name for name in (data.opened, data.matched_by) if name],
    ]


def _identity(evidence: Evidence) -> str:
    cluster = evidence.data.cluster
    if cluster:
        return (
            f"Give `{cluster}` in every record, the same wherever the same one comes again: it may be a made-up number."
        )
    return "If anybody has several records, say which are the same person's, by a made-up number."


def time_of(disparity: Disparity, more: Mapping[str, Any], per_year: int | None) -> str:
    """Say how long the records would take that settle a finding; "" where that is not known."""
    years = years_of(disparity, more, per_year)
    if years is None:
        return ""
    people = disparity.evidence.people
    return say(
        "At {per_year:,} {people} a year, with groups as in these records, that takes some {time}.",
        per_year=per_year,
        people=people,
        time=_time_told(years),
    )


def looked(evidence: Evidence) -> str:
    """Say what the looks at the data cost; "" where there is but one."""
    if evidence.looks == 1:
        return ""
    of = "of looks left open" if evidence.looks == "open" else f"of {evidence.looks}"
    spent = exactly(100 * evidence.alpha_of_look)
    return f"This is look {evidence.look} {of}: each may err in {spent}% of cases only, and so takes more records."
