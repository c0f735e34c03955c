"""Factors that calibrate records to totals: Newton's method on the dual, for raking and entropy balancing alike.

Wanted are factors f of each cell of records, near 1, with sum(base * f * x) = target for every column x, and within
bounds. Nearest in the sense of raking (sum of base * (f log f - f + 1)) they are f = exp(x @ multipliers), cut off at
the bounds; the multipliers minimise a convex function (Deville & Särndal 1992, Journal of the American Statistical
Association 87: 376-382; cut off as in their truncated method). Cycling over margins one at a time, iterative
proportional fitting, ends at the same factors in many more steps.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

Array = NDArray[np.float64]
# Curvature taken for a cell at its bound, of that inside: at 0 a category all at its bounds could not be moved. More of
# it far from the target, so that such a category is not thrown from one bound to the other.
FLATTEST, FLATTEST_FAR = 1e-3, 0.1
RIDGE = 1e-10  # margins share their total, so multipliers are settled only up to what they share
LARGEST_CHANGE = 4.0  # of the log of a factor, in one step
MOST_HALVINGS = 40
SUFFICIENT = 1e-4  # of the decrease that the slope promises (Armijo 1966)
ROUNDING = 1e-14  # of all records: by so much heights near the minimum may seem to rise


class Columns(Protocol):
    """What the cells of records are calibrated on: a matrix of cells by columns, or what stands for one."""

    def scores(self, multipliers: Array) -> Array:
        """Give the matrix times the multipliers, shape (cells,)."""

    def sums(self, cells: Array) -> Array:
        """Give the sums of a value of cells over each column, shape (columns,)."""

    def products(self, cells: Array) -> Array:
        """Give the sums of a value of cells over each pair of columns, shape (columns, columns)."""

    def matrix(self) -> sparse.csr_array:
        """Give the matrix itself."""


class Indicators:
    """Columns that say which category of each margin a cell is in, without writing out their zeros."""

    def __init__(self, codes: NDArray[np.intp], columns: int):
        """Take the column of each margin and cell, shape (margins, cells), and the number of columns."""
        self.codes, self.columns = codes, columns
        self.pairs = (codes[:, None] * columns + codes[None]).ravel()

    def scores(self, multipliers: Array) -> Array:
        """Give the sum of each cell's multipliers, shape (cells,)."""
        return multipliers[self.codes].sum(axis=0)

    def sums(self, cells: Array) -> Array:
        """Give the sum of a value of cells over each category, shape (columns,)."""
        return np.bincount(self.codes.ravel(), np.tile(cells, len(self.codes)), self.columns)

    def products(self, cells: Array) -> Array:
        """Give the sum of a value over the cells in both of two categories, shape (columns, columns)."""
        flat = np.bincount(self.pairs, np.tile(cells, len(self.codes) ** 2), self.columns**2)
        return flat.reshape(self.columns, self.columns)

    def matrix(self) -> sparse.csr_array:
        """Give the matrix itself."""
        cells = np.broadcast_to(np.arange(self.codes.shape[1]), self.codes.shape)
        ones = np.ones(self.codes.size)
        return sparse.csr_array((ones, (cells.ravel(), self.codes.ravel())), shape=(self.codes.shape[1], self.columns))


class Dense:
    """Columns of any numbers."""

    def __init__(self, values: Array):
        """Take the matrix, shape (cells, columns)."""
        self.values = values

    def scores(self, multipliers: Array) -> Array:
        """Give the matrix times the multipliers, shape (cells,)."""
        return self.values @ multipliers

    def sums(self, cells: Array) -> Array:
        """Give the sums of a value of cells over each column, shape (columns,)."""
        return cells @ self.values

    def products(self, cells: Array) -> Array:
        """Give the sums of a value of cells over each pair of columns, shape (columns, columns)."""
        return self.values.T @ (self.values * cells[:, None])

    def matrix(self) -> sparse.csr_array:
        """Give the matrix itself."""
        return sparse.csr_array(self.values)


class Factors(NamedTuple):
    """What was reached.

    Attributes:
        factors: of each cell, within the bounds, shape (cells,).
        errors: by how far each column misses its target, in its scale, shape (columns,).
        iterations: Newton steps taken.
    """

    factors: Array
    errors: Array
    iterations: int


class _Point(NamedTuple):
    multipliers: Array
    factors: Array
    inside: NDArray[np.bool_]
    gap: Array
    errors: Array
    height: float


def factors_to_meet(
    columns: Columns,
    base: Array,
    targets: Array,
    scale: Array,
    bounds: tuple[float, float],
    tolerance: float,
    most_iterations: int,
) -> Factors:
    """Give the factors that meet the targets, or come as near as the iterations allow: look at the errors.

    Args:
        columns: of the cells.
        base: records of each cell, all above 0, shape (cells,).
        targets: of the sums over each column, shape (columns,).
        scale: what an error of each column is divided by, above 0, shape (columns,).
        bounds: of each factor; 0 and infinity for none.
        tolerance: largest error to stop at.
        most_iterations: Newton steps to give up after.
    """
    rounding = ROUNDING * base.sum()
    low, high = (np.log(bounds[0]) if bounds[0] > 0 else -np.inf), np.log(bounds[1])

    def at(multipliers: Array) -> _Point:
        scores = columns.scores(multipliers)
        cut = np.clip(scores, low, high)
        with np.errstate(over="ignore", invalid="ignore"):
            factors = np.exp(cut)
            gap = columns.sums(base * factors) - targets
            # exp up to the bounds and its tangent beyond, whose slope is the factor
            height = base @ (factors * (1 + scores - cut)) - multipliers @ targets
        return _Point(multipliers, factors, scores == cut, gap, np.abs(gap) / scale, float(height))

    point, iterations = at(np.zeros(len(targets))), 0
    while point.errors.max() > tolerance and iterations < most_iterations:
        flat = np.clip(point.errors.max(), FLATTEST, FLATTEST_FAR)
        curvature = columns.products(base * point.factors * np.where(point.inside, 1.0, flat))
        step = _step(curvature, point.gap, scale)
        further = np.abs(columns.scores(step)).max()
        step = step * min(1.0, LARGEST_CHANGE / further) if further > 0 else step
        for _ in range(MOST_HALVINGS):
            tried = at(point.multipliers + step)
            if tried.height <= point.height + SUFFICIENT * (point.gap @ step) + rounding:
                break
            step = step / 2
        else:
            break
        point, iterations = tried, iterations + 1
    return Factors(point.factors, point.errors, iterations)


def can_be_met(columns: Columns, base: Array, targets: Array, scale: Array, bounds: tuple[float, float]) -> bool:
    """Say whether any factors within the bounds meet the targets at once (a linear programme)."""
    matrix = columns.matrix().multiply(base[:, None]).multiply(1 / scale[None, :]).T
    found = optimize.linprog(np.zeros(len(base)), A_eq=matrix, b_eq=targets / scale, bounds=bounds, method="highs")
    return found.status != 2  # 2: there are none


def _step(curvature: Array, gap: Array, scale: Array) -> Array:
    """Give Newton's step, kept finite where multipliers are settled only up to what margins share."""
    diagonal = np.einsum("ii->i", curvature)
    diagonal += RIDGE * diagonal + RIDGE * RIDGE * scale
    return -np.linalg.solve(curvature, gap)
