"""Weights that make records resemble a population, or groups each other, from counts of records by cell.

A weight is that of each record of a cell, and the mean over records is 1. `post_stratify` and `rake` meet numbers of
people, all crossings at once or margin by margin; `entropy_balance` meets means; `kamiran_calders` makes groups and
labels independent, which is a check of the records and estimates no population; `standardised` gives each group the
same mix. What cannot be met is refused, never nearly met: a benchmark without records is a finding of its own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fairaudit.stats.weight_factors import Dense, Indicators, can_be_met, factors_to_meet

Array = NDArray[np.float64]
Margin = tuple[Sequence[int], ArrayLike]
Reason = Literal["no_records", "totals_disagree", "out_of_bounds", "not_converged", "not_positive"]
BOUNDS = (0.2, 5.0)
TOTALS_AGREE = 0.005
"""How far two statements of the same number of people may be apart, of the larger one: what rounding may do."""
REASONS: dict[str, str] = {
    "no_records": "people are in the target where there is no record",
    "totals_disagree": "two margins say different numbers of the same people",
    "out_of_bounds": "no weights within the bounds meet the target",
    "not_converged": "the margins are not met together",
    "not_positive": "a target is negative, or no number, or there is nobody in it",
}


class NoWeights(ValueError):
    """There are no weights that do what was asked.

    Attributes:
        reason: "no_records", where a target above 0 has no record; "totals_disagree", where two margins say different
            numbers of the same people; "out_of_bounds", where no weights within the bounds (for entropy balancing: none
            at all) meet the targets; "not_converged", where the margins were not met together; "not_positive", where a
            target is negative or no number, or all of it is 0.
        margin: index of the margin in the list given; of the moment, for entropy balancing.
        place: index of the category in that margin's target, in the order of its axes; () where it is the margin as a
            whole; None for an axis that the disagreement is not about.
    """

    def __init__(self, reason: Reason, margin: int = 0, place: Sequence[int | None] = ()):
        self.reason, self.margin = reason, margin
        self.place = tuple(None if index is None else int(index) for index in place)
        super().__init__(f"{REASONS[reason]} (margin {margin}, category {self.place})")

    def __reduce__(self):
        return NoWeights, (self.reason, self.margin, self.place)


class Weighed(NamedTuple):
    """Weights, and how well they do.

    Attributes:
        weights: of each record of each cell, shape of the counts, mean 1 over records; 0 where there is no record.
        margin_error: largest error of any category's total, relative to its target.
        iterations: steps taken; 0 where none are needed.
    """

    weights: Array
    margin_error: float
    iterations: int


def post_stratify(counts: ArrayLike, targets: ArrayLike) -> Weighed:
    """Give the weights that meet a target in every cell: target over records (Holt & Smith 1979).

    Args:
        counts: records of each cell, at least 0, any shape.
        targets: people of each cell in any unit, at least 0, same shape. Records where it is 0 weigh 0.

    Raises:
        NoWeights: "no_records", "not_positive". The margin is 0, the place a cell.
    """
    counts = _counts(counts)
    targets = _target(targets, counts.shape, 0) * counts.sum()
    _refuse_where((targets > 0) & (counts == 0), "no_records", 0)
    weights = np.divide(targets, counts, out=np.zeros(counts.shape), where=counts > 0)
    return Weighed(weights, 0.0, 0)


def rake(
    counts: ArrayLike,
    margins: Sequence[Margin],
    *,
    bounds: tuple[float, float] | None = BOUNDS,
    tolerance: float = 1e-8,
    most_iterations: int = 200,
    same_total: bool = True,
) -> Weighed:
    """Give the weights that meet several margins at once and are nearest to equal (Deming & Stephan 1940).

    Nearest is what iterative proportional fitting ends at: odds ratios between cells stay what they are. Where bounds
    are given, it is the same with weights cut off at them (Deville & Särndal 1992, as `calibrate` of R's package survey
    has it); where no bound is reached, it is the same weights.

    Margins that share an axis must agree on it, to half a percent of each number; later ones are then brought to the
    earlier ones.

    Args:
        counts: records of each cell, at least 0, any shape.
        margins: for each its axes of the counts, and the target over these axes in that order: people in any unit, or
            shares.
        bounds: of each weight, as multiples of the mean: below 1 and above 1. Records of a category with target 0
            weigh 0, which is below a lower bound above 0: that is out of bounds. None for no bounds.
        tolerance: largest relative error of a category's total.
        most_iterations: steps after which it is given up.
        same_total: whether margins are all numbers of the same people, whose totals must agree to half a percent.
            If not, each is only looked at for its shares.

    Raises:
        NoWeights: for any reason.
        ValueError: where axes, shapes or bounds make no sense.
    """
    counts = _counts(counts)
    low, high = _bounds(bounds)
    axes, targets = _margins(counts.shape, margins, same_total)
    targets = [target * counts.sum() for target in _reconciled(axes, targets, tolerance)]
    unused = tuple(axis for axis in range(counts.ndim) if not any(axis in used for used in axes))
    # Cells that no margin tells apart weigh the same.
    table = counts.sum(axis=unused, keepdims=True)
    kept = (table > 0) & ((low > 0) | _wanted(table.shape, axes, targets))
    places, codes, start = np.nonzero(kept), [], 0
    for used, target in zip(axes, targets, strict=True):
        codes.append(start + np.ravel_multi_index([places[axis] for axis in used], target.shape))
        start += target.size
    columns, base, wanted = (
        Indicators(np.array(codes), start),
        table[kept],
        np.concatenate([t.ravel() for t in targets]),
    )
    in_columns = columns.sums(base)
    _refuse(targets, (wanted > 0) & (in_columns == 0), "no_records")
    needed = np.divide(wanted, in_columns, out=np.ones(start), where=in_columns > 0)
    _refuse(targets, (needed < low * (1 - tolerance)) | (needed > high * (1 + tolerance)), "out_of_bounds")
    scale = np.where(wanted > 0, wanted, 1.0)
    found = factors_to_meet(columns, base, wanted, scale, (low, high), tolerance, most_iterations)
    if found.errors.max() > tolerance:
        feasible = bounds is None or can_be_met(columns, base, wanted, scale, (low, high))
        _refuse(targets, found.errors == found.errors.max(), "not_converged" if feasible else "out_of_bounds")
    weights = np.zeros(table.shape)
    weights[kept] = found.factors
    return Weighed(np.where(counts > 0, weights, 0.0), float(found.errors.max()), found.iterations)


def kamiran_calders(counts: ArrayLike) -> Array:
    """Give the weights that make label and group independent: P(a) P(y) / P(a, y) (Kamiran & Calders 2012).

    Knowledge and Information Systems 33: 1-33, "reweighing". A check of the records, not an estimate of a population.

    Args:
        counts: records, shape (..., groups, labels).

    Returns:
        Weights of that shape; NaN where there is no record. Where no cell is empty, their mean over records is 1, and
        every group and label keeps its total.
    """
    counts = _counts(counts)
    expected = counts.sum(axis=-1, keepdims=True) * counts.sum(axis=-2, keepdims=True)
    found = counts * counts.sum(axis=(-2, -1), keepdims=True)
    return np.divide(expected, found, out=np.full(counts.shape, np.nan), where=found > 0)


def entropy_balance(
    moments: ArrayLike, base: ArrayLike, targets: ArrayLike, *, tolerance: float = 1e-8, most_iterations: int = 200
) -> Weighed:
    """Give the weights that meet means and are nearest to equal in entropy (Hainmueller 2012).

    Political Analysis 20: 25-46. With moments that are 1 in a category and 0 elsewhere, that is raking without bounds.

    Args:
        moments: values of each cell, shape (cells, k).
        base: records of each cell, at least 0, shape (cells,).
        targets: mean of each moment in the population, shape (k,).
        tolerance: largest error of a mean, in standard deviations of the moment over the records.
        most_iterations: steps after which it is given up.

    Returns:
        The weights, shape (cells,). The margin error is in standard deviations.

    Raises:
        NoWeights: "out_of_bounds" where no weights have these means (they lie outside the convex hull of the cells),
            "not_positive" where a target is no number, "not_converged". The margin is the moment's index.
    """
    moments, base, targets = np.asarray(moments, float), _counts(base), np.asarray(targets, float)
    if moments.ndim != 2 or base.shape != moments.shape[:1] or targets.shape != moments.shape[1:]:
        raise ValueError("Moments are cells by k, base the cells, targets the k.")
    for reason, refused in (
        ("not_positive", ~np.isfinite(targets)),
        ("out_of_bounds", (targets < moments[base > 0].min(axis=0)) | (targets > moments[base > 0].max(axis=0))),
    ):
        if refused.any():
            raise NoWeights(reason, int(refused.argmax()))
    total, cells = base.sum(), base > 0
    mean = base @ moments / total
    spread = np.sqrt(base @ (moments - mean) ** 2 / total)
    standard = (moments[cells] - targets) / np.where(spread > 0, spread, 1.0)
    # A first column of ones keeps the total.
    columns = Dense(np.column_stack([np.ones(len(standard)), standard]))
    wanted, scale = np.r_[1.0, np.zeros(len(targets))], np.ones(len(targets) + 1)
    share = base[cells] / total
    found = factors_to_meet(columns, share, wanted, scale, (0.0, math.inf), tolerance, most_iterations)
    if found.errors.max() > tolerance:
        feasible = can_be_met(columns, share, wanted, scale, (0.0, math.inf))
        raise NoWeights("not_converged" if feasible else "out_of_bounds", int(found.errors[1:].argmax()))
    weights = np.zeros(base.shape)
    weights[cells] = found.factors
    return Weighed(weights, float(found.errors.max()), found.iterations)


def standardised(rates: ArrayLike, variances: ArrayLike, mix: ArrayLike) -> tuple[Array, Array]:
    """Give rates that groups would have if all had the same mix of strata (direct standardisation).

    Args:
        rates: of each group in each stratum, shape (..., strata); NaN where nobody is.
        variances: of these rates, same shape.
        mix: people of each stratum in the mix, in any unit, shape (strata,).

    Returns:
        sum of mix * rate and sum of mix^2 * variance, with the mix as shares, shape (...). NaN where a stratum that is
        in the mix has no rate, or for the second no variance: such a group cannot be standardised.

    Raises:
        NoWeights: "not_positive" where the mix is negative, no number, or nobody.
    """
    rates, variances = np.asarray(rates, float), np.asarray(variances, float)
    mix = _target(mix, rates.shape[-1:], 0)
    there = mix > 0
    return (mix * rates)[..., there].sum(axis=-1), (mix**2 * variances)[..., there].sum(axis=-1)


def shares_of(shape: Sequence[int], margins: Sequence[Margin]) -> tuple[list[tuple[int, ...]], list[Array]]:
    """Give the axes of each margin, counted from the front, and its target as shares; checked against the shape."""
    return _margins(tuple(shape), margins, same_total=False)


def sums_over(table: Array, axes: Sequence[int]) -> Array:
    """Sum a table over all but some axes, which come in the order given."""
    others = tuple(axis for axis in range(table.ndim) if axis not in axes)
    return table.sum(axis=others).transpose(np.argsort(np.argsort(axes)))


def _counts(counts: ArrayLike) -> Array:
    counts = np.asarray(counts, dtype=float)
    if not (np.isfinite(counts).all() and (counts >= 0).all()):
        raise ValueError("Counts of records are numbers of at least 0.")
    if not counts.sum() > 0:
        raise NoWeights("no_records")
    return counts


def _bounds(bounds: tuple[float, float] | None) -> tuple[float, float]:
    low, high = bounds or (0.0, math.inf)
    if not 0 <= low < 1 < high:
        raise ValueError(f"Bounds of weights are below and above their mean of 1, not {low} and {high}.")
    return low, high


def _target(target: ArrayLike, shape: tuple[int, ...], margin: int) -> Array:
    """Give a target as shares."""
    target = np.asarray(target, dtype=float)
    if target.shape != shape:
        raise ValueError(f"Margin {margin}: its target has shape {target.shape}, and the records {shape}.")
    _refuse_where(~(np.isfinite(target) & (target >= 0)), "not_positive", margin)
    if not target.sum() > 0:
        raise NoWeights("not_positive", margin)
    return target / target.sum()


def _margins(
    shape: tuple[int, ...], margins: Sequence[Margin], same_total: bool
) -> tuple[list[tuple[int, ...]], list[Array]]:
    if not margins:
        raise ValueError("There is no margin to meet.")
    every_axes, targets, totals = [], [], []
    for index, (axes, target) in enumerate(margins):
        if not axes or any(not -len(shape) <= axis < len(shape) for axis in axes):
            raise ValueError(f"Margin {index}: its axes are {tuple(axes)}, and the records have {len(shape)}.")
        axes = tuple(axis % len(shape) for axis in axes)
        if len(set(axes)) < len(axes):
            raise ValueError(f"Margin {index}: an axis is named twice in {axes}.")
        targets.append(_target(target, tuple(shape[axis] for axis in axes), index))
        every_axes.append(axes)
        totals.append(float(np.sum(np.asarray(target, dtype=float))))
        if same_total and abs(totals[0] - totals[-1]) > TOTALS_AGREE * max(totals[0], totals[-1]):
            raise NoWeights("totals_disagree", index)
    return every_axes, targets


def _reconciled(axes: list[tuple[int, ...]], targets: list[Array], tolerance: float) -> list[Array]:
    """Give targets that agree exactly on the axes that they share, or say which do not even nearly."""
    done: list[Array] = []
    for index, (used, target) in enumerate(zip(axes, targets, strict=True)):
        asked: list[Margin] = []
        for earlier, other in zip(axes, done, strict=False):
            shared = [axis for axis in used if axis in earlier]
            if not shared:
                continue
            here = tuple(used.index(axis) for axis in shared)
            mine, theirs = sums_over(target, here), sums_over(other, [earlier.index(axis) for axis in shared])
            apart = np.abs(mine - theirs) > TOTALS_AGREE * np.maximum(mine, theirs)
            if apart.any():
                place = dict(zip(here, np.argwhere(apart)[0], strict=True))
                raise NoWeights("totals_disagree", index, [place.get(position) for position in range(len(used))])
            if (np.abs(mine - theirs) > tolerance / 100 * theirs).any():
                asked.append((here, theirs))
        done.append(_brought_to(target, asked, index, tolerance) if asked else target)
    return done


def _brought_to(target: Array, asked: list[Margin], margin: int, tolerance: float) -> Array:
    try:
        return target * rake(target, asked, bounds=None, tolerance=tolerance / 100).weights
    except NoWeights as error:
        raise NoWeights("totals_disagree", margin) from error


def _wanted(shape: tuple[int, ...], axes: list[tuple[int, ...]], targets: list[Array]) -> NDArray[np.bool_]:
    """Say of each cell whether all its categories have people in the target."""
    wanted = np.ones(shape, dtype=bool)
    for used, target in zip(axes, targets, strict=True):
        ordered = target.transpose(np.argsort(used))
        wanted &= ordered.reshape([shape[axis] if axis in used else 1 for axis in range(len(shape))]) > 0
    return wanted


def _refuse_where(refused: NDArray[np.bool_], reason: Reason, margin: int) -> None:
    if refused.any():
        raise NoWeights(reason, margin, np.argwhere(refused)[0])


def _refuse(targets: list[Array], refused: NDArray[np.bool_], reason: Reason) -> None:
    """Refuse the first of all categories, which lie margin after margin."""
    ends = np.cumsum([target.size for target in targets])
    for margin, (target, part) in enumerate(zip(targets, np.split(refused, ends[:-1]), strict=True)):
        _refuse_where(part.reshape(target.shape), reason, margin)
