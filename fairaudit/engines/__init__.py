"""Engines that hold records and count them: DuckDB, an SQL warehouse, Spark. Only counts come back."""

from fairaudit.engines.dialects import DIALECTS, rendered
from fairaudit.engines.duck import DuckDB, Relation
from fairaudit.engines.engine import Answer, Engine
from fairaudit.engines.querying import SELECT_ONLY, the_select
from fairaudit.engines.warehouse import warehouse_of

__all__ = [
    "DIALECTS",
    "SELECT_ONLY",
    "Answer",
    "DuckDB",
    "Engine",
    "Relation",
    "rendered",
    "the_select",
    "warehouse_of",
]
