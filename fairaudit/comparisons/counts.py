"""Events and records of two groups, ready for a test of proportions."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fairaudit.comparisons.scheme import Kind
from fairaudit.stats import exact, score
from fairaudit.stats.exact import Side

ROUNDING = 1e-12


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

    def exactly(self, kind: Kind, pair: int) -> bool:
        """Say whether the exact test is to be run on a pair."""
        return self.whole and exact.feasible(*self.at(pair), kind)

    def exact_p(self, kind: Kind, pair: int, margin: float, side: Side = "clear") -> float:
        """Give the exact p-value of one pair."""
        return exact.exact_p(kind, *map(int, self.at(pair)), margin, side)

    def exact_passes(self, kind: Kind, pair: int, margin: float, alpha: float) -> bool:
        """Say whether a pair is shown to be above its margin by the exact test."""
        return exact.exact_passes(kind, *map(int, self.at(pair)), margin, alpha)

    def exact_bound(self, kind: Kind, pair: int, alpha: float, side: Side, start: float) -> float:
        """Give the furthest margin that a pair still passes by the exact test."""
        return exact.exact_bound(kind, *map(int, self.at(pair)), alpha, side, start)

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
