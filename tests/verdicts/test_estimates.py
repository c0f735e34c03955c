"""Scores, amounts and waits, worked out a second time from records by other libraries and by hand.

Values, variances and verdicts come from scipy, statsmodels, scikit-learn or lines of numpy that take a record at a
time; the package takes counts. Where something is not known, every way in which it may turn out is tried.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW, ttost_ind

from fairaudit.assessment import Disparity, assess
from fairaudit.comparisons import EstimateArms, Scheme
from fairaudit.distributions import Distributions
from fairaudit.findings import finding
from fairaudit.measures import MEASURES, Statistic
from fairaudit.plan import Evidence
from fairaudit.sources import read_tally
from fairaudit.tally import About, Tally

ALPHA = 0.05
HORIZONS = (30,)
OWN = {
    "scores": {"score": {"column": "value"}, "outcome": {"column": "outcome", "is": [1], "is_not": [0]}},
    "amounts": {"amount": {"column": "value", "unit": "dollars"}},
    "waits": {"opened": "opened", "closed": "closed", "until": "2024-12-31"},
}


def planned(kind: str, measure: Mapping, *, reference: str = "all_pairs", data: Mapping | None = None, **settings):
    """Plan one measure in one grouping: {"measure": "auc", "difference": 0.05}."""
    source = {"source": "x.csv", "origin": "test", "decided_by": "this_system", **OWN[kind], **(data or {})}
    return Evidence.model_validate(
        {
            "id": "test",
            "kind": kind,
            "data": source,
            **({} if kind == "waits" else {"being_selected_is": "a burden"}),
            "groups": {"group": {}},
            "compare": [{"by": ["group"], "reference": reference}],
            "measures": [{"because": "a test", **measure}],
            **settings,
        }
    )


def counted(kind: str, records: pd.DataFrame, groups: Sequence[str] | None = None) -> Tally:
    """Count records by hand: columns group, value, and outcome, open, followed or weight; NaN where unknown."""
    keys = {"scores": ["value", "outcome"], "amounts": ["value"], "waits": ["value", "open", "followed"]}[kind]
    keys = [key for key in keys if key in records]
    named = tuple(dict.fromkeys(records["group"].dropna())) if groups is None else tuple(groups)
    weight = records.get("weight", pd.Series(1.0, index=records.index))
    rows = records[["group", *keys]].astype(object).map(lambda x: "?" if pd.isna(x) else x)
    rows[keys] = rows[keys].map(lambda x: x if x == "?" else f"{float(x):.15g}")
    rows = rows.assign(n=1, w=weight, ww=weight**2)
    sums = ["n", "w", "ww"] if "weight" in records else ["n"]
    cells = rows.groupby(["group", *keys], sort=False)[sums].sum().reset_index().assign(table="group")
    about = About(
        kind,
        {"group": named},
        {"group": ("group",)},
        has_outcome="outcome" in records,
        weighted="weight" in records,
        decimals=0 if kind == "amounts" else None,
        horizons=HORIZONS if kind == "waits" else (),
        time_unit="days" if kind == "waits" else None,
    )
    return Tally(about, cells)


def judged(
    kind: str,
    records: pd.DataFrame,
    measure: Mapping,
    groups: Sequence[str] | None = None,
    own: Mapping[str, Statistic] | None = None,
    **how,
) -> Disparity:
    """Judge records by one measure."""
    return assess(planned(kind, measure, **how), counted(kind, records, groups), own)[0]


def of_any_size(measure: Mapping) -> dict[str, Statistic]:
    """The statistic without the rules of how many records it takes, so that all ways of a few can be tried."""
    name = measure["measure"]
    return {name: replace(MEASURES[name], fewest=0, skew_sensitive=False, unbounded=False)}


def groups_of(values: Mapping[str, Mapping[str, Sequence[float]] | Sequence[float]]) -> pd.DataFrame:
    """Make records of {"A": [1, 2]} or {"A": {"value": [1, 2], "outcome": [0, 1]}}."""
    parts = [
        pd.DataFrame(columns if isinstance(columns, Mapping) else {"value": columns}).assign(group=name)
        for name, columns in values.items()
    ]
    return pd.concat(parts, ignore_index=True)


def pair(disparity: Disparity, first: str = "A", second: str = "B") -> int:
    """The place of an ordered pair."""
    scheme = disparity.arms.scheme
    wanted = [scheme.names.index(first), scheme.names.index(second)]
    return next(place for place, found in enumerate(scheme.pairs) if list(found) == wanted)


def values_of(disparity: Disparity) -> dict[str, float]:
    """Each group's value."""
    return {row["group"]: row["rate"] for row in disparity.rate_table}


def p_of(disparity: Disparity, first: str = "A", second: str = "B") -> float:
    """The one-sided p-value of the claim that a pair is within its limit."""
    comparison = disparity.comparisons[0]
    place = pair(disparity, first, second)
    z, freedom = comparison.z["recorded"][place], comparison.counts["recorded"].freedom(place)
    return float(stats.norm.sf(z) if freedom is None else stats.t.sf(z, freedom))


def bounds_of(disparity: Disparity, alpha: float = ALPHA, first: str = "A", second: str = "B") -> tuple[float, float]:
    """Both bounds of a pair at a level."""
    comparison = disparity.comparisons[0]
    lower, upper = comparison.counts["recorded"].bounds(comparison.kind, alpha, alpha)
    return float(lower[pair(disparity, first, second)]), float(upper[pair(disparity, first, second)])


@pytest.fixture(scope="module")
def amounts() -> pd.DataFrame:
    generator = np.random.default_rng(1)
    return groups_of({"A": generator.normal(100, 20, 90).round(), "B": generator.normal(108, 30, 60).round()})


@pytest.fixture(scope="module")
def scores() -> pd.DataFrame:
    generator = np.random.default_rng(2)
    parts = {}
    for name, size, apart in (("A", 800, 1.2), ("B", 600, 0.8)):
        outcome = generator.random(size) < 0.4
        latent = generator.normal(0, 1, size) + apart * outcome
        parts[name] = {"value": (1 / (1 + np.exp(0.4 - latent))).round(2), "outcome": outcome.astype(int)}
    return groups_of(parts)


@pytest.fixture(scope="module")
def waits() -> pd.DataFrame:
    generator = np.random.default_rng(3)
    parts = {}
    for name, size, mean in (("A", 70, 9), ("B", 50, 14)):
        wait, watched = np.floor(generator.exponential(mean, size)), generator.integers(5, 60, size)
        parts[name] = {
            "value": np.minimum(wait, watched),
            "open": (wait > watched).astype(int),
            "followed": np.where(watched >= 30, 30, 0),
        }
    return groups_of(parts)


def column(records: pd.DataFrame, group: str, name: str = "value") -> np.ndarray:
    """One column of a group's records."""
    return records.loc[records["group"] == group, name].to_numpy(float)


# --- means -----------------------------------------------------------------------------------------------------------


def test_means_are_compared_by_welch(amounts):
    a, b = column(amounts, "A"), column(amounts, "B")
    found = judged("amounts", amounts, {"measure": "mean_amount", "difference": 20})
    assert values_of(found) == pytest.approx({"A": a.mean(), "B": b.mean()}, abs=1e-12)
    (up, down) = ttost_ind(a, b, -20, 20, usevar="unequal")[1:]
    assert p_of(found, "A", "B") == pytest.approx(up[1], rel=1e-9)
    assert p_of(found, "B", "A") == pytest.approx(down[1], rel=1e-9)
    interval = CompareMeans(DescrStatsW(a), DescrStatsW(b)).tconfint_diff(2 * ALPHA, usevar="unequal")
    assert bounds_of(found) == pytest.approx(interval, rel=1e-9)


@pytest.mark.parametrize("limit", [6, 9, 12, 16, 20, 30])
def test_a_gap_of_means_is_cleared_where_two_one_sided_tests_are(amounts, limit):
    a, b = column(amounts, "A"), column(amounts, "B")
    p_tost = ttost_ind(a, b, -limit, limit, usevar="unequal")[0]
    p_flag = min(
        stats.ttest_ind(a + limit, b, equal_var=False, alternative="less").pvalue,
        stats.ttest_ind(b + limit, a, equal_var=False, alternative="less").pvalue,
    )
    verdict = "flagged" if p_flag <= ALPHA / 2 else "cleared" if p_tost < ALPHA else "not_demonstrated"
    assert judged("amounts", amounts, {"measure": "mean_amount", "difference": limit}).verdict == verdict


def fieller(a: np.ndarray, b: np.ndarray, freedom: float) -> tuple[float, float]:
    """Fieller's limits of a ratio of means at given degrees of freedom, by the quadratic."""
    t = stats.t.isf(ALPHA, freedom)
    va, vb = a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)
    return tuple(np.sort(np.roots([b.mean() ** 2 - t**2 * vb, -2 * a.mean() * b.mean(), a.mean() ** 2 - t**2 * va])))


def test_a_ratio_of_means_has_the_limits_of_fieller(amounts):
    a, b, limit = column(amounts, "A"), column(amounts, "B"), 0.8
    found = judged("amounts", amounts, {"measure": "mean_amount", "ratio": limit})
    va, vb = a.var(ddof=1) / len(a), limit**2 * b.var(ddof=1) / len(b)
    freedom = (va + vb) ** 2 / (va**2 / (len(a) - 1) + vb**2 / (len(b) - 1))
    assert p_of(found) == pytest.approx(stats.t.sf((a.mean() - limit * b.mean()) / np.sqrt(va + vb), freedom), rel=1e-9)
    assert bounds_of(found) == pytest.approx(fieller(a, b, freedom), rel=1e-9)


# --- how well a score tells apart ------------------------------------------------------------------------------------


def delong(positives: np.ndarray, negatives: np.ndarray) -> tuple[float, float]:
    """AUC and DeLong's variance, pair by pair of records."""
    wins = (positives[:, None] > negatives) + 0.5 * (positives[:, None] == negatives)
    return wins.mean(), wins.mean(1).var(ddof=1) / len(positives) + wins.mean(0).var(ddof=1) / len(negatives)


def mover(first: tuple[float, float], second: tuple[float, float], z: float) -> tuple[float, float]:
    """Limits of a difference of two shares that have symmetric limits on the logit scale."""
    (a, down_a, up_a), (b, down_b, up_b) = (
        (value, *stats.logistic.cdf(stats.logistic.ppf(value) + np.array([-z, z]) * np.sqrt(v) / (value - value**2)))
        for value, v in (first, second)
    )
    return a - b - np.hypot(a - down_a, up_b - b), a - b + np.hypot(up_a - a, b - down_b)


def parted(records: pd.DataFrame, group: str) -> tuple[np.ndarray, np.ndarray]:
    """Scores of those with the outcome, and without it."""
    value, outcome = column(records, group), column(records, group, "outcome")
    return value[outcome == 1], value[outcome == 0]


def test_auc_is_that_of_scikit_learn_with_the_limits_of_delong(scores):
    found = judged("scores", scores, {"measure": "auc", "difference": 0.1})
    for group, value in values_of(found).items():
        assert value == pytest.approx(roc_auc_score(column(scores, group, "outcome"), column(scores, group)), abs=1e-12)
    limits = mover(delong(*parted(scores, "A")), delong(*parted(scores, "B")), stats.norm.isf(ALPHA))
    assert bounds_of(found) == pytest.approx(limits, rel=1e-9)


def test_xauc_sets_those_with_the_outcome_of_one_group_against_those_without_of_the_other(scores):
    found = judged("scores", scores, {"measure": "xauc", "difference": 0.1})
    (a_with, a_without), (b_with, b_without) = parted(scores, "A"), parted(scores, "B")
    first, second = delong(a_with, b_without), delong(b_with, a_without)
    assert found.arms.said_of(pair(found)) == pytest.approx((first[0], second[0]), abs=1e-12)
    assert bounds_of(found) == pytest.approx(mover(first, second, stats.norm.isf(ALPHA)), rel=1e-9)


def test_calibration_in_the_large_is_the_mean_of_outcome_less_score(scores):
    settings = {"data": {"score": {"column": "value", "probability": True}}}
    found = judged("scores", scores, {"measure": "calibration_in_the_large", "difference": 0.1}, **settings)
    a, b = (column(scores, group, "outcome") - column(scores, group) for group in "AB")
    assert values_of(found) == pytest.approx({"A": a.mean(), "B": b.mean()}, abs=1e-12)
    assert p_of(found) == pytest.approx(ttost_ind(a, b, -0.1, 0.1, usevar="unequal")[1][1], rel=1e-9)


def test_calibration_slope_is_that_of_a_logistic_regression(scores):
    settings = {"data": {"score": {"column": "value", "probability": True}}}
    found = judged("scores", scores, {"measure": "calibration_slope", "difference": 0.5}, **settings)
    variances = {}
    for group, value in values_of(found).items():
        x = stats.logistic.ppf(column(scores, group))[:, None]
        fit = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(x, column(scores, group, "outcome"))
        assert value == pytest.approx(fit.coef_[0, 0], rel=1e-5)
        rate = fit.predict_proba(x)[:, 1]
        design = np.column_stack([np.ones(len(x)), x])
        variances[group] = np.linalg.inv(design.T @ (design * (rate * (1 - rate))[:, None]))[1, 1]
    gap = values_of(found)["A"] - values_of(found)["B"]
    assert p_of(found) == pytest.approx(stats.norm.sf((gap + 0.5) / np.sqrt(sum(variances.values()))), rel=1e-3)


def test_exposure_is_the_mean_discount_of_the_ranks(scores):
    measure = {"measure": "exposure", "difference": 0.01}
    found = judged("scores", scores, measure, own=of_any_size(measure))
    discount = 1 / np.log2(1 + np.arange(1, len(scores) + 1))
    order = scores["value"].rank(ascending=False, method="first").astype(int)
    shared = pd.Series(discount[order - 1]).groupby(scores["value"]).transform("mean")
    assert values_of(found) == pytest.approx(shared.groupby(scores["group"]).mean().to_dict(), abs=1e-12)
    a, b = (shared[scores["group"] == group] for group in "AB")
    assert p_of(found) == pytest.approx(ttost_ind(a, b, -0.01, 0.01, usevar="unequal")[1][1], rel=1e-9)


# --- shares ----------------------------------------------------------------------------------------------------------


def test_those_tied_for_the_last_places_have_a_share_of_them():
    records = groups_of({"A": {"value": [9, 7, 7, 1], "outcome": 0}, "B": {"value": [8, 7, 2, 1], "outcome": 0}})
    found = judged("scores", records, {"measure": "top_k_share", "capacity": 4, "ratio": 0.8})
    # Two are above 7, and three at 7 share two places.
    assert values_of(found) == pytest.approx({"A": (1 + 2 * 2 / 3) / 4, "B": (1 + 2 / 3) / 4})


@pytest.mark.parametrize(
    ("a", "b", "shares"), [([1, 2], [3, 4], (0, 1)), ([1, 3, 3], [3, 5], (0, 0.5)), ([2, 3], [4], (0, 1))]
)
def test_the_scoring_rate_is_the_share_above_the_median_of_all(a, b, shares):
    records = groups_of({"A": {"value": a, "outcome": 0}, "B": {"value": b, "outcome": 0}})
    found = judged("scores", records, {"measure": "scoring_rate", "ratio": 0.8})
    median = np.median([*a, *b])
    assert tuple(values_of(found).values()) == shares == (np.mean(np.array(a) > median), np.mean(np.array(b) > median))


def test_shares_of_amounts_are_counted():
    records = groups_of({"A": [0, 0, 10, 20, 30], "B": [0, 15, 20, 40]})
    none = judged("amounts", records, {"measure": "share_with_none", "difference": 0.1})
    assert values_of(none) == {"A": 0.4, "B": 0.25}
    above = judged("amounts", records, {"measure": "share_at_or_above", "above": 20, "ratio": 0.8})
    assert values_of(above) == {"A": 0.4, "B": 0.5}


def test_served_within_counts_those_who_were_watched_long_enough(waits):
    found = judged("waits", waits, {"measure": "served_within", "days": 30, "difference": 0.1})
    asked = waits[waits["followed"] == 30]
    served = (asked["open"] == 0) & (asked["value"] <= 30)
    assert values_of(found) == pytest.approx(served.groupby(asked["group"]).mean().to_dict(), abs=1e-12)


# --- waits -----------------------------------------------------------------------------------------------------------


def kaplan_meier(wait: np.ndarray, still_open: np.ndarray, horizon: float) -> tuple[float, float]:
    """Restricted mean and Greenwood's variance, day by day over the records."""
    days = np.unique(wait[(still_open == 0) & (wait < horizon)])
    survival, steps, area, last, factors = 1.0, [], 0.0, 0.0, []
    for day in days:
        area += survival * (day - last)
        at_risk, ended = (wait >= day).sum(), ((wait == day) & (still_open == 0)).sum()
        survival, last = survival * (1 - ended / at_risk), day
        steps.append(area)
        factors.append(ended / (at_risk * (at_risk - ended)))
    area += survival * (horizon - last)
    return area, sum((area - until) ** 2 * factor for until, factor in zip(steps, factors, strict=True))


@pytest.mark.parametrize("kind", ["difference", "ratio"])
def test_restricted_means_are_areas_under_the_curve_with_greenwoods_variance(waits, kind):
    limit = {"difference": 6.0, "ratio": 0.5}[kind]
    found = judged("waits", waits, {"measure": "restricted_mean_wait", "days": 30, kind: limit})
    (a, va), (b, vb) = (kaplan_meier(column(waits, g), column(waits, g, "open"), 30) for g in "AB")
    assert values_of(found) == pytest.approx({"A": a, "B": b}, rel=1e-12)
    z = (a - b + limit) / np.sqrt(va + vb) if kind == "difference" else (a - limit * b) / np.sqrt(va + limit**2 * vb)
    assert p_of(found) == pytest.approx(stats.norm.sf(z), rel=1e-9)


# --- medians ---------------------------------------------------------------------------------------------------------


def binomial_evidence(values: np.ndarray, place: float) -> tuple[float, float]:
    """The z with which the median is shown to lie above a place, and below it, by the exact test of a coin."""
    at_most, below = (values <= place).sum(), (values < place).sum()
    above = -stats.norm.ppf(stats.binom.cdf(at_most, len(values), 0.5))
    return above, -stats.norm.ppf(stats.binom.cdf(len(values) - below, len(values), 0.5))


def median_gap_p(a: np.ndarray, b: np.ndarray, limit: float) -> float:
    """How sure it is that the median of a is more than that of b less a limit, place by place."""
    places = np.unique(np.concatenate([a, b - limit]))
    smallest = np.inf
    for place in [*places, *(places - 1e-6)]:
        first, _ = binomial_evidence(a, place)
        _, second = binomial_evidence(b, place + limit)
        smallest = min(smallest, np.hypot(max(first, 0), max(second, 0)))
    return float(stats.norm.sf(smallest) + np.exp(-(smallest**2) / 2) / 4)


@pytest.mark.parametrize("limit", [5, 10, 12, 15, 20])
def test_medians_are_shown_to_be_near_where_no_place_of_them_is_left(amounts, limit):
    a, b = column(amounts, "A"), column(amounts, "B")
    found = judged("amounts", amounts, {"measure": "median_amount", "difference": limit})
    assert values_of(found) == {"A": np.median(a), "B": np.median(b)}
    exactly = median_gap_p(a, b, limit)
    # The package looks levels up on a grid, on the safe side.
    assert exactly * 0.98 <= p_of(found) or p_of(found) >= 0.5
    assert p_of(found) <= max(exactly * 1.35, 0.5)


def test_the_median_wait_is_the_first_day_on_which_half_were_served(waits):
    found = judged("waits", waits, {"measure": "median_wait", "difference": 5})
    for group, value in values_of(found).items():
        wait, still_open = column(waits, group), column(waits, group, "open")
        survival = 1.0
        for day in np.unique(wait):
            survival *= 1 - ((wait == day) & (still_open == 0)).sum() / (wait >= day).sum()
            if survival <= 0.5:
                break
        assert value == day


# --- laws ------------------------------------------------------------------------------------------------------------

MEASURED = [
    ("amounts", {"measure": "mean_amount", "difference": 12.0}),
    ("amounts", {"measure": "mean_amount", "ratio": 0.8}),
    ("amounts", {"measure": "median_amount", "difference": 12.0}),
    ("amounts", {"measure": "median_amount", "ratio": 0.8}),
    ("scores", {"measure": "auc", "difference": 0.1}),
    ("scores", {"measure": "auc", "ratio": 0.8}),
    ("scores", {"measure": "xauc", "difference": 0.1}),
    ("scores", {"measure": "exposure", "ratio": 0.8}),
    ("scores", {"measure": "calibration_in_the_large", "difference": 0.1}),
    ("scores", {"measure": "calibration_slope", "difference": 0.5}),
    ("waits", {"measure": "restricted_mean_wait", "days": 30, "difference": 6.0}),
    ("waits", {"measure": "restricted_mean_wait", "days": 30, "ratio": 0.6}),
    ("waits", {"measure": "median_wait", "difference": 6.0}),
]
LIMITS = {"ratio", "difference"}


def named(measured: tuple[str, Mapping]) -> str:
    """What a case is called."""
    return f"{measured[1]['measure']}-{next(iter(LIMITS & set(measured[1])))}"


PROBABILITY = {"data": {"score": {"column": "value", "probability": True}}}


@pytest.fixture(params=MEASURED, ids=named)
def case(request, amounts, scores, waits) -> tuple[str, pd.DataFrame, dict]:
    """Kind, records and measure of each case."""
    kind, measure = request.param
    return kind, {"amounts": amounts, "scores": scores, "waits": waits}[kind], measure


def settings_of(kind: str) -> dict:
    """What the plan of a kind says beside the measure."""
    return PROBABILITY if kind == "scores" else {}


def test_bounds_invert_tests(case):
    """The bound at a level meets the limit exactly where the p-value is that level."""
    kind, records, measure = case
    found = judged(kind, records, measure, **settings_of(kind))
    comparison = found.comparisons[0]
    margin = comparison.margins[0]
    for first, second in (("A", "B"), ("B", "A")):
        p = p_of(found, first, second)
        if 1e-6 < p < 0.49:
            within, beyond = (bounds_of(found, p * factor, first, second)[0] for factor in (1 + 1e-6, 1 - 1e-6))
            assert beyond <= margin + 1e-9
            assert within >= margin - 1e-9


def test_a_pair_exchanged_is_its_mirror(case):
    kind, records, measure = case
    found = judged(kind, records, measure, own=of_any_size(measure), **settings_of(kind))
    swapped = judged(
        kind,
        records.assign(group=records["group"].map({"A": "B", "B": "A"})),
        measure,
        own=of_any_size(measure),
        **settings_of(kind),
    )
    assert swapped.verdict == found.verdict
    lower, upper = bounds_of(found)
    if found.comparisons[0].kind == "ratio":
        # Welch's degrees of freedom are those at the limit, which is of the other group's mean.
        assert bounds_of(found, ALPHA, "B", "A") == pytest.approx((1 / upper, 1 / lower), rel=5e-3)
    else:
        assert bounds_of(found, ALPHA, "B", "A") == pytest.approx((-upper, -lower), rel=1e-9)
    assert bounds_of(swapped, ALPHA, "B", "A") == pytest.approx((lower, upper), rel=1e-9)


def test_names_and_order_of_groups_change_nothing(case):
    kind, records, measure = case
    found = finding(judged(kind, records, measure, **settings_of(kind)))
    renamed = records.assign(group=records["group"].map({"A": "Zwei", "B": "Eins"}))
    other = finding(judged(kind, renamed, measure, ["Eins", "Zwei"], **settings_of(kind)))
    for name in ("verdict", "reason", "estimate", "lower", "upper"):
        assert (
            other[name] == pytest.approx(found[name], rel=1e-9)
            if name in ("estimate", "lower", "upper")
            else (other[name] == found[name])
        )


def test_nothing_is_both_cleared_and_flagged(case):
    kind, records, measure = case
    limit = next(iter(LIMITS & set(measure)))
    for factor in (0.05, 0.2, 0.5, 1.0, 1.2, 2.0, 5.0):
        value = min(measure[limit] * factor, 0.99) if limit == "ratio" else measure[limit] * factor
        comparison = judged(kind, records, {**measure, limit: value}, **settings_of(kind)).comparisons[0]
        assert not (comparison.cleared and comparison.flagged_at)
        within = comparison.passes("recorded")
        assert not any(within[place] for place in comparison.flagged_at)


# --- where nothing can be said ---------------------------------------------------------------------------------------


def made_of(kind: str, values: Mapping[str, Sequence[float]], **columns) -> pd.DataFrame:
    """Records of the same values, with what each kind needs beside them."""
    extra = {"scores": {"outcome": 0}, "amounts": {}, "waits": {"open": 0, "followed": 30}}[kind]
    return groups_of({name: {"value": held, **extra, **columns} for name, held in values.items()})


@pytest.mark.parametrize("measured", MEASURED, ids=named)
@pytest.mark.parametrize(
    ("values", "columns"),
    [
        ({"A": [0.1] * 3, "B": [0.1] * 3}, {}),
        ({"A": [0.1] * 3, "B": [0.3] * 7}, {}),
        ({"A": [0.1] * 3, "B": [0.1] * 3}, {"outcome": [0, 1, 1]}),
        ({"A": [0.3] * 1, "B": [0.1, 0.2, 0.3] * 50}, {}),
        ({"A": [], "B": [0.1, 0.2, 0.3] * 50}, {}),
        ({"A": [0.1, 0.2, 0.3] * 50, "B": [np.nan] * 5}, {}),
        ({"A": [np.nan] * 3, "B": [np.nan] * 5}, {}),
        ({"A": [0.3] * 1, "B": [0.3] * 1}, {}),
    ],
    ids=["alike", "alike-apart", "constant-score", "one", "empty", "unknown", "nothing-known", "one-each"],
)
def test_what_says_nothing_is_neither_cleared_nor_flagged(measured, values, columns):
    kind, measure = measured
    columns = {key: held for key, held in columns.items() if key != "outcome" or kind == "scores"}
    scale = 10 if kind == "waits" else 1
    values = {name: [value * scale for value in held] for name, held in values.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = judged(kind, made_of(kind, values, **columns), measure, ["A", "B"], **settings_of(kind))
        written = finding(found)
    assert found.verdict == "not_demonstrated"
    assert written["reason"] in ("no_data", "no_variation", "too_little_data", "unknowns")


@pytest.mark.parametrize("measured", MEASURED[-3:], ids=named)
def test_waits_that_are_all_open_are_neither_cleared_nor_flagged(measured):
    kind, measure = measured
    found = judged(kind, made_of(kind, {"A": [3, 40] * 20, "B": [3, 4] * 20}, open=1), measure)
    assert (found.verdict, found.reasons) == ("not_demonstrated", ["no_variation"])


# --- values in bins --------------------------------------------------------------------------------------------------


def test_thousands_of_values_in_bins_give_what_the_records_give():
    generator = np.random.default_rng(5)
    size = 6000
    group = np.where(generator.random(size) < 0.4, "A", "B")
    outcome = (generator.random(size) < 0.4).astype(int)
    value = np.round(1 / (1 + np.exp(-generator.normal(-0.5 + outcome, 1))), 9)
    records = pd.DataFrame({"group": group, "value": value, "outcome": outcome})
    for measure in (
        {"measure": "auc", "difference": 0.1},
        {"measure": "calibration_in_the_large", "difference": 0.1},
        {"measure": "calibration_slope", "difference": 0.5},
    ):
        evidence = planned("scores", measure, **PROBABILITY)
        tally = read_tally(evidence, frame=records)
        assert tally.about.edges is not None
        binned, exact = assess(evidence, tally)[0], judged("scores", records, measure, ["A", "B"], **PROBABILITY)
        assert values_of(binned) == pytest.approx(values_of(exact), abs=1e-3)
        assert bounds_of(binned) == pytest.approx(bounds_of(exact), abs=2e-3)
    pay = pd.DataFrame({"group": group, "value": np.round(np.exp(generator.normal(10, 0.6, size)))})
    for measure in ({"measure": "mean_amount", "ratio": 0.9}, {"measure": "median_amount", "ratio": 0.9}):
        evidence = planned("amounts", measure)
        tally = read_tally(evidence, frame=pay)
        assert tally.about.edges is not None
        binned, exact = assess(evidence, tally)[0], judged("amounts", pay, measure, ["A", "B"])
        assert values_of(binned) == pytest.approx(values_of(exact), rel=1e-3)
        assert bounds_of(binned) == pytest.approx(bounds_of(exact), abs=3e-3)


def test_weights_that_are_all_the_same_are_none():
    generator = np.random.default_rng(6)
    value = np.round(np.exp(generator.normal(10, 0.6, 5000)))
    pay = pd.DataFrame({"group": np.where(generator.random(5000) < 0.4, "A", "B"), "value": value, "weight": 2.5})
    found = [
        assess(evidence, read_tally(evidence, frame=pay))[0]
        for more in ({}, {"weight": "weight"})
        for evidence in [planned("amounts", {"measure": "mean_amount", "ratio": 0.9}, data=more)]
    ]
    assert values_of(found[0]) == pytest.approx(pay.groupby("group")["value"].mean().to_dict(), rel=1e-9)
    assert values_of(found[1]) == pytest.approx(values_of(found[0]), rel=1e-9)
    assert bounds_of(found[1]) == pytest.approx(bounds_of(found[0]), rel=1e-9)


# --- what is not known -----------------------------------------------------------------------------------------------


def everyone_placed(known: pd.DataFrame, unknown: pd.DataFrame, ways: Sequence[Mapping]) -> list[pd.DataFrame]:
    """Every way in which the unknown may turn out: each of them in each of the ways that fit what is known of them."""
    fitting = [
        [way for way in ways if all(pd.isna(row[key]) or row[key] == way[key] for key in way)]
        for _, row in unknown.iterrows()
    ]
    return [pd.concat([known, pd.DataFrame(chosen)], ignore_index=True) for chosen in itertools.product(*fitting)]


def worst_of(found: Disparity) -> float:
    """The least that any pair is shown to be, with everybody unknown at their worst."""
    comparison = found.comparisons[0]
    arms, kind = found.arms, comparison.kind
    lower, _ = arms.pairs("worst", kind, comparison.margins).bounds(kind, ALPHA, ALPHA)
    recorded, _ = arms.pairs("recorded", kind, comparison.margins).bounds(kind, ALPHA, ALPHA)
    return min(float(np.min(lower)), float(np.min(recorded)))


def least_of_all(kind: str, measure: Mapping, placed: Sequence[pd.DataFrame]) -> float:
    """The least that any pair is shown to be in any way that the unknown may turn out, all ways counted at once."""
    records = pd.concat([way.assign(group=way["group"] + str(number)) for number, way in enumerate(placed)])
    names = [f"{group}{number}" for number in range(len(placed)) for group in "AB"]
    evidence = planned(kind, measure, **settings_of(kind))
    (entry,) = evidence.measures
    statistic = of_any_size(measure)[entry.measure].bound(evidence.given(entry))
    places = np.arange(len(names))
    scheme = Scheme("all_pairs", tuple(names), np.eye(len(names)), np.stack([places, places ^ 1], axis=1))
    found = Distributions.of(counted(kind, records, names), ["group"], statistic)
    arms, limit = EstimateArms(found, statistic, scheme), next(iter(LIMITS & set(measure)))
    lower, _ = arms.pairs("recorded", limit, arms.margins(limit, measure[limit])).bounds(limit, ALPHA, ALPHA)
    return float(np.min(lower))


NAN = float("nan")
UNKNOWN_CASES = {
    "mean_amount": (
        "amounts",
        {"measure": "mean_amount", "difference": 5.0},
        groups_of({"A": [10, 12, 15, 20, 11, 14, 13, 16], "B": [11, 13, 16, 18, 20, 10, 12, 15]}),
        pd.DataFrame({"group": [None, "A", None], "value": [12, NAN, NAN]}),
        [{"group": g, "value": v} for g in "AB" for v in (10, 12, 15, 20)],
    ),
    "median_amount": (
        "amounts",
        {"measure": "median_amount", "difference": 5.0},
        groups_of({"A": [10, 12, 15, 20, 11, 14, 13, 16], "B": [11, 13, 16, 18, 20, 10, 12, 15]}),
        pd.DataFrame({"group": [None, "A", None], "value": [12, NAN, NAN]}),
        [{"group": g, "value": v} for g in "AB" for v in (10, 12, 15, 20)],
    ),
    "auc": (
        "scores",
        {"measure": "auc", "difference": 0.3},
        groups_of(
            {
                "A": {"value": [0.2, 0.3, 0.6, 0.6, 0.5, 0.7, 0.8, 0.9, 0.4], "outcome": [0, 0, 0, 1, 1, 1, 1, 1, 1]},
                "B": {"value": [0.2, 0.3, 0.5, 0.6, 0.5, 0.7, 0.8, 0.9, 0.6], "outcome": [0, 0, 0, 0, 1, 1, 1, 1, 1]},
            }
        ),
        pd.DataFrame({"group": [None, "A", None], "value": [0.5, NAN, NAN], "outcome": [1.0, NAN, NAN]}),
        [{"group": g, "value": v, "outcome": y} for g in "AB" for v in (0.2, 0.5, 0.9) for y in (0, 1)],
    ),
    "xauc": (
        "scores",
        {"measure": "xauc", "difference": 0.3},
        groups_of(
            {
                "A": {"value": [0.2, 0.3, 0.6, 0.6, 0.5, 0.7, 0.8, 0.9, 0.4], "outcome": [0, 0, 0, 1, 1, 1, 1, 1, 1]},
                "B": {"value": [0.2, 0.3, 0.5, 0.6, 0.5, 0.7, 0.8, 0.9, 0.6], "outcome": [0, 0, 0, 0, 1, 1, 1, 1, 1]},
            }
        ),
        pd.DataFrame({"group": [None, "B", None], "value": [0.5, NAN, NAN], "outcome": [1.0, NAN, NAN]}),
        [{"group": g, "value": v, "outcome": y} for g in "AB" for v in (0.2, 0.5, 0.9) for y in (0, 1)],
    ),
    "restricted_mean_wait": (
        "waits",
        {"measure": "restricted_mean_wait", "days": 30, "difference": 8.0},
        groups_of(
            {
                "A": {"value": [4, 8, 9, 12, 20, 31, 33, 7], "open": [0, 0, 0, 0, 0, 1, 0, 0], "followed": 30},
                "B": {"value": [5, 6, 9, 14, 22, 31, 28, 9], "open": [0, 0, 0, 0, 0, 1, 0, 0], "followed": 30},
            }
        ),
        pd.DataFrame({"group": [None, "A", None], "value": [9, NAN, NAN], "open": [0, 0, 0], "followed": 30}),
        [{"group": g, "value": v, "open": 0, "followed": 30} for g in "AB" for v in (0, 9, 33)],
    ),
    "median_wait": (
        "waits",
        {"measure": "median_wait", "difference": 8.0},
        groups_of(
            {
                "A": {"value": [4, 8, 9, 12, 20, 31, 33, 7], "open": [0, 0, 0, 0, 0, 1, 0, 0], "followed": 30},
                "B": {"value": [5, 6, 9, 14, 22, 31, 28, 9], "open": [0, 0, 0, 0, 0, 1, 0, 0], "followed": 30},
            }
        ),
        pd.DataFrame({"group": [None, "A", None], "value": [9, NAN, NAN], "open": [0, 0, 0], "followed": 30}),
        [{"group": g, "value": v, "open": 0, "followed": 30} for g in "AB" for v in (0, 9, 33)],
    ),
}


@pytest.mark.parametrize("name", UNKNOWN_CASES)
def test_the_worst_case_is_no_better_than_any_way_the_unknown_may_turn_out(name):
    kind, measure, known, unknown, ways = UNKNOWN_CASES[name]
    records = pd.concat([known, unknown], ignore_index=True)
    found = judged(kind, records, measure, ["A", "B"], of_any_size(measure), **settings_of(kind))
    assert worst_of(found) <= least_of_all(kind, measure, everyone_placed(known, unknown, ways)) + 1e-9


def test_unknown_outcomes_may_be_those_who_were_fewer():
    """Of many with the outcome and few without, three more without it change the AUC most."""
    known = {"value": [*np.linspace(0.3, 0.9, 30), 0.1, 0.2, 0.35, 0.4], "outcome": [1] * 30 + [0] * 4}
    records = groups_of({"A": known, "B": known})
    unknown = pd.DataFrame({"group": ["A"] * 3, "value": NAN, "outcome": NAN})
    found = judged("scores", pd.concat([records, unknown]), {"measure": "auc", "difference": 0.1}, ["A", "B"])
    lowest = found.arms.found.worst(np.eye(2), high=False)
    ways = [{"group": "A", "value": v, "outcome": y} for v, y in ((0.1, 1), (0.9, 0))]
    placed = [np.array(parted(way, "A"), dtype=object) for way in everyone_placed(records, unknown, ways)]
    least = min(delong(*parts)[0] for parts in placed)
    assert found.measure.estimate(lowest).value[0] <= least + 1e-12


def test_unknowns_are_spread_as_the_known_are():
    """Four of unknown group at 10 and three without an amount, by hand."""
    known = groups_of({"A": [10] * 6 + [20] * 2, "B": [10] * 2 + [20] * 6})
    unknown = pd.DataFrame({"group": [None] * 4 + ["A"] * 3, "value": [10] * 4 + [NAN] * 3})
    measure = {"measure": "mean_amount", "difference": 5.0}
    found = judged("amounts", pd.concat([known, unknown]), measure, ["A", "B"], of_any_size(measure))
    # A's three go 6:2 to 10 and 20; then of those at 10 A has 8.25 and B 2, and the four are shared so.
    a10, a20 = 6 + 3 * 6 / 8, 2 + 3 * 2 / 8
    share = a10 / (a10 + 2)
    by_hand = np.array([[a10 + 4 * share, a20], [2 + 4 * (1 - share), 6]])
    spread = found.arms.found.spread(np.eye(2))
    assert spread.n[:, np.isin(spread.values, [10, 20]), 0] == pytest.approx(by_hand)
    assert spread.n.sum() == pytest.approx(by_hand.sum())
    pairs = found.arms.pairs("spread", "difference", found.comparisons[0].margins)
    means = by_hand @ [10, 20] / by_hand.sum(1)
    assert [float(each[0]) for each in pairs.values] == pytest.approx(means)
    # No more is known for it: the variance is over the eight and eight that are known.
    squares = (by_hand * (np.array([10, 20]) - means[:, None]) ** 2).sum(1) / (by_hand.sum(1) - 1)
    assert [float(each[0]) for each in pairs.variances] == pytest.approx(squares / 8)


def test_a_wait_of_which_nothing_is_known_may_have_ended_at_once():
    records = groups_of({"A": [6, 9, 12, 40], "B": [7, 9, 15, 40]}).assign(open=0, followed=30)
    unknown = pd.DataFrame({"group": ["A"], "value": [NAN], "open": [0], "followed": [30]})
    measure = {"measure": "restricted_mean_wait", "days": 30, "difference": 2.0}
    found = judged("waits", pd.concat([records, unknown]), measure, ["A", "B"])
    lowest = found.measure.estimate(found.arms.found.worst(np.eye(2), high=False))
    highest = found.measure.estimate(found.arms.found.worst(np.eye(2), high=True))
    assert lowest.value[0] == pytest.approx((6 + 9 + 12 + 30 + 0) / 5)
    assert highest.value[0] == pytest.approx((6 + 9 + 12 + 30 + 30) / 5)


def test_an_amount_in_bins_of_which_nothing_is_known_may_be_the_largest():
    generator = np.random.default_rng(8)
    value = np.append(np.round(np.exp(generator.normal(10, 0.8, 5000))), 5_000_000.0)
    pay = pd.DataFrame({"group": np.where(generator.random(len(value)) < 0.4, "A", "B"), "value": value})
    lacking = pd.DataFrame({"group": ["A"] * 100, "value": NAN})
    measure = {"measure": "mean_amount", "ratio": 0.9}
    evidence = planned("amounts", measure)
    found = assess(evidence, read_tally(evidence, frame=pd.concat([pay, lacking])), of_any_size(measure))[0]
    highest = found.measure.estimate(found.arms.found.worst(np.eye(2), high=True)).value
    names = list(found.groups)
    a = np.append(column(pay, "A"), [value.max()] * 100)
    assert highest[names.index("A")] >= a.mean()


# --- weights and clusters --------------------------------------------------------------------------------------------


def test_a_few_outcomes_of_large_weight_are_worth_a_few():
    """Twenty with the outcome stand for ten each: they are twenty, however many there are without it."""
    generator = np.random.default_rng(9)
    parts = []
    for name in "AB":
        outcome = np.repeat([1, 0], [20, 1000])
        value = np.round(generator.normal(outcome, 1), 1)
        parts.append(
            pd.DataFrame({"group": name, "value": value, "outcome": outcome, "weight": np.where(outcome, 10.0, 1.0)})
        )
    records = pd.concat(parts, ignore_index=True)
    weighted = judged("scores", records, {"measure": "auc", "difference": 0.1})
    plain = judged("scores", records.drop(columns="weight"), {"measure": "auc", "difference": 0.1})
    # Within either outcome all weigh the same, so that neither the value nor its limits change.
    assert values_of(weighted) == pytest.approx(values_of(plain), rel=1e-12)
    assert bounds_of(weighted) == pytest.approx(bounds_of(plain), rel=1e-6)


def test_the_variance_of_a_weighted_mean_is_linearised():
    generator = np.random.default_rng(10)
    value = generator.normal(100, 20, 80).round()
    records = pd.DataFrame({"group": np.repeat(["A", "B"], 40), "value": value, "weight": np.exp((value - 100) / 25)})
    found = judged("amounts", records, {"measure": "mean_amount", "difference": 20.0})
    estimate = found.arms.of_arms
    for place, group in enumerate(found.groups):
        x, w = column(records, group), column(records, group, "weight")
        mean = np.average(x, weights=w)
        linear = (w**2 * (x - mean) ** 2).sum() / w.sum() ** 2
        assert estimate.value[place] == pytest.approx(mean, rel=1e-12)
        # Never less than if weights had nothing to do with values (Kish).
        kish = w.sum() ** 2 / (w**2).sum()
        unrelated = np.average((x - mean) ** 2, weights=w) / (kish - 1)
        assert estimate.variance[place] >= max(linear, unrelated) * (1 - 1e-9)
        assert estimate.variance[place] <= max(linear, unrelated) * 1.1


def test_outcomes_that_all_come_from_one_fold_say_nothing_of_how_sure_an_auc_is():
    generator = np.random.default_rng(11)
    rows = [
        {"table": "group", "group": group, "value": str(value), "outcome": outcome, "fold": fold, "n": 40}
        for group in "AB"
        for fold in range(25)
        for value in range(10)
        for outcome in ("1" if group == "B" else "0", "0")
        if generator.random() < 0.8
    ]
    rows += [
        {"table": "group", "group": "A", "value": str(value), "outcome": "1", "fold": 3, "n": 100}
        for value in (6, 8, 9)
    ]
    about = About("scores", {"group": ("A", "B")}, {"group": ("group",)}, has_outcome=True, folds=25)
    cells = pd.DataFrame(rows).groupby(["table", "group", "value", "outcome", "fold"])["n"].sum().reset_index()
    evidence = planned("scores", {"measure": "auc", "difference": 0.9})
    found = assess(evidence, Tally(about, cells))[0]
    assert found.arms.records[1].min() > 1000
    assert (found.verdict, found.reasons) == ("not_demonstrated", ["no_variation"])
