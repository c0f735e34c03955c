"""The same people under several systems: records of several files matched by their key, and counted together.

Each file's kept records are coded where they lie and put into one engine for as long as it takes: key, groups, decision
and outcome. They are matched there, and only counts come back.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import duckdb
import pandas as pd
from sqlglot import exp

from fairaudit import sql, syntax
from fairaudit.errors import DataError
from fairaudit.groupings import Coding
from fairaudit.plan import UNKNOWN, Evidence
from fairaudit.sources.asking import codings_of, named_columns
from fairaudit.sources.complaints import missing_columns
from fairaudit.sources.opening import opened

SHELF, KEY, FOLD = "shelf", " key", " fold"
FILE = "people.duckdb"
N = "n"


@dataclass(frozen=True)
class Held:
    """What one file's kept records say of their keys.

    Attributes:
        records: how many there are.
        without_key: of these, without a key.
        repeated: of these, whose key another record has too: all records of such a key but one.
    """

    records: int
    without_key: int
    repeated: int

    @property
    def unique(self) -> bool:
        """Say whether each key names one record."""
        return not self.repeated


@dataclass(frozen=True)
class Matched:
    """Two files' records side by side.

    Attributes:
        held: of either file.
        people: in both.
        rows: a row a combination of codes, with `n` people: "group:NAME 0" and "group:NAME 1", "decision 0",
            "decision 1", "outcome 0", "outcome 1", and "fold". Empty where a key is not unique.
    """

    held: tuple[Held, Held]
    people: int
    rows: pd.DataFrame

    @property
    def in_one_only(self) -> tuple[int, int]:
        """How many records of either file have no counterpart in the other."""
        return tuple(each.records - self.people for each in self.held)


def beside(blocks: Sequence[tuple[Evidence, Path]]) -> dict[tuple[int, int], Matched]:
    """Match the records of several evidence blocks that ask the same, two at a time.

    Args:
        blocks: each block, which names a `key`, with the folder that its source is relative to.

    Returns:
        By the places of two blocks, the earlier first: what is found in both.

    Raises:
        DataError: a source cannot be read, or lacks a column.
    """
    with tempfile.TemporaryDirectory(prefix="fairaudit-", ignore_cleanup_errors=True) as scratch:
        path = Path(scratch) / FILE
        codings = [_put(place, block, folder, path) for place, (block, folder) in enumerate(blocks)]
        engine = duckdb.connect(str(path))
        try:
            held = [Held(*map(int, _one(engine, _held_query(place)))) for place in range(len(blocks))]
            return {
                (first, second): _matched(engine, (first, second), (held[first], held[second]), codings)
                for first, second in combinations(range(len(blocks)), 2)
            }
        finally:
            engine.close()


def _put(place: int, block: Evidence, folder: Path, path: Path) -> dict[str, Coding]:
    """Put one file's kept records on the shelf: key, codes, and the fold of the cluster."""
    codings = {name: coding for name, coding in codings_of(block).items() if name not in block.strata}
    named = named_columns(block)
    with opened(block.data, folder, None, named) as records:
        if problems := missing_columns(block.data.source, named, records.types):
            raise DataError(problems)
        columns = sql.Columns(records.types)
        coded = {
            name: sql.band(coding, columns) if coding.bands else sql.code(coding, columns.text(coding.column))
            for name, coding in codings.items()
        }
        cluster = block.data.cluster
        fold = sql.fold(columns.text(cluster)) if cluster else syntax.string("0")
        query = sql.of_kept(
            syntax.select({KEY: columns.text(block.data.key), FOLD: fold, **coded}, sql.RECORDS), block.data, columns
        )
        shelf = exp.Attach(this=exp.alias_(syntax.string(str(path)), SHELF))
        create = exp.Create(this=exp.to_table(f"{SHELF}.{_table(place)}"), kind="TABLE", expression=query)
        for statement in (shelf, create, exp.Detach(this=exp.to_identifier(SHELF))):
            records.connection.execute(statement.sql("duckdb"))
    return codings


def _table(place: int) -> str:
    return f"system_{place}"


def _held_query(place: int) -> exp.Select:
    key = syntax.name(KEY)
    known = exp.Count(this=key.copy())
    repeated = known.copy() - exp.Count(this=exp.Distinct(expressions=[key.copy()]))
    return syntax.select(
        {"records": syntax.count(), "without": syntax.count() - known, "repeated": repeated}, _table(place)
    )


def _matched(
    engine: duckdb.DuckDBPyConnection,
    places: tuple[int, int],
    held: tuple[Held, Held],
    codings: Sequence[dict[str, Coding]],
) -> Matched:
    if not all(each.unique for each in held):
        return Matched(held, 0, pd.DataFrame())
    pair = [codings[place] for place in places]
    query = _joint_query(places, pair)
    found = engine.execute(query.sql("duckdb"))
    names = [column[0] for column in found.description]
    rows = pd.DataFrame(found.fetchall(), columns=names)
    for side, of_system in enumerate(pair):
        for name, coding in of_system.items():
            column = _column(name, side)
            settled = {text: coding.settle(text) or UNKNOWN for text in rows[column].unique()}
            rows[column] = rows[column].map(settled)
    keys = [name for name in names if name != N]
    rows = rows.groupby(keys, sort=True, dropna=False)[N].sum().reset_index() if len(rows) else rows
    return Matched(held, int(rows[N].sum()), rows)


def _joint_query(places: tuple[int, int], codings: Sequence[dict[str, Coding]]) -> exp.Select:
    tables = [_table(place) for place in places]
    columns = {
        _column(name, side): exp.column(name, table=table, quoted=True)
        for side, (table, of_system) in enumerate(zip(tables, codings, strict=True))
        for name in of_system
    }
    columns[FOLD] = exp.column(FOLD, table=tables[0], quoted=True)
    groups = [exp.Literal.number(place + 1) for place in range(len(columns))]
    on = exp.EQ(this=exp.column(KEY, table=tables[0], quoted=True), expression=exp.column(KEY, table=tables[1]))
    query = syntax.select({**columns, N: syntax.count()}, tables[0])
    return query.join(exp.Join(this=exp.to_table(tables[1]), on=on), copy=False).group_by(*groups, copy=False)


def _column(name: str, side: int) -> str:
    return f"{name if name in ('decision', 'outcome') else f'group:{name}'} {side}"


def group_columns(attributes: Sequence[str], side: int) -> list[str]:
    """Name the columns that hold the groups of a grouping under one of two systems."""
    return [_column(name, side) for name in attributes]


def _one(engine: duckdb.DuckDBPyConnection, query: exp.Select) -> tuple[int, ...]:
    return engine.execute(query.sql("duckdb")).fetchone()
