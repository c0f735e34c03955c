"""What is asked of the engine: the cells of the tally, and a few questions beside it. Only counts come back."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator
from contextvars import ContextVar
from typing import Any

from fairaudit import sql
from fairaudit.errors import DataError, UsageError
from fairaudit.groupings import Coding, attributes, decision_coding, proxies, scan_tables, stratum_coding, tables
from fairaudit.kinds import KINDS, NO_COLUMNS, OF_A_KIND
from fairaudit.plan import Evidence
from fairaudit.sources import days, numbers, pairing, places, populations
from fairaudit.sources.complaints import MOST_GROUPS, missing_columns, not_levels, too_many_cells, too_many_values
from fairaudit.sources.counted import Counted
from fairaudit.sources.opening import Records
from fairaudit.sources.proxies import Proxy
from fairaudit.sources.readings import Look, Reading

MOST_CELLS = 1_000_000
OF_EVERY_KIND = ("weight", "inclusion_probability", "cluster", "key", "count")
READERS = {
    "scores": numbers.scores,
    "amounts": numbers.amounts,
    "waits": days.waits,
    "representation": populations.representation,
    "places": places.places,
    "pairs": pairing.pairs,
}
"""What looks at the columns of a kind before its records are counted."""


_TOLD: ContextVar[Callable[[str], None] | None] = ContextVar("told", default=None)


@contextlib.contextmanager
def telling(told: Callable[[str], None] | None) -> Iterator[None]:
    """Tell, for as long as it lasts, the text of every query that counts records, whoever puts it."""
    before = _TOLD.set(told)
    try:
        yield
    finally:
        _TOLD.reset(before)


class Asked:
    """Puts the questions of one evidence block to an engine that holds its records.

    Attributes:
        codings: how each column is read, by its name in the tally.
        reading: how the columns are read that only some kinds have.
        request: what is to be counted.
        fold_of: cluster -> fold, where each of a few clusters is a fold of its own.
        proxies: the attributes of which there are probabilities, and what was found in them.

    Raises:
        DataError: a column that the plan names is not there, or holds no plain values.
    """

    def __init__(self, evidence: Evidence, records: Records, clusters: Collection[str] | None = None):
        self.evidence, self.data, self.engine, self.notes = evidence, evidence.data, records.engine, records.notes
        self._fetch = records.fetch
        self.columns = sql.Columns(records.types)
        if problems := missing_columns(self.data.source, named_columns(evidence), records.types):
            raise DataError(problems)
        self.codings = codings_of(evidence)
        self.fold_of: dict[str, int] = {}
        self._clusters = clusters
        look = Look(evidence, self.columns, self._fetch)
        self.reading = READERS[evidence.kind](look) if evidence.kind in READERS else Reading()
        found = [Proxy(name, self.codings[name], of, self.columns) for name, of in proxies(evidence).items()]
        self.proxies = [(proxy, proxy.look(look)) for proxy in found]
        self.request = sql.Request(
            self.data,
            self.codings,
            tables(evidence),
            evidence.strata,
            self._folds(),
            self.reading.columns,
            tuple(scan_tables(evidence)),
        )

    @property
    def folds(self) -> int | None:
        """How many folds there are; None where records are not clustered."""
        return None if not self.data.cluster else len(self.fold_of) or sql.FOLDS

    def cells(self) -> Counted:
        """Count the records.

        Raises:
            DataError: there are too many cells; it names the column that makes them.
        """
        return self._counted(self.request)

    def probable(self, proxy: Proxy) -> Counted:
        """Count the records of unknown group once a level, by bins of its probability."""
        return self._counted(proxy.asked(self.request))

    def _counted(self, request: sql.Request) -> Counted:
        query = sql.tally_query(request, self.columns)
        if tell := _TOLD.get():
            tell(self.engine.text(query, pretty=True))
        names, rows = self.engine.answer(query, MOST_CELLS + 1)
        if len(rows) > MOST_CELLS:
            raise self._too_many()
        columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in names]
        return Counted(dict(zip(names, columns, strict=True)), request.tables)

    def text(self, *, pretty: bool = False) -> str:
        """Give the SQL that counts the records."""
        return self.engine.text(sql.tally_query(self.request, self.columns), pretty=pretty)

    def values(self, column: str) -> dict[str | None, int]:
        """Give a column's most frequent values among the kept rows, with their counts."""
        return dict(self._fetch(sql.values_query(column, self.data, self.columns, MOST_GROUPS)))

    def bad_weights(self) -> list[str | None]:
        """Give a few of the weights that are none."""
        return [value for (value,) in self._fetch(sql.bad_weights_query(self.data, self.columns))]

    def bad_probabilities(self) -> list[str | None]:
        """Give a few of the inclusion probabilities that are none."""
        return [value for (value,) in self._fetch(sql.bad_probabilities_query(self.data, self.columns))]

    def bad_counts(self) -> list[str | None]:
        """Give a few of the counts that are none."""
        return [value for (value,) in self._fetch(sql.bad_counts_query(self.data, self.columns))]

    def facts(self) -> Iterator[tuple[str, str, dict[str, int]]]:
        """Give what the cells do not tell, as attribute, group (to be settled) and counts by name."""
        queries = [(self.data.key, sql.duplicates_query), (self.data.cluster, sql.clusters_query)]
        for query in (query for column, query in queries if column):
            names, rows = self.engine.answer(query(self.request, self.columns))
            for row in rows:
                found = {name: value for name, value in zip(names, row, strict=True) if value is not None}
                attribute = next(name for name in self.request.attributes if name in found)
                yield attribute, found[attribute], {name: int(n) for name, n in found.items() if name != attribute}

    def clusters(self) -> list[str]:
        """Name the clusters of the kept rows, or more of them than there can be folds."""
        query = sql.distinct_query(self.data.cluster, self.data, self.columns, sql.FOLDS + 1)
        return [name for (name,) in self._fetch(query)]

    def _folds(self) -> int:
        """Give each of a few clusters a fold of its own; cut more by their hash."""
        if not self.data.cluster:
            return 0
        found = self.clusters() if self._clusters is None else self._clusters
        if len(found) > sql.FOLDS:
            return sql.FOLDS
        self.fold_of = {name: place for place, name in enumerate(sorted(found))}
        return -1

    def _too_many(self) -> DataError:
        """Name the column that makes too many cells."""
        for coding in (coding for coding in self.codings.values() if coding.bands):
            if wrong := self._not_numbers(coding):
                return DataError(not_levels(self.data.source, coding, wrong))
        plain = [coding for coding in self.codings.values() if not coding.bands]
        counts = {coding.column: self._distinct(coding.column) for coding in plain}
        if self.reading.problems:
            return DataError(self.reading.problems)
        coding = max(plain, key=lambda coding: counts[coding.column])
        if counts[coding.column] > MOST_GROUPS:
            return too_many_values(self.data.source, coding.column, counts[coding.column], self.role(coding.name))
        own = [getattr(self.data, name) for name in KINDS[self.evidence.kind].requires if name not in NO_COLUMNS]
        counts |= {column: self._distinct(column) for column in map(_column_of, own)}
        return too_many_cells(self.data.source, counts, MOST_CELLS)

    def _not_numbers(self, coding: Coding) -> dict[str, int]:
        return dict(self._fetch(sql.not_numbers_query(coding.column, list(coding.codes), self.data, self.columns)))

    def _distinct(self, column: str) -> int:
        return self._fetch(sql.count_distinct_query(column, self.data, self.columns))[0][0]

    def role(self, name: str) -> str:
        """Say what a column of the tally plays: groups, strata, decision or outcome."""
        return "groups" if name in self.request.attributes else "strata" if name in self.request.strata else name


def codings_of(evidence: Evidence) -> dict[str, Coding]:
    """Give how each column is read, by its name in the tally: attributes, strata, decision, outcome."""
    data = evidence.data
    for name, example in KINDS[evidence.kind].requires.items():
        if getattr(data, name) is None and not (name == "population" and data.people):
            raise UsageError.one(evidence.id, f"names no {name} column", f"Write {example}.")
    codings = attributes(evidence) | {column: stratum_coding(column) for column in evidence.strata}
    if data.decided:
        codings["decision"] = decision_coding("decision", data.decided)
    if data.outcome and evidence.needs_outcome:
        codings["outcome"] = decision_coding("outcome", data.outcome)
    return codings


def named_columns(evidence: Evidence) -> dict[str, str]:
    """Give every column that the plan names, with the place that names it."""
    data = evidence.data
    named = {column: "groups" for name, group in evidence.groups.items() for column in group.read_from(name)}
    named |= dict.fromkeys(evidence.strata, "strata") | dict.fromkeys(data.keep, "keep")
    named |= {column: place for place in OF_EVERY_KIND if (column := getattr(data, place))}
    own = OF_A_KIND - NO_COLUMNS - {"date_format"} | {"outcome"}
    found = {_column_of(spec): place for place in sorted(own) if (spec := getattr(data, place))}
    if data.random_subset:
        found[data.random_subset.column] = "random_subset"
    if data.join:
        found[data.join.on.records] = "join"
    if data.area:
        found |= {column: "area" for column in (data.area.longitude, data.area.latitude) if column}
    if data.people and data.people.moe:
        found[data.people.moe] = "people"
    return named | {column: place for column, place in found.items() if column}


def _column_of(spec: Any) -> str:
    """Give the column of a part of the plan, which may be the name of one."""
    return getattr(spec, "column", spec)
