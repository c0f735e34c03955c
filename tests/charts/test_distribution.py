"""How values are spread: all is inside, nothing overlaps, and words and table say what is drawn."""

from __future__ import annotations

import subprocess
import sys
from functools import cache

import pytest

from fairaudit.charts import distribution_chart, distribution_table
from tests.charts import drawn
from tests.charts.shown import DISTRIBUTION


@cache
def chart(case: str):
    return distribution_chart(DISTRIBUTION[case])


@pytest.mark.parametrize("case", DISTRIBUTION)
def test_all_is_inside_apart_and_safe(case):
    assert drawn.clipped(chart(case)) == []
    assert drawn.overlapping(chart(case)) == []
    assert drawn.unsafe(chart(case)) == []
    assert drawn.wrong_alt(chart(case)) == ""


@pytest.mark.parametrize("case", DISTRIBUTION)
def test_the_table_is_whole(case):
    assert drawn.crooked(distribution_table(DISTRIBUTION[case])) == []


def test_the_alternative_text_names_the_ends():
    assert chart("two groups").alt == (
        "How values are spread: Hourly pay, by race, in dollars; 2 groups. "
        "Median: highest Majority White (18), lowest Majority Black (15). "
        "Mean: highest Majority White (19.8), lowest Majority Black (16.5). "
        "Share with none: 2.0% in all 2 groups that have a number."
    )


def test_the_table_holds_what_is_drawn():
    caption, head, rows = distribution_table(DISTRIBUTION["a group without records"])
    assert caption == "Hourly pay, by race, in dollars"
    assert head[:3] == ["Race", "Records", "5% have less"]
    assert head[4:] == ["Median", "75% have less", "95% have less", "Mean", "With none"]
    assert rows[0] == ["A", "800", "9", "12", "15", "19.5", "33", "16.5", "10.0%"]
    assert rows[1] == ["Empty", "0", *["undefined"] * 6, "not known"]


def test_the_share_with_none_is_shown_where_it_is_given():
    assert "With none" in drawn.words(chart("two groups"))
    assert "With none" not in drawn.words(chart("none with none"))


def test_amounts_far_apart_are_drawn_by_factors_and_say_so():
    assert "even steps are factors" in drawn.words(chart("far apart"))
    assert "even steps are factors" not in drawn.words(chart("two groups"))


def test_names_of_sixty_characters_are_whole():
    assert drawn.words(chart("four groups, long names")).replace("\n", " ").count("or more, 03") == 1


def test_another_process_gives_the_same_bytes_and_leaves_no_trace():
    again = (
        "import sys, matplotlib as mpl\n"
        "before = dict(mpl.rcParams)\n"
        "from fairaudit.charts import distribution_chart, survival_chart\n"
        "from tests.charts.shown import DISTRIBUTION, SURVIVAL\n"
        "written = distribution_chart(DISTRIBUTION['six groups']).svg\n"
        "survival_chart(SURVIVAL['six groups']).svg\n"
        "assert dict(mpl.rcParams) == before\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
        "sys.stdout.buffer.write(written.encode())"
    )
    process = subprocess.run([sys.executable, "-c", again], capture_output=True, check=True, timeout=120)
    assert process.stdout.decode() == chart("six groups").svg
