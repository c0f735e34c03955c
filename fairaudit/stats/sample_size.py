"""How many records are needed to clear: planning formulas for the score tests, and a simulation to check them.

`n` counts the denominator of a measure: for a false positive rate, people without the outcome. Divide by their share to
get people; multiply by the design effect where records are clustered; divide by the share whose group is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from fairaudit.stats import score
from fairaudit.stats.score import Kind


def resolution_limit(kind: Kind, rate: float, margin: float, alpha: float = 0.05) -> float:
    """Give the number of records a group below which even identical observed rates cannot clear.

    Args:
        kind: "ratio" (margin tau, below 1) or "difference" (margin -delta, below 0).
        rate: the common rate, above 0 and below 1.
        margin: the limit.
        alpha: one-sided level.

    Returns:
        Records in each of two equal groups, not rounded. Within 7% of the score tests at rates of .1 and more and
        limits of 100 records and more; below, somewhat low.
    """
    return float(score.critical_z(alpha)) ** 2 * _variance(kind, rate, rate, 1.0) / _distance(kind, margin, None) ** 2


def records_per_group(
    kind: Kind,
    rate: float,
    margin: float,
    *,
    groups: int = 2,
    larger: float = 1.0,
    truth: float | None = None,
    alpha: float = 0.05,
    power: float = 0.8,
) -> float:
    """Give the number of records a group needed to clear all pairs.

    Args:
        kind: "ratio" (margin tau, below 1) or "difference" (margin -delta, below 0).
        rate: the rate of all groups or, with `truth`, of the better one; above 0 and below 1.
        margin: the limit.
        groups: number of groups; both directions of each pair must clear.
        larger: the other groups' records as a multiple of the smallest group's.
        truth: theta_a / theta_b or theta_a - theta_b as it really is; None means equal rates. With it, one pair
            decides.
        alpha: one-sided level.
        power: chance to clear.

    Returns:
        Records in the smallest group, not rounded. Within 10% of simulation from 100 records up; below that, low.

    Raises:
        ValueError: if the truth is not inside the limit, so that no number of records would do.
    """
    return (
        _effort(groups, truth, alpha, power)
        * _variance(kind, *_rates(kind, rate, truth), larger)
        / (_distance(kind, margin, truth) ** 2)
    )


def smallest_group_needs(
    kind: Kind, counts: Sequence[float], rate: float, margin: float, *, alpha: float = 0.05, power: float = 0.8
) -> float:
    """Give the number of records that the smallest group needs, were rates equal, beside the others as they are.

    Args:
        kind: "ratio" or "difference".
        counts: records of each group now; at least two groups.
        rate: the common rate.
        margin: the limit.
        alpha: one-sided level.
        power: chance to clear.

    Returns:
        Records for the smallest group, not rounded. Where others are themselves too small, it is what every group
        needs: enough in one group cannot make up for too few in another.
    """
    equal = records_per_group(kind, rate, margin, groups=len(counts), alpha=alpha, power=power)
    second = sorted(counts)[1]
    return 1 / (2 / equal - 1 / second) if second > equal else equal


def simulated_power(
    kind: Kind, counts: ArrayLike, rates: ArrayLike, margin: float, *, alpha: float = 0.05, draws: int = 3000, seed: int
) -> float:
    """Simulate how often the score tests would clear all pairs of groups.

    Args:
        kind: "ratio" or "difference".
        counts: records of each group.
        rates: the groups' true rates.
        margin: the limit.
        alpha: one-sided level.
        draws: simulated data sets.
        seed: of the random numbers.

    Returns:
        The share of data sets in which every ordered pair clears; its standard error is at most .5 / sqrt(draws).
    """
    n = np.asarray(counts, dtype=np.int64)
    x = np.random.default_rng(seed).binomial(n, rates, size=(draws, n.size))
    a, b = np.array(list(permutations(range(n.size), 2))).T
    z = score.clearing_z(kind, x[:, a], n[a], x[:, b], n[b], margin)
    return float((z > score.critical_z(alpha)).all(axis=1).mean())


def _effort(groups: int, truth: float | None, alpha: float, power: float) -> float:
    """Square the distance, in standard errors, between the limit and the truth that gives the power."""
    pairs = groups * (groups - 1) if truth is None else 1
    return (float(score.critical_z(alpha)) - float(special.ndtri((1 - power) / pairs))) ** 2


def _rates(kind: Kind, rate: float, truth: float | None) -> tuple[float, float]:
    if truth is None:
        return rate, rate
    return (truth * rate if kind == "ratio" else rate + truth), rate


def _variance(kind: Kind, rate_a: float, rate_b: float, larger: float) -> float:
    """Give the variance of the log ratio or of the difference, times the records in group a."""
    a, b = rate_a * (1 - rate_a), rate_b * (1 - rate_b) / larger
    return a / rate_a**2 + b / rate_b**2 if kind == "ratio" else a + b


def _distance(kind: Kind, margin: float, truth: float | None) -> float:
    if kind == "ratio":
        distance = np.log((1.0 if truth is None else truth) / margin)
    else:
        distance = (0.0 if truth is None else truth) - margin
    if not distance > 0:
        raise ValueError(f"a true {kind} of {truth} is not inside the limit {margin}: no number of records can show it")
    return float(distance)
