"""An audit on counts that were received: the vendor's alone support nothing until the law's role has signed why."""

from __future__ import annotations

import datetime

import pytest

from fairaudit.plan import read_plan
from fairaudit.results import audit_results, block_results
from fairaudit.sending import Sender, counts_of
from fairaudit.sources import read_tally
from fairaudit.workflow.answers import checked
from fairaudit.workflow.completeness import RELIES_ON_VENDOR, asked, signers
from fairaudit.workflow.determination import gate
from fairaudit.workflow.questions import catalogue
from fairaudit.workflow.record import Record
from fairaudit.workflow.registration import Entry, Look, Register
from fairaudit.workflow.state import evidence_state
from fairaudit.workflow.tier import tier_of
from tests.results.test_state import block, finding
from tests.workflow.made import HIGH, LOW, all_answers, answered, decision, sign_off, write_audit

TODAY = datetime.date(2026, 3, 6)
HASH = "0" * 64
LIFTED = "nobody who answers for the law has signed"

# Whose counts: the state where all is cleared, and where something is flagged, unless somebody vouches.
WHOSE = {
    "": ("supported", "not_supported"),  # records were counted here
    "agency": ("supported", "not_supported"),
    "published": ("supported", "not_supported"),
    "vendor": ("not_demonstrated", "not_supported"),
    "unsaid": ("not_demonstrated", "not_supported"),
}


@pytest.mark.parametrize("whose", WHOSE)
def test_only_the_vendors_counts_need_somebody_who_vouches(whose):
    cleared, flagged = (block(finding(verdict), counts_from=whose) for verdict in ("cleared", "flagged"))
    assert (evidence_state([cleared]).state, evidence_state([flagged]).state) == WHOSE[whose]
    assert evidence_state([cleared], vouched=True).state == "supported"
    # A signature lifts that one reason, and nothing that was found.
    assert evidence_state([flagged], vouched=True).state == "not_supported"
    assert evidence_state([block(finding("not_demonstrated"), counts_from=whose)], vouched=True).state == (
        "not_demonstrated"
    )


def test_with_conditions_needs_it_too():
    too_few = block(finding("cleared"), finding("not_demonstrated", too_few=["D"]), counts_from="vendor")
    assert evidence_state([too_few]).state == "not_demonstrated"
    assert evidence_state([too_few], vouched=True).state == "supported_with_conditions"


def test_one_block_of_the_vendors_is_enough_to_need_it_and_what_only_explores_is_not():
    ours, theirs = block(finding("cleared")), block(finding("cleared"), counts_from="vendor")
    assert evidence_state([ours, theirs]).state == "not_demonstrated"
    explores = block(finding("cleared", blocks=False), counts_from="vendor")
    assert evidence_state([ours, explores]).state == "supported"


@pytest.mark.parametrize("whose", ["vendor", "unsaid"])
def test_the_reason_names_the_block(whose):
    (reason,) = evidence_state([block(finding("cleared"), counts_from=whose)]).reasons
    assert "(e)" in reason
    assert LIFTED in reason


# --- from the counts to the gate -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def received(tmp_path_factory):
    """An audit on counts that the vendor sent of records in which all is within the limit."""
    folder = write_audit(tmp_path_factory.mktemp("received"))
    counts_of(folder, "", Sender(counted_by="Example Co")).tally.save(folder / "counts")
    text = (folder / "audit.yaml").read_text(encoding="utf-8")
    text = text.replace("source: records.csv", "source: counts.tally.json\n      counts_from: vendor")
    (folder / "audit.yaml").write_text(text, encoding="utf-8")
    (folder / "records.csv").unlink()
    plan = read_plan(folder)
    return plan, [block_results(plan, each, read_tally(each, folder)) for each in plan.evidence]


def results(received, content: dict) -> dict:
    plan, blocks = received
    answers, problems = checked(content, catalogue())
    assert problems == []
    look = Look("2026-03-02T00:00:00Z", plan.sha256, {"screened": HASH})
    register = Register((Entry("2026-03-01T00:00:00Z", plan.sha256, plan.content),), (look,))
    seal = {"evidence": {"screened": {"source_sha256": HASH}}}
    return audit_results(plan, blocks, seal=seal, record=Record(catalogue(), answers, register))


def complete(received, tier: dict = LOW, reason: dict | None = None, **more) -> dict:
    """Answer everything, and sign in every role that must."""
    content = {"answers": all_answers(received[1], tier), **more}
    content["answers"] |= {RELIES_ON_VENDOR: reason} if reason else {}
    to_sign = results(received, content)["determination"]["to_sign"]
    roles = signers(tier_of(catalogue(), checked(content, catalogue())[0]), received[1])
    signs = [sign_off(role, to_sign) for role in roles if role != "approver"]
    return {**content, "sign_offs": signs, "decision": decision("adopt", to_sign)}


@pytest.mark.parametrize("tier", [LOW, HIGH], ids=["low", "high"])
def test_with_a_signed_reason_the_evidence_supports_and_the_gate_opens(received, tier):
    content = complete(received, tier)
    assert [each["by"]["role"] for each in content["sign_offs"]].count("legal") == 1
    found = results(received, content)
    assert found["determination"]["evidence_state"] == "supported"
    assert found["tier"]["signs"].count("legal and privacy officer") == 1
    assert gate(found, TODAY).opens


def without(name):
    return lambda content: content["answers"].pop(name)


def signs_of_legal(content):
    return next(each for each in content["sign_offs"] if each["by"]["role"] == "legal")


# What is done to an audit that the vendor's counts would support: each alone keeps the evidence from supporting it.
TAKEN = {
    "the reason": without(RELIES_ON_VENDOR),
    "the reason, not known": lambda c: c["answers"].update(
        {RELIES_ON_VENDOR: {**answered("legal"), "answer": None, "unknown": "Nobody has looked."}}
    ),
    "the signature": lambda c: c["sign_offs"].remove(signs_of_legal(c)),
    "the signature, of something older": lambda c: signs_of_legal(c).update(signed="1" * 64),
    "the signature, in dissent": lambda c: signs_of_legal(c).update(dissents=True),
    "the signature, of another role": lambda c: signs_of_legal(c).update(by={"role": "vendor", "name": "V"}),
    "an answer, changed after it was signed": lambda c: c["answers"]["purpose"].update(answer="Something else."),
    "the reason, changed after it was signed": lambda c: c["answers"][RELIES_ON_VENDOR].update(answer="Trust us."),
}


@pytest.mark.parametrize("name", TAKEN)
def test_without_it_the_evidence_does_not_settle(received, name):
    content = complete(received)
    TAKEN[name](content)
    found = results(received, content)
    assert found["determination"]["evidence_state"] == "not_demonstrated"
    assert any(LIFTED in reason for reason in found["determination"]["reasons"])
    assert not gate(found, TODAY).opens


def test_no_other_role_can_give_the_reason(received):
    found = results(received, complete(received, reason=answered("vendor")))
    assert found["determination"]["evidence_state"] == "not_demonstrated"


def test_two_reasons_that_differ_are_none(received):
    other = {"id": RELIES_ON_VENDOR, **answered("legal", "They may not."), "by": {"role": "legal", "name": "Bo"}}
    found = results(received, complete(received, conflicts=[other]))
    assert found["determination"]["evidence_state"] == "not_demonstrated"


def test_it_is_asked_only_where_the_vendor_counted(received):
    def names(evidence):
        return [each.key for each in asked(catalogue(), tier_of(catalogue(), checked({}, catalogue())[0]), evidence)]

    assert RELIES_ON_VENDOR in names(received[1])
    ours = [{**each, "counts_from": ""} for each in received[1]]
    assert RELIES_ON_VENDOR not in names(ours)
    assert RELIES_ON_VENDOR not in names(None)


def test_page_one_says_who_counted(received):
    page = results(received, {})["page_one"]
    assert "Counted by the vendor (Example Co), not by us." in page["tested"][0]


def test_what_the_plan_does_not_say_is_said(received):
    plan, blocks = received
    page = results((plan, [{**blocks[0], "counts_from": "unsaid"}]), {})["page_one"]
    assert "the plan does not say from whom" in page["tested"][0]
