"""What Spark says in its own words gives what DuckDB gives, value by value, on values that engines read differently."""

from __future__ import annotations

import datetime
import math
import random
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlglot import exp

from fairaudit import sql, syntax
from fairaudit.engines.spark import Spark
from fairaudit.plan import Data
from fairaudit.sources import days
from fairaudit.sources.numbers import CURRENCY, MONEY
from tests.engines import spark

pytestmark = pytest.mark.long

Primitive = Callable[[sql.Columns], exp.Expression]
Apart = Mapping[str, Mapping[Any, Any]]

TEXTS = [
    None, "", " ", "\u00a0", "a\\b", "it's", "x\ny", "名", "😀", "É", "e\u0301", '"; drop table x', "`", "a_b", "%",
    "null", "NULL", "NaN", "NaT", "true", " 1 ", "1", "1.", "  .5", ".", "+1", "-1", "--1", "1-", "1e5", "1E5", "1e",
    "1e+5", "1e-5", "1e400", "-1e400", "1e-400", "1e308", "2e308", "inf", "Infinity", "-inf", "nan", "1d", "1f", "1D",
    "1L", "0x10", "0b1", "1_000", "1,000", "1 000", "１", "١", "1e5.5", "1e05", "1e0000000000005", "1e9999999999",
    "\t1\n", "\f1", "1\u00a0", "\u20091", "1\u2028", "1\u0085", "\ufeff1", "+.5e1", "1.e5", "0001", "1" * 400,
    "0." + "1" * 400, "1e 5", "e5", "'1", "4.9e-324", "2.4e-324", "-0", "-0.0", "1.7976931348623157e308", "1.50",
    "9" * 40 + "." + "9" * 40, "1 .5", "$5", "(5)", "5€", "1'000", "US$ 5,000.00", "5 dollars", "1\n\n", "2024-01-31",
]  # fmt: skip

MOMENTS = [
    "2024-01-05", "2024-01-05 10", "2024-01-05 10:", "2024-01-05 1:2", "2024-01-05 1:2:3", "2024-01-05T10:00",
    "2024-01-05t10:00", "2024-01-05 10:00:00.1234567", "2024-01-05 10:00:00.", "2024-01-05 10:00:00.1",
    "2024-01-05 10:00:00,5", "2024-01-05 24:00:00", "2024-01-05 24:00", "2024-01-05 24:00:01", "2024-01-05 24:00:00.5",
    "2024-01-05 25:00", "2024-01-05 10:60", "2024-01-05 10:00:60", "2024-02-30", "2023-02-29", "2024-02-29",
    "2024-1-5 ", "2024-01-05x", "2024-01-05 x", "2024-01-05  10:00", "2024-01-05\t10:00", "2024-01-05T 10:00",
    "0000-01-05", "0001-01-05", "1500-02-29", "1582-10-10", "9999-12-31", "2024-13-05", "2024-00-05", "2024-01-00",
    "24-01-05", "1/5/2024", "2024/01/05", "2024-01-05T", "2024-01-05 -1:00", "2024-01-05 10:-1", "2024-01-05 BC",
    "2024-01-05 10:00:00Z", "2024-01-05T10:00:00.123Z", "2024-01-05 10:00Z", "2024-01-05T10Z", "2024-01-05 10:00:00z",
    "2024-01-05 10:00:00+02", "2024-01-05 10:00:00+02:30", "2024-01-05 10:00:00+0230", "2024-01-05 10:00:00-05",
    "2024-01-05 10:00-05:00", "2024-01-05 10:00:00+2", "2024-01-05 10:00:00 +02", "2024-01-05-05", "2024-01-05Z",
    "2024-01-05 10:00:00 UTC", "2024-01-05 10:00:00UTC", "2024-01-05 10:00:00 XYZ", "2024-01-05 10:00 PM",
    "2024-01-05 10:00:00 America/New_York", "2024-07-05 10:00:00 America/New_York", "2024-01-05 10:00:00 EST",
    "2024-03-10 02:30:00 America/New_York", "2024-01-05 10: UTC", "2024-01-05 24:00:00+01",
]  # fmt: skip

WRITTEN = [
    "2024-1-5", "24-1-5", " 2024-1-5", "2024-001-5", "1/5/68", "1/5/69", "1/5/5", "1/5/2005", "20240105", "2024105",
    "202401055", "5-JAN-2024", "5-january-2024", "5-jan-2024", "5 may 2024", "5 sept 2024", "1/5/2024 1:5 pm",
    "1/5/2024 1:05 PM", "1/5/2024 13:5 PM", "1/5/2024 0:5 PM", "1/5/2024 12:5 am", "1/5/2024 12:5 p.m.",
    "1/5/2024  1:5", "1/5/2024 24:00", "1/5/2024 1:60", "1/5/2024 1:5:60", "1/5/2024 1:5:5", "1/5/2024 1:5:5.123",
    "2/30/2024", "13/1/2024", "2/29/2023", "2/29/1900", "2/29/2000", "29.2.2024", "29.2.24", "January 5, 2024",
    "Jan 5, 2024", "January 5,2024", "Jan5,2024", "5January2024", "2024/1/5 10:00", "2024-1-5 10:00 pm", "05-01-24",
    "5 Jan 2024 10:00", "20240105 10:00", "2024010510:00", "0/1/2024", "99/1/2024", "1/99/2024", "1/5/10000", "", "x",
    None, "1/5/2024 11:59:59 PM", "1/5/0000", "1 /5/2024", "1/5/2024\n1:5", "１/5/2024", "Fri Jan 5 2024", "5% 2024",
]  # fmt: skip
FORMATS = [
    *days.FORMATS[1:], "%Y-%m-%dT%H:%M:%S", "%m/%d/%Y %H:%M:%S.%f", "%a %b %d %Y", "%-m/%-d/%Y", "%d%% %Y",
]  # fmt: skip

_random = random.Random(9)
NUMBERS = [
    None, 0.0, -0.0, 0.1, 0.7, 1.0, 1.5, -1.5, 1e-3, 1e-4, 9.999e-5, 1e-5, 1.23e-7, 123.456, 1e6 + 0.5, 1e7, 1e7 + 0.5,
    12345678.9, 1e14 + 0.5, 1e15, 1e15 + 1, 1.5e15, 1e16, 1.5e16, 1e17, 1e20, 1e22, 1e300, 1.7976931348623157e308,
    math.inf, -math.inf, math.nan, 0.49999999999999994, 0.5, 2.5, -2.5, 0.1 + 0.2, 1 / 3, 99999999.99,
    2.0**63, -(2.0**63),
    *(round(_random.uniform(0, 1), places) for places in range(1, 8) for _ in range(40)),
    *(_random.random() for _ in range(200)), *(round(_random.uniform(0, 1e6), 2) for _ in range(200)),
]  # fmt: skip
SHORT = [value for value in NUMBERS if value is None or not 1e15 <= abs(value) < math.inf]
TIMES = [
    None, datetime.datetime(2024, 1, 5), datetime.datetime(2024, 1, 5, 10),
    datetime.datetime(2024, 1, 5, 10, 0, 0, 120000),
    datetime.datetime(1, 1, 1), datetime.datetime(1500, 2, 28, 1), datetime.datetime(1969, 12, 31, 23, 59, 59, 1),
    datetime.datetime(9999, 12, 31, 23, 59, 59, 999999),
]  # fmt: skip
DAYS = [None, datetime.date(2024, 1, 5), datetime.date(1, 1, 1), datetime.date(1582, 10, 10)]
DECIMALS = [None, *map(Decimal, ["1.50", "-0.01", "0.00", "99999999.99", "12345678.90", "0.10", "7.00"])]


def text(columns: sql.Columns) -> exp.Expression:
    return columns.text("x")


def number(columns: sql.Columns) -> exp.Expression:
    return columns.number("x")


def since(moment: Callable[[sql.Columns], exp.Expression]) -> Primitive:
    """Compare moments by their microseconds: Python has none before year 1."""
    return lambda columns: days._since_epoch(moment(columns))


def moment(columns: sql.Columns) -> exp.Expression:
    return syntax.moment(columns.raw("x"))


def finite_moment(columns: sql.Columns) -> exp.Expression:
    found = moment(columns)
    return syntax.case([(exp.func("ISFINITE", found), found.copy())], exp.null())


OF_TEXTS: dict[str, Primitive] = {
    "text": text,
    "number": number,
    "fold": lambda columns: sql.fold(text(columns)),
    "among": lambda columns: syntax.is_in(
        text(columns), ["a\\b", "it's", "x\ny", "名", "😀", '"; drop table x', "`", "%"]
    ),
    "lower": lambda columns: syntax.is_in(exp.func("LOWER", text(columns)), ["nan", "null", "nat"]),
    "at least": lambda columns: columns.raw("x") >= syntax.string("0"),
    "below": lambda columns: columns.raw("x") < syntax.string("{"),
    "last": lambda columns: syntax.call("RIGHT", columns.raw("x"), syntax.integer(1)),
    "first": lambda columns: syntax.first(text(columns), 4),
    "like": lambda columns: exp.Like(this=text(columns), expression=syntax.string("____-__-__%")),
    "zone": lambda columns: days._has_zone(text(columns)),
    "money": lambda columns: exp.RegexpLike(this=text(columns), expression=syntax.string(MONEY)),
    "currency": lambda columns: exp.RegexpExtract(this=text(columns), expression=syntax.string(CURRENCY)),
    "moment": since(lambda columns: days.read_as(text(columns), days.ISO)),
}
OF_NUMBERS = {
    "text": text,
    "number": number,
    "rounded": lambda columns: exp.func("ROUND", exp.Mul(this=number(columns), expression=syntax.integer(100))),
}
OF_TIMES = {
    "text": text,
    "moment": since(finite_moment),
    "day": since(lambda columns: days._day(moment(columns))),
}

CASES: dict[str, tuple[list, pa.DataType, dict[str, Primitive]]] = {
    "texts": ([*TEXTS, *MOMENTS], pa.string(), OF_TEXTS),
    "a vertical tab": (["\v1", "1\v"], pa.string(), {"text": text, "number": number}),
    "days by a format": (
        WRITTEN, pa.string(),
        {way: since(lambda columns, way=way: days.read_as(columns.raw("x"), way)) for way in FORMATS},
    ),
    "doubles": (NUMBERS, pa.float64(), OF_NUMBERS),
    "floats": (SHORT, pa.float32(), OF_NUMBERS),
    "decimals": (DECIMALS, pa.decimal128(12, 2), OF_NUMBERS),
    "times": (TIMES, pa.timestamp("us"), OF_TIMES),
    "times with a zone": (TIMES, pa.timestamp("us", "UTC"), OF_TIMES),
    "days": (DAYS, pa.date32(), OF_TIMES),
    "truth": ([True, False, None], pa.bool_(), {"text": text}),
    "whole numbers": (
        [-7, 7, 0, None, 10**15, 2**60], pa.int64(),
        {
            "text": text,
            "number": number,
            "units": lambda columns: days._units(columns.raw("x"), 3),
        },
    ),
    "cents": (
        [-7, 7, 10**15, None], pa.int64(),
        {"square": lambda columns: exp.Mul(this=_wide(columns), expression=_wide(columns))},
    ),
    "small whole numbers": ([-7, 7, 0, None], pa.int8(), {"text": text, "number": number}),
    "large whole numbers": ([1, 2**64 - 1, None], pa.uint64(), {"text": text, "number": number}),
    "bytes": ([b"abc", None], pa.binary(), {"text": text}),
}  # fmt: skip
"""What values are of -> the values, their type, and what is asked of them."""


def _wide(columns: sql.Columns) -> exp.Expression:
    return exp.cast(columns.raw("x"), "hugeint")


@pytest.mark.parametrize("case", CASES)
def test_every_value_reads_alike(case, tmp_path):
    values, kind, primitives = CASES[case]
    spark.in_this_process()
    table = pa.table({"place": list(range(len(values))), "x": pa.array(values, type=kind)})
    pq.write_table(table, tmp_path / "values.parquet")
    in_duckdb = duckdb.connect(config={"autoload_known_extensions": "false"})
    in_duckdb.execute("SET TimeZone = 'UTC'")
    in_duckdb.read_parquet(str(tmp_path / "values.parquet"), binary_as_string=True).create_view(sql.RECORDS)
    types = {name: str(kind) for name, kind, *_ in in_duckdb.execute(f"DESCRIBE {sql.RECORDS}").fetchall()}
    asked = {"place": syntax.name("place")} | {name: ask(sql.Columns(types)) for name, ask in primitives.items()}
    query = syntax.select(asked, sql.RECORDS)
    expected = {row[0]: row[1:] for row in in_duckdb.execute(query.sql("duckdb")).fetchall()}
    data = Data(
        source=f"env:{spark.VARIABLE}", table=f"parquet.`{tmp_path}`", origin="synthetic", decided_by="this_system"
    )
    in_spark = Spark(data, "spark:local[2]")
    found = {row[0]: row[1:] for row in in_spark.answer(query).rows}
    in_spark.close()
    apart = [
        (name, values[place], one, other)
        for place in expected
        for name, one, other in zip(primitives, expected[place], found[place], strict=True)
        if not _same(one, other)
    ]
    assert apart == []
    # DuckDB's UBIGINT is to Spark a decimal, and a value of it reads alike all the same.
    if case != "large whole numbers":
        assert in_spark.types == {name: _without_size(kind) for name, kind in types.items()}


def _without_size(kind: str) -> str:
    return "VARCHAR" if kind == "BLOB" else kind


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return one == other or (math.isnan(one) and math.isnan(other))
    return one == other and isinstance(one, bool) == isinstance(other, bool)


# --- where they differ -----------------------------------------------------------------------------------------------

REFUSED = ["+-1", "2024-01-05 10:00:00+25", "2024-01-05 10:00:00+02:30:15", "2024-01-05 (BC)", "2024-01-05 010:00"]
"""What DuckDB reads although nobody should have written it. Spark reads none of it: an audit names it as unreadable."""


def test_what_only_duckdb_reads_is_refused_and_never_read_otherwise(tmp_path):
    spark.in_this_process()
    pq.write_table(pa.table({"x": REFUSED}), tmp_path / "values.parquet")
    columns = sql.Columns({"x": "VARCHAR"})
    query = syntax.select({"number": number(columns), "moment": days.read_as(text(columns), days.ISO)}, sql.RECORDS)
    data = Data(source="env:X", table=f"parquet.`{tmp_path}`", origin="synthetic", decided_by="this_system")
    in_spark = Spark(data, "spark:local[2]")
    assert in_spark.answer(query).rows == [(None, None)] * len(REFUSED)
    in_spark.close()
