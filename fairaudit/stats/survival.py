"""Times to an event when some cases are still open: Kaplan & Meier's curve, its mean to a horizon, its median.

Times are whole (days), so records come as counts: how many closed at each time, and how many were last seen still open
at it. A case last seen open at t is at risk at t: it could have closed that day, and did not. The last axis is time and
everything before it (groups, or folds and groups) is broadcast; counts may be fractional (effective counts).
Censoring is taken to say nothing about when a case would have closed. If slow cases are the ones lost from sight, every
number here flatters the slow group.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Array = NDArray[np.float64]
# What a group's count may be off by, as a share of the group, from adding and subtracting effective counts.
ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class Curve:
    """The estimated share still open after each time.

    Attributes:
        times: shape (T,), ascending, 0 or above.
        at_risk: shape (..., T), cases still open just before each time and not yet lost from sight.
        closed: shape (..., T), cases that closed at each time.
        survival: shape (..., T), estimated share still open after each time, 0 to 1; as it last was where nobody is at
            risk any more, NaN in an empty group.
        greenwood: shape (..., T), Greenwood's sum of d / (r (r - d)), which times survival^2 is the variance of
            survival; infinite from where survival is 0, NaN in an empty group.
    """

    times: Array
    at_risk: Array
    closed: Array
    survival: Array
    greenwood: Array


def kaplan_meier(times: ArrayLike, closed: ArrayLike, censored: ArrayLike) -> Curve:
    """Estimate the share still open after each time (Kaplan & Meier 1958).

    Args:
        times: shape (T,), ascending, 0 or above.
        closed: shape (..., T), cases that closed at each time.
        censored: shape (..., T), cases last seen still open at each time.

    Returns:
        The curve; see `Curve`.

    Raises:
        ValueError: if the times are not ascending or below 0.
    """
    times = np.asarray(times, dtype=float)
    if times.ndim != 1 or np.any(np.diff(times) <= 0) or np.any(times < 0):
        raise ValueError("times must be one ascending list of different times, 0 or above")
    closed, censored = _counts(closed, censored)
    at_risk = _from_the_end(closed + censored)
    empty = ~(at_risk[..., :1] > 0)
    share = np.divide(closed, at_risk, out=np.zeros(at_risk.shape), where=at_risk > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.where(closed > 0, share / (at_risk - closed), 0.0)
    survival = np.where(empty, np.nan, np.cumprod(1 - share, axis=-1))
    return Curve(times, at_risk, closed, survival, np.where(empty, np.nan, np.cumsum(steps, axis=-1)))


def interval(curve: Curve, z: ArrayLike) -> tuple[Array, Array]:
    """Bound the share still open after each time, by log(-log) of it (Kalbfleisch & Prentice 1980).

    At 1 and at 0 that scale is infinite, and no difference among the cases does not mean no error. While nobody has
    closed, the lower end is Wilson's for those at risk. Once all have, the upper end is the smaller of what it was just
    before and Wilson's for those who were last at risk.

    Args:
        curve: from `kaplan_meier`.
        z: standard deviations either side, above 0; broadcast over the leading axes.

    Returns:
        Lower and upper ends, of shape (..., T), 0 to 1; NaN where nobody is at risk any more but some were still open,
        and in an empty group.
    """
    z = np.asarray(z, dtype=float)[..., None]
    survival, at_risk, greenwood, z = np.broadcast_arrays(curve.survival, curve.at_risk, curve.greenwood, z)
    with np.errstate(all="ignore"):
        log = np.log(survival)
        factor = np.exp(z * np.sqrt(greenwood) / np.abs(log))
        lower, upper = np.exp(log * factor), np.exp(log / factor)
        nobody_yet, everybody = survival == 1, survival == 0
        lower = np.where(nobody_yet, at_risk / (at_risk + z * z), np.where(everybody, 0.0, lower))
        upper = np.where(nobody_yet, 1.0, upper)
        first = np.argmax(everybody, axis=-1, keepdims=True)
        before = np.take_along_axis(upper, np.maximum(first - 1, 0), axis=-1)
        last_at_risk = np.take_along_axis(at_risk, first, axis=-1)
        closing = np.minimum(np.where(first > 0, before, 1.0), z * z / (last_at_risk + z * z))
        upper = np.where(everybody, closing, upper)
    known = (at_risk > 0) | everybody
    return np.where(known, lower, np.nan), np.where(known, upper, np.nan)


def restricted_mean(curve: Curve, horizon: float) -> tuple[Array, Array]:
    """Give the mean time to closing, counting at most `horizon`: the area under the curve up to it (Irwin 1949).

    The variance is Greenwood's: the sum over times of closing of [area from there to the horizon]^2 d / (r (r - d)).

    Args:
        curve: from `kaplan_meier`.
        horizon: the time to count up to, above 0; it may lie between times.

    Returns:
        Value, 0 to `horizon`, and variance, of shape (...). Both are NaN where the group was not followed up to the
        horizon and some of it were still open, and in an empty group; the variance is NaN below two cases. A variance
        of 0 (all closed at one time, or none by the horizon) says that the cases agree, not that there is no error.
    """
    edges = np.clip(np.concatenate([[0.0], curve.times, [horizon]]), 0, horizon)
    areas = np.diff(edges) * np.concatenate([np.ones((*curve.survival.shape[:-1], 1)), curve.survival], axis=-1)
    still_to_come = _from_the_end(areas[..., 1:])
    with np.errstate(divide="ignore", invalid="ignore"):
        # Where all close the step is infinite and nothing is to come, so that it adds nothing.
        step = curve.closed / (curve.at_risk * (curve.at_risk - curve.closed))
        terms = np.where((curve.closed > 0) & (still_to_come > 0), still_to_come * still_to_come * step, 0.0)
    known = _known_at(curve, horizon)
    value = np.where(known, areas.sum(axis=-1), np.nan)
    return value, np.where(known & (curve.at_risk[..., 0] >= 2), terms.sum(axis=-1), np.nan)


def follow_up(times: ArrayLike, closed: ArrayLike, censored: ArrayLike) -> Array:
    """Give the largest time at which a case of the group was seen, closed or open.

    Takes what `kaplan_meier` takes.

    Returns:
        Times, of shape (...); NaN in an empty group.
    """
    return _last_seen(np.asarray(times, dtype=float), _from_the_end(np.add(*_counts(closed, censored))))


def median(curve: Curve, q: float = 0.5) -> Array:
    """Give the time by which a share q has closed.

    Args:
        curve: from `kaplan_meier`.
        q: the share, above 0 and at most 1: .5 gives the median.

    Returns:
        The smallest time after which at most 1 - q are still open, of shape (...); NaN where that is never seen.
    """
    return _first_time(curve.times, curve.survival <= 1 - q + ROUNDING, np.nan)


def median_interval(curve: Curve, z: ArrayLike, q: float = 0.5) -> tuple[Array, Array]:
    """Bound the time by which a share q has closed (Brookmeyer & Crowley 1982, on the log(-log) scale).

    Args:
        curve: from `kaplan_meier`.
        z: standard deviations either side, above 0; broadcast over the leading axes.
        q: the share, above 0 and below 1.

    Returns:
        Lower and upper ends, of shape (...): the smallest times at which the ends of `interval` are at most 1 - q. The
        upper end is infinite where that is never seen, the lower end is then the largest time seen. NaN in an empty
        group.
    """
    lower, upper = interval(curve, z)
    last = _last_seen(curve.times, curve.at_risk)
    start = _first_time(curve.times, lower <= 1 - q + ROUNDING, last)
    end = _first_time(curve.times, upper <= 1 - q + ROUNDING, np.inf)
    return start, np.where(np.isnan(last), np.nan, end)


def survival_at(curve: Curve, time: float) -> Array:
    """Give the share still open after a time.

    Args:
        curve: from `kaplan_meier`.
        time: 0 or above; it may lie between times.

    Returns:
        Shares, of shape (...), 0 to 1; NaN where the group was not followed up to the time and some of it were still
        open, and in an empty group.
    """
    return np.where(_known_at(curve, time), _step(curve, curve.survival, time), np.nan)


def interval_at(curve: Curve, time: float, z: ArrayLike) -> tuple[Array, Array]:
    """Bound the share still open after a time, as `interval` does.

    Args:
        curve: from `kaplan_meier`.
        time: 0 or above; it may lie between times.
        z: standard deviations either side, above 0; broadcast over the leading axes.

    Returns:
        Lower and upper ends, of shape (...), 0 to 1; NaN where `survival_at` is.
    """
    lower, upper = interval(curve, z)
    z, at_risk = np.asarray(z, dtype=float), curve.at_risk[..., 0]
    known = _known_at(curve, time)
    if time < curve.times[0]:
        lower, upper = at_risk / (at_risk + z * z), np.ones(np.broadcast_shapes(z.shape, at_risk.shape))
    else:
        lower, upper = _step(curve, lower, time), _step(curve, upper, time)
    return np.where(known, lower, np.nan), np.where(known, upper, np.nan)


def log_rank(closed: ArrayLike, censored: ArrayLike) -> tuple[float, int, float]:
    """Test that all groups close at the same pace (Mantel 1966; Peto & Peto 1972).

    It is for show only: that no difference is found does not say that there is none, and curves that cross can differ
    much and pass.

    Args:
        closed: shape (K, T), cases of each group that closed at each of the same times.
        censored: shape (K, T), cases last seen still open at each of them.

    Returns:
        Chi-squared, its degrees of freedom (one less than the groups that have cases), and the p-value; NaN for the
        first and the last where fewer than two groups have cases, or nobody closed while two groups were at risk.
    """
    closed, censored = _counts(closed, censored)
    at_risk = _from_the_end(closed + censored)
    groups = at_risk[:, 0] > 0
    closed, at_risk = closed[groups], at_risk[groups]
    d, r = closed.sum(axis=0), at_risk.sum(axis=0)
    share = np.divide(at_risk, r, out=np.zeros(at_risk.shape), where=r > 0)
    spread = np.divide(d * np.maximum(r - d, 0), r - 1, out=np.zeros(r.shape), where=r > 1)
    covariance = np.diag((share * spread).sum(axis=1)) - (share * spread) @ share.T
    excess = (closed - share * d).sum(axis=1)
    degrees_of_freedom = max(int(groups.sum()) - 1, 0)
    if degrees_of_freedom == 0 or not np.any(np.diag(covariance) > 0):
        return np.nan, degrees_of_freedom, np.nan
    chi2 = float(excess @ np.linalg.pinv(covariance, hermitian=True) @ excess)
    return chi2, degrees_of_freedom, float(special.chdtrc(degrees_of_freedom, chi2))


def _counts(closed: ArrayLike, censored: ArrayLike) -> tuple[Array, Array]:
    """Broadcast the counts and drop the crumbs of rounding: one at risk by 1e-17 has an enormous variance."""
    closed, censored = np.broadcast_arrays(np.asarray(closed, dtype=float), np.asarray(censored, dtype=float))
    crumb = ROUNDING * (closed + censored).sum(axis=-1, keepdims=True)
    return np.where(closed > crumb, closed, 0.0), np.where(censored > crumb, censored, 0.0)


def _from_the_end(values: Array) -> Array:
    return np.cumsum(values[..., ::-1], axis=-1)[..., ::-1]


def _first_time(times: Array, when: NDArray[np.bool_], otherwise: ArrayLike) -> Array:
    return np.where(when.any(axis=-1), times[np.argmax(when, axis=-1)], otherwise)


def _last_seen(times: Array, at_risk: Array) -> Array:
    seen = (at_risk > 0).sum(axis=-1)
    return np.where(seen > 0, times[np.maximum(seen - 1, 0)], np.nan)


def _known_at(curve: Curve, time: float) -> NDArray[np.bool_]:
    """Say where a curve is known up to a time: it was followed so far, or nobody was left to follow."""
    return (_last_seen(curve.times, curve.at_risk) >= time) | (_step(curve, curve.survival, time) == 0)


def _step(curve: Curve, values: Array, time: float) -> Array:
    """Read a step function at a time; before the first time it is that of survival, 1."""
    position = int(np.searchsorted(curve.times, time, side="right")) - 1
    return values[..., position] if position >= 0 else np.where(curve.at_risk[..., 0] > 0, 1.0, np.nan)
