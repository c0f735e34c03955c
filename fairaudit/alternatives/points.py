"""One alternative, judged by the same three-way rule as the system itself, and which of many is better than today."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fairaudit.alternatives.purpose import Change, Served
from fairaudit.assessment import Disparity, assess
from fairaudit.cells import Cells, counts, recorded
from fairaudit.errors import PlanError, UsageError, nearest
from fairaudit.findings import plain
from fairaudit.groupings import groupings
from fairaudit.measures import MEASURES
from fairaudit.plan import Compare, Evidence, MeasureLimit
from fairaudit.sentences import VERDICT_WORDS, reason_sentence
from fairaudit.tally import Tally

FEWEST = 30  # records of a group in an error rate, for it to be among those whose gap is shown


@dataclass(frozen=True)
class Asked:
    """On what alternatives are compared: one measure, in one grouping, with one limit.

    Attributes:
        evidence: the block, with this measure and this grouping alone.
        entry: the measure with its limit.
        by: the attributes of the grouping.
        kind: of the limit, "ratio" or "difference".
        whole: the block with all its measures of such decisions and all its groupings: an alternative that mends one
            finding must not break another.
    """

    evidence: Evidence
    entry: MeasureLimit
    by: tuple[str, ...]
    kind: str
    whole: Evidence

    @property
    def limit(self) -> float:
        """The limit itself."""
        return self.entry.limits[self.kind]


@dataclass(frozen=True)
class Point:
    """One alternative.

    Attributes:
        name: what it is, such as "cut-off 0.4".
        at: the cut-off or capacity; None of a model.
        verdict: at the plan's own error rate, as if it had been the only one looked at.
        corrected: the verdict with the error rate shared among all alternatives looked at.
        estimate: the deciding pair's gap or ratio as recorded.
        bound: the widest gap (the lowest ratio) of any two groups that the records leave open.
        pair: the two groups, the worse-treated first.
        served: how its decisions turn out.
        gaps: widest gap of false positive and of false negative rates between groups, as recorded.
        accuracy, balanced: changes from today.
        today: whether it is the system as it decides today.
        uses_group: whether it needs to know a person's group to decide.
        outside: other findings of the block that are shown to be outside their limit with it, where it clears.
        why: of one whose bound is within the limit and that does not clear all the same, why.
        note: what else must be known of it.
    """

    name: str
    at: float | None
    verdict: str
    corrected: str
    estimate: float
    bound: float
    pair: tuple[str, str]
    served: Served
    gaps: tuple[float, float] = (math.nan, math.nan)
    accuracy: Change | None = None
    balanced: Change | None = None
    today: bool = False
    uses_group: bool = False
    outside: tuple[str, ...] = ()
    why: str = ""
    note: str = ""

    def row(self) -> dict[str, Any]:
        """Give it as plain values, for a chart and a table."""
        return plain(
            {
                "name": self.name,
                "at": self.at,
                "verdict": self.verdict,
                "words": VERDICT_WORDS[self.verdict],
                "corrected": self.corrected,
                "estimate": self.estimate,
                "bound": self.bound,
                "pair": list(self.pair),
                **self.served._asdict(),
                "gaps": list(self.gaps),
                "change": None if self.accuracy is None else self.accuracy.value,
                "today": self.today,
                "uses_group": self.uses_group,
                "outside": list(self.outside),
                "note": " ".join(text for text in (self.note, self.why) if text),
            }
        )


def asked_of(evidence: Evidence, entries: Sequence[MeasureLimit], measure: str, by: str) -> Asked:
    """Choose on what alternatives are compared.

    Args:
        evidence: the block of the plan.
        entries: the measures that could be asked.
        measure: one of their names; the first where empty.
        by: an attribute that the plan compares, or several as "race and sex"; the first where empty.

    Raises:
        PlanError: the plan has no such measure or grouping.
    """
    names = [entry.measure for entry in entries]
    wanted = MEASURES[measure].name if measure in MEASURES else measure
    if not names or (measure and wanted not in names):
        raise PlanError.one(evidence.id, f"has no limit for {measure or 'such decisions'}", nearest(measure, names))
    entry = entries[names.index(wanted)] if measure else entries[0]
    grouping = _grouping(evidence, by)
    block = evidence.model_copy(update={"compare": (grouping,), "measures": (entry,)})
    whole = evidence.model_copy(update={"measures": tuple(entries)})
    return Asked(block, entry, groupings(block)[0].attributes, next(iter(entry.limits)), whole)


def _grouping(evidence: Evidence, by: str) -> Compare:
    found = {" and ".join(compare.by): compare for compare in evidence.comparisons}
    if by and by not in found:
        raise PlanError.one(evidence.id, f"does not compare by {by!r}", nearest(by, list(found)))
    return found[by] if by else next(iter(found.values()))


def judged(asked: Asked, tally: Tally, looks: int) -> dict[str, Any]:
    """Judge one alternative: its verdict, the same corrected for all looked at, and its bound.

    Args:
        asked: on what it is judged.
        tally: the counts of its decisions.
        looks: how many alternatives are looked at.

    Returns:
        The fields of a `Point` that say so.
    """
    (disparity,) = assess(asked.evidence, tally)
    corrected = _corrected(asked, tally, disparity.verdict, looks)
    read = _read(disparity, asked.kind)
    return {**read, "corrected": corrected, "outside": _outside(asked, tally, disparity), "why": _why(asked, disparity)}


def _why(asked: Asked, disparity: Disparity) -> str:
    """Say why an alternative does not clear whose bound is within the limit."""
    place, bound = _deciding(disparity, asked.kind), _read(disparity, asked.kind)["bound"]
    within = bound >= asked.limit if asked.kind == "ratio" else bound <= asked.limit
    if disparity.verdict != "not_demonstrated" or not within:
        return ""
    return reason_sentence(disparity.reasons[place], at_worst=False)


def _outside(asked: Asked, tally: Tally, disparity: Disparity) -> tuple[str, ...]:
    """Name other findings that are shown to be outside their limits, where the one asked about clears."""
    if disparity.verdict != "cleared":
        return ()
    found = [other for other in assess(asked.whole, tally) if other.name != disparity.name]
    return tuple(
        f"{other.measure.title}, by {' and '.join(other.grouping.attributes)}"
        for other in found
        if other.verdict == "flagged"
    )


def _corrected(asked: Asked, tally: Tally, verdict: str, looks: int) -> str:
    """Judge with the error rate divided by the looks (Bonferroni); what shows nothing shows nothing then either."""
    if looks < 2 or verdict == "not_demonstrated":
        return verdict
    stricter = asked.evidence.model_copy(update={"alpha": asked.evidence.alpha / looks})
    return assess(stricter, tally)[0].verdict


def _deciding(disparity: Disparity, kind: str) -> int:
    """Give the place of the comparison with the limit of that kind."""
    return next(place for place, each in enumerate(disparity.comparisons) if each.kind == kind)


def _read(disparity: Disparity, kind: str) -> dict[str, Any]:
    place = _deciding(disparity, kind)
    comparison, bounds = disparity.comparisons[place], disparity.bounds[place]
    sign = 1 if kind == "ratio" else -1
    a, b = (comparison.arms.scheme.names[arm] for arm in comparison.arms.scheme.pairs[bounds.pair])
    high = disparity.measure.worse_when(disparity.evidence.selected_is) == "high"
    return {
        "verdict": disparity.verdict,
        "estimate": sign * bounds.estimate,
        "bound": sign * bounds.lower,
        "pair": (b, a) if high else (a, b),
    }


def error_gaps(cells: Cells) -> tuple[float, float]:
    """Give the widest gap between groups of both error rates as recorded, among groups of which enough is known."""
    arms, amounts, n = np.eye(len(cells.groups)), cells.amounts.sum(axis=0), cells.n.sum(axis=0)
    found = []
    for name in ("false_positive_rate", "false_negative_rate"):
        corner = recorded(MEASURES[name])
        _, records = counts(n, None, arms, corner, unknown_group=False)
        events, whole = counts(amounts, None, arms, corner, unknown_group=False)
        rates = np.divide(events, whole, out=np.full(len(whole), np.nan), where=(whole > 0) & (records >= FEWEST))
        known = rates[~np.isnan(rates)]
        found.append(float(known.max() - known.min()) if len(known) > 1 else math.nan)
    return found[0], found[1]


# --- which of them is better -----------------------------------------------------------------------------------------


def better(points: Sequence[Point], alpha: float, lost_at_most: float) -> list[Point]:
    """Find the alternatives that are shown to part groups less and to serve no worse, also for having looked at all.

    Args:
        points: today's and all others.
        alpha: the plan's error rate; it is shared among all alternatives.
        lost_at_most: by how much accuracy, and balanced accuracy, may at most be worse than today, 0 to 1.

    Returns:
        Those that clear where today's decisions do not, at the corrected error rate, with both changes shown to be
        above -lost_at_most at that rate; none that uses a person's group; the most accurate first. Where outcomes are
        not known nothing can be found.
    """
    today = next((point for point in points if point.today), None)
    others = [point for point in points if not point.today]
    if today is None or today.verdict == "cleared":
        return []
    level = alpha / max(len(others), 1)
    found = [
        point
        for point in others
        if point.corrected == "cleared"
        and not point.uses_group
        and not point.outside
        and all(part is not None and part.least(level) >= -lost_at_most for part in (point.accuracy, point.balanced))
    ]
    return sorted(found, key=lambda point: -point.served.accuracy)


def check_lost(lost_at_most: float) -> None:
    """Refuse a loss of accuracy that is no share."""
    if not 0 <= lost_at_most < 1:
        raise UsageError.one("lost_at_most", f"{lost_at_most} is not from 0 to 1", "Write 0.02 for 2 in 100.")
