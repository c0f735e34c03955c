"""Groups compared within strata: published numbers, and laws on any counts."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import norm
from statsmodels.stats.contingency_tables import StratifiedTable

from fairaudit.stats import score, strata
from fairaudit.stats.mantel_haenszel import breslow_day, mantel_haenszel

KINDS = ["ratio", "difference"]
NAN, INFINITY = math.nan, math.inf
Z95 = norm.isf(0.025)

# Graduate admissions at Berkeley, autumn 1973, departments A to F (Bickel, Hammel & O'Connell 1975; Freedman, Pisani &
# Purves 1978): admitted and rejected.
MEN = np.array([[512, 313], [353, 207], [120, 205], [138, 279], [53, 138], [22, 351]])
WOMEN = np.array([[89, 19], [17, 8], [202, 391], [131, 244], [94, 299], [24, 317]])
M = MEN[:, 0], MEN.sum(1)
F = WOMEN[:, 0], WOMEN.sum(1)


# --- published numbers ---------------------------------------------------------------------------------------------


def test_berkeley_raw_rates_differ():
    assert [x.sum() / n.sum() for x, n in (M, F)] == pytest.approx([0.4452, 0.3035], abs=5e-5)


def test_berkeley_mantel_haenszel():
    # R's mantelhaen.test(UCBAdmissions)
    common = mantel_haenszel(*M, *F)
    assert common.odds_ratio == pytest.approx(0.9046968, abs=5e-8)
    assert (common.odds_ratio_lower, common.odds_ratio_upper) == pytest.approx((0.7719074, 1.0603298), abs=5e-8)
    assert common.test_corrected == pytest.approx(1.42695, abs=5e-6)
    assert common.p_corrected == pytest.approx(0.23226, abs=5e-6)
    assert common.test == pytest.approx(1.52461, abs=5e-6)


def test_berkeley_difference_within_departments():
    common = mantel_haenszel(*F, *M)
    assert common.difference == pytest.approx(0.01843, abs=5e-6)
    assert common.difference_standard_error == pytest.approx(0.01483, abs=5e-6)


def test_berkeley_breslow_day():
    found = breslow_day(*M, *F)
    assert found.chi_squared == pytest.approx(18.83, abs=5e-3)
    assert (found.degrees_of_freedom, found.p) == (5, pytest.approx(0.0021, abs=5e-5))


def test_berkeley_stratified_score():
    assert strata.score_z("difference", *F, *M, 0.0)[0] ** 2 == pytest.approx(1.52461, abs=5e-6)
    assert strata.score_z("ratio", *F, *M, 1.0)[0] ** 2 == pytest.approx(1.52461, abs=5e-6)


@pytest.mark.parametrize(
    ("kind", "ends", "lower", "upper"),
    [("difference", (-0.5, 0.5), -0.0109, 0.0475), ("ratio", (0.5, 2), 0.9670, 1.1563)],
)
def test_berkeley_limits_of_miettinen_and_nurminen(kind, ends, lower, upper):
    found = [brentq(lambda at, z=z: strata.score_z(kind, *F, *M, at)[0] - z, *ends) for z in (Z95, -Z95)]
    assert found == pytest.approx([lower, upper], abs=5e-5)
    # Ours are the envelope of that statistic and of the one corrected for skewness.
    ours = strata.bounds(kind, *F, *M, 0.025)
    assert ours[0] <= found[0] + 1e-9
    assert ours[1] >= found[1] - 1e-9
    assert ours == pytest.approx(found, abs=5e-4)


def test_berkeley_standardised():
    found = strata.standardised_difference(*F, *M, M[1] + F[1])
    assert found.difference == pytest.approx(0.04264, abs=5e-6)
    assert found.standard_error == pytest.approx(0.01831, abs=5e-6)
    assert found.difference == pytest.approx(found.rate_a - found.rate_b)


def test_berkeley_taken_apart():
    found = strata.kitagawa(*F, *M)
    assert found == pytest.approx((-0.14165, 0.03603, -0.17767), abs=5e-6)
    assert found.difference == pytest.approx(found.from_rates + found.from_composition)


def test_berkeley_is_the_case_of_simpson():
    raw = F[0].sum() / F[1].sum() - M[0].sum() / M[1].sum()
    assert strata.reversed_by_strata(raw, mantel_haenszel(*F, *M).difference)


# --- tables of cases -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "common", "expected"),
    [
        *[(0.1, -0.1, True), (-0.1, 0.1, True), (0.1, 0.2, False), (0.0, 0.1, False), (1e-12, -0.1, False)],
        *[(0.1, 0.0, False), (NAN, 0.1, False), (0.1, NAN, False)],
    ],
)
def test_reversed_by_strata(raw, common, expected):
    assert strata.reversed_by_strata(raw, common) == expected


@pytest.mark.parametrize(
    ("n1", "n0", "share"),
    [
        ([10, 20], [30, 40], 1.0),
        ([10, 0], [30, 40], 40 / 80),
        ([10, 0, 5], [0, 40, 5], 10 / 60),
        ([10, 0], [0, 40], 0.0),
        ([0, 0], [0, 0], NAN),
    ],
)
def test_shared_strata(n1, n0, share):
    assert strata.shared_strata(n1, n0) == pytest.approx(share, nan_ok=True)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("statistic", [strata.clearing_z, strata.flagging_z])
def test_strata_with_one_group_only_drop_out(kind, statistic):
    margin = 0.8 if kind == "ratio" else -0.1
    both = statistic(kind, [20, 30], [40, 50], [25, 20], [60, 40], margin)
    more = statistic(kind, [20, 30, 9, 0, 0], [40, 50, 9, 0, 0], [25, 20, 0, 7, 0], [60, 40, 0, 9, 0], margin)
    assert more == pytest.approx(both)


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_shared_stratum_nothing_is_known(kind):
    counts = [5, 0], [10, 0], [0, 4], [0, 9]
    margin = 0.8 if kind == "ratio" else -0.1
    assert np.isnan(strata.clearing_z(kind, *counts, margin))
    assert np.isnan(strata.flagging_z(kind, *counts, margin))
    assert np.isnan(strata.bounds(kind, *counts, 0.05)).all()
    assert np.isnan(mantel_haenszel(*counts)[:10]).all()
    assert np.isnan(breslow_day(*counts).chi_squared)
    assert np.isnan(strata.standardised_difference(*counts, [1, 1]).difference)


@pytest.mark.parametrize("kind", KINDS)
def test_unknown_counts_make_it_unknown_and_do_not_drop_out(kind):
    counts = [5, NAN], [10, 10], [3, 4], [10, 9]
    assert np.isnan(strata.clearing_z(kind, *counts, 0.5))
    assert np.isnan(strata.bounds(kind, *counts, 0.05)).all()
    assert np.isnan(mantel_haenszel(*counts).difference)


def test_a_ratio_without_an_event_shows_nothing():
    # The five events are in a stratum without the other group.
    counts = [0, 5], [10, 10], [0, 0], [10, 0]
    assert strata.clearing_z("ratio", *counts, 0.8) == -INFINITY
    assert strata.flagging_z("ratio", *counts, 0.8) == INFINITY
    assert strata.bounds("ratio", *counts, 0.05) == (0, INFINITY)


def test_all_events_in_one_group_and_none_in_the_other():
    counts = [9, 9], [9, 9], [0, 0], [9, 9]
    assert strata.bounds("difference", *counts, 0.05)[1] == 1
    assert strata.bounds("ratio", *counts, 0.05)[1] == INFINITY
    common = mantel_haenszel(*counts)
    assert (common.odds_ratio, common.odds_ratio_lower, common.odds_ratio_upper) == (INFINITY, 0, INFINITY)
    assert common.difference == 1
    assert np.isnan(breslow_day(*counts).p)


def test_mantel_haenszel_without_events_is_undefined_but_for_the_difference():
    common = mantel_haenszel([0, 0], [9, 9], [0, 0], [8, 7])
    assert np.isnan([common.odds_ratio, common.ratio, common.test, common.p]).all()
    assert common.difference == 0


def test_breslow_day_counts_only_strata_that_say_something():
    two = breslow_day([10, 4], [20, 20], [5, 6], [20, 20])
    three = breslow_day([10, 4, 0], [20, 20, 9], [5, 6, 0], [20, 20, 9])
    assert np.array(three) == pytest.approx(np.array(two))
    assert two.degrees_of_freedom == 1
    assert np.isnan(breslow_day([10], [20], [5], [20]).p)


@pytest.mark.parametrize(
    ("mix", "a", "b"),
    [
        ([1, 1], (20 / 40 + 30 / 50) / 2, (25 / 60 + 20 / 40) / 2),
        ([3, 1], (3 * 20 / 40 + 30 / 50) / 4, (3 * 25 / 60 + 20 / 40) / 4),
        ([1, 0], 20 / 40, 25 / 60),
    ],
)
def test_standardised_difference(mix, a, b):
    found = strata.standardised_difference([20, 30], [40, 50], [25, 20], [60, 40], mix)
    assert (found.rate_a, found.rate_b) == pytest.approx((a, b))
    share = np.array(mix) / sum(mix)
    variances = np.array([0.5 * 0.5 / 40 + 25 / 60 * 35 / 60 / 60, 0.6 * 0.4 / 50 + 0.5 * 0.5 / 40])
    assert found.standard_error == pytest.approx(math.sqrt((share**2 * variances).sum()))


def test_standardised_to_a_stratum_where_a_group_has_nobody_is_undefined():
    counts = [20, 0], [40, 0], [25, 20], [60, 40]
    assert np.isnan(strata.standardised_difference(*counts, [1, 1]).difference)
    assert strata.standardised_difference(*counts, [1, 0]).difference == pytest.approx(20 / 40 - 25 / 60)
    assert np.isnan(strata.kitagawa(*counts)).all()


# --- laws ----------------------------------------------------------------------------------------------------------


@st.composite
def tables(draw, most=5, smallest=1, largest=60):
    """Counts of two groups over strata, of shape (4, strata)."""
    rows = draw(st.lists(st.tuples(*[st.integers(smallest, largest)] * 2), min_size=1, max_size=most))
    return np.array([[draw(st.integers(0, n1)), n1, draw(st.integers(0, n0)), n0] for n1, n0 in rows]).T


ratios = st.floats(0.3, 3)
differences = st.integers(-500, 500).map(lambda thousandths: thousandths / 1000)


def margins(kind):
    return ratios if kind == "ratio" else differences


@pytest.mark.parametrize("kind", KINDS)
@given(st.data())
def test_one_stratum_is_the_unstratified_test(kind, data):
    counts = data.draw(tables(most=1))
    margin = data.draw(margins(kind))
    plain = counts[:, 0]
    for name in ("clearing_z", "flagging_z"):
        expected = getattr(score, name)(kind, *plain, margin)
        assert getattr(strata, name)(kind, *counts, margin) == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert np.array(strata.bounds(kind, *counts, 0.05, 0.01)) == pytest.approx(
        np.array(score.bounds(kind, *plain, 0.05, 0.01)), rel=1e-7, abs=1e-7
    )


@given(tables())
def test_without_a_margin_it_is_the_test_of_cochran_mantel_and_haenszel(counts):
    test = mantel_haenszel(*counts).test
    assume(not np.isnan(test))
    assert strata.score_z("difference", *counts, 0.0)[0] ** 2 == pytest.approx(test, rel=1e-6, abs=1e-9)
    assert strata.score_z("ratio", *counts, 1.0)[0] ** 2 == pytest.approx(test, rel=1e-6, abs=1e-9)


@given(tables(most=4, smallest=2))
def test_statsmodels_agrees(counts):
    x1, n1, x0, n0 = counts
    # statsmodels divides by zero where a stratum lacks events; zeros have their own tests.
    assume(np.all((x1 > 0) & (x1 < n1) & (x0 > 0) & (x0 < n0)))
    table = StratifiedTable([np.array([[a, m - a], [b, n - b]], dtype=float) for a, m, b, n in counts.T])
    common = mantel_haenszel(*counts)
    assert common.odds_ratio == pytest.approx(table.oddsratio_pooled)
    assert (common.odds_ratio_lower, common.odds_ratio_upper) == pytest.approx(table.oddsratio_pooled_confint())
    assert common.ratio == pytest.approx(table.riskratio_pooled)
    assert common.test == pytest.approx(table.test_null_odds(correction=False).statistic)
    if len(x1) > 1:
        for tarone in (False, True):
            theirs = table.test_equal_odds(adjust=tarone)
            assert breslow_day(*counts, tarone=tarone)[::2] == pytest.approx(
                (theirs.statistic, theirs.pvalue), rel=1e-5, abs=1e-7
            )


@pytest.mark.parametrize("kind", KINDS)
@given(st.data())
def test_swapping_groups_turns_it_round(kind, data):
    x1, n1, x0, n0 = data.draw(tables())
    margin = data.draw(margins(kind))
    there = strata.clearing_z(kind, x1, n1, x0, n0, margin)
    back = strata.flagging_z(kind, x0, n0, x1, n1, 1 / margin if kind == "ratio" else -margin)
    assert there == pytest.approx(-back, abs=1e-5)


@given(tables())
def test_swapping_groups_turns_mantel_and_haenszel_round(counts):
    x1, n1, x0, n0 = counts
    there, back = mantel_haenszel(x1, n1, x0, n0), mantel_haenszel(x0, n0, x1, n1)
    assert there.difference == pytest.approx(-back.difference)
    assert there.difference_standard_error == pytest.approx(back.difference_standard_error, abs=1e-7)
    assert there.test == pytest.approx(back.test, nan_ok=True)
    if 0 < there.odds_ratio < INFINITY:
        assert there.odds_ratio * back.odds_ratio == pytest.approx(1)
        assert there.odds_ratio_upper * back.odds_ratio_lower == pytest.approx(1)
    if 0 < there.ratio < INFINITY:
        assert there.ratio_upper * back.ratio_lower == pytest.approx(1)


@pytest.mark.parametrize("kind", KINDS)
@given(st.data())
def test_the_order_of_strata_says_nothing(kind, data):
    counts = data.draw(tables())
    order = data.draw(st.permutations(range(counts.shape[1])))
    margin = data.draw(margins(kind))
    assert strata.clearing_z(kind, *counts[:, order], margin) == pytest.approx(
        strata.clearing_z(kind, *counts, margin), abs=1e-9
    )
    expected = np.array(mantel_haenszel(*counts))
    assert np.array(mantel_haenszel(*counts[:, order])) == pytest.approx(expected, nan_ok=True)
    expected = np.array(breslow_day(*counts))
    assert np.array(breslow_day(*counts[:, order])) == pytest.approx(expected, nan_ok=True, abs=1e-9)


@pytest.mark.parametrize("kind", KINDS)
@given(st.data())
def test_a_bound_and_its_test_say_the_same(kind, data):
    counts = data.draw(tables(largest=200))
    margin = data.draw(st.sampled_from([0.5, 0.8, 1.25] if kind == "ratio" else [-0.2, -0.05, 0.1]))
    lower, upper = strata.bounds(kind, *counts, 0.05)
    critical = score.critical_z(0.05)
    assume(min(abs(lower - margin), abs(upper - margin)) > 1e-6)
    assert (lower > margin) == (strata.clearing_z(kind, *counts, margin) > critical)
    assert (upper < margin) == (strata.flagging_z(kind, *counts, margin) < -critical)


def test_many_pairs_at_once_are_each_pair_alone():
    random = np.random.default_rng(7)
    n1, n0 = random.integers(0, 40, (2, 30, 6))
    x1, x0 = random.binomial(n1, 0.4), random.binomial(n0, 0.5)
    together = strata.bounds("ratio", x1, n1, x0, n0, 0.05, np.full(30, 0.01))
    alone = [strata.bounds("ratio", x1[i], n1[i], x0[i], n0[i], 0.05, 0.01) for i in range(30)]
    np.testing.assert_allclose(np.array(together).T, alone, rtol=1e-7)
    common = np.array(mantel_haenszel(x1, n1, x0, n0)).T
    assert common == pytest.approx(np.array([mantel_haenszel(x1[i], n1[i], x0[i], n0[i]) for i in range(30)]))


@given(tables(most=1))
def test_in_one_stratum_the_difference_of_mantel_and_haenszel_is_the_raw_one(counts):
    x1, n1, x0, n0 = counts[:, 0]
    assert mantel_haenszel(*counts).difference == pytest.approx(x1 / n1 - x0 / n0)


@pytest.mark.parametrize(("kind", "margin"), [("ratio", 0.8), ("difference", -0.1)])
@pytest.mark.parametrize(("number", "n1", "n0"), [(6, 50, 50), (20, 10, 30), (100, 2, 2)])
def test_no_more_than_alpha_clear_at_the_margin(kind, margin, number, n1, n0):
    random = np.random.default_rng(3)
    rates = random.uniform(0.15, 0.6, (2000, number))
    x0 = random.binomial(n0, rates)
    x1 = random.binomial(n1, rates * margin if kind == "ratio" else rates + margin)
    z = strata.clearing_z(kind, x1, np.full_like(x1, n1), x0, np.full_like(x0, n0), margin)
    # .05 and three standard errors of 2,000 draws
    assert (z > score.critical_z(0.05)).mean() <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 2000)
