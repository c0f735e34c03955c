"""What a module of made-up records says of itself: its files, what is planted, and what a report should find."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from made_up.drawing import Records, csv_bytes

Verdict = Literal["flagged", "cleared", "not_demonstrated"]


@dataclass(frozen=True)
class File:
    """A file of records.

    Attributes:
        name: its name in `data/sample/`.
        make: gives its columns, or its bytes where it is no table, from a generator; with `planted=False`, nothing is
            planted, and all groups are alike.
        seed: of the generator.
        row: what one row is, as README.md says it.
        blocks: the evidence blocks that read it.
        key: the column that names a record, where duplicates can be told by it.
    """

    name: str
    make: Callable[..., Records | bytes]
    seed: int
    row: str
    blocks: Sequence[str]
    key: str = ""

    def content(self, *seeds: int, planted: bool = True) -> bytes:
        """Give the file's bytes.

        Args:
            seeds: further seeds, for a draw other than the one that is kept in `data/sample/`.
            planted: whether what is planted is in it.
        """
        made = self.make(np.random.default_rng([self.seed, *seeds] if seeds else self.seed), planted=planted)
        return made if isinstance(made, bytes) else csv_bytes(made)


@dataclass(frozen=True)
class Planted:
    """A number that the records are drawn from.

    Attributes:
        file: the file's name without its ending.
        what: of what it is the rate, in words.
        group: whose.
        value: the number.
    """

    file: str
    what: str
    group: str
    value: float


@dataclass(frozen=True)
class Promise:
    """What a report says of a finding in at least 9 of 10 draws.

    Attributes:
        verdict: the verdict, or several where chance decides between them.
        worse_off: where it is flagged, the groups of which every flagged pair holds one.
    """

    verdict: Verdict | tuple[Verdict, ...]
    worse_off: Sequence[str] = ()

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Every verdict that keeps the promise."""
        return (self.verdict,) if isinstance(self.verdict, str) else self.verdict


@dataclass(frozen=True)
class MadeUp:
    """The made-up records of an audit.

    Attributes:
        audit: the audit's folder in `audits/`.
        files: its files.
        in_short: what is planted, in a few words, for the table in the project's README.
        planted: every number that is planted, or the one number where nothing is.
        promises: finding (`block/grouping/measure`) -> what a report says of it; every finding of the plan.
        says: what a report should therefore say, in Markdown: paragraphs, the name first and in bold.
        mess: what is not clean in the records, in Markdown: an item each, what it is first and in bold.
        sizes: how many people there are, and why so many.
        tables: what else is planted, heading -> a Markdown table, where rates do not say it.
    """

    audit: str
    files: Sequence[File]
    in_short: str
    planted: Sequence[Planted]
    promises: Mapping[str, Promise]
    says: Sequence[str]
    mess: Sequence[str]
    sizes: str
    tables: Mapping[str, str] = field(default_factory=dict)


def table(header: Sequence[object], lines: Iterable[Sequence[object]]) -> str:
    """Write a Markdown table."""
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in [header, ["---"] * len(header), *lines])
