"""Records that lie in an engine of somebody else's: SQL made from the plan alone, and the cells that it gave.

Nothing is known of the columns but their names, so that each is written as text first. Only kinds whose records are
counted in one pass can be counted so; the others need a second file, or look at the records before they count.
"""

from __future__ import annotations

import contextlib
import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
from sqlglot import exp

from fairaudit import sql, syntax
from fairaudit.engines import DuckDB, rendered
from fairaudit.errors import DataError, Problem, UsageError, listed, nearest
from fairaudit.kinds import KINDS
from fairaudit.plan import Evidence
from fairaudit.sources.asking import Asked, named_columns
from fairaudit.sources.counted import Counted
from fairaudit.sources.counting import COUNTS, count_asked
from fairaudit.sources.opening import ENGINE, Records
from fairaudit.sources.rules import rules_of
from fairaudit.tally import Tally
from fairaudit.tally.spreadsheet import read_csv
from fairaudit.tally.values import NUMBERS

IN_ONE_PASS = tuple(kind for kind in KINDS if kind not in COUNTS)
TABLE = "your_table"
NULLS = ("", "NULL", "null", r"\N", "<null>")
"""How tools write a value that is missing into CSV."""
MANY_CLUSTERS = [""] * (sql.FOLDS + 1)
"""Clusters are always cut by their hash: named one by one, the cells would hold people's numbers."""
NO_FACTS = "The counts come of SQL: records that repeat another's key, and people with several, were not counted."


def query_alone(evidence: Evidence, renamed: Mapping[str, str] | None = None) -> exp.Select:
    """Build the query that counts records of which only the plan is known.

    Args:
        evidence: the block of the plan.
        renamed: column as the plan calls it -> as the table does. Where given, also if empty, the query begins with a
            step that names the table and each of its columns, once, for somebody to fill in.

    Raises:
        UsageError: records of the kind cannot be counted in one pass.
    """
    with _alone(evidence) as asked:
        query = sql.tally_query(asked.request, asked.columns)
    return query if renamed is None else _naming(query, list(named_columns(_counted_alone(evidence))), renamed)


def _naming(query: exp.Select, columns: Sequence[str], renamed: Mapping[str, str]) -> exp.Select:
    """Put a step before a query that calls columns as the plan does."""
    named = [exp.alias_(syntax.name(renamed.get(column, column)), column, quoted=True) for column in columns]
    first = exp.Select(expressions=named).from_(exp.to_table(TABLE))
    query = query.with_(sql.RECORDS, as_=first, copy=True)
    steps = query.args["with_"] if "with_" in query.args else query.args["with"]
    steps.set("expressions", [steps.expressions[-1], *steps.expressions[:-1]])
    return query


def text_alone(evidence: Evidence, dialect: str = "duckdb", renamed: Mapping[str, str] | None = None) -> str:
    """Write that query as text for an engine.

    Raises as `query_alone` does.
    """
    return rendered(query_alone(evidence, renamed), dialect, pretty=True)


def can_be_counted_alone(evidence: Evidence) -> str:
    """Say why records of a block cannot be counted by SQL from the plan alone; empty where they can."""
    data = evidence.data
    if evidence.kind not in IN_ONE_PASS:
        return f"evidence of the kind {evidence.kind} is counted in more than one pass"
    if data.join is not None or (data.area is not None and data.area.column is None):
        return "columns are added to the records from another file"
    if any(group.proxy for group in evidence.groups.values()):
        return "probabilities of groups are counted in a pass of their own"
    return ""


@contextlib.contextmanager
def _alone(evidence: Evidence) -> Iterator[Asked]:
    if why := can_be_counted_alone(evidence):
        hint = "Count with `fairaudit tally DIR -o counts`, which reads the records."
        raise UsageError.one(evidence.id, f"has no SQL that counts by itself: {why}", hint)
    evidence = _counted_alone(evidence)
    columns = list(named_columns(evidence))
    engine = duckdb.connect(":memory:", config=ENGINE)
    try:
        listed_columns = ", ".join(f"{syntax.name(column).sql('duckdb')} VARCHAR" for column in columns)
        engine.execute(f"CREATE TABLE {sql.RECORDS} ({listed_columns})")
        types = dict.fromkeys(columns, sql.ANY_TYPE)
        yield Asked(evidence, Records(DuckDB(engine, types), types), MANY_CLUSTERS)
    finally:
        engine.close()


def _counted_alone(evidence: Evidence) -> Evidence:
    """Leave out what the cells do not tell: which records repeat another's key."""
    return evidence.model_copy(update={"data": evidence.data.model_copy(update={"key": None})})


# --- the cells that it gave ------------------------------------------------------------------------------------------


class _AskedOfCells(Asked):
    """What was asked of an engine elsewhere, whose answer is a file."""

    answer: dict[str, list]

    def _counted(self, request: sql.Request) -> Counted:
        return Counted(dict(self.answer), request.tables)


def tally_of_cells(evidence: Evidence, path: Path, plan_sha256: str | None = None) -> Tally:
    """Make a tally of the CSV file that the SQL of a plan gave: its codes are settled as an engine's are.

    Args:
        evidence: the block of the plan.
        path: the file, with a header.
        plan_sha256: the plan's hash, to be noted in the tally.

    Raises:
        DataError: it is not what the SQL gives, or holds what the plan does not allow.
        UsageError: records of the kind cannot be counted in one pass.
    """
    data = evidence.data.model_copy(update={"source": path.name})
    with _alone(evidence.model_copy(update={"data": data})) as asked:
        asked.__class__ = _AskedOfCells
        asked.answer = _answer(path, asked.request)
        tally = count_asked(asked, plan_sha256)
    about = replace(tally.about, notes=(*tally.about.notes, NO_FACTS), asked=rules_of(evidence), groups={})
    return Tally(about, tally.cells)


def _answer(path: Path, request: sql.Request) -> dict[str, list]:
    """Read the file's columns as an engine gives them."""
    try:
        rows, _ = read_csv(path.read_bytes())
    except OSError as error:
        raise DataError.one(str(path), f"cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise DataError.one(path.name, "is not UTF-8 text", "Save it as CSV UTF-8.") from None
    except csv.Error as error:
        raise DataError.one(path.name, f"is not CSV ({error})", "Save it as CSV UTF-8.") from None
    texts = [*request.attributes, *request.keys, "left_out"]
    wanted = [*texts, *request.sums]
    header = [name.strip() for name in rows[0][1]] if rows else []
    # Some engines write names of columns in capitals.
    places = {name: _place(name, header) for name in wanted}
    problems = [
        Problem(path.name, f"the column {name!r} is missing", nearest(name, header))
        for name, place in places.items()
        if place is None
    ]
    problems += [
        Problem(f"{path.name} line {line}", f"has {len(row)} fields, the header {len(header)}")
        for line, row in rows[1:]
        if len(row) != len(header)
    ][:5]
    if problems:
        raise DataError(problems)
    return _columns(path, request, places, rows[1:])


def _place(name: str, header: Sequence[str]) -> int | None:
    if name in header:
        return header.index(name)
    alike = [place for place, other in enumerate(header) if other.casefold() == name.casefold()]
    return alike[0] if len(alike) == 1 else None


def _columns(
    path: Path, request: sql.Request, places: Mapping[str, int], rows: Sequence[tuple[int, list[str]]]
) -> dict[str, list]:
    coded, found, wrong = {*request.codings, *request.attributes}, {}, []
    for name, place in places.items():
        number = name in NUMBERS and name in request.reading.keys
        read = _sum if name in request.sums else _code if name in coded else _number if number else _value
        read = _fold if name == "fold" and request.folds else read
        found[name] = []
        for line, row in rows:
            try:
                found[name].append(read(row[place]))
            except ValueError:
                wrong.append(Problem(f"{path.name} line {line}", f"{name} is {row[place]!r}", HINTS[read]))
    found["left_out"] = [value or "" for value in found["left_out"]]
    wrong += _of_no_table(path, request, found, [line for line, _ in rows]) if not wrong else []
    if wrong:
        raise DataError(wrong[:20])
    return found


def _code(text: str) -> str | None:
    if text in NULLS:
        return None
    if text[:1] not in (sql.CODED, sql.STRAY):
        raise ValueError(text)
    return text


def _value(text: str) -> str | None:
    return None if text in NULLS else text


def _number(text: str) -> float | None:
    return None if text in NULLS else _sum(text)


def _fold(text: str) -> str:
    if text in NULLS:
        return ""
    if not 0 <= int(text) < sql.FOLDS:
        raise ValueError(text)
    return text


def _sum(text: str) -> int | float:
    if text in NULLS:
        return 0
    value = float(text)
    if not 0 <= abs(value) < float("inf"):
        raise ValueError(text)
    return int(value) if value.is_integer() else value


HINTS = {
    _code: f"It begins with {sql.CODED} or {sql.STRAY}: send the file as the engine wrote it.",
    _value: "",
    _sum: "It is a number.",
    _number: "It is a number.",
    _fold: f"It is a number from 0 to {sql.FOLDS - 1}.",
}


def _of_no_table(path: Path, request: sql.Request, found: Mapping[str, list], lines: Sequence[int]) -> list[Problem]:
    """Find rows whose groups are those of no table."""
    tables = {tuple(name in names for name in request.attributes) for names in request.tables.values()}
    patterns = zip(*([value is not None for value in found[name]] for name in request.attributes), strict=True)
    hint = f"It has: {listed(list(request.tables))}."
    return [
        Problem(f"{path.name} line {line}", "belongs to no table of the plan", hint)
        for line, pattern in zip(lines, patterns, strict=True)
        if pattern not in tables
    ]
