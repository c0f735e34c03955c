"""The evidence state: what the evidence alone says of adoption.

No answer to any question can move it, but for one: counts that the vendor alone has made support nothing until somebody
who answers for the law has signed why they may be relied on. What is shown to be outside a limit stays so in any case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from fairaudit.languages import chained, marked, say

EvidenceState = Literal["not_supported", "not_demonstrated", "supported_with_conditions", "supported"]

HEADLINES: Mapping[EvidenceState, str] = {
    "not_supported": marked("The evidence does not support adoption."),
    "not_demonstrated": marked("The evidence does not settle whether to adopt."),
    "supported_with_conditions": marked("The evidence supports adoption with conditions."),
    "supported": marked("The evidence supports adoption."),
}


NONE: Mapping[str, int] = MappingProxyType({})
OF_VENDOR = ("vendor", "unsaid")
"""Whose counts they are, where nobody but the vendor has seen a record; what a plan does not say is taken for that."""


class State(NamedTuple):
    """The evidence state, and every reason for it.

    Attributes:
        state: what the evidence alone says.
        reasons: a sentence each, the gravest first.
        demonstration: whether any of the records are made up, so that the state can only read "would be".
    """

    state: EvidenceState
    reasons: tuple[str, ...]
    demonstration: bool


def on_vendors_counts(evidence: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Give the blocks that can block adoption and rest on counts of the vendor's alone."""
    return [
        block
        for block in evidence
        if _whose(block) in OF_VENDOR and any(finding["blocks"] for finding in block["findings"])
    ]


def _whose(block: Mapping[str, Any]) -> str:
    """Say whose counts a block rests on; of counts that were received a report of an earlier version does not tell."""
    return block.get("counts_from", "unsaid" if block.get("from_counts") else "")


def evidence_state(
    evidence: Sequence[Mapping[str, Any]], over: Mapping[str, int] = NONE, *, vouched: bool = False
) -> State:
    """Decide what the evidence says of adoption.

    Args:
        evidence: the evidence blocks of `results.json`.
        over: blocks whose data were looked at more often than the plan allows for, each with this look's number: what
            is within its limit at last, after several looks, may be so by chance.
        vouched: whether the role that answers for the law has signed why counts of the vendor's may be relied on. It is
            the one thing that people say which counts here: it can lift that reason, and none else.

    Returns:
        Not supported where any blocking finding is flagged. Not demonstrated where any is neither flagged nor cleared,
        where nothing blocks, where the plan does not say why a limit was chosen, where counts that were received
        contradict each other or are the vendor's alone and nobody vouches for them, or where there were more looks than
        the plan allows for. Else supported, with conditions where anything is cleared for all groups but those that the
        plan named as too few, and set conditions for, before any result.
    """
    blocking = [finding for block in evidence for finding in block["findings"] if finding["blocks"]]
    demonstration = any(block["origin"] == "synthetic" for block in evidence)
    flagged = [f for f in blocking if f["verdict"] == "flagged"]
    excepted = [f for f in blocking if f["verdict"] == "not_demonstrated" and f["too_few"]]
    open_ = [f for f in blocking if f["verdict"] == "not_demonstrated" and not f["too_few"]]
    unsourced = [f for f in blocking if not _sourced(f)]
    reasons = [
        *_of(flagged, marked("Shown to be outside the limit: {title} by {grouping} ({id}).")),
        *_of(open_, marked("Not shown either way: {title} by {grouping} ({id}).")),
        *_of(unsourced, marked("The plan does not say who chose the limit of {title}, and why ({id}).")),
        *_beside(evidence, over),
        *([] if vouched else _vendors(evidence)),
    ]
    if not blocking:
        reasons.append(say("No evidence here is of the system's own decisions, with a limit that blocks."))
    if not reasons and excepted:
        but_for = marked(
            "Shown to be within the limit but for those named beforehand as too few ({too_few}): {title} by {grouping} "
            "({id})."
        )
        return State("supported_with_conditions", tuple(_of(excepted, but_for)), demonstration)
    state: EvidenceState = "not_supported" if flagged else "not_demonstrated" if reasons else "supported"
    reasons = reasons or [say("Every blocking finding is shown to be within its limit.")]
    return State(state, tuple(reasons), demonstration)


def _of(findings: Sequence[Mapping[str, Any]], sentence: str) -> Iterator[str]:
    """Say the same sentence of each finding."""
    for finding in findings:
        told = {"title": finding["title"], "id": finding["id"], "too_few": ", ".join(finding["too_few"])}
        yield say(sentence, grouping=chained(finding["grouping"]), **told)


def _beside(evidence: Sequence[Mapping[str, Any]], over: Mapping[str, int]) -> Iterator[str]:
    """Say what else of whole blocks stands against a clearance."""
    for block in evidence:
        if block["contradictions"]:
            yield say("The counts received contradict each other ({id}).", id=block["id"])
    for name, number in over.items():
        yield say(
            "This is look {number} at data of {name}, and the plan allows for fewer: errors are likelier than it says.",
            number=number,
            name=name,
        )


VENDORS: Mapping[str, str] = {
    "vendor": marked(
        "The vendor alone has counted ({id}), and nobody who answers for the law has signed why its counts may be "
        "relied on."
    ),
    "unsaid": marked(
        "The plan does not say whose counts these are ({id}), so they are taken for the vendor's; and nobody who "
        "answers for the law has signed why they may be relied on."
    ),
}


def _vendors(evidence: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Say which counts are the vendor's alone."""
    for block in on_vendors_counts(evidence):
        yield say(VENDORS[block["counts_from"]], id=block["id"])


def _sourced(finding: Mapping[str, Any]) -> bool:
    """A limit on file says who wrote it down; that it is right for this system somebody must say."""
    return all(c["tolerance"]["because"] for c in finding["comparisons"])
