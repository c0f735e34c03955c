"""Every finding, group and pair as one long table that a spreadsheet can open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fairaudit.exporting import Sealed, export
from fairaudit.tally.spreadsheet import write_csv

HEADERS = (
    *("row", "evidence", "finding", "measure", "title", "grouping", "group", "other_group", "people", "other_people"),
    *("events", "value", "lower", "upper", "hidden_low", "hidden_high", "comparison", "limit", "limit_because"),
    *("reading", "reason", "can_block", "for_comparison_only", "approximate", "method", "sentence", "notice", "seal"),
)


@export("csv", title="All findings, groups and pairs in one long table, CSV")
def findings_csv(sealed: Sealed) -> dict[str, str | bytes]:
    """Write a row a finding, a group and a pair; the column `row` says which. What is not known is empty."""
    last = {"notice": " ".join(sealed.notices), "seal": sealed.root}
    rows = [
        [{**row, **last}.get(name) for name in HEADERS]
        for block in sealed.results["evidence"]
        for finding in block["findings"]
        for row in _rows(finding)
    ]
    return {"findings.csv": write_csv(HEADERS, rows)}


def _rows(finding: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    of_all = {name: finding[name] for name in ("evidence", "measure", "title", "approximate")} | {
        "finding": finding["id"],
        "grouping": " and ".join(finding["grouping"]),
        "can_block": _yes(finding["blocks"]),
        "for_comparison_only": _yes(finding["baseline"]),
        "approximate": _yes(finding["approximate"]),
    }
    for place, each in enumerate(finding["comparisons"]):
        bounds = {name: each.get(name) for name in ("lower", "upper", "reason", "method", "sentence")}
        limit = {"limit": each["tolerance"]["value"], "limit_because": each["tolerance"]["because"]}
        kind = {**of_all, "comparison": each["kind"], **limit}
        first, second = each["worst_pair"] or ("", "")
        pair = {"group": first, "other_group": second, "value": each["estimate"], "reading": each["verdict"]}
        yield {"row": "finding", **kind, **pair, **bounds, **_between(each, "estimate")}
        for group in finding["groups"] if place == 0 else ():
            counts = {"people": group["n"], "events": group["events"], "value": group["rate"]}
            limits = {"lower": group["lower"], "upper": group["upper"]}
            yield {"row": "group", **of_all, "group": group["group"], **counts, **limits, **_between(group, "rate")}
        for pair in each["pairs"]:
            names = dict(zip(("group", "other_group"), pair["groups"], strict=True))
            sizes = dict(zip(("people", "other_people"), pair["n"], strict=True))
            values = {name: pair[name] for name in ("lower", "upper", "method", "reading")}
            yield {
                "row": "pair",
                **kind,
                **names,
                **sizes,
                "value": pair["estimate"],
                **values,
                **_between(pair, "estimate"),
            }


def _between(entry: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Say between what a value lies that hidden counts leave open."""
    low, high = (entry.get("hidden") or {}).get(name, (None, None))
    return {"hidden_low": low, "hidden_high": high}


def _yes(value: bool) -> str:
    return "yes" if value else "no"
