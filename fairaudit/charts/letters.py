"""Letters of a text and where each stands, found once for every word.

matplotlib lays a text out in half a thousandth of a second. A report of forty groups holds thousands of texts, but they
are made of few words, and of ten digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.path import Path
from matplotlib.textpath import TextToPath, text_to_path

from fairaudit.charts.compacting import UNITS_TO_OURS, letter_name, steps

FONT = "DejaVu Sans"  # comes with matplotlib, so that every machine draws the same
EM = TextToPath.FONT_SCALE  # the size at which letters are laid out: a text of half that size is half as wide
UNITS = 64  # to a point of that size, as outlines have it

# What is written from left to right and has no marks that join what is before them. In this font neither a blank nor a
# digit draws its neighbours closer, so that such a text is as wide as its pieces.
PLAIN = re.compile("[\u0020-\u02ff\u2010-\u2026\u2190-\u2193\u2212]*")
PIECE = re.compile("[0-9]|[^0-9 ]+| ")
COMMANDS = {Path.MOVETO: ("M", 1), Path.LINETO: ("L", 1), Path.CURVE3: ("Q", 2), Path.CURVE4: ("C", 3)}

_glyphs: dict[str, tuple] = {}  # points and codes by matplotlib's name, as it has met them


@dataclass(frozen=True)
class Laid:
    """A text that is laid out, `EM` points high.

    Attributes:
        letters: names of outlines, and how far from the start and from the base line each stands.
        width: how far it goes.
        top: how high it reaches above the base line.
    """

    letters: tuple[tuple[str, float, float], ...]
    width: float
    top: float


@lru_cache(maxsize=8192)
def laid_out(text: str, bold: bool = False) -> Laid:
    """Lay a text out.

    Args:
        text: one line; every character of it is written.
        bold: whether letters are bold.
    """
    if not PLAIN.fullmatch(text):
        return _piece(text, bold)
    letters, width, top = [], 0.0, 0.0
    for piece in PIECE.findall(text):
        found = _piece(piece, bold)
        letters += [(name, width + x, y) for name, x, y in found.letters]
        width, top = width + found.width, max(top, found.top)
    return Laid(tuple(letters), width, top)


@lru_cache(maxsize=4096)
def _piece(text: str, bold: bool) -> Laid:
    look = FontProperties(family=FONT, size=EM, weight="bold" if bold else "normal")
    font = get_font(findfont(look))
    font.set_size(EM, TextToPath.DPI)
    placed, _, _ = text_to_path.get_glyphs_with_font(font, text, _glyphs)
    width, height, descent = text_to_path.get_text_width_height_descent(text, look, ismath=False)
    return Laid(tuple((name, float(x), float(y)) for name, x, y, _ in placed), float(width), float(height - descent))


@lru_cache(maxsize=2)
def ascent(bold: bool) -> float:
    """Give how high above the base line a line of text is taken to reach, whatever is in it; of `EM` points."""
    font = get_font(findfont(FontProperties(family=FONT, weight="bold" if bold else "normal")))
    return EM * font.get_sfnt_table("OS/2")["sTypoAscender"] / font.get_sfnt_table("head")["unitsPerEm"]


@lru_cache(maxsize=2048)
def outline(name: str) -> tuple[str, str]:
    """Give a letter's short name, and its outline as `compact` writes them; none of a blank.

    Args:
        name: as `laid_out` gives it.
    """
    path = steps(" ".join(_commands(*_glyphs[name])), 1, UNITS_TO_OURS)
    short = letter_name(name)
    return short, f'<path id="{short}" d="{path}"/>' if path else ""


def _commands(points: list, codes: list) -> Iterator[str]:
    place = 0
    while place < len(codes):
        if codes[place] == Path.CLOSEPOLY:
            yield "z"
            place += 1
            continue
        command, taken = COMMANDS[codes[place]]
        yield f"{command} {' '.join(f'{UNITS * number:.0f}' for at in points[place : place + taken] for number in at)}"
        place += taken
