"""United Kingdom: a record of the Algorithmic Transparency Recording Standard, version 3.0, as HTML and CSV.

Fields are known by their names, since numbers differ between versions of the template. What the plan and the answers
say is filled in; each field that nobody has answered says who is to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fairaudit.exporting import Field, Page, Sealed, cited, export, fields_table
from fairaudit.tally.spreadsheet import write_csv

OWNER, ANALYST, VENDOR, LEGAL = "programme_owner", "analyst", "vendor", "legal"
PHASES = {"proposed": "Pre-deployment", "pilot": "Beta/Pilot", "in use": "Production", "retired": "Retired"}
HEADERS = ("section", "field", "text", "to_be_completed_by")
# Sections of the template; of each field, the question that answers it, or else the role that fills it in.
SECTIONS: dict[str, dict[str, str]] = {
    "Tier 1: overview": {
        "Name": "the plan",
        "Description": "purpose",
        "Website URL": OWNER,
        "Contact email": OWNER,
    },
    "Tier 2: owner and responsibility": {
        "Organisation or department": "the plan",
        "Team": OWNER,
        "Senior responsible owner": "accountable",
        "Third party involvement": "the plan",
        "Third party": "the plan",
        "Companies House number": VENDOR,
        "Third party role": VENDOR,
        "Procurement procedure type": OWNER,
        "Third party data access terms": "contract",
    },
    "Tier 2: description and rationale": {
        "Detailed description": "output",
        "Scope": "the plan",
        "Benefits": "purpose",
        "Previous process": OWNER,
        "Alternatives considered": "alternatives-considered",
    },
    "Tier 2: decision-making process": {
        "Process integration": "output",
        "Provided information": "output",
        "Frequency and scale of usage": "people-affected",
        "Human review": "discretion",
        "Required training": "reviewers",
        "Appeals and review": "contest",
    },
    "Tier 2: tool specification": {
        "System architecture": VENDOR,
        "System-level input": "inputs",
        "System-level output": "output",
        "Phase": "the plan",
        "Maintenance": "monitoring",
        "Models": VENDOR,
    },
    "Tier 2: model specification": {
        "Model name": VENDOR,
        "Model version": "the plan",
        "Model task": "the plan",
        "Model input": "inputs",
        "Model output": "output",
        "Model architecture": VENDOR,
        "Model performance": "the findings",
        "Datasets": "training-data",
        "Dataset purposes": VENDOR,
    },
    "Tier 2: data used for development": {
        "Source data name": VENDOR,
        "Data modality": VENDOR,
        "Data description": "training-data",
        "Data quantities": VENDOR,
        "Sensitive attributes": "inputs",
        "Data completeness and representativeness": VENDOR,
        "Source data URL": VENDOR,
        "Data collection": VENDOR,
        "Data cleaning": VENDOR,
        "Data sharing agreements": LEGAL,
        "Data access and storage": LEGAL,
    },
    "Tier 2: data used in operation": {
        "Data sources": VENDOR,
        "Sensitive attributes": "inputs",
        "Data processing methods": VENDOR,
        "Data access and storage": LEGAL,
        "Data sharing agreements": LEGAL,
    },
    "Tier 2: risks, mitigations and impact assessments": {
        "Impact assessments": "privacy",
        "Risks and mitigations": "the findings",
    },
}


@export(
    "atrs",
    title="UK Algorithmic Transparency Recording Standard 3.0: a record, HTML and CSV",
    instrument="atrs",
)
def atrs(sealed: Sealed) -> dict[str, str | bytes]:
    """Write the record: a draft for the published template, with who is to complete what."""
    sections = {
        name: {field: _field(sealed, field, source) for field, source in fields.items()}
        for name, fields in SECTIONS.items()
    }
    sections["Metadata"] = _metadata(sealed)
    return {"atrs.html": _page(sealed, sections), "atrs.csv": _csv(sealed, sections)}


def _field(sealed: Sealed, field: str, source: str) -> Field:
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
    return {
        "Name": Field(audit["title"]),
        "Organisation or department": Field.of(system["agency"], OWNER),
        "Third party involvement": Field("Yes") if system["vendor"] else Field.of(None, OWNER),
        "Third party": Field.of(system["vendor"], OWNER),
        "Scope": Field.of(system["decides"] and f"It decides {system['decides']}.", OWNER),
        "Phase": Field.of(PHASES.get(system["stage"] or "", system["stage"]), OWNER),
        "Model version": Field.of(system["version"], VENDOR),
        "Model task": Field.of(system["decides"] and f"To decide {system['decides']}.", VENDOR),
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


def _metadata(sealed: Sealed) -> dict[str, Field]:
    """The id and dates come with publication."""
    return {
        "Id": Field.of(None, OWNER),
        "Standard version": Field("Version 3.0"),
        "Date of completion": Field.of(None, OWNER),
        "Date updated": Field.of(None, OWNER),
        "Date archived": Field.of(None, OWNER),
    }


def _page(sealed: Sealed, sections: Mapping[str, Mapping[str, Field]]) -> str:
    owed = sum(not field.complete for fields in sections.values() for field in fields.values())
    lead = [
        f"A draft after {cited('atrs')}. Fields are in the order of the template, by name.",
        f"{owed} fields are still to be completed." if owed != 1 else "1 field is still to be completed.",
    ]
    page = Page(f"Algorithmic transparency record: {sealed.results['audit']['title']}", lead)
    for name, fields in sections.items():
        page.add(name, fields_table(name, fields))
    return page.html(sealed)


def _csv(sealed: Sealed, sections: Mapping[str, Mapping[str, Field]]) -> bytes:
    rows = [
        (section, name, field.text, "" if field.complete else field.role)
        for section, fields in sections.items()
        for name, field in fields.items()
    ]
    about = [("About this file", "", text, "") for text in (*sealed.notices, f"After {cited('atrs')}", sealed.sealed)]
    return write_csv(HEADERS, [*about, *rows])
