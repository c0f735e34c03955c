"""How the records of each kind are read, beside groups and yes or no: what is looked at first, and computed from each.

A kind that counts by a decision needs nothing of this. Every other kind has a function here that looks at its columns
(one query, which gives one row of counts) and says what is to be computed, what is wrong, and what a reader must know.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from sqlglot import exp

from fairaudit import sql, syntax
from fairaudit.errors import Problem
from fairaudit.plan import Evidence


@dataclass(frozen=True)
class Reading:
    """How the records of one block are read.

    Attributes:
        columns: what is computed from each record.
        about: entries of the tally, such as its edges.
        problems: what is wrong with the columns; each record that has none of it can be counted all the same.
        notes: what a reader of the counts must know, a sentence each.
        facts: sums that are counted by group and are no part of the cells.
        extra: keys that rows are counted by, and that are no columns of the tally.
        finish: turns rows with those keys into the tally's cells and notes, given what it is about and the plan's data.
    """

    columns: sql.Reading = field(default_factory=sql.Reading)
    about: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    finish: Callable[..., tuple[pd.DataFrame, tuple[str, ...]]] | None = None


@dataclass(frozen=True)
class Look:
    """What a kind may look at before the records are counted.

    Attributes:
        evidence: the block of the plan.
        columns: the records' columns.
        fetch: puts a query to the engine.
    """

    evidence: Evidence
    columns: sql.Columns
    fetch: Callable[[exp.Expression], list[tuple]]

    @property
    def source(self) -> str:
        """Where the records are, for errors."""
        return self.evidence.data.source

    def survey(self, counts: Mapping[str, exp.Expression], source: str | exp.Expression = sql.RECORDS) -> dict:
        """Give one row of counts over the kept records, by name."""
        query = sql.of_kept(syntax.select(counts, source), self.evidence.data, self.columns)
        return dict(zip(counts, self.fetch(query)[0], strict=True))

    def commonest(
        self, value: exp.Expression, most: int = 12, source: str | exp.Expression = sql.RECORDS
    ) -> dict[str, int]:
        """Give the most frequent texts of an expression over the kept records, and their counts."""
        query = syntax.select({"value": value, "n": syntax.count()}, source).where(syntax.not_null(value.copy()))
        query = sql.of_kept(query, self.evidence.data, self.columns).group_by(exp.Literal.number(1))
        return dict(self.fetch(query.order_by(syntax.name("n").desc(), syntax.name("value")).limit(most)))
