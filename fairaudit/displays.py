"""What a notebook may show: text, tables and charts, marked as holding counts and no record."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

AGGREGATE = "application/vnd.fairaudit.aggregate+json"
"""The type that marks an output as counts and sentences; of an executed notebook only what bears it is kept."""


class Shown:
    """Text or a table to show in a notebook.

    Args:
        markup: as HTML.
        text: the same as text.
    """

    def __init__(self, markup: str, text: str):
        self.markup, self.text = str(markup), text

    def __repr__(self) -> str:
        """Give the text."""
        return self.text

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {"text/html": self.markup, "text/plain": self.text, AGGREGATE: {"text": self.text}}


class Picture:
    """A chart to show in a notebook.

    Args:
        svg: the chart.
        alt: its alternative text.
    """

    def __init__(self, svg: str, alt: str):
        self.svg, self.alt = svg, alt

    def __repr__(self) -> str:
        """Give the alternative text."""
        return self.alt

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        bundle = {"image/svg+xml": self.svg, "text/plain": self.alt, AGGREGATE: {"text": self.alt}}
        return bundle, {"image/svg+xml": {"alt": self.alt}}


def paragraphs(lines: Sequence[str]) -> Shown:
    """Show lines as paragraphs."""
    return Shown("".join(f"<p>{html.escape(line)}</p>" for line in lines), "\n".join(lines))


def bullets(lines: Sequence[str]) -> Shown:
    """Show lines as a list."""
    items = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
    return Shown(f"<ul>{items}</ul>", "\n".join(f"- {line}" for line in lines))


def listing(texts: Sequence[str]) -> Shown:
    """Show texts of code as they are."""
    markup = "".join(f"<pre><code>{html.escape(text)}</code></pre>" for text in texts)
    return Shown(markup, "\n\n".join(texts))
