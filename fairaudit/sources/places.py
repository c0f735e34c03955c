"""Areas and the service that reaches them: a row an area with the people of each group, or addresses in areas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd
from sqlglot import exp

from fairaudit import sql, syntax
from fairaudit.engines import DuckDB
from fairaudit.errors import DataError, Problem, listed
from fairaudit.geography import Areas, key_problems, read_areas
from fairaudit.groupings import tables
from fairaudit.plan import UNKNOWN, Compare, Evidence, Group, quantile_names
from fairaudit.sources import numbers
from fairaudit.sources.joining import AREA, make_view, surely_mendable, types_of
from fairaudit.sources.opening import Records
from fairaudit.sources.populations import CENSUS, MOE, MOE2, PEOPLE, is_no_number, squared
from fairaudit.sources.readings import Look, Reading
from fairaudit.tally import Tally

MOST_NAMED = 5
NOBODY = "nobody lives there"
LONG = "long"


def area_column(evidence: Evidence) -> str:
    """Give the column that names a record's area."""
    return evidence.data.area.column or AREA


def places(look: Look) -> Reading:
    """Read the area of each record, and how much service there is where it is a number."""
    evidence = look.evidence
    keys = {"area_key": look.columns.text(area_column(evidence))}
    census = evidence.data.areas == "all"
    moe = census and MOE in look.columns.types
    sums = {MOE2: squared(syntax.name(MOE))} if moe else {}
    about = {"census": census, "has_moe": moe}
    if evidence.data.service is None:
        return Reading(sql.Reading(keys=keys, sums=sums), about)
    read = numbers.amounts(look, bins=False)
    columns = replace(read.columns, keys={**keys, **read.columns.keys}, sums=sums)
    return replace(read, columns=columns, about={**about, "decimals": read.about["decimals"]})


# --- areas by quantile ---


def cut_into_quantiles(evidence: Evidence, records: Records) -> tuple[Evidence, tuple[str, ...]]:
    """Cut areas into parts of equal number, by each group that asks for it.

    Returns:
        The block with its cuts, and a sentence for each that says where they are.

    Raises:
        DataError: so many areas have the same value that they cannot be cut so.
    """
    groups, notes = dict(evidence.groups), []
    for name, group in evidence.groups.items():
        if group.quantiles:
            cuts = _cuts(evidence, records, group.column or name, group.quantiles)
            groups[name] = group.model_copy(update={"bands": cuts})
            parts = zip(quantile_names(group.quantiles)[1:], cuts, strict=True)
            where = ", ".join(f"{part} from {cut:,.6g}" for part, cut in parts)
            notes.append(f"{name}: areas in {group.quantiles} parts of equal number, {where}.")
    return evidence.model_copy(update={"groups": groups}), tuple(notes)


def _cuts(evidence: Evidence, records: Records, column: str, parts: int) -> tuple[float, ...]:
    columns = sql.Columns(records.types)
    picked = {"area": columns.text(area_column(evidence)), "value": columns.number(column)}
    query = syntax.select(picked, sql.RECORDS).distinct()
    found = records.fetch(sql.of_kept(query, evidence.data, columns))
    values = sorted(value for area, value in found if None not in (area, value))
    if len(values) < parts:
        what = f"{column!r} is known of {len(values):,} areas, too few for {parts} parts"
        raise DataError.one(evidence.data.source, what, "Choose another column, or fewer parts.")
    cuts = tuple(float(values[-(-len(values) * place // parts)]) for place in range(1, parts))
    if len(set(cuts)) < len(cuts) or cuts[0] <= values[0]:
        what = f"so many areas have the same {column!r} that they cannot be cut into {parts} parts of equal number"
        raise DataError.one(evidence.data.source, what, "Write bands: with the values at which a new one begins.")
    return cuts


# --- all areas ---


def check_areas(evidence: Evidence, records: Records) -> dict[str, int]:
    """Refuse areas that have no key, or stand there twice; and numbers of people that are none.

    Returns:
        How many areas `keep` leaves out, by reason.

    Raises:
        DataError: with all of it.
    """
    columns, source = sql.Columns(records.types), evidence.data.source
    key = columns.text(area_column(evidence))
    counts = dict(_fetch(records, syntax.select({"key": key, "n": syntax.count()}, sql.RECORDS), evidence, columns))
    problems = []
    if without := counts.pop(None, 0):
        what = "1 row names no area" if without == 1 else f"{without:,} rows name no area"
        problems.append(Problem(source, what, "A row is an area: give each its key."))
    if twice := sorted(area for area, n in counts.items() if n > 1):
        number = "1 area stands" if len(twice) == 1 else f"{len(twice):,} areas stand"
        what = f"{number} there more than once: {listed(twice, MOST_NAMED)}"
        problems.append(Problem(source, what, "All areas are counted: each has one row. Or write areas: sample."))
    for column in _people_columns(evidence):
        problems += _without_people(evidence, records, columns, column)
    if problems:
        raise DataError(problems)
    left_out = _left_out(evidence, records, columns)
    if sum(counts.values()) <= left_out.get(NOBODY, 0):
        hint = "Name the columns of people (people:, or columns: of a group)."
        raise DataError.one(source, "nobody lives in any of the areas", hint)
    return left_out


def _left_out(evidence: Evidence, records: Records, columns: sql.Columns) -> dict[str, int]:
    """Count the areas that are left out, by reason: as the plan says, or since nobody lives there."""
    reason = sql.left_out(evidence.data, columns)
    wide = [column for group in evidence.groups.values() for column in group.columns.values()]
    if wide and all(group.columns for group in evidence.groups.values()):
        anybody = exp.or_(*(columns.number(column) > syntax.integer(0) for column in wide))
        nobody = exp.Not(this=exp.func("COALESCE", exp.paren(anybody), exp.false()))
        kept = exp.EQ(this=reason, expression=syntax.string(""))
        reason = syntax.case([(exp.and_(kept, nobody), syntax.string(NOBODY))], reason.copy())
    query = syntax.select({"reason": reason, "n": syntax.count()}, sql.RECORDS)
    rows = records.fetch(query.group_by(exp.Literal.number(1)))
    return {reason: n for reason, n in sorted(rows) if reason}


def _people_columns(evidence: Evidence) -> list[str]:
    people = evidence.data.people
    found = [people.column, people.moe] if people else []
    found += [column for group in evidence.groups.values() for column in (*group.columns.values(), *group.moe.values())]
    return [column for column in dict.fromkeys(found) if column]


def _without_people(evidence: Evidence, records: Records, columns: sql.Columns, column: str) -> Iterator[Problem]:
    key = columns.text(area_column(evidence))
    query = syntax.select({"key": key, "n": syntax.count()}, sql.RECORDS).where(is_no_number(columns.number(column)))
    if found := [area for area, _ in _fetch(records, query, evidence, columns)]:
        named = listed(sorted(map(str, found)), MOST_NAMED)
        number = "1 area" if len(found) == 1 else f"{len(found):,} areas"
        what = f"{column!r} is no number of at least 0 in {number}: {named}"
        hint = "An area whose people are not known cannot be weighed: mend it, or leave it out with `keep`."
        yield Problem(evidence.data.source, what, f"{CENSUS}. {hint}")


def _fetch(records: Records, query: exp.Select, evidence: Evidence, columns: sql.Columns) -> list[tuple]:
    query = sql.of_kept(query, evidence.data, columns).group_by(exp.Literal.number(1))
    return records.fetch(query)


Alone = tuple[dict[str, tuple[str, ...]], Evidence, Records]


def table_by_table(evidence: Evidence, records: Records) -> Iterator[Alone]:
    """Give each table, a block that counts it, and its records: a row an area and group of people."""
    engine = records.connection
    engine.execute(f'CREATE TEMP TABLE "areas" AS SELECT * FROM "{sql.RECORDS}"')
    columns = sql.Columns(records.types)
    for table, names in tables(evidence).items():
        parts = _parts(evidence, columns, names)
        text = " UNION ALL ".join(part.sql("duckdb") for part in parts)
        engine.execute(f'CREATE OR REPLACE TEMP TABLE "{LONG}" AS {text}')
        make_view(engine, sql.RECORDS, exp.select("*").from_(LONG))
        groups = {name: _as_column(name, evidence.groups[name]) for name in names}
        data = evidence.data.model_copy(update={"weight": PEOPLE, "people": None})
        block = {"data": data, "groups": groups, "compare": (Compare(by=tuple(names)),)}
        yield (
            {table: names},
            evidence.model_copy(update=block),
            Records(DuckDB(engine, types_of(engine, LONG)), types_of(engine, LONG)),
        )


def _as_column(name: str, group: Group) -> Group:
    """Read a group of people from the column that tells the rows of an area apart."""
    if not group.columns:
        return group
    update = {"column": f" {name}", "levels": tuple(group.columns), "columns": {}, "moe": {}}
    return group.model_copy(update=update)


def _parts(evidence: Evidence, columns: sql.Columns, names: tuple[str, ...]) -> list[exp.Select]:
    """Select an area's row once for each group of people, with how many there are; or once, with all its people."""
    people = evidence.data.people
    has_moe = bool(people and people.moe) or any(group.moe for group in evidence.groups.values())
    wide = [name for name in names if evidence.groups[name].columns]

    def select(number: exp.Expression, moe: exp.Expression, more: Mapping[str, exp.Expression]) -> exp.Select:
        computed = {**more, PEOPLE: exp.cast(number, "double"), **({MOE: exp.cast(moe, "double")} if has_moe else {})}
        aliased = [exp.alias_(value, name, quoted=True) for name, value in computed.items()]
        return exp.Select(expressions=[exp.Star(), *aliased]).from_("areas")

    def number(column: str | None, otherwise: int) -> exp.Expression:
        return columns.number(column) if column else syntax.integer(otherwise)

    if not wide:
        return [select(number(people and people.column, 1), number(people and people.moe, 0), {})]
    (name,) = wide
    group = evidence.groups[name]
    return [
        select(number(column, 1), number(group.moe.get(level), 0), {f" {name}": syntax.string(level)}).where(
            columns.number(column) > syntax.integer(0)
        )
        for level, column in group.columns.items()
    ]


def merged(tallies: list[Tally], left_out: Mapping[str, int]) -> Tally:
    """Put the tables of one block together; what is read is areas, however many groups of people they hold."""
    abouts, cells = [tally.about for tally in tallies], pd.concat([tally.cells for tally in tallies], ignore_index=True)
    areas = cells.loc[cells["area_key"] != UNKNOWN, "area_key"].nunique()
    about = replace(
        abouts[0],
        attributes={name: levels for each in abouts for name, levels in each.attributes.items()},
        tables={name: by for each in abouts for name, by in each.tables.items()},
        groups={name: facts for each in abouts for name, facts in each.groups.items()},
        strays={name: facts for each in abouts for name, facts in each.strays.items()},
        records={"read": areas + sum(left_out.values()), "kept": areas, "left_out": dict(left_out)},
        notes=tuple(dict.fromkeys(note for each in abouts for note in each.notes)),
    )
    return Tally(about, cells)


# --- the map ---


def check_map(evidence: Evidence, folder: Path, tally: Tally) -> Tally:
    """Compare the areas of the records with those of the map.

    Raises:
        DataError: the map cannot be used, or keys differ in a way that can be mended.
    """
    shapes = evidence.data.shapes
    areas: Areas = read_areas(folder / shapes.source, shapes.key, shapes.source)
    first = tally.cells[tally.cells["table"] == next(iter(tally.about.tables))]
    named = first.groupby("area_key")["n"].sum()
    record_keys = {None if area == "?" else area: int(n) for area, n in named.items()}
    found = key_problems(record_keys, dict.fromkeys(areas.keys, 1), evidence.data.source, shapes.source)
    if mendable := [problem for problem in found if surely_mendable(problem)]:
        raise DataError(mendable)
    if not set(record_keys) & set(areas.keys):
        raise DataError(found)
    notes = (*tally.about.notes, *(f"Of the map: {problem.what}." for problem in found))
    return Tally(replace(tally.about, notes=notes), tally.cells)
