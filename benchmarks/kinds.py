"""Scores, amounts and waits: records of a million people, and the usual ways to judge them."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import records
from scipy import stats
from sklearn.metrics import roc_auc_score

from fairaudit.plan import Evidence

UNTIL = "2024-12-31"
HORIZON = 30


def write_values(path: Path, rows: int) -> None:
    """Write a score from 0 to 1, an outcome, a pay in cents and a wait in seconds, of people of eight races."""
    with duckdb.connect() as engine:
        engine.execute("SET threads = 1")  # for the draws to come in one order
        engine.execute("SELECT setseed(?)", [records.SEED])
        engine.execute(
            f"""
            COPY (
                SELECT
                    {records.drawn("race_draw", records.RACES)} AS race,
                    round(sqrt(score_draw), 6) AS score,
                    (outcome_draw < score_draw)::INTEGER AS outcome,
                    round(exp(3 + 0.5 * (pay_draw + pay_draw_2 + pay_draw_3 - 1.5) * 2), 2)::DECIMAL(12, 2) AS pay,
                    opened,
                    CASE WHEN opened + to_seconds((-12 * 86400 * ln(1 - wait_draw))::BIGINT) < TIMESTAMP '{UNTIL}'
                        THEN opened + to_seconds((-12 * 86400 * ln(1 - wait_draw))::BIGINT) END AS closed
                FROM (
                    SELECT random() AS race_draw, random() AS score_draw, random() AS outcome_draw,
                        random() AS pay_draw, random() AS pay_draw_2, random() AS pay_draw_3, random() AS wait_draw,
                        TIMESTAMP '2024-01-01' + to_seconds((random() * 360 * 86400)::BIGINT) AS opened
                    FROM range({int(rows)})
                )
            ) TO '{path}' (FORMAT parquet)
            """
        )


DATA = {"origin": "synthetic", "decided_by": "this_system"}


def plans(source: str) -> dict[str, Evidence]:
    """Plan a block of each kind."""
    data = {"source": source, **DATA}
    groups = {"race": {}}
    outcome = {"column": "outcome", "is": [1], "is_not": [0]}
    blocks = {
        "scores": {
            "data": {**data, "score": {"column": "score"}, "outcome": outcome},
            "being_selected_is": "a burden",
            "measures": [{"measure": "auc", "difference": 0.05}],
        },
        "amounts": {
            "data": {**data, "amount": {"column": "pay"}},
            "a_high_amount_is": "a benefit",
            "measures": [{"measure": "mean_amount", "ratio": 0.95}],
        },
        "waits": {
            "data": {**data, "opened": "opened", "closed": "closed", "until": UNTIL},
            "measures": [{"measure": "restricted_mean_wait", "days": HORIZON, "difference": 2.0}],
        },
    }
    return {
        kind: Evidence.model_validate({"id": kind, "kind": kind, "groups": groups, **b}) for kind, b in blocks.items()
    }


COLUMNS = {"scores": ["race", "score", "outcome"], "amounts": ["race", "pay"], "waits": ["race", "opened", "closed"]}


def group_by(path: Path, kind: str) -> int:
    """Count rows by group and by value as coarse as a tally has it, in bare DuckDB."""
    value = {
        "scores": "floor(score * 1000), outcome",
        "amounts": "floor(pay)",
        "waits": f"ceil(epoch(coalesce(closed, TIMESTAMP '{UNTIL}') - opened) / 86400), closed IS NULL",
    }[kind]
    with duckdb.connect() as engine:
        query = f"SELECT race, {value}, count(*) FROM read_parquet('{path}') GROUP BY ALL"
        return len(engine.execute(query).fetchall())


def aucs(path: Path, draws: int, seed: int = 0) -> dict[str, float]:
    """The roc_auc_score of every group by scikit-learn, and again on each of so many draws of its people."""
    rng = np.random.default_rng(seed)
    found = {}
    for race, rows in pd.read_parquet(path, columns=COLUMNS["scores"]).groupby("race"):
        outcome, score = rows["outcome"].to_numpy(), rows["score"].to_numpy()
        found[str(race)] = float(roc_auc_score(outcome, score))
        for _ in range(draws):
            drawn = rng.integers(0, len(rows), len(rows))
            if 0 < outcome[drawn].mean() < 1:
                roc_auc_score(outcome[drawn], score[drawn])
    return found


def welch(path: Path) -> dict[str, float]:
    """Every group's mean, and scipy's Welch test with its interval for every pair."""
    pay = {
        str(race): rows["pay"].to_numpy(float)
        for race, rows in pd.read_parquet(path, columns=COLUMNS["amounts"]).groupby("race")
    }
    for one, two in combinations(pay.values(), 2):
        if min(len(one), len(two)) > 1:
            stats.ttest_ind(one, two, equal_var=False).confidence_interval(0.9)
    return {race: float(values.mean()) for race, values in pay.items()}


def curves(path: Path) -> dict[str, float]:
    """Every group's Kaplan-Meier curve by scipy, with its interval and the area below it; log-rank of every pair."""
    frame = pd.read_parquet(path, columns=COLUMNS["waits"])
    until = pd.Timestamp(UNTIL) + pd.Timedelta(days=1) - pd.Timedelta(microseconds=1)
    days = (frame["closed"].fillna(until) - frame["opened"]) / pd.Timedelta(days=1)
    days = np.where(frame["closed"].isna(), np.floor(days), np.ceil(days))
    waits = {}
    for race, rows in frame.assign(days=days).groupby("race"):
        is_open = rows["closed"].isna().to_numpy()
        ended, going_on = rows["days"].to_numpy()[~is_open], rows["days"].to_numpy()[is_open]
        waits[str(race)] = stats.CensoredData(ended, right=going_on)
    found = {}
    for race, data in waits.items():
        curve = stats.ecdf(data).sf
        curve.confidence_interval(0.9, method="log-log")
        times = np.concatenate([[0.0], curve.quantiles[curve.quantiles < HORIZON], [HORIZON]])
        share = np.concatenate([[1.0], curve.probabilities[curve.quantiles < HORIZON]])
        found[race] = float((np.diff(times) * share).sum())
    for one, two in combinations(waits.values(), 2):
        stats.logrank(one, two)
    return found
