"""Counts that are kept: taken only where everything is as it was, and a second run reads no record."""

from __future__ import annotations

import json
import os
import stat
import time
from pathlib import Path

import pytest

from fairaudit.doctor import examine
from fairaudit.errors import DataError
from fairaudit.keeping import files
from fairaudit.keeping.counting import counted, key_of
from fairaudit.keeping.place import VARIABLE
from fairaudit.keeping.shelf import ENDING, HASH_BYTES, SECRET, shelf
from fairaudit.plan import read_plan
from fairaudit.run import Settings, run
from fairaudit.sources import read_tally
from tests.run.made import audit, block, records

IO = Path("/proc/self/io")
JOINED = "      join: {source: districts.csv, on: district}\n"
POPULATION = "      population: {source: people.csv, people: people, from: a count, year: 2023}\n"


@pytest.fixture(autouse=True)
def folder_of_counts(tmp_path, monkeypatch) -> Path:
    folder = tmp_path / "kept"
    monkeypatch.setenv(VARIABLE, str(folder))
    return folder


def taken(folder: Path):
    plan = read_plan(folder)
    return counted(plan.evidence[0], plan.folder, plan.sha256)


def bytes_read() -> int:
    return int(IO.read_text().split("rchar: ")[1].split()[0])


def rested(*paths: Path) -> None:
    """Wait until files are taken for at rest."""
    time.sleep(max(path.stat().st_ctime_ns for path in paths) / 1e9 + files.AT_REST / 1e9 + 0.1 - time.time())


@pytest.mark.skipif(not IO.exists(), reason="only Linux counts the bytes that a process reads")
def test_a_second_count_reads_no_record(tmp_path):
    """The system counts what a process reads, and cannot be talked out of it."""
    folder = audit(tmp_path / "a", data=records(per_group=500_000))
    size = (folder / "records.csv").stat().st_size
    rested(folder / "records.csv")
    before = bytes_read()
    first = taken(folder)
    between = bytes_read()
    second = taken(folder)
    after = bytes_read()
    assert first.kept is None
    assert between - before > 2 * size  # hashed, and counted
    assert after - between < size / 50
    assert second.tally == first.tally
    assert vars(second.tally.about) == vars(first.tally.about)
    assert list(second.sql) == list(first.sql) != []
    assert second.kept == {"source": files.sha256_of(folder / "records.csv", shelf())}


def test_a_file_that_was_just_written_is_hashed_each_time(tmp_path):
    path = tmp_path / "records.csv"
    path.write_text("a", encoding="utf-8")
    one = files.sha256_of(path, shelf())
    assert not list(shelf().folder.glob(f"file-*{ENDING}"))
    path.write_text("b", encoding="utf-8")
    assert files.sha256_of(path, shelf()) != one


def other_records(folder: Path) -> None:
    path = folder / "records.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Black,yes,0", "Black,no ,0", 1), encoding="utf-8")


def records_of_the_same_size_and_time(folder: Path) -> None:
    path = folder / "records.csv"
    before = path.stat()
    other_records(folder)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def other_plan(was: str, now: str):
    def change(folder: Path) -> None:
        path = folder / "audit.yaml"
        text = path.read_text(encoding="utf-8")
        assert was in text
        path.write_text(text.replace(was, now), encoding="utf-8")

    return change


def other_file(name: str, was: str, now: str):
    def change(folder: Path) -> None:
        path = folder / name
        path.write_text(path.read_text(encoding="utf-8").replace(was, now), encoding="utf-8")

    return change


CHANGES = {
    "nothing": (lambda folder: None, True),
    "what is asked, in words": (other_plan("kind: decisions", "kind: decisions\n    question: Who is?"), True),
    "the reason of a limit": (other_plan("the council", "the court"), True),
    "a record": (other_records, False),
    "a record, and the clock set back": (records_of_the_same_size_and_time, False),
    "the population": (other_file("people.csv", "100", "101"), False),
    "what is joined": (other_file("districts.csv", "north", "south"), False),
    "what counts as yes": (other_plan("is: [yes], is_not: [no]", "is: [no], is_not: [yes]"), False),
    "a group's name": (other_plan("[Black, White]", "[White, Black]"), False),
    "who counted": (other_plan("origin: historical", "origin: historical\n      counted_by: a clerk"), False),
    "a measure": (other_plan("selection_rate", "false_positive_rate"), False),
}


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_but_of_prose_counts_anew(tmp_path, change):
    changes, kept = CHANGES[change]
    rows = records().splitlines()
    data = "\n".join([f"{rows[0]},district", *(f"{row},{place % 2}" for place, row in enumerate(rows[1:]))]) + "\n"
    folder = audit(tmp_path / "a", block(data=JOINED + POPULATION), data=data)
    (folder / "districts.csv").write_text("district,part\n0,north\n1,south\n", encoding="utf-8")
    (folder / "people.csv").write_text("race,people\nBlack,100\nWhite,200\n", encoding="utf-8")
    paths = [folder / name for name in ("records.csv", "districts.csv", "people.csv")]
    rested(*paths)
    taken(folder)
    assert taken(folder).kept.keys() == {"source", "join", "population"}
    changes(folder)
    plan = read_plan(folder)
    found = taken(folder)
    assert (found.kept is not None) == kept
    assert found.tally == read_tally(plan.evidence[0], folder)
    assert found.tally.about.plan_sha256 == plan.sha256


def test_the_order_of_groups_matters(tmp_path):
    data = records().replace("outcome\n", "outcome,sex\n").replace(",0\n", ",0,F\n").replace(",1\n", ",1,M\n")
    one = audit(tmp_path / "a", block(groups="{race: , sex: }"), data=data)
    two = audit(tmp_path / "b", block(groups="{sex: , race: }"), data=data)
    taken(one)
    assert taken(two).kept is None
    assert list(taken(two).tally.about.attributes) == ["sex", "race"]


@pytest.mark.parametrize("at", [0, HASH_BYTES - 1, HASH_BYTES, HASH_BYTES + 200, -2])
def test_an_edited_entry_is_counted_anew(tmp_path, folder_of_counts, at):
    folder = audit(tmp_path / "a")
    right = taken(folder).tally
    (entry,) = folder_of_counts.glob(f"*{ENDING}")
    content = bytearray(entry.read_bytes())
    content[at] ^= 1
    entry.write_bytes(content)
    found = taken(folder)
    assert found.kept is None
    assert found.tally == right
    assert taken(folder).kept is not None


def test_edited_counts_are_counted_anew(tmp_path, folder_of_counts):
    folder = audit(tmp_path / "a")
    right = taken(folder).tally
    (entry,) = folder_of_counts.glob(f"*{ENDING}")
    edited = entry.read_bytes().replace(b",30\\n", b",29\\n").replace(b",15\\n", b",14\\n")
    assert edited != entry.read_bytes()
    entry.write_bytes(edited)
    assert taken(folder).tally == right


def test_no_entry_passes_for_another(tmp_path, folder_of_counts):
    shelf().put("one", b"1")
    (folder_of_counts / f"one{ENDING}").rename(folder_of_counts / f"two{ENDING}")
    assert shelf().get("two") is None


def test_a_caller_may_have_a_key_of_its_own(tmp_path):
    folder = audit(tmp_path / "a")
    tally = taken(folder).tally
    key = key_of({"query": "SELECT 1", "rows": 120})
    shelf().keep(key, tally, ["SELECT 1"])
    assert shelf().counts(key) == (tally, ("SELECT 1",))
    assert shelf().counts(key_of({"query": "SELECT 1", "rows": 121})) is None


@pytest.mark.skipif(os.name != "posix", reason="permissions of another kind")
def test_nobody_else_can_read_what_is_kept_and_a_folder_open_to_others_is_not_used(tmp_path, folder_of_counts):
    folder = audit(tmp_path / "a")
    taken(folder)
    assert stat.S_IMODE(folder_of_counts.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder_of_counts / SECRET).stat().st_mode) == 0o600
    folder_of_counts.chmod(0o770)
    assert shelf() is None
    assert taken(folder).kept is None
    (said,) = [found for found in examine(tmp_path) if found.what == "Kept counts"]
    assert not said.there
    folder_of_counts.chmod(0o700)
    assert taken(folder).kept is not None


def test_a_folder_that_cannot_be_written_changes_nothing(tmp_path, monkeypatch):
    folder = audit(tmp_path / "a")
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "file" / "kept"))
    assert taken(folder).kept is None
    monkeypatch.setenv(VARIABLE, "off")
    assert taken(folder).kept is None


def test_the_oldest_go_when_there_are_too_many(tmp_path, folder_of_counts, monkeypatch):
    monkeypatch.setattr("fairaudit.keeping.shelf.MOST_ENTRIES", 3)
    held = shelf()
    for place, name in enumerate("abcd"):
        held.put(name, b"")
        os.utime(folder_of_counts / f"{name}{ENDING}", (place, place))
    held.put("e", b"")
    assert [held.get(name) for name in "abcde"] == [None, None, b"", b"", b""]


def test_a_second_run_takes_kept_counts_and_finds_the_same(tmp_path):
    folder = audit(tmp_path / "a", block("one"), block("two", groups="{race: }"))
    first = run(folder, settings=Settings(pdf=False))
    second = run(folder, settings=Settings(pdf=False))
    assert (first.kept, second.kept) == ((), ("one", "two"))
    assert second.results == first.results
    assert second.seal_sha256 == first.seal_sha256
    assert run(folder, settings=Settings(pdf=False, cache=False)).kept == ()


def test_a_run_refuses_kept_counts_of_a_file_that_only_looks_the_same(tmp_path):
    """As if the clock had been set back: the hash that is kept for the file's stamp is that of its earlier bytes."""
    folder = audit(tmp_path / "a")
    path = folder / "records.csv"
    rested(path)
    taken(folder)
    (entry,) = shelf().folder.glob(f"file-*{ENDING}")
    known = shelf().get(entry.name.removesuffix(ENDING))
    other_records(folder)
    rested(path)
    about = path.stat()
    stamp = [about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns]
    shelf().put(entry.name.removesuffix(ENDING), json.dumps([stamp, json.loads(known)[1]]).encode())
    with pytest.raises(DataError, match="its size and times do not tell"):
        run(folder, settings=Settings(pdf=False))
    assert run(folder, settings=Settings(pdf=False, cache=False)).kept == ()
