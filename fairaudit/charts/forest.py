"""The forest plot of a finding: every group's rate, and beside it the comparison in which the group fares worst."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.transforms import Affine2D

from fairaudit.charts.alternative import alt_text
from fairaudit.charts.chart import BAND, BLUE, GREY, HAIRLINE, INK, LOOK, VERMILION, Chart
from fairaudit.charts.lettering import Lettering, Text
from fairaudit.charts.numbers import span
from fairaudit.charts.rows import (
    NOT_SHOWN,
    OUTSIDE,
    WITHIN,
    Contrast,
    Row,
    draws_own,
    grouping_words,
    is_own,
    limit_text,
    numbers_of,
    rows,
)
from fairaudit.charts.scales import Scale, contrast_scale, rate_scale
from fairaudit.charts.strokes import Strokes
from fairaudit.charts.text import drawable, end_of, fitted, width
from fairaudit.comparisons.scheme import arm_said
from fairaudit.languages import marked, say
from fairaudit.sentences import VERDICT_WORDS, Reading

# All lengths are points, 72 to the inch.
WIDTH, MARGIN, GAP = 640.0, 6.0, 10.0
ROW, HEAD, FOOT, LINE = 24.0, 42.0, 46.0, 10.5
NAME_MOST, OTHER_MOST = 132.0, 124.0
PANELS_LEAST, RATES_SHARE = 210.0, 0.42
TITLE, SIZE, SMALL = 10.0, 9.0, 7.6

MARKERS = {OUTSIDE: ("D", VERMILION), NOT_SHOWN: ("s", GREY), WITHIN: ("o", BLUE)}
UNJUDGED = ("o", INK)
BAR = 1.6
DOTTED = (0, (1, 1.2))
BEHIND, RULES, BARS, MARKS = range(1, 5)  # what lies over what
BAND_WORD, REACH_WORD = marked("within the limit"), marked("what unknowns could add")


def forest_plot(finding: Mapping[str, Any], *, title: bool = True, table: Sequence[Row] | None = None) -> Chart:
    """Draw a finding.

    Args:
        finding: as in `results.json`.
        title: whether the measure and grouping stand above the chart; a page may have said them already.
        table: the finding's rows, where they have been read.

    Returns:
        A chart with a row a group, the worst rate first. At the left stand the group's counts and its rate with its
        interval; at the right the comparison with another group in which it fares worst, with its bounds and the band
        of the limit. Groups without records keep their row.
    """
    table = rows(finding) if table is None else table
    with mpl.rc_context(LOOK):
        drawn = _Forest(finding, table, title)
        drawn.draw()
    return Chart(drawn.figure, alt_text(finding, table), drawn.lettering)


@dataclass(frozen=True)
class Columns:
    """Where columns begin or end, in points from the left edge."""

    counts_end: float
    rates: float
    rates_width: float
    rate_end: float
    contrasts: float
    contrasts_width: float
    texts: float
    width: float

    @classmethod
    def of(cls, names: float, counts: float, rate: float, texts: float) -> Columns:
        """Give columns of text what they need, and both panels the rest; a figure grows where that is too little."""
        words = 2 * MARGIN + names + counts + rate + texts + 6 * GAP
        panels = max(WIDTH - words, PANELS_LEAST)
        counts_end = MARGIN + names + GAP + counts
        rates, contrasts = RATES_SHARE * panels, (1 - RATES_SHARE) * panels
        rate_end = counts_end + 2 * GAP + rates + rate
        start = rate_end + 2 * GAP
        return cls(
            counts_end, counts_end + GAP, rates, rate_end, start, contrasts, start + contrasts + GAP, words + panels
        )


class _Forest:
    """Draws one finding. Every place is computed from measured text, so that nothing can overlap."""

    def __init__(self, finding: Mapping[str, Any], table: Sequence[Row], title: bool):
        self.finding, self.table = finding, table
        self.baseline: bool = finding["baseline"]
        self.own_values = is_own(finding)
        self.approximate: bool = draws_own(finding, finding["comparison"])
        self.counted = any(group["events"] is not None for group in finding["groups"])
        self.numbers: Reading = numbers_of(finding)
        self.names = _names(table)
        self.short = Counter(_short(row.group) for row in table)
        self.texts = [self._contrast_lines(row) for row in table]
        self.at = Columns.of(
            names=_widest(
                max(70.0, width(self._first(), SMALL)),
                [width(line, SIZE, bold=True) for lines in self.names for line in lines],
            ),
            counts=_widest(width(say("Counted"), SMALL), [width(_counts(row), SMALL) for row in table]),
            rate=_widest(30.0, [width(row.rate_text(self.own_values), SIZE, bold=True) for row in table]),
            texts=_widest(72.0, [max(width(a, SIZE, bold=True), width(b, SMALL)) for a, b in self.texts]),
        )
        self.title = fitted(_title(finding), TITLE, self.at.width - 2 * MARGIN, 2, bold=True) if title else []
        self.body = len(table) * ROW
        self.top = FOOT + self.body
        self.height = self.top + HEAD + 14 * len(self.title) + MARGIN
        self.figure = Figure(figsize=(self.at.width / 72, self.height / 72), facecolor="white")
        self.lettering = Lettering()
        self.points = Affine2D().scale(1 / 72) + self.figure.dpi_scale_trans
        self.strokes = Strokes(self.figure, self.points)

    def draw(self) -> None:
        self._heads()
        self._rules()
        self._names()
        self._rates()
        self._contrasts()
        self._legend()
        self.strokes.draw()

    # --- tools ---

    def _y(self, place: int) -> float:
        """Give the middle of a row, from the figure's foot."""
        return self.top - (place + 0.5) * ROW

    def _say(self, x: float, y: float, text: str, size: float = SIZE, **look: Any) -> None:
        self.lettering.texts.append(Text(x, y, text, size, **{"color": INK} | look))

    def _across(self, y: float, start: float, end: float, *look: Any, **more: Any) -> None:
        self.strokes.line([start, end], [y, y], *look, **more)

    def _upright(self, x: float, foot: float, top: float, *look: Any, **more: Any) -> None:
        self.strokes.line([x, x], [foot, top], *look, **more)

    def _block(self, left: float, foot: float, wide: float, high: float, **look: Any) -> None:
        self.figure.add_artist(Rectangle((left, foot), wide, high, transform=self.points, facecolor=BAND, **look))

    def _panel(self, left: float, wide: float, scale: Scale) -> Callable[[float], float]:
        """Draw the axis of a panel, and give what says how far from the left edge a number is."""

        def across(number: float) -> float:
            return left + scale.place(number) * wide

        self._across(FOOT, left, left + wide, HAIRLINE, 0.8, zorder=RULES, capstyle="projecting")
        for number, label in scale.ticks(wide, SMALL):
            self._upright(across(number), FOOT - 3, FOOT, HAIRLINE, 0.8, zorder=RULES, capstyle="projecting")
            self._say(across(number), FOOT - 10, label, SMALL, ha="center", color=GREY)
        return across

    def _bold(self, row: Row) -> bool:
        """The deciding row is bold; a baseline decides nothing."""
        return row.decides and not self.baseline

    def _look(self, row: Row) -> tuple[str, str]:
        return UNJUDGED if self.baseline or row.worst is None else MARKERS[row.worst.verdict]

    # --- parts ---

    def _heads(self) -> None:
        at = self.at
        for place, line in enumerate(self.title):
            self._say(MARGIN, self.height - MARGIN - 7 - 13 * place, line, TITLE, bold=True)
        y = self.top + 8
        interval = say("Rate, with its interval") if self.counted else say("Value, with its interval")
        self._say(MARGIN, y, self._first(), SMALL, color=GREY)
        self._say(at.counts_end, y, say("Counted"), SMALL, ha="right", color=GREY)
        self._say(at.rates, y, interval, SMALL, color=GREY)
        self._say(at.contrasts, y + 24, say("Each group's worst comparison"), SMALL, color=GREY, bold=True)
        self._say(at.contrasts, y + 13.5, _scale_words(self.numbers, self.approximate), SMALL, color=GREY)

    def _first(self) -> str:
        return say("Worst rate first") if self.counted else say("Worst value first")

    def _rules(self) -> None:
        for place in range(len(self.table) + 1):
            y = self.top - place * ROW
            self._across(y, MARGIN, self.at.width - MARGIN, HAIRLINE, 0.5, zorder=RULES)

    def _names(self) -> None:
        for place, (row, lines) in enumerate(zip(self.table, self.names, strict=True)):
            for number, line in enumerate(lines):
                y = self._y(place) + ((len(lines) - 1) / 2 - number) * LINE
                self._say(MARGIN, y, line, bold=self._bold(row))
            self._say(self.at.counts_end, self._y(place), _counts(row), SMALL, ha="right", color=GREY)

    def _rates(self) -> None:
        scale, per = rate_scale(self.table, self.own_values), 1 if self.own_values else 100
        across = self._panel(self.at.rates, self.at.rates_width, scale)
        for place, row in enumerate(self.table):
            if row.rates is None:
                continue
            y = self._y(place)
            if row.lower is not None and row.upper is not None:
                self._across(y, across(per * row.lower), across(per * row.upper), GREY, BAR, zorder=BARS)
            # A rate that hidden counts leave open is a stretch of the line, with a dot at either end.
            places = [across(per * rate) for rate in dict.fromkeys(row.rates)]
            if len(places) > 1:
                self._across(y, *places, INK, 3.0, zorder=BARS)
            for x in places:
                self.strokes.mark(x, y, "o", INK, markersize=5, zorder=MARKS)
            self._say(self.at.rate_end, y, row.rate_text(self.own_values), ha="right", bold=self._bold(row))

    def _contrasts(self) -> None:
        at, numbers = self.at, self.numbers
        reached = [reach for row in self.table if (reach := self._reach(row)) is not None]
        scale = contrast_scale(self.table, numbers, reached, self.approximate)
        across = self._panel(at.contrasts, at.contrasts_width, scale)
        limit, even = across(numbers.limit), across(0.0 if numbers.kind == "difference" else 100.0)
        start, end = (at.contrasts, limit) if numbers.turned else (limit, at.contrasts + at.contrasts_width)
        self._block(start, FOOT, end - start, self.body, linewidth=0, zorder=BEHIND)
        self._upright(even, FOOT, self.top, GREY, 0.8, zorder=RULES)
        self._upright(limit, FOOT, self.top, INK, 1.1, linestyle=(0, (4, 2)), zorder=RULES)
        self._limit_label(limit)
        self._direction()
        for place, (row, lines) in enumerate(zip(self.table, self.texts, strict=True)):
            if row.rates is not None and row.worst is not None:
                self._interval(across, scale, row, self._y(place))
            lift = LINE / 2 if lines[1] else 0
            colour = GREY if row.rates is None else self._look(row)[1]
            self._say(at.texts, self._y(place) + lift, lines[0], color=colour, bold=self._bold(row))
            self._say(at.texts, self._y(place) - lift, lines[1], SMALL, color=GREY)

    def _interval(self, across: Callable[[float], float], scale: Scale, row: Row, y: float) -> None:
        """Draw bounds and best estimate; an arrow where a bound lies beyond the panel, or where there is none."""
        contrast, (marker, colour) = row.worst, self._look(row)
        if contrast.empty:
            return
        beyond = (scale.low - 1, scale.high + 1) if self.numbers.turned else (scale.high + 1, scale.low - 1)
        near, far = (b if b is not None else out for b, out in zip((contrast.near, contrast.far), beyond, strict=True))
        self._across(y, across(near), across(far), colour, BAR, zorder=BARS)
        if (reach := self._reach(row)) is not None:
            self._across(y, across(far), across(reach), colour, BAR, linestyle=DOTTED, zorder=BARS)
            far = reach
        for number in (near, far):
            if scale.beyond(number):
                arrow = ">" if number > scale.high else "<"
                self.strokes.mark(across(number), y, arrow, colour, markersize=5, zorder=BARS)
        for number in contrast.between or (contrast.estimate,):
            if number is not None:
                look = {"markersize": 6.5, "markeredgecolor": "white", "markeredgewidth": 0.8}
                self.strokes.mark(across(number), y, marker, colour, zorder=MARKS, **look)

    def _limit_label(self, place: float) -> None:
        text = say("limit {number}", number=limit_text(self.numbers, self.approximate))
        half = width(text, SMALL, bold=True) / 2
        left, right = self.at.contrasts + half, self.at.contrasts + self.at.contrasts_width - half
        x = min(max(place, left), right)
        self._say(x, self.top + 5, text, SMALL, ha="center", bold=True)

    def _direction(self) -> None:
        end = self.at.contrasts + self.at.contrasts_width
        if self.numbers.turned:
            self._say(end, FOOT - 20, say("worse off →"), SMALL, ha="right", color=GREY)
        else:
            self._say(self.at.contrasts, FOOT - 20, say("← worse off"), SMALL, color=GREY)

    def _legend(self) -> None:
        entries = self._entries()
        rows, x = [[]], MARGIN
        for lead, draw, text in entries:
            if x + lead + width(text, SMALL) > self.at.width and rows[-1]:
                rows.append([])
                x = MARGIN
            rows[-1].append((x, lead, draw, text))
            x += lead + width(text, SMALL) + 14
        for y, row in zip((8.0,) if len(rows) == 1 else (16.0, 5.5), rows, strict=False):
            for x, lead, draw, text in row:
                draw(x, y)
                self._say(x + lead, y, text, SMALL)

    def _entries(self) -> list[tuple[float, Callable[[float, float], None], str]]:
        """Give what the legend names: the room of each sample, what draws it, and its words."""
        judged = [row.worst.verdict for row in self.table if row.worst is not None and row.rates is not None]
        found = [
            (12.0, partial(self._sample, marker, colour), say(VERDICT_WORDS[verdict]))
            for verdict, (marker, colour) in MARKERS.items()
            if verdict in judged and not self.baseline
        ]
        found.append((16.0, self._swatch, say(BAND_WORD)))
        if any(self._reach(row) is not None for row in self.table):
            found.append((18.0, self._dotted, say(REACH_WORD)))
        return found

    def _sample(self, marker: str, colour: str, x: float, y: float) -> None:
        self.strokes.mark(x + 4, y, marker, colour, markersize=6, zorder=BARS)

    def _swatch(self, x: float, y: float) -> None:
        self._block(x, y - 4, 12, 8, edgecolor=GREY, linewidth=0.5)

    def _dotted(self, x: float, y: float) -> None:
        self._across(y, x, x + 14, GREY, BAR, linestyle=DOTTED, zorder=BARS)

    # --- words ---

    def _reach(self, row: Row) -> float | None:
        """Give how far the deciding bound reaches with the unknowns, where that is farther than the records alone say.

        A flag rests on the records alone.
        """
        contrast, bound = row.worst, self.finding["lower" if self.numbers.kind == "ratio" else "upper"]
        if not row.decides or self.finding["verdict"] == "flagged" or None in (contrast, bound) or contrast.far is None:
            return None
        reach = self.numbers.number(bound if self.numbers.kind == "ratio" else -bound)
        if not math.isfinite(reach):  # of a pair without any bound, which the row says in words
            return None
        farther = reach > contrast.far if self.numbers.turned else reach < contrast.far
        return reach if farther and contrast.text(reach, "far") != contrast.text(contrast.far, "far") else None

    def _contrast_lines(self, row: Row) -> tuple[str, str]:
        """Write the worst comparison: best estimate and bounds, and below them whom it is with."""
        contrast = row.worst
        if row.rates is None:
            return say("undefined") if row.n[1] else say("no records"), ""
        if contrast is None:
            return say("not compared"), ""
        reach = self._reach(row)
        far = contrast.far if reach is None else reach
        texts = contrast.text(contrast.near, "near"), contrast.text(far, "far")
        ends = texts if self.numbers.turned else texts[::-1]
        certain = contrast.near == far == contrast.estimate  # all there is was counted: it has no bounds
        bounds = f" ({span(*ends)})" if (contrast.near, far) != (None, None) and not certain else ""
        first = f"{contrast.best}{bounds}".replace("-", "−")
        return contrast.text(None) if contrast.empty else first, say("v {group}", group=self._other(contrast))

    def _other(self, contrast: Contrast) -> str:
        """Name the other group on one line, by its end where others are cut to the same words."""
        name = _short(contrast.other)
        cut = self.short[name] > 1 and drawable(contrast.other)
        return end_of(arm_said(contrast.other), SMALL, OTHER_MOST) if cut else name


def _short(name: str) -> str:
    return fitted(arm_said(name) if drawable(name) else say("(see the table)"), SMALL, OTHER_MOST, 1)[0]


def _widest(least: float, widths: Sequence[float]) -> float:
    return max([least, *widths])


def _counts(row: Row) -> str:
    if not row.n[1]:
        return say("no records")
    records, events = row.counts_text
    return say("{events} of {records}", events=events, records=records) if events else records


def _names(table: Sequence[Row]) -> list[list[str]]:
    """Break names into lines; of names that would be cut to the same words, the end is shown as well."""
    names = [_name(row, place) for place, row in enumerate(table)]
    lines = [fitted(name, SIZE, NAME_MOST, 2, bold=True) for name in names]
    alike = {tuple(each) for each, number in Counter(map(tuple, lines)).items() if number > 1}
    return [
        [each[0], end_of(name, SIZE, NAME_MOST, bold=True)] if tuple(each) in alike and len(each) == 2 else each
        for name, each in zip(names, lines, strict=True)
    ]


def _name(row: Row, place: int) -> str:
    """One in letters that the font lacks is called by its row of the table."""
    return row.group if drawable(row.group) else say("(row {number} of the table)", number=place + 1)


def _title(finding: Mapping[str, Any]) -> str:
    measure = f"{finding['title'][:1].upper()}{finding['title'][1:]}"
    title = say("{title}, by {grouping}", title=measure, grouping=grouping_words(finding))
    return title if drawable(title) else say("Rates and comparisons")


def _scale_words(numbers: Reading, approximate: bool) -> str:
    if approximate:
        return say("Gap to the group named") if numbers.kind == "difference" else say("Ratio to the group named")
    if numbers.kind == "difference":
        return say("Gap in 100, to the group named")
    if not numbers.scale.counted:
        return say("As much as the group named")
    return say("For every 100 of the group named") if numbers.turned else say("As often as the group named")
