"""One way to write a table: with a caption, and a header cell for each column and each row."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup, escape

# A count, a rate, an interval or two sizes against each other, such as 1,204, −3.5%, 12 to 14, 5.0% to 6.1%, 17 v 412.
NUMBER = re.compile(r"[−-]?[\d.,]+(e[−-]?\d+)?%?( \w+ [−-]?[\d.,]+%?)?")
SHORT = 16  # rows that are kept on one page
FEW_LETTERS = 18  # that are kept on one line


def table(caption: str, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> Markup:
    """Write a table that a screen reader can read out.

    Args:
        caption: what the table shows.
        headers: a name for each column, none of them empty.
        rows: cells as text; the first of each row is the row's header. Text is escaped; `Markup` is not.

    Returns:
        HTML, in a box that scrolls sideways by itself where the screen is narrow.
    """
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(headers)
    looks = [_look(column) if place else "" for place, column in enumerate(columns)]
    head = "".join(f'<th scope="col"{look}>{_cell(name)}</th>' for name, look in zip(headers, looks, strict=True))
    body = "".join(f"<tr>{_row(row, looks)}</tr>\n" for row in rows)
    short = " short" if len(rows) <= SHORT else ""
    return Markup(
        f'<div class="table{short}" role="group" tabindex="0" aria-label="{escape(visible(caption))}"><table>'
        f"<caption>{_cell(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table></div>"
    )


def _look(column: Sequence[str]) -> str:
    """Say how a column is set: numbers to the right, and a few words on one line."""
    cells = [str(cell) for cell in column]
    if _numeric(cells):
        return ' class="number"'
    return ' class="word"' if cells and max(map(len, cells)) <= FEW_LETTERS else ""


def _numeric(cells: Sequence[str]) -> bool:
    """Say whether cells are numbers, beside at most words such as "undefined"."""
    numbers = [NUMBER.fullmatch(cell) for cell in cells]
    paired = zip(numbers, cells, strict=True)
    return any(numbers) and all(number or not any(map(str.isdigit, cell)) for number, cell in paired)


def _row(cells: Sequence[str], looks: Sequence[str]) -> str:
    first, *rest = cells
    others = "".join(f"<td{look}>{_cell(cell)}</td>" for cell, look in zip(rest, looks[1:], strict=True))
    return f'<th scope="row">{_cell(first)}</th>{others}'


def visible(value: Any) -> Any:
    """Show characters that nobody could see, or that would turn the text around them, as their names in brackets.

    Joiners stay, since some scripts and emoji need them, and so does whitespace. `Markup` is left as it is.
    """
    if not isinstance(value, str) or isinstance(value, Markup) or value.isprintable():
        return value
    return "".join(f"[{unicodedata.name(c, f'U+{ord(c):04X}')}]" if _hidden(c) else c for c in value)


def _hidden(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn") and character not in "\n\t\u200c\u200d"


def _cell(value: Any) -> Markup:
    """Escape a cell; a name that is read from the right does not turn round what stands beside it."""
    text = visible(value)
    from_right = any(unicodedata.bidirectional(character) in ("R", "AL") for character in str(text))
    return Markup("<bdi>{}</bdi>").format(text) if from_right else escape(text)
