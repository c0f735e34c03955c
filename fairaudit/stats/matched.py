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
from scipy import stats

from fairaudit.stats.score import Array, Kind, critical_z

FURTHEST_LOG_RATIO = 50.0
STEPS = 60
ROUNDING = 1e-12


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
        arm b has none. NaN where there are no pairs or no degrees of freedom, and of a ratio where neither has a yes.
    """
    z = [critical_z(alpha, degrees_of_freedom) for alpha in (alpha_lower, alpha_upper)]
    n11, n10, n01, n00, z_lower, z_upper = np.broadcast_arrays(
        *(np.asarray(each, dtype=float) for each in (n11, n10, n01, n00, *z))
    )
    counts = n11, n10, n01, n00
    if kind == "difference":
        lower, upper = (_meets(kind, counts, level, -1.0, 1.0) for level in (z_lower, -z_upper))
    else:
        reach = FURTHEST_LOG_RATIO
        lower, upper = (np.exp(_meets(kind, counts, level, -reach, reach)) for level in (z_lower, -z_upper))
        lower, upper = np.where(n11 + n10 > 0, lower, 0.0), np.where(n11 + n01 > 0, upper, np.inf)
    nothing = n11 + n10 + n01 + (n00 if kind == "difference" else 0) <= 0
    return np.where(nothing | np.isnan(z_lower), np.nan, lower), np.where(nothing | np.isnan(z_upper), np.nan, upper)


def _meets(kind: Kind, counts: tuple[Array, ...], level: Array, low: float, high: float) -> Array:
    """Halve the interval of margins until z, which falls as the margin rises, meets a level."""
    low, high = np.full(level.shape, low), np.full(level.shape, high)
    for _ in range(STEPS):
        middle = (low + high) / 2
        above = clearing_z(kind, *counts, np.exp(middle) if kind == "ratio" else middle) >= level
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return (low + high) / 2


def mcnemar_exact(n10: ArrayLike, n01: ArrayLike) -> Array:
    """Give the exact two-sided p-value of McNemar's test, that both arms fare alike: shown, and no verdict.

    Args:
        n10: pairs with yes in arm a only.
        n01: pairs with yes in arm b only.

    Returns:
        0 to 1: twice the smaller tail of a binomial with share 1/2; 1 where no pair differs.
    """
    n10, n01 = np.asarray(n10, dtype=float), np.asarray(n01, dtype=float)
    return np.minimum(1.0, 2 * stats.binom.cdf(np.minimum(n10, n01), n10 + n01, 0.5))


def _z(
    kind: Kind,
    n11: ArrayLike,
    n10: ArrayLike,
    n01: ArrayLike,
    n00: ArrayLike,
    margin: ArrayLike,
    nothing_shown: float,
) -> Array:
    n11, n10, n01, n00, margin = np.broadcast_arrays(
        *(np.asarray(each, dtype=float) for each in (n11, n10, n01, n00, margin))
    )
    if kind == "difference":
        n = n11 + n10 + n01 + n00
        excess, variance = n10 - n01 - n * margin, n * (2 * _only_b(n, n10, n01, margin) + margin * (1 - margin))
    else:
        n = n11 + n10 + n01
        x = _only_b_at_ratio(n, n11, n10, n01, margin)
        excess = n11 + n10 - margin * (n11 + n01)
        variance = margin * n * np.maximum(x + 1 - (1 - x) / margin, 0)
    rounding = ROUNDING * np.maximum(n, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = excess / np.sqrt(variance)
    certain = np.where(np.abs(excess) <= rounding, 0.0, np.copysign(np.inf, excess))
    z = np.where(variance > rounding, z, certain)
    empty = n11 + n10 + n01 + n00 <= 0
    return np.where(empty, np.nan, np.where((kind == "ratio") & (n <= 0), nothing_shown, z))


def _only_b(n: Array, n10: Array, n01: Array, margin: Array) -> Array:
    """Give the share of pairs with yes in b only, most likely where theta_a - theta_b is the margin (Tango 1998)."""
    b = (2 * n - n10 + n01) * margin - n10 - n01
    c = -n01 * margin * (1 - margin)
    root = np.sqrt(np.maximum(b * b - 8 * n * c, 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.nan_to_num((root - b) / (4 * n))
    return np.clip(found, np.maximum(0, -margin), np.maximum((1 - margin) / 2, 0))


def _only_b_at_ratio(n: Array, n11: Array, n10: Array, n01: Array, margin: Array) -> Array:
    """Give, of pairs with any yes, the share with yes in b only, most likely where theta_a / theta_b is the margin.

    With x that share, the others are (1 - x) / margin - x (both) and 1 - (1 - x) / margin (a only); the logarithm of
    the likelihood is concave in x, and its derivative a quadratic over positive factors, falling at the larger root.
    """
    b = n10 + n01 - (margin * margin - 1) * (n11 + n01)
    root = np.sqrt(np.maximum(b * b + 4 * (1 + margin) * n * n01 * (margin - 1), 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.nan_to_num((b + root) / (2 * (1 + margin) * n))
    return np.clip(found, np.maximum(0, 1 - margin), 1 / (1 + margin))
