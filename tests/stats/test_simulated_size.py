"""How many records are needed, by simulation: the tables of STATISTICS, and the very rule that clears."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairaudit.stats import exact, score, simulated_size
from fairaudit.stats.sample_size import records_per_group, resolution_limit
from fairaudit.stats.simulated_size import Rule, fewest, power, size_for
from tests.stats.test_sample_size import ROWS


def equal(groups: int):
    return lambda n: np.full(groups, n)


@pytest.mark.parametrize(("kind", "margin", "rate", "groups", "n"), ROWS)
def test_all_pairs_of_equal_groups(kind, margin, rate, groups, n):
    # STATISTICS T5, itself to within 2%; without the exact step, as there
    rule = Rule.all_pairs(groups, {kind: margin})
    start = records_per_group(kind, rate, margin, groups=groups)
    assert size_for(rule, equal(groups), rate, start, seed=1) == pytest.approx(n, rel=0.035)


def test_on_average_it_is_within_one_in_a_hundred_of_the_table():
    off = [
        size_for(Rule.all_pairs(k, {kind: margin}), equal(k), rate, n, seed=2) / n for kind, margin, rate, k, n in ROWS
    ]
    assert np.mean(off) == pytest.approx(1, abs=0.015)


@pytest.mark.parametrize(
    ("kind", "margin", "rate", "n"),
    [
        # Below T5: the smaller group, where the other is ten times as large
        ("ratio", 0.8, 0.1, 1700),
        ("ratio", 0.8, 0.3, 445),
        ("ratio", 0.8, 0.6, 128),
        ("difference", -0.05, 0.1, 345),
        ("difference", -0.05, 0.3, 800),
        ("difference", -0.05, 0.6, 910),
    ],
)
def test_a_small_group_beside_one_ten_times_as_large(kind, margin, rate, n):
    rule = Rule.all_pairs(2, {kind: margin})
    assert size_for(rule, lambda m: np.array([m, 10 * m]), rate, n) == pytest.approx(n, rel=0.035)


def test_the_formula_is_low_where_groups_are_small_and_the_simulation_is_not():
    # STATISTICS section 6: 39 by the formula, 50 by simulation
    formula = records_per_group("ratio", 0.9, 0.8)
    found = size_for(Rule.all_pairs(2, {"ratio": 0.8}), equal(2), 0.9, formula)
    assert (formula < 40, found == pytest.approx(50, rel=0.05)) == (True, True)


@pytest.mark.parametrize("size", [80, 90, 97, 113])
def test_the_exact_test_asks_for_a_higher_statistic_and_nothing_else(size):
    """Table by table: what passes the exact test too is what exceeds the threshold."""
    rule = Rule.all_pairs(2, {"ratio": 0.8}, exact=True)
    threshold = simulated_size.exact_thresholds(rule, np.array([size, size]), 0.9)["ratio"]
    x1, x0 = (x.ravel() for x in np.meshgrid(np.arange(size - 25, size + 1), np.arange(size - 25, size + 1)))
    z = score.clearing_z("ratio", x1, size, x0, size, 0.8)
    near = np.flatnonzero((z > score.critical_z(0.05)) & (z < 1.9) & (abs(x1 + x0 - 1.8 * size) < 12))
    passes = [exact.exact_passes("ratio", int(x1[k]), size, int(x0[k]), size, 0.8, 0.05) for k in near]
    assert passes == (z[near] > threshold).tolist()


def test_the_pair_looked_at_first_changes_nothing():
    """Every pair of every draw tested, against the quick way."""
    rule = Rule.all_pairs(4, {"ratio": 0.8})
    n = np.array([300, 500, 2000, 900])
    x = np.random.default_rng(7).binomial(n, 0.3, size=(4000, 4))
    a, b = rule.pairs.T
    z = score.clearing_z("ratio", x[:, a], n[a], x[:, b], n[b], 0.8)
    share = float((z > score.critical_z(0.05)).all(axis=1).mean())
    assert power(rule, n, 0.3, draws=4000, seed=7) == share


def test_both_limits_must_hold():
    start = 1500.0
    both, ratio, gap = (
        size_for(Rule.all_pairs(2, limits), equal(2), 0.3, start)
        for limits in ({"ratio": 0.8, "difference": -0.05}, {"ratio": 0.8}, {"difference": -0.05})
    )
    assert ratio < gap <= 1.02 * both


def test_a_group_against_the_rest_takes_fewer_than_all_pairs():
    # STATISTICS section 2: eight groups of 1,000 at .3, ratio .8, clear .985 against everyone, .276 all pairs
    groups = 8
    arms = np.concatenate([np.eye(groups), 1 - np.eye(groups)])
    pairs = np.array([pair for g in range(groups) for pair in ((g, groups + g), (groups + g, g))])
    overall = Rule(arms, pairs, {"ratio": 0.8}, overall=True)
    assert power(overall, [1000] * groups, 0.3, draws=6000) == pytest.approx(0.985, abs=0.01)
    assert power(Rule.all_pairs(groups, {"ratio": 0.8}), [1000] * groups, 0.3) == pytest.approx(0.276, abs=0.02)


def test_small_groups_decide_whatever_the_others_have():
    # STATISTICS amendment 11: shares 60/20/12/4/2/1/1 of 20,000, all at .3
    sizes = np.array([60, 20, 12, 4, 2, 1, 1]) * 200
    assert power(Rule.all_pairs(7, {"ratio": 0.8}), sizes, 0.3) == pytest.approx(0, abs=0.005)
    assert power(Rule.all_pairs(4, {"ratio": 0.8}), sizes[:4], 0.3) == pytest.approx(0.93, abs=0.02)


def test_student_t_of_few_folds_asks_for_more():
    start = 900.0
    few, many, none = (
        size_for(Rule.all_pairs(2, {"ratio": 0.8}, degrees_of_freedom=freedom), equal(2), 0.3, start)
        for freedom in (9.0, 500.0, None)
    )
    assert few > 1.05 * many
    assert many == pytest.approx(none, rel=0.03)


@pytest.mark.parametrize(
    ("kind", "margin", "rate", "n"),
    [("ratio", 0.8, 0.1, 978), ("ratio", 0.8, 0.3, 254), ("difference", -0.05, 0.3, 455)],
)
def test_the_fewest_that_could_clear(kind, margin, rate, n):
    # STATISTICS section 6, by a formula that is within 7%
    found = fewest(Rule.all_pairs(2, {kind: margin}), equal(2), rate)
    assert resolution_limit(kind, rate, margin) == pytest.approx(n, abs=0.56)
    assert found == pytest.approx(n, rel=0.07)
    z = [score.clearing_z(kind, rate * m, m, rate * m, m, margin) for m in (0.998 * found, 1.002 * found)]
    assert (z[0] < score.critical_z(0.05), z[1] > score.critical_z(0.05)) == (True, True)


def test_nothing_would_do_where_the_unknown_grow_with_the_records():
    # A tenth unknown beside two equal groups at .3: at worst .3 / 1.2 against .5 / 1.2
    shared = np.array([[0.0, 0.1], [0.1, 0.1]])
    rule = Rule.all_pairs(2, {"ratio": 0.8}, own=np.zeros((2, 2, 2)), shared=shared)
    assert size_for(rule, equal(2), 0.3, 800) == np.inf


@settings(max_examples=15, deadline=None)
@given(st.integers(2, 6), st.floats(0.1, 0.8), st.floats(0.6, 0.9))
def test_what_it_finds_clears_as_often_as_wanted(groups, rate, margin):
    rule = Rule.all_pairs(groups, {"ratio": margin})
    found = size_for(rule, equal(groups), rate, records_per_group("ratio", rate, margin, groups=groups))
    assert power(rule, np.full(groups, found), rate, draws=4000, seed=77) == pytest.approx(0.8, abs=0.06)
