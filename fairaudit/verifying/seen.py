"""What a verification has seen: every difference, in a sentence with what it means and whose move it is."""

from __future__ import annotations

import contextlib
import hashlib
import json
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fairaudit.errors import FairauditError
from fairaudit.plan import Plan
from fairaudit.workflow import seal
from fairaudit.workflow.registration import Register

LARGEST = 500_000_000

RUN_AGAIN = "The analyst runs the audit again, or puts back what was there."
ASK = "The analyst, who sealed it, says which is right; until then, do not rely on it."
PUT_BACK = "Put it back as it was, or run the audit again."
SIGN_AGAIN = "Whoever signed reads what is there now, and signs again or objects."


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was sealed, or does not come out again.

    Attributes:
        what: what differs, a sentence.
        means: what that means, a sentence.
        move: whose move it is, a sentence.
        of_people: whether the report is as it was sealed, and it is for somebody to sign again.
    """

    what: str
    means: str
    move: str
    of_people: bool = False

    def __str__(self) -> str:
        """Give the three sentences in a line."""
        return f"{self.what} {self.means} {self.move}"


@dataclass
class Seen:
    """Gathers what was seen.

    Attributes:
        differences: what differs.
        notes: what a reader should know, and is no difference.
        unchecked: what was not looked at, though it could be.
        checked: what was found to be as it should, in a few words each.
    """

    differences: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)

    def differs(self, what: str, means: str, move: str, *, of_people: bool = False) -> None:
        """Note a difference, once."""
        found = Difference(what, means, move, of_people)
        if found not in self.differences:
            self.differences.append(found)

    def note(self, text: str) -> None:
        """Note what is no difference, once."""
        if text not in self.notes:
            self.notes.append(text)

    @contextlib.contextmanager
    def checking(self, what: str) -> Iterator[None]:
        """Check one thing; whatever a forged file makes of it, the others are checked too.

        Args:
            what: what is checked, as a sentence begins.
        """
        before = len(self.differences)
        try:
            yield
        except FairauditError as error:
            said = "; ".join(f"{problem.where}: {problem.what}" for problem in error.problems)
            self.differs(f"{what} could not be checked: {said}.", "Nothing can be said of it.", PUT_BACK)
        except OSError as error:
            said = error.strerror or "input or output error"
            self.differs(f"{what} could not be checked ({said}).", "Nothing can be said of it.", PUT_BACK)
        except Exception as error:  # files may hold anything at all: that is a difference, and no reason to stop
            said = f"a file has not the form that fairaudit writes ({type(error).__name__})"
            self.differs(f"{what} could not be checked: {said}.", "Somebody else wrote that file.", PUT_BACK)
        else:
            if len(self.differences) == before:
                self.checked.append(what[:1].lower() + what[1:])


@dataclass
class Sealed:
    """A report, its seal, and the audit that it is of.

    Attributes:
        folder: the audit's.
        report: the report's folder.
        seal: `seal.json`.
        results: `results.json`; None where it cannot be read.
        plan: the plan as it is now; None where it cannot be read.
        register: the register as it is now; None where it cannot be read.
    """

    folder: Path
    report: Path
    seal: Mapping[str, Any]
    results: Mapping[str, Any] | None = None
    plan: Plan | None = None
    register: Register | None = None

    @property
    def same_version(self) -> bool:
        """Say whether this version of fairaudit wrote the report."""
        from fairaudit import __version__

        return self.seal.get("versions", {}).get("fairaudit") == __version__


def read_json(path: Path) -> dict[str, Any] | None:
    """Read a mapping from a file; None where there is none that can be read."""
    try:
        if not is_regular(path) or path.stat().st_size > LARGEST:
            return None
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def is_regular(path: Path) -> bool:
    """Say whether a name leads to a file with content, and not to a device or a pipe, which may never end."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def inside(folder: Path, name: Any) -> Path | None:
    """Give a file of a folder by its name; None where it lies elsewhere, or is none."""
    if not isinstance(name, str):
        return None
    try:
        path = folder / name
        return path if folder.resolve() in path.resolve().parents and is_regular(path) else None
    except (OSError, ValueError, RuntimeError):
        return None


def how_changed(path: Path, sealed: str) -> str:
    """Say in a few words how a file's content is another one; empty where it is the same."""
    if seal.sha256(path) == sealed:
        return ""
    if path.stat().st_size == 0:
        return "is empty"
    if path.stat().st_size < LARGEST:
        content = path.read_bytes()
        plain = content.replace(b"\r\n", b"\n")
        for other in (plain, plain.replace(b"\n", b"\r\n")):
            if hashlib.sha256(other).hexdigest() == sealed:
                return "differs only in its line ends, which mail programs and git may change"
    return "is not the file that was sealed"
