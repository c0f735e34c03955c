"""What rates would be at every cut-off: a panel a measure, a line a group, the cut-offs in use marked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import matplotlib as mpl

from fairaudit.charts.chart import LOOK, Chart
from fairaudit.charts.lines import HIGH, HIGH_IN_ROW, LOOKS, Block, Cell, Frame, Series, draw_lines, few, marked_among
from fairaudit.charts.lines import panels as panels_of
from fairaudit.charts.numbers import percent
from fairaudit.charts.sheet import (
    called,
    exact,
    grouped_by,
    highest_and_lowest,
    how_many,
    joined,
    percent_scale,
    short,
    span_of,
    titled,
)
from fairaudit.languages import marked, say

MOST_ROWS = 12  # cut-offs in the table
IN_USE, SEVERAL_IN_USE = marked("cut-off in use: {numbers}"), marked("cut-offs in use: {numbers}")
AT_WIDEST = marked("At cut-off {cutoff}, where the first gap is widest: {numbers}")
AT_THE_ONE = marked("At cut-off {cutoff}, in use: {numbers}")
AT_THE_FIRST = marked("At cut-off {cutoff}, the first of {used} in use: {numbers}")


def sweep_chart(shown: Mapping[str, Any], *, title: bool = True) -> Chart:
    """Draw each measure at every cut-off, a line a group.

    Args:
        shown: as in `results.json`; rates are 0 to 1, one for each cut-off.
        title: whether the title stands above the chart.
    """
    lines = {measure["measure"]: _series(shown, measure["measure"]) for measure in shown["measures"]}
    groups = _groups(shown, lines)
    with mpl.rc_context(LOOK):
        words = titled(shown, say("At every cut-off, by group")) if title else ""
        sheet = draw_lines(words, _frame(shown), _blocks(shown, lines), groups)
    return sheet.chart(_alt(shown))


def sweep_table(shown: Mapping[str, Any]) -> tuple[str, list[str], list[list[str]]]:
    """Write the rates at a dozen cut-offs at most, those in use among them: caption, heads, rows."""
    kept = _kept(shown)
    cutoffs = shown["cutoffs"]
    head = [grouped_by(shown), say("Cut-off"), *(_capital(measure["title"]) for measure in shown["measures"])]
    rows = [[group["group"], _cutoff(shown, place), *_rates(group, shown, place)]
            for group in shown["groups"] for place in kept]  # fmt: skip
    title = shown["title"]
    if len(kept) < len(cutoffs):
        title = say("{title}, at {kept} of {all} cut-offs", title=title, kept=len(kept), all=len(cutoffs))
    return title, head, rows


def _rates(group: Mapping[str, Any], shown: Mapping[str, Any], place: int) -> list[str]:
    return [percent(group["rates"][measure["measure"]][place]) for measure in shown["measures"]]


def _cutoff(shown: Mapping[str, Any], place: int) -> str:
    number = exact(shown["cutoffs"][place])
    return say("{number} (in use)", number=number) if place in _used(shown) else number


def _used(shown: Mapping[str, Any]) -> list[int]:
    """Say which of the cut-offs are in use, by their places."""
    return [
        place
        for place, cutoff in enumerate(shown["cutoffs"])
        if any(math.isclose(cutoff, used, rel_tol=1e-9, abs_tol=1e-12) for used in shown["in_use"])
    ]


def _kept(shown: Mapping[str, Any]) -> list[int]:
    """Choose the cut-offs of the table: those in use, and others spread evenly while there is room."""
    number, used = len(shown["cutoffs"]), _used(shown)
    for others in range(min(MOST_ROWS, number), 1, -1):
        spread = {round(place * (number - 1) / (others - 1)) for place in range(others)}
        if len(spread | {*used}) <= MOST_ROWS:
            return sorted(spread | {*used})
    return used or list(range(number))


# --- what is drawn ---


def _frame(shown: Mapping[str, Any]) -> Frame:
    used = sorted(shown["in_use"])
    numbers = [exact(number) for number in used]
    words = IN_USE if len(used) < 2 else SEVERAL_IN_USE
    return Frame(
        span_of([*shown["cutoffs"], *used]),
        percent_scale([1.0]),
        x_title=say("cut-off →"),
        y_title=say("↑ Rate"),
        marks=list(zip(map(float, used), numbers, strict=True)),
        mark_word=say(words, numbers=", ".join(numbers)) if used else "",
    )


def _series(shown: Mapping[str, Any], measure: str) -> list[Series]:
    return [_line(shown, group, place, measure) for place, group in enumerate(shown["groups"])]


def _line(shown: Mapping[str, Any], group: Mapping[str, Any], place: int, measure: str) -> Series:
    name, rates = called(group["group"], place), group["rates"].get(measure) or []
    points = [(float(cutoff), rate, None, None) for cutoff, rate in zip(shown["cutoffs"], rates, strict=False)]
    if all(rate is None for _, rate, _, _ in points):
        return Series(name, "", (), empty=say("no rates") if group["n"] else say("no records"))
    return Series(name, "", points, marked_among(points, 2 * place))


def _groups(shown: Mapping[str, Any], lines: Mapping[str, Sequence[Series]]) -> list[Series]:
    """Give the legend its groups: one is empty there only where it is in every panel."""
    first = next(iter(lines.values()))
    return [
        one if all(series[place].empty for series in lines.values()) else replace(one, empty="")
        for place, one in enumerate(first)
    ]


def _blocks(shown: Mapping[str, Any], lines: Mapping[str, Sequence[Series]]) -> list[Block]:
    """Put measures side by side where all groups share a panel, else one above the other."""
    titles = {measure["measure"]: _capital(measure["title"]) for measure in shown["measures"]}
    if not few(shown["groups"]):
        return [panels_of(series, titles[measure]) for measure, series in lines.items()]
    cells = [Cell(titles[name], "", list(zip(series, LOOKS, strict=False))) for name, series in lines.items()]
    return [Block("", cells, _columns(len(cells)), HIGH if len(cells) == 1 else HIGH_IN_ROW)]


def _columns(number: int) -> int:
    return number if number <= 3 else 2 if number == 4 else 3


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


# --- words ---


def _alt(shown: Mapping[str, Any]) -> str:
    title = short(shown["title"], 80)
    start = say("Rates at every cut-off: {title}; {groups}.", title=title, groups=how_many(shown["groups"]))
    measures = [measure["measure"] for measure in shown["measures"]]
    told_at = (place for place in _used(shown) if any(_known(shown, measure, place) for measure in measures))
    place = next(told_at, None)
    if place is None:
        place = _widest(shown)
    if place is None:
        return joined([start, say("There are no rates.")])
    told = [text for measure in shown["measures"] if (text := _at(shown, measure, place))]
    return joined([start, _at_place(shown, place, told[0]), *map(_capital, told[1:])])


def _at(shown: Mapping[str, Any], measure: Mapping[str, Any], place: int) -> str:
    found = _known(shown, measure["measure"], place)
    if not found:
        return ""
    title = short(measure["title"], 80)
    return say("{measure}, {numbers}.", measure=title, numbers=highest_and_lowest(found, percent))


def _at_place(shown: Mapping[str, Any], place: int, numbers: str) -> str:
    used = _used(shown)
    words = AT_WIDEST if place not in used else AT_THE_ONE if len(used) == 1 else AT_THE_FIRST
    return say(words, cutoff=exact(shown["cutoffs"][place]), used=len(used), numbers=numbers)


def _known(shown: Mapping[str, Any], measure: str, place: int) -> list[tuple[str, float]]:
    found = [(group["group"], group["rates"].get(measure)) for group in shown["groups"]]
    return [(name, rates[place]) for name, rates in found if rates and rates[place] is not None]


def _widest(shown: Mapping[str, Any]) -> int | None:
    """Find the cut-off at which the groups are farthest apart in the first measure."""
    measure, gaps = shown["measures"][0]["measure"], {}
    for place in range(len(shown["cutoffs"])):
        rates = [rate for _, rate in _known(shown, measure, place)]
        if rates:
            gaps[place] = max(rates) - min(rates)
    return max(gaps, key=gaps.__getitem__) if gaps else None
