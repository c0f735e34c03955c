"""How many records would settle what a run has not shown."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from fairaudit.assessment import Disparity
from fairaudit.languages import marked, say
from fairaudit.stats import sample_size, score
from fairaudit.stats.simulated_size import Rule, size_for
from fairaudit.verdicts import Bounds, Comparison, could_clear

POWER = 0.8
FORMULA_FROM = 200  # records of the smaller group: below, the formula is low, at 50 by a quarter


def more_records(
    disparity: Disparity, comparison: Comparison, bounds: Bounds, power: float = POWER
) -> dict[str, Any] | None:
    """Say how many records of the deciding pair's smaller group would probably settle a finding, if groups fare alike.

    Args:
        disparity: a finding that is not demonstrated.
        comparison: its deciding comparison.
        bounds: of that comparison.
        power: the probability with which the records should clear it.

    Returns:
        {"group", "have", "needed", "sentence"}; `needed` is None where no number of records would. None where nothing
        can be said: a group has nobody, groups are compared with a whole or with everyone else, or what is missing is
        not records (unknowns or hidden counts decide, or a limit on the difference is missing).
    """
    if bounds.scenario != "recorded" or comparison.side_open or bounds.between[0] < bounds.between[1]:
        return None
    if disparity.evidence.kind == "pairs":
        return _more_tests(disparity, comparison, bounds, power)
    if _without_sample(disparity):
        return None
    if disparity.measure.averages:
        return _more_values(disparity, comparison, bounds, power)
    a, b = (int(arm) for arm in comparison.arms.scheme.pairs[bounds.pair])
    counts = comparison.counts["recorded"]
    x1, n1, x0, n0 = counts.at(bounds.pair)
    if max(a, b) >= len(disparity.groups):
        return None
    group = a if not n1 > n0 else b
    have = int(comparison.arms.records[1][group])
    name = disparity.groups[group]
    if not min(n1, n0) > 0 or not 0 < x1 + x0 < n1 + n0:
        return None if min(n1, n0) > 0 else {"group": name, "have": have, "needed": None, "sentence": ""}
    limit = comparison.margins[bounds.pair]
    if "worst" in comparison.scenarios and not _could_clear_at_worst(comparison, bounds.pair):
        text = say("While so much is unknown, no number of records like these would show it.")
        return {"group": name, "have": have, "needed": None, "sentence": text}
    # An estimate from so few records that equal groups could not clear says little of the truth.
    if bounds.estimate <= limit and could_clear(comparison, bounds.pair):
        text = say("If the best estimate is the truth, no number of records would show it to be within.")
        return {"group": name, "have": have, "needed": None, "sentence": text}
    worth = counts.n1[bounds.pair] if group == a else counts.n0[bounds.pair]
    needed = _needed(comparison, x1, n1, x0, n0, limit, power) * (have / worth if worth > 0 else 1.0)
    if not math.isfinite(needed) or needed <= have:
        return {"group": name, "have": have, "needed": None, "sentence": ""}
    rounded = two_digits(needed)
    # Enough in one group cannot make up for too few in another.
    others = [n for place, n in enumerate(disparity.sizes) if place != group]
    too = "others" if min(others) < needed else ""
    return {
        "group": name,
        "have": have,
        "needed": rounded,
        "sentence": _would_show(disparity, rounded, name, too, have),
    }


WOULD_SHOW = {
    ("", ""): marked(
        "If all fare alike, about {needed:,} records of the group {group} would probably show it; there are {have:,}."
    ),
    ("", "people"): marked(
        "If all fare alike, about {needed:,} records of the group {group}, of other people than these, would "
        "probably show it; there are {have:,}."
    ),
    ("", "areas"): marked(
        "If all fare alike, about {needed:,} records of the group {group}, of other areas than these, would "
        "probably show it; there are {have:,}."
    ),
    ("others", ""): marked(
        "If all fare alike, about {needed:,} records of the group {group}, and as many of every other group "
        "that has fewer, would probably show it; there are {have:,}."
    ),
    ("others", "people"): marked(
        "If all fare alike, about {needed:,} records of the group {group}, and as many of every other group "
        "that has fewer, of other people than these, would probably show it; there are {have:,}."
    ),
    ("others", "areas"): marked(
        "If all fare alike, about {needed:,} records of the group {group}, and as many of every other group "
        "that has fewer, of other areas than these, would probably show it; there are {have:,}."
    ),
    ("in step", ""): marked(
        "If all fare alike, about {needed:,} records of the group {group}, and as many times more of the "
        "others, would probably show it; there are {have:,}."
    ),
    ("in step", "people"): marked(
        "If all fare alike, about {needed:,} records of the group {group}, and as many times more of the "
        "others, of other people than these, would probably show it; there are {have:,}."
    ),
    ("in step", "areas"): marked(
        "If all fare alike, about {needed:,} records of the group {group}, and as many times more of the "
        "others, of other areas than these, would probably show it; there are {have:,}."
    ),
}
"""How many records would do, by what other groups lack, and of whom else the records must be."""


def _would_show(disparity: Disparity, needed: int, name: str, too: str, have: int) -> str:
    """Say how many records would do: where some people or areas have several, more of the same ones would not."""
    others = "areas" if disparity.evidence.kind == "places" else "people"
    spread = others if disparity.arms.cells.clustered else ""
    return say(WOULD_SHOW[too, spread], needed=needed, group=name, have=have)


def _without_sample(disparity: Disparity) -> bool:
    """Say whether no sample was drawn that could be larger: all areas are counted, or whoever is reached."""
    return disparity.evidence.kind == "representation" or disparity.arms.cells.census


def _more_tests(disparity: Disparity, comparison: Comparison, bounds: Bounds, power: float) -> dict[str, Any] | None:
    """Say how many matched tests would probably settle it, if both arms fare alike and differ as often as these."""
    have = math.floor(comparison.counts["recorded"].units[bounds.pair])
    first, second = (comparison.arms.scheme.names[arm] for arm in comparison.arms.scheme.pairs[bounds.pair])
    name = say("{first} beside {second}", first=first, second=second)
    needed = values_needed(comparison, bounds.pair, have, power) if have else math.inf
    if bounds.estimate <= comparison.margins[bounds.pair] and could_clear(comparison, bounds.pair):
        text = say("If the best estimate is the truth, no number of tests would show it to be within.")
        return {"group": name, "have": have, "needed": None, "sentence": text}
    if not math.isfinite(needed) or needed <= have:
        return {"group": name, "have": have, "needed": None, "sentence": ""}
    rounded = two_digits(needed)
    told = {"needed": rounded, "group": name, "have": have}
    text = say(
        "If both fare alike, about {needed:,} tests of {group} would probably show it; there are {have:,}.", **told
    )
    return {"group": name, "have": have, "needed": rounded, "sentence": text}


def _more_values(disparity: Disparity, comparison: Comparison, bounds: Bounds, power: float) -> dict[str, Any] | None:
    """Say the same of estimates: their variance falls as records grow, in step in both groups."""
    a, b = (int(arm) for arm in comparison.arms.scheme.pairs[bounds.pair])
    pairs = comparison.counts["recorded"]
    if max(a, b) >= len(disparity.groups) or not pairs.defined[bounds.pair]:
        return None
    group = a if disparity.sizes[a] <= disparity.sizes[b] else b
    have, name = int(disparity.sizes[group]), disparity.groups[group]
    if "worst" in comparison.scenarios and not _values_could_clear_at_worst(comparison, bounds.pair):
        text = say("While so much is unknown, no number of records like these would show it.")
        return {"group": name, "have": have, "needed": None, "sentence": text}
    if bounds.estimate <= comparison.margins[bounds.pair] and could_clear(comparison, bounds.pair):
        text = say("If the best estimate is the truth, no number of records would show it to be within.")
        return {"group": name, "have": have, "needed": None, "sentence": text}
    needed = values_needed(comparison, bounds.pair, have, power)
    if not math.isfinite(needed) or needed <= have:
        return {"group": name, "have": have, "needed": None, "sentence": ""}
    rounded = two_digits(needed)
    too = "in step"
    return {
        "group": name,
        "have": have,
        "needed": rounded,
        "sentence": _would_show(disparity, rounded, name, too, have),
    }


def _values_could_clear_at_worst(comparison: Comparison, pair: int) -> bool:
    """Say whether what the unknown at their worst take off a pair's value leaves equal values within the margin."""
    (a, b), (low, high) = ([side[pair] for side in comparison.counts[name].values] for name in ("recorded", "worst"))
    if comparison.kind == "ratio":
        left = (low / high) / (a / b) if min(a, b, high) > 0 else math.nan
    else:
        left = (low - high) - (a - b)
    return bool(left > comparison.margins[pair])


def values_needed(comparison: Comparison, pair: int, have: float, power: float) -> float:
    """Give the records of a pair's smaller group that would probably show values to be alike that are."""
    return records_of_one_error(comparison, pair, have) * errors_wanted(comparison, power) ** 2


def records_of_one_error(comparison: Comparison, pair: int, have: float) -> float:
    """Give the records with which the margin of a pair is one standard error from values that are alike."""
    z = comparison.counts["recorded"].equal_z(comparison.kind, pair, float(comparison.margins[pair]))
    return have / z**2 if z > 0 else math.inf


def errors_wanted(comparison: Comparison, power: float) -> float:
    """Say how many standard errors away the margin must be for all pairs to clear as often as wanted."""
    groups = len(comparison.arms.cells.groups)
    miss = (1 - power) / max(groups * (groups - 1), 1)
    return float(score.critical_z(comparison.alpha)) + float(score.critical_z(min(miss, 0.499)))


def _could_clear_at_worst(comparison: Comparison, pair: int) -> bool:
    """Say whether endless records that are as often unknown as these could clear a pair of equal rates.

    What the unknown at their worst take off the records' own value, they take off the value of equal rates too.
    """
    ratio = comparison.kind == "ratio"
    (a, b), (low, high) = ([rates[pair] for rates in comparison.counts[name].rates] for name in ("recorded", "worst"))
    if ratio and not min(a, b, high) > 0:
        return True
    left = (low / high) / (a / b) if ratio else (low - high) - (a - b)
    return bool(left > comparison.margins_under["worst"][pair])


def _needed(comparison: Comparison, x1: float, n1: float, x0: float, n0: float, limit: float, power: float) -> float:
    """Records of the smaller group, with the others growing in step; by simulation where the formula is too low."""
    rate = (x1 + x0) / (n1 + n0)
    sizes = comparison.arms.records[1][: len(comparison.arms.cells.groups)]
    sizes = sizes[sizes > 0]
    smaller, larger = sorted((n1, n0))
    counts = _in_step(sizes, smaller, larger)
    needed = sample_size.smallest_group_needs(comparison.kind, counts, rate, limit, alpha=comparison.alpha, power=power)
    if needed >= FORMULA_FROM or not 0 < rate < 1:
        return needed
    rule = Rule.all_pairs(
        len(counts), {comparison.kind: limit}, alpha=comparison.alpha, exact=comparison.counts["recorded"].whole
    )
    others = np.array(counts)
    return size_for(rule, lambda least: np.maximum(others, least), rate, needed, wanted=power)


def years_of(disparity: Disparity, more: Mapping[str, Any], per_year: float | None) -> float | None:
    """Say how long a group's missing records would take if they come as these did.

    Args:
        disparity: the finding.
        more: what `more_records` says of it.
        per_year: people decided on in a year; None where that is not known.

    Returns:
        Years; None where nothing is needed, the pace is not known, or more records are not of more people as they come.
    """
    of_records = disparity.evidence.kind in ("decisions", "scores", "amounts", "waits")
    if not per_year or not more["needed"] or not more["have"] or not of_records or disparity.arms.cells.w is not None:
        return None
    # Those whom the measure counts come at the pace at which they came here, the unknown beside them.
    pace = per_year * more["have"] / float(disparity.arms.cells.n.sum())
    return (more["needed"] - more["have"]) / pace


def _in_step(sizes: np.ndarray, smaller: float, larger: float) -> list[float]:
    """Give the pair's two sizes, with as many groups as there are, none smaller than the pair's."""
    others = [float(size) for size in sorted(sizes)[2:]]
    return [smaller, larger, *(max(size, larger) for size in others)]


def two_digits(number: float) -> int:
    """Round up to two significant digits: a plan is no more exact than that."""
    scale = 10 ** max(0, math.floor(math.log10(number)) - 1)
    return int(math.ceil(number / scale) * scale)
