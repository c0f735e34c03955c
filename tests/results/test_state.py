"""The evidence state as a policy: what findings together say of adoption, whatever anybody answers."""

import itertools

import pytest

from fairaudit.workflow.state import HEADLINES, evidence_state


def finding(verdict="cleared", *, blocks=True, because="County policy 12.3", citation=None, too_few=()):
    tolerance = {"because": because, "citation": citation}
    return {"id": "e/race/selection_rate", "title": "share selected", "grouping": ["race"], "verdict": verdict,
            "blocks": blocks, "too_few": too_few, "comparisons": [{"tolerance": tolerance}]}  # fmt: skip


def block(*findings, origin="historical", contradictions=(), counts_from=""):
    return {"id": "e", "origin": origin, "findings": list(findings), "contradictions": contradictions,
            "counts_from": counts_from}  # fmt: skip


POLICY = [
    # findings of one block -> state
    ([finding("cleared")], "supported"),
    ([finding("cleared"), finding("flagged")], "not_supported"),
    ([finding("cleared"), finding("not_demonstrated")], "not_demonstrated"),
    ([finding("flagged"), finding("not_demonstrated")], "not_supported"),
    ([], "not_demonstrated"),  # no evidence is no support
    ([finding("flagged", blocks=False)], "not_demonstrated"),  # what only explores neither supports nor holds up
    ([finding("cleared", blocks=False)], "not_demonstrated"),
    ([finding("cleared"), finding("flagged", blocks=False)], "supported"),
    ([finding("cleared", because=None)], "not_demonstrated"),  # a limit that nobody set
    # a limit on file is somebody's, and that it is right here somebody must say
    ([finding("cleared", because=None, citation="29 CFR 1607.4(D)")], "not_demonstrated"),
    ([finding("flagged", because=None)], "not_supported"),
    # groups that the plan named beforehand as too few, and nothing else open
    ([finding("cleared"), finding("not_demonstrated", too_few=["D"])], "supported_with_conditions"),
    ([finding("not_demonstrated", too_few=["D"])], "supported_with_conditions"),
    ([finding("not_demonstrated"), finding("not_demonstrated", too_few=["D"])], "not_demonstrated"),
    ([finding("flagged"), finding("not_demonstrated", too_few=["D"])], "not_supported"),
    ([finding("not_demonstrated", too_few=["D"], because=None)], "not_demonstrated"),
    ([finding("not_demonstrated", too_few=["D"], blocks=False)], "not_demonstrated"),
]


@pytest.mark.parametrize(("findings", "state"), POLICY)
def test_policy(findings, state):
    assert evidence_state([block(*findings)]).state == state


def test_one_block_does_not_make_up_for_another():
    assert evidence_state([block(finding("cleared")), block(finding("flagged"))]).state == "not_supported"
    assert evidence_state([block(finding("cleared")), block(finding("not_demonstrated"))]).state == "not_demonstrated"


def test_counts_that_contradict_each_other_support_nothing():
    told = ["Table race counts 100 records, table sex counts 90."]
    state = evidence_state([block(finding("cleared"), contradictions=told)])
    assert (state.state, state.reasons) == ("not_demonstrated", ("The counts received contradict each other (e).",))
    assert evidence_state([block(finding("flagged"), contradictions=told)]).state == "not_supported"


def test_made_up_records_make_a_demonstration_of_the_whole():
    state = evidence_state([block(finding("cleared")), block(finding("cleared"), origin="synthetic")])
    assert state.demonstration
    assert not evidence_state([block(finding("cleared"))]).demonstration


@pytest.mark.parametrize("verdicts", list(itertools.product(["cleared", "flagged", "not_demonstrated"], repeat=3)))
def test_every_state_has_its_reasons_and_its_headline(verdicts):
    state = evidence_state([block(*map(finding, verdicts))])
    assert state.reasons
    assert HEADLINES[state.state].endswith(".")
    assert (state.state == "supported") == (set(verdicts) == {"cleared"})
    assert (state.state == "not_supported") == ("flagged" in verdicts)
