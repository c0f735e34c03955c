"""What a report says can be read by whoever has been at school for nine years; in Spanish it is of normal difficulty.

Measured are the fixed sentences, module by module; labels of a few words, which are no sentences, are left out.
"""

from __future__ import annotations

from functools import cache

import pytest

from fairaudit import catalogs
from tests.docs.readability import (
    WORD,
    english_syllables,
    grade,
    perspicuity,
    reading_ease,
    spanish_syllables,
)

GROUPS = {
    "page one": ("page_one.py", "en.yaml: page_one."),
    "sentences": ("sentences.py",),
    "findings": ("findings.py",),
    "what is taken for granted": ("assumptions.py", "notes.py"),
    "checks": ("checks/", "weighing.py"),
}
"""What is measured -> where its sentences stand."""

HIGHEST_GRADE, HIGHEST_OF_ONE = 9, 14
LEAST_PERSPICUITY, LEAST_OF_ONE = 55, 40  # normal; somewhat difficult (Barrio-Cantalejo et al. 2008)
A_SENTENCE, A_LONG_ONE = 6, 12  # words


@cache
def entries() -> tuple[catalogs.Entry, ...]:
    return tuple(catalogs.entries())


@cache
def texts(group: str) -> tuple[str, ...]:
    """Give the English sentences of a group; of one that depends on a number, that of many."""
    found = [entry.text for entry in entries() if entry.place.startswith(GROUPS[group])]
    return tuple(dict.fromkeys(_last(text) for text in found if _words(_last(text)) >= A_SENTENCE))


@cache
def translations(group: str) -> tuple[str, ...]:
    known = catalogs.read("es")
    found = [known.get(entry.text) for entry in entries() if entry.place.startswith(GROUPS[group])]
    told = [_last(message.string) for message in found if message is not None and message.string]
    return tuple(dict.fromkeys(text for text in told if _words(text) >= A_SENTENCE))


def _last(text: str | tuple[str, ...]) -> str:
    return text if isinstance(text, str) else text[-1]


def _words(text: str) -> int:
    return len(WORD.findall(text))


@pytest.mark.parametrize("group", GROUPS)
def test_nine_years_of_school_are_enough(group):
    found = texts(group)
    assert found
    print(f"{group}: grade {grade(found):.1f} of {len(found)} sentences")
    assert grade(found) <= HIGHEST_GRADE
    hard = {text: round(grade([text]), 1) for text in found if grade([text]) > HIGHEST_OF_ONE}
    assert not hard, sorted(hard.items(), key=lambda item: -item[1])


@pytest.mark.parametrize("group", GROUPS)
def test_spanish_is_of_normal_difficulty(group):
    found = translations(group)
    assert found
    print(f"{group}: {perspicuity(found):.0f} of {len(found)} sentences")
    assert perspicuity(found) >= LEAST_PERSPICUITY
    long = [text for text in found if _words(text) >= A_LONG_ONE]
    hard = {text: round(perspicuity([text])) for text in long if perspicuity([text]) < LEAST_OF_ONE}
    assert not hard, sorted(hard.items(), key=lambda item: item[1])


PUBLISHED = [
    # a text, its grade and its reading ease, as "Flesch-Kincaid readability tests" of Wikipedia gives them
    ("The Australian platypus is seemingly a hybrid of a mammal and reptilian creature.", 11.3, 37.5),
    ("The cat sat on the mat.", None, 116),
    ("This sentence, taken as a reading passage unto itself, is being used to prove a point.", None, 69),
]


@pytest.mark.parametrize(("text", "years", "ease"), PUBLISHED)
def test_published_examples(text, years, ease):
    assert years is None or round(grade([text]), 1) == years
    assert reading_ease([text]) == pytest.approx(ease, abs=0.5)


def test_the_formula_of_szigriszt():
    # 10 words in 2 sentences: Di-go la ver-dad. No hay na-da más que con-tar ya.
    text = "Digo la verdad. No hay nada más que contar ya."
    assert perspicuity([text]) == pytest.approx(206.835 - 62.3 * 14 / 10 - 10 / 2)


ENGLISH = {
    1: "the made groups shown rate lies whose least used held called",
    2: "people limit within measure little table value being changes causes",
    3: "selected evidence estimate adoption decision area idea serious period example",
    4: "community experience situation continuous",
    5: "probability individual",
}
SPANISH = {
    1: "que muy hay ley quien y ya",
    2: "grupo ciudad día país guía quiere reyes agua",
    3: "línea límite registro idea pingüino",
    4: "aérea estimación",
    5: "auditoría seleccionadas",
}


@pytest.mark.parametrize("number", ENGLISH)
def test_syllables_of_english(number):
    words = ENGLISH[number].split()
    assert {word: english_syllables(word) for word in words} == dict.fromkeys(words, number)


@pytest.mark.parametrize("number", SPANISH)
def test_syllables_of_spanish(number):
    words = SPANISH[number].split()
    assert {word: spanish_syllables(word) for word in words} == dict.fromkeys(words, number)
