"""Files of maps, opened: features with their properties and their shapes, nothing checked but that it is a map."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from fairaudit.errors import DataError, listed

BY_GEOPANDAS = (".shp", ".zip", ".gpkg")
INSTALL = 'pip install "fairaudit-toolkit[maps]"'
SAVE_AS = "Save the map as GeoJSON, in longitude and latitude (WGS 84, EPSG:4326)."
DEGREES = 4326


@dataclass(frozen=True, eq=False)
class Features:
    """What a file of a map holds.

    Attributes:
        properties: name -> one value a feature; None where a feature has none.
        shapes: shape (features,), shapely's geometries, of whatever type; None where there is none that can be read.
        coordinates: what the file says that its coordinates are; "" where it says nothing.
    """

    properties: Mapping[str, Sequence[Any]]
    shapes: NDArray[np.object_]
    coordinates: str = ""


def open_map(path: Path, source: str) -> Features:
    """Read a file of a map: GeoJSON, or by geopandas a shapefile (.shp, or zipped) or a GeoPackage.

    Args:
        path: of the file.
        source: its name, for messages.

    Raises:
        DataError: it is not there, is no map, holds no features, or needs a library that is missing.
    """
    if not path.is_file():
        raise DataError.one(source, "there is no such file", "Write its path as seen from the plan.")
    features = _by_geopandas(path, source) if path.suffix.lower() in BY_GEOPANDAS else _geojson(path, source)
    if not len(features.shapes):
        raise DataError.one(source, "holds no features, so there is no area in it", SAVE_AS)
    return features


# --- GeoJSON ---


def _geojson(path: Path, source: str) -> Features:
    read = _json(path, source)
    features = _feature_list(read, source)
    records = [feature.get("properties") or {} for feature in features]
    names = dict.fromkeys(name for record in records for name in record)
    # All at once is fast; what is malformed becomes None.
    shapes = shapely.from_geojson([json.dumps(feature.get("geometry")) for feature in features], on_invalid="ignore")
    properties = {name: [record.get(name) for record in records] for name in names}
    return Features(properties, np.array(shapes, dtype=object), _named_coordinates(read))


def _json(path: Path, source: str) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):  # no text, or no JSON
        raise DataError.one(source, "is not a GeoJSON file that can be read", SAVE_AS) from None


def _feature_list(read: Any, source: str) -> list[Mapping[str, Any]]:
    kind = read.get("type") if isinstance(read, dict) else None
    if kind == "Topology":
        raise DataError.one(source, "is TopoJSON, which is not read", SAVE_AS)
    features = read.get("features") if kind == "FeatureCollection" else None
    if not isinstance(features, list):
        raise DataError.one(source, "is JSON, but not GeoJSON with a list of features", SAVE_AS)
    parts = (feature.get("properties") if isinstance(feature, dict) else () for feature in features)
    if strange := [place for place, part in enumerate(parts, 1) if not (part is None or isinstance(part, dict))]:
        what = f"is not GeoJSON: what it lists as feature {listed(strange, 5)} is none"
        raise DataError.one(source, what, SAVE_AS)
    return features


def _named_coordinates(read: Mapping[str, Any]) -> str:
    """Read the name of the coordinates, which old GeoJSON may state (GeoJSON 2008; RFC 7946 has degrees alone)."""
    stated = read.get("crs")
    named = stated.get("properties") if isinstance(stated, dict) else None
    return str(named.get("name", "")) if isinstance(named, dict) else ""


# --- other formats ---


def _by_geopandas(path: Path, source: str) -> Features:
    try:
        import geopandas
    except ImportError:
        what = f"is {path.suffix.lower()}, and the library that reads it (geopandas) is not installed"
        raise DataError.one(source, what, f"Install it: {INSTALL}. Or: {SAVE_AS}") from None
    try:
        layers = [str(name) for name in geopandas.list_layers(path)["name"]]
        frame = geopandas.read_file(path, layer=layers[0]) if len(layers) == 1 else None
    except Exception:  # GDAL's drivers raise whatever they raise
        hint = f"A shapefile needs its .shx, .dbf and .prj beside it, or all in one .zip. Or: {SAVE_AS}"
        raise DataError.one(source, "is not a map that can be read", hint) from None
    if frame is None:
        what = f"holds {len(layers)} layers: {listed(layers)}" if layers else "holds no layer"
        raise DataError.one(source, what, "Save the layer with the areas alone, as GeoJSON.")
    if not hasattr(frame, "geometry"):
        raise DataError.one(source, "holds a table without shapes", SAVE_AS)
    return _frame_features(frame)


def _frame_features(frame: Any) -> Features:
    """Take a frame's columns, in degrees: such a file says what its coordinates are, so they can be turned."""
    stated = str(frame.crs.name) if frame.crs is not None else ""
    if frame.crs is not None and frame.crs.to_epsg() != DEGREES:
        frame = frame.to_crs(DEGREES)
    named = [name for name in frame.columns if name != frame.geometry.name]
    properties = {str(name): [_plain(value) for value in frame[name].tolist()] for name in named}
    shapes = np.array([None if shape is None else shape for shape in frame.geometry], dtype=object)
    return Features(properties, shapes, stated)


def _plain(value: Any) -> Any:
    """Put None for pandas' several missing values."""
    return None if value is None or value != value or type(value).__name__ == "NAType" else value
