"""Every count of a group that the findings of a grouping print, or let be worked out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fairaudit.disclosure.choosing import Parts
from fairaudit.disclosure.hidden import Block, Finding
from fairaudit.plan import UNKNOWN


def is_open(row: Mapping[str, Any]) -> bool:
    """Say whether counts of a group were received hidden, and are open still."""
    return "hidden" in row and any(len(set(row["hidden"][key])) > 1 for key in ("n", "events"))


def table_of(block: Block, findings: Sequence[Finding]) -> dict[str, list[Parts]]:
    """Give of every group all the counts that the findings of a grouping print or let be worked out."""
    table: dict[str, list[Parts]] = {}
    for finding in findings:
        for row in finding["groups"]:
            table.setdefault(row["group"], []).append(_parts(row["n"], row["events"]))
    for group, parts in table.items():
        parts += _outcomes(block, findings[0]["grouping"], group)
    unknown = [_of_unknown(block, finding) for finding in findings]
    if any(parts[0] for parts in unknown):  # what cannot be worked out is hidden already
        lacking = [(None,)] * (max(map(len, table.values()), default=0) - len(unknown))
        table[UNKNOWN] = [*unknown, *lacking]
    most = max(map(len, table.values()), default=0)
    return {group: parts + [(None,)] * (most - len(parts)) for group, parts in table.items()}


def _parts(n: float, events: float | None) -> Parts:
    return (float(n),) if events is None else (float(n), float(events), float(n - events))


def _of_unknown(block: Block, finding: Finding) -> Parts:
    """Give the counts of those of unknown group where a finding that knows everybody's group gives them away."""
    whole = [
        other
        for other in block["findings"]
        if len(other["grouping"]) == 1 and same_measure(other, finding) and not other["unknown"]["people"]
    ]
    rows = finding["groups"]
    if not whole or any(row["events"] is None for row in rows):
        return (None,)
    n, events = (sum(row[key] for row in whole[0]["groups"]) - sum(row[key] for row in rows) for key in ("n", "events"))
    return _parts(max(n, 0), max(events, 0))


def same_measure(one: Finding, other: Finding) -> bool:
    """Say whether two findings are of the same measure with the same settings."""
    return (one["measure"], one["parameters"]) == (other["measure"], other["parameters"])


def _outcomes(block: Block, grouping: Sequence[str], group: str) -> Iterator[Parts]:
    """Give how many have the outcome, and how many do not, where a curve of outcomes by score tells."""
    for entry in block["shown"]:
        if entry["shown"] == "calibration" and entry["grouping"] == list(grouping):
            for row in entry["groups"]:
                if row["group"] == group:
                    n = sum(point["n"] for point in row["points"])
                    yield _parts(n, round(sum(point["n"] * (point["rate"] or 0) for point in row["points"])))
