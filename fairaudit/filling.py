"""The two ends of a form: making it for a role, and merging what people saved with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fairaudit.completing import Status, Unfinished, status_of, status_or_unfinished
from fairaudit.errors import PlanError, UsageError, nearest
from fairaudit.folders import cannot_write
from fairaudit.languages import ENGLISH, LANGUAGES
from fairaudit.plan import read_plan
from fairaudit.workflow.answers import read_answers
from fairaudit.workflow.completeness import signers
from fairaudit.workflow.editing import Told, merge
from fairaudit.workflow.forms import read_forms
from fairaudit.workflow.questions import Catalogue, catalogue
from fairaudit.workflow.record import Record
from fairaudit.workflow.roles import SIGNING
from fairaudit.yaml_reader import read_yaml

if TYPE_CHECKING:
    from fairaudit.report.form import Audit

DONE = {
    "added": "added",
    "replaced": "replaced (the earlier one is kept)",
    "settled": "settled (the earlier ones are kept under was:)",
    "signed": "signed",
    "dissented": "signed in dissent",
    "decided": "decided",
    "decided anew": "decided anew (the earlier decision is kept under earlier_decisions:)",
    "both kept": "kept beside another answer",
    "commented": "kept as a comment beside the answer of the role that owes it",
    "unchanged": "there already",
}


def write_form(folder: Path, role: str, out: Path | None, language: str = "") -> Iterator[str]:
    """Write a role's form, one HTML page.

    Args:
        folder: the audit's.
        role: who fills it in, as a key of `SIGNING` or in words.
        out: the file; where None, `form-ROLE.html` in the audit's folder.
        language: of the page; that of the plan where empty. What was found stays in that of the report.

    Yields:
        Lines that say what was written.

    Raises:
        UsageError: there is no such role, or the file cannot be written.
        PlanError: the plan or the answers are wrong.
    """
    from fairaudit.report.form import form_page, questions_of

    name, folder = _role(role), folder_of(folder)
    language = language or _language(folder)
    told, unfinished = _audit(folder, language)
    path = out or folder / f"form-{name.replace('_', '-')}.html"
    if path.is_dir():
        raise UsageError.one(str(path), "is a folder", "Name a file, such as form.html.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(form_page(told, name, language), encoding="utf-8", newline="\n")
    except OSError as error:
        raise cannot_write(path, error) from None
    questions = questions_of(told, name)
    answers = told.record.answers
    open_ = [each for each in questions if answers.of(each.key).state == "open" or answers.others(each.key)]
    owed = sum(each.role == name for each in open_)
    others = f", and {len(open_) - owed} that others owe and it may answer" if len(open_) > owed else ""
    yield f"Wrote {path}: {len(questions)} questions for the {SIGNING[name]}; open are {owed} that it owes{others}."
    yield "It works in any browser without a network, and sends nothing. Send it to whoever answers."
    evidence = None if told.results is None else told.results["evidence"]
    if name in signers(told.record.tiered, evidence) and (told.results is None or told.stale):
        yield f"It has no part to sign: {' '.join(told.stale) or 'there is no report yet.'}"
    elif told.results is not None and not told.stale:
        yield f"It has a part to {'decide' if name == 'approver' else 'sign'}."
    if unfinished:
        yield f"The plan is not finished (`fairaudit check DIR` says where: {unfinished}); questions do not wait."


def folder_of(audit: Path) -> Path:
    """Give an audit's folder.

    Raises:
        PlanError: there is no plan.
    """
    folder = audit.parent if audit.is_file() else audit
    if not (folder / "audit.yaml").is_file():
        read_plan(folder)  # says so, and what may be meant
    return folder


def _audit(folder: Path, language: str) -> tuple[Audit, int]:
    """Give what a form is made from, and how many problems the plan has.

    People are asked before limits are set, and so before a plan is finished.
    """
    from fairaudit.report.form import Audit

    slug, questions = folder.resolve().name, catalogue()
    try:
        read_plan(folder)
    except PlanError as error:
        record = Record(questions, read_answers(folder, questions))
        return Audit(slug, _title(folder) or slug, record), len(error.problems)
    status = status_of(folder, language)
    return Audit(slug, status.plan.system.title, status.record, status.results, status.outdated), 0


def _title(folder: Path) -> str:
    """Give the system's name, where the plan can be read that far."""
    try:
        return str(read_yaml(folder / "audit.yaml").content["system"]["name"])
    except (PlanError, LookupError, TypeError):
        return ""


def _language(folder: Path) -> str:
    """Give the plan's language, where the plan can be read that far."""
    try:
        language = str(read_yaml(folder / "audit.yaml").content["language"])
    except (PlanError, LookupError, TypeError):
        return ENGLISH
    return language if language in LANGUAGES else ENGLISH


def _role(role: str) -> str:
    by_words = {words: name for name, words in SIGNING.items()}
    name = by_words.get(role.casefold(), role.casefold().replace("-", "_").replace(" ", "_"))
    if name not in SIGNING:
        raise UsageError.one("fairaudit form", f"there is no role {role!r}", nearest(role, list(SIGNING)))
    return name


def merge_answers(folder: Path, files: Sequence[Path]) -> Iterator[str]:
    """Merge what forms saved into `answers.yaml`.

    Args:
        folder: the audit's.
        files: what forms saved.

    Yields:
        Lines that say what was done with each file, and every conflict.

    Raises:
        PlanError: with everything that is wrong with the answers or the files; nothing is merged then.
    """
    folder, questions = folder_of(folder), catalogue()
    before = status_or_unfinished(folder)
    forms = read_forms(list(files), folder, questions)
    told = merge(folder, forms, questions)
    for form in forms:
        theirs = [each for each in told if each.file == str(form.path)]
        counts = Counter(each.what for each in theirs)
        said = ", ".join(f"{counts[what]} {words}" for what, words in DONE.items() if counts[what])
        by = f"{form.by.name}, {SIGNING[form.by.role]}"
        yield f"{form.path} ({by}): {said or 'nothing in it'}."
    conflicts = [each for each in told if each.what == "both kept"]
    if conflicts:
        yield ""
        yield "Answered differently, and both kept; somebody must say which holds, in a new form or in answers.yaml:"
        yield from (f"- {_asked(each, questions)} ({' and '.join(each.names)})" for each in conflicts)
    if any(each.what != "unchanged" for each in told):
        yield from _what_follows(folder, before, decided=any(each.key == "decision" for each in told))


def _what_follows(folder: Path, before: Status | Unfinished, *, decided: bool) -> Iterator[str]:
    """Say at once what the new answers change for others: who must sign, who must sign anew, what does not stand."""
    status = status_or_unfinished(folder)
    was, now = before.record.tiered, status.record.tiered
    if was.signs != now.signs:
        yield ""
        yield f"What is at stake is now judged as: {now.words.lower()} ({now.points} points; it was {was.points})."
        yield f"These sign: {', '.join(SIGNING[role] for role in now.signs)}."
        if gone := [SIGNING[role] for role in was.signs if role not in now.signs]:
            yield f"No longer asked to sign: {', '.join(gone)}. They still may."
    results = None if isinstance(status, Unfinished) else status.results
    earlier = None if isinstance(before, Unfinished) else before.results
    if results is None or earlier is None:
        return
    to_sign = earlier["determination"]["to_sign"]
    signed = [each for each in earlier["sign_offs"] if not (each["stale"] or each["replaced"])]
    names = [each["by"]["name"] for each in signed]
    names += [each["by"]["name"] for each in [earlier["determination"]["decision"]] if each["signed"] == to_sign]
    if names and results["determination"]["to_sign"] != to_sign:
        yield ""
        yield f"What was signed has changed. These must sign anew, after another run: {', '.join(names)}."
    decision = results["determination"]["decision"] if decided else None
    if decision and decision["decision"] and not decision["stands"]:
        yield ""
        yield f"{decision['words']} That decision does not stand:"
        yield from (f"- {reason}" for reason in decision["reasons"])


def _asked(told: Told, questions: Catalogue) -> str:
    base, _, finding = told.key.partition(":")
    question = questions.every.get(base)
    return f"{question.question}{f' [{finding}]' if finding else ''}" if question else f"The {told.key}."
