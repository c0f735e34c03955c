"""A figure on which places are points from the left and from the top, and the looks that tell groups apart."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import Affine2D

from fairaudit.charts.chart import BLUE, GREEN, HAIRLINE, INK, LONGEST_ALT, PURPLE, VERMILION, Chart
from fairaudit.charts.lettering import Lettering, Text
from fairaudit.charts.scales import ROUND_PERCENT, Scale
from fairaudit.charts.text import clean, drawable, width
from fairaudit.languages import say, say_count

# All lengths are points, 72 to the inch.
WIDTH, MARGIN, GAP, LINE = 640.0, 6.0, 10.0, 10.5
TITLE, SIZE, SMALL = 10.0, 9.0, 7.6
TITLE_LINE = 13.0
LONGEST_NAME = 60  # characters of a name in alternative text
LOG_FROM = 100.0  # times the lowest number: from here on, even steps would crush the low numbers together
DASHED = (0, (4, 2))


@dataclass(frozen=True)
class Look:
    """How a group's line is drawn: each part alone tells it from the others."""

    colour: str
    marker: str
    dash: Any


LOOKS = (
    Look(BLUE, "o", "-"),
    Look(VERMILION, "s", (0, (5, 1.6))),
    Look(GREEN, "^", (0, (1.4, 1.2))),
    Look(PURPLE, "D", (0, (7, 1.6, 1.4, 1.6))),
)


@dataclass(frozen=True)
class RoundScale(Scale):
    """A scale for any numbers: tiny, huge or negative."""

    def _steps(self) -> list[list[float]]:
        power = math.floor(math.log10(self.high - self.low))
        steps = [digit * 10.0**place for place in (power - 1, power, power + 1) for digit in (1, 2, 5)]
        return [self._multiples(step) for step in steps if (self.high - self.low) / step <= 12]

    def _multiples(self, step: float) -> list[float]:
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [float(f"{step * k:.12g}") for k in range(first, last + 1)]

    def _factors(self) -> list[list[float]]:
        first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        decades = [10.0**power for power in range(first, last)]
        dense = [[digit * decade for decade in decades for digit in digits] for digits in ((1, 2, 5), (1, 3))]
        return [*dense, *(decades[::every] for every in (1, 2, 3, 4))]


def span_of(numbers: Sequence[float]) -> RoundScale:
    """Hold all numbers, with a little room at both ends."""
    low, high = min(numbers, default=0.0), max(numbers, default=1.0)
    room = 0.03 * (high - low) or abs(high) / 10 or 1.0
    return RoundScale(low - room, high + room)


def amounts_of(numbers: Sequence[float]) -> RoundScale:
    """Hold all amounts: from 0 where that wastes little, in factors where they are positive and far apart."""
    low, high = min(numbers, default=0.0), max(numbers, default=1.0)
    if low > 0 and high / low >= LOG_FROM:
        return RoundScale(low / 1.15, high * 1.15, log=True)
    span = span_of(numbers)
    return RoundScale(0.0, span.high) if 0 <= low < high / 3 else span


def percent_scale(shares: Sequence[float]) -> RoundScale:
    """Begin at 0% and end at a round percentage above every share; numbers on the scale are shares."""
    highest = 100 * max(shares, default=1.0)
    end = next((end for end in ROUND_PERCENT if end >= highest - 1e-9), None)
    return RoundScale(0.0, (end or highest) / 100, unit="%", per=0.01)


class Sheet:
    """A white figure that is written and drawn on by places in points, from its upper left corner."""

    def __init__(self, height: float):
        self.height = height
        self.figure = Figure(figsize=(WIDTH / 72, height / 72), facecolor="white")
        self.lettering = Lettering()
        self._points = Affine2D().scale(1, -1).translate(0, height).scale(1 / 72) + self.figure.dpi_scale_trans

    def chart(self, alt: str) -> Chart:
        """Make a chart of all that is drawn and written, with its alternative text."""
        return Chart(self.figure, alt, self.lettering)

    def put(self, x: float, y: float, text: str, size: float = SIZE, **look: Any) -> None:
        """Write a line of text whose middle is y, as `Text` has it; nothing in it is markup."""
        self.lettering.texts.append(Text(x, self.height - y, text, size, **{"color": INK} | look))

    def line(self, xs: Sequence[float], ys: Sequence[float], **look: Any) -> None:
        """Draw a line or, with a marker and no line style, marks."""
        self.figure.add_artist(Line2D(xs, ys, transform=self._points, **look))

    def add(self, artist: type[Artist], *args: Any, **look: Any) -> None:
        """Draw another thing, such as a rectangle."""
        self.figure.add_artist(artist(*args, transform=self._points, **look))

    def panel(self, left: float, top: float, wide: float, high: float) -> Axes:
        """Add axes that count 0 to 1 both ways, without ticks, with a line at the foot alone."""
        place = (left / WIDTH, 1 - (top + high) / self.height, wide / WIDTH, high / self.height)
        axes = self.figure.add_axes(place, facecolor="none")
        axes.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[])
        for side in ("left", "right", "top"):
            axes.spines[side].set_visible(False)
        return axes

    def sample(self, x: float, y: float, wide: float, look: Look) -> None:
        """Draw a piece of a group's line, beside its name."""
        self.line([x, x + wide], [y, y], color=look.colour, linewidth=1.6, linestyle=look.dash, dash_capstyle="butt")
        self.line([x + wide / 2], [y], color=look.colour, linestyle="", **marking(look))


def marking(look: Look) -> dict[str, Any]:
    """Give the look of a group's marks; a white edge keeps marks apart that lie on each other."""
    return {"marker": look.marker, "markersize": 5.5, "markeredgecolor": "white", "markeredgewidth": 0.7}


def grid_line(axes: Axes, y: float) -> None:
    """Draw a faint line across a panel."""
    axes.axhline(y, color=HAIRLINE, linewidth=0.5, zorder=0)


# --- words ---


def called(name: str, place: int) -> str:
    """Name a group in the chart; one in letters that the font lacks by its place in the table beside it."""
    return name if drawable(name) else say("(group {number} of the table)", number=place + 1)


def titled(shown: Mapping[str, Any], otherwise: str) -> str:
    """Give a chart its title, or other words where the font lacks letters of it."""
    return shown["title"] if drawable(shown["title"]) else otherwise


def amount(number: float | None) -> str:
    """Write a number that is no share with three digits or, from 100 on, in full."""
    if number is None:
        return say("undefined")
    text = f"{number:,.0f}" if abs(number) >= 99.95 else f"{number + 0.0:.3g}"
    return text.replace("-", "−")


def exact(number: float) -> str:
    """Write a number that somebody has set, such as a cut-off, with all its digits."""
    return (f"{number:,.10g}" if abs(number) >= 1e-4 else f"{number + 0.0:.10g}").replace("-", "−")


def short(text: str, most: int = LONGEST_NAME) -> str:
    """Cut a text for use in a sentence."""
    text = clean(text)
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def grouped_by(shown: Mapping[str, Any]) -> str:
    """Name what groups are made by, to stand over their column."""
    words = say(" and ").join(name.replace("_", " ") for name in shown["grouping"])
    return f"{words[:1].upper()}{words[1:]}"


def how_many(groups: Sequence[Any]) -> str:
    """Say how many groups there are."""
    return say_count(len(groups), "{count} group", "{count} groups")


def highest_and_lowest(found: Sequence[tuple[str, float]], write: Any) -> str:
    """Say which group has the highest number and which the lowest, as they are written; none is named where all agree.

    Args:
        found: groups with their numbers, of which there is one at least.
        write: what makes words of a number.
    """
    low, high = (choose(found, key=lambda pair: pair[1]) for choose in (min, max))
    if len(found) == 1:
        return f"{short(low[0])} ({write(low[1])})"
    if write(low[1]) == write(high[1]):
        return say("{number} in all {groups} groups that have a number", number=write(low[1]), groups=len(found))
    return say(
        "highest {highest} ({high}), lowest {lowest} ({low})",
        highest=short(high[0]),
        high=write(high[1]),
        lowest=short(low[0]),
        low=write(low[1]),
    )


def joined(sentences: Sequence[str]) -> str:
    """Put as many sentences of alternative text together as have room; the first is always there."""
    text = sentences[0]
    for sentence in sentences[1:]:
        if sentence and len(text) + 1 + len(sentence) < LONGEST_ALT:
            text = f"{text} {sentence}"
    return text


def levels(places: Sequence[float], texts: Sequence[str], most: int) -> list[int | None]:
    """Put texts over their places on as few lines as may be, so that none touches another; None where all are full."""
    ends, found = [-math.inf] * most, []
    for place, text in zip(places, texts, strict=True):
        half = width(text, SMALL, bold=True) / 2
        level = next((line for line in range(most) if ends[line] + 4 <= place - half), None)
        if level is not None:
            ends[level] = place + half
        found.append(level)
    return found


def apart(places: Sequence[float], texts: Sequence[str], between: float = 5.0) -> bool:
    """Say whether texts, each about its place, stay clear of each other."""
    halves = [(place, width(text, SMALL) / 2) for place, text in zip(places, texts, strict=True)]
    return all(a + half + between <= b - other for (a, half), (b, other) in pairwise(halves))
