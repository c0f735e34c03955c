"""Hashes of the files that a block reads, which are not read again as long as nothing tells that they were changed.

A file is taken for the one that was hashed where its path, device, inode, size, and times of change of content and of
state are those of then, and both times lie two seconds before it was hashed. Any ordinary write moves one of them; who
sets the clock back or writes to the disk past the file system can get by. `fairaudit run` therefore hashes every source
anew for the seal, and takes no counts of a file that has another hash.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path

from fairaudit.folders import sha256
from fairaudit.keeping.shelf import Shelf
from fairaudit.plan import Evidence
from fairaudit.plan.files import parquet_files

AT_REST = 2_000_000_000
"""Nanoseconds for which a file must have been left alone: file systems tell times no finer than this."""
COMPANIONS = {
    ".shp": (".dbf", ".shx", ".prj", ".cpg"),
    **dict.fromkeys((".sqlite", ".sqlite3", ".db"), ("-wal", "-journal")),
    **dict.fromkeys((".duckdb", ".ddb"), (".wal",)),
}
"""Endings of files that hold more of the same beside them; those that begin with a hyphen are put behind the name."""


def inputs(evidence: Evidence, folder: Path) -> dict[str, Path]:
    """Name every file that is read to count a block's records, by what it is to the block."""
    named = {"source": evidence.data.source, **evidence.data.beside}
    return {said: path for name, source in named.items() for said, path in _files(name, folder / source)}


def _files(name: str, path: Path) -> Iterator[tuple[str, Path]]:
    if path.is_dir():
        yield from ((f"{name} {found.relative_to(path).as_posix()}", found) for found in parquet_files(path))
        return
    yield name, path
    for ending in COMPANIONS.get(path.suffix.lower(), ()):
        beside = path.with_suffix(ending) if path.suffix.lower() == ".shp" else path.with_name(path.name + ending)
        if beside.exists():
            yield f"{name} {ending}", beside


def sha256_of(path: Path, shelf: Shelf) -> str:
    """Hash a file's bytes, or give the hash of then where it is the file of then.

    Raises:
        OSError: it cannot be read.
    """
    path = path.resolve()
    name = "file-" + hashlib.sha256(str(path).encode("utf-8", "surrogatepass")).hexdigest()
    stamp = _stamp(path)
    if known := shelf.get(name):
        held, digest = json.loads(known)
        if held == stamp:
            return digest
    began = time.time_ns()
    digest = sha256(path)
    at_rest = max(stamp[-2:]) + AT_REST < began
    if at_rest and _stamp(path) == stamp:
        shelf.put(name, json.dumps([stamp, digest]).encode())
    return digest


def _stamp(path: Path) -> list[int]:
    found = path.stat()
    return [found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns]
