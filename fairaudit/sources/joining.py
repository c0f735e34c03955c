"""Columns that records do not have themselves: of a file that is joined, and the area that coordinates lie in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from sqlglot import exp

from fairaudit import sql, syntax
from fairaudit.errors import DataError, Problem, listed, nearest
from fairaudit.geography import check_points, key_problems, read_areas
from fairaudit.plan import Data

SOURCE, WITH_JOINED, JOINED = "source", "source with joined", "joined"
AREA = " area"
"""The column of the area that coordinates lie in."""

PLACE, KEY = " place", " key"
MOST_NAMED = 5
SURELY = ("would match without", "would match with zeros", "would match but for leading zeros")
"""What a problem of keys says where it knows how they are mended; a short key that begins a long one may be chance."""
Open = Callable[[Data, str], None]


def needs_more(data: Data) -> bool:
    """Say whether records need columns that their file does not have."""
    return data.join is not None or by_coordinates(data)


def by_coordinates(data: Data) -> bool:
    """Say whether areas are found by coordinates."""
    return data.area is not None and data.area.column is None


def extended(engine: duckdb.DuckDBPyConnection, data: Data, folder: Path, open_file: Open) -> tuple[str, ...]:
    """Make the view of records from the source and what is joined to it.

    Args:
        engine: holds the source as `source`.
        data: the plan's data block.
        folder: what files are relative to.
        open_file: opens the file of a data block as a view of a given name.

    Returns:
        What a reader must know, a sentence each.

    Raises:
        DataError: keys that stand there twice or that do not match, columns that both have, coordinates that cannot be.
    """
    source, notes = SOURCE, ()
    if data.join is not None:
        notes += _join(engine, data, open_file)
        source = WITH_JOINED
    if by_coordinates(data):
        notes += _locate(engine, data, folder, source)
    else:
        make_view(engine, sql.RECORDS, exp.Select(expressions=[exp.Star()]).from_(_table(source)))
    return notes


# --- a file that is joined ---


def _join(engine: duckdb.DuckDBPyConnection, data: Data, open_file: Open) -> tuple[str, ...]:
    join = data.join
    # Of a file of its own the plan says no encoding and no delimiter: it is UTF-8 with commas.
    its_own = {"source": join.source, "sheet": join.sheet, "encoding": None, "delimiter": None}
    open_file(data.model_copy(update=its_own), JOINED)
    have, more = (sql.Columns(types_of(engine, name)) for name in (SOURCE, JOINED))
    problems = [
        Problem(source, f"has no column {column!r} (join)", nearest(column, list(columns.types)))
        for source, column, columns in ((data.source, join.on.records, have), (join.source, join.on.file, more))
        if column not in columns.types
    ]
    added = [column for column in more.types if column != join.on.file]
    taken = {column.casefold() for column in have.types}
    both = [column for column in added if column.casefold() in taken]
    if both:
        hint = "Take the column out of one of the files, or give it another name."
        problems.append(Problem(join.source, f"has columns that {data.source} has too: {listed(both)}", hint))
    _refuse(problems)
    columns = {column: syntax.name(column) for column in added} | {KEY: more.text(join.on.file)}
    _refuse(_repeated(engine, columns[KEY].copy(), join.source))
    known = _counts(engine, columns[KEY], JOINED)
    named = _counts(engine, have.text(join.on.records), SOURCE)
    _refuse(_unmatched(named, known, data))
    right = syntax.select(columns, JOINED).subquery(JOINED)
    wanted = [exp.Column(this=exp.Star(), table=exp.to_identifier(SOURCE))]
    wanted += [exp.column(column, table=JOINED, quoted=True) for column in added]
    on = exp.EQ(this=have.text(join.on.records), expression=exp.column(KEY, table=JOINED, quoted=True))
    query = exp.Select(expressions=wanted).from_(_table(SOURCE)).join(right, on=on, join_type="left")
    make_view(engine, WITH_JOINED, query)
    lacking = sum(n for key, n in named.items() if key not in known)
    told = (
        f"{lacking:,} of {sum(named.values()):,} records have no row in {join.source}, and what it says is not known."
    )
    return (told,) if lacking else ()


def _repeated(engine: duckdb.DuckDBPyConnection, key: exp.Expression, source: str) -> list[Problem]:
    """Keys that stand in the joined file twice would double the records."""
    twice = [text for text, n in _counts(engine, key, JOINED).items() if text and n > 1]
    if not twice:
        return []
    number = "1 key" if len(twice) == 1 else f"{len(twice):,} keys"
    what = f"has {number} more than once: {listed(sorted(twice)[:MOST_NAMED])}"
    return [Problem(source, what, "A file that is joined has one row a key: a record would count twice.")]


def _unmatched(named: Mapping[str | None, int], known: Mapping[str | None, int], data: Data) -> list[Problem]:
    """Keys that can be mended, or of which none matches; what else has no row in the file stays unknown."""
    keys = {key: n for key, n in known.items() if key}
    found = key_problems(named, keys, data.source, data.join.source)
    if sure := [problem for problem in found if surely_mendable(problem)]:
        return sure
    return [] if any(key in keys for key in named) else found[:MOST_NAMED]


def surely_mendable(problem: Problem) -> bool:
    """Say whether keys differ as files make them differ by themselves: zeros, points, spaces."""
    return any(words in problem.what for words in SURELY)


# --- areas by coordinates ---


def _locate(engine: duckdb.DuckDBPyConnection, data: Data, folder: Path, source: str) -> tuple[str, ...]:
    names = data.area.longitude, data.area.latitude
    types = types_of(engine, source)
    _refuse([
        Problem(data.source, f"has no column {name!r} (area)", nearest(name, list(types)))
        for name in names
        if name not in types
    ])  # fmt: skip
    areas = read_areas(folder / data.shapes.source, data.shapes.key, data.shapes.source)
    engine.execute(f'CREATE TEMP TABLE "numbered" AS SELECT *, row_number() OVER () AS "{PLACE}" FROM "{source}"')
    columns = sql.Columns(types)
    query = syntax.select({"x": columns.text(names[0]), "y": columns.text(names[1])}, "numbered")
    rows = engine.execute(query.order_by(syntax.name(PLACE)).sql("duckdb")).fetchall()
    points = check_points(areas, [x for x, _ in rows], [y for _, y in rows], data.source, names)
    if points.stops:
        raise DataError(points.problems)
    found = [areas.keys[place] if place >= 0 else None for place in points.positions]
    places = pa.table({PLACE: pa.array(np.arange(1, len(rows) + 1)), AREA: pa.array(found, pa.string())})
    engine.register("places", places)
    query = exp.select("*").from_("numbered").join("places", using=[exp.to_identifier(PLACE, quoted=True)])
    make_view(engine, sql.RECORDS, query)
    return tuple(f"{problem.what}: their area is not known." for problem in points.problems)


# --- small helps ---


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise DataError(problems)


def _table(name: str) -> exp.Table:
    return exp.to_table(f'"{name}"')


def types_of(engine: duckdb.DuckDBPyConnection, name: str) -> dict[str, str]:
    """Give column -> type of a table or view."""
    return {row[0]: str(row[1]) for row in engine.execute(f'DESCRIBE "{name}"').fetchall()}


def _counts(engine: duckdb.DuckDBPyConnection, text: exp.Expression, source: str) -> dict[str | None, int]:
    query = syntax.select({KEY: text.copy(), "n": syntax.count()}, _table(source)).group_by(exp.Literal.number(1))
    return dict(engine.execute(query.sql("duckdb")).fetchall())


def make_view(engine: duckdb.DuckDBPyConnection, name: str, query: exp.Expression) -> None:
    """Let a name stand for a query."""
    engine.execute(f'CREATE OR REPLACE TEMP VIEW "{name}" AS {query.sql("duckdb")}')
