"""A map whose areas are shaded by their values, in five classes at most, with words for each class."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from fairaudit.charts.chart import GREY, LOOK, Chart
from fairaudit.charts.numbers import count, percent
from fairaudit.charts.sheet import (
    GAP,
    LINE,
    MARGIN,
    SIZE,
    SMALL,
    TITLE,
    TITLE_LINE,
    WIDTH,
    Sheet,
    amount,
    exact,
    joined,
    short,
    titled,
)
from fairaudit.charts.text import fitted, width
from fairaudit.languages import marked, said, say, say_count

Entry = Mapping[str, Any]
Area = Mapping[str, Any]

MOST_CLASSES = 5
NEAR = 40  # one in so many areas, by which a class's limit may move to a rounder number
MOST_ROWS = 60  # areas that the table names one by one
WORST = 20  # areas that it names where there are more
HIGH, LEGEND = 430.0, 200.0  # of the map at most, and the room for the legend beside it
SWATCH, ROW = 20.0, 17.0
TITLE_LINES = 4
BORDER, HATCH = "#7D858E", 5.0
NO_DATA = marked("no data")

# One hue from light to dark: apart in lightness alone, so also in print and for readers who see colours differently.
# Dark is more, as readers take it to be (Schloss et al. 2019), whichever end is the worse one: the legend names that.
SHADES = ("#E4EFF7", "#ACCDE3", "#69A5CC", "#2B74A8", "#0A3A63")
CHOSEN = {0: (), 1: (2,), 2: (1, 3), 3: (0, 2, 4), 4: (0, 1, 3, 4), 5: (0, 1, 2, 3, 4)}


@dataclass(frozen=True)
class Class:
    """Areas that share a shade.

    Attributes:
        words: its limits.
        areas: those in it.
        shade: its colour.
        worst: whether it holds the worst areas.
    """

    words: str
    areas: Sequence[Area]
    shade: str
    worst: bool = False


def map_chart(shown: Entry, *, title: bool = True) -> Chart:
    """Draw a map of areas, shaded by their values.

    Args:
        shown: as in `results.json`: `unit` "share" for values of 0 to 1, else the words for it; `worse` "low", "high"
            or None; `areas`, each with its key, its value (None where there is none), n, and rings of [longitude,
            latitude], outsides counter-clockwise and holes clockwise; maybe `classes`, four limits between classes at
            most; and maybe `counted`, what n counts if not records.
        title: whether the title stands above the map.
    """
    with mpl.rc_context(LOOK):
        sheet = _Map(shown, titled(shown, say("Map of areas")) if title else "").draw()
    return sheet.chart(_alt(shown))


def map_table(shown: Entry) -> tuple[str, list[str], list[list[str]]]:
    """Write the values, worst first: caption, heads, and a row an area or, of many, a row a class and the 20 worst."""
    areas, head, write = _sorted(shown), [_heading(shown), _counted(shown)], _writer(shown)
    if len(areas) <= MOST_ROWS:
        rows = [[area["area"], write(area["value"]), count(area["n"])] for area in areas]
        return shown["title"], [say("Area"), *head], rows
    named = [area for area in areas if area["value"] is not None][:WORST]
    rows = [
        [_how_many(one.areas), one.words, count(_people(one.areas))]
        for one in [*_ordered(classes_of(shown), shown), *_missing(shown)]
    ]
    rows += [[area["area"], write(area["value"]), count(area["n"])] for area in named]
    return _caption(named, areas, shown), [say("Area"), *head], rows


# --- classes ---


def classes_of(shown: Entry) -> list[Class]:
    """Put areas into classes, the lowest values first.

    Where the entry states no limits, each of five values or fewer is a class; of more, classes hold about as many areas
    each. Readers compare areas best on such maps (Brewer & Pickle 2002, Annals of the Association of American
    Geographers 92: 662-681), and no outlier leaves all others in one class, as with equal steps. Such classes can make
    much of little: so the limits stand beside the map. They are moved to round numbers close by, and never part areas
    of one value.
    """
    known = [area for area in shown["areas"] if area["value"] is not None]
    values = sorted(float(area["value"]) for area in known)
    stated = shown.get("classes")
    limits = sorted(set(stated)) if stated else limits_of(values)
    found: list[list[Area]] = [[] for _ in range(len(limits) + 1)]
    for area in known:
        found[bisect_right(limits, area["value"])].append(area)
    words = [_words(shown, limits, place, areas) for place, areas in enumerate(found)]
    filled = [(text, areas) for text, areas in zip(words, found, strict=True) if areas]
    shades = [SHADES[shade] for shade in CHOSEN[len(filled)]]
    worst = {"low": 0, "high": len(filled) - 1}.get(shown["worse"] or "", -1) if len(filled) > 1 else -1
    return [
        Class(text, areas, shade, place == worst)
        for place, ((text, areas), shade) in enumerate(zip(filled, shades, strict=True))
    ]


def limits_of(values: Sequence[float]) -> list[float]:
    """Choose the limits between classes; a value that is a limit belongs to the class above.

    Args:
        values: ascending.
    """
    distinct = sorted(set(values))
    if len(distinct) <= MOST_CLASSES:
        return distinct[1:]
    limits: list[float] = []
    start = 0
    for left in range(MOST_CLASSES, 1, -1):
        # Areas of one value stay together; what they take more, the classes that follow share.
        end = bisect_right(values, values[start + max((len(values) - start) // left, 1) - 1])
        if end == len(values):
            break
        limits.append(_limit(values, start, end))
        start = bisect_left(values, limits[-1])
    return limits


def _limit(values: Sequence[float], start: int, end: int) -> float:
    """Give a round number between the class from `start` to `end` and the next; a class of one value keeps it alone."""
    slack = len(values) // NEAR if values[start] < values[end - 1] else 0
    below, above = values[max(end - 1 - slack, start)], values[min(end + slack, len(values) - 1)]
    return roundest(below, above)


def roundest(below: float, above: float) -> float:
    """Find the roundest number above the first and not above the second: a multiple of 1, 2 or 5 of a power of ten."""
    power = math.ceil(math.log10(max(abs(below), abs(above)))) + 1
    for place in range(power, power - 17, -1):
        for digit in (5, 2, 1):
            step = digit * 10.0**place
            number = float(f"{math.floor(above / step + 1e-9) * step:.12g}")
            if below < number <= above:
                return number
    return above


def _words(shown: Entry, limits: Sequence[float], place: int, areas: Sequence[Area]) -> str:
    """Write a class's limits; the value itself where its areas have no other."""
    if len({area["value"] for area in areas}) == 1:
        return _writer(shown)(areas[0]["value"])
    write: Callable[[float], str] = (lambda x: f"{exact(100 * x)}%") if shown["unit"] == "share" else exact
    if not limits:
        return say("all values")
    if place == 0:
        return say("less than {number}", number=write(limits[0]))
    if place == len(limits):
        return say("{number} or more", number=write(limits[-1]))
    return say("{low} to less than {high}", low=write(limits[place - 1]), high=write(limits[place]))


def _ordered(classes: Sequence[Class], shown: Entry) -> list[Class]:
    """Put the worst class first, or the highest where neither end is the worse one."""
    return list(classes) if shown["worse"] == "low" else list(reversed(classes))


def _missing(shown: Entry) -> list[Class]:
    areas = [area for area in shown["areas"] if area["value"] is None]
    return [Class(say(NO_DATA), areas, "white")] if areas else []


# --- the picture ---


class _Map:
    """Draws a map at the left and its legend at the right; the title is over both."""

    def __init__(self, shown: Entry, title: str):
        self.shown = shown
        self.classes, self.missing = classes_of(shown), _missing(shown)
        self.title = fitted(title, TITLE, WIDTH - 2 * MARGIN, TITLE_LINES, bold=True) if title else []
        self.top = MARGIN + TITLE_LINE * len(self.title) + 6
        self.place = _placing(shown["areas"])
        room = WIDTH - 2 * MARGIN - LEGEND - 2 * GAP
        across, up = self.place.size
        scale = min(room / across, HIGH / up)
        self.wide, self.high = across * scale, up * scale
        self.legend_left = MARGIN + min(max(self.wide, room / 2), room) + 2 * GAP
        self.legend_right = self.legend_left + LEGEND
        self.words = LEGEND - width(say("Areas"), SMALL) - GAP
        self.heading = fitted(_heading(shown), SMALL, self.words, 3)
        self.rows = [(one, self._lines(one)) for one in [*reversed(self.classes), *self.missing]]
        self.sheet = Sheet(self.top + max(self.high, self._legend_height()) + MARGIN)

    def draw(self) -> Sheet:
        for number, line in enumerate(self.title):
            self.sheet.put(MARGIN, MARGIN + 7 + TITLE_LINE * number, line, TITLE, bold=True)
        if self.shown["areas"]:
            axes = self.sheet.panel(MARGIN, self.top, self.wide, self.high)
            axes.spines["bottom"].set_visible(False)
            self._draw_areas(axes)
        self._draw_legend()
        return self.sheet

    def _draw_areas(self, axes: Axes) -> None:
        """Draw a class at a time, as one shape: its areas' borders are in it, and the picture stays small."""
        look = {"edgecolor": BORDER, "linewidth": 0.8 if len(self.shown["areas"]) <= MOST_ROWS else 0.3}
        for one in [*self.missing, *self.classes]:
            patch = PathPatch(self.place.path(one.areas), facecolor=one.shade, clip_on=False, joinstyle="round", **look)
            axes.add_patch(patch)
            if one.words == say(NO_DATA):
                lines = PathPatch(self._hatch(), facecolor="none", edgecolor=GREY, linewidth=0.6)
                axes.add_patch(lines)
                lines.set_clip_path(patch)

    def _hatch(self) -> Path:
        """Give slanting lines all over the map. A pattern of SVG would do the same, but not all programs draw it."""
        starts = np.arange(-self.high, self.wide, HATCH)
        ends = [[(start / self.wide, 0.0), ((start + self.high) / self.wide, 1.0)] for start in starts]
        return Path(np.reshape(ends, (-1, 2)), [Path.MOVETO, Path.LINETO] * len(ends))

    # --- the legend ---

    def _lines(self, one: Class) -> list[str]:
        words = say("{words} (worst)", words=one.words) if one.worst else one.words
        return fitted(words, SIZE, self.words - SWATCH - 6, 3)

    def _legend_height(self) -> float:
        return LINE * len(self.heading) + 6 + sum(self._row_height(lines) for _, lines in self.rows) + ROW

    @staticmethod
    def _row_height(lines: Sequence[str]) -> float:
        return max(ROW, LINE * len(lines) + 6)

    def _draw_legend(self) -> None:
        left, y = self.legend_left, self.top + LINE / 2
        for number, line in enumerate(self.heading):
            self.sheet.put(left, y + LINE * number, line, SMALL, color=GREY)
        y += LINE * (len(self.heading) - 1)
        self.sheet.put(self.legend_right, y, say("Areas"), SMALL, ha="right", color=GREY)
        y += LINE / 2 + 6
        for one, lines in self.rows:
            middle = y + self._row_height(lines) / 2
            self._swatch(one, left, middle)
            for number, line in enumerate(lines):
                self.sheet.put(left + SWATCH + 6, middle + (number - (len(lines) - 1) / 2) * LINE, line)
            self.sheet.put(self.legend_right, middle, count(len(one.areas)), ha="right")
            y += self._row_height(lines)
        if not self.classes:
            self.sheet.put(left, y + ROW / 2, say("No area has a value"), SMALL, color=GREY)

    def _swatch(self, one: Class, x: float, y: float) -> None:
        high = 11.0
        look = {"facecolor": one.shade, "edgecolor": BORDER, "linewidth": 0.8}
        self.sheet.add(Rectangle, (x, y - high / 2), SWATCH, high, **look)
        if one.words == say(NO_DATA):
            for start in np.arange(0.0, SWATCH - high + 0.1, (SWATCH - high) / 2):
                ends = [x + start, x + start + high], [y + high / 2, y - high / 2]
                self.sheet.line(*ends, color=GREY, linewidth=0.6)


@dataclass(frozen=True)
class _Placing:
    """From degrees to a panel that counts 0 to 1 both ways.

    Attributes:
        west, south: the panel's lower left corner, degrees.
        size: degrees of latitude across and up: a degree of longitude is shorter by the cosine of the latitude.
        squeeze: that cosine.
        turned: whether the map crosses the 180th degree of longitude, so that the west is counted on from it.
    """

    west: float
    south: float
    size: tuple[float, float]
    squeeze: float
    turned: bool

    def path(self, areas: Sequence[Area]) -> Path:
        """Give areas as one path; holes turn the other way, so that they stay empty."""
        corners, codes = [np.zeros((0, 2))], []
        for area in areas:
            for ring in area["rings"]:
                places = _corners(ring, self.turned)
                across = (places[:, 0] - self.west) * self.squeeze / self.size[0]
                corners.append(np.column_stack([across, (places[:, 1] - self.south) / self.size[1]]))
                codes += [Path.MOVETO, *[Path.LINETO] * (len(places) - 2), Path.CLOSEPOLY]
        return Path(np.concatenate(corners), codes)


def _corners(ring: Sequence[Sequence[float]], turned: bool) -> np.ndarray:
    places = np.array(ring, dtype=float)
    places[:, 0] += 360.0 * (turned & (places[:, 0] < 0))
    return places


def _placing(areas: Sequence[Area]) -> _Placing:
    rings = [ring for area in areas for ring in area["rings"]]
    if not rings:
        return _Placing(0.0, 0.0, (1.0, 1.0), 1.0, False)
    longitudes = np.concatenate([np.array(ring, dtype=float)[:, 0] for ring in rings])
    turned = bool(np.ptp(longitudes) > 180)
    places = np.concatenate([_corners(ring, turned) for ring in rings])
    (west, south), (east, north) = places.min(axis=0), places.max(axis=0)
    squeeze = math.cos(math.radians((south + north) / 2))
    return _Placing(west, south, ((east - west) * squeeze, north - south), squeeze, turned)


# --- words ---

# Whether one end is the worse one, and whether others have the value of the last that is named.
CAPTIONS = {
    (True, False): marked("{title}: all areas by class, then the {number} worst of {areas:,} areas"),
    (False, False): marked("{title}: all areas by class, then the {number} highest of {areas:,} areas"),
    (True, True): marked(
        "{title}: all areas by class, then the {number} worst of {areas:,} areas "
        "({equal:,} more have the value of the last)"
    ),
    (False, True): marked(
        "{title}: all areas by class, then the {number} highest of {areas:,} areas "
        "({equal:,} more have the value of the last)"
    ),
}
# Whether values are shares, and whether some areas have none.
STARTS = {
    (True, False): marked("Map: {title}; {areas}."),
    (False, False): marked("Map: {title}, in {unit}; {areas}."),
    (True, True): marked("Map: {title}; {areas}, {lacking:,} of them without data."),
    (False, True): marked("Map: {title}, in {unit}; {areas}, {lacking:,} of them without data."),
}
COUNTED = {"records": marked("records"), "people": marked("people")}


def _caption(named: Sequence[Area], areas: Sequence[Area], shown: Entry) -> str:
    """Say which areas the table names; where others have the value of the last, that these are not the only ones."""
    last = named[-1]["value"] if named else None
    equal = sum(area["value"] == last for area in areas) - sum(area["value"] == last for area in named)
    told = CAPTIONS[bool(shown["worse"]), bool(named and equal)]
    return say(told, title=shown["title"], number=len(named), areas=len(areas), equal=equal)


def _sorted(shown: Entry) -> list[Area]:
    """Put the worst areas first, the highest where neither end is the worse one, and those without a value last."""
    turn = 1 if shown["worse"] == "low" else -1
    return sorted(shown["areas"], key=lambda area: (area["value"] is None, turn * (area["value"] or 0.0), area["area"]))


def _writer(shown: Entry) -> Callable[[float | None], str]:
    """Give what writes a value."""
    write = percent if shown["unit"] == "share" else amount
    return lambda value: say(NO_DATA) if value is None else write(value)


def _heading(shown: Entry) -> str:
    unit = shown["unit"].strip() or say("value")
    unit = say("share") if unit == "share" else unit
    return f"{unit[:1].upper()}{unit[1:]}"


def _counted(shown: Entry) -> str:
    """Name what n counts: records, but for an entry that says otherwise."""
    words = said(COUNTED.get(shown.get("counted") or "records", shown.get("counted")))
    return f"{words[:1].upper()}{words[1:]}"


def _people(areas: Sequence[Area]) -> int:
    return sum(area["n"] for area in areas)


def _alt(shown: Entry) -> str:
    areas, write = _sorted(shown), _writer(shown)
    known = [area for area in areas if area["value"] is not None]
    shares, lacking = shown["unit"] == "share", len(areas) - len(known)
    named = {"title": short(shown["title"], 80), "unit": short(shown["unit"], 30), "areas": _how_many(areas)}
    start = say(STARTS[shares, bool(lacking)], **named, lacking=lacking)
    ordered = _ordered(classes_of(shown), shown)
    told = "; ".join(f"{one.words}: {len(one.areas):,}" for one in ordered)
    ends = [f"{short(area['area'], 40)} ({write(area['value'])})" for area in known]
    classes = (
        say("Areas by share: {classes}.", classes=told) if shares else say("Areas by value: {classes}.", classes=told)
    )
    worst = say("Worst: {areas}.", areas=_first(known, ends)) if shown["worse"] else ""
    return joined(
        [
            start,
            classes if told else say("No area has a value."),
            (worst or say("Highest: {areas}.", areas=_first(known, ends))) if len(known) > 3 else "",
            say("Each: {areas}.", areas=", ".join(ends)) if 0 < len(known) <= 3 else "",
        ]
    )


def _first(known: Sequence[Area], ends: Sequence[str]) -> str:
    """Name the first three areas; where more are alike, only how many."""
    alike = [area for area in known if area["value"] == known[0]["value"]]
    return f"{_how_many(alike)}{ends[0][ends[0].rindex(' (') :]}" if len(alike) > 3 else ", ".join(ends[:3])


def _how_many(areas: Sequence[Area]) -> str:
    return say_count(len(areas), "{count} area", "{count} areas")
