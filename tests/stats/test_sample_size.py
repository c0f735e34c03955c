"""How many records are needed: the formulas against simulation and the tables of STATISTICS."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairaudit.stats import score
from fairaudit.stats.sample_size import records_per_group, resolution_limit, simulated_power, smallest_group_needs

# STATISTICS T5: records a group for power .8 to clear all pairs, all rates equal, for 2, 4 and 8 groups (+- 2%)
T5 = [
    ("ratio", 0.8, 0.05, (6640, 9920, 13120)),
    ("ratio", 0.8, 0.1, (3160, 4720, 6240)),
    ("ratio", 0.8, 0.3, (830, 1240, 1620)),
    ("ratio", 0.8, 0.6, (232, 360, 470)),
    ("ratio", 0.8, 0.9, (50, 71, 87)),
    ("ratio", 0.9, 0.3, (3680, 5520, 7280)),
    ("difference", -0.05, 0.05, (350, 525, 670)),
    ("difference", -0.05, 0.1, (625, 950, 1240)),
    ("difference", -0.05, 0.3, (1440, 2180, 2920)),
    ("difference", -0.05, 0.5, (1740, 2620, 3480)),
    ("difference", -0.1, 0.3, (365, 545, 720)),
    ("difference", -0.02, 0.1, (3880, 5920, 7760)),
]
ROWS = [(kind, margin, rate, k, n) for kind, margin, rate, ns in T5 for k, n in zip((2, 4, 8), ns, strict=True)]


@pytest.mark.parametrize(("kind", "margin", "rate", "groups", "n"), ROWS)
def test_formula(kind, margin, rate, groups, n):
    # Within 10%; below 100 records it is low, by up to a quarter.
    tolerance = 0.10 if n >= 100 else 0.25
    assert records_per_group(kind, rate, margin, groups=groups) == pytest.approx(n, rel=tolerance)


@pytest.mark.parametrize(("kind", "margin", "rate", "groups", "n"), ROWS)
def test_simulation(kind, margin, rate, groups, n):
    power = simulated_power(kind, [n] * groups, [rate] * groups, margin, seed=20)
    assert power == pytest.approx(0.8, abs=0.04)


@pytest.mark.parametrize(
    ("kind", "margin", "rate", "n"),
    [
        # Below T5: the smaller group, where the other is ten times as large
        ("ratio", 0.8, 0.1, 1700),
        ("ratio", 0.8, 0.3, 445),
        ("ratio", 0.8, 0.6, 128),
        ("difference", -0.05, 0.1, 345),
        ("difference", -0.05, 0.3, 800),
        ("difference", -0.05, 0.6, 910),
    ],
)
def test_a_small_group_beside_a_large_one(kind, margin, rate, n):
    assert records_per_group(kind, rate, margin, larger=10) == pytest.approx(n, rel=0.03)
    assert smallest_group_needs(kind, [n / 2, 10 * n], rate, margin) == pytest.approx(n, rel=0.03)
    assert simulated_power(kind, [n, 10 * n], [rate, rate], margin, seed=21) == pytest.approx(0.8, abs=0.04)


@pytest.mark.parametrize(("rate", "n"), [(0.1, 8560), (0.3, 2300), (0.6, 700)])
def test_a_true_ratio_of_nine_tenths(rate, n):
    # Below T5
    assert records_per_group("ratio", rate, 0.8, truth=0.9) == pytest.approx(n, rel=0.05)
    assert simulated_power("ratio", [n, n], [0.9 * rate, rate], 0.8, seed=22) == pytest.approx(0.8, abs=0.04)


@pytest.mark.parametrize(
    ("kind", "margin", "rate", "n"),
    [
        # STATISTICS section 6
        ("ratio", 0.8, 0.05, 2065),
        ("ratio", 0.8, 0.1, 978),
        ("ratio", 0.8, 0.3, 254),
        ("ratio", 0.8, 0.6, 72),
        ("ratio", 0.8, 0.9, 12),
        ("difference", -0.05, 0.05, 103),
        ("difference", -0.05, 0.1, 195),
        ("difference", -0.05, 0.3, 455),
        ("difference", -0.05, 0.6, 519),
        ("difference", -0.05, 0.9, 195),
    ],
)
def test_resolution_limit(kind, margin, rate, n):
    assert resolution_limit(kind, rate, margin) == pytest.approx(n, abs=0.56)
    if n >= 100 and rate >= 0.1:
        too_few, enough = (
            score.clearing_z(kind, rate * m, m, rate * m, m, margin) > score.critical_z(0.05)
            for m in (0.93 * n, 1.07 * n)
        )
        assert (too_few, enough) == (False, True)


@pytest.mark.parametrize(
    ("kind", "rate", "margin", "truth"),
    [("ratio", 0.3, 0.8, 0.8), ("ratio", 0.3, 0.8, 0.7), ("difference", 0.3, -0.05, -0.06), ("ratio", 0.3, 1.25, None)],
)
def test_no_number_of_records_shows_what_is_not_so(kind, rate, margin, truth):
    with pytest.raises(ValueError, match="not inside the limit"):
        records_per_group(kind, rate, margin, truth=truth)


def test_enough_in_one_group_cannot_make_up_for_too_few_in_another():
    each = records_per_group("ratio", 0.3, 0.8, groups=3)
    assert smallest_group_needs("ratio", [50, 60, 100_000], 0.3, 0.8) == each
    assert smallest_group_needs("ratio", [50, 2 * each, 100_000], 0.3, 0.8) < each


@given(st.integers(2, 8), st.floats(0.05, 0.9), st.floats(0.5, 0.95), st.floats(0.5, 0.95))
def test_what_asks_for_more_records(groups, rate, margin, power):
    needed = records_per_group("ratio", rate, margin, groups=groups, power=power)
    assert records_per_group("ratio", rate, margin, groups=groups + 1, power=power) > needed
    assert records_per_group("ratio", rate, margin, groups=groups, power=power + 0.04) > needed
    assert records_per_group("ratio", rate, margin, groups=groups, power=power, alpha=0.025) > needed
    assert records_per_group("ratio", rate, margin + 0.04, groups=groups, power=power) > needed
    assert records_per_group("ratio", rate, margin, groups=groups, power=power, larger=2) < needed
    assert resolution_limit("ratio", rate, margin) < needed
