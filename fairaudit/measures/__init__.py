"""Measures: what is counted of a group, as two counts, or estimated of its values.

`MEASURES` lists them; `@measure` and `@statistic` add one.
"""

from fairaudit.measures import (  # noqa: F401  (registers their measures)
    amounts,
    decisions,
    matching,
    places,
    representation,
    scores,
    waits,
)
from fairaudit.measures.counts import PLACES, Counts, Rate
from fairaudit.measures.distribution import Distribution, Reach, Rows
from fairaudit.measures.documentation import measures_table
from fairaudit.measures.registry import DEFAULT_WORDS, MEASURES, Measure, measure
from fairaudit.measures.statistic import Statistic, statistic

__all__ = [
    "DEFAULT_WORDS",
    "MEASURES",
    "PLACES",
    "Counts",
    "Distribution",
    "Measure",
    "Rate",
    "Reach",
    "Rows",
    "Statistic",
    "measure",
    "measures_table",
    "statistic",
]
