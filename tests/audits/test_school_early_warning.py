"""The early warning score errs alike where rates of finishing differ, and two groups are too few to show it."""

from __future__ import annotations

import csv
from functools import cache

import numpy as np
import pytest

from fairaudit.assessment import Disparity
from fairaudit.findings import finding
from fairaudit.workflow.state import evidence_state
from made_up import school_early_warning as score
from tests.audits.seeds import ROOT, draw

AUDIT = "school-early-warning"
TOO_FEW = ["Native American", "Pacific Islander"]
SEEDS = range(2)


@cache
def drawn(seed: int) -> list[Disparity]:
    return draw(AUDIT, seed, planted=True)


def test_rates_of_finishing_differ_and_what_the_score_says_of_those_who_finish_does_not():
    people = score.students(np.random.default_rng(3), 200_000)
    races = list(score.RACES)
    for race in ("White", "Hispanic", "Black", "Asian", "Two or more"):
        of_race = people["race"] == races.index(race)
        finished, marked = people["finished"], people["risk"] >= score.MARKED
        assert np.mean(~finished[of_race]) == pytest.approx(score.NOT_FINISHING[race], abs=0.01)
        assert np.mean(marked[of_race & finished]) == pytest.approx(score.FALSE_ALARMS, abs=0.01)
        assert np.mean(~marked[of_race & ~finished]) == pytest.approx(score.MISSED, abs=0.02)
    assert sum(band.if_finishing for band in score.BANDS) == pytest.approx(1)
    assert sum(band.if_not_finishing for band in score.BANDS) == pytest.approx(1)


@pytest.mark.parametrize("seed", SEEDS)
def test_everything_that_blocks_clears_but_for_the_groups_that_the_plan_named(seed):
    open_ = [found for found in drawn(seed) if found.blocks and found.verdict != "cleared"]
    assert [found.grouping.attributes for found in open_] == [("race",)] * 3
    assert [found.verdict for found in open_] == ["not_demonstrated"] * 3
    assert [found.too_few for found in open_] == [TOO_FEW] * 3


def test_of_all_other_races_it_is_shown():
    others = {race for race in score.RACES if race not in TOO_FEW}
    for found in drawn(0):
        if found.blocks and found.grouping.attributes == ("race",):
            assert set(found.cleared_groups) == others


def test_the_state_is_supported_with_conditions():
    findings = [finding(found) for found in drawn(0)]
    block = {"id": AUDIT, "origin": "synthetic", "contradictions": [], "findings": findings}
    assert evidence_state([block]).state == "supported_with_conditions"


def mark_of(risk: str) -> str:
    if not risk:
        return "none"
    percent = round(100 * float(risk))
    return "red" if percent >= score.RED else "yellow" if percent >= score.MARKED else "green"


def test_marks_follow_the_score_and_who_moved_away_has_no_outcome():
    with (ROOT / "data" / "sample" / "early_warning.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        assert row["mark"] == mark_of(row["risk"])
        assert (row["cohort"] == "moved out") == (row["end"] == "")
    keys = [row["student_id"] for row in rows]
    assert len(keys) - len(set(keys)) == 13
    in_cohort = [row["race"] for row in rows if row["cohort"] == "in cohort"]
    assert sum(race in TOO_FEW for race in in_cohort) < 20 * len(score.CLASSES)
