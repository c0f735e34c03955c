"""The audits that come with the project: each plan reads, its data are there, its notes say what must be said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fairaudit.kinds import KINDS
from tests.counted import AUDITS, plan_of, tallies

FOLDERS = sorted(path.parent for path in AUDITS.glob("*/audit.yaml"))
BLOCKS = [(folder, block.id) for folder in FOLDERS for block in plan_of(folder.name).evidence]


def names(entries) -> list[str]:
    return [entry.name if isinstance(entry, Path) else f"{entry[0].name}/{entry[1]}" for entry in entries]


def test_there_are_twenty_audits():
    assert len(FOLDERS) == 20


@pytest.mark.parametrize("folder", FOLDERS, ids=names(FOLDERS))
def test_an_audit_holds_plan_notes_and_what_people_did_and_no_code(folder):
    written = {path.name for path in folder.iterdir() if path.name not in ("report", "rehearsal")}
    assert {"audit.yaml", "notes.md", "register.json"} <= written
    assert {path for path in written if not path.endswith((".yaml", ".md", ".json"))} == set()


@pytest.mark.parametrize(("folder", "block"), BLOCKS, ids=names(BLOCKS))
def test_the_data_of_a_block_can_be_counted(folder, block):
    counts = {evidence.id: tally for evidence, tally in tallies(folder.name)}
    assert counts[block].records > 0


@pytest.mark.parametrize(("folder", "block"), BLOCKS, ids=names(BLOCKS))
def test_made_up_records_are_called_synthetic(folder, block):
    data = plan_of(folder.name).block(block).data
    if "published" not in data.source:
        assert data.origin == "synthetic"
        module = folder.name.replace("-", "_")
        assert f"data/sample/made_up/{module}.py" in data.counted_by


@pytest.mark.parametrize(("folder", "block"), BLOCKS, ids=names(BLOCKS))
def test_the_plan_and_the_published_tally_agree_on_where_the_numbers_come_from(folder, block):
    for evidence, tally in tallies(folder.name):
        if evidence.id == block and evidence.data.is_tally:
            assert tally.about.origin == evidence.data.origin


@pytest.mark.parametrize(("folder", "block"), BLOCKS, ids=names(BLOCKS))
def test_every_limit_says_who_set_it(folder, block):
    for entry in plan_of(folder.name).block(block).measures:
        assert entry.because, f"{entry.measure} has no because"


@pytest.mark.parametrize(("folder", "block"), BLOCKS, ids=names(BLOCKS))
def test_every_block_says_what_it_cannot_tell_and_speaks_in_its_own_words(folder, block):
    evidence = plan_of(folder.name).block(block)
    assert evidence.question.endswith("?")
    assert evidence.cannot_tell
    assert all(sentence.endswith(".") for sentence in evidence.cannot_tell)
    assert evidence.words.people != "people"
    assert evidence.words.selected != "were selected" or evidence.data.is_tally or evidence.kind == "amounts"


@pytest.mark.parametrize("folder", FOLDERS, ids=names(FOLDERS))
def test_notes_say_what_is_made_up_and_what_cannot_be_known(folder):
    notes = (folder / "notes.md").read_text()
    assert re.search(r"made up", notes)
    assert re.search(r"^## What .*cannot (be )?know", notes, flags=re.MULTILINE)


@pytest.mark.parametrize("folder", FOLDERS, ids=names(FOLDERS))
def test_every_source_in_the_notes_is_used_and_every_use_has_one(folder):
    notes = (folder / "notes.md").read_text()
    defined = set(re.findall(r"^\[(\d+)\]: https?://", notes, flags=re.MULTILINE))
    assert set(re.findall(r"\]\[(\d+)\]", notes)) == defined


def test_todays_process_is_a_baseline_beside_the_tool():
    plan = plan_of("marin-workforce")
    assert {block.id: block.data.decided_by for block in plan.evidence if block.kind == "decisions"} == {
        "screening-pilot": "this_system",
        "analysts-today": "todays_process",
    }


def test_there_is_an_audit_of_every_kind():
    kinds = {block.kind for folder in FOLDERS for block in plan_of(folder.name).evidence}
    assert kinds == set(KINDS)


def test_requests_that_the_city_made_to_itself_are_left_out():
    about = tallies("dc-311")[0][1].about
    assert about.records["left_out"] == {"channel not kept": 1800}
    assert not any(group["same_moment"] for groups in about.groups.values() for group in groups.values())
    assert re.search(r"closed in the second in which they were opened", (AUDITS / "dc-311" / "notes.md").read_text())
