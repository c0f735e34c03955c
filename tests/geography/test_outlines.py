"""Outlines that are kept are few corners, in order, and cover what the areas cover."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely

from fairaudit.geography import Areas, read_areas, simplified
from tests.geography.maps import ring


def areas_of(*shapes) -> Areas:
    return Areas(tuple(f"A{place}" for place in range(len(shapes))), np.array(shapes, dtype=object), {})


def shape_of(rings) -> shapely.Geometry:
    """Put rings together as the chart does: outsides turn one way, holes the other."""
    polygons = [(shapely.Polygon(one), shapely.LinearRing(one).is_ccw) for one in rings]
    solid = shapely.union_all([polygon for polygon, outside in polygons if outside])
    return shapely.difference(solid, shapely.union_all([polygon for polygon, outside in polygons if not outside]))


def test_outsides_turn_counter_clockwise_and_holes_clockwise():
    """Whichever way the file has them (RFC 7946 asks for this, and many files do not heed it)."""
    for outside, hole in [(ring(0, 0, 3), ring(1, 1)), (ring(0, 0, 3)[::-1], ring(1, 1)[::-1])]:
        ((first, second),) = simplified(areas_of(shapely.Polygon(outside, [hole])))
        assert shapely.LinearRing(first).is_ccw
        assert not shapely.LinearRing(second).is_ccw
        assert shape_of([first, second]).area == 3 * 3 - 1


def test_rings_are_closed_and_rounded():
    ((found,),) = simplified(areas_of(shapely.Polygon(ring(1 / 3, 1 / 7))))
    assert found[0] == found[-1]
    assert sorted(map(tuple, found[:-1])) == [
        (0.33333, 0.14286),
        (0.33333, 1.14286),
        (1.33333, 0.14286),
        (1.33333, 1.14286),
    ]


def test_corners_that_nobody_sees_are_left_out():
    wavy = [(x / 1000, 1e-5 * (x % 2)) for x in range(1001)]
    ((found,),) = simplified(areas_of(shapely.Polygon([*wavy, (1, 1), (0, 1)])))
    assert len(found) < 1003 / 20


def test_small_parts_and_holes_go_but_no_area_does():
    speck, large = shapely.Polygon(ring(5, 5, 1e-5)), shapely.Polygon(ring(0, 0, 3), [ring(1, 1, 1e-4)])
    found = simplified(areas_of(shapely.MultiPolygon([speck, large]), shapely.Polygon(ring(7, 7, 1e-4))), 0.01)
    assert [len(rings) for rings in found] == [1, 1]


def test_neighbours_keep_their_common_border():
    border = [(1 + 0.02 * np.sin(y), y / 10) for y in range(11)]
    left = shapely.Polygon([(0, 0), *border, (0, 1)])
    right = shapely.Polygon([(2, 0), *border, (2, 1)])
    one, other = (shape_of(rings) for rings in simplified(areas_of(left, right), 0.05))
    assert one.intersection(other).area == pytest.approx(0, abs=1e-12)
    assert one.union(other).area == pytest.approx(2, abs=1e-3)


def test_no_areas():
    assert simplified(areas_of()) == []


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("chicago_sensors/chicago_tracts_income_derived.geojson", "GEOID10"),
        ("dc_311/block_groups_tiger2019.zip", "GEOID"),
    ],
)
def test_real_maps_stay_small_and_keep_their_shapes(shared_data, path, key):
    if path.endswith(".zip"):
        pytest.importorskip("geopandas", reason="geopandas, which reads shapefiles, is not installed")
    areas = read_areas(shared_data(path), key)
    found = simplified(areas)
    assert len(json.dumps(found)) < 400_000
    assert len(found) == len(areas)
    assert all(found)
    kept = np.array([shape_of(rings).area for rings in found])
    whole = shapely.area(areas.shapes)
    assert kept.sum() == pytest.approx(whole.sum(), rel=0.001)
    assert np.median(np.abs(kept / whole - 1)) < 0.01
