"""ProPublica's COMPAS records through a plan of a dozen lines: the published error rates, from whatever source.

Larson, Mattu, Kirchner & Angwin, "How We Analyzed the COMPAS Recidivism Algorithm", ProPublica, 23 May 2016: among
Black defendants 805 false positives and 990 true negatives, 532 false negatives and 1,369 true positives; among White
ones 349, 1,139, 461 and 505.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from fairaudit import disparities, read, read_plan, read_tally
from fairaudit.cli import main
from fairaudit.results import block_results

PLAN = """\
system: {name: COMPAS, agency: Broward County, decides: who is held before trial}
evidence:
  - id: flags
    kind: decisions
    data:
      source: %s
      origin: historical
      decided_by: this_system
      decision: {column: score_text, is: [Medium, High], is_not: [Low]}
      outcome: {column: two_year_recid, is: [1], is_not: [0]}
    being_selected_is: a burden
    groups: {race: {labels: {African-American: Black, Caucasian: White}}}
    measures:
      - {measure: false_positive_rate, difference: 0.05, because: a test}
      - {measure: false_negative_rate, difference: 0.05, because: a test}
"""
FALSE_POSITIVES = {"Black": (805, 805 + 990), "White": (349, 349 + 1139)}
FALSE_NEGATIVES = {"Black": (532, 532 + 1369), "White": (461, 461 + 505)}


@pytest.fixture(scope="module")
def records(shared_data) -> Path:
    return shared_data("compas/compas-scores-two-years.csv")


@pytest.fixture(scope="module")
def folder(records, tmp_path_factory) -> Path:
    """Run the audit from its records, as a user does."""
    folder = tmp_path_factory.mktemp("compas")
    shutil.copy(records, folder / "compas.csv")
    (folder / "audit.yaml").write_text(PLAN % "compas.csv", encoding="utf-8")
    assert main(["run", str(folder), "--no-pdf"]) == 0
    return folder


@pytest.fixture(scope="module")
def findings(folder) -> list[dict]:
    return read(folder).findings


def counts_of(finding: dict) -> dict[str, tuple[int, int]]:
    return {row["group"]: (row["events"], row["n"]) for row in finding["groups"] if row["group"] in ("Black", "White")}


def test_the_plan_is_a_dozen_lines_or_so():
    assert len(PLAN.splitlines()) <= 15


def test_error_rates_are_those_published(findings):
    positives, negatives = findings
    assert (counts_of(positives), counts_of(negatives)) == (FALSE_POSITIVES, FALSE_NEGATIVES)
    rates = [
        {row["group"]: round(100 * row["rate"], 2) for row in finding["groups"] if row["group"] in FALSE_POSITIVES}
        for finding in findings
    ]
    assert rates == [{"Black": 44.85, "White": 23.45}, {"Black": 27.99, "White": 47.72}]


def test_false_positives_are_flagged(findings):
    assert (findings[0]["measure"], findings[0]["verdict"]) == ("false_positive_rate", "flagged")


def test_the_report_says_who_fares_worse(folder):
    results = json.loads((folder / "report" / "results.json").read_text(encoding="utf-8"))
    assert results["determination"]["evidence_state"] == "not_supported"
    pairs = {tuple(pair["groups"]): pair for pair in read(folder).findings[0]["pairs"]}
    pair = pairs["White", "Black"]
    assert abs(pair["estimate"]) == pytest.approx(805 / 1795 - 349 / 1488, abs=1e-9)


# --- the same findings from whatever holds the records ---------------------------------------------------------------


def from_source(folder: Path, source: str) -> list[dict]:
    (folder / "audit.yaml").write_text(PLAN % source, encoding="utf-8")
    plan = read_plan(folder)
    return block_results(plan, plan.evidence[0], read_tally(plan.evidence[0], folder))["findings"]


def test_from_the_saved_tally(folder, findings, tmp_path):
    shutil.copytree(folder / "report" / "tally", tmp_path, dirs_exist_ok=True)
    assert from_source(tmp_path, "flags.tally.json") == findings


def test_from_parquet(records, findings, tmp_path):
    pd.read_csv(records).to_parquet(tmp_path / "compas.parquet")
    assert from_source(tmp_path, "compas.parquet") == findings


def test_from_a_gzipped_file(records, findings, tmp_path):
    pd.read_csv(records, dtype=str).to_csv(tmp_path / "compas.csv.gz", index=False)
    assert from_source(tmp_path, "compas.csv.gz") == findings


def test_from_a_data_frame(records, findings, folder):
    plan = read_plan(folder)
    tally = read_tally(plan.evidence[0], frame=pd.read_csv(records))
    assert block_results(plan, plan.evidence[0], tally)["findings"] == findings


def test_from_arrays(records, findings):
    frame = pd.read_csv(records)
    found = disparities(
        frame["two_year_recid"],
        frame["score_text"].isin(["Medium", "High"]),
        sensitive_features=frame["race"].replace({"African-American": "Black", "Caucasian": "White"}),
        measures={"false_positive_rate": {"difference": 0.05}, "false_negative_rate": {"difference": 0.05}},
        being_selected_is="a burden",
    )
    numbers = ("measure", "verdict", "worst_pair", "estimate", "lower", "upper", "groups", "pairs")
    assert [{key: entry[key] for key in numbers} for entry in found.findings] == [
        {key: entry[key] for key in numbers} for entry in findings
    ]
