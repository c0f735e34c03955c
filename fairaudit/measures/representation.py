"""Measures of representation: who is reached or heard, of those who live there."""

from __future__ import annotations

from typing import Any

from fairaudit.measures.counts import Rate
from fairaudit.measures.distribution import Reach
from fairaudit.measures.registry import measure
from fairaudit.measures.statistic import statistic
from fairaudit.stats.estimates import Estimate

RATES = "Rothman, Greenland & Lash 2008, Modern Epidemiology, 3rd edition, chapters 3 and 14 (rates and their ratios)"


@measure(
    of="{people} who live there",
    share="{reached}",
    rises_with="selection",
    needs=("decision",),
    source=RATES,
    title="share reached",
    kind="representation",
    aliases=("coverage", "take_up", "participation_rate"),
)
def share_reached(c: Any) -> Rate:
    """Of all who live there, the share who are reached; each record is another person.

    Formula: people reached / residents.
    Range: 0 to 1; no value is best in itself.
    Undefined: where nobody of the group lives there.
    Definition: a proportion of the benchmark population, whose margin of error widens the bounds. Refused where more
        people are reached than live there: then records are events, or the benchmark is of other people.
    """
    return Rate(c.selected, c.n)


@statistic(
    kind="representation",
    scale="number",
    method="Poisson",
    phrase="{who} {reached} {value} times as often as their number would have it",
    rises_with="selection",
    source=RATES,
    title="representation ratio",
    aliases=("representation_index", "representation_quotient"),
    differences=False,
    fewest=0,
)
def representation_ratio(d: Reach) -> Estimate:
    """In each group, its share of those reached over its share of those who live there.

    Formula: (events / all events) / (residents / all residents), of known groups.
    Range: 0 or more; 1 where a group is reached as its number in the population would have it.
    Undefined: where nobody of the group lives there, or nobody is reached at all.
    Definition: the ratio of two groups' values is the ratio of their rates, for which a Poisson test given the sum of
        both counts is exact. Shares suffice as a benchmark.
    """
    return Estimate(d.rate / d.overall, d.variance / d.overall**2)


@statistic(
    kind="representation",
    scale="number",
    method="jackknife",
    phrase="{who}: {value} events for every 1,000",
    rises_with="selection",
    source=RATES,
    title="events per 1,000 residents",
    aliases=("rate_per_1000", "requests_per_1000"),
    fewest=0,
)
def events_per_1000(d: Reach) -> Estimate:
    """In each group, how many events there were for every 1,000 who live there.

    Formula: 1,000 * events / residents.
    Range: 0 or more; no value is best in itself.
    Undefined: where nobody of the group lives there.
    Definition: a count, and no proportion: one person may ask many times. Its variance is that between folds of the
        cluster that the plan names (the caller, or the area), and needs one.
    """
    return Estimate(1000 * d.rate, 1000**2 * d.variance)
