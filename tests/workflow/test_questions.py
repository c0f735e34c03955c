"""The questions: each has an owner, and what is wrong in the file is said with its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fairaudit import resources
from fairaudit.errors import PlanError
from fairaudit.workflow.answers import read_answers
from fairaudit.workflow.questions import TIERS, catalogue

TEXT = resources.template("questions.yaml").read_text(encoding="utf-8")


def test_every_role_is_asked_and_every_stage_has_questions():
    asked = catalogue().every
    owners = {question.roles[0] for question in asked.values()}
    assert owners == {"analyst", "programme_owner", "vendor", "legal", "community"}
    assert {question.stage for question in asked.values()} == {
        *("before_limits", "before_results", "after_results", "before_adoption", "after_adoption"),
    }


def test_the_community_is_asked_at_most_ten_in_two_stages():
    theirs = [q for q in catalogue().of_audit.values() if "community" in q.roles]
    owed = [q for q in theirs if q.roles[0] == "community"]
    assert len(owed) <= 10
    assert {q.stage for q in owed} == {"before_limits", "after_results"}


def test_each_is_a_question_and_says_why_it_is_asked():
    for name, question in catalogue().every.items():
        assert re.fullmatch(r"[a-z0-9-]+", name)
        assert "?" in question.question, name
        assert question.why.endswith("."), name
        assert all(re.fullmatch(r"R\d\d", each) for each in question.requirements), name


def test_instruments_are_dated_and_each_is_used():
    used = {each for question in catalogue().questions.values() for each in question.asked_by}
    assert used == set(catalogue().instruments)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", each.as_of) for each in catalogue().instruments.values())


def test_a_higher_tier_never_asks_less():
    for question in catalogue().questions.values():
        blocks = [question.blocks_in(tier) for tier in TIERS]
        assert blocks == sorted(blocks)
    signs = [set(catalogue().tier.tiers[tier].signs) for tier in TIERS]
    assert signs[0] < signs[1] < signs[2]


# What is written instead of something in the file: what is said.
WRONG = [
    ("roles: [legal]", "roles: [lawyer]", "input should be"),
    ("blocks: always", "blocks: sometimes", "input should be"),
    ("section: system", "section: sistem", "no section 'sistem'"),
    ("asked_by: [aia, iama]", "asked_by: [aia, imaa]", "no instrument 'imaa'"),
    ("    answer: text\n", "    antwort: text\n", "unknown key 'antwort'"),
    ("  purpose:", "  tier-stakes:", "the id 'tier-stakes' stands twice"),
]


@pytest.mark.parametrize(("old", "new", "said"), WRONG)
def test_what_is_wrong_is_said_with_its_line(old, new, said, tmp_path):
    path = tmp_path / "questions.yaml"
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PlanError, match=r"questions.yaml line \d+") as raised:
        catalogue(path)
    assert said in str(raised.value)


def test_a_question_is_one_entry(tmp_path):
    path = tmp_path / "questions.yaml"
    entry = (
        "  union:\n    question: What do the unions say?\n    why: They know the work.\n    roles: [programme_owner]\n"
    )
    path.write_text(TEXT + entry, encoding="utf-8")
    assert catalogue(path).of_audit["union"].roles == ("programme_owner",)


ANSWERS = [
    ("answers: {purpos: {answer: x}}", "there is no question 'purpos'", "Did you mean 'purpose'?"),
    ("answers: {purpose: {answer: x}}", "nobody is named who answers", "by:"),
    ("answers: {purpose: {answr: x}}", "unknown key 'answr'", "Did you mean 'answer'?"),
    ("answers: {cause: {answer: x}}", "'cause' is asked of a finding", "cause:block/race"),
    (
        "answers: {purpose: {answer: x, by: {role: analyst, name: A}, date: 3 March}}",
        "'3 March' is no day",
        "such as 2026-03-03",
    ),
    (
        "answers: {purpose: {answer: x, by: {role: boss, name: A}, date: 2026-03-03}}",
        "'boss' is not one of the choices",
        "It can be: analyst",
    ),
    (
        "answers: {tier-stakes: {answer: freedom, by: {role: legal, name: A}, date: 2026-03-03}}",
        "'freedom' is not one of the choices",
        "liberty",
    ),
    (
        "answers: {purpose: {not_applicable: no, by: {role: legal, name: A}, date: 2026-03-03}}",
        "this question always applies",
        "unknown:",
    ),
    (
        "answers: {law: {answer: x, unknown: y, by: {role: legal, name: A}, date: 2026-03-03}}",
        "an answer stands beside unknown",
        "Keep one",
    ),
    (
        "answers: {law: {answer: x, by: {role: legal, name: A}, date: 2026-03-03, evidence: [../secret.txt]}}",
        "there is no file '../secret.txt' in the audit's folder",
        "Put it there",
    ),
    ("decision: {decision: adopt}", "'by' is missing", "role and name"),
    (
        "sign_offs: [{by: {role: legal, name: A}, statement: ok, date: 2026-03-03, signed: abc}]",
        "is no SHA-256",
        "sign",
    ),
    ("[1]", "is no mapping", "answers:"),
]


@pytest.mark.parametrize(("text", "what", "hint"), ANSWERS)
def test_what_is_wrong_in_answers_is_said(text, what, hint, tmp_path):
    (tmp_path / "answers.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PlanError) as raised:
        read_answers(tmp_path, catalogue())
    assert what in str(raised.value)
    assert hint in str(raised.value)


def test_all_problems_are_said_at_once(tmp_path):
    (tmp_path / "answers.yaml").write_text("answers:\n  purpos: {answer: x}\n  cause: {answer: y}\n", encoding="utf-8")
    with pytest.raises(PlanError) as raised:
        read_answers(tmp_path, catalogue())
    assert [problem.where for problem in raised.value.problems] == [
        "answers.yaml line 2: answers.purpos",
        "answers.yaml line 3: answers.cause",
    ]


def test_a_file_that_an_answer_names_is_hashed(tmp_path):
    (tmp_path / "letter.txt").write_text("x", encoding="utf-8")
    told = "answers: {law: {answer: x, by: {role: legal, name: A}, date: 2026-03-03, evidence: [letter.txt]}}"
    (tmp_path / "answers.yaml").write_text(told, encoding="utf-8")
    found = read_answers(tmp_path, catalogue())
    assert found.attachments["letter.txt"].startswith("2d711642b726b044")
    assert read_answers(Path("nowhere"), catalogue()).sha256 is None
