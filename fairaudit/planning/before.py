"""How many records to ask for, before any group's outcome is looked at.

Group sizes, how records cluster and what is unknown are taken as they are at hand; rates are those of everybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from fairaudit.assessment import assess
from fairaudit.comparisons import Scheme
from fairaudit.groupings import attributes, groupings
from fairaudit.measures import MEASURES, Measure
from fairaudit.plan import JOIN, Evidence
from fairaudit.planning.after import POWER
from fairaudit.planning.needed import Needed, in_words
from fairaudit.planning.shares import Sizes, margins_of, needed_of_counts, planned, shares_of
from fairaudit.planning.values import needed_of_values, nothing_to_plan
from fairaudit.stats.simulated_size import Rule
from fairaudit.tally import Tally

SUPPOSED_RATE, SUPPOSED_GROUPS = 0.3, 2


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
            found.append(nothing_to_plan(disparity))
        elif disparity.measure.averages or evidence.kind == "pairs":
            found.append(needed_of_values(disparity, power, per_year))
        else:
            found.append(needed_of_counts(disparity, rate, power, shares, per_year))
    return found


def supposed_groups(evidence: Evidence, names: Sequence[str]) -> tuple[str, ...]:
    """Give the declared groups of a grouping; two of each attribute whose groups are not declared."""
    levels = attributes(evidence)
    found: list[str] = [""]
    for name in names:
        declared = levels[name].levels or [f"{name} {place + 1}" for place in range(SUPPOSED_GROUPS)]
        found = [f"{before}{JOIN if before else ''}{level}" for before in found for level in declared]
    return tuple(found)


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
        plan = Sizes(names, nobody, 1.0, 1.0, 0.0, shares_of(names, shares, nobody), per_year)
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
                limits=margins_of(entry.limits),
                alpha=evidence.alpha_of_look,
                overall=scheme.overall,
                exact=not (evidence.data.cluster or evidence.data.weight),
            )
            found.append(planned(start, plan, rule, None))
    return found
