"""Wilson's interval against published limits, statsmodels and its own laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm
from statsmodels.stats.proportion import proportion_confint

from fairaudit.stats.intervals import wilson


@pytest.mark.parametrize(
    ("x", "n", "lower", "upper"),
    [
        # Newcombe (1998), Two-sided confidence intervals for the single proportion, Table I
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_published_limits(x, n, lower, upper):
    assert wilson(x, n, 0.05) == pytest.approx((lower, upper), abs=5e-5)


@pytest.mark.parametrize(
    ("table", "lower", "upper"),
    [
        # Newcombe (1998), Eleven methods, Table II, method 10: the limits of a difference made of Wilson's
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((10, 10, 0, 10), 0.6075, 1.0),
        ((7, 34, 1, 34), 0.0189, 0.3404),
    ],
)
def test_limits_of_a_difference_made_of_ours(table, lower, upper):
    x1, n1, x0, n0 = table
    p1, p0, (l1, u1), (l0, u0) = x1 / n1, x0 / n0, wilson(x1, n1, 0.05), wilson(x0, n0, 0.05)
    assert p1 - p0 - math.hypot(p1 - l1, u0 - p0) == pytest.approx(lower, abs=5e-5)
    assert p1 - p0 + math.hypot(u1 - p1, p0 - l0) == pytest.approx(upper, abs=5e-5)


@pytest.mark.parametrize(
    ("table", "lower", "upper"),
    [
        # Fagerland et al. (2015): the limits of a ratio by MOVER (Donner & Zou 2012), made of Wilson's
        ((24, 73, 53, 65), 0.282, 0.563),
        ((29, 55, 11, 11), 0.398, 0.761),
        ((7, 18, 1, 18), 1.277, 40.751),
    ],
)
def test_limits_of_a_ratio_made_of_ours(table, lower, upper):
    x1, n1, x0, n0 = table
    p1, p0, (l1, u1), (l0, u0) = x1 / n1, x0 / n0, wilson(x1, n1, 0.05), wilson(x0, n0, 0.05)
    product = p1 * p0

    def limit(end1, end0, sign):
        within = product**2 - end1 * end0 * (2 * p1 - end1) * (2 * p0 - end0)
        return (product + sign * math.sqrt(within)) / (end0 * (2 * p0 - end0))

    assert limit(l1, u0, -1) == pytest.approx(lower, abs=5e-4)
    assert limit(u1, l0, 1) == pytest.approx(upper, abs=5e-4)


@pytest.mark.parametrize(
    ("x", "n", "benchmark", "deviations"),
    [
        # The Supreme Court's two or three standard deviations: Castaneda v. Partida (1977), Hazelwood (1977)
        (339, 870, 0.791, -29.1),
        (15, 405, 0.154, -6.52),
        (15, 405, 0.057, -1.73),
    ],
)
def test_the_limit_is_as_many_standard_deviations_away_as_its_level_says(x, n, benchmark, deviations):
    assert (x - n * benchmark) / math.sqrt(n * benchmark * (1 - benchmark)) == pytest.approx(deviations, abs=0.05)
    alpha = 2 * norm.sf(abs((x - n * benchmark) / math.sqrt(n * benchmark * (1 - benchmark))))
    assert wilson(x, n, alpha)[1] == pytest.approx(benchmark, rel=1e-9)


@given(st.integers(1, 5000), st.data(), st.floats(0.001, 0.5))
def test_agrees_with_statsmodels(n, data, alpha):
    x = data.draw(st.integers(0, n))
    assert wilson(x, n, alpha) == pytest.approx(proportion_confint(x, n, alpha, method="wilson"), abs=1e-9)


@given(st.floats(0, 1), st.floats(0.5, 5000))
def test_contains_the_rate_and_stays_on_the_scale(rate, n):
    x = min(rate * n, n)
    lower, upper = wilson(x, n)
    assert 0 <= lower <= x / n <= upper <= 1


def test_nobody_has_no_interval():
    lower, upper = wilson([0, 3, 4], [0, 4, 4])
    assert np.isnan([lower[0], upper[0]]).all()
    assert upper[2] == 1
