"""One tree of user errors: where it is, what is wrong, the nearest right answer.

Everything a user can mend is raised as a `FairauditError`, which the command line prints
without a traceback. An error gathers *all* its problems, so that a plan is mended in one go.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing to mend.

    Attributes:
        where: place as the user would find it, such as ``audit.yaml line 12: evidence[0].groups``.
        what: what is wrong, one sentence.
        hint: what to do about it, one sentence; empty where nothing can be advised.
        on_paper: where the other two name values of the records, what is wrong without them: for a page, which may be
            passed on.
    """

    where: str
    what: str
    hint: str = ""
    on_paper: str = ""

    def __str__(self) -> str:
        """Give the place, the problem and the hint on indented lines."""
        return "\n      ".join(part for part in (f"{self.where}: {self.what}", self.hint) if part)


class FairauditError(Exception):
    """A mistake that the user can mend; subclasses fix the exit code."""

    exit_code = 2

    def __init__(self, problems: Problem | Iterable[Problem]):
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))

    @classmethod
    def one(cls, where: str, what: str, hint: str = ""):
        """Build an error of a single problem."""
        return cls(Problem(where, what, hint))


class PlanError(FairauditError):
    """The plan (`audit.yaml`) or a command's words are wrong. Exit code 2."""

    exit_code = 2


class UsageError(PlanError):
    """A command or function was called in a way that cannot work. Exit code 2."""


class DataError(FairauditError):
    """The records or the tally cannot be counted as the plan says. Exit code 3."""

    exit_code = 3


class NotebookError(FairauditError):
    """A notebook did not finish, or wrote other numbers than its tally gives. Exit code 4."""

    exit_code = 4


def nearest(word: str, choices: Sequence[str]) -> str:
    """Suggest the choice that `word` was probably meant to be.

    Args:
        word: what the user wrote.
        choices: what would have been right, in the order to list them.

    Returns:
        "Did you mean 'x'?" where one choice is close, else a short list of the choices, else "".
    """
    choices = [str(choice) for choice in choices]
    folded = {choice.casefold(): choice for choice in reversed(choices)}
    close = difflib.get_close_matches(str(word).casefold(), list(folded), n=1, cutoff=0.6)
    if close:
        return f"Did you mean {folded[close[0]]!r}?"
    return f"It can be: {listed(choices)}." if choices else ""


def counted(name: str, number: int) -> str:
    """Write a group's name and a count: Black 120; but Wards 7 and 8: 120."""
    return f"{name}{':' if name[-1:].isdigit() else ''} {number:,}"


def listed(words: Sequence[object], most: int = 12) -> str:
    """Join words with commas, cutting a long list with how many more there are."""
    shown = ", ".join(str(word) for word in words[:most])
    return shown if len(words) <= most else f"{shown} and {len(words) - most} more"
