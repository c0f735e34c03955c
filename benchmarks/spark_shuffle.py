"""How many bytes Spark moves between its workers for one tally, as its own event log counts them.

Records are made up from a seed. Each is counted where it lies; what is moved is one row a cell and partition. Not so
where single records must be told apart: with a `key`, which is looked at for repeats, and with a `cluster`.

    python benchmarks/spark_shuffle.py --rows 500000 2000000 --partitions 8 32
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fairaudit.engines import spark_session
from fairaudit.plan import Evidence
from fairaudit.sources import read_tally

VARIABLE = "FAIRAUDIT_BENCHMARK_SPARK"
GROUPS = {"race": ["A", "B", "C", "D", "E", "F"], "sex": ["F", "M"], "age": ["young", "middle", "old"]}
CELLS = 6 * 2 * 3 * 2 * 2
PLANS: dict[str, dict[str, str]] = {
    "counts": {},
    "with a key": {"key": "case"},
    "with a cluster": {"cluster": "person"},
}
SKEWED = ["counts, two in three records of one group"]


def write(folder: Path, rows: int, partitions: int, skewed: bool) -> None:
    """Write made-up records, a file a partition."""
    draw = np.random.default_rng(9)
    for place in range(partitions):
        n = rows // partitions
        columns = {name: np.array(levels)[draw.integers(len(levels), size=n)] for name, levels in GROUPS.items()}
        if skewed:
            columns["race"] = np.where(draw.random(n) < 2 / 3, "A", columns["race"])
        columns |= {name: draw.integers(2, size=n) for name in ("decision", "outcome")}
        columns["case"] = np.arange(n) + place * n
        columns["person"] = columns["case"] // 4
        pq.write_table(pa.table(columns), folder / f"part-{place:04}.parquet")


def block(folder: Path, **more: str) -> Evidence:
    """Give the plan's block that counts them."""
    data = {
        "source": f"env:{VARIABLE}",
        "table": f"parquet.`{folder}`",
        "origin": "synthetic",
        "decided_by": "this_system",
        "decision": {"column": "decision", "is": [1], "is_not": [0]},
        "outcome": {"column": "outcome", "is": [1], "is_not": [0]},
        **more,
    }
    return Evidence.model_validate(
        {
            "id": "shuffle",
            "kind": "decisions",
            "data": data,
            "being_selected_is": "a burden",
            "groups": {name: {"levels": levels} for name, levels in GROUPS.items()},
            "compare": [*({"by": name} for name in GROUPS), {"by": list(GROUPS)}],
            "measures": [{"measure": "false_positive_rate", "difference": 0.05}],
        }
    )


@contextmanager
def logged(scratch: Path) -> Iterator[Path]:
    """Start Spark with its event log on, a partition a file; give the folder of the log."""
    log, conf = scratch / "log", scratch / "conf"
    log.mkdir()
    conf.mkdir()
    settings = {
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": log.as_uri(),
        "spark.eventLog.rolling.enabled": "false",
        "spark.eventLog.compress": "false",
        "spark.sql.files.openCostInBytes": "128m",  # no two files share a task
        "spark.sql.adaptive.coalescePartitions.enabled": "true",
    }
    (conf / "spark-defaults.conf").write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    os.environ |= {"SPARK_CONF_DIR": str(conf), VARIABLE: "spark:local[2]"}
    yield log
    spark_session.end()


def shuffled(log: Path) -> tuple[int, int]:
    """Add up the bytes and the rows that were written to be moved, over all tasks of the newest application."""
    newest = max(log.iterdir(), key=lambda path: path.stat().st_mtime)
    bytes_, rows = 0, 0
    for line in newest.read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        if event["Event"] == "SparkListenerTaskEnd":
            written = (event.get("Task Metrics") or {}).get("Shuffle Write Metrics", {})
            bytes_ += written.get("Shuffle Bytes Written", 0)
            rows += written.get("Shuffle Records Written", 0)
    return bytes_, rows


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[500_000, 2_000_000])
    parser.add_argument("--partitions", type=int, nargs="+", default=[8, 32])
    options = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="fairaudit-shuffle-"))
    print(
        f"| plan ({CELLS} cells) | records | partitions | rows moved | bytes moved | bytes a cell and partition | s |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    try:
        with logged(scratch) as log:
            for rows, partitions, skewed in product(options.rows, options.partitions, (False, True)):
                folder = scratch / f"{rows}-{partitions}-{skewed}"
                folder.mkdir()
                write(folder, rows, partitions, skewed)
                for name in SKEWED if skewed else PLANS:
                    began = time.monotonic()
                    read_tally(block(folder, **PLANS.get(name, {})))
                    took = time.monotonic() - began
                    bytes_, moved = shuffled(log)
                    numbers = f"{rows:,} | {partitions} | {moved:,} | {bytes_:,} | {bytes_ / CELLS / partitions:.1f}"
                    print(f"| {name} | {numbers} | {took:.1f} |", flush=True)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
