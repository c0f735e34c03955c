"""Measures of waits: who was served in time, of those who could have been, and how long people wait."""

import numpy as np
import pytest
import scipy.stats

from fairaudit.measures import MEASURES, Distribution, Rows
from fairaudit.measures.views import served
from fairaudit.testing import check_measure
from tests.measures.laws import nan, of_kind, says_what_it_is_and_whose

READINGS = [
    # value, open, followed -> served, asked long enough ago, within 30
    ("served in time", (10, 0, 90), (1, 1)),
    ("served on the last day", (30, 0, 90), (1, 1)),
    ("served too late", (31, 0, 90), (0, 1)),
    ("served at once", (0, 0, 90), (1, 1)),
    ("still open", (45, 1, 60), (0, 1)),
    ("open on the last day that counts", (30, 1, 30), (0, 1)),
    ("open, and asked too late to tell", (10, 1, 0), (0, 0)),
    ("served, and asked too late to count", (10, 0, 0), (1, 0)),
    ("ended before it began: at once", (-1, 0, 90), (1, 1)),
    ("of unknown end", (nan, 0, 90), (nan, 1)),
    ("of unknown beginning", (nan, 0, nan), (nan, nan)),
]


@pytest.mark.parametrize(("what", "wait", "expected"), READINGS)
def test_a_wait_reads_as_yes_or_no(what, wait, expected):
    rows = Rows(np.array([wait[0]], float), np.ones(1), np.array([wait[1]], float), np.array([wait[2]], float))
    np.testing.assert_array_equal(np.concatenate(served(rows, {"horizon": 30})), expected)


def test_a_wait_that_ended_before_it_began_may_be_taken_for_one_that_never_ended():
    rows = Rows(np.array([-1.0, 0]), np.ones(2), np.zeros(2), np.full(2, 90.0))
    yes, asked = served(rows, {"horizon": 30, "reversed": True})
    assert yes.tolist() == [0, 1]
    assert asked.tolist() == [1, 1]


@pytest.mark.parametrize(("in_time", "late", "share"), [(3, 1, 3 / (3 + 1)), (0, 4, 0 / 4), (0, 0, nan)])
def test_the_share_served_is_of_those_who_asked_long_enough_ago(in_time, late, share):
    cells = np.zeros((1, 3, 3))
    cells[0, :2, 0] = in_time, late
    cells[0, :2, 1] = 5, 6  # asked too late
    assert MEASURES["served_within"].rate(cells).value == pytest.approx([share], nan_ok=True)


def waits(*records):
    """Distribution of one group of (time, ended, open)."""
    times, ended, still = zip(*records, strict=True)
    return Distribution(np.array(times, float), np.stack([ended, still], axis=-1).astype(float)[None])


# 1 ends at 10 of 4; 1 is seen open at 20; 1 ends at 40 of 2; 1 is seen open at 50
CURVE = waits((10, 1, 0), (20, 0, 1), (40, 1, 0), (50, 0, 1))

VALUES = [
    # measure, horizon, waits, value
    ("restricted_mean_wait", 8, CURVE, 8),
    ("restricted_mean_wait", 30, CURVE, 10 + 20 * 3 / 4),
    ("restricted_mean_wait", 50, CURVE, 10 + 30 * 3 / 4 + 10 * (3 / 4) * (1 / 2)),
    ("restricted_mean_wait", 30, waits((10, 2, 0), (20, 2, 0)), (10 + 10 + 20 + 20) / 4),  # shorter, and none is open
    ("restricted_mean_wait", 60, CURVE, nan),  # the longest is open at 50
    ("restricted_mean_wait", 30, waits((10, 0, 0)), nan),
    ("median_wait", None, CURVE, 40),  # 3/4 are open after 20, 3/8 after 40
    ("median_wait", None, waits((10, 1, 0), (20, 1, 0)), 10),
    ("median_wait", None, waits((10, 1, 0), (20, 1, 0), (30, 1, 0)), 20),
    ("median_wait", None, waits((10, 1, 0), (20, 0, 3)), nan),
    ("median_wait", None, waits((10, 0, 0)), nan),
]


def told(horizon):
    return {} if horizon is None else {"days": horizon, "horizon": horizon}


@pytest.mark.parametrize(("name", "horizon", "distribution", "value"), VALUES)
def test_value(name, horizon, distribution, value):
    found = MEASURES[name].bound(told(horizon)).estimate(distribution)
    assert found.value == pytest.approx([value], nan_ok=True)


@pytest.fixture
def made_up():
    rng = np.random.default_rng(6)
    return Distribution(np.arange(1.0, 31), rng.integers(0, 6, (3, 30, 2)).astype(float))


def expanded(d, group):
    """Give the waits of a group to scipy, those still open as censored."""
    ended, still = d.n[group].astype(int).T
    return scipy.stats.CensoredData(uncensored=np.repeat(d.values, ended), right=np.repeat(d.values, still))


def test_the_mean_to_a_horizon_is_the_area_under_scipy_s_curve(made_up):
    found = MEASURES["restricted_mean_wait"].bound(told(20)).estimate(made_up)
    for group in range(3):
        curve = scipy.stats.ecdf(expanded(made_up, group)).sf
        area = 1.0 + sum(curve.evaluate(day) for day in range(1, 20))  # all are open on the first day
        assert found.value[group] == pytest.approx(area)


def test_the_median_is_where_scipy_s_curve_crosses_one_half(made_up):
    found = MEASURES["median_wait"].estimate(made_up)
    for group in range(3):
        curve = scipy.stats.ecdf(expanded(made_up, group)).sf
        assert found.value[group] == curve.quantiles[curve.probabilities <= 0.5][0]


def test_without_any_open_both_are_plain_means_and_medians(made_up):
    n = made_up.n.copy()
    n[..., 1] = 0
    closed = Distribution(made_up.values, n)
    mean, median = MEASURES["restricted_mean_wait"].bound(told(20)), MEASURES["median_wait"]
    for group in range(3):
        days = np.repeat(made_up.values, n[group, :, 0].astype(int))
        short = np.minimum(days, 20)
        assert mean.estimate(closed).value[group] == pytest.approx(short.mean())
        assert mean.estimate(closed).variance[group] == pytest.approx(short.var(ddof=0) / len(days))
        assert median.estimate(closed).value[group] == np.quantile(days, 0.5, method="inverted_cdf")


def test_counting_what_is_open_as_ended_would_flatter_the_slow(made_up):
    """Half of the longest waits are still open; taken for ended, their mean would be shorter."""
    bound = MEASURES["restricted_mean_wait"].bound(told(20))
    as_ended = Distribution(made_up.values, np.stack([made_up.all, 0 * made_up.all], axis=-1))
    assert (bound.estimate(made_up).value > bound.estimate(as_ended).value).all()


@pytest.mark.parametrize("alias", ["rmst", "restricted_mean", "restricted_mean_survival_time"])
def test_a_measure_is_found_by_the_names_that_users_know(alias):
    assert MEASURES[alias].name == "restricted_mean_wait"
    assert MEASURES["median_survival_time"].name == "median_wait"


@pytest.mark.parametrize(
    ("name", "given", "label", "title"),
    [
        ("served_within", {"days": 30}, "served_within-30-days", "share served within 30 days"),
        ("served_within", {"days": 1}, "served_within-1-days", "share served within 1 day"),
        ("served_within", {"hours": 48}, "served_within-48-hours", "share served within 48 hours"),
        ("restricted_mean_wait", {"days": 1000}, "restricted_mean_wait-1000-days", "mean wait within 1,000 days"),
        ("median_wait", {}, "median_wait", "median wait"),
    ],
)
def test_what_the_plan_says_is_in_name_and_title(name, given, label, title):
    bound = MEASURES[name].bound(given)
    assert (bound.label, bound.title) == (label, title)


def test_phrases_are_filled_in():
    people, share = MEASURES["served_within"].bound({"days": 30}).phrases({"people": "residents"})
    assert people == "residents whose wait began at least 30 days before the records were drawn"
    assert share == "were served within 30 days"
    mean = MEASURES["restricted_mean_wait"].bound({"hours": 48})
    assert mean.says("Ward 7", "20 hours") == "Of the first 48 hours, Ward 7 waited 20 hours on average"
    assert MEASURES["median_wait"].says("Ward 7", "9 days") == "Half of Ward 7 waited 9 days or more"


@pytest.mark.parametrize(
    ("name", "worse"), [("served_within", "low"), ("restricted_mean_wait", "high"), ("median_wait", "high")]
)
def test_waiting_longer_is_worse(name, worse):
    assert MEASURES[name].worse_when("a benefit") == worse  # being served is the benefit


@pytest.mark.parametrize("name", of_kind("waits"))
def test_every_measure_obeys_the_laws(name):
    check_measure(MEASURES[name])


@pytest.mark.parametrize("name", of_kind("waits"))
def test_every_measure_says_what_it_is_and_whose(name):
    assert says_what_it_is_and_whose(name)
