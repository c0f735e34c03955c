"""Records with coordinates: which area each lies in, and what can be wrong with where they say that they are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from fairaudit.errors import Problem
from fairaudit.geography.areas import Areas

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

NOWHERE = -1
FEW, MOST = 0.1, 0.5
"""Of the records with coordinates: where at most the first share lies in any area, and more than the second would if
latitude and longitude were exchanged, they are."""


@dataclass(frozen=True, eq=False)
class Points:
    """Where records lie.

    Attributes:
        positions: shape (records,), the place of each record's area; -1 where it is in none, or not known.
        missing: records of which a coordinate is empty.
        not_numbers: of which one is there and no number.
        at_zero: at 0, 0, where nobody is: what is written for missing.
        off_earth: beyond 180 degrees of longitude or 90 of latitude.
        outside: with coordinates of some place, but in no area.
        swapped: of `outside` and `off_earth`, in an area if latitude and longitude were exchanged, where that explains
            what is seen; else 0.
        problems: one for each of these that is not 0, but without the share in no area where all else explains it.
    """

    positions: Places
    missing: int
    not_numbers: int
    at_zero: int
    off_earth: int
    outside: int
    swapped: int
    problems: tuple[Problem, ...]

    @property
    def inside(self) -> int:
        """How many lie in an area."""
        return int((self.positions != NOWHERE).sum())

    @property
    def stops(self) -> bool:
        """Whether no area can be counted: latitude and longitude are exchanged, or no record lies in any."""
        return bool(self.swapped or not self.inside)


def locate(areas: Areas, longitude: ArrayLike, latitude: ArrayLike) -> Places:
    """Find the area that each point lies in.

    Args:
        areas: of the map.
        longitude: shape (points,), degrees; NaN where missing.
        latitude: shape (points,), degrees; NaN where missing.

    Returns:
        Shape (points,), places in `areas`; -1 for a point in none or of which a coordinate is missing. A point on a
        border, or where areas overlap, goes to the area whose key comes first as text: the same in each run, and in
        whatever order the file has its areas.
    """
    longitude, latitude = np.asarray(longitude, dtype=float), np.asarray(latitude, dtype=float)
    known = np.flatnonzero(np.isfinite(longitude) & np.isfinite(latitude))
    found = np.full(longitude.shape, NOWHERE, dtype=np.intp)
    order = np.array(sorted(range(len(areas)), key=areas.keys.__getitem__), dtype=np.intp)
    if not (known.size and order.size):
        return found
    # The tree holds the points, since each area is prepared once and then tells thousands of them quickly.
    tree = shapely.STRtree(shapely.points(longitude[known], latitude[known]))
    first, points = tree.query(areas.shapes[order], predicate="intersects")
    best = np.full(known.size, len(order), dtype=np.intp)
    np.minimum.at(best, points, first)
    inside = best < len(order)
    found[known[inside]] = order[best[inside]]
    return found


def check_points(
    areas: Areas,
    longitude: Sequence[Any],
    latitude: Sequence[Any],
    where: str = "the records",
    columns: tuple[str, str] = ("longitude", "latitude"),
) -> Points:
    """Find the area of each record, and tell what is wrong with coordinates.

    Args:
        areas: of the map.
        longitude: shape (records,), numbers or texts as they were read; None or "" where missing.
        latitude: shape (records,), the same.
        where: what the records are called in messages.
        columns: names of both columns, for messages.
    """
    (x, empty_x), (y, empty_y) = _numbers(longitude), _numbers(latitude)
    missing = empty_x | empty_y
    strange = ~missing & (np.isnan(x) | np.isnan(y))
    zero = (x == 0) & (y == 0)
    usable = ~(missing | strange | zero)
    off = usable & ((np.abs(x) > 180) | (np.abs(y) > 90))
    positions = locate(areas, np.where(usable, x, np.nan), y)
    outside = usable & ~off & (positions == NOWHERE)
    swapped = _swapped(areas, x[usable], y[usable], positions[usable])
    counts = [int(kind.sum()) for kind in (missing, strange, zero, off, outside)]
    return Points(positions, *counts, swapped, tuple(_problems(areas, counts, swapped, len(x), where, columns)))


def _numbers(values: Sequence[Any]) -> tuple[Floats, NDArray[np.bool_]]:
    """Give numbers, NaN for what is none, and which values are empty."""
    texts = [_text(value) for value in values]
    return np.array([_number(text) for text in texts], dtype=float), np.array([not text for text in texts], dtype=bool)


def _text(value: Any) -> str:
    """Write a value; missing ones, which numbers have as NaN, as nothing."""
    return "" if value is None or value != value else str(value).strip()


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return math.nan
    return number if math.isfinite(number) else math.nan


def _swapped(areas: Areas, x: Floats, y: Floats, positions: Places) -> int:
    """Count how many more would lie in an area with coordinates exchanged, where as they are few do, and so most."""
    inside = int((positions != NOWHERE).sum())
    if inside > FEW * len(x) or not len(x):
        return 0
    exchanged = int((locate(areas, y, x) != NOWHERE).sum())
    return exchanged if exchanged > MOST * len(x) else 0


# --- words ---


def _problems(
    areas: Areas, counts: list[int], swapped: int, records: int, where: str, columns: tuple[str, str]
) -> list[Problem]:
    missing, strange, zero, off, outside = counts
    x, y = map(repr, columns)
    degrees = f"{x} and {y} are degrees with a decimal point, such as -87.6277 and 41.8784."
    found = [
        (missing, f"are without {x} or {y}", "They are in no area, and count as unknown."),
        (strange, f"have a place whose {x} and {y} are not both numbers", f"Mend them, or leave them empty; {degrees}"),
        (zero, "are at 0, 0, which is in the sea off Africa", "Leave them empty where the place is not known."),
    ]
    if swapped:
        hint = f"Exchange the two: name {columns[1]!r} as the longitude and {columns[0]!r} as the latitude."
        found.append((swapped, f"would be in an area if {x} and {y} were exchanged; as they are, few or none is", hint))
    else:
        words = f"are beyond 180 degrees in {x} or 90 in {y}"
        found.append((off, words, f"Feet or metres are not read; {degrees}"))
        hint = "Is it the map of another place or year, or are records from beyond it?"
        found.append((outside, f"are in none of the {len(areas):,} areas of {areas.source}", hint))
    return [
        Problem(where, f"{number:,} of {records:,} records ({100 * number / records:.1f}%) {words}", hint)
        for number, words, hint in found
        if number
    ]
