"""The empty table of counts: both files of a tally, for somebody to fill in who can run no program."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import product

from fairaudit.groupings import attributes, tables
from fairaudit.plan import ANY, UNKNOWN, Evidence
from fairaudit.plan.files import CELLS_SUFFIX
from fairaudit.sources.asking import codings_of
from fairaudit.sources.rules import rules_of
from fairaudit.sql import FOLDS
from fairaudit.tally.about import About
from fairaudit.tally.saving import as_dict
from fairaudit.tally.spreadsheet import write_csv

MOST_ROWS = 500
BY_HAND = ("decisions", "matching", "scores", "amounts", "waits")
"""Kinds whose counts are of records only, in rows that a person can write."""


def files_of(evidence: Evidence, plan_sha256: str, name: str) -> dict[str, bytes]:
    """Write what the counts are about, and the header with an empty row a cell where all cells are known.

    Args:
        evidence: the block of the plan.
        plan_sha256: the plan's hash.
        name: what both files are called, without their endings.

    Returns:
        Both files by name; none of a kind that is not counted by hand.
    """
    if evidence.kind not in BY_HAND or evidence.data.join is not None:
        return {}
    about = _about(evidence, plan_sha256)
    csv = name + CELLS_SUFFIX
    meta = {**as_dict(about), "csv": csv}
    cells = write_csv([*about.keys, *about.sums], _rows(about))
    text = json.dumps(meta, indent=2, ensure_ascii=False) + "\n"
    return {f"{name}.tally.json": text.encode("utf-8"), csv: cells}


def _about(evidence: Evidence, plan_sha256: str) -> About:
    data = evidence.data
    waits = evidence.kind == "waits"
    return About(
        kind=evidence.kind,
        attributes={name: coding.levels or () for name, coding in attributes(evidence).items()},
        tables=tables(evidence),
        strata=evidence.strata,
        has_outcome="outcome" in codings_of(evidence),
        weighted=data.weighted,
        folds=FOLDS if data.cluster else None,
        title=evidence.id,
        origin=data.origin,
        counted_by="",
        period=data.period,
        plan_sha256=plan_sha256,
        decimals=data.amount.decimals if data.amount else None,
        horizons=evidence.horizons if waits else (),
        time_unit=evidence.time_unit if waits else None,
        until=data.until if waits else None,
        asked=rules_of(evidence),
    )


def _rows(about: About) -> Sequence[Sequence[str]]:
    """Give a row a cell, its count left empty; none where strata or values are not known beforehand, or too many."""
    own = [("1", "0", UNKNOWN)] * len(about.own_keys)
    known = not about.strata and about.folds is None and set(about.own_keys) <= {"decision", "outcome"}
    if not known or not all(about.attributes.values()):
        return []
    found = [
        (table, *levels, *keys, *[""] * len(about.sums))
        for table, names in about.tables.items()
        for levels in product(*((*groups, UNKNOWN) if n in names else (ANY,) for n, groups in about.attributes.items()))
        for keys in product(*own)
    ]
    return found if len(found) <= MOST_ROWS else []
