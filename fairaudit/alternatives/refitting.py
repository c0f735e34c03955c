"""Where records are at hand: models refitted so that groups are parted less, judged on records they have not seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fairaudit.alternatives.folds import folds_of, splits
from fairaudit.alternatives.models import (
    BLIND,
    WITH_GROUP,
    Alternative,
    Task,
    merged_groups,
    pipeline,
    quietly,
    without,
)
from fairaudit.alternatives.points import Asked, Point, asked_of, error_gaps, judged
from fairaudit.alternatives.purpose import Change, balanced_change, change, served
from fairaudit.alternatives.records import Records, read_records
from fairaudit.cells import Cells
from fairaudit.errors import PlanError, UsageError, nearest
from fairaudit.measures import MEASURES
from fairaudit.plan import Decision, Evidence
from fairaudit.sources import read_tally

MADE = "decision of the alternative"
FOLDS = 5
FEWEST_OUTCOMES = 50  # of either kind, for a model to be worth its fit


@dataclass(frozen=True)
class Refits:
    """What became of refitting.

    Attributes:
        asked: on what alternatives were judged.
        points: today's decisions first, then every alternative that could be fitted.
        failed: those that could not be, with why.
        notes: what else must be known, a sentence each.
        fold: each record's fold, shape (n,).
        decisions: each alternative's decisions on records it had not seen: 1, 0, or NaN; by its name.
    """

    asked: Asked
    points: list[Point]
    failed: dict[str, str]
    notes: list[str]
    fold: np.ndarray = field(repr=False)
    decisions: dict[str, np.ndarray] = field(repr=False)


def refits(
    evidence: Evidence,
    folder: Path,
    inputs: Sequence[str],
    *,
    measure: str = "",
    by: str = "",
    suspected: Sequence[str] = (),
    model: Any = None,
    which: Sequence[Alternative] = (*BLIND, *WITH_GROUP),
    frame: Any = None,
    folds: int = FOLDS,
    seed: int = 0,
) -> Refits:
    """Fit alternatives, each on some of the records, and judge them on the others.

    Every record is decided about once, by a model that has seen neither it nor anybody of its cluster. An alternative
    that ranks selects as many as today, in each fold; one that decides by itself selects as many as it does.

    Args:
        evidence: a block of decisions, or of scores with a measure taken `at` a cut-off, with outcomes.
        folder: what its source is relative to.
        inputs: the columns to fit on.
        measure: on what alternatives are judged; the first that needs decisions where empty.
        by: the grouping; the first where empty.
        suspected: inputs suspected of standing in for a group; a model is fitted without them.
        model: a scikit-learn classifier that takes weights; logistic regression where None.
        which: the alternatives to fit, beside that without them.
        frame: records at hand instead of the source.
        folds: how many parts the records are cut into.
        seed: of the parts and of all lots.

    Raises:
        PlanError: the block names no outcome, or nothing that alternatives could be judged by.
        DataError: the records cannot be read as the plan says.
        UsageError: there are too few records or outcomes to fit a model.
    """
    asked, block, at = _block(evidence, measure, by)
    records = read_records(evidence, folder, inputs, frame, at)
    _check(records, inputs, suspected, evidence)
    fold = folds_of(records.cluster, folds, seed)
    alternatives = [*which, *([_without(suspected)] if suspected else [])]
    fitter = _Fitter(records, asked, fold, _maker(model), seed)
    made, failed, warned = {}, {}, {}
    for each in alternatives:
        try:
            made[each.name], warned[each.name] = fitter.decisions(each)
        except ValueError:
            failed[each.name] = "it could not be fitted to these records: some group has too few with the outcome"
    judge = _Judge(asked, block, records, folder, looks=len(made))
    points = [judge.point("Today", records.decision, today=True)]
    for each in alternatives:
        if each.name in made:
            told = {"uses_group": each.uses_group, "note": _note(each, warned[each.name])}
            points.append(judge.point(each.name, made[each.name], **told))
    return Refits(asked, points, failed, _notes(records, asked, fitter, inputs, evidence), fold, made)


# --- what is judged --------------------------------------------------------------------------------------------------


def _block(evidence: Evidence, measure: str, by: str) -> tuple[Asked, Evidence, float | None]:
    """Give on what alternatives are judged, the block as one of decisions, and the cut-off in use."""
    if evidence.data.outcome is None:
        raise PlanError.one(evidence.id, "names no outcome, and models are fitted to one", "Write outcome: under data.")
    if evidence.kind == "scores":
        entries = [entry for entry in evidence.measures if entry.at is not None]
        if not entries:
            hint = "Write a measure with `at:`, the cut-off in use."
            raise PlanError.one(evidence.id, "does not say at what cut-off scores decide", hint)
    else:
        entries = [entry for entry in evidence.measures if MEASURES.get(entry.measure) and ":" not in entry.measure]
    chosen = asked_of(evidence, entries, measure, by)
    at = chosen.entry.at
    told = {
        "decision": Decision(**{"column": MADE, "is": [1], "is_not": [0]}),
        "score": None,
        "join": None,
        "key": None,
    }
    data = evidence.data.model_copy(update=told)
    kept = tuple(entry.model_copy(update={"at": None}) for entry in entries if entry.at == at)
    block = evidence.model_copy(update={"kind": "decisions", "data": data, "measures": kept})
    entry = chosen.entry.model_copy(update={"at": None})
    update = {"compare": chosen.evidence.compare, "measures": (entry,)}
    return Asked(block.model_copy(update=update), entry, chosen.by, chosen.kind, block), block, at


class _Judge:
    """Counts decisions as the plan counts them, and judges them."""

    def __init__(self, asked: Asked, block: Evidence, records: Records, folder: Path, looks: int):
        self.asked, self.block, self.records, self.folder, self.looks = asked, block, records, folder, looks

    def point(self, name: str, decisions: np.ndarray, **told: Any) -> Point:
        frame = self.records.frame.assign(**{MADE: decisions})
        tally = read_tally(self.block, self.folder, frame)
        cells = Cells.of(tally, self.asked.by)
        accuracy, balanced = self._changes(decisions)
        return Point(
            name=name,
            at=None,
            served=served(cells.amounts.sum(axis=(0, 1, 2))),
            gaps=error_gaps(cells),
            accuracy=accuracy,
            balanced=balanced,
            **judged(self.asked, tally, self.looks),
            **told,
        )

    def _changes(self, decisions: np.ndarray) -> tuple[Change, Change]:
        """Compare with today, record by record, of whom both decisions and the outcome are known."""
        r = self.records
        known = ~(np.isnan(decisions) | np.isnan(r.decision) | np.isnan(r.outcome))
        better = np.where(known, (decisions == r.outcome).astype(float) - (r.decision == r.outcome), 0.0)

        def of(counted: np.ndarray) -> Change:
            w = r.weight * counted
            sums = [np.bincount(r.cluster, values) for values in (w * better, w * w * better**2, w)]
            present = np.bincount(r.cluster, counted) > 0
            return change(*(each[present] for each in sums), r.clustered)

        with_outcome, without_it = (of((known & (r.outcome == value)).astype(float)) for value in (1, 0))
        return of(known.astype(float)), balanced_change(with_outcome, without_it)


# --- fitting ---------------------------------------------------------------------------------------------------------


class _Fitter:
    """Fits an alternative fold by fold, and puts together what it decides about those that it has not seen."""

    def __init__(self, records: Records, asked: Asked, fold: np.ndarray, model: Callable, seed: int):
        self.records, self.asked, self.fold, self.model, self.seed = records, asked, fold, model, seed
        fitted = ~np.isnan(records.outcome)
        self.raw_group = records.group(asked.by)
        self.group = merged_groups(self.raw_group, fitted)
        self.fitted = fitted
        known = ~np.isnan(records.decision)
        self.share = float(np.average(records.decision[known], weights=records.weight[known])) if known.any() else 0.0

    @property
    def merged(self) -> list[str]:
        """Groups that were mitigated together with who is unknown."""
        return sorted(set(self.raw_group[self.group != self.raw_group]) - {"?"})

    def decisions(self, alternative: Alternative) -> tuple[np.ndarray, list[str]]:
        made, warned = np.full(len(self.records), np.nan), []
        for fit_on, decide in splits(self.fold):
            fit_on = fit_on[self.fitted[fit_on]]
            found, notes = quietly(alternative.fit, self._task(fit_on, decide))
            found = np.asarray(found, float).ravel()
            made[decide] = found if alternative.decides else self._first(found, decide)
            warned += notes
        return made, list(dict.fromkeys(warned))

    def _task(self, fit_on: np.ndarray, decide: np.ndarray) -> Task:
        r = self.records
        return Task(
            inputs=r.inputs.iloc[fit_on],
            outcome=r.outcome[fit_on].astype(int),
            group=self.group[fit_on],
            weight=r.weight[fit_on],
            new_inputs=r.inputs.iloc[decide],
            new_group=self.group[decide],
            measure=self.asked.entry.measure,
            model=self.model,
            seed=self.seed,
        )

    def _first(self, scores: np.ndarray, decide: np.ndarray) -> np.ndarray:
        """Select as large a share as today, the highest scores first, those tied by lot."""
        weight = self.records.weight[decide]
        lot = np.random.default_rng([self.seed, int(self.fold[decide[0]])]).permutation(len(scores))
        order = np.lexsort([lot, -scores])
        ahead = np.cumsum(weight[order]) - weight[order] / 2
        chosen = np.zeros(len(scores))
        chosen[order] = ahead < self.share * weight.sum()
        return chosen


def _maker(model: Any) -> Callable[[pd.DataFrame], Any]:
    if model is None:
        return pipeline
    if not hasattr(model, "fit") or not hasattr(model, "predict_proba"):
        what = f"{type(model).__name__} is no classifier that gives probabilities"
        raise UsageError.one("model", what, "Give one of scikit-learn, such as HistGradientBoostingClassifier().")

    def make(inputs: pd.DataFrame) -> Any:
        from sklearn.base import clone

        return pipeline(inputs, clone(model))

    return make


def _without(suspected: Sequence[str]) -> Alternative:
    left = ", ".join(suspected)
    return Alternative(
        f"Without {left}", "the same model without inputs that stand in for the group", without(suspected)
    )


def _check(records: Records, inputs: Sequence[str], suspected: Sequence[str], evidence: Evidence) -> None:
    if strange := [name for name in suspected if name not in inputs]:
        raise UsageError.one("suspected", f"{strange[0]!r} is none of the inputs", nearest(strange[0], list(inputs)))
    if suspected and set(suspected) >= set(inputs):
        raise UsageError.one(
            "suspected", "are all the inputs, so that nothing is left", "Leave an input out of suspected."
        )
    sizes = [int((records.outcome == value).sum()) for value in (1, 0)]
    if min(sizes) < FEWEST_OUTCOMES:
        what = f"has {sizes[0]:,} records with the outcome and {sizes[1]:,} without it"
        raise UsageError.one(evidence.id, what, f"A model needs {FEWEST_OUTCOMES} of either at least.")


# --- words -----------------------------------------------------------------------------------------------------------


def _note(alternative: Alternative, warned: Sequence[str]) -> str:
    parts = ["uses the group when it decides"] if alternative.uses_group else []
    parts += ["selects as many as it finds best"] if alternative.decides else []
    return "; ".join([*parts, *warned])


def _notes(records: Records, asked: Asked, fitter: _Fitter, inputs: Sequence[str], evidence: Evidence) -> list[str]:
    folds = int(fitter.fold.max()) + 1
    kept_together = ", all records of one person or cluster in the same part" if records.clustered else ""
    said = [
        f"The records were cut into {folds} parts{kept_together}. Whoever is in a part was decided about by a model "
        f"fitted to the other {folds - 1}, so that no model is judged on records that it has seen. What is judged is "
        f"the way of fitting, not one model: a model fitted to all records needs new records of its own."
    ]
    missing = int(np.isnan(records.outcome).sum())
    if missing:
        said.append(
            f"Of {missing:,} records it is not known what came of them: they are decided about, and not fitted on."
        )
    if fitter.merged:
        said.append(
            f"For fitting, {', '.join(fitter.merged)} and whoever is of unknown group were put together, being too few "
            f"to fit to. They are judged each as they are."
        )
    if evidence.data.weight:
        said.append(
            f"Everything is judged with the weights of {evidence.data.weight}. GridSearch, ExponentiatedGradient and "
            f"ThresholdOptimizer of fairlearn take none, and are fitted as if each record stood for one."
        )
    traits = {coding for name, group in evidence.groups.items() for coding in [group.column or name]}
    if used := [name for name in inputs if name in traits]:
        said.append(
            f"Among the inputs is what groups are made by: {', '.join(used)}. Every model that takes it uses it."
        )
    return said
