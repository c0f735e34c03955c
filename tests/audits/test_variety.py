"""The audits that come along differ in what they show, each for a good reason."""

from __future__ import annotations

import pytest

from fairaudit.plan import read_plan
from tests.audits.judged import AUDITS, NAMES, findings, found, state

pytestmark = pytest.mark.long


@pytest.mark.parametrize(
    ("audit", "expected"),
    [
        ("county-recidivism", "not_supported"),
        ("marin-workforce", "not_supported"),
        ("st-louis-courts", "not_demonstrated"),
        ("seattle-opa-tracker", "not_demonstrated"),
        ("school-early-warning", "supported_with_conditions"),
        ("child-care-matching", "supported"),
    ],
)
def test_there_is_an_audit_of_every_state(audit, expected):
    assert state(audit).state == expected
    assert state(audit).demonstration


def test_one_is_flagged_for_a_crossing_only():
    blocking = [each for each in found("alia-relief-fund").values() if each.blocks]
    flagged = [each for each in blocking if each.verdict == "flagged"]
    assert flagged
    assert all(len(each.grouping.attributes) == 2 for each in flagged)
    assert {len(each.grouping.attributes) for each in blocking} == {1, 2}
    assert state("alia-relief-fund").state == "not_supported"


def test_in_another_what_a_crossing_shows_is_explored_and_does_not_block():
    pilot = [each for name, each in found("marin-workforce").items() if name.startswith("screening-pilot/")]
    assert {(each.grouping.name, each.blocks) for each in pilot if each.verdict == "flagged"} == {("sex_race", False)}


def test_one_is_cleared_only_for_groups_that_hold_most_people():
    all_findings = findings("school-early-warning").values()
    but_for = [each for each in all_findings if each["too_few"]]
    assert but_for
    assert all(each["verdict"] == "not_demonstrated" for each in but_for)
    assert all(each["cleared_for"]["share"] > 0.9 for each in but_for)
    assert {each["verdict"] for each in all_findings if each["blocks"] and not each["too_few"]} == {"cleared"}


def test_one_is_a_baseline_only():
    plan = read_plan(AUDITS / "seattle-opa-tracker")
    assert {block.data.decided_by for block in plan.evidence} == {"todays_process"}
    assert {each.verdict for each in found("seattle-opa-tracker").values()} == {"not_demonstrated"}
    baselines = [name for name in NAMES if not any(each.blocks for each in found(name).values())]
    assert baselines == ["seattle-opa-tracker"]


def test_in_one_the_unknown_decide():
    (by_race,) = [each for name, each in found("st-louis-courts").items() if "/race/selection_rate" in name]
    assert by_race.reasons == ["unknowns"]
    assert by_race.unknown.share > by_race.evidence.unknown_at_most


# One with a Simpson reversal: test_recordtrac_oakland.py. One where clusters undo a naive flag:
# test_new_orleans_broadband.py. Both are about what is underneath a verdict, and draw on the records themselves.


def test_no_two_audits_ask_the_same():
    questions = [block.question for name in NAMES for block in read_plan(AUDITS / name).evidence]
    assert len(set(questions)) == len(questions)
