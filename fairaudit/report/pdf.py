"""The report as PDF: the page's own HTML through WeasyPrint, tagged for screen readers (PDF/UA-1, ISO 14289-1).

WeasyPrint needs Pango, a library of the system, and takes a few seconds: `printing.py` calls this module in a process
of its own. The same page gives the same bytes, since its fonts are in it, and nothing is fetched.
"""

from __future__ import annotations

import gc
import json
import logging
import re
import sys
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fairaudit.report import fonts
from fairaudit.report.pdf_charts import pictures

# Text is all that is neither a tag nor a rule of style nor the title, which no font shows.
NO_TEXT = r"<title>.*?</title>|<style>.*?</style>|<[^>]*>"
FEW = 2
BLANK = frozenset("\n\r\t ")
NOT_THERE, FAILED = 3, 4
FAMILIES = ", ".join(f'"{name}"' for name in (fonts.FAMILY, *(f"{fonts.FURTHER} {part}" for part in fonts.PRINTED)))
# No font of the machine, so that the same page gives the same bytes on any.
PRINT = f"html, code, pre {{ font-family: {FAMILIES} !important; }} @page {{ font-family: {FAMILIES} !important; }}"


def write_pdf(page: str, words: Mapping[str, str]) -> bytes:
    """Print a page of HTML.

    Args:
        page: what `report.html` holds.
        words: how characters without a letter are named: `one` and `many`, of the fixed words `pdf`.

    Returns:
        A PDF, tagged, its fonts embedded; the same page gives the same bytes.

    Raises:
        ImportError: WeasyPrint is not installed.
        OSError: Pango is not on this machine.
    """
    return written(laid_out(page, words))


def written(document: Any) -> bytes:
    """Write what `laid_out` gives as a PDF."""
    return document.write_pdf(finisher=finished, pdf_variant="pdf/ua-1")


def laid_out(page: str, words: Mapping[str, str]) -> Any:
    """Lay a page out on paper; arguments and errors as `write_pdf` has them.

    Returns:
        WeasyPrint's document: its sides of paper, each with the boxes that stand on it.
    """
    import weasyprint

    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    refused = weasyprint.urls.URLFetcher(allowed_protocols={"data"}, fail_on_errors=True)
    settings = weasyprint.text.fonts.FontConfiguration()
    page, charts = pictures(page)
    shown = named(page, words)
    rules = PRINT + ("" if fits(shown, further=False) else fonts.further_faces())  # these take a second to read
    style = weasyprint.CSS(string=rules, font_config=settings, url_fetcher=refused)
    return weasyprint.HTML(string=shown, url_fetcher=refused).render(
        stylesheets=[style], font_config=settings, cache=charts, pdf_variant="pdf/ua-1"
    )


def finished(_document: Any, pdf: Any) -> None:
    """Add what WeasyPrint leaves out: which way each head of a table points, and that links may be printed.

    Matterhorn Protocol 1.1, checkpoint 15-003 (PDF Association, 2021).
    """
    dictionary = type(pdf.catalog)
    of = {entry.reference: entry for entry in pdf.objects if isinstance(entry, dict)}
    for entry in of.values():
        if entry.get("S") == "/TH":
            section = of[of[entry["P"]]["P"]]
            way = "/Column" if section.get("S") == "/THead" else "/Row"
            entry.setdefault("A", dictionary({"O": "/Table"}))["Scope"] = way
        if entry.get("Subtype") == "/Link":
            entry.setdefault("F", 4)


# --- characters that the fonts lack ----------------------------------------------------------------------------------


def fits(page: str, *, further: bool) -> bool:
    """Say whether the fonts have a letter for every character of a page: the shared ones, or the further ones too."""
    return {ord(character) for character in set(page) - BLANK} <= fonts.characters(further=further)


def named(page: str, words: Mapping[str, str]) -> str:
    """Name the characters of a page that the fonts lack: a letter missing from a font makes a PDF unreadable aloud.

    Args:
        page: HTML.
        words: `one`, with the character's name as {0}, and `many`, with how many and of which writing as {0} and {1}.

    Returns:
        The page; a few such characters are each named, more are counted.
    """
    if fits(page, further=True):
        return page
    lacking = "".join(sorted(character for character in set(page) if not _has_letter(character)))
    page = re.sub(rf"{NO_TEXT}|[^<]+", lambda found: _composed(found[0]), page, flags=re.DOTALL)
    run = f"[{re.escape(lacking)}]+(?: *[{re.escape(lacking)}]+)*"
    return re.sub(rf"{NO_TEXT}|{run}", lambda found: _named(found[0], words), page, flags=re.DOTALL)


def _composed(text: str) -> str:
    """Put a letter and its accents together: the fonts have more of such letters than of accents alone."""
    return text if text.startswith("<") else unicodedata.normalize("NFC", text)


def _named(text: str, words: Mapping[str, str]) -> str:
    if text.startswith("<"):
        return text
    lacking = [each for each in text if not _has_letter(each)]
    if len(lacking) > FEW:
        return words["many"].format(len(lacking), _writing(lacking[0]))
    return "".join(words["one"].format(_name(each)) if each in lacking else each for each in text)


def _has_letter(character: str) -> bool:
    return character in BLANK or ord(character) in fonts.characters(further=True)


def _name(character: str) -> str:
    return unicodedata.name(character, f"U+{ord(character):04X}").lower()


def _writing(character: str) -> str:
    """Name a writing by the first word of a character's name: CJK, ARABIC, CYRILLIC."""
    return unicodedata.name(character, "unknown").partition(" ")[0]


# --- in a process of its own -----------------------------------------------------------------------------------------


def versions() -> dict[str, str]:
    """Give the versions that the bytes of a PDF depend on.

    Raises:
        ImportError: WeasyPrint is not installed.
        OSError: Pango is not on this machine.
    """
    import weasyprint
    from weasyprint.text.ffi import pango

    number = pango.pango_version()
    at = (number // 10_000, number // 100 % 100, number % 100)
    return {"weasyprint": weasyprint.__version__, "pango": ".".join(map(str, at))}


def main() -> int:
    """Print a page to a file, as `printing.py` asks on the standard input; print with which versions, or why not.

    The libraries are loaded before anything is asked, while the page is still being written. The input is JSON with
    page and target, paths both, and words, as `write_pdf` takes them; without any input, only the versions are said.

    Returns:
        0; 3 where a library is not there; 4 where printing failed.
    """
    gc.disable()  # a quarter faster, and the process ends in a moment
    try:
        found = versions()
    except (ImportError, OSError) as error:
        print(json.dumps({"missing": "weasyprint" if isinstance(error, ImportError) else "pango"}))
        return NOT_THERE
    if asked := sys.stdin.read():
        try:
            _print(**json.loads(asked))
        except BaseException as error:  # WeasyPrint refuses an address by an exception that is no Exception
            print(json.dumps({"failed": type(error).__name__}))
            return FAILED
    print(json.dumps(found))
    return 0


def _print(page: str, target: str, words: Mapping[str, str]) -> None:
    Path(target).write_bytes(write_pdf(Path(page).read_text(encoding="utf-8"), words))


if __name__ == "__main__":
    sys.exit(main())
