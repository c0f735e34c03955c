"""Made-up records in which a less discriminatory alternative exists, or does not."""

from __future__ import annotations

import numpy as np
import pandas as pd

from fairaudit.plan import Evidence, checked

DATA = {
    "source": "made up",
    "origin": "synthetic",
    "decided_by": "this_system",
    "outcome": {"column": "outcome", "is": [1], "is_not": [0]},
}
SCORED = {**DATA, "score": "score"}
DECIDED = {**DATA, "decision": {"column": "decision", "is": [1], "is_not": [0]}}


def block(data: dict = SCORED, **others) -> Evidence:
    """A plan of one block: wrong alarms in two groups, at most 5 in 100 apart."""
    scored = "score" in data
    entry = {"measure": "false_positive_rate", "difference": 0.05, **({"at": 2} if scored else {})}
    said = {
        "id": "made-up",
        "kind": "scores" if scored else "decisions",
        "data": data,
        "being_selected_is": "a burden",
        "groups": {"group": {"levels": ["A", "B"], "unknown": ["?"]}},
        "measures": [entry],
        **others,
    }
    plan, problems = checked({"system": {"name": "made up"}, "evidence": [said]})
    assert problems == []
    return plan.evidence[0]


def counted(rows: list[tuple[str, int, int, int]]) -> pd.DataFrame:
    """Records of (group, score, outcome, how many)."""
    names = ["group", "score", "outcome"]
    return pd.concat([pd.DataFrame([row[:3]] * row[3], columns=names) for row in rows], ignore_index=True)


def scored(false_alarms_of_b: dict[int, int]) -> pd.DataFrame:
    """1,000 people of either group with the outcome and 1,000 without; of the latter, of B, so many at each score."""
    rest = 1000 - sum(false_alarms_of_b.values())
    rows = [(group, 3, 1, 900) for group in "AB"] + [(group, 0, 1, 99) for group in "AB"] + [("A", 4, 1, 1)]
    rows += [("B", 0, 1, 1), ("A", 3, 0, 50), ("A", 0, 0, 950), ("B", 0, 0, rest)]
    return counted([*rows, *(("B", score, 0, n) for score, n in false_alarms_of_b.items())])


BETTER = scored({3: 50, 2: 200})  # whoever has 2 points has them for nothing: a cut-off of 3 spares them
NONE = scored({3: 250})  # only a cut-off that selects next to nobody parts nobody


def records(base_rate_of_b: float, seed: int = 1, n: int = 6000) -> pd.DataFrame:
    """People whose outcome hangs on x alone; today a flag also hangs on z, which is the group with a little noise.

    Where B's base rate is that of A, a model that is fitted to the outcome passes z over.
    """
    rng = np.random.default_rng(seed)
    b = rng.random(n) < 0.5
    shift = np.where(b, base_rate_of_b, 0.0)
    x = rng.normal(shift, 1)
    z = b + rng.normal(0, 0.3, n)
    outcome = (x + rng.normal(0, 0.5, n) > 0.5).astype(int)
    decision = (x + z > 1.0).astype(int)
    group = np.where(rng.random(n) < 0.02, "?", np.where(b, "B", "A"))
    return pd.DataFrame({"group": group, "x": x, "z": z, "outcome": outcome, "decision": decision})
