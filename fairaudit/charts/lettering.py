"""What stands written in a chart. We write it into the SVG ourselves: of many groups, most of a chart is texts.

matplotlib would give the same letters the same places, and takes ten times as long. For a PNG it still writes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache

from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.transforms import Affine2D

from fairaudit.charts.compacting import attributes, place_of, rounded
from fairaudit.charts.letters import EM, ascent, laid_out, outline

LETTERS_HIGH = 200  # of outlines, in their own units
SHIFTS = {"left": 0.0, "center": 0.5, "right": 1.0}


@dataclass(frozen=True)
class Text:
    """A line of text.

    Attributes:
        x, y: where it stands, in points from the figure's left edge and from its foot; y is the middle of capitals.
        text: what it says; nothing in it is markup.
        size: of its letters, in points.
        color: as SVG writes it.
        bold: whether its letters are bold.
        ha: which part of it is at x: "left", "center" or "right".
    """

    x: float
    y: float
    text: str
    size: float
    color: str
    bold: bool = False
    ha: str = "left"

    def svg(self, height: float) -> str:
        """Write it into a picture of this height, with the letters of `outline`.

        Args:
            height: of the figure, in points.
        """
        letters, laid = _written(self.text, self.bold), laid_out(self.text, self.bold)
        if not letters:
            return ""
        scale = self.size / EM
        x = self.x - SHIFTS[self.ha] * laid.width * scale
        y = height - self.y + max(laid.top, ascent(self.bold)) * scale / 2
        moves = f"{rounded(f'translate({_short(x)} {_short(y)})')}{_scale(self.size)}"
        return f"<g{attributes({'fill': self.color.lower(), 'transform': moves})}>{letters}</g>"


@dataclass
class Lettering:
    """All texts of a figure, but for what matplotlib writes with its axes.

    Attributes:
        texts: in the order in which they are written.
        artists: matplotlib's, once it has been asked to write them.
    """

    texts: list[Text] = field(default_factory=list)
    artists: list[Artist] = field(default_factory=list)

    def body(self, height: float) -> str:
        """Write all texts into a picture of this height, in points."""
        return "".join(text.svg(height) for text in self.texts)

    @property
    def shared(self) -> Mapping[str, str]:
        """The outlines that the texts are drawn with, by name."""
        used = {name: None for text in self.texts for name, _, _ in laid_out(text.text, text.bold).letters}
        return {short: drawn for short, drawn in map(outline, used) if drawn}

    def put_on(self, figure: Figure) -> None:
        """Have matplotlib write the texts, once."""
        if self.artists:
            return
        points = Affine2D().scale(1 / 72) + figure.dpi_scale_trans
        look = {"va": "center_baseline", "parse_math": False, "transform": points}
        for text in self.texts:
            weight = "bold" if text.bold else "normal"
            told = {"fontsize": text.size, "color": text.color, "fontweight": weight, "ha": text.ha}
            self.artists.append(figure.text(text.x, text.y, text.text, **look, **told))

    @contextmanager
    def left_out(self) -> Iterator[None]:
        """Keep matplotlib from writing the texts for as long as this goes on."""
        for artist in self.artists:
            artist.set_visible(False)
        try:
            yield
        finally:
            for artist in self.artists:
                artist.set_visible(True)


@lru_cache(maxsize=8192)
def _written(text: str, bold: bool) -> str:
    return "".join(_use(name, x, y) for name, x, y in laid_out(text, bold).letters)


def _use(name: str, x: float, y: float) -> str:
    short, drawn = outline(name)
    where = {key: place for key, at in (("x", x), ("y", y)) if (place := place_of(at)) != "0"}
    return f"<use{attributes({'href': f'#{short}', **where})}/>" if drawn else ""


@lru_cache(maxsize=64)
def _scale(size: float) -> str:
    scale = f"{size / LETTERS_HIGH:.6g}"
    return f"scale({scale} -{scale})"


def _short(number: float) -> str:
    return f"{number:.6f}".rstrip("0").rstrip(".")
