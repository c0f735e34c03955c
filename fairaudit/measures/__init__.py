"""Measures: what is counted of a group, as two counts. `MEASURES` lists them; `@measure` adds one."""

from fairaudit.measures import decisions  # noqa: F401  (registers the measures of decisions)
from fairaudit.measures.counts import PLACES, Counts, Rate
from fairaudit.measures.documentation import measures_table
from fairaudit.measures.registry import DEFAULT_WORDS, MEASURES, Measure, measure

__all__ = ["DEFAULT_WORDS", "MEASURES", "PLACES", "Counts", "Measure", "Rate", "measure", "measures_table"]
