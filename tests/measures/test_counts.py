"""Counts in, two counts out: what the attributes mean, and that nothing over nothing is undefined."""

import numpy as np
import pytest

from fairaudit.errors import DataError
from fairaudit.measures import Counts, Rate

#   outcome:      yes  no  unknown
CELLS = np.array([[1,  20, 300],        # selected
                  [4,  50, 600],        # not selected
                  [7,  80, 900]])  # decision unknown  # fmt: skip


@pytest.mark.parametrize(
    ("attribute", "count"),
    [
        ("tp", 1),
        ("fp", 20),
        ("fn", 4),
        ("tn", 50),
        ("selected", 1 + 20 + 300),
        ("not_selected", 4 + 50 + 600),
        ("n", (1 + 20 + 300) + (4 + 50 + 600)),
        ("positive", 1 + 4 + 7),
        ("negative", 20 + 50 + 80),
    ],
)
def test_each_attribute_counts_those_it_names(attribute, count):
    assert getattr(Counts(CELLS), attribute) == count


def test_groups_may_have_any_shape():
    many = Counts(np.stack([[CELLS, 2 * CELLS, 3 * CELLS]] * 2))
    assert many.tp.tolist() == [[1, 2, 3], [1, 2, 3]]
    assert many.n.shape == (2, 3)


def test_a_two_by_two_table_has_no_unknowns():
    table = Counts.of(tp=[1, 2], fp=[3, 4], fn=[5, 6], tn=7)
    assert (table.tp.tolist(), table.fp.tolist(), table.fn.tolist(), table.tn.tolist()) == (
        [1, 2],
        [3, 4],
        [5, 6],
        [7, 7],
    )
    assert table.n.tolist() == table.cells.sum(axis=(-2, -1)).tolist() == [1 + 3 + 5 + 7, 2 + 4 + 6 + 7]


@pytest.mark.parametrize(
    "cells", [np.zeros((2, 2)), np.zeros(9), -CELLS, CELLS - 2.0, np.where(CELLS == 1, np.nan, CELLS)]
)
def test_what_is_no_table_of_counts_is_refused(cells):
    with pytest.raises(DataError):
        Counts(cells)


def test_a_sum_of_weights_may_miss_zero_by_rounding():
    left_over = 0.1 + 0.2 - 0.3 - 1e-16  # a fold taken out of a total
    assert Counts(np.where(CELLS == 1, -abs(left_over), CELLS)).fp == 20


@pytest.mark.parametrize(
    ("numerator", "denominator", "value"),
    [
        (3, 4, 3 / 4),
        (0, 4, 0 / 4),
        (1.5, 4.5, 1.5 / 4.5),
        (0, 0, np.nan),
        (0.0, 0.0, np.nan),
        ([3, 0, 0], [4, 4, 0], [3 / 4, 0 / 4, np.nan]),
        (np.array([[1, 0]]), np.array([[2, 0]]), [[1 / 2, np.nan]]),
        (0, [5, 0], [0 / 5, np.nan]),
    ],
)
def test_a_rate_divides_last_and_nothing_over_nothing_is_undefined(numerator, denominator, value):
    np.testing.assert_array_equal(Rate(numerator, denominator).value, value)
