"""What people answered, registered, signed and decided: as the report says, and as their files say now."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fairaudit.results import audit_results
from fairaudit.verifying.seen import ASK, PUT_BACK, RUN_AGAIN, SIGN_AGAIN, Sealed, Seen, how_changed, read_json
from fairaudit.verifying.values import apart, brief
from fairaudit.workflow import commits
from fairaudit.workflow.determination import to_sign
from fairaudit.workflow.record import Record, read_record
from fairaudit.workflow.registration import FILE as REGISTER
from fairaudit.workflow.registration import Look, Register

SHOWN = 8
# A folder may be renamed; another version, the plan's hash and the hash to sign are spoken of elsewhere.
ELSEWHERE = ("slug", "plan_sha256")


def check_people(seen: Seen, sealed: Sealed) -> None:
    """Join the stated evidence with answers and register as they are now, and compare with what the report says."""
    stated = sealed.results
    seen_before = len(seen.differences)
    told = {"rehearsal": stated["audit"]["rehearsal"], "code": stated["audit"]["code"], "seal": stated["seal"]}
    told["since"] = stated.get("since")
    if told["since"]:
        seen.note("What moved since an earlier report was not compared with that report: only its seal is named here.")
    now = audit_results(sealed.plan, stated["evidence"], record=_record(seen, sealed), **told)
    _answers(seen, stated["answers"], now["answers"])
    _listed(seen, "condition", stated["conditions"], now["conditions"], _of_condition)
    _listed(seen, "sign-off", stated["sign_offs"], now["sign_offs"], _signer)
    _decision(seen, stated["determination"]["decision"], now["determination"]["decision"])
    _stale(seen, now)
    _rest(seen, stated, now, derived=len(seen.differences) == seen_before)
    if stated["determination"]["to_sign"] != to_sign(stated):
        what = "The hash to sign that results.json prints is not that of its own evidence and answers."
        seen.differs(what, "Whoever signs it signs something else.", ASK)


def _record(seen: Seen, sealed: Sealed) -> Record:
    """Read what people have done; where no log could be kept in the audit's folder, its look is the report's own."""
    record = read_record(sealed.plan)
    if sealed.seal["register"] is not None or (sealed.folder / REGISTER).exists():
        return record
    data = {name: facts["source_sha256"] for name, facts in sealed.seal["evidence"].items()}
    looks = tuple(
        Look(look["at"], look["plan_sha256"], data) for look in sealed.results["audit"]["registration"]["looks"]
    )
    if looks:
        seen.note("No log of looks at data was kept in the audit's folder.")
    return Record(record.questions, record.answers, Register((), looks))


def _answers(seen: Seen, stated: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> None:
    before, after = ({entry["id"]: entry for entry in entries} for entries in (stated, now))
    for name in dict.fromkeys([*before, *after]):
        one, other = before.get(name), after.get(name)
        if one == other or ((one or other)["state"] == "open" and None in (one, other)):
            continue  # what is asked of whom follows from the findings
        if one is None or other is None:
            what = f"The answer {name} is in {'answers.yaml' if one is None else 'the report'} only."
        else:
            fields = ("state", "text", "reason", "by", "date", "evidence")
            parts = [f"{key}: {_told(one[key])} in the report, {_told(other[key])} now" for key in fields
                     if one[key] != other[key]]  # fmt: skip
            what = f"The answer {name} is another one ({'; '.join(parts) or 'its question was changed'})."
        seen.differs(what, "The report shows something else than what is answered.", RUN_AGAIN)


def _told(value: Any) -> str:
    if isinstance(value, Mapping):
        return brief(" ".join(str(value.get(key, "")) for key in ("name", "role")).strip())
    if isinstance(value, list):
        return brief(", ".join(f"{entry.get('text')} {str(entry.get('sha256') or '')[:8]}".strip() for entry in value))
    return brief(value)


def _of_condition(entry: Mapping[str, Any]) -> str:
    return f"on {entry['finding'] or 'no finding'} ({brief(entry['text'])})"


def _signer(entry: Mapping[str, Any]) -> str:
    return f"of {entry['by']['name']} ({entry['by']['role']})" + (", in dissent" if entry["dissents"] else "")


def _listed(seen: Seen, what: str, stated: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]], name) -> None:
    """Compare entries by what they are called; of two that are called alike, in their order."""
    before, after = _by_name(stated, name), _by_name(now, name)
    for key in dict.fromkeys([*before, *after]):
        one, other = before.get(key), after.get(key)
        if one == other:
            continue
        if other is None:
            seen.differs(f"The {what} {key} was removed since the report.", "The report still shows it.", ASK)
        elif one is None:
            seen.differs(f"The {what} {key} was added since the report.", "The report does not show it.", RUN_AGAIN)
        else:
            parts = [f"{field}: {_told(one[field])} in the report, {_told(other[field])} now" for field in one
                     if one[field] != other.get(field) and field not in ("stale", "replaced")]  # fmt: skip
            if parts:
                seen.differs(f"The {what} {key} was altered ({'; '.join(parts)}).", "It is not what was sealed.", ASK)


def _by_name(entries: Sequence[Mapping[str, Any]], name) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for entry in entries:
        called = name(entry)
        found[called if called not in found else f"{called}, number {len(found) + 1}"] = entry
    return found


def _decision(seen: Seen, stated: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    fields = ("decision", "by", "date", "statement", "justification", "signed")
    parts = [f"{key}: {_told(stated[key])} in the report, {_told(now[key])} now" for key in fields
             if stated[key] != now[key]]  # fmt: skip
    if parts:
        seen.differs(f"The decision was altered ({'; '.join(parts)}).", "It is not what was sealed.", ASK)


def _stale(seen: Seen, now: Mapping[str, Any]) -> None:
    """Name what was signed, and is no longer what is there."""
    for entry in now["sign_offs"]:
        if not entry["stale"] or entry["replaced"]:
            continue
        what = f"The sign-off {_signer(entry)} is stale: it is under other results or answers than these."
        if entry["dissents"] or entry["by"]["role"] not in now["tier"]["signs"]:
            seen.note(what)  # an objection, or what nobody must sign, must not keep the gate shut for ever
        else:
            seen.differs(what, "That person has not agreed to what is there now.", SIGN_AGAIN, of_people=True)
    decision = now["determination"]["decision"]
    if decision["signed"] and decision["signed"] != now["determination"]["to_sign"]:
        what = f"The decision of {decision['by']['name']} is stale: it is on other results or answers than these."
        seen.differs(what, "Nobody has decided on what is there now.", SIGN_AGAIN, of_people=True)


def _rest(seen: Seen, stated: Mapping[str, Any], now: Mapping[str, Any], *, derived: bool) -> None:
    """Compare what follows: registration, state, tier; and what only repeats it, where nothing else differs."""
    pairs = [("audit", _without(stated["audit"], ELSEWHERE), _without(now["audit"], ELSEWHERE))]
    ignored = ("decision", "to_sign")
    pairs.append(("determination", _without(stated["determination"], ignored), _without(now["determination"], ignored)))
    if derived:
        others = ("answers", "conditions", "sign_offs", "audit", "determination", "evidence", "seal", "made_by")
        pairs.append(("", _without(stated, others), _without(now, others)))
    found = [each for name, one, other in pairs for each in apart(one, other, (), name)]
    if found:
        told = [f"{each.place}: {each.was} in the report, {each.now} now" for each in found[:SHOWN]]
        more = f"; and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        means = "The report says of plan, register and people what their files do not say."
        seen.differs(
            f"Another thing follows from plan, register and answers: {'; '.join(told)}{more}.", means, RUN_AGAIN
        )


def _without(content: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: entry for name, entry in content.items() if name not in names}


# --- the register ----------------------------------------------------------------------------------------------------


def check_register(seen: Seen, sealed: Sealed) -> None:
    """Compare the register with the sealed one, and with itself; it is read leniently, so that each thing is named."""
    known, path = sealed.seal["register"], sealed.folder / REGISTER
    if known is None and not path.exists():
        return
    now = read_json(path)
    if now is None:
        means = "Nobody can tell when the plan was fixed, and how often data were looked at."
        seen.differs(f"{REGISTER} is missing or cannot be read.", means, PUT_BACK)
        return
    before = len(seen.differences)
    for what in _out_of_order(now):
        seen.differs(what, "Whoever writes a log writes it in the order of time.", ASK)
    known = known or {"entries": [], "looks": [], "sha256": ""}
    entries = [_without(entry, ("plan",)) for entry in now["entries"]]
    _logged(seen, "registration", known["entries"], entries)
    _logged(seen, "look at data", known["looks"], now["looks"])
    for what in _misstated(sealed, now["entries"]):
        seen.differs(what, "The register does not hold the plan that it names.", ASK)
    _looks(seen, sealed, now)
    if known["sha256"] and len(seen.differences) == before and (how := how_changed(path, known["sha256"])):
        means = "What it holds of plans that were registered may be another thing than was sealed."
        seen.differs(f"{REGISTER} {how}.", means, PUT_BACK)


def _out_of_order(now: Mapping[str, Any]) -> Iterator[str]:
    for name in ("entries", "looks"):
        moments = [str(entry["at"]) for entry in now[name]]
        if sorted(moments) != moments:
            yield f"The times in {REGISTER} are not in order ({name}: {', '.join(moments[:SHOWN])})."


def _logged(seen: Seen, what: str, known: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> None:
    """Say which entries of a log were removed, altered or added."""
    gone = [entry for entry in known if entry not in now]
    new = [entry for entry in now if entry not in known]
    for entry in gone:
        # The same thing said with another time or reason is altered.
        twin = next((each for each in new if _akin(entry, each)), None)
        if twin is None:
            seen.differs(f"The {what} of {entry['at']} was removed from {REGISTER}.", "A log loses nothing.", PUT_BACK)
            continue
        new.remove(twin)
        parts = [f"{key}: sealed {brief(entry[key])}, now {brief(twin.get(key))}" for key in entry
                 if entry[key] != twin.get(key)]  # fmt: skip
        seen.differs(
            f"The {what} of {entry['at']} was altered ({'; '.join(parts)}).", "A log does not change.", PUT_BACK
        )
    for entry in new:
        seen.differs(f"The {what} of {entry['at']} was added since the report.", "The report leaves it out.", RUN_AGAIN)


def _akin(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    same = [key for key in one if one[key] == other.get(key)]
    return one["at"] == other.get("at") or len(same) >= len(one) - 1


def _misstated(sealed: Sealed, entries: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Name registrations whose plan is another one than their hash or commit says, so far as that can be seen."""
    for entry in entries:
        at, same = entry["at"], bool(sealed.plan) and entry["plan_sha256"] == sealed.plan.sha256
        if same and entry["plan"] != json.loads(json.dumps(sealed.plan.content, default=str)):
            yield f"The registration of {at} holds another plan than the file whose hash it names."
        commit = entry.get("commit")
        if commit and str(commit).isalnum():
            held = commits.sha256_at(sealed.folder, str(commit), sealed.seal["plan"]["file"])
            if held is not None and held != entry["plan_sha256"]:
                yield f"The registration of {at} names the commit {str(commit)[:12]}, which holds another plan."


def _looks(seen: Seen, sealed: Sealed, now: Mapping[str, Any]) -> None:
    """The data of the report must have been looked at; and a look under a plan that nobody registered is told."""
    looked = {digest for look in now["looks"] for digest in look["data"].values()}
    rehearsal = bool(sealed.results and sealed.results["audit"]["rehearsal"])
    for name, facts in sealed.seal["evidence"].items():
        if facts["source_sha256"] not in looked and not rehearsal:
            what = f"{REGISTER} has no look at the data of {name}, and the report is of them."
            seen.differs(what, "A look was left out of the log.", PUT_BACK)
    registered = {entry["plan_sha256"] for entry in now["entries"]}
    for look in now["looks"]:
        if registered and look["plan_sha256"] not in registered:
            seen.note(f"The look at data of {look['at']} was under a plan that was never registered.")
