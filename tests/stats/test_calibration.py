"""Calibration against statsmodels, sklearn, direct sums over records and simulated scores that are calibrated."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import special
from sklearn.calibration import calibration_curve

from fairaudit.stats import calibration

NAN = np.nan


def records(scores, positives, negatives):
    """Write counts out as records: the score and the outcome of each."""
    score = np.repeat(np.concatenate([scores, scores]), np.concatenate([positives, negatives]))
    return score, np.repeat([1, 0], [sum(positives), sum(negatives)])


def logistic(scores, positives, negatives):
    score, outcome = records(scores, positives, negatives)
    x = special.logit(np.clip(score, 1e-6, 1 - 1e-6))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = sm.Logit(outcome, sm.add_constant(x)).fit(disp=0, method="newton", maxiter=200, tol=1e-14)
    return fit.params[1], fit.cov_params()[1, 1]


tables = st.lists(st.tuples(st.integers(1, 99), st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=8)


def columns(table):
    scores, positives, negatives = np.array(sorted(table)).T
    return scores / 100, positives, negatives


class TestInTheLarge:
    def test_by_hand(self):
        # Outcomes 1, 0, 0, 1 at scores .2, .2, .5, .9: they exceed by .8, -.2, -.5, .1
        value, variance = calibration.in_the_large([0.2, 0.5, 0.9], [1, 0, 1], [1, 1, 0])
        excess = np.array([0.8, -0.2, -0.5, 0.1])
        assert value == pytest.approx(0.2 / 4)
        assert variance == pytest.approx(excess.var(ddof=1) / 4)

    @given(tables)
    def test_agrees_with_records(self, table):
        scores, positives, negatives = columns(table)
        assume(positives.sum() + negatives.sum() >= 2)
        score, outcome = records(scores, positives, negatives)
        excess = outcome - score
        value, variance = calibration.in_the_large(scores, positives, negatives)
        assert (float(value), float(variance)) == pytest.approx(
            (excess.mean(), excess.var(ddof=1) / len(excess)), rel=1e-9, abs=1e-12
        )

    def test_groups_with_their_own_scores_and_empty_ones(self):
        # A bin without records has no mean score
        value, variance = calibration.in_the_large(
            [[0.1, 0.6], [NAN, 0.7], [NAN, NAN]], [[1, 1], [0, 1], [0, 0]], [[1, 1], [0, 0], [0, 0]]
        )
        np.testing.assert_allclose(value, [0.15, 0.3, NAN])
        assert np.isnan(variance).tolist() == [False, True, True]


class TestSlope:
    @settings(deadline=None, max_examples=60)
    @given(tables)
    def test_agrees_with_statsmodels(self, table):
        scores, positives, negatives = columns(table)
        value, variance = calibration.slope(scores, positives, negatives)
        assume(not np.isnan(value))
        assert (float(value), float(variance)) == pytest.approx(
            logistic(scores, positives, negatives), rel=1e-6, abs=1e-8
        )

    def test_agrees_with_a_weighted_binomial_model(self):
        rng = np.random.default_rng(5)
        scores, counts = np.linspace(0.02, 0.98, 25), rng.uniform(0.1, 9, (2, 25))
        fit = sm.GLM(counts.T, sm.add_constant(special.logit(scores)), family=sm.families.Binomial()).fit(tol=1e-14)
        value, variance = calibration.slope(scores, *counts)
        assert (float(value), float(variance)) == pytest.approx((fit.params[1], fit.cov_params()[1, 1]), rel=1e-7)

    def test_two_scores_by_hand(self):
        # Log odds of outcome over log odds of score; the variance of a log odds ratio is the sum of 1 / count (Woolf).
        value, variance = calibration.slope([0.2, 0.7], [3, 12], [9, 4])
        distance = special.logit(0.7) - special.logit(0.2)
        assert value == pytest.approx(np.log((12 / 4) / (3 / 9)) / distance)
        assert variance == pytest.approx((1 / 3 + 1 / 9 + 1 / 12 + 1 / 4) / distance**2)

    @pytest.mark.parametrize(
        ("positives", "negatives"),
        [
            ([0, 0, 0], [0, 0, 0]),
            ([1, 2, 3], [0, 0, 0]),
            ([0, 0, 0], [1, 2, 3]),
            ([0, 5, 0], [0, 5, 0]),
            ([0, 0, 4], [4, 4, 0]),
            ([4, 0, 0], [0, 4, 4]),
            # Both outcomes at one score only, all else on their own side of it
            ([0, 2, 4], [4, 2, 0]),
        ],
        ids=["nobody", "positives", "negatives", "one score", "separated", "turned", "separated but for one score"],
    )
    def test_undefined(self, positives, negatives):
        assert np.isnan(calibration.slope([0.1, 0.5, 0.9], positives, negatives)).all()

    def test_scores_of_0_and_1_are_clipped(self):
        counts = [3, 1, 9], [9, 1, 3]
        assert calibration.slope([0, 0.5, 1], *counts) == calibration.slope([1e-6, 0.5, 1 - 1e-6], *counts)

    def test_hard_cases_are_found(self):
        # One outcome in a million against the score, both ways, and far from the middle
        for scores, positives, negatives in [
            ([1e-6, 1 - 1e-6], [1, 10**6], [10**6, 1]),
            ([1e-6, 2e-6, 1 - 1e-6], [1, 0, 1], [10**7, 1, 0]),
            ([0.5, 0.5000001], [5, 5], [5, 4]),
            # Nearly separated in the middle, with many on one side: plain Newton steps overshoot for good
            (special.expit([-1.26, 0.26, 1.57]), [2655, 1, 1], [0, 44, 0]),
            (special.expit([-0.017, -0.009, 0.001, 0.002]), [0, 114, 1, 1], [9996, 0, 0, 1]),
        ]:
            assert np.isfinite(calibration.slope(scores, positives, negatives)).all()

    def test_leading_axes_are_each_their_own(self):
        rng = np.random.default_rng(6)
        scores, counts = np.linspace(0.05, 0.95, 10), rng.integers(0, 12, (2, 3, 4, 10))
        value, variance = calibration.slope(scores, *counts)
        for at in np.ndindex(3, 4):
            alone = calibration.slope(scores, counts[0][at], counts[1][at])
            np.testing.assert_allclose((value[at], variance[at]), alone, rtol=1e-8)

    def test_calibrated_scores_have_slope_1(self):
        rng = np.random.default_rng(7)
        scores = np.linspace(0.025, 0.975, 20)
        positives = rng.binomial(20, scores, (2000, 20))
        value, variance = calibration.slope(scores, positives, 20 - positives)
        assert value.mean() == pytest.approx(1, abs=0.02)
        assert np.mean(np.abs(value - 1) <= 1.96 * np.sqrt(variance)) == pytest.approx(0.95, abs=0.015)


class TestExpectedError:
    def test_by_hand(self):
        # Bin .1 to .2 holds two records of mean score .15 and no event; bin .9 to 1 two of mean .95 and one event
        error = calibration.expected_error([0.1, 0.2 - 1e-3, 0.9, 1.0], [0, 0, 1, 0], [1, 1, 0, 1])
        assert error == pytest.approx((0.1 + 0.199) / 4 + abs(1 - 1.9) / 4)

    def test_edges_are_as_written(self):
        # .3, .6 and .7 start their bins: alone in them, each is off by its own score
        scores = np.arange(10) / 10
        errors = calibration.expected_error(scores, np.diag(np.ones(10)), 1 - np.eye(10))
        assert errors == pytest.approx([((1 - scores[i]) + scores.sum() - scores[i]) / 10 for i in range(10)])

    @pytest.mark.parametrize(
        ("n", "runs", "expected"),
        [(50, 4000, 0.139), (100, 4000, 0.100), (300, 2000, 0.058), (1000, 1000, 0.032), (5000, 300, 0.014)],
    )
    def test_is_far_from_0_for_calibrated_scores(self, n, runs, expected):
        # Uniform scores, each outcome drawn with its score for probability
        rng = np.random.default_rng(8)
        scores = rng.uniform(size=(runs, n))
        positives = (rng.uniform(size=(runs, n)) < scores).astype(float)
        assert calibration.expected_error(scores, positives, 1 - positives).mean() == pytest.approx(
            expected, abs=0.0015
        )

    def test_nobody(self):
        assert np.isnan(calibration.expected_error([0.1, 0.2], [0, 0], [0, 0]))


class TestCurve:
    def test_few_scores_each_stay_their_own(self):
        score, rate, n = calibration.curve(
            [0.1, 0.3, 0.4, 0.8], [[1, 0, 2, 0], [0, 0, 1, 1]], [[1, 0, 0, 3], [0, 0, 0, 0]], 5
        )
        np.testing.assert_allclose(score, [[0.1, 0.4, 0.8, NAN, NAN], [NAN, 0.4, 0.8, NAN, NAN]])
        np.testing.assert_allclose(rate, [[1 / 2, 1, 0, NAN, NAN], [NAN, 1, 1, NAN, NAN]])
        assert n.tolist() == [[2, 2, 3, 0, 0], [0, 1, 1, 0, 0]]

    def test_bins_have_about_equal_mass_of_all_groups(self):
        rng = np.random.default_rng(9)
        scores, counts = np.linspace(0.005, 0.995, 100), rng.integers(0, 40, (2, 3, 100))
        score, rate, n = calibration.curve(scores, *counts, 10)
        assert n.sum() == counts.sum()
        assert n.sum(axis=0) == pytest.approx(np.full(10, counts.sum() / 10), rel=0.05)
        assert np.all(np.diff(score) > 0)
        np.testing.assert_allclose((rate * n).sum(axis=1), counts[0].sum(axis=1))
        np.testing.assert_allclose((score * n).sum(axis=1), (counts.sum(axis=0) * scores).sum(axis=1))
        # Edges are shared: no bin of one group reaches into the next bin of another.
        assert np.all(score[:, :-1].max(axis=0) < score[:, 1:].min(axis=0))

    def test_a_score_that_most_have_is_alone(self):
        _, _, n = calibration.curve([0.1, 0.2, 0.3, 0.4, 0.5], [1, 1, 96, 1, 1], [0] * 5, 3)
        assert n.tolist() == [2, 96, 2]
        _, _, n = calibration.curve([0.1, 0.2, 0.3, 0.4, 0.5], [96, 1, 1, 1, 1], [0] * 5, 4)
        assert n.tolist() == [96, 4, 0, 0]

    def test_agrees_with_sklearn(self):
        rng = np.random.default_rng(10)
        scores = np.sort(rng.uniform(size=1000))
        outcomes = (rng.uniform(size=1000) < scores).astype(int)
        score, rate, n = calibration.curve(scores, outcomes, 1 - outcomes, 10)
        theirs = calibration_curve(outcomes, scores, n_bins=10, strategy="quantile")
        assert (list(rate), list(score)) == tuple(pytest.approx(list(part), rel=1e-9) for part in theirs)
        assert n.tolist() == [100] * 10
