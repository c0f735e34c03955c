"""Plans are compared where they ask the same; whatever they ask otherwise is refused, all at once."""

from __future__ import annotations

import pytest

from fairaudit.comparing.asked import differences
from fairaudit.plan import read_plan
from tests.comparing.bids import bid, lines

NAMES = ["alpha", "beta"]


def held(tmp_path, **parts: str):
    plans = [bid(tmp_path / "alpha", lines(0)), bid(tmp_path / "beta", lines(1), **parts)]
    return differences([read_plan(plan) for plan in plans], NAMES)


def test_plans_that_are_the_same_differ_in_nothing(tmp_path):
    assert held(tmp_path) == ([], [])


@pytest.mark.parametrize(
    ("parts", "where", "values"),
    [
        ({"name": "Beta"}, "system.name", ["Alpha", "Beta"]),
        ({"vendor": "Another (made up)"}, "system.vendor", ["First (made up)", "Another (made up)"]),
        ({"origin": "synthetic"}, "flags.data.origin", ["historical", "synthetic"]),
        ({"column": "risk"}, "flags.data.decision.column", ["flag", "risk"]),
        ({"key": ""}, "flags.data.key", ["case", "left out"]),
    ],
)
def test_whose_system_it_is_and_how_records_are_read_may_differ_and_is_listed(tmp_path, parts, where, values):
    assert held(tmp_path, **parts) == ([], [{"where": where, "values": values}])


@pytest.mark.parametrize(
    ("parts", "what"),
    [
        ({"limit": "0.1"}, "flags.measures.false_positive_rate.difference is 0.1, and 0.05 in alpha"),
        (
            {"levels": "Black, White, Asian"},
            "flags.groups.race.levels is Black, White, Asian, and Black, White in alpha",
        ),
        ({"selected_is": "a benefit"}, "flags.being_selected_is is a benefit, and a burden in alpha"),
    ],
)
def test_what_is_asked_must_be_the_same(tmp_path, parts, what):
    problems, _ = held(tmp_path, **parts)
    assert [(problem.where, problem.what) for problem in problems] == [("beta", what)]
    assert problems[0].hint.startswith("Plans that are compared ask the same: write ")


def test_every_difference_is_named_at_once(tmp_path):
    problems, listed = held(tmp_path, limit="0.1", levels="Black, Asian", selected_is="a benefit", name="Beta")
    assert (len(problems), len(listed)) == (3, 1)


def test_evidence_of_one_plan_only_is_named_with_the_nearest(tmp_path):
    folder = bid(tmp_path / "beta", lines(1))
    text = (folder / "audit.yaml").read_text(encoding="utf-8").replace("id: flags", "id: flag")
    (folder / "audit.yaml").write_text(text, encoding="utf-8")
    plans = [read_plan(bid(tmp_path / "alpha", lines(0))), read_plan(folder)]
    problems, _ = differences(plans, NAMES)
    assert [problem.what for problem in problems] == [
        "has no evidence 'flags', which alpha has",
        "has evidence 'flag', which alpha lacks",
    ]
    assert "flag" in problems[0].hint


@pytest.mark.parametrize(
    ("lacking", "what", "hint"),
    [
        ("beta", "does not ask flags.measures.selection_rate, which alpha asks", "add it"),
        ("alpha", "asks flags.measures.selection_rate, which alpha does not", "take it out"),
    ],
)
def test_a_measure_of_one_plan_only_is_named_once(tmp_path, lacking, what, hint):
    for name in NAMES:
        bid(tmp_path / name, lines(0))
    path = tmp_path / lacking / "audit.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text("".join(line for line in text.splitlines(True) if "selection_rate" not in line), encoding="utf-8")
    problems, _ = differences([read_plan(tmp_path / name) for name in NAMES], NAMES)
    assert [problem.what for problem in problems] == [what]
    assert problems[0].hint == f"Plans that are compared ask the same: {hint}, and run it again."
