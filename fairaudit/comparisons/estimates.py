"""Means, medians, areas and the like of every group, under every scenario of the unknown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

import numpy as np

from fairaudit.cells import Cells, Ranges, counts, recorded
from fairaudit.comparisons.scheme import FEW_FOLDS, NO_EFFECT, Kind, Scenario, Scheme, divide
from fairaudit.comparisons.shares import OfCells
from fairaudit.distributions import Distributions
from fairaudit.measures import Distribution, Statistic
from fairaudit.stats import design, means, score
from fairaudit.stats.estimates import Estimate, Pairs

RECORDS_PER_SQUARED_SKEW = 25


class EstimateArms(OfCells):
    """The estimates of every arm of a scheme on one statistic, under every scenario.

    Args:
        found: every group's distribution.
        statistic: what is estimated.
        scheme: who is compared with whom; not with everyone, of whom a group is a part.
        unknown_at_most: the share of values that may be unknown before one that could be anything leaves no bound.
    """

    def __init__(self, found: Distributions, statistic: Statistic, scheme: Scheme, unknown_at_most: float = 0.0):
        self.found, self.measure, self.scheme, self.unknown_at_most = found, statistic, scheme, unknown_at_most

    @property
    def cells(self) -> Cells:
        """Who is known, as yes and no."""
        return self.found.cells

    @cached_property
    def records(self) -> tuple[np.ndarray, np.ndarray]:
        """No events, and records known of every arm, unweighted; shape (arms,)."""
        _, n = counts(self.cells.n.sum(axis=0), None, self.scheme.arms, recorded(self.measure), unknown_group=False)
        return np.full(n.shape, np.nan), n

    @cached_property
    def recorded(self) -> Distribution:
        """Every arm's distribution as recorded."""
        return self.found.recorded(self.scheme.arms)

    @cached_property
    def of_arms(self) -> Estimate:
        """Every arm's own estimate as recorded; of a pairwise statistic, against everybody else."""
        others = self.found.recorded(1 - self.scheme.arms) if self.measure.pairwise else None
        return self.measure.estimate(self.recorded, others).without_certainty()

    @property
    def rates(self) -> np.ndarray:
        """Values as recorded; NaN where undefined."""
        return self.of_arms.value

    @cached_property
    def said(self) -> tuple[np.ndarray, np.ndarray]:
        """Give records and values of every arm."""
        return self.records[1], self.rates

    def said_of(self, pair: int) -> tuple[float, float]:
        """Give both values of one pair as recorded."""
        first, second = self._recorded_pairs.values
        return float(first[pair]), float(second[pair])

    ranges: Ranges | None = None
    """Counts are hidden of no statistic."""

    def estimates_between(self, kind: Kind) -> tuple[np.ndarray, np.ndarray]:
        """Give every pair's value as recorded, twice: nothing is left open."""
        return (self.estimates(kind),) * 2

    def estimates(self, kind: Kind) -> np.ndarray:
        """Give every pair's value as recorded, theta_a / theta_b or theta_a - theta_b; NaN where undefined."""
        a, b = self._recorded_pairs.values
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where((a > 0) & (b > 0), a / b, np.nan) if kind == "ratio" else a - b

    def margins(self, kind: Kind, tolerance: float, scenario: Scenario = "recorded") -> np.ndarray:
        """Give each pair's margin: tau, or -delta."""
        return np.full(len(self.scheme.pairs), tolerance if kind == "ratio" else -tolerance)

    def shown(self, kind: Kind, values: np.ndarray, scenario: Scenario = "recorded") -> np.ndarray:
        """Give what the report shows of values: just them."""
        return values

    def pairs(self, scenario: Scenario, kind: Kind, margins: np.ndarray, *, to_flag: bool = False) -> Pairs:
        """Give every pair's estimates under a scenario, ready to be held against margins."""
        found = self._recorded_pairs if scenario == "recorded" else self._pairs_under(scenario)
        factor = margins if kind == "ratio" else np.ones(len(margins))
        stretch, degrees = np.ones((2, len(margins))), self._welch(factor, found)
        if self.cells.clustered:
            stretch, degrees = self._clustered(factor)
        stretch = np.sqrt(stretch * self._added(scenario))
        unsure = self.few if to_flag else self.few | self.too_skewed
        return replace(
            found, stretch=np.where(unsure[self.scheme.pairs].T, np.nan, stretch), degrees_of_freedom=degrees
        )

    @cached_property
    def few(self) -> np.ndarray:
        """Arms with fewer records than large samples' rules need, of either outcome where they are ranked."""
        known = self.recorded.n.sum(axis=1)
        held = known.min(axis=1) if self.found.ranks else known.sum(axis=1)
        return held < self.measure.fewest

    @cached_property
    def too_skewed(self) -> np.ndarray:
        """Arms whose mean a few values that were not drawn could move far: n < 25 skewness^2 (Cochran 1977)."""
        if not self.measure.skew_sensitive:
            return np.zeros(len(self.scheme.arms), bool)
        d = self.recorded
        skewness = means.skewness(d.values, d.all, d.sums[0])
        return d.all.sum(axis=1) < RECORDS_PER_SQUARED_SKEW * np.nan_to_num(skewness) ** 2

    @cached_property
    def worth(self) -> np.ndarray:
        """What each arm's known records are worth; shape (arms,)."""
        if self.cells.clustered:
            if self._in_steps:
                effect = divide(design.jackknife_variance(self._below), self._binomial)
            else:
                variance = design.jackknife_variance(np.array(list(self._left_out_of_arms)))
                effect = divide(variance, self.of_arms.variance)
            least = np.minimum(self.records[1], self.found.folds_of(self.scheme.arms))
            return np.where(
                effect > NO_EFFECT, np.minimum(self.records[1] / np.maximum(effect, NO_EFFECT), self.records[1]), least
            )
        return self.recorded.n.sum(axis=(1, 2))

    def limits(self, alpha: float) -> tuple[np.ndarray, np.ndarray]:
        """Give each arm's own limits, both ends at alpha."""
        n, worth = self.records[1], self.worth
        stretch = np.sqrt(divide(n, worth)) if self.cells.clustered else np.ones(n.shape)
        z = np.full(n.shape, float(score.critical_z(alpha)))
        if self.of_arms.degrees is not None:
            z = score.critical_z(
                np.full(n.shape, alpha), np.where(self.of_arms.degrees > 0, self.of_arms.degrees, np.nan)
            )
        ends = self.of_arms.limits(np.arange(len(n)), z * stretch)
        unsure = self.few | np.isnan(self.rates)
        return tuple(np.where(unsure | ~np.isfinite(end), np.nan, end) for end in ends)

    # --- inside ---

    def _paired(self, low: Distribution, high: Distribution) -> Pairs:
        """Put estimates into pairs; the first of each from one set of distributions, the second from another."""
        a, b = self.scheme.pairs.T
        if not self.measure.pairwise:
            first, second = (self.measure.estimate(each).without_certainty() for each in (low, high))
            places = np.stack([a, b])
        else:
            first = self.measure.estimate(_taken(low, a), _taken(low, b)).without_certainty()
            second = self.measure.estimate(_taken(high, b), _taken(high, a)).without_certainty()
            places = np.stack([np.arange(len(a))] * 2)
        return Pairs(first, second, places, np.ones((2, len(a))), None)

    @cached_property
    def _recorded_pairs(self) -> Pairs:
        return self._paired(self.recorded, self.recorded)

    def _pairs_under(self, scenario: Scenario) -> Pairs:
        arms = self.scheme.arms
        if scenario == "worst":
            low, high = self._worst
            return self._unbounded if low is None or high is None else self._paired(low, high)
        if scenario == "spread":
            found = self.found.spread(arms)
        elif scenario == "proxy":
            found = self.found.proxied(arms)
        else:
            found = self.found.moved(arms, before=scenario == "reversed", still_open=scenario == "open_never")
        return self._paired(found, found)

    @cached_property
    def _worst(self) -> tuple[Distribution | None, Distribution | None]:
        """Every arm's distribution with the unknown where they make it lowest, and highest."""
        arms, at_most = self.scheme.arms, self.unknown_at_most
        return tuple(self.found.worst(arms, high=high, at_most=at_most) for high in (False, True))

    @property
    def _unbounded(self) -> Pairs:
        nothing = np.full(len(self.scheme.arms), np.nan)
        return Pairs(
            Estimate(nothing, nothing),
            Estimate(nothing, nothing),
            self.scheme.pairs.T,
            np.ones(self.scheme.pairs.T.shape),
            None,
        )

    def _added(self, scenario: Scenario) -> np.ndarray:
        """How many times the known records a scenario counts of either arm; the sample is no larger for it."""
        if scenario not in ("spread", "proxy", "worst"):
            return np.ones((2, len(self.scheme.pairs)))
        arms = self.scheme.arms
        made = (
            {"spread": self.found.spread, "proxy": self.found.proxied}[scenario](arms) if scenario != "worst" else None
        )
        made = self._worst[1] if scenario == "worst" else made
        if made is None:
            return np.ones((2, len(self.scheme.pairs)))
        parts = [each.n.sum(axis=1) for each in (made, self.recorded)]
        # Outcomes that are ranked have each a sample of its own, the smaller of which decides.
        more = divide(*(each if self.found.ranks else each.sum(axis=-1, keepdims=True) for each in parts)).max(axis=-1)
        added = more[self.scheme.pairs].T
        return np.broadcast_to(added.max(axis=0), added.shape) if self.measure.pairwise else added

    def _welch(self, factor: np.ndarray, found: Pairs) -> np.ndarray | None:
        """Give the degrees of freedom of each pair's difference (Welch 1947), of as many records as are known."""
        known = self._recorded_pairs
        if known.first.degrees is None or known.second.degrees is None:
            return None
        (v1, v0), (a, b) = found.variances, found.places
        size = known.first.degrees[a] + 1, known.second.degrees[b] + 1
        return means.welch_degrees(v1, size[0], v0, size[1], factor)

    @cached_property
    def _left_out(self) -> tuple[np.ndarray, np.ndarray]:
        """Both values of every pair without each fold; each of shape (folds, pairs)."""
        found = [self._paired(each, each).values for each in self.found.without_each_fold(self.scheme.arms)]
        return np.array([one for one, _ in found]), np.array([two for _, two in found])

    @property
    def _in_steps(self) -> bool:
        """Whether limits are read off a distribution, as those of a median.

        A median without one fold is the same median or its neighbour, so that the jackknife knows nothing of its
        variance (Efron 1982). What varies with clusters is the share at or below it, and of that the jackknife knows.
        """
        return self.of_arms.ends is not None

    @cached_property
    def _below(self) -> np.ndarray:
        """The share at or below each arm's own value without each fold; shape (folds, arms)."""
        return np.array([self._share_below(each) for each in self.found.without_each_fold(self.scheme.arms)])

    @cached_property
    def _binomial(self) -> np.ndarray:
        """What the variance of that share would be if records were independent; shape (arms,)."""
        share = self._share_below(self.recorded)
        return divide(share * (1 - share), self.recorded.all.sum(axis=1))

    def _share_below(self, d: Distribution) -> np.ndarray:
        """Give the share at or below each arm's own value; of waits, of those that ended."""
        ended = d.n[..., 0] if self.measure.kind == "waits" else d.all
        below = d.values <= self.of_arms.value[:, None]
        return divide((ended * below).sum(axis=1), d.all.sum(axis=1))

    @property
    def _left_out_of_arms(self) -> Iterator[np.ndarray]:
        others = iter(self.found.without_each_fold(1 - self.scheme.arms)) if self.measure.pairwise else None
        for each in self.found.without_each_fold(self.scheme.arms):
            yield self.measure.estimate(each, next(others) if others else None).value

    def _clustered(self, factor: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give both arms' design effect, from leaving out one fold at a time, and degrees of freedom."""
        a, b = self.scheme.pairs.T
        if self._in_steps:
            first, second, factor = self._below[:, a], self._below[:, b], np.ones(len(factor))
            one, two = self._binomial[a], self._binomial[b]
        else:
            first, second = self._left_out
            one, two = self._recorded_pairs.variances
        variance = design.jackknife_variance(first - factor * second)
        effect = divide(variance, one + factor**2 * two)
        folds = self.found.folds_of(self.scheme.arms)[self.scheme.pairs].T
        a_fold_is_worth_one = divide(self.records[1][self.scheme.pairs].T, folds)
        either = np.broadcast_to(effect, (2, len(factor)))
        either = np.where(either > NO_EFFECT, either, a_fold_is_worth_one)
        # Where a value is gone without some fold, nothing says how sure it is.
        either = np.where(np.isnan(variance), np.nan, either)
        # So few folds of a group say little of how they differ: the other group's must not speak for them.
        either = np.where(folds < FEW_FOLDS, np.maximum(either, a_fold_is_worth_one), either)
        freedom = folds.min(axis=0) - 1.0
        return either, np.where(freedom > 0, freedom, np.nan)


def _taken(d: Distribution, places: np.ndarray) -> Distribution:
    """Take some groups' distributions."""
    sums = [None if each is None else each[places] for each in (d.totals, d.squares)]
    return Distribution(d.values, d.n[places], *sums, d.upper)
