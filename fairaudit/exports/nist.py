"""United States: which findings and answers bear on which part of the NIST AI Risk Management Framework, HTML and CSV.

Tags follow the requirements that each question of `questions.yaml` names, so that a new question is tagged by them too.
Numbers and subjects were checked against NIST AI 100-1 (AI RMF 1.0, January 2023), tables 1 to 4, of which a transcript
was read. Its texts are not repeated: a few words say what each subcategory is about. Which requirement bears on which
is this project's own reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fairaudit.exporting import Page, Sealed, cited, export
from fairaudit.report.tables import table
from fairaudit.tally.spreadsheet import write_csv

FUNCTIONS = ("GOVERN", "MAP", "MEASURE", "MANAGE")
OF_FINDINGS = ("MEASURE 2.11",)
"""Where the framework asks that bias be evaluated, and the results documented."""
OF_TIER = ("GOVERN 1.3", "MAP 5.1")
"""The project's own questions that decide how much is asked: what level of care, and what impact."""
SUBJECTS: Mapping[str, str] = {
    "GOVERN 1.1": "legal and regulatory requirements",
    "GOVERN 1.3": "how much risk management is needed",
    "GOVERN 1.5": "planned monitoring and periodic review",
    "GOVERN 1.6": "inventory of AI systems",
    "GOVERN 1.7": "decommissioning and phasing out",
    "GOVERN 2.1": "roles and responsibilities",
    "GOVERN 2.3": "responsibility of the leadership",
    "GOVERN 3.2": "roles in human-AI configurations and oversight",
    "GOVERN 4.2": "documenting risks and impacts, and telling of them",
    "GOVERN 5.1": "feedback from outside the team",
    "GOVERN 6.1": "risks from third parties",
    "GOVERN 6.2": "failures in what third parties supply",
    "MAP 1.1": "intended purposes and settings",
    "MAP 1.5": "risk tolerances",
    "MAP 2.1": "tasks, and methods for them",
    "MAP 2.2": "limits of its knowledge, and how output is used and overseen",
    "MAP 2.3": "scientific integrity: design, data and constructs",
    "MAP 3.1": "potential benefits",
    "MAP 3.2": "potential costs of errors",
    "MAP 3.4": "proficiency of operators",
    "MAP 3.5": "human oversight",
    "MAP 4.1": "legal and other risks of components, third parties' among them",
    "MAP 5.1": "likelihood and magnitude of each impact",
    "MAP 5.2": "regular engagement about impacts",
    "MEASURE 1.1": "which risks are measured and how, and which are not",
    "MEASURE 1.3": "independent assessors",
    "MEASURE 2.1": "test sets, metrics and tools",
    "MEASURE 2.2": "evaluations with human subjects, and whom they represent",
    "MEASURE 2.3": "performance in conditions like those of use",
    "MEASURE 2.4": "monitoring in production",
    "MEASURE 2.5": "validity and reliability",
    "MEASURE 2.6": "safety, and failing safely",
    "MEASURE 2.7": "security and resilience",
    "MEASURE 2.8": "transparency and accountability",
    "MEASURE 2.9": "explanation and interpretation",
    "MEASURE 2.10": "privacy",
    "MEASURE 2.11": "harmful bias",
    "MEASURE 3.1": "tracking of risks",
    "MEASURE 3.3": "reports of problems, and appeals",
    "MEASURE 4.1": "measures fit for where it is used, after consultation",
    "MANAGE 1.1": "whether it should go ahead",
    "MANAGE 1.3": "responses to the risks of high priority",
    "MANAGE 1.4": "risks that remain",
    "MANAGE 2.1": "resources, and alternatives without AI",
    "MANAGE 2.4": "superseding, disengaging, switching off",
    "MANAGE 3.1": "monitoring of what third parties supply",
    "MANAGE 4.1": "monitoring after deployment, appeal and override",
    "MANAGE 4.3": "incidents and errors",
}
"""What each subcategory that is tagged is about."""
# Requirement -> subcategories that it bears on.
TAGS: Mapping[str, tuple[str, ...]] = {
    "R01": ("GOVERN 1.6", "MAP 2.1"),
    "R02": ("MAP 1.1", "MAP 3.1", "MANAGE 2.1"),
    "R03": ("MAP 2.1", "MAP 2.2"),
    "R04": ("GOVERN 1.3", "MAP 5.1"),
    "R05": ("GOVERN 1.1",),
    "R06": ("GOVERN 2.1", "GOVERN 2.3"),
    "R07": ("MEASURE 1.3",),
    "R08": ("MAP 1.1", "MAP 5.1"),
    "R09": ("MEASURE 1.1", "MEASURE 2.11"),
    "R10": ("GOVERN 5.1", "MAP 5.2", "MEASURE 4.1"),
    "R11": ("MAP 3.2", "MAP 5.1"),
    "R12": ("MAP 2.3", "MEASURE 2.1"),
    "R13": ("MAP 2.3", "MAP 4.1"),
    "R14": ("MAP 2.3", "MEASURE 2.2"),
    "R15": ("MAP 2.3", "MEASURE 2.11"),
    "R16": ("MEASURE 2.2", "MEASURE 2.11"),
    "R17": ("MEASURE 2.11",),
    "R18": ("MEASURE 2.11",),
    "R19": ("MEASURE 2.11",),
    "R20": ("MEASURE 2.3", "MEASURE 2.11"),
    "R21": ("MEASURE 2.5",),
    "R22": ("MAP 1.5", "MEASURE 1.1"),
    "R23": ("MEASURE 1.1", "MEASURE 2.11"),
    "R24": ("MEASURE 2.10",),
    "R25": ("MEASURE 2.2",),
    "R26": ("MAP 3.1", "MANAGE 2.1"),
    "R27": ("MAP 5.1",),
    "R28": ("MANAGE 1.3", "MANAGE 2.1"),
    "R29": ("MANAGE 1.3", "MANAGE 1.4"),
    "R30": ("MANAGE 1.1",),
    "R31": ("GOVERN 3.2", "MAP 3.4", "MAP 3.5"),
    "R32": ("MEASURE 2.8", "MEASURE 2.9"),
    "R33": ("MEASURE 3.3", "MANAGE 4.1"),
    "R34": ("MEASURE 2.6", "MANAGE 2.4"),
    "R35": ("MEASURE 2.7", "MEASURE 2.10"),
    "R36": ("MAP 4.1", "MANAGE 3.1"),
    "R37": ("GOVERN 6.1", "GOVERN 6.2"),
    "R38": ("MEASURE 2.4", "MEASURE 3.1", "MANAGE 4.1"),
    "R39": ("GOVERN 1.5", "MANAGE 4.1"),
    "R40": ("MEASURE 3.3", "MANAGE 4.3"),
    "R41": ("GOVERN 1.7",),
    "R42": ("GOVERN 4.2", "MEASURE 2.8"),
    "R43": ("MEASURE 2.8",),
    "R44": ("MEASURE 2.1",),
    "R45": ("GOVERN 1.7",),  # none is about how long records are kept: this is the nearest
}
HEADERS = ("subcategory", "subject", "kind", "id", "what", "state", "text", "owed_by")


@export(
    "nist",
    title="NIST AI Risk Management Framework: findings and answers by subcategory, HTML and CSV",
    instrument="nist_ai_rmf",
)
def nist(sealed: Sealed) -> dict[str, str | bytes]:
    """Write which finding and which answer bears on which subcategory."""
    rows = sorted(_rows(sealed.results), key=lambda row: _place(row[0]))
    about = [
        ("", "", "about", "", text, "", "", "")
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
                yield tag, SUBJECTS[tag], "finding", finding["id"], what, finding["words"], finding["sentence"], ""
    for answer in results["answers"]:
        owed = answer["role"] if answer["state"] == "open" else ""
        for tag in tags_of(answer):
            state = f"to be completed by the {owed}" if owed else answer["state"].replace("_", " ")
            said = answer["text"] or answer["reason"]
            yield tag, SUBJECTS[tag], "question", answer["id"], answer["question"], state, said, owed


def _page(sealed: Sealed, rows: list[tuple[str, ...]]) -> str:
    lead = [
        f"After {cited('nist_ai_rmf')}. A tag says where in the framework a finding or an answer belongs, and no more: "
        "not that anything there is met.",
    ]
    page = Page(f"By the NIST AI Risk Management Framework: {sealed.results['audit']['title']}", lead)
    for function in FUNCTIONS:
        of_function = [row for row in rows if row[0].startswith(f"{function} ")]
        shown = [[what, f"{tag}, {about}", f"{kind}: {state}"] for tag, about, kind, _, what, state, *_ in of_function]
        name = function.capitalize()
        page.add(
            name,
            table(f"{name}: findings and questions", ["What", "Subcategory", "How it stands"], shown)
            if shown
            else "Nothing in this audit bears on it.",
        )
    return page.html(sealed)
