"""Gunshot detection: what is alike for each alert, and what is not for each resident."""

from __future__ import annotations

import csv
from collections import defaultdict

import numpy as np
import pandas as pd
import pytest

from fairaudit.assessment import assess
from fairaudit.plan import read_plan
from fairaudit.sources import read_tally
from made_up import gunshot_detection as made
from tests.audits.judged import found
from tests.audits.seeds import ROOT

AUDIT = "gunshot-detection"
NOTHING_FOUND = "nothing-found/majority/selection_rate"


def rows_of(name: str) -> list[dict[str, str]]:
    with (ROOT / "data" / "sample" / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def beats() -> list[dict[str, str]]:
    return rows_of("gunshot_beats.csv")


@pytest.fixture(scope="module")
def alerts() -> list[dict[str, str]]:
    return rows_of("gunshot_alerts.csv")


def test_only_what_officers_did_not_write_keeps_the_alerts_from_being_shown_to_be_alike():
    disparity = found(AUDIT)[NOTHING_FOUND]
    assert disparity.reasons == ["unknowns"]
    assert disparity.unknown.share > 3 * disparity.evidence.unknown_at_most


def test_if_officers_had_written_what_they_found_the_alerts_would_be_shown_to_be_alike():
    plan = read_plan(ROOT / "audits" / AUDIT)
    block = plan.block("nothing-found")
    verdicts = []
    for seed in range(5):
        beats, _, (_, whom, *_) = made.city(np.random.default_rng(seed), planted=True)
        drawn = made.alerts(whom, beats)
        frame = pd.DataFrame(
            {
                "alert_id": np.arange(len(drawn["beat"])).astype(str),
                "beat": np.array(made.beat_names(beats))[drawn["beat"]],
                "majority": np.array(list(made.KINDS))[beats["kind"][drawn["beat"]]],
                "status": "Police sent",
                "result": np.where(drawn["nothing"], "Nothing found", "Casings or damage"),
            }
        )
        (disparity,) = assess(block, read_tally(block, plan.folder, frame))
        verdicts.append(disparity.verdict)
    assert verdicts == ["cleared"] * 5


def test_all_beats_of_a_district_have_sensors_or_none_has(beats):
    of_district = defaultdict(set)
    for beat in beats:
        of_district[beat["district"]].add(beat["sensors"])
    for district, sensors in of_district.items():
        assert sensors <= {"Yes" if district in made.COVERED else "No", "part", "n/a"}


def test_most_residents_of_a_beat_are_of_the_race_that_is_its_majority(beats):
    for beat in beats:
        most = [race for race in ("Black", "Latino", "White") if 2 * int(beat[race.lower()]) > int(beat["people"])]
        assert most == ([] if beat["majority"] == "none" else [beat["majority"]]) or int(beat["people"]) == 37


def test_residents_of_all_beats_of_a_kind_are_those_of_the_benchmark(beats):
    people = defaultdict(int)
    for beat in beats:
        people[beat["majority"]] += int(beat["people"])
    assert people == {row["majority"]: int(row["people"]) for row in rows_of("gunshot_residents.csv")}


def test_beats_lose_their_zero_in_january_and_their_majority_with_it(beats, alerts):
    names = {beat["beat"] for beat in beats}
    unknown = [row for row in alerts if row["beat"] not in names]
    assert all((row["beat"] in names) == (row["majority"] != "") for row in alerts)
    lost = [row for row in unknown if row["beat"]]
    assert lost
    assert all(row["alerted"].startswith("2024-01") and f"0{row['beat']}" in names for row in lost)


def test_nobody_is_sent_outside_districts_with_sensors_and_who_is_not_sent_finds_nothing(beats, alerts):
    listening = {beat["beat"] for beat in beats if beat["district"] in made.COVERED}
    assert {row["beat"].zfill(4) for row in alerts if row["beat"]} <= listening
    assert {row["result"] for row in alerts if row["status"] != "Police sent"} == {""}
