"""From the agency's request to a report on what the vendor sent, by commands alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from fairaudit.cli import main
from tests.run.made import audit, block

MEASURES = "[{measure: selection_rate, ratio: 0.8, because: the council}]"


def run(*words: object) -> None:
    assert main([str(word) for word in words]) == 0


def report(folder: Path) -> dict:
    run("run", folder, "--no-pdf")
    return json.loads((folder / "report" / "results.json").read_text(encoding="utf-8"))


def verdicts(results: dict) -> dict[str, str]:
    return {found["id"]: found["verdict"] for each in results["evidence"] for found in each["findings"]}


@pytest.mark.long
def test_a_vendor_counts_and_the_report_says_so(tmp_path):
    """Both groups fare alike, in 600 records each: all is within the limit, and the vendor's counts settle nothing."""
    rows = [f"{race},{('yes', 'no')[place % 2]},1" for race in ("Black", "White") for place in range(600)]
    agency = audit(
        tmp_path / "agency", block(measures=MEASURES), data="\n".join(["race,decision,outcome", *rows]) + "\n"
    )
    ours = report(agency)
    assert verdicts(ours) == {"flags/race/selection_rate": "cleared"}
    assert ours["determination"]["evidence_state"] == "supported"

    vendor = tmp_path / "vendor"
    vendor.mkdir()
    theirs = (agency / "records.csv").read_text(encoding="utf-8").replace("race,decision", "Ethnicity,Result")
    (vendor / "export.csv").write_text(theirs, encoding="utf-8")
    run("request", agency, "-o", vendor / "request", "--by", "2027-01-31")
    words = ("--map", "race=Ethnicity", "--map", "decision=Result", "--counted-by", "Example Co")
    run("tally", vendor / "request", "--source", vendor / "export.csv", *words, "-o", vendor / "counts")

    received = tmp_path / "received"
    received.mkdir()
    for name in ("counts.tally.json", "counts.tally.csv"):
        shutil.copy(vendor / name, received / name)
    text = (agency / "audit.yaml").read_text(encoding="utf-8")
    text = text.replace("source: records.csv", "source: counts.tally.json\n      counts_from: vendor")
    (received / "audit.yaml").write_text(text, encoding="utf-8")
    run("check", received)
    found = report(received)
    assert verdicts(found) == verdicts(ours)
    assert found["determination"]["evidence_state"] == "not_demonstrated"
    assert "nobody who answers for the law has signed" in found["determination"]["reasons"][0]
    page = (received / "report" / "report.html").read_text(encoding="utf-8")
    assert "Counted by the vendor (Example Co), not by us." in page
    run("form", received, "--for", "legal")
    assert "Nobody but the vendor has counted" in (received / "form-legal.html").read_text(encoding="utf-8")
    run("verify", received, "--quick")
