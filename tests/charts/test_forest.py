"""The forest plot: everything is inside, nothing overlaps, and it says what its rows say."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from itertools import combinations
from xml.etree import ElementTree

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch

from fairaudit.charts import forest_plot
from fairaudit.charts.chart import BLUE, GREEN, GREY, INK, PURPLE, VERMILION
from fairaudit.charts.forest import BARS
from fairaudit.charts.rows import rows
from tests.charts.findings import CASES, found, many


@cache
def drawn(case: str):
    return forest_plot(CASES[case]())


def boxes(chart):
    """Give each text of a chart with the box around it, in pixels."""
    renderer = FigureCanvasAgg(chart.figure).get_renderer()
    shown = [text for text in chart.figure.texts if text.get_text()]
    return [(text.get_text(), text.get_window_extent(renderer)) for text in shown]


def words(chart) -> str:
    return "\n".join(text.get_text() for text in chart.figure.texts)


@pytest.mark.parametrize("case", CASES)
def test_no_text_is_clipped(case):
    frame = drawn(case).figure.bbox
    outside = [text for text, box in boxes(drawn(case)) if not (frame.x0 <= box.x0 and box.x1 <= frame.x1)]
    outside += [text for text, box in boxes(drawn(case)) if not (frame.y0 <= box.y0 and box.y1 <= frame.y1)]
    assert outside == []


@pytest.mark.parametrize("case", CASES)
def test_no_text_lies_over_another(case):
    def overlap(a, b):
        return min(a.x1, b.x1) - max(a.x0, b.x0) > 1 and min(a.y1, b.y1) - max(a.y0, b.y0) > 3

    found_boxes = boxes(drawn(case))
    assert [(a, b) for (a, one), (b, other) in combinations(found_boxes, 2) if overlap(one, other)] == []


def strokes(chart):
    """Give the ends of each line across and the place of each mark, in pixels; not what is drawn between rows."""
    FigureCanvasAgg(chart.figure)
    over = [artist for artist in chart.figure.artists if artist.get_zorder() >= BARS]
    bars, marks = ([artist for artist in over if isinstance(artist, kind)] for kind in (PathPatch, Line2D))
    ends = [end for bar in bars for end in bar.get_transform().transform(bar.get_path().vertices)]
    points = [point for mark in marks for point in mark.get_transform().transform(mark.get_xydata())]
    return [*zip(ends[::2], ends[1::2], strict=True), *zip(points, points, strict=True)]


@pytest.mark.parametrize("case", CASES)
def test_no_mark_lies_over_text(case):
    drawn_strokes, found_boxes = strokes(drawn(case)), boxes(drawn(case))
    assert len(drawn_strokes) >= len([row for row in rows(CASES[case]()) if row.rates])
    over = [
        text
        for (x0, y), (x1, _) in drawn_strokes
        for text, box in found_boxes
        if box.y0 < y < box.y1 and min(x0, x1) < box.x1 and box.x0 < max(x0, x1)
    ]
    assert over == []


@pytest.mark.parametrize("case", CASES)
def test_the_picture_is_well_formed_and_holds_no_script_no_address_and_no_date(case):
    svg = drawn(case).svg
    tree = ElementTree.fromstring(svg)
    tags = {element.tag.split("}")[-1] for element in tree.iter()}
    assert tags <= {"svg", "defs", "style", "g", "path", "use", "clipPath", "rect"}
    addresses = [value for element in tree.iter() for key, value in element.attrib.items() if key.endswith("href")]
    assert all(address.startswith("#") for address in addresses)
    assert not re.search(r"<!--|<metadata|matplotlib v|20\d\d-\d\d-\d\d", svg)


@pytest.mark.parametrize("case", CASES)
def test_the_alternative_text_is_short_and_names_the_pair_that_decides(case):
    alt = drawn(case).alt
    assert alt.startswith("Forest plot: ")
    assert 40 < len(alt) < 600
    assert not re.search(r"\b(None|nan|inf)\b", alt.replace("None of them", ""))


def test_the_alternative_text_says_what_the_rows_say():
    assert drawn("two groups").alt == (
        "Forest plot: share selected, by group. 2 groups, the worst rate first: Women 30.0%; Men 50.0%. "
        "Women against Men: 60% as often; the limit is 80%. "
        "Of the groups, each in its worst comparison: 1 shown to be outside the limit; 1 shown to be within the limit."
    )


def test_a_group_without_records_keeps_its_row():
    assert "Empty" in words(drawn("no records"))
    assert words(drawn("no records")).count("no records") == 2
    assert "Empty no records" in drawn("no records").alt


def test_numbers_stand_beside_the_marks():
    said = words(drawn("two groups"))
    row = rows(CASES["two groups"]())[0]
    at_least, at_most = row.worst.bounds
    assert "300 of 1,000" in said
    assert "30.0%" in said
    assert f"60% ({at_least.removesuffix('%')} to {at_most.removesuffix('%')})" in said
    assert "v Men" in said
    assert "limit 80%" in said


def test_words_stand_beside_colours():
    assert {"Shown to be outside the limit", "Shown to be within the limit"} <= set(
        words(drawn("two groups")).split("\n")
    )


def test_a_baseline_is_not_judged():
    said = words(drawn("a baseline"))
    assert not re.search("Shown to be|Not shown", said)
    assert drawn("a baseline").alt.endswith("For comparison only.")


def test_what_unknowns_could_add_is_drawn():
    assert "what unknowns could add" in words(drawn("unknown groups"))
    assert "what unknowns could add" not in words(drawn("two groups"))


def test_names_that_the_font_lacks_are_called_by_their_row():
    assert "(row 1 of the table)" in words(drawn("names that the font lacks"))


@pytest.mark.parametrize("case", ["forty long names", "forty names from the right"])
def test_names_that_begin_alike_are_told_apart(case):
    chart = forest_plot(CASES[case](), title=False)
    said = [text.get_text() for text in chart.figure.texts]
    ends = [text for text in said if text.startswith("…")] if "long" in case else said
    assert [number for number in range(40) if not any(text.endswith(f" {number}") for text in ends)] == []


def test_the_same_rows_give_the_same_bytes():
    assert forest_plot(CASES["fourteen groups"]()).svg == drawn("fourteen groups").svg
    again = "from fairaudit.charts import forest_plot\nfrom tests.charts.findings import found, many\n"
    again += "import sys; sys.stdout.buffer.write(forest_plot(found(many(3))).svg.encode())"
    process = subprocess.run([sys.executable, "-c", again], capture_output=True, check=True, timeout=120)
    assert process.stdout.decode() == forest_plot(found(many(3))).svg


def test_drawing_leaves_no_trace_in_matplotlib():
    check = (
        "import matplotlib as mpl, sys\n"
        "before = dict(mpl.rcParams)\n"
        "from fairaudit.charts import forest_plot\n"
        "from tests.charts.findings import CASES\n"
        "forest_plot(CASES['two groups']()).svg\n"
        "assert dict(mpl.rcParams) == before\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", check], check=True, timeout=120)


def test_a_style_that_a_user_has_set_changes_nothing():
    with mpl.rc_context({"font.size": 30, "axes.grid": True, "lines.linewidth": 9, "axes.facecolor": "red"}):
        styled = forest_plot(CASES["two groups"]()).svg
    assert styled == drawn("two groups").svg


def test_the_title_can_be_left_to_the_page():
    with_title, without = drawn("two groups"), forest_plot(CASES["two groups"](), title=False)
    assert "Share selected, by group" in words(with_title)
    assert "Share selected, by group" not in words(without)
    assert without.size[1] < with_title.size[1]


def luminance(colour: str) -> float:
    """Compute relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colour", [BLUE, VERMILION, GREEN, PURPLE, GREY, INK])
def test_colours_stand_out_from_white_as_text_must(colour):
    assert (1 + 0.05) / (luminance(colour) + 0.05) >= 4.5
