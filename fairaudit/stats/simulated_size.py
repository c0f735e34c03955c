"""How many records are needed, by simulation of the very rule that clears: draws of binomials, both score tests.

The formulas of `sample_size` take rates to be normal and every pair to fail by itself. Here groups of any sizes are
drawn at one common rate, all pairs of a scheme and all limits are tested as a verdict tests them, and the sizes are
looked for at which they clear as often as wanted.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from fairaudit.stats import exact, reference, score
from fairaudit.stats.score import Kind

Array = NDArray[np.float64]

DRAWS, DRAWS_OF_A_STEP = 12_000, 1_500
SURE = 1.5  # a pair this far inside by a rough statistic is not tested again
ROUGH_FROM = 100  # records in the smaller group from which the rough statistic is good enough for that
AROUND = np.array([0.9, 1.0, 1.1])  # sizes at which the draws are shared out, as parts of the size looked for
MOST_STEPS, NEAR, FURTHEST = 12, 0.05, 1.2  # of the search, on the scale of the logarithm of the size
SLOPES = (2.0, 0.8, 8.0)  # of the chance in standard errors by that logarithm: at first, at least, at most
LARGEST, FINE = 10**9, 1e-3
MOST_TESTED = 600_000  # pairs in the draws of a step: of very many groups fewer sets are drawn
FEWEST_DRAWS = 400
_BAND = 0.35  # how far above the score test's critical value the exact test's is looked for


@dataclass(frozen=True)
class Rule:
    """What must hold for a finding to clear.

    Attributes:
        arms: shape (arms, groups), 1 where a group is part of an arm.
        pairs: shape (pairs, 2): places of the arms (a, b) of each ordered pair.
        limits: kind -> margin: "ratio" (tau, below 1) or "difference" (-delta, below 0); all of them must hold.
        alpha: one-sided level.
        overall: whether the second arm is called everyone, of whom the group is a part: margins are then converted.
        degrees_of_freedom: of Student's t where variances come from folds, else None.
        exact: whether small groups must pass the exact test too.
        own: shape (2, 2, arms): what the unknown add to every arm at their worst, for a record that is known: to
            (events, records) where they make its rate low, and where they make it high. None where they do not decide.
        shared: shape (2, 2): the same of people of unknown group, for a known record of anybody, who may be of any
            arm.
    """

    arms: Array
    pairs: NDArray[np.int64]
    limits: dict[Kind, float]
    alpha: float = 0.05
    overall: bool = False
    degrees_of_freedom: float | None = None
    exact: bool = False
    own: Array | None = None
    shared: Array | None = None
    thresholds: dict[Kind, float] = field(default_factory=dict)

    @classmethod
    def all_pairs(cls, groups: int, limits: dict[Kind, float], **more: object) -> Rule:
        """Compare every group with every other, both ways."""
        pairs = [(a, b) for a in range(groups) for b in range(groups) if a != b]
        return cls(np.eye(groups), np.array(pairs), dict(limits), **more)

    def critical(self, kind: Kind) -> float:
        """Give the statistic that a pair must exceed."""
        if self.degrees_of_freedom is not None:
            return float(special.stdtrit(self.degrees_of_freedom, 1 - self.alpha))
        return max(float(score.critical_z(self.alpha)), self.thresholds.get(kind, -math.inf))

    def margins(self, kind: Kind, records: Array) -> Array:
        """Give every pair's margin, converted where a group is part of the whole; NaN where a pair cannot fail."""
        limit = self.limits[kind]
        if not self.overall:
            return np.full(len(self.pairs), limit)
        sides = records[self.pairs]
        first = self.pairs[:, 0] < self.arms.shape[1]
        shares = np.where(first, sides[:, 0], sides[:, 1]) / sides.sum(axis=1)
        return np.array([reference.margin(kind, limit, w, f) for w, f in zip(shares, first, strict=True)])


def power(rule: Rule, counts: ArrayLike, rate: float, *, draws: int = DRAWS, seed: int = 0) -> float:
    """Simulate how often groups that fare alike clear.

    Args:
        rule: what must hold.
        counts: records of each group in the denominator, shape (groups,), 1 or more; rounded to whole ones.
        rate: the rate of all groups, 0 to 1.
        draws: simulated data sets.
        seed: of the random numbers.

    Returns:
        The share of data sets that clear, 0 to 1; its standard error is at most .5 / sqrt(draws).
    """
    n = np.rint(np.asarray(counts, float)).astype(np.int64)
    x = np.random.default_rng(seed).binomial(n, rate, size=(draws, n.size))
    events, records = x @ rule.arms.T, rule.arms @ n
    passed = np.ones(draws, bool)
    for kind in rule.limits:
        left = np.flatnonzero(passed)
        passed[left] = _clear(rule, kind, events[left], records.astype(float), float(n.sum()))
    return float(passed.mean())


def _clear(rule: Rule, kind: Kind, events: Array, records: Array, total: float) -> NDArray[np.bool_]:
    """Say which draws clear by one limit; `events` has shape (draws, arms)."""
    a, b = rule.pairs.T
    margins = rule.margins(kind, records)
    alive = ~np.isnan(margins)
    a, b, margins = a[alive], b[alive], margins[alive]
    if not alive.any():
        return np.ones(len(events), bool)
    critical, (low, high) = rule.critical(kind), _worst(rule, records, total)
    if _symmetric(rule, kind, records):
        # Of groups of one size the furthest apart decide, since the statistic rises with one and falls with the other.
        first, second = events.min(axis=1), events.max(axis=1)
        pair = first + low[0][0], records[0] + low[1][0], second + high[0][0], records[0] + high[1][0]
        return score.clearing_z(kind, *pair, margins[0]) > critical
    x1, x0 = events[:, a] + low[0][a], events[:, b] + high[0][b]
    n1, n0 = (records + low[1])[a], (records + high[1])[b]
    rough = _rough_z(kind, x1, n1, x0, n0, margins)
    look = ~(rough > critical + SURE) | (np.minimum(n1, n0) < ROUGH_FROM)
    passed = np.ones(len(events), bool)
    # The pair that looks worst first: where it fails, no other need be tested.
    worst = rough.argmin(axis=1)
    rows = np.arange(len(events))
    z = score.clearing_z(kind, x1[rows, worst], n1[worst], x0[rows, worst], n0[worst], margins[worst])
    passed &= z > critical
    look[rows, worst] = False
    row, pair = np.nonzero(look & passed[:, None])
    z = score.clearing_z(kind, x1[row, pair], n1[pair], x0[row, pair], n0[pair], margins[pair])
    passed[row[~(z > critical)]] = False
    return passed


def _symmetric(rule: Rule, kind: Kind, records: Array) -> bool:
    groups = rule.arms.shape[1]
    whole = len(rule.arms) == groups and len(rule.pairs) == groups * (groups - 1)
    return bool(whole and np.ptp(records) == 0)


def _worst(rule: Rule, records: Array, total: float) -> tuple[Array, Array]:
    """Give what the unknown add to (events, records) of every arm that is to be low, and to be high."""
    added = np.zeros((2, 2, len(records)))
    if rule.own is not None:
        added = added + rule.own * records
    if rule.shared is not None:
        added = added + rule.shared[:, :, None] * total
    return added[0], added[1]


def _rough_z(kind: Kind, x1: Array, n1: Array, x0: Array, n0: Array, margin: Array) -> Array:
    """Standardise at rates that are near the likeliest ones on the margin (Farrington & Manning 1990, in spirit)."""
    with np.errstate(all="ignore"):
        if kind == "ratio":
            p0 = np.clip((x1 + x0) / (margin * n1 + n0), 1e-9, 1.0)
            p1, factor = np.minimum(margin * p0, 1.0), margin
        else:
            p0 = np.clip((x1 + x0 - n1 * margin) / (n1 + n0), 0.0, 1.0)
            p1, factor = np.clip(p0 + margin, 0.0, 1.0), 1.0
            margin = margin + 0 * p0
        gap = x1 / n1 - factor * x0 / n0 - (0 if kind == "ratio" else margin)
        z = gap / np.sqrt(p1 * (1 - p1) / n1 + factor**2 * p0 * (1 - p0) / n0)
    return np.nan_to_num(z, nan=-np.inf)


def size_for(
    rule: Rule,
    sizes: Callable[[float], Array],
    rate: float,
    start: float,
    *,
    wanted: float = 0.8,
    draws: int = DRAWS,
    seed: int = 0,
) -> float:
    """Find how large groups must be to clear as often as wanted, all at one rate.

    Args:
        rule: what must hold.
        sizes: gives every group's records for a number; none falls as it grows. Such as n -> [n, n, n], or
            N -> N * shares.
        rate: the rate of all groups, above 0 and below 1.
        start: where to search from, such as the formula's number.
        wanted: chance to clear, above 0 and below 1.
        draws: data sets in all, of which the last steps are made; those that only search are beside.
        seed: of the random numbers.

    Returns:
        The number, not rounded; its standard error is some .8% with 12,000 draws. Infinite where no number below a
        billion would do.
    """
    rule = Rule(**{**rule.__dict__, "thresholds": {}})
    number = _found(rule, sizes, rate, start, wanted, draws, seed)
    if rule.exact and rule.degrees_of_freedom is None and math.isfinite(number):
        rule.thresholds.update(exact_thresholds(rule, sizes(number), rate))
        if rule.thresholds:
            number = _found(rule, sizes, rate, number, wanted, draws, seed)
    return number


def _found(rule, sizes, rate, start: float, wanted: float, draws: int, seed: int) -> float:
    """Search by the chance on the scale of standard errors, which is nearly straight in the logarithm of the size."""
    goal, at = float(special.ndtri(wanted)), math.log(max(start, 2.0))

    def height(log_size: float, number: int, salt: int) -> float:
        counts = np.maximum(sizes(math.exp(log_size)), 1)
        number = min(number, max(MOST_TESTED // len(rule.pairs), FEWEST_DRAWS))
        share = power(rule, counts, rate, draws=number, seed=seed + salt)
        return float(special.ndtri((share * number + 0.5) / (number + 1)))

    slope, before = SLOPES[0], None
    for step in range(MOST_STEPS):
        now = height(at, DRAWS_OF_A_STEP, step)
        if before is not None and abs(at - before[0]) > AROUND[-1] - 1:
            slope = float(np.clip((now - before[1]) / (at - before[0]), *SLOPES[1:]))
        move = float(np.clip((goal - now) / slope, -FURTHEST, FURTHEST))
        before, at = (at, now), at + move
        if at > math.log(LARGEST):
            return math.inf
        if abs(move) < NEAR:
            break
    places = at + np.log(AROUND)
    heights = np.array([height(place, draws // len(AROUND), 101 + k) for k, place in enumerate(places)])
    fitted = float(np.clip((heights[-1] - heights[0]) / (places[-1] - places[0]), *SLOPES[1:]))
    return float(math.exp(places.mean() + (goal - heights.mean()) / fitted))


def fewest(rule: Rule, sizes: Callable[[float], Array], rate: float) -> float:
    """Give the size below which not even counts exactly at one rate would clear.

    Args:
        rule: what must hold.
        sizes: gives every group's records for a number; none falls as it grows.
        rate: the rate of all groups, above 0 and below 1.

    Returns:
        The number, not rounded, to within .1%; infinite where no number below a billion would do.
    """

    def clears(log_size: float) -> bool:
        n = np.maximum(sizes(math.exp(log_size)), 1e-9)
        records = rule.arms @ n
        events = (rate * records)[None]
        return all(bool(_clear(rule, kind, events, records, float(n.sum()))[0]) for kind in rule.limits)

    low, high = 0.0, math.log(LARGEST)
    if not clears(high):
        return math.inf
    while high - low > FINE:
        middle = (low + high) / 2
        low, high = (low, middle) if clears(middle) else (middle, high)
    return float(math.exp(high))


def exact_thresholds(rule: Rule, counts: Array, rate: float) -> dict[Kind, float]:
    """Give the statistic that a pair must exceed to pass the exact test too, where groups are so small that it runs.

    An exact p-value falls as the statistic rises, so that the exact test asks for a higher statistic and nothing else.
    The smallest group beside the next larger and beside the largest one is looked at, both ways; the most decides.
    """
    n = np.rint(np.asarray(rule.arms @ counts, float)).astype(int)
    sides = np.array([sorted(pair, key=lambda arm: n[arm]) for pair in rule.pairs])
    smallest = n[sides[:, 0]].min()
    beside = n[sides[n[sides[:, 0]] == smallest, 1]]
    found = {}
    for kind in rule.limits:
        margin = rule.limits[kind]
        levels = [
            _exact_threshold(kind, first, second, rate, margin, rule.alpha)
            for other in {int(beside.min()), int(beside.max())}
            for first, second in {(int(smallest), other), (other, int(smallest))}
        ]
        if levels := [level for level in levels if level is not None]:
            found[kind] = max(levels)
    return found


def _exact_threshold(kind: Kind, n1: int, n0: int, rate: float, margin: float, alpha: float) -> float | None:
    """Bisect the tables whose statistic is a little above the score test's critical value."""
    if not exact.feasible(round(rate * n1), n1, round(rate * n0), n0, kind):
        return None
    critical = float(score.critical_z(alpha))
    near1, near0 = (_near(n, rate) for n in (n1, n0))
    x1, x0 = (grid.ravel() for grid in np.meshgrid(near1, near0, indexing="ij"))
    z = score.clearing_z(kind, x1, n1, x0, n0, margin)
    kept = np.flatnonzero((z > critical) & (z < critical + _BAND))
    kept = kept[np.argsort(z[kept], kind="stable")]
    low, high = 0, len(kept)
    while low < high:
        middle = (low + high) // 2
        table = int(x1[kept[middle]]), n1, int(x0[kept[middle]]), n0
        if exact.exact_passes(kind, *table, margin, alpha):
            high = middle
        else:
            low = middle + 1
    # A little below the least that passes, since a statistic must be exceeded.
    return float(z[kept[low]]) - 1e-9 if low < len(kept) else critical + _BAND


def _near(n: int, rate: float) -> Array:
    """Give counts of events that are likely at a rate."""
    around = rate * n + np.linspace(-4, 4, 25) * math.sqrt(n * rate * (1 - rate))
    return np.unique(np.clip(np.rint(around), 0, n))
