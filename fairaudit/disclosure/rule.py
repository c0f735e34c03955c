"""The rule by which small counts are hidden, and what it makes of a number that may be told roughly only."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

STEPS = (0.01, 0.05, 0.10)
NEARLY_NONE, NEARLY_ALL = 0.05, 0.95
ROUNDING = 1e-9

Side = Literal["nearest", "down", "up"]


@dataclass(frozen=True)
class Rule:
    """Which counts are hidden.

    Attributes:
        smallest: the smallest count that may be told; counts of 1 to one less are hidden, and 0 is not.
    """

    smallest: int

    def small(self, count: float | None) -> bool:
        """Say whether a count is hidden; what is not known is not."""
        return count is not None and 0 < count < self.smallest

    def step(self, people: float | None) -> float | None:
        """Give the finest step to which a share of so many people is rounded; None where none is coarse enough.

        As many people as are hidden change the share by less than a step, so that a rounded share fits many counts.
        """
        if not people:
            return None
        return next((step for step in STEPS if self.smallest / people <= step), None)

    def coarse(self, share: float | None, people: float | None, side: Side = "nearest") -> float | None:
        """Round a share of so many people; "all" and "none" become at least 95% and at most 5%.

        Args:
            share: 0 to 1.
            people: those it is a share of.
            side: which way; "down" and "up" for what it is at least, and at most.
        """
        step = self.step(people)
        if share is None or step is None:
            return None
        return min(max(stepped(share, step, side), NEARLY_NONE), NEARLY_ALL)

    @property
    def each(self) -> int:
        """What counts are rounded to that are told roughly: 25 where counts under 11 are hidden."""
        return 2 * self.smallest + 3 - (2 * self.smallest + 3) % 5

    def between(self, count: float, each: int | None = None) -> list[int]:
        """Give between what a count lies that is told roughly: never below what may be told.

        Args:
            count: how many; 0, or so many that it may be told.
            each: what it is rounded to; the least that is of use where None.
        """
        each = each or self.each
        middle, half = round(count / each) * each, each // 2
        if not count:
            return [0, 0]
        return [max(middle - half, self.smallest), max(middle + half, self.smallest)]

    def rounded(self, count: float | None) -> int | None:
        """Round a count that is told roughly; None where it is too small for that."""
        return None if count is None or count < self.each else int(round(count / self.each) * self.each)


def stepped(value: float, step: float, side: Side = "nearest") -> float:
    """Round to a step, the way that is said."""
    times = value / step
    turned = {"nearest": round(times), "down": math.floor(times + ROUNDING), "up": math.ceil(times - ROUNDING)}
    return round(turned[side] * step, 6)


def significant(value: float | None, places: int = 3) -> float | None:
    """Round to so many significant digits."""
    return None if value is None else float(f"{value:.{places}g}")
