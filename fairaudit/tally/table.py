"""`Tally`: counts of records by group, stratum and what their kind counts by, such as decision and outcome."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fairaudit.errors import DataError, UsageError
from fairaudit.plan import ANY
from fairaudit.tally.about import About
from fairaudit.tally.cells import add_up, in_order, of_proxies, of_records, without_zeros
from fairaudit.tally.loading import load
from fairaudit.tally.margins import MOST_LISTED, narrow
from fairaudit.tally.saving import save
from fairaudit.tally.suppressing import suppressed
from fairaudit.tally.values import cell_words, range_words


class Tally:
    """Counts of records by group, stratum and what their kind counts by, such as decision and outcome.

    Attributes:
        about: what it is about.
        cells: the long table (pandas): `about.keys`, then the sums; `n_high` where counts were received hidden.
    """

    def __init__(self, about: About, cells: pd.DataFrame):
        self.about = about
        self.cells = in_order(about, cells)

    def __repr__(self) -> str:
        """Say how much it holds."""
        return f"<Tally of {self.records:,} records in {len(self.cells):,} cells: {', '.join(self.about.tables)}>"

    def __eq__(self, other: object) -> bool:
        """Equal where the same groups have the same cells."""
        return isinstance(other, Tally) and self.about.header == other.about.header and self.cells.equals(other.cells)

    __hash__ = None

    @property
    def records(self) -> int:
        """How many records were kept."""
        return int(self.about.records.get("kept", of_records(self.cells).groupby("table")["n"].sum().max()))

    @property
    def hidden(self) -> bool:
        """Say whether some counts were received as intervals."""
        return "n_high" in self.cells

    @property
    def high(self) -> pd.Series:
        """The most that each count can be: the count itself, unless it was received hidden."""
        return self.cells["n_high"] if self.hidden else self.cells["n"]

    def table(self, attributes: Sequence[str], *, scanned: bool = False) -> pd.DataFrame:
        """Give the cells of one grouping, rolled up from a finer table where there is none of its own.

        Args:
            attributes: the attributes to cross.
            scanned: whether it is for a scan, which needs no folds: all of it is then fold 0.

        Returns:
            A row a cell: the attributes, strata, decision (or the like), outcome, fold and sums.

        Raises:
            DataError: no table holds all of these attributes.
        """
        keys = [key for key in self.about.keys if key not in ("table", *self.about.attributes)]
        rows = self.rows_of(attributes, beside=True, scanned=scanned)
        if scanned and self.about.folds is not None:
            rows = rows.assign(fold=0)
        return add_up(rows, [*attributes, *keys])

    def rows_of(self, attributes: Sequence[str], *, beside: bool = False, scanned: bool = False) -> pd.DataFrame:
        """Give the cells of the coarsest table that holds a grouping, not added up; several may be of one group.

        Args:
            attributes: the attributes to cross.
            beside: whether to give also what counts no record by itself: residents, arms of a test counted beside each
                other, and people of unknown group once a level.
            scanned: whether it may come of a table that only a scan looks at, which is not cut into folds.

        Raises:
            DataError: no table holds all of these attributes.
        """
        held = self.about.tables
        holders = self.about.holders(attributes, scanned=scanned)
        if not holders:
            what = f"no table crosses {' and '.join(attributes)}"
            raise DataError.one(self.about.title or "tally", what, f"It has: {', '.join(held)}.")
        coarsest = min(holders, key=lambda table: len(held[table]))
        rows = self.cells[(self.cells["table"] == coarsest).to_numpy(bool)]
        if not beside:
            return of_records(rows)
        # Without the attribute that they are probable of, such people are counted already.
        apart = "proxy" in rows and self.about.proxied(held[coarsest]) not in attributes
        return rows[(rows["proxy"] == ANY).to_numpy(bool)] if apart else rows

    def probable(self, attributes: Sequence[str]) -> pd.DataFrame:
        """Give the rows of people of unknown group once a level, by its probability; none where there are none."""
        if self.about.proxied(attributes) is None:
            return self.cells[:0]
        return of_proxies(self.rows_of(attributes, beside=True))

    def without_proxies(self) -> Tally:
        """Leave out probabilities of groups: those of unknown group stay so."""
        if not self.about.proxies:
            return self
        return Tally(replace(self.about, proxies=()), of_records(self.cells).drop(columns=["proxy", "p", "pp"]))

    def reweighed(self, attributes: Sequence[str], factors: np.ndarray) -> Tally:
        """Weigh the records of one grouping otherwise, beside the weights that they have.

        Args:
            attributes: the attributes to cross.
            factors: what each row of `rows_of(attributes)` is weighed by, 0 or more, shape (rows,).

        Returns:
            A tally of that table alone.
        """
        rows = self.rows_of(attributes)
        w, ww = (rows[name if self.about.weighted else "n"].to_numpy(float) for name in ("w", "ww"))
        sums = {name: rows[name].to_numpy(float) * factors for name in ("wx", "wxx") if name in rows}
        table = str(rows["table"].iloc[0])
        made = Tally.__new__(Tally)  # its rows are in order as they are
        made.about = replace(
            self.about, weighted=True, tables={table: self.about.tables[table]}, scanned=(), proxies=()
        )
        made.cells = rows.drop(columns=["proxy", "p", "pp", "n_high"], errors="ignore").assign(
            w=w * factors, ww=ww * factors**2, **sums
        )
        return made

    def roll_up(
        self, tables: Mapping[str, Sequence[str]], strata: Sequence[str] | None = None, scanned: Collection[str] = ()
    ) -> Tally:
        """Keep only some groupings, adding up what is finer.

        Args:
            tables: name -> attributes of the groupings to keep.
            strata: the strata to keep; all where None.
            scanned: which of the tables only a scan looks at.

        Raises:
            DataError: no table holds all attributes of a grouping.
        """
        kept = [name for name in self.about.attributes if any(name in names for names in tables.values())]
        about = replace(
            self.about,
            attributes={name: self.about.attributes[name] for name in kept},
            tables={table: tuple(names) for table, names in tables.items()},
            strata=self.about.strata if strata is None else tuple(strata),
            scanned=tuple(table for table in tables if table in scanned),
            proxies=tuple(name for name in self.about.proxies if name in kept),
        )
        parts = [self.table(names, scanned=table in scanned).assign(table=table) for table, names in tables.items()]
        rows = pd.concat(parts, ignore_index=True)
        rows[kept] = rows[kept].fillna(ANY)
        return Tally(about, without_zeros(add_up(rows, about.keys)))

    def add(self, other: Tally, *, clusters_apart: bool = False) -> Tally:
        """Add two tallies of different records.

        Args:
            other: a tally with the same header.
            clusters_apart: the caller's word that nobody (no cluster) is in both.

        Raises:
            UsageError: the headers or origins differ, or records are clustered and `clusters_apart` is not given.
        """
        self._check_addable(other, clusters_apart)
        added = {name: _add(getattr(self.about, name), getattr(other.about, name)) for name in ADDED}
        notes = [*self.about.notes, *other.about.notes, *(ONE_KEY_IN_BOTH if self._keyed() else ())]
        about = replace(self.about, **added, notes=tuple(dict.fromkeys(notes)))
        either = self.hidden or other.hidden
        parts = [tally.cells.assign(n_high=tally.high) if either else tally.cells for tally in (self, other)]
        return Tally(about, without_zeros(add_up(pd.concat(parts, ignore_index=True), about.keys)))

    __add__ = add

    def _check_addable(self, other: Tally, clusters_apart: bool) -> None:
        one, two = ({**tally.about.header, "origin": tally.about.origin} for tally in (self, other))
        if differ := [name for name in one if one[name] != two[name]]:
            what = f"cannot be added: their {' and '.join(differ)} differ"
            raise UsageError.one("tallies", what, "Count both with the same plan.")
        if self.about.folds is not None and not clusters_apart:
            hint = "Say so with clusters_apart=True, or count the records together."
            raise UsageError.one("tallies", "cannot be added unless no cluster is in both", hint)

    def _keyed(self) -> bool:
        return any("duplicates" in fact for facts in self.about.groups.values() for fact in facts.values())

    def disagreements(self) -> list[str]:
        """Compare tables that should agree, and say in words where they do not.

        Two tables of the same people must give the same counts for every attribute that they share. Counts that were
        received as intervals agree where the intervals overlap.
        """
        if self.about.census:
            return []  # tables count the groups of people in areas, each its own
        pairs = [pair for pair in combinations(self.about.tables, 2) if self._compared(*pair)]
        return [text for one, other in pairs for text in self._disagree(one, other)]

    def _compared(self, one: str, other: str) -> bool:
        """Say whether two tables are looked at side by side: one for a scan only beside those that it holds whole."""
        scanned, tables = self.about.scanned, self.about.tables
        if one not in scanned and other not in scanned:
            return True
        return not {one, other} <= set(scanned) and (
            set(tables[one]) <= set(tables[other]) or set(tables[other]) <= set(tables[one])
        )

    def _disagree(self, one: str, other: str) -> list[str]:
        shared = [name for name in self.about.tables[one] if name in self.about.tables[other]]
        found = [
            f"Table {one} counts {a} records, table {other} counts {b}." for _, a, b in self._apart(one, other, [])
        ]
        if shared or not found:
            keys = [*shared, *self.about.own_keys]
            for cell, a, b in self._apart(one, other, keys):
                words = cell_words(dict(zip(keys, cell, strict=True)), self.about)
                found.append(f"{words}: {a} in table {one}, {b} in table {other}.")
        if len(found) > MOST_LISTED:
            rest = f"Tables {one} and {other} differ in {len(found) - MOST_LISTED:,} more cells."
            found = [*found[:MOST_LISTED], rest]
        return found

    def _apart(self, one: str, other: str, keys: list[str]) -> list[tuple[tuple[str, ...], str, str]]:
        """List the cells whose counts cannot be the same in two tables, with both counts in words."""
        rows = of_records(self.cells.assign(n_high=self.high, everyone=""))
        rows = rows[rows["table"].isin([one, other])]
        sums = rows.groupby(["table", *(keys or ["everyone"])])[["n", "n_high"]].sum().unstack("table", fill_value=0)
        low, high = (sums[name].reindex(columns=[one, other], fill_value=0) for name in ("n", "n_high"))
        apart = (low[one] > high[other]) | (low[other] > high[one])
        return [
            (
                cell if isinstance(cell, tuple) else (cell,),
                *(range_words(low.at[cell, t], high.at[cell, t]) for t in (one, other)),
            )
            for cell in low.index[apart]
        ]

    def narrowed(self) -> tuple[Tally, list[str]]:
        """Narrow the counts that were received hidden by the sums that tables share (`tally.margins.narrow`).

        Returns:
            The tally, without `n_high` where no count is hidden any more; and a sentence for each sum that no counts
            can fill, in which case nothing is narrowed.
        """
        if not self.hidden:
            return self, []
        cells, impossible = narrow(self.about, self.cells)
        open_still = (cells["n_high"] > cells["n"]).any()
        return Tally(self.about, cells if open_still else cells.drop(columns="n_high")), impossible

    def suppress(self, smallest: int) -> tuple[Tally, int]:
        """Hide small counts, and whatever would give them away (`tally.suppressing.suppressed`).

        Args:
            smallest: the smallest count that may be told.

        Returns:
            The tally; and how many small counts still follow from others more closely than they should.

        Raises:
            UsageError: counts of its kind cannot be hidden.
        """
        about, cells, close = suppressed(self.about, self.cells, smallest)
        return Tally(about, cells), close

    def save(self, path: str | Path) -> Path:
        """Write `x.tally.json` and `x.tally.csv` side by side.

        Args:
            path: where; `x`, `x.tally.json` and `x.tally.csv` all mean the same.

        Returns:
            The path of the JSON file, which is what a plan names as its source.
        """
        return save(path, self.about, self.cells)

    @classmethod
    def load(cls, path: str | Path) -> Tally:
        """Read a saved tally, checking every cell.

        Args:
            path: the `.tally.json` file; its `.tally.csv` lies beside it.

        Raises:
            DataError: with every problem of form or count.
        """
        return cls(*load(Path(path)))


ADDED = ("records", "groups", "strays", "contradictions")
ONE_KEY_IN_BOTH = ("Tallies were added: a record that is in two of them was not seen to be repeated.",)


def _add(one: Any, other: Any) -> Any:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return {key: _add(one.get(key), other.get(key)) for key in dict.fromkeys([*one, *other])}
    return other if one is None else one if other is None else one + other
