"""What people of unknown group could change."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fairaudit.cells import counts, recorded
from fairaudit.comparisons import Kind
from fairaudit.stats import exact, score
from fairaudit.verdicts import Comparison

MOST_MIXES = 2_001

# Kind, events and records of both arms, margin, alpha
Test = tuple[Kind, float, float, float, float, float, float]


class Tipping(NamedTuple):
    """How many of the people of unknown group it would take to undo a clearance.

    Attributes:
        needed: the fewest who, all belonging where it hurts most, would undo it; None where not even all of them would.
        unknown: how many people of unknown group there are in the denominator.
    """

    needed: int | None
    unknown: int


def tipping_point(comparison: Comparison) -> Tipping | None:
    """Find the fewest people of unknown group who could undo a clearance, whichever pair they undo it for.

    Each of them with the event is put with group b, each without with group a, whichever mix hurts most; small groups
    tip first, whatever their bounds are now. By the score test and, where groups are small, by the exact one too, of
    the mix that the score test likes least; for plain counts only.

    Args:
        comparison: a cleared comparison.

    Returns:
        The tipping point; None where there is nobody of unknown group, records are weighted or clustered, or groups are
        compared with a whole, whose limits move with its groups.
    """
    at = comparison.counts["recorded"]
    if not at.whole or not comparison.arms.moves_people:
        return None
    with_event, all_unknown = _unknown_people(comparison)
    if all_unknown == 0 or comparison.arms.scheme.overall:
        return None
    fewest = all_unknown + 1
    for pair, margin in enumerate(comparison.margins):
        test = (comparison.kind, *at.at(pair), float(margin), comparison.alpha)
        fewest = _fewest(test, with_event, all_unknown - with_event, fewest)
    return Tipping(fewest if fewest <= all_unknown else None, all_unknown)


def _fewest(test: Test, events: int, others: int, known: int) -> int:
    """Find the fewest people who would undo a pair, if they are fewer than the `known`; else give those."""
    if known < 2 or _still_clears(test, events, others, known - 1):
        return known
    low, high = 0, known - 1  # it clears with low people moved, not with high
    while high - low > 1:
        middle = (low + high) // 2
        if _still_clears(test, events, others, middle):
            low = middle
        else:
            high = middle
    return high


def _unknown_people(comparison: Comparison) -> tuple[int, int]:
    """Count people of unknown group in the measure's denominator: those with the event, and all."""
    cells = comparison.arms.cells.n.sum(axis=0)[-1:]
    nobody = np.zeros_like(cells)
    as_a_group = np.concatenate([cells, nobody])
    events, everyone = counts(as_a_group, None, np.ones((1, 1)), recorded(comparison.arms.measure), unknown_group=False)
    return int(events[0]), int(everyone[0])


def _still_clears(test: Test, events: int, others: int, moved: int) -> bool:
    """Say whether a pair clears however `moved` people of unknown group are dealt out."""
    kind, x1, n1, x0, n0, margin, alpha = test
    least, most = max(0, moved - others), min(events, moved)
    # Of very many mixes enough are tried to see the worst: evidence changes smoothly from one to the next.
    to_b = np.unique(np.linspace(least, most, min(most - least + 1, MOST_MIXES)).round())
    to_a = moved - to_b
    z = score.clearing_z(kind, x1, n1 + to_a, x0 + to_b, n0 + to_b, margin)
    if not (score.clearing_p(z) < alpha).all():
        return False
    weakest = int(np.argmin(z))
    table = x1, n1 + to_a[weakest], x0 + to_b[weakest], n0 + to_b[weakest]
    return not exact.feasible(*table, kind) or exact.exact_passes(kind, *map(int, table), margin, alpha)
