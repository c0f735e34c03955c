"""DataFrames that a user holds: pandas, Polars, Arrow."""

from __future__ import annotations

import datetime
import decimal
import numbers
from collections.abc import Collection
from typing import Any

from fairaudit.errors import DataError
from fairaudit.sources.text_files import header_problems

WHERE = "records"
NO_FRAME = "Give a pandas, Polars or Arrow table, or name a file."


def to_arrow(frame: Any, wanted: Collection[str]) -> tuple[list[str], Any]:
    """Take the wanted columns of a DataFrame.

    Args:
        frame: pandas, Polars or Arrow, whatever narwhals takes.
        wanted: names of columns; those that are not there are passed over.

    Returns:
        The names of all its columns, and an Arrow table of the wanted ones.

    Raises:
        DataError: no DataFrame, a column that stands there twice, or one whose values are not plain.
    """
    import narwhals as nw

    if _is_lazy(frame):
        # What is not wanted is never computed.
        names = frame.collect_schema().names()
        taken = frame.select([name for name in names if name in wanted] or names[:1]).collect()
        return names, nw.from_native(taken, eager_only=True).to_arrow()
    try:
        held = nw.from_native(frame, eager_only=True)
    except TypeError:
        raise DataError.one(WHERE, f"a {type(frame).__name__} is no table of records", NO_FRAME) from None
    except nw.exceptions.DuplicateError:
        held = None  # said below, as for files
    columns = [str(name) for name in getattr(frame, "column_names", getattr(frame, "columns", ()))]
    if problems := header_problems(columns, WHERE):
        raise DataError(problems)
    native = held.select(name for name in held.columns if str(name) in wanted).to_native()
    return columns, nw.from_native(_plain(native), eager_only=True).to_arrow()


def _is_lazy(frame: Any) -> bool:
    """Say whether a frame is one of Polars that is yet to be computed."""
    return (
        type(frame).__module__.partition(".")[0] == "polars"
        and hasattr(frame, "collect_schema")
        and hasattr(frame, "collect")
    )


def _plain(frame: Any) -> Any:
    """Give the columns of a pandas DataFrame that Arrow may not know as the texts that their values print as."""
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        return frame
    return frame.rename(columns=str).assign(
        **{str(name): _texts(column, str(name)) for name, column in frame.items() if _is_mixed(column)}
    )


def _is_mixed(column: Any) -> bool:
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype):
        return not pd.api.types.is_string_dtype(column.cat.categories.dtype)
    if column.dtype == object:
        return pd.api.types.infer_dtype(column, skipna=True) not in ("string", "empty")
    return isinstance(column.dtype, pd.PeriodDtype | pd.IntervalDtype)


def _texts(column: Any, name: str) -> Any:
    import pandas as pd

    try:
        return pd.Series([as_text(value) for value in column.astype(object)], index=column.index, dtype="string")
    except TypeError as error:
        raise DataError.one(WHERE, f"column {name!r} holds {error}", "Columns hold one plain value a row.") from None


def as_text(value: Any) -> str | None:
    """Write a value as the engine would: 1.0 as 1, true as true, midnight as its day; None where it is missing.

    Raises:
        TypeError: a list, a mapping or the like; its message is the name of the type.
    """
    if _is_missing(value):
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or type(value).__name__ == "bool":  # numpy has one of its own
        return str(bool(value)).lower()
    if isinstance(value, numbers.Integral):
        return str(int(value))
    if isinstance(value, numbers.Real | decimal.Decimal):
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
    if isinstance(value, datetime.datetime):
        return _time_as_text(value)
    if isinstance(value, list | tuple | dict | set | bytes) or hasattr(value, "__array__"):
        raise TypeError(f"{type(value).__name__} values")
    return str(value)


def _is_missing(value: Any) -> bool:
    if isinstance(value, numbers.Real | decimal.Decimal):
        return value != value
    return value is None or type(value).__name__ in ("NAType", "NaTType")


def _time_as_text(value: datetime.datetime) -> str:
    zone = "" if value.tzinfo is None else "+00"
    value = value.astimezone(datetime.UTC).replace(tzinfo=None) if zone else value
    return value.isoformat(" ").removesuffix(" 00:00:00") + (zone if value.time() != datetime.time() else "")
