"""`make setup`: one clear line for what a machine lacks, and nothing done twice."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not here; conda users need none")


@pytest.fixture
def project(root, tmp_path) -> Path:
    """Give a folder with the Makefile and an empty lock: enough to see what set-up does first."""
    shutil.copy(root / "Makefile", tmp_path)
    for name in ["requirements.lock", "pyproject.toml"]:
        (tmp_path / name).touch()
    return tmp_path


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    # Inside `make test` the outer make's own settings would be passed on to this one.
    settings = {name: value for name, value in os.environ.items() if not name.startswith("MAKE") and name != "MFLAGS"}
    command = ["make", *arguments]
    return subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True, check=False)


def stand_in(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_no_python(project):
    done = make(project, "setup", "PYTHON=python3.99")
    assert done.returncode != 0
    assert "needs Python 3.11 or newer, and there is no 'python3.99' here" in done.stdout
    assert "apt-get install python3 python3-venv" in done.stdout


def test_an_old_python(project):
    old = stand_in(project / "old-python", 'case "$2" in *print*) echo 3.9;; *) exit 1;; esac')
    done = make(project, "setup", f"PYTHON={old}")
    assert done.returncode != 0
    assert "needs Python 3.11 or newer" in done.stdout
    assert "is 3.9." in done.stdout
    assert "make setup PYTHON=python3.12" in done.stdout


def test_no_venv(project):
    bare = stand_in(project / "bare-python", f'case "$2" in *ensurepip*) exit 1;; esac\nexec "{sys.executable}" "$@"')
    done = make(project, "setup", f"PYTHON={bare}")
    assert done.returncode != 0
    assert f"apt-get install python{sys.version_info.major}.{sys.version_info.minor}-venv" in done.stdout
    assert not (project / ".venv").exists()


def test_a_second_run_does_nothing(project):
    (project / ".venv").mkdir()
    for stamp in [".locked", ".ready"]:
        (project / ".venv" / stamp).touch()
    assert make(project, "--question", "setup").returncode == 0
    os.utime(project / "requirements.lock", (2_000_000_000, 2_000_000_000))
    assert make(project, "--question", "setup").returncode == 1


def test_spark_is_installed_once_and_again_with_another_lock(project):
    (project / "requirements-spark.lock").touch()
    (project / ".venv").mkdir()
    for stamp in [".locked", ".ready"]:
        (project / ".venv" / stamp).touch()
    assert make(project, "--question", "spark").returncode == 1
    (project / ".venv" / ".spark").touch()
    assert make(project, "--question", "spark").returncode == 0
    assert make(project, "--question", "setup").returncode == 0
    os.utime(project / "requirements-spark.lock", (2_000_000_000, 2_000_000_000))
    assert make(project, "--question", "spark").returncode == 1
    assert make(project, "--question", "setup").returncode == 0


def test_make_alone_lists_every_command(project):
    makefile = (project / "Makefile").read_text(encoding="utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, flags=re.MULTILINE)
    listed = re.findall(r"^  make ([\w-]+)", make(project).stdout, flags=re.MULTILINE)
    assert sorted(listed) == sorted(phony.split())
