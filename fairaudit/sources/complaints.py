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


def bad_probabilities(source: str, column: str, count: int, examples: Sequence[str | None]) -> Problem:
    """Refuse inclusion probabilities that are missing, no number, 0 or less, or above 1."""
    number, verb = ("1 value", "is no probability") if count == 1 else (f"{count:,} values", "are no probabilities")
    on_paper = f"{number} in {column!r} {verb} above 0 and up to 1"
    hint = "A record that is there had some chance to be. Percentages go over 100; leave rows out with `keep`."
    return Problem(source, f"{on_paper}: {', '.join(map(quoted, examples))}", hint, on_paper)


def bad_counts(source: str, column: str, count: int, examples: Sequence[str | None]) -> Problem:
    """Refuse counts of records that are missing, no number, negative or not whole."""
    number, verb = ("1 value", "is no count") if count == 1 else (f"{count:,} values", "are no counts")
    on_paper = f"{number} in {column!r} {verb} of records"
    hint = "A count is a whole number of at least 0. Mend them, or leave those rows out with `keep`."
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


# --- scores and amounts ----------------------------------------------------------------------------------------------


def counted(number: int, one: str, many: str = "") -> str:
    """Count things in words: 1 record, 12 records."""
    return f"1 {one}" if number == 1 else f"{number:,} {many or one + 's'}"


def _examples(values: Mapping[str, int]) -> str:
    return listed([f"{quoted(value)} ({n:,})" for value, n in values.items()])


def not_numbers(source: str, column: str, name: str, count: int, values: Mapping[str, int]) -> Problem:
    """Refuse a score or an amount that is no number."""
    on_paper = f"{column} holds {counted(count, f'{name} that is no number', f'{name}s that are not numbers')}"
    hint = f"Mend them, or list them as `unknown:` of the {name}."
    return Problem(source, f"{on_paper}: {_examples(values)}", hint, on_paper)


def nothing_known(source: str, column: str, name: str) -> Problem:
    """Refuse a column that holds no value at all."""
    return Problem(source, f"no record has {_a(name)} in {column!r}", "Choose another column, or look at `keep`.")


def _a(name: str) -> str:
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"


def no_probabilities(source: str, column: str, count: int) -> Problem:
    """Refuse scores beyond 0 and 1 that are said to be probabilities."""
    what = f"{counted(count, 'score')} in {column!r} {'is' if count == 1 else 'are'} not between 0 and 1"
    return Problem(source, what, "Leave `probability: true` out, or divide percentages by 100.")


def money(source: str, column: str, count: int, values: Mapping[str, int], symbols: Sequence[str]) -> Problem:
    """Refuse amounts with currency symbols or thousands separators, which may be read in two ways."""
    on_paper = f"{column} holds {counted(count, 'amount')} written with currency symbols, separators or brackets"
    several = f"; there are several currencies: {listed(symbols)}" if len(symbols) > 1 else ""
    hint = "Write plain numbers in one currency, such as 1234.50."
    return Problem(source, f"{on_paper}: {_examples(values)}{several}", hint, on_paper + several)


def too_fine(source: str, column: str, count: int, decimals: int, values: Mapping[str, int]) -> Problem:
    """Refuse amounts with more digits than the smallest unit has."""
    digits = counted(decimals, "digit")
    verb = "has" if count == 1 else "have"
    on_paper = f"{counted(count, 'amount')} in {column!r} {verb} more than {digits} after the point"
    hint = "Write `decimals:` as they are, or round the amounts."
    return Problem(source, f"{on_paper}: {_examples(values)}", hint, on_paper)


def too_large(source: str, column: str, count: int, values: Mapping[str, int]) -> Problem:
    """Refuse amounts too large to be added up without rounding."""
    on_paper = f"{counted(count, 'amount')} in {column!r} {'is' if count == 1 else 'are'} too large to be true"
    return Problem(source, f"{on_paper}: {_examples(values)}", "Mend them, or list them as `unknown:`.", on_paper)


def negative(source: str, column: str, count: int) -> Problem:
    """Refuse amounts below 0 where the plan does not say that they make sense."""
    what = f"{counted(count, 'amount')} in {column!r} {'is' if count == 1 else 'are'} below 0"
    return Problem(source, what, "Where that makes sense, write `negative: true` in the amount; else mend them.")


# --- days ------------------------------------------------------------------------------------------------------------


def not_days(source: str, column: str, count: int, values: Mapping[str, int], ways: Mapping[str, int], hint: str):
    """Refuse a column of days that are not read.

    Args:
        source: the data.
        column: whose values they are.
        count: how many are not read.
        values: the most frequent of them, with their counts.
        ways: the ways in which the column writes days, with their counts, where there are several.
        hint: what to do about it.
    """
    on_paper = f"{column} holds {counted(count, 'value that is no day', 'values that are not read as days')}"
    mixed = ", ".join(f"{way} ({n:,})" for way, n in ways.items())
    several = f"; it mixes ways to write days: {mixed}" if mixed else ""
    return Problem(source, f"{on_paper}: {_examples(values)}{several}", hint, on_paper + several)


def after_until(source: str, column: str, count: int, last: str, until: str) -> Problem:
    """Refuse days after the day on which the records were drawn."""
    lie = "lies" if count == 1 else "lie"
    on_paper = f"{counted(count, 'day')} in {column!r} {lie} after {until}, the day until which records are counted"
    hint = "Mend `until`; where such a day means that a wait has not ended, leave it empty."
    return Problem(source, f"{on_paper}; the last is {last}", hint, on_paper)


def backwards(source: str, count: int, both: int) -> Problem:
    """Refuse too many records that were closed before they were opened."""
    what = f"{count:,} of {both:,} records were closed before they were opened"
    return Problem(source, what, "Look whether `opened` and `closed` are the right columns, and at their times.")


def zones_mixed(source: str, columns: Sequence[str], zoned: int, moments: int) -> Problem:
    """Refuse moments of which some have a time zone and some have none."""
    what = f"{zoned:,} of the {moments:,} moments in {' and '.join(columns)} have a time zone, and the others have none"
    return Problem(source, what, "Write all moments with a time zone, or none.")


def no_times(source: str, columns: Sequence[str]) -> Problem:
    """Refuse to count hours between days."""
    verb = "holds" if len(columns) == 1 else "hold"
    what = f"{' and '.join(columns)} {verb} days without a time, and a measure counts hours"
    return Problem(source, what, "Write `days:` in the measures instead of `hours:`.")


def beyond(source: str, horizons: Sequence[int], longest: int, unit: str) -> Problem:
    """Refuse a measure that asks for a longer time than any record was followed."""
    asked = " and ".join(f"{horizon:,} {unit}" for horizon in horizons)
    what = f"a measure asks for {asked}, and no record was followed for more than {longest:,} {unit}"
    return Problem(source, what, "Choose a shorter time, or look at `until`.")


def no_format(source: str, text: str) -> Problem:
    """Refuse a date format that is none."""
    what = f"date_format {text!r} is not a way to write days"
    return Problem(source, what, "Write %Y for the year, %m for the month, %d for the day, such as %m/%d/%Y.")
