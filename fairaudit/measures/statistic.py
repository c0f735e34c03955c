"""The `@statistic` decorator: a measure that is no share, such as a mean, a median or an area under a curve."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fairaudit.errors import UsageError, nearest
from fairaudit.kinds import KINDS
from fairaudit.languages import say
from fairaudit.measures.distribution import Distribution, Rows
from fairaudit.measures.registry import (
    NEEDS,
    RisesWith,
    Side,
    bound,
    labelled,
    own_words,
    refuse_unknown_direction,
    refuse_unknown_telling,
    refuse_unknown_words,
    registered,
    title_said,
    words_of,
    worse_side,
)
from fairaudit.measures.views import known
from fairaudit.stats.estimates import Estimate

SCALES = ("share", "points", "time", "money", "number")
Ends = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Statistic:
    """An estimate of a group's distribution, and all that a plan, a verdict and a sentence need to know of it.

    Attributes:
        name: the field's term, such as ``restricted_mean_wait``.
        function: takes a `Distribution` (two, where `pairwise`), gives an `Estimate` of one entry a group. What the
            plan says beside the statistic it takes by name: `quantile`, `above`, ...; days or hours as `horizon`.
        phrase: "{who} waited {value} on average", with the plan's words in braces too.
        rises_with: as of a `Measure`.
        needs: "decision" (the value) and "outcome", whichever must be known of a record for it to count.
        source: whose definition: author and year, or statute.
        scale: what its values are: "share", "points" (a share that may be below 0), "time", "money" or "number".
        method: how its bounds come about, in a word.
        kind: the kind of evidence it belongs to.
        title, doc, aliases, counterpart, parameters, optional, given, pattern: as of a `Measure`.
        pairwise: whether a pair's values are of both groups together: first against second, and second against first.
        derive: gives another value in the place of each, from all rows; None where values are taken as they are.
        ends: where somebody of whom nothing is known would make it lowest, and highest: (value, part), as places; None
            where that cannot be said.
        ratios: whether ratios of its values mean anything.
        differences: whether differences of its values do.
        fewest: with fewer records in a group nothing is said of how sure its value is: what large samples teach of
            it does not hold. Of a statistic that ranks outcomes, with fewer with or without the outcome.
        skew_sensitive: whether a few values that were not drawn could move it far.
        unbounded: whether a single value that is not known could make it anything.
        phrase_below: what stands in for the phrase where the value is below 0.
    """

    name: str
    function: Callable[..., Estimate]
    phrase: str
    rises_with: RisesWith
    source: str
    kind: str
    scale: str = "number"
    method: str = "MOVER"
    needs: tuple[str, ...] = ("decision",)
    title: str = ""
    doc: str = ""
    aliases: tuple[str, ...] = ()
    counterpart: str | None = None
    parameters: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    pairwise: bool = False
    derive: Callable[[Rows, Mapping[str, Any]], np.ndarray] | None = None
    ends: Ends | None = ((0, 0), (-1, 0))
    ratios: bool = True
    differences: bool = True
    fewest: int = 30
    skew_sensitive: bool = False
    unbounded: bool = False
    phrase_below: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)
    pattern: str = field(init=False, repr=False, compare=False, default="")

    view = staticmethod(known)
    averages = True
    approximate = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", self.title or self.name.replace("_", " "))
        object.__setattr__(self, "pattern", self.title)
        where = f"statistic {self.name}"
        if self.scale not in SCALES:
            raise UsageError.one(where, f"scale={self.scale!r} is not known", nearest(self.scale, list(SCALES)))
        refuse_unknown_direction(where, self.rises_with)
        refuse_unknown_words(where, self.phrase, self.phrase_below, own=("who", "value"))
        refuse_unknown_words(where, self.title)
        refuse_unknown_telling(where, self.kind, (*self.parameters, *self.optional))
        _refuse_other_needs(where, self)

    def membership(self) -> tuple[np.ndarray, np.ndarray]:
        """Say which cells count: those whose value (and outcome, where it needs one) is known; twice the same."""
        counted = np.zeros((3, 3), bool)
        counted[:2, : 2 if "outcome" in self.needs else 3] = True
        return counted, counted

    def estimate(self, first: Distribution, second: Distribution | None = None) -> Estimate:
        """Estimate every group's value.

        Args:
            first: the groups' distributions.
            second: of a pairwise statistic, the other side's.
        """
        asked = inspect.signature(self.function).parameters
        told = {key: value for key, value in self.given.items() if key in asked}
        both = (first, first if second is None else second) if self.pairwise else (first,)
        with np.errstate(all="ignore"):
            return self.function(*both, **told)

    def worse_when(self, being_selected_is: str | None) -> Side:
        """Say which side of the statistic is the worse one to be on: "high", "low", or None where neither is."""
        return worse_side(self.rises_with, being_selected_is)

    def bound(self, given: Mapping[str, Any]) -> Statistic:
        """Take down what a plan says beside it, such as {"days": 30}."""
        return bound(self, given)

    @property
    def label(self) -> str:
        """The name with what the plan says beside it."""
        return labelled(self.name, self.given)

    def phrases(self, words: Mapping[str, str] | None = None) -> tuple[str, str]:
        """Give the plan's word for people, and the title: who is looked at, and what of them."""
        filled = {**words_of(self.given), **(words or {})}
        return filled["people"], self.titled()

    def titled(self, words: Mapping[str, str] | None = None) -> str:
        """Give the title, which is the same in any plan's words."""
        return title_said(self.pattern, self.given, {})

    def says(self, who: str, value: str, words: Mapping[str, str] | None = None) -> str:
        """Say one group's value."""
        phrase = self.phrase
        if value.startswith("-") and self.phrase_below:
            phrase, value = self.phrase_below, value[1:]
        filled = {**words_of(self.given), **own_words(words or {})}
        return say(phrase, **{**filled, "who": who, "value": value})


def _refuse_other_needs(where: str, statistic: Statistic) -> None:
    """Refuse a kind without values, and an outcome where records of the kind have none."""
    keys = KINDS[statistic.kind].keys
    if not {"value", "counted"} & set(keys):
        kinds = [name for name, kind in KINDS.items() if {"value", "counted"} & set(kind.keys)]
        what = f"evidence of the kind {statistic.kind} has no values to estimate anything from"
        raise UsageError.one(where, what, f"{nearest(statistic.kind, kinds)} A share of decisions is a @measure.")
    if not set(statistic.needs) <= set(NEEDS) or "decision" not in statistic.needs:
        what = f"it is declared to need {statistic.needs!r}"
        raise UsageError.one(where, what, 'Write needs=("decision",) for the value, or ("decision", "outcome").')
    if "outcome" in statistic.needs and "outcome" not in keys:
        what = f"it needs an outcome, and evidence of the kind {statistic.kind} has none"
        raise UsageError.one(where, what, 'Write needs=("decision",).')


def statistic(**details: Any) -> Callable[[Callable[..., Estimate]], Callable[..., Estimate]]:
    """Register a function from a `Distribution` to an `Estimate` as a measure.

    The arguments are the attributes of `Statistic`; its name and doc are the function's own.

    Returns:
        A decorator that leaves the function as it is, but for an attribute `measure` that holds the `Statistic`.
    """

    def register(function: Callable[..., Estimate]) -> Callable[..., Estimate]:
        built = Statistic(name=function.__name__, function=function, doc=function.__doc__ or "", **details)
        return registered(function, built)

    return register
