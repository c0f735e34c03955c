"""Every audit that comes along, judged once from its files: what the tests of its verdicts share."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from fairaudit.assessment import Disparity, assess
from fairaudit.findings import finding
from fairaudit.plan import read_plan
from fairaudit.sources import read_tally
from fairaudit.workflow.state import State, evidence_state

AUDITS = Path(__file__).resolve().parents[2] / "audits"
NAMES = sorted(path.parent.name for path in AUDITS.glob("*/audit.yaml"))


@cache
def found(audit: str) -> dict[str, Disparity]:
    """Every disparity of an audit, by its id."""
    plan = read_plan(AUDITS / audit)
    blocks = [(block, read_tally(block, plan.folder)) for block in plan.evidence]
    return {disparity.name: disparity for block, tally in blocks for disparity in assess(block, tally)}


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
            "findings": [each for each in findings(audit).values() if each["evidence"] == block.id],
        }
        for block in read_plan(AUDITS / audit).evidence
    ]
    return evidence_state(blocks)
