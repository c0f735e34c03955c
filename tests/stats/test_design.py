"""What weighted and clustered records are worth: by hand, by laws, and by the size of the test that rests on it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairaudit.stats import score
from fairaudit.stats.design import effective_n, jackknife_variance, kish, pair_design_effect

NAN = math.nan
weights = st.lists(st.floats(0.1, 10), min_size=1, max_size=20)


def worth(events, others):
    """Compute the effective number from the weights themselves."""
    events, others = np.asarray(events, float), np.asarray(others, float)
    sums = events.sum(), others.sum(), (events**2).sum(), (others**2).sum()
    return effective_n(len(events) + len(others), *sums)


@pytest.mark.parametrize(
    ("events", "others", "n"),
    [
        ([1, 1, 1], [1, 1, 1, 1], 7),
        ([2, 2, 2], [2, 2, 2, 2], 7),
        # p = 2/3; v = ((1^2 + 1^2 + 2^2) (1/3)^2 + 2^2 (2/3)^2) / 6^2; n = p (1 - p) / v, a little below Kish's 36/10
        ([1, 1, 2], [2], (2 / 3) * (1 / 3) / ((6 * (1 / 3) ** 2 + 4 * (2 / 3) ** 2) / 6**2)),
        # p (1 - p) / v would be 8/3 and 3.46 here: never more than Kish's number
        ([3], [1], (3 + 1) ** 2 / (9 + 1)),
        ([3, 1], [2, 1], (3 + 1 + 2 + 1) ** 2 / (9 + 1 + 4 + 1)),
        # No event, or all: Kish
        ([], [1, 2, 3], (1 + 2 + 3) ** 2 / (1 + 4 + 9)),
        ([1, 2, 3], [], (1 + 2 + 3) ** 2 / (1 + 4 + 9)),
        ([], [], 0),
        ([0, 0], [0], 0),
    ],
)
def test_by_hand(events, others, n):
    assert worth(events, others) == pytest.approx(n)


@given(weights, weights, st.floats(0.01, 100))
def test_laws_of_the_effective_number(events, others, factor):
    n = worth(events, others)
    assert 0 < n <= len(events) + len(others)
    assert worth(np.multiply(events, factor), np.multiply(others, factor)) == pytest.approx(n)
    assert worth(others, events) == pytest.approx(n)


@given(weights, weights)
def test_the_effective_number_is_that_of_the_linearised_variance(events, others):
    w = np.array([*events, *others])
    y = np.repeat([1.0, 0.0], [len(events), len(others)])
    p = (w * y).sum() / w.sum()
    n = len(w)
    # Over the same variance at equal weights, p (1 - p) / (n - 1)
    variance = ((w * (y - p)) ** 2).sum() / w.sum() ** 2 * n / (n - 1)
    at_most = w.sum() ** 2 / (w**2).sum()  # Kish's number
    assert worth(events, others) == pytest.approx(min(at_most, n * (p * (1 - p) / (n - 1)) / variance))


@pytest.mark.parametrize(("w", "ww", "n"), [(6, 14, 36 / 14), (5, 5, 5), (0, 0, 0)])
def test_kish(w, ww, n):
    assert kish(w, ww) == pytest.approx(n)


@pytest.mark.parametrize(
    ("left_out", "variance"),
    [
        # (F - 1) / F * sum of squares about the mean
        ([0.1, 0.2, 0.3], 2 / 3 * (0.1**2 + 0 + 0.1**2)),
        ([0.2, 0.2], 0),
        ([0.2], NAN),
        ([0.2, NAN], NAN),
    ],
)
def test_jackknife(left_out, variance):
    assert jackknife_variance(left_out) == pytest.approx(variance, nan_ok=True)
    assert jackknife_variance(np.array([left_out, left_out]).T) == pytest.approx(np.full(2, variance), nan_ok=True)


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=30))
def test_the_jackknife_of_a_mean_is_its_textbook_variance(values):
    values = np.array(values)
    left_out = (values.sum() - values) / (len(values) - 1)
    assert jackknife_variance(left_out) == pytest.approx(values.var(ddof=1) / len(values), abs=1e-12)


@pytest.mark.parametrize(
    ("variance", "factor", "effect"),
    [
        (0.3 * 0.7 / 100 + 0.4 * 0.6 / 50, 1, 1),
        (2 * (0.3 * 0.7 / 100 + 0.8**2 * 0.4 * 0.6 / 50), 0.8, 2),
        (0, 1, 0),
        (NAN, 1, NAN),
    ],
)
def test_pair_design_effect(variance, factor, effect):
    assert pair_design_effect(variance, 0.3, 100, 0.4, 50, factor) == pytest.approx(effect, nan_ok=True)


def test_rates_without_variance_have_no_design_effect():
    assert np.isnan(pair_design_effect(0.0, 1.0, 100, 0.0, 50))


# --- the size of the tests that rest on these -----------------------------------------------------------------------

RUNS = 6000
THREE_ERRORS = 3 * math.sqrt(0.05 * 0.95 / RUNS)


def weighted_group(random, rate, n):
    """Draw weighted samples of n; give rate and what the records are worth, of shape (runs,)."""
    w, y = random.lognormal(0, 0.7, (RUNS, n)), random.random((RUNS, n)) < rate
    sums = (w * y).sum(1), (w * ~y).sum(1), (w**2 * y).sum(1), (w**2 * ~y).sum(1)
    return sums[0] / (sums[0] + sums[1]), effective_n(n, *sums)


def test_weighted_records_at_the_limit_clear_at_alpha():
    # STATISTICS T6, first row: .095 where weights are ignored, .053 with effective numbers
    random = np.random.default_rng(6)
    (p1, n1), (p0, n0) = weighted_group(random, 0.24, 400), weighted_group(random, 0.30, 400)
    critical = score.critical_z(0.05)
    weighted = (score.clearing_z("ratio", p1 * n1, n1, p0 * n0, n0, 0.8) > critical).mean()
    ignored = (score.clearing_z("ratio", p1 * 400, 400, p0 * 400, 400, 0.8) > critical).mean()
    assert weighted == pytest.approx(0.05, abs=THREE_ERRORS)
    assert ignored > 0.08


def clustered_pair(random, folds, effects):
    """Draw clusters shared by two groups at the limit; events and records of either, of shape (runs, folds)."""
    effect_a = random.choice([-0.4, 0.4], (RUNS, folds))
    effect_b = {"opposite": -effect_a, "like": effect_a, "independent": random.choice([-0.4, 0.4], (RUNS, folds))}[
        effects
    ]
    n1, n0 = random.poisson(6, (2, RUNS, folds))
    return (random.binomial(n1, 0.24 * (1 + effect_a)), n1), (random.binomial(n0, 0.30 * (1 + effect_b)), n0)


@pytest.mark.parametrize("folds", [12, 60])
@pytest.mark.parametrize("effects", ["independent", "like", "opposite"])
def test_clusters_that_groups_share(effects, folds):
    # STATISTICS, amendment 6: size at a true ratio of .8, .043 to .054. A variance of each group alone clears too often
    # where effects are opposite and too seldom where they are alike.
    (x1, n1), (x0, n0) = clustered_pair(np.random.default_rng(folds), folds, effects)
    a, b = x1.sum(1) / n1.sum(1), x0.sum(1) / n0.sum(1)
    a_without, b_without = ((x.sum(1)[:, None] - x) / (n.sum(1)[:, None] - n) for x, n in ((x1, n1), (x0, n0)))

    def share_cleared(worth_1, worth_0):
        z = score.clearing_z("ratio", a * worth_1, worth_1, b * worth_0, worth_0, 0.8)
        return (score.clearing_p(z, folds - 1) <= 0.05).mean()

    together = jackknife_variance((a_without - 0.8 * b_without).T)
    effect = pair_design_effect(together, a, n1.sum(1), b, n0.sum(1), 0.8)
    assert share_cleared(n1.sum(1) / effect, n0.sum(1) / effect) == pytest.approx(0.05, abs=THREE_ERRORS)

    if folds == 60 and effects != "independent":
        apart = [p * (1 - p) / jackknife_variance(left.T) for p, left in ((a, a_without), (b, b_without))]
        too_often, too_seldom = share_cleared(*apart) > 0.06, share_cleared(*apart) < 0.03
        assert (too_often, too_seldom) == (effects == "opposite", effects == "like")
