"""Groups that are known by probabilities only: weighted estimates, their bias, and what no data can settle.

Nobody is put into the likeliest group: that moves rates by an amount that nobody knows (Chen et al. 2019).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


class Between(NamedTuple):
    """Counts of a group that lie between two ends, of which the lowest rate takes one and the highest the other.

    Attributes:
        events: in the numerator where the rate is lowest, and where it is highest; shape (2, ...).
        n: in the denominator likewise.
    """

    events: Array
    n: Array


def weighted_rate(p: ArrayLike, y: ArrayLike) -> float:
    """Give the weighted estimate of a group's rate, sum(p y) / sum(p) (Elliott et al. 2009; Chen et al. 2019).

    Args:
        p: each person's probability of being of the group, 0 to 1, shape (people,).
        y: whether each had the event, 0 or 1, shape (people,).

    Returns:
        0 to 1; NaN where all probabilities are 0.
    """
    p, y = np.asarray(p, float), np.asarray(y, float)
    return float((p * y).sum() / p.sum()) if p.sum() > 0 else float("nan")


def weighted_bias(a: ArrayLike, y: ArrayLike, z: ArrayLike) -> float:
    """Give how far the weighted estimate is off: -E[Cov(1(A=a), Y | Z)] / P(A=a) (Chen et al. 2019, theorem 3.1).

    It is 0 only where, among people of like probability, those of the group fare as those who are not of it do; to know
    that, one needs their groups.

    Args:
        a: whether each person is of the group, shape (people,).
        y: whether each had the event.
        z: what the probability is made from, such as a surname and an area; probabilities are taken as the group's
            share among people of the same z.

    Returns:
        The estimate less the truth, -1 to 1; NaN where nobody is of the group.
    """
    a, y = np.asarray(a, float), np.asarray(y, float)
    place = np.unique(np.asarray(z), return_inverse=True)[1]
    n = np.bincount(place)
    both, alone, events = (np.bincount(place, values) / n for values in (a * y, a, y))
    covariance = ((both - alone * events) * n).sum() / n.sum()
    return float(-covariance / a.mean()) if a.mean() > 0 else float("nan")


def frechet(events: ArrayLike, others: ArrayLike, outside: ArrayLike, mass: ArrayLike) -> Between:
    """Bound the counts of a group of which each bin holds a known number of people, but nobody knows which.

    In a bin of probabilities `mass` people are of the group if the probabilities are right on average. They are among
    those with the event, those without, and those whom the measure does not count (Frechet 1951; Kallus, Mao & Zhou
    2022, Management Science 68: 1959-1981). The rate is highest with as many events as can be and as few others, which
    can be at once; with nobody outside it is sum_z min(a_z, y_z), and the lowest sum_z max(0, a_z + y_z - 1).

    Args:
        events: people with the event in each bin, shape (..., bins).
        others: those without.
        outside: those whom the measure does not count.
        mass: how many people of each bin are of the group; no more than there are.

    Returns:
        Events and denominators at the lowest and the highest rate, added up over bins; shape (2, ...).
    """
    events, others, outside, mass = (np.asarray(each, float) for each in (events, others, outside, mass))
    least = np.maximum(0, mass - others - outside), np.minimum(others, mass)
    most = np.minimum(events, mass), np.maximum(0, mass - events - outside)
    ends = [(part.sum(axis=-1), (part + rest).sum(axis=-1)) for part, rest in (least, most)]
    return Between(np.stack([end[0] for end in ends]), np.stack([end[1] for end in ends]))
