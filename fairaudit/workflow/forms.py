"""What a form saved: a JSON file that came from outside, read strictly, with everything that is wrong said at once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from fairaudit.errors import PlanError, Problem
from fairaudit.plan.values import Strict
from fairaudit.workflow.answers import (
    DECISIONS,
    Answer,
    By,
    Condition,
    Day,
    Decision,
    Hash,
    SignOff,
    is_attached,
    is_link,
    of_question,
    tuples,
)
from fairaudit.workflow.questions import Catalogue
from fairaudit.workflow.roles import CONDITIONS_BY, SIGNING

MADE_BY = "fairaudit form"
SCHEMA_VERSION = "1"
LARGEST = 50_000_000
AGAIN = "Make a new form (`fairaudit form DIR --for ROLE`), answer there, and save."


class Given(Answer):
    """An answer as a form saves it."""

    asked: str = Field(description="the question as it was asked")
    started_from: str = Field(default="", description="the hash of what stood there when the form was made")
    saved_before: tuple[Answer, ...] = Field(default=(), description="what the same form saved earlier")
    replaces: bool = Field(default=False, description="whether it settles a conflict")


class GivenCondition(Condition):
    """A condition as a form saves it."""

    started_from: str = Field(default="", description="the hash of the condition that it changes")
    saved_before: tuple[Condition, ...] = Field(default=(), description="what the same form saved earlier")


class Signs(Strict):
    """A signature as a form saves it."""

    statement: str
    signed: Hash
    dissents: bool = False


class Decides(Strict):
    """A decision as a form saves it."""

    decision: Literal[tuple(DECISIONS)]
    statement: str
    justification: str = ""
    lapses: Day | None = None
    signed: Hash
    started_from: str = ""
    replaces: bool = False


class Content(Strict):
    """Everything in a form's file."""

    made_by: Literal[MADE_BY]
    schema_version: str
    audit: str
    role: Literal[tuple(SIGNING)]
    name: str
    date: Day
    answers: dict[str, Given] = Field(default={})
    conditions: tuple[GivenCondition, ...] = Field(default=())
    sign_off: Signs | None = None
    decision: Decides | None = None


@dataclass(frozen=True)
class Form:
    """What somebody saved.

    Attributes:
        path: the file.
        by: who.
        content: what.
    """

    path: Path
    by: By
    content: Content

    def answers(self) -> Iterator[tuple[str, Given, Answer]]:
        """Give each question's id, what the form says of it, and the answer as it is kept."""
        for key, given in self.content.answers.items():
            said = {name: getattr(given, name) for name in ("answer", "unknown", "not_applicable", "evidence")}
            yield key, given, Answer(**said, by=self.by, date=self.content.date)

    def conditions(self) -> Iterator[tuple[GivenCondition, Condition]]:
        """Give what the form says of each condition, and the condition as it is kept."""
        for given in self.content.conditions:
            yield given, Condition(**{name: getattr(given, name) for name in Condition.model_fields})

    def sign_off(self) -> SignOff | None:
        """Give the signature."""
        signs = self.content.sign_off
        return signs and SignOff(**signs.model_dump(), by=self.by, date=self.content.date)

    def decision(self) -> Decision | None:
        """Give the decision."""
        decides = self.content.decision
        if decides is None:
            return None
        said = decides.model_dump(exclude={"started_from", "replaces"})
        return Decision(**said, by=self.by, date=self.content.date)


def read_forms(paths: list[Path], folder: Path, catalogue: Catalogue) -> list[Form]:
    """Read what forms saved.

    Args:
        paths: the files.
        folder: the audit's.
        catalogue: the questions.

    Raises:
        PlanError: with every problem of every file.
    """
    found, problems = [], []
    for path in paths:
        try:
            found.append(_read(path, folder, catalogue))
        except PlanError as error:
            problems += error.problems
    if problems:
        raise PlanError(problems)
    return found


def _read(path: Path, folder: Path, catalogue: Catalogue) -> Form:
    content = _content(_json(path), path)
    slug, name = folder.resolve().name, str(path)
    problems = []
    if content.audit != slug:
        hint = "Merge it there; if the folder was renamed since, write its new name as `audit` into the file."
        problems.append(Problem(name, f"is of the audit {_short(content.audit)!r}, and this is {slug!r}", hint))
    if not content.name.strip():
        problems.append(Problem(name, "nobody is named who answers", "Write your name in the form, and save again."))
    for said, what in ((content.sign_off, "signature"), (content.decision, "decision")):
        if said and not said.statement.strip():
            problems.append(
                Problem(name, f"the {what} says nothing", "Write in the form what you sign, and save again.")
            )
    if content.decision and content.role != "approver":
        problems.append(Problem(name, f"the {SIGNING[content.role]} decides", "Only an approver decides."))
    if content.conditions and content.role != CONDITIONS_BY:
        what = f"the {SIGNING[content.role]} writes conditions"
        problems.append(Problem(name, what, f"The {SIGNING[CONDITIONS_BY]} writes them."))
    if any(not each.text.strip() for each in content.conditions):
        problems.append(Problem(name, "a condition says nothing", "Write in the form what must hold, and save again."))
    if not problems or content.audit == slug:
        problems += _of_answers(content, name, folder, catalogue)
    if problems:
        raise PlanError(problems)
    return Form(path, By(role=content.role, name=content.name), content)


def _json(path: Path) -> Mapping[str, Any]:
    try:
        if path.stat().st_size > LARGEST:
            raise PlanError.one(str(path), "is larger than 50 MB", "Attach files as evidence instead of pasting them.")
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PlanError.one(str(path), "is broken: it is not UTF-8 text", "Save it from the form once more.") from None
    except OSError as error:
        raise PlanError.one(str(path), f"cannot be read ({error.strerror})") from None
    ours = "Name a file that the button “Save answers” of a form has written."
    try:
        found = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        what = "is broken, or no file of a form: it is not JSON"
        raise PlanError.one(f"{path} line {line}" if line else str(path), what, ours) from None
    if not isinstance(found, dict) or found.get("made_by") != MADE_BY:
        raise PlanError.one(str(path), "is no file that a form has saved", ours)
    if found.get("schema_version") != SCHEMA_VERSION:
        what = f"was saved by a form of another version ({_short(found.get('schema_version'))!r})"
        raise PlanError.one(str(path), what, AGAIN)
    return _well_formed(found)


def _no_number(_word: str) -> None:
    raise ValueError("no number")


def _well_formed(value: Any) -> Any:
    """Put the sign for what cannot be read in the place of half a character, which no file can hold."""
    if isinstance(value, dict):
        return {_well_formed(key): _well_formed(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_well_formed(entry) for entry in value]
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if isinstance(value, str) else value


def _content(found: Mapping[str, Any], path: Path) -> Content:
    try:
        return Content.model_validate(tuples(found))
    except ValidationError as error:
        problems = dict.fromkeys(_problem(entry, str(path)) for entry in error.errors())
        raise PlanError(problems) from None


def _problem(entry: Mapping[str, Any], name: str) -> Problem:
    place = [str(part) for part in entry["loc"]][: 3 if entry["loc"][:1] == ("answers",) else 2]
    where = f"{name}: {_short('.'.join(place))}"
    if entry["type"] == "plan":
        return Problem(where, entry["ctx"]["what"], "Mend it in the form, and save again.")
    what = {"missing": "is missing", "extra_forbidden": "is nothing that a form saves"}
    return Problem(where, what.get(entry["type"], "is not what a form saves"), "Save it from the form once more.")


def _of_answers(content: Content, name: str, folder: Path, catalogue: Catalogue) -> Iterator[Problem]:
    by, known = By(role=content.role, name=content.name.strip() or "?"), catalogue.every
    for key, given in content.answers.items():
        where, question = f"{name}: {_short(key)}", known.get(key.partition(":")[0])
        if question is None:
            asked = _short(given.asked, 120)
            yield Problem(where, f"the question “{asked}” is no longer asked (another version of the questions)", AGAIN)
            continue
        if given.asked != question.question:
            what = "the question was asked otherwise (another version of the questions)"
            yield Problem(where, what, f"It now reads: {question.question} {AGAIN}")
        if content.role not in question.roles:
            yield Problem(where, f"this question is not for the {SIGNING[content.role]}", AGAIN)
        elif given.replaces and content.role != question.roles[0]:
            what = f"only the {SIGNING[question.roles[0]]} can settle which answer holds"
            yield Problem(where, what, AGAIN)
        if given.state == "open":
            yield Problem(where, "there is no answer", "Answer it in the form, and save again.")
        answer = given.model_copy(update={"by": by, "date": content.date})
        for place, what, hint in of_question((), key, answer, catalogue):
            yield Problem(".".join([where, *map(str, place)]), what, hint)
        for entry in given.evidence:
            if not is_link(entry) and not is_attached(folder / entry, folder):
                what = f"there is no file {_short(entry, 80)!r} in the audit's folder"
                yield Problem(where, what, "Put it there and merge again, or give a link that begins with https://.")


def _short(text: Any, most: int = 60) -> str:
    text = str(text)
    return text if len(text) <= most else text[: most - 1] + "…"
