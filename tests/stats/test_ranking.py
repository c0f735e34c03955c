"""The AUC and its variance, superiority and exposure against published data, scipy, sklearn and direct sums."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import roc_auc_score
from statsmodels.stats.nonparametric import rank_compare_2indep

from fairaudit.stats.ranking import auc, exposure, superiority

# Pain scores of two treatments: the example of scipy.stats.brunnermunzel, from Neubert & Brunner (2007)
PAIN = ([1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 1, 1], [3, 3, 4, 3, 1, 2, 3, 1, 1, 5, 4])


def counted(*groups):
    """Count records over the values that any of them has."""
    values = np.unique(np.concatenate(groups))
    return [np.array([np.sum(np.asarray(group) == value) for value in values]) for group in groups]


def delong_directly(first, second):
    """Compare every record with every other (DeLong et al. 1988, equations 4 to 6)."""
    wins = np.array([[(x > y) + (x == y) / 2 for y in second] for x in first])
    value = wins.mean()
    one, two = wins.mean(axis=1), wins.mean(axis=0)
    variance = ((one - value) ** 2).sum() / (len(first) - 1) / len(first)
    return value, variance + ((two - value) ** 2).sum() / (len(second) - 1) / len(second)


def test_five_against_four():
    # 18 of 20 pairs. Positives beat 3.5, 4, 2.5, 4 and 4 of 4 negatives, which lose to 5, 5, 3.5 and 4.5 of 5.
    value, variance = auc(*counted([3, 5, 2.5, 4, 6], [1, 2, 3, 2.5]))
    assert value == pytest.approx(18 / 20)
    of_positives = sum((placed / 4 - 0.9) ** 2 for placed in (4, 3.5, 2.5, 4, 4)) / 4 / 5
    of_negatives = sum((placed / 5 - 0.9) ** 2 for placed in (5, 5, 3.5, 4.5)) / 3 / 4
    assert variance == pytest.approx(of_positives + of_negatives)
    assert variance == pytest.approx(0.0103125, abs=1e-12)


def test_pain_scores():
    first, second = counted(*PAIN)
    value, variance, degrees_of_freedom = superiority(first, second)
    statistic = (0.5 - value) / math.sqrt(variance)
    p = 2 * stats.t.sf(statistic, degrees_of_freedom)
    # scipy's documentation; the last two by statsmodels' rank_compare_2indep
    assert statistic == pytest.approx(3.13747, abs=5e-6)
    assert p == pytest.approx(0.0057862, abs=5e-8)
    assert value == pytest.approx(0.2110, abs=5e-5)
    half = stats.t.isf(0.025, degrees_of_freedom) * math.sqrt(variance)
    assert (value - half, value + half) == pytest.approx((0.0173, 0.4048), abs=5e-5)
    assert (float(value), variance) == auc(first, second)


@given(st.lists(st.integers(0, 9), min_size=2, max_size=30), st.lists(st.integers(0, 9), min_size=2, max_size=30))
def test_agrees_with_every_pair_and_with_sklearn(positives, negatives):
    value, variance = auc(*counted(positives, negatives))
    assert (value, variance) == pytest.approx(delong_directly(positives, negatives), rel=1e-9, abs=1e-12)
    labels = [1] * len(positives) + [0] * len(negatives)
    assert value == pytest.approx(roc_auc_score(labels, positives + negatives))


@settings(deadline=None)
@given(st.lists(st.integers(0, 6), min_size=2, max_size=20), st.lists(st.integers(0, 6), min_size=2, max_size=20))
def test_agrees_with_brunner_and_munzel(first, second):
    value, variance, degrees_of_freedom = superiority(*counted(first, second))
    assume(variance > 1e-9)
    reference = stats.brunnermunzel(first, second)
    statistic = (0.5 - value) / math.sqrt(variance)
    assert statistic == pytest.approx(reference.statistic, rel=1e-8, abs=1e-10)
    assert 2 * stats.t.sf(abs(statistic), degrees_of_freedom) == pytest.approx(reference.pvalue, rel=1e-6)
    theirs = rank_compare_2indep(first, second)
    assert (value, variance) == pytest.approx((theirs.prob1, theirs.var_prob), rel=1e-8)
    assert degrees_of_freedom == pytest.approx(theirs.df, rel=1e-8)


counts = st.lists(st.tuples(st.floats(0, 50), st.floats(0, 50)), min_size=2, max_size=12)


@given(counts)
def test_swapping_labels_or_turning_scores_gives_the_complement(pairs):
    positives, negatives = np.array(pairs).T
    assume(min(positives.sum(), negatives.sum()) >= 2)
    value, variance = auc(positives, negatives)
    for other in (auc(negatives, positives), auc(positives[::-1], negatives[::-1])):
        assert other == pytest.approx((1 - value, variance), abs=1e-9)
    assert 0 <= value <= 1
    assert variance >= 0


def test_the_same_function_gives_xauc():
    # Positives of one group against negatives of another, for all four combinations at once
    rng = np.random.default_rng(4)
    positives, negatives = rng.integers(0, 9, (2, 7)), rng.integers(0, 9, (2, 7))
    value, variance = auc(positives[:, None], negatives[None])
    assert value.shape == variance.shape == (2, 2)
    for a in (0, 1):
        for b in (0, 1):
            records = np.repeat(range(7), positives[a]), np.repeat(range(7), negatives[b])
            assert (value[a, b], variance[a, b]) == pytest.approx(delong_directly(*records))


def test_too_few():
    value, variance = auc([[0, 0], [1, 0], [0, 2], [0, 1]], [[1, 2], [0, 0], [1, 0], [2, 2]])
    np.testing.assert_allclose(value, [np.nan, np.nan, 1, 0.75])
    assert np.isnan(variance).all()
    assert np.isnan(superiority([1, 1], [1, 1])[2]) == np.isnan(superiority([1, 1], [1, 1])[1])
    # Scores that separate all: no variance is seen, and there are no degrees of freedom to it.
    value, variance, degrees_of_freedom = superiority([0, 9], [9, 0])
    assert (value, variance) == (1, 0)
    assert np.isnan(degrees_of_freedom)


class TestExposure:
    @pytest.mark.parametrize(
        ("counted", "expected"),
        [
            # The highest score is last, and first in rank.
            ([1, 1, 1], [1 / math.log2(4), 1 / math.log2(3), 1]),
            ([1, 2], [1 / math.log2(4), (1 + 1 / math.log2(3)) / 2]),
            ([2, 0, 1], [(1 / math.log2(3) + 1 / math.log2(4)) / 2, math.nan, 1]),
            ([4], [(1 + 1 / math.log2(3) + 1 / 2 + 1 / math.log2(5)) / 4]),
            ([0, 0], [math.nan, math.nan]),
            ([], []),
        ],
    )
    def test_by_hand(self, counted, expected):
        np.testing.assert_allclose(exposure(counted), expected, rtol=1e-14)

    def test_singh_and_joachims_example(self):
        # Singh & Joachims (2018), section 1: three men at .81 to .79 above three women at .78 to .76 get exposure of
        # .71 and .39 on average
        each = exposure([1] * 6)
        assert (each[3:].mean(), each[:3].mean()) == pytest.approx((0.71, 0.39), abs=5e-3)

    @given(st.lists(st.integers(0, 20), min_size=1, max_size=20))
    def test_all_of_the_lists_exposure_is_shared_out(self, counted):
        each = exposure(counted)
        discounts = 1 / np.log2(1 + np.arange(1, sum(counted) + 1))
        assert np.nansum(each * counted) == pytest.approx(discounts.sum())
        some = each[~np.isnan(each)]
        assert np.all(np.diff(some) > 0)
        one_by_one = np.split(discounts, np.cumsum(counted[::-1])[:-1])[::-1]
        for ours, ranks in zip(each, one_by_one, strict=True):
            assert ours == pytest.approx(ranks.mean(), rel=1e-12) if len(ranks) else np.isnan(ours)

    def test_long_lists_stay_exact(self):
        each = exposure([1, 2_000_000])
        assert each[0] == pytest.approx(1 / math.log2(2_000_002), rel=1e-8)
