"""Two groups compared within strata: one common difference or ratio, tested against a margin, and standardised rates.

Counts have the shape (..., strata): group a has `x1` events among `n1` in each stratum, group b `x0` among `n0`. A
stratum in which either group has nobody says nothing of their disparity and drops out; `shared_strata` tells how many
people are left. What the strata hold equal may itself carry the disparity, so an adjusted number is never shown without
the raw one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fairaudit.stats import score
from fairaudit.stats.score import Kind

Array = NDArray[np.float64]
Booleans = NDArray[np.bool_]


class Standardised(NamedTuple):
    """Both groups' rates if they were spread over the strata alike, of shape (...)."""

    rate_a: Array
    rate_b: Array
    difference: Array
    standard_error: Array


class Parts(NamedTuple):
    """A raw difference taken apart (Kitagawa 1955), of shape (...)."""

    difference: Array
    from_rates: Array
    from_composition: Array


def score_z(
    kind: Kind, x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, margin: ArrayLike
) -> tuple[Array, Array]:
    """Standardise the weighted mean over strata of theta_a - ratio * theta_b, or of the difference less the margin.

    Weights are n1 n0 / (n1 + n0), those of Mantel & Haenszel; rates are the likeliest on the margin, stratum by stratum
    (Miettinen & Nurminen 1985). Without a margin (difference 0, ratio 1) the square of the first is the statistic of
    Cochran, Mantel & Haenszel without continuity correction. In one stratum both are those of `score`.

    Args:
        kind: "ratio" (margin is theta_a / theta_b) or "difference" (margin is theta_a - theta_b).
        x1: events of group a, shape (..., strata).
        n1: records of group a.
        x0: events of group b.
        n0: records of group b.
        margin: of shape (...), the same in all strata.

    Returns:
        z of Miettinen & Nurminen and z corrected for skewness (Gart & Nam 1988, 1990), of shape (...). NaN where no
        stratum has both groups.
    """
    x1, n1, x0, n0 = with_both_groups(x1, n1, x0, n0)
    used = n1 != 0
    n1, n0 = (np.where(used, n, 1.0) for n in (n1, n0))  # a stand-in, which no weight reaches
    margin = np.asarray(margin, dtype=float)[..., None]
    factor, shift = (margin, 0.0) if kind == "ratio" else (1.0, margin)
    weights = _weights(n1, n0, used)
    p1, p0 = score.rates_on_margin(kind, x1, n1, x0, n0, margin)
    v1, v0 = p1 * (1 - p1) / n1, factor * factor * p0 * (1 - p0) / n0
    third = v1 * (1 - 2 * p1) / n1 - factor * v0 * (1 - 2 * p0) / n0
    z, corrected = score.standardise(
        (weights * (x1 / n1 - factor * x0 / n0 - shift)).sum(-1),
        (weights**2 * (v1 + v0) * (n1 + n0) / (n1 + n0 - 1)).sum(-1),
        (weights**3 * third).sum(-1),
    )
    some = used.any(-1)
    return np.where(some, z, np.nan), np.where(some, corrected, np.nan)


def clearing_z(
    kind: Kind, x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, margin: ArrayLike
) -> NDArray[np.float64]:
    """Give the evidence that the common disparity is above the margin: the smaller of both statistics.

    Takes what `score_z` takes.

    Returns:
        z of shape (...), high where the margin is exceeded; -inf for a ratio without any event in the strata that both
        groups share; NaN where they share none.
    """
    return _nothing_shown(kind, np.minimum(*score_z(kind, x1, n1, x0, n0, margin)), x1, n1, x0, n0, -np.inf)


def flagging_z(
    kind: Kind, x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, margin: ArrayLike
) -> NDArray[np.float64]:
    """Give the evidence that the common disparity is below the margin: the larger of both statistics.

    Takes what `score_z` takes.

    Returns:
        z of shape (...), low where it falls short of the margin; +inf for a ratio without any event in the strata that
        both groups share; NaN where they share none.
    """
    return _nothing_shown(kind, np.maximum(*score_z(kind, x1, n1, x0, n0, margin)), x1, n1, x0, n0, np.inf)


def bounds(
    kind: Kind,
    x1: ArrayLike,
    n1: ArrayLike,
    x0: ArrayLike,
    n0: ArrayLike,
    alpha_lower: ArrayLike,
    alpha_upper: ArrayLike | None = None,
    degrees_of_freedom: ArrayLike | None = None,
) -> tuple[Array, Array]:
    """Bound the common ratio or difference from below and from above, each one-sided.

    The bounds invert `clearing_z` and `flagging_z`.

    Args:
        kind: "ratio" or "difference".
        x1: events of group a, shape (..., strata).
        n1: records of group a.
        x0: events of group b.
        n0: records of group b.
        alpha_lower: one-sided level of the lower bound, of shape (...).
        alpha_upper: one-sided level of the upper bound; None means the same.
        degrees_of_freedom: of Student's t; None means normal.

    Returns:
        Lower and upper bounds, of shape (...): 0 to infinity for a ratio, -1 to 1 for a difference. NaN where no
        stratum has both groups.

    Raises:
        ValueError: if a level is outside (0, .5).
    """
    z_lower = score.critical_z(alpha_lower, degrees_of_freedom)
    z_upper = score.critical_z(alpha_lower if alpha_upper is None else alpha_upper, degrees_of_freedom)
    counts = np.stack(with_both_groups(x1, n1, x0, n0))
    shape = np.broadcast_shapes(counts.shape[1:-1], z_lower.shape, z_upper.shape)
    counts = np.broadcast_to(counts, (4, *shape, counts.shape[-1]))
    z_lower, z_upper = np.broadcast_to(z_lower, shape), np.broadcast_to(z_upper, shape)
    e1, m1, e0, m0 = counts.sum(-1)
    some = (m1 > 0) & ~np.isnan(e1 + m1 + e0 + m0)
    if kind == "ratio":
        solvable, ends = (e1 > 0, e0 > 0), (0.0, np.inf)
    else:
        # Where one group has all events and the other none, a bound is the end of the scale.
        solvable, ends = ((e1 > 0) | (e0 < m0), (e1 < m1) | (e0 > 0)), (-1.0, 1.0)
    lower, upper = (np.where(some, end, np.nan) for end in ends)
    below, above = some & solvable[0], some & solvable[1]
    lower[below] = _solve(kind, clearing_z, counts[:, below], z_lower[below])[0]
    upper[above] = _solve(kind, flagging_z, counts[:, above], -z_upper[above])[1]
    return lower, upper


def with_both_groups(x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike) -> tuple[Array, Array, Array, Array]:
    """Empty the strata in which either group has nobody.

    Takes what `score_z` takes.

    Returns:
        The four counts, of shape (..., strata), 0 where a group has nobody or both together are worth one record or
        less. Unknown counts (NaN) stay, so that they make a result undefined.
    """
    counts = np.broadcast_arrays(*(np.asarray(each, dtype=float) for each in (x1, n1, x0, n0)))
    _, n1, _, n0 = counts
    nothing = (n1 <= 0) | (n0 <= 0) | (n1 + n0 <= 1)
    return tuple(np.where(nothing, 0.0, each) for each in counts)


def shared_strata(n1: ArrayLike, n0: ArrayLike) -> Array:
    """Give the share of people of both groups who are in strata where both groups have somebody.

    Args:
        n1: records of group a, shape (..., strata).
        n0: records of group b.

    Returns:
        0 to 1, of shape (...); NaN where there is nobody.
    """
    n1, n0 = (np.asarray(each, dtype=float) for each in (n1, n0))
    people = n1 + n0
    total, shared = people.sum(-1), np.where((n1 > 0) & (n0 > 0), people, 0).sum(-1)
    return np.divide(shared, total, out=np.full(total.shape, np.nan), where=total > 0)


def reversed_by_strata(raw: ArrayLike, common: ArrayLike, tolerance: float = 1e-9) -> Booleans:
    """Say whether a difference points the other way within strata than it does overall (Simpson 1951).

    Args:
        raw: differences of the raw rates.
        common: common differences within strata, such as `mantel_haenszel`'s; for ratios, give their logarithms.
        tolerance: what counts as no difference.

    Returns:
        True where both are larger than the tolerance and of opposite sign; False too where either is undefined, which
        is no sign that they agree.
    """
    raw, common = (np.asarray(each, dtype=float) for each in (raw, common))
    with np.errstate(invalid="ignore"):
        apart = (np.abs(raw) > tolerance) & (np.abs(common) > tolerance)
        return apart & (np.sign(raw) == -np.sign(common))


def standardised_difference(x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, mix: ArrayLike) -> Standardised:
    """Compare both groups as if their people were spread over the strata as in a declared mix (direct standardisation).

    Args:
        x1: events of group a, shape (..., strata).
        n1: records of group a.
        x0: events of group b.
        n0: records of group b.
        mix: 0 or more for each stratum, such as a population's numbers; need not add up to 1.

    Returns:
        Rates, their difference a - b, and its standard error sqrt(sum mix^2 v), v = p (1 - p) / n of both groups. All
        are NaN where a stratum of the mix lacks a group, whose rate there nobody knows. The standard error is too small
        where few events make rates 0 or 1; it is for showing, not for a verdict.
    """
    x1, n1, x0, n0, mix = np.broadcast_arrays(*(np.asarray(each, dtype=float) for each in (x1, n1, x0, n0, mix)))
    with np.errstate(divide="ignore", invalid="ignore"):
        mix = mix / mix.sum(-1, keepdims=True)
        p1, p0 = (np.where(mix == 0, 0.0, x / np.where(n > 0, n, np.nan)) for x, n in ((x1, n1), (x0, n0)))
        variance = p1 * (1 - p1) / np.where(n1 > 0, n1, 1) + p0 * (1 - p0) / np.where(n0 > 0, n0, 1)
    rate_a, rate_b = (mix * p1).sum(-1), (mix * p0).sum(-1)
    return Standardised(rate_a, rate_b, rate_a - rate_b, np.sqrt((mix**2 * variance).sum(-1)))


def kitagawa(x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike) -> Parts:
    """Take the raw difference apart: from other rates in the same strata, and from being in other strata.

    Args:
        x1: events of group a, shape (..., strata).
        n1: records of group a.
        x0: events of group b.
        n0: records of group b.

    Returns:
        The raw difference a - b and its two parts, which add up to it (Kitagawa 1955, averaged weights). NaN where a
        stratum has people of one group only.
    """
    x1, n1, x0, n0 = np.broadcast_arrays(*(np.asarray(each, dtype=float) for each in (x1, n1, x0, n0)))
    nobody = (n1 == 0) & (n0 == 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        share1, share0 = n1 / n1.sum(-1, keepdims=True), n0 / n0.sum(-1, keepdims=True)
        p1, p0 = (np.where(nobody, 0.0, x / np.where(n > 0, n, np.nan)) for x, n in ((x1, n1), (x0, n0)))
        raw = x1.sum(-1) / n1.sum(-1) - x0.sum(-1) / n0.sum(-1)
    rates = ((p1 - p0) * (share1 + share0) / 2).sum(-1)
    composition = ((share1 - share0) * (p1 + p0) / 2).sum(-1)
    return Parts(np.where(np.isnan(rates), np.nan, raw), rates, composition)


def _weights(n1: Array, n0: Array, used: Booleans) -> Array:
    weights = np.where(used, n1 * n0 / (n1 + n0), 0.0)
    total = weights.sum(-1, keepdims=True)
    return np.divide(weights, total, out=np.zeros(weights.shape), where=total > 0)


def _nothing_shown(
    kind: Kind, z: Array, x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, worst: float
) -> Array:
    """Without an event in any shared stratum any ratio is possible, so the test must fail."""
    if kind == "difference":
        return z
    x1, _, x0, _ = with_both_groups(x1, n1, x0, n0)
    eventless = (x1 + x0).sum(-1) == 0
    return np.where(eventless & ~np.isnan(z), worst, z)


def _solve(kind: Kind, statistic: Callable[..., Array], counts: Array, critical: Array) -> tuple[Array, Array]:
    """Bracket the common margin at which the statistic is critical. Counts have the shape (4, pairs, strata)."""
    x1, n1, x0, n0 = counts
    weights = _weights(np.maximum(n1, 1e-9), np.maximum(n0, 1e-9), n1 > 0)
    p1, p0 = ((weights * (x + 0.5) / (n + 1)).sum(-1) for x, n in ((x1, n1), (x0, n0)))
    spread = np.sqrt((weights**2 * 0.25 * (1 / (n1 + 1) + 1 / (n0 + 1))).sum(-1))
    ratio = kind == "ratio"
    middle = np.log(p1) - np.log(p0) if ratio else p1 - p0
    reach = 1.4 * critical * (spread / np.minimum(p1, p0) if ratio else spread)

    def excess(at: Array, which: NDArray[np.intp]) -> Array:
        return statistic(kind, *counts[:, which], np.exp(at) if ratio else at) - critical[which]

    ends = middle - np.maximum(reach, 0), middle - np.minimum(reach, 0)
    step, furthest = (1.0, 50.0) if ratio else (0.1, 1.0)
    low, high = score.narrow(excess, *score.reach_out(excess, *ends, step=step, furthest=furthest))
    return (np.exp(low), np.exp(high)) if ratio else (low, high)
