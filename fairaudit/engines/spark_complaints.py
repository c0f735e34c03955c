"""What Spark says -> what a reader can do about it. Nothing of its text is passed on: it may quote a record."""

from __future__ import annotations

import re
from typing import Any

from fairaudit.engines.complaints import complaint

AGAIN = "Nothing was written: try again."

# Conditions of Spark's own, and words of the exceptions of Java: matched, and never shown.
SAID = (
    (r"PATH_NOT_FOUND|Path does not exist",
     "finds nothing at that path", "Look at `table`: every worker must be able to read it, by the same path."),
    (r"UNABLE_TO_INFER_SCHEMA", "finds no records at that path", "Name the folder that holds the files themselves."),
    (r"COLUMN_DATA_TYPE_MISMATCH|SchemaColumnConvertNotSupported|CANNOT_MERGE_SCHEMAS|CANNOT_MERGE_INCOMPATIBLE",
     "holds a column that has one type in some files and another in others",
     "Write it alike in all files, or read them apart in `query` with CAST."),
    (r"No space left on device", "has no room left on its disk", "Make room in its spark.local.dir, and try again."),
    (r"OutOfMemory|exitCode=52|exited with code 52|exit code 137|maxResultSize|Container killed",
     "ran out of memory", "Give its workers more (spark.executor.memory), or count fewer columns."),
    (r"not a Parquet file|CANNOT_READ_FILE_FOOTER|Could not read footer|FAILED_READ_FILE|ParquetDecoding|EOFException",
     "holds a file that cannot be read", "It may have been cut short, or written anew meanwhile: copy it again."),
    (r"AMBIGUOUS_REFERENCE|COLUMN_ALREADY_EXISTS",
     "has two columns whose names differ in capital letters alone", "Give each a name of its own in `query` (AS)."),
    (r"AccessControlException|Permission denied|INSUFFICIENT_PERMISSIONS",
     "does not let this user read it", "Ask for the right to read those files, and for no more."),
    (r"ExecutorLostFailure|FetchFailed|executor .* lost", "lost its workers while it counted", AGAIN),
    (r"SparkContext was shut down|stopped SparkContext|Master removed|All masters are unresponsive",
     "broke off", AGAIN),
    (r"Answer from Java side is empty|Error while (obtaining|sending)|Connection refused", "ended by itself", AGAIN),
    (r"UNRESOLVED_ROUTINE", "lacks a function that the query needs", "Select plain columns in the plan's query."),
)  # fmt: skip


class _Stated(Exception):
    """An error of which only the SQLSTATE is known."""

    def __init__(self, state: str):
        self.sqlstate = state


def complaint_of_spark(error: Any) -> tuple[str, str]:
    """Say what an error of Spark means, and what to do about it.

    Args:
        error: an exception of its library, or of what it talks to Java with.
    """
    condition = error.getCondition() if hasattr(error, "getCondition") else None
    text = f"{condition or ''} {error}"
    for pattern, what, hint in SAID:
        if re.search(pattern, text):
            return what, hint
    state = error.getSqlState() if hasattr(error, "getSqlState") else None
    if state:
        return complaint(_Stated(state))
    return f"cannot answer ({type(error).__name__})", "Try the plan's query by hand, or ask who keeps the cluster."
