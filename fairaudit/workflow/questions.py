"""The questions that an audit asks of people: `templates/questions.yaml`, read strictly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from fairaudit import resources
from fairaudit.errors import PlanError, Problem, nearest
from fairaudit.languages import marked
from fairaudit.plan.values import ListOnly, Strict, Text, Texts
from fairaudit.workflow.roles import ROLES, SIGNING
from fairaudit.yaml_reader import Document, read_yaml

Tier = Literal["low", "moderate", "high"]
TIERS: tuple[Tier, ...] = ("low", "moderate", "high")
BLOCKS_FROM = {"always": 0, "moderate": 1, "high": 2, "never": 3}
STAGES = {
    "before_limits": marked("before limits are set"),
    "before_results": marked("before results are seen"),
    "after_results": marked("after results"),
    "before_adoption": marked("before adoption"),
    "after_adoption": marked("for the time after adoption"),
}
KINDS = ("text", "choice", "list", "date", "link", "number", "claims")
GRADES = {
    "claim": marked("only claimed"),
    "document": marked("a document was seen"),
    "tested": marked("tested by us"),
}
"""How a claim of the vendor is graded, and in words."""


class Choice(Strict):
    """One of the answers to choose from."""

    words: Text = Field(description="the answer in words")
    points: int = Field(default=0, ge=0, description="its points, of a question that decides the tier")


class Instrument(Strict):
    """An official instrument that asks the same."""

    name: Text = Field(description="its name")
    citation: Text = Field(description="where it stands")
    as_of: Text = Field(description="the day from which that text holds, such as 2025-04-03")


class Question(Strict):
    """One question, asked of the audit or of each finding that is not cleared."""

    question: Text = Field(description="what is asked, in plain words")
    why: Text = Field(description="why it is asked")
    roles: Annotated[tuple[Literal[tuple(ROLES)], ...], ListOnly, Field(min_length=1)] = Field(
        description="who may answer; the first owes the answer"
    )
    stage: Literal[tuple(STAGES)] = Field(default="before_results", description="when it is asked")
    section: Text = Field(default="system", description="the heading that it stands under")
    answer: Literal[KINDS] = Field(default="text", description="what an answer is")
    choices: dict[Text, Choice] = Field(default={}, description="of a choice: each answer's id, with its words")
    blocks: Literal[tuple(BLOCKS_FROM)] = Field(
        default="never", description="from which tier an open answer holds up adoption"
    )
    of: Literal["audit", "finding"] = Field(default="audit", description="whether each finding is asked about")
    where: Literal["vendor_counts"] | None = Field(
        default=None, description="asked only there: where counts of the vendor's alone can block adoption"
    )
    not_applicable: bool = Field(default=True, description='whether "not applicable" is an answer')
    requirements: Texts = Field(default=(), description="ids of requirements")
    asked_by: Texts = Field(default=(), description="instruments that ask the same")

    def blocks_in(self, tier: Tier) -> bool:
        """Say whether it holds up adoption of a system of this tier while it is open."""
        return TIERS.index(tier) >= BLOCKS_FROM[self.blocks]


class TierRule(Strict):
    """From how many points on a tier holds, and who must sign then."""

    at_least: int = Field(ge=0, description="points from which on it holds")
    signs: Annotated[tuple[Literal[tuple(SIGNING)], ...], ListOnly] = Field(description="who must sign")
    words: Text = Field(description="what it is called")


class Tiering(Strict):
    """The questions that decide the tier, and what each tier asks for."""

    says: Text = Field(description="what these questions are")
    questions: dict[Text, Question] = Field(description="the questions, each a choice with points")
    tiers: dict[Literal[TIERS], TierRule] = Field(description="each tier's rule")


class Catalogue(Strict):
    """Everything in `questions.yaml`."""

    sections: dict[Text, Text] = Field(description="each section's heading, in order")
    instruments: dict[Text, Instrument] = Field(description="official instruments")
    tier: Tiering = Field(description="the tier's questions")
    questions: dict[Text, Question] = Field(description="all other questions")

    @property
    def every(self) -> Mapping[str, Question]:
        """Give every question by its id."""
        return {**self.of_audit, **self.of_findings}

    @property
    def of_audit(self) -> Mapping[str, Question]:
        """Give the questions that are asked once an audit, those that decide the tier first."""
        return {**self.tier_questions, **{name: q for name, q in self.questions.items() if q.of == "audit"}}

    @property
    def of_findings(self) -> Mapping[str, Question]:
        """Give the questions that are asked once of each finding that blocks and is not cleared."""
        return {name: q for name, q in self.questions.items() if q.of == "finding"}

    @property
    def tier_questions(self) -> Mapping[str, Question]:
        """Give the questions that decide the tier: each is a choice, and holds up adoption."""
        told = {"answer": "choice", "blocks": "always", "section": "system", "not_applicable": False}
        return {name: q.model_copy(update=told) for name, q in self.tier.questions.items()}


@cache
def catalogue(path: Path | None = None) -> Catalogue:
    """Read the questions.

    Args:
        path: the file; that of `templates/` where None.

    Raises:
        PlanError: with every problem of the file, each with its line.
    """
    document = read_yaml(path or resources.template("questions.yaml"))
    try:
        found = Catalogue.model_validate(document.content)
    except ValidationError as error:
        raise PlanError([_readable(document, entry) for entry in error.errors()]) from None
    if problems := list(_across(found, document)):
        raise PlanError(problems)
    return found


def _readable(document: Document, entry: Mapping[str, Any]) -> Problem:
    place = tuple(part for part in entry["loc"] if part != "[key]")
    message = entry["msg"].removeprefix("Value error, ")
    if entry["type"] == "extra_forbidden":
        known = [name for name in Question.model_fields if name != "of"]
        return Problem(document.where(place), f"unknown key {place[-1]!r}", nearest(str(place[-1]), known))
    return Problem(document.where(place), message[:1].lower() + message[1:], "The comment on top of the file says.")


def _across(found: Catalogue, document: Document) -> list[Problem]:
    """Check what stands across entries."""
    problems = []

    def complain(place: Sequence[str], what: str, hint: str) -> None:
        problems.append(Problem(document.where(tuple(place)), what, hint))

    for where, questions in (("tier", found.tier.questions), ("", found.questions)):
        for name, question in questions.items():
            place = [*(["tier"] if where else []), "questions", name]
            if question.section not in found.sections:
                complain(
                    [*place, "section"],
                    f"no section {question.section!r}",
                    nearest(question.section, list(found.sections)),
                )
            for instrument in question.asked_by:
                if instrument not in found.instruments:
                    complain(
                        [*place, "asked_by"],
                        f"no instrument {instrument!r}",
                        nearest(instrument, list(found.instruments)),
                    )
            if (where or question.answer == "choice") and len(question.choices) < 2:
                complain(place, "a choice needs at least two answers", "Write choices: with an id and words each.")
            if ":" in name:
                complain(place, f"the id {name!r} holds a colon", "Use small letters and hyphens.")
    if twice := sorted(set(found.tier.questions) & set(found.questions)):
        complain(["questions", twice[0]], f"the id {twice[0]!r} stands twice", "Give each question an id of its own.")
    if found.tier.tiers.keys() != set(TIERS) or found.tier.tiers["low"].at_least:
        complain(
            ["tier", "tiers"], "low, moderate and high are meant, low from 0 points on", "Write each of them once."
        )
    return problems
