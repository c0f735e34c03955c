"""The PDF: the page's own HTML on paper, tagged to be read aloud, nothing fetched, the same bytes each time."""

from __future__ import annotations

import gc
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from fairaudit.publishing import publish
from fairaudit.report import fonts, printing
from fairaudit.report.html import render, words
from fairaudit.report.pdf import laid_out, named, write_pdf, written
from fairaudit.report.pdf_charts import OUTLINES, PICTURE, Chart, OtherSvgError, pictures
from fairaudit.run import Settings, run
from fairaudit.verifying import verify
from fairaudit.workflow import seal
from tests.audits import judged
from tests.report.audits import CASES
from tests.report.tagged import elements, faults, font_names, kinds, opened
from tests.report.test_first_page import LONGEST, overlong
from tests.run import made

if (lacking := printing.available().why) and os.environ.get("CI") != "true":
    pytest.skip(lacking, allow_module_level=True)

from weasyprint.urls import FatalURLFetchingError

pytestmark = pytest.mark.long

WORDS = words("en")["pdf"]
AUDITS = ["large-lots", "marin-equity-dashboard"]
PAGES: dict[str, Callable[[], dict[str, Any]]] = {
    **{name: lambda name=name: judged.results(name) for name in AUDITS},
    **{name: CASES[name] for name in ("demonstration", "scanned")},
}


@pytest.fixture(scope="module", autouse=True)
def no_collection() -> Iterator[None]:
    """A side of paper is thousands of objects, which a collector walks through again and again."""
    gc.disable()
    yield
    gc.enable()


@cache
def page(name: str) -> str:
    return render(PAGES[name]())


@cache
def printed(name: str) -> bytes:
    return written(document(name))


@cache
def document(name: str) -> Any:
    return laid_out(page(name), WORDS)


@pytest.fixture(params=PAGES)
def name(request) -> str:
    return request.param


# --- read aloud ----------------------------------------------------------------------------------------------------


def test_nothing_is_missing_that_a_screen_reader_needs(name):
    assert faults(printed(name)) == []


def test_title_and_language_are_those_of_the_page(name):
    pdf = opened(printed(name))
    assert str(pdf.docinfo["/Title"]) == PAGES[name]()["page_one"]["title"]
    assert str(pdf.Root.Lang) == "en"


def test_every_chart_is_a_figure_with_its_own_alternative_text(name):
    told = [match[1] for match in PICTURE.finditer(page(name))]
    pdf = opened(printed(name))
    figures = [entry for entry in elements(pdf) if entry.S == "/Figure"]
    assert [str(each.Alt) for each in figures] == [unescape(text) for text in told]


def test_the_page_of_a_notebook_is_named_and_no_link_leads_into_a_folder():
    results = dict(CASES["flagged"]())
    results["seal"] = {"evidence": {block["id"]: {} for block in results["evidence"]}}
    html = render(results)
    beside = f"notebooks/{results['evidence'][0]['id']}.html"
    assert f'href="{beside}"' in html
    paper = laid_out(html, WORDS)
    pdf = written(paper)
    links = [entry for side in opened(pdf).pages for entry in side.get("/Annots", []) if "/A" in entry]
    assert [str(link.A.URI) for link in links if "/URI" in link.A and "notebooks" in str(link.A.URI)] == []
    assert beside in re.sub(r"\s", "", "".join(map(text_of, paper.pages)))
    assert faults(pdf) == []


def test_heads_point_along_their_column_or_row():
    pdf = opened(printed("large-lots"))
    scopes = {str(entry.A.Scope) for entry in elements(pdf) if entry.S == "/TH"}
    assert scopes == {"/Row", "/Column"}


def test_what_is_missing_would_be_seen():
    html = "<html lang=en><title>A page</title><h1>One</h1><h3>Two</h3><table><tr><td>no head</td></tr></table>"
    pdf = write_pdf(html.replace("<html lang=en><title>A page</title>", "<html>"), WORDS)
    assert {"no language", "no title", "a heading /H3 after level 1", "a table without heads"} <= set(faults(pdf))


def test_only_letters_that_are_in_the_file_are_used(name):
    families = {found.rstrip(",").replace("-", " ") for found in font_names(opened(printed(name)))}
    assert all(found.startswith(fonts.FAMILY) for found in families), families


# --- on paper ------------------------------------------------------------------------------------------------------


def boxes(box: Any) -> Iterator[Any]:
    yield box
    for child in getattr(box, "children", ()):
        yield from boxes(child)


def text_of(side: Any) -> str:
    return " ".join(getattr(box, "text", "") for box in boxes(side._page_box) if getattr(box, "text", ""))


def test_page_one_takes_one_side_and_the_contents_begin_the_next(name):
    first, second, *_ = document(name).pages
    contents = words("en")["contents"]["heading"]
    assert "lapses" in text_of(first)
    assert contents not in text_of(first)
    before = text_of(second).split(contents)[0].strip()
    assert re.fullmatch("(Demonstration: made-up records)?( – Rehearsal: groups shuffled)?", before)


@pytest.mark.parametrize("paper", ["Letter", "A4"])
@pytest.mark.parametrize("case", ["flagged", "demonstration", *(f"too much: {each}" for each in LONGEST)])
def test_page_one_takes_one_side_whatever_was_written(case, paper):
    results = overlong(LONGEST[case.removeprefix("too much: ")]) if case.startswith("too") else CASES[case]()
    alone = re.sub(r"</article>.*</main>", "</article></main>", render(results), count=1, flags=re.DOTALL)
    alone = alone.replace("@page {", f"@page {{ size: {paper};", 1)
    assert len(laid_out(alone, WORDS).pages) == 1


def test_every_side_says_its_number_and_how_many_there_are(name):
    sides = document(name).pages
    told = [re.search(r"(\d+ / \d+)", text_of(side))[1] for side in sides]
    assert told == [f"{place} / {len(sides)}" for place in range(1, len(sides) + 1)]


def test_the_contents_name_the_side_that_each_finding_is_on(name):
    sides = [text_of(side) for side in document(name).pages]
    anchors = [side.anchors for side in document(name).pages]
    links = re.findall(r'<li>[^\n]*?<a href="#([^"]+)">', page(name).partition("<nav")[2].partition("</nav>")[0])
    at = [next(place for place, held in enumerate(anchors, 1) if link in held) for link in links]
    told = [int(number) for number in re.findall(r"\(page (\d+)\)", " ".join(sides))]
    assert links
    assert told[-len(at) :] == at


def test_nothing_reaches_beyond_the_paper(name):
    for number, side in enumerate(document(name).pages, 1):
        paper = side._page_box
        for box in boxes(paper):
            if type(box).__name__ in ("TextBox", "BlockReplacedBox", "InlineReplacedBox", "TableBox"):
                right = box.position_x + box.width
                assert -1 <= box.position_x <= right <= paper.margin_width() + 1, f"page {number}: {box}"


def test_a_table_over_several_sides_has_its_heads_on_each():
    pdf = opened(printed("marin-equity-dashboard"))
    found = kinds(pdf)
    assert found.count("/Table") > page("marin-equity-dashboard").count("<table")
    assert found.count("/Table") == found.count("/THead")


# --- the same everywhere -------------------------------------------------------------------------------------------


def test_the_same_page_gives_the_same_bytes_in_another_process(tmp_path):
    (tmp_path / "page.html").write_text(page("demonstration"), encoding="utf-8")
    process = printing.Printing()
    process.begin(tmp_path / "page.html", tmp_path / "page.pdf", WORDS)
    assert process.done().why == ""
    assert (tmp_path / "page.pdf").read_bytes() == printed("demonstration")


@pytest.mark.parametrize(
    "address", ["file:///etc/hostname", "https://example.org/a.png", "HTTP://127.0.0.1/a.png", "ftp://example.org/a"]
)
def test_nothing_is_fetched(address):
    """The audit hook of these tests stops whoever asks for the network; a file must not be read either."""
    html = f'<html lang="en"><title>A</title><body><h1>A</h1><img src="{address}" alt="a"></body>'
    with pytest.raises(FatalURLFetchingError, match="Error fetching"):
        write_pdf(html, WORDS)


# --- characters that no font has -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Łódź, Nguyễn, 80 × 2 − 1, €5", "Łódź, Nguyễn, 80 × 2 − 1, €5"),
        ("Nguye\u0302\u0303n", "Nguyễn"),
        ("A \N{GRINNING FACE} face", "A [grinning face] face"),
        ("審計", "[cjk unified ideograph-5be9][cjk unified ideograph-8a08]"),
        ("a 審計審計 z", "a [4 CJK characters: see report.html] z"),
        ("تدقيق النظام", "[11 ARABIC characters: see report.html]"),
    ],
)
def test_a_character_without_a_letter_is_named(text, shown):
    html = "<title>審計</title><p title='審計'>{}</p>"
    assert named(html.format(text), WORDS) == html.format(shown)


@pytest.mark.parametrize("text", ["審計" * 3, "\N{GRINNING FACE}", "تدقيق", "x" * 10_000, "Nguyễn", "e\u0301\u200d"])
def test_such_a_character_breaks_nothing(text):
    html = f"<html lang=en><title>{text}</title><body><h1>{text}</h1><p>{text}</p></body>"
    assert faults(write_pdf(html, WORDS)) == []


def test_every_weight_has_the_same_letters():
    from fontTools.ttLib import TTFont

    def letters(file: Path) -> set[int]:
        with TTFont(file) as font:
            return set(font.getBestCmap())

    found = [[letters(file) for file in fonts.files(weight)] for weight in fonts.WEIGHTS]
    assert found[0] == found[1] == found[2]


def test_the_licence_of_the_letters_is_kept():
    assert "SIL OPEN FONT LICENSE" in (fonts.HERE / "OFL.txt").read_text(encoding="utf-8")


# --- charts --------------------------------------------------------------------------------------------------------


def test_every_chart_is_drawn_without_the_slow_way(name):
    assert len(pictures(page(name))[1]) == len(PICTURE.findall(page(name)))


SVG = "<svg viewBox='0 0 30 20' stroke-linejoin='round'>{}</svg>"


@pytest.mark.parametrize(
    ("drawing", "operators"),
    [
        ("<path d='m1 2l2 2z' fill='#ff0000'/>", "q 1 0 0 rg 1 2 m 3 4 l h f Q"),
        ("<path d='m1 2l2 2' fill='none'/>", "q Q"),
        (
            "<path d='m0 0l3 4' fill='none' stroke='#000000' stroke-width='2' stroke-dasharray='4,1'/>",
            "q 0 0 0 RG 2 w 0 J 1 j [4 1] 0 d 0 0 m 3 4 l S Q",
        ),
        # Steps along one axis; several of a kind; and a path that goes on from where the last one began.
        ("<path d='m1 1h2v3l-1 1-1-1zm.5 0v1'/>", "q 0 0 0 rg 1 1 m 3 1 l 3 4 l 2 5 l 1 4 l h 1.5 1 m 1.5 2 l f Q"),
        # A curve of the second degree through (0, 3) is one of the third through two points, each two thirds there.
        ("<path d='m0 0q0 3 3 3'/>", "q 0 0 0 rg 0 0 m 0 2 1 3 3 3 c f Q"),
        # One that goes on smoothly: its middle (6, 3) lies as far behind (3, 3) as (0, 3) lies before it.
        ("<path d='m0 0q0 3 3 3t3 3'/>", "q 0 0 0 rg 0 0 m 0 2 1 3 3 3 c 5 3 6 4 6 6 c f Q"),
        (
            "<g transform='translate(5 6)scale(2 -2)'><path d='m0 0z'/></g>",
            "q 1 0 0 1 5 6 cm 2 0 0 -2 0 0 cm q 0 0 0 rg 0 0 m h f Q Q",
        ),
        (
            "<defs><path id='a' d='m0 0z'/></defs><use href='#a' x='7' y='8' fill='#ffffff'/>",
            "q 1 0 0 1 7 8 cm q 1 1 1 rg 0 0 m h f Q Q",
        ),
    ],
)  # fmt: skip
def test_a_chart_becomes_operators_of_pdf(drawing, operators):
    assert " ".join(Chart(SVG.format(drawing)).drawing) == operators


OTHERS = [
    "<text>a</text>",
    "<image href='a.png'/>",
    "<path d='m0 0a1 1 0 0 0 2 2'/>",
    "<path d='M 0 0 L 1 1'/>",
    "<path d='m0 0 1 1'/>",
    "<path d='m0 0' fill='url(#gradient)'/>",
    "<path d='m0 0' filter='blur(2px)'/>",
    "<path d='m0 0' style='fill: red'/>",
    "<g transform='skewX(3)'/>",
    "<use href='https://example.org/a.svg#b'/>",
]


@pytest.mark.parametrize("drawing", OTHERS)
def test_what_charts_do_not_write_is_left_to_weasyprint(drawing):
    with pytest.raises(OtherSvgError):
        Chart(SVG.format(drawing))
    shown, known = pictures(f'<svg role="img" aria-label="A &lt;b&gt;" viewBox="0 0 30 20">{drawing}</svg>')
    assert known == {}
    assert shown.startswith('<img src="data:image/svg+xml,%3Csvg')
    assert 'alt="A &lt;b&gt;"' in shown


def test_a_chart_looks_as_weasyprint_draws_it():
    """Both ways leave the same marks: as many paths are filled and drawn."""
    html = page("demonstration")
    shared, first = OUTLINES.search(html)[0], PICTURE.search(html)[0]
    alone = f"<html lang=en><title>A</title><body><h1>A</h1>{first}{shared}</body>"
    theirs = opened(write_pdf(alone.replace(' viewBox="', ' data-other="" viewBox="'), WORDS))
    mine = opened(write_pdf(alone, WORDS))
    assert painted(mine) == painted(theirs)
    assert painted(mine)["f"] > 100


def painted(pdf: pikepdf.Pdf) -> dict[str, int]:
    names = [str(operator) for _, operator in pikepdf.parse_content_stream(pdf.pages[0])]
    return {name: names.count(name) for name in ("f", "S", "B")}


# --- where Pango is missing ----------------------------------------------------------------------------------------


@pytest.fixture
def without_pango(tmp_path) -> dict[str, str]:
    """An environment in which the system's loader meets a broken Pango first."""
    if sys.platform != "linux":
        pytest.skip("the loader of this system looks elsewhere")
    folder = tmp_path / "broken"
    folder.mkdir()
    for name in ("libpango-1.0.so.0", "libpango-1.0.so", "libpango-1.0-0", "libpango-1.0-0.so"):
        (folder / name).write_bytes(b"")
    return {**os.environ, "LD_LIBRARY_PATH": str(folder)}


def fairaudit(environment: dict[str, str], *words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "fairaudit", *map(str, words)]
    root = Path(printing.__file__).resolve().parents[2]
    return subprocess.run(command, env=environment, cwd=root, capture_output=True, text=True, check=False)


def test_without_pango_all_else_is_written_and_a_line_says_how_to_get_it(without_pango, tmp_path):
    folder = made.audit(tmp_path / "a")
    done = fairaudit(without_pango, "run", folder)
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    assert f"No report.pdf: {printing.LACKS['pango']} {printing.MEND['pango']}" in said
    assert "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0" in said
    written = {path.name for path in (folder / "report").iterdir()}
    pages = {"report.html", "results.json", "report.public.html", "results.public.json"}
    assert written == {*pages, "seal.json", "tally", "notebooks"}
    published = fairaudit(without_pango, "publish", "--pdf", folder, "--out", tmp_path / "public")
    assert published.returncode == 2
    assert "a.pdf: was not printed: Pango, which lays out the text of a.pdf" in " ".join(published.stderr.split())
    assert sorted(path.name for path in (tmp_path / "public").iterdir()) == ["a.html", "audits.json", "index.html"]
    verified = fairaudit(without_pango, "verify", folder)
    assert verified.returncode == 0, verified.stdout
    assert "report.pdf" not in verified.stdout


def test_doctor_names_what_is_missing_and_the_line_that_mends_it(without_pango):
    done = fairaudit(without_pango, "doctor")
    said = " ".join(done.stdout.split())
    assert done.returncode == 1
    assert f"PDF: {printing.LACKS['pango']} Everything else is written. To mend it: Debian" in said
    assert "- Python: 3." in said
    assert "Next: do what is said above" in said


# --- sealed, and printed again -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sealed(tmp_path_factory) -> Path:
    folder = made.audit(tmp_path_factory.mktemp("sealed") / "a")
    assert run(folder).no_pdf == ""
    return folder


def test_a_run_seals_the_pdf_and_what_it_was_printed_with(sealed):
    content = json.loads((sealed / "report" / "seal.json").read_text(encoding="utf-8"))
    assert content["files"]["report.pdf"] == seal.sha256(sealed / "report" / "report.pdf")
    assert content[seal.PRINTED] == printing.available().versions
    assert faults((sealed / "report" / "report.pdf").read_bytes()) == []


def test_a_report_with_its_pdf_comes_out_again(sealed):
    found = verify(sealed)
    assert found.reproduced
    assert not any("report.pdf" in note for note in found.notes)
    (note,) = [note for note in verify(sealed, quick=True).notes if "report.pdf" in note]
    assert "as asked (--quick)" in note


def test_the_public_copy_is_printed_where_that_is_asked(sealed, tmp_path):
    index, data, page, pdf = publish([sealed], tmp_path / "public", pdf=True)
    assert (page.name, pdf.name) == (f"{sealed.name}.html", f"{sealed.name}.pdf")
    assert f'href="{pdf.name}"' in index.read_text(encoding="utf-8")
    assert [audit["pdf"] for audit in json.loads(data.read_text(encoding="utf-8"))] == [pdf.name]
    content = pdf.read_bytes()
    assert faults(content) == []
    paper = laid_out((sealed / "report" / "report.public.html").read_text(encoding="utf-8"), WORDS)
    assert content == written(paper)
    said = " ".join(map(text_of, paper.pages))
    assert words("en")["page"]["public"] in said
    assert words("en")["page"]["internal"] not in said


def test_without_being_asked_no_copy_is_printed(sealed, tmp_path):
    index, data, _ = publish([sealed], tmp_path / "public")
    assert ".pdf" not in index.read_text(encoding="utf-8")
    assert [audit["pdf"] for audit in json.loads(data.read_text(encoding="utf-8"))] == [None]


def forged(folder: Path, beside: Path, **changed: Any) -> Path:
    """Copy an audit, change its PDF, and write a seal that fits: whoever can write a report can do so."""
    shutil.copytree(folder, beside)
    report = beside / "report"
    path = report / "report.pdf"
    path.write_bytes(path.read_bytes() + b"% somebody was here\n")
    content = json.loads((report / "seal.json").read_text(encoding="utf-8")) | changed
    content["files"] |= {"report.pdf": seal.sha256(path)}
    content |= {seal.ROOT: seal.root_of(content)}
    content |= {seal.WHOLE: seal.whole_of(content)}
    (report / "seal.json").write_text(json.dumps(content), encoding="utf-8")
    return beside


def test_another_pdf_under_a_seal_that_fits_is_seen(sealed, tmp_path):
    found = verify(forged(sealed, tmp_path / "a"))
    assert [each.what for each in found.differences] == ["report.pdf is not what report.html gives when it is printed."]


def test_where_other_versions_printed_it_that_is_a_note(sealed, tmp_path):
    found = verify(forged(sealed, tmp_path / "a", **{seal.PRINTED: {"weasyprint": "1.0", "pango": "0.1"}}))
    assert found.reproduced
    (note,) = [note for note in found.notes if "report.pdf" in note]
    assert "printed with pango 0.1 and weasyprint 1.0 then" in note


def test_a_run_may_leave_the_pdf_out(tmp_path):
    outcome = run(made.audit(tmp_path / "a"), settings=Settings(pdf=False))
    assert not outcome.pdf.exists()
    assert outcome.no_pdf == ""
