"""An audit of made-up records that its test treats as historical, and answers to all of its questions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from fairaudit.workflow.answers import read_answers
from fairaudit.workflow.completeness import asked
from fairaudit.workflow.questions import catalogue
from fairaudit.workflow.roles import ROLES
from fairaudit.workflow.tier import tier_of

PLAN = """\
system: {{name: Screener, version: "{version}"}}
evidence:
  - id: screened
    kind: decisions
    data:
      source: records.csv
      origin: {origin}
      decided_by: this_system
      decision: {{column: decision, is: [1], is_not: [0]}}
    being_selected_is: a benefit
    groups: {{group: {{levels: [A, B]}}}}
    measures: [{{measure: selection_rate, ratio: {limit}, because: Policy 7}}]
"""
SELECTED = {"cleared": (600, 590), "flagged": (600, 300), "not_demonstrated": (6, 5)}
SIZE = {"cleared": 1000, "flagged": 1000, "not_demonstrated": 10}
LOW = {
    "tier-stakes": "information",
    "tier-automation": "none",
    "tier-undone": "days",
    "tier-choice": "refuse_yes",
    "tier-people": "few",
    "tier-weaker": "weaker_no",
}
HIGH = {
    "tier-stakes": "liberty",
    "tier-automation": "alone",
    "tier-undone": "never",
    "tier-choice": "refuse_no",
    "tier-people": "many",
    "tier-weaker": "weaker_yes",
}


def write_audit(folder: Path, verdict: str = "cleared", **told: Any) -> Path:
    """Write plan and records of an audit whose only finding has a verdict."""
    folder.mkdir(parents=True, exist_ok=True)
    size, selected = SIZE[verdict], SELECTED[verdict]
    rows = [f"{g},{int(place < k)}" for g, k in zip("AB", selected, strict=True) for place in range(size)]
    (folder / "records.csv").write_text("group,decision\n" + "\n".join(rows) + "\n", encoding="utf-8")
    plan = PLAN.format(**{"origin": "historical", "limit": 0.8, "version": "1", **told})
    (folder / "audit.yaml").write_text(plan, encoding="utf-8")
    return folder


def answered(role: str, answer: Any = "Because it was looked into.") -> dict[str, Any]:
    """Answer in a role."""
    return {"answer": answer, "by": {"role": role, "name": f"A {ROLES[role]}"}, "date": "2026-03-03"}


def all_answers(evidence: list[dict[str, Any]], tier: dict[str, str] = LOW) -> dict[str, Any]:
    """Answer every question of an audit."""
    questions = catalogue()
    told = {name: answered("programme_owner", choice) for name, choice in tier.items()}
    for each in asked(questions, tier_of(questions, read_answers(Path("nowhere"), questions)), evidence):
        if each.key not in told:
            claims = [{"claim": "It is right 9 times in 10.", "graded": "tested"}]
            value = {"claims": claims, "list": ["https://example.org/assessment"]}.get(each.question.answer)
            value = next(iter(each.question.choices), value)
            told[each.key] = answered(each.role, value or "Because it was looked into.")
    return told


def sign_off(role: str, signed: str, **told: Any) -> dict[str, Any]:
    """Sign in a role."""
    by = {"role": role, "name": f"A {role}"}
    return {"by": by, "statement": "I have read it.", "date": "2026-03-04", "signed": signed, **told}


def decision(what: str, signed: str, **told: Any) -> dict[str, Any]:
    """Decide as an approver."""
    return {**sign_off("approver", signed), "decision": what, "date": "2026-03-05", **told}


def write_answers(folder: Path, content: dict[str, Any]) -> None:
    """Write `answers.yaml`."""
    (folder / "answers.yaml").write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
