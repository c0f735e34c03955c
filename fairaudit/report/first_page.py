"""Page one on one side of paper, whatever was written: what is too long is cut, and small print only where it must be.

Everything that is cut here stands whole further down in the report.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any, NamedTuple

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
QUESTION, QUESTION_LINES, ROLE = 130, 4, 30
QUOTE = {"community": 560, "vendor_replies": 300, "lapses": 180}
LINE_END = 35  # what stays free behind the end of a text, on average
ROOMY, EVEN, DENSE = 3500, 4700, 5100  # what the whole page may take with large, medium and small letters
TIGHTER = [share / 100 for share in range(100, 25, -5)]  # of each text's room, tried until the page fits
# The two columns at the foot: what stands in them, in turn, and how much room a line and a heading take.
COLUMNS = ("tested", "decide", "open", "community", "vendor_replies", "cannot_tell")
COLUMN_LINE, COLUMN_HEAD = 62, 2


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
    for share in TIGHTER:
        page = _cut(one, share)
        needed = sum(LINE_END + room(text) for text in texts(page))
        if needed <= DENSE:
            break
    density = "roomy" if needed <= ROOMY else "even" if needed <= EVEN else "dense"
    return {**page, "density": density, "left": _left(page)}


def _left(page: Mapping[str, Any]) -> int:
    """Count the sections of the left column, so that the longer one of both is as short as can be."""
    heights = [COLUMN_HEAD + sum(ceil(room(text) / COLUMN_LINE) for text in texts(page[key])) for key in COLUMNS]
    return min(range(1, len(heights)), key=lambda left: max(sum(heights[:left]), sum(heights[left:])))


def _cut(one: Mapping[str, Any], share: float) -> dict[str, Any]:
    def text(value: str | None, most: int) -> str:
        return brief(value or "", round(most * share))

    def lines(values: Sequence[str], most: int, length: int) -> Lines:
        return Lines([text(value, length) for value in values[:most]], max(len(values) - most, 0))

    asked, conditions = one["open"]["items"], one["headline"] == HEADLINES["supported_with_conditions"]
    questions = [
        {"role": f"{brief(q['role'], ROLE)} ({q['count']})", "question": text(q["question"], QUESTION)} for q in asked
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
    return about.rpartition(", by ")[2]


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
