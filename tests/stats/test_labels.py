"""What wrong outcome labels do to rates and verdicts."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fairaudit.stats import labels
from fairaudit.stats.fragility import stands

NAN, INFINITY = math.nan, math.inf


def after_wrong_labels(cells, most):
    """Give every table that differs from (tp, fp, fn, tn) in up to `most` labels, with their number."""
    tp, fp, fn, tn = cells
    for out, into, missed, found in itertools.product(*(range(min(most, cell) + 1) for cell in cells)):
        if out + into + missed + found <= most:
            yield (
                (tp - out + into, fp + out - into, fn - missed + found, tn + missed - found),
                out + into + missed + found,
            )


# --- how far a rate can move ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "lowest", "highest"),
    [
        # 40 tp, 20 fp, 10 fn, 30 tn, up to 5 wrong
        ("true_positive_rate", min(35 / 45, 40 / 55), max(45 / 55, 40 / 45)),
        ("false_negative_rate", min(5 / 45, 10 / 55), max(15 / 55, 10 / 45)),
        ("false_positive_rate", min(15 / 45, 20 / 55), max(25 / 55, 20 / 45)),
        ("true_negative_rate", min(25 / 45, 30 / 55), max(35 / 55, 30 / 45)),
        ("positive_predictive_value", 35 / 60, 45 / 60),
        ("false_discovery_rate", 15 / 60, 25 / 60),
        ("negative_predictive_value", 25 / 40, 35 / 40),
        ("false_omission_rate", 5 / 40, 15 / 40),
        ("prevalence", 45 / 100, 55 / 100),
        ("accuracy", 65 / 100, 75 / 100),
        ("error_rate", 25 / 100, 35 / 100),
    ],
)
def test_tipping_point(rate, lowest, highest):
    assert labels.tipping_point(40, 20, 10, 30, rate, 5) == pytest.approx((lowest, highest))


@pytest.mark.parametrize(
    ("cells", "wrong", "lowest", "highest"),
    [
        ((40, 20, 10, 2), 5, (40 - 3) / (50 - 3 + 2), 40 / 45),  # only 2 of the 5 can enter the denominator
        ((40, 20, 10, 0), 0, 40 / 50, 40 / 50),
        ((3, 20, 10, 30), 5, 0 / 12, 8 / 18),  # all 3 of the numerator, and 2 more
        ((0, 20, 0, 30), 5, NAN, NAN),
    ],
)
def test_tipping_point_where_a_cell_runs_out(cells, wrong, lowest, highest):
    found = labels.tipping_point(*cells, "true_positive_rate", wrong)
    assert found == pytest.approx((lowest, highest), nan_ok=True)


@pytest.mark.parametrize("rate", labels.RATES)
@given(st.tuples(*[st.integers(0, 4)] * 4), st.integers(0, 5))
def test_no_table_is_further_out_and_one_is_there(rate, cells, wrong):
    n = labels.counts(cells, rate)[1]
    tables = [labels.counts(table, rate) for table, _ in after_wrong_labels(cells, wrong)]
    rates = [x / n for x, n in tables if n > 0]
    expected = (min(rates), max(rates)) if n > 0 else (NAN, NAN)
    assert labels.tipping_point(*cells, rate, wrong) == pytest.approx(expected, nan_ok=True)


@given(st.tuples(*[st.integers(0, 50)] * 4), st.integers(0, 60))
def test_a_rate_and_its_complement_mirror_each_other(cells, wrong):
    for rate, complement in [
        ("true_positive_rate", "false_negative_rate"),
        ("true_negative_rate", "false_positive_rate"),
        ("positive_predictive_value", "false_discovery_rate"),
        ("accuracy", "error_rate"),
    ]:
        lowest, highest = labels.tipping_point(*cells, rate, wrong)
        mirrored = labels.tipping_point(*cells, complement, wrong)
        assert mirrored == pytest.approx((1 - highest, 1 - lowest), nan_ok=True)


def test_selection_rates_need_no_labels():
    with pytest.raises(ValueError, match="labels do not move 'selection_rate'"):
        labels.tipping_point(40, 20, 10, 30, "selection_rate", 5)


# --- how many change a verdict -------------------------------------------------------------------------------------

A, B = (200, 40, 50, 300), (210, 50, 50, 280)


def test_smallest_number_that_ends_a_clearance():
    found = labels.smallest_wrong("ratio", A, B, "true_positive_rate", 0.8, 0.05, "cleared")
    clears = stands("ratio", 0.8, 0.05, "cleared")
    k = int(found.records)
    # Cheapest: missed cases of group a that were recorded as no cases.
    assert found.in_a
    assert not clears(200, 250 + k, 210, 260)
    assert clears(200, 250 + k - 1, 210, 260)
    assert found.share == pytest.approx(k / 590)


def test_the_group_that_needs_fewer_is_the_one_that_is_named():
    # Two groups alike but for size: wrong labels of the smaller one matter more.
    small, large = (80, 20, 20, 80), (8000, 2000, 2000, 8000)
    assert labels.smallest_wrong("ratio", small, large, "true_positive_rate", 0.8, 0.05, "cleared").in_a
    assert not labels.smallest_wrong("ratio", large, small, "true_positive_rate", 0.8, 0.05, "cleared").in_a


@pytest.mark.parametrize(
    ("a", "b", "verdict", "margin"),
    [
        ((10, 5, 40, 45), (40, 5, 10, 45), "cleared", -0.1),  # was not cleared
        ((40, 5, 10, 45), (40, 5, 10, 45), "flagged", -0.1),  # was not flagged
        ((0, 5, 0, 45), (40, 5, 10, 45), "cleared", -0.1),  # undefined
    ],
)
def test_a_verdict_that_does_not_stand_cannot_fall(a, b, verdict, margin):
    found = labels.smallest_wrong("difference", a, b, "true_positive_rate", margin, 0.05, verdict)
    assert not found.holds
    assert np.isnan([found.records, found.share]).all()


def test_no_number_of_wrong_labels_ends_a_clearance_of_a_wide_margin():
    found = labels.smallest_wrong(
        "difference", (40, 5, 10, 45), (40, 5, 10, 45), "positive_predictive_value", -0.999, 0.4, "cleared"
    )
    assert found.holds
    assert np.isnan(found.records)


@st.composite
def cells(draw):
    return draw(st.tuples(*[st.integers(0, 9)] * 4))


@pytest.mark.parametrize(
    ("kind", "margin", "verdict"),
    [
        ("ratio", 0.5, "cleared"),
        ("ratio", 1.5, "flagged"),
        ("difference", -0.3, "cleared"),
        ("difference", 0.2, "flagged"),
    ],
)
@given(a=cells(), b=cells(), rate=st.sampled_from(labels.RATES))
def test_no_smaller_number_of_wrong_labels_changes_the_verdict(kind, margin, verdict, a, b, rate):
    still = stands(kind, margin, 0.4, verdict)
    at_a, at_b = labels.counts(a, rate), labels.counts(b, rate)
    assume(still(*at_a, *at_b))
    enough = []
    for own, in_a in ((a, True), (b, False)):
        tables, wrong = zip(*after_wrong_labels(own, 9), strict=True)
        there = labels.counts(np.array(tables).T, rate)
        stays = still(*there, *at_b) if in_a else still(*at_a, *there)
        enough += list(np.array(wrong)[~stays])
    found = labels.smallest_wrong(kind, a, b, rate, margin, 0.4, verdict)
    if enough:
        assert found.records == min(enough)
    else:
        assert np.isnan(found.records) or found.records > 9


@given(cells(), cells(), cells(), cells())
def test_two_pairs_at_once_are_each_pair_alone(a, b, c, d):
    arguments = "true_positive_rate", 0.5, 0.25, "cleared"
    together = labels.smallest_wrong("ratio", np.array([a, c]).T, np.array([b, d]).T, *arguments)
    alone = [labels.smallest_wrong("ratio", *pair, *arguments) for pair in ((a, b), (c, d))]
    np.testing.assert_equal(np.array(together).T, np.array(alone))


# --- known error rates ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "sensitivity", "specificity", "expected", "cut_off"),
    [
        (0.30, 0.8, 0.95, 0.3333, False),  # Rogan & Gladen (1978)
        (0.30, 1.0, 1.0, 0.30, False),
        (0.05, 0.8, 0.95, 0.0, False),  # as many as are wrongly labelled
        (0.01, 0.8, 0.95, 0.0, True),
        (0.90, 0.8, 0.95, 1.0, True),
        (0.30, 0.5, 0.5, NAN, False),
        (0.30, 0.2, 0.3, NAN, False),
        (NAN, 0.8, 0.95, NAN, False),
    ],
)
def test_rogan_gladen(rate, sensitivity, specificity, expected, cut_off):
    found = labels.rogan_gladen(rate, sensitivity, specificity)
    assert found.rate == pytest.approx(expected, abs=5e-5, nan_ok=True)
    assert found.cut_off == cut_off


def test_rogan_gladen_is_less_sure_than_the_raw_rate():
    raw = math.sqrt(0.3 * 0.7 / 200)
    assert labels.rogan_gladen(0.3, 0.8, 0.95, 200).standard_error == pytest.approx(raw / 0.75)
    assert np.isnan(labels.rogan_gladen(0.3, 0.8, 0.95).standard_error)
    assert np.isnan(labels.rogan_gladen(0.3, 0.8, 0.95, 0).standard_error)


@given(st.tuples(*[st.integers(0, 500)] * 4), st.floats(0.6, 1), st.floats(0.6, 1))
def test_true_cells_undoes_known_errors(truth, sensitivity, specificity):
    tp, fp, fn, tn = truth
    recorded = (
        sensitivity * tp + (1 - specificity) * fp,
        (1 - sensitivity) * tp + specificity * fp,
        sensitivity * fn + (1 - specificity) * tn,
        (1 - sensitivity) * fn + specificity * tn,
    )
    assert labels.true_cells(*recorded, sensitivity, specificity) == pytest.approx(truth, abs=1e-5)


def test_nondifferential_errors_hide_a_gap_that_true_cells_shows():
    # Made up: true positive rates of .8 and .5, labels with sensitivity .8 and specificity .9
    def recorded(tp, fp, fn, tn):
        return 0.8 * tp + 0.1 * fp, 0.2 * tp + 0.9 * fp, 0.8 * fn + 0.1 * tn, 0.2 * fn + 0.9 * tn

    seen = [recorded(80, 60, 20, 240), recorded(50, 60, 50, 240)]
    rates = [tp / (tp + fn) for tp, _, fn, _ in seen]
    assert rates[0] - rates[1] == pytest.approx(70 / 110 - 46 / 110)  # .22 for .30
    tp, _, fn, _ = labels.true_cells(*np.array(seen).T, 0.8, 0.9)
    assert tp / (tp + fn) == pytest.approx([0.8, 0.5])


@pytest.mark.parametrize(
    ("cells", "sensitivity", "specificity"),
    [
        ((1, 99, 20, 80), 0.9, 0.9),  # fewer positive labels than errors alone would give
        ((99, 1, 20, 80), 0.9, 0.9),
        ((20, 80, 1, 99), 0.9, 0.9),
        ((20, 80, 20, 80), 0.5, 0.5),
        ((20, 80, 20, 80), 0.3, 0.6),
    ],
)
def test_error_rates_that_do_not_fit_leave_all_cells_unknown(cells, sensitivity, specificity):
    assert np.isnan(labels.true_cells(*cells, sensitivity, specificity)).all()


# --- E-values ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ratio", "null", "expected"),
    [
        # VanderWeele & Ding (2017), and the documentation of the R package EValue
        (3.9, 1, 7.263),
        (1.8, 1, 3.0),
        (10.73, 1, 20.948),
        (8.02, 1, 15.523),
        (2.5, 1.5, 2.721),
        # laws
        (1 / 3.9, 1, 7.263),
        (1, 1, 1),
        (0.8, 0.8, 1),
        (0, 1, INFINITY),
        (INFINITY, 1, INFINITY),
        (NAN, 1, NAN),
    ],
)
def test_e_value(ratio, null, expected):
    assert labels.e_value(ratio, null) == pytest.approx(expected, abs=5e-4, nan_ok=True)


@pytest.mark.parametrize(
    ("ratio", "limit", "null", "expected"),
    [
        (3.9, 1.8, 1, 3.0),
        (3.9, 0.9, 1, 1),
        (3.9, 1.0, 1, 1),
        (0.5, 1 / 1.8, 1, 3.0),
        (0.5, 1.2, 1, 1),
        (0.5, 0.4, 0.8, 2 + math.sqrt(2)),
        (NAN, 1.8, 1, NAN),
        (3.9, NAN, 1, NAN),
    ],
)
def test_e_value_of_limit(ratio, limit, null, expected):
    assert labels.e_value_of_limit(ratio, limit, null) == pytest.approx(expected, abs=5e-4, nan_ok=True)
