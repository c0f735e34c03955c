"""Crossings that stand out: tested as published, controlled over all that were looked at, and each said once."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from fairaudit.stats.scan import Scanned, scan

UNKNOWN = -1


def tables(codes: list[np.ndarray], levels: list[int], events: np.ndarray, depth: int) -> dict:
    """Count made-up records; a code of -1 is the unknown group."""
    found = {}
    for names in combinations(range(len(levels)), depth):
        shape = [levels[name] + 1 for name in names]
        flat = np.ravel_multi_index([np.where(codes[a] < 0, levels[a], codes[a]) for a in names], shape)
        n, x = (np.bincount(flat, each, np.prod(shape)) for each in (np.ones(len(flat)), events))
        found[names] = np.stack([n, x, n - x], axis=-1).reshape(*shape, 3)
    return found


def made(size: int, levels: list[int], base: float, seed: int = 0, planted: dict | None = None, depth: int = 3) -> dict:
    """Make records up whose groups are independent; `planted` is {places: rate}."""
    generator = np.random.default_rng(seed)
    codes = [generator.integers(0, level, size) for level in levels]
    rate = np.full(size, base)
    for places, higher in (planted or {}).items():
        rate[np.logical_and.reduce([codes[a] == level for a, level in places])] = higher
    return tables(codes, levels, generator.random(size) < rate, depth)


def places(found: Scanned) -> list:
    return [crossing.places for crossing in found.crossings]


def one_attribute(*groups: tuple[int, int]) -> dict:
    """Count {(0,): events of everybody, group by group}, nobody being unknown."""
    return {(0,): np.array([[n, x, n - x] for x, n in (*groups, (0, 0))], float)}


def test_fishers_tea_tasting():
    # Fisher, The Design of Experiments (1935): all four cups told right has probability 1 / 70 by chance. Of the two
    # crossings, the other one has probability 1: Benjamini & Yekutieli multiply by 2 * (1 + 1/2) = 3.
    found = scan(one_attribute((4, 4), (0, 4)), smallest=1, alpha=0.05)
    assert [crossing.p for crossing in found.crossings] == [pytest.approx(3 / 70)]
    assert scan(one_attribute((4, 4), (0, 4)), smallest=1, alpha=0.04).crossings == ()


def test_few_events_in_a_small_group_are_tested_exactly():
    # 3 of 30 beside 100 of 10,000: the score test says .00000037, the exact one .0037 (a binomial of 30 at 103/10,030).
    found = scan(one_attribute((3, 30), (100, 10_000)), smallest=30, alpha=0.2)
    exact = binom.sf(2, 30, 103 / 10_030)
    assert found.crossings[0].p == pytest.approx(3 * exact, rel=0.05)


def test_what_a_crossing_is_and_how_many_people_it_makes_the_difference_for():
    (crossing,) = scan(one_attribute((300, 1000), (100, 1000), (100, 1000)), smallest=30, alpha=0.05).crossings
    assert (crossing.places, crossing.people) == (((0, 0),), 1000)
    assert (crossing.rate, crossing.rest) == (300 / 1000, 200 / 2000)
    assert crossing.excess == pytest.approx(1000 * (300 / 1000 - 200 / 2000))


@pytest.mark.parametrize(("worse", "group", "excess"), [("high", 0, 200), ("low", 1, -200)])
def test_only_the_worse_side_is_listed(worse, group, excess):
    (crossing,) = scan(one_attribute((300, 1000), (100, 1000)), smallest=30, alpha=0.05, worse=worse).crossings
    assert (crossing.places, crossing.excess) == (((0, group),), pytest.approx(excess))


def test_both_sides_are_listed_where_neither_is_worse():
    found = scan(one_attribute((300, 1000), (100, 1000)), smallest=30, alpha=0.05, worse=None)
    excess = {crossing.places: crossing.excess for crossing in found.crossings}
    assert excess == {((0, 0),): pytest.approx(200), ((0, 1),): pytest.approx(-200)}


LEVELS = [5, 6, 5, 6, 5, 6, 5, 6]
DEEP = ((0, 1), (2, 3), (5, 2))


def test_a_crossing_of_three_is_found_in_a_million_records_and_said_once():
    found = scan(made(1_000_000, LEVELS, 0.1, planted={DEEP: 0.3}), smallest=50, alpha=0.05)
    # 8 attributes: 4 of 5 groups and 4 of 6. All sums of products of up to three of them.
    sizes = [np.prod([LEVELS[a] for a in names]) for k in (1, 2, 3) for names in combinations(range(8), k)]
    assert found.tested == sum(sizes)
    assert found.standing_out > 50  # all that hold it, overlap with it, or are part of it
    assert places(found) == [DEEP]


def test_what_holds_for_a_whole_group_is_said_of_the_group():
    found = scan(made(200_000, LEVELS, 0.1, planted={((0, 1),): 0.2}), smallest=50, alpha=0.05)
    assert found.standing_out > 50
    assert places(found) == [((0, 1),)]


def test_a_crossing_that_adds_to_its_group_is_said_beside_it():
    planted = {((0, 1),): 0.2, ((0, 1), (1, 2)): 0.4}
    found = scan(made(50_000, [3, 4, 3], 0.1, planted=planted), smallest=50, alpha=0.05)
    assert set(places(found)) == {((0, 1),), ((0, 1), (1, 2))}


@pytest.mark.parametrize("depth", [2, 3])
def test_crossings_of_nearly_the_same_people_are_one_row(depth):
    generator = np.random.default_rng(1)
    size, levels = 40_000, [3, 3, 3, 3]
    codes = [generator.integers(0, 3, size) for _ in levels]
    codes[3] = np.where(generator.random(size) < 0.97, codes[2], codes[3])  # nearly a copy of the third
    planted = (codes[0] == 1) & (codes[2] == 2)
    events = generator.random(size) < np.where(planted, 0.4, 0.1)
    found = scan(tables(codes, levels, events, depth), smallest=50, alpha=0.05)
    (first,) = found.crossings
    assert first.places == ((0, 1), (2, 2))
    assert ((0, 1), (3, 2)) in first.also


def test_groups_under_the_smallest_size_are_not_looked_at():
    groups = one_attribute((29, 29), (100, 1000), (100, 1000))
    found = scan(groups, smallest=30, alpha=0.05)
    assert (found.tested, found.crossings) == (2, ())
    assert places(scan(groups, smallest=29, alpha=0.05)) == [((0, 0),)]


def test_a_group_of_nearly_everybody_is_not_looked_at():
    # Beside 970 of 1,000 there are 30, and beside these 970.
    assert scan(one_attribute((300, 970), (3, 30)), smallest=31, alpha=0.05).tested == 0


def test_who_is_of_unknown_group_is_in_no_crossing_and_beside_none():
    events = np.array([1] * 30 + [0] * 70 + [0] * 100 + [1] * 500)
    codes = [np.array([0] * 100 + [1] * 100 + [UNKNOWN] * 500)]
    (crossing,) = scan(tables(codes, [2], events, 1), smallest=30, alpha=0.05).crossings
    assert (crossing.people, crossing.rate, crossing.rest) == (100, 30 / 100, 0 / 100)


def test_a_design_effect_makes_less_of_the_same_counts():
    counts = one_attribute((40, 200), (20, 200))
    assert len(scan(counts, smallest=30, alpha=0.05).crossings) == 1
    assert scan(counts, smallest=30, alpha=0.05, effect=3.0).crossings == ()


def test_weights_that_are_all_alike_change_nothing():
    plain = made(5_000, [3, 4], 0.1, planted={((0, 1), (1, 2)): 0.4}, depth=2)
    weighted = {k: np.concatenate([t, t[..., 1:]], axis=-1) for k, t in plain.items()}
    assert places(scan(weighted, 30, 0.05)) == places(scan(plain, 30, 0.05)) == [((0, 1), (1, 2))]


def test_uneven_weights_make_less_of_the_same_rates():
    counts = np.array([[200, 40, 160], [200, 20, 180], [0, 0, 0]], float)
    # Squared weights of 4 where all weights add up to the counts: half or less of the records.
    uneven = {(0,): np.concatenate([counts, 4 * counts[..., 1:]], axis=-1)}
    assert scan(uneven, 30, 0.05).crossings == ()


def test_nothing_to_look_at_finds_nothing():
    assert scan({}, 30, 0.05) == Scanned(0, 0, ())
    assert scan(one_attribute((0, 0), (0, 0)), 30, 0.05) == Scanned(0, 0, ())


@pytest.mark.parametrize(("base", "worse"), [(0.1, "high"), (0.02, "high"), (0.5, None)])
def test_where_all_are_alike_nearly_nothing_is_ever_found(base, worse):
    """Where nothing is planted all that is found is false, so that at most 5 in 100 scans may find anything."""
    draws = 100
    found = [scan(made(1_500, [3, 4, 3, 2], base, seed), 10, 0.05, worse).standing_out > 0 for seed in range(draws)]
    assert sum(found) <= binom.isf(0.001, draws, 0.05)


def test_rows_beside_a_large_gap_are_held_to_the_number_of_rows():
    # Hundreds of crossings stand out with the one group; of some 10,000 that do not, a few by chance would be rows.
    found = [scan(made(50_000, LEVELS, 0.1, seed, {((0, 1),): 0.3}), 50, 0.05) for seed in range(10)]
    assert min(each.standing_out for each in found) > 100
    assert [places(each) for each in found] == [[((0, 1),)]] * 10


def test_what_is_listed_beside_something_planted_is_seldom_false():
    planted = ((0, 1), (1, 2))
    false = []
    for seed in range(50):
        found = places(scan(made(4_000, [3, 4, 3, 2], 0.1, seed, {planted: 0.3}), 30, 0.05))
        assert planted in found
        false.append(1 - 1 / len(found))
    assert np.mean(false) <= 0.05


@given(st.integers(0, 1000), st.permutations(range(3)), st.permutations(range(4)))
def test_names_and_order_of_groups_and_attributes_change_nothing(seed, order, renamed):
    generator = np.random.default_rng(seed)
    levels, size = [3, 4, 2], 1_000
    codes = [generator.integers(0, level, size) for level in levels]
    events = generator.random(size) < np.where((codes[0] == 1) & (codes[1] == 2), 0.6, 0.1)
    called = [codes[0], np.array(renamed)[codes[1]], codes[2]]
    first = scan(tables(codes, levels, events, 2), 30, 0.05)
    other = scan(tables([called[a] for a in order], [levels[a] for a in order], events, 2), 30, 0.05)

    def back(spot: tuple) -> frozenset:
        levels_of = {order[a]: level for a, level in spot}
        return frozenset((a, renamed.index(level) if a == 1 else level) for a, level in levels_of.items())

    assert {back(spot) for spot in places(other)} == set(map(frozenset, places(first)))
    assert (other.tested, other.standing_out) == (first.tested, first.standing_out)
