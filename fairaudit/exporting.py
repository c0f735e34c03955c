"""What every export shares: how it is registered, what it is given, and how an unanswered field is written.

An export is a function from sealed results to files. It stands in a file of its own in `fairaudit/exports/`, which is
found by being there, under one decorator line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from fairaudit.errors import FairauditError
from fairaudit.page_one import DEMONSTRATION
from fairaudit.report.html import page
from fairaudit.report.tables import table
from fairaudit.workflow.questions import catalogue
from fairaudit.workflow.roles import ROLES, SIGNING

INTERNAL = "INTERNAL COPY: small counts are not hidden in it. It is not for publication as it is."
REHEARSAL = "REHEARSAL: the groups' labels were shuffled. No number here is a result."


class CannotExportError(FairauditError):
    """The audit does not hold what this export needs, or nobody has allowed it. Exit code 2."""


@dataclass(frozen=True)
class Sealed:
    """What an export is made from.

    Attributes:
        results: what `results.json` holds.
        root: the root of the seal over it; "" where it was not sealed.
        may_show: whether the legal role has allowed every count to be published.
    """

    results: Mapping[str, Any]
    root: str = ""
    may_show: bool = False

    @property
    def notices(self) -> list[str]:
        """What must stand on top of every output: a demonstration, a rehearsal, a copy with small counts in it."""
        audit = self.results["audit"]
        internal = audit["copy"] == "internal" and not self.may_show
        all_made_up = all(block["origin"] == "synthetic" for block in self.results["evidence"])
        made_up = DEMONSTRATION["all" if all_made_up else "some"]
        return [made_up] * audit["demonstration"] + [REHEARSAL] * audit["rehearsal"] + [INTERNAL] * internal

    @property
    def sealed(self) -> str:
        """Say which report this was made from."""
        root = f"seal {self.root}" if self.root else "not sealed"
        return f"Made from the report of {self.results['audit']['title']} by {self.results['made_by']}; {root}."

    def answer(self, question: str) -> Field:
        """Give what was answered to a question, or who has yet to."""
        given = next((each for each in self.results["answers"] if each["id"] == question), None)
        role = ROLES[catalogue().every[question].roles[0]]
        if given is None or given["state"] == "open":
            return Field.owed(role)
        said = {"unknown": "Not known: ", "not_applicable": "Does not apply: "}.get(given["state"], "")
        return Field(f"{said}{given['text'] or given['reason']}", role)


@dataclass(frozen=True)
class Field:
    """What stands in a field of a form.

    Attributes:
        text: what it says.
        role: who answers it.
        complete: whether somebody has.
    """

    text: str
    role: str = ""
    complete: bool = True

    @classmethod
    def owed(cls, role: str) -> Field:
        """A field that nobody has filled in."""
        return cls(f"To be completed by the {role}.", role, False)

    @classmethod
    def of(cls, text: str | None, role: str) -> Field:
        """A field that holds a text of the plan, if there is one."""
        return cls(text, role) if text else cls.owed(SIGNING.get(role, role))


# --- the register ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Export:
    """A form in which others want the results.

    Attributes:
        name: as it is named after `--to`.
        title: what it is, in a line.
        instrument: of `questions.yaml`, whose text it follows; "" where it follows none.
        make: from sealed results to files by name; their content is text, or bytes.
    """

    name: str
    title: str
    instrument: str
    make: Callable[[Sealed], dict[str, str | bytes]]

    @property
    def cited(self) -> str:
        """Name the official text that it follows, and the day from which that holds."""
        return cited(self.instrument) if self.instrument else ""


EXPORTS: dict[str, Export] = {}


def export(name: str, *, title: str, instrument: str = ""):
    """Register an export.

    Args:
        name: as it is named after `--to`.
        title: what it is, in a line.
        instrument: the id, in `questions.yaml`, of the official text that it follows.

    Raises:
        ValueError: there is another export of that name.
    """

    def register(make: Callable[[Sealed], dict[str, str | bytes]]) -> Callable[[Sealed], dict[str, str | bytes]]:
        if name in EXPORTS and EXPORTS[name].make.__module__ != make.__module__:
            raise ValueError(f"two exports are called {name!r}")
        EXPORTS[name] = Export(name, title, instrument, make)
        return make

    return register


def cited(instrument: str) -> str:
    """Name an official text, where it stands, and the day from which it holds."""
    found = catalogue().instruments[instrument]
    return f"{found.name} ({found.citation}; as of {found.as_of})"


# --- a page ----------------------------------------------------------------------------------------------------------


@dataclass
class Page:
    """An accessible page of headings, paragraphs and tables.

    Attributes:
        title: of the page.
        lead: what stands under it, a line each.
        parts: each heading, with what stands under it: texts are paragraphs.
    """

    title: str
    lead: Sequence[str]
    parts: list[tuple[str, list[str | Markup]]] = field(default_factory=list)

    def add(self, heading: str, *content: str | Markup) -> None:
        """Add a heading and what stands under it."""
        self.parts.append((heading, list(content)))

    def html(self, sealed: Sealed) -> str:
        """Write the page, with its notices and its source."""
        given = {"title": self.title, "lead": self.lead, "parts": self.parts}
        return page("export.html", "en", notices=sealed.notices, source=sealed.sealed, **given)


def fields_table(caption: str, fields: Mapping[str, Field]) -> Markup:
    """Write fields as a table: what is asked, and what stands there."""
    return table(caption, ["Field", "What stands there"], [[name, entry.text] for name, entry in fields.items()])
