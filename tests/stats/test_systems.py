"""How a disparity changes between two systems that judged the same people: by hand, published parts, laws, coverage."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairaudit.stats import matched
from fairaudit.stats.systems import FEWEST, Joint, change, joined, within

# Ways to be judged: yes under both, under the first only, under the second only, under neither; all are counted.
EVENTS = [[1, 1, 0, 0], [1, 0, 1, 0]]
ALL = np.ones((2, 4))


def people(*counts: float) -> Joint:
    """Make a group of whom both systems count everybody: both, first only, second only, neither."""
    return Joint.of(counts, EVENTS, ALL)


# Of predictive values, the ways are (selected by 1, by 2) by outcome; each system counts whom it selects.
SELECTED = [[1, 1, 1, 1, 0, 0, 0, 0], [1, 1, 0, 0, 1, 1, 0, 0]]
WITH_OUTCOME = [1, 0] * 4


def chosen(*counts: float) -> Joint:
    """Make a group by whom either system selects, each with and without the outcome; who is selected is counted."""
    return Joint.of(counts, np.array(SELECTED) * WITH_OUTCOME, SELECTED)


# --- by hand and published -------------------------------------------------------------------------------------------


def test_within_a_group_the_bounds_are_tangos():
    # Fagerland, Lydersen & Laake (2014), hyper-responsive airways before and after (Bentur et al. 2009): -.517, -.026
    value, lower, upper = within("difference", people(1, 1, 7, 12))
    assert value == pytest.approx(2 / 21 - 8 / 21)
    assert (lower, upper) == pytest.approx((-0.517, -0.026), abs=0.0006)


def test_within_a_group_a_ratio_has_the_bounds_of_nam_and_blackwelder():
    # The same table; Fagerland et al. (2014): .065, .907
    value, lower, upper = within("ratio", people(1, 1, 7, 12))
    assert value == pytest.approx(2 / 8)
    assert (lower, upper) == pytest.approx((0.065, 0.907), abs=0.0006)


@pytest.mark.parametrize(
    ("first_only", "second_only", "p"),
    [
        # Fagerland, Lydersen & Laake (2013, BMC Medical Research Methodology 13: 91), the same table: .070
        (1, 7, 2 * (1 + 8) / 2**8),
        (0, 5, 2 / 2**5),
        (3, 3, 1.0),
        (0, 0, 1.0),
    ],
)
def test_mcnemars_exact_test(first_only, second_only, p):
    assert float(matched.mcnemar_exact(first_only, second_only)) == pytest.approx(p)


def test_the_two_groups_are_joined_as_mover_joins_them():
    a, b = people(30, 12, 4, 54), people(20, 5, 9, 66)
    (da, la, ua), (db, lb, ub) = within("difference", a), within("difference", b)
    value = (42 / 100 - 34 / 100) - (25 / 100 - 29 / 100)
    lower, upper = value - math.hypot(da - la, ub - db), value + math.hypot(ua - da, db - lb)
    assert change("difference", a, b) == pytest.approx((value, lower, upper))


def test_a_ratio_is_joined_on_the_log_scale():
    a, b = people(30, 12, 4, 54), people(20, 5, 9, 66)
    value = (42 / 34) / (25 / 29)
    (da, la, ua), (db, lb, ub) = (np.log(within("ratio", group)) for group in (a, b))
    lower, upper = (
        math.log(value) - math.hypot(da - la, ub - db),
        math.log(value) + math.hypot(ua - da, db - lb),
    )
    assert change("ratio", a, b) == pytest.approx((value, math.exp(lower), math.exp(upper)))


def test_a_predictive_value_is_bounded_by_the_delta_method():
    group = chosen(30, 20, 15, 15, 10, 20, 5, 85)
    first, second = 45 / 80, 40 / 80
    # Per person, over 80 selected by either: in both, (y - p1) / 80 - (y - p2) / 80; in one only, that system's part
    variance = (
        30 * ((1 - first) / 80 - (1 - second) / 80) ** 2
        + 20 * (-first / 80 + second / 80) ** 2
        + 15 * ((1 - first) / 80) ** 2
        + 15 * (first / 80) ** 2
        + 10 * ((1 - second) / 80) ** 2
        + 20 * (second / 80) ** 2
    )
    reach = 1.959963984540054 * math.sqrt(variance)
    assert within("difference", group) == pytest.approx(
        (first - second, first - second - reach, first - second + reach)
    )


def test_too_few_selected_have_no_bounds():
    few = chosen(FEWEST - 1, 20, 0, 0, 0, 0, 0, 50)
    value, lower, upper = within("difference", few)
    assert (value, math.isnan(lower), math.isnan(upper)) == (0.0, True, True)
    assert math.isnan(change("difference", few, chosen(30, 20, 15, 15, 10, 20, 5, 85))[1])


@pytest.mark.parametrize("kind", ["difference", "ratio"])
def test_nobody_to_count_is_undefined(kind):
    assert np.isnan(change(kind, people(0, 0, 0, 0), people(3, 1, 1, 5))).all()


def test_a_ratio_to_no_event_is_undefined():
    assert np.isnan(change("ratio", people(0, 0, 4, 10), people(3, 1, 1, 5))).all()


def test_people_with_several_records_widen_the_interval():
    # The same people, each with all records in one fold: 25 folds, alike within.
    one = np.array([[8, 0, 0, 0], [0, 8, 0, 0], [0, 0, 8, 0], [0, 0, 0, 8], [4, 4, 0, 0]] * 5)
    clustered, alone = Joint.of(one, EVENTS, ALL), Joint.of(one.sum(axis=0), EVENTS, ALL)
    wide, narrow = within("difference", clustered), within("difference", alone)
    assert wide[0] == pytest.approx(narrow[0])
    assert wide[2] - wide[1] > 2 * (narrow[2] - narrow[1])


def test_the_variance_of_folds_is_that_of_the_jackknife():
    draw = np.random.default_rng(8)
    folds = np.array([draw.multinomial(20, shares) for shares in draw.dirichlet([3, 2, 1, 4], size=40)])
    n = folds.sum(axis=1)
    mean = (folds[:, 1] - folds[:, 2]).sum() / n.sum()
    # All folds are alike in size, so the linear estimate without one is the very estimate without it.
    without = np.array([(folds.sum(axis=0)[1] - folds.sum(axis=0)[2] - f[1] + f[2]) / (n.sum() - 20) for f in folds])
    variance = 39 / 40 * ((without - without.mean()) ** 2).sum()
    total = folds.sum(axis=0)
    share = (total[1] + total[2]) / n.sum()
    effect = variance / ((share - mean**2) / n.sum())
    assert effect > 1.3
    expected = [float(end) for end in matched.bounds("difference", *(total / effect), 0.025, 0.025, 39)]
    assert within("difference", Joint.of(folds, EVENTS, ALL))[1:] == pytest.approx(expected, rel=1e-6)


# --- laws ------------------------------------------------------------------------------------------------------------

COUNTS = st.tuples(*[st.integers(0, 60)] * 4).filter(lambda counts: sum(counts) > 0)
SIDES = st.tuples(COUNTS, COUNTS)


def swapped(counts: tuple[int, ...]) -> Joint:
    both, first, second, neither = counts
    return people(both, second, first, neither)


@given(SIDES)
def test_law_swapping_the_systems_turns_the_sign(sides):
    value, lower, upper = change("difference", *(people(*side) for side in sides))
    turned = change("difference", *map(swapped, sides))
    assert turned == pytest.approx((-value, -upper, -lower), abs=1e-7)


@given(SIDES)
def test_law_swapping_the_groups_turns_the_sign(sides):
    a, b = (people(*side) for side in sides)
    value, lower, upper = change("difference", a, b)
    assert change("difference", b, a) == pytest.approx((-value, -upper, -lower), abs=1e-7)


@given(SIDES)
def test_law_swapping_the_systems_inverts_a_ratio(sides):
    value, lower, upper = change("ratio", *(people(*side) for side in sides))
    turned = change("ratio", *map(swapped, sides))
    if math.isnan(value):
        assert np.isnan(turned).all()
    else:
        with np.errstate(divide="ignore", over="ignore"):
            assert turned == pytest.approx(tuple(1 / np.array([value, upper, lower])), rel=1e-5)


@given(st.tuples(*[st.tuples(st.integers(1, 300), st.integers(1, 300))] * 2))
def test_law_identical_systems_do_not_differ(sides):
    groups = [people(yes, 0, 0, no) for yes, no in sides]
    value, lower, upper = change("difference", *groups)
    assert value == 0
    assert lower < 0 < upper
    value, lower, upper = change("ratio", *groups)
    assert value == pytest.approx(1)
    assert lower < 1 < upper


@given(SIDES)
def test_law_the_change_lies_within_its_bounds(sides):
    value, lower, upper = change("difference", *(people(*side) for side in sides))
    assert lower - 1e-9 <= value <= upper + 1e-9


# --- how often it holds ----------------------------------------------------------------------------------------------

# Shares of people: yes under both, first only, second only, neither.
PAIRS = ([0.20, 0.15, 0.05, 0.60], [0.15, 0.04, 0.06, 0.75])


@pytest.mark.parametrize("kind", ["difference", "ratio"])
@pytest.mark.parametrize("n", [80, 300])
def test_simulated_the_interval_holds_the_true_change_19_times_in_20(kind, n):
    draw, times = np.random.default_rng(20261129), 4000
    first, second = ((sum(p[:2]), p[0] + p[2]) for p in PAIRS)
    true = (
        (first[0] / first[1]) / (second[0] / second[1])
        if kind == "ratio"
        else (first[0] - first[1]) - (second[0] - second[1])
    )
    drawn = [draw.multinomial(n, p, size=times).T for p in PAIRS]
    groups = [np.stack([_value(kind, *d), *matched.bounds(kind, *d, 0.025, 0.025)]) for d in drawn]
    assert change(kind, *(people(*d[:, 0]) for d in drawn)) == pytest.approx(joined(kind, *groups)[:, 0])
    _, lower, upper = joined(kind, *groups)
    assert 0.94 < np.mean((lower <= true) & (true <= upper)) < 0.965


def _value(kind, both, first, second, neither):
    yes = both + first, both + second
    return yes[0] / yes[1] if kind == "ratio" else (yes[0] - yes[1]) / (both + first + second + neither)


def test_simulated_predictive_values_hold_it_as_often():
    draw, times, n = np.random.default_rng(20261129), 1000, 400
    shares = ([0.12, 0.08, 0.06, 0.08, 0.05, 0.06, 0.10, 0.45], [0.10, 0.10, 0.05, 0.05, 0.06, 0.04, 0.10, 0.50])

    def values(p):
        return (p[0] + p[2]) / sum(p[:4]) - (p[0] + p[4]) / (p[0] + p[1] + p[4] + p[5])

    true = values(shares[0]) - values(shares[1])
    drawn = [draw.multinomial(n, p, size=times) for p in shares]
    found = [change("difference", chosen(*a), chosen(*b)) for a, b in zip(*drawn, strict=True)]
    held = np.mean([lower <= true <= upper for _, lower, upper in found])
    assert 0.93 < held < 0.975
