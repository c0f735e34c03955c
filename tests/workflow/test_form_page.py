"""Whom the form asks what, without a browser: a role's own questions, in order, and what may be told outside."""

from __future__ import annotations

import base64
import hashlib
import json
import re

import pytest

from fairaudit.errors import PlanError, UsageError
from fairaudit.filling import merge_answers, write_form
from fairaudit.report.form import Audit, form_page, questions_of
from fairaudit.scaffold import new_audit
from fairaudit.workflow.answers import Answer, Answers, By
from fairaudit.workflow.questions import catalogue
from fairaudit.workflow.record import Record
from fairaudit.workflow.roles import ROLES, SIGNING
from tests.report.audits import CASES
from tests.report.page import parse


def audit(answers: Answers | None = None, case: str | None = "flagged", **more) -> Audit:
    results = CASES[case]() if case else None
    return Audit("library-fines", "Screener 2.0", Record(answers=answers or Answers()), results, **more)


@pytest.mark.parametrize("role", SIGNING)
@pytest.mark.parametrize("case", [None, "flagged", "cleared"])
def test_a_role_is_asked_its_own_questions_only(role, case):
    asked = questions_of(audit(case=case), role)
    assert all(role in each.question.roles for each in asked)
    assert bool(asked) is (role in ROLES)
    assert any(each.finding for each in asked) is (case == "flagged" and role not in ("community", "reviewer"))


@pytest.mark.parametrize("case", CASES)
def test_the_community_is_asked_at_most_ten_before_limits_and_after_results(case):
    asked = questions_of(audit(case=case), "community")
    stages = [each.question.stage for each in asked]
    assert len(asked) <= 10
    assert stages == sorted(stages, key=["before_limits", "after_results"].index)
    assert {each.question.stage for each in questions_of(audit(case=None), "community")} == {"before_limits"}


def test_what_a_role_owes_comes_first_and_what_is_answered_last():
    by = By(role="legal", name="Ada")
    answers = Answers(answers={"law": Answer(answer="The Act.", by=by, date="2026-03-03")})
    asked = questions_of(audit(answers), "legal")
    owed = [each.role == "legal" for each in asked[:-1]]
    assert asked[-1].key == "law"
    assert owed == sorted(owed, reverse=True)


@pytest.mark.parametrize("role", SIGNING)
def test_only_the_script_of_the_page_may_run_and_nothing_is_fetched(role):
    text = form_page(audit(), role)
    policy = parse(text).all("meta")[1].attributes["content"]
    script = re.search(r"<script>(.*)</script>\s*</body>", text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    assert text.count("<script") == 2  # the data, which are no script, and the script
    assert not re.search(r"\s(src|action|on\w+)=", text.replace(script, ""))


def test_data_cannot_end_their_element():
    answers = Answers(answers={"fair-result": Answer(answer="</script><script>x", by=None, date=None)})
    text = form_page(audit(answers), "community")
    told = json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1])
    assert "</script><script>x" in [question["now"].get("answer") for question in told["questions"]]


@pytest.mark.parametrize(("role", "must"), [("legal", True), ("approver", True), ("reviewer", True), ("vendor", False)])
def test_who_signs_signs_what_is_there_now_and_others_may(role, must):
    to_sign = CASES["flagged"]()["determination"]["to_sign"]
    page = form_page(audit(), role)
    assert f"<code>{to_sign}</code>" in page
    assert ("your signature is not asked for" in page) is not must
    for nothing_to_sign in (audit(case=None), audit(stale=["Answers have changed."])):
        assert "<code>" not in form_page(nothing_to_sign, role)


def test_people_are_asked_before_the_plan_is_finished(tmp_path):
    list(new_audit(tmp_path / "new", "decisions", None, None))
    told = " ".join(write_form(tmp_path / "new", "Community", None))
    assert "The plan is not finished" in told
    assert (tmp_path / "new" / "form-community.html").is_file()


@pytest.mark.parametrize(("role", "said"), [("mayor", "It can be: analyst"), ("comunity", "Did you mean 'community'")])
def test_another_role_is_refused(tmp_path, role, said):
    with pytest.raises(UsageError, match=said):
        list(write_form(tmp_path, role, None))


def test_two_files_of_one_name_are_told_apart(tmp_path):
    list(new_audit(tmp_path / "new", "decisions", None, None))
    asked = catalogue().questions["fair-result"].question
    paths = []
    for name, said in (("Ada", "A lottery."), ("Bo", "By need.")):
        given = {"fair-result": {"asked": asked, "answer": said}}
        head = {"made_by": "fairaudit form", "schema_version": "1", "audit": "new", "role": "community"}
        paths.append(tmp_path / name / "answers-new-community.json")
        paths[-1].parent.mkdir()
        paths[-1].write_text(json.dumps({**head, "name": name, "date": "2026-03-03", "answers": given}))
    told = list(merge_answers(tmp_path / "new", paths))
    assert told[:2] == [
        f"{paths[0]} (Ada, community representative): 1 added.",
        f"{paths[1]} (Bo, community representative): 1 kept beside another answer.",
    ]
    assert told[-1] == f"- {asked} (Ada and Bo)"


def test_where_there_is_no_plan_there_is_no_form_and_no_answer(tmp_path):
    for tried in (write_form(tmp_path, "legal", None), merge_answers(tmp_path, [tmp_path / "x.json"])):
        with pytest.raises(PlanError, match="there is no such plan"):
            list(tried)
