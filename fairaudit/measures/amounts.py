"""Measures of amounts: pay, fines, benefits, earnings."""

from __future__ import annotations

from typing import Any

import numpy as np

from fairaudit.measures.counts import Rate
from fairaudit.measures.distribution import Distribution
from fairaudit.measures.registry import measure
from fairaudit.measures.statistic import statistic
from fairaudit.measures.views import at_or_above, none_at_all
from fairaudit.stats import means
from fairaudit.stats.estimates import Estimate

WELCH = (
    "Welch 1947, Biometrika 34: 28-35; Schuirmann 1987, Journal of Pharmacokinetics and Biopharmaceutics 15: 657-680"
)
WOODRUFF = "Woodruff 1952, Journal of the American Statistical Association 47: 635-646"
SHARES = "Foster, Greer & Thorbecke 1984, Econometrica 52: 761-766 (headcount)"


@measure(
    of="{people}",
    share="{got} nothing",
    rises_with="non_selection",
    needs=("decision",),
    source=SHARES,
    title="share with nothing",
    kind="amounts",
    view=none_at_all,
)
def share_with_none(c: Any) -> Rate:
    """Of all people whose amount is known, the share for whom it is 0.

    Formula: amount = 0 / amount known.
    Range: 0 to 1; no value is best in itself.
    Undefined: where no amount is known in the group.
    Definition: a headcount at nothing. Means hide it: half may get twice as much and half nothing.
    """
    return Rate(c.selected, c.n)


@measure(
    of="{people}",
    share="{got} {amount} or more",
    rises_with="selection",
    needs=("decision",),
    source=SHARES,
    title="share with {amount} or more",
    kind="amounts",
    parameters=("above",),
    view=at_or_above,
)
def share_at_or_above(c: Any) -> Rate:
    """Of all people whose amount is known, the share who get a stated amount or more.

    Formula: amount >= `above` / amount known.
    Range: 0 to 1; no value is best in itself.
    Undefined: where no amount is known in the group.
    Definition: the headcount on the other side of a line, such as a living wage.
    """
    return Rate(c.selected, c.n)


@statistic(
    kind="amounts",
    scale="money",
    method="Welch",
    phrase="On average {who} {got} {value}",
    rises_with="selection",
    source=WELCH,
    title="mean amount",
    aliases=("mean", "average", "mean_gap"),
    unbounded=True,
    skew_sensitive=True,
)
def mean_amount(d: Distribution) -> Estimate:
    """In each group, the mean of the amounts that are known.

    Formula: sum of amounts / number of them.
    Range: any amount; no value is best in itself.
    Undefined: where no amount is known in the group.
    Definition: means of unequal variance, compared by Welch's t and two one-sided tests. Where amounts are very skewed
        and groups small the test errs: the report warns, and the median should stand beside it.
    """
    value, variance = means.mean(d.values, d.all, *d.sums)
    return Estimate(value, variance, d.all.sum(axis=-1) - 1)


@statistic(
    kind="amounts",
    scale="money",
    method="Woodruff",
    phrase="Half of {who} {got} {value} or more",
    rises_with="selection",
    source=WOODRUFF,
    title="median amount",
    aliases=("median",),
    fewest=0,
)
def median_amount(d: Distribution) -> Estimate:
    """In each group, the amount that half of its people get or exceed.

    Formula: the middle of the known amounts in order.
    Range: any amount; no value is best in itself.
    Undefined: where no amount is known in the group.
    Definition: limits by Woodruff's inversion of the distribution's score limits; gaps by MOVER.
    """
    return _quantile(d, 0.5)


@statistic(
    kind="amounts",
    scale="money",
    method="Woodruff",
    phrase="The {percentile} of {who} is {value}",
    rises_with="selection",
    source=WOODRUFF,
    title="amount at the {percentile}",
    parameters=("quantile",),
    fewest=0,
)
def amount_quantile(d: Distribution, quantile: float) -> Estimate:
    """In each group, the amount below which a stated share of its people are.

    Formula: the `quantile` of the known amounts.
    Range: any amount; no value is best in itself.
    Undefined: where no amount is known in the group.
    Definition: as the median. Gaps at the bottom and at the top of a distribution may differ from that in the middle.
    """
    return _quantile(d, quantile)


def _quantile(d: Distribution, q: float) -> Estimate:
    n = d.all
    value = means.quantile(d.values, n, q, d.upper)

    def ends(places: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return means.woodruff(d.values, n[places], q, z, upper=d.upper)

    ones = np.ones(len(n))
    lower, upper = ends(np.arange(len(n)), ones)
    return Estimate(value, ((upper - lower) / 2) ** 2, ends=ends)
