"""`fairaudit.read` gives an audit's findings as tables."""

from __future__ import annotations

import json

import pytest

from fairaudit import Findings, read
from fairaudit.errors import DataError
from fairaudit.plan import read_plan
from fairaudit.results import audit_results, block_results
from fairaudit.sources import read_tally


@pytest.fixture(scope="module")
def results(root):
    plan = read_plan(root / "audits" / "large-lots")
    block = plan.evidence[0]
    return audit_results(plan, [block_results(plan, block, read_tally(block, plan.folder))])


@pytest.mark.parametrize("place", ["report", "."])
def test_from_the_audit_s_folder_or_its_report_s(tmp_path, results, place):
    (tmp_path / place).mkdir(exist_ok=True)
    (tmp_path / place / "results.json").write_text(json.dumps(results), encoding="utf-8")
    found = read(tmp_path)
    assert found.verdict == "cleared"
    assert list(found.frame["id"]) == [finding["id"] for finding in results["evidence"][0]["findings"]]
    assert found.by_group.loc[("selection_rate", "race")]["n"].gt(0).all()


def test_the_verdict_is_that_of_what_blocks():
    explored, blocking = {"verdict": "flagged", "blocks": False}, {"verdict": "cleared", "blocks": True}
    assert Findings([explored, blocking]).verdict == "cleared"
    assert Findings([explored]).verdict == "not_demonstrated"


@pytest.mark.parametrize("content", [None, "", "{}", "[1]", '{"evidence": 3}'])
def test_where_there_is_no_report(tmp_path, content):
    if content is not None:
        (tmp_path / "results.json").write_text(content)
    with pytest.raises(DataError) as caught:
        read(tmp_path)
    assert caught.value.exit_code == 3
