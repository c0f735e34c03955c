"""Measures of waits: how long people wait, with those who still wait."""

from __future__ import annotations

from typing import Any

import numpy as np

from fairaudit.measures.counts import Rate
from fairaudit.measures.distribution import Distribution
from fairaudit.measures.registry import measure
from fairaudit.measures.statistic import statistic
from fairaudit.measures.views import served
from fairaudit.stats import survival
from fairaudit.stats.estimates import Estimate

KAPLAN = "Kaplan & Meier 1958, Journal of the American Statistical Association 53: 457-481"
RESTRICTED = "Royston & Parmar 2013, BMC Medical Research Methodology 13: 152; variance of Greenwood 1926"
BROOKMEYER = "Brookmeyer & Crowley 1982, Biometrics 38: 29-41"


@measure(
    of="{people} whose wait began at least {within} before the records were drawn",
    share="{served} within {within}",
    rises_with="selection",
    needs=("decision", "outcome"),
    source=KAPLAN,
    title="share served within {within}",
    kind="waits",
    parameters=("days/hours",),
    view=served,
)
def served_within(c: Any) -> Rate:
    """Of those who asked long enough before the records were drawn, the share who were served in time.

    Formula: ended within the horizon / opened at least the horizon before `until`.
    Range: 0 to 1; best 1.
    Undefined: where nobody in the group asked that long ago.
    Definition: one minus the survival function at the horizon, where everybody was watched that long: what is still
        open counts as not served, and no model is needed.
    """
    return Rate(c.tp, c.tp + c.fn)


@statistic(
    kind="waits",
    scale="time",
    method="Kaplan-Meier",
    phrase="Of the first {within}, {who} waited {value} on average",
    rises_with="error",
    source=RESTRICTED,
    title="mean wait within {within}",
    aliases=("rmst", "restricted_mean", "restricted_mean_survival_time"),
    parameters=("days/hours",),
    ends=((0, 0), (-1, 1)),
)
def restricted_mean_wait(d: Distribution, horizon: float) -> Estimate:
    """In each group, the mean wait, counting no more than the horizon of any.

    Formula: the area under the Kaplan-Meier curve of those still waiting, from 0 to the horizon.
    Range: 0 to the horizon; best 0.
    Undefined: where the longest wait seen in the group is shorter than the horizon and still open.
    Definition: restricted mean survival time; those still waiting count for as long as they were seen to wait.
    """
    return Estimate(*survival.restricted_mean(_curve(d), horizon))


@statistic(
    kind="waits",
    scale="time",
    method="Kaplan-Meier",
    phrase="Half of {who} waited {value} or more",
    rises_with="error",
    source=BROOKMEYER,
    title="median wait",
    aliases=("median_survival_time",),
    ends=((0, 0), (-1, 1)),
)
def median_wait(d: Distribution) -> Estimate:
    """In each group, the time by which half were served.

    Formula: the first time at which the Kaplan-Meier curve of those still waiting is at or below one half.
    Range: 0 or more; best 0.
    Undefined: where fewer than half were served in the time for which records were watched.
    Definition: limits by inverting those of the curve on the log(-log) scale; gaps by MOVER.
    """
    value = survival.median(_curve(d))

    def ends(places: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        curve = survival.kaplan_meier(d.values, d.n[places, :, 0], d.n[places, :, 1])
        return survival.median_interval(curve, z)

    lower, upper = ends(np.arange(len(value)), np.ones(len(value)))
    return Estimate(value, ((upper - lower) / 2) ** 2, ends=ends)


def _curve(d: Distribution) -> survival.Curve:
    return survival.kaplan_meier(d.values, d.n[..., 0], d.n[..., 1])
