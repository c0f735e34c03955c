"""Systems on one page: what it says, what it never says, and what it refuses."""

from __future__ import annotations

import json
import re
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fairaudit import comparing
from fairaudit.cli import main
from fairaudit.comparing import compared
from fairaudit.errors import FairauditError
from fairaudit.run import Settings, run_all
from fairaudit.stats.systems import Joint, change
from tests.comparing.bids import WITHOUT, bid, lines, two_bids
from tests.report.page import Element, parse, seen

NO_RANK = re.compile(
    r"\b(winner|best system|better system|ranks?|ranking|rated|score of|fair|compliant|certified)\b", re.I
)


@pytest.fixture(scope="module")
def audits(tmp_path_factory) -> list[Path]:
    return two_bids(tmp_path_factory.mktemp("bids"))


@pytest.fixture(scope="module")
def found(audits) -> dict:
    return compared(audits)


@pytest.fixture(scope="module")
def page(audits, tmp_path_factory) -> Element:
    out = tmp_path_factory.mktemp("page")
    assert main(["compare", *map(str, audits), "--out", str(out)]) == 0
    return parse((out / "compare.html").read_text(encoding="utf-8"))


def false_positives(found: dict) -> dict:
    return next(each for each in found["evidence"][0]["findings"] if "false_positive_rate" in each["id"])


# --- what it says ----------------------------------------------------------------------------------------------------


def test_the_change_of_a_gap_is_that_of_the_same_people(found):
    (told,) = false_positives(found)["changes"]
    assert told["groups"] == ["Black", "White"]
    assert told["disparity"] == pytest.approx([50 / 100 - 20 / 100, 34 / 100 - 20 / 100])
    events = [[1, 1, 0, 0], [1, 0, 1, 0]]
    groups = [Joint.of(WITHOUT[name], events, np.ones((2, 4))) for name in ("Black", "White")]
    value, lower, upper = change("difference", *groups)
    assert (told["change"], told["lower"], told["upper"]) == pytest.approx((-value, -upper, -lower))
    assert told["sentence"] == (
        "This is of 200 people judged by both. The gap between Black people and White people is 30 in 100 under Alpha,"
        " and 14 in 100 under Beta. Under Beta it is smaller, by at least 4.5 and at most 28 in 100."
    )


def test_each_system_keeps_the_verdict_of_its_own_report(found, audits):
    for place, folder in enumerate(audits):
        results = json.loads((folder / "report" / "results.json").read_text(encoding="utf-8"))
        for finding in results["evidence"][0]["findings"]:
            row = next(each for each in found["evidence"][0]["findings"] if each["id"] == finding["id"])
            assert row["systems"][place]["words"] == finding["words"]
            assert row["systems"][place]["shown"] in finding["sentence"]


def test_a_row_says_the_bound_in_the_unit_of_the_limit(found):
    first = false_positives(found)
    row = first["systems"][0]
    assert (first["limit"], row["best"], row["bound"]) == ("5 in 100", "30 in 100", "at least 16 in 100")
    assert row["shown"] == "The data show a gap of at least 16 in 100 (best estimate 30)."
    ratio = next(each for each in found["evidence"][0]["findings"] if "selection_rate" in each["id"])
    assert ratio["limit"] == "125 for every 100"
    for each in ratio["systems"]:
        words, number = re.fullmatch(r"(at least|at most|may be up to) (\d+) for every 100", each["bound"]).groups()
        assert f"{number} Black people for every 100 White people" in each["shown"]
        assert words == {"flagged": "at least", "cleared": "at most"}.get(each["verdict"], "may be up to")


def test_people_whom_only_one_system_counts_are_counted_group_by_group(found):
    (told,) = false_positives(found)["unlike"]
    rows = {row["group"]: (row["people"], row["first_only"], row["second_only"]) for row in told["rows"]}
    assert rows == {"Black": (100, 20, 4), "White": (100, 5, 5)}
    assert {row["group"]: row["by_chance_words"] for row in told["rows"]} == {"Black": "2 in 1,000", "White": "always"}


def test_the_order_of_the_systems_turns_the_change(audits, found):
    (told,), (turned,) = (false_positives(each)["changes"] for each in (found, compared(audits[::-1])))
    keys = ("change", "lower", "upper")
    assert [turned[key] for key in keys] == pytest.approx([-told[key] for key in ("change", "upper", "lower")])


def test_a_ratio_is_told_as_a_quotient(found):
    ratio = next(each for each in found["evidence"][0]["findings"] if "selection_rate" in each["id"])
    (told,) = ratio["changes"]
    assert told["disparity"] == pytest.approx([(120 / 200) / (90 / 200), (104 / 200) / (90 / 200)])
    assert told["change"] == pytest.approx(told["disparity"][1] / told["disparity"][0])
    assert "The second number is between" in told["sentence"] or "is not shown" in told["sentence"]


def keys(value: object) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(keys, value))
    if not isinstance(value, dict):
        return set()
    own = set() if set(value) <= {"race"} else set(value)
    return own.union(*map(keys, value.values()))


def test_every_key_is_documented_and_no_other(found, copies):
    (copies[1] / "records.csv").unlink()
    every = keys(found) | keys(compared(copies))
    assert set(re.findall(r"`(\w+)`", comparing.__doc__)) == every


# --- the page --------------------------------------------------------------------------------------------------------


def test_the_page_gives_no_score_and_names_no_winner(page):
    text = seen(page)
    assert "This page gives no score and names no winner" in text
    assert not NO_RANK.findall(text.replace("names no winner", ""))


def test_the_page_is_internal_and_needs_nothing_else(page):
    assert "INTERNAL COPY" in seen(page)
    assert not page.all("script", "img", "iframe", "link")
    policy = next(each for each in page.all("meta") if each.attributes.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in policy.attributes["content"]
    assert page.one("html").attributes["lang"] == "en"


def test_every_table_has_a_caption_and_scopes(page):
    assert len(page.all("table")) >= 6
    for table in page.all("table"):
        assert table.one("caption").text
        assert all(head.attributes.get("scope") in ("col", "row") for head in table.all("th"))


def test_headings_stand_in_order(page):
    levels = [int(each.tag[1]) for each in page.all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_plans_differences_and_seals_are_listed(page, audits):
    text = seen(page)
    assert "flags.data.decision.column" in text
    for folder in audits:
        assert json.loads((folder / "report" / "seal.json").read_text())["seal_sha256"] in text


# --- what it refuses -------------------------------------------------------------------------------------------------


@pytest.fixture
def copies(audits, tmp_path) -> list[Path]:
    return [shutil.copytree(folder, tmp_path / folder.name) for folder in audits]


def refusal(folders: list[Path]) -> str:
    with pytest.raises(FairauditError) as caught:
        compared(folders)
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_one_audit_is_none_to_compare(audits):
    assert "takes two audits or more" in refusal(audits[:1])


def test_an_audit_twice_is_refused(audits):
    assert "stands there twice" in refusal([audits[0], audits[0]])


def test_an_audit_without_a_report_says_how_to_make_one(copies):
    shutil.rmtree(copies[1] / "report")
    said = refusal(copies)
    assert "has no report" in said
    assert f"fairaudit run {copies[1]}" in said


def test_a_report_that_was_edited_is_refused(copies):
    path = copies[0] / "report" / "results.json"
    path.write_text(path.read_text(encoding="utf-8").replace("flagged", "cleared", 1), encoding="utf-8")
    assert "is not what its seal says: it was edited after it was made" in refusal(copies)


def test_a_report_of_an_earlier_plan_is_refused(copies):
    path = copies[0] / "audit.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "# a note\n", encoding="utf-8")
    assert "has a report of another plan than audit.yaml is now" in refusal(copies)


def test_every_problem_is_named_at_once(copies):
    shutil.rmtree(copies[1] / "report")
    bid(copies[0], lines(0), limit="0.1")
    said = refusal(copies)
    assert "has no report" in said
    assert "has a report of another plan" in said


def test_records_that_are_gone_leave_the_reports_side_by_side(copies):
    (copies[1] / "records.csv").unlink()
    found = compared(copies)
    assert all(each["changes"] == [] for each in found["evidence"][0]["findings"])
    said = "Alpha and Beta stand side by side only, and how their gaps differ is not bounded: the records of Beta are"
    assert found["evidence"][0]["pairings"][0]["sentence"] == f"{said} not here."


@pytest.mark.long
def test_made_up_records_are_called_a_demonstration(tmp_path):
    assert compared(two_bids(tmp_path, origin="synthetic"))["notices"][0] == (
        "DEMONSTRATION: the records of Beta are made up. Nothing said of them is true of anybody."
    )


# --- real records ----------------------------------------------------------------------------------------------------

COMPAS = """\
system: {name: COMPAS, version: "%s", vendor: Northpointe, agency: Broward County, decides: who is held before trial}
evidence:
  - id: flags
    kind: decisions
    data:
      source: compas.csv
      origin: historical
      decided_by: this_system
      key: id
      decision: {column: score_text, is: %s, is_not: %s}
      outcome: {column: two_year_recid, is: [1], is_not: [0]}
    being_selected_is: a burden
    groups: {race: {labels: {African-American: Black, Caucasian: White}}}
    compare: [{by: race, reference: {group: White}}]
    measures:
      - {measure: false_positive_rate, difference: 0.05, because: a test}
      - {measure: positive_predictive_value, difference: 0.05, because: a test}
"""


@pytest.mark.long
def test_two_cut_offs_of_a_real_score(shared_data, tmp_path):
    records = shared_data("compas/compas-scores-two-years.csv")
    cuts = {"medium": ("[Medium, High]", "[Low]"), "high": ("[High]", "[Low, Medium]")}
    folders = []
    for name, (yes, no) in cuts.items():
        folders.append(tmp_path / name)
        folders[-1].mkdir()
        shutil.copy(records, folders[-1] / "compas.csv")
        (folders[-1] / "audit.yaml").write_text(COMPAS % (name, yes, no), encoding="utf-8")
    run_all(dict.fromkeys(folders), Settings(pdf=False))
    assert main(["compare", *map(str, folders), "--out", str(tmp_path / "out")]) == 0
    found = json.loads((tmp_path / "out" / "compare.json").read_text(encoding="utf-8"))
    (pairing,) = found["evidence"][0]["pairings"]
    table = pd.read_csv(records)
    assert pairing["people"] == len(table) == 7214
    told = next(each for each in false_positives(found)["changes"] if each["groups"][0] == "Black")
    free = table[table.two_year_recid == 0]
    rates = {
        name: [free[free.race == race].score_text.isin(levels).mean() for race in ("African-American", "Caucasian")]
        for name, levels in {"medium": ["Medium", "High"], "high": ["High"]}.items()
    }
    assert told["disparity"] == pytest.approx([black - white for black, white in rates.values()])
    # Larson et al. (2016): 805 of 1,795 Black and 349 of 1,488 White people without a rearrest, at Medium or High
    assert told["disparity"][0] == pytest.approx(805 / 1795 - 349 / 1488)
    assert told["people"] == 1795 + 1488
    assert told["lower"] < told["change"] < told["upper"] < 0


@pytest.mark.long
def test_three_systems_are_put_beside_each_other_two_at_a_time(audits, tmp_path):
    third = shutil.copytree(audits[1], tmp_path / "gamma")
    found = compared([*audits, third])
    assert [each["name"] for each in found["systems"]] == ["Alpha", "Beta (beta)", "Beta (gamma)"]
    told = {tuple(each["systems"]): each["change"] for each in false_positives(found)["changes"]}
    assert told == pytest.approx({(0, 1): -0.16, (0, 2): -0.16, (1, 2): 0})
    assert [len(each["systems"]) for each in found["evidence"][0]["findings"]] == [3, 3]
