"""From scores alone: what a planted cut-off is found by, and what is not claimed."""

from __future__ import annotations

import pytest

from fairaudit.alternatives import capacities, cut_offs, group_cut_offs
from fairaudit.alternatives.points import better
from fairaudit.alternatives.telling import found_sentences, frontier_entry
from fairaudit.charts.frontier import frontier_table
from fairaudit.errors import PlanError
from fairaudit.sources import read_tally
from tests.alternatives.made import BETTER, DECIDED, NONE, SCORED, block, counted


def judged(frame, **others):
    evidence = block(**others)
    tally = read_tally(evidence, frame=frame)
    return (*cut_offs(evidence, tally), tally)


def test_a_cut_off_that_parts_nobody_and_serves_as_well_is_found():
    asked, points, _ = judged(BETTER)
    now, three = (next(point for point in points if point.at == at) for at in (2, 3))
    assert (now.verdict, now.today, three.verdict, three.corrected) == ("flagged", True, "cleared", "cleared")
    assert now.estimate == pytest.approx(250 / 1000 - 50 / 1000)
    assert three.estimate == 0
    assert three.accuracy.value == pytest.approx(200 / 4000)
    assert three.balanced.value == pytest.approx(200 / 2000 / 2)
    assert [point.at for point in better(points, 0.05, 0.02)] == [3]
    assert (
        "Found, to be confirmed on new records: cut-off 3 is shown to be within"
        in found_sentences(asked, points, 0.02)[1]
    )


def test_where_there_is_none_none_is_claimed():
    """A cut-off that selects one person in 4,000 is within the limit, and serves nothing."""
    asked, points, _ = judged(NONE)
    assert next(point for point in points if point.at == 4).corrected == "cleared"
    assert better(points, 0.05, 0.02) == []
    assert "No alternative was found" in found_sentences(asked, points, 0.02)[1]


def test_how_decisions_turn_out_at_each_cut_off():
    _, points, _ = judged(BETTER)
    three = next(point for point in points if point.at == 3).served
    assert three.selected == pytest.approx((900 + 901 + 50 + 50) / 4000)
    assert three.accuracy == pytest.approx((900 + 901 + 950 + 950) / 4000)
    assert three.precision == pytest.approx(1801 / 1901)
    assert (three.false_positive, three.false_negative) == pytest.approx((100 / 2000, 199 / 2000))


def test_a_change_is_tested_record_by_record():
    """At 3 instead of 2, 200 of 4,000 are newly right, none newly wrong: (b + c - (b - c)^2 / n) / n^2, McNemar's."""
    _, points, _ = judged(BETTER)
    three = next(point for point in points if point.at == 3)
    assert three.accuracy.variance == pytest.approx((200 - 200**2 / 4000) / 4000**2)


def test_the_cut_off_in_use_has_the_verdict_of_the_plan():
    evidence = block()
    tally = read_tally(evidence, frame=BETTER)
    _, points = cut_offs(evidence, tally)
    from fairaudit.assessment import assess

    (disparity,) = assess(evidence, tally)
    now = next(point for point in points if point.today)
    assert (now.verdict, now.bound) == (disparity.verdict, -disparity.bounds[0].lower)


def test_an_alternative_that_breaks_another_finding_is_not_claimed():
    measures = [
        {"measure": "false_positive_rate", "difference": 0.05, "at": 2},
        {"measure": "selection_rate", "difference": 0.001, "at": 2, "blocks": False},
    ]
    frame = BETTER.copy()
    frame.loc[(frame["group"] == "A") & (frame["outcome"] == 1) & (frame.index % 3 == 0), "score"] = 0
    _, points, _ = judged(frame, measures=measures)
    three = next(point for point in points if point.at == 3)
    assert (three.verdict, three.outside) == ("cleared", ("share who scored 3 or more, by group",))
    assert better(points, 0.05, 0.5) == []


def test_cut_offs_of_each_group_are_a_diagnostic():
    asked, points, tally = judged(BETTER)
    rows = {row["group"]: row for row in group_cut_offs(asked, tally, points)}
    assert (rows["A"]["n"], rows["A"]["rate"], rows["B"]["rate"]) == (1000, 0.05, 0.25)
    assert rows["A"]["everybody"] == pytest.approx(300 / 2000)


def test_without_outcomes_no_claim_is_made():
    data = {key: value for key, value in SCORED.items() if key != "outcome"}
    measures = [{"measure": "selection_rate", "ratio": 0.8, "at": 2}]
    asked, points, _ = judged(BETTER, data=data, measures=measures)
    assert better(points, 0.05, 0.02) == []
    assert "No outcome is named" in found_sentences(asked, points, 0.02)[1]


def test_other_numbers_of_places():
    evidence = block(measures=[{"measure": "top_k_share", "ratio": 0.8, "capacity": 400}])
    _, points = capacities(evidence, read_tally(evidence, frame=BETTER))
    assert (points[0].at, points[-1].at) == (100, 1600)
    assert [point.served.selected for point in points] == pytest.approx([point.at / 4000 for point in points])


@pytest.mark.parametrize("data", [SCORED, DECIDED], ids=["no cut-off", "no scores"])
def test_what_is_missing_is_said(data):
    name = "auc" if data is SCORED else "selection_rate"
    evidence = block(data, measures=[{"measure": name, "difference": 0.05}])
    tally = read_tally(evidence, frame=BETTER.assign(decision=(BETTER["score"] >= 2).astype(int)))
    with pytest.raises(PlanError, match="has no scores that are judged by `at:`"):
        cut_offs(evidence, tally)


def test_where_the_bound_is_within_the_limit_and_it_does_not_clear_the_row_says_why():
    """Nearly all are among the highest 1,900 of 2,000: a ratio alone shows nothing there."""
    frame = counted([(group, 2, 1, 950) for group in "AB"] + [(group, 0, 0, 50) for group in "AB"])
    evidence = block(measures=[{"measure": "top_k_share", "ratio": 0.8, "capacity": 475}])
    _, points = capacities(evidence, read_tally(evidence, frame=frame))
    last = points[-1]
    assert (last.at, last.verdict, last.bound > 0.8) == (1900, "not_demonstrated", True)
    assert last.row()["note"].startswith("Above 80% a ratio alone cannot show it")


def test_columns_that_say_nothing_are_left_out():
    data = {key: value for key, value in SCORED.items() if key != "outcome"}
    measures = [{"measure": "selection_rate", "ratio": 0.8, "at": 2}]
    asked, points, _ = judged(BETTER, data=data, measures=measures)
    _, heads, rows = frontier_table(frontier_entry(asked, points, asked.evidence, "cut-off"))
    assert heads[-1] == "Selected"
    assert {len(row) for row in rows} == {len(heads)}
