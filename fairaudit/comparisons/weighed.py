"""Pairs of groups of records that are weighed otherwise: of several ways, whichever a claim likes least."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fairaudit.comparisons.counts import PairCounts
from fairaudit.comparisons.estimates import EstimateArms
from fairaudit.comparisons.scheme import Kind
from fairaudit.comparisons.shares import Arms
from fairaudit.stats import score
from fairaudit.stats.estimates import Estimate, Pairs


class WeighedPairs:
    """Every pair under one scenario that weighs records otherwise.

    Where a scenario has several corners, such as every benchmark at either end of its margin of error, each pair is
    taken at the corner at which least is shown of it; whatever holds there holds at all of them.

    Args:
        arms: the arms at every corner; none where no weights could be found, of which nothing is shown.
        kind: what is compared.
        tolerance: the limit.
        pairs: how many pairs there are.
    """

    def __init__(self, arms: Sequence[Arms | EstimateArms], kind: Kind, tolerance: float, pairs: int):
        self.arms, self.kind = list(arms), kind
        margins = [each.margins(kind, tolerance) for each in self.arms]
        counts = [each.pairs("recorded", kind, m) for each, m in zip(self.arms, margins, strict=True)]
        self.chosen = _least_shown(counts, margins, kind) if counts else np.zeros(pairs, int)
        self.margins = np.full(pairs, tolerance if kind == "ratio" else -tolerance)
        if counts:
            self.margins = _chosen(margins, self.chosen)
        self.counts = _merged(counts, self.chosen) if counts else _of_nobody(pairs)

    def shown(self, values: np.ndarray) -> np.ndarray:
        """Turn what was estimated against the rest into what the report shows, pair by pair at its corner."""
        if not self.arms:
            return values
        return _chosen([each.shown(self.kind, values) for each in self.arms], self.chosen)


def _chosen(values: Sequence[np.ndarray], chosen: np.ndarray) -> np.ndarray:
    return np.stack(values)[chosen, np.arange(len(chosen))]


def _least_shown(counts: Sequence[PairCounts | Pairs], margins: Sequence[np.ndarray], kind: Kind) -> np.ndarray:
    """Say at which corner each pair's evidence is the weakest; a corner of which nothing is known is weaker still."""
    if len(counts) == 1:
        return np.zeros(len(margins[0]), int)
    no_margin = 1.0 if kind == "ratio" else 0.0
    p = [
        np.nan_to_num(
            score.clearing_p(c.clearing_z(kind, np.where(np.isnan(m), no_margin, m)), c.degrees_of_freedom), nan=2.0
        )
        for c, m in zip(counts, margins, strict=True)
    ]
    # A pair that cannot fail at a corner is not the weakest there.
    cannot_fail = np.isnan(np.stack(margins))
    return np.where(cannot_fail, -1.0, np.stack(p)).argmax(axis=0)


def _merged(counts: Sequence[PairCounts | Pairs], chosen: np.ndarray) -> PairCounts | Pairs:
    """Take every pair from its corner."""
    if len(counts) == 1:
        return counts[0]
    degrees = None
    if counts[0].degrees_of_freedom is not None:
        degrees = _chosen([c.degrees_of_freedom for c in counts], chosen)
    if isinstance(counts[0], PairCounts):
        taken = (_chosen([getattr(c, name) for c in counts], chosen) for name in ("x1", "n1", "x0", "n0"))
        return PairCounts(*taken, degrees, False)
    places = np.arange(len(chosen))
    first, second = (Estimate.joined([getattr(c, side) for c in counts]) for side in ("first", "second"))
    sizes = [np.cumsum([0, *(len(getattr(c, side).value) for c in counts)])[:-1] for side in ("first", "second")]
    at = np.stack([[c.places[row] for c in counts] for row in (0, 1)])[:, chosen, places]
    at = at + np.stack([sizes[0][chosen], sizes[1][chosen]])
    stretch = np.stack([c.stretch for c in counts])[chosen, :, places].T
    return replace(counts[0], first=first, second=second, places=at, stretch=stretch, degrees_of_freedom=degrees)


def _of_nobody(pairs: int) -> PairCounts:
    nothing = np.zeros(pairs)
    return PairCounts(nothing, nothing, nothing, nothing, None, False)
