"""What each export of a sample audit looks like, kept in `reference/`, so that a change of it is seen in review.

python -m tests.exports.references        writes them anew
"""

from __future__ import annotations

import io
import re
from pathlib import Path

import docx

from fairaudit.exporting import Sealed
from fairaudit.exports import every
from tests.report.audits import of_folder

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).parent / "reference"
AUDIT = "marin-equity-dashboard"
NUMBER = re.compile(r"(?<![\w.])-?\d+\.\d{7,}")


def sealed() -> Sealed:
    """Give the sample audit as it would be sealed; neither version nor seal would stay the same for long."""
    return Sealed(of_folder(ROOT / "audits" / AUDIT) | {"made_by": "fairaudit"}, "0" * 64)


def made(given: Sealed) -> dict[str, str | bytes]:
    """Make every export."""
    return {name: content for each in every().values() for name, content in each.make(given).items()}


def files(given: Sealed) -> dict[str, str]:
    """Make every export, as text; a Word file is named for what it is then."""
    return {
        f"{name}.txt" if name.endswith(".docx") else name: _text(name, content) for name, content in made(given).items()
    }


def _text(name: str, content: str | bytes) -> str:
    if name.endswith(".docx"):
        return text_of(content)
    text = content if isinstance(content, str) else content.decode("utf-8")
    # The style sheet is the report's. Machines differ in the last digits of a float.
    text = re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)
    return NUMBER.sub(lambda number: f"{float(number[0]):.6g}", text)


def text_of(content: bytes) -> str:
    """Write a Word file as text: its paragraphs with their styles, its pictures in words, its tables with bars."""
    lines = []
    for part in docx.Document(io.BytesIO(content)).iter_inner_content():
        if hasattr(part, "rows"):
            lines += [" | ".join(cell.text for cell in row.cells) for row in part.rows]
        else:
            lines.append(f"[{part.style.name}] {part.text}")
            lines += [f"[picture] {words}" for words in part._p.xpath(".//wp:docPr/@descr")]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each, text in files(sealed()).items():
        (FOLDER / each).write_text(text, encoding="utf-8")
