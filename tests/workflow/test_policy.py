"""What may be decided on what evidence: every combination of state, completeness and decision, as a policy."""

from __future__ import annotations

import datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairaudit.plan import read_plan
from fairaudit.report.html import render
from fairaudit.results import audit_results, block_results
from fairaudit.sources import read_tally
from fairaudit.workflow.answers import DECISIONS, checked
from fairaudit.workflow.completeness import standing_sign_offs
from fairaudit.workflow.determination import ALLOWED, decided, gate, lapses, triggered
from fairaudit.workflow.questions import catalogue
from fairaudit.workflow.record import Record
from fairaudit.workflow.registration import Entry, Look, Register
from tests.workflow.made import HIGH, LOW, all_answers, answered, decision, sign_off, write_audit

TODAY = datetime.date(2026, 3, 6)
HASH, OLDER = "0" * 64, "1" * 64
STATES = {"cleared": "supported", "flagged": "not_supported", "not_demonstrated": "not_demonstrated"}


@pytest.fixture(scope="module")
def audits(tmp_path_factory):
    """Count one audit of each verdict."""
    found = {}
    for verdict in STATES:
        plan = read_plan(write_audit(tmp_path_factory.mktemp(verdict), verdict))
        found[verdict] = plan, [block_results(plan, b, read_tally(b, plan.folder)) for b in plan.evidence]
    return found


REGISTERED = "2026-03-01T00:00:00Z"


def results(audits, verdict: str, content: dict, registered: bool = True):
    """Join the evidence with answers, as a run does."""
    plan, blocks = audits[verdict]
    answers, problems = checked(content, catalogue())
    assert problems == []
    entries = (Entry(REGISTERED, plan.sha256, plan.content),) if registered else ()
    register = Register(entries, (Look("2026-03-02T00:00:00Z", plan.sha256, {"screened": HASH}),))
    seal = {"evidence": {"screened": {"source_sha256": HASH}}}
    return audit_results(plan, blocks, seal=seal, record=Record(catalogue(), answers, register))


CONDITION = {
    "text": "Count again every month.",
    "finding": "screened/group/selection_rate",
    "owner": "Ana Ruiz",
    "due": "2026-12-31",
    "checked_by": "The monthly count.",
    "contract": "The vendor delivers the counts of each month.",
}


def signed(audits, verdict: str, content: dict, tier: dict = LOW, **told) -> dict:
    """Sign what is there, in every role that must, and decide."""
    found = results(audits, verdict, content)
    to_sign = found["determination"]["to_sign"]
    roles = [name for name in catalogue().tier.tiers[found["tier"]["tier"]].signs if name != "approver"]
    return {
        **content,
        "sign_offs": [sign_off(role, to_sign) for role in roles],
        "decision": decision(signed=to_sign, **told),
    }


def complete(audits, verdict: str, what: str, tier: dict = LOW) -> dict:
    content = {"answers": all_answers(audits[verdict][1], tier), "conditions": [dict(CONDITION)]}
    justification = "The board has weighed it." if what == "adopt_despite" else ""
    return signed(audits, verdict, content, tier, what=what, justification=justification)


@pytest.mark.parametrize(("verdict", "what"), list(product(STATES, DECISIONS)))
def test_the_gate_opens_only_where_evidence_and_decision_agree(audits, verdict, what):
    found = results(audits, verdict, complete(audits, verdict, what))
    state = STATES[verdict]
    assert found["determination"]["evidence_state"] == state
    assert found["determination"]["complete"]
    assert found["determination"]["decision"]["stands"] == (state in ALLOWED[what])
    opens = state == "supported" and what in ("adopt", "adopt_with_conditions", "pilot")
    assert gate(found, TODAY).opens == opens
    assert bool(gate(found, TODAY).reasons) != opens


# Evidence state: what may be decided on it.
POLICY = {
    "supported": {"adopt", "adopt_with_conditions", "pilot", "decline"},
    "supported_with_conditions": {"adopt_with_conditions", "pilot", "adopt_despite", "decline"},
    "not_demonstrated": {"pilot", "adopt_despite", "decline"},
    "not_supported": {"adopt_despite", "decline"},
}


@pytest.mark.parametrize(("state", "what"), list(product(POLICY, DECISIONS)))
def test_what_may_be_decided(state, what):
    told = {"decision": decision(what, HASH, justification="Weighed.")}
    answers, _ = checked(told, catalogue())
    found = decided(answers, state, HASH, [], conditions_complete=True)
    assert found.stands == (what in POLICY[state])
    assert bool(found.reasons) != found.stands


# What is taken away from a complete audit: what keeps the gate shut then.
TAKEN = {
    "an answer": (lambda c: c["answers"].pop("purpose"), "still open that hold"),
    "an answer that is unknown": (
        lambda c: c["answers"].update(law={**c["answers"]["law"], "answer": None, "unknown": "Not looked up."}),
        "still open that hold",
    ),
    "a signature": (lambda c: c["sign_offs"].pop(), "1 thing is still open"),
    "the decision": (lambda c: c.pop("decision"), "Nobody has decided."),
    "the approver": (
        lambda c: c["decision"].update(by={"role": "analyst", "name": "B"}),
        "The decision is by the analyst; an approver decides.",
    ),
    "an answer, changed after it was signed": (
        lambda c: c["answers"]["purpose"].update(answer="Something else."),
        "The decision was made on earlier results or answers than these.",
    ),
    "a condition's owner": (lambda c: c["conditions"][0].update(owner=""), "still open that hold"),
}


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_missing_keeps_the_gate_shut(audits, name):
    content = complete(audits, "cleared", "adopt")
    assert gate(results(audits, "cleared", content), TODAY).opens
    take, said = TAKEN[name]
    take(content)
    shut = gate(results(audits, "cleared", content), TODAY)
    assert not shut.opens
    assert said in " ".join(shut.reasons)


def test_an_unregistered_plan_keeps_the_gate_shut(audits):
    content = complete(audits, "cleared", "adopt")
    found = results(audits, "cleared", content, registered=False)
    assert "Exploratory: the plan was not registered before results were seen." in gate(found, TODAY).reasons


def test_a_plan_that_nobody_finished_keeps_the_gate_shut(audits):
    found = results(audits, "cleared", complete(audits, "cleared", "adopt"))
    found["audit"]["drafted"] = ["system.vendor"]
    assert gate(found, TODAY).reasons == (
        "The plan is not finished: system.vendor still as `fairaudit init` wrote it.",
    )


def test_a_rehearsal_and_made_up_records_never_pass(audits, tmp_path):
    plan = read_plan(write_audit(tmp_path, origin="synthetic"))
    blocks = [block_results(plan, b, read_tally(b, plan.folder)) for b in plan.evidence]
    found = audit_results(plan, blocks, rehearsal=True)
    assert found["determination"]["would_be"]
    reasons = gate(found, TODAY).reasons
    assert "Some of the records are made up: a demonstration supports nothing." in reasons
    assert "This is a rehearsal: the groups were shuffled." in reasons


def test_against_the_evidence_needs_a_justification_and_answers_and_still_never_passes(audits):
    content = complete(audits, "flagged", "adopt_despite")
    found = results(audits, "flagged", content)
    assert found["determination"]["decision"]["words"].startswith("Adopt despite the evidence: decided by A approver")
    assert found["page_one"]["caveat"].startswith("Adopt despite the evidence: decided by A approver")
    assert not gate(found, TODAY).opens
    content["decision"]["justification"] = " "
    content["answers"].pop("justified:screened/group/selection_rate")
    reasons = results(audits, "flagged", content)["determination"]["decision"]["reasons"]
    assert "A decision against the evidence needs a written justification." in reasons
    assert "A decision against the evidence needs answers on every finding; 1 are open." in reasons


def test_questions_on_findings_are_asked_once_of_each_that_is_not_cleared(audits):
    asked = {verdict: [a["id"] for a in results(audits, verdict, {})["answers"] if a["finding"]] for verdict in STATES}
    on_one = [f"{name}:screened/group/selection_rate" for name in catalogue().of_findings]
    assert asked == {"cleared": [], "flagged": on_one, "not_demonstrated": on_one}


def test_dissent_is_printed_beside_and_does_not_decide(audits):
    content = complete(audits, "cleared", "adopt")
    content["sign_offs"][0]["dissents"] = True
    found = results(audits, "cleared", content)
    assert gate(found, TODAY).opens
    assert "In dissent signed: A analyst, analyst." in found["page_one"]["caveat"]
    assert "<strong>A analyst</strong>, analyst, 2026-03-04: does not agree." in render(found)


@pytest.mark.parametrize(("tier", "roles"), [(LOW, 2), (HIGH, 6)])
def test_what_is_at_stake_decides_who_must_sign(audits, tier, roles):
    found = results(audits, "cleared", {"answers": all_answers(audits["cleared"][1], tier)})
    assert len(found["tier"]["signs"]) == roles
    assert sum(each["id"].startswith("sign-off/") for each in found["open_questions"]) == roles - 1


def test_what_is_not_known_of_the_stakes_counts_as_the_gravest(audits):
    tier = results(audits, "cleared", {})["tier"]
    assert (tier["tier"], tier["points"]) == ("high", 4 + 3 + 3 + 2 + 2 + 2)
    assert all(row["open"] for row in tier["trace"])


LAPSES = [
    ("2026-03-05", 12, None, "2027-03-05"),
    ("2026-01-31", 1, None, "2026-02-28"),
    ("2024-02-29", 12, None, "2025-02-28"),
    ("2026-11-30", 3, None, "2027-02-28"),
    ("2026-12-31", 24, None, "2028-12-31"),
    ("2026-03-05", 12, "2026-06-30", "2026-06-30"),
    ("2026-03-05", 12, "2030-01-01", "2027-03-05"),
]


@pytest.mark.parametrize(("decided", "months", "sooner", "expected"), LAPSES)
def test_when_an_audit_lapses(decided, months, sooner, expected):
    told = {"decision": decision("adopt", HASH, date=decided, **({"lapses": sooner} if sooner else {}))}
    answers, problems = checked(told, catalogue())
    assert (problems, lapses(answers, months)) == ([], expected)


def test_a_lapsed_audit_an_overdue_condition_and_a_trigger_keep_the_gate_shut(audits):
    content = complete(audits, "cleared", "adopt_with_conditions")
    found = results(audits, "cleared", content)
    assert gate(found, datetime.date(2027, 3, 5)).opens
    assert "The audit lapsed on 2027-03-05." in gate(found, datetime.date(2027, 3, 6)).reasons
    content["triggers"] = [{"what": "incident", "date": "2026-04-01", "text": "A child was sent away."}]
    found = results(audits, "cleared", content)
    assert gate(found, TODAY).reasons == ("On 2026-04-01: somebody was harmed (A child was sent away.).",)
    assert found["page_one"]["lapses"].startswith("This audit no longer holds.")


def test_what_happened_before_the_decision_was_known_to_whoever_decided():
    told = {"decision": decision("adopt", HASH), "triggers": [{"what": "scope", "date": "2026-03-01", "text": "x"}]}
    answers, _ = checked(told, catalogue())
    assert triggered(answers) == []


def signed_by(name: str, role: str, signed: str, **told) -> dict:
    return {**sign_off(role, signed, **told), "by": {"role": role, "name": name}}


# Signatures in their order: which still count.
SIGNED = {
    "one, as it is now": ([("Ada", HASH, False)], [0]),
    "one of something older": ([("Ada", OLDER, False)], [0]),
    "the same person again": ([("Ada", OLDER, False), ("Ada", HASH, False)], [1]),
    "the same person in dissent, then in agreement": ([("Ada", HASH, True), ("Ada", HASH, False)], [1]),
    "another person, later": ([("Ada", OLDER, False), ("Bo", HASH, False)], [1]),
    "another person, in older dissent": ([("Ada", OLDER, True), ("Bo", HASH, False)], [0, 1]),
    "two, of something older": ([("Ada", OLDER, False), ("Bo", OLDER, False)], [0, 1]),
}


@pytest.mark.parametrize("name", SIGNED)
def test_which_signatures_count(name):
    told, expected = SIGNED[name]
    signs = [signed_by(who, "legal", signed, dissents=dissents) for who, signed, dissents in told]
    answers, problems = checked({"sign_offs": signs}, catalogue())
    assert problems == []
    assert standing_sign_offs(answers, HASH) == [answers.sign_offs[place] for place in expected]


PILOTS = {
    "cleared": "A pilot was decided and may start",
    "not_demonstrated": "A pilot was decided and may start",
    "flagged": "A pilot was decided, and may not start yet: The evidence does not support adoption.",
}


@pytest.mark.parametrize("verdict", PILOTS)
def test_it_is_said_whether_a_pilot_may_start(audits, verdict):
    found = gate(results(audits, verdict, complete(audits, verdict, "pilot")), TODAY)
    (said,) = found.pilot
    assert said.startswith(PILOTS[verdict])
    assert found.pilot_may_start == (verdict != "flagged")


def test_a_pilot_waits_for_what_is_missing_as_adoption_does(audits):
    content = complete(audits, "not_demonstrated", "pilot")
    content["sign_offs"].pop()
    (said,) = gate(results(audits, "not_demonstrated", content), TODAY).pilot
    assert said == "A pilot was decided, and may not start yet: 1 thing is still open that holds up adoption."
    assert gate(results(audits, "cleared", complete(audits, "cleared", "adopt")), TODAY).pilot == ()


COMMUNITY = {"errors-hurt": "Being passed over.", "community-says": "Count again."}
SAID = {
    "nothing": ([], "community", "The community has not been asked."),
    "before limits only": (
        ["errors-hurt"],
        "community",
        "Not asked yet about what was found. Before limits were set, A community representative, 2026-03-03: "
        "“Being passed over.”",
    ),
    "before limits, by somebody in its place": (
        ["errors-hurt"],
        "programme_owner",
        "The community has not been asked.",
    ),
    "after results": (list(COMMUNITY), "community", "A community representative, 2026-03-03: “Count again.”"),
}


@pytest.mark.parametrize("name", SAID)
def test_what_page_one_says_of_the_community(audits, name):
    asked, role, expected = SAID[name]
    content = {"answers": {each: answered(role, COMMUNITY[each]) for each in asked}}
    assert results(audits, "cleared", content)["page_one"]["community"] == expected


def test_a_vendor_that_was_asked_for_no_reply_is_not_said_to_be_silent(audits):
    vendor = {"answers": {"vendor-claims": answered("vendor", [{"claim": "It is right.", "graded": "claim"}])}}
    said = {
        ("cleared", False): "No finding asks for a reply, and the vendor has not answered anything else.",
        ("cleared", True): "No finding asks for a reply. What the vendor answered stands further down.",
        ("flagged", True): "The vendor has not answered.",
    }
    for (verdict, answers), expected in said.items():
        page = results(audits, verdict, vendor if answers else {})["page_one"]
        assert page["vendor_replies"] == expected


NAMES = [*catalogue().of_audit, *(f"{name}:screened/group/selection_rate" for name in catalogue().of_findings)]
EDITS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(["answer", "unknown", "not_applicable"]), st.text(min_size=1)),
    max_size=12,
)


@given(edits=EDITS, what=st.sampled_from(list(DECISIONS)), verdict=st.sampled_from(["flagged", "not_demonstrated"]))
def test_no_sequence_of_edits_to_answers_moves_the_evidence(audits, edits, what, verdict):
    content = complete(audits, verdict, what)
    for name, key, text in edits:
        question = catalogue().every[name.partition(":")[0]]
        if question.answer == "text" and (key != "not_applicable" or question.not_applicable):
            by = {"role": question.roles[0], "name": "Somebody"}
            content["answers"][name] = {key: text, "by": by, "date": "2026-03-03"}
    found = results(audits, verdict, content)
    assert found["determination"]["evidence_state"] == STATES[verdict]
    assert not gate(found, TODAY).opens


def test_a_finding_that_was_changed_after_results_is_named(audits):
    plan, blocks = audits["flagged"]
    before = {**plan.content, "evidence": [{**plan.content["evidence"][0], "alpha": 0.01}]}
    entries = (
        Entry(REGISTERED, "x", before),
        Entry("2026-03-04T00:00:00Z", plan.sha256, plan.content, "The board asked."),
    )
    register = Register(entries, (Look("2026-03-02T00:00:00Z", plan.sha256, {"screened": HASH}),))
    seal = {"evidence": {"screened": {"source_sha256": HASH}}}
    found = audit_results(plan, blocks, seal=seal, record=Record(register=register))
    assert found["audit"]["registration"]["touched_findings"] == ["screened/group/selection_rate"]
    page = render(found)
    assert "changed after results were seen" in page
    assert "The board asked." in page
