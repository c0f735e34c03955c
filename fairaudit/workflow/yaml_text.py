"""Change a text of YAML in a few places: comments, order, quoting and numbers of all else stay as they are written."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import yaml as plain_yaml
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString
from ruamel.yaml.tag import Tag

TEXT = "tag:yaml.org,2002:str"
PLAIN = re.compile(r"[A-Za-z][\w/.-]*(?: [\w/.-]+)*|\d{4}-\d\d-\d\d", re.ASCII)
NO_TEXT = ("true", "false", "null", "yes", "no", "on", "off")
UNSEEN = re.compile("[\x85\u2028\u2029\ufeff]")


class _AsWritten(VersionedResolver):
    """Takes every plain scalar as text, so that 06037, 1.10 and 2026-3-3 are written back as they stood."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        return Tag(suffix=TEXT) if kind is ScalarNode else super().resolve(kind, value, implicit)


def _yaml() -> YAML:
    found = YAML()
    found.Resolver = _AsWritten
    found.preserve_quotes = True
    found.width = 2**31
    found.indent(mapping=2, sequence=4, offset=2)
    return found


def edited(text: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Write what differs between two states into a text.

    Args:
        text: YAML, a mapping or nothing but comments.
        before: what it says, as plain data: mappings of entries, lists of entries, or entries, by key.
        after: what it shall say.

    Returns:
        The text, with every comment that it had.
    """
    content = _yaml().load(text)
    if content is None:
        text = f"{text.rstrip()}\n\nanswers:\n".lstrip()
        content = _yaml().load(text)
    for key, now in after.items():
        was = before.get(key)
        if now == was:
            continue
        if isinstance(now, list):
            _edit_list(content, key, was or [], now)
        elif key == "answers":
            _edit_entries(_block(content, key, CommentedMap), was or {}, now)
        else:
            _edit_entry(content, key, now)
    written = io.StringIO()
    _yaml().dump(content, written)
    return _with_lost_comments(text, written.getvalue())


def _block(content: CommentedMap, key: str, kind: type) -> Any:
    """Give what stands under a key; where nothing does, something that is written on lines of its own."""
    if not content.get(key) or not isinstance(content[key], kind) or content[key] in ("", "~", "null"):
        content[key] = kind()
    return content[key]


def _edit_list(content: CommentedMap, key: str, was: list, now: list) -> None:
    """Change the one entry that differs in its place; else take out what is gone, and put what is new at the end."""
    entries = _block(content, key, CommentedSeq)
    differ = [place for place, pair in enumerate(zip(was, now, strict=False)) if pair[0] != pair[1]]
    if len(was) == len(now) and len(differ) == 1 and isinstance(entries[differ[0]], CommentedMap):
        _edit_mapping(entries[differ[0]], now[differ[0]])
        return
    for place in reversed(range(len(was))):
        if was[place] not in now:
            del entries[place]
    kept = [entry for entry in was if entry in now]
    entries.extend(_node(entry) for entry in now[len(kept) :])


def _edit_entries(entries: CommentedMap, was: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    for key, entry in now.items():
        if was.get(key) != entry:
            _edit_entry(entries, key, entry)


def _edit_entry(entries: CommentedMap, key: str, entry: Mapping[str, Any]) -> None:
    there = entries.get(key)
    if not isinstance(there, CommentedMap):
        entries[key if key in entries else scalar(key)] = _node(entry)
        return
    _edit_mapping(there, entry)


def _edit_mapping(there: CommentedMap, entry: Mapping[str, Any]) -> None:
    """Change an entry in its place, key by key, so that the comments at its keys stay."""
    for name in [name for name in there if name not in entry]:
        del there[name]
    for place, (name, value) in enumerate(entry.items()):
        if name in there:
            there[name] = _node(value)
        else:
            there.insert(place, name, _node(value))


def _node(value: Any) -> Any:
    if isinstance(value, Mapping):
        return CommentedMap((scalar(key), _node(entry)) for key, entry in value.items())
    if isinstance(value, list):
        return CommentedSeq(map(_node, value))
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        written = format(Decimal(repr(value)), "f")
        return written if isinstance(value, int) or "." in written else f"{written}.0"
    return scalar(value)


def scalar(text: str) -> str:
    """Say how a text is written: short words as they are, several lines as a block, anything else in quotes."""
    if PLAIN.fullmatch(text) and len(text) <= 100 and text.lower() not in NO_TEXT:
        return text
    if "\n" in text and _reads_back_as_block(text):
        return LiteralScalarString(text)
    return DoubleQuotedScalarString(text)


def _reads_back_as_block(text: str) -> bool:
    """Say whether a text of several lines can stand as a block, and is read as it was written."""
    if text[0].isspace() or text.endswith("\n\n") or UNSEEN.search(text):
        return False
    lines = text.removesuffix("\n").split("\n")
    return all(
        all(character.isprintable() or character == "\t" for character in line)
        and line == line.rstrip()
        and not line.startswith("\t")
        for line in lines
    )


# --- comments --------------------------------------------------------------------------------------------------------


def _with_lost_comments(before: str, after: str) -> str:
    """Put comments that stood at what was replaced, and were lost with it, at the end of the text."""
    lost = Counter(comments(before)) - Counter(comments(after))
    kept = "".join(f"{comment}\n" for comment in lost.elements())
    return f"{after.rstrip(chr(10))}\n{kept}" if kept else after


def comments(text: str) -> list[str]:
    """List the comments of a text of YAML, in order."""
    lines = text.split("\n")
    for token in plain_yaml.scan(text, Loader=plain_yaml.SafeLoader):
        if isinstance(token, plain_yaml.ScalarToken):
            first, last = token.start_mark, token.end_mark
            for row in range(first.line, min(last.line, len(lines) - 1) + 1):
                start = first.column if row == first.line else 0
                end = last.column if row == last.line else len(lines[row])
                lines[row] = lines[row][:start] + "x" * (end - start) + lines[row][end:]
    return [found[1].rstrip() for line in lines if (found := re.search(r"(?:^|\s)(#.*)$", line))]
