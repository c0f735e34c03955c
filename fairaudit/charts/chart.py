"""What every chart is made of: a figure, the same as SVG, and alternative text; and the look they share."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from fairaudit.charts.compacting import Drawing, compact
from fairaudit.charts.lettering import Lettering
from fairaudit.charts.letters import FONT

# All are 5:1 or more against white, and stay apart for readers who see colours differently. A marker and a word always
# go with them.
BLUE, VERMILION, GREEN, PURPLE, GREY = "#0072B2", "#B24A00", "#007A5A", "#8A4F7D", "#5A5F66"
INK, HAIRLINE, BAND = "#1E2329", "#C9CED4", "#E3EEF5"

LONGEST_ALT = 600
LOOK: dict[str, Any] = {
    "font.family": [FONT],
    "font.size": 9.0,
    "text.color": INK,
    "text.usetex": False,
    "text.parse_math": False,
    "axes.edgecolor": HAIRLINE,
    "axes.linewidth": 0.8,
    "svg.fonttype": "path",
    "svg.hashsalt": "fairaudit",
}
NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}


@dataclass(frozen=True)
class Chart:
    """A chart.

    Attributes:
        lines: matplotlib's figure, without what stands written in it.
        alt: what it shows, in fewer than 600 characters.
        lettering: what stands written in it.
    """

    lines: Figure
    alt: str
    lettering: Lettering = field(default_factory=Lettering)

    @cached_property
    def figure(self) -> Figure:
        """The whole chart as matplotlib has it."""
        with mpl.rc_context(LOOK):
            self.lettering.put_on(self.lines)
        return self.lines

    @cached_property
    def drawing(self) -> Drawing:
        """The figure as SVG: letters drawn as paths, no date, so that the same rows give the same bytes."""
        written = io.StringIO()
        with mpl.rc_context(LOOK), self.lettering.left_out():
            self.lines.savefig(written, format="svg", metadata=NO_METADATA)
        lines = compact(written.getvalue())
        height = float(self.lines.get_figheight()) * 72
        shared, body = {**lines.shared, **self.lettering.shared}, lines.body + self.lettering.body(height)
        return Drawing(lines.size, shared, body)

    def png(self, dots_per_inch: int = 120) -> bytes:
        """The figure as PNG, for programs that take no SVG: no date, no maker, so that the same rows give the same.

        Args:
            dots_per_inch: of the figure's own size, in which an inch is 96 CSS pixels.
        """
        written = io.BytesIO()
        with mpl.rc_context(LOOK):
            self.figure.savefig(written, format="png", dpi=dots_per_inch, metadata={"Software": None})
        return written.getvalue()

    @property
    def svg(self) -> str:
        """The figure as SVG that needs nothing but itself."""
        return self.drawing.svg

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in CSS pixels, 96 to the inch."""
        width, height = self.lines.get_size_inches()
        return round(float(width) * 96), round(float(height) * 96)

    def _repr_svg_(self) -> str:
        return self.svg
