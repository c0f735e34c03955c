"""How likely groups that fare alike are to clear, by how many records each has: a curve, and what is needed marked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib as mpl

from fairaudit.charts.chart import LOOK, Chart
from fairaudit.charts.lines import HIGH, LOOKS, Block, Cell, Frame, Series, draw_lines
from fairaudit.charts.numbers import percent
from fairaudit.charts.sheet import amounts_of, joined, percent_scale, short
from fairaudit.charts.text import drawable

LINE = "groups of one size"


def power_chart(shown: Mapping[str, Any], *, title: bool = True) -> Chart:
    """Draw the chance to clear by the records of each group.

    Args:
        shown: {"title", "points": [(records of each group, chance 0 to 1), ...], "needed": records at which the chance
            is as wanted, "power": that chance}.
        title: whether the title stands above the chart.
    """
    points = [(float(n), float(chance), None, None) for n, chance in shown["points"]]
    series = Series(LINE, "", points)
    words = shown["title"] if drawable(shown["title"]) else "Chance to clear"
    frame = Frame(
        amounts_of([0.0, *(n for n, _ in shown["points"])]),
        percent_scale([1.0]),
        x_title="records of each group that the measure counts →",
        y_title="↑ Chance to clear, if all fare alike",
        marks=[(float(shown["needed"]), f"{shown['needed']:,.0f}")],
        mark_word=f"needed for {percent(shown['power'])}",
    )
    with mpl.rc_context(LOOK):
        cells = [Cell("", "", [(series, LOOKS[0])])]
        sheet = draw_lines(words if title else "", frame, [Block("", cells, 1, HIGH)], [series])
    return sheet.chart(_alt(shown))


def power_table(shown: Mapping[str, Any]) -> tuple[str, list[str], list[list[str]]]:
    """Write the curve as a table: caption, heads, rows."""
    rows = [[f"{n:,.0f}", percent(chance)] for n, chance in shown["points"]]
    return shown["title"], ["Records of each group", "Chance to clear"], rows


def _alt(shown: Mapping[str, Any]) -> str:
    start = f"Chance to clear by records of each group, if all fare alike: {short(shown['title'], 120)}."
    (fewest, low), (most, high) = shown["points"][0], shown["points"][-1]
    return joined(
        [
            start,
            f"It rises from {percent(low)} with {fewest:,.0f} records of each to {percent(high)} with {most:,.0f};",
            f"about {shown['needed']:,.0f} are needed for {percent(shown['power'])}.",
        ]
    )
