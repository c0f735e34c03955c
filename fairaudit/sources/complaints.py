"""What can be wrong between a plan and its data, in words: where, what, and the nearest right answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import product
from math import prod

from fairaudit.errors import DataError, Problem, listed, nearest
from fairaudit.groupings import Coding, Grouping, group_name
from fairaudit.plan import Scalar

MOST_GROUPS = 1_000
LONGEST = 60
NO_GROUP = "that the plan makes no group of"
NESTED = ("STRUCT", "MAP", "LIST", "UNION")


def quoted(value: str | None) -> str:
    """Show a value of a column, cut short."""
    if value is None:
        return "(missing)"
    return repr(value if len(value) <= LONGEST else value[: LONGEST - 3] + "...")


def missing_columns(source: str, wanted: Mapping[str, str], types: Mapping[str, str]) -> list[Problem]:
    """Find columns that the plan names and the data lack, and those that hold no plain values."""
    have = list(types)
    problems = [
        Problem(source, f"has no column {name!r} ({place})", nearest(name, have))
        for name, place in wanted.items()
        if name not in types
    ]
    for name, kind in types.items():
        if name in wanted and (kind.startswith(NESTED) or kind.endswith("]")):
            what = f"column {name!r} holds {kind.split('(')[0].lower()} values"
            problems.append(Problem(source, what, "Columns hold one plain value a row."))
    return problems


TOO_MANY = {
    "groups": (
        "groups of people",
        "Choose another column, declare `levels` with `merge`, or cut numbers with `bands`.",
    ),
    "strata": ("strata", "Choose another column, or prepare one that holds fewer values."),
    "decision": ("yes or no", "Name the values in is and is_not, or choose another column."),
    "outcome": ("yes or no", "Name the values in is and is_not, or choose another column."),
}
"""What a column plays -> what it cannot be with too many values, and what to do."""


def too_many_values(source: str, column: str, count: int, role: str) -> DataError:
    """Refuse a column that holds more values than what it plays can have."""
    cannot_be, hint = TOO_MANY[role]
    return DataError.one(source, f"{column!r} has {count:,} different values, too many to be {cannot_be}", hint)


def too_many_cells(source: str, counts: Mapping[str, int], most: int) -> DataError:
    """Refuse groups and strata that make too many cells together."""
    each = ", ".join(f"{name} {count:,}" for name, count in counts.items())
    what = f"groups and strata together make more than {most:,} cells (values a column: {each})"
    return DataError.one(source, what, "Cross fewer groups, or name fewer strata.")


def not_levels(source: str, coding: Coding, wrong: Mapping[str, int]) -> Problem:
    """List the values of a column that cannot be groups, with their counts."""
    records = f"{sum(wrong.values()):,} record{'' if sum(wrong.values()) == 1 else 's'}"
    on_paper = f"{coding.column} holds {len(wrong):,} value{'' if len(wrong) == 1 else 's'}, in {records}, {NO_GROUP}"
    most = sorted(wrong.items(), key=lambda item: (-item[1], item[0]))
    shown = listed([f"{quoted(value)} ({n:,})" for value, n in most])
    if coding.otherwise == "level":
        what = f"{coding.column} holds {shown}, which cannot name a group"
        return Problem(source, what, f"Add `unknown: {list(wrong)}` to the group {coding.name}.", on_paper)
    if coding.bands:
        what = f"{coding.column} holds values that are not numbers: {shown}"
        return Problem(source, what, f"Mend them, or list them as `unknown:` of {coding.column}.", on_paper)
    allowed = list(dict.fromkeys([*coding.codes, *(coding.levels or () if coding.member is None else ())]))
    hint = f"{nearest(most[0][0], allowed)} Else add them to `levels`, `labels` or `unknown`."
    what = f"{coding.column} holds values that are no declared level: {shown}"
    return Problem(source, what, hint.strip(), on_paper)


def one_group(source: str, column: str, found: Sequence[str]) -> Problem:
    """Refuse a column, read as found, in which there is nobody to compare."""
    what = f"the only group is {quoted(found[0])}" if found else "no group is known"
    hint = "A disparity needs two groups: declare `levels` to keep groups without a row, or choose another column."
    return Problem(source, f"{column}: {what}", hint, f"{column}: there is only one group" if found else "")


def bad_weights(source: str, column: str, count: int, examples: Sequence[str | None]) -> Problem:
    """Refuse weights that are missing, no number, negative or infinite."""
    number, verb = ("1 weight", "is no number") if count == 1 else (f"{count:,} weights", "are not numbers")
    on_paper = f"{number} in {column!r} {verb} of at least 0"
    hint = "Mend them, or leave those rows out with `keep`."
    return Problem(source, f"{on_paper}: {', '.join(map(quoted, examples))}", hint, on_paper)


def without_cluster(source: str, column: str, count: int, records: int) -> Problem:
    """Refuse a cluster that too many records lack; they are taken as one, which would hide who is who."""
    what = f"{count:,} of {records:,} records have no {column!r}, so that nobody knows whose they are"
    return Problem(source, what, "Choose another `cluster`, or leave those rows out with `keep`.")


def never_taken(source: str, name: str, column: str, values: Sequence[Scalar], takes: Mapping[str, int]) -> Problem:
    """Refuse a yes or a no that does not occur."""
    found = [value for value in takes if value is not None]
    close = nearest(str(values[0]), found)
    hint = close if close.startswith("Did") else f"Write the values that it takes in {name}: is and is_not."
    shown = listed([f"{quoted(value)} ({n:,})" for value, n in takes.items()])
    on_paper = f"{column} never takes {listed([repr(value) for value in values])}"
    return Problem(source, f"{on_paper}; it takes {shown}", hint, on_paper)


def reads_alike(source: str, name: str, column: str, value: str, count: int, named: Scalar) -> Problem:
    """Refuse a value that differs from a yes in capitals only: it would count as no."""
    what = f"{column} holds {quoted(value)} ({count:,}), which reads like {named!r} and would count as no"
    on_paper = f"{column} holds a value that reads like {named!r} and would count as no"
    return Problem(source, what, f"Add it in {name} to is, or write is_not.", on_paper)


def check_groupings(source: str, found: Sequence[Grouping], levels: Mapping[str, Sequence[str]]) -> list[Problem]:
    """Find crossings of too many groups, groups that read alike, and references that are no group."""
    problems = []
    for grouping in found:
        crossed = " x ".join(grouping.attributes)
        count = prod(len(levels[name]) for name in grouping.attributes)
        if count > MOST_GROUPS:
            what = f"{crossed} makes {count:,} groups, too many to compare"
            problems.append(Problem(source, what, "Cross fewer columns, or declare `levels` with `merge`."))
            continue
        groups = [group_name(each) for each in product(*(levels[name] for name in grouping.attributes))]
        if alike := sorted(name for name, times in Counter(groups).items() if times > 1):
            what = f"two groups of {crossed} would both be called {quoted(alike[0])}"
            problems.append(Problem(source, what, "Call a level otherwise, with `labels`."))
        if grouping.reference not in ("all_pairs", "rest", "overall", *groups):
            what = f"the reference {grouping.reference!r} is no group of {crossed}"
            problems.append(Problem(source, what, nearest(grouping.reference, groups)))
    return problems
