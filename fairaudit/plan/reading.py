"""From `audit.yaml` to a `Plan`: every problem at once, each with its place and the nearest right word."""

from __future__ import annotations

import difflib
import hashlib
import re
import types
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from fairaudit.errors import PlanError, Problem, nearest
from fairaudit.plan.checks import cross_checks
from fairaudit.plan.model import Plan
from fairaudit.plan.values import shown
from fairaudit.yaml_reader import Document, Place, read_yaml


def read_plan(path: str | Path) -> Plan:
    """Read and check an audit's plan.

    Args:
        path: `audit.yaml`, or the folder that holds it.

    Returns:
        The plan, frozen.

    Raises:
        PlanError: with every problem found, each with its place and the nearest right word.
    """
    path = Path(path)
    path = path / "audit.yaml" if path.is_dir() else path
    if not path.is_file():
        raise PlanError.one(str(path), "there is no such plan", _meant(path))
    document = read_yaml(path)
    if not isinstance(document.content, dict):
        hint = "A plan begins with `system:` and `evidence:`."
        raise PlanError.one(path.name, "is empty or not a mapping", hint)
    plan = _checked(document)
    plan._content = document.content
    plan._path, plan._sha256 = path, hashlib.sha256(path.read_bytes()).hexdigest()
    return plan


def _meant(path: Path) -> str:
    """Suggest the audit whose folder is called alike, beside the one that was named or in audits/."""
    folder = path.parent if path.name == "audit.yaml" else path
    plans = [*folder.parent.glob("*/audit.yaml"), *Path("audits").glob("*/audit.yaml")]
    named = {plan.parent.name: plan.parent for plan in reversed(plans)}
    close = difflib.get_close_matches(folder.name, list(named), n=1, cutoff=0.6)
    write = "`fairaudit init DIR --kind decisions` writes one."
    return f"Did you mean {str(named[close[0]])!r}? {write}" if close else write


def _checked(document: Document) -> Plan:
    """Gather every problem, in the order of the file."""
    plan, found = checked(document.content)
    if found:
        found.sort(key=lambda entry: document.line(entry[0]))
        problems = [Problem(document.where(place), what, hint) for place, what, hint in found]
        raise PlanError(dict.fromkeys(problems))
    return plan


def checked(content: dict[str, Any]) -> tuple[Plan | None, list[tuple[Place, str, str]]]:
    """Gather what each entry of a plan and what the entries together have against them.

    Args:
        content: what a plan says, as plain data.

    Returns:
        The plan, or None where it has problems; and each problem: its place, what is wrong, what to write instead.
    """
    found = list(cross_checks(content))
    try:
        plan = Plan.model_validate(content)
    except ValidationError as error:
        return None, [*found, *(_readable(entry, content) for entry in error.errors())]
    return (None if found else plan), found


# What is meant where pydantic found something else: its kind of error -> in words, and what to write.
MEANT = {
    "string_type": ("text is meant", "Write text."),
    "bool_type": ("true or false is meant", "Write true or false, without quotes."),
    "int_type": ("a whole number is meant", "Write digits only, without quotes."),
    "int_from_float": ("a whole number is meant", "Write digits only."),
    "tuple_type": ("a list is meant", "Write a list, such as [a, b]."),
    "dict_type": ("a mapping is meant", "Write `name: value` on lines of their own, or in { }."),
    "model_type": ("a mapping is meant", "Write `name: value` on lines of their own, or in { }."),
    "string_too_short": ("text is meant", "Write at least one character."),
    "string_too_long": ("at most {max_length} characters are meant", "Write fewer characters, in quotes."),
}
BRANCHES = ("values", "range", "scheme", "group")
BOUNDS = {
    "greater_than": "more than {gt:g}",
    "greater_than_equal": "at least {ge:g}",
    "less_than": "less than {lt:g}",
    "less_than_equal": "at most {le:g}",
}


def _readable(entry: dict, content: Any) -> tuple[Place, str, str]:
    """Turn one of pydantic's errors into a place, a sentence and a hint."""
    place, model = _place(entry["loc"], content), _model(entry["loc"])
    kind, got, context, last = entry["type"], entry["input"], entry.get("ctx", {}), entry["loc"][-1]
    if kind == "plan":
        return place, context["what"], context["hint"]
    if kind == "extra_forbidden":
        return place, f"unknown key {last!r}", nearest(str(last), _keys(model))
    if kind == "missing":
        return place, f"{last!r} is missing", _meaning(model, last)
    if kind == "literal_error" and got is None:
        choices = " or ".join(_choices(context["expected"]))
        return place, f"{last!r} is left empty", f"{_meaning(model, last)} Write {choices}."
    if kind == "literal_error":
        return place, f"{shown(got)} is not one of the choices", nearest(str(got), _choices(context["expected"]))
    if kind in BOUNDS:
        return place, f"{got} stands where {BOUNDS[kind].format(**context)} is meant", _meaning(model, last)
    if kind == "string_type" and isinstance(got, int | float):
        return place, f"{shown(got)} is not text", f'Put it in quotes: "{str(got).lower()}".'
    if kind == "too_short":
        what = f"{context['actual_length'] or 'nothing'} stands where at least {context['min_length']} are meant"
        return place, what, _meaning(model, last) or "Write at least that many."
    meant, hint = MEANT.get(kind, (entry["msg"].lower(), "Look it up in templates/audit.schema.json."))
    return place, f"{_in_words(got)} stands where {meant.format(**context)}", hint


def _in_words(value: Any) -> str:
    if value is None:
        return "nothing"
    return {list: "a list", tuple: "a list", dict: "a mapping"}.get(type(value), shown(value))


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _choices(expected: str) -> list[str]:
    return re.findall(r"'([^']*)'", expected)


def _meaning(model: type[BaseModel], key: str | int) -> str:
    for name, field in model.model_fields.items():
        if key in (name, field.alias) and field.description:
            return f"It says {field.description}."
    return ""


def _place(loc: Place, content: Any) -> Place:
    """Follow pydantic's location through the document, leaving out its own words for branches of a choice."""
    place: list[str | int] = []
    for step in loc[:-1]:
        if _holds(content, step):
            content = content[step]
            place.append(step)
    last = loc[-1]
    # The last step may be a key that is missing; it is no key where it numbers the only value, or names a branch.
    own_word = isinstance(last, int) or last in ("[key]", *BRANCHES)
    return tuple(place) if own_word and not _holds(content, last) else (*place, last)


def _holds(content: Any, step: str | int) -> bool:
    if isinstance(content, dict):
        return step in content
    return isinstance(content, list) and isinstance(step, int) and step < len(content)


def _model(loc: Place) -> type[BaseModel]:
    """Find the model that the last step of a location belongs to."""
    model: type[BaseModel] = Plan
    for step in loc[:-1]:
        field = next((f for name, f in model.model_fields.items() if step in (name, f.alias)), None)
        inside = list(_models_in(field.annotation)) if field else []
        model = inside[0] if inside else model
    return model


def _models_in(annotation: Any):
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (Union, types.UnionType, tuple, dict, Annotated):
        for argument in get_args(annotation):
            yield from _models_in(argument)
