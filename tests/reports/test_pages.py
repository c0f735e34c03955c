"""Every page that people read, in a real browser: readable by everybody, and nothing leaves it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.report.page import parse
from tests.report.readable import faults
from tests.reports.axe import WIDTHS, looked
from tests.reports.pages import FORMS, NAMES, NOTEBOOK, OTHERS, audits, folders, reports

REPORTS = reports(*NAMES)
MOST = 1_500_000  # bytes, to go by mail


def name_of(path: Path) -> str:
    return "/".join(path.parts[-3:])


def test_every_audit_has_a_report_here():
    assert [[folder for folder in folders() if not (folder / name / "report.html").is_file()] for name in audits()] == [
        [] for _ in audits()
    ]


@pytest.mark.parametrize("path", REPORTS, ids=name_of)
def test_a_report(browser, path):
    assert in_a_browser(browser, path) == []
    assert faults(parse(path.read_text(encoding="utf-8"))) == []
    assert path.stat().st_size <= MOST


@pytest.mark.parametrize("name", OTHERS)
def test_another_page(browser, others, name):
    path = others(name)
    assert in_a_browser(browser, path) == []
    if name != NOTEBOOK:  # whose charts have their numbers in the report
        assert faults(parse(path.read_text(encoding="utf-8")), asks=name in FORMS) == []


def in_a_browser(browser, path: Path) -> list[str]:
    """Open a page on a wide and on a narrow screen; name what is wrong with it."""
    context = browser.new_context(offline=True)
    page, found = context.new_page(), []
    page.on("request", lambda request: found.append(f"asks for {request.url}"))
    page.on("pageerror", lambda error: found.append(f"fails with {error}"))
    page.goto(path.as_uri())
    assert found.pop(0) == f"asks for {path.as_uri()}"
    for width in WIDTHS:
        found += [f"{width}: {each}" for each in looked(page, width)]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{width}: it scrolls sideways")
    context.close()
    return found
