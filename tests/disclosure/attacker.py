"""An attacker who has the public copy alone: all that it prints of counts, as a linear program.

It knows how tables hang together: groups of every attribute add up to the same people, those of unknown group among
them; numerators are parts of denominators, and both are sums of decisions by outcomes. For any count that is hidden it
finds the least and the most that fit everything printed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.optimize import linprog

from fairaudit.measures import MEASURES

UNKNOWN = "?"
OF_RESIDENTS = ("representation", "places")
"""Kinds whose denominators count people who live there, and no records."""
Name = tuple[Any, ...]
Sum = Mapping[Name, float]


class Attacker:
    """Reads a block of a public copy.

    Args:
        block: one of its `evidence`.
        smallest: what the copy says of its rule: counts below are hidden, so that what is told is none of them.
    """

    def __init__(self, block: Mapping[str, Any], smallest: int):
        self.block, self.smallest = block, smallest
        self.names: dict[Name, int] = {}
        self.rows: list[tuple[Sum, float, float]] = []
        self._one_ways = [f for f in block["findings"] if len(f["grouping"]) == 1]
        self.levels = {each["name"]: self._levels(each) for each in block["attributes"]}
        self._people()
        for finding in block["findings"]:
            (self._finding if len(finding["grouping"]) == 1 else self._crossing)(finding)

    def _levels(self, attribute: Mapping[str, Any]) -> list[str]:
        told = [UNKNOWN if row["unknown"] else row["group"] for row in attribute["groups"]]
        named = [name or UNKNOWN for name in attribute["not_told"]]
        return list(dict.fromkeys([*told, *named, UNKNOWN]))

    # --- what is printed ---

    def _people(self) -> None:
        for attribute in self.block["attributes"]:
            name = attribute["name"]
            if not self.block["all_areas"]:
                everybody = {("records", name, level): 1 for level in self.levels[name]}
                self._between(everybody, *_twice(self.block["records"]["kept"]))
            for row in attribute["groups"]:
                level = UNKNOWN if row["unknown"] else row["group"]
                ends = row["hidden"]["records"] if "hidden" in row else _twice(row["records"])
                self._between({("records", name, level): 1}, *ends)
            for level in self.levels[name]:
                cells = {("cell", name, level, place): 1.0 for place in range(9)}
                self._between({**cells, ("records", name, level): -1}, 0, 0)
        first, *others = self.levels
        for other in () if self.block["all_areas"] else others:  # an area may hold people of several groups
            for place in range(9):
                both = {("cell", first, level, place): 1.0 for level in self.levels[first]}
                both |= {("cell", other, level, place): -1.0 for level in self.levels[other]}
                self._between(both, 0, 0)

    def _finding(self, finding: Mapping[str, Any]) -> None:
        (name,), measure = finding["grouping"], _measure(finding)
        told = {row["group"]: row for row in finding["groups"]}
        for level in self.levels[name]:
            n, events = ({(key, name, level, measure): 1.0} for key in ("n", "events"))
            if self.block["kind"] not in OF_RESIDENTS:
                self._between({**n, ("records", name, level): -1}, -math.inf, 0)
                self._between(_less(n, events), 0, math.inf)
            self._cells(finding, name, level)
            if level in told:
                self._row(told[level], n, events)
        for key in ("n", "events"):
            everybody = {(key, name, level, measure): 1.0 for level in self.levels[name]}
            self._between(_less(everybody, {("total", key, measure): 1.0}), 0, 0)
        if finding["unknown"]["people"] is not None:
            # Those of unknown group whom the measure counts, or may count.
            self._between({("n", name, UNKNOWN, measure): 1.0}, 0, finding["unknown"]["people"])

    def _cells(self, finding: Mapping[str, Any], name: str, level: str) -> None:
        """A numerator and a denominator are sums of decisions by outcomes, where no cut-off makes decisions anew."""
        measure = MEASURES.get(finding["measure"])
        if (
            finding["parameters"]
            or not hasattr(measure, "membership")
            or self.block["kind"] not in ("decisions", "matching")
        ):
            return
        for key, cells in zip(("events", "n"), measure.membership(), strict=True):
            of = {("cell", name, level, place): -1.0 for place in np.flatnonzero(np.ravel(cells))}
            self._between({(key, name, level, _measure(finding)): 1.0, **of}, 0, 0)

    def _row(self, row: Mapping[str, Any], n: Sum, events: Sum) -> None:
        hidden = row.get("hidden", {})
        self._between(n, *hidden.get("n", _twice(row["n"])))
        if row["events"] is None:
            return
        self._between(events, *hidden.get("events", _twice(row["events"])))
        low, high = hidden.get("rate", _twice(row["rate"]))
        if low is not None and row["n"] and _is_share(row, low, high):
            self._between(_less(events, {key: low for key in n}), -1e-6, math.inf)
            self._between(_less({key: high for key in n}, events), -1e-6, math.inf)
        if row["n"]:  # the rule: what is told is not small, and neither all nor none
            for part in (n, events, _less(n, events)):
                self._between(part, self.smallest, math.inf)

    def told_in_words(self, group: str, finding: Mapping[str, Any], of_hundred: int) -> None:
        """A sentence says how many of every 100 it is, rounded."""
        (name,), measure = finding["grouping"], _measure(finding)
        n, events = (key for key in (("n", name, group, measure), ("events", name, group, measure)))
        self._between({events: 1.0, n: -(of_hundred - 0.5) / 100}, -1e-6, math.inf)
        self._between({events: -1.0, n: (of_hundred + 0.5) / 100}, -1e-6, math.inf)

    def _crossing(self, finding: Mapping[str, Any]) -> None:
        """Groups of a crossing are parts of both their margins."""
        measure = _measure(finding)
        known = [[level for level in self.levels[name] if level != UNKNOWN] for name in finding["grouping"]]
        if not any(
            each["grouping"] == [name] and _measure(each) == measure
            for each in self._one_ways
            for name in finding["grouping"]
        ):
            return
        for axis, name in enumerate(finding["grouping"]):
            for level in known[axis]:
                rows = [row for row in finding["groups"] if row["group"].split(", ")[axis : axis + 1] == [level]]
                if not rows or any(", " in other for levels in known for other in levels):
                    continue
                for key in ("n", "events"):
                    if any(row[key] is None for row in rows):
                        continue
                    least = sum(row.get("hidden", {}).get(key, _twice(row[key]))[0] for row in rows)
                    self._between({(key, name, level, measure): 1.0}, least, math.inf)

    # --- the program ---

    def _between(self, total: Sum, low: float | None, high: float | None) -> None:
        if low is None or high is None:
            return
        for name in total:
            self.names.setdefault(name, len(self.names))
        self.rows.append((dict(total), low, high))

    def range_of(self, total: Sum) -> tuple[float, float]:
        """Find the least and the most that a sum of counts can be."""
        matrix = np.zeros((len(self.rows), len(self.names)))
        for place, (terms, _, _) in enumerate(self.rows):
            for name, times in terms.items():
                matrix[place, self.names[name]] += times
        low, high = (np.array([row[side] for row in self.rows], float) for side in (1, 2))
        upper, lower = np.isfinite(high), np.isfinite(low)
        given = {
            "A_ub": np.concatenate([matrix[upper], -matrix[lower]]),
            "b_ub": np.concatenate([high[upper] + 1e-7, -low[lower] + 1e-7]),
        }
        aim = np.zeros(len(self.names))
        for name, times in total.items():
            if name not in self.names:
                return 0.0, math.inf
            aim[self.names[name]] += times
        ends = []
        for sign in (1, -1):
            found = linprog(sign * aim, **given, bounds=(0, None), method="highs")
            assert found.status in (0, 3), found.message  # what is printed fits together: it is true of the records
            ends.append(sign * found.fun if found.status == 0 else math.inf)
        return ends[0], ends[1]


def _twice(value: float | None) -> tuple[float | None, float | None]:
    return value, value


def _is_share(row: Mapping[str, Any], low: float, high: float) -> bool:
    """Of weighted records a rate is no share of the counts beside it."""
    return "hidden" in row or abs(row["events"] / row["n"] - low) < 1e-9


def _measure(finding: Mapping[str, Any]) -> str:
    return f"{finding['measure']}{sorted(finding['parameters'].items())}"


def _less(one: Sum, other: Sum) -> dict[Name, float]:
    return {**one, **{name: one.get(name, 0.0) - times for name, times in other.items()}}


def small_counts(block: Mapping[str, Any], smallest: int) -> dict[str, tuple[Sum, float]]:
    """List every small count of an internal copy: its name, as what sum the attacker has it, and what it is."""
    found: dict[str, tuple[Sum, float]] = {}
    for attribute in block["attributes"]:
        for row in attribute["groups"]:
            level = UNKNOWN if row["unknown"] else row["group"]
            found[f"{attribute['name']} {level}: records"] = (
                {("records", attribute["name"], level): 1.0},
                row["records"],
            )
    for finding in block["findings"]:
        if len(finding["grouping"]) == 1:
            (name,), measure = finding["grouping"], _measure(finding)
            for row in finding["groups"]:
                n, events = ({(key, name, row["group"], measure): 1.0} for key in ("n", "events"))
                told = f"{finding['id']} {row['group']}"
                lacking = {("records", name, row["group"]): 1.0}
                found[f"{told}: n"] = n, row["n"]
                found[f"{told}: lacking"] = _less(lacking, n), row["records"] - row["n"]
                if row["events"] is not None:
                    found[f"{told}: events"] = events, row["events"]
                    found[f"{told}: without"] = _less(n, events), row["n"] - row["events"]
    return {name: (total, count) for name, (total, count) in found.items() if 0 < count < smallest}
