"""The plan, recorded before results are seen; every look at data; and what was changed afterwards.

`register.json` beside the plan is kept by `fairaudit register` and `fairaudit run`. It is a log that somebody keeps: it
says what they say. A commit in git, or a copy held elsewhere, is what makes it hard to rewrite.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from fairaudit.errors import PlanError, Problem
from fairaudit.folders import replace_text
from fairaudit.languages import marked
from fairaudit.measures import MEASURES
from fairaudit.plan import Plan, read_plan

FILE = "register.json"
SCHEMA_VERSION = "1"
PROSE = frozenset({
    "question", "because", "cannot_tell", "words", "period", "counted_by", "unit", "monitoring", "stop_rule", "owner",
})  # fmt: skip
"""Keys of an evidence block that no number and no verdict depends on."""

ADDED, THERE = marked("added"), marked("there")
"""What stands for a part of a plan that was not there before, or is there no longer."""

Standing = Literal["registered", "changed", "exploratory"]


@dataclass(frozen=True)
class Entry:
    """One registration: when, what plan, and why where an earlier one is changed.

    Attributes:
        at: UTC, to the second.
        plan_sha256: of the plan's file.
        plan: what the plan said.
        because: why it was changed; empty for the first.
        commit: of git, where the plan was committed as it stood.
    """

    at: str
    plan_sha256: str
    plan: Mapping[str, Any]
    because: str = ""
    commit: str | None = None


@dataclass(frozen=True)
class Look:
    """One look at data: the hash of each block's source.

    Attributes:
        at: UTC, to the second.
        plan_sha256: of the plan's file at that time.
        data: each evidence block's id: the hash of its source.
    """

    at: str
    plan_sha256: str
    data: Mapping[str, str]


@dataclass(frozen=True)
class Register:
    """Everything in `register.json`, oldest first."""

    entries: tuple[Entry, ...] = ()
    looks: tuple[Look, ...] = ()

    def with_look(self, look: Look) -> Register:
        """Add a look at data; one at data that were all seen before is none."""
        seen = {digest for each in self.looks for digest in each.data.values()}
        new = set(look.data.values()) - seen
        return Register(self.entries, (*self.looks, look)) if new else self

    def as_dict(self) -> dict[str, Any]:
        """Give it as plain data."""
        return {
            "schema_version": SCHEMA_VERSION,
            "entries": [{**vars(entry), "plan": dict(entry.plan)} for entry in self.entries],
            "looks": [{**vars(look), "data": dict(look.data)} for look in self.looks],
        }


def read_register(folder: Path) -> Register:
    """Read an audit's register; an empty one where there is none.

    Raises:
        PlanError: it is not as `fairaudit` writes it.
    """
    path = folder / FILE
    if not path.is_file():
        return Register()
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        entries = tuple(Entry(**_texts(entry, "plan", ("commit",))) for entry in content["entries"])
        looks = tuple(Look(**_texts(look, "data")) for look in content["looks"])
        _in_order([entry.at for entry in entries])
        _in_order([look.at for look in looks])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        hint = "Take it from git or a backup as it was; without it the audit is exploratory."
        raise PlanError(Problem(FILE, "is not as `fairaudit register` and `fairaudit run` write it", hint)) from None
    return Register(entries, looks)


def is_registered(audit: Path) -> bool:
    """Say whether an audit's plan was ever registered.

    Args:
        audit: the audit's folder, or its plan.

    Raises as `read_register` does.
    """
    return bool(read_register(audit if audit.is_dir() else audit.parent).entries)


def is_unregistered(audit: Path) -> bool:
    """Say whether data would be looked at for the first time, under a plan that nobody registered.

    A plan or a register that cannot be read is another matter, which whoever runs the audit is told of.

    Args:
        audit: the audit's folder, or its plan.
    """
    try:
        register = read_register(read_plan(audit).folder)
    except PlanError:
        return False
    return not register.entries and not register.looks


def _in_order(moments: Sequence[str]) -> None:
    if any(len(moment) != 20 or not moment.endswith("Z") for moment in moments) or sorted(moments) != list(moments):
        raise ValueError(moments)


def _texts(entry: Mapping[str, Any], mapping: str, nullable: tuple[str, ...] = ()) -> dict[str, Any]:
    for key, value in entry.items():
        if key == mapping and not isinstance(value, dict):
            raise ValueError(key)
        if key != mapping and not isinstance(value, str) and not (key in nullable and value is None):
            raise ValueError(key)
    return dict(entry)


def write_register(folder: Path, register: Register) -> None:
    """Write an audit's register."""
    replace_text(folder / FILE, json.dumps(register.as_dict(), indent=1, ensure_ascii=False) + "\n")


# --- what was changed ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """One difference between two plans.

    Attributes:
        place: such as "evidence block-id: measures selection_rate: ratio".
        was, now: in a few words; empty where it was not, or is no longer, there.
        block: the evidence block's id; empty for the system.
        measure: the measure that alone is touched; empty where all of the block are.
        material: whether a number or a verdict may depend on it.
    """

    place: str
    was: str
    now: str
    block: str = ""
    measure: str = ""
    material: bool = False

    def touches(self, finding: Mapping[str, Any]) -> bool:
        """Say whether a finding may be another one for it."""
        same = finding["evidence"] == self.block
        return self.material and same and self.measure in ("", finding["measure"])


def changes(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[Change]:
    """List what differs between two plans, as plain data."""
    found = [
        Change(f"system: {key}", _brief(old), _brief(new))
        for key, old, new in _differing(was.get("system") or {}, now.get("system") or {})
    ]
    before, after = _by(was.get("evidence"), "id"), _by(now.get("evidence"), "id")
    for name in dict.fromkeys([*before, *after]):
        if name not in before or name not in after:
            told = ("", ADDED) if name not in before else (THERE, "")
            found.append(Change(f"evidence {name}", *told, block=name, material=True))
        else:
            found += _of_block(name, before[name], after[name])
    return found


def _of_block(name: str, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Change]:
    for key, old, new in _differing(was, now):
        if key == "measures" and isinstance(old, list) and isinstance(new, list):
            yield from _of_measures(name, old, new)
        elif isinstance(old, dict) and isinstance(new, dict):
            for inner, before, after in _differing(old, new):
                material = key not in PROSE and inner not in PROSE
                place = f"evidence {name}: {key}: {inner}"
                yield Change(place, _brief(before), _brief(after), name, material=material)
        else:
            yield Change(f"evidence {name}: {key}", _brief(old), _brief(new), name, material=key not in PROSE)


def _of_measures(name: str, was: list, now: list) -> Iterator[Change]:
    before, after = _named(was), _named(now)
    for label in dict.fromkeys([*before, *after]):
        old, new = before.get(label), after.get(label)
        written = str((new or old)["measure"])
        measure = MEASURES[written].name if written in MEASURES else written
        if old is None or new is None:
            told = ("", ADDED) if old is None else (THERE, "")
            yield Change(f"evidence {name}: measures: {label}", *told, name, measure, material=True)
            continue
        for key, one, other in _differing(old, new):
            place = f"evidence {name}: measures: {label}: {key}"
            yield Change(place, _brief(one), _brief(other), name, measure, material=key not in PROSE)


def _named(entries: list) -> dict[str, Mapping[str, Any]]:
    """Name measures; of one that stands there several times, the second by its number."""
    found: dict[str, Mapping[str, Any]] = {}
    for entry in entries:
        if isinstance(entry, dict):
            label = str(entry.get("measure"))
            label = label if label not in found else f"{label} {1 + sum(key.split()[0] == label for key in found)}"
            found[label] = {"measure": "", **entry}
    return found


def _by(entries: Any, key: str) -> dict[str, Mapping[str, Any]]:
    return {str(entry.get(key)): entry for entry in entries or () if isinstance(entry, dict)}


def _differing(was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for key in dict.fromkeys([*was, *now]):
        if was.get(key) != now.get(key):
            yield str(key), was.get(key), now.get(key)


def _brief(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else text[:199] + "…"


# --- how the plan stands ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stood:
    """How the plan stands to what was recorded before results were seen.

    Attributes:
        standing: registered; changed, after results were seen, in what a verdict may depend on; or exploratory.
        at: when it was first registered.
        commit: of that registration.
        deviations: what was changed since the first registration, oldest first.
        looks: each look at data, oldest first.
        exploratory: blocks whose data were seen before the plan was registered.
        touched: changes after results were seen that a verdict may depend on.
        over: blocks looked at more often than the plan allows, each with its look's number.
        unexplained: whether a change has no reason.
    """

    standing: Standing = "exploratory"
    at: str | None = None
    commit: str | None = None
    deviations: tuple[dict[str, Any], ...] = ()
    looks: tuple[Look, ...] = ()
    exploratory: tuple[str, ...] = ()
    touched: tuple[Change, ...] = ()
    over: Mapping[str, int] = field(default_factory=dict)
    unexplained: bool = False

    def is_touched(self, finding: Mapping[str, Any]) -> bool:
        """Say whether a finding is no longer what was registered."""
        return finding["evidence"] in self.exploratory or any(change.touches(finding) for change in self.touched)


def stands(register: Register, plan: Plan, content: Mapping[str, Any], data: Mapping[str, str]) -> Stood:
    """Say how a plan stands to its register.

    Args:
        register: what was recorded.
        plan: the plan as it is now.
        content: the same as plain data.
        data: each block's id: the hash of its source.
    """
    over = {block.id: number for block in plan.evidence if (number := _look_too_many(register, block, plan, data))}
    if not register.entries:
        return Stood(looks=register.looks, over=over, exploratory=tuple(block.id for block in plan.evidence))
    first, last = register.entries[0], register.entries[-1]
    exploratory, touched = [], []
    for block in plan.evidence:
        seen = _first_seen(register, data.get(block.id))
        before = [entry for entry in register.entries if seen is None or entry.at <= seen]
        if not before:
            exploratory.append(block.id)
            continue
        touched += [
            change for change in changes(before[-1].plan, content) if change.block == block.id and change.material
        ]
    touched += _taken_out(register, plan)
    deviations = _deviations(register, plan, content, data)
    standing: Standing = (
        "exploratory"
        if len(exploratory) == len(plan.evidence)
        else "changed"
        if exploratory or touched
        else "registered"
    )
    return Stood(
        standing=standing,
        at=first.at,
        commit=first.commit,
        deviations=tuple(deviations),
        looks=register.looks,
        exploratory=tuple(exploratory),
        touched=tuple(dict.fromkeys(touched)),
        over=over,
        unexplained=any(not entry["because"] for entry in deviations) or last.plan_sha256 != plan.sha256,
    )


def _taken_out(register: Register, plan: Plan) -> Iterator[Change]:
    """Give the blocks that were registered and looked at, and that the plan no longer has."""
    known = {block.id for block in plan.evidence}
    named = {str(block.get("id")) for entry in register.entries for block in entry.plan.get("evidence") or ()}
    seen = {name for look in register.looks for name in look.data}
    for name in sorted(named & seen - known):
        yield Change(f"evidence {name}", THERE, "", block=name, material=True)


def _first_seen(register: Register, digest: str | None) -> str | None:
    return next((look.at for look in register.looks if digest and digest in look.data.values()), None)


def _deviations(
    register: Register, plan: Plan, content: Mapping[str, Any], data: Mapping[str, str]
) -> list[dict[str, Any]]:
    """List each change of the plan since it was first registered: when, what, why, and whether results were seen."""
    seen = [moment for block in plan.evidence if (moment := _first_seen(register, data.get(block.id)))]
    first_seen = min(seen, default=None)
    steps = [(entry.plan, entry.at, entry.because) for entry in register.entries]
    if register.entries[-1].plan_sha256 != plan.sha256:
        steps.append((content, None, ""))
    found = []
    for (was, _, _), (now, at, because) in pairwise(steps):
        differing = changes(was, now)
        if differing or at is not None:
            after = first_seen is not None and (at is None or at > first_seen)
            found.append(
                {"at": at, "because": because, "after_results": after, "changes": [vars(each) for each in differing]}
            )
    return found


def _look_too_many(register: Register, block: Any, plan: Plan, data: Mapping[str, str]) -> int:
    """Number the look at a block's data, where it is more than the plan allows; else 0.

    Looks count that saw other data under the same block, or under one that the plan no longer has.
    """
    digest, known = data.get(block.id), {each.id for each in plan.evidence}
    earlier: set[str] = set()
    for look in register.looks:
        if digest in look.data.values():
            break
        earlier |= {found for name, found in look.data.items() if name == block.id or name not in known}
    number = len(earlier) + 1
    allowed = block.look if block.looks == "open" else block.looks
    return number if number > allowed else 0
