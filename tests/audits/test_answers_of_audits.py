"""The sample audits that are filled in: three of them whole, others at stages in between, and all with a register."""

from __future__ import annotations

import datetime

import pytest

import sign
from fairaudit.plan import read_plan
from fairaudit.workflow import determination
from fairaudit.workflow.answers import is_link
from fairaudit.workflow.completeness import overdue
from fairaudit.workflow.record import read_record, registration_of
from fairaudit.workflow.registration import Look, read_register
from tests.audits.judged import AUDITS, NAMES, results

WHOLE = {
    "county-recidivism": ("not_supported", "decline"),
    "st-louis-courts": ("not_demonstrated", "pilot"),
    "school-early-warning": ("supported_with_conditions", "adopt_with_conditions"),
}
BEGUN = (
    "alia-relief-fund",
    "foster-care-coordination",
    "gunshot-detection",
    "large-lots",
    "recordtrac-oakland",
    "street-sensors",
)
NEVER_REGISTERED = (
    "drivers-seat",
    "job-seeker-targeting",
    "marin-equity-dashboard",
    "published-tables",
    "speakup-austin",
)
MADE_UP = "Some of the records are made up: a demonstration supports nothing."
SOON = datetime.date(2026, 4, 1)


def record(audit):
    return read_record(read_plan(AUDITS / audit))


def standing(audit):
    plan = read_plan(AUDITS / audit)
    return registration_of(read_record(plan), plan, sign.data_of(plan))


# --- the three that are whole ----------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize(("audit", "state"), [(audit, state) for audit, (state, _) in WHOLE.items()])
def test_a_whole_audit_says_what_its_evidence_says(audit, state):
    assert results(audit)["determination"]["evidence_state"] == state


@pytest.mark.parametrize("audit", WHOLE)
def test_a_whole_audit_leaves_nothing_open(audit):
    assert results(audit)["open_questions"] == []
    assert results(audit)["determination"]["complete"]
    assert {each["state"] for each in results(audit)["answers"]} <= {"answered", "unknown", "not_applicable"}


@pytest.mark.parametrize("audit", WHOLE)
def test_its_signatures_are_of_what_stands_there(audit):
    """If this fails, something moved that is signed: run `python data/sample/sign.py`."""
    assert [each["by"]["name"] for each in results(audit)["sign_offs"] if each["stale"]] == []
    assert results(audit)["determination"]["decision"]["signed"] == results(audit)["determination"]["to_sign"]


@pytest.mark.parametrize("audit", WHOLE)
def test_all_have_signed_whom_its_tier_asks(audit):
    signed = {each["by"]["role"] for each in results(audit)["sign_offs"]}
    assert set(results(audit)["tier"]["signs"]) - {"approver"} <= signed


@pytest.mark.parametrize(("audit", "decision"), [(audit, decision) for audit, (_, decision) in WHOLE.items()])
def test_its_decision_stands(audit, decision):
    found = results(audit)["determination"]["decision"]
    assert (found["decision"], found["stands"], found["by"]["role"]) == (decision, True, "approver")


def gate(audit):
    late = list(overdue(record(audit).answers, SOON))
    return determination.gate(results(audit), SOON, late)


def test_only_made_up_records_keep_the_gate_shut_where_the_evidence_supports():
    assert gate("school-early-warning").reasons == (MADE_UP,)


def test_evidence_keeps_the_gate_shut_where_it_settles_nothing():
    found = results("st-louis-courts")["determination"]
    assert gate("st-louis-courts").reasons == (found["headline"], *found["reasons"], MADE_UP)


def test_evidence_and_the_decision_keep_the_gate_shut_where_it_was_declined():
    found = results("county-recidivism")["determination"]
    said = (found["headline"], *found["reasons"], MADE_UP, found["decision"]["words"])
    assert gate("county-recidivism").reasons == said


def test_somebody_does_not_agree():
    dissent = {audit: [e["by"]["role"] for e in results(audit)["sign_offs"] if e["dissents"]] for audit in WHOLE}
    assert dissent == {
        "county-recidivism": ["vendor"],
        "st-louis-courts": ["community representative"],
        "school-early-warning": [],
    }


def test_the_vendor_replies_to_every_finding_that_is_not_cleared():
    replied = {
        audit: sum(each["id"].startswith("vendor-reply:") for each in results(audit)["answers"]) for audit in WHOLE
    }
    assert replied == {"county-recidivism": 4, "st-louis-courts": 2, "school-early-warning": 3}


def test_some_things_are_not_known_or_do_not_apply():
    said = {(audit, e["state"], e["id"]) for audit in WHOLE for e in results(audit)["answers"]}
    assert {each for each in said if each[1] != "answered"} == {
        ("st-louis-courts", "not_applicable", "outcome-truth"),
        ("st-louis-courts", "not_applicable", "training-data"),
        ("st-louis-courts", "not_applicable", "cut-off"),
        ("school-early-warning", "unknown", "community-changes"),
        ("school-early-warning", "unknown", "retirement"),
    }


def test_a_letter_is_attached():
    assert list(record("county-recidivism").answers.attachments) == ["letter-from-neighbours.md"]
    assert "Made up" in (AUDITS / "county-recidivism" / "letter-from-neighbours.md").read_text(encoding="utf-8")


QUOTED = [
    ("county-recidivism", "high-risk-flags/race/false_positive_rate", "justified", "at least 77 more Black people"),
    ("county-recidivism", "high-risk-flags/age/false_positive_rate", "cause", "as large as 13 in 100"),
    ("county-recidivism", "high-risk-flags/age/false_positive_rate", "mitigation", "about 2,200 records"),
    ("county-recidivism", "high-risk-flags/age/false_positive_rate", "mitigation", "some 37 years"),
    ("county-recidivism", "record-linkage/race/false_match_rate", "cause", "as large as 35 in 100"),
    ("st-louis-courts", "missed-dates-to-warrants/race/selection_rate", "cause", "as large as 32 in 100"),
    ("st-louis-courts", "payment-asked/race/mean_amount", "cause", "128.22 dollars"),
    ("st-louis-courts", "payment-asked/race/mean_amount", "cause", "127.36"),
    ("school-early-warning", "false-alarms/race/false_positive_rate-at-0.25", "cause", "as large as 22 in 100"),
    ("school-early-warning", "false-alarms/race/false_positive_rate-at-0.25", "cause", "more than 100 years"),
    ("school-early-warning", "students-missed/race/false_negative_rate-at-0.25", "cause", "as large as 48 in 100"),
    ("school-early-warning", "students-missed/race/auc", "cause", "84.8 in 100 times"),
]


@pytest.mark.parametrize(("audit", "finding", "question", "number"), QUOTED)
def test_answers_say_the_numbers_of_the_report(audit, finding, question, number):
    found = next(f for block in results(audit)["evidence"] for f in block["findings"] if f["id"] == finding)
    more = found["more_records"] or {}
    report = " ".join([found["sentence"], found["yearly"], more.get("sentence", ""), more.get("time") or ""])
    (answer,) = (each for each in results(audit)["answers"] if each["id"] == f"{question}:{finding}")
    assert number.lower() in report.lower()
    assert number.lower() in answer["text"].lower()


# --- all others ------------------------------------------------------------------------------------------------------


def test_nine_audits_have_answers():
    assert {path.parent.name for path in AUDITS.glob("*/answers.yaml")} == {*WHOLE, *BEGUN}


@pytest.mark.parametrize("audit", [*WHOLE, *BEGUN])
def test_everybody_who_answers_is_made_up_and_has_the_right_role(audit):
    read = record(audit)
    known = read.questions.every
    for name, answer in read.answers.answers.items():
        assert answer.by.name.endswith("(made up)"), name
        assert answer.by.role in known[name.partition(":")[0]].roles, name
    signed = [*read.answers.sign_offs, *filter(None, [read.answers.decision])]
    owners = [each.owner for each in read.answers.conditions]
    assert all(name.endswith("(made up)") for name in [*(each.by.name for each in signed), *owners])


@pytest.mark.parametrize("audit", [*WHOLE, *BEGUN])
def test_links_lead_nowhere(audit):
    links = [entry for a in record(audit).answers.answers.values() for entry in a.evidence if is_link(entry)]
    assert all(link.startswith("https://example.org/") for link in links)


@pytest.mark.parametrize("audit", [*WHOLE, *BEGUN])
def test_a_file_of_answers_begins_by_saying_that_it_is_made_up(audit):
    text = (AUDITS / audit / "answers.yaml").read_text(encoding="utf-8")
    assert text.startswith("# Everything in this file is made up")


# --- registers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("audit", NAMES)
def test_a_run_adds_nothing_to_a_register(audit):
    """A run over the files as they are finds that they were looked at, so that the working tree stays clean."""
    register, plan = read_register(AUDITS / audit), read_plan(AUDITS / audit)
    assert register.with_look(Look("2026-11-01T00:00:00Z", plan.sha256, sign.data_of(plan))) == register


@pytest.mark.parametrize("audit", NAMES)
def test_a_register_is_of_the_plan_as_it_stands(audit):
    """If this fails, a plan or its records moved: run `python data/sample/sign.py`."""
    register = read_register(AUDITS / audit)
    assert sign.registered_anew(register, read_plan(AUDITS / audit)) == register


def test_audits_are_registered_changed_or_exploratory():
    told = {audit: standing(audit)["standing"] for audit in NAMES}
    others = {"marin-workforce": "changed", **dict.fromkeys([*NEVER_REGISTERED, "seattle-opa-tracker"], "exploratory")}
    assert told == {**dict.fromkeys(NAMES, "registered"), **others}


def test_a_plan_was_changed_before_results():
    (deviation,) = standing("dc-311")["deviations"]
    (change,) = deviation["changes"]
    assert (change["was"], change["now"], deviation["after_results"]) == ("0.03", "0.05", False)
    assert standing("dc-311")["touched"] == []


def test_a_plan_was_changed_after_results():
    (deviation,) = standing("marin-workforce")["deviations"]
    (change,) = deviation["changes"]
    assert (change["was"], change["now"], deviation["after_results"]) == ("0.97", "0.95", True)
    assert [each["block"] for each in standing("marin-workforce")["touched"]] == ["pay-pilot"]


def test_a_plan_was_registered_after_results_were_seen():
    found = standing("seattle-opa-tracker")
    assert found["at"] > found["looks"][0]["at"]


# --- the script that signs -------------------------------------------------------------------------------------------


def test_an_earlier_plan_takes_over_what_changed_and_keeps_its_own():
    earlier = {"evidence": [{"id": "a", "ratio": 0.97, "because": "x"}]}
    was = {"evidence": [{"id": "a", "ratio": 0.95, "because": "x"}]}
    now = {"evidence": [{"id": "a", "ratio": 0.95, "because": "y", "blocks": True}]}
    assert sign.carried(earlier, was, now) == {"evidence": [{"id": "a", "ratio": 0.97, "because": "y", "blocks": True}]}


def test_a_signature_with_a_comment_stays_as_it_is():
    text = f"  signed: {'0' * 64}\n  signed: {'1' * 64}  # of earlier results\n"
    assert sign.signed_anew(text, "a" * 64) == f"  signed: {'a' * 64}\n  signed: {'1' * 64}  # of earlier results\n"
