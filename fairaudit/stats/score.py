"""Score tests of two independent rates against a margin, and the bounds they invert to.

Group a has `x1` events among `n1`, group b has `x0` among `n0`. A margin is either a ratio
(theta_a = ratio * theta_b) or a difference (theta_a = theta_b + difference). Everything broadcasts, counts may be
fractional (effective counts of weighted or clustered records), and two statistics are always computed together:

* Miettinen & Nurminen (1985), the score statistic with variance at the restricted maximum likelihood estimate;
* SCAS, the same corrected for skewness (Gart & Nam 1988, 1990; Laud 2017).

Neither is reliable alone when a small group meets a large one, so clearing uses the smaller and flagging the larger.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Kind = Literal["ratio", "difference"]
MOST_STEPS = 200
Array = NDArray[np.float64]


def ratio_z(
    x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, ratio: ArrayLike, *, bias_correction: bool = True
) -> tuple[Array, Array]:
    """Standardise the observed theta_a - ratio * theta_b under theta_a = ratio * theta_b.

    Args:
        x1: events in group a, 0 to `n1`.
        n1: records in group a.
        x0: events in group b, 0 to `n0`.
        n0: records in group b.
        ratio: theta_a / theta_b under the hypothesis, above 0.
        bias_correction: multiply the variance by N / (N - 1), as Miettinen & Nurminen do; without it the first
            statistic is Koopman's (1984) and the second Gart & Nam's (1988).

    Returns:
        z of Miettinen & Nurminen and z of SCAS, of the broadcast shape. High says that theta_a / theta_b exceeds
        `ratio`. Both are 0 where neither group has an event, since nothing is then known of the ratio.
        NaN where a group is empty or N <= 1.
    """
    x1, n1, x0, n0, ratio = _floats(x1, n1, x0, n0, ratio)
    with np.errstate(all="ignore"):
        p1, p0 = _rates_at_ratio(x1, n1, x0, n0, ratio)
        return _standardise(x1 / n1 - ratio * x0 / n0, p1, n1, p0, n0, ratio, bias_correction)


def difference_z(
    x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, difference: ArrayLike, *, bias_correction: bool = True
) -> tuple[Array, Array]:
    """Standardise the observed theta_a - theta_b - difference under theta_a = theta_b + difference.

    Args:
        x1: events in group a, 0 to `n1`.
        n1: records in group a.
        x0: events in group b, 0 to `n0`.
        n0: records in group b.
        difference: theta_a - theta_b under the hypothesis, -1 to 1.
        bias_correction: multiply the variance by N / (N - 1), as Miettinen & Nurminen do; without it the first
            statistic is Mee's (1984) and the second Gart & Nam's (1990).

    Returns:
        z of Miettinen & Nurminen and z of SCAS, of the broadcast shape. High says that theta_a - theta_b exceeds
        `difference`. NaN where a group is empty or N <= 1.
    """
    x1, n1, x0, n0, difference = _floats(x1, n1, x0, n0, difference)
    with np.errstate(all="ignore"):
        p1, p0 = _rates_at_difference(x1, n1, x0, n0, difference)
        return _standardise(x1 / n1 - x0 / n0 - difference, p1, n1, p0, n0, 1.0, bias_correction)


def variance_at(kind: Kind, x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, margin: ArrayLike) -> Array:
    """Give the variance of theta_a - ratio * theta_b, or of the difference, by which z of Miettinen & Nurminen divides.

    Takes what `clearing_z` takes. Rates are those that are likeliest on the margin; without the factor N / (N - 1).
    """
    x1, n1, x0, n0, margin = _floats(x1, n1, x0, n0, margin)
    factor = margin if kind == "ratio" else 1.0
    with np.errstate(all="ignore"):
        p1, p0 = rates_on_margin(kind, x1, n1, x0, n0, margin)
        return p1 * (1 - p1) / n1 + factor * factor * p0 * (1 - p0) / n0


def rates_on_margin(
    kind: Kind, x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, margin: ArrayLike
) -> tuple[Array, Array]:
    """Give the rates of both groups that are likeliest where the margin holds exactly. Takes what `clearing_z` takes.

    Returns:
        theta_a and theta_b, 0 to 1, of the broadcast shape; without meaning where a group is empty.
    """
    x1, n1, x0, n0, margin = _floats(x1, n1, x0, n0, margin)
    with np.errstate(all="ignore"):
        return (_rates_at_ratio if kind == "ratio" else _rates_at_difference)(x1, n1, x0, n0, margin)


def clearing_z(
    kind: Kind, x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, margin: ArrayLike
) -> NDArray[np.float64]:
    """Give the evidence that theta_a is above the margin: the smaller of both statistics.

    Args:
        kind: "ratio" (margin is theta_a / theta_b) or "difference" (margin is theta_a - theta_b, so usually negative).
        x1: events in group a.
        n1: records in group a.
        x0: events in group b.
        n0: records in group b.
        margin: the margin to exceed.

    Returns:
        z, high where the data show that the margin is exceeded; -inf for a ratio without any event; NaN where
        a group is empty.
    """
    z = np.minimum(*_Z[kind](x1, n1, x0, n0, margin))
    return _nothing_shown(kind, z, x1, x0, -np.inf)


def flagging_z(
    kind: Kind, x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, margin: ArrayLike
) -> NDArray[np.float64]:
    """Give the evidence that theta_a is below the margin: the larger of both statistics, low where it is below.

    Takes what `clearing_z` takes.

    Returns:
        z, low where the data show that theta_a falls short of the margin; +inf for a ratio without any event; NaN
        where a group is empty.
    """
    z = np.maximum(*_Z[kind](x1, n1, x0, n0, margin))
    return _nothing_shown(kind, z, x1, x0, np.inf)


def clearing_p(z: ArrayLike, degrees_of_freedom: ArrayLike | None = None) -> Array:
    """Turn a clearing z into a one-sided p-value.

    Args:
        z: from `clearing_z`.
        degrees_of_freedom: of Student's t where the variance was estimated from few folds; None means normal.
    """
    return flagging_p(-np.asarray(z, dtype=float), degrees_of_freedom)


def flagging_p(z: ArrayLike, degrees_of_freedom: ArrayLike | None = None) -> Array:
    """Turn a flagging z into a one-sided p-value.

    Args:
        z: from `flagging_z`.
        degrees_of_freedom: of Student's t where the variance was estimated from few folds; None means normal.
    """
    return special.ndtr(z) if degrees_of_freedom is None else special.stdtr(degrees_of_freedom, z)


def critical_z(alpha: ArrayLike, degrees_of_freedom: ArrayLike | None = None) -> Array:
    """Give the z that a one-sided test at level `alpha` must exceed.

    Args:
        alpha: one-sided level, above 0 and below .5.
        degrees_of_freedom: of Student's t; None means normal.

    Raises:
        ValueError: if a level is outside (0, .5).
    """
    alpha = np.asarray(alpha, dtype=float)
    if not np.all((alpha > 0) & (alpha < 0.5)):
        raise ValueError(f"a one-sided level lies above 0 and below 0.5; got {alpha}")
    return -(special.ndtri(alpha) if degrees_of_freedom is None else special.stdtrit(degrees_of_freedom, alpha))


def ratio_bounds(
    x1: ArrayLike,
    n1: ArrayLike,
    x0: ArrayLike,
    n0: ArrayLike,
    alpha_lower: ArrayLike,
    alpha_upper: ArrayLike,
    degrees_of_freedom: ArrayLike | None = None,
) -> tuple[Array, Array]:
    """Bound theta_a / theta_b from below and from above, each one-sided.

    The bounds invert `clearing_z` and `flagging_z`, so they are the outer envelope of both statistics and a lower
    bound above the margin says the same as a clearing test that passes.

    Args:
        x1: events in group a.
        n1: records in group a.
        x0: events in group b.
        n0: records in group b.
        alpha_lower: one-sided level of the lower bound.
        alpha_upper: one-sided level of the upper bound.
        degrees_of_freedom: of Student's t; None means normal.

    Returns:
        Lower and upper bounds, of the broadcast shape, 0 to infinity; lower is 0 where group a has no event (or so few
        that the level is out of reach), upper is infinite where group b has none. NaN where a group is empty.
    """
    z_lower, z_upper = critical_z(alpha_lower, degrees_of_freedom), critical_z(alpha_upper, degrees_of_freedom)
    x1, n1, x0, n0, z_lower, z_upper = np.broadcast_arrays(*_floats(x1, n1, x0, n0, z_lower, z_upper))
    empty = np.isnan(x1 + x0) | ~(np.minimum(n1, n0) > 0) | ~(n1 + n0 > 1)
    lower, upper = np.where(empty, np.nan, 0.0), np.where(empty, np.nan, np.inf)
    some, counts = _select(~empty & (x1 > 0), x1, n1, x0, n0)
    lower[some] = np.exp(_solve_log_ratio(clearing_z, counts, z_lower[some])[0])
    some, counts = _select(~empty & (x0 > 0), x1, n1, x0, n0)
    upper[some] = np.exp(_solve_log_ratio(flagging_z, counts, -z_upper[some])[1])
    return lower, upper


def difference_bounds(
    x1: ArrayLike,
    n1: ArrayLike,
    x0: ArrayLike,
    n0: ArrayLike,
    alpha_lower: ArrayLike,
    alpha_upper: ArrayLike,
    degrees_of_freedom: ArrayLike | None = None,
) -> tuple[Array, Array]:
    """Bound theta_a - theta_b from below and from above, each one-sided.

    Takes what `ratio_bounds` takes.

    Returns:
        Lower and upper bounds, of the broadcast shape, -1 to 1. NaN where a group is empty.
    """
    z_lower, z_upper = critical_z(alpha_lower, degrees_of_freedom), critical_z(alpha_upper, degrees_of_freedom)
    x1, n1, x0, n0, z_lower, z_upper = np.broadcast_arrays(*_floats(x1, n1, x0, n0, z_lower, z_upper))
    empty = np.isnan(x1 + x0) | ~(np.minimum(n1, n0) > 0) | ~(n1 + n0 > 1)
    lower, upper = np.where(empty, np.nan, -1.0), np.where(empty, np.nan, 1.0)
    # Where one group has all events and the other none, a bound is the end of the scale and there is nothing to solve.
    some, counts = _select(~empty & ((x1 > 0) | (x0 < n0)), x1, n1, x0, n0)
    lower[some] = _solve_difference(clearing_z, counts, z_lower[some])[0]
    some, counts = _select(~empty & ((x1 < n1) | (x0 > 0)), x1, n1, x0, n0)
    upper[some] = _solve_difference(flagging_z, counts, -z_upper[some])[1]
    return lower, upper


def bounds(
    kind: Kind,
    x1: ArrayLike,
    n1: ArrayLike,
    x0: ArrayLike,
    n0: ArrayLike,
    alpha_lower: ArrayLike,
    alpha_upper: ArrayLike,
    degrees_of_freedom: ArrayLike | None = None,
) -> tuple[Array, Array]:
    """Bound the ratio or the difference: `ratio_bounds` or `difference_bounds` by name."""
    invert = {"ratio": ratio_bounds, "difference": difference_bounds}[kind]
    return invert(x1, n1, x0, n0, alpha_lower, alpha_upper, degrees_of_freedom)


def _select(which: NDArray[np.bool_], *values: Array) -> tuple[NDArray[np.bool_], Array]:
    return which, np.stack([value[which] for value in values])


def _solve_log_ratio(statistic: Callable[..., Array], counts: Array, critical: Array) -> tuple[Array, Array]:
    """Bracket the log ratio at which the statistic is critical, to about 10 digits."""
    x1, n1, x0, n0 = counts
    middle = np.log((x1 + 0.5) / (n1 + 1)) - np.log((x0 + 0.5) / (n0 + 1))
    reach = 1.4 * critical * np.sqrt(1 / (x1 + 0.5) + 1 / (x0 + 0.5))

    def excess(log_ratio: Array, which: NDArray[np.intp]) -> Array:
        return statistic("ratio", *counts[:, which], np.exp(log_ratio)) - critical[which]

    ends = middle - np.maximum(reach, 0), middle - np.minimum(reach, 0)
    return narrow(excess, *reach_out(excess, *ends, step=1.0, furthest=50.0))


def _solve_difference(statistic: Callable[..., Array], counts: Array, critical: Array) -> tuple[Array, Array]:
    """Bracket the difference at which the statistic is critical, to about 10 digits."""
    x1, n1, x0, n0 = counts
    middle = (x1 + 0.5) / (n1 + 1) - (x0 + 0.5) / (n0 + 1)
    reach = 1.4 * critical * np.sqrt(0.25 / (n1 + 1) + 0.25 / (n0 + 1))

    def excess(difference: Array, which: NDArray[np.intp]) -> Array:
        return statistic("difference", *counts[:, which], difference) - critical[which]

    ends = middle - np.maximum(reach, 0), middle - np.minimum(reach, 0)
    return narrow(excess, *reach_out(excess, *ends, step=0.1, furthest=1.0))


def reach_out(
    excess: Callable[[Array, NDArray[np.intp]], Array], low: Array, high: Array, step: float, furthest: float
) -> tuple[Array, Array]:
    """Widen brackets until the decreasing `excess` is above 0 at `low` and below 0 at `high`.

    An end that does not get there is infinite: with an event or two the corrected statistic never grows large enough.
    The arrays that it returns go to `narrow`, which takes the same `excess`.
    """
    low, high = np.clip(low, -furthest, furthest), np.clip(high, -furthest, furthest)
    for end, outwards, wrong in ((low, -step, np.less), (high, step, np.greater)):
        which, reached = np.arange(end.size), outwards
        while which.size:
            which = which[wrong(excess(end[which], which), 0)]
            lost = np.abs(end[which]) >= furthest
            end[which[lost]] = np.copysign(np.inf, outwards)
            which = which[~lost]
            end[which] = np.clip(end[which] + reached, -furthest, furthest)
            reached *= 2
    return low, high


def narrow(
    excess: Callable[[Array, NDArray[np.intp]], Array], low: Array, high: Array, tolerance: float = 1e-10
) -> tuple[Array, Array]:
    """Narrow brackets around the zeros of a decreasing function, all at once (Chandrupatla 1997).

    Args:
        excess: gives the function at one point for each of the brackets whose indices it is given.
        low: where the function is 0 or above; -inf where it never is.
        high: where it is 0 or below; inf where it never is.
        tolerance: width of a bracket at which to stop.

    Returns:
        The ends of the narrowed brackets, no further apart than the tolerance; infinite brackets as they were.
    """
    low, high = np.array(low, dtype=float), np.array(high, dtype=float)
    which = np.flatnonzero((high - low > tolerance) & np.isfinite(low) & np.isfinite(high))
    a, b = low[which], high[which]
    fa, fb = excess(a, which), excess(b, which)
    t = np.full(a.shape, 0.5)
    # A bracket that does not close (counts worth less than a record) is returned wide, which is the safe side.
    for _ in range(MOST_STEPS):
        if not which.size:
            break
        x = a + t * (b - a)
        fx = excess(x, which)
        same = (fx >= 0) == (fa >= 0)
        c, fc = np.where(same, a, b), np.where(same, fa, fb)
        b, fb = np.where(same, b, a), np.where(same, fb, fa)
        a, fa = x, fx
        low[which], high[which] = np.minimum(a, b), np.maximum(a, b)
        on = np.abs(b - a) > tolerance
        which, a, b, c, fa, fb, fc = (value[on] for value in (which, a, b, c, fa, fb, fc))
        with np.errstate(all="ignore"):
            xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
            inside = (phi * phi < xi) & ((1 - phi) ** 2 < 1 - xi)
            step = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
        margin = 0.45 * tolerance / np.abs(b - a)
        t = np.clip(np.where(inside, step, 0.5), margin, 1 - margin)
    return low, high


_Z: dict[str, Callable[..., tuple[Array, Array]]] = {"ratio": ratio_z, "difference": difference_z}


def _floats(*values: ArrayLike) -> tuple[Array, ...]:
    return tuple(np.asarray(value, dtype=float) for value in values)


def _nothing_shown(kind: Kind, z: Array, x1: ArrayLike, x0: ArrayLike, worst: float) -> Array:
    """Without an event in either group any ratio is possible, so the test must fail."""
    eventless = np.add(x1, x0) == 0
    if kind == "difference" or not np.any(eventless):
        return z
    return np.where(eventless & ~np.isnan(z), worst, z)


def _rates_at_ratio(x1: Array, n1: Array, x0: Array, n0: Array, ratio: Array) -> tuple[Array, Array]:
    """Maximise the likelihood under theta_a = ratio * theta_b."""
    b = n1 * ratio + x1 + n0 + x0 * ratio
    # The smaller root of the quadratic, written so that no digits cancel when events are rare.
    p0 = 2 * (x1 + x0) / (b + np.sqrt(np.maximum(b * b - 4 * (n1 + n0) * ratio * (x1 + x0), 0)))
    p0 = np.minimum(p0, np.minimum(1, 1 / ratio))
    return np.minimum(ratio * p0, 1), p0


def _rates_at_difference(x1: Array, n1: Array, x0: Array, n0: Array, difference: Array) -> tuple[Array, Array]:
    """Maximise the likelihood under theta_a = theta_b + difference."""
    p0 = _restricted_rate(x1, n1, x0, n0, difference)
    return np.clip(p0 + difference, 0, 1), p0


def _restricted_rate(x1: Array, n1: Array, x0: Array, n0: Array, d: Array) -> Array:
    """Maximise the likelihood in theta_b under theta_a = theta_b + d: Miettinen & Nurminen's cubic by trigonometry."""
    n, events = n1 + n0, x1 + x0
    # Monic cubic t^3 + a t^2 + b t + c in theta_b.
    a = ((n1 + 2 * n0) * d - n - events) / n
    b = ((n0 * d - n - 2 * x0) * d + events) / n
    c = x0 * d * (1 - d) / n
    shift = a / 3
    q = shift * (shift * shift - b / 2) + c / 2
    p = np.copysign(np.sqrt(np.maximum(shift * shift - b / 3, 0)), q)
    cubed = p * p * p
    cosine = np.divide(q, cubed, out=np.zeros(np.shape(q)), where=cubed != 0)
    root = 2 * p * np.cos((np.pi + np.arccos(np.clip(cosine, -1, 1))) / 3) - shift
    return np.clip(root, np.maximum(0, -d), np.minimum(1, 1 - d))


def _standardise(
    s: Array, p1: Array, n1: Array, p0: Array, n0: Array, ratio: Array | float, bias_correction: bool
) -> tuple[Array, Array]:
    """Divide the score by its standard deviation, without and with the correction for skewness."""
    n = n1 + n0
    inflation = np.where(n > 1, n / (n - 1) if bias_correction else 1.0, np.nan)
    v1, v0 = p1 * (1 - p1) / n1, ratio * ratio * p0 * (1 - p0) / n0
    third = v1 * (1 - 2 * p1) / n1 - ratio * v0 * (1 - 2 * p0) / n0
    return standardise(s, (v1 + v0) * inflation, third)


def standardise(s: Array, variance: Array, third: Array) -> tuple[Array, Array]:
    """Divide a score by its standard deviation, without and with the correction for skewness.

    Args:
        s: the score, whose expected value under the hypothesis is 0.
        variance: its variance under the hypothesis.
        third: its third central moment there.

    Returns:
        z and z corrected (Gart & Nam 1988). Without variance 0 where the score is 0, else infinite.
    """
    with np.errstate(all="ignore"):
        deviation = np.sqrt(variance)
        skewness = third / (6 * variance * deviation)
        z = s / deviation
        corrected = _without_skewness(z, skewness)
        sure = deviation == 0
        if np.any(sure):
            certain = np.where(s == 0, 0.0, s * np.inf)
            z, corrected = np.where(sure, certain, z), np.where(sure, certain, corrected)
    return z, corrected


def _without_skewness(z: Array, a: Array) -> Array:
    """Solve corrected + a * (corrected^2 - 1) = z for the root that is z where a = 0 (Gart & Nam 1988)."""
    shifted = a + z
    discriminant = 1 + 4 * a * shifted
    root = 2 * shifted / (1 + np.sqrt(np.maximum(discriminant, 0)))
    # Beyond the turning point there is no root; the statistic stays at its furthest.
    return np.where(discriminant < 0, -0.5 / a, root) if np.any(discriminant < 0) else root
