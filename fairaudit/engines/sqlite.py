"""How SQLite says what DuckDB has a word of its own for: the text that somebody runs there by hand.

fairaudit itself reads SQLite files into its own engine, since a column of SQLite may hold values of several types.
"""

from __future__ import annotations

from sqlglot import exp

from fairaudit.engines.sayings import (
    Dress,
    Saying,
    by_union,
    renamed,
    template,
    with_names,
    without_bins,
    without_finite,
)
from fairaudit.errors import UsageError

SQLITE = "sqlite"


def _say(text: str) -> Saying:
    return template(text, SQLITE)


# There is no cast that refuses: a text is a number where it holds a digit and nothing that a number has not.
NUMBER = _say(
    """
    CASE WHEN typeof(:value) IN ('integer', 'real') THEN CAST(:value AS REAL)
         WHEN TRIM(:value) GLOB '*[0-9]*' AND NOT TRIM(:value) GLOB '*[^-+.0-9eE]*'
              AND NOT TRIM(:value) GLOB '*[-+.0-9eE][-+]*[-+]*' AND TRIM(:value) GLOB '[-+.0-9]*'
         THEN CAST(TRIM(:value) AS REAL) END"""
)
WHOLE = _say("CAST(:value AS INTEGER)")


def _read(node: exp.TryCast) -> exp.Expression:
    if node.to.this == exp.DataType.Type.DOUBLE:
        return NUMBER(node)
    return WHOLE(node) if node.to.this == exp.DataType.Type.BIGINT else node


def _no_hash(node: exp.Expression) -> exp.Expression:
    """Say that clusters cannot be cut: SQLite has no hash."""
    what = "clusters are cut by a hash, and SQLite has none"
    hint = "Count the file itself: `fairaudit tally DIR --source FILE -o counts`."
    raise UsageError.one("--dialect sqlite", what, hint)


DRESS = Dress(
    words={
        exp.TryCast: _read,
        exp.IsNan: lambda node: exp.false(),
        exp.MD5: _no_hash,
        "ISFINITE": _say("ABS(:value) < 9e999"),
        "CONTAINS": _say("INSTR(:value, :second) > 0"),
        "RIGHT": _say("SUBSTR(:value, -:second)"),
        "FSUM": renamed("SUM"),
    },
    steps=(without_bins, without_finite, by_union, with_names),
)
