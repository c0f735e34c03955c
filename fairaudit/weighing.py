"""The records weighed otherwise: to a population, to a mix of strata, or as if outcome and group had nothing to do.

Every way is a tally of the same cells with other weights, so that whatever is counted of records as they are is counted
of them weighed, by the same code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from fairaudit.cells import groups_of
from fairaudit.groupings import weighed_by
from fairaudit.languages import listed, marked, say
from fairaudit.plan import JOIN, UNKNOWN, Evidence
from fairaudit.stats import design, weights
from fairaudit.stats.weights import NoWeights
from fairaudit.tally import Tally, level_names

BOUNDS = (0.2, 5.0)
TO_POPULATION = ("raked", "raked_moe", "post_stratified")
"""The ways that weigh to a population."""


@dataclass(frozen=True)
class Weighing:
    """One way to weigh the records of a grouping.

    Attributes:
        scenario: its name.
        decides: whether a finding must hold under it to be cleared.
        tallies: the records so weighed, one at every corner; none where no weights could be found.
        why_not: why not, in words.
        to: what they are weighed by, in words.
        records: of each cell that has a weight of its own, shape (cells,).
        weights: of each record of these cells, as found, mean 1.
        shares: name of a category -> its share of the records before, after, and as it was wanted.
        unweighed: how many records lack what they would be weighed by, and keep their weight.
    """

    scenario: str
    decides: bool
    tallies: tuple[Tally, ...] = ()
    why_not: str = ""
    to: str = ""
    records: np.ndarray = field(default_factory=lambda: np.zeros(0), repr=False)
    weights: np.ndarray = field(default_factory=lambda: np.zeros(0), repr=False)
    shares: dict[str, tuple[float, float, float]] = field(default_factory=dict, repr=False)
    unweighed: float = 0.0

    @property
    def effective(self) -> float:
        """The number of equally weighted records that these are worth: (sum w)^2 / sum w^2 (Kish 1965)."""
        w, n = self.weights, self.records
        return float(design.kish((w * n).sum(), (w * w * n).sum()))

    @property
    def largest(self) -> float:
        """The largest weight of any record, in times the mean."""
        held = self.weights[self.records > 0]
        return float(held.max()) if len(held) else 0.0

    @property
    def furthest(self) -> tuple[float, float]:
        """The largest standardised difference of any share from what it should be, before and after."""
        apart = [
            [abs(share - wanted) / np.sqrt(wanted * (1 - wanted)) for share in (before, after)]
            for before, after, wanted in self.shares.values()
            if 0 < wanted < 1
        ]
        return tuple(map(float, np.max(apart, axis=0))) if apart else (0.0, 0.0)


def to_population(evidence: Evidence, tally: Tally, by: Sequence[str]) -> list[Weighing]:
    """Weigh the records of a grouping to the population, where the plan names one.

    Args:
        evidence: the block of the plan.
        tally: its counts.
        by: the attributes of the grouping.

    Returns:
        Raked, which decides; so with every benchmark at either end of its margin of error; and post-stratified, which
        is shown.
    """
    return _to_population(evidence, tally, tuple(by)) if evidence.raked_by else []


def to_themselves(evidence: Evidence, tally: Tally, by: Sequence[str]) -> list[Weighing]:
    """Weigh the records of a grouping by what they hold themselves, which estimates no population and never decides.

    Returns:
        None where counts are hidden, all areas are counted, or records are no records of people.
    """
    if evidence.kind not in OF_KINDS or tally.about.census or _hides(tally):
        return []
    return [way for make in OWN for way in make(evidence, tally, tuple(by))]


OF_KINDS = ("decisions", "scores", "amounts", "waits", "matching")


# --- to a population -------------------------------------------------------------------------------------------------


def _to_population(evidence: Evidence, tally: Tally, by: tuple[str, ...]) -> list[Weighing]:
    names = ["raked", "raked_moe"] if _has_moe(tally) else ["raked"]
    population = evidence.data.population
    source = f"{population.from_} {population.year}"
    to = say("{source}, by {groups}", source=source, groups=_listed(evidence.raked_by))
    if _hides(tally):
        return [Weighing(name, True, why_not=say("some counts are hidden"), to=to) for name in names]
    if tally.about.population is None:
        return [Weighing(name, True, why_not=say("the counts hold no population"), to=to) for name in names]
    cells = _Weighed(tally, weighed_by(evidence, by), evidence.raked_by)
    people, moe = cells.population()
    found = [_raked("raked", cells, [people], to, decides=True)]
    if _has_moe(tally):
        found.append(_raked("raked_moe", cells, list(_corners(people, moe)), to, decides=True))
    if len(evidence.raked_by) > 1:
        found.append(_post_stratified(cells, people, to))
    return found


def _hides(tally: Tally) -> bool:
    """Say whether any count is hidden."""
    return tally.hidden and bool((tally.high > tally.cells["n"]).any())


def _has_moe(tally: Tally) -> bool:
    population = tally.about.population
    return population is not None and any(row[-1] for row in population["rows"])


def _listed(names: Sequence[str]) -> str:
    return listed([name.replace("_", " ") for name in names], len(names))


class _Weighed:
    """Cells of a grouping by what they are weighed by: shape (levels + 1, ...) of each attribute, the unknown last."""

    def __init__(self, tally: Tally, names: tuple[str, ...], by: tuple[str, ...]):
        self.tally, self.names, self.by = tally, names, by
        self.rows = tally.rows_of(names)
        self.levels = [tally.about.attributes[name] for name in by]
        self.places = tuple(groups_of(self.rows, tally.about, [name]) for name in by)
        self.shape = tuple(len(levels) + 1 for levels in self.levels)
        self.records = np.zeros(self.shape)
        np.add.at(self.records, self.places, self.rows["w" if tally.about.weighted else "n"].to_numpy(float))

    def population(self) -> tuple[np.ndarray, np.ndarray]:
        """Give people and squared margins of error of every combination, the unknown left out."""
        people, moe2 = np.zeros([size - 1 for size in self.shape]), np.zeros([size - 1 for size in self.shape])
        place = [{level: k for k, level in enumerate(levels)} for levels in self.levels]
        for *levels, n, m in self.tally.about.population["rows"]:
            at = tuple(of.get(level) for of, level in zip(place, levels, strict=True))
            if None not in at:
                people[at] += n
                moe2[at] += m or 0.0
        return people, moe2

    def margins(self, people: np.ndarray) -> list[tuple[tuple[int, ...], np.ndarray]]:
        """Give what the records should be like, attribute by attribute: who is unknown stays as many as there are."""
        total, found = self.records.sum(), []
        for axis in range(people.ndim):
            own = self.records.sum(axis=tuple(k for k in range(people.ndim) if k != axis))
            want = people.sum(axis=tuple(k for k in range(people.ndim) if k != axis))
            known = total - own[-1]
            found.append(((axis,), np.append(want / want.sum() * known, own[-1])))
        return found

    def weigh(self, of_cells: np.ndarray) -> Tally:
        """Give the tally in which every record has the weight of its cell."""
        return self.tally.reweighed(self.names, of_cells[self.places])

    def said(self, margin: int, place: Sequence[int]) -> str:
        """Name a category of a margin, or of the cells where all are one margin."""
        axes = (margin,) if len(place) == 1 and len(self.by) > 1 else range(len(self.by))
        names = [(*self.levels[axis], UNKNOWN)[k] for axis, k in zip(axes, place, strict=False)]
        return JOIN.join(say("unknown") if name == UNKNOWN else name for name in names)


def _raked(scenario: str, cells: _Weighed, targets: Sequence[np.ndarray], to: str, *, decides: bool) -> Weighing:
    """Weigh so that every attribute has the population's shares, at one corner or several."""
    found, shares = [], {}
    try:
        for people in targets:
            found.append(weights.rake(cells.records, cells.margins(people), bounds=BOUNDS, same_total=False).weights)
    except NoWeights as error:
        return Weighing(scenario, decides, why_not=_why_not(error, cells), to=to)
    after = cells.records * found[0]
    for axis, levels in enumerate(cells.levels):
        others = tuple(k for k in range(after.ndim) if k != axis)
        parts = [table.sum(axis=others) for table in (cells.records, after)]
        wanted = cells.margins(targets[0])[axis][1]
        for k, level in enumerate(levels):
            shares[f"{cells.by[axis]}: {level}"] = tuple(float(part[k] / part.sum()) for part in (*parts, wanted))
    tallies = tuple(cells.weigh(each) for each in found)
    unweighed = float(cells.records.sum() - cells.records[tuple(slice(0, -1) for _ in cells.by)].sum())
    return Weighing(
        scenario, decides, tallies, "", to, cells.records.ravel(), found[0].ravel(), shares, unweighed=unweighed
    )


def _corners(people: np.ndarray, moe2: np.ndarray) -> Iterator[np.ndarray]:
    """Give the population with every single benchmark at either end of its margin of error, the others as they are."""
    for axis in range(people.ndim):
        others = tuple(k for k in range(people.ndim) if k != axis)
        want, moe = people.sum(axis=others), np.sqrt(moe2.sum(axis=others))
        for k in np.flatnonzero(moe > 0):
            for end in (want[k] - moe[k], want[k] + moe[k]):
                factor = np.ones(len(want))
                factor[k] = max(end, 0.0) / want[k] if want[k] else 1.0
                yield people * factor.reshape([-1 if each == axis else 1 for each in range(people.ndim)])


def _post_stratified(cells: _Weighed, people: np.ndarray, to: str) -> Weighing:
    """Weigh so that every combination has the population's share; whoever is not known by all keeps the weight."""
    inner, together = tuple(slice(0, -1) for _ in cells.by), say("{to}, together", to=to)
    known, of_cells = cells.records[inner], np.ones(cells.shape)
    try:
        of_cells[inner] = weights.post_stratify(known, people).weights
    except NoWeights as error:
        return Weighing("post_stratified", False, why_not=_why_not(error, cells), to=together)
    unweighed = float(cells.records.sum() - known.sum())
    return Weighing(
        "post_stratified",
        False,
        (cells.weigh(of_cells),),
        "",
        together,
        cells.records.ravel(),
        of_cells.ravel(),
        unweighed=unweighed,
    )


def _why_not(error: NoWeights, cells: _Weighed) -> str:
    """Say why no weights could be found."""
    group = cells.said(error.margin, error.place) if error.place and None not in error.place else ""
    named = say("the group {group}", group=group) if group else say("a group")
    return say(WHY_NOT[error.reason], group=named, least=BOUNDS[0], most=BOUNDS[1])


WHY_NOT = {
    "no_records": marked("the population has people of {group}, and there is no record of any"),
    "totals_disagree": marked("the numbers of people disagree for {group}"),
    "out_of_bounds": marked(
        "records of {group} would have to count less than {least:g} or more than {most:g} times the average"
    ),
    "not_converged": marked("no weights were found that make the records like the population"),
    "not_positive": marked("the population has nobody, or no number, of {group}"),
}


# --- to the records themselves ---------------------------------------------------------------------------------------


def _by_label(evidence: Evidence, tally: Tally, by: tuple[str, ...]) -> Iterator[Weighing]:
    """Weigh as if group and outcome had nothing to do with each other (Kamiran & Calders 2012)."""
    if evidence.kind not in ("decisions", "scores"):
        return
    rows = tally.rows_of(by)
    label = "outcome" if tally.about.has_outcome else "decision" if "decision" in rows else None
    if label is None:
        return
    group = groups_of(rows, tally.about, by)
    place = rows[label].map({"0": 0, "1": 1}).fillna(2).to_numpy(int)
    size = len(level_names(tally.about, by))
    records = _added((group, place), (size + 1, 3), tally, rows)
    if not records[:size, :2].sum():
        return
    found = weights.kamiran_calders(records[:size, :2])
    to = say(AS_IF_APART[label], groups=_listed(by))
    held = records[:size, :2].sum(axis=1) > 0
    if np.isnan(found[held]).any():
        name = level_names(tally.about, by)[int(np.flatnonzero(np.isnan(found).any(axis=1) & held)[0])]
        lacking = NOBODY_WITH if np.isnan(found[:, 1]).any() else NOBODY_WITHOUT
        yield Weighing("kamiran_calders", False, why_not=say(lacking, group=name), to=to)
        return
    factors = np.ones((size + 1, 3))
    factors[:size, :2] = np.nan_to_num(found, nan=1.0)
    yield _of_cells("kamiran_calders", tally, by, (group, place), records, factors, to)


AS_IF_APART = {
    "outcome": marked("as if what turns out had nothing to do with {groups}"),
    "decision": marked("as if who is selected had nothing to do with {groups}"),
}
NOBODY_WITH = marked("of {group} nobody is recorded with it")
NOBODY_WITHOUT = marked("of {group} nobody is recorded without it")


def _by_stratum(evidence: Evidence, tally: Tally, by: tuple[str, ...]) -> Iterator[Weighing]:
    """Weigh every group to one mix of strata: a declared one, or everybody's (direct standardisation)."""
    if not evidence.strata:
        return
    rows = tally.rows_of(by)
    names = [evidence.standard.of] if evidence.standard else list(evidence.strata)
    labels = pd.Series([JOIN.join(map(str, each)) for each in zip(*(rows[name] for name in names), strict=True)])
    strata = sorted(set(labels)) or [""]
    place = pd.Index(strata).get_indexer(labels)
    size = len(level_names(tally.about, by))
    group = groups_of(rows, tally.about, by)
    records = _added((group, place), (size + 1, len(strata)), tally, rows)
    if not records[:size].sum():
        return
    if evidence.standard:
        mix = np.array([float(dict(evidence.standard.mix).get(name, 0.0)) for name in strata])
        to = say("a declared mix of {strata}", strata=evidence.standard.of.replace("_", " "))
        if lacking := [name for name, share in evidence.standard.mix.items() if share and name not in strata]:
            yield Weighing("standardised", False, why_not=say("no record is of {stratum}", stratum=lacking[0]), to=to)
            return
    else:
        mix = records.sum(axis=0) / records.sum()
        to = say("everybody's mix of {strata}", strata=_listed(names))
    known = records[:size]
    held = known.sum(axis=1) > 0
    if lacking := np.argwhere((known == 0) & (mix > 0) & held[:, None]).tolist():
        g, s = lacking[0]
        why = say(
            "there is nobody of {group} in the stratum {stratum}",
            group=level_names(tally.about, by)[g],
            stratum=say("unknown") if strata[s] == UNKNOWN else strata[s],
        )
        yield Weighing("standardised", False, why_not=why, to=to)
        return
    factors = np.ones((size + 1, len(strata)))
    totals = known.sum(axis=1, keepdims=True)
    factors[:size] = np.divide(mix * totals, known, out=np.zeros(known.shape), where=known > 0)
    yield _of_cells("standardised", tally, by, (group, place), records, factors, to)


def _balanced(evidence: Evidence, tally: Tally, by: tuple[str, ...]) -> Iterator[Weighing]:
    """Weigh every group so that each of several strata has everybody's shares (entropy balancing, Hainmueller 2012)."""
    names = list(evidence.strata)
    if len(names) < 2:
        return
    rows = tally.rows_of(by)
    group, size = groups_of(rows, tally.about, by), len(level_names(tally.about, by))
    codes = [pd.factorize(rows[name], sort=True) for name in names]
    shape = tuple(len(levels) for _, levels in codes)
    cell = np.ravel_multi_index([code for code, _ in codes], shape)
    records = _added((group, cell), (size + 1, int(np.prod(shape))), tally, rows)
    if not records[:size].sum():
        return
    unraveled = np.unravel_index(np.arange(records.shape[1]), shape)
    # One category of each is what the others leave.
    moments = np.concatenate(
        [(at[:, None] == np.arange(1, many)) for at, many in zip(unraveled, shape, strict=True)], axis=1
    ).astype(float)
    targets = records.sum(axis=0) @ moments / records.sum()
    factors = np.ones(records.shape)
    to = say("everybody's shares of {strata}, each by itself", strata=_listed(names))
    for g in range(size):
        if not records[g].sum():
            continue
        try:
            factors[g] = weights.entropy_balance(moments, records[g], targets).weights
        except NoWeights:
            why = say("no weights give {group} these shares", group=level_names(tally.about, by)[g])
            yield Weighing("balanced", False, why_not=why, to=to)
            return
    yield _of_cells("balanced", tally, by, (group, cell), records, factors, to)


def _added(places: tuple[np.ndarray, ...], shape: tuple[int, ...], tally: Tally, rows: pd.DataFrame) -> np.ndarray:
    table = np.zeros(shape)
    np.add.at(table, places, rows["w" if tally.about.weighted else "n"].to_numpy(float))
    return table


def _of_cells(
    scenario: str,
    tally: Tally,
    by: tuple[str, ...],
    places: tuple[np.ndarray, ...],
    records: np.ndarray,
    factors: np.ndarray,
    to: str,
) -> Weighing:
    """Weigh the rows of a grouping by factors of cells."""
    made = tally.reweighed(by, factors[places])
    return Weighing(scenario, False, (made,), "", to, records[:-1].ravel(), factors[:-1].ravel())


OWN: tuple[Callable[[Evidence, Tally, tuple[str, ...]], Iterator[Weighing]], ...] = (_by_label, _by_stratum, _balanced)
"""Ways to weigh that need nothing but the records; they are no estimates of a population, and never decide."""
