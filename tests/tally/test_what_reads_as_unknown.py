"""What a decision may hold besides yes and no, and what a plan may not do with it."""

from __future__ import annotations

import pytest

from fairaudit.errors import DataError, PlanError
from fairaudit.plan import read_plan
from tests.run.made import audit, block
from tests.tally import records as made_up

SELECTION = {"measures": [{"measure": "selection_rate", "ratio": 0.8}], "data_outcome": None}


def counted(tmp_path, values, decision):
    rows = [{"race": "AB"[place % 2], "d": value} for place, value in enumerate(values * 2)]
    plan = made_up.block({"race": {}}, **SELECTION, data_decision={"column": "d", **decision})
    return made_up.count(plan, rows, "csv", tmp_path).table(["race"]).groupby("decision")["n"].sum().to_dict()


@pytest.mark.parametrize("word", ["NA", "n/a", "#N/A", "unknown", "Unknown", "NULL", "refused", "-", "."])
def test_a_word_that_says_that_nobody_knows_is_no_no(tmp_path, word):
    found = counted(tmp_path, ["yes", "no", "no", word], {"is": ["yes"]})
    assert found == {"1": 2, "0": 4, "?": 2}


def test_where_the_plan_names_it_it_is_a_no(tmp_path):
    assert counted(tmp_path, ["High", "None"], {"is": ["High"], "is_not": ["None"]}) == {"1": 2, "0": 2}


def test_a_yes_in_capitals_is_refused_and_not_counted_as_no(tmp_path):
    with pytest.raises(DataError, match=r"d holds 'YES' \(2\), which reads like 'yes' and would count as no"):
        counted(tmp_path, ["yes", "no", "YES"], {"is": ["yes"]})


@pytest.mark.parametrize("column", ["decision", "outcome"])
def test_rows_cannot_be_kept_for_what_came_of_them(tmp_path, column):
    folder = audit(tmp_path / "a", block(data=f"      keep: {{{column}: [yes]}}\n"))
    with pytest.raises(PlanError, match=f"the column '{column}' is the {column}"):
        read_plan(folder)
