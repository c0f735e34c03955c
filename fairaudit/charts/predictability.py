"""How well inputs tell groups apart, as a chart: a panel a group, a row an input, and what chance alone gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib as mpl

from fairaudit.charts.chart import BLUE, GREY, HAIRLINE, INK, LOOK, Chart
from fairaudit.charts.numbers import count
from fairaudit.charts.scales import Scale
from fairaudit.charts.sheet import GAP, MARGIN, SMALL, TITLE, WIDTH, Sheet, called, joined, short
from fairaudit.charts.text import drawable, fitted

ROW, HEAD, NAMES, FOOT, LEAST = 17.0, 28.0, 150.0, 30.0, 0.4
Shown = Mapping[str, Any]
SCALE = Scale(LEAST, 1.0, per=0.01)


def predictability_chart(shown: Shown) -> Chart:
    """Draw a panel a group, two side by side: each input's value with its interval, and chance as a grey tick.

    Args:
        shown: rows of inputs, each with every group's value, 0 to 1, where .5 tells nothing.
    """
    rows, groups = shown["rows"], shown["groups"]
    columns = 1 if len(groups) == 1 else 2
    block = HEAD + ROW * len(rows) + FOOT
    lines = -(-len(groups) // columns)
    with mpl.rc_context(LOOK):
        sheet = Sheet(MARGIN + 34 + block * lines + 16)
        title = shown["title"] if drawable(shown["title"]) else "How well the inputs tell groups"
        sheet.put(MARGIN, MARGIN + 7, fitted(title, TITLE, WIDTH - 2 * MARGIN, 1, True)[0], TITLE, bold=True)
        words = "Of one of the group and one of the others: how many times in 100 the input points to the right one."
        sheet.put(MARGIN, MARGIN + 22, f"{words} 50 tells nothing; 100 tells it every time.", SMALL, color=GREY)
        wide = (WIDTH - 2 * MARGIN - NAMES - GAP * columns) / columns
        for place, group in enumerate(groups):
            left = MARGIN + NAMES + (place % columns) * (wide + GAP)
            top = MARGIN + 34 + (place // columns) * block
            _draw(sheet, shown, place, group, left, top, wide, first=place % columns == 0)
        foot = MARGIN + 34 + block * lines + 6
        sheet.line([MARGIN + 6], [foot], linestyle="", marker="o", markersize=6, color=BLUE)
        sheet.put(MARGIN + 15, foot, "in these records, with a 95% interval", SMALL)
        sheet.line([MARGIN + 215] * 2, [foot - 5, foot + 5], color=GREY, linewidth=2.2)
        sheet.put(MARGIN + 222, foot, "with the groups shuffled: what chance gives", SMALL)
    return sheet.chart(_alt(shown))


def _draw(
    sheet: Sheet, shown: Shown, place: int, group: Shown, left: float, top: float, wide: float, *, first: bool
) -> None:
    rows = shown["rows"]
    name = f"{called(group['group'], place)}: {count(group['n'])} records"
    sheet.put(left, top + HEAD / 2, fitted(name, SMALL, wide, 1, True)[0], SMALL, bold=True)
    high = ROW * len(rows)
    axes = sheet.panel(left, top + HEAD, wide, high)
    axes.axvline(SCALE.place(0.5), color=INK, linewidth=1.0, linestyle=(0, (4, 2)), zorder=1)
    for number, row in enumerate(rows):
        y = top + HEAD + ROW * (number + 0.5)
        if first:
            look = {"bold": True} if number == 0 else {}
            text = row["input"] if drawable(row["input"]) else f"(input {number} of the table)"
            sheet.put(left - 6, y, fitted(text, SMALL, NAMES - 10, 1, bool(look))[0], SMALL, ha="right", **look)
        found = row["groups"][place]
        up = 1 - (number + 0.5) / len(rows)
        if found["value"] is None:
            sheet.put(left + wide / 2, y, "too few records", SMALL, ha="center", color=GREY)
            continue
        if found["chance"] is not None:
            x, half = SCALE.place(found["chance"]), 0.3 / len(rows)
            axes.plot([x, x], [up - half, up + half], color=GREY, linewidth=2.2, zorder=2)
        ends = [SCALE.place(found[key]) for key in ("lower", "upper")]
        axes.plot(ends, [up, up], color=BLUE, linewidth=1.6, zorder=3)
        axes.plot([SCALE.place(found["value"])], [up], color=BLUE, marker="o", markersize=6, linestyle="", zorder=4)
    for number in (40, 50, 60, 70, 80, 90, 100):
        x = left + SCALE.place(number / 100) * wide
        sheet.line([x, x], [top + HEAD + high, top + HEAD + high + 3], color=HAIRLINE, linewidth=0.8)
        align = "right" if number == 100 else "left" if number == 40 else "center"
        sheet.put(x, top + HEAD + high + 9, str(number), SMALL, ha=align, color=GREY)


def predictability_table(shown: Shown) -> tuple[str, list[str], list[list[str]]]:
    """Write every input and group: caption, heads, rows; numbers are times in 100."""
    heads = ["Input", "Group", "In 100", "Interval", "By chance", "Most by chance", "What it means"]
    rows = [
        [row["input"], found["group"], *_numbers(found), _means(found)]
        for row in shown["rows"]
        for found in row["groups"]
    ]
    unknown = f"; {count(shown['unknown'])} of unknown group are left out here" if shown["unknown"] else ""
    return f"{shown['title']}: {count(shown['records'])} records{unknown}", heads, rows


def _numbers(found: Shown) -> list[str]:
    if found["value"] is None:
        return ["too few records", "not reckoned", "not reckoned", "not reckoned"]
    interval = f"{100 * found['lower']:.1f} to {100 * found['upper']:.1f}"
    return [_in_100(found["value"]), interval, _in_100(found["chance"]), _in_100(found["chance_most"])]


def _in_100(value: float | None) -> str:
    return "not reckoned" if value is None else f"{100 * value:.1f}"


def _means(found: Shown) -> str:
    """Say in words what a number means."""
    if found["value"] is None:
        return "cannot say"
    if found["lower"] <= 0.5 or (found["chance_most"] is not None and found["lower"] <= found["chance_most"]):
        return f"not shown to tell more than chance does; it may tell up to {_in_100(max(found['upper'], 0.5))}"
    strength = next(word for most, word in STRENGTHS if found["value"] < most)
    return f"tells {strength} about the group"


STRENGTHS = ((0.6, "a little"), (0.75, "something"), (0.9, "much"), (2.0, "nearly all"))


def _alt(shown: Shown) -> str:
    told = [
        f"{short(shown['title'], 100)}; {len(shown['groups'])} groups, {len(shown['rows'])} rows. "
        "50 in 100 tells nothing."
    ]
    first = shown["rows"][0]
    for found in first["groups"]:
        if found["value"] is not None:
            told.append(f"{short(found['group'])}, {first['input']}: {_in_100(found['value'])} ({_means(found)}).")
    return joined(told)
