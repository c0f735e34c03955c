"""Whether a crossing of several attributes gives a small count away, by itself or beside its margins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from fairaudit.disclosure.choosing import small_groups
from fairaudit.disclosure.counts import is_open, same_measure, table_of
from fairaudit.disclosure.hidden import Block, Finding, Grouping, Hidden
from fairaudit.disclosure.rule import Rule
from fairaudit.plan import UNKNOWN


def crossing_gives_away(
    block: Block,
    of_grouping: Mapping[Grouping, Sequence[Finding]],
    grouping: Grouping,
    rule: Rule,
    found: Hidden,
) -> bool:
    """Say whether a crossing holds a small count, or gives away who is hidden in one of its margins."""
    if any(
        found.people.get(name) or found.rates.get((name,), frozenset()) - {UNKNOWN} or (name,) in found.closed
        for name in grouping
    ):
        return True
    table = table_of(block, of_grouping[grouping])
    if any(is_open(row) for finding in of_grouping[grouping] for row in finding["groups"]):
        return True
    return bool(small_groups(table, rule))


def only_in_margins(block: Block, finding: Finding) -> Iterator[float]:
    """Give how many of each group are in a margin and in no cell of a crossing: those whose other group is unknown."""
    levels = {each["name"]: [r["group"] for r in each["groups"] if not r["unknown"]] for each in block["attributes"]}
    shape = tuple(len(levels.get(name, ())) for name in finding["grouping"])
    if int(np.prod(shape)) != len(finding["groups"]):
        return
    for key in ("records", "n", "events"):
        counts = [row[key] for row in finding["groups"]]
        if None in counts:
            continue
        cells = np.array(counts, float).reshape(shape)
        for axis, name in enumerate(finding["grouping"]):
            sums = cells.sum(axis=tuple(other for other in range(len(shape)) if other != axis))
            for margin in _margins(block, finding, name, key):
                yield from np.abs(
                    np.array([margin.get(level, s) for level, s in zip(levels[name], sums, strict=True)]) - sums
                )


def _margins(block: Block, finding: Finding, name: str, key: str) -> Iterator[dict[str, float]]:
    for other in block["findings"]:
        if other["grouping"] == [name] and same_measure(other, finding):
            yield {row["group"]: float(row[key]) for row in other["groups"]}
    if key == "records":
        for attribute in block["attributes"]:
            if attribute["name"] == name:
                yield {row["group"]: float(row["records"]) for row in attribute["groups"]}
