"""An audit that holds today's decisions only: it shows a gap of any size, and never flags or clears the tool."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from functools import cache

import pytest

from fairaudit.assessment import Disparity, assess
from fairaudit.plan import read_plan
from fairaudit.sources import read_tally
from made_up import seattle_opa_tracker as made
from tests.audits.seeds import ROOT, draw, flagged_pairs

AUDIT = ROOT / "audits" / "seattle-opa-tracker"
NOT_TOLD = set(made.NOT_TOLD)


@cache
def found(decided_by: str) -> dict[str, Disparity]:
    """Judge the same records by the same plan, but for who decided."""
    disparities = {}
    for block in read_plan(AUDIT).evidence:
        block = block.model_copy(update={"data": block.data.model_copy(update={"decided_by": decided_by})})
        disparities |= {each.name: each for each in assess(block, read_tally(block, AUDIT))}
    return disparities


def rates(name: str) -> dict[str, float]:
    return {row["group"]: row["rate"] for row in found("todays_process")[name].rate_table}


BY_RACE = [
    "sustained/complainant_race-v-White/selection_rate",
    "time-to-finding/complainant_race-v-White/served_within-180-days",
]


# --- a baseline ------------------------------------------------------------------------------------------------------


def test_every_block_is_todays_process():
    assert {block.data.decided_by for block in read_plan(AUDIT).evidence} == {"todays_process"}


@pytest.mark.parametrize("planted", [True, False])
def test_whatever_is_in_the_records_nothing_is_flagged_cleared_or_blocks(planted):
    disparities = draw("seattle-opa-tracker", 0, planted)
    assert {each.verdict for each in disparities} == {"not_demonstrated"}
    assert {reason for each in disparities for reason in each.reasons} == {"baseline"}
    assert not any(each.blocks for each in disparities)


@pytest.mark.parametrize(
    ("name", "everybody", "worse_off"),
    [(BY_RACE[0], made.SUSTAINED, made.WORSE_OFF), (BY_RACE[1], made.IN_TIME, made.LATER)],
)
def test_what_is_planted_is_there_to_be_seen(name, everybody, worse_off):
    for group in ("Black", "White"):
        assert rates(name)[group] == pytest.approx(worse_off.get(group, everybody), abs=0.03)
    assert found("todays_process")[name].bounds[0].pair == found("this_system")[name].bounds[0].pair


@pytest.mark.parametrize("name", BY_RACE)
def test_were_the_decisions_the_systems_own_it_would_be_flagged(name):
    assert found("this_system")[name].verdict == "flagged"
    assert flagged_pairs(found("this_system")[name]) == [("Black", "White")]


def test_and_nobody_would_be_flagged_by_sex():
    assert {each.verdict for name, each in found("this_system").items() if "sex" in name} <= {
        "cleared",
        "not_demonstrated",
    }


# --- the records -----------------------------------------------------------------------------------------------------


@cache
def rows(place: int) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(made.MADE_UP.files[place].content().decode())))


def test_both_files_tell_of_the_same_cases():
    told = {row["case"]: row for row in rows(1)}
    shared = ("source", "status", "complainant_race", "complainant_sex")
    assert all(row[name] == told[row["case"]][name] for row in rows(0) for name in shared)
    assert all("Investigation" in told[row["case"]]["classification"] for row in rows(0))


def test_race_is_unknown_for_13_in_100_and_more_often_where_nothing_was_sustained():
    kept = [row for row in rows(0) if row["source"] == "Community" and row["finding"] not in ("", "Mediated")]
    sustained = [row["finding"].startswith("Sustained") for row in kept]
    unknown = [row["complainant_race"] in NOT_TOLD for row in kept]

    def share(of: bool) -> float:
        chosen = [u for u, s in zip(unknown, sustained, strict=True) if s is of]
        return sum(chosen) / len(chosen)

    assert sum(unknown) / len(unknown) == pytest.approx(0.13, abs=0.015)
    assert share(False) > share(True) + 0.02


def test_complaints_of_the_department_itself_have_no_complainant():
    assert {row["complainant_race"] for row in rows(0) if row["source"] == "SPD"} == {""}


def test_allegations_lie_in_complaints_most_of_which_name_one_employee():
    named, lie_in = defaultdict(set), defaultdict(set)
    for row in rows(0):
        named[row["case"]].add(row["employee"])
        lie_in[row["case"]].add(row["allegation"])
    assert sum(len(each) == 1 for each in named.values()) / len(named) == pytest.approx(made.NAMED_IN_ONE[0], abs=0.02)
    assert sum(map(len, lie_in.values())) / len(lie_in) > 2.5


def test_some_cases_are_open_and_have_no_finding():
    still = [row for row in rows(0) if row["status"] == "Open"]
    assert still
    assert {row["finding"] for row in still} == {""}
