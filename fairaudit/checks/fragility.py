"""How few people would change it? The fewest whose own result would have to be another (Walsh et al. 2014).

Of plain counts only: where records are clustered or weighted, one person is no unit of evidence.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from fairaudit import sentences
from fairaudit.assessment import Disparity
from fairaudit.checks.at_stake import AtStake, at_stake, plain_counts
from fairaudit.languages import say
from fairaudit.stats import fragility
from fairaudit.verdicts import Comparison


def fragility_rows(disparity: Disparity, comparison: Comparison) -> Iterator[dict[str, Any]]:
    """Say how many people's results would have to differ for the verdict to fall, and whether one would do."""
    if comparison.baseline or not plain_counts(comparison):
        return
    if stake := at_stake(comparison):
        yield _fewest(disparity, comparison, stake)
    if comparison.kind == "ratio":
        yield from _one_person(disparity, comparison)


def _fewest(disparity: Disparity, comparison: Comparison, stake: AtStake) -> dict[str, Any]:
    """Find how many people's results undo the verdict."""
    people, counts = disparity.evidence.people, comparison.counts["recorded"]
    scheme = comparison.arms.scheme
    at = [each[stake.pairs] for each in (counts.x1, counts.n1, counts.x0, counts.n0)]
    given = *at, stake.margins, stake.levels, comparison.verdict
    found = [fragility.fragility(comparison.kind, *given, of=group) for group in ("a", "b")]
    fall, needed = stake.first_to_fall(scheme.pairs[stake.pairs], np.stack(found, axis=-1)), None
    text = say("No change of one group's {people} alone would undo it.", people=people)
    if fall is not None:
        needed = fall.needed
        name = sentences.who(scheme.names[fall.arm], people, people)
        sides = scheme.pairs[stake.pairs] == fall.arm
        of = int(np.stack(at[1::2], axis=-1)[sides][0])
        text = say(
            "It hangs on {needed:,} of {of:,} {who}: had so many of them fared otherwise, it would not be shown.",
            needed=needed,
            of=of,
            who=name,
        )
    return {
        "check": "fragility",
        "scenario": "fewest people",
        "decides": False,
        "holds": True,
        "bound": needed,
        "sentence": text,
    }


def _one_person(disparity: Disparity, comparison: Comparison) -> Iterator[dict[str, Any]]:
    """Say whether one person would put the best estimate on the other side of the limit (44 FR 11996, question 21)."""
    counts = comparison.counts["recorded"]
    shift = fragility.one_person_shift(counts.x1, counts.n1, counts.x0, counts.n0, comparison.tolerance)
    pair = disparity.bounds[disparity.comparisons.index(comparison)].pair
    if not shift.crosses[pair]:
        return
    yield {
        "check": "fragility",
        "scenario": "one person",
        "decides": False,
        "holds": False,
        "bound": 1,
        "sentence": say(
            "One person more or less who was counted in either group would put the best estimate on the other side of "
            "the limit: a rule that looks at it alone would turn round."
        ),
    }
