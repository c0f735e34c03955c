"""Finding a measure by its name, its alias or nearly its name; and what may be registered at all."""

from collections import Counter

import numpy as np
import pytest

from fairaudit.errors import FairauditError, PlanError
from fairaudit.kinds import KINDS
from fairaudit.measures import MEASURES, Rate, measure, measures_table, statistic
from fairaudit.measures.registry import Measure, Registry, collecting, find_membership
from fairaudit.measures.views import at_cut_off

SAID = dict(of="{people}", share="{selected}", rises_with="selection", needs=("decision", "outcome"), source="Us 2026")


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("selection_rate", "selection_rate"),
        ("demographic_parity", "selection_rate"),
        ("recall", "true_positive_rate"),
        ("recall_score", "true_positive_rate"),
        ("sensitivity", "true_positive_rate"),
        ("specificity", "true_negative_rate"),
        ("precision_score", "positive_predictive_value"),
        ("PPV", "positive_predictive_value"),
        ("accuracy_score", "accuracy"),
        ("zero_one_loss", "error_rate"),
        ("False positive rate", "false_positive_rate"),
        ("false-omission-rate", "false_omission_rate"),
    ],
)
def test_a_measure_is_found_by_the_names_that_users_know(name, canonical):
    assert MEASURES[name].name == canonical
    assert name in MEASURES


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("false_negtive_rate", "Did you mean 'false_negative_rate'?"),
        ("demographic_parity_ratio", "Name the measure selection_rate and give it a limit `ratio:`."),
        ("equal_opportunity_difference", "Name the measure true_positive_rate and give it a limit `difference:`."),
        ("recall_score_group_min", "Name the measure true_positive_rate: every pair of groups is compared"),
        ("equalized_odds_difference", "two measures: list true_positive_rate and false_positive_rate"),
        ("f1_score", "It is not one share of people."),
        ("roc_auc_score_difference", "Name the measure auc and give it a limit `difference:`."),
        ("nonsense", "It can be: selection_rate, true_positive_rate,"),
    ],
)
def test_another_name_is_a_plan_error_that_says_what_to_write(name, hint):
    with pytest.raises(PlanError) as caught:
        MEASURES.find(name, where="evidence[0].measures[1]")
    (problem,) = caught.value.problems
    assert problem.where == "evidence[0].measures[1]"
    assert hint in problem.hint
    assert str(caught.value) == str(problem)  # not the quoted key that a KeyError would print


def test_the_registry_is_a_mapping_of_canonical_names():
    assert "nonsense" not in MEASURES
    assert MEASURES.get("nonsense") is None
    assert len(MEASURES) == len(set(MEASURES)) == 36
    assert Counter(measure.kind for measure in MEASURES.values()) == {
        "decisions": 12,
        "matching": 4,
        "representation": 3,
        "places": 2,
        "scores": 7,
        "amounts": 5,
        "waits": 3,
    }


@pytest.mark.parametrize(
    ("name", "numerator", "denominator"),
    [
        # decision yes, no, unknown; in each the outcome yes, no, unknown
        ("selection_rate", "111 000 000", "111 111 000"),
        ("prevalence", "100 100 100", "110 110 110"),
        ("false_positive_rate", "010 000 000", "010 010 000"),
        ("positive_predictive_value", "100 000 000", "110 000 000"),
        ("accuracy", "100 010 000", "110 110 000"),
    ],
)
def test_membership_says_which_cells_are_counted(name, numerator, denominator):
    tables = MEASURES[name].membership()
    spelled = [" ".join("".join(str(int(cell)) for cell in row) for row in table) for table in tables]
    assert spelled == [numerator, denominator]


@pytest.mark.parametrize("name", [name for name, measure in MEASURES.items() if not measure.averages])
def test_the_cells_alone_give_the_same_counts(name):
    cells = np.random.default_rng(1).integers(0, 50, (5, 3, 3))
    from_tables = [(cells * table).sum(axis=(1, 2)) for table in MEASURES[name].membership()]
    np.testing.assert_array_equal(from_tables, MEASURES[name].rate(cells))


def test_membership_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        MEASURES["accuracy"].membership()[0][0, 0] = False


@pytest.mark.parametrize(
    ("function", "what"),
    [
        (lambda c: c.tp / (c.tp + c.fn), "gives no two counts"),
        (lambda c: Rate(c.tp, c.tp + c.missed), "gives no two counts"),
        (lambda c: Rate(c.tp, c.tp + c.fn) if c.tp > 0 else Rate(0, 0), "gives no two counts"),
        (lambda c: Rate(c.tp * 0.5, c.tp + c.fn), "counts some record other than once"),
        (lambda c: Rate(c.tp, c.tp + c.tp), "counts some record other than once"),
        (lambda c: Rate(c.tp, 100), "counts some record other than once"),
        (lambda c: Rate(c.tp, np.maximum(c.tp + c.fn, 1)), "not a plain sum of cells"),
        (lambda c: Rate(np.sqrt(c.tp), c.tp + c.fn), "not a plain sum of cells"),
        (lambda c: Rate(np.minimum(c.tp, c.n), c.n**2), "not a plain sum of cells"),
        (lambda c: Rate(c.fp, c.tp + c.fn), "decision 1 with outcome 0, its denominator does not"),
        (lambda c: Rate(c.tp * 0, c.tp * 0), "denominator counts nobody"),
    ],
)
def test_a_function_that_is_no_share_of_cells_is_refused_with_a_hint(function, what):
    with collecting() as own, pytest.raises(FairauditError) as caught:
        measure(**SAID)(function)
    (problem,) = caught.value.problems
    assert what in problem.what
    assert problem.hint
    assert not own


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        (dict(rises_with="selecton"), "Did you mean 'selection'?"),
        (dict(needs=("decision",)), "Write needs=('decision', 'outcome')."),
        (dict(of="{persons}"), "The words are {people}, {selected}, {not_selected}, {positive}, {negative}."),
        (dict(share="{selected"), "The words are"),
        (dict(title="share of {persons}"), "What a plan says beside a measure adds {at}, {capacity},"),
        (dict(kind="score"), "Did you mean 'scores'?"),
        (dict(kind="scores"), "Give view= with kind= one of scores, amounts, places, waits;"),
        (dict(view=at_cut_off), "a measure of decisions is taken of scores at a cut-off as it is."),
        (dict(kind="scores", view=at_cut_off, parameters=("cutoff",)), "It can be: at, capacity, per,"),
    ],
)
def test_what_the_decorator_says_is_checked(wrong, hint):
    with pytest.raises(FairauditError) as caught:
        measure(**(SAID | wrong))(lambda c: Rate(c.tp, c.tp + c.fn))
    assert hint in caught.value.problems[0].hint


def test_the_decorator_leaves_a_function_with_its_measure():
    with collecting() as own:

        @measure(**SAID, aliases=("tardy_share",))
        def late_share(c):
            """Anything."""
            return Rate(c.fn, c.tp + c.fn)

    assert late_share.measure is own["late_share"] is own["tardy_share"]
    assert late_share.measure.title == "late share"
    assert "late_share" not in MEASURES


@pytest.mark.parametrize("name", ["accuracy", "recall"])
def test_a_name_that_means_something_already_is_refused(name):
    def other(c):
        return Rate(c.tp, c.tp + c.fn)

    other.__name__ = name
    with collecting(), pytest.raises(FairauditError, match=f"there is already a measure called {name}"):
        measure(**SAID)(other)


@pytest.mark.parametrize(
    ("wrong", "what", "hint"),
    [
        (dict(scale="dollars"), "scale='dollars' is not known", "It can be: share, points, time, money, number."),
        (dict(rises_with="amount"), "rises_with='amount' is not known", "Or None"),
        (dict(phrase="{who} get {much}"), "holds a word that no plan gives", "The words are {who}, {value}, {people},"),
        (dict(phrase_below="{much}"), "holds a word that no plan gives", "The words are {who}, {value}, {people},"),
        (dict(title="spread of {much}"), "holds a word that no plan gives", "The words are {people},"),
        (dict(kind="amount"), "kind='amount' is not known", "Did you mean 'amounts'?"),
        (dict(kind="decisions"), "has no values to estimate anything from", "A share of decisions is a @measure."),
        (dict(needs=("outcome",)), "declared to need ('outcome',)", "Write needs="),
        (dict(needs=("decision", "outcome")), "evidence of the kind amounts has none", "Write needs="),
        (dict(parameters=("days/minutes",)), "no plan can say 'days/minutes'", "It can be: at, capacity, per,"),
    ],
)
def test_what_the_decorator_of_a_statistic_says_is_checked(wrong, what, hint):
    said = dict(phrase="{who} spread by {value}", rises_with=None, source="Us 2026", kind="amounts") | wrong
    with collecting() as own, pytest.raises(FairauditError) as caught:
        statistic(**said)(lambda d: None)
    (problem,) = caught.value.problems
    assert what in problem.what
    assert hint in problem.hint
    assert not own


def test_a_statistic_is_told_what_its_function_asks_for_by_name():
    told = {}
    with collecting() as own:

        @statistic(phrase="{who}", rises_with=None, source="Us 2026", kind="amounts", parameters=("above",))
        def gap_to_a_line(d, above):
            told["above"] = above

    own["gap_to_a_line"].bound({"above": 15, "unit": "dollars", "horizon": 3}).estimate(None)
    assert told == {"above": 15}


def test_measures_are_listed_by_kind_with_what_the_plan_must_say():
    rows = measures_table()
    assert [row["name"] for row in rows] == sorted(MEASURES, key=lambda name: list(KINDS).index(MEASURES[name].kind))
    said = {row["name"]: row["parameters"] for row in rows if row["parameters"]}
    assert said == {
        "top_k_share": ["capacity", "per (may be left out)"],
        "exposure": ["per (may be left out)"],
        "share_at_or_above": ["above"],
        "amount_quantile": ["quantile"],
        "share_within_reach": ["above (may be left out)", "at_most (may be left out)"],
        "served_within": ["days/hours"],
        "restricted_mean_wait": ["days/hours"],
    }
    assert not any("{" in row["title"] for row in rows)


def test_a_notebook_cell_may_be_run_again():
    registry = Registry()
    for denominator in ("fn", "fp"):

        def share(c, denominator=denominator):
            return Rate(c.tp, c.tp + getattr(c, denominator))

        registry.add(Measure("share", share, "{people}", "{selected}", None, ("decision", "outcome"), "Us 2026"))
    assert len(registry) == 1
    assert registry["share"].membership()[1][0, 1]


def test_an_unknown_meaning_of_selection_is_refused():
    with pytest.raises(PlanError, match="neither a burden nor a benefit"):
        MEASURES["selection_rate"].worse_when("a boon")


def test_find_membership_names_the_function_it_refuses():
    with pytest.raises(FairauditError, match="measure late_share"):
        find_membership(lambda c: c.tp, "late_share")
