"""Functions of (y_true, y_pred, sample_weight): four weighted rows a group say the same as all its records."""

import numpy as np
import pytest
import sklearn.metrics as skm
from fairlearn.metrics import MetricFrame
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fairaudit.errors import FairauditError
from fairaudit.measures import Measure
from fairaudit.measures.approximate import (
    ApproximateMeasure,
    approximate,
    approximate_measure,
    call,
    percentile_bounds,
    takes_records,
    wrap,
)


def f1(y_true, y_pred, *, sample_weight=None):
    """F1: twice the true positives, over all that are selected and all that have the outcome."""
    return 2 * np.sum(sample_weight * y_true * y_pred) / np.sum(sample_weight * (y_true + y_pred))


def sklearn_f1(y_true, y_pred, *, sample_weight=None):
    return skm.f1_score(y_true, y_pred, sample_weight=sample_weight, zero_division=np.nan)


def kappa(y_true, y_pred, *, sample_weight=None):
    """Agreement beyond chance: it can be negative."""
    return skm.cohen_kappa_score(y_true, y_pred, sample_weight=sample_weight)


def table(tp, fp, fn, tn):
    return np.array([[tp, fp, 2], [fn, tn, 3], [4, 5, 6]])  # unknown decisions and outcomes are left out


def records(cells):
    decision, outcome = (np.repeat(axis.ravel(), cells[:2, :2].ravel()) for axis in np.indices((2, 2)))
    return 1 - outcome, 1 - decision


@pytest.mark.parametrize("function", [f1, sklearn_f1, kappa, skm.balanced_accuracy_score, skm.matthews_corrcoef])
@given(counts=arrays(int, (3, 4), elements=st.integers(0, 5)))
def test_counts_as_weights_say_the_same_as_the_records(function, counts):
    cells = {group: table(*four) for group, four in zip("abc", counts, strict=True)}
    values = approximate(ApproximateMeasure("m", function), cells, draws=1).values
    for group, own in cells.items():
        y_true, y_pred = records(own)
        on_records, _ = call(function, y_true, y_pred, np.ones(len(y_true))) if len(y_true) else (np.nan, "")
        assert values[group] == pytest.approx(on_records, nan_ok=True)


@pytest.mark.parametrize("function", [sklearn_f1, kappa, skm.balanced_accuracy_score])
def test_counts_as_weights_equal_fairlearn_on_the_records(function):
    # ProPublica's two-year table, as in test_published.py
    cells = {"Black": table(1369, 805, 532, 990), "White": table(505, 349, 461, 1139)}
    y_true, y_pred = (np.concatenate(both) for both in zip(*map(records, cells.values()), strict=True))
    sensitive = np.repeat(list(cells), [cell[:2, :2].sum() for cell in cells.values()])
    frame = MetricFrame(metrics=function, y_true=y_true, y_pred=y_pred, sensitive_features=sensitive)
    assert approximate(wrap(function), cells, draws=1).values == pytest.approx(frame.by_group.to_dict())


def test_a_group_for_which_it_fails_or_gives_no_number_is_undefined_with_a_reason():
    def ratio_of_errors(y_true, y_pred, *, sample_weight=None):
        fp, fn = (sample_weight[(y_true == t) & (y_pred == 1 - t)].sum() for t in (0, 1))
        if fp > 100:
            raise RuntimeError(f"too many: {fp}")
        return fp / fn

    cells = {
        "fine": table(5, 4, 2, 5),
        "x/0": table(5, 4, 0, 5),
        "raises": table(5, 101, 1, 5),
        "empty": 0 * table(1, 1, 1, 1),
    }
    found = approximate(wrap(ratio_of_errors), cells, draws=20)
    assert found.values == pytest.approx({"fine": 4 / 2, "x/0": np.nan, "raises": np.nan, "empty": np.nan}, nan_ok=True)
    assert found.reasons == {
        "x/0": "the function gave inf",
        "raises": "the function failed (RuntimeError)",  # without its words, which hold a count
        "empty": "no record has both a known decision and a known outcome",
    }
    for other in ("x/0", "raises", "empty"):
        for bounds in (found.difference("fine", other), found.ratio(other, "fine")):
            assert np.isnan(bounds.estimate)
            assert (bounds.lower, bounds.upper) == (-np.inf, np.inf)


@pytest.mark.parametrize("cells", [{"a": table(1, 0, 0, 0)}, {"a": table(0, 0, 0, 0)}, {}])
def test_very_little_data_is_no_error(cells):
    assert set(approximate(wrap(f1), cells, draws=5).values) == set(cells)


CELLS = {"a": table(40, 20, 10, 30), "b": table(20, 20, 30, 30), "c": table(3, 1, 2, 4)}


def test_bounds_hold_the_estimate_and_mirror_when_groups_swap():
    found = approximate(wrap(f1), CELLS, seed=3)
    a, b = 2 * 40 / (2 * 40 + 20 + 10), 2 * 20 / (2 * 20 + 20 + 30)
    there, back = found.difference("a", "b"), found.difference("b", "a")
    assert there.estimate == pytest.approx(a - b)
    assert there.lower < there.estimate < there.upper
    assert there == pytest.approx((-back.estimate, -back.upper, -back.lower))
    there, back = found.ratio("a", "b"), found.ratio("b", "a")
    assert there.estimate == pytest.approx(a / b)
    assert there == pytest.approx((1 / back.estimate, 1 / back.upper, 1 / back.lower))


def test_the_spread_of_draws_is_the_binomial_one():
    def share_selected(y_true, y_pred, *, sample_weight=None):
        return np.average(y_pred, weights=sample_weight)

    p, n = 60 / 100, 100
    drawn = approximate(wrap(share_selected), CELLS, draws=4000, seed=1).draws["a"]
    assert drawn.mean() == pytest.approx(p, abs=4 * (p * (1 - p) / n / 4000) ** 0.5)
    assert drawn.var() == pytest.approx(p * (1 - p) / n, rel=0.1)


def test_a_group_worth_fewer_records_than_its_weights_spreads_wider():
    weighted = {group: 10 * cells for group, cells in CELLS.items()}
    plain, clustered = (
        approximate(wrap(f1), weighted, sizes=sizes, draws=1000).draws["a"] for sizes in (None, {"a": 100.0})
    )
    assert clustered.var() == pytest.approx(10 * plain.var(), rel=0.3)


def test_the_same_seed_gives_the_same_draws_whatever_the_groups_are_called():
    found = approximate(wrap(f1), CELLS, draws=50, seed=7)
    renamed = approximate(wrap(f1), {"z": CELLS["a"], "y": CELLS["c"], "x": CELLS["b"]}, draws=50, seed=7)
    assert found.difference("a", "b") == renamed.difference("z", "x")
    assert found.difference("a", "b") != approximate(wrap(f1), CELLS, draws=50, seed=8).difference("a", "b")


def test_equal_groups_do_not_move_together():
    found = approximate(wrap(f1), {"a": CELLS["a"], "b": CELLS["a"]}, draws=200)
    assert found.difference("a", "b").lower < 0 < found.difference("a", "b").upper


def test_a_ratio_of_values_that_can_be_negative_is_undefined():
    """Where fairlearn gives a ratio of -1 for values of -.2 and .2."""
    found = approximate(wrap(kappa), {"a": table(40, 20, 10, 30), "b": table(10, 30, 40, 20)}, draws=20)
    assert found.values["b"] < 0 < found.values["a"]
    assert np.isnan(found.ratio("a", "b").estimate)


@pytest.mark.parametrize(
    ("draws", "alpha", "lower", "upper"),
    [
        (np.arange(1, 100), 0.05, 5, 95),  # the 5th of 99 from either end
        (np.arange(1, 10), 0.05, -np.inf, np.inf),  # 9 draws hold no 5%
        (np.r_[np.nan, np.arange(2, 100)], 0.05, 5, 96),  # one undefined draw counts as lowest and as highest
        (np.full(99, np.nan), 0.05, -np.inf, np.inf),
    ],
)
def test_percentile_bounds_lean_outward(draws, alpha, lower, upper):
    assert percentile_bounds(50.0, draws.astype(float), alpha, alpha) == (50.0, lower, upper)


def test_a_function_that_ignores_its_weights_is_refused():
    def share_wrong(y_true, y_pred, *, sample_weight=None):
        return float(np.mean(y_true != y_pred))

    with pytest.raises(FairauditError, match="a sample_weight of 3 is not the same to it as three equal records"):
        wrap(share_wrong)


def test_a_function_that_fails_on_ordinary_data_is_refused_with_its_own_words():
    def broken(y_true, y_pred, *, sample_weight=None):
        raise KeyError("no such column")

    with pytest.raises(FairauditError, match="no such column"):
        wrap(broken)


def test_it_is_marked_and_knows_its_direction_only_where_told():
    told = approximate_measure(source="van Rijsbergen 1979", rises_with="accuracy", title="F1")(f1).measure
    plain = wrap(kappa)
    assert told.approximate
    assert plain.approximate
    assert not Measure.approximate
    assert (told.worse_when("a burden"), plain.worse_when("a burden")) == ("low", None)
    assert (told.title, plain.title) == ("F1", "kappa")
    assert plain.needs == ("decision", "outcome")
    assert takes_records(skm.f1_score)
    assert not takes_records(lambda c: c)
