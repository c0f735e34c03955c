"""Whether audits ask the same: what must be alike in their plans, and what may differ and is listed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from fairaudit.errors import Problem, nearest
from fairaudit.measures.registry import labelled
from fairaudit.plan import Evidence, Plan

MAY_DIFFER = tuple(
    re.compile(pattern)
    for pattern in (
        r"system\.(name|version|vendor|agency|stage|people_per_year|lapses_after_months)",
        r"[^.]+\.(question|words\..*|cannot_tell|notebook|smallest_cell|scan.*)",
        r"[^.]+\.data\.(source|sheet|encoding|delimiter|counted_by|counts_from|period|origin|decided_by|key|cluster)",
        r"[^.]+\.data\.date_format",
        r"[^.]+\.data\.(count|weight|matched_by|opened|closed|inclusion_probability|join.*|shapes.*)",
        r"[^.]+\.data\.(decision|reached)\..*",
        r"[^.]+\.data\.outcome\.(column|is_|is_not)",
        r"[^.]+\.data\.\w+\.(column|unknown|probability)",
        r"[^.]+\.groups\.[^.]+\.(column|labels.*|unknown|proxy.*)",
        r"[^.]+\.measures\..*\.because",
    )
)
"""What says whose system it is, and how its records are read; everything else is what is asked."""

SILENT = object()


def differences(plans: Sequence[Plan], names: Sequence[str]) -> tuple[list[Problem], list[dict[str, Any]]]:
    """Hold plans against the first.

    Args:
        plans: two or more.
        names: what to call each.

    Returns:
        What differs in what they ask, a problem each; and what differs and may: `where`, and `values`, one a plan.
    """
    asked = [dict(_of_plan(plan)) for plan in plans]
    problems = list(_other_evidence(plans, names))
    shared = set.intersection(*({block.id for block in plan.evidence} for plan in plans))
    places = [place for place in dict.fromkeys(place for each in asked for place in each) if _compared(place, shared)]
    listed = []
    for place in places:
        values = [each.get(place, SILENT) for each in asked]
        if all(value == values[0] for value in values):
            continue
        if any(pattern.fullmatch(place) for pattern in MAY_DIFFER):
            listed.append({"where": _words(place), "values": [_shown(value) for value in values]})
            continue
        for name, value in zip(names[1:], values[1:], strict=True):
            # What a measure that is lacking says of itself is not named once more.
            if value != values[0] and not _is_part(place, (each.what for each in problems if each.where == name)):
                problems.append(_otherwise(place, (names[0], values[0]), (name, value)))
    return problems, listed


def _otherwise(place: str, first: tuple[str, Any], other: tuple[str, Any]) -> Problem:
    where, (called, value), (name, own) = _words(place), first, other
    if ASKED in (value, own):
        what = (
            f"does not ask {where}, which {called} asks" if own is SILENT else f"asks {where}, which {called} does not"
        )
        hint = (
            f"Plans that are compared ask the same: {'add it' if own is SILENT else 'take it out'}, and run it again."
        )
        return Problem(name, what, hint)
    what = f"{where} is {_shown(own)}, and {_shown(value)} in {called}"
    hint = "leave it out" if value in (SILENT, None) else f"write {_shown(value)}"
    return Problem(name, what, f"Plans that are compared ask the same: {hint}, and run it again.")


def _is_part(place: str, told: Iterable[str]) -> bool:
    """Say whether a place is within one that is said to be lacking in some plan."""
    return any(what.startswith(f"{verb} {_words(place).rpartition('.')[0]}, ") for what in told for verb in VERBS)


ASKED = "asked"
VERBS = ("does not ask", "asks")


def _compared(place: str, shared: set[str]) -> bool:
    return place.split(".")[0] in shared | {"system"}


def _other_evidence(plans: Sequence[Plan], names: Sequence[str]) -> Iterator[Problem]:
    first = [block.id for block in plans[0].evidence]
    for plan, name in zip(plans[1:], names[1:], strict=True):
        own = [block.id for block in plan.evidence]
        for missing in (each for each in first if each not in own):
            yield Problem(name, f"has no evidence {missing!r}, which {names[0]} has", nearest(missing, own))
        for added in (each for each in own if each not in first):
            yield Problem(name, f"has evidence {added!r}, which {names[0]} lacks", nearest(added, first))


def _of_plan(plan: Plan) -> Iterator[tuple[str, Any]]:
    """Give every entry of a plan by its place, lists by what names their entries."""
    yield from _flat("system", plan.system.model_dump(mode="json"))
    for block in plan.evidence:
        yield from _of_block(block)


def _of_block(block: Evidence) -> Iterator[tuple[str, Any]]:
    told = block.model_dump(mode="json", exclude={"id", "measures", "compare", "groups"})
    yield from _flat(block.id, told)
    for name, group in block.groups.items():
        yield f"{block.id}.groups.{name}.levels", _levels(group)
        yield from _flat(f"{block.id}.groups.{name}", group.model_dump(mode="json", exclude={"levels"}))
    for entry in block.measures:
        own = f"{block.id}.measures.{labelled(entry.measure, entry.parameters)}"
        yield own, ASKED
        yield f"{own}.because", entry.because
        yield f"{own}.blocks", entry.blocks
        for kind in ("ratio", "difference"):
            yield f"{own}.{kind}", entry.limits.get(kind)
    for comparison in block.comparisons:
        own = f"{block.id}.compare.{comparison.name}"
        yield f"{own}.blocks", comparison.blocking
        yield f"{own}.reference", comparison.model_dump(mode="json")["reference"]


def _levels(group: Any) -> list[str] | None:
    """Name the groups there are; of labels without levels, those that they call by name."""
    if group.final_levels is not None:
        return list(group.final_levels)
    return sorted(set(group.labels.values())) or None


def _flat(place: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for key, entry in value.items():
            yield from _flat(f"{place}.{key}", entry)
    elif value not in (None, {}, [], ""):
        yield place, value


def _words(place: str) -> str:
    return place.replace("is_not", "is not").replace(".is_", ".is").replace("from_", "from")


def _shown(value: Any) -> str:
    if value is SILENT or value is None:
        return "left out"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
