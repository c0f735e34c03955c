"""The public copy: no small count can be worked out from it, and no verdict is another."""

from __future__ import annotations

import copy
import json
import re

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fairaudit.disclosure import Rule, public_copy
from fairaudit.report.html import render
from tests.disclosure.attacker import Attacker, small_counts
from tests.disclosure.made import results_of
from tests.report.audits import CASES as ALL_CASES
from tests.report.audits import of_folder

SMALLEST = 11
VALUES = 8
"""So many numbers at least must fit all that is printed, of every small count."""
AUDITS = ("seattle-opa-tracker", "marin-equity-dashboard")
CASES = {name: made for name, made in ALL_CASES.items() if name not in ("own measures", "forty groups")}


def attacked(internal) -> list[str]:
    """Attack every small count of an internal copy with the public one, and list those that are all but known."""
    public, known = public_copy(internal), []
    for was, block in zip(internal["evidence"], public["evidence"], strict=True):
        attacker = Attacker(block, SMALLEST)
        for finding, told in zip(was["findings"], block["findings"], strict=True):
            if len(finding["grouping"]) == 1 and told["sentence"].startswith("Of every 100"):
                for row in finding["groups"]:
                    if row["group"] in finding["worst_pair"] and row["events"] is not None and row["n"]:
                        attacker.told_in_words(row["group"], told, round(100 * row["rate"]))
        for name, (total, count) in small_counts(was, SMALLEST).items():
            low, high = attacker.range_of(total)
            assert low - 1e-3 <= count <= high + 1e-3
            if high - low < VALUES - 1:
                known.append(f"{name}: {count}, and the attacker says {low:.1f} to {high:.1f}")
    return known


# --- the attacker ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def audited(root):
    return {name: of_folder(root / "audits" / name) for name in AUDITS}


@pytest.mark.parametrize("name", AUDITS)
def test_no_small_count_of_an_audit_can_be_worked_out(audited, name):
    assert attacked(audited[name]) == []


JOINT = arrays(int, (4, 3, 3, 3), elements=st.sampled_from([0, 0, 1, 2, 5, 9, 12, 30, 80, 300]))


@settings(max_examples=6, deadline=None)
@given(JOINT)
def test_nor_of_any_table(joint):
    assume(joint.sum())
    assert attacked(results_of(joint)) == []


def test_the_attacker_finds_a_count_that_only_is_left_out():
    """What makes the tests above tests: leaving a row out, and telling the others, hides nothing."""
    joint = np.full((4, 3, 3, 3), 40)
    joint[3], joint[:, 2], joint[..., 2, :], joint[..., 2] = 0, 0, 0, 0
    joint[2, :2, 0, :] = [[2, 1, 0], [2, 0, 0]]  # five selected people of C
    internal = results_of(joint)
    naive = copy.deepcopy(internal["evidence"][0])
    for attribute in naive["attributes"]:
        attribute["not_told"] = []
    for finding in naive["findings"]:
        finding["groups"] = [row for row in finding["groups"] if row["group"] != "C"]
    name = "screened/race/selection_rate C: events"
    total, count = small_counts(internal["evidence"][0], SMALLEST)[name]
    assert count == 5
    assert Attacker(naive, SMALLEST).range_of(total) == pytest.approx((5, 5), abs=1e-3)
    low, high = Attacker(public_copy(internal)["evidence"][0], SMALLEST).range_of(total)
    assert low <= 1
    assert high >= 10


# --- what is told ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session", params=[*CASES, AUDITS[1]])
def pair(request, audited):
    internal = audited[request.param] if request.param in AUDITS else CASES[request.param]()
    return internal, public_copy(internal)


def test_no_verdict_reason_or_state_is_another(pair):
    internal, public = pair
    assert {**public["determination"], "to_sign": None} == {**internal["determination"], "to_sign": None} or internal[
        "sign_offs"
    ]
    for was, now in zip(internal["evidence"], public["evidence"], strict=True):
        assert now["verdict"] == was["verdict"]
        for finding, told in zip(was["findings"], now["findings"], strict=True):
            for key in ("verdict", "words", "reason", "reason_sentence", "blocks", "worst_pair", "tolerance"):
                assert told[key] == finding[key]
            assert [
                (each["scenario"], each["holds"])
                for each in told["checks"]
                if each["check"] == "unknowns" and each["scenario"] in ("recorded", "spread", "worst")
            ] == [
                (each["scenario"], each["holds"])
                for each in finding["checks"]
                if each["check"] == "unknowns" and each["scenario"] in ("recorded", "spread", "worst")
            ]


def test_no_bound_that_is_told_disagrees_with_its_verdict(pair):
    for block in pair[1]["evidence"]:
        for finding in block["findings"]:
            for each in finding["comparisons"]:
                limit, ratio = each["tolerance"]["value"], each["kind"] == "ratio"
                clears, flags = (each["lower"], each["upper"]) if ratio else (each["upper"], each["lower"])
                sign = 1 if ratio else -1
                if finding["verdict"] == "cleared" and clears is not None:
                    assert sign * (clears - limit) >= -1e-9
                if each["verdict"] == "flagged" and flags is not None:
                    assert sign * (flags - limit) <= 1e-9


def test_no_group_that_is_told_has_a_small_count(pair):
    for block in pair[1]["evidence"]:
        for finding in block["findings"]:
            for row in finding["groups"]:
                if row["n"] and row["events"] is not None:
                    assert min(row["n"], row["events"]) >= SMALLEST
                    assert row["n"] - row["events"] >= SMALLEST or "hidden" in row
        for attribute in block["attributes"]:
            for row in attribute["groups"]:
                assert not 0 < row["records"] < SMALLEST
                assert not any(0 < (row[key] or 0) < SMALLEST for key in ("duplicates", "clusters", "same_moment"))


def test_a_group_that_is_not_told_has_no_number_anywhere(pair):
    internal, public = pair
    for was, block in zip(internal["evidence"], public["evidence"], strict=True):
        for finding, before in zip(block["findings"], was["findings"], strict=True):
            gone = set(finding["not_told"])
            assert not gone & {row["group"] for row in finding["groups"]}
            assert not any(gone & set(row["groups"]) for each in finding["comparisons"] for row in each["pairs"])
            if gone & set(finding["worst_pair"]):
                assert {finding[key] for key in ("estimate", "lower", "upper", "other_side")} == {None}
                assert "of every 100 " not in finding["sentence"].casefold() or "The limit is" in finding["sentence"]
                rates = [row["rate"] for row in before["groups"] if row["group"] in gone and row["rate"]]
                told = finding["sentence"].partition("The limit is")[0]
                assert not re.search(r"\d", _without(told, gone | {row["group"] for row in before["groups"]})), rates


def _without(text: str, names: set[str]) -> str:
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "")
    return text


def test_no_hash_that_small_numbers_go_into_is_printed(pair):
    internal, public = pair
    text, page = json.dumps(public), render(public)
    hashes = {internal["determination"]["to_sign"], *(each["signed"] for each in internal["sign_offs"])}
    hashes |= {
        facts[key]
        for facts in internal["seal"].get("evidence", {}).values()
        for key in ("source_sha256", "tally_sha256")
    }
    assert not any(each in text or each in page for each in hashes)


def test_the_page_says_which_copy_it_is_and_by_which_rule(pair):
    internal, public = pair
    page = render(public)
    assert "Public copy: counts of 1 to 10, and what would give them away, are hidden" in page
    assert "Internal copy" not in page
    assert 'content: "Public copy"' in page
    assert "Internal copy" in render(internal)


def test_it_is_made_of_the_results_alone_and_changes_them_not(pair):
    internal, public = pair
    before = json.dumps(internal)
    assert public_copy(internal) == public
    assert json.dumps(internal) == before


# --- cases -----------------------------------------------------------------------------------------------------------


def plain_joint() -> np.ndarray:
    """Three races and two sexes, everything known, and enough of everybody."""
    joint = np.zeros((4, 3, 3, 3), int)
    joint[:3, :2, :2, :2] = 60
    joint[0, :, 0, :2] += [[40], [40], [0]]
    return joint


def test_where_nothing_is_small_everything_is_told():
    internal = results_of(plain_joint())
    public = public_copy(internal)
    assert public["audit"]["disclosure"] == {"hidden": 0, "left_out": 0}
    for was, now in zip(internal["evidence"][0]["findings"], public["evidence"][0]["findings"], strict=True):
        assert [(row["group"], row["n"], row["events"]) for row in now["groups"]] == [
            (row["group"], row["n"], row["events"]) for row in was["groups"]
        ]
        assert now["sentence"] == was["sentence"]


def test_one_small_group_is_hidden_and_the_others_are_told_roughly_and_its_crossing_not_at_all():
    joint = plain_joint()
    joint[2] = 0
    joint[2, :2, :2, :2] = 1
    internal = results_of(joint)
    public = public_copy(internal)["evidence"][0]
    by = {(tuple(f["grouping"]), f["measure"]): f for f in public["findings"]}
    race = by[("race",), "selection_rate"]
    assert race["not_told"] == ["C"]
    assert [row["group"] for row in race["groups"]] == ["A", "B"]
    assert all("hidden" in row for row in race["groups"])
    assert by[("race", "sex"), "selection_rate"]["groups"] == []
    assert [row["n"] for row in by[("sex",), "selection_rate"]["groups"]] == [
        row["n"]
        for f in internal["evidence"][0]["findings"]
        if f["grouping"] == ["sex"] and f["measure"] == "selection_rate"
        for row in f["groups"]
    ]


@pytest.mark.parametrize(("smallest", "hidden"), [(11, True), (5, False)])
def test_the_plan_says_what_is_small(smallest, hidden):
    joint = plain_joint()
    joint[2] = 0
    joint[2, :2, :2, :2] = 3  # six of each sort
    public = public_copy(results_of(joint, smallest_cell=smallest, compare=[{"by": ["race"]}]))
    assert public["audit"]["smallest_cell"] == {"screened": smallest}
    assert any(finding["not_told"] for finding in public["evidence"][0]["findings"]) is hidden


def test_few_of_unknown_group_are_not_told_and_page_one_says_that_there_are_some():
    joint = plain_joint()
    joint[3, 0, 0, 0] = 4
    public = public_copy(results_of(joint))
    race = public["evidence"][0]["attributes"][0]
    assert race["not_told"] == [""]
    assert "For some the race is not known, and this copy does not tell how many" in public["page_one"]["tested"][0]


def test_a_rule_may_be_given():
    assert public_copy(results_of(plain_joint()), Rule(200))["audit"]["disclosure"]["hidden"] > 0
