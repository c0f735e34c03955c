"""The form in a real browser: filled by keyboard, kept, saved, merged; nothing runs and nothing leaves."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairaudit.filling import merge_answers, write_form
from fairaudit.report.form import Audit, form_page
from fairaudit.report.html import render
from fairaudit.scaffold import new_audit
from fairaudit.workflow.answers import Answer, Answers, By, Other, read_answers
from fairaudit.workflow.forms import read_forms
from fairaudit.workflow.questions import catalogue
from fairaudit.workflow.record import Record, completed
from tests.report.audits import CASES

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed (the extra `browser`)")

QUESTIONS = catalogue()
FLAGGED = CASES["flagged"]
REFUSED = "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }})"


class Shown:
    """A page in a window that has no network, with every request and every error of it."""

    def __init__(self, browser, script: str = ""):
        self.context = browser.new_context(offline=True)
        if script:
            self.context.add_init_script(script)
        self.page = self.context.new_page()
        self.page.set_default_timeout(5000)
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("dialog", lambda dialog: dialog.accept())

    def open(self, path: Path):
        self.page.goto(path.as_uri())
        return self.page

    def save(self, path: Path) -> dict:
        """Press "Save answers"; put what is downloaded at a path, and give it."""
        with self.page.expect_download() as download:
            self.page.click("#save")
        download.value.save_as(path)
        return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def window(browser) -> Iterator[Shown]:
    made = Shown(browser)
    yield made
    made.context.close()


@pytest.fixture
def shown(window) -> Iterator[Shown]:
    """Give one window to all tests: what the browser keeps is kept by audit, and each test has its own."""
    window.requests.clear()
    window.page.set_viewport_size({"width": 1280, "height": 900})
    window.page.emulate_media(media="screen")
    yield window
    assert window.errors == []


@pytest.fixture
def folder(tmp_path, numbers) -> Path:
    path = tmp_path / f"library-fines-{next(numbers)}"
    list(new_audit(path, "decisions", None, None))
    return path


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return itertools.count(1)


def form_of(folder: Path, role: str) -> Path:
    path = folder.parent / f"{role}.html"
    list(write_form(folder, role, path))
    return path


def after_results(folder: Path, role: str, answers: Answers | None = None, results: dict | None = None) -> Path:
    """Write a form on results that are made for tests."""
    path = folder.parent / f"{role}-after.html"
    record = Record(answers=answers or Answers())
    path.write_text(form_page(Audit(folder.name, "Screener 2.0", record, results or FLAGGED()), role), encoding="utf-8")
    return path


def number(page, question: str) -> str:
    """Give the id of a question's part of the page, such as q3."""
    told = json.loads(page.text_content("#data"))
    return next(each["id"] for each in told["questions"] if each["key"] == question)


# --- fill, keep, save, merge ----------------------------------------------------------------------


def test_it_is_filled_by_keyboard_alone_kept_saved_and_merged(shown, folder):
    page = shown.open(form_of(folder, "community"))
    keys = page.keyboard

    def tab_to(id_: str) -> None:
        for _ in range(60):
            keys.press("Tab")
            if page.evaluate("document.activeElement.id || document.activeElement.name") == id_:
                return
        raise AssertionError(f"Tab does not lead to {id_}")

    tab_to("name")
    keys.type("Ada Ademola")
    tab_to("q1-answer")
    keys.type("A second winter.\n\n- By far  ")
    tab_to("q2-state")
    keys.press("ArrowDown")  # not known
    tab_to("q2-reason")
    keys.type("Nobody kept count.")
    page.wait_for_timeout(400)
    page.reload()
    assert page.input_value("#name") == "Ada Ademola"
    assert page.input_value("#q1-answer") == "A second winter.\n\n- By far  "
    assert "here again" in page.text_content("#kept")
    assert page.text_content("#progress-words") == "2 of 4 answered"
    tab_to("save")
    with page.expect_download() as download:
        keys.press("Enter")
    assert download.value.suggested_filename == f"answers-{folder.name}-community-ada-ademola.json"
    download.value.save_as(folder / "ada.json")
    assert "Still open of what you owe: 2 (questions 3, 4)" in page.text_content("#saved")
    assert "both kept" not in " ".join(merge_answers(folder, [folder / "ada.json"]))
    found = read_answers(folder, QUESTIONS)
    assert found.of("errors-hurt").answer == "A second winter.\n\n- By far  "
    assert (found.of("history").unknown, found.of("history").by.name) == ("Nobody kept count.", "Ada Ademola")

    # The same page goes on: what it saved itself is edited, and is no conflict.
    page.fill("#q1-answer", "A third winter.")
    shown.save(folder / "ada.json")
    list(merge_answers(folder, [folder / "ada.json"]))
    found = read_answers(folder, QUESTIONS)
    assert (found.of("errors-hurt").answer, found.conflicts) == ("A third winter.", ())

    # A new form shows what stands, in the same browser; nothing is new in it.
    page = shown.open(form_of(folder, "community"))
    assert page.input_value("#q1-answer") == "A third winter."
    assert "Answered by Ada Ademola" in page.text_content("#q1")


def test_every_kind_of_answer_is_saved_and_merged(shown, folder):
    page = shown.open(form_of(folder, "programme_owner"))
    page.fill("#name", "Bo")
    page.check(f"input[name={number(page, 'tier-people')}-answer][value=some]")
    shown.save(folder / "bo.json")
    page = shown.open(form_of(folder, "legal"))
    page.fill("#name", "Cy")
    privacy = number(page, "privacy")
    page.fill(f"#{privacy}-answer", "The privacy assessment\n\n  The security assessment ")
    page.click(f"#{privacy} summary")
    page.fill(f"#{privacy}-evidence", "https://example.org/privacy")
    shown.save(folder / "cy.json")
    page = shown.open(form_of(folder, "vendor"))
    page.fill("#name", "Di")
    claims = number(page, "vendor-claims")
    for place, (claim, grade) in enumerate([("It is exact.", "claim"), ("It is quick.", "tested")]):
        if place:
            page.click(f"#{claims}-add")
        page.locator(f"#{claims} .claimed").nth(place).fill(claim)
        page.locator(f"#{claims} .graded").nth(place).select_option(grade)
    shown.save(folder / "di.json")
    list(merge_answers(folder, [folder / name for name in ("bo.json", "cy.json", "di.json")]))
    found = read_answers(folder, QUESTIONS)
    assert found.of("tier-people").answer == "some"
    assert found.of("privacy").answer == ("The privacy assessment", "The security assessment")
    assert found.of("privacy").evidence == ("https://example.org/privacy",)
    assert [(each.claim, each.graded) for each in found.of("vendor-claims").answer] == [
        ("It is exact.", "claim"),
        ("It is quick.", "tested"),
    ]


def test_a_meeting_is_named(shown, folder):
    page = shown.open(form_of(folder, "community"))
    page.check("#meeting")
    assert page.text_content("#name-label") == "Name and day of the meeting"
    page.fill("#name", "Library hall, 2 March")
    page.fill("#q1-answer", "Waiting.")
    assert shown.save(folder / "m.json")["name"] == "Meeting: Library hall, 2 March"


def test_what_is_saved_is_the_same_in_spanish_and_merges(browser, folder):
    saved = []
    for language in ("en", "es"):
        path = folder.parent / f"{language}.html"
        list(write_form(folder, "community", path, language))
        theirs = Shown(browser)
        page = theirs.open(path)
        assert page.get_attribute("html", "lang") == language
        page.check("#meeting")
        page.fill("#name", "Biblioteca, 2 de marzo")
        page.fill("#q1-answer", "La espera.")
        barriers = number(page, "barriers")
        page.check(f"input[name={barriers}-state][value=unknown]")
        page.fill(f"#{barriers}-reason", "No se sabe.")
        saved.append(theirs.save(folder / f"{language}.json"))
        theirs.context.close()
    assert saved[0] == saved[1]
    list(merge_answers(folder, [folder / "es.json"]))
    assert read_answers(folder, QUESTIONS).of("barriers").unknown == "No se sabe."


def test_two_people_conflict_and_a_third_settles_it(browser, folder):
    blank = form_of(folder, "community")
    for name, said in (("Ada", "A lottery."), ("Bo", "By need.")):
        theirs = Shown(browser)
        page = theirs.open(blank)
        page.fill("#name", name)
        page.fill("#q3-answer", said)
        theirs.save(folder / f"{name}.json")
        theirs.context.close()
    told = " ".join(merge_answers(folder, [folder / "Ada.json", folder / "Bo.json"]))
    assert "both kept" in told
    assert "What would you call a fair result here? (Ada and Bo)" in told
    third = Shown(browser)
    page = third.open(form_of(folder, "community"))
    assert "A lottery." in page.text_content("#q3 .conflict")
    assert "By need." in page.text_content("#q3 .conflict")
    page.fill("#name", "Cy")
    page.fill("#q3-answer", "By need, then a lottery.")
    page.click("#save")
    assert "Tick that this replaces them all" in page.text_content("#errors")
    page.check("#q3-replaces")
    third.save(folder / "Cy.json")
    third.context.close()
    list(merge_answers(folder, [folder / "Cy.json"]))
    found = read_answers(folder, QUESTIONS)
    assert (found.of("fair-result").answer, found.conflicts, len(found.was)) == ("By need, then a lottery.", (), 2)


def test_what_was_typed_before_others_answered_overwrites_nothing(shown, folder):
    page = shown.open(form_of(folder, "community"))
    page.fill("#name", "Ada")
    page.fill("#q3-answer", "A lottery.")
    page.wait_for_timeout(400)
    (folder / "answers.yaml").write_text(
        "answers:\n  fair-result:\n    answer: By need.\n    by: {role: community, name: Bo}\n    date: 2026-03-01\n"
    )
    page = shown.open(form_of(folder, "community"))
    assert page.input_value("#q3-answer") == "A lottery."
    assert page.is_visible("#q3-earlier")
    shown.save(folder / "ada.json")
    list(merge_answers(folder, [folder / "ada.json"]))
    found = read_answers(folder, QUESTIONS)
    assert [each.answer for each in (found.of("fair-result"), *found.conflicts)] == ["By need.", "A lottery."]
    page.click("#q3-undo")
    assert page.input_value("#q3-answer") == "By need."


def test_it_works_where_the_browser_keeps_nothing_and_says_so(browser, folder):
    made = Shown(browser, script=REFUSED)
    page = made.open(form_of(folder, "community"))
    page.fill("#name", "Ada")
    page.fill("#q1-answer", "x")
    page.wait_for_timeout(400)
    assert "This browser keeps nothing" in page.text_content("#kept")
    assert made.save(folder / "ada.json")["answers"]["errors-hurt"]["answer"] == "x"
    assert made.errors == []
    made.context.close()


def test_this_browser_is_cleared_when_asked(shown, folder):
    page = shown.open(form_of(folder, "community"))
    page.fill("#q1-answer", "x")
    page.wait_for_timeout(400)
    with page.expect_navigation():
        page.click("#forget")
    assert page.input_value("#q1-answer") == ""
    assert page.evaluate(f"localStorage.getItem('fairaudit:{folder.name}:community')") is None


# --- what is wrong is said in words ----------------------------------------------------------------------


def test_what_is_wrong_is_said_and_nothing_is_saved(shown, folder):
    page = shown.open(form_of(folder, "community"))
    page.fill("#date", "3 March")
    page.check("input[name=q1-state][value=unknown]")
    page.click("#q2 summary")
    page.fill("#q2-evidence", "https://example.org")
    page.click("#save")
    assert page.evaluate("document.activeElement.id") == "errors"
    assert page.locator("#errors a").all_text_contents() == [
        "A name is needed, so that it is known who answers.",
        "This is no day. Write year, month and day, such as 2026-03-03.",
        "Question 1: Say why. “Not known” and “does not apply” need a reason.",
        "Question 2: There are links or files here, and no answer.",
    ]
    page.click("#errors a >> nth=2")
    assert page.evaluate("document.activeElement.id") == "q1-reason"
    page.keyboard.type("Nobody knows.")
    assert not page.is_visible("#q1-error")
    assert page.get_attribute("#name", "aria-invalid") == "true"
    page.fill("#name", "Ada")
    assert page.get_attribute("#name", "aria-invalid") == "false"
    assert not page.is_visible("#name-error")


@pytest.mark.parametrize(
    ("kind", "wrong", "said"),
    [
        ("date", "2026-02-30", "This is no day"),
        ("number", "many", "This is no number"),
        ("link", "ftp://x", "no address"),
    ],
)
def test_an_answer_is_of_its_kind(shown, folder, kind, wrong, said, tmp_path):
    right = {"date": "2026-02-28", "number": "0.5", "link": "https://example.org"}[kind]
    asked = QUESTIONS.questions["fair-result"].model_copy(update={"answer": kind})
    others = {**QUESTIONS.questions, "fair-result": asked}
    record = Record(questions=QUESTIONS.model_copy(update={"questions": others}))
    path = tmp_path / "form.html"
    path.write_text(form_page(Audit(folder.name, "Fines", record), "community"), encoding="utf-8")
    page = shown.open(path)
    page.fill("#name", "Ada")
    page.fill("#q3-answer", wrong)
    page.click("#save")
    assert said in page.text_content("#q3-error")
    page.fill("#q3-answer", right)
    saved = shown.save(tmp_path / "saved.json")["answers"]["fair-result"]["answer"]
    assert saved == (0.5 if kind == "number" else right)


# --- after results: findings, signing, deciding ----------------------------------------------------------------------


def test_the_community_is_told_what_was_found_and_nothing_of_small_groups(shown, folder):
    page = shown.open(after_results(folder, "community"))
    assert "Shown to be outside the limit" in page.text_content(".found")
    assert "45 were selected" in page.text_content(".found")
    assert page.locator("fieldset[id^=q]").count() <= 10
    page = shown.open(after_results(folder, "community", results=CASES["unsettled"]()))
    assert "is not told in this copy, since few people could be seen in it" in page.text_content(".found")


def test_a_signature_is_of_what_is_there(shown, folder):
    page = shown.open(after_results(folder, "legal"))
    page.fill("#name", "Cy")
    page.check("input[name=sign][value=dissent]")
    page.click("#save")
    assert "Say in your own words what you sign." in page.text_content("#errors")
    page.fill("#statement", "I do not agree.")
    page.fill("#q1-answer", "Changed too.")
    page.click("#save")
    assert "You changed answers" in page.text_content("#errors")
    page.click("#q1-undo")
    told = shown.save(folder / "cy.json")["sign_off"]
    to_sign = FLAGGED()["determination"]["to_sign"]
    assert told == {"statement": "I do not agree.", "signed": to_sign, "dissents": True}
    list(merge_answers(folder, [folder / "cy.json"]))
    assert [each.dissents for each in read_answers(folder, QUESTIONS).sign_offs] == [True]


CONDITION = {
    "text": "Count again every month.",
    "finding": "screened/group/selection_rate",
    "owner": "Ana Ruiz",
    "due": "2027-03-03",
    "checked_by": "The monthly count.",
    "contract": "The vendor delivers the counts of each month.",
}


def write_condition(page, row: str, condition: dict) -> None:
    for key, value in condition.items():
        field = page.locator(f"#{row} [data-key={key}]")
        field.select_option(value) if key == "finding" else field.fill(value)


def test_a_programme_owner_writes_conditions_and_changes_one(shown, folder):
    page = shown.open(after_results(folder, "programme_owner"))
    page.fill("#name", "Eve")
    finding = page.locator("#c1 [data-key=finding] option").nth(1).get_attribute("value")
    first = CONDITION | {"finding": finding}
    write_condition(page, "c1", {"owner": "Ana Ruiz", "due": "soon"})
    page.click("#save")
    assert "Condition 1: Say what must hold." in page.text_content("#errors")
    write_condition(page, "c1", first | {"due": "soon"})
    page.click("#save")
    assert "Condition 1: This is no day." in page.text_content("#errors")
    write_condition(page, "c1", first)
    page.click("#add-condition")
    write_condition(page, "c2", {"text": "Ask people."})
    page.wait_for_timeout(400)
    page.reload()
    assert page.input_value("#c2 [data-key=text]") == "Ask people."
    shown.save(folder / "eve.json")
    assert "2 added" in " ".join(merge_answers(folder, [folder / "eve.json"]))
    assert "2 there already" in " ".join(merge_answers(folder, [folder / "eve.json"]))
    stand = read_answers(folder, QUESTIONS).conditions
    assert [(each.text, each.lacking == ()) for each in stand] == [(first["text"], True), ("Ask people.", False)]
    page = shown.open(after_results(folder, "programme_owner", read_answers(folder, QUESTIONS)))
    assert [page.input_value(f"#c{place} [data-key=text]") for place in (1, 2, 3)] == [first["text"], "Ask people.", ""]
    page.fill("#name", "Eve")
    page.fill("#c2 [data-key=text]", "Ask people in spring.")
    shown.save(folder / "again.json")
    list(merge_answers(folder, [folder / "again.json"]))
    found = read_answers(folder, QUESTIONS)
    assert [each.text for each in found.conditions] == [first["text"], "Ask people in spring."]
    assert [each.text for each in found.earlier_conditions] == ["Ask people."]


def test_an_approver_sees_who_signed_and_who_does_not_agree_and_on_what_conditions(shown, folder):
    results = json.loads(json.dumps(FLAGGED()))
    told = {"by": {"name": "Lea", "role": "legal and privacy officer"}, "date": "2026-03-03", "signed": "0" * 64}
    results["sign_offs"] = [{**told, "statement": "No contract.", "dissents": True, "stale": True, "replaced": False}]
    results["conditions"] = [{**CONDITION, "done": None, "complete": False}]
    page = shown.open(after_results(folder, "approver", results=results))
    said = " ".join(page.text_content("section:has(#sign)").split())
    for words in ("Lea, legal and privacy officer, 2026-03-03: does not agree.", "No contract.", CONDITION["text"]):
        assert words in said
    assert "It is not complete." in said


def test_whoever_need_not_sign_still_may(shown, folder):
    page = shown.open(after_results(folder, "vendor"))
    assert "your signature is not asked for" in page.text_content("section:has(#sign)")
    page.fill("#name", "Vi")
    page.check("input[name=sign][value=dissent]")
    page.fill("#statement", "The records are old.")
    assert shown.save(folder / "vi.json")["sign_off"]["dissents"] is True


def test_an_approver_decides(shown, folder):
    page = shown.open(after_results(folder, "approver"))
    assert "The evidence does not allow this now." in page.text_content("label:has(input[value=adopt])")
    page.fill("#name", "Di")
    page.check("input[name=sign][value=adopt]")
    page.fill("#statement", "We need it.")
    page.click("#save")
    assert "The evidence does not allow this (Adopt)" in page.text_content("#errors")
    page.check("input[name=sign][value=adopt_despite]")
    page.click("#save")
    assert "needs a justification" in page.text_content("#errors")
    page.check("input[name=sign][value=decline]")
    page.fill("#lapses", "2026-31-12")
    page.click("#save")
    assert "This is no day." in page.text_content("#errors")
    page.fill("#lapses", "2026-12-31")
    shown.save(folder / "di.json")
    list(merge_answers(folder, [folder / "di.json"]))
    decision = read_answers(folder, QUESTIONS).decision
    assert (decision.decision, decision.lapses) == ("decline", "2026-12-31")


def test_nothing_is_signed_before_there_is_a_report(shown, folder):
    page = shown.open(form_of(folder, "legal"))
    assert page.locator("#sign").count() == 0
    assert "You must also sign" in page.text_content("main")


# --- anybody can use it ----------------------------------------------------------------------


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("role", ["community", "programme_owner", "approver"])
def test_axe_finds_nothing(shown, folder, role, width):
    shown.page.set_viewport_size({"width": width, "height": 900})
    page = shown.open(after_results(folder, role, hostile_answers()))
    page.check("input[name=q1-state][value=unknown]")
    page.click("#save")
    found = axe.Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_it_prints_as_a_paper_form(shown, folder):
    page = shown.open(form_of(folder, "community"))
    page.fill("#q1-answer", "word " * 2000 + "the last word")
    page.wait_for_timeout(400)
    page.emulate_media(media="print")
    assert page.locator("#q2-part .line").first.is_visible()
    assert page.locator("#q2-reason-part .line").first.is_visible()
    assert page.locator("#q1-part .paper").inner_text().endswith("the last word")
    assert not page.is_visible(".bar")


# --- nothing leaves, nothing runs ----------------------------------------------------------------------

HOSTILE = (
    "<script>window.ran = 1</script><img src=x onerror='window.ran = 2'>\n</textarea></script><b>x</b>\n"
    "[click](javascript:window.ran=3) https://example.org/\n\u202egnp.exe \u0634\u0647\u0631\u06cc 👩‍👩‍👧 \x1b[31m\x00"
)


def hostile_answers() -> Answers:
    by = By(role="community", name="<i onmouseover='window.ran = 4'>Ada</i>")
    first = Answer(answer=HOSTILE, by=by, date="2026-03-03")
    second = Other(id="fair-result", answer="javascript:window.ran=5", by=by, date="2026-03-03")
    return Answers(answers={"fair-result": first, "errors-hurt": first}, conflicts=(second,))


def test_what_people_wrote_is_shown_as_text_and_never_runs(shown, folder):
    answers = hostile_answers()
    path = after_results(folder, "community", answers)
    page = shown.open(path)
    fields = {page.input_value(f"#{number(page, key)}-answer") for key in ("fair-result", "errors-hurt")}
    assert fields == {HOSTILE}
    assert "<script>window.ran = 1</script>" in page.text_content(".conflict")
    assert page.locator("a[href^='javascript']").count() == 0
    assert page.evaluate("window.ran") is None
    page.fill("#name", "<b>Bo</b>")
    page.fill(f"#{number(page, 'errors-hurt')}-answer", HOSTILE + "!")
    page.fill(f"#{number(page, 'history')}-answer", HOSTILE)
    saved = shown.save(folder / "bo.json")
    assert saved["answers"]["errors-hurt"]["answer"] == HOSTILE + "!"
    list(merge_answers(folder, [folder / "bo.json"]))
    assert read_answers(folder, QUESTIONS).of("history").answer == HOSTILE
    assert page.evaluate("window.ran") is None
    assert shown.requests == [path.as_uri(), *[url for url in shown.requests if url.startswith("blob:")]]


def test_the_report_shows_both_answers_as_text(shown, folder):
    results = FLAGGED()
    joined = completed(Record(answers=hostile_answers()), results["audit"], results["evidence"], 24)
    path = folder / "report.html"
    path.write_text(render({**results, **joined}), encoding="utf-8")
    page = shown.open(path)
    said = page.text_content("#people")
    assert "<script>window.ran = 1</script>" in said
    assert "Somebody else answers differently." in said
    assert "javascript:window.ran=5" in said
    assert page.evaluate("window.ran") is None
    assert page.locator("a[href^='javascript'], script").count() == 0
    assert shown.requests == [path.as_uri()]


def test_no_other_script_may_run(shown, folder):
    page = shown.open(form_of(folder, "community"))
    ran = """() => {
        const script = document.createElement("script");
        script.textContent = "window.ran = 1";
        document.body.append(script);
        const image = document.createElement("img");
        image.setAttribute("onerror", "window.ran = 2");
        image.src = "https://example.org/x.png";
        document.body.append(image);
        return fetch("https://example.org/").then(() => "reached", () => window.ran || "refused");
    }"""
    assert page.evaluate(ran) == "refused"


def test_a_megabyte_is_saved_whole(shown, folder):
    said = "Nothing is lost, however long it is.\n" * 28_000
    page = shown.open(form_of(folder, "community"))
    page.fill("#name", "Ada")
    put = "said => { const field = document.getElementById('q1-answer'); field.value = said;"
    page.evaluate(put + " field.dispatchEvent(new Event('input', {bubbles: true})); }", said)
    shown.save(folder / "ada.json")
    (form,) = read_forms([folder / "ada.json"], folder, QUESTIONS)
    is_whole = form.content.answers["errors-hurt"].answer == said
    assert is_whole


def test_writing_from_the_right_stands_at_the_right(shown, folder):
    page = shown.open(form_of(folder, "community"))
    page.fill("#q1-answer", "\u0634\u0647\u0631\u06cc")
    page.fill("#q2-answer", "A town, \u0634\u0647\u0631\u06cc")
    assert [page.get_attribute(f"#q{place}-answer", "dir") for place in (1, 2)] == ["rtl", "ltr"]
