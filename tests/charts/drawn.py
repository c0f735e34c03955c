"""What any chart's tests ask of it: where its texts are, and what they say."""

from __future__ import annotations

import re
from itertools import combinations
from xml.etree import ElementTree

from matplotlib.backends.backend_agg import FigureCanvasAgg

from fairaudit.charts import Chart


def boxes(chart: Chart):
    """Give each text of a chart with the box around it, in pixels."""
    renderer = FigureCanvasAgg(chart.figure).get_renderer()
    shown = [text for text in chart.figure.texts if text.get_text()]
    return [(text.get_text(), text.get_window_extent(renderer)) for text in shown]


def words(chart: Chart) -> str:
    return "\n".join(text.get_text() for text in chart.figure.texts)


def clipped(chart: Chart) -> list[str]:
    """List texts that are not all inside the figure."""
    frame = chart.figure.bbox
    outside = [text for text, box in boxes(chart) if not (frame.x0 <= box.x0 and box.x1 <= frame.x1)]
    return outside + [text for text, box in boxes(chart) if not (frame.y0 <= box.y0 and box.y1 <= frame.y1)]


def overlapping(chart: Chart) -> list[tuple[str, str]]:
    """List pairs of texts that lie over each other."""

    def overlap(a, b):
        return min(a.x1, b.x1) - max(a.x0, b.x0) > 1 and min(a.y1, b.y1) - max(a.y0, b.y0) > 3

    return [(a, b) for (a, one), (b, other) in combinations(boxes(chart), 2) if overlap(one, other)]


def in_panels(chart: Chart) -> list[str]:
    """List texts that lie in a panel, where marks may be."""
    found = boxes(chart)
    panels = [axes.get_window_extent() for axes in chart.figure.axes]
    return [
        text
        for text, box in found
        for panel in panels
        if min(box.x1, panel.x1) - max(box.x0, panel.x0) > 1 and min(box.y1, panel.y1) - max(box.y0, panel.y0) > 1
    ]


def unsafe(chart: Chart) -> list[str]:
    """List what a picture that needs nothing but itself may not hold."""
    tree = ElementTree.fromstring(chart.svg)
    allowed = {"svg", "defs", "style", "g", "path", "use", "clipPath", "rect"}
    tags = {element.tag.split("}")[-1] for element in tree.iter()} - allowed
    links = [value for element in tree.iter() for key, value in element.attrib.items() if key.endswith("href")]
    found = re.findall(r"<!--|<metadata|matplotlib v|20\d\d-\d\d-\d\d|\bnan\b|\binf\b", chart.svg)
    return [*tags, *(link for link in links if not link.startswith("#")), *found]


def wrong_alt(chart: Chart) -> str:
    """Give the alternative text where it is too long or holds a number that is none."""
    return chart.alt if len(chart.alt) >= 600 or re.search(r"\b(None|nan|inf)\b", chart.alt) else ""


def crooked(table: tuple[str, list[str], list[list[str]]]) -> list[list[str]]:
    """List rows of a table that lack a cell or have an empty one, or a number that is none."""
    caption, head, rows = table
    whole = [row for row in [head, *rows] if len(row) != len(head) or not all(row)]
    return whole + [row for row in [[caption], *rows] if re.search(r"\b(None|nan|inf)\b", " ".join(row[1:]))]
