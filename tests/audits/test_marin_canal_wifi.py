"""A free network: where its signal reaches indoors, who lives there, and who signs up."""

from __future__ import annotations

import csv
import json
from collections import Counter

import pytest

from made_up import marin_canal_wifi as made
from tests.audits.seeds import ROOT, draw, flagged_pairs

AUDIT = "marin-canal-wifi"
SAMPLE = ROOT / "data" / "sample"


def rows_of(name: str) -> list[dict[str, str]]:
    with (SAMPLE / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def areas() -> list[dict[str, str]]:
    return rows_of("canal_areas.csv")


@pytest.fixture(scope="module")
def signed_up() -> list[dict[str, str]]:
    return rows_of("canal_households.csv")


def test_nobody_is_blamed_but_for_whom_a_gap_is_planted():
    for seed in range(3):
        pairs = {found.name: flagged_pairs(found) for found in draw(AUDIT, seed, planted=True)}
        assert {group for pair in pairs["signal-indoors/race/share_within_reach"] for group in pair} == {
            "Latino",
            "White",
        }
        assert all("Mayan-speaking" in pair for pair in pairs["who-signed-up/language/share_reached"])


def test_the_signal_reaches_as_many_areas_of_each_part_as_planted(areas):
    reached = Counter(area["part"] for area in areas if area["signal_indoors"] == "Yes")
    asked = Counter(area["part"] for area in areas)
    assert asked == made.PARTS
    locked = {area["part"] for area in areas if area["signal_indoors"] == "n/a" and area["residents"] != "0"}
    for part, planted in made.REACHED.items():
        assert planted - reached[part] in ((0, 1) if part in locked else (0,))


def test_people_of_an_area_are_those_of_its_groups(areas):
    for area in areas:
        races = [name.lower().replace(" ", "_") for name in made.RACES]
        for groups in (races, ["school_age", "every_other_age"]):
            assert int(area["residents"]) == sum(int(area[name]) for name in groups)
    assert sum(area["residents"] == "0" for area in areas) == made.PARTS["Warehouses"]


def test_the_map_has_every_area_and_a_park():
    features = json.loads((SAMPLE / "canal_areas.geojson").read_text(encoding="utf-8"))["features"]
    on_map = [feature["properties"]["area"] for feature in features]
    assert on_map == [*(area["area"] for area in rows_of("canal_areas.csv")), "CW-9-7"]


def test_rows_that_do_not_belong_and_duplicates_are_as_the_text_says(signed_up):
    keys = [row["household_id"] for row in signed_up]
    once = list({row["household_id"]: row for row in signed_up}.values())
    assert len(keys) - len(once) == 9
    assert Counter(row["kind"] for row in once if row["kind"] != "household") == {"business": 58, "staff test": 21}
    assert sum(row["lives_in"] == "elsewhere" for row in once) == 140


def test_languages_are_unknown_more_often_where_a_mayan_language_is_spoken():
    drawn = made.UNKNOWN_LANGUAGES
    assert drawn["Mayan"] > 3 * max(share for language, share in drawn.items() if language != "Mayan")


def test_households_at_the_door_are_those_that_are_planted():
    counted = Counter()
    for row in rows_of("canal_residents.csv"):
        counted[row["language"]] += int(row["households"])
        assert int(row["moe"]) < 0.15 * int(row["households"])
    assert counted == pytest.approx(made.HOUSEHOLDS, abs=7)
