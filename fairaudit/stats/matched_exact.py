"""The exact test of matched pairs: no more errors than are allowed, however few pairs there are.

Given n pairs, those with yes in a only and in b only (and the rest) are trinomial. Of a difference the score statistic
needs nothing else. Of a ratio it needs the pairs with any yes only, and given their number m the three kinds of them
are trinomial too, with chances that hang on the ratio alone: pairs without any yes tell nothing of it, and drop out.

Outcomes are ordered by the smallest score among all that are at least as favourable to a (as many in a only or more, as
few in b only or fewer), so that whatever is more favourable than an outcome that clears clears as well. The chance of
such a set rises with the share in a only and falls with that in b only, so that it is largest on the margin, where one
nuisance share is left, over which the largest is taken (Chan & Zhang 1999, Biometrics 55: 1202-1209; for matched pairs
Hsueh, Liu & Chen 2001, Biometrics 57: 478-483).
"""

from __future__ import annotations

import numpy as np

from fairaudit.stats import matched
from fairaudit.stats.binomials import more_than, probability
from fairaudit.stats.exact import Side
from fairaudit.stats.score import Array, Kind

MOST_PAIRS = 1000
NUISANCE = 400
BISECTIONS = 40
CLOSE = 1e-5  # of a bound
ROUNDING = 1e-9
NEGLECTED = 1e-15  # chance of a number in b only, of which nothing is added up


def exact_feasible(kind: Kind, n11: float, n10: float, n01: float, n00: float) -> bool:
    """Say whether the exact test is to be run: whole counts, and so few pairs that it matters.

    Args:
        kind: "difference" (at most 1,000 pairs) or "ratio" (at most 1,000 with any yes).
        n11: pairs with yes in both arms.
        n10: pairs with yes in a only.
        n01: pairs with yes in b only.
        n00: pairs with yes in neither.
    """
    counts = n11, n10, n01, n00
    if not all(float(each).is_integer() and each >= 0 for each in counts):
        return False
    return 0 < n11 + n10 + n01 + (n00 if kind == "difference" else 0) <= MOST_PAIRS


def exact_p(kind: Kind, n11: int, n10: int, n01: int, n00: int, margin: float, side: Side = "clear") -> float:
    """Give the exact unconditional p-value of one pair of arms.

    Args:
        kind: "ratio" (margin is theta_a / theta_b) or "difference" (margin is theta_a - theta_b).
        n11: pairs with yes in both arms.
        n10: pairs with yes in a only.
        n01: pairs with yes in b only.
        n00: pairs with yes in neither.
        margin: the margin at the edge of the hypothesis.
        side: "clear" tests whether theta_a is above the margin, "flag" whether it is below.

    Returns:
        The p-value, 0 to 1.
    """
    if side == "flag":
        n10, n01 = n01, n10
        margin = -margin if kind == "difference" else 1 / margin
    n = n11 + n10 + n01 + (n00 if kind == "difference" else 0)
    if kind == "ratio" and n11 + n10 == 0:
        return 1.0  # none in a: nothing can be above a margin
    first = _region(kind, n, n10, n01, margin)
    only_b = _nuisance(kind, margin)[:, None]
    only_a = only_b + margin if kind == "difference" else 1 - (1 - only_b) / margin
    j = np.arange(n + 1)[None]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.clip(np.nan_to_num(only_a / (1 - only_b)), 0, 1)
    chance = probability(j, n, np.clip(only_b, 0, 1))
    row, column = np.nonzero(chance > NEGLECTED)
    reached = more_than(first[column] - 1, n - column, share[row, 0])
    total = np.bincount(row, chance[row, column] * reached, NUISANCE)
    return float(min(total.max(initial=0.0) + n * NEGLECTED, 1.0))


def exact_passes(kind: Kind, n11: int, n10: int, n01: int, n00: int, margin: float, alpha: float) -> bool:
    """Say whether `exact_p` is at most alpha. Takes what `exact_p` takes, and the one-sided level alpha."""
    return exact_p(kind, n11, n10, n01, n00, margin) <= alpha


def exact_bound(
    kind: Kind, n11: int, n10: int, n01: int, n00: int, alpha: float, side: Side = "clear", start: float | None = None
) -> float:
    """Give the furthest margin that the exact test still passes.

    Args:
        kind: "ratio" or "difference".
        n11: pairs with yes in both arms.
        n10: pairs with yes in a only.
        n01: pairs with yes in b only.
        n00: pairs with yes in neither.
        alpha: one-sided level.
        side: "clear" gives a lower bound, "flag" an upper one.
        start: where to search from: downwards for "clear", upwards for "flag".

    Returns:
        The bound: -1 (or 0, of a ratio) where no margin passes for "clear", 1 (or infinity) for "flag".
    """
    if side == "flag":
        swapped = None if start is None else (-start if kind == "difference" else 1 / start)
        bound = exact_bound(kind, n11, n01, n10, n00, alpha, "clear", swapped)
        return -bound if kind == "difference" else (1 / bound if bound > 0 else np.inf)
    estimate = (n10 - n01) / (n11 + n10 + n01 + n00) if kind == "difference" else _ratio(n11 + n10, n11 + n01)
    least, most = (-1.0, 1.0) if kind == "difference" else (0.0, np.inf)
    high = min(most, estimate if start is None else start)
    score = float(matched.bounds(kind, n11, n10, n01, n00, alpha, alpha)[0])
    if not np.isfinite(high):
        high = 2 * score
    if high <= least:
        return least

    def passes(margin: float) -> bool:
        return exact_p(kind, n11, n10, n01, n00, margin) <= alpha

    if passes(high):
        return float(high)
    # It lies close to the score test's own bound, mostly a little below.
    low = max(least, min(score, high) - 0.2 * max(abs(estimate - score), CLOSE) if np.isfinite(estimate) else least)
    while low > least and not passes(low):
        low, high = max(least, low - 2 * (high - low)), low
    for _ in range(BISECTIONS):
        if high - low < CLOSE * max(1.0, abs(high)):
            break
        middle = (low + high) / 2
        low, high = (middle, high) if passes(middle) else (low, middle)
    return float(low)


def _ratio(one: float, two: float) -> float:
    return one / two if two else np.inf


def _region(kind: Kind, n: int, n10: int, n01: int, margin: float) -> Array:
    """Give, for every number of pairs in b only, the fewest in a only that are as favourable as what was seen."""
    only_b = np.arange(n + 1)
    seen = _z(kind, n, np.array(n10), np.array(n01), margin)
    least = seen - ROUNDING * max(1.0, abs(seen)) if np.isfinite(seen) else seen
    # The score rises with the number in a only, so that halving finds where it is reached.
    low, high = np.zeros(n + 1, int), n - only_b + 1
    while (low < high).any():
        middle = (low + high) // 2
        reached = _z(kind, n, np.minimum(middle, n - only_b), only_b, margin) >= least
        low, high = np.where(reached | (low == high), low, middle + 1), np.where(reached, middle, high)
    # Where no number will do, one more than there can be; more in b only never need fewer in a only.
    return np.maximum.accumulate(low)


def _z(kind: Kind, n: int, only_a: Array, only_b: Array, margin: float) -> Array:
    rest = n - only_a - only_b
    counts = (0, only_a, only_b, rest) if kind == "difference" else (rest, only_a, only_b, 0)
    return matched.clearing_z(kind, *counts, margin)


def _nuisance(kind: Kind, margin: float) -> Array:
    """Give shares in b only that the margin allows, closer to each other at the ends."""
    low, high = (
        (max(0.0, -margin), (1 - margin) / 2) if kind == "difference" else (max(0.0, 1 - margin), 1 / (1 + margin))
    )
    return low + (high - low) * (1 - np.cos(np.linspace(0, np.pi, NUISANCE))) / 2
