"""Curves of what is still open: all is inside, nothing overlaps, and words and table say what is drawn."""

from __future__ import annotations

from functools import cache

import pytest

from fairaudit.charts import survival_chart, survival_table
from tests.charts import drawn
from tests.charts.shown import SURVIVAL, curve, survival


@cache
def chart(case: str):
    return survival_chart(SURVIVAL[case])


@pytest.mark.parametrize("case", SURVIVAL)
def test_all_is_inside_apart_and_safe(case):
    assert drawn.clipped(chart(case)) == []
    assert drawn.overlapping(chart(case)) == []
    assert set(drawn.in_panels(chart(case))) <= {"no records", "no curve"}
    assert drawn.unsafe(chart(case)) == []
    assert drawn.wrong_alt(chart(case)) == ""


@pytest.mark.parametrize("case", SURVIVAL)
def test_the_table_is_whole(case):
    assert drawn.crooked(survival_table(SURVIVAL[case])) == []


def test_the_alternative_text_says_what_the_curves_say():
    late, early = curve("Late", 100, 0.01), curve("Early", 100, 0.2)
    assert survival_chart(survival([late, early])).alt == (
        "Curves of the share still waiting: Time until closed, by area; 2 groups. "
        f"Still waiting after 30 days: highest Late ({100 * 0.99**30:.1f}%), lowest Early ({100 * 0.8**30:.1f}%). "
        "Median in days: Early (4). Not reached: Late."
    )


def test_the_table_reads_the_curve_at_each_tick():
    caption, head, rows = survival_table(survival([curve("A", 100, 0.1)]))
    assert caption == "Time until closed, by area: share still waiting"
    assert head == ["Area", "Days", "Still waiting", "Interval", "At risk", "Median"]
    assert rows[0] == ["A", "0", "100.0%", "100.0% to 100.0%", "100", "7"]
    assert rows[1][:3] == ["A", "5", f"{100 * 0.9**5:.1f}%"]


def test_nothing_is_said_of_a_time_that_nobody_was_followed_to():
    shown = survival([curve("A", 100, 0.1, until=12), curve("B", 100, 0.2, until=12)])
    assert [row[2] for row in survival_table(shown)[2][:7]][3:] == ["not known"] * 4
    assert "Still waiting after 10 days" in survival_chart(shown).alt


def test_what_has_come_to_nothing_stays_there():
    shown = survival([curve("A", 9, 0.1) | {"steps": [[2.0, 0.0, 0.0, 0.0]], "at_risk": [9, 0, 0, 0, 0, 0, 0]}])
    assert survival_table(shown)[2][-1][2] == "0.0%"


def test_numbers_at_risk_stand_under_their_ticks():
    said = drawn.words(survival_chart(survival([curve("A", 1234, 0.1)]))).split("\n")
    assert {"Still followed (at risk)", "1,234", "729", "horizon: 30 days", "median 7 days"} <= set(said)


def test_names_that_the_font_lacks_are_called_by_their_place():
    assert "(group 1 of the table)" in drawn.words(chart("names that the font lacks"))


def test_the_same_numbers_give_the_same_bytes():
    assert survival_chart(SURVIVAL["six groups"]).svg == chart("six groups").svg


def test_many_steps_stay_a_small_picture():
    assert len(chart("many steps").svg) < 500_000


def test_the_title_can_be_left_to_the_page():
    assert "Time until closed" not in drawn.words(survival_chart(SURVIVAL["two groups"], title=False))
