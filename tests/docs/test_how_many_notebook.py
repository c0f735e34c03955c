"""The notebook on how many records to ask for teaches, and only calls; it runs as it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairaudit import HowMany
from fairaudit.displays import AGGREGATE
from tests.docs.markdown import README, ROOT
from tests.docs.notebooks import cells_of, check_it_only_calls, code, prose_before_every_call
from tests.run.made import audit, block

NOTEBOOK = ROOT / "notebooks" / "how_many.ipynb"


@pytest.fixture(scope="module")
def cells() -> list[dict]:
    return cells_of(NOTEBOOK)


def test_the_readme_names_it():
    assert "(notebooks/how_many.ipynb)" in README.prose


def test_it_calls_and_computes_nothing(cells):
    check_it_only_calls(cells, "from fairaudit import HowMany\n\nask = HowMany(audit, evidence, ", "ask")


def test_it_explains_before_every_call(cells):
    prose = prose_before_every_call(cells)
    assert "Too few records never look like fairness" in prose
    assert len(prose.split()) > 400


def test_it_runs_as_it_stands_and_writes_nothing(cells, monkeypatch, capsys):
    monkeypatch.chdir(ROOT / "notebooks")
    before = {path: path.stat().st_mtime_ns for path in Path("..").rglob("audits/*/*")}
    names: dict = {}
    for text in code(cells)[:2]:
        exec(text, names)
    shown = [eval(text, names) for text in code(cells)[2:] if not text.startswith("ask.show")]
    ask = names["ask"]
    assert all(AGGREGATE in each._repr_mimebundle_() for each in shown)
    assert len(ask.charts) == len(ask.curves) == len(ask.needed)
    assert "Nonbinary" in ask.tables.text
    assert ask.request.text.startswith("Please send records (one application), at least about ")
    assert {path: path.stat().st_mtime_ns for path in Path("..").rglob("audits/*/*")} == before


def test_it_opens_an_audit_without_records(tmp_path):
    folder = audit(tmp_path / "a", block(groups="{race: {levels: [Black, White]}}"))
    (folder / "records.csv").unlink()
    ask = HowMany(folder, rate=0.3, shares={"Black": 0.1, "White": 0.9})
    assert "There are no records yet." in ask.question.text
    assert "for the sake of Black" in ask.sentences.text
    assert ask.tables.text == "There are no records yet to count."
    assert "at least about" in ask.request.text
