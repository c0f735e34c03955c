"""Real scores and waits through short plans, held against pandas, scikit-learn and the verdicts of decisions.

Broward County's COMPAS deciles (ProPublica 2016), Baltimore's requests for service, New York's complaints of police
misconduct, and the grades of Portuguese pupils (Cortez & Silva 2008). Nothing here is a finding about those places:
what is asked is whether the numbers are right.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from fairaudit.assessment import Disparity, assess
from fairaudit.findings import finding
from fairaudit.plan import Evidence
from fairaudit.showing import shown
from fairaudit.sources import read_tally
from fairaudit.tally import Tally

ALPHA = 0.05


def planned(kind: str, data: dict, groups: dict, measures: list[dict], **settings) -> Evidence:
    """Plan one block of records at hand."""
    source = {"source": "records.csv", "origin": "historical", "decided_by": "this_system", **data}
    measures = [{"because": "a test", **measure} for measure in measures]
    return Evidence.model_validate(
        {"id": "real", "kind": kind, "data": source, "groups": groups, "measures": measures, **settings}
    )


def counted(evidence: Evidence, records: pd.DataFrame) -> tuple[Tally, dict[str, Disparity]]:
    """Count and judge: the tally, and each measure's verdict by its name."""
    tally = read_tally(evidence, frame=records)
    return tally, {disparity.measure.label: disparity for disparity in assess(evidence, tally)}


def rows(disparity: Disparity) -> dict[str, dict]:
    """Each group's row of the table."""
    return {row["group"]: row for row in disparity.rate_table}


def delong(positives: np.ndarray, negatives: np.ndarray) -> tuple[float, float]:
    """AUC and DeLong's variance, each record with the outcome held against each without it."""
    wins = (positives[:, None] > negatives) + 0.5 * (positives[:, None] == negatives)
    return wins.mean(), wins.mean(1).var(ddof=1) / len(positives) + wins.mean(0).var(ddof=1) / len(negatives)


# --- COMPAS: deciles as scores ---------------------------------------------------------------------------------------

RACES = ["African-American", "Caucasian", "Hispanic"]
ERRORS = ("false_positive_rate", "false_negative_rate")
OUTCOME = {"column": "two_year_recid", "is": [1], "is_not": [0]}


@pytest.fixture(scope="module")
def defendants(shared_data) -> pd.DataFrame:
    records = pd.read_csv(shared_data("compas/compas-scores-two-years.csv"))
    return records.loc[records["race"].isin(RACES), ["race", "decile_score", "score_text", "two_year_recid"]]


def of_deciles(measures: list[dict]) -> Evidence:
    """Plan measures of the deciles by race."""
    data, settings = {"score": "decile_score", "outcome": OUTCOME}, {"being_selected_is": "a burden"}
    return planned("scores", data, {"race": {"levels": RACES}}, measures, **settings)


@pytest.fixture(scope="module")
def deciles(defendants) -> tuple[Evidence, Tally, dict[str, Disparity]]:
    """Error rates at 5 in one block: bounds are at the level of all of a block's pairs."""
    evidence = of_deciles([{"measure": name, "at": 5, "difference": 0.05} for name in ERRORS])
    return evidence, *counted(evidence, defendants)


@pytest.fixture(scope="module")
def ranked(defendants) -> dict[str, Disparity]:
    evidence = of_deciles([{"measure": name, "difference": 0.05} for name in ("auc", "xauc")])
    return counted(evidence, defendants)[1]


@pytest.fixture(scope="module")
def flags(defendants) -> dict[str, Disparity]:
    """The same records, judged by the words that COMPAS puts to scores of 5 and more."""
    decision = {"column": "score_text", "is": ["Medium", "High"], "is_not": ["Low"]}
    measures = [{"measure": name, "difference": 0.05} for name in ERRORS]
    data, settings = {"decision": decision, "outcome": OUTCOME}, {"being_selected_is": "a burden"}
    return counted(planned("decisions", data, {"race": {"levels": RACES}}, measures, **settings), defendants)[1]


def test_a_score_of_5_or_more_is_a_decision_to_the_last_digit(deciles, flags):
    _, _, found = deciles
    for name in ERRORS:
        (scored,) = (disparity for label, disparity in found.items() if label.startswith(name))
        at_cut_off, decided = finding(scored), finding(flags[name])
        for part in ("verdict", "reason", "estimate", "lower", "upper", "worst_pair", "groups", "pairs"):
            assert at_cut_off[part] == decided[part], (name, part)


def test_error_rates_at_5_are_those_published(deciles):
    """Larson et al., ProPublica, 23 May 2016: 44.85% and 23.45% of those not rearrested, 27.99% and 47.72% missed."""
    _, _, found = deciles
    rates = [
        [round(100 * rows(disparity)[race]["rate"], 2) for race in RACES[:2]]
        for label, disparity in found.items()
        if label.startswith(ERRORS)
    ]
    assert rates == [[44.85, 23.45], [27.99, 47.72]]


def test_auc_by_race_is_that_of_scikit_learn_with_the_limits_of_delong(ranked, defendants):
    z = stats.norm.isf(ALPHA)
    for race, row in rows(ranked["auc"]).items():
        of_race = defendants[defendants["race"] == race]
        assert row["n"] == len(of_race)
        assert row["rate"] == pytest.approx(
            roc_auc_score(of_race["two_year_recid"], of_race["decile_score"]), abs=1e-12
        )
        score = of_race["decile_score"].to_numpy()
        value, variance = delong(score[of_race["two_year_recid"] == 1], score[of_race["two_year_recid"] == 0])
        reach = z * np.sqrt(variance) / (value * (1 - value))
        limits = stats.logistic.cdf(stats.logistic.ppf(value) + np.array([-reach, reach]))
        assert (row["lower"], row["upper"]) == pytest.approx(tuple(limits), rel=1e-9)


def test_xauc_between_races_is_counted_pair_by_pair(ranked, defendants):
    scheme = ranked["xauc"].arms.scheme
    parts = {
        (race, outcome): part["decile_score"].to_numpy()
        for (race, outcome), part in defendants.groupby(["race", "two_year_recid"])
    }
    for place, (a, b) in enumerate(scheme.pairs):
        first, second = scheme.names[a], scheme.names[b]
        expected = delong(parts[first, 1], parts[second, 0])[0], delong(parts[second, 1], parts[first, 0])[0]
        assert ranked["xauc"].arms.said_of(place) == pytest.approx(expected, abs=1e-12)


def test_what_is_drawn_at_5_is_what_is_judged(deciles, flags):
    evidence, tally, _ = deciles
    (sweep,) = (entry for entry in shown(evidence, tally) if entry["shown"] == "sweep")
    assert sweep["in_use"] == [5]
    place = sweep["cutoffs"].index(5)
    for name in ERRORS:
        drawn = {group["group"]: group["rates"][name][place] for group in sweep["groups"]}
        assert drawn == {race: row["rate"] for race, row in rows(flags[name]).items()}


def test_points_of_the_calibration_curve_are_shares_by_score(deciles, defendants):
    evidence, tally, _ = deciles
    (curve,) = (entry for entry in shown(evidence, tally) if entry["shown"] == "calibration")
    expected = defendants.groupby(["race", "decile_score"])["two_year_recid"].agg(["mean", "size"])
    for group in curve["groups"]:
        points = {point["score"]: (point["rate"], point["n"]) for point in group["points"]}
        by_score = expected.loc[group["group"]]
        assert list(points) == list(by_score.index)
        assert [rate for rate, _ in points.values()] == pytest.approx(by_score["mean"].tolist(), abs=1e-12)
        assert [n for _, n in points.values()] == by_score["size"].tolist()


# --- Baltimore: how long requests wait -------------------------------------------------------------------------------

TIMES = "%m/%d/%Y %I:%M:%S %p"
UNTIL = pd.Timestamp("2019-02-13 23:59:59.999999")
AREAS = ["Mostly Black", "Mixed", "Few Black"]


@pytest.fixture(scope="module")
def requests(shared_data) -> pd.DataFrame:
    records = pd.read_csv(shared_data("baltimore_311/requests.csv.gz"), dtype=str)
    areas = pd.read_csv(shared_data("baltimore_311/neighborhood_demographics.csv"))
    shares = areas.set_index(areas["nsa_name"].str.strip().str.casefold())["pct_black"]
    share = records["Neighborhood"].str.strip().str.casefold().map(shares)
    area = np.select([share >= 0.75, share >= 0.25, share < 0.25], AREAS, "")
    return records.assign(area=area)[["MethodReceived", "CreatedDate", "CloseDate", "area"]]


@pytest.fixture(scope="module")
def residents(requests) -> tuple[Tally, dict[str, Disparity]]:
    methods = [method for method in requests["MethodReceived"].unique() if method != "Internal"]
    data = {"opened": "CreatedDate", "closed": "CloseDate", "until": "2019-02-13", "date_format": TIMES}
    data["keep"] = {"MethodReceived": methods}
    measures = [
        {"measure": "served_within", "days": 30, "difference": 0.05},
        {"measure": "restricted_mean_wait", "days": 30, "difference": 2},
    ]
    evidence = planned("waits", data, {"area": {"levels": AREAS, "unknown": [""]}}, measures)
    return counted(evidence, requests)


@pytest.fixture(scope="module")
def waited(requests) -> pd.DataFrame:
    """Residents' requests by pandas: days begun until closed, or complete until the records were drawn."""
    own = requests[requests["MethodReceived"] != "Internal"]
    opened, closed = (pd.to_datetime(own[name], format=TIMES) for name in ("CreatedDate", "CloseDate"))
    day, still_open = pd.Timedelta("1D"), closed.isna()
    watched = np.floor((UNTIL - opened) / day)
    wait = np.where(still_open, watched, np.maximum(np.ceil((closed - opened) / day), 0))
    return pd.DataFrame({"area": own["area"], "wait": wait, "open": still_open, "watched": watched})


def restricted_mean(wait: np.ndarray, still_open: np.ndarray, horizon: int) -> tuple[float, float]:
    """The area under Kaplan and Meier's curve, and Greenwood's variance of it, day by day over the records."""
    survival, area, terms = 1.0, [], []
    for day in range(horizon):
        at_risk, ended = (wait >= day).sum(), ((wait == day) & ~still_open).sum()
        survival *= 1 - ended / at_risk
        area.append(survival)
        terms.append(ended / (at_risk * (at_risk - ended)))
    to_come = np.cumsum(area[::-1])[::-1]
    return sum(area), float((to_come**2 * np.array(terms)).sum())


def test_every_open_request_is_counted_as_open(requests, residents, waited):
    tally, _ = residents
    all_open = requests["CloseDate"].isna()
    assert (all_open.sum(), (all_open & (requests["MethodReceived"] == "Internal")).sum()) == (208, 1)
    left_out = sum(tally.about.records["left_out"].values())
    assert tally.records == len(waited)
    assert left_out == (requests["MethodReceived"] == "Internal").sum() == 2194
    cells = tally.cells
    assert cells.loc[cells["open"] == "1", "n"].sum() == waited["open"].sum() == 207


def test_requests_closed_the_moment_they_were_opened_are_most_of_them_the_citys_own(requests, residents):
    at_once = requests["CreatedDate"] == requests["CloseDate"]
    own = at_once & (requests["MethodReceived"] == "Internal")
    assert (at_once.sum(), own.sum()) == (2080, 1909)
    tally, _ = residents
    facts = tally.about.groups["area"]
    assert sum(facts[area]["same_moment"] for area in facts) == (at_once & ~own).sum() == 171


def test_shares_served_in_30_days_are_those_of_requests_that_old(residents, waited):
    _, found = residents
    old = waited[waited["watched"] >= 30]
    served = (old["wait"] <= 30) & ~old["open"]
    for area, row in rows(found["served_within-30-days"]).items():
        of_area = served[old["area"] == area]
        assert (row["n"], row["events"]) == (len(of_area), of_area.sum())


def test_mean_waits_within_30_days_are_areas_under_the_curves(residents, waited):
    _, found = residents
    disparity = found["restricted_mean_wait-30-days"]
    z = stats.norm.isf(ALPHA)
    expected = {}
    for area in AREAS:
        of_area = waited[waited["area"] == area]
        expected[area] = restricted_mean(of_area["wait"].to_numpy(), of_area["open"].to_numpy(), 30)
        row, (value, variance) = rows(disparity)[area], expected[area]
        assert row["rate"] == pytest.approx(value, rel=1e-9)
        assert row["upper"] - row["rate"] == pytest.approx(z * np.sqrt(variance), rel=1e-6)
    scheme, comparison = disparity.arms.scheme, disparity.comparisons[0]
    lower, upper = comparison.counts["recorded"].bounds("difference", ALPHA, ALPHA)
    for place, (a, b) in enumerate(scheme.pairs):
        (one, v1), (two, v2) = expected[scheme.names[a]], expected[scheme.names[b]]
        reach = z * np.sqrt(v1 + v2)
        assert (lower[place], upper[place]) == pytest.approx((one - two - reach, one - two + reach), rel=1e-6)


# --- New York: allegations that come by the complaint ----------------------------------------------------------------

ETHNICITIES = ["Black", "Hispanic", "White", "Asian", "American Indian", "Other Race"]
NOT_KNOWN = {"(Missing)": 4464, "Unknown": 1041, "Refused": 259}


@pytest.fixture(scope="module")
def allegations(shared_data) -> pd.DataFrame:
    names = ["complainant_ethnicity", "date_received", "date_closed", "complaint_id"]
    return pd.read_csv(shared_data("nyc_ccrb/allegations.csv.gz"), usecols=names)


def of_complainants(allegations: pd.DataFrame, **data) -> Disparity:
    """The share of allegations closed within a year."""
    data = {"opened": "date_received", "closed": "date_closed", "until": "2020-06-30", **data}
    groups = {"complainant_ethnicity": {"levels": ETHNICITIES, "unknown": list(NOT_KNOWN)}}
    measures = [{"measure": "served_within", "days": 365, "difference": 0.05}]
    measures += [{"measure": "restricted_mean_wait", "days": 365, "difference": 15}]
    return counted(planned("waits", data, groups, measures), allegations)[1]


@pytest.fixture(scope="module")
def both_ways(allegations) -> tuple[dict[str, Disparity], dict[str, Disparity]]:
    return of_complainants(allegations), of_complainants(allegations, cluster="complaint_id")


def test_allegations_of_one_complaint_make_bounds_wider(both_ways):
    naive, clustered = both_ways
    assert list(naive) == list(clustered)
    for name in naive:
        one, other = naive[name], clustered[name]
        assert one.arms.rates == pytest.approx(other.arms.rates, abs=1e-9)
        widths = [
            np.subtract(*disparity.comparisons[0].counts["recorded"].bounds("difference", ALPHA, ALPHA)[::-1])
            for disparity in (one, other)
        ]
        large = [p for p, (a, b) in enumerate(one.arms.scheme.pairs) if max(a, b) < 3]
        assert (widths[1][large] > 1.2 * widths[0][large]).all()


def test_the_jackknife_over_folds_comes_near_to_resampling_complaints(allegations, both_ways):
    """The standard error of a gap, from the complaints themselves instead of from folds of them."""
    wait = (pd.to_datetime(allegations["date_closed"]) - pd.to_datetime(allegations["date_received"])).dt.days
    opened_long_ago = pd.to_datetime(allegations["date_received"]) <= pd.Timestamp("2020-06-30") - pd.Timedelta("365D")
    records = allegations.assign(served=wait <= 365)[opened_long_ago]
    residual = pd.Series(0.0, index=records.index)
    rates = {}
    for sign, group in ((1, "Black"), (-1, "White")):
        own = records["complainant_ethnicity"] == group
        rates[group] = records.loc[own, "served"].mean()
        residual[own] = sign * (records.loc[own, "served"] - rates[group]) / own.sum()
    error = np.sqrt((residual.groupby(records["complaint_id"]).sum() ** 2).sum())
    disparity = both_ways[1]["served_within-365-days"]
    scheme, comparison = disparity.arms.scheme, disparity.comparisons[0]
    place = [tuple(scheme.names[arm] for arm in pair) for pair in scheme.pairs].index(("Black", "White"))
    pairs = comparison.counts["recorded"]
    lower, upper = (bound[place] for bound in pairs.bounds("difference", ALPHA, ALPHA))
    reach = stats.t.isf(ALPHA, pairs.freedom(place)) * error
    assert disparity.arms.estimates("difference")[place] == pytest.approx(rates["Black"] - rates["White"], abs=1e-9)
    # A variance from some 25 folds is itself uncertain, by a seventh.
    assert (upper - lower) / 2 == pytest.approx(reach, rel=0.45)


def test_who_is_unknown_is_shown_and_what_they_could_change(allegations, both_ways):
    assert allegations["complainant_ethnicity"].value_counts()[list(NOT_KNOWN)].to_dict() == NOT_KNOWN
    for disparity in both_ways[0].values():
        assert disparity.unknown.people == sum(NOT_KNOWN.values())
        assert disparity.unknown.share >= sum(NOT_KNOWN.values()) / len(allegations)
        comparison = disparity.comparisons[0]
        assert "worst" in comparison.scenarios
        lower = {name: comparison.counts[name].bounds("difference", ALPHA, ALPHA)[0] for name in ("recorded", "worst")}
        assert (lower["worst"] < lower["recorded"]).all()
        written = finding(disparity)
        assert written["unknown"]["people"] == sum(NOT_KNOWN.values())
        assert disparity.verdict != "cleared"


# --- pupils: an earlier grade as a score -----------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["sex", "address"])
def test_a_grade_as_a_score_has_the_auc_of_scikit_learn(shared_data, by):
    pupils = pd.read_csv(shared_data("benchmarks/student_mat_new.csv"))
    data = {"score": "G1", "outcome": {"column": "class", "is": ["High"], "is_not": ["Low"]}}
    measures = [{"measure": "auc", "difference": 0.1}, {"measure": "top_k_share", "capacity": 100, "ratio": 0.8}]
    evidence = planned("scores", data, {by: {}}, measures, being_selected_is="a benefit")
    _, found = counted(evidence, pupils)
    for group, row in rows(found["auc"]).items():
        own = pupils[pupils[by] == group]
        assert row["rate"] == pytest.approx(roc_auc_score(own["class"] == "High", own["G1"]), abs=1e-12)
    # The hundredth best has a grade that several have; they share the places that are left.
    last = pupils["G1"].nlargest(100).iloc[-1]
    above, tied = pupils["G1"] > last, pupils["G1"] == last
    chance = above + tied * (100 - above.sum()) / tied.sum()
    shares = chance.groupby(pupils[by]).mean()
    (places,) = (disparity for label, disparity in found.items() if label.startswith("top_k_share"))
    assert {group: row["rate"] for group, row in rows(places).items()} == pytest.approx(shares.to_dict(), abs=1e-12)
