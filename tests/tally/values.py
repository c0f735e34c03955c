"""Records of scores, amounts and waits, and a count of them row by row in plain Python."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from fairaudit.errors import DataError
from fairaudit.plan import Evidence
from fairaudit.tally import Tally
from tests.tally import records as made_up

SIDES = {"scores": "being_selected_is", "amounts": "a_high_amount_is"}


def evidence(kind: str, data: dict[str, Any], **changes: Any) -> Evidence:
    """Give a block of one kind; its measures are any that the kind's horizons and cut points can be read off."""
    source = {"source": "records.csv", "origin": "historical", "decided_by": "this_system"}
    block = {
        "id": "made-up",
        "kind": kind,
        "data": source | data,
        "groups": {"race": {}},
        "measures": [{"measure": "selection_rate", "difference": 0.05}],
    }
    side = {SIDES[kind]: "a burden"} if kind in SIDES else {}
    return Evidence.model_validate({**block, **side, **changes})


def measures(**values: list) -> list[dict]:
    """Give a measure for each value of a parameter, such as days=[7, 30]."""
    rows = [(name, value) for name, found in values.items() for value in found]
    return [{"measure": "selection_rate", "difference": 0.05, name: value} for name, value in rows]


def count(block: Evidence, records: list[made_up.Record], form: str, folder: Path) -> Tally:
    """Count records that come in one form."""
    return made_up.read(block, records, form, folder)


def refused(block: Evidence, records: list[made_up.Record], form: str, folder: Path) -> list[str]:
    """Give the problems of records that are refused, as what and hint on one line."""
    with pytest.raises(DataError) as caught:
        count(block, records, form, folder)
    assert all(problem.where and problem.what and problem.hint for problem in caught.value.problems)
    return [f"{problem.what} | {problem.hint}" for problem in caught.value.problems]


def grouped(**columns: list) -> list[made_up.Record]:
    """Give records of two groups in turn."""
    rows = zip(*columns.values(), strict=True)
    return [{"race": "AB"[place % 2], **dict(zip(columns, row, strict=True))} for place, row in enumerate(rows)]


def cells(tally: Tally) -> dict[tuple, int]:
    """Give group and own keys -> n of the first table, without cells of no records."""
    keys = [next(iter(tally.about.attributes)), *tally.about.own_keys]
    rows = tally.cells[tally.cells["n"] > 0]
    return dict(zip(map(tuple, rows[keys].to_numpy()), rows["n"].tolist(), strict=True))


# --- the reference ---------------------------------------------------------------------------------------------------


def reference(records: list[made_up.Record], keys: Callable[[made_up.Record], tuple[str, ...]]) -> dict[tuple, int]:
    """Count records one by one by their group and keys."""
    return dict(Counter((record["race"] or "?", *keys(record)) for record in records))


def score_keys(record: made_up.Record) -> tuple[str, ...]:
    value = record["score"]
    if value is None or value != value:
        return ("?",)
    return (str(int(value)) if float(value).is_integer() else repr(float(value)),)


def amount_keys(record: made_up.Record) -> tuple[str, ...]:
    value = record["amount"]
    return ("?",) if value is None else (str(int(Decimal(str(value)) * 100)),)


def wait_keys(until: datetime, unit: timedelta, horizons: list[int]) -> Callable[[made_up.Record], tuple[str, ...]]:
    """Give what counts one wait, by exact fractions; `until` is the last moment that is followed."""

    def keys(record: made_up.Record) -> tuple[str, ...]:
        opened, closed = (None if record[name] is None else _moment(record[name]) for name in ("opened", "closed"))
        if opened is None:
            return "?", "0", "?"
        units = math.floor(_units(until - opened, unit))
        followed = str(max((horizon for horizon in horizons if horizon <= units), default=0))
        if closed is None:
            return str(units), "1", followed
        if closed < opened:
            return "-1", "0", followed
        return str(math.ceil(_units(closed - opened, unit))), "0", followed

    return keys


def _moment(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


def _units(time: timedelta, unit: timedelta) -> Fraction:
    microsecond = timedelta(microseconds=1)
    return Fraction(time // microsecond, unit // microsecond)
