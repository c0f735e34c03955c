"""`make bench` runs, on a few records, and what it prints can be read. How fast anything is, is no test."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.engines import spark

GOALS = {
    "fairlearn's MetricFrame with 1,000 draws": "at least 1,000 times as fast",
    "pandas groupby and 2,000 draws": "at least 1 times as fast",
    "DuckDB's GROUP BY of the same four columns": "at most 2 times as slow",
    "statsmodels' score interval of a ratio": "at most 0.1 s",
    "python -c pass": "at most 0.3 s",
}
# All but a whole audit, which other tests run
PARTS = ["judging", "counting", "bounding", "exactly", "starting", "scale"]


SCALE = "## From 0.1 to 100 million rows"


def rows(text: str) -> list[list[str]]:
    lines = [line for line in text.partition(SCALE)[0].splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def goals(text: str) -> dict[str, str]:
    return {beside.partition(" (")[0]: goal for _, _, beside, _, _, goal, _ in rows(text)}


def verdicts(text: str) -> set[str]:
    cases = [row[0] for row in rows(text) if "exact step" in row[0]]
    return {word for word in ("cleared", "flagged", "not demonstrated") for case in cases if f" {word}" in case}


@pytest.mark.long
def test_every_contest_is_run_and_written_with_its_goal(root, tmp_path):
    out = tmp_path / "results.md"
    command = [sys.executable, str(root / "benchmarks" / "bench.py"), "--smoke", "--out", str(out), *PARTS]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    text = out.read_text(encoding="utf-8")
    assert goals(text).items() >= GOALS.items()
    assert verdicts(text) == {"cleared", "flagged", "not demonstrated"}
    for row in rows(text)[2:]:
        assert len(row[1].split(" / ")) == 3
        assert row[6] in ("met", "met on a free core", "**missed**")
    assert "fairlearn's MetricFrame, no bounds" in text.partition(SCALE)[2]
    assert "Aequitas is not in the table" in text  # a smoke run installs nothing
    assert f"Python {sys.version.split()[0]}" in text


def test_the_table_that_is_kept_holds_every_contest(root):
    text = (root / "benchmarks" / "results.md").read_text(encoding="utf-8")
    assert goals(text).items() >= GOALS.items()
    assert verdicts(text) == {"cleared", "flagged", "not demonstrated"}
    assert "1,000,000 rows" in text
    assert "10,000,000 rows" in text


@pytest.mark.long
def test_what_spark_moves_is_rows_of_cells_and_not_records(root):
    spark.needed()
    command = [sys.executable, str(root / "benchmarks" / "spark_shuffle.py"), "--rows", "40000", "--partitions", "2"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    moved = {row[0]: int(row[3].replace(",", "")) for row in rows(done.stdout) if row[3][0].isdigit()}
    cells, partitions, tables = 6 * 2 * 3 * 2 * 2, 2, 4
    assert 0 < moved["counts"] <= cells * partitions + cells * tables
    assert moved["with a key"] >= 40_000


def test_the_readme_shows_the_table_of_many_rows(root):
    kept = (root / "benchmarks" / "results.md").read_text(encoding="utf-8").partition(SCALE)[2]
    table = [line for line in kept.splitlines() if line.startswith("| ")]
    assert "100M rows" in table[0]
    assert "\n".join(table) in (root / "README.md").read_text(encoding="utf-8")
