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


@pytest.mark.long
def test_promises_are_kept_in_other_draws_too(counts):
    assert seeds.failures(QUICK, counts, 4) == []
    assert set(counts) == set(seeds.audit(QUICK).promises)


def test_each_draw_is_another_one_and_the_same_again():
    file = seeds.audit(QUICK).files[-1]  # of diversion: the one in which a gap is planted
    assert file.content(1) == file.content(1) != file.content(2) != file.content()
    assert file.content(1, planted=True) != file.content(1, planted=False)


@pytest.mark.parametrize(
    ("count", "draws", "said"),
    [
        ({"kept": 44, "flagged": 44}, 50, "as promised in 44 of 50 draws only"),
        ({"kept": 45, "flagged": 45}, 50, ""),
        ({"kept": 50, "flagged": 50, "equal: flagged": 3}, 50, "nothing planted, and flagged in 3 of 50"),
        ({"kept": 50, "flagged": 50, "equal: flagged": 2}, 50, ""),
        # of 10 draws of what is found in 9 of 10, chance alone leaves 6
        ({"kept": 5, "flagged": 5}, 10, "as promised in 5 of 10 draws only"),
        ({"kept": 6, "flagged": 6}, 10, ""),
        ({"kept": 10, "flagged": 10, "equal: flagged": 4}, 10, "nothing planted, and flagged in 4 of 10"),
    ],
)
def test_what_is_not_as_promised_is_said(count, draws, said):
    flagged = next(name for name, each in seeds.audit(QUICK).promises.items() if each.verdicts == ("flagged",))
    told = seeds.failures(QUICK, {flagged: Counter(count)}, draws)
    assert [line for line in told if said in line] == told
    assert bool(told) == bool(said)


def test_a_finding_that_is_not_to_be_flagged_and_is_is_said():
    cleared = next(name for name, each in seeds.audit(QUICK).promises.items() if "flagged" not in each.verdicts)
    (told,) = seeds.failures(QUICK, {cleared: Counter({"kept": 47, "flagged": 3})}, 50)
    assert "promised not to be flagged, and flagged in 3 of 50" in told
