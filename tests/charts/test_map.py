"""Maps of shaded areas: all is inside, nothing overlaps, and words, classes and table say what is drawn."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from fairaudit.charts import Chart
from fairaudit.charts.areas_map import MOST_CLASSES, SHADES, classes_of, limits_of, map_chart, map_table, roundest
from fairaudit.geography import read_areas, simplified
from tests.charts import drawn
from tests.charts.shown import LONG


def square(x: float, y: float, side: float = 1.0) -> list[list[float]]:
    return [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]


def area(key: str, value: float | None, rings=None, n: int = 100, place: int = 0):
    return {"area": key, "value": value, "n": n, "rings": rings or [square(place % 9, place // 9)]}


def shown(areas, unit: str = "share", worse: str | None = "low", title: str = "Share with a sensor, by tract", **more):
    return {"shown": "map", "title": title, "unit": unit, "worse": worse, "areas": areas, **more}


def grid(values, **more):
    return shown([area(f"T{place:03d}", value, place=place) for place, value in enumerate(values)], **more)


RINGED = [
    area("Around", 0.2, [square(0, 0, 3), square(1, 1)[::-1]]),
    area("Within", 0.6, [square(1, 1)]),
    area("Apart", None, [square(4, 0), square(4, 2)]),
]
MAPS = {
    "three areas": grid([0.1, 0.2, 0.3]),
    "a hole, an area in it, and one without data": shown(RINGED),
    "one area": grid([0.5]),
    "no area": grid([]),
    "no values": grid([None, None]),
    "all alike": grid([0.25] * 9),
    "a hundred": grid([place / 100 for place in range(100)]),
    "a hundred, most of them 0": grid([max(place - 80, 0) for place in range(100)], unit="sensors"),
    "neither end is worse": grid(range(80), worse=None, unit="dollars"),
    "high is worse": grid([place / 81 for place in range(81)], worse="high"),
    "limits that are stated": grid([place / 80 for place in range(80)], classes=[0.25, 0.5]),
    "tiny and huge": grid([1e-7, 3e-5, 0.002, 1.0, 5e8, 7e12, 9e15], unit="dollars of the year in which " * 9),
    "below zero": grid([-5.5, -1e4, 3, 0, 22, 17, 8], unit="dollars"),
    "wide": shown([area("A", 0.1, [square(0, 0)]), area("B", 0.9, [square(30, 0)])]),
    "high and narrow": shown([area("A", 0.1, [square(0, 0)]), area("B", 0.9, [square(0, 30)])]),
    "across the 180th degree": shown([area("A", 0.1, [square(179, 51)]), area("B", 0.9, [square(-180, 51)])]),
    "a long title": grid([0.1, None], title="A title that goes on and on, " * 12),
    "a title without a space": grid([0.1, None], title="W" * 500),
    "a title that the font lacks": grid([0.1], title="女性"),
    "names with signs": shown([area("$a_b^c$", 0.1), area("<b>&amp;</b>", 0.2, place=1), area(LONG, 0.3, place=2)]),
}


@cache
def chart(case: str) -> Chart:
    return map_chart(MAPS[case])


@pytest.mark.parametrize("case", MAPS)
def test_all_is_inside_apart_and_safe(case):
    assert drawn.clipped(chart(case)) == []
    assert drawn.overlapping(chart(case)) == []
    assert drawn.in_panels(chart(case)) == []
    assert drawn.unsafe(chart(case)) == []
    assert drawn.wrong_alt(chart(case)) == ""


@pytest.mark.parametrize("case", MAPS)
def test_no_area_is_cut_off(case):
    renderer = FigureCanvasAgg(chart(case).figure).get_renderer()
    frame = chart(case).figure.bbox
    for patch in [patch for axes in chart(case).figure.axes for patch in axes.patches if patch.get_clip_path() is None]:
        box = patch.get_window_extent(renderer)
        assert frame.x0 <= box.x0 <= box.x1 <= frame.x1
        assert frame.y0 <= box.y0 <= box.y1 <= frame.y1


@pytest.mark.parametrize("case", MAPS)
def test_the_table_is_whole(case):
    assert drawn.crooked(map_table(MAPS[case])) == []


@pytest.mark.parametrize("case", MAPS)
def test_each_area_with_a_value_is_in_one_class(case):
    found = classes_of(MAPS[case])
    assert len(found) <= MOST_CLASSES
    assert all(one.areas for one in found)
    in_classes = sorted(area["area"] for one in found for area in one.areas)
    assert in_classes == sorted(area["area"] for area in MAPS[case]["areas"] if area["value"] is not None)
    values = [[area["value"] for area in one.areas] for one in found]
    assert all(max(low) < min(high) for low, high in pairwise(values))


# --- what is drawn ---


def pixels(entry) -> np.ndarray:
    canvas = FigureCanvasAgg(map_chart(entry, title=False).figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[:, :, :3]


def rgb(colour: str) -> list[int]:
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]


def test_a_hole_shows_what_is_in_it():
    """Around is 3 degrees wide at the left of a map of 5 degrees by 3; Within is in the middle of it."""
    picture = pixels(shown(RINGED))
    axes = map_chart(shown(RINGED), title=False).figure.axes[0].get_window_extent()
    step = axes.width / 5

    def at(x, y):
        return picture[round(picture.shape[0] - axes.y0 - y * step), round(axes.x0 + x * step)].tolist()

    assert at(0.5, 1.5) == at(2.5, 0.5) == rgb(SHADES[1])
    assert at(1.5, 1.5) == rgb(SHADES[3])
    assert at(3.5, 1.5) == [255, 255, 255]


def test_no_data_is_hatched_inside_its_areas_alone():
    """A is the first third of the map, B the last, and nothing is between them."""
    entry = shown([area("A", None), area("B", 0.5, place=2)])
    third = map_chart(entry, title=False).figure.axes[0].get_window_extent().width / 3
    left = map_chart(entry, title=False).figure.axes[0].get_window_extent().x0
    dark = (pixels(entry).max(axis=2) < 200)[20:40]
    assert dark[:, round(left + 5) : round(left + third - 5)].any(axis=1).all()
    assert not dark[:, round(left + third + 3) : round(left + 2 * third - 3)].any()


@pytest.mark.parametrize("latitude", [0.0, 41.9, 60.0])
def test_a_degree_of_longitude_is_shorter_by_the_cosine(latitude):
    corners = [[0, latitude - 1], [4, latitude - 1], [4, latitude + 1], [0, latitude + 1], [0, latitude - 1]]
    entry = shown([area("A", 0.5, [corners])])
    box = map_chart(entry).figure.axes[0].get_window_extent()
    assert box.width / box.height == pytest.approx(4 * np.cos(np.radians(latitude)) / 2)


def test_islands_beyond_the_180th_degree_lie_beside_the_others():
    box = map_chart(MAPS["across the 180th degree"]).figure.axes[0].get_window_extent()
    assert box.width / box.height == pytest.approx(2 * np.cos(np.radians(51.5)))


def test_shades_are_apart_without_colour():
    """Lightness L* (CIE 1976), which is what a print in grey keeps."""

    def lightness(colour):
        linear = [((c / 255 + 0.055) / 1.055) ** 2.4 if c > 10 else c / 255 / 12.92 for c in rgb(colour)]
        return 116 * np.dot([0.2126, 0.7152, 0.0722], linear) ** (1 / 3) - 16

    steps = -np.diff([lightness(colour) for colour in SHADES])
    assert min(steps) > 12


# --- classes ---


def test_classes_hold_about_as_many_areas_each():
    assert limits_of([float(place) for place in range(100)]) == [20.0, 40.0, 60.0, 80.0]


def test_an_outlier_does_not_leave_all_others_in_one_class():
    found = classes_of(grid([*range(99), 1e9], unit="dollars"))
    assert {len(one.areas) for one in found} <= set(range(15, 26))


def test_what_most_areas_have_is_a_class_by_itself():
    found = classes_of(MAPS["a hundred, most of them 0"])
    assert (found[0].words, len(found[0].areas)) == ("0", 81)
    assert [len(one.areas) for one in found[1:]] == [4, 5, 5, 5]


def test_few_values_are_a_class_each():
    found = classes_of(grid([0, 1, 1, 0, 1]))
    assert [(one.words, len(one.areas), one.worst) for one in found] == [("0.0%", 2, True), ("100.0%", 3, False)]


def test_limits_that_are_stated_are_kept():
    words = [one.words for one in classes_of(MAPS["limits that are stated"])]
    assert words == ["less than 25%", "25% to less than 50%", "50% or more"]


@pytest.mark.parametrize(
    ("below", "above", "number"),
    [
        (29_871, 30_240, 30_000),
        (0.118, 0.1239, 0.12),
        (0, 0.034, 0.02),
        (1, 2, 2),
        (-3, 4, 0),
        (-7.2, -6.6, -7),
        (99, 100.5, 100),
    ],
)
def test_limits_are_round(below, above, number):
    assert roundest(below, above) == number


# --- words ---


def test_the_legend_says_limits_how_many_and_the_worst_end():
    said = drawn.words(chart("a hundred")).split("\n")
    assert {"Share", "Areas", "less than 20% (worst)", "20% to less than 40%", "80% or more"} <= set(said)
    assert said.count("20") == 5
    assert "no data" in drawn.words(chart("no values"))
    assert "No area has a value" in drawn.words(chart("no values"))


def test_the_alternative_text_says_what_is_drawn():
    assert chart("a hundred").alt == (
        "Map: Share with a sensor, by tract; 100 areas. "
        "Areas by share: less than 20%: 20; 20% to less than 40%: 20; 40% to less than 60%: 20; "
        "60% to less than 80%: 20; 80% or more: 20. Worst: T000 (0.0%), T001 (1.0%), T002 (2.0%)."
    )
    assert chart("a hole, an area in it, and one without data").alt == (
        "Map: Share with a sensor, by tract; 3 areas, 1 of them without data. "
        "Areas by share: 20.0%: 1; 60.0%: 1. Each: Around (20.0%), Within (60.0%)."
    )


def test_areas_that_are_equally_bad_are_not_told_apart():
    entry = grid([0.0] * 70 + [1.0] * 5)
    assert map_chart(entry).alt.endswith("Worst: 70 areas (0.0%).")
    assert "the 20 worst of 75 areas (50 more have the value of the last)" in map_table(entry)[0]


def test_the_table_of_few_areas_has_them_all_worst_first():
    caption, head, rows = map_table(MAPS["a hole, an area in it, and one without data"])
    assert caption == "Share with a sensor, by tract"
    assert head == ["Area", "Share", "Records"]
    assert rows == [["Around", "20.0%", "100"], ["Within", "60.0%", "100"], ["Apart", "no data", "100"]]


def test_the_table_of_many_areas_has_classes_and_the_worst_and_says_so():
    caption, head, rows = map_table(MAPS["high is worse"] | {"counted": "people"})
    assert caption == "Share with a sensor, by tract: all areas by class, then the 20 worst of 81 areas"
    assert head == ["Area", "Share", "People"]
    assert rows[0][1].endswith("or more")
    assert sum(int(row[0].removesuffix(" areas")) for row in rows[:5]) == 81
    assert sum(int(row[2].replace(",", "")) for row in rows[:5]) == 81 * 100
    assert [row[0] for row in rows[5:]] == [f"T{place:03d}" for place in range(80, 60, -1)]
    assert len(map_table(grid(range(60)))[2]) == 60


def test_where_neither_end_is_worse_the_highest_come_first_and_nothing_is_worst():
    assert "the 20 highest of 80 areas" in map_table(MAPS["neither end is worse"])[0]
    assert "worst" not in (drawn.words(chart("neither end is worse")) + chart("neither end is worse").alt).lower()


def test_a_long_title_wraps_and_is_whole():
    written = drawn.words(map_chart(grid([0.1], title="A title of nine words that goes on and on, " * 6)))
    assert "…" not in written
    assert written.replace("\n", " ").count("A title of nine words that goes on and on,") == 6


def test_the_title_can_be_left_to_the_page():
    assert "Share with a sensor" not in drawn.words(map_chart(MAPS["three areas"], title=False))


def test_the_same_numbers_give_the_same_bytes():
    assert map_chart(MAPS["a hundred"]).svg == chart("a hundred").svg


def test_a_real_map_stays_a_small_picture(shared_data):
    areas = read_areas(shared_data("chicago_sensors/chicago_tracts_income_derived.geojson"), "GEOID10")
    found = zip(areas.keys, areas.properties["median_income"], simplified(areas), strict=True)
    entry = shown([area(key, float(value), rings) for key, value, rings in found], "dollars a year", None)
    made = map_chart(entry)
    assert len(made.svg) < 200_000
    assert ElementTree.fromstring(made.svg) is not None
    assert drawn.clipped(made) == drawn.overlapping(made) == drawn.unsafe(made) == []
    assert [one.words for one in classes_of(entry)] == [
        "less than 30,000",
        "30,000 to less than 40,000",
        "40,000 to less than 55,000",
        "55,000 to less than 80,000",
        "80,000 or more",
    ]
