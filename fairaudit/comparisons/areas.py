"""All areas counted: no sampling error, so that bounds come of the margins of error of who lives there, or are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from fairaudit.cells import counts, groups_of, recorded, rows_as_values
from fairaudit.comparisons.counts import PairCounts
from fairaudit.comparisons.estimates import EstimateArms
from fairaudit.comparisons.scheme import Kind, Scenario, Scheme, divide
from fairaudit.comparisons.shares import Arms
from fairaudit.distributions import Distributions
from fairaudit.measures import Statistic
from fairaudit.stats import score
from fairaudit.stats.estimates import Estimate, Pairs
from fairaudit.stats.replicates import MOE_Z
from fairaudit.tally import Tally

TIE = 1e-12  # values nearer to a margin are on it, whatever floating point makes of it
CERTAIN = 1e12  # records that a share is worth whose margin of error happens to be 0


@dataclass(frozen=True)
class CertainPairs:
    """Values of both arms of every pair, which nothing makes uncertain; arrays of shape (pairs,)."""

    one: np.ndarray
    two: np.ndarray

    whole = False
    degrees_of_freedom = None

    @property
    def defined(self) -> np.ndarray:
        """Say of which pairs anything can be said."""
        return np.isfinite(self.one) & np.isfinite(self.two)

    def freedom(self, pair: int) -> None:
        """Give no degrees of freedom: nothing is estimated."""

    def exactly(self, kind: Kind, pair: int) -> bool:
        """Say whether an exact test is to be run: there is none to run."""
        return False

    def clearing_z(self, kind: Kind, margins: ArrayLike) -> np.ndarray:
        """Give infinity where a value is at its margin or above, minus infinity where it is below."""
        margins = np.asarray(margins, float)
        apart = self.one - margins * self.two if kind == "ratio" else self.one - self.two - margins
        # Nobody in either group: there is no ratio to speak of.
        nothing = ~self.defined | ((kind == "ratio") & (self.one == 0) & (self.two == 0))
        return np.where(nothing, np.nan, np.where(apart >= -TIE, np.inf, -np.inf))

    flagging_z = clearing_z

    def bounds(self, kind: Kind, alpha_lower: ArrayLike, alpha_upper: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        """Give every pair's value, twice."""
        with np.errstate(invalid="ignore", divide="ignore"):
            value = self.one / self.two if kind == "ratio" else self.one - self.two
        return value.copy(), value.copy()

    def could_clear(self, kind: Kind, pair: int, margin: float, alpha: float) -> bool:
        """Say whether equal values would clear: always."""
        return True


class AreaArms(Arms):
    """Shares of people within reach, where all areas are counted."""

    @cached_property
    def records(self) -> tuple[np.ndarray, np.ndarray]:
        """People within reach, and all whose area is known to be or not; shape (arms,)."""
        return tuple(np.rint(each) for each in self._count(self.cells.amounts))

    @cached_property
    def said(self) -> tuple[np.ndarray, np.ndarray]:
        """Give people and shares of every arm as its name says."""
        reached, people = self._count(self.cells.amounts, self.scheme.said)
        return np.rint(people), divide(reached, people)

    def pairs(
        self, scenario: Scenario, kind: Kind, margins: np.ndarray, *, to_flag: bool = False
    ) -> PairCounts | CertainPairs:
        """Give every pair's shares under a scenario, as sure as margins of error let them be."""
        (x1, n1), (x0, n0) = self._sides(self.cells.amounts.sum(axis=0), None, scenario, to_flag)
        one, two = divide(x1, n1), divide(x0, n0)
        if self.cells.moe2 is None:
            return CertainPairs(one, two)
        a, b = self.scheme.pairs.T
        squared = margins**2 if kind == "ratio" else np.ones(len(a))
        variance = self._variance(one, n1, a) + squared * self._variance(two, n0, b)
        binomial = divide(one * (1 - one), n1) + squared * divide(two * (1 - two), n0)
        effect = np.divide(variance, binomial, out=np.zeros(len(a)), where=binomial > 0)
        worth = [np.divide(n, effect, out=np.full(len(a), CERTAIN), where=effect > n / CERTAIN) for n in (n1, n0)]
        worth = [np.where(n > 0, each, 0.0) for n, each in zip((n1, n0), worth, strict=True)]
        events = [np.nan_to_num(share) * each for share, each in zip((one, two), worth, strict=True)]
        return PairCounts(events[0], worth[0], events[1], worth[1], None, False)

    def _variance(self, share: np.ndarray, people: np.ndarray, arms: np.ndarray) -> np.ndarray:
        """Give the variance of arms' shares that the margins of error of their people leave (delta method)."""
        yes, both = (each[arms] for each in self._moe2)
        return divide(yes * (1 - share) ** 2 + (both - yes) * share**2, (MOE_Z * people) ** 2)

    @property
    def _moe2(self) -> tuple[np.ndarray, np.ndarray]:
        """Squared margins of error of those within reach, and of all, of every arm."""
        return self._count(self.cells.moe2)

    def _count(self, cells: np.ndarray, arms: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        arms = self.scheme.arms if arms is None else arms
        return counts(cells.sum(axis=0), None, arms, recorded(self.measure), unknown_group=False)

    def limits(self, alpha: float) -> tuple[np.ndarray, np.ndarray]:
        """Give the interval of each arm's own share, both ends at alpha."""
        rates = self.rates
        if self.cells.moe2 is None:
            return np.full(rates.shape, np.nan), np.full(rates.shape, np.nan)  # it is known, and has no interval
        _, people = self._count(self.cells.amounts)
        reach = float(score.critical_z(alpha)) * np.sqrt(self._variance(rates, people, np.arange(len(rates))))
        return np.clip(rates - reach, 0, 1), np.clip(rates + reach, 0, 1)


class AreaEstimates(EstimateArms):
    """Means of a service over people, where all areas are counted.

    Args:
        found: every group's distribution.
        statistic: what is estimated.
        scheme: who is compared with whom.
        unknown_at_most: as of `EstimateArms`.
        moe2: sums of squared margins of error, shape (groups, values); None where there are none.
    """

    def __init__(
        self,
        found: Distributions,
        statistic: Statistic,
        scheme: Scheme,
        unknown_at_most: float,
        moe2: np.ndarray | None,
    ):
        super().__init__(found, statistic, scheme, unknown_at_most)
        self.moe2 = moe2

    @cached_property
    def records(self) -> tuple[np.ndarray, np.ndarray]:
        """No events, and people of every arm whose service is known; shape (arms,)."""
        return np.full(self._people.shape, np.nan), np.rint(self._people)

    @cached_property
    def _people(self) -> np.ndarray:
        amounts = self.cells.amounts.sum(axis=0)
        return counts(amounts, None, self.scheme.arms, recorded(self.measure), unknown_group=False)[1]

    @property
    def of_arms(self) -> Estimate:
        """Every arm's mean, with the variance that margins of error leave it."""
        estimate = self.measure.estimate(self.recorded)
        if self.moe2 is None:
            return replace(estimate, variance=np.zeros(estimate.value.shape), degrees=None)
        off = (self.recorded.values - estimate.value[:, None]) ** 2
        variance = divide((self.scheme.arms @ self.moe2 * off).sum(axis=1), (MOE_Z * self._people) ** 2)
        return replace(estimate, variance=variance, degrees=None)

    def pairs(
        self, scenario: Scenario, kind: Kind, margins: np.ndarray, *, to_flag: bool = False
    ) -> Pairs | CertainPairs:
        """Give every pair's means under a scenario."""
        found = self._recorded_pairs if scenario == "recorded" else self._pairs_under(scenario)
        one, two = found.values
        if self.moe2 is None:
            return CertainPairs(one, two)
        variance = self.of_arms.variance
        first, second = (Estimate(v, variance[arm]) for v, arm in zip((one, two), self.scheme.pairs.T, strict=True))
        places = np.stack([np.arange(len(one))] * 2)
        return Pairs(first, second, places, np.ones((2, len(one))), None)

    def limits(self, alpha: float) -> tuple[np.ndarray, np.ndarray]:
        """Give each arm's own limits, both ends at alpha."""
        estimate = self.of_arms
        if self.moe2 is None:
            return np.full(estimate.value.shape, np.nan), np.full(estimate.value.shape, np.nan)
        reach = float(score.critical_z(alpha)) * np.sqrt(estimate.variance)
        return estimate.value - reach, estimate.value + reach

    @property
    def few(self) -> np.ndarray:
        """No arm has too few areas: all that there are were counted."""
        return np.zeros(len(self.scheme.arms), bool)

    @property
    def too_skewed(self) -> np.ndarray:
        """No arm's mean could be moved by areas that were not drawn."""
        return np.zeros(len(self.scheme.arms), bool)


def squared_margins(tally: Tally, attributes: Sequence[str], found: Distributions) -> np.ndarray | None:
    """Add up squared margins of error by group and value, shape (groups, values); None where there are none."""
    rows = tally.rows_of(attributes)
    if "moe2" not in rows:
        return None
    value = rows_as_values(tally, rows).value
    group = groups_of(rows, tally.about, attributes)
    known = ~np.isnan(value) & (group < len(found.cells.groups))
    squared = np.zeros((len(found.cells.groups), len(found.values)))
    place = np.searchsorted(found.values, value[known])
    np.add.at(squared, (group[known], place), rows["moe2"].to_numpy(float)[known])
    return squared
