"""Lines and marks of a figure, gathered by their look: matplotlib draws forty that look alike as quickly as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.transforms import Transform

Point = tuple[float, float]


class Strokes:
    """Lines and marks that are drawn at the end, those of a look at once.

    Args:
        figure: what they are drawn on.
        places: what makes places of the figure of theirs.
    """

    def __init__(self, figure: Figure, places: Transform):
        self.figure, self.places = figure, places
        self.lines: dict[tuple, list[tuple[Point, Point]]] = {}
        self.marks: dict[tuple, list[Point]] = {}

    def line(self, xs: Sequence[float], ys: Sequence[float], color: str, width: float, **look: Any) -> None:
        """Draw a straight line between two points.

        Args:
            xs: of its ends, across.
            ys: of its ends, upward.
            color: as SVG writes it.
            width: in points.
            look: `linestyle`, `capstyle` and `zorder`, as a patch of matplotlib has them.
        """
        looks = {"edgecolor": color, "linewidth": width, **look}
        self.lines.setdefault(tuple(looks.items()), []).append(tuple(zip(xs, ys, strict=True)))

    def mark(self, x: float, y: float, marker: str, color: str, **look: Any) -> None:
        """Draw a mark, as a line of matplotlib has them."""
        looks = {"marker": marker, "color": color, **look}
        self.marks.setdefault(tuple(looks.items()), []).append((x, y))

    def draw(self) -> None:
        """Put all on the figure."""
        for looks, lines in self.lines.items():
            path = Path([end for line in lines for end in line], [Path.MOVETO, Path.LINETO] * len(lines))
            path.should_simplify = False  # it would take points away that lie near each other
            look = {"capstyle": "butt", "joinstyle": "round", "fill": False} | dict(looks)
            self.figure.add_artist(PathPatch(path, transform=self.places, **look))
        for looks, points in self.marks.items():
            self.figure.add_artist(
                Line2D(*zip(*points, strict=True), linestyle="", transform=self.places, **dict(looks))
            )
