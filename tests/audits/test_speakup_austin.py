"""speakup-austin: a gap by race that comes of district and language alone, and accounts that are nobody of Austin's."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from made_up import speakup_austin as austin

RACES, LANGUAGES = austin.RACES, austin.LANGUAGES


@pytest.fixture(scope="module")
def rows(sample_folder) -> list[dict[str, str]]:
    with open(sample_folder / "austin_participants.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def per_adult(districts: dict[int, float], languages: dict[str, float]) -> np.ndarray:
    """Give how often adults take part, of each district, race and language, the mean being 1."""
    drawn = austin.people(np.random.default_rng(0), 400_000, districts, languages)
    found = np.zeros(austin.adults().shape)
    np.add.at(found, (drawn["district"], drawn["race"], drawn["language"]), 1 / 400_000)
    return found / (austin.adults() / austin.adults().sum())


def by_race(found: np.ndarray) -> dict[str, float]:
    """Put the districts and languages of each race together."""
    weights = austin.adults()
    return dict(zip(RACES, (found * weights).sum(axis=(0, 2)) / weights.sum(axis=(0, 2)), strict=True))


def test_nothing_is_planted_by_race():
    # In one district, of one language: Hispanic and White adults of District 4 who speak English at home.
    place = list(austin.ADULTS).index(4), LANGUAGES.index("English")
    found = per_adult(austin.TAKE_PART_LESS, austin.SPEAK_UP_LESS)
    hispanic, white = (found[place[0], RACES.index(race), place[1]] for race in ("Hispanic", "White"))
    assert hispanic / white == pytest.approx(1, abs=0.06)


def test_and_yet_hispanic_adults_take_part_two_thirds_as_often_as_white_ones():
    found = by_race(per_adult(austin.TAKE_PART_LESS, austin.SPEAK_UP_LESS))
    assert found["Hispanic"] / found["White"] == pytest.approx(0.67, abs=0.02)


def test_where_nothing_is_planted_all_races_take_part_alike():
    assert list(by_race(per_adult({}, {})).values()) == pytest.approx([1] * len(RACES), abs=0.03)


@pytest.mark.parametrize(
    ("column", "value", "accounts"),
    [("account", "city staff", 170), ("account", "test", 30), ("lives_in_austin", "no", 560)],
)
def test_some_accounts_are_of_nobody_who_lives_there(rows, column, value, accounts):
    once = {row["participant_id"]: row for row in rows}.values()
    assert sum(row[column] == value for row in once) == accounts


def test_neighbours_from_outside_have_no_district(rows):
    assert {row["council_district"] for row in rows if row["lives_in_austin"] == "no"} == {""}


def test_race_is_unknown_more_often_where_it_is_seldom_asked(rows):
    def unknown(channels: tuple[str, ...]) -> float:
        some = [row["race"] in ("", "Prefer not to say") for row in rows if row["came_by"] in channels]
        return sum(some) / len(some)

    assert unknown(("text", "phone")) == pytest.approx(0.21, abs=0.03)
    assert unknown(("web", "event", "paper")) == pytest.approx(0.055, abs=0.01)
