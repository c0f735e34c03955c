"""What is sent to a vendor: one folder with a letter, rules, columns, SQL, empty tables, and the vendor's questions."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fairaudit import resources
from fairaudit.errors import FairauditError, UsageError, listed
from fairaudit.filling import write_form
from fairaudit.folders import cannot_write, written_aside
from fairaudit.languages import speaking
from fairaudit.plan import Evidence, Plan, read_plan
from fairaudit.planning import how_many, numbers
from fairaudit.report.letter import guide_page, letter_page
from fairaudit.requesting import by_hand, columns
from fairaudit.sending import check_dialect
from fairaudit.sources import at_hand, read_tally
from fairaudit.sources.elsewhere import TABLE, text_alone
from fairaudit.tally import Tally

FOLDER, GUIDE = "request", "vendor-guide.md"
PLAN = "audit.yaml"


@dataclass(frozen=True)
class Request:
    """What a request says beside the plan.

    Attributes:
        evidence: ids of the blocks to ask for; all but baselines where empty.
        by: the day by which counts are to be there, in words; a blank where empty.
        send_to: where to send them; a blank where empty.
        rate: the rate to expect, 0 to 1; where None, that of the records at hand, or 30%.
        dialect: of the SQL, as sqlglot calls it.
    """

    evidence: tuple[str, ...] = ()
    by: str = ""
    send_to: str = ""
    rate: float | None = None
    dialect: str = "postgres"


def write_request(folder: Path, out: Path | None, request: Request) -> Iterator[str]:
    """Write the folder for a vendor. Nothing that is there is overwritten.

    Args:
        folder: the audit's.
        out: where to write; `request` in the audit's folder where None.
        request: what it says beside the plan.

    Yields:
        Lines that say what was written, and what is still to be filled in.

    Raises:
        PlanError: the plan is wrong.
        UsageError: the folder is there already, or cannot be written; or there is nothing to ask for.
    """
    check_dialect(request.dialect)
    plan = read_plan(folder)
    blocks = _asked_for(plan, request)
    target = out or plan.folder / FOLDER
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        what = "is there already, and is not overwritten"
        raise UsageError.one(str(target), what, "Name another folder with -o, or move this one away.")
    with speaking(plan.language):
        files, letter = _files(plan, blocks, request)
    try:
        with written_aside(target) as aside:
            for name, content in files.items():
                (aside / name).write_bytes(content)
            list(write_form(folder, "vendor", aside / "questions.html", plan.language))
    except OSError as error:
        raise cannot_write(target, error) from None
    yield f"Wrote {target}, to be sent to the vendor as it is:"
    yield "- letter.html: what is asked, how to count, what to send back; it prints on two or three pages"
    yield f"- vendor-guide.html, questions.html, columns.csv, {PLAN}"
    for block in letter["blocks"]:
        yield f"- {block['id']}: {listed([*filter(None, [block['sql']]), *block['by_hand']]) or 'by our program only'}"
    blanks = [name for name, told in (("--by", request.by), ("--send-to", request.send_to)) if not told]
    if blanks:
        yield f"The letter leaves a blank for {listed(blanks)}: fill it in by hand, or ask again with {listed(blanks)}."
    yield from _left_out(plan, blocks, request)


def _asked_for(plan: Plan, request: Request) -> list[Evidence]:
    """Give the blocks to ask for: of today's process a vendor has no records."""
    if request.evidence:
        return [plan.block(name) for name in request.evidence]
    found = [block for block in plan.evidence if block.data.decided_by != "todays_process"]
    if not found:
        what = "holds decisions of today's process only, of which a vendor has no records"
        raise UsageError.one(plan.path.name, what, "Name a block with --evidence all the same.")
    return found


def _left_out(plan: Plan, blocks: list[Evidence], request: Request) -> Iterator[str]:
    others = [block.id for block in plan.evidence if block not in blocks]
    if others and not request.evidence:
        yield f"Not asked for, since they are decisions of today's process: {listed(others)}."
    for block in blocks:
        if why := _sql(block, request.dialect)[1]:
            yield f"{block.id} has no SQL: {why}."
        if block.data.join is not None:
            yield f"{block.id} joins {block.data.join.source}: send it too, if the vendor may have it."


def _files(plan: Plan, blocks: list[Evidence], request: Request) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Give every file by its name, but for the form; and what the letter says."""
    files = {PLAN: plan.path.read_bytes()}
    told = []
    for block in blocks:
        name = block.id
        text, no_sql = _sql(block, request.dialect)
        if text:
            files[f"{name}.sql"] = text.encode("utf-8")
        hand = by_hand.files_of(block, plan.sha256, f"by-hand-{name}")
        files |= hand
        told.append({**_told(plan, block, request), "sql": f"{name}.sql" if text else "", "no_sql": no_sql})
        told[-1]["by_hand"] = list(hand)
        if block.kind == "representation" and (people := plan.folder / block.data.population.source).is_file():
            files[people.name] = people.read_bytes()
    listing = {block.id: columns.columns_of(block) for block in blocks}
    files["columns.csv"] = columns.as_csv(listing)
    letter = letter_of(plan, told, listing, request)
    guide = resources.template(GUIDE).read_text(encoding="utf-8")
    files["letter.html"] = letter_page(letter, plan.language).encode("utf-8")
    files["vendor-guide.html"] = guide_page(guide, plan.language).encode("utf-8")
    return files, letter


def letter_of(
    plan: Plan, blocks: list[dict[str, Any]], listing: Mapping[str, list[columns.Column]], request: Request
) -> dict[str, Any]:
    """Give what the letter says, as plain data."""
    alike: dict[tuple, list[str]] = {}
    for name, listed_columns in listing.items():
        alike.setdefault(tuple(listed_columns), []).append(name)
    system = plan.system
    return {
        "system": system.title,
        "vendor": system.vendor,
        "agency": system.agency,
        "decides": system.decides,
        "by": request.by,
        "send_to": request.send_to,
        "blocks": blocks,
        "sql": [block["sql"] for block in blocks if block["sql"]],
        "by_hand": [block["by_hand"][-1] for block in blocks if block["by_hand"]],
        "supposed": any(block["supposed"] for block in blocks),
        "columns": [{"blocks": names, "columns": list(found)} for found, names in alike.items()],
        "plan_sha256": plan.sha256,
    }


def _told(plan: Plan, block: Evidence, request: Request) -> dict[str, Any]:
    """Say what is asked of one block: how many records of whom, and how to count them."""
    tally = _at_hand(plan, block)
    needed = how_many(block, tally, rate=request.rate, measures={})
    which = f" --evidence {shlex.quote(block.id)}" if len(plan.evidence) > 1 else ""
    return {
        "id": block.id,
        "question": block.question,
        "unit": "" if block.data.unit == "one record" else block.data.unit,
        "period": block.data.period,
        "numbers": numbers(needed),
        "supposed": tally is None and request.rate is None and any(each.rate is not None for each in needed),
        "command": f"fairaudit tally .{which} --source YOUR-RECORDS.csv -o {shlex.quote(block.id)}",
    }


def _at_hand(plan: Plan, block: Evidence) -> Tally | None:
    """Count what is there already, from which group sizes are taken; None where nothing can be counted."""
    if not at_hand(block, plan.folder):
        return None
    try:
        return read_tally(block, plan.folder)
    except FairauditError:
        return None


def _sql(block: Evidence, dialect: str) -> tuple[str, str]:
    """Give the SQL, and why there is none; one of both is empty."""
    try:
        query = text_alone(block, dialect, {})
    except UsageError as error:
        return "", error.problems[0].what
    lines = [
        f"-- Counts for the evidence {_comment(block.id)}. It reads only, and gives one row a count.",
        f"-- Put the name of your table in the place of {TABLE}, and in the lines above it the names of your columns",
        "-- before AS, in double quotes. Change nothing else. Save the result as CSV, with its header.",
    ]
    return "\n".join([*lines, query, ";", ""]), ""


def _comment(text: str) -> str:
    return " ".join(text.split())
