"""What a forest plot shows: a row a group, with its rate and with the comparison in which it fares worst.

A group's *worst comparison* is one of the ordered pairs in which it is the one treated worse: one that is outside the
limit if there is any, else one not shown to be within; of several, the one nearest to being shown to be outside. A
finding is cleared only where all of these rows are within, and flagged where one is outside: so the rows say what the
verdict rests on. The group that the finding names has the comparison that it names, unless that is with nobody.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fairaudit.charts.numbers import between, count, rate_writer, span
from fairaudit.languages import marked, say
from fairaudit.sentences import SHARE, Reading, Scale, digits, significant
from fairaudit.verdicts import SEVERITY

OUTSIDE, NOT_SHOWN, WITHIN = "flagged", "not_demonstrated", "cleared"
READINGS = {
    marked("outside the limit"): OUTSIDE,
    marked("not shown"): NOT_SHOWN,
    marked("within the limit"): WITHIN,
    marked("cannot be outside the limit"): WITHIN,
}
"""What the rows of a finding's pairs say, as verdicts: how each pair alone would read."""


@dataclass(frozen=True)
class Contrast:
    """One ordered pair, in the numbers that sentences use: % as often, so many for every 100, or a gap in 100.

    Attributes:
        sufferer: the group asked about: is it treated worse?
        other: the group or people it is compared with.
        estimate: the best estimate; None where undefined, or where the other's rate is 0 and no ratio can be had.
        far: the bound that must be within the limit to clear; None where there is none.
        near: the bound that must be outside the limit to flag; None where there is none.
        reading: as the row says it: one of `READINGS`.
        numbers: what turns values into these numbers.
        n: records of the sufferer and of the other.
        method: how the bounds were computed.
        approximate: whether the measure is no share, so that its own numbers are written: a hundredth of these.
        between: what the best estimate lies between, the smaller first, where hidden counts leave it open; an end that
            is beyond all numbers is None.
        most: the most records of the sufferer and of the other; None where none are hidden.
    """

    sufferer: str
    other: str
    estimate: float | None
    far: float | None
    near: float | None
    reading: str
    numbers: Reading
    n: tuple[int, int]
    method: str
    approximate: bool
    between: tuple[float, float | None] | None = None
    most: tuple[int, int] | None = None

    @property
    def verdict(self) -> str:
        """How the pair alone would read: "flagged", "not_demonstrated" or "cleared"."""
        return READINGS[self.reading]

    @property
    def empty(self) -> bool:
        """Whether either has no records, so that nothing can be said."""
        return min(self.most or self.n) == 0

    @property
    def rank(self) -> tuple[float, ...]:
        """What sorts the worst first: how it reads, how near to being outside, the best estimate; the empty last."""
        return self.empty, -SEVERITY[self.verdict], -self._harm(self.near), -self._harm(self.estimate)

    @property
    def way(self) -> tuple[float, ...]:
        """What says which way round a pair is worse: how it reads, then the best estimate."""
        return self.empty, -SEVERITY[self.verdict], -self._harm(self.estimate)

    def _harm(self, number: float | None) -> float:
        """Turn a number so that it grows as things get worse; what is not there says nothing of harm."""
        if number is None:
            return -math.inf
        return number if self.numbers.turned else -number

    def text(self, number: float | None, side: str = "nearest") -> str:
        """Write a number so that it says no more than the data do.

        Args:
            number: the estimate or a bound.
            side: "nearest" for an estimate, "far" or "near" for a bound.
        """
        if number is None:
            return say("no bound") if side != "nearest" else say("undefined") if self.empty else say("no ratio")
        if self.approximate:
            return own_scale(number, self.numbers.limit)
        outward = "up" if (side == "far") == self.numbers.turned else "down"
        return digits(number, self.numbers.limit, "nearest" if side == "nearest" else outward)

    def written(self, number: float | None, side: str = "nearest") -> str:
        """Write a number with a proper minus, and with % where it says how often."""
        text = self.text(number, side)
        plain = number is None or self.approximate or not self.numbers.in_percent
        return f"{text.replace('-', '−') if number is not None else text}{'' if plain else '%'}"

    @property
    def best(self) -> str:
        """The best estimate as text, or between what it lies."""
        if self.between is None:
            return self.written(self.estimate)
        outward = ("near", "far") if self.numbers.turned else ("far", "near")
        texts = [self.written(number, side) for number, side in zip(self.between, outward, strict=True)]
        if self.between[1] is None:
            return say("{number} or more", number=texts[0])
        return texts[0] if texts[0] == texts[1] else span(*texts)

    @property
    def sizes(self) -> tuple[str, str]:
        """Records of the sufferer and of the other, as text."""
        return tuple(between(*ends, count) for ends in zip(self.n, self.most or self.n, strict=True))

    @property
    def bounds(self) -> tuple[str, str]:
        """Both bounds as text, the smaller number first."""
        near, far = self.written(self.near, "near"), self.written(self.far, "far")
        return (near, far) if self.numbers.turned else (far, near)

    @property
    def unit(self) -> str:
        """What follows a written number in a sentence."""
        return "" if self.approximate else self.numbers.unit.removeprefix("%")

    @property
    def limit_text(self) -> str:
        """The limit, as numbers are written."""
        return limit_text(self.numbers, self.approximate)


def limit_text(numbers: Reading, approximate: bool) -> str:
    """Write the limit as a comparison's numbers are written."""
    if approximate:
        return own_scale(numbers.limit)
    return digits(numbers.limit) + ("%" if numbers.in_percent else "")


def own_scale(number: float, limit: float = math.nan) -> str:
    """Write a number of a measure that is no share, with more digits while it would read like the limit."""
    return significant(number / 100, limit / 100)


def is_own(finding: Mapping[str, Any]) -> bool:
    """Say whether a finding's values are no shares, so that they are written as they are."""
    return finding["scale"]["name"] not in ("share", "points")


@dataclass(frozen=True)
class Row:
    """One group of a forest plot.

    Attributes:
        group: its name.
        n: between what the records in the measure's denominator lie: twice the same unless counts are hidden.
        events: likewise of them, in the numerator; None where a measure counts nothing.
        rates: likewise its rate, 0 to 1, but for an approximate measure; None where undefined.
        lower, upper: its interval; None where there is none.
        worst: the comparison in which it fares worst; None where there is none.
        decides: whether that comparison is the one that the finding names.
    """

    group: str
    n: tuple[int, int]
    events: tuple[int, int] | None
    rates: tuple[float, float] | None
    lower: float | None
    upper: float | None
    worst: Contrast | None
    decides: bool

    def rate_text(self, own: bool) -> str:
        """Write its rate, or between what it lies.

        Args:
            own: whether values are no shares, so that they are written as they are.
        """
        write = rate_writer(own)
        return write(None) if self.rates is None else between(*self.rates, write)

    @property
    def counts_text(self) -> tuple[str, str]:
        """Write its records and events; no events where a measure counts nothing."""
        return between(*self.n, count), "" if self.events is None else between(*self.events, count)


def rows(finding: Mapping[str, Any], found: Sequence[Contrast] | None = None) -> list[Row]:
    """Give a row a group, the one with the worst rate first, those without records last.

    Args:
        finding: as in `results.json`.
        found: its contrasts, where they have been read.
    """
    of_group: dict[str, list[Contrast]] = {}
    for contrast in contrasts(finding) if found is None else found:
        of_group.setdefault(contrast.sufferer, []).append(contrast)
    made = [_row(group, of_group.get(group["group"], []), finding["worst_pair"]) for group in finding["groups"]]
    turn = -1 if worse_side(finding) == "high" else 1
    return sorted(made, key=lambda row: (row.rates is None, turn * (row.rates or (0.0,))[0]))


def _row(group: Mapping[str, Any], found: Sequence[Contrast], worst_pair: Sequence[str]) -> Row:
    name = group["group"]
    decides = name == worst_pair[0]
    named = [c for c in found if decides and c.other == worst_pair[1] and not c.empty]
    worst = next(iter([*named, *found]), None)
    n, events, rates = (_ends(group, key) for key in ("n", "events", "rate"))
    lower, upper = (group[key] if n[1] else None for key in ("lower", "upper"))
    return Row(name, n, events, rates if n[1] else None, lower, upper, worst, decides)


def _ends(group: Mapping[str, Any], key: str) -> tuple[Any, Any] | None:
    """Give between what a number of a group lies; None where there is no number."""
    if "hidden" in group and key in group["hidden"]:
        low, high = group["hidden"][key]
        return None if low is None else (low, high)
    return None if group[key] is None else (group[key], group[key])


def grouping_words(finding: Mapping[str, Any]) -> str:
    """Name what groups are made by, as words."""
    return say(" and ").join(name.replace("_", " ") for name in finding["grouping"])


def decisive(finding: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the comparison that decides a finding that has a limit on the ratio and one on the difference."""
    return next(comparison for comparison in finding["comparisons"] if comparison["kind"] == finding["comparison"])


def contrasts(finding: Mapping[str, Any], comparison: Mapping[str, Any] | None = None) -> list[Contrast]:
    """Read the ordered pairs of a finding, worst first.

    Args:
        finding: as in `results.json`.
        comparison: one of its comparisons; the one that decides where None.
    """
    comparison = comparison or decisive(finding)
    reading, own = numbers_of(finding, comparison), draws_own(finding, comparison["kind"])
    return sorted((_contrast(row, reading, own) for row in comparison["pairs"]), key=lambda contrast: contrast.rank)


def numbers_of(finding: Mapping[str, Any], comparison: Mapping[str, Any] | None = None) -> Reading:
    """Give what turns a comparison's values into the numbers shown, and holds its limit."""
    comparison = comparison or decisive(finding)
    kind, tolerance = comparison["kind"], comparison["tolerance"]["value"]
    limit = tolerance if kind == "ratio" else -tolerance
    return Reading(kind, worse_side(finding), math.nan, math.nan, math.nan, limit, scale=_of_ratios(finding, kind))


def _of_ratios(finding: Mapping[str, Any], kind: str) -> Scale:
    """Say of ratios whether they are of shares; gaps of other values are drawn as they are."""
    return Scale(finding["scale"]["name"]) if kind == "ratio" and not finding["approximate"] else SHARE


def draws_own(finding: Mapping[str, Any], kind: str) -> bool:
    """Say whether a comparison's numbers are written as they are: gaps of what is no share."""
    return finding["approximate"] or (is_own(finding) and kind == "difference")


def _contrast(row: Mapping[str, Any], reading: Reading, own: bool) -> Contrast:
    """Read a row: is its first group's rate too low? Where a high rate is worse it is the second that suffers."""
    ratio = reading.kind == "ratio"
    sign = 1 if ratio else -1  # results hold gaps with their sign turned, so that more is worse
    far, near = ("lower", "upper") if ratio else ("upper", "lower")
    values = [None if row[key] is None else reading.number(sign * row[key]) for key in ("estimate", far, near)]
    estimate, far, near = (value if value is not None and math.isfinite(value) else None for value in values)
    names, n = tuple(row["groups"]), tuple(row["n"])
    open_between, most = _hidden(row, reading, sign)
    if reading.worse == "high":
        names, n, most = names[::-1], n[::-1], most and most[::-1]
    return Contrast(
        *names, estimate, far, near, row["reading"], reading, n, row["method"], own, between=open_between, most=most
    )


def _hidden(row: Mapping[str, Any], reading: Reading, sign: int) -> tuple[tuple[float, float | None] | None, Any]:
    """Read what hidden counts leave open of a pair: between what its best estimate lies, and its most records."""
    if "hidden" not in row:
        return None, None
    ends = [math.inf if value is None else reading.number(sign * value) for value in row["hidden"]["estimate"]]
    low, high = sorted(ends)
    most = tuple(high for _, high in row["hidden"]["n"])
    return ((low, high if math.isfinite(high) else None) if low < high else None), most


def worse_side(finding: Mapping[str, Any]) -> str:
    """Say whether a high or a low rate is the worse one to have: "high" or "low" (also where neither is)."""
    return finding["worse"] or "low"
