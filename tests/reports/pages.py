"""The pages that `make test-reports` looks at: every audit's report, and what else people read in a browser.

They are made by runs of all audits, which takes minutes; here they are only looked at.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from fairaudit.completing import status_of
from fairaudit.exporting import Sealed
from fairaudit.exports import every
from fairaudit.filling import write_form
from fairaudit.publishing import publish
from fairaudit.requesting import Request, write_request
from fairaudit.workflow.roles import SIGNING

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("report.html", "report.public.html")
# One report with hidden cells, questions and answers stands for all where the page is another one.
AUDIT = "marin-equity-dashboard"
FORMS = [f"form-{role}{language}.html" for role in SIGNING for language in ("", "-es")]
EXPORTS = ["ll144.html", "atrs.html", "nist.html"]
LISTS = ["list/index.html", "list-es/index.html"]
ASKED = "county-recidivism"
REQUEST = ["request/letter.html", "request/vendor-guide.html"]
NOTEBOOK = "notebook.html"
OTHERS = [*FORMS, *EXPORTS, *LISTS, *REQUEST, NOTEBOOK]


def folders() -> list[Path]:
    """Give the folders of reports: each holds a folder an audit. Those in another language are one more."""
    named = os.environ.get("FAIRAUDIT_REPORTS", "")
    return [ROOT / name for name in named.split()]


def reports(*names: str) -> list[Path]:
    """Give all reports of these names, the heaviest first, so that two workers end at about the same time."""
    found = [path for folder in folders() for name in names for path in folder.glob(f"*/{name}")]
    return sorted(found, key=lambda path: (-path.stat().st_size, path))


def audits() -> list[str]:
    """Name every audit that there is."""
    return sorted(path.parent.name for path in (ROOT / "audits").glob("*/audit.yaml"))


def write_others(to: Path) -> None:
    """Write the pages that are no reports, from an audit's folder with its report in it."""
    (to / "data").symlink_to(ROOT / "data")  # the plans of sample audits name records there
    copies = [_with_report(name, to / "audits") for name in audits()]
    folder = to / "audits" / AUDIT
    for role in SIGNING:
        list(write_form(folder, role, to / f"form-{role}.html"))
        list(write_form(folder, role, to / f"form-{role}-es.html", "es"))
    publish(copies, to / "list")
    publish(copies, to / "list-es", "es")
    list(write_request(to / "audits" / ASKED, to / "request", Request()))
    shutil.copy2(to / "audits" / ASKED / "report" / "notebooks" / "high-risk-flags.html", to / NOTEBOOK)
    for each in every().values():
        for name, content in each.make(Sealed(status_of(folder).results, "0" * 64)).items():
            if name in EXPORTS:
                (to / name).write_text(content, encoding="utf-8")


def _with_report(audit: str, to: Path) -> Path:
    """Copy what people wrote of an audit, and put its report in it."""
    copy = to / audit
    shutil.copytree(ROOT / "audits" / audit, copy, ignore=shutil.ignore_patterns("report", "rehearsal", "export"))
    shutil.copytree(folders()[0] / audit, copy / "report")
    return copy
