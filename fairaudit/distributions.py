"""One grouping of a tally of scores, amounts or waits, as distributions over values, under every scenario.

What `Cells` are to shares, these are to means, medians, curves and areas: records by group, stratum, value and part
(with or without the outcome; ended or still open), in one array, from which every scenario of the unknown is made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fairaudit.allotments import Probable
from fairaudit.cells import Cells, groups_of, rows_as_values, spread
from fairaudit.measures import Distribution, Statistic
from fairaudit.plan import UNKNOWN
from fairaudit.stats import design
from fairaudit.tally import Tally


def _upper_edges(
    values: np.ndarray, edges: np.ndarray, place: np.ndarray, n: np.ndarray, totals: np.ndarray
) -> np.ndarray:
    """Give where each bin ends: at the next edge; the last, which has none, as far above its mean as it begins below.

    Args:
        values: the lower edges that hold records, shape (values,).
        edges: all edges, ascending.
        place: which value each row of the tally has; the unknown comes after the last.
        n: records of each row.
        totals: sums of their values.
    """
    if not len(values):
        return values
    after = np.searchsorted(edges, values, side="right")
    last = place == len(values) - 1
    mean = totals[last].sum() / n[last].sum() if n[last].sum() else values[-1]
    return np.where(after < len(edges), np.append(edges, np.nan)[after], 2 * mean - values[-1])


def _allotted(
    tally: Tally, attributes: Sequence[str], cells: Cells, shape: tuple[int, ...], places: tuple[np.ndarray, ...]
) -> np.ndarray | None:
    """Allot people of unknown group by their probabilities, each with the value of the row that they are a part of."""
    rows = tally.rows_of(attributes)
    alike = tally.about.weighted and cells.w is None
    found = Probable.of(tally, attributes, rows["w"].sum() / rows["n"].sum() if alike else 1.0)
    if found is None:
        return None
    array = np.zeros((shape[0] - 1, *shape[1:]))
    np.add.at(array, (found.group, *(np.asarray(axis)[found.at].astype(int) for axis in places)), found.p)
    return array


PARTS = {"outcome": ("1", "0", UNKNOWN), "open": ("0", "1")}
BEFORE = -1.0  # how the tally writes a wait that ended before it began


@dataclass(frozen=True)
class Distributions:
    """Records by group and value.

    Attributes:
        cells: the same records as yes, no and unknown: who is known, and how many.
        values: the distinct known values, ascending, shape (values,).
        upper: upper edges of the bins; None where values are exact.
        n: records, shape (groups + 1, strata, values + 1, parts); the last group and the last value are the unknown.
        ww: sums of squared weights in the same shape; None where records are not weighted.
        totals, squares: sums of values and of their squares in the same shape; None where values are exact.
        by_fold: records (weighted where they are) of each fold without strata, shape (folds, groups + 1, values + 1,
            parts); None where records are not clustered.
        allotted: people of unknown group by their probabilities, shape (groups, strata, values + 1, parts); None where
            nobody has any.
        fold_sums: the sums that go with it, each of the same shape; None where values are exact.
        statistic: what is to be estimated, which says what is needed and where the ends are.
    """

    cells: Cells
    values: np.ndarray
    upper: np.ndarray | None
    n: np.ndarray
    ww: np.ndarray | None
    totals: np.ndarray | None
    squares: np.ndarray | None
    by_fold: np.ndarray | None
    fold_sums: tuple[np.ndarray, np.ndarray] | None
    statistic: Statistic
    allotted: np.ndarray | None = None

    @classmethod
    def of(cls, tally: Tally, attributes: Sequence[str], statistic: Statistic) -> Distributions:
        """Take one grouping out of a tally."""
        cells = Cells.of(tally, attributes, statistic)
        about, rows = tally.about, tally.rows_of(attributes)
        read = rows_as_values(tally, rows)
        derived = read.value if statistic.derive is None else statistic.derive(read, statistic.given)
        # A wait that ended before it began is a value of its own, which scenarios move.
        values = np.unique(derived[~np.isnan(derived)])
        if "open" in rows or (about.decimals is not None and statistic.derive is None):
            values = np.union1d(values, [0.0])  # where a wait or an amount of which nothing is known may lie
        values = values if len(values) else np.zeros(1)  # of nobody
        value = np.where(np.isnan(derived), len(values), np.searchsorted(values, derived))
        name = next((name for name in PARTS if name in rows), None)
        levels = PARTS[name] if name else ("",)
        part = np.zeros(len(rows), int) if name is None else pd.Index(levels).get_indexer(rows[name])
        labels = pd.Series([", ".join(map(str, each)) for each in zip(*(rows[s] for s in about.strata), strict=True)])
        stratum = pd.Index(cells.strata).get_indexer(labels) if about.strata else np.zeros(len(rows), int)
        group = groups_of(rows, about, attributes)
        fold = rows["fold"].to_numpy(int) if cells.clustered else np.zeros(len(rows), int)
        shape = (len(cells.groups) + 1, len(cells.strata), len(values) + 1, len(levels))

        def dense(sums: np.ndarray, *, folds: bool = False) -> np.ndarray:
            place = (fold, group, value, part) if folds else (group, stratum, value, part)
            array = np.zeros((about.folds, shape[0], *shape[2:]) if folds else shape)
            np.add.at(array, tuple(axis.astype(int) for axis in place), sums)
            return array

        sums = None
        if "wx" in rows and statistic.derive is None:
            unit = 10.0 ** (about.decimals or 0)
            # Weights that are all the same are none, and the sums of values hold them.
            each = rows["w"].sum() / rows["n"].sum() if about.weighted and cells.w is None else 1.0
            sums = rows["wx"].to_numpy(float) / unit / each, rows["wxx"].to_numpy(float) / unit**2 / each
        counted = rows["w" if cells.w is not None else "n"].to_numpy(float)
        return cls(
            cells=cells,
            values=values,
            upper=None if sums is None else _upper_edges(values, np.array(about.edges) / unit, value, counted, sums[0]),
            n=dense(counted),
            ww=None if cells.w is None else dense(rows["ww"].to_numpy(float)),
            totals=None if sums is None else dense(sums[0]),
            squares=None if sums is None else dense(sums[1]),
            by_fold=dense(counted, folds=True) if cells.clustered else None,
            fold_sums=tuple(dense(each, folds=True) for each in sums) if sums and cells.clustered else None,
            statistic=statistic,
            allotted=_allotted(tally, attributes, cells, shape, (stratum, value, part)),
        )

    def recorded(self, arms: np.ndarray) -> Distribution:
        """Give every arm's distribution as recorded, in effective records; arms of shape (arms, groups)."""
        return self._of(arms, *self._settled(self.n, self.totals, self.squares))

    def spread(self, arms: np.ndarray) -> Distribution:
        """Give it with the unknown shared out as if missing at random, given stratum, value and part."""
        known_parts = not (self.n.shape[-1] == 3 and "outcome" in self.statistic.needs)
        full = spread(self.n, (True, not known_parts))
        return self._of(arms, *self._settled(full, *self._scaled(full)))

    def proxied(self, arms: np.ndarray) -> Distribution:
        """Give it with people of unknown group allotted by their probabilities."""
        full = self.n.copy()
        full[:-1] += self.allotted
        full[-1] = np.maximum(full[-1] - self.allotted.sum(axis=0), 0.0)
        return self._of(arms, *self._settled(full, *self._scaled(full)))

    def moved(self, arms: np.ndarray, *, before: bool = False, still_open: bool = False) -> Distribution:
        """Give it with waits taken otherwise.

        Args:
            arms: shape (arms, groups).
            before: waits that ended before they began never end.
            still_open: whatever is open never ends.
        """
        n = self.n.copy()
        if before and len(self.values) and self.values[0] == BEFORE:
            n[..., -2, 1] += n[..., 0, :].sum(axis=-1)
            n[..., 0, :] = 0
        if still_open:
            n[..., -2, 1] += n[..., :-2, 1].sum(axis=-1)
            n[..., :-2, 1] = 0
        return self._of(arms, *self._settled(n, self.totals, self.squares))

    def worst(self, arms: np.ndarray, *, high: bool, at_most: float = 0.0) -> Distribution | None:
        """Give it with everybody of whom something is unknown where they make the value lowest, or highest.

        Args:
            arms: shape (arms, groups).
            high: whether highest.
            at_most: the share of values that may be unknown before one that could be anything leaves no bound.

        Returns:
            None where there is no such place; an arm is empty where nothing bounds its value.
        """
        if self.statistic.ends is None:
            return None
        n, totals, squares = (None if each is None else each.copy() for each in (self.n, self.totals, self.squares))
        known = n[:-1, :, :-1, :2] if "outcome" in self.statistic.needs else n[:-1, :, :-1]
        missing = n[:-1].sum(axis=(1, 2, 3)) - known.sum(axis=(1, 2, 3))
        found = self._of(arms, *self._settled(n, totals, squares), scale=False)
        # Whoever is of unknown group may be of each arm; whoever lacks a value or an outcome is of an own group.
        extra = arms @ missing + n[-1].sum()
        boundless = self._boundless(arms, extra, found.n.sum(axis=(1, 2)), at_most)
        for value, part, people in self._at_the_ends(found.n, extra, high):
            at = self._largest() if value == -1 else found.values[value]
            found.n[:, value, part] += people
            if found.totals is not None:
                found.totals[:, value, part] += people * at
                found.squares[:, value, part] += people * at**2
        found.n[boundless] = 0
        return self._in_effect(found, arms)

    def _boundless(self, arms: np.ndarray, extra: np.ndarray, known: np.ndarray, at_most: float) -> np.ndarray:
        """Say of which arms the unknown could make the value anything; shape (arms,).

        A mean moves as far as one amount is large. A quantile moves past all that was seen where the unknown are as
        many as are beyond it.
        """
        if self.statistic.unbounded:
            without = self.n[:, :, -1].sum(axis=(1, 2))
            missing = arms @ without[:-1] + without[-1]
            return missing > at_most * (known + missing)
        if self.statistic.scale == "money":
            q = self.statistic.given.get("quantile", 0.5)
            return extra >= min(q, 1 - q) * (known + extra)
        return np.zeros(len(arms), bool)

    def without_each_fold(self, arms: np.ndarray) -> Iterator[Distribution]:
        """Leave out one fold at a time of those that hold anybody."""
        everything = self.by_fold.sum(axis=0)
        sums = [None, None] if self.fold_sums is None else [each.sum(axis=0) for each in self.fold_sums]
        for fold in np.flatnonzero(self.by_fold.sum(axis=(1, 2, 3)) > 0):
            left = [None if s is None else (s - self.fold_sums[k][fold])[:, None] for k, s in enumerate(sums)]
            yield self._of(arms, *self._settled((everything - self.by_fold[fold])[:, None], *left), scale=False)

    def folds_of(self, arms: np.ndarray) -> np.ndarray:
        """In how many folds each arm has anybody, or either outcome where they are ranked; shape (arms,)."""
        known = self.by_fold[:, :-1, :-1, : self._known_parts].sum(axis=2)
        known = known if self.ranks else known.sum(axis=2, keepdims=True)
        return (np.einsum("ag,fgp->fap", arms, known) > 0).sum(axis=0).min(axis=-1)

    @property
    def ranks(self) -> bool:
        """Say whether records with the outcome are ranked against those without, either part for itself."""
        ends = self.statistic.ends
        return "outcome" in self.statistic.needs and ends is not None and ends[0][1] == ends[1][1]

    # --- inside ---

    def _settled(self, n: np.ndarray, totals: np.ndarray | None, squares: np.ndarray | None) -> list:
        """Leave out whoever is unknown, and add up the strata: shape (groups, values, parts)."""
        parts = self._known_parts
        return [None if each is None else each[:-1, :, :-1, :parts].sum(axis=1) for each in (n, totals, squares)]

    def _at_the_ends(self, n: np.ndarray, extra: np.ndarray, high: bool) -> list[tuple[int, int, np.ndarray]]:
        """Say where the unknown go, of whom there are `extra` an arm: (value, part, how many)."""
        value, part = self.statistic.ends[int(high)]
        if not self.ranks:
            return [(value, part, extra)]
        # Ranked below all others with the outcome, or above all without it: the product of both numbers is what counts.
        sizes = n.sum(axis=1)
        own = np.clip((sizes[:, 1 - part] + extra - sizes[:, part]) / 2, 0, extra)
        if self.statistic.pairwise:
            return [(value, part, extra), (-1 - value, 1 - part, extra)]
        return [(value, part, own), (-1 - value, 1 - part, extra - own)]

    def _largest(self) -> float:
        """Give the largest value that there can be: of the last bin by the sums of its values (Samuelson 1968)."""
        if self.totals is None:
            return float(self.values[-1])
        n, total, squares = (each[..., len(self.values) - 1, :].sum() for each in (self.n, self.totals, self.squares))
        worth = n if self.ww is None else design.kish(n, self.ww[..., len(self.values) - 1, :].sum())
        mean = total / n
        return float(max(self.values[-1], mean + np.sqrt(max(squares / n - mean**2, 0) * max(worth - 1, 0))))

    def _scaled(self, n: np.ndarray) -> tuple[np.ndarray | None, np.ndarray | None]:
        """Give sums for other counts: who was added has the mean of the others of its bin."""
        if self.totals is None:
            return None, None
        bins = self.n.sum(axis=(0, 1, 3), keepdims=True)
        return tuple(
            n * np.divide(each.sum(axis=(0, 1, 3), keepdims=True), bins, out=np.zeros(bins.shape), where=bins > 0)
            for each in (self.totals, self.squares)
        )

    def _of(self, arms: np.ndarray, n, totals, squares, *, scale: bool = True) -> Distribution:
        made = [None if each is None else np.einsum("ag,gvp->avp", arms, each) for each in (n, totals, squares)]
        values = np.maximum(self.values, 0) if "open" in self._parts else self.values
        found = Distribution(values, made[0], made[1], made[2], self.upper)
        found = self._at_once(found) if "open" in self._parts else found
        return self._in_effect(found, arms) if scale else found

    @property
    def _known_parts(self) -> int:
        return 2 if "outcome" in self.statistic.needs else self.n.shape[-1]

    @property
    def _parts(self) -> str:
        return "open" if self.n.shape[-1] == 2 else ""

    def _at_once(self, found: Distribution) -> Distribution:
        """Count waits that ended before they began as ended at once."""
        if self.values[0] != BEFORE:
            return found
        n = found.n[:, 1:].copy()
        n[:, 0] += found.n[:, 0]
        return Distribution(found.values[1:], n)

    def _in_effect(self, found: Distribution, arms: np.ndarray) -> Distribution:
        """Let weighted records count for as many as they are worth."""
        if self.ww is None:
            return found
        share = self._share(arms)[:, None, :]
        sums = [None if each is None else each * share for each in (found.totals, found.squares)]
        return Distribution(found.values, found.n * share, *sums, found.upper)

    def _share(self, arms: np.ndarray) -> np.ndarray:
        """Give how many records a unit of weight is worth: Kish's number, or fewer; shape (arms, parts or 1).

        It is fewer where the largest weights lie furthest from the mean: the linearised variance of the mean says how
        many. Where outcomes are ranked it is taken of either part, since few of large weight would hide among many.
        """
        w, ww, totals = (
            None if each is None else np.einsum("ag,gvp->avp", arms, each)
            for each in self._settled(self.n, self.ww, self.totals)
        )
        at = np.broadcast_to(self.values[:, None], w.shape)
        x = at if totals is None else np.divide(totals, w, out=np.array(at, float), where=w > 0)
        axes = (1,) if self.ranks else (1, 2)
        whole, squared = (each.sum(axis=axes, keepdims=True) for each in (w, ww))
        with np.errstate(all="ignore"):
            apart = (x - (w * x).sum(axis=axes, keepdims=True) / whole) ** 2
            worth = (w * apart).sum(axis=axes, keepdims=True) * whole / (ww * apart).sum(axis=axes, keepdims=True)
        worth = np.fmin(design.kish(whole, squared), worth)
        share = np.divide(worth, whole, out=np.zeros(whole.shape), where=whole > 0)
        return share.reshape(len(arms), -1)
