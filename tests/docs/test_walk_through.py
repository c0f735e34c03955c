"""The README's first audit, typed as it stands there; and what the README quotes from reports."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fairaudit.disclosure import public_copy
from fairaudit.plan import read_plan
from fairaudit.results import audit_results, block_results
from fairaudit.sources import read_tally
from tests.docs.markdown import README, ROOT, Block

pytestmark = pytest.mark.long

START, END = "### A first audit\n", "### What a run leaves\n"
PARTS = README.text.partition(START)[2].partition(END)[0]
FIRST, LAST = (README.text.partition(heading)[0].count("\n") for heading in (START, END))
STEPS = [block for block in README.blocks_in("sh", "yaml", "console") if FIRST < block.line < LAST]
REHEARSE = re.findall(r"`(fairaudit run .*--rehearse)`", PARTS)


def type_in(folder: Path, line: str) -> str:
    """Type one line of ours in a folder; give what it printed, unwrapped."""
    command = [sys.executable, "-m", "fairaudit.cli", *shlex.split(line)[1:]]
    settings = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return " ".join(done.stdout.split())


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder in which the sample data lie where they lie in the repository."""
    folder = tmp_path_factory.mktemp("first")
    (folder / "data" / "sample").mkdir(parents=True)
    shutil.copy(ROOT / "data" / "sample" / "marin_workforce_pilot.csv", folder / "data" / "sample")
    return folder


@pytest.fixture(scope="module")
def printed(folder) -> list[tuple[Block, str]]:
    """Do every step; give each block of output that the README shows, with what was printed before it."""
    compared, last = [], ""
    for block in STEPS:
        if block.language == "sh":
            last = type_in(folder, block.code)
        elif block.language == "yaml":
            (folder / "audits" / "my-audit" / "audit.yaml").write_text(block.code, encoding="utf-8")
        else:
            compared.append((block, last))
    return compared


def test_the_walk_through_has_its_steps():
    said = [block.code.split()[1] for block in STEPS if block.language == "sh"]
    assert said == ["init", "check", "how-many", "run"]
    assert len(REHEARSE) == 1


def test_each_line_that_the_readme_shows_is_printed(printed):
    assert len(printed) == 3
    for block, text in printed:
        for line in block.code.splitlines():
            assert " ".join(line.split()) in text


def test_the_files_of_a_report_are_those_in_the_table(folder, printed):
    table = README.text.partition(END)[2].partition("###")[0]
    cells = re.findall(r"^\| (`[^|]+`) \|", table, flags=re.MULTILINE)
    named = {name.rstrip("/") for cell in cells for name in re.findall(r"`([\w./]+)`", cell)}
    written = {path.name for path in (folder / "audits" / "my-audit" / "report").iterdir()}
    assert written | {"report.pdf"} == named  # where Pango is missing, the PDF is


def test_a_rehearsal_goes_where_the_readme_says(folder):
    (line,) = REHEARSE
    (said,) = re.findall(r"writes it to `(.+?)/`", PARTS)
    assert said.replace("audits/my-audit", "DIR") in type_in(folder, f"{line} --help")


@pytest.fixture(scope="module")
def demonstration() -> dict:
    """Page one of the demonstration audit."""
    plan = read_plan(ROOT / "audits" / "county-recidivism")
    blocks = [block_results(plan, block, read_tally(block, plan.folder)) for block in plan.evidence]
    return audit_results(plan, blocks)


def test_what_the_readme_quotes_stands_in_the_report(demonstration):
    said = [why["sentence"] for why in demonstration["page_one"]["why"]]
    said += [finding["sentence"] for block in demonstration["evidence"] for finding in block["findings"]]
    quotes = re.findall(r"^> (.+)$", README.text, flags=re.MULTILINE)
    assert len(quotes) == 2
    assert [quote for quote in quotes if not any(quote in sentence for sentence in said)] == []


def test_the_words_of_the_verdicts_are_those_of_the_report(demonstration):
    words = {finding["words"] for block in demonstration["evidence"] for finding in block["findings"]}
    table = set(re.findall(r"^\| \*\*(.+?)\*\* \|", README.text, flags=re.MULTILINE))
    assert words == table


def test_results_hold_what_the_readme_names(demonstration):
    finding = demonstration["evidence"][0]["findings"][0]
    section = README.text.partition("### results.json\n")[2].partition("\n## ")[0]
    named = set(re.findall(r"`(\w+)`", section))
    block = demonstration["evidence"][0]
    attribute = public_copy(demonstration)["evidence"][0]["attributes"][0]
    everywhere = {*demonstration, *demonstration["audit"], *block, *finding, *attribute}
    assert named - everywhere == set()
    assert {"verdict", "lower", "upper", "page_one", "determination"} <= named
