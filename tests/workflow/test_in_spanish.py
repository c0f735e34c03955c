"""An audit in Spanish: what people did is said in Spanish, what they sign and save is the same in every language."""

from __future__ import annotations

import json

import pytest

from fairaudit.languages import say, speaking
from fairaudit.plan import read_plan
from fairaudit.publishing import publish
from fairaudit.report.form import Audit, form_page
from fairaudit.results import audit_results, block_results
from fairaudit.sources import read_tally
from fairaudit.workflow.record import read_record
from fairaudit.workflow.roles import SIGNING
from fairaudit.workflow.state import HEADLINES
from tests.report.page import parse
from tests.workflow.made import all_answers, decision, sign_off, write_answers, write_audit

IN_SPANISH = {
    "not_supported": "La evidencia no respalda la adopción.",
    "not_demonstrated": "La evidencia no basta para decidir si adoptarlo.",
    "supported_with_conditions": "La evidencia respalda la adopción con condiciones.",
    "supported": "La evidencia respalda la adopción.",
}


def results(folder, language="en"):
    """Give what a run would find and join, without a notebook."""
    plan = read_plan(folder).in_language(language)
    blocks = [block_results(plan, block, read_tally(block, folder)) for block in plan.evidence]
    return audit_results(plan, blocks, record=read_record(plan))


@pytest.fixture
def folder(tmp_path):
    return write_audit(tmp_path / "screener", "flagged")


def answered(folder, **more):
    """Answer every question, and sign what is there then."""
    content = {"answers": all_answers(results(folder)["evidence"])}
    write_answers(folder, content)
    signed = results(folder)["determination"]["to_sign"]
    content |= {"sign_offs": [sign_off("analyst", signed)], "decision": decision("decline", signed), **more}
    write_answers(folder, content)


@pytest.mark.parametrize("state", HEADLINES)
def test_headlines(state):
    with speaking("es"):
        assert say(HEADLINES[state]) == IN_SPANISH[state]


@pytest.mark.parametrize("verdict", ["flagged", "not_demonstrated", "cleared"])
def test_the_headline_is_that_of_the_evidence_state(tmp_path, verdict):
    found = results(write_audit(tmp_path / "screener", verdict), "es")["determination"]
    assert found["headline"] == IN_SPANISH[found["evidence_state"]]
    assert found["decision"]["words"] == "Nadie ha decidido."


def test_what_is_open_is_asked_in_spanish_of_roles_that_code_compares(folder):
    found = results(folder, "es")
    open_ = {each["id"]: each for each in found["open_questions"]}
    assert open_["purpose"]["question"] == "¿Qué problema debe resolver, y cómo se sabrá que ayudó?"
    assert open_["purpose"]["why"] == "sin respuesta"
    assert {each["role"] for each in open_.values()} <= set(SIGNING.values())
    assert open_["register"]["why"] == "el plan no está registrado"


def test_what_was_answered_and_decided_is_told_in_spanish(folder):
    answered(folder)
    found = results(folder, "es")
    told = {each["id"]: each for each in found["answers"]}
    assert told["tier-undone"]["question"] == "¿Se puede deshacer una decisión equivocada?"
    assert (told["tier-undone"]["text"], told["tier-undone"]["value"]) == ("Sí, en días, con solo pedirlo", "days")
    assert told["tier-undone"]["english"] == "Can a wrong decision be undone?"
    assert found["determination"]["decision"]["words"].startswith("No adoptar: lo decidió ")
    assert found["tier"]["words"] == "Impacto bajo"


def test_whoever_signed_in_english_has_signed_in_spanish(folder):
    answered(folder)
    english, spanish = results(folder), results(folder, "es")
    assert english["determination"]["to_sign"] == spanish["determination"]["to_sign"]
    assert [each["stale"] for each in spanish["sign_offs"]] == [False]
    assert spanish["determination"]["decision"]["stands"]


@pytest.mark.parametrize("role", ["community", "legal", "approver"])
def test_a_form_in_spanish_saves_what_an_english_one_does(tmp_path, role):
    folder = write_audit(tmp_path / "screener", "flagged")
    plan = read_plan(folder)
    pages = {
        language: form_page(
            Audit("screener", "Screener 1", read_record(plan), results(folder, language)), role, language
        )
        for language in ("en", "es")
    }
    data = {language: saved(page) for language, page in pages.items()}
    assert parse(pages["es"]).one("html").attributes["lang"] == "es"
    assert data["en"] == data["es"]
    for question in data["es"]["questions"]:
        assert question["asked"] not in pages["es"].partition("<script")[0]


def saved(page):
    """Give what the script of a form has to write into what it saves."""
    data = json.loads(page.partition('<script type="application/json" id="data">')[2].partition("</script>")[0])
    questions = [{key: part for key, part in each.items() if key != "shown"} for each in data["questions"]]
    return {**data, "questions": questions, "words": None}


def test_the_public_list_in_spanish(tmp_path):
    folder = write_audit(tmp_path / "screener")
    publish([folder], tmp_path / "list", "es")
    (entry,) = json.loads((tmp_path / "list" / "audits.json").read_text(encoding="utf-8"))
    assert entry["headline"] == "Todavía no hay informe."
    assert entry["decision"] == "Nadie ha decidido."
    assert '<html lang="es">' in (tmp_path / "list" / "index.html").read_text(encoding="utf-8")
