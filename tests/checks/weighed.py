"""Made-up records and populations for checks that weigh, so that tests read as tables."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from fairaudit.assessment import Disparity, assess
from fairaudit.plan import Evidence
from fairaudit.sources import read_tally

Cells = Mapping[tuple, int]


def records(columns: list[str], cells: Cells) -> pd.DataFrame:
    """Write out records: {("A", "young", 1): 30} is thirty of them."""
    return pd.DataFrame([row for row, n in cells.items() for _ in range(n)], columns=columns)


def block(groups: Mapping[str, Any], measures: list[dict], *, kind="decisions", **settings: Any) -> Evidence:
    """Plan a block on a frame: columns `selected` and, where `outcome` is asked, `outcome`."""
    data = {"source": "made_up.csv", "origin": "historical", "decided_by": "this_system"}
    data |= {"decision": {"column": "selected", "is": [1], "is_not": [0]}} if kind == "decisions" else {}
    data |= settings.pop("data", {})
    content = {"id": "test", "kind": kind, "data": data, "groups": groups, "measures": measures, **settings}
    if kind in ("decisions", "scores"):
        content.setdefault("being_selected_is", "a burden")
    return Evidence.model_validate(content)


OUTCOME = {"outcome": {"column": "outcome", "is": [1], "is_not": [0]}}


def population(folder: Path, rows: list[dict], **more: Any) -> dict[str, Any]:
    """Write who lives there into a file, and give what the plan says of it."""
    pd.DataFrame(rows).to_csv(folder / "people.csv", index=False)
    said = {"source": "people.csv", "people": "people", "from": "a made-up count", "year": 2024, **more}
    return {"population": said}


def judged(evidence: Evidence, frame: pd.DataFrame, folder: Path) -> list[Disparity]:
    """Count records and judge them."""
    return assess(evidence, read_tally(evidence, folder, frame))
