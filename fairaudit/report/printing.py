"""Printing the report to PDF in a process of its own: several at a time, and whatever happens there stays there.

Pango, which lays the text out, is a library of the system. Where it is missing the report is written all the same,
without its PDF, and a line says how to get it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SECONDS = 900
PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
MEND = {
    "pango": f"Debian, Ubuntu: apt-get install {PACKAGES}; Fedora: dnf install pango; macOS: brew install pango; "
    "conda, also on Windows: conda install -c conda-forge weasyprint.",
    "weasyprint": "pip install weasyprint; with conda: conda install -c conda-forge weasyprint.",
}
LACKS = {
    "pango": "Pango, which lays out the text of report.pdf, is not on this machine.",
    "weasyprint": "WeasyPrint, which writes report.pdf, is not installed.",
}


@dataclass(frozen=True)
class Printed:
    """How printing ended.

    Attributes:
        versions: of WeasyPrint and of Pango, which the bytes of a PDF depend on; empty where there is no PDF.
        why: why there is none, in a sentence; empty where there is one.
        mend: what to do about it.
    """

    versions: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
    mend: str = ""


class Printing:
    """A page on its way to paper.

    Args:
        page: the page's file.
        target: the PDF to write.
        words: the fixed words `pdf`.
    """

    def __init__(self, page: Path, target: Path, words: Mapping[str, str]):
        self.process = _start(str(page), str(target), json.dumps(words))

    def done(self) -> Printed:
        """Wait until it is printed, or say why it is not."""
        return _ended(self.process)

    def stop(self) -> None:
        """End it, where it still goes on."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


def available() -> Printed:
    """Say with which versions this machine prints, or why it cannot."""
    return _ended(_start())


def _start(*arguments: str) -> subprocess.Popen[str]:
    """Start it where this package is found, and nothing of the folder that we happen to be in."""
    package = str(Path(__file__).resolve().parents[2])
    paths = [package, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-P", "-m", "fairaudit.report.pdf", *arguments]
    quiet: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, **quiet)


def _ended(process: subprocess.Popen[str]) -> Printed:
    try:
        output, _ = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return _failed(f"it took more than {SECONDS // 60} minutes")
    told = _told(output)
    if missing := told.get("missing"):
        return Printed(why=LACKS[missing], mend=MEND[missing])
    if process.returncode or "failed" in told:
        return _failed(told.get("failed", f"its process ended with {process.returncode}"))
    return Printed(told)


def _told(output: str) -> dict[str, str]:
    try:
        return json.loads(output.splitlines()[-1])
    except (IndexError, ValueError):
        return {}


def _failed(how: str) -> Printed:
    return Printed(why=f"WeasyPrint could not write report.pdf ({how}).", mend="Print report.html from a browser.")
