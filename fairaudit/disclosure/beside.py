"""What is shown beside the findings, as the public copy shows it: rounded, without its ends, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fairaudit.disclosure.hidden import Hidden
from fairaudit.disclosure.rule import Rule, significant

Entry = Mapping[str, Any]


def told_beside(entry: Entry, hidden: Hidden, rule: Rule) -> dict[str, Any] | None:
    """Give what is shown, for the public copy; None where nothing of it can be told.

    Args:
        entry: one of `shown`, as in `results.json`.
        hidden: what is hidden of its block.
        rule: which counts are hidden.
    """
    grouping = tuple(entry["grouping"])
    if grouping in hidden.closed:
        return None
    gone = hidden.rates.get(grouping, frozenset())
    return TELL[entry["shown"]](entry, hidden, rule, gone)


Gone = frozenset[str]


def _told(entry: Entry, gone: Gone) -> list[dict[str, Any]]:
    return [dict(row) for row in entry["groups"] if row["group"] not in gone]


def _survival(entry: Entry, hidden: Hidden, rule: Rule, gone: Gone) -> dict[str, Any] | None:
    """Keep curves at the round times only, rounded; no time at which a single wait ended."""
    groups = []
    for row in _told(entry, gone):
        if rule.step(row["n"]) is None:
            continue
        at_risk = [rule.rounded(number) for number in row["at_risk"]]
        followed = [tick for tick, number in zip(entry["ticks"], at_risk, strict=True) if number]
        steps = [_at(row["steps"], tick, row["n"], rule) for tick in followed if tick > 0]
        median = row["median"] if row["median"] is None else significant(row["median"], 2)
        groups.append({**row, "n": _n(row, hidden, entry, rule), "at_risk": at_risk, "median": median})
        groups[-1]["steps"] = [step for step in steps if step]
    none = dict.fromkeys(entry["log_rank"])
    return {**entry, "groups": groups, "log_rank": none} if groups else None


def _at(steps: Sequence[Sequence[float]], tick: float, n: float, rule: Rule) -> list[float | None] | None:
    reached = [step for step in steps if step[0] <= tick]
    if not reached:
        return None
    _, share, lower, upper = reached[-1]
    return [tick, rule.coarse(share, n), rule.coarse(lower, n, "down"), rule.coarse(upper, n, "up")]


def _n(row: Entry, hidden: Hidden, entry: Entry, rule: Rule) -> int | None:
    """Give a group's size, roughly where a few records lack what is measured."""
    roughly = hidden.blurred & set(entry["grouping"]) or tuple(entry["grouping"]) in hidden.rounded
    return rule.rounded(row["n"]) if roughly else row["n"]


def _calibration(entry: Entry, hidden: Hidden, rule: Rule, gone: Gone) -> dict[str, Any] | None:
    groups = []
    for row in _told(entry, gone):
        points = [
            {
                "score": significant(point["score"], 2),
                "n": rule.rounded(point["n"]),
                "rate": rule.coarse(point["rate"], point["n"]),
                "lower": rule.coarse(point["lower"], point["n"], "down"),
                "upper": rule.coarse(point["upper"], point["n"], "up"),
            }
            for point in row["points"]
            if rule.step(point["n"]) is not None
        ]
        if points:
            error = significant(row["expected_error"], 1)
            groups.append({**row, "n": _n(row, hidden, entry, rule), "points": points, "expected_error": error})
    return {**entry, "groups": groups} if groups else None


def _sweep(entry: Entry, hidden: Hidden, rule: Rule, gone: Gone) -> dict[str, Any] | None:
    """Round rates at every cut-off; error rates as of a tenth of the records, since who has the outcome may be few."""
    groups = []
    for row in _told(entry, gone):
        rates = {
            name: [rule.coarse(rate, row["n"] if name == "selection_rate" else row["n"] / 10) for rate in found]
            for name, found in row["rates"].items()
        }
        if any(rate is not None for found in rates.values() for rate in found):
            groups.append({**row, "n": rule.rounded(row["n"]), "rates": rates})
    return {**entry, "groups": groups} if groups else None


def _distribution(entry: Entry, hidden: Hidden, rule: Rule, gone: Gone) -> dict[str, Any] | None:
    """Keep a quantile beyond which there are enough people: the ends are left out where they are few."""
    groups = []
    for row in _told(entry, gone):
        kept = [
            [label, significant(value, 2)]
            for label, value in row["quantiles"]
            if row["n"] * min(share := float(label.rstrip("%")) / 100, 1 - share) >= rule.smallest
        ]
        if rule.step(row["n"]) is not None and any(label == "50%" for label, _ in kept):
            none = rule.coarse(row["none"], row["n"])
            rough = {"mean": significant(row["mean"]), "skewness": significant(row["skewness"], 1), "none": none}
            groups.append({**row, "n": _n(row, hidden, entry, rule), "quantiles": kept, **rough})
    return {**entry, "groups": groups} if groups else None


def _standardised(entry: Entry, hidden: Hidden, rule: Rule, gone: Gone) -> dict[str, Any] | None:
    if gone or any(rule.step(row["n"]) is None for row in entry["groups"]):
        return None
    keys = ("mean", "standardised", "gap", "of_amounts", "of_mix")
    groups = [
        {**row, "n": _n(row, hidden, entry, rule), **{key: significant(row[key], 3) for key in keys}}
        for row in entry["groups"]
    ]
    return {**entry, "groups": groups, "shared": significant(entry["shared"], 2)}


def _matched(entry: Entry, hidden: Hidden, rule: Rule, gone: Gone) -> dict[str, Any] | None:
    keys = ("both", "first", "second", "neither")
    few = any(rule.small(row[key]) for row in entry["pairs"] for key in keys)
    return None if gone or few or tuple(entry["grouping"]) in hidden.rounded else dict(entry)


def _representation(entry: Entry, hidden: Hidden, rule: Rule, gone: Gone) -> dict[str, Any] | None:
    groups = _told(entry, gone)
    return {**entry, "groups": groups} if groups and tuple(entry["grouping"]) not in hidden.rounded else None


def _segregation(entry: Entry, hidden: Hidden, rule: Rule, gone: Gone) -> dict[str, Any] | None:
    if gone:
        return None
    groups = [
        {**row, **{key: significant(row[key], 3) for key in ("service", "dissimilarity")}} for row in entry["groups"]
    ]
    return {**entry, "groups": groups, "concentration": significant(entry["concentration"], 2)}


def _population(entry: Entry, hidden: Hidden, rule: Rule, gone: Gone) -> dict[str, Any] | None:
    left_out = {name for name, groups in hidden.people.items() if groups} | hidden.blurred
    groups = [dict(row) for row in entry["groups"] if row["attribute"] not in left_out]
    return {**entry, "groups": groups} if groups else None


def _scan(entry: Entry, hidden: Hidden, rule: Rule, gone: Gone) -> dict[str, Any] | None:
    """Leave out a look through crossings wherever it names one, or says how many are of unknown group, that are few."""
    if entry["rows"] or any(map(rule.small, entry["unknown"].values())) or (entry["unknown"] and hidden.anything):
        return None
    return dict(entry)


def _map(entry: Entry, hidden: Hidden, rule: Rule, gone: Gone) -> dict[str, Any] | None:
    """Round areas' numbers; an area of few people has none."""
    share = entry["unit"] == "share"

    def value(area: Entry) -> float | None:
        if rule.step(area["n"]) is None:
            return None
        return rule.coarse(area["value"], area["n"]) if share else significant(area["value"], 2)

    areas = [{**area, "value": value(area), "n": rule.rounded(area["n"]) or 0} for area in entry["areas"]]
    return {**entry, "areas": areas} if any(area["value"] is not None for area in areas) else None


TELL: dict[str, Callable[[Entry, Hidden, Rule, Gone], dict[str, Any] | None]] = {
    "survival": _survival,
    "calibration": _calibration,
    "sweep": _sweep,
    "distribution": _distribution,
    "standardised": _standardised,
    "matched": _matched,
    "representation": _representation,
    "segregation": _segregation,
    "records_and_population": _population,
    "scan": _scan,
    "map": _map,
}
