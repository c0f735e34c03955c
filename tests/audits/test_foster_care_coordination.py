"""Records are missed for children with two surnames: by race it shows too, and by language it does not."""

from __future__ import annotations

import csv
import io
from collections import defaultdict

import numpy as np
import pytest

from made_up import foster_care_coordination as made


@pytest.fixture(scope="module")
def drawn():
    whom, _ = np.random.default_rng(made.MADE_UP.files[0].seed).spawn(2)
    return made.moves(whom)


@pytest.fixture(scope="module")
def rows():
    return list(csv.DictReader(io.StringIO(made.MADE_UP.files[0].content().decode())))


def missed(drawn, whose) -> float:
    """The share of a group's own records that are not taken for it."""
    return 1 - drawn["matched"][drawn["same"] & whose].mean()


def test_given_the_surnames_race_and_language_change_nothing(drawn):
    latino = drawn["race"] == list(made.RACES).index("Latino")
    spanish = drawn["language"] == made.LANGUAGES.index("Spanish")
    two = drawn["two_surnames"]
    assert missed(drawn, two) - missed(drawn, ~two) > 0.15
    assert missed(drawn, latino) - missed(drawn, ~latino) > 0.05
    assert abs(missed(drawn, latino & ~two) - missed(drawn, ~latino & ~two)) < 0.03
    assert abs(missed(drawn, spanish & two) - missed(drawn, ~spanish & two)) < 0.06


def test_siblings_share_a_family_and_a_child_keeps_its_age_and_surnames(drawn):
    of_child, of_family = defaultdict(set), defaultdict(set)
    for child, family, age, race, two in zip(
        *(drawn[name].tolist() for name in ("child", "family", "age", "race", "two_surnames")), strict=True
    ):
        of_child[child].add((family, age))
        of_family[family].add((race, two))
    assert all(len(told) == 1 for told in [*of_child.values(), *of_family.values()])


def test_who_stays_in_the_school_of_origin_has_no_wait_and_would_make_all_look_quick(rows):
    def soon(chosen) -> float:
        days = [np.datetime64(row["enrolled_on"]) - np.datetime64(row["moved_on"]) for row in chosen]
        return np.mean([each.astype(int) <= made.HORIZON for each in days])

    ended = [row for row in rows if row["enrolled_on"]]
    stayed = [row for row in ended if row["school"] == "school of origin"]
    assert {row["moved_on"] == row["enrolled_on"] for row in stayed} == {True}
    assert soon(ended) > soon([row for row in ended if row["school"] == "new school"]) + 0.02


def test_some_are_not_enrolled_yet_and_few_days_cannot_be(rows):
    moved = [row for row in rows if row["school"] == "new school"]
    still_waiting = [row for row in moved if not row["enrolled_on"]]
    assert 0.01 < len(still_waiting) / len(moved) < 0.10
    assert sum(bool(row["enrolled_on"]) and row["enrolled_on"] < row["moved_on"] for row in moved) <= 4
