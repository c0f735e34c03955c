"""Read YAML strictly: plain data only, every problem with its line.

YAML is read as its version 1.2 says (`no` and `2019-12-31` are text, only `true` and `false` are truth values), so that
a group called NO or a code called `on` is never turned into something else. Anchors, aliases and tags are refused: a
plan needs none, and they can be made to blow up.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, ClassVar

import yaml

from fairaudit.errors import PlanError, Problem

LARGEST = 300_000
Place = tuple[str | int, ...]


class Document:
    """What a YAML file says, and on which line each part of it stands."""

    def __init__(self, content: Any, lines: dict[Place, int], path: Path):
        self.content = content
        self.path = path
        self._lines = lines

    def line(self, place: Place) -> int:
        """Give the line of a place, or of the nearest part around it."""
        ends = (place[:end] for end in range(len(place), -1, -1))
        return next((self._lines[around] for around in ends if around in self._lines), 1)

    def where(self, place: Place) -> str:
        """Name a place as a reader finds it: file, line, and the path of keys."""
        keys = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")
        return f"{self.path.name} line {self.line(place)}" + (f": {keys}" if keys else "")


class _RefusedError(yaml.MarkedYAMLError):
    """YAML that is well formed and not taken here."""


class _Loader(yaml.SafeLoader):
    """SafeLoader with the scalars of YAML 1.2's core schema."""

    yaml_implicit_resolvers: ClassVar[dict] = {}

    def compose_node(self, parent, index):
        """Refuse anchors, aliases and tags before anything is expanded."""
        event = self.peek_event()
        if getattr(event, "anchor", None) is not None:
            raise _RefusedError(problem="anchors (&) and aliases (*) are not allowed", problem_mark=event.start_mark)
        if getattr(event, "tag", None) is not None:
            raise _RefusedError(problem="tags (!) are not allowed", problem_mark=event.start_mark)
        return super().compose_node(parent, index)


for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    # Leading zeros stay text: 06037 is a county, not a number. So does what no count needs, such as 1e3.
    ("int", r"[-+]?(0|[1-9][0-9]{0,17})", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)\.[0-9]*)([eE][-+]?[0-9]+)?", "-+.0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))


def read_yaml(path: Path, largest: int = LARGEST) -> Document:
    """Read a YAML file into plain data with line numbers.

    Args:
        path: the file.
        largest: bytes that it may have.

    Returns:
        The document; an empty file gives None as its content.

    Raises:
        PlanError: no file, not UTF-8, too large, not YAML, an anchor, alias or tag, or a key twice.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PlanError.one(str(path), f"cannot be read ({error.strerror})") from None
    if len(content) > largest:
        what = f"is larger than {largest // 1000:,} kB"
        raise PlanError.one(path.name, what, "Here is room for text; records belong in a data file.")
    try:
        return _Reader(_Loader(content.decode("utf-8-sig")), path).document()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise PlanError.one(f"{path.name} line {line}", "is not UTF-8 text", "Save the file as UTF-8.") from None
    except yaml.YAMLError as error:
        raise PlanError(_problem_of(error, path)) from None
    except RecursionError:
        raise PlanError.one(path.name, "is nested too deeply", "A plan needs at most eight levels.") from None


class _Reader:
    """Turns a tree of YAML nodes into data, remembering lines and gathering problems."""

    def __init__(self, loader: _Loader, path: Path):
        self.loader, self.path = loader, path
        self.lines: dict[Place, int] = {}
        self.problems: list[Problem] = []

    def document(self) -> Document:
        node = self.loader.get_single_node()
        content = None if node is None else self._value(node, ())
        if self.problems:
            raise PlanError(self.problems)
        return Document(content, self.lines, self.path)

    def _value(self, node: yaml.Node, place: Place) -> Any:
        self.lines[place] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*place, index)) for index, item in enumerate(node.value)]
        return self.loader.construct_object(node)

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict:
        found: dict = {}
        for key_node, value_node in node.value:
            where = f"{self.path.name} line {key_node.start_mark.line + 1}"
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.append(Problem(where, "a key is a list or a mapping", "Keys are plain words."))
                continue
            key = self.loader.construct_object(key_node)
            if key is None:
                self.problems.append(Problem(where, "a key is missing before the colon", "Put an empty text as ''."))
            elif key in found:
                self.problems.append(Problem(where, f"the key {key!r} stands here twice", "Keep one of them."))
            found[key] = self._value(value_node, (*place, str(key)))
            self.lines[(*place, str(key))] = key_node.start_mark.line + 1
        return found


HINTS = {
    "anchors": "Write the value out where it is used; put text that begins with * or & in quotes.",
    "tags": "Put text that begins with ! in quotes.",
}


def _problem_of(error: yaml.YAMLError, path: Path) -> Problem:
    mark = getattr(error, "problem_mark", None)
    where = f"{path.name} line {mark.line + 1}" if mark else path.name
    what = getattr(error, "problem", None) or str(error).splitlines()[0]
    if isinstance(error, _RefusedError):
        return Problem(where, what, HINTS[what.split()[0]])
    if isinstance(error, yaml.reader.ReaderError):
        what = f"there is a character that no text has, U+{error.character:04X}"
        return Problem(path.name, what, "Take it out, and save the file as plain UTF-8 text.")
    if "\\t" in what:
        return Problem(where, "a tab is used to indent", "YAML wants spaces: put two spaces for each tab.")
    hint = "Look at the indentation, colons and quotes just before this line."
    return Problem(where, f"this is not YAML: {what}", hint)
