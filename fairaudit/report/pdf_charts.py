"""Charts in the PDF: matplotlib's SVG turned straight into PDF operators.

WeasyPrint draws any SVG, a number at a time, and takes longer for a report's charts than for all its pages. What
matplotlib writes needs little of that: paths, letters that are used again and again, moves and clips. Whatever else an
SVG holds is left to WeasyPrint.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

PICTURE = re.compile(r'<svg role="img" aria-label="([^"]*)" ([^>]*)>(.*?)</svg>', re.DOTALL)
OUTLINES = re.compile(r'<svg class="outlines"[^>]*>(.*?)</svg>', re.DOTALL)
SPACE = "http://www.w3.org/2000/svg"
PIXELS_A_POINT = 4 / 3
NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
COMMAND = re.compile(rf"([mlhvqtcz])((?:[ ,]*{NUMBER})*)\s*")
CALL = re.compile(rf"(translate|scale|rotate|matrix)\(({NUMBER}(?:[\s,]+{NUMBER})*)\)\s*")
COUNTS = {"m": 2, "l": 2, "h": 1, "v": 1, "q": 4, "t": 2, "c": 6}
OPERATORS = {"m": "m", "l": "l", "h": "l", "v": "l", "q": "c", "t": "c", "c": "c"}
CAPS = {"butt": 0, "round": 1, "square": 2}
JOINS = {"miter": 0, "round": 1, "bevel": 2}
# SVG's own defaults.
START = {
    "fill": "#000000",
    "stroke": "none",
    "stroke-width": "1",
    "stroke-dasharray": "none",
    "stroke-linejoin": "miter",
    "stroke-linecap": "butt",
}
PASSED_ON = {*START, "stroke-dashoffset", "fill-opacity", "stroke-opacity"}
LOOKS = {*PASSED_ON, "opacity", "stroke-miterlimit"}
PLACES = {"id", "d", "x", "y", "href", "transform", "clip-path"}
Point = tuple[float, float]
IGNORED = {"defs", "clipPath"}


class OtherSvgError(ValueError):
    """An SVG holds what matplotlib does not write here: WeasyPrint draws it."""


def pictures(page: str) -> tuple[str, dict[str, Chart]]:
    """Prepare the charts of a page, as `pictures.py` writes them.

    Args:
        page: HTML, with charts as SVG in it.

    Returns:
        The page with an `img` for each chart, since WeasyPrint gives only those an alternative text; and, by the
        addresses of these, what it is to take instead of reading the address: nothing for what it must read itself.
    """
    outlines = "".join(OUTLINES.findall(page))
    shared, found = _by_id(outlines), {}

    def image(match: re.Match[str]) -> str:
        alt, looks, body = match.groups()
        address = f"data:image/svg+xml,chart-{len(found) + 1}"
        try:
            found[address] = Chart(f"<svg {looks}>{body}</svg>", shared)
        except (OtherSvgError, ElementTree.ParseError):
            address = "data:image/svg+xml," + quote(f'<svg xmlns="{SPACE}" {looks}>{outlines}{body}</svg>')
        size = " ".join(re.findall(r'\b(?:width|height)="\d+"', looks)[:2])
        return f'<img src="{address}" alt="{alt}" {size}>'

    return PICTURE.sub(image, OUTLINES.sub("", page)), found


def _by_id(outlines: str) -> dict[str, ElementTree.Element]:
    root = ElementTree.fromstring(f"<svg>{outlines}</svg>")
    return {element.get("id", ""): element for element in root.iter() if element.get("id")}


class Chart:
    """A chart as WeasyPrint takes a picture: with a size, and a way to draw it.

    Args:
        svg: what `charts` writes, without a name space.
        shared: by name, what it is drawn with, beside what it holds itself.

    Raises:
        OtherSvgError: it holds anything else than paths, uses, moves and clips.
    """

    def __init__(self, svg: str, shared: Mapping[str, ElementTree.Element] | None = None):
        root = ElementTree.fromstring(svg)
        left, top, self.width, self.height = map(float, root.get("viewBox", "").split())
        if (left, top) != (0, 0) or not self.width or not self.height:
            raise OtherSvgError("viewBox")
        self.drawing = list(_Drawing(root, shared or {}).operators())

    def get_intrinsic_size(self, image_resolution: float, font_size: float) -> tuple[float, float, float]:
        """Give width and height in CSS pixels, and their ratio."""
        return self.width * PIXELS_A_POINT, self.height * PIXELS_A_POINT, self.width / self.height

    def draw(self, stream: Any, concrete_width: float, concrete_height: float, _style: object) -> None:
        """Draw into a page's stream of operators, whose y axis points down."""
        stream.transform(a=concrete_width / self.width, d=concrete_height / self.height)
        for part in self.drawing:
            if isinstance(part, str):
                stream.stream.append(part.encode("ascii"))
            else:
                # The page remembers the last opacity, and may not have seen it put back.
                stream._current_alpha = stream._current_alpha_stroke = None
                stream.set_alpha(part[0])
                stream.set_alpha(part[1], stroke=True)


class _Drawing:
    """Walks through an SVG, and gives PDF operators and pairs of opacities."""

    def __init__(self, root: ElementTree.Element, shared: Mapping[str, ElementTree.Element]):
        self.root = root
        self.by_id = {**shared, **{element.get("id", ""): element for element in root.iter() if element.get("id")}}

    def operators(self) -> Iterator[str | tuple[float, float]]:
        around = START | {name: value for name, value in self.root.items() if name in PASSED_ON}
        for child in self.root:
            yield from self.drawn(child, around)

    def drawn(self, element: ElementTree.Element, above: Mapping[str, str]) -> Iterator[str | tuple[float, float]]:
        if element.tag in IGNORED:
            return
        own = _style(element)
        style = {**above, **own}
        opacity = float(own.get("opacity", above.get("opacity", 1)))
        yield "q"
        yield from self._clip(element.get("clip-path"))
        yield from _moves(element.get("transform", ""))
        if element.tag == "path":
            yield from _painted(element.get("d", ""), style, opacity)
        elif element.tag == "use":
            yield f"1 0 0 1 {_number(element.get('x', '0'))} {_number(element.get('y', '0'))} cm"
            yield from self.drawn(self._named(element.get("href", "")), {**_passed(style), "opacity": str(opacity)})
        elif element.tag == "g":
            for child in element:
                yield from self.drawn(child, {**_passed(style), "opacity": str(opacity)})
        else:
            raise OtherSvgError(element.tag)
        yield "Q"

    def _named(self, link: str) -> ElementTree.Element:
        found = self.by_id.get(link.removeprefix("#"))
        if found is None or found.tag not in ("path", "g"):
            raise OtherSvgError(link)
        return found

    def _clip(self, link: str | None) -> Iterator[str]:
        if link is None:
            return
        shape = self.by_id.get(link.removeprefix("url(#").removesuffix(")"))
        for child in shape if shape is not None else [ElementTree.Element("nothing")]:
            if child.tag == "rect":
                sides = (_number(child.get(name, "0")) for name in ("x", "y", "width", "height"))
                yield f"{' '.join(sides)} re W n"
            elif child.tag == "path" and child.keys() == ["d"]:
                yield f"{_segments(child.get('d', ''))} W n"
            else:
                raise OtherSvgError(link)


def _style(element: ElementTree.Element) -> dict[str, str]:
    if other := set(element.keys()) - LOOKS - PLACES:
        raise OtherSvgError(", ".join(sorted(other)))
    return {name: value for name, value in element.items() if name in LOOKS}


def _passed(style: Mapping[str, str]) -> dict[str, str]:
    """Give what children inherit."""
    return {name: value for name, value in style.items() if name in PASSED_ON}


def _moves(text: str) -> Iterator[str]:
    if CALL.sub("", text.strip()):
        raise OtherSvgError(text)
    for name, numbers in CALL.findall(text):
        values = re.split(r"[\s,]+", numbers)
        if name == "translate" and len(values) <= 2:
            yield f"1 0 0 1 {values[0]} {values[1] if len(values) == 2 else 0} cm"
        elif name == "scale" and len(values) <= 2:
            yield f"{values[0]} 0 0 {values[-1]} 0 0 cm"
        elif name == "rotate" and len(values) == 1:
            yield _turned(float(values[0]))
        elif name == "matrix" and len(values) == 6:
            yield " ".join(values) + " cm"
        else:
            raise OtherSvgError(text)


def _turned(degrees: float) -> str:
    from math import cos, radians, sin

    sine, cosine = round(sin(radians(degrees)), 6), round(cos(radians(degrees)), 6)
    return f"{cosine:.6f} {sine:.6f} {-sine:.6f} {cosine:.6f} 0 0 cm"


def _painted(path: str, style: Mapping[str, str], opacity: float) -> Iterator[str | tuple[float, float]]:
    fill, stroke = style["fill"] != "none", style["stroke"] != "none"
    if not (fill or stroke):
        return
    fills, strokes = (opacity * float(style.get(f"{what}-opacity", 1)) for what in ("fill", "stroke"))
    if (fills, strokes) != (1, 1):
        yield fills, strokes
    if fill:
        yield f"{_colour(style['fill'])} rg"
    if stroke:
        yield f"{_colour(style['stroke'])} RG {_number(style['stroke-width'])} w"
        yield f"{CAPS[style['stroke-linecap']]} J {JOINS[style['stroke-linejoin']]} j"
        if style["stroke-dasharray"] != "none":
            dashes = " ".join(_number(each) for each in re.split(r"[\s,]+", style["stroke-dasharray"]))
            yield f"[{dashes}] {_number(style.get('stroke-dashoffset', '0'))} d"
    yield _segments(path) + (" B" if fill and stroke else " f" if fill else " S")


def _number(text: str) -> str:
    if not re.fullmatch(NUMBER, text) or "e" in text.lower():
        raise OtherSvgError(text)
    return text


@lru_cache(maxsize=256)
def _colour(text: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        raise OtherSvgError(text)
    return " ".join(f"{int(text[at : at + 2], 16) / 255:.4g}" for at in (1, 3, 5))


@lru_cache(maxsize=4096)
def _segments(path: str) -> str:
    """Translate a path, which says steps, into places; a letter's is asked for many times.

    PDF has no curves of the second degree: they are raised to the third, which draws the same line.
    """
    return " ".join(_places(path))


def _places(path: str) -> Iterator[str]:
    if COMMAND.sub("", path.strip()):
        raise OtherSvgError(path[:40])
    here = start = bend = (0.0, 0.0)  # bend: the middle of the last curve of the second degree
    for command, text in COMMAND.findall(path):
        steps = [float(number) for number in re.findall(NUMBER, text)]
        count = COUNTS.get(command, 0)
        if command == "z":
            here = bend = start
            yield "h"
        elif not steps or len(steps) % count or (command == "m" and len(steps) != count):
            raise OtherSvgError(command)
        for first in range(0, len(steps), count or 1):
            points = _points(command, here, bend, steps[first : first + count])
            bend = points[0] if command in "qt" else points[-1]
            if command in "qt":
                points = [*(_two_thirds(one, bend) for one in (here, points[-1])), points[-1]]
            here = points[-1]
            start = here if command == "m" else start
            yield " ".join(f"{_short(x)} {_short(y)}" for x, y in points) + f" {OPERATORS[command]}"


def _points(command: str, here: Point, bend: Point, steps: Sequence[float]) -> list[Point]:
    """Give the points of a piece, those in the middle of a curve first."""
    if command in "hv":
        steps = (steps[0], 0) if command == "h" else (0, steps[0])
    points = [(here[0] + x, here[1] + y) for x, y in zip(steps[::2], steps[1::2], strict=True)]
    return [(2 * here[0] - bend[0], 2 * here[1] - bend[1]), *points] if command == "t" else points


def _two_thirds(one: Point, other: Point) -> Point:
    return one[0] + 2 / 3 * (other[0] - one[0]), one[1] + 2 / 3 * (other[1] - one[1])


def _short(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if value else "0"
