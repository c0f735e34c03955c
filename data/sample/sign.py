"""Sign the sample audits anew, and bring their registers up to date. Everybody who signs in them is made up.

A signature holds the hash of what was signed: plan, counts, findings, answers. Whoever changes a sample's plan, its
records, a question or a result makes the signatures of the sample audits stale, as it should be in a real audit. Here
nobody is there to sign again, so this script does it:

    python data/sample/sign.py            writes every audit's register.json and the hashes in its answers.yaml anew
    python data/sample/sign.py NAME ...   those of some audits only
    python data/sample/sign.py --check    writes nothing, says what is stale, and exits with 1 if anything is

**Never do this in a real audit**: it would be signing in another's name. A line `signed:` that ends in a comment is
left as it is; so a sample can show a signature under earlier results.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from fairaudit.plan import Plan, read_plan
from fairaudit.results import audit_results, block_results
from fairaudit.sources import read_tally, sha256_of
from fairaudit.workflow.record import Record, read_record
from fairaudit.workflow.registration import Entry, Register, read_register, write_register

AUDITS = Path(__file__).resolve().parents[2] / "audits"
SIGNED = re.compile(r"^( *signed: *)[0-9a-f]{64}$", re.MULTILINE)


# --- signatures ------------------------------------------------------------------------------------------------------


def results_of(plan: Plan, record: Record) -> dict[str, Any]:
    """Give what a run would find and join, from the records, without a notebook."""
    blocks = [block_results(plan, block, read_tally(block, plan.folder)) for block in plan.evidence]
    return joined(plan, blocks, record)


def joined(plan: Plan, blocks: list[dict[str, Any]], record: Record) -> dict[str, Any]:
    """Join blocks that were judged already with what people have done."""
    seal = {"evidence": {name: {"source_sha256": digest} for name, digest in data_of(plan).items()}}
    return audit_results(plan, blocks, seal=seal, record=record)


def data_of(plan: Plan) -> dict[str, str]:
    """Give each block's id with the hash of its source, as a run seals it."""
    return {block.id: sha256_of(block, plan.folder) for block in plan.evidence}


def signed_anew(text: str, to_sign: str) -> str:
    """Write the hash of what is to be signed behind every `signed:`; all else stays, byte for byte."""
    return SIGNED.sub(lambda found: found[1] + to_sign, text)


# --- registers -------------------------------------------------------------------------------------------------------


def registered_anew(register: Register, plan: Plan) -> Register:
    """Bring a register up to date.

    The last entry is the plan as it stands, and the last look saw the data as they are. Earlier entries keep what they
    had otherwise, and take over all else, so that they differ from the plan in that alone.
    """
    entries = list(register.entries)
    if entries and entries[-1].plan_sha256 != plan.sha256:
        was = entries[-1].plan
        entries = [_earlier(entry, was, plan) for entry in entries[:-1]]
        entries.append(replace(register.entries[-1], plan_sha256=plan.sha256, plan=plan.content))
    looks = list(register.looks)
    if looks:
        looks[-1] = replace(looks[-1], data=data_of(plan))
    looks = [replace(look, plan_sha256=_plan_at(look.at, entries, plan)) for look in looks]
    return Register(tuple(entries), tuple(looks))


def _earlier(entry: Entry, was: Mapping[str, Any], plan: Plan) -> Entry:
    content = carried(entry.plan, was, plan.content)
    return replace(entry, plan=content, plan_sha256=hash_of(content))


def hash_of(content: Mapping[str, Any]) -> str:
    """Hash the content of an earlier plan, of which there never was a file."""
    return sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def carried(earlier: Any, was: Any, now: Any) -> Any:
    """Carry what changed from one plan to the next over to an earlier one, which keeps what it had otherwise."""
    if earlier == was:
        return now
    if isinstance(earlier, dict) and isinstance(was, dict) and isinstance(now, dict):
        kept = {key: carried(value, was.get(key), now.get(key)) for key, value in earlier.items() if key in now}
        own = {key: value for key, value in earlier.items() if key not in was}
        return {**kept, **{key: value for key, value in now.items() if key not in was and key not in earlier}, **own}
    lists = isinstance(earlier, list) and isinstance(was, list) and isinstance(now, list)
    if lists and len(earlier) == len(was) == len(now):
        return [carried(*each) for each in zip(earlier, was, now, strict=True)]
    return earlier


def _plan_at(moment: str, entries: list[Entry], plan: Plan) -> str:
    """Give the hash of the plan that held at a moment; of what was never registered, of the plan as it stands."""
    before = [entry.plan_sha256 for entry in entries if entry.at <= moment]
    return before[-1] if before else plan.sha256


# --- all audits ------------------------------------------------------------------------------------------------------


def refreshed(folder: Path, *, check: bool) -> Iterator[str]:
    """Bring one audit up to date, or only see whether it is.

    Yields:
        The path of each file that is stale, or was.
    """
    plan = read_plan(folder)
    register = read_register(folder)
    anew = registered_anew(register, plan)
    if anew != register:
        yield f"{folder.name}/register.json"
        if not check:
            write_register(folder, anew)
    path = folder / "answers.yaml"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if not SIGNED.search(text):
        return
    record = replace(read_record(plan), register=anew)
    again = signed_anew(text, results_of(plan, record)["determination"]["to_sign"])
    if again != text:
        yield f"{folder.name}/answers.yaml"
        if not check:
            path.write_text(again, encoding="utf-8", newline="\n")


def main(words: list[str]) -> int:
    """Do what the command line says; 1 where something is stale and nothing may be written."""
    check, chosen = "--check" in words, [word for word in words if word != "--check"]
    folders = [path.parent for path in sorted(AUDITS.glob("*/audit.yaml"))]
    stale = [
        file for folder in folders if folder.name in chosen or not chosen for file in refreshed(folder, check=check)
    ]
    for file in stale:
        print(f"audits/{file} {'is stale' if check else 'was written anew'}")
    if check and stale:
        print("Write them anew: python data/sample/sign.py")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
