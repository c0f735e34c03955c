"""Bounds of a group known by probabilities that hold whatever lies behind them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairaudit.stats.frechet import frechet


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
