"""The notebook that puts systems side by side teaches, and only calls; it runs on two audits."""

from __future__ import annotations

import pytest

from fairaudit.displays import AGGREGATE
from tests.comparing.bids import two_bids
from tests.docs.markdown import README, ROOT
from tests.docs.notebooks import cells_of, check_it_only_calls, code, prose_before_every_call

NOTEBOOK = ROOT / "notebooks" / "compare.ipynb"


@pytest.fixture(scope="module")
def cells() -> list[dict]:
    return cells_of(NOTEBOOK)


def test_the_readme_names_it():
    assert "(notebooks/compare.ipynb)" in README.prose


def test_it_calls_and_computes_nothing(cells):
    check_it_only_calls(cells, "from fairaudit import Comparison\n\nbids = Comparison(audits, out)", "bids")


def test_it_explains_before_every_call_and_names_no_winner(cells):
    prose = prose_before_every_call(cells)
    assert "**no score and names no winner**" in prose
    assert len(prose.split()) > 400


def test_it_is_stored_without_outputs(cells):
    assert not any(cell.get("outputs") for cell in cells)


@pytest.mark.long
def test_it_runs_on_two_audits(cells, tmp_path):
    folders = two_bids(tmp_path)
    parameters, makes, *calls = code(cells)
    names: dict = {}
    exec(parameters, names)
    names |= {"audits": folders, "out": tmp_path / "page"}
    exec(makes, names)
    shown = {text: eval(text, names) for text in calls}
    assert all(AGGREGATE in each._repr_mimebundle_() for each in shown.values())
    assert "names no winner" in shown["bids.notices"].text
    assert "This is of 400 people judged by both." in shown["bids.changes"].text
    assert sorted(path.name for path in (tmp_path / "page").iterdir()) == ["compare.html", "compare.json"]
