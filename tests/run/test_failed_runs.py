"""A run that fails leaves the last good report as it was, a page that shows the error first, and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from fairaudit.errors import DataError, FairauditError, NotebookError, PlanError
from fairaudit.evidence import Evidence
from fairaudit.run import Settings, run
from tests.run.made import PARAMETERS, audit, block, files, notebook, records

OWN = block(more="    notebook: own.ipynb\n")
LAST_GOOD = {"results.json": b"{}", "report.html": b"the last good report", "tally/flags.tally.csv": b"table\n"}


@pytest.fixture(autouse=True)
def _nothing_left(tmp_path, monkeypatch):
    """Give each test a folder for temporary files, which must be empty in the end."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    yield
    assert list(temporary.iterdir()) == []


def fail(folder: Path, kind: type[FairauditError], **settings) -> FairauditError:
    """Run an audit that has a good report and must fail; check what the failure leaves."""
    report = folder / "report"
    for name, content in LAST_GOOD.items():
        (report / name).parent.mkdir(parents=True, exist_ok=True)
        (report / name).write_bytes(content)
    inputs = files(folder)
    with pytest.raises(kind) as caught:
        run(folder, settings=Settings(allow_code=True, pdf=False, **settings))
    assert type(caught.value) is kind
    left = files(folder)
    page = left.pop("report/failed.html").decode("utf-8")
    assert left == inputs, "the last good report, the plan and the records are as they were"
    told = " ".join(str(problem.what) for problem in caught.value.problems)
    body = page[page.index("<main") :]
    assert body.index("The run failed") < body.index(Path(caught.value.problems[0].where).name)
    assert str(folder) not in page
    assert caught.value.__notes__ == [
        f"{report / 'failed.html'} shows this; the last good report, if there is one, is as it was."
    ]
    assert "Traceback" not in told
    return caught.value


def problem(error: FairauditError) -> tuple[str, str]:
    assert len(error.problems) == 1
    return error.problems[0].where, error.problems[0].what


# --- the data --------------------------------------------------------------------------------------------------------


def test_data_that_cannot_be_counted(tmp_path):
    folder = audit(tmp_path / "a", data=records() + "Blakc,yes,1\n")
    error = fail(folder, DataError)
    assert error.exit_code == 3
    assert problem(error) == ("records.csv", "race holds values that are no declared level: 'Blakc' (1)")


@pytest.mark.parametrize("elsewhere", [False, True], ids=["beside the plan", "by its whole path"])
def test_a_source_that_is_not_there_is_named_without_the_machine_s_folders_on_the_page(tmp_path, elsewhere):
    folder = tmp_path / "a"
    audit(folder, block(source=str(folder / "nowhere.csv") if elsewhere else "recrods.csv"))
    hint = fail(folder, DataError).problems[0].hint
    assert hint.startswith("Looked for" if elsewhere else "Did you mean 'records.csv'?")


# --- notebooks of the audit's own that go wrong ----------------------------------------------------------------------

SECRET = "Jane Doe, 4 Elm Street"
STOPS = "raise ValueError(row)"
LOOPS = "while True: pass"
KILLED = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
LEAVES = "import sys\nsys.exit(0)"
# What `block.save()` writes for this audit lies in its folder `saved`, so that these notebooks need not count anew.
SAVES = """import json, pathlib, shutil
for path in pathlib.Path("saved").iterdir():
    shutil.copy(path, out)
results, counts = (pathlib.Path(out) / f"{evidence}.{ending}" for ending in ("json", "tally.csv"))
"""
OTHER_VERDICT = """found = json.loads(results.read_text())
found["findings"][0]["verdict"] = "flagged"
results.write_text(json.dumps(found))"""
OTHER_COUNTS = 'counts.write_text(counts.read_text().replace(",30", ",29"))'
INVENTED = f"""from fairaudit.plan import read_plan
from fairaudit.results import block_results
from fairaudit.tally import Tally
{OTHER_COUNTS}
plan = read_plan(".")
found = block_results(plan, plan.evidence[0], Tally.load(counts.with_name(f"{{evidence}}.tally.json")))
results.write_text(json.dumps(found))"""
NO_COUNTS = "counts.unlink()"
NO_RESULTS = 'results.write_text("[1, 2]")'


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> Path:
    """Save counts and results of the small audit."""
    folder = tmp_path_factory.mktemp("saved")
    Evidence(audit(folder / "a"), out=folder / "saved").save()
    return folder / "saved"


def saving(folder: Path, saved: Path, *cells: str) -> Path:
    """Write an audit whose notebook saves its results, and then does what the cells say."""
    audit(folder, OWN)
    shutil.copytree(saved, folder / "saved")
    notebook(folder / "own.ipynb", SAVES, *cells)
    return folder


@pytest.mark.parametrize(
    ("cells", "what"),
    [
        pytest.param([f"row = {SECRET!r}", STOPS], f"the cell `{STOPS}` stopped with ValueError", id="an error"),
        pytest.param([KILLED], "its kernel died", id="a kernel that is killed"),
        pytest.param(["1 + 1"], "ended without saving its results", id="nothing saved"),
        pytest.param([LEAVES, SAVES], "ended without saving its results", id="left early"),
    ],
)
def test_a_notebook_that_goes_wrong(tmp_path, cells, what):
    folder = audit(tmp_path / "a", OWN)
    notebook(folder / "own.ipynb", *cells)
    error = fail(folder, NotebookError)
    where, said = problem(error)
    assert error.exit_code == 4
    assert (where, said[: len(what)]) == ("own.ipynb", what)
    assert SECRET.encode() not in b"".join(files(folder / "report").values())


@pytest.mark.parametrize(
    ("cell", "what"),
    [
        pytest.param(OTHER_VERDICT, "wrote other results than its counts give (findings)", id="another verdict"),
        pytest.param(OTHER_COUNTS, "saved other counts than the data give", id="other counts"),
        pytest.param(INVENTED, "saved other counts than the data give", id="counts of its own, and their results"),
        pytest.param(NO_RESULTS, "wrote other results than its counts give", id="no results"),
        pytest.param(NO_COUNTS, "ended without saving its results", id="no counts"),
    ],
)
def test_a_notebook_that_writes_other_numbers_than_its_counts(tmp_path, saved, cell, what):
    where, said = problem(fail(saving(tmp_path / "a", saved, cell), NotebookError))
    assert (where, said[: len(what)]) == ("own.ipynb", what)


def test_what_a_notebook_leaves_beside_its_results_is_no_part_of_the_report(tmp_path, saved):
    leaves = f"(pathlib.Path(out).parents[1] / 'notes.txt').write_text({SECRET!r})"
    folder = saving(tmp_path / "a", saved, leaves)
    run(folder, settings=Settings(allow_code=True, pdf=False))
    assert sorted(path.name for path in (folder / "report").iterdir()) == [
        *("notebooks", "report.html", "report.public.html", "results.json", "results.public.json", "seal.json", "tally")
    ]


SECRETIVE = {
    "a group": (records() + f"{SECRET!r},yes,1\n".replace("'", '"'), {}),
    "a decision": (records().replace("yes", f'"{SECRET}"'), {}),
    "a weight": (f'race,decision,outcome,w\nBlack,yes,1,"{SECRET}"\nWhite,no,1,1\n', {"data": "      weight: w\n"}),
}


@pytest.mark.parametrize("case", SECRETIVE)
def test_the_page_of_a_failed_run_quotes_no_value_of_the_records(tmp_path, case):
    data, parts = SECRETIVE[case]
    error = fail(audit(tmp_path / "a", block(**parts), data=data), DataError)
    assert SECRET in str(error)
    assert SECRET.split()[0].encode() not in (tmp_path / "a" / "report" / "failed.html").read_bytes()


def test_a_measures_file_says_nothing_of_the_records_on_the_page(tmp_path):
    folder = audit(tmp_path / "a", block(measures='[{measure: "./mine.py:share", difference: 0.1}]'))
    (folder / "mine.py").write_text(f"raise type({SECRET!r}, (Exception,), {{}})({SECRET!r})", encoding="utf-8")
    fail(folder, PlanError)
    page = (folder / "report" / "failed.html").read_text(encoding="utf-8")
    assert "an error of its own" in page
    assert SECRET.split()[0] not in page


def test_a_cell_that_takes_too_long(tmp_path):
    folder = audit(tmp_path / "a", OWN)
    notebook(folder / "own.ipynb", LOOPS)
    error = fail(folder, NotebookError, seconds=2)
    assert problem(error) == ("own.ipynb", "a cell took more than 2 seconds")
    assert "--timeout" in error.problems[0].hint


@pytest.mark.parametrize(
    ("parameters", "what", "hint"),
    [
        pytest.param(None, "has no parameter audit, evidence, out, rehearse, allow_code", "tagged `parameters`"),
        pytest.param(PARAMETERS.replace("evidence", "evidnce"), "has no parameter evidence", "Did you mean 'evidnce'?"),
    ],
    ids=["no cell of parameters", "a mistyped parameter"],
)
def test_a_notebook_that_does_not_take_the_parameters_is_not_run(tmp_path, parameters, what, hint):
    folder = audit(tmp_path / "a", OWN)
    notebook(folder / "own.ipynb", "open('ran', 'w')", parameters=parameters)
    error = fail(folder, PlanError)
    assert error.exit_code == 2
    assert problem(error) == ("own.ipynb", what)
    assert hint in error.problems[0].hint
    assert not (folder / "ran").exists()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"not a notebook", "is no notebook that can be read"),
        (b"{}", "is no notebook that can be read"),
        (b"\xff\xfe", "is no notebook that can be read"),
        (
            json.dumps(
                {
                    **{"cells": [], "nbformat": 4, "nbformat_minor": 5},
                    "metadata": {"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}},
                }
            ).encode(),
            "is written in R",
        ),
    ],
)
def test_a_file_that_is_no_python_notebook(tmp_path, content, what):
    folder = audit(tmp_path / "a", OWN)
    (folder / "own.ipynb").write_bytes(content)
    assert problem(fail(folder, PlanError)) == ("own.ipynb", what)


def test_a_notebook_that_is_not_there(tmp_path):
    folder = audit(tmp_path / "a", OWN)
    notebook(folder / "won.ipynb", "1")
    error = fail(folder, PlanError)
    assert error.problems[0].hint == "Did you mean 'won.ipynb'?"


@pytest.mark.parametrize(
    ("file", "kind"), [("audit.yaml", PlanError), ("records.csv", DataError), ("own.ipynb", PlanError)]
)
def test_a_file_that_is_changed_while_the_audit_runs(tmp_path, saved, file, kind):
    folder = saving(tmp_path / "a", saved, f"pathlib.Path({file!r}).touch()")
    assert problem(fail(folder, kind)) == (file, "was changed while the audit ran")


def test_a_block_that_fails_leaves_no_other_running(tmp_path):
    folder = audit(tmp_path / "a", OWN, block("second", more="    notebook: endless.ipynb\n"))
    notebook(folder / "own.ipynb", "import time; time.sleep(2)", "raise SystemError")
    pid = folder.parent / "pid"
    notebook(folder / "endless.ipynb", f"import os; open({str(pid)!r}, 'w').write(str(os.getpid()))", LOOPS)
    fail(folder, NotebookError, jobs=2)
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


# --- afterwards ------------------------------------------------------------------------------------------------------


def test_a_good_run_takes_the_failure_s_page_away_and_keeps_only_what_is_the_report_s(tmp_path, saved):
    folder = saving(tmp_path / "a", saved, "raise ValueError")
    fail(folder, NotebookError)
    notebook(folder / "own.ipynb", SAVES, "(pathlib.Path(out) / 'records.csv').write_text('a record')")
    report = run(folder, settings=Settings(allow_code=True, pdf=False)).folder
    assert sorted(files(report)) == [
        *("notebooks/flags.html", "notebooks/flags.ipynb"),
        *("report.html", "report.public.html", "results.json", "results.public.json", "seal.json"),
        *("tally/flags.sql", "tally/flags.tally.csv", "tally/flags.tally.json"),
    ]


def test_a_first_run_that_fails_leaves_its_page_alone_in_the_folder(tmp_path):
    folder = audit(tmp_path / "a", data="race,decision,outcome\n")
    with pytest.raises(DataError):
        run(folder)
    assert list(files(folder / "report")) == ["failed.html"]
