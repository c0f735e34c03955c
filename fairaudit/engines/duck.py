"""DuckDB: the engine of files and of DataFrames, and of a relation that a user holds."""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb
from sqlglot import exp

from fairaudit.engines.engine import Answer
from fairaudit.sql import RECORDS

DUCKDB = "duckdb"


@dataclass(frozen=True)
class DuckDB:
    """An embedded engine.

    Attributes:
        connection: where the records are a view.
        types: column -> type, in the order of the source; "" for a column of a DataFrame that was not asked for.
    """

    connection: duckdb.DuckDBPyConnection
    types: dict[str, str] = field(default_factory=dict)
    dialect: str = DUCKDB

    def answer(self, query: exp.Expression, most: int | None = None) -> Answer:
        """Put a query."""
        found = self.connection.execute(self.text(query))
        names = [column[0] for column in found.description]
        return Answer(names, found.fetchall() if most is None else found.fetchmany(most))

    def text(self, query: exp.Expression, *, pretty: bool = False) -> str:
        """Give the SQL that is sent."""
        return query.sql(DUCKDB, pretty=pretty)


@dataclass(frozen=True)
class Relation:
    """A relation of a connection that the user holds: it is counted there, and nothing is copied.

    Attributes:
        relation: the relation.
        types: column -> type.
    """

    relation: duckdb.DuckDBPyRelation
    types: dict[str, str] = field(default_factory=dict)
    dialect: str = DUCKDB

    def answer(self, query: exp.Expression, most: int | None = None) -> Answer:
        """Put a query."""
        found = self.relation.query(RECORDS, self.text(query))
        rows = found if most is None else found.limit(most)
        return Answer(list(found.columns), rows.fetchall())

    def text(self, query: exp.Expression, *, pretty: bool = False) -> str:
        """Give the SQL that is sent."""
        return query.sql(DUCKDB, pretty=pretty)
