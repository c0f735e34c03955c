"""Draws counted into tallies and judged by a plan, hundreds in a moment: what the tests of planted gaps share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from copy import copy

import numpy as np
import pandas as pd

from fairaudit.assessment import assess
from fairaudit.groupings import attributes, tables
from fairaudit.plan import Evidence, Group
from fairaudit.tally import About, Tally

SEEDS = range(100)
FOLDS = 25

Drawn = Mapping[str, np.ndarray]
Draw = Callable[[np.random.Generator], Drawn]


class Tallier:
    """Counts draws into tallies that differ in their counts alone, so that hundreds are made in a moment.

    Attributes:
        codes: the values of each key that a tally of this kind counts by; a draw gives the places among them.
        folds: how many folds people are cut into; None where nobody has several records.
    """

    def __init__(self, evidence: Evidence, codes: Mapping[str, Sequence[str]], folds: int | None = FOLDS, **about):
        levels = {name: coding.levels for name, coding in attributes(evidence).items()}
        codes, self.folds = {**codes, **({} if folds is None else {"fold": range(folds)})}, folds
        self.codes = {**levels, **codes}
        self.tables = {name: [*by, *codes] for name, by in tables(evidence).items()}
        self.shapes = {table: tuple(len(self.codes[key]) for key in keys) for table, keys in self.tables.items()}
        cells = [
            pd.MultiIndex.from_product([self.codes[key] for key in keys], names=keys).to_frame(False).assign(table=name)
            for name, keys in self.tables.items()
        ]
        given = {"has_outcome": "outcome" in codes, "folds": folds, **about}
        numbered = pd.concat(cells, ignore_index=True)
        numbered["n"] = range(len(numbered))
        # A tally sorts its cells in its own way: the numbers say where each went.
        self.empty = Tally(About(evidence.kind, levels, tables(evidence), **given), numbered)
        self.order = self.empty.cells["n"].to_numpy(int)

    def count(self, drawn: Drawn) -> Tally:
        """Count one draw, people cut into folds.

        Args:
            drawn: the attributes and the kind's own keys as places among their codes; `person` where there are folds.
        """
        places = drawn if self.folds is None else {**drawn, "fold": drawn["person"] % self.folds}
        counts = [
            np.bincount(np.ravel_multi_index([places[key] for key in keys], self.shapes[table]), minlength=size)
            for table, keys in self.tables.items()
            for size in [np.prod(self.shapes[table])]
        ]
        tally = copy(self.empty)
        tally.cells = self.empty.cells.assign(n=np.concatenate(counts)[self.order])
        return tally


def of_decisions(evidence: Evidence, folds: int | None = FOLDS) -> Tallier:
    """Count decisions, and outcomes where a measure needs them; draws say true or false, which is the place of 1."""
    return Tallier(evidence, {name: ("0", "1") for name in ["decision", *["outcome"] * evidence.needs_outcome]}, folds)


class Found(Counter):
    """How many draws gave a finding a verdict: (finding, verdict) -> draws; a finding is `grouping/measure`."""

    def share(self, finding: str, verdict: str) -> float:
        """The share of draws in which a finding had this verdict; a grouping stands for its only one."""
        named = {name for name, _ in self if finding in (name, name.partition("/")[0])}
        assert len(named) == 1, f"{finding} may be any of {sorted(named)}"
        return self[named.pop(), verdict] / len(SEEDS)


def judged(evidence: Evidence, draw: Draw, tallier: Tallier | None = None) -> Found:
    """Judge a draw of every seed."""
    found, tallier = Found(), tallier or of_decisions(evidence)
    for seed in SEEDS:
        for disparity in assess(evidence, tallier.count(draw(np.random.default_rng(seed)))):
            found[f"{disparity.grouping.name}/{disparity.entry.measure}", disparity.verdict] += 1
    return found


def narrowed(evidence: Evidence, measures: str | Sequence[str], *groupings: str, **levels: list[str]) -> Evidence:
    """The block with some measures and groupings, so that only what is asked is computed; levels may be new."""
    wanted = (measures,) if isinstance(measures, str) else tuple(measures)
    compare = tuple(entry for entry in evidence.comparisons if entry.name in groupings)
    named = {name for entry in compare for name in entry.by}
    groups = {name: group for name, group in evidence.groups.items() if name in named}
    groups |= {name: Group(levels=tuple(new)) for name, new in levels.items()}
    entries = tuple(entry for entry in evidence.measures if entry.measure in wanted)
    return evidence.model_copy(update={"measures": entries, "compare": compare, "groups": groups})
