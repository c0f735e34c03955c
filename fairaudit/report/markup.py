"""What people wrote, as HTML that can do nothing: a little Markdown, no HTML of theirs, links of the web only.

Answers come from people outside. Markdown is read with its HTML escaped, and what comes of it is let through an
allow-list once more.
"""

from __future__ import annotations

from functools import lru_cache

import mistune
import nh3
from markupsafe import Markup

from fairaudit.report.tables import visible

TAGS = {"p", "ul", "ol", "li", "strong", "em", "code", "pre", "blockquote", "a", "br"}
LONGEST = 20_000  # characters that are read as Markdown; a longer text stands as it is


def written(text: str) -> Markup:
    """Write an answer as HTML.

    Args:
        text: Markdown, or anything else.

    Returns:
        HTML of paragraphs, lists, emphasis and links; of a text of more than 20,000 characters, its lines as they are.
    """
    if len(text) > LONGEST:
        lines = Markup("<br>").join(str(visible(line)) for line in text.splitlines())
        return Markup("<p>{}</p>").format(lines)
    made = _reader()(str(visible(text)))
    return Markup(
        nh3.clean(
            made,
            tags=TAGS,
            attributes={"a": {"href"}},
            url_schemes={"https", "http", "mailto"},
            link_rel="nofollow noopener noreferrer",
        )
    )


def markdown(text: str) -> str:
    """Write the prose of a notebook as HTML, with its headings and tables; its own HTML stands as text.

    Args:
        text: Markdown, or anything else.

    Returns:
        HTML that has yet to go through an allow-list (`foreign_html.Mending`).
    """
    if len(text) > LONGEST:
        return str(written(text))
    return str(_notebook_reader()(str(visible(text))))


class _Prose(mistune.HTMLRenderer):
    """A picture would be fetched from elsewhere: it is its words."""

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return text

    def thematic_break(self) -> str:
        return ""


class _Plain(_Prose):
    """Headings would upset the report's own order: each is a paragraph."""

    def heading(self, text: str, level: int, **attributes: object) -> str:
        return f"<p><strong>{text}</strong></p>\n"


@lru_cache(maxsize=1)
def _notebook_reader() -> mistune.Markdown:
    return mistune.create_markdown(renderer=_Prose(escape=True), plugins=["table"])


@lru_cache(maxsize=1)
def _reader() -> mistune.Markdown:
    return mistune.create_markdown(renderer=_Plain(escape=True), hard_wrap=True)
