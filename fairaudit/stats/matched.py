"""Score tests of two arms of matched pairs against a margin, and the bounds they invert to.

In each pair arm a and arm b say yes or no about the same unit: `n11` pairs have yes in both, `n10` only in a, `n01`
only in b, `n00` in neither, n altogether. A margin is either a difference, theta_a - theta_b = (n10 - n01) / n, or
a ratio, theta_a / theta_b = (n11 + n10) / (n11 + n01). Both statistics divide the observed excess of a over the margin
by its standard deviation where the likelihood is largest on the margin:

* a difference: Tango (1998, Statistics in Medicine 17: 891-908). At a margin of 0 this is McNemar's z;
* a ratio: Nam & Blackwelder (2002, Statistics in Medicine 21: 689-699).

Everything broadcasts, and counts may be fractional (unknown answers spread, or counts divided by a design effect).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from fairaudit.stats.binomials import more_than
from fairaudit.stats.score import Array, Kind, critical_z, narrow

_FURTHEST_LOG_RATIO = 50.0


def clearing_z(kind: Kind, n11: ArrayLike, n10: ArrayLike, n01: ArrayLike, n00: ArrayLike, margin: ArrayLike) -> Array:
    """Give the evidence that theta_a is above the margin.

    Args:
        kind: "ratio" (margin is theta_a / theta_b, above 0) or "difference" (margin is theta_a - theta_b, -1 to 1, so
            usually negative).
        n11: pairs with yes in both arms, 0 or more.
        n10: pairs with yes in arm a only.
        n01: pairs with yes in arm b only.
        n00: pairs with yes in neither arm. A ratio does not depend on it.
        margin: the margin to exceed.

    Returns:
        z, of the broadcast shape: high where the data show that the margin is exceeded. Where the variance is 0
        (no pair differs and the margin says equal, or a margin of -1 or 1) it is 0 if the data lie on the margin and
        infinite if not. -inf for a ratio without any yes; NaN where there are no pairs.
    """
    return _z(kind, n11, n10, n01, n00, margin, nothing_shown=-np.inf)


def flagging_z(kind: Kind, n11: ArrayLike, n10: ArrayLike, n01: ArrayLike, n00: ArrayLike, margin: ArrayLike) -> Array:
    """Give the evidence that theta_a is below the margin: the same statistic, low where it is below.

    Takes what `clearing_z` takes.

    Returns:
        z, as `clearing_z` gives it, but +inf for a ratio without any yes, since nothing is shown there either.
    """
    return _z(kind, n11, n10, n01, n00, margin, nothing_shown=np.inf)


def bounds(
    kind: Kind,
    n11: ArrayLike,
    n10: ArrayLike,
    n01: ArrayLike,
    n00: ArrayLike,
    alpha_lower: ArrayLike,
    alpha_upper: ArrayLike,
    degrees_of_freedom: ArrayLike | None = None,
) -> tuple[Array, Array]:
    """Bound the ratio or difference from below and from above, each one-sided: where z meets its critical value.

    Takes what `clearing_z` takes, and the level of either bound; Student's t where degrees of freedom are given.

    Returns:
        Lower and upper bounds: of a difference -1 to 1; of a ratio 0 or more, 0 where arm a has no yes, infinite where
        arm b has none. NaN where there are no pairs or no degrees of freedom.
    """
    z = [critical_z(alpha, degrees_of_freedom) for alpha in (alpha_lower, alpha_upper)]
    *counts, z_lower, z_upper = np.broadcast_arrays(
        *(np.asarray(each, dtype=float) for each in (n11, n10, n01, n00, *z))
    )
    shape, counts = z_lower.shape, np.stack([np.ravel(count) for count in counts])
    find = _difference_bounds if kind == "difference" else _ratio_bounds
    found = find(counts, np.ravel(z_lower), np.ravel(z_upper))
    unknown = np.ravel(np.isnan(z_lower) | np.isnan(z_upper))
    return tuple(np.where(unknown, np.nan, bound).reshape(shape) for bound in found)


def mcnemar_exact(n10: ArrayLike, n01: ArrayLike) -> Array:
    """Give the exact two-sided p-value of McNemar's test, that both arms fare alike: shown, and no verdict.

    Args:
        n10: pairs with yes in arm a only.
        n01: pairs with yes in arm b only.

    Returns:
        0 to 1: twice the smaller tail of a binomial with share 1/2; 1 where no pair differs.
    """
    n10, n01 = np.asarray(n10, dtype=float), np.asarray(n01, dtype=float)
    return np.minimum(1.0, 2 * (1 - more_than(np.minimum(n10, n01), n10 + n01, 0.5)))


def _z(kind: Kind, *counts_and_margin: ArrayLike, nothing_shown: float) -> Array:
    n11, n10, n01, n00, margin = (np.asarray(value, dtype=float) for value in counts_and_margin)
    with np.errstate(all="ignore"):
        if kind == "ratio":
            z = np.where(n11 + n10 + n01 == 0, nothing_shown, _ratio_z(n11, n10, n01, margin))
        else:
            z = _difference_z(n10, n01, n11 + n10 + n01 + n00, margin)
        return np.where(n11 + n10 + n01 + n00 > 0, z, np.nan)


def _difference_z(n10: Array, n01: Array, n: Array, difference: Array) -> Array:
    """Compute Tango's statistic of the n10 - n01 pairs by which a exceeds b."""
    # The same question with the arms swapped, so that the margin is never negative and no digits cancel.
    swapped, d = difference < 0, np.abs(difference)
    gains, losses = np.where(swapped, n01, n10), np.where(swapped, n10, n01)
    s = gains - losses - n * d
    variance = n * (2 * _share_of_losses(gains, losses, n, d) + d * (1 - d))
    return np.where(swapped, -1, 1) * _standardise(s, variance)


def _share_of_losses(gains: Array, losses: Array, n: Array, d: Array) -> Array:
    """Maximise the likelihood in q, the share of pairs lost, where the share gained is q + d and d is 0 or more.

    The derivative of gains log(q + d) + losses log(q) + rest log(1 - 2q - d) is 0 at the larger root of
    2n q^2 + b q - losses d (1 - d) = 0.
    """
    b = (2 * n - gains + losses) * d - (gains + losses)
    product = losses * d * (1 - d)
    root = np.sqrt(b * b + 8 * n * product)
    return np.where(b > 0, 2 * product / (b + root), (root - b) / (4 * n))


def _ratio_z(n11: Array, n10: Array, n01: Array, ratio: Array) -> Array:
    """Compute the statistic of Nam & Blackwelder among the pairs with any yes: the others say nothing of a ratio."""
    # The same question with the arms swapped, so that the ratio is at most 1 and no digits cancel.
    swapped, r = ratio > 1, np.where(ratio > 1, 1 / ratio, ratio)
    gains, losses = np.where(swapped, n01, n10), np.where(swapped, n10, n01)
    m = n11 + n10 + n01
    lost = _share_of_losses_of_any(n11, gains, losses, r)
    gained = np.maximum(lost - (1 - r), 0) / r
    s = n11 + gains - r * (n11 + losses)
    return np.where(swapped, -1, 1) * _standardise(s, r * m * (gained + lost))


def _share_of_losses_of_any(n11: Array, gains: Array, losses: Array, r: Array) -> Array:
    """Maximise the likelihood in q, the share lost of pairs with any yes, under a ratio r of at most 1.

    Of these pairs 1 - q have a yes in the first arm and 1 - p, with p the share gained, in the other. So the ratio
    fixes p = (q - (1 - r)) / r, and leaves 1 - q - p = (1 - (1 + r) q) / r for both. The derivative of
    gains log(p) + losses log(q) + n11 log(1 - q - p) is 0 at the larger root of
    (1 + r) m q^2 - b q + losses (1 - r) = 0.
    """
    a = (1 + r) * (n11 + gains + losses)
    b = gains + losses + (1 - r) * (1 + r) * (n11 + losses)
    return (b + np.sqrt(np.maximum(b * b - 4 * a * losses * (1 - r), 0))) / (2 * a)


def _standardise(s: Array, variance: Array) -> Array:
    return np.where(variance > 0, s / np.sqrt(variance), np.where(s == 0, 0.0, np.copysign(np.inf, s)))


def _difference_bounds(counts: Array, z_lower: Array, z_upper: Array) -> tuple[Array, Array]:
    _, n10, n01, _ = counts
    n = counts.sum(axis=0)
    with np.errstate(invalid="ignore"):
        estimate = np.where(n > 0, (n10 - n01) / n, np.nan)
    ends = np.where(n > 0, -1.0, np.nan), np.where(n > 0, 1.0, np.nan)
    # Where every pair differs the same way the estimate is the end of the scale, and so is the bound.
    lower = _solve("difference", counts, z_lower, ends[0], estimate)[0]
    return lower, _solve("difference", counts, -z_upper, estimate, ends[1])[1]


def _ratio_bounds(counts: Array, z_lower: Array, z_upper: Array) -> tuple[Array, Array]:
    n11, n10, n01, n00 = counts
    yes_a, yes_b = n11 + n10, n11 + n01
    with np.errstate(all="ignore"):
        estimate = np.log(yes_a) - np.log(yes_b)  # -inf, inf or, without any yes, NaN
    estimate = np.clip(estimate, -_FURTHEST_LOG_RATIO, _FURTHEST_LOG_RATIO)
    low, high = np.full((2, *estimate.shape), [[-_FURTHEST_LOG_RATIO], [_FURTHEST_LOG_RATIO]])
    lower = np.exp(_solve("ratio", counts, z_lower, low, estimate)[0])
    upper = np.exp(_solve("ratio", counts, -z_upper, estimate, high)[1])
    empty = ~(yes_a + yes_b + n00 > 0)
    lower, upper = np.where(yes_a > 0, lower, 0.0), np.where(yes_b > 0, upper, np.inf)
    return np.where(empty, np.nan, lower), np.where(empty, np.nan, upper)


def _solve(kind: Kind, counts: Array, critical: Array, low: Array, high: Array) -> tuple[Array, Array]:
    """Bracket the difference or the log ratio at which the statistic is critical, to about 10 digits."""

    def excess(margin: Array, which: Array) -> Array:
        margin = np.exp(margin) if kind == "ratio" else margin
        return clearing_z(kind, *counts[:, which], margin) - critical[which]

    return narrow(excess, low, high)
