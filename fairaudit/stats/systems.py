"""How a disparity changes from one system to another that judged the same people.

Within a group both systems judge the same people, so their rates go together; between groups people are others. So the
change within each group is bounded as a paired one, and the two groups' changes are joined as independent ones:

* a difference of gaps, (theta_a1 - theta_b1) - (theta_a2 - theta_b2): within a group Tango's score interval of the
  paired difference (1998, Statistics in Medicine 17: 891-908), joined by MOVER (Zou & Donner 2008, Statistics in
  Medicine 27: 1693-1702);
* a quotient of ratios, (theta_a1 / theta_b1) / (theta_a2 / theta_b2): within a group the score interval of Nam &
  Blackwelder (2002, Statistics in Medicine 21: 689-699), joined on the log scale (Zou, Huo & Taleban 2009,
  Environmetrics 20: 334-340).

That holds of measures whose denominator is the same people under both systems (all, those with the outcome, those
without). A predictive value counts those whom a system selected, who are others under each. Its change within a group
is bounded by the delta method on the joint table (the two ratio estimators with their covariance; the comparison of
paired predictive values of Leisenring, Alonzo & Pepe 2000, Biometrics 56: 345-351, is of this form), and only where
either system has enough people on either side.

Of clustered records, the counts are divided by a design effect from folds, as in other paired comparisons.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from fairaudit.stats import design, matched
from fairaudit.stats.score import Array, Kind

FEWEST = 10
"""The fewest people with, and without, what a predictive value counts, under either system, for an interval."""
FEW_FOLDS = 10


@dataclass(frozen=True)
class Joint:
    """One group's people as two systems judged them: a row a way in which both can judge a person.

    Attributes:
        n: people, shape (folds, ways); one fold where records are not clustered.
        numerators: whether a way counts in the numerator under either system, shape (2, ways), 0 or 1.
        denominators: the same of the denominator.
    """

    n: Array
    numerators: Array
    denominators: Array

    @classmethod
    def of(cls, n: ArrayLike, numerators: ArrayLike, denominators: ArrayLike) -> Joint:
        """Make one of anything that broadcasts to these shapes."""
        n, tops, bottoms = (np.asarray(each, dtype=float) for each in (n, numerators, denominators))
        return cls(np.atleast_2d(n), tops, bottoms)

    @property
    def same_people(self) -> bool:
        """Say whether both systems' denominators are the same people."""
        return bool((self.denominators[0] == self.denominators[1]).all())

    @property
    def counts(self) -> tuple[Array, Array]:
        """Events and people under either system, each of shape (2,)."""
        n = self.n.sum(axis=0)
        return self.numerators @ n, self.denominators @ n

    @property
    def rates(self) -> Array:
        """Both systems' rates; NaN where nobody counts."""
        events, people = self.counts
        return np.divide(events, people, out=np.full(2, np.nan), where=people > 0)

    @property
    def pairs(self) -> Array:
        """People whom both systems count: the event under both, the first only, the second only, neither."""
        first, second = self.numerators
        both = self.denominators.prod(axis=0) * self.n.sum(axis=0)
        return np.array(
            [
                (both * weight).sum()
                for weight in (first * second, first * (1 - second), (1 - first) * second, (1 - first) * (1 - second))
            ]
        )


def change(kind: Kind, a: Joint, b: Joint, alpha: float = 0.05) -> tuple[float, float, float]:
    """Bound how the disparity of two groups differs between two systems.

    Args:
        kind: "difference" or "ratio".
        a: the first group's people.
        b: the second group's.
        alpha: the error of both ends together, 0.05 for 95%.

    Returns:
        The change, its lower and its upper bound: (theta_a1 - theta_b1) - (theta_a2 - theta_b2), -2 to 2; or
        (theta_a1 / theta_b1) / (theta_a2 / theta_b2), above 0. NaN where a rate is undefined, or a ratio has a rate of
        0 in it; the bounds NaN where there are too few people to give them.
    """
    return tuple(float(end) for end in joined(kind, within(kind, a, alpha), within(kind, b, alpha)))


def joined(kind: Kind, a: ArrayLike, b: ArrayLike) -> Array:
    """Join the changes within two groups, each with an interval of its own (MOVER).

    Args:
        kind: "difference" or "ratio", which is joined on the log scale.
        a: value, lower and upper bound of the first group, shape (3, ...).
        b: the same of the second.

    Returns:
        The same of both together, shape (3, ...).
    """
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        if kind == "ratio":
            found = joined("difference", np.log(a), np.log(b))
            return np.where(np.isfinite(found[0]), np.exp(found), np.nan)
        value = a[0] - b[0]
        return np.stack([value, value - np.hypot(a[0] - a[1], b[2] - b[0]), value + np.hypot(a[2] - a[0], b[0] - b[1])])


def within(kind: Kind, group: Joint, alpha: float = 0.05) -> tuple[float, float, float]:
    """Bound how one group's rate differs between two systems: theta_1 - theta_2, or theta_1 / theta_2.

    Returns:
        The value, its lower and its upper bound; NaN as `change` has it.
    """
    first, second = group.rates
    if np.isnan(first) or np.isnan(second):
        return (np.nan,) * 3
    with np.errstate(divide="ignore", invalid="ignore"):
        value = first / second if kind == "ratio" else first - second
    effect, freedom = _design(kind, group)
    if group.same_people:
        ends = matched.bounds(kind, *(group.pairs / effect), alpha / 2, alpha / 2, freedom)
        return float(value), float(ends[0]), float(ends[1])
    events, people = group.counts
    if min(*events, *(people - events)) / effect < FEWEST:
        return float(value), np.nan, np.nan
    error = np.sqrt(_variance(kind, group, group.n.sum(axis=0)) * effect)
    reach = error * (stats.norm.isf(alpha / 2) if freedom is None else stats.t.isf(alpha / 2, freedom))
    if kind == "ratio":
        return float(value), float(value * np.exp(-reach)), float(value * np.exp(reach))
    return float(value), float(value - reach), float(value + reach)


def _influence(kind: Kind, group: Joint) -> Array:
    """Give how far a person of each way moves the change within a group."""
    (_, people), rates = group.counts, group.rates
    moves = (group.numerators - rates[:, None] * group.denominators) / people[:, None]
    if kind == "ratio":
        moves = np.divide(moves, rates[:, None], out=np.zeros(moves.shape), where=rates[:, None] > 0)
    return moves[0] - moves[1]


def _variance(kind: Kind, group: Joint, n: Array) -> float:
    """Give the variance of the change within a group, of independent people: on the log scale for a ratio."""
    return float((n * _influence(kind, group) ** 2).sum())


def _design(kind: Kind, group: Joint) -> tuple[float, float | None]:
    """Give how many times the variance of independent people the change has, at least 1, and degrees of freedom."""
    if len(group.n) < 2:
        return 1.0, None
    moves = _influence(kind, group)
    folds = group.n[(group.n * group.denominators.max(axis=0)).sum(axis=1) > 0]
    if len(folds) < 2:
        return 1.0, np.nan
    # The estimate without a fold, to first order: what the fold adds is taken away, and the rest counts for more.
    clustered = design.jackknife_variance(-(folds @ moves) * len(folds) / (len(folds) - 1))
    independent = _variance(kind, group, group.n.sum(axis=0))
    effect = float(clustered / independent) if independent > 0 else 1.0
    unlike = ((folds * (moves != 0)).sum(axis=1) > 0).sum()
    if unlike < FEW_FOLDS:
        effect = max(effect, float(folds.sum() / len(folds)))
    return max(effect, 1.0), float(len(folds) - 1)
