"""Evidence state, completeness and decision joined: what is said of the audit, and whether the gate opens.

Pure functions, with every reason listed. Answers cannot move the evidence state, but for the signed reason why counts
of the vendor's may be relied on; and a decision cannot move either.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fairaudit.errors import listed
from fairaudit.languages import marked, say
from fairaudit.workflow.answers import DECISIONS, TRIGGERS, Answers, Decision
from fairaudit.workflow.roles import SIGNING
from fairaudit.workflow.state import EvidenceState

SUPPORTED = ("supported", "supported_with_conditions")
ALLOWED: Mapping[str, tuple[str, ...]] = {
    "adopt": ("supported",),
    "adopt_with_conditions": SUPPORTED,
    "pilot": ("supported", "supported_with_conditions", "not_demonstrated"),
    "adopt_despite": ("not_supported", "not_demonstrated", "supported_with_conditions"),
    "decline": ("supported", "supported_with_conditions", "not_demonstrated", "not_supported"),
}
"""What may be decided on which evidence state."""
JUSTIFIES = ("cause", "justified", "less-unequal", "mitigation")
"""Questions that must be answered of every finding, for a decision against the evidence."""


NOT_ALLOWED: Mapping[str, str] = {
    "adopt": marked("The evidence does not allow to adopt: that would be to adopt despite the evidence."),
    "adopt_with_conditions": marked(
        "The evidence does not allow to adopt with conditions: that would be to adopt despite the evidence."
    ),
    "pilot": marked("The evidence does not allow to pilot: that would be to adopt despite the evidence."),
}


@dataclass(frozen=True)
class Decided:
    """A decision, as it stands now.

    Attributes:
        decision: what was decided; None where nobody has.
        words: the same in words, with who decided and when.
        stands: whether it holds: fresh, allowed on this evidence, and with all it needs.
        reasons: why it does not.
    """

    decision: str | None
    words: str
    stands: bool
    reasons: tuple[str, ...]


def to_sign(results: Mapping[str, Any]) -> str:
    """Hash what is signed: system, plan, evidence, answers, conditions; not the signatures themselves.

    Sentences are no part of it, so that a report in another language is signed by the same signature: of the evidence,
    numbers and verdicts count, with what they are of; of an answer, what somebody said, and the question in English.

    Args:
        results: with the keys audit, evidence, answers, conditions.
    """
    registration = {name: part for name, part in results["audit"]["registration"].items() if name != "words"}
    signed = {
        "system": results["audit"]["system"],
        "plan": results["audit"]["plan_sha256"],
        "registration": registration,
        "rehearsal": results["audit"]["rehearsal"],
        "code": results["audit"]["code"],
        "evidence": _without_words(results["evidence"]),
        "answers": [_as_given(answer) for answer in results["answers"]],
        "conditions": results["conditions"],
    }
    text = json.dumps(signed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


NAMES = frozenset({
    "id", "kind", "origin", "decided_by", "evidence", "measure", "comparison", "reference", "verdict", "name",
    "attribute", "group", "groups", "grouping", "worst_pair", "worse_off", "other", "pair", "by", "stratum", "check",
    "scenario", "few", "too_few",
})  # fmt: skip
"""Keys of the evidence whose texts are the same in every language: what numbers and verdicts are of."""
IN_WORDS = ("question", "section", "stage", "role", "text", "asked_by")
"""Parts of an answer in the report's language, or that say nothing; `english` and `value` stand for them."""


def _without_words(value: Any, key: str = "") -> Any:
    """Keep of evidence what is no matter of language: numbers, truth values, and texts that are names."""
    if isinstance(value, Mapping):
        kept = {name: _without_words(entry, name) for name, entry in value.items()}
        return {name: entry for name, entry in kept.items() if entry is not WORDS}
    if isinstance(value, list | tuple):
        return [entry for entry in (_without_words(each, key) for each in value) if entry is not WORDS]
    return WORDS if isinstance(value, str) and key not in NAMES else value


WORDS = object()


def _as_given(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Keep of an answer what somebody said; free text as it is, a choice and claims by what the questions call them."""
    kept = {name: part for name, part in answer.items() if name not in IN_WORDS}
    told = {name: [_as_given(each) for each in answer[name]] for name in ("others", "comments") if name in answer}
    return {**kept, **told, "value": answer["text"] if answer["value"] is None else answer["value"]}


def decided(
    answers: Answers, state: EvidenceState, signed: str, open_keys: Sequence[str], conditions_complete: bool
) -> Decided:
    """Say how the decision stands.

    Args:
        answers: with the decision, if any.
        state: the evidence state.
        signed: the hash of what is there now.
        open_keys: the ids of what is still open.
        conditions_complete: whether at least one condition is complete, and none incomplete.
    """
    decision = answers.decision
    if decision is None:
        return Decided(None, say("Nobody has decided."), False, (say("Nobody has decided."),))
    reasons = []
    if decision.by.role != "approver":
        role = say(SIGNING[decision.by.role])
        reasons.append(say("The decision is by the {role}; an approver decides.", role=role))
    if decision.signed != signed:
        reasons.append(say("The decision was made on earlier results or answers than these."))
    if state not in ALLOWED[decision.decision]:
        reasons.append(_not_allowed(decision, state))
    if decision.decision == "adopt_with_conditions" and not conditions_complete:
        reasons.append(say("Adoption with conditions needs at least one condition, and each of them complete."))
    if decision.decision == "adopt_despite":
        if not decision.justification.strip():
            reasons.append(say("A decision against the evidence needs a written justification."))
        if missing := [key for key in open_keys if key.partition(":")[0] in JUSTIFIES]:
            reasons.append(
                say(
                    "A decision against the evidence needs answers on every finding; {number} are open.",
                    number=len(missing),
                )
            )
    told = {"name": decision.by.name, "date": decision.date}
    words = say("{decision}: decided by {name} on {date}.", decision=say(DECISIONS[decision.decision]), **told)
    return Decided(decision.decision, words, not reasons, tuple(reasons))


def _not_allowed(decision: Decision, state: EvidenceState) -> str:
    if decision.decision == "adopt_despite":
        return say("The evidence supports adoption, so that nothing is adopted despite it: write adopt.")
    if state == "supported_with_conditions":
        return say("The evidence supports adoption with conditions only: to adopt without them is to adopt despite it.")
    return say(NOT_ALLOWED[decision.decision])


def lapses(answers: Answers, months: int) -> str | None:
    """Give the day on which the audit lapses: months after the decision, or sooner where the decision says so."""
    decision = answers.decision
    if decision is None:
        return None
    latest = _months_after(datetime.date.fromisoformat(decision.date), months).isoformat()
    return min(latest, decision.lapses) if decision.lapses else latest


def _months_after(day: datetime.date, months: int) -> datetime.date:
    year, month = divmod(day.month - 1 + months, 12)
    first_of_next = datetime.date(day.year + year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (first_of_next - datetime.timedelta(days=1)).day
    return datetime.date(day.year + year, month + 1, min(day.day, last))


def triggered(answers: Answers) -> list[str]:
    """List what has happened since the decision and forces a new audit."""
    since = answers.decision.date if answers.decision else ""
    return [
        say("On {date}: {what} ({told}).", date=each.date, what=say(TRIGGERS[each.what]), told=each.text)
        for each in answers.triggers
        if each.date >= since
    ]


MAY_START = "A pilot was decided and may start: what is found in it is audited before anything is adopted."


@dataclass(frozen=True)
class Gate:
    """Whether a system may be adopted on this audit.

    Attributes:
        opens: whether it may.
        reasons: every reason why not.
        pilot: where a pilot was decided, whether it may start; the gate is about adoption.
    """

    opens: bool
    reasons: tuple[str, ...]
    pilot: tuple[str, ...] = ()

    @property
    def pilot_may_start(self) -> bool:
        """Say whether a pilot was decided that lacks nothing."""
        return self.pilot == (MAY_START,)


def gate(results: Mapping[str, Any], today: datetime.date, late: Sequence[str] = ()) -> Gate:
    """Say whether the gate opens.

    It opens only where the evidence supports adoption, with or without conditions; the records are real; the plan was
    registered before results were seen; everything is answered and signed; nothing has lapsed or is overdue; and an
    approver has decided to adopt, with conditions where the evidence needs them, or to pilot.

    Args:
        results: what `results.json` holds.
        today: the day on which it is asked.
        late: what else stands in the way by that day.
    """
    found = results["determination"]
    reasons = []
    if found["evidence_state"] not in SUPPORTED:
        reasons += [found["headline"], *found["reasons"]]
    if found["would_be"]:
        reasons.append("Some of the records are made up: a demonstration supports nothing.")
    if results["audit"]["rehearsal"]:
        reasons.append("This is a rehearsal: the groups were shuffled.")
    if drafted := results["audit"]["drafted"]:
        reasons.append(f"The plan is not finished: {listed(drafted)} still as `fairaudit init` wrote it.")
    registration = results["audit"]["registration"]
    if registration["standing"] != "registered":
        reasons.append(registration["words"])
    if not found["complete"]:
        blocking = sum(each["blocks"] for each in results["open_questions"])
        said = "thing is still open that holds" if blocking == 1 else "things are still open that hold"
        reasons.append(f"{blocking} {said} up adoption.")
    decision = found["decision"]
    if decision["decision"] in (None, "decline", "adopt_despite") or not decision["stands"]:
        reasons += decision["reasons"] or [decision["words"]]
    if found["lapses"] and today.isoformat() > found["lapses"]:
        reasons.append(f"The audit lapsed on {found['lapses']}.")
    reasons += [*found["triggers"], *late]
    reasons = tuple(dict.fromkeys(reasons))
    return Gate(not reasons, reasons, tuple(_pilot(results, reasons)))


def _pilot(results: Mapping[str, Any], reasons: Sequence[str]) -> Iterator[str]:
    """Say whether a pilot that was decided may start: all must hold that holds for adoption, but for the evidence."""
    found = results["determination"]
    if found["decision"]["decision"] != "pilot":
        return
    of_evidence = (found["headline"], *found["reasons"]) if found["evidence_state"] == "not_demonstrated" else ()
    missing = [reason for reason in reasons if reason not in of_evidence]
    if not missing:
        yield MAY_START
    else:
        yield f"A pilot was decided, and may not start yet: {' '.join(missing)}"
