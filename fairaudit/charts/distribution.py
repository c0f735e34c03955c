"""How values are spread: a row a group, with the middle half, nearly all, the median and the mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

import matplotlib as mpl
from matplotlib.patches import Rectangle

from fairaudit.charts.chart import BLUE, GREY, HAIRLINE, INK, LOOK, VERMILION, Chart
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
    amounts_of,
    called,
    grouped_by,
    highest_and_lowest,
    how_many,
    joined,
    short,
    titled,
)
from fairaudit.charts.text import fitted, width
from fairaudit.languages import marked, say

ROW, HEAD, FOOT = 24.0, 17.0, 42.0
NAME_MOST = 150.0
MIDDLE = "#B9D3E6"
LOW_QUARTER, MEDIAN, HIGH_QUARTER = "25%", "50%", "75%"
MEAN_LOOK = {"marker": "D", "markersize": 5.5, "markeredgecolor": "white", "markeredgewidth": 0.7, "linestyle": ""}
FACTORS = marked("{unit}; even steps are factors")


def distribution_chart(shown: Mapping[str, Any], *, title: bool = True) -> Chart:
    """Draw how a group's amounts are spread.

    Args:
        shown: as in `results.json`; quantiles and means in its `unit`, `none` the share without any, 0 to 1.
        title: whether the title stands above the chart.
    """
    with mpl.rc_context(LOOK):
        sheet = _Distribution(shown, titled(shown, say("Amounts, by group")) if title else "").draw()
    return sheet.chart(_alt(shown))


def distribution_table(shown: Mapping[str, Any]) -> tuple[str, list[str], list[list[str]]]:
    """Write the quantiles and means: caption, heads, and a row a group."""
    quantiles, with_none = _quantiles(shown["groups"]), _with_none(shown)
    words = {MEDIAN: say("Median")}
    head = [grouped_by(shown), say("Records")]
    head += [words.get(label) or say("{share} have less", share=label) for label in quantiles]
    head += [say("Mean"), *[say("With none")] * with_none]
    rows = [[*_cells(group, quantiles), *[_none(group)] * with_none] for group in shown["groups"]]
    return say("{title}, in {unit}", title=shown["title"], unit=shown["unit"]), head, rows


def _cells(group: Mapping[str, Any], quantiles: Sequence[str]) -> list[str]:
    found = dict(group["quantiles"])
    return [
        group["group"],
        count(group["n"]),
        *(amount(found.get(label)) for label in quantiles),
        amount(group["mean"]),
    ]


def _quantiles(groups: Sequence[Mapping[str, Any]]) -> list[str]:
    """List the quantiles of all groups, the lowest first."""
    labels = {label for group in groups for label, _ in group["quantiles"]}
    return sorted(labels, key=lambda label: float(label.rstrip("%")))


def _with_none(shown: Mapping[str, Any]) -> bool:
    return any(group["none"] is not None for group in shown["groups"])


def _none(group: Mapping[str, Any]) -> str:
    return say("not known") if group["none"] is None else percent(group["none"])


class _Distribution:
    """Draws one. Columns of text get what they need, and the panel the rest."""

    def __init__(self, shown: Mapping[str, Any], title: str):
        self.shown, self.groups = shown, shown["groups"]
        self.title = fitted(title, TITLE, WIDTH - 2 * MARGIN, 2, bold=True) if title else []
        self.names = [fitted(called(g["group"], place), SIZE, NAME_MOST, 3) for place, g in enumerate(self.groups)]
        self.columns = self._columns()
        self.counts_end = MARGIN + self._widest([line for lines in self.names for line in lines], SIZE) + GAP
        self.counts_end += self._widest([say("Records"), *map(_records, self.groups)], SMALL)
        texts = sum(self._column_width(column) + GAP for column in self.columns)
        self.left = self.counts_end + 1.5 * GAP
        self.wide = WIDTH - MARGIN - texts - GAP - self.left
        self.top = MARGIN + TITLE_LINE * len(self.title) + HEAD
        heights = [max(ROW, LINE * len(lines) + 6) for lines in self.names]
        self.tops = [self.top + above for above in accumulate(heights, initial=0.0)]
        self.foot = self.tops[-1]
        self.scale = amounts_of([number for group in self.groups for number in _numbers(group)])
        self.sheet = Sheet(self.foot + FOOT)

    def draw(self) -> Sheet:
        for place, line in enumerate(self.title):
            self.sheet.put(MARGIN, MARGIN + 7 + TITLE_LINE * place, line, TITLE, bold=True)
        self._heads()
        self._axis()
        for place, group in enumerate(self.groups):
            self._row(place, group)
        self._legend()
        return self.sheet

    def _columns(self) -> list[tuple[str, list[str]]]:
        """Give the columns of text at the right: each with its head and a text a row."""
        medians = [_or_dash(dict(group["quantiles"]).get(MEDIAN)) for group in self.groups]
        columns = [(say("Median"), medians), (say("Mean"), [_or_dash(group["mean"]) for group in self.groups])]
        if _with_none(self.shown):
            columns.append((say("With none"), [_none(group) for group in self.groups]))
        return columns

    @staticmethod
    def _widest(texts: Sequence[str], size: float) -> float:
        return max((width(text, size) for text in texts), default=0.0)

    def _column_width(self, column: tuple[str, list[str]]) -> float:
        return max(width(column[0], SMALL), self._widest(column[1], SIZE))

    def _x(self, number: float) -> float:
        return self.left + self.scale.place(number) * self.wide

    def _heads(self) -> None:
        y = self.top - 7
        unit = say(FACTORS, unit=self.shown["unit"]) if self.scale.log else self.shown["unit"]
        self.sheet.put(self.counts_end, y, say("Records"), SMALL, ha="right", color=GREY)
        self.sheet.put(self.left, y, fitted(unit, SMALL, self.wide, 1)[0], SMALL, color=GREY)
        x = WIDTH - MARGIN
        for column in reversed(self.columns):
            self.sheet.put(x, y, column[0], SMALL, ha="right", color=GREY)
            x -= self._column_width(column) + GAP

    def _axis(self) -> None:
        for y in self.tops:
            self.sheet.line([MARGIN, WIDTH - MARGIN], [y, y], color=HAIRLINE, linewidth=0.5)
        for number, label in self.scale.ticks(self.wide, SMALL):
            x = self._x(number)
            self.sheet.line([x, x], [self.top, self.foot + 3], color=HAIRLINE, linewidth=0.5)
            self.sheet.put(x, self.foot + 9, label, SMALL, ha="center", color=GREY)

    def _row(self, place: int, group: Mapping[str, Any]) -> None:
        y = (self.tops[place] + self.tops[place + 1]) / 2
        for number, line in enumerate(self.names[place]):
            self.sheet.put(MARGIN, y + (number - (len(self.names[place]) - 1) / 2) * LINE, line)
        self.sheet.put(self.counts_end, y, _records(group), SMALL, ha="right", color=GREY)
        x = WIDTH - MARGIN
        for column in reversed(self.columns):
            self.sheet.put(x, y, column[1][place], ha="right")
            x -= self._column_width(column) + GAP
        if _numbers(group):
            self._marks(group, y)
        else:
            words = say("no amounts") if group["n"] else say("no records")
            middle, half = self.left + self.wide / 2, width(words, SMALL) / 2 + 4
            blank = {"facecolor": "white", "linewidth": 0, "zorder": 2.5}  # over the lines of the scale
            self.sheet.add(Rectangle, (middle - half, y - SMALL), 2 * half, 2 * SMALL, **blank)
            self.sheet.put(middle, y, words, SMALL, ha="center", color=GREY)

    def _marks(self, group: Mapping[str, Any], y: float) -> None:
        known = {label: number for label, number in group["quantiles"] if number is not None}
        if known:
            self._range(self._x(min(known.values())), self._x(max(known.values())), y)
        if LOW_QUARTER in known and HIGH_QUARTER in known:
            self._bar(self._x(known[LOW_QUARTER]), self._x(known[HIGH_QUARTER]), y)
        if MEDIAN in known:
            self._median(self._x(known[MEDIAN]), y)
        if group["mean"] is not None:
            self.sheet.line([self._x(group["mean"])], [y], color=VERMILION, zorder=5, **MEAN_LOOK)

    def _range(self, left: float, right: float, y: float) -> None:
        self.sheet.line([left, right], [y, y], color=GREY, linewidth=1.4, solid_capstyle="butt", zorder=2)

    def _bar(self, left: float, right: float, y: float) -> None:
        look = {"facecolor": MIDDLE, "edgecolor": BLUE, "linewidth": 0.7, "zorder": 3}
        self.sheet.add(Rectangle, (left, y - 5), right - left, 10, **look)

    def _median(self, x: float, y: float) -> None:
        self.sheet.line([x, x], [y - 7, y + 7], color=INK, linewidth=2.2, solid_capstyle="butt", zorder=4)

    def _legend(self) -> None:
        x, y = MARGIN, self.foot + FOOT - 12
        ends = _quantiles(self.groups)
        if ends:
            self._range(x, x + 22, y)
            x = self._word(x + 26, say("{low} to {high} of the records", low=ends[0], high=ends[-1]))
        self._bar(x, x + 18, y)
        x = self._word(x + 22, say("the middle half"))
        self._median(x + 2, y)
        x = self._word(x + 8, say("median"))
        self.sheet.line([x + 4], [y], color=VERMILION, **MEAN_LOOK)
        self._word(x + 12, say("mean"))

    def _word(self, x: float, text: str) -> float:
        """Write a word of the legend, and say where the next thing may begin."""
        y = self.foot + FOOT - 12
        self.sheet.put(x, y, text, SMALL)
        return x + width(text, SMALL) + 16


def _numbers(group: Mapping[str, Any]) -> list[float]:
    found = [*(number for _, number in group["quantiles"]), group["mean"]]
    return [number for number in found if number is not None]


def _or_dash(number: float | None) -> str:
    """Write a number in the chart, where words for one that is missing stand in its row already."""
    return "–" if number is None else amount(number)


def _records(group: Mapping[str, Any]) -> str:
    return count(group["n"])


# --- words ---

MEDIANS = marked("Median: {numbers}.")
MEANS = marked("Mean: {numbers}.")
NONE = marked("Share with none: {numbers}.")


def _alt(shown: Mapping[str, Any]) -> str:
    groups = shown["groups"]
    named = {"title": short(shown["title"], 80), "unit": short(shown["unit"], 30), "groups": how_many(groups)}
    start = say("How values are spread: {title}, in {unit}; {groups}.", **named)
    medians = [(group["group"], dict(group["quantiles"]).get(MEDIAN)) for group in groups]
    told = [
        _told(MEDIANS, medians, amount),
        _told(MEANS, [(group["group"], group["mean"]) for group in groups], amount),
        _told(NONE, [(group["group"], group["none"]) for group in groups], percent),
    ]
    return joined([start, *told])


def _told(words: str, found: Sequence[tuple[str, float | None]], write: Any) -> str:
    known = [(name, number) for name, number in found if number is not None]
    return say(words, numbers=highest_and_lowest(known, write)) if known else ""
