"""Reading Markdown: its code blocks, its inline code, its links and its headings."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)\n(?P<code>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A code block: its language, its text without the list's indent, and the line on which it begins."""

    language: str
    code: str
    line: int


@dataclass(frozen=True)
class Document:
    """A Markdown file of the top folder."""

    name: str

    @property
    def text(self) -> str:
        return (ROOT / self.name).read_text(encoding="utf-8")

    @property
    def prose(self) -> str:
        """The text without its code blocks."""
        return FENCE.sub("", self.text)

    @property
    def blocks(self) -> list[Block]:
        text = self.text
        return [
            Block(found["language"], textwrap.dedent(found["code"]), text.count("\n", 0, found.start()) + 1)
            for found in FENCE.finditer(text)
        ]

    def blocks_in(self, *languages: str) -> list[Block]:
        return [block for block in self.blocks if block.language in languages]

    @property
    def inline_code(self) -> list[str]:
        return list(dict.fromkeys(" ".join(code.split()) for code in re.findall(r"`([^`]+)`", self.prose)))

    @property
    def links(self) -> list[str]:
        return re.findall(r"\]\(([^)\s]+)\)", self.prose)

    @property
    def anchors(self) -> set[str]:
        """What a heading is called in a link: small letters, hyphens for spaces, nothing else."""
        titles = re.findall(r"^#+ (.+)$", self.prose, flags=re.MULTILINE)
        return {re.sub(r"[^\w -]", "", title.lower()).strip().replace(" ", "-") for title in titles}


README, CONTRIBUTING, CHANGELOG = map(Document, ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
DOCUMENTS = [README, CONTRIBUTING, CHANGELOG]
