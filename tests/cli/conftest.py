"""What the tests of commands share: a command line that runs in this process, and reads as text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from fairaudit.cli import main


@dataclass(frozen=True)
class Said:
    """What a command said: its exit code, its output and its complaints, unwrapped."""

    code: int
    out: str
    err: str


@pytest.fixture
def say(capsys, monkeypatch) -> Callable[..., Said]:
    """Give a function that runs a command on a wide terminal."""
    monkeypatch.setenv("COLUMNS", "100")

    def run(*words: object) -> Said:
        try:
            code = main([str(word) for word in words])
        except SystemExit as stop:
            code = stop.code
        out, err = capsys.readouterr()
        return Said(code, " ".join(out.split()), " ".join(err.split()))

    return run
