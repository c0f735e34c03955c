"""Rehearsing: the groups' labels shuffled, so that a plan can be mended before any result is seen."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd

from fairaudit.tally import Tally

NOTE = "REHEARSAL: the groups' labels were shuffled at random. Nothing here is a result."


def shuffled(tally: Tally, seed: int = 0) -> Tally:
    """Deal the records out to the groups at random.

    Every group keeps its size, and every decision and outcome its number.
    Each table is dealt out by itself, so crossings need not add up to what they cross.

    Args:
        tally: the counts.
        seed: of the shuffle.

    Returns:
        A tally of the same header, whose groups differ by chance alone.
    """
    generator = np.random.default_rng(seed)
    parts = [_dealt(tally, table, list(names), generator) for table, names in tally.about.tables.items()]
    return Tally(replace(tally.about, notes=(*tally.about.notes, NOTE)), pd.concat(parts, ignore_index=True))


def _dealt(tally: Tally, table: str, attributes: list[str], generator: np.random.Generator) -> pd.DataFrame:
    """Draw one table anew with its margins fixed: groups one way, everything else the other."""
    rows = tally.cells[tally.cells["table"] == table]
    others = [key for key in tally.about.keys if key not in attributes]
    groups, kinds = (rows.groupby(keys, sort=False).ngroup().to_numpy() for keys in (attributes, others))
    if rows.empty:
        return rows
    counts = np.zeros((groups.max() + 1, kinds.max() + 1), dtype=np.int64)
    np.add.at(counts, (groups, kinds), rows["n"])
    drawn = _drawn(counts, generator)
    # A record takes the mean weight of its kind along.
    means = {
        name: rows[name].groupby(kinds).sum().to_numpy() / np.maximum(counts.sum(axis=0), 1)
        for name in tally.about.sums
        if name != "n"
    }
    group, kind = np.nonzero(drawn)
    dealt = pd.concat([_firsts(rows[attributes], groups, group), _firsts(rows[others], kinds, kind)], axis=1)
    n = drawn[group, kind]
    sums = {name: n * mean[kind] for name, mean in means.items()}
    if "ww" in sums:
        # No weights that add up to a sum have squares that add up to more than its square.
        sums["ww"] = np.minimum(sums["ww"], sums["w"] ** 2)
    if tally.about.adds_whole and "wx" in sums:
        sums = _whole(n, sums["wx"], sums["wxx"])
    return dealt.assign(n=n, **sums)


def _whole(n: np.ndarray, wx: np.ndarray, wxx: np.ndarray) -> dict[str, np.ndarray]:
    """Round the sums of amounts to whole numbers that so many amounts can have."""
    sums = [round(value) for value in wx]
    least = [-(-value * value // count) for value, count in zip(sums, n.tolist(), strict=True)]
    squares = [max(math.ceil(value), low) for value, low in zip(wxx, least, strict=True)]
    return {"wx": np.array(sums, dtype=object), "wxx": np.array(squares, dtype=object)}


def _drawn(counts: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Draw a table with the same row and column sums as `counts`, as likely as if records were shuffled."""
    left, drawn = counts.sum(axis=0), np.zeros_like(counts)
    for row, size in enumerate(counts.sum(axis=1)):
        drawn[row] = generator.multivariate_hypergeometric(left, size, method="marginals")
        left = left - drawn[row]
    return drawn


def _firsts(names: pd.DataFrame, codes: np.ndarray, wanted: np.ndarray) -> pd.DataFrame:
    """Look up the names behind codes."""
    return names.groupby(codes).first().loc[wanted].reset_index(drop=True)
