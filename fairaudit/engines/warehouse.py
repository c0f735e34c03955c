"""An SQL warehouse that holds the records: asked in its own dialect, told nothing, and trusted with its own secrets.

Its address comes from an environment variable and goes nowhere else: errors name the variable.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from fairaudit.engines.complaints import complaint
from fairaudit.engines.dialects import rendered
from fairaudit.engines.engine import Answer, plain
from fairaudit.engines.querying import refuse_repeated, table_named, the_select
from fairaudit.engines.spark import Spark
from fairaudit.engines.spark_session import is_spark
from fairaudit.errors import DataError, nearest
from fairaudit.plan import Data
from fairaudit.sql import RECORDS

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

# How SQLAlchemy names a database -> how sqlglot names its SQL, where the names differ.
DIALECT_OF = {"postgresql": "postgres", "mssql": "tsql", "mariadb": "mysql", "awsathena": "athena"}
DRIVERS = {"postgresql": "postgresql+psycopg"}
"""The driver that is meant where an address names none."""

NO_LIBRARY = "Install what reads warehouses: pip install 'fairaudit-toolkit[warehouse]'"
EXAMPLE = "postgresql://USER:PASSWORD@HOST:5432/DATABASE"

# A type's name -> what DuckDB calls it; what is not here is read as it prints.
TYPES = (
    (r"BOOL(EAN)?|BIT", "BOOLEAN"),
    (r"SMALLINT|INT2|TINYINT|BYTEINT", "SMALLINT"),
    (r"INT(EGER)?|INT4|MEDIUMINT|SERIAL", "INTEGER"),
    (r"BIGINT|INT8|INT64|BIGSERIAL", "BIGINT"),
    (r"REAL|FLOAT4", "FLOAT"),
    (r"FLOAT|FLOAT8|FLOAT64|DOUBLE( PRECISION)?", "DOUBLE"),
    (r"NUMERIC|DECIMAL|NUMBER|BIGNUMERIC", "DECIMAL"),
    (r"TIMESTAMP WITH TIME ZONE|TIMESTAMPTZ|TIMESTAMP_TZ|DATETIMEOFFSET", "TIMESTAMP WITH TIME ZONE"),
    (r"TIMESTAMP|DATETIME2?|TIMESTAMP_NTZ", "TIMESTAMP"),
    (r"DATE", "DATE"),
    (r"TEXT|(N?VAR)?CHAR2?|CHARACTER( VARYING)?|BPCHAR|STRING|CITEXT|NAME|NTEXT|CLOB", "VARCHAR"),
)  # fmt: skip


def type_named(name: str) -> str:
    """Give DuckDB's name of a type of another engine; text of any other kind is read as the engine prints it."""
    plain = re.sub(r"\s*\([^)]*\)", "", name.upper()).strip()
    for pattern, known in TYPES:
        if re.fullmatch(pattern, plain):
            return known
    return f"ENUM ({plain})"


class Warehouse:
    """A connection to a warehouse, for as long as one block is counted; all its questions see the same records.

    Args:
        data: the plan's data block: `source: env:NAME`, and a table or a query.
        address: what the variable holds.

    Attributes:
        dialect: the name of its SQL.
        types: column -> type, by DuckDB's names.

    Raises:
        DataError: no address of a database, no driver, no connection, no such table.
    """

    def __init__(self, data: Data, address: str):
        self.where = data.source_name
        self._engine = self._made(address)
        name = self._engine.dialect.name
        self.dialect = DIALECT_OF.get(name, name)
        self._records = self._table(data)
        self._closing = contextlib.ExitStack()
        try:
            with self._readable():
                self._connection: Connection = self._closing.enter_context(self._engine.connect())
                self._only_reads()
            self.types = self._described()
        except BaseException:
            self.close()
            raise

    def answer(self, query: exp.Expression, most: int | None = None) -> Answer:
        """Put a query.

        Raises:
            DataError: the warehouse cannot answer.
        """
        with self._readable():
            found = self._connection.exec_driver_sql(self._escaped(self.text(query)))
            rows = found.fetchall() if most is None else found.fetchmany(most)
            found.close()
        return Answer(list(query.named_selects), [tuple(map(plain, row)) for row in rows])

    def text(self, query: exp.Expression, *, pretty: bool = False) -> str:
        """Give the SQL that is sent."""
        return rendered(query, self.dialect, self._records, pretty=pretty)

    def close(self) -> None:
        """End the connection; nothing was changed, and nothing is."""
        with contextlib.suppress(Exception):
            self._closing.close()
        with contextlib.suppress(Exception):
            self._engine.dispose()

    def _made(self, address: str) -> Any:
        try:
            import sqlalchemy
        except ImportError:
            raise DataError.one(self.where, "needs SQLAlchemy, which is not installed", NO_LIBRARY) from None
        try:
            url = sqlalchemy.make_url(address)
            url = url.set(drivername=DRIVERS.get(url.drivername, url.drivername))
            return sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool, hide_parameters=True)
        except sqlalchemy.exc.NoSuchModuleError:
            what = "names a kind of database for which no driver is installed"
            raise DataError.one(self.where, what, "Install its SQLAlchemy dialect, as its makers say.") from None
        except ImportError:
            raise DataError.one(self.where, "needs a driver that is not installed", NO_LIBRARY) from None
        except Exception:  # whatever it says may quote the address
            raise DataError.one(self.where, "is no address of a database", f"It reads like {EXAMPLE}.") from None

    def _table(self, data: Data) -> exp.Expression:
        """Give what stands for the records: the table, its name quoted; or the query, in parentheses."""
        if data.query:
            return exp.Subquery(this=the_select(data.query, self.dialect, self.where))
        return table_named(data.table.split("."))

    def _only_reads(self) -> None:
        """Let the warehouse itself refuse to change anything, and show the same records to every question."""
        if self.dialect == "postgres":
            self._connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            self._connection.exec_driver_sql("SET LOCAL TIME ZONE 'UTC'")
            self._connection.exec_driver_sql("SET LOCAL extra_float_digits = 1")

    def _described(self) -> dict[str, str]:
        nothing = exp.Select(expressions=[exp.Star()]).from_(RECORDS).limit(0)
        with self._readable():
            found = self._connection.exec_driver_sql(self._escaped(self.text(nothing)))
            columns = [(column[0], column[1]) for column in found.cursor.description]
            found.close()
        names = [name for name, _ in columns]
        refuse_repeated(names, self.where)
        return {name: type_named(self._type_of(code)) for name, code in columns}

    def _type_of(self, code: Any) -> str:
        """Name the type that the driver tells by a number, or by whatever it has."""
        if self.dialect == "postgres":
            found = self._connection.connection.driver_connection.adapters.types.get(code)
            if found is not None:
                return {"timestamptz": "TIMESTAMPTZ"}.get(found.name, found.name)
            return "enum"
        return str(getattr(code, "name", code))

    def _escaped(self, text: str) -> str:
        """Write a percent sign as the driver wants it, which takes one for the place of a value."""
        return text.replace("%", "%%") if self._engine.dialect.paramstyle in ("format", "pyformat") else text

    @contextlib.contextmanager
    def _readable(self) -> Iterator[None]:
        """Say what is wrong in words of our own: a driver's may quote the address, the query or a record."""
        import sqlalchemy

        try:
            yield
        except sqlalchemy.exc.SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or error
            raise DataError.one(self.where, *complaint(cause)) from None
        except (OSError, UnicodeError) as error:
            raise DataError.one(self.where, *complaint(error)) from None


def warehouse_of(data: Data) -> Warehouse | Spark:
    """Connect to the warehouse that a plan names.

    Raises:
        DataError: the variable is not set, or there is no connection.
    """
    address = address_of(data)
    return Spark(data, address) if is_spark(address) else Warehouse(data, address)


def address_of(data: Data) -> str:
    """Look up the address that a plan names by its variable.

    Raises:
        DataError: it is not set.
    """
    variable = data.variable
    address = os.environ.get(variable, "").strip()
    if not address:
        what = f"the environment variable {variable} is not set"
        close = nearest(variable, [name for name in os.environ if "URL" in name or "WAREHOUSE" in name])
        hint = close if close.startswith("Did you mean") else f"Set it to the address, such as {EXAMPLE}."
        raise DataError.one(data.source_name, what, hint)
    return address
