"""Laws that the score tests and their bounds obey on any counts, and a slow route to the same numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from statsmodels.stats.contingency_tables import StratifiedTable

from fairaudit.stats import score

KINDS = ["ratio", "difference"]
INFINITY = math.inf
NAN = math.nan


@st.composite
def groups(draw, largest=400):
    """Events and records of two groups."""
    n1, n0 = draw(st.integers(1, largest)), draw(st.integers(1, largest))
    return draw(st.integers(0, n1)), n1, draw(st.integers(0, n0)), n0


ratios = st.floats(0.2, 5)
# Limits as people write them: 1e-58 is none.
differences = st.integers(-600, 600).map(lambda thousandths: thousandths / 1000)
levels = st.floats(0.001, 0.1)


def margins(kind):
    return ratios if kind == "ratio" else differences


# --- a slow route --------------------------------------------------------------------------------------------------


def log_likelihood(x, n, p):
    return (x * math.log(p) if x else 0.0) + ((n - x) * math.log1p(-p) if n - x else 0.0)


def slow_z(kind, x1, n1, x0, n0, margin):
    """Compute both statistics from a numerical search for the restricted rates, in plain arithmetic."""
    r, d = (margin, 0.0) if kind == "ratio" else (1.0, margin)
    low, high = max(0.0, -d) + 1e-12, min(1.0, (1 - d) / r) - 1e-12
    found = minimize_scalar(
        lambda p: -log_likelihood(x1, n1, min(max(r * p + d, 1e-300), 1 - 1e-16)) - log_likelihood(x0, n0, p),
        bounds=(low, high),
        method="bounded",
        options={"xatol": 1e-12},
    )
    p0 = min((low, high, found.x), key=lambda p: -log_likelihood(x1, n1, min(r * p + d, 1)) - log_likelihood(x0, n0, p))
    p1 = r * p0 + d
    n = n1 + n0
    variance = (p1 * (1 - p1) / n1 + r**2 * p0 * (1 - p0) / n0) * n / (n - 1)
    third = p1 * (1 - p1) * (1 - 2 * p1) / n1**2 - r**3 * p0 * (1 - p0) * (1 - 2 * p0) / n0**2
    z = (x1 / n1 - r * x0 / n0 - d) / math.sqrt(variance)
    a = third / (6 * variance**1.5)
    return z, (math.sqrt(max(0, 1 + 4 * a * (a + z))) - 1) / (2 * a) if abs(a) > 1e-10 else z


@pytest.mark.parametrize("kind", KINDS)
@given(st.data())
def test_closed_form_agrees_with_a_search_for_the_restricted_rates(kind, data):
    n1, n0 = data.draw(st.integers(2, 300)), data.draw(st.integers(2, 300))
    # The search is only good in the inside of the scale, where the likelihood has a peak rather than an edge.
    x1, x0 = data.draw(st.integers(1, n1 - 1)), data.draw(st.integers(1, n0 - 1))
    margin = data.draw(margins(kind))
    statistic = {"ratio": score.ratio_z, "difference": score.difference_z}[kind]
    assert statistic(x1, n1, x0, n0, margin) == pytest.approx(slow_z(kind, x1, n1, x0, n0, margin), rel=1e-4, abs=1e-4)


@given(groups())
def test_without_a_margin_it_is_the_test_of_mantel_and_haenszel(table):
    x1, n1, x0, n0 = table
    assume(0 < x1 + x0 < n1 + n0)
    one_stratum = StratifiedTable([np.array([[x1, n1 - x1], [x0, n0 - x0]], dtype=float)])
    expected = pytest.approx(one_stratum.test_null_odds(correction=False).statistic, rel=1e-6, abs=1e-9)
    assert score.difference_z(*table, 0.0)[0] ** 2 == expected
    assert score.ratio_z(*table, 1.0)[0] ** 2 == expected


# --- symmetries ----------------------------------------------------------------------------------------------------


@given(groups(), differences)
def test_swapping_groups_turns_a_difference_round(table, d):
    x1, n1, x0, n0 = table
    there, back = score.difference_z(x1, n1, x0, n0, d), score.difference_z(x0, n0, x1, n1, -d)
    assert there == pytest.approx([-z for z in back], abs=1e-5)


@given(groups(), ratios)
def test_swapping_groups_turns_a_ratio_round(table, r):
    x1, n1, x0, n0 = table
    there, back = score.ratio_z(x1, n1, x0, n0, r), score.ratio_z(x0, n0, x1, n1, 1 / r)
    assert there == pytest.approx([-z for z in back], abs=1e-5)


@given(groups(), differences)
def test_counting_those_without_the_event_turns_a_difference_round(table, d):
    x1, n1, x0, n0 = table
    there, back = score.difference_z(x1, n1, x0, n0, d), score.difference_z(n1 - x1, n1, n0 - x0, n0, -d)
    assert there == pytest.approx([-z for z in back], abs=1e-5)


# --- counts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@given(st.data())
def test_more_events_in_a_group_speak_for_it(kind, data):
    x1, n1, x0, n0 = data.draw(groups())
    margin = data.draw(margins(kind))
    statistic = {"ratio": score.ratio_z, "difference": score.difference_z}[kind]
    along_a = statistic(np.arange(n1 + 1), n1, x0, n0, margin)[0]
    along_b = statistic(x1, n1, np.arange(n0 + 1), n0, margin)[0]
    assert (np.diff(along_a) >= -1e-6).all()
    assert (np.diff(along_b) <= 1e-6).all()


@pytest.mark.parametrize("kind", KINDS)
@given(st.data())
def test_more_records_at_the_same_rates_say_the_same_louder(kind, data):
    table = data.draw(groups())
    margin = data.draw(margins(kind))
    statistic = {"ratio": score.ratio_z, "difference": score.difference_z}[kind]
    z = statistic(*table, margin, bias_correction=False)[0]
    ten_times = statistic(*(10 * count for count in table), margin, bias_correction=False)[0]
    assert ten_times == pytest.approx(math.sqrt(10) * z, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_fraction_of_a_record_is_between_its_neighbours(kind):
    margin = {"ratio": 0.8, "difference": -0.1}[kind]
    below, between, above = score.clearing_z(kind, [48, 48.4, 49], 80, 50, 80, margin)
    assert below < between < above


# --- clearing and flagging -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@given(st.data(), st.floats(0.001, 0.45))
def test_clear_and_flag_are_never_both(kind, data, alpha):
    table, margin = data.draw(groups()), data.draw(margins(kind))
    clears = score.clearing_p(score.clearing_z(kind, *table, margin)) < alpha
    flags = score.flagging_p(score.flagging_z(kind, *table, margin)) < alpha
    assert not (clears and flags)


@pytest.mark.parametrize("kind", KINDS)
@given(st.data(), levels)
def test_a_bound_says_what_the_test_says(kind, data, alpha):
    table, margin = data.draw(groups()), data.draw(margins(kind))
    lower, upper = score.bounds(kind, *table, alpha, alpha)
    clearing = score.clearing_z(kind, *table, margin) - score.critical_z(alpha)
    flagging = score.flagging_z(kind, *table, margin) + score.critical_z(alpha)
    assume(min(abs(clearing), abs(flagging)) > 1e-6)
    assert (lower > margin) == (clearing > 0)
    assert (upper < margin) == (flagging < 0)


@pytest.mark.parametrize("kind", KINDS)
@given(groups(), levels)
def test_bounds_contain_the_estimate_and_nest(kind, table, alpha):
    x1, n1, x0, n0 = table
    a, b = x1 / n1, x0 / n0
    estimate = a - b if kind == "difference" else a / b if x0 else INFINITY if x1 else 0.0
    lower, upper = score.bounds(kind, *table, alpha, alpha)
    assert lower <= estimate <= upper
    wider = score.bounds(kind, *table, alpha / 2, alpha / 2)
    assert wider[0] <= lower
    assert upper <= wider[1]


@pytest.mark.parametrize("kind", KINDS)
@given(groups(), levels, st.integers(2, 40))
def test_few_folds_widen_the_bounds(kind, table, alpha, degrees):
    normal, student = score.bounds(kind, *table, alpha, alpha), score.bounds(kind, *table, alpha, alpha, degrees)
    assert student[0] <= normal[0]
    assert normal[1] <= student[1]


@pytest.mark.parametrize("kind", KINDS)
@given(st.lists(groups(), min_size=1, max_size=6), st.lists(levels, min_size=6, max_size=6))
def test_many_pairs_at_once_are_each_alone(kind, tables, alphas):
    alphas = np.array(alphas[: len(tables)])
    together = score.bounds(kind, *np.array(tables).T, alphas, alphas / 2)
    alone = [score.bounds(kind, *table, alpha, alpha / 2) for table, alpha in zip(tables, alphas, strict=True)]
    assert np.transpose(together) == pytest.approx(np.array(alone), rel=1e-8, abs=1e-8)


def test_every_pair_of_groups_by_broadcasting():
    x, n = np.array([480, 210, 240]), np.array([800, 400, 420])
    lower, upper = score.ratio_bounds(x[:, None], n[:, None], x, n, 0.05, 0.05)
    assert lower.shape == upper.shape == (3, 3)
    # The upper bound of a over b is one over the lower bound of b over a.
    assert upper == pytest.approx(1 / lower.T, rel=1e-8)


# --- edges ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "table", "margin", "clearing", "flagging"),
    [
        # Nobody has the event: of a ratio nothing is shown, of a difference something.
        ("ratio", (0, 50, 0, 50), 0.8, -INFINITY, INFINITY),
        ("ratio", (0, 50, 0, 50), 1.25, -INFINITY, INFINITY),
        ("difference", (0, 500, 0, 500), -0.1, 7.4498, 9.0585),
        # No variance is left under the hypothesis: certainty, or nothing at all.
        ("difference", (50, 50, 0, 50), 1.0, 0.0, 0.0),
        ("difference", (40, 50, 0, 50), -1.0, INFINITY, INFINITY),
        ("ratio", (50, 50, 50, 50), 1.0, 0.0, 0.0),
        # An empty group, or one that is not known
        ("ratio", (0, 0, 10, 50), 0.8, NAN, NAN),
        ("ratio", (10, 50, 0, 0), 0.8, NAN, NAN),
        ("difference", (0, 0, 0, 0), -0.1, NAN, NAN),
        ("difference", (NAN, 50, 10, 50), -0.1, NAN, NAN),
        ("ratio", (10, NAN, 10, 50), 0.8, NAN, NAN),
        # Effective numbers so small that N / (N - 1) has no meaning
        ("ratio", (0.2, 0.4, 0.1, 0.5), 0.8, NAN, NAN),
    ],
)
def test_edges_of_z(kind, table, margin, clearing, flagging):
    assert score.clearing_z(kind, *table, margin) == pytest.approx(clearing, abs=5e-4, nan_ok=True)
    assert score.flagging_z(kind, *table, margin) == pytest.approx(flagging, abs=5e-4, nan_ok=True)


@pytest.mark.parametrize(
    ("kind", "table", "lower", "upper"),
    [
        ("ratio", (0, 50, 0, 50), 0, INFINITY),
        ("ratio", (0, 50, 10, 50), 0, "finite"),
        ("ratio", (10, 50, 0, 50), "finite", INFINITY),
        ("ratio", (0, 0, 10, 50), NAN, NAN),
        ("ratio", (10, 50, NAN, 50), NAN, NAN),
        # One event of one: the corrected statistic stays below 2.65 at any ratio
        ("ratio", (1, 1, 0, 5), "finite", INFINITY),
        ("difference", (50, 50, 0, 50), "finite", 1),
        ("difference", (0, 50, 50, 50), -1, "finite"),
        ("difference", (0, 50, 0, 50), "finite", "finite"),
        ("difference", (0, 0, 10, 50), NAN, NAN),
        ("difference", (0.2, 0.4, 0.1, 0.5), NAN, NAN),
    ],
)
def test_edges_of_bounds(kind, table, lower, upper):
    for bound, expected in zip(score.bounds(kind, *table, 0.05, 0.05), (lower, upper), strict=True):
        if expected == "finite":
            assert 0 < abs(bound) < 1e3
        else:
            assert bound == pytest.approx(expected, nan_ok=True)


def test_a_level_out_of_reach_bounds_nothing():
    assert score.ratio_bounds(1, 1, 0, 5, [0.05, 0.002], 0.05)[0] == pytest.approx([1.6098, 0], abs=5e-4)


@pytest.mark.parametrize("alpha", [0, 0.5, 0.9, -0.1, NAN])
def test_a_level_that_is_none_is_refused(alpha):
    with pytest.raises(ValueError, match="above 0 and below"):
        score.ratio_bounds(10, 50, 10, 50, alpha, 0.05)


def test_the_smaller_statistic_is_not_monotone_where_a_small_group_meets_a_large_one():
    # STATISTICS, amendment 1: with one event more in 8 records the evidence *for* them falls. Of a ratio, too,
    # although the amendment says otherwise, if the large group comes first.
    assert score.clearing_z("difference", [0, 1], 8, 0, 200, -0.1) == pytest.approx([4.70, 3.43], abs=0.005)
    assert score.clearing_z("ratio", 200, 200, [7, 8], 8, 0.8) == pytest.approx([5.10, 7.05], abs=0.005)
