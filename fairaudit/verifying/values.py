"""Two trees of plain values compared, and the place of each difference in words."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

RELATIVE, ABSOLUTE = 1e-9, 1e-12
"""Numbers this near are near: other machines and libraries may round late digits otherwise."""
NAMES = ("id", "name", "group", "scenario", "check")
MISSING = object()
LONGEST = 80


class Apart(NamedTuple):
    """One place in which two trees differ.

    Attributes:
        place: in words, such as "evidence flags, finding flags/race/selection_rate, rate of Black".
        was, now: the values in a few words.
        near: whether both are numbers that differ only in late digits.
        key: the last part of the place: what differs.
        part: the first parts of it that have names, such as the block and the finding.
    """

    place: str
    was: str
    now: str
    near: bool = False
    key: str = ""
    part: tuple[str, ...] = ()


def apart(was: Any, now: Any, place: Sequence[str] = (), key: str = "") -> Iterator[Apart]:
    """Compare two trees, and give each place in which they differ."""
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        for name in [*was, *(name for name in now if name not in was)]:
            yield from apart(was.get(name, MISSING), now.get(name, MISSING), place, f"{key}, {name}" if key else name)
    elif isinstance(was, list) and isinstance(now, list):
        yield from _lists(was, now, place, key)
    elif type(was) is not type(now) or was != now:
        last = key.rpartition(", ")[2]
        yield Apart(_words(place, key), brief(was), brief(now), near(was, now), last, tuple(place[:2]))


def _lists(was: list, now: list, place: Sequence[str], key: str) -> Iterator[Apart]:
    """Compare lists: entries that have a name by it, others by their number."""
    before, after = _named(was), _named(now)
    for name in dict.fromkeys([*before, *after]):
        one, other = before.get(name, MISSING), after.get(name, MISSING)
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            yield from apart(one, other, [*place, f"{_one_of(key)} {name}"])
        else:
            yield from apart(one, other, place, f"{key} {name}")


def _named(entries: list) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, entry in enumerate(entries, 1):
        name = str(number)
        if isinstance(entry, Mapping):
            name = next((str(entry[key]) for key in NAMES if isinstance(entry.get(key), str)), name)
        found[name if name not in found else f"{name} ({number})"] = entry
    return found


def _one_of(key: str) -> str:
    return {"evidence": "evidence", "groups": "group"}.get(key, key[:-1] if key.endswith("s") else key)


def _words(place: Sequence[str], key: str) -> str:
    """Put the value before the group that it is of: "rate of Black"."""
    key = key.replace("_", " ")
    if place and place[-1].startswith("group "):
        return ", ".join([*place[:-1], f"{key} of {place[-1].removeprefix('group ')}"])
    return ", ".join([*place, key])


def near(was: Any, now: Any) -> bool:
    """Say whether two values are numbers that differ only in late digits; true is no number."""
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (was, now))
    return numbers and math.isclose(was, now, rel_tol=RELATIVE, abs_tol=ABSOLUTE)


def brief(value: Any) -> str:
    """Write a value in a few words."""
    if value is MISSING:
        return "nothing"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = text or "empty"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
