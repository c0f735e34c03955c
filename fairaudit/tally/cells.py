"""Cells as a pandas table: adding them up, and putting them in the order of the file."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from fairaudit.plan import ANY, UNKNOWN
from fairaudit.tally.about import SUMS, About
from fairaudit.tally.values import NUMBERS, SIDES

DIGITS = 12
OF_NO_RECORDS = {
    **{"decision": "1", "outcome": "1", "open": "0", "value": UNKNOWN, "followed": UNKNOWN},
    **{"counted": "1", "area_key": UNKNOWN, "versus": ANY, "versus_decision": ANY},
}
"""The keys of the cell that is written for a group without records."""


def add_up(rows: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Add up the sums of all rows that share their keys."""
    sums = sums_of(rows)
    if rows.empty:
        return rows[[*keys, *sums]].reset_index(drop=True)
    return rows.groupby(list(keys), sort=False, observed=True)[sums].sum().reset_index()


REACHED, LIVES_THERE = "1", "0"
"""What `counted` says of a row: events or people reached, or residents."""


def of_residents(rows: pd.DataFrame) -> pd.DataFrame:
    """Take the rows that count who lives there."""
    return rows[(rows["counted"] == LIVES_THERE).to_numpy(bool)]


def of_records(rows: pd.DataFrame) -> pd.DataFrame:
    """Leave out what counts no record by itself: residents, arms of a test beside each other, probable groups."""
    if "counted" in rows:
        rows = rows[(rows["counted"] == REACHED).to_numpy(bool)]
    for key in ("versus", "proxy"):
        if key in rows:
            rows = rows[(rows[key] == ANY).to_numpy(bool)]
    return rows


def of_proxies(rows: pd.DataFrame) -> pd.DataFrame:
    """Take the rows that count people of unknown group once a level, by its probability."""
    return rows[(rows["proxy"] != ANY).to_numpy(bool)] if "proxy" in rows else rows[:0]


def without_zeros(rows: pd.DataFrame) -> pd.DataFrame:
    """Leave out cells of no records, so that how a table came about does not show."""
    return rows[rows[[name for name in ("n", "n_high") if name in rows]].gt(0).any(axis=1)]


def sums_of(rows: pd.DataFrame) -> list[str]:
    """Give the columns that add and are there."""
    return [name for name in SUMS if name in rows]


def in_order(about: About, rows: pd.DataFrame) -> pd.DataFrame:
    """Sort cells as the file lists them, so that equal tallies have equal bytes.

    A group of no records is written, as a cell of zero: it is a group without records, not a group that does not exist.

    Args:
        about: what the cells are of.
        rows: cells in any order; the key of an attribute that is not in the row's table may be missing.
    """
    sums = [name for name in sums_of(rows) if about.proxies or name not in ("p", "pp")]
    rows = rows.reindex(columns=[*about.keys, *sums])
    rows[about.keys] = rows[about.keys].astype(object).fillna(ANY)
    rows = rows.fillna({name: 0.0 for name in ("p", "pp") if name in rows})
    rows = pd.concat([rows, _empty_groups(about, rows)], ignore_index=True)
    rows = rows.loc[_ranks(about, rows).sort_values(about.keys, kind="stable").index].reset_index(drop=True)
    for name in sums_of(rows):
        if name in ("wx", "wxx") and about.adds_whole:
            rows[name] = pd.Series([int(value) for value in rows[name]], index=rows.index, dtype=object)
        elif not name.startswith("n"):
            # Engines add floats in different orders; twelve digits are equal in all.
            rows[name] = [float(f"{value:.{DIGITS}g}") for value in rows[name]]
    whole = {name: "int64" for name in ("n", "n_high", "fold") if name in rows}
    return rows.astype({name: object for name in about.keys} | whole)


def _ranks(about: About, rows: pd.DataFrame) -> pd.DataFrame:
    """Give each cell its place: groups as declared, then unknown; yes, no, unknown; numbers, strata, folds by value."""
    order = {"table": list(about.tables), **SIDES}
    order |= {name: [*levels, UNKNOWN, ANY] for name, levels in about.attributes.items()}
    places = {key: {value: place for place, value in enumerate(values)} for key, values in order.items()}
    ranks = {key: rows[key].map(places[key]) if key in places else rows[key] for key in about.keys}
    # What is no number is unknown, and comes last.
    ranks |= {key: pd.to_numeric(rows[key], errors="coerce").fillna(math.inf) for key in NUMBERS if key in about.keys}
    return pd.DataFrame(ranks)


def _empty_groups(about: About, rows: pd.DataFrame) -> pd.DataFrame:
    """Make a cell of zero records for every group of every table that has none."""
    strata = list(about.strata)
    stratum = min(map(tuple, rows[strata].to_numpy()), default=(UNKNOWN,) * len(strata)) if strata else ()
    rest = dict(zip(strata, stratum, strict=True)) | {"fold": 0, **OF_NO_RECORDS}
    empty = []
    rows = rows[(rows["proxy"] == ANY).to_numpy(bool)] if "proxy" in rows else rows
    for table, names in about.tables.items():
        if table in about.scanned:
            continue
        present = set(map(tuple, rows.loc[rows["table"] == table, list(names)].to_numpy()))
        missing = [levels for levels in about.combinations(names) if levels not in present]
        empty += [{"table": table, **dict(zip(names, levels, strict=True)), **rest} for levels in missing]
    frame = pd.DataFrame(empty, columns=about.keys, dtype=object).fillna(ANY)
    return frame.assign(**{name: 0 if name.startswith("n") or about.adds_whole else 0.0 for name in sums_of(rows)})
