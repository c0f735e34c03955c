"""The values that a plan may hold: single values, lists of them, group names, shares; and how each is refused."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Annotated, Any, NoReturn

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

UNKNOWN = "?"
ANY = "*"
RESERVED = frozenset({
    "table", "decision", "outcome", "value", "open", "versus", "versus_decision", "fold", "left_out", "bad_weights",
    "zero_weights", "bad_counts", "counted", "area_key", "moe2", "proxy", "p", "pp",
    "followed", "n", "n_high", "w", "ww", "wx", "wxx", "wwx", "wwxx", "moe", "kept", "everyone",
    "duplicates", "without_key", "clusters", "without_cluster", "same_moment",
})  # fmt: skip
"""Columns of a tally that no attribute and no stratum may be called."""

SPACES = " \t\r\n\N{NO-BREAK SPACE}"
"""What is no part of a value where it stands at either end."""

Scalar = str | int | float | bool
ONE_VALUE = {"type": ["string", "number", "boolean"]}


class Strict(BaseModel):
    """No unknown key, no value of another type, no change after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)


def refuse(what: str, hint: str = "") -> NoReturn:
    """Refuse a value of the plan: what is wrong, and what to write instead."""
    raise PydanticCustomError("plan", "{what}", {"what": what, "hint": hint})


def shown(value: Any) -> str:
    """Show a value of the plan in an error, cut short."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def scalar_text(value: Scalar) -> str:
    """Write a value as records of any kind hold it: 1.0 as 1, true as true.

    Args:
        value: a value as the plan has it.
    """
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def spellings(value: Scalar | None) -> list[str]:
    """List the texts that a plan's value stands for: 1 is also 1.0, true is also True.

    Args:
        value: a value as the plan has it; None means a missing value, which needs no spelling.
    """
    if value is None:
        return []
    if isinstance(value, bool):
        word = scalar_text(value)
        return [word, word.capitalize(), word.upper()]
    if isinstance(value, int | float):
        return list(dict.fromkeys([scalar_text(value), repr(value), repr(float(value))]))
    return [value.strip(SPACES)]


def as_tuple(value: Any) -> Any:
    """Take one value for a list of one."""
    if isinstance(value, list | tuple):
        return tuple(value)
    return value if value is None or isinstance(value, Mapping) else (value,)


def _only_a_list(value: Any) -> Any:
    if isinstance(value, Mapping | str):
        refuse("a list is meant here", "Begin each entry with a hyphen, or put the entries into [ ].")
    return tuple(value) if isinstance(value, list) else value


def _scalar(value: Any) -> Scalar:
    if isinstance(value, float) and not math.isfinite(value):
        refuse(f"{value} is no number", "Write a number.")
    if not isinstance(value, str | int | float):
        what = "nothing" if value is None else "a list" if isinstance(value, list | tuple) else "a mapping"
        refuse(f"{what} stands where one value is meant", "Write one value: text, a number, true or false.")
    return value


def _scalar_or_missing(value: Any) -> Scalar | None:
    return None if value is None else _scalar(value)


def _level(value: Any) -> str:
    text = scalar_text(_scalar(value)).strip(SPACES)
    if text in (UNKNOWN, ANY):
        refuse(f"{text!r} cannot name a group", "`?` marks the unknown group and `*` all groups.")
    if not text:
        refuse("an empty text cannot name a group", 'List it under unknown: unknown: [""].')
    return text


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        refuse(f"{shown(value)} stands where a number is meant", "Write a number, without quotes.")
    return value


def _share(value: Any) -> float:
    if isinstance(value, str) and value.rstrip().endswith("%"):
        refuse(f"{value!r} is text", "Write a share of 1: 0.05 for 5%.")
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        refuse(
            f"{shown(value)} stands where a number is meant", "Write a share of 1, without quotes: 0.05 for 5 in 100."
        )
    return float(value)


def _slug(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,60}", value):
        refuse(f"{value!r} cannot name a file", "Use small letters, digits and hyphens, such as time-to-close.")
    return value


class FrozenDict(dict):
    """A dictionary that stays as it was read, so that a plan is frozen through and through."""

    def _refuse(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise TypeError("a plan cannot be changed after it was read")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __hash__(self) -> int:
        return hash(frozenset(self.items()))

    def __reduce__(self):
        """Copy and pickle by making a new one."""
        return FrozenDict, (dict(self),)


def list_of(item: dict, **limits: int) -> WithJsonSchema:
    """Describe a list, which may also be written as its only value."""
    return WithJsonSchema({"anyOf": [item, {"type": "array", "items": item, **limits}]})


def number_schema(**limits: float) -> WithJsonSchema:
    """Describe a number within limits."""
    return WithJsonSchema({"type": "number", **limits})


def _not_blank(value: str) -> str:
    if not value.strip():
        refuse("only spaces stand here", "Write a text, or leave the key out.")
    return value


Text = Annotated[str, Field(min_length=1), AfterValidator(_not_blank)]
OneValue = Annotated[Scalar, PlainValidator(_scalar), WithJsonSchema(ONE_VALUE)]
MaybeMissing = Annotated[Scalar | None, PlainValidator(_scalar_or_missing), WithJsonSchema({})]
Level = Annotated[str, PlainValidator(_level), WithJsonSchema(ONE_VALUE)]
Number = Annotated[int | float, PlainValidator(_number), WithJsonSchema({"type": "number"})]
Share = Annotated[float, PlainValidator(_share), WithJsonSchema({"type": "number"})]
Slug = Annotated[str, AfterValidator(_slug), WithJsonSchema({"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,60}$"})]

Values = Annotated[tuple[OneValue, ...], BeforeValidator(as_tuple), Field(min_length=1), list_of(ONE_VALUE, minItems=1)]
Levels = Annotated[tuple[Level, ...], BeforeValidator(as_tuple), Field(min_length=1), list_of(ONE_VALUE, minItems=1)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(as_tuple), list_of({"type": "string", "minLength": 1})]
ListOnly = BeforeValidator(_only_a_list)
Frozen = AfterValidator(FrozenDict)
AsDict = PlainSerializer(dict)
Numbers = Annotated[
    tuple[Number, ...], BeforeValidator(as_tuple), Field(min_length=1), list_of({"type": "number"}, minItems=1)
]
MaybeMissingValues = Annotated[
    tuple[MaybeMissing, ...],
    BeforeValidator(as_tuple),
    list_of({"type": ["string", "number", "boolean", "null"]}),
]
