"""Measures of places: how much of a service reaches the areas where people live."""

from __future__ import annotations

from typing import Any

from fairaudit.measures.counts import Rate
from fairaudit.measures.distribution import Distribution
from fairaudit.measures.registry import measure
from fairaudit.measures.statistic import statistic
from fairaudit.measures.views import within_reach
from fairaudit.stats import means
from fairaudit.stats.estimates import Estimate

COVERAGE = "Talen & Anselin 1998, Environment and Planning A 30: 595-613 (container and distance measures of access)"
EXPOSURE = "Massey & Denton 1988, Social Forces 67: 281-315 (exposure: the mean over where a group lives)"


@measure(
    of="{people}",
    share="{within_reach}",
    rises_with="selection",
    needs=("decision",),
    source=COVERAGE,
    title="share within reach",
    kind="places",
    optional=("above", "at_most"),
    aliases=("coverage_of_areas", "share_covered"),
    view=within_reach,
)
def share_within_reach(c: Any) -> Rate:
    """Of all people (or addresses, or areas) the share who live where the service reaches.

    Formula: people in areas within reach / people.
    Range: 0 to 1; no value is best in itself.
    Undefined: where nobody of the group lives in any area whose service is known.
    Definition: a container measure: all people of an area count as it does. Areas are not people: who within an area is
        reached, it does not tell.
    """
    return Rate(c.selected, c.n)


@statistic(
    kind="places",
    scale="number",
    method="Welch",
    phrase="The mean for {who} is {value}",
    rises_with="selection",
    source=EXPOSURE,
    title="mean service",
    aliases=("mean_exposure", "population_weighted_exposure"),
    unbounded=True,
    skew_sensitive=True,
)
def mean_service(d: Distribution) -> Estimate:
    """In each group, the mean of the service where its people live.

    Formula: sum of (people of the group in an area * its service) / people of the group.
    Range: that of the service; no value is best in itself.
    Undefined: where nobody of the group lives in any area whose service is known.
    Definition: population-weighted exposure. Of sampled addresses, a mean with areas as folds.
    """
    value, variance = means.mean(d.values, d.all, *d.sums)
    return Estimate(value, variance, d.all.sum(axis=-1) - 1)
