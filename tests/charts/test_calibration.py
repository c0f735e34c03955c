"""Outcomes at each score: all is inside, nothing overlaps, and words and table say what is drawn."""

from __future__ import annotations

from functools import cache

import pytest

from fairaudit.charts import calibration_chart, calibration_table
from tests.charts import drawn
from tests.charts.shown import CALIBRATION, calibrated, calibration


@cache
def chart(case: str):
    return calibration_chart(CALIBRATION[case])


@pytest.mark.parametrize("case", CALIBRATION)
def test_all_is_inside_apart_and_safe(case):
    assert drawn.clipped(chart(case)) == []
    assert drawn.overlapping(chart(case)) == []
    assert set(drawn.in_panels(chart(case))) <= {"no records", "no rates"}
    assert drawn.unsafe(chart(case)) == []
    assert drawn.wrong_alt(chart(case)) == ""


@pytest.mark.parametrize("case", CALIBRATION)
def test_the_table_is_whole(case):
    assert drawn.crooked(calibration_table(CALIBRATION[case])) == []


def test_the_alternative_text_names_the_widest_gap():
    shown = calibration([calibrated("A", 200, [1.0, 2.0], [0.1, 0.6]), calibrated("B", 200, [1.0, 2.0], [0.2, 0.3])])
    assert calibration_chart(shown).alt == (
        "Outcome rate at each score: Outcome at each score, by race; 2 groups. "
        "The gap is widest at score 2, of groups with 30 records or more there: highest A (60.0%), lowest B (30.0%)."
    )


def test_a_gap_between_a_handful_is_not_the_telling_one():
    few = calibrated("B", 200, [1.0, 2.0], [0.2, 1.0])
    few["points"][1]["n"] = 3
    shown = calibration([calibrated("A", 200, [1.0, 2.0], [0.1, 0.0]), few])
    assert "widest at score 1, of groups with 30 records" in calibration_chart(shown).alt


def test_probabilities_are_held_against_what_they_say():
    assert "the rate is what the score says" in drawn.words(chart("probabilities"))
    assert "the rate is what the score says" not in drawn.words(chart("two groups"))
    assert "Expected error: highest White (0.03), lowest Black (0.01)." in chart("probabilities").alt


def test_the_table_holds_each_point():
    _, head, rows = calibration_table(CALIBRATION["rates unknown"])
    assert head == ["Race", "Score", "Records", "Outcome rate", "Interval"]
    assert rows[0] == ["A", "1", "0", "undefined", "none"]
    assert rows[10][:4] == ["B", "1", "8", "10.0%"]
    assert calibration_table(CALIBRATION["probabilities"])[1][-1] == "Expected error"


def test_points_alone_do_not_lie_on_each_other():
    axes = chart("a point alone").figure.axes[0]
    marks = [tuple(line.get_xdata()) for line in axes.get_lines() if line.get_linestyle() == "None"]
    assert len(set(marks)) == 2


def test_the_same_numbers_give_the_same_bytes():
    assert calibration_chart(CALIBRATION["six groups"]).svg == chart("six groups").svg
