"""Means and quantiles of amounts, waits and scores, from counts.

Records come as counts over ascending values. Where values are exact, that is all. Where they are bins, `values` are the
lower edges, `upper` the upper ones, and the sums of x and of x^2 in each bin keep the mean exact. The last axis is the
value and everything before it is broadcast; counts may be fractional (effective counts).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Array = NDArray[np.float64]
# What a cumulative count may be off by, as a share of all, from adding fractions.
ROUNDING = 1e-12


def mean(
    values: ArrayLike, n: ArrayLike, totals: ArrayLike | None = None, squares: ArrayLike | None = None
) -> tuple[Array, Array]:
    """Give the mean and its variance.

    Args:
        values: shape (V,), the values, or lower edges of bins.
        n: shape (..., V), records at each.
        totals: shape (..., V), sums of x in each bin; None where values are exact.
        squares: shape (..., V), sums of x^2 in each bin; None where values are exact.

    Returns:
        The mean and its variance s^2 / n, with n - 1 in s^2, of shape (...). The mean is NaN where there are no
        records, the variance below two.

    Raises:
        ValueError: if only one of the sums is given: the variance would leave out what is within the bins.
    """
    if (totals is None) != (squares is None):
        raise ValueError("totals and squares are given together, or neither")
    x, n = _centres(values, n, totals)
    size, centre = _centre(x, n)
    within = np.zeros(())
    if squares is not None:
        within = np.where(n > 0, np.maximum(np.asarray(squares, dtype=float) - n * x * x, 0), 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = (n * (x - centre[..., None]) ** 2 + within).sum(axis=-1) / (size - 1) / size
    return centre, np.where(size >= 2, variance, np.nan)


def skewness(values: ArrayLike, n: ArrayLike, totals: ArrayLike | None = None) -> Array:
    """Give the skewness m3 / m2^(3/2), with each bin at its mean, so without what is within bins.

    Args:
        values: shape (V,), the values, or lower edges of bins.
        n: shape (..., V), records at each.
        totals: shape (..., V), sums of x in each bin; None where values are exact.

    Returns:
        The skewness, of shape (...); NaN where there are no records or all are alike.
    """
    x, n = _centres(values, n, totals)
    size, centre = _centre(x, n)
    distance = x - centre[..., None]
    with np.errstate(divide="ignore", invalid="ignore"):
        second, third = (n * distance**2).sum(axis=-1) / size, (n * distance**3).sum(axis=-1) / size
        largest = np.where(n > 0, np.abs(x), 0).max(axis=-1)
        # Equal values differ by rounding, and its skewness is noise.
        return np.where(second > (1e-14 * largest) ** 2, third / second**1.5, np.nan)


def welch_degrees(
    variance_a: ArrayLike, n_a: ArrayLike, variance_b: ArrayLike, n_b: ArrayLike, factor: ArrayLike = 1.0
) -> Array:
    """Give the degrees of freedom of theta_a - factor * theta_b (Satterthwaite 1946; Welch 1947).

    Args:
        variance_a: variance of the mean of group a.
        n_a: records of group a.
        variance_b: variance of the mean of group b.
        n_b: records of group b.
        factor: tau for a ratio, 1 for a difference.

    Returns:
        Degrees of freedom of Student's t, of the broadcast shape; NaN where a group has fewer than two records or
        neither varies.
    """
    variance_a, n_a, variance_b, n_b, factor = (
        np.asarray(value, dtype=float) for value in (variance_a, n_a, variance_b, n_b, factor)
    )
    variance_b = factor * factor * variance_b
    # Shares of the whole, since squares of small variances are no longer numbers.
    with np.errstate(divide="ignore", invalid="ignore"):
        share = variance_a / (variance_a + variance_b)
        degrees = 1 / (share**2 / (n_a - 1) + (1 - share) ** 2 / (n_b - 1))
    return np.where((n_a >= 2) & (n_b >= 2), degrees, np.nan)


def quantile(values: ArrayLike, n: ArrayLike, q: ArrayLike, upper: ArrayLike | None = None) -> Array:
    """Give the q-quantile.

    Args:
        values: shape (V,), ascending: the values, or lower edges of bins.
        n: shape (..., V), records at each.
        q: share at or below it, 0 to 1; broadcast over the leading axes.
        upper: shape (V,), upper edges of bins; None where values are exact.

    Returns:
        Quantiles, of shape (...). Of exact values it is the inverse of their distribution function, halfway where q is
        exactly on a step (the median of 1, 2, 3, 4 is 2.5). Of bins it is interpolated within the bin. NaN where there
        are no records, or in a bin without an end.
    """
    values, upper, n = _edges(values, n, upper)
    reached = np.asarray(q, dtype=float) * n.sum(axis=-1)
    low = _read(values, upper, n, reached, past=False)
    high = _read(values, upper, n, reached, past=True)
    return np.where(low == high, low, low / 2 + high / 2)


def woodruff(
    values: ArrayLike,
    n: ArrayLike,
    q: ArrayLike,
    z: ArrayLike,
    effective: ArrayLike | None = None,
    upper: ArrayLike | None = None,
) -> tuple[Array, Array]:
    """Bound the q-quantile by the quantiles at the limits of the distribution function there (Woodruff 1952).

    Limits are those of the exact binomial test of q: the quantile lies below the k-th record as often as fewer than k
    of `effective` coins show heads, with chance q (Thompson 1936). They are on the safe side for any number of records.
    Wilson's limits around q are not, since they take q as observed where it is what is tested: with z = 1.645 their
    upper end misses the .9 quantile of 100 records with probability .12 instead of .05.

    Args:
        values: shape (V,), ascending: the values, or lower edges of bins.
        n: shape (..., V), records at each.
        q: share at or below the quantile, above 0 and below 1; broadcast over the leading axes.
        z: standard deviations either side, above 0; broadcast over the leading axes.
        effective: shape (...), how many independent records these are worth; None for the sum of `n`.
        upper: shape (V,), upper edges of bins; None where values are exact.

    Returns:
        Lower and upper ends, of shape (...); -inf and inf where too few records bound that side. Ends in a bin without
        an end are its known edge on the safe side, or infinite. NaN where there are no records.
    """
    values, upper, n = _edges(values, n, upper)
    size = n.sum(axis=-1)
    worth = size if effective is None else np.asarray(effective, dtype=float)
    q, tail = np.asarray(q, dtype=float), special.ndtr(-np.asarray(z, dtype=float))
    start, end = _binomial_limit(worth, q, tail), 1 - _binomial_limit(worth, 1 - q, tail)
    # An open bin has all of its mass at the edge that makes the interval longer.
    is_open = np.isinf(values) | np.isinf(upper)
    lower = _read(values, np.where(is_open, values, upper), n, start * size, past=True)
    higher = _read(np.where(is_open, upper, values), upper, n, end * size, past=False)
    lower, higher = np.where(np.isnan(start), -np.inf, lower), np.where(np.isnan(end), np.inf, higher)
    known = (size > 0) & (worth > 0)
    return np.where(known, lower, np.nan), np.where(known, higher, np.nan)


def _centres(values: ArrayLike, n: ArrayLike, totals: ArrayLike | None) -> tuple[Array, Array]:
    """Give each cell's mean, 0 where it is empty, and its count."""
    values, n = np.broadcast_arrays(np.asarray(values, dtype=float), np.asarray(n, dtype=float))
    if totals is None:
        return np.where(n > 0, values, 0.0), n
    totals, n = np.broadcast_arrays(np.asarray(totals, dtype=float), n)
    return np.divide(totals, n, out=np.zeros(n.shape), where=n > 0), n


def _centre(x: Array, n: Array) -> tuple[Array, Array]:
    size = n.sum(axis=-1)
    return size, np.divide((n * x).sum(axis=-1), size, out=np.full(size.shape, np.nan), where=size > 0)


def _edges(values: ArrayLike, n: ArrayLike, upper: ArrayLike | None) -> tuple[Array, Array, Array]:
    values = np.asarray(values, dtype=float)
    return values, values if upper is None else np.asarray(upper, dtype=float), np.asarray(n, dtype=float)


def _cell(n: Array, reached: Array, past: bool) -> tuple[NDArray[np.intp], Array]:
    """Find the cell in which the cumulative count reaches a number, or passes it, and that cumulative count."""
    cumulative = np.cumsum(n, axis=-1)
    rounding = ROUNDING * cumulative[..., -1:]
    goal = reached[..., None]
    if past:
        there = cumulative > goal + rounding
        # Nothing passes the whole; what reaches it is the last.
        there |= (cumulative >= cumulative[..., -1:] - rounding) & (n > 0)
    else:
        there = (cumulative >= goal - rounding) & (n > 0)
    return np.argmax(there, axis=-1), cumulative


def _read(values: Array, upper: Array, n: Array, reached: Array, past: bool) -> Array:
    """Read off where the cumulative count is `reached`; on a flat part its end if `past`, its start if not."""
    leading = np.broadcast_shapes(n.shape[:-1], reached.shape)
    n, reached = np.broadcast_to(n, (*leading, n.shape[-1])), np.broadcast_to(reached, leading)
    which, cumulative = _cell(n, reached, past)
    held = np.take_along_axis(n, which[..., None], axis=-1)[..., 0]
    until = np.take_along_axis(cumulative, which[..., None], axis=-1)[..., 0]
    low, high = values[which], upper[which]
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = np.clip((reached - until + held) / held, 0, 1)
        value = np.where(low == high, low, low + inside * (high - low))
    return np.where((held > 0) & ~np.isnan(reached) & ~(np.isinf(value) & (low != high)), value, np.nan)


def _binomial_limit(n: Array, q: Array, tail: Array) -> Array:
    """Give k / n with P(Binomial(n, q) <= k) = tail, for fractional k and n; NaN where even k = 0 is more likely."""
    n, q, tail = np.broadcast_arrays(n, q, tail)
    with np.errstate(all="ignore"):
        bounded = (n > 0) & (n * np.log1p(-q) <= np.log(tail))
        k = special.bdtrik(tail, np.where(bounded, n, 1.0), q)
        return np.where(bounded, k / n, np.nan)
