"""The measures of a plan, each with its limit."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema

from fairaudit.errors import PlanError, nearest
from fairaudit.limits import limits
from fairaudit.measures import MEASURES
from fairaudit.plan.values import Number, Share, Strict, Text, refuse, shown


def _measure_name(value: str) -> str:
    if ":" in value:
        return value
    try:
        return MEASURES[value].name
    except PlanError as error:
        refuse(error.problems[0].what, error.problems[0].hint)


def _limit(kind: str, value: Any) -> float | str | None:
    """Check a limit: a share of 1, or the name of a limit on file."""
    if value is None:
        return None
    if isinstance(value, str):
        return _limit_name(kind, value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        refuse(f"{shown(value)} is no limit", "Write a share of 1, such as 0.05, or a limit's name.")
    if kind == "ratio" and value > 1:
        hint = f"It is the lower group's rate over the higher's: write {1 / value:.3g}."
        refuse(f"a ratio limit of {value:g} is above 1", hint)
    if kind == "ratio" and not 0 < value < 1:
        refuse(f"a ratio limit of {value:g} is not between 0 and 1", "Write a share of 1: 0.8 for 80 in 100.")
    # It may be in days or dollars: whether it must be a share of 1 hangs on the measure, and is checked with it.
    if not (value > 0 and math.isfinite(value)):
        hint = "Write how large a gap is allowed: 0.05 for 5 in 100; of days or dollars, how many."
        refuse(f"a difference limit of {value:g} is no number above 0", hint)
    return float(value)


def _limit_name(kind: str, value: str) -> str:
    known = limits().get(value)
    if value.rstrip().endswith("%") or _reads_as_number(value):
        refuse(f"{value!r} is text", "Write a share of 1, without quotes: 0.05 for 5%.")
    if known is None:
        choices = sorted(limits(), key=lambda name: limits()[name].kind != kind)
        refuse(f"templates/limits.yaml has no limit named {value!r}", nearest(value, choices))
    if known.kind != kind:
        refuse(f"{value} is a {known.kind} limit, not a {kind} limit", f"Write {known.kind}: {value}.")
    return value


def _reads_as_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _limit_schema(**bounds: float) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [{"type": "number", **bounds}, {"type": "string"}, {"type": "null"}]})


Ratio = Annotated[
    float | str | None,
    PlainValidator(lambda value: _limit("ratio", value)),
    _limit_schema(exclusiveMinimum=0, exclusiveMaximum=1),
]
Difference = Annotated[
    float | str | None, PlainValidator(lambda value: _limit("difference", value)), _limit_schema(exclusiveMinimum=0)
]


PARAMETERS = ("at", "capacity", "per", "days", "hours", "quantile", "above", "at_most")
"""What a measure may be told beside its limit, in the order in which names list it."""


class MeasureLimit(Strict):
    """A measure and how far apart groups may be on it."""

    measure: Annotated[str, AfterValidator(_measure_name)] = Field(
        description="a measure's name; `fairaudit measures` lists them"
    )
    ratio: Ratio = Field(default=None, description="the lowest ratio of two groups' values allowed, or a limit's name")
    difference: Difference = Field(
        default=None,
        description="the largest gap between two groups' values allowed (of shares below 1), or a limit's name",
    )
    at: Number | None = Field(default=None, description="the cut-off: whoever scores so much or more is selected")
    capacity: int | None = Field(default=None, gt=0, description="how many can be taken, those with the highest scores")
    per: Text | None = Field(default=None, description="the column (one of the strata) of lists or periods to rank in")
    days: int | None = Field(default=None, gt=0, description="within how many days")
    hours: int | None = Field(default=None, gt=0, description="within how many hours")
    quantile: Annotated[Share, Field(gt=0, lt=1)] | None = Field(
        default=None, description="which one: 0.9 is the amount that 9 in 10 do not exceed"
    )
    above: Number | None = Field(default=None, description="the amount that is to be reached")
    at_most: Number | None = Field(default=None, description="what is not to be exceeded, such as a distance")
    because: Text | None = Field(default=None, description="who set the limit, and where")
    blocks: bool = Field(default=True, description="whether it can block adoption")

    @property
    def parameters(self) -> dict[str, Any]:
        """What the measure is told beside its limit, such as {"days": 30}; only what the plan says."""
        given = {name: getattr(self, name) for name in PARAMETERS}
        return {name: value for name, value in given.items() if value is not None}

    @property
    def limits(self) -> dict[str, float]:
        """The limits as numbers, by kind of comparison, in the order ratio, difference."""
        given = {"ratio": self.ratio, "difference": self.difference}
        on_file = limits()
        return {
            kind: on_file[value].value if isinstance(value, str) else value
            for kind, value in given.items()
            if value is not None
        }

    def cited(self, kind: str) -> str:
        """Who set a limit: the plan's `because`, else the citation on file, else ""."""
        value = getattr(self, kind)
        return self.because or (limits()[value].citation if isinstance(value, str) else "")
