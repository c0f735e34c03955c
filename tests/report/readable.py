"""What a page must hold to be read by everybody, beyond what axe looks for, and what it may not hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from tests.report.page import Element

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
RUNS = ("script", "iframe", "object", "embed", "form", "input", "button", "link", "base")
ALT = range(40, 600)
# What nbconvert writes where nobody has described a picture.
NO_TEXT = "No description has been provided"


def faults(page: Element, *, asks: bool = False) -> list[str]:
    """Name everything that is missing.

    Args:
        page: as `page.parse` reads it.
        asks: whether people fill it in: it then has fields, and one script, which its policy names.
    """
    checks = [_document, _headings, _tables, _figures, _places, _policy]
    return [fault for check in checks for fault in check(page)] + [*([] if asks else _runs(page))]


def _document(page: Element) -> Iterator[str]:
    if not page.one("html").attributes.get("lang"):
        yield "no language"
    if not "".join(title.text for title in page.all("title")).strip():
        yield "no title"
    if len(page.all("main")) != 1:
        yield "not one main part"


def _headings(page: Element) -> Iterator[str]:
    found = page.all(*HEADINGS)
    levels = [int(heading.tag[1]) for heading in found]
    if levels.count(1) != 1 or levels[0] != 1:
        yield "the first heading is not the only one of level 1"
    yield from (f"a heading h{below} after h{above}" for above, below in pairwise(levels) if below > above + 1)
    yield from (f"an empty {heading.tag}" for heading in found if not heading.text.strip())


def _tables(page: Element) -> Iterator[str]:
    for table in page.all("table"):
        caption = "".join(each.text for each in table.all("caption")).strip()
        if not caption:
            yield "a table without a caption"
        for head in table.all("th"):
            if head.attributes.get("scope") not in ("col", "row", "colgroup", "rowgroup"):
                yield f"{caption}: a head that points no way"
            if not head.text.strip():
                yield f"{caption}: an empty head"
        for row in [row for body in table.all("tbody") for row in body.all("tr")]:
            if not [head for head in row.all("th") if head.attributes.get("scope") == "row"]:
                yield f"{caption}: a row without a head"
            if not all(cell.text.strip() for cell in row.all("td")):
                yield f"{caption}: an empty cell"


def _figures(page: Element) -> Iterator[str]:
    for holder in [page, *page]:
        inner = [part for part in holder.content if isinstance(part, Element)]
        for figure, following in pairwise([*inner, Element("nothing")]):
            if figure.tag != "figure":
                continue
            pictures = [each for each in figure if each.tag == "img" or each.attributes.get("role") == "img"]
            if len(pictures) != 1:
                yield f"a figure with {len(pictures)} pictures"
            if not following.all("table"):
                yield "a figure that no table follows"
    for picture in page:
        if picture.tag == "img" or picture.attributes.get("role") == "img":
            alt = picture.attributes.get("alt" if picture.tag == "img" else "aria-label") or ""
            if len(alt) not in ALT or NO_TEXT in alt:
                yield f"a picture whose text is no description: {alt[:60]}"
        elif picture.tag == "svg" and picture.attributes.get("aria-hidden") != "true":
            yield "a picture without a text"


def _places(page: Element) -> Iterator[str]:
    ids = Counter(element.attributes["id"] for element in page if "id" in element.attributes)
    yield from (f"two places called {name}" for name, number in ids.items() if number > 1)
    for element in page:
        for name in ("href", "src", "srcset", "action", "poster", "background", "data"):
            address = element.attributes.get(name)
            if address and address.startswith("#") and address[1:] not in ids:
                yield f"no place called {address}"
    style = "".join(element.text for element in page.all("style"))
    yield from re.findall(r"url\((?!data:font/woff2;base64,[\w+/=]+\))[^)]*\)|@import[^;]*|expression", style)


def _policy(page: Element) -> Iterator[str]:
    policies = [meta.attributes for meta in page.all("meta") if "http-equiv" in meta.attributes]
    rules = "; ".join(policy["content"] or "" for policy in policies)
    if not rules.startswith("default-src 'none'; style-src 'unsafe-inline'; ") or "connect-src" in rules:
        yield f"a policy that lets something be fetched: {rules}"
    if len(page.all("script")) != len(re.findall(r"script-src 'sha256-[\w+/=]+'", rules)) + len(_data(page)):
        yield "a script that its policy does not name"


def _data(page: Element) -> list[Element]:
    """Give what a script reads and nobody runs."""
    return [script for script in page.all("script") if script.attributes.get("type") == "application/json"]


def _runs(page: Element) -> Iterator[str]:
    yield from (f"a {element.tag}" for element in page.all(*RUNS))
    yield from (f"{name} of a {element.tag}" for element in page for name in element.attributes if name[:2] == "on")
    for element in page:
        for name in ("src", "srcset", "action", "poster", "background", "data"):
            if not (element.attributes.get(name) or "data:").startswith("data:"):
                yield f"something to fetch: {element.attributes[name]}"
