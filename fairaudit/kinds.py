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
        keys: columns of the tally beside groups, strata and fold; `outcome` only where a measure needs it.
        side: the key of the evidence that says which side of a measure is the worse one; None where there is but one.
        measures: the kinds whose measures it takes.
    """

    name: str
    requires: Mapping[str, str]
    allows: tuple[str, ...]
    keys: tuple[str, ...]
    side: str | None
    measures: tuple[str, ...]


def _kind(name: str, requires: dict[str, str], allows=(), keys=(), side=None, measures=()) -> tuple[str, Kind]:
    return name, Kind(name, MappingProxyType(requires), allows, keys, side, (name, *measures))


KINDS: Mapping[str, Kind] = MappingProxyType(
    dict([
        _kind(
            "decisions",
            {"decision": "decision: {column: NAME, is: [1], is_not: [0]}"},
            allows=("outcome",),
            keys=("decision", "outcome"),
            side="being_selected_is",
        ),
        _kind(
            "scores",
            {"score": "score: {column: NAME}"},
            allows=("outcome",),
            keys=("value", "outcome"),
            side="being_selected_is",
            measures=("decisions",),
        ),
        _kind("amounts", {"amount": "amount: {column: NAME}"}, keys=("value",), side="a_high_amount_is"),
        _kind(
            "waits",
            {
                "opened": "opened: NAME (the column of the day when the wait began)",
                "closed": "closed: NAME (the column of the day when it ended; empty where it has not)",
                "until": "until: 2024-12-31 (the day on which the records were drawn)",
            },
            allows=("date_format",),
            keys=("value", "open", "followed"),
        ),
    ])
)  # fmt: skip
"""Every kind of evidence, by name."""

OF_A_KIND = frozenset(key for kind in KINDS.values() for key in (*kind.requires, *kind.allows))
"""Keys of `data` that not every kind has."""
