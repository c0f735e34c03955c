"""The counts of every audit that comes along, made once for all tests of a process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from fairaudit.plan import Evidence, Plan, read_plan
from fairaudit.sources import read_tally
from fairaudit.tally import Tally

AUDITS = Path(__file__).resolve().parents[1] / "audits"


@cache
def plan_of(audit: str) -> Plan:
    """The plan of an audit, by the name of its folder."""
    return read_plan(AUDITS / audit)


@cache
def tallies(audit: str) -> tuple[tuple[Evidence, Tally], ...]:
    """Every block of an audit with its counts."""
    plan = plan_of(audit)
    return tuple((block, read_tally(block, plan.folder)) for block in plan.evidence)
