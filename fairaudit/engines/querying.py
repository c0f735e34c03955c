"""A warehouse is asked, never told: the one query that a plan may name, and that it only selects."""

from __future__ import annotations

from collections.abc import Sequence

import sqlglot
from sqlglot import exp

from fairaudit.errors import DataError

SELECT_ONLY = "Only a query that selects is sent: one SELECT (WITH ... SELECT), and nothing after it."
WRITES = (
    exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Create, exp.Drop, exp.Alter, exp.TruncateTable, exp.Copy,
    exp.Command, exp.Into, exp.Lock, exp.Set, exp.Use, exp.Pragma, exp.Attach, exp.Detach, exp.Grant,
)  # fmt: skip
"""What changes something, or may."""


def the_select(text: str, dialect: str, where: str) -> exp.Query:
    """Read the query of a plan.

    Args:
        text: the SQL.
        dialect: of what engine.
        where: the source, for errors.

    Raises:
        DataError: it cannot be read, is more than one statement, or does anything but select.
    """
    try:
        found = [tree for tree in sqlglot.parse(text, read=dialect or None) if tree is not None]
    except sqlglot.errors.SqlglotError:
        raise DataError.one(where, "its query is no SQL that can be read", SELECT_ONLY) from None
    if len(found) != 1:
        what = f"its query is {len(found)} statements" if found else "its query is empty"
        raise DataError.one(where, what, SELECT_ONLY)
    (tree,) = found
    if not isinstance(tree, exp.Query) or (other := tree.find(*WRITES)):
        named = (other if isinstance(tree, exp.Query) else tree).key.upper()
        raise DataError.one(where, f"its query is not a SELECT alone ({named})", SELECT_ONLY)
    return tree


def refuse_repeated(names: Sequence[str], where: str) -> None:
    """Refuse columns of the same name, of which nobody could say which is meant.

    Raises:
        DataError: it names them.
    """
    if twice := sorted({name for name in names if names.count(name) > 1}):
        what = f"gives columns of the same name: {', '.join(twice)}"
        raise DataError.one(where, what, "Give each a name of its own in the query (AS).")


def table_named(parts: Sequence[str]) -> exp.Table:
    """Give a table by the parts of its name, each quoted: catalogue, schema, table, of which the last is enough."""
    names = [exp.to_identifier(part, quoted=True) for part in parts]
    return exp.Table(**dict(zip(("this", "db", "catalog"), reversed(names), strict=False)))
