"""Findings to draw, from lines of counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from fairaudit.assessment import assess
from fairaudit.findings import finding
from tests.verdicts.tables import counted, hidden, planned

Counts = Mapping[str, tuple[int, int]]


def found(counts: Counts, selected: str = "a benefit", reference: Any = "all_pairs", **settings: Any) -> dict[str, Any]:
    """Judge selection rates: {"A": (48, 80)}; "?" is the unknown group. Limits are `ratio` and `difference`."""
    limits = {kind: settings.pop(kind) for kind in ("ratio", "difference") if kind in settings} or {"ratio": 0.8}
    evidence = planned({"selection_rate": limits}, reference, being_selected_is=selected, **settings)
    return finding(assess(evidence, counted(counts))[0])


def many(number: int, name: str = "Group {}") -> dict[str, tuple[int, int]]:
    """Make so many groups, whose rates go from about a tenth to nine tenths."""
    return {name.format(place): (10 + 80 * place // number, 100) for place in range(number)}


LONG = "A group whose name goes on and on, as names of groups in the records of public agencies do, {}"


def call(*args: Any, **settings: Any) -> Callable[[], dict[str, Any]]:
    """Judge later, and only once: a test asks for the cases that it draws."""
    return cache(lambda: found(*args, **settings))


def left_open(selected: str) -> dict[str, Any]:
    """Judge counts of which some were received hidden; one group may have nobody selected."""
    sides = {"A": ((300, 340), (660, 700)), "B": ((500, 500), (500, 500)), "C": ((0, 5), (40, 40))}
    evidence = planned({"selection_rate": {"ratio": 0.8}}, being_selected_is=selected)
    return finding(assess(evidence, hidden(sides))[0])


CASES: dict[str, Callable[[], dict[str, Any]]] = {
    "two groups": call({"Women": (300, 1000), "Men": (500, 1000)}),
    "two groups, a burden": call({"Women": (300, 1000), "Men": (500, 1000)}, "a burden"),
    "two groups, a gap": call({"Women": (300, 1000), "Men": (500, 1000)}, difference=0.05),
    "two limits": call({"Women": (900, 1000), "Men": (990, 1000)}, ratio=0.8, difference=0.05),
    "fourteen groups": call(many(14)),
    "forty groups": call(many(40), "a burden"),
    "long names": call(many(3, LONG)),
    "forty long names": call(many(40, LONG)),
    "forty names from the right": call(many(40, "مجموعة من سكان المدينة القديمة، {}")),
    "names without a space": call(many(3, "x" * 10_000 + "{}")),
    "names from the right": call({"نساء": (300, 1000), "גברים": (500, 1000)}),
    "names that the font lacks": call({"女性": (300, 1000), "男性": (500, 1000), "🧑🏽‍🚒": (20, 50)}),
    "names with signs": call({"$a_b^c$": (30, 100), "<b>&amp;</b>": (50, 100), "tab\there": (40, 90)}),
    "nobody and everybody": call({"None of them": (0, 50), "All of them": (50, 50), "Half": (25, 50)}),
    "nobody at all": call({"A": (0, 50), "B": (0, 60)}, "a burden"),
    "no records": call({"A": (30, 50), "B": (20, 50), "Empty": (0, 0)}),
    "no records, a burden": call({"A": (30, 50), "B": (20, 50), "Empty": (0, 0)}, "a burden", difference=0.1),
    "no records anywhere": call({"A": (0, 0), "B": (0, 0)}),
    "one record each": call({"A": (1, 1), "B": (0, 1)}),
    "against one group": call(many(5), reference={"group": "Group 2"}),
    "against the rest": call(many(5), reference="rest"),
    "against everyone": call(many(5), reference="overall"),
    "unknown groups": call({"A": (450, 1000), "B": (460, 1000), "?": (100, 300)}),
    "a baseline": call({"A": (300, 1000), "B": (500, 1000)}, decided_by="todays_process"),
    "hidden counts": cache(lambda: left_open("a benefit")),
    "hidden counts, a burden": cache(lambda: left_open("a burden")),
    "large numbers": call({"A": (123_456_789, 987_654_321), "B": (300_000_000, 1_234_567_890)}),
}
