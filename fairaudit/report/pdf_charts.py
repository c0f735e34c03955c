"""Charts in the PDF: matplotlib's SVG turned straight into PDF operators.

WeasyPrint draws any SVG, a number at a time, and takes longer for a report's charts than for all its pages. What
matplotlib writes needs little of that: paths, letters that are used again and again, moves and clips. Whatever else an
SVG holds is left to WeasyPrint.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

PICTURE = re.compile(r'src="(data:image/svg\+xml,[^"]*)"')
SVG, LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
PIXELS_A_POINT = 4 / 3
NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
COMMAND = re.compile(rf"([MLCQzZ])((?:\s*{NUMBER})*)\s*")
CALL = re.compile(rf"(translate|scale|rotate|matrix)\(({NUMBER}(?:[\s,]+{NUMBER})*)\)\s*")
COUNTS = {"M": 2, "L": 2, "Q": 4, "C": 6, "Z": 0}
PLAIN = {"M": "m", "L": "l", "C": "c", "Z": "h"}
CAPS = {"butt": 0, "round": 1, "square": 2}
JOINS = {"miter": 0, "round": 1, "bevel": 2}
# SVG's own defaults, with the one rule that matplotlib gives all elements.
START = {"fill": "#000000", "stroke": "none", "stroke-width": "1", "stroke-dasharray": "none"}
EACH = {"stroke-linejoin": "round", "stroke-linecap": "butt"}
PASSED_ON = {*START, "stroke-dashoffset", "fill-opacity", "stroke-opacity"}
KNOWN = {*PASSED_ON, *EACH, "opacity", "stroke-miterlimit"}
IGNORED = {f"{SVG}defs", f"{SVG}style", f"{SVG}clipPath"}


class OtherSvgError(ValueError):
    """An SVG holds what matplotlib does not write here: WeasyPrint draws it."""


def pictures(page: str) -> dict[str, Chart]:
    """Prepare the charts of a page.

    Args:
        page: HTML, with charts as percent-encoded `data:` addresses.

    Returns:
        By address, what WeasyPrint is to take instead of reading the address; nothing for what it must read itself.
    """
    found: dict[str, Chart] = {}
    for address in dict.fromkeys(PICTURE.findall(page)):
        try:
            found[address] = Chart(unquote(address.partition(",")[2]))
        except (OtherSvgError, ElementTree.ParseError):
            continue
    return found


class Chart:
    """A chart as WeasyPrint takes a picture: with a size, and a way to draw it.

    Args:
        svg: what matplotlib wrote.

    Raises:
        OtherSvgError: it holds anything else than paths, uses, moves and clips.
    """

    def __init__(self, svg: str):
        root = ElementTree.fromstring(svg)
        left, top, self.width, self.height = map(float, root.get("viewBox", "").split())
        if (left, top) != (0, 0) or not self.width or not self.height:
            raise OtherSvgError("viewBox")
        self.drawing = list(_Drawing(root).operators())

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

    def __init__(self, root: ElementTree.Element):
        self.root = root
        self.by_id = {element.get("id"): element for element in root.iter() if element.get("id")}

    def operators(self) -> Iterator[str | tuple[float, float]]:
        for child in self.root:
            yield from self.drawn(child, START)

    def drawn(self, element: ElementTree.Element, above: Mapping[str, str]) -> Iterator[str | tuple[float, float]]:
        if element.tag in IGNORED:
            return
        own = _style(element)
        style = {**above, **EACH, **own}
        opacity = float(own.get("opacity", above.get("opacity", 1)))
        yield "q"
        yield from self._clip(element.get("clip-path"))
        yield from _moves(element.get("transform", ""))
        if element.tag == f"{SVG}path":
            yield from _painted(element.get("d", ""), style, opacity)
        elif element.tag == f"{SVG}use":
            yield f"1 0 0 1 {_number(element.get('x', '0'))} {_number(element.get('y', '0'))} cm"
            yield from self.drawn(self._named(element.get(LINK, "")), {**_passed(style), "opacity": str(opacity)})
        elif element.tag == f"{SVG}g":
            for child in element:
                yield from self.drawn(child, {**_passed(style), "opacity": str(opacity)})
        else:
            raise OtherSvgError(element.tag)
        yield "Q"

    def _named(self, link: str) -> ElementTree.Element:
        found = self.by_id.get(link.removeprefix("#"))
        if found is None or found.tag != f"{SVG}path":
            raise OtherSvgError(link)
        return found

    def _clip(self, link: str | None) -> Iterator[str]:
        if link is None:
            return
        shape = self.by_id.get(link.removeprefix("url(#").removesuffix(")"))
        for child in shape if shape is not None else [ElementTree.Element("nothing")]:
            if child.tag == f"{SVG}rect":
                sides = (_number(child.get(name, "0")) for name in ("x", "y", "width", "height"))
                yield f"{' '.join(sides)} re W n"
            elif child.tag == f"{SVG}path" and child.keys() == ["d"]:
                yield f"{_segments(child.get('d', ''))} W n"
            else:
                raise OtherSvgError(link)


def _style(element: ElementTree.Element) -> dict[str, str]:
    pairs = [part.partition(":") for part in element.get("style", "").split(";") if part.strip()]
    style = {name.strip(): value.strip() for name, _, value in pairs}
    if other := style.keys() - KNOWN:
        raise OtherSvgError(", ".join(sorted(other)))
    return style


def _passed(style: Mapping[str, str]) -> dict[str, str]:
    """Give what children inherit: all but joins and caps, which the rule for all elements sets on each anew."""
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
    """Translate a path; a letter's is asked for many times.

    PDF has no curves of the second degree: they are raised to the third, which draws the same line.
    """
    found: list[str] = []
    here = (0.0, 0.0)
    if COMMAND.sub("", path.strip()):
        raise OtherSvgError(path[:40])
    for command, text in COMMAND.findall(path):
        values = text.split()
        count = COUNTS[command.upper()]
        if len(values) != count or "e" in text or "E" in text:
            raise OtherSvgError(command)
        if command == "Q":
            middle, end = (float(values[0]), float(values[1])), (float(values[2]), float(values[3]))
            raised = [point[axis] + 2 / 3 * (middle[axis] - point[axis]) for point in (here, end) for axis in (0, 1)]
            found.append(" ".join(f"{value:.2f}" for value in raised) + f" {values[2]} {values[3]} c")
        else:
            found.append(f"{text} {PLAIN[command.upper()]}".strip())
        if count:
            here = (float(values[-2]), float(values[-1]))
    return " ".join(found)
