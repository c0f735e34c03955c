"""Matched tests: both arms of every unit, and how often they fare unlike each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from fairaudit.cells import PLACE, Cells, Unknowns, groups_of
from fairaudit.comparisons.scheme import FEW_FOLDS, NO_EFFECT, Kind, Scenario, Scheme, divide
from fairaudit.comparisons.shares import Arms
from fairaudit.measures import Measure
from fairaudit.plan import ANY
from fairaudit.stats import design, matched, matched_exact
from fairaudit.stats.exact import Side
from fairaudit.stats.score import clearing_p
from fairaudit.tally import Tally, level_names


@dataclass(frozen=True)
class MatchedPairs:
    """Units of every pair of arms, by what both got; arrays of shape (pairs,).

    Attributes:
        both, first, second, neither: units in which both arms are selected, a alone, b alone, or neither (or what they
            are worth).
        degrees_of_freedom: of Student's t where variances come from folds, else None.
        whole: whether they are plain counts, so that an exact test can be run.
    """

    both: np.ndarray
    first: np.ndarray
    second: np.ndarray
    neither: np.ndarray
    degrees_of_freedom: np.ndarray | None
    whole: bool

    @property
    def _all(self) -> tuple[np.ndarray, ...]:
        return self.both, self.first, self.second, self.neither

    @property
    def units(self) -> np.ndarray:
        """Units of every pair."""
        return sum(self._all)

    @property
    def defined(self) -> np.ndarray:
        """Say of which pairs anything can be said."""
        return self.units > 0

    def at(self, pair: int) -> tuple[float, float, float, float]:
        """Give the four numbers of one pair."""
        return tuple(float(each[pair]) for each in self._all)

    def freedom(self, pair: int) -> float | None:
        """Give the degrees of freedom of one pair."""
        return None if self.degrees_of_freedom is None else float(self.degrees_of_freedom[pair])

    def clearing_z(self, kind: Kind, margins: ArrayLike) -> np.ndarray:
        """Give the evidence that each pair's value is above its margin."""
        return matched.clearing_z(kind, *self._all, margins)

    def flagging_z(self, kind: Kind, margins: ArrayLike) -> np.ndarray:
        """Give the evidence that each pair's value is below its margin."""
        return matched.flagging_z(kind, *self._all, margins)

    def bounds(self, kind: Kind, alpha_lower: ArrayLike, alpha_upper: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        """Bound each pair's value from below and from above, each one-sided."""
        return matched.bounds(kind, *self._all, alpha_lower, alpha_upper, self.degrees_of_freedom)

    def exactly(self, kind: Kind, pair: int) -> bool:
        """Say whether the exact test is to be run on a pair."""
        return self.whole and matched_exact.exact_feasible(kind, *self.at(pair))

    def exact_p(self, kind: Kind, pair: int, margin: float, side: Side = "clear") -> float:
        """Give the exact p-value of one pair."""
        return matched_exact.exact_p(kind, *map(int, self.at(pair)), margin, side)

    def exact_passes(self, kind: Kind, pair: int, margin: float, alpha: float) -> bool:
        """Say whether a pair is shown to be above its margin by the exact test."""
        return matched_exact.exact_passes(kind, *map(int, self.at(pair)), margin, alpha)

    def exact_bound(self, kind: Kind, pair: int, alpha: float, side: Side, start: float) -> float:
        """Give the furthest margin that a pair still passes by the exact test."""
        return matched_exact.exact_bound(kind, *map(int, self.at(pair)), alpha, side, start)

    @property
    def rates(self) -> tuple[np.ndarray, np.ndarray]:
        """Both arms' rates; NaN where there are no units."""
        return divide(self.both + self.first, self.units), divide(self.both + self.second, self.units)

    def equal_z(self, kind: Kind, pair: int, margin: float) -> float:
        """Give the z that a pair would have if both arms fared alike, and unlike each other as often as they do."""
        both, first, second, neither = self.at(pair)
        apart = (first + second) / 2
        return float(matched.clearing_z(kind, both, apart, apart, neither, margin))

    def could_clear(self, kind: Kind, pair: int, margin: float, alpha: float) -> bool:
        """Say whether a pair of this size could clear if both arms fared alike."""
        z = self.equal_z(kind, pair, margin)
        return bool(clearing_p(z, self.freedom(pair)) < alpha)


class MatchedArms(Arms):
    """What the arms of matched tests got, unit by unit, under every scenario of the unknown.

    Args:
        cells: what each arm got.
        beside: units, shape (folds, groups, groups, 3, 3): arm a, arm b, what a got, what b got (yes, no, unknown).
        measure: what is measured: the share selected, or not.
        scheme: who is compared with whom.
    """

    def __init__(self, cells: Cells, beside: np.ndarray, measure: Measure, scheme: Scheme):
        super().__init__(cells, measure, scheme)
        self.beside = beside

    moves_people = False

    @property
    def basis(self) -> list[str]:
        """Words for how its bounds come about."""
        return [*super().basis, "matched"]

    @classmethod
    def of(cls, tally: Tally, attributes: Sequence[str], cells: Cells, measure: Measure, scheme: Scheme) -> MatchedArms:
        """Take one grouping out of a tally."""
        rows = tally.rows_of(attributes, beside=True)
        rows = rows[(rows["versus"] != ANY).to_numpy(bool)]
        names = {name: place for place, name in enumerate(level_names(tally.about, attributes))}
        fold = rows["fold"].to_numpy(int) if tally.about.folds else np.zeros(len(rows), int)
        a = groups_of(rows, tally.about, attributes)
        b, got, other = (
            np.fromiter(map(codes.__getitem__, rows[column]), int, len(rows))
            for column, codes in (("versus", names), ("decision", PLACE), ("versus_decision", PLACE))
        )
        beside = np.zeros((tally.about.folds or 1, len(names), len(names), 3, 3))
        np.add.at(beside, (fold, a, b, got, other), rows["n"].to_numpy(float))
        # Of an arm that is alone in its test the other's side is not in the rows.
        np.add.at(beside, (fold, b, a, other, got), np.where(other == PLACE["?"], rows["n"].to_numpy(float), 0.0))
        return cls(cells, beside, measure, scheme)

    @cached_property
    def units(self) -> np.ndarray:
        """Units of every pair as the measure counts them, shape (folds, pairs, 3, 3)."""
        a, b = self.scheme.pairs.T
        found = self.beside[:, a, b]
        selected, _ = self.measure.membership()
        # The share that is not selected swaps yes and no.
        return found if selected[0].any() else found[..., [1, 0, 2], :][..., [1, 0, 2]]

    def _table(self, units: np.ndarray, scenario: Scenario, to_flag: bool) -> np.ndarray:
        """Give both, a alone, b alone, neither, of shape (..., pairs, 4), the unknown where a scenario has them."""
        known = units[..., :2, :2]
        if scenario == "worst":
            lower, upper = (0, 1) if to_flag else (1, 0)
            known = known.copy()
            known[..., :, upper] += units[..., :2, 2]
            known[..., lower, :] += units[..., 2, :2]
            known[..., lower, upper] += units[..., 2, 2]
        elif scenario == "spread":
            rows, columns = (divide(known, known.sum(axis=axis, keepdims=True)) for axis in (-1, -2))
            known = known + np.nan_to_num(rows) * units[..., :2, 2:] + np.nan_to_num(columns) * units[..., 2:, :2]
        return known.reshape(*known.shape[:-2], 4)

    def pairs(self, scenario: Scenario, kind: Kind, margins: np.ndarray, *, to_flag: bool = False) -> MatchedPairs:
        """Give every pair's units under a scenario."""
        found = self._table(self.units.sum(axis=0), scenario, to_flag)
        whole, degrees = scenario != "spread" and not self.cells.clustered, None
        if scenario == "spread":
            seen = self._table(self.units.sum(axis=0), "recorded", to_flag).sum(axis=-1, keepdims=True)
            found = found * divide(seen, found.sum(axis=-1, keepdims=True))
        if self.cells.clustered:
            effect, degrees = self._effect(kind, margins)
            found = found / effect[:, None]
        return MatchedPairs(*np.moveaxis(np.nan_to_num(found), -1, 0), degrees, whole)

    def _effect(self, kind: Kind, margins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give how many times the variance of independent units every pair has, and degrees of freedom."""
        units = self._table(self.units, "recorded", False)
        kept = units[units.sum(axis=(1, 2)) > 0]
        tau = margins if kind == "ratio" else np.ones(len(margins))
        score = np.stack([1 - tau, np.ones(len(tau)), -tau, np.zeros(len(tau))], axis=-1)

        def mean(table: np.ndarray, weights: np.ndarray) -> np.ndarray:
            return divide((table * weights).sum(axis=-1), table.sum(axis=-1))

        total = kept.sum(axis=0)
        variance = design.jackknife_variance(mean(total - kept, score))
        independent = divide(mean(total, score**2) - mean(total, score) ** 2, total.sum(axis=-1))
        effect = np.divide(variance, independent, out=np.ones(len(tau)), where=independent > 0)
        folds = (kept.sum(axis=-1) > 0).sum(axis=0)
        one_a_fold = divide(total.sum(axis=-1), folds)
        unlike = (kept[..., 1:3].sum(axis=-1) > 0).sum(axis=0)
        effect = np.where((unlike < FEW_FOLDS) | ~(effect > NO_EFFECT), np.fmax(effect, one_a_fold), effect)
        freedom = folds - 1.0
        return np.where(np.isnan(effect), 1.0, effect), np.where(freedom > 0, freedom, np.nan)

    def estimates(self, kind: Kind) -> np.ndarray:
        """Give every pair's value over its own units."""
        one, two = self._both
        with np.errstate(invalid="ignore", divide="ignore"):
            return one / two if kind == "ratio" else one - two

    def estimates_between(self, kind: Kind) -> tuple[np.ndarray, np.ndarray]:
        """Give every pair's value, twice: no count of a test is hidden."""
        return (self.estimates(kind),) * 2

    def said_of(self, pair: int) -> tuple[tuple[float, float], tuple[float, float]]:
        """Give both rates of one pair over its own units, each as what it lies between."""
        return tuple((float(rate[pair]),) * 2 for rate in self._both)

    @cached_property
    def _both(self) -> tuple[np.ndarray, np.ndarray]:
        table = self._table(self.units.sum(axis=0), "recorded", False)
        units = table.sum(axis=-1)
        return divide(table[:, 0] + table[:, 1], units), divide(table[:, 0] + table[:, 2], units)

    def unknowns(self) -> Unknowns:
        """Count people of unknown group, and units in which what an arm got is not known."""
        units = self.units.sum(axis=0)
        every = units.sum(axis=(1, 2))
        lacking = every - units[:, :2, :2].sum(axis=(1, 2))
        share = np.nan_to_num(divide(lacking, every))
        place = int(share.argmax()) if len(share) else 0
        a, b = (self.scheme.names[arm] for arm in self.scheme.pairs[place])
        # Every unit stands in both orders of its pair.
        unknown, people = int(lacking.sum() // 2), int(self.cells.n[:, -1].sum())
        where = f"of tests of {a} beside {b}" if share.max(initial=0) > 0 else ""
        return Unknowns(people, unknown, 0, float(share.max(initial=0)), where)
