"""The two ends of a form: making it for a role, and merging what people saved with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from fairaudit.completing import Status, status_of
from fairaudit.errors import UsageError, nearest
from fairaudit.folders import cannot_write
from fairaudit.plan import read_plan
from fairaudit.workflow.editing import Told, merge
from fairaudit.workflow.forms import read_forms
from fairaudit.workflow.questions import Catalogue, catalogue
from fairaudit.workflow.roles import SIGNING

DONE = {
    "added": "added",
    "replaced": "replaced (the earlier one is kept under was:)",
    "settled": "settled (the earlier ones are kept under was:)",
    "signed": "signed",
    "decided": "decided",
    "both kept": "both kept",
    "unchanged": "there already",
}


def write_form(folder: Path, role: str, out: Path | None) -> Iterator[str]:
    """Write a role's form, one HTML page.

    Args:
        folder: the audit's.
        role: who fills it in, as a key of `SIGNING` or in words.
        out: the file; where None, `form-ROLE.html` in the audit's folder.

    Yields:
        Lines that say what was written.

    Raises:
        UsageError: there is no such role, or the file cannot be written.
        PlanError: the plan or the answers are wrong.
    """
    from fairaudit.report.form import Audit, form_page, questions_of

    name = _role(role)
    status = status_of(folder)
    told = Audit(_slug(status), status.plan.system.title, status.record, status.results, status.stale)
    path = out or status.plan.folder / f"form-{name.replace('_', '-')}.html"
    if path.is_dir():
        raise UsageError.one(str(path), "is a folder", "Name a file, such as form.html.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(form_page(told, name), encoding="utf-8", newline="\n")
    except OSError as error:
        raise cannot_write(path, error) from None
    questions = questions_of(told, name)
    open_ = [each for each in questions if status.record.answers.of(each.key).state == "open"]
    yield f"Wrote {path}: {len(questions)} questions for the {SIGNING[name]}, {len(open_)} of them open."
    yield "It works in any browser without a network, and sends nothing. Send it to whoever answers."
    if name in status.record.tiered.signs and (status.results is None or status.stale):
        why = " ".join(status.stale) or "There is no report yet."
        yield f"It has no part to sign: {why}"


def _role(role: str) -> str:
    by_words = {words: name for name, words in SIGNING.items()}
    name = by_words.get(role.casefold(), role.casefold().replace("-", "_").replace(" ", "_"))
    if name not in SIGNING:
        raise UsageError.one("fairaudit form", f"there is no role {role!r}", nearest(role, list(SIGNING)))
    return name


def _slug(status: Status) -> str:
    return status.plan.folder.resolve().name


def merge_answers(folder: Path, files: Sequence[Path]) -> Iterator[str]:
    """Merge what forms saved into `answers.yaml`.

    Args:
        folder: the audit's.
        files: what forms saved.

    Yields:
        Lines that say what was done with each file, and every conflict.

    Raises:
        PlanError: with everything that is wrong with the plan, the answers or the files; nothing is merged then.
    """
    plan, questions = read_plan(folder), catalogue()
    forms = read_forms(list(files), plan.folder, questions)
    told = merge(plan.folder, forms, questions)
    for form in forms:
        theirs = [each for each in told if each.file == form.path.name]
        counts = Counter(each.what for each in theirs)
        said = ", ".join(f"{counts[what]} {words}" for what, words in DONE.items() if counts[what])
        by = f"{form.by.name}, {SIGNING[form.by.role]}"
        yield f"{form.path.name} ({by}): {said or 'nothing in it'}."
    conflicts = [each for each in told if each.what == "both kept"]
    if conflicts:
        yield ""
        yield "Answered differently, and both kept; somebody must say which holds, in a new form or in answers.yaml:"
        yield from (f"- {_asked(each, questions)} ({' and '.join(each.names)})" for each in conflicts)


def _asked(told: Told, questions: Catalogue) -> str:
    base, _, finding = told.key.partition(":")
    question = {**questions.of_audit, **questions.of_findings}.get(base)
    return f"{question.question}{f' [{finding}]' if finding else ''}" if question else f"The {told.key}."
