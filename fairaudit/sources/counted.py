"""What the engine counted: a row a cell, in lists, before its values are settled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import compress
from typing import Any

import pandas as pd

KEPT = ""


class Counted:
    """Rows of counts, a list a column.

    Attributes:
        columns: attributes and keys (None where not in a row's table), `left_out`, `table`, and the sums.
        first: a table; every table counts every record.
    """

    def __init__(self, columns: dict[str, list], tables: Mapping[str, Sequence[str]]):
        self.columns = columns
        self.first = next(iter(tables))
        self._tables = tables
        columns["table"] = self._tables_of_rows()
        columns["kept"] = [reason == KEPT for reason in columns["left_out"]]

    def _tables_of_rows(self) -> list[str]:
        """A row belongs to the table of just those attributes that are not NULL in it."""
        attributes = list(dict.fromkeys(name for names in self._tables.values() for name in names))
        table_of = {tuple(name in names for name in attributes): table for table, names in self._tables.items()}
        present = zip(*([value is not None for value in self.columns[name]] for name in attributes), strict=True)
        return [table_of[pattern] for pattern in present]

    def __len__(self) -> int:
        return len(self.columns["n"])

    def counts(self, name: str, *, where: str = "kept", sums: str = "n") -> dict[str, int]:
        """Add up the records of each value of a column, the most frequent first.

        Args:
            name: an attribute, a key or `left_out`.
            where: "kept" rows, or "all".
            sums: the column to add up.
        """
        found: Counter = Counter()
        own = name if name in self._tables and tuple(self._tables[name]) == (name,) else self.first
        rows = zip(*(self.columns[column] for column in ("table", "kept", name, sums)), strict=True)
        for table, kept, value, n in rows:
            if table == own and (kept or where == "all"):
                found[value] += n
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    def by_group(self, attribute: str, sums: str) -> dict[str, int]:
        """Add up a sum over the kept records, by group of an attribute."""
        found: Counter = Counter()
        for table, kept, group, n in zip(*(self.columns[c] for c in ("table", "kept", attribute, sums)), strict=True):
            if table == attribute and kept:
                found[group] += n
        return dict(found)

    def left_out(self, attribute: str) -> dict[tuple[str, str], int]:
        """Add up the records that are left out, by group of an attribute and reason."""
        found: Counter = Counter()
        rows = zip(*(self.columns[column] for column in ("table", "kept", attribute, "left_out", "n")), strict=True)
        for table, kept, group, reason, n in rows:
            if table == attribute and not kept:
                found[group, reason] += n
        return dict(sorted(found.items()))

    def total(self, sums: str) -> float:
        """Add up a sum over the kept records."""
        return sum(self.counts("table", sums=sums).values())

    def recode(self, name: str, codes: Mapping[str, object]) -> None:
        """Put codes in the place of a column's values; what is not in the table stays so."""
        self.columns[name] = [None if value is None else codes[value] for value in self.columns[name]]

    def write(self, name: str, text: Callable[[Any], str]) -> None:
        """Write a column's values as texts, the missing ones too."""
        texts = {value: text(value) for value in set(self.columns[name])}
        self.columns[name] = [texts[value] for value in self.columns[name]]

    def frame(self, keys: Sequence[str], sums: Sequence[str], whole: Collection[str] = ("n",)) -> pd.DataFrame:
        """Give the kept rows, those that are alike by now added up.

        Args:
            keys: the columns that tell cells apart.
            sums: the columns that add.
            whole: those that are whole numbers, of any size.
        """
        kept = {name: list(compress(self.columns[name], self.columns["kept"])) for name in (*keys, *sums)}
        frame = pd.DataFrame({name: pd.Series(kept[name], dtype=object) for name in keys})
        for name in sums:
            values = [value or 0 for value in kept[name]]
            frame[name] = pd.Series(values, dtype="int64" if name == "n" else object if name in whole else "float64")
        return frame.groupby(list(keys), sort=False, dropna=False)[list(sums)].sum().reset_index()
