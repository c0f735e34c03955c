"""What a forest plot shows, in words, made from the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fairaudit.charts.chart import LONGEST_ALT
from fairaudit.charts.numbers import count
from fairaudit.charts.rows import Row, grouping_words, is_own
from fairaudit.charts.text import clean
from fairaudit.comparisons.scheme import arm_said
from fairaudit.languages import marked, say
from fairaudit.sentences import VERDICT_WORDS
from fairaudit.verdicts import SEVERITY

LONGEST_NAME = 40
RATES_FIRST = marked("{number} groups, the worst rate first: {groups}.")
VALUES_FIRST = marked("{number} groups, the worst value first: {groups}.")


def alt_text(finding: Mapping[str, Any], table: Sequence[Row]) -> str:
    """Say what the chart of a finding shows, in fewer than 600 characters.

    Groups are named while there is room, worst first, and how many are left is said: a table beside the chart has all.
    """
    named = {"title": _short(finding["title"], 80), "grouping": _short(grouping_words(finding), 60)}
    start = say("Forest plot: {title}, by {grouping}.", **named) + " "
    end = f"{_deciding(table)}{_readings(finding, table)}"
    return f"{start}{_rates(finding, table, LONGEST_ALT - 2 - len(start) - len(end))} {end}".strip()


def _short(text: str, most: int = LONGEST_NAME) -> str:
    text = clean(text)
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _rates(finding: Mapping[str, Any], table: Sequence[Row], room: int) -> str:
    own = is_own(finding)
    first = RATES_FIRST if any(group["events"] is not None for group in finding["groups"]) else VALUES_FIRST
    told = [f"{_short(row.group)} {row.rate_text(own) if row.n[1] else say('no records')}" for row in table]
    for kept in range(len(told), 0, -1):
        rest = [say("{count} more", count=count(len(told) - kept))] if kept < len(told) else []
        text = say(first, number=len(told), groups="; ".join([*told[:kept], *rest]))
        if len(text) <= room:
            return text
    return say("{number} groups.", number=len(told))


def _deciding(table: Sequence[Row]) -> str:
    contrast = next((row.worst for row in table if row.decides and row.worst is not None), None)
    if contrast is None or (contrast.estimate is None and contrast.between is None):
        return ""
    told = say(
        "{first} against {second}: {number}; the limit is {limit}.",
        first=_short(arm_said(contrast.sufferer)),
        second=_short(arm_said(contrast.other)),
        number=contrast.best + contrast.unit,
        limit=contrast.limit_text,
    )
    return f"{told} "


def _readings(finding: Mapping[str, Any], table: Sequence[Row]) -> str:
    if finding["baseline"]:
        return say("For comparison only.")
    found = [row.worst.verdict for row in table if row.worst is not None and row.rates is not None]
    there = [verdict for verdict in SEVERITY if verdict in found]
    told = [say("{number} {reading}", number=found.count(v), reading=say(VERDICT_WORDS[v]).lower()) for v in there]
    return say("Of the groups, each in its worst comparison: {readings}.", readings="; ".join(told)) if told else ""
