"""How unevenly people and services are spread over areas.

The last axis is the area and everything before it is broadcast. Counts may be fractional.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def dissimilarity(a: ArrayLike, b: ArrayLike) -> Array:
    """Give the index of dissimilarity of two groups (Duncan & Duncan 1955, American Sociological Review 20: 210-217).

    It is half the sum over areas of |a_i / A - b_i / B|: the share of either group that would have to move to another
    area for both to be spread alike. Areas of few people raise it by chance alone, also where both are spread at random
    (Carrington & Troske 1997): indices of small areas and of large ones do not compare.

    Args:
        a: shape (..., areas), people of the first group in each area.
        b: shape (..., areas), people of the second.

    Returns:
        0 (spread alike) to 1 (no area has both), of shape (...). NaN where a group has nobody.
    """
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    all_a, all_b = a.sum(axis=-1), b.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        index = np.abs(a / all_a[..., None] - b / all_b[..., None]).sum(axis=-1) / 2
    return np.where((all_a > 0) & (all_b > 0), index, np.nan)


def concentration_index(population: ArrayLike, service: ArrayLike, rank: ArrayLike) -> Array:
    """Give the concentration index of a service over people who are ranked by their area.

    C = 2 * sum(s_i R_i) / sum(s_i) - 1, in which s_i is all that area i receives and R_i the share of people in areas
    of lower rank plus half of the share in those of the same (Kakwani, Wagstaff & van Doorslaer 1997, Journal of
    Econometrics 77: 87-103, the formula for grouped data, with s_i for f_i mu_i). It is twice the area between the
    diagonal and the concentration curve. Areas of equal rank are taken as one.

    Args:
        population: shape (..., areas), people in each area, 0 or more.
        service: shape (..., areas), all that each area receives, such as sensors or requests met; 0 or more. Not per
            head.
        rank: shape (..., areas), what areas are ranked by, such as median income or the share of a group; only its
            order counts. Areas without one are to be left out beforehand: NaN gives NaN.

    Returns:
        Above -1 (those of lowest rank have all) to below 1 (those of highest rank do), of shape (...); 0 where all
        have the same, and also where what they have rises and falls along the ranks without a trend. With n areas of
        equal population it is at most 1 - 1 / n. NaN where there are no people or there is no service.
    """
    population, service, rank = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in (population, service, rank)))
    order = np.argsort(rank, axis=-1, kind="stable")
    population, service, rank = (np.take_along_axis(x, order, axis=-1) for x in (population, service, rank))
    people, received = population.sum(axis=-1), service.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        places = _middles(population, rank) / people[..., None]
        index = 2 * (service * places).sum(axis=-1) / received - 1
    return np.where((people > 0) & (received > 0) & ~np.isnan(rank).any(axis=-1), index, np.nan)


def _middles(population: Array, rank: Array) -> Array:
    """Count the people below each area's rank and half of those at it; the areas are in ascending order of rank."""
    after = np.cumsum(population, axis=-1)
    changes = np.diff(rank, axis=-1) != 0
    first, last = np.ones(rank.shape, dtype=bool), np.ones(rank.shape, dtype=bool)
    first[..., 1:], last[..., :-1] = changes, changes
    below = np.maximum.accumulate(np.where(first, after - population, 0.0), axis=-1)
    # From the right, the end of a rank is the least of all ends still to come.
    up_to = np.minimum.accumulate(np.where(last, after, np.inf)[..., ::-1], axis=-1)[..., ::-1]
    return (below + up_to) / 2
