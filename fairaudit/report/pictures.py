"""Charts in the page itself, so that it needs no other file, and what they are drawn with once for all of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from markupsafe import Markup

from fairaudit.charts.chart import Chart
from fairaudit.charts.compacting import JOINS, attributes

# A text is a row of letters: alone in its group, as `compact` writes them. What people wrote holds no raw "<".
TEXT = re.compile(r'<g([^>]*)>((?:<use href="#[bd][0-9a-f]+"(?: x="-?\d+")?(?: y="-?\d+")?/>){2,})</g>')
END_OF_OUTLINES = "</defs></svg>"


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


def with_shared_texts(page: str) -> str:
    """Write each text that stands in charts more than once, such as a group's name, once for the whole page.

    Args:
        page: HTML with pictures and their outlines.

    Returns:
        The page, whose pictures look the same. Of forty groups in twelve charts it has half the letters.
    """
    found = Counter(letters for _, letters in TEXT.findall(page))
    names = {letters: f"t{place}" for place, letters in enumerate(t for t, times in found.items() if times > 1)}
    if not names:
        return page

    def used(text: re.Match[str]) -> str:
        looks, letters = text.groups()
        return f'<use href="#{names[letters]}"{looks}/>' if letters in names else text[0]

    page = TEXT.sub(used, page)
    shared = "".join(f'<g id="{name}">{letters}</g>' for letters, name in names.items())
    at = page.index(END_OF_OUTLINES, page.index('<svg class="outlines"'))
    return page[:at] + shared + page[at:]
