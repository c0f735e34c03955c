"""Page one on one side of paper, whatever was written: what is too long is cut, and small print only where it must be.

Everything that is cut here stands whole further down in the report.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any, NamedTuple

from fairaudit.languages import say
from fairaudit.workflow.state import HEADLINES

# Most room of a text, and most lines of a list. Room is counted in small letters (see `room`).
TITLE, VENDOR, AGENCY = 110, 70, 220
REASON = 700
BY = 40
TESTED, TESTED_LINES = 840, 3
DECIDE, DECIDE_LINES = 230, 3
CONDITIONS = 460
CANNOT_TELL, CANNOT_TELL_LINES = 150, 4
WARNING, WARNING_LINES = 180, 3
QUESTION, QUESTION_LINES, ROLE = 130, 4, 45
QUOTE = {"community": 560, "vendor_replies": 300, "lapses": 180}


class Letters(NamedTuple):
    """What fits on paper with letters of a size.

    Attributes:
        line: small letters in a line over the whole page.
        column: small letters in a line of a column.
        lines: lines on the page.
    """

    line: int
    column: int
    lines: float


# On the narrower and the shorter of Letter and A4, from large letters to small ones; measured in a browser.
DENSITIES = {
    "roomy": Letters(110, 52, 52),
    "even": Letters(120, 57, 54),
    "fine": Letters(129, 61, 58),
    "dense": Letters(140, 66, 63),
}
LARGER, SMALL = ("roomy", "even"), ("fine", "dense")
LOOSER = [3.0, 2.0, 1.5, 1.25]  # of each text's room, tried until the page fits
TIGHTER = [share / 100 for share in range(100, 25, -5)]
# The two columns at the foot: what stands in them, in turn, and how much room a line and a heading take.
COLUMNS = ("tested", "decide", "open", "community", "vendor_replies", "cannot_tell")
HEAD = 2  # lines of a heading with the space around it


class Lines(NamedTuple):
    """A list as page one shows it.

    Attributes:
        shown: the lines that fit.
        more: how many others there are.
    """

    shown: list[str]
    more: int


def first_page(one: Mapping[str, Any]) -> dict[str, Any]:
    """Cut page one to what fits one side of Letter and of A4.

    Args:
        one: `page_one` of the results.

    Returns:
        The page's texts under the same keys; "density": how large letters are on paper; and "left": how many sections
        stand in the left one of the two columns at its foot.
    """
    pages = {share: _cut(one, share) for share in (*LOOSER, *TIGHTER)}

    def fits(share: float, density: str) -> bool:
        return lines_of(pages[share], DENSITIES[density]) <= DENSITIES[density].lines

    # Small letters only where larger ones would cost text that has its usual room.
    tried = LARGER if any(fits(1.0, density) for density in LARGER) else SMALL
    share, density = next(
        ((share, density) for share in pages for density in tried if fits(share, density)), (TIGHTER[-1], "dense")
    )
    return {**pages[share], "density": density, "left": _left(pages[share], DENSITIES[density])}


def lines_of(page: Mapping[str, Any], letters: Letters) -> float:
    """Estimate how many lines a page takes with letters of a size."""
    whole = {key: value for key, value in page.items() if key not in COLUMNS}
    above = sum(ceil(room(text) / letters.line) for text in texts(whole)) + HEAD * bool(page["warnings"].shown)
    heights = _heights(page, letters)
    left = _left(page, letters)
    return above + max(sum(heights[:left]), sum(heights[left:]))


def _left(page: Mapping[str, Any], letters: Letters) -> int:
    """Count the sections of the left column, so that the longer one of both is as short as can be."""
    heights = _heights(page, letters)
    return min(range(1, len(heights)), key=lambda left: max(sum(heights[:left]), sum(heights[left:])))


def _heights(page: Mapping[str, Any], letters: Letters) -> list[int]:
    """Estimate the lines of each section of the two columns."""
    return [HEAD + sum(ceil(room(text) / letters.column) for text in texts(page[key])) for key in COLUMNS]


def _cut(one: Mapping[str, Any], share: float) -> dict[str, Any]:
    def text(value: str | None, most: int) -> str:
        return brief(value or "", round(most * share))

    def lines(values: Sequence[str], most: int, length: int) -> Lines:
        return Lines([text(value, length) for value in values[:most]], max(len(values) - most, 0))

    asked, conditions = one["open"]["items"], one["headline"] == HEADLINES["supported_with_conditions"]
    questions = [
        {"role": f"{brief(say(q['role']), ROLE)} ({q['count']})", "question": text(q["question"], QUESTION)}
        for q in asked
    ]
    tested = TESTED // max(min(len(one["tested"]), TESTED_LINES), 1)
    return {
        **{key: one[key] for key in ("headline", "would_be", "caveat", "more")},
        "title": text(one["title"], TITLE),
        "vendor": text(one["vendor"], VENDOR),
        "agency": text(" · ".join(part for part in (one["agency"], one["decides"]) if part), AGENCY),
        "why": [
            {**reason, "sentence": text(reason["sentence"], REASON - BY), "by": brief(_by(reason["about"]), BY)}
            for reason in one["why"]
        ],
        "tested": lines(one["tested"], TESTED_LINES, tested),
        "decide": lines(one["decide"], DECIDE_LINES, CONDITIONS if conditions else DECIDE),
        "cannot_tell": lines(one["cannot_tell"], CANNOT_TELL_LINES, CANNOT_TELL),
        "warnings": lines(one["warnings"], WARNING_LINES, WARNING),
        "open": {
            "count": one["open"]["count"],
            "blocking": one["open"]["blocking"],
            "items": questions[:QUESTION_LINES],
            "more": sum(q["count"] for q in asked[QUESTION_LINES:]),
        },
        **{key: text(one[key], most) for key, most in QUOTE.items()},
    }


def _by(about: str) -> str:
    """Say by which groups a finding is, from its name."""
    return about.rpartition(say("{title}, by {grouping}", title="", grouping=""))[2]


def brief(text: str, most: int) -> str:
    """Cut a text to the room there is, where a sentence ends or else at a word.

    Half a sentence may say the contrary of the whole one, so the end of a sentence is preferred.
    """
    text = " ".join(str(text).split())
    if room(text[: most + 1]) <= most:
        return text
    cut = text[: _fits(text, most - 2)]
    sentence, word = (cut.rfind(end, len(cut) // 2) for end in (". ", " "))
    if sentence > 0:
        return f"{cut[: sentence + 1]} …"
    return (cut[:word] if word > 0 else cut).rstrip(" ,;:.") + "…"


def _fits(text: str, most: int) -> int:
    """Count the characters that fit."""
    taken = 0.0
    for place, character in enumerate(text):
        taken += room(character)
        if taken > most:
            return place
    return len(text)


def room(text: str) -> float:
    """Say how much room a text takes, in small letters: a capital takes more, and a Chinese character twice as much."""
    return sum(
        2.0 if unicodedata.east_asian_width(c) in "WF" else 2.1 if c.isupper() or not c.isprintable() else 1.0
        for c in text
    )


def texts(value: Any) -> list[str]:
    """Gather every text of a page, as deep as it stands, but for what is not printed."""
    if isinstance(value, Mapping):
        return [text for key, entry in value.items() if key not in ("id", "about", "verdict") for text in texts(entry)]
    if isinstance(value, list | tuple):
        return [text for entry in value for text in texts(entry)]
    return [value] if isinstance(value, str) else []
