"""United States: which findings and answers bear on which part of the NIST AI Risk Management Framework, HTML and CSV.

Tags follow the requirements that each question of `questions.yaml` names, so that a new question is tagged by them too.
The texts of the framework are not repeated: its own pages have them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fairaudit.exporting import Page, Sealed, cited, export
from fairaudit.report.tables import table
from fairaudit.tally.spreadsheet import write_csv

FUNCTIONS = ("GOVERN", "MAP", "MEASURE", "MANAGE")
OF_FINDINGS = ("MEASURE 2.11",)
"""Where the framework asks that harmful bias be evaluated, and the results documented."""
OF_TIER = ("GOVERN 1.3", "MAP 5.1")
"""The project's own questions that decide how much is asked: what level of care, and what impact."""
# Requirement -> subcategories that it bears on.
TAGS: Mapping[str, tuple[str, ...]] = {
    "R01": ("GOVERN 1.6", "MAP 2.1"),
    "R02": ("MAP 1.1", "MAP 1.6"),
    "R03": ("MAP 2.1", "MAP 2.2"),
    "R04": ("GOVERN 1.3", "MAP 5.1"),
    "R05": ("GOVERN 1.1",),
    "R06": ("GOVERN 2.1",),
    "R07": ("MEASURE 1.3",),
    "R08": ("MAP 5.1",),
    "R09": ("MEASURE 2.2", "MEASURE 2.11"),
    "R10": ("GOVERN 5.1", "MAP 5.2", "MEASURE 4.1"),
    "R11": ("MAP 5.1",),
    "R12": ("MEASURE 2.1",),
    "R13": ("MAP 4.1",),
    "R14": ("MEASURE 2.2",),
    "R15": ("MEASURE 2.1", "MEASURE 2.11"),
    "R16": ("MEASURE 2.2", "MEASURE 2.11"),
    "R17": ("MEASURE 2.11",),
    "R18": ("MEASURE 2.11",),
    "R19": ("MEASURE 2.11",),
    "R20": ("MEASURE 2.3", "MEASURE 2.11"),
    "R21": ("MEASURE 2.5",),
    "R22": ("MEASURE 1.1",),
    "R23": ("MEASURE 2.2",),
    "R24": ("MEASURE 2.10",),
    "R25": ("MEASURE 2.2",),
    "R26": ("MAP 1.1",),
    "R27": ("MAP 5.1",),
    "R28": ("MANAGE 1.3",),
    "R29": ("MANAGE 1.3", "MANAGE 1.4"),
    "R30": ("MANAGE 1.1",),
    "R31": ("MAP 3.4", "MAP 3.5"),
    "R32": ("MEASURE 2.8", "MEASURE 2.9"),
    "R33": ("MEASURE 3.3",),
    "R34": ("MANAGE 2.4",),
    "R35": ("MEASURE 2.7", "MEASURE 2.10"),
    "R36": ("MAP 4.1", "MANAGE 3.1"),
    "R37": ("GOVERN 6.1", "GOVERN 6.2"),
    "R38": ("MEASURE 2.4", "MEASURE 3.1", "MANAGE 4.1"),
    "R39": ("MANAGE 4.1",),
    "R40": ("MANAGE 4.3",),
    "R41": ("GOVERN 1.7",),
    "R42": ("MEASURE 2.8",),
    "R43": ("MEASURE 2.8",),
    "R44": ("MEASURE 2.1",),
    "R45": ("GOVERN 1.7",),
}
HEADERS = ("subcategory", "kind", "id", "what", "state", "text", "owed_by")


@export(
    "nist",
    title="NIST AI Risk Management Framework: findings and answers by subcategory, HTML and CSV",
    instrument="nist_ai_rmf",
)
def nist(sealed: Sealed) -> dict[str, str | bytes]:
    """Write which finding and which answer bears on which subcategory."""
    rows = sorted(_rows(sealed.results), key=lambda row: _place(row[0]))
    about = [
        ("", "about", "", text, "", "", "")
        for text in (*sealed.notices, f"After {cited('nist_ai_rmf')}", sealed.sealed)
    ]
    return {"nist.html": _page(sealed, rows), "nist.csv": write_csv(HEADERS, [*about, *rows])}


def tags_of(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the subcategories that an answer bears on, in the framework's order; each once."""
    if answer["id"].startswith("tier-"):
        return OF_TIER
    return tuple(sorted({tag for each in answer["requirements"] for tag in TAGS.get(each, ())}, key=_place))


def _place(tag: str) -> tuple[int, ...]:
    function, _, number = tag.partition(" ")
    return FUNCTIONS.index(function), *map(int, number.split("."))


def _rows(results: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for block in results["evidence"]:
        for finding in block["findings"]:
            what = f"{finding['title']}, by {' and '.join(finding['grouping'])}"
            for tag in OF_FINDINGS:
                yield tag, "finding", finding["id"], what, finding["words"], finding["sentence"], ""
    for answer in results["answers"]:
        owed = answer["role"] if answer["state"] == "open" else ""
        for tag in tags_of(answer):
            state = f"to be completed by the {owed}" if owed else answer["state"].replace("_", " ")
            yield tag, "question", answer["id"], answer["question"], state, answer["text"] or answer["reason"], owed


def _page(sealed: Sealed, rows: list[tuple[str, ...]]) -> str:
    lead = [
        f"After {cited('nist_ai_rmf')}. A tag says where in the framework a finding or an answer belongs, and no more: "
        "not that anything there is met.",
    ]
    page = Page(f"By the NIST AI Risk Management Framework: {sealed.results['audit']['title']}", lead)
    for function in FUNCTIONS:
        of_function = [row for row in rows if row[0].startswith(f"{function} ")]
        shown = [[what, tag, f"{kind}: {state}"] for tag, kind, _, what, state, _, _ in of_function]
        name = function.capitalize()
        page.add(
            name,
            table(f"{name}: findings and questions", ["What", "Subcategory", "How it stands"], shown)
            if shown
            else "Nothing in this audit bears on it.",
        )
    return page.html(sealed)
