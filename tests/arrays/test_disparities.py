"""`disparities` for those who come from scikit-learn and fairlearn: any kind of array, by its place, with a verdict."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate

from fairaudit import disparities
from fairaudit.errors import FairauditError
from fairaudit.tally import Tally

N = 400
GROUP = np.tile(["a", "b"], N // 2)
SEX = np.repeat(["F", "M"], N // 2)
Y_TRUE = np.arange(N) // 2 % 2
Y_PRED = np.where(GROUP == "a", np.arange(N) // 4 % 2, np.arange(N) // 8 % 4 == 0).astype(int)
LIMITS = {"selection_rate": {"ratio": 0.8}, "false_positive_rate": {"difference": 0.05}}


def numbers(found) -> list:
    """What was found, but for the names of things."""
    return [(f["measure"], f["verdict"], f["estimate"], f["lower"], f["upper"]) for f in found.findings]


def usual(**changed):
    return disparities(
        **{"y_true": Y_TRUE, "y_pred": Y_PRED, "sensitive_features": GROUP, "measures": LIMITS, **changed}
    )


def shuffled_index(values) -> pd.Series:
    return pd.Series(values, index=np.random.default_rng(0).permutation(len(values)))


# --- whatever holds the values ---------------------------------------------------------------------------------------

HOLDERS = {
    "lists": list,
    "tuples": tuple,
    "Series": pd.Series,
    "Series with a shuffled index": shuffled_index,
    "Series with one index for all": lambda values: pd.Series(values, index=["x"] * len(values)),
    "categorical": lambda values: pd.Series(values).astype("category"),
    "an index": pd.Index,
    "Polars": pl.Series,
    "a column of shape (n, 1)": lambda values: np.asarray(values).reshape(-1, 1),
    "objects": lambda values: np.asarray(values, dtype=object),
}


@pytest.mark.parametrize("holder", HOLDERS.values(), ids=HOLDERS)
def test_any_kind_of_array_by_its_place(holder):
    found = usual(y_true=holder(Y_TRUE), y_pred=holder(Y_PRED), sensitive_features=holder(GROUP))
    assert numbers(found) == numbers(usual())


YES = {
    "whole numbers": (lambda values: values, 1),
    "decimals": (lambda values: values.astype(float), 1),
    "truth values": (lambda values: values.astype(bool), 1),
    "truth values, said so": (lambda values: values.astype(bool), True),
    "texts": (lambda values: np.where(values, "hired", "rejected"), "hired"),
    "nullable": (lambda values: pd.Series(values).astype("Int64"), 1),
    "nullable truth values": (lambda values: pd.Series(values).astype("boolean"), 1),
    "-1 and 1": (lambda values: 2 * values - 1, 1),
    "0 means yes": (lambda values: 1 - values, 0),
    "a value of NumPy's": (lambda values: values, np.int64(1)),
}


@pytest.mark.parametrize(("write", "pos_label"), YES.values(), ids=YES)
def test_any_way_to_write_yes(write, pos_label):
    assert numbers(usual(y_true=write(Y_TRUE), y_pred=write(Y_PRED), pos_label=pos_label)) == numbers(usual())


FEATURES = {
    "a dict": {"race": GROUP, "sex": SEX},
    "a dict of lists": {"race": list(GROUP), "sex": list(SEX)},
    "a DataFrame": pd.DataFrame({"race": GROUP, "sex": SEX}),
    "a DataFrame with a shuffled index": pd.DataFrame({"race": GROUP, "sex": SEX}, index=range(N, 0, -1)),
    "a Polars DataFrame": pl.DataFrame({"race": GROUP, "sex": SEX}),
    "a table without names": np.array([GROUP, SEX]).T,
    "rows": [list(row) for row in zip(GROUP, SEX, strict=True)],
}


@pytest.mark.parametrize("features", FEATURES.values(), ids=FEATURES)
def test_several_features_are_compared_one_by_one(features):
    found = usual(sensitive_features=features)
    apart = [*numbers(usual()), *numbers(usual(sensitive_features=SEX))]
    assert [row[:1] for row in numbers(found)] == [row[:1] for row in apart]
    names = ("race", "sex") if not isinstance(features, np.ndarray | list) else ("group 0", "group 1")
    assert [f["grouping"] for f in found.findings] == [[names[0]], [names[0]], [names[1]], [names[1]]]
    assert [row[2] for row in numbers(found)] == [row[2] for row in apart]


def test_features_crossed_with_one_another():
    found = usual(sensitive_features={"race": GROUP, "sex": SEX}, crossed=True)
    assert found.findings[0]["grouping"] == ["race", "sex"]
    assert [row["group"] for row in found.findings[0]["groups"]] == ["a, F", "a, M", "b, F", "b, M"]
    assert all(f["blocks"] for f in found.findings)


@pytest.mark.parametrize("name", ["y_true", "y_pred", "cluster", "sample_weight"])
def test_a_feature_may_be_called_as_an_argument_is(name):
    assert numbers(usual(sensitive_features={name: GROUP})) == numbers(usual())


# --- what is found ---------------------------------------------------------------------------------------------------


def test_rates_are_those_of_fairlearn():
    metrics = {"selection_rate": selection_rate, "false_positive_rate": false_positive_rate}
    theirs = MetricFrame(metrics=metrics, y_true=Y_TRUE, y_pred=Y_PRED, sensitive_features=GROUP).by_group
    ours = usual().by_group["rate"].droplevel("grouping").unstack("measure")
    assert ours["selection_rate"].to_dict() == pytest.approx(theirs["selection_rate"].to_dict())
    assert ours["false_positive_rate"].to_dict() == pytest.approx(theirs["false_positive_rate"].to_dict())


def test_weighted_rates_are_those_of_fairlearn():
    weights = 1.0 + np.arange(N) % 3
    theirs = MetricFrame(
        metrics=selection_rate,
        y_true=Y_TRUE,
        y_pred=Y_PRED,
        sensitive_features=GROUP,
        sample_params={"sample_weight": weights},
    )
    ours = usual(sample_weight=weights).by_group.loc["selection_rate"]["rate"].droplevel("grouping")
    assert ours.to_dict() == pytest.approx(theirs.by_group.to_dict())


@pytest.mark.parametrize(
    ("selected", "verdict"),
    [((500, 500), "cleared"), ((500, 250), "flagged"), ((500, 420), "not_demonstrated")],
)
def test_the_verdict(selected, verdict):
    y_pred = [int(i < count) for count in selected for i in range(1000)]
    found = disparities(
        None, y_pred, sensitive_features=["a"] * 1000 + ["b"] * 1000, measures={"selection_rate": {"ratio": 0.8}}
    )
    assert found.verdict == verdict
    assert found.frame.loc[0, "verdict"] == verdict
    assert repr(found).startswith(f"<Findings: {verdict}>")


def test_the_frame_has_a_row_a_finding_and_the_tables_a_row_a_group_and_a_pair():
    found = usual()
    assert list(found.frame["measure"]) == list(LIMITS)
    assert found.frame.loc[0, ["tolerance", "grouping", "comparison"]].tolist() == [0.8, "group", "ratio"]
    assert found.by_group.index.tolist() == [(measure, "group", name) for measure in LIMITS for name in "ab"]
    assert found.pairs["groups"].tolist() == [["a", "b"], ["b", "a"]] * 2
    assert isinstance(found.tally, Tally)


def test_a_finding_can_be_drawn():
    for figure in (usual().plot(), usual().plot(1)):
        assert {"a", "b"} <= {text.get_text() for text in figure.texts}
        assert figure.artists, "lines and marks"


def test_a_limit_may_be_one_on_file_and_an_alias_a_measure():
    found = usual(measures={"fpr": {"difference": 0.05}, "selection_rate": {"ratio": "us.four_fifths"}})
    assert {f["measure"] for f in found.findings} == set(LIMITS)
    assert found.findings[1]["tolerance"]["name"] == "us.four_fifths"


def test_who_is_worse_off_depends_on_what_being_selected_means():
    worse = {word: usual(being_selected_is=word).findings[0]["worse_off"] for word in ("a benefit", "a burden")}
    assert worse == {"a benefit": "b", "a burden": "a"}


@pytest.mark.parametrize("reference", ["all_pairs", "rest", "overall", {"group": "a"}])
def test_every_reference(reference):
    said = usual(reference=reference).findings[0]["reference"]
    assert said == (reference if isinstance(reference, str) else "a")


def test_records_of_one_person_are_worth_less_than_as_many_people():
    together = usual(cluster=np.arange(N) // 8)
    assert together.findings[0]["lower"] < usual().findings[0]["lower"]


# --- what is not known -----------------------------------------------------------------------------------------------

MISSING = {"NaN": np.nan, "None": None, "pandas' NA": pd.NA}


@pytest.mark.parametrize("missing", MISSING.values(), ids=MISSING)
def test_a_missing_group_is_unknown_and_no_group(missing):
    groups = [missing if i < 40 else name for i, name in enumerate(GROUP)]
    found = usual(sensitive_features=groups).findings[0]
    assert found["unknown"]["people"] == 40
    assert [row["group"] for row in found["groups"]] == ["a", "b"]


@pytest.mark.parametrize("missing", MISSING.values(), ids=MISSING)
def test_a_missing_decision_or_outcome_is_unknown_and_no_no(missing):
    holes = [missing if i < 40 else int(value) for i, value in enumerate(Y_PRED)]
    found = usual(y_pred=holes).findings[0]
    assert found["unknown"]["decisions"] == 40
    assert sum(row["n"] for row in found["groups"]) == N - 40
    holes = [missing if i < 40 else int(value) for i, value in enumerate(Y_TRUE)]
    assert usual(y_true=holes).findings[1]["unknown"]["outcomes"] == 40


def test_numbers_with_holes_are_groups_by_their_numbers():
    groups = np.where(np.arange(N) < 40, np.nan, np.where(GROUP == "a", 0, 1))
    assert [row["group"] for row in usual(sensitive_features=groups).findings[0]["groups"]] == ["0", "1"]


def test_a_group_without_rows_is_seen_where_it_is_declared():
    y_pred, groups = [i % 2 for i in range(2000)], {"race": ["a"] * 1000 + ["b"] * 1000}
    limits = {"selection_rate": {"ratio": 0.8}}
    found = [
        disparities(None, y_pred, sensitive_features=groups, measures=limits, levels=levels)
        for levels in ({"race": ["a", "b"]}, {"race": ["a", "b", "c"]})
    ]
    assert [each.verdict for each in found] == ["cleared", "not_demonstrated"]
    assert found[1].findings[0]["groups"][2]["n"] == 0


# --- mistakes --------------------------------------------------------------------------------------------------------

MISTAKES = {
    "no decisions": ({"y_pred": None}, "y_pred: is missing", "one a record"),
    "no outcomes": ({"y_true": None}, "y_true: 'outcome' is missing: false_positive_rate needs it", "other measures"),
    "lengths differ": ({"y_true": Y_TRUE[1:]}, "y_true 399, y_pred 400, group 400", "one value a record"),
    "a feature too short": ({"sensitive_features": {"r": GROUP, "s": SEX[1:]}}, "r 400, s 399", "one value a record"),
    "empty": ({"y_true": [], "y_pred": [], "sensitive_features": []}, "hold no record", "one value a record"),
    "scores": ({"y_pred": Y_TRUE * 0.7}, "y_pred: holds scores, not yes and no", "y_pred >= 0.5"),
    "the wrong yes": (
        {"y_pred": np.where(Y_PRED, "yes", "no"), "pos_label": "Yes", "measures": {"selection_rate": {"ratio": 0.8}}},
        "never takes pos_label 'Yes'",
        "",
    ),
    "no yes at all": ({"y_pred": 2 + Y_PRED}, "y_pred: never takes pos_label 1; it takes", "pos_label="),
    "two columns of outcomes": ({"y_true": np.c_[Y_TRUE, Y_TRUE]}, "y_true: has shape (400, 2)", "shape (n,)"),
    "several yes": ({"pos_label": [1, 2]}, "pos_label: [1, 2] is not one value", "means yes"),
    "a name for a feature": ({"sensitive_features": "race"}, "is str, not an array", "one value a record"),
    "features on their side": ({"sensitive_features": [GROUP, SEX]}, "has shape (2, 400)", '{"race": ..., "sex": ...}'),
    "no feature": ({"sensitive_features": {}}, "holds no feature", '{"race": ..., "sex": ...}'),
    "one feature twice": (
        {"sensitive_features": pd.DataFrame([[1, 2]] * N, columns=["r", "r"])},
        "has 'r' twice",
        "name of its own",
    ),
    "a name of the tally's": ({"sensitive_features": {"n": GROUP}}, "sensitive_features: 'n' is the name", "another"),
    "one group": ({"sensitive_features": ["a"] * N}, "the only group is 'a'", "two groups"),
    "a measure misspelt": (
        {"measures": {"selektion_rate": {"ratio": 0.8}}},
        "measures['selektion_rate']: there is no measure called 'selektion_rate'",
        "Did you mean 'selection_rate'?",
    ),
    "a name of fairlearn's": (
        {"measures": {"demographic_parity_ratio": {"ratio": 0.8}}},
        "no measure called 'demographic_parity_ratio'",
        "Name the measure selection_rate",
    ),
    "a limit misspelt": (
        {"measures": {"selection_rate": {"ratoi": 0.8}}},
        "measures['selection_rate']['ratoi']: unknown key 'ratoi'",
        "Did you mean 'ratio'?",
    ),
    "a limit above 1": (
        {"measures": {"selection_rate": {"ratio": 1.25}}},
        "measures['selection_rate']['ratio']: a ratio limit of 1.25 is above 1",
        "write 0.8",
    ),
    "no limit": ({"measures": {"selection_rate": {}}}, "selection_rate has no limit", "us.four_fifths"),
    "a bare number": ({"measures": {"selection_rate": 0.8}}, "a ratio or a difference", '{"ratio": 0.8}'),
    "a list of measures": ({"measures": ["selection_rate"]}, "measures: has no limits", '{"ratio": 0.8}'),
    "no measure": ({"measures": {}}, "measures: names no measure", '{"ratio": 0.8}'),
    "a benefit misspelt": (
        {"being_selected_is": "benefit"},
        "being_selected_is: 'benefit' is not one of the choices",
        "Did you mean 'a benefit'?",
    ),
    "alpha in percent": ({"alpha": 5}, "alpha: 5 stands where less than 0.5 is meant", "error rate"),
    "a reference misspelt": (
        {"reference": "al_pairs"},
        "reference: 'al_pairs' is not one",
        "Did you mean 'all_pairs'?",
    ),
    "a reference that is no group": ({"reference": {"group": "z"}}, "'z' is no group", "It can be: a, b"),
    "levels of no feature": (
        {"levels": {"grup": ["a"]}},
        "levels: there is no feature 'grup'",
        "Did you mean 'group'?",
    ),
    "levels of nobody knows what": ({"levels": ["a", "b"]}, "does not say of which feature", "levels={'group': [...]}"),
    "a group that is no level": ({"levels": {"group": ["a", "c"]}}, "no declared level: 'b' (200)", "a, c"),
    "text in a weight": ({"sample_weight": ["x"] * N}, "sample_weight: 400 of 400 weights", "leave those records out"),
    "a negative weight": ({"sample_weight": [-1.0] + [1.0] * (N - 1)}, "1 of 400 weights", "leave those records out"),
    "a missing weight": ({"sample_weight": [np.nan] + [1.0] * (N - 1)}, "1 of 400 weights", "leave those records out"),
    "an infinite weight": (
        {"sample_weight": [np.inf] + [1.0] * (N - 1)},
        "1 of 400 weights",
        "leave those records out",
    ),
}


@pytest.mark.parametrize(("changed", "what", "hint"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_by_the_argument_with_the_way_out(changed, what, hint):
    with pytest.raises(FairauditError) as caught:
        usual(**changed)
    said = " ".join(str(caught.value).split())
    assert what in said
    assert hint in said
