"""Hiding small counts before a tally is sent: as ranges, with as many others that none follows from the sums.

Every table counts the same people, so that a hidden count may follow from the counts beside it and from other tables.
Whoever receives a tally can work that out, and `margins.narrow` does. So it is done here first: while a small count
would be left fewer than half of the numbers that it could be, one count more is hidden.

`narrow` looks at one sum at a time. Where tables are single, that is all there is to know. Where groups are crossed,
whoever solves all sums at once (by integer programming) may know a little more: in a simulation of two attributes and
their crossing that left about 1 small count in 100 fewer than half of the numbers, and 1 in 3,000 a single one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from fairaudit.errors import UsageError
from fairaudit.tally.about import About
from fairaudit.tally.margins import narrow

MOST_ROUNDS = 200
LEFT_OUT = "left out as the plan says"


def refusal(about: About) -> str:
    """Say why counts of a tally cannot be hidden; empty where they can."""
    if about.weighted:
        return "records have weights, and what a hidden record weighs is not known"
    if about.proxies:
        return "there are probabilities of groups, and of whom is not known of hidden records"
    if about.edges is not None:
        return "values are cut into bins, and what hidden records add up to is not known"
    if about.census or about.kind in ("representation", "pairs"):
        return f"hidden counts tell nothing of {about.kind}"
    return ""


def suppressed(about: About, cells: pd.DataFrame, smallest: int) -> tuple[About, pd.DataFrame, int]:
    """Hide counts below the smallest that may be told, and whatever would give them away.

    Args:
        about: what the cells are of.
        cells: the cells, none of them hidden.
        smallest: the smallest count that may be told; 1 to one less are given as that range.

    Returns:
        What the tally is about, without other small numbers; the cells, with `n_high`; and how many small counts are
        still left fewer than half of the numbers that they could be, since everything beside them is hidden already.

    Raises:
        UsageError: counts of its kind cannot be hidden, or fewer than 3 is the smallest.
    """
    if why := refusal(about):
        raise UsageError.one(
            "fairaudit tally", f"counts cannot be hidden: {why}", "Send them in full, or leave that out."
        )
    if smallest < 3:
        what = f"a smallest count of {smallest} hides nothing" if smallest < 2 else "1 alone is no range"
        raise UsageError.one("fairaudit tally", what, "Write --smallest-cell 11, which hides 1 to 10.")
    n = cells["n"].to_numpy(np.int64)
    small = (n > 0) & (n < smallest)
    low, high = np.where(small, 1, n), np.where(small, smallest - 1, n)
    # The same for every count, so that it tells of none of them.
    most = smallest * 2 ** int(np.ceil(np.log2(max(n.max(initial=0), smallest) / smallest) + 1))
    beside, stuck = _Beside(about, cells, n), np.zeros(len(n), bool)
    close = small
    for _ in range(MOST_ROUNDS):
        close = small & (2 * _left(about, cells, low, high) < smallest - 1)
        if not (close & ~stuck).any():
            break
        for place in np.flatnonzero(close & ~stuck):
            more = beside.next_of(place, low < high)
            if more is None:
                stuck[place] = True
            else:
                low[more], high[more] = smallest, most
    hidden = cells.assign(n=low, n_high=high)
    others = int(((low < high) & ~small).sum())
    return _without_small(about, smallest, int(small.sum()), others), hidden, int(close.sum())


def _left(about: About, cells: pd.DataFrame, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Say how many numbers each count could be, for whoever has all of them and the sums."""
    found, _impossible = narrow(about, cells.assign(n=low, n_high=high))
    return found["n_high"].to_numpy() - found["n"].to_numpy() + 1


class _Beside:
    """Finds which count to hide beside a small one: those that add up with it, the smallest first."""

    def __init__(self, about: About, cells: pd.DataFrame, n: np.ndarray):
        keys = [key for key in about.keys if key not in ("table", *about.attributes)]
        slices = cells.groupby(keys, sort=False).ngroup().to_numpy() if keys else np.zeros(len(cells), int)
        self.slice, self.n = slices, n
        order = np.argsort(n, kind="stable")
        order = order[n[order] > 0]
        self.of_slice: dict[int, list[int]] = {}
        for place in order:
            self.of_slice.setdefault(int(slices[place]), []).append(int(place))
        self.table = cells["table"].tolist()
        self.levels = list(zip(*(cells[name] for name in about.attributes), strict=True))
        self.held = {table: [name in names for name in about.attributes] for table, names in about.tables.items()}

    def next_of(self, place: int, hidden: np.ndarray) -> int | None:
        """Give the count to hide next; None where all beside it is hidden."""
        there = [other for other in self.of_slice[int(self.slice[place])] if not hidden[other]]
        return min(there, key=lambda other: self._distance(place, other), default=None)

    def _distance(self, place: int, other: int) -> int:
        """Say how far a count is from another: 0 where it shares a sum with it, by any attribute."""
        held, others = self.held[self.table[place]], self.held[self.table[other]]
        shared = [
            a == b
            for a, b, one, two in zip(self.levels[place], self.levels[other], held, others, strict=True)
            if one and two
        ]
        if self.table[place] == self.table[other]:
            return 0 if any(shared) or len(shared) == 1 else 2
        return 1 if shared and all(shared) else 3


def _without_small(about: About, smallest: int, small: int, others: int) -> About:
    """Take out small numbers that stand beside the cells, and say what was done."""
    told = f"counts of 1 to {smallest - 1} are given as that range ({small:,})"
    told += f", and larger ones as a wider one, so that none follows from the others ({others:,})" if others else ""
    return replace(
        about,
        records=_records(about.records, smallest),
        groups={},
        strays={
            column: {value: n for value, n in found.items() if n >= smallest} for column, found in about.strays.items()
        },
        notes=tuple(note for note in about.notes if not any(0 < n < smallest for n in _numbers(note))),
        suppression=told,
    )


def _records(records: Mapping[str, Any], smallest: int) -> dict[str, Any]:
    left_out = records.get("left_out", {})
    if not any(0 < n < smallest for n in left_out.values()):
        return dict(records)
    return {**records, "left_out": {LEFT_OUT: sum(left_out.values())}}


def _numbers(text: str) -> Iterator[int]:
    for number in re.findall(r"(?<![\w.])\d{1,3}(?:,\d{3})*(?![\w.]\d)", text):
        yield int(number.replace(",", ""))
