"""Records lie in the area that holds them, and coordinates that cannot be right are told."""

from __future__ import annotations

import csv
import math
from collections import Counter

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from fairaudit.geography import Areas, check_points, locate, read_areas
from tests.geography.maps import ring


def squares(*keys: str) -> Areas:
    """Put squares of a degree side by side, from 0, 40; each is called by its key."""
    shapes = np.array([shapely.Polygon(ring(place, 40)) for place in range(len(keys))], dtype=object)
    return Areas(keys, shapes, {})


def named(areas: Areas, points) -> list[str | None]:
    found = locate(areas, *zip(*points, strict=True))
    return [areas.keys[place] if place >= 0 else None for place in found]


def test_points_are_in_the_area_that_holds_them():
    assert named(squares("A", "B"), [(0.5, 40.5), (1.5, 40.5), (2.5, 40.5), (0.5, 39)]) == ["A", "B", None, None]


@pytest.mark.parametrize(("keys", "first"), [(("A", "B"), "A"), (("B", "A"), "A"), (("9", "10"), "10")])
def test_a_point_on_a_border_goes_to_the_first_key_as_text(keys, first):
    assert named(squares(*keys), [(1, 40.5), (1, 40)]) == [first, first]


def test_a_point_in_a_hole_is_not_inside():
    shape = shapely.Polygon(ring(0, 0, 3), [ring(1, 1)])
    areas = Areas(("A",), np.array([shape], dtype=object), {})
    assert named(areas, [(1.5, 1.5), (0.5, 0.5), (1, 1)]) == [None, "A", "A"]


def test_points_that_are_not_known_are_nowhere():
    assert locate(squares("A"), [math.nan, 0.5, math.inf], [40.5, math.nan, 40.5]).tolist() == [-1, -1, -1]
    assert locate(squares("A"), [], []).tolist() == []
    assert locate(squares(), [0.5], [40.5]).tolist() == [-1]


@given(st.lists(st.tuples(st.floats(-1, 4), st.floats(39, 42)), min_size=1, max_size=20))
def test_it_is_what_each_area_says_by_itself(points):
    areas = squares("C", "A", "B")
    by_key = sorted(range(3), key=areas.keys.__getitem__)
    alone = [next((place for place in by_key if areas.shapes[place].intersects(shapely.Point(p))), -1) for p in points]
    assert locate(areas, *zip(*points, strict=True)).tolist() == alone


# --- what is wrong with coordinates ---

AREAS = squares("A", "B")


@pytest.mark.parametrize(
    ("longitude", "latitude", "counts", "said"),
    [
        ([0.5, 1.5], [40.5, 40.5], {}, []),
        (["0.5", " 1.5 "], ["40.5", "40.5"], {}, []),
        ([0.5, None, "", math.nan], [40.5, 40.5, 40.5, 40.5], {"missing": 3}, ["3 of 4 records (75.0%) are without"]),
        ([0.5, "0,5"], [40.5, "40.5 N"], {"not_numbers": 1}, ["1 of 2 records (50.0%) have a place whose"]),
        ([0.5, "inf"], [40.5, 40.5], {"not_numbers": 1}, ["not both numbers"]),
        ([0.5, 0, "0.0"], [40.5, 0, "0"], {"at_zero": 2}, ["2 of 3 records (66.7%) are at 0, 0"]),
        ([0.5, 1_170_000], [40.5, 1_890_000], {"off_earth": 1}, ["beyond 180 degrees in 'x' or 90 in 'y'"]),
        ([0.5, 7.5], [40.5, 40.5], {"outside": 1}, ["1 of 2 records (50.0%) are in none of the 2 areas of the map"]),
    ],
)
def test_what_is_wrong_is_counted_and_said(longitude, latitude, counts, said):
    found = check_points(AREAS, longitude, latitude, "calls.csv", ("x", "y"))
    kinds = ("missing", "not_numbers", "at_zero", "off_earth", "outside", "swapped")
    assert {kind: getattr(found, kind) for kind in kinds if getattr(found, kind)} == counts
    assert len(found.problems) == len(said)
    assert all(words in problem.what for words, problem in zip(said, found.problems, strict=True))
    assert all(problem.where == "calls.csv" and problem.hint for problem in found.problems)
    assert found.inside == len(longitude) - sum(counts.values())
    assert not found.stops


def test_exchanged_coordinates_are_told_as_such_and_stop():
    found = check_points(AREAS, [40.5] * 9 + [None, 80.0], [0.5] * 9 + [1.0, 3.0], columns=("x", "y"))
    assert (found.swapped, found.inside, found.stops) == (9, 0, True)
    assert "9 of 11 records (81.8%) would be in an area if 'x' and 'y' were exchanged" in found.problems[-1].what
    assert found.problems[-1].hint == "Exchange the two: name 'y' as the longitude and 'x' as the latitude."


@pytest.mark.parametrize(("right", "exchanged", "told"), [(1, 9, True), (2, 8, False), (0, 1, True), (9, 1, False)])
def test_a_few_exchanged_ones_are_not_all(right, exchanged, told):
    found = check_points(AREAS, [0.5] * right + [40.5] * exchanged, [40.5] * right + [0.5] * exchanged)
    assert bool(found.swapped) is told


def test_records_of_another_place_stop():
    found = check_points(AREAS, [-87.6], [41.9])
    assert found.stops
    assert found.swapped == 0


def test_no_records():
    found = check_points(AREAS, [], [])
    assert (found.problems, found.inside, found.positions.tolist()) == ((), 0, [])


# --- real records ---

METRE = 1 / 111_195  # degrees of latitude
DIFFER, DIFFER_IN_HAVING_ANY = 31, 27  # tracts of 796
FARTHEST = 7  # metres


@pytest.fixture(scope="module")
def chicago(shared_data):
    return read_areas(shared_data("chicago_sensors/chicago_tracts_income_derived.geojson"), "GEOID10")


@pytest.fixture(scope="module")
def nodes(shared_data):
    with shared_data("chicago_sensors/chicago_aot_nodes.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def published(shared_data):
    path = shared_data("chicago_sensors/chicago_tracts_income_derived.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return {row["GEOID10"]: int(row["n_sensors"]) for row in csv.DictReader(file)}


def flat(shapes):
    """Stretch degrees so that both ways a unit is a degree of latitude."""
    return shapely.transform(shapes, lambda at: at * [math.cos(math.radians(41.85)), 1.0])


def test_sensors_of_chicago_are_in_their_tracts_but_for_those_on_simplified_borders(chicago, nodes, published):
    """Sensors hang at crossings, where tracts meet, and the shapes at hand are simplified.

    Each tract whose number differs has a sensor within 7 metres of its border.
    """
    found = check_points(chicago, [node["lon"] for node in nodes], [node["lat"] for node in nodes])
    ours = Counter(chicago.keys[place] for place in found.positions if place >= 0)
    assert (len(nodes), found.inside, found.outside, sum(published.values())) == (121, 114, 7, 120)
    differ = [key for key, number in published.items() if ours[key] != number]
    assert len(differ) == DIFFER
    assert sum(bool(ours[key]) != bool(published[key]) for key in differ) == DIFFER_IN_HAVING_ANY
    points = flat(shapely.points([[float(node["lon"]), float(node["lat"])] for node in nodes]))
    shapes = dict(zip(chicago.keys, flat(chicago.shapes), strict=True))
    for key in differ:
        nearest = shapely.distance(shapely.boundary(shapes[key]), points).min()
        assert nearest < FARTHEST * METRE, key


def test_exchanged_sensors_of_chicago_are_recognised(chicago, nodes):
    found = check_points(chicago, [node["lat"] for node in nodes], [node["lon"] for node in nodes])
    assert (found.inside, found.swapped) == (0, 114)
