"""A rehearsal shuffles who is in which group, and nothing else; every page says so, and no report is replaced."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairaudit.cli import main
from fairaudit.plan import read_plan
from fairaudit.rehearsal import NOTE, shuffled
from fairaudit.results import block_results
from fairaudit.sources import read_tally
from fairaudit.tally import About, Tally
from tests.run.made import audit, block, files


@pytest.fixture(scope="module")
def county(root):
    plan = read_plan(root / "audits" / "county-recidivism")
    return plan, plan.evidence[0], read_tally(plan.evidence[0], plan.folder)


def sums(tally: Tally, table: str, keys: list[str]) -> dict:
    rows = tally.cells[tally.cells["table"] == table]
    return {key: n for key, n in rows.groupby(keys)["n"].sum().items() if n}


@pytest.mark.parametrize("table", ["race", "sex", "age", "race_sex"])
def test_groups_keep_their_sizes_and_everything_else_its_numbers(county, table):
    tally = county[2]
    again = shuffled(tally)
    groups = list(tally.about.tables[table])
    others = [key for key in tally.about.keys if key not in (*groups, "table")]
    for keys in (groups, others):
        assert sums(again, table, keys) == sums(tally, table, keys)
    assert sums(again, table, [*groups, "decision"]) != sums(tally, table, [*groups, "decision"])


def test_what_was_planted_is_gone(county):
    plan, evidence, tally = county
    real, rehearsed = (block_results(plan, evidence, counts)["findings"][0] for counts in (tally, shuffled(tally)))
    assert (real["verdict"], rehearsed["verdict"]) == ("flagged", "not_demonstrated")
    assert abs(rehearsed["estimate"]) < abs(real["estimate"]) or rehearsed["worst_pair"] != real["worst_pair"]


def test_the_same_seed_shuffles_alike_and_the_tally_says_that_it_was(county):
    tally = county[2]
    assert shuffled(tally) == shuffled(tally)
    assert shuffled(tally) != shuffled(tally, seed=1)
    assert shuffled(tally).about.notes[-1] == NOTE


COUNTS = st.lists(st.integers(0, 30), min_size=12, max_size=12)


@settings(max_examples=20)
@given(counts=COUNTS, weights=COUNTS)
def test_any_table_keeps_its_margins(counts, weights):
    cells = pd.DataFrame(
        [(g, d, o) for g in ("a", "b", "?") for d in "10" for o in "10"], columns=["group", "decision", "outcome"]
    ).assign(table="group", n=counts, w=np.array(counts) * (1.0 + np.array(weights)))
    about = About(
        kind="decisions",
        attributes={"group": ("a", "b")},
        tables={"group": ("group",)},
        has_outcome=True,
        weighted=True,
    )
    tally = Tally(about, cells.assign(ww=cells["w"] ** 2))
    again = shuffled(tally)
    for keys in (["group"], ["decision", "outcome"]):
        assert sums(again, "group", keys) == sums(tally, "group", keys)
    assert again.cells["w"].sum() == pytest.approx(tally.cells["w"].sum())


def test_a_rehearsed_run_says_so_on_its_page_and_leaves_the_report_alone(tmp_path, capsys):
    unlike = "race,decision,outcome\n" + "Black,yes,1\n" * 200 + "White,no,1\n" * 200
    folder = audit(tmp_path / "a", block(), data=unlike)
    (folder / "report").mkdir()
    (folder / "report" / "results.json").write_text("the last good report")
    assert main(["run", str(folder), "--rehearse"]) == 0
    assert "REHEARSAL" in capsys.readouterr().out
    left = files(folder)
    assert left["report/results.json"] == b"the last good report"
    assert b"REHEARSAL" in left["rehearsal/report.html"].partition(b"<h2")[0]
    results = json.loads(left["rehearsal/results.json"])
    assert results["audit"]["rehearsal"] is True
    # All Black people and no White ones were selected; shuffled, about half of either.
    rates = {row["group"]: row["rate"] for row in results["evidence"][0]["findings"][0]["groups"]}
    assert all(0.3 < rate < 0.7 for rate in rates.values())
