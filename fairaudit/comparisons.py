"""Who is compared with whom, and on what counts: reference schemes, scenarios of the unknown, weights and clusters.

The result is four numbers a pair of groups (events and records of either), ready for a test of proportions. Weights and
clusters change how many records the counts are worth, never what the rates are.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from fairaudit.cells import Cells, Corner, Ranges, counts, highest, lowest, ranges, recorded, spread
from fairaudit.distributions import Distributions
from fairaudit.measures import Distribution, Measure, Statistic
from fairaudit.stats import design, exact, means, reference, score
from fairaudit.stats.estimates import Estimate, Pairs
from fairaudit.stats.intervals import wilson

Scenario = Literal["recorded", "spread", "worst", "reversed", "open_never"]
OTHERWISE = {"reversed": {"reversed": True}}
"""Scenarios in which values are read otherwise, and what the view is then told."""
ROUNDING = 1e-12
Kind = Literal["ratio", "difference"]
EVERYONE_ELSE = "everyone else"
EVERYONE = "everyone"
FEW_FOLDS = 10  # with an event, or with anybody else: fewer say little of how clusters differ
RECORDS_PER_SQUARED_SKEW = 25
NO_EFFECT = 1e-9  # a design effect below it is rounding: the folds agree


@dataclass(frozen=True)
class Scheme:
    """Ordered pairs of arms to compare; an arm is a group, or everybody but one group.

    Attributes:
        reference: "all_pairs", "rest", "overall" or a group's name.
        names: the arms' names.
        arms: shape (arms, groups), 1 where a group is part of an arm.
        pairs: shape (pairs, 2): places of the arms (a, b) of each ordered pair.
    """

    reference: str
    names: tuple[str, ...]
    arms: np.ndarray
    pairs: np.ndarray

    @classmethod
    def of(cls, groups: tuple[str, ...], reference: str) -> Scheme:
        """Build the pairs of a reference scheme, both directions of each."""
        size = len(groups)
        arms, names = np.eye(size), groups
        if reference == "all_pairs":
            pairs = [(a, b) for a in range(size) for b in range(size) if a != b]
        elif reference in ("rest", "overall"):
            arms = np.concatenate([arms, 1 - arms])
            names = (*groups, *(f"{EVERYONE_ELSE} than {name}" if reference == "rest" else EVERYONE for name in groups))
            pairs = [pair for g in range(size) for pair in ((g, size + g), (size + g, g))]
        else:
            place = groups.index(reference)
            pairs = [pair for g in range(size) if g != place for pair in ((g, place), (place, g))]
        return cls(reference, names, arms, np.array(pairs, int).reshape(-1, 2))

    @property
    def said(self) -> np.ndarray:
        """The arms as their names say: everyone is everyone, not everyone else; shape (arms, groups)."""
        size = self.arms.shape[1]
        return np.concatenate([self.arms[:size], np.ones((size, size))]) if self.overall else self.arms

    @property
    def overall(self) -> bool:
        """Say whether groups are compared with a whole of which they are a part."""
        return self.reference == "overall"


@dataclass(frozen=True)
class PairCounts:
    """Events and records of both arms of every pair, as a test of proportions takes them; arrays of shape (pairs,).

    Attributes:
        x1, n1: events and records (or what they are worth) of arm a.
        x0, n0: of arm b.
        degrees_of_freedom: of Student's t where variances come from folds, else None; NaN where there is but one.
        whole: whether they are plain counts, so that an exact test can be run.
    """

    x1: np.ndarray
    n1: np.ndarray
    x0: np.ndarray
    n0: np.ndarray
    degrees_of_freedom: np.ndarray | None
    whole: bool

    @property
    def defined(self) -> np.ndarray:
        """Say of which pairs anything can be said: both have records."""
        return np.minimum(self.n1, self.n0) > 0

    def clearing_z(self, kind: Kind, margins: np.ndarray) -> np.ndarray:
        """Give the evidence that each pair's value is above its margin."""
        return score.clearing_z(kind, self.x1, self.n1, self.x0, self.n0, margins)

    def flagging_z(self, kind: Kind, margins: np.ndarray) -> np.ndarray:
        """Give the evidence that each pair's value is below its margin."""
        return score.flagging_z(kind, self.x1, self.n1, self.x0, self.n0, margins)

    def bounds(self, kind: Kind, alpha_lower: ArrayLike, alpha_upper: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        """Bound each pair's value from below and from above, each one-sided."""
        counted = self.x1, self.n1, self.x0, self.n0
        return score.bounds(kind, *counted, alpha_lower, alpha_upper, self.degrees_of_freedom)

    def could_clear(self, kind: Kind, pair: int, margin: float, alpha: float) -> bool:
        """Say whether a pair of this size could clear if both groups had the pooled rate."""
        x1, n1, x0, n0 = self.at(pair)
        rate = (x1 + x0) / (n1 + n0)
        z = score.clearing_z(kind, rate * n1, n1, rate * n0, n0, margin)
        if not score.clearing_p(z, self.freedom(pair)) < alpha:
            return False
        # The nearest whole counts, on the side that clears sooner.
        alike = math.ceil(rate * n1 - ROUNDING), int(n1), math.floor(rate * n0 + ROUNDING), int(n0)
        if not self.whole or not exact.feasible(*alike, kind):
            return True
        return exact.exact_passes(kind, *alike, margin, alpha)

    @property
    def rates(self) -> tuple[np.ndarray, np.ndarray]:
        """The two rates; NaN where a denominator is 0."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.x1 / self.n1, self.x0 / self.n0

    def at(self, place: int) -> tuple[float, float, float, float]:
        """Give the four numbers of one pair."""
        return float(self.x1[place]), float(self.n1[place]), float(self.x0[place]), float(self.n0[place])

    def freedom(self, place: int) -> float | None:
        """Give the degrees of freedom of one pair."""
        return None if self.degrees_of_freedom is None else float(self.degrees_of_freedom[place])


class Arms:
    """The rates of every arm of a scheme on one measure, under every scenario.

    Args:
        cells: the counts.
        measure: what is measured.
        scheme: who is compared with whom.
        otherwise: the counts as scenarios read them that read values otherwise.
    """

    def __init__(self, cells: Cells, measure: Measure, scheme: Scheme, otherwise: Mapping[str, Cells] | None = None):
        self.cells, self.measure, self.scheme, self.otherwise = cells, measure, scheme, otherwise or {}

    @cached_property
    def records(self) -> tuple[np.ndarray, np.ndarray]:
        """Events and records known of every arm, unweighted, of hidden counts the least; shape (arms,)."""
        return counts(self.cells.n.sum(axis=0), None, self.scheme.arms, recorded(self.measure), unknown_group=False)

    @cached_property
    def rates(self) -> np.ndarray:
        """Rates as recorded, weighted where records are; NaN where nobody is in the denominator.

        Of hidden counts they take the least, which is a rate that need not be: what is shown is `ranges`.
        """
        return _divide(
            *counts(self.cells.amounts.sum(axis=0), None, self.scheme.arms, recorded(self.measure), unknown_group=False)
        )

    @cached_property
    def ranges(self) -> Ranges | None:
        """Between what counts and rates of every arm, as its name says, lie; None where no count is hidden."""
        return ranges(self.cells, self.measure, self.scheme.said)

    @property
    def highest_rate(self) -> float:
        """The highest rate that any group may have as recorded; 0 where none has any."""
        rates = self.rates if self.ranges is None else self.ranges.rates[1]
        return float(np.nanmax(rates[: len(self.cells.groups)], initial=0))

    @cached_property
    def said(self) -> tuple[np.ndarray, np.ndarray]:
        """Give records and rates of every arm as its name says: where arms are called everyone, of the whole.

        Tests compare a group with the rest, which does not overlap it; what is shown is the group and the whole.
        """
        arms, corner = self.scheme.said, recorded(self.measure)
        _, n = counts(self.cells.n.sum(axis=0), None, arms, corner, unknown_group=False)
        return n, _divide(*counts(self.cells.amounts.sum(axis=0), None, arms, corner, unknown_group=False))

    def said_of(self, pair: int) -> tuple[tuple[float, float], tuple[float, float]]:
        """Give between what both rates of one pair lie, as its names say."""
        low, high = np.stack([self.said[1]] * 2) if self.ranges is None else self.ranges.rates
        a, b = self.scheme.pairs[pair]
        return (float(low[a]), float(high[a])), (float(low[b]), float(high[b]))

    def limits(self, alpha: float) -> tuple[np.ndarray, np.ndarray]:
        """Give the interval of each arm's own rate, both ends at alpha (Wilson).

        With hidden counts it is that of the lowest rate they leave open and of the highest, of as few records as can
        be, so that it holds whatever they are.
        """
        ends = [self.rates] * 2 if self.ranges is None else self.ranges.rates
        limits = [wilson(np.nan_to_num(rates) * self.worth, self.worth, 2 * alpha) for rates in ends]
        return limits[0][0], limits[1][1]

    def estimates(self, kind: Kind) -> np.ndarray:
        """Give every pair's value as recorded, theta_a / theta_b or theta_a - theta_b; NaN where undefined.

        It is undefined too where hidden counts leave it open: `estimates_between` says between what it lies.
        """
        low, high = self.estimates_between(kind)
        return np.where(low == high, low, np.nan)

    def estimates_between(self, kind: Kind) -> tuple[np.ndarray, np.ndarray]:
        """Give the lowest and the highest that each pair's value can be as recorded; the same unless counts are hidden.

        They are of each group's own lowest and highest rate, which need not go together.
        """
        least, most = np.stack([self.said[1]] * 2) if self.ranges is None else self.ranges.rates
        (a, b), (a_most, b_most) = (rates[self.scheme.pairs.T] for rates in (least, most))
        with np.errstate(invalid="ignore", divide="ignore"):
            return (a / b_most, a_most / b) if kind == "ratio" else (a - b_most, a_most - b)

    def margins(self, kind: Kind, tolerance: float, scenario: Scenario = "recorded") -> np.ndarray:
        """Give each pair's margin: tau, or -delta, converted where a group is part of the whole.

        A pair that cannot fail (a group so large that the whole cannot differ from it by more) has NaN.
        """
        margin = tolerance if kind == "ratio" else -tolerance
        if not self.scheme.overall:
            return np.full(len(self.scheme.pairs), margin)
        places = zip(self._shares(scenario), self._group_first, strict=True)
        return np.array([reference.margin(kind, margin, w, first) for w, first in places])

    def shown(self, kind: Kind, values: np.ndarray, scenario: Scenario = "recorded") -> np.ndarray:
        """Turn what was estimated against the rest back into what the report shows, group against whole."""
        if not self.scheme.overall:
            return values
        places = zip(values, self._shares(scenario), self._group_first, strict=True)
        return np.array([reference.shown(kind, value, w, first) for value, w, first in places])

    @property
    def _group_first(self) -> np.ndarray:
        return self.scheme.pairs[:, 0] < len(self.cells.groups)

    def _shares(self, scenario: Scenario) -> np.ndarray:
        """Each pair's group's share of the whole's denominator, weighted where records are, under a scenario."""
        (_, n1), (_, n0) = self._sides(self.cells.amounts.sum(axis=0), _hidden(self.cells), scenario, to_flag=False)
        return _divide(np.where(self._group_first, n1, n0), n1 + n0)

    def pairs(self, scenario: Scenario, kind: Kind, margins: np.ndarray, *, to_flag: bool = False) -> PairCounts:
        """Give every pair's counts under a scenario.

        Args:
            scenario: "recorded", "spread" (unknowns as if missing at random) or "worst" (unknowns where they hurt
                most).
            kind: what is compared.
            margins: each pair's margin, at which the variance of clustered records is taken.
            to_flag: unknown counts lean the other way, so that a flag holds at their best.
        """
        total = self.otherwise.get(scenario, self.cells).amounts.sum(axis=0)
        rates = self._sides(total, _hidden(self.cells), scenario, to_flag)
        (x1, n1), (x0, n0) = rates
        if not self.cells.clustered and self.cells.w is None and scenario != "spread":
            whole = all(np.array_equal(each, np.rint(each)) for each in (x1, n1, x0, n0))
            return PairCounts(x1, n1, x0, n0, None, whole)
        theta = _divide(x1, n1), _divide(x0, n0)
        known = self.records[1][self.scheme.pairs].T
        degrees = None
        if self.cells.clustered:
            known, degrees = self._clustered(known, theta, scenario, kind, margins, to_flag)
        elif self.cells.w is not None:
            known = self._effective[self.scheme.pairs].T
        return PairCounts(theta[0] * known[0], known[0], theta[1] * known[1], known[1], degrees, False)

    def _sides(self, cells: np.ndarray, maybe: np.ndarray | None, scenario: Scenario, to_flag: bool):
        """Count both arms of every pair, each leaning the way that the claim must withstand."""
        low, high = _corners(self.measure, scenario)
        if to_flag:
            low, high = high, low
        cells = spread(cells) if scenario == "spread" else cells
        a, b = self.scheme.pairs.T
        worst = scenario == "worst"
        first = counts(cells, maybe, self.scheme.arms, low, unknown_group=worst)
        second = counts(cells, maybe, self.scheme.arms, high, unknown_group=worst)
        return [part[..., a] for part in first], [part[..., b] for part in second]

    def _clustered(self, known, theta, scenario: Scenario, kind: Kind, margins: np.ndarray, to_flag: bool):
        """Divide both arms' records by the pair's design effect, from leaving out one fold at a time."""
        amounts = self.cells.amounts
        kept = amounts[self.cells.n.sum(axis=(1, 2, 3, 4)) > 0]
        read = "recorded" if scenario in OTHERWISE else scenario
        (x1, n1), (x0, n0) = self._sides(kept.sum(axis=0) - kept, _hidden(self.cells), read, to_flag)
        factor = margins if kind == "ratio" else 1.0
        variance = design.jackknife_variance(_divide(x1, n1) - factor * _divide(x0, n0))
        effect = design.pair_design_effect(variance, theta[0], known[0], theta[1], known[1], factor)
        folds = self._folds[self.scheme.pairs].T
        # Where the rates leave no variance to compare with, a fold that holds anybody of an arm is worth one record.
        worth = np.divide(known, effect, out=np.minimum(known, folds).astype(float), where=effect > NO_EFFECT)
        # So it is where so few folds hold an event, or hold anything else, that the other group's variance would speak
        # for both: a group in which nobody is selected looks as if its records were independent.
        few = self._seen[self.scheme.pairs].T < FEW_FOLDS
        worth = np.where(few, np.minimum(worth, folds), worth)
        # A few folds of a small group say little of its variance, however many folds the other group has.
        freedom = folds.min(axis=0) - 1.0
        return worth, np.where(freedom > 0, freedom, np.nan)

    @cached_property
    def _folds(self) -> np.ndarray:
        """In how many folds each arm has anybody in the denominator; shape (arms,)."""
        _, n = counts(self.cells.n, None, self.scheme.arms, recorded(self.measure), unknown_group=False)
        return (n > 0).sum(axis=0)

    @cached_property
    def _seen(self) -> np.ndarray:
        """In how many folds each arm has an event, or has somebody without, whichever are fewer; shape (arms,)."""
        events, n = counts(self.cells.n, None, self.scheme.arms, recorded(self.measure), unknown_group=False)
        return np.minimum((events > 0).sum(axis=0), (n > events).sum(axis=0))

    @cached_property
    def _effective(self) -> np.ndarray:
        """How many equally weighted records each arm's weighted ones are worth."""

        def sums(array: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            return counts(array.sum(axis=0), None, self.scheme.arms, recorded(self.measure), unknown_group=False)

        (_, n), (w1, w), (ww1, ww) = sums(self.cells.n), sums(self.cells.w), sums(self.cells.ww)
        return design.effective_n(n, w1, w - w1, ww1, ww - ww1)

    @cached_property
    def worth(self) -> np.ndarray:
        """What each arm's known records are worth alone, for the interval of its own rate; shape (arms,)."""
        n = self.records[1]
        if not self.cells.clustered:
            return n if self.cells.w is None else self._effective
        amounts = self.cells.amounts
        kept = amounts[self.cells.n.sum(axis=(1, 2, 3, 4)) > 0]
        left = counts(kept.sum(axis=0) - kept, None, self.scheme.arms, recorded(self.measure), unknown_group=False)
        variance = design.jackknife_variance(_divide(*left))
        worth = _divide(self.rates * (1 - self.rates), variance)
        sure = np.isfinite(worth) & (worth > 0) & (self._seen >= FEW_FOLDS)
        return np.where(
            sure, np.minimum(worth, n), np.minimum(np.minimum(n, self._folds), np.where(worth > 0, worth, n))
        )


class EstimateArms:
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
                effect = _divide(design.jackknife_variance(self._below), self._binomial)
            else:
                variance = design.jackknife_variance(np.array(list(self._left_out_of_arms)))
                effect = _divide(variance, self.of_arms.variance)
            least = np.minimum(self.records[1], self.found.folds_of(self.scheme.arms))
            return np.where(
                effect > NO_EFFECT, np.minimum(self.records[1] / np.maximum(effect, NO_EFFECT), self.records[1]), least
            )
        return self.recorded.n.sum(axis=(1, 2))

    def limits(self, alpha: float) -> tuple[np.ndarray, np.ndarray]:
        """Give each arm's own limits, both ends at alpha."""
        n, worth = self.records[1], self.worth
        stretch = np.sqrt(_divide(n, worth)) if self.cells.clustered else np.ones(n.shape)
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
        if scenario not in ("spread", "worst"):
            return np.ones((2, len(self.scheme.pairs)))
        arms = self.scheme.arms
        made = self.found.spread(arms) if scenario == "spread" else self._worst[1]
        if made is None:
            return np.ones((2, len(self.scheme.pairs)))
        parts = [each.n.sum(axis=1) for each in (made, self.recorded)]
        # Outcomes that are ranked have each a sample of its own, the smaller of which decides.
        more = _divide(*(each if self.found.ranks else each.sum(axis=-1, keepdims=True) for each in parts)).max(axis=-1)
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
        return _divide(share * (1 - share), self.recorded.all.sum(axis=1))

    def _share_below(self, d: Distribution) -> np.ndarray:
        """Give the share at or below each arm's own value; of waits, of those that ended."""
        ended = d.n[..., 0] if self.measure.kind == "waits" else d.all
        below = d.values <= self.of_arms.value[:, None]
        return _divide((ended * below).sum(axis=1), d.all.sum(axis=1))

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
        effect = _divide(variance, one + factor**2 * two)
        folds = self.found.folds_of(self.scheme.arms)[self.scheme.pairs].T
        a_fold_is_worth_one = _divide(self.records[1][self.scheme.pairs].T, folds)
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


def _hidden(cells: Cells) -> np.ndarray | None:
    return None if cells.maybe is None else cells.maybe.sum(axis=0)


def _corners(measure: Measure, scenario: Scenario) -> tuple[Corner, Corner]:
    low, high = lowest(measure), highest(measure)
    if scenario == "worst":
        return low, high
    known = recorded(measure)
    # Counts received hidden lean either way in every scenario; what is merely unknown does so in the worst only.
    return (Corner(*known[:2], *low[2:]), Corner(*known[:2], *high[2:]))


def _divide(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    part, whole = np.broadcast_arrays(np.asarray(part, float), np.asarray(whole, float))
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
