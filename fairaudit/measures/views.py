"""How a score, an amount or a wait reads as yes or no, so that shares of it are measured as any decision is.

A view takes the rows of a tally and what the plan says beside a measure, and gives for each row how much of it is a
yes: 1, 0, a part of it where a tie is broken by lot, NaN where that is unknown; and who is looked at, likewise, where
that is not everybody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairaudit.measures.distribution import Rows

Array = NDArray[np.float64]
UNKNOWN = "?"  # how a tally writes what is unknown
Given = Mapping[str, Any]
View = Callable[[Rows, Given], tuple[Array, Array | None]]


def at_cut_off(rows: Rows, given: Given) -> tuple[Array, None]:
    """Whoever scores the cut-off or more is selected."""
    return _where_known(rows.value, rows.value >= given["at"]), None


def at_or_above(rows: Rows, given: Given) -> tuple[Array, None]:
    """Whoever gets the amount or more."""
    return _where_known(rows.value, rows.value >= given["above"]), None


def within_reach(rows: Rows, given: Given) -> tuple[Array, None]:
    """Whoever has so much service or more, or lives no further away than that."""
    reached = rows.value <= given["at_most"] if "at_most" in given else rows.value >= given["above"]
    return _where_known(rows.value, reached), None


def none_at_all(rows: Rows, given: Given) -> tuple[Array, None]:
    """Whoever gets nothing."""
    return _where_known(rows.value, rows.value == 0), None


def above_median(rows: Rows, given: Given) -> tuple[Array, None]:
    """Whoever scores above the median of everybody scored, also of those whose group is unknown."""
    known = ~np.isnan(rows.value) & (rows.amount > 0)
    values, place = np.unique(rows.value[known], return_inverse=True)
    below = np.cumsum(np.bincount(place, rows.amount[known], len(values)))
    # Of an even number the median lies between two values, and whoever has the upper one is above it.
    median = values[np.searchsorted(below, below[-1] / 2 * (1 - 1e-12))] if len(values) else np.nan
    return _where_known(rows.value, rows.value > median), None


def among_the_first(rows: Rows, given: Given) -> tuple[Array, None]:
    """Whoever is among so many with the highest scores, in each list; who of those tied at the end is drawn by lot.

    Whose list is unknown has an unknown rank.
    """
    selected = np.full(rows.value.shape, np.nan)
    for chosen in _lists(rows, given.get("per")):
        selected[chosen] = _taken(rows.value[chosen], rows.amount[chosen], float(given["capacity"]))
    return _where_known(rows.value, selected), None


def _taken(value: Array, amount: Array, capacity: float) -> Array:
    """Give the part of each row that has a place, the highest values first."""
    levels, place = np.unique(np.where(np.isnan(value), -np.inf, value), return_inverse=True)
    waiting = np.bincount(place, amount, len(levels))
    ahead = np.cumsum(waiting[::-1])[::-1] - waiting
    part = np.divide(np.clip(capacity - ahead, 0, waiting), waiting, out=np.zeros(len(levels)), where=waiting > 0)
    return part[place]


def _lists(rows: Rows, per: str | None) -> list[NDArray[np.intp]]:
    """Give the rows of each list; those of which the list is unknown are in none."""
    if per is None:
        return [np.arange(len(rows.value))]
    names = np.asarray(rows.columns[per], str)
    return [np.flatnonzero(names == name) for name in np.unique(names) if name != UNKNOWN]


def served(rows: Rows, given: Given) -> tuple[Array, Array]:
    """Whoever was served within the horizon, of those who asked long enough before the records were drawn.

    A wait that ended before it began counts as ended at once, or as never ended where `reversed` is given.
    """
    ended = (rows.open == 0) & (rows.value <= given["horizon"])
    if given.get("reversed"):
        ended &= rows.value >= 0
    return _where_known(rows.value, ended), _where_known(rows.followed, rows.followed >= given["horizon"])


def known(rows: Rows, given: Given) -> tuple[Array, None]:
    """Whether a value is known at all."""
    return _where_known(rows.value, np.ones(rows.value.shape)), None


def exposure_of(rows: Rows, given: Given) -> Array:
    """Give in place of each score the exposure that its rank has in its list."""
    from fairaudit.stats.ranking import exposure

    found = np.full(rows.value.shape, np.nan)
    for chosen in _lists(rows, given.get("per")):
        scored = chosen[~np.isnan(rows.value[chosen])]
        if len(scored):
            levels, place = np.unique(rows.value[scored], return_inverse=True)
            found[scored] = exposure(np.bincount(place, rows.amount[scored], len(levels)))[place]
    return found


def _where_known(value: Array, yes: NDArray) -> Array:
    return np.where(np.isnan(value), np.nan, yes)
