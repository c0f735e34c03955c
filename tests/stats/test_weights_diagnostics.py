"""What weights cost, by hand and by law; variances from replicates, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from fairaudit.stats.design import jackknife_variance
from fairaudit.stats.replicates import moe_to_se, replicate_variance
from fairaudit.stats.weight_diagnostics import diagnose
from fairaudit.stats.weights import rake


def test_by_hand():
    # 60 records that weigh .5 and 40 that weigh 1.75
    found = diagnose([60, 40], [0.5, 1.75], [((0,), [30, 70])], group_axis=0)
    assert (found.records, found.effective) == (100, 100**2 / (60 * 0.5**2 + 40 * 1.75**2))
    assert found.design_effect == pytest.approx((60 * 0.5**2 + 40 * 1.75**2) / 100)
    assert found.largest == pytest.approx(1.75)
    spread = np.sqrt((0.6 * 0.4 + 0.3 * 0.7) / 2)
    assert found.before[0] == pytest.approx([0.3 / spread, -0.3 / spread])
    assert found.after[0] == pytest.approx([0, 0], abs=1e-12)
    assert found.margin_error == pytest.approx(0, abs=1e-12)
    assert found.group_records.tolist() == [60, 40]
    assert found.group_effective == pytest.approx([60, 40])
    assert not found.few
    assert found.small_groups.tolist() == [False, False]


@pytest.mark.parametrize(
    ("counts", "weights", "few", "small"),
    [
        # 90 of weight .1 and 10 of weight 9.1: 100^2 / (90 * .01 + 10 * 82.81) is 12 of 100
        ([90, 10], [0.1, 9.1], True, [False, True]),
        ([90, 30], [1, 1], False, [False, False]),
        ([90, 29], [1, 1], False, [False, True]),
        ([90, 0], [1, 1], False, [False, True]),
        ([90, 30], [1, 0], False, [False, True]),
    ],
)
def test_warnings(counts, weights, few, small):
    found = diagnose(counts, weights, [], group_axis=0)
    assert (found.few, found.small_groups.tolist()) == (few, small)


def test_where_nothing_weighs_anything_it_is_a_warning():
    found = diagnose([5, 5], [0, 0], [], group_axis=0)
    assert found.few
    assert found.small_groups.all()
    assert np.isnan(found.design_effect)


def test_what_is_left_of_a_category_outside_the_population_is_an_error():
    assert diagnose([5, 5], [1, 1], [((0,), [1, 0])]).margin_error == np.inf


@pytest.mark.parametrize("weights", [[1, np.nan], [1, -1], [1, 1, 1]])
def test_weights_are_numbers(weights):
    with pytest.raises(ValueError, match="Weights"):
        diagnose([5, 5], weights, [])


@given(
    hnp.arrays(float, (3, 4), elements=st.integers(1, 30).map(float)),
    hnp.arrays(float, (3, 4), elements=st.floats(0.1, 9)),
    st.floats(0.1, 10),
)
def test_laws_of_the_effective_number(counts, weights, factor):
    found = diagnose(counts, weights, [((1, 0), np.ones((4, 3)))], group_axis=-2)
    of_records = np.repeat(weights.ravel(), counts.ravel().astype(int))
    assert found.effective == pytest.approx(of_records.sum() ** 2 / (of_records**2).sum())
    assert found.design_effect == pytest.approx(1 + of_records.var() / of_records.mean() ** 2)
    assert found.largest == pytest.approx(of_records.max() / of_records.mean())
    assert found.before[0].shape == (4, 3)
    again = diagnose(counts, weights * factor, [((1, 0), np.ones((4, 3)))], group_axis=0)
    assert again.group_effective == pytest.approx(found.group_effective)
    assert again.margin_error == pytest.approx(found.margin_error)


def test_raking_leaves_nothing_unbalanced():
    counts, margins = np.array([[40, 30], [20, 90]]), [((0,), [60, 40]), ((1,), [55, 45])]
    found = diagnose(counts, rake(counts, margins).weights, margins)
    assert found.margin_error < 1e-8
    assert not np.concatenate(found.unbalanced).any()
    assert np.concatenate([np.abs(difference) >= 0.1 for difference in found.before]).any()


ESTIMATES, FULL = [0.30, 0.34, 0.28, 0.32], 0.31
SQUARES = 0.01**2 + 0.03**2 + 0.03**2 + 0.01**2


@pytest.mark.parametrize(
    ("method", "settings", "variance", "degrees"),
    [
        ("brr", {}, SQUARES / 4, 3),
        ("fay", {"fay": 0.5}, SQUARES / (4 * 0.5**2), 3),
        ("fay", {"fay": 0}, SQUARES / 4, 3),
        ("jk1", {}, 3 / 4 * SQUARES, 3),
        # Two strata of two units each: 4 - 2 degrees
        ("jkn", {"scale": [1 / 2] * 4}, SQUARES / 2, 2),
        # One unit more or less: strata of three units and, with one replicate a pair, of two: 2 + 1 degrees
        ("jkn", {"scale": [2 / 3, 2 / 3, 2 / 3, 1]}, 2 / 3 * (0.01**2 + 2 * 0.03**2) + 0.01**2, 3),
        ("bootstrap", {}, SQUARES / 4, 3),
        ("bootstrap", {"scale": 1 / 3}, SQUARES / 3, 3),
        ("sdr", {}, 4 / 4 * SQUARES, 3),
    ],
)
def test_replicates_by_hand(method, settings, variance, degrees):
    found = replicate_variance(FULL, ESTIMATES, method, **settings)
    assert found == pytest.approx((variance, degrees))


def test_american_community_survey():
    # Census Bureau, Variance replicate estimate tables: 4/80 times the sum of squares over 80 replicates
    replicates = 100 + np.tile([1.0, -1.0], 40)
    assert replicate_variance(100.0, replicates, "sdr").variance == pytest.approx(4 / 80 * 80)


@given(hnp.arrays(float, (7, 3), elements=st.floats(-5, 5)))
def test_the_jackknife_is_that_of_folds_where_the_estimate_is_their_mean(left_out):
    found = replicate_variance(left_out.mean(axis=0), left_out, "jk1")
    assert found.variance == pytest.approx(jackknife_variance(left_out), abs=1e-12)
    about_another = replicate_variance(left_out.mean(axis=0) + 1, left_out, "jk1")
    assert (about_another.variance > found.variance).all()


def test_what_is_missing_in_a_replicate_is_missing_in_the_variance():
    found = replicate_variance([0.5, 0.5], [[0.4, np.nan], [0.6, 0.5]], "brr")
    assert found.variance == pytest.approx([0.01, np.nan], nan_ok=True)
    assert np.isnan(replicate_variance(0.5, [0.4], "brr").variance)


@pytest.mark.parametrize(
    ("method", "settings"),
    [
        ("jk2", {}),
        ("jkn", {}),
        ("jkn", {"scale": [1, 1]}),
        ("brr", {"scale": -1}),
        ("fay", {}),
        ("fay", {"fay": 1}),
        ("brr", {"fay": 0.5}),
    ],
)
def test_replicates_that_make_no_sense(method, settings):
    with pytest.raises(ValueError, match=r"\w"):
        replicate_variance(FULL, ESTIMATES, method, **settings)


@pytest.mark.parametrize(("moe", "error"), [(2.0, 1.2158), (0, 0), (-222222222, np.nan)])
def test_standard_error_of_a_margin_of_error(moe, error):
    assert moe_to_se(moe) == pytest.approx(error, abs=5e-5, nan_ok=True)
