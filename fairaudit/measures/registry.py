"""The `@measure` decorator, what it builds, and the list of all that were built.

A measure is one small function from counts to two counts. That the two are plain sums of cells is checked once, here,
so that everything downstream (weights, folds, unknowns at their worst) can work from two tables of yes and no.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Literal

import numpy as np

from fairaudit.errors import PlanError, Problem, UsageError, listed, nearest
from fairaudit.kinds import KINDS
from fairaudit.languages import marked, say, say_count
from fairaudit.measures.counts import PLACES, Counts, Rate
from fairaudit.measures.views import View

RisesWith = Literal["selection", "non_selection", "accuracy", "error"] | None
Side = Literal["high", "low"] | None

RISES_WITH = ("selection", "non_selection", "accuracy", "error", None)
NEEDS = ("decision", "outcome")

DEFAULT_WORDS = {
    "people": marked("people"),
    "selected": marked("were selected"),
    "not_selected": marked("were not selected"),
    "positive": marked("had the outcome"),
    "negative": marked("did not have the outcome"),
}
"""What a sentence says where the plan brings no words of its own."""


@dataclass(frozen=True)
class Measure:
    """A share of a group's people, and all that a plan, a verdict and a sentence need to know of it.

    Attributes:
        name: the field's term, such as ``false_positive_rate``.
        function: takes `Counts` (or anything with the same attributes), gives a `Rate`.
        of: who is in the denominator, with the plan's words in braces: ``{people} who {negative}``.
        share: what the numerator's part of them did, such as ``{selected}``.
        rises_with: what a high value goes with: "selection" (the more are selected, the higher), "non_selection",
            "accuracy", "error", or None where neither high nor low is worse.
        needs: "decision", "outcome" or both: what must be known of a record for it to count.
        source: whose definition: author and year, or statute.
        title: the plain name that the report prints.
        doc: the docstring, which gives formula, range and when it is undefined.
        aliases: other names that a plan may use.
        counterpart: the function of fairlearn or scikit-learn that must agree, such as
            ``sklearn.metrics.precision_score(pos_label=0)``; None where there is none.
        kind: the kind of evidence it belongs to.
        parameters: what a plan must say beside it, such as "days/hours": one of the two.
        optional: what a plan may say beside it.
        view: how the values of a tally read as yes or no; None where decisions are counted.
        given: what the plan says beside it, once `bound`.
        pattern: the title as it was written, with what a plan says in braces, also once `bound`.
    """

    name: str
    function: Callable[[Any], Rate]
    of: str
    share: str
    rises_with: RisesWith
    needs: tuple[str, ...]
    source: str
    title: str = ""
    doc: str = ""
    aliases: tuple[str, ...] = ()
    counterpart: str | None = None
    kind: str = "decisions"
    parameters: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    view: View | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    pattern: str = field(init=False, repr=False, compare=False, default="")
    _cells: tuple[np.ndarray, np.ndarray] = field(init=False, repr=False, compare=False)

    scale = "share"
    averages = False  # a share is counted, not estimated
    approximate = False  # its verdict rests on a test whose error rate is known; an ApproximateMeasure's does not

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", self.title or self.name.replace("_", " "))
        object.__setattr__(self, "pattern", self.title)
        refuse_unknown_direction(f"measure {self.name}", self.rises_with)
        refuse_unknown_words(f"measure {self.name}", self.of, self.share, self.title)
        refuse_unknown_telling(f"measure {self.name}", self.kind, (*self.parameters, *self.optional))
        _refuse_other_view(self)
        cells = find_membership(self.function, self.name)
        _refuse_other_needs(self, *cells)
        object.__setattr__(self, "_cells", cells)

    def rate(self, counts: Any) -> Rate:
        """Compute the two counts.

        Args:
            counts: `Counts`, an array of shape (..., 3, 3), or anything with the attributes that the function reads.

        Returns:
            A `Rate` of one entry a group.
        """
        return Rate(*self.function(Counts(counts) if isinstance(counts, np.ndarray) else counts))

    def membership(self) -> tuple[np.ndarray, np.ndarray]:
        """Say which cells are in the numerator, and which in the denominator.

        Returns:
            Two read-only boolean arrays of shape (3, 3), decision by outcome, in the order of `PLACES`.
        """
        return self._cells

    def worse_when(self, being_selected_is: str | None) -> Side:
        """Say which side of the measure is the worse one to be on: "high", "low", or None where neither is.

        Args:
            being_selected_is: "a burden" or "a benefit" (with or without the article); None where the plan is silent.
        """
        side = worse_side(self.rises_with, being_selected_is)
        # Where more is a burden, such as a way to go, not to have more than so much is none.
        return {"high": "low", "low": "high"}.get(side, side) if "at_most" in self.given else side

    def phrases(self, words: Mapping[str, str] | None = None) -> tuple[str, str]:
        """Fill `of` and `share` with a plan's words, for "Of every 100 {of}, 12 {share}"."""
        filled = {**words_of(self.given), **own_words(words or {})}
        return say(self.of, **filled), say(self.share, **filled)

    def titled(self, words: Mapping[str, str] | None = None) -> str:
        """Give the title in a plan's own words: share that were flagged, and not share selected."""
        return title_said(self.pattern, self.given, words or {})

    def bound(self, given: Mapping[str, Any]) -> Measure:
        """Take down what a plan says beside a measure, such as {"days": 30}."""
        return bound(self, given)

    @property
    def label(self) -> str:
        """The name with what the plan says beside it, such as ``served_within-30-days``."""
        return labelled(self.name, self.given)


BESIDE = ("at", "capacity", "per", "days", "hours", "quantile", "above", "at_most")
"""What a plan may say beside a measure, in the order in which names list it."""

LABELS = {"days": "{}-days", "hours": "{}-hours"}


def labelled(name: str, given: Mapping[str, Any]) -> str:
    """Name a measure with what the plan says beside it."""
    parts = [LABELS.get(key, f"{key}-{{}}").format(_whole(given[key])) for key in BESIDE if key in given]
    return "-".join([name, *parts])


def words_of(given: Mapping[str, Any]) -> dict[str, str]:
    """Say what a plan says beside a measure in words that sentences and titles hold."""
    words = {key: _number_in_words(value) for key, value in given.items() if key in BESIDE}
    words["within"] = _within(given)
    words["each"] = say("each {list}", list=given["per"].replace("_", " ")) if "per" in given else say("all")
    quantile = 100 * given.get("quantile", 0.5)
    words["percentile"] = say("{number:g}% point", number=quantile) if "quantile" in given else say("middle")
    unit = str(given.get("unit", ""))
    amount = words["above"] if "above" in words else say("the amount that the plan says")
    words["amount"] = f"{amount} {unit}".strip()
    words["reached"], words["within_reach"] = say("were reached"), _within_reach(words, unit)
    words["served"], words["got"] = say("were served"), say("got")
    own = {}
    if "at" in given:
        own["selected"] = say("scored {at} or more", at=words["at"])
        own["not_selected"] = say("scored less than {at}", at=words["at"])
    default = {name: say(text) for name, text in DEFAULT_WORDS.items()}
    return {**default, **dict.fromkeys(BESIDE, ""), **words, **own}


def _within(given: Mapping[str, Any]) -> str:
    """Say the time within which something is to happen."""
    if "hours" in given:
        return say_count(given["hours"], "{hours} hour", "{hours} hours", hours=_number_in_words(given["hours"]))
    if "days" in given:
        return say_count(given["days"], "{days} day", "{days} days", days=_number_in_words(given["days"]))
    return say("the days that the plan says")


def own_words(words: Mapping[str, str]) -> dict[str, str]:
    """Give a plan's words; what it says of those selected it says of those reached, served, or given an amount."""
    said = dict.fromkeys(("reached", "within_reach", "served", "got"), words["selected"]) if "selected" in words else {}
    return {**words, **said}


def _within_reach(words: Mapping[str, str], unit: str) -> str:
    """Say what within reach means: so much or more, or no further than that."""
    if "above" in words:
        return say("have {amount} or more", amount=words["amount"])
    if "at_most" in words:
        return say("have {amount} or less", amount=f"{words['at_most']} {unit}".rstrip())
    return say("are within reach")


def _number_in_words(value: Any) -> str:
    value = _whole(value)
    return f"{value:,}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _whole(value: Any) -> Any:
    """Give 15.0, as a plan's 15.00 is read, as 15: the two are one number, and one name."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def bound(measure: Any, given: Mapping[str, Any]) -> Any:
    """Copy a measure or statistic with what a plan says beside it, and its title filled in."""
    copied = copy(measure)
    for name, value in (
        ("given", dict(given)),
        ("title", title_said(getattr(measure, "pattern", measure.title), given, {})),
    ):
        object.__setattr__(copied, name, value)
    return copied


def title_said(pattern: str, given: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """Say a title in the language of the report.

    Args:
        pattern: the title as it was written.
        given: what the plan says beside the measure.
        words: the plan's own words.
    """
    if "at" in given:
        return say(_at_cut_off(pattern), **words_of(given))
    own = _in_own_words(pattern) if words.get("selected") else pattern
    return say(own, **{**words_of(given), **own_words(words)})


def titles(measure: Any) -> list[str]:
    """List the ways in which a title may be said: as it is, in the plan's own words, at a cut-off."""
    pattern = measure.pattern
    return [pattern, _in_own_words(pattern), *([_at_cut_off(pattern)] if measure.kind == "decisions" else [])]


def _in_own_words(pattern: str) -> str:
    """Leave a place in a title for the plan's words: share that were flagged, and not share selected."""
    return re.sub(r"^share (selected|served|reached|within reach)\b", "share that {selected}", pattern)


def _at_cut_off(pattern: str) -> str:
    """Say in a title what selected means at a cut-off: share who scored 5 or more."""

    def scored(found: re.Match) -> str:
        return f"{found[1]} who {'{not_selected}' if found[2] else '{selected}'}"

    said, times = re.subn(r"\b(share|those) (not )?selected", scored, pattern)
    return said if times else pattern + ", at {at} or more"


def worse_side(rises_with: RisesWith, being_selected_is: str | None) -> Side:
    """Say whether a high or a low value is worse, given what the value rises with and what being selected means."""
    if rises_with in ("accuracy", "error"):
        return "low" if rises_with == "accuracy" else "high"
    if rises_with is None or being_selected_is is None:
        return None
    selection = being_selected_is.removeprefix("a ")
    if selection not in ("burden", "benefit"):
        hint = nearest(being_selected_is, ["a burden", "a benefit"])
        raise UsageError.one("being_selected_is", f"{being_selected_is!r} is neither a burden nor a benefit", hint)
    return "high" if (rises_with == "selection") == (selection == "burden") else "low"


def find_membership(function: Callable[[Any], Rate], name: str) -> tuple[np.ndarray, np.ndarray]:
    """Find which of the nine cells a function counts, by giving it groups of one record each.

    Args:
        function: from `Counts` to `Rate`.
        name: what to call it in an error.

    Returns:
        Two read-only boolean arrays of shape (3, 3): cells in the numerator, cells in the denominator.

    Raises:
        UsageError: the two are not plain sums of whole cells, the first a part of the second.
    """
    unit_cells = np.eye(9).reshape(9, 3, 3)
    found = _two_counts(function, unit_cells, name)
    for cells in (np.zeros((1, 3, 3)), *unit_cells[:, None]):  # one by one, to meet every branch of an `if`
        _two_counts(function, cells, name)
    if not np.isin(found, (0, 1)).all():
        raise _refused(
            name,
            "it counts some record other than once or not at all",
            "Numerator and denominator must be sums of cells, such as c.tp and c.tp + c.fn, "
            "without factors or constants.",
        )
    numerator, denominator = found.reshape(2, 3, 3).astype(bool)
    some_cells = np.random.default_rng(0).integers(0, 1000, (32, 3, 3))
    sums = np.einsum("gij,kij->kg", some_cells, np.stack([numerator, denominator]))
    if not np.allclose(_two_counts(function, some_cells, name), sums, rtol=1e-9, atol=0):
        raise _refused(
            name,
            "its numerator or denominator is not a plain sum of cells",
            "Leave out roots, products, maxima and the like; a function of "
            "(y_true, y_pred, sample_weight) may hold them, and is then marked approximate.",
        )
    if (numerator & ~denominator).any():
        raise _refused(
            name,
            f"its numerator counts {_cell_names(numerator & ~denominator)}, its denominator does not",
            "Whoever is in the numerator must be in the denominator too.",
        )
    if not denominator.any():
        raise _refused(name, "its denominator counts nobody", "Return Rate(numerator, denominator).")
    if not numerator.any() or (numerator == denominator).all():
        rate = "100%" if numerator.any() else "0"
        raise _refused(name, f"it is {rate} for everybody, whatever the records", "Count a part of the denominator.")
    for table in (numerator, denominator):
        table.setflags(write=False)
    return numerator, denominator


def _two_counts(function: Callable[[Any], Rate], cells: np.ndarray, name: str) -> np.ndarray:
    """Call a function on groups' cells; give its numerators and denominators, shape (2, groups)."""
    try:
        with np.errstate(all="ignore"):
            numerator, denominator = function(Counts(cells))
            groups = len(cells)
            return np.stack([np.broadcast_to(np.asarray(part, float), groups) for part in (numerator, denominator)])
    except Exception as error:  # a researcher's function may raise anything
        raise _refused(
            name,
            f"it gives no two counts a group ({type(error).__name__}: {error})",
            "Return Rate(numerator, denominator), of sums such as c.tp + c.fn; no `if` is needed, "
            "since 0/0 is taken care of later.",
        ) from error


def _cell_names(cells: np.ndarray) -> str:
    places = (f"decision {PLACES[d]} with outcome {PLACES[o]}" for d, o in zip(*np.nonzero(cells), strict=True))
    return ", ".join(places)


def _refused(name: str, what: str, hint: str) -> UsageError:
    return UsageError.one(f"measure {name}", what, hint)


def refuse_unknown_direction(where: str, rises_with: Any) -> None:
    """Refuse a direction that is none."""
    if rises_with not in RISES_WITH:
        choices = [choice for choice in RISES_WITH if choice]
        hint = f"{nearest(str(rises_with), choices)} Or None: it says nothing of better or worse."
        raise UsageError.one(where, f"rises_with={rises_with!r} is not known", hint)


def refuse_unknown_words(where: str, *phrases: str, own: tuple[str, ...] = ()) -> None:
    """Refuse a phrase or a title with a word in braces that nobody fills in.

    Args:
        where: what the phrases belong to.
        phrases: texts with words in braces.
        own: further words that they may hold.
    """
    filled = {**words_of({}), **dict.fromkeys(own, "")}
    for phrase in phrases:
        try:
            phrase.format_map(filled)
        except (KeyError, ValueError, IndexError, AttributeError) as error:
            words = ", ".join("{" + word + "}" for word in (*own, *DEFAULT_WORDS))
            told = ", ".join("{" + word + "}" for word in filled if word not in (*own, *DEFAULT_WORDS))
            hint = f"The words are {words}. What a plan says beside a measure adds {told}."
            raise UsageError.one(where, f"the phrase {phrase!r} holds a word that no plan gives", hint) from error


def refuse_unknown_telling(where: str, kind: str, told: tuple[str, ...]) -> None:
    """Refuse a kind of evidence that is none, and what no plan can say beside a measure."""
    if kind not in KINDS:
        raise UsageError.one(where, f"kind={kind!r} is not known", nearest(kind, list(KINDS)))
    for each in told:
        if not set(each.split("/")) <= set(BESIDE):
            raise UsageError.one(where, f"no plan can say {each!r} beside a measure", nearest(each, list(BESIDE)))


def _refuse_other_view(measure: Measure) -> None:
    """Refuse values that nobody reads as yes or no, and decisions that somebody does."""
    keys = set(KINDS[measure.kind].keys)
    if (not keys & {"decision", "counted"} and measure.view is None) or ("value" not in keys and measure.view):
        seen = "are yes or no already" if measure.view else "must be read as yes or no"
        kinds = listed([name for name, kind in KINDS.items() if "value" in kind.keys])
        hint = f"Give view= with kind= one of {kinds}; a measure of decisions is taken of scores at a cut-off as it is."
        raise _refused(measure.name, f"the values of the kind {measure.kind} {seen}", hint)


def _refuse_other_needs(measure: Measure, *tables: np.ndarray) -> None:
    """Compare the declared needs with the cells: what is needed is what tells one cell from another."""
    by_axis = {"decision": 0, "outcome": 1}
    found = tuple(need for need, axis in by_axis.items() if any(np.ptp(table * 1, axis=axis).any() for table in tables))
    if set(measure.needs) != set(found):
        raise _refused(
            measure.name,
            f"it is declared to need {measure.needs!r}, but its counts need {found!r}",
            f"Write needs={found!r}.",
        )


class UnknownMeasureError(PlanError, KeyError):
    """No measure has this name. A `KeyError` too, so that `in` and `.get` work as in any mapping."""

    def __str__(self) -> str:
        """Give the problems, where a KeyError would give only the quoted key."""
        return "\n".join(map(str, self.problems))


NOT_ONE_SHARE = {
    "equalized_odds": "It is two measures: list true_positive_rate and false_positive_rate, each with its limit.",
    "average_odds": "It is two measures: list true_positive_rate and false_positive_rate, each with its limit.",
} | dict.fromkeys(
    ("f1", "f1_score", "balanced_accuracy", "balanced_accuracy_score", "matthews_corrcoef"),
    "It is not one share of people. Put a function of (y_true, y_pred, sample_weight) into a file beside the plan, "
    "and name it as ./my_measures.py:its_name; it is then marked approximate.",
)
"""Names that users of other libraries will try, and what to write instead."""

FAIRLEARN_ENDINGS = {
    "_difference": "Name the measure {name} and give it a limit `difference:`.",
    "_ratio": "Name the measure {name} and give it a limit `ratio:`.",
    "_group_min": "Name the measure {name}: every pair of groups is compared, with all groups' values shown.",
    "_group_max": "Name the measure {name}: every pair of groups is compared, with all groups' values shown.",
}


class Registry(Mapping[str, Measure]):
    """Measures by name. A look-up also takes an alias, and reads spaces and hyphens as underscores.

    Args:
        reserved: another registry whose names may not be used again here.
    """

    def __init__(self, reserved: Registry | None = None):
        self._measures: dict[str, Measure] = {}
        self._canonical: dict[str, str] = {}
        self._reserved = reserved

    def add(self, measure: Measure) -> None:
        """Add a measure under its name and aliases.

        Raises:
            UsageError: one of them is taken, unless by an earlier version of the same function (a cell run again).
        """
        for name in (measure.name, *measure.aliases):
            if self.is_taken(name, by_other_than=measure):
                raise _refused(measure.name, f"there is already a measure called {name}", "Give it another name.")
        self._measures[measure.name] = measure
        self._canonical |= {_key(name): measure.name for name in (measure.name, *measure.aliases)}

    def is_taken(self, name: str, by_other_than: Measure | None = None) -> bool:
        """Say whether a name or alias already means something here, or where names are reserved."""
        if self._reserved is not None and self._reserved.is_taken(name):
            return True
        held = self._measures.get(self._canonical.get(_key(name), ""))
        return held is not None and not (by_other_than and _same_place(held.function, by_other_than.function))

    def find(self, name: str, where: str = "measure") -> Measure:
        """Look a measure up by name or alias.

        Args:
            name: what the user wrote.
            where: the place to name in an error.

        Raises:
            UnknownMeasureError: with the nearest name, or with what to write instead.
        """
        key = _key(name)
        if key not in self._canonical:
            what = f"there is no measure called {name!r}"
            raise UnknownMeasureError(Problem(where, what, self._advice(key)))
        return self._measures[self._canonical[key]]

    def _advice(self, key: str) -> str:
        for ending, advice in FAIRLEARN_ENDINGS.items():
            stem = key.removesuffix(ending)
            if stem != key and stem in NOT_ONE_SHARE:
                return NOT_ONE_SHARE[stem]
            if stem != key and stem in self._canonical:
                return advice.format(name=self._canonical[stem])
        by_kind = sorted(self._measures, key=lambda name: list(KINDS).index(self._measures[name].kind))
        known = [*by_kind, *self._canonical]
        resembles_one = get_close_matches(key, known, n=1)
        return NOT_ONE_SHARE.get(key) or nearest(key, known if resembles_one else by_kind)

    def __getitem__(self, name: str) -> Measure:
        return self.find(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._measures)

    def __len__(self) -> int:
        return len(self._measures)


def _key(name: object) -> str:
    return str(name).strip().casefold().replace(" ", "_").replace("-", "_")


def _same_place(one: Callable, other: Callable) -> bool:
    places = [(getattr(f, "__module__", None), getattr(f, "__qualname__", None)) for f in (one, other)]
    return one is other or places[0] == places[1]


MEASURES = Registry()
"""Every measure that comes with the package, and those that a notebook has defined since."""

_REGISTERS_INTO: ContextVar[Registry] = ContextVar("registers_into", default=MEASURES)


@contextmanager
def collecting() -> Iterator[Registry]:
    """Let `@measure` register into a registry of its own, so that one audit's measures are not another's."""
    own = Registry(reserved=MEASURES)
    token = _REGISTERS_INTO.set(own)
    try:
        yield own
    finally:
        _REGISTERS_INTO.reset(token)


def measure(
    *,
    of: str,
    share: str,
    rises_with: RisesWith,
    needs: tuple[str, ...],
    source: str,
    title: str = "",
    aliases: tuple[str, ...] = (),
    counterpart: str | None = None,
    kind: str = "decisions",
    parameters: tuple[str, ...] = (),
    optional: tuple[str, ...] = (),
    view: View | None = None,
) -> Callable[[Callable[[Any], Rate]], Callable[[Any], Rate]]:
    """Register a function from counts to a `Rate` as a measure.

    The arguments are the attributes of `Measure`; its name and doc are the function's own.

    Returns:
        A decorator that leaves the function as it is, but for an attribute `measure` that holds the `Measure`.

    Raises:
        UsageError: the function is not two sums of cells, the first a part of the second; or the name is taken.
    """

    def register(function: Callable[[Any], Rate]) -> Callable[[Any], Rate]:
        built = Measure(
            name=function.__name__,
            function=function,
            of=of,
            share=share,
            rises_with=rises_with,
            needs=tuple(needs),
            source=source,
            title=title,
            doc=function.__doc__ or "",
            aliases=tuple(aliases),
            counterpart=counterpart,
            kind=kind,
            parameters=tuple(parameters),
            optional=tuple(optional),
            view=view,
        )
        return registered(function, built)

    return register


def registered(function: Callable, built: Any) -> Callable:
    """Put what was built of a function on the list, and leave the function as it is."""
    _REGISTERS_INTO.get().add(built)
    function.measure = built
    return function
