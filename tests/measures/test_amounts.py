"""Measures of amounts: who gets nothing or enough, the mean, the median and other quantiles."""

import numpy as np
import pytest
import scipy.stats

from fairaudit.measures import MEASURES, Distribution, Rows
from fairaudit.measures.views import at_or_above, none_at_all
from fairaudit.testing import check_measure
from tests.measures.laws import nan, of_kind, says_what_it_is_and_whose


@pytest.mark.parametrize(
    ("view", "given", "expected"),
    [
        (none_at_all, {}, [1, 0, 0, 0, 0, nan]),
        (at_or_above, {"above": 15}, [0, 0, 1, 1, 0, nan]),
        (at_or_above, {"above": 0}, [1, 1, 1, 1, 0, nan]),
    ],
)
def test_an_amount_reads_as_yes_or_no(view, given, expected):
    yes, looked_at = view(Rows(np.array([0, 14.99, 15, 99, -1, nan]), np.ones(6)), given)
    np.testing.assert_array_equal(yes, expected)
    assert looked_at is None


@pytest.mark.parametrize("name", ["share_with_none", "share_at_or_above"])
@pytest.mark.parametrize(("yes", "no", "share"), [(3, 1, 3 / (3 + 1)), (0, 4, 0 / 4), (0, 0, nan)])
def test_a_share_is_of_those_whose_amount_is_known(name, yes, no, share):
    cells = np.zeros((1, 3, 3))
    cells[0, :, 2] = yes, no, 7  # of seven the amount is not known
    assert MEASURES[name].rate(cells).value == pytest.approx([share], nan_ok=True)


def spread(*groups, values):
    """Distribution of groups, each given as its counts at the values."""
    return Distribution(np.array(values, float), np.array(groups, float)[..., None])


VALUES = [
    # measure, what the plan says, values, counts, value
    ("mean_amount", {}, [0, 10, 40], [2, 1, 1], (0 + 0 + 10 + 40) / 4),
    ("mean_amount", {}, [-5, 10], [1, 1], (-5 + 10) / 2),
    ("mean_amount", {}, [10], [0], nan),
    ("median_amount", {}, [1, 2, 9], [1, 1, 1], 2),
    ("median_amount", {}, [1, 2, 4, 9], [1, 1, 1, 1], (2 + 4) / 2),
    ("median_amount", {}, [1, 9], [3, 2], 1),
    ("median_amount", {}, [1], [0], nan),
    ("amount_quantile", {"quantile": 0.9}, range(1, 11), [1] * 10, (9 + 10) / 2),
    ("amount_quantile", {"quantile": 0.25}, [1, 2, 3], [1, 1, 1], 1),
    ("amount_quantile", {"quantile": 0.5}, [1, 2, 4, 9], [1, 1, 1, 1], (2 + 4) / 2),
    ("amount_quantile", {"quantile": 0.9}, [1], [0], nan),
]


@pytest.mark.parametrize(("name", "given", "values", "counts", "value"), VALUES)
def test_value(name, given, values, counts, value):
    found = MEASURES[name].bound(given).estimate(spread(counts, values=values))
    assert found.value == pytest.approx([value], nan_ok=True)


def test_every_statistic_has_a_value_and_an_undefined_case():
    statistics = {name for name in of_kind("amounts") if MEASURES[name].averages}
    assert statistics == {name for name, *_, value in VALUES if np.isnan(value)}
    assert statistics == {name for name, *_, value in VALUES if not np.isnan(value)}


@pytest.fixture
def made_up():
    rng = np.random.default_rng(5)
    return spread(*rng.integers(0, 9, (3, 40)), values=np.sort(rng.choice(5000, 40, replace=False)) / 100)


def expanded(d, group):
    return np.repeat(d.values, d.all[group].astype(int))


def test_the_mean_and_its_variance_are_numpy_s(made_up):
    found = MEASURES["mean_amount"].estimate(made_up)
    for group in range(3):
        pay = expanded(made_up, group)
        assert found.value[group] == pytest.approx(pay.mean())
        assert found.variance[group] == pytest.approx(pay.var(ddof=1) / len(pay))
        assert found.degrees[group] == len(pay) - 1


@pytest.mark.parametrize("q", [0.1, 0.5, 0.9])
def test_a_quantile_is_numpy_s(made_up, q):
    """Of exact values: the inverse of the distribution function, halfway on its steps."""
    found = MEASURES["amount_quantile"].bound({"quantile": q}).estimate(made_up)
    expected = [np.quantile(expanded(made_up, group), q, method="averaged_inverted_cdf") for group in range(3)]
    assert found.value == pytest.approx(expected)


def test_the_median_is_numpy_s(made_up):
    found = MEASURES["median_amount"].estimate(made_up)
    assert found.value == pytest.approx([np.median(expanded(made_up, group)) for group in range(3)])


def test_limits_of_the_median_hold_it_as_often_as_those_of_scipy(made_up):
    """Order statistics by the exact binomial, as scipy's; ours interpolate between ranks, and may be a rank closer."""
    found = MEASURES["median_amount"].estimate(made_up)
    z = scipy.stats.norm.ppf(0.95)
    lower, upper = found.limits(np.arange(3), np.full(3, z))
    for group in range(3):
        pay = np.sort(expanded(made_up, group))
        theirs = scipy.stats.quantile_test(pay, p=0.5).confidence_interval(0.9)
        ranks = [
            np.searchsorted(np.unique(pay), each) for each in (lower[group], theirs.low, theirs.high, upper[group])
        ]
        assert abs(ranks[0] - ranks[1]) <= 1
        assert abs(ranks[2] - ranks[3]) <= 1


def test_the_median_of_a_few_has_no_limits():
    found = MEASURES["median_amount"].estimate(spread([1, 1], values=[1, 2]))
    lower, upper = found.limits(np.array([0]), np.array([1.645]))
    assert (lower, upper) == (-np.inf, np.inf)


def test_sums_of_bins_keep_the_mean_exact():
    """Pay of 10.01 and 10.02, and of 29.99, in bins of 10."""
    pay = np.array([10.01, 10.02]), np.array([29.99])
    sums = [np.array([[[each.sum()] for each in map(power, pay)]]) for power in (np.copy, np.square)]
    binned = Distribution(np.array([10.0, 20]), np.array([[[2.0], [1]]]), *sums, upper=np.array([20.0, 30]))
    found = MEASURES["mean_amount"].estimate(binned)
    everybody = np.concatenate(pay)
    assert found.value == pytest.approx([everybody.mean()])
    assert found.variance == pytest.approx([everybody.var(ddof=1) / 3])


@pytest.mark.parametrize(
    ("alias", "name"),
    [("mean", "mean_amount"), ("average", "mean_amount"), ("mean_gap", "mean_amount"), ("median", "median_amount")],
)
def test_a_measure_is_found_by_the_names_that_users_know(alias, name):
    assert MEASURES[alias].name == name


@pytest.mark.parametrize(
    ("name", "given", "label", "title"),
    [
        ("share_at_or_above", {"above": 15.0, "unit": "dollars an hour"}, "share_at_or_above-above-15",
         "share with 15 dollars an hour or more"),
        ("share_at_or_above", {"above": 15.5, "unit": "dollars"}, "share_at_or_above-above-15.5",
         "share with 15.5 dollars or more"),
        ("share_with_none", {"unit": "dollars"}, "share_with_none", "share with nothing"),
        ("amount_quantile", {"quantile": 0.9}, "amount_quantile-quantile-0.9", "amount at the 90% point"),
        ("amount_quantile", {"quantile": 0.29}, "amount_quantile-quantile-0.29", "amount at the 29% point"),
        ("mean_amount", {"unit": "dollars"}, "mean_amount", "mean amount"),
    ],
)  # fmt: skip
def test_what_the_plan_says_is_in_name_and_title(name, given, label, title):
    bound = MEASURES[name].bound(given)
    assert (bound.label, bound.title) == (label, title)


def test_phrases_are_filled_in():
    enough = MEASURES["share_at_or_above"].bound({"above": 15000, "unit": "dollars"})
    assert enough.phrases({"people": "workers"}) == ("workers", "got 15,000 dollars or more")
    top = MEASURES["amount_quantile"].bound({"quantile": 0.9})
    assert top.says("women", "$21") == "The 90% point of women is $21"
    assert MEASURES["median_amount"].says("women", "$21") == "Half of women got $21 or more"


#                          a high amount is   a burden  a benefit
@pytest.mark.parametrize(
    ("name", "burden", "benefit"),
    [
        ("share_with_none", "low", "high"),
        ("share_at_or_above", "high", "low"),
        ("mean_amount", "high", "low"),
        ("median_amount", "high", "low"),
        ("amount_quantile", "high", "low"),
    ],
)
def test_worse_when(name, burden, benefit):
    assert (MEASURES[name].worse_when("a burden"), MEASURES[name].worse_when("a benefit")) == (burden, benefit)


@pytest.mark.parametrize("name", of_kind("amounts"))
def test_every_measure_obeys_the_laws(name):
    check_measure(MEASURES[name])


@pytest.mark.parametrize("name", of_kind("amounts"))
def test_every_measure_says_what_it_is_and_whose(name):
    assert says_what_it_is_and_whose(name)
