"""Rankings: how often one set of scores beats another, and how much of a list's attention each score gets.

Records come as counts over the same ascending values; the last axis is the value and everything before it is broadcast.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def auc(positives: ArrayLike, negatives: ArrayLike) -> tuple[Array, Array]:
    """Give the probability that a positive scores higher than a negative, ties counting half.

    With positives and negatives of one group it is the group's AUC. With positives of one group and negatives of
    another it is the xAUC of the first against the second (Kallus & Zhou 2019).

    Args:
        positives: shape (..., V), positives at each score, scores ascending; may be fractional (effective counts).
        negatives: shape (..., V), negatives at the same scores.

    Returns:
        Value, 0 to 1, and its variance (DeLong, DeLong & Clarke-Pearson 1988, by midranks as in Sun & Xu 2014), of
        shape (...). The value is NaN where there are no positives or no negatives, the variance where either is fewer
        than two. A variance of 0, as for scores that separate all, says nothing of the error.
    """
    value, first, second, _, _ = _placements(positives, negatives)
    return value, first + second


def superiority(first: ArrayLike, second: ArrayLike) -> tuple[Array, Array, Array]:
    """Give the probability that a record of the first group has a higher value than one of the second, ties half.

    It is `auc` with other words: DeLong's variance is that of Brunner & Munzel (2000), whose statistic is
    (1/2 - value) / sqrt(variance).

    Args:
        first: shape (..., V), records of the first group at each value, values ascending; may be fractional.
        second: shape (..., V), records of the second group at the same values.

    Returns:
        Value, 0 to 1, its variance and the degrees of freedom of Student's t (Satterthwaite's), of shape (...). The
        value is NaN where a group is empty, the others where either has fewer than two; the degrees of freedom also
        where the variance is 0.
    """
    value, one, two, n1, n2 = _placements(first, second)
    with np.errstate(divide="ignore", invalid="ignore"):
        degrees_of_freedom = (one + two) ** 2 / (one * one / (n1 - 1) + two * two / (n2 - 1))
    return value, one + two, degrees_of_freedom


def exposure(counts: ArrayLike) -> Array:
    """Give the attention that a record of each score gets in one ranked list: 1 / log2(1 + rank).

    The highest score is at rank 1. Records of one score share the mean over the ranks that they take, as if they were
    shuffled (Singh & Joachims 2018; the discount is that of Järvelin & Kekäläinen's DCG, 2002).

    Args:
        counts: shape (V,), records of all groups at each score, scores ascending; whole numbers, or ranks are
            interpolated.

    Returns:
        Mean exposure, of shape (V,), above 0 and at most 1; NaN where no record has the score.
    """
    counts = np.asarray(counts, dtype=float)
    last = np.cumsum(counts[::-1])[::-1]
    ranks = np.arange(1, int(np.ceil(last[0])) + 1 if last.size else 1)
    discounts = np.concatenate([[0.0], np.cumsum(1 / np.log2(1 + ranks))])
    total = np.interp(last, np.arange(discounts.size), discounts)
    shared = total - np.append(total[1:], 0.0)
    return np.divide(shared, counts, out=np.full(counts.shape, np.nan), where=counts > 0)


def _placements(first: ArrayLike, second: ArrayLike) -> tuple[Array, Array, Array, Array, Array]:
    """Place each group's records among the other's: the value, what each adds to its variance, and both sizes."""
    first, second = np.broadcast_arrays(np.asarray(first, dtype=float), np.asarray(second, dtype=float))
    n1, n2 = first.sum(axis=-1), second.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        beaten = (np.cumsum(second, axis=-1) - second / 2) / n2[..., None]
        beating = 1 - (np.cumsum(first, axis=-1) - first / 2) / n1[..., None]
        value = np.where((n1 > 0) & (n2 > 0), (first * beaten).sum(axis=-1) / n1, np.nan)
        one = (first * (beaten - value[..., None]) ** 2).sum(axis=-1) / (n1 - 1) / n1
        two = (second * (beating - value[..., None]) ** 2).sum(axis=-1) / (n2 - 1) / n2
    enough = (n1 >= 2) & (n2 >= 2)
    return value, np.where(enough, one, np.nan), np.where(enough, two, np.nan), n1, n2
