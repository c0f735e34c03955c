"""What git says of an audit's folder. Only objects are read: no filter, hook or setting of the folder's runs."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

SECONDS = 20


def commit_of(folder: Path, files: Sequence[str]) -> dict[str, Any] | None:
    """Give the commit that a folder is at.

    Args:
        folder: the audit's.
        files: names relative to it.

    Returns:
        The commit, and whether each of those files that exists is in it just as it is; None where there is no git, or
        the folder is in no repository.
    """
    if (head := _git(folder, "rev-parse", "--verify", "HEAD")) is None:
        return None
    commit = head.decode().strip()
    there = [name for name in files if (folder / name).is_file()]
    return {"commit": commit, "clean": all(is_in(folder, commit, name) for name in there)}


def is_in(folder: Path, commit: str, name: str) -> bool:
    """Say whether a commit holds a file just as it is; line ends may be those of this system."""
    held = content_at(folder, commit, name)
    content = (folder / name).read_bytes()
    return held is not None and held in (content, content.replace(b"\r\n", b"\n"))


def content_at(folder: Path, commit: str, name: str) -> bytes | None:
    """Give a file's bytes as a commit holds them; None where it does not, or the commit is not at hand."""
    return _git(folder, "cat-file", "blob", f"{commit}:./{name}")


def sha256_at(folder: Path, commit: str, name: str) -> str | None:
    """Hash a file's bytes as a commit holds them."""
    content = content_at(folder, commit, name)
    return None if content is None else hashlib.sha256(content).hexdigest()


def has_commit(folder: Path, commit: str) -> bool:
    """Say whether the commit is at hand."""
    return _git(folder, "cat-file", "-e", f"{commit}^{{commit}}") is not None


def _git(folder: Path, *words: str) -> bytes | None:
    # A repository may be set to fetch what it lacks: nothing is fetched.
    settings = {**os.environ, "GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
    command = ["git", "-C", str(folder), *words]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False, env=settings)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return done.stdout if done.returncode == 0 else None
