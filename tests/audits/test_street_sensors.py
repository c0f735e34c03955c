"""Sensors that follow downtown, the lake and complaints: who goes without, and which number shows it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from fairaudit.assessment import Disparity
from made_up import street_sensors as made
from tests.audits.seeds import draw

AUDIT = "street-sensors"
SEEDS = range(2)


@pytest.fixture(scope="module", params=SEEDS)
def found(request) -> dict[str, Disparity]:
    """What the audit finds in one draw, by the finding's name."""
    return {each.name: each for each in draw(AUDIT, request.param, planted=True)}


def areas(seed: int, planted: bool = True):
    """Draw the small areas, and how many people live in each."""
    drawn = made.areas(np.random.default_rng(seed), planted)
    return drawn, drawn["people"].sum(axis=1)


def deciding(disparity: Disparity) -> tuple[str, str]:
    """The pair that decides: who has less of it, and who more."""
    (comparison,), (bounds,) = disparity.comparisons, disparity.bounds
    scheme = comparison.arms.scheme
    return tuple(scheme.names[arm] for arm in scheme.pairs[bounds.pair])


@pytest.mark.parametrize("seed", SEEDS)
def test_each_side_has_its_sensors_where_most_people_complain(seed):
    drawn, people = areas(seed)
    each = drawn["complaints"] / np.maximum(people, 1000)
    for place, name in enumerate(made.SIDES):
        there = drawn["side"] == place
        assert drawn["reached"][there].sum() == made.PROPOSED[name]
        if not drawn["reached"][there].all():
            assert each[there & drawn["reached"]].min() >= each[there & ~drawn["reached"]].max()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_burden_changes_nothing_about_complaints(seed):
    drawn, people = areas(seed)
    income, burden = made.fifths(drawn["income"]), made.fifths(drawn["burden"])
    rate = drawn["complaints"] * 1000 / np.maximum(people, 1000)
    by_income = np.array([rate[income == fifth].mean() for fifth in range(5)])
    assert by_income[0] < by_income[4]
    alike = [np.mean(rate[(burden == fifth)] - by_income[income[burden == fifth]]) for fifth in range(5)]
    assert alike == pytest.approx([0] * 5, abs=0.4)


@pytest.mark.parametrize("seed", SEEDS)
def test_with_nothing_planted_every_group_is_reached_about_alike(seed):
    drawn, people = areas(seed, planted=False)
    parts = made.parts(drawn["income"], drawn["burden"])
    groups = np.column_stack([drawn["people"], *(people * part for part in parts)])
    share = groups[drawn["reached"]].sum(axis=0) / groups.sum(axis=0)
    assert share.min() / share.max() > 0.9


def test_poor_areas_go_without_and_rich_ones_do_not(found):
    assert deciding(found["sensors-proposed/income/share_within_reach"]) in (
        ("lowest fifth", "highest fifth"),
        ("2nd fifth", "highest fifth"),
    )
    nearest, furthest = deciding(found["distance-to-sensor/income/mean_service"])
    assert nearest == "highest fifth"
    assert furthest in ("lowest fifth", "2nd fifth", "3rd fifth")


def test_areas_with_a_great_burden_go_without(found):
    fewest, most = deciding(found["sensors-proposed/environmental_burden/share_within_reach"])
    assert fewest in ("3rd fifth", "4th fifth", "highest fifth")
    assert most in ("lowest fifth", "2nd fifth")


def test_by_race_the_mean_distance_hides_what_the_share_shows(found):
    assert found["sensors-proposed/race/share_within_reach"].verdict == "flagged"
    assert found["distance-to-sensor/race/mean_service"].verdict != "flagged"


def test_every_area_of_the_records_is_on_the_map():
    table, shapes = made.MADE_UP.files
    named = {line.split(",")[1] for line in table.content().decode().splitlines()[1:]}
    features = json.loads(shapes.content())["features"]
    assert {each["properties"]["area"] for each in features} == named
    assert all(each["properties"]["made_up"] == "yes" for each in features)
