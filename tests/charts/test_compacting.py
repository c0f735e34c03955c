"""Charts made small: the same picture, told by steps instead of places, and each letter's outline once."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairaudit.charts.compacting import HUNDREDTHS, compact, steps
from tests.charts.findings import CASES
from tests.charts.test_forest import drawn

LETTER = """<svg xmlns:xlink="http://www.w3.org/1999/xlink" width="9pt" height="9pt" viewBox="0 0 9 9"
 xmlns="http://www.w3.org/2000/svg"><metadata>by somebody</metadata>
 <defs><style type="text/css">*{stroke-linejoin: round; stroke-linecap: butt}</style></defs>
 <g id="figure_1"><g id="text_1"><!-- Ab A -->
  <g style="fill: #5a5f66" transform="translate(105.734567 56.881234) scale(0.076 -0.076)">
   <defs><path id="DejaVuSans-24" d="M 640 0 L 6400 0 L 6400 3200 z" transform="scale(0.015625)"/>
    <path id="DejaVuSans-3" transform="scale(0.015625)"/></defs>
   <use xlink:href="#DejaVuSans-24"/><use xlink:href="#DejaVuSans-3" transform="translate(68.408203 0)"/>
   <use xlink:href="#DejaVuSans-24" transform="translate(100.195312 0)"/></g></g></g></svg>"""


@pytest.mark.parametrize(
    ("places", "told"),
    [
        ("M 1 2 L 3 5", "m1 2l2 3"),
        ("M 1 2 L 3 2 L 3 5 L 1 5 z", "m1 2h2v3h-2z"),
        ("M 1 2 L 1 2", "m1 2l0 0"),  # a point, which a round end makes a dot
        ("M 0 0 L 1 2 L 3 3 L 2 1", "m0 0l1 2 2 1-1-2"),
        # After z the pen is where the last M has set it.
        ("M 5 5 L 6 5 L 6 6 z M 7 7 L 8 9", "m5 5h1v1zm2 2l1 2"),
        ("M 5 5 M 7 7 L 8 9", "m5 5m2 2l1 2"),
        ("M 0.126 10.5 L 0.5 -0.25", "m.13 10.5l.37-10.75"),
        ("M 0 0 C 1 2 3 4 5 6", "m0 0c1 2 3 4 5 6"),
        # The second curve's middle lies as far behind (4, 4) as the first one's, (0, 4), lies before it.
        ("M 0 0 Q 0 4 4 4 Q 8 4 8 8", "m0 0q0 4 4 4t4 4"),
        ("M 0 0 Q 0 4 4 4 Q 7 4 8 8", "m0 0q0 4 4 4 3 0 4 4"),
        ("M 0 0 Q 0 4 4 4 L 8 4 Q 12 4 12 8", "m0 0q0 4 4 4h4q4 0 4 4"),
        ("M 0 0 A 1 1 0 0 0 2 2", "M 0 0 A 1 1 0 0 0 2 2"),  # not matplotlib's: left as it is
    ],
)
def test_a_path_is_told_by_steps(places, told):
    assert steps(places, HUNDREDTHS) == told


@given(st.lists(st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4)), min_size=2, max_size=30))
def test_no_point_is_farther_off_than_half_of_the_grid_however_many_steps_there_are(points):
    path = " ".join(f"{'L' if place else 'M'} {x:.6f} {y:.6f}" for place, (x, y) in enumerate(points))
    here, found = [0.0, 0.0], []
    for command, text in re.findall(r"([mlhv])([^mlhv]*)", steps(path, HUNDREDTHS)):
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", text)]
        axes = {"h": (0,), "v": (1,)}.get(command, (0, 1))
        for place, number in enumerate(numbers):
            here[axes[place % len(axes)]] += number
            if (place + 1) % len(axes) == 0:
                found.append(tuple(here))
    assert len(found) == len(points)
    off = [abs(a - b) for one, other in zip(found, points, strict=True) for a, b in zip(one, other, strict=True)]
    assert max(off) <= 0.5 / HUNDREDTHS + 1e-5


def test_a_text_is_outlines_by_short_names_and_their_places():
    drawing = compact(LETTER)
    # 640 of 6,400 units are 20 of 200, and 100.195 of 100 are 200 of 200; the blank is drawn by nothing.
    assert drawing.shared == {"d24": '<path id="d24" d="m20 0h180v100z"/>'}
    assert drawing.body == (
        '<g fill="#5a5f66" transform="translate(105.73 56.88)scale(0.038 -0.038)">'
        '<use href="#d24"/><use href="#d24" x="200"/></g>'
    )


def test_alone_it_holds_all_that_it_uses():
    for case in CASES:
        root = ElementTree.fromstring(drawn(case).svg)
        names = {element.get("id") for element in root.iter()}
        used = {value[1:] for element in root.iter() for key, value in element.items() if key.endswith("href")}
        clips = set(re.findall(r"url\(#([^)]*)\)", drawn(case).svg))
        assert used | clips <= names, case


def test_what_two_charts_share_is_the_same_in_both():
    drawings = [drawn(case).drawing for case in CASES]
    for one, other in pairwise(drawings):
        assert {name: one.shared[name] for name in one.shared.keys() & other.shared} == {
            name: other.shared[name] for name in one.shared.keys() & other.shared
        }


def test_a_chart_of_two_groups_weighs_little():
    drawing = drawn("two groups").drawing
    assert len(drawing.body) < 16_000
    assert len(drawing.svg) < 30_000
