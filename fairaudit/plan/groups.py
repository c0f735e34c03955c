"""The groups of a plan, and whom each group is compared with."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from fairaudit.plan.values import (
    AsDict,
    Frozen,
    Level,
    Levels,
    MaybeMissingValues,
    Numbers,
    OneValue,
    Strict,
    Text,
    Texts,
)

TWO_OR_MORE = "Two or more"


class Group(Strict):
    """How a column is read as groups of people."""

    column: Text | None = Field(
        default=None, description="the column, where it has another name; with proxy, null where there is none"
    )
    levels: Levels | None = Field(default=None, description="every group there is, also those without a row")
    labels: Annotated[dict[OneValue, Level], Frozen, AsDict] = Field(
        default={}, validate_default=True, description="what stands in the data: what it is called"
    )
    merge: Annotated[dict[Level, Levels], Frozen, AsDict] = Field(
        default={}, validate_default=True, description="a new group: the groups it holds"
    )
    bands: Numbers | None = Field(default=None, description="ages (or amounts) at which a new band begins")
    quantiles: Annotated[int, Field(ge=2, le=20)] | None = Field(
        default=None, description="areas in so many parts of equal number, by a column of numbers, the lowest first"
    )
    columns: Annotated[dict[Level, Text], Frozen, AsDict] = Field(
        default={}, validate_default=True, description="a group of people: the column of how many of them an area has"
    )
    moe: Annotated[dict[Level, Text], Frozen, AsDict] = Field(
        default={}, validate_default=True, description="a group of people: the column of their margin of error, at 90%"
    )
    unknown: MaybeMissingValues = Field(default=(), description="values that mean the group is not known")
    multi: str | None = Field(
        default=None, min_length=1, max_length=3, description="what separates several groups in one field"
    )
    any_: bool = Field(default=False, alias="any", description="a yes/no table a level, each against everybody else")
    proxy: Annotated[dict[Level, Text], Frozen, AsDict] = Field(
        default={},
        validate_default=True,
        description="of people whose group is unknown: each level, and the column of how probable it is",
    )

    @property
    def nobody_asked(self) -> bool:
        """Say whether the plan says that no column holds the group, so that all there is are probabilities."""
        return bool(self.proxy) and "column" in self.model_fields_set and self.column is None

    def read_from(self, name: str) -> list[str]:
        """Name the columns of the records that it is read from."""
        if self.columns:
            return [*self.columns.values(), *self.moe.values()]
        return [*([] if self.nobody_asked else [self.column or name]), *self.proxy.values()]

    @property
    def final_levels(self) -> tuple[str, ...] | None:
        """The declared levels after merging, in order; None where levels are taken as found."""
        if self.quantiles:
            return tuple(quantile_names(self.quantiles))
        if self.bands:
            return tuple(band_names(self.bands))
        if self.columns:
            return tuple(self.columns)
        if self.levels is None:
            return None
        merged = {old: new for new, olds in self.merge.items() for old in olds}
        levels = [merged.get(level, level) for level in self.levels] + list(self.merge)
        if self.multi and not self.any_:
            levels.append(TWO_OR_MORE)
        return tuple(dict.fromkeys(levels))


def band_names(cuts: tuple[float, ...]) -> list[str]:
    """Name the bands between cut points: under 18, 18 to 24, 25 to 64, 65 and over.

    Whole-number cuts read as whole years; others as "from a to under b".
    """
    whole = all(float(cut).is_integer() for cut in cuts)
    between = [_whole_band(low, high) if whole else f"{low:.15g} to under {high:.15g}" for low, high in pairwise(cuts)]
    return [f"under {cuts[0]:.15g}", *between, f"{cuts[-1]:.15g} and over"]


PARTS = {2: "half", 3: "third", 4: "quarter", 5: "fifth", 10: "tenth"}
ORDINALS = {1: "1st", 2: "2nd", 3: "3rd"}


def quantile_names(parts: int) -> list[str]:
    """Name the parts of equal number: lowest fifth, 2nd fifth, ..., highest fifth."""
    part = PARTS.get(parts, f"part of {parts}")
    between = [f"{ORDINALS.get(place, f'{place}th')} {part}" for place in range(2, parts)]
    return [f"lowest {part}", *between, f"highest {part}"]


def _whole_band(low: float, high: float) -> str:
    last = int(high) - 1
    return f"{int(low)} to {last}" if last > low else f"{last}"


class ReferenceGroup(Strict):
    """One group that every other is compared with."""

    group: Levels = Field(description="the group; for a crossing, one level an attribute")


def _scheme_or_group(value: Any) -> str:
    return "group" if isinstance(value, dict | ReferenceGroup) else "scheme"


Reference = Annotated[
    Annotated[Literal["all_pairs", "rest", "overall"], Tag("scheme")] | Annotated[ReferenceGroup, Tag("group")],
    Discriminator(_scheme_or_group),
]


class Compare(Strict):
    """A grouping and whom each group is compared with."""

    by: Annotated[Texts, Field(min_length=1)] = Field(description="one group column, or several to cross")
    reference: Reference = Field(default="all_pairs", description="all_pairs, rest, overall, or {group: X}")
    blocks: bool | None = Field(
        default=None, description="whether it can block adoption; a crossing explores unless true"
    )

    @property
    def blocking(self) -> bool:
        """A single attribute blocks unless told otherwise; a crossing explores unless told otherwise."""
        return len(self.by) == 1 if self.blocks is None else self.blocks

    @property
    def name(self) -> str:
        """The grouping's name in ids and tallies, such as ``race`` or ``race_sex``."""
        return "_".join(self.by)


class Scan(Strict):
    """Crossings that are looked through for where a gap comes from; none of them is judged."""

    by: Annotated[Texts, Field(min_length=2, max_length=10)] = Field(
        description="the group columns whose crossings are looked through, 2 to 10"
    )
    depth: int = Field(default=2, ge=1, le=3, description="how many of them are crossed at most: 1, 2 or 3")
    smallest: int = Field(
        default=30, ge=10, description="the fewest records of a crossing that is looked at; fewer than 10 are persons"
    )
