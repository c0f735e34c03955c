"""Loading a tally from its two files; every entry and every cell is checked, and all slips show at once."""

from __future__ import annotations

import csv
import hashlib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from fairaudit.errors import DataError, Problem, nearest
from fairaudit.groupings import group_name
from fairaudit.kinds import KINDS, PROXIES_OF
from fairaudit.plan import ANY, TALLY_SUFFIX, UNKNOWN
from fairaudit.plan.files import CELLS_SUFFIX
from fairaudit.tally.about import About, level_names
from fairaudit.tally.cells import of_proxies, of_records
from fairaudit.tally.saving import SCHEMA_VERSION
from fairaudit.tally.spreadsheet import read_csv
from fairaudit.tally.values import BINS_OF_PROBABILITY, NUMBERS, ROUNDED, as_key, key_problems, sum_problems

MOST_PROBLEMS = 20
DECIMALS = ("w", "ww", "wx", "wxx", "moe2", "p", "pp", "value", "proxy")
"""Columns that may hold a decimal point."""
MOST_FOLDS = 1_000
MOST_RECORDS = 10**15
DIGITS_OF_A_COUNT = 12
CHANGED = "was changed after it was first written."

# --- loading what it is about ----------------------------------------------------------------------------------------


def load(path: Path) -> tuple[About, pd.DataFrame]:
    """Read both files.

    Raises:
        DataError: with every problem of form or count.
    """
    meta = _read_meta(path)
    name = path.name.removesuffix(TALLY_SUFFIX) + CELLS_SUFFIX
    try:
        content = path.with_name(name).read_bytes()
    except FileNotFoundError:
        raise DataError.one(path.name, f"its counts {name} are not beside it", "Send both files.") from None
    except OSError as error:
        raise DataError.one(name, f"cannot be read ({error.strerror})") from None
    about = _about(meta, path.name)
    if "sha256" in meta and hashlib.sha256(content).hexdigest() != meta["sha256"]:
        about = replace(about, notes=(*about.notes, f"{name} {CHANGED}"))
    cells = _read_cells(content, about, name)
    kept, counted = about.records.get("kept"), _records_of(cells, about)
    if kept is not None and kept != counted and "n_high" not in cells:
        told = f"{path.name} says that {kept:,} records were kept, and {name} counts {counted:,}."
        records = {**about.records, "kept": counted}
        about = replace(about, records=records, contradictions=tuple(dict.fromkeys([*about.contradictions, told])))
    return about, cells


def _records_of(cells: pd.DataFrame, about: About) -> int:
    """Count the records that cells hold; where all areas are counted, the areas, which hold several groups each."""
    if about.census:
        return int(cells.loc[cells["area_key"] != UNKNOWN, "area_key"].nunique())
    return int(of_records(cells).groupby("table")["n"].sum().max())


def _read_meta(path: Path) -> dict:
    try:
        meta = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise DataError.one(str(path), f"cannot be read ({error.strerror})") from None
    except (ValueError, RecursionError) as error:
        raise DataError.one(path.name, f"is not JSON ({error})", "Save it as it was made, as UTF-8 text.") from None
    if not isinstance(meta, dict):
        raise DataError.one(path.name, "is not a mapping", 'It begins with {"schema_version": "1".')
    try:
        json.dumps(meta, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise DataError.one(path.name, "holds half a character", "Save it as it was made, as UTF-8 text.") from None
    if str(meta.get("schema_version")) != SCHEMA_VERSION:
        what = f"has schema_version {meta.get('schema_version')!r}"
        raise DataError.one(path.name, what, f"This version of fairaudit reads {SCHEMA_VERSION!r}.")
    return meta


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_counts(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_count, value.values()))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_ascending(value: Any) -> bool:
    """Say whether a value is a list of numbers, each above the one before."""
    if not isinstance(value, list) or not value or not all(map(_is_number, value)):
        return False
    return all(one < other for one, other in pairwise(value))


def _is_facts(value: Any) -> bool:
    """Say whether a value is counts by name, those of rows left out by their reason."""
    if not isinstance(value, dict) or not _is_counts(value.get("left_out", {})):
        return False
    return all(_is_count(item) for name, item in value.items() if name != "left_out")


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) and list(value) == ["by"] and _is_texts(value["by"])


def _is_population(value: Any) -> bool:
    """Say whether a value is a list of people by group: levels, a number, and a squared margin of error or null."""
    if not isinstance(value, dict) or sorted(value) != ["by", "rows"] or not _is_texts(value["by"]):
        return False
    size, rows = len(value["by"]), value["rows"]
    return isinstance(rows, list) and all(
        isinstance(row, list)
        and len(row) == size + 2
        and _is_texts(row[:size])
        and _is_number(row[size])
        and row[size] >= 0
        and (row[size + 1] is None or (_is_number(row[size + 1]) and row[size + 1] >= 0))
        for row in rows
    )


def _is_rules(value: Any) -> bool:
    """Say whether a value is rules of a plan: its parts are mappings, whatever they hold."""
    return isinstance(value, dict) and all(isinstance(value.get(part, {}), dict) for part in ("data", "groups"))


def _is_mapping_of(fits: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, dict) and bool(value) and all(map(fits, value.values()))


Form = tuple[Callable[[Any], bool], str]
TEXT: Form = (lambda value: isinstance(value, str), "text")
TEXT_OR_NONE: Form = (lambda value: value is None or isinstance(value, str), "text or null")
TEXTS: Form = (_is_texts, "a list of texts")
TRUTH: Form = (lambda value: isinstance(value, bool), "true or false")
FORMS: dict[str, Form] = {
    "kind": TEXT,
    "title": TEXT,
    "attributes": (_is_mapping_of(_is_texts), 'a mapping, such as {"race": ["Black", "White"]}'),
    "tables": (_is_mapping_of(_is_table), 'a mapping, such as {"race": {"by": ["race"]}}'),
    "folds": (
        lambda value: value is None or (_is_count(value) and 0 < value <= MOST_FOLDS),
        f"a number of folds, at most {MOST_FOLDS:,}, or null",
    ),
    "records": (_is_facts, 'a mapping to counts, such as {"read": 120, "kept": 100, "left_out": {"too old": 20}}'),
    "groups": (
        lambda value: isinstance(value, dict) and all(map(_is_mapping_of(_is_facts), value.values())),
        'a mapping, such as {"race": {"Black": {"duplicates": 2}}}',
    ),
    "strays": (
        lambda value: isinstance(value, dict) and all(map(_is_counts, value.values())),
        'a mapping, such as {"decision": {"withdrawn": 7}}',
    ),
    **dict.fromkeys(("strata", "notes", "contradictions", "scanned", "proxies"), TEXTS),
    **dict.fromkeys(("has_outcome", "weighted", "has_moe", "census", "shares"), TRUTH),
    **dict.fromkeys(("origin", "counted_by", "source", "period", "plan_sha256", "suppression"), TEXT_OR_NONE),
    **dict.fromkeys(("csv", "sha256"), TEXT),
    "asked": (
        lambda value: value is None or _is_rules(value),
        "a mapping of the rules that were counted by, as `fairaudit request` and `fairaudit tally` write it",
    ),
    "edges": (
        lambda value: value is None or _is_ascending(value),
        "a list of numbers, each above the one before, or null",
    ),
    "decimals": (lambda value: value is None or (_is_count(value) and value <= 6), "a number from 0 to 6, or null"),
    "horizons": (
        lambda value: value == [] or (_is_ascending(value) and all(map(_is_count, value)) and value[0] > 0),
        "a list of whole numbers of days or hours, each above the one before",
    ),
    "time_unit": (lambda value: value in (None, "days", "hours"), '"days", "hours" or null'),
    "until": TEXT_OR_NONE,
    "population": (
        lambda value: value is None or _is_population(value),
        'a mapping, such as {"by": ["race"], "rows": [["Black", 18240, null]]}',
    ),
}
"""What each entry of the JSON file must be: a test, and the words for it."""

NEEDED = ("kind", "attributes", "tables")
ENTRIES_OF_KINDS = {
    "edges": ("scores", "amounts"),
    "decimals": ("amounts", "places"),
    "has_moe": ("representation", "places"),
    "census": ("places",),
    "shares": ("representation",),
    "proxies": PROXIES_OF,
    **dict.fromkeys(("horizons", "time_unit", "until"), ("waits",)),
}
NEEDED_OF_KINDS = {"decimals": ("amounts",), "time_unit": ("waits",)}


def _about(meta: dict, name: str) -> About:
    problems = [Problem(name, f"{key!r} is missing") for key in NEEDED if key not in meta]
    known = [*FORMS, "schema_version"]
    problems += [Problem(name, f"unknown key {key!r}", nearest(key, known)) for key in meta if key not in known]
    problems += [
        Problem(name, f"{key!r} is not {words}")
        for key, (fits, words) in FORMS.items()
        if key in meta and not fits(meta[key])
    ]
    problems += _kind_problems(meta, name)
    if problems:
        raise DataError(problems)
    given = {entry.name: meta[entry.name] for entry in fields(About) if entry.name in meta}
    given["tables"] = {table: tuple(spec["by"]) for table, spec in meta["tables"].items()}
    given["attributes"] = {attribute: tuple(levels) for attribute, levels in meta["attributes"].items()}
    if given.get("edges") is not None:
        given["edges"] = tuple(float(edge) for edge in given["edges"])
    try:
        return About(**{key: tuple(value) if isinstance(value, list) else value for key, value in given.items()})
    except DataError as error:
        raise DataError(replace(problem, where=name) for problem in error.problems) from None


def _kind_problems(meta: dict, name: str) -> list[Problem]:
    """Find a kind that there is not, and entries that it needs or has no use for."""
    kind = meta.get("kind")
    if not isinstance(kind, str):
        return []
    if kind not in KINDS:
        return [Problem(name, f"there is no kind {kind!r}", nearest(kind, list(KINDS)))]
    problems = []
    for key, kinds in ENTRIES_OF_KINDS.items():
        given = meta.get(key) not in (None, []) and meta[key] is not False
        if given and kind not in kinds:
            problems.append(Problem(name, f"{key!r} has no place in {kind}", f"It is for {' and '.join(kinds)}."))
        if meta.get(key) is None and kind in NEEDED_OF_KINDS.get(key, ()):
            problems.append(Problem(name, f"{key!r} is missing"))
    return problems


# --- loading the cells -----------------------------------------------------------------------------------------------


def _read_cells(content: bytes, about: About, name: str) -> pd.DataFrame:
    try:
        rows, delimiter = read_csv(content)
    except UnicodeDecodeError:
        raise DataError.one(name, "is not UTF-8 text", "Save it as CSV UTF-8.") from None
    except csv.Error as error:
        raise DataError.one(name, f"is not CSV ({error})", "Save it as CSV UTF-8.") from None
    header = rows[0][1] if rows else []
    _refuse(_header_problems(header, about, name) + _length_problems(rows, name))
    cells = [dict(zip(header, row, strict=True)) for _, row in rows[1:]]
    if delimiter == ";":
        cells = [_with_decimal_point(cell) for cell in cells]
    _refuse(_cell_problems(cells, [line for line, _ in rows[1:]], about, name))
    numbers = [_numbers(cell, about) for cell in cells]
    _refuse(_total_problems(numbers, about, name))
    frame = pd.DataFrame(numbers, columns=header)
    _refuse(_more_probable_than_unknown(frame, about, name))
    return frame


def _more_probable_than_unknown(cells: pd.DataFrame, about: About, name: str) -> list[Problem]:
    """Find people who have probabilities of a group and are not counted as of unknown group."""
    problems = []
    for table, names in about.tables.items():
        proxied, rows = about.proxied(names), cells[(cells["table"] == table).to_numpy(bool)]
        probable = of_proxies(rows)
        if proxied is None or probable.empty:
            continue
        keys = [key for key in about.keys if key not in ("table", proxied, "proxy")] + ["everyone"]
        records = of_records(rows).assign(everyone="")
        unknown = records[(records[proxied] == UNKNOWN).to_numpy(bool)].groupby(keys)["n"].sum()
        told = probable.assign(everyone="").groupby([*keys, proxied])["n"].sum().groupby(level=keys).max()
        more = int((told > unknown.reindex(told.index, fill_value=0)).sum())
        if more:
            what = f"table {table} has probabilities of {proxied} for more records than are of unknown {proxied}"
            hint = "Each record of unknown group is counted once a level, in rows whose proxy is a bin."
            problems.append(Problem(name, f"{what}, in {more:,} cells", hint))
    return problems


def _total_problems(cells: list[dict[str, Any]], about: About, name: str) -> list[Problem]:
    """Look at what the cells add up to."""
    totals = dict.fromkeys(about.tables, 0)
    for cell in cells:
        totals[cell["table"]] += cell.get("n_high", cell["n"])
    return [
        Problem(name, f"table {table} counts {total:,} records, more than there can be", "Look at its counts.")
        for table, total in totals.items()
        if total > MOST_RECORDS
    ]


def _refuse(problems: list[Problem]) -> None:
    if problems:
        left = len(problems) - MOST_PROBLEMS
        more = (
            [Problem(problems[-1].where.split(" line ")[0], f"has {left} more problems like these")] if left > 0 else []
        )
        raise DataError(problems[:MOST_PROBLEMS] + more)


def _header_problems(header: list[str], about: About, name: str) -> list[Problem]:
    wanted = [*about.keys, *about.sums]
    problems = [
        Problem(name, f"the column {column!r} is missing", nearest(column, header))
        for column in wanted
        if column not in header
    ]
    known = [*wanted, "n_high"]
    if about.weighted and "n_high" in header:
        problems.append(Problem(name, "hides counts of weighted records", "What a hidden record weighs is not known."))
    if about.proxies and "n_high" in header:
        hint = "How many hidden records are of which probability is not known: send the counts in full."
        problems.append(Problem(name, "hides counts beside probabilities of groups", hint))
    if about.edges is not None and "n_high" in header:
        hint = "What hidden records add up to is not known: count exact values."
        problems.append(Problem(name, "hides counts of values that are cut into bins", hint))
    for column in dict.fromkeys(header):
        if column not in known:
            problems.append(Problem(name, f"the column {column!r} is unknown", nearest(column, known)))
        elif header.count(column) > 1:
            problems.append(Problem(name, f"the column {column!r} stands there twice", "Keep one of them."))
    return problems


def _length_problems(rows: list[tuple[int, list[str]]], name: str) -> list[Problem]:
    wanted = len(rows[0][1]) if rows else 0
    return [
        Problem(f"{name} line {line}", f"has {len(row)} cells where the header has {wanted}")
        for line, row in rows[1:]
        if len(row) != wanted
    ]


def _with_decimal_point(cell: dict[str, str]) -> dict[str, str]:
    """Read 14,2 as 14.2 where a spreadsheet parts columns by semicolons, since there it writes decimals so."""
    return cell | {name: cell[name].replace(",", ".") for name in DECIMALS if name in cell}


def _cell_problems(cells: list[dict[str, str]], lines: list[int], about: About, name: str) -> list[Problem]:
    """Look at every cell, so that all problems show at once."""
    problems, seen, keys = [], set(), about.keys
    for cell, line in zip(cells, lines, strict=True):
        where = f"{name} line {line}"
        problems += _key_problems(cell, about, where) + _number_problems(cell, about, where)
        key = tuple(as_key(cell[column]) if column in NUMBERS else cell[column] for column in keys)
        if key in seen:
            problems.append(Problem(where, "this cell stands there twice", "Add the two counts."))
        seen.add(key)
    return problems


def _key_problems(cell: Mapping[str, str], about: About, where: str) -> list[Problem]:
    table = cell["table"]
    if table not in about.tables:
        return [Problem(where, f"there is no table {table!r}", nearest(table, list(about.tables)))]
    problems = []
    for attribute, levels in about.attributes.items():
        allowed = [*levels, UNKNOWN] if attribute in about.tables[table] else [ANY]
        if cell[attribute] not in allowed:
            what = f"{cell[attribute]!r} is no group of {attribute} in table {table}"
            problems.append(Problem(where, what, nearest(cell[attribute], allowed)))
    if "versus" in cell:
        problems += _versus_problems(cell, about, table, where)
    if cell.get("proxy", ANY) != ANY:
        name = about.proxied(about.tables[table])
        if name is None or cell[name] == UNKNOWN:
            what = f"proxy is {cell['proxy']} in table {table}" + (f", {name} ?" if name else "")
            problems.append(Problem(where, what, "A probability is of a level that has one; else proxy is *."))
    return problems + key_problems(cell, about, where)


def _versus_problems(cell: Mapping[str, str], about: About, table: str, where: str) -> list[Problem]:
    """An arm stands beside another one, or by itself."""
    own = group_name(tuple(cell[name] for name in about.tables[table]))
    groups = [ANY, *(name for name in level_names(about, about.tables[table]) if name != own)]
    if cell["versus"] not in groups:
        return [Problem(where, f"versus is {cell['versus']!r}", nearest(cell["versus"], groups))]
    if (cell["versus"] == ANY) != (cell["versus_decision"] == ANY):
        what = f"versus is {cell['versus']!r} and versus_decision {cell['versus_decision']!r}"
        return [Problem(where, what, "Both are * where an arm stands by itself, or neither.")]
    return []


def _number_problems(cell: Mapping[str, str], about: About, where: str) -> list[Problem]:
    counts = {key: cell[key].strip() for key in ("n", "fold", "n_high") if key in cell}
    counts = {key: text for key, text in counts.items() if key != "n_high" or text}
    problems = [
        Problem(where, f"{key} is {text!r}", "A count is a whole number of at least 0, without separators.")
        for key, text in counts.items()
        if not (text.isascii() and text.isdigit() and len(text) <= DIGITS_OF_A_COUNT)
    ]
    sums = {"moe2": "squared margins of error", "p": "probabilities", "pp": "squared probabilities"}
    for key, of in (dict.fromkeys(("w", "ww"), "weights") | sums).items():
        if key in cell and not _is_sum(cell[key]):
            problems.append(Problem(where, f"{key} is {cell[key]!r}", f"A sum of {of} is a number of at least 0."))
    for key in ("wx", "wxx"):
        if key in cell and not _is_sum(cell[key].removeprefix("-" if key == "wx" else "")):
            problems.append(Problem(where, f"{key} is {cell[key]!r}", "A sum of values is a number."))
    if problems:
        return problems
    if "fold" in counts and int(counts["fold"]) >= about.folds:
        problems.append(Problem(where, f"fold is {counts['fold']}", f"There are {about.folds} folds, from 0."))
    if int(counts.get("n_high", counts["n"])) < int(counts["n"]):
        problems.append(
            Problem(where, f"n_high ({counts['n_high']}) is below n ({counts['n']})", "n is the lower end.")
        )
    if "w" in cell and not _can_be(int(counts["n"]), float(cell["w"]), float(cell["ww"])):
        what = f"no {counts['n']} weights add up to {cell['w']}, and their squares to {cell['ww']}"
        problems.append(Problem(where, what, "w is the sum of weights, ww the sum of their squares."))
    if "p" in cell and not key_problems(cell, about, where):
        problems += _probability_problems(cell, where)
    if "wx" in cell and not key_problems(cell, about, where):
        problems += sum_problems(cell, about, where)
    return problems


def _probability_problems(cell: Mapping[str, str], where: str) -> list[Problem]:
    """Find sums that no probabilities of the bin can have."""
    n, p, pp = int(cell["n"]), float(cell["p"]), float(cell["pp"])
    if cell["proxy"] == ANY:
        fits, of = p == 0 and pp == 0, "of records themselves are 0"
    else:
        low, width = float(as_key(cell["proxy"])), 1 / BINS_OF_PROBABILITY
        whole, squares = float(cell.get("w", n)), float(cell.get("ww", n))
        slack = 1 + ROUNDED
        fits = whole * low <= p * slack and p <= whole * (low + width) * slack
        fits = fits and pp <= squares * (low + width) ** 2 * slack and p * p <= n * pp * slack
        of = f"from {low:g} to {low + width:g} do not add up so"
    if fits:
        return []
    what = f"p is {cell['p']} and pp is {cell['pp']}, and probabilities {of}"
    return [Problem(where, what, "p is the sum of probabilities (times weights), pp the sum of their squares.")]


def _can_be(n: int, w: float, ww: float) -> bool:
    """Say whether so many weights can have this sum and this sum of squares (Cauchy-Schwarz)."""
    slack = 1 + ROUNDED
    return ww <= w * w * slack and w * w <= n * ww * slack


def _is_sum(text: str) -> bool:
    try:
        value = float(text)
    except ValueError:
        return False
    return 0 <= value < math.inf


def _numbers(cell: Mapping[str, str], about: About) -> dict[str, Any]:
    """Turn checked texts into numbers; an empty n_high means that n is exact."""
    numbers: dict[str, Any] = {key: int(cell[key]) for key in ("n", "fold") if key in cell}
    numbers |= {key: float(cell[key]) for key in ("w", "ww", "moe2", "p", "pp") if key in cell}
    numbers |= {key: _sum(cell[key], about.adds_whole) for key in ("wx", "wxx") if key in cell}
    numbers |= {key: as_key(cell[key]) for key in NUMBERS if key in cell}
    if "n_high" in cell:
        numbers["n_high"] = int(cell["n_high"].strip() or cell["n"])
    return {**cell, **numbers}


def _sum(text: str, whole: bool) -> int | float:
    """Read a sum of values; a whole one has all its digits, unless a spreadsheet wrote it as 1.2E+19."""
    if not whole:
        return float(text)
    return int(text) if text.strip().lstrip("-").isdecimal() else int(float(text))
