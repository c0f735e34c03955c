"""What a programme owner sees: what is open and from whom, the next command, the gate, the public list."""

from __future__ import annotations

import copy
import datetime
import json
import shutil
from pathlib import Path

import pytest
import yaml

from fairaudit import cli
from fairaudit.completing import gate_of, register, status_dict, status_lines, status_of, status_or_unfinished
from fairaudit.errors import PlanError
from fairaudit.filling import merge_answers
from fairaudit.publishing import publish
from fairaudit.run import Outcome, Settings, run
from fairaudit.scaffold import new_audit
from fairaudit.verifying import verify
from fairaudit.workflow import editing
from fairaudit.workflow.answers import read_answers
from fairaudit.workflow.questions import catalogue
from tests.workflow.made import all_answers, decision, sign_off, write_answers, write_audit

TODAY = datetime.date(2026, 3, 6)


def made(folder: Path) -> Outcome:
    """Run an audit, without the PDF, of which nothing is asked here."""
    return run(folder, settings=Settings(pdf=False))


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> tuple[Path, list[str]]:
    """Take an audit from a registered plan to an open gate, with real runs, and note what comes next each time."""
    folder = write_audit(tmp_path_factory.mktemp("audit"))
    told = [status_of(folder).next]
    list(register(folder))
    told.append(status_of(folder).next)
    results = made(folder).results
    told.append(status_of(folder).next)
    content = {"answers": all_answers(results["evidence"])}
    write_answers(folder, content)
    told.append(status_of(folder).next)
    signed = made(folder).results["determination"]["to_sign"]
    told.append(status_of(folder).next)
    write_answers(folder, content | {"sign_offs": [sign_off("analyst", signed)], "decision": decision("adopt", signed)})
    told.append(status_of(folder).next)
    made(folder)
    told.append(status_of(folder).next)
    return folder, told


def test_each_step_names_the_next(finished):
    folder, told = finished
    assert [step.replace(str(folder), "DIR") for step in told] == [
        "fairaudit register DIR",
        "fairaudit run DIR",
        "fairaudit form DIR --for programme_owner",
        "fairaudit run DIR",
        "fairaudit form DIR --for analyst",
        "fairaudit run DIR",
        "fairaudit gate DIR",
    ]


def test_the_gate_opens_at_the_very_end(finished, capsys):
    folder, _ = finished
    assert status_of(folder).gate(TODAY).reasons == ()
    assert cli.main(["gate", str(folder)]) in (0, 1)  # whether it has lapsed by the day of the test
    said = capsys.readouterr().out
    assert "The gate opens" in said or "lapsed on 2027-03-05" in " ".join(said.split())


def test_an_edited_answer_makes_report_and_signatures_stale(finished, tmp_path):
    folder = shutil.copytree(finished[0], tmp_path / "copy")
    path = folder / "answers.yaml"
    path.write_text(path.read_text().replace("Because it was looked into.", "Because.", 1))
    found = status_of(folder)
    assert "Answers have changed since the report was made: run the audit again." in found.gate(TODAY).reasons
    assert any("earlier results or answers" in each["why"] for each in found.open)


@pytest.mark.long
def test_whoever_signs_again_has_signed_and_the_gate_opens_again(finished, tmp_path):
    """What stood before is history: neither `verify` nor the gate holds it against anybody."""
    folder = shutil.copytree(finished[0], tmp_path / "copy")
    path = folder / "answers.yaml"
    path.write_text(path.read_text().replace("Because it was looked into.", "Because.", 1))
    to_sign = made(folder).results["determination"]["to_sign"]
    assert "That person has not agreed to what is there now." in " ".join(gate_of(folder, TODAY)[1].reasons)
    content = yaml.safe_load(path.read_text())
    signs = content["sign_offs"]
    content["sign_offs"] = [*signs, *({**copy.deepcopy(each), "signed": to_sign} for each in signs)]
    content["earlier_decisions"] = [copy.deepcopy(content["decision"])]
    content["decision"]["signed"] = to_sign
    write_answers(folder, content)
    found = made(folder).results
    assert [each["replaced"] for each in found["sign_offs"]] == [True] * len(signs) + [False] * len(signs)
    assert verify(folder).differences == ()
    assert gate_of(folder, TODAY)[1].reasons == ()


@pytest.mark.long
def test_who_does_not_agree_is_named_wherever_it_is_said_how_the_audit_stands(finished, tmp_path, capsys):
    folder = shutil.copytree(finished[0], tmp_path / "copy")
    content = yaml.safe_load((folder / "answers.yaml").read_text())
    objects = {"by": {"role": "legal", "name": "Lea"}, "statement": "No contract yet.", "date": "2026-03-05"}
    signed = {"signed": content["decision"]["signed"], "dissents": True}
    content["sign_offs"].append({**objects, **signed})
    write_answers(folder, content)
    made(folder)
    said = "Lea (legal and privacy officer) does not agree: No contract yet."
    assert f"  {said}" in list(status_lines(status_of(folder), TODAY))
    assert gate_of(folder, TODAY)[1].opens
    assert cli.main(["gate", str(folder)]) in (0, 1)  # by the day on which this runs, it has lapsed or not
    assert said in " ".join(capsys.readouterr().out.split())


def test_a_run_in_spanish_is_reproduced_and_keeps_signatures_and_the_open_gate(finished, tmp_path):
    folder = shutil.copytree(finished[0], tmp_path / "copy")
    found = run(folder, settings=Settings(language="es")).results
    assert found["determination"]["headline"] == "La evidencia respalda la adopción."
    assert not any(each["stale"] for each in found["sign_offs"])
    assert not verify(folder).differences
    status, gate = gate_of(folder, TODAY)
    assert (status.stale, gate.opens) == ((), True)
    assert status.results["determination"]["headline"] == "The evidence supports adoption."


def test_what_was_signed_since_the_report_is_no_forgery(finished, tmp_path):
    folder = shutil.copytree(finished[0], tmp_path / "copy")
    content = yaml.safe_load((folder / "answers.yaml").read_text())
    content["decision"]["statement"] = "Looked at once more."
    write_answers(folder, content)
    reasons = gate_of(folder, TODAY)[1].reasons
    assert reasons == ("Somebody has signed since the report was made: run the audit again, so that it says so.",)


def saved(folder: Path, role: str, **content) -> Path:
    path = folder.parent / f"{role}.json"
    head = {"made_by": "fairaudit form", "schema_version": "1", "audit": folder.name, "role": role, "name": "Ada"}
    path.write_text(json.dumps({**head, "date": "2026-03-05", **content}))
    return path


def test_merging_says_what_follows_for_those_who_have_signed(finished, tmp_path):
    folder = shutil.copytree(finished[0], tmp_path / "copy")
    question = catalogue().every["tier-undone"].question
    worse = {"tier-undone": {"answer": "never", "asked": question, "started_from": standing(folder, "tier-undone")}}
    said = " ".join(merge_answers(folder, [saved(folder, "programme_owner", answers=worse)]))
    assert "These must sign anew, after another run: A analyst, A approver." in said
    said = " ".join(merge_answers(folder, [saved(folder, "vendor", sign_off=OBJECTS)]))
    assert "1 signed in dissent" in said


def standing(folder: Path, key: str) -> str:
    return editing.standing(read_answers(folder, catalogue()), key)


OBJECTS = {"statement": "No.", "signed": "0" * 64, "dissents": True}


def test_a_report_that_must_be_made_again_is_told_of_once(finished, tmp_path):
    folder = shutil.copytree(finished[0], tmp_path / "copy")
    path = folder / "answers.yaml"
    path.write_text(path.read_text().replace("Because it was looked into.", "Because.", 3))
    reasons = gate_of(folder, TODAY)[1].reasons
    assert "Answers have changed since the report was made: run the audit again." in reasons
    assert not any("is another one" in reason for reason in reasons)


def test_status_says_how_far_an_unfinished_plan_is(tmp_path):
    list(new_audit(tmp_path / "begun", "decisions", None))
    lines = " ".join(status_lines(status_or_unfinished(tmp_path / "begun"), TODAY))
    assert "The plan is not finished: 3 problems" in lines
    assert status_or_unfinished(tmp_path / "begun").next == f"fairaudit check {tmp_path / 'begun'}"


def test_an_audit_that_is_not_there_is_answered_with_one_that_is_called_alike(tmp_path):
    write_audit(tmp_path / "my-audit")
    with pytest.raises(PlanError, match=r"Did you mean '.*my-audit'"):
        status_or_unfinished(tmp_path / "my-audti")


def test_status_says_what_is_open_by_role(finished):
    folder, _ = finished
    lines = list(status_lines(status_of(folder), TODAY))
    assert "  The evidence supports adoption." in lines
    assert "  The gate opens." in lines
    told = status_dict(status_of(folder), TODAY)
    assert (told["open"], told["gate"]) == ([], {"opens": True, "reasons": [], "pilot": []})
    assert json.loads(json.dumps(told))["done"]["programme owner"] > 10


def test_the_public_list_tells_no_number_of_people(finished, tmp_path):
    folder, _ = finished
    other = write_audit(tmp_path / "without-report")
    page, data, report = publish([folder, other], tmp_path / "public")
    text = page.read_text()
    assert "<script" not in text
    for said in ("The evidence supports adoption.", "There is no report yet.", "Adopt: decided by A approver"):
        assert said in text
    assert "600" not in text.partition("<main>")[2]
    assert [audit["evidence_state"] for audit in json.loads(data.read_text())] == ["supported", None]
    assert report.read_bytes() == (folder / "report" / "report.public.html").read_bytes()
    assert f'href="{report.name}"' in text


def test_a_public_report_that_is_not_as_it_was_sealed_is_not_published(finished, tmp_path):
    folder = shutil.copytree(finished[0], tmp_path / "copy")
    page = folder / "report" / "report.public.html"
    page.write_text(page.read_text().replace("The evidence", "The best evidence", 1))
    assert len(publish([folder], tmp_path / "public")) == 2


def test_a_list_of_one_audit_has_one_entry(finished, tmp_path):
    folder, _ = finished
    assert publish([folder], tmp_path / "public")[0].read_text().count("<article") == 1
