"""Limits that a law, a rule or a convention names: dated and cited, in `templates/limits.yaml`.

No measure has a default limit. A plan writes its own number, or names one of these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from fairaudit import resources
from fairaudit.yaml_reader import read_yaml


@dataclass(frozen=True)
class Limit:
    """One limit on file.

    Attributes:
        name: its id, such as ``us.four_fifths``.
        measures: names of the measures it was made for; empty means any.
        kind: "ratio" (lower group's rate over the higher's, 0 to 1) or "difference" (gap of two rates, 0 to 1).
        value: the limit itself.
        as_of: ISO date from which it has applied.
        citation: statute, rule or publication.
        means: what it allows, in a plain sentence.
        caution: what it is not.
    """

    name: str
    measures: tuple[str, ...]
    kind: str
    value: float
    as_of: str
    citation: str
    means: str
    caution: str = ""

    def suits(self, measure: str, kind: str) -> bool:
        """Say whether the limit was made for this measure and this kind of comparison."""
        return self.kind == kind and (not self.measures or measure in self.measures)


@cache
def limits() -> Mapping[str, Limit]:
    """Read every limit on file, in the order of the file."""
    entries = read_yaml(resources.template("limits.yaml")).content["limits"]
    return MappingProxyType({name: _limit(name, entry) for name, entry in entries.items()})


def limits_for(measure: str) -> list[Limit]:
    """List the limits on file that suit a measure."""
    return [limit for limit in limits().values() if limit.suits(measure, limit.kind)]


def _limit(name: str, entry: Mapping) -> Limit:
    measures = () if entry["measures"] == "any" else tuple(entry["measures"])
    return Limit(name=name, **{**entry, "measures": measures, "value": float(entry["value"])})
