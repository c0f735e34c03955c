"""Outlines to draw: so few corners and digits that hundreds of areas stay a small part of `results.json`."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from fairaudit.geography.areas import Areas

Ring = list[list[float]]

DIGITS = 5  # of a degree: a metre
FINEST = 2_000  # parts of a map's longer side: less than half a dot of a screen
MOST_CORNERS = 15_000  # of a whole map: 22 bytes each, a third of a megabyte
MOST_DOUBLINGS = 10


def simplified(areas: Areas, tolerance: float | None = None) -> list[list[Ring]]:
    """Give the outlines of areas with fewer corners.

    Neighbours keep their common borders where the map has such (GEOS's simplifying of coverages, after Visvalingam &
    Whyatt 1993); where its areas overlap, each is simplified by itself (Douglas & Peucker 1973).

    Args:
        areas: of the map.
        tolerance: how far an outline may move, in degrees; None for half a dot of a screen or more, so that the whole
            map has 15,000 corners at most, where that can be.

    Returns:
        For each area its rings: the outside of every part counter-clockwise, then its holes clockwise (as in RFC 7946),
        each a list of [longitude, latitude] to 5 decimals whose last is the first. Parts and holes that are smaller
        than the tolerance are left out, but for the largest part: each area has a ring at least.
    """
    if not len(areas):
        return []
    if tolerance is not None:
        return _rings(areas.shapes, tolerance)
    west, south, east, north = shapely.total_bounds(areas.shapes)
    step = max(east - west, north - south) / FINEST
    for _ in range(MOST_DOUBLINGS):
        found = _rings(areas.shapes, step)
        if sum(len(ring) for rings in found for ring in rings) <= MOST_CORNERS:
            break
        step *= 2
    return found


def _rings(shapes: NDArray[np.object_], tolerance: float) -> list[list[Ring]]:
    if shapely.coverage_is_valid(shapes):
        moved = shapely.coverage_simplify(shapes, tolerance)
    else:
        moved = shapely.simplify(shapes, tolerance, preserve_topology=True)
    return [_of_area(shape, tolerance) or _of_area(whole, 0.0) for shape, whole in zip(moved, shapes, strict=True)]


def _of_area(shape: shapely.Geometry, tolerance: float) -> list[Ring]:
    """Write an area's rings; its largest part is kept however small it is."""
    parts = sorted(shapely.get_parts(shape), key=shapely.area, reverse=True)
    found: list[Ring] = []
    for place, part in enumerate(parts):
        if place and _small(part, tolerance):
            continue
        outside = _ring(part.exterior, clockwise=False)
        if not outside:
            continue
        holes = [hole for hole in part.interiors if not _small(hole, tolerance)]
        found += [outside, *filter(None, (_ring(hole, clockwise=True) for hole in holes))]
    return found


def _small(shape: shapely.Geometry, tolerance: float) -> bool:
    west, south, east, north = shape.bounds
    return max(east - west, north - south) < tolerance


def _ring(ring: shapely.Geometry, clockwise: bool) -> Ring:
    """Round a ring's corners, once each; [] where that leaves fewer than three."""
    corners = np.round(shapely.get_coordinates(ring), DIGITS)
    corners = corners[np.r_[True, (np.diff(corners, axis=0) != 0).any(axis=1)]]
    if len(corners) < 4:
        return []
    turned = bool(shapely.is_ccw(ring)) == clockwise
    return (corners[::-1] if turned else corners).tolist()
