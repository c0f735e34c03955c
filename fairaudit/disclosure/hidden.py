"""What is hidden of a block of evidence, and what other blocks of the same records would give away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fairaudit.plan import UNKNOWN

Block = Mapping[str, Any]
Finding = Mapping[str, Any]
Grouping = tuple[str, ...]
Key = tuple[str, int, str]


@dataclass
class Hidden:
    """What is hidden of a block.

    Attributes:
        people: groups left out of the table of people, by attribute; the unknown one is `UNKNOWN`.
        people_rounded: to what the numbers in the table of people are rounded, by attribute, where they are.
        rates: groups left out of the findings, by grouping; of a closed one, all.
        closed: groupings of which no number at all is told.
        rounded: to what counts are rounded, by grouping, where they are: since some group is hidden, or since small
            counts follow from several of them.
        blurred: attributes whose numbers of records are told roughly, since a few records lack what is measured.
        quiet: whether it is not told how many are of unknown group, decision or outcome, since some are few.
    """

    people: dict[str, frozenset[str]] = field(default_factory=dict)
    people_rounded: dict[str, int] = field(default_factory=dict)
    rates: dict[Grouping, frozenset[str]] = field(default_factory=dict)
    closed: set[Grouping] = field(default_factory=set)
    rounded: dict[Grouping, int] = field(default_factory=dict)
    blurred: set[str] = field(default_factory=set)
    quiet: bool = False

    @property
    def anything(self) -> bool:
        """Say whether anything is hidden, or told roughly."""
        return bool(self.closed or self.rounded or self.blurred or any(self.people.values()))


def records_of(block: Block) -> tuple[str, int]:
    """Say which records a block is of: those of the same source, and as many."""
    return block["source"], block["records"]["kept"]


@dataclass
class Elsewhere:
    """What other blocks of the same source hide, which would be seen here: by records and attribute.

    Attributes:
        people: groups left out of tables of people.
        rates: groups left out of findings.
        rounded: to what counts of findings are rounded.
    """

    people: dict[Key, frozenset[str]] = field(default_factory=dict)
    rates: dict[Key, frozenset[str]] = field(default_factory=dict)
    rounded: dict[Key, int] = field(default_factory=dict)

    def with_block(self, block: Block, hidden: Hidden) -> None:
        """Add what a block hides."""
        for name, groups in hidden.people.items():
            key = (*records_of(block), name)
            self.people[key] = self.people.get(key, frozenset()) | groups
        for (name, *more), groups in hidden.rates.items():
            if not more:
                key = (*records_of(block), name)
                self.rates[key] = self.rates.get(key, frozenset()) | (groups - {UNKNOWN})
                if (name,) in hidden.rounded:
                    self.rounded[key] = max(self.rounded.get(key, 0), hidden.rounded[(name,)])
