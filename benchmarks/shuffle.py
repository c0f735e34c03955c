"""What an engine of many machines sends between them to count: a simulation, of partitions counted one by one.

Each partition counts its own records first, and sends a row a distinct cell. So what is sent depends on cells and on
partitions, and not on records, as long as there are few cells. Keys are another matter: there are as many as records.
Run as `python benchmarks/shuffle.py`. Nothing is asked of Spark here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import records

CELL_BYTES, KEY_BYTES = 120, 60
"""What a row takes on its way, about: five texts or numbers of 16 bytes, a count and a head; a key and two texts."""
LEVELS = (len(records.RACES), 2, 3, 2)
"""Groups by race and sex, risk levels, outcomes: the columns that a plan of decisions counts by."""
FOLDS = 100
PER_CLUSTER = 10
REDUCERS = 200


@dataclass(frozen=True)
class Sent:
    """What all partitions together send.

    Attributes:
        rows: rows of counts.
        width: bytes a row.
    """

    rows: int
    width: int

    @property
    def mb(self) -> float:
        """Megabytes."""
        return self.rows * self.width / 1e6


def cells(folds: bool) -> int:
    """Give the number of cells there are."""
    return math.prod(LEVELS) * (FOLDS if folds else 1)


def cells_sent(rows: int, parts: int, *, folds: bool = False, seed: int = 0) -> Sent:
    """Count in each partition, and add up the distinct cells that are sent."""
    shares = np.outer(list(records.RACES.values()), np.full(cells(folds) // len(records.RACES), 1.0)).ravel()
    drawn = np.random.default_rng(seed).choice(len(shares), rows, p=shares / shares.sum()).astype(np.int64)
    part = np.arange(rows, dtype=np.int64) * parts // rows
    return Sent(int(np.unique(part * len(shares) + drawn).size), CELL_BYTES)


def keys_sent(rows: int, parts: int, seed: int = 0) -> Sent:
    """Do the same where records are counted by person: persons are scattered over partitions."""
    person = np.random.default_rng(seed).integers(rows // PER_CLUSTER, size=rows)
    part = np.arange(rows, dtype=np.int64) * parts // rows
    return Sent(int(np.unique(part * (rows // PER_CLUSTER) + person).size), KEY_BYTES)


def largest_share(rows: int, hot: float, *, counted_first: bool, parts: int = 64, seed: int = 0) -> float:
    """Give how many times its even share the busiest of 200 receiving tasks gets, where one key has a part of all rows.

    Args:
        rows: how many records.
        hot: the share of records that have the one key, such as 0 for "no number".
        counted_first: whether partitions count by key before they send; a window over keys cannot.
        parts: partitions.
        seed: of the draws.
    """
    rng = np.random.default_rng(seed)
    key = np.where(rng.random(rows) < hot, 0, rng.integers(1, rows, size=rows))
    if counted_first:
        part = np.arange(rows, dtype=np.int64) * parts // rows
        key = np.unique(part * rows + key) % rows
    # A multiplicative hash (Knuth), as good as any to spread whole numbers
    load = np.bincount((key * 2654435761 % 2**32) * REDUCERS >> 32, minlength=REDUCERS)
    return float(load.max() / load.mean())


def lines() -> Iterator[str]:
    """Write the table."""
    yield "| Records | Partitions | Cells | Cells and folds | Persons |"
    yield "| --- | --- | --- | --- | --- |"
    for rows, parts in ((1_000_000, 16), (4_000_000, 16), (16_000_000, 16), (16_000_000, 64), (16_000_000, 256)):
        found = (cells_sent(rows, parts), cells_sent(rows, parts, folds=True), keys_sent(rows, parts))
        yield f"| {rows / 1e6:g}M | {parts} | " + " | ".join(f"{each.mb:,.3g} MB" for each in found) + " |"


def main() -> None:
    """Print the table, and what one key that many records share does to the busiest task."""
    print("\n".join(lines()))
    for counted_first, how in ((True, "counted first"), (False, "not counted first")):
        busiest = largest_share(1_000_000, 0.05, counted_first=counted_first)
        print(f"\nOne key in 5 of 100 records, {how}: the busiest task gets {busiest:.1f} times its share.")


if __name__ == "__main__":
    main()
