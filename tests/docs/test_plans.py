"""Every plan in the README reads, names data that can be counted, and gives findings; the full one names every key."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from fairaudit.assessment import assess
from fairaudit.plan import Plan, read_plan
from fairaudit.sources import read_tally
from fairaudit.tally import Tally
from fairaudit.workflow.answers import read_answers
from fairaudit.workflow.determination import ALLOWED
from fairaudit.workflow.questions import catalogue
from tests.docs.markdown import README, ROOT, Block

PLANS = [block for block in README.blocks_in("yaml") if block.code.startswith("system:")]
SHORTEST, FULL, *OF_KINDS, OF_COUNTS = PLANS


@pytest.fixture
def audit(tmp_path) -> Path:
    """A folder as an audit has it, with the sample data and the README's own counts in reach."""
    folder = tmp_path / "audits" / "my-audit"
    folder.mkdir(parents=True)
    (tmp_path / "data").symlink_to(ROOT / "data", target_is_directory=True)
    (about,), (cells,) = README.blocks_in("json"), README.blocks_in("csv")
    (folder / "by-hand.tally.json").write_text(about.code, encoding="utf-8")
    (folder / "by-hand.tally.csv").write_text(cells.code, encoding="utf-8")
    return folder


def leave_counts(audit: Path) -> None:
    """Count the walk-through's own records, as the text says that a vendor does."""
    (audit / "audit.yaml").write_text(SHORTEST.code, encoding="utf-8")
    (evidence,) = read_plan(audit).evidence
    read_tally(evidence, audit).save(audit / "counts.tally.json")


@pytest.mark.parametrize("block", PLANS, ids=lambda block: f"README line {block.line}")
def test_a_plan_reads_and_its_data_give_findings(audit, block: Block):
    leave_counts(audit)
    (audit / "audit.yaml").write_text(block.code, encoding="utf-8")
    plan = read_plan(audit)
    for evidence in plan.evidence:
        found = assess(evidence, read_tally(evidence, plan.folder))
        assert len(found) == len(evidence.comparisons) * len(evidence.measures)
        assert all(disparity.verdict for disparity in found)


def test_all_other_yaml_is_what_answers_hold(audit):
    (told,) = [block for block in README.blocks_in("yaml") if block not in PLANS]
    (audit / "answers.yaml").write_text(told.code, encoding="utf-8")
    (condition,) = read_answers(audit, catalogue()).conditions
    assert condition.lacking == ()


def test_what_may_be_decided_stands_in_the_readme_as_it_is():
    rows = [
        re.findall(r"(?<=\|) ([^|]+) (?=\|)", line) for line in README.text.splitlines() if line.startswith("   | ")
    ]
    names = ["supported", "supported_with_conditions", "not_demonstrated", "not_supported"]
    decisions = ["adopt", "adopt_with_conditions", "pilot", "adopt_despite", "decline"]
    told = {name: [cell != "–" for cell in row[1:]] for name, row in zip(names, rows[2:], strict=True)}
    assert told == {name: [name in ALLOWED[what] for what in decisions] for name in names}


def test_the_shortest_plan_is_no_longer_than_it_says():
    assert len(SHORTEST.code.splitlines()) <= 12


def test_the_full_plan_and_those_of_each_kind_name_every_key():
    keys = set(re.findall(r"(?<![\w-])([a-z_]+):", "\n".join(block.code for block in (FULL, *OF_KINDS))))
    assert set(keys_of(Plan)) - keys == set()


def keys_of(annotation: Any) -> Iterator[str]:
    """Give every key of a model, and of the models within."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            yield field.alias or name
            yield from keys_of(field.annotation)
    elif get_origin(annotation) in (Union, types.UnionType, tuple, dict, Annotated):
        for argument in get_args(annotation):
            yield from keys_of(argument)


def test_counts_written_by_hand_load(audit):
    tally = Tally.load(audit / "by-hand.tally.json")
    assert tally.records == 38 + 62 + 53 + 47 + 4
    assert tally.about.attributes == {"race": ("Black", "White")}


def test_counts_that_the_readme_adds_up_add_up(audit):
    tally = Tally.load(audit / "by-hand.tally.json")
    assert (tally + tally).records == 2 * tally.records
