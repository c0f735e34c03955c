"""What every engine can do: be asked, and show the text that it is asked."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from sqlglot import exp


class Answer(NamedTuple):
    """What came back.

    Attributes:
        names: the columns', in order.
        rows: a tuple a row; whole numbers as int, all other numbers as float.
    """

    names: list[str]
    rows: list[tuple]


class Engine(Protocol):
    """Holds records under the name `records`, and counts them.

    Attributes:
        dialect: the name of its SQL.
        types: column -> type, by DuckDB's names.
    """

    dialect: str
    types: dict[str, str]

    def answer(self, query: exp.Expression, most: int | None = None) -> Answer:
        """Put a query.

        Args:
            query: the syntax tree, as for DuckDB.
            most: how many rows to fetch at most; all where None.

        Raises:
            DataError: the engine cannot answer.
        """
        ...

    def text(self, query: exp.Expression, *, pretty: bool = False) -> str:
        """Give the SQL that `answer` sends."""
        ...


def plain(value: Any) -> Any:
    """Give a number as DuckDB would: whole ones as int."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
