"""Spark: records of any size, counted by a cluster; only the counts come here."""

from __future__ import annotations

import contextlib
import itertools
import re
import threading
from collections.abc import Iterator
from typing import Any

from sqlglot import exp

from fairaudit.engines.dialects import rendered
from fairaudit.engines.engine import Answer, plain
from fairaudit.engines.querying import SELECT_ONLY, refuse_repeated, table_named, the_select
from fairaudit.engines.spark_complaints import complaint_of_spark
from fairaudit.engines.spark_session import is_local, master_of, session_on
from fairaudit.errors import DataError
from fairaudit.plan import Data
from fairaudit.sql import RECORDS

SPARK = "spark"
PATIENCE = ("spark.fairaudit.patience", "120")
"""Seconds for which a query waits while no worker is there for it, until one is free or comes back: Spark's own
settings (spark-defaults.conf) may say another number."""
LOOK_EVERY = 0.5

# A type's name in Spark -> what DuckDB calls it; what is not here is read as it prints.
TYPES = (
    (r"tinyint", "TINYINT"),
    (r"smallint", "SMALLINT"),
    (r"int", "INTEGER"),
    (r"bigint", "BIGINT"),
    (r"float", "FLOAT"),
    (r"double", "DOUBLE"),
    (r"decimal\((\d+), ?(\d+)\)", r"DECIMAL(\1,\2)"),
    (r"boolean", "BOOLEAN"),
    (r"date", "DATE"),
    (r"timestamp_ntz", "TIMESTAMP"),
    (r"timestamp", "TIMESTAMP WITH TIME ZONE"),
    (r"(string|varchar|char|binary)\b.*", "VARCHAR"),
)

# What may run a program, or call any code of the cluster, although it stands in a SELECT.
CALLS = ("REFLECT", "JAVA_METHOD", "TRY_REFLECT")
FILES = re.compile(r"(parquet|orc|delta|iceberg)\.`?([^`]+)`?", re.IGNORECASE)
_numbers = itertools.count()


def type_named(name: str) -> str:
    """Give DuckDB's name of a type of Spark."""
    for pattern, known in TYPES:
        if found := re.fullmatch(pattern, name.lower()):
            return found.expand(known)
    return f"ENUM ({name.upper()})"


class Spark:
    """Records in Spark, for as long as one block is counted.

    Args:
        data: the plan's data block: a table (of the catalogue, or parquet./folder), or a query.
        address: where Spark runs: spark://HOST:PORT, or spark:local[2].

    Attributes:
        dialect: the name of its SQL.
        types: column -> type, by DuckDB's names.

    Raises:
        DataError: Spark or Java is not installed, the cluster does not answer, there is no such table.
    """

    dialect = SPARK

    def __init__(self, data: Data, address: str):
        self.where = data.source_name
        self._master = master_of(address, self.where)
        self._records = self._table(data)
        self._closing = contextlib.ExitStack()
        self._session = self._closing.enter_context(session_on(self._master, self.where))
        try:
            self.types = self._described()
        except BaseException:
            self.close()
            raise

    def answer(self, query: exp.Expression, most: int | None = None) -> Answer:
        """Put a query.

        Raises:
            DataError: Spark cannot answer, or nobody works on it.
        """
        with self._readable(), self._watched():
            found = self._session.sql(rendered(query, self.dialect))
            rows = (found if most is None else found.limit(most)).collect()
        return Answer(list(query.named_selects), [tuple(map(plain, row)) for row in rows])

    def text(self, query: exp.Expression, *, pretty: bool = False) -> str:
        """Give the SQL that is sent; there, what stands for the records has been looked up once, for all questions."""
        return rendered(query, self.dialect, self._records, pretty=pretty)

    def close(self) -> None:
        """End Spark where it was started here; nothing was changed, and nothing is."""
        self._closing.close()

    def _table(self, data: Data) -> exp.Expression:
        """Give what stands for the records: a table, its name quoted; files; or the query, in parentheses."""
        if data.query:
            return exp.Subquery(this=self._select(data.query))
        files = FILES.fullmatch(data.table)
        return table_named(files.groups() if files else data.table.split("."))

    def _select(self, text: str) -> exp.Query:
        tree = the_select(text, SPARK, self.where)
        called = {node.name.upper() for node in tree.find_all(exp.Anonymous)} & set(CALLS)
        if tree.find(exp.QueryTransform):
            called.add("TRANSFORM")
        if called:
            raise DataError.one(self.where, f"its query runs other programs ({', '.join(sorted(called))})", SELECT_ONLY)
        return tree

    def _described(self) -> dict[str, str]:
        """Look up the records, and so which files there are: those that are added later are in no answer."""
        everything = exp.Select(expressions=[exp.Star()]).from_(RECORDS)
        with self._readable():
            records = self._session.sql(self.text(everything))
            fields = records.schema.fields
        names = [field.name for field in fields]
        refuse_repeated(names, self.where)
        with self._readable():
            records.createOrReplaceTempView(RECORDS)
        return {field.name: type_named(field.dataType.simpleString()) for field in fields}

    @contextlib.contextmanager
    def _readable(self) -> Iterator[None]:
        """Say what is wrong in words of our own: Spark's may quote the query, a path or a record."""
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        try:
            yield
        except (PySparkException, Py4JError, OSError) as error:
            raise DataError.one(self.where, *complaint_of_spark(error)) from None

    @contextlib.contextmanager
    def _watched(self) -> Iterator[None]:
        """Give up on a query that no worker works on: Spark itself would wait for ever."""
        if is_local(self._master):
            yield
            return
        context, group = self._session.sparkContext, f"fairaudit {next(_numbers)}"
        context.setJobGroup(group, "fairaudit", interruptOnCancel=False)
        patience = float(context.getConf().get(*PATIENCE))
        watch = _Watch(context, group, patience)
        watch.start()
        try:
            yield
        except Exception:
            if watch.gave_up:
                what = f"no worker of Spark was there for {patience:g} seconds"
                hint = "Are its workers running, and not all taken by others? Nothing was written: try again."
                raise DataError.one(self.where, what, hint) from None
            raise
        finally:
            watch.end()


class _Watch(threading.Thread):
    """Looks whether a cluster has any worker for us, and cancels the job where it has none for too long."""

    def __init__(self, context: Any, group: str, patience: float):
        super().__init__(daemon=True)
        self._context, self._group, self._patience = context, group, patience
        self._over = threading.Event()
        self.gave_up = False

    def run(self) -> None:
        alone = 0.0
        while not self._over.wait(LOOK_EVERY):
            with contextlib.suppress(Exception):
                # The driver itself is one of those that are counted.
                others = self._context._jsc.sc().getExecutorMemoryStatus().size() - 1
                alone = 0.0 if others else alone + LOOK_EVERY
                if alone >= self._patience:
                    self.gave_up = True
                    self._context.cancelJobGroup(self._group)

    def end(self) -> None:
        self._over.set()
        self.join()
