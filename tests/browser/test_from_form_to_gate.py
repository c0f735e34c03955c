"""From a registered plan to an open gate: every role fills in its page in Chromium, and only the very end opens it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairaudit import cli
from fairaudit.workflow.questions import catalogue
from tests.workflow.made import LOW, write_audit

pytestmark = pytest.mark.long

OWNERS = ("community", "programme_owner", "legal", "vendor", "analyst")


@pytest.fixture
def page(browser) -> Iterator:
    context = browser.new_context(offline=True)
    opened = context.new_page()
    opened.set_default_timeout(5000)
    opened.on("dialog", lambda dialog: dialog.accept())
    yield opened
    context.close()


class Roles:
    """Somebody in each role, with a browser and the command line."""

    def __init__(self, page, folder: Path):
        self.page, self.folder = page, folder

    def fairaudit(self, command: str, *words: str) -> int:
        return cli.main([command, str(self.folder), *words])

    def fill(self, role: str, **told) -> None:
        """Fill in a role's page, save what it gives, and merge that."""
        form = self.folder.parent / f"{role}.html"
        assert self.fairaudit("form", "--for", role, "-o", str(form)) == 0
        self.page.goto(form.as_uri())
        self.page.fill("#name", f"A {role}")
        self.page.fill("#date", "2026-11-20")
        for question in json.loads(self.page.text_content("#data"))["questions"]:
            if question["key"] in told.get("questions", ()) or "questions" not in told:
                self._answer(question, role)
        told.get("sign", lambda page: None)(self.page)
        with self.page.expect_download() as download:
            self.page.click("#save")
        saved = self.folder.parent / f"{role}.json"
        download.value.save_as(saved)
        assert self.fairaudit("answers", str(saved)) == 0

    def _answer(self, question: dict, role: str) -> None:
        key, place = question["key"], question["id"]
        asked = catalogue().every[key.partition(":")[0]]
        if asked.roles[0] != role:
            return
        if asked.answer == "choice":
            self.page.check(f"#{place} input[value={LOW.get(key) or next(iter(asked.choices))}]")
        elif asked.answer == "claims":
            self.page.fill(f"#{place} .claimed", "It is right 9 times in 10.")
            self.page.select_option(f"#{place} .graded", "tested")
        else:
            self.page.fill(f"#{place}-answer", "We looked into it, and wrote down who answers for it.")


def agree(page) -> None:
    page.check("input[name=sign][value=agree]")
    page.fill("#statement", "I have read the report.")


def adopt(page) -> None:
    page.check("input[name=sign][value=adopt]")
    page.fill("#statement", "It is within the limit.")


def test_the_gate_opens_at_the_very_end_and_not_before(page, tmp_path, capsys):
    roles = Roles(page, write_audit(tmp_path / "screener"))
    assert roles.fairaudit("gate") == 1
    roles.fill("community")
    assert roles.fairaudit("register") == 0
    assert "Warning" not in capsys.readouterr().out
    assert roles.fairaudit("run") == 0
    assert roles.fairaudit("gate") == 1
    for role in OWNERS:
        roles.fill(role)
    assert roles.fairaudit("gate") == 1
    assert roles.fairaudit("run") == 0
    assert roles.fairaudit("gate") == 1
    roles.fill("analyst", questions=(), sign=agree)
    roles.fill("approver", questions=(), sign=adopt)
    assert roles.fairaudit("gate") == 1
    assert "Somebody has signed since the report was made" in " ".join(capsys.readouterr().out.split())
    assert roles.fairaudit("run") == 0
    assert roles.fairaudit("gate") == 0
    assert "The gate opens: Screener 1 may be adopted on this audit." in " ".join(capsys.readouterr().out.split())
    assert roles.fairaudit("verify") == 0
    # A digit of the page, and it is shut again.
    report = roles.folder / "report" / "report.html"
    report.write_text(report.read_text(encoding="utf-8").replace("60 ", "61 ", 1), encoding="utf-8")
    assert roles.fairaudit("gate") == 1
