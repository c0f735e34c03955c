"""We agree with fairlearn's `MetricFrame` wherever it is defined; where and why we differ."""

import fairlearn.metrics as flm
import numpy as np
import pytest
import sklearn.metrics as skm
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fairaudit.errors import DataError
from fairaudit.measures import MEASURES, Counts
from fairaudit.testing import find_counterpart, metric_frame

# What has no function of its own in fairlearn or scikit-learn, spelled with those that have.
SPELLED_OUT = {
    "false_discovery_rate": lambda t, p, sample_weight=None: 1 - skm.precision_score(t, p, sample_weight=sample_weight),
    "false_omission_rate": lambda t, p, sample_weight=None: (
        1 - skm.precision_score(t, p, pos_label=0, sample_weight=sample_weight)
    ),
    "prevalence": lambda t, p, sample_weight=None: flm.selection_rate(p, t, sample_weight=sample_weight),
}
OF_DECISIONS = {name: measure for name, measure in MEASURES.items() if measure.kind == "decisions"}
METRICS = {
    name: find_counterpart(measure.counterpart) if measure.counterpart else SPELLED_OUT[name]
    for name, measure in OF_DECISIONS.items()
}

GROUPS = np.array(["a", "b", "c"])
TABLES = arrays(int, (3, 2, 2), elements=st.integers(0, 6))  # group, decision, outcome: 1 before 0


def records_of(tables, weights=None):
    """Expand tables into one row a record; give what `metric_frame` takes."""
    group, decision, outcome = (np.repeat(axis.ravel(), tables.ravel()) for axis in np.indices(tables.shape))
    return {
        "y_true": 1 - outcome,
        "y_pred": 1 - decision,
        "groups": GROUPS[group],
        "sample_weight": np.ones(len(group)) if weights is None else weights[: len(group)],
    }


def counts_of(records):
    cells = np.zeros((3, 3, 3))
    at = (np.searchsorted(GROUPS, records["groups"]), 1 - records["y_pred"], 1 - records["y_true"])
    np.add.at(cells, at, records["sample_weight"])
    return Counts(cells)


@given(tables=TABLES, weights=st.one_of(st.none(), arrays(float, 3 * 2 * 2 * 6, elements=st.floats(0.01, 100))))
def test_every_measure_agrees_where_it_is_defined(tables, weights):
    assume(tables.any())  # fairlearn takes no empty input
    records = records_of(tables, weights)
    theirs = metric_frame(METRICS, **records).reindex(GROUPS)
    for name, measure in OF_DECISIONS.items():
        ours = measure.rate(counts_of(records)).value
        defined = ~np.isnan(ours)
        compared = ours[defined], theirs[name].to_numpy(float)[defined]
        np.testing.assert_allclose(*compared, rtol=1e-12, atol=1e-12, err_msg=name)


def test_every_measure_is_compared():
    assert set(METRICS) == set(OF_DECISIONS)


# fairlearn's own worked example: user guide, "Performing a fairness assessment", and "Common fairness metrics"
TOY_TRUE = np.array([0, 1, 1, 1, 1, 0, 1, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1])
TOY_PRED = np.array([0, 0, 1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 0])
TOY_GROUP = np.array(list("bbabbcccaacabccbcc"))


@pytest.mark.parametrize(
    ("name", "by_group", "difference", "ratio"),
    [
        ("true_positive_rate", [1 / 2, 3 / 5, 2 / 5], 0.2, 0.667),
        ("false_positive_rate", [2 / 2, 0 / 1, 2 / 3], 1, 0),
        ("selection_rate", [3 / 4, 3 / 6, 4 / 8], 0.25, 0.667),
    ],
)
def test_the_numbers_of_the_user_guide(name, by_group, difference, ratio):
    records = {"y_true": TOY_TRUE, "y_pred": TOY_PRED, "groups": TOY_GROUP, "sample_weight": np.ones(18)}
    values = MEASURES[name].rate(counts_of(records)).value
    assert values == pytest.approx(by_group)
    assert values.max() - values.min() == pytest.approx(difference)
    assert values.min() / values.max() == pytest.approx(ratio, abs=5e-4)


# Where we differ, and why. What fairlearn does is asserted too, so that a change there is noticed.

NO_POSITIVES = {"y_true": np.array([0, 0, 1, 1]), "y_pred": np.array([0, 1, 1, 1]), "groups": np.array(list("aabb"))}


@pytest.mark.parametrize("name", ["true_positive_rate", "false_negative_rate"])
def test_a_group_with_nobody_to_judge_is_undefined_where_fairlearn_says_zero(name):
    """Both rates of group a are 0 there, though they should add to 1: no data read as the worst score, or the best."""
    records = NO_POSITIVES | {"sample_weight": np.ones(4)}
    assert metric_frame({name: METRICS[name]}, **records)[name]["a"] == 0.0
    assert np.isnan(MEASURES[name].rate(counts_of(records)).value[0])


def test_an_undefined_group_stays_in_sight_where_fairlearn_drops_it():
    """With one defined group left, its difference is 0 and its ratio 1: "perfectly fair", out of one group."""
    sometimes_undefined = {"value": lambda t, p: np.nan if not t.any() else flm.true_positive_rate(t, p)}
    sensitive = NO_POSITIVES["groups"]
    frame = flm.MetricFrame(
        metrics=sometimes_undefined,
        y_true=NO_POSITIVES["y_true"],
        y_pred=NO_POSITIVES["y_pred"],
        sensitive_features=sensitive,
    )
    assert (frame.difference()["value"], frame.ratio()["value"]) == (0.0, 1.0)
    values = MEASURES["true_positive_rate"].rate(counts_of(NO_POSITIVES | {"sample_weight": np.ones(4)})).value
    assert np.isnan(values[0] - values[1])


def test_text_labels_cannot_be_misread_where_fairlearn_finds_no_difference():
    """Labels that never equal pos_label=1 give a selection rate of 0 everywhere, so a difference of 0."""
    decisions = np.array(["y", "y", "n", "n"])
    given = {"y_true": decisions, "y_pred": decisions, "sensitive_features": list("aabb")}
    assert flm.demographic_parity_difference(**given) == 0.0
    with pytest.raises(DataError):
        MEASURES["selection_rate"].rate(decisions)


def test_negative_weights_are_refused_where_fairlearn_computes_with_them():
    weights = np.array([1, -2])
    assert flm.selection_rate([1, 0], [1, 0], sample_weight=weights) == -1.0
    with pytest.raises(DataError):
        Counts(np.array([[1, 0, 0], [0, -2, 0], [0, 0, 0]]))
