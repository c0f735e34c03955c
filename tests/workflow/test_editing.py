"""Merging answers: nothing that somebody wrote is lost or overwritten, and the file stays as people wrote it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fairaudit.errors import PlanError
from fairaudit.workflow.answers import Answers, Condition, read_answers
from fairaudit.workflow.completeness import open_conflicts
from fairaudit.workflow.editing import merge, merged, standing, standing_condition, standing_decision
from fairaudit.workflow.forms import Form, read_forms
from fairaudit.workflow.questions import catalogue
from fairaudit.workflow.yaml_text import comments

QUESTIONS = catalogue()
ASKED = {name: question.question for name, question in QUESTIONS.every.items()}
HASH = "a" * 64


def saved(folder: Path, answers: dict, name: str = "Ada", role: str = "community", file: str = "saved.json", **more):
    """Write a file as a form saves it: each question's id, and what was answered."""
    content = {
        "made_by": "fairaudit form",
        "schema_version": "1",
        "audit": folder.name,
        "role": role,
        "name": name,
        "date": "2026-03-03",
        "answers": {key: {"asked": ASKED.get(key.partition(":")[0], ""), **given} for key, given in answers.items()},
    }
    path = folder / file
    path.write_text(json.dumps({**content, **more}), encoding="utf-8")
    return path


def put(folder: Path, answers: dict, *args, **more) -> list[str]:
    """Merge one form's answers; give what was done with each."""
    forms = read_forms([saved(folder, answers, *args, **more)], folder, QUESTIONS)
    return [told.what for told in merge(folder, forms, QUESTIONS)]


def stands(folder: Path) -> Answers:
    return read_answers(folder, QUESTIONS)


def text(said: str) -> dict:
    return {"answer": said}


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "audit").mkdir()
    return tmp_path / "audit"


# --- what is written is read ---------------------------------------------------------------------------------------

HOSTILE = [
    "<script>alert(1)</script> <b onclick='x'>&amp;",
    "[x](javascript:alert(1))",
    "a\x00b\x07\x1b[31m\x7f\x85 end",
    "\u202egnp.exe \u0634\u0647\u0631\u06cc",
    "👩‍👩‍👧 \U0001f3fd",
    "ends in spaces  \nand a tab\t\n\n\n",
    "---\n...\n--- |\n%YAML 1.1\n",
    "\tbegins with a tab\n\t- and another",
    "  begins with spaces\nthen none",
    "# no comment\nkey: value # nor this\n- x\n? y\n",
    "\n\nempty lines first",
    "line\u2028separator\u2029and\ufeffmark\r\nand CR\ralone",
    "true",
    "06037",
    "1.",
    "null",
    "~",
    "2026-03-03",
    "*alias &anchor !tag",
    "\"quoted\" 'too' \\n \\",
    "a: {b: [c",
    "long " * 200 + "\n" + "word" * 5000,
]


@pytest.mark.parametrize("said", HOSTILE, ids=range(len(HOSTILE)))
def test_any_text_is_read_back_as_it_was_written(folder, said):
    assert put(folder, {"fair-result": text(said), "history": {"unknown": said}}) == ["added", "added"]
    assert stands(folder).of("fair-result").answer == said
    assert stands(folder).of("history").unknown == said


def test_a_megabyte_is_read_back(folder):
    said = "Nothing is lost, however long it is.\n" * 28_000
    assert len(said) > 1_000_000
    put(folder, {"fair-result": text(said)})
    assert stands(folder).of("fair-result").answer == said


# Half a character is no text, and no file can hold it.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(lambda said: said.strip())


@given(said=TEXTS, other=TEXTS, name=TEXTS)
@example(said="a\n", other="a", name="-")
def test_law_any_two_texts_are_both_kept(tmp_path_factory, said, other, name):
    folder = tmp_path_factory.mktemp("law") / "audit"
    folder.mkdir()
    put(folder, {"fair-result": text(said)}, name)
    put(folder, {"fair-result": text(other)}, name)
    found = stands(folder)
    kept = [each.answer for each in (found.of("fair-result"), *found.others("fair-result"))]
    assert kept == ([said] if said == other else [said, other])
    assert found.of("fair-result").by.name == name


def test_texts_of_several_lines_are_written_as_blocks(folder):
    put(folder, {"fair-result": text("One line.\n\n- and a list")})
    assert "    answer: |-\n      One line.\n\n      - and a list\n" in (folder / "answers.yaml").read_text("utf-8")


def test_half_a_character_is_replaced_by_the_sign_for_it(folder):
    path = saved(folder, {"fair-result": text("a")})
    path.write_text(path.read_text("utf-8").replace('"a"', '"a\\ud800b"'), encoding="utf-8")
    merge(folder, read_forms([path], folder, QUESTIONS), QUESTIONS)
    assert stands(folder).of("fair-result").answer == "a\N{REPLACEMENT CHARACTER}b"


@pytest.mark.parametrize(
    ("key", "role", "said"),
    [
        ("privacy", "legal", ["First.", "Second: with a colon"]),
        ("tier-people", "programme_owner", "some"),
        ("vendor-claims", "vendor", [{"claim": "It is exact.", "graded": "claim", "evidence": "leaflet"}]),
    ],
)
def test_lists_choices_and_claims_are_read_back(folder, key, role, said):
    put(folder, {key: text(said)}, role=role)
    answer = stands(folder).of(key).answer
    assert (json.loads(json.dumps([getattr(each, "__dict__", each) for each in answer])) == said) or answer == said


# --- the file stays as people wrote it ------------------------------------------------------------------------------

WRITTEN = """\
# Ours. Do not lose this line.
answers:
  history:   # asked in March
    answer: 'It has.'   # single quotes
    by: {role: community, name: "B"}   # flow
    date: 2026-03-03
    evidence:
      - https://example.org/06037   # minutes
  # Asked twice.
  errors-hurt:
    answer: |
      Being passed over.

      By far.
    by: {role: community, name: B}
    date: 2026-03-04
# Conditions are below.

conditions:
  - {text: Pause it., owner: B}   # not complete yet
# The end.
"""


def write(folder: Path, content: str = WRITTEN) -> None:
    (folder / "answers.yaml").write_text(content, encoding="utf-8")


def test_adding_an_answer_only_adds_lines(folder):
    write(folder)
    put(folder, {"fair-result": text("Alike.")})
    lines = (folder / "answers.yaml").read_text("utf-8").splitlines()
    kept = [line for line in lines if line in WRITTEN.splitlines()]
    # The one line that has flow style and a comment is set anew, with the comment where it was.
    assert [
        line for line in WRITTEN.splitlines() if " ".join(line.split()) not in " ".join(" ".join(lines).split())
    ] == []
    assert len(kept) >= len(WRITTEN.splitlines()) - 2
    assert comments("\n".join(lines)) == comments(WRITTEN)


@pytest.mark.parametrize("key", ["history", "errors-hurt"])
def test_replacing_an_answer_loses_no_comment_and_not_the_answer(folder, key):
    write(folder)
    before = stands(folder)
    assert put(folder, {key: {"answer": "Otherwise.", "started_from": standing(before, key)}}) == ["replaced"]
    found = stands(folder)
    assert found.of(key).answer == "Otherwise."
    assert [(each.id, each.answer) for each in found.was] == [(key, before.of(key).answer)]
    assert sorted(comments((folder / "answers.yaml").read_text("utf-8"))) == sorted(comments(WRITTEN))


def test_what_else_stands_there_is_read_as_before(folder):
    write(folder)
    before = stands(folder)
    put(folder, {"fair-result": text("Alike.")})
    after = stands(folder)
    assert [after.of(key) for key in before.answers] == [before.of(key) for key in before.answers]
    assert (after.conditions, list(after.answers)) == (before.conditions, [*before.answers, "fair-result"])


@pytest.mark.parametrize(
    "content", ["", "# only a comment\n", "answers:\n", "answers: {}\nsign_offs: []\n", "\ufeffanswers:\n"]
)
def test_an_empty_file_is_filled(folder, content):
    write(folder, content)
    put(folder, {"fair-result": text("Alike.")})
    assert stands(folder).of("fair-result").answer == "Alike."
    assert comments((folder / "answers.yaml").read_text("utf-8")) == comments(content)


def test_where_there_is_no_file_one_is_made_that_says_what_it_is(folder):
    put(folder, {"fair-result": text("Alike.")})
    assert (folder / "answers.yaml").read_text("utf-8").startswith("# What people answered")


def test_a_file_that_is_wrong_stays_as_it_is(folder):
    write(folder, "answers:\n  no-such-question: {answer: x}\n")
    with pytest.raises(PlanError, match="there is no question"):
        put(folder, {"fair-result": text("Alike.")})
    assert (folder / "answers.yaml").read_text("utf-8") == "answers:\n  no-such-question: {answer: x}\n"


# --- nothing is overwritten ------------------------------------------------------------------------------------------


def test_two_people_who_say_otherwise_are_both_kept_until_somebody_settles_it(folder):
    assert put(folder, {"fair-result": text("A lottery.")}, "Ada") == ["added"]
    assert put(folder, {"fair-result": text("By need.")}, "Bo") == ["both kept"]
    found = stands(folder)
    (item,) = open_conflicts(QUESTIONS, found)
    assert (item.id, item.role, item.blocks) == ("conflict/fair-result", "community", True)
    assert item.why == "answered differently by Ada (community representative) and Bo (community representative)"
    settles = {"answer": "By need, then a lottery.", "replaces": True, "started_from": standing(found, "fair-result")}
    assert put(folder, {"fair-result": settles}, "Cy") == ["settled"]
    found = stands(folder)
    assert open_conflicts(QUESTIONS, found) == []
    assert [each.answer for each in found.was] == ["A lottery.", "By need."]


def test_who_settles_has_seen_what_stands(folder):
    put(folder, {"fair-result": text("A lottery.")}, "Ada")
    put(folder, {"fair-result": text("By need.")}, "Bo")
    before = standing(stands(folder), "fair-result")
    put(folder, {"fair-result": text("By age.")}, "Cy")
    assert put(folder, {"fair-result": {"answer": "x", "replaces": True, "started_from": before}}, "Di") == [
        "both kept"
    ]


def test_merging_twice_changes_nothing(folder):
    put(folder, {"fair-result": text("A lottery.")}, "Ada")
    put(folder, {"fair-result": text("By need.")}, "Bo", file="bo.json")
    before = (folder / "answers.yaml").read_bytes()
    for name in ("saved.json", "bo.json", "saved.json"):
        done = merge(folder, read_forms([folder / name], folder, QUESTIONS), QUESTIONS)
        assert [told.what for told in done] == ["unchanged"]
    assert (folder / "answers.yaml").read_bytes() == before


def test_the_same_answer_by_somebody_else_is_no_conflict(folder):
    put(folder, {"fair-result": text("A lottery.")}, "Ada")
    assert put(folder, {"fair-result": text("A lottery.")}, "Bo") == ["unchanged"]


def test_a_form_that_saves_again_edits_its_own_answer(folder):
    put(folder, {"fair-result": text("A lottery.")}, file="first.json")
    again = {"answer": "A lottery, then.", "saved_before": [text("A lottery.")]}
    assert put(folder, {"fair-result": again}) == ["replaced"]
    found = stands(folder)
    assert (found.of("fair-result").answer, found.was[0].answer) == ("A lottery, then.", "A lottery.")
    done = merge(folder, read_forms([folder / "first.json"], folder, QUESTIONS), QUESTIONS)
    assert [told.what for told in done] == ["unchanged"], "an older file of the same form brings nothing back"


def test_a_form_that_saves_again_edits_its_own_answer_also_beside_another(folder):
    put(folder, {"fair-result": text("By need.")}, "Bo")
    put(folder, {"fair-result": text("A lottery.")}, "Ada")
    put(folder, {"fair-result": {"answer": "By age.", "saved_before": [text("A lottery.")]}}, "Ada")
    found = stands(folder)
    assert [each.answer for each in (found.of("fair-result"), *found.others("fair-result"))] == ["By need.", "By age."]
    assert [each.answer for each in found.was] == ["A lottery."]


# --- who owes an answer, and who may say something to it -------------------------------------------------------------


def test_what_another_role_says_to_an_answer_is_a_comment_and_no_conflict(folder):
    put(folder, {"errors-hurt": text("Being passed over.")}, "Ada", "community")
    assert put(folder, {"errors-hurt": text("Being picked.")}, "Bo", "programme_owner") == ["commented"]
    found = stands(folder)
    assert open_conflicts(QUESTIONS, found) == []
    assert found.of("errors-hurt").answer == "Being passed over."
    assert [(each.by.name, each.answer) for each in found.comments_on("errors-hurt")] == [("Bo", "Being picked.")]


def test_who_comments_again_replaces_the_comment(folder):
    put(folder, {"errors-hurt": text("Being passed over.")}, "Ada", "community")
    put(folder, {"errors-hurt": text("Being picked.")}, "Bo", "programme_owner")
    put(folder, {"errors-hurt": text("Either.")}, "Bo", "programme_owner")
    found = stands(folder)
    assert [each.answer for each in found.comments_on("errors-hurt")] == ["Either."]
    assert [each.answer for each in found.was] == ["Being picked."]


def test_who_owes_the_answer_takes_the_place_of_whoever_answered_instead(folder):
    assert put(folder, {"errors-hurt": text("Being picked.")}, "Bo", "programme_owner") == ["added"]
    assert put(folder, {"errors-hurt": text("Being passed over.")}, "Ada", "community") == ["added"]
    found = stands(folder)
    assert (found.of("errors-hurt").answer, found.comments[0].answer) == ("Being passed over.", "Being picked.")
    assert not found.conflicts


def test_only_the_role_that_owes_an_answer_settles_which_holds(folder):
    put(folder, {"errors-hurt": text("Being passed over.")}, "Ada", "community")
    put(folder, {"errors-hurt": text("Being picked.")}, "Bo", "community")
    settles = {"answer": "x", "replaces": True, "started_from": standing(stands(folder), "errors-hurt")}
    with pytest.raises(PlanError, match="only the community representative can settle"):
        put(folder, {"errors-hurt": settles}, "Cy", "programme_owner")
    assert put(folder, {"errors-hurt": settles}, "Cy", "community") == ["settled"]


ROLES_OF_IT = ("community", "programme_owner")
STEP = st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), st.sampled_from(ROLES_OF_IT), st.booleans())


@given(st.lists(STEP, max_size=8))
def test_law_a_comment_never_moves_the_answer_of_the_role_that_owes_it(tmp_path_factory, steps):
    folder = tmp_path_factory.mktemp("law") / "audit"
    folder.mkdir()
    answers, said = Answers(), set()
    for what, name, role, seen in steps:
        before = answers.of("errors-hurt")
        told = {"answer": what, **({"started_from": standing(answers, "errors-hurt")} if seen else {})}
        (form,) = read_forms([saved(folder, {"errors-hurt": told}, name, role)], folder, QUESTIONS)
        answers, _ = merged(answers, form, QUESTIONS)
        said.add(what)
        now = answers.of("errors-hurt")
        assert role == "community" or before.state == "open" or before.by.role == role or now == before
        everywhere = (now, *answers.conflicts, *answers.comments, *answers.was)
        assert {each.answer for each in everywhere} - {None} == said


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), st.booleans(), st.booleans()), max_size=8))
def test_law_whatever_was_said_stands_somewhere(tmp_path_factory, steps):
    """In any order of edits, by whomever, whether or not they have seen what stands: no text is lost."""
    folder = tmp_path_factory.mktemp("law") / "audit"
    folder.mkdir()
    answers, said = Answers(), set()
    for what, name, seen, replaces in steps:
        told = {"answer": what, "replaces": replaces}
        told |= {"started_from": standing(answers, "fair-result")} if seen else {}
        (form,) = read_forms([saved(folder, {"fair-result": told}, name)], folder, QUESTIONS)
        answers, _ = merged(answers, form, QUESTIONS)
        said.add(what)
        kept = {each.answer for each in (answers.of("fair-result"), *answers.conflicts, *answers.was)} - {None}
        assert kept == said
        assert merged(answers, form, QUESTIONS)[0] == answers


# --- conditions ------------------------------------------------------------------------------------------------------


def test_a_condition_is_added_once_and_changed_where_it_still_stands(folder):
    first, second = {"text": "Count again."}, {"text": "Ask people."}
    assert put(folder, {}, role="programme_owner", conditions=[first, second]) == ["added", "added"]
    assert put(folder, {}, role="programme_owner", conditions=[first]) == ["unchanged"]
    changes = {"text": "Count again every month.", "started_from": standing_condition(Condition(**first))}
    assert put(folder, {}, role="programme_owner", conditions=[changes]) == ["replaced"]
    late = {"text": "Count again every week.", "started_from": standing_condition(Condition(**first))}
    assert put(folder, {}, role="programme_owner", conditions=[late]) == ["added"], "it changed meanwhile: both stay"
    again = {"text": "Ask people in spring.", "saved_before": [second]}
    assert put(folder, {}, role="programme_owner", conditions=[again]) == ["replaced"]
    found = stands(folder)
    said = ["Count again every month.", "Ask people in spring.", "Count again every week."]
    assert [each.text for each in found.conditions] == said
    assert [each.text for each in found.earlier_conditions] == ["Count again.", "Ask people."]


@pytest.mark.parametrize(
    ("role", "condition", "said"),
    [
        ("legal", {"text": "x"}, "the legal and privacy officer writes conditions"),
        ("programme_owner", {"owner": "Ada"}, "a condition says nothing"),
        ("programme_owner", {"text": "x", "due": "soon"}, "no day"),
        ("programme_owner", {"text": "x", "until": "2026-03-03"}, "is nothing that a form saves"),
    ],
)
def test_a_condition_that_is_wrong_is_refused(folder, role, condition, said):
    with pytest.raises(PlanError, match=said):
        put(folder, {}, role=role, conditions=[condition])
    assert not (folder / "answers.yaml").exists()


# --- signatures and the decision -------------------------------------------------------------------------------------


def test_a_signature_is_added_once(folder):
    signs = {"sign_off": {"statement": "I agree.", "signed": HASH, "dissents": False}}
    assert put(folder, {}, role="legal", **signs) == ["signed"]
    assert put(folder, {}, role="legal", **signs) == ["unchanged"]
    assert put(folder, {}, "Bo", role="legal", **signs) == ["signed"]
    assert [(each.by.name, each.dissents) for each in stands(folder).sign_offs] == [("Ada", False), ("Bo", False)]


def decides(decision: str, **more) -> dict:
    return {"decision": {"decision": decision, "statement": "So.", "signed": HASH, **more}}


def test_two_decisions_are_both_kept_until_an_approver_settles_it(folder):
    assert put(folder, {}, "Ada", "approver", **decides("pilot")) == ["decided"]
    assert put(folder, {}, "Ada", "approver", **decides("pilot")) == ["unchanged"]
    assert put(folder, {}, "Bo", "approver", **decides("decline")) == ["both kept"]
    found = stands(folder)
    assert [item.id for item in open_conflicts(QUESTIONS, found)] == ["conflict/decision"]
    settles = decides("decline", replaces=True, started_from=standing_decision(found))
    assert put(folder, {}, "Cy", "approver", **settles) == ["decided anew"]
    found = stands(folder)
    assert (found.decision.by.name, found.other_decisions) == ("Cy", ())
    assert [each.decision for each in found.earlier_decisions] == ["pilot", "decline"]


def test_only_an_approver_decides(folder):
    with pytest.raises(PlanError, match="Only an approver decides"):
        put(folder, {}, "Ada", "vendor", **decides("adopt"))


# --- files that are none of ours -------------------------------------------------------------------------------------

FILES = {
    "not JSON": (b"{", "it is not JSON"),
    "not text": (b"\xff\xfe\x00", "it is not UTF-8"),
    "a list": (b"[]", "no file that a form has saved"),
    "another program's": (b'{"made_by": "others"}', "no file that a form has saved"),
    "a later form's": (b'{"made_by": "fairaudit form", "schema_version": "9"}', "a form of another version"),
    "cut off": (b'{"made_by": "fairaudit form", "schema_version": "1"}', "is missing"),
    "not a number": (b'{"made_by": NaN}', "it is not JSON"),
    "nested": (b"[" * 100_000, "it is not JSON"),
}


@pytest.mark.parametrize("name", FILES)
def test_other_files_are_refused_in_words(folder, name):
    content, said = FILES[name]
    (folder / "x.json").write_bytes(content)
    with pytest.raises(PlanError, match=said):
        read_forms([folder / "x.json"], folder, QUESTIONS)


WRONG = {
    "of another audit": ({"audit": "other"}, {}, "is of the audit 'other'"),
    "nobody's": ({"name": " "}, {}, "nobody is named"),
    "no day": ({"date": "3 March"}, {}, "is no day"),
    "no role": ({"role": "mayor"}, {}, "is not what a form saves"),
    "asked otherwise": ({}, {"fair-result": {"answer": "x", "asked": "What is fair?"}}, "was asked otherwise"),
    "no longer asked": (
        {},
        {"fairness": {"answer": "x", "asked": "What is fair?"}},
        "“What is fair\\?” is no longer asked",
    ),
    "for others": ({"role": "vendor"}, {"fair-result": {"answer": "x"}}, "not for the vendor"),
    "empty": ({}, {"fair-result": {"answer": "  "}}, "there is no answer"),
    "not one of the choices": ({"role": "legal"}, {"tier-stakes": {"answer": "x"}}, "not one of the choices"),
    "always applies": ({}, {"groups-compared": {"not_applicable": "x"}}, "always applies"),
    "no such file": ({}, {"fair-result": {"answer": "x", "evidence": ["../a.pdf"]}}, "there is no file '../a.pdf'"),
    "bad file name": ({}, {"fair-result": {"answer": "x", "evidence": ["a\x00b" * 999]}}, "there is no file"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_fit_is_said_and_nothing_is_written(folder, name):
    changed, answers, said = WRONG[name]
    with pytest.raises(PlanError, match=said):
        read_forms([saved(folder, answers, **changed)], folder, QUESTIONS)
    assert not (folder / "answers.yaml").exists()


def test_everything_is_said_at_once(folder):
    wrong = {"x": {"answer": "y", "asked": "Was it?"}, "fair-result": {"answer": "", "asked": "?"}}
    paths = [saved(folder, wrong, ""), saved(folder, {}, file="b.json", audit="b")]
    with pytest.raises(PlanError) as caught:
        read_forms(paths, folder, QUESTIONS)
    assert len(caught.value.problems) == 5  # no name; no such question; asked otherwise, and empty; of another audit


def test_a_form_has_what_it_needs_to_be_read(folder):
    (form,) = read_forms([saved(folder, {"fair-result": text("x")})], folder, QUESTIONS)
    assert isinstance(form, Form)
