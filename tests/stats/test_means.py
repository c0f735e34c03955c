"""Means, quantiles and their limits against numpy, scipy and records, and how often the limits cover."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from fairaudit.stats.means import mean, quantile, skewness, welch_degrees, woodruff

NAN = np.nan
Z95 = stats.norm.isf(0.025)
samples = st.lists(st.integers(-20, 60), min_size=2, max_size=40)


def counted(records):
    return np.unique(records, return_counts=True)


def binned(records, edges):
    """Count records into bins, with the sums of x and x^2 in each."""
    which = np.clip(np.searchsorted(edges, records, side="right") - 1, 0, len(edges) - 2)
    return [np.bincount(which, np.power(records, power), len(edges) - 1) for power in (0.0, 1.0, 2.0)]


class TestMean:
    def test_by_hand(self):
        # 2, 2, 5: mean 3, s^2 = (1 + 1 + 4) / 2
        value, variance = mean([2, 5], [2, 1])
        assert (value, variance) == (3, 3 / 3)

    @given(samples)
    def test_agrees_with_numpy_whether_counted_or_binned(self, records):
        expected = np.mean(records), np.var(records, ddof=1) / len(records)
        value, variance = mean(*counted(records))
        assert (float(value), float(variance)) == pytest.approx(expected, rel=1e-9, abs=1e-12)
        n, totals, squares = binned(np.array(records, dtype=float), [-20, 0, 3, 30, 61])
        value, variance = mean([-20, 0, 3, 30], n, totals, squares)
        assert (float(value), float(variance)) == pytest.approx(expected, rel=1e-9, abs=1e-9)

    def test_too_few(self):
        value, variance = mean([1, 2], [[0, 0], [0, 1], [1, 1]])
        np.testing.assert_allclose(value, [NAN, 2, 1.5])
        np.testing.assert_allclose(variance, [NAN, NAN, 0.5 / 2])

    def test_far_from_0_no_digits_are_lost(self):
        value, variance = mean([1e9, 1e9 + 1], [50, 50])
        assert value == 1e9 + 0.5
        assert variance == pytest.approx(0.25 * 100 / 99 / 100, rel=1e-9)

    def test_both_sums_or_neither(self):
        with pytest.raises(ValueError, match="together"):
            mean([1, 2], [1, 1], totals=[1, 2])

    def test_an_open_bin_does_not_matter_where_it_is_empty_or_has_sums(self):
        assert mean([-math.inf, 0], [0, 2], [0, 6], [0, 20]) == (3, 1)
        assert mean([-math.inf, 0], [2, 0], [6, 0], [20, 0]) == (3, 1)


class TestSkewness:
    @given(samples)
    def test_agrees_with_scipy(self, records):
        assume(len(set(records)) > 1)
        assert float(skewness(*counted(records))) == pytest.approx(stats.skew(records), rel=1e-8, abs=1e-9)

    def test_bins_stand_at_their_mean(self):
        ours = skewness([0, 10, 20], [5, 3, 1], totals=[10, 36, 29])
        assert ours == pytest.approx(stats.skew([2] * 5 + [12] * 3 + [29]))

    def test_undefined(self):
        assert np.isnan(skewness([0.1, 0.7], [[0, 0], [3, 0], [0, 1]])).all()


class TestWelchDegrees:
    @given(samples, samples)
    def test_agrees_with_scipy(self, a, b):
        assume(len(set(a)) > 1 and len(set(b)) > 1)  # scipy warns of a group that does not vary
        (mean_a, variance_a), (mean_b, variance_b) = mean(*counted(a)), mean(*counted(b))
        degrees = float(welch_degrees(variance_a, len(a), variance_b, len(b)))
        reference = stats.ttest_ind(a, b, equal_var=False)
        assert degrees == pytest.approx(reference.df, rel=1e-9)
        statistic = float((mean_a - mean_b) / np.sqrt(variance_a + variance_b))
        assert statistic == pytest.approx(reference.statistic, rel=1e-9, abs=1e-12)
        assert 2 * stats.t.sf(abs(statistic), degrees) == pytest.approx(reference.pvalue, rel=1e-7)

    @given(samples, samples, st.floats(0.1, 5))
    def test_a_factor_is_a_change_of_unit(self, a, b, factor):
        variance_a, variance_b = mean(*counted(a))[1], mean(*counted(b))[1]
        assume(variance_a + variance_b > 0)
        ours = welch_degrees(variance_a, len(a), variance_b, len(b), factor)
        scaled = mean(*counted(factor * np.array(b)))[1]
        assert float(ours) == pytest.approx(float(welch_degrees(variance_a, len(a), scaled, len(b))), rel=1e-6)

    def test_of_a_group_that_does_not_vary_and_one_that_does(self):
        assert welch_degrees(0.0, 9, 2.5, 12) == 12 - 1

    def test_undefined(self):
        degrees = welch_degrees([0.0, 1, 1, NAN], [9, 1, 9, 9], [0.0, 1, 1, 1], [9, 9, 9, 9])
        np.testing.assert_allclose(degrees, [NAN, NAN, 16, NAN])


class TestQuantile:
    @pytest.mark.parametrize(
        ("values", "n", "q", "expected"),
        [
            ([1, 2, 3, 4], [1, 1, 1, 1], 0.5, 2.5),
            ([1, 2, 3], [1, 1, 1], 0.5, 2),
            ([1, 2, 3, 9], [2, 0, 0, 2], 0.5, (1 + 9) / 2),
            ([1, 2, 3, 9], [0, 2, 1, 0], 0, 2),
            ([1, 2, 3, 9], [0, 2, 1, 0], 1, 3),
            # .1 + .2 is not .3 in binary, and still half of .6
            ([1, 2, 3], [0.1, 0.2, 0.3], 0.5, 2.5),
        ],
    )
    def test_exact_values(self, values, n, q, expected):
        assert quantile(values, n, q) == expected

    @given(samples, st.integers(0, 40))
    def test_agrees_with_numpy(self, records, fortieth):
        expected = np.quantile(records, fortieth / 40, method="averaged_inverted_cdf")
        assert quantile(*counted(records), fortieth / 40) == expected

    @pytest.mark.parametrize(
        ("n", "q", "expected"),
        [
            # Bins 0 to 10, 10 to 30, 30 to 40 and 40 upwards
            ([4, 4, 2, 0], 0.2, 10 * 2 / 4),
            ([4, 4, 2, 0], 0.6, 10 + 20 * 2 / 4),
            ([4, 4, 2, 0], 0.4, 10),
            ([4, 4, 2, 0], 1.0, 40),
            # Nothing between 10 and 30, so halfway
            ([5, 0, 5, 0], 0.5, 20),
            ([0, 4, 4, 0], 0.0, 10),
            ([1, 0, 0, 3], 0.5, NAN),
            ([0, 0, 0, 0], 0.5, NAN),
        ],
    )
    def test_bins(self, n, q, expected):
        np.testing.assert_allclose(quantile([0, 10, 30, 40], n, q, upper=[10, 30, 40, math.inf]), expected)

    def test_groups_may_have_their_own_share(self):
        n = [[1, 1, 1, 1], [2, 0, 1, 1], [0, 0, 0, 0]]
        np.testing.assert_array_equal(quantile([1, 2, 3, 4], n, [0.25, 0.5, 0.5]), [1.5, 2, NAN])
        np.testing.assert_array_equal(quantile([1, 2, 3, 4], n, 0.75), [3.5, 3.5, NAN])


class TestWoodruff:
    @pytest.mark.parametrize(
        ("n", "q", "z", "lower", "upper"),
        [
            # The exact order statistics (Thompson 1936): P(Bin(n, q) < lower) <= tail, one rank more would exceed it.
            # 95%: 10 records, ranks 2 and 9, P(Bin <= 1) = 11 / 1024
            (10, 0.5, Z95, 2, 9),
            # 6 records, ranks 1 and 6, P(Bin <= 0) = 1 / 64; 5 records: 1 / 32 > .025
            (6, 0.5, Z95, 1, 6),
            (5, 0.5, Z95, -math.inf, math.inf),
            # 90%, the .9 quantile: .9^28 = .0523 > .05 > .9^29 = .0471
            (28, 0.9, stats.norm.isf(0.05), 22, math.inf),
            (29, 0.9, stats.norm.isf(0.05), 23, 29),
        ],
    )
    def test_order_statistics(self, n, q, z, lower, upper):
        assert woodruff(range(1, n + 1), np.ones(n), q, z) == (lower, upper)
        tail = stats.norm.sf(z) * (1 + 1e-9)
        if math.isfinite(lower):
            assert stats.binom.cdf(lower - 1, n, q) <= tail < stats.binom.cdf(lower, n, q)
        if math.isfinite(upper):
            assert stats.binom.sf(upper - 1, n, q) <= tail < stats.binom.sf(upper - 2, n, q)

    @given(st.integers(1, 3000), st.floats(0.05, 0.95), st.floats(0.3, 4))
    def test_is_exact_for_any_number_of_records(self, n, q, z):
        lower, upper = (float(end) for end in woodruff(np.arange(1, n + 1), np.ones(n), q, z))
        tail = stats.norm.sf(z) * (1 + 1e-7)
        assert lower == -math.inf or stats.binom.cdf(lower - 1, n, q) <= tail
        assert upper == math.inf or stats.binom.sf(upper - 1, n, q) <= tail
        assert lower <= quantile(np.arange(1, n + 1), np.ones(n), q) <= upper

    @given(samples, st.floats(0.5, 3))
    def test_turning_the_values_round_turns_the_limits_round(self, records, z):
        values, n = counted(records)
        lower, upper = woodruff(values, n, 0.5, z)
        turned = woodruff(-values[::-1], n[::-1], 0.5, z)
        assert turned == (-upper, -lower)

    def test_fewer_effective_records_give_wider_limits(self):
        values, n = np.arange(1, 101), np.ones(100)
        all_of_them = woodruff(values, n, 0.5, Z95)
        half = woodruff(values, n, 0.5, Z95, effective=50.5)
        few = woodruff(values, n, 0.5, Z95, effective=4)
        assert few[0] < half[0] < all_of_them[0] < 50 < all_of_them[1] < half[1] < few[1]
        assert few == (-math.inf, math.inf)
        assert woodruff(values, n, 0.5, Z95, effective=100) == all_of_them

    def test_bins(self):
        # 100 records in two bins: k / n with P(Bin(100, .5) <= k) = .025 is near .5 - 1.96 * .05 - .005
        lower, upper = woodruff([0, 10], [50, 50], 0.5, Z95, upper=[10, 20])
        assert lower == pytest.approx(10 - 10 * (1.96 * 0.05 + 0.005) / 0.5, abs=0.03)
        assert upper == pytest.approx(20 - lower)

    def test_ends_in_a_bin_without_an_end(self):
        edges = [-math.inf, 0, 10], [0, 10, math.inf]
        assert woodruff(edges[0], [50, 0, 50], 0.5, Z95, upper=edges[1]) == (-math.inf, math.inf)
        # Both ends in the open bin: it begins at 10, and that much is known.
        assert woodruff(edges[0], [5, 5, 90], 0.5, Z95, upper=edges[1]) == (10, math.inf)
        assert woodruff(edges[0], [90, 5, 5], 0.5, Z95, upper=edges[1]) == (-math.inf, 0)

    def test_z_and_effective_may_differ_between_groups(self):
        n = np.ones((3, 40))
        n[2] = 0
        lower, upper = woodruff(np.arange(40), n, 0.5, [1.0, 2.0, 2.0], effective=[40, 20, 0])
        for group, (z, worth) in enumerate([(1.0, 40), (2.0, 20)]):
            assert (lower[group], upper[group]) == woodruff(np.arange(40), n[0], 0.5, z, worth)
        assert np.isnan([lower[2], upper[2]]).all()


def median_and_limits(rng, runs, records):
    """Draw lognormal records for many runs; their medians and limits, by rank."""
    drawn = np.sort(rng.lognormal(0, 1, (runs, records)), axis=1)
    ranks, n = np.arange(records), np.ones(records)
    ends = [int(end) for end in woodruff(ranks, n, 0.5, Z95)]
    middle = np.median(drawn, axis=1)
    # Limits are read off by rank here, and must be those of each run's own values.
    assert [drawn[0, end] for end in ends] == list(woodruff(drawn[0], n, 0.5, Z95))
    return middle, *(drawn[:, end] for end in ends)


@pytest.mark.parametrize("sizes", [(30, 30), (30, 300), (300, 3000), (12, 500)])
def test_a_difference_of_medians_covers(sizes):
    # Both medians are 1; limits of the difference by MOVER (Zou & Donner 2008)
    rng = np.random.default_rng(11)
    (a, lower_a, upper_a), (b, lower_b, upper_b) = (median_and_limits(rng, 2000, size) for size in sizes)
    lower = a - b - np.hypot(a - lower_a, upper_b - b)
    upper = a - b + np.hypot(upper_a - a, b - lower_b)
    assert np.mean((lower <= 0) & (upper >= 0)) >= 0.93


@pytest.mark.parametrize(("sizes", "expected"), [((30, 30), 0.957), ((30, 300), 0.910), ((300, 3000), 0.937)])
def test_a_difference_of_skewed_means_covers_less_in_unlike_groups(sizes, expected):
    rng = np.random.default_rng(12)
    values, variances = [], []
    for size in sizes:
        drawn = rng.lognormal(0, 1, (2000, size))
        values.append(drawn.mean(axis=1))
        variances.append(drawn.var(axis=1, ddof=1) / size)
    degrees = welch_degrees(variances[0], sizes[0], variances[1], sizes[1])
    half = stats.t.isf(0.025, degrees) * np.sqrt(variances[0] + variances[1])
    assert np.mean(np.abs(values[0] - values[1]) <= half) == pytest.approx(expected, abs=0.015)
