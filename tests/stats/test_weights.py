"""Weights: what is refused, and laws."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from fairaudit.stats.weights import (
    NoWeights,
    entropy_balance,
    kamiran_calders,
    post_stratify,
    rake,
    standardised,
)

RECORDS = np.array([[10, 20], [30, 40]])
tables = hnp.arrays(float, (3, 2, 4), elements=st.integers(1, 500).map(float))


def shares(*lengths):
    return st.tuples(*(hnp.arrays(float, n, elements=st.floats(0.5, 1.5)).map(lambda t: t / t.sum()) for n in lengths))


def cycled(counts, margins, times=3000):
    """Fit one margin after the other, as Deming & Stephan (1940) did by hand."""
    fitted = counts / counts.sum()
    for _ in range(times):
        for axis, target in margins:
            others = tuple(a for a in range(counts.ndim) if a != axis)
            fitted = fitted * np.expand_dims(target / fitted.sum(axis=others), others)
    return fitted * counts.sum() / counts


@pytest.mark.parametrize(
    ("counts", "margins", "settings", "reason", "margin", "place"),
    [
        # No record at all; none in a category; none left once those outside the population weigh 0
        ([[0, 0], [0, 0]], [((0,), [1, 1])], {}, "no_records", 0, ()),
        ([[10, 0], [30, 0]], [((0,), [1, 1]), ((1,), [3, 1])], {"same_total": False}, "no_records", 1, (1,)),
        ([[10, 0], [0, 40]], [((1, 0), [[2, 1], [1, 2]])], {}, "no_records", 0, (0, 1)),
        ([[10, 0], [30, 40]], [((0,), [5, 5]), ((1,), [0, 10])], {"bounds": None}, "no_records", 0, (0,)),
        # 1,000 people and 1,006 people
        (RECORDS, [((0,), [400, 600]), ((1,), [500, 506])], {}, "totals_disagree", 1, ()),
        # Both have 1,000 people, of whom 500 or 520 are in the second column
        (RECORDS, [((1,), [500, 500]), ((0, 1), [[240, 260], [240, 260]])], {}, "totals_disagree", 1, (None, 0)),
        # 30 of 100 records are to weigh as 1 of 100 people: .033; as 99.9 of them are 70: no weight is above 1.4
        (RECORDS, [((0,), [1, 99])], {}, "out_of_bounds", 0, (0,)),
        (RECORDS, [((1,), [50, 50]), ((0,), [80, 20])], {"bounds": (0.2, 2)}, "out_of_bounds", 1, (0,)),
        (RECORDS, [((0,), [0, 100])], {}, "out_of_bounds", 0, (0,)),
        # Each margin alone is within bounds, both are not: (0, 0) must weigh 1.8 times 25 of 100 at least
        (
            [[25, 25], [25, 25]],
            [((0,), [90, 10]), ((1,), [10, 90])],
            {"bounds": (0.2, 1.9)},
            "out_of_bounds",
            None,
            None,
        ),
        # No weights on the diagonal alone make rows and columns differ
        ([[10, 0], [0, 40]], [((0,), [50, 50]), ((1,), [40, 60])], {"bounds": None}, "not_converged", None, None),
        (RECORDS, [((0,), [-1, 100])], {}, "not_positive", 0, (0,)),
        (RECORDS, [((0,), [50, 50]), ((1,), [np.nan, 100])], {}, "not_positive", 1, (0,)),
        (RECORDS, [((0,), [np.inf, 100])], {}, "not_positive", 0, (0,)),
        (RECORDS, [((0,), [0, 0])], {}, "not_positive", 0, ()),
    ],
)
def test_what_raking_refuses(counts, margins, settings, reason, margin, place):
    with pytest.raises(NoWeights) as refused:
        rake(counts, margins, **settings)
    assert refused.value.reason == reason
    if margin is not None:
        assert (refused.value.margin, refused.value.place) == (margin, place)


@pytest.mark.parametrize(
    ("counts", "targets", "reason", "place"),
    [
        ([10, 0, 5], [1, 1, 1], "no_records", (1,)),
        ([[10, 4], [0, 5]], [[1, 1], [1, 1]], "no_records", (1, 0)),
        ([0, 0], [1, 1], "no_records", ()),
        ([10, 5], [1, -1], "not_positive", (1,)),
        ([10, 5], [0, 0], "not_positive", ()),
    ],
)
def test_what_post_stratification_refuses(counts, targets, reason, place):
    with pytest.raises(NoWeights) as refused:
        post_stratify(counts, targets)
    assert (refused.value.reason, refused.value.margin, refused.value.place) == (reason, 0, place)


@pytest.mark.parametrize(
    ("moments", "targets", "reason", "margin"),
    [
        ([[0], [1]], [1.5], "out_of_bounds", 0),
        ([[0, 0], [1, 1]], [0.5, np.nan], "not_positive", 1),
        # Inside both ranges, outside the triangle of (0, 0), (1, 0), (0, 1)
        ([[0, 0], [1, 0], [0, 1]], [0.8, 0.8], "out_of_bounds", None),
    ],
)
def test_what_entropy_balancing_refuses(moments, targets, reason, margin):
    with pytest.raises(NoWeights) as refused:
        entropy_balance(moments, np.full(len(moments), 10), targets)
    assert refused.value.reason == reason
    assert margin is None or refused.value.margin == margin


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: rake(RECORDS, []),
        lambda: rake(RECORDS, [((2,), [1, 1])]),
        lambda: rake(RECORDS, [((0, -2), RECORDS)]),
        lambda: rake(RECORDS, [((0,), [1, 1, 1])]),
        lambda: rake(RECORDS, [((0,), [1, 1])], bounds=(1.5, 2)),
        lambda: rake(-RECORDS, [((0,), [1, 1])]),
        lambda: post_stratify(RECORDS, [1, 1]),
        lambda: entropy_balance([[1.0]], [1, 1], [1.0]),
    ],
)
def test_what_makes_no_sense(wrong):
    with pytest.raises(ValueError, match=r"\w") as refused:
        wrong()
    assert not isinstance(refused.value, NoWeights)


def test_a_refusal_survives_another_process():
    refused = pickle.loads(pickle.dumps(NoWeights("no_records", 2, (1, 0))))
    assert (refused.reason, refused.margin, refused.place) == ("no_records", 2, (1, 0))


@given(tables, shares(3, 2, 4))
def test_raking_is_what_cycles_over_margins_end_at(counts, targets):
    found = rake(counts, [((axis,), target) for axis, target in enumerate(targets)], bounds=None)
    assert found.weights == pytest.approx(cycled(counts, list(enumerate(targets)), 400), rel=1e-6)
    assert found.iterations < 50


@given(tables, shares(3, 2, 4), st.floats(0.2, 0.8), st.floats(1.3, 5))
def test_bounded_weights_are_within_bounds_and_meet_the_margins(counts, targets, low, high):
    margins = [((axis,), target) for axis, target in enumerate(targets)]
    # Around what is sure to be possible, so that bounds are reached but the margins can be met
    possible = np.einsum("i,j,k->ijk", *targets) * counts.sum() / counts
    low, high = min(low, possible.min()), max(high, possible.max())
    found = rake(counts, margins, bounds=(low, high))
    assert low - 1e-12 <= found.weights.min() <= found.weights.max() <= high + 1e-12
    for axis, target in enumerate(targets):
        others = tuple(a for a in range(3) if a != axis)
        assert (found.weights * counts).sum(axis=others) / counts.sum() == pytest.approx(target, rel=1e-7)
    free = rake(counts, margins, bounds=None).weights
    if low <= free.min() and free.max() <= high:
        assert found.weights == pytest.approx(free, rel=1e-6)


@given(
    hnp.arrays(float, (3, 4), elements=st.integers(0, 50).map(float)),
    hnp.arrays(float, (3, 4), elements=st.floats(0.1, 9)),
)
def test_one_margin_of_all_axes_is_post_stratification(counts, people):
    people = np.where(counts > 0, people, 0)
    assume(counts.sum() > 0)
    found, expected = rake(counts, [((1, 0), people.T)], bounds=None), post_stratify(counts, people)
    assert found.weights == pytest.approx(expected.weights, rel=1e-7)
    assert (expected.weights * counts).sum() == pytest.approx(counts.sum())


@given(tables, shares(3, 2))
def test_entropy_balancing_on_indicators_is_raking(counts, targets):
    first, second, _ = (index.ravel() for index in np.indices(counts.shape))
    moments = np.column_stack([*(first == i for i in range(3)), second == 1]).astype(float)
    found = entropy_balance(moments, counts.ravel(), [*targets[0], targets[1][1]])
    raked = rake(counts, [((0,), targets[0]), ((1,), targets[1])], bounds=None)
    assert found.weights == pytest.approx(raked.weights.ravel(), rel=1e-6)


@given(
    hnp.arrays(float, 12, elements=st.integers(1, 50).map(float)),
    hnp.arrays(float, 12, elements=st.floats(0.2, 3)),
    hnp.arrays(float, (12, 2), elements=st.integers(-20, 20).map(float)),
)
def test_entropy_balancing_meets_means_that_can_be_met(base, tilt, moments):
    share = base * tilt / (base * tilt).sum()
    found = entropy_balance(moments, base, share @ moments)
    assert np.abs(found.weights * base / base.sum() @ moments - share @ moments) == pytest.approx(0, abs=1e-7 * 40)
    assert (found.weights * base).sum() == pytest.approx(base.sum())


@given(tables, shares(3, 2, 4), st.permutations(range(3)), st.permutations(range(4)), st.permutations(range(3)))
def test_order_of_categories_axes_and_margins_changes_nothing(counts, targets, first, last, axes):
    expected = rake(counts, [((axis,), target) for axis, target in enumerate(targets)], bounds=None).weights
    targets = targets[0][first], targets[1], targets[2][last]
    moved = counts[first][:, :, last].transpose(axes)
    found = rake(moved, [((place,), targets[axis]) for place, axis in reversed([*enumerate(axes)])], bounds=None)
    assert found.weights == pytest.approx(expected[first][:, :, last].transpose(axes), rel=1e-6)


@given(tables, st.floats(0.1, 1000))
def test_units_of_targets_change_nothing(counts, unit):
    people = np.array([[1, 2], [3, 4], [5, 6]])
    margins = [((0, 1), people), ((2,), [3, 5, 6, 7])]
    expected = rake(counts, margins, bounds=None).weights
    found = rake(counts, [(axes, np.multiply(target, unit)) for axes, target in margins], bounds=None)
    assert found.weights == pytest.approx(expected, rel=1e-6)


def test_margins_that_share_an_axis_and_round_otherwise_are_brought_together():
    people = np.array([[241, 260], [239, 260]])
    found = rake(RECORDS, [((1,), [0.481, 0.519]), ((0, 1), people)], same_total=False)
    assert (found.weights * RECORDS).sum(axis=0) == pytest.approx([48.1, 51.9], rel=1e-7)
    assert (found.weights * RECORDS).ravel() == pytest.approx(people.ravel() / 10, rel=0.005)


def test_records_outside_the_population_weigh_nothing():
    found = rake([[10, 20, 5], [30, 40, 5]], [((1,), [40, 60, 0]), ((0,), [50, 50])], bounds=None)
    assert found.weights[:, 2].tolist() == [0, 0]
    assert post_stratify([10, 5], [1, 0]).weights.tolist() == [1.5, 0]


def test_cells_without_records_weigh_nothing_and_stop_nothing():
    counts = np.array([[0, 20], [30, 40]])
    found = rake(counts, [((0,), [30, 70]), ((1,), [40, 60])])
    assert found.weights[0, 0] == 0
    # The first row is one cell: 30 of 100 people, 20 of 90 records
    assert found.weights[0, 1] == pytest.approx(0.30 * 90 / 20)


@given(hnp.arrays(float, (2, 3, 2), elements=st.integers(0, 40).map(float)))
def test_kamiran_calders_makes_groups_alike(counts):
    assume(counts.sum() > 0)
    weights = kamiran_calders(counts)
    assert np.isnan(weights).tolist() == (counts == 0).tolist()
    if (counts > 0).all():
        fitted = weights * counts
        assert fitted.sum(axis=-1) == pytest.approx(counts.sum(axis=-1))
        assert fitted.sum(axis=-2) == pytest.approx(counts.sum(axis=-2))
        rates = fitted[..., 0] / fitted.sum(axis=-1)
        assert rates == pytest.approx(np.broadcast_to(rates[:, :1], rates.shape))


@pytest.mark.parametrize(
    ("rates", "mix", "value", "variance"),
    [
        ([0.2, 0.6], [3, 1], 0.75 * 0.2 + 0.25 * 0.6, 0.75**2 * 0.01 + 0.25**2 * 0.01),
        ([0.2, np.nan], [3, 1], np.nan, np.nan),
        # Nobody in a stratum that is not in the mix: nothing is missing
        ([0.2, np.nan], [3, 0], 0.2, 0.01),
    ],
)
def test_standardised(rates, mix, value, variance):
    found = standardised(rates, np.where(np.isnan(rates), np.nan, 0.01), mix)
    assert found == pytest.approx((value, variance), nan_ok=True)


def test_a_mix_is_of_somebody():
    with pytest.raises(NoWeights) as refused:
        standardised([0.2, 0.3], [0.1, 0.1], [1, -1])
    assert (refused.value.reason, refused.value.place) == ("not_positive", (1,))


@given(
    hnp.arrays(float, (3, 4), elements=st.integers(0, 200).map(float)),
    hnp.arrays(float, (3, 4), elements=st.floats(0.2, 5)),
    st.booleans(),
)
def test_margins_that_weights_within_bounds_can_meet_are_met(counts, tilt, crossed):
    assume(counts.sum() > 0)
    # Bounds are as tight as the weights that the margins come from, so that many cells reach them
    weights = tilt / (counts * tilt).sum() * counts.sum()
    bounds = min(0.95, float(weights[counts > 0].min())), max(1.05, float(weights[counts > 0].max()))
    people = counts * weights
    first = ((0, 1), people) if crossed else ((0,), people.sum(axis=1))
    found = rake(counts, [first, ((1,), people.sum(axis=0))], bounds=bounds)
    assert bounds[0] * (1 - 1e-9) <= found.weights[counts > 0].min()
    assert found.weights.max() <= bounds[1] * (1 + 1e-9)
    assert found.margin_error <= 1e-8
