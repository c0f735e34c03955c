"""How many records would settle it: after a run for what was not shown, and before one for what to ask for.

after: what a report says of a finding that is not shown either way.
before: what to ask for, before any group's outcome is looked at; of shares, and of values.
needed: what such a plan holds.
words: the same as lines of text, as a table, and as a paragraph to paste into a request.
"""

from fairaudit.planning.after import POWER, more_records
from fairaudit.planning.before import how_many
from fairaudit.planning.needed import Needed
from fairaudit.planning.words import heading, lines, looked, numbers, request, rows, sentences, time_of

__all__ = [
    "POWER",
    "Needed",
    "heading",
    "how_many",
    "lines",
    "looked",
    "more_records",
    "numbers",
    "request",
    "rows",
    "sentences",
    "time_of",
]
