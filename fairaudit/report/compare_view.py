"""The page that puts systems side by side: its tables, from what `compare.json` holds. No number is computed here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from fairaudit.report.tables import table
from fairaudit.report.view import capital

Words = Mapping[str, Any]


def comparison(found: Mapping[str, Any], w: Words) -> dict[str, Any]:
    """Prepare the page.

    Args:
        found: what `compare.json` holds.
        w: the fixed words of the page.
    """
    names = [system["name"] for system in found["systems"]]
    return {
        "systems": systems_table(found["systems"], w),
        "evidence": [
            {**block, "findings": [finding_view(each, block, names, w) for each in block["findings"]]}
            for block in found["evidence"]
        ],
        "differing": differing_table(found["differing"], names, w) if found["differing"] else "",
        "seals": table(w["seals"], [w["system"], w["day"], w["seal"]], [_sealed(each) for each in found["systems"]]),
    }


def _sealed(system: Mapping[str, Any]) -> list[str]:
    return [system["name"], system["day"], system["seal"]]


def systems_table(systems: Sequence[Mapping[str, Any]], w: Words) -> Markup:
    """Write a row a system: what its own audit says."""
    rows = [
        [
            system["name"],
            system["vendor"] or w["nobody"],
            (w["would_be"].format(system["headline"]) if system["would_be"] else system["headline"]),
            system["decision"],
        ]
        for system in systems
    ]
    return table(w["systems"], [w["system"], w["vendor"], w["supports"], w["decided"]], rows)


def finding_view(
    finding: Mapping[str, Any], block: Mapping[str, Any], names: Sequence[str], w: Words
) -> dict[str, Any]:
    """Prepare a finding: a row a system, what is known of how they differ, and whom they treat differently."""
    about = capital(finding["about"])
    rows = [
        [
            name,
            _verdict(each, w),
            w["beside"].format(*each["pair"]) if each["pair"] else w["unknown"],
            each["best"] or w["unknown"],
            each["bound"] or each["shown"],
            finding["limit"],
        ]
        for name, each in zip(names, finding["systems"], strict=True)
    ]
    heads = [w["system"], w["verdict"], w["worse_off"], w["best"], w["shown"], w["limit"]]
    return {
        **finding,
        "about": about,
        "table": table(w["finding"].format(about), heads, rows),
        "told_apart": _told_apart(finding, block),
        "unlike": [unlike_table(each, about, names, w) for each in finding["unlike"]],
    }


def _told_apart(finding: Mapping[str, Any], block: Mapping[str, Any]) -> list[str]:
    """Say why nothing is paired of this finding, where that is not said of the whole block."""
    of_block = {pairing["why_not"] for pairing in block["pairings"]}
    return [each["sentence"] for each in finding["side_by_side"] if each["why"] not in of_block]


def _verdict(found: Mapping[str, Any], w: Words) -> str:
    return w["baseline"] if found["baseline"] else found["words"]


def unlike_table(found: Mapping[str, Any], about: str, names: Sequence[str], w: Words) -> Markup:
    """Write how many of each group only one of two systems counts."""
    first, second = (names[place] for place in found["systems"])
    rows = [
        [row["group"], *(f"{row[key]:,}" for key in ("people", "first_only", "second_only")), row["by_chance_words"]]
        for row in found["rows"]
    ]
    heads = [w["group"], w["people"], w["only"].format(first), w["only"].format(second), w["by_chance"]]
    return table(w["unlike"].format(about, first, second), heads, rows)


def differing_table(differing: Sequence[Mapping[str, Any]], names: Sequence[str], w: Words) -> Markup:
    """Write what the plans say otherwise: a row an entry."""
    rows = [[each["where"], *each["values"]] for each in differing]
    return table(w["differing"], [w["entry"], *names], rows)
