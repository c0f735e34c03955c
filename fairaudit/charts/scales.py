"""Axes of a forest plot: which numbers are drawn, where, and which of them get a tick."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from fairaudit.charts.rows import Row
from fairaudit.charts.text import width
from fairaudit.sentences import Reading

FARTHEST = (
    3.0  # an axis ends at three times the limit or past the worst estimate; an interval that goes on has an arrow
)
BETWEEN = 5.0  # points that stay free between two ticks' labels
ROUND_PERCENT = (1, 2, 5, 10, 20, 25, 30, 40, 50, 60, 80, 100)


@dataclass(frozen=True)
class Scale:
    """From the numbers shown to places.

    Attributes:
        low, high: the numbers at the panel's ends.
        log: whether steps are factors.
        unit: what follows a tick's number.
        per: what a tick's number is divided by.
    """

    low: float
    high: float
    log: bool = False
    unit: str = ""
    per: float = 1.0

    def place(self, number: float) -> float:
        """Say where a number is, 0 at the left end and 1 at the right; what lies beyond is put at the end."""
        if self.log:
            low, high = math.log(self.low), math.log(self.high)
            at = (math.log(number) - low) / (high - low) if number > 0 else 0.0
        else:
            at = (number - self.low) / (self.high - self.low)
        return min(max(at, 0.0), 1.0)

    def beyond(self, number: float) -> bool:
        """Say whether a number lies outside what is drawn."""
        return not self.low <= number <= self.high

    def ticks(self, room: float, size: float) -> list[tuple[float, str]]:
        """Choose as many round numbers as have room, with their labels.

        Args:
            room: the panel's width in points.
            size: of the labels' letters in points.
        """
        for numbers in self._candidates():
            labelled = [
                (n, f"{n / self.per:,.10g}{self.unit}".replace("-", "−")) for n in numbers if not self.beyond(n)
            ]
            halves = [(self.place(number) * room, width(text, size) / 2) for number, text in labelled]
            if len(labelled) >= 2 and all(
                a + half + BETWEEN <= b - other for (a, half), (b, other) in pairwise(halves)
            ):
                return labelled
        return []

    def _candidates(self) -> list[list[float]]:
        """Give lists of round numbers, the densest first."""
        return self._factors() if self.log else self._steps()

    def _steps(self) -> list[list[float]]:
        widest = math.floor(math.log10(self.high - self.low))
        steps = [10.0**power * digit for power in range(widest - 1, widest + 1) for digit in (1, 2, 5)]
        few = [step for step in steps if (self.high - self.low) / step <= 12]
        return [
            [round(step * k, 9) for k in range(math.ceil(self.low / step), math.floor(self.high / step) + 1)]
            for step in few
        ]

    def _factors(self) -> list[list[float]]:
        """Around 100 even steps read best; over a wide range 1, 2, 5, 10 do. All of them hold 100."""
        even = [[100 + step * k for k in range(1 - int(100 / step), 60)] for step in (1, 2, 5, 10, 20, 25, 50)]
        few = [numbers for numbers in even if sum(not self.beyond(number) for number in numbers) <= 9]
        decades = [10.0**power for power in range(-3, 9)]
        wide = [[digit * decade for decade in decades for digit in digits] for digits in ((1, 2, 5), (1, 3), (1,))]
        return [*few, *wide]


def rate_scale(table: Sequence[Row], approximate: bool = False) -> Scale:
    """Let the axis of rates begin at 0 and end at a round percentage above every interval.

    An approximate measure may have any values: its axis holds them and 0.
    """
    values = [value for row in table for value in (*(row.rates or ()), row.lower, row.upper) if value is not None]
    if approximate:
        low, high = min([0.0, *values]), max([0.0, *values])
        return Scale(low, high if high > low else low + 1.0)
    highest, lowest = 100 * max(values, default=0.01), 100 * min(values, default=0.0)
    high = float(next((end for end in ROUND_PERCENT if end >= highest), 100))
    # Shares beyond those predicted may be below 0.
    low = -float(next((end for end in ROUND_PERCENT if end >= -lowest), 100)) if lowest < 0 else 0.0
    return Scale(low, high, unit="%")


def contrast_scale(
    table: Sequence[Row], numbers: Reading, reached: Sequence[float] = (), approximate: bool = False
) -> Scale:
    """Let the axis of comparisons hold the limit, equality, every best estimate, and bounds as far as they are telling.

    Args:
        table: the rows.
        numbers: kind of comparison and limit.
        reached: other numbers to show, in the numbers that are drawn.
        approximate: whether the measure is no share, so that ticks are hundredths.
    """
    found = [row.worst for row in table if row.worst is not None]
    best = [contrast.between or (contrast.estimate,) for contrast in found]
    estimates = [number for ends in best for number in ends if number is not None]
    ends = [number for contrast in found for number in (contrast.near, contrast.far) if number is not None]
    bounds, limit = [*ends, *reached], numbers.limit
    if numbers.kind == "difference":
        scale = _difference_scale(estimates, bounds, limit)
    else:
        scale = _ratio_scale(
            [e for e in estimates if e > 0], [b for b in bounds if b > 0], limit, "%" if numbers.in_percent else ""
        )
    return replace(scale, unit="", per=100.0) if approximate else scale


def _difference_scale(estimates: list[float], bounds: list[float], limit: float) -> Scale:
    cap = max(FARTHEST * limit, 1.5 * max(map(abs, estimates), default=0.0), 1.0)
    high = min(max([*bounds, *estimates, 1.6 * limit]), cap)
    low = max(min([*bounds, *estimates, -0.8 * limit]), -cap)
    room = 0.04 * (high - low)
    return Scale(low - room, high + room)


def _ratio_scale(estimates: list[float], bounds: list[float], limit: float, unit: str) -> Scale:
    factor = max(limit / 100, 100 / limit, 1.02)
    cap = max(factor**FARTHEST, *(1.5 * max(e / 100, 100 / e) for e in estimates), 1.1)
    high = min(max([*bounds, *estimates, 100 * factor**0.8, 1.12 * limit]), 100 * cap)
    low = max(min([*bounds, *estimates, 100 / factor**0.8, limit / 1.12]), 100 / cap)
    return Scale(low / 1.04, high * 1.04, log=True, unit=unit)
