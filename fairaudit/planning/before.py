"""How many records to ask for, before any group's outcome is looked at.

Group sizes, how records cluster and what is unknown are taken as they are at hand; rates are not: every group's counts
are put in place by an equal share of everybody's, so that no number here can tell how any group fared.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fairaudit.assessment import Disparity, assess
from fairaudit.cells import Cells, counts, highest, lowest, recorded
from fairaudit.comparisons import Scheme
from fairaudit.groupings import attributes, groupings
from fairaudit.measures import MEASURES, Measure
from fairaudit.plan import JOIN, Evidence
from fairaudit.planning.after import POWER, two_digits, values_needed
from fairaudit.stats import sample_size, simulated_size
from fairaudit.stats.simulated_size import Rule
from fairaudit.tally import Tally
from fairaudit.verdicts import HIGH_RATE, Comparison

SUPPOSED_RATE, SUPPOSED_GROUPS = 0.3, 2


@dataclass(frozen=True)
class Group:
    """One group of a plan for records.

    Attributes:
        name: of the group.
        at_hand: its records now, counted by the measure or not.
        worth: how many independent records that the measure counts they are probably worth.
        needed: records that it should have, of such as are at hand; None where no number is known.
        years: how long its missing records would take at today's rate; None where that is not known.
    """

    name: str
    at_hand: int
    worth: float
    needed: int | None
    years: float | None = None

    @property
    def missing(self) -> int | None:
        """Records still missing."""
        return None if self.needed is None else max(self.needed - self.at_hand, 0)


@dataclass(frozen=True)
class Needed:
    """How many records one measure needs in one grouping.

    Attributes:
        by: what groups are made by, in words.
        measure: name, or title with what stands beside it.
        title: in plain words.
        groups: every group.
        limits: kind of limit -> limit; all of them must hold.
        rate: the rate expected, 0 to 1; None of values that are no share.
        each: independent records that the measure counts, of every group, where all have as many; of values and tests,
            records. None where nothing is known.
        fewest: the same, below which not even rates exactly alike could show it.
        counted: of how many records the measure counts one: 1 or more.
        effect: how many records of the same people (or of unequal weight) are worth one: 1 or more.
        total: records in all that would do if they come as those at hand do; None where not known or where none would.
        decides: the group that decides then; "" where not known.
        unknown: the share of unknowns, where it is so large that the worst case decides too; else 0.
        unknown_at_most: the share that the plan allows before that.
        ever: whether any number of records would do while so much is unknown.
        high: whether the expected rate is so high that a ratio alone cannot clear.
        alpha: the error rate of this look.
        power: the chance to clear.
        tests: whether matched tests are counted.
        why: why no number of records is planned; "" where one is.
        curve: (records that the measure counts in each of equal groups, chance to clear), for a chart.
    """

    by: str
    measure: str
    title: str
    groups: tuple[Group, ...] = ()
    limits: Mapping[str, float] | None = None
    rate: float | None = None
    each: float | None = None
    fewest: float | None = None
    counted: float = 1.0
    effect: float = 1.0
    total: int | None = None
    decides: str = ""
    unknown: float = 0.0
    unknown_at_most: float = 0.0
    ever: bool = True
    high: bool = False
    alpha: float = 0.05
    power: float = POWER
    tests: bool = False
    why: str = ""
    curve: tuple[tuple[float, float], ...] = ()

    @property
    def there(self) -> bool:
        """Say whether there are records already."""
        return any(group.at_hand for group in self.groups)

    @property
    def enough(self) -> bool:
        """Say whether there are enough records of every group now."""
        return self.there and self.ever and not self.high and all(group.missing == 0 for group in self.groups)

    @property
    def records_each(self) -> int | None:
        """Records of every group, counted or not, where all have as many."""
        return None if self.each is None else two_digits(self.each * self.counted * self.effect)


def how_many(
    evidence: Evidence,
    tally: Tally | None,
    *,
    rate: float | None = None,
    power: float = POWER,
    measures: Mapping[str, Measure] | None = None,
    shares: Mapping[str, float] | None = None,
    per_year: float | None = None,
) -> list[Needed]:
    """Plan how many records of each group are needed to be able to clear, before any group's outcome is looked at.

    Args:
        evidence: the block of the plan.
        tally: counts at hand, of which only group sizes, what is unknown, and what everybody together got are used;
            None before there are any.
        rate: the rate to expect, 0 to 1; where None, that of everybody counted, or 30% before there are any.
        power: the chance with which groups that fare alike should clear.
        measures: measures of counts of the audit's own, by the name in the plan.
        shares: group -> its share of the records to come, above 0; for groupings that have those groups. Where None,
            as at hand.
        per_year: records that come in a year; None where it is not known.

    Returns:
        One for each grouping and measure, in the plan's order.
    """
    if tally is None:
        return _before_any(evidence, rate or SUPPOSED_RATE, power, {**MEASURES, **(measures or {})}, shares, per_year)
    found = []
    for disparity in assess(evidence, tally, measures):
        if disparity.evidence.kind == "representation" or disparity.arms.cells.census:
            found.append(_nothing_to_plan(disparity))
        elif disparity.measure.averages or evidence.kind == "pairs":
            found.append(_of_values(disparity, power, per_year))
        else:
            found.append(_of_counts(disparity, rate, power, shares, per_year))
    return found


def in_words(names: Sequence[str]) -> str:
    """Name what groups are made by."""
    return " and ".join(name.replace("_", " ") for name in names)


def supposed_groups(evidence: Evidence, names: Sequence[str]) -> tuple[str, ...]:
    """Give the declared groups of a grouping; two of each attribute whose groups are not declared."""
    levels = attributes(evidence)
    found: list[str] = [""]
    for name in names:
        declared = levels[name].levels or [f"{name} {place + 1}" for place in range(SUPPOSED_GROUPS)]
        found = [f"{before}{JOIN if before else ''}{level}" for before in found for level in declared]
    return tuple(found)


# --- what counts are made of, with all groups alike ------------------------------------------------------------------


def alike(cells: Cells) -> Cells:
    """Give every known group the same rates: those of everybody together. Sizes and unknown groups stay as they are."""
    n = cells.n.sum(axis=(0, 2))
    known = n[:-1]
    everybody = known.sum(axis=0) / max(known.sum(), 1.0)
    sizes = known.sum(axis=(1, 2))
    equal = np.concatenate([sizes[:, None, None] * everybody, n[-1:]])
    return replace(cells, strata=("",), n=equal[None, :, None], maybe=None, w=None, ww=None, clustered=False, moe2=None)


def worth_of_one(disparity: Disparity) -> float:
    """Say how many records are worth one, over all groups together so that nothing shows of any: 1 or more."""
    groups = len(disparity.groups)
    records, worth = disparity.sizes.sum(), np.nan_to_num(disparity.arms.worth[:groups]).sum()
    return max(float(records / worth), 1.0) if worth > 0 else 1.0


def _rule(disparity: Disparity, cells: Cells, *, worst: bool) -> Rule:
    """Give what must hold for a finding to clear, with the unknown at their worst where that is asked too."""
    scheme, measure, here = disparity.arms.scheme, disparity.measure, disparity.arms.cells
    own, shared = None, None
    if worst:
        own, shared = _at_worst(cells, scheme, measure)
    return Rule(
        arms=scheme.arms,
        pairs=scheme.pairs,
        limits=_margins(disparity.entry.limits),
        alpha=disparity.evidence.alpha_of_look,
        overall=scheme.overall,
        degrees_of_freedom=here.folds - 1.0 if here.clustered and here.folds > 1 else None,
        exact=not here.clustered and here.w is None,
        own=own,
        shared=shared,
    )


def _margins(limits: Mapping[str, float]) -> dict[str, float]:
    return {kind: limit if kind == "ratio" else -limit for kind, limit in limits.items()}


def _at_worst(cells: Cells, scheme: Scheme, measure: Measure) -> tuple[np.ndarray, np.ndarray]:
    """Give what the unknown add at their worst, a known record: those of an arm itself, and those of unknown group."""
    n = cells.n.sum(axis=0)
    known = np.array(counts(n, None, scheme.arms, recorded(measure), unknown_group=False))
    corners = lowest(measure), highest(measure)
    alone, both = (
        np.array([counts(n, None, scheme.arms, corner, unknown_group=unknown) for corner in corners])
        for unknown in (False, True)
    )
    records = np.where(known[1] > 0, known[1], 1.0)
    everybody = max(float(known[1][: len(cells.groups)].sum()), 1.0)
    return (alone - known) / records, (both - alone)[:, :, 0] / everybody


# --- shares of records -----------------------------------------------------------------------------------------------


def _of_counts(
    disparity: Disparity, rate: float | None, power: float, shares: Mapping[str, float] | None, per_year: float | None
) -> Needed:
    """Plan for a share of records: by simulation, all limits and all pairs together."""
    cells, evidence, names = alike(disparity.arms.cells), disparity.evidence, disparity.groups
    people = cells.people[: len(names)]
    events, counted = (
        float(part[: len(names)].sum())
        for part in counts(cells.n[0], None, np.eye(len(names)), recorded(disparity.measure), unknown_group=False)
    )
    expected = rate if rate is not None else events / counted if counted else math.nan
    unknown = disparity.unknown.share if disparity.unknown.share > evidence.unknown_at_most else 0.0
    plan = _Sizes(
        names=names,
        people=people,
        of=float(people.sum()) / counted if counted else 1.0,
        effect=worth_of_one(disparity),
        all_records=float(cells.n.sum()),
        shares=_shares(names, shares, people),
        per_year=per_year,
    )
    start = Needed(
        by=in_words(disparity.grouping.attributes),
        measure=disparity.measure.title if disparity.entry.parameters else disparity.measure.name,
        title=disparity.measure.title,
        limits=dict(disparity.entry.limits),
        rate=expected,
        unknown=unknown,
        unknown_at_most=evidence.unknown_at_most,
        alpha=evidence.alpha_of_look,
        power=power,
    )
    rule, at_worst = _rule(disparity, cells, worst=False), None
    if unknown:
        at_worst = _rule(disparity, cells, worst=True)
    return _planned(start, plan, rule, at_worst)


@dataclass(frozen=True)
class _Sizes:
    """Groups as they are at hand, and as they come.

    Attributes:
        names: of the groups.
        people: records of each, shape (groups,).
        of: of how many records a measure counts one.
        effect: how many records are worth one.
        all_records: records, those of unknown group too.
        shares: of the records to come, shape (groups,), summing to 1; None where not known.
        per_year: records that come in a year.
    """

    names: tuple[str, ...]
    people: np.ndarray
    of: float
    effect: float
    all_records: float
    shares: np.ndarray | None
    per_year: float | None

    @property
    def worth(self) -> np.ndarray:
        """Independent records that the measure counts, of each group, as far as can be said beforehand."""
        return self.people / (self.of * self.effect)

    @property
    def known(self) -> float:
        """The share of records whose group is known; 1 before there are any."""
        return float(self.people.sum()) / self.all_records if self.all_records else 1.0


def _shares(names: Sequence[str], told: Mapping[str, float] | None, people: np.ndarray) -> np.ndarray | None:
    """Give each group's share of the records to come: as told, where that names these groups, or as at hand."""
    if told and set(names) <= set(told):
        sizes = np.array([told[name] for name in names], float)
    elif people.sum() > 0:
        sizes = np.asarray(people, float)
    else:
        return None
    return sizes / sizes.sum()


def _planned(start: Needed, plan: _Sizes, rule: Rule, at_worst: Rule | None) -> Needed:
    """Fill in what is needed: of groups of one size, of those that are too small now, and as records come."""
    here = [int(number) for number in plan.people]
    groups = tuple(Group(*row, None) for row in zip(plan.names, here, map(float, plan.worth), strict=True))
    found = replace(start, groups=groups, counted=plan.of, effect=plan.effect)
    # A group with nobody, or at a rate of 0 or 1, leaves nothing to draw.
    if not 0 < start.rate < 1 or len(plan.names) < 2:
        return found
    high = start.rate > HIGH_RATE and _ratio_alone(start.limits)
    ever = at_worst is None or could_ever(at_worst, plan.shares, start.rate)
    test = at_worst if at_worst is not None and ever else rule
    equal = lambda n: np.full(len(plan.names), n)  # noqa: E731
    formula = _formula(rule, len(plan.names), start.rate, start.power)
    each = simulated_size.size_for(rule, equal, start.rate, formula, wanted=start.power)
    found = replace(
        found,
        high=high,
        ever=ever,
        each=each,
        fewest=simulated_size.fewest(rule, equal, start.rate),
        curve=_curve(rule, each, len(plan.names), start.rate),
    )
    if not plan.people.sum():
        return _as_they_come(found, plan, test, each)
    top_up = lambda n: np.maximum(plan.worth, n)  # noqa: E731
    least = simulated_size.size_for(test, top_up, start.rate, each, wanted=start.power)
    # Enough is enough, whatever groups of one size would need.
    if _enough(test, plan, start):
        least = min(float(plan.worth.min()), each)
    return _as_they_come(_to_have(found, plan, least), plan, test, each)


def _enough(rule: Rule, plan: _Sizes, start: Needed) -> bool:
    """Say whether the records at hand would show it as often as wanted."""
    return bool(plan.worth.min() >= 1) and simulated_size.power(rule, plan.worth, start.rate) >= start.power


def _to_have(found: Needed, plan: _Sizes, least: float) -> Needed:
    """Give every group the records that the smallest ones need."""
    if not math.isfinite(least):
        return found
    records = two_digits(least * plan.of * plan.effect)
    groups = []
    for group in found.groups:
        needed = min(records, group.at_hand) if group.worth >= least else max(records, group.at_hand + 1)
        groups.append(replace(group, needed=needed))
    return replace(found, groups=tuple(groups))


def _as_they_come(found: Needed, plan: _Sizes, rule: Rule, each: float) -> Needed:
    """Add how many records would do in all, if groups come in the same shares, and how long that would take."""
    shares = plan.shares
    if shares is None or not shares.min() > 0:
        return found
    scaled = lambda n: n * shares  # noqa: E731
    total = simulated_size.size_for(rule, scaled, found.rate, each / float(shares.min()), wanted=found.power)
    if not math.isfinite(total):
        return found
    # Not every record has a group, not every one is counted, and not every one is worth a whole one.
    in_all = total * plan.of * plan.effect / plan.known
    decides = plan.names[int(shares.argmin())] if shares.min() < 0.9 * np.sort(shares)[1] else ""
    groups = [_with_time(group, plan, shares[place], in_all) for place, group in enumerate(found.groups)]
    return replace(found, total=two_digits(in_all), decides=decides, groups=tuple(groups))


def _with_time(group: Group, plan: _Sizes, share: float, in_all: float) -> Group:
    """Say how long what is missing would take; never longer than until all who come are enough."""
    if not plan.per_year or not group.missing:
        return group
    alone = group.missing / (plan.per_year * plan.known * share)
    together = max(in_all - plan.all_records, 0) / plan.per_year
    return replace(group, years=min(alone, together) if together else alone)


def _ratio_alone(limits: Mapping[str, float]) -> bool:
    """Say whether no difference stands beside a ratio that asks of high rates what the ratio does not."""
    return "ratio" in limits and not limits.get("difference", 1.0) < 1 - limits["ratio"] + 1e-12


def _formula(rule: Rule, groups: int, rate: float, power: float) -> float:
    return max(
        sample_size.records_per_group(kind, rate, margin, groups=groups, alpha=rule.alpha, power=power)
        for kind, margin in rule.limits.items()
    )


def _curve(rule: Rule, each: float, groups: int, rate: float) -> tuple[tuple[float, float], ...]:
    """Give the chance to clear by the records of each of groups of one size, up to twice what is needed."""
    if not math.isfinite(each):
        return ()
    steps = np.maximum(each * np.linspace(0.1, 2.0, 20), 2)
    return tuple((float(n), simulated_size.power(rule, np.full(groups, n), rate, draws=CURVE_DRAWS)) for n in steps)


CURVE_DRAWS = 2_000


def could_ever(rule: Rule, shares: np.ndarray | None, rate: float) -> bool:
    """Say whether endless records that are as often unknown could clear, if all groups had one rate.

    Args:
        rule: what must hold, with what the unknown add at their worst.
        shares: of every group, shape (groups,); None for equal ones.
        rate: of all groups, 0 to 1.
    """
    groups = rule.arms.shape[1]
    of = rule.arms @ (np.full(groups, 1 / groups) if shares is None else shares)
    low, high = (
        (rate * of + added[0] * of + rule.shared[side][0]) / (of + added[1] * of + rule.shared[side][1])
        for side, added in enumerate(rule.own)
    )
    a, b = rule.pairs.T
    for kind in rule.limits:
        margins = rule.margins(kind, of)
        with np.errstate(all="ignore"):
            left = low[a] / high[b] if kind == "ratio" else low[a] - high[b]
        if not (np.isnan(margins) | (left > margins)).all():
            return False
    return True


# --- values, matched tests, and what is no sample --------------------------------------------------------------------


def _nothing_to_plan(disparity: Disparity) -> Needed:
    """Say why no number of records is planned."""
    why = "all areas are counted, and there are no more: its bounds come of the people's margins of error alone."
    if disparity.evidence.kind == "representation":
        why = (
            "how sure it is hangs on the benchmark's margin of error, and on how events cluster: a longer period, or a "
            "better benchmark, shows more."
        )
    by = in_words(disparity.grouping.attributes)
    return Needed(by=by, measure=disparity.measure.name, title=disparity.measure.title, why=why)


def _of_values(disparity: Disparity, power: float, per_year: float | None) -> Needed:
    """Plan for estimates, whose spread must be seen first: the least sure pair decides, and the stricter limit."""
    evidence, sizes = disparity.evidence, disparity.sizes
    needed = max(_values_needed(comparison, sizes, power) for comparison in disparity.comparisons)
    fewest = max(_values_needed(comparison, sizes, 0.5) for comparison in disparity.comparisons)
    tests = evidence.kind == "pairs"
    worth = np.nan_to_num(disparity.comparisons[0].arms.worth[: len(sizes)])
    share = disparity.unknown.share
    rounded = two_digits(needed) if math.isfinite(needed) else None
    everybody, per = max(float(disparity.arms.cells.people.sum()), 1.0), per_year or 0.0
    groups = []
    for place, name in enumerate(disparity.groups):
        at_hand = _tests_at_hand(disparity, place) if tests else int(sizes[place])
        wanted = None if rounded is None else min(rounded, at_hand) if at_hand >= needed else rounded
        pace = per * float(sizes[place]) / everybody
        years = (wanted - at_hand) / pace if pace and wanted is not None and wanted > at_hand and not tests else None
        groups.append(Group(name, at_hand, float(at_hand if tests else worth[place]), wanted, years))
    return Needed(
        by=in_words(disparity.grouping.attributes),
        measure=disparity.measure.label,
        title=disparity.measure.title,
        groups=tuple(groups),
        limits=dict(disparity.entry.limits),
        each=needed if math.isfinite(needed) else None,
        fewest=fewest if math.isfinite(fewest) else None,
        unknown=share if share > evidence.unknown_at_most else 0.0,
        unknown_at_most=evidence.unknown_at_most,
        alpha=evidence.alpha_of_look,
        power=power,
        tests=tests,
    )


def _values_needed(comparison: Comparison, sizes: np.ndarray, power: float) -> float:
    """Give the records that the least sure pair's smaller group needs; infinite where a pair cannot be planned."""
    counted, found = comparison.counts["recorded"], []
    for place, pair in enumerate(comparison.arms.scheme.pairs):
        if pair.max() < len(sizes) and counted.defined[place]:
            have = counted.units[place] if hasattr(counted, "units") else sizes[pair].min()
            found.append(values_needed(comparison, place, float(have), power))
    return max(found, default=math.inf)


def _tests_at_hand(disparity: Disparity, group: int) -> int:
    """Give the fewest matched tests that a group has beside any other."""
    comparison = disparity.comparisons[0]
    units, pairs = comparison.counts["recorded"].units, comparison.arms.scheme.pairs
    theirs = [float(units[place]) for place, pair in enumerate(pairs) if group in pair]
    return math.floor(min(theirs, default=0.0))


# --- before there are any records ------------------------------------------------------------------------------------


def _before_any(
    evidence: Evidence,
    rate: float,
    power: float,
    known: Mapping[str, Measure],
    shares: Mapping[str, float] | None,
    per_year: float | None,
) -> list[Needed]:
    """Plan from the declared groups alone."""
    found = []
    for grouping in groupings(evidence):
        names = supposed_groups(evidence, grouping.attributes)
        nobody = np.zeros(len(names))
        plan = _Sizes(names, nobody, 1.0, 1.0, 0.0, _shares(names, shares, nobody), per_year)
        reference = grouping.reference
        scheme = Scheme.of(names, reference if reference in ("rest", "overall", *names) else "all_pairs")
        for entry in evidence.measures:
            if entry.measure not in known:
                continue
            start = Needed(
                by=in_words(grouping.attributes),
                measure=entry.measure,
                title=known[entry.measure].title,
                limits=dict(entry.limits),
                rate=rate,
                unknown_at_most=evidence.unknown_at_most,
                alpha=evidence.alpha_of_look,
                power=power,
            )
            if known[entry.measure].averages or evidence.kind in ("pairs", "representation"):
                what = "how often both arms differ" if evidence.kind == "pairs" else "how much values differ"
                found.append(replace(start, why=f"{what} must be seen first, in some hundred records of any group."))
                continue
            rule = Rule(
                arms=scheme.arms,
                pairs=scheme.pairs,
                limits=_margins(entry.limits),
                alpha=evidence.alpha_of_look,
                overall=scheme.overall,
                exact=not (evidence.data.cluster or evidence.data.weight),
            )
            found.append(_planned(start, plan, rule, None))
    return found


def columns(needed: Sequence[Needed]) -> list[dict[str, Any]]:
    """Give every group of every plan as plain rows, for a table or a spreadsheet."""
    return [
        {
            "by": each.by,
            "measure": each.measure,
            "group": group.name,
            "at_hand": group.at_hand,
            "worth": math.floor(group.worth),
            "needed": group.needed,
            "missing": group.missing,
            "years": group.years,
        }
        for each in needed
        for group in each.groups
    ]
