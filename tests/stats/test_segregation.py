"""Dissimilarity and concentration: by hand, against a published table, and worked in a second way."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairaudit.stats.segregation import concentration_index, dissimilarity

# --- dissimilarity ---


@pytest.mark.parametrize(
    ("a", "b", "index"),
    [
        ([10, 20, 30], [1, 2, 3], 0),
        ([10, 0], [0, 7], 1),
        ([60, 40], [20, 80], (abs(0.6 - 0.2) + abs(0.4 - 0.8)) / 2),
        ([5, 3, 2], [1, 1, 2], (abs(5 / 10 - 1 / 4) + abs(3 / 10 - 1 / 4) + abs(2 / 10 - 2 / 4)) / 2),
        ([4], [9], 0),
        ([0, 3, 1], [0, 3, 1], 0),
        ([0, 0], [1, 2], np.nan),
        ([1, 2], [0, 0], np.nan),
        ([], [], np.nan),
    ],
)
def test_dissimilarity(a, b, index):
    assert dissimilarity(a, b) == pytest.approx(index, nan_ok=True)


def test_cities_go_side_by_side():
    assert dissimilarity([[60, 40], [1, 0]], [[20, 80], [0, 1]]) == pytest.approx([0.4, 1])


COUNTS = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=7)


@given(COUNTS)
def test_it_is_the_largest_gap_over_any_set_of_areas(counts):
    """The second way: no set of areas holds a share of one group that exceeds that of the other by more."""
    a, b = np.array(counts, dtype=float).T
    if not (a.sum() and b.sum()):
        assert np.isnan(dissimilarity(a, b))
        return
    gaps = a / a.sum() - b / b.sum()
    largest = max(
        gaps[list(chosen)].sum() for k in range(len(gaps) + 1) for chosen in combinations(range(len(gaps)), k)
    )
    assert dissimilarity(a, b) == pytest.approx(largest, abs=1e-12)
    assert dissimilarity(a, b) == pytest.approx(dissimilarity(b, 3 * a))


# --- the concentration index ---


@pytest.mark.parametrize(
    ("population", "service", "rank", "index"),
    [
        ([1, 1], [1, 1], [1, 2], 0),
        ([1, 1], [0, 1], [1, 2], 2 * 0.75 - 1),
        ([1, 1], [1, 0], [1, 2], 2 * 0.25 - 1),
        ([2, 1, 1], [1, 1, 2], [30, 10, 20], 2 * (1 * 0.75 + 1 * 0.125 + 2 * 0.375) / 4 - 1),
        # Two areas of one income are one: all of it counts at the middle of both.
        ([1, 2, 1], [0, 3, 1], [5, 5, 9], 2 * (3 * (3 / 4) / 2 + 1 * 7 / 8) / 4 - 1),
        ([1, 1, 1], [0, 5, 1], [7, 7, 7], 0),
        ([3], [2], [1], 0),
        ([0, 1, 1], [0, 1, 1], [1, 2, 3], 0),
        ([1, 1], [0, 0], [1, 2], np.nan),
        ([0, 0], [1, 1], [1, 2], np.nan),
        ([1, 1], [1, 1], [1, np.nan], np.nan),
        ([], [], [], np.nan),
    ],
)
def test_concentration_index(population, service, rank, index):
    assert concentration_index(population, service, rank) == pytest.approx(index, nan_ok=True)


def test_deaths_of_children_in_india_by_wealth():
    """Births and deaths under five by fifths of wealth, 1982-92; O'Donnell et al. 2008 (World Bank), chapter 8."""
    births, deaths = [29_939, 28_776, 26_528, 24_689, 19_739], [4_632, 4_400, 3_170, 2_145, 1_072]
    assert concentration_index(births, deaths, [1, 2, 3, 4, 5]) == pytest.approx(-0.1694, abs=5e-5)


AREAS = st.lists(st.tuples(st.integers(1, 50), st.integers(0, 9), st.integers(0, 4)), min_size=1, max_size=12)


def under_the_curve(population, service, rank):
    """Take twice the area between the diagonal and the concentration curve, by trapezia over distinct ranks."""
    ranks = np.unique(rank)
    people = np.cumsum([0, *(population[rank == one].sum() for one in ranks)]) / population.sum()
    received = np.cumsum([0, *(service[rank == one].sum() for one in ranks)]) / service.sum()
    return 1 - np.sum(np.diff(people) * (received[1:] + received[:-1]))


def by_covariance(population, service, rank):
    """Take 2 cov(service per head, fractional rank) / mean, person by person."""
    heads = np.repeat(service / population, population.astype(int))
    ranks = np.repeat(rank, population.astype(int))
    places = np.array([(ranks < one).mean() + (ranks == one).mean() / 2 for one in ranks])
    return 2 * np.mean((heads - heads.mean()) * (places - places.mean())) / heads.mean()


@given(AREAS)
def test_it_is_the_area_under_the_curve_and_a_covariance(areas):
    population, service, rank = np.array(areas, dtype=float).T
    found = concentration_index(population, service, rank)
    if not service.sum():
        assert np.isnan(found)
        return
    assert found == pytest.approx(under_the_curve(population, service, rank), abs=1e-12)
    assert found == pytest.approx(by_covariance(population, service, rank), abs=1e-12)
    assert -1 < found < 1
    assert concentration_index(population, service, -rank) == pytest.approx(-found, abs=1e-12)
    assert concentration_index(population[::-1], service[::-1], rank[::-1]) == pytest.approx(found, abs=1e-12)


@pytest.mark.parametrize("n", [1, 2, 5, 796])
def test_it_ends_at_one_part_of_n(n):
    last = np.eye(n)[-1]
    assert concentration_index(np.ones(n), last, np.arange(n)) == pytest.approx(1 - 1 / n)
    assert concentration_index(np.ones(n), last, -np.arange(n)) == pytest.approx(1 / n - 1)


def test_many_rankings_go_side_by_side():
    by_hand = [concentration_index([1, 2], [3, 1], rank) for rank in ([1, 2], [2, 1])]
    assert concentration_index([1, 2], [3, 1], [[1, 2], [2, 1]]) == pytest.approx(np.array(by_hand))
