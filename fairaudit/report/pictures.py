"""Charts in the page itself, so that it needs no other file, and what they are drawn with once for all of them."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from fairaudit.charts.chart import Chart
from fairaudit.charts.compacting import JOINS, attributes


def picture(chart: Chart) -> Markup:
    """Write a chart as a picture with its alternative text; its outlines are to stand somewhere on the page."""
    wide, high = chart.size
    size = {"width": str(wide), "height": str(high), "viewBox": chart.drawing.size["viewBox"]}
    looks = attributes({**size, "preserveAspectRatio": "xMinYMin"}) + JOINS
    return Markup('<svg role="img" aria-label="{}"{}>{}</svg>').format(
        chart.alt, Markup(looks), Markup(chart.drawing.body)
    )


def outlines(charts: Iterable[Chart]) -> Markup:
    """Write what charts are drawn with, above all letters: each once, and shown by nothing but the charts."""
    shared: dict[str, str] = {}
    for chart in charts:
        shared.update(chart.drawing.shared)
    if not shared:
        return Markup("")
    drawn = "".join(shared.values())
    return Markup(f'<svg class="outlines" aria-hidden="true" width="0" height="0"><defs>{drawn}</defs></svg>')
