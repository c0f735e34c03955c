"""Cases in which too little is known to say what a naive rule would say, each with the number that it would print."""

from __future__ import annotations

import numpy as np
import pytest

import fairaudit
from fairaudit.approximations import approximate_findings
from fairaudit.assessment import assess
from fairaudit.findings import finding, yearly
from fairaudit.measures.approximate import ApproximateMeasure
from fairaudit.plan import MeasureLimit
from fairaudit.stats.intervals import wilson
from tests.verdicts.tables import confusion, judge, planned


def repeated(*groups):
    """Spell out records: (name, selected, not selected, records of a cluster) -> decisions, groups, clusters."""
    decisions, names, clusters = [], [], []
    for name, selected, rest, size in groups:
        own = [1] * selected + [0] * rest
        decisions += own
        names += [name] * len(own)
        clusters += [f"{name}{place // size}" for place in range(len(own))]
    return np.array(decisions), names, clusters


@pytest.mark.parametrize("other", [(20, 980), (980, 20)])
def test_one_group_s_variance_does_not_speak_for_a_group_without_any(other):
    # ten clusters in which nobody (or everybody) is selected: they are worth ten records, not three hundred
    none = (0, 300) if other == (20, 980) else (300, 0)
    decisions, names, clusters = repeated(("A", *other, 1), ("B", *none, 30))
    found = fairaudit.disparities(
        None,
        decisions,
        sensitive_features={"group": names},
        cluster=clusters,
        measures={"selection_rate": {"difference": 0.05}},
        being_selected_is="a burden",
    )
    assert found.verdict == "not_demonstrated"


@pytest.mark.parametrize("weight", [1.0, 2.5])
def test_a_weight_that_all_records_share_does_not_switch_the_exact_test_off(weight):
    # exact p .0609 (STATISTICS, amendment 2), although the score test's bound is .8018
    decisions, names, _ = repeated(("A", 26, 4, 1), ("B", 27, 3, 1))
    limits = {"selection_rate": {"ratio": 0.8, "difference": 0.2}}
    found = [
        fairaudit.disparities(None, decisions, sensitive_features={"group": names}, measures=limits, **settings)
        for settings in ({}, {"sample_weight": np.full(len(decisions), weight)})
    ]
    assert [each.verdict for each in found] == ["not_demonstrated"] * 2
    assert found[0].frame["lower"].tolist() == found[1].frame["lower"].tolist()


def test_outcomes_missing_among_a_few_are_many_of_those_few():
    # 60 of A's 160 selected people have no outcome: 2% of all records, 37.5% of those whom the measure counts
    a = {"tp": 50, "fp": 50, "fn": 50, "tn": 1850, "1?": 60}
    b = {"tp": 5000, "fp": 5000, "fn": 500, "tn": 9000}
    (found,) = assess(planned({"positive_predictive_value": {"difference": 0.15}}), confusion({"A": a, "B": b}))
    assert found.unknown.share == pytest.approx(60 / 160)
    assert (found.verdict, found.reasons) == ("not_demonstrated", ["unknowns"])


def test_the_bound_that_is_printed_is_of_the_pair_that_is_named():
    # C 25.1% against 30.3% of all: a gap of 15 and not of 33, which would be that of A
    groups = {"C": (2008, 8000), "A": (2155, 3000), "B": (621, 800)}
    found = finding(judge(groups, reference="overall", difference=0.03))
    rows = {tuple(row["groups"]): row for row in found["pairs"]}
    row = rows.get(tuple(found["worst_pair"])) or rows[tuple(reversed(found["worst_pair"]))]
    assert abs(found["estimate"]) == pytest.approx(abs(row["estimate"]))
    assert found["lower"] <= found["estimate"]
    assert found["lower"] == pytest.approx(max(each["lower"] for each in found["pairs"]))


def test_a_row_is_within_the_limit_only_if_the_exact_test_says_so():
    # 26/30 v 27/30: .8018 by the score test, p .0609 by the exact one
    groups = {"A": (26, 30), "B": (27, 30), "C": (20, 30)}
    rows = {tuple(row["groups"]): row["reading"] for row in finding(judge(groups, ratio=0.8))["pairs"]}
    assert rows["A", "B"] == "not shown"


def test_the_limit_that_tips_first_is_the_one_that_is_told():
    # the ratio holds whichever group the 40 belong to; one person undoes the difference
    limits = {"ratio": 0.8, "difference": 0.1}
    found = judge({"A": (729, 800), "B": (88, 100), "?": (36, 40)}, **limits)
    (told,) = [row for row in finding(found)["checks"] if row["scenario"] == "tipping point"]
    assert (found.verdict, told["bound"]) == ("cleared", 1)


def test_more_people_a_year_are_counted_from_the_least_share_that_the_group_may_have():
    found = judge({"A": (380, 400), "B": (10, 100)}, difference=0.1, settings={"being_selected_is": "a burden"})
    text = yearly(found, 10_000)
    least = float(wilson(400, 500, 0.10)[0])
    assert f"at least {int(finding(found)['lower'] * 10_000 * least):,} more" in text


def test_three_records_drawn_again_and_again_show_nothing():
    def accuracy(y_true, y_pred, sample_weight):
        return np.average(np.equal(y_true, y_pred), weights=sample_weight)

    measure = ApproximateMeasure("accuracy", accuracy)
    (found,) = approximate_findings(planned({"accuracy": {"difference": 0.1}}), entry_of(0.1), measure, confusion(FEW))
    assert (found["verdict"], found["upper"]) == ("not_demonstrated", None)


FEW = {"A": {"tp": 860, "fp": 70, "fn": 70, "tn": 0}, "B": {"fp": 3}}


def entry_of(difference):
    return MeasureLimit.model_validate({"measure": "./mine.py:accuracy", "difference": difference}, strict=True)


@pytest.mark.long
def test_few_clusters_without_variance_clear_at_most_at_alpha():
    # B is at the limit (2% v 7%, limit 5 in 100), and its ten clusters decide as one: without the cap on what a group
    # is worth whose events lie in few folds, half of such systems would be cleared
    random, runs, cleared = np.random.default_rng(1), 200, 0
    for _ in range(runs):
        a, b = random.random(1000) < 0.02, np.repeat(random.random(10) < 0.07, 30)
        found = fairaudit.disparities(
            None,
            np.r_[a, b].astype(int),
            sensitive_features={"group": ["A"] * 1000 + ["B"] * 300},
            cluster=[f"A{n}" for n in range(1000)] + [f"B{n // 30}" for n in range(300)],
            measures={"selection_rate": {"difference": 0.05}},
            being_selected_is="a burden",
        )
        cleared += found.verdict == "cleared"
    assert cleared / runs <= 0.05
