"""How hard sentences are to read: the grade of Flesch and Kincaid in English, that of Szigriszt in Spanish.

Names and numbers are left aside: a field of a sentence counts as one short word, and so does a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d[\d.,]*%?")
ENDS = re.compile(r"[.!?]+(?=\s|$|[\"”’)])")
FIELD = re.compile(r"\{[^{}]*\}")
VOWELS = re.compile("[aeiouy]+")
# What is written as one run of vowels and spoken as two.
TWO = re.compile(
    "(?<![tc])(?!(?<=l)ian$)ia|(?<![tcsg])io|tio$|(?<!fr)(?<!t)ien|(?<![qg])ua|uou|uie|[aeouy]ing|creat(?!ure)|(?<=[rd])eas?$"
)
SILENT = re.compile(
    "(?<![aeiouy])(?<![^aeiouylr]l)e$|(?<![aeiouytd])(?<![^aeiouylr]l)ed$"
    "|(?<![aeiouysxzcg])(?<![sc]h)(?<![^aeiouylr]l)es$"
)


class Count(NamedTuple):
    """Sentences, words and syllables of a text."""

    sentences: int
    words: int
    syllables: int


def english_syllables(word: str) -> int:
    """Count the syllables of an English word by its runs of vowels; where it errs, as of `every`, mostly upwards."""
    word = re.sub("[^a-z]", "", word.casefold())
    return max(1, len(VOWELS.findall(word)) + len(TWO.findall(word)) - bool(SILENT.search(word)))


def spanish_syllables(word: str) -> int:
    """Count the syllables of a Spanish word: a strong or an accented vowel is one, a weak one beside it is none."""
    word = re.sub(r"(?<=[qg])u(?=[eiéí])", "", word.casefold())  # que, gui: the u is silent
    groups = re.findall(r"[aeiouáéíóúüy]+", re.sub(r"y(?=[aeiouáéíóú])", "", word))
    return max(1, sum(max(1, len(re.findall("[aeoáéíóú]", group))) for group in groups))


def count(texts: Sequence[str], syllables: Callable[[str], int]) -> Count:
    """Count sentences, words and syllables of texts; a text without a full stop is one sentence."""
    sentences = words = spoken = 0
    for text in texts:
        found = WORD.findall(FIELD.sub("1", text))
        words += len(found)
        spoken += sum(1 if word[0].isdigit() else syllables(word) for word in found)
        parts = [part for part in ENDS.split(FIELD.sub("1", text)) if WORD.search(part)]
        sentences += len(parts)
    return Count(sentences, words, spoken)


def grade(texts: Sequence[str]) -> float:
    """Give the school year that English texts ask for (Kincaid, Fishburne, Rogers & Chissom 1975)."""
    of = count(texts, english_syllables)
    return 0.39 * of.words / of.sentences + 11.8 * of.syllables / of.words - 15.59


def reading_ease(texts: Sequence[str]) -> float:
    """Give the reading ease of English texts, 0 to 100 and somewhat beyond (Flesch 1948)."""
    of = count(texts, english_syllables)
    return 206.835 - 1.015 * of.words / of.sentences - 84.6 * of.syllables / of.words


def perspicuity(texts: Sequence[str]) -> float:
    """Give the perspicuity of Spanish texts (Szigriszt-Pazos 1992); 55 to 65 is normal (Barrio-Cantalejo 2008)."""
    of = count(texts, spanish_syllables)
    return 206.835 - 62.3 * of.syllables / of.words - of.words / of.sentences
