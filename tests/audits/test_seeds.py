"""Draws from other seeds than those of the files that are kept; `make seeds` does 50 an audit."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.audits import seeds

QUICK = "marin-equity-dashboard"
"""Its files are counts, so that a draw is judged in a moment."""


@pytest.fixture(scope="module")
def counts():
    return seeds.over_seeds(QUICK, range(4))


def test_promises_are_kept_in_other_draws_too(counts):
    assert seeds.failures(QUICK, counts, 4) == []
    assert set(counts) == set(seeds.audit(QUICK).promises)


def test_each_draw_is_another_one_and_the_same_again():
    file = seeds.audit(QUICK).files[-1]  # of diversion: the one in which a gap is planted
    assert file.content(1) == file.content(1) != file.content(2) != file.content()
    assert file.content(1, planted=True) != file.content(1, planted=False)


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (Counter({"kept": 8, "flagged": 8}), "as promised in 8 of 10 draws only"),
        (Counter({"kept": 10, "flagged": 10, "equal: flagged": 1}), "nothing planted, and flagged in 1 of 10"),
        (Counter({"kept": 9, "flagged": 9}), ""),
    ],
)
def test_what_is_not_as_promised_is_said(count, said):
    flagged = next(name for name, each in seeds.audit(QUICK).promises.items() if each.verdicts == ("flagged",))
    told = seeds.failures(QUICK, {flagged: count}, 10)
    assert [line for line in told if said in line] == told
    assert bool(told) == bool(said)


def test_a_finding_that_is_not_to_be_flagged_and_is_is_said():
    cleared = next(name for name, each in seeds.audit(QUICK).promises.items() if "flagged" not in each.verdicts)
    (told,) = seeds.failures(QUICK, {cleared: Counter({"kept": 9, "flagged": 1})}, 10)
    assert "promised not to be flagged, and flagged in 1 of 10" in told
