"""Counts of a group known by probabilities only, beside people whose group is known: what no data can settle."""

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
