"""Whatever a vendor or an agency writes is shown as text, whole, and nothing of it is run, fetched or filled in."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from fairaudit.errors import Problem
from fairaudit.report.html import failure_page, render
from fairaudit.report.tables import table, visible
from tests.report.audits import audit, block
from tests.report.page import Element, parse, seen
from tests.verdicts.tables import counted

SHOWN_AS_THEY_ARE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</style></title><b>bold</b>",
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    "{{7*7}} {% raw %} {0} {name}",
    "javascript:alert(1)",
    "https://example.org/picture.png",
    "=cmd()",
    "$x_1^2$ &amp; & &#60;",
    "x" * 10_000,
    "سكان المدينة",
    "תושבים",
    "居民",
    "🧑🏽‍🚒 👩‍👩‍👧",
]
SPELT_OUT = [
    ("left \u202e thgir", "left [RIGHT-TO-LEFT OVERRIDE] thgir"),
    ("soft\u00adhyphen\u200b", "soft[SOFT HYPHEN]hyphen[ZERO WIDTH SPACE]"),
    ("bell\x07 and nothing\x00", "bell[U+0007] and nothing[U+0000]"),
]
ALL = [*((text, text) for text in SHOWN_AS_THEY_ARE), *SPELT_OUT]


def hostile(text: str) -> dict[str, Any]:
    """Give results with a text in every place that somebody from outside fills."""
    counts = {text: (300, 1000), "Men": (500, 1000)}
    results = audit((block(), counted(counts)), code=[{"file": "measures.py", "sha256": "0" * 64}])
    (evidence,) = results["evidence"]
    (finding,) = evidence["findings"]
    for place, keys in [
        (
            results["page_one"],
            ["title", "vendor", "agency", "decides", "community", "vendor_replies", "lapses", "more"],
        ),
        (results["audit"]["code"][0], ["file"]),
        (evidence, ["question", "unit", "period", "counted_by", "source"]),
        (evidence["attributes"][0], ["name"]),
        (finding, ["title", "sentence", "reason_sentence", "yearly"]),
        (finding["comparisons"][0]["tolerance"], ["because", "citation", "name", "allows", "as_of"]),
        (finding["cleared_for"], ["sentence"]),
    ]:
        place.update(dict.fromkeys(keys, text))
    for key in ("people", "selected", "not_selected", "positive", "negative"):
        evidence["words"][key] = text
    for key in ("tested", "decide", "cannot_tell", "warnings"):
        results["page_one"][key] = [text]
    results["page_one"]["open"] = {"count": 1, "blocking": 1, "items": [{"role": text, "question": text, "count": 1}]}
    results["page_one"]["why"][0] |= {"sentence": text, "about": text, "words": text}
    evidence["assumptions"] = evidence["cannot_tell"] = [text]
    evidence["records"]["left_out"] = {text: 3}
    finding["grouping"] = [text]
    finding["few"] = [text]
    finding["checks"] = [{"sentence": text}]
    return results


@cache
def page(text: str) -> Element:
    shown = render(hostile(text))
    shown.encode("utf-8")  # it can be written to a file
    return parse(shown)


TAGS = sorted({element.tag for element in page("harmless")})


@pytest.mark.parametrize(("text", "shown"), ALL, ids=lambda text: ascii(text[:20]))
def test_it_is_shown_as_text(text, shown):
    sections = [*page(text).all("h2"), *page(text).all("li"), *page(text).all("th"), *page(text).all("dd")]
    held = [section for section in sections if shown in section.text]
    assert len(held) > 5
    assert shown in seen(page(text))


@pytest.mark.parametrize(("text", "shown"), ALL, ids=lambda text: ascii(text[:20]))
def test_it_adds_no_element_and_no_attribute(text, shown):
    clean, dirty = page("harmless"), page(text)
    assert {element.tag for element in dirty} <= {*TAGS, "bdi"}
    assert {name for e in dirty for name in e.attributes} == {name for e in clean for name in e.attributes}
    assert [e.attributes["id"] for e in dirty if "id" in e.attributes][1:] != []
    links = [link.attributes["href"] for link in dirty.all("a")]
    assert all(link.startswith("#") and link[1:].replace("-", "").isalnum() for link in links)


@pytest.mark.parametrize("text", ["{{7*7}}", "{0}", "%s %(x)s", "{name}"])
def test_nothing_of_it_is_filled_in(text):
    assert text in seen(page(text))
    assert "49" not in page(text).of_class("page-one")[0].text


@pytest.mark.parametrize("text", SHOWN_AS_THEY_ARE, ids=lambda text: ascii(text[:20]))
def test_a_failure_page_shows_it_as_text(text):
    shown = parse(failure_page(text, [Problem(text, text, text)]))
    assert shown.one("ol").text.count(text) == 3
    assert {element.tag for element in shown} <= {*TAGS, "br"}


# Half a character cannot be written to a file.
@pytest.mark.parametrize(("text", "shown"), [*SPELT_OUT, ("half\ud800", "half[U+D800]")])
def test_characters_that_nobody_sees_are_named(text, shown):
    assert visible(text) == shown


@pytest.mark.parametrize("text", ["plain", "über 5 %", "a\nb", "👩‍👩‍👧", "کتاب‌ها"])
def test_all_others_stay(text):
    assert visible(text) == text


def test_names_from_the_right_leave_their_neighbours_in_place():
    cells = parse(str(table("Caption", ["Group", "n"], [["نساء", "1"], ["Men", "2"]])))
    assert [cell.text for cell in cells.all("bdi")] == ["نساء"]
