"""Many binomial distributions at once, only where their probability is not negligible."""

from __future__ import annotations

import math
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Array = NDArray[np.float64]
Integers = NDArray[np.intp]

NEGLIGIBLE = 1e-13
_KEPT = 1_000
_LARGEST_TABLE = 10_000


class Binomials:
    """Binomial distributions of n records at neighbouring rates, over a window that holds all but 1e-13 of each."""

    def __init__(self, n: int, rates: Array):
        self.n, self.rates = n, rates
        # Bernstein's inequality, so that the window is never too narrow.
        nats = math.log(2 / NEGLIGIBLE)
        reach = nats / 3 + np.sqrt(nats * nats / 9 + 2 * nats * n * rates * (1 - rates))
        self.lowest, self.highest = n * rates - reach, n * rates + reach
        self.first, self.last = max(int(self.lowest.min()), 0), min(int(self.highest.max()) + 1, n)

    @cached_property
    def probabilities(self) -> Array:
        """The probability of each count from `first` to `last`, of shape (counts, rates)."""
        counts = np.arange(self.first, self.last + 1.0)[:, None]
        logarithm = counts * (np.log(self.rates) - np.log1p(-self.rates)) + self.n * np.log1p(-self.rates)
        logarithm += _log_ways(self.n)[self.first : self.last + 1, None]
        return np.exp(logarithm, out=logarithm)

    def at_most(self, limits: Integers) -> Array:
        """Give the probability of a count at most each of the limits, of shape (limits, rates)."""
        if self.n <= _LARGEST_TABLE:
            return self._cumulated.take(limits - self.first + 1, axis=0, mode="clip")
        limits = limits[:, None]
        probability = (limits >= self.lowest).astype(float)
        row, column = np.nonzero((limits >= self.lowest) & (limits <= self.highest))
        limit = np.clip(limits[row, 0], 0, self.n - 1).astype(float)
        # Not bdtr, which is off by 1e-5 for millions of records
        more = special.betainc(limit + 1, self.n - limit, self.rates[column])
        probability[row, column] = np.where(limits[row, 0] < self.n, 1 - more, 1) * (limits[row, 0] >= 0)
        return probability

    @cached_property
    def _cumulated(self) -> Array:
        cumulated = np.zeros((self.last - self.first + 2, self.rates.size))
        np.cumsum(self.probabilities, axis=0, out=cumulated[1:])
        if self.n > _KEPT:
            del self.probabilities  # so large a group is seldom enumerated, and is a large table
        return cumulated


def more_than(k: ArrayLike, n: ArrayLike, share: ArrayLike) -> Array:
    """Give the probability of more than k of n, each with a share; 1 below 0, 0 from n on. Everything broadcasts."""
    k, n, share = np.broadcast_arrays(*(np.asarray(each, float) for each in (k, n, share)))
    inside = (k >= 0) & (k < n)
    at = np.where(inside, k, 0.0)
    tail = special.betainc(at + 1, np.where(inside, n - at, 1.0), share)
    return np.where(k < 0, 1.0, np.where(inside, tail, 0.0))


def probability(k: ArrayLike, n: ArrayLike, share: ArrayLike) -> Array:
    """Give the probability of k of n, each with a share. Everything broadcasts."""
    k, n, share = (np.asarray(each, float) for each in (k, n, share))
    ways = special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
    return np.exp(ways + special.xlogy(k, share) + special.xlog1py(n - k, -share))


@lru_cache(maxsize=256)
def _log_ways(n: int) -> Array:
    k = np.arange(n + 1.0)
    return special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
