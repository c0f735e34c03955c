"""Many hypotheses at once: Holm's step-down procedure keeps the chance of any false rejection at alpha."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def holm(p: ArrayLike) -> Array:
    """Adjust p-values for the size of their family (Holm 1979).

    Args:
        p: p-values of all hypotheses of the family, any shape. NaN is a hypothesis that could not be tested: it counts
            in the family and is never rejected.

    Returns:
        Adjusted p-values, of the shape of `p`, each to be compared with alpha; NaN where `p` is.
    """
    p = np.asarray(p, dtype=float)
    order = _order(p)
    adjusted = np.empty(p.size)
    adjusted[order] = np.maximum.accumulate(np.minimum(p.ravel()[order] * _still_in_play(p.size), 1))
    return adjusted.reshape(p.shape)


def holm_levels(p: ArrayLike, alpha: float = 0.05) -> Array:
    """Give the level at which Holm's procedure tests each hypothesis: alpha over the number still in play.

    Args:
        p: p-values of all hypotheses of the family, any shape; NaN counts in the family.
        alpha: chance of any false rejection to keep to.

    Returns:
        Levels, of the shape of `p`: alpha / m for the smallest of m p-values, alpha / (m - 1) for the next; NaN where
        `p` is. A hypothesis is rejected when its p-value, and all smaller ones, are within their levels.
    """
    p = np.asarray(p, dtype=float)
    levels = np.empty(p.size)
    levels[_order(p)] = alpha / _still_in_play(p.size)
    return np.where(np.isnan(p), np.nan, levels.reshape(p.shape))


def _order(p: Array) -> NDArray[np.intp]:
    # Sorting puts NaN last, where the step-down would stop anyway.
    return np.argsort(p, axis=None, kind="stable")


def _still_in_play(size: int) -> Array:
    return np.arange(size, 0, -1.0)
