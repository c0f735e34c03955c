"""What a warehouse says -> what a reader can do about it. No text of a driver is passed on: it may quote a secret."""

from __future__ import annotations

import re
from typing import Any

REFUSED = "refuses this user or password", "Look at the address in the variable: user, password, database."
NO_DATABASE = "has no such database", "Look at the end of the address in the variable."
NO_TABLE = "has no such table", "Look at `table` in the plan; a schema stands before a point: city.requests."
CROWDED = "has no memory or connection left", "Try again when there is less to do, or ask its keepers."
BROKEN_OFF = "broke off the connection", "Try again; nothing was written."

# The class or the whole of an SQLSTATE (ISO/IEC 9075; PostgreSQL's appendix A) -> what it means here.
STATES = (
    (r"28", *REFUSED),
    (r"3D000", *NO_DATABASE),
    (r"42P01|3F000|42S02", *NO_TABLE),
    (r"42703|42S22", "has no such column", "Look at the columns that the plan and its query name."),
    (r"42501", "does not let this user read it", "Ask for the right to SELECT from that table, and for no more."),
    (r"25006", "was asked to change something, and refused", "Only a query that selects is sent."),
    (r"42883|0A000", "lacks a function that the query needs", "Select plain columns in the plan's query."),
    (r"42", "cannot read the query",
     "Try the plan's query by hand; `fairaudit tally DIR --print-sql` shows the whole."),
    (r"22", "met a value that the query cannot read",
     "Write columns of numbers and days with those types in the plan's query (CAST)."),
    (r"53100", "has no room left on its disk", "Ask its keepers, or count fewer columns."),
    (r"53", *CROWDED),
    (r"57014", "stopped the query, which took too long", "Ask its keepers for more time, or for an index."),
    (r"57P0|08", *BROKEN_OFF),
    (r"40", "could not show the same records to all questions", "Try again when nobody changes them."),
    (r"XX|58", "failed, for a reason of its own", "Ask its keepers to look into its log."),
)  # fmt: skip

# Where there is no SQLSTATE, the words of the libraries: matched, and never shown.
WORDS = (
    (r"password|authentication|access denied|login failed", REFUSED),
    (r"database .* does not exist|unknown database", NO_DATABASE),
    (r"could not translate host|name or service not known|resolve|getaddrinfo",
     ("is at an address that cannot be found", "Look at the host in the variable's address.")),
    (r"refused|no route|unreachable", ("does not answer", "Is it running, and does the address have the right port?")),
    (r"too many connections", CROWDED),
    (r"time.?out|timed out", ("did not answer in time", "Try again, or ask its keepers.")),
    (r"closed|terminat|lost|reset|broken pipe|eof|gone away", BROKEN_OFF),
    (r"no such table|does not exist|not found", NO_TABLE),
    (r"unable to open|not a database|malformed|corrupt",
     ("is no database file that can be read", "It may have been cut short: copy it again.")),
)  # fmt: skip


def complaint(error: BaseException) -> tuple[str, str]:
    """Say what an error of a driver means, and what to do about it; nothing of its text."""
    state = _state(error)
    for pattern, what, hint in STATES:
        if state and re.match(pattern, state):
            return what, hint
    text = str(error)
    for pattern, said in WORDS:
        if re.search(pattern, text, re.IGNORECASE):
            return said
    return (
        f"cannot answer ({type(error).__name__})",
        "Try the plan's query by hand, or ask the keepers of the database.",
    )


def _state(error: Any) -> str:
    found = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None) or ""
    return str(found)
