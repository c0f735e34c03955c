"""Every audit that comes along, judged once from its files: what the tests of its verdicts share."""

from __future__ import annotations

from functools import cache
from typing import Any

from fairaudit.assessment import Disparity, assess
from fairaudit.findings import finding
from fairaudit.plan import read_plan
from fairaudit.results import block_results
from fairaudit.workflow.record import read_record
from fairaudit.workflow.state import State, evidence_state
from sign import joined
from tests.counted import AUDITS, tallies

NAMES = sorted(path.parent.name for path in AUDITS.glob("*/audit.yaml"))


@cache
def found(audit: str) -> dict[str, Disparity]:
    """Every disparity of an audit, by its id."""
    counted = tallies(audit)
    return {disparity.name: disparity for block, tally in counted for disparity in assess(block, tally)}


@cache
def findings(audit: str) -> dict[str, dict[str, Any]]:
    """Every finding of an audit as results hold it, by its id."""
    return {name: finding(disparity) for name, disparity in found(audit).items()}


def state(audit: str) -> State:
    """What the evidence of an audit says of adoption, were its records real."""
    blocks = [
        {
            "id": block.id,
            "origin": block.data.origin,
            "contradictions": [],
            "counts_from": block.data.whose_counts,
            "findings": [each for each in findings(audit).values() if each["evidence"] == block.id],
        }
        for block in read_plan(AUDITS / audit).evidence
    ]
    return evidence_state(blocks)


@cache
def results(audit: str) -> dict[str, Any]:
    """What a run of an audit would find and join with what people have done, from its files."""
    plan = read_plan(AUDITS / audit)
    blocks = [block_results(plan, block, tally) for block, tally in tallies(audit)]
    return joined(plan, blocks, read_record(plan))
