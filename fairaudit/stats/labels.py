"""What wrong outcome labels do to rates: how far k of them move one, how many change a verdict, known error rates.

A group's cells are (tp, fp, fn, tn). A wrong label moves a record between tp and fp where it was selected, between fn
and tn where it was not; nobody's decision changes, so selection rates need no labels and are not moved.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fairaudit.stats.fragility import Still, Verdict, smallest, stands
from fairaudit.stats.score import Kind

Array = NDArray[np.float64]
Cells = tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike]
Towards = Literal["lower", "higher"]

# Rates whose denominator is an outcome, so that a wrong label takes a record out of it or into it: the cells of the
# numerator and of the rest, and where each gets records from.
_ACROSS = {
    "true_positive_rate": ("tp", "fn", "fp", "tn"),
    "false_negative_rate": ("fn", "tp", "tn", "fp"),
    "false_positive_rate": ("fp", "tn", "tp", "fn"),
    "true_negative_rate": ("tn", "fp", "fn", "tp"),
}
# Rates whose denominator no label changes: the cells of the numerator and of the rest.
_WITHIN = {
    "positive_predictive_value": (("tp",), ("fp",)),
    "false_discovery_rate": (("fp",), ("tp",)),
    "negative_predictive_value": (("tn",), ("fn",)),
    "false_omission_rate": (("fn",), ("tn",)),
    "accuracy": (("tp", "tn"), ("fp", "fn")),
    "error_rate": (("fp", "fn"), ("tp", "tn")),
    "prevalence": (("tp", "fn"), ("fp", "tn")),
}
RATES = (*_ACROSS, *_WITHIN)


class Tipping(NamedTuple):
    """The smallest number of wrong labels, all in one group, after which a verdict no longer stands; shape (...).

    `records` is NaN where no number does it, and where the verdict does not stand to begin with (`holds` is False).
    `share` is of that group's records; `in_a` says which group it is: True for group a. `of_a` and `of_b` are the
    smallest numbers in group a alone, and in b alone; NaN where none does it.
    """

    records: Array
    share: Array
    in_a: NDArray[np.bool_]
    holds: NDArray[np.bool_]
    of_a: Array
    of_b: Array


class Corrected(NamedTuple):
    """A rate corrected for known errors of labels, its standard error, and whether it had to be cut off at 0 or 1."""

    rate: Array
    standard_error: Array
    cut_off: NDArray[np.bool_]


def tipping_point(
    tp: ArrayLike, fp: ArrayLike, fn: ArrayLike, tn: ArrayLike, rate: str, wrong: ArrayLike
) -> tuple[Array, Array]:
    """Give how low and how high a group's rate can be if up to `wrong` of its labels are wrong.

    Args:
        tp: selected, with the outcome.
        fp: selected, without it.
        fn: not selected, with it.
        tn: not selected, without it.
        rate: one of `RATES`.
        wrong: wrong labels, 0 or more.

    Returns:
        Lowest and highest rate, of the broadcast shape, both reached by some table; NaN where the rate is undefined as
        recorded. For the true positive rate min((tp - k) / (p - k), tp / (p + k)) where no cell runs out, p = tp + fn;
        where one does, the rest of the k are taken from the other.

    Raises:
        ValueError: if the rate is not one that labels move.
    """
    cells = tuple(np.asarray(each, dtype=float) for each in (tp, fp, fn, tn))
    x, n = counts(cells, rate)
    ends = []
    for towards, extreme in (("lower", np.fmin), ("higher", np.fmax)):
        found = _divide(x, n)
        for leave_first in (True, False):
            found = extreme(found, _divide(*moved(cells, rate, wrong, towards, leave_first=leave_first)))
        ends.append(np.where(n > 0, found, np.nan))
    return ends[0], ends[1]


def smallest_wrong(
    kind: Kind,
    cells_a: Cells,
    cells_b: Cells,
    rate: str,
    margin: ArrayLike,
    alpha: ArrayLike,
    verdict: Verdict,
    still: Still | None = None,
) -> Tipping:
    """Give the smallest number of wrong labels, all in one of the two groups, after which a verdict no longer stands.

    A cleared pair stops clearing where group a's rate was recorded too high or group b's too low; a flagged pair stops
    being flagged the other way round. Both groups are tried, and the one that needs fewer is given. Nor does a verdict
    stand where all labels that put somebody into a denominator are wrong, since the rate is then undefined.

    Args:
        kind: "ratio" or "difference".
        cells_a: (tp, fp, fn, tn) of group a, each of shape (...).
        cells_b: those of group b.
        rate: one of `RATES`.
        margin: which theta_a was shown to be above (cleared) or below (flagged).
        alpha: one-sided level, above 0 and below .5.
        verdict: "cleared" or "flagged".
        still: says whether the verdict stands at (x1, n1, x0, n0), for another test than the score test, such as the
            exact one; takes and returns arrays.

    Returns:
        Records, their share of the group, which group, and whether the verdict stands to begin with.

    Raises:
        ValueError: if the rate is not one that labels move, or a level is outside (0, .5).
    """
    still = still or stands(kind, margin, alpha, verdict)
    a, b = (tuple(np.asarray(each, dtype=float) for each in cells) for cells in (cells_a, cells_b))
    down: Towards = "lower" if verdict == "cleared" else "higher"
    up: Towards = "higher" if verdict == "cleared" else "lower"

    at_a, at_b = counts(a, rate), counts(b, rate)
    holds = np.asarray(still(*at_a, *at_b), dtype=bool)
    found_a = np.where(holds, _fewest(a, rate, down, lambda x, n: still(x, n, *at_b)), np.nan)
    found_b = np.where(holds, _fewest(b, rate, up, lambda x, n: still(*at_a, x, n)), np.nan)
    people_a, people_b = (np.broadcast_to(sum(cells), holds.shape) for cells in (a, b))
    a_needs_fewer = (found_a <= found_b) | (np.isnan(found_b) & ~np.isnan(found_a))
    records = np.fmin(found_a, found_b)
    share = _divide(records, np.where(a_needs_fewer, people_a, people_b))
    return Tipping(records, share, a_needs_fewer, holds, found_a, found_b)


def counts(cells: Cells, rate: str) -> tuple[Array, Array]:
    """Give numerator and denominator of one of `RATES` from (tp, fp, fn, tn)."""
    named = _named(cells)
    if rate in _ACROSS:
        hits, misses = (named[cell] for cell in _ACROSS[rate][:2])
    else:
        hits, misses = (sum(named[cell] for cell in part) for part in _within(rate))
    return hits, hits + misses


def moved(
    cells: Cells, rate: str, wrong: ArrayLike, towards: Towards, *, leave_first: bool = True
) -> tuple[Array, Array]:
    """Give numerator and denominator after `wrong` labels are changed so as to move the rate as far as they can.

    Args:
        cells: (tp, fp, fn, tn).
        rate: one of `RATES`.
        wrong: labels that are changed; more than there are change nothing further.
        towards: "lower" or "higher".
        leave_first: for rates whose denominator is an outcome: whether records that are in the way leave it before
            others enter it, or the other way round. The rate's extreme is one of both.

    Returns:
        Numerator and denominator of the broadcast shape.
    """
    named, wrong = _named(cells), np.asarray(wrong, dtype=float)
    if rate not in _ACROSS:
        hits, misses = (sum(named[cell] for cell in part) for part in _within(rate))
        step = -np.minimum(wrong, hits) if towards == "lower" else np.minimum(wrong, misses)
        return hits + step, hits + misses + 0 * step
    hits, misses, more_hits, more_misses = (named[cell] for cell in _ACROSS[rate])
    leaving, entering = (hits, more_misses) if towards == "lower" else (misses, more_hits)
    if leave_first:
        out = np.minimum(wrong, leaving)
        into = np.minimum(wrong - out, entering)
    else:
        into = np.minimum(wrong, entering)
        out = np.minimum(wrong - into, leaving)
    hits, misses = (hits - out, misses + into) if towards == "lower" else (hits + into, misses - out)
    return hits, hits + misses


def rogan_gladen(
    rate: ArrayLike, sensitivity: ArrayLike, specificity: ArrayLike, n: ArrayLike | None = None
) -> Corrected:
    """Correct the share of records labelled positive for labels whose error rates are known (Rogan & Gladen 1978).

    Args:
        rate: share labelled positive, 0 to 1.
        sensitivity: share of the truly positive that are labelled so.
        specificity: share of the truly negative that are labelled so.
        n: records that the rate is of; None leaves the standard error NaN.

    Returns:
        (rate + specificity - 1) / (sensitivity + specificity - 1), cut off at 0 and 1, and its standard error with
        error rates taken as exactly known. NaN where sensitivity + specificity is 1 or less: such labels say nothing.
    """
    rate, sensitivity, specificity = (np.asarray(each, dtype=float) for each in (rate, sensitivity, specificity))
    informed = sensitivity + specificity - 1
    informed = np.where(informed > 1e-12, informed, np.nan)
    raw = (rate + specificity - 1) / informed
    spread = np.nan if n is None else _divide(rate * (1 - rate), np.asarray(n, dtype=float))
    # A hair outside is rounding.
    return Corrected(np.clip(raw, 0, 1), np.sqrt(spread) / informed, (raw < -1e-12) | (raw > 1 + 1e-12))


def true_cells(
    tp: ArrayLike,
    fp: ArrayLike,
    fn: ArrayLike,
    tn: ArrayLike,
    sensitivity: ArrayLike,
    specificity: ArrayLike,
) -> tuple[Array, Array, Array, Array]:
    """Recover a group's cells from those recorded with labels whose error rates are known.

    Within the selected and within the others, the numbers labelled are inverted as by Rogan & Gladen (1978). That needs
    error rates that do not depend on the decision: where a decision makes an outcome easier to see (an arrest after a
    stop), they do. They may differ between groups.

    Args:
        tp: selected, labelled with the outcome.
        fp: selected, labelled without it.
        fn: not selected, labelled with it.
        tn: not selected, labelled without it.
        sensitivity: share of those with the outcome who are labelled so, 0 to 1.
        specificity: share of those without it who are labelled so, 0 to 1.

    Returns:
        (tp, fp, fn, tn), fractional, which keep the numbers selected and not. All NaN where a cell would be negative:
        the error rates do not fit the records; and where sensitivity + specificity is 1 or less.
    """
    selected, others = np.add(tp, fp, dtype=float), np.add(fn, tn, dtype=float)
    sensitivity, specificity = np.asarray(sensitivity, dtype=float), np.asarray(specificity, dtype=float)
    informed = sensitivity + specificity - 1
    informed = np.where(informed > 1e-12, informed, np.nan)
    hits = (np.asarray(tp, dtype=float) - (1 - specificity) * selected) / informed
    missed = (np.asarray(fn, dtype=float) - (1 - specificity) * others) / informed
    cells = np.broadcast_arrays(hits, selected - hits, missed, others - missed)
    slack = 1e-9 * (selected + others)
    possible = np.all([cell >= -slack for cell in cells], axis=0)
    return tuple(np.where(possible, np.maximum(cell, 0), np.nan) for cell in cells)


def e_value(ratio: ArrayLike, null: ArrayLike = 1.0) -> Array:
    """Give how strongly an unmeasured factor must go with both group and outcome to explain a ratio away.

    Args:
        ratio: ratio of rates, 0 or more.
        null: ratio that is to be explained, such as a limit of .8 (VanderWeele & Ding 2017).

    Returns:
        RR + sqrt(RR (RR - 1)) with RR = ratio / null or its inverse, whichever is 1 or more: at least 1; infinite for a
        ratio of 0; NaN where undefined.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = np.asarray(ratio, dtype=float) / np.asarray(null, dtype=float)
        apart = np.where(apart < 1, 1 / apart, apart)
        return apart + np.sqrt(apart * (apart - 1))


def e_value_of_limit(ratio: ArrayLike, limit: ArrayLike, null: ArrayLike = 1.0) -> Array:
    """Give the E-value of the confidence limit of a ratio that is nearer to the null; 1 where the interval reaches it.

    Args:
        ratio: the estimate.
        limit: its limit on the side of the null.
        null: see `e_value`.
    """
    ratio, limit, null = (np.asarray(each, dtype=float) for each in (ratio, limit, null))
    beyond = np.where(ratio >= null, limit <= null, limit >= null)
    return np.where(beyond & ~np.isnan(ratio + limit), 1.0, e_value(np.where(beyond, null, limit), null)) + 0 * ratio


def _fewest(cells: Cells, rate: str, towards: Towards, holds: Callable[[Array, Array], NDArray[np.bool_]]) -> Array:
    """Find the smallest number of one group's labels after which something no longer holds of its counts."""
    x, n = counts(cells, rate)
    people = sum(_named(cells).values())

    def search(most: Array, leave_first: bool) -> Array:
        return smallest(lambda k: holds(*moved(cells, rate, k, towards, leave_first=leave_first)), most)

    if rate not in _ACROSS:
        return search(people, True)
    # Once the rate is 0 or 1, more records only make it surer, so that what fell there may hold again further on.
    turning = search(x if towards == "lower" else n - x, True)
    return np.fmin(np.fmin(turning, n), np.fmin(search(people, True), search(people, False)))


def _named(cells: Cells) -> dict[str, Array]:
    return dict(zip(("tp", "fp", "fn", "tn"), (np.asarray(cell, dtype=float) for cell in cells), strict=True))


def _within(rate: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if rate not in _WITHIN:
        raise ValueError(f"labels do not move {rate!r}; they move {', '.join(RATES)}")
    return _WITHIN[rate]


def _divide(x: Array, n: Array) -> Array:
    x, n = np.broadcast_arrays(x, n)
    return np.divide(x, n, out=np.full(x.shape, np.nan), where=n > 0)
