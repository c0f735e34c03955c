"""Alternatives as a chart: how well each serves, and how far apart the records leave it open that groups may be."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes

from fairaudit.charts.chart import BAND, BLUE, GREY, HAIRLINE, INK, LOOK, VERMILION, Chart
from fairaudit.charts.numbers import percent
from fairaudit.charts.scales import Scale
from fairaudit.charts.sheet import (
    GAP,
    LINE,
    MARGIN,
    SMALL,
    TITLE,
    WIDTH,
    RoundScale,
    Sheet,
    exact,
    grid_line,
    joined,
    percent_scale,
    short,
    span_of,
)
from fairaudit.charts.text import drawable, fitted, width
from fairaudit.sentences import VERDICT_WORDS

MARKS = {"cleared": ("o", BLUE), "not_demonstrated": ("s", GREY), "flagged": ("D", VERMILION)}
HIGH, LOW, LEFT = 230.0, 110.0, 46.0
Shown = Mapping[str, Any]


def frontier_chart(shown: Shown) -> Chart:
    """Draw a mark an alternative, numbered as in the table: to the right it serves better, the band is the limit.

    Args:
        shown: points with their bound and accuracy; an alternative whose accuracy is not known is in the table alone.
    """
    drawn = [(number, point) for number, point in enumerate(shown["points"], 1) if _drawn(point)]
    names = [f"{number} {point['name']}{' (uses the group)' if point['uses_group'] else ''}" for number, point in drawn]
    rows = _flow(names)
    with mpl.rc_context(LOOK):
        top = MARGIN + 44 + LINE * 2
        sheet = Sheet(top + HIGH + 44 + 14 * len(rows) + 16)
        _head(sheet, shown)
        across = span_of([point["accuracy"] for _, point in drawn])
        across = RoundScale(max(across.low, 0.0), min(across.high, 1.0), unit="%", per=0.01)
        axes, up = _panel(sheet, shown, top, HIGH, [point["bound"] for _, point in drawn])
        _across(sheet, across, top + HIGH, "right, of all whose outcome is known →")
        _numbered(axes, sheet, [(n, across.place(p["accuracy"]), up.place(p["bound"]), p) for n, p in drawn], top)
        foot = top + HIGH + 40
        for number, row in enumerate(rows):
            for x, text in row:
                sheet.put(x, foot + 14 * number, text, SMALL)
        _legend(sheet, foot + 14 * len(rows) + 4)
    return sheet.chart(_alt(shown))


def steps_chart(shown: Shown) -> Chart:
    """Draw, at every cut-off or number of places, the bound of the worst pair; below it who is selected, and right."""
    points = shown["points"]
    with mpl.rc_context(LOOK):
        top = MARGIN + 44 + LINE * 2
        sheet = Sheet(top + HIGH + 30 + LOW + 64)
        _head(sheet, shown)
        across = span_of([point["at"] for point in points])
        axes, up = _panel(sheet, shown, top, HIGH, [point["bound"] for point in points])
        for point in points:
            if point["bound"] is not None:
                _mark(axes, across.place(point["at"]), up.place(point["bound"]), point)
        below = top + HIGH + 30
        second = sheet.panel(LEFT, below, WIDTH - LEFT - MARGIN, LOW)
        scale = percent_scale([1.0])
        _grid(sheet, second, scale, below, LOW)
        sheet.put(MARGIN, below - 8, "↑ Share selected, and share right", SMALL, color=GREY)
        lines = [("selected", INK, "-", "share selected"), ("accuracy", BLUE, (0, (5, 1.6)), "share right")]
        lines = [line for line in lines if any(point[line[0]] is not None for point in points)]
        for key, colour, dash, _ in lines:
            known = [(across.place(p["at"]), scale.place(p[key])) for p in points if p[key] is not None]
            second.plot(*zip(*known, strict=True), color=colour, linestyle=dash, linewidth=1.6, clip_on=False)
        for point in points:
            if point["today"]:
                for panel in (axes, second):
                    panel.axvline(across.place(point["at"]), color=INK, linewidth=1.0, linestyle=(0, (4, 2)), zorder=1)
        _across(sheet, across, below + LOW, f"{shown['word']} → (dashed: in use)")
        x = MARGIN + 6
        for _, colour, dash, word in lines:
            sheet.line([x, x + 26], [below + LOW + 42] * 2, color=colour, linestyle=dash, linewidth=1.6)
            sheet.put(x + 31, below + LOW + 42, word, SMALL)
            x += 31 + width(word, SMALL) + 18
        _legend(sheet, below + LOW + 56)
    return sheet.chart(_alt(shown))


NOTHING = ("undefined", "–")


def frontier_table(shown: Shown) -> tuple[str, list[str], list[list[str]]]:
    """Write the alternatives: caption, heads, rows; each verdict in words."""
    bound = "Gap left open, any two" if shown["kind"] == "difference" else "Ratio left open, any two"
    heads = ["Alternative", "Verdict", "Corrected", "Between", "As recorded", bound, "Selected", "Right", "Balanced"]
    heads += ["Right, of those selected", "Gap, false positives", "Gap, false negatives", "Note"]
    rows = [_table_row(shown, number, point) for number, point in enumerate(shown["points"], 1)]
    # Where no outcome is named most columns would say so in every row.
    told = [place for place in range(len(heads)) if any(row[place] not in NOTHING for row in rows)]
    return shown["title"], [heads[place] for place in told], [[row[place] for place in told] for row in rows]


def _table_row(shown: Shown, number: int, point: Shown) -> list[str]:
    today = " (today)" if point["today"] and point["name"] != "Today" else ""
    notes = [point["note"], *(f"outside too: {name}" for name in point["outside"])]
    return [
        f"{number} {point['name']}{today}",
        point["words"],
        VERDICT_WORDS[point["corrected"]],
        " and ".join(point["pair"]),
        _side(shown, point["estimate"]),
        _side(shown, point["bound"]),
        *(percent(point[key]) for key in ("selected", "accuracy", "balanced", "precision")),
        *(percent(gap) for gap in point["gaps"]),
        "; ".join(note for note in notes if note) or "–",
    ]


def _side(shown: Shown, number: float | None) -> str:
    if number is None:
        return "undefined"
    return f"{number:.3g}" if shown["kind"] == "ratio" else percent(number)


# --- drawn ---


def _drawn(point: Shown) -> bool:
    return point["accuracy"] is not None and point["bound"] is not None


def _head(sheet: Sheet, shown: Shown) -> None:
    title = shown["title"] if drawable(shown["title"]) else "Alternatives"
    for number, line in enumerate(fitted(title, TITLE, WIDTH - 2 * MARGIN, 2, True)):
        sheet.put(MARGIN, MARGIN + 7 + 13 * number, line, TITLE, bold=True)
    sheet.put(MARGIN, MARGIN + 38, f"↑ {_bound_words(shown)}", SMALL, color=GREY)


def _bound_words(shown: Shown) -> str:
    if shown["kind"] == "ratio":
        return "Lowest ratio of any two groups that the records leave open (higher is better)"
    return "Widest gap between any two groups that the records leave open (lower is better)"


def _panel(sheet: Sheet, shown: Shown, top: float, high: float, bounds: Sequence[float | None]) -> tuple[Axes, Scale]:
    limit, ratio = shown["limit"], shown["kind"] == "ratio"
    known = [bound for bound in bounds if bound is not None]
    up = percent_scale([min(1.0, max([*known, 2 * limit]))]) if not ratio else RoundScale(0.0, 1.0)
    axes = sheet.panel(LEFT, top, WIDTH - LEFT - MARGIN, high)
    ends = (up.place(limit), 1.0) if ratio else (0.0, up.place(limit))
    axes.axhspan(*ends, color=BAND, zorder=0, linewidth=0)
    axes.axhline(up.place(limit), color=INK, linewidth=1.0, linestyle=(0, (4, 2)), zorder=1)
    word = f"limit {exact(limit) if ratio else percent(limit, 0 if (100 * limit) % 1 == 0 else 1)}"
    sheet.put(WIDTH - MARGIN, top - 8, f"{word}; within it: the band", SMALL, ha="right", color=GREY)
    _grid(sheet, axes, up, top, high)
    return axes, up


def _grid(sheet: Sheet, axes: Axes, up: Scale, top: float, high: float) -> None:
    for number, text in up.ticks(high, 0.75 * SMALL):
        grid_line(axes, up.place(number))
        sheet.put(LEFT - 4, top + high * (1 - up.place(number)), text, SMALL, ha="right", color=GREY)


def _across(sheet: Sheet, scale: Scale, foot: float, words: str) -> None:
    wide = WIDTH - LEFT - MARGIN
    for number, text in scale.ticks(wide, SMALL):
        x = LEFT + scale.place(number) * wide
        sheet.line([x, x], [foot, foot + 3], color=HAIRLINE, linewidth=0.8)
        half = width(text, SMALL) / 2
        sheet.put(min(x, WIDTH - half - 2), foot + 9, text, SMALL, ha="center", color=GREY)
    sheet.put(WIDTH - MARGIN, foot + 22, words, SMALL, ha="right", color=GREY)


def _mark(axes: Axes, x: float, y: float, point: Shown) -> None:
    marker, colour = MARKS[point["verdict"]]
    fill = "white" if point["uses_group"] else colour
    size = 9.0 if point["today"] else 6.5
    look = {"marker": marker, "markersize": size, "markerfacecolor": fill, "markeredgecolor": colour}
    axes.plot([x], [y], linestyle="", markeredgewidth=1.4, clip_on=False, zorder=5, **look)
    if point["today"]:
        ring = {"marker": "o", "markersize": 15, "markerfacecolor": "none", "markeredgecolor": INK}
        axes.plot([x], [y], linestyle="", markeredgewidth=0.9, clip_on=False, zorder=4, **ring)


def _numbered(axes: Axes, sheet: Sheet, marks: Sequence[tuple[int, float, float, Shown]], top: float) -> None:
    """Draw marks, each with its number beside it where no other number stands."""
    wide, taken = WIDTH - LEFT - MARGIN, []
    others = [(LEFT + x * wide, top + HIGH * (1 - y)) for _, x, y, _ in marks]
    for number, x, y, point in marks:
        _mark(axes, x, y, point)
        across, down, text = LEFT + x * wide, top + HIGH * (1 - y), str(number)
        places = [(across + dx, down + dy) for dy in (0, -12, 12, -22, 22, -32, 32) for dx in (13, -13)]
        free = [
            place
            for place in places
            if LEFT < place[0] < WIDTH - MARGIN - 4
            and top + 5 < place[1] < top + HIGH - 5
            and all(abs(place[0] - a) > 11 or abs(place[1] - b) > 9 for a, b in [*taken, *others])
        ]
        place = free[0] if free else places[0]
        taken.append(place)
        sheet.put(*place, text, SMALL, ha="center", bold=True)


def _flow(texts: Sequence[str]) -> list[list[tuple[float, str]]]:
    rows: list[list[tuple[float, str]]] = []
    x = math.inf
    for text in (fitted(text, SMALL, 300.0, 1)[0] for text in texts):
        wide = width(text, SMALL)
        if x + wide > WIDTH - MARGIN:
            rows.append([])
            x = MARGIN
        rows[-1].append((x, text))
        x += wide + 2 * GAP
    return rows


def _legend(sheet: Sheet, y: float) -> None:
    x = MARGIN + 6
    for verdict, (marker, colour) in MARKS.items():
        sheet.line([x], [y], linestyle="", marker=marker, markersize=6.5, color=colour)
        words = VERDICT_WORDS[verdict].lower()
        sheet.put(x + 9, y, words, SMALL)
        x += 9 + width(words, SMALL) + 16
    sheet.put(x, y, "ringed: today; hollow: uses the group", SMALL, color=GREY)


# --- words ---


def _alt(shown: Shown) -> str:
    points = shown["points"]
    told = [f"{short(shown['title'], 120)}. {len(points)} are drawn, with the band of the limit."]
    told += [f"Today: {_said(shown, point)}." for point in points if point["today"]]
    counts = {verdict: sum(point["verdict"] == verdict for point in points) for verdict in MARKS}
    words = [f"{n} {VERDICT_WORDS[verdict].lower()}" for verdict, n in counts.items() if n]
    told.append(f"Of all: {'; '.join(words)}.")
    others = [point for point in points if not point["today"] and point["bound"] is not None]
    if others:
        best = (max if shown["kind"] == "ratio" else min)(others, key=lambda point: point["bound"])
        told.append(f"The bound is best for {short(best['name'])}: {_said(shown, best)}.")
    return joined(told)


def _said(shown: Shown, point: Shown) -> str:
    what = "ratio" if shown["kind"] == "ratio" else "gap"
    right = "" if point["accuracy"] is None else f", {percent(point['accuracy'])} right"
    return f"{point['words'].lower()}, a {what} of {_side(shown, point['bound'])} is left open{right}"
