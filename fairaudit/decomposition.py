"""Oaxaca-Blinder's split of a gap, from records, by statsmodels: shown in a notebook, and no part of a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fairaudit.errors import PlanError, nearest
from fairaudit.groupings import attributes
from fairaudit.plan import Evidence
from fairaudit.sentences import listed, significant
from fairaudit.sources.opening import opened

FEWEST = 30


def oaxaca(evidence: Evidence, folder: Path, by: str, explained_by: Sequence[str], frame: Any = None) -> list[str]:
    """Split the gap of the mean amounts of an attribute's two largest groups.

    Args:
        evidence: a block of amounts.
        folder: what its source is relative to.
        by: the attribute; the first where empty.
        explained_by: columns of numbers.
        frame: records at hand instead of the source.

    Returns:
        Sentences. Rows in which anything is missing are left out, and counted.

    Raises:
        PlanError: there is no such attribute or column.
    """
    if evidence.data.amount is None:
        raise PlanError.one(evidence.id, "holds no amounts", "Oaxaca-Blinder splits gaps of mean amounts.")
    codings = attributes(evidence)
    name = by or next(iter(codings))
    if name not in codings:
        raise PlanError.one(evidence.id, f"has no group attribute {name!r}", nearest(name, list(codings)))
    records, total = _records(evidence, folder, codings[name], explained_by, frame)
    sizes = records["group"].value_counts()
    if len(sizes) < 2 or sizes.iloc[1] < FEWEST:
        return [f"Too few records hold all of {listed(list(explained_by))}: nothing was split."]
    return _sentences(records, [str(group) for group in sizes.index[:2]], explained_by, total, evidence)


def _records(evidence: Evidence, folder: Path, coding: Any, explained_by: Sequence[str], frame: Any):
    """Read the columns that are needed, groups as the plan reads them, rows without anything left out."""
    wanted = [coding.column, evidence.data.amount.column, *explained_by]
    with opened(evidence.data, folder, frame, dict.fromkeys(wanted, "")) as source:
        if missing := [column for column in wanted if column not in source.types]:
            hint = nearest(missing[0], list(source.types))
            raise PlanError.one(evidence.id, f"the data have no column {missing[0]!r}", hint)
        read = source.connection.table("records").df()[wanted]
    # A code that SQL would pass on unread begins with a mark: settle takes care of it.
    text = read[coding.column].astype("string").str.strip()
    named = {raw: coding.settle("=" + code) for raw, code in coding.codes.items()}
    group = [named.get(value, value) if isinstance(value, str) and value else "?" for value in text.fillna("")]
    numbers = read[wanted[1:]].apply(pd.to_numeric, errors="coerce").assign(group=group)
    kept = numbers[numbers["group"] != "?"].dropna()
    return kept, len(read)


def _sentences(
    records: pd.DataFrame, groups: Sequence[str], explained_by: Sequence[str], total: int, evidence: Evidence
) -> list[str]:
    from statsmodels.stats.oaxaca import OaxacaBlinder

    two = records[records["group"].isin(groups)]
    predictors = two[list(explained_by)].assign(group=(two["group"] == groups[1]).astype(int))
    amount, unit = two[evidence.data.amount.column], evidence.data.amount.unit
    split = OaxacaBlinder(amount.to_numpy(), predictors, "group", hasconst=False).two_fold()
    unexplained, explained, gap = (float(value) for value in split.params)
    means = amount.groupby(two["group"]).mean()
    higher, lower = groups if means[groups[0]] >= means[groups[1]] else groups[::-1]
    left = total - len(two)
    return [
        f"{higher} got {significant(abs(gap))} {unit} more than {lower} on average, in {len(two):,} records "
        f"({left:,} others are of other groups or lack something).",
        f"Of that, {significant(np.sign(gap) * explained)} goes with differences in {listed(list(explained_by))}, and "
        f"{significant(np.sign(gap) * unexplained)} does not (Oaxaca-Blinder, pooled coefficients; shown only).",
    ]
