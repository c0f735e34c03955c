"""What the notebook `how_many` calls: how many records to ask for, as text, tables and charts; no outcome by group."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from fairaudit.charts.power import power_chart, power_table
from fairaudit.displays import Picture, Shown, bullets, paragraphs
from fairaudit.own_code import measures_of, own_measures
from fairaudit.plan import read_plan
from fairaudit.planning import Needed, heading, how_many, looked, request, rows, sentences
from fairaudit.report.tables import table
from fairaudit.sources import at_hand, read_tally
from fairaudit.tally import Tally


class HowMany:
    """How many records to ask for, of one evidence block.

    Args:
        audit: the audit's folder.
        evidence: the block's id; the first where empty.
        rate: the rate to expect, 0 to 1; that of everybody at hand where None, or 30% before there are any.
        power: the chance with which groups that fare alike should clear, 0 to 1.
        shares: group -> its share of the records to come; as at hand where empty.
        per_year: records that come in a year; the plan's `people_per_year` where None.
        allow_code: whether measures of the audit's own may run.

    Raises:
        PlanError: the plan cannot be read, or has no such block.
    """

    def __init__(
        self,
        audit: str | Path,
        evidence: str = "",
        *,
        rate: float | None = None,
        power: float = 0.8,
        shares: Mapping[str, float] | None = None,
        per_year: float | None = None,
        allow_code: bool = False,
    ):
        self.plan = read_plan(audit)
        self.block = self.plan.block(evidence) if evidence else self.plan.evidence[0]
        self.rate, self.power, self.shares = rate, power, shares or None
        self.per_year = per_year or self.plan.system.people_per_year
        self.allow_code = allow_code

    @cached_property
    def tally(self) -> Tally | None:
        """The counts at hand; None before there are any records."""
        if not at_hand(self.block, self.plan.folder):
            return None
        return read_tally(self.block, self.plan.folder, plan_sha256=self.plan.sha256)

    @cached_property
    def needed(self) -> list[Needed]:
        """Every measure's plan, in every grouping."""
        own = measures_of(own_measures(self.plan, self.block, allow_code=True)) if self.allow_code else {}
        of_counts = {name: measure for name, measure in own.items() if not measure.approximate}
        told = {"rate": self.rate, "power": self.power, "shares": self.shares, "per_year": self.per_year}
        return how_many(self.block, self.tally, measures=of_counts, **told)

    # --- to show ---

    @property
    def question(self) -> Shown:
        """What is asked, what is at hand, and what the looks cost."""
        at_hand = "There are no records yet." if self.tally is None else f"At hand: {self.tally.records:,} records."
        return paragraphs(
            [text for text in (self.block.question or self.block.id, at_hand, looked(self.block)) if text]
        )

    @property
    def sentences(self) -> Shown:
        """What every measure needs, in words."""
        return bullets([f"{heading(each)}: {' '.join(sentences(each))}" for each in self.needed])

    @property
    def tables(self) -> Shown:
        """What is at hand, needed and missing, group by group, of every measure for which something is missing."""
        markup, lines = [], []
        for each in self.needed:
            if each.there and any(group.missing for group in each.groups):
                heads, body = rows(each)
                markup.append(table(heading(each), heads, body))
                lines += [heading(each), *("  ".join(row) for row in [heads, *body])]
        nothing = "Nothing is missing." if self.tally is not None else "There are no records yet to count."
        return Shown("".join(markup), "\n".join(lines)) if lines else paragraphs([nothing])

    @property
    def request(self) -> Shown:
        """A paragraph to paste into a request for records."""
        return paragraphs(request(self.block, self.needed) or ["Nothing need be asked for, or nothing can be planned."])

    @cached_property
    def curves(self) -> list[dict[str, Any]]:
        """The chance to clear by the records of each group, of every share of records."""
        return [
            {"title": heading(each), "points": each.curve(), "needed": each.each, "power": each.power}
            for each in self.needed
            if each.curve and each.each is not None and math.isfinite(each.each)
        ]

    @property
    def charts(self) -> list[Picture]:
        """The same as charts."""
        return [Picture(chart.svg, chart.alt) for chart in map(power_chart, self.curves)]

    @property
    def numbers(self) -> Shown:
        """The same as tables."""
        found = [power_table(curve) for curve in self.curves]
        lines = [line for caption, heads, body in found for line in (caption, *map("  ".join, [heads, *body]))]
        return Shown("".join(table(*each) for each in found), "\n".join(lines))

    def show_charts(self) -> None:
        """Show every chart, one below the other."""
        from IPython.display import display

        for chart in self.charts:
            display(chart)
