"""Rates at every cut-off: all is inside, nothing overlaps, and words and table say what is drawn."""

from __future__ import annotations

from functools import cache

import pytest

from fairaudit.charts import sweep_chart, sweep_table
from tests.charts import drawn
from tests.charts.shown import DECILES, FINE, SWEEP, sweep


@cache
def chart(case: str):
    return sweep_chart(SWEEP[case])


@pytest.mark.parametrize("case", SWEEP)
def test_all_is_inside_apart_and_safe(case):
    assert drawn.clipped(chart(case)) == []
    assert drawn.overlapping(chart(case)) == []
    assert set(drawn.in_panels(chart(case))) <= {"no records", "no rates"}
    assert drawn.unsafe(chart(case)) == []
    assert drawn.wrong_alt(chart(case)) == ""


@pytest.mark.parametrize("case", SWEEP)
def test_the_table_is_whole(case):
    assert drawn.crooked(sweep_table(SWEEP[case])) == []


def test_the_alternative_text_tells_the_cut_off_in_use():
    high, low = (100 * (5 / 9) ** power for power in (1, 1.2))
    assert sweep_chart(sweep(["Black", "White"], DECILES, [5.0], 1)).alt == (
        "Rates at every cut-off: At every cut-off, by race; 2 groups. "
        f"At cut-off 5, in use: share selected, highest Black ({high:.1f}%), lowest White ({low:.1f}%)."
    )


def test_without_a_cut_off_in_use_the_widest_gap_is_told():
    assert "At cut-off 6, where the first gap is widest: share selected," in chart("none in use").alt


@pytest.mark.parametrize("in_use", [[], [0.105], [0.0, 0.995], FINE[3:9]])
def test_the_table_has_a_dozen_cut_offs_at_most_with_those_in_use(in_use):
    _, head, rows = sweep_table(sweep(["Black", "White"], FINE, in_use))
    shown = [row[1] for row in rows if row[0] == "Black"]
    assert len(shown) <= 12
    assert [text for text in shown if "in use" in text] == [f"{cutoff:g} (in use)" for cutoff in in_use]
    assert {"0", "0.995"} <= {text.removesuffix(" (in use)") for text in shown}
    assert head[:3] == ["Race", "Cut-off", "Share selected"]


def test_the_table_says_how_many_cut_offs_it_leaves_out():
    assert sweep_table(SWEEP["three measures"])[0] == "At every cut-off, by race, at 11 of 200 cut-offs"
    assert sweep_table(SWEEP["two groups"])[0] == "At every cut-off, by race"


def test_cut_offs_in_use_have_their_number():
    said = drawn.words(chart("four measures")).split("\n")
    assert said.count("0.505") == 4
    assert "cut-offs in use: 0.005, 0.5, 0.505, 0.995" in said


def test_the_same_numbers_give_the_same_bytes():
    assert sweep_chart(SWEEP["six groups"]).svg == chart("six groups").svg
