"""What is still open, from whom: questions, conditions and signatures. Pure functions of plain values."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fairaudit.languages import chained, marked, say
from fairaudit.sentences import finding_named
from fairaudit.workflow.answers import Answers, SignOff, key_of
from fairaudit.workflow.questions import Catalogue, Question
from fairaudit.workflow.roles import CONDITIONS_BY, SIGNING
from fairaudit.workflow.state import on_vendors_counts
from fairaudit.workflow.tier import Tiered

NOT_ASKED_YET = ("after_results",)
RELIES_ON_VENDOR, VOUCHES = "vendor-counts", "legal"
"""The question why counts of the vendor's may be relied on, and the role that answers and signs it."""


@dataclass(frozen=True)
class Asked:
    """One question as it is asked in an audit.

    Attributes:
        key: its name among the answers.
        question: the question.
        finding: the id of the finding it is asked of; None where it is asked of the audit.
        blocks: whether it holds up adoption while it is open.
        about: what the finding is of, in words; empty where it is asked of the audit.
    """

    key: str
    question: Question
    finding: str | None
    blocks: bool
    about: str = ""

    @property
    def role(self) -> str:
        """Who owes the answer."""
        return self.question.roles[0]


@dataclass(frozen=True)
class Open:
    """Something that somebody still owes.

    Attributes:
        id: of the question, condition or signature.
        role: who owes it.
        question: what is owed, in words.
        why: why it is still open.
        blocks: whether it holds up adoption.
    """

    id: str
    role: str
    question: str
    why: str
    blocks: bool

    def as_dict(self) -> dict[str, Any]:
        """Give it as plain data, the role in words."""
        return {**vars(self), "role": SIGNING[self.role]}


def gravest_first(entries: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Order what is open: what holds up adoption first, all else as it stands."""
    return sorted(entries, key=lambda each: not each["blocks"])


def wants_answers(findings: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Give the findings that are asked about: those that block and are flagged or not demonstrated."""
    return [finding for finding in findings if finding["blocks"] and finding["verdict"] != "cleared"]


def asked(catalogue: Catalogue, tiered: Tiered, evidence: Sequence[Mapping[str, Any]] | None) -> list[Asked]:
    """List every question of an audit.

    Args:
        catalogue: the questions.
        tiered: the audit's tier, which says what blocks.
        evidence: the blocks of the results; None where there are none yet.
    """
    of_audit = [
        Asked(name, question, None, question.blocks_in(tiered.tier))
        for name, question in catalogue.of_audit.items()
        if (evidence is not None or question.stage not in NOT_ASKED_YET) and _applies(question, evidence)
    ]
    of_findings = [
        Asked(
            key_of(name, finding["id"]),
            question,
            finding["id"],
            question.blocks_in(tiered.tier),
            finding_named(finding, evidence),
        )
        for block in evidence or ()
        for finding in wants_answers(block["findings"])
        for name, question in catalogue.of_findings.items()
    ]
    return [*of_audit, *of_findings]


def _applies(question: Question, evidence: Sequence[Mapping[str, Any]] | None) -> bool:
    """Say whether there is in this audit what a question is about."""
    return question.where is None or bool(evidence is not None and on_vendors_counts(evidence))


def signers(tiered: Tiered, evidence: Sequence[Mapping[str, Any]] | None) -> tuple[str, ...]:
    """Name the roles that must sign: those of the tier, and whoever must vouch for counts of the vendor's."""
    signs = tiered.signs
    if evidence is None or VOUCHES in signs or not on_vendors_counts(evidence):
        return signs
    place = signs.index("approver") if "approver" in signs else len(signs)
    return (*signs[:place], VOUCHES, *signs[place:])


def vouched(answers: Answers, to_sign: str) -> bool:
    """Say whether the role that answers for the law has signed why counts of the vendor's may be relied on.

    It has where it has answered that question, nobody of it has answered otherwise, somebody of it has signed what is
    there now, and nobody of it does not agree.
    """
    given = answers.of(RELIES_ON_VENDOR)
    if given.state != "answered" or given.by is None or given.by.role != VOUCHES or answers.others(RELIES_ON_VENDOR):
        return False
    theirs = [each for each in standing_sign_offs(answers, to_sign) if each.by.role == VOUCHES]
    return any(each.signed == to_sign for each in theirs) and not any(each.dissents for each in theirs)


def open_questions(questions: Sequence[Asked], answers: Answers) -> list[Open]:
    """List the questions that are not answered. "Unknown" leaves one open that blocks."""
    found = []
    for each in questions:
        given = answers.of(each.key)
        if given.state in ("answered", "not_applicable") or (given.state == "unknown" and not each.blocks):
            continue
        unknown = given.state == "unknown"
        why = say("not known: {reason}", reason=given.unknown) if unknown else say("not answered")
        question = say(each.question.question)
        said = question if each.finding is None else f"{question} ({each.about})"
        found.append(Open(each.key, each.role, said, why, each.blocks))
    return found


def open_conflicts(catalogue: Catalogue, answers: Answers) -> list[Open]:
    """List the questions to which several answers stand; until somebody says which holds, they hold up adoption."""
    known = catalogue.every
    found = []
    for key in dict.fromkeys(other.id for other in answers.conflicts):
        question = known[key.partition(":")[0]]
        names = [_who(each) for each in (answers.of(key), *answers.others(key))]
        said = say("Several answers stand; say which holds: {question}", question=say(question.question))
        why = say("answered differently by {names}", names=chained(names))
        found.append(Open(f"conflict/{key}", question.roles[0], said, why, True))
    if answers.other_decisions:
        names = [_who(each) for each in (answers.decision, *answers.other_decisions)]
        said = say("Several decisions stand; say which holds.")
        why = say("decided differently by {names}", names=chained(names))
        found.append(Open("conflict/decision", "approver", said, why, True))
    return found


def _who(entry: Any) -> str:
    if not entry or not entry.by:
        return say("somebody who is not named")
    return f"{entry.by.name} ({say(SIGNING[entry.by.role])})"


def open_limits(findings: Sequence[Mapping[str, Any]]) -> list[Open]:
    """List the limits of which the plan does not say who chose them, and why; each once."""
    found = {}
    for finding in findings:
        if finding["blocks"] and not finding["tolerance"]["because"]:
            said = say("Who chose the limit of {title}, and why that one?", title=finding["title"])
            told = say("the plan has no because:")
            found.setdefault(said, Open(f"limit/{finding['id']}", "programme_owner", said, told, True))
    return list(found.values())


def open_conditions(answers: Answers, findings: Sequence[Mapping[str, Any]], *, needed: bool) -> list[Open]:
    """List conditions that are not complete; one that is missing where adoption needs any."""
    known = {finding["id"] for finding in findings}
    found = []
    for place, condition in enumerate(answers.conditions, 1):
        lacking = [say(WORDS_OF_CONDITION[name]) for name in condition.lacking]
        if condition.finding and condition.finding not in known:
            lacking.append(say("a finding that there is"))
        if lacking:
            text = condition.text or say("without a text")
            said = say("Complete condition {place}: {what}", place=place, what=text)
            why = say("it lacks {what}", what=", ".join(lacking))
            found.append(Open(f"condition/{place}", CONDITIONS_BY, said, why, True))
    if needed and len(found) == len(answers.conditions):
        said = say("Write at least one condition: what must hold, for which finding, who answers for it, by when.")
        found.append(Open("condition", CONDITIONS_BY, said, say("there is none that is complete"), True))
    return found


WORDS_OF_CONDITION = {
    "text": marked("what must hold"),
    "finding": marked("the finding"),
    "owner": marked("an owner"),
    "due": marked("a day"),
    "checked_by": marked("how it is checked"),
    "contract": marked("wording for the contract"),
}


def standing_sign_offs(answers: Answers, to_sign: str) -> list[SignOff]:
    """Give the signatures that count: each person's newest in a role.

    Where somebody has signed for a role what is there now, older agreement of others in that role is history; an
    objection stays until whoever made it signs anew.
    """
    newest = {each.by: each for each in answers.sign_offs}
    fresh = {each.by.role for each in newest.values() if each.signed == to_sign}
    return [
        each
        for each in answers.sign_offs
        if newest[each.by] is each and (each.signed == to_sign or each.dissents or each.by.role not in fresh)
    ]


def open_sign_offs(answers: Answers, signs: Sequence[str], to_sign: str) -> list[Open]:
    """List the roles that have not signed what is there now. The approver signs by deciding."""
    found = []
    for role in signs:
        if role == "approver":
            continue
        theirs = [each for each in standing_sign_offs(answers, to_sign) if each.by.role == role]
        if any(each.signed == to_sign for each in theirs):
            continue
        why = say("the signature is of earlier results or answers") if theirs else say("not signed")
        said = say("Sign what was found and answered, or say that you do not agree.")
        found.append(Open(f"sign-off/{role}", role, said, why, True))
    return found


def overdue(answers: Answers, today: datetime.date) -> Iterator[str]:
    """Name conditions whose day has passed."""
    for place, condition in enumerate(answers.conditions, 1):
        if condition.overdue(today):
            yield f"Condition {place} was due on {condition.due}, and {condition.owner} has not reported it done."
