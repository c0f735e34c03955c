"""Run an audit: one notebook an evidence block, by papermill; then one report from what they found.

Everything is written aside and renamed at the end, so that a failed run leaves the last good report as it was. A
notebook's numbers are not taken on trust: each is computed again from the counts that the notebook saved.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fairaudit.errors import DataError, FairauditError, NotebookError, PlanError, Problem, UsageError
from fairaudit.folders import cannot_write, refuse_foreign, remove_foreign, written_aside
from fairaudit.keeping import place
from fairaudit.kernels import Kernels, Notebook, gated, quiet, read_notebook
from fairaudit.languages import VARIABLE, speaking
from fairaudit.measures.custom import Loaded
from fairaudit.own_code import measures_of, notebook_of, own_measures, refuse_code
from fairaudit.plan import TALLY_SUFFIX, Evidence, Plan, read_plan
from fairaudit.plan.files import files_of, places
from fairaudit.workflow import seal

if TYPE_CHECKING:
    from fairaudit.report.printing import Printing
    from fairaudit.tally import Tally
    from fairaudit.workflow.record import Record
    from fairaudit.workflow.registration import Register

# What computes and draws takes two seconds to import: it is loaded while the kernels start.

SECONDS = 1800
JOBS = min(2, os.cpu_count() or 1)
TICK = 0.5

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many steps are done, and how many there are."""


@dataclass(frozen=True)
class Settings:
    """How to run.

    Attributes:
        rehearse: shuffle the groups' labels.
        allow_code: whether notebooks and measures of the audit's own may run.
        jobs: how many notebooks run at a time.
        seconds: how long a cell may take.
        since: an earlier report, of which the new one says what has moved.
        pdf: whether to print the report as well.
        reuse_tally: whether tables of a warehouse keep the counts of the last report.
        cache: whether counts may be taken from an earlier run over the same files, and are kept for the next.
        language: the report's language; the plan's where empty.
    """

    rehearse: bool = False
    allow_code: bool = False
    jobs: int = JOBS
    seconds: float = SECONDS
    since: Path | None = None
    pdf: bool = True
    reuse_tally: bool = False
    cache: bool = True
    language: str = ""


@dataclass
class Outcome:
    """What a run left behind.

    Attributes:
        folder: where the report is.
        results: what `results.json` holds.
        seal_sha256: the root of the seal: one hash over everything that went in and came out.
        no_pdf: why there is no PDF, though one was asked for, and what to do about it; empty where there is one.
        kept: the blocks whose records were not read, since their counts were kept from an earlier run.
    """

    folder: Path
    results: dict[str, Any] = field(repr=False)
    seal_sha256: str = ""
    no_pdf: str = ""
    kept: tuple[str, ...] = ()

    @property
    def report(self) -> Path:
        """The report's path."""
        return self.folder / "report.html"

    @property
    def pdf(self) -> Path:
        """The path of the printed report."""
        return self.folder / "report.pdf"


def run(
    audit: str | Path,
    out: str | Path | None = None,
    settings: Settings | None = None,
    progress: Progress = lambda step, done, steps: None,
) -> Outcome:
    """Run every notebook of an audit and write its report.

    Args:
        audit: the audit's folder.
        out: where the report goes; where None, `report/` in the audit's folder, for a rehearsal `rehearsal/`.
        settings: how to run.
        progress: told of each step, and twice a second while one goes on.

    Returns:
        The folder written and the results.

    Raises:
        FairauditError: with a page `failed.html` left beside the last good report, and a note of where it is.
    """
    (outcome,) = run_all({Path(audit): Path(out) if out else None}, settings, progress)
    if isinstance(outcome, FairauditError):
        raise outcome
    return outcome


def run_all(
    audits: Mapping[Path, Path | None],
    settings: Settings | None = None,
    progress: Progress = lambda step, done, steps: None,
) -> list[Outcome | FairauditError]:
    """Run several audits, whose notebooks share the kernels; one that fails does not stop the others.

    Args:
        audits: each audit's folder, and where its report goes; where None, as `run` has it.
        settings: how to run.
        progress: told of each step, and twice a second while one goes on; of all audits together.

    Returns:
        For each audit, in the order given, what it left behind, or why it has no report.
    """
    settings = settings or Settings()
    runs = [_Run(audit, out, settings) for audit, out in audits.items()]
    with (
        quiet(),  # for as long as any thread runs
        ThreadPoolExecutor(settings.jobs) as pool,
        Kernels(settings.seconds) as kernels,
        contextlib.ExitStack() as unfinished,
    ):
        for each in runs:
            unfinished.callback(each.abandon)
            each.begin(pool, kernels)
        if languages := {each.plan.language for each in runs if not each.failed}:
            _load(languages)
        tell = _Told(progress, sum(each.steps for each in runs))
        for place, each in enumerate(runs):
            each.write(tell)
            # While a report is printed, the next ones are judged.
            if place >= settings.jobs:
                runs[place - settings.jobs].finish()
        return [each.outcome(tell) for each in runs]


def _leave_failure(error: FairauditError, plan: Plan, target: Path) -> None:
    """Leave a readable page that shows the error first, beside the last good report."""
    from fairaudit.report.html import failure_page

    page = target / "failed.html"
    problems = [_without_folders(problem, plan) for problem in error.problems]
    with contextlib.suppress(OSError):
        target.mkdir(parents=True, exist_ok=True)
        page.write_text(failure_page(plan.system.title, problems), encoding="utf-8", newline="\n")
        error.add_note(f"{page} shows this; the last good report, if there is one, is as it was.")


def _without_folders(problem: Problem, plan: Plan) -> Problem:
    """Say nothing of this machine: of a path, only the file's name."""
    paths = {block.data.source for block in plan.evidence} | {str(plan.folder.resolve()) + os.sep}
    said = [problem.where, problem.what, problem.hint]
    if problem.on_paper:
        said[1:] = (
            problem.on_paper,
            "What the command printed names the values; this page does not, as it may be passed on.",
        )
    for path in sorted(paths, key=len, reverse=True):
        said = [text.replace(path, "" if path.endswith(os.sep) else Path(path).name) for text in said]
    return Problem(*said)


# --- one run ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Task:
    """One evidence block to run.

    Attributes:
        block: the block of the plan.
        path: its notebook's file.
        notebook: the notebook as it was read.
        own: measures of the audit's own.
        out: the folder that the notebook writes into.
    """

    block: Evidence
    path: Path
    notebook: Notebook
    own: Mapping[str, Loaded]
    out: Path


class _Told:
    """Tells of the steps of all audits together."""

    def __init__(self, progress: Progress, steps: int):
        self.progress, self.steps, self.done = progress, steps, 0

    def __call__(self, step: str) -> None:
        """Say what is being done."""
        self.progress(step, self.done, self.steps)


class _Run:
    """Runs the blocks of one audit into a folder: begun with all others, and ended in its turn.

    Args:
        audit: the audit's folder.
        out: where the report goes.
        settings: how to run.
    """

    def __init__(self, audit: Path, out: Path | None, settings: Settings):
        self.audit, self.out, self.settings = audit, out, settings
        self.failed: FairauditError | None = None
        self.plan: Plan | None = None
        self.earlier: Mapping[str, Any] | None = None
        self.aside: Path | None = None
        self.root = ""
        self.no_pdf = ""
        self.results: dict[str, Any] = {}
        self.finished = False
        self.printing: Printing | None = None
        self.tasks: list[Task] = []
        self.kept: dict[str, dict[str, str]] = {}
        self.running: list[Future] = []
        self.aside_of = contextlib.ExitStack()

    @property
    def steps(self) -> int:
        """A step a block, and one for the report."""
        return len(self.tasks) + 1

    @property
    def target(self) -> Path:
        """Where the report goes. A folder that is a link stays one: what it points to is replaced."""
        return Path(self.out or self.plan.folder / ("rehearsal" if self.settings.rehearse else "report")).resolve()

    def begin(self, pool: ThreadPoolExecutor, kernels: Kernels) -> None:
        """Read the plan, and hand the notebooks over."""
        self.started = now()
        with self._noted():
            self.plan = read_plan(self.audit).in_language(self.settings.language)
            refuse_foreign(self.target)
            refuse_code(self.plan, allow_code=self.settings.allow_code)
            if self.settings.since is not None:
                from fairaudit.since import earlier_report

                self.earlier = earlier_report(self.settings.since)
            # From here on a failure leaves a page that says so.
            self.aside = self.aside_of.enter_context(written_aside(self.target))
            self.tasks = [self._task(block) for block in self.plan.evidence]
            self.before = self._stamps()
            folder = self.plan.folder.resolve()
            told = {VARIABLE: self.plan.language, **self._reused()}
            told |= {} if self.settings.cache else {place.VARIABLE: place.OFF}
            self.running = [
                pool.submit(kernels.execute, task.notebook, self._parameters(task), folder, told) for task in self.tasks
            ]

    def _reused(self) -> dict[str, str]:
        """Tell kernels where the counts of the last report are, where they are to be used again."""
        if not self.settings.reuse_tally:
            return {}
        from fairaudit import earlier_counts

        if self.settings.rehearse:
            what = "a rehearsal shuffles the groups of fresh counts"
            raise UsageError.one("--reuse-tally", what, "Leave out --rehearse or --reuse-tally.")
        return {earlier_counts.VARIABLE: str(earlier_counts.reusable(self.plan, self.target))}

    def write(self, tell: _Told) -> None:
        """Wait for the notebooks, check what they found, write the report, and begin to print it."""
        through = tell.done + self.steps
        if not self.failed:
            with self._noted():
                self._begin_printing()
                self._results(tell)
        if self.failed:
            self.abandon()
        tell.done = through

    def finish(self) -> None:
        """Wait until the report is printed, seal it, and put it in its place."""
        if not (self.failed or self.finished):
            with self._noted(), self.aside_of:
                self._sealed()
        self.finished = True
        self.abandon()

    def outcome(self, tell: _Told) -> Outcome | FairauditError:
        """Give what it left behind."""
        if not (self.failed or self.finished):
            tell(f"printing the report of {self.plan.folder.resolve().name}")
        self.finish()
        return self.failed or Outcome(self.target, self.results, self.root, self.no_pdf, tuple(self.kept))

    def abandon(self) -> None:
        """Run no notebook that has not begun, and leave nothing half written."""
        for future in self.running:
            future.cancel()
        if self.printing:
            self.printing.stop()
        gone = RuntimeError("not finished")
        self.aside_of.__exit__(type(gone), gone, None)

    @contextlib.contextmanager
    def _noted(self) -> Iterator[None]:
        """Keep a mistake for the end, and leave a page that shows it."""
        try:
            yield
        except FairauditError as error:
            self.failed = error
        except OSError as error:
            self.failed = cannot_write(self.target if self.plan else self.audit, error)
        if self.failed and self.aside:
            _leave_failure(self.failed, self.plan, self.target)

    def _results(self, tell: _Told) -> None:
        blocks = list(self._recomputed(tell))
        if changed := [path for path, stamp in self._stamps().items() if stamp != self.before[path]]:
            raise _changed(changed[0], self._sources())
        tell(f"writing the report of {self.plan.folder.resolve().name}")
        self._report(blocks)

    def _task(self, block: Evidence) -> Task:
        path = notebook_of(self.plan, block)
        own = own_measures(self.plan, block, allow_code=self.settings.allow_code)
        out = self.aside / "work" / block.id
        out.mkdir(parents=True)
        # Any value will do to see whether the notebook takes the parameter.
        names = ("audit", "evidence", "out", "rehearse", "allow_code")
        return Task(block, path, read_notebook(path, dict.fromkeys(names)), own, out)

    def _parameters(self, task: Task) -> dict[str, Any]:
        return {
            "audit": str(self.plan.path.resolve()),
            "evidence": task.block.id,
            "out": str(task.out),
            "rehearse": self.settings.rehearse,
            "allow_code": self.settings.allow_code,
        }

    def _shown(self, task: Task) -> dict[str, Any]:
        """Give the parameters as the executed copy shows them: nothing of this machine, and nothing is overwritten."""
        return {**self._parameters(task), "audit": "../..", "out": ""}

    def _recomputed(self, tell: _Told) -> Iterator[dict[str, Any]]:
        """Take the blocks in the plan's order, each as soon as it is there."""
        for task, future in zip(self.tasks, self.running, strict=True):
            tell(f"counting and judging {task.block.id}")
            while not wait([future], timeout=TICK).done:
                tell(f"counting and judging {task.block.id}")
            yield self._settled(task, future)
            tell.done += 1

    def _settled(self, task: Task, future: Future) -> dict[str, Any]:
        """Keep a notebook's gated copy and its counts, and compute its results anew."""
        import nbformat

        try:
            executed = future.result()
        except NotebookError:
            # A mistake of the data keeps its own words and exit code; anything else is the notebook's failure.
            if problems := _handed_over(task):
                raise DataError(problems) from None
            raise
        if kept := _kept(task):
            self.kept[task.block.id] = kept
        notebooks = self.aside / "notebooks"
        notebooks.mkdir(exist_ok=True)
        nbformat.write(gated(executed, self._shown(task)), notebooks / f"{task.block.id}.ipynb")
        again = _computed_again(self.plan, task, self.aside / "tally", rehearsed=self.settings.rehearse)
        self._keep_sql(task)
        return again

    def _keep_sql(self, task: Task) -> None:
        """Keep the SQL that counted beside the counts, also where they are those of the last report."""
        name = f"{task.block.id}.sql"
        earlier = self.target / "tally" / name
        if (task.out / name).is_file():
            (task.out / name).rename(self.aside / "tally" / name)
        elif self.settings.reuse_tally and task.block.data.is_warehouse and earlier.is_file():
            shutil.copy2(earlier, self.aside / "tally" / name)

    def _stamps(self) -> dict[Path, tuple[int, int] | None]:
        """Give size and time of every file that goes into the run."""
        own = [self.plan.folder / loaded.file for task in self.tasks for loaded in task.own.values()]
        notebooks = [task.path for task in self.tasks]
        return {path: _stamp(path) for path in [self.plan.path, *self._sources(), *own, *notebooks]}

    def _sources(self) -> list[Path]:
        """Name every file that holds the records of a block."""
        return [path for task in self.tasks for path in files_of(task.block.data, self.plan.folder)]

    def _report(self, blocks: Sequence[Mapping[str, Any]]) -> None:
        """Write results and report, as they are and for the public."""
        from fairaudit.disclosure import public_copy
        from fairaudit.report.html import render, words
        from fairaudit.results import audit_results

        code = _code(self.tasks)
        self.given = seal.inputs(self.plan.path, {task.block.id: self._facts(task) for task in self.tasks}, code)
        self._refuse_other_files()
        self.record = self._record(self.given)
        told = {"rehearsal": self.settings.rehearse, "code": code, "seal": self.given, "record": self.record}
        told["since"] = self._since(blocks)
        self.results = audit_results(self.plan, blocks, **told)
        shutil.rmtree(self.aside / "work")
        remove_foreign(self.aside)  # what a notebook has left there is no part of the report
        _write_json(self.aside / "results.json", self.results)
        page = self.aside / "report.html"
        page.write_text(render(self.results), encoding="utf-8", newline="\n")
        if self.printing:
            self.printing.begin(page, self.aside / "report.pdf", words(self.plan.language)["pdf"])
        public = public_copy(self.results)
        _write_json(self.aside / "results.public.json", public)
        (self.aside / "report.public.html").write_text(render(public), encoding="utf-8", newline="\n")
        self._notebook_pages()

    def _refuse_other_files(self) -> None:
        """Hash anew every file whose counts were kept: that it looks the same to the file system is not enough."""
        for task in self.tasks:
            if (kept := self.kept.get(task.block.id)) is None:
                continue
            from fairaudit.keeping import files

            known = {"source": self.given["evidence"][task.block.id]["source_sha256"]}
            paths = files.inputs(task.block, self.plan.folder)
            if kept != {name: known.get(name) or seal.sha256(path) for name, path in paths.items()}:
                what = "was changed, and its size and times do not tell: its kept counts are of other records"
                raise DataError.one(task.block.data.source, what, "Run again with --no-cache.")

    def _notebook_pages(self) -> None:
        """Write each executed notebook as a page; what a notebook may have left there as one is none."""
        from fairaudit.report.notebook import FOLDER, notebook_page

        folder = self.aside / FOLDER
        for left in folder.glob("*.html"):
            left.unlink()
        for task in self.tasks:
            executed = json.loads((folder / f"{task.block.id}.ipynb").read_text(encoding="utf-8"))
            made = notebook_page(executed, self.results, task.block.id)
            (folder / f"{task.block.id}.html").write_text(made, encoding="utf-8", newline="\n")

    def _since(self, blocks: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
        """Compare with the earlier report that is named, if any is."""
        if self.earlier is None:
            return None
        from fairaudit.since import moved

        records = {name: facts["source_sha256"] for name, facts in self.given["evidence"].items()}
        told = [{**block, "source_sha256": records[block["id"]]} for block in blocks]
        with speaking(self.plan.language):
            return moved(self.earlier, {"plan_sha256": self.plan.sha256}, told)

    def _begin_printing(self) -> None:
        from fairaudit.report.printing import Printing

        self.printing = Printing() if self.settings.pdf else None

    def _sealed(self) -> None:
        """Wait for the PDF, note the look, and seal everything."""
        printed = self.printing.done() if self.printing else None
        self.no_pdf = f"No report.pdf: {printed.why} {printed.mend}" if printed and printed.why else ""
        self._keep_look(self.record.register)
        times = {"started": self.started, "ended": now()}
        to_sign = self.results["determination"]["to_sign"]
        made_with = printed.versions if printed else None
        whole = seal.sealed(self.given, self.plan, self.record.answers, self.aside, to_sign, times, made_with)
        self.root = whole[seal.ROOT]
        _write_json(self.aside / seal.FILE, whole)

    def _record(self, sealed: Mapping[str, Any]) -> Record:
        """Read what people have done, and note this look at the data: a rehearsal is none, nor is a second run."""
        from fairaudit.workflow.record import Record, read_record
        from fairaudit.workflow.registration import Look

        record = read_record(self.plan)
        if self.settings.rehearse:
            return record
        data = {name: facts["source_sha256"] for name, facts in sealed["evidence"].items()}
        register = record.register.with_look(Look(now(), self.plan.sha256, data))
        return Record(record.questions, record.answers, register)

    def _keep_look(self, register: Register) -> None:
        """Note the look in the audit's folder, now that its results can be seen."""
        from fairaudit.workflow.registration import read_register, write_register

        if not self.settings.rehearse and register != read_register(self.plan.folder):
            # A folder that may not be written keeps no log: a sample audit where pip installed it.
            with contextlib.suppress(OSError):
                write_register(self.plan.folder, register)

    def _facts(self, task: Task) -> dict[str, Any]:
        from fairaudit.sources import sha256_of

        tally_sha256 = seal.sha256(self.aside / "tally" / f"{task.block.id}.tally.csv")
        return {
            "source": task.block.data.source_name,
            # A table has no hash: what tells whether it was the same are its counts.
            "source_sha256": sha256_of(task.block, self.plan.folder) or tally_sha256,
            "notebook": task.notebook.name,
            "notebook_sha256": task.notebook.sha256,
            "tally_sha256": tally_sha256,
            "parameters": self._shown(task),
        }


def _load(languages: Iterable[str]) -> None:
    """Import what computes and draws, and read what pages are made of."""
    for name in ("results", "disclosure", "report.html"):
        import_module(f"fairaudit.{name}")
    for language in languages:
        import_module("fairaudit.report.html").prepare(language)


def _code(tasks: Sequence[Task]) -> list[dict[str, str]]:
    """List the files of the audit's own that ran, with their hashes."""
    found = {loaded.file: loaded.sha256 for task in tasks for loaded in task.own.values()}
    found |= {task.block.notebook: task.notebook.sha256 for task in tasks if task.block.notebook}
    return [{"file": file, "sha256": digest} for file, digest in found.items()]


# --- checking what a notebook did ------------------------------------------------------------------------------------


def _handed_over(task: Task) -> list[Problem]:
    """Read what `Evidence` left when the data could not be counted."""
    path = task.out / f"{task.block.id}.problems.json"
    return [Problem(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))] if path.is_file() else []


def _computed_again(plan: Plan, task: Task, folder: Path, *, rehearsed: bool) -> dict[str, Any]:
    """Compute a block's results from the counts that were saved; refuse a notebook that wrote any other number."""
    from fairaudit.findings import plain
    from fairaudit.results import block_results
    from fairaudit.tally import Tally

    name = task.block.id
    try:
        written = json.loads((task.out / f"{name}.json").read_text(encoding="utf-8"))
        tally = Tally.load(task.out / f"{name}{TALLY_SUFFIX}")
    except (OSError, ValueError, DataError):
        what = "ended without saving its results"
        raise NotebookError.one(task.notebook.name, what, "Its last cell must call block.save().") from None
    if task.block.notebook:
        _refuse_other_counts(plan, task, tally, rehearsed=rehearsed)
    again = block_results(plan, task.block, tally, measures_of(task.own))
    if plain(written) != again:
        differ = [key for key in again if not isinstance(written, dict) or plain(written.get(key)) != again[key]]
        what = f"wrote other results than its counts give ({', '.join(differ)})"
        raise NotebookError.one(task.notebook.name, what, "Only block.save() may write results.")
    folder.mkdir(exist_ok=True)
    for file in places(task.out / f"{name}{TALLY_SUFFIX}"):
        file.rename(folder / file.name)
    return again


def _kept(task: Task) -> dict[str, str]:
    """Read what files a notebook's counts were once taken from; nothing where it read the records itself."""
    path = task.out / f"{task.block.id}.kept.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _refuse_other_counts(plan: Plan, task: Task, tally: Tally, *, rehearsed: bool) -> None:
    """Count the data anew where the notebook is the audit's own, which may have saved any counts."""
    from fairaudit.rehearsal import shuffled
    from fairaudit.sources import read_tally

    counted = read_tally(task.block, plan.folder, plan_sha256=plan.sha256)
    if tally != (shuffled(counted) if rehearsed else counted):
        what = "saved other counts than the data give"
        raise NotebookError.one(task.notebook.name, what, "Only block.save() may write counts.")


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _changed(path: Path, sources: Collection[Path]) -> FairauditError:
    kind = DataError if path in sources else PlanError
    return kind.one(path.name, "was changed while the audit ran", "Run again when it is at rest.")


def now() -> str:
    """Give the time in UTC, to the second."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    from fairaudit.results import json_text

    path.write_text(json_text(content), encoding="utf-8", newline="\n")
