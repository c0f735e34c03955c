"""The data block of a plan: where the records are, whose decisions they hold, and which columns mean what."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import PurePath
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, PlainValidator, Tag, WithJsonSchema

from fairaudit.plan.values import (
    AsDict,
    Frozen,
    MaybeMissingValues,
    OneValue,
    Strict,
    Text,
    Texts,
    Values,
    refuse,
    shown,
)

TALLY_SUFFIX = ".tally.json"
ENV = "env:"
DATABASES = (".sqlite", ".sqlite3", ".db", ".duckdb", ".ddb")
"""How the names of database files end; such a file holds tables."""
BESIDE = ("join", "population", "shapes")
"""The parts of `data` that name a file which is read beside the source."""


class FromTo(Strict):
    """A range of values, both ends kept: numbers, or dates as 2024-01-31, 2024-01 or 2024."""

    from_: OneValue | None = Field(default=None, alias="from", description="the smallest value kept")
    to: OneValue | None = Field(default=None, description="the largest value kept")


class Decision(Strict):
    """A yes/no column and the values that mean yes and no."""

    column: Text = Field(description="the column's name")
    is_: Values = Field(alias="is", description="the values that mean yes, such as [1]")
    is_not: Values | None = Field(default=None, description="the values that mean no; any other is unknown, and listed")


class Outcome(Decision):
    """What turned out to be true, and of whom it can be known at all."""

    seen_of: Literal["everyone", "selected", "not_selected"] = Field(
        default="everyone",
        description="of whom an outcome can be known: who is held cannot reoffend (not_selected), and a case that is"
        " not looked into has no outcome (selected)",
    )


class RandomSubset(Strict):
    """Records that were drawn at random, whatever the system said of them."""

    column: Text = Field(description="the column that says so")
    is_: Values = Field(alias="is", description="the values that mean that the record was drawn, such as [1]")


class Score(Strict):
    """A column of scores: numbers by which people are ranked or rated, a high one meaning: selected first."""

    column: Text = Field(description="the column's name")
    unknown: MaybeMissingValues = Field(default=(), description="values that mean that there is no score")
    probability: bool = Field(default=False, description="whether it says how probable the outcome is, from 0 to 1")


class Amount(Strict):
    """A column of amounts: pay, fines, benefits."""

    column: Text = Field(description="the column's name")
    unknown: MaybeMissingValues = Field(default=(), description="values that mean that the amount is not known")
    decimals: int = Field(default=2, ge=0, le=6, description="digits after the point: 2 for dollars and cents")
    negative: bool = Field(default=False, description="whether amounts below 0 make sense")
    unit: Text = Field(default="dollars", description="what is counted, such as dollars or euros an hour")


class People(Strict):
    """How many people a row stands for."""

    column: Text = Field(description="the column of the number of people")
    moe: Text | None = Field(default=None, description="the column of its margin of error, at 90%")


class Population(Strict):
    """Who lives there: a file of people by group, with who counted them and when."""

    source: Text = Field(description="a file with a row a group (or a group and area), relative to audit.yaml")
    people: Text | None = Field(default=None, description="the column of the number of people")
    share: Text | None = Field(default=None, description="the column of shares of the whole, where numbers are lacking")
    moe: Text | None = Field(default=None, description="the column of the margin of error of `people`, at 90%")
    from_: Text = Field(alias="from", description="who counted them, such as: American Community Survey, 5-year")
    year: int = Field(ge=1700, le=2200, description="of what year")
    sheet: Text | None = Field(default=None, description="the sheet of an .xlsx file")
    by: Texts = Field(
        default=(), description="the groups by which records are weighed to it; all groups where left out"
    )


class On(Strict):
    """The columns by which two files are joined, where their names differ."""

    records: Text = Field(description="the column of the records")
    file: Text = Field(description="the column of the file that is joined")


class Join(Strict):
    """A file whose columns are added to the records: what is known of each area, of each officer."""

    source: Text = Field(description="a file with a row a key, relative to audit.yaml")
    on: On = Field(description="the column by which both are joined, or {records: X, file: Y}")
    sheet: Text | None = Field(default=None, description="the sheet of an .xlsx file")


class Area(Strict):
    """What area a record lies in: the column that names it, or coordinates and the shapes that they fall into."""

    column: Text | None = Field(default=None, description="the column of the area's key")
    longitude: Text | None = Field(default=None, description="the column of longitudes, in degrees")
    latitude: Text | None = Field(default=None, description="the column of latitudes, in degrees")


class Shapes(Strict):
    """The outlines of areas, for a map, and to find what area a pair of coordinates lies in."""

    source: Text = Field(description="a GeoJSON file (or, with geopandas, .shp, .zip, .gpkg), relative to audit.yaml")
    key: Text = Field(description="the property that holds an area's key")


def _column(value: Any) -> Any:
    """Take a column's name for the short form of its details."""
    return {"column": value} if isinstance(value, str) else value


def _on(value: Any) -> Any:
    """Take a join by one name for the short form of that by two."""
    return {**value, "on": {"records": value["on"], "file": value["on"]}} if _joins_by_name(value) else value


def _joins_by_name(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("on"), str)


def _moment(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2})?)?", value):
        refuse(f"{shown(value)} is no day", "Write it as 2024-12-31, or with a time as 2024-12-31 17:00.")
    try:
        datetime.fromisoformat(value)
    except ValueError:
        refuse(f"there is no day {value}", "Write a day of the calendar, such as 2024-12-31.")
    return value


Moment = Annotated[
    str | None,
    PlainValidator(lambda value: None if value is None else _moment(value)),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "null"}]}),
]


def _values_or_range(value: Any) -> str:
    return "range" if isinstance(value, dict | FromTo) else "values"


Kept = Annotated[Annotated[Values, Tag("values")] | Annotated[FromTo, Tag("range")], Discriminator(_values_or_range)]


class Data(Strict):
    """Where the records are, whose decisions they hold, and which columns mean what."""

    source: Text = Field(
        description="a file (csv, csv.gz, parquet, xlsx, sqlite, duckdb), a folder of Parquet files or a tally,"
        " relative to audit.yaml; or env:NAME, the variable that holds the address of a warehouse"
    )
    table: Text | None = Field(default=None, description="the table, where the source is a database: health.requests")
    query: Text | None = Field(
        default=None,
        description="instead of a table, one SELECT that gives the records, where it is a database",
    )
    origin: Literal["historical", "pooled", "test", "synthetic"] = Field(description="where the records come from")
    decided_by: Literal["this_system", "this_system_elsewhere", "todays_process"] = Field(
        description="whose decisions they are"
    )
    period: str | None = Field(default=None, description="when the decisions were made, in words")
    counted_by: str | None = Field(default=None, description="who counted or drew the records")
    counts_from: Literal["vendor", "agency", "published"] | None = Field(
        default=None,
        description="where the source is counts, whose they are: the vendor's (also where left out), the agency's own,"
        " or what somebody else has published",
    )
    sheet: Text | None = Field(default=None, description="the sheet of an .xlsx file")
    encoding: Text | None = Field(default=None, description="the text encoding of a csv file, such as latin-1")
    delimiter: str | None = Field(
        default=None, min_length=1, max_length=1, description="what stands between the columns of a csv file"
    )
    unit: Text = Field(default="one record", description="what one row is, such as: one arraignment")
    keep: Annotated[dict[str, Kept], Frozen, AsDict] = Field(
        default={}, validate_default=True, description="the rows to keep: values or from/to of a column"
    )
    decision: Decision | None = Field(default=None, description="the decision: column, is, is_not")
    outcome: Outcome | None = Field(default=None, description="what turned out to be true: column, is, is_not, seen_of")
    score: Annotated[Score, BeforeValidator(_column)] | None = Field(
        default=None, description="the score: its column, or column, unknown, probability"
    )
    amount: Annotated[Amount, BeforeValidator(_column)] | None = Field(
        default=None, description="the amount: its column, or column, unknown, decimals, negative, unit"
    )
    matched_by: Text | None = Field(
        default=None, description="the column that names the matched test (pair) that a record belongs to"
    )
    population: Population | None = Field(
        default=None,
        description="who lives there (or is to be decided on): source, people or share, moe, from, year, by",
    )
    area: Annotated[Area, BeforeValidator(_column)] | None = Field(
        default=None, description="the column of the area's key, or {longitude: X, latitude: Y}"
    )
    areas: Literal["all", "sample"] | None = Field(
        default=None, description="all: a row an area, none left out; sample: a row an address or the like"
    )
    reached: Decision | None = Field(default=None, description="whether the service reaches it: column, is, is_not")
    service: Annotated[Amount, BeforeValidator(_column)] | None = Field(
        default=None, description="how much service there is: its column, or column, unknown, decimals, negative, unit"
    )
    people: Annotated[People, BeforeValidator(_column)] | None = Field(
        default=None, description="how many people live in an area: its column, or column and moe"
    )
    shapes: Shapes | None = Field(default=None, description="the areas' outlines, for a map: source, key")
    opened: Text | None = Field(default=None, description="the column of the day when a wait began")
    closed: Text | None = Field(default=None, description="the column of the day when it ended; empty where open")
    until: Moment = Field(default=None, description="the day on which the records were drawn, such as 2024-12-31")
    date_format: Text | None = Field(
        default=None, description="how days are written where not as 2024-12-31, such as %m/%d/%Y"
    )
    join: Annotated[Join, BeforeValidator(_on)] | None = Field(
        default=None, description="a file whose columns are added to the records: source, on"
    )
    count: Text | None = Field(
        default=None, description="the column that says how many records a row stands for, where they are counted"
    )
    weight: Text | None = Field(default=None, description="the column of survey weights")
    inclusion_probability: Text | None = Field(
        default=None, description="the column of the probability with which a record was drawn; it weighs 1 over it"
    )
    random_subset: RandomSubset | None = Field(
        default=None, description="which records were drawn at random; only those are counted"
    )
    cluster: Text | None = Field(
        default=None, description="the column that names a person (or area) with several records"
    )
    key: Text | None = Field(
        default=None, description="the column that should name a record once; duplicates are counted"
    )

    @property
    def decided(self) -> Decision | None:
        """The yes or no that is counted: the decision, or whether a service reaches a place."""
        return self.decision or self.reached

    @property
    def valued(self) -> Amount | None:
        """What is counted in units: an amount, or how much service there is."""
        return self.amount or self.service

    @property
    def weighted(self) -> bool:
        """Say whether records have weights."""
        return bool(self.weight or self.inclusion_probability)

    @property
    def is_tally(self) -> bool:
        """Say whether the source holds counts instead of records."""
        return self.source.endswith(TALLY_SUFFIX)

    @property
    def whose_counts(self) -> str:
        """Say whose the counts are that were received: unsaid where the plan does not say; empty for records."""
        return (self.counts_from or "unsaid") if self.is_tally else ""

    @property
    def beside(self) -> dict[str, str]:
        """The files that are read beside the source, by what they are to it."""
        return {name: part.source for name in BESIDE if (part := getattr(self, name)) is not None}

    @property
    def variable(self) -> str | None:
        """The environment variable that holds the address of a warehouse; None where the source is a file."""
        return self.source.removeprefix(ENV) if self.is_warehouse else None

    @property
    def is_warehouse(self) -> bool:
        """Say whether the records are counted in a warehouse, which they do not leave."""
        return self.source.startswith(ENV)

    @property
    def has_records(self) -> bool:
        """Say whether records can be looked at one by one: neither counts alone, nor records in a warehouse."""
        return not (self.is_tally or self.is_warehouse)

    @property
    def source_name(self) -> str:
        """How the source is called where people read of it: never by its address."""
        inside = f"the table {self.table}" if self.table else "a query" if self.query else ""
        if self.is_warehouse:
            return f"{inside or 'a table'} in the warehouse {self.variable}"
        name = PurePath(self.source).name
        return f"{inside} in {name}" if inside else name
