"""How well decisions serve their purpose, and by how much an alternative serves it worse than today's decisions."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairaudit.stats.score import critical_z

Array = NDArray[np.float64]
YES, NO = 0, 1  # places of decisions and outcomes in a table of cells


class Served(NamedTuple):
    """How decisions turned out; each is a share, NaN where nobody is in its denominator.

    Attributes:
        selected: of all whose decision is known.
        accuracy: right, of all whose decision and outcome are known.
        balanced: mean of the shares right of those with the outcome and of those without it.
        precision: with the outcome, of those selected.
        false_positive, false_negative: wrongly selected of those without it; wrongly passed over of those with it.
    """

    selected: float
    accuracy: float
    balanced: float
    precision: float
    false_positive: float
    false_negative: float


class Change(NamedTuple):
    """How much better (or, below 0, worse) the purpose is served than today, and the least that it can be at alpha."""

    value: float
    variance: float

    def least(self, alpha: float) -> float:
        """Bound the change from below, one-sided (Wald)."""
        return self.value - float(critical_z(alpha)) * math.sqrt(self.variance)


def served(table: Array) -> Served:
    """Say how decisions turned out.

    Args:
        table: records or their weights, decision by outcome, shape (3, 3): yes, no, unknown.
    """
    known = table[:2, :2]
    false_positive = _share(known[YES, NO], known[:, NO].sum())
    false_negative = _share(known[NO, YES], known[:, YES].sum())
    return Served(
        selected=_share(table[YES].sum(), table[:2].sum()),
        accuracy=_share(known[YES, YES] + known[NO, NO], known.sum()),
        balanced=1 - (false_positive + false_negative) / 2,
        precision=_share(known[YES, YES], known[YES].sum()),
        false_positive=false_positive,
        false_negative=false_negative,
    )


def change(differences: Array, squares: Array, n: Array, clustered: bool) -> Change:
    """Compare two decisions on the same records: mean of right now less right before, and its variance.

    Args:
        differences: sums over each cluster of w * (right with the alternative - right today), shape (clusters,).
        squares: sums of w^2 times the squared difference, likewise.
        n: sums of weights, likewise.
        clustered: whether these are clusters; else records are independent and the sums are of all of them.

    Returns:
        The change, -1 to 1, and its variance: that of a ratio of sums over clusters, or McNemar's (paired, Wald).
    """
    total = float(n.sum())
    if not total:
        return Change(math.nan, math.nan)
    value = float(differences.sum()) / total
    if clustered and len(n) > 1:
        spread = float(((differences - value * n) ** 2).sum()) * len(n) / (len(n) - 1)
    else:
        spread = max(float(squares.sum()) - float(differences.sum()) ** 2 / total, 0.0)
    return Change(value, spread / total**2)


def balanced_change(with_outcome: Change, without: Change) -> Change:
    """Give the change of the balanced accuracy from those of both its parts."""
    parts = with_outcome, without
    return Change(sum(part.value for part in parts) / 2, sum(part.variance for part in parts) / 4)


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0 else math.nan
