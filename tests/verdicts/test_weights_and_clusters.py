"""Weighted and clustered records: worth less than their number, and the size of the test says so."""

import numpy as np
import pytest

from fairaudit.cells import Cells
from fairaudit.comparisons import Arms, Scheme
from fairaudit.measures import MEASURES
from fairaudit.stats import score

SELECTION = MEASURES["selection_rate"]
RUNS = 1000
MOST = 0.05 + 3 * np.sqrt(0.05 * 0.95 / RUNS)  # three standard errors of the simulation


def two_groups(selected, everyone, weights=None, squares=None, *, clustered=False) -> Arms:
    """Arrays of shape (folds, 2) of selected and all -> the rates of two groups."""

    def cells(yes, everything):
        array = np.zeros((len(everything), 3, 1, 3, 3))
        array[:, :2, 0, 0, 2], array[:, :2, 0, 1, 2] = yes, everything - yes
        return array

    w, ww = (None if sums is None else cells(*sums) for sums in (weights, squares))
    held = Cells(("A", "B"), ("",), cells(selected, everyone), None, w, ww, clustered)
    return Arms(held, SELECTION, Scheme.of(("A", "B"), "all_pairs"))


def clears(arms: Arms, ratio: float = 0.8) -> bool:
    """Whether A is shown to be selected at least 80% as often as B, by the score test."""
    margins = arms.margins("ratio", ratio)
    pair = arms.pairs("recorded", "ratio", margins)
    z = score.clearing_z("ratio", pair.x1, pair.n1, pair.x0, pair.n0, margins)
    return bool(score.clearing_p(z, pair.degrees_of_freedom)[0] < 0.05)


def clustered_counts(generator, clusters: int, effects: str):
    """Draw clusters of about 6 a group, true ratio exactly .8 (24% v 30%), cluster effects of relative sd .4."""
    sizes = generator.poisson(6, (clusters, 2)) + 1
    shared = np.exp(0.4 * generator.standard_normal(clusters) - 0.08)
    own = np.exp(0.4 * generator.standard_normal(clusters) - 0.08)
    effect = {
        "like": np.stack([shared, shared], axis=1),
        "independent": np.stack([shared, own], axis=1),
        "opposite": np.stack([shared, 1 / shared * np.exp(-0.16)], axis=1),
    }[effects]
    return generator.binomial(sizes, np.clip(np.array([0.24, 0.30]) * effect, 0, 1)), sizes


@pytest.mark.parametrize("effects", ["like", "independent", "opposite"])
@pytest.mark.parametrize("clusters", [30, 60])
def test_at_the_limit_clustered_groups_clear_at_most_at_alpha(effects, clusters):
    generator = np.random.default_rng(2026)
    cleared = [clears(two_groups(*clustered_counts(generator, clusters, effects), clustered=True)) for _ in range(RUNS)]
    assert np.mean(cleared) <= MOST


def strongly_clustered(generator):
    """Twelve officers decide on a hundred people a group each, and lean one way or the other by group."""
    lean = generator.normal(0, 0.5, (12, 1)) * np.array([[1, -1]])
    rates = np.clip(np.array([0.24, 0.30]) * np.exp(lean - 0.125), 0, 1)
    return generator.binomial(100, rates), np.full((12, 2), 100)


def test_ignoring_clusters_would_clear_far_too_often():
    generator = np.random.default_rng(7)
    drawn = [strongly_clustered(generator) for _ in range(RUNS)]
    naive = [clears(two_groups(x.sum(axis=0, keepdims=True), n.sum(axis=0, keepdims=True))) for x, n in drawn]
    honest = [clears(two_groups(x, n, clustered=True)) for x, n in drawn]
    assert np.mean(naive) > 2 * 0.05
    assert np.mean(honest) <= MOST


def test_a_cluster_for_each_record_is_worth_about_as_much_as_no_clusters():
    generator = np.random.default_rng(1)
    n = np.full((100, 2), 40)
    x = generator.binomial(n, [0.28, 0.30])
    apart = two_groups(x, n, clustered=True).pairs("recorded", "ratio", np.array([0.8, 0.8]))
    assert apart.n1 == pytest.approx([4000, 4000], rel=0.35)


def test_copying_every_record_tells_nothing_new():
    generator = np.random.default_rng(2)
    n = np.full((50, 2), 4)
    x = generator.binomial(n, [0.28, 0.30])
    once, thrice = (
        two_groups(k * x, k * n, clustered=True).pairs("recorded", "ratio", np.array([0.8, 0.8])) for k in (1, 3)
    )
    assert thrice.n1 == pytest.approx(once.n1)


def test_one_fold_alone_can_show_nothing():
    assert not clears(two_groups(np.array([[300, 300]]), np.array([[1000, 1000]]), clustered=True))


def test_a_group_within_few_folds_is_worth_those_folds_however_many_the_others_fill():
    everyone = np.array([[500, 0]] + [[0, 10]] * 99)  # all of A is one officer's work
    assert not clears(two_groups(everyone * 6 // 10, everyone, clustered=True))
    in_two = np.array([[250, 0]] * 2 + [[0, 10]] * 98)
    pair = two_groups(in_two * 6 // 10, in_two, clustered=True).pairs("recorded", "ratio", np.array([0.8, 0.8]))
    assert pair.degrees_of_freedom.tolist() == [2 - 1, 2 - 1]


def test_folds_that_agree_but_for_rounding_are_worth_a_record_each():
    everyone = np.array([[70, 30], [210, 90], [140, 60]])
    pair = two_groups(everyone * 3 // 10, everyone, clustered=True).pairs("recorded", "ratio", np.array([0.8, 0.8]))
    assert pair.n1.tolist() == [3, 3]


def weighted_sums(generator, rates, n):
    """Draw n records a group with lognormal weights (design effect about 1.6) that say nothing of selection."""
    weights = np.exp(generator.normal(0, 0.7, (n, 2)))
    selected = generator.random((n, 2)) < np.array(rates)
    sums = [((selected * weights**power).sum(axis=0)[None], (weights**power).sum(axis=0)[None]) for power in (0, 1, 2)]
    return two_groups(*sums[0], weights=sums[1], squares=sums[2])


def test_at_the_limit_weighted_groups_clear_at_most_at_alpha():
    generator = np.random.default_rng(3)
    assert np.mean([clears(weighted_sums(generator, (0.24, 0.30), 400)) for _ in range(RUNS)]) <= MOST


def test_equal_weights_are_worth_what_their_records_are():
    x, n = np.array([[280, 300]]), np.array([[1000, 1000]])
    pair = two_groups(x, n, weights=(2 * x, 2 * n), squares=(4 * x, 4 * n)).pairs(
        "recorded", "ratio", np.array([0.8, 0.8])
    )
    assert pair.n1 == pytest.approx([1000, 1000], rel=2e-3)
    assert not pair.whole


def test_rates_are_weighted():
    x, n = np.array([[1, 1]]), np.array([[2, 2]])
    arms = two_groups(
        x,
        n,
        weights=(np.array([[3.0, 1.0]]), np.array([[4.0, 4.0]])),
        squares=(np.array([[9.0, 1.0]]), np.array([[10.0, 10.0]])),
    )
    assert arms.rates == pytest.approx([3 / 4, 1 / 4])
