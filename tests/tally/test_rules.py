"""Counts for another plan: which rules must be those by which records were counted, and which may be others."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import yaml

from fairaudit.assumptions import assumptions
from fairaudit.errors import DataError
from fairaudit.plan import read_plan
from fairaudit.sending import Sender, counts_of
from fairaudit.sources import read_tally
from fairaudit.sources.rules import rules_of, sha256_of_rules, unlike, unstated
from fairaudit.tally import Tally

PLAN = {
    "system": {"name": "Screener"},
    "evidence": [
        {
            "id": "screened",
            "kind": "decisions",
            "data": {
                "source": "records.csv",
                "origin": "historical",
                "decided_by": "this_system",
                "keep": {"year": [2022, 2023]},
                "decision": {"column": "said", "is": ["yes"], "is_not": ["no"]},
                "outcome": {"column": "came", "is": [1], "is_not": [0]},
            },
            "being_selected_is": "a benefit",
            "groups": {"race": {"levels": ["Black", "White"], "labels": {"B": "Black"}}, "age": {"bands": [25, 65]}},
            "measures": [{"measure": "true_positive_rate", "difference": 0.1, "because": "the council"}],
        }
    ],
}
ROWS = [
    f"{race},{age},{year},{said},{came}"
    for race in ("B", "White")
    for age in (20, 40, 70)
    for year in (2021, 2022, 2023)
    for said in ("yes", "no")
    for came in (0, 1)
]


def changed(place: str, value: object) -> dict:
    """The plan with one of its entries changed, named by its keys under the block."""
    plan = json.loads(json.dumps(PLAN))
    *above, last = place.split(".")
    entry = plan["evidence"][0]
    for key in above:
        entry = entry[key]
    if value is None:
        del entry[last]
    else:
        entry[last] = value
    return plan


def write(folder, plan: dict):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "audit.yaml").write_text(yaml.safe_dump(plan, sort_keys=False), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def sent(tmp_path_factory):
    """Counts by the plan, in a folder of their own."""
    folder = write(tmp_path_factory.mktemp("sender"), PLAN)
    (folder / "records.csv").write_text("race,age,year,said,came\n" + "\n".join(ROWS) + "\n", encoding="utf-8")
    counts_of(folder, "", Sender()).tally.save(folder / "counts")
    return folder


def received(sent, tmp_path, plan: dict) -> tuple:
    """Use the counts in an audit of another plan; give its block and the tally."""
    plan["evidence"][0]["data"]["source"] = "counts.tally.json"
    folder = write(tmp_path / "audit", plan)
    for name in ("counts.tally.json", "counts.tally.csv"):
        (folder / name).write_bytes((sent / name).read_bytes())
    block = read_plan(folder).evidence[0]
    return block, read_tally(block, folder)


# What is changed -> a part of what is said: as it was counted, and as it is here.
REFUSED = [
    ("data.keep", {"year": [2023]}, 'data.keep was {"year": [2022, 2023]}, and is {"year": [2023]} here'),
    ("data.decision.is", ["perhaps"], "data.decision was"),
    ("data.decision.is_not", None, "data.decision was"),
    ("data.decision.column", "decided", "data.decision was"),
    ("data.outcome.is", [2], "data.outcome was"),
    ("data.outcome.seen_of", "selected", "data.outcome was"),
    ("groups.race.labels", {"B": "White"}, 'groups.race was "B" read as "Black", and is "B" read as "White" here'),
    ("groups.age.bands", [30, 65], "groups.age was"),
    ("data.cluster", "person", "data.cluster was nothing, and is"),
    ("data.weight", "weight", "data.weight was nothing, and is"),
]


@pytest.mark.parametrize(("place", "value", "said"), REFUSED, ids=[place for place, *_ in REFUSED])
def test_counts_by_other_rules_are_refused_and_both_readings_named(sent, tmp_path, place, value, said):
    with pytest.raises(DataError) as caught:
        received(sent, tmp_path, changed(place, value))
    told = [problem.what for problem in caught.value.problems]
    assert any(said in what for what in told), told


# What is changed, and no count depends on.
TAKEN = [
    ("question", "Who is let in?"),
    ("measures", [{"measure": "false_positive_rate", "difference": 0.2, "because": "the board"}]),
    ("data.period", "2022 and 2023"),
    ("data.key", "number"),
    ("groups.race.merge", {"Everybody": ["Black"]}),  # what is made of groups that were counted is the plan's own
    ("compare", [{"by": ["race"]}]),
    ("alpha", 0.01),
]


@pytest.mark.parametrize(("place", "value"), TAKEN, ids=[place for place, _ in TAKEN])
def test_what_no_count_depends_on_may_be_other(sent, tmp_path, place, value):
    _, tally = received(sent, tmp_path, changed(place, value))
    assert tally.records == 2 * 3 * 2 * 2 * 2  # races, ages, years kept, decisions, outcomes


def test_what_a_plan_does_not_repeat_is_no_difference_and_is_named(sent, tmp_path):
    plan = changed("data.keep", None)
    for key in ("decision", "outcome"):
        del plan["evidence"][0]["data"][key]
    block, tally = received(sent, tmp_path, plan)
    assert unstated(tally.about.asked, block) == ["keep", "decision", "outcome"]
    assert "They were made by rules that this plan does not repeat: keep, decision, outcome." in assumptions(
        block, tally
    )


def test_the_file_names_the_plan_that_it_answers(sent, tmp_path):
    meta = json.loads((sent / "counts.tally.json").read_text(encoding="utf-8"))
    plan = read_plan(sent)
    assert meta["plan_sha256"] == plan.sha256
    assert meta["asked"] == rules_of(plan.evidence[0])
    assert meta["records"] == {"read": len(ROWS), "kept": len(ROWS) * 2 // 3, "left_out": {"year not kept": 24}}
    block, tally = received(sent, tmp_path, json.loads(json.dumps(PLAN)))
    (said,) = [line for line in assumptions(block, tally) if "SHA-256" in line]
    assert plan.sha256[:12] in said


def test_counts_that_name_no_plan_are_taken_on_trust_and_it_is_said(sent, tmp_path):
    block, tally = received(sent, tmp_path, json.loads(json.dumps(PLAN)))
    unnamed = Tally(replace(tally.about, asked=None), tally.cells)
    assert any("taken on trust" in line for line in assumptions(block, unnamed))
    published = block.model_copy(update={"data": block.data.model_copy(update={"counts_from": "published"})})
    assert not any("taken on trust" in line for line in assumptions(published, unnamed))


def test_rules_are_the_same_however_they_are_laid_out(sent):
    rules = rules_of(read_plan(sent).evidence[0])
    shuffled = json.loads(json.dumps(dict(reversed(rules.items()))))
    assert sha256_of_rules(rules) == sha256_of_rules(shuffled)
    assert list(unlike(shuffled, read_plan(sent).evidence[0])) == []


# What somebody may have written under `asked`, which is not as we write it.
STRANGE = [{}, {"data": {}}, {"groups": {"race": 7}}, {"groups": {"race": {"reads": [1]}}}, {"data": {"keep": "all"}}]


@pytest.mark.parametrize("asked", STRANGE, ids=json.dumps)
def test_rules_of_another_form_are_other_rules(sent, tmp_path, asked):
    path = sent / "counts.tally.json"
    meta = json.loads(path.read_text(encoding="utf-8"))
    (tmp_path / "counts.tally.csv").write_bytes((sent / "counts.tally.csv").read_bytes())
    (tmp_path / "counts.tally.json").write_text(json.dumps({**meta, "asked": asked}), encoding="utf-8")
    plan = json.loads(json.dumps(PLAN))
    plan["evidence"][0]["data"]["source"] = "counts.tally.json"
    block = read_plan(write(tmp_path, plan)).evidence[0]
    with pytest.raises(DataError) as caught:
        read_tally(block, tmp_path)
    assert all("was counted by another plan" in problem.what for problem in caught.value.problems)


@pytest.mark.parametrize("asked", ["rules", [], {"data": []}], ids=json.dumps)
def test_rules_that_are_none_are_refused(sent, tmp_path, asked):
    meta = json.loads((sent / "counts.tally.json").read_text(encoding="utf-8"))
    (tmp_path / "x.tally.csv").write_bytes((sent / "counts.tally.csv").read_bytes())
    (tmp_path / "x.tally.json").write_text(json.dumps({**meta, "csv": "x", "asked": asked}), encoding="utf-8")
    with pytest.raises(DataError, match="'asked' is not a mapping of the rules"):
        Tally.load(tmp_path / "x.tally.json")
