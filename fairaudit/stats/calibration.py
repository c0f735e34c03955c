"""Calibration: whether predicted probabilities are borne out.

Records come as counts: bins of predicted probability (one for each distinct score, where there are few) with the mean
score of each, and how many positives and negatives fell in it. The last axis is the bin and everything before it is
broadcast; counts may be fractional (effective counts). Scores of empty bins are not looked at.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Array = NDArray[np.float64]
SMALLEST_SCORE = 1e-6
TOLERANCE = 1e-9
# In log odds of any bin: where all is saturated, a full Newton step goes so far that no step brings it back.
LARGEST_CHANGE = 30.0
MOST_STEPS = 400
MOST_HALVINGS = 30


def in_the_large(scores: ArrayLike, positives: ArrayLike, negatives: ArrayLike) -> tuple[Array, Array]:
    """Give by how much outcomes exceed scores on average: calibration in the large.

    Args:
        scores: shape (V,) or (..., V), mean score of each bin, 0 to 1.
        positives: shape (..., V), positives in each bin.
        negatives: shape (..., V), negatives in each bin.

    Returns:
        The mean of outcome - score, -1 to 1, and its variance s^2 / n, with n - 1 in s^2, of shape (...). The value is
        NaN where there are no records, the variance below two.
    """
    scores, positives, negatives = _bins(scores, positives, negatives)
    n = (positives + negatives).sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = (positives * (1 - scores) - negatives * scores).sum(axis=-1) / n
        above, below = 1 - scores - value[..., None], -scores - value[..., None]
        variance = (positives * above * above + negatives * below * below).sum(axis=-1) / (n - 1) / n
    return np.where(n > 0, value, np.nan), np.where(n >= 2, variance, np.nan)


def slope(scores: ArrayLike, positives: ArrayLike, negatives: ArrayLike) -> tuple[Array, Array]:
    """Give the calibration slope: that of a logistic regression of outcome on logit(score), with intercept (Cox 1958).

    1 is calibrated, below 1 means that scores are too extreme. Scores are clipped to 1e-6 and 1 - 1e-6.

    Args:
        scores: shape (V,) or (..., V), mean score of each bin, 0 to 1.
        positives: shape (..., V), positives in each bin.
        negatives: shape (..., V), negatives in each bin.

    Returns:
        The slope by maximum likelihood and its variance (Wald), of shape (...). NaN where there is no such maximum:
        one score only, one outcome only, or a score that separates the outcomes; also where it is not found.
    """
    scores, positives, negatives = _bins(scores, positives, negatives)
    x = special.logit(np.clip(scores, SMALLEST_SCORE, 1 - SMALLEST_SCORE))
    value, variance = np.full(x.shape[:-1], np.nan), np.full(x.shape[:-1], np.nan)
    found = _outcomes_overlap(x, positives, negatives)
    if np.any(found):
        value[found], variance[found] = _fit(x[found], positives[found], negatives[found])
    return value, variance


def expected_error(scores: ArrayLike, positives: ArrayLike, negatives: ArrayLike, bins: int = 10) -> Array:
    """Give the expected calibration error over bins of equal width: the mean of |rate - mean score|.

    It is shown, and never decides: scores that are perfectly calibrated have an expected error that is far from 0 and
    depends on the number of records (.14 of 50, .03 of 1000, with ten bins), so that comparing groups compares sizes.

    Args:
        scores: shape (V,) or (..., V), mean score of each bin that was counted, 0 to 1.
        positives: shape (..., V), positives in each.
        negatives: shape (..., V), negatives in each.
        bins: bins to gather them in; a score on an edge is in the bin above.

    Returns:
        0 to 1, of shape (...); NaN where there are no records.
    """
    scores, positives, negatives = _bins(scores, positives, negatives)
    # Rounded, so that .3 of ten bins is on the edge as written.
    which = np.minimum(np.floor(np.round(scores * bins, 9)), bins - 1)
    excess = positives * (1 - scores) - negatives * scores
    error = sum(np.abs((excess * (which == each)).sum(axis=-1)) for each in range(bins))
    with np.errstate(divide="ignore", invalid="ignore"):
        return error / (positives + negatives).sum(axis=-1)


def curve(scores: ArrayLike, positives: ArrayLike, negatives: ArrayLike, bins: int = 10) -> tuple[Array, Array, Array]:
    """Give the calibration curve: mean score and rate in bins of about equal mass.

    Edges are the same in all groups, since they are drawn through all records together. Where at most `bins` of what
    was counted have records, each stays its own bin.

    Args:
        scores: shape (V,) or (..., V), mean score of each bin that was counted, ascending, 0 to 1.
        positives: shape (..., V), positives in each.
        negatives: shape (..., V), negatives in each.
        bins: the most bins to gather them in.

    Returns:
        Mean score, share of positives and number of records, each of shape (..., bins), ascending; the first two are
        NaN where a group has no record in a bin, as in all groups beyond the last bin that is needed.
    """
    scores, positives, negatives = _bins(scores, positives, negatives)
    n = positives + negatives
    members = _equal_mass(n.reshape(-1, n.shape[-1]).sum(axis=0), bins)
    total = n @ members
    with np.errstate(divide="ignore", invalid="ignore"):
        return (scores * n) @ members / total, positives @ members / total, total


def _bins(scores: ArrayLike, positives: ArrayLike, negatives: ArrayLike) -> list[Array]:
    """Broadcast, with a harmless score in bins without records: theirs is often NaN."""
    arrays = np.broadcast_arrays(*(np.asarray(value, dtype=float) for value in (scores, positives, negatives)))
    return [np.where(arrays[1] + arrays[2] > 0, arrays[0], 0.5), *arrays[1:]]


def _equal_mass(mass: Array, bins: int) -> Array:
    """Assign what was counted to bins: shape (V, bins), 1 where it belongs."""
    some = mass > 0
    if some.sum() <= bins:
        which = np.cumsum(some) - 1
    else:
        # By its middle, what holds more than a bin's mass fills a bin alone and moves the others on.
        middle = (np.cumsum(mass) - mass / 2) / mass.sum()
        which = np.minimum((bins * middle).astype(int), bins - 1)
        which = np.searchsorted(np.unique(which[some]), which)
    return ((which[:, None] == np.arange(bins)) & some[:, None]).astype(float)


def _outcomes_overlap(x: Array, positives: Array, negatives: Array) -> NDArray[np.bool_]:
    """Say where the likelihood has a maximum: outcomes overlap from both sides (Albert & Anderson 1984)."""
    lowest = [np.where(count > 0, x, np.inf).min(axis=-1) for count in (positives, negatives)]
    highest = [np.where(count > 0, x, -np.inf).max(axis=-1) for count in (positives, negatives)]
    return (lowest[0] < highest[1]) & (lowest[1] < highest[0])


def _log_likelihood(beta: Array, x: Array, positives: Array, negatives: Array) -> Array:
    linear = beta[..., :1] + beta[..., 1:] * x
    return (positives * special.log_expit(linear) + negatives * special.log_expit(-linear)).sum(axis=-1)


def _fit(x: Array, positives: Array, negatives: Array) -> tuple[Array, Array]:
    """Maximise the likelihood by iteratively reweighted least squares: slopes and variances of shape (K,)."""
    n = positives + negatives
    total = n.sum(axis=-1, keepdims=True)
    centre = (n * x).sum(axis=-1, keepdims=True) / total
    scale = np.sqrt((n * (x - centre) ** 2).sum(axis=-1, keepdims=True) / total)
    x = (x - centre) / scale
    beta = np.concatenate([np.log(positives.sum(axis=-1) / negatives.sum(axis=-1))[:, None], 0 * total], axis=-1)
    converged = np.zeros(len(x), dtype=bool)
    with np.errstate(all="ignore"):
        for _ in range(MOST_STEPS):
            step, _ = _newton(beta, x, positives, negatives)
            step = np.where(converged[:, None], 0.0, step)
            converged |= np.all(np.abs(step) < TOLERANCE * (1 + np.abs(beta)), axis=-1)
            beta = beta + _shorten(step, beta, x, positives, negatives)
            if converged.all():
                break
        _, variance = _newton(beta, x, positives, negatives)
    found = converged & np.isfinite(variance) & (variance > 0)
    scale = scale[:, 0]
    return np.where(found, beta[:, 1] / scale, np.nan), np.where(found, variance / scale**2, np.nan)


def _newton(beta: Array, x: Array, positives: Array, negatives: Array) -> tuple[Array, Array]:
    """Give the next step and the variance of the slope, at the coefficients."""
    rate = special.expit(beta[:, :1] + beta[:, 1:] * x)
    n = positives + negatives
    weight, residual = n * rate * (1 - rate), positives - n * rate
    # About the weighted mean, since a determinant of the sums would cancel where outcomes are nearly separated.
    total, u = weight.sum(axis=-1), residual.sum(axis=-1)
    middle = (weight * x).sum(axis=-1) / total
    distance = x - middle[:, None]
    information = (weight * distance * distance).sum(axis=-1)
    along = (residual * distance).sum(axis=-1) / information
    return np.stack([u / total - middle * along, along], axis=-1), 1 / information


def _shorten(step: Array, beta: Array, x: Array, positives: Array, negatives: Array) -> Array:
    """Shorten the steps that go too far: past LARGEST_CHANGE in any bin's log odds, or where the likelihood falls."""
    change = np.where(positives + negatives > 0, np.abs(step[:, :1] + step[:, 1:] * x), 0).max(axis=-1, keepdims=True)
    step = step * np.minimum(1, LARGEST_CHANGE / np.maximum(change, LARGEST_CHANGE))
    before = _log_likelihood(beta, x, positives, negatives)
    allowed = 1e-10 * (1 + np.abs(before))
    for _ in range(MOST_HALVINGS):
        too_far = _log_likelihood(beta + step, x, positives, negatives) < before - allowed
        if not too_far.any():
            break
        step = np.where(too_far[:, None], step / 2, step)
    return step
