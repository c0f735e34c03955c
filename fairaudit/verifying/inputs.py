"""What went into the run, as it is now and as it was sealed: plan, answers, attachments, data, notebooks, code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fairaudit.own_code import notebook_of, references
from fairaudit.plan import Evidence, Plan
from fairaudit.plan.files import places
from fairaudit.sources import sha256_of
from fairaudit.verifying.seen import ASK, PUT_BACK, RUN_AGAIN, Sealed, Seen, how_changed, inside, is_regular
from fairaudit.workflow import answers, commits, registration, seal

SHOWN = 8


def check_plan(seen: Seen, sealed: Sealed) -> None:
    """Compare the plan with the sealed one; where the register holds that one, name each change."""
    known = sealed.seal["plan"]
    path = inside(sealed.folder, known["file"])
    if path is None:
        seen.differs(f"The plan {known['file']} is missing.", "Nothing can be recomputed without it.", PUT_BACK)
        return
    if not (how := how_changed(path, known["sha256"])):
        return
    if how != "is not the file that was sealed":
        seen.differs(f"The plan {known['file']} {how}.", "The report is of another file.", PUT_BACK)
        return
    changes = _changes(sealed, known["sha256"])
    touched = not changes or any(change.material for change in changes)
    means = "Numbers and verdicts may depend on it." if touched else "No number and no verdict depends on it."
    seen.differs(f"The plan {known['file']} was changed since the report.{_listed(changes)}", means, RUN_AGAIN)


def _changes(sealed: Sealed, digest: str) -> list[registration.Change]:
    if sealed.plan is None or sealed.register is None:
        return []
    was = next((entry.plan for entry in sealed.register.entries if entry.plan_sha256 == digest), None)
    return [] if was is None else registration.changes(was, sealed.plan.content)


def _listed(changes: list[registration.Change]) -> str:
    told = [f"{each.place}: {each.was or 'nothing'} became {each.now or 'nothing'}" for each in changes[:SHOWN]]
    more = f"; and {len(changes) - SHOWN} more" if len(changes) > SHOWN else ""
    return f" {'; '.join(told)}{more}." if told else ""


def check_answers(seen: Seen, sealed: Sealed) -> None:
    """Compare the answers and every file that they name."""
    known, path = (sealed.seal["answers"] or {}).get("sha256"), sealed.folder / answers.FILE
    if known is None and path.exists():
        means = "The report shows nobody's answers."
        seen.differs(f"{answers.FILE} was added since the report.", means, RUN_AGAIN)
    elif known is not None and not is_regular(path):
        means = "What the report says people answered and signed cannot be looked up."
        seen.differs(f"{answers.FILE} is missing.", means, PUT_BACK)
    elif known is not None and (how := how_changed(path, known)):
        means = "What people answered, decided or signed may be another thing than the report says."
        seen.differs(f"{answers.FILE} {how}.", means, RUN_AGAIN)
    for name, digest in sealed.seal["attachments"].items():
        attached = inside(sealed.folder, name)
        if attached is None:
            means = "An answer rests on a file that nobody can look at."
            seen.differs(f"The attachment {name} is missing.", means, PUT_BACK)
        elif how := how_changed(attached, digest):
            means = "An answer rests on another file than the one that was there when it was signed."
            seen.differs(f"The attachment {name} {how}.", means, ASK)


def check_data(seen: Seen, sealed: Sealed) -> set[str]:
    """Compare the source of each block, and the files beside it.

    Returns:
        The blocks whose files are all at hand, so that their records can be counted again.
    """
    at_hand: set[str] = set()
    for block in sealed.plan.evidence if sealed.plan else ():
        known = sealed.seal["evidence"].get(block.id)
        if known is None:
            means = "The report says nothing of it."
            seen.differs(f"Evidence {block.id} is in the plan, and not in the seal.", means, RUN_AGAIN)
            continue
        if block.data.is_warehouse:
            seen.note(f"The records of {block.id} are in a warehouse, which was not asked: they were not recounted.")
            continue
        paths = _paths(sealed.plan, block, known, sealed.seal["beside"].get(block.id, {}))
        missing = [name for name, path, _ in paths if not (is_regular(path) or path.is_dir())]
        if missing:
            seen.note(f"{', '.join(missing)} is not at hand: the records of {block.id} were not recounted.")
            continue
        at_hand.add(block.id)
        for name, path, digest in paths:
            how = "was not there when the report was made"
            if digest:
                how = _folder_changed(block, sealed.plan, digest) if path.is_dir() else how_changed(path, digest)
            if how:
                what = f"The data {name} of {block.id} {how}."
                seen.differs(what, "The report is of other records than these.", ASK)
    if sealed.plan:
        for name in sorted(sealed.seal["evidence"].keys() - {block.id for block in sealed.plan.evidence}):
            seen.differs(f"Evidence {name} was sealed, and the plan no longer has it.", "A part was taken out.", ASK)
    return at_hand


def _folder_changed(block: Evidence, plan: Plan, digest: str) -> str:
    """Say whether a folder of files holds others than when it was sealed."""
    return "" if sha256_of(block, plan.folder) == digest else "holds other files than were sealed"


def _paths(
    plan: Plan, block: Any, known: Mapping[str, Any], beside: Mapping[str, Any]
) -> list[tuple[str, Path, str | None]]:
    source = plan.folder / block.data.source
    if block.data.is_tally:
        source = places(source)[1]  # the hash of a tally is that of its counts
    more = [
        (path.name, path, (beside.get(name) or {}).get("sha256"))
        for name, path in seal.paths_beside(block, plan.folder)
    ]
    return [(source.name, source, known["source_sha256"]), *more]


def check_notebooks(seen: Seen, sealed: Sealed) -> None:
    """Compare each notebook with the one that ran."""
    for block in sealed.plan.evidence if sealed.plan else ():
        known = sealed.seal["evidence"].get(block.id, {}).get("notebook_sha256")
        path = notebook_of(sealed.plan, block)
        if known is None or not (how := how_changed(path, known)):
            continue
        if not sealed.same_version and not block.notebook:
            seen.note(f"The notebook {path.name} is another one in this version; numbers were compared all the same.")
            continue
        means = "The report shows another notebook than this one would leave."
        seen.differs(f"The notebook {path.name} {how}.", means, RUN_AGAIN)


def check_code(seen: Seen, sealed: Sealed) -> bool:
    """Compare the code of the audit's own; say whether it is the sealed one."""
    same = True
    for entry in sealed.seal["code"]:
        path = inside(sealed.folder, entry["file"])
        how = "is missing" if path is None else how_changed(path, entry["sha256"])
        if how:
            same = False
            means = "It computes what the report says; since it is not the sealed code, it was not run."
            seen.differs(f"The audit's own code {entry['file']} {how}.", means, ASK)
    return same


def all_sealed(sealed: Sealed) -> bool:
    """Say whether the plan names no code that was not sealed."""
    known = {entry["file"] for entry in sealed.seal["code"]}
    return all(
        name.rpartition(":")[0] in known
        for block in (sealed.plan.evidence if sealed.plan else ())
        for name in references(block)
    )


def check_versions(seen: Seen, sealed: Sealed) -> None:
    """Say which versions differ; numbers are compared all the same."""
    now = seal.versions()
    differ = [f"{name} {was} then, {now.get(name, 'none')} now" for name, was in sealed.seal["versions"].items()
              if now.get(name) != was]  # fmt: skip
    if differ:
        seen.note(f"It was sealed with other versions: {'; '.join(differ)}. Numbers were compared all the same.")


def check_commit(seen: Seen, sealed: Sealed) -> None:
    """Where git has the sealed commit, look the plan up in it."""
    at = sealed.seal["ran"]["git"]
    if not at:
        return
    commit = str(at["commit"])
    if not (commit.isalnum() and commits.has_commit(sealed.folder, commit)):
        seen.note(f"The commit {commit[:12]} that the seal names is not at hand; it was not looked up.")
        return
    held = commits.sha256_at(sealed.folder, commit, sealed.seal["plan"]["file"])
    if at["clean"] and held not in (None, sealed.seal["plan"]["sha256"]):
        what = f"The seal says that the plan was committed as {commit[:12]}, and that commit holds another plan."
        seen.differs(what, "The plan or the commit is not the one that was sealed.", ASK)
