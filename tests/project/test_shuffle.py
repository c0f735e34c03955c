"""The simulation of what many machines send one another bears out what the README says of it."""

from __future__ import annotations

import importlib
import sys

import pytest


@pytest.fixture(scope="module")
def shuffle(root):
    sys.path.insert(0, str(root / "benchmarks"))
    try:
        yield importlib.import_module("shuffle")
    finally:
        sys.path.remove(str(root / "benchmarks"))


@pytest.mark.parametrize("folds", [False, True])
def test_what_is_sent_stays_flat_as_records_grow(shuffle, folds):
    few, many = (shuffle.cells_sent(rows, 4, folds=folds) for rows in (1_000_000, 4_000_000))
    assert few.rows <= many.rows <= 4 * shuffle.cells(folds)
    assert many.mb == pytest.approx(few.mb, rel=0.06)


def test_what_is_sent_grows_with_partitions(shuffle):
    assert [shuffle.cells_sent(1_000_000, parts).rows for parts in (4, 8, 16)] == [
        parts * shuffle.cells(False) for parts in (4, 8, 16)
    ]


def test_persons_grow_with_records(shuffle):
    one, two = (shuffle.keys_sent(rows, 16).rows for rows in (200_000, 400_000))
    assert two / one == pytest.approx(2, rel=0.01)


def test_a_key_that_many_share_holds_up_one_task_unless_it_is_counted_first(shuffle, root):
    """5 of 100 records to one of 200 tasks: 0.05 * 200 = 10 times its share, and its own beside it."""
    assert shuffle.largest_share(500_000, 0.05, counted_first=False) == pytest.approx(0.05 * 200 + 0.95, rel=0.05)
    assert shuffle.largest_share(500_000, 0.05, counted_first=True) < 1.2
    assert "10.9 times its share" in (root / "README.md").read_text(encoding="utf-8")


@pytest.mark.long
def test_the_readme_shows_what_comes_out(shuffle, root):
    assert "\n".join(shuffle.lines()) in (root / "README.md").read_text(encoding="utf-8")


def test_the_readme_reckons_a_billion_records_by_the_same_numbers(shuffle, root):
    text = " ".join((root / "README.md").read_text(encoding="utf-8").split())
    assert f"800 × {shuffle.cells(False)} × {shuffle.CELL_BYTES} bytes = 9.2 MB" in text
    assert round(800 * shuffle.cells(False) * shuffle.CELL_BYTES / 1e6, 1) == 9.2
    assert "at most 922 MB" in text
    assert round(800 * shuffle.cells(True) * shuffle.CELL_BYTES / 1e6) == 922
    assert "60 GB" in text
    assert 10**9 * shuffle.KEY_BYTES == 60e9
