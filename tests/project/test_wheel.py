"""An installed wheel holds what a checkout holds beside the package, and no result of any audit."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile

import pytest

import fairaudit

KEPT = ["fairaudit", "templates", "notebooks", "audits", "data/sample"]
FILES = ["pyproject.toml", "README.md", "LICENSE", ".gitignore"]


@pytest.fixture(scope="module")
def wheel(root, tmp_path_factory):
    """Build a wheel from a copy of the project in which an audit has been run."""
    copy = tmp_path_factory.mktemp("copy")
    for folder in KEPT:
        shutil.copytree(root / folder, copy / folder)
    for name in FILES:
        shutil.copy(root / name, copy / name)
    report = copy / "audits" / "planted" / "report"
    report.mkdir(parents=True)
    (report / "results.json").write_text("{}", encoding="utf-8")
    (report.parent / "audit.yaml").write_text("system: {}", encoding="utf-8")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", "dist"]
    subprocess.run(build, cwd=copy, check=True, capture_output=True)
    (path,) = (copy / "dist").glob("*.whl")
    return path


@pytest.fixture(scope="module")
def names(wheel) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


def test_its_version_is_that_of_the_package(wheel):
    assert wheel.name == f"fairaudit_toolkit-{fairaudit.__version__}-py3-none-any.whl"


@pytest.mark.parametrize("folder", KEPT[1:])
def test_it_holds_each_folder_beside_the_package(root, names, folder):
    files = [path.relative_to(root) for path in (root / folder).rglob("*") if path.is_file()]
    kept = [path.as_posix() for path in files if not {"report", "__pycache__", ".ipynb_checkpoints"} & set(path.parts)]
    assert kept, f"{folder} is empty"
    assert {f"fairaudit/_data/{path}" for path in kept} <= names


def test_it_holds_plans_and_no_results(names):
    assert "fairaudit/_data/audits/planted/audit.yaml" in names
    assert [name for name in names if name.startswith("fairaudit/_data/") and "/report/" in name] == []


def test_it_holds_nothing_else(names):
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"fairaudit"}
    assert [name for name in names if name.endswith(".pyc")] == []


def test_it_brings_the_command(wheel):
    with zipfile.ZipFile(wheel) as archive:
        entry_points = archive.read(f"fairaudit_toolkit-{fairaudit.__version__}.dist-info/entry_points.txt").decode()
    assert "fairaudit = fairaudit.cli:main" in entry_points
