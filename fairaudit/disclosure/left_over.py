"""Counts that nobody prints, and that follow from printed ones: what one holds and the others do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np

from fairaudit.disclosure.hidden import Finding
from fairaudit.disclosure.rule import Rule
from fairaudit.measures import MEASURES


@dataclass(frozen=True)
class Printed:
    """A count of a group, and of what cells of decision by outcome it is the sum.

    Attributes:
        count: how many.
        of: shape (9,), True where a cell is part of it; None where that is not known.
        name: what tells counts of the same kind at other cut-offs.
        at: the cut-off or horizon, as text.
    """

    count: float
    of: np.ndarray | None
    name: str
    at: str


def _printed(findings: Sequence[Finding], group: str) -> list[Printed]:
    made = []
    for finding in findings:
        measure, at = MEASURES.get(finding["measure"]), str(sorted(finding["parameters"].items()))
        shares = measure is not None and hasattr(measure, "membership")
        cells = measure.membership() if shares else (None, None)
        for row in finding["groups"]:
            if row["group"] == group:
                for key, of in zip(("events", "n"), cells, strict=True):
                    if row[key] is not None:
                        of = None if of is None else np.asarray(of, bool).ravel()
                        made.append(Printed(float(row[key]), of, f"{finding['measure']}/{key}", at))
    return made


def left_over(printed: Sequence[Printed]) -> list[float]:
    """Give the counts that follow by taking printed ones from another: what one holds and the others do not.

    Args:
        printed: counts of one group.

    Returns:
        Of each that holds one other, or two that have nothing in common, what is left; and what lies between two
        cut-offs.
    """
    found = []
    for one, other in combinations(printed, 2):
        if one.at != other.at and one.name == other.name:
            found.append(abs(one.count - other.count))
    known = [each for each in printed if each.of is not None]
    for whole in known:
        inside = [each for each in known if each.at == whole.at and _within(each, whole)]
        found += [whole.count - each.count for each in inside]
        for one, other in combinations(inside, 2):
            if not (one.of & other.of).any():
                found.append(whole.count - one.count - other.count)
    return [max(float(left), 0.0) for left in found]


def _within(part: Printed, whole: Printed) -> bool:
    return part is not whole and bool((part.of <= whole.of).all() and (part.of != whole.of).any())


def leaves_few(findings: Sequence[Finding], hidden: frozenset[str], rule: Rule) -> bool:
    """Say whether a small count of any group that is told follows from several of its counts."""
    groups = {row["group"] for finding in findings for row in finding["groups"]} - hidden
    return any(rule.small(left) for group in groups for left in left_over(_printed(findings, group)))


class Lack(NamedTuple):
    """Records of a group, and how many of them lack what is measured."""

    records: float
    lack: float


def lacking_of(findings: Sequence[Finding], hidden: frozenset[str], rule: Rule) -> Iterator[list[Lack]]:
    """Give what lacks what is measured, group by group, for every measure of which few of any group do.

    Of two measures that share nobody, such as of those with an outcome and of those without, it is what neither counts.
    """
    groups = {row["group"]: row["records"] for row in findings[0]["groups"] if row["group"] not in hidden}
    counted: dict[tuple[str, ...], dict[str, float]] = {}
    for group in groups:
        printed = [each for each in _printed(findings, group) if each.name.endswith("/n")]
        for each in printed:
            counted.setdefault((each.name, each.at), {})[group] = each.count
        for one, other in combinations(printed, 2):
            if _apart(one, other):
                counted.setdefault((one.name, one.at, other.name, other.at), {})[group] = one.count + other.count
    for of_groups in counted.values():
        lacking = [Lack(float(groups[group]), groups[group] - count) for group, count in of_groups.items()]
        if any(rule.small(each.lack) for each in lacking):
            yield lacking


def _apart(one: Printed, other: Printed) -> bool:
    return one.of is not None and other.of is not None and not (one.of & other.of).any()


def all_open(lacking: Sequence[Lack], each: int, rule: Rule) -> bool:
    """Say whether, of records told so roughly, so many could lack what is measured that they may be told."""
    few = (group for group in lacking if rule.small(group.lack))
    return all(rule.between(group.records, each)[1] - group.records + group.lack >= rule.smallest for group in few)
