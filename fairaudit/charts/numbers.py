"""Numbers as charts and tables print them."""

from __future__ import annotations

from collections.abc import Callable

from fairaudit.languages import say
from fairaudit.sentences import significant

MOST_PLACES = 6


def percent(share: float | None, places: int = 1) -> str:
    """Write a share as a percentage, with more digits where it would else read 0 or 100 and is neither.

    Args:
        share: 0 to 1; None where undefined.
        places: digits behind the point.
    """
    if share is None:
        return say("undefined")
    for shown in range(places, MOST_PLACES + 1):
        text = f"{100 * share:.{shown}f}"
        if share in (0, 1) or float(text) not in (0, 100):
            break
    return f"{text}%"


def rate_writer(approximate: bool) -> Callable[[float | None], str]:
    """Give what writes a measure's values: shares as percentages, and an approximate measure's as they are."""
    return value if approximate else percent


def value(number: float | None) -> str:
    """Write a value of any scale."""
    return say("undefined") if number is None else significant(number).replace("-", "−")


def between(low: float, high: float, write: Callable[[float | None], str]) -> str:
    """Write a number that lies between two, which is one number where they are the same."""
    texts = write(low), write(high)
    return texts[0] if texts[0] == texts[1] else span(*texts)


def span(low: str, high: str) -> str:
    """Write two ends, as of an interval."""
    return say("{low} to {high}", low=low, high=high)


def count(number: float | None) -> str:
    """Write a count, in groups of three digits."""
    return say("not known") if number is None else f"{number:,.0f}"
