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
from fairaudit.languages import ENGLISH, current, listed, marked, say, say_count

VERDICT_WORDS = {
    "cleared": marked("Shown to be within the limit"),
    "flagged": marked("Shown to be outside the limit"),
    "not_demonstrated": marked("Not shown either way"),
}
BASELINE_WORDS = marked("For comparison only")
MOST_DIGITS = 6
CENTS_BELOW = 1000
OUR_UNITS = {"days": marked("days"), "hours": marked("hours")}
"""Units that are not the plan's own words."""

SINGULAR = {ENGLISH: r"^( ?\w+)s\b", "es": r"^( ?\w+?)(?:(?<=[lrn])es|s)\b"}
"""How the first word of a unit ends where there are several: it loses that of one."""

RELATIVE = re.compile(r" (who|that|which|whose|que|quien|quienes|cuyo|cuya|cuyos|cuyas) ")
"""What begins a clause that tells some people from others, in any language of a plan or a report."""

AMOUNTS = {
    "in 100": marked("{number} in 100"),
    "unit": "{number} {unit}",
    "number": "{number}",
    "as much": marked("{number}% as much"),
    "as often": marked("{number}% as often"),
    "for every 100": marked("{number} for every 100"),
    "percent": "{number}%",
}
"""How a number is said: of gaps, of ratios of values, of ratios of shares; and with no more than its sign."""

AMOUNTS_BETWEEN = {
    "in 100": marked("{low} to {high} in 100, since counts are hidden"),
    "unit": marked("{low} to {high} {unit}, since counts are hidden"),
    "number": marked("{low} to {high}, since counts are hidden"),
    "as much": marked("{low} to {high}% as much, since counts are hidden"),
    "as often": marked("{low} to {high}% as often, since counts are hidden"),
    "for every 100": marked("{low} to {high} for every 100, since counts are hidden"),
    "percent": marked("{low} to {high}%, since counts are hidden"),
}
AMOUNTS_FROM = {
    "in 100": marked("at least {low} in 100, since counts are hidden"),
    "unit": marked("at least {low} {unit}, since counts are hidden"),
    "number": marked("at least {low}, since counts are hidden"),
    "as much": marked("at least {low}% as much, since counts are hidden"),
    "as often": marked("at least {low}% as often, since counts are hidden"),
    "for every 100": marked("at least {low} for every 100, since counts are hidden"),
    "percent": marked("at least {low}%, since counts are hidden"),
}


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
    def told(self) -> str:
        """The unit in the language of the report; one that the plan names stays as it is."""
        return say(OUR_UNITS[self.unit]) if self.name == "time" and self.unit in OUR_UNITS else self.unit

    @property
    def way(self) -> str:
        """How a gap is said, of `AMOUNTS`."""
        return "in 100" if self.per == 100 else "unit" if self.unit else "number"

    def gap(self, number: str) -> str:
        """Say a gap: 5 in 100, 2 days, 1 day."""
        return say(AMOUNTS[self.way], number=number, unit=singular(self.told, number))

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
            return say("any number")
        text = self.digits(number, rounding)
        if self.way != "for every 100" or self.people is None:
            return self.amount(text)
        first, second = self.people
        return say(
            "{number} {first} for every 100 {second}, in groups of equal size", number=text, first=first, second=second
        )

    def digits(self, number: float, rounding: str = "nearest") -> str:
        """Write a number with as many digits as tell it from the limit."""
        if self.scale.per == 100 or self.kind == "ratio":
            return digits(number, self.limit, rounding)
        return digits(number, self.limit, rounding, _places(number, self.limit))

    @property
    def way(self) -> str:
        """How the number is said, of `AMOUNTS`."""
        if self.kind == "difference":
            return self.scale.way
        if not self.scale.counted:
            return "as much"
        return "for every 100" if self.worse == "high" else "as often"

    def amount(self, number: str) -> str:
        """Say a number that is written already: 79% as often, 2.01 days."""
        return say(AMOUNTS[self.way], number=number, unit=singular(self.scale.told, number))

    @property
    def unit(self) -> str:
        """What follows the number."""
        return say(AMOUNTS[self.way], number="", unit=self.scale.told)


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
        return say("any number")
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
    unit = f" {scale.told}" if scale.unit and scale.per == 1 else ""
    return [text + singular(unit, text) for text in texts]


def singular(unit: str, number: str) -> str:
    """Write a unit for a number: 1 day, 1 dollar an hour; 2 days."""
    if number not in ("1", "-1", "1.00"):
        return unit
    return re.sub(SINGULAR.get(current(), "^$"), r"\1", unit)


def exactly(number: float) -> str:
    """Write a limit as it was set: 6.5 in 100 is not 6."""
    return _plain(f"{number:.{2 if abs(number) >= 1 else MOST_DIGITS}f}")


def percent(share: float) -> str:
    """Write a share of people: 3.1%, 24%; what is not nothing never reads 0%, nor what is not all 100%."""
    number = 100 * share
    if 0 < number < 0.1:
        return say("under {number}%", number="0.1")
    if 99.9 < number < 100:
        return say("over {number}%", number="99.9")
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
        return say("The records hold nobody to say it of among {groups}: no {of}.", groups=listed(nobody), of=of)
    if any(low < high for low, high in ends):
        base, shown = _between_per_hundred(ends)
    else:
        base, shown = per_hundred([low for low, _ in ends])
    told = {
        "base": base,
        "first": who(first, of, people),
        "shown": shown[0],
        "share": share,
        "second": who(second, people, people),
        "other": shown[1],
    }
    if of == people:
        return say("Of every {base:,} {first}, {shown} {share}; of every {base:,} {second}, {other}.", **told)
    return say("Of every {base:,} {first}, {shown} {share}; of every {base:,} such {second}, {other}.", **told)


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
            texts.append(say("{least:,} to {most:,}", least=least, most=most))
    return base, texts


def _much_alike(rates: Sequence[float]) -> bool:
    """Say whether rates are so near to each other, in points and in ratio, that more digits say nothing."""
    return max(rates) - min(rates) < 0.002 and min(rates) > 0.9 * max(rates)


GENDERS = ("male", "female", "nonbinary")


def who(group: str, of: str, people: str) -> str:
    """Put a group's name before or behind the people it is of."""
    if group == EVERYONE:
        return say("{of} in all", of=of) if of == people else of
    if group.startswith(EVERYONE_ELSE):
        name = _lowered(group.removeprefix(f"{EVERYONE_ELSE} than "))
        if not of.startswith(people):
            return say("other {of}", of=of)
        return say("{people} other than {group}{rest}", people=people, group=name, rest=of.removeprefix(people))
    # Of people who are told from others by what they did, the group is named before that.
    clause = RELATIVE.search(people if of.startswith(people) else of)
    end = clause.start() if clause else len(people) if of.startswith(people) else len(of)
    noun, rest = of[:end], of[end:]
    if group.casefold() in GENDERS or _is_adjective(group):
        return say("{group} {people}{rest}", group=_lowered(group), people=noun, rest=rest)
    return say("{people} in the group {group}{rest}", people=noun, group=group, rest=rest)


def _lowered(group: str) -> str:
    """Write a name as English writes it within a sentence: female applicants."""
    return group.casefold() if group.casefold() in GENDERS and current() == ENGLISH else group


def _is_adjective(group: str) -> bool:
    """Say whether a name reads well before people: Black, Native American; but not: Two or more, Other, 18 to 24."""
    words = group.casefold().replace("-", " ").split()
    joining = {"or", "and", "more", "other", "another", "unknown", "none", "not", "under", "over", "of"}
    named = re.fullmatch(r"[^\W\d_]+([ -][^\W\d_]+){0,3}", group) is not None
    return named and group[:1].isupper() and not joining & set(words)


# --- what is shown -------------------------------------------------------------------------------------------------


def shown_sentence(reading: Reading, verdict: str, baseline: bool = False) -> str:
    """Say what the data show of the ratio or gap: the bound that decides first, then the best estimate."""
    if baseline:
        return _of_baseline(reading)
    gap = reading.kind == "difference"
    if reading.certain and not math.isnan(reading.estimate):
        amount = reading.shown(reading.estimate)
        if gap:
            return say("All areas are counted: the gap is {amount}.", amount=amount)
        return say("All areas are counted: that is {amount}.", amount=amount)
    toward_harm, toward_fair = ("up", "down") if reading.turned else ("down", "up")
    told = {"best": _best(reading)}
    if verdict in ("flagged", "cleared"):
        flagged = verdict == "flagged"
        bound, rounding = (reading.upper, toward_fair) if flagged else (reading.lower, toward_harm)
        at_least = reading.turned == flagged
        return say(SHOWN[reading.kind, at_least], amount=reading.shown(bound, rounding), **told)
    boundless = reading.kind == "ratio" and not reading.scale.counted and not reading.lower > 0
    if boundless or not math.isfinite(reading.number(reading.lower)):
        return say("The data set no bound to it{best}.", **told)
    if not gap and not reading.scale.counted:
        number = reading.digits(reading.number(reading.lower), toward_harm)
        if reading.turned:
            return say("The data allow as much as {number}%{best}.", number=number, **told)
        return say("The data allow as little as {number}%{best}.", number=number, **told)
    amount = reading.shown(reading.lower, toward_harm)
    if gap:
        return say("The data allow a gap as large as {amount}{best}.", amount=amount, **told)
    if reading.turned:
        return say("The data allow as many as {amount}{best}.", amount=amount, **told)
    return say("The data allow as little as {amount}{best}.", amount=amount, **told)


SHOWN = {
    ("difference", True): marked("The data show a gap of at least {amount}{best}."),
    ("difference", False): marked("The data show a gap of at most {amount}{best}."),
    ("ratio", True): marked("The data show at least {amount}{best}."),
    ("ratio", False): marked("The data show at most {amount}{best}."),
}
"""What is shown of a gap or a ratio, by whether it is shown to be at least so much, or at most."""


def _of_baseline(reading: Reading) -> str:
    """Say what today's records hold, of which nothing is shown."""
    if reading.between is None and math.isnan(reading.estimate):
        return ""
    amount = _left_open(reading, reading.way) if reading.between else reading.shown(reading.estimate)
    if reading.kind == "difference":
        return say("In these records: a gap of {amount}.", amount=amount)
    return say("In these records: {amount}.", amount=amount)


def _left_open(reading: Reading, way: str) -> str:
    """Write between what an estimate lies that hidden counts leave open, rounded outward."""
    low, high = sorted(map(reading.number, reading.between))
    told = {"low": reading.digits(low, "down"), "unit": reading.scale.told}
    if not math.isfinite(high):
        return say(AMOUNTS_FROM[way], **told)
    return say(AMOUNTS_BETWEEN[way], high=reading.digits(high, "up"), **told)


def _best(reading: Reading) -> str:
    way = "percent" if reading.in_percent else "number"
    if reading.between:
        number = _left_open(reading, way)
    elif math.isnan(reading.estimate) or not math.isfinite(reading.number(reading.estimate)):
        return ""
    else:
        number = say(AMOUNTS[way], number=reading.digits(reading.number(reading.estimate)))
    return best_told(number)


def best_told(number: str) -> str:
    """Say a best estimate that is written already, in brackets behind a bound."""
    return " " + say("(best estimate {number})", number=number)


def limit_sentence(reading: Reading, cited: str, allows: str = "") -> str:
    """Say the limit and who set it."""
    number = exactly(reading.limit)
    if not reading.in_percent:
        amount = reading.amount(number)
    else:  # of a percentage it is not plain on which side of it one should be
        amount = say("{number}% or less", number=number) if reading.turned else say("{number}% or more", number=number)
    told = limit_told(amount, cited)
    return f"{told}{' ' + allows if allows else ''}"


LIMIT = marked("The limit is {amount}, from {cited}.")


def limit_told(amount: str, cited: str) -> str:
    """Say a limit that is written already, and who set it."""
    if cited:
        return say(LIMIT, amount=amount, cited=cited)
    return say("The limit is {amount}, and the plan does not say who set it.", amount=amount)


def limit_part(sentence: str) -> str:
    """Give the end of a finding's sentence, which says the limit; empty where it says none."""
    at = sentence.rfind(say(LIMIT).partition("{")[0])
    return sentence[at:] if at >= 0 else ""


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
    told = {"per_year": people_per_year, "people": people, "number": number, "group": group}
    if reading.worse == "high":
        return say(
            "If {per_year:,} {people} a year are like these, that happens to at least {number:,} more {group} a year "
            "than if both groups fared alike.",
            **told,
        )
    return say(
        "If {per_year:,} {people} a year are like these, at least {number:,} {group} a year go without it and would "
        "not, if both groups fared alike.",
        **told,
    )


REASONS: Mapping[str, str] = {
    "": "",
    "baseline": marked(
        "These are today's decisions and not the system's: they are shown to compare with, and decide nothing."
    ),
    "no_data": marked("A declared group has nobody that this measure could be taken of."),
    "no_variation": marked(
        "It cannot be told of every group: a value is undefined, or all of a group are so alike that nothing says how "
        "sure it is."
    ),
    "side": marked(
        "Above 80% a ratio alone cannot show it. Those left over may still differ many times over: a limit on the "
        "difference must hold too."
    ),
    "too_skewed": marked(
        "Values are so skewed, and a group so small, that the mean cannot show it: a few that were not drawn could "
        "move it far. A median may."
    ),
    "hollow": marked(
        "Groups of these sizes could never be outside this limit, so keeping it shows nothing. Look at the ratio, or "
        "at a cut-off that only some reach."
    ),
    "too_little_data": marked("There are too few records: even if both groups fared alike, these could not show it."),
    "unknowns": marked(
        "In the records as they are, the limit is kept. Whether it is in truth depends on what the unknown groups, "
        "decisions or outcomes turn out to be."
    ),
    "selective_labels": marked(
        "It cannot be concluded from these records: by the decision itself, outcomes can be known of one side only. A "
        "subset drawn at random (random_subset), or the probability with which each record came to be looked at "
        "(inclusion_probability), would tell."
    ),
    "weighing": marked(
        "As recorded it would hold; it does not hold once the records are weighed to the declared population."
    ),
    "labels": marked(
        "As recorded it would hold; it does not hold once outcomes are corrected for how often they are known to be "
        "wrong."
    ),
    "cannot_weigh": marked(
        "As recorded it would hold; no weights make the records like the declared population, so that it is not shown "
        "for that population."
    ),
    "hidden": marked(
        "Counts were received hidden, and what they may be leaves open on which side of the limit the best estimate is."
    ),
    "leaning_outside": marked("The best estimate lies outside the limit, but chance alone could have put it there."),
    "leaning_inside": marked(
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
        return say(REASONS[reason]) + " " + say("And so much is unknown that the bound takes it at its worst.")
    return say(REASONS[reason])


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
    told = {"rest": rest, "groups": listed(groups)}
    if share is None:
        return say("Not shown for {rest}; shown to be within the limit for {groups}.", **told)
    return say(
        "Not shown for {rest}; shown to be within the limit for the groups that cover {share}% of people ({groups}).",
        share=digits(100 * share, None, "down"),
        **told,
    )


def _lacking(group: str, n: int | None, needed: int | None, *, at_least: bool = False) -> str:
    """Name a group with its records, and how many it would need."""
    if n is None:
        return group
    need = say("; about {needed:,} in all are needed if all fare alike", needed=needed) if needed else ""
    if at_least:
        return say_count(
            n,
            "{group} (at least {count} record{need})",
            "{group} (at least {count} records{need})",
            group=group,
            need=need,
        )
    return say_count(n, "{group} ({count} record{need})", "{group} ({count} records{need})", group=group, need=need)


def grouping_named(names: Sequence[str]) -> str:
    """Name what groups are made by: race and age band."""
    said = ""
    for name in names:
        said = say("{first} and {last}", first=said, last=name) if said else name
    return said.replace("_", " ")


def verdict_words(verdict: str) -> str:
    """Say a verdict in plain words."""
    return say(VERDICT_WORDS[verdict])


def finding_named(finding: Mapping[str, Any], evidence: Sequence[Mapping[str, Any]]) -> str:
    """Name what a finding is of, and its block where another one has the same name.

    Args:
        finding: of the results.
        evidence: every block of the results.
    """

    def name(one: Mapping[str, Any]) -> str:
        return say("{title}, by {grouping}", title=one["title"], grouping=grouping_named(one["grouping"]))

    same = [one for block in evidence for one in block["findings"] if name(one) == name(finding)]
    return name(finding) if len({one["evidence"] for one in same}) < 2 else f"{name(finding)} ({finding['evidence']})"
