"""How well what goes into a model tells groups apart: each input alone, and all together.

An input that tells groups apart may stand in for a protected trait, also where the trait itself is left out.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from fairaudit.alternatives.folds import folds_of, splits
from fairaudit.alternatives.models import prepare
from fairaudit.alternatives.points import asked_of
from fairaudit.alternatives.records import Records, read_records
from fairaudit.findings import plain
from fairaudit.plan import UNKNOWN, Evidence
from fairaudit.stats.score import critical_z

ALL = "all together"
FOLDS, SHUFFLES, BINS, FEWEST = 5, 3, 10, 20


def predictability(
    evidence: Evidence,
    folder: Path,
    inputs: Sequence[str],
    *,
    by: str = "",
    frame: Any = None,
    folds: int = FOLDS,
    shuffles: int = SHUFFLES,
    seed: int = 0,
) -> dict[str, Any]:
    """Say how well each input, and all together, predict each group.

    For each group against all others: of one of the group and one of the others, how often a model puts the right one
    first, on records that it has not seen (cross-validated AUC). Who is of unknown group is left out here and counted.

    Args:
        evidence: a block of decisions or scores.
        folder: what its source is relative to.
        inputs: the columns.
        by: the grouping; the first where empty.
        frame: records at hand instead of the source.
        folds: how many parts the records are cut into; all records of a cluster are in one.
        shuffles: how often groups are shuffled, for what chance alone gives.
        seed: of parts and shuffles.

    Returns:
        An entry as charts take it. Each value is the mean of the parts' AUCs, .5 to 1 in truth and about .5 where an
        input tells nothing (1 is perfect), with a two-sided 95% interval by the records' placements, summed over
        clusters (DeLong et al. 1988; Obuchowski 1997), on the logit scale; None of groups of fewer than 20 records or
        too few for some part. `chance` is the mean with groups shuffled, `chance_most` the highest of them.

    Raises as `refits` does.
    """
    asked = asked_of(evidence, evidence.measures, "", by)
    records = read_records(evidence, folder, inputs, frame)
    group = records.group(asked.by)
    known = group != UNKNOWN
    kept = _Kept(records, known, folds_of(records.cluster, folds, seed)[known])
    names = sorted(set(group[known]), key=lambda name: -int((group == name).sum()))
    labels = group[known]
    rng = np.random.default_rng(seed)
    shuffled = [rng.permutation(labels) for _ in range(shuffles)]
    rows = []
    for name, columns in [(ALL, list(inputs)), *(((each, [each]) for each in inputs) if len(inputs) > 1 else ())]:
        frame_of = records.inputs.loc[known, columns]
        prepared = _prepared(frame_of, kept.fold)
        found = kept.aucs(prepared, labels, names)
        chance = [kept.aucs(prepared, each, names) for each in shuffled]
        rows.append({"input": name, "groups": [_row(g, found[g], [each[g] for each in chance]) for g in names]})
    return plain(
        {
            "shown": "predictability",
            "title": f"How well the inputs tell {' and '.join(asked.by)}",
            "grouping": list(asked.by),
            "records": int(known.sum()),
            "unknown": int((~known).sum()),
            "folds": folds,
            "shuffles": shuffles,
            "groups": [{"group": name, "n": int((labels == name).sum())} for name in names],
            "rows": rows,
        }
    )


def _row(group: str, found: tuple[float, float], chance: list[tuple[float, float]]) -> dict[str, Any]:
    value, variance = found
    lower, upper = interval(value, variance)
    by_chance = [each for each, _ in chance if not math.isnan(each)]
    return {
        "group": group,
        "value": value,
        "lower": lower,
        "upper": upper,
        "chance": float(np.mean(by_chance)) if by_chance else math.nan,
        "chance_most": max(by_chance, default=math.nan),
    }


def interval(value: float, variance: float, alpha: float = 0.025) -> tuple[float, float]:
    """Give an AUC's interval on the logit scale, both ends at alpha; NaN where it is undefined."""
    if math.isnan(value) or math.isnan(variance):
        return math.nan, math.nan
    inside = min(max(value, 1e-6), 1 - 1e-6)
    half = float(critical_z(alpha)) * math.sqrt(variance) / (inside * (1 - inside))
    middle = math.log(inside / (1 - inside))
    low, high = (1 / (1 + math.exp(-min(max(middle + sign * half, -700.0), 700.0))) for sign in (-1, 1))
    return min(low, value), max(high, value)


class _Kept:
    """Records of known group, and the parts that they are in."""

    def __init__(self, records: Records, known: np.ndarray, fold: np.ndarray):
        self.fold = fold
        self.cluster = np.unique(records.cluster[known], return_inverse=True)[1]

    def aucs(
        self, prepared: list[tuple[np.ndarray, np.ndarray]], labels: np.ndarray, names: Sequence[str]
    ) -> dict[str, tuple[float, float]]:
        """Fit part by part, and give each group's mean AUC over the parts with its variance."""
        parts: dict[str, list[tuple[float, float, float]]] = {name: [] for name in names}
        for (fit_on, decide), (x, new) in zip(splits(self.fold), prepared, strict=True):
            classes, scores = _scores(x, labels[fit_on], new)
            for name in names:
                here = labels[decide] == name
                score = scores[:, classes.index(name)] if name in classes else np.zeros(len(decide))
                parts[name].append((*auc(score, here, self.cluster[decide]), float(here.sum())))
        sizes = {name: int((labels == name).sum()) for name in names}
        return {name: _mean(found) if sizes[name] >= FEWEST else (math.nan, math.nan) for name, found in parts.items()}


def _mean(parts: list[tuple[float, float, float]]) -> tuple[float, float]:
    """Weigh the parts by how many of the group they hold; NaN where a part holds too few to say."""
    value, variance, n = (np.array(column) for column in zip(*parts, strict=True))
    share = n / n.sum()
    return float((share * value).sum()), float((share**2 * variance).sum())


def _prepared(inputs: pd.DataFrame, fold: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    made = []
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Bins whose width are too small")  # of a number of few values
        for fit_on, decide in splits(fold):
            first = prepare(inputs, BINS)
            made.append((first.fit_transform(inputs.iloc[fit_on]), first.transform(inputs.iloc[decide])))
    return made


def _scores(x: np.ndarray, labels: np.ndarray, new: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Fit one logistic regression for all groups at once."""
    from sklearn.linear_model import LogisticRegression

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a fit that has not settled fully ranks no better than one that has
        fitted = LogisticRegression(max_iter=100, C=0.5, tol=1e-3).fit(x, labels)
    scores = fitted.predict_proba(new)
    return [str(name) for name in fitted.classes_], scores


def auc(score: np.ndarray, of_group: np.ndarray, cluster: np.ndarray) -> tuple[float, float]:
    """Give how often one of the group scores higher than one of the others, and its variance over clusters.

    Args:
        score: shape (n,).
        of_group: whether each record is of the group.
        cluster: whom each belongs to, as whole numbers; all different where records are independent.

    Returns:
        Value, 0 to 1, ties counting half, and variance: the sum over clusters of squared sums of placements (Obuchowski
        1997; DeLong et al. 1988 where nobody has several records). NaN where there are fewer than two of either. Where
        scores separate all it is at least what a single misplaced record would give.
    """
    m, n = int(of_group.sum()), int((~of_group).sum())
    if min(m, n) < 2:
        return math.nan, math.nan
    ranks = rankdata(score)
    placement = np.empty(len(score))
    placement[of_group] = (ranks[of_group] - rankdata(score[of_group])) / n
    placement[~of_group] = 1 - (ranks[~of_group] - rankdata(score[~of_group])) / m
    value = float(placement[of_group].mean())
    influence = (placement - value) / np.where(of_group, m, n)
    size = np.where(of_group, m / (m - 1), n / (n - 1))
    sums = np.bincount(cluster, influence * np.sqrt(size))
    # No variance of an AUC is above value (1 - value) / min(m, n) (Birnbaum & Klose 1957).
    shrunk = (value * min(m, n) + 0.5) / (min(m, n) + 1)
    variance = float((sums**2).sum())
    return value, variance if variance > 1e-12 else shrunk * (1 - shrunk) / min(m, n)
