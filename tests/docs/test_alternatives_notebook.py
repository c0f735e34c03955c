"""The notebook on alternatives teaches, and only calls; it runs, and the legal caution stands where it must."""

from __future__ import annotations

import re

import pytest

from fairaudit.alternatives.words import LEGAL
from tests.docs.markdown import README, ROOT
from tests.docs.notebooks import cells_of, check_it_only_calls, code, prose_before_every_call

pytestmark = pytest.mark.long

NOTEBOOK = ROOT / "notebooks" / "alternatives.ipynb"


@pytest.fixture(scope="module")
def cells() -> list[dict]:
    return cells_of(NOTEBOOK)


def test_the_readme_names_it():
    assert "(notebooks/alternatives.ipynb)" in README.prose


def test_it_calls_and_computes_nothing(cells):
    check_it_only_calls(cells, "from fairaudit import Alternatives\n\nother = Alternatives(audit, evidence, ", "other")


def test_it_explains_before_every_call(cells):
    prose = prose_before_every_call(cells)
    for said in ("Too few records never look like fairness", "Near 50 it tells nothing", "confirm it on new records"):
        assert said in prose
    assert len(prose.split()) > 600


@pytest.fixture(scope="module")
def shown(cells) -> list[str]:
    """What its cells show, with two groups, which is quicker, and one input."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT / "notebooks")
        found: list[str] = []
        patch.setattr("IPython.display.display", lambda each: found.append(repr(each)))
        names: dict = {}
        first, second, *rest = code(cells)
        exec(first, names)
        names |= {"by": "sex", "inputs": ["age", "charge_degree"], "suspected": ["age"]}
        exec(second, names)
        for text in rest:
            result = eval(text, names)
            found += [] if result is None else [repr(result)]
        return found


def test_it_runs_and_shows_charts_with_their_words(shown):
    starts = ("Every cut-off: ", "Other numbers of places: ", "How well the inputs tell sex", "Models made otherwise: ")
    for start in starts:
        assert any(text.startswith(start) for text in shown), start
    assert not any(re.search(r"\b(nan|None|inf)\b", text) for text in shown)


def test_the_legal_caution_stands_right_before_cut_offs_of_each_group(shown):
    place = next(place for place, text in enumerate(shown) if text.startswith("Group  Records  Rate today"))
    assert shown[place - 1] == LEGAL


def test_with_nothing_to_fit_on_it_says_so(capsys):
    from fairaudit import Alternatives

    other = Alternatives(ROOT / "audits" / "job-seeker-targeting", "training-places", by="sex")
    other.show_refits()
    other.show_cut_offs()
    said = capsys.readouterr().out
    assert "inputs names no columns" in said
    assert "has no scores that are judged by `at:`" in said
