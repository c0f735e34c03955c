"""What the tests of the set-up share: the declared dependencies, and the files that git keeps."""

from __future__ import annotations

import os
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


class Declared:
    """The dependencies that pyproject.toml declares: lists of requirements by extra, "" for those of every user."""

    def __init__(self, pyproject: Path):
        project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
        self.python = project["requires-python"]
        self.by_extra = {"": project["dependencies"], **project["optional-dependencies"]}

    def requirements(self, *extras: str) -> dict[str, Requirement]:
        """Requirements of the extras named, by normalised name."""
        parsed = [Requirement(text) for extra in extras for text in self.by_extra[extra]]
        return {canonicalize_name(requirement.name): requirement for requirement in parsed}


@pytest.fixture(scope="session")
def declared(root: Path) -> Declared:
    return Declared(root / "pyproject.toml")


@pytest.fixture(scope="session")
def tracked(root: Path) -> list[Path]:
    """Every file that git keeps, as it stands in the work tree."""
    if not (root / ".git").exists():
        message = "not a git checkout, so there is no list of the files that are kept"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    command = ["git", "-c", f"safe.directory={root}", "ls-files", "-z"]
    listing = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
    return [root / name for name in listing.split("\0") if name and (root / name).is_file()]


@pytest.fixture(scope="session")
def tracked_text(tracked: list[Path]) -> dict[Path, str]:
    """The text of every tracked file that is text."""
    contents = {path: path.read_bytes() for path in tracked}
    return {path: content.decode("utf-8") for path, content in contents.items() if b"\0" not in content[:8000]}
