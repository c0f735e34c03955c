"""The report's files beside the seal's list: changed, missing, added, or a link to elsewhere."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fairaudit.verifying.seen import ASK, PUT_BACK, Sealed, Seen, how_changed, is_regular
from fairaudit.workflow import seal

# What a change of it means, by the beginning of its name.
MEANS = {
    "report.html": "Whoever reads this page does not read what was computed.",
    "report.pdf": "Whoever reads or prints it does not read what was computed.",
    "report.public.html": "The public reads another page than the results give.",
    "results.public.json": "What is published is not what was sealed.",
    "results.json": "Its numbers, verdicts or signatures are not those that were sealed.",
    "tally/": "The counts are not those that every number came from.",
    "notebooks/": "The notebook does not show what was run.",
}
OURS = (seal.FILE, "failed.html")
FORM = {
    **dict.fromkeys(("plan", "evidence", "versions", "beside", "attachments", "files", seal.RAN), dict),
    "code": list,
    **dict.fromkeys((seal.ROOT, seal.WHOLE, "to_sign"), str),
    **dict.fromkeys(("answers", "register"), object),
}


def lacking(content: Mapping[str, Any]) -> list[str]:
    """Say which parts of a seal are not there, or of another form."""
    return [
        f"{name} {'is of another form' if name in content else 'is missing'}"
        for name, kind in FORM.items()
        if name not in content or not isinstance(content[name], kind)
    ]


def check_files(seen: Seen, sealed: Sealed) -> None:
    """Compare every file of the report with the seal."""
    known = sealed.seal["files"]
    found = dict(_walked(sealed.report))
    for name in sorted(known.keys() - found.keys()):
        seen.differs(f"{name} is missing from the report.", "The report is not whole.", PUT_BACK)
    for name in sorted(found.keys() - known.keys() - set(OURS)):
        means = "The seal says nothing of it: no run wrote it."
        seen.differs(
            f"{name} was added to the report.", means, "Move it elsewhere; do not read it as part of the audit."
        )
    for name in sorted(known.keys() & found.keys()):
        _check(seen, name, found[name], known[name])
    if "failed.html" in found:
        seen.note("A later run failed and left failed.html; this report is the one before it.")


def _check(seen: Seen, name: str, path: Path, known: str) -> None:
    means = next((text for start, text in MEANS.items() if name.startswith(start)), "The report is not as it was.")
    if path.is_symlink():
        seen.differs(f"{name} is a link to another place.", "A report holds files only; links can be turned.", PUT_BACK)
    elif not is_regular(path):
        seen.differs(f"{name} is no file.", "The report is not whole.", PUT_BACK)
    elif how := how_changed(path, known):
        seen.differs(f"{name} {how}.", means, ASK)


def _walked(folder: Path) -> Iterator[tuple[str, Path]]:
    """Give what lies in a folder, links and all that is no folder; no link is followed."""
    for place, folders, files in os.walk(folder, followlinks=False):
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        for name in [*files, *links]:
            path = Path(place) / name
            yield path.relative_to(folder).as_posix(), path


def check_seal(seen: Seen, sealed: Sealed) -> None:
    """Check that the seal fits itself and the results."""
    content, results = sealed.seal, sealed.results
    if content.get(seal.ROOT) != seal.root_of(content):
        what = "seal.json was edited: its own hash does not fit what it holds."
        seen.differs(what, "What it says of other files is worth nothing.", ASK)
    elif content.get(seal.WHOLE) != seal.whole_of(content):
        what = "seal.json was edited: when, where or on what commit it was run is not what was sealed."
        seen.differs(what, "No number rests on that; the day may.", ASK)
    if results is None:
        return
    stated = results.get("seal")
    if stated != {name: content.get(name) for name in stated or ()} or not stated:
        what = "results.json and seal.json name different inputs or versions."
        seen.differs(what, "They are not of the same run.", ASK)
    if results["determination"]["to_sign"] != content["to_sign"]:
        what = "results.json and seal.json name different hashes to sign."
        seen.differs(what, "They are not of the same run.", ASK)
