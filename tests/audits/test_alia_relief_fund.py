"""Relief: what only a crossing shows, that it decides, and payments that are those of the applications approved."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from functools import cache

import pytest

from fairaudit.plan import read_plan
from made_up import alia_relief_fund as made
from tests.audits.judged import AUDITS, found

APPLICATIONS, PAYMENTS = (file.name for file in made.MADE_UP.files)
LIMIT = 0.80


@cache
def rows(name: str) -> list[dict[str, str]]:
    (file,) = [file for file in made.MADE_UP.files if file.name == name]
    return list(csv.DictReader(io.StringIO(file.content().decode())))


def approved(chosen: Callable[[str, str], bool]) -> float:
    """The share approved that is planted, of the languages and ways of payment chosen."""
    shares = {
        (language, paid): share * of_them
        for language, share in made.LANGUAGES.items()
        for paid, of_them in made.PAID.items()
        if chosen(language, paid)
    }
    return sum(share * made.RATES.get(both, made.RATE) for both, share in shares.items()) / sum(shares.values())


def test_neither_attribute_alone_is_planted_to_be_near_the_limit_and_both_together_are_beyond_it():
    by_language = [approved(lambda language, _, one=one: language == one) for one in made.LANGUAGES]
    by_payment = [approved(lambda _, paid, one=one: paid == one) for one in made.PAID]
    together = [made.RATES.get((language, paid), made.RATE) for language in made.LANGUAGES for paid in made.PAID]
    assert min(by_language) / max(by_language) == pytest.approx(0.88, abs=0.005)
    assert min(by_payment) / max(by_payment) == pytest.approx(0.89, abs=0.005)
    assert min(together) / max(together) < LIMIT - 0.1
    assert sorted(together)[1] / max(together) > LIMIT + 0.1


def test_each_attribute_alone_is_shown_to_be_within_the_limit():
    alone = [each for each in found("alia-relief-fund").values() if len(each.grouping.attributes) == 1]
    assert len(alone) == 4
    assert {each.verdict for each in alone} == {"cleared"}


def test_crossings_block_since_the_plan_says_so():
    compared = [entry for block in read_plan(AUDITS / "alia-relief-fund").evidence for entry in block.compare]
    assert [entry.blocks for entry in compared if len(entry.by) == 2] == [True, True]


def test_payments_are_those_of_the_funds_own_applications_that_were_approved():
    of_the_fund = {
        row["application_id"]
        for row in rows(APPLICATIONS)
        if row["fund"] == made.FUND and row["decision"] in made.APPROVED
    }
    assert {row["application_id"] for row in rows(PAYMENTS)} == of_the_fund
    assert len(rows(PAYMENTS)) == len(of_the_fund)


def test_what_comes_is_a_card_two_or_none():
    amounts = {row["relief"] for row in rows(PAYMENTS)} - {"", "in the post"}
    assert amounts == {"0.00", "400.00", "800.00"}


def test_no_column_holds_an_immigration_status():
    for name in (APPLICATIONS, PAYMENTS):
        assert not {"status", "citizenship", "immigration", "country"} & set(rows(name)[0])
