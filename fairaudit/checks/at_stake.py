"""Which pairs a verdict stands on, and the fewest changes by which it falls."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fairaudit.comparisons import PairCounts
from fairaudit.verdicts import Comparison


class Fall(NamedTuple):
    """How many changes, and in which arm (its place in the scheme), undo a verdict."""

    needed: int
    arm: int


class AtStake(NamedTuple):
    """The pairs of a verdict: all of a clearance, the flagged ones of a flag; arrays of shape (pairs,).

    Attributes:
        pairs: their places.
        margins: what each was held against.
        levels: at what level each must be shown.
        any_undoes: whether any one pair that falls undoes the verdict; else all of them must.
    """

    pairs: np.ndarray
    margins: np.ndarray
    levels: np.ndarray
    any_undoes: bool

    def first_to_fall(self, arms: np.ndarray, needed: np.ndarray) -> Fall | None:
        """Find the fewest changes in one arm by which the verdict falls.

        A clearance falls with any pair. A flag falls only with all of its pairs, which changes in one arm can bring
        about only where that arm stands on the same side of every pair.

        Args:
            arms: shape (pairs, 2): places of the arms (a, b) of each pair at stake.
            needed: shape (pairs, 2): changes in a alone, and in b alone, after which the pair falls; NaN where none do.

        Returns:
            None where no number of changes in one arm alone undoes it.
        """
        if self.any_undoes:
            found = [Fall(int(n), int(arm)) for n, arm in zip(needed.flat, arms.flat, strict=True) if not np.isnan(n)]
        else:
            sides = [side for side in (0, 1) if len(set(arms[:, side])) == 1 and not np.isnan(needed[:, side]).any()]
            found = [Fall(int(needed[:, side].max()), int(arms[0, side])) for side in sides]
        return min(found, key=lambda fall: fall.needed, default=None)


def at_stake(comparison: Comparison) -> AtStake | None:
    """Give the pairs that a verdict stands on; None where there is no verdict, or it does not stand on plain counts."""
    counts = comparison.counts["recorded"]
    if comparison.verdict not in ("cleared", "flagged") or not plain_counts(comparison):
        return None
    cleared = comparison.verdict == "cleared"
    pairs = np.arange(len(counts.n1)) if cleared else np.array(sorted(comparison.flagged_at))
    if len(pairs) > 1 and not cleared and comparison.arms.scheme.reference == "rest":
        return None  # whoever is moved in a group is moved in the rest of every other group too
    # A flag stands as long as one of its pairs is first in Holm's order of what is left.
    level = comparison.alpha if cleared else comparison.alpha / (comparison.family - comparison.flagged_elsewhere)
    levels = np.full(len(pairs), level)
    return AtStake(pairs, comparison.tested("recorded")[pairs], levels, cleared)


def plain_counts(comparison: Comparison) -> bool:
    """Say whether one person is one record, and groups are not compared with a whole that moves with them."""
    counts = comparison.counts["recorded"]
    return isinstance(counts, PairCounts) and counts.whole and not comparison.arms.scheme.overall
