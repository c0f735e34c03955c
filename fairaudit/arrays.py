"""Disparities of arrays, with the arguments that users of scikit-learn and fairlearn know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from fairaudit.assessment import assess
from fairaudit.errors import DataError, PlanError, Problem, UsageError, listed, nearest
from fairaudit.findings import finding
from fairaudit.frames import Findings
from fairaudit.plan import Evidence, checked
from fairaudit.sources import read_tally

COLUMNS = ("y_true", "y_pred", "sample_weight", "cluster")
BLOCK = ("evidence", 0)


def disparities(
    y_true: Any,
    y_pred: Any,
    *,
    sensitive_features: Any,
    measures: Mapping[str, Mapping[str, float | str]],
    sample_weight: Any = None,
    pos_label: Any = 1,
    cluster: Any = None,
    being_selected_is: str = "a benefit",
    alpha: float = 0.05,
    reference: str | Mapping[str, str] = "all_pairs",
    levels: Mapping[str, list] | None = None,
    crossed: bool = False,
) -> Findings:
    """Compare groups on measures of yes/no decisions, against limits, with a verdict each.

    The arguments are those of fairlearn's `MetricFrame` and of scikit-learn's metrics; the limits and the verdict are
    what they lack. A missing decision, outcome or group is unknown, and is never left out of sight.

    Args:
        y_true: what turned out to be true, shape (n,); None where no measure needs it.
        y_pred: the decisions, shape (n,).
        sensitive_features: one column of groups or several: array, Series, DataFrame or dict of columns, n rows.
        measures: name -> its limits: ``{"selection_rate": {"ratio": 0.8}, "false_positive_rate": {"difference":
            0.05}}``; a limit may also be the name of one on file, such as ``"us.four_fifths"``.
        sample_weight: weights of at least 0, shape (n,).
        pos_label: the value of y_true and y_pred that means yes; every other value that is not missing means no.
        cluster: who each record belongs to where people have several, shape (n,).
        being_selected_is: "a benefit" or "a burden"; says which side is worse off.
        alpha: error rate of a verdict, one-sided, more than 0 and less than 0.5.
        reference: "all_pairs", "rest", "overall" or ``{"group": name}``.
        levels: sensitive feature -> every group there is, so that a group without rows is seen.
        crossed: compare the features crossed with one another instead of one by one.

    Returns:
        The findings; `.verdict`, `.frame`, `.by_group`, `.pairs`, `.plot()`.

    Raises:
        PlanError: a measure or limit that is not known, or a measure without a limit.
        DataError: arrays that cannot be counted as said.
    """
    groups = _features(sensitive_features)
    frame = _frame({"y_true": y_true, "y_pred": y_pred, "sample_weight": sample_weight, "cluster": cluster}, groups)
    for name in ("y_true", "y_pred"):
        if name in frame:
            frame[name] = _yes_and_no(name, frame[name], pos_label)
    evidence = _evidence(
        frame,
        groups,
        measures=_entries(measures),
        being_selected_is=being_selected_is,
        alpha=alpha,
        compare=_compare(list(groups), reference, crossed),
        levels=_levels(levels, list(groups)),
    )
    tally = read_tally(evidence, frame=frame)
    return Findings([finding(disparity) for disparity in assess(evidence, tally)], tally)


# --- arrays side by side ---------------------------------------------------------------------------------------------


def _column(name: str, values: Any) -> pd.Series:
    """Take values by their place, not by any index.

    Raises:
        UsageError: they are not one value a record.
    """
    if isinstance(values, pd.Series):
        return values.reset_index(drop=True)
    if isinstance(values, str | bytes | Mapping) or not hasattr(values, "__len__"):
        raise UsageError.one(name, f"is {type(values).__name__}, not an array", "Give one value a record.")
    # In an array of texts, NumPy would turn a missing value into the text "nan".
    array = np.asarray(values, dtype=object) if isinstance(values, list | tuple) else np.asarray(values)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array.ravel()
    if array.ndim != 1:
        raise UsageError.one(name, f"has shape {array.shape}", "Give one value a record, shape (n,).")
    return pd.Series(array).infer_objects()


def _features(given: Any) -> dict[str, pd.Series]:
    """Give each sensitive feature as a column, by its name."""
    if isinstance(given, Mapping):
        named = list(given.items())
    elif hasattr(given, "columns"):
        named = [(name, given[name]) for name in given.columns]
    else:
        named = _unnamed(given)
    names = [str(name) for name, _ in named]
    if not names:
        raise UsageError.one("sensitive_features", "holds no feature", 'Write {"race": ..., "sex": ...}.')
    if twice := [name for name in names if names.count(name) > 1]:
        raise UsageError.one("sensitive_features", f"has {twice[0]!r} twice", "Give each feature a name of its own.")
    return {str(name): _column(str(name), values) for name, values in named}


def _unnamed(given: Any) -> list[tuple[str, Any]]:
    """Name one feature, or the columns of a table without names."""
    if isinstance(given, str | bytes) or not hasattr(given, "__len__"):
        return [("sensitive_features", given)]  # refused as no array
    array = np.asarray(given, dtype=object)
    if array.ndim == 1 or array.shape[1] == 1:
        return [(getattr(given, "name", None) or "group", given)]
    if array.ndim > 2 or array.shape[1] > array.shape[0]:
        what = f"has shape {array.shape}: a row is meant for each record, and a column for each feature"
        raise UsageError.one("sensitive_features", what, 'Write {"race": ..., "sex": ...}.')
    return [(f"group {place}", column) for place, column in enumerate(array.T)]


def _frame(given: Mapping[str, Any], groups: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Put everything side by side."""
    if given["y_pred"] is None:
        raise UsageError.one("y_pred", "is missing", "Give the decisions, one a record.")
    columns = {name: _column(name, values) for name, values in given.items() if values is not None}
    lengths = {name: len(values) for name, values in [*columns.items(), *groups.items()]}
    if len(set(lengths.values())) > 1:
        each = listed([f"{name} {n:,}" for name, n in lengths.items()])
        raise UsageError.one("arrays", f"differ in length: {each}", "Give one value a record.")
    if not lengths["y_pred"]:
        raise UsageError.one("arrays", "hold no record", "Give one value a record.")
    if "sample_weight" in columns:
        columns["sample_weight"] = _weights(columns["sample_weight"])
    return pd.DataFrame(columns | {_column_of(name): values for name, values in groups.items()})


def _column_of(feature: str) -> str:
    """Name a feature's column: as the feature, unless one of the arguments is called so."""
    return feature if feature.casefold() not in COLUMNS else f"feature {feature}"


def _weights(weights: pd.Series) -> pd.Series:
    numbers = pd.to_numeric(weights, errors="coerce").astype(float)
    bad = ~(np.isfinite(numbers) & (numbers >= 0))
    if bad.any():
        what = f"{int(bad.sum()):,} of {len(bad):,} weights are not numbers of at least 0"
        raise DataError.one("sample_weight", what, "Mend them, or leave those records out.")
    return numbers


def _yes_and_no(name: str, values: pd.Series, pos_label: Any) -> pd.Series:
    """Write yes as 1, no as 0 and missing as NaN; True is 1, as it is to scikit-learn.

    Raises:
        UsageError: the values are scores, or none of them means yes.
    """
    if np.ndim(pos_label) or pd.isna(pos_label):
        raise UsageError.one("pos_label", f"{pos_label!r} is not one value", "Write the value that means yes.")
    known = values.dropna()
    if pd.api.types.is_float_dtype(known) and (known % 1 != 0).any():
        hint = f"Cut scores into decisions first, such as {name} >= 0.5."
        raise UsageError.one(name, "holds scores, not yes and no", hint)
    yes = (values == pos_label).fillna(False).astype(bool)
    # Nobody selected is a fact where all is 0; else a yes by another name is likelier.
    if not yes.any() and not (known == 0).all():
        found = list(map(str, known.unique()[:20]))
        what = f"never takes pos_label {pos_label!r}; it takes {listed([repr(value) for value in found])}"
        close = nearest(str(pos_label), found)
        hint = close if close.startswith("Did") else "Say which value means yes: pos_label=."
        raise UsageError.one(name, what, hint)
    return yes.astype(float).mask(values.isna())


# --- the plan that the arguments stand for ---------------------------------------------------------------------------


def _entries(measures: Mapping[str, Mapping[str, float | str]]) -> list[dict[str, Any]]:
    example = 'Write measures={"selection_rate": {"ratio": 0.8}}.'
    if not isinstance(measures, Mapping):
        raise UsageError.one("measures", "has no limits, and none is assumed", example)
    if not measures:
        raise UsageError.one("measures", "names no measure", example)
    if bare := [name for name, limits in measures.items() if not isinstance(limits, Mapping)]:
        what = "does not say whether its limit is a ratio or a difference"
        raise UsageError.one(f"measures[{bare[0]!r}]", what, example)
    return [{"measure": name, **limits} for name, limits in measures.items()]


def _compare(features: list[str], reference: str | Mapping[str, str], crossed: bool) -> list[dict[str, Any]]:
    reference = dict(reference) if isinstance(reference, Mapping) else reference
    by = [features] if crossed else [[name] for name in features]
    return [{"by": names, "reference": reference, "blocks": True} for names in by]


def _levels(levels: Mapping[str, list] | None, features: list[str]) -> dict[str, list]:
    if levels is not None and not isinstance(levels, Mapping):
        raise UsageError.one("levels", "does not say of which feature", f"Write levels={{{features[0]!r}: [...]}}.")
    for name in levels or {}:
        if str(name) not in features:
            raise UsageError.one("levels", f"there is no feature {name!r}", nearest(str(name), features))
    return {str(name): [_plain(value) for value in values] for name, values in (levels or {}).items()}


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _evidence(
    frame: pd.DataFrame, groups: Mapping[str, pd.Series], *, levels: Mapping[str, list], **said: Any
) -> Evidence:
    """Write the plan that the arguments stand for, and check it as any other."""
    data = {"source": "arrays", "origin": "historical", "decided_by": "this_system"}
    data |= {"decision": {"column": "y_pred", "is": [1], "is_not": [0]}}
    data |= {"outcome": {"column": "y_true", "is": [1], "is_not": [0]}} if "y_true" in frame else {}
    data |= {"weight": "sample_weight"} if "sample_weight" in frame else {}
    data |= {"cluster": "cluster"} if "cluster" in frame else {}
    block = {
        **{"id": "arrays", "kind": "decisions", "data": data, **said},
        "groups": {name: {"column": _column_of(name), "levels": levels.get(name)} for name in groups},
    }
    plan, problems = checked({"system": {"name": "arrays"}, "evidence": [block]})
    if problems:
        raise PlanError(dict.fromkeys(_problems(problems, said["measures"])))
    return plan.evidence[0]


def _problems(found: list[tuple], measures: list[dict[str, Any]]) -> Iterator[Problem]:
    """Name the argument where a plan would have a line."""
    arguments = {"groups": "sensitive_features", "compare": "reference"}
    for place, what, hint in found:
        where = [step for step in place if step not in BLOCK] or ["arguments"]
        if place[2:3] == ("measures",) and len(place) > 3:
            where = ["measures", measures[place[3]]["measure"], *(step for step in place[4:] if step != "measure")]
        if place[2:3] == ("data",):
            where, hint = ["y_true"], "Give what turned out to be true, or choose other measures."
        inside = [] if where[0] in arguments else where[1:]
        yield Problem(arguments.get(where[0], where[0]) + "".join(f"[{step!r}]" for step in inside), what, hint)
