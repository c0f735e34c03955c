"""A researcher's own function of (y_true, y_pred, sample_weight): through fairlearn, and marked approximate.

Such a function may be anything, so no test with a known error rate exists for it. Its bounds come from a percentile
bootstrap, whose errors are not controlled in small groups. That is why it may flag or inform, but never clears and
never blocks.

It needs no records: in a yes/no decision a group is four cells, and four rows with the cells' counts as sample weights
say the same as the rows themselves, to a function that uses its weights. Whether it does is tried out first.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from fairaudit.errors import UsageError
from fairaudit.measures.documentation import read_docstring
from fairaudit.measures.registry import RisesWith, Side, worse_side

Y_TRUE = np.array([1, 0, 1, 0])
Y_PRED = np.array([1, 1, 0, 0])
"""The four kinds of record, in the order TP, FP, FN, TN, as `_four_cells` gives their counts."""

DRAWS = 1000


@dataclass(frozen=True)
class ApproximateMeasure:
    """A function of records' outcomes, decisions and weights, to be compared between groups by the bootstrap.

    Attributes:
        name: the function's own.
        function: ``function(y_true, y_pred, *, sample_weight) -> float``; outcomes and decisions are 0 or 1.
        source: whose definition; "" where nobody said.
        title: the plain name that the report prints.
        doc: the docstring.
        rises_with: as in `Measure`; None where nobody said whether high or low is worse.
        needs: always both, since every record carries both to the function.
        kind: the kind of evidence it belongs to.
    """

    name: str
    function: Callable[..., float]
    source: str = ""
    title: str = ""
    doc: str = ""
    rises_with: RisesWith = None
    needs: tuple[str, ...] = ("decision", "outcome")
    kind: str = "decisions"

    approximate = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", self.title or self.name.replace("_", " "))
        object.__setattr__(self, "source", self.source or read_docstring(self.doc)["definition"])

    def worse_when(self, being_selected_is: str | None) -> Side:
        """Say which side is the worse one, as `Measure.worse_when` does."""
        return worse_side(self.rises_with, being_selected_is)


def approximate_measure(
    *, source: str, title: str = "", rises_with: RisesWith = None
) -> Callable[[Callable], Callable]:
    """Say of a function of (y_true, y_pred, sample_weight) what its docstring cannot; a plain function works too.

    Returns:
        A decorator that leaves the function as it is, but for an attribute `measure` that holds the measure.
    """

    def mark(function: Callable) -> Callable:
        function.measure = wrap(function, source=source, title=title, rises_with=rises_with)
        return function

    return mark


def takes_records(function: Callable) -> bool:
    """Say whether a function asks for (y_true, y_pred, ...) rather than for counts."""
    try:
        return list(inspect.signature(function).parameters)[:2] == ["y_true", "y_pred"]
    except (TypeError, ValueError):
        return False


def wrap(function: Callable[..., float], **attributes: Any) -> ApproximateMeasure:
    """Make an `ApproximateMeasure` of a function, after trying it on small made-up groups.

    Raises:
        UsageError: it fails on ordinary data, or a weight of 3 is not the same to it as three equal records.
    """
    name = getattr(function, "__name__", "measure")
    _refuse_deaf_to_weights(function, name)
    return ApproximateMeasure(name=name, function=function, doc=inspect.getdoc(function) or "", **attributes)


def _refuse_deaf_to_weights(function: Callable[..., float], name: str) -> None:
    for counts in np.random.default_rng(0).integers(1, 9, (5, 4)):
        records = [np.repeat(y, counts) for y in (Y_TRUE, Y_PRED)]
        weighted, failed = call(function, Y_TRUE, Y_PRED, counts, quote=True)
        repeated, failed_on_records = call(function, *records, np.ones(counts.sum()), quote=True)
        if failed or failed_on_records:
            raise UsageError.one(
                f"measure {name}",
                f"on ordinary data {failed or failed_on_records}",
                "It is called as f(y_true, y_pred, sample_weight=...), with outcomes and decisions of 0 and 1, "
                "and must give one number.",
            )
        if not np.isclose(weighted, repeated, rtol=1e-9):
            raise UsageError.one(
                f"measure {name}",
                "a sample_weight of 3 is not the same to it as three equal records",
                "Use sample_weight in every sum and mean, such as np.average(y_true != y_pred, weights=sample_weight).",
            )


def call(
    function: Callable[..., float], y_true: Any, y_pred: Any, sample_weight: Any, *, quote: bool = False
) -> tuple[float, str]:
    """Call a researcher's function; give (value, ""), or (NaN, why there is none). Never raises for its mistakes.

    The words of an error are quoted only where `quote` says that the data are made up: they may hold a count too small
    to be shown.
    """
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            value = float(function(y_true, y_pred, sample_weight=sample_weight))
    except Exception as error:  # a researcher's function may raise anything
        return np.nan, f"the function failed ({type(error).__name__}{f': {error}' if quote else ''})"
    return (value, "") if np.isfinite(value) else (np.nan, f"the function gave {value}")


class Bounds(NamedTuple):
    """An estimate with a one-sided bound on either side; NaN and infinite where nothing can be said."""

    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Approximation:
    """An approximate measure of each group, with bootstrap draws to compare any two.

    Attributes:
        values: by group; NaN where undefined.
        reasons: why a group's value is undefined, for those where it is.
        draws: by group, shape (draws,); NaN where the function gave no number for a draw.
    """

    values: Mapping[str, float]
    reasons: Mapping[str, str]
    draws: Mapping[str, np.ndarray]

    def difference(self, a: str, b: str, alpha_lower: float = 0.05, alpha_upper: float = 0.05) -> Bounds:
        """Bound the value of group `a` minus that of group `b`; each alpha is one-sided."""
        estimate = self.values[a] - self.values[b]
        return percentile_bounds(estimate, self.draws[a] - self.draws[b], alpha_lower, alpha_upper)

    def ratio(self, a: str, b: str, alpha_lower: float = 0.05, alpha_upper: float = 0.05) -> Bounds:
        """Bound the value of group `a` over that of group `b`; undefined where a value can be negative."""
        values = np.array([[self.values[a]], [self.values[b]]])
        draws = np.stack([self.draws[a], self.draws[b]])
        if (values < 0).any() or (draws < 0).any():
            return Bounds(np.nan, -np.inf, np.inf)
        with np.errstate(all="ignore"):  # x/0 is infinite, 0/0 says nothing
            (estimate,), ratios = values[0] / values[1], draws[0] / draws[1]
        return percentile_bounds(float(estimate), ratios, alpha_lower, alpha_upper)


def percentile_bounds(estimate: float, draws: np.ndarray, alpha_lower: float, alpha_upper: float) -> Bounds:
    """Take bounds from sorted draws, leaning outward: an undefined draw counts as the worst on either side.

    Args:
        estimate: from the data themselves; where it is NaN there are no bounds.
        draws: bootstrap values of the same quantity.
        alpha_lower: one-sided error of the lower bound; infinite where the draws are too few for it.
        alpha_upper: the same of the upper bound.
    """
    if np.isnan(estimate):
        return Bounds(np.nan, -np.inf, np.inf)
    lowest_first = np.sort(np.where(np.isnan(draws), -np.inf, draws))
    highest_first = np.sort(np.where(np.isnan(draws), np.inf, draws))[::-1]
    below, above = (int(alpha * (len(draws) + 1)) for alpha in (alpha_lower, alpha_upper))
    lower = lowest_first[below - 1] if below else -np.inf
    upper = highest_first[above - 1] if above else np.inf
    return Bounds(estimate, float(lower), float(upper))


def approximate(
    measure: ApproximateMeasure,
    cells: Mapping[str, np.ndarray],
    *,
    sizes: Mapping[str, float] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> Approximation:
    """Compute a measure for each group through fairlearn's `MetricFrame`, and draw it anew for bounds.

    Records whose decision or outcome is unknown are left out, since the function could not be given them.

    Args:
        measure: what to compute.
        cells: by group, shape (3, 3) as in `Counts`: counts, or sums of weights.
        sizes: by group, how many independent records the counts are worth (weights, clusters); default their sum.
        draws: bootstrap draws a group, from a multinomial of the group's cells at its size.
        seed: of the draws. Renaming or reordering groups does not change them.
    """
    counts = {group: _four_cells(table) for group, table in cells.items()}
    values, reasons = _values_by_group(measure, counts)
    # each group draws from a stream of its own, by rank of its counts: neither names nor their order may matter
    ranked = sorted(counts, key=lambda group: (counts[group].tolist(), group))
    streams = dict(zip(ranked, np.random.SeedSequence(seed).spawn(len(ranked)), strict=True))
    drawn = {
        group: _draw(
            measure.function,
            counts[group],
            (sizes or {}).get(group, counts[group].sum()),
            draws,
            np.random.default_rng(streams[group]),
        )
        for group in counts
    }
    return Approximation(values, reasons, drawn)


def _four_cells(table: np.ndarray) -> np.ndarray:
    return np.asarray(table, float)[:2, :2].ravel()


def _values_by_group(
    measure: ApproximateMeasure, counts: Mapping[str, np.ndarray]
) -> tuple[dict[str, float], dict[str, str]]:
    import pandas as pd
    from fairlearn.metrics import MetricFrame

    rows = [(group, cell) for group, cell_counts in counts.items() for cell in np.flatnonzero(cell_counts)]
    reasons = {group: "no record has both a known decision and a known outcome" for group in counts}
    values = dict.fromkeys(counts, np.nan)
    if not rows:
        return values, reasons
    groups, at = [group for group, _ in rows], [cell for _, cell in rows]
    weights = np.array([counts[group][cell] for group, cell in rows])
    frame = MetricFrame(
        metrics={
            "value": lambda y_true, y_pred, sample_weight: call(measure.function, y_true, y_pred, sample_weight)[0]
        },
        y_true=Y_TRUE[at],
        y_pred=Y_PRED[at],
        sensitive_features=pd.Series(groups, name="group"),  # of a list, fairlearn takes no single row
        sample_params={"value": {"sample_weight": weights}},
    )
    for group, value in frame.by_group["value"].items():
        values[group] = float(value)
        reasons[group] = "" if np.isfinite(value) else _value_of_cells(measure.function, counts[group])[1]
    return values, {group: reason for group, reason in reasons.items() if reason}


def _value_of_cells(function: Callable[..., float], counts: np.ndarray) -> tuple[float, str]:
    """Call a function on one group's cells, leaving out those that hold nobody, as records would."""
    held = counts > 0
    return call(function, Y_TRUE[held], Y_PRED[held], counts[held])


def _draw(
    function: Callable[..., float], counts: np.ndarray, size: float, draws: int, rng: np.random.Generator
) -> np.ndarray:
    total, size = counts.sum(), int(size)
    if not total or not size:
        return np.full(draws, np.nan)
    drawn, which = np.unique(rng.multinomial(size, counts / total, draws), axis=0, return_inverse=True)
    values = np.array([_value_of_cells(function, cells * (total / size))[0] for cells in drawn])
    return values[which.ravel()]
