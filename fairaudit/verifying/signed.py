"""Detached signatures: made by `ssh-keygen -Y sign` over a small text file that holds the hash that was signed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from fairaudit.verifying.seen import ASK, SIGN_AGAIN, Sealed, Seen, inside
from fairaudit.workflow import seal

FOLDER, ALLOWED, NAMESPACE = "signatures", "allowed_signers", "fairaudit"
SECONDS, LARGEST = 20, 100_000


def check_signatures(seen: Seen, sealed: Sealed) -> None:
    """Verify each signature in the audit's folder `signatures/`, where ssh-keygen is present."""
    folder = sealed.folder / FOLDER
    texts = sorted(path.name for path in folder.glob("*.txt"))
    made = sorted(path.name for path in folder.glob("*.sig"))
    if not texts and not made:
        return
    tool = shutil.which("ssh-keygen")
    if tool is None:
        seen.unchecked.append(f"There are signatures in {FOLDER}/, and no ssh-keygen here to verify them.")
    for name in texts:
        found = [each for each in made if each in (f"{name}.sig", f"{name.removesuffix('.txt')}.sig")]
        _hash_in(seen, sealed, folder, name)
        if not found:
            what = f"{FOLDER}/{name} has no signature beside it."
            seen.differs(what, "Anybody can have written it.", "Whoever it names signs it, or it is taken away.")
        elif tool:
            _verify(seen, tool, folder, name, found[0])
    for name in made:
        if not {name.removesuffix(".sig"), f"{name.removesuffix('.sig')}.txt"} & set(texts):
            what = f"{FOLDER}/{name} is a signature, and the text that was signed is missing."
            seen.differs(what, "Nobody can tell what was signed.", ASK)


def _hash_in(seen: Seen, sealed: Sealed, folder: Path, name: str) -> None:
    """Say where a text holds neither the hash that people sign nor the seal's."""
    path = inside(folder, name)
    text = path.read_text(encoding="utf-8", errors="replace") if path and path.stat().st_size < LARGEST else ""
    current = {sealed.seal.get("to_sign"), sealed.seal.get(seal.ROOT)}
    hashes = re.findall(r"\b[0-9a-f]{64}\b", text)
    if not hashes:
        what = f"{FOLDER}/{name} holds no hash."
        seen.differs(what, "A signature under it says nothing of this report.", SIGN_AGAIN)
    elif not set(hashes) <= current:
        what = f"{FOLDER}/{name} is stale: it names another hash than this report's."
        seen.differs(what, "What was signed is not what is there now.", SIGN_AGAIN)


def _verify(seen: Seen, tool: str, folder: Path, name: str, signature: str) -> None:
    allowed, text, sig = (inside(folder, each) for each in (ALLOWED, name, signature))
    if allowed is None:
        what = f"{FOLDER}/{ALLOWED} is missing."
        seen.differs(what, "Nobody has said whose keys count.", "Put it back, with a line for each person.")
        return
    if text is None or sig is None or text.stat().st_size > LARGEST:
        seen.differs(f"{FOLDER}/{signature} is no file that can be read.", "Nothing is signed by it.", ASK)
        return
    found = _ssh(tool, "find-principals", "-s", sig, "-f", allowed)
    who = found.stdout.decode("utf-8", "replace").splitlines() if found and found.returncode == 0 else []
    if not who:
        what = f"{FOLDER}/{signature} is by a key that {ALLOWED} does not name, or is no signature."
        seen.differs(what, "Nobody who counts has signed.", ASK)
        return
    words = ("-I", who[0], "-n", NAMESPACE, "-s", sig, "-f", allowed)
    done = _ssh(tool, "verify", *words, content=text.read_bytes())
    if done is None or done.returncode:
        what = f"{FOLDER}/{signature} does not fit {name}, or was made for another purpose than {NAMESPACE}."
        seen.differs(what, "The text or the signature was altered.", ASK)
        return
    seen.note(f"{FOLDER}/{name} is signed by {who[0]}, with a key that {FOLDER}/{ALLOWED} names.")


def _ssh(tool: str, action: str, *words: object, content: bytes = b"") -> subprocess.CompletedProcess[bytes] | None:
    command = [tool, "-Y", action, *map(str, words)]
    try:
        return subprocess.run(command, input=content, capture_output=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
