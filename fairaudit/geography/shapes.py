"""Whether outlines can be used: each whole and clear, none over another, all in degrees of longitude and latitude."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from fairaudit.errors import Problem, listed

Shapes = NDArray[np.object_]

OVERLAP = 0.1
"""Share of the smaller area that may lie in another. Maps whose areas were simplified each by itself overlap all along
their borders: the published map of Chicago's tracts by up to 6.1% of the smaller one. Areas of two years, or of two
levels (a ward and its precincts), share far more."""
SAME_AREA = 1e-9
TOUCHING = "Ring Self-intersection"
POLAR = (-60.0, 84.0)  # degrees of latitude beyond which nobody is governed: latitudes there are longitudes
MOST = 5  # areas or pairs that a message names

REASONS = {
    "Self-intersection": "an outline that crosses itself",
    TOUCHING: "an outline that touches itself in more than one way",
    "Hole lies outside shell": "a hole outside the area",
    "Holes are nested": "a hole in a hole",
    "Nested shells": "a part inside another part",
    "Interior is disconnected": "an inside that holes cut apart",
    "Duplicate Rings": "the same outline twice",
    "Too few points in geometry component": "an outline of too few points",
    "Invalid Coordinate": "a coordinate that is no number",
}
"""GEOS's words -> ours, after "has"."""
MEND = "Mend it in a GIS (QGIS: Fix geometries; mapshaper: -clean), look at the areas named, and save it anew."
TURN = "Save the map anew in longitude and latitude (WGS 84, EPSG:4326)."


def as_areas(shapes: Shapes) -> Shapes:
    """Take heights off, and mend outlines that touch themselves: whatever way they are read, they enclose the same.

    An outline that crosses itself stays as it is: what it encloses depends on how it is read.

    Args:
        shapes: shape (features,); None where there is none.
    """
    flat = shapely.force_2d(shapes)
    wrong = np.flatnonzero(_polygonal(flat) & ~shapely.is_valid(flat))
    for place in wrong:
        mended = shapely.make_valid(flat[place])
        kept = abs(mended.area - flat[place].area) <= SAME_AREA * mended.area
        if kept and mended.area > 0 and _polygonal(np.array([mended]))[0]:
            flat[place] = mended
    return flat


def shape_problems(shapes: Shapes, called: Sequence[str], coordinates: str, source: str) -> list[Problem]:
    """List what is wrong with the outlines of a map.

    Args:
        shapes: shape (areas,), as `as_areas` gives them.
        called: shape (areas,), a name of each for messages.
        coordinates: what the file says that they are; "" where it says nothing.
        source: the file's name.
    """
    names = np.array(called, dtype=object)
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    lines = ~missing & ~_polygonal(shapes)
    usable = ~missing & ~lines
    whole = usable & shapely.is_valid(shapes)
    return [
        *_without_shape(names[missing], source),
        *_no_polygons(names[lines], shapes[lines], source),
        *_invalid(names[usable & ~whole], shapes[usable & ~whole], source),
        *_coordinates(names[usable], shapes[usable], coordinates, source),
        *_overlapping(names[whole], shapes[whole], source),
    ]


def _polygonal(shapes: Shapes) -> NDArray[np.bool_]:
    return np.isin(shapely.get_type_id(shapes), [shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON])


def _areas(names: Sequence[str]) -> str:
    return f"{len(names):,} area{'' if len(names) == 1 else 's'}"


def _without_shape(names: Shapes, source: str) -> list[Problem]:
    if not len(names):
        return []
    what = f"{_areas(names)} without an outline that can be read: {listed(names, MOST)}"
    return [Problem(source, what, "Each needs a Polygon or MultiPolygon whose rings are closed; or take it out.")]


def _no_polygons(names: Shapes, shapes: Shapes, source: str) -> list[Problem]:
    if not len(names):
        return []
    kinds = sorted({shape.geom_type for shape in shapes})
    what = f"{_areas(names)} drawn as {listed(kinds)}, which enclose nothing: {listed(names, MOST)}"
    return [Problem(source, what, "Use a map of areas (Polygon or MultiPolygon).")]


def _invalid(names: Shapes, shapes: Shapes, source: str) -> list[Problem]:
    """Say which outlines contradict themselves, a problem for each way to do so, with a place where it can be seen."""
    found: dict[str, list[str]] = {}
    for name, reason in zip(names, shapely.is_valid_reason(shapes), strict=True):
        words, _, place = reason.rstrip("]").partition("[")
        found.setdefault(REASONS.get(words, words), []).append(name + _near(place))
    return [
        Problem(source, f"{_areas(there)} {'has' if len(there) == 1 else 'have'} {words}: {listed(there, MOST)}", MEND)
        for words, there in found.items()
    ]


def _near(place: str) -> str:
    numbers = re.findall(r"-?\d+(?:\.\d+)?(?:e[-+]\d+)?", place)
    return f" (near {float(numbers[0]):.5g}, {float(numbers[1]):.5g})" if len(numbers) >= 2 else ""


# --- degrees ---


def _coordinates(names: Shapes, shapes: Shapes, stated: str, source: str) -> list[Problem]:
    """Tell coordinates that are no degrees, or degrees in the wrong order.

    Degrees in the wrong order can all be possible ones: New York's -74, 40.7 would be in Antarctica. A map whose areas
    all lie nearer to a pole than anybody governs is taken to be such.
    """
    west, south, east, north = shapely.bounds(shapes).reshape(-1, 4).T
    if not len(names):
        return []
    no_longitudes = (np.abs(west) > 180) | (np.abs(east) > 180)
    no_latitudes = (np.abs(south) > 90) | (np.abs(north) > 90)
    turned = (np.maximum(np.abs(west), np.abs(east)) <= 90) & (np.maximum(np.abs(south), np.abs(north)) <= 180)
    if turned.all() and ((north < POLAR[0]).all() or (south > POLAR[1]).all()):
        what = f"its coordinates are latitude and longitude in the wrong order: the first is at {_spot(west, south)}"
        return [Problem(source, what, "In GeoJSON longitude comes first. Save the map anew with both exchanged.")]
    strange = no_longitudes | no_latitudes
    if not strange.any():
        return []
    where = f"; the file says they are {stated}" if stated else ""
    what = (
        f"{_areas(names[strange])} with coordinates that are no degrees, such as {_spot(west[strange], south[strange])}"
    )
    return [Problem(source, f"{what}: {listed(names[strange], MOST)}{where}", TURN)]


def _spot(x: NDArray[np.float64], y: NDArray[np.float64]) -> str:
    return f"{x[0]:,.6g}, {y[0]:,.6g}"


# --- overlaps ---


def _overlapping(names: Shapes, shapes: Shapes, source: str) -> list[Problem]:
    pairs, shares = overlaps(shapes)
    far = shares > OVERLAP
    if not far.any():
        return []
    worst = sorted(zip(-shares[far], *names[pairs[:, far]], strict=True))
    told = [f"{one} and {other} ({-share:.0%} of the smaller)" for share, one, other in worst]
    number = f"{len(told):,} pair{' of areas lies' if len(told) == 1 else 's of areas lie'}"
    what = f"{number} over each other by more than {OVERLAP:.0%}: {listed(told, MOST)}"
    hint = "A record there would have two areas. Keep one level and one year of areas in the map."
    return [Problem(source, what, hint)]


def overlaps(shapes: Shapes) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Find areas that share more than a border.

    Args:
        shapes: shape (areas,), valid polygons.

    Returns:
        Shape (2, pairs), their places, and shape (pairs,), what they share as a share of the smaller one, 0 to 1.
    """
    pairs = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = pairs[:, pairs[0] < pairs[1]]
    one, other = shapes[pairs[0]], shapes[pairs[1]]
    smaller = np.minimum(shapely.area(one), shapely.area(other))
    shares = np.divide(
        shapely.area(shapely.intersection(one, other)), smaller, out=np.zeros(len(smaller)), where=smaller > 0
    )
    return pairs[:, shares > 0], shares[shares > 0]
