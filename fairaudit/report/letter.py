"""The letter that asks a vendor for counts, and the guide that goes with it: pages that print well, with no script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from fairaudit.report.html import HERE, page
from fairaudit.report.markup import markdown


def letter_page(letter: Mapping[str, Any], language: str) -> str:
    """Write the letter.

    Args:
        letter: what it says, as `requesting.letter_of` gives it.
        language: of the fixed words.
    """
    return page("letter.html", language, letter=letter, letter_style=_style())


def guide_page(text: str, language: str) -> str:
    """Write a guide of ours, given as Markdown, as a page that prints."""
    return page("guide.html", language, guide=Markup(markdown(text)), letter_style=_style())


def _style() -> Markup:
    return Markup((HERE / "templates" / "letter.css").read_text(encoding="utf-8"))
