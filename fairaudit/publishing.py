"""The public list of audits: one static page, the same as JSON, and beside them the public copy of each report.

The list is in words: no number of people stands in it.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Container, Iterable, Mapping
from pathlib import Path
from typing import Any

from fairaudit.completing import Status, status_of
from fairaudit.errors import Problem, UsageError
from fairaudit.folders import cannot_write, replace_bytes
from fairaudit.languages import ENGLISH, chained, language_of, say, speaking
from fairaudit.report.printing import Printing
from fairaudit.workflow import seal

PUBLIC = "report.public.html"


def publish(folders: Iterable[Path], out: Path, language: str = "", *, pdf: bool = False) -> list[Path]:
    """Write the list of audits.

    Args:
        folders: the audits'.
        out: where to write `index.html`, `audits.json` and a page a report; may exist, and may hold an earlier list.
        language: of the list, English where empty; reports, and what was found, stay in their own.
        pdf: whether to print each of these pages too, which takes seconds each.

    Returns:
        The files written.

    Raises:
        FairauditError: an audit's plan, answers or report cannot be read.
        UsageError: the folder cannot be written; or, all else being written, a page cannot be printed.
    """
    from fairaudit.report.html import public_list

    language = language or ENGLISH
    found = [status_of(folder, language) for folder in folders]
    pages = {_slug(status): page for status in found if (page := _public_page(status)) is not None}
    languages = {_slug(s): language_of(s.results) for s in found if s.results is not None}
    printed = {slug: _printed(slug, page, languages[slug]) for slug, page in pages.items()} if pdf else {}
    papers = {slug: content for slug, content in printed.items() if isinstance(content, bytes)}
    with speaking(language):
        audits = sorted((entry_of(status, papers) for status in found), key=lambda audit: audit["title"].casefold())
    listed = json.dumps(audits, indent=1, ensure_ascii=False) + "\n"
    texts = {"index.html": public_list(audits, language), "audits.json": listed}
    texts |= {f"{slug}.html": page for slug, page in pages.items()}
    files = {name: text.encode("utf-8") for name, text in texts.items()}
    files |= {f"{slug}.pdf": content for slug, content in papers.items()}
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            replace_bytes(out / name, content)
    except OSError as error:
        raise cannot_write(out, error) from None
    if problems := [found for found in printed.values() if isinstance(found, Problem)]:
        raise UsageError(problems)
    return [out / name for name in files]


def _printed(slug: str, page: str, language: str) -> bytes | Problem:
    """Print a page; or say why not."""
    from fairaudit.report.html import words

    def named(text: str) -> str:
        return text.replace("report.", f"{slug}.")

    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "page.html", Path(folder) / "page.pdf"
        source.write_text(page, encoding="utf-8", newline="\n")
        printing = Printing()
        printing.begin(source, target, {name: named(text) for name, text in words(language)["pdf"].items()})
        printed = printing.done()
        if printed.why:
            return Problem(f"{slug}.pdf", f"was not printed: {named(printed.why)}", named(printed.mend))
        return target.read_bytes()


def _slug(status: Status) -> str:
    return status.plan.folder.resolve().name


def _public_page(status: Status) -> str | None:
    """Give the public copy of a report; None where there is none as it was sealed, or it is of a rehearsal."""
    folder = status.plan.folder / "report"
    if status.results is None or status.results["audit"]["rehearsal"]:
        return None
    try:
        sealed = json.loads((folder / seal.FILE).read_text(encoding="utf-8"))
        as_sealed = seal.holds(sealed, folder, PUBLIC)
        return (folder / PUBLIC).read_text(encoding="utf-8") if as_sealed else None
    except (OSError, ValueError, AttributeError):
        return None


def entry_of(status: Status, printed: Container[str] = ()) -> dict[str, Any]:
    """Say of an audit what anybody may know: how it stands, and what of, in words.

    Args:
        status: how it stands.
        printed: the names of audits whose public copy is there as PDF too.
    """
    system, results = status.plan.system, status.results
    found = results["determination"] if results else None
    blocking = sum(each["blocks"] for each in status.open)
    return {
        "slug": _slug(status),
        "report": None if _public_page(status) is None else f"{_slug(status)}.html",
        "pdf": f"{_slug(status)}.pdf" if _slug(status) in printed else None,
        "title": system.title,
        "vendor": system.vendor,
        "agency": system.agency,
        "stage": system.stage,
        "demonstration": bool(found and found["would_be"]),
        "evidence_state": found["evidence_state"] if found else None,
        "headline": _headline(found),
        "why": list(_why(results)) if results else [],
        "registration": results["audit"]["registration"]["words"] if results else _registered(status),
        "decision": found["decision"]["words"] if found else say("Nobody has decided."),
        "stands": not found or found["decision"]["decision"] is None or found["decision"]["stands"],
        "open": _open(len(status.open), blocking),
        "stale": bool(status.stale),
        "lapses": found["lapses"] if found and found["decision"]["stands"] else None,
    }


def _open(number: int, blocking: int) -> str:
    if not number:
        return say("Nothing")
    if number == 1:
        return say("1, which holds up adoption") if blocking else say("1, which does not hold up adoption")
    if not blocking:
        return say("{number}, none of which hold up adoption", number=number)
    if blocking == 1:
        return say("{number}, one of which holds up adoption", number=number)
    return say("{number}, {blocking} of which hold up adoption", number=number, blocking=blocking)


def _headline(found: Mapping[str, Any] | None) -> str:
    if found is None:
        return say("There is no report yet.")
    return say("Would be: {headline}", headline=found["headline"]) if found["would_be"] else found["headline"]


def _registered(status: Status) -> str:
    entries = status.record.register.entries
    return say("Registered on {day}.", day=entries[0].at[:10]) if entries else say("Not registered yet.")


def _why(results: Mapping[str, Any]) -> Iterable[str]:
    """Name the findings that can block, each verdict in words, without a number of people."""
    for block in results["evidence"]:
        for finding in block["findings"]:
            if finding["blocks"]:
                verdict, grouping = say(finding["words"]), chained(finding["grouping"])
                line = say(
                    "{verdict}: {title}, by {grouping}.", verdict=verdict, title=finding["title"], grouping=grouping
                )
                yield line.replace("_", " ")
