"""The engine is given a bounded part of memory, puts on disk what does not fit, and counts the same."""

from __future__ import annotations

import os
import subprocess
import tempfile

import duckdb
import pytest

from fairaudit.errors import DataError, UsageError
from fairaudit.plan import Evidence
from fairaudit.sources import read_tally
from fairaudit.sources.opening import opened

MEMORY = "FAIRAUDIT_MEMORY"
ROWS = 1_000_000
KINDS = 5
"""A race each; every tenth record repeats the key of the one before."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("large")
    key = "'case ' || lpad((i - (i % 10 = 9)::INT)::VARCHAR, 60, '0')"
    query = f"SELECT {key} AS number, 'race ' || (i % {KINDS}) AS race, i % 2 AS decision FROM range({ROWS}) AS rows(i)"
    with duckdb.connect() as engine:
        engine.execute(f"COPY ({query}) TO '{folder / 'records.parquet'}'")
    return folder


def plan() -> Evidence:
    data = {
        **{"source": "records.parquet", "origin": "synthetic", "decided_by": "this_system", "key": "number"},
        "decision": {"column": "decision", "is": [1], "is_not": [0]},
    }
    block = {"data": data, "groups": {"race": {}}, "measures": [{"measure": "selection_rate", "difference": 0.05}]}
    return Evidence.model_validate({"id": "flags", "kind": "decisions", "being_selected_is": "a burden", **block})


def allowed(folder) -> str:
    with opened(plan().data, folder) as records:
        return records.connection.execute("SELECT current_setting('memory_limit')").fetchone()[0]


def test_memory_is_bounded_and_the_environment_may_bound_it_otherwise(folder, monkeypatch):
    assert allowed(folder) == "1.0 GiB"
    monkeypatch.setenv(MEMORY, "512MiB")
    assert allowed(folder) == "512.0 MiB"


def test_counts_are_the_same_where_keys_do_not_fit_into_memory(folder, monkeypatch):
    monkeypatch.setenv(MEMORY, "128MiB")
    about = read_tally(plan(), folder).about
    assert about.records["kept"] == ROWS
    facts = about.groups["race"]
    assert sum(fact["duplicates"] for fact in facts.values()) == ROWS // 10


@pytest.fixture
def small_disk(tmp_path, monkeypatch):
    """Mount a disk of 8 MB, and let whatever does not fit into memory go there."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    monkeypatch.setattr(tempfile, "tempdir", str(disk))
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_disk_that_fills_while_counting_is_said(folder, small_disk, monkeypatch):
    monkeypatch.setenv(MEMORY, "64MiB")
    with pytest.raises(DataError) as caught:
        read_tally(plan(), folder)
    (problem,) = caught.value.problems
    assert (problem.where, problem.what) == ("records.parquet", "does not fit into this machine's memory and disk")
    assert list(small_disk.iterdir()) == [], "what was put there goes with it"


@pytest.mark.parametrize("told", ["much", "-1GiB", "0GB", "1GiB; SELECT 1"])
def test_what_is_no_amount_of_memory_is_refused(folder, monkeypatch, told):
    monkeypatch.setenv(MEMORY, told)
    with pytest.raises(UsageError, match="no amount of memory"):
        allowed(folder)
