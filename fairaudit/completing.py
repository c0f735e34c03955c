"""What people do about an audit beside running it: register the plan, see what is open, ask whether the gate opens."""

from __future__ import annotations

import datetime
import json
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fairaudit.errors import PlanError, UsageError, listed
from fairaudit.languages import ENGLISH, language_of, speaking
from fairaudit.plan import Plan, read_plan
from fairaudit.run import now
from fairaudit.scaffold import as_drafted
from fairaudit.verifying import verify
from fairaudit.workflow import completeness, determination
from fairaudit.workflow.answers import read_answers
from fairaudit.workflow.commits import commit_of
from fairaudit.workflow.questions import catalogue
from fairaudit.workflow.record import Record, completed, read_record, registration_of
from fairaudit.workflow.registration import Entry, Register, changes, write_register
from fairaudit.workflow.roles import ROLES, SIGNING

# --- registering -----------------------------------------------------------------------------------------------------


def register(folder: Path, because: str = "") -> Iterator[str]:
    """Record the plan's hash and date, before results are seen.

    Args:
        folder: the audit's.
        because: why the plan was changed, where an earlier one was registered.

    Yields:
        Lines that say what was recorded.

    Raises:
        PlanError: the plan is wrong, or its register is.
        UsageError: it is changed, and no reason is given.
    """
    plan = read_plan(folder)
    record = read_record(plan)
    entries = record.register.entries
    if entries and entries[-1].plan_sha256 == plan.sha256:
        yield f"This plan is registered already, since {entries[-1].at}. Nothing was changed."
        return
    differing = changes(entries[-1].plan, plan.content) if entries else []
    if entries and not because.strip():
        what = f"the plan was registered on {entries[-1].at[:10]}, and has changed since in {_places(differing)}"
        raise UsageError.one("fairaudit register", what, 'Say why: add --because "...". It is printed in the report.')
    held = commit_of(plan.folder, [plan.path.name])
    commit = held["commit"] if held and held["clean"] else None
    entry = Entry(now(), plan.sha256, plan.content, because.strip(), commit)
    write_register(plan.folder, Register((*entries, entry), record.register.looks))
    yield f"Registered {plan.system.title} at {entry.at}."
    yield f"The plan's SHA-256: {plan.sha256}"
    yield (
        f"Git commit: {entry.commit}"
        if entry.commit
        else "Not in git as it stands: commit it, so that the day can be shown."
    )
    if record.register.looks:
        times = len(record.register.looks)
        often = "once" if times == 1 else f"{times} times"
        yield f"Data were looked at before ({often}): what was seen then is exploratory."
    if drafted := as_drafted(plan):
        yield f"Warning: still as `fairaudit init` wrote it: {listed(drafted)}. To change it later needs a reason."
    yield from _warnings(record)


def _places(differing: list) -> str:
    named = [change.place for change in differing[:3]]
    more = f" and {len(differing) - 3} more places" if len(differing) > 3 else ""
    return (", ".join(named) or "its comments") + more


def _warnings(record: Record) -> Iterator[str]:
    """Warn where nobody was asked before limits were set."""
    early = {
        name: q
        for name, q in record.questions.of_audit.items()
        if q.stage == "before_limits" and "community" in q.roles
    }
    if not any(record.answers.of(name).state == "answered" for name in early):
        yield (
            "Warning: nobody of the community was asked before limits were set (what would be fair, which errors hurt "
            "most). `fairaudit form DIR --for community` makes the page to ask with."
        )


# --- how an audit stands ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Status:
    """How an audit stands now.

    Attributes:
        folder: the audit's.
        plan: its plan.
        record: what people have done.
        results: of the last report, with what people have done since; None where there is no report.
        outdated: why what the report says must not be signed any more.
        signed_since: whether somebody has signed or decided since, so that the report does not say so.
    """

    folder: Path
    plan: Plan
    record: Record
    results: Mapping[str, Any] | None
    outdated: tuple[str, ...] = ()
    signed_since: bool = False

    @property
    def stale(self) -> tuple[str, ...]:
        """Why the report is not of what is there now."""
        signed = "Somebody has signed since the report was made: run the audit again, so that it says so."
        return (*self.outdated, *([signed] if self.signed_since else []))

    @property
    def asked(self) -> list[completeness.Asked]:
        """Every question of the audit; those on findings once there is a report."""
        evidence = None if self.results is None else self.results["evidence"]
        return completeness.asked(self.record.questions, self.record.tiered, evidence)

    @property
    def open(self) -> list[Mapping[str, Any]]:
        """Everything that is open, what holds up adoption first."""
        if self.results is not None:
            return completeness.gravest_first(self.results["open_questions"])
        found = completeness.open_questions(self.asked, self.record.answers)
        found += completeness.open_conflicts(self.record.questions, self.record.answers)
        return completeness.gravest_first(each.as_dict() for each in found)

    def done(self) -> Counter:
        """How many questions are answered, by role."""
        answers, done = self.record.answers, ("answered", "not_applicable")
        return Counter(ROLES[each.role] for each in self.asked if answers.of(each.key).state in done)

    def gate(self, today: datetime.date, also: Sequence[str] = ()) -> determination.Gate:
        """Say whether the gate opens today; `also` holds what else stands in the way."""
        if self.results is None:
            return determination.Gate(False, ("There is no report yet.",))
        late = [*self.stale, *completeness.overdue(self.record.answers, today), *also]
        return determination.gate(self.results, today, late)

    @property
    def next(self) -> str:
        """The one next command."""
        where = shlex.quote(str(self.folder))
        if not self.record.register.entries and self.results is None:
            return f"fairaudit register {where}"
        # Whatever else must be done again, a conflict settled later would have it done once more.
        if conflict := next((each for each in self.open if each["id"].startswith("conflict/")), None):
            return f"fairaudit form {where} --for {_role_of(conflict)}"
        if self.results is None or self.outdated:
            return f"fairaudit run {where}"
        for each in self.open:
            role = _role_of(each)
            if each["id"] == "register":
                return f"fairaudit register {where}" + (' --because "..."' if self.record.register.entries else "")
            if each["id"].startswith("limit/"):
                return f"write because: in {self.plan.path}, then fairaudit run {where}"
            return f"fairaudit form {where} --for {role}"
        return f"fairaudit run {where}" if self.stale else f"fairaudit gate {where}"


def _role_of(each: Mapping[str, Any]) -> str:
    return next((name for name, words in SIGNING.items() if words == each["role"]), "approver")


def objections(results: Mapping[str, Any] | None) -> Iterator[str]:
    """Name who does not agree, and why: that stays on record, whatever is decided."""
    for each in results["sign_offs"] if results else ():
        if each["dissents"] and not each["replaced"]:
            yield f"{each['by']['name']} ({each['by']['role']}) does not agree: {' '.join(each['statement'].split())}"


def gate_of(folder: Path, today: datetime.date, *, allow_code: bool = False) -> tuple[Status, determination.Gate]:
    """Say whether a system may be adopted on an audit: how it stands, and whether its report is what was sealed.

    The records are counted again, so that no number is taken on trust; but not where the report must be made anew
    anyway, since then all that has changed would be told once more as a difference.

    Args:
        folder: the audit's.
        today: the day on which it is asked.
        allow_code: whether measures of the audit's own may run.

    Raises as `status_of` does.
    """
    status = status_of(folder)
    if status.results is None or status.stale:
        return status, status.gate(today)
    verified = verify(folder, allow_code=allow_code)
    also = [f"The report is not what was sealed. {each}" for each in verified.differences if not each.of_people]
    also += [str(each) for each in verified.differences if each.of_people]
    also += [f"Not all could be checked: {each}" for each in verified.unchecked]
    return status, status.gate(today, also)


def status_of(folder: Path, language: str = ENGLISH) -> Status:
    """Say how an audit stands: its plan, its answers, its last report.

    Args:
        folder: the audit's.
        language: of what is said; sentences of the evidence stay in that of the report.

    Raises:
        PlanError: the plan, the answers or the register are wrong.
    """
    plan = read_plan(folder)
    record = read_record(plan)
    results = _read(plan.folder / "report" / "results.json")
    if results is None:
        return Status(folder, plan, record, None)
    with speaking(language_of(results)):  # what is compared must be said in one language
        joined = _joined(plan, record, results)
    # A change of what is signed makes signatures stale too: that is said already.
    same = joined["determination"]["to_sign"] == results["determination"]["to_sign"]
    signed_since = same and any(joined[key] != results[key] for key in ("sign_offs", "determination"))
    with speaking(language):
        joined = joined if language == language_of(results) else _joined(plan, record, results)
        outdated = tuple(_outdated(plan, results, joined))
    return Status(folder, plan, record, joined, outdated, signed_since)


@dataclass(frozen=True)
class Unfinished:
    """An audit whose plan is not finished: people may answer already.

    Attributes:
        folder: the audit's.
        problems: how many the plan, the answers or the register have.
        record: what people have answered.
    """

    folder: Path
    problems: int
    record: Record

    @property
    def next(self) -> str:
        """The one next command."""
        return f"fairaudit check {shlex.quote(str(self.folder))}"


def status_or_unfinished(folder: Path) -> Status | Unfinished:
    """Say how an audit stands, also where its plan is not finished yet.

    Raises:
        PlanError: there is no plan, or the answers are wrong.
    """
    try:
        return status_of(folder)
    except PlanError as error:
        home = folder.parent if folder.is_file() else folder
        if not (home / "audit.yaml").is_file():
            raise
        questions = catalogue()
        return Unfinished(folder, len(error.problems), Record(questions, read_answers(home, questions)))


def _joined(plan: Plan, record: Record, results: Mapping[str, Any]) -> dict[str, Any]:
    """Join the evidence of the last report with what people have done by now."""
    data = {name: facts["source_sha256"] for name, facts in results["seal"].get("evidence", {}).items()}
    audit = {**results["audit"], "registration": registration_of(record, plan, data, results["evidence"])}
    try:
        return {
            **results,
            "audit": audit,
            **completed(record, audit, results["evidence"], plan.system.lapses_after_months),
        }
    except (KeyError, TypeError, AttributeError):
        what, hint = "is not as `fairaudit run` writes it", "Run the audit again."
        raise PlanError.one("report/results.json", what, hint) from None


def _outdated(plan: Plan, results: Mapping[str, Any], joined: Mapping[str, Any]) -> Iterator[str]:
    """Say why a report is not of what is there now."""
    from fairaudit.sources import sha256_of

    if results["audit"]["plan_sha256"] != plan.sha256:
        yield "The plan has changed since the report was made: run the audit again."
    if results["audit"]["system"]["version"] != plan.system.version:
        version = results["audit"]["system"]["version"] or "unknown"
        yield f"The report is of version {version}, the plan of {plan.system.version}: run the audit again."
    if joined["determination"]["to_sign"] != results["determination"]["to_sign"]:
        yield "Answers have changed since the report was made: run the audit again."
    known = {block.id: block for block in plan.evidence}
    for name, facts in results["seal"].get("evidence", {}).items():
        if name in known and sha256_of(known[name], plan.folder) not in (None, facts["source_sha256"]):
            yield f"The records of {name} have changed since the report was made: run the audit again."


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        raise PlanError.one(str(path), "cannot be read", "Run the audit again.") from None
    if not isinstance(found, dict):
        raise PlanError.one(str(path), "cannot be read", "Run the audit again.")
    return found


# --- in words --------------------------------------------------------------------------------------------------------


def status_lines(status: Status | Unfinished, today: datetime.date) -> Iterator[str]:
    """Write how an audit stands, for a terminal."""
    if isinstance(status, Unfinished):
        yield from _unfinished_lines(status)
        return
    yield f"{status.plan.system.title} ({status.folder})"
    results, tiered = status.results, status.record.tiered
    if results is None:
        yield "  No report yet."
    else:
        found = results["determination"]
        yield f"  {'Would be: ' if found['would_be'] else ''}{found['headline']}"
        yield f"  {results['audit']['registration']['words']}"
        yield f"  {found['decision']['words']}"
        yield from (f"  {reason}" for reason in found["decision"]["reasons"] if found["decision"]["decision"])
        yield f"  Lapses on {found['lapses']}." if found["lapses"] else ""
        yield from (f"  {line}" for line in objections(results))
    yield from (f"  {reason}" for reason in status.stale)
    signs = completeness.signers(tiered, None if results is None else results["evidence"])
    yield f"  {tiered.words}: {tiered.points} points. These sign: {', '.join(SIGNING[role] for role in signs)}."
    done, open_ = status.done(), status.open
    for role in SIGNING.values():
        theirs = [each for each in open_ if each["role"] == role]
        if not theirs and not done[role]:
            continue
        blocking = sum(each["blocks"] for each in theirs)
        said = f"  {role}: {done[role]} answered, {len(theirs)} open"
        yield f"{said} ({blocking} of them hold up adoption)" if blocking else said
        yield from (f"    - {each['question']}" for each in theirs[:1])
    if results is not None:
        gate = status.gate(today)
        reasons = f"{len(gate.reasons)} reason{'' if len(gate.reasons) == 1 else 's'}"
        yield "  The gate opens." if gate.opens else f"  The gate stays shut, for {reasons}: see `fairaudit gate`."
        yield from (f"  {line}" for line in gate.pilot)


def _unfinished_lines(status: Unfinished) -> Iterator[str]:
    answers = status.record.answers.answers.values()
    answered = sum(bool(each) and each.state != "open" for each in answers)
    problems = f"{status.problems} problem{'' if status.problems == 1 else 's'}"
    yield str(status.folder)
    yield f"  The plan is not finished: {problems}; `fairaudit check` says where and what."
    yield f"  {answered} questions are answered. Questions do not wait for the plan: the community is asked first."


def status_dict(status: Status | Unfinished, today: datetime.date) -> dict[str, Any]:
    """Write how an audit stands, as plain data."""
    if isinstance(status, Unfinished):
        return {"folder": str(status.folder), "problems": status.problems, "report": False, "next": status.next}
    results, gate = status.results, status.gate(today)
    return {
        "folder": str(status.folder),
        "title": status.plan.system.title,
        "tier": status.record.tiered.tier,
        "report": results is not None,
        "stale": list(status.stale),
        "registration": results["audit"]["registration"]["standing"] if results else None,
        "determination": results["determination"] if results else None,
        "done": dict(status.done()),
        "open": [dict(each) for each in status.open],
        "gate": {"opens": gate.opens, "reasons": list(gate.reasons), "pilot": list(gate.pilot)},
        "next": status.next,
    }
