"""What is to be translated, and `python -m fairaudit.catalogs`, which writes it into every language's file.

Sentences are found where they stand: in calls of `say`, `say_count` and `marked`, in `report/text/en.yaml`, in the
questions, and in the words of measures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter
from typing import Any, NamedTuple

import yaml
from babel.messages import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from fairaudit import languages, resources
from fairaudit.measures import MEASURES, measures_table
from fairaudit.measures.registry import titles
from fairaudit.report.html import HERE as REPORT

PACKAGE = Path(languages.__file__).resolve().parents[1]
KEYWORDS = {"say": None, "marked": None, "say_count": (2, 3)}
OF_MEASURES = ("of", "share", "phrase", "phrase_below")
OF_GLOSSARY = ("title", "what", "formula")
OF_QUESTIONS = ("question", "why", "words")
WIDTH = 110


class Entry(NamedTuple):
    """One text to be translated.

    Attributes:
        text: the English text; of one that depends on a number, the two of them.
        place: where it stands, such as ``sentences.py`` or ``en.yaml: page_one.why``.
    """

    text: str | tuple[str, str]
    place: str


def entries() -> Iterator[Entry]:
    """Find everything to be translated, some of it more than once."""
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        for _, text, _, _ in extract_from_file("python", path, KEYWORDS):
            yield Entry(text, name)
    for key, text in _leaves(yaml.safe_load((REPORT / "text" / "en.yaml").read_text(encoding="utf-8"))):
        yield Entry(text, f"en.yaml: {key}")
    questions = yaml.safe_load(resources.template("questions.yaml").read_text(encoding="utf-8"))
    for key, text in _leaves(questions):
        if key.startswith("sections.") or key.rpartition(".")[2] in OF_QUESTIONS:
            yield Entry(text, f"questions.yaml: {key}")
    for name, measure in sorted(MEASURES.items()):
        told = [name.replace("_", " "), *titles(measure), *(getattr(measure, part, "") for part in OF_MEASURES)]
        yield from (Entry(text, f"measure {name}") for text in told if re.sub(r"{\w+}", "", text).strip())
    for row in measures_table():
        yield from (Entry(str(row[part]), f"measure {row['name']}: {part}") for part in OF_GLOSSARY)


def template() -> Catalog:
    """Give a catalog of everything to be translated, in no language."""
    catalog = Catalog(project="fairaudit", charset="utf-8")
    for text, place in entries():
        if text:
            catalog.add(text, auto_comments=[place])
    return catalog


def read(language: str) -> Catalog:
    """Read a language's file."""
    with (languages.HERE / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def write(language: str) -> Path:
    """Write into a language's file what is new, and take out what is said no more; translations are kept."""
    path, catalog, wanted = languages.HERE / f"{language}.po", read(language), template()
    fresh = Catalog(locale=language, project="fairaudit", charset="utf-8", header_comment="", fuzzy=False)
    fresh.mime_headers = catalog.mime_headers  # among them how many plural forms there are
    for message in wanted:
        if message.id:
            known = catalog.get(message.id)
            fresh.add(message.id, known.string if known else None, auto_comments=sorted(set(message.auto_comments)))
    for message in catalog:
        if message.context and wanted.get(message.id):
            fresh.add(message.id, message.string, context=message.context, auto_comments=message.auto_comments)
    with path.open("wb") as file:
        write_po(file, fresh, width=WIDTH, omit_header=False, sort_output=False, no_location=True)
    header = re.sub(
        r'^"(POT?-|Last-|Report-|Language-Team|Generated-|PO-).*\n', "", path.read_text("utf-8"), flags=re.M
    )
    path.write_text(header, encoding="utf-8", newline="\n")
    return path


def fields(text: str) -> set[str]:
    """Give the names of a sentence's fields, with how each is written."""
    return {f"{name}:{spec}" for _, name, spec, _ in Formatter().parse(text) if name is not None}


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Yield every text of nested mappings and lists with the keys that lead to it."""
    if isinstance(value, Mapping):
        for key, entry in value.items():
            yield from _leaves(entry, (*path, str(key)))
    elif isinstance(value, list):
        for entry in value:
            yield from _leaves(entry, path)
    elif isinstance(value, str):
        yield ".".join(path), value


if __name__ == "__main__":
    for code in languages.LANGUAGES[1:]:
        left = sum(not message.string for message in read(code) if message.id)
        print(f"Wrote {write(code)}; {left} were without a translation.")
