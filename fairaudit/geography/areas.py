"""The areas of a map, each with its key: read from a file, and refused where a record could be put in a wrong one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairaudit.errors import DataError, Problem, listed, nearest
from fairaudit.geography.opening import Features, open_map
from fairaudit.geography.shapes import as_areas, shape_problems


@dataclass(frozen=True, eq=False)
class Areas:
    """Areas of a map.

    Attributes:
        keys: shape (areas,), what names each area: as the file writes it, but whole numbers without a point.
        shapes: shape (areas,), shapely's valid Polygons and MultiPolygons, in degrees of longitude and latitude.
        properties: name -> one value an area; None where an area has none.
        source: the file's name, for messages.
    """

    keys: tuple[str, ...]
    shapes: NDArray[np.object_]
    properties: Mapping[str, Sequence[Any]]
    source: str = "the map"

    def __len__(self) -> int:
        return len(self.keys)


def read_areas(path: str | Path, key: str, source_name: str = "") -> Areas:
    """Read the areas of a map.

    Coordinates must be degrees. Files that state another system, as shapefiles do, are turned into WGS 84.

    Args:
        path: of a GeoJSON file, or with geopandas of a shapefile (.shp, or zipped) or GeoPackage (.gpkg).
        key: the property that names each area, in the spelling of the file.
        source_name: of the file, for messages; its own name where "".

    Raises:
        DataError: it is no map, or the map cannot be used: no such property, areas without a key or with one that
            another has, without a shape, with outlines that contradict themselves, overlapping, or not in longitude and
            latitude. All that is wrong is said at once.
    """
    path = Path(path)
    source = source_name or path.name
    features = open_map(path, source)
    keys, problems = _keys(features, key, source)
    shapes = as_areas(features.shapes)
    # An area without a key is called by its place in the file, so that the rest can be said of it as well.
    called = [text or f"feature {place}" for place, text in enumerate(keys, 1)]
    problems += shape_problems(shapes, called, features.coordinates, source)
    if problems:
        raise DataError(problems)
    return Areas(tuple(keys), shapes, features.properties, source)


def key_text(value: Any) -> str:
    """Write a key: texts as they are, 17 and 17.0 as 17; "" where there is none."""
    if value is None or isinstance(value, list | dict):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _keys(features: Features, key: str, source: str) -> tuple[list[str], list[Problem]]:
    if key not in features.properties:
        hint = nearest(key, list(features.properties)) or "Its features have no properties at all: give each its key."
        return [""] * len(features.shapes), [Problem(source, f"its areas have no property {key!r}", hint)]
    keys = [key_text(value) for value in features.properties[key]]
    without = [place for place, text in enumerate(keys, 1) if not text.strip()]
    times = {text: number for text, number in Counter(keys).items() if number > 1 and text.strip()}
    problems = []
    if without:
        what = f"{len(without):,} area{' is' if len(without) == 1 else 's are'} without {key!r}: "
        what += f"feature {listed(without, 5)}"
        problems.append(Problem(source, what, "Give each a key, or take it out of the map."))
    if times:
        worst = sorted(times, key=lambda text: (-times[text], text))
        what = f"{len(times):,} value{' of' if len(times) == 1 else 's of'} {key!r} for more than one area: "
        what += listed([f"{text!r} ({times[text]} times)" for text in worst], 5)
        hint = "Join the parts of one area to one feature (dissolve), or name a property that tells areas apart."
        problems.append(Problem(source, what, hint))
    return keys, problems
