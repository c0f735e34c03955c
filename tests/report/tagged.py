"""What a PDF must hold to be read aloud, looked up in the file itself (PDF/UA-1, ISO 14289-1)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pikepdf

SHOWS_TEXT = {"Tj", "TJ", "'", '"'}
BEGINS, ENDS = {"BDC", "BMC"}, {"EMC"}


def opened(printed: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(printed))


def faults(printed: bytes) -> list[str]:
    """Name everything that is missing."""
    pdf = opened(printed)
    return [*_document(pdf), *_structure(pdf), *_pages(pdf), *_fonts(pdf)]


def _document(pdf: pikepdf.Pdf) -> Iterator[str]:
    root = pdf.Root
    if not str(root.get("/Lang", "")):
        yield "no language"
    with pdf.open_metadata() as metadata:
        if not metadata.get("dc:title"):
            yield "no title"
        if metadata.get("pdfuaid:part") != "1":
            yield "it does not say that it is PDF/UA-1"
    if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False):
        yield "a reader shows the file's name instead of the title"
    if not root.get("/MarkInfo", {}).get("/Marked", False):
        yield "not marked as tagged"


def elements(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Walk through the structure, in reading order."""
    waiting = [pdf.Root.StructTreeRoot]
    while waiting:
        entry = waiting.pop()
        if isinstance(entry, pikepdf.Array):
            waiting.extend(reversed(list(entry)))
        elif isinstance(entry, pikepdf.Dictionary):
            if "/S" in entry:
                yield entry
            if "/K" in entry:
                waiting.append(entry.K)


def kinds(pdf: pikepdf.Pdf) -> list[str]:
    return [str(entry.S) for entry in elements(pdf)]


def _structure(pdf: pikepdf.Pdf) -> Iterator[str]:
    level = 0
    for entry in elements(pdf):
        kind = str(entry.S)
        if kind == "/Figure" and not str(entry.get("/Alt", "")).strip():
            yield "a figure without alternative text"
        if kind == "/TH" and str(entry.get("/A", {}).get("/Scope", "")) not in ("/Row", "/Column"):
            yield "a head of a table that points no way"
        if kind == "/Table" and "/TH" not in [str(each.S) for each in _below(entry)]:
            yield "a table without heads"
        if kind[:2] == "/H" and kind[2:].isdigit():
            if int(kind[2:]) > level + 1:
                yield f"a heading {kind} after level {level}"
            level = int(kind[2:])


def _below(entry: Any) -> Iterator[Any]:
    inner = entry.get("/K", [])
    for each in inner if isinstance(inner, pikepdf.Array) else [inner]:
        if isinstance(each, pikepdf.Dictionary) and "/S" in each:
            yield each
            yield from _below(each)


def _pages(pdf: pikepdf.Pdf) -> Iterator[str]:
    for number, page in enumerate(pdf.pages, 1):
        if "/StructParents" not in page or str(page.get("/Tabs", "")) != "/S":
            yield f"page {number} is not tied to the structure"
        depth = tagged = 0
        for words, operator in pikepdf.parse_content_stream(page):
            name = str(operator)
            depth += (name in BEGINS) - (name in ENDS)
            tagged += name == "BDC" and "/MCID" in words[-1]
            if name in SHOWS_TEXT and not depth:
                yield f"page {number}: text that is neither tagged nor an artifact"
            if name in SHOWS_TEXT and any(0 in _glyphs(word) for word in _strings(words)):
                yield f"page {number}: a character without a letter"
        if not tagged:
            yield f"page {number} holds nothing that is tagged"


def _strings(words: Any) -> Iterator[bytes]:
    for word in words:
        for each in word if isinstance(word, pikepdf.Array) else [word]:
            if isinstance(each, pikepdf.String):
                yield bytes(each)


def _glyphs(text: bytes) -> list[int]:
    """Read the numbers of glyphs, two bytes each (Identity-H); 0 is the box for what a font lacks."""
    return [int.from_bytes(text[at : at + 2], "big") for at in range(0, len(text), 2)]


def descriptors(pdf: pikepdf.Pdf) -> list[Any]:
    dictionaries = [entry for entry in pdf.objects if isinstance(entry, pikepdf.Dictionary)]
    return [entry for entry in dictionaries if entry.get("/Type") == "/FontDescriptor"]


def _fonts(pdf: pikepdf.Pdf) -> Iterator[str]:
    embedded = {"/FontFile", "/FontFile2", "/FontFile3"}
    yield from (f"{each.FontName} is not embedded" for each in descriptors(pdf) if not embedded & set(each.keys()))


def font_names(pdf: pikepdf.Pdf) -> set[str]:
    """Name the fonts, without the letters that tell a subset."""
    return {str(each.FontName).rpartition("+")[2] for each in descriptors(pdf)}
