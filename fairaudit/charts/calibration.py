"""What became of people at each score: the rate of the outcome, a line a group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib as mpl

from fairaudit.charts.chart import LOOK, Chart
from fairaudit.charts.lines import Frame, Point, Series, draw_lines, marked_among, panels
from fairaudit.charts.numbers import count, percent, span
from fairaudit.charts.scales import Scale
from fairaudit.charts.sheet import (
    RoundScale,
    amount,
    called,
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

ENOUGH = 30  # records a group: the widest gap among fewer is mostly chance
MARKED = 25
WIDEST = marked("The gap is widest at score {score}: {numbers}.")
WIDEST_OF_MANY = marked("The gap is widest at score {score}, of groups with {least} records or more there: {numbers}.")


def calibration_chart(shown: Mapping[str, Any], *, title: bool = True) -> Chart:
    """Draw the outcome rate at each score, a line a group with its band.

    Args:
        shown: as in `results.json`; rates and bounds 0 to 1, and scores too where `probability` is true, which adds
            the line on which the rate is what the score says.
        title: whether the title stands above the chart.
    """
    groups = [_series(group, place) for place, group in enumerate(shown["groups"])]
    with mpl.rc_context(LOOK):
        words = titled(shown, say("Outcome at each score, by group")) if title else ""
        sheet = draw_lines(words, _frame(shown, groups), [panels(groups)], groups)
    return sheet.chart(_alt(shown))


def calibration_table(shown: Mapping[str, Any]) -> tuple[str, list[str], list[list[str]]]:
    """Write the rate at each score: caption, heads, and a row for each group and score."""
    errors = any(group["expected_error"] is not None for group in shown["groups"])
    head = [grouped_by(shown), say("Score"), say("Records"), say("Outcome rate"), say("Interval")]
    head += [say("Expected error")] * errors
    rows = [row + [_error(group)] * errors for group in shown["groups"] for row in _rows(group)]
    return say("{title}: outcome rate at each score", title=shown["title"]), head, rows


def _rows(group: Mapping[str, Any]) -> list[list[str]]:
    if not group["points"]:
        return [[group["group"], say("none"), count(group["n"]), percent(None), say("none")]]
    return [
        [group["group"], amount(point["score"]), count(point["n"]), percent(point["rate"]), _interval(point)]
        for point in group["points"]
    ]


def _interval(point: Mapping[str, Any]) -> str:
    bounds = point["lower"], point["upper"]
    return say("none") if None in bounds else span(*map(percent, bounds))


def _error(group: Mapping[str, Any]) -> str:
    return amount(group["expected_error"])


def _frame(shown: Mapping[str, Any], groups: list[Series]) -> Frame:
    points = [point for series in groups for point in series.points]
    x, y = _scales([point[0] for point in points], _heights(points), shown["probability"])
    bounded = any(None not in point for point in points)
    return Frame(
        x,
        y,
        x_title=say("score →"),
        y_title=say("↑ Outcome rate"),
        band_word=say("interval") if bounded else "",
        diagonal=say("the rate is what the score says") if shown["probability"] else "",
    )


def _heights(points: list[Point]) -> list[float]:
    return [height for point in points for height in point[1:] if height is not None]


def _scales(scores: list[float], rates: list[float], probability: bool) -> tuple[Scale, Scale]:
    """Give both axes the same numbers where scores are probabilities, so that the line of equality is a diagonal."""
    if probability and all(0 <= score <= 1 for score in scores):
        same = percent_scale([*scores, *rates])
        return RoundScale(same.low, same.high), same
    return span_of(scores), percent_scale(rates)


def _series(group: Mapping[str, Any], place: int) -> Series:
    name, error = called(group["group"], place), group["expected_error"]
    points: list[Point] = sorted(
        (float(p["score"]), p["rate"], p["lower"], p["upper"]) for p in group["points"] if p["score"] is not None
    )
    if not any(point[1] is not None for point in points):
        return Series(name, "", (), empty=say("no rates") if group["n"] else say("no records"))
    note = say("expected error {number}", number=amount(error)) if error is not None else ""
    return Series(name, note, points, marked_among(points, place, MARKED))


# --- words ---


def _alt(shown: Mapping[str, Any]) -> str:
    groups = shown["groups"]
    title = short(shown["title"], 80)
    start = say("Outcome rate at each score: {title}; {groups}.", title=title, groups=how_many(groups))
    errors = [(group["group"], group["expected_error"]) for group in groups if group["expected_error"] is not None]
    error = say("Expected error: {numbers}.", numbers=highest_and_lowest(errors, amount)) if errors else ""
    told = [error, _widest(shown)] if shown["probability"] else [_widest(shown), error]
    return joined([start, *told])


def _widest(shown: Mapping[str, Any]) -> str:
    """Say where the groups are farthest apart, of the scores at which two have enough records; else their ends."""
    at: dict[float, list[tuple[str, float]]] = {}
    for least in (ENOUGH, 1):
        for group in shown["groups"]:
            for point in group["points"]:
                if point["score"] is not None and point["rate"] is not None and point["n"] >= least:
                    at.setdefault(point["score"], []).append((group["group"], point["rate"]))
        several = {score: found for score, found in at.items() if len(found) > 1}
        if several:
            score = max(sorted(several), key=lambda score: _spread(several[score]))
            told = highest_and_lowest(several[score], percent)
            return say(WIDEST if least == 1 else WIDEST_OF_MANY, score=amount(score), least=least, numbers=told)
        at.clear()
    return _ends(shown)


def _spread(found: list[tuple[str, float]]) -> float:
    rates = [rate for _, rate in found]
    return max(rates) - min(rates)


def _ends(shown: Mapping[str, Any]) -> str:
    """Say the highest and the lowest rate of all, where no score is shared."""
    found = [
        (say("{group} at score {score}", group=short(group["group"], 40), score=amount(point["score"])), point["rate"])
        for group in shown["groups"]
        for point in group["points"]
        if point["score"] is not None and point["rate"] is not None
    ]
    if not found:
        return say("There are no rates.")
    return say("Of all rates: {numbers}.", numbers=highest_and_lowest(found, percent))
