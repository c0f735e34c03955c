"""Every audit's PDF: what a screen reader needs is in the file."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pdfua
import pytest

from tests.report.tagged import faults
from tests.reports.pages import audits, folders, reports
from tests.reports.test_pages import name_of

PRINTED = reports("report.pdf")


@pytest.fixture(scope="module", autouse=True)
def no_collection() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def test_every_report_is_printed():
    assert {path.parent for path in PRINTED} == {folders()[0] / name for name in audits()}


@pytest.mark.parametrize("path", PRINTED, ids=name_of)
def test_a_pdf(path):
    assert faults(path.read_bytes()) == []
    assert [f"{each.rule_id} {each.message}" for each in pdfua.validate(str(path)).findings] == []
