"""United Kingdom: a record of the Algorithmic Transparency Recording Standard, version 4.0, as HTML and CSV.

Records on GOV.UK have used version 4.0 since October 2025 at the latest: 53 of the 152 that stood there in September
2026. Most others are of version 3.0, which numbers without the tier (3.5 for 2.3.5). What the plan and the answers say
is filled in; each field that nobody has answered says who is to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fairaudit.exporting import Field, Page, Sealed, cited, export, fields_table
from fairaudit.tally.spreadsheet import write_csv

OWNER, ANALYST, VENDOR, LEGAL = "programme_owner", "analyst", "vendor", "legal"
# The phases by which GOV.UK's register could be searched under version 3.0. Version 4.0 words some of them anew.
PHASES = {"proposed": "Pre-deployment", "pilot": "Beta/Pilot", "in use": "Production", "retired": "Retired"}
HEADERS = ("section", "number", "field", "text", "to_be_completed_by")
# Sections of the template; of each field, the question that answers it, or else the role that fills it in.
#
# The template itself could not be opened. Number and name together are as others give them who list version 4.0, or
# quote published records: 0.1-0.5, 1.1-1.4, 2.1.1-2.1.4.5, 2.2.1, 2.3.2, 2.3.5, 2.4.1.2, 2.4.1.3, 2.4.1.5,
# 2.4.2.2, 2.4.2.6, 2.4.2.7, 2.4.3.1, 2.4.3.4, 2.4.4.2, 2.5.1, 2.5.2. How many fields lie between is known too: a record
# that numbers them through, as it is quoted, has the architecture of its first model as the 33rd, and after a second
# model attributes as the 47th and 54th, and the impact assessments as the 58th.
#
# Not verified: all other names and their order, which are from memory of records of version 3.0; the titles of sections
# 2.3 and 2.4.1-2.4.4; the words for a phase; whether the metadata holds more.
SECTIONS: dict[str, dict[str, str]] = {
    "Metadata": {
        "0.1 Title": "the plan",
        "0.2 Organisation name": "the plan",
        "0.3 Phase": "the plan",
        "0.4 Region": OWNER,
        "0.5 One sentence description": "the plan",
    },
    "Tier 1: overview": {
        "1.1 Name": "the plan",
        "1.2 Description": "purpose",
        "1.3 Website URL": OWNER,
        "1.4 Contact email": OWNER,
    },
    "Tier 2: owner and responsibility": {
        "2.1.1 Organisation or department": "the plan",
        "2.1.2 Team": OWNER,
        "2.1.3 Senior responsible owner": "accountable",
        "2.1.4 Third party involvement": "the plan",
        "2.1.4.1 Third party": "the plan",
        "2.1.4.2 Companies House number": VENDOR,
        "2.1.4.3 Third party role": VENDOR,
        "2.1.4.4 Procurement procedure type": OWNER,
        "2.1.4.5 Third party data access terms": "contract",
    },
    "Tier 2: description and rationale": {
        "2.2.1 Detailed description": "output",
        "2.2.2 Benefits": "purpose",
        "2.2.3 Previous process": "todays-process",
        "2.2.4 Alternatives considered": "alternatives-considered",
    },
    "Tier 2: deployment context": {
        "2.3.1 Integration into broader operational process": "output",
        "2.3.2 Human review": "discretion",
        "2.3.3 Frequency and scale of usage": "people-affected",
        "2.3.4 Required training": "reviewers",
        "2.3.5 Appeals and review": "contest",
    },
    "Tier 2: tool specification, system": {
        "2.4.1.1 System architecture": VENDOR,
        "2.4.1.2 System-level input": "inputs",
        "2.4.1.3 System-level output": "output",
        "2.4.1.4 Maintenance": "monitoring",
        "2.4.1.5 Models": VENDOR,
    },
    "Tier 2: tool specification, each model": {
        "2.4.2.1 Model name": VENDOR,
        "2.4.2.2 Model version": "the plan",
        "2.4.2.3 Model task": "the plan",
        "2.4.2.4 Model input": "inputs",
        "2.4.2.5 Model output": "output",
        "2.4.2.6 Model architecture": VENDOR,
        "2.4.2.7 Model performance": "the findings",
        "2.4.2.8 Datasets and their purposes": "training-data",
    },
    "Tier 2: tool specification, development data": {
        "2.4.3.1 Development data description": "training-data",
        "2.4.3.2 Data modality": VENDOR,
        "2.4.3.3 Data quantities": VENDOR,
        "2.4.3.4 Sensitive attributes": "inputs",
        "2.4.3.5 Data completeness and representativeness": VENDOR,
        "2.4.3.6 Data cleaning": VENDOR,
        "2.4.3.7 Data collection": VENDOR,
        "2.4.3.8 Data access and storage": LEGAL,
        "2.4.3.9 Data sharing agreements": LEGAL,
    },
    "Tier 2: tool specification, operational data": {
        "2.4.4.1 Data sources": VENDOR,
        "2.4.4.2 Sensitive attributes": "inputs",
        "2.4.4.3 Data processing methods": VENDOR,
        "2.4.4.4 Data access and storage": LEGAL,
        "2.4.4.5 Data sharing agreements": LEGAL,
    },
    "Tier 2: risks, mitigations and impact assessments": {
        "2.5.1 Impact assessments": "privacy",
        "2.5.2 Risks and mitigations": "the findings",
    },
}


@export(
    "atrs",
    title="UK Algorithmic Transparency Recording Standard 4.0: a record, HTML and CSV",
    instrument="atrs",
)
def atrs(sealed: Sealed) -> dict[str, str | bytes]:
    """Write the record: a draft for the published template, with who is to complete what."""
    sections = {
        name: {field: _field(sealed, field, source) for field, source in fields.items()}
        for name, fields in SECTIONS.items()
    }
    return {"atrs.html": _page(sealed, sections), "atrs.csv": _csv(sealed, sections)}


def _field(sealed: Sealed, numbered: str, source: str) -> Field:
    _, _, field = numbered.partition(" ")
    if source == "the plan":
        return _of_plan(sealed)[field]
    if source == "the findings":
        return Field(" ".join(FROM_FINDINGS[field](sealed.results)))
    if source in (OWNER, ANALYST, VENDOR, LEGAL):
        return Field.of(None, source)
    return sealed.answer(source)


def _of_plan(sealed: Sealed) -> dict[str, Field]:
    audit = sealed.results["audit"]
    system = audit["system"]
    decides = system["decides"]
    agency = Field.of(system["agency"], OWNER)
    return {
        "Title": Field(f"{system['agency']}: {audit['title']}" if system["agency"] else audit["title"]),
        "Organisation name": agency,
        "Phase": Field.of(PHASES.get(system["stage"] or "", system["stage"]), OWNER),
        "One sentence description": Field.of(decides and f"It decides {decides}.", OWNER),
        "Name": Field(audit["title"]),
        "Organisation or department": agency,
        "Third party involvement": Field("Yes") if system["vendor"] else Field.of(None, OWNER),
        "Third party": Field.of(system["vendor"], OWNER),
        "Model version": Field.of(system["version"], VENDOR),
        "Model task": Field.of(decides and f"To decide {decides}.", VENDOR),
    }


def _performance(results: Mapping[str, Any]) -> Iterator[str]:
    """Say how many findings of each kind there are. What was measured is disparity, and not accuracy."""
    yield "Measured for disparity between groups of people. " + results["page_one"]["more"]
    yield from (
        f"{found['words']}: {found['title']}, by {' and '.join(found['grouping'])}." for found in _open(results)
    )


def _risks(results: Mapping[str, Any]) -> Iterator[str]:
    """Name each finding that can block and is not cleared, with what is done about it."""
    told = {each["id"]: each for each in results["answers"]}
    for number, finding in enumerate(_open(results), 1):
        given = told.get(f"mitigation:{finding['id']}")
        done = given["text"] if given and given["state"] == "answered" else Field.of(None, OWNER).text
        yield f"Risk {number}: {finding['sentence']} Mitigation: {done}"
    if not any(True for _ in _open(results)):
        yield "No finding that can block is open. Other risks: " + Field.of(None, OWNER).text


def _open(results: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (
        finding
        for block in results["evidence"]
        for finding in block["findings"]
        if finding["blocks"] and finding["verdict"] != "cleared"
    )


FROM_FINDINGS = {"Model performance": _performance, "Risks and mitigations": _risks}


def _page(sealed: Sealed, sections: Mapping[str, Mapping[str, Field]]) -> str:
    owed = sum(not field.complete for fields in sections.values() for field in fields.values())
    lead = [
        f"A draft after {cited('atrs')}. Fields are in the order of the template. Compare names and numbers with those "
        "of the template that you fill in: it could not be opened when these were listed.",
        f"{owed} fields are still to be completed." if owed != 1 else "1 field is still to be completed.",
    ]
    page = Page(f"Algorithmic transparency record: {sealed.results['audit']['title']}", lead)
    for name, fields in sections.items():
        page.add(name, fields_table(name, fields))
    return page.html(sealed)


def _csv(sealed: Sealed, sections: Mapping[str, Mapping[str, Field]]) -> bytes:
    rows = [
        (section, *name.split(" ", 1), field.text, "" if field.complete else field.role)
        for section, fields in sections.items()
        for name, field in fields.items()
    ]
    about = [
        ("About this file", "", "", text, "") for text in (*sealed.notices, f"After {cited('atrs')}", sealed.sealed)
    ]
    return write_csv(HEADERS, [*about, *rows])
