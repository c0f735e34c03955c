"""What it takes to support adoption: groups that fare alike, and enough records to show it, for all of it at once."""

from __future__ import annotations

import csv
import io
from collections import defaultdict

import numpy as np
import pytest

from made_up import child_care_matching as made
from tests.audits.seeds import draw

AUDIT = "child-care-matching"
(FILE,) = made.MADE_UP.files


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    """The file that is kept, a row a child."""
    return list(csv.DictReader(io.StringIO(FILE.content().decode())))


@pytest.fixture(scope="module")
def listed(rows) -> list[dict[str, str]]:
    """Those whom the tool could match."""
    return [row for row in rows if row["route"] == "List" and row["eligibility"] == "Verified"]


@pytest.mark.parametrize("seed", range(2))
def test_every_finding_is_cleared_at_once(seed):
    assert {found.name: found.verdict for found in draw(AUDIT, seed, planted=True)} == dict.fromkeys(
        made.MADE_UP.promises, "cleared"
    )


def test_nothing_is_planted():
    assert FILE.content(7, planted=True) == FILE.content(7, planted=False)


def test_offers_depend_on_age_and_on_nothing_else():
    drawn = made.applications(np.random.default_rng(1), families=200_000)
    offered = drawn["offer"] < made.NEVER
    for place, rate in enumerate(made.OFFERED.values()):
        assert offered[drawn["age"] == place].mean() == pytest.approx(rate, abs=0.01)
    for group in ("race", "language", "region"):
        rates = [offered[drawn[group] == place].mean() for place in np.unique(drawn[group])]
        assert rates == pytest.approx([offered.mean()] * len(rates), abs=0.03)


def test_siblings_are_on_the_list_from_one_day(listed):
    days = defaultdict(set)
    for row in listed:
        days[row["family_id"]].add(row["applied"])
    assert all(len(each) == 1 for each in days.values())


def test_who_brings_a_provider_is_enrolled_at_once_and_makes_the_list_look_quick(rows, listed):
    direct = [row for row in rows if row["route"] == "Provider"]
    assert all(row["status"] == "Enrolled" and row["offered"] == row["applied"] for row in direct)
    assert not any(row["offered"] == row["applied"] for row in listed)


def test_nobody_is_offered_a_space_whose_papers_were_not_verified(rows):
    assert not any(row["offered"] for row in rows if row["eligibility"] != "Verified")


def test_so_few_are_unknown_that_the_worst_case_does_not_decide(listed):
    unknown = [row["race"] in ("", "Decline to state") for row in listed]
    waiting = [not row["offered"] for row in listed]
    shares = [np.mean([u for u, w in zip(unknown, waiting, strict=True) if w == still]) for still in (False, True)]
    assert shares[0] < shares[1] < 0.05
