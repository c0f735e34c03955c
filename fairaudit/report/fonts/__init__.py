"""The report's letters: Source Sans 3, under the SIL Open Font License (OFL.txt), in the page itself.

HTML and PDF share the Latin letters. A PDF has those of further alphabets beside them: a browser finds such letters on
its machine, and a PDF made anywhere must be the same.
"""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
FAMILY, FURTHER = "Source Sans 3", "Source Sans 3 further"
WEIGHTS = (400, 600, 700)
SHARED, PRINTED = ("latin",), ("latin-ext", "vietnamese")


@cache
def shared_faces() -> str:
    """Give the `@font-face` rules of the page: Latin letters."""
    return "\n".join(_face(FAMILY, part, weight) for part in SHARED for weight in WEIGHTS)


@cache
def further_faces() -> str:
    """Give the `@font-face` rules that a PDF may need besides: letters of names from elsewhere."""
    return "\n".join(_face(f"{FURTHER} {part}", part, weight) for part in PRINTED for weight in WEIGHTS)


@cache
def characters(*, further: bool) -> frozenset[int]:
    """Give the code points that the fonts have a letter for.

    Args:
        further: of all fonts; else only of those that HTML and PDF share.

    Raises:
        ImportError: fontTools is not installed, which comes with WeasyPrint.
    """
    from fontTools.ttLib import TTFont

    parts = (*SHARED, *PRINTED) if further else SHARED
    found: set[int] = set()
    for part in parts:
        with TTFont(_file(part, WEIGHTS[0]), lazy=True) as font:
            found |= font.getBestCmap().keys()
    return frozenset(found)


def files(weight: int) -> list[Path]:
    """List the files of a weight."""
    return [_file(part, weight) for part in (*SHARED, *PRINTED)]


def _file(part: str, weight: int) -> Path:
    return HERE / f"source-sans-3-{part}-{weight}-normal.woff2"


def _face(family: str, part: str, weight: int) -> str:
    letters = base64.b64encode(_file(part, weight).read_bytes()).decode("ascii")
    source = f"url(data:font/woff2;base64,{letters})"
    return f'@font-face {{ font-family: "{family}"; font-weight: {weight}; src: {source} format("woff2"); }}'
