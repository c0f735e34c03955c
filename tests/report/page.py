"""An HTML page as tests look at it: elements in their order, with their attributes and their text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

EMPTY = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class Element:
    """An element: its attributes, and what is in it, elements and texts."""

    tag: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    content: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(part if isinstance(part, str) else part.text for part in self.content)

    def __iter__(self) -> Iterator[Element]:
        """Walk over all elements in it, in the order of the page."""
        for part in self.content:
            if isinstance(part, Element):
                yield part
                yield from part

    def all(self, *tags: str) -> list[Element]:
        return [element for element in self if element.tag in tags]

    def one(self, tag: str) -> Element:
        (only,) = self.all(tag)
        return only

    def of_class(self, name: str) -> list[Element]:
        return [element for element in self if name in (element.attributes.get("class") or "").split()]


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("page")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self.open[-1].content.append(element)
        if tag not in EMPTY:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        # Strict: a page of ours closes what it opens, in order.
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].content.append(data)


def parse(page: str) -> Element:
    """Read a page; every element must be closed, in order."""
    builder = _Builder()
    builder.feed(page)
    builder.close()
    assert len(builder.open) == 1, f"<{builder.open[-1].tag}> is never closed"
    return builder.open[0]


def seen(page: Element) -> str:
    """Give the text that a reader sees, and what a screen reader says of pictures; no style."""
    styles = {id(style) for style in page.all("style")}

    def gather(element: Element) -> Iterator[str]:
        for part in element.content:
            if isinstance(part, str):
                yield part
            elif id(part) not in styles:
                yield from gather(part)
                yield f" {part.attributes.get('alt') or ''} {part.attributes.get('aria-label') or ''} "

    return "".join(gather(page))
