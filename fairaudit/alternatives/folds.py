"""Cross-fitting: nobody is decided about by a model that has seen them, or anybody of the same cluster."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fairaudit.errors import UsageError


def folds_of(cluster: np.ndarray, folds: int, seed: int) -> np.ndarray:
    """Deal clusters into folds of about the same number of clusters.

    Args:
        cluster: whom each record belongs to, shape (n,).
        folds: how many, 2 to 20.
        seed: of the shuffle.

    Returns:
        Each record's fold, shape (n,); all records of a cluster are in one.

    Raises:
        UsageError: there are too few clusters for so many folds.
    """
    names, place = np.unique(cluster, return_inverse=True)
    if not 2 <= folds <= 20:
        raise UsageError.one("folds", f"{folds} is not from 2 to 20", "Write folds=5.")
    if len(names) < 10 * folds:
        what = f"{len(names):,} people or clusters are too few for {folds} folds"
        raise UsageError.one("folds", what, f"Models need more records: {10 * folds:,} at least.")
    dealt = np.random.default_rng(seed).permutation(len(names)) % folds
    return dealt[place]


def splits(fold: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Give, fold by fold, the records to fit on and the records to decide about, by their places."""
    for held_out in range(int(fold.max()) + 1):
        yield np.flatnonzero(fold != held_out), np.flatnonzero(fold == held_out)
