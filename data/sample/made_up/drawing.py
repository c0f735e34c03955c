"""What every module here draws with: uniform numbers, and nothing else.

numpy keeps uniform numbers the same across versions, and no transcendental function is used, so that a seed gives the
same bytes on every machine.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

Integers = np.ndarray
Texts = np.ndarray
Records = dict[str, Texts]
Drawn = dict[str, Integers]


def pick(rng: np.random.Generator, n: int, shares: Sequence[float]) -> Integers:
    """Draw `n` indexes, index k with probability `shares[k]`; shares need not add up to 1."""
    ends = np.cumsum(shares)
    return np.minimum(np.searchsorted(ends, rng.random(n) * ends[-1], side="right"), len(ends) - 1)


def pick_text(rng: np.random.Generator, n: int, shares: Mapping[str, float]) -> Texts:
    """Draw `n` of the keys of `shares`."""
    return np.array(list(shares))[pick(rng, n, list(shares.values()))]


def between(rng: np.random.Generator, low: Integers | int, high: Integers | int, n: int) -> Integers:
    """Draw `n` whole numbers from `low` to `high`, both included."""
    return (low + np.floor(rng.random(n) * (np.asarray(high) - low + 1))).astype(int)


def happens(rng: np.random.Generator, chance: Sequence[float] | np.ndarray) -> np.ndarray:
    """Draw yes or no, each with a chance of its own."""
    return rng.random(len(chance)) < np.asarray(chance)


def leanings(rng: np.random.Generator, people: int, lean: float) -> np.ndarray:
    """Draw for each person by how much all their decisions lean up or down, so that records of one person are alike.

    Half lean up and half down, so that the rate of a whole group stays what was planted.
    """
    return np.where(rng.random(people) < 0.5, -lean, lean)


def repeat_some(rng: np.random.Generator, records: Records, rows: int) -> Records:
    """Append `rows` records a second time, as a careless export does."""
    n = len(next(iter(records.values())))
    again = between(rng, 0, n - 1, rows)
    return {name: np.concatenate([column, column[again]]) for name, column in records.items()}


def sometimes(rng: np.random.Generator, column: Texts, value: str, chance: float | np.ndarray) -> Texts:
    """Put `value` in place of a column's own, here and there."""
    return np.where(rng.random(len(column)) < chance, value, column)


def dates(year: Integers, day: Integers) -> Texts:
    """Give ISO dates; `day` counts from 0."""
    return (np.array([f"{y}-01-01" for y in year], dtype="datetime64[D]") + day).astype(str)


def hundredths(numbers: Integers) -> Texts:
    """Write whole hundredths (cents, percent) with two digits after the point."""
    return np.array([f"{whole}.{rest:02d}" for whole, rest in zip(*np.divmod(numbers, 100), strict=True)])


def margins(people: Integers, designs: float = 1.0) -> Integers:
    """Give margins of error at 90% of numbers of people, as a survey of about one household in twelve has them.

    Args:
        people: numbers of people.
        designs: how many times the variance of a simple random sample the survey has.
    """
    return np.floor(1.645 * np.sqrt(11.0 * designs * np.maximum(people, 1)) + 0.5).astype(int)


def labelled(column: Texts | Integers) -> Records:
    """Begin a table with the column that says, in every row, that it is made up."""
    return {"made_up": np.full(len(column), "yes")}


def csv_bytes(records: Records) -> bytes:
    """Write columns as comma-separated UTF-8 text with line feeds, the same bytes on every machine."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(records)
    writer.writerows(zip(*(column.tolist() for column in records.values()), strict=True))
    return text.getvalue().encode()


def grid_map(
    rng: np.random.Generator,
    places: Iterable[tuple[int, int, Mapping[str, str]]],
    size: tuple[int, int],
    corner: tuple[int, int],
    steps: tuple[int, int],
    moved: int,
) -> bytes:
    """Write the outlines of small areas as GeoJSON: a grid whose corners are shared, and moved a little.

    Args:
        rng: the generator.
        places: column and row (from south-west) of each area, and what is said of it.
        size: columns and rows.
        corner: west and south, in millionths of a degree.
        steps: from one corner to the next, eastward and northward.
        moved: by how much at most a corner is moved, either way.
    """
    columns, rows = size
    off = between(rng, -moved, moved, 2 * (columns + 1) * (rows + 1)).reshape(columns + 1, rows + 1, 2)

    def at(column: int, row: int) -> list[float]:
        x, y = corner[0] + steps[0] * column + off[column, row, 0], corner[1] + steps[1] * row + off[column, row, 1]
        return [round(int(x) / 1e6, 5), round(int(y) / 1e6, 5)]

    features = []
    for column, row, said in places:
        ring = [at(column + right, row + up) for right, up in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))]
        shape = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": {**said, "made_up": "yes"}, "geometry": shape})
    lines = ",\n".join(json.dumps(feature) for feature in features)
    return f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'.encode()
