"""Rates of groups that are known only by probability, from what a name, an address or another proxy says of them.

People are counted in cells z in which the proxy is the same: `people` in each, the share `membership` = P(A = a | z)
that belongs to a group, and the rate `outcome` = P(Y = 1 | z). Arrays have the shape (..., cells). A cell holds many
people: one person alone has no rate but 0 or 1, and bounds from such "cells" would wrongly shrink to a point.

What is computed here takes cells as exactly known; it has no sampling error. A proxy alone never shows that groups fare
alike: the weighted rates may be far off, and the bounds are what the cells leave open.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fairaudit.stats.score import Kind

Array = NDArray[np.float64]


class Bounds(NamedTuple):
    """The lowest and the highest value that the cells leave open; each is reached by some population."""

    lower: Array
    upper: Array


def weighted_rate(people: ArrayLike, membership: ArrayLike, outcome: ArrayLike) -> Array:
    """Give a group's rate with each cell weighted by the group's share of it: sum n a y / sum n a.

    Args:
        people: people in each cell, or their share, 0 or more.
        membership: share of the cell that belongs to the group, 0 to 1.
        outcome: rate of the cell, 0 to 1.

    Returns:
        0 to 1, of shape (...); NaN where the group has nobody. Right only where, within cells, the group fares as the
        others do: `weighted_bias` says how far off it is else (Chen et al. 2019).
    """
    people, membership, outcome = _floats(people, membership, outcome)
    return _ratio((people * membership * outcome).sum(-1), (people * membership).sum(-1))


def weighted_bias(people: ArrayLike, membership: ArrayLike, outcome: ArrayLike, outcome_of_group: ArrayLike) -> Array:
    """Give how much `weighted_rate` exceeds a group's true rate, were its rate in each cell known (Chen et al. 2019).

    Args:
        people: people in each cell, or their share.
        membership: share of the cell that belongs to the group.
        outcome: rate of the cell.
        outcome_of_group: the group's rate in the cell; without meaning where it has nobody there.

    Returns:
        -E[Cov(1(A = a), Y | z)] / P(A = a), where the covariance is a (y_a - y); NaN where the group has nobody.
    """
    people, membership, outcome, own = _floats(people, membership, outcome, outcome_of_group)
    covariance = np.where(membership > 0, membership * (own - outcome), 0.0)
    return -_ratio((people * covariance).sum(-1), (people * membership).sum(-1))


def thresholded_rate(people: ArrayLike, membership: ArrayLike, outcome: ArrayLike, threshold: float = 0.5) -> Array:
    """Give a group's rate if everybody in a cell were taken for a member wherever most are; to show how wrong it is.

    Args:
        people: people in each cell, or their share.
        membership: share of the cell that belongs to the group.
        outcome: rate of the cell.
        threshold: which the share must exceed.

    Returns:
        0 to 1, of shape (...); NaN where no cell exceeds it.
    """
    people, membership, outcome = _floats(people, membership, outcome)
    taken = people * (membership > threshold)
    return _ratio((taken * outcome).sum(-1), taken.sum(-1))


def rate_bounds(people: ArrayLike, membership: ArrayLike, outcome: ArrayLike) -> Bounds:
    """Bound a group's rate by what the cells leave open (Fréchet; Kallus, Mao & Zhou 2022).

    Args:
        people: people in each cell, or their share.
        membership: share of the cell that belongs to the group.
        outcome: rate of the cell.

    Returns:
        sum n max(0, a + y - 1) / sum n a and sum n min(a, y) / sum n a, of shape (...); NaN where the group has
        nobody.
    """
    people, membership, outcome = _floats(people, membership, outcome)
    group = (people * membership).sum(-1)
    # Where y is 1, rounding must not put the lower bound above the upper.
    least, most = np.maximum(0, membership - (1 - outcome)), np.minimum(membership, outcome)
    lower, upper = (_ratio((people * joint).sum(-1), group) for joint in (np.minimum(least, most), most))
    return Bounds(lower, upper)


def pair_bounds(
    kind: Kind, people: ArrayLike, membership_a: ArrayLike, membership_b: ArrayLike, outcome: ArrayLike
) -> Bounds:
    """Bound the difference or the ratio of two groups' rates by what the cells leave open (Kallus, Mao & Zhou 2022).

    In one cell the members of a with the outcome can be as many as they may while those of b are as few as they may: both
    extremes go together, whether the two groups are all there are or not. So the bounds are the difference, or the
    ratio, of the groups' own bounds, and no closer ones hold.

    Args:
        kind: "ratio" (theta_a / theta_b) or "difference" (theta_a - theta_b).
        people: people in each cell, or their share.
        membership_a: share of the cell that belongs to group a.
        membership_b: share that belongs to group b; with that of a at most 1.
        outcome: rate of the cell.

    Returns:
        Lowest and highest, of shape (...). NaN where either group has nobody. A ratio whose rates may both be 0 is open
        from 0 to infinity.

    Raises:
        ValueError: if the two shares of a cell add up to more than 1.
    """
    together = np.add(membership_a, membership_b, dtype=float)
    if np.any(together > 1 + 1e-9):
        raise ValueError(f"the shares of two groups in a cell add up to at most 1; got {np.nanmax(together)}")
    a, b = rate_bounds(people, membership_a, outcome), rate_bounds(people, membership_b, outcome)
    if kind == "difference":
        return Bounds(a.lower - b.upper, a.upper - b.lower)
    unknown = np.isnan(a.lower + b.lower)
    lower = np.where(unknown, np.nan, np.divide(a.lower, b.upper, out=np.zeros(unknown.shape), where=b.upper > 0))
    upper = np.where(
        unknown, np.nan, np.divide(a.upper, b.lower, out=np.full(unknown.shape, np.inf), where=b.lower > 0)
    )
    return Bounds(lower, upper)


def tightened_margin(kind: Kind, margin: ArrayLike, wrong_a: ArrayLike, wrong_b: ArrayLike = 0.0) -> Array:
    """Give the margin that recorded groups must meet for the true ones to meet the margin, where groups are mixed up.

    Putting people of a into b and the reverse makes groups look more alike, so the margin moves towards equality: a
    difference of -.10 becomes -.10 (1 - wrong_a - wrong_b). It needs mix-ups that have nothing to do with the outcome,
    and between these two groups only.

    Args:
        kind: "ratio" or "difference".
        margin: of theta_a against theta_b, true groups.
        wrong_a: share of those recorded in group a who belong to b, 0 to 1.
        wrong_b: share of those recorded in group b who belong to a.

    Returns:
        The margin of the broadcast shape. For a ratio (m + wrong_a (1 - m)) / (1 - wrong_b (1 - m)). NaN where the
        shares add up to 1 or more: the records then say nothing of the groups.
    """
    margin, wrong_a, wrong_b = (np.asarray(each, dtype=float) for each in (margin, wrong_a, wrong_b))
    if kind == "difference":
        tightened = margin * (1 - wrong_a - wrong_b)
    else:
        tightened = (margin + wrong_a * (1 - margin)) / (1 - wrong_b * (1 - margin))
    return np.where(wrong_a + wrong_b < 1, tightened, np.nan)


def _floats(*values: ArrayLike) -> tuple[Array, ...]:
    return tuple(np.broadcast_arrays(*(np.asarray(value, dtype=float) for value in values)))


def _ratio(x: Array, n: Array) -> Array:
    return np.divide(x, n, out=np.full(np.shape(x), np.nan), where=n > 0)
