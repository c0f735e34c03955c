"""How few people's outcomes a verdict hangs on."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fairaudit.stats import exact, score
from fairaudit.stats.fragility import fragility, one_person_shift, smallest, stands

NAN, INFINITY = math.nan, math.inf


# --- cases ---------------------------------------------------------------------------------------------------------


def test_nineteen_other_outcomes_would_end_a_clearance():
    # 250/500 beside 260/500 clear .8; so do 232/500, and 231/500 do not.
    assert fragility("ratio", 250, 500, 260, 500, 0.8, 0.05, "cleared") == 19
    clears = stands("ratio", 0.8, 0.05, "cleared")
    assert clears(250 - 18, 500, 260, 500)
    assert not clears(250 - 19, 500, 260, 500)


@pytest.mark.parametrize(
    ("kind", "counts", "margin", "verdict", "expected"),
    [
        # does not stand to begin with
        ("ratio", (60, 100, 100, 100), 0.8, "cleared", NAN),
        ("ratio", (60, 100, 60, 100), 0.8, "flagged", NAN),
        # unknown: nobody in a group, no event at all
        ("ratio", (0, 0, 60, 100), 0.8, "cleared", NAN),
        ("ratio", (0, 50, 0, 50), 0.8, "flagged", NAN),
        # stands even if nobody, or everybody, of group a has the event
        ("difference", (5, 400, 5, 400), -0.2, "cleared", NAN),
        ("difference", (5, 400, 40, 400), 0.99, "flagged", NAN),
    ],
)
def test_fragility_is_undefined(kind, counts, margin, verdict, expected):
    assert fragility(kind, *counts, margin, 0.05, verdict) == pytest.approx(expected, nan_ok=True)


def test_a_verdict_that_hangs_on_one_person():
    # z just above and just below 1.6449
    critical = score.critical_z(0.05)
    least = next(x for x in range(100) if score.clearing_z("ratio", x, 100, 60, 100, 0.8) > critical)
    assert fragility("ratio", least, 100, 60, 100, 0.8, 0.05, "cleared") == 1
    most = next(x for x in range(100, 0, -1) if score.flagging_z("ratio", x, 100, 60, 100, 0.8) <= -critical)
    assert fragility("ratio", most, 100, 60, 100, 0.8, 0.05, "flagged") == 1


def test_another_test_can_decide():
    def clears_exactly(x1, n1, x0, n0):
        table = [int(each) for each in (x1, n1, x0, n0)]
        return np.asarray(exact.exact_p("ratio", *table, 0.8) <= 0.05)

    asymptotic = fragility("ratio", 62, 100, 60, 100, 0.8, 0.05, "cleared")
    by_enumeration = fragility("ratio", 62, 100, 60, 100, 0.8, 0.05, "cleared", clears_exactly)
    assert by_enumeration <= asymptotic
    assert clears_exactly(62 - by_enumeration + 1, 100, 60, 100)
    assert not clears_exactly(62 - by_enumeration, 100, 60, 100)


def test_only_a_verdict_can_fall():
    with pytest.raises(ValueError, match="got 'not_demonstrated'"):
        fragility("ratio", 1, 2, 1, 2, 0.8, 0.05, "not_demonstrated")


@pytest.mark.parametrize(
    ("most", "limit", "expected"), [(10, 4, 4), (10, 1, 1), (10, 10, 10), (10, 11, NAN), (0, 1, NAN)]
)
def test_smallest(most, limit, expected):
    assert smallest(lambda k: k < limit, most) == pytest.approx(expected, nan_ok=True)


def test_smallest_is_undefined_where_nothing_holds_to_begin_with():
    assert np.isnan(smallest(lambda k: k < 0, 10))
    np.testing.assert_equal(smallest(lambda k: k < np.array([3, 0, 99]), 10), [3, NAN, NAN])


# --- one person ----------------------------------------------------------------------------------------------------


def test_one_hire_turns_the_four_fifths_rule_round():
    # The rule is that of the questions and answers on the Uniform Guidelines (44 FR 11996, 1979); the counts are ours.
    found = one_person_shift(3, 20, 16, 80, 0.8)
    assert found.ratio == pytest.approx((3 / 20) / (16 / 80))
    assert found.swapped == pytest.approx((4 / 20) / (15 / 80)) == pytest.approx(0.20 / 0.1875)
    assert found.swapped_back == pytest.approx((2 / 20) / (17 / 80))
    assert found.one_more == pytest.approx((4 / 20) / (16 / 80))
    assert found.one_less == pytest.approx((2 / 20) / (16 / 80))
    assert found.crosses
    assert found.turns_round


@pytest.mark.parametrize(
    ("x1", "n1", "x0", "n0", "expected"),
    [
        (3, 20, 16, 80, True),
        (16, 80, 3, 20, False),  # not the group that falls short
        (47, 100, 60, 100, False),  # 48 beside 59 crosses the limit, and is still the lower rate
        (1, 10, 2, 10, True),
        (0, 10, 1, 10, True),
        (0, 10, 2, 10, False),  # 1 beside 1
        (0, 10, 0, 10, False),
        (0, 0, 3, 10, False),
    ],
)
def test_one_different_person_turns_the_groups_round(x1, n1, x0, n0, expected):
    assert one_person_shift(x1, n1, x0, n0, 0.8).turns_round == expected


@pytest.mark.parametrize(
    ("x1", "n1", "x0", "n0", "ratio", "one_less", "one_more", "crosses"),
    [
        (48, 100, 60, 100, 0.8, 47 / 60, 49 / 60, True),  # .8 exactly is on the good side; one fewer is not
        (480, 1000, 500, 1000, 0.96, 479 / 500, 481 / 500, False),
        (300, 1000, 500, 1000, 0.6, 299 / 500, 301 / 500, False),
        (10, 10, 10, 10, 1.0, 9 / 10, 10 / 9, False),  # nobody left to select
        (0, 10, 5, 10, 0.0, 0.0, 1 / 5, False),
        (1, 2, 0, 9, INFINITY, (1 / 2) / (1 / 9), INFINITY, True),
        (0, 10, 0, 10, NAN, 0.0, INFINITY, False),
        (0, 0, 5, 10, NAN, NAN, NAN, False),
    ],
)
def test_one_person_shift(x1, n1, x0, n0, ratio, one_less, one_more, crosses):
    found = one_person_shift(x1, n1, x0, n0, 0.8)
    assert found.ratio == pytest.approx(ratio, nan_ok=True)
    assert found.one_less == pytest.approx(one_less, nan_ok=True)
    assert found.one_more == pytest.approx(one_more, nan_ok=True)
    assert found.crosses == crosses


# --- laws ----------------------------------------------------------------------------------------------------------


@st.composite
def groups(draw, largest=120):
    n1, n0 = draw(st.integers(1, largest)), draw(st.integers(1, largest))
    return draw(st.integers(0, n1)), n1, draw(st.integers(0, n0)), n0


@pytest.mark.parametrize(
    ("kind", "margin"), [("ratio", 0.5), ("ratio", 1.1), ("difference", -0.2), ("difference", 0.1)]
)
@pytest.mark.parametrize("verdict", ["cleared", "flagged"])
@given(groups())
def test_bisection_finds_what_trying_every_number_finds(kind, margin, verdict, table):
    x1, n1, x0, n0 = table
    still = stands(kind, margin, 0.2, verdict)
    assume(still(x1, n1, x0, n0))
    step = -1 if verdict == "cleared" else 1
    room = x1 if verdict == "cleared" else n1 - x1
    falls = [k for k in range(1, room + 1) if not still(x1 + step * k, n1, x0, n0)]
    expected = falls[0] if falls else NAN
    assert fragility(kind, *table, margin, 0.2, verdict) == pytest.approx(expected, nan_ok=True)


@given(groups(), groups())
def test_two_pairs_at_once_are_each_pair_alone(one, other):
    together = fragility("ratio", *np.array([one, other]).T, 0.8, 0.1, "cleared")
    alone = [fragility("ratio", *table, 0.8, 0.1, "cleared") for table in (one, other)]
    np.testing.assert_equal(together, alone)
