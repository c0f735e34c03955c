"""How many records a share of them takes, with all groups alike: by simulation of the rule that clears.

Every group's counts are put in place by an equal part of everybody's, so that no number can tell how any group fared.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fairaudit.assessment import Disparity
from fairaudit.cells import Cells, counts, highest, lowest, recorded
from fairaudit.comparisons import Scheme
from fairaudit.measures import Measure
from fairaudit.planning.after import two_digits
from fairaudit.planning.needed import Group, Needed, in_words
from fairaudit.stats import sample_size, simulated_size
from fairaudit.stats.simulated_size import Rule
from fairaudit.verdicts import HIGH_RATE

DRAWS, CURVE_DRAWS = 6_000, 2_000  # numbers are given with two digits


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
        limits=margins_of(disparity.entry.limits),
        alpha=disparity.evidence.alpha_of_look,
        overall=scheme.overall,
        degrees_of_freedom=here.folds - 1.0 if here.clustered and here.folds > 1 else None,
        exact=not here.clustered and here.w is None,
        own=own,
        shared=shared,
    )


def margins_of(limits: Mapping[str, float]) -> dict[str, float]:
    """Turn a plan's limits into margins: tau of a ratio, -delta of a difference."""
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


def needed_of_counts(
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
    plan = Sizes(
        names=names,
        people=people,
        of=float(people.sum()) / counted if counted else 1.0,
        effect=worth_of_one(disparity),
        all_records=float(cells.n.sum()),
        shares=shares_of(names, shares, people),
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
    return planned(start, plan, rule, at_worst)


@dataclass(frozen=True)
class Sizes:
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


def shares_of(names: Sequence[str], told: Mapping[str, float] | None, people: np.ndarray) -> np.ndarray | None:
    """Give each group's share of the records to come: as told, where that names these groups, or as at hand."""
    if told and set(names) <= set(told):
        sizes = np.array([told[name] for name in names], float)
    elif people.sum() > 0:
        sizes = np.asarray(people, float)
    else:
        return None
    return sizes / sizes.sum()


def planned(start: Needed, plan: Sizes, rule: Rule, at_worst: Rule | None) -> Needed:
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
    each = simulated_size.size_for(rule, equal, start.rate, formula, wanted=start.power, draws=DRAWS)
    found = replace(
        found,
        high=high,
        ever=ever,
        each=each,
        fewest=simulated_size.fewest(rule, equal, start.rate),
        curve=lambda: _curve(rule, each, len(plan.names), start.rate),
    )
    if not plan.people.sum():
        return _as_they_come(found, plan, test, each)
    top_up = lambda n: np.maximum(plan.worth, n)  # noqa: E731
    least = simulated_size.size_for(test, top_up, start.rate, each, wanted=start.power, draws=DRAWS)
    # Enough is enough, whatever groups of one size would need.
    if _enough(test, plan, start):
        least = min(float(plan.worth.min()), each)
    return _as_they_come(_to_have(found, plan, least), plan, test, each)


def _enough(rule: Rule, plan: Sizes, start: Needed) -> bool:
    """Say whether the records at hand would show it as often as wanted."""
    return (
        bool(plan.worth.min() >= 1) and simulated_size.power(rule, plan.worth, start.rate, draws=DRAWS) >= start.power
    )


def _to_have(found: Needed, plan: Sizes, least: float) -> Needed:
    """Give every group the records that the smallest ones need."""
    if not math.isfinite(least):
        return found
    records = two_digits(least * plan.of * plan.effect)
    groups = []
    for group in found.groups:
        needed = min(records, group.at_hand) if group.worth >= least else max(records, group.at_hand + 1)
        groups.append(replace(group, needed=needed))
    return replace(found, groups=tuple(groups))


def _as_they_come(found: Needed, plan: Sizes, rule: Rule, each: float) -> Needed:
    """Add how many records would do in all, if groups come in the same shares, and how long that would take."""
    shares = plan.shares
    if shares is None or not shares.min() > 0:
        return found
    scaled = lambda n: n * shares  # noqa: E731
    total = simulated_size.size_for(
        rule, scaled, found.rate, each / float(shares.min()), wanted=found.power, draws=DRAWS
    )
    if not math.isfinite(total):
        return found
    # Not every record has a group, not every one is counted, and not every one is worth a whole one.
    in_all = total * plan.of * plan.effect / plan.known
    decides = plan.names[int(shares.argmin())] if shares.min() < 0.9 * np.sort(shares)[1] else ""
    groups = [_with_time(group, plan, shares[place], in_all) for place, group in enumerate(found.groups)]
    return replace(found, total=two_digits(in_all), decides=decides, groups=tuple(groups))


def _with_time(group: Group, plan: Sizes, share: float, in_all: float) -> Group:
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
