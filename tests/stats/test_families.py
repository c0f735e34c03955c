"""Holm's procedure by hand, against statsmodels, and with hypotheses that could not be tested."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from fairaudit.stats.families import holm, holm_levels

NAN = math.nan
p_values = st.lists(st.floats(0, 1), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("p", "adjusted", "levels"),
    [
        ([0.01], [0.01], [0.05]),
        ([0.04, 0.01, 0.03], [0.06, 3 * 0.01, 2 * 0.03], [0.05 / 1, 0.05 / 3, 0.05 / 2]),
        ([0.9, 0.8], [1, 1], [0.05, 0.05 / 2]),
        # Not tested, yet in the family: the others pay for it.
        ([0.01, NAN, 0.02], [3 * 0.01, NAN, 2 * 0.02], [0.05 / 3, NAN, 0.05 / 2]),
        ([NAN, NAN], [NAN, NAN], [NAN, NAN]),
        ([], [], []),
    ],
)
def test_by_hand(p, adjusted, levels):
    assert holm(p) == pytest.approx(np.array(adjusted), nan_ok=True)
    assert holm_levels(p, 0.05) == pytest.approx(np.array(levels), nan_ok=True)


@settings(max_examples=15)  # statsmodels takes its time
@given(p_values)
def test_agrees_with_statsmodels(p):
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1], abs=1e-12)


@given(p_values, st.floats(0.001, 0.2))
def test_levels_reject_what_adjusted_p_values_reject(p, alpha):
    p, levels = np.array(p), holm_levels(p, alpha)
    order = np.argsort(p, kind="stable")
    within = np.logical_and.accumulate((p <= levels)[order])
    assert (holm(p)[order] <= alpha * (1 + 1e-12)).tolist() == within.tolist()


@given(p_values, st.integers(1, 5))
def test_what_could_not_be_tested_counts_like_a_p_value_of_one(p, untested):
    assert holm([*p, *[NAN] * untested])[: len(p)] == pytest.approx(holm([*p, *[1.0] * untested])[: len(p)])


def test_any_shape():
    assert holm([[0.04, 0.01], [0.03, NAN]]) == pytest.approx(np.array([[0.09, 0.04], [0.09, NAN]]), nan_ok=True)
