"""Common odds ratio, ratio and difference of two groups over strata, and whether one number fits.

Counts have the shape (..., strata): group a has `x1` events among `n1` in each stratum, group b `x0` among `n0`. Strata
in which either group has nobody drop out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from fairaudit.stats.strata import with_both_groups

Array = NDArray[np.float64]


class Common(NamedTuple):
    """What the groups' disparity would be if it were the same in all strata; each of shape (...).

    Intervals are two-sided. `test` is the chi-squared of Cochran, Mantel & Haenszel with one degree of freedom, and `p`
    its p-value; `test_corrected` and `p_corrected` have the continuity correction.
    """

    odds_ratio: Array
    odds_ratio_lower: Array
    odds_ratio_upper: Array
    ratio: Array
    ratio_lower: Array
    ratio_upper: Array
    difference: Array
    difference_standard_error: Array
    difference_lower: Array
    difference_upper: Array
    test: Array
    p: Array
    test_corrected: Array
    p_corrected: Array


class Homogeneity(NamedTuple):
    """Whether the odds ratio is the same in all strata; each of shape (...)."""

    chi_squared: Array
    degrees_of_freedom: Array
    p: Array


def mantel_haenszel(x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, alpha: float = 0.05) -> Common:
    """Estimate one odds ratio, one ratio of rates and one difference over all strata.

    Args:
        x1: events of group a, shape (..., strata).
        n1: records of group a.
        x0: events of group b.
        n0: records of group b.
        alpha: two-sided level of the intervals.

    Returns:
        Odds ratio a / b (Mantel & Haenszel 1959; interval of Robins, Breslow & Greenland 1986), ratio of rates
        (Greenland & Robins 1985), difference a - b (variance of Sato 1989), and the test of no association. NaN where
        no stratum has both groups, and for ratios and the test where there is nothing to compare (no event, or nothing
        else). A ratio of 0 or infinity has the interval from 0 to infinity: its logarithm has no finite variance.
    """
    x1, n1, x0, n0 = with_both_groups(x1, n1, x0, n0)
    z, n = -special.ndtri(alpha / 2), np.where(n1 > 0, n1 + n0, 1.0)
    with np.errstate(all="ignore"):
        odds = _with_interval(*_odds_ratio(x1, n1, x0, n0, n), z)
        ratio = _with_interval(*_ratio(x1, n1, x0, n0, n), z)
        difference, error = _difference(x1, n1, x0, n0, n)
        excess = np.abs((x1 - n1 * (x1 + x0) / n).sum(-1))
        events = x1 + x0
        variance = (n1 * n0 * events * (n - events) / (n * n * np.where(n > 1, n - 1, 1.0))).sum(-1)
        variance = np.where(variance > 0, variance, np.nan)
        test, corrected = excess**2 / variance, np.maximum(excess - 0.5, 0) ** 2 / variance
    ends = difference - z * error, difference + z * error
    return Common(
        *odds, *ratio, difference, error, *ends, test, special.chdtrc(1, test), corrected, special.chdtrc(1, corrected)
    )


def breslow_day(x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, *, tarone: bool = False) -> Homogeneity:
    """Test whether the odds ratio is the same in all strata (Breslow & Day 1980).

    Args:
        x1: events of group a, shape (..., strata).
        n1: records of group a.
        x0: events of group b.
        n0: records of group b.
        tarone: subtract what Mantel & Haenszel's estimate, which is not the most efficient, adds (Tarone 1985).

    Returns:
        Strata without an event, or with nothing else, say nothing and are not counted in the degrees of freedom. NaN
        where fewer than two strata say something, or where the common odds ratio is 0, infinite or undefined. Strata of
        a few people make the p-value unreliable.
    """
    x1, n1, x0, n0 = with_both_groups(x1, n1, x0, n0)
    n, events = n1 + n0, x1 + x0
    informative = (events > 0) & (events < n)
    common = mantel_haenszel(x1, n1, x0, n0).odds_ratio
    common = np.where((common > 0) & np.isfinite(common), common, np.nan)
    with np.errstate(all="ignore"):
        expected = _expected(n1, n0, events, common[..., None])
        variance = 1 / (1 / expected + 1 / (events - expected) + 1 / (n1 - expected) + 1 / (n0 - events + expected))
        off = np.where(informative, x1 - expected, 0.0)
        chi_squared = np.where(informative, off**2 / variance, 0.0).sum(-1)
        if tarone:
            chi_squared = chi_squared - off.sum(-1) ** 2 / np.where(informative, variance, 0.0).sum(-1)
    degrees = np.maximum(informative.sum(-1) - 1, 0).astype(float)
    chi_squared = np.where((degrees > 0) & ~np.isnan(common), chi_squared, np.nan)
    return Homogeneity(chi_squared, degrees, special.chdtrc(np.maximum(degrees, 1), chi_squared))


def _odds_ratio(x1: Array, n1: Array, x0: Array, n0: Array, n: Array) -> tuple[Array, Array]:
    """Give the common odds ratio and the variance of its logarithm (Robins, Breslow & Greenland 1986)."""
    p, q = (x1 + n0 - x0) / n, (n1 - x1 + x0) / n
    r, s = x1 * (n0 - x0) / n, (n1 - x1) * x0 / n
    above, below = r.sum(-1), s.sum(-1)
    mixed = (p * s + q * r).sum(-1) / (2 * above * below)
    return above / below, (p * r).sum(-1) / (2 * above**2) + mixed + (q * s).sum(-1) / (2 * below**2)


def _ratio(x1: Array, n1: Array, x0: Array, n0: Array, n: Array) -> tuple[Array, Array]:
    """Give the common ratio of rates and the variance of its logarithm (Greenland & Robins 1985)."""
    above, below = (x1 * n0 / n).sum(-1), (x0 * n1 / n).sum(-1)
    return above / below, ((n1 * n0 * (x1 + x0) - x1 * x0 * n) / n**2).sum(-1) / (above * below)


def _difference(x1: Array, n1: Array, x0: Array, n0: Array, n: Array) -> tuple[Array, Array]:
    """Give the common difference of rates and its standard error (Sato 1989)."""
    weight = (n1 * n0 / n).sum(-1)
    weight = np.where(weight > 0, weight, np.nan)
    difference = ((x1 * n0 - x0 * n1) / n).sum(-1) / weight
    first = (n1**2 * x0 - n0**2 * x1 + n1 * n0 * (n0 - n1) / 2) / n**2
    second = (x1 * (n0 - x0) + x0 * (n1 - x1)) / (2 * n)
    return difference, np.sqrt(np.maximum(difference * first.sum(-1) + second.sum(-1), 0)) / weight


def _with_interval(ratio: Array, variance: Array, z: float) -> tuple[Array, Array, Array]:
    half = z * np.sqrt(variance)
    lower, upper = np.exp(np.log(ratio) - half), np.exp(np.log(ratio) + half)
    endless = (ratio == 0) | np.isinf(ratio)
    return ratio, np.where(endless, 0.0, lower), np.where(endless, np.inf, upper)


def _expected(n1: Array, n0: Array, events: Array, odds_ratio: Array) -> Array:
    """Give the events of group a that the common odds ratio would leave it, at the same margins."""
    a, b, c = 1 - odds_ratio, n0 - events + odds_ratio * (n1 + events), odds_ratio * n1 * events
    root = np.sqrt(np.maximum(b * b + 4 * a * c, 0))
    # Of the two ways to write the root, the one in which no digits cancel.
    return np.where(b >= 0, 2 * c / (b + root), (root - b) / (2 * a))
