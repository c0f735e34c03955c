"""Results of made-up records of two attributes, counted and judged as a run does it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from fairaudit.tally import About, Tally
from tests.report.audits import OUTCOME, audit, block

DECISIONS, OUTCOMES = ("1", "0", "?"), ("1", "0", "?")
RACES, SEXES = ("A", "B", "C", "?"), ("F", "M", "?")
MEASURES = [
    {"measure": "selection_rate", "ratio": 0.8, "because": "29 CFR 1607.4(D)"},
    {"measure": "false_positive_rate", "difference": 0.05, "because": "Policy 12.3"},
    {"measure": "positive_predictive_value", "difference": 0.05, "blocks": False},
]
COMPARED = [{"by": ["race"]}, {"by": ["sex"]}, {"by": ["race", "sex"]}]


def tally_of(joint: np.ndarray) -> Tally:
    """Count a joint table, shape (races, sexes, decisions, outcomes), the unknown last of each."""
    tables = {"race": ("race",), "sex": ("sex",), "race_sex": ("race", "sex")}
    rows = []
    for name, by in tables.items():
        for (r, s, d, o), n in np.ndenumerate(joint):
            of = {"race": RACES[r], "sex": SEXES[s]}
            key = {attribute: of[attribute] for attribute in by}
            rows.append({"table": name, **key, "decision": DECISIONS[d], "outcome": OUTCOMES[o], "n": int(n)})
    cells = pd.DataFrame(rows)
    keys = [name for name in cells if name != "n"]
    cells = cells.fillna("").groupby(keys, as_index=False, sort=False)["n"].sum()
    attributes = {"race": RACES[:-1], "sex": SEXES[:-1]}
    return Tally(About(kind="decisions", attributes=attributes, tables=tables, has_outcome=True), cells)


def results_of(joint: np.ndarray, **settings: Any) -> Mapping[str, Any]:
    """Give the results of a joint table."""
    settings = {"data": OUTCOME, "groups": ["race", "sex"], "compare": COMPARED, "measures": MEASURES, **settings}
    return audit((block(**settings), tally_of(joint)))
