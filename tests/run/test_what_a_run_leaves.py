"""What a run leaves behind: these files, sealed; no record, nothing of this machine; the same bytes each time."""

from __future__ import annotations

import getpass
import hashlib
import html
import json
import random
import re
import socket
import tempfile
from pathlib import Path

import nbformat
import pytest

from fairaudit.displays import AGGREGATE
from fairaudit.run import Settings, run
from tests.report.page import parse
from tests.run.made import audit, block, files, outputs

BLOCKS = (
    block(
        "first-block",
        groups='{race: {levels: [Black, White], unknown: [""]}, sex: }',
        data="      keep: {year: [2023]}\n      weight: weight\n      cluster: person\n      key: case\n",
        more="    strata: [district]\n",
        measures="[{measure: false_positive_rate, difference: 0.1, because: the council}]",
    ),
    block("second-block"),
)


HOSTILE = ("<script>alert(1)</script>", "=cmd()")


def canary() -> str:
    return f"canary{random.Random(canary.made).getrandbits(60):x}"


canary.made = 0


def records_with_canaries() -> tuple[str, list[str]]:
    """Write records in which each field that no plan prints holds a token of its own."""
    made: list[str] = []

    def token() -> str:
        canary.made += 1
        made.append(canary())
        return made[-1]

    rows = ["case,person,name,note,race,sex,district,year,weight,decision,outcome"]
    for i in range(400):
        person = token() if i % 3 == 0 else made[-1]
        race, sex, decision = ("Black", "White")[i % 2], HOSTILE[i // 2 % 2], ("yes", "no")[i // 4 % 2]
        kept = f"{race},{sex},{('north', 'south')[i // 8 % 2]},2023,{1 + i % 3},{decision},{i // 16 % 2}"
        rows.append(f'{token()},{person},{token()},"{token()}, {token()}",{kept}')
    # Rows that `keep` leaves out: what is wrong in them is nobody's business.
    rows += [f"{token()},{token()},{token()},x,{token()},F,north,1999,{token()},{token()},{token()}" for _ in range(5)]
    return "\n".join(rows) + "\n", made


@pytest.fixture(scope="module")
def canaries(tmp_path_factory) -> tuple[Path, list[str]]:
    text, tokens = records_with_canaries()
    second = text.replace(",2023,", ",2023,")
    folder = audit(tmp_path_factory.mktemp("jane.doe") / "risk-score", *BLOCKS, data=text)
    # The second block reads another file, named by its whole path, without the rows that only `keep` leaves out.
    (folder / "kept.csv").write_text("".join(second.splitlines(keepends=True)[:-5]), encoding="utf-8")
    plan = (folder / "audit.yaml").read_text(encoding="utf-8")
    head, _, tail = plan.rpartition("source: records.csv")
    (folder / "audit.yaml").write_text(f"{head}source: {folder / 'kept.csv'}{tail}", encoding="utf-8")
    return folder, tokens


@pytest.fixture(scope="module")
def report(canaries) -> Path:
    return run(canaries[0]).folder


@pytest.fixture(scope="module")
def again(canaries, report, tmp_path_factory) -> Path:
    return run(canaries[0], tmp_path_factory.mktemp("elsewhere") / "again", Settings(jobs=1)).folder


@pytest.fixture(scope="module")
def seal(report) -> dict:
    return json.loads((report / "seal.json").read_text(encoding="utf-8"))


def test_a_run_leaves_these_files_and_no_other(report):
    assert sorted(files(report.parent)) == [
        *("audit.yaml", "kept.csv", "records.csv", "register.json"),
        *("report/notebooks/first-block.html", "report/notebooks/first-block.ipynb"),
        *("report/notebooks/second-block.html", "report/notebooks/second-block.ipynb"),
        *("report/report.html", "report/report.pdf", "report/report.public.html"),
        *("report/results.json", "report/results.public.json", "report/seal.json"),
        *("report/tally/first-block.sql", "report/tally/first-block.tally.csv", "report/tally/first-block.tally.json"),
        *(
            "report/tally/second-block.sql",
            "report/tally/second-block.tally.csv",
            "report/tally/second-block.tally.json",
        ),
    ]


@pytest.mark.long
def test_the_same_input_gives_the_same_bytes(report, again):
    """All but the times, which only the seal holds, beside its root."""
    first, second = files(report), files(again)
    sealed = [json.loads(found.pop("seal.json")) for found in (first, second)]
    assert first == second
    assert sealed[0]["ran"].keys() == {"started", "ended", "platform", "git"}
    assert {key for key in sealed[0] if sealed[0][key] != sealed[1][key]} <= {"ran", "ran_sha256"}


def test_no_field_of_a_record_is_in_any_file(canaries, report):
    tokens = [token.encode() for token in canaries[1]]
    assert len(tokens) > 1000
    leaks = {name for name, content in files(report).items() for token in tokens if token in content}
    assert leaks == set()


def test_nothing_says_on_which_machine_it_ran(canaries, report):
    folder = canaries[0]
    marks = {str(folder), str(folder.parent), folder.parent.name, tempfile.gettempdir(), socket.gethostname()}
    marks |= {str(Path.home()), f"/{getpass.getuser()}/"}
    # The PDF shows the page, packed; letters are data in which any two or three characters occur.
    told = {name: re.sub(rb"data:font/[^)]*", b"", content) for name, content in files(report).items()}
    del told["report.pdf"]
    found = {
        (name, mark)
        for name, content in told.items()
        for mark in marks - {"/"}
        if mark.encode() in content or html.escape(mark).encode() in content
    }
    assert found == set()


def test_a_group_s_name_runs_nothing(report):
    page = (report / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page.casefold()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    shown = (report / "notebooks" / "first-block.html").read_text(encoding="utf-8")
    assert "<script" not in shown.casefold()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    for output in outputs(report / "notebooks" / "first-block.ipynb"):
        for kind in ("text/html", "image/svg+xml"):
            assert "<script" not in "".join(output["data"].get(kind, "")).casefold()


# --- the seal --------------------------------------------------------------------------------------------------------


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_seal_holds_the_hash_of_every_other_file(report, seal):
    assert seal["files"] == {
        name: hashlib.sha256(content).hexdigest() for name, content in files(report).items() if name != "seal.json"
    }


def test_the_seal_holds_the_hashes_of_what_went_in(canaries, seal, root, report):
    folder = canaries[0]
    assert seal["plan"] == {"file": "audit.yaml", "sha256": sha256(folder / "audit.yaml")}
    first, second = seal["evidence"]["first-block"], seal["evidence"]["second-block"]
    assert (first["source"], first["source_sha256"]) == ("records.csv", sha256(folder / "records.csv"))
    assert (second["source"], second["source_sha256"]) == ("kept.csv", sha256(folder / "kept.csv"))
    assert first["notebook_sha256"] == sha256(root / "notebooks" / "decisions.ipynb")
    assert first["tally_sha256"] == sha256(report / "tally" / "first-block.tally.csv")


def test_the_seal_holds_versions_seed_and_parameters(seal):
    assert {"fairaudit", "python", "numpy", "scipy", "pandas", "duckdb"} <= set(seal["versions"])
    assert isinstance(seal["seed"], int)
    parameters = seal["evidence"]["first-block"]["parameters"]
    assert parameters == {
        **{"audit": "../..", "evidence": "first-block", "out": ""},
        **{"rehearse": False, "allow_code": False},
    }


def test_results_hold_what_went_in(report, seal):
    results = json.loads((report / "results.json").read_text(encoding="utf-8"))
    assert results["seal"] == {name: seal[name] for name in results["seal"]}
    assert results["audit"]["plan_sha256"] == seal["plan"]["sha256"]


# --- the executed notebook -------------------------------------------------------------------------------------------


def test_the_executed_notebook_is_one_and_shows_only_counts(report):
    path = report / "notebooks" / "first-block.ipynb"
    nbformat.validate(nbformat.read(path, as_version=4))
    shown = outputs(path)
    assert len(shown) > 5
    assert all(AGGREGATE in output["data"] for output in shown)


def test_the_executed_notebook_writes_nothing_when_it_is_opened_and_run_again(report):
    cells = nbformat.read(report / "notebooks" / "first-block.ipynb", as_version=4).cells
    injected = next(cell for cell in cells if "injected-parameters" in cell.metadata.get("tags", []))
    parameters: dict = {}
    exec(injected.source, parameters)
    assert (report / "notebooks" / parameters["audit"] / "audit.yaml").is_file()
    assert parameters["out"] == ""


def test_charts_in_the_notebook_have_alternative_text(report):
    charts = [o for o in outputs(report / "notebooks" / "first-block.ipynb") if "image/svg+xml" in o["data"]]
    assert charts
    assert all(chart["metadata"]["image/svg+xml"]["alt"].strip() for chart in charts)


def test_the_report_leads_to_the_page_of_each_notebook_and_back(report):
    page = parse((report / "report.html").read_text(encoding="utf-8"))
    links = [a.attributes["href"] for a in page.all("a") if not a.attributes["href"].startswith(("#", "https:"))]
    assert links == ["notebooks/first-block.html", "notebooks/second-block.html"]
    for link in links:
        shown = parse((report / link).read_text(encoding="utf-8"))
        back = [a.attributes["href"] for a in shown.all("a") if a.attributes.get("href", "").startswith("../")]
        name, _, place = back[0].removeprefix("../").partition("#")
        assert name == "report.html"
        assert [element.attributes["id"] for element in page if element.attributes.get("id") == place] == [place]
        assert len(shown.all("table")) > 0
        assert len(shown.all("img")) > 0


def test_the_public_copy_leads_to_no_notebook(report):
    public = parse((report / "report.public.html").read_text(encoding="utf-8"))
    assert [a.attributes["href"] for a in public.all("a") if "notebook" in a.attributes["href"]] == []
