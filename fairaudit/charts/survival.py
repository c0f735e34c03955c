"""How long things stay open: a Kaplan-Meier curve a group, and how many were still followed at each tick."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl

from fairaudit.charts.chart import LOOK, Chart
from fairaudit.charts.lines import Frame, Point, Series, draw_lines, panels, thin_steps
from fairaudit.charts.numbers import count, percent
from fairaudit.charts.sheet import (
    RoundScale,
    called,
    exact,
    grouped_by,
    highest_and_lowest,
    how_many,
    joined,
    percent_scale,
    short,
    titled,
)
from fairaudit.languages import marked, say

NO_RECORDS, NO_CURVE = marked("no records"), marked("no curve")


def survival_chart(shown: Mapping[str, Any], *, title: bool = True) -> Chart:
    """Draw the share still waiting over time, a step curve a group with its band.

    Args:
        shown: as in `results.json`: times in its `unit`, shares 0 to 1; steps are [time, share, lower, upper].
        title: whether the title stands above the chart.
    """
    x = RoundScale(0.0, float(max([shown["horizon"] or 0, *shown["ticks"]])) or 1.0)
    groups = [_series(group, place, shown, x) for place, group in enumerate(shown["groups"])]
    with mpl.rc_context(LOOK):
        words = titled(shown, say("Time, by group")) if title else ""
        sheet = draw_lines(words, _frame(shown, x), [panels(groups)], groups)
    return sheet.chart(_alt(shown))


def survival_table(shown: Mapping[str, Any]) -> tuple[str, list[str], list[list[str]]]:
    """Write what the curves are at each tick: caption, heads, and a row for each group and tick."""
    head = [grouped_by(shown), _after(shown), say("Still waiting"), say("Interval"), say("At risk"), say("Median")]
    rows = [row for group in shown["groups"] for row in _rows(group, shown)]
    return say("{title}: share still waiting", title=shown["title"]), head, rows


def _rows(group: Mapping[str, Any], shown: Mapping[str, Any]) -> list[list[str]]:
    median = _median(group)
    if not group["steps"]:
        return [
            [group["group"], exact(tick), _empty(group), say("none"), count(group["at_risk"][0]), median]
            for tick in shown["ticks"][:1]
        ]
    rows = []
    for tick, at_risk in zip(shown["ticks"], group["at_risk"], strict=True):
        _, share, lower, upper = _at(group, shown, tick)
        interval = "none" if None in (lower, upper) else f"{percent(lower)} to {percent(upper)}"
        still = "not known" if share is None else percent(share)
        rows.append([group["group"], exact(tick), still, interval, count(at_risk), median])
    return rows


def _frame(shown: Mapping[str, Any], x: RoundScale) -> Frame:
    horizon, unit = shown["horizon"], shown["unit"]
    words = f"horizon: {exact(horizon)} {unit}" if horizon is not None else ""
    bounded = any(None not in step for group in shown["groups"] for step in group["steps"])
    return Frame(
        x,
        percent_scale([1.0]),
        x_title=f"{unit} →",
        y_title="↑ Share still waiting",
        ticks=[(float(tick), exact(tick)) for tick in shown["ticks"]],
        marks=[(float(horizon), f"{exact(horizon)} {unit}")] if words else [],
        mark_word=words,
        band_word="interval" if bounded else "",
        steps=True,
        counts_title="Still followed (at risk)",
    )


def _series(group: Mapping[str, Any], place: int, shown: Mapping[str, Any], x: RoundScale) -> Series:
    name = called(group["group"], place)
    points = _points(group, shown)
    if not any(point[1] is not None for point in points):
        return Series(name, "", (), empty=_empty(group), counts=[count(n) for n in group["at_risk"]])
    kept = [point for point in points if point[0] <= x.high]
    known = ((float(tick), _at(group, shown, tick)[1]) for tick in shown["ticks"])
    return Series(
        name,
        _note(group, shown),
        thin_steps(kept, x),
        marked=[(tick, share) for tick, share in known if share is not None],
        counts=[count(n) for n in group["at_risk"]],
    )


def _points(group: Mapping[str, Any], shown: Mapping[str, Any]) -> list[Point]:
    """Give the steps from time 0, where all are open, to the last time at which anyone was still followed."""
    steps: list[Point] = [tuple(step) for step in group["steps"]]
    if not steps:
        return []
    start: list[Point] = [(0.0, 1.0, 1.0, 1.0)] if steps[0][0] > 0 else []
    followed = [tick for tick, n in zip(shown["ticks"], group["at_risk"], strict=True) if n]
    end = max(followed, default=0)
    stretched: list[Point] = [(float(end), *steps[-1][1:])] if end > steps[-1][0] else []
    return [*start, *steps, *stretched]


def _at(group: Mapping[str, Any], shown: Mapping[str, Any], time: float) -> Point:
    """Read a curve at a time; nothing is known after its end, but that what has come to 0 stays there."""
    points = _points(group, shown)
    reached = [point for point in points if point[0] <= time]
    if not reached or (time > points[-1][0] and points[-1][1] != 0):
        return time, None, None, None
    return reached[-1]


def _empty(group: Mapping[str, Any]) -> str:
    return say(NO_CURVE if group["n"] else NO_RECORDS)


def _median(group: Mapping[str, Any]) -> str:
    if not group["steps"]:
        return say("undefined")
    return say("not reached") if group["median"] is None else exact(group["median"])


def _note(group: Mapping[str, Any], shown: Mapping[str, Any]) -> str:
    unit = [shown["unit"]] if group["median"] is not None else []
    return say("median {number}", number=" ".join([_median(group), *unit]))


def _after(shown: Mapping[str, Any]) -> str:
    return f"{shown['unit'][:1].upper()}{shown['unit'][1:]}" or say("Time")


# --- words ---


def _alt(shown: Mapping[str, Any]) -> str:
    groups = shown["groups"]
    title = short(shown["title"], 80)
    start = say("Curves of the share still waiting: {title}; {groups}.", title=title, groups=how_many(groups))
    empty = [group["group"] for group in groups if not any(point[1] is not None for point in _points(group, shown))]
    missing = say("Without a curve: {groups}.", groups=_listed(empty)) if empty else ""
    return joined([start, _at_the_end(shown), _medians(groups, shown["unit"]), missing])


def _at_the_end(shown: Mapping[str, Any]) -> str:
    """Say who is highest and lowest at the horizon or, where fewer than two curves go so far, at the last tick."""
    curves = [group for group in shown["groups"] if _points(group, shown)]
    for time in (time for time in (shown["horizon"], *reversed(shown["ticks"])) if time):
        found = [(group["group"], _at(group, shown, time)[1]) for group in curves]
        known = [(name, share) for name, share in found if share is not None]
        if known and len(known) >= min(len(curves), 2):
            after = f"{exact(time)} {shown['unit']}"
            return say("Still waiting after {time}: {numbers}.", time=after, numbers=highest_and_lowest(known, percent))
    return ""


def _medians(groups: Sequence[Mapping[str, Any]], unit: str) -> str:
    """Say the medians; one that is not reached is longer than all that are, so it is told apart."""
    known = [(group["group"], group["median"]) for group in groups if group["steps"] and group["median"] is not None]
    open_still = [group["group"] for group in groups if group["steps"] and group["median"] is None]
    told = [say("Median in {unit}: {numbers}.", unit=unit, numbers=highest_and_lowest(known, exact))] if known else []
    told += [say("Not reached: {groups}.", groups=_listed(open_still))] if open_still else []
    return " ".join(told)


def _listed(names: Sequence[str]) -> str:
    told = ", ".join(short(name, 40) for name in names[:3])
    return say("{names} and {count} more", names=told, count=len(names) - 3) if len(names) > 3 else told
