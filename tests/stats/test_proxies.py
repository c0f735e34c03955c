"""Groups known only by probability: weighted rates, their bias, what the cells leave open."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from fairaudit.stats import proxies

NAN, INFINITY = math.nan, math.inf
KINDS = ["ratio", "difference"]

# Made up: two neighbourhoods of 1,000 people. In the first, 700 are of group a, of whom 180 were served, as were 170 of
# the other 300; in the second 300, of whom 80 were, and 300 of the other 700.
PEOPLE = np.array([1000, 1000])
A = np.array([700, 300])
SERVED_A, SERVED_B = np.array([180, 80]), np.array([170, 300])
SHARE_A, SHARE_B = A / PEOPLE, 1 - A / PEOPLE
SERVED = (SERVED_A + SERVED_B) / PEOPLE


def gap(rate, **options):
    return rate(PEOPLE, SHARE_A, SERVED, **options) - rate(PEOPLE, SHARE_B, SERVED, **options)


# --- the made-up town ----------------------------------------------------------------------------------------------


def test_a_large_gap_can_all_but_vanish_from_proxies():
    true = SERVED_A.sum() / 1000 - SERVED_B.sum() / 1000
    assert true == pytest.approx(-0.210)
    assert gap(proxies.weighted_rate) == pytest.approx(-0.012)
    assert gap(proxies.thresholded_rate) == pytest.approx(-0.030)


def test_the_bias_is_what_the_formula_says():
    bias_a = proxies.weighted_bias(PEOPLE, SHARE_A, SERVED, SERVED_A / A)
    bias_b = proxies.weighted_bias(PEOPLE, SHARE_B, SERVED, SERVED_B / (PEOPLE - A))
    # 0.0990 each: the weighted rates are .359 and .371, the true ones .260 and .470.
    assert (bias_a, bias_b) == pytest.approx((0.359 - 0.260, 0.371 - 0.470))
    assert bias_a - bias_b == pytest.approx(-0.012 - -0.210)


def test_the_bounds_hold_the_true_gap_and_cannot_exclude_none():
    assert proxies.rate_bounds(PEOPLE, SHARE_A, SERVED) == pytest.approx(
        ((0.05 + 0) / (0.7 + 0.3), (0.35 + 0.30) / (0.7 + 0.3))
    )
    lower, upper = proxies.pair_bounds("difference", PEOPLE, SHARE_A, SHARE_B, SERVED)
    assert (lower, upper) == pytest.approx((0.05 - 0.68, 0.65 - 0.08))
    assert lower < -0.210 < 0 < upper


# --- tables of cases -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("membership", "outcome", "lower", "upper"),
    [
        ([1, 0], [0.3, 0.6], 0.3, 0.3),  # a proxy that tells all
        ([0.5, 0.5], [0.5, 0.5], 0, 1),  # one that tells nothing
        ([0.5, 0.5], [1, 0], 0.5, 0.5),  # outcomes that are the same for all in a cell
        ([0.9, 0.1], [0.2, 0.2], (0.1 + 0) / 1, (0.2 + 0.1) / 1),
        ([0, 0], [0.2, 0.2], NAN, NAN),
    ],
)
def test_rate_bounds(membership, outcome, lower, upper):
    assert proxies.rate_bounds([50, 50], membership, outcome) == pytest.approx((lower, upper), nan_ok=True)


def test_a_group_without_members_has_no_rate():
    assert np.isnan(proxies.weighted_rate([5, 5], [0, 0], [0.5, 0.5]))
    assert np.isnan(proxies.thresholded_rate([5, 5], [0.4, 0.3], [0.5, 0.5]))
    assert np.isnan(proxies.weighted_bias([5, 5], [0, 0], [0.5, 0.5], [0.5, 0.5]))
    assert np.isnan(proxies.pair_bounds("ratio", [5, 5], [0, 0], [1, 1], [0.5, 0.5])).all()
    assert np.isnan(proxies.pair_bounds("difference", [5, 5], [0, 0], [1, 1], [0.5, 0.5])).all()


def test_a_ratio_of_rates_that_may_both_be_none_is_open():
    assert proxies.pair_bounds("ratio", [10], [0.5], [0.5], [0.3]) == (0, INFINITY)


def test_shares_of_two_groups_add_up_to_at_most_one():
    with pytest.raises(ValueError, match=r"at most 1; got 1\.2"):
        proxies.pair_bounds("ratio", [10], [0.6], [0.6], [0.3])


@pytest.mark.parametrize(
    ("kind", "margin", "wrong_a", "wrong_b", "expected"),
    [
        ("difference", -0.10, 0.2, 0.0, -0.10 * 0.8),
        ("difference", -0.10, 0.1, 0.1, -0.10 * 0.8),
        ("difference", -0.10, 0.0, 0.0, -0.10),
        ("ratio", 0.8, 0.0, 0.0, 0.8),
        ("ratio", 0.8, 0.5, 0.0, 0.9),
        ("ratio", 0.8, 0.1, 0.1, (0.8 + 0.1 * 0.2) / (1 - 0.1 * 0.2)),
        ("ratio", 1.0, 0.3, 0.2, 1.0),
        ("ratio", 0.8, 0.5, 0.5, NAN),
        ("difference", -0.1, 0.7, 0.6, NAN),
    ],
)
def test_tightened_margin(kind, margin, wrong_a, wrong_b, expected):
    assert proxies.tightened_margin(kind, margin, wrong_a, wrong_b) == pytest.approx(expected, nan_ok=True)


# --- laws ----------------------------------------------------------------------------------------------------------


@st.composite
def populations(draw, groups=2):
    """People of each group without and with the outcome, of shape (cells, groups, 2); every group has somebody."""
    cells = draw(st.integers(1, 4))
    counts = draw(st.lists(st.integers(0, 30), min_size=cells * groups * 2, max_size=cells * groups * 2))
    counts = np.array(counts, dtype=float).reshape(cells, groups, 2)
    counts[0, :, 0] += 1
    return counts


def seen(counts):
    """What a proxy tells of a population: people, each group's share, the rate."""
    people = counts.sum((1, 2))
    whole = np.maximum(people, 1)
    return people, (counts.sum(2) / whole[:, None]).T, counts[:, :, 1].sum(1) / whole


def true_rates(counts):
    return counts[:, :, 1].sum(0) / counts.sum((0, 2))


@pytest.mark.parametrize("groups", [2, 3])
@given(st.data())
def test_bounds_hold_the_truth_and_the_weighted_rate(groups, data):
    counts = data.draw(populations(groups))
    people, shares, outcome = seen(counts)
    rates = true_rates(counts)
    for group in range(groups):
        lower, upper = proxies.rate_bounds(people, shares[group], outcome)
        weighted = proxies.weighted_rate(people, shares[group], outcome)
        assert -1e-12 <= lower <= min(rates[group], weighted) + 1e-12
        assert max(rates[group], weighted) - 1e-12 <= upper <= 1 + 1e-12
    lower, upper = proxies.pair_bounds("difference", people, shares[0], shares[1], outcome)
    assert lower - 1e-12 <= rates[0] - rates[1] <= upper + 1e-12
    lower, upper = proxies.pair_bounds("ratio", people, shares[0], shares[1], outcome)
    if rates[1] > 0:
        assert lower - 1e-12 <= rates[0] / rates[1] <= upper + 1e-9


@pytest.mark.parametrize("groups", [2, 3])
@given(st.data())
def test_no_closer_bounds_of_a_gap_hold(groups, data):
    people, shares, outcome = seen(data.draw(populations(groups)))
    # All populations that look the same: the share of each cell that is of group g and has the outcome.
    cells, size = len(people), (people * shares).sum(1)
    aim = np.zeros((cells, groups))
    aim[:, 0], aim[:, 1] = people / size[0], -people / size[1]
    add_up = np.kron(np.eye(cells), np.ones(groups))
    room = [(0, shares[g, z]) for z in range(cells) for g in range(groups)]
    lowest, highest = (
        linprog(sign * aim.ravel(), A_eq=add_up, b_eq=outcome, bounds=room).fun * sign for sign in (1, -1)
    )
    assert proxies.pair_bounds("difference", people, shares[0], shares[1], outcome) == pytest.approx(
        (lowest, highest), abs=1e-7
    )


@given(populations())
def test_the_weighted_rate_less_its_bias_is_the_truth(counts):
    people, shares, outcome = seen(counts)
    for group in range(2):
        members = counts[:, group].sum(1)
        own = counts[:, group, 1] / np.maximum(members, 1)
        found = proxies.weighted_rate(people, shares[group], outcome)
        bias = proxies.weighted_bias(people, shares[group], outcome, own)
        assert found - bias == pytest.approx(true_rates(counts)[group], abs=1e-12)


@given(populations())
def test_swapping_groups_turns_the_gap_round(counts):
    people, (a, b), outcome = seen(counts)
    there = proxies.pair_bounds("difference", people, a, b, outcome)
    back = proxies.pair_bounds("difference", people, b, a, outcome)
    assert there == pytest.approx((-back.upper, -back.lower))


@pytest.mark.parametrize("kind", KINDS)
@given(st.floats(0.05, 0.95), st.floats(0.5, 0.99), st.floats(0, 0.4), st.floats(0, 0.4))
def test_mixed_up_groups_at_the_margin_are_recorded_at_the_tightened_margin(kind, rate_b, margin, wrong_a, wrong_b):
    ratio = kind == "ratio"
    margin = margin if ratio else -margin * rate_b
    rate_a = margin * rate_b if ratio else rate_b + margin
    recorded_a = (1 - wrong_a) * rate_a + wrong_a * rate_b
    recorded_b = (1 - wrong_b) * rate_b + wrong_b * rate_a
    recorded = recorded_a / recorded_b if ratio else recorded_a - recorded_b
    assert proxies.tightened_margin(kind, margin, wrong_a, wrong_b) == pytest.approx(recorded)


def test_many_pairs_at_once_are_each_pair_alone():
    random = np.random.default_rng(5)
    people, a, outcome = random.integers(1, 90, (20, 6)), random.uniform(0, 1, (20, 6)), random.uniform(0, 1, (20, 6))
    for kind in KINDS:
        together = proxies.pair_bounds(kind, people, a, 1 - a, outcome)
        alone = [proxies.pair_bounds(kind, people[i], a[i], 1 - a[i], outcome[i]) for i in range(20)]
        np.testing.assert_allclose(np.array(together).T, alone)
