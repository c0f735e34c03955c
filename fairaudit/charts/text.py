"""Text that is sure to fit its place in a chart: measured, broken into lines, cut with an ellipsis."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from matplotlib.font_manager import FontProperties, findfont, get_font

from fairaudit.charts.letters import EM, FONT, laid_out

HINTING = 1.07
LONGEST = 300  # nobody reads more of a name in a chart, and measuring takes time


@lru_cache(maxsize=1)
def _drawable() -> frozenset[int]:
    """Find the characters that the font has in both weights."""
    fonts = [FontProperties(family=FONT, weight=weight) for weight in ("normal", "bold")]
    return frozenset.intersection(*(frozenset(get_font(findfont(font)).get_charmap()) for font in fonts))


def drawable(text: str) -> bool:
    """Say whether the font has all of a cleaned text; a character that it lacks would be drawn as an empty box."""
    return all(ord(character) in _drawable() for character in clean(text))


def clean(text: str) -> str:
    """Put a blank for each character that is not seen, such as a line break or a change of direction."""
    return " ".join("".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text[:LONGEST]).split())


def width(text: str, size: float, bold: bool = False) -> float:
    """Measure a text in points, with room for the hinting that makes letters wider on a screen."""
    return HINTING * (laid_out(text, bold).width * (size / EM))


def fitted(text: str, size: float, most: float, lines: int = 2, bold: bool = False) -> list[str]:
    """Break a text into lines that fit.

    Args:
        text: what to write; a word that is too long for a line is broken.
        size: of the letters, in points.
        most: width of a line, in points.
        lines: how many lines there may be; what is left over is cut, with an ellipsis.
        bold: whether letters are bold.
    """
    left, made = clean(text), []
    while left and len(made) < lines:
        last = len(made) == lines - 1
        line, left = _line(left, size, most, bold)
        if last and left:
            line = _cut(line, size, most, bold)
        made.append(line)
    return made or [""]


def _line(text: str, size: float, most: float, bold: bool) -> tuple[str, str]:
    if width(text, size, bold) <= most:
        return text, ""
    fits = _longest(text, size, most, bold)
    space = text.rfind(" ", 1, fits + 1)
    end = space if space > 0 else fits
    return text[:end].rstrip(), text[end:].lstrip()


def _cut(line: str, size: float, most: float, bold: bool) -> str:
    while line and width(line + "…", size, bold) > most:
        line = line[:-1]
    return line.rstrip() + "…"


def _longest(text: str, size: float, most: float, bold: bool) -> int:
    """Find how many characters fit, by halving; one at least, so that a line is never empty."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if width(text[:middle], size, bold) <= most else (low, middle - 1)
    return low


def end_of(text: str, size: float, most: float, bold: bool = False) -> str:
    """Give as much of a text's end as fits on a line, after an ellipsis: names that begin alike often end otherwise."""
    text = clean(text)
    fits = (n for n in range(min(len(text), 60), 0, -1) if width(f"…{text[-n:].lstrip()}", size, bold) <= most)
    return f"…{text[-next(fits, 1) :].lstrip()}"
