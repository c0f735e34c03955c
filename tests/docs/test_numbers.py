"""Every number that the README states, computed anew."""

from __future__ import annotations

import re

import numpy as np
import pytest
import scipy.stats
import statsmodels
from statsmodels.stats.proportion import confint_proportions_2indep

from fairaudit.comparisons import areas
from fairaudit.measures import MEASURES
from fairaudit.stats import exact, matched_exact, sample_size, score
from tests.docs.markdown import CHANGELOG, README

PROSE = " ".join(README.prose.split())


def test_every_sentence_below_is_in_the_readme():
    for sentence in (
        "The smallest ratio of two rates is .875",
        "fairlearn's 90% interval from 100 resamples is .74 to .93. Ours is .81 to 1",
        "held the true ratio in none",
        "passes with probability .505. Ours clears with probability .05 at most",
        "upper end .3440, where Miettinen and Nurminen's is .3382",
        "two groups need about 800 records each, eight groups about 1,800 each",
        "a gap of 0.8 here",
    ):
        assert sentence in PROSE, sentence


def test_the_smallest_ratio_of_the_four_groups():
    rates = [480 / 800, 210 / 400, 240 / 420, 130 / 220]
    assert min(rates) / max(rates) == pytest.approx(0.875)
    assert min(rates) == rates[1]


def test_a_percentile_bootstrap_of_the_smallest_ratio_misses_equality():
    """1,000 data sets of four equal groups of 300, rate .3: the 90% interval of min / max never holds 1."""
    rng = np.random.default_rng(0)
    held = 0
    for rates in rng.binomial(300, 0.3, (1000, 4)) / 300:
        draws = rng.binomial(300, rates, (200, 4))
        low, high = np.quantile(draws.min(axis=1) / draws.max(axis=1), [0.05, 0.95])
        held += low <= 1 <= high
    assert held == 0


def test_fairlearn_s_interval_and_ours():
    from fairlearn.metrics import MetricFrame, selection_rate

    decisions, group = np.tile([1] * 90 + [0] * 210, 4), np.repeat(list("abcd"), 300)
    settings = dict(n_boot=100, ci_quantiles=[0.05, 0.95], random_state=0)
    frame = MetricFrame(
        metrics=selection_rate, y_true=decisions, y_pred=decisions, sensitive_features=group, **settings
    )
    assert np.round(frame.ratio_ci(), 2).tolist() == [0.74, 0.93]
    import fairaudit

    found = fairaudit.disparities(
        None, decisions, sensitive_features=group, measures={"selection_rate": {"ratio": 0.8}}
    )
    assert found.verdict == "cleared"
    assert found.frame[["lower", "upper"]].round(2).to_numpy().tolist() == [[0.81, 1.0]]


def test_the_rule_on_a_point_estimate_passes_half_the_time():
    """Exact enumeration: 100 people in each group, rates .24 and .3."""
    x = np.arange(101)
    joint = np.outer(scipy.stats.binom.pmf(x, 100, 0.24), scipy.stats.binom.pmf(x, 100, 0.3))
    passes = 5 * x[:, None] >= 4 * x[None, :]
    assert joint[passes].sum() == pytest.approx(0.505, abs=0.0005)


def test_statsmodels_difference_interval_is_not_miettinen_and_nurminens():
    if statsmodels.__version__ != "0.15.0":
        pytest.skip("the README speaks of statsmodels 0.15.0")
    _, upper = confint_proportions_2indep(56, 70, 48, 80, compare="diff", method="score")
    assert upper == pytest.approx(0.3440, abs=5e-5)
    z, _ = score.difference_z(56, 70, 48, 80, 0.3382)
    assert z == pytest.approx(scipy.stats.norm.ppf(0.025), abs=2e-3)


@pytest.mark.parametrize(("groups", "about"), [(2, 800), (8, 1800)])
def test_how_many_records_clearing_takes(groups, about):
    needed = sample_size.records_per_group("ratio", 0.3, 0.8, groups=groups, alpha=0.05, power=0.8)
    assert round(needed, -2) == about


def test_how_many_measures_and_limits_there_are():
    text = " ".join(CHANGELOG.text.split())
    pattern = r"\*\*Measures\.\*\* (\w+) measures of yes/no decisions, (\w+) of scores, amounts and waits, and (\w+) "
    assert re.findall(pattern, text) == [("Twelve", "fifteen", "nine")]
    kinds = (("decisions",), ("scores", "amounts", "waits"), ("representation", "places", "matching"))
    assert [sum(measure.kind in of for measure in MEASURES.values()) for of in kinds] == [12, 15, 9]


def test_where_the_exact_test_of_matched_tests_runs():
    assert "up to 1,000 tests by an exact one too" in PROSE
    assert "exactly up to 1,000 tests" in " ".join(CHANGELOG.text.split())
    assert matched_exact.exact_feasible("difference", 100, 20, 30, 850)
    assert not matched_exact.exact_feasible("difference", 100, 20, 30, 851)
    assert matched_exact.exact_feasible("ratio", 900, 50, 50, 10_000)
    assert not matched_exact.exact_feasible("ratio", 901, 50, 50, 10_000)


def test_how_wide_a_margin_of_error_is():
    assert "at 1.645 standard errors a margin" in PROSE
    assert pytest.approx(scipy.stats.norm.ppf(0.95), abs=5e-4) == areas.MOE_Z


def test_where_the_exact_test_runs():
    assert (
        "the smaller group holds at most 1,000 (or 100,000, if fewer than 50 of them have the event; of a difference, "
        "also if fewer than 50 have it not)" in PROSE
    )
    assert exact.feasible(500, 1000, 10, 50_000, "difference")
    assert not exact.feasible(500, 1001, 10, 50_000, "difference")
    assert exact.feasible(49, 100_000, 10, 500_000, "ratio")
    assert not exact.feasible(50, 100_000, 10, 500_000, "ratio")
    assert not exact.feasible(49, 100_001, 10, 500_000, "ratio")
    assert exact.feasible(99_960, 100_000, 10, 500_000, "difference")
