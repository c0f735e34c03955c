"""The folder of kept counts: on this machine, of this user alone, each entry under a keyed hash of what it holds.

The keyed hash tells an entry that was damaged or edited from one that was written here; such an entry is thrown away,
and counted anew. It is no wall against somebody who works as the same user: whoever can read the secret can edit the
report too, and `fairaudit verify` is what tells of that.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import os
import secrets
import stat
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fairaudit.errors import FairauditError
from fairaudit.folders import replace_bytes
from fairaudit.keeping.place import place
from fairaudit.tally import Tally

SECRET = "secret"
SECRET_BYTES = HASH_BYTES = 32
ENDING = ".kept"
MOST_ENTRIES = 500
MOST_BYTES = 1 << 30
FILES = ("kept.tally.json", "kept.tally.csv")


@dataclass(frozen=True)
class Shelf:
    """A folder of entries by name; what cannot be read or written is as if it were not there.

    Attributes:
        folder: where it is.
        secret: what entries are hashed with.
    """

    folder: Path
    secret: bytes

    def get(self, name: str) -> bytes | None:
        """Give an entry; None where there is none, or it is not as it was written."""
        path = self._path(name)
        try:
            told = path.read_bytes()
        except OSError:
            return None
        content = told[HASH_BYTES:]
        if not hmac.compare_digest(told[:HASH_BYTES], self._hash(name, content)):
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # what is used stays longest
        return content

    def put(self, name: str, content: bytes) -> None:
        """Keep an entry, in place of an older one of its name."""
        with contextlib.suppress(OSError):
            replace_bytes(self._path(name), self._hash(name, content) + content)
            self._make_room()

    def counts(self, key: str) -> tuple[Tally, tuple[str, ...]] | None:
        """Give what was kept under a key, whoever made it: counts, and the SQL that counted; None if nothing."""
        content = self.get(key)
        if content is None:
            return None
        try:
            held = json.loads(content)
            with tempfile.TemporaryDirectory(prefix="fairaudit-", ignore_cleanup_errors=True) as scratch:
                for name in FILES:
                    (Path(scratch) / name).write_text(held[name], encoding="utf-8", newline="")
                return Tally.load(Path(scratch) / FILES[0]), tuple(held["sql"])
        except (FairauditError, OSError, ValueError, KeyError):
            return None  # written by another version, or there is no room to unpack it

    def keep(self, key: str, tally: Tally, sql: Sequence[str] = ()) -> None:
        """Keep counts under a key, with the SQL that counted."""
        try:
            with tempfile.TemporaryDirectory(prefix="fairaudit-", ignore_cleanup_errors=True) as scratch:
                tally.save(Path(scratch) / FILES[0])
                held = {name: (Path(scratch) / name).read_bytes().decode("utf-8") for name in FILES}
        except (FairauditError, OSError):
            return
        self.put(key, json.dumps({**held, "sql": list(sql)}).encode("utf-8"))

    def entries(self) -> list[tuple[float, int, Path]]:
        """List what is kept, the longest unused first: when it was used, its bytes, and its path."""
        found = []
        for path in self.folder.glob(f"*{ENDING}"):
            with contextlib.suppress(OSError):
                about = path.stat()
                found.append((about.st_mtime, about.st_size, path))
        return sorted(found)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}{ENDING}"

    def _hash(self, name: str, content: bytes) -> bytes:
        """Hash an entry with its name, so that none can be put in the place of another."""
        return hmac.digest(self.secret, name.encode() + b"\0" + content, "sha256")

    def _make_room(self) -> None:
        entries = self.entries()
        size = sum(each for _, each, _ in entries)
        for rank, (_, each, path) in enumerate(entries):
            if len(entries) - rank <= MOST_ENTRIES and size <= MOST_BYTES:
                return
            with contextlib.suppress(OSError):
                path.unlink()
            size -= each


def shelf() -> Shelf | None:
    """Open the folder of kept counts; None where there is to be none, or it is not this user's alone."""
    folder = place()
    if folder is None:
        return None
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_ours_alone(folder):
            return None
        return Shelf(folder, _secret(folder / SECRET))
    except OSError:
        return None


def _is_ours_alone(folder: Path) -> bool:
    """Say whether nobody else can read or write a folder; Windows keeps the user's folders so by itself."""
    if os.name != "posix":
        return True
    about = folder.stat()
    return about.st_uid == os.getuid() and not stat.S_IMODE(about.st_mode) & 0o077


def _secret(path: Path) -> bytes:
    """Give the secret, which is drawn when it is first asked for."""
    with contextlib.suppress(FileExistsError):
        aside = path.with_name(f".{SECRET}.{secrets.token_hex(4)}")
        try:
            aside.touch(mode=0o600, exist_ok=False)
            aside.write_bytes(secrets.token_bytes(SECRET_BYTES))
            if not path.exists():
                os.link(aside, path)  # the first of two that draw one at once
        finally:
            aside.unlink(missing_ok=True)
    secret = path.read_bytes()
    if len(secret) != SECRET_BYTES:
        raise OSError("the secret is not whole")
    return secret
