"""Findings as pandas DataFrames, from a run audit or from arrays."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from fairaudit.errors import DataError
from fairaudit.tally import Tally
from fairaudit.verdicts import SEVERITY, Verdict

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RESULTS = "results.json"
COLUMNS = (
    "id",
    "measure",
    "grouping",
    "comparison",
    "verdict",
    "reason",
    "blocks",
    "tolerance",
    "estimate",
    "lower",
    "upper",
    "worst_pair",
    "sentence",
)


class Findings:
    """Findings, and the numbers behind them.

    Attributes:
        findings: plain dicts, as in `results.json`.
        tally: the counts they came from; None where they were read from a report.
    """

    def __init__(self, findings: Sequence[Mapping[str, Any]], tally: Tally | None = None):
        self.findings = list(findings)
        self.tally = tally

    def __repr__(self) -> str:
        """Say the verdict and each finding's sentence."""
        return "\n".join(
            [f"<Findings: {self.verdict}>", *(f"  {entry['words']}. {entry['sentence']}" for entry in self.findings)]
        )

    @property
    def verdict(self) -> Verdict:
        """The severest verdict of all findings that block: "flagged", "not_demonstrated" or "cleared".

        Where none blocks nothing is demonstrated.
        """
        blocking = [entry["verdict"] for entry in self.findings if entry["blocks"]]
        return max(blocking, key=SEVERITY.get, default="not_demonstrated")

    @property
    def frame(self) -> pd.DataFrame:
        """A row a finding: what was compared, the verdict, the limit, the estimate and both bounds."""
        rows = [
            {
                **{column: entry[column] for column in COLUMNS},
                "tolerance": entry["tolerance"]["value"],
                "grouping": " and ".join(entry["grouping"]),
                "worst_pair": tuple(entry["worst_pair"]),
            }
            for entry in self.findings
        ]
        return pd.DataFrame(rows, columns=list(COLUMNS))

    @property
    def by_group(self) -> pd.DataFrame:
        """A row a group of each finding: records and events in the denominator, rate, and its interval."""
        return self._rows("groups").set_index(["measure", "grouping", "group"])

    @property
    def pairs(self) -> pd.DataFrame:
        """A row an ordered pair of groups of each finding: records of both, estimate, bounds, and how it reads."""
        return self._rows("pairs")

    def _rows(self, key: str) -> pd.DataFrame:
        rows = [
            {"measure": entry["measure"], "grouping": " and ".join(entry["grouping"]), **row}
            for entry in self.findings
            for row in entry[key]
        ]
        return pd.DataFrame(rows)

    def plot(self, finding: int = 0) -> Figure:
        """Draw the forest plot of a finding.

        Args:
            finding: its place in `findings`.
        """
        from fairaudit.charts import forest_plot

        return forest_plot(self.findings[finding]).figure


def read(folder: str | Path) -> Findings:
    """Read what an audit found.

    Args:
        folder: the audit's folder, or its report's.

    Raises:
        DataError: there is no report, or one that cannot be read.
    """
    folder = Path(folder)
    path = next((p for p in (folder / "report" / RESULTS, folder / RESULTS) if p.is_file()), None)
    if path is None:
        raise DataError.one(str(folder), "holds no report", f"`fairaudit run {folder}` makes one.")
    try:
        results = json.loads(path.read_text(encoding="utf-8"))
        return Findings([finding for block in results["evidence"] for finding in block["findings"]])
    except (ValueError, KeyError, TypeError):
        raise DataError.one(str(path), "holds no results that can be read", f"Run {folder} again.") from None
