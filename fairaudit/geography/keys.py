"""Records that name their area: which of their keys no area of the map has, and how that is probably mended."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from fairaudit.errors import Problem, listed

MOST = 5  # keys that a message names
SHORTEST = 4  # characters of a key that is looked for at the end of others; fewer match by chance


@dataclass(frozen=True)
class _Index:
    """The keys of areas, to look up in several ways: each way -> the one key, or None where several are alike.

    Attributes:
        keys: as they are.
        lengths: of keys, in characters.
        folded: without spaces at the ends and in small letters.
        bare: folded, without leading zeros.
        ends: every end of a key.
        starts: every beginning of a key, with one of the keys.
    """

    keys: frozenset[str]
    lengths: Sequence[int]
    folded: Mapping[str, str | None]
    bare: Mapping[str, str | None]
    ends: Mapping[str, str | None]
    starts: Mapping[str, str]


Mend = Callable[[str, _Index], str | None]


def key_problems(
    record_keys: Mapping[str | None, int],
    area_keys: Mapping[str, int],
    records: str = "the records",
    areas: str = "the map",
) -> list[Problem]:
    """Compare the areas that records name with those of the map.

    Args:
        record_keys: area as the records write it -> how many records; None or "" where they name none.
        area_keys: key of each area -> whatever is counted of it, such as 1.
        records: what the records are called in messages.
        areas: what the map is called in messages.

    Returns:
        A problem for the records that name no area; for each way in which keys can be mended, with how many it mends
        and an example; for keys that nothing mends; and for areas without a record. Empty where all match.
    """
    index = _index(area_keys)
    unmatched = {key: n for key, n in record_keys.items() if key and key.strip() and key not in index.keys}
    mended: dict[str, dict[str, str]] = defaultdict(dict)
    for key in unmatched:
        if found := _mended(key, index):
            mended[found[0]][key] = found[1]
    lost = {key: n for key, n in unmatched.items() if not any(key in keys for keys in mended.values())}
    return [
        *_unnamed(record_keys, records),
        *(_mendable(way, keys, record_keys, records, areas) for way, keys in mended.items()),
        *_lost(lost, area_keys, records, areas),
        *_without_records(record_keys, area_keys, mended, records, areas),
    ]


# --- ways to mend a key ---


def _bare(text: str) -> str:
    """Leave out spaces at the ends, and the point that a spreadsheet puts behind a whole number."""
    return re.sub(r"\.0*$", "", text.strip())


def _spaces(key: str, index: _Index) -> str | None:
    return key.strip() if key.strip() in index.keys else index.folded.get(key.strip().casefold())


def _point(key: str, index: _Index) -> str | None:
    return _bare(key) if _bare(key) in index.keys else None


def _zeros_lost(key: str, index: _Index) -> str | None:
    bare = _bare(key)
    longer = (bare.zfill(length) for length in index.lengths if length > len(bare)) if bare.isdigit() else ()
    return next((text for text in longer if text in index.keys), None)


def _zeros_of_areas(key: str, index: _Index) -> str | None:
    bare = _bare(key)
    return index.bare.get(bare.lstrip("0")) if bare.isdigit() and bare.strip("0") else None


def _too_fine(key: str, index: _Index) -> str | None:
    """Find an area whose key the record's begins with, the longest first: a block group names its tract."""
    bare = _bare(key)
    shorter = (length for length in reversed(index.lengths) if SHORTEST <= length < len(bare))
    return next((bare[:length] for length in shorter if bare[:length] in index.keys), None)


def _too_coarse(key: str, index: _Index) -> str | None:
    bare = _bare(key)
    return index.starts.get(bare) if len(bare) >= SHORTEST else None


def _ending(key: str, index: _Index) -> str | None:
    bare = _bare(key)
    return index.ends.get(bare) if len(bare) >= SHORTEST else None


WAYS: Mapping[str, tuple[Mend, str, str]] = {
    "spaces": (_spaces, "would match without spaces and capital letters", "Write keys alike on both sides"),
    "point": (_point, 'would match without the ".0" that a spreadsheet has put behind them', "Read the column as text"),
    "zeros": (
        _zeros_lost,
        "would match with zeros put before them",
        "Leading zeros were lost: read the column as text",
    ),
    "zeros of areas": (
        _zeros_of_areas,
        "would match but for leading zeros, which that file has lost",
        "Save that file anew with its keys as text",
    ),
    "too coarse": (
        _too_coarse,
        "would match the beginning of areas' keys: that file's areas are finer",
        "Use the map of the areas that records name, such as tracts in place of block groups",
    ),
    "ending": (
        _ending,
        "would match the end of one area's key: state and county are missing before them",
        "Put them before each key, or name the property of the map that holds the short key",
    ),
    "too fine": (_too_fine, "", ""),
}
"""Way -> how a key is mended, what is said of the keys that it mends, and the advice; the surest first."""


def _mended(key: str, index: _Index) -> tuple[str, str] | None:
    """Give the surest way in which a key becomes that of an area, and the area's key."""
    found = ((way, mend(key, index)) for way, (mend, _, _) in WAYS.items())
    for way, other in found:
        if other is not None:
            return (f"{way} {len(other)}" if way == "too fine" else way), other
    return None


def _index(area_keys: Mapping[str, int]) -> _Index:
    keys = list(area_keys)
    return _Index(
        frozenset(keys),
        sorted({len(key) for key in keys}),
        _unique((key.strip().casefold(), key) for key in keys),
        _unique((_bare(key).lstrip("0"), key) for key in keys),
        _unique((key[start:], key) for key in keys for start in range(1, len(key))),
        {key[:end]: key for key in keys for end in range(1, len(key))},
    )


def _unique(pairs: Iterator[tuple[str, str]]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for text, key in pairs:
        found[text] = None if text in found else key
    return found


# --- words ---


def _unnamed(record_keys: Mapping[str | None, int], records: str) -> list[Problem]:
    number = sum(n for key, n in record_keys.items() if not (key and key.strip()))
    if not number:
        return []
    total = sum(record_keys.values())
    what = f"{number:,} of {total:,} records name no area"
    return [Problem(records, what, "They are in no area, and count as unknown.")]


def _mendable(
    way: str, keys: Mapping[str, str], record_keys: Mapping[str | None, int], records: str, areas: str
) -> Problem:
    _, words, hint = WAYS["too fine" if way.startswith("too fine") else way]
    key, other = next(iter(keys.items()))
    if way.startswith("too fine"):
        words = f"would match by their first {len(other)} characters: records name finer areas than the map has"
        hint = f"Cut the column to its first {len(other)} characters, or use the map of the finer areas"
    number = sum(record_keys[key] for key in keys)
    on_paper = f"{_keys(keys)} ({_records(number)}) that no area of {areas} has {words}"
    return Problem(records, f"{on_paper}: {key!r} -> {other!r}", f"{hint}.", on_paper)


def _lost(lost: Mapping[str, int], area_keys: Mapping[str, int], records: str, areas: str) -> list[Problem]:
    if not lost:
        return []
    most = sorted(lost, key=lambda key: (-lost[key], key))
    on_paper = f"{_keys(lost)} ({_records(sum(lost.values()))}) that no area of {areas} has"
    what = f"{on_paper}: {listed([f'{key!r} ({lost[key]:,})' for key in most], MOST)}"
    hint = f"Its keys are like {listed([repr(key) for key in list(area_keys)[:2]])}. Is it of the same year?"
    return [Problem(records, what, hint if area_keys else "The map has no areas.", on_paper)]


def _without_records(
    record_keys: Mapping[str | None, int],
    area_keys: Mapping[str, int],
    mended: Mapping[str, Mapping[str, str]],
    records: str,
    areas: str,
) -> list[Problem]:
    """Say which areas no record names, nor would once keys are mended."""
    named = {key for key, n in record_keys.items() if n}
    named |= {other for way, keys in mended.items() if way != "too coarse" for other in keys.values()}
    coarse = tuple(key for key in mended.get("too coarse", ()))
    empty = [key for key in area_keys if key not in named and not (coarse and key.startswith(coarse))]
    if not empty:
        return []
    number = f"{len(empty):,} of {len(area_keys):,} areas {'has' if len(empty) == 1 else 'have'} no record"
    hint = f"That can be so; or {records} are of other places than the map, or lack some."
    return [Problem(areas, f"{number}: {listed(empty, MOST)}", hint)]


def _keys(keys: Mapping[str, object]) -> str:
    return f"{len(keys):,} area key{'' if len(keys) == 1 else 's'}"


def _records(number: int) -> str:
    return f"{number:,} record{'' if number == 1 else 's'}"
