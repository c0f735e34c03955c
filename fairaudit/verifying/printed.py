"""The PDF, printed again where this machine prints as the one did that sealed it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from fairaudit.languages import language_of
from fairaudit.report.html import words
from fairaudit.report.printing import Printing
from fairaudit.verifying.seen import ASK, Sealed, Seen
from fairaudit.workflow import seal

FILE, PAGE = "report.pdf", "report.html"


def check_printed(seen: Seen, sealed: Sealed, *, quick: bool) -> None:
    """Print the page again, and compare bytes; say where that cannot be, which is no difference.

    Its hash is compared with the seal in any case (`files.check_files`), and the page with the results
    (`numbers.check_page`).

    Args:
        seen: what was seen.
        sealed: the report.
        quick: do not print, which takes seconds.
    """
    path, page = sealed.report / FILE, sealed.report / PAGE
    known = sealed.seal.get(seal.PRINTED)
    if FILE not in sealed.seal["files"]:
        return  # it was sealed without one
    if not (path.is_file() and page.is_file()):
        return  # said among the files
    if quick:
        seen.note(f"{FILE} was not printed again, as asked (--quick); it was compared with its hash in the seal.")
        return
    with tempfile.TemporaryDirectory() as folder:
        again = Path(folder) / FILE
        printing = Printing()
        printing.begin(page, again, words(language_of(sealed.results))["pdf"])
        printed = printing.done()
        if printed.why or printed.versions != known:
            how = printed.why or f"printed with {_told(known)} then, and this machine has {_told(printed.versions)}."
            seen.note(f"{FILE} was not printed again, only compared with its hash in the seal: {how}")
        elif again.read_bytes() != path.read_bytes():
            what = f"{FILE} is not what {PAGE} gives when it is printed."
            seen.differs(what, "The PDF shows another thing than the page.", ASK)


def _told(versions: object) -> str:
    if not isinstance(versions, dict) or not versions:
        return "unknown versions"
    return " and ".join(f"{name} {version}" for name, version in sorted(versions.items()))
