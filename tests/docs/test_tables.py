"""The generated tables of the README are current."""

from __future__ import annotations

import importlib.util

import pytest

from fairaudit.limits import limits
from fairaudit.measures import MEASURES
from fairaudit.plan import read_plan
from tests.docs.markdown import README, ROOT

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def make_tables():
    spec = importlib.util.spec_from_file_location("make_tables", ROOT / "docs" / "make_tables.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_tables_are_current(make_tables):
    assert make_tables.with_tables(README.text) == README.text, "python docs/make_tables.py writes them anew"


def test_each_measure_and_limit_is_listed(make_tables):
    assert all(f"| {measure.kind} | `{name}` " in make_tables.measures() for name, measure in MEASURES.items())
    assert all(f"| `{name}` |" in make_tables.limits_on_file() for name in limits())


def test_each_audit_and_each_of_its_blocks_is_listed():
    plans = [read_plan(path) for path in (ROOT / "audits").glob("*/audit.yaml")]
    assert all(f"| [{plan.folder.name}](audits/{plan.folder.name}/audit.yaml)" in README.text for plan in plans)
    assert all(f"{block.kind} `{block.id}`" in README.text for plan in plans for block in plan.evidence)


def test_a_measure_is_listed_with_what_the_plan_says_beside_it(make_tables):
    listed = make_tables.measures()
    assert "| decisions | `selection_rate` |" in listed
    assert "| scores | `top_k_share` with `capacity`, [`per`] |" in listed
    assert "| scores | `exposure` with [`per`] |" in listed
    assert "| waits | `served_within` with `days` or `hours` |" in listed


def test_a_text_without_the_markers_is_refused(make_tables):
    with pytest.raises(ValueError, match="the table measures 0 times"):
        make_tables.with_tables("# A README\n")


def test_a_bar_in_a_cell_does_not_end_it(make_tables):
    assert make_tables.table(("a", "b"), [("x|y", "two\nlines")]).splitlines()[2] == r"| x\|y | two lines |"
