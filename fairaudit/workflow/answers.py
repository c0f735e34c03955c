"""What people answered, decided and signed: `answers.yaml` beside the plan, read strictly."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, PrivateAttr, ValidationError

from fairaudit.errors import PlanError, Problem, nearest
from fairaudit.languages import marked
from fairaudit.plan.values import ListOnly, Strict, Text, Texts, refuse
from fairaudit.workflow.questions import GRADES, Catalogue, Question
from fairaudit.workflow.roles import SIGNING
from fairaudit.yaml_reader import Document, read_yaml

FILE = "answers.yaml"
LARGEST = 50_000_000
DECISIONS: Mapping[str, str] = {
    "adopt": marked("Adopt"),
    "adopt_with_conditions": marked("Adopt with conditions"),
    "pilot": marked("Pilot"),
    "adopt_despite": marked("Adopt despite the evidence"),
    "decline": marked("Do not adopt"),
}
TRIGGERS: Mapping[str, str] = {
    "version": marked("another version of the system"),
    "population": marked("other people are decided on"),
    "monitoring": marked("a limit of the monitoring was passed"),
    "incident": marked("somebody was harmed"),
    "scope": marked("it is used for something else"),
}
"""What forces a new audit, and in words."""


def _day(value: str) -> str:
    try:
        return datetime.date.fromisoformat(value).isoformat()
    except ValueError:
        refuse(f"{value!r} is no day", "Write year, month and day, such as 2026-03-03.")


def _sha256(value: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{64}", value):
        refuse(f"{value[:80]!r} is no SHA-256", "The forms write it, and the report prints it.")
    return value


Day = Annotated[str, AfterValidator(_day)]
Hash = Annotated[str, AfterValidator(_sha256)]


class By(Strict):
    """Who answered or signed."""

    role: Literal[tuple(SIGNING)] = Field(description="the role in which it is said")
    name: Text = Field(description="the person's name; a meeting may be named")


class Claim(Strict):
    """What the vendor claims, and how it was looked at."""

    claim: Text = Field(description="what is claimed")
    graded: Literal[tuple(GRADES)] = Field(description="claim, document or tested")
    evidence: str = Field(default="", description="the document or the test")


class Answer(Strict):
    """An answer to one question; without an answer, an unknown or a not applicable it is still open."""

    answer: str | int | float | bool | tuple[Claim, ...] | tuple[Text, ...] | None = Field(
        default=None, description="the answer"
    )
    unknown: str | None = Field(default=None, description="why it is not known")
    not_applicable: str | None = Field(default=None, description="why the question does not apply")
    by: By | None = Field(default=None, description="who answers: role and name")
    date: Day | None = Field(default=None, description="the day of the answer")
    evidence: Texts = Field(default=(), description="links, or files in the audit's folder")

    @property
    def state(self) -> str:
        """Say whether it is answered, unknown, not_applicable or open."""
        if _is_said(self.answer):
            return "answered"
        return "unknown" if _is_said(self.unknown) else "not_applicable" if _is_said(self.not_applicable) else "open"


def _is_said(value: Any) -> bool:
    return (
        bool(value.strip())
        if isinstance(value, str)
        else bool(value)
        if isinstance(value, tuple)
        else value is not None
    )


class Condition(Strict):
    """A condition of adoption."""

    text: str = Field(default="", description="what must hold")
    finding: str = Field(default="", description="the finding that it is about")
    owner: str = Field(default="", description="who answers for it, by name")
    due: Day | None = Field(default=None, description="the day by which it must hold")
    checked_by: str = Field(default="", description="how it is checked")
    contract: str = Field(default="", description="the wording for the contract")
    done: Day | None = Field(default=None, description="the day on which it was found to hold")

    @property
    def lacking(self) -> tuple[str, ...]:
        """Name what is not said."""
        return tuple(
            name for name in ("text", "finding", "owner", "due", "checked_by", "contract") if not getattr(self, name)
        )

    def overdue(self, today: datetime.date) -> bool:
        """Say whether its day has passed and nobody found it to hold."""
        return bool(self.due) and not self.done and datetime.date.fromisoformat(self.due) < today


class SignedAs(Strict):
    """Who signed what, when."""

    by: By = Field(description="who signs: role and name")
    statement: Text = Field(description="what is said by signing")
    date: Day = Field(description="the day")
    signed: Hash = Field(description="the hash of what was signed, as the report prints it")


class SignOff(SignedAs):
    """A signature under what was found and answered, in agreement or in dissent."""

    dissents: bool = Field(default=False, description="whether the person does not agree")


class Decision(SignedAs):
    """What was decided, by whom and why."""

    decision: Literal[tuple(DECISIONS)] = Field(description="what is decided")
    justification: str = Field(default="", description="of a decision against the evidence, why")
    lapses: Day | None = Field(default=None, description="the day on which it lapses, where sooner than the plan says")


class Other(Answer):
    """An answer that stands beside another one, or that stood before it."""

    id: Text = Field(description="the question's id")


class Trigger(Strict):
    """Something that happened and forces a new audit."""

    what: Literal[tuple(TRIGGERS)] = Field(description="what sort of thing")
    date: Day = Field(description="the day")
    text: Text = Field(description="what happened")


class Answers(Strict):
    """Everything in `answers.yaml`."""

    answers: dict[Text, Answer | None] = Field(default={}, description="each question's id: its answer")
    conditions: Annotated[tuple[Condition, ...], ListOnly] = Field(default=(), description="conditions of adoption")
    sign_offs: Annotated[tuple[SignOff, ...], ListOnly] = Field(default=(), description="signatures")
    decision: Decision | None = Field(default=None, description="what was decided")
    triggers: Annotated[tuple[Trigger, ...], ListOnly] = Field(default=(), description="what forces a new audit")
    conflicts: Annotated[tuple[Other, ...], ListOnly] = Field(
        default=(), description="other answers to a question that is answered; somebody must settle which holds"
    )
    comments: Annotated[tuple[Other, ...], ListOnly] = Field(
        default=(), description="what roles say to a question that another role has answered, or owes"
    )
    other_decisions: Annotated[tuple[Decision, ...], ListOnly] = Field(
        default=(), description="other decisions than the one above; an approver must settle which holds"
    )
    was: Annotated[tuple[Other, ...], ListOnly] = Field(default=(), description="answers that were replaced")
    earlier_conditions: Annotated[tuple[Condition, ...], ListOnly] = Field(
        default=(), description="conditions as they were before they were changed"
    )
    earlier_decisions: Annotated[tuple[Decision, ...], ListOnly] = Field(
        default=(), description="decisions that were replaced"
    )
    _sha256: str | None = None
    _attachments: dict[str, str] = PrivateAttr(default_factory=dict)

    @property
    def sha256(self) -> str | None:
        """The hash of the file; None where there is none."""
        return self._sha256

    @property
    def attachments(self) -> Mapping[str, str]:
        """Files that answers name, each with its hash."""
        return self._attachments

    def of(self, name: str) -> Answer:
        """Give the answer to a question; an open one where nobody has answered."""
        return self.answers.get(name) or Answer()

    def others(self, name: str) -> list[Other]:
        """Give the other answers to a question, which stand beside the first until somebody settles it."""
        return [other for other in self.conflicts if other.id == name]

    def comments_on(self, name: str) -> list[Other]:
        """Give what other roles say to a question than the one that owes the answer."""
        return [other for other in self.comments if other.id == name]


def key_of(question: str, finding: str | None) -> str:
    """Name a question as answers do: its id, and after a colon the finding's where it is asked of one."""
    return question if finding is None else f"{question}:{finding}"


def read_answers(folder: Path, catalogue: Catalogue) -> Answers:
    """Read an audit's answers.

    Args:
        folder: the audit's.
        catalogue: the questions.

    Returns:
        The answers; none where there is no file.

    Raises:
        PlanError: with every problem, each with its line.
    """
    path = folder / FILE
    if not path.is_file():
        return Answers()
    document = read_yaml(path, LARGEST)
    content = {} if document.content is None else document.content
    if not isinstance(content, dict):
        raise PlanError.one(FILE, "is no mapping", "It begins with `answers:`.")
    found, problems = checked(content, catalogue)
    problems += [] if found is None else _attached(found, folder)
    if problems:
        raise PlanError(
            [Problem(document.where(place), what, hint) for place, what, hint in _sorted(problems, document)]
        )
    found._sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def _sorted(problems: list, document: Document) -> list:
    return sorted(problems, key=lambda problem: document.line(problem[0]))


Found = list[tuple[tuple, str, str]]
LISTS = (
    "conditions",
    "sign_offs",
    "triggers",
    "conflicts",
    "comments",
    "other_decisions",
    "was",
    "earlier_conditions",
    "earlier_decisions",
)


def checked(content: Mapping[str, Any], catalogue: Catalogue) -> tuple[Answers | None, Found]:
    """Give the answers of plain data, or what is wrong with each."""
    keyed = {**content, "answers": content.get("answers") or {}}
    for name in LISTS:
        keyed[name] = keyed.get(name) or []
    try:
        found = Answers.model_validate(tuples(keyed))
    except ValidationError as error:
        return None, list(dict.fromkeys(_readable(entry) for entry in error.errors()))
    told = [(("answers", name), name, answer) for name, answer in found.answers.items()]
    told += [(("conflicts", place), other.id, other) for place, other in enumerate(found.conflicts)]
    told += [(("comments", place), other.id, other) for place, other in enumerate(found.comments)]
    return found, [problem for place, name, answer in told for problem in of_question(place, name, answer, catalogue)]


def tuples(value: Any) -> Any:
    """Lists of an answer are tuples, so that a strict model takes them."""
    if isinstance(value, dict):
        return {key: tuples(entry) for key, entry in value.items()}
    return tuple(map(tuples, value)) if isinstance(value, list) else value


MODELS = (Answer, By, Claim, Condition, SignOff, Decision, Trigger, Other, Answers)


def _readable(entry: Mapping[str, Any]) -> tuple[tuple, str, str]:
    """Turn one of pydantic's errors into a place, a sentence and a hint."""
    branches = {"str", "int", "float", "bool", "Claim", "[key]"}
    loc = tuple(
        part
        for part in entry["loc"]
        if part not in branches and not str(part).startswith(("tuple", "constrained", "function"))
    )
    last, kind = loc[-1] if loc else "", entry["type"]
    if kind == "plan":
        return loc, entry["ctx"]["what"], entry["ctx"]["hint"]
    if kind == "extra_forbidden":
        known = sorted({field for model in MODELS for field in model.model_fields})
        return loc, f"unknown key {last!r}", nearest(str(last), known)
    if kind == "missing":
        return loc, f"{last!r} is missing", _meaning(str(last))
    if kind == "literal_error":
        choices = re.findall(r"'([^']*)'", entry["ctx"]["expected"])
        return loc, f"{str(entry['input'])[:60]!r} is not one of the choices", nearest(str(entry["input"]), choices)
    if len(loc) > 2 and loc[0] == "answers" and loc[2] == "answer":
        return loc[:3], "this is no answer that can be read", "Write text, a number, true or false, or a list."
    return loc, "something else is meant here", _meaning(str(last))


def _meaning(key: str) -> str:
    for model in MODELS:
        if key in model.model_fields and model.model_fields[key].description:
            return f"It says {model.model_fields[key].description}."
    return "`fairaudit form` writes it for you."


def of_question(
    place: tuple, name: str, answer: Answer | None, catalogue: Catalogue
) -> Iterator[tuple[tuple, str, str]]:
    """Check an answer against its question.

    Args:
        place: where it stands.
        name: the question's id, and after a colon the finding's.
        answer: the answer.
        catalogue: the questions.

    Yields:
        The place, what is wrong, and what to do about it.
    """
    base, _, finding = name.partition(":")
    questions = catalogue.of_findings if finding else catalogue.of_audit
    question = questions.get(base)
    if question is None:
        known = [*catalogue.of_audit, *(f"{each}:FINDING" for each in catalogue.of_findings)]
        what = f"there is no question {base!r}" + (" on a finding" if finding else "")
        if base in catalogue.of_findings:
            what = f"{base!r} is asked of a finding"
            yield place, what, f"Write {base}: and the finding's id after it, such as {base}:block/race/selection_rate."
            return
        yield place, what, nearest(base, known)
        return
    if answer is None or answer.state == "open":
        return
    if sum(_is_said(value) for value in (answer.answer, answer.unknown, answer.not_applicable)) > 1:
        yield place, "an answer stands beside unknown or not_applicable", "Keep one of them."
    if answer.by is None:
        yield place, "nobody is named who answers", "Write by: {role: programme_owner, name: ...}."
    if answer.date is None:
        yield place, "the day of the answer is missing", "Write date: 2026-03-03."
    if answer.state == "not_applicable" and not question.not_applicable:
        yield (
            (*place, "not_applicable"),
            "this question always applies",
            "Answer it, or write unknown: with the reason.",
        )
    if answer.state == "answered":
        yield from _of_type((*place, "answer"), answer.answer, question)


def _of_type(place: tuple, value: Any, question: Question) -> Iterator[tuple[tuple, str, str]]:
    kind = question.answer
    if kind == "choice" and str(value) not in question.choices:
        yield place, f"{str(value)[:60]!r} is not one of the choices", nearest(str(value), list(question.choices))
    if kind == "claims" and not (isinstance(value, tuple) and all(isinstance(each, Claim) for each in value)):
        hint = "Write a list: - {claim: ..., graded: claim}; graded is claim, document or tested."
        yield place, "claims are meant, each with its grade", hint
    if kind != "claims" and isinstance(value, tuple) and any(isinstance(each, Claim) for each in value):
        yield place, "this question asks for no claims", "Write text."
    if kind == "date" and isinstance(value, str):
        try:
            datetime.date.fromisoformat(value)
        except ValueError:
            yield place, f"{value[:60]!r} is no day", "Write year, month and day, such as 2026-03-03."
    if kind == "number" and (isinstance(value, bool) or not isinstance(value, int | float)):
        yield place, f"{str(value)[:60]!r} is no number", "Write digits, without quotes."
    if kind == "link" and not is_link(str(value)):
        yield place, f"{str(value)[:60]!r} is no link", "Write an address that begins with https://."


def is_link(text: str) -> bool:
    """Say whether a text is an address of the web that a reader may follow."""
    return re.fullmatch(r"https?://[^\s<>\"']+", text) is not None


def is_attached(path: Path, folder: Path) -> bool:
    """Say whether a file lies in the audit's folder."""
    try:
        return folder.resolve() in path.resolve().parents and path.is_file()
    except (OSError, ValueError):  # a name too long, or one that no file can have
        return False


def _attached(found: Answers, folder: Path) -> Found:
    """Hash every file that an answer names; complain of those that are not there or lie elsewhere."""
    problems: Found = []
    files: dict[str, str] = {}
    told = [(("answers", name), answer) for name, answer in found.answers.items() if answer]
    told += [(("conflicts", place), other) for place, other in enumerate(found.conflicts)]
    for where, answer in told:
        for place, entry in enumerate(answer.evidence):
            if is_link(entry) or entry in files:
                continue
            path = folder / entry
            if not is_attached(path, folder):
                what = f"there is no file {entry[:80]!r} in the audit's folder"
                problems.append(
                    ((*where, "evidence", place), what, "Put it there, or write a link that begins with https://.")
                )
                continue
            files[entry] = hashlib.sha256(path.read_bytes()).hexdigest()
    found._attachments = dict(sorted(files.items()))
    return problems
