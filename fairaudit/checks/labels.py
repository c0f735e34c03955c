"""Would it hold if recorded outcomes were wrong? How many would have to be, and what known error rates make of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from fairaudit import sentences
from fairaudit.assessment import Disparity
from fairaudit.cells import PLACE
from fairaudit.checks.at_stake import at_stake
from fairaudit.checks.scenarios import scenario_row
from fairaudit.languages import say
from fairaudit.stats import labels
from fairaudit.verdicts import Comparison

AS = {
    "missed_match_rate": "false_negative_rate",
    "false_match_rate": "false_positive_rate",
    "false_match_share": "false_discovery_rate",
}
"""Measures that go by another name -> the rate that they are."""


def label_rows(disparity: Disparity, comparison: Comparison) -> Iterator[dict[str, Any]]:
    """Say what wrong labels could change; of a measure that needs no outcome, nothing."""
    if comparison.baseline or "outcome" not in getattr(disparity.measure, "needs", ()):
        return
    if "corrected" in comparison.scenarios:
        told = disparity.evidence.label_errors
        numbers = [sentences.digits(100 * rate) for rate in (told.sensitivity, told.specificity)]
        words = say(
            "outcomes corrected for labels of which {with_outcome} in 100 are right where there is an outcome, and "
            "{without} where there is none",
            with_outcome=numbers[0],
            without=numbers[1],
        )
        yield scenario_row(disparity, comparison, "corrected", "labels", words, decides=True)
    yield from _tipping(disparity, comparison)


def _tipping(disparity: Disparity, comparison: Comparison) -> Iterator[dict[str, Any]]:
    """Give the fewest wrong labels, all in one group, that would undo a verdict; of plain counts only."""
    rate, stake = AS.get(disparity.measure.name, disparity.measure.name), at_stake(comparison)
    if stake is None or rate not in labels.RATES:
        return
    scheme, people = comparison.arms.scheme, disparity.evidence.people
    cells = np.einsum("ag,gdo->ado", scheme.arms, comparison.arms.cells.n.sum(axis=(0, 2))[:-1])
    yes, no = PLACE["1"], PLACE["0"]
    of_arms = [cells[:, d, o] for d, o in ((yes, yes), (yes, no), (no, yes), (no, no))]
    first, second = (tuple(each[arm] for each in of_arms) for arm in scheme.pairs[stake.pairs].T)
    given = first, second, rate, stake.margins, stake.levels, comparison.verdict
    found = labels.smallest_wrong(comparison.kind, *given)
    pairs = scheme.pairs[stake.pairs]
    fall, needed = stake.first_to_fall(pairs, np.stack([found.of_a, found.of_b], axis=-1)), None
    text = say("No number of wrong outcomes in one group alone would undo it.")
    if fall is not None:
        needed = fall.needed
        name = sentences.who(scheme.names[fall.arm], people, people)
        share = sentences.percent(needed / float(sum(each[fall.arm] for each in of_arms)))
        text = say(
            "It would no longer be shown if {needed:,} of the outcomes recorded of {who} ({share}) were wrong.",
            needed=needed,
            who=name,
            share=share,
        )
    yield {
        "check": "labels",
        "scenario": "wrong labels",
        "decides": False,
        "holds": True,
        "bound": needed,
        "sentence": text,
    }
