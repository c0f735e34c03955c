"""Means at the same mix of strata, and the parts of every gap, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fairaudit.charts.numbers import count, rate_writer
from fairaudit.languages import marked, said

HEADS = [
    marked("Group"),
    marked("Records"),
    marked("Mean"),
    marked("Mean at the same mix"),
    marked("Gap"),
    marked("Of it, within strata"),
    marked("Of it, from the mix"),
]
KEYS = ("mean", "standardised", "gap", "of_amounts", "of_mix")


def standardised_table(entry: Mapping[str, Any]) -> tuple[str, list[str], list[list[str]]]:
    """Give caption, heads and rows."""
    write = rate_writer(True)
    rows = [[row["group"], count(row["n"]), *(write(row[key]) for key in KEYS)] for row in entry["groups"]]
    return entry["title"], said(HEADS), rows
