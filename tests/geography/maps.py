"""Maps made for tests: squares of one degree, and what spoils them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Feature = dict[str, Any]


def ring(x: float, y: float, side: float = 1.0) -> list[list[float]]:
    return [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]


def polygon(*rings: list[list[float]]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def feature(key: Any, geometry: Any, **properties: Any) -> Feature:
    return {"type": "Feature", "properties": {"GEOID": key, **properties}, "geometry": geometry}


def row(*keys: Any, x: float = -88.0, y: float = 41.0) -> list[Feature]:
    """Put squares side by side, from the west."""
    return [feature(key, polygon(ring(x + place, y))) for place, key in enumerate(keys)]


def collection(features: list[Any], **more: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features, **more}


def saved(folder: Path, content: Any, name: str = "tracts.geojson") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path
