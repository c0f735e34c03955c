"""An SVG as matplotlib writes it, made small: the same picture in a third of the letters.

A report holds its charts in itself, and most of what they weigh is lettering: outlines, and the place of each. Outlines
go on a grid of 1/200 of the letters' size, finer than a printer shows, and paths say steps instead of places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from xml.etree import ElementTree

SVG, LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
JOINS = ' stroke-linejoin="round"'  # instead of the rule of style that matplotlib writes
COMMAND = re.compile(r"([A-Za-z])([^A-Za-z]*)")
KNOWN_PATH = re.compile(r"(?:[MLQCz]|\s|[-+.\d]|[eE][-+]?\d)*")
# matplotlib's letters are 6,400 units high, and brought to 100 where they are defined; ours are 200 high.
LETTER, UNITS_TO_OURS, PLACES_TO_OURS = "scale(0.015625)", 1 / 32, 2
MOVED = re.compile(r"translate\([^)]*\)|^[-\d.]+$")
DECIMALS = re.compile(r"\d+\.\d{3,}")
PLACE = re.compile(r"translate\(([-\d.]+) ([-\d.]+)\)")
MIRRORED = re.compile(r"\s*scale\(([\d.]+) -([\d.]+)\)$")
COMMANDS = {"M": "m", "L": "l", "Q": "q", "C": "c"}
NOWHERE = (1 << 30, 1 << 30)  # the end of what is no curve, from which none goes on
HUNDREDTHS = 100
# What an element of SVG begins with, but for joins, which the whole picture is told.
USUAL = {
    "fill": "#000000",
    "stroke": "none",
    "stroke-width": "1",
    "stroke-dasharray": "none",
    "stroke-dashoffset": "0",
    "stroke-linecap": "butt",
    "stroke-linejoin": "round",
}
NOT_INHERITED = {"opacity", "clip-path"}


@dataclass(frozen=True)
class Drawing:
    """A picture in two parts.

    Attributes:
        size: width, height and viewBox, as SVG has them.
        shared: by name, elements that the picture uses: a page of many pictures holds each once.
        body: what is drawn with them.
    """

    size: Mapping[str, str]
    shared: Mapping[str, str]
    body: str

    @property
    def svg(self) -> str:
        """The picture with all that it uses."""
        defs = f"<defs>{''.join(self.shared.values())}</defs>" if self.shared else ""
        return f'<svg xmlns="{SVG[1:-1]}"{attributes(self.size)}{JOINS}>{defs}{self.body}</svg>'


def compact(svg: str) -> Drawing:
    """Write an SVG of matplotlib anew: no head, no comments, no names that nothing points to, short paths.

    Args:
        svg: what `savefig` writes.

    Returns:
        The same picture. A name depends on nothing but what it stands for, so that pictures can share a page.
    """
    root = ElementTree.fromstring(svg)
    compacted = _Compacted(root)
    body = "".join(compacted.written(child, USUAL) for child in root)
    size = {name: root.get(name, "") for name in ("width", "height", "viewBox")}
    return Drawing(size, compacted.shared, body)


class _Compacted:
    """Walks through an SVG; what is used by name is gathered in `shared`."""

    def __init__(self, root: ElementTree.Element):
        self.shared: dict[str, str] = {}
        letters = [element for element in root.iter() if _is_letter(element)]
        self.letters = {each.get("id", ""): letter_name(each.get("id", "")) for each in letters}
        self.blanks = {each.get("id", "") for each in letters if not each.get("d")}

    def written(self, element: ElementTree.Element, above: Mapping[str, str]) -> str:
        """Write an element, without what it has from those around it anyway."""
        kind = element.tag.removeprefix(SVG)
        if kind == "defs":
            for child in element:
                self._share(child)
            return ""
        if kind not in ("g", "path", "use"):
            return "" if kind == "metadata" else self._as_it_is(element)
        style = _style(element)
        told = {name: value for name, value in style.items() if name in NOT_INHERITED or above.get(name) != value}
        around = {**above, **_inherited(style)}
        if kind == "g":
            return self._group(element, told, around)
        if kind == "path":
            return "" if around["fill"] == around["stroke"] == "none" else self._path(element, told)
        return self._use(element, told)

    def _group(self, element: ElementTree.Element, told: dict[str, str], around: Mapping[str, str]) -> str:
        if len(element) > 1 and {(child.tag, child.get("style")) for child in element} == {
            (f"{SVG}use", element[0].get("style"))
        }:  # marks that look the same are told so once
            look = _inherited(_style(element[0]))
            told |= {name: value for name, value in look.items() if around.get(name) != value}
            around = {**around, **look}
        inner = "".join(self.written(child, around) for child in element)
        moves = rounded(element.get("transform", ""))
        if any(child.get(LINK, "")[1:] in self.letters for child in element):  # a text
            moves = MIRRORED.sub(lambda found: f"scale({_ours(found[1])} -{_ours(found[2])})", moves)
        told_so = attributes({**told, "transform": moves})
        return f"<g{told_so}>{inner}</g>" if inner and told_so else inner

    def _path(self, element: ElementTree.Element, told: Mapping[str, str]) -> str:
        moves = {"transform": rounded(element.get("transform", ""))}
        return f"<path{attributes({'d': steps(element.get('d', ''), HUNDREDTHS), **told, **moves})}/>"

    def _use(self, element: ElementTree.Element, told: Mapping[str, str]) -> str:
        name = element.get(LINK, "")[1:]
        if name in self.blanks:
            return ""
        where = {key: rounded(element.get(key, "")) for key in ("x", "y", "transform")}
        if name in self.letters:
            name, where = self.letters[name], _place(where["transform"])
        return f"<use{attributes({'href': f'#{name}', **where, **told})}/>"

    def _share(self, element: ElementTree.Element) -> None:
        """Write what others use; what it is drawn with depends on them, so all that it says itself stays."""
        name = element.get("id", "")
        if name in self.blanks or element.tag == f"{SVG}style":
            return
        if ours := self.letters.get(name):
            self.shared[ours] = f'<path id="{ours}" d="{steps(element.get("d", ""), 1, UNITS_TO_OURS)}"/>'
        elif element.tag == f"{SVG}path":
            path = {"id": name, "d": steps(element.get("d", ""), HUNDREDTHS), **_style(element)}
            self.shared[name] = f"<path{attributes(path)}/>"
        else:
            self.shared[name] = self._as_it_is(element)

    def _as_it_is(self, element: ElementTree.Element) -> str:
        inner = "".join(self._as_it_is(child) for child in element)
        kind = element.tag.removeprefix(SVG)
        values = {name.replace(LINK, "href"): value for name, value in element.items()}
        told_so = attributes(values | ({"d": steps(values["d"], HUNDREDTHS)} if "d" in values else {}))
        return f"<{kind}{told_so}>{inner}</{kind}>" if inner else f"<{kind}{told_so}/>"


def _is_letter(element: ElementTree.Element) -> bool:
    return element.tag == f"{SVG}path" and element.get("transform") == LETTER


def letter_name(name: str) -> str:
    """Shorten a letter's name, which holds its font."""
    return name.replace("DejaVuSans-Bold-", "b").replace("DejaVuSans-", "d")


def _ours(scale: str) -> str:
    return f"{float(scale) / PLACES_TO_OURS:.6g}"


def rounded(text: str) -> str:
    """Write places with two decimals; what turns or scales keeps all that it has."""
    return MOVED.sub(lambda found: DECIMALS.sub(lambda number: f"{float(number[0]):.2f}", found[0]), text)


def _place(moves: str) -> dict[str, str]:
    """Say where a letter stands."""
    found = PLACE.fullmatch(moves)
    if not moves or not found:
        ours = PLACE.sub(lambda each: f"translate({' '.join(map(place_of, each.groups()))})", moves)
        return {"transform": ours}
    return {name: place for name, text in zip("xy", found.groups(), strict=True) if (place := place_of(text)) != "0"}


def place_of(text: str | float) -> str:
    """Write where a letter stands in its text, in our units."""
    return str(round(PLACES_TO_OURS * float(text)))


def _style(element: ElementTree.Element) -> dict[str, str]:
    """Read how an element is drawn."""
    pairs = [part.partition(":") for part in element.get("style", "").split(";") if part.strip()]
    style = {name.strip(): value.strip() for name, _, value in pairs}
    return style | ({"clip-path": clip} if (clip := element.get("clip-path")) else {})


def _inherited(style: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in style.items() if name not in NOT_INHERITED}


def attributes(values: Mapping[str, str]) -> str:
    """Write attributes, each with a blank before it; empty ones are left out."""
    return "".join(f' {name}="{value}"' for name, value in values.items() if value)


# --- paths -----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=2048)
def steps(path: str, grid: int, scale: float = 1.0) -> str:
    """Write a path by steps from point to point.

    Args:
        path: places, as matplotlib writes them: M, L, Q, C and z, each with its numbers.
        grid: how many places a unit has room for.
        scale: what every number is multiplied by first.

    Returns:
        The same path, its points on the grid; a path that holds anything else stays as it is.
    """
    if not KNOWN_PATH.fullmatch(path):
        return path
    written, last = "", ""
    for command, moved in _steps(path, grid * scale):
        numbers = " ".join(_number(step / grid) for step in moved).replace(" -", "-")
        again = command == last and command != "m"  # after one m, further steps would draw lines
        written += numbers if again and numbers.startswith("-") else f"{' ' if again else command}{numbers}"
        last = command
    return written


def _number(value: float) -> str:
    return f"{value:.10g}".replace("0.", ".") if abs(value) < 1 else f"{value:.10g}"


def _steps(path: str, scale: float) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Give steps in whole units of the grid. Each goes from where the last has come to: nothing adds up."""
    here, start, bend = (0, 0), (0, 0), NOWHERE
    for command, text in COMMAND.findall(path):
        if command == "z":
            here, bend = start, NOWHERE
            yield "z", ()
            continue
        places = [round(scale * float(number)) for number in text.split()]
        moved = tuple(place - here[axis % 2] for axis, place in enumerate(places))
        smooth = command == "Q" and max(abs(moved[0] - bend[0]), abs(moved[1] - bend[1])) <= 1
        if smooth:
            yield "t", moved[2:]
        elif command == "L" and 0 in moved and moved != (0, 0):
            yield ("v", moved[1:]) if moved[0] == 0 else ("h", moved[:1])
        else:
            yield COMMANDS[command], moved
        here = (places[-2], places[-1])
        start = here if command == "M" else start
        middle = bend if smooth else moved[:2]
        bend = (moved[2] - middle[0], moved[3] - middle[1]) if command == "Q" else NOWHERE
