"""A group against the whole it is part of, by way of the rest."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairaudit.stats import reference

NAN, INFINITY = math.nan, math.inf
shares = st.floats(0.001, 0.999)


@pytest.mark.parametrize(
    ("kind", "limit", "share", "group_first", "margin"),
    [
        ("ratio", 0.8, 0.0, True, 0.8),  # a group of nobody is all rest
        ("ratio", 0.8, 0.25, True, 0.8 * 0.75 / (1 - 0.8 * 0.25)),
        ("ratio", 0.8, 0.25, False, (0.8 - 0.25) / 0.75),
        ("difference", -0.05, 0.25, True, -0.05 / 0.75),
        ("difference", -0.05, 0.25, False, -0.05 / 0.75),
        # So large a part of the whole that the whole cannot differ from it by more
        ("ratio", 0.8, 0.8, False, NAN),
        ("difference", -0.05, 0.96, True, NAN),
        ("ratio", 0.8, 1.0, True, NAN),
        ("ratio", 0.8, NAN, True, 0.8),  # of nobody nothing is shown: the limit stands, and no count can pass it
    ],
)
def test_margin(kind, limit, share, group_first, margin):
    assert reference.margin(kind, limit, share, group_first) == pytest.approx(margin, nan_ok=True)


@given(st.integers(1, 500), st.integers(1, 500), st.data())
def test_shown_is_the_value_that_counting_the_whole_gives(n, rest, data):
    x, y = data.draw(st.integers(0, n)), data.draw(st.integers(1, rest))
    group, others, whole, share = x / n, y / rest, (x + y) / (n + rest), n / (n + rest)
    assert reference.shown("ratio", group / others, share, True) == pytest.approx(group / whole)
    assert reference.shown("difference", group - others, share, True) == pytest.approx(group - whole, abs=1e-12)
    assert reference.shown("difference", others - group, share, False) == pytest.approx(whole - group, abs=1e-12)
    if x:
        assert reference.shown("ratio", others / group, share, False) == pytest.approx(whole / group)


def test_a_rest_without_an_event():
    # All events are the group's, so its rate is the whole's over its share.
    assert reference.shown("ratio", INFINITY, 0.25, True) == 1 / 0.25
    assert reference.shown("ratio", INFINITY, 0.0, True) == INFINITY


@given(st.sampled_from(["ratio", "difference"]), shares, st.booleans(), st.floats(0.05, 0.95))
def test_the_margin_is_shown_as_the_limit(kind, share, group_first, tolerance):
    limit = tolerance if kind == "ratio" else -tolerance
    margin = reference.margin(kind, limit, share, group_first)
    if not math.isnan(margin):
        assert reference.shown(kind, margin, share, group_first) == pytest.approx(limit)
