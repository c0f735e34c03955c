"""Estimates of two groups, each with limits of its own, compared by MOVER.

A mean, an area under a curve or a median of a group comes with one-sided limits at any level: symmetric ones, ones that
are symmetric on the logit scale, or ones read off the group's own distribution. The limits of a difference or a ratio
of two groups are recovered from them (method of variance estimates recovery; Zou & Donner 2008, Statistics in Medicine
27: 1693-1702; Donner & Zou 2012, Statistical Methods in Medical Research 21: 347-359). With symmetric limits that is
Welch's test for a difference and Fieller's for a ratio.

Limits that are read off a distribution (of medians) move in steps: two medians of whole days that are each a day off
are two days off together, where MOVER's root of a sum of squares allows for 1.4 (at the limit, 1,000 records a group
were cleared with probability .25). They are taken together otherwise: wherever the first median may lie, either group
must say that it does not, or both together. That is a test for every place, each of the size wanted (of two one-sided
statistics, the root of the sum of squares of the positive ones; Perlman 1969), and all of them must reject.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from fairaudit.stats.score import Kind, clearing_p, critical_z

Array = NDArray[np.float64]
Ends = Callable[[NDArray[np.intp], Array], tuple[Array, Array]]
FURTHEST = 40.0  # standard errors; beyond it no level is told apart
STEPS = 60
LEVELS = np.concatenate([np.linspace(0, 5, 101), np.linspace(5.5, FURTHEST, 24)])
"""Where limits that are read off a distribution are looked up: at the next of these z, on the safe side."""
ANGLES = np.linspace(0, np.pi / 2, 33)
ROUNDING = 1e-12  # of a value: a smaller error is that of adding up numbers that are all alike


@dataclass(frozen=True)
class Estimate:
    """One number a group, and how sure it is.

    Attributes:
        value: shape (groups,); NaN where undefined.
        variance: of the value, shape (groups,); NaN where it is not known.
        degrees: of Student's t, shape (groups,); infinite for a normal one.
        link: "identity", or "logit" where limits are symmetric on the logit scale.
        ends: gives both limits of some groups (by place) at some z, where they are read off a distribution.
    """

    value: Array
    variance: Array
    degrees: Array | None = None
    link: str = "identity"
    ends: Ends | None = field(default=None, repr=False)

    def limits(self, places: NDArray[np.intp], z: Array) -> tuple[Array, Array]:
        """Give both limits at z standard errors.

        Args:
            places: which groups, shape (n,).
            z: at least 0, shape (n,).

        Returns:
            Lower and upper limits of shape (n,); NaN where they are not known.
        """
        if self.ends is not None:
            return self.ends(places, z)
        value, reach = self.value[places], z * np.sqrt(self.variance[places])
        if self.link == "identity":
            return value - reach, value + reach
        with np.errstate(divide="ignore", invalid="ignore"):
            odds = np.log(value) - np.log1p(-value)
            reach = reach / (value * (1 - value))
            return 1 / (1 + np.exp(reach - odds)), 1 / (1 + np.exp(-reach - odds))

    @cached_property
    def looked_up(self) -> tuple[Array, Array]:
        """Both limits of every group at each of `LEVELS`, around the value; each of shape (groups, levels)."""
        size = len(self.value)
        found = [self.ends(np.arange(size), np.full(size, z)) for z in LEVELS]
        lower, upper = (np.stack(side, axis=1) for side in zip(*found, strict=True))
        value = self.value[:, None]
        return np.minimum(lower, value), np.maximum(upper, value)

    def without_certainty(self) -> Estimate:
        """Know nothing of how sure a value is where a group's own variance says that it is certain.

        Values that are all alike, or scores that part two outcomes wholly, leave no variance to go by.
        """
        least = (ROUNDING * self.value) ** 2
        certain = ~(self.variance > least) if self.ends is None else np.zeros(self.value.shape, bool)
        return replace(self, variance=np.where(certain, np.nan, self.variance))

    @classmethod
    def joined(cls, estimates: Sequence[Estimate]) -> Estimate:
        """Put estimates of one statistic one behind the other, as if all were groups of one."""
        degrees = None if estimates[0].degrees is None else np.concatenate([each.degrees for each in estimates])
        value, variance = (
            np.concatenate([getattr(each, name) for each in estimates]) for name in ("value", "variance")
        )
        ends = None if estimates[0].ends is None else _ends_of_each(estimates)
        return cls(value, variance, degrees, estimates[0].link, ends)


def _ends_of_each(estimates: Sequence[Estimate]) -> Ends:
    """Read limits off the distribution of whichever estimate a place is of."""
    starts = np.cumsum([0, *(len(each.value) for each in estimates)])

    def ends(places: NDArray[np.intp], z: Array) -> tuple[Array, Array]:
        of = np.searchsorted(starts, places, side="right") - 1
        lower, upper = np.empty(len(places)), np.empty(len(places))
        for k in np.unique(of):
            here = of == k
            lower[here], upper[here] = estimates[k].ends(places[here] - starts[k], z[here])
        return lower, upper

    return ends


@dataclass(frozen=True)
class Pairs:
    """Ordered pairs of estimates, ready to be held against a margin; arrays of shape (pairs,).

    Attributes:
        first, second: the estimates; `places` says which of them make a pair, shape (2, pairs).
        stretch: what the limits of either side are stretched by, shape (2, pairs): the root of a design effect.
        degrees_of_freedom: of Student's t; None for a normal one.
    """

    first: Estimate
    second: Estimate
    places: NDArray[np.intp]
    stretch: Array
    degrees_of_freedom: Array | None

    whole = False  # there are no plain counts

    def exactly(self, kind: Kind, pair: int) -> bool:
        """Say whether an exact test is to be run on a pair: there is none."""
        return False

    @property
    def values(self) -> tuple[Array, Array]:
        """Both values of every pair."""
        return self.first.value[self.places[0]], self.second.value[self.places[1]]

    @property
    def variances(self) -> tuple[Array, Array]:
        """Both variances of every pair, stretched."""
        one, two = self.stretch**2
        return self.first.variance[self.places[0]] * one, self.second.variance[self.places[1]] * two

    @property
    def defined(self) -> NDArray[np.bool_]:
        """Say of which pairs anything can be said."""
        one, two = self.values
        known = np.isfinite(self._reach("first", np.ones(one.shape))) & np.isfinite(
            self._reach("second", np.ones(two.shape))
        )
        return np.isfinite(one) & np.isfinite(two) & known & ~self._unsure

    def freedom(self, pair: int) -> float | None:
        """Give the degrees of freedom of one pair."""
        return None if self.degrees_of_freedom is None else float(self.degrees_of_freedom[pair])

    @property
    def _unsure(self) -> NDArray[np.bool_]:
        """Pairs of which nothing may be said, however far apart their values are."""
        return np.isnan(self.stretch).any(axis=0)

    def clearing_z(self, kind: Kind, margins: ArrayLike) -> Array:
        """Give the z at which the lower limit of theta_a - margin * theta_b (or of the difference) meets the margin.

        Args:
            kind: "ratio" or "difference".
            margins: shape (pairs,).

        Returns:
            z, high where the data show that the margin is exceeded; NaN where a value or its variance is not known, and
            for a ratio also where a value is not above 0.
        """
        one, two = self.values
        factor = np.broadcast_to(np.asarray(margins, float) if kind == "ratio" else 1.0, one.shape)
        apart = one - factor * two - (0.0 if kind == "ratio" else np.asarray(margins, float))
        if kind == "ratio":
            apart = np.where((one > 0) & (two > 0), apart, np.nan)
        if self._symmetric:
            with np.errstate(divide="ignore", invalid="ignore"):
                return apart / np.sqrt(self.variances[0] + factor**2 * self.variances[1])
        return np.where(self._unsure, np.nan, self._solved(apart, factor))

    def flagging_z(self, kind: Kind, margins: ArrayLike) -> Array:
        """Give the same z: low where the data show that the value falls short of the margin."""
        return self.clearing_z(kind, margins)

    def bounds(self, kind: Kind, alpha_lower: ArrayLike, alpha_upper: ArrayLike) -> tuple[Array, Array]:
        """Bound theta_a / theta_b or theta_a - theta_b from below and from above, each one-sided.

        Args:
            kind: "ratio" or "difference".
            alpha_lower: level of the lower bound, shape (pairs,) or one number.
            alpha_upper: level of the upper bound.

        Returns:
            Both bounds; of a ratio 0 or more, the upper infinite where the second value may be 0. NaN where undefined.
        """
        one, two = self.values
        if not self._smooth:
            bounds = self._bounds_in_steps(kind, alpha_lower, alpha_upper)
            return tuple(np.where(self._unsure, np.nan, bound) for bound in bounds)
        z = [
            np.broadcast_to(critical_z(a, self.degrees_of_freedom), one.shape).astype(float)
            for a in (alpha_lower, alpha_upper)
        ]
        down = self._reach("first", z[0]), self._reach("second", z[0], up=True)
        up = self._reach("first", z[1], up=True), self._reach("second", z[1])
        if kind == "difference":
            return one - two - np.hypot(*down), one - two + np.hypot(*up)
        with np.errstate(all="ignore"):
            product = one * two
            root = np.sqrt(np.maximum(product**2 - (one**2 - down[0] ** 2) * (two**2 - down[1] ** 2), 0))
            lower = np.where(down[0] >= one, 0.0, (one**2 - down[0] ** 2) / (product + root))
            root = np.sqrt(np.maximum(product**2 - (one**2 - up[0] ** 2) * (two**2 - up[1] ** 2), 0))
            upper = np.where(up[1] >= two, np.inf, (product + root) / (two**2 - up[1] ** 2))
        unknown = ~((one > 0) & (two > 0)) | np.isnan(sum(down)) | np.isnan(sum(up))
        return np.where(unknown, np.nan, lower), np.where(unknown, np.nan, upper)

    def could_clear(self, kind: Kind, pair: int, margin: float, alpha: float) -> bool:
        """Say whether a pair as unsure as this could clear if both values were the same."""
        p = clearing_p(self.equal_z(kind, pair, margin), self.freedom(pair))
        return bool(p < alpha)

    def equal_z(self, kind: Kind, pair: int, margin: float) -> float:
        """Give the z that a pair as unsure as this would have if both values were the same."""
        one, two = (float(values[pair]) for values in self.values)
        middle = (one + two) / 2
        if not self._smooth:
            ahead = -margin if kind == "difference" else middle * (1 - margin)
            return self._equal_in_steps(pair, ahead, 1.0 if kind == "difference" else margin)
        reach = [
            self._reach(side, np.ones(len(self.values[0])), up=up)[pair] for side, up in (("first", 0), ("second", 1))
        ]
        with np.errstate(divide="ignore", invalid="ignore"):
            if kind == "difference":
                return float(-margin / np.hypot(*reach))
            return float((1 - margin) * middle / np.hypot(reach[0], margin * reach[1]))

    # --- inside ---

    @property
    def _symmetric(self) -> bool:
        return all(side.ends is None and side.link == "identity" for side in (self.first, self.second))

    def _reach(self, which: str, z: Array, *, up: bool = False) -> Array:
        """How far a side's limit lies from its value."""
        side, row = (self.first, 0) if which == "first" else (self.second, 1)
        lower, upper = side.limits(self.places[row], z * self.stretch[row])
        value = side.value[self.places[row]]
        with np.errstate(invalid="ignore"):
            return upper - value if up else value - lower

    def _solved(self, apart: Array, factor: Array) -> Array:
        """Halve the interval of z until the limit meets the margin."""
        ahead = apart > 0
        found = _largest(lambda z: self._falls_short(z, apart, factor, ahead), apart.shape)
        found = found if self._smooth else np.maximum(self._of_one(found), 0)
        unknown = np.isnan(apart) | ~self.defined
        return np.where(unknown, np.nan, np.where(ahead, found, -found))

    def _falls_short(self, z: Array, apart: Array, factor: Array, ahead: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Say of which pairs both limits at z do not reach the margin."""
        if self._smooth:
            one = np.where(ahead, self._reach("first", z), self._reach("first", z, up=True))
            two = np.where(ahead, self._reach("second", z, up=True), self._reach("second", z))
            return np.abs(apart) > np.hypot(one, factor * two)
        (low, high), (up, down) = self._in_steps(z, up=False), self._in_steps(z, up=True)
        one, two = (values[:, None] for values in self.values)
        margin = one - factor[:, None] * two - apart[:, None]
        with np.errstate(invalid="ignore"):
            above = low - factor[:, None] * high > margin
            below = up - factor[:, None] * down < margin
        return np.where(ahead, above.all(axis=1), below.all(axis=1))

    # --- limits that move in steps ---

    @property
    def _smooth(self) -> bool:
        return self.first.ends is None and self.second.ends is None

    def _in_steps(self, z: Array, *, up: bool) -> tuple[Array, Array]:
        """Give limits of both sides wherever both together are z off; each of shape (pairs, angles).

        The first side's lower and the second's upper ones, or the other way round if `up`. Between two angles either is
        taken at the larger z.
        """
        found = []
        for side, places, stretch, share, which in (
            (self.first, self.places[0], self.stretch[0], np.cos(ANGLES[:-1]), int(up)),
            (self.second, self.places[1], self.stretch[1], np.sin(ANGLES[1:]), int(not up)),
        ):
            at = np.nan_to_num(z * stretch, nan=FURTHEST)[:, None] * share
            level = np.minimum(np.searchsorted(LEVELS, at * (1 - ROUNDING)), len(LEVELS) - 1)
            found.append(side.looked_up[which][places[:, None], level])
        return found[0], found[1]

    def _bounds_in_steps(self, kind: Kind, alpha_lower: ArrayLike, alpha_upper: ArrayLike) -> tuple[Array, Array]:
        one, two = self.values
        low, high = self._in_steps(self._of_both(alpha_lower), up=False)
        up, down = self._in_steps(self._of_both(alpha_upper), up=True)
        with np.errstate(all="ignore"):
            if kind == "difference":
                lower, upper = (low - high).min(axis=1), (up - down).max(axis=1)
                known = self.defined
            else:
                lower = (np.maximum(low, 0) / high).min(axis=1)
                upper = np.where(down > 0, up / down, np.inf).max(axis=1)
                known = self.defined & (one > 0) & (two > 0)
        if self.degrees_of_freedom is not None:
            known = known & ~np.isnan(self.degrees_of_freedom)
        return np.where(known, lower, np.nan), np.where(known, upper, np.nan)

    def _chance(self, z: Array) -> Array:
        """How often both statistics together are further off than z, if the medians are where they are taken to be."""
        if self.degrees_of_freedom is None:
            return special.ndtr(-z) + np.exp(-z * z / 2) / 4
        degrees = self.degrees_of_freedom
        with np.errstate(invalid="ignore", divide="ignore"):
            return special.stdtr(degrees, -z) + (1 + z * z / degrees) ** (-degrees / 2) / 4

    def _of_one(self, z: Array) -> Array:
        """Give the z of a single one-sided statistic that is as rare."""
        chance = self._chance(z)
        if self.degrees_of_freedom is None:
            return -special.ndtri(chance)
        return -special.stdtrit(self.degrees_of_freedom, chance)

    def _of_both(self, alpha: ArrayLike) -> Array:
        """Give the z that both statistics together must exceed at a level."""
        alpha = np.broadcast_to(np.asarray(alpha, float), self.values[0].shape)
        return _largest(lambda z: self._chance(z) > alpha, alpha.shape)

    def _equal_in_steps(self, pair: int, ahead: float, factor: float) -> float:
        """Give the z of a pair whose limits lie as far from their values, and whose values are `ahead` of a margin."""
        (one, two) = (values[:, None] for values in self.values)

        def short(z: Array) -> NDArray[np.bool_]:
            low, high = self._in_steps(z, up=False)
            with np.errstate(invalid="ignore"):
                return (one - low + factor * (high - two) < ahead).all(axis=1)

        return float(self._of_one(_largest(short, self.values[0].shape))[pair])


def _largest(holds: Callable[[Array], NDArray[np.bool_]], shape: tuple[int, ...]) -> Array:
    """Halve the interval of z until the largest is found for which something holds."""
    low, high = np.zeros(shape), np.full(shape, FURTHEST)
    for _ in range(STEPS):
        z = (low + high) / 2
        found = holds(z)
        low, high = np.where(found, z, low), np.where(found, high, z)
    return low
