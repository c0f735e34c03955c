"""What weighted or clustered records are worth: effective numbers, and the variance of pairs from folds."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def kish(w: ArrayLike, ww: ArrayLike) -> Array:
    """Give the effective number of weighted records: (sum w)^2 / sum w^2 (Kish 1965).

    Args:
        w: sums of weights.
        ww: sums of squared weights.

    Returns:
        1 to the number of records; 0 where there are none.
    """
    w, ww = _floats(w, ww)
    return np.divide(w * w, ww, out=np.zeros(w.shape), where=ww > 0)


def effective_n(
    n: ArrayLike, w_events: ArrayLike, w_others: ArrayLike, ww_events: ArrayLike, ww_others: ArrayLike
) -> Array:
    """Give how many equally weighted records a weighted rate's are worth (Korn & Graubard 1998).

    The rate is p = sum(w y) / sum(w); its linearised variance [ww_events (1 - p)^2 + ww_others p^2] / W^2 * n / (n - 1)
    is set against p (1 - p) / (n - 1), the same variance at equal weights, so that equal weights are worth exactly n.
    Where p is 0 or 1 the variance says nothing, and Kish's number is taken. It is the most they are worth everywhere: a
    few events of small weight would else make a small group look large (at a limit of .1 on the difference, 50 records
    of lognormal weights beside 2,000 cleared at .89 v .99 with probability .11; with Kish's cap .01).

    Args:
        n: records in the denominator.
        w_events: sum of weights of the records with the event.
        w_others: sum of weights of those without.
        ww_events: sum of squared weights of the records with the event.
        ww_others: sum of squared weights of those without.

    Returns:
        0 to n.
    """
    n, w1, w0, ww1, ww0 = _floats(n, w_events, w_others, ww_events, ww_others)
    # W^2 times the variance, in which p is w1 / W, without dividing before it must.
    total, spread = w1 + w0, ww1 * w0 * w0 + ww0 * w1 * w1
    at_most = np.minimum(kish(total, ww1 + ww0), n)
    worth = np.divide(w1 * w0 * total * total, spread, out=np.array(at_most), where=(w1 > 0) & (w0 > 0))
    return np.minimum(worth, at_most)


def jackknife_variance(left_out: ArrayLike) -> Array:
    """Give the variance of an estimate from its values with one fold left out at a time.

    Args:
        left_out: shape (folds, ...), the estimate without each fold: for a pair of groups theta_a - tau * theta_b, so
            that what the groups share is in the variance.

    Returns:
        (F - 1) / F * sum of squared deviations from their mean, of shape (...), with F - 1 degrees of freedom; NaN for
        fewer than two folds, or where a group is gone without some fold.
    """
    left_out = np.asarray(left_out, dtype=float)
    folds = left_out.shape[0]
    if folds < 2:
        return np.full(left_out.shape[1:], np.nan)
    return (folds - 1) / folds * ((left_out - left_out.mean(axis=0)) ** 2).sum(axis=0)


def pair_design_effect(
    variance: ArrayLike, p1: ArrayLike, n1: ArrayLike, p0: ArrayLike, n0: ArrayLike, factor: ArrayLike = 1.0
) -> Array:
    """Give the design effect of theta_a - factor * theta_b: its variance over that of independent records.

    The records of both groups are divided by it. It may be below 1, where clusters make the groups alike.

    Args:
        variance: of theta_a - factor * theta_b, from `jackknife_variance`.
        p1: rate of group a.
        n1: records of group a.
        p0: rate of group b.
        n0: records of group b.
        factor: tau for a ratio, 1 for a difference.

    Returns:
        The design effect, at least 0; NaN where independent records would have no variance. A caller must not divide by
        0: it says that the folds happen to agree, not that there is no error.
    """
    variance, p1, n1, p0, n0, factor = _floats(variance, p1, n1, p0, n0, factor)
    with np.errstate(invalid="ignore", divide="ignore"):
        independent = p1 * (1 - p1) / n1 + factor * factor * p0 * (1 - p0) / n0
        return np.where(independent > 0, variance / independent, np.nan)


def _floats(*values: ArrayLike) -> list[Array]:
    return list(np.broadcast_arrays(*(np.asarray(value, dtype=float) for value in values)))
