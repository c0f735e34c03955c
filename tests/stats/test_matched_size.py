"""How often matched arms at their limit are cleared or flagged, by exact enumeration: at most alpha.

STATISTICS, amendment 13, for matched pairs. The set of outcomes that pass is found with the functions that verdicts
use. Its probability is then summed at shares on the margin that are finer than, and spaced unlike, those the code
tries. The same sums without the exact step must show that it is needed.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.stats import binom, multinomial

from fairaudit.stats import matched, matched_exact, score

ALPHA = 0.05
AT_MOST = 0.0505

HYPOTHESES = [("difference", -0.05), ("difference", -0.1), ("ratio", 0.8)]


def counts_of(kind, n, only_a, only_b):
    """Give n11, n10, n01 and n00: a difference needs no n11, and a ratio no n00 (n are the pairs with any yes)."""
    rest = n - only_a - only_b
    return (0, only_a, only_b, rest) if kind == "difference" else (rest, only_a, only_b, 0)


def passes_score_test(kind, counts, margin, side):
    if side == "clear":
        return matched.clearing_z(kind, *counts, margin) > score.critical_z(ALPHA)
    return matched.flagging_z(kind, *counts, margin) < -score.critical_z(ALPHA)


def passes_both(kind, counts, margin, side):
    return passes_score_test(kind, counts, margin, side) and (
        matched_exact.exact_p(kind, *counts, margin, side) <= ALPHA
    )


@cache
def most_against(kind, n, margin, side, passes):
    """Give, for each number of pairs that speak for the claim, the most against it that still pass; -1 for none.

    More for the claim leave room for more against it, so that one walk up the stairs finds them all.
    """
    limits, against = [], -1
    for speaking in range(n + 1):
        while against + 1 <= n - speaking:
            pair = (speaking, against + 1) if side == "clear" else (against + 1, speaking)
            if not passes(kind, counts_of(kind, n, *pair), margin, side):
                break
            against += 1
        limits.append(min(against, n - speaking))
    return np.array(limits)


def shares_on_the_margin(kind, margin, shares=None):
    """Give shares of pairs with yes in a only and in b only: evenly spaced, and crowded at both ends."""
    even, crowded = np.linspace(0, 1, 1701), np.logspace(-7, -1, 150)
    shares = np.concatenate([even, crowded, 1 - crowded]) if shares is None else shares
    if kind == "difference":
        low, high = max(0, -margin), (1 - margin) / 2
        only_b = low + (high - low) * shares
        return only_b + margin, only_b
    low, high = max(0, 1 - margin), 1 / (1 + margin)
    only_b = low + (high - low) * shares
    return np.maximum(1 - (1 - only_b) / margin, 0), only_b


def size(kind, n, margin, side, passes):
    """Give the largest probability, over the margin, of the outcomes that pass."""
    return chances(kind, n, margin, side, passes, *shares_on_the_margin(kind, margin)).max()


def chances(kind, n, margin, side, passes, only_a, only_b):
    speaking, against = (only_a, only_b) if side == "clear" else (only_b, only_a)
    total = np.zeros(np.shape(speaking))
    for count, limit in enumerate(most_against(kind, n, margin, side, passes)):
        if limit >= 0:
            share = np.clip(against / np.maximum(1 - speaking, 1e-300), 0, 1)
            total += binom.pmf(count, n, speaking) * binom.cdf(limit, n - count, share)
    return total


@pytest.mark.parametrize("side", ["clear", "flag"])
@pytest.mark.parametrize("n", [10, 30, 60])
@pytest.mark.parametrize(("kind", "margin"), HYPOTHESES)
def test_arms_at_their_limit_pass_at_most_at_alpha(kind, margin, n, side):
    assert size(kind, n, margin, side, passes_both) <= AT_MOST


@pytest.mark.parametrize(
    ("kind", "margin", "n", "side", "plain"),
    [
        # Worked here by enumeration. (Of 10 pairs at -.05, clearing stays at .047 without it too.)
        ("difference", -0.05, 10, "flag", 0.0746),
        ("difference", -0.05, 30, "clear", 0.0599),
        ("difference", -0.05, 30, "flag", 0.0608),
        ("difference", -0.05, 60, "clear", 0.0604),
        ("difference", -0.05, 60, "flag", 0.0880),
        ("difference", -0.1, 10, "clear", 0.0547),
        ("difference", -0.1, 10, "flag", 0.0675),
        ("difference", -0.1, 30, "clear", 0.0714),
        ("difference", -0.1, 30, "flag", 0.0870),
        ("difference", -0.1, 60, "clear", 0.0530),
        ("difference", -0.1, 60, "flag", 0.0733),
        ("ratio", 0.8, 10, "clear", 0.0632),
        ("ratio", 0.8, 10, "flag", 0.0674),
        ("ratio", 0.8, 30, "clear", 0.0633),
        ("ratio", 0.8, 30, "flag", 0.0627),
        ("ratio", 0.8, 60, "clear", 0.0653),
        ("ratio", 0.8, 60, "flag", 0.0541),
    ],
)
def test_without_the_exact_step_they_pass_too_often(kind, margin, n, side, plain):
    without = size(kind, n, margin, side, passes_score_test)
    assert without == pytest.approx(plain, abs=6e-5)
    assert without > AT_MOST


@pytest.mark.parametrize(
    ("kind", "margin", "n", "clear", "flag"),
    [
        # With more than 1,000 pairs the score test stands alone: this is how far it then goes over alpha.
        ("difference", -0.1, 1001, 0.0510, 0.0549),
        ("ratio", 0.8, 1001, 0.0518, 0.0529),
        ("ratio", 0.9, 1500, 0.0503, 0.0541),
    ],
)
def test_beyond_the_exact_step(kind, margin, n, clear, flag):
    assert not matched_exact.exact_feasible(kind, *counts_of(kind, n, 1, 1))
    sizes = [size(kind, n, margin, side, passes_score_test) for side in ("clear", "flag")]
    assert sizes == pytest.approx([clear, flag], abs=6e-5)


@pytest.mark.parametrize("share_of_neither", [0, 0.2, 0.6, 0.9])
@pytest.mark.parametrize("side", ["clear", "flag"])
def test_of_a_ratio_pairs_without_any_yes_change_nothing(side, share_of_neither):
    # 30 units drawn from all four cells: how many of them have a yes is left to chance.
    n, margin = 30, 0.8
    only_a, only_b = shares_on_the_margin("ratio", margin, np.linspace(0, 1, 301))
    chance = sum(
        binom.pmf(m, n, 1 - share_of_neither) * chances("ratio", m, margin, side, passes_both, only_a, only_b)
        for m in range(1, n + 1)
    )
    assert chance.max() <= AT_MOST


@pytest.mark.parametrize("share_of_both", [0, 0.3, 0.6, 0.78])
@pytest.mark.parametrize(("kind", "margin"), HYPOTHESES)
def test_by_all_four_cells(kind, margin, share_of_both):
    """Without any of the above: every table of 8 pairs, at shares of all four cells."""
    n = 8
    tables = [(a, b, c, n - a - b - c) for a in range(n + 1) for b in range(n + 1 - a) for c in range(n + 1 - a - b)]
    passing = [table for table in tables if passes_both(kind, table, margin, "clear")]
    largest = 0.0
    for only_b in np.linspace(0, 1 - share_of_both, 41):
        # theta_a = theta_b + margin, or margin * theta_b
        only_a = only_b + margin if kind == "difference" else margin * (share_of_both + only_b) - share_of_both
        neither = 1 - share_of_both - only_a - only_b
        if min(only_a, neither) >= 0:
            cells = [share_of_both, only_a, only_b, neither]
            largest = max(largest, multinomial.pmf(passing, n, cells).sum() if passing else 0.0)
    assert largest <= AT_MOST
