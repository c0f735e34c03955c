"""The form: one self-contained HTML page with a role's questions, that works offline and sends nothing anywhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from fairaudit.disclosure import public_copy
from fairaudit.languages import ENGLISH, say, speaking
from fairaudit.report.html import HERE, page, words
from fairaudit.sentences import finding_named
from fairaudit.workflow.answers import DECISIONS, Answer
from fairaudit.workflow.completeness import Asked, asked, signers, wants_answers
from fairaudit.workflow.determination import ALLOWED
from fairaudit.workflow.editing import plain, standing, standing_condition, standing_decision
from fairaudit.workflow.forms import MADE_BY, SCHEMA_VERSION
from fairaudit.workflow.questions import GRADES
from fairaudit.workflow.record import Record, text_of
from fairaudit.workflow.roles import CONDITIONS_BY, ROLES, SIGNING

COMMUNITY = "community"
STAGES_OF_COMMUNITY = ("before_limits", "after_results")
MOST_OF_COMMUNITY = 10
SAID = ("answer", "unknown", "not_applicable", "evidence")


@dataclass(frozen=True)
class Audit:
    """What a form is made from.

    Attributes:
        slug: the name of the audit's folder.
        title: the system's name and version.
        record: what people have answered, decided and signed.
        results: of the last report, with what people have done since; None where there is none.
        stale: why the report is not of what is there now; nothing is signed then.
    """

    slug: str
    title: str
    record: Record
    results: Mapping[str, Any] | None = None
    stale: Sequence[str] = ()


def form_page(audit: Audit, role: str, language: str = ENGLISH) -> str:
    """Write a role's form.

    Args:
        audit: what it is made from.
        role: who fills it in; a key of `SIGNING`.
        language: of questions and fixed words. What the form saves is the same in every language.

    Returns:
        One HTML page. Its script is the only one that may run, and it can reach nothing.
    """
    with speaking(language):
        return _form_page(audit, role, language)


def _form_page(audit: Audit, role: str, language: str) -> str:
    w = words(language)["form"]
    questions = [_question(audit, each, role, place, w) for place, each in enumerate(questions_of(audit, role), 1)]
    signing, conditions = _signing(audit, role), _conditions(audit, role)
    told = {
        "made_by": MADE_BY,
        "schema_version": SCHEMA_VERSION,
        "audit": audit.slug,
        "role": role,
        "questions": [each["data"] for each in questions],
        "conditions": conditions["stand"],
        "to_sign": signing["to_sign"],
        "decision_started_from": standing_decision(audit.record.answers),
        "words": w["script"],
        "meeting": words(ENGLISH)["form"]["script"]["meeting"],  # it becomes part of a name, which is saved
    }
    script = _script()
    return page(
        "form.html",
        language,
        audit=audit,
        role=role,
        role_words=say(SIGNING[role]),
        meeting=role == COMMUNITY,
        groups=_groups(questions, role, w),
        findings=_findings(audit, role, {each["finding"] for each in questions}),
        signing=signing,
        conditions=conditions,
        grades={name: say(grade) for name, grade in GRADES.items()},
        data=told,
        form_style=Markup(_file("form.css")),
        script=Markup(script),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )


@lru_cache(maxsize=4)
def _file(name: str) -> str:
    return (HERE / "templates" / name).read_text(encoding="utf-8")


def _script() -> str:
    return f"\n{_file('form.js')}"


# --- questions -------------------------------------------------------------------------------------------------------


def questions_of(audit: Audit, role: str) -> list[Asked]:
    """List a role's questions: those that it owes and are open, those that it may answer too, those answered already.

    The community is asked at most ten: before limits are set, and after results.
    """
    evidence = None if audit.results is None else audit.results["evidence"]
    record = audit.record
    theirs = [each for each in asked(record.questions, record.tiered, evidence) if role in each.question.roles]
    if role == COMMUNITY:
        theirs = [each for each in theirs if each.question.stage in STAGES_OF_COMMUNITY and each.finding is None]
        stages = [STAGES_OF_COMMUNITY.index(each.question.stage) for each in theirs]
        theirs = [each for _, each in sorted(zip(stages, theirs, strict=True), key=lambda pair: pair[0])]
        return theirs[:MOST_OF_COMMUNITY]
    return sorted(theirs, key=lambda each: _order(each, role, record))


def _order(each: Asked, role: str, record: Record) -> int:
    if not _is_open(each, record):
        return 2
    return 0 if each.role == role else 1


def _is_open(each: Asked, record: Record) -> bool:
    """Say whether somebody must still answer; answers that contradict each other leave a question open."""
    answers = record.answers
    return answers.of(each.key).state == "open" or bool(answers.others(each.key))


def _question(audit: Audit, each: Asked, role: str, place: int, w: Mapping[str, Any]) -> dict[str, Any]:
    """Prepare one question: what is shown, and what the script needs."""
    answers, question = audit.record.answers, each.question
    stored, others = answers.of(each.key), answers.others(each.key)
    is_comment = _is_comment(each, role, stored)
    comments = [said for said in answers.comments_on(each.key) if said.by and said.by.role == role]
    now = (comments[-1] if comments else Answer()) if is_comment else stored
    return {
        "place": place,
        "id": f"q{place}",
        "question": say(question.question),
        "why": say(question.why),
        "kind": question.answer,
        "choices": [{"id": name, "words": say(choice.words)} for name, choice in question.choices.items()],
        "not_applicable": question.not_applicable,
        "blocks": each.blocks and _is_open(each, audit.record),
        "finding": each.finding,
        "owed_by": None if each.role == role else say(ROLES[each.role]),
        "stage": question.stage,
        "order": _order(each, role, audit.record),
        "answered": _who(stored, w) if stored.state != "open" else "",
        "standing": _text(stored, question, w) if is_comment else "",
        "conflict": [_quoted(said, question, w) for said in (stored, *others)] if others else [],
        "settles": bool(others) and each.role == role,
        "comments": [_quoted(said, question, w) for said in answers.comments_on(each.key)],
        "data": {
            "id": f"q{place}",
            "key": each.key,
            "kind": question.answer,
            "asked": question.question,  # in English, so that the answer is merged whatever the language
            "shown": say(question.question),
            "started_from": standing(answers, each.key),
            "now": {name: value for name, value in plain(now).items() if name in SAID},
            "told": is_comment,
            "conflict": bool(others) and each.role == role,
            "owes": each.role == role,
        },
    }


def _is_comment(each: Asked, role: str, stored: Answer) -> bool:
    """Say whether what this role says is kept beside the answer, since another role has given it."""
    return each.role != role and stored.state != "open" and bool(stored.by) and stored.by.role != role


def _quoted(said: Answer, question: Any, w: Mapping[str, Any]) -> dict[str, str]:
    return {"who": _who(said, w), "text": _text(said, question, w)}


def _who(said: Answer, w: Mapping[str, Any]) -> str:
    if said.by is None:
        return w["answered_by_nobody"]
    return w["answered_by"].format(said.by.name, say(SIGNING[said.by.role]), said.date)


def _text(said: Answer, question: Any, w: Mapping[str, Any]) -> str:
    if said.state == "answered":
        return text_of(said, question)
    return f"{w[said.state]} {said.unknown or said.not_applicable or ''}"


def _groups(questions: Sequence[Mapping[str, Any]], role: str, w: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Put questions under headings: of the community by stage, of all others by who owes them."""
    if role == COMMUNITY:
        headings = [w["before_limits"], w["after_results"]]
        places = [STAGES_OF_COMMUNITY.index(each["stage"]) for each in questions]
    else:
        headings = [w["yours"], w["also"], w["done"]]
        places = [each["order"] for each in questions]
    groups = []
    for place, heading in enumerate(headings):
        theirs = [each for each, its in zip(questions, places, strict=True) if its == place]
        if theirs:
            groups.append({"heading": heading, "questions": theirs, "stage": theirs[0]["stage"]})
    return groups


# --- what was found --------------------------------------------------------------------------------------------------


def _findings(audit: Audit, role: str, asked_here: set[str | None]) -> dict[str, Any] | None:
    """Write what was found, in sentences; to the community, those of the public copy."""
    if audit.results is None:
        return None
    copy = public_copy(audit.results) if role == COMMUNITY else audit.results
    found = [finding for block in copy["evidence"] for finding in block["findings"] if finding["blocks"]]
    told = [each for each in found if role != COMMUNITY or _may_be_told(each)]
    state = audit.results["determination"]
    return {
        "headline": state["headline"],
        "would_be": state["would_be"],
        "told": told,
        "asked_of": {each["id"]: each for each in wants_answers(found)},
        "asked_here": bool(wants_answers(found)) and {each["id"] for each in told} <= asked_here,
        "left_out": len(found) - len(told),
        "smallest": max(copy["audit"].get("smallest_cell", {}).values(), default=0),
    }


def _may_be_told(finding: Mapping[str, Any]) -> bool:
    """Say whether the public copy tells of both groups that a finding names."""
    return bool(finding["groups"]) and not set(finding["worst_pair"]) & set(finding["not_told"])


# --- conditions ------------------------------------------------------------------------------------------------------


def _conditions(audit: Audit, role: str) -> dict[str, Any]:
    """Prepare the part where the programme owner writes conditions, once something was found that they can be about."""
    evidence = audit.results["evidence"] if audit.results is not None else []
    stand = audit.record.answers.conditions if role == CONDITIONS_BY else ()
    return {
        "asked": role == CONDITIONS_BY and audit.results is not None,
        "findings": {
            f["id"]: finding_named(f, evidence) for block in evidence for f in block["findings"] if f["blocks"]
        },
        "stand": [
            {"id": f"c{place}", "started_from": standing_condition(each), "now": plain(each)}
            for place, each in enumerate(stand, 1)
        ],
    }


# --- signing ---------------------------------------------------------------------------------------------------------


def _signing(audit: Audit, role: str) -> dict[str, Any]:
    """Prepare the part that is signed: none before there is a report of what is there now."""
    must = role in signers(audit.record.tiered, None if audit.results is None else audit.results["evidence"])
    ready = audit.results is not None and not audit.stale
    state = audit.results["determination"] if audit.results is not None else None
    decisions = [
        {"id": name, "words": say(told), "allowed": state is not None and state["evidence_state"] in ALLOWED[name]}
        for name, told in DECISIONS.items()
    ]
    answers = audit.record.answers
    return {
        "asked": ready,
        "later": must and not ready,
        "may": ready and not must,
        "decides": role == "approver",
        "decisions": decisions,
        "to_sign": state["to_sign"] if ready else None,
        "signatures": [each for each in audit.results["sign_offs"] if not each["replaced"]] if ready else [],
        "conditions": audit.results["conditions"] if ready and role == "approver" else [],
        "stands": [
            {"words": say(DECISIONS[each.decision]), "by": each.by.name, "date": each.date}
            for each in (answers.decision, *answers.other_decisions)
            if each
        ],
        "conflict": bool(answers.other_decisions),
        "signed": [each for each in answers.sign_offs if each.by.role == role],
        "open": sum(each["blocks"] and not each["id"].startswith("sign-off/") for each in _open_of(audit)),
    }


def _open_of(audit: Audit) -> Sequence[Mapping[str, Any]]:
    return audit.results["open_questions"] if audit.results is not None else ()
