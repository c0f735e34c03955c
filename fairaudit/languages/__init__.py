"""The language of the report: English sentences stand in the code, and a file beside this one holds their translation.

Another language is one file more, `<code>.po`, the format that translators' tools read. `python -m fairaudit.catalogs`
writes into each file what is still to be translated, and a test refuses a language that lacks a sentence.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from babel.messages import Catalog

__all__ = [
    "ENGLISH",
    "LANGUAGES",
    "VARIABLE",
    "asked",
    "chained",
    "current",
    "language_of",
    "listed",
    "marked",
    "said",
    "say",
    "say_count",
    "speak",
    "speaking",
]

HERE = Path(__file__).resolve().parent
ENGLISH = "en"
LANGUAGES = (ENGLISH, *sorted(path.stem for path in HERE.glob("*.po")))
"""Every language that a report can be in."""

VARIABLE = "FAIRAUDIT_LANGUAGE"
"""The variable of the environment by which a run tells its kernels another language than the plan's."""

_language: ContextVar[str] = ContextVar("language", default=ENGLISH)


def current() -> str:
    """Give the language that sentences are said in."""
    return _language.get()


def speak(language: str) -> None:
    """Say sentences in a language from here on."""
    _language.set(language)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Say sentences in a language until the block ends."""
    before = _language.set(language)
    try:
        yield
    finally:
        _language.reset(before)


def asked() -> str:
    """Give the language that the environment asks for; empty where it asks for none."""
    return os.environ.get(VARIABLE, "")


def language_of(results: Mapping[str, Any]) -> str:
    """Give the language of an audit's results; English where they name none that there is."""
    audit = results.get("audit")
    language = audit.get("language") if isinstance(audit, Mapping) else ENGLISH
    return language if language in LANGUAGES else ENGLISH


def say(text: str, **values: Any) -> str:
    """Say a sentence in the language of the report.

    Args:
        text: the English sentence, a literal, so that translators find it; with fields such as ``{group}``.
        values: what stands in the fields. Where there are none, braces are left as they are.
    """
    told = _translated(text)
    return told.format(**values) if values else told


def say_count(number: int, one: str, many: str, **values: Any) -> str:
    """Say a sentence that depends on a number: ``say_count(3, "{count} finding", "{count} findings")``.

    Args:
        number: how many.
        one: the English sentence for one.
        many: the English sentence for any other number.
        values: what stands in the fields; ``{count}`` is the number with its thousands parted.
    """
    told = one if number == 1 else many
    if current() != ENGLISH:
        catalog = _catalog(current())
        message = catalog.get((one, many))
        if message is not None and all(message.string):
            told = message.string[_plural_form(current(), number)]
    return told.format(**{"count": f"{number:,}", **values})


def marked(text: str) -> str:
    """Mark a sentence for translators that is said elsewhere, as a table of sentences is."""
    return text


def said(value: Any, path: Sequence[str] = ()) -> Any:
    """Translate every text of nested mappings and lists, as a file of fixed words holds them.

    Args:
        value: what to translate; numbers and truth values stay.
        path: where it stands; a translation with the context ``page.skip`` is taken before one without.
    """
    if isinstance(value, dict):
        return {key: said(entry, (*path, str(key))) for key, entry in value.items()}
    if isinstance(value, list):
        return [said(entry, path) for entry in value]
    return _translated(value, ".".join(path)) if isinstance(value, str) else value


def listed(words: Sequence[str], most: int = 6) -> str:
    """Join words as a sentence does, cutting a long list."""
    words = [str(word) for word in words]
    if len(words) > most:
        words = [*words[: most - 1], say("{count:,} more", count=len(words) - most + 1)]
    if len(words) < 2:
        return "".join(words)
    return say("{first} and {last}", first=", ".join(words[:-1]), last=words[-1])


def chained(words: Sequence[str]) -> str:
    """Join the few words of a name with "and", such as the columns of a grouping."""
    first, *rest = [str(word) for word in words] or [""]
    for word in rest:
        first = say("{first} and {last}", first=first, last=word)
    return first


def _translated(text: str, context: str = "") -> str:
    """Give the translation of a text; the text itself in English, and where nobody has translated it."""
    if current() == ENGLISH or not text:
        return text
    catalog = _catalog(current())
    message = (context and catalog.get(text, context)) or catalog.get(text)
    return message.string if message is not None and message.string else text


@lru_cache(maxsize=4)
def _catalog(language: str) -> Catalog:
    """Read the translations of a language; babel is loaded for no other reason."""
    from babel.messages.pofile import read_po

    with (HERE / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


@lru_cache(maxsize=256)
def _plural_form(language: str, number: int) -> int:
    """Say which of a language's plural forms a number takes."""
    from babel import Locale

    rule = Locale.parse(language).plural_form
    tags = [*sorted(rule.rules, key=["zero", "one", "two", "few", "many"].index), "other"]
    return min(tags.index(rule(number)), _catalog(language).num_plurals - 1)
