"""Places, representation, matched tests: a million addresses, requests and arms, and the usual ways to look at them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import records
from statsmodels.stats.contingency_tables import mcnemar

from fairaudit.plan import Evidence

AREAS, CALLERS = 5_000, 10
FILES = {"places": "places.parquet", "representation": "requests.parquet", "pairs": "tests.parquet"}
POPULATION = "population.csv"


def write_areas(folder: Path, rows: int) -> None:
    """Write addresses in areas, requests of callers with those who live there, and tests of two arms each."""
    race = records.drawn("race_draw", records.RACES)
    queries = {
        "places": f"""
            SELECT {race} AS race, area, (reached_draw < 0.3 + 0.4 * (area % 10) / 10.0)::INTEGER AS reached
            FROM (SELECT random() AS race_draw, random() AS reached_draw, (random() * {AREAS})::INTEGER AS area
                  FROM range({int(rows)}))""",
        "representation": f"""
            SELECT {race} AS race, caller
            FROM (SELECT hash(i // {CALLERS}) / 18446744073709551616.0 AS race_draw, i // {CALLERS} AS caller
                  FROM range({int(rows)}) AS numbers(i))""",
        "pairs": f"""
            SELECT i // 2 AS test, CASE i % 2 WHEN 0 THEN 'Emily' ELSE 'Lakisha' END AS name,
                (random() < 0.3)::INTEGER AS called
            FROM range({int(rows) // 20 * 2}) AS numbers(i)""",
    }
    with duckdb.connect() as engine:
        engine.execute("SET threads = 1")  # for the draws to come in one order
        engine.execute("SELECT setseed(?)", [records.SEED])
        for kind, query in queries.items():
            engine.execute(f"COPY ({query}) TO '{folder / FILES[kind]}' (FORMAT parquet)")
    people = pd.DataFrame({"race": list(records.RACES)})
    people["people"] = [round(share * rows) + 1 for share in records.RACES.values()]
    people.assign(moe=people["people"] * 0.02).to_csv(folder / POPULATION, index=False)


def plans() -> dict[str, Evidence]:
    """Plan a block of each kind."""
    given = {"origin": "synthetic", "decided_by": "this_system"}
    yes = {"is": [1], "is_not": [0]}
    population = {"source": POPULATION, "people": "people", "moe": "moe", "from": "a seeded draw", "year": 2024}
    blocks = {
        "places": {
            "data": {"area": {"column": "area"}, "areas": "sample", "reached": {"column": "reached", **yes}},
            "more_is": "a benefit",
            "groups": {"race": {}},
            "measures": [{"measure": "share_within_reach", "difference": 0.05}],
        },
        "representation": {
            "data": {"cluster": "caller", "population": population},
            "more_is": "a benefit",
            "groups": {"race": {}},
            "measures": [{"measure": "events_per_1000", "ratio": 0.8}],
        },
        "pairs": {
            "data": {"decision": {"column": "called", **yes}, "matched_by": "test"},
            "being_selected_is": "a benefit",
            "groups": {"name": {}},
            "measures": [{"measure": "selection_rate", "difference": 0.05}],
        },
    }
    for kind, block in blocks.items():
        block["data"] |= {"source": FILES[kind], **given}
    return {kind: Evidence.model_validate({"id": kind, "kind": kind, **block}) for kind, block in blocks.items()}


def reached(folder: Path) -> dict[str, float]:
    """Give every group's share, and how areas differ, as pandas would."""
    frame = pd.read_parquet(folder / FILES["places"])
    assert np.isfinite(frame.groupby(["race", "area"])["reached"].mean().groupby("race").std()).all()
    return frame.groupby("race")["reached"].mean().to_dict()


def per_1000(folder: Path) -> dict[str, float]:
    """Give events for every 1,000 of every group, and how callers differ."""
    frame = pd.read_parquet(folder / FILES["representation"])
    people = pd.read_csv(folder / POPULATION).set_index("race")["people"]
    assert frame.groupby("caller").size().var() >= 0
    return (1000 * frame.groupby("race").size() / people).dropna().to_dict()


def called(folder: Path) -> dict[str, float]:
    """Give both arms' shares, and McNemar's test."""
    frame = pd.read_parquet(folder / FILES["pairs"]).pivot(index="test", columns="name", values="called")
    assert mcnemar(pd.crosstab(frame["Emily"], frame["Lakisha"]), exact=False).pvalue >= 0
    return frame.mean().to_dict()


RIVALS: dict[str, tuple[str, Callable[[Path], dict[str, float]]]] = {
    "places": ("pandas groupby of groups and areas, without a bound", reached),
    "representation": ("pandas groupby of groups and callers, without a bound", per_1000),
    "pairs": ("pandas pivot and statsmodels' McNemar", called),
}
"""What an analyst would run, which gives values and no verdict."""
