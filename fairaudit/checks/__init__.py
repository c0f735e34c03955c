"""What else could change a verdict: one function a check, which gives rows with a sentence each.

A check never un-flags. What decides (a scenario that a finding must hold under) is settled with the verdict itself;
here it is put into words, beside what is only shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from fairaudit.assessment import Disparity
from fairaudit.checks.fragility import fragility_rows
from fairaudit.checks.labels import label_rows
from fairaudit.checks.reweighting import weighing_rows
from fairaudit.checks.scenarios import probability_rows, scenario_rows, tipping_rows
from fairaudit.checks.strata import strata_rows
from fairaudit.verdicts import Comparison

Check = Callable[[Disparity, Comparison], Iterator[dict[str, Any]]]
CHECKS: tuple[Check, ...] = (
    scenario_rows,
    probability_rows,
    tipping_rows,
    weighing_rows,
    strata_rows,
    label_rows,
    fragility_rows,
)
"""Every check, in the order of the report."""


def checks_of(disparity: Disparity, comparison: Comparison) -> list[dict[str, Any]]:
    """Run every check on a finding.

    Args:
        disparity: the finding.
        comparison: its deciding comparison.

    Returns:
        A row a scenario: {"check", "scenario", "decides", "holds", "bound", "sentence"}. None where, by the decision
        itself, outcomes can be known of one side only: what is within a limit among those says nothing of all.
    """
    if comparison.arms.selective:
        return []
    return [row for check in CHECKS for row in check(disparity, comparison)]
