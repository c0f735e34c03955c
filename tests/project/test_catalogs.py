"""Every language says all that English says, in its own words, with the same fields and the same numbers."""

import contextlib
import re
from string import Formatter

import pytest

from fairaudit import catalogs, languages

OTHERS = languages.LANGUAGES[1:]
FEW_WORDS = 3  # a name may be the same in two languages, and so may a formula
OUR_WORD = re.compile(r"[^\W\d_]{3,}")


def pairs(language):
    """Give every translation beside its English text, each of its plural forms."""
    for message in catalogs.read(language):
        english = message.id if isinstance(message.id, tuple) else (message.id,)
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        yield from ((english, form) for form in forms if message.id)


def known(language):
    return {message.id for message in catalogs.read(language) if message.id}


def said():
    return {message.id for message in catalogs.template() if message.id}


def fields(text):
    """Give the fields of a text; braces that are no fields are letters."""
    try:
        return catalogs.fields(text)
    except ValueError:
        return set()


def numbers(text):
    """Give the numbers that stand in a text beside its fields."""
    with contextlib.suppress(ValueError):
        text = " ".join(part for part, *_ in Formatter().parse(text))
    return set(re.findall(r"\d+", text.replace(",", "")))


def test_there_is_another_language_than_english():
    assert "es" in OTHERS


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_that_is_said_lacks_a_translation(language):
    lacking = said() - known(language)
    empty = {english for english, form in pairs(language) if not form}
    assert not lacking, "python -m fairaudit.catalogs writes what is new into the language's file"
    assert not empty


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_translated_that_is_said_nowhere(language):
    assert not known(language) - said()


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_fields_of_the_english_text(language):
    wrong = []
    for english, form in pairs(language):
        wanted = fields(english[-1])
        # Of one thing the number may be a word: "una fila" for "1 row".
        wanted_least = wanted & fields(english[0]) if len(english) > 1 else wanted
        if not wanted_least - {"count:"} <= fields(form) <= wanted or (len(english) == 1 and fields(form) != wanted):
            wrong.append((english, form))
    assert not wrong


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_numbers_of_the_english_text(language):
    """A public copy is searched for small counts in digits: a number must not become a word."""
    assert not [(english, form) for english, form in pairs(language) if numbers(form) not in map(numbers, english)]


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_is_left_in_english(language):
    left = [form for english, form in pairs(language) if form in english and len(OUR_WORD.findall(form)) > FEW_WORDS]
    assert not left
