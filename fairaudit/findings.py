"""From verdicts to findings: plain dicts, as they stand in `results.json`, each with its sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from fairaudit import sentences
from fairaudit.assessment import Disparity
from fairaudit.checks import checks_of
from fairaudit.checks.reweighting import panel
from fairaudit.checks.strata import stratified
from fairaudit.comparisons import CertainPairs
from fairaudit.languages import marked, say
from fairaudit.limits import limits
from fairaudit.plan import Evidence
from fairaudit.planning import more_records
from fairaudit.sentences import Reading
from fairaudit.stats import design
from fairaudit.stats.intervals import wilson
from fairaudit.verdicts import Bounds, Comparison, pairs_within

SIGNIFICANT = 12
AGAINST_ALL = marked(
    "Each group's own value is against everybody else; a comparison is of the two groups alone, both ways round."
)


def finding(disparity: Disparity) -> dict[str, Any]:
    """Write one disparity as a finding.

    Args:
        disparity: a measure in a grouping, with its verdict.

    Returns:
        A dict of plain values (no NaN: what is undefined is None), with keys as `templates/results.schema.json` lists
        them.
    """
    place = disparity.deciding
    comparison, bounds = disparity.comparisons[place], disparity.bounds[place]
    described = [
        _comparison(disparity, c, b, r)
        for c, b, r in zip(disparity.comparisons, disparity.bounds, disparity.reasons, strict=True)
    ]
    decides = described[place]
    unsettled = disparity.verdict == "not_demonstrated" and not comparison.baseline
    more = more_records(disparity, comparison, bounds) if unsettled else None
    found = {
        "id": disparity.name,
        "evidence": disparity.evidence.id,
        "measure": disparity.measure.name,
        "parameters": disparity.entry.parameters,
        "scale": {"name": disparity.scale.name, "unit": disparity.scale.unit},
        "counted": dict(zip(("of", "share"), _phrases(disparity), strict=True)),
        "title": title_of(disparity),
        "note": say(AGAINST_ALL) if disparity.measure.averages and disparity.measure.pairwise else "",
        "grouping": list(disparity.grouping.attributes),
        "reference": disparity.grouping.reference,
        "comparison": comparison.kind,
        "verdict": disparity.verdict,
        "words": say(sentences.BASELINE_WORDS) if comparison.baseline else sentences.verdict_words(disparity.verdict),
        "reason": decides["reason"],
        "reason_sentence": sentences.reason_sentence(decides["reason"], at_worst=bounds.lower_from == "worst"),
        "baseline": comparison.baseline,
        "blocks": disparity.blocks,
        "approximate": False,
        "tolerance": decides["tolerance"],
        "worst_pair": decides["worst_pair"],
        "worse": disparity.measure.worse_when(disparity.evidence.selected_is),
        "worse_off": decides["worse_off"],
        "estimate": decides["estimate"],
        "lower": decides["lower"],
        "upper": decides["upper"],
        "sentence": decides["sentence"],
        "cleared_for": _cleared_for(disparity, comparison, more),
        "too_few": disparity.too_few,
        "more_records": more,
        "groups": _groups(disparity),
        "unknown": _unknown(disparity),
        "few": disparity.few,
        "skewed": disparity.skewed,
        "pairs": decides["pairs"],
        "checks": checks_of(disparity, comparison),
        "panel": panel(disparity, comparison),
        "strata": stratified(disparity, comparison),
        "comparisons": described,
        "other_side": _other_side(disparity, comparison, bounds),
    }
    return plain(found)


# --- one comparison ------------------------------------------------------------------------------------------------


def reading(disparity: Disparity, comparison: Comparison, bounds: Bounds) -> Reading:
    """Put a comparison's worst pair into the numbers that its sentence says."""
    margin = comparison.margin
    worse = disparity.measure.worse_when(disparity.evidence.selected_is)
    words = disparity.evidence.people
    first, second = (sentences.who(name, words, words) for _, name in _named(disparity, comparison, bounds.pair))
    numbers = comparison.kind, worse, bounds.estimate, bounds.lower, bounds.upper, margin
    between = bounds.between if bounds.between[0] < bounds.between[1] else None
    certain = isinstance(comparison.counts["recorded"], CertainPairs) and bounds.lower_from == "recorded"
    return Reading(*numbers, (first, second), disparity.scale, between, certain)


def _named(disparity: Disparity, comparison: Comparison, pair: int) -> tuple[tuple[int, str], tuple[int, str]]:
    """Give both arms of a pair, (place, name), the worse-treated first.

    The pair's first arm is the one shown, or feared, to have the lower rate; where high is worse it is the second that
    suffers.
    """
    a, b = (int(arm) for arm in comparison.arms.scheme.pairs[pair])
    names = comparison.arms.scheme.names
    if disparity.measure.worse_when(disparity.evidence.selected_is) == "high":
        a, b = b, a
    return (a, names[a]), (b, names[b])


def _comparison(disparity: Disparity, comparison: Comparison, bounds: Bounds, reason: str) -> dict[str, Any]:
    (first, first_name), (second, second_name) = _named(disparity, comparison, bounds.pair)
    said = reading(disparity, comparison, bounds)
    sign = comparison.sign
    lower, upper = (bounds.lower, bounds.upper) if sign == 1 else (-bounds.upper, -bounds.lower)
    return {
        "kind": comparison.kind,
        "verdict": comparison.verdict,
        "reason": reason,
        "tolerance": _tolerance(disparity, comparison),
        "worst_pair": [first_name, second_name],
        "worse_off": first_name,
        "estimate": sign * bounds.estimate,
        **_left_open(bounds.between, sign),
        "lower": lower,
        "upper": upper,
        "method": _method(comparison, _named_method(disparity, bounds.method)),
        "family": comparison.family,
        "sentence": _sentence(disparity, comparison, said, (first, first_name), (second, second_name)),
        "pairs": _pairs(disparity, comparison, bounds),
    }


def _left_open(between: tuple[float, float], sign: int, sizes: Sequence[Sequence[int]] | None = None) -> dict[str, Any]:
    """Say between what a pair's value, and where given its records, lie; nothing where no count leaves them open."""
    if not between[0] < between[1] and all(low == high for low, high in sizes or ()):
        return {}
    estimate = {"estimate": sorted(sign * value for value in between)}
    return {"hidden": estimate if sizes is None else {**estimate, "n": sizes}}


def _sizes(comparison: Comparison, *arms: int) -> list[list[int]]:
    """Give the least and the most records of arms."""
    n = [comparison.arms.said[0]] * 2 if comparison.arms.ranges is None else comparison.arms.ranges.n
    return [[int(sizes[arm]) for sizes in n] for arm in arms]


def _tolerance(disparity: Disparity, comparison: Comparison) -> dict[str, Any]:
    value = getattr(disparity.entry, comparison.kind)
    on_file = limits().get(value) if isinstance(value, str) else None
    return {
        "kind": comparison.kind,
        "value": comparison.tolerance,
        "name": on_file.name if on_file else None,
        "because": disparity.entry.because,
        "citation": on_file.citation if on_file else None,
        "as_of": on_file.as_of if on_file else None,
        "allows": _allows(disparity, comparison),
        "loosest": _looser_than_any(disparity, comparison),
    }


def _allows(disparity: Disparity, comparison: Comparison) -> str:
    """Say what a limit lets happen, in people."""
    of, share = _phrases(disparity)
    if disparity.measure.averages:
        return _allows_of_values(disparity, comparison)
    if comparison.kind == "difference":
        number = sentences.exactly(100 * comparison.tolerance)
        return say(
            "Of every 100 {of}, it lets there be {number} more in one group than in another that {share}.",
            of=of,
            number=number,
            share=share,
        )
    number = sentences.exactly(100 * (1 - comparison.tolerance))
    return say(
        "Of every 100 {of}, it lets those that {share} be {number}% fewer in one group than in another.",
        of=of,
        share=share,
        number=number,
    )


def _allows_of_values(disparity: Disparity, comparison: Comparison) -> str:
    if comparison.kind == "difference":
        scale = disparity.scale
        gap = scale.gap(sentences.exactly(scale.per * comparison.tolerance))
        return say("It lets the {title} of two groups be {gap} apart.", title=title_of(disparity), gap=gap)
    number = sentences.exactly(100 * comparison.tolerance)
    return say("It lets the {title} of one group be {number}% of another's.", title=title_of(disparity), number=number)


def _looser_than_any(disparity: Disparity, comparison: Comparison) -> bool:
    """Say whether the plan's own number allows more than every limit on file of its kind."""
    if not disparity.scale.counted:
        return False
    on_file = [limit.value for limit in limits().values() if limit.kind == comparison.kind]
    return comparison.tolerance < min(on_file) if comparison.kind == "ratio" else comparison.tolerance > max(on_file)


def _phrases(disparity: Disparity) -> tuple[str, str]:
    return disparity.measure.phrases(own_words(disparity.evidence))


def title_of(disparity: Disparity) -> str:
    """Name what is measured, in the plan's words where it has any."""
    return disparity.measure.titled(own_words(disparity.evidence))


def own_words(evidence: Evidence) -> dict[str, str]:
    """Give the words that the plan itself brings; at a cut-off others stand in for those it leaves out."""
    return evidence.words.model_dump(exclude_unset=True)


def _sentence(
    disparity: Disparity, comparison: Comparison, said: Reading, first: tuple[int, str], second: tuple[int, str]
) -> str:
    of, share = _phrases(disparity)
    people = disparity.evidence.people
    a, b = comparison.arms.said_of(int(_pair_of(comparison, first[0], second[0])))
    turned = comparison.arms.scheme.pairs[_pair_of(comparison, first[0], second[0])][0] != first[0]
    rates = (b, a) if turned else (a, b)
    if disparity.measure.averages:
        said_of_both = _values_sentence(disparity, (first[1], second[1]), rates)
    else:
        said_of_both = sentences.rates_sentence(first[1], second[1], rates, of, share, people)
    parts = [
        said_of_both,
        sentences.shown_sentence(said, comparison.verdict, comparison.baseline),
        sentences.limit_sentence(said, disparity.entry.cited(comparison.kind)),
    ]
    return " ".join(part for part in parts if part)


def _pair_of(comparison: Comparison, first: int, second: int) -> int:
    """Find the pair of two arms, whichever way round."""
    pairs = comparison.arms.scheme.pairs
    return int(np.flatnonzero(((pairs == (first, second)) | (pairs == (second, first))).all(axis=1))[0])


def _values_sentence(disparity: Disparity, groups: tuple[str, str], values: tuple[float, float]) -> str:
    """Say both groups' values: On average Black workers got 15 dollars; White workers, 17."""
    words = own_words(disparity.evidence)
    people = disparity.evidence.people
    undefined = [group for group, value in zip(groups, values, strict=True) if math.isnan(value)]
    if undefined:
        title = f"{title_of(disparity)[:1].upper()}{title_of(disparity)[1:]}"
        return say("{title}: it cannot be told of {groups}.", title=title, groups=sentences.listed(undefined))
    texts = sentences.values_in_words(values, disparity.scale)
    first, second = (sentences.who(group, people, people) for group in groups)
    said = disparity.measure.says(first, texts[0], words)
    told = {"said": f"{said[:1].upper()}{said[1:]}", "second": second, "value": texts[1].removeprefix("-")}
    if not disparity.measure.phrase_below:
        return say("{said}; {second}: {value}.", **{**told, "value": texts[1]})
    if texts[1].startswith("-"):
        return say("{said}; of {second}, {value} fewer.", **told)
    return say("{said}; of {second}, {value} more.", **told)


def yearly(disparity: Disparity, people_per_year: int | None) -> str:
    """Say at least how many more people a year a flagged gap means; "" where nothing can be said."""
    comparison, bounds = disparity.comparisons[disparity.deciding], disparity.bounds[disparity.deciding]
    (first, name), _ = _named(disparity, comparison, bounds.pair)
    of_records = disparity.evidence.kind in ("decisions", "scores", "amounts", "waits")
    if first >= len(disparity.groups) or disparity.measure.averages or not of_records:
        return ""
    share_of_records = _least_share(disparity, first)
    said = reading(disparity, comparison, bounds)
    people = disparity.evidence.people
    return sentences.yearly_sentence(said, disparity.verdict, people_per_year, share_of_records, name, people)


def _least_share(disparity: Disparity, group: int) -> float:
    """Bound from below a group's part of all records that the measure counts, weighted where they are (Wilson 1927)."""
    cells, counted = disparity.arms.cells, disparity.measure.membership()[1]
    amounts = cells.amounts.sum(axis=(0, 2))
    others = 0.0 if cells.maybe is None else float(cells.maybe.sum())
    share = float((amounts[group] * counted).sum() / (amounts.sum() + others))
    records = float(cells.n.sum()) if cells.w is None else float(design.kish(cells.w.sum(), cells.ww.sum()))
    low, _ = wilson(share * records, records, 2 * disparity.evidence.alpha_of_look)
    return float(low)


def _named_method(disparity: Disparity, method: str) -> str:
    return disparity.measure.method if disparity.measure.averages else method


def _method(comparison: Comparison, method: str) -> str:
    cells = comparison.arms.cells
    if cells.census:
        return marked("all areas counted") if cells.moe2 is None else marked("all areas counted, margins of error")
    return " ".join([*comparison.arms.basis, method])


def _pairs(disparity: Disparity, comparison: Comparison, bounds: Bounds) -> list[dict[str, Any]]:
    """Write every pair as a row: its value, both bounds, and whether it alone would be within or outside the limit."""
    names, records = comparison.arms.scheme.names, comparison.arms.said[0]
    inside = pairs_within(comparison)
    between = np.transpose(comparison.arms.estimates_between(comparison.kind))
    sign = comparison.sign
    rows = []
    for place, (a, b) in enumerate(comparison.arms.scheme.pairs):
        estimate, lower, upper = (float(values[place]) for values in bounds.of_pairs)
        lower, upper = (lower, upper) if sign == 1 else (-upper, -lower)
        exactly = place in comparison.exact_uppers or ("recorded", place) in comparison.exact_bounds
        exactly = exactly or comparison.exact_clear.get(("recorded", place)) is False
        rows.append(
            {
                "groups": [names[a], names[b]],
                "n": _resting_on(comparison, place, (records[a], records[b])),
                "estimate": sign * estimate,
                **_left_open(tuple(between[place].tolist()), sign, _sizes(comparison, a, b)),
                "lower": lower,
                "upper": upper,
                "method": _method(comparison, _named_method(disparity, "exact" if exactly else "score")),
                "reading": _row_reading(comparison, place, bool(inside[place])),
            }
        )
    return rows


def _resting_on(comparison: Comparison, pair: int, records: tuple[float, float]) -> list[int]:
    """Give how many records of both arms a row rests on; of matched tests, those that have both."""
    units = getattr(comparison.counts["recorded"], "units", None)
    return [int(size) for size in (records if units is None else (units[pair], units[pair]))]


def _row_reading(comparison: Comparison, pair: int, inside: bool) -> str:
    """Read one row; a row alone clears nothing."""
    if pair in comparison.flagged_at:
        return marked("outside the limit")
    if comparison.cannot_fail("recorded")[pair]:
        return marked("cannot be outside the limit")
    return marked("within the limit") if inside else marked("not shown")


# --- groups, unknowns, checks --------------------------------------------------------------------------------------


def _groups(disparity: Disparity) -> list[dict[str, Any]]:
    cells, rows = disparity.arms.cells, []
    for row, people, most in zip(disparity.rate_table, cells.people, cells.people_at_most, strict=False):
        rows.append({**row, "records": int(people)})
        if disparity.arms.ranges is not None and ("hidden" in row or most > people):
            known = row.get("hidden") or {key: [row[key]] * 2 for key in ("n", "events", "rate")}
            rows[-1]["hidden"] = {**known, "records": [int(people), int(most)]}
    return rows


def _unknown(disparity: Disparity) -> dict[str, Any]:
    unknown = disparity.unknown
    return {
        **unknown._asdict(),
        "limit": disparity.evidence.unknown_at_most,
        "worst_case_decides": "worst" in disparity.comparisons[0].scenarios,
    }


def _cleared_for(disparity: Disparity, comparison: Comparison, more: dict[str, Any] | None) -> dict[str, Any]:
    groups = disparity.cleared_groups
    sizes = disparity.sizes
    held = [disparity.groups.index(name) for name in groups]
    ranges = disparity.arms.ranges
    most = sizes if ranges is None else ranges.n[1, : len(sizes)]
    rest = float(np.delete(most, held).sum())
    covered = float(sizes[held].sum())
    share = covered / (covered + rest) if covered else 0.0
    left = [
        {"group": name, "n": int(sizes[place]), "needed": more["needed"] if more and more["group"] == name else None}
        for place, name in enumerate(disparity.groups)
        if name not in groups
    ]
    text = (
        ""
        if disparity.verdict != "not_demonstrated" or comparison.baseline
        else sentences.cleared_for_sentence(
            groups, share, left, [disparity.groups[g] for g in np.flatnonzero(most > sizes)]
        )
    )
    return {"groups": groups, "share": share, "left": left, "sentence": text}


def _other_side(disparity: Disparity, comparison: Comparison, bounds: Bounds) -> float | None:
    """Give the ratio of the shares left over: 93% v 97% not flagged is 7 v 3 flagged, 2.33 times."""
    if comparison.kind != "ratio" or disparity.measure.averages:
        return None
    a, b = comparison.arms.scheme.pairs[bounds.pair]
    if math.isnan(bounds.estimate):
        return None
    rates = 1 - comparison.arms.said[1][[a, b]]
    return float(rates[0] / rates[1]) if rates[1] > 0 else None


def plain(value: Any) -> Any:
    """Make a value fit for JSON: NaN and infinity become None, floats keep twelve significant digits."""
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return float(f"{value:.{SIGNIFICANT}g}") + 0.0 if math.isfinite(value) else None
    return value
