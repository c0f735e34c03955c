"""Every sentence about a finding, in plain words: bound first, estimate second, digits until the verdict shows.

The worse-treated group comes first. A number said to be "at least" is rounded down and one "at most" is rounded up, so
that no sentence says more than the data do.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fairaudit.comparisons import EVERYONE, EVERYONE_ELSE

VERDICT_WORDS = {
    "cleared": "Shown to be within the limit",
    "flagged": "Shown to be outside the limit",
    "not_demonstrated": "Not shown either way",
}
BASELINE_WORDS = "For comparison only"
FOR_EVERY = " for every 100"
MOST_DIGITS = 6
CENTS_BELOW = 1000


@dataclass(frozen=True)
class Scale:
    """What a measure's values are, and how they are said.

    Attributes:
        name: "share" (of people), "points" (a share that may be below 0), "time", "money", "number" or "own".
        unit: what follows a number: "days", "dollars"; empty where nothing does.
    """

    name: str = "share"
    unit: str = ""

    @property
    def per(self) -> float:
        """What a value is multiplied by before it is said: shares are said in 100."""
        return 100.0 if self.name in ("share", "points") else 1.0

    @property
    def after(self) -> str:
        """What follows a gap."""
        return " in 100" if self.per == 100 else f" {self.unit}" if self.unit else ""

    @property
    def counted(self) -> bool:
        """Whether values are shares of people, of whom a ratio may be said as so many for every 100."""
        return self.name == "share"


SHARE = Scale()


@dataclass(frozen=True)
class Reading:
    """One comparison as numbers a reader can take in.

    Attributes:
        kind: "ratio" or "difference".
        worse: "high" where a high rate is the worse one to have, else "low" (or None, read as low).
        estimate: theta_a / theta_b or theta_a - theta_b.
        lower: shown to be at least this.
        upper: shown to be at most this.
        margin: the limit on the same scale: tau or -delta.
        people: those of the worse-treated group and of the other, for "145 Black people for every 100 White people".
        scale: what the values are.
        between: what the estimate lies between, on its scale, where hidden counts leave it open.
        certain: whether all there is was counted, so that the value is known and not estimated.
    """

    kind: str
    worse: str | None
    estimate: float
    lower: float
    upper: float
    margin: float
    people: tuple[str, str] | None = None
    scale: Scale = SHARE
    between: tuple[float, float] | None = None
    certain: bool = False

    @property
    def turned(self) -> bool:
        """Whether the number shown grows as things get worse: a gap, or so many for every 100."""
        return self.kind == "difference" or self.worse == "high"

    @property
    def in_percent(self) -> bool:
        """Whether the number shown is a percentage of the other group's."""
        return self.kind == "ratio" and not (self.turned and self.scale.counted)

    def number(self, value: float) -> float:
        """Turn a value into the number shown: percent as often, people for every 100, or people in 100."""
        if self.kind == "difference":
            return -self.scale.per * value
        if self.worse == "high":
            return 100 / value if value > 0 else math.inf
        return 100 * value

    @property
    def limit(self) -> float:
        """The limit as the number shown."""
        return self.number(self.margin)

    def shown(self, value: float, rounding: str = "nearest") -> str:
        """Write a number with its unit, and as many digits as tell it from the limit.

        Args:
            value: on the scale of `estimate`.
            rounding: "nearest", "down" (for "at least") or "up" (for "at most").
        """
        number = self.number(value)
        if not math.isfinite(number):
            return "any number"
        text = self.digits(number, rounding)
        if self.unit != FOR_EVERY or self.people is None:
            return text + singular(self.unit, text)
        first, second = self.people
        return f"{text} {first}{FOR_EVERY} {second}, in groups of equal size"

    def digits(self, number: float, rounding: str = "nearest") -> str:
        """Write a number with as many digits as tell it from the limit."""
        if self.scale.per == 100 or self.kind == "ratio":
            return digits(number, self.limit, rounding)
        return digits(number, self.limit, rounding, _places(number, self.limit))

    @property
    def unit(self) -> str:
        """What follows the number."""
        if self.kind == "difference":
            return self.scale.after
        if not self.scale.counted:
            return "% as much"
        return FOR_EVERY if self.worse == "high" else "% as often"


def digits(number: float, limit: float | None = None, rounding: str = "nearest", least: int = 0) -> str:
    """Round a number, adding digits while it would read like a limit that it is not.

    Args:
        number: what to write.
        limit: what it is compared with; None where with nothing.
        rounding: "nearest", "down" or "up".
        least: how many digits behind the point to begin with.
    """
    for places in range(least, least + MOST_DIGITS + 1):
        text = _rounded(number, places, rounding)
        if (
            limit is None
            or abs(number - limit) < 1e-9
            or (float(text) != float(_rounded(limit, places, "nearest")) and not _crosses(number, float(text), limit))
        ):
            break
    return _plain(text)


def _places(*numbers: float) -> int:
    """Say how many digits behind the point make three significant ones of the largest number."""
    largest = max((abs(number) for number in numbers if math.isfinite(number)), default=0.0)
    return min(max(0, 2 - math.floor(math.log10(largest))), MOST_DIGITS) if largest > 0 else 0


def significant(number: float, limit: float = math.nan) -> str:
    """Write a number of any scale with three digits or more, and without an exponent.

    Args:
        number: what to write.
        limit: what it must not read like unless it is that.
    """
    if not math.isfinite(number):
        return "any number"
    for more in range(MOST_DIGITS + 1):
        text = f"{number + 0.0:,.{_places(number) + more}f}"
        plain = text.rstrip("0").rstrip(".") if "." in text else text
        if not math.isfinite(limit) or abs(number - limit) < 1e-12 or float(plain.replace(",", "")) != limit:
            break
    return "0" if plain == "-0" else plain


def values_in_words(values: Sequence[float], scale: Scale) -> list[str]:
    """Write values with their unit, with more digits where they would read alike and are not."""
    told = [scale.per * value for value in values]
    places = 1 if scale.per == 100 else _places(*told)
    if scale.name == "money":
        places = 2 if max(map(abs, told)) < CENTS_BELOW else 0
    for more in range(MOST_DIGITS + 1):
        texts = [_plain(f"{value:.{places + more}f}") for value in told]
        if len(set(texts)) == len(set(told)):
            break
    if scale.name == "money" and any("." in text for text in texts):
        texts = [f"{float(text.replace(',', '')):,.{places + more}f}" for text in texts]  # 17.40 beside 19.63
    unit = f" {scale.unit}" if scale.unit and scale.per == 1 else ""
    return [text + singular(unit, text) for text in texts]


def singular(unit: str, number: str) -> str:
    """Write a unit for a number: 1 day, 1 dollar an hour; 2 days."""
    if number not in ("1", "-1", "1.00"):
        return unit
    return re.sub(r"^( ?\w+)s\b", r"\1", unit)


def exactly(number: float) -> str:
    """Write a limit as it was set: 6.5 in 100 is not 6."""
    return _plain(f"{number:.{2 if abs(number) >= 1 else MOST_DIGITS}f}")


def percent(share: float) -> str:
    """Write a share of people: 3.1%, 24%; what is not nothing never reads 0%, nor what is not all 100%."""
    number = 100 * share
    if 0 < number < 0.1:
        return "under 0.1%"
    if 99.9 < number < 100:
        return "over 99.9%"
    return _plain(f"{number:.{0 if 10 <= number < 99.5 or number == 100 else 1}f}") + "%"


def _crosses(number: float, shown: float, limit: float) -> bool:
    return (number - limit) * (shown - limit) <= 0


def _rounded(number: float, places: int, rounding: str) -> str:
    scale = 10**places
    scaled = number * scale
    nudge = 1e-9 * max(1.0, abs(scaled))
    whole = {"nearest": round(scaled), "down": math.floor(scaled + nudge), "up": math.ceil(scaled - nudge)}[rounding]
    return f"{whole / scale:.{places}f}"


def _plain(text: str) -> str:
    """Leave out what says nothing, and part thousands."""
    if text.startswith("-") and float(text) != 0 and not text.startswith("-0"):
        return f"-{_plain(text[1:])}"
    whole, _, rest = text.partition(".")
    rest = rest.rstrip("0")
    return f"{int(whole):,}" + (f".{rest}" if rest else "") if whole != "-0" or not rest else f"-0.{rest}"


# --- rates ---------------------------------------------------------------------------------------------------------


def rates_sentence(
    first: str, second: str, rates: tuple[float | tuple[float, float], ...], of: str, share: str, people: str
) -> str:
    """Say both groups' rates: Of every 100 Black people 45 were flagged; of every 100 White people, 23.

    Args:
        first: the worse-treated group.
        second: the other group.
        rates: their rates, 0 to 1, or NaN where nobody is in the denominator; of a rate that hidden counts leave open
            the lowest and the highest that it can be.
        of: who is in the denominator, such as "people who did not reoffend".
        share: what the share did, such as "were flagged".
        people: the plan's word for people.
    """
    ends = [rate if isinstance(rate, tuple) else (rate, rate) for rate in rates]
    nobody = [group for group, (low, _) in zip((first, second), ends, strict=True) if math.isnan(low)]
    if nobody:
        return f"The records hold nobody to say it of among {listed(nobody)}: no {of}."
    if any(low < high for low, high in ends):
        base, shown = _between_per_hundred(ends)
    else:
        base, shown = per_hundred([low for low, _ in ends])
    such = "" if of == people else "such "
    return (
        f"Of every {base:,} {who(first, of, people)}, {shown[0]} {share}; of every {base:,} "
        f"{such}{who(second, people, people)}, {shown[1]}."
    )


def per_hundred(rates: Sequence[float]) -> tuple[int, list[str]]:
    """Choose a base at which rates are whole numbers that differ where the rates do: 100, 1,000 or 10,000."""
    positive = [rate for rate in rates if rate > 0]
    for base in (100, 1_000, 10_000):
        whole = [round(rate * base) for rate in rates]
        distinct = len(set(whole)) == len(set(rates)) or max(rates) - min(rates) < 0.5 / base
        if (not positive or min(positive) * base >= 1) and (distinct or base == 10_000 or _much_alike(rates)):
            break
    return base, [f"{value:,}" for value in whole]


def _between_per_hundred(ends: Sequence[tuple[float, float]]) -> tuple[int, list[str]]:
    """Write rates that lie between two, which are rounded outward; what is known to be one number stays one."""
    base, _ = per_hundred([rate for pair in ends for rate in pair])
    texts = []
    for low, high in ends:
        if low == high:
            texts.append(f"{round(low * base):,}")
        else:
            least, most = int(_rounded(low * base, 0, "down")), int(_rounded(high * base, 0, "up"))
            texts.append(f"{least:,} to {most:,}")
    return base, texts


def _much_alike(rates: Sequence[float]) -> bool:
    """Say whether rates are so near to each other, in points and in ratio, that more digits say nothing."""
    return max(rates) - min(rates) < 0.002 and min(rates) > 0.9 * max(rates)


def who(group: str, of: str, people: str) -> str:
    """Put a group's name before or behind the people it is of."""
    if group == EVERYONE:
        return f"{of} in all" if of == people else of
    if group.startswith(EVERYONE_ELSE):
        name = group.removeprefix(f"{EVERYONE_ELSE} than ")
        name = name.casefold() if name.casefold() in ("male", "female", "nonbinary") else name
        return f"{people} other than {name}{of.removeprefix(people)}" if of.startswith(people) else f"other {of}"
    if group.casefold() in ("male", "female", "nonbinary"):
        return f"{group.casefold()} {of}"
    if _is_adjective(group):
        return f"{group} {of}"
    # Of people who are told from others by what they did, the group is named before that.
    clause = re.search(r" (who|that|which|whose) ", people if of.startswith(people) else of)
    end = clause.start() if clause else len(people) if of.startswith(people) else len(of)
    return f"{of[:end]} in the group {group}{of[end:]}"


def _is_adjective(group: str) -> bool:
    """Say whether a name reads well before people: Black, Native American; but not: Two or more, Other, 18 to 24."""
    words = group.casefold().replace("-", " ").split()
    joining = {"or", "and", "more", "other", "another", "unknown", "none", "not", "under", "over", "of"}
    named = re.fullmatch(r"[^\W\d_]+([ -][^\W\d_]+){0,3}", group) is not None
    return named and group[:1].isupper() and not joining & set(words)


# --- what is shown -------------------------------------------------------------------------------------------------


def shown_sentence(reading: Reading, verdict: str, baseline: bool = False) -> str:
    """Say what the data show of the ratio or gap: the bound that decides first, then the best estimate."""
    if baseline and reading.between:
        unit = reading.unit.removeprefix("%")
        return f"In these records: {_what(reading)}{_left_open(reading, unit)}."
    if baseline:
        return (
            ""
            if math.isnan(reading.estimate)
            else f"In these records: {_what(reading)}{reading.shown(reading.estimate)}."
        )
    if reading.certain and not math.isnan(reading.estimate):
        what = "the gap is " if reading.kind == "difference" else "that is "
        return f"All areas are counted: {what}{reading.shown(reading.estimate)}."
    best = _best(reading)
    toward_harm, toward_fair = ("up", "down") if reading.turned else ("down", "up")
    if verdict == "flagged":
        word = "at least" if reading.turned else "at most"
        return f"The data show {_what(reading)}{word} {reading.shown(reading.upper, toward_fair)}{best}."
    bound = reading.shown(reading.lower, toward_harm)
    if verdict == "cleared":
        word = "at most" if reading.turned else "at least"
        return f"The data show {_what(reading)}{word} {bound}{best}."
    boundless = reading.kind == "ratio" and not reading.scale.counted and not reading.lower > 0
    if boundless or not math.isfinite(reading.number(reading.lower)):
        return f"The data set no bound to it{best}."
    if reading.kind == "difference":
        return f"The data allow a gap as large as {bound}{best}."
    if not reading.scale.counted:
        return f"The data allow as {'much' if reading.turned else 'little'} as {bound.removesuffix(' as much')}{best}."
    return f"The data allow as {'many' if reading.turned else 'little'} as {bound}{best}."


def _left_open(reading: Reading, unit: str = "") -> str:
    """Write between what an estimate lies that hidden counts leave open, rounded outward."""
    low, high = sorted(map(reading.number, reading.between))
    unit = ("%" if reading.in_percent else "") + unit
    if not math.isfinite(high):
        return f"at least {reading.digits(low, 'down')}{unit}, since counts are hidden"
    return f"{reading.digits(low, 'down')} to {reading.digits(high, 'up')}{unit}, since counts are hidden"


def _best(reading: Reading) -> str:
    if reading.between:
        return f" (best estimate {_left_open(reading)})"
    if math.isnan(reading.estimate) or not math.isfinite(reading.number(reading.estimate)):
        return ""
    number = reading.digits(reading.number(reading.estimate))
    return f" (best estimate {number}{'%' if reading.in_percent else ''})"


def _what(reading: Reading) -> str:
    return "a gap of " if reading.kind == "difference" else ""


def limit_sentence(reading: Reading, cited: str, allows: str = "") -> str:
    """Say the limit and who set it."""
    number = exactly(reading.limit)
    amount = f"{number}%" if reading.in_percent else number + singular(reading.unit, number)
    source = f", from {cited}" if cited else ", and the plan does not say who set it"
    return f"The limit is {amount}{source}.{' ' + allows if allows else ''}"


def yearly_sentence(
    reading: Reading, verdict: str, people_per_year: int | None, share_of_records: float, first: str, people: str
) -> str:
    """Say at least how many more people a year that is, where a flagged gap has a bound.

    Args:
        reading: the comparison.
        verdict: its verdict.
        people_per_year: how many people the system will decide on.
        share_of_records: the worse-treated group's part of all records that is in the denominator.
        first: the worse-treated group.
        people: the plan's word for people.
    """
    if not people_per_year or verdict != "flagged" or reading.kind != "difference":
        return ""
    number = math.floor(-reading.upper * people_per_year * share_of_records)
    if number < 1:
        return ""
    group = who(first, people, people)
    word = "more" if reading.worse == "high" else "fewer"
    more = f"at least {number:,} {word} {group} a year than if both groups fared alike"
    return f"If {people_per_year:,} {people} a year are like these, that happens to {more}."


REASONS: Mapping[str, str] = {
    "": "",
    "baseline": "These are today's decisions and not the system's: they are shown to compare with, and decide nothing.",
    "no_data": "A declared group has nobody that this measure could be taken of.",
    "no_variation": (
        "It cannot be told of every group: a value is undefined, or all of a group are so alike that nothing says how "
        "sure it is."
    ),
    "side": (
        "Where rates are above 80% a ratio alone cannot show it, since the rates of those left over may "
        "differ manifold: a limit on the difference must hold too."
    ),
    "too_skewed": (
        "Values are so skewed, and a group so small, that the mean cannot show it: a few that were not drawn could "
        "move it far. A median may."
    ),
    "hollow": (
        "No records of groups of these sizes could be outside this limit, so that keeping it shows nothing: look at "
        "the ratio, or at a cut-off that some reach and some do not."
    ),
    "too_little_data": "There are too few records to show it, even if both groups fare alike.",
    "unknowns": (
        "As recorded it would hold; it does not hold for everything that the unknown groups, decisions "
        "or outcomes could turn out to be."
    ),
    "selective_labels": (
        "It cannot be concluded from these records: by the decision itself, outcomes can be known of one side only. A "
        "subset drawn at random (random_subset), or the probability with which each record came to be looked at "
        "(inclusion_probability), would tell."
    ),
    "weighing": "As recorded it would hold; it does not hold once the records are weighed to the declared population.",
    "labels": (
        "As recorded it would hold; it does not hold once outcomes are corrected for how often they are known to be "
        "wrong."
    ),
    "cannot_weigh": (
        "As recorded it would hold; no weights make the records like the declared population, so that it is not shown "
        "for that population."
    ),
    "hidden": (
        "Counts were received hidden, and what they may be leaves open on which side of the limit the best estimate is."
    ),
    "leaning_outside": "The best estimate lies outside the limit, but chance alone could have put it there.",
    "leaning_inside": (
        "The best estimate lies within the limit, but the records do not rule out that the truth is outside it."
    ),
}


def reason_sentence(reason: str, *, at_worst: bool) -> str:
    """Say why a finding is not demonstrated.

    Args:
        reason: of `verdicts.reason`.
        at_worst: whether the bound that is printed is that of the unknown at their worst.
    """
    if at_worst and reason in ("too_little_data", "hidden", "leaning_outside", "leaning_inside"):
        return f"{REASONS[reason]} And so much is unknown that the bound takes it at its worst."
    return REASONS[reason]


def cleared_for_sentence(
    groups: Sequence[str], share: float | None, left: Sequence[Mapping], hidden: Sequence[str] = ()
) -> str:
    """Say for whom a finding that is not cleared does clear, and what the others lack.

    Args:
        groups: the groups that are within the limit of each other.
        share: the share of people of known group that they hold; None where it is not told.
        left: the others: {"group", "n", "needed"}; n is None where it is not told, needed where that is not known, or
            no number would help.
        hidden: those of them whose n is the least that it can be.
    """
    if not groups:
        return ""
    rest = listed([_lacking(**entry, at_least=entry["group"] in hidden) for entry in left])
    if share is None:
        return f"Not shown for {rest}; shown to be within the limit for {listed(groups)}."
    return (
        f"Not shown for {rest}; shown to be within the limit for the groups that cover "
        f"{digits(100 * share, None, 'down')}% of people ({listed(groups)})."
    )


def _lacking(group: str, n: int | None, needed: int | None, *, at_least: bool = False) -> str:
    """Name a group with its records, and how many it would need."""
    if n is None:
        return group
    need = f"; about {needed:,} in all are needed if all fare alike" if needed else ""
    return f"{group} ({'at least ' if at_least else ''}{n:,} {'record' if n == 1 else 'records'}{need})"


def listed(words: Sequence[str], most: int = 6) -> str:
    """Join words as a sentence does, cutting a long list."""
    words = [str(word) for word in words]
    if len(words) > most:
        words = [*words[: most - 1], f"{len(words) - most + 1} more"]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def finding_named(finding: Mapping[str, Any], evidence: Sequence[Mapping[str, Any]]) -> str:
    """Name what a finding is of, and its block where another one has the same name.

    Args:
        finding: of the results.
        evidence: every block of the results.
    """

    def name(one: Mapping[str, Any]) -> str:
        return f"{one['title']}, by {' and '.join(one['grouping']).replace('_', ' ')}"

    same = [one for block in evidence for one in block["findings"] if name(one) == name(finding)]
    return name(finding) if len({one["evidence"] for one in same}) < 2 else f"{name(finding)} ({finding['evidence']})"
