"""Put answers into `answers.yaml`: comments, order and quoting stay, and no answer is ever overwritten.

What changes is computed on plain values (`merged`), then written into the text that is there (`write_answers`). What
was written is read back before it takes the file's place.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from fairaudit import resources
from fairaudit.errors import PlanError
from fairaudit.workflow.answers import (
    FILE,
    LARGEST,
    LISTS,
    Answer,
    Answers,
    Condition,
    Decision,
    Other,
    checked,
    read_answers,
)
from fairaudit.workflow.forms import Form, Given, GivenCondition
from fairaudit.workflow.questions import Catalogue
from fairaudit.workflow.yaml_text import edited
from fairaudit.yaml_reader import read_yaml

What = Literal[
    "added",
    "replaced",
    "settled",
    "unchanged",
    "both kept",
    "commented",
    "signed",
    "dissented",
    "decided",
    "decided anew",
]
SAID = ("answer", "unknown", "not_applicable", "evidence")


@dataclass(frozen=True)
class Told:
    """What became of one thing that a form saved.

    Attributes:
        what: what was done.
        key: the question's id; "signature" or "decision".
        file: the form's file.
        names: of a conflict, who says otherwise: whoever stands there first.
    """

    what: What
    key: str
    file: str
    names: tuple[str, ...] = ()


def plain(answer: Any) -> dict[str, Any]:
    """Give an answer, signature or decision as plain data, without what is not said."""
    found = answer.model_dump(mode="json")
    found = {"id": found.pop("id"), **found} if "id" in found else found
    return {key: value for key, value in found.items() if value not in (None, [], "") and value is not False}


def standing(answers: Answers, key: str) -> str:
    """Hash what stands under a question, so that a form remembers what it was started from; "" of an open one."""
    entries = [plain(each) for each in (answers.of(key), *answers.others(key)) if each.state != "open"]
    return _hash(entries)


def standing_decision(answers: Answers) -> str:
    """Hash the decision that stands, with others beside it; "" where there is none."""
    return _hash([plain(each) for each in (answers.decision, *answers.other_decisions) if each])


def _hash(entries: Sequence[Any]) -> str:
    text = json.dumps(entries, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest() if entries else ""


def _same(one: Answer, other: Answer) -> bool:
    """Say whether two answers say the same, whoever gave them and when."""
    return [getattr(one, name) for name in SAID] == [getattr(other, name) for name in SAID]


# --- what changes ----------------------------------------------------------------------------------------------------


def merged(answers: Answers, form: Form, catalogue: Catalogue) -> tuple[Answers, list[Told]]:
    """Join what a form saved with what stands.

    An answer that is open is filled. Where the answer still stands that the form was started from, or that the same
    form saved earlier, the new one takes its place and the old one goes to `was`. Any other answer is kept beside it:
    under `conflicts` where it is of the role that owes the answer, which alone can settle it, and else under
    `comments`. The same again changes nothing.

    Args:
        answers: what stands.
        form: what was saved.
        catalogue: the questions, which say who owes an answer.

    Returns:
        What stands then, and what was done.
    """
    told = []
    for key, given, answer in form.answers():
        owner = catalogue.every[key.partition(":")[0]].roles[0]
        join = _with_answer if form.by.role == owner or answers.of(key).state == "open" else _with_comment
        answers, what = join(answers, key, given, answer, owner)
        names = tuple(each.by.name for each in (answers.of(key), *answers.others(key)) if each.by)
        told.append(Told(what, key, str(form.path), names if what == "both kept" else ()))
    for given, condition in form.conditions():
        answers, what = _with_condition(answers, given, condition)
        told.append(Told(what, "condition", str(form.path)))
    if (signed := form.sign_off()) is not None:
        known = signed in answers.sign_offs
        answers = answers if known else answers.model_copy(update={"sign_offs": (*answers.sign_offs, signed)})
        what = "unchanged" if known else "dissented" if signed.dissents else "signed"
        told.append(Told(what, "signature", str(form.path)))
    if (decision := form.decision()) is not None:
        answers, what = _with_decision(answers, form, decision)
        names = tuple(each.by.name for each in (answers.decision, *answers.other_decisions) if each)
        told.append(Told(what, "decision", str(form.path), names if what == "both kept" else ()))
    return answers, told


def _with_answer(answers: Answers, key: str, given: Given, answer: Answer, owner: str) -> tuple[Answers, What]:
    """Join an answer of the role that owes it, or of another where nobody has answered yet."""
    stored, others = answers.of(key), answers.others(key)
    is_started = given.started_from == standing(answers, key)
    if others and given.replaces and is_started:
        rest = tuple(each for each in answers.conflicts if each.id != key)
        old = [_other(key, stored), *others]
        return _put(answers, key, answer, old).model_copy(update={"conflicts": rest}), "settled"
    if any(_same(answer, each) for each in (stored, *others)):
        return answers, "unchanged"
    if stored.state == "open":
        return _put(answers, key, answer, []), "added"
    if not others and stored.by and stored.by.role != owner:  # somebody else had answered in its place
        comments = (*answers.comments, _other(key, stored))
        return _put(answers, key, answer, []).model_copy(update={"comments": comments}), "added"
    is_own = stored.by and stored.by.role == answer.by.role and any(_same(stored, each) for each in given.saved_before)
    if not others and (is_started or is_own):
        return _put(answers, key, answer, [_other(key, stored)]), "replaced"
    if any(each.id == key and _same(each, answer) and each.by == answer.by for each in answers.was):
        return answers, "unchanged"  # an older file, merged once more
    beside = answers.conflicts
    earlier = [each for each in others if each.by == answer.by and any(_same(each, old) for old in given.saved_before)]
    kept = tuple(each for each in beside if each not in earlier)  # the same form's own answer is replaced there too
    update = {"conflicts": (*kept, _other(key, answer)), "was": (*answers.was, *earlier)}
    return answers.model_copy(update=update), "both kept"


def _with_comment(answers: Answers, key: str, given: Given, answer: Answer, owner: str) -> tuple[Answers, What]:
    """Keep what a role says that does not owe the answer beside it; where its own stands, that is replaced."""
    stored, beside = answers.of(key), answers.comments_on(key)
    if any(_same(answer, each) for each in (stored, *answers.others(key), *beside)):
        return answers, "unchanged"
    own = stored.by and stored.by.role == answer.by.role and stored.by.role != owner
    if own and (given.started_from == standing(answers, key) or any(_same(stored, old) for old in given.saved_before)):
        return _put(answers, key, answer, [_other(key, stored)]), "replaced"
    if any(each.id == key and _same(each, answer) and each.by == answer.by for each in answers.was):
        return answers, "unchanged"  # an older file, merged once more
    earlier = [each for each in beside if each.by == answer.by]
    kept = tuple(each for each in answers.comments if each not in earlier)
    update = {"comments": (*kept, _other(key, answer)), "was": (*answers.was, *earlier)}
    return answers.model_copy(update=update), "commented"


def _put(answers: Answers, key: str, answer: Answer, old: Iterable[Other]) -> Answers:
    return answers.model_copy(
        update={"answers": {**answers.answers, key: answer}, "was": (*answers.was, *old)},
    )


def _other(key: str, answer: Answer) -> Other:
    return Other(id=key, **{name: getattr(answer, name) for name in Answer.model_fields})


def standing_condition(condition: Condition) -> str:
    """Hash a condition, so that a form remembers which one it changes."""
    return _hash([plain(condition)])


def _with_condition(answers: Answers, given: GivenCondition, condition: Condition) -> tuple[Answers, What]:
    """Join a condition: one that it changes gives way, and is kept; where that is no longer there, it is added."""
    stand = answers.conditions
    if condition in stand or condition in answers.earlier_conditions:
        return answers, "unchanged"
    changed = [each for each in stand if each in given.saved_before or standing_condition(each) == given.started_from]
    if not changed:
        return answers.model_copy(update={"conditions": (*stand, condition)}), "added"
    conditions = tuple(condition if each is changed[0] else each for each in stand)
    update = {"conditions": conditions, "earlier_conditions": (*answers.earlier_conditions, changed[0])}
    return answers.model_copy(update=update), "replaced"


def _with_decision(answers: Answers, form: Form, decision: Decision) -> tuple[Answers, What]:
    stored, others, saved = answers.decision, answers.other_decisions, form.content.decision
    if decision in (stored, *others, *answers.earlier_decisions):
        return answers, "unchanged"
    if stored is None:
        return answers.model_copy(update={"decision": decision}), "decided"
    is_started = saved.started_from == standing_decision(answers)
    is_own = stored.by == decision.by and stored.signed == decision.signed  # changed again in the same form
    if (is_started and saved.replaces) or (not others and (is_started or is_own)):
        earlier = (*answers.earlier_decisions, stored, *others)
        update = {"decision": decision, "other_decisions": (), "earlier_decisions": earlier}
        return answers.model_copy(update=update), "decided anew"
    return answers.model_copy(update={"other_decisions": (*others, decision)}), "both kept"


# --- writing it down -------------------------------------------------------------------------------------------------


def merge(folder: Path, forms: Sequence[Form], catalogue: Catalogue) -> list[Told]:
    """Merge what forms saved into an audit's `answers.yaml`, which is made where there is none.

    Args:
        folder: the audit's.
        forms: what was saved, in the order to merge.
        catalogue: the questions.

    Returns:
        What was done with each answer, signature and decision.

    Raises:
        PlanError: `answers.yaml` cannot be read, or cannot be written; it then stays as it was.
    """
    before = answers = read_answers(folder, catalogue)
    told: list[Told] = []
    for form in forms:
        answers, done = merged(answers, form, catalogue)
        told += done
    if any(each.what != "unchanged" for each in told):
        write_answers(folder, before, answers, catalogue)
    return told


def write_answers(folder: Path, before: Answers, after: Answers, catalogue: Catalogue) -> None:
    """Write what has changed between two states of the answers into the file.

    Args:
        folder: the audit's.
        before: what the file holds.
        after: what it shall hold.
        catalogue: the questions.

    Raises:
        PlanError: the file was changed in between, cannot be written, or would not read back as what was meant.
    """
    path = (folder / FILE).resolve()
    try:
        was = path.read_bytes() if path.is_file() else None
        if (hashlib.sha256(was).hexdigest() if was is not None else None) != before.sha256:
            raise PlanError.one(FILE, "was changed in the meantime", "Nothing was written. Try again.")
        text = was.decode("utf-8-sig") if was is not None else _head()
        aside = path.with_name(f".{FILE}.new")
        written = edited(text, _plain_of(before), _plain_of(after))
        aside.write_bytes(written.encode("utf-8"))
        try:
            _refuse_other(aside, after, catalogue)
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        raise PlanError.one(
            FILE, f"cannot be written ({error.strerror or error})", "See who may write there."
        ) from None


def _head() -> str:
    return resources.template(FILE).read_text(encoding="utf-8")


def _plain_of(answers: Answers) -> dict[str, Any]:
    """Give answers as the file holds them."""
    found: dict[str, Any] = {"answers": {key: plain(each) for key, each in answers.answers.items() if each}}
    for name in LISTS:
        found[name] = [plain(each) for each in getattr(answers, name)]
    found["decision"] = plain(answers.decision) if answers.decision else None
    return found


def _refuse_other(path: Path, meant: Answers, catalogue: Catalogue) -> None:
    """Read back what was written; refuse it where it does not say the same."""
    content = read_yaml(path, LARGEST).content or {}
    found, _ = checked(content, catalogue)
    if found is None or _plain_of(found) != _plain_of(meant):
        what = "would not hold what was meant, so nothing was written"
        raise PlanError.one(
            FILE, what, "Simplify how the file is written (no flow style), or write the answer by hand."
        )
