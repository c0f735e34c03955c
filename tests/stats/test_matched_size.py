"""How often matched arms at their limit are cleared or flagged, by exact enumeration: at most alpha.

STATISTICS, amendment 13, for matched pairs. The set of outcomes that pass is found with the functions that verdicts
use. Its probability is then summed at shares on the margin that are finer than, and spaced unlike, those the code tries.
The same sums without the exact step must show that it is needed.
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
