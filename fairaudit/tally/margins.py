"""Counts received hidden, narrowed by what tables have in common: every table counts the same records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from fairaudit.tally.about import About
from fairaudit.tally.values import cell_words, range_words

MOST_ROUNDS = 1_000
MOST_LISTED = 50


@dataclass(frozen=True)
class _Margins:
    """Sums that are the same in several tables.

    Attributes:
        cells: places of the cells that are added up.
        margin: which margin each belongs to.
        table: whose cell it is, as a place in `tables`.
        tables: names of the tables.
        names: the keys of every margin, a row each.
        told: what every margin is known to be from elsewhere; None where it is not.
    """

    cells: np.ndarray
    margin: np.ndarray
    table: np.ndarray
    tables: list[str]
    names: pd.DataFrame
    told: int | None = None

    def sums(self, counts: np.ndarray) -> np.ndarray:
        """Add up counts; shape (tables, margins). A cell that a table does not list holds nobody."""
        total = np.zeros((len(self.tables), len(self.names)), np.int64)
        np.add.at(total, (self.table, self.margin), counts[self.cells])
        return total

    def bounds(self, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Bound every margin by all tables at once; each of shape (margins,)."""
        at_least, at_most = low.max(axis=0), high.min(axis=0)
        if self.told is not None:
            at_least, at_most = np.maximum(at_least, self.told), np.minimum(at_most, self.told)
        return at_least, at_most


def narrow(about: About, cells: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Narrow hidden counts to what the sums that tables share, and the number of records kept, leave open.

    Two tables of the same records have the same sum for every group of the attributes that they share, in each stratum
    and fold and for each decision, outcome or value. So a hidden count is no more than the most that its sum can be
    less the least that the others in it can be, and no less than the least less their most. That is repeated over all
    tables until nothing changes (interval propagation; for tables of counts, the shuttle algorithm of Buzzigoli &
    Giusti 1999, An algorithm to calculate the lower and upper bounds of the elements of an array given its marginals).

    No count that fits all that was received is ever left out. What is left is the tightest there can be where each
    hidden count is in one sum only, as in one table and its total. It need not be where sums cross, as in a crossing of
    two attributes of which both single tables are known: bounds that hold in every sum alone may not be reached in all
    of them at once (Dobra & Fienberg 2000, PNAS 97: 11885-11892). And each count is bounded by itself: one may be
    unable to be at its most while another is at its least. Sums over decisions, strata or folds are sums of these sums,
    and tell nothing more.

    Args:
        about: what the cells are of.
        cells: the cells, with `n` and `n_high`.

    Returns:
        The cells; and where no counts can fill all tables, a sentence for each sum that shows it: nothing is narrowed
        then.
    """
    low, high = (cells[name].to_numpy(np.int64, copy=True) for name in ("n", "n_high"))
    shared = list(_shared(about, cells))
    for _ in range(MOST_ROUNDS):
        before = low.sum(), high.sum()
        for margins in shared:
            sums = margins.sums(low), margins.sums(high)
            bounds = margins.bounds(*sums)
            if (bounds[0] > bounds[1]).any():
                return cells, list(_impossible(about, margins, sums, bounds))
            _fill(margins, low, high, sums, bounds)
        if before == (low.sum(), high.sum()):
            break
    return cells.assign(n=low, n_high=high), []


def _fill(margins: _Margins, low: np.ndarray, high: np.ndarray, sums: tuple, bounds: tuple) -> None:
    """Bound each count by its sum less the extremes of the others, in place."""
    here, place = margins.cells, (margins.table, margins.margin)
    (least, most), (at_least, at_most) = (each[place] for each in sums), (each[margins.margin] for each in bounds)
    ends = at_least - (most - high[here]), at_most - (least - low[here])
    low[here], high[here] = np.maximum(low[here], ends[0]), np.minimum(high[here], ends[1])


def _shared(about: About, cells: pd.DataFrame) -> Iterator[_Margins]:
    """List the sums that must agree: for every two tables those over the attributes they share, in all that have them.

    The number of records that were kept, where it is told, is the sum of every table.
    """
    rest = [key for key in about.keys if key not in ("table", *about.attributes)]
    sets = [
        tuple(name for name in about.attributes if name in one and name in other)
        for one, other in combinations(about.tables.values(), 2)
    ]
    for names in sorted(set(sets), key=len):
        tables = [table for table, held in about.tables.items() if set(names) <= set(held)]
        yield _margins(cells, tables, [*names, *rest])
    if (kept := about.records.get("kept")) is not None:
        yield _margins(cells, list(about.tables), [], int(kept))


def _margins(cells: pd.DataFrame, tables: list[str], keys: list[str], told: int | None = None) -> _Margins:
    here = np.flatnonzero(cells["table"].isin(tables).to_numpy(bool))
    rows = cells.iloc[here]
    table = pd.Index(tables).get_indexer(rows["table"])
    if not keys:
        return _Margins(here, np.zeros(len(here), np.int64), table, tables, pd.DataFrame(index=[0]), told)
    margin = rows.groupby(keys, sort=False).ngroup().to_numpy()
    return _Margins(here, margin, table, tables, rows[keys].drop_duplicates().reset_index(drop=True), told)


# --- saying ----------------------------------------------------------------------------------------------------------


def _impossible(about: About, margins: _Margins, sums: tuple, bounds: tuple) -> Iterator[str]:
    """Say which sums no counts can fill, and what two tables make of them."""
    least, most = sums
    for place in np.flatnonzero(bounds[0] > bounds[1])[:MOST_LISTED]:
        one, other = int(least[:, place].argmax()), int(most[:, place].argmin())
        counts = [range_words(int(least[table, place]), int(most[table, place])) for table in (one, other)]
        if margins.told is not None:
            count, table = (counts[0], one) if least[one, place] > margins.told else (counts[1], other)
            yield f"{margins.told:,} records are said to be kept, and table {margins.tables[table]} counts {count}."
            continue
        words = _words(margins.names.iloc[place].to_dict(), about)
        said = [f"{count} in table {margins.tables[table]}" for count, table in zip(counts, (one, other), strict=True)]
        yield f"{words}: {said[0]}, {said[1]}, after all sums that tables share have narrowed them."


def _words(cell: Mapping[str, Any], about: About) -> str:
    """Name a sum: its groups, what was decided and the like, and where."""
    places = [f"{name} {cell[name]}" for name in (*about.strata, "fold") if name in cell]
    own = {name: value for name, value in cell.items() if name not in (*about.strata, "fold")}
    return ", ".join([cell_words(own, about), *places])
