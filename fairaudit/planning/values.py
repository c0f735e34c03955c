"""How many records take what is no share of them: estimates, matched tests; and where no number is planned."""

from __future__ import annotations

import math

import numpy as np

from fairaudit.assessment import Disparity
from fairaudit.planning.after import errors_wanted, records_of_one_error, two_digits
from fairaudit.planning.needed import Group, Needed, in_words
from fairaudit.stats import score
from fairaudit.verdicts import Comparison


def nothing_to_plan(disparity: Disparity) -> Needed:
    """Say why no number of records is planned."""
    why = "all areas are counted, and there are no more: its bounds come of the people's margins of error alone."
    if disparity.evidence.kind == "representation":
        why = (
            "how sure it is hangs on the benchmark's margin of error, and on how events cluster: a longer period, or a "
            "better benchmark, shows more."
        )
    by = in_words(disparity.grouping.attributes)
    return Needed(by=by, measure=disparity.measure.name, title=disparity.measure.title, why=why)


def needed_of_values(disparity: Disparity, power: float, per_year: float | None) -> Needed:
    """Plan for estimates, whose spread must be seen first: the least sure pair decides, and the stricter limit."""
    evidence, sizes = disparity.evidence, disparity.sizes
    ones = [(comparison, _of_one_error(comparison, sizes)) for comparison in disparity.comparisons]
    needed = max(one * errors_wanted(comparison, power) ** 2 for comparison, one in ones)
    # With fewer, values exactly alike would be less sure than the test asks.
    fewest = max(one * float(score.critical_z(comparison.alpha)) ** 2 for comparison, one in ones)
    tests = evidence.kind == "pairs"
    worth = np.nan_to_num(disparity.comparisons[0].arms.worth[: len(sizes)])
    share = disparity.unknown.share
    rounded = two_digits(needed) if math.isfinite(needed) else None
    everybody, per = max(float(disparity.arms.cells.people.sum()), 1.0), per_year or 0.0
    groups = []
    for place, name in enumerate(disparity.groups):
        at_hand = _tests_at_hand(disparity, place) if tests else int(sizes[place])
        wanted = None if rounded is None else min(rounded, at_hand) if at_hand >= needed else rounded
        pace = per * float(sizes[place]) / everybody
        years = (wanted - at_hand) / pace if pace and wanted is not None and wanted > at_hand and not tests else None
        groups.append(Group(name, at_hand, float(at_hand if tests else worth[place]), wanted, years))
    return Needed(
        by=in_words(disparity.grouping.attributes),
        measure=disparity.measure.label,
        title=disparity.measure.title,
        groups=tuple(groups),
        limits=dict(disparity.entry.limits),
        each=needed if math.isfinite(needed) else None,
        fewest=fewest if math.isfinite(fewest) else None,
        unknown=share if share > evidence.unknown_at_most else 0.0,
        unknown_at_most=evidence.unknown_at_most,
        alpha=evidence.alpha_of_look,
        power=power,
        tests=tests,
    )


def _of_one_error(comparison: Comparison, sizes: np.ndarray) -> float:
    """Give the records of the least sure pair's smaller group at which the margin is one standard error away."""
    counted, found = comparison.counts["recorded"], []
    for place, pair in enumerate(comparison.arms.scheme.pairs):
        if pair.max() < len(sizes) and counted.defined[place]:
            have = counted.units[place] if hasattr(counted, "units") else sizes[pair].min()
            found.append(records_of_one_error(comparison, place, float(have)))
    return max(found, default=math.inf)


def _tests_at_hand(disparity: Disparity, group: int) -> int:
    """Give the fewest matched tests that a group has beside any other."""
    comparison = disparity.comparisons[0]
    units, pairs = comparison.counts["recorded"].units, comparison.arms.scheme.pairs
    theirs = [float(units[place]) for place, pair in enumerate(pairs) if group in pair]
    return math.floor(min(theirs, default=0.0))
