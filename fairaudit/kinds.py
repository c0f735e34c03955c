"""The kinds of evidence: what records of each must hold, and what its tally counts them by.

A kind is an entry here, a module of measures, a notebook and a template; everything else goes by this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

OUTCOME = "outcome: {column: NAME, is: [1], is_not: [0]}"


@dataclass(frozen=True)
class Kind:
    """One kind of evidence.

    Attributes:
        name: as the plan writes it.
        requires: keys of `data` that records need -> what to write.
        allows: further keys of `data` that only some kinds have.
        keys: columns of the tally beside groups, strata and fold; `outcome` only where a measure needs it, and of
            `decision` and `value`, where it has both, the one that the records hold.
        side: the key of the evidence that says which side of a measure is the worse one; None where there is but one.
        measures: the kinds whose measures it takes.
    """

    name: str
    requires: Mapping[str, str]
    allows: tuple[str, ...]
    keys: tuple[str, ...]
    side: str | None
    measures: tuple[str, ...]

    def keys_of(self, *, outcome: bool, value: bool) -> list[str]:
        """Give the columns that a tally of this kind has.

        Args:
            outcome: whether outcomes are counted.
            value: whether, of a kind that may count by either, values are counted and not decisions.
        """
        either = {"decision", "value"} <= set(self.keys)
        left_out = {"outcome": not outcome, "decision": either and value, "value": either and not value}
        return [key for key in self.keys if not left_out.get(key, False)]


def _kind(name: str, requires: dict[str, str], allows=(), keys=(), side=None, measures=()) -> tuple[str, Kind]:
    return name, Kind(name, MappingProxyType(requires), allows, keys, side, (name, *measures))


KINDS: Mapping[str, Kind] = MappingProxyType(
    dict([
        _kind(
            "decisions",
            {"decision": "decision: {column: NAME, is: [1], is_not: [0]}"},
            allows=("outcome", "population"),
            keys=("decision", "outcome"),
            side="being_selected_is",
        ),
        _kind(
            "scores",
            {"score": "score: {column: NAME}"},
            allows=("outcome", "population"),
            keys=("value", "outcome"),
            side="being_selected_is",
            measures=("decisions",),
        ),
        _kind(
            "amounts",
            {"amount": "amount: {column: NAME}"},
            allows=("population",),
            keys=("value",),
            side="a_high_amount_is",
        ),
        _kind(
            "matching",
            {"decision": "decision: {column: NAME, is: [linked], is_not: [not linked]}", "outcome": OUTCOME},
            allows=("population",),
            keys=("decision", "outcome"),
        ),
        _kind(
            "pairs",
            {
                "decision": "decision: {column: NAME, is: [1], is_not: [0]}",
                "matched_by": "matched_by: NAME (the column that names the test that a record belongs to)",
            },
            keys=("decision", "versus", "versus_decision"),
            side="being_selected_is",
            measures=("decisions",),
        ),
        _kind(
            "representation",
            {"population": "population: {source: FILE, people: COLUMN, from: WHO COUNTED THEM, year: 2023}"},
            keys=("counted",),
            side="more_is",
        ),
        _kind(
            "places",
            {
                "area": "area: NAME (the column that names an area)",
                "areas": "areas: all (a row an area, none left out), or areas: sample (a row an address or the like)",
            },
            allows=("reached", "service", "people", "shapes"),
            keys=("area_key", "decision", "value"),
            side="more_is",
        ),
        _kind(
            "waits",
            {
                "opened": "opened: NAME (the column of the day when the wait began)",
                "closed": "closed: NAME (the column of the day when it ended; empty where it has not)",
                "until": "until: 2024-12-31 (the day on which the records were drawn)",
            },
            allows=("date_format", "population"),
            keys=("value", "open", "followed"),
        ),
    ])
)  # fmt: skip
"""Every kind of evidence, by name."""

NO_COLUMNS = frozenset({"until", "population", "areas", "shapes"})
"""Keys of `data` that only some kinds have, and that name no column of the records."""

PROXIES_OF = ("decisions", "scores", "amounts", "waits", "matching")
"""Kinds whose records are of one person each, whose unknown group may be told by probabilities."""

OF_A_KIND = frozenset(key for kind in KINDS.values() for key in (*kind.requires, *kind.allows))
"""Keys of `data` that not every kind has."""
