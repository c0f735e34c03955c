"""Code that an audit brings along runs only where the user says so, and the report then says which."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from fairaudit.errors import NotebookError, PlanError
from fairaudit.kernels import HELD_BACK
from fairaudit.run import Settings, run
from tests.report.page import parse
from tests.run.made import RUNS_THE_BLOCK, audit, block, files, findings, notebook, outputs, records

BALANCED = '''
import numpy as np

def balanced_accuracy(y_true, y_pred, sample_weight):
    """The mean of both groups' shares that are right. Definition: Brodersen et al. 2010."""
    right = [np.average(y_pred[y_true == y] == y, weights=sample_weight[y_true == y]) for y in (0, 1)]
    return float(np.mean(right))
'''
COUNTED = '''
from fairaudit import Rate, measure

@measure(of="{people}", share="{selected} and then {negative}", rises_with="selection",
         needs=("decision", "outcome"), source="the council")
def flagged_in_vain(c) -> Rate:
    """Of everybody whose outcome is known, the share flagged in vain: FP / (TP + FP + FN + TN)."""
    return Rate(c.fp, c.tp + c.fp + c.fn + c.tn)
'''
MEASURES = """
      - {measure: selection_rate, ratio: 0.8, because: the council}
      - {measure: "./mine.py:balanced_accuracy", difference: 0.1, because: the council}
      - {measure: "./counted.py:flagged_in_vain", difference: 0.1, because: the council}"""
SAYS = "<h1>All is well</h1><script>alert(1)</script><img src=x onerror=alert(1)><a href='javascript:a()'>{{7*7}}</a>"
RAW = f"""
import sys, pathlib
import pandas as pd
from fairaudit.displays import Shown
display(Shown({SAYS!r}, "words"))
display(pd.DataFrame({{"record": ["Jane " + "Doe"] * 100_000}}))
(pathlib.Path(out).parents[1] / "notebooks").mkdir(exist_ok=True)
(pathlib.Path(out).parents[1] / "notebooks" / "flags.html").write_text("<script>alert(1)</script>")
(pathlib.Path(out).parents[1] / "notebooks" / "more.html").write_text("<script>alert(1)</script>")
record = "Jane " + "Doe"
display(record)
print(record)
print(record, file=sys.stderr)
{RUNS_THE_BLOCK}"""


def own_audit(folder: Path) -> Path:
    audit(folder, block(measures=MEASURES, more="    notebook: own.ipynb\n"), data=records(200))
    (folder / "mine.py").write_text(BALANCED, encoding="utf-8")
    (folder / "counted.py").write_text(COUNTED, encoding="utf-8")
    notebook(folder / "own.ipynb", RAW)
    return folder


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Path:
    return run(own_audit(tmp_path_factory.mktemp("own") / "a"), settings=Settings(allow_code=True, pdf=False)).folder


@pytest.fixture(scope="module")
def results(report) -> dict:
    return json.loads((report / "results.json").read_text(encoding="utf-8"))


def test_every_file_is_named_and_nothing_runs_unless_it_is_allowed(tmp_path):
    folder = own_audit(tmp_path / "a")
    for name in ("mine.py", "counted.py"):
        (folder / name).write_text("open('ran', 'w')", encoding="utf-8")
    before = files(tmp_path)
    with pytest.raises(PlanError) as caught:
        run(folder)
    assert caught.value.exit_code == 2
    assert [p.what.split(" is code")[0] for p in caught.value.problems] == [
        *("own.ipynb", "./mine.py:balanced_accuracy", "./counted.py:flagged_in_vain")
    ]
    assert all("--allow-code" in p.hint for p in caught.value.problems)
    assert files(tmp_path) == before


def test_the_files_that_ran_are_named_with_their_hashes(report, results):
    folder = report.parent
    assert {entry["file"]: entry["sha256"] for entry in results["audit"]["code"]} == {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in ("./mine.py", "./counted.py", "own.ipynb")
    }
    page_one = (report / "report.html").read_text(encoding="utf-8").partition("</article>")[0]
    for entry in results["audit"]["code"]:
        assert entry["file"] in page_one
        assert entry["sha256"][:8] in page_one


def test_what_an_own_notebook_prints_is_held_back(report):
    shown = outputs(report / "notebooks" / "flags.ipynb")
    assert [output["text"] for output in shown if output["output_type"] == "stream"] == [[HELD_BACK]]
    assert b"Jane Doe" not in b"".join(files(report).values())


def test_the_page_of_an_own_notebook_shows_what_is_marked_as_counts_and_runs_none_of_it(report):
    assert sorted(path.name for path in (report / "notebooks").iterdir()) == ["flags.html", "flags.ipynb"]
    text = (report / "notebooks" / "flags.html").read_text(encoding="utf-8")
    assert HELD_BACK.strip() in text
    assert "own.ipynb" in text
    page = parse(text)
    assert page.all("script", "img") == []
    assert "All is well" in [heading.text for heading in page.all("h2")]
    (link,) = [a for a in page.all("a") if a.text == "{{7*7}}"]
    assert "href" not in link.attributes


def test_own_measures_stand_beside_the_others(results):
    found = {finding["measure"]: finding for finding in findings(results)}
    assert list(found) == ["selection_rate", "flagged_in_vain", "balanced_accuracy"]
    # 50 of 200 in either group: decisions and outcomes are crossed evenly.
    assert [row["rate"] for row in found["flagged_in_vain"]["groups"]] == [50 / 200, 50 / 200]
    assert [row["rate"] for row in found["balanced_accuracy"]["groups"]] == [0.5, 0.5]


def test_an_approximate_measure_never_blocks(results):
    found = {finding["measure"]: finding for finding in findings(results)}
    assert (found["balanced_accuracy"]["approximate"], found["balanced_accuracy"]["blocks"]) == (True, False)
    assert found["flagged_in_vain"]["approximate"] is False


# --- what merely lies in the audit's folder --------------------------------------------------------------------------

SHADOW = "open({path!r}, 'w').write('ran')\nraise SystemExit"


def test_a_module_that_lies_in_the_audit_s_folder_is_never_imported(tmp_path):
    folder = audit(tmp_path / "a", block(more="    notebook: own.ipynb\n"))
    ran = tmp_path / "ran"
    names = ("fairaudit", "numpy", "json", "IPython", "ipykernel", "sitecustomize", "usercustomize")
    for name in names:
        (folder / f"{name}.py").write_text(SHADOW.format(path=str(ran)), encoding="utf-8")
    notebook(folder / "own.ipynb", f"import {', '.join(names[:5])}", "raise KeyError")
    with pytest.raises(NotebookError, match="stopped with KeyError"):
        run(folder, settings=Settings(allow_code=True, pdf=False))
    assert not ran.exists()


def test_a_path_of_python_s_that_means_the_folder_one_is_in_does_not_mean_the_audit_s(tmp_path, monkeypatch):
    folder = audit(tmp_path / "a", block(more="    notebook: own.ipynb\n"))
    ran = tmp_path / "ran"
    (folder / "brought.py").write_text(SHADOW.format(path=str(ran)), encoding="utf-8")
    notebook(folder / "own.ipynb", "import brought")
    monkeypatch.setenv("PYTHONPATH", ".")
    with pytest.raises(NotebookError, match="stopped with ModuleNotFoundError"):
        run(folder, settings=Settings(allow_code=True, pdf=False))
    assert not ran.exists()
