"""Counts received hidden: a verdict holds whatever they are, and what is shown is a least and a most."""

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairaudit.assessment import assess
from fairaudit.findings import finding
from fairaudit.stats.intervals import wilson
from tests.verdicts.tables import hidden, judge, planned

LIMITS = [{"difference": 0.25}, {"ratio": 0.6}, {"ratio": 0.8}, {"difference": 0.1}]


def judged(groups: dict, reference="all_pairs", settings=None, **limits):
    return assess(planned({"selection_rate": limits}, reference, **(settings or {})), hidden(groups))[0]


# --- what is shown ---------------------------------------------------------------------------------------------------


def test_a_rate_that_hidden_counts_leave_open_is_shown_as_its_lowest_and_its_highest():
    found = finding(judged({"A": ((1, 5), (35, 39)), "B": ((12, 12), (28, 28))}, ratio=0.8))
    a, b = found["groups"]
    assert (a["rate"], a["n"], a["events"]) == (None, 1 + 35, 1)
    assert a["hidden"] == {
        "n": [1 + 35, 5 + 39],
        "events": [1, 5],
        "rate": [1 / (1 + 39), 5 / (5 + 35)],
        "records": [1 + 35, 5 + 39],
    }
    assert b["rate"] == 12 / 40
    assert "hidden" not in b


def test_its_interval_holds_whatever_the_counts_are():
    ends = (3, 8), (30, 36)
    row = judged({"A": ends, "B": ((12, 12), (28, 28))}, ratio=0.8).rate_table[0]
    for x, y in itertools.product(*(range(low, high + 1) for low, high in ends)):
        low, high = wilson(float(x), float(x + y), 0.1)
        assert row["lower"] <= low < high <= row["upper"]


def test_the_estimate_of_a_pair_is_shown_as_its_lowest_and_its_highest():
    found = finding(judged({"A": ((8, 12), (28, 32)), "B": ((20, 20), (20, 20))}, ratio=0.8))
    (pair,) = [row for row in found["pairs"] if row["groups"] == ["A", "B"]]
    ends = [(8 / 40) / 0.5, (12 / 40) / 0.5]
    assert (found["estimate"], pair["estimate"], found["other_side"]) == (None, None, None)
    assert pair["hidden"] == {"estimate": pytest.approx(ends), "n": [[8 + 28, 12 + 32], [40, 40]]}
    assert found["comparisons"][0]["hidden"] == {"estimate": pytest.approx(ends)}


def test_a_gap_is_shown_in_the_direction_of_harm():
    found = finding(judged({"A": ((8, 12), (28, 32)), "B": ((20, 20), (20, 20))}, difference=0.1))
    assert found["comparisons"][0]["hidden"]["estimate"] == pytest.approx([20 / 40 - 12 / 40, 20 / 40 - 8 / 40])


def test_its_sentence_says_both_ends():
    sentence = finding(judged({"A": ((8, 12), (28, 32)), "B": ((20, 20), (20, 20))}, ratio=0.8))["sentence"]
    assert sentence.startswith("Of every 100 A ")
    assert "20 to 30 were selected" in sentence
    assert "(best estimate 40 to 60%, since counts are hidden)" in sentence


def test_against_everyone_the_whole_is_open_too():
    found = finding(judged({"A": ((8, 12), (28, 32)), "B": ((20, 20), (20, 20))}, "overall", ratio=0.8))
    (pair,) = [row for row in found["pairs"] if row["groups"] == ["B", "everyone"]]
    # 20 + 8 to 12 selected of 40 + 8 to 12 + 28 to 32
    assert pair["hidden"]["estimate"] == pytest.approx([0.5 / ((20 + 12) / (40 + 12 + 28)), 0.5 / ((20 + 8) / 80)])


REASONS = {
    # whether what the counts may be leaves the best estimate within the limit: (A, B, reason)
    "whatever they are": (((70, 72), (28, 30)), ((76, 76), (24, 24)), "leaning_inside"),
    "whatever they are, not": (((400, 404), (596, 600)), ((520, 520), (480, 480)), "leaning_outside"),
    "some are, some are not": (((54, 66), (34, 46)), ((74, 74), (26, 26)), "hidden"),
}


@pytest.mark.parametrize("case", REASONS)
def test_the_reason_says_so_where_hidden_counts_leave_the_side_open(case):
    a, b, reason = REASONS[case]
    assert judged({"A": a, "B": b}, ratio=0.8).reasons == [reason]


def test_rates_that_may_be_high_ask_for_a_difference_too():
    sides = {"A": ((790, 830), (170, 210)), "B": ((800, 800), (200, 200))}
    assert judged(sides, ratio=0.8).reasons == ["side"]
    assert judged(sides, ratio=0.8, difference=0.2).verdict == "cleared"


def test_a_group_that_may_have_nobody_shows_the_rate_of_whomever_it_may_have():
    found = finding(judged({"A": ((0, 4), (0, 0)), "B": ((20, 20), (20, 20))}, ratio=0.8))
    assert found["groups"][0]["hidden"] == {"n": [0, 4], "events": [0, 4], "rate": [1.0, 1.0], "records": [0, 4]}


def test_counts_that_are_not_hidden_show_as_ever():
    found = finding(judged({"A": ((8, 8), (32, 32)), "B": ((20, 20), (20, 20))}, ratio=0.8))
    assert found == finding(judge({"A": (8, 40), "B": (20, 40)}, ratio=0.8))


def test_groups_for_whom_it_does_not_clear_are_named_with_the_least_they_can_be():
    sides = {"A": ((900, 900), (900, 900)), "B": ((890, 890), (910, 910)), "C": ((20, 30), (30, 40))}
    found = finding(judged(sides, ratio=0.8))
    # A and B hold 3,600 of 3,670 at most
    assert found["cleared_for"]["share"] == pytest.approx(3600 / (3600 + 30 + 40))
    assert found["cleared_for"]["sentence"].startswith("Not shown for C (at least 50 records); shown to be within")


def test_more_records_are_no_remedy_where_counts_are_hidden():
    assert finding(judged({"A": ((8, 12), (28, 32)), "B": ((20, 20), (20, 20))}, ratio=0.8))["more_records"] is None


# --- a verdict holds whatever the counts are -------------------------------------------------------------------------


def fillings(groups: dict):
    """Give every way to fill in the selected, where a group's size is known: what is not selected is the rest."""
    sides = [range(low, high + 1) for (low, high), _ in groups.values()]
    sizes = [selected[0] + others[1] for selected, others in groups.values()]
    for counts in itertools.product(*sides):
        yield dict(zip(groups, zip(counts, sizes, strict=True), strict=True))


def of_size(size: int, low: int, high: int) -> tuple:
    return (low, high), (size - high, size - low)


sides_of_a_group = st.one_of(st.integers(8, 40), st.integers(100, 400)).flatmap(
    lambda size: st.builds(
        lambda low, more: of_size(size, low, min(low + more, size)), st.integers(0, size), st.integers(0, 4)
    )
)


@settings(max_examples=25, deadline=None)
@given(sides_of_a_group, sides_of_a_group, st.sampled_from(LIMITS))
def test_a_verdict_on_groups_of_known_size_holds_for_every_filling(a, b, limits):
    groups = {"A": a, "B": b}
    verdict = judged(groups, **limits).verdict
    if verdict != "not_demonstrated":
        assert {judge(filling, **limits).verdict for filling in fillings(groups)} == {verdict}


FOUND = {
    # sides of both groups, the limit, and the verdict at the worst corner
    "cleared": (of_size(300, 148, 152), of_size(300, 149, 153), {"difference": 0.15}, "cleared"),
    "cleared, few": (of_size(40, 38, 40), of_size(40, 37, 40), {"difference": 0.3}, "cleared"),
    "flagged": (of_size(60, 5, 9), of_size(60, 38, 42), {"ratio": 0.8}, "flagged"),
}


@pytest.mark.parametrize("case", FOUND)
def test_so_it_does_in_these(case):
    a, b, limits, verdict = FOUND[case]
    assert judged({"A": a, "B": b}, **limits).verdict == verdict
    assert {judge(filling, **limits).verdict for filling in fillings({"A": a, "B": b})} == {verdict}


def test_one_filling_that_does_not_clear_is_enough():
    groups, limits = {"A": of_size(300, 130, 138), "B": of_size(300, 152, 157)}, {"difference": 0.15}
    assert judged(groups, **limits).verdict == "not_demonstrated"
    assert {judge(filling, **limits).verdict for filling in fillings(groups)} == {"cleared", "not_demonstrated"}


@settings(max_examples=15, deadline=None)
@given(
    *[st.tuples(st.integers(20, 120), st.integers(0, 3), st.integers(20, 120), st.integers(0, 3))] * 2,
    st.sampled_from(LIMITS),
)
def test_a_verdict_on_groups_of_hidden_size_holds_for_every_filling(a, b, limits):
    groups = {name: ((x, x + dx), (y, y + dy)) for name, (x, dx, y, dy) in {"A": a, "B": b}.items()}
    verdict = judged(groups, **limits).verdict
    if verdict == "not_demonstrated":
        return
    ends = [range(low, high + 1) for sides in groups.values() for low, high in sides]
    for x1, y1, x0, y0 in itertools.product(*ends):
        assert judge({"A": (x1, x1 + y1), "B": (x0, x0 + y0)}, **limits).verdict == verdict


def test_the_lowest_rate_of_a_group_of_known_size_is_sharp():
    # 1 to 5 offers of 40: the not offered are 35 to 39, and the fewest offers go with the most of them.
    row = judged({"A": of_size(40, 1, 5), "B": of_size(40, 12, 12)}, ratio=0.8).rate_table[0]
    assert row["hidden"]["rate"] == [1 / 40, 5 / 40]
    assert math.isnan(row["rate"])
