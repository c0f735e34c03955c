"""The rates of every group, corrected for recorded outcomes that are known to be wrong so and so often."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from fairaudit.cells import PLACE, Cells
from fairaudit.comparisons.counts import PairCounts
from fairaudit.comparisons.scheme import Kind, Scheme, divide
from fairaudit.comparisons.shares import Arms
from fairaudit.measures import Measure

KNOWN = (PLACE["1"], PLACE["0"])


class CorrectedArms(Arms):
    """Rates as recorded, but for outcomes corrected by their known error rates (Rogan & Gladen 1978).

    Within the selected, and within the others, the true numbers with and without the outcome follow from those
    recorded. A rate is then a sum of recorded counts over another, each with its own factor, and its variance that of
    such a ratio (linearised); error rates are taken as exactly known, and as the same whatever was decided.

    Args:
        cells: the counts.
        measure: what is measured.
        scheme: who is compared with whom.
        sensitivity: share of those with the outcome of whom it was recorded.
        specificity: share of those without of whom it was not.
    """

    def __init__(self, cells: Cells, measure: Measure, scheme: Scheme, sensitivity: float, specificity: float):
        super().__init__(cells, measure, scheme)
        j = sensitivity + specificity - 1
        # Rows are true outcomes (with, without), columns recorded ones.
        self._inverse = np.array([[specificity, specificity - 1], [sensitivity - 1, sensitivity]]) / j

    def _factors(self) -> tuple[np.ndarray, np.ndarray]:
        """Give what each recorded cell counts for in the numerator and in the denominator; shape (3, 3) each."""
        found = []
        for table in self.measure.membership():
            factors = np.array(table, float)
            factors[:, KNOWN] = factors[:, KNOWN] @ self._inverse
            found.append(factors)
        return found[0], found[1]

    @cached_property
    def _sums(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Give what is counted of every arm, and how many records it is worth; each of shape (arms,)."""
        above, below = self._factors()
        amounts = np.einsum("ag,fgsdo->ado", self.scheme.arms, self.cells.amounts[:, :-1])
        squares = self.cells.n if self.cells.w is None else self.cells.ww
        squares = np.einsum("ag,fgsdo->ado", self.scheme.arms, squares[:, :-1])
        x, n = (amounts * above).sum(axis=(1, 2)), (amounts * below).sum(axis=(1, 2))
        true = amounts[..., KNOWN] @ self._inverse.T
        theta = divide(x, n)
        impossible = (true < -1e-9).any(axis=(1, 2)) | ~((theta >= 0) & (theta <= 1))
        with np.errstate(invalid="ignore", divide="ignore"):
            spread = (squares * (above - theta[:, None, None] * below) ** 2).sum(axis=(1, 2)) / n**2
            worth = theta * (1 - theta) / spread
        known = Arms(self.cells, self.measure, self.scheme).worth  # without the correction
        worth = np.where(np.isfinite(worth) & (worth > 0), np.minimum(worth, known), 0.0)
        return np.where(impossible, np.nan, theta), worth, known

    @property
    def rates(self) -> np.ndarray:
        """Corrected rates; NaN where error rates so high cannot be: fewer were recorded than they would make up."""
        return self._sums[0]

    @property
    def worth(self) -> np.ndarray:
        """How many records without errors each arm's are worth; shape (arms,)."""
        return self._sums[1]

    def pairs(self, scenario: str, kind: Kind, margins: np.ndarray, *, to_flag: bool = False) -> PairCounts:
        """Give every pair's counts, so corrected."""
        theta, worth, _ = self._sums
        worth = np.where(np.isnan(theta), 0.0, worth)
        theta = np.nan_to_num(theta)
        a, b = self.scheme.pairs.T
        return PairCounts(theta[a] * worth[a], worth[a], theta[b] * worth[b], worth[b], None, False)
