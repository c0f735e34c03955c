"""By which rules of a plan records are read: what a tally answers, so that it is seen where a plan asks otherwise.

Prose, limits and comparisons are no part of it: no count depends on them. What the counts themselves show, such as
their tables, bins and horizons, is checked where they are received (`sources.received`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fairaudit.groupings import attributes
from fairaudit.plan import Evidence

OF_RECORDS = (
    *("keep", "random_subset", "decision", "outcome", "score", "amount", "reached", "service", "people", "matched_by"),
    *("area", "areas", "opened", "closed", "until", "date_format", "join", "count"),
    *("weight", "inclusion_probability", "cluster"),
)
"""Keys under `data` that say which records are counted, and how each is read."""
MOST_SHOWN = 60
NOTHING = (None, {}, [])


@dataclass(frozen=True)
class Difference:
    """A rule that a plan states and by which counts were not made.

    Attributes:
        place: the plan's key.
        counted: what was asked when the records were counted, as short JSON.
        here: what the plan says, likewise.
    """

    place: str
    counted: str
    here: str


def rules_of(evidence: Evidence) -> dict[str, Any]:
    """Give the rules by which an evidence block has records counted, as plain data."""
    data = evidence.data.model_dump(mode="json", by_alias=True, include=set(OF_RECORDS))
    if not evidence.needs_outcome:
        data["outcome"] = None  # it is not counted
    if data["join"]:
        data["join"] = data["join"]["on"]  # wherever the file lies
    return {
        "kind": evidence.kind,
        "data": {key: data[key] for key in OF_RECORDS if data[key] not in NOTHING},
        "groups": {name: _reads(coding) for name, coding in attributes(evidence).items()},
        "strata": list(evidence.strata),
    }


def _reads(coding: Any) -> dict[str, Any]:
    found = {"column": coding.column, "reads": dict(coding.codes), "several": coding.separator}
    found["bands"] = None if coding.bands is None else [float(cut) for cut in coding.bands]
    return {name: value for name, value in found.items() if value not in NOTHING}


def sha256_of_rules(rules: Mapping[str, Any]) -> str:
    """Hash rules, however they are laid out."""
    text = json.dumps(rules, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def unlike(asked: Mapping[str, Any], evidence: Evidence) -> Iterator[Difference]:
    """List the rules that a plan states otherwise than they were when records were counted.

    A plan that uses counts need not name columns any more: what it does not state cannot differ. Nor does what it makes
    of groups that were counted: it may call, or merge, them otherwise.

    Args:
        asked: the rules that the counts name.
        evidence: the block of the plan that uses them.
    """
    here = rules_of(evidence)
    before = _mapping(asked, "data")
    for key, stated in here["data"].items():
        if before.get(key) != stated:
            yield Difference(f"data.{key}", _shown(before.get(key)), _shown(stated))
    codings = attributes(evidence)
    for name, stated in here["groups"].items():
        counted = _mapping(asked, "groups").get(name)
        if isinstance(counted, Mapping):
            yield from _otherwise(name, counted, stated, codings[name].codes)


def unstated(asked: Mapping[str, Any], evidence: Evidence) -> list[str]:
    """Name the keys under `data` by which counts were made and which a plan that uses them does not state."""
    here = rules_of(evidence)["data"]
    return [key for key in OF_RECORDS if key in _mapping(asked, "data") and key not in here]


def _otherwise(
    name: str, counted: Mapping[str, Any], stated: Mapping[str, Any], codes: Mapping[str, str]
) -> Iterator[Difference]:
    for key in ("bands", "several"):
        if counted.get(key) != stated.get(key):
            yield Difference(f"groups.{name}", _shown(counted.get(key)), _shown(stated.get(key)))
    before = _mapping(counted, "reads")
    for raw, level in stated.get("reads", {}).items():
        read = before.get(raw)
        # Whatever it was counted as is called as the plan calls that by now.
        if isinstance(read, str) and codes.get(read, read) != level:
            said = [f"{_shown(raw)} read as {_shown(group)}" for group in (read, level)]
            yield Difference(f"groups.{name}", *said)


def _mapping(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = value.get(key)
    return found if isinstance(found, Mapping) else {}


def _shown(value: Any) -> str:
    if value in NOTHING:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}..."
