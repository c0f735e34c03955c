"""One contender in a process of its own: read a file, give every group's rates, and say what that took.

Run as `python alone.py CONTENDER FILE`; prints JSON. Libraries are imported inside, since each contender needs its own,
and Aequitas lives in an environment in which nothing of ours is installed.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from pathlib import Path

COLUMNS = ["race", "risk_level", "rearrested"]
SELECTED = ("Medium", "High")
NAMES = ("selection_rate", "true_positive_rate", "false_positive_rate", "false_negative_rate")


def ours(path: Path):
    """Count, judge four measures of eight groups, and bound every pair of them."""
    import records

    from fairaudit.assessment import assess
    from fairaudit.sources import read_tally

    evidence = records.plan(path.name, groups=["race"], compare=[["race"]])

    def work() -> dict:
        found = assess(evidence, read_tally(evidence, path.parent))
        assert all(disparity.bounds for disparity in found)
        return {d.measure.name: dict(zip(d.groups, map(float, d.arms.rates), strict=False)) for d in found}

    return work


def tally(path: Path):
    """Count alone."""
    import records

    from fairaudit.sources import read_tally

    evidence = records.plan(path.name, groups=["race"], compare=[["race"]])
    return lambda: {"records": {"all": read_tally(evidence, path.parent).records}}


def duckdb(path: Path):
    """Count rows by the raw values of the same columns, and nothing else."""
    import rivals

    return lambda: {"cells": {"all": rivals.duckdb_group_by(path, COLUMNS)}}


def pandas(path: Path):
    """Count with groupby, and divide; no bounds."""
    import pandas

    def work() -> dict:
        frame = pandas.read_parquet(path, columns=COLUMNS)
        frame["selected"] = frame["risk_level"].isin(SELECTED)
        cells = frame.groupby(["race", "selected", "rearrested"]).size().unstack([1, 2], fill_value=0)
        tn, fn, fp, tp = (cells[key] for key in ((False, 0), (False, 1), (True, 0), (True, 1)))
        rates = ((tp + fp) / (tp + fp + tn + fn), tp / (tp + fn), fp / (fp + tn), fn / (tp + fn))
        return {name: rate.to_dict() for name, rate in zip(NAMES, rates, strict=True)}

    return work


def fairlearn(path: Path):
    """Read with pandas, and take fairlearn's MetricFrame; no bounds."""
    import pandas
    import rivals

    def work() -> dict:
        frame = pandas.read_parquet(path, columns=COLUMNS)
        selected = frame["risk_level"].isin(SELECTED).to_numpy(int)
        found = rivals.fairlearn_bootstrap(selected, frame["rearrested"].to_numpy(), frame["race"].to_numpy(), 0)
        return {name: found.by_group[name].astype(float).to_dict() for name in NAMES}

    return work


def aequitas(path: Path):
    """Read with pandas, and take Aequitas' table of groups; no bounds."""
    import pandas

    Group = importlib.import_module("aequitas.group").Group  # it lives in an environment of its own

    of = {"selection_rate": "ppr", "true_positive_rate": "tpr", "false_positive_rate": "fpr"}

    def work() -> dict:
        frame = pandas.read_parquet(path, columns=COLUMNS)
        frame["score"] = frame.pop("risk_level").isin(SELECTED).astype(int)
        frame = frame.rename(columns={"rearrested": "label_value"})
        table, _ = Group().get_crosstabs(frame, attr_cols=["race"])
        table = table.set_index("attribute_value")
        rates = {name: table[column] for name, column in of.items()}
        rates["selection_rate"] = table["pp"] / table["group_size"]
        rates["false_negative_rate"] = table["fnr"]
        return {name: rate.astype(float).to_dict() for name, rate in rates.items()}

    return work


CONTENDERS = {each.__name__: each for each in (ours, tally, duckdb, pandas, fairlearn, aequitas)}


def peak() -> float:
    """Give the most memory that this process has held, in MiB."""
    status = Path("/proc/self/status")
    if status.exists():
        # What getrusage tells on Linux is no less than what the parent held when it started this process
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 2**10
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / 2**20 if sys.platform == "darwin" else size / 2**10


def main() -> None:
    """Run one contender once, and print what it took."""
    name, path = sys.argv[1], Path(sys.argv[2])
    work = CONTENDERS[name](path)
    before = peak()
    cpu, wall = time.process_time(), time.perf_counter()
    rates = work()
    took = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    print(json.dumps({**took, "peak": peak(), "before": before, "rates": rates}))


if __name__ == "__main__":
    main()
