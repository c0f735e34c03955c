"""The page: nothing can be fetched or run, everything from outside is text, and it can be read without seeing it."""

from __future__ import annotations

import re
from functools import cache

import pytest

from fairaudit.errors import Problem
from fairaudit.report.first_page import BY, brief
from fairaudit.report.html import failure_page, render, words
from fairaudit.report.view import trade_off
from tests.report.audits import CASES
from tests.report.page import Element, parse, seen
from tests.report.readable import faults

CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
)
AUDITS = ["large-lots", "published-tables"]


@cache
def made(case: str):
    return CASES[case]()


@cache
def page(case: str) -> Element:
    return parse(render(made(case)))


@pytest.fixture(params=[*CASES, "failure"])
def shown(request) -> Element:
    if request.param == "failure":
        return parse(
            failure_page("Screener 2.0", [Problem("audit.yaml line 3", "is wrong", "Mend it."), Problem("x", "y")])
        )
    return page(request.param)


# --- nothing is fetched or run, and it can be read without seeing it -----------------------------------------------


def test_nothing_is_missing_that_a_reader_needs(shown):
    assert faults(shown) == []


def test_its_policy_lets_nothing_be_fetched(shown):
    policies = [meta for meta in shown.all("meta") if "http-equiv" in meta.attributes]
    assert [meta.attributes["content"] for meta in policies] == [CSP]


def test_it_is_in_english_and_named_for_the_system(shown):
    assert shown.one("html").attributes["lang"] == "en"
    assert "Screener 2.0" in shown.one("title").text


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        ("<h3>Two</h3>", "a heading h3 after h1"),
        ("<h1>Two</h1>", "the first heading is not the only one of level 1"),
        ("<table><caption></caption></table>", "a table without a caption"),
        ("<table><caption>A</caption><tr><th>B</th></tr></table>", "A: a head that points no way"),
        ("<table><caption>A</caption><tr><th scope='col'> </th></tr></table>", "A: an empty head"),
        ("<table><caption>A</caption><tbody><tr><td>1</td></tr></tbody></table>", "A: a row without a head"),
        ("<table><caption>A</caption><tbody><tr><td></td></tr></tbody></table>", "A: an empty cell"),
        (
            "<figure><img alt='No description has been provided for this image'></figure>",
            "a figure that no table follows",
        ),
        (
            "<img alt='No description has been provided for this image'>",
            "a picture whose text is no description: No description has been provided for this image",
        ),
        ("<svg></svg>", "a picture without a text"),
        ("<p id='a'></p><p id='a'></p>", "two places called a"),
        ("<a href='#b'>B</a>", "no place called #b"),
        ("<style>p { background: url(a.png) }</style>", "url(a.png)"),
        ("<p onclick='a()'>A</p>", "onclick of a p"),
        ("<script></script>", "a script"),
        ("<img src='a.png'>", "something to fetch: a.png"),
    ],
)
def test_what_is_missing_would_be_seen(bad, fault):
    head = f"<html lang='en'><head><title>A</title><meta http-equiv='a' content=\"{CSP}\"></head>"
    assert faults(parse(f"{head}<body><main><h1>A</h1></main></body></html>")) == []
    assert fault in faults(parse(f"{head}<body><main><h1>A</h1>{bad}</main></body></html>"))


def test_pictures_say_what_they_are(shown):
    texts = [picture.attributes["aria-label"] for picture in shown.all("svg") if "role" in picture.attributes]
    assert all(text.startswith("Forest plot: ") for text in texts)


def test_every_link_says_where_it_leads(shown):
    assert all(link.text.strip() for link in shown.all("a"))


def test_what_scrolls_can_be_reached_and_has_a_name(shown):
    for box in [*shown.of_class("table"), *shown.of_class("picture")]:
        assert (box.attributes["tabindex"], box.attributes["role"]) == ("0", "group")
        assert box.attributes["aria-label"]


@pytest.mark.parametrize("case", CASES)
def test_the_first_link_skips_to_the_findings(case):
    assert page(case).all("a")[0].attributes == {"class": "skip", "href": "#findings"}


@pytest.mark.parametrize("case", CASES)
def test_a_picture_is_followed_by_a_table_of_its_rows(case):
    findings = [finding for block in made(case)["evidence"] for finding in block["findings"]]
    sections = page(case).of_class("finding")
    assert len(sections) == len(findings)
    for section, finding in zip(sections, findings, strict=True):
        assert len(section.all("figure")) == 1
        names = [row.content[0].text for row in section.all("table")[0].one("tbody").all("tr")]
        assert sorted(names) == sorted(group["group"] for group in finding["groups"])


# --- what hidden counts leave open is said from to -------------------------------------------------------------------


def cells(table) -> list[list[str]]:
    return [[cell.text for cell in row.content] for row in table.one("tbody").all("tr")]


def test_tables_show_the_least_and_the_most_of_what_is_hidden():
    shown = page("hidden")
    people, groups, pairs = (cells(table) for table in shown.all("table")[:3])
    # 36 of 36 + 40 + 105 + 5, to 44 of 44 + 40 + 100 + 1
    rows = {row[0]: row[1:] for row in people}
    assert rows["A"] == ["36 to 44", "19.4% to 23.8%"]
    assert rows["B"] == ["40", "20.6% to 22.6%"]
    assert rows["C"] == ["100 to 105", "52.9% to 57.7%"]
    rows = {row[0]: row[1:] for row in groups}
    assert rows["A"][:4] == ["36 to 44", "36 to 44", "8 to 12", "20.0% to 30.0%"]
    assert rows["B"][:4] == ["40", "40", "20", "50.0%"]
    assert ["A", "B", "36 to 44 v 40", "40% to 60%"] in [row[:4] for row in pairs]


# --- what is undefined is said in words ----------------------------------------------------------------------------


def test_no_word_of_the_machine_is_left_in_the_text(shown):
    assert re.findall(r"\b(?:None|nan|NaN|inf|Infinity|null|True|False|Undefined)\b|\{\}", seen(shown)) == []


def test_what_is_not_known_says_so():
    text = seen(page("unsettled"))
    assert "not known" in text  # the period
    assert "no records" in text
    assert "undefined" in text


# --- what it says --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
def test_every_sentence_of_a_finding_stands_in_its_section(case):
    findings = [finding for block in made(case)["evidence"] for finding in block["findings"]]
    for section, finding in zip(page(case).of_class("finding"), findings, strict=True):
        said = [finding["words"], finding["sentence"], finding["reason_sentence"], finding["cleared_for"]["sentence"]]
        said += [check["sentence"] for check in finding["checks"]] + [finding["yearly"]]
        said += [(finding["more_records"] or {"sentence": ""})["sentence"]]
        assert [sentence for sentence in said if sentence not in section.text] == []


@pytest.mark.parametrize("case", CASES)
def test_page_one_stands_first_with_the_verdicts_in_words(case):
    one = made(case)["page_one"]
    first = page(case).of_class("page-one")[0]
    assert one["headline"] in first.one("h1").text + first.all("h2")[0].text
    assert [item.all("strong")[0].text for item in first.one("ol").all("li")] == [
        f"{why['words']}, by {brief(why['about'].rpartition(', by ')[2], BY)}." for why in one["why"]
    ]
    assert one["caveat"] in first.text


def test_made_up_and_shuffled_evidence_is_called_so_everywhere():
    demonstration = page("demonstration")
    first = demonstration.of_class("page-one")[0]
    assert first.all("h2")[0].text.startswith("Would be, if the records were real:")
    assert [line.text.split(":")[0] for line in demonstration.of_class("banner")[0].all("p")] == [
        "DEMONSTRATION",
        "REHEARSAL",
    ]
    printed = words("en")["page"]["demonstration"], words("en")["page"]["rehearsal"]
    style = "".join(element.text for element in demonstration.all("style"))
    kicker = demonstration.of_class("kicker")[0].text
    assert all(word in style and word in kicker for word in printed)
    assert page("cleared").of_class("banner") == []


def test_a_baseline_is_not_judged():
    section = page("baseline").of_class("finding")[0]
    assert "For comparison only" in section.text
    assert words("en")["finding"]["baseline"] in section.text
    heads = [head.text for table in section.all("table") for head in table.one("thead").all("th")]
    assert words("en")["finding"]["reading"] not in heads


@pytest.mark.parametrize(("case", "explained"), [("flagged", True), ("cleared", False), ("unsettled", False)])
def test_why_both_cannot_hold_is_said_where_error_rates_differ_and_predictive_values_do_not(case, explained):
    assert bool(page(case).of_class("trade-off")) == explained


def test_both_limits_of_a_finding_are_shown():
    section = page("unsettled").of_class("finding")[0]
    assert "A ratio of 80%." in section.text
    assert "A gap of 10 in 100." in section.text
    assert words("en")["finding"]["two_limits"] in section.text


def test_long_tables_are_folded_with_their_number():
    summaries = [summary.text for summary in page("forty groups").all("summary")]
    assert [text for text in summaries if "pairs" in text] == [f"Show the 60 worst of {40 * 39 // 2} pairs"]
    pairs = next(each for each in page("forty groups").all("details") if "pairs" in each.all("summary")[0].text)
    shown = pairs.one("tbody").all("tr")
    assert len(shown) == 60
    assert shown[0].content[0].text == "Group 0", "the pair that decides stands first"
    assert [summary.text for summary in page("cleared").all("summary") if "pairs" in summary.text] == []


def test_the_unknown_are_a_row_of_who_is_in_the_records():
    people = page("unsettled").of_class("tables")[0].one("tbody")
    assert [row.content[0].text for row in people.all("tr")] == ["A", "B", "Empty", "Not known"]


def test_the_measures_used_are_explained_with_formula_and_source():
    glossary = next(section for section in page("flagged").all("section") if section.attributes.get("id") == "measures")
    assert [row.content[1].text for row in glossary.one("tbody").all("tr")] == [
        "false positive rate",
        "positive predictive value",
    ]
    assert "FP / (FP + TN)" in glossary.text


def test_the_facts_to_reproduce_it_are_listed():
    facts = next(section for section in page("flagged").all("section") if section.attributes.get("id") == "facts")
    assert made("flagged")["audit"]["plan_sha256"] in facts.text
    assert made("flagged")["made_by"] in facts.text


@pytest.mark.long
@pytest.mark.parametrize("case", CASES)
def test_the_same_results_give_the_same_page(case):
    assert render(CASES[case]()) == render(made(case))


def test_a_failed_run_shows_the_error_first():
    shown = parse(
        failure_page("Screener", [Problem("screened, cell 3", "the notebook stopped", "Open it in Jupyter.")])
    )
    assert [heading.text for heading in shown.all("h1", "h2")] == ["The run failed", "What is wrong"]
    assert [part for part in shown.one("ol").one("li").content if isinstance(part, str)] == [
        " the notebook stopped",
        "Open it in Jupyter.",
    ]


def test_ways_to_weigh_are_folded_once_a_finding():
    for section in page("cleared").of_class("finding"):
        summaries = [summary.text for summary in section.all("summary")]
        assert summaries.count(words("en")["finding"]["panel"]) == 1


def test_groups_without_records_are_named_where_pairs_are_left_out():
    section = page("unsettled").of_class("finding")[0]
    assert words("en")["finding"]["empty"].format("Empty") in section.text
    table, *_ = [table for table in section.all("table") if table.one("caption").text.startswith("Every pair")]
    pairs = table.one("tbody").all("tr")
    assert {cell.text for row in pairs for cell in row.content[:2]} == {"A", "B"}


def leaves(words: dict, path: str = ""):
    for key, value in words.items():
        yield from leaves(value, f"{path}.{key}") if isinstance(value, dict) else [(key, value)]


def test_every_fixed_word_is_used_and_no_other(root):
    report = root / "fairaudit" / "report"
    templates = [*(report / "templates").glob("*.html"), report / "templates" / "form.js"]
    sources = [
        *templates,
        *report.glob("*_view.py"),
        report / "view.py",
        report / "form.py",
        report / "pdf.py",
        report / "notebook.py",
    ]
    code = "\n".join(source.read_text(encoding="utf-8") for source in sources)
    by_value = {
        *words("en")["evidence"]["decided_by"],
        *words("en")["evidence"]["origins"],
        *words("en")["evidence"]["counts_from"],
        "duplicates",
        "clusters",
        "same_moment",
    }
    by_value |= {
        "survival",
        "calibration",
        "sweep",
        "distribution",
        "standardised",
        "matched",
        "segregation",
        "map",
        "records_and_population",
        "scan",
    }  # what is shown
    by_value |= {f"panel_{reading}" for reading in ("within", "outside", "not_shown", "cannot_say", "baseline")}
    by_kind = {f"{word}{kind}" for word in ("limit_", "limit_own_", "own_") for kind in ("ratio", "difference")}
    by_kind |= {"as_often", "as_much", "for_every", "difference", *("title", "name", "what", "formula", "source")}
    computed = by_value | by_kind | {"source_sha256", "tally_sha256", "notebook_sha256"}
    computed |= {"unknown", "not_applicable"}  # states of an answer
    computed |= {"internal", "public"}  # which copy it is
    computed |= set(words("en")["public_list"]["stages"])
    computed |= {*words("en")["form"]["answer"], *words("en")["form"]["needs"]}  # kinds of answers, and decisions
    unused = [
        key for key, _ in leaves(words("en")) if key not in computed and not re.search(rf"\.{key}\b|\"{key}\"", code)
    ]
    assert unused == []


def test_an_approximate_measure_is_written_in_its_own_numbers_and_called_so():
    section = page("own measures").of_class("finding")[1]
    assert words("en")["finding"]["approximate"] in section.text
    assert "A gap of 0.1." in section.text
    rates, pairs = section.all("table")
    assert [row.content[3].text for row in rates.one("tbody").all("tr")][:2] == ["−0.482", "0.575"]
    assert pairs.one("tbody").all("tr")[0].content[3].text == "1.06"


@pytest.mark.parametrize(
    ("verdict", "shown", "said"),
    [("flagged", "calibration", True), ("cleared", "calibration", False), ("flagged", "distribution", False)],
)
def test_why_not_both_is_said_beside_the_calibration_of_a_score_whose_errors_differ(verdict, shown, said):
    finding = {"measure": "false_positive_rate", "grouping": ["race"], "verdict": verdict}
    block = {"trade_off": False, "findings": [finding], "shown": [{"shown": shown}]}
    assert trade_off(block) is said
