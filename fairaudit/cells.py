"""One grouping of a tally as arrays, and what its unknowns could change.

Every measure of decisions is a sum of cells over a sum of cells, so that rates, their worst cases and their
leave-one-fold-out
values are all the same multiplication, with other tables of ones and zeros.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from fairaudit.errors import DataError
from fairaudit.measures import Measure, Rows, Statistic
from fairaudit.measures.views import View, at_cut_off, known
from fairaudit.plan import UNKNOWN
from fairaudit.tally import CODES, About, Tally, level_names

PLACE = {code: place for place, code in enumerate(CODES)}
EQUAL = 1e-9  # weights nearer to each other are the same but for rounding
NAMED = {"groups": "people's groups"}


@dataclass(frozen=True)
class Cells:
    """Counts of one grouping.

    Attributes:
        groups: names of the known groups, in order.
        strata: names of the strata, in order.
        n: records, shape (folds, groups + 1, strata, 3, 3): the last group is the unknown one; then decision, then
            outcome.
        maybe: records that may or may not be there (counts received hidden), same shape; None where there are none.
        w: sums of weights, same shape; None where records are not weighted.
        ww: sums of squared weights, likewise.
        clustered: whether the folds are cuts of clusters, or a single one stands for all records.
        moe2: sums of squared margins of error of the weights, same shape; None where there are none.
        census: whether everything there is was counted, so that nothing but `moe2` is uncertain.
    """

    groups: tuple[str, ...]
    strata: tuple[str, ...]
    n: np.ndarray
    maybe: np.ndarray | None
    w: np.ndarray | None
    ww: np.ndarray | None
    clustered: bool
    moe2: np.ndarray | None = None
    census: bool = False

    @classmethod
    def of(
        cls, tally: Tally, attributes: Sequence[str], measure: Measure | Statistic | None = None, **how: Any
    ) -> Cells:
        """Take one grouping out of a tally.

        Args:
            tally: the counts.
            attributes: the attributes to cross.
            measure: whose view of the values is taken, where the tally counts no decisions.
            how: what the view is told beside what the plan says.
        """
        about, rows = tally.about, tally.rows_of(attributes)
        groups = tuple(level_names(about, attributes))
        strata, stratum = strata_of(rows, about.strata)
        fold = rows["fold"].to_numpy(int) if about.folds is not None else np.zeros(len(rows), int)
        group = groups_of(rows, about, attributes)
        codes = sides_of(tally, rows, measure, how)
        shape = (about.folds or 1, len(groups) + 1, len(strata), 3, 3)

        def dense(name: str) -> np.ndarray:
            array, sums = np.zeros(shape), rows[name].to_numpy(float)
            for decision, outcome, part in codes:
                np.add.at(array, (fold, group, stratum, decision, outcome), sums * part)
            return array

        n = dense("n")
        maybe = dense("n_high") - n if "n_high" in rows else None
        if about.weighted and maybe is not None:
            raise DataError.one(about.title or "tally", "hides counts of weighted records", "Ask for counts in full.")
        weighted = about.weighted and (about.census or not _alike(rows))
        w, ww = (dense(name) if weighted else None for name in ("w", "ww"))
        moe2 = dense("moe2") if "moe2" in rows else None
        return cls(groups, strata, n, maybe, w, ww, about.folds is not None, moe2, about.census)

    @property
    def people(self) -> np.ndarray:
        """Records of each known group, then of the unknown one, of hidden counts the least; shape (groups + 1,).

        Where all areas are counted, the people who live there.
        """
        return np.rint(self.amounts.sum(axis=(0, 2, 3, 4))) if self.census else self.n.sum(axis=(0, 2, 3, 4))

    @property
    def people_at_most(self) -> np.ndarray:
        """Records of each group, of hidden counts the most; shape (groups + 1,)."""
        return self.people if self.maybe is None else self.people + self.maybe.sum(axis=(0, 2, 3, 4))

    @property
    def folds(self) -> int:
        """How many folds hold any record."""
        return int((self.n.sum(axis=(1, 2, 3, 4)) > 0).sum())

    @property
    def amounts(self) -> np.ndarray:
        """What rates are made of: sums of weights where records are weighted, else counts."""
        return self.n if self.w is None else self.w


def sides_of(
    tally: Tally, rows: pd.DataFrame, measure: Measure | Statistic | None, how: Mapping[str, Any]
) -> list[tuple]:
    """Read every row as a decision and an outcome: places on both axes, and how much of the row is read so."""
    outcome = _codes(rows["outcome"], CODES) if tally.about.has_outcome else np.full(len(rows), PLACE[UNKNOWN])
    if "counted" in rows:
        return [(np.full(len(rows), PLACE["1"]), outcome, 1.0)]
    if "decision" in rows:
        return [(_codes(rows["decision"], CODES), outcome, 1.0)]
    view = known if measure is None else view_of(measure)
    selected, looked_at = view(rows_as_values(tally, rows), {} if measure is None else {**measure.given, **how})
    if looked_at is not None:
        outcome = np.select([np.isnan(looked_at), looked_at > 0], [PLACE[UNKNOWN], PLACE["1"]], PLACE["0"])
    part, unknown = np.nan_to_num(selected), np.isnan(selected)
    codes = [(np.where(unknown, PLACE[UNKNOWN], PLACE["1"]), outcome, np.where(unknown, 1.0, part))]
    # Who is tied for the last places is in by a part only.
    return [*codes, (np.full(len(rows), PLACE["0"]), outcome, np.where(unknown, 0.0, 1 - part))]


def counted_rows(tally: Tally, rows: pd.DataFrame, measure: Measure) -> tuple[np.ndarray, np.ndarray]:
    """Say how much of each row of a table is in a measure's numerator, and how much in its denominator.

    Args:
        tally: the counts.
        rows: all rows of one of its tables.
        measure: what is measured.

    Returns:
        Two arrays of 0 to 1, an entry a row; what is unknown and would have to be known is in neither.
    """
    numerator, denominator = measure.membership()
    codes = sides_of(tally, rows, measure, {})
    parts = [
        sum(part * counted[decision, outcome] for decision, outcome, part in codes)
        for counted in (numerator, denominator)
    ]
    return parts[0], parts[1]


def is_weighted(tally: Tally) -> bool:
    """Say whether records are weighted, and not all alike."""
    about = tally.about
    return about.weighted and (about.census or not _alike(tally.rows_of(about.tables[next(iter(about.tables))])))


def view_of(measure: Measure | Statistic) -> View:
    """Give how values read as yes or no for a measure; measures of decisions are taken at a cut-off."""
    return measure.view or (at_cut_off if "decision" in measure.needs else known)


def rows_as_values(tally: Tally, rows: pd.DataFrame) -> Rows:
    """Give the rows of a table as numbers, amounts in their own unit."""
    about = tally.about
    value = pd.to_numeric(rows["value"].replace(UNKNOWN, None), errors="coerce").to_numpy(float)
    amount = rows["w" if about.weighted else "n"].to_numpy(float)
    waits = {}
    if "open" in rows:
        followed = pd.to_numeric(rows["followed"].replace(UNKNOWN, None), errors="coerce").to_numpy(float)
        waits = {"open": (rows["open"] == "1").to_numpy(float), "followed": followed}
    columns = {name: rows[name].to_numpy() for name in about.strata}
    return Rows(value / 10 ** (about.decimals or 0), amount, **waits, columns=columns)


def _alike(rows: pd.DataFrame) -> bool:
    """Say whether every record weighs the same, which is no weight: small groups are then tested exactly."""
    n, w, ww = (rows[name].to_numpy(float) for name in ("n", "w", "ww"))
    each = w.sum() / n.sum() if n.sum() else 0.0
    return bool(each > 0 and np.allclose(w, each * n, rtol=EQUAL) and np.allclose(ww, each * each * n, rtol=EQUAL))


def _codes(values: pd.Series, levels: Sequence[str]) -> np.ndarray:
    """Give each value's place among the levels, all of which it is one of."""
    places = {level: place for place, level in enumerate(levels)}
    return np.fromiter(map(places.__getitem__, values.tolist()), int, len(values))


def groups_of(rows: pd.DataFrame, about: About, attributes: Sequence[str]) -> np.ndarray:
    """Give each row's group by its place, in the order of `level_names`; the unknown group comes last."""
    group, unknown = np.zeros(len(rows), int), np.zeros(len(rows), bool)
    for name in attributes:
        levels = about.attributes[name]
        code = _codes(rows[name], (*levels, UNKNOWN))
        unknown |= code == len(levels)
        group = group * len(levels) + code
    last = math.prod(len(about.attributes[name]) for name in attributes)
    return np.where(unknown, last, group)


def strata_of(rows: pd.DataFrame, names: Sequence[str]) -> tuple[tuple[str, ...], np.ndarray]:
    """Give the names of the strata, and each row's by its place."""
    if not names or rows.empty:
        return ("",), np.zeros(len(rows), int)
    coded = [pd.factorize(rows[name], use_na_sentinel=False) for name in names]
    shape = tuple(len(values) for _, values in coded)
    # A name is written once a stratum, and not once a row
    found, each = np.unique(np.ravel_multi_index(tuple(codes for codes, _ in coded), shape), return_inverse=True)
    parts = zip(*np.unravel_index(found, shape), strict=True)
    labels = [", ".join(str(values[at]) for (_, values), at in zip(coded, part, strict=True)) for part in parts]
    strata = tuple(sorted(set(labels)))
    place = {label: at for at, label in enumerate(strata)}
    return strata, np.array([place[label] for label in labels])[each]


class Corner(NamedTuple):
    """Which cells count in the numerator and in the denominator; each table has shape (3, 3), decision by outcome.

    The tables for `maybe` are for records that may belong to a group or not: those of unknown group, and hidden counts.
    """

    numerator: np.ndarray
    denominator: np.ndarray
    maybe_numerator: np.ndarray
    maybe_denominator: np.ndarray


def recorded(measure: Measure) -> Corner:
    """Count what is known; who is not known is in no group."""
    numerator, denominator = measure.membership()
    nobody = np.zeros((3, 3), bool)
    return Corner(numerator, denominator, nobody, nobody)


def lowest(measure: Measure) -> Corner:
    """Put every unknown where it makes a group's rate as low as can be (Manski bounds)."""
    return _corner(measure, order=((0, 1), (0, 0), (1, 1)))


def highest(measure: Measure) -> Corner:
    """Put every unknown where it makes a group's rate as high as can be."""
    return _corner(measure, order=((1, 1), (0, 0), (0, 1)))


def _corner(measure: Measure, order: Sequence[tuple[int, int]]) -> Corner:
    """Of the ways in which each cell's unknowns may turn out, take the first in `order`."""
    tables = np.zeros((4, 3, 3), bool)
    for decision in range(3):
        for outcome in range(3):
            ways = _ways(measure, decision, outcome)
            tables[0:2, decision, outcome] = next(way for way in order if way in ways)
            tables[2:4, decision, outcome] = next(way for way in order if way in ways | {(0, 0)})
    return Corner(*tables)


def _ways(measure: Measure, decision: int, outcome: int) -> set[tuple[int, int]]:
    """How a record of a cell could count, once what is unknown of it is known: (in numerator, in denominator)."""
    numerator, denominator = measure.membership()
    unknown = PLACE[UNKNOWN]
    decisions = (0, 1) if decision == unknown else (decision,)
    outcomes = (0, 1) if outcome == unknown else (outcome,)
    if outcome == unknown and not _needs_outcome(measure):
        outcomes = (unknown,)
    if decision == unknown and not _needs_decision(measure):
        decisions = (unknown,)
    return {(int(numerator[d, o]), int(denominator[d, o])) for d in decisions for o in outcomes}


def _may_count(measure: Measure) -> np.ndarray:
    """Say which cells hold records that are in the denominator, or may turn out to be; shape (3, 3)."""
    return np.array([[any(way[1] for way in _ways(measure, d, o)) for o in range(3)] for d in range(3)])


def _needs_outcome(measure: Measure) -> bool:
    return "outcome" in measure.needs


def _needs_decision(measure: Measure) -> bool:
    return "decision" in measure.needs


def counts(
    cells: np.ndarray, maybe: np.ndarray | None, arms: np.ndarray, corner: Corner, *, unknown_group: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Count numerators and denominators of every arm.

    Args:
        cells: shape (..., groups + 1, strata, 3, 3).
        maybe: hidden counts of the same shape, or None.
        arms: shape (arms, groups): which known groups make up an arm of a comparison.
        corner: which cells count.
        unknown_group: whether people of unknown group may belong to any arm.

    Returns:
        Two arrays of shape (..., arms).
    """
    known = np.einsum("ag,...gdo->...ado", arms, cells[..., :-1, :, :, :].sum(axis=-3))
    extra = np.zeros_like(known)
    if unknown_group:
        extra = extra + cells[..., -1:, :, :, :].sum(axis=-3)
    if maybe is not None:
        extra = extra + np.einsum("ag,...gdo->...ado", arms, maybe[..., :-1, :, :, :].sum(axis=-3))
        if unknown_group:
            extra = extra + maybe[..., -1:, :, :, :].sum(axis=-3)
    numerator = (known * corner.numerator + extra * corner.maybe_numerator).sum(axis=(-2, -1))
    denominator = (known * corner.denominator + extra * corner.maybe_denominator).sum(axis=(-2, -1))
    return numerator, denominator


class Ranges(NamedTuple):
    """What counts received hidden leave open of every arm: the least and the most, each of shape (2, arms)."""

    events: np.ndarray
    n: np.ndarray
    rates: np.ndarray


def ranges(cells: Cells, measure: Measure, arms: np.ndarray) -> Ranges | None:
    """Say between what every arm's counts and rate lie as recorded; None where no count is hidden.

    A rate is lowest where its events are fewest and all others most, whether or not both can be at once.

    Args:
        cells: the counts.
        measure: what is measured.
        arms: shape (arms, groups).
    """
    if cells.maybe is None:
        return None
    numerator, denominator = measure.membership()
    nobody, others = np.zeros((3, 3), bool), denominator & ~numerator
    n, maybe = cells.n.sum(axis=0), cells.maybe.sum(axis=0)

    def of(more_events: np.ndarray, more: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return counts(n, maybe, arms, Corner(numerator, denominator, more_events, more), unknown_group=False)

    (least, fewest), (most, largest) = of(nobody, nobody), of(numerator, denominator)
    low, high = (_ratio(*of(*more)) for more in ((nobody, others), (numerator, numerator)))
    # Where there may be nobody at all, the rate is that of whomever there may be.
    rates = np.stack([np.where(np.isnan(low), high, low), np.where(np.isnan(high), low, high)])
    return Ranges(np.stack([least, most]), np.stack([fewest, largest]), rates)


def spread(cells: np.ndarray, unknown_places: tuple[bool, bool] = (True, True)) -> np.ndarray:
    """Spread unknowns as if they were missing at random, given the stratum and whatever else is known of a record.

    Unknown decisions and outcomes are shared out as they are known in the same group and stratum; people of unknown
    group then as the groups are in the same stratum with the same decision and outcome. Where nobody like them is
    known, the wider table decides; where nobody at all is, they stay unknown.

    Args:
        cells: shape (..., groups + 1, strata, 3, 3); or of other values in place of decisions and outcomes.
        unknown_places: whether the last place of either of these two axes is the unknown one.

    Returns:
        The same shape, the unknown places emptied as far as anything is known.
    """
    full = cells
    for axis, has_unknown in zip((-2, -1), unknown_places, strict=True):
        full = _share_out(full, axis) if has_unknown else full
    known, unknown = full[..., :-1, :, :, :], full[..., -1:, :, :, :]
    same_cell = known.sum(axis=-4, keepdims=True)
    same_stratum = known.sum(axis=(-4, -2, -1), keepdims=True)
    anywhere = known.sum(axis=(-4, -3, -2, -1), keepdims=True)
    share = _first_defined(
        _ratio(known, same_cell),
        _ratio(known.sum(axis=(-2, -1), keepdims=True), same_stratum),
        _ratio(known.sum(axis=(-3, -2, -1), keepdims=True), anywhere),
    )
    spread_out = known + unknown * np.nan_to_num(share)
    left = unknown * np.isnan(share).all(axis=-4, keepdims=True)
    return np.concatenate([spread_out, left], axis=-4)


def _share_out(cells: np.ndarray, axis: int) -> np.ndarray:
    """Share the unknown place of the decision or outcome axis, which is its last, out over the known ones."""
    known, unknown = np.split(cells, [cells.shape[axis] - 1], axis=axis)
    same = _ratio(known, known.sum(axis=axis, keepdims=True))
    group = known.sum(axis=-3, keepdims=True)
    wider = _ratio(group, group.sum(axis=axis, keepdims=True))
    everyone = known.sum(axis=(-4, -3), keepdims=True)
    share = _first_defined(same, wider, _ratio(everyone, everyone.sum(axis=axis, keepdims=True)))
    left = unknown * np.isnan(share).all(axis=axis, keepdims=True)
    return np.concatenate([known + unknown * np.nan_to_num(share), left], axis=axis)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    part, whole = np.broadcast_arrays(part, whole)
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)


def _first_defined(*choices: np.ndarray) -> np.ndarray:
    shape = np.broadcast_shapes(*(choice.shape for choice in choices))
    found = np.full(shape, np.nan)
    for choice in choices:
        found = np.where(np.isnan(found), choice, found)
    return found


class Unknowns(NamedTuple):
    """How much is not known, for one measure and grouping; of counts received hidden, the most there can be.

    Attributes:
        people: records of unknown group.
        decisions: records without a decision, where the measure needs one.
        outcomes: records without an outcome, where the measure needs one.
        share: the largest share of any of them: in a stratum, on a side of the decision, in a group, or among those
            whom the measure counts or may count.
        where: that place in words.
    """

    people: int
    decisions: int
    outcomes: int
    share: float
    where: str

    @property
    def total(self) -> int:
        """How many unknowns there are in all; a record may lack several things."""
        return self.people + self.decisions + self.outcomes


def unknowns(cells: Cells, measure: Measure) -> Unknowns:
    """Count what is not known and find where its share is largest (amendment 4)."""
    n, amounts = cells.n.sum(axis=0), cells.amounts.sum(axis=0)
    most = n if cells.maybe is None else n + cells.maybe.sum(axis=0)
    # A record that stands for many is as much missing as all of them.
    most_amounts = most if cells.w is None else amounts
    missing = _missing(n.shape, measure)
    shares = [
        (
            _share(amounts, most_amounts, part & whole, whole),
            f"of {what} {where}" if where else f"of {NAMED.get(what, what)}",
        )
        for what, part in missing.items()
        for whole, where in _places(cells, measure, what)
    ]
    share, where = max(shares, key=lambda entry: entry[0])
    totals = [int(most[missing[what]].sum()) if what in missing else 0 for what in ("groups", "decisions", "outcomes")]
    return Unknowns(*totals, share, where if share > 0 else "")


def _missing(shape: tuple[int, ...], measure: Measure) -> dict[str, np.ndarray]:
    """Say which cells lack something that the measure needs: what is missing -> cells, of the shape given."""
    group, _, decision, outcome = np.indices(shape)
    missing = {"groups": group == shape[0] - 1}
    if _needs_decision(measure):
        missing["decisions"] = decision == PLACE[UNKNOWN]
    if _needs_outcome(measure):
        missing["outcomes"] = outcome == PLACE[UNKNOWN]
    return missing


def _places(cells: Cells, measure: Measure, what: str) -> list[tuple[np.ndarray, str]]:
    """List where shares of the unknown are looked at: cells, and the place in words."""
    group, stratum, decision, outcome = np.indices(cells.n.shape[1:])
    places = [(np.ones(group.shape, bool), "")]
    places += [(stratum == s, f"where {name}") for s, name in enumerate(cells.strata) if name]
    if what != "groups":
        may_count = _may_count(measure)[decision, outcome]
        places += [(group == g, f"of {name}") for g, name in enumerate(cells.groups)]
        places += [
            ((group == g) & may_count, f"of those of {name} whom the measure may count")
            for g, name in enumerate(cells.groups)
        ]
    else:
        places.append((measure.membership()[1][decision, outcome], "among those whom the measure counts"))
    if what == "groups" or (what == "outcomes" and _needs_decision(measure)):
        sides = (("1", "among those selected"), ("0", "among those not selected"))
        places += [(decision == PLACE[code], words) for code, words in sides]
    return places


def _share(n: np.ndarray, most: np.ndarray, part: np.ndarray, whole: np.ndarray) -> float:
    """Give the largest share that a part of a whole can have, where counts were received hidden."""
    missing = most[part].sum()
    everyone = missing + n[whole & ~part].sum()
    return float(missing / everyone) if everyone else 0.0
