"""What weights cost and what they bought: effective records, and how near the records are to the population."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fairaudit.stats.design import kish
from fairaudit.stats.weights import Margin, shares_of, sums_over

Array = NDArray[np.float64]
FEW = 0.5  # of the records: below it weights say more than records do
FEW_IN_A_GROUP = 30.0
SIMILAR = 0.1  # standardised difference below which a category is taken as balanced (Austin 2009)


@dataclass(frozen=True)
class Diagnostics:
    """What weights do to records.

    Attributes:
        records: n, whatever they weigh.
        effective: (sum w)^2 / sum w^2, 0 to n (Kish 1965).
        design_effect: n over that, 1 + cv^2 of the weights; at least 1, NaN where nothing weighs anything.
        largest: largest weight, as a multiple of the mean.
        before: standardised difference (records - target) of each category at equal weights, one array a margin, shape
            of its target; NaN where nobody is in the category, or everybody is.
        after: the same with the weights, over the same standard deviations.
        margin_error: largest error of a category's share, relative to its target; infinite where a target is 0 and
            records are left.
        group_records: n of each group, None without a group axis.
        group_effective: effective records of each group, likewise.
    """

    records: float
    effective: float
    design_effect: float
    largest: float
    before: tuple[Array, ...]
    after: tuple[Array, ...]
    margin_error: float
    group_records: Array | None = None
    group_effective: Array | None = None

    @property
    def few(self) -> bool:
        """Say whether fewer than half of the records are left in effect."""
        return not self.effective >= FEW * self.records

    @property
    def small_groups(self) -> NDArray[np.bool_]:
        """Say of each group whether it has fewer than 30 records in effect, shape (groups,); empty without groups."""
        effective = np.zeros(0) if self.group_effective is None else self.group_effective
        return ~(effective >= FEW_IN_A_GROUP)

    @property
    def unbalanced(self) -> tuple[NDArray[np.bool_], ...]:
        """Say of each category of each margin whether it is still off by .1 standard deviations or more."""
        return tuple(np.abs(difference) >= SIMILAR for difference in self.after)


def diagnose(
    counts: ArrayLike, weights: ArrayLike, margins: Sequence[Margin], *, group_axis: int | None = None
) -> Diagnostics:
    """Say what weights do to records.

    Args:
        counts: records of each cell, any shape.
        weights: of each record of each cell, at least 0, same shape; only looked at where there are records.
        margins: for each its axes and the target over them, in any unit. They may be others than were met.
        group_axis: the axis that is the group.

    Raises:
        NoWeights: "not_positive", where a target is negative, no number or nobody.
        ValueError: where shapes or weights make no sense.
    """
    counts, weights = np.asarray(counts, float), np.asarray(weights, float)
    if counts.shape != weights.shape:
        raise ValueError(f"Weights have shape {weights.shape}, and the records {counts.shape}.")
    weights = np.where(counts > 0, weights, 0.0)
    if not (np.isfinite(weights).all() and (weights >= 0).all()):
        raise ValueError("Weights are numbers of at least 0 wherever there are records.")
    n, sums, squares = counts.sum(), counts * weights, counts * weights * weights
    effective = float(kish(sums.sum(), squares.sum()))
    before, after, error = [], [], 0.0
    for axes, target in zip(*shares_of(counts.shape, margins), strict=True) if margins else ():
        plain, weighed = _shares(sums_over(counts, axes)), _shares(sums_over(sums, axes))
        spread = np.sqrt((target * (1 - target) + plain * (1 - plain)) / 2)
        before.append(_over(plain - target, spread))
        after.append(_over(weighed - target, spread))
        error = max(error, float(_relative(weighed, target).max()))
    groups = () if group_axis is None else (group_axis % counts.ndim,)
    return Diagnostics(
        records=float(n),
        effective=effective,
        design_effect=float(n / effective) if effective > 0 else float("nan"),
        largest=float(weights.max() * n / sums.sum()) if sums.sum() > 0 else float("nan"),
        before=tuple(before),
        after=tuple(after),
        margin_error=error,
        group_records=sums_over(counts, groups) if groups else None,
        group_effective=kish(sums_over(sums, groups), sums_over(squares, groups)) if groups else None,
    )


def _shares(sums: Array) -> Array:
    return _over(sums, sums.sum())


def _over(values: Array, by: ArrayLike) -> Array:
    return np.divide(values, by, out=np.full(values.shape, np.nan), where=np.asarray(by) > 0)


def _relative(share: Array, target: Array) -> Array:
    off = np.where(share == target, 0.0, np.inf)
    return np.divide(np.abs(share - target), target, out=off, where=target > 0)
