"""What a tally is about: its groups and tables, where it comes from, and what the cells do not tell."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from fairaudit.errors import DataError, Problem, nearest
from fairaudit.groupings import group_name
from fairaudit.kinds import KINDS
from fairaudit.plan import ANY, RESERVED, UNKNOWN
from fairaudit.tally.values import CODES as CODES

SUMS = ("n", "n_high", "w", "ww", "wx", "wxx", "moe2", "p", "pp")
MOST_GROUPS = 10_000


@dataclass(frozen=True)
class About:
    """What a tally is about.

    Attributes:
        kind: the kind of evidence.
        attributes: every group of each attribute, in order, also those without a row; the unknown group is not listed.
        tables: name -> the attributes it crosses; one of none is a total, which nothing is read from but what hidden
            counts add up to.
        strata: names of the strata, which every table has.
        has_outcome: whether cells tell what turned out to be true.
        weighted: whether cells carry sums of weights (`w`) and of squared weights (`ww`).
        folds: how many folds clusters were cut into; None where records are not clustered.
        records: {"read", "kept", "left_out": {reason: n}}.
        groups: attribute -> group -> {"duplicates", "without_key", "clusters", "without_cluster", "same_moment",
            "left_out": {reason: n}}; a group that was left out altogether is here and not in `attributes`.
        strays: column -> {value: n}: values that no rule of the plan names, counted as unknown or as no.
        title, origin, counted_by, source, period, plan_sha256, suppression: where it comes from, in words.
        notes: what a reader must know of how it was counted, a sentence each.
        contradictions: where tables that should agree do not, a sentence each.
        edges: lower edges of the bins that values were cut into, ascending; None where values are exact.
        decimals: digits of an amount after the point; its values are whole numbers of the smallest unit.
        horizons: the waits, in units of time, that `followed` speaks of, ascending.
        time_unit: what waits are counted in, days or hours.
        until: the day on which the records were drawn.
        has_moe: whether cells carry sums of squared margins of error, at 90% (`moe2`), of the people they count.
        census: whether every area is counted, so that there is no sampling error.
        shares: whether residents are shares of a whole (in billionths), and not numbers of people.
        population: who lives there, which records are weighed to: {"by": attributes, "rows": [[level, ..., people,
            squared margin of error or None], ...]}; None where there is none.
        scanned: tables that only a scan of crossings looks at: they are not cut into folds (all of it is fold 0), and
            list no group without records.
        asked: by which rules of a plan records were read (`sources.rules`), so that it is seen where a plan that uses
            the counts has others; None where nobody says.
        proxies: attributes of which those of unknown group have probabilities. They are counted once a level, by bins
            of its probability, in rows whose `proxy` is the bin; `p` adds up the probabilities (times weights), `pp`
            the squares. Such rows count no record by themselves.
    """

    kind: str
    attributes: Mapping[str, tuple[str, ...]]
    tables: Mapping[str, tuple[str, ...]]
    strata: tuple[str, ...] = ()
    has_outcome: bool = False
    weighted: bool = False
    folds: int | None = None
    records: Mapping[str, Any] = field(default_factory=dict)
    groups: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    strays: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    title: str = ""
    origin: str | None = None
    counted_by: str | None = None
    source: str | None = None
    period: str | None = None
    plan_sha256: str | None = None
    suppression: str | None = None
    notes: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()
    edges: tuple[float, ...] | None = None
    decimals: int | None = None
    horizons: tuple[int, ...] = ()
    time_unit: str | None = None
    until: str | None = None
    has_moe: bool = False
    census: bool = False
    shares: bool = False
    population: Mapping[str, Any] | None = None
    scanned: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    asked: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        """Refuse names that would make two columns, or two groups, one.

        Raises:
            DataError: with every name that cannot be used.
        """
        if problems := [*_wrong_names(self), *_wrong_levels(self), *_wrong_tables(self)]:
            raise DataError(problems)

    @property
    def keys(self) -> list[str]:
        """The columns that say which cell a row is, in the order of the file."""
        fold = ["fold"] if self.folds is not None else []
        proxy = ["proxy"] if self.proxies else []
        return ["table", *self.attributes, *self.strata, *self.own_keys, *proxy, *fold]

    def proxied(self, attributes: Sequence[str]) -> str | None:
        """Name the attribute of a grouping that has probabilities; of two that go together nothing is known."""
        found = [name for name in attributes if name in self.proxies]
        return found[0] if len(found) == 1 else None

    @property
    def own_keys(self) -> list[str]:
        """The columns that this kind of evidence counts by, such as decision and outcome."""
        return KINDS[self.kind].keys_of(outcome=self.has_outcome, value=self.decimals is not None)

    @property
    def sums(self) -> list[str]:
        """The columns that add."""
        weights = ["w", "ww"] if self.weighted else []
        binned = ["wx", "wxx"] if self.edges is not None else []
        return ["n", *weights, *binned, *(["moe2"] if self.has_moe else []), *(["p", "pp"] if self.proxies else [])]

    @property
    def adds_whole(self) -> bool:
        """Say whether sums of values are whole numbers, of any size: amounts that have no weights."""
        return self.kind == "amounts" and not self.weighted

    @property
    def header(self) -> dict[str, Any]:
        """What two tallies must share to be added: groups, tables, and which columns the cells have."""
        return {
            "kind": self.kind,
            "attributes": {name: tuple(levels) for name, levels in self.attributes.items()},
            "tables": {name: tuple(names) for name, names in self.tables.items()},
            "strata": tuple(self.strata),
            "outcome": self.has_outcome,
            "weights": self.weighted,
            "folds": self.folds,
            "edges": self.edges,
            "decimals": self.decimals,
            "horizons": tuple(self.horizons),
            "time unit": self.time_unit,
            "margins of error": self.has_moe,
            "all areas": self.census,
            "shares": self.shares,
            "scanned tables": tuple(self.scanned),
            "probabilities of groups": tuple(self.proxies),
        }

    def holders(self, attributes: Sequence[str], *, scanned: bool = False) -> list[str]:
        """List the tables that hold all of these attributes.

        Args:
            attributes: the attributes to cross.
            scanned: whether those may be listed that are for a scan only, though they lack the folds of records.
        """
        without_folds = () if scanned or self.folds is None else self.scanned
        return [
            table
            for table, names in self.tables.items()
            if set(attributes) <= set(names) and table not in without_folds
        ]

    def combinations(self, attributes: Sequence[str]) -> list[tuple[str, ...]]:
        """List every group of a grouping as its levels, in order, without the unknown group."""
        return list(product(*(self.attributes[name] for name in attributes)))


def level_names(about: About, attributes: Sequence[str]) -> list[str]:
    """Name every group of a grouping, in order, without the unknown group."""
    return [group_name(levels) for levels in about.combinations(attributes)]


def _wrong_names(about: About) -> list[Problem]:
    names = [*about.attributes, *about.strata]
    where = about.title or "tally"
    own = "is the name of a column that every tally has"
    problems = [Problem(where, f"{name!r} {own}", "Give it another name.") for name in names if name in RESERVED]
    twice = [name for name, count in Counter(name.casefold() for name in names).items() if count > 1]
    return problems + [Problem(where, f"two groups or strata are called {name!r}", "Rename one.") for name in twice]


def _wrong_levels(about: About) -> list[Problem]:
    where = about.title or "tally"
    taken = [(level, name) for name, levels in about.attributes.items() for level in levels if level in (UNKNOWN, ANY)]
    problems = [Problem(where, f"{level!r} cannot name a group of {name}") for level, name in taken]
    for name, levels in about.attributes.items():
        problems += [
            Problem(where, f"{name} has the group {level!r} twice", "Keep one of them.")
            for level, count in Counter(levels).items()
            if count > 1
        ]
    return problems


def _wrong_tables(about: About) -> list[Problem]:
    where = about.title or "tally"
    sizes = {
        table: math.prod(len(about.attributes.get(name, ())) for name in names) for table, names in about.tables.items()
    }
    too_many = [
        Problem(where, f"table {table!r} has {size:,} groups, too many to compare", "Cross fewer attributes.")
        for table, size in sizes.items()
        if size > MOST_GROUPS
    ]
    strangers = [
        Problem(where, f"{name!r} is scanned, and is no table", nearest(name, list(about.tables)))
        for name in about.scanned
        if name not in about.tables
    ]
    return (
        too_many
        + strangers
        + [
            Problem(
                where, f"table {table!r} crosses {name!r}, which is no attribute", nearest(name, list(about.attributes))
            )
            for table, names in about.tables.items()
            for name in names
            if name not in about.attributes
        ]
    )
