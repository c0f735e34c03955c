"""Page one on one side of paper, whatever was written."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairaudit.report.first_page import DENSITIES, brief, first_page, lines_of, room
from fairaudit.report.html import render
from tests.report.audits import CASES, audit, block
from tests.verdicts.tables import counted

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
LONGEST = {
    "prose": "Somebody wrote more than anybody will ever read of what was asked for here, " * 40,
    "sentences": "Somebody wrote more than anybody will ever read. " * 60,
    "capitals without a space": "W" * 10_000,
    "Chinese": "審計" * 3_000,
}


def overlong(text: str) -> dict:
    """Give results whose page one is as full as it can be."""
    blocks = [
        (block("first", data={"origin": "synthetic"}), counted({"A": (300, 1000), "B": (500, 1000)})),
        (block("second"), counted({"A": (5, 10), "B": (6, 10)})),
        (block("third"), counted({"A": (4_800, 8_000), "B": (4_810, 8_000)})),
    ]
    results = audit(*blocks, rehearsal=True)
    one = results["page_one"]
    assert len(one["why"]) == 3
    one |= dict.fromkeys(["title", "vendor", "agency", "decides", "community", "vendor_replies", "lapses"], text)
    one |= {key: [text] * 12 for key in ("tested", "decide", "cannot_tell", "warnings")}
    one["why"] = [reason | {"sentence": text, "about": text} for reason in one["why"]]
    asked = {"role": "community representative", "question": text, "count": 4}
    one["open"] = {"count": 40, "blocking": 30, "items": [asked] * 9}
    return results


def test_what_fits_is_left_as_it_is():
    one = CASES["flagged"]()["page_one"]
    page = first_page(one)
    assert page["density"] == "roomy"
    assert page["tested"].shown == one["tested"]
    assert [reason["sentence"] for reason in page["why"]] == [reason["sentence"] for reason in one["why"]]
    assert page["cannot_tell"] == (one["cannot_tell"][:4], max(len(one["cannot_tell"]) - 4, 0))


@pytest.mark.parametrize("text", LONGEST.values(), ids=LONGEST)
def test_what_does_not_fit_is_cut_until_it_does(text):
    page = first_page(overlong(text)["page_one"])
    letters = DENSITIES[page.pop("density")]
    assert letters in (DENSITIES["fine"], DENSITIES["dense"])
    assert lines_of(page, letters) <= letters.lines
    assert page["tested"].more == 12 - 3
    assert page["open"]["more"] == (9 - 4) * 4, "four of each role"


@pytest.mark.parametrize(
    ("text", "most", "cut"),
    [
        ("Short.", 40, "Short."),
        ("The first sentence. The second is not finished.", 30, "The first sentence. …"),
        ("One long sentence without any end in sight", 24, "One long sentence…"),
        ("unbroken" * 10, 20, "unbrokenunbrokenun…"),
        ("  spaces \n and lines  ", 40, "spaces and lines"),
    ],
)
def test_a_text_is_cut_where_a_sentence_ends_or_else_at_a_word(text, most, cut):
    assert brief(text, most) == cut


@given(st.text(max_size=300), st.integers(10, 100))
def test_a_cut_text_takes_no_more_room_than_there_is(text, most):
    assert room(brief(text, most)) <= most


# --- in a browser --------------------------------------------------------------------------------------------------


def sides(page: str, folder, paper: str) -> int:
    """Print page one alone and count the sides of paper."""
    alone = re.sub(r"</article>.*</body>", "</article></main></body>", page, count=1, flags=re.DOTALL)
    alone = alone.replace("@page {", f"@page {{ size: {paper};", 1)
    source, printed = folder / "page.html", folder / "page.pdf"
    source.write_text(alone, encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--user-data-dir={folder}"]
    subprocess.run(
        [BROWSER, *options, f"--print-to-pdf={printed}", source.as_uri()], check=True, capture_output=True, timeout=180
    )
    return len(re.findall(rb"/Type /Page\b(?!s)", printed.read_bytes()))


PRINTED = {**CASES, **{f"too much: {name}": (lambda text=text: overlong(text)) for name, text in LONGEST.items()}}


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine to print a page with")
@pytest.mark.parametrize("paper", ["Letter", "A4"])
@pytest.mark.parametrize("case", ["flagged", "demonstration", *(name for name in PRINTED if name.startswith("too"))])
def test_it_is_printed_on_one_side(case, paper, tmp_path):
    assert sides(render(PRINTED[case]()), tmp_path, paper) == 1
