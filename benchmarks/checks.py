"""Every check that could change a verdict, and a scan of crossings: records of a million people, and a bootstrap."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import records

from fairaudit.assessment import assess
from fairaudit.checks.scan import scans
from fairaudit.findings import finding
from fairaudit.plan import Evidence
from fairaudit.tally import Tally

PEOPLE = "people.csv"
SHARES = (0.30, 0.20, 0.12, 0.08, 0.06, 0.05, 0.04, 0.03, 0.03, 0.02, 0.02, 0.02, 0.02, 0.01)
RACES = {f"race {place + 1:02}": share for place, share in enumerate(SHARES)}
SEXES = {"Female": 0.28, "Male": 0.72}
AGES = {"under 25": 0.24, "25 to 44": 0.52, "45 and over": 0.24}
CHARGES = {"violent": 0.15, "property": 0.30, "drugs": 0.25, "other": 0.30}
MIX = dict(zip(CHARGES, (0.1, 0.3, 0.3, 0.3), strict=True))
UNKNOWN_RACE = 0.02
BY = {"race": RACES, "sex": SEXES, "age": AGES}
RATES = ("selection_rate", "false_positive_rate", "false_negative_rate")
SHAPE = (*map(len, BY.values()), len(CHARGES), 2, 2)  # race, sex, age, charge, decision, outcome

LEVELS = (5, 6) * 4
"""Groups of each attribute that is scanned: 44 groups, 846 crossings of two and 9,284 of three."""


# --- all checks ------------------------------------------------------------------------------------------------------


def write_records(folder: Path, source: str, rows: int) -> None:
    """Write records of a risk score, one race in fifty not known, and a census of who lives there."""
    _write(
        folder / source,
        rows,
        f"""
        CASE WHEN unknown < {UNKNOWN_RACE} THEN '' ELSE {records.drawn("d0", RACES)} END AS race,
        {records.drawn("d1", SEXES)} AS sex,
        {records.drawn("d2", AGES)} AS age,
        {records.drawn("d3", CHARGES)} AS charge,
        (d4 < 0.40 + 0.10 * (d3 < 0.45)::INTEGER + 0.05 * (d2 < 0.24)::INTEGER)::INTEGER AS flagged,
        (d5 < 0.30 + 0.20 * (d4 < 0.40)::INTEGER)::INTEGER AS rearrested,
        """,
        6,
    )
    # A third more women, and fewer of the young, than among the records; races as they are
    people = [
        {"race": race, "sex": sex, "age": age, "people": round(5e6 * a * b * c * tilt), "moe": 2000}
        for race, a in RACES.items()
        for sex, b, of_sex in zip(SEXES, SEXES.values(), (1.3, 0.9), strict=True)
        for age, c, of_age in zip(AGES, AGES.values(), (0.8, 1.0, 1.2), strict=True)
        for tilt in (of_sex * of_age,)
    ]
    pd.DataFrame(people).to_csv(folder / PEOPLE, index=False)


DATA = {
    "origin": "synthetic",
    "decided_by": "this_system",
    "decision": {"column": "flagged", "is": [1], "is_not": [0]},
}


def plan(source: str) -> Evidence:
    """Plan three measures of 14 groups so that every check there is runs."""
    return Evidence.model_validate(
        {
            "id": "checks",
            "kind": "decisions",
            "data": {
                "source": source,
                **DATA,
                "outcome": {"column": "rearrested", "is": [1], "is_not": [0]},
                "population": {
                    "source": PEOPLE, "people": "people", "moe": "moe", "from": "a census (made up)", "year": 2024,
                    "by": list(BY),
                },
            },
            "being_selected_is": "a burden",
            "groups": {"race": {"unknown": [""]}, "sex": {}, "age": {}},
            "compare": [{"by": ["race"], "reference": "all_pairs"}],
            "strata": ["charge"],
            "scenarios": ["raked"],
            "standard": {"of": "charge", "mix": MIX},
            "label_errors": {"sensitivity": 0.95, "specificity": 0.98, "because": "a study (made up)"},
            "scan": {"by": list(BY), "depth": 3},
            "measures": [
                {"measure": name, **({"ratio": 0.8} if name == RATES[0] else {"difference": 0.1})} for name in RATES
            ],
        }
    )  # fmt: skip


def found(evidence: Evidence, tally: Tally) -> list[dict]:
    """Judge a tally, with every check and the scan."""
    findings = [finding(disparity) for disparity in assess(evidence, tally)]
    checks = {check["check"] for entry in findings for check in entry["checks"]}
    assert checks == {"unknowns", "reweighting", "strata", "labels", "fragility"}, checks
    assert len(scans(evidence, tally)) == len(RATES)
    return findings


def panel(findings: list[dict]) -> dict[tuple[str, str], list[float]]:
    """Give every group's rates, (scenario, measure) -> by group, where they are no interval."""
    return {
        (row["scenario"], entry["measure"]): [group["rate"][0] for group in row["groups"]]
        for entry in findings
        for row in entry["panel"]
        if row["groups"] and row["scenario"] != "raked_moe"
    }


# --- a bootstrap of the same panel -----------------------------------------------------------------------------------


def prepared(folder: Path, source: str) -> tuple[np.ndarray, np.ndarray]:
    """Give each record of a known race as the number of its cell, and the people of the census by race, sex and age."""
    frame = pd.read_parquet(folder / source)
    frame = frame[frame["race"] != ""]
    levels = {**BY, "charge": CHARGES}
    codes = [pd.Categorical(frame[name], list(each)).codes.astype(np.int64) for name, each in levels.items()]
    cell = np.ravel_multi_index([*codes, frame["flagged"], frame["rearrested"]], SHAPE)
    return cell, pd.read_csv(folder / PEOPLE)["people"].to_numpy(float).reshape(SHAPE[:3])


def panel_of(cell: np.ndarray, census: np.ndarray) -> dict[tuple[str, str], np.ndarray]:
    """Weigh records every way, and give every group's rates: all of it on their counts in 1,344 cells."""
    return _panel(np.bincount(cell, minlength=int(np.prod(SHAPE))).reshape(SHAPE), census)


def bootstrap(cell: np.ndarray, census: np.ndarray, draws: int, seed: int = 0) -> list[dict]:
    """Draw as many rows as there are, and give the panel of each draw."""
    rng = np.random.default_rng(seed)
    return [panel_of(cell[rng.integers(0, len(cell), len(cell))], census) for _ in range(draws)]


def _panel(table: np.ndarray, census: np.ndarray) -> dict[tuple[str, str], np.ndarray]:
    ways = {
        "recorded": table,
        "raked": _raked(table, census),
        "post_stratified": table * (census / table.sum(axis=(3, 4, 5)))[..., None, None, None],
        "kamiran_calders": _kamiran_calders(table),
        "standardised": _standardised(table),
    }
    return {
        (way, name): rate
        for way, weighed in ways.items()
        for name, rate in _rates(weighed.sum(axis=(1, 2, 3), dtype=float)).items()
    }


def _rates(cells: np.ndarray) -> dict[str, np.ndarray]:
    (tn, fn), (fp, tp) = np.moveaxis(cells, (-2, -1), (0, 1))
    return {
        "selection_rate": (fp + tp) / (tn + fn + fp + tp),
        "false_positive_rate": fp / (fp + tn),
        "false_negative_rate": fn / (fn + tp),
    }


def _raked(table: np.ndarray, census: np.ndarray) -> np.ndarray:
    """Rake to the numbers of people by race, by sex and by age (Deming & Stephan 1940)."""
    cells = table.sum(axis=(3, 4, 5)).astype(float)
    factors = np.ones_like(cells)
    for _ in range(100):
        before = factors
        for axis in range(3):
            others = tuple(each for each in range(3) if each != axis)
            factors = factors * census.sum(others, keepdims=True) / (cells * factors).sum(others, keepdims=True)
        if np.abs(factors / before - 1).max() < 1e-9:
            break
    return table * factors[..., None, None, None]


def _kamiran_calders(table: np.ndarray) -> np.ndarray:
    """Weigh so that race and outcome have nothing to do with each other (Kamiran & Calders 2012)."""
    joint = table.sum(axis=(1, 2, 3, 4)).astype(float)
    wanted = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True) / joint.sum()
    return table * (wanted / joint)[:, None, None, None, None, :]


def _standardised(table: np.ndarray) -> np.ndarray:
    """Give every race the declared mix of charges."""
    joint = table.sum(axis=(1, 2, 4, 5)).astype(float)
    wanted = joint.sum(axis=1, keepdims=True) * list(MIX.values())
    return table * (wanted / joint)[:, None, None, :, None, None]


# --- a scan of crossings ---------------------------------------------------------------------------------------------


def write_crossings(folder: Path, source: str, rows: int) -> None:
    """Write eight attributes and a decision, more often in one crossing of three."""
    attributes = "".join(f"'level ' || floor(d{k} * {n})::INTEGER AS attribute_{k + 1}, " for k, n in enumerate(LEVELS))
    planted = "d0 < 0.2 AND d1 < 0.166 AND d2 < 0.2"
    _write(folder / source, rows, f"{attributes} (d8 < 0.1 + 0.1 * ({planted})::INTEGER)::INTEGER AS flagged,", 9)


def scan_plan(source: str) -> Evidence:
    """Plan a scan of all crossings of up to three of the eight attributes."""
    names = [f"attribute_{k + 1}" for k in range(len(LEVELS))]
    return Evidence.model_validate(
        {
            "id": "scan",
            "kind": "decisions",
            "data": {
                "source": source,
                **DATA,
            },
            "being_selected_is": "a burden",
            "groups": {name: {} for name in names},
            "compare": [{"by": [names[0]], "reference": "all_pairs"}],
            "scan": {"by": names, "depth": 3},
            "measures": [{"measure": "selection_rate", "ratio": 0.8}],
        }
    )


def crossings(evidence: Evidence, tally: Tally) -> int:
    """Scan, and say how many crossings were looked at."""
    (entry,) = scans(evidence, tally)
    return entry["tested"]


def _write(path: Path, rows: int, columns: str, draws: int) -> None:
    drawn = ", ".join(f"random() AS d{k}" for k in range(draws))
    with duckdb.connect() as engine:
        engine.execute("SET threads = 1")  # for the draws to come in one order
        engine.execute("SELECT setseed(?)", [records.SEED])
        engine.execute(
            f"COPY (SELECT {columns} FROM (SELECT random() AS unknown, {drawn} FROM range({int(rows)}))) "
            f"TO '{path}' (FORMAT parquet)"
        )
