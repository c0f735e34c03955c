"""job-seeker-targeting: what the top of a list shows, and its middle does not."""

from __future__ import annotations

import csv
from collections import defaultdict

import numpy as np
import pytest

from made_up import job_seeker_targeting as jobs


@pytest.fixture(scope="module")
def drawn() -> dict[str, np.ndarray]:
    return jobs.scored(np.random.default_rng(0), seekers=60_000)


@pytest.fixture(scope="module")
def rows(sample_folder) -> list[dict[str, str]]:
    with open(sample_folder / "job_training.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("points", "older", "others"),
    [(50, jobs.SCORED_50, jobs.SCORED_50), (75, jobs.SCORED_75_LESS[55, 74], jobs.SCORED_75)],
)
def test_people_of_55_and_over_reach_the_middle_as_often_as_others_and_the_top_half_as_often(
    drawn, points, older, others
):
    reached, old = drawn["score"] >= 10 * points, drawn["age"] >= 55
    assert reached[old].mean() == pytest.approx(older, abs=0.012)
    assert reached[~old].mean() == pytest.approx(others, abs=0.012)


def test_where_nothing_is_planted_as_many_reach_the_top_whatever_their_age():
    drawn = jobs.scored(np.random.default_rng(0), seekers=60_000, planted=False)
    top, old = drawn["score"] >= 750, drawn["age"] >= 55
    assert top[old].mean() == pytest.approx(top[~old].mean(), abs=0.012)


def test_about_as_many_score_75_or_more_in_a_month_as_there_are_places(rows):
    top = defaultdict(set)
    for row in rows:
        if row["priority_of_service"] == "yes" and row["profile"] == "active" and float(row["score"] or -1) >= 75:
            top[row["month"]].add(row["record_id"])
    assert len(top) == jobs.MONTHS
    assert np.mean([len(month) for month in top.values()]) == pytest.approx(jobs.PLACES, rel=0.15)


def test_nobody_stands_twice_in_one_list(rows):
    once = {row["record_id"]: row for row in rows}.values()
    assert len({(row["seeker_id"], row["month"]) for row in once}) == len(once)


def test_names_with_nothing_planted_are_shown_alike():
    found = jobs.jobs_tests(np.random.default_rng(0), tests=dict.fromkeys(jobs.JOBS_SERIES, 40_000), shown={})
    for series in found.values():
        assert series["first"].mean() == pytest.approx(series["second"].mean(), abs=0.01)
