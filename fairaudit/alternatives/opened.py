"""What the notebook on alternatives calls: tables, charts and sentences, and never a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from fairaudit.alternatives.points import Asked, Point, check_lost
from fairaudit.alternatives.predicting import predictability
from fairaudit.alternatives.refitting import FOLDS, Refits, refits
from fairaudit.alternatives.scores_alone import capacities, cut_offs, group_cut_offs
from fairaudit.alternatives.telling import found_sentences, frontier_entry, group_cut_off_table
from fairaudit.alternatives.words import LEGAL, exploring
from fairaudit.charts.frontier import frontier_chart, frontier_table, steps_chart
from fairaudit.charts.predictability import predictability_chart, predictability_table
from fairaudit.displays import Picture, Shown, bullets, paragraphs
from fairaudit.errors import PlanError, UsageError
from fairaudit.evidence import Evidence
from fairaudit.report.tables import table


class Alternatives:
    """Less discriminatory alternatives to one system, opened for a notebook.

    Args:
        audit: the audit's folder, or an `Evidence` of it.
        evidence: the block's id; the first where empty.
        inputs: columns of the records that a model may be fitted on; none where no records are at hand.
        suspected: those of them that are suspected of standing in for a group.
        measure: on what alternatives are judged; the plan's first that fits where empty.
        by: the grouping; the plan's first where empty.
        model: a scikit-learn classifier to refit; logistic regression where None.
        lost_at_most: how much less accurate than today an alternative may be shown to be, and still be found: 0.02 is
            2 in 100. It is a choice, and the agency's.
        folds: how many parts records are cut into.
        seed: of parts and lots.
        frame: records at hand (pandas, Polars or Arrow) instead of the source that the plan names.

    Raises:
        PlanError, UsageError: as `Evidence` does; or a share or list that is none.
    """

    def __init__(
        self,
        audit: str | Path | Evidence,
        evidence: str = "",
        *,
        inputs: Sequence[str] = (),
        suspected: Sequence[str] = (),
        measure: str = "",
        by: str = "",
        model: Any = None,
        lost_at_most: float = 0.02,
        folds: int = FOLDS,
        seed: int = 0,
        frame: Any = None,
    ):
        check_lost(lost_at_most)
        for name, given in (("inputs", inputs), ("suspected", suspected)):
            if isinstance(given, str):
                raise UsageError.one(name, "is one text, where a list is meant", f"Write {name}=[{given!r}].")
        self.opened = audit if isinstance(audit, Evidence) else Evidence(audit, evidence, frame=frame)
        self.block, self.frame = self.opened.block, self.opened._frame if frame is None else frame
        self.inputs, self.suspected, self.model = list(inputs), list(suspected), model
        self.measure, self.by, self.lost_at_most = measure, by, lost_at_most
        self.folds, self.seed = folds, seed

    # --- what is computed ---

    @cached_property
    def cut_offs(self) -> tuple[Asked, list[Point]]:
        """Every cut-off, judged."""
        return cut_offs(self.block, self.opened.tally, self.measure, self.by)

    @cached_property
    def capacities(self) -> tuple[Asked, list[Point]]:
        """Other numbers of places, judged."""
        return capacities(self.block, self.opened.tally, "", self.by)

    @cached_property
    def refits(self) -> Refits:
        """Models refitted, judged on records that they have not seen."""
        told = {"suspected": self.suspected, "model": self.model, "folds": self.folds, "seed": self.seed}
        told |= {"measure": self.measure, "by": self.by, "frame": self.frame}
        return refits(self.block, self.opened.plan.folder, self.inputs, **told)

    @cached_property
    def predictability(self) -> Mapping[str, Any]:
        """How well inputs tell groups apart."""
        told = {"by": self.by, "frame": self.frame, "folds": self.folds, "seed": self.seed}
        return predictability(self.block, self.opened.plan.folder, self.inputs, **told)

    # --- to show ---

    @property
    def question(self) -> Shown:
        """What is asked, and of whose decisions."""
        return self.opened.question

    @property
    def legal_caution(self) -> Shown:
        """What must be known before a person's group is used to decide."""
        return paragraphs([LEGAL])

    def show_cut_offs(self) -> Any:
        """Show every cut-off: chart, table, and what was found."""
        return self._show(lambda: self._stepwise(*self.cut_offs, "cut-off"))

    def show_capacities(self) -> Any:
        """Show other numbers of places."""
        return self._show(lambda: self._stepwise(*self.capacities, "number of places"))

    def show_group_cut_offs(self) -> Any:
        """Show, as a diagnostic, how far apart groups' scores lie; the legal caution stands above it."""
        return self._show(self._group_cut_offs)

    def show_predictability(self) -> Any:
        """Show how well inputs tell groups apart."""
        return self._show(self._predictability)

    def show_refits(self) -> Any:
        """Show the frontier of accuracy and of the bound of the worst pair."""
        return self._show(self._refits)

    def _show(self, make: Any) -> None:
        """Show things one below the other; what this block cannot give, in a sentence."""
        from IPython.display import display

        try:
            shown = make()
        except PlanError as error:
            shown = [
                paragraphs(
                    [f"Not shown here: {problem.where} {problem.what}. {problem.hint}" for problem in error.problems]
                )
            ]
        for each in shown:
            display(each)

    def _stepwise(self, asked: Asked, points: list[Point], word: str) -> list[Any]:
        entry = frontier_entry(asked, points, self.block, word)
        said = [
            *found_sentences(asked, points, self.lost_at_most),
            exploring(len(points) - 1, asked.evidence.alpha_of_look),
        ]
        return [_picture(steps_chart(entry)), _table(frontier_table(entry)), bullets(said)]

    def _group_cut_offs(self) -> list[Any]:
        asked, points = self.cut_offs
        rows = group_cut_offs(asked, self.opened.tally, points)
        return [paragraphs([LEGAL]), _table(group_cut_off_table(asked, rows))]

    def _predictability(self) -> list[Any]:
        self._need_inputs()
        return [_picture(predictability_chart(self.predictability)), _table(predictability_table(self.predictability))]

    def _refits(self) -> list[Any]:
        self._need_inputs()
        found = self.refits
        entry = frontier_entry(found.asked, found.points, self.block, "alternative")
        failed = [f"{name}: {why}." for name, why in found.failed.items()]
        said = found_sentences(found.asked, found.points, self.lost_at_most)
        looked = exploring(len(found.points) - 1, found.asked.evidence.alpha_of_look)
        shown = [_picture(frontier_chart(entry)), _table(frontier_table(entry)), bullets([*said, looked, *failed])]
        return [*shown, bullets(found.notes), paragraphs([LEGAL])]

    def _need_inputs(self) -> None:
        if not self.inputs:
            raise PlanError.one("inputs", "names no columns, so that no model is fitted", 'Write inputs = ["age"].')


def _picture(chart: Any) -> Picture:
    return Picture(chart.svg, chart.alt)


def _table(made: tuple[str, list[str], list[list[str]]]) -> Shown:
    caption, heads, rows = made
    return Shown(table(caption, heads, rows), "\n".join("  ".join(row) for row in [heads, *rows]))
