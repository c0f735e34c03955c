"""The chance to clear by records: all is inside, nothing overlaps, and words and table say what is drawn."""

from __future__ import annotations

import pytest

from fairaudit.charts.power import power_chart, power_table
from tests.charts import drawn

CURVES = {
    "many": [(100.0 * k, min(0.05 * k, 1.0)) for k in range(1, 21)],
    "few": [(2.0, 0.0), (4.0, 0.31), (8.0, 0.81), (9.0, 0.998)],
    "millions": [(250_000.0 * k, 0.04 * k) for k in range(1, 21)],
}


def shown(case: str) -> dict:
    points = CURVES[case]
    title = "selection_rate by race (2 groups, a ratio of 80%)"
    return {"title": title, "points": points, "needed": points[-2][0], "power": 0.8}


@pytest.mark.parametrize("case", CURVES)
def test_all_is_inside_apart_and_safe(case):
    chart = power_chart(shown(case))
    assert drawn.clipped(chart) == []
    assert drawn.overlapping(chart) == []
    assert drawn.unsafe(chart) == []
    assert drawn.wrong_alt(chart) == ""


@pytest.mark.parametrize("case", CURVES)
def test_the_table_is_whole(case):
    table = power_table(shown(case))
    assert drawn.crooked(table) == []
    assert len(table[2]) == len(CURVES[case])


def test_the_alternative_text_says_where_it_begins_and_ends():
    assert power_chart(shown("few")).alt == (
        "Chance to clear by records of each group, if all fare alike: "
        "selection_rate by race (2 groups, a ratio of 80%). "
        "It rises from 0.0% with 2 records of each to 99.8% with 9; about 8 are needed for 80.0%."
    )
