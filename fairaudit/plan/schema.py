"""The JSON Schema of `audit.yaml`, so that editors complete the file and mark what is unknown."""

from __future__ import annotations

from fairaudit.kinds import KINDS, OF_A_KIND, Kind
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
    for name in ("score", "amount", "service", "people", "area"):
        definitions["Data"]["properties"][name]["anyOf"].insert(0, COLUMN)
    on = definitions["Join"]["properties"]["on"]
    definitions["Join"]["properties"]["on"] = {"anyOf": [COLUMN, {"$ref": on.pop("$ref")}], **on}
    definitions["Evidence"]["allOf"] = [_of_a_kind(kind) for kind in KINDS.values()]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "fairaudit plan (audit.yaml)",
        "description": "One audit: the system, the evidence on it, and the limits, all set before results are seen.",
    }


def _groups(details: dict) -> dict:
    """Describe groups: one column, a list of columns, or a mapping with details (or none) for each."""
    mapping = {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {"anyOf": [{"$ref": "#/$defs/Group"}, {"type": "null"}]},
    }
    forms = [COLUMN, {"type": "array", "items": COLUMN, "minItems": 1, "uniqueItems": True}, mapping]
    return {"title": details["title"], "description": details["description"], "anyOf": forms}


def _of_a_kind(kind: Kind) -> dict:
    """Describe what a block of one kind must and may not say."""
    sides = dict.fromkeys(other.side for other in KINDS.values() if other.side)
    others = sorted(OF_A_KIND - {*kind.requires, *kind.allows})
    then = {
        "properties": {
            **{side: {"type": "string" if side == kind.side else "null"} for side in sides},
            "data": {"properties": dict.fromkeys(others, False)},
        }
    }
    if kind.side:
        then["required"] = [kind.side]
    return {"if": {"properties": {"kind": {"const": kind.name}}, "required": ["kind"]}, "then": then}


COLUMN = {"type": "string", "minLength": 1}
