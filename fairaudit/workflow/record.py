"""What people have done about an audit: answers, register, signatures; joined with what the evidence says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fairaudit.languages import say
from fairaudit.plan import Plan
from fairaudit.workflow import completeness, determination
from fairaudit.workflow.answers import Answer, Answers, Claim, SignOff, is_link, read_answers
from fairaudit.workflow.questions import GRADES, STAGES, Catalogue, Instrument, catalogue
from fairaudit.workflow.registration import Register, Stood, read_register, stands
from fairaudit.workflow.roles import ROLES, SIGNING
from fairaudit.workflow.state import HEADLINES, evidence_state
from fairaudit.workflow.tier import Tiered, tier_of


@dataclass(frozen=True)
class Record:
    """What people have done about an audit.

    Attributes:
        questions: the questions that are asked.
        answers: what was answered, decided and signed.
        register: when which plan was recorded, and each look at data.
    """

    questions: Catalogue = field(default_factory=catalogue)
    answers: Answers = field(default_factory=Answers)
    register: Register = field(default_factory=Register)

    @property
    def tiered(self) -> Tiered:
        """The impact tier."""
        return tier_of(self.questions, self.answers)


def read_record(plan: Plan) -> Record:
    """Read what people have done about an audit.

    Raises:
        PlanError: `answers.yaml` or `register.json` is wrong, with every problem.
    """
    questions = catalogue()
    return Record(questions, read_answers(plan.folder, questions), read_register(plan.folder))


# --- joined with the evidence ----------------------------------------------------------------------------------------


def registration_of(
    record: Record, plan: Plan, data: Mapping[str, str], blocks: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """Say how the plan stands to what was registered, as plain data.

    Args:
        record: what people have done.
        plan: the plan as it is.
        data: each block's id: the hash of its source.
        blocks: the evidence blocks of the results, of whose findings it is said which are touched.
    """
    stood = stands(record.register, plan, plan.content, data)
    return {
        "standing": stood.standing,
        "at": stood.at,
        "commit": stood.commit,
        "words": _words_of(stood),
        "deviations": [_deviation(entry) for entry in stood.deviations],
        "unexplained": stood.unexplained and bool(stood.at),
        "exploratory": list(stood.exploratory),
        "touched": [vars(change) for change in stood.touched],
        "touched_findings": [
            f["id"] for block in blocks for f in block["findings"] if stood.at and stood.is_touched(f)
        ],
        "looks": [{"at": look.at, "plan_sha256": look.plan_sha256} for look in stood.looks],
        "over": dict(stood.over),
    }


def _deviation(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {**entry, "changes": [dict(change) for change in entry["changes"]]}


def _words_of(stood: Stood) -> str:
    day, changed = (stood.at or "")[:10], [entry for entry in stood.deviations if entry["changes"]]
    if stood.standing == "exploratory" and stood.at is None:
        return say("Exploratory: the plan was not registered before results were seen.")
    if stood.standing == "exploratory":
        if changed:
            return say(
                "Exploratory: the plan was registered on {day}, after results had been seen. It was changed since.",
                day=day,
            )
        return say("Exploratory: the plan was registered on {day}, after results had been seen.", day=day)
    if stood.standing == "changed":
        return say("Registered on {day}; changed after results were seen in what a verdict may depend on.", day=day)
    if changed:
        return say(
            "Registered on {day}, before results. It was changed since, only where no results had been seen.", day=day
        )
    return say("Registered on {day}, before results.", day=day)


def completed(
    record: Record, audit: Mapping[str, Any], blocks: Sequence[Mapping[str, Any]], months: int
) -> dict[str, Any]:
    """Join the evidence with what people have done.

    Args:
        record: what people have done.
        audit: of the results, with its registration.
        blocks: the evidence blocks of the results.
        months: after how many months the audit lapses.

    Returns:
        The keys determination, tier, answers, conditions, sign_offs, open_questions of the results.
    """
    answers, tiered = record.answers, record.tiered
    findings = [finding for block in blocks for finding in block["findings"]]
    signs = completeness.signers(tiered, blocks)
    questions = completeness.asked(record.questions, tiered, blocks)
    told = _answers(record, questions)
    conditions = [_condition(entry) for entry in answers.conditions]
    signed = determination.to_sign({"audit": audit, "evidence": blocks, "answers": told, "conditions": conditions})
    standing = completeness.standing_sign_offs(answers, signed)
    vouched = completeness.vouched(answers, signed)
    state = evidence_state(blocks, audit["registration"]["over"], vouched=vouched)
    wants_conditions = state.state == "supported_with_conditions" or (
        answers.decision is not None and answers.decision.decision == "adopt_with_conditions"
    )
    of_conditions = completeness.open_conditions(answers, findings, needed=wants_conditions)
    open_ = [
        *completeness.open_limits(findings),
        *completeness.open_questions(questions, answers),
        *completeness.open_conflicts(record.questions, answers),
        *of_conditions,
        *completeness.open_sign_offs(answers, signs, signed),
    ]
    decision = determination.decided(
        answers, state.state, signed, [each.id for each in open_], bool(answers.conditions) and not of_conditions
    )
    return {
        "determination": {
            "evidence_state": state.state,
            "headline": say(HEADLINES[state.state]),
            "would_be": state.demonstration,
            "reasons": list(state.reasons),
            "complete": not any(each.blocks for each in open_),
            "decision": {**vars(decision), "reasons": list(decision.reasons), **_decision(answers)},
            "lapses": determination.lapses(answers, months),
            "lapses_after_months": months,
            "triggers": determination.triggered(answers),
            "to_sign": signed,
        },
        "tier": {**tiered._asdict(), "signs": [SIGNING[role] for role in signs]},
        "answers": told,
        "conditions": conditions,
        "sign_offs": [_sign_off(entry, signed, standing) for entry in answers.sign_offs],
        "open_questions": [each.as_dict() for each in [*open_, *_of_people(audit, decision)]],
    }


def _of_people(audit: Mapping[str, Any], decision: determination.Decided) -> list[completeness.Open]:
    """What is open beside answers and signatures: registering, and the decision."""
    found, registration = [], audit["registration"]
    if registration["at"] is None:
        said = say("Register the plan before data are looked at (`fairaudit register DIR`).")
        found.append(completeness.Open("register", "analyst", said, say("the plan is not registered"), False))
    elif registration["unexplained"]:
        said = say("Say why the plan was changed after it was registered (`fairaudit register DIR --because ...`).")
        found.append(completeness.Open("register", "analyst", said, say("a change has no reason"), True))
    if not decision.stands:
        said = say("Yes, with conditions or as a pilot, or no: who decides, and why?")
        found.append(completeness.Open("decision", "approver", said, " ".join(decision.reasons), False))
    return found


def _decision(answers: Answers) -> dict[str, Any]:
    decision = answers.decision
    if decision is None:
        return {"by": None, "date": None, "statement": "", "justification": "", "signed": None}
    told = {"by": _by(decision), "date": decision.date, "statement": decision.statement}
    return {**told, "justification": decision.justification, "signed": decision.signed}


def _by(entry: Any) -> dict[str, str] | None:
    return None if entry.by is None else {"role": SIGNING[entry.by.role], "name": entry.by.name}


def _sign_off(entry: SignOff, signed: str, standing: Sequence[SignOff]) -> dict[str, Any]:
    return {
        "by": _by(entry),
        "date": entry.date,
        "statement": entry.statement,
        "dissents": entry.dissents,
        "signed": entry.signed,
        "stale": entry.signed != signed,
        "replaced": entry not in standing,
    }


def _condition(entry: Any) -> dict[str, Any]:
    return {**entry.model_dump(), "complete": not entry.lacking}


def _answers(record: Record, questions: Sequence[completeness.Asked]) -> list[dict[str, Any]]:
    """Write every question with its answer, by section; at the end, answers to what is no longer asked."""
    places = {name: place for place, name in enumerate(record.questions.sections)}
    ordered = sorted(questions, key=lambda each: places[each.question.section])
    told = [_answer(record, each.key, each, record.answers.of(each.key)) for each in ordered]
    known = {each.key for each in questions}
    kept = [(key, answer) for key, answer in record.answers.answers.items() if key not in known and answer]
    return told + [_answer(record, key, None, answer) for key, answer in kept if answer.state != "open"]


def _answer(record: Record, key: str, each: completeness.Asked | None, given: Answer) -> dict[str, Any]:
    base, _, finding = key.partition(":")
    question = each.question if each else record.questions.every[base]
    return {
        "id": key,
        "question": say(question.question),
        "english": question.question,
        "section": say(record.questions.sections[question.section]),
        "stage": say(STAGES[question.stage]),
        "role": ROLES[question.roles[0]],
        "finding": finding or None,
        "asked": each is not None,
        "blocks": bool(each and each.blocks),
        **_said(record, given, question),
        "others": [_said(record, other, question) for other in record.answers.others(key)],
        "comments": [_said(record, other, question) for other in record.answers.comments_on(key)],
        "requirements": list(question.requirements),
        "asked_by": [_instrument(record.questions.instruments[name]) for name in question.asked_by],
    }


def _said(record: Record, given: Answer, question: Any) -> dict[str, Any]:
    """Write an answer as plain data: what is said, by whom, with what to show for it."""
    return {
        "state": given.state,
        "text": text_of(given, question) if given.state == "answered" else "",
        "value": _value(given, question),
        "reason": (given.unknown or given.not_applicable or "") if given.state in ("unknown", "not_applicable") else "",
        "by": _by(given),
        "date": given.date,
        "evidence": [
            {"text": entry, "link": is_link(entry), "sha256": record.answers.attachments.get(entry)}
            for entry in given.evidence
        ],
    }


def _value(given: Answer, question: Any) -> Any:
    """Give what is said in the report's language as the questions call it: a choice's id, claims with their grades."""
    if given.state != "answered":
        return None
    if question.answer == "choice":
        return str(given.answer)
    claims = isinstance(given.answer, tuple) and any(isinstance(each, Claim) for each in given.answer)
    return [each.model_dump() for each in given.answer] if claims else None


def _instrument(instrument: Instrument) -> str:
    told = {"name": instrument.name, "citation": instrument.citation, "day": instrument.as_of}
    return say("{name} ({citation}; as of {day})", **told)


def text_of(given: Answer, question: Any) -> str:
    """Write an answer as Markdown text."""
    value = given.answer
    if question.answer == "choice":
        return say(question.choices[str(value)].words)
    if isinstance(value, tuple):
        return "\n".join(f"- {_claim(each) if isinstance(each, Claim) else each}" for each in value)
    return str(value)


def _claim(each: Claim) -> str:
    grade = say(GRADES[each.graded])
    return f"{each.claim} ({grade}{': ' + each.evidence if each.evidence else ''})"
