"""One SQL text for every engine: what DuckDB says in a word of its own, said as the other one can.

The tree is built once, for DuckDB. A dialect names what it lacks: a table of words -> how to say them.
"""

from __future__ import annotations

from sqlglot import exp

from fairaudit import sql
from fairaudit.engines import postgresql, sayings, spark_sql, sqlite
from fairaudit.engines.sayings import Dress

DIALECTS = {
    "duckdb": "DuckDB",
    "postgres": "PostgreSQL",
    "spark": "Spark SQL",
    "sqlite": "SQLite",
    "snowflake": "Snowflake",
    "bigquery": "BigQuery",
    "redshift": "Redshift",
    "databricks": "Databricks",
    "mysql": "MySQL",
    "tsql": "SQL Server",
    "oracle": "Oracle",
    "trino": "Trino",
}
"""Dialects that the text can be had in. Only the first four are tested on an engine that runs."""


def rendered(
    query: exp.Expression, dialect: str, records: exp.Expression | None = None, *, pretty: bool = False
) -> str:
    """Write a query for an engine.

    Args:
        query: the tree, as for DuckDB; it stays as it is.
        dialect: of what engine.
        records: the table or subquery that stands for `records`; the name itself where None.
        pretty: whether to indent it.
    """
    if dialect == "duckdb" and records is None:
        return query.sql(dialect, pretty=pretty)
    tree = query.copy()
    if dialect != "duckdb":
        tree = DRESSES.get(dialect, sayings.PLAIN)(tree)
    if records is not None:
        _stand_for(tree, records)
    return tree.sql(dialect, pretty=pretty)


def _stand_for(tree: exp.Expression, records: exp.Expression) -> None:
    """Put the table of the warehouse in the place of the name that the tree has for it."""
    for table in list(tree.find_all(exp.Table)):
        if table.name == sql.RECORDS and not table.db:
            alias = exp.TableAlias(this=exp.to_identifier(sql.RECORDS, quoted=True))
            stands = records.copy()
            stands.set("alias", alias)
            table.replace(stands)


DRESSES: dict[str, Dress] = {
    "postgres": postgresql.DRESS,
    "redshift": postgresql.DRESS,
    "spark": spark_sql.DRESS,
    "databricks": spark_sql.DRESS,
    "sqlite": sqlite.DRESS,
}
"""What each dialect says in its own way; any other is left to sqlglot."""
