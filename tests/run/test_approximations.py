"""A researcher's function of (y_true, y_pred, sample_weight): it may flag or inform, and never clears or blocks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from fairaudit.approximations import REASON, approximate_findings, worth
from fairaudit.assessment import assess
from fairaudit.cells import Cells
from fairaudit.findings import finding
from fairaudit.measures.approximate import wrap
from fairaudit.tally import Tally
from tests.verdicts.tables import confusion, planned


def balanced_accuracy(y_true, y_pred, *, sample_weight=None):
    """The mean of the shares that are right among those with and without the outcome."""
    return np.mean([np.average(y_pred[y_true == y] == y, weights=sample_weight[y_true == y]) for y in (0, 1)])


def informedness(y_true, y_pred, *, sample_weight=None):
    """True positive rate less false positive rate: from -1 to 1."""
    return 2 * balanced_accuracy(y_true, y_pred, sample_weight=sample_weight) - 1


def right(y_true, y_pred, *, sample_weight=None):
    """The share of decisions that turned out right."""
    return np.average(y_true == y_pred, weights=sample_weight)


EQUAL = dict(tp=4000, fp=1000, fn=1000, tn=4000)
ALIKE = {"A": EQUAL, "B": EQUAL}
APART = {"A": EQUAL, "B": dict(tp=2500, fp=2500, fn=2500, tn=2500)}  # .8 of decisions right, against .5


def judged(groups, function=balanced_accuracy, rises_with="accuracy", tally=None, settings=None, **limits):
    measure = wrap(function, source="a test", rises_with=rises_with)
    evidence = planned({"accuracy": limits or {"difference": 0.1}}, **(settings or {}))
    (found,) = approximate_findings(evidence, evidence.measures[0], measure, tally or confusion(groups))
    return found


@pytest.mark.parametrize("limits", [{"difference": 0.1}, {"ratio": 0.8}, {"ratio": 0.8, "difference": 0.1}])
@pytest.mark.parametrize(("groups", "verdict"), [(ALIKE, "not_demonstrated"), (APART, "flagged")])
def test_it_may_flag_and_never_clears_or_blocks(groups, verdict, limits):
    found = judged(groups, **limits)
    assert (found["verdict"], found["blocks"], found["approximate"]) == (verdict, False, True)
    assert found["reason_sentence"] == REASON


def test_its_numbers_are_the_function_s():
    found = judged(APART)
    assert [(row["group"], row["rate"], row["n"]) for row in found["groups"]] == [
        ("A", 0.8, 10_000),
        ("B", 0.5, 10_000),
    ]
    assert (found["estimate"], found["worst_pair"]) == (pytest.approx(0.3), ["B", "A"])
    assert 0.1 < found["lower"] < 0.3 < found["upper"]
    assert {tuple(pair["groups"]): (pair["n"], pair["reading"]) for pair in found["pairs"]} == {
        ("A", "B"): ([10_000, 10_000], "not shown"),
        ("B", "A"): ([10_000, 10_000], "outside the limit"),
    }


@pytest.mark.parametrize(
    ("groups", "limits", "sentence"),
    [
        (
            APART,
            {"difference": 0.1},
            "Balanced accuracy: B 0.5; A 0.8. The data show a gap of at least 0.2## (best estimate 0.3). The limit is "
            "0.1, and the plan does not say who set it.",
        ),
        (
            ALIKE,
            {"ratio": 0.9},
            "Balanced accuracy: A 0.8; B 0.8. The data allow a ratio as small as 0.9## (best estimate 1). The limit is "
            "0.9, and the plan does not say who set it.",
        ),
    ],
)
def test_its_sentence_is_in_its_own_numbers(groups, limits, sentence):
    said = judged(groups, **limits)["sentence"]
    head, _, tail = sentence.partition("##")
    assert said.startswith(head)
    assert said.endswith(tail)


@pytest.mark.parametrize(("rises_with", "worse"), [("accuracy", "B"), ("error", "A"), (None, "B")])
def test_who_is_worse_off_comes_first(rises_with, worse):
    found = judged(APART, rises_with=rises_with)
    assert (found["worse_off"], found["worst_pair"][0]) == (worse, worse)


def test_a_group_for_which_it_is_undefined_is_never_flagged_and_said_to_be():
    found = judged({"A": EQUAL, "B": dict(tp=0, fp=5, fn=0, tn=5)})
    assert found["verdict"] == "not_demonstrated"
    assert "Balanced accuracy is undefined for B." in found["sentence"]
    assert [row["rate"] for row in found["groups"]] == [0.8, None]


def test_what_can_be_negative_has_no_ratio():
    found = judged({"A": EQUAL, "B": dict(tp=1000, fp=4000, fn=4000, tn=1000)}, informedness, ratio=0.8)
    assert (found["verdict"], found["estimate"], found["lower"]) == ("not_demonstrated", None, None)
    assert judged({"A": EQUAL, "B": dict(tp=1000, fp=4000, fn=4000, tn=1000)}, informedness)["verdict"] == "flagged"


def test_today_s_process_is_a_baseline():
    found = judged(APART, settings={"decided_by": "todays_process"})
    assert (found["verdict"], found["baseline"], found["reason"]) == ("not_demonstrated", True, "baseline")


def test_it_has_every_entry_that_a_finding_has():
    evidence = planned({"accuracy": {"difference": 0.1}})
    usual = finding(assess(evidence, confusion(APART))[0])
    approximate = judged(APART)
    assert set(approximate) == {*usual, "yearly"}
    assert set(approximate["comparisons"][0]) == set(usual["comparisons"][0])
    assert set(approximate["pairs"][0]) == set(usual["pairs"][0])
    assert set(approximate["groups"][0]) == set(usual["groups"][0])
    assert set(approximate["unknown"]) == set(usual["unknown"])


# --- what records are worth ------------------------------------------------------------------------------------------

RIGHT = wrap(right, source="a test")


def weighted(tally: Tally, weights: list[float]) -> Tally:
    """Give the records of each cell their weight in turn, in the order of the cells."""
    about = replace(tally.about, weighted=True)
    cells = tally.cells.assign(w=tally.cells["n"] * weights, ww=tally.cells["n"] * np.square(weights))
    return Tally(about, cells)


def clustered(tally: Tally, folds: int, copies: int) -> Tally:
    """Deal the records out over the folds by chance, each with copies of itself beside it."""
    generator = np.random.default_rng(0)
    dealt = np.array([generator.multinomial(n, np.full(folds, 1 / folds)) for n in tally.cells["n"]])
    parts = [tally.cells.assign(fold=fold, n=copies * dealt[:, fold]) for fold in range(folds)]
    return Tally(replace(tally.about, folds=folds), pd.concat(parts, ignore_index=True))


def worth_of(tally: Tally) -> dict[str, float]:
    return worth(RIGHT, Cells.of(tally, ["group"]))


def test_records_that_all_count_alike_are_worth_their_number():
    assert worth_of(confusion(APART)) == {"A": 10_000, "B": 10_000}


def test_equal_weights_change_nothing():
    tally = confusion(APART)
    scaled = weighted(tally, [2.5] * len(tally.cells))
    assert worth_of(scaled) == pytest.approx({"A": 10_000, "B": 10_000})
    plain, same = judged(APART), judged(APART, tally=scaled)
    numbers = ("estimate", "lower", "upper")
    assert [same[key] for key in numbers] == pytest.approx([plain[key] for key in numbers])
    assert same["groups"] == plain["groups"]


def test_unequal_weights_make_records_worth_less():
    tally = confusion({"A": dict(tp=10, fp=10, fn=10, tn=10), "B": dict(tp=10, fp=10, fn=10, tn=10)})
    weights = [1, 1, 3, 3, 1, 1, 1, 1]
    # Kish: (10 + 10 + 30 + 30)² / (10 + 10 + 90 + 90)
    assert worth_of(weighted(tally, weights)) == {"A": 80**2 / 200, "B": 40.0}


def test_copies_of_records_in_one_cluster_are_worth_one():
    few = {"A": dict(tp=120, fp=30, fn=30, tn=120), "B": dict(tp=100, fp=50, fn=50, tn=100)}
    once, copied = (clustered(confusion(few), folds=100, copies=copies) for copies in (1, 9))
    # Of 9 x 300 records. A design effect from a hundred folds is itself known to about a seventh.
    assert worth_of(copied) == pytest.approx({"A": 300, "B": 300}, rel=0.35)
    assert worth_of(once) == pytest.approx({"A": 300, "B": 300}, rel=0.35)
    assert max(worth_of(once).values()) <= 300


def test_a_gap_that_only_copies_make_certain_is_not_flagged():
    few = {"A": dict(tp=120, fp=30, fn=30, tn=120), "B": dict(tp=100, fp=50, fn=50, tn=100)}
    many = {group: {cell: 9 * n for cell, n in cells.items()} for group, cells in few.items()}
    as_if_independent = judged(many, right, difference=0.08)
    in_clusters = judged(few, right, tally=clustered(confusion(few), 100, 9), difference=0.08)
    assert as_if_independent["estimate"] == pytest.approx(in_clusters["estimate"])
    assert (as_if_independent["verdict"], in_clusters["verdict"]) == ("flagged", "not_demonstrated")
