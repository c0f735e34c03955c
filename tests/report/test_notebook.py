"""The executed notebook as a page: whatever it holds runs nothing and fetches nothing, and it can be read aloud."""

from __future__ import annotations

import json
import random
from functools import cache
from itertools import pairwise
from time import perf_counter
from typing import Any

import pandas as pd
import pytest

from fairaudit.displays import AGGREGATE, Picture, Shown, bullets
from fairaudit.report.foreign_html import Mending, cleaned
from fairaudit.report.html import words
from fairaudit.report.notebook import notebook_page
from fairaudit.report.tables import table
from tests.report.audits import CASES, audit, block
from tests.report.page import Element, parse, seen
from tests.report.test_html import CSP
from tests.verdicts.tables import counted

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<img src="https://example.org/seen.png" alt="seen">',
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    '<a href="javascript:alert(1)">here</a>',
    '<a href="data:text/html,<script>alert(1)</script>">here</a>',
    '<a href="../../secret.html" onclick="alert(1)">here</a>',
    '<p style="background:url(https://example.org/x)" id="step-1" class="banner">text</p>',
    '<iframe src="https://example.org"></iframe><object data="x"></object><embed src="x">',
    '<form action="https://example.org"><input name="a"><button>go</button></form>',
    '<link rel="stylesheet" href="https://example.org/x.css"><base href="https://example.org">',
    '<meta http-equiv="refresh" content="0; url=https://example.org">',
    "</main></body></html><h1>Another page</h1>",
    "</style></title><style>body{display:none}</style>",
    "<table><tr><td><table><tr><td>a table in a table</table></table>",
    "<!-- <script>alert(1)</script> -->",
    "{{7*7}} {% raw %} {0} {name}",
    "[here](javascript:alert(1)) ![seen](https://example.org/seen.png) <https://example.org>",
    "# <script>alert(1)</script>\n\n###### deep\n\n#\n\n## [x](vbscript:y)",
    "| a | |\n|---|---|\n| <b>1</b> | 2 |",
    "left \u202e thgir",
    "<" * 500 + "[" * 500 + "*" * 500,
]
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script><rect width="9"/></svg>'


def prose(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "source": text.splitlines(keepends=True)}


def code(source: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    return {"cell_type": "code", "source": source.splitlines(keepends=True), "outputs": list(outputs)}


def display(data: dict[str, Any], metadata: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"output_type": "display_data", "data": data, "metadata": metadata or {}}


def shown_as(thing: Shown | Picture) -> dict[str, Any]:
    """Show one of our displays, as IPython puts it into a notebook."""
    bundle = thing._repr_mimebundle_()
    return display(*(bundle if isinstance(bundle, tuple) else (bundle,)))


def html(markup: str) -> dict[str, Any]:
    return shown_as(Shown(markup, "text"))


def error(name: str) -> dict[str, Any]:
    return {"output_type": "error", "ename": name, "evalue": "withheld", "traceback": []}


RATES = table("Rate by group", ["Group", "Of", "Rate"], [["Women", "120", "40.0%"], ["Men", "130", "50.0%"]])
ORDINARY = [
    prose("# Yes/no decisions\n\nSome *are* selected. See [the guide](https://example.org/guide)."),
    code('audit = "../.."\nevidence = "screened"'),
    prose("## Who is in the records\n\n| measure | is |\n|---|---|\n| ratio | 0.8 |"),
    code("block.people", html(RATES)),
    prose("#### Charts"),
    code("block.show_plots()", shown_as(Picture(SVG, "Forest plot: two groups, the worst rate first."))),
    code("print(records)", {"output_type": "stream", "name": "stdout", "text": ["Held back: may contain records.\n"]}),
    code("block.findings", shown_as(bullets(["Shown to be within the limit."]))),
    {"cell_type": "raw", "source": "for another program"},
]


@cache
def results(case: str = "flagged") -> dict[str, Any]:
    return CASES[case]()


def written(*cells: dict[str, Any], of: dict[str, Any] | None = None) -> str:
    told = of or results()
    return notebook_page({"cells": list(cells), "metadata": {}}, told, told["evidence"][0]["id"])


def page(*cells: dict[str, Any], of: dict[str, Any] | None = None) -> Element:
    return parse(written(*cells, of=of))


@cache
def whole(name: str) -> Element:
    hostile = [cell for text in HOSTILE for cell in (prose(text), code(text, html(text), error(text)))]
    hostile += [code("x", display({AGGREGATE: {"text": text}, "image/svg+xml": SVG})) for text in HOSTILE]
    return page(*{"ordinary": ORDINARY, "hostile": hostile, "empty": []}[name])


@pytest.fixture(params=["ordinary", "hostile", "empty"])
def shown(request) -> Element:
    return whole(request.param)


# --- nothing is fetched or run -------------------------------------------------------------------------------------


def test_it_holds_no_script_and_nothing_to_type_into(shown):
    unwanted = ("script", "iframe", "object", "embed", "form", "input", "button", "link", "base", "svg")
    assert shown.all(*unwanted) == []
    assert len(shown.all("style")) == 1
    assert {
        name for element in shown for name in element.attributes if name.startswith("on") or name == "style"
    } == set()


def test_its_policy_lets_nothing_be_fetched(shown):
    policies = [meta for meta in shown.all("meta") if "http-equiv" in meta.attributes]
    assert [meta.attributes["content"] for meta in policies] == [CSP]


def test_links_lead_to_the_web_the_report_or_a_place_on_the_page(shown):
    name = results()["evidence"][0]["id"]
    ours = {"../report.html#evidence-1", f"{name}.ipynb"}
    links = {link.attributes.get("href") for link in shown.all("a")} - ours
    assert all(link is None or link.startswith(("#", "https://example.org")) for link in links)
    places = [element.attributes["id"] for element in shown if "id" in element.attributes]
    assert len(places) == len(set(places))
    assert {link[1:] for link in links if link and link.startswith("#")} <= set(places)


def test_pictures_are_in_the_page(shown):
    assert all(image.attributes["src"].startswith("data:image/svg+xml,") for image in shown.all("img"))


@pytest.mark.parametrize("text", HOSTILE)
def test_prose_that_is_html_stands_as_text(text):
    (place,) = page(prose(text)).of_class("prose")
    assert {element.tag for element in place} <= {
        *("p", "a", "em", "strong", "h2", "h3", "div", "table", "caption", "thead", "tbody", "tr", "th", "td")
    }
    if text.startswith("<") and "\n" not in text and not text.startswith("<!--"):
        assert "<" in place.text


def test_code_stands_as_it_is(shown):
    source = "x = '{{7*7}} <script>alert(1)</script>'\n\n# &amp; \\ *no* emphasis"
    (fold,) = page(code(source)).of_class("code")
    assert fold.one("pre").text == source
    assert fold.tag == "details"
    assert "open" not in fold.attributes


def test_templates_in_a_notebook_are_filled_in_by_nobody():
    assert "49" not in seen(page(prose("{{7*7}}"), code("{{7*7}}", html("<p>{{7*7}}</p>"), error("{{7*7}}"))))


# --- it can be read without seeing it ------------------------------------------------------------------------------


def test_language_title_and_first_heading(shown):
    assert shown.one("html").attributes["lang"] == "en"
    assert "Who is invited?" in shown.one("title").text
    assert len(shown.all("h1")) == len(shown.all("main")) == 1
    assert shown.all("a")[0].attributes == {"class": "skip", "href": "#notebook"}


def test_headings_go_down_one_step_at_a_time(shown):
    headings = shown.all("h1", "h2", "h3", "h4", "h5", "h6")
    levels = [int(heading.tag[1]) for heading in headings]
    assert levels[0] == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))
    assert all(heading.text.strip() for heading in headings)


def test_every_table_has_a_caption_and_every_head_a_scope(shown):
    for each in shown.all("table"):
        assert each.all("caption")[0].text.strip()
        assert all(head.text.strip() and head.attributes["scope"] in ("col", "row") for head in each.all("th"))
        for row in each.all("tr"):
            assert row.all("th")[0].tag == "th"
    for box in [*shown.of_class("table"), *shown.of_class("picture")]:
        assert (box.attributes["tabindex"], box.attributes["role"]) == ("0", "group")
        assert box.attributes["aria-label"].strip()
    labels = [box.attributes["aria-label"] for box in [*shown.of_class("table"), *shown.of_class("picture")]]
    assert len(labels) == len(set(labels))


def test_every_picture_has_words(shown):
    assert all(image.attributes["alt"].strip() for image in shown.all("img"))


def test_our_tables_stay_as_they_were():
    (box,) = page(code("block.people", html(RATES))).of_class("table")
    assert box.attributes["aria-label"] == "Rate by group"
    assert box.one("caption").text == "Rate by group"
    assert [(h.text, h.attributes["scope"]) for h in box.all("th")] == [
        *(("Group", "col"), ("Of", "col"), ("Rate", "col")),
        *(("Women", "row"), ("Men", "row")),
    ]
    assert [cell.text for cell in box.all("td")] == ["120", "40.0%", "130", "50.0%"]
    assert all(cell.attributes == {"class": "number"} for cell in box.all("td"))


def test_a_table_of_pandas_gets_what_it_lacks():
    frame = pd.DataFrame({"n": [1, 2]}, index=["Women", "Men"])
    (box,) = page(code("x", html(frame.to_html()))).of_class("table")
    w = words("en")["notebook"]
    assert box.one("caption").text == w["table"]
    assert [(h.text, h.attributes["scope"]) for h in box.all("th")] == [
        *((w["no_header"], "col"), ("n", "col"), ("Women", "row"), ("Men", "row")),
    ]
    assert "border" not in box.one("table").attributes


def test_headings_of_a_notebook_go_below_the_page_s_own():
    found = page(prose("# One\n\n## Two"), code("x", html("<h1>Again one</h1><h5>Deep</h5>")))
    assert [(h.tag, h.text) for h in found.all("h2", "h3", "h4", "h5", "h6")] == [
        *(("h2", "One"), ("h3", "Two"), ("h2", "Again one"), ("h3", "Deep")),
    ]


def test_a_picture_without_words_is_not_shown():
    bare = {AGGREGATE: {}, "image/svg+xml": SVG, "text/plain": "<Figure>"}
    found = page(code("x", display(bare)))
    assert found.all("img") == []
    assert "<Figure>" in seen(found)


@pytest.mark.parametrize(("data", "kept"), [("iVBOR\nw0KG==", "iVBORw0KG=="), ('x" onerror="alert(1)', None)])
def test_a_picture_of_points_is_shown_where_it_is_one(data, kept):
    found = page(code("x", display({AGGREGATE: {"text": "Two bars."}, "image/png": data})))
    assert [image.attributes["src"] for image in found.all("img")] == (
        [f"data:image/png;base64,{kept}"] if kept else []
    )


# --- what it says ----------------------------------------------------------------------------------------------------


def test_an_error_comes_before_all_else():
    found = page(prose("# One"), code("good()"), code("\nbad(1)", error("ZeroDivisionError")))
    first = found.all("h2")[0]
    assert first.text == words("en")["notebook"]["errors"]
    said = seen(found)
    assert said.index("Step 2 stopped with ZeroDivisionError.") < said.index("One")
    assert "bad(1)" in said[: said.index("One")]
    assert found.all("a")[1].attributes["href"] == "#step-2"


def test_without_an_error_none_is_told():
    assert words("en")["notebook"]["errors"] not in seen(page(*ORDINARY))


@pytest.mark.parametrize("case", ["demonstration", "flagged"])
def test_it_bears_the_marks_of_the_report(case):
    told, t = results(case), words("en")["page"]
    found = page(*ORDINARY, of=told)
    kicker = found.of_class("kicker")[0].text
    style = found.one("style").text
    demonstration = case == "demonstration"
    assert bool(found.of_class("banner")) == demonstration
    for mark, expected in (("internal", True), ("demonstration", demonstration), ("rehearsal", demonstration)):
        assert (t[mark] in kicker) == (t[mark] in style) == expected


def test_it_names_the_notebook_that_ran():
    told = audit((block(), counted({"Women": (50, 100), "Men": (50, 100)})))
    told["seal"] = {"evidence": {"screened": {"notebook": "own.ipynb", "notebook_sha256": "ab" * 32}}}
    said = seen(page(*ORDINARY, of=told))
    assert "own.ipynb" in said
    assert "ab" * 32 in said


@pytest.mark.parametrize(("own", "prose"), [(False, "en"), (True, None)])
def test_in_another_language_our_prose_is_marked_as_english(own, prose):
    told = audit((block(), counted({"Women": (50, 100), "Men": (50, 100)})))
    told["audit"] |= {"language": "es", "code": [{"file": "own.ipynb", "sha256": "ab" * 32}] if own else []}
    told["seal"] = {"evidence": {"screened": {"notebook": "own.ipynb", "notebook_sha256": "ab" * 32}}}
    found = page(*ORDINARY, of=told)
    assert found.one("html").attributes["lang"] == "es"
    assert {each.attributes.get("lang") for each in found.of_class("prose")} == {prose}


def test_the_same_notebook_gives_the_same_page():
    assert written(*ORDINARY) == written(*json.loads(json.dumps(ORDINARY)))


def test_a_long_notebook_is_written_at_once():
    chart = shown_as(Picture("<svg>" + "<path d='M0 0'/>" * 5_000 + "</svg>", "Forest plot."))
    rows = [[f"Group {place}", "1,204", "5.0% to 6.1%"] for place in range(60)]
    long = html(table("Rates", ["Group", "Of", "Interval"], rows))
    began = perf_counter()
    written(*ORDINARY, *(code("block.show_plots()", chart, long) for _ in range(12)))
    assert perf_counter() - began < 1.5  # it takes a tenth of a second


# --- the allow-list ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("foreign", "left"),
    [
        ('<p onclick="a()">x</p>', "<p>x</p>"),
        ('<th scope="col" class="number evil" id="a">x</th>', "x"),  # no table around it
        (
            '<a href="HTTPS://example.org">x</a>',
            '<a href="HTTPS://example.org" rel="nofollow noopener noreferrer">x</a>',
        ),
        ('<a href="//example.org">x</a>', '<a rel="nofollow noopener noreferrer">x</a>'),
        ('<a href=" java\nscript:a()">x</a>', '<a rel="nofollow noopener noreferrer">x</a>'),
        ("<style>p{}</style><script>a()</script>", ""),
        ("<math><mtext></math><b>x", "<b>x</b>"),
    ],
)
def test_what_is_let_through(foreign, left):
    assert cleaned(foreign) == left


def test_no_cutting_of_pieces_makes_a_page_that_does_not_close():
    tags = ("table", "tr", "td", "th", "caption", "h1", "h4", "p", "b")
    pieces = [*"<>/&\"' ", *(f"<{close}{tag}>" for tag in tags for close in ("", "/"))]
    pieces += ["text", "<thead>", "<tbody>", "<script>", "<td colspan=2 scope=row>"]
    draw = random.Random(7)
    for _ in range(300):
        mend = Mending("A table", "(no name)")
        found = parse(str(mend("".join(draw.choices(pieces, k=25)))))
        assert found.all("script") == []
        assert all(each.all("caption")[0].text.strip() for each in found.all("table"))
        assert all(head.text.strip() and head.attributes["scope"] for head in found.all("th"))
        assert all(heading.text.strip() for heading in found.all("h1", "h2", "h3", "h4", "h5", "h6"))
