"""The keys of a tally that are numbers: how they are written, sorted, checked and said."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from fairaudit.errors import Problem, listed
from fairaudit.plan import ANY, UNKNOWN

if TYPE_CHECKING:
    from fairaudit.tally.about import About

CODES = ("1", "0", UNKNOWN)
SIDES = {
    "decision": CODES,
    "outcome": CODES,
    "open": CODES[:2],
    "counted": CODES[:2],
    "versus_decision": (*CODES, ANY),
}
"""The keys that are yes or no, and what they may be."""

NUMBERS = ("value", "followed", "proxy")
"""The keys that are numbers, or unknown."""

CLOSED_BEFORE = -1
"""The wait of a record that was closed before it was opened."""

BINS_OF_PROBABILITY = 20
"""Bins that probabilities of a group are cut into, of equal width; their lower edges are in `proxy`."""

MOST_DIGITS = 15  # as many as survive a spreadsheet
ROUNDED = 1e-6


def number_text(value: float) -> str:
    """Write a number as a key of the tally: 1.0 as 1, and no more digits than a spreadsheet keeps."""
    if isinstance(value, int) or (value.is_integer() and abs(value) < 10**MOST_DIGITS):
        return str(int(value))
    return f"{value:.{MOST_DIGITS}g}"


def bin_of_probability(place: int) -> str:
    """Give the lower edge of a bin of probabilities as a key of the tally."""
    return number_text(place / BINS_OF_PROBABILITY)


def plain_number(text: str) -> int | float | str:
    """Give a key that is a number as one, so that no file takes it for a text; an unknown one stays as it is."""
    if text in (UNKNOWN, ANY):
        return text
    value = float(text)
    return int(text) if text.lstrip("-").isdecimal() else value


def read_number(text: str) -> float | None:
    """Read a key that a file holds; None where it is no finite number."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in text else None


@lru_cache(maxsize=100_000)
def as_key(text: str) -> str:
    """Write a number of a file as a key, however the file writes it."""
    value = read_number(text)
    return text if value is None else number_text(value)


def bin_of(about: About, value: float) -> tuple[float, float]:
    """Give the ends of the bin that begins with an edge; the last one has no upper end."""
    place = bisect_right(about.edges, value)
    return value, about.edges[place] if place < len(about.edges) else math.inf


# --- checking --------------------------------------------------------------------------------------------------------


def key_problems(cell: Mapping[str, str], about: About, where: str) -> list[Problem]:
    """Find keys of a cell that its kind cannot have."""
    problems = [
        Problem(where, f"{key} is {cell[key]!r}", f"It is {_or(codes)}.")
        for key, codes in SIDES.items()
        if key in cell and cell[key] not in codes
    ]
    if "value" in cell and (what := _not_a_value(as_key(cell["value"]), about)):
        problems.append(Problem(where, f"value is {cell['value']!r}", what))
    if "followed" in cell:
        problems += _followed_problems(cell, about, where)
    if "proxy" in cell and as_key(cell["proxy"]) not in (ANY, *_bins_of_probability()):
        hint = f"It is the lower edge of a bin: 0, {bin_of_probability(1)} and so on; or * for a record itself."
        problems.append(Problem(where, f"proxy is {cell['proxy']!r}", hint))
    return problems


@cache
def _bins_of_probability() -> frozenset[str]:
    return frozenset(map(bin_of_probability, range(BINS_OF_PROBABILITY)))


def _or(codes: tuple[str, ...]) -> str:
    names = {UNKNOWN: "? (unknown)", ANY: "* (no other)"}
    words = [names.get(code, code) for code in codes]
    return f"{', '.join(words[:-1])} or {words[-1]}"


def _not_a_value(text: str, about: About) -> str:
    """Say what a value should be, where it is not that."""
    value = None if text == UNKNOWN else read_number(text)
    if text == UNKNOWN:
        return ""
    if value is None:
        return "It is a number, or ? (unknown)."
    if about.kind == "waits" and not (value.is_integer() and value >= CLOSED_BEFORE):
        return f"A wait is a whole number of {about.time_unit or 'days'}, or -1 where closed before opened."
    if about.decimals is not None and not value.is_integer():
        return "An amount is a whole number of the smallest unit, such as cents."
    if about.edges is not None and text not in _texts(about.edges):
        return "It is one of the edges."
    return ""


@cache
def _texts(edges: tuple[float, ...]) -> frozenset[str]:
    return frozenset(map(number_text, edges))


def _followed_problems(cell: Mapping[str, str], about: About, where: str) -> list[Problem]:
    """What a record was followed for is unknown where its wait is, and no more than the wait where it is open."""
    value, followed = as_key(cell["value"]), as_key(cell["followed"])
    known = [0, *about.horizons]
    if followed not in (*map(str, known), UNKNOWN):
        return [Problem(where, f"followed is {cell['followed']!r}", f"It can be: {listed([*known, UNKNOWN])}.")]
    if (value == UNKNOWN) != (followed == UNKNOWN):
        return [Problem(where, f"value is {value} and followed is {followed}", "Both are unknown, or neither.")]
    wait = read_number(value)
    if cell["open"] == "1" and wait is not None:
        reached = max((horizon for horizon in known if horizon <= wait), default=None)
        if str(reached) != followed:
            what = f"an open wait of {value} is followed for {followed}"
            return [Problem(where, what, "It is followed for the largest horizon that it has reached.")]
    if cell["open"] == "0" and wait is not None and followed != UNKNOWN:
        reached = max((horizon for horizon in known if horizon <= wait - 1), default=0)
        if int(followed) < reached:
            what = f"a wait that ended after {value} is followed for {followed}"
            return [Problem(where, what, "Whoever was seen to be served was followed for as long.")]
    return []


def sum_problems(cell: Mapping[str, str], about: About, where: str) -> list[Problem]:
    """Find sums of values that no such values of the bin can have; the counts and weights are right by now."""
    if "wx" not in cell:
        return []
    total, sums, squares = float(cell.get("w", cell["n"])), float(cell["wx"]), float(cell["wxx"])
    value = as_key(cell["value"])
    if value == UNKNOWN or total == 0:
        fits = sums == 0 and squares == 0
    else:
        low, high = bin_of(about, float(value))
        slack = ROUNDED * max(abs(low), abs(sums / total), ROUNDED)
        fits = low - slack <= sums / total <= high + slack and sums * sums <= total * squares * (1 + ROUNDED)
    if fits:
        return []
    what = f"no values of the bin {value} add up to {cell['wx']}, and their squares to {cell['wxx']}"
    return [Problem(where, what, "wx is the sum of values, wxx the sum of their squares, 0 where unknown.")]


# --- saying ----------------------------------------------------------------------------------------------------------


CODES_IN_WORDS = {"1": "selected", "0": "not selected", UNKNOWN: "decision unknown"}


def key_words(cell: Mapping[str, str], about: About) -> str:
    """Say in words what a cell's records have in common beside their group: "selected, had the outcome"."""
    words = []
    if "decision" in cell:
        words.append(CODES_IN_WORDS[cell["decision"]])
    if "value" in cell:
        words.append(_value_words(cell, about))
    if "counted" in cell:
        words.append("reached" if cell["counted"] == "1" else "resident")
    if cell.get("versus", ANY) != ANY:
        words.append(f"beside {cell['versus']}, {CODES_IN_WORDS[cell['versus_decision']]}")
    if "area_key" in cell:
        words.append(f"in area {cell['area_key']}")
    if "outcome" in cell:
        outcomes = {"1": "had the outcome", "0": "did not have the outcome", UNKNOWN: "outcome unknown"}
        words.append(outcomes[cell["outcome"]])
    return ", ".join(words)


def range_words(low: int, high: int) -> str:
    """Write a count that lies between two."""
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def cell_words(cell: Mapping[str, str], about: About) -> str:
    """Say in words whom a cell counts: "Black and F, selected"."""
    levels = [value for key, value in cell.items() if key not in about.own_keys]
    groups = " and ".join("unknown group" if value == UNKNOWN else value for value in levels)
    return f"{groups or 'Everybody'}, {key_words(cell, about)}"


def _value_words(cell: Mapping[str, str], about: About) -> str:
    value = cell["value"]
    if about.kind == "waits":
        if value == UNKNOWN:
            return "wait unknown"
        state = "still open after" if cell["open"] == "1" else "closed within"
        return f"{state} {value} {about.time_unit or 'days'}, followed for {cell['followed']}"
    name = about.kind.removesuffix("s")
    if value == UNKNOWN:
        return f"{name} unknown"
    if about.decimals:
        value = f"{int(value) / 10**about.decimals:.{about.decimals}f}"
    return f"{name} {'from ' if about.edges is not None else ''}{value}"
