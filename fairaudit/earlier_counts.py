"""Counts of an earlier report, used again where a table of a warehouse should not be counted anew."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from fairaudit.errors import DataError, UsageError
from fairaudit.plan import TALLY_SUFFIX, Evidence, Plan
from fairaudit.plan.files import places
from fairaudit.tally import Tally
from fairaudit.workflow import seal

VARIABLE = "FAIRAUDIT_REUSE_TALLY"
"""How a kernel is told in which folder the earlier counts are."""

NOTE = "These are the counts of the report of {day}, used again: the warehouse was not asked."
COUNT_ANEW = "Run it without --reuse-tally: the records are then counted anew."


def reusable(plan: Plan, report: Path) -> Path:
    """Give the folder of an earlier report's counts, if they may stand for counts of this plan.

    Args:
        plan: the plan.
        report: the folder of the earlier report.

    Raises:
        UsageError: no evidence lies in a warehouse.
        DataError: there is no report, it is of another plan, or its counts are not as they were sealed.
    """
    blocks = [block for block in plan.evidence if block.data.is_warehouse]
    if not blocks:
        what = "no evidence of this plan lies in a warehouse"
        raise UsageError.one("--reuse-tally", what, "Leave it out: files are counted from their content.")
    sealed = _seal_of(report)
    if not sealed:
        raise DataError.one(report.name, "holds no earlier report whose counts could be used again", COUNT_ANEW)
    if sealed.get("plan", {}).get("sha256") != seal.sha256(plan.path):
        raise DataError.one(plan.path.name, "was changed since the report whose counts are to be used", COUNT_ANEW)
    names = [f"tally/{path.name}" for block in blocks for path in places(Path(f"{block.id}{TALLY_SUFFIX}"))]
    if changed := [name for name in names if not seal.holds(sealed, report, name)]:
        raise DataError.one(changed[0], "is not as it was sealed", COUNT_ANEW)
    return report / "tally"


def earlier_counts(block: Evidence) -> Tally | None:
    """Load the counts that the driver named for this kernel; None where the records are to be counted."""
    folder = os.environ.get(VARIABLE)
    if not folder or not block.data.is_warehouse:
        return None
    path = Path(folder) / f"{block.id}{TALLY_SUFFIX}"
    tally = Tally.load(path)
    start = NOTE.partition("{")[0]
    if any(note.startswith(start) for note in tally.about.notes):
        return tally
    note = NOTE.format(day=str(_seal_of(path.parent.parent)[seal.RAN]["ended"])[:10])
    return Tally(replace(tally.about, notes=(*tally.about.notes, note)), tally.cells)


def _seal_of(report: Path) -> dict[str, Any]:
    try:
        sealed = json.loads((report / seal.FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return sealed if isinstance(sealed, dict) and {"plan", seal.RAN} <= sealed.keys() else {}
