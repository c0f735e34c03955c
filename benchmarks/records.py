"""Made-up records for the benchmarks: one Parquet file, and plans that count it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from fairaudit.plan import Evidence
from fairaudit.tally import About, Tally

SEED = 0.42
RACES = {
    "White": 0.40,
    "Black or African American": 0.24,
    "Hispanic or Latino": 0.20,
    "Asian": 0.08,
    "Two or more races": 0.04,
    "American Indian or Alaska Native": 0.02,
    "Native Hawaiian or Pacific Islander": 0.01,
    "Other": 0.01,
}
RATES = {"selection_rate": "ratio", "true_positive_rate": "", "false_positive_rate": "", "false_negative_rate": ""}
"""Measures that are timed beside others: those that fairlearn has under the same names."""

SELECTED = ("Medium", "High")


def write_records(path: Path, rows: int) -> None:
    """Write records of a risk score: half of the columns are texts, and half are never asked for."""
    with duckdb.connect() as engine:
        engine.execute("SET threads = 1")  # for the draws to come in one order
        engine.execute("SELECT setseed(?)", [SEED])
        engine.execute(
            f"""
            COPY (
                SELECT
                    '2023-' || lpad(record::VARCHAR, 8, '0') AS case_number,
                    DATE '2023-01-01' + (record % 365)::INTEGER AS arraigned,
                    {drawn("race_draw", RACES)} AS race,
                    {drawn("sex_draw", {"Female": 0.28, "Male": 0.72})} AS sex,
                    (18 + 50 * age_draw * age_draw)::INTEGER AS age,
                    {drawn("score_draw", {"Low": 0.55, "Medium": 0.30, "High": 0.15})} AS risk_level,
                    (outcome_draw < 0.30 + 0.25 * (score_draw > 0.55)::INTEGER)::INTEGER AS rearrested
                FROM (
                    SELECT range AS record, random() AS race_draw, random() AS sex_draw, random() AS age_draw,
                        random() AS score_draw, random() AS outcome_draw
                    FROM range({int(rows)})
                )
            ) TO '{path}' (FORMAT parquet)
            """
        )


def write_many(path: Path, rows: int) -> None:
    """Write the same kind of records by hashing their number: on all cores, in any order, and alike each time."""

    def draw(name: str) -> str:
        # Of texts: hashes of several values are made of one another, and would go together.
        return f"hash('{name} ' || i) / 18446744073709551616.0"

    with duckdb.connect() as engine:
        engine.execute("SET preserve_insertion_order = false")
        engine.execute(
            f"""
            COPY (
                SELECT
                    '2023-' || lpad(i::VARCHAR, 9, '0') AS case_number,
                    DATE '2023-01-01' + (i % 365)::INTEGER AS arraigned,
                    {drawn("race_draw", RACES)} AS race,
                    {drawn("sex_draw", {"Female": 0.28, "Male": 0.72})} AS sex,
                    {drawn("score_draw", {"Low": 0.55, "Medium": 0.30, "High": 0.15})} AS risk_level,
                    (outcome_draw < 0.30 + 0.25 * (score_draw > 0.55)::INTEGER)::INTEGER AS rearrested
                FROM (
                    SELECT i, {draw("race")} AS race_draw, {draw("sex")} AS sex_draw, {draw("score")} AS score_draw,
                        {draw("outcome")} AS outcome_draw
                    FROM range({int(rows)}) AS numbers(i)
                )
            ) TO '{path}' (FORMAT parquet)
            """
        )


def drawn(draw: str, shares: Mapping[str, float]) -> str:
    """Turn a uniform draw into a text."""
    cuts = np.cumsum(list(shares.values()))
    whens = " ".join(f"WHEN {draw} < {cut:.4f} THEN '{name}'" for name, cut in zip(shares, cuts, strict=True))
    return f"CASE {whens} ELSE '{list(shares)[-1]}' END"


def plan(source: str, groups: Sequence[str], compare: Sequence[Sequence[str]]) -> Evidence:
    """Plan the measures of `RATES` of the records, between all pairs of groups."""
    limits = [{"measure": name, **({"ratio": 0.8} if kind else {"difference": 0.05})} for name, kind in RATES.items()]
    return _evidence(
        data={
            "source": source,
            "origin": "synthetic",
            "decided_by": "this_system",
            "decision": {"column": "risk_level", "is": list(SELECTED), "is_not": ["Low"]},
            "outcome": {"column": "rearrested", "is": [1], "is_not": [0]},
        },
        groups={name: {} for name in groups},
        compare=[{"by": list(by), "reference": "all_pairs"} for by in compare],
        measures=limits,
    )


def _evidence(**block: Any) -> Evidence:
    return Evidence.model_validate(
        {"id": "bench", "kind": "decisions", "being_selected_is": "a burden", **block}, strict=True
    )


# --- many groups, many measures: the exact step ----------------------------------------------------------------------

MEASURES = (
    "selection_rate",
    "true_positive_rate",
    "false_positive_rate",
    "false_negative_rate",
    "positive_predictive_value",
    "false_omission_rate",
    "accuracy",
    "error_rate",
)
ALIKE = (1000,) * 14
UNLIKE = tuple(200 * share for share in (60, 20, 12, 4, 2, 1, 1) for _ in range(2))
TRUTHS = {
    # How far the groups' rates lie apart, and the limits: ratio for the selection rate, difference for the rest.
    "all clear": (0.0, 0.4, 0.30),
    "mixed": (0.03, 0.8, 0.10),
    "many flagged": (0.25, 0.8, 0.05),
}


def many_groups(sizes: Sequence[int], truth: str, seed: int = 0) -> tuple[Evidence, Tally]:
    """Draw confusion counts of groups of the given sizes, and plan `MEASURES` with limits.

    Args:
        sizes: records of each group.
        truth: a name in `TRUTHS`.
        seed: of the draws.

    Returns:
        A plan and the tally it judges.
    """
    apart, ratio, difference = TRUTHS[truth]
    rng = np.random.default_rng(seed)
    rows = []
    for place, size in enumerate(sizes):
        shift = apart * (place / (len(sizes) - 1) - 0.5)
        positive = rng.binomial(size, 0.5)
        tp, fp = rng.binomial(positive, 0.6 + shift), rng.binomial(size - positive, 0.4 + shift)
        cells = {"11": tp, "01": positive - tp, "10": fp, "00": size - positive - fp}
        name = f"group {place + 1}"
        rows += [{"table": "group", "group": name, "decision": d, "outcome": o, "n": n} for (d, o), n in cells.items()]
    groups = tuple(dict.fromkeys(row["group"] for row in rows))
    about = About(kind="decisions", attributes={"group": groups}, tables={"group": ("group",)}, has_outcome=True)
    limits = [{"measure": name, "difference": difference} for name in MEASURES[1:]]
    evidence = _evidence(
        data={"source": "bench.tally.json", "origin": "synthetic", "decided_by": "this_system"},
        groups={"group": {}},
        compare=[{"by": ["group"], "reference": "all_pairs"}],
        measures=[{"measure": MEASURES[0], "ratio": ratio}, *limits],
    )
    return evidence, Tally(about, pd.DataFrame(rows))
