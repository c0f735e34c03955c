"""Groups known by probabilities: what the weighted estimate misses, and bounds that hold whatever lies behind it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairaudit.stats.proxies import frechet, weighted_bias, weighted_rate

# A made-up town of two areas of 1,000 people each: of the first 600 are Black, of the second 400. In both 4 in 10 Black
# people are selected, and 6 in 10 of the others.
AREAS = {0: (600, 400), 1: (400, 600)}
BLACK, OTHERS = 0.4, 0.6


def town() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    people = []
    for area, (black, others) in AREAS.items():
        for group, size, rate in ((1, black, BLACK), (0, others, OTHERS)):
            selected = round(size * rate)
            people += [(group, 1, area)] * selected + [(group, 0, area)] * (size - selected)
    return tuple(np.array(column) for column in zip(*people, strict=True))


def test_weighted_rates_hide_a_gap_between_people_of_like_probability():
    _, selected, area = town()
    p = np.where(area == 0, 0.6, 0.4)
    of_areas = 0.6 * 0.4 + 0.4 * 0.6, 0.4 * 0.4 + 0.6 * 0.6
    black, others = weighted_rate(p, selected), weighted_rate(1 - p, selected)
    assert black == pytest.approx(0.6 * of_areas[0] + 0.4 * of_areas[1])
    assert others == pytest.approx(0.4 * of_areas[0] + 0.6 * of_areas[1])
    assert black - others == pytest.approx(-0.008), "the true gap is 4 - 6 = -20 points"


def test_the_formula_gives_the_bias_of_the_weighted_rate():
    black, selected, area = town()
    within = 0.6 * 0.4 - 0.6 * (0.6 * 0.4 + 0.4 * 0.6), 0.4 * 0.4 - 0.4 * (0.4 * 0.4 + 0.6 * 0.6)
    expected = -(within[0] + within[1]) / 2 / 0.5
    assert weighted_bias(black, selected, area) == pytest.approx(expected) == pytest.approx(0.496 - 0.4)


def test_a_gap_of_21_points_reads_as_one_of_1_point_weighted_and_3_points_thresholded():
    """A made-up construction with the true gap -.210, weighted -.012 and thresholded -.030."""
    area = (0.030 + 0.4 * -0.210) / (0.4**2 - 1)  # what the first area adds to everybody's rate
    gap = -0.210 - 0.4 * area  # within each area
    rates = [
        0.7 * (0.5 + area + gap) + 0.3 * (0.5 + area),
        0.3 * (0.5 + gap) + 0.7 * 0.5,
    ]
    true = 0.7 * (0.5 + area + gap) + 0.3 * (0.5 + gap) - 0.3 * (0.5 + area) - 0.7 * 0.5
    weighted = weighted_rate([0.7, 0.3], rates) - weighted_rate([0.3, 0.7], rates)
    assert (true, weighted, rates[0] - rates[1]) == pytest.approx((-0.210, -0.012, -0.030))


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 4)), min_size=1, max_size=60))
def test_rate_less_bias_is_the_truth_where_probabilities_are_the_shares_of_each_place(people):
    a, y, z = (np.array(column, int) for column in zip(*people, strict=True))
    p = np.array([a[z == place].mean() for place in z])
    if a.any():
        assert weighted_rate(p, y) - weighted_bias(a, y, z) == pytest.approx(y[a == 1].mean())
    else:
        assert np.isnan([weighted_rate(p, y), weighted_bias(a, y, z)]).all()


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
