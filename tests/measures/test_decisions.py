"""Each measure of decisions: its share as arithmetic, when it is undefined, who counts, and what is said of it."""

from types import SimpleNamespace

import numpy as np
import pytest

from fairaudit.measures import MEASURES, Counts, measures_table
from fairaudit.testing import check_measure
from tests.measures.laws import nan, of_kind, says_what_it_is_and_whose

OF_DECISIONS = [row for row in measures_table() if row["kind"] == "decisions"]

SHARES = [
    # measure, counts, share
    ("selection_rate", dict(selected=48, n=80), 48 / 80),
    ("selection_rate", dict(selected=0, n=80), 0 / 80),
    ("selection_rate", dict(selected=0, n=0), nan),
    ("true_positive_rate", dict(tp=3, fn=1), 3 / (3 + 1)),
    ("true_positive_rate", dict(tp=0, fn=0), nan),
    ("false_positive_rate", dict(fp=2, tn=8), 2 / (2 + 8)),
    ("false_positive_rate", dict(fp=0, tn=8), 0 / 8),
    ("false_positive_rate", dict(fp=0, tn=0), nan),
    ("true_negative_rate", dict(fp=2, tn=8), 8 / (2 + 8)),
    ("true_negative_rate", dict(fp=0, tn=0), nan),
    ("false_negative_rate", dict(tp=3, fn=1), 1 / (3 + 1)),
    ("false_negative_rate", dict(tp=0, fn=0), nan),
    ("positive_predictive_value", dict(tp=3, fp=2), 3 / (3 + 2)),
    ("positive_predictive_value", dict(tp=0, fp=0), nan),
    ("negative_predictive_value", dict(tn=8, fn=1), 8 / (8 + 1)),
    ("negative_predictive_value", dict(tn=0, fn=0), nan),
    ("false_discovery_rate", dict(tp=3, fp=2), 2 / (3 + 2)),
    ("false_discovery_rate", dict(tp=0, fp=0), nan),
    ("false_omission_rate", dict(tn=8, fn=1), 1 / (8 + 1)),
    ("false_omission_rate", dict(tn=0, fn=0), nan),
    ("accuracy", dict(tp=3, fp=2, fn=1, tn=8), (3 + 8) / (3 + 2 + 1 + 8)),
    ("accuracy", dict(tp=0, fp=0, fn=0, tn=0), nan),
    ("error_rate", dict(tp=3, fp=2, fn=1, tn=8), (2 + 1) / (3 + 2 + 1 + 8)),
    ("error_rate", dict(tp=0, fp=0, fn=0, tn=0), nan),
    ("prevalence", dict(positive=4, negative=10), 4 / (4 + 10)),
    ("prevalence", dict(positive=0, negative=0), nan),
]


@pytest.mark.parametrize(("name", "counts", "share"), SHARES)
def test_share(name, counts, share):
    assert MEASURES[name].rate(SimpleNamespace(**counts)).value == pytest.approx(share, nan_ok=True)


#   outcome:           yes no  ?
UNKNOWNS = np.array([[[3,  2,  5],       # selected
                      [1,  8,  7],       # not selected
                      [4,  6,  9]]])  # decision unknown  # fmt: skip


@pytest.mark.parametrize(
    ("name", "share"),
    [
        ("selection_rate", (3 + 2 + 5) / (3 + 2 + 5 + 1 + 8 + 7)),  # whatever the outcome
        ("prevalence", (3 + 1 + 4) / (3 + 1 + 4 + 2 + 8 + 6)),  # whatever the decision
        ("true_positive_rate", 3 / (3 + 1)),
        ("false_positive_rate", 2 / (2 + 8)),
        ("positive_predictive_value", 3 / (3 + 2)),
        ("false_omission_rate", 1 / (1 + 8)),
        ("accuracy", (3 + 8) / (3 + 2 + 1 + 8)),
    ],
)
def test_a_record_counts_wherever_what_the_measure_needs_of_it_is_known(name, share):
    assert MEASURES[name].rate(UNKNOWNS).value == pytest.approx([share])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("true_positive_rate", "false_negative_rate"),
        ("false_positive_rate", "true_negative_rate"),
        ("positive_predictive_value", "false_discovery_rate"),
        ("negative_predictive_value", "false_omission_rate"),
        ("accuracy", "error_rate"),
    ],
)
@pytest.mark.parametrize("cells", [UNKNOWNS, 0 * UNKNOWNS])
def test_complements_share_a_denominator_and_fill_it(one, other, cells):
    a, b = MEASURES[one].rate(cells), MEASURES[other].rate(cells)
    assert a.denominator == b.denominator == a.numerator + b.numerator


# The table below is the whole statement of direction: on which side a group is treated worse.
#                                     being selected is   a burden   a benefit
DIRECTIONS = [
    ("selection_rate",                                    "high",    "low"),
    ("true_positive_rate",                                "high",    "low"),
    ("false_positive_rate",                               "high",    "low"),
    ("true_negative_rate",                                "low",     "high"),
    ("false_negative_rate",                               "low",     "high"),
    ("positive_predictive_value",                         "low",     "high"),
    ("negative_predictive_value",                         "high",    "low"),
    ("false_discovery_rate",                              "high",    "low"),
    ("false_omission_rate",                               "low",     "high"),
    ("accuracy",                                          "low",     "low"),
    ("error_rate",                                        "high",    "high"),
    ("prevalence",                                        None,      None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "burden", "benefit"), DIRECTIONS)
def test_worse_when(name, burden, benefit):
    measure = MEASURES[name]
    assert (measure.worse_when("a burden"), measure.worse_when("a benefit")) == (burden, benefit)
    assert (measure.worse_when("burden"), measure.worse_when("benefit")) == (burden, benefit)
    assert measure.worse_when(None) == (burden if burden == benefit else None)


def test_every_measure_has_a_case_with_a_share_an_undefined_case_and_a_direction():
    undefined = {name for name, _, share in SHARES if np.isnan(share)}
    defined = {name for name, _, share in SHARES if not np.isnan(share)}
    assert set(of_kind("decisions")) == defined == undefined == {name for name, *_ in DIRECTIONS}


@pytest.mark.parametrize("name", of_kind("decisions"))
def test_every_measure_obeys_the_laws(name):
    check_measure(MEASURES[name])


@pytest.mark.parametrize("name", of_kind("decisions"))
def test_every_measure_says_what_it_is_and_whose(name):
    assert says_what_it_is_and_whose(name)


@pytest.mark.parametrize("row", OF_DECISIONS, ids=lambda row: row["name"])
def test_the_formula_in_words_is_the_formula_computed(row):
    counts = Counts(UNKNOWNS[0])
    names = {name.upper(): getattr(counts, name) for name in ("tp", "fp", "fn", "tn")}
    words = {name: getattr(counts, name) for name in ("selected", "not_selected", "positive", "negative")}
    formula = row["formula"].rstrip(".").split(",")[0].replace("not selected", "not_selected")
    assert eval(formula, names | words) == pytest.approx(MEASURES[row["name"]].rate(counts).value)


def test_phrases_make_a_sentence_in_the_words_of_the_plan():
    of, share = MEASURES["false_positive_rate"].phrases(
        {"negative": "did not reoffend", "selected": "were flagged {x}"}
    )
    assert f"Of every 100 {of}, 45 {share}." == "Of every 100 people who did not reoffend, 45 were flagged {x}."


def test_phrases_without_a_plan_say_what_is_counted():
    assert MEASURES["prevalence"].phrases() == ("people", "had the outcome")
