"""The JSON Schema of `audit.yaml`, so that editors complete the file and mark what is unknown."""

from __future__ import annotations

from fairaudit.measures import MEASURES
from fairaudit.plan.model import Plan


def json_schema() -> dict:
    """Give the JSON Schema of a plan. What stands across entries, only `read_plan` checks."""
    schema = Plan.model_json_schema(by_alias=True)
    definitions = schema["$defs"]
    measure = definitions["MeasureLimit"]["properties"]["measure"]
    names = sorted({name for entry in MEASURES.values() for name in (entry.name, *entry.aliases)})
    measure["anyOf"] = [{"enum": names}, {"pattern": ":"}]
    evidence = definitions["Evidence"]["properties"]
    evidence["groups"] = _groups(evidence["groups"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "fairaudit plan (audit.yaml)",
        "description": "One audit: the system, the evidence on it, and the limits, all set before results are seen.",
    }


def _groups(details: dict) -> dict:
    """Describe groups: one column, a list of columns, or a mapping with details (or none) for each."""
    name = {"type": "string", "minLength": 1}
    mapping = {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {"anyOf": [{"$ref": "#/$defs/Group"}, {"type": "null"}]},
    }
    forms = [name, {"type": "array", "items": name, "minItems": 1, "uniqueItems": True}, mapping]
    return {"title": details["title"], "description": details["description"], "anyOf": forms}
