"""What is kept in git: nothing of any one machine, no outputs in notebooks, no large file, one kind of line ends."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

LARGEST = 2_000_000  # bytes

# Folders in which people keep their work, on any system; a name must follow, so that this very line is none.
MACHINE_PATH = re.compile(r"(?<![\w.~$})/])/(?:home|Users|root|work)/\w|\b[A-Z]:\\{1,2}Users\\{1,2}\w")
REGISTRY = re.compile(r"://[\w.-]*\b(?:pypi|pythonhosted|npmjs|anaconda)\b")
SETUP_FILES = ["Makefile", ".ci/run", "environment.yml", "requirements.lock"]


def lines_with(pattern: re.Pattern, tracked_text: dict[Path, str], root: Path) -> list[str]:
    return [
        f"{path.relative_to(root)}:{number}: {line.strip()[:120]}"
        for path, text in tracked_text.items()
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ('open("{}/jo/data.csv")'.format("/home"), True),
        (r'"C:{0}Users{0}jo"'.format("\\"), True),
        ("a{}/b".format("/home"), False),
        ("see example.org{}/page".format("/work"), False),
    ],
)
def test_a_path_of_a_machine_is_recognised(line, is_one):
    assert bool(MACHINE_PATH.search(line)) is is_one


def test_no_path_of_a_machine(tracked_text, root):
    assert lines_with(MACHINE_PATH, tracked_text, root) == []


def test_no_address_of_a_package_registry(tracked_text, root):
    assert lines_with(REGISTRY, tracked_text, root) == []


@pytest.mark.parametrize("name", SETUP_FILES)
def test_set_up_names_no_address(root, name):
    assert "://" not in (root / name).read_text(encoding="utf-8")


def test_no_large_file(tracked, root):
    assert [str(path.relative_to(root)) for path in tracked if path.stat().st_size > LARGEST] == []


def test_text_has_unix_line_ends(tracked_text, root):
    """Data keep the line ends they came with (.gitattributes)."""
    text = {path: content for path, content in tracked_text.items() if root / "data" not in path.parents}
    assert [str(path.relative_to(root)) for path, content in text.items() if "\r\n" in content] == []


def test_notebooks_are_stored_without_outputs(tracked, root):
    notebooks = [path for path in tracked if path.suffix == ".ipynb"]
    assert notebooks, "no notebook is kept"
    for path in notebooks:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        used = [cell["source"] for cell in cells if cell.get("outputs") or cell.get("execution_count")]
        assert used == [], f"{path.relative_to(root)}: clear all outputs before you save"
