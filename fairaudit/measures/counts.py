"""What a measure reads and what it gives: counts of records in, two counts out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from fairaudit.errors import DataError

PLACES = ("1", "0", "?")
"""The places of the decision axis and of the outcome axis, in the order in which they are stored: yes, no, unknown."""

ROUNDING = 1e-9  # leave-one-out sums of weights may come out this far below zero, relative to the largest cell


class Rate(NamedTuple):
    """A share kept as its two counts, so that bounds, suppression and "undefined" are decided once, later.

    Attributes:
        numerator: how many of them; a number, or an array with one entry a group.
        denominator: out of how many; of the same shape.
    """

    numerator: Any
    denominator: Any

    @property
    def value(self) -> Any:
        """Numerator / denominator, 0 to 1; NaN where the denominator is 0, since nobody is neither all nor none."""
        numerator, denominator = np.broadcast_arrays(*(np.asarray(part, dtype=float) for part in self))
        share = np.full(denominator.shape, np.nan)
        np.divide(numerator, denominator, out=share, where=denominator != 0)
        return share[()]


@dataclass(frozen=True, eq=False)
class Counts:
    """Records (or their weights) of one group, or of many, counted by decision and by outcome.

    Whoever lacks a decision or an outcome still counts wherever the other alone is asked for: `selected` holds those
    whose outcome is unknown, `positive` those whose decision is.

    Attributes:
        cells: shape (..., 3, 3): groups of any shape, then decision, then outcome, both in the order of `PLACES`.
    """

    cells: np.ndarray

    def __post_init__(self) -> None:
        cells = np.asarray(self.cells)
        if cells.shape[-2:] != (3, 3):
            raise DataError.one(
                "counts",
                f"cells of shape {cells.shape} are no table of decisions by outcomes",
                "The last two axes must be 3 x 3: decision, then outcome, each yes, no, unknown.",
            )
        if cells.size and not cells.min() >= -ROUNDING * abs(cells.max()):  # written so that NaN fails too
            raise DataError.one(
                "counts", "a count or a sum of weights is negative or not a number", "Counts and weights are 0 or more."
            )
        object.__setattr__(self, "cells", cells)

    @classmethod
    def of(cls, *, tp: Any, fp: Any, fn: Any, tn: Any) -> Counts:
        """Build from a two-by-two table in which every decision and outcome is known; numbers or arrays alike."""
        tp, fp, fn, tn = np.broadcast_arrays(tp, fp, fn, tn)
        nobody = np.zeros_like(tp)
        rows = [[tp, fp, nobody], [fn, tn, nobody], [nobody, nobody, nobody]]
        return cls(np.moveaxis(np.array(rows), (0, 1), (-2, -1)))

    @property
    def tp(self) -> Any:
        """Selected, and had the outcome."""
        return self.cells[..., 0, 0]

    @property
    def fp(self) -> Any:
        """Selected, and did not have the outcome."""
        return self.cells[..., 0, 1]

    @property
    def fn(self) -> Any:
        """Not selected, and had the outcome."""
        return self.cells[..., 1, 0]

    @property
    def tn(self) -> Any:
        """Not selected, and did not have the outcome."""
        return self.cells[..., 1, 1]

    @property
    def selected(self) -> Any:
        """Selected, whatever the outcome."""
        return self.cells[..., 0, :].sum(axis=-1)

    @property
    def not_selected(self) -> Any:
        """Not selected, whatever the outcome."""
        return self.cells[..., 1, :].sum(axis=-1)

    @property
    def n(self) -> Any:
        """Everyone whose decision is known."""
        return self.selected + self.not_selected

    @property
    def positive(self) -> Any:
        """Had the outcome, whatever the decision."""
        return self.cells[..., :, 0].sum(axis=-1)

    @property
    def negative(self) -> Any:
        """Did not have the outcome, whatever the decision."""
        return self.cells[..., :, 1].sum(axis=-1)
