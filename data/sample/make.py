"""Write the made-up records of this folder, and what README.md says of them. No person in them exists.

Run `python data/sample/make.py` to write everything again, the same bytes on every machine; with names of audits, only
theirs. Each audit has a module of its own in `made_up/`, which is found by being there.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from textwrap import fill

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import made_up  # noqa: E402 - only now can it be found
from made_up.telling import MadeUp, table  # noqa: E402


def audits() -> list[MadeUp]:
    """Give what is made up for each audit, in the order of their names."""
    modules = (import_module(f"made_up.{found.name}") for found in iter_modules(made_up.__path__))
    return sorted((each.MADE_UP for each in modules if hasattr(each, "MADE_UP")), key=lambda each: each.audit)


@cache
def files() -> dict[str, bytes]:
    """Give every file of this folder that is made here: name -> bytes."""
    return {file.name: file.content() for each in audits() for file in each.files}


# --- README.md -------------------------------------------------------------------------------------------------------

WIDTH = 120
NEW_LINE = b"\n"


def contents(all_audits: Sequence[MadeUp]) -> str:
    """List every audit with what is planted, in a few words."""
    return table(
        ("audit", "what is planted, in short"),
        [(f"[{each.audit}](#{each.audit})", each.in_short) for each in all_audits],
    )


def section(each: MadeUp) -> str:
    """Write what README.md says of one audit."""
    of_files = [(f"`{file.name}`", file.row, rows(file.name), named(file.blocks)) for file in each.files]
    of_planted = [(planted.file, planted.what, planted.group, number(planted.value)) for planted in each.planted]
    parts = [
        f"## {each.audit}",
        table(("file", "one row is", "rows", "used by the block"), of_files),
        paragraph(f"**What is planted:** {each.in_short}."),
        *([table(("file", "rate", "group", "planted"), of_planted)] if of_planted else []),
        *(f"{paragraph(heading)}\n\n{content}" for heading, content in each.tables.items()),
        "**What a report should therefore say:**",
        items(each.says),
        "**The mess:**",
        items(each.mess),
        paragraph(f"**Sizes.** {each.sizes}"),
    ]
    return "\n\n".join(parts)


def rows(name: str) -> str:
    """Count the rows of a table; a map has none."""
    return f"{files()[name].count(NEW_LINE) - 1:,}" if name.endswith(".csv") else ""


def named(blocks: Sequence[str]) -> str:
    """Name evidence blocks."""
    return ", ".join(f"`{block}`" for block in blocks)


def number(value: float) -> str:
    """Write a rate with two digits after the point, or more where it has more; whole numbers as they are."""
    return f"{value:.2f}" if not isinstance(value, int) and value == round(value, 2) else f"{value:,}"


def paragraph(text: str, indent: str = "") -> str:
    """Break a text into lines; further ones may be indented."""
    return fill(text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def items(texts: Sequence[str]) -> str:
    """Write a list."""
    return "\n".join(paragraph(f"- {text}", "  ") for text in texts)


def with_audits(text: str) -> str:
    """Give the text of README.md with what it says of each audit written anew, between its two markers."""
    all_audits = audits()
    content = "\n\n".join([contents(all_audits), *(section(each) for each in all_audits)])
    pattern = r"<!-- audits -->.*<!-- /audits -->"
    return re.sub(pattern, lambda _: f"<!-- audits -->\n\n{content}\n\n<!-- /audits -->", text, flags=re.DOTALL)


if __name__ == "__main__":
    chosen = [each for each in audits() if each.audit in sys.argv[1:] or not sys.argv[1:]]
    for file in (file for each in chosen for file in each.files):
        (HERE / file.name).write_bytes(files()[file.name])
    readme = HERE / "README.md"
    readme.write_text(with_audits(readme.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
