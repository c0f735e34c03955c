"""Two trees of plain values compared: the place of each difference, in words."""

from __future__ import annotations

import pytest

from fairaudit.verifying.values import apart

GROUPS = {"groups": [{"group": "Black", "rate": 0.32}, {"group": "White", "rate": 0.2}]}


def finding(**told) -> dict:
    return {"evidence": [{"id": "flags", "findings": [{"id": "flags/race/rate", **GROUPS, **told}]}]}


def other_rate() -> dict:
    return finding(groups=[{"group": "Black", "rate": 0.31}, {"group": "White", "rate": 0.2}])


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        (finding(), finding(), []),
        (finding(), other_rate(), [("evidence flags, finding flags/race/rate, rate of Black", "0.32", "0.31")]),
        ({"a": 1}, {}, [("a", "1", "nothing")]),
        ({}, {"a": None}, [("a", "nothing", "null")]),
        ({"a": {"b_c": ""}}, {"a": {"b_c": "x"}}, [("a, b c", "empty", "x")]),
        ({"notes": ["x"]}, {"notes": ["x", "y"]}, [("notes 2", "nothing", "y")]),
        ({"a": 1}, {"a": True}, [("a", "1", "true")]),
        ({"a": 1}, {"a": [1]}, [("a", "1", "[1]")]),
        ({"a": [{"id": "x"}]}, {"a": [{"id": "y"}]},
         [("a x", '{"id": "x"}', "nothing"), ("a y", "nothing", '{"id": "y"}')]),
        ({"a": [{"id": "x", "n": 1}, {"id": "x", "n": 2}]}, {"a": [{"id": "x", "n": 1}, {"id": "x", "n": 3}]},
         [("a x (2), n", "2", "3")]),
    ],
)  # fmt: skip
def test_each_difference_has_its_place(was, now, said):
    assert [(each.place, each.was, each.now) for each in apart(was, now)] == said


@pytest.mark.parametrize(
    ("was", "now", "near"),
    [(1 / 3, 0.333333333333, True), (0.0, 1e-13, True), (1 / 3, 0.3333333, False), (0, 1, False), (1, True, False)],
)
def test_late_digits_are_told_from_others(was, now, near):
    assert [each.near for each in apart({"a": was}, {"a": now})] == [near]
