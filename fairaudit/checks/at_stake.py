"""Which pairs a verdict stands on, and the fewest changes by which it falls."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fairaudit.comparisons import PairCounts
from fairaudit.verdicts import Comparison


class AtStake(NamedTuple):
    """The pairs of a verdict: all of a clearance, the flagged ones of a flag; arrays of shape (pairs,).

    Attributes:
        pairs: their places.
        margins: what each was held against.
        levels: at what level each was shown.
        any_undoes: whether any one pair that falls undoes the verdict; else all of them must.
    """

    pairs: np.ndarray
    margins: np.ndarray
    levels: np.ndarray
    any_undoes: bool

    def first_to_fall(self, needed: np.ndarray) -> int | None:
        """Say at which pair the verdict falls, given the changes that each needs (NaN: none do); None where at none.

        A clearance falls with the first pair; a flag with the last, since any other keeps it up.
        """
        if self.any_undoes:
            return None if np.isnan(needed).all() else int(np.nanargmin(needed))
        return None if np.isnan(needed).any() else int(needed.argmax())


def at_stake(comparison: Comparison) -> AtStake | None:
    """Give the pairs that a verdict stands on; None where there is no verdict, or it does not stand on plain counts."""
    counts = comparison.counts["recorded"]
    if comparison.verdict not in ("cleared", "flagged") or not plain_counts(comparison):
        return None
    cleared = comparison.verdict == "cleared"
    pairs = np.arange(len(counts.n1)) if cleared else np.array(sorted(comparison.flagged_at))
    levels = np.array([comparison.flagged_at.get(int(pair), comparison.alpha) for pair in pairs])
    return AtStake(pairs, comparison.tested("recorded")[pairs], levels, cleared)


def plain_counts(comparison: Comparison) -> bool:
    """Say whether one person is one record, and groups are not compared with a whole that moves with them."""
    counts = comparison.counts["recorded"]
    return isinstance(counts, PairCounts) and counts.whole and not comparison.arms.scheme.overall
