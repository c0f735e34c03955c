"""The report's folder is replaced as a whole, or not at all; what is not a report is never replaced."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from fairaudit.errors import UsageError
from fairaudit.folders import put_in_place, refuse_foreign, written_aside
from tests.run.made import files

REPORT = {"results.json": b"old", "tally/flags.tally.csv": b"old"}


def folder_of(folder: Path, content: dict[str, bytes]) -> Path:
    for name, text in content.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text)
    return folder


def write(target: Path, text: bytes, stop: type[BaseException] | None = None) -> None:
    with written_aside(target) as aside:
        (aside / "results.json").write_bytes(text)
        if stop:
            raise stop


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        pytest.param({}, False, id="nothing there"),
        pytest.param({"results.json": b"{}", "tally/x.tally.csv": b"", "notebooks/x.ipynb": b""}, False, id="a report"),
        pytest.param({"results.json": b"{}", "notebooks/x.html": b""}, False, id="a report with a notebook's page"),
        pytest.param({"results.json": b"{}", "notebooks/x.py": b""}, True, id="somebody's file among the notebooks"),
        pytest.param({"results.json": b"{}", "minutes.docx": b""}, True, id="a report, and somebody's file in it"),
        pytest.param({"results.json": b"{}", "tally/mine.csv": b""}, True, id="somebody's file among the counts"),
        pytest.param({"failed.html": b""}, False, id="a failed first run"),
        pytest.param({"thesis.docx": b""}, True, id="somebody's files"),
        pytest.param({"sub/results.json": b"{}"}, True, id="a folder of reports"),
    ],
)
def test_only_a_report_is_replaced(tmp_path, content, refused):
    target = folder_of(tmp_path / "report", content)
    if not refused:
        refuse_foreign(target)
        return
    with pytest.raises(UsageError, match=r"holds \S+, and a report replaces its folder") as caught:
        refuse_foreign(target)
    assert caught.value.exit_code == 2


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "report").write_text("x")
    with pytest.raises(UsageError, match="is a file"):
        refuse_foreign(tmp_path / "report")


def test_a_new_report_takes_the_old_one_s_place_whole(tmp_path):
    target = folder_of(tmp_path / "report", REPORT)
    write(target, b"new")
    assert files(tmp_path) == {"report/results.json": b"new"}


def test_folders_around_it_are_made(tmp_path):
    write(tmp_path / "a" / "b" / "report", b"new")
    assert files(tmp_path) == {"a/b/report/results.json": b"new"}


@pytest.mark.parametrize("stop", [ValueError, KeyboardInterrupt, SystemExit])
def test_what_stops_halfway_leaves_the_old_report(tmp_path, stop):
    target = folder_of(tmp_path / "report", REPORT)
    with pytest.raises(stop):
        write(target, b"half of it", stop)
    assert files(tmp_path) == {f"report/{name}": content for name, content in REPORT.items()}
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_of_two_that_end_at_once_the_later_one_stays(tmp_path):
    target = folder_of(tmp_path / "report", REPORT)
    with written_aside(target) as first:
        (first / "results.json").write_bytes(b"first")
        with written_aside(target) as second:
            (second / "results.json").write_bytes(b"second")
    assert files(tmp_path) == {"report/results.json": b"first"}


@pytest.fixture
def another_disk():
    """Give a folder from which nothing can be renamed into pytest's, as if a program held it."""
    shared = Path("/dev/shm")
    if not shared.is_dir() or not os.access(shared, os.W_OK):
        pytest.skip("no second file system at hand to rename across")
    with tempfile.TemporaryDirectory(dir=shared) as folder:
        yield Path(folder)


def test_where_the_new_report_cannot_be_renamed_the_old_one_stays_and_the_new_one_lies_beside(tmp_path, another_disk):
    if another_disk.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("no second file system at hand to rename across")
    target = folder_of(tmp_path / "report", REPORT)
    aside = folder_of(another_disk / "aside", {"results.json": b"new"})
    with pytest.raises(UsageError, match="cannot be replaced") as caught:
        put_in_place(aside, target)
    assert files(tmp_path) == {
        **{f"report/{name}": content for name, content in REPORT.items()},
        "report.new/results.json": b"new",
    }
    assert f"the new report is in {target}.new" in caught.value.problems[0].hint


def test_a_folder_in_which_nothing_can_be_written(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UsageError, match="cannot be written") as caught:
        write(tmp_path / "file" / "report", b"new")
    assert "--out" in caught.value.problems[0].hint
    assert files(tmp_path) == {"file": b"in the way"}
