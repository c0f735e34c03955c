"""Intervals of one rate."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Array = NDArray[np.float64]


def wilson(x: ArrayLike, n: ArrayLike, alpha: ArrayLike = 0.10) -> tuple[Array, Array]:
    """Give the interval of one rate that inverts its score test (Wilson 1927).

    Args:
        x: events, 0 to `n`; may be fractional (effective counts).
        n: records.
        alpha: two-sided level: .10 gives the 90% interval.

    Returns:
        Lower and upper ends, of the broadcast shape, 0 to 1; NaN where there are no records.
    """
    x, n = np.asarray(x, dtype=float), np.asarray(n, dtype=float)
    squared = special.ndtri(np.asarray(alpha, dtype=float) / 2) ** 2
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = (x + squared / 2) / (n + squared)
        half = np.sqrt(squared * (x * (n - x) / n + squared / 4)) / (n + squared)
    # The ends at 0 and 1 are exact: rounding would put them a hair inside or outside.
    lower = np.where(x == 0, 0.0, np.maximum(middle - half, 0))
    upper = np.where(x == n, 1.0, np.minimum(middle + half, 1))
    return np.where(n > 0, lower, np.nan), np.where(n > 0, upper, np.nan)
