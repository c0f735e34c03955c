"""Alternative cut-offs: whether a better one is found where none is, and where one is planted.

    limits   every alternative is exactly at the limit, and serves as well as is asked
    loses    every alternative is far within the limit, and loses exactly as much accuracy as may be lost
    planted  one alternative parts nobody, and serves as well as is asked

Of the people half have the outcome, so that accuracy and balanced accuracy are the same but for chance.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fairaudit.alternatives import cut_offs
from fairaudit.alternatives.points import better
from fairaudit.tally import About, Tally
from tests.alternatives.made import block

LIMIT = 0.05
LOST = {"limits": 0.5, "planted": 0.5, "loses": 0.02}
"""How much accuracy may be lost; of a half, the limit alone decides."""

N = {"limits": 1_500, "planted": 1_500, "loses": 6_000}
"""People of each group, with the outcome and without it."""


@dataclass(frozen=True)
class Cuts:
    """Cut-offs on scores of 0 to so many.

    Attributes:
        what: in words.
        cuts: how many cut-offs there are; the lowest is in use.
    """

    what: str
    cuts: int
    truths: tuple[str, ...] = ("limits", "loses", "planted")


ALTERNATIVES = {
    "2 cut-offs": Cuts("one other cut-off", 2),
    "6 cut-offs": Cuts("five other cut-offs", 6),
}


def beyond(cuts: int, truth: str) -> np.ndarray:
    """Give the share of wrong alarms of both groups at every cut-off, shape (2, cuts)."""
    ours = np.linspace(0.40, 0.10, cuts)
    apart = np.full(cuts, LIMIT)
    if truth == "loses":
        ours, apart = 0.40 - STEP * np.maximum(np.arange(cuts) - 1, 0), np.zeros(cuts)
    if truth == "planted":
        apart[-1] = 0.0
    apart[0] = 2 * LIMIT  # what is in use
    return np.stack([ours, ours + apart])


STEP = 0.03


def found_out(cuts: int, truth: str) -> np.ndarray:
    """Give the share of those with the outcome who are beyond every cut-off, alike in both groups; shape (cuts,)."""
    if truth != "loses":
        return np.full(cuts, 0.9) + 0.1 * np.arange(cuts, 0, -1) / (cuts + 1)
    # Right of all: half of (found out - wrong alarms), mean of both groups; it falls by just so much.
    wrong = beyond(cuts, truth).mean(axis=0)
    others = 0.95 - wrong[0] + wrong - 2 * LOST[truth]
    return np.where(np.arange(cuts) == 0, 0.95, others)


def found_any(name: str, truth: str, seeds: Iterable[np.random.Generator]) -> int:
    """Count the draws in which any alternative is found."""
    cuts = ALTERNATIVES[name].cuts
    scores = np.arange(cuts + 1)
    without = _at_scores(beyond(cuts, truth))
    with_outcome = _at_scores(found_out(cuts, truth))
    entry = {"measure": "false_positive_rate", "difference": LIMIT, "at": 1}
    evidence = block(measures=[entry])
    about = About("scores", {"group": ("A", "B")}, {"group": ("group",)}, has_outcome=True)
    keys = [(group, str(score), outcome) for group in "AB" for outcome in "10" for score in scores]
    found = 0
    for random in seeds:
        drawn = [random.multinomial(N[truth], shares) for group in (0, 1) for shares in (with_outcome, without[group])]
        rows = pd.DataFrame(keys, columns=["group", "value", "outcome"])
        tally = Tally(about, rows.assign(table="group", n=np.concatenate(drawn)))
        _, points = cut_offs(evidence, tally)
        found += bool(better(points, evidence.alpha_of_look, LOST[truth]))
    return found


def _at_scores(beyond_cuts: np.ndarray) -> np.ndarray:
    """Turn shares beyond cut-offs into shares at scores, which are those beyond one and not beyond the next."""
    ends = np.ones((*beyond_cuts.shape[:-1], 1))
    return np.clip(-np.diff(np.concatenate([ends, beyond_cuts, 0 * ends], axis=-1), axis=-1), 0, 1)
