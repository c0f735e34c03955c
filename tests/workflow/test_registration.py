"""Registering: what was fixed before results, what was changed afterwards, and how often data were looked at."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import yaml

from fairaudit.completing import register
from fairaudit.errors import PlanError, UsageError
from fairaudit.plan import read_plan
from fairaudit.workflow.registration import Entry, Look, Register, changes, read_register, stands, write_register
from tests.workflow.made import write_audit

DATA = {"screened": "a" * 64}
OTHER = {"screened": "b" * 64}


def moment(day: int) -> str:
    return f"2026-03-{day:02d}T00:00:00Z"


def stood(folder: Path, entries: dict[int, dict], looks: dict[int, dict], data: dict = DATA, because: str = "asked"):
    """Say how the plan stands, with plans registered on some days and looks on others."""
    plan = read_plan(folder)
    made = tuple(
        Entry(moment(day), f"{day}" if content != plan.content else plan.sha256, content, because if n else "")
        for n, (day, content) in enumerate(entries.items())
    )
    return stands(
        Register(made, tuple(Look(moment(d), "x", seen) for d, seen in looks.items())), plan, plan.content, data
    )


@pytest.fixture
def folder(tmp_path):
    return write_audit(tmp_path)


@pytest.fixture
def plan(folder):
    return read_plan(folder).content


def changed(plan: dict, **block) -> dict:
    """Give the plan with some keys of its only block changed."""
    other = copy.deepcopy(plan)
    other["evidence"][0] |= block
    return other


LOOSER = [{"measure": "selection_rate", "ratio": 0.7, "because": "Policy 7"}]


def test_a_plan_that_nobody_registered_explores(folder):
    assert stood(folder, {}, {2: DATA}).standing == "exploratory"


def test_registered_before_results(folder, plan):
    found = stood(folder, {1: plan}, {2: DATA})
    assert (found.standing, found.at, found.deviations) == ("registered", moment(1), ())


def test_registered_after_results(folder, plan):
    assert stood(folder, {3: plan}, {2: DATA}).standing == "exploratory"


def test_a_limit_that_was_loosened_after_results_is_touched(folder, plan):
    found = stood(folder, {1: changed(plan, measures=LOOSER), 3: plan}, {2: DATA})
    assert found.standing == "changed"
    (deviation,) = found.deviations
    assert deviation["after_results"]
    assert deviation["because"] == "asked"
    (change,) = deviation["changes"]
    assert (change["was"], change["now"], change["measure"]) == ("0.7", "0.8", "selection_rate")
    assert found.is_touched({"evidence": "screened", "measure": "selection_rate"})
    assert not found.is_touched({"evidence": "screened", "measure": "false_positive_rate"})


def test_the_same_before_results_is_told_and_touches_nothing(folder, plan):
    found = stood(folder, {1: changed(plan, measures=LOOSER), 2: plan}, {3: DATA})
    assert (found.standing, found.touched) == ("registered", ())
    assert not found.deviations[0]["after_results"]


def test_new_records_under_the_changed_plan_count_as_registered(folder, plan):
    found = stood(folder, {1: changed(plan, measures=LOOSER), 3: plan}, {2: OTHER, 4: DATA})
    assert found.standing == "registered"


def test_a_change_that_nobody_registered_has_no_reason(folder, plan):
    found = stood(folder, {1: changed(plan, measures=LOOSER)}, {2: DATA})
    assert (found.standing, found.unexplained) == ("changed", True)


def test_prose_may_change(folder, plan):
    found = stood(folder, {1: changed(plan, question="Who is picked?"), 3: plan}, {2: DATA})
    assert (found.standing, found.touched) == ("registered", ())
    assert found.deviations[0]["changes"][0]["place"] == "evidence screened: question"


# What is changed in a block: whether a verdict may depend on it.
EDITS = [
    ({"alpha": 0.1}, True),
    ({"groups": {"group": {"levels": ["A", "B", "C"]}}}, True),
    ({"unknown_at_most": 0.5}, True),
    ({"scenarios": ["raked"]}, True),
    ({"being_selected_is": "a burden"}, True),
    ({"looks": 3}, True),
    ({"words": {"people": "applicants"}}, False),
    ({"cannot_tell": ["why"]}, False),
    ({"question": "Who?"}, False),
]


@pytest.mark.parametrize(("edit", "material"), EDITS, ids=[next(iter(edit)) for edit, _ in EDITS])
def test_what_a_verdict_may_depend_on(plan, edit, material):
    found = changes(plan, changed(plan, **edit))
    assert found
    assert any(change.material for change in found) == material


def test_a_measure_or_a_block_that_is_taken_out_is_seen(folder, plan):
    two = copy.deepcopy(plan)
    two["evidence"][0]["measures"].append({"measure": "demographic_parity", "difference": 0.1})
    two["evidence"].append({**copy.deepcopy(plan["evidence"][0]), "id": "second"})
    found = stood(folder, {1: two}, {2: {**DATA, "second": "c" * 64}})
    assert {change.place for change in found.touched} == {
        "evidence screened: measures: demographic_parity",
        "evidence second",
    }
    assert found.standing == "changed"


def test_looks_are_counted_for_data_that_are_new(folder, plan):
    register_of = Register()
    for day, data in ((1, DATA), (2, DATA), (3, OTHER)):
        register_of = register_of.with_look(Look(moment(day), "x", data))
    assert [look.at for look in register_of.looks] == [moment(1), moment(3)]
    assert stood(folder, {1: plan}, {2: OTHER, 3: DATA}).over == {"screened": 2}
    assert stood(folder, {1: plan}, {2: DATA, 3: OTHER}).over == {}


def test_a_block_by_another_name_does_not_hide_looks(folder, plan):
    assert stood(folder, {1: plan}, {2: {"first": "c" * 64}, 3: DATA}).over == {"screened": 2}


def test_looks_that_the_plan_declares_are_allowed(tmp_path):
    folder = write_audit(tmp_path)
    path = folder / "audit.yaml"
    path.write_text(path.read_text() + "    looks: 2\n")
    assert stood(folder, {1: yaml.safe_load(path.read_text())}, {2: OTHER, 3: DATA}).over == {}


def test_the_command_records_and_asks_for_a_reason(folder):
    assert any("Warning: nobody of the community" in line for line in register(folder))
    first = read_register(folder)
    assert first.entries[0].plan == read_plan(folder).content
    assert "registered already" in next(register(folder))
    path = folder / "audit.yaml"
    path.write_text(path.read_text().replace("ratio: 0.8", "ratio: 0.7"))
    with pytest.raises(UsageError, match="has changed since in evidence screened: measures: selection_rate: ratio"):
        list(register(folder))
    list(register(folder, "The board asked."))
    assert [entry.because for entry in read_register(folder).entries] == ["", "The board asked."]


BROKEN = ["", "[]", "{}", '{"entries": [{}], "looks": []}', '{"entries": [], "looks": [{"at": "today"}]}', "\x00"]


@pytest.mark.parametrize("text", BROKEN)
def test_a_register_that_is_broken_is_said_and_not_overwritten(folder, text):
    (folder / "register.json").write_text(text)
    with pytest.raises(PlanError, match="is not as `fairaudit register`"):
        list(register(folder))
    assert (folder / "register.json").read_text() == text


def test_moments_must_be_in_order(folder, plan):
    write_register(folder, Register((Entry(moment(2), "x", plan), Entry(moment(1), "y", plan, "w"))))
    with pytest.raises(PlanError):
        read_register(folder)
