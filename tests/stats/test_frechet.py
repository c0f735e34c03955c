"""Bounds of a group known by probabilities that hold whatever lies behind them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairaudit.stats.frechet import frechet
from fairaudit.stats.proxies import rate_bounds, weighted_bias, weighted_rate


def test_bounds_of_kallus_mao_and_zhou():
    # two bins of 100 people: a = .6, y = .48; a = .4, y = .52
    found = frechet([48, 52], [52, 48], [0, 0], [60, 40])
    low, high = found.events / found.n
    assert low == pytest.approx((max(0, 0.6 + 0.48 - 1) + max(0, 0.4 + 0.52 - 1)) * 100 / 100)
    assert high == pytest.approx((min(0.6, 0.48) + min(0.4, 0.52)) * 100 / 100)


COUNTS = st.integers(0, 12)


@given(st.lists(st.tuples(*[COUNTS] * 6), min_size=1, max_size=5))
def test_bounds_hold_the_truth_of_any_joint_table_and_are_reached(table):
    """Each bin: of the group, then not: with the event, without, not counted."""
    own, rest = np.array(table)[:, :3].T, np.array(table)[:, 3:].T
    found = frechet(*(own + rest), own.sum(axis=0))
    events, others = own[0].sum(), own[1].sum()
    assert found.events[0] <= events <= found.events[1]
    assert found.n[1] - found.events[1] <= others <= found.n[0] - found.events[0]
    if events + others and (found.n > 0).all():
        low, high = found.events / found.n
        assert low - 1e-12 <= events / (events + others) <= high + 1e-12
    lowest = [min(m, s + o) for m, s, o in zip(own.sum(axis=0), own[1] + rest[1], own[2] + rest[2], strict=True)]
    assert found.events[0] == (own.sum(axis=0) - lowest).sum()


def test_where_nobody_is_known_and_everybody_counts_the_bounds_are_those_of_shares():
    found = frechet([48, 52], [52, 48], [0, 0], [60, 40])
    assert found.events / found.n == pytest.approx(np.array(rate_bounds([100, 100], [0.6, 0.4], [0.48, 0.52])))


def test_a_gap_of_21_points_reads_as_one_of_1_point_weighted_and_3_points_thresholded():
    """A made-up construction with the true gap -.210, weighted -.012 and thresholded -.030."""
    area = (0.030 + 0.4 * -0.210) / (0.4**2 - 1)  # what the first area adds to everybody's rate
    gap = -0.210 - 0.4 * area  # within each area
    own, others = np.array([0.5 + area + gap, 0.5 + gap]), np.array([0.5 + area, 0.5])
    share, people = np.array([0.7, 0.3]), np.ones(2)
    rates = share * own + (1 - share) * others
    weighted = [weighted_rate(people, each, rates) for each in (share, 1 - share)]
    true = [(share * own).sum(), ((1 - share) * others).sum()]
    found = weighted[0] - weighted[1], true[0] - true[1], rates[0] - rates[1]
    assert found == pytest.approx((-0.012, -0.210, -0.030))
    biases = weighted_bias(people, share, rates, own), weighted_bias(people, 1 - share, rates, others)
    assert np.array(weighted) - np.array(biases) == pytest.approx(true)
