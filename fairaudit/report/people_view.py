"""What people did about an audit, as the report shows it: answers by section, tables of signatures and what is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from fairaudit.languages import say
from fairaudit.report.tables import table
from fairaudit.workflow.completeness import gravest_first
from fairaudit.workflow.registration import ADDED, THERE

Words = Mapping[str, Any]


def people_view(results: Mapping[str, Any], w: Words) -> dict[str, Any]:
    """Prepare answers, signatures, what is open, tier and registration.

    Args:
        results: what `results.json` holds.
        w: the fixed words.
    """
    return {
        "sections": sections(results["answers"]),
        "open": _open(results["open_questions"], w),
        "instruments": _instruments(results["answers"], w),
        "tier": _tier(results["tier"], w),
        "looks": _looks(results["audit"]["registration"], w),
        "deviations": _deviations(results["audit"]["registration"]["deviations"], w),
    }


def sections(answers: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Put answers under the heading of their section; those on a finding that is there stand with it."""
    found: dict[str, list] = {}
    for answer in answers:
        if not (answer["finding"] and answer["asked"]) and not answer["id"].startswith("tier-"):
            found.setdefault(answer["section"], []).append(answer)
    return [{"heading": heading, "answers": entries} for heading, entries in found.items()]


def of_finding(answers: Sequence[Mapping[str, Any]], finding: str) -> list[Mapping[str, Any]]:
    """Give the answers on one finding."""
    return [answer for answer in answers if answer["finding"] == finding and answer["asked"]]


def _open(entries: Sequence[Mapping[str, Any]], w: Words) -> Markup:
    body = [
        [each["question"], say(each["role"]), each["why"], w["yes"] if each["blocks"] else w["no"]]
        for each in gravest_first(entries)
    ]
    heads = [w["open_what"], w["who"], w["open_why"], w["holds_up"]]
    return table(w["open_caption"].format(len(body)), heads, body) if body else Markup()


def _instruments(answers: Sequence[Mapping[str, Any]], w: Words) -> Markup:
    """List official instruments, each with the questions here that it asks too."""
    asked: dict[str, dict[str, None]] = {}
    for answer in answers:
        for name in answer["asked_by"] if answer["asked"] else ():
            asked.setdefault(name, {})[answer["question"]] = None
    body = [[name, " · ".join(questions)] for name, questions in sorted(asked.items())]
    return table(w["instruments_caption"], [w["instrument"], w["question"]], body) if body else Markup()


def _tier(tier: Mapping[str, Any], w: Words) -> Markup:
    body = [[row["question"], row["answer"], str(row["points"])] for row in tier["trace"]]
    return table(w["tier_caption"], [w["question"], w["answer"], w["points"]], body)


def _looks(registration: Mapping[str, Any], w: Words) -> str:
    days = [look["at"][:10] for look in registration["looks"]]
    return w["looks"].format(len(days), ", ".join(dict.fromkeys(days)))


def _deviations(entries: Sequence[Mapping[str, Any]], w: Words) -> Markup:
    body = [
        [
            change["place"],
            _of_plan(change["was"]) or w["was_not_there"],
            _of_plan(change["now"]) or w["not_there"],
            (entry["at"] or w["not_registered_yet"])[:10] if entry["at"] else w["not_registered_yet"],
            w["yes"] if entry["after_results"] else w["no"],
            entry["because"] or w["to_be_completed"],
        ]
        for entry in entries
        for change in entry["changes"]
    ]
    heads = [w["changed"], w["was"], w["now"], w["when"], w["after_results"], w["because"]]
    return table(w["deviations"], heads, body) if body else Markup()


def _of_plan(text: str) -> str:
    """Give what stood in the plan as it is written there, and whether it stood there at all in words."""
    return say(text) if text in (ADDED, THERE) else text
