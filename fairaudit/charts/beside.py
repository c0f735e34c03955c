"""The chart and the table of whatever is shown beside the findings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fairaudit.charts.areas_map import map_chart, map_table
from fairaudit.charts.calibration import calibration_chart, calibration_table
from fairaudit.charts.chart import Chart
from fairaudit.charts.counted import (
    matched_table,
    population_table,
    representation_table,
    scan_table,
    segregation_table,
)
from fairaudit.charts.distribution import distribution_chart, distribution_table
from fairaudit.charts.standardised import standardised_table
from fairaudit.charts.survival import survival_chart, survival_table
from fairaudit.charts.sweep import sweep_chart, sweep_table

Entry = Mapping[str, Any]
Table = tuple[str, list[str], list[list[str]]]

DRAWN: Mapping[str, tuple[Callable[..., Chart] | None, Callable[[Entry], Table]]] = {
    "survival": (survival_chart, survival_table),
    "calibration": (calibration_chart, calibration_table),
    "sweep": (sweep_chart, sweep_table),
    "distribution": (distribution_chart, distribution_table),
    "standardised": (None, standardised_table),
    "map": (map_chart, map_table),
    "matched": (None, matched_table),
    "representation": (None, representation_table),
    "segregation": (None, segregation_table),
    "records_and_population": (None, population_table),
    "scan": (None, scan_table),
}
"""What is shown -> how it is drawn (None where it is a table only), and its table."""


def chart_of(entry: Entry, *, title: bool = True) -> Chart | None:
    """Draw what is shown; None where it is a table only."""
    draw = DRAWN[entry["shown"]][0]
    return None if draw is None else draw(entry, title=title)


def table_of(entry: Entry) -> Table:
    """Give the caption, the heads and the rows of the table that holds the numbers."""
    return DRAWN[entry["shown"]][1](entry)
