"""What is said of a measure of any kind, to be asked of each kind in its own test file."""

from __future__ import annotations

import re

from fairaudit.measures import MEASURES, measures_table

nan = float("nan")


def of_kind(kind: str) -> list[str]:
    """Name the measures of a kind."""
    return [name for name, measure in MEASURES.items() if measure.kind == kind]


def says_what_it_is_and_whose(name: str) -> bool:
    """Read docstring, source, title and phrases."""
    (row,) = (row for row in measures_table() if row["name"] == name)
    for part in ("what", "formula", "range", "undefined", "definition", "source", "title"):
        assert row[part], part
    assert re.search(r"\b(19|20)\d\d\b", row["source"]), "a source has a year"
    assert re.match(r"(-?\d+ to |above \d|\d or more|any )", row["range"]), row["range"]
    assert "{" not in "".join([row["title"], *MEASURES[name].bound({}).phrases()])
    return True
