"""What measures of scores, amounts and waits read: rows of a tally, or each group's distribution over its values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Rows:
    """The cells of one table of a tally, of all groups and of the unknown one; arrays of shape (cells,).

    Attributes:
        value: the score, amount or wait (its lower edge, where values are binned); NaN where unknown.
        amount: records, or their weights.
        open: 1 where a wait had not ended, 0 where it had; empty for other kinds.
        followed: the longest horizon for which a wait could be watched; NaN where unknown.
        columns: the strata, by name.
    """

    value: Array
    amount: Array
    open: Array = field(default_factory=lambda: np.zeros(0))
    followed: Array = field(default_factory=lambda: np.zeros(0))
    columns: Mapping[str, NDArray] = field(default_factory=dict)


@dataclass(frozen=True)
class Distribution:
    """How the records of each group are spread over values.

    Attributes:
        values: ascending, shape (values,): each value, or the lower edge of its bin.
        n: records (or what they are worth), shape (groups, values, parts). Parts are: of scores, with the outcome and
            without it; of waits, ended and still open; of amounts a single one.
        totals: sums of the values in each bin, of the same shape; None where values are exact.
        squares: sums of their squares, likewise.
        upper: the upper edge of each bin, shape (values,); None where values are exact.
    """

    values: Array
    n: Array
    totals: Array | None = None
    squares: Array | None = None
    upper: Array | None = None

    @property
    def all(self) -> Array:
        """Records of every value, shape (groups, values)."""
        return self.n.sum(axis=-1)

    @property
    def sums(self) -> tuple[Array | None, Array | None]:
        """Sums of values and of squares over all parts, shape (groups, values)."""
        if self.totals is None or self.squares is None:
            return None, None
        return self.totals.sum(axis=-1), self.squares.sum(axis=-1)

    @property
    def middles(self) -> Array:
        """The mean value of each group in each bin, shape (groups, values); the value itself where exact or empty."""
        edges = np.broadcast_to(np.asarray(self.values, float), self.all.shape)
        if self.totals is None:
            return edges
        # Each group's own mean: with that of all, a group at the low end of a wide bin would seem miscalibrated.
        return np.divide(self.totals.sum(axis=-1), self.all, out=edges.copy(), where=self.all > 0)


@dataclass(frozen=True)
class Reach:
    """How many of each group are reached, and how many live there; arrays of shape (groups,).

    Attributes:
        events: people reached, or events that reach them.
        residents: people who live there.
        variance: of events / residents; NaN where it is not known.
        overall: events / residents of all groups together.
    """

    events: Array
    residents: Array
    variance: Array
    overall: float

    @property
    def rate(self) -> Array:
        """Events / residents; NaN where nobody lives."""
        return np.divide(self.events, self.residents, out=np.full(self.events.shape, np.nan), where=self.residents > 0)
