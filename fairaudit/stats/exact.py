"""Exact unconditional p-values for two independent rates against a margin (Chan & Zhang 1999).

The score tests are approximate; where a small group meets a large one they pass more often than alpha. The exact
p-value is the largest probability, over every pair of rates on the edge of the hypothesis, of an outcome at least as
extreme as the one observed. "Extreme" is judged by the score statistic itself, made monotone: T*(x1, x0) is the
smallest T among outcomes that speak at least as loudly for the claim.

The work is done in coordinates in which the claim always points the same way. Of the two groups the smaller is
*enumerated*, the other only *counted up to a limit*:

* `u`, of the enumerated group: how many of its records speak for the claim, so T grows with u;
* `v`, of the other group: how many of its records speak against, so T falls with v;
* the outcomes at least as extreme as the one observed are those with v <= limit[u], and `limit` never falls.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal, NamedTuple

import numpy as np
from scipy import special

from fairaudit.stats import score
from fairaudit.stats.binomials import NEGLIGIBLE, Binomials, Integers
from fairaudit.stats.score import Array, Kind

Side = Literal["clear", "flag"]

# The exact test is run if the smaller group has no more records than this (STATISTICS, amendment 1) ...
LARGEST_ENUMERATED = 1_000
# ... and also in larger groups with few events (of a difference, few of either), where the score test is still far off:
# at a ratio it clears 10% of the systems at their limit where 1,001 records meet 1,000,000 and .14 events are expected
# in the smaller group, and 9% where 20,000 meet 10,000,000.
LARGEST_WITH_FEW_EVENTS = 100_000
FEW_EVENTS = 50

# Angles, in blocks of neighbours, at which nuisance rates sin^2 are tried: dense where rates are near 0 or 1.
GRID = np.linspace(0, np.pi / 2, 400)
_STRETCHES = np.linspace(0, np.pi / 2, 161)
_ANGLES = {"at": GRID, "from": _STRETCHES[:-1], "to": _STRETCHES[1:]}
_SMALL = 100  # records in the larger group up to which blocks would save nothing

_NEGLECTED = 10 * NEGLIGIBLE  # two tails of two groups, and what rounding may have lost
_TIE = 1e-8  # statistics so near to each other are equal
_REFINE_ABOVE = 1.002

# The margin to which no data say anything
_END = {
    ("ratio", "clear"): 0.0,
    ("ratio", "flag"): math.inf,
    ("difference", "clear"): -1.0,
    ("difference", "flag"): 1.0,
}


def feasible(x1: float, n1: float, x0: float, n0: float, kind: Kind | None = None) -> bool:
    """Say whether the exact test is to be run: whole counts, no empty group, and a group so small that it matters.

    Args:
        x1: events in group a.
        n1: records in group a.
        x0: events in group b.
        n0: records in group b.
        kind: what is compared. The smaller group may have 1,000 records; 100,000, if fewer than 50 of them have the
            event, or, of a difference, fewer than 50 have it or fewer than 50 have it not.
    """
    if not all(math.isfinite(value) and float(value).is_integer() for value in (x1, n1, x0, n0)):
        return False
    smaller, events = min((n1, x1), (n0, x0))
    fewest = min(events, smaller - events) if kind == "difference" else events
    rare = kind is not None and fewest < FEW_EVENTS and smaller <= LARGEST_WITH_FEW_EVENTS
    return smaller > 0 and (smaller <= LARGEST_ENUMERATED or rare) and 0 <= x1 <= n1 and 0 <= x0 <= n0


def exact_p(kind: Kind, x1: int, n1: int, x0: int, n0: int, margin: float, side: Side = "clear") -> float:
    """Give the exact unconditional p-value of one pair of groups.

    Args:
        kind: "ratio" (margin is theta_a / theta_b) or "difference" (margin is theta_a - theta_b).
        x1: events in group a.
        n1: records in group a.
        x0: events in group b.
        n0: records in group b.
        margin: the margin at the edge of the hypothesis.
        side: "clear" tests whether theta_a is above the margin, by the smaller statistic; "flag" whether it is below,
            by the larger.

    Returns:
        The p-value, 0 to 1. What is left out of the sums, below 1e-12, is added. Over nuisance rates it is a maximum
        found by search, within .2% of itself.

    Raises:
        ValueError: if the test is not `feasible`.
    """
    test = _test(kind, x1, n1, x0, n0, margin, side)
    return min(1.0, _largest(test, test.limit(*test.coordinates(x1, x0))) + _NEGLECTED)


def exact_passes(
    kind: Kind, x1: int, n1: int, x0: int, n0: int, margin: float, alpha: float, side: Side = "clear"
) -> bool:
    """Say whether `exact_p` is at most alpha: the same answer, in less time where the p-value is far below alpha.

    Takes what `exact_p` takes, and the one-sided level alpha.
    """
    test = _test(kind, x1, n1, x0, n0, margin, side)
    limit = test.limit(*test.coordinates(x1, x0))
    return _ceiling(test, limit) + _NEGLECTED <= alpha or _largest(test, limit) + _NEGLECTED <= alpha


def exact_bound(
    kind: Kind, x1: int, n1: int, x0: int, n0: int, alpha: float, side: Side = "clear", start: float | None = None
) -> float:
    """Give the furthest margin that the exact test still passes.

    Args:
        kind: "ratio" or "difference".
        x1: events in group a.
        n1: records in group a.
        x0: events in group b.
        n0: records in group b.
        alpha: one-sided level.
        side: "clear" gives a lower bound (the largest margin that the clearing test passes), "flag" an upper bound
            (the smallest margin that the flagging test passes).
        start: where to search from: downwards for "clear", upwards for "flag". The bound never lies on the other
            side of it, so start from the limit where the exact test failed at the limit. Without it, from the
            asymptotic bound.

    Returns:
        The margin, to within 1e-5 and on the side where the test passes: `start` if it passes there; 0 or -1, or
        infinity or 1, if no margin passes.

    Raises:
        ValueError: if the test is not `feasible`.
    """
    _test(kind, x1, n1, x0, n0, 1.0, side)
    critical = float(score.critical_z(alpha))
    if start is None:
        start = float(score.bounds(kind, x1, n1, x0, n0, alpha, alpha)[side == "flag"])
    down, end = side == "clear", _END[kind, side]
    if start == end:
        return end
    # Ratios are searched on the log scale.
    scale, unscale, furthest = (math.log, math.exp, 40.0) if kind == "ratio" else (float, float, 1 - 1e-6)

    @cache  # to narrow a bracket both of its ends are asked for again
    def excess(scaled: float) -> float:
        z = -float(special.ndtri(exact_p(kind, x1, n1, x0, n0, unscale(scaled), side)))
        return z - critical if down else critical - z

    def passes(scaled: float) -> bool:
        return (excess(scaled) >= 0) == down

    failing = passing = scale(start)
    step = -0.005 if down else 0.005
    while not passes(passing):
        if abs(passing) >= furthest:
            return end
        failing, passing, step = passing, max(-furthest, min(passing + step, furthest)), 2 * step
    if passing == failing:
        return start
    ends = (np.array([value]) for value in sorted((passing, failing)))
    low, high = score.narrow(lambda value, _: np.array([excess(float(value[0]))]), *ends, tolerance=1e-5)
    return unscale(float(low[0] if down else high[0]))


class _Rates(NamedTuple):
    """Theta of groups a and b along the edge of the hypothesis."""

    a: Array
    b: Array


def _test(kind: Kind, x1: int, n1: int, x0: int, n0: int, margin: float, side: Side) -> _Test:
    if not feasible(x1, n1, x0, n0, kind):
        raise ValueError(f"no exact test of {x1}/{n1} v {x0}/{n0}: counts must be whole and the smaller group small")
    return _Test(kind, int(n1), int(n0), float(margin), side)


def _edge(kind: Kind, margin: float, angles: Array) -> _Rates:
    if kind == "ratio":
        b = min(1.0, 1 / margin) * np.sin(angles) ** 2
        a = margin * b
    else:
        low, high = max(0.0, -margin), min(1.0, 1 - margin)
        b = low + (high - low) * np.sin(angles) ** 2
        a = b + margin
    # Rates of exactly 0 and 1 have no logarithm; so near to them nothing else changes.
    tiny = np.finfo(float).eps / 2
    return _Rates(np.clip(a, tiny, 1 - tiny), np.clip(b, tiny, 1 - tiny))


@dataclass(frozen=True)
class _Test:
    """One hypothesis on two groups of given sizes, in the coordinates u and v."""

    kind: Kind
    n1: int
    n0: int
    margin: float
    side: Side

    @property
    def a_is_enumerated(self) -> bool:
        return self.n1 <= self.n0

    @property
    def sizes(self) -> tuple[int, int]:
        """Records in the enumerated group and in the other."""
        return (self.n1, self.n0) if self.a_is_enumerated else (self.n0, self.n1)

    @property
    def events_are_u(self) -> bool:
        """Whether u counts events, and so does v; else both count records without the event."""
        return self.a_is_enumerated == (self.side == "clear")

    def coordinates(self, x1, x0):
        """Turn events in groups a and b into (u, v), numbers or arrays."""
        if not self.events_are_u:
            x1, x0 = self.n1 - x1, self.n0 - x0
        return (x1, x0) if self.a_is_enumerated else (x0, x1)

    def statistic(self, u: Array, v: Array) -> Array:
        """Compute T: large where the outcome speaks for the claim."""
        e, o = self.sizes
        first, second = (u, v) if self.events_are_u else (e - u, o - v)
        x1, x0 = (first, second) if self.a_is_enumerated else (second, first)
        if self.side == "clear":
            return score.clearing_z(self.kind, x1, self.n1, x0, self.n0, self.margin)
        return -score.flagging_z(self.kind, x1, self.n1, x0, self.n0, self.margin)

    def tables(self, angles_a: str, angles_b: str) -> tuple[list[Binomials], list[Binomials]]:
        """Give the distributions of the events in groups a and b at the named angles."""
        size = 20 if self.sizes[1] > _SMALL else None
        return (
            _tables(self.kind, self.margin, self.n1, True, angles_a, size),
            _tables(self.kind, self.margin, self.n0, False, angles_b, size),
        )

    def limit(self, u: float, v: float) -> Integers:
        """Find the outcomes at least as extreme as (u, v): v up to limit[u], for every u; -1 where there is none."""
        e, _ = self.sizes
        # T falls with v but, in a small group against a large one, not always grows with u: hence T*, the minimum
        # over larger u, here of the observed outcome and below of all.
        least = float(np.min(self.statistic(np.arange(u, e + 1.0), float(v))))
        if least == -np.inf:
            return np.full(e + 1, self.sizes[1])
        least = min(least, 1e6)
        limit = self._search(least - _TIE * max(1.0, abs(least)))
        limit = np.minimum.accumulate(limit[::-1])[::-1]
        limit[int(u) :] = np.maximum(limit[int(u) :], int(v))
        return limit

    def _search(self, least: float) -> Integers:
        """Find for each u the largest v with T >= least, -1 where there is none: about a guess, then by bisection."""
        e, o = self.sizes
        guess = np.clip(self._guess(least), 0, o)
        probes = np.clip(guess + np.arange(-1, 3)[:, None], 0, o)  # all at once, as four calls take four times as long
        extreme = self.statistic(np.arange(e + 1.0), probes.astype(float)) >= least
        low = np.where(extreme, probes, -1).max(axis=0)
        high = np.where(extreme, o + 1, probes).min(axis=0)
        which, reach = np.flatnonzero(high - low > 1), 4
        while which.size:
            below, above = low[which], high[which]
            # Away from the guess in growing steps until both ends are known
            probe = np.where(above > o, below + reach, np.where(below < 0, above - reach, (below + above) // 2))
            probe = np.clip(probe, below + 1, above - 1)
            extreme = self.statistic(which.astype(float), probe.astype(float)) >= least
            low[which], high[which] = np.where(extreme, probe, below), np.where(extreme, above, probe)
            which = which[high[which] - low[which] > 1]
            reach *= 2
        return low

    def _guess(self, least: float) -> Integers:
        """Guess the limits from the curve on which the statistic equals `least`.

        At a given restricted estimate, T = least fixes both the score and its split over the two groups, so the
        curve has a closed form along the edge of the hypothesis.
        """
        p1, p0 = _edge(self.kind, self.margin, GRID)
        r = self.margin if self.kind == "ratio" else 1.0
        v1, v0 = p1 * (1 - p1) / self.n1, r * r * p0 * (1 - p0) / self.n0
        n = self.n1 + self.n0
        deviation = np.sqrt((v1 + v0) * n / (n - 1))
        skewness = (v1 * (1 - 2 * p1) / self.n1 - r * v0 * (1 - 2 * p0) / self.n0) / (6 * deviation**3)
        sign = 1.0 if self.side == "clear" else -1.0
        z = sign * (least + np.maximum(sign * skewness * (least * least - 1), 0))
        x1 = self.n1 * (p1 + z * deviation * v1 / (v1 + v0))
        x0 = self.n0 * (p0 - z * deviation * v0 / (v1 + v0) / r)
        u, v = self.coordinates(x1, x0)
        if u[-1] < u[0]:
            u, v = u[::-1], v[::-1]
        e, o = self.sizes
        return np.floor(np.clip(np.interp(np.arange(e + 1), u, v), -1, o)).astype(np.intp)


@lru_cache(maxsize=64)
def _tables(kind: Kind, margin: float, n: int, is_a: bool, angles: str, size: int | None) -> list[Binomials]:
    """Keep the distributions that pairs of groups share, in blocks of neighbouring rates."""
    rates = _edge(kind, margin, _ANGLES[angles])[not is_a]
    return [Binomials(n, block) for block in rates.reshape(-1, size or rates.size)]


def _largest(test: _Test, limit: Integers) -> float:
    """Maximise the probability of the region over the edge of the hypothesis, refining where it may peak."""
    probability = _probability(test, limit, *test.tables("at", "at")).reshape(1, -1)
    angles, largest = GRID[None], max(0.0, float(probability.max()))
    for _ in range(4):
        angles = _between(angles, probability, largest)
        if not angles.size:
            break
        rates = _edge(test.kind, test.margin, angles)
        probability = _probability(
            test, limit, [Binomials(test.n1, row) for row in rates.a], [Binomials(test.n0, row) for row in rates.b]
        )
        largest = max(largest, float(probability.max()))
    return largest


def _ceiling(test: _Test, limit: Integers) -> float:
    """Bound the probability of the region over the edge of the hypothesis.

    The region grows likelier with theta_a and less likely with theta_b (the reverse when flagging), and along the
    edge both rise together. So on a stretch of the edge nothing exceeds its value at the far theta_a and the near
    theta_b.
    """
    ends = ("to", "from") if test.side == "clear" else ("from", "to")
    return float(_probability(test, limit, *test.tables(*ends)).max())


def _probability(test: _Test, limit: Integers, a: list[Binomials], b: list[Binomials]) -> Array:
    """Sum the probability of the outcomes up to the limit, of shape (blocks, rates)."""
    enumerated, other = (a, b) if test.a_is_enumerated else (b, a)
    if not test.events_are_u:
        limit = test.sizes[1] - limit[::-1] - 1
    sums = np.array(
        [
            np.einsum("ij,ij->j", of_e.probabilities, of_o.at_most(limit[of_e.first : of_e.last + 1]))
            for of_e, of_o in zip(enumerated, other, strict=True)
        ]
    )
    return sums if test.events_are_u else 1 - sums


def _between(angles: Array, probability: Array, largest: float) -> Array:
    """Choose where to look between angles: in the intervals that, prolonging the slopes beside them, could peak higher.

    The probability is a saw where few records meet many: it grows with the rate until another u drops out.
    """
    rise = np.diff(probability, axis=1)
    before, after = np.pad(rise[:, :-1], ((0, 0), (1, 0))), np.pad(rise[:, 1:], ((0, 0), (0, 1)))
    reachable = np.maximum(probability[:, :-1] + np.maximum(before, 0), probability[:, 1:] - np.minimum(after, 0))
    # Between a slope up and a slope down the peak is at most where the two cross.
    with np.errstate(invalid="ignore", divide="ignore"):
        crossing = (rise - after) / (before - after)
        peak = probability[:, :-1] + before * crossing
    reachable = np.where((before > 0) & (after < 0) & (crossing >= 0) & (crossing <= 1), peak, reachable)
    reachable[reachable <= _REFINE_ABOVE * largest] = 0
    best = np.argsort(reachable, axis=None)[::-1][:12]
    row, column = np.unravel_index(best[reachable.ravel()[best] > 0], reachable.shape)
    return np.linspace(angles[row, column], angles[row, column + 1], 9, axis=1)
