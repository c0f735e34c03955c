"""Charts of lines, a line a group: a few groups share a panel, and many get one each with all others in grey behind.

Every place is computed from measured text, so that nothing can overlap.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from fairaudit.charts.chart import BLUE, GREY, HAIRLINE, INK
from fairaudit.charts.scales import Scale
from fairaudit.charts.sheet import (
    DASHED,
    GAP,
    LINE,
    LOOKS,
    MARGIN,
    SIZE,
    SMALL,
    TITLE,
    TITLE_LINE,
    WIDTH,
    Look,
    Sheet,
    apart,
    grid_line,
    levels,
    marking,
)
from fairaudit.charts.text import fitted, width
from fairaudit.languages import say

TOGETHER = len(LOOKS)  # groups that one panel can hold; more could not be told apart
SAMPLE = 26.0
BACKGROUND = "#B4BAC1"
MOST_BEHIND = 5000  # points of all the grey lines of a chart: every panel repeats them, and a report holds many charts
MOST_STEPS = 240  # of a curve: finer ones would be narrower than a line
SEEN_THROUGH = 0.16
DOTTED = (0, (1, 1.6))
AXIS, UNDER, MARK, HEADING = 15.0, 11.0, 9.5, 18.0
HIGH, HIGH_IN_ROW, HIGH_OF_MANY = 190.0, 150.0, 84.0
UPWARD = 0.75 * SMALL  # labels over each other need less room than side by side
MOST_MARKS = 3  # lines of labels over a panel
LEGEND_LINE, NOTE_GAP, ASIDE = 13.0, 6.0, 7.0

Point = tuple[float, float | None, float | None, float | None]
"""Across, up, and the bounds of what is up; None where unknown."""


@dataclass(frozen=True)
class Series:
    """A group's line.

    Attributes:
        name: of the group.
        note: a few words beside the name.
        points: from left to right; a line is broken where one has no height.
        marked: which points have a mark.
        empty: what stands in the panel where there is no line; "" where there is one.
        counts: numbers under the ticks, one each.
    """

    name: str
    note: str
    points: Sequence[Point]
    marked: Sequence[tuple[float, float]] = ()
    empty: str = ""
    counts: Sequence[str] = ()


@dataclass(frozen=True)
class Cell:
    """A panel.

    Attributes:
        title: over it; "" where the legend says it all.
        note: in grey under the title.
        front: lines with their looks.
        behind: lines in grey.
    """

    title: str
    note: str
    front: Sequence[tuple[Series, Look]]
    behind: Sequence[Series] = ()


@dataclass(frozen=True)
class Block:
    """Panels that show the same numbers, in rows.

    Attributes:
        heading: over all of them; "" where there is nothing to say.
        cells: the panels.
        columns: how many stand side by side.
        high: of the plot of each, in points.
    """

    heading: str
    cells: Sequence[Cell]
    columns: int
    high: float

    @property
    def rows(self) -> list[Sequence[Cell]]:
        """The panels, row by row."""
        return [self.cells[start : start + self.columns] for start in range(0, len(self.cells), self.columns)]


@dataclass(frozen=True)
class Frame:
    """What all panels of a chart share.

    Attributes:
        x, y: scales.
        x_title, y_title: what is counted across and up.
        ticks: numbers across that get a tick, with their labels; None to choose them by room.
        marks: numbers across that get a dashed line, with the words over them.
        mark_word: what the dashed lines are, for the legend.
        band_word: what the bands are, for the legend; "" where there are none.
        diagonal: what a line of equal numbers is, for the legend; "" where there is none.
        steps: whether lines stay level until the next point.
        counts_title: what the numbers under the ticks are; "" where there are none.
    """

    x: Scale
    y: Scale
    x_title: str
    y_title: str
    ticks: Sequence[tuple[float, str]] | None = None
    marks: Sequence[tuple[float, str]] = ()
    mark_word: str = ""
    band_word: str = ""
    diagonal: str = ""
    steps: bool = False
    counts_title: str = ""


def few(series: Sequence[Series]) -> bool:
    """Say whether all lines fit one panel."""
    return len(series) <= TOGETHER


def columns_of(number: int) -> int:
    """Say how many panels of groups stand side by side."""
    return 3 if number <= 6 else 4


def panels(series: Sequence[Series], heading: str = "") -> Block:
    """Give lines that show the same numbers their panels: one, or one a group with all others behind."""
    if few(series):
        return Block(heading, [Cell("", "", list(zip(series, LOOKS, strict=False)))], 1, HIGH)
    behind = _thinned(series)
    cells = [Cell(one.name, one.note, [(one, LOOKS[0])], () if one.empty else behind) for one in series]
    return Block(heading, cells, columns_of(len(series)), HIGH_OF_MANY)


def draw_lines(title: str, frame: Frame, blocks: Sequence[Block], groups: Sequence[Series]) -> Sheet:
    """Draw a chart.

    Args:
        title: over the chart; "" for none.
        frame: what all panels share.
        blocks: panels, from top to bottom.
        groups: those that the legend names, where they share panels.
    """
    return _Lines(title, frame, blocks, groups).draw()


def runs(points: Sequence[Point]) -> list[list[Point]]:
    """Break a line where it has no height."""
    return [list(run) for known, run in groupby(points, key=lambda point: point[1] is not None) if known]


def thin_steps(points: Sequence[Point], x: Scale) -> list[Point]:
    """Keep the last of the steps that would be drawn on each other, and both ends."""
    if len(points) <= MOST_STEPS:
        return list(points)
    kept = {int(x.place(point[0]) * MOST_STEPS): point for point in points}
    return [points[0], *(point for point in kept.values() if point[0] not in (points[0][0], points[-1][0])), points[-1]]


def _thinned(series: Sequence[Series]) -> list[Series]:
    """Leave so few points of the lines behind that all panels together stay small."""
    most = max(MOST_BEHIND // len(series) ** 2, 10)
    return [Series(one.name, "", _every(one.points, most)) for one in series if not one.empty]


def _every(points: Sequence[Point], most: int) -> list[Point]:
    if len(points) <= most:
        return list(points)
    return [points[round(place * (len(points) - 1) / (most - 1))] for place in range(most)]


class _Lines:
    """Draws a chart from its top to its foot; what comes first is measured first, so that the figure is high enough."""

    def __init__(self, title: str, frame: Frame, blocks: Sequence[Block], groups: Sequence[Series]):
        self.frame, self.blocks = frame, blocks
        self.shared = few(groups)
        self.title = fitted(title, TITLE, WIDTH - 2 * MARGIN, 2, bold=True) if title else []
        self.legend = [*self._group_entries(groups), *self._other_entries()]
        self.legend_rows = _flow([entry.wide for entry in self.legend])
        self.y_words = [text for _, text in frame.y.ticks(blocks[0].high, UPWARD)]
        height = self._head() + sum(self._block_height(block) for block in blocks) + MARGIN
        self.sheet = Sheet(height)

    def draw(self) -> Sheet:
        for place, line in enumerate(self.title):
            self.sheet.put(MARGIN, MARGIN + 7 + TITLE_LINE * place, line, TITLE, bold=True)
        self._draw_legend(MARGIN + TITLE_LINE * len(self.title) + 4)
        top = self._head()
        for block in self.blocks:
            self._draw_block(block, top)
            top += self._block_height(block)
        return self.sheet

    # --- measures ---

    def _head(self) -> float:
        return MARGIN + TITLE_LINE * len(self.title) + 4 + LEGEND_LINE * len(self.legend_rows) + 4

    def _block_height(self, block: Block) -> float:
        rows = sum(self._row_height(block, number) for number in range(len(block.rows)))
        title_alone = LINE if not (self.shared and self.frame.counts_title) else 0.0
        below = GAP if block is not self.blocks[-1] else 0.0
        return HEADING * bool(block.heading) + LINE + 4 + rows + title_alone + below

    def _row_height(self, block: Block, number: int) -> float:
        row = block.rows[number]
        below = GAP if number < len(block.rows) - 1 else 0.0
        plot = self._marks_height(block) + block.high + AXIS
        return self._title_height(block, row) + plot + self._under(row[0]) + below

    def _under(self, cell: Cell) -> float:
        """Give the height of the numbers under a panel; those of few groups begin on the line of the axis' title."""
        if not self.frame.counts_title:
            return 0.0
        if self.shared:
            return UNDER + 2 + sum(self._under_row(series) for series, _ in cell.front)
        return UNDER

    def _under_row(self, series: Series) -> float:
        return LINE * len(self._side_name(series)) + 4

    def _side_name(self, series: Series) -> list[str]:
        return fitted(series.name, SMALL, 118.0, 3)

    def _title_lines(self, block: Block, cell: Cell) -> list[str]:
        return fitted(cell.title, SMALL, self._cell_width(block) - 6, 3, bold=True) if cell.title else []

    def _title_height(self, block: Block, row: Sequence[Cell]) -> float:
        lines = max(len(self._title_lines(block, cell)) for cell in row)
        return lines * LINE + LINE * any(cell.note for cell in row) + 3

    def _marks_height(self, block: Block) -> float:
        places = [level for level in self._mark_levels(block) if level is not None]
        return MARK * (max(places, default=-1) + 1) + 6

    def _mark_places(self, block: Block) -> list[float]:
        """Put words over their dashed lines, moved inside where they would stand out of the panel."""
        wide, texts = self._plot_width(block), [text for _, text in self.frame.marks]
        halves = [width(text, SMALL, bold=True) / 2 for text in texts]
        places = [self.frame.x.place(number) * wide for number, _ in self.frame.marks]
        return [min(max(place, half), wide - half) for place, half in zip(places, halves, strict=True)]

    def _mark_levels(self, block: Block) -> list[int | None]:
        return levels(self._mark_places(block), [text for _, text in self.frame.marks], MOST_MARKS)

    def _cell_width(self, block: Block) -> float:
        return (WIDTH - 2 * MARGIN - (block.columns - 1) * GAP) / block.columns

    def _gutter(self, block: Block) -> float:
        """Give the room at the left of a panel: for ticks' labels, and for what the numbers under it are."""
        least = max((width(text, SMALL) for text in self.y_words), default=0.0) + 6
        fronts = [series for cell in block.cells for series, _ in cell.front]
        half = max((width(series.counts[0], SMALL) / 2 for series in fronts if series.counts), default=0.0)
        if not self.frame.counts_title:
            return least
        if not self.shared:
            return max(least, width(say("at risk"), SMALL) + 5 + half)
        names = [width(line, SMALL) for series in fronts for line in self._side_name(series)]
        title = width(self.frame.counts_title, SMALL, bold=True)
        return max(least, SAMPLE + 4 + max(names) + 6 + half, title + 6)

    def _right(self, block: Block) -> float:
        """Give the room at the right of a panel, for the half of the last label that stands out."""
        series = [series for cell in block.cells for series, _ in cell.front]
        ticks = self.frame.ticks
        chosen = ticks or self.frame.x.ticks(self._cell_width(block), SMALL)
        words = [text for _, text in chosen[-1:]]
        words += [one.counts[-1] for one in series if one.counts]
        return max((width(text, SMALL) / 2 for text in words), default=0.0) + 1

    def _plot_width(self, block: Block) -> float:
        return self._cell_width(block) - self._gutter(block) - self._right(block)

    def _ticks(self, block: Block) -> list[tuple[int, float, str]]:
        """Choose the ticks that have room, with the numbers under them: every one, every second, and so on."""
        wide, given = self._plot_width(block), self.frame.ticks
        if given is None:
            return [(place, *tick) for place, tick in enumerate(self.frame.x.ticks(wide, SMALL))]
        rows = [[text for _, text in given]]
        rows += [series.counts for cell in block.cells for series, _ in cell.front if series.counts]
        places = [self.frame.x.place(number) * wide for number, _ in given]
        every = next(n for n in range(1, len(given) + 1) if all(apart(places[::n], row[::n]) for row in rows))
        return [(place, *given[place]) for place in range(0, len(given), every)]

    # --- the legend ---

    def _group_entries(self, groups: Sequence[Series]) -> list[_Entry]:
        if not self.shared:
            more = [_Entry(say("the group named"), "", look=LOOKS[0])] if groups else []
            return [*more, _Entry(say("the other groups"), "", colour=BACKGROUND)]
        most = WIDTH - 2 * MARGIN - SAMPLE - 6
        entries = []
        for one, look in zip(groups, LOOKS, strict=False):
            note = one.empty or one.note
            name = fitted(one.name, SIZE, most - width(note, SMALL) - NOTE_GAP, 1)[0]
            entries.append(_Entry(name, note, look=look))
        return entries

    def _other_entries(self) -> list[_Entry]:
        frame, colour = self.frame, GREY if self.shared else BLUE
        entries = [_Entry(frame.band_word, "", band=colour)] if frame.band_word else []
        if frame.diagonal:
            entries.append(_Entry(frame.diagonal, "", colour=INK, dash=DOTTED))
        if frame.mark_word:
            words = fitted(frame.mark_word, SIZE, WIDTH - 2 * MARGIN - SAMPLE - 6, 1)[0]
            entries.append(_Entry(words, "", colour=INK, dash=DASHED))
        return entries

    def _draw_legend(self, top: float) -> None:
        for number, row in enumerate(self.legend_rows):
            y = top + LEGEND_LINE * (number + 0.5)
            for place, x in row:
                entry = self.legend[place]
                self._draw_sample(entry, x, y)
                self.sheet.put(x + SAMPLE + 4, y, entry.text)
                self.sheet.put(x + SAMPLE + 4 + width(entry.text, SIZE) + NOTE_GAP, y, entry.note, SMALL, color=GREY)

    def _draw_sample(self, entry: _Entry, x: float, y: float) -> None:
        if entry.look is not None:
            self.sheet.sample(x, y, SAMPLE, entry.look)
        elif entry.band:
            look = {"facecolor": entry.band, "alpha": SEEN_THROUGH, "linewidth": 0}
            self.sheet.add(Rectangle, (x, y - 4), SAMPLE, 8, **look)
        else:
            self.sheet.line([x, x + SAMPLE], [y, y], color=entry.colour, linewidth=1.1, linestyle=entry.dash)

    # --- panels ---

    def _draw_block(self, block: Block, top: float) -> None:
        if block.heading:
            heading = fitted(block.heading, SIZE, WIDTH - 2 * MARGIN, 1, bold=True)[0]
            self.sheet.put(MARGIN, top + HEADING / 2, heading, bold=True)
            top += HEADING
        left = MARGIN + (0.0 if block.cells[0].title else self._gutter(block))
        self.sheet.put(left, top + LINE / 2, self.frame.y_title, SMALL, color=GREY)
        top += LINE + 4
        for number, row in enumerate(block.rows):
            self._draw_row(block, row, top)
            top += self._row_height(block, number)

    def _draw_row(self, block: Block, row: Sequence[Cell], top: float) -> None:
        heads = self._title_height(block, row)
        for place, cell in enumerate(row):
            left = MARGIN + place * (self._cell_width(block) + GAP)
            self._draw_title(block, cell, left, top, heads)
            last = any(cell is final for final in block.cells[-block.columns :])
            self._draw_cell(block, cell, left, top + heads + self._marks_height(block), last)

    def _draw_title(self, block: Block, cell: Cell, left: float, top: float, heads: float) -> None:
        """Write the title right over its panel, also where a neighbour's is longer."""
        lines = [(line, True, INK) for line in self._title_lines(block, cell)]
        lines += [(fitted(cell.note, SMALL, self._cell_width(block) - 6, 1)[0], False, GREY)] if cell.note else []
        for number, (line, bold, colour) in enumerate(lines):
            y = top + heads - 3 - LINE * (len(lines) - number - 0.5)
            self.sheet.put(left, y, line, SMALL, bold=bold, color=colour)

    def _draw_cell(self, block: Block, cell: Cell, left: float, top: float, last: bool) -> None:
        start, wide = left + self._gutter(block), self._plot_width(block)
        axes = self.sheet.panel(start, top, wide, block.high)
        self._draw_axes(block, axes, start, top, last)
        nothing = cell.front[0][0].empty if all(series.empty for series, _ in cell.front) else ""
        if nothing:
            self.sheet.put(start + wide / 2, top + block.high / 2, nothing, SMALL, ha="center", color=GREY)
        else:
            self._draw_marks(block, axes, start, top)
        self._draw_behind(axes, cell.behind)
        for number, (series, look) in enumerate(cell.front):
            self._draw_series(axes, series, look, (number - (len(cell.front) - 1) / 2) * ASIDE / wide)
        self._draw_counts(block, cell, left, start, top + block.high + AXIS)

    def _draw_axes(self, block: Block, axes: Axes, start: float, top: float, last: bool) -> None:
        wide, foot = self._plot_width(block), top + block.high
        for number, text in self.frame.y.ticks(block.high, UPWARD):
            y = self.frame.y.place(number)
            grid_line(axes, y)
            self.sheet.put(start - 4, foot - y * block.high, text, SMALL, ha="right", color=GREY)
        for _, number, text in self._ticks(block):
            x = start + self.frame.x.place(number) * wide
            self.sheet.line([x, x], [foot, foot + 3], color=HAIRLINE, linewidth=0.8)
            self.sheet.put(x, foot + 9, text, SMALL, ha="center", color=GREY)
        if last:
            below = UNDER if self.frame.counts_title and not self.shared else 0.0
            y = foot + AXIS + LINE / 2 + below
            title = fitted(self.frame.x_title, SMALL, wide, 1)[0]
            self.sheet.put(start + wide, y, title, SMALL, ha="right", color=GREY)

    def _draw_marks(self, block: Block, axes: Axes, start: float, top: float) -> None:
        places, found = self._mark_places(block), self._mark_levels(block)
        for (number, text), place, level in zip(self.frame.marks, places, found, strict=True):
            axes.axvline(self.frame.x.place(number), color=INK, linewidth=1.0, linestyle=DASHED, zorder=1)
            if level is not None:
                self.sheet.put(start + place, top - 8 - MARK * level, text, SMALL, ha="center", bold=True)
        if self.frame.diagonal:
            low, high = max(self.frame.x.low, self.frame.y.low), min(self.frame.x.high, self.frame.y.high)
            ends = [[scale.place(low), scale.place(high)] for scale in (self.frame.x, self.frame.y)]
            axes.plot(*ends, color=INK, linewidth=1.1, linestyle=DOTTED, zorder=3)

    def _draw_behind(self, axes: Axes, behind: Sequence[Series]) -> None:
        """Draw all grey lines as one, with gaps."""
        xs: list[float] = []
        ys: list[float] = []
        for series in behind:
            for run in runs(series.points):
                xs += [*(self.frame.x.place(point[0]) for point in run), math.nan]
                ys += [*(self.frame.y.place(point[1]) for point in run), math.nan]
        style = "steps-post" if self.frame.steps else "default"
        if xs:
            axes.plot(xs, ys, color=BACKGROUND, linewidth=0.7, drawstyle=style, zorder=2, clip_on=False)

    def _draw_series(self, axes: Axes, series: Series, look: Look, aside: float) -> None:
        """Draw a group's line with its band and marks; points that stand alone go aside a little, not on each other."""
        alone = {run[0][0] for run in runs(series.points) if len(run) == 1}
        for run in runs(series.points):
            xs = [self.frame.x.place(point[0]) for point in run]
            ys = [self.frame.y.place(point[1]) for point in run]
            self._draw_band(axes, run, look.colour, aside)
            style = {"linestyle": look.dash, "drawstyle": "steps-post" if self.frame.steps else "default"}
            ends = {"dash_capstyle": "butt", "solid_capstyle": "butt", "clip_on": False}
            axes.plot(xs, ys, color=look.colour, linewidth=1.6, zorder=4, **style, **ends)
        if series.marked:
            xs = [self.frame.x.place(x) + (aside if x in alone else 0.0) for x, _ in series.marked]
            ys = [self.frame.y.place(y) for _, y in series.marked]
            axes.plot(xs, ys, color=look.colour, linestyle="", zorder=5, clip_on=False, **marking(look))

    def _draw_band(self, axes: Axes, run: Sequence[Point], colour: str, aside: float) -> None:
        """Fill between bounds; a point alone gets a line instead, since a band would have no width."""
        place = self.frame.y.place
        for known, part in groupby(run, key=lambda point: None not in point):
            if not known:
                continue
            bounds = [(self.frame.x.place(x), place(lower), place(upper)) for x, _, lower, upper in part]
            if len(bounds) == 1:
                x, lower, upper = bounds[0]
                x += aside if len(run) == 1 else 0.0
                axes.plot([x, x], [lower, upper], color=colour, linewidth=1.2, zorder=3, clip_on=False)
            else:
                step = "post" if self.frame.steps else None
                look = {"alpha": SEEN_THROUGH, "linewidth": 0, "zorder": 3, "clip_on": False}
                axes.fill_between(*zip(*bounds, strict=True), step=step, color=colour, **look)

    def _draw_counts(self, block: Block, cell: Cell, left: float, start: float, top: float) -> None:
        """Write numbers under the ticks: in a row for each group of the panel, which has its name at the left."""
        if not self.frame.counts_title:
            return
        if not self.shared:
            self.sheet.put(left, top + UNDER / 2, say("at risk"), SMALL, color=GREY)
            self._draw_row_of_counts(block, cell.front[0][0], start, top + UNDER / 2)
            return
        self.sheet.put(left, top + LINE / 2, self.frame.counts_title, SMALL, color=GREY, bold=True)
        top += UNDER + 2
        for series, look in cell.front:
            lines = self._side_name(series)
            middle = top + LINE * len(lines) / 2
            self.sheet.sample(left, middle, SAMPLE, look)
            for number, line in enumerate(lines):
                self.sheet.put(left + SAMPLE + 4, top + LINE * (number + 0.5), line, SMALL)
            self._draw_row_of_counts(block, series, start, middle)
            top += self._under_row(series)

    def _draw_row_of_counts(self, block: Block, series: Series, start: float, y: float) -> None:
        for place, number, _ in self._ticks(block):
            if series.counts:
                x = start + self.frame.x.place(number) * self._plot_width(block)
                self.sheet.put(x, y, series.counts[place], SMALL, ha="center")


@dataclass(frozen=True)
class _Entry:
    """A piece of the legend: a sample and words."""

    text: str
    note: str
    look: Look | None = None
    band: str = ""
    colour: str = ""
    dash: object = "-"

    @property
    def wide(self) -> float:
        """What it needs, in points."""
        return SAMPLE + 4 + width(self.text, SIZE) + (NOTE_GAP + width(self.note, SMALL) if self.note else 0.0)


def _flow(widths: Sequence[float]) -> list[list[tuple[int, float]]]:
    """Put things of these widths in rows, each with its number and its left edge."""
    rows: list[list[tuple[int, float]]] = []
    x = math.inf
    for place, wide in enumerate(widths):
        if x + wide > WIDTH - MARGIN:
            rows.append([])
            x = MARGIN
        rows[-1].append((place, x))
        x += wide + 16
    return rows


def marked_among(points: Sequence[Point], offset: int = 0, most: int = 12) -> list[tuple[float, float]]:
    """Choose points that get a mark: all of a few, else one in so many; and every point that stands alone.

    Args:
        points: of a line.
        offset: where to begin, so that the marks of lines that lie on each other do not.
        most: about how many.
    """
    every = max(1, math.ceil(len(points) / most))
    alone = {run[0][0] for run in runs(points) if len(run) == 1}
    return [(x, y) for place, (x, y, _, _) in _numbered(points) if (place + offset) % every == 0 or x in alone]


def _numbered(points: Sequence[Point]) -> Iterator[tuple[int, Point]]:
    return ((place, point) for place, point in enumerate(points) if point[1] is not None)
