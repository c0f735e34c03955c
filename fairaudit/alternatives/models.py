"""The models that are refitted: pipelines of scikit-learn and mitigations of fairlearn, each fitted to some records.

Each is a function from what is known of the records to fit on, and of those to decide about, to a number for each of
the latter: a score to rank them by, or decisions. It never sees what came of those that it decides about.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from fairaudit.stats import weights

GRID = 16  # predictors that fairlearn's GridSearch tries
FEWEST = 30  # records of a group to fit on; smaller ones, and who is unknown, are mitigated as one
OTHERS = "others or unknown"


@dataclass(frozen=True)
class Task:
    """What one fit may know.

    Attributes:
        inputs: of the records to fit on, whose outcome is known, shape (n, inputs).
        outcome: theirs, 0 or 1.
        group: theirs, small ones put together.
        weight: theirs.
        new_inputs, new_group: of the records to decide about.
        measure: on what alternatives are judged.
        model: gives a new pipeline for inputs; its last step is called "model" and takes weights.
        seed: of whatever is drawn by lot.
    """

    inputs: pd.DataFrame
    outcome: np.ndarray
    group: np.ndarray
    weight: np.ndarray
    new_inputs: pd.DataFrame
    new_group: np.ndarray
    measure: str
    model: Callable[[pd.DataFrame], Any]
    seed: int


Fit = Callable[[Task], np.ndarray]


@dataclass(frozen=True)
class Alternative:
    """A way to make a model.

    Attributes:
        name: what it is called in tables.
        about: what it does, in a sentence.
        fit: gives scores, or decisions, of the records to decide about.
        decides: whether it makes decisions itself; else as many are selected as today, those with the highest scores.
        uses_group: whether it needs to know a person's group when it decides.
    """

    name: str
    about: str
    fit: Fit
    decides: bool = False
    uses_group: bool = False


def pipeline(inputs: pd.DataFrame, estimator: Any = None) -> Any:
    """Make scikit-learn's pipeline: numbers filled in and scaled, words as yes/no columns, then a model.

    Args:
        inputs: whose columns are looked at for numbers and words.
        estimator: the model; logistic regression where None.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline

    model = LogisticRegression(max_iter=1000) if estimator is None else estimator
    return Pipeline([("prepare", prepare(inputs)), ("model", model)])


def prepare(inputs: pd.DataFrame, bins: int = 0) -> Any:
    """Make the first step of a pipeline.

    Args:
        inputs: whose columns are looked at for numbers and words.
        bins: into how many parts of even size numbers are cut besides; 0 for none.
    """
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import KBinsDiscretizer, OneHotEncoder, StandardScaler

    numbers = [name for name in inputs if pd.api.types.is_float_dtype(inputs[name])]
    words = [name for name in inputs if name not in numbers]
    fill = {"strategy": "median", "add_indicator": True, "keep_empty_features": True}
    steps = [("numbers", make_pipeline(SimpleImputer(**fill), StandardScaler()), numbers)]
    if bins:
        cut = KBinsDiscretizer(
            bins, encode="onehot-dense", strategy="quantile", quantile_method="averaged_inverted_cdf"
        )
        filled = SimpleImputer(strategy="median", keep_empty_features=True)
        steps.append(("bins", make_pipeline(filled, cut), numbers))
    named = SimpleImputer(strategy="constant", fill_value="missing", missing_values=None)
    coded = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=10, sparse_output=False)
    steps.append(("words", make_pipeline(named, coded), words))
    return ColumnTransformer([step for step in steps if step[2]])


def kamiran_calders(group: np.ndarray, outcome: np.ndarray, weight: np.ndarray | None = None) -> np.ndarray:
    """Weigh records so that group and outcome go together no more: w(a, y) = P(a) P(y) / P(a, y).

    Args:
        group: shape (n,).
        outcome: 0 or 1, shape (n,).
        weight: the records' own weights; they multiply what is given.

    Returns:
        A weight a record, shape (n,); their sum is that of the records' own.

    Source: Kamiran & Calders 2012, Knowledge and Information Systems 33: 1-33.
    """
    own = np.ones(len(outcome)) if weight is None else np.asarray(weight, float)
    names, g = np.unique(group, return_inverse=True)
    y = np.asarray(outcome).astype(int)
    table = np.zeros((len(names), 2))
    np.add.at(table, (g, y), own)
    return own * np.nan_to_num(weights.kamiran_calders(table))[g, y]


def merged_groups(group: np.ndarray, fitted: np.ndarray) -> np.ndarray:
    """Put groups of which there is too little to fit on, and who is unknown, together; for mitigation alone.

    Args:
        group: of all records, unknown as "?".
        fitted: whether each record is one to fit on.
    """
    names, counts = np.unique(group[fitted], return_counts=True)
    kept = [name for name, n in zip(names, counts, strict=True) if n >= FEWEST and name != "?"]
    return np.where(np.isin(group, kept), group, OTHERS)


# --- what is fitted --------------------------------------------------------------------------------------------------


def plain(task: Task) -> np.ndarray:
    """Fit the pipeline as it is."""
    return _scores(task, task.weight)


def reweighed(task: Task) -> np.ndarray:
    """Fit it with the weights of Kamiran & Calders."""
    return _scores(task, kamiran_calders(task.group, task.outcome, task.weight))


def without(columns: Sequence[str]) -> Fit:
    """Fit it without some of the inputs."""

    def fit(task: Task) -> np.ndarray:
        kept = [name for name in task.inputs if name not in columns]
        fitted = task.model(task.inputs[kept])
        fitted.fit(task.inputs[kept], task.outcome, model__sample_weight=task.weight)
        return fitted.predict_proba(task.new_inputs[kept])[:, 1]

    return fit


def grid_search(task: Task) -> np.ndarray:
    """Fit fairlearn's GridSearch; who is ranked first is ranked so by the predictor that it chooses."""
    from fairlearn.reductions import GridSearch

    x, new, model = _prepared(task)
    found = GridSearch(model, _constraint(task.measure), grid_size=GRID)
    found.fit(x, task.outcome, sensitive_features=task.group)
    return found.predict_proba(new)[:, 1]


def exponentiated_gradient(task: Task) -> np.ndarray:
    """Fit fairlearn's ExponentiatedGradient, which decides by lot among several models."""
    from fairlearn.reductions import ExponentiatedGradient

    x, new, model = _prepared(task)
    found = ExponentiatedGradient(model, _constraint(task.measure), max_iter=15, nu=0.01)
    found.fit(x, task.outcome, sensitive_features=task.group)
    return found.predict(new, random_state=task.seed)


def threshold_optimizer(task: Task) -> np.ndarray:
    """Fit fairlearn's ThresholdOptimizer: cut-offs of each group."""
    from fairlearn.postprocessing import ThresholdOptimizer

    named = {
        "selection_rate": "demographic_parity",
        "false_positive_rate": "false_positive_rate_parity",
        "false_negative_rate": "false_negative_rate_parity",
        "true_positive_rate": "true_positive_rate_parity",
    }
    x, new, model = _prepared(task)
    found = ThresholdOptimizer(
        estimator=model, constraints=named.get(task.measure, "equalized_odds"), predict_method="predict_proba"
    )
    found.fit(x, task.outcome, sensitive_features=task.group)
    # A group that is in none of the records to fit on is put with the others.
    known = np.where(np.isin(task.new_group, np.unique(task.group)), task.new_group, task.group[0])
    return np.asarray(found.predict(new, sensitive_features=known, random_state=task.seed))


def correlation_remover(task: Task) -> np.ndarray:
    """Fit it to inputs from which CorrelationRemover has taken what goes with the groups in a straight line."""
    from fairlearn.preprocessing import CorrelationRemover

    x, new, model = _prepared(task)
    names = np.unique(task.group)[1:]
    (fit_on, theirs) = (
        np.hstack([rows, (group[:, None] == names[None, :]).astype(float)])
        for rows, group in ((x, task.group), (new, task.new_group))
    )
    remover = CorrelationRemover(sensitive_feature_ids=list(range(x.shape[1], x.shape[1] + len(names))))
    model.fit(remover.fit_transform(fit_on), task.outcome, sample_weight=task.weight)
    return model.predict_proba(remover.transform(theirs))[:, 1]


def _scores(task: Task, weight: np.ndarray) -> np.ndarray:
    fitted = task.model(task.inputs)
    fitted.fit(task.inputs, task.outcome, model__sample_weight=weight)
    return fitted.predict_proba(task.new_inputs)[:, 1]


def _prepared(task: Task) -> tuple[np.ndarray, np.ndarray, Any]:
    """Prepare inputs as the pipeline does, for what takes numbers and a model without one."""
    made = task.model(task.inputs)
    first, model = made[:-1], made[-1]
    return np.asarray(first.fit_transform(task.inputs)), np.asarray(first.transform(task.new_inputs)), model


def _constraint(measure: str) -> Any:
    """Choose fairlearn's constraint that is nearest to what is judged."""
    from fairlearn import reductions

    named = {
        "selection_rate": reductions.DemographicParity,
        "false_positive_rate": reductions.FalsePositiveRateParity,
        "false_negative_rate": reductions.TruePositiveRateParity,
        "true_positive_rate": reductions.TruePositiveRateParity,
        "accuracy": reductions.ErrorRateParity,
    }
    return named.get(measure, reductions.EqualizedOdds)()


def quietly(fit: Fit, task: Task) -> tuple[np.ndarray, list[str]]:
    """Fit, and give beside the result what the libraries warned of, each kind once and without any value."""
    logger = logging.getLogger("fairlearn")  # which advises larger grids on standard error
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            made = fit(task)
    finally:
        logger.setLevel(level)
    named = {each.category.__name__ for each in caught}
    return made, ["the fit did not settle fully"] if "ConvergenceWarning" in named else []


BLIND = (
    Alternative("Refitted", "the same inputs, fitted anew", plain),
    Alternative("Reweighed", "fitted with weights under which group and outcome go together no more", reweighed),
    Alternative("Grid search", "fairlearn's GridSearch: the best of several models under a constraint", grid_search),
    Alternative(
        "Exponentiated gradient",
        "fairlearn's ExponentiatedGradient: a lottery among models; it selects as many as it finds best",
        exponentiated_gradient,
        decides=True,
    ),
)
WITH_GROUP = (
    Alternative(
        "Correlation remover",
        "fairlearn's CorrelationRemover: inputs less what goes with the group",
        correlation_remover,
        uses_group=True,
    ),
    Alternative(
        "Threshold optimizer",
        "fairlearn's ThresholdOptimizer: cut-offs of each group; it selects as many as it finds best",
        threshold_optimizer,
        decides=True,
        uses_group=True,
    ),
)
