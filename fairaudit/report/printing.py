"""Printing the report to PDF in a process of its own: several at a time, and whatever happens there stays there.

Pango, which lays the text out, is a library of the system. Where it is missing the report is written all the same,
without its PDF, and a line says how to get it.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

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
    """A process that prints one page. It loads its libraries at once, so begin it before the page is there."""

    def __init__(self):
        # It finds this package where we do, and nothing in the folder that we happen to be in.
        package = str(Path(__file__).resolve().parents[2])
        paths = [package, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "fairaudit.report.pdf"],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )

    def begin(self, page: Path, target: Path, words: Mapping[str, str]) -> None:
        """Hand the page over.

        Args:
            page: the page's file.
            target: the PDF to write.
            words: the fixed words `pdf`.
        """
        asked = {"page": str(page), "target": str(target), "words": dict(words)}
        with contextlib.suppress(OSError):  # it has ended, and says why
            self.process.stdin.write(json.dumps(asked))
            self.process.stdin.close()
        self.process.stdin = None

    def done(self) -> Printed:
        """Wait until the page is printed, or say why it is not."""
        try:
            output, _ = self.process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            self.stop()
            return _failed(f"it took more than {SECONDS // 60} minutes")
        told = _told(output)
        if missing := told.get("missing"):
            return Printed(why=LACKS[missing], mend=MEND[missing])
        if self.process.returncode or "failed" in told:
            return _failed(told.get("failed", f"its process ended with {self.process.returncode}"))
        return Printed(told)

    def stop(self) -> None:
        """End it, where it still goes on."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


def available() -> Printed:
    """Say with which versions this machine prints, or why it cannot."""
    return Printing().done()


def _told(output: str) -> dict[str, str]:
    try:
        return json.loads(output.splitlines()[-1])
    except (IndexError, ValueError):
        return {}


def _failed(how: str) -> Printed:
    return Printed(why=f"WeasyPrint could not write report.pdf ({how}).", mend="Print report.html from a browser.")
