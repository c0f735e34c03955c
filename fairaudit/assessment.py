"""From a tally to verdicts: every measure of an evidence block, in every grouping, against its limits."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from fairaudit.allotments import Allotment
from fairaudit.cells import PLACE, Cells, Unknowns
from fairaudit.comparisons import (
    OTHERWISE,
    AreaArms,
    AreaEstimates,
    Arms,
    CorrectedArms,
    EstimateArms,
    MatchedArms,
    ReachArms,
    Residents,
    Scenario,
    Scheme,
    WeighedPairs,
    squared_margins,
)
from fairaudit.distributions import BEFORE, Distributions
from fairaudit.groupings import Grouping, groupings
from fairaudit.measures import MEASURES, Measure, Statistic
from fairaudit.plan import Evidence, MeasureLimit
from fairaudit.sentences import Scale
from fairaudit.tally import Tally, level_names
from fairaudit.verdicts import (
    HIGH_RATE,
    SEVERITY,
    Bounds,
    Comparison,
    Verdict,
    clear,
    cleared_but_for,
    cleared_for,
    flag,
    reason,
    worst,
)
from fairaudit.weighing import TO_POPULATION, Weighing, to_population, to_themselves

FEW = 10


@dataclass(frozen=True)
class Weighed:
    """One way to weigh the records, and the groups' rates so weighed.

    Attributes:
        weighing: the way.
        arms: rates and counts at every corner; none where no weights could be found.
    """

    weighing: Weighing
    arms: tuple[Arms | EstimateArms, ...]


@dataclass
class Disparity:
    """One measure in one grouping against its limits: what becomes a finding.

    Attributes:
        evidence: the block of the plan.
        grouping: the grouping and its reference scheme.
        entry: the measure and its limits, as the plan has them.
        measure: the measure, with what the plan says beside it.
        arms: rates and counts of every group.
        unknown: how much is not known.
        ways: the records that all of it is made of, as they are and weighed otherwise.
        weighed: the records in the ways under which it must hold too.
        comparisons: one a limit, in the order ratio, difference.
    """

    evidence: Evidence
    grouping: Grouping
    entry: MeasureLimit
    measure: Measure | Statistic
    arms: Arms | EstimateArms
    unknown: Unknowns
    ways: Ways
    weighed: list[Weighed] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    _made: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    def once(self, what: str, make: Callable[[], Any]) -> Any:
        """Make what several checks look at, the first time that it is asked for."""
        if what not in self._made:
            self._made[what] = make()
        return self._made[what]

    @property
    def name(self) -> str:
        """The finding's id: evidence/grouping/measure, with the reference where it is not all pairs."""
        return f"{self.evidence.id}/{self.grouping.name}{self.grouping.scheme}/{self.measure.label}"

    @property
    def blocks(self) -> bool:
        """Say whether it can block adoption."""
        return self.entry.blocks and self.grouping.blocks and self.evidence.data.decided_by != "todays_process"

    @property
    def verdict(self) -> Verdict:
        """Flagged where any limit is shown to be broken; cleared where all are shown to be kept."""
        return max((comparison.verdict for comparison in self.comparisons), key=SEVERITY.get)

    @cached_property
    def bounds(self) -> list[Bounds]:
        """The worst pair of every comparison."""
        return [worst(comparison) for comparison in self.comparisons]

    @cached_property
    def reasons(self) -> list[str]:
        """Why each comparison is not demonstrated."""
        return [reason(comparison, bounds) for comparison, bounds in zip(self.comparisons, self.bounds, strict=True)]

    @property
    def deciding(self) -> int:
        """Place of the comparison that decides: the first of the severest verdict, `side` after all other reasons."""

        def severity(place: int) -> tuple[int, bool]:
            return SEVERITY[self.comparisons[place].verdict], self.reasons[place] != "side"

        return max(range(len(self.comparisons)), key=severity)

    @property
    def scale(self) -> Scale:
        """What the measure's values are, and in what unit."""
        evidence, name = self.evidence, self.measure.scale
        units = {"time": evidence.time_unit, "money": evidence.data.amount.unit if evidence.data.amount else ""}
        units["number"] = evidence.data.service.unit if evidence.data.service else ""
        return Scale(name, units.get(name, ""))

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the known groups."""
        return self.arms.cells.groups

    @cached_property
    def sizes(self) -> np.ndarray:
        """Records of each known group in the measure's denominator."""
        return self.arms.records[1][: len(self.groups)]

    @cached_property
    def cleared_groups(self) -> list[str]:
        """The groups, largest first, that are shown to be within the limit of each other; all where it is cleared."""
        if self.verdict == "cleared":
            return list(self.groups)
        if self.too_few:
            order = np.argsort(-self.sizes, kind="stable")
            return [self.groups[place] for place in order if self.groups[place] not in self.too_few]
        return [self.groups[place] for place in cleared_for(self.comparisons, self.sizes)]

    @cached_property
    def too_few(self) -> list[str]:
        """The groups that the plan named as too few, where it is not demonstrated for lack of their records alone."""
        by = self.grouping.attributes
        named = {place for place, name in enumerate(self.groups) if self.evidence.named_too_few(by, name)}
        if self.verdict != "not_demonstrated" or not cleared_but_for(self.comparisons, named):
            return []
        return [self.groups[place] for place in sorted(named)]

    @cached_property
    def rate_table(self) -> list[dict[str, Any]]:
        """A row a known group: records, events, rate or value, and its interval (both ends at alpha).

        Where counts were received hidden, `n` and `events` are the least, and `hidden` says between what they and the
        rate lie, which has no value of its own then.
        """
        events, n = self.arms.records
        rates = self.arms.rates
        low, high = self.arms.limits(self.evidence.alpha_of_look)
        return [
            {
                "group": name,
                "n": int(n[g]),
                "events": None if self.measure.averages else int(events[g]),
                "rate": float(rates[g]),
                "lower": float(low[g]),
                "upper": float(high[g]),
                **self._hidden(g),
            }
            for g, name in enumerate(self.groups)
        ]

    def _hidden(self, g: int) -> dict[str, Any]:
        """Say between what a group's counts and rate lie, where any count of it is hidden."""
        found = self.arms.ranges
        if found is None or (found.n[0, g] == found.n[1, g] and found.events[0, g] == found.events[1, g]):
            return {}
        low, high = (float(rate) for rate in found.rates[:, g])
        n, events = ([int(count) for count in each[:, g]] for each in (found.n, found.events))
        rate = low if low == high else math.nan
        return {"rate": rate, "hidden": {"n": n, "events": events, "rate": [low, high]}}

    @cached_property
    def few(self) -> list[str]:
        """Groups with fewer than ten events or fewer than ten without (or ten records): their rates say little."""
        if self.arms.cells.census:
            return []
        if self.measure.averages:
            return [row["group"] for row in self.rate_table if row["n"] < FEW]
        return [row["group"] for row in self.rate_table if min(row["events"], row["n"] - row["events"]) < FEW]

    @cached_property
    def skewed(self) -> list[str]:
        """Groups too small for the mean of values as skewed as theirs: it can then be flagged, and never clears."""
        if not isinstance(self.arms, EstimateArms):
            return []
        return [name for g, name in enumerate(self.groups) if self.arms.too_skewed[g]]


def assess(evidence: Evidence, tally: Tally, measures: Mapping[str, Measure] | None = None) -> list[Disparity]:
    """Give every verdict of an evidence block.

    Args:
        evidence: the block of the plan.
        tally: its counts.
        measures: measures of the audit's own, by the name in the plan.

    Returns:
        A disparity for each grouping and measure, in the plan's order. Flags share one family: all pairs of all
        blocking measures and groupings of the block; what only explores has a family of its own.
    """
    known = {**MEASURES, **(measures or {})}
    found = []
    for grouping in groupings(evidence):
        scheme = Scheme.of(tuple(level_names(tally.about, grouping.attributes)), grouping.reference)
        counted = _Counted(tally, grouping.attributes, _seen_of(evidence))
        ways = Ways(evidence, counted, grouping, scheme)
        for entry in evidence.measures:
            if entry.measure in known:
                measure = known[entry.measure].bound(evidence.given(entry))
                found.append(_disparity(evidence, grouping, entry, measure, ways))
    for family in ([d for d in found if d.blocks], [d for d in found if not d.blocks]):
        flag([comparison for disparity in family for comparison in disparity.comparisons])
    for disparity in found:
        clear(disparity.comparisons)
    return found


def _seen_of(evidence: Evidence) -> str:
    return evidence.data.outcome.seen_of if evidence.data.outcome else "everyone"


class _Counted:
    """A tally's cells of one grouping, which all measures of decisions share."""

    def __init__(self, tally: Tally, attributes: tuple[str, ...], seen_of: str = "everyone"):
        self.tally, self.attributes, self.seen_of = tally, attributes, seen_of

    def selective(self, measure: Measure | Statistic) -> bool:
        """Say whether a measure needs outcomes of those of whom, by the decision itself, none can be known."""
        if (
            self.seen_of == "everyone"
            or measure.averages
            or not {"decision", "outcome"} <= set(self.tally.about.own_keys)
        ):
            return False
        unseen = PLACE["0" if self.seen_of == "selected" else "1"]
        counted = measure.membership()[1][unseen, [PLACE["1"], PLACE["0"]]]
        return "outcome" in measure.needs and bool(counted.any())

    @cached_property
    def shared(self) -> Cells | None:
        return Cells.of(self.tally, self.attributes) if "decision" in self.tally.about.own_keys else None


class Ways:
    """The records of one grouping, as they are and weighed otherwise; what only is shown is made when it is asked for.

    Args:
        evidence: the block of the plan.
        counted: its counts.
        grouping: the grouping.
        scheme: who is compared with whom.
    """

    def __init__(self, evidence: Evidence, counted: _Counted, grouping: Grouping, scheme: Scheme):
        self.evidence, self.counted, self.grouping, self.scheme = evidence, counted, grouping, scheme
        self._made: dict[tuple[str, str], list[Arms | EstimateArms]] = {}

    @cached_property
    def to_population(self) -> list[tuple[Weighing, list[_Counted]]]:
        """Weighed to the population, where there is one."""
        return self._all(to_population)

    @cached_property
    def to_themselves(self) -> list[tuple[Weighing, list[_Counted]]]:
        """Weighed by what the records hold."""
        return self._all(to_themselves)

    def _all(self, weigh: Callable[..., list[Weighing]]) -> list[tuple[Weighing, list[_Counted]]]:
        by = self.grouping.attributes
        found = weigh(self.evidence, self.counted.tally, by)
        return [(way, [_Counted(tally, by, self.counted.seen_of) for tally in way.tallies]) for way in found]

    def arms(self, measure: Measure | Statistic) -> Arms | EstimateArms:
        """Give the rates of every arm on a measure, as recorded."""
        return self._arms(self.counted, measure)

    def deciding(self, measure: Measure | Statistic) -> list[Weighed]:
        """Give them weighed in the ways under which a finding must hold too."""
        return [self._weighed(way, measure) for way, _ in self.to_population if way.decides]

    def shown(self, measure: Measure | Statistic) -> list[Weighed]:
        """Give them weighed in the ways that are shown only."""
        return [self._weighed(way, measure) for way, _ in (*self.to_population, *self.to_themselves) if not way.decides]

    def _weighed(self, way: Weighing, measure: Measure | Statistic) -> Weighed:
        return Weighed(way, tuple(self.weighed_arms(measure, way)))

    def corrected(self, measure: Measure | Statistic) -> CorrectedArms | None:
        """Give the rates corrected for known errors of outcomes; None where the plan knows none, or none are needed."""
        told, cells = self.evidence.label_errors, self.counted.shared
        if told is None or cells is None or measure.averages or "outcome" not in measure.needs:
            return None
        if cells.maybe is not None or self.counted.selective(measure):
            return None
        return CorrectedArms(cells, measure, self.scheme, told.sensitivity, told.specificity)

    def weighed_arms(self, measure: Measure | Statistic, way: Weighing) -> list[Arms | EstimateArms]:
        """Give the rates on a measure, of records weighed one way, at every corner; made once a way and measure."""
        key = way.scenario, measure.label
        if key not in self._made:
            ways = self.to_population if way.scenario in TO_POPULATION else self.to_themselves
            self._made[key] = [self._arms(each, measure) for found, counted in ways if found is way for each in counted]
        return self._made[key]

    def _arms(self, counted: _Counted, measure: Measure | Statistic) -> Arms | EstimateArms:
        return _arms(counted, self.grouping, measure, self.scheme, self.evidence.unknown_at_most)


def _waits_before(tally: Tally) -> bool:
    """Say whether any wait ended before it began."""
    return tally.about.kind == "waits" and bool((tally.cells["value"].astype(str) == str(int(BEFORE))).any())


def _arms(
    counted: _Counted, grouping: Grouping, measure: Measure | Statistic, scheme: Scheme, unknown_at_most: float
) -> Arms | EstimateArms:
    by, tally, shared = grouping.attributes, counted.tally, counted.shared
    if tally.about.kind == "representation":
        cells = Cells.of(tally, by, measure)
        return ReachArms(cells, Residents.of(tally, by, len(cells.groups)), measure, scheme)
    if isinstance(measure, Statistic):
        found = Distributions.of(tally, by, measure)
        if tally.about.census:
            return AreaEstimates(found, measure, scheme, unknown_at_most, squared_margins(tally, by, found))
        return EstimateArms(found, measure, scheme, unknown_at_most)
    cells = Cells.of(tally, by, measure) if shared is None else shared
    if tally.about.kind == "pairs":
        return MatchedArms.of(tally, by, cells, measure, scheme)
    if tally.about.census:
        return AreaArms(cells, measure, scheme)
    otherwise = {}
    if _waits_before(tally):
        otherwise = {name: Cells.of(tally, by, measure, **told) for name, told in OTHERWISE.items()}
    told = Allotment.of(tally, by, cells, measure)
    return Arms(cells, measure, scheme, otherwise, told, selective=counted.selective(measure))


def _disparity(
    evidence: Evidence, grouping: Grouping, entry: MeasureLimit, measure: Measure | Statistic, ways: Ways
) -> Disparity:
    arms = ways.arms(measure)
    disparity = Disparity(evidence, grouping, entry, measure, arms, arms.unknowns(), ways, ways.deciding(measure))
    limits = entry.limits
    high = not measure.averages and arms.highest_rate > HIGH_RATE
    scenarios = _scenarios(disparity.unknown, evidence.unknown_at_most, told=_told_by_probabilities(arms))
    scenarios += ("reversed",) if _waits_before(ways.counted.tally) else ()
    scenarios += ("open_never",) if measure.averages and "open_never" in evidence.scenarios else ()
    otherwise = {each.weighing.scenario: each.arms for each in disparity.weighed}
    if corrected := ways.corrected(measure):
        otherwise["corrected"] = (corrected,)
    scenarios += tuple(otherwise)
    disparity.comparisons = [
        Comparison(
            arms=arms,
            kind=kind,
            tolerance=tolerance,
            alpha=evidence.alpha_of_look,
            blocks=disparity.blocks,
            baseline=evidence.data.decided_by == "todays_process",
            unknown=disparity.unknown,
            scenarios=scenarios,
            high=kind == "ratio" and high,
            hollow=_hollow(arms, kind, tolerance),
            weighed={
                name: WeighedPairs(each, kind, tolerance, len(arms.scheme.pairs)) for name, each in otherwise.items()
            },
        )
        for kind, tolerance in limits.items()
    ]
    return disparity


def _hollow(arms: Arms | EstimateArms, kind: str, tolerance: float) -> bool:
    """Say whether no records of these sizes could be outside a limit, so that keeping it would show nothing."""
    sizes, given = arms.records[1][: len(arms.cells.groups)], arms.measure.given
    if "at" in given and not arms.measure.averages and (sizes > 0).any():
        decided = arms.cells.n[..., :2, :].sum(axis=(0, 1, 2, 4))
        return bool(decided.min() == 0)  # a cut-off that nobody reaches, or everybody
    if "capacity" in given:
        return _too_few_places(arms, kind, tolerance)
    if isinstance(arms, EstimateArms) and arms.measure.derive is not None and kind == "difference":
        return widest_gap(arms) <= tolerance
    return False


def _too_few_places(arms: Arms, kind: str, tolerance: float) -> bool:
    """Say whether there is a place for everybody, or so few that no group could get more than the limit lets it."""
    taken, decided = (float(part.sum()) for part in (arms.cells.n[..., 0, :], arms.cells.n[..., :2, :]))
    sizes = arms.records[1][: len(arms.cells.groups)]
    if decided <= taken:
        return True
    most = np.minimum(taken / sizes[sizes > 0], 1).max(initial=0)
    return kind == "difference" and bool(most <= tolerance)


def widest_gap(arms: EstimateArms) -> float:
    """Give the widest gap of means that there could be: one group with all the highest values there are."""
    d = arms.found.recorded(np.eye(len(arms.cells.groups)))
    values, n = d.values[::-1], d.all.sum(axis=0)[::-1]
    sums, counted = np.cumsum(values * n), np.cumsum(n)
    everybody, total = counted[-1] if len(n) else 0.0, sums[-1] if len(n) else 0.0
    gaps = [0.0]
    for size in d.all.sum(axis=1):
        if 0 < size < everybody:
            place = int(np.searchsorted(counted, size))
            first = sums[place] - values[place] * (counted[place] - size)
            gaps.append(first / size - (total - first) / (everybody - size))
    return max(gaps)


def _told_by_probabilities(arms: Arms | EstimateArms) -> bool:
    """Say whether people of unknown group have probabilities of each."""
    allotted = arms.found.allotted if isinstance(arms, EstimateArms) else getattr(arms, "allotment", None)
    return allotted is not None


def _scenarios(unknown: Unknowns, at_most: float, *, told: bool = False) -> tuple[Scenario, ...]:
    """Groups must clear as recorded, with unknowns spread, and at their worst where there are too many of them.

    Where people of unknown group have probabilities, groups must clear with them allotted too, never instead.
    """
    if not unknown.total:
        return ("recorded",)
    proxied = ("proxy",) if told and unknown.people else ()
    worst = ("worst",) if unknown.share > at_most else ()
    return ("recorded", "spread", *proxied, *worst)
