"""Reading days by a format such as %m/%d/%Y where an engine cannot: a pattern, and its parts put together."""

from __future__ import annotations

import re
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
LONG = ["uary", "ruary", "ch", "il", "", "e", "y", "ust", "tember", "ober", "ember", "ember"]
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
LONG_DAYS = ["day", "sday", "nesday", "rsday", "day", "urday", "day"]


def _any(names: list[str]) -> str:
    return f"({'|'.join(names)})"


PARTS = {
    "Y": r"([0-9]{1,4})",
    "y": r"([0-9]{1,2})",
    "m": r"([0-9]{1,2})",
    "d": r"([0-9]{1,2})",
    "b": _any(MONTHS),
    "B": _any([short + rest for short, rest in zip(MONTHS, LONG, strict=True)]),
    "a": _any(DAYS),
    "A": _any([short + rest for short, rest in zip(DAYS, LONG_DAYS, strict=True)]),
    "H": r"([01]?[0-9]|2[0-3])",
    "I": r"(0?[1-9]|1[0-2])",
    "M": r"([0-5]?[0-9])",
    "S": r"([0-5]?[0-9])",
    "f": r"([0-9]{1,6})",
    "g": r"([0-9]{1,3})",
    "p": r"(am|pm)",
}
"""What each letter stands for, whatever the case of letters."""


@dataclass(frozen=True)
class Pattern:
    """A format as a regular expression.

    Attributes:
        text: the expression, for the whole of a value.
        groups: letter -> the place of its group, from 1.
    """

    text: str
    groups: dict[str, int]


def pattern_of(written: str) -> Pattern | None:
    """Read a format; None where it has a letter that is not known here, or one twice.

    Args:
        written: such as %m/%d/%Y.
    """
    text, groups = "", {}
    for letter, spaces, other in re.findall(r"%-?(.)|(\s+)|(.)", written, flags=re.DOTALL):
        if letter == "%":
            text += "%"
        elif letter:
            if letter not in PARTS or letter in groups:
                return None
            groups[letter] = len(groups) + 1
            text += PARTS[letter]
        else:
            text += r"\s+" if spaces else re.escape(other)
    return Pattern(rf"(?i)^\s*{text}\s*\z", groups)


def spark_moment(text: exp.Expression, written: str) -> exp.Expression | None:
    """Read a text by a format, in Spark's words; NULL where it does not fit, or the calendar has no such day.

    Args:
        text: the value.
        written: the format.

    Returns:
        The moment; None where the format cannot be read.
    """
    pattern = pattern_of(written)
    if pattern is None:
        return None
    literal = exp.Literal.string(pattern.text).sql("spark")

    def part(letter: str) -> str:
        return f"REGEXP_EXTRACT(:value, {literal}, {pattern.groups[letter]})"

    def number(*letters: str, otherwise: str) -> str:
        return next((f"CAST({part(letter)} AS INT)" for letter in letters if letter in pattern.groups), otherwise)

    has = pattern.groups.__contains__
    year = number("Y", "y", otherwise="1900")
    if has("y") and not has("Y"):
        year = f"{year} + CASE WHEN {year} < 69 THEN 2000 ELSE 1900 END"
    month = number("m", otherwise="1")
    if name := next((letter for letter in "bB" if has(letter)), None):
        month = f"(LOCATE(LOWER(SUBSTRING({part(name)}, 1, 3)), '{''.join(MONTHS)}') + 2) DIV 3"
    hour = number("H", "I", otherwise="0")
    if has("p"):
        hour = f"{hour} % 12 + CASE WHEN LOWER({part('p')}) = 'pm' THEN 12 ELSE 0 END"
    second = number("S", otherwise="0")
    if fraction := next((letter for letter in "fg" if has(letter)), None):
        second = f"CAST(CONCAT({second}, '.', {part(fraction)}) AS DECIMAL(8, 6))"
    parts = [year, month, number("d", otherwise="1"), hour, number("M", otherwise="0"), second]
    said = f"CASE WHEN :value RLIKE {literal} THEN TRY_MAKE_TIMESTAMP_NTZ({', '.join(parts)}) END"
    return exp.replace_placeholders(sqlglot.parse_one(said, read="spark"), value=text.copy())
