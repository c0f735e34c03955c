"""The shares of every group, under every scenario of the unknown, with weights and clusters.

The result is four numbers a pair of groups (events and records of either), ready for a test of proportions. Weights and
clusters change how many records the counts are worth, never what the rates are.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from fairaudit.allotments import PROXIED, Allotment
from fairaudit.cells import (
    Cells,
    Corner,
    Ranges,
    Unknowns,
    counts,
    highest,
    lowest,
    ranges,
    recorded,
    spread,
    unknowns,
)
from fairaudit.comparisons.counts import PairCounts
from fairaudit.comparisons.scheme import FEW_FOLDS, NO_EFFECT, OTHERWISE, Kind, Scenario, Scheme, divide
from fairaudit.measures import Measure, Statistic
from fairaudit.stats import design, reference
from fairaudit.stats.intervals import wilson


class OfCells:
    """What all arms have in common: cells of those who are known, and a measure."""

    cells: Cells
    measure: Measure | Statistic
    selective = False

    @property
    def basis(self) -> list[str]:
        """Words for what makes records worth fewer than they are, beside the name of the test."""
        here = {"clustered": self.cells.clustered, "weighted": self.cells.w is not None}
        return [word for word, holds in here.items() if holds]

    def unknowns(self) -> Unknowns:
        """Count what is not known."""
        return unknowns(self.cells, self.measure)


class Arms(OfCells):
    """The rates of every arm of a scheme on one measure, under every scenario.

    Args:
        cells: the counts.
        measure: what is measured.
        scheme: who is compared with whom.
        otherwise: the counts as scenarios read them that read values otherwise.
        allotment: people of unknown group by their probabilities; None where there are none.
        selective: whether outcomes that the measure needs can be known of some by the decision itself, so that no rate
            can be told.
    """

    def __init__(
        self,
        cells: Cells,
        measure: Measure,
        scheme: Scheme,
        otherwise: Mapping[str, Cells] | None = None,
        allotment: Allotment | None = None,
        *,
        selective: bool = False,
    ):
        self.cells, self.measure, self.scheme, self.allotment = cells, measure, scheme, allotment
        self.otherwise = {**(otherwise or {}), **({} if allotment is None else {PROXIED: allotment.cells})}
        self.selective = selective

    moves_people = True  # who is of unknown group would be one more in the denominator of the group it is of

    @cached_property
    def records(self) -> tuple[np.ndarray, np.ndarray]:
        """Events and records known of every arm, unweighted, of hidden counts the least; shape (arms,)."""
        return counts(self.cells.n.sum(axis=0), None, self.scheme.arms, recorded(self.measure), unknown_group=False)

    @cached_property
    def rates(self) -> np.ndarray:
        """Rates as recorded, weighted where records are; NaN where nobody is in the denominator.

        Of hidden counts they take the least, which is a rate that need not be: what is shown is `ranges`.
        """
        total = self.cells.amounts.sum(axis=0)
        found = divide(*counts(total, None, self.scheme.arms, recorded(self.measure), unknown_group=False))
        return np.full(found.shape, np.nan) if self.selective else found

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
        rates = divide(*counts(self.cells.amounts.sum(axis=0), None, arms, corner, unknown_group=False))
        return n, np.full(rates.shape, np.nan) if self.selective else rates

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
        cells = self._allotted if scenario == PROXIED else self.cells
        (_, n1), (_, n0) = self._sides(cells.amounts.sum(axis=0), _hidden(self.cells), scenario, to_flag=False)
        return divide(np.where(self._group_first, n1, n0), n1 + n0)

    def pairs(self, scenario: Scenario, kind: Kind, margins: np.ndarray, *, to_flag: bool = False) -> PairCounts:
        """Give every pair's counts under a scenario.

        Args:
            scenario: "recorded", "spread" (unknowns as if missing at random), "proxy" (those of unknown group by their
                probabilities) or "worst" (unknowns where they hurt most).
            kind: what is compared.
            margins: each pair's margin, at which the variance of clustered records is taken.
            to_flag: unknown counts lean the other way, so that a flag holds at their best.
        """
        total = self.otherwise.get(scenario, self.cells).amounts.sum(axis=0)
        rates = self._sides(total, _hidden(self.cells), scenario, to_flag)
        (x1, n1), (x0, n0) = rates
        if not self.cells.clustered and self.cells.w is None and scenario not in ("spread", PROXIED):
            whole = all(np.array_equal(each, np.rint(each)) for each in (x1, n1, x0, n0))
            return PairCounts(x1, n1, x0, n0, None, whole)
        theta = divide(x1, n1), divide(x0, n0)
        known = self.records[1][self.scheme.pairs].T
        degrees = None
        if self.cells.clustered:
            known, degrees = self._clustered(known, theta, scenario, kind, margins, to_flag)
        elif self.cells.w is not None:
            known = self._effective[self.scheme.pairs].T
        if scenario == PROXIED and not self.cells.clustered:
            # The sample is no larger for them; where nobody is known, it is what they are worth.
            worth = self.allotment.worth(self.scheme.arms, self.measure)[self.scheme.pairs].T
            known = np.where(known > 0, known, worth)
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
        amounts = (self._allotted if scenario == PROXIED else self.cells).amounts
        kept = amounts[self.cells.n.sum(axis=(1, 2, 3, 4)) > 0]
        read = "recorded" if scenario in OTHERWISE else scenario
        (x1, n1), (x0, n0) = self._sides(kept.sum(axis=0) - kept, _hidden(self.cells), read, to_flag)
        factor = margins if kind == "ratio" else 1.0
        variance = design.jackknife_variance(divide(x1, n1) - factor * divide(x0, n0))
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

    @property
    def _allotted(self) -> Cells:
        return self.otherwise[PROXIED]

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
        variance = design.jackknife_variance(divide(*left))
        worth = divide(self.rates * (1 - self.rates), variance)
        sure = np.isfinite(worth) & (worth > 0) & (self._seen >= FEW_FOLDS)
        return np.where(
            sure, np.minimum(worth, n), np.minimum(np.minimum(n, self._folds), np.where(worth > 0, worth, n))
        )


def _hidden(cells: Cells) -> np.ndarray | None:
    return None if cells.maybe is None else cells.maybe.sum(axis=0)


def _corners(measure: Measure, scenario: Scenario) -> tuple[Corner, Corner]:
    low, high = lowest(measure), highest(measure)
    if scenario == "worst":
        return low, high
    known = recorded(measure)
    # Counts received hidden lean either way in every scenario; what is merely unknown does so in the worst only.
    return (Corner(*known[:2], *low[2:]), Corner(*known[:2], *high[2:]))
