"""How few people would change it? The fewest whose own result would have to be another (Walsh et al. 2014).

Of plain counts only: where records are clustered or weighted, one person is no unit of evidence.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from fairaudit import sentences
from fairaudit.assessment import Disparity
from fairaudit.comparisons import PairCounts
from fairaudit.stats import fragility
from fairaudit.verdicts import Comparison


def fragility_rows(disparity: Disparity, comparison: Comparison) -> Iterator[dict[str, Any]]:
    """Say how many people's results would have to differ for the verdict to fall, and whether one would do."""
    counts = comparison.counts["recorded"]
    if comparison.baseline or not isinstance(counts, PairCounts) or not counts.whole:
        return
    if comparison.arms.scheme.overall:
        return
    people = disparity.evidence.words.people
    if comparison.verdict in ("cleared", "flagged"):
        yield _fewest(disparity, comparison, counts, people)
    if comparison.kind == "ratio":
        yield from _one_person(disparity, comparison, counts, people)


def _fewest(disparity: Disparity, comparison: Comparison, counts: PairCounts, people: str) -> dict[str, Any]:
    """Find the pair that falls first; of a flag, the one that stands longest, since any one of them keeps it up."""
    pairs = range(len(comparison.margins)) if comparison.verdict == "cleared" else sorted(comparison.flagged_at)
    at = np.array([counts.at(pair) for pair in pairs]).T
    levels = [comparison.flagged_at.get(pair, comparison.alpha) for pair in pairs]
    margins = comparison.tested("recorded")[list(pairs)]
    found = fragility.fragility(comparison.kind, *at, margins, np.array(levels), comparison.verdict)
    if np.isnan(found).all() or (comparison.verdict == "flagged" and np.isnan(found).any()):
        needed, text = None, f"No change of one group's {people} alone would undo it."
    else:
        place = int(np.nanargmin(found) if comparison.verdict == "cleared" else np.nanargmax(found))
        needed, arm = int(found[place]), comparison.arms.scheme.pairs[pairs[place]][0]
        name = sentences.who(comparison.arms.scheme.names[arm], people, people)
        of = int(counts.n1[pairs[place]])
        text = f"It hangs on {needed:,} of {of:,} {name}: had so many of them fared otherwise, it would not be shown."
    return {
        "check": "fragility",
        "scenario": "fewest people",
        "decides": False,
        "holds": True,
        "bound": needed,
        "sentence": text,
    }


def _one_person(
    disparity: Disparity, comparison: Comparison, counts: PairCounts, people: str
) -> Iterator[dict[str, Any]]:
    """Say whether one person would put the best estimate on the other side of the limit (44 FR 11996, question 21)."""
    shift = fragility.one_person_shift(counts.x1, counts.n1, counts.x0, counts.n0, comparison.tolerance)
    pair = disparity.bounds[disparity.comparisons.index(comparison)].pair
    if not shift.crosses[pair]:
        return
    yield {
        "check": "fragility",
        "scenario": "one person",
        "decides": False,
        "holds": False,
        "bound": 1,
        "sentence": (
            "One person more or less who was counted in either group would put the best estimate on the other side of "
            "the limit: a rule that looks at it alone would turn round."
        ),
    }
