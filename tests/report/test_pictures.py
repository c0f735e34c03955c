"""Charts on a page: what stands in several of them is written once, and they look the same."""

from __future__ import annotations

import re

from fairaudit.report import pictures
from fairaudit.report.html import render
from fairaudit.report.pictures import with_shared_texts
from tests.report.audits import CASES, FOUR_FIFTHS, audit, block
from tests.verdicts.tables import counted

A, B = '<use href="#d24"/><use href="#d42" x="140"/>', '<use href="#d25"/><use href="#d43" x="137" y="2"/>'
OUTLINES = '<svg class="outlines"><defs><path id="d24" d="m0 0"/></defs></svg>'


def text(letters: str, moves: str) -> str:
    return f'<g fill="#000000" transform="{moves}">{letters}</g>'


def used(name: str, moves: str) -> str:
    return f'<use href="#{name}" fill="#000000" transform="{moves}"/>'


def test_a_text_that_stands_twice_is_written_once():
    page = f"<svg>{text(A, 'scale(1 -1)')}{text(B, 'scale(1 -1)')}</svg>{OUTLINES}<svg>{text(A, 'scale(2 -2)')}</svg>"
    assert with_shared_texts(page) == (
        f"<svg>{used('t0', 'scale(1 -1)')}{text(B, 'scale(1 -1)')}</svg>"
        f'<svg class="outlines"><defs><path id="d24" d="m0 0"/><g id="t0">{A}</g></defs></svg>'
        f"<svg>{used('t0', 'scale(2 -2)')}</svg>"
    )


def test_a_page_without_such_texts_is_left_as_it_is():
    assert with_shared_texts("<p>no chart</p>") == "<p>no chart</p>"
    assert with_shared_texts(f"<svg>{text(A, 'scale(1 -1)')}</svg>") == f"<svg>{text(A, 'scale(1 -1)')}</svg>"


def written_out(page: str) -> str:
    """Put each shared text back where it is used."""
    shared = dict(re.findall(r'<g id="(t\d+)">(.*?)</g>', page))
    page = re.sub(r'<g id="t\d+">.*?</g>', "", page)
    return re.sub(r'<use href="#(t\d+)"([^>]*)/>', lambda each: f"<g{each[2]}>{shared[each[1]]}</g>", page)


def test_with_shared_texts_put_back_it_is_the_same_page(monkeypatch):
    page = render(CASES["forty groups"]())
    monkeypatch.setattr("fairaudit.report.html.with_shared_texts", lambda page: page)
    assert written_out(page) == render(CASES["forty groups"]())


def test_two_charts_of_forty_groups_share_their_names():
    counts = {f"People of group number {place}": (10 + 2 * place, 100) for place in range(40)}
    twice = [FOUR_FIFTHS, {"measure": "selection_rate", "difference": 0.1, "because": "Rule 1"}]
    page = render(
        audit((block("one", measures=twice[:1]), counted(counts)), (block("two", measures=twice[1:]), counted(counts)))
    )
    assert pictures.TEXT.search(page), "what stands once stays where it stands"
    assert len(re.findall(r'<g id="t\d+">', page)) > 40
