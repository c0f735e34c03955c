"""The records counted again, every number computed again, and the page written again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from errno import ENOENT
from typing import Any

from fairaudit.disclosure import public_copy
from fairaudit.errors import DataError
from fairaudit.own_code import measures_of, own_measures
from fairaudit.plan import TALLY_SUFFIX, Evidence
from fairaudit.plan.files import places
from fairaudit.rehearsal import shuffled
from fairaudit.report.html import render
from fairaudit.report.notebook import FOLDER, notebook_page
from fairaudit.results import block_results, json_text
from fairaudit.sources import read_tally
from fairaudit.tally import Tally
from fairaudit.verifying.seen import ASK, RUN_AGAIN, Sealed, Seen, is_regular, read_json
from fairaudit.verifying.values import Apart, apart

SHOWN = 4
FIRST = ("verdict", "rate", "events", "n", "read", "records", "value", "estimate", "lower", "upper")


def check_block(seen: Seen, sealed: Sealed, block: Evidence, *, recount: bool) -> None:
    """Count a block's records again, compute its results again, and compare value by value.

    Args:
        seen: what was seen.
        sealed: the report.
        block: of the plan as it is now.
        recount: whether to read its records; else the saved counts are taken.
    """
    stated = next((entry for entry in sealed.results["evidence"] if entry["id"] == block.id), None)
    if stated is None:
        what = f"results.json holds nothing on evidence {block.id}."
        seen.differs(what, "The report leaves out a part of the plan.", RUN_AGAIN)
        return
    own = measures_of(own_measures(sealed.plan, block, allow_code=True))  # the caller has asked, where there is any
    saved = _saved(seen, sealed, block)
    tally = _recounted(seen, sealed, block, saved) if recount else saved
    if tally is None:
        seen.unchecked.append(f"the results of {block.id}: there are no counts to compute from.")
        return
    _compare(seen, block.id, stated, block_results(sealed.plan, block, tally, own), recounted=tally is not saved)


def _saved(seen: Seen, sealed: Sealed, block: Evidence) -> Tally | None:
    """Load the counts that the run saved."""
    path = sealed.report / "tally" / f"{block.id}{TALLY_SUFFIX}"
    try:
        if not all(map(is_regular, places(path))):
            raise FileNotFoundError(ENOENT, "there is no such file")
        return Tally.load(path)
    except (DataError, OSError) as error:
        said = "; ".join(problem.what for problem in error.problems) if isinstance(error, DataError) else error.strerror
        what = f"The saved counts of {block.id} cannot be read: {said}."
        seen.differs(what, "Nobody can compute from them.", RUN_AGAIN)
        return None


def _recounted(seen: Seen, sealed: Sealed, block: Evidence, saved: Tally | None) -> Tally | None:
    """Count the records as the run did; say where that gives other counts than were saved."""
    if block.data.is_tally:
        seen.note(f"The records of {block.id} were not recounted: its source is counts that somebody handed in.")
    tally = read_tally(block, sealed.plan.folder, plan_sha256=sealed.seal["plan"]["sha256"])
    if sealed.results["audit"]["rehearsal"]:
        tally = shuffled(tally)
    if saved is None:
        return tally
    # A plan that was changed is said elsewhere: here counts are compared.
    noted = replace(saved.about, plan_sha256=tally.about.plan_sha256)
    if Tally(noted, saved.cells) == tally:
        return saved
    what = f"The records of {block.id} give other counts than the report's tally ({_people(saved, tally)})."
    seen.differs(what, "The tally, the plan or the records were changed after the run.", ASK)
    return tally


def _people(saved: Tally, now: Tally) -> str:
    if saved.records != now.records:
        return f"{saved.records:,} records were sealed, {now.records:,} are counted now"
    return f"{now.records:,} records in both"


def _compare(seen: Seen, name: str, stated: Mapping[str, Any], now: Mapping[str, Any], *, recounted: bool) -> None:
    every = list(apart([stated], [now], (), "evidence"))
    found, near = ([each for each in every if each.near is late] for late in (False, True))
    if near:
        seen.note(
            f"{len(near)} numbers of {name} differ in late digits only, as machines may (first: {near[0].place}, "
            f"sealed {near[0].was}, recomputed {near[0].now})."
        )
    said = "recomputed from the records" if recounted else "recomputed"
    means = "These numbers and words do not come out again from plan and counts as they are."
    parts = list(dict.fromkeys(each.part for each in found))
    for part in parts:
        of_part = sorted((each for each in found if each.part == part), key=_rank)
        told = [f"{each.place}: sealed {each.was}, {said} {each.now}" for each in of_part[:SHOWN]]
        more = f"; and {len(of_part) - SHOWN} more values of it" if len(of_part) > SHOWN else ""
        seen.differs(f"{'; '.join(told)}{more}.", means, ASK)


def _rank(each: Apart) -> int:
    """What a reader looks at first comes first: the verdict, then groups' rates, then other numbers, then words."""
    return FIRST.index(each.key) if each.key in FIRST else len(FIRST)


def check_page(seen: Seen, sealed: Sealed) -> None:
    """Write the pages and the public copy again from `results.json`, and compare bytes."""
    public = public_copy(sealed.results)
    _check_written(seen, sealed, "report.html", render(sealed.results))
    _check_written(seen, sealed, "results.public.json", json_text(public))
    _check_written(seen, sealed, "report.public.html", render(public))


def check_notebook_pages(seen: Seen, sealed: Sealed) -> None:
    """Write the page of each executed notebook again from the notebook beside it, and compare bytes."""
    for block in sealed.results["evidence"]:
        name = f"{FOLDER}/{block['id']}.html"
        executed = read_json(sealed.report / FOLDER / f"{block['id']}.ipynb")
        if name in sealed.seal["files"] and executed is not None:
            _check_written(seen, sealed, name, notebook_page(executed, sealed.results, block["id"]), "its notebook")


def _check_written(seen: Seen, sealed: Sealed, name: str, text: str, source: str = "results.json") -> None:
    page = text.encode("utf-8")
    path = sealed.report / name
    held = path.read_bytes() if path.is_file() else page
    if held == page:
        return
    if not sealed.same_version:
        what = f"{name} is not what this version writes from {source}."
        seen.differs(what, "Another version wrote it.", "Verify it with that version.")
        return
    at = next(
        (place for place, (a, b) in enumerate(zip(held, page, strict=False)) if a != b), min(len(held), len(page))
    )
    line = held.count(b"\n", 0, at) + 1
    kind = "the page" if name.endswith(".html") else "the public copy"
    what = f"{name} is not {kind} that {source} gives (first at line {line})."
    seen.differs(what, "It shows another thing than the results.", ASK)
