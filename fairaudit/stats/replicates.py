"""Variance from replicate weights: how much an estimate moves when it is made again with each of them."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Method = Literal["brr", "fay", "jk1", "jkn", "bootstrap", "sdr"]
METHODS: tuple[Method, ...] = ("brr", "fay", "jk1", "jkn", "bootstrap", "sdr")
MOE_Z = 1.645
"""Standard errors that a margin of error at 90% is wide, as the Census Bureau has it (ACS Handbook 2020, ch. 7)."""


class ReplicateVariance(NamedTuple):
    """A variance and how well it is known.

    Attributes:
        variance: shape of the estimate; NaN where any replicate has no estimate, or there are fewer than two.
        degrees: of freedom.
    """

    variance: Array
    degrees: float


def replicate_variance(
    full: ArrayLike,
    replicates: ArrayLike,
    method: Method,
    *,
    scale: ArrayLike | None = None,
    fay: float | None = None,
) -> ReplicateVariance:
    """Give the variance of an estimate: sum of scale * (replicate - full)^2, about the full sample's estimate.

    The scale of each replicate, of R, is

    - "brr", balanced repeated replication: 1 / R (Wolter 2007, ch. 3);
    - "fay": 1 / (R (1 - k)^2), where weights of a half are multiplied by k, not 0 (Judkins 1990);
    - "jk1", the jackknife without strata: (R - 1) / R (Wolter 2007, ch. 4);
    - "jkn", the jackknife in strata: (m - 1) / m for each of the m replicates of a stratum, given as `scale`;
    - "bootstrap": 1 / R (Wolter 2007, ch. 5);
    - "sdr", successive differences: 4 / R (Fay & Train 1995); 4 / 80 for the American Community Survey.

    Degrees of freedom are R - 1: at most so many, fewer where the sample has fewer units less strata. For "jkn" they
    are units less strata, which is the sum of the scales.

    Args:
        full: the estimate with the full sample's weights, shape (...).
        replicates: with each replicate's weights, shape (R, ...).
        method: how the replicate weights were made; their documentation says.
        scale: one number, or one a replicate; needed for "jkn", takes the place of the usual one otherwise.
        fay: k of "fay", at least 0 and below 1.

    Raises:
        ValueError: for an unknown method, or where scale or fay lacks or makes no sense.
    """
    full, replicates = np.asarray(full, float), np.asarray(replicates, float)
    if replicates.shape[1:] != full.shape:
        raise ValueError(f"Each replicate has shape {replicates.shape[1:]}, and the estimate {full.shape}.")
    number = replicates.shape[0]
    scales = np.broadcast_to(_scale(method, max(number, 1), scale, fay), (number,))
    degrees = float(scales.sum()) if method == "jkn" else float(number - 1)
    if number < 2:
        return ReplicateVariance(np.full(full.shape, np.nan), max(degrees, 0.0))
    return ReplicateVariance(np.tensordot(scales, (replicates - full) ** 2, axes=1), degrees)


def moe_to_se(moe: ArrayLike) -> Array:
    """Give the standard error of a margin of error at 90%, as the Census Bureau prints it: moe / 1.645.

    Args:
        moe: at least 0, any shape. The codes that stand in place of one (-222222222 and the like) are no margins.

    Returns:
        The standard error; NaN where the margin is negative, and so a code.
    """
    moe = np.asarray(moe, float)
    return np.where(moe >= 0, moe, np.nan) / MOE_Z


def _scale(method: Method, number: int, scale: ArrayLike | None, fay: float | None) -> Array:
    if method not in METHODS:
        raise ValueError(f"There is no method {method!r} of replicates; there are {', '.join(METHODS)}.")
    if (fay is not None) != (method == "fay") or (fay is not None and not 0 <= fay < 1):
        raise ValueError("Fay's k goes with method 'fay', and is at least 0 and below 1.")
    if scale is not None:
        given = np.asarray(scale, float)
        if given.shape not in ((), (number,)) or not (np.isfinite(given).all() and (given > 0).all()):
            raise ValueError(f"The scale is one number above 0, or one for each of the {number} replicates.")
        return given
    if method == "jkn":
        raise ValueError("The jackknife in strata needs the scale of each replicate, (m - 1) / m.")
    usual = {"brr": 1 / number, "jk1": (number - 1) / number, "bootstrap": 1 / number, "sdr": 4 / number}
    return np.asarray(1 / (number * (1 - fay) ** 2) if fay is not None else usual[method])
