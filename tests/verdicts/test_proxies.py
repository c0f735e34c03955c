"""Probabilities of groups can hold a clearance up; alone they clear and flag nothing."""

import numpy as np
import pandas as pd
import pytest

from fairaudit.allotments import Allotment
from fairaudit.assessment import Disparity, assess
from fairaudit.cells import Cells
from fairaudit.checks.proxies import extent_of
from fairaudit.distributions import Distributions
from fairaudit.findings import finding
from fairaudit.measures import MEASURES
from fairaudit.plan import Evidence
from fairaudit.sources import read_tally
from tests.tally import records as made_up

GROUPS = {"race": {"levels": ["A", "B"], "proxy": {"A": "p_a", "B": "p_b"}}}
BY_RACE = [{"by": "race"}]


def made(rows: list[tuple[str | None, float, int, int]]) -> pd.DataFrame:
    """Make people up: (group, or None; probability of A; how many are selected; of how many)."""
    people = []
    for group, p, selected, everyone in rows:
        people += [{"race": group, "p_a": p, "p_b": 1 - p, "d": int(k < selected), "y": k % 2} for k in range(everyone)]
    return pd.DataFrame(people)


def judged(frame: pd.DataFrame, limits=None, **changes) -> list[Disparity]:
    measures = [{"measure": "selection_rate", **(limits or {"difference": 0.1})}]
    block = made_up.block(GROUPS, compare=BY_RACE, **{"measures": measures, **changes})
    evidence = made_up.evidence(block)
    return assess(evidence, read_tally(evidence, frame=frame))


ALIKE = [("A", 0.5, 300, 1000), ("B", 0.5, 300, 1000)]


def test_it_must_hold_with_people_allotted_by_their_probabilities_too():
    # 150 are of unknown group, all of them selected and surely of B: 300 / 1000 v 450 / 1150
    (found,) = judged(made([*ALIKE, (None, 0.0, 150, 150)]), unknown_at_most=1)
    (as_before,) = judged(made([*ALIKE, (None, 0.0, 150, 150)]).assign(p_a=None, p_b=None), unknown_at_most=1)
    assert as_before.verdict == "cleared"
    assert as_before.comparisons[0].scenarios == ("recorded", "spread")
    assert found.comparisons[0].scenarios == ("recorded", "spread", "proxy")
    rates = np.array(found.comparisons[0].counts["proxy"].rates)[:, 0]
    assert rates == pytest.approx([300 / 1000, 450 / 1150])
    assert (found.verdict, found.reasons) == ("not_demonstrated", ["unknowns"])


@pytest.mark.parametrize("p", [0.0, 0.3, 0.5, 1.0])
def test_a_probability_never_clears_what_did_not_clear_and_never_takes_a_flag_away(p):
    open_still = [("A", 0.5, 30, 100), ("B", 0.5, 30, 100)]
    flagged = [("A", 0.5, 500, 1000), ("B", 0.5, 200, 1000)]
    unknown = (None, p, 900, 3000)
    assert judged(made([*open_still, unknown]), unknown_at_most=1)[0].verdict == "not_demonstrated"
    assert judged(made([*flagged, unknown]), unknown_at_most=1)[0].verdict == "flagged"


@pytest.mark.parametrize("limits", [{"difference": 0.1}, {"ratio": 0.8}])
@pytest.mark.parametrize("rates", [(300, 300), (900, 100)])
@pytest.mark.parametrize("at_most", [0.05, 1])
def test_where_everybody_is_unknown_nothing_clears_and_nothing_is_flagged(limits, rates, at_most):
    frame = made([(None, 1.0, rates[0], 1000), (None, 0.0, rates[1], 1000)])
    (found,) = judged(frame, limits, unknown_at_most=at_most)
    assert (found.verdict, found.reasons) == ("not_demonstrated", ["no_data"])
    rows = {row["scenario"]: row for row in finding(found)["checks"]}
    assert rows["proxy"]["holds"] == (rates == (300, 300))
    assert not rows["recorded"]["holds"]


def test_the_worst_case_still_decides_where_many_are_unknown():
    (found,) = judged(made([*ALIKE, (None, 0.5, 300, 1000)]))
    assert found.comparisons[0].scenarios == ("recorded", "spread", "proxy", "worst")
    assert found.verdict == "not_demonstrated"


def allotment(frame: pd.DataFrame, measure: str = "selection_rate", **changes) -> Allotment:
    tally = read_tally(made_up.evidence(made_up.block(GROUPS, compare=BY_RACE, **changes)), frame=frame)
    return Allotment.of(tally, ["race"], Cells.of(tally, ["race"], MEASURES[measure]), MEASURES[measure])


def test_who_is_unknown_counts_in_part_in_each_group():
    found = allotment(made([("A", 0.5, 30, 100), (None, 0.25, 8, 20), (None, 0.5, 10, 10)]))
    rates = found.rates(np.eye(2), MEASURES["selection_rate"])
    assert rates[0] == pytest.approx((30 + 0.25 * 8 + 0.5 * 10) / (100 + 0.25 * 20 + 0.5 * 10))
    assert rates[1] == pytest.approx((0.75 * 8 + 0.5 * 10) / (0.75 * 20 + 0.5 * 10))
    assert found.cells.amounts.sum() == pytest.approx(130)


def test_weights_move_what_is_allotted():
    frame = made([("A", 0.5, 30, 100), (None, 0.25, 8, 20), (None, 0.5, 10, 10)])
    frame["w"] = [1.0] * 100 + [3.0] * 20 + [2.0] * 10
    found = allotment(frame, data_weight="w")
    rates = found.rates(np.eye(2), MEASURES["selection_rate"])
    assert rates[1] == pytest.approx((0.75 * 3 * 8 + 0.5 * 2 * 10) / (0.75 * 3 * 20 + 0.5 * 2 * 10))
    alike = allotment(frame.assign(w=7.0), data_weight="w")
    plain = allotment(frame)
    assert alike.cells.amounts == pytest.approx(plain.cells.amounts)
    assert alike.between(MEASURES["selection_rate"]) == pytest.approx(plain.between(MEASURES["selection_rate"]))


def test_people_who_are_known_by_probabilities_only_are_worth_no_more_than_are_allotted():
    # 100 people at .2 and 100 at .4: 60 are allotted, Kish's number is 60^2 / 20 = 180
    found = allotment(made([(None, 0.2, 30, 100), (None, 0.4, 30, 100)]))
    assert found.worth(np.eye(2), MEASURES["selection_rate"]) == pytest.approx([20 + 40, 80 + 60])


@pytest.mark.parametrize("measure", ["selection_rate", "false_negative_rate", "positive_predictive_value"])
@pytest.mark.parametrize("seed", range(5))
def test_the_bounds_hold_the_truth_where_probabilities_are_right_in_each_bin(measure, seed):
    random = np.random.default_rng(seed)
    rows = []
    for p in (0.02, 0.31, 0.52, 0.83):
        everyone = 100
        of_a = round(p * everyone)
        for group, size in (("A", of_a), ("B", everyone - of_a)):
            d, y = random.random(2)
            made_here = {"d": random.random(size) < d, "y": random.random(size) < y}
            rows.append(pd.DataFrame({"true": group, "p_a": p, "p_b": 1 - p, **made_here}).astype({"d": int, "y": int}))
    people = pd.concat(rows, ignore_index=True)
    hidden = people.assign(race=np.where(random.random(len(people)) < 0, people["true"], None))
    low, high = allotment(hidden, measure).between(MEASURES[measure])
    truth = allotment_free(people.assign(race=people["true"]), measure)
    assert ((low - 1e-9 <= truth) & (truth <= high + 1e-9)).all()


def allotment_free(frame: pd.DataFrame, measure: str) -> np.ndarray:
    frame = frame.drop(columns=["true"])
    block = made_up.block(GROUPS, compare=BY_RACE, measures=[{"measure": measure, "difference": 0.1}])
    evidence = made_up.evidence(block)
    return assess(evidence, read_tally(evidence, frame=frame))[0].arms.rates


EXTENTS = [
    # lowest and highest rates of three groups -> the lowest ratio, the widest gap
    ([[0.2, 0.3, 0.3], [0.3, 0.3, 0.6]], (0.2 / 0.6, 1.0), (0.0, 0.6 - 0.2)),
    ([[0.1, 0.5, 0.5], [0.2, 0.6, 0.5]], (0.1 / 0.6, 0.2 / 0.5), (0.5 - 0.2, 0.6 - 0.1)),
    ([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]], (0.0, 1.0), (0.0, 1.0)),
]


@pytest.mark.parametrize(("between", "ratio", "gap"), EXTENTS)
def test_extents_of_ratios_and_gaps(between, ratio, gap):
    pairs = np.array([(a, b) for a in range(3) for b in range(3) if a != b])
    assert extent_of("ratio", np.array(between), pairs) == pytest.approx(ratio)
    assert extent_of("difference", np.array(between), pairs) == pytest.approx(gap)


def test_what_is_said_beside_it():
    (found,) = judged(made([*ALIKE, (None, 0.5, 8, 20)]), unknown_at_most=1)
    rows = {row["scenario"]: row for row in finding(found)["checks"]}
    assert rows["proxy estimates"]["sentence"].startswith(
        "With people of unknown group counted in part in each group: A 30% (30% as recorded) and B 30% (30% as "
        "recorded). That is off where, among people of like probability,"
    )
    # all, or none, of the 8 who are selected may be among the 10 of A
    low, high = (300 + 0) / 1010, (300 + 8) / 1010
    assert rows["proxy bounds"]["bound"] == pytest.approx(high - low)
    assert "29.7% to 30.5% of A" in rows["proxy bounds"]["sentence"]
    assert not rows["proxy bounds"]["decides"]


# --- other kinds -----------------------------------------------------------------------------------------------------


def test_means_are_taken_of_people_in_part():
    frame = pd.DataFrame({
        "race": ["A"] * 60 + ["B"] * 60 + [None] * 40,
        "p_a": [0.5] * 120 + [0.25] * 40,
        "p_b": [0.5] * 120 + [0.75] * 40,
        "s": [1, 2, 3] * 40 + [5, 9] * 20,
    })  # fmt: skip
    evidence = of_kind(
        "amounts", {"measure": "mean_amount", "difference": 0.5}, a_high_amount_is="a benefit", amount="s"
    )
    tally = read_tally(evidence, frame=frame)
    found = assess(evidence, tally)[0]
    assert "proxy" in found.comparisons[0].scenarios
    proxied = Distributions.of(tally, ["race"], found.measure).proxied(np.eye(2))
    means = found.measure.estimate(proxied, None).value
    assert means == pytest.approx([(120 + share * 40 * 7) / (60 + share * 40) for share in (0.25, 0.75)])
    rows = {row["scenario"]: row for row in finding(found)["checks"]}
    assert {"proxy estimates", "proxy bounds"} & set(rows) == {"proxy estimates"}


def of_kind(kind: str, measure: dict, a_high_amount_is=None, being_selected_is=None, **data) -> Evidence:
    sides = {"a_high_amount_is": a_high_amount_is, "being_selected_is": being_selected_is}
    return Evidence.model_validate({
        "id": "made-up",
        "kind": kind,
        "data": {"source": "x.csv", "origin": "synthetic", "decided_by": "this_system", **data},
        "groups": GROUPS,
        "measures": [{**measure, "because": "a test"}],
        "unknown_at_most": 1,
        **{key: side for key, side in sides.items() if side},
    })  # fmt: skip


OF_KINDS = {
    "scores at a cut-off": ("scores", {"measure": "selection_rate", "at": 5, "difference": 0.5}, {"score": "s"}),
    "the first places": ("scores", {"measure": "top_k_share", "capacity": 1500, "difference": 0.5}, {"score": "s"}),
    "areas under curves": (
        "scores",
        {"measure": "auc", "difference": 0.5},
        {"score": "s", "outcome": {"column": "y", "is": [1], "is_not": [0]}},
    ),
    "waits": (
        "waits",
        {"measure": "restricted_mean_wait", "days": 5, "difference": 2},
        {"opened": "opened", "closed": "closed", "until": "2024-12-31"},
    ),
    "served in time": (
        "waits",
        {"measure": "served_within", "days": 5, "difference": 0.5},
        {"opened": "opened", "closed": "closed", "until": "2024-12-31"},
    ),
    "many amounts": ("amounts", {"measure": "median_amount", "difference": 900}, {"amount": "many"}),
}


@pytest.mark.parametrize("of", OF_KINDS)
def test_every_kind_of_people_takes_them_and_says_so(of):
    kind, measure, data = OF_KINDS[of]
    side = {"scores": {"being_selected_is": "a burden"}, "amounts": {"a_high_amount_is": "a benefit"}}.get(kind, {})
    random = np.random.default_rng(1)
    size = 3000
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 200, size), unit="D")
    p = random.random(size)
    frame = pd.DataFrame({
        "race": random.choice(["A", "B", None], size, p=[0.49, 0.49, 0.02]),
        "p_a": p,
        "p_b": 1 - p,
        "s": random.integers(0, 10, size),
        "y": random.integers(0, 2, size),
        "many": random.integers(100_000, 900_000, size) / 100,
        "opened": days.strftime("%Y-%m-%d"),
        "closed": (days + pd.to_timedelta(random.integers(0, 9, size), unit="D")).strftime("%Y-%m-%d"),
    })  # fmt: skip
    evidence = of_kind(kind, measure, **data, **side)
    tally = read_tally(evidence, frame=frame)
    (found,) = assess(evidence, tally)
    assert found.comparisons[0].scenarios == ("recorded", "spread", "proxy")
    assert found.verdict == "cleared"
    rows = {row["scenario"]: row for row in finding(found)["checks"]}
    assert rows["proxy"]["holds"]
    (without,) = assess(evidence, tally.without_proxies())
    assert rows["proxy"]["bound"] == pytest.approx(finding(without)["checks"][0]["bound"], rel=0.2)


def test_clusters_have_their_variance_with_those_who_are_allotted():
    frame = made([*ALIKE, (None, 0.5, 30, 100)])
    frame["c"] = np.random.default_rng(1).permutation(len(frame)) % 60
    (found,) = judged(frame, data_cluster="c", unknown_at_most=1)
    counts = found.comparisons[0].counts["proxy"]
    assert found.verdict == "cleared"
    assert (counts.degrees_of_freedom == 59).all()
    assert ((counts.n1 > 300) & (counts.n1 < 4000)).all()
