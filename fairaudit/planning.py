"""How many records would settle it: after a run for what was not shown, and before one for what to ask for."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fairaudit.assessment import Disparity, assess
from fairaudit.groupings import attributes, groupings
from fairaudit.measures import MEASURES, Measure
from fairaudit.plan import Evidence
from fairaudit.sentences import digits, exactly, percent
from fairaudit.stats import sample_size, score
from fairaudit.tally import Tally
from fairaudit.verdicts import Bounds, Comparison, could_clear

POWER = 0.8


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
        text = "While so much is unknown, no number of records like these would show it."
        return {"group": name, "have": have, "needed": None, "sentence": text}
    # An estimate from so few records that equal groups could not clear says little of the truth.
    if bounds.estimate <= limit and could_clear(comparison, bounds.pair):
        text = "If the best estimate is the truth, no number of records would show it to be within."
        return {"group": name, "have": have, "needed": None, "sentence": text}
    worth = counts.n1[bounds.pair] if group == a else counts.n0[bounds.pair]
    needed = _needed(comparison, x1, n1, x0, n0, limit, power) * (have / worth if worth > 0 else 1.0)
    if not math.isfinite(needed) or needed <= have:
        return {"group": name, "have": have, "needed": None, "sentence": ""}
    rounded = _two_digits(needed)
    # Enough in one group cannot make up for too few in another.
    others = [n for place, n in enumerate(disparity.sizes) if place != group]
    too = "and as many of every other group that has fewer," if min(others) < needed else ""
    return {
        "group": name,
        "have": have,
        "needed": rounded,
        "sentence": _would_show(disparity, rounded, name, too, have),
    }


def _would_show(disparity: Disparity, needed: int, name: str, too: str, have: int) -> str:
    """Say how many records would do: where some people or areas have several, more of the same ones would not."""
    others = "areas" if disparity.evidence.kind == "places" else "people"
    spread = f"of other {others} than these," if disparity.arms.cells.clustered else ""
    beside = "".join(f" {part}" for part in (too, spread) if part)
    records = f"about {needed:,} records of the group {name}{',' if beside else ''}{beside}"
    return f"If all fare alike, {records} would probably show it; there are {have:,}."


def _without_sample(disparity: Disparity) -> bool:
    """Say whether no sample was drawn that could be larger: all areas are counted, or whoever is reached."""
    return disparity.evidence.kind == "representation" or disparity.arms.cells.census


def _more_tests(disparity: Disparity, comparison: Comparison, bounds: Bounds, power: float) -> dict[str, Any] | None:
    """Say how many matched tests would probably settle it, if both arms fare alike and differ as often as these."""
    have = math.floor(comparison.counts["recorded"].units[bounds.pair])
    name = " beside ".join(comparison.arms.scheme.names[arm] for arm in comparison.arms.scheme.pairs[bounds.pair])
    needed = values_needed(comparison, bounds.pair, have, power) if have else math.inf
    if bounds.estimate <= comparison.margins[bounds.pair] and could_clear(comparison, bounds.pair):
        text = "If the best estimate is the truth, no number of tests would show it to be within."
        return {"group": name, "have": have, "needed": None, "sentence": text}
    if not math.isfinite(needed) or needed <= have:
        return {"group": name, "have": have, "needed": None, "sentence": ""}
    rounded = _two_digits(needed)
    text = f"If both fare alike, about {rounded:,} tests of {name} would probably show it; there are {have:,}."
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
        text = "While so much is unknown, no number of records like these would show it."
        return {"group": name, "have": have, "needed": None, "sentence": text}
    if bounds.estimate <= comparison.margins[bounds.pair] and could_clear(comparison, bounds.pair):
        text = "If the best estimate is the truth, no number of records would show it to be within."
        return {"group": name, "have": have, "needed": None, "sentence": text}
    needed = values_needed(comparison, bounds.pair, have, power)
    if not math.isfinite(needed) or needed <= have:
        return {"group": name, "have": have, "needed": None, "sentence": ""}
    rounded = _two_digits(needed)
    too = "and as many times more of the others,"
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
    z = comparison.counts["recorded"].equal_z(comparison.kind, pair, float(comparison.margins[pair]))
    groups = len(comparison.arms.cells.groups)
    miss = (1 - power) / max(groups * (groups - 1), 1)
    wanted = float(score.critical_z(comparison.alpha)) + float(score.critical_z(min(miss, 0.499)))
    return have * (wanted / z) ** 2 if z > 0 else math.inf


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
    """Records of the smaller group, with the others growing in step."""
    rate = (x1 + x0) / (n1 + n0)
    sizes = comparison.arms.records[1][: len(comparison.arms.cells.groups)]
    sizes = sizes[sizes > 0]
    smaller, larger = sorted((n1, n0))
    return sample_size.smallest_group_needs(
        comparison.kind, _in_step(sizes, smaller, larger), rate, limit, alpha=comparison.alpha, power=power
    )


def _in_step(sizes: np.ndarray, smaller: float, larger: float) -> list[float]:
    """Give the pair's two sizes, with as many groups as there are, none smaller than the pair's."""
    others = [float(size) for size in sorted(sizes)[2:]]
    return [smaller, larger, *(max(size, larger) for size in others)]


def _two_digits(number: float) -> int:
    """Round up to two significant digits: a plan is no more exact than that."""
    scale = 10 ** max(0, math.floor(math.log10(number)) - 1)
    return int(math.ceil(number / scale) * scale)


SUPPOSED_RATE, SUPPOSED_GROUPS = 0.3, 2


def how_many(
    evidence: Evidence,
    tally: Tally | None,
    *,
    rate: float | None = None,
    power: float = POWER,
    measures: Mapping[str, Measure] | None = None,
) -> list[dict[str, Any]]:
    """Plan how many records a group are needed to be able to clear, before any group's outcome is looked at.

    Args:
        evidence: the block of the plan.
        tally: counts at hand, of which only group sizes and the rate over everybody are used; None before there are
            any.
        rate: the rate to expect, 0 to 1; where None, that of everybody counted, or 30% before there are any.
        power: the probability with which equal groups should clear.
        measures: measures of counts of the audit's own, by the name in the plan.

    Returns:
        A row a grouping, measure and kind of limit: groups, rate, needed of each group's records in the denominator
        where groups are equal in size, the fewest that could clear at all, and what is at hand: records of each group,
        and how many independent ones of equal weight they are worth; and the share of the unknown, where it is so large
        that the worst case decides too.
    """
    if tally is None:
        return _before_any(evidence, rate or SUPPOSED_RATE, power, {**MEASURES, **(measures or {})})
    rows = []
    for disparity in assess(evidence, tally, measures):
        if _without_sample(disparity):
            rows.append(_nothing_to_plan(disparity))
            continue
        if disparity.measure.averages or evidence.kind == "pairs":
            rows += _of_values(disparity, power)
            continue
        names, records, worth = disparity.groups, disparity.sizes, disparity.arms.worth
        total = float(records.sum())
        events = float(disparity.arms.records[0][: len(names)].sum())
        expected = rate if rate is not None else events / total if total else math.nan
        row = {
            "grouping": disparity.grouping.name,
            "by": in_words(disparity.grouping.attributes),
            "measure": disparity.measure.title if disparity.entry.parameters else disparity.measure.name,
            "groups": len(names),
            "rate": expected,
            "at_hand": {name: (int(records[g]), float(worth[g])) for g, name in enumerate(names)},
            "unknown": disparity.unknown.share if disparity.unknown.share > evidence.unknown_at_most else 0.0,
        }
        rows += [_row(row, c.kind, c.tolerance, c.alpha, power) for c in disparity.comparisons]
    return rows


def _nothing_to_plan(disparity: Disparity) -> dict[str, Any]:
    """Say why no number of records is planned."""
    why = "all areas are counted, and there are no more: its bounds come of the people's margins of error alone."
    if disparity.evidence.kind == "representation":
        why = (
            "how sure it is hangs on the benchmark's margin of error, and on how events cluster: a longer period, or a "
            "better benchmark, shows more."
        )
    by = in_words(disparity.grouping.attributes)
    return {"by": by, "measure": disparity.measure.name, "why": f"{disparity.measure.title} by {by}: {why}"}


def _of_values(disparity: Disparity, power: float) -> list[dict[str, Any]]:
    """Plan for estimates, whose spread must be seen first: the least sure pair decides."""
    rows = []
    sizes = disparity.sizes
    for comparison in disparity.comparisons:
        pairs = comparison.arms.scheme.pairs
        inside = [
            p for p, pair in enumerate(pairs) if pair.max() < len(sizes) and comparison.counts["recorded"].defined[p]
        ]
        smaller = {p: _smaller(comparison, sizes, p) for p in inside}
        needed = max((values_needed(comparison, p, smaller[p], power) for p in inside), default=math.inf)
        fewest = max((values_needed(comparison, p, smaller[p], 0.5) for p in inside), default=math.inf)
        worth = comparison.arms.worth
        rows.append(
            {
                "grouping": disparity.grouping.name,
                "by": in_words(disparity.grouping.attributes),
                "measure": disparity.measure.label,
                "title": disparity.measure.title,
                "tests": disparity.evidence.kind == "pairs",
                "have": math.floor(min(smaller.values(), default=0)),
                "groups": len(sizes),
                "rate": None,
                "at_hand": {name: (int(sizes[g]), float(worth[g])) for g, name in enumerate(disparity.groups)},
                "unknown": disparity.unknown.share
                if disparity.unknown.share > disparity.evidence.unknown_at_most
                else 0.0,
                "kind": comparison.kind,
                "limit": comparison.tolerance,
                "needed": _two_digits(needed) if math.isfinite(needed) else None,
                "fewest": math.ceil(fewest) if math.isfinite(fewest) else None,
            }
        )
    return rows


def in_words(attributes: Sequence[str]) -> str:
    """Name what groups are made by."""
    return " and ".join(name.replace("_", " ") for name in attributes)


def _smaller(comparison: Comparison, sizes: np.ndarray, pair: int) -> float:
    """Give the records of a pair's smaller group; of matched tests, those of the pair."""
    counts = comparison.counts["recorded"]
    return float(counts.units[pair] if hasattr(counts, "units") else sizes[comparison.arms.scheme.pairs[pair]].min())


def _before_any(evidence: Evidence, rate: float, power: float, known: Mapping[str, Measure]) -> list[dict[str, Any]]:
    """Plan from the declared groups alone."""
    rows = []
    for grouping in groupings(evidence):
        levels = attributes(evidence)
        sizes = [len(levels[name].levels or range(SUPPOSED_GROUPS)) for name in grouping.attributes]
        for entry in evidence.measures:
            by = in_words(grouping.attributes)
            row = {
                "grouping": grouping.name,
                "by": by,
                "measure": entry.measure,
                "groups": math.prod(sizes),
                "rate": rate,
            }
            if entry.measure in known and known[entry.measure].averages:
                continue  # how much values differ must be seen first
            limits = entry.limits.items() if entry.measure in known else ()
            rows += [
                _row({**row, "at_hand": {}, "unknown": 0.0}, *limit, evidence.alpha_of_look, power) for limit in limits
            ]
    return rows


def _row(row: Mapping[str, Any], kind: str, limit: float, alpha: float, power: float) -> dict[str, Any]:
    """Add what is needed for one limit."""
    margin, rate, needed, fewest = limit if kind == "ratio" else -limit, row["rate"], None, None
    if 0 < rate < 1:
        groups = row["groups"]
        needed = sample_size.records_per_group(kind, rate, margin, groups=groups, alpha=alpha, power=power)
        fewest = sample_size.resolution_limit(kind, rate, margin, alpha)
    return {
        **row,
        "kind": kind,
        "limit": limit,
        "needed": needed and _two_digits(needed),
        "fewest": fewest and math.ceil(fewest),
    }


def said(row: Mapping[str, Any]) -> str:
    """Say a row of `how_many` in a sentence to paste into a request for records."""
    if "why" in row:
        return row["why"]
    if row["rate"] is None:
        return _said_of_values(row)
    number = exactly(100 * row["limit"])
    limit = f"a ratio of {number}%" if row["kind"] == "ratio" else f"a gap of {number} in 100"
    what = f"{row['measure']} by {row['by']}"
    if row["needed"] is None:
        return f"{what}: at a rate of 0 or 100% this formula cannot say how many records show {limit}."
    text = (
        f"{what} ({row['groups']} groups, {limit}): about {row['needed']:,} records of each group that this measure "
        f"counts, if {digits(100 * row['rate'])}% is the rate; fewer than about {row['fewest']:,} could not show it "
        "even if groups fared alike."
    )
    if row["unknown"]:
        text += (
            f" Up to {percent(row['unknown'])} is unknown: it must hold with the unknown at their worst too, and more "
            "records do not mend that."
        )
    if not row["at_hand"]:
        return text
    short = [_short(name, *at_hand) for name, at_hand in row["at_hand"].items() if at_hand[1] < row["needed"]]
    return text + (f" Too few now: {', '.join(short)}." if short else " There are enough now.")


def _said_of_values(row: Mapping[str, Any]) -> str:
    """Say a row of an estimate: what is needed hangs on how much the values at hand differ."""
    limit = f"a ratio of {exactly(100 * row['limit'])}%" if row["kind"] == "ratio" else f"a gap of {row['limit']:,.10g}"
    what = f"{row['title']} by {row['by']} ({row['groups']} groups, {limit})"
    if row["tests"] and row["needed"]:
        enough = "There are enough now." if row["have"] >= row["needed"] else f"There are {row['have']:,}."
        return f"{what}: about {row['needed']:,} tests of two arms, if arms differ as often as those at hand. {enough}"
    if row["needed"] is None:
        return f"{what}: the records at hand are too few, too skewed or too much alike to plan from."
    short = [_short(name, *at_hand) for name, at_hand in row["at_hand"].items() if at_hand[1] < row["needed"]]
    left = f" Too few now: {', '.join(short)}." if short else " There are enough now."
    return f"{what}: about {row['needed']:,} records of each group, if values differ as much as those at hand.{left}"


def _short(name: str, records: int, worth: float) -> str:
    """Name a group that is too small, with what its clustered or weighted records are worth where that is less."""
    worth = math.floor(worth)
    return f"{name} ({records:,}{f', worth {worth:,}' if worth < records else ''})"
