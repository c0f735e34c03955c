"""Which crossings of groups stand out: each one up to a depth against everybody else, overlaps merged.

All tables are dense arrays with an axis an attribute, so that a crossing's counts, those of what it is a part of, and
those of everybody else are sums along axes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from fairaudit.stats.design import effective_n
from fairaudit.stats.score import critical_z

Array = NDArray[np.float64]
Attributes = tuple[int, ...]
Place = tuple[int, int]

RECORDS, EVENTS, OTHERS = 0, 1, 2
ALIKE = 0.8
"""Two crossings are nearly the same people where so much of either's people are both's (Jaccard 1901)."""
ROUNDING = 1e-6


@dataclass(frozen=True)
class Crossing:
    """A crossing that stands out.

    Attributes:
        places: attribute and level of each of its groups, as their places.
        people: its records.
        rate: its rate, 0 to 1.
        rest: the rate of everybody else.
        excess: records x (rate - rest): how many fewer would have had the event at everybody else's rate; below 0
            where it has it less often.
        p: adjusted for all crossings that were looked at.
        also: crossings of nearly the same people that stand out too.
    """

    places: tuple[Place, ...]
    people: float
    rate: float
    rest: float
    excess: float
    p: float
    also: tuple[tuple[Place, ...], ...] = ()


@dataclass(frozen=True)
class Scanned:
    """What a scan found: how many crossings were looked at, how many stand out, and which of these say it all.

    Where none of them can be told from chance by itself, none is said to stand out.
    """

    tested: int
    standing_out: int
    crossings: tuple[Crossing, ...]


def scan(
    tables: Mapping[Attributes, Array],
    smallest: int,
    alpha: float,
    worse: str | None = "high",
    effect: float = 1.0,
) -> Scanned:
    """Look at every crossing of up to as many attributes as the tables cross, each against everybody else.

    Of each crossing with at least `smallest` records on both sides the rate is compared with everybody else's by
    Fisher's exact test (1935), one-sided, or doubled where neither side is worse. Over all of them the false discovery
    rate is held at alpha whatever their dependence (Benjamini & Yekutieli 2001, Ann. Stat. 29: 1165-1188). A crossing
    that stands out is then left out where broader or narrower ones say the same:

    - It is part of a broader one that stands out, and no worse than the broader one's other people are.
    - It holds narrower ones, and without them its people no longer stand out.
    - It is nearly the same people as one with a larger excess, which names it.

    Where one large gap makes hundreds of crossings stand out, one in twenty of them may be there by chance, and would
    be left as a row of its own beside the one that says the rest. So each of the r crossings that are left must have
    p <= alpha r / (m (1 + 1/2 + ... + 1/m)), which holds their own false discovery rate at alpha, however they were
    chosen (Blanchard & Roquain 2008, Electron. J. Stat. 2: 963-992, their condition of self-consistency).

    Args:
        tables: for each set of so many attributes, ascending, counts of shape (levels + 1, ..., 3): the last level is
            the unknown group; then records, those with the event, those without. Of weighted records the last axis
            has 5: records, sums of weights with the event and without, sums of squared weights likewise.
        smallest: the fewest records that a crossing, and the rest, may have; at least 1.
        alpha: the share of false discoveries to expect at most, 0 to 0.5.
        worse: "high", "low", or None where neither side of the rate is worse.
        effect: the design effect by which records are divided, at least 1.

    Returns:
        The crossings, largest excess first. Who is of unknown group is in no crossing of that attribute, and not in
        what it is compared with.
    """
    high, low = (_Side(tables, smallest, effect, sign) for sign in (1, -1))
    sides = {"high": [high], "low": [low], None: [high, low]}[worse]
    for side in sides:
        side.test(alpha)
    p = np.minimum(len(sides) * np.min([side.p for side in sides], axis=0), 1)
    from scipy.stats import false_discovery_control  # heavy: loaded where a scan runs

    adjusted = false_discovery_control(p, method="by") if len(p) else p
    found: list[Crossing] = []
    for side in sides:
        leads = (side.p <= np.min([other.p for other in sides], axis=0)) & (adjusted <= alpha)
        found += side.merged(leads, p, alpha)
    found.sort(key=lambda crossing: (-abs(crossing.excess), crossing.places))
    sure = _sure(found, len(p), alpha)
    return Scanned(len(p), int((adjusted <= alpha).sum()) if sure else 0, sure)


def _sure(found: list[Crossing], tested: int, alpha: float) -> tuple[Crossing, ...]:
    """Keep crossings whose own false discovery rate is at most alpha, however they were chosen; adjust their p."""
    factor = tested * float((1 / np.arange(1, tested + 1)).sum())
    while len(sure := [crossing for crossing in found if crossing.p * factor <= alpha * len(found)]) < len(found):
        found = sure
    return tuple(replace(crossing, p=crossing.p * factor / len(found)) for crossing in found)


class _Side:
    """One side of the rate: crossings that have the event more often than everybody else, or less often.

    Attributes:
        cells: counts of every set of attributes up to the depth; turned so that the event is the worse side.
        tested: which cells are looked at.
        p: of every cell that is, set by set.
    """

    def __init__(self, tables: Mapping[Attributes, Array], smallest: int, effect: float, sign: int):
        self.effect, self.sign = effect, sign
        self.tables = {names: _turned(table, sign) for names, table in tables.items()}
        self.depth = max(map(len, tables), default=0)
        self.cells = {names: self._within(names, self._holder(names)) for names in self._sets()}
        self.tested = {names: self._large(names, smallest) for names in self.cells}
        self.p = np.ones(0)

    def _sets(self) -> list[Attributes]:
        """List every set of attributes up to the depth, the smallest first."""
        found = {part for names in self.tables for k in range(1, len(names) + 1) for part in combinations(names, k)}
        return sorted(found, key=lambda names: (len(names), names))

    def _holder(self, names: Attributes) -> Attributes:
        return next(table for table in self.tables if set(names) <= set(table))

    def _within(self, names: Attributes, table: Attributes) -> Array:
        """Add up a table over all its other attributes, those of unknown group too."""
        return self.tables[table].sum(axis=_others(names, table))

    def _large(self, names: Attributes, smallest: int) -> NDArray[np.bool_]:
        cells = self.cells[names][..., RECORDS]
        found = np.zeros(cells.shape, bool)
        known = _known(names)
        found[known] = (cells[known] >= smallest) & (cells[known].sum() - cells[known] >= smallest)
        return found

    def test(self, alpha: float) -> None:
        """Test every crossing against everybody else."""
        found = []
        for names, tested in self.tested.items():
            cells = self.cells[names]
            everybody = cells[_known(names)].sum(axis=tuple(range(len(names))))
            found.append(self._tail(cells[tested], everybody - cells[tested], alpha))
        self.p = np.concatenate(found) if found else np.ones(0)

    def _tail(self, one: Array, other: Array, alpha: float) -> Array:
        """Give the probability of so many events among `one` or more, given those of both; 1 where above alpha.

        Only what the score test already finds is worked out exactly. Counts that are worth fewer than they are, are
        rounded so that both sides look more alike.
        """
        (rate, n), (rest, m) = _rate(one, self.effect), _rate(other, self.effect)
        p = np.ones(rate.shape)
        with np.errstate(invalid="ignore", divide="ignore"):
            pooled = (rate * n + rest * m) / (n + m)
            z = (rate - rest) / np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
        likely = z > critical_z(alpha)
        n, m = np.floor(n[likely] + ROUNDING), np.floor(m[likely] + ROUNDING)
        events = np.floor(rate[likely] * n + ROUNDING)
        all_events = events + np.ceil(rest[likely] * m - ROUNDING)
        from scipy.stats import hypergeom

        p[likely] = hypergeom.sf(events - 1, n + m, all_events, n)
        return np.nan_to_num(p, nan=1.0)

    # --- what says it all ---

    def merged(self, leads: NDArray[np.bool_], p: Array, alpha: float) -> list[Crossing]:
        """Leave out what broader, narrower or nearly equal crossings say.

        Args:
            leads: which of the crossings that were tested stand out on this side.
            p: of all that were tested, doubled where both sides are looked at; the crossings found have it as it is.
            alpha: as for the scan.
        """
        if not leads.any():
            return []
        kept, levels = self._per_set(leads, False), self._per_set(p, 1.0)
        limit = self.p[leads].max()
        kept = self._that_add(kept, alpha)
        for names in reversed(list(kept)):
            kept[names] &= ~self._explained(names, kept, limit, alpha)
        found = [
            self._crossing(names, place, float(levels[names][place]))
            for names, here in kept.items()
            for place in map(tuple, np.argwhere(here).tolist())
        ]
        return self._apart(sorted(found, key=lambda crossing: (-abs(crossing.excess), crossing.places)))

    def _per_set(self, values: NDArray, otherwise: float | bool) -> dict[Attributes, NDArray]:
        found, start = {}, 0
        for names, tested in self.tested.items():
            found[names] = np.full(tested.shape, otherwise)
            found[names][tested] = values[start : start + tested.sum()]
            start += tested.sum()
        return found

    def _that_add(self, kept: Mapping[Attributes, NDArray], alpha: float) -> dict[Attributes, NDArray]:
        """Keep what is worse than the other people of each broader crossing that stands out, or is part of none.

        These are many comparisons again, and held together as the first were.
        """
        p = {names: np.zeros(here.shape) for names, here in kept.items()}
        inside = {names: np.zeros(here.shape, bool) for names, here in kept.items()}
        for names, here in kept.items():
            for part in (part for k in range(1, len(names)) for part in combinations(names, k)):
                axes = _others(part, names)
                both = here & np.expand_dims(kept[part], axes)
                whole = np.broadcast_to(self.cells[names].sum(axis=axes, keepdims=True), self.cells[names].shape)
                cells = self.cells[names][both]
                p[names][both] = np.maximum(p[names][both], self._tail(cells, whole[both] - cells, alpha))
                inside[names] |= both
        looked_at = np.concatenate([p[names][inside[names]] for names in kept])
        from scipy.stats import false_discovery_control

        adds = false_discovery_control(looked_at, method="by") <= alpha if len(looked_at) else looked_at
        left, start = {}, 0
        for names, here in kept.items():
            size = int(inside[names].sum())
            left[names] = here.copy()
            left[names][inside[names]] = adds[start : start + size]
            start += size
        return left

    def _explained(self, names: Attributes, kept: Mapping[Attributes, NDArray], limit: float, alpha: float) -> NDArray:
        """Say which crossings of a set no longer stand out without the narrower ones, of any one set, that are kept."""
        explained = np.zeros(kept[names].shape, bool)
        for wider in (each for each in kept if len(each) > len(names) and set(names) < set(each)):
            axes, cells = _others(names, wider), self.cells[wider]
            narrower = (cells * kept[wider][..., None]).sum(axis=axes)
            here = kept[names] & kept[wider].any(axis=axes)
            whole = cells.sum(axis=axes)
            everybody = whole[_known(names)].sum(axis=tuple(range(len(names))))
            left = self._tail(whole[here] - narrower[here], everybody - whole[here], alpha)
            explained[here] |= left > limit
        return explained

    def _crossing(self, names: Attributes, place: tuple[int, ...], p: float) -> Crossing:
        cells = self.cells[names]
        everybody = cells[_known(names)].sum(axis=tuple(range(len(names))))
        (rate, _), (rest, _) = _rate(cells[place], 1.0), _rate(everybody - cells[place], 1.0)
        people = float(cells[place][RECORDS])
        excess = self.sign * people * float(rate - rest)
        shares = (float(rate), float(rest)) if self.sign > 0 else (1 - float(rate), 1 - float(rest))
        return Crossing(tuple(zip(names, place, strict=True)), people, *shares, excess, p)

    def _apart(self, found: list[Crossing]) -> list[Crossing]:
        """Name crossings of nearly the same people with the first of them."""
        firsts: list[tuple[Crossing, list[tuple[Place, ...]]]] = []
        for crossing in found:
            alike = (also for first, also in firsts if self._overlap(first.places, crossing.places) >= ALIKE)
            if (also := next(alike, None)) is not None:
                also.append(crossing.places)
            else:
                firsts.append((crossing, []))
        return [Crossing(**{**vars(crossing), "also": tuple(also)}) for crossing, also in firsts]

    def _overlap(self, one: tuple[Place, ...], other: tuple[Place, ...]) -> float:
        """Give the part of two crossings' people who are in both (Jaccard 1901), 0 to 1.

        Where no table crosses all their attributes it is that of what differs between them, among the people of what
        they share, as far as a table tells; the least of these. Where that is not told either, it is 0.
        """
        levels = dict(one)
        if any(levels.get(attribute, level) != level for attribute, level in other):
            return 0.0
        shared = sorted(set(one) & set(other))
        first, second = (tuple(place for place in each if place not in shared) for each in (one, other))
        room = self.depth - len(first) - len(second)
        if room < 0:
            return 0.0
        among = combinations(shared, min(room, len(shared)))
        return min(self._jaccard(first, second, among_these) for among_these in among)

    def _jaccard(self, first: tuple[Place, ...], second: tuple[Place, ...], among: tuple[Place, ...]) -> float:
        names = tuple(sorted(attribute for attribute, _ in (*first, *second, *among)))
        table = self._within(names, self._holder(names))[..., RECORDS]

        def people(*places: Place) -> float:
            levels = dict(places)
            return float(table[tuple(levels.get(name, slice(None)) for name in names)].sum())

        both = people(*first, *second, *among)
        either = people(*first, *among) + people(*second, *among) - both
        return both / either if either else 0.0


def _turned(table: Array, sign: int) -> Array:
    """Put those without the event in the place of those with it, where having it less often is worse."""
    return table if sign > 0 else table[..., [RECORDS, OTHERS, EVENTS, 4, 3][: table.shape[-1]]]


def _others(names: Attributes, table: Attributes) -> tuple[int, ...]:
    """Give the axes of a table that are not of these attributes."""
    return tuple(axis for axis, name in enumerate(table) if name not in names)


def _known(names: Attributes) -> tuple[slice, ...]:
    """Leave out the unknown group of every attribute."""
    return (slice(-1),) * len(names)


def _rate(cells: Array, effect: float) -> tuple[Array, Array]:
    """Give rates, and how many records they are worth."""
    events, others = cells[..., EVENTS], cells[..., OTHERS]
    total = events + others
    rate = np.divide(events, total, out=np.full(total.shape, np.nan), where=total > 0)
    worth = effective_n(*np.moveaxis(cells, -1, 0)) if cells.shape[-1] > OTHERS + 1 else cells[..., RECORDS]
    return rate, worth / effect
