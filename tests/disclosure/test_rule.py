"""What the rule hides, and how roughly a number is told: as tables."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairaudit.disclosure import Rule
from fairaudit.disclosure.choosing import small_groups, width
from fairaudit.disclosure.left_over import Printed, left_over
from fairaudit.disclosure.rule import significant, stepped

RULE = Rule(11)


@pytest.mark.parametrize(("count", "hidden"), [(0, False), (1, True), (10, True), (11, False), (None, False)])
def test_counts_of_1_to_10_are_hidden_and_0_is_not(count, hidden):
    assert RULE.small(count) is hidden


@pytest.mark.parametrize(
    ("people", "step"), [(1100, 0.01), (1099, 0.05), (220, 0.05), (219, 0.10), (110, 0.10), (109, None), (0, None)]
)
def test_eleven_people_move_a_share_by_no_more_than_the_step_it_is_rounded_to(people, step):
    assert RULE.step(people) == step
    assert step is None or 11 / people <= step


@pytest.mark.parametrize(
    ("share", "people", "side", "told"),
    [
        (0.534, 1100, "nearest", 0.53),
        (0.534, 1100, "up", 0.54),
        (0.534, 220, "nearest", 0.55),
        (0.534, 220, "down", 0.50),
        (0.534, 100, "nearest", None),
        (1.0, 5000, "nearest", 0.95),  # all: at least 95%
        (0.0, 5000, "nearest", 0.05),  # none: at most 5%
    ],
)
def test_a_share_is_rounded_and_all_and_none_are_coded(share, people, side, told):
    assert RULE.coarse(share, people, side) == told


@pytest.mark.parametrize(
    ("count", "ends"), [(0, [0, 0]), (11, [11, 12]), (30, [13, 37]), (463, [463, 487]), (488, [488, 512])]
)
def test_a_count_told_roughly_lies_between_two_numbers_none_of_them_small(count, ends):
    assert RULE.between(count) == ends


@given(st.integers(11, 10**6), st.sampled_from([25, 50, 100, 400]))
def test_it_lies_there(count, each):
    low, high = RULE.between(count, each)
    assert 11 <= low <= count <= high


def test_rounding_goes_the_way_it_is_told():
    assert [stepped(0.123, 0.01, side) for side in ("down", "nearest", "up")] == [0.12, 0.12, 0.13]
    assert stepped(0.12, 0.01, "up") == 0.12
    assert (significant(386.561), significant(None)) == (387.0, None)


SMALL = [
    ({"A": [(100.0, 40.0, 60.0)], "B": [(100.0, 50.0, 50.0)]}, set()),
    ({"A": [(100.0, 5.0, 95.0)], "B": [(100.0, 50.0, 50.0)]}, {"A"}),
    ({"A": [(100.0, 95.0, 5.0)], "B": [(100.0, 50.0, 50.0)]}, {"A"}),
    ({"A": [(8.0,)], "B": [(100.0,)]}, {"A"}),
    ({"A": [(100.0, 0.0, 100.0)], "B": [(100.0, 50.0, 50.0)]}, {"A"}),  # "none" tells of everybody
    ({"A": [(0.0, 0.0, 0.0)], "B": [(100.0, 50.0, 50.0)]}, set()),  # nobody is no secret
    ({"A": [(100.0, 40.0, 60.0), (50.0, 3.0, 47.0)], "B": [(100.0, 50.0, 50.0), (50.0, 20.0, 30.0)]}, {"A"}),
]


@pytest.mark.parametrize(("table", "hidden"), SMALL)
def test_groups_with_a_small_count_or_with_all_or_none_are_hidden(table, hidden):
    assert small_groups(table, RULE) == hidden


def test_others_are_told_so_roughly_that_all_could_be_more_or_less_by_eleven():
    # Of 5 in A, B's 112 leave open all from 0 to 16 if told as 100 to 124; at 100 (88 to 112) they leave 5 and more.
    table = {"A": [(300.0, 5.0, 295.0)], "B": [(500.0, 112.0, 388.0)]}
    assert RULE.between(112, 25) == [88, 112]
    assert width(table, {"A"}, RULE) == 50
    assert RULE.between(112, 50) == [75, 125]
    assert (125 - 112, 112 - 75) >= (11, 11)
    # Two others share it between them.
    table = {"A": [(300.0, 5.0, 295.0)], "B": [(500.0, 107.0, 393.0)], "C": [(500.0, 95.0, 405.0)]}
    assert width(table, {"A"}, RULE) == 25


def test_where_no_width_leaves_it_open_there_is_none():
    assert width({"A": [(300.0, 5.0, 295.0)], "B": [(500.0, 12.0, 488.0)]}, {"A"}, RULE) is None
    assert width({"A": [(300.0, 5.0, 295.0)]}, {"A"}, RULE) is None


def test_counts_that_follow_from_printed_ones_are_found():
    def of(*cells: int) -> np.ndarray:
        return np.isin(np.arange(9), cells)

    # 60 selected, of whom 40 turned out one way and 17 the other: of 3 the outcome is not known.
    selected = [
        Printed(60, of(0, 1, 2), "a/events", ""),
        Printed(40, of(0), "b/events", ""),
        Printed(17, of(1), "c/events", ""),
    ]
    assert 60 - 40 - 17 in left_over(selected)
    # 50 within 30 days, 55 within 90: 5 in between.
    assert left_over([Printed(50, None, "w/events", "30"), Printed(55, None, "w/events", "90")]) == [55 - 50]
