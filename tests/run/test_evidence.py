"""What notebook cells call shows counts and sentences, escaped; and the notebook itself is prose and calls."""

from __future__ import annotations

import ast
import itertools
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from fairaudit import Evidence
from fairaudit.displays import AGGREGATE
from fairaudit.errors import DataError, PlanError
from tests.run.made import audit, block, files, records

TWO = "[{measure: selection_rate, ratio: 0.8}, {measure: false_positive_rate, difference: 0.1}]"
GROUPS = '{race: {levels: [Black, White, Asian], unknown: ["<b>?</b>"]}}'


@pytest.fixture(scope="module")
def evidence(tmp_path_factory) -> Evidence:
    data = records() + "<b>?</b>,yes,1\n"
    return Evidence(audit(tmp_path_factory.mktemp("e") / "a", block(measures=TWO, groups=GROUPS), data=data))


SHOWN = {
    "question": ["flags", "records.csv (historical)", "the system's own decisions"],
    "people": ["Black 60", "White 60", "Asian 0", "unknown 1"],
    "assumptions": ["No weight is named"],
    "findings": ["Not shown either way.", "by race."],
}


@pytest.mark.parametrize("name", SHOWN)
def test_every_display_is_marked_as_counts_and_reads_as_text_too(evidence, name):
    shown = getattr(evidence, name)
    bundle = shown._repr_mimebundle_()
    assert bundle[AGGREGATE] == {"text": repr(shown)}
    for words in SHOWN[name]:
        assert words in repr(shown)
        assert words.split()[0] in bundle["text/html"]


def test_rates_of_a_measure(evidence):
    shown = evidence.rates("selection_rate")
    assert "Black  60  30  50.00%" in repr(shown)
    assert "Asian  0  0  undefined" in repr(shown)
    assert "<caption>" in shown.markup


def test_a_chart_has_alternative_text(evidence):
    picture = evidence.plot("false_positive_rate", by="race")
    bundle, about = picture._repr_mimebundle_()
    assert bundle["image/svg+xml"].startswith("<svg")
    assert about["image/svg+xml"]["alt"] == bundle["text/plain"] == repr(picture)
    assert len(evidence.plots) == 2


@pytest.mark.parametrize(
    ("measure", "by", "hint"),
    [
        ("selektion_rate", "", "Did you mean 'selection_rate'?"),
        ("selection_rate", "sex", "It has race."),
        ("selection_rate", ["race", "sex"], "It has race."),
    ],
)
def test_a_finding_that_there_is_none_of(evidence, measure, by, hint):
    with pytest.raises(PlanError) as caught:
        evidence.finding(measure, by)
    assert caught.value.problems[0].hint == hint


def test_names_are_escaped(tmp_path):
    hostile = records().replace("Black", "<script>alert(1)</script>")
    opened = Evidence(audit(tmp_path / "a", block(groups="[race]"), data=hostile))
    for shown in (opened.people, opened.findings, opened.rates("selection_rate")):
        assert "<script" not in shown.markup
        assert "&lt;script&gt;" in shown.markup


def test_nothing_is_written_where_no_folder_is_named(tmp_path):
    folder = audit(tmp_path / "a")
    before = files(tmp_path)
    assert "Nothing was written" in repr(Evidence(folder).save())
    assert files(tmp_path) == before


def test_saving_writes_counts_and_results_and_no_more(tmp_path):
    opened = Evidence(audit(tmp_path / "a"), "flags", out=tmp_path / "out")
    opened.save()
    assert sorted(files(tmp_path / "out")) == ["flags.json", "flags.sql", "flags.tally.csv", "flags.tally.json"]


def test_data_that_cannot_be_counted_are_handed_over_to_whoever_runs_the_notebook(tmp_path):
    (tmp_path / "out").mkdir()
    opened = Evidence(audit(tmp_path / "a", data="race\n"), out=tmp_path / "out")
    with pytest.raises(DataError):
        _ = opened.findings
    assert list(files(tmp_path / "out")) == ["flags.problems.json"]


# --- the notebook ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cells(root) -> list:
    return nbformat.read(root / "notebooks" / "decisions.ipynb", as_version=4).cells


def test_it_is_stored_without_outputs(cells):
    code = [cell for cell in cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)


def test_it_holds_prose_and_calls_and_no_logic(cells):
    logic = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.If, ast.Lambda, ast.ListComp, ast.Try)
    for cell in cells:
        if cell.cell_type == "code":
            assert not any(isinstance(node, logic) for node in ast.walk(ast.parse(cell.source)))
            assert len(cell.source.splitlines()) <= 6
    prose = sum(len(cell.source.split()) for cell in cells if cell.cell_type == "markdown")
    assert prose > 300
    assert all(a.cell_type == "markdown" for a, b in itertools.pairwise(cells) if b.source.startswith("block."))


def test_opened_by_hand_it_runs_on_the_sample_audit_and_writes_nothing(cells, root, monkeypatch, capsys):
    """The cells one by one, as they stand."""
    monkeypatch.chdir(root / "notebooks")
    before = {path: path.stat().st_mtime_ns for path in Path("..").rglob("audits/*/*")}
    names: dict = {}
    for cell in cells:
        if cell.cell_type == "code" and cell.source != "block.show_plots()":
            exec(cell.source, names)
    assert names["block"].block.id == "high-risk-flags"
    assert {path: path.stat().st_mtime_ns for path in Path("..").rglob("audits/*/*")} == before


def test_a_run_imports_only_what_it_needs(root):
    """scikit-learn and fairlearn take a second, and only a researcher's own function of records needs them."""
    code = "import sys, fairaudit.evidence, fairaudit.run, fairaudit.results; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    unneeded = {"sklearn", "fairlearn", "statsmodels", "scipy.stats", "matplotlib.pyplot", "polars", "openpyxl"}
    assert unneeded & set(done.stdout.split()) == set()
