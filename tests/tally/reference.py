"""A tally counted row by row in plain Python: csv, dicts and nothing else. What the engine counts must be just this.

It is written from the words of the plan, and shares no code with the package: a rule misread there is not misread here.
"""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from itertools import pairwise
from pathlib import Path

UNKNOWN, ANY = "?", "*"


class NotALevel(Exception):
    """A value that is no declared level; its argument is the value."""


def read(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def count(block: dict, rows: list[dict[str, str]]) -> dict[tuple, tuple]:
    """Count rows as a block of the plan says.

    Returns:
        (table, attributes, strata, decision, outcome, fold) -> (n, sum of weights, sum of squared weights). A part
        that the plan does not ask for is empty. `attributes` holds every attribute of the plan, `*` where the table
        has it not.
    """
    kept = [row for row in rows if all(is_kept(row[column], want) for column, want in keep_of(block).items())]
    folds = folds_of(block, kept)
    n, w, ww = Counter(), Counter(), Counter()
    for row in kept:
        weight = float(row[block["data"]["weight"]]) if "weight" in block["data"] else 0.0
        groups = groups_of(block, row)
        rest = (
            tuple(stratum(row[column]) for column in block.get("strata", [])),
            yes_or_no(block["data"]["decision"], row),
            yes_or_no(block["data"]["outcome"], row) if "outcome" in block["data"] else "",
            folds(row),
        )
        for table, names in tables_of(block).items():
            cell = (table, tuple(level if name in names else ANY for name, level in groups.items()), *rest)
            n[cell] += 1
            w[cell] += weight
            ww[cell] += weight * weight
    return {cell: (n[cell], w[cell], ww[cell]) for cell in n}


def clean(text: str | None) -> str:
    return (text or "").strip(" \t\r\n\xa0")


def means(text: str, value) -> bool:
    """Say whether a text of the data is what a plan calls `value`."""
    if isinstance(value, bool):
        return text in ((("true", "True", "TRUE")) if value else ("false", "False", "FALSE"))
    if isinstance(value, int):
        return text in (str(value), f"{value}.0")
    if isinstance(value, float):
        return text == str(value) or (value == int(value) and text == str(int(value)))
    return text == clean(value)


# --- rows ------------------------------------------------------------------------------------------------------------


def keep_of(block: dict) -> dict:
    return block["data"].get("keep", {})


def is_kept(text: str, want) -> bool:
    text = clean(text)
    if isinstance(want, dict):
        return text != "" and all(within(text, bound, which) for which, bound in want.items())
    return any(means(text, value) for value in want)


def within(text: str, bound, which: str) -> bool:
    """Compare numbers as numbers, and dates (2024-01-31) as far as the bound goes; a year compares with both."""
    if isinstance(bound, str):
        value, end = text[: len(bound)], bound
        if text[4:5] != "-" or text[7:8] not in ("-", ""):
            return False
    elif text[4:5] == "-" and text[7:8] == "-":
        value, end = int(text[:4]), bound
    else:
        try:
            value, end = float(text), bound
        except ValueError:
            return False
    return value >= end if which == "from" else value <= end


def folds_of(block: dict, rows: list[dict[str, str]]):
    """Give a function from row to fold: a cluster each where there are at most 100, else cut by md5."""
    column = block["data"].get("cluster")
    if column is None:
        return lambda row: ""
    names = sorted({clean(row[column]) for row in rows})
    if len(names) <= 100:
        return lambda row: names.index(clean(row[column]))
    return lambda row: int(hashlib.md5(clean(row[column]).encode()).hexdigest()[:3], 16) % 100


# --- columns ---------------------------------------------------------------------------------------------------------


def yes_or_no(spec: dict, row: dict) -> str:
    text = clean(row[spec["column"]])
    if text == "":
        return UNKNOWN
    if any(means(text, value) for value in spec["is"]):
        return "1"
    if "is_not" not in spec:
        return "0"
    return "0" if any(means(text, value) for value in spec["is_not"]) else UNKNOWN


def stratum(text: str) -> str:
    return clean(text) if clean(text) not in ("", UNKNOWN, ANY) else UNKNOWN


def groups_of(block: dict, row: dict) -> dict[str, str]:
    """Give attribute -> level."""
    found = {}
    for name, spec in block["groups"].items():
        spec = spec or {}
        text = clean(row[spec.get("column", name)])
        if spec.get("any"):
            named = levels_of(text, spec)
            for level in final_levels(spec):
                other = UNKNOWN if UNKNOWN in named else f"not {level}"
                found[f"{name} {level}"] = level if level in named else other
        else:
            found[name] = band_of(text, spec) if "bands" in spec else level_of(text, spec)
    return found


def final_levels(spec: dict) -> list[str]:
    merged = {old: new for new, olds in spec.get("merge", {}).items() for old in olds}
    return list(dict.fromkeys([merged.get(level, level) for level in spec["levels"]] + list(spec.get("merge", {}))))


def level_of(text: str, spec: dict) -> str:
    named = levels_of(text, spec)
    known = named - {UNKNOWN}
    if len(known) > 1:
        return "Two or more"
    return UNKNOWN if UNKNOWN in named else known.pop()


def levels_of(text: str, spec: dict) -> set[str]:
    """Give every level that a field names; unknown among them where some part of it is."""
    whole = is_unknown(text, spec) or one_level(text, spec) is not None or "multi" not in spec
    parts = [text] if whole else [clean(part) for part in text.split(spec["multi"]) if clean(part)]
    named = {UNKNOWN if is_unknown(part, spec) else one_level(part, spec) or as_found(part, spec) for part in parts}
    return named or {UNKNOWN}


def is_unknown(text: str, spec: dict) -> bool:
    return text == "" or any(means(text, value) for value in spec.get("unknown", []) if value is not None)


def one_level(text: str, spec: dict) -> str | None:
    """Give the level of a value that the plan names; None where it does not."""
    merged = {old: new for new, olds in spec.get("merge", {}).items() for old in olds}
    for raw, level in spec.get("labels", {}).items():
        if means(text, raw):
            return merged.get(level, level)
    for level in [*spec.get("levels", []), *merged, *spec.get("merge", {})]:
        if text == str(level) or (str(level).isdigit() and str(level)[:1] != "0" and text == f"{level}.0"):
            return str(merged.get(level, level))
    return None


def as_found(text: str, spec: dict) -> str:
    """Give the level of a value that the plan does not name: itself, unless levels are declared."""
    if "levels" in spec or text in (UNKNOWN, ANY):
        raise NotALevel(text)
    return text


def band_of(text: str, spec: dict) -> str:
    if is_unknown(text, spec):
        return UNKNOWN
    cuts = spec["bands"]
    try:
        value = float(text)
    except ValueError:
        raise NotALevel(text) from None
    if value != value or value in (float("inf"), float("-inf")):
        raise NotALevel(text)
    whole = all(cut == int(cut) for cut in cuts)
    if value < cuts[0]:
        return f"under {cuts[0]}"
    for low, high in pairwise(cuts):
        if value < high:
            return f"{low} to {high - 1}" if whole else f"{low} to under {high}"
    return f"{cuts[-1]} and over"


# --- tables ----------------------------------------------------------------------------------------------------------


def tables_of(block: dict) -> dict[str, tuple[str, ...]]:
    """Give every attribute alone, then every crossing that is compared."""
    names = []
    for name, spec in block["groups"].items():
        names += [f"{name} {level}" for level in final_levels(spec)] if (spec or {}).get("any") else [name]
    tables = {name: (name,) for name in names}
    for entry in block.get("compare", []):
        if isinstance(entry["by"], list) and len(entry["by"]) > 1:
            tables["_".join(entry["by"])] = tuple(entry["by"])
    return tables
