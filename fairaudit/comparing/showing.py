"""What the notebook `compare` calls: systems side by side, as text and tables; no score."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from fairaudit.comparing import compared, write
from fairaudit.displays import Shown, bullets, paragraphs
from fairaudit.report.compare_view import comparison
from fairaudit.report.html import words


class Comparison:
    """Two or more systems whose audits ask the same.

    Args:
        audits: the audits' folders, each with a sealed report in `report/`.
        out: where `write` puts the page; nothing is written before.

    Raises:
        FairauditError: an audit has no report as it was sealed; plans ask otherwise; a source cannot be read.
    """

    def __init__(self, audits: Sequence[str | Path], out: str | Path = "build/compare"):
        self.found = compared([Path(audit) for audit in audits])
        self.out = Path(out)

    @cached_property
    def _view(self) -> dict[str, Any]:
        return comparison(self.found, words(self.found["language"])["compare"])

    @property
    def notices(self) -> Shown:
        """What must be known before anything is read: made-up records, a copy that is not for publication."""
        return paragraphs([*self.found["notices"], self.found["no_score"]])

    @property
    def systems(self) -> Shown:
        """What each system's own audit says."""
        lines = [f"{each['name']}: {each['headline']}" for each in self.found["systems"]]
        return Shown(self._view["systems"], "\n".join(lines))

    @property
    def differing(self) -> Shown:
        """What the plans say otherwise."""
        lines = [f"{each['where']}: {' / '.join(each['values'])}" for each in self.found["differing"]]
        return Shown(self._view["differing"], "\n".join(lines)) if lines else paragraphs(["Nothing."])

    @property
    def people(self) -> Shown:
        """Whose records match, of each evidence block."""
        pairings = [each for block in self.found["evidence"] for each in block["pairings"]]
        return bullets([each["sentence"] for each in pairings if each["sentence"]])

    @property
    def findings(self) -> Shown:
        """Each finding, a row a system."""
        lines = [
            f"{finding['about']}, {name}: {each['words']}. {each['shown']}"
            for _, finding in self._findings()
            for name, each in zip(self._names, finding["systems"], strict=True)
        ]
        return Shown("".join(shown["table"] for shown, _ in self._findings()), "\n".join(lines))

    @property
    def changes(self) -> Shown:
        """How the gaps differ, of the same people, in a sentence each."""
        said = [
            f"{shown['about']}: {each['sentence']}"
            for shown, finding in self._findings()
            for each in [*finding["changes"], *finding["side_by_side"]]
        ]
        return bullets(said)

    @property
    def unlike(self) -> Shown:
        """How many of each group only one of two systems counts."""
        lines = [
            f"{finding['about']}, {row['group']}: {row['first_only']:,} and {row['second_only']:,} of {row['people']:,}"
            for _, finding in self._findings()
            for each in finding["unlike"]
            for row in each["rows"]
        ]
        markup = "".join(table for shown, _ in self._findings() for table in shown["unlike"])
        return Shown(markup, "\n".join(lines)) if lines else paragraphs(["Nobody's two decisions are matched."])

    @property
    def needs(self) -> Shown:
        """What each audit still needs."""
        return bullets([f"{each['name']}: {line}" for each in self.found["systems"] for line in each["needs"]])

    @property
    def cannot_tell(self) -> Shown:
        """What none of this can tell."""
        return bullets(self.found["cannot_tell"])

    def write(self) -> Shown:
        """Write one page, and the same as JSON."""
        return paragraphs([f"Wrote {path}" for path in write(self.found, self.out)])

    @property
    def _names(self) -> list[str]:
        return [each["name"] for each in self.found["systems"]]

    def _findings(self) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        for block, found in zip(self._view["evidence"], self.found["evidence"], strict=True):
            yield from zip(block["findings"], found["findings"], strict=True)
