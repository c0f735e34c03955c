"""Checks of a source that is a database: a warehouse that a variable names, or a file with tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from fairaudit.errors import listed
from fairaudit.plan.data import BESIDE, DATABASES, ENV
from fairaudit.yaml_reader import Place

VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
EXAMPLE = "Write source: env:WAREHOUSE_URL, and put the address into that environment variable."
IN_THE_QUERY = "Records stay in the warehouse: do it there, in `query`."
LEFT_TO_THE_QUERY = {
    "join": "joins a file to the records",
    "shapes": "needs the records' coordinates",
    "date_format": "reads days that are texts",
}


def check_database(data: dict[str, Any]) -> Iterator[tuple[Place, str, str]]:
    """Look at what a plan says of a database: where it is, and what is asked of it."""
    yield from _beside(data)
    source = data.get("source")
    if not isinstance(source, str):
        return
    if ADDRESS.match(source):
        # What it says is not said again: it may hold a password.
        yield ("data", "source"), "is the address of a server, which may hold a secret", EXAMPLE
        return
    if source.startswith(ENV) and not VARIABLE.fullmatch(source.removeprefix(ENV)):
        yield ("data", "source"), "names no environment variable", EXAMPLE
    warehouse, named = source.startswith(ENV), [key for key in ("table", "query") if data.get(key) is not None]
    if len(named) == 2:
        yield ("data", "query"), "both a table and a query are named", "Keep one of them."
    if warehouse and not named:
        hint = "Write table: health.requests, or query: with one SELECT."
        yield ("data", "source"), "is a warehouse, and no table of it is named", hint
    if named and not (warehouse or source.lower().endswith(DATABASES)):
        what = f"{named[0]} says nothing of {source!r}"
        yield ("data", named[0]), what, f"It goes with {ENV}NAME and {listed(DATABASES)} files: take it out."
    if warehouse:
        yield from _left_to_the_query(data)


def _beside(data: dict[str, Any]) -> Iterator[tuple[Place, str, str]]:
    """What is read beside the records is a file."""
    for key in BESIDE:
        source = data[key].get("source") if isinstance(data.get(key), dict) else None
        if isinstance(source, str) and (source.startswith(ENV) or ADDRESS.match(source)):
            hint = "It holds no person: save it as a file, and name that."
            yield ("data", key, "source"), "is no file", hint


def _left_to_the_query(data: dict[str, Any]) -> Iterator[tuple[Place, str, str]]:
    """Say what cannot be done to records that stay where they are."""
    for key, what in LEFT_TO_THE_QUERY.items():
        area = data.get("area")
        by_column = isinstance(area, str) or (isinstance(area, dict) and area.get("column"))
        if data.get(key) is not None and not (key == "shapes" and by_column):
            hint = (
                "Give it columns of days: CAST(TO_DATE(...) AS DATE) in `query`."
                if key == "date_format"
                else IN_THE_QUERY
            )
            yield ("data", key), f"{key} {what}, and these are in a warehouse", hint
    if data.get("areas") == "all":
        hint = "It has one row an area and no person: save it as a file, and name that as source."
        yield ("data", "areas"), "all areas are counted from a table of areas, and this is in a warehouse", hint
