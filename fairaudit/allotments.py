"""People of unknown group, allotted to groups by their probabilities: what a scenario counts, and what bounds it.

Each is counted in part in every group that they may be of. Nobody is put into the likeliest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from fairaudit.cells import Cells, groups_of, sides_of, strata_of
from fairaudit.measures import Measure, Statistic
from fairaudit.plan import UNKNOWN
from fairaudit.stats import design, frechet
from fairaudit.tally import Tally, level_names
from fairaudit.tally.values import BINS_OF_PROBABILITY

PROXIED = "proxy"
"""The scenario in which people of unknown group are allotted."""


@dataclass(frozen=True)
class Probable:
    """People of unknown group once a level.

    Attributes:
        rows: of the tally; those of whom another attribute is unknown too are left out.
        at: the place, among the tally's own rows of the grouping, of the row that each is a part of.
        group: place of the group.
        p: sums of probabilities, times weights where records are weighted.
        pp: sums of their squares.
    """

    rows: pd.DataFrame
    at: np.ndarray
    group: np.ndarray
    p: np.ndarray
    pp: np.ndarray

    @classmethod
    def of(cls, tally: Tally, attributes: Sequence[str], each: float = 1.0) -> Probable | None:
        """Take them out of a tally; None where nobody has probabilities.

        Args:
            tally: the counts.
            attributes: the attributes to cross.
            each: what every record weighs, where all weigh the same.
        """
        about, rows = tally.about, tally.probable(attributes)
        if rows.empty:
            return None
        group, records = groups_of(rows, about, attributes), tally.rows_of(attributes)
        known = group < len(level_names(about, attributes))
        rows, group = rows[known], group[known]
        name = about.proxied(attributes)
        keys = [key for key in about.keys if key not in ("table", "proxy", name)]
        unknown = np.flatnonzero((records[name] == UNKNOWN).to_numpy(bool))
        places = pd.MultiIndex.from_frame(records.iloc[unknown][keys])
        first = pd.Series(unknown, index=places).groupby(level=list(range(len(keys))), sort=False).first()
        at = first.reindex(pd.MultiIndex.from_frame(rows[keys])).to_numpy(int)
        return cls(rows, at, group, rows["p"].to_numpy(float) / each, rows["pp"].to_numpy(float) / each**2)


@dataclass(frozen=True)
class Allotment:
    """Everybody of one grouping, those of unknown group in part in each group that they may be of.

    Attributes:
        cells: the counts as the scenario has them.
        recorded: the counts as recorded.
        p: what is allotted, shape (groups, 3, 3): decision by outcome.
        pp: sums of squares likewise.
        n: records of unknown group that have probabilities, in bins of the probability of each group; weights where
            records are weighted; shape (groups, bins, 3, 3).
        binned: what is allotted of them, shape (groups, bins).
    """

    cells: Cells
    recorded: Cells
    p: np.ndarray
    pp: np.ndarray
    n: np.ndarray
    binned: np.ndarray

    @classmethod
    def of(
        cls, tally: Tally, attributes: Sequence[str], cells: Cells, measure: Measure | Statistic, **how: Any
    ) -> Allotment | None:
        """Allot people of unknown group; None where nobody has probabilities.

        Args:
            tally: the counts.
            attributes: the attributes to cross.
            cells: the grouping as recorded.
            measure: whose view of the values is taken, where the tally counts no decisions.
            how: what the view is told beside what the plan says.
        """
        about, records = tally.about, tally.rows_of(attributes)
        alike = about.weighted and cells.w is None
        each = float(records["w"].sum() / records["n"].sum()) if alike else 1.0
        found = Probable.of(tally, attributes, each)
        if found is None:
            return None
        _, stratum = strata_of(records, about.strata)
        fold = records["fold"].to_numpy(int) if about.folds is not None else np.zeros(len(records), int)
        size, bins = len(cells.groups), BINS_OF_PROBABILITY
        amounts, p, pp = cells.amounts.copy(), np.zeros((size, 3, 3)), np.zeros((size, 3, 3))
        counted = found.rows["n" if cells.w is None else "w"].to_numpy(float)
        place = (found.rows["proxy"].to_numpy(float) * bins).round().astype(int)
        n, binned = np.zeros((size, bins, 3, 3)), np.zeros((size, bins))
        np.add.at(binned, (found.group, place), found.p)
        for decisions, outcomes, part in sides_of(tally, records, measure, how):
            share = np.broadcast_to(part, len(records))[found.at]
            side = decisions[found.at], outcomes[found.at]
            own = (fold[found.at], found.group, stratum[found.at], *side)
            np.add.at(amounts, own, found.p * share)
            np.subtract.at(amounts, (own[0], np.full(len(side[0]), size), *own[2:]), found.p * share)
            np.add.at(p, (found.group, *side), found.p * share)
            np.add.at(pp, (found.group, *side), found.pp * share)
            np.add.at(n, (found.group, place, *side), counted * share)
        amounts = np.maximum(amounts, 0.0)  # but for rounding nobody is allotted twice
        made = replace(cells, n=amounts) if cells.w is None else replace(cells, w=amounts)
        return cls(made, cells, p, pp, n, binned)

    def worth(self, arms: np.ndarray, measure: Measure) -> np.ndarray:
        """Give how many records those who are allotted to each arm are worth, shape (arms,).

        It is Kish's number of their probabilities, and never more than are allotted.
        """
        counted = measure.membership()[1]
        p, pp = (np.einsum("ag,gdo->a", arms, each * counted) for each in (self.p, self.pp))
        unknown = [each[:, -1].sum() for each in (self.recorded.n, self.recorded.amounts)]
        each = unknown[1] / unknown[0] if unknown[0] else 1.0
        return np.minimum(design.kish(p, pp), p / each if each > 0 else 0.0)

    def rates(self, arms: np.ndarray, measure: Measure) -> np.ndarray:
        """Give every arm's weighted estimate, those of known group counted whole; NaN where there is nobody."""
        numerator, denominator = measure.membership()
        of_arms = np.einsum("ag,gdo->ado", arms, self.cells.amounts.sum(axis=(0, 2))[:-1])
        events, n = (of_arms * numerator).sum(axis=(1, 2)), (of_arms * denominator).sum(axis=(1, 2))
        return np.divide(events, n, out=np.full(n.shape, np.nan), where=n > 0)

    def between(self, measure: Measure) -> np.ndarray:
        """Give the lowest and the highest rate that each group can have if the probabilities are right on average.

        Whoever of a bin is of the group, the number of them is taken as known (Frechet bounds, `stats.frechet`).

        Returns:
            Shape (2, groups); NaN where there may be nobody in the denominator.
        """
        numerator, denominator = measure.membership()
        events, n = ((self.n * part).sum(axis=(-2, -1)) for part in (numerator, denominator))
        outside = self.n.sum(axis=(-2, -1)) - n
        found = frechet.frechet(events, n - events, outside, self.binned)
        known = self.recorded.amounts[:, :-1].sum(axis=(0, 2))
        x, size = ((known * part).sum(axis=(-2, -1)) for part in (numerator, denominator))
        whole = size + found.n
        return np.divide(x + found.events, whole, out=np.full(whole.shape, np.nan), where=whole > 0)
