"""A seal that was held elsewhere: only that shows a report and its seal rewritten together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fairaudit.errors import UsageError
from fairaudit.verifying.seen import ASK, Sealed, Seen, read_json
from fairaudit.verifying.values import Apart, apart
from fairaudit.workflow import seal

SHOWN = 12
MEANS = "The report was made again, or rewritten, after that seal was put aside."


def read_held(held: str | Path) -> str | dict[str, Any]:
    """Read a seal held elsewhere: a file, or only its hash.

    Raises:
        UsageError: it is neither.
    """
    if re.fullmatch(r"[0-9a-fA-F]{64}", str(held)):
        return str(held).lower()
    content = read_json(Path(held))
    if content is None or not isinstance(content.get("files"), dict):
        hint = "Name a seal.json, or write the 64 letters and digits that `fairaudit run` printed."
        raise UsageError.one(str(held), "is no seal", hint)
    return content


def check_held(seen: Seen, sealed: Sealed, other: str | Mapping[str, Any]) -> None:
    """Compare the seal with one held elsewhere."""
    if isinstance(other, str):
        if other != seal.root_of(sealed.seal):
            what = f"The seal held elsewhere is {other}, and this report's is {seal.root_of(sealed.seal)}."
            seen.differs(what, f"{MEANS} A held seal.json would say what differs.", ASK)
        return
    if other.get(seal.ROOT) != seal.root_of(other):
        what = "The held seal was edited: its own hash does not fit what it holds."
        seen.differs(what, "It proves nothing.", "Take another copy.")
    if _of_another_audit(other, sealed.seal):
        what = "The held seal is of another audit: neither its plan nor any of its data is this one's."
        seen.differs(what, "It says nothing of this report.", "Name the seal of this audit.")
        return
    found = [*_told(other, sealed.seal)]
    for each in found[:SHOWN]:
        seen.differs(f"Held elsewhere, {each.place} was {each.was}; it is {each.now} now.", MEANS, ASK)
    if len(found) > SHOWN:
        seen.differs(f"{len(found) - SHOWN} more entries differ from the held seal.", MEANS, ASK)
    if not found and other.get(seal.RAN) != sealed.seal.get(seal.RAN):
        when = (other.get(seal.RAN) or {}).get("ended")
        seen.note(f"The held seal is of another run ({when}) of the very same plan, data and answers.")


def _of_another_audit(held: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    return held["plan"] != now["plan"] and not (_data(held) & _data(now))


def _data(content: Mapping[str, Any]) -> set[str]:
    return {facts["source_sha256"] for facts in content["evidence"].values()}


WORDS = (
    (r"plan, sha256", "the plan's hash"),
    (r"evidence, (\S+), source sha256", "the hash of the data of {0}"),
    (r"evidence, (\S+), notebook sha256", "the hash of the notebook of {0}"),
    (r"evidence, (\S+), tally sha256", "the hash of the counts of {0}"),
    (r"files, (.+)", "the hash of {0}"),
    (r"attachments, (.+)", "the hash of the attachment {0}"),
    (r"answers, sha256", "the hash of the answers"),
    (r"register, sha256", "the hash of the register"),
    (r"to sign", "the hash that people signed"),
)


def _told(held: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Apart]:
    own = (seal.ROOT, seal.RAN, seal.WHOLE)
    for each in apart(*({name: entry for name, entry in found.items() if name not in own} for found in (held, now))):
        place = each.place
        for pattern, words in WORDS:
            if match := re.fullmatch(pattern, place):
                place = words.format(*match.groups())
        yield Apart(place, _short(each.was), _short(each.now))


def _short(text: str) -> str:
    return f"{text[:12]}…" if re.fullmatch(r"[0-9a-f]{64}", text) else text
