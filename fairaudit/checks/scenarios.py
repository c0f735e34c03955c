"""Would it hold whatever is not known? One row a scenario of the unknown, and the tipping point of a clearance."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from fairaudit.assessment import Disparity
from fairaudit.checks.proxies import proxy_rows
from fairaudit.checks.unknowns import tipping_point
from fairaudit.languages import marked, say
from fairaudit.sentences import Reading
from fairaudit.verdicts import Comparison, lowest_shown, scenario_bounds

SCENARIOS = {
    "recorded": marked("as recorded"),
    "spread": marked("unknowns spread as if missing at random"),
    "proxy": marked("people of unknown group counted in part in each group, by their probabilities"),
    "worst": marked("unknowns where they hurt most"),
    "reversed": marked("waits that ended before they began never ended"),
    "open_never": marked("whatever is open never ends"),
}
USUAL = ("recorded", "spread", "worst")
READINGS = {
    ("within", True): marked("{how}: {number}, within the limit."),
    ("within", False): marked("{how}: {number}, within the limit (shown, does not decide)."),
    ("not_shown", True): marked("{how}: {number}, not shown to be within the limit."),
    ("not_shown", False): marked("{how}: {number}, not shown to be within the limit (shown, does not decide)."),
    ("outside", True): marked("{how}: {number}, over the limit."),
    ("outside", False): marked("{how}: {number}, over the limit (shown, does not decide)."),
}
"""What is shown, and whether it decides -> the sentence."""


def scenario_rows(disparity: Disparity, comparison: Comparison) -> Iterator[dict[str, Any]]:
    """Say what the unknowns could change, and waits that are taken otherwise."""
    names = [name for name in SCENARIOS if name in comparison.scenarios]
    if disparity.unknown.total:
        names = [name for name in SCENARIOS if name in USUAL or name in names]
    if disparity.evidence.kind == "waits" and disparity.measure.averages:
        names = [name for name in SCENARIOS if name in names or name in ("recorded", "open_never")]
    if names in ([], ["recorded"]) or comparison.baseline:
        return
    for name in names:
        check = "unknowns" if name in (*USUAL, "proxy") else "waits"
        decides = name in comparison.scenarios
        yield scenario_row(disparity, comparison.under(name), name, check, say(SCENARIOS[name]), decides)


def probability_rows(disparity: Disparity, comparison: Comparison) -> Iterator[dict[str, Any]]:
    """Say what the probabilities of groups tell by themselves, and between what the truth lies."""
    if "proxy" in comparison.scenarios and not comparison.baseline:
        yield from proxy_rows(comparison, disparity.scale)


def scenario_row(
    disparity: Disparity, under: Comparison, name: str, check: str, words: str, decides: bool
) -> dict[str, Any]:
    """Write one scenario: what is shown under it, and whether that is within the limit.

    Args:
        disparity: the finding.
        under: a comparison that has the scenario.
        name: the scenario.
        check: the check that it belongs to.
        words: what the scenario supposes, in the language of the report.
        decides: whether the finding must hold under it.
    """
    lowest = lowest_shown(under, name, scenario_bounds(under, name))
    inside = bool(under.passes(name).all()) and (under.failed_exact or ("",))[0] != name
    told = READINGS["within" if inside else "not_shown", decides]
    return {
        "check": check,
        "scenario": name,
        "decides": decides,
        "holds": inside,
        "bound": lowest if under.kind == "ratio" else -lowest,
        "sentence": say(told, how=words[:1].upper() + words[1:], number=bound_in_words(disparity, under, lowest)),
    }


def bound_in_words(disparity: Disparity, comparison: Comparison, lowest: float) -> str:
    """Say the bound of the worst pair: at most 7 in 100, at least 81%; or that there is none."""
    said = _numbers(disparity, comparison)
    boundless = comparison.kind == "ratio" and not said.scale.counted and not lowest > 0
    if boundless or not math.isfinite(said.number(lowest)):
        return say("no bound")
    if said.turned:
        return say("at most {number}", number=said.shown(lowest, "up"))
    return say("at least {number}", number=said.shown(lowest, "down"))


def estimate_in_words(disparity: Disparity, comparison: Comparison, estimate: float) -> str:
    """Say a best estimate: 30 in 100 by the best estimate."""
    said = _numbers(disparity, comparison)
    if not math.isfinite(said.number(estimate)):
        return say("no number by the best estimate")
    return say("{number} by the best estimate", number=said.shown(estimate))


def _numbers(disparity: Disparity, comparison: Comparison) -> Reading:
    """Give what turns values into the numbers shown."""
    worse = disparity.measure.worse_when(disparity.evidence.selected_is)
    margin = comparison.margin
    return Reading(comparison.kind, worse, math.nan, math.nan, math.nan, margin, scale=disparity.scale)


def tipping_rows(disparity: Disparity, comparison: Comparison) -> Iterator[dict[str, Any]]:
    """Say how many people of unknown group would undo a clearance, by whichever limit goes first."""
    if disparity.verdict != "cleared" or "worst" in comparison.scenarios or not disparity.unknown.total:
        return
    points = [tipping_point(each) for each in disparity.comparisons]
    if None in points:
        return
    tipping = min(points, key=lambda point: math.inf if point.needed is None else point.needed)
    people = disparity.evidence.people
    if tipping.needed is None:
        text = say(
            "It holds whichever group the {count:,} {people} of unknown group belong to.",
            count=tipping.unknown,
            people=people,
        )
    else:
        text = say(
            "It holds unless {needed:,} of the {count:,} {people} of unknown group all belong where they hurt most.",
            needed=tipping.needed,
            count=tipping.unknown,
            people=people,
        )
    yield {
        "check": "unknowns",
        "scenario": "tipping point",
        "decides": False,
        "holds": True,
        "bound": tipping.needed,
        "sentence": text,
    }
