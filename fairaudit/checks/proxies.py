"""What probabilities of groups say of people whose group is unknown, and what they leave open whatever they say."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from fairaudit.comparisons import Arms, EstimateArms, Kind
from fairaudit.languages import listed, marked, say
from fairaudit.sentences import Scale, percent, values_in_words
from fairaudit.verdicts import Comparison

OFF = marked(
    "That is off where, among people of like probability, those who are of a group fare otherwise than those who are "
    "not; these records cannot show how far."
)
ROUNDING = 1e-9


class Extent(NamedTuple):
    """Between what the lowest ratio, or the widest gap, of two groups lies."""

    low: float
    high: float


def proxy_rows(comparison: Comparison, scale: Scale) -> list[dict[str, Any]]:
    """Write what is shown beside the scenario in which people of unknown group are allotted by probabilities.

    Args:
        comparison: one in which they are.
        scale: what the measure's values are.

    Returns:
        A row of weighted estimates and, of shares, one of Frechet bounds. Neither decides.
    """
    estimates = _estimates(comparison.arms, scale)
    rows = [_row("proxy estimates", None, True, estimates)] if estimates else []
    if isinstance(comparison.arms, EstimateArms):
        return rows
    between = comparison.arms.allotment.between(comparison.arms.measure)
    if np.isnan(between).any():
        return rows
    groups = [
        say("{low:g}% to {high:g}% of {group}", **_outward(low, high), group=name)
        for name, low, high in zip(comparison.arms.cells.groups, *between, strict=True)
    ]
    text = say(
        "If the probabilities are right on average, the shares can still be anything within: {groups}.",
        groups=listed(groups),
    )
    extent, holds = None, True
    if comparison.arms.scheme.reference not in ("rest", "overall"):
        extent = extent_of(comparison.kind, between, comparison.arms.scheme.pairs)
        limit = comparison.tolerance
        holds = extent.low >= limit - ROUNDING if comparison.kind == "ratio" else extent.high <= limit + ROUNDING
        text = " ".join([text, _extent_in_words(comparison.kind, extent), say("Chance is not in these numbers.")])
    bound = None if extent is None else extent.low if comparison.kind == "ratio" else extent.high
    return [*rows, _row("proxy bounds", bound, holds, text)]


def extent_of(kind: Kind, between: np.ndarray, pairs: np.ndarray) -> Extent:
    """Say between what the lowest ratio, or the widest gap, of all pairs lies.

    Args:
        kind: what is compared.
        between: the lowest and the highest rate of every group, shape (2, groups); each may be at either end.
        pairs: places of the groups of each ordered pair, shape (pairs, 2).
    """
    (low, high), (a, b) = between, pairs.T
    if kind == "difference":
        return Extent(max(0.0, float((low[b] - high[a]).max())), max(0.0, float((high[b] - low[a]).max())))
    with np.errstate(divide="ignore", invalid="ignore"):
        least = np.nan_to_num(low[a] / high[b], nan=0.0).min()
        most = np.fmin(1.0, np.nan_to_num(high[a] / low[b], nan=1.0)).min()
    return Extent(float(least), float(most))


def _outward(low: float, high: float) -> dict[str, float]:
    """Give a range of shares as numbers in 100, both ends rounded away from the middle: 38.9 and 39.4."""
    return {"low": math.floor(1000 * low + ROUNDING) / 10, "high": math.ceil(1000 * high - ROUNDING) / 10}


def _extent_in_words(kind: Kind, extent: Extent) -> str:
    if kind == "ratio":
        low, high = math.floor(100 * extent.low + ROUNDING) / 100, math.ceil(100 * extent.high - ROUNDING) / 100
        return say("The lowest ratio of two groups lies between {low:.2f} and {high:.2f}.", low=low, high=high)
    return say(
        "The widest gap between two groups lies between {low:g} and {high:g} points.",
        **_outward(extent.low, extent.high),
    )


def _estimates(arms: Arms | EstimateArms, scale: Scale) -> str:
    """Say every group's weighted estimate beside its value as recorded; "" where each depends on the others."""
    groups = np.eye(len(arms.cells.groups))
    if isinstance(arms, EstimateArms):
        if arms.measure.pairwise:
            return ""
        weighted = arms.measure.estimate(arms.found.proxied(groups), None).value
        recorded = arms.measure.estimate(arms.found.recorded(groups), None).value
        in_words = [_in_words(values, scale) for values in (weighted, recorded)]
    else:
        weighted, recorded = arms.allotment.rates(groups, arms.measure), arms.rates[: len(groups)]
        in_words = [["" if math.isnan(v) else percent(v) for v in values] for values in (weighted, recorded)]
    said = [
        say(
            "{group} {now} ({then} as recorded)",
            group=name,
            now=now or say("not told"),
            then=then or say("nobody"),
        )
        for name, now, then in zip(arms.cells.groups, *in_words, strict=True)
    ]
    told = say("With people of unknown group counted in part in each group: {groups}.", groups=listed(said))
    return f"{told} {say(OFF)}"


def _in_words(values: np.ndarray, scale: Scale) -> list[str]:
    known = [float(value) for value in values if not math.isnan(value)]
    texts = iter(values_in_words(known, scale) if known else [])
    return ["" if math.isnan(value) else next(texts) for value in values]


def _row(scenario: str, bound: float | None, holds: bool, text: str) -> dict[str, Any]:
    return {
        "check": "unknowns",
        "scenario": scenario,
        "decides": False,
        "holds": holds,
        "bound": bound,
        "sentence": text,
    }
