"""A run that is stopped leaves nothing behind: no kernel, no folder; and two runs at once leave one whole report."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.run.made import audit, block, files, notebook

ENDLESS = """import os, pathlib, time
pathlib.Path("pid.part").write_text(str(os.getpid()))
pathlib.Path("pid.part").rename("pid")
while True: time.sleep(.1)"""
SECONDS = 60


def started(root: Path, folder: Path, *words: str, **options) -> subprocess.Popen:
    """Start the command line in a process of its own."""
    command = [sys.executable, "-m", "fairaudit", "run", str(folder), "--allow-code", "--no-pdf", *words]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=root, **streams, **options)


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < until, "it did not happen in a minute"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    """Say whether a process runs; one that has ended and waits to be collected does not."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="looks processes up in /proc")
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "told to end"])
def test_a_run_that_is_stopped(tmp_path, root, sent, code):
    folder = audit(tmp_path / "a", block(more="    notebook: own.ipynb\n"))
    notebook(folder / "own.ipynb", ENDLESS)
    (folder / "report").mkdir()
    (folder / "report" / "results.json").write_text("the last good report")
    before = files(folder)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    process = started(root, folder, env={**os.environ, "TMPDIR": str(temporary)})
    try:
        wait_for((folder / "pid").exists)
        process.send_signal(sent)
        out, err = process.communicate(timeout=SECONDS)
    finally:
        process.kill()
    assert process.returncode == code, err
    assert "Traceback" not in out + err
    kernel = int((folder / "pid").read_text())
    wait_for(lambda: not alive(kernel))
    (folder / "pid").unlink()
    assert files(folder) == before
    assert sorted(os.listdir(folder)) == ["audit.yaml", "own.ipynb", "records.csv", "report"]
    assert os.listdir(temporary) == []


@pytest.mark.long
def test_two_runs_of_an_audit_at_once(tmp_path, root):
    folder = audit(tmp_path / "a")
    processes = [started(root, folder) for _ in range(2)]
    ends = [process.communicate(timeout=4 * SECONDS) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], ends
    assert sorted(os.listdir(folder)) == ["audit.yaml", "records.csv", "register.json", "report"]
    seal = json.loads((folder / "report" / "seal.json").read_text(encoding="utf-8"))
    assert set(files(folder / "report")) == {*seal["files"], "seal.json"}
