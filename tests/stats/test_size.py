"""How often a system at its limit is cleared, by exact enumeration: at most alpha, whatever the base rate.

STATISTICS, amendment 13. The set of outcomes that clear is found with the functions that verdicts use. Its probability
is then summed at rates on the edge of the hypothesis that are finer than, and spaced unlike, those the code tries.
The same sums without the exact step must show that it is needed.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from fairaudit.stats import exact, score

ALPHA = 0.05
AT_MOST = 0.0505

SETTINGS = [
    (kind, margin, n1, n0)
    for kind, margin in [("ratio", 0.8), ("difference", -0.05), ("difference", -0.1)]
    for sizes in [(30, 30), (10, 200), (30, 1000), (5, 300_000), (30, 40_000)]
    for n1, n0 in sorted({sizes, sizes[::-1]})
]


def passes_score_test(kind, x1, n1, x0, n0, margin, side):
    if side == "clear":
        return score.clearing_z(kind, x1, n1, x0, n0, margin) > score.critical_z(ALPHA)
    return score.flagging_z(kind, x1, n1, x0, n0, margin) < -score.critical_z(ALPHA)


def passes_both(kind, x1, n1, x0, n0, margin, side):
    return passes_score_test(kind, x1, n1, x0, n0, margin, side) and exact.exact_passes(
        kind, x1, n1, x0, n0, margin, ALPHA, side
    )


def last(passes, low, high):
    """Find the last whole number from low to high that passes, if they pass up to some point; low - 1 if none does."""
    low, high = low - 1, high + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if passes(middle) else (low, middle)
    return low


def size(kind, n1, n0, margin, side, passes):
    """Give the largest probability, over the edge of the hypothesis, of the outcomes that pass."""
    a_is_small, clear = n1 <= n0, side == "clear"
    small, large = min(n1, n0), max(n1, n0)

    def passes_at(u, v):
        """Ask of u records of the small group that speak for the claim, and v of the large one that speak against."""
        x_small, x_large = (u, v) if a_is_small == clear else (small - u, large - v)
        x1, x0 = (x_small, x_large) if a_is_small else (x_large, x_small)
        return passes(kind, x1, n1, x0, n0, margin, side)

    limits = np.array([last(lambda v, u=u: passes_at(u, v), 0, large) for u in range(small + 1)])
    a, b = edge(kind, margin, limits / large if a_is_small == clear else 1 - limits / large, large, a_is_small)
    rate_small, rate_large = (a, b) if a_is_small else (b, a)
    if a_is_small != clear:
        rate_small, rate_large = 1 - rate_small, 1 - rate_large
    probability = np.zeros(a.size)
    for u, limit in enumerate(limits):
        if limit >= 0:
            probability += binom.pmf(u, small, rate_small) * binom.cdf(limit, large, rate_large)
    return probability.max()


def edge(kind, margin, cliffs, large, a_is_small):
    """Give rates of a and b: evenly spaced, crowded at both ends, and crowded round each limit of the large group."""
    low, high = (0, min(1, 1 / margin)) if kind == "ratio" else (max(0, -margin), min(1, 1 - margin))
    even, crowded = np.linspace(0, 1, 3001), np.logspace(-7, -1, 300)
    if not a_is_small:  # the large group is a: take its limits to the scale of b
        cliffs = cliffs / margin if kind == "ratio" else cliffs - margin
    deviation = np.sqrt(np.maximum(cliffs * (1 - cliffs), 1 / large) / large)
    round_limits = (cliffs[:, None] + deviation[:, None] * np.linspace(-6, 6, 49)).ravel()
    b = np.concatenate([low + (high - low) * np.concatenate([even, crowded, 1 - crowded]), round_limits])
    b = np.unique(np.clip(b, low, high))
    return np.clip(margin * b if kind == "ratio" else b + margin, 0, 1), b


@pytest.mark.parametrize(("kind", "margin", "n1", "n0"), SETTINGS)
def test_a_system_at_its_limit_is_cleared_at_most_at_alpha(kind, margin, n1, n0):
    assert size(kind, n1, n0, margin, "clear", passes_both) <= AT_MOST


@pytest.mark.parametrize(("kind", "margin", "n1", "n0"), SETTINGS)
def test_without_the_exact_step_it_is_cleared_too_often(kind, margin, n1, n0):
    assert size(kind, n1, n0, margin, "clear", passes_score_test) > AT_MOST


@pytest.mark.parametrize(
    ("kind", "margin", "n1", "n0"),
    [setting for setting in SETTINGS if setting[1] != -0.1 and max(setting[2:]) in (30, 200, 300_000)],
)
def test_a_system_at_its_limit_is_flagged_at_most_at_alpha(kind, margin, n1, n0):
    assert size(kind, n1, n0, margin, "flag", passes_both) <= AT_MOST


@pytest.mark.parametrize(
    ("kind", "margin", "n1", "n0", "published"),
    [
        # STATISTICS T2, "both" (its grid of base rates is coarser), and amendment 1
        ("ratio", 0.8, 10, 200, 0.069),
        ("ratio", 0.8, 30, 30, 0.061),
        ("ratio", 0.8, 30, 1000, 0.058),
        ("ratio", 0.8, 30, 40_000, 0.078),
        ("ratio", 0.8, 5, 300_000, 0.111),
        ("difference", -0.05, 10, 200, 0.053),
        ("difference", -0.05, 30, 30, 0.060),
    ],
)
def test_the_size_without_the_exact_step_is_at_least_what_was_published(kind, margin, n1, n0, published):
    assert size(kind, n1, n0, margin, "clear", passes_score_test) >= published - 5e-4


@pytest.mark.parametrize(("exactly", "at_most"), [(True, (0, AT_MOST)), (False, (0.06, 0.07))])
def test_rare_events_in_larger_groups(exactly, at_most):
    # 1,200 records against 20,000 while hardly an event is expected: not covered by amendment 1, and no better.
    n1, n0, margin, few = 1_200, 20_000, 0.8, 12
    passes = passes_both if exactly else passes_score_test
    assert exact.feasible(few, n1, 0, n0, "ratio")
    limits = [last(lambda v, u=u: passes("ratio", u, n1, v, n0, margin, "clear"), 0, 400) for u in range(few)]
    b = np.linspace(0.01, 4, 400) / n1
    size = sum(
        binom.pmf(u, n1, margin * b) * (binom.cdf(limit, n0, b) if limit >= 0 else 0) for u, limit in enumerate(limits)
    )
    assert at_most[0] <= (size + binom.sf(few - 1, n1, margin * b)).max() <= at_most[1]
