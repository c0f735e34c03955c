"""Every link and every file that a document names leads somewhere."""

from __future__ import annotations

import re

import pytest

from tests.docs.markdown import CONTRIBUTING, DOCUMENTS, ROOT, Document

documents = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)

# What a run or a reader makes, and so is not in the repository.
MADE = ("build/", "audits/my-audit", "audits/NAME", "counts.tally.", "tally/", "notebooks/", "results.json")
MADE += ("report.html", "seal.json", "failed.html", "my_measures.py", "./my_measures.py", "NAME.tally.", "shared/data")
MADE += ("templates/audit.KIND.yaml", ".venv/")
MADE += ("answers.yaml",)
MADE += ("templates/audit.KIND.yaml", ".venv/", "signatures/")
PATH = re.compile(r"[\w./-]+/[\w./-]*|[\w-]+\.(py|md|yaml|yml|json|ipynb|csv|toml|html|lock|png)")


@documents
def test_links_lead_somewhere(document: Document):
    for link in document.links:
        if link.startswith("#"):
            assert link[1:] in document.anchors, link
        elif "://" not in link:
            assert (ROOT / link).exists(), link


@documents
def test_files_named_in_the_text_exist(document: Document):
    named = [code for code in document.inline_code if PATH.fullmatch(code) and not code.startswith(MADE)]
    folders = ("", "audits/county-recidivism")  # a plan is named without its folder
    assert [name for name in named if not any((ROOT / folder / name).exists() for folder in folders)] == []


@documents
def test_files_named_in_commands_exist(document: Document):
    words = [word for block in document.blocks_in("sh") for word in block.code.split() if "/" in word]
    words = [word for word in words if not word.startswith((".venv/", *MADE)) or word.endswith(".ipynb")]
    assert [word for word in words if not (ROOT / word).exists()] == []


@documents
def test_tests_named_in_the_text_exist(document: Document):
    named = [code for code in document.inline_code if re.fullmatch(r"test_\w+|[A-Z]+_?[A-Z]+", code)]
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))
    others = {"DIR", "FILE", "NAME", "REHEARSAL"}
    assert [name for name in named if name not in others and not re.search(rf"\b{name}\b", source)] == []


@documents
def test_a_document_keeps_to_the_width_and_to_its_own_machine(document: Document):
    lines = [line for line in document.text.splitlines() if not line.startswith(("|", ">", "!["))]
    assert [line for line in lines if len(line) > 130] == []


def test_the_picture_of_the_report_is_small_and_described():
    (picture,) = re.findall(r"^!\[(.{40,})\]\((docs/[\w.-]+)\)$", DOCUMENTS[0].text, flags=re.MULTILINE)
    assert (ROOT / picture[1]).stat().st_size < 300_000
    others = [path.name for path in (ROOT / "docs").iterdir() if path.name != "__pycache__"]
    assert sorted(others) == ["make_tables.py", "report.png"]


def test_the_modules_of_the_layout_have_their_places():
    section = CONTRIBUTING.text.partition("## How the package is laid out")[2].partition("\n## ")[0]
    parts = re.findall(r"^- (.+?):", section, flags=re.MULTILINE)
    named = [name for part in parts for name in re.findall(r"`(\w+)`", part)]
    layers = (ROOT / "tests" / "project" / "test_imports.py").read_text(encoding="utf-8").partition("LAYERS = [")[2]
    assert set(named) <= set(re.findall(r'"(\w+)"', layers.partition("]")[0]))
    assert len(named) > 15
