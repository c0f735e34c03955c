"""What a plan holds: a strict, frozen model of `audit.yaml`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    PlainValidator,
    PrivateAttr,
    WithJsonSchema,
)

from fairaudit.errors import PlanError, nearest
from fairaudit.kinds import KINDS
from fairaudit.languages import ENGLISH, LANGUAGES, say
from fairaudit.measures import MEASURES
from fairaudit.plan.conditions import TooFew
from fairaudit.plan.data import Data
from fairaudit.plan.groups import Compare, Group, Scan
from fairaudit.plan.measures import MeasureLimit
from fairaudit.plan.values import (
    AsDict,
    Frozen,
    ListOnly,
    OneValue,
    Share,
    Slug,
    Strict,
    Text,
    Texts,
    as_tuple,
    number_schema,
    refuse,
    scalar_text,
    shown,
)


class System(Strict):
    """The technology under audit."""

    name: Text = Field(description="what the system is called")
    version: str = Field(default="", description="its version, in quotes")
    vendor: str = Field(default="", description="who sells or builds it")
    agency: str = Field(default="", description="who is to adopt it")
    stage: Literal["proposed", "pilot", "in use", "retired"] = Field(default="proposed", description="how far it is")
    decides: str = Field(default="", description="what it decides, such as: who is supervised before trial")
    people_per_year: int | None = Field(default=None, gt=0, description="people it will decide on in a year")
    lapses_after_months: int = Field(
        default=12, ge=1, le=24, description="after how many months the audit lapses, such as 12 (LL144) or 24"
    )

    @property
    def title(self) -> str:
        """Name and version together."""
        return f"{self.name} {self.version}".strip()


class Words(Strict):
    """The plan's own words for sentences: `Of every 100 {people} who {negative}, 12 {selected}`."""

    people: Text = Field(default="people", description="who is decided on, such as: applicants")
    selected: Text = Field(default="were selected", description="such as: were flagged as high risk")
    not_selected: Text = Field(default="were not selected", description="such as: were not flagged")
    positive: Text = Field(default="had the outcome", description="such as: reoffended within two years")
    negative: Text = Field(default="did not have the outcome", description="such as: did not reoffend")

    def told(self) -> dict[str, str]:
        """Give all words; those that the plan leaves out in the language of the report."""
        return {name: text if name in self.model_fields_set else say(text) for name, text in self.model_dump().items()}


class Standard(Strict):
    """The mix of a stratum that rates are standardised to."""

    of: Text = Field(description="the stratum, such as charge_degree")
    mix: Annotated[dict[OneValue, Share], Frozen, AsDict, Field(min_length=2)] = Field(
        description="each value of it: its share; together 1"
    )


class LabelErrors(Strict):
    """How often the recorded outcome is right."""

    sensitivity: Annotated[Share, Field(gt=0, le=1)] = Field(
        description="of those who truly had the outcome, the share of whom it was recorded"
    )
    specificity: Annotated[Share, Field(gt=0, le=1)] = Field(
        description="of those who truly did not, the share of whom it was not recorded"
    )
    because: Text | None = Field(default=None, description="the study that says so")


def _groups(value: Any) -> Any:
    """Take the short form, a list of columns, for the long one."""
    if isinstance(value, dict):
        return {_group_name(name): {} if spec is None else spec for name, spec in value.items()}
    if not isinstance(value, str | list):
        what = "nothing" if value is None else shown(value)
        refuse(f"{what} stands where groups are meant", "List the columns that hold groups: groups: [race, sex].")
    names = as_tuple(value)
    if not all(isinstance(name, str) for name in names):
        hint = "Write `race:` with its details on lines of their own, without a hyphen."
        refuse("a list of groups holds column names only", hint)
    return {name: {} for name in names}


def _group_name(name: Any) -> Any:
    return name if isinstance(name, str) else scalar_text(name)


def _looks(value: Any) -> int | str:
    if value == "open" or (isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 100):
        return value
    refuse(f"{shown(value)} is no number of looks", "Write 1, the number of looks declared (at most 100), or open.")


LOOKS_SCHEMA = WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1, "maximum": 100}, {"const": "open"}]})


class Evidence(Strict):
    """One question put to one data set: one block of the plan, one notebook run."""

    id: Slug = Field(description="a short name, such as time-to-close")
    kind: Literal["decisions", "scores", "amounts", "waits", "representation", "places", "pairs", "matching"] = Field(
        description="the kind of evidence: the notebook that runs"
    )
    question: str = Field(default="", description="what is asked, in plain words")
    data: Data
    being_selected_is: Literal["a burden", "a benefit"] | None = Field(
        default=None, description="what being selected (or a high score) means for a person"
    )
    a_high_amount_is: Literal["a burden", "a benefit"] | None = Field(
        default=None, description="what a high amount means for a person: a fine is a burden, pay a benefit"
    )
    more_is: Literal["a burden", "a benefit"] | None = Field(
        default=None, description="what being reached more means for a person: cameras a burden, a library a benefit"
    )
    a_missed_match_costs: Text | None = Field(
        default=None, description="what a missed match does to a person, such as: benefits stop until it is found"
    )
    a_false_match_costs: Text | None = Field(
        default=None, description="what a false match does to a person, such as: somebody else's debt is collected"
    )
    words: Words = Words()
    groups: Annotated[dict[Text, Group], BeforeValidator(_groups), Field(min_length=1), Frozen, AsDict] = Field(
        description="the columns that hold groups of people"
    )
    compare: Annotated[tuple[Compare, ...], ListOnly] = Field(
        default=(), description="groupings to compare; each group alone if left out"
    )
    scan: Scan | None = Field(
        default=None, description="look through crossings for where a gap comes from; shown, and never judged"
    )
    measures: Annotated[tuple[MeasureLimit, ...], ListOnly, Field(min_length=1)] = Field(
        json_schema_extra={"minItems": 1}, description="the measures, each with a limit"
    )
    strata: Texts = Field(default=(), description="columns within which unknown groups are spread")
    alpha: Annotated[Share, Field(gt=0, lt=0.5), number_schema(exclusiveMinimum=0, exclusiveMaximum=0.5)] = Field(
        default=0.05, description="the error rate of a verdict, one-sided"
    )
    looks: Annotated[int | Literal["open"], PlainValidator(_looks), LOOKS_SCHEMA] = Field(
        default=1, description="how often new data may be looked at: a number, or open"
    )
    look: int = Field(default=1, ge=1, le=100, description="which look this is")
    unknown_at_most: Annotated[Share, Field(ge=0, le=1), number_schema(minimum=0, maximum=1)] = Field(
        default=0.05, description="the share of unknowns above which the worst case decides"
    )
    smallest_cell: int = Field(
        default=11, ge=3, le=1000, description="the smallest count that the public copy tells; it hides 1 to one less"
    )
    standard: Standard | None = Field(
        default=None, description="the mix of a stratum that rates are standardised to; everybody's where left out"
    )
    label_errors: LabelErrors | None = Field(
        default=None, description="how often the recorded outcome is right, where a study says so"
    )
    scenarios: Annotated[tuple[Literal["open_never", "raked"], ...], ListOnly] = Field(
        default=(),
        description="what must hold too: open_never takes whatever is open for never closed; raked weighs"
        " the records to the population, which they are wherever there is one",
    )
    too_few: Annotated[tuple[TooFew, ...], ListOnly] = Field(
        default=(), description="groups that are too few to show anything of, named before results, with conditions"
    )
    cannot_tell: Texts = Field(default=(), description="what this evidence cannot tell, a sentence each")
    notebook: Text | None = Field(default=None, description="a notebook of the audit's own (needs --allow-code)")

    @property
    def comparisons(self) -> tuple[Compare, ...]:
        """The groupings to compare; each group attribute alone, all pairs, where the plan names none."""
        return self.compare or tuple(Compare(by=(name,)) for name in self.groups)

    @property
    def alpha_of_look(self) -> float:
        """The error rate that this look may spend: alpha / k, or alpha / 2^j where looks are open."""
        return self.alpha / 2**self.look if self.looks == "open" else self.alpha / self.looks

    def named_too_few(self, attributes: tuple[str, ...], group: str) -> bool:
        """Say whether the plan names a group of a grouping, before any result, as too few to show anything of."""
        return any(entry.names(attributes, group) for entry in self.too_few)

    @property
    def selected_is(self) -> str | None:
        """What is meant by the worse side: "a burden" or "a benefit"; being served, after a wait, is a benefit."""
        told = self.being_selected_is or self.a_high_amount_is or self.more_is
        return "a benefit" if self.kind == "waits" else told

    @property
    def time_unit(self) -> str:
        """What waits are counted in: hours where any measure speaks of hours, else days."""
        return "hours" if any(entry.hours for entry in self.measures) else "days"

    @property
    def people(self) -> str:
        """What the people are called on whom it is decided, in the plan's words where it has any."""
        return self.words.told()["people"]

    @property
    def raked_by(self) -> tuple[str, ...]:
        """The groups by which records are weighed to the population; none where there is no population."""
        population = self.data.population
        if population is None or self.kind == "representation":
            return ()
        return population.by or tuple(self.groups)

    def units_of(self, entry: MeasureLimit) -> int | None:
        """Give the horizon of a measure in units of time; None where it has none."""
        if entry.hours:
            return entry.hours
        return entry.days and entry.days * (24 if self.time_unit == "hours" else 1)

    def given(self, entry: MeasureLimit) -> dict[str, Any]:
        """Give all that a measure is told: what stands beside it, its horizon in units of time, what is counted."""
        told = {**entry.parameters, "horizon": self.units_of(entry), "unit": self.data.valued and self.data.valued.unit}
        return {name: value for name, value in told.items() if value is not None}

    @property
    def horizons(self) -> tuple[int, ...]:
        """Give every horizon of the measures, in units of time, ascending."""
        return tuple(sorted({units for entry in self.measures if (units := self.units_of(entry))}))

    @property
    def cut_points(self) -> tuple[float, ...]:
        """Give every score or amount that a measure cuts at, ascending; 0 for amounts, since none is not little."""
        cuts = {
            value for entry in self.measures for value in (entry.at, entry.above, entry.at_most) if value is not None
        }
        return tuple(sorted(cuts | ({0} if self.kind == "amounts" else set())))

    @property
    def needs_outcome(self) -> bool:
        """Say whether outcomes are counted: a measure needs them, an own measure may, or scores are to be drawn."""
        if "outcome" not in KINDS[self.kind].keys:
            return False
        return (self.kind == "scores" and self.data.outcome is not None) or any(
            _needs_outcome(entry.measure, self.data) for entry in self.measures
        )


def _needs_outcome(measure: str, data: Data) -> bool:
    return data.outcome is not None if ":" in measure else "outcome" in MEASURES[measure].needs


class Plan(Strict):
    """A whole audit: the system, and the evidence on it."""

    system: System
    evidence: Annotated[tuple[Evidence, ...], ListOnly, Field(min_length=1)] = Field(
        json_schema_extra={"minItems": 1}, description="the questions put to data, one block each"
    )
    language: Literal[*LANGUAGES] = Field(ENGLISH, description="the language of the report's own words and sentences")
    _path: Path | None = None
    _sha256: str = ""
    _content: dict[str, Any] = PrivateAttr(default_factory=dict)

    @property
    def content(self) -> dict[str, Any]:
        """What the file says, as plain data."""
        return self._content

    @property
    def path(self) -> Path:
        """The file the plan was read from."""
        return self._path or Path("audit.yaml")

    @property
    def folder(self) -> Path:
        """The audit's folder; sources are relative to it."""
        return self.path.parent

    @property
    def sha256(self) -> str:
        """The SHA-256 of the file's bytes."""
        return self._sha256

    def in_language(self, language: str) -> Plan:
        """Give the same plan with its report in another language; in the plan's own where empty."""
        return self.model_copy(update={"language": language}) if language else self

    def block(self, evidence_id: str) -> Evidence:
        """Find an evidence block by its id.

        Raises:
            PlanError: there is none of that id.
        """
        for block in self.evidence:
            if block.id == evidence_id:
                return block
        known = [block.id for block in self.evidence]
        raise PlanError.one(self.path.name, f"there is no evidence {evidence_id!r}", nearest(evidence_id, known))
