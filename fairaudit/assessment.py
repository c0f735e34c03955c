"""From a tally to verdicts: every measure of an evidence block, in every grouping, against its limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from fairaudit.cells import Cells, Unknowns, unknowns
from fairaudit.comparisons import Arms, Scenario, Scheme
from fairaudit.groupings import Grouping, groupings
from fairaudit.measures import MEASURES, Measure
from fairaudit.plan import Evidence, MeasureLimit
from fairaudit.stats.intervals import wilson
from fairaudit.tally import Tally
from fairaudit.verdicts import HIGH_RATE, SEVERITY, Bounds, Comparison, Verdict, clear, cleared_for, flag, reason, worst

FEW = 10


@dataclass
class Disparity:
    """One measure in one grouping against its limits: what becomes a finding.

    Attributes:
        evidence: the block of the plan.
        grouping: the grouping and its reference scheme.
        entry: the measure and its limits, as the plan has them.
        measure: the measure.
        arms: rates and counts of every group.
        unknown: how much is not known.
        comparisons: one a limit, in the order ratio, difference.
    """

    evidence: Evidence
    grouping: Grouping
    entry: MeasureLimit
    measure: Measure
    arms: Arms
    unknown: Unknowns
    comparisons: list[Comparison] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The finding's id: evidence/grouping/measure, with the reference where it is not all pairs."""
        return f"{self.evidence.id}/{self.grouping.name}{self.grouping.scheme}/{self.measure.name}"

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
        return [self.groups[place] for place in cleared_for(self.comparisons, self.sizes)]

    @cached_property
    def rate_table(self) -> list[dict[str, Any]]:
        """A row a known group: records, events, rate, and its interval (Wilson, both ends at alpha)."""
        events, n = self.arms.records
        worth = self.arms.worth
        rates = self.arms.rates
        alpha = self.evidence.alpha_of_look
        low, high = wilson(np.nan_to_num(rates) * worth, worth, 2 * alpha)
        return [
            {
                "group": name,
                "n": int(n[g]),
                "events": int(events[g]),
                "rate": float(rates[g]),
                "lower": float(low[g]),
                "upper": float(high[g]),
            }
            for g, name in enumerate(self.groups)
        ]

    @cached_property
    def few(self) -> list[str]:
        """Groups with fewer than ten events or fewer than ten without: their rates say little."""
        return [row["group"] for row in self.rate_table if min(row["events"], row["n"] - row["events"]) < FEW]


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
        cells = Cells.of(tally, grouping.attributes)
        scheme = Scheme.of(cells.groups, grouping.reference)
        found += [
            _disparity(evidence, grouping, entry, known[entry.measure], cells, scheme)
            for entry in evidence.measures
            if entry.measure in known
        ]
    for family in ([d for d in found if d.blocks], [d for d in found if not d.blocks]):
        flag([comparison for disparity in family for comparison in disparity.comparisons])
    for disparity in found:
        clear(disparity.comparisons)
    return found


def _disparity(
    evidence: Evidence, grouping: Grouping, entry: MeasureLimit, measure: Measure, cells: Cells, scheme: Scheme
) -> Disparity:
    arms = Arms(cells, measure, scheme)
    disparity = Disparity(evidence, grouping, entry, measure, arms, unknowns(cells, measure))
    limits = entry.limits
    high = bool(np.nanmax(arms.rates[: len(cells.groups)], initial=0) > HIGH_RATE)
    disparity.comparisons = [
        Comparison(
            arms=arms,
            kind=kind,
            tolerance=tolerance,
            alpha=evidence.alpha_of_look,
            blocks=disparity.blocks,
            baseline=evidence.data.decided_by == "todays_process",
            unknown=disparity.unknown,
            scenarios=_scenarios(disparity.unknown, evidence.unknown_at_most),
            high=kind == "ratio" and high,
        )
        for kind, tolerance in limits.items()
    ]
    return disparity


def _scenarios(unknown: Unknowns, at_most: float) -> tuple[Scenario, ...]:
    """Groups must clear as recorded, with unknowns spread, and at their worst where there are too many of them."""
    if not unknown.total:
        return ("recorded",)
    return ("recorded", "spread", "worst") if unknown.share > at_most else ("recorded", "spread")
