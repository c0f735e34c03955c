"""Reading who lives there beside who is reached: two files, counted alike and laid side by side."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
from sqlglot import exp

from fairaudit import sql, syntax
from fairaudit.engines import DuckDB
from fairaudit.errors import DataError, Problem, listed, nearest
from fairaudit.geography import key_problems
from fairaudit.plan import UNKNOWN, Compare, Data, Evidence, People
from fairaudit.sources.joining import make_view
from fairaudit.sources.opening import Records, opened
from fairaudit.sources.readings import Look, Reading
from fairaudit.tally import Tally
from fairaudit.tally.cells import LIVES_THERE, REACHED

RESIDENTS, PEOPLE, MOE, MOE2 = " residents", " people", " moe", "moe2"
WHOLE = 10**9  # residents that shares are of, where only shares are known
CENSUS = "Census files write -555555555 for a margin that is 0, -666666666 for what is not known"
APART = 0.01  # of the whole, that shares may miss 1 by, and totals of two groupings each other


def representation(look: Look) -> Reading:
    """Read who is reached: every record is one; or, of the file of the population, who lives there."""
    people = look.evidence.data.people
    side = LIVES_THERE if people else REACHED
    sums = {MOE2: squared(look.columns.number(people.moe))} if people and people.moe else {}
    return Reading(sql.Reading(keys={"counted": syntax.string(side)}, sums=sums), {"has_moe": bool(sums)})


def squared(moe: exp.Expression) -> exp.Expression:
    """Add up squared margins of error."""
    return exp.func("FSUM", exp.Mul(this=moe, expression=moe.copy()))


def residents_of(evidence: Evidence) -> Evidence:
    """Give the block that counts the population's file as if its people were records."""
    population = evidence.data.population
    data = Data(
        source=population.source,
        sheet=population.sheet,
        origin=evidence.data.origin,
        decided_by=evidence.data.decided_by,
        unit="one resident",
        count=PEOPLE,
        people=People(column=PEOPLE, moe=MOE if population.moe else None),
        cluster=evidence.data.cluster,
    )
    return evidence.model_copy(update={"data": data, "strata": ()})


def benchmark(evidence: Evidence, folder: Path, count) -> tuple[Evidence, dict[str, Any]]:
    """Count the people that records are weighed to, by every group that they are weighed by.

    Args:
        evidence: a block of records, with a population.
        folder: what its file is relative to.
        count: counts a block's records, already opened.

    Returns:
        The block, in which groups that it leaves open are those of the population; and the people, as a tally notes
        them.

    Raises:
        DataError: the file cannot be read, lacks a column, or counts nobody of a declared group.
    """
    by = evidence.raked_by
    block = evidence.model_copy(
        update={
            "kind": "representation",
            "groups": {name: evidence.groups[name] for name in by},
            "compare": (Compare(by=by),),
            "data": evidence.data.model_copy(update={"cluster": None}),
        }
    )
    with opened_population(block, folder) as people:
        residents = count(*prepare(block, people))
    _refuse(_no_residents(residents, evidence.data.population.source))
    _refuse(_rows_of_totals(block, residents))
    known = residents.table(by)
    known = known[(known[list(by)] != UNKNOWN).all(axis=1) & (known["n"] > 0)]
    moe2 = known[MOE2].tolist() if MOE2 in known else [None] * len(known)
    rows = [[*levels, int(n), m] for *levels, n, m in zip(*(known[name] for name in by), known["n"], moe2, strict=True)]
    return with_levels(evidence, residents, by), {"by": list(by), "rows": rows}


def opened_population(evidence: Evidence, folder: Path):
    """Open the file of the population."""
    population = evidence.data.population
    data = Data(source=population.source, sheet=population.sheet, origin="historical", decided_by="this_system")
    return opened(data, folder)


def prepare(evidence: Evidence, records: Records) -> tuple[Evidence, Records]:
    """Put the population's numbers into columns of known names, and check them.

    Returns:
        The block that counts them, without a cluster where the file names no areas; and the records.

    Raises:
        DataError: columns that are not there, numbers that are none, shares that do not add up to one.
    """
    population, residents = evidence.data.population, residents_of(evidence)
    number = population.people or population.share
    wanted = [column for name, group in evidence.groups.items() for column in group.read_from(name)]
    _refuse(
        Problem(population.source, f"has no column {column!r} (population)", nearest(column, list(records.types)))
        for column in filter(None, [number, population.moe, *wanted])
        if column not in records.types
    )
    columns = sql.Columns(records.types)
    _refuse(_bad_numbers(records, columns, population.source, number, population.moe))
    value = columns.number(number)
    if population.share:
        total = _shares_add_up(evidence, records, columns)
        value = exp.Mul(this=exp.paren(value), expression=syntax.double(WHOLE / total))
    value = exp.func("ROUND", value)
    more = {PEOPLE: value} | ({MOE: columns.number(population.moe)} if population.moe else {})
    computed = [exp.alias_(expression, name, quoted=True) for name, expression in more.items()]
    query = exp.Select(expressions=[exp.Star(), *computed]).from_(sql.RECORDS)
    records.connection.execute(f'CREATE TEMP TABLE "{RESIDENTS}" AS {query.sql("duckdb")}')
    make_view(records.connection, sql.RECORDS, exp.select("*").from_(exp.to_table(f'"{RESIDENTS}"')))
    # What is kept of the records is kept of the population, as far as it has the column.
    keep = {name: want for name, want in evidence.data.keep.items() if name in records.types}
    residents = residents.model_copy(update={"data": residents.data.model_copy(update={"keep": keep})})
    if residents.data.cluster not in records.types:
        residents = residents.model_copy(update={"data": residents.data.model_copy(update={"cluster": None})})
    types = {**records.types, **dict.fromkeys(more, "DOUBLE")}
    return residents, Records(DuckDB(records.connection, types), types)


def is_no_number(value: exp.Expression) -> exp.Expression:
    """Say whether a value is no number of people, and no margin of one: missing, or below 0."""
    return exp.Not(this=exp.func("COALESCE", exp.paren(value >= syntax.integer(0)), exp.false()))


def _bad_numbers(
    records: Records, columns: sql.Columns, source: str, number: str, moe: str | None
) -> Iterator[Problem]:
    for column, what in ((number, "of people"), (moe, "margins of error")):
        if column is None:
            continue
        query = syntax.select({"value": columns.text(column), "n": syntax.count()}, sql.RECORDS)
        query = query.where(is_no_number(columns.number(column)))
        found = records.fetch(query.group_by(exp.Literal.number(1)))
        if found:
            values = listed([f"{value!r} ({n:,})" if value is not None else f"(missing) ({n:,})" for value, n in found])
            yield Problem(source, f"{column!r} holds what are no numbers {what}: {values}", f"{CENSUS}: mend them.")


def _shares_add_up(evidence: Evidence, records: Records, columns: sql.Columns) -> float:
    """Give what the shares are of: 1, or 100 where they are percentages; of each grouping they must add up to it."""
    population = evidence.data.population
    problems, whole = [], 1.0
    for name, group in evidence.groups.items():
        column = group.read_from(name)[0]
        query = syntax.select({"total": exp.func("SUM", columns.number(population.share))}, sql.RECORDS)
        query = query.where(syntax.not_null(columns.text(column)))
        total = float(records.fetch(query)[0][0] or 0)
        whole = 100.0 if abs(total - 100) <= 100 * APART else whole
        if abs(total - whole) > whole * APART:
            hint = "Shares of all groups add up to 1 (or 100): a group is missing, or stands there twice."
            problems.append(Problem(population.source, f"the shares by {name} add up to {total:.6g}", hint))
    _refuse(problems)
    return whole


def with_levels(evidence: Evidence, residents: Tally, by: Collection[str] | None = None) -> Evidence:
    """Declare the groups of the population where the plan declares none: a group that nobody is reached of is seen."""
    groups = {
        name: group
        if group.final_levels or group.any_ or (by is not None and name not in by)
        else group.model_copy(update={"levels": residents.about.attributes[name]})
        for name, group in evidence.groups.items()
    }
    return evidence.model_copy(update={"groups": groups})


def side_by_side(evidence: Evidence, reached: Tally, residents: Tally) -> Tally:
    """Lay the cells of both beside each other.

    Raises:
        DataError: groups that are reached and have no residents; groupings whose residents do not add up alike.
    """
    population = evidence.data.population
    _refuse(_no_residents(residents, population.source))
    _refuse(_rows_of_totals(evidence, residents))
    if any(entry.measure == "share_reached" for entry in evidence.measures):
        _refuse(_more_than_live_there(reached, residents, evidence.data.source))
    if not population.share:
        _refuse(_totals_apart(residents, population.source))
    rows = residents.cells.assign(**dict.fromkeys(evidence.strata, UNKNOWN))
    if reached.about.folds is not None and "fold" not in rows:
        rows["fold"] = 0
    rows = rows[(rows["n"] > 0).to_numpy(bool)]
    records = reached.cells.assign(**{MOE2: 0.0}) if MOE2 in rows else reached.cells
    cells = pd.concat([records, rows], ignore_index=True)
    by = f"{population.from_} {population.year} ({Path(population.source).name})"
    size = "given as shares" if population.share else f"{int(_totals(residents).max()):,} people"
    notes = (*reached.about.notes, f"Who lives there is taken from {by}: {size}.")
    about = replace(reached.about, has_moe=residents.about.has_moe, shares=bool(population.share), notes=notes)
    return Tally(about, cells)


def _no_residents(residents: Tally, source: str) -> Iterator[Problem]:
    for name, levels in residents.about.attributes.items():
        counts = residents.cells[residents.cells["table"] == name].groupby(name)["n"].sum()
        if empty := [level for level in levels if not counts.get(level, 0)]:
            hint = "Name the group as the file does (labels), merge it into another, or add its number of people."
            yield Problem(source, f"counts nobody of these groups of {name}: {listed(empty)}", hint)


def _more_than_live_there(reached: Tally, residents: Tally, source: str) -> Iterator[Problem]:
    """A share of people is no more than all of them."""
    for table, names in residents.about.tables.items():
        counts = [tally.rows_of(names, beside=True).groupby(list(names))["n"].sum() for tally in (reached, residents)]
        for group, n in counts[0].items():
            levels = group if isinstance(group, tuple) else (group,)
            if UNKNOWN not in levels and n > counts[1].get(group, 0):
                what = f"{n:,} of {', '.join(levels)} are reached, and {int(counts[1].get(group, 0)):,} live there"
                hint = "Where one person may stand there several times, measure events_per_1000 and name a cluster."
                yield Problem(source, f"{what}: a share of people cannot be more than all ({table})", hint)


def _rows_of_totals(evidence: Evidence, residents: Tally) -> Iterator[Problem]:
    """Say where a group that the plan does not declare is as large as all others together."""
    for name, group in evidence.groups.items():
        if group.final_levels or evidence.data.population.share or name not in residents.about.tables:
            continue
        sizes = (
            residents.cells[residents.cells["table"] == name].groupby(name)["n"].sum().drop(UNKNOWN, errors="ignore")
        )
        for level, n in sizes.items():
            if len(sizes) > 2 and n == sizes.sum() - n:
                what = f"the {name} {level!r} has as many people as all others together ({n:,})"
                hint = f"If it is a row of totals, write it under unknown: of {name}; if not, declare the levels."
                yield Problem(evidence.data.population.source, what, hint)


def check_areas(evidence: Evidence, records: Records, people: Records) -> None:
    """Refuse areas of records that the population does not have: their events would go over nobody's number.

    Raises:
        DataError: with the keys, and how they are probably mended.
    """
    cluster, population = evidence.data.cluster, evidence.data.population
    named, known = (_keys(each, cluster, evidence) for each in (records, people))
    lacking = {key: n for key, n in named.items() if key and key not in known}
    if lacking:
        places = {key: n for key, n in known.items() if key}
        found = key_problems(lacking, places, evidence.data.source, population.source)
        of_records = [problem for problem in found if problem.where == evidence.data.source]
        raise DataError([replace(problem, what=f"{cluster}: {problem.what}") for problem in of_records])


def _keys(records: Records, column: str, evidence: Evidence) -> dict[str | None, int]:
    columns = sql.Columns(records.types)
    query = syntax.select({"key": columns.text(column), "n": syntax.count()}, sql.RECORDS)
    kept = {name: want for name, want in evidence.data.keep.items() if name in records.types}
    query = sql.of_kept(query, evidence.data.model_copy(update={"keep": kept}), columns)
    return dict(records.fetch(query.group_by(exp.Literal.number(1))))


def _totals_apart(residents: Tally, source: str) -> Iterator[Problem]:
    """Say where groupings count other numbers of people: a row of totals among groups, or a table that lacks some."""
    totals = _totals(residents)
    low, high = totals.min(), totals.max()
    if high - low > APART * high:
        words = listed([f"{int(totals[table]):,} by {table}" for table in residents.about.tables])
        yield Problem(source, f"counts other numbers of people: {words}", "Is a row of totals among the groups?")


def _totals(residents: Tally) -> pd.Series:
    """Count the people of known group in every table."""
    known = (residents.cells[list(residents.about.attributes)] != UNKNOWN).all(axis=1)
    return residents.cells[known].groupby("table")["n"].sum()


def _refuse(problems: Iterator[Problem] | list[Problem]) -> None:
    if found := list(problems):
        raise DataError(found)
