"""HTML that somebody else wrote, let through an allow-list, and mended until a screen reader can follow it.

What is left can do nothing: no script, style, picture, form or handler, and links of the web only. Then headings are
made to go down one step at a time, and each table gets a caption, a scope for each head, and a box that scrolls.
"""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

import nh3
from markupsafe import Markup, escape

from fairaudit.report.tables import visible

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
TABLE = ("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td")
TAGS = {
    *("p", "ul", "ol", "li", "strong", "em", "b", "i", "code", "pre", "blockquote", "a", "br", "bdi", "sub", "sup"),
    *HEADINGS,
    *TABLE,
}
SPANS = ("colspan", "rowspan")
ATTRIBUTES = {"a": {"href"}, **{tag: {"scope", "class", *SPANS} for tag in ("th", "td")}}
SCHEMES = {"https", "http", "mailto"}
ADDRESS = re.compile(r"(https?://|mailto:)", re.IGNORECASE)
LOOKS = {"number", "word"}  # of `tables.table`


def cleaned(foreign: str) -> str:
    """Let HTML through the allow-list.

    Args:
        foreign: HTML of anybody's.

    Returns:
        HTML that is well formed and can do nothing.
    """
    return nh3.clean(
        foreign,
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes=SCHEMES,
        link_rel="nofollow noopener noreferrer",
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Keep of an attribute what is ours to keep; None takes it away."""
    if name == "href":
        # What is relative would lead to wherever the page happens to lie.
        return value if ADDRESS.match(value.strip()) else None
    if name == "class":
        return " ".join(sorted(LOOKS & set(value.split()))) or None
    if name == "scope":
        return value if value in ("col", "row", "colgroup", "rowgroup") else None
    if name in SPANS:
        return value if re.fullmatch(r"[1-9][0-9]?", value) else None
    return value


class Mending:
    """Mends the pieces of one page, in their order, each through the allow-list first.

    Args:
        caption: for a table that has none.
        no_header: for a head of a table that is empty.
    """

    def __init__(self, caption: str, no_header: str):
        self.caption, self.no_header = caption, no_header
        self.level = 1  # of the heading before; the page's own is the first
        self.labels: Counter[str] = Counter()

    def __call__(self, foreign: str) -> Markup:
        """Give HTML that can do nothing and reads aloud; nothing where nothing is left."""
        found = _Reader(self)
        found.feed(cleaned(foreign))
        found.close()
        return Markup("".join(found.out).strip())

    def label(self, caption: str) -> str:
        """Give a box the name of its table; no two have the same, or a list of them could not tell them apart."""
        self.labels[caption] += 1
        times = self.labels[caption]
        return caption if times == 1 else f"{caption} ({times})"

    def below(self, tag: str) -> int:
        """Give the level that a heading may have: below the page's own, and no step is left out on the way down."""
        return min(int(tag[1]) + 1, self.level + 1, 6)


class _Reader(HTMLParser):
    """Writes what it reads: well-formed HTML of the tags above."""

    def __init__(self, mending: Mending):
        super().__init__(convert_charrefs=True)
        self.mending = mending
        self.out: list[str] = []
        self.headings: list[tuple[int, int]] = []  # those that are open: where, and of which level
        self.tables: list[_Table] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in HEADINGS:
            level = self.mending.below(tag)
            tag = "strong" if self.headings else f"h{level}"
            self.headings.append((len(self.out), level))
        elif tag == "table":
            self.tables.append(_Table(len(self.out)))
        elif self.tables:
            tag = self.tables[-1].begins(tag, given, len(self.out))
        written = "".join(f' {name}="{escape(value or "")}"' for name, value in given.items())
        self.out.append(f"<{tag}{written}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in HEADINGS:
            tag = self._heading_ends()
        elif self.tables and tag in ("th", "td", "caption"):
            tag = self._cell_ends(tag)
        self.out.append(f"</{tag}>")
        if tag == "table":
            self._table_ends(self.tables.pop())

    def handle_data(self, data: str) -> None:
        self.out.append(str(escape(visible(data))))

    def _heading_ends(self) -> str:
        """Keep a heading that says something; one within another one is emphasis."""
        at, level = self.headings.pop()
        if self.headings:
            return "strong"
        if not _said(self.out[at + 1 :]):
            self.out[at] = "<p>"
            return "p"
        self.mending.level = level
        return f"h{level}"

    def _cell_ends(self, tag: str) -> str:
        table = self.tables[-1]
        said = _said(self.out[table.cell + 1 :])
        if tag == "caption":
            table.caption = said or self.mending.caption
            if not said:
                self.out.append(str(escape(table.caption)))
            return tag
        if table.cell_tag == "th" and not said:
            self.out.append(str(escape(self.mending.no_header)))
        return table.cell_tag

    def _table_ends(self, table: _Table) -> None:
        """Name the table, and put it into a box that scrolls where it is not within another one."""
        caption = table.caption or self.mending.caption
        if not table.caption:
            self.out.insert(table.at + 1, f"<caption>{escape(caption)}</caption>")
        if not self.tables:
            label = escape(self.mending.label(caption))
            self.out.insert(table.at, f'<div class="table" role="group" tabindex="0" aria-label="{label}">')
            self.out.append("</div>")


class _Table:
    """What is known of a table while it is read: which heads point where, and where its open cell began."""

    def __init__(self, at: int):
        self.at, self.caption = at, ""
        self.in_head, self.first, self.cell, self.cell_tag = False, True, at, ""

    def begins(self, tag: str, given: dict[str, str | None], at: int) -> str:
        """Take note of a tag; each head gets its scope, and the first cell of a row is one."""
        if tag in ("thead", "tbody", "tfoot"):
            self.in_head = tag == "thead"
        elif tag == "tr":
            self.first = True
        elif tag in ("th", "td", "caption"):
            self.cell, self.cell_tag = at, tag
            if tag != "caption":
                self.cell_tag = "th" if self.in_head or self.first else tag
                self._scope(given)
                self.first = False
            return self.cell_tag
        return tag

    def _scope(self, given: dict[str, str | None]) -> None:
        if self.cell_tag == "th":
            given.setdefault("scope", "row" if self.first and not self.in_head else "col")
        else:
            given.pop("scope", None)


def _said(parts: list[str]) -> str:
    return Markup("".join(parts)).striptags()
