"""What stands written in a chart: the same letters at the same places as matplotlib's, laid out once for every word."""

from __future__ import annotations

import io
import re

import matplotlib as mpl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.textpath import text_to_path

from fairaudit.charts import Chart, chart_of, forest_plot, letters
from fairaudit.charts.chart import FONT, LOOK
from fairaudit.charts.compacting import compact
from fairaudit.charts.text import drawable
from tests.charts.findings import CASES, found, many
from tests.charts.shown import CALIBRATION, DISTRIBUTION, SURVIVAL, SWEEP

LETTERS = "abcfilrtyAVTWeéÄßşŁ.,;:!?()%$&<>/-+=\"'0123456789 −–…→←“”"
ARABIC = "".join(map(chr, [*range(0x0621, 0x063B), *range(0x0641, 0x064B)]))


def as_matplotlib_writes(chart: Chart):
    """Have matplotlib write lines and texts alike."""
    written = io.StringIO()
    with mpl.rc_context(LOOK):
        chart.figure.savefig(written, format="svg")
    return compact(written.getvalue())


def texts(body: str) -> list[str]:
    return re.findall(r'<g[^>]*transform="translate[^>]*>(?:<use [^>]*/>)+</g>', body)


def letters_of(shared) -> dict[str, str]:
    return {name: drawn for name, drawn in shared.items() if re.fullmatch(r"[bd][0-9a-f]+", name)}


SHOWN = {
    f"{kind}, {case}": entry
    for kind, cases in {"times": SURVIVAL, "scores": CALIBRATION, "amounts": DISTRIBUTION, "cut-offs": SWEEP}.items()
    for case, entry in cases.items()
    if case in ("two groups", "names from the right", "names with signs", "four groups, long names")
}
DRAWN = {
    **{case: (forest_plot, call) for case, call in CASES.items()},
    **{case: (chart_of, lambda entry=entry: entry) for case, entry in SHOWN.items()},
}


@pytest.mark.parametrize("case", DRAWN)
def test_each_text_stands_where_matplotlib_writes_it(case):
    draw, shown = DRAWN[case]
    ours, theirs = draw(shown()).drawing, as_matplotlib_writes(draw(shown()))
    assert texts(ours.body) == texts(theirs.body) != []
    assert letters_of(ours.shared) == letters_of(theirs.shared) != {}


def test_to_have_matplotlib_write_the_texts_changes_nothing_in_the_svg():
    chart, untouched = (forest_plot(CASES["two groups"]()) for _ in range(2))
    assert len(chart.figure.texts) == len(chart.lettering.texts)
    assert chart.svg == untouched.svg
    assert all(text.get_visible() for text in chart.figure.texts)


@given(st.text(LETTERS, max_size=30) | st.text(LETTERS + ARABIC, max_size=30), st.booleans())
def test_a_text_is_as_wide_as_matplotlib_finds_it(text, bold):
    look = FontProperties(family=FONT, size=letters.EM, weight="bold" if bold else "normal")
    width, height, descent = text_to_path.get_text_width_height_descent(text, look, ismath=False) if text else (0, 0, 0)
    laid = letters.laid_out(text, bold)
    assert laid.width == pytest.approx(width, abs=1e-9)
    assert max(laid.top, 0) == pytest.approx(max(height - descent, 0))


def test_what_the_examples_are_made_of_can_be_drawn():
    assert drawable(LETTERS + ARABIC)


def test_other_numbers_of_the_same_groups_ask_matplotlib_for_nothing_new():
    forest_plot(found(many(40))).svg  # noqa: B018
    before = letters._piece.cache_info().misses
    counts = {name: (events + 7, n + 31) for name, (events, n) in many(40).items()}
    assert len(forest_plot(found(counts)).svg) > 50_000
    assert letters._piece.cache_info().misses - before < 10


def test_all_bars_and_marks_of_forty_rows_are_less_than_twenty_things_to_matplotlib():
    artists = forest_plot(found(many(40))).lines.artists
    lines = sum(len(each.get_path().vertices) // 2 for each in artists if isinstance(each, PathPatch))
    marks = sum(len(each.get_xydata()) for each in artists if isinstance(each, Line2D))
    assert lines >= 40 + 40 + 41  # of rates, of comparisons, between rows
    assert marks >= 40 + 40
    assert len(artists) < 20
