"""Audits that are to be compared: each with its plan and its sealed report; every problem at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fairaudit.comparing.asked import differences
from fairaudit.errors import FairauditError, Problem, UsageError
from fairaudit.languages import say
from fairaudit.plan import Plan, read_plan
from fairaudit.sources import sha256_of
from fairaudit.workflow.sealed_report import sealed_report

REPORT = "report"


@dataclass(frozen=True)
class Bid:
    """One system's audit.

    Attributes:
        folder: the audit's.
        plan: as it stands there.
        results: of its report, with the keys `root` and `ended` of its seal.
        name: what the page calls the system.
    """

    folder: Path
    plan: Plan
    results: dict[str, Any]
    name: str

    def why_no_records(self, evidence: str) -> str:
        """Say why the records of a block cannot be counted as they were; "" where they can."""
        block = self.plan.block(evidence)
        sealed = self.results["seal"]["evidence"].get(evidence, {})
        try:
            same = sha256_of(block, self.plan.folder) == sealed.get("source_sha256")
        except OSError:
            return say("the records of {system} are not here", system=self.name)
        if same:
            return ""
        return say("the records of {system} are others than when its report was made", system=self.name)


def read_bids(folders: Sequence[Path]) -> tuple[list[Bid], list[dict[str, Any]]]:
    """Read two or more audits that ask the same.

    Args:
        folders: the audits', each with `audit.yaml` and `report/`.

    Returns:
        The audits in the order given, and what differs in their plans and may: from `asked.differences`.

    Raises:
        FairauditError: fewer than two; one cannot be read, has no report or one that was edited; plans that ask
            otherwise. All at once.
    """
    if len(folders) < 2:
        raise UsageError.one("fairaudit compare", "takes two audits or more", "Write fairaudit compare DIR DIR.")
    problems = [
        Problem(str(folder), "stands there twice", "Name each audit once.")
        for folder, times in Counter(folder.resolve() for folder in folders).items()
        if times > 1
    ]
    read: list[tuple[Path, Plan, dict[str, Any]]] = []
    for folder in dict.fromkeys(folders):
        try:
            plan = read_plan(folder)
            read.append((folder, plan, _report_of(folder, plan)))
        except FairauditError as error:
            problems += error.problems
    names = called([plan for _, plan, _ in read], [folder for folder, _, _ in read])
    bids = [Bid(*each, name) for each, name in zip(read, names, strict=True)]
    others, listed = differences([bid.plan for bid in bids], [str(bid.folder) for bid in bids]) if bids else ([], [])
    if problems + others:
        raise UsageError([*problems, *others])
    return bids, listed


def _report_of(folder: Path, plan: Plan) -> dict[str, Any]:
    again = f"Run it: fairaudit run {folder}"
    results = sealed_report(folder / REPORT, str(folder), ("has no report", again), again)
    if results["audit"]["rehearsal"]:
        raise UsageError.one(str(folder), "has a report of a rehearsal, in which no number is a result", again)
    if results["audit"]["plan_sha256"] != plan.sha256:
        raise UsageError.one(str(folder), "has a report of another plan than audit.yaml is now", again)
    return results


def called(plans: Sequence[Plan], folders: Sequence[Path]) -> list[str]:
    """Call each system by its title; where titles are alike by its vendor too, then by its folder."""
    titles = [plan.system.title for plan in plans]
    for more in ([plan.system.vendor for plan in plans], [folder.resolve().name for folder in folders]):
        together = [f"{title} ({also})" for title, also in zip(titles, more, strict=True)]
        titles = [
            longer if titles.count(title) > together.count(longer) and also else title
            for title, longer, also in zip(titles, together, more, strict=True)
        ]
    return titles
