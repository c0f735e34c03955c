"""Records as arrays, read by the very rules by which they are counted: who is in which group, what came of it.

A frame of records stays in memory and goes nowhere else: what leaves this package is counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fairaudit import sql, syntax
from fairaudit.errors import DataError, PlanError, Problem, nearest
from fairaudit.groupings import Coding, attributes, decision_coding, group_name
from fairaudit.plan import UNKNOWN, Evidence
from fairaudit.sources.asking import named_columns
from fairaudit.sources.opening import opened

CODE = " code "  # no column of a plan begins with a space


@dataclass(frozen=True)
class Records:
    """Records that a plan keeps, side by side.

    Attributes:
        frame: the columns that the plan names, and the inputs, as they stand in the source.
        inputs: what a model may be fitted on: numbers as floats, everything else as text, missing as NaN or None.
        groups: attribute -> each record's group, unknown as "?".
        outcome: 1, 0, or NaN where it is not known; all NaN where the plan names none.
        decision: today's, likewise; of scores, at the cut-off in use.
        cluster: whom each record belongs to, as whole numbers; records without one are on their own.
        weight: 1 where the plan names none.
        clustered: whether the plan names who has several records.
    """

    frame: pd.DataFrame
    inputs: pd.DataFrame
    groups: dict[str, np.ndarray]
    outcome: np.ndarray
    decision: np.ndarray
    cluster: np.ndarray
    weight: np.ndarray
    clustered: bool

    def group(self, by: Sequence[str]) -> np.ndarray:
        """Give each record's group of a grouping; unknown where any part of it is."""
        if len(by) == 1:
            return self.groups[by[0]]
        return np.array([group_name(levels) for levels in zip(*(self.groups[name] for name in by), strict=True)])

    def __len__(self) -> int:
        return len(self.frame)


def read_records(
    evidence: Evidence, folder: Path, inputs: Sequence[str], frame: Any = None, at: float | None = None
) -> Records:
    """Read the records of a block of decisions or scores.

    Args:
        evidence: the block of the plan.
        folder: what its source is relative to.
        inputs: columns to fit models on.
        frame: records at hand (pandas, Polars or Arrow) instead of the source.
        at: of scores, the cut-off in use.

    Raises:
        PlanError: the block has counts instead of records, or is of another kind, or no inputs are named.
        DataError: a column is missing.
    """
    _check(evidence, inputs, frame)
    named = named_columns(evidence) | dict.fromkeys(inputs, "inputs")
    data = evidence.data
    codings = {name: coding for name, coding in attributes(evidence).items()}
    for name, spec in (("outcome", data.outcome), ("decision", data.decision)):
        if spec is not None:
            codings[f" {name}"] = decision_coding(name, spec)
    with opened(data, folder, frame, named) as source:
        _check_columns(evidence, inputs, named, list(source.types))
        columns = sql.Columns(source.types)
        wanted = {name: columns.raw(name) for name in dict.fromkeys(named)}
        wanted |= {CODE + name: _code(coding, columns) for name, coding in codings.items()}
        if data.score is not None:
            wanted[CODE + " score"] = columns.number(data.score.column)
        kept = sql.left_out(data, columns).eq(syntax.string(""))
        query = syntax.select(wanted, sql.RECORDS).where(kept)
        read = source.connection.execute(query.sql("duckdb")).df()
    if read.empty:
        raise DataError.one(data.source, "holds no records after `keep`", "Look at `keep` under data.")
    coded = {name: _settled(coding, read[CODE + name]) for name, coding in codings.items()}
    raw = read[[name for name in read.columns if not name.startswith(CODE)]]
    return Records(
        frame=raw,
        inputs=pd.DataFrame({name: _input(raw[name]) for name in inputs}),
        groups={name: values for name, values in coded.items() if not name.startswith(" ")},
        outcome=_yes(coded.get(" outcome"), len(raw)),
        decision=_decided(evidence, coded.get(" decision"), read, at),
        cluster=_clusters(raw, data.cluster),
        weight=raw[data.weight].astype(float).to_numpy() if data.weight else np.ones(len(raw)),
        clustered=bool(data.cluster),
    )


def _check(evidence: Evidence, inputs: Sequence[str], frame: Any) -> None:
    if evidence.kind not in ("decisions", "scores"):
        raise PlanError.one(evidence.id, f"is of kind {evidence.kind}", "Models are fitted for decisions and scores.")
    if not evidence.data.has_records and frame is None:
        what = f"holds {'counts' if evidence.data.is_tally else 'no records here'}, and models are fitted to records"
        raise PlanError.one(evidence.id, what, "Give the records: frame=.")
    if evidence.data.count:
        what = "has rows that stand for several records"
        raise PlanError.one(evidence.id, what, "Give a row a record.")
    if isinstance(inputs, str) or not len(inputs):
        raise PlanError.one("inputs", "names no columns", 'Write inputs=["age", "prior_arrests"].')


def _check_columns(evidence: Evidence, inputs: Sequence[str], named: dict[str, str], there: list[str]) -> None:
    problems = [
        Problem(evidence.data.source, f"has no column {name!r} ({named[name]})", nearest(name, there))
        for name in named
        if name not in there
    ]
    spec = evidence.data
    told = {each.column for each in (spec.outcome, spec.decision) if each is not None}
    problems += [
        Problem("inputs", f"{name!r} is the outcome or the decision itself", "Leave it out.")
        for name in inputs
        if name in told
    ]
    if problems:
        raise DataError(problems)


def _code(coding: Coding, columns: sql.Columns) -> Any:
    return sql.band(coding, columns) if coding.bands else sql.code(coding, columns.text(coding.column))


def _settled(coding: Coding, texts: pd.Series) -> np.ndarray:
    settled = {text: coding.settle(text) for text in texts.unique()}
    return texts.map({text: code or UNKNOWN for text, code in settled.items()}).to_numpy(str)


def _yes(codes: np.ndarray | None, n: int) -> np.ndarray:
    if codes is None:
        return np.full(n, np.nan)
    return np.select([codes == "1", codes == "0"], [1.0, 0.0], np.nan)


def _decided(evidence: Evidence, codes: np.ndarray | None, read: pd.DataFrame, at: float | None) -> np.ndarray:
    if codes is not None or evidence.data.score is None or at is None:
        return _yes(codes, len(read))
    score = read[CODE + " score"].to_numpy(float)
    raw = read[evidence.data.score.column].astype("string").str.strip()
    score = np.where(raw.isin([str(value) for value in evidence.data.score.unknown]), np.nan, score)
    return np.where(np.isnan(score), np.nan, score >= at)


def _input(values: pd.Series) -> pd.Series:
    """Take a column for numbers where all that is there reads as one."""
    if pd.api.types.is_bool_dtype(values):
        return values.astype(float)
    text = values.astype("string").str.strip().replace("", pd.NA)
    numbers = pd.to_numeric(text, errors="coerce")
    if (numbers.notna() == text.notna()).all():
        return numbers.astype(float)
    return text.astype(object).where(text.notna(), None)


def _clusters(raw: pd.DataFrame, column: str | None) -> np.ndarray:
    if column is None:
        return np.arange(len(raw))
    codes, names = pd.factorize(raw[column])
    alone = codes < 0
    return np.where(alone, len(names) + np.cumsum(alone), codes)
