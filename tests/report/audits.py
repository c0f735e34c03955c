"""Results to render, made as a run makes them: from a plan and counts, by `fairaudit.results`."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import cohen_kappa_score

from fairaudit.measures import Measure, Rate
from fairaudit.measures.approximate import wrap
from fairaudit.plan import Evidence, read_plan
from fairaudit.results import audit_results, block_results
from fairaudit.sources import read_tally
from tests.counted import AUDITS, plan_of, tallies
from tests.verdicts.tables import confusion, counted
from tests.verdicts.tables import hidden as tally_of_hidden

SYSTEM = {
    "name": "Screener",
    "version": "2.0",
    "vendor": "Example Co",
    "agency": "City of Examples",
    "decides": "who is invited",
    "people_per_year": 5000,
}
DATA = {"source": "records.csv", "origin": "historical", "decided_by": "this_system"}
DECISION = {"decision": {"column": "decision", "is": ["1"], "is_not": ["0"]}}
OUTCOME = {"outcome": {"column": "outcome", "is": ["1"], "is_not": ["0"]}}
FOUR_FIFTHS = {"measure": "selection_rate", "ratio": "us.four_fifths", "because": "29 CFR 1607.4(D)"}


def block(name: str = "screened", **settings: Any) -> dict[str, Any]:
    """Plan one evidence block; settings replace what it has, those of `data` what its data have."""
    data = {**DATA, **DECISION, **settings.pop("data", {})}
    planned = {
        "id": name,
        "kind": "decisions",
        "question": "Who is invited?",
        "data": data,
        "being_selected_is": "a benefit",
        "groups": ["group"],
        "measures": [FOUR_FIFTHS],
    }
    return planned | settings


def audit(
    *blocks: tuple[dict[str, Any], Any],
    system: Mapping[str, Any] = SYSTEM,
    own: Mapping[str, Any] | None = None,
    **options: Any,
) -> dict[str, Any]:
    """Give the results of evidence blocks, each with its tally.

    Args:
        blocks: pairs of a block of the plan and a tally.
        system: what the plan says of the system.
        own: measures of the audit's own, by their name in the plan.
        options: of `audit_results`.
    """
    plan = {"system": dict(system), "evidence": [planned for planned, _ in blocks]}
    with TemporaryDirectory() as folder:
        # JSON is YAML, and spares the quoting.
        Path(folder, "audit.yaml").write_text(json.dumps(plan, ensure_ascii=False), encoding="utf-8")
        read = read_plan(folder)
    tallies = [tally for _, tally in blocks]
    found = [block_results(read, evidence, tally, own) for evidence, tally in zip(read.evidence, tallies, strict=True)]
    results = audit_results(read, found, **options)
    return results | {"audit": results["audit"] | {"slug": "screener"}}


def of_folder(folder: Path) -> dict[str, Any]:
    """Give the results of an audit's folder."""
    if folder.parent == AUDITS:
        return copy.deepcopy(_of_audit(folder.name))
    plan = read_plan(folder)
    found = [block_results(plan, evidence, read_tally(evidence, plan.folder)) for evidence in plan.evidence]
    return audit_results(plan, found)


@cache
def _of_audit(name: str) -> dict[str, Any]:
    plan = plan_of(name)
    return audit_results(plan, [block_results(plan, evidence, tally) for evidence, tally in tallies(name)])


def cleared() -> dict[str, Any]:
    return audit((block(), counted({"Women": (4_800, 8_000), "Men": (4_820, 8_000)})))


def flagged() -> dict[str, Any]:
    """A score that is a burden, and wrong more often for one group, though it means the same for both."""
    limits = [
        {"measure": "false_positive_rate", "difference": 0.05, "because": "Policy 12.3"},
        {"measure": "positive_predictive_value", "difference": 0.05, "blocks": False},
    ]
    cells = {
        "Black": {"tp": 1369, "fp": 805, "fn": 532, "tn": 990, "1?": 12},
        "White": {"tp": 505, "fp": 349, "fn": 461, "tn": 1139, "?0": 9},
        "?": {"tp": 20, "fp": 10, "fn": 12, "tn": 30},
    }
    planned = block(being_selected_is="a burden", measures=limits, data=OUTCOME)
    return audit((planned, confusion(cells)))


def unsettled() -> dict[str, Any]:
    """Few records, unknown groups, and an empty group."""
    counts = {"A": (20, 50), "B": (24, 50), "Empty": (0, 0), "?": (5, 30)}
    limits = [{"measure": "selection_rate", "ratio": 0.8, "difference": 0.1}]
    return audit((block(measures=limits), counted(counts)))


def hidden(**settings: Any) -> dict[str, Any]:
    """Counts of which some were received hidden, in a group that is open and in one that is not."""
    sides = {"A": ((8, 12), (28, 32)), "B": ((20, 20), (20, 20)), "C": ((0, 5), (100, 100)), "?": ((1, 5), (0, 0))}
    return audit((block(**settings), tally_of_hidden(sides)))


def baseline() -> dict[str, Any]:
    today = block("today", data={"decided_by": "todays_process"})
    return audit((today, counted({"Women": (300, 1000), "Men": (500, 1000)})))


def demonstration() -> dict[str, Any]:
    made_up = block(data={"origin": "synthetic"})
    return audit((made_up, counted({"Women": (300, 1000), "Men": (500, 1000)})), rehearsal=True)


def forty_groups() -> dict[str, Any]:
    counts = {f"Group {place}": (10 + 2 * place, 100) for place in range(40)}
    return audit((block(), counted(counts)))


def kappa(y_true: np.ndarray, y_pred: np.ndarray, *, sample_weight: np.ndarray) -> float:
    """Agreement beyond chance: from -1 to 1."""
    return cohen_kappa_score(y_true, y_pred, sample_weight=sample_weight)


def own_measures() -> dict[str, Any]:
    """Measures of the audit's own: one of counts, one approximate with negative values and an empty group."""
    rate = Measure(
        name="unneeded_share",
        function=lambda c: Rate(c.fp, c.n),
        of="{people}",
        share="{selected} and {negative}",
        rises_with="selection",
        needs=("decision", "outcome"),
        source="Example Co 2026",
    )
    own = {"./own.py:unneeded_share": rate, "./own.py:kappa": wrap(kappa, source="Cohen 1960")}
    limits = [{"measure": name, "difference": 0.1, "blocks": False} for name in own]
    cells = {
        "A": {"tp": 60, "fp": 20, "fn": 15, "tn": 70},
        "B": {"tp": 20, "fp": 60, "fn": 55, "tn": 20},
        "Empty": {"tp": 0},
    }
    planned = block(being_selected_is="a burden", measures=limits, data=OUTCOME)
    code = [{"file": "own.py", "sha256": "0" * 64}]
    return audit((planned, confusion(cells)), own=own, code=code)


def scanned() -> dict[str, Any]:
    """Crossings looked through: a group whose gap one of its crossings makes."""
    made = [
        {"race": race, "sex": sex, "risk": int(place % 100 < (60 if (race, sex) == ("A", "F") else 20))}
        for place, (race, sex) in enumerate([(race, sex) for race in "ABC" for sex in "FM"] * 200)
    ]
    made += [{"race": None, "sex": "F", "risk": 1}] * 3
    limit = {"measure": "selection_rate", "difference": 0.1, "because": "a made-up policy"}
    planned = block(
        groups={"race": {}, "sex": {}},
        scan={"by": ["race", "sex"], "smallest": 50},
        being_selected_is="a burden",
        measures=[limit],
        data={"decision": {"column": "risk", "is": [1], "is_not": [0]}},
    )
    return audit((planned, read_tally(Evidence.model_validate(planned), frame=pd.DataFrame(made))))


CASES = {
    "cleared": cleared,
    "flagged": flagged,
    "unsettled": unsettled,
    "hidden": hidden,
    "baseline": baseline,
    "demonstration": demonstration,
    "forty groups": forty_groups,
    "own measures": own_measures,
    "scanned": scanned,
}
