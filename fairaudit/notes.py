"""Notes of a tally in the language of the report.

How records were counted is said in English when they are counted, and kept with the counts: whoever has the file reads
the same, whatever language a report of it is in. A report finds the sentence again in this table and says it anew. A
note that is not in the table, such as one that somebody wrote by hand, stays as it is.
"""

from __future__ import annotations

import re
from functools import cache
from string import Formatter

from fairaudit.languages import ENGLISH, current, marked, say

NOTES = (
    marked("REHEARSAL: the groups' labels were shuffled at random. Nothing here is a result."),
    marked("The sender notes: {note}"),
    marked("These are the counts of the report of {day}, used again: the warehouse was not asked."),
    marked("{file} was changed after it was first written."),
    marked("Tallies were added: a record that is in two of them was not seen to be repeated."),
    marked("1 record was closed before it was opened: it counts as closed at once, and once more as never closed."),
    marked(
        "{count} records were closed before they were opened: they count as closed at once, and once more as never "
        "closed."
    ),
    marked("No record is closed: every wait is still open."),
    marked("{opened} and {closed} have time zones: all moments were turned into UTC, as `until` is taken."),
    marked("{column} holds days without a time, so that waits are counted from day to day."),
    marked("1 record has a weight of 0, and counts for nothing: ask why."),
    marked("{count} records have a weight of 0, and count for nothing: ask why."),
    marked("All amounts that are known are the same."),
    marked("All scores that are known are the same."),
    marked("All waits that are known are the same."),
    marked("{column} takes 1 more value that no rule names, in 1 record."),
    marked("{column} takes 1 more value that no rule names, in {count} records."),
    marked("{column} takes {values} more values that no rule names, in {count} records."),
    marked("By {groups}, 1 record names no test: what another arm would have got is unknown."),
    marked("By {groups}, {count} records name no test: what another arm would have got is unknown."),
    marked("By {groups}, 1 test has one arm only ({each}): what the other would have got is unknown."),
    marked("By {groups}, {count} tests have one arm only ({each}): what the other would have got is unknown."),
    marked("No column holds {name}: everybody's is unknown, and probabilities alone clear nothing."),
    marked("{count} of {all} records of unknown {name} have no probabilities of it: they stay unknown."),
    marked("Who lives there is taken from {source}: given as shares."),
    marked("Who lives there is taken from {source}: {count} people."),
    marked("{count} of {all} records have no row in {source}, and what it says is not known."),
    marked(
        "{count} counts were received hidden, of which what tables have in common narrows {narrower}, {single} of them "
        "to a single number."
    ),
    marked("{name}: areas in {parts} parts of equal number, {where}."),
    marked(
        "{count} outcomes are recorded of people who were selected, of whom none can be known: they are read as "
        "unknown."
    ),
    marked(
        "{count} outcomes are recorded of people who were not selected, of whom none can be known: they are read as "
        "unknown."
    ),
    marked("Tables that should agree do not. {note}"),
    marked("{count} records are said to be kept, and table {table} counts {counted}."),
    marked("{file} says that {count} records were kept, and {counts} counts {counted}."),
    marked("{column} not kept"),
    marked("counts of 1 to {most} are given as that range ({count})"),
    marked(
        "counts of 1 to {most} are given as that range ({count}), and larger ones as a wider one, so that none follows "
        "from the others ({others})"
    ),
    marked("Columns were read from others: {columns}."),
    marked("The counts come of SQL: records that repeat another's key, and people with several, were not counted."),
)


def retold(note: str) -> str:
    """Say a note of a tally, or a reason why records are left out, in the language of the report."""
    if current() == ENGLISH:
        return note
    for template in NOTES:
        if found := _pattern(template).fullmatch(note):
            values = found.groupdict()
            return say(template, **values | ({"note": retold(values["note"])} if "note" in values else {}))
    return note


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """Turn a sentence with fields into what finds it."""
    parts = Formatter().parse(template)
    return re.compile("".join(re.escape(text) + (f"(?P<{name}>.+)" if name else "") for text, name, *_ in parts))
