"""Who is reached of those who live there: events over residents, whose number has a margin of error of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import special

from fairaudit.cells import Cells, counts, groups_of, recorded, spread
from fairaudit.comparisons.counts import PairCounts
from fairaudit.comparisons.scheme import FEW_FOLDS, NO_EFFECT, Kind, Scenario, Scheme, divide
from fairaudit.comparisons.shares import Arms
from fairaudit.measures import Measure, Reach, Statistic
from fairaudit.stats import design, score
from fairaudit.stats.binomials import more_than
from fairaudit.stats.estimates import Estimate, Pairs
from fairaudit.stats.exact import Side
from fairaudit.stats.intervals import wilson
from fairaudit.stats.replicates import MOE_Z
from fairaudit.tally import Tally
from fairaudit.tally.cells import of_residents

RARE = 1e6  # residents are taken so many times over where events are a flow (Poisson), not people reached or not


@dataclass(frozen=True)
class Residents:
    """Who lives there.

    Attributes:
        people: shape (folds, groups); where the benchmark names no areas, each fold has an even part of all.
        moe2: sums of squared margins of error, shape (groups,).
        by_area: whether the benchmark counts people area by area, the areas being the folds.
    """

    people: np.ndarray
    moe2: np.ndarray
    by_area: bool

    @classmethod
    def of(cls, tally: Tally, attributes: Sequence[str], groups: int) -> Residents:
        """Take the residents of one grouping out of a tally."""
        rows = of_residents(tally.rows_of(attributes, beside=True))
        folds = tally.about.folds or 1
        fold = rows["fold"].to_numpy(int) if tally.about.folds else np.zeros(len(rows), int)
        group = groups_of(rows, tally.about, attributes)
        people, moe2 = np.zeros((folds, groups + 1)), np.zeros(groups + 1)
        np.add.at(people, (fold, group), rows["n"].to_numpy(float))
        if "moe2" in rows:
            np.add.at(moe2, group, rows["moe2"].to_numpy(float))
        by_area = len(np.unique(fold)) > 1
        if not by_area:
            people = np.broadcast_to(people.sum(axis=0) / folds, people.shape)
        return cls(people[:, :-1], moe2[:-1], by_area)


@dataclass(frozen=True)
class FlowCounts(PairCounts):
    """Events of both arms as a flow (Poisson), in residents that are taken many times over.

    Given the sum of both, the events of arm a are binomial, so that the exact test needs no nuisance rate (Przyborowski
    & Wilenski 1940, Biometrika 31: 313-323).
    """

    def exactly(self, kind: Kind, pair: int) -> bool:
        """Say whether the exact test is to be run on a pair."""
        return self.whole and kind == "ratio"

    def exact_p(self, kind: Kind, pair: int, margin: float, side: Side = "clear") -> float:
        """Give the exact p-value of one pair."""
        x1, n1, x0, n0 = self.at(pair)
        share = margin * n1 / (margin * n1 + n0)
        return float(more_than(x1 - 1, x1 + x0, share) if side == "clear" else 1 - more_than(x1, x1 + x0, share))

    def exact_passes(self, kind: Kind, pair: int, margin: float, alpha: float) -> bool:
        """Say whether a pair is shown to be above its margin by the exact test."""
        return self.exact_p(kind, pair, margin) <= alpha

    def exact_bound(self, kind: Kind, pair: int, alpha: float, side: Side, start: float) -> float:
        """Give the furthest margin that a pair still passes by the exact test (Clopper & Pearson 1934)."""
        x1, n1, x0, n0 = self.at(pair)
        if side == "clear":
            share = float(special.betaincinv(x1, x0 + 1, alpha)) if x1 else 0.0
            return min(float(share * n0 / (n1 * (1 - share))), start)
        share = float(special.betaincinv(x1 + 1, x0, 1 - alpha)) if x0 else 1.0
        return max(float(share * n0 / (n1 * (1 - share))) if share < 1 else np.inf, start)


class ReachArms(Arms):
    """Rates of events over residents, under every scenario of the unknown.

    Args:
        cells: who is reached.
        residents: who lives there.
        measure: what is measured.
        scheme: who is compared with whom.
    """

    def __init__(self, cells: Cells, residents: Residents, measure: Measure | Statistic, scheme: Scheme):
        super().__init__(cells, measure, scheme)
        self.residents = residents

    moves_people = False

    @property
    def basis(self) -> list[str]:
        """Words for how its bounds come about."""
        return [*super().basis, *(["benchmark and"] if self.residents.moe2.any() else [])]

    @property
    def flows(self) -> bool:
        """Say whether events are a flow, and not people of whom each is reached or not."""
        return isinstance(self.measure, Statistic)

    @property
    def repeats(self) -> bool:
        """Say whether nothing but folds tells how events vary, since one person may have many."""
        return self.flows and self.measure.differences

    # --- values ---

    def _events(self, arms: np.ndarray, cells: np.ndarray | None = None) -> np.ndarray:
        cells = self.cells.n if cells is None else cells
        return counts(cells, None, arms, recorded(self.measure), unknown_group=False)[0]

    def _people(self, arms: np.ndarray) -> np.ndarray:
        return arms @ self.residents.people.sum(axis=0)

    @cached_property
    def events(self) -> np.ndarray:
        """Events of every arm, shape (arms,)."""
        return self._events(self.scheme.arms).sum(axis=0)

    @cached_property
    def people(self) -> np.ndarray:
        """Residents of every arm, shape (arms,)."""
        return self._people(self.scheme.arms)

    @cached_property
    def records(self) -> tuple[np.ndarray, np.ndarray]:
        """Events and residents of every arm; shape (arms,)."""
        return self.events, np.rint(self.people)

    def _values(self, arms: np.ndarray) -> np.ndarray:
        events, people = self._events(arms).sum(axis=0), self._people(arms)
        everybody = np.ones((1, arms.shape[1]))
        overall = divide(self._events(everybody).sum(axis=0), self._people(everybody))
        reach = Reach(events, people, np.full(len(events), np.nan), float(overall[0]))
        return self.measure.estimate(reach).value if self.flows else reach.rate

    @cached_property
    def rates(self) -> np.ndarray:
        """Values as recorded."""
        return self._values(self.scheme.arms)

    @cached_property
    def said(self) -> tuple[np.ndarray, np.ndarray]:
        """Residents and values of every arm as its name says."""
        return np.rint(self._people(self.scheme.said)), self._values(self.scheme.said)

    def said_of(self, pair: int) -> tuple:
        """Give both values of one pair; of shares, each as what it lies between."""
        return tuple(rate[0] for rate in super().said_of(pair)) if self.flows else super().said_of(pair)

    def _shares(self, scenario: Scenario) -> np.ndarray:
        one, two = self.people[self.scheme.pairs].T
        return divide(np.where(self._group_first, one, two), one + two)

    # --- how sure they are ---

    @cached_property
    def _rate(self) -> np.ndarray:
        return divide(self.events, self.people)

    @cached_property
    def _independent(self) -> np.ndarray:
        """Variance of each arm's rate if every event came alone."""
        return divide(self._rate * (1.0 if self.flows else 1 - self._rate), self.people)

    @cached_property
    def _left_out(self) -> np.ndarray:
        """Rates without each fold, shape (folds, arms)."""
        events, people = self._events(self.scheme.arms), self.residents.people @ self.scheme.arms.T
        there = people.sum(axis=1) > 0
        return divide(events.sum(axis=0) - events[there], people.sum(axis=0) - people[there])

    @cached_property
    def _seen(self) -> np.ndarray:
        """In how many folds each arm has an event."""
        return (self._events(self.scheme.arms) > 0).sum(axis=0)

    @cached_property
    def _own(self) -> np.ndarray:
        """Variance of each arm's rate over folds, or as if every event came alone; few folds count for one each."""
        if not self.cells.clustered:
            return self._independent
        variance, few = design.jackknife_variance(self._left_out), self._seen < FEW_FOLDS
        # Without an event in any fold there is no telling: the other arm's folds then speak for both.
        return np.where(few, np.fmax(variance, divide(self._independent * self.events, self._seen)), variance)

    @cached_property
    def _relative(self) -> np.ndarray:
        """Squared relative standard error of each arm's number of residents."""
        return divide(self.scheme.arms @ self.residents.moe2, (MOE_Z * self.people) ** 2)

    def _effect(self, kind: Kind, margins: np.ndarray) -> np.ndarray:
        """Give how many times the variance of events that come alone every pair's theta_a - margin * theta_b has."""
        a, b = self.scheme.pairs.T
        factor = margins if kind == "ratio" else np.ones(len(a))
        if not self.cells.clustered:
            return np.ones(len(a))
        variance, own = design.jackknife_variance(self._left_out[:, a] - factor * self._left_out[:, b]), self._own
        few = (self._seen[self.scheme.pairs] < FEW_FOLDS).any(axis=1)
        variance = np.where(few, np.maximum(variance, own[a] + factor**2 * own[b]), variance)
        effect = divide(variance, self._independent[a] + factor**2 * self._independent[b])
        return np.where(effect > NO_EFFECT, effect, 1.0)

    def _of_benchmark(self, kind: Kind, margins: np.ndarray) -> np.ndarray:
        """Give the variance of every pair's theta_a - margin * theta_b that the benchmark's margins of error leave.

        At the margin each arm's rate is what the other's says it is, so that a number of residents that happens to be
        large does not look sure for it: x_a N_b - tau x_b N_a is normal (Fieller 1954).
        """
        a, b = self.scheme.pairs.T
        tau, ahead = (margins, 0.0) if kind == "ratio" else (1.0, margins)
        of_a = self._relative[a] * (tau * self._rate[b] + ahead) ** 2
        return of_a + self._relative[b] * (self._rate[a] - ahead) ** 2

    def _degrees(self) -> np.ndarray | None:
        """Give one less than the folds of the arm that is seen in fewer; of an arm without events, of the other."""
        if not self.cells.clustered:
            return None
        seen = np.sort(self._seen[self.scheme.pairs], axis=1)
        freedom = np.where(seen[:, 0] > 0, seen[:, 0], seen[:, 1]) - 1.0
        return np.where(freedom > 0, freedom, np.nan)

    # --- pairs ---

    def pairs(
        self, scenario: Scenario, kind: Kind, margins: np.ndarray, *, to_flag: bool = False
    ) -> PairCounts | Pairs:
        """Give every pair's counts under a scenario; of events that one person may have many of, its estimates."""
        a, b = self.scheme.pairs.T
        low, high = self._events_under(scenario)
        one, two, times = low[a], high[b], RARE if self.flows else 1.0
        people = [self.people[arm] * times for arm in (a, b)]
        events = [np.minimum(x, n) for x, n in zip((one, two), people, strict=True)]
        made = FlowCounts if self.flows else PairCounts
        if not (self.repeats or self.cells.clustered or self.residents.moe2.any() or scenario == "spread"):
            return made(events[0], people[0], events[1], people[1], None, True)
        margins = margins if kind == "ratio" else margins / self._per
        effect, benchmark = self._effect(kind, margins), self._of_benchmark(kind, margins)
        # As the score test has it: at the rates that are likeliest on the margin (Miettinen & Nurminen 1985).
        seen = self.events[a], people[0], self.events[b], people[1]
        alone = times**2 * score.variance_at(kind, *seen, margins if kind == "ratio" else margins / times)
        if self.repeats:
            return self._estimated(
                one, two, effect * alone + benchmark, margins if kind == "ratio" else np.ones(len(a))
            )
        effect = effect + np.divide(benchmark, alone, out=np.zeros(len(a)), where=alone > 0)
        # Who is spread over the groups was not seen there: the sample is no larger for them.
        added = [np.fmax(divide(x, self.events[arm]), 1.0) for x, arm in zip(events, (a, b), strict=True)]
        x1, n1 = events[0] / (effect * added[0]), people[0] / (effect * added[0])
        x0, n0 = events[1] / (effect * added[1]), people[1] / (effect * added[1])
        return made(x1, n1, x0, n0, self._degrees(), False)

    def _estimated(self, one: np.ndarray, two: np.ndarray, variance: np.ndarray, factor: np.ndarray) -> Pairs:
        """Hold rates against each other whose variance only the folds tell."""
        a, b = self.scheme.pairs.T
        told = self.cells.clustered & (self._seen[self.scheme.pairs] > 1).all(axis=1)
        # Which arm's it is does not matter: it is that of their difference.
        half = np.where(told & (variance > 0), variance / 2, np.nan)
        sides = zip((one, two), (a, b), (half, half / factor**2), strict=True)
        per = self._per
        first, second = (Estimate(per * divide(x, self.people[arm]), per**2 * part) for x, arm, part in sides)
        places = np.stack([np.arange(len(a))] * 2)
        return Pairs(first, second, places, np.ones((2, len(a))), self._degrees())

    @cached_property
    def _per(self) -> float:
        """How many times events a resident values are: 1,000 where they are for every 1,000."""
        some = self._rate > 0
        return float(divide(self.rates, self._rate)[some][0]) if self.flows and some.any() else 1.0

    def _events_under(self, scenario: Scenario) -> tuple[np.ndarray, np.ndarray]:
        """Give every arm's events, as few and as many as a scenario lets them be."""
        if scenario == "spread":
            found = self._events(self.scheme.arms, spread(self.cells.n.sum(axis=0)))
            return found, found
        unknown = float(self.cells.n[:, -1].sum()) if scenario == "worst" else 0.0
        return self.events, self.events + unknown

    # --- each arm alone ---

    @cached_property
    def worth(self) -> np.ndarray:
        """What each arm's residents are worth alone, for the interval of its own rate."""
        effect = divide(self._own + self._relative * self._rate**2, self._independent)
        return np.where(effect > NO_EFFECT, self.people / np.where(effect > NO_EFFECT, effect, 1.0), self.people)

    def limits(self, alpha: float) -> tuple[np.ndarray, np.ndarray]:
        """Give the interval of each arm's own value, both ends at alpha."""
        times = RARE if self.flows else 1.0
        low, high = wilson(np.nan_to_num(self._rate) * self.worth, times * self.worth, 2 * alpha)
        if not self.flows:
            return low, high
        unknown = self.repeats & ~(self.cells.clustered & (self._seen > 1))
        per = divide(self.rates, self._rate)
        per = np.where(np.isnan(per), np.nanmax(per) if np.isfinite(per).any() else np.nan, per)
        return tuple(np.where(unknown, np.nan, times * per * end) for end in (low, high))
