"""`check_measure`: the laws that any measure must obey, ours and yours.

from fairaudit.testing import check_measure

def test_late_share():
    check_measure(late_share)
"""

from __future__ import annotations

import ast
import importlib
import inspect
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from fairaudit.errors import FairauditError, UsageError
from fairaudit.measures.approximate import ApproximateMeasure, approximate, takes_records, wrap
from fairaudit.measures.counts import Counts, Rate
from fairaudit.measures.distribution import Distribution, Rows
from fairaudit.measures.documentation import LABELS, read_docstring
from fairaudit.measures.registry import Measure
from fairaudit.measures.statistic import Statistic
from fairaudit.measures.views import View
from fairaudit.stats.estimates import Estimate

MISSING = {
    "what": "what it is, in a first paragraph",
    "formula": "a line 'Formula:'",
    "range": "a line 'Range:', with the best value",
    "undefined": "a line 'Undefined:', saying when",
    "definition": "a line 'Definition:', saying whose it is (or source= on the decorator)",
}

UNIT_CELLS = np.eye(9).reshape(9, 3, 3)


def check_measure(measure: Any, *, seed: int = 0) -> None:
    """Run every law on a measure.

    Args:
        measure: a function from counts to a `Rate`, decorated or not; a function of
            (y_true, y_pred, sample_weight); a function of a `Distribution` under @statistic; or a `Measure`,
            `Statistic` or `ApproximateMeasure`.
        seed: of the made-up counts that the laws are tried on.

    Raises:
        AssertionError: lists every law that the measure breaks, in plain words.
        UsageError: it is no function, so that there is nothing to try.
    """
    subject = Subject.of(measure)
    broken = list(_broken(subject, seed))
    if broken:
        raise AssertionError("\n  - ".join([f"{subject.name} breaks {len(broken)} of the laws of a measure:", *broken]))


@dataclass(frozen=True)
class Subject:
    """What the laws look at: a function and what is said of it, registered or not."""

    name: str
    function: Callable[..., Any]
    doc: str
    source: str = ""
    counterpart: str | None = None
    of_records: bool = False
    view: View | None = None
    statistic: Statistic | None = None
    parameters: tuple[str, ...] = ()

    @classmethod
    def of(cls, measure: Any) -> Subject:
        """Take a bare function, a decorated one, or a measure."""
        ready = getattr(measure, "measure", measure)
        if isinstance(ready, Statistic):
            told = _settled(ready)
            return cls(ready.name, ready.function, ready.doc, ready.source, ready.counterpart, statistic=told)
        if isinstance(ready, Measure):
            said = ready.name, ready.function, ready.doc, ready.source, ready.counterpart
            return cls(*said, view=ready.view, parameters=(*ready.parameters, *ready.optional))
        if isinstance(ready, ApproximateMeasure):
            return cls(ready.name, ready.function, ready.doc, ready.source, of_records=True)
        if not callable(measure):
            hint = "Give a function from counts to a Rate, one under @measure or @statistic, or a measure's entry."
            raise UsageError.one("check_measure", f"{type(measure).__name__} is no measure", hint)
        name = getattr(measure, "__name__", repr(measure))
        return cls(name, measure, inspect.getdoc(measure) or "", of_records=takes_records(measure))

    @property
    def laws(self) -> tuple[Callable[..., Iterator[str]], ...]:
        """The laws that go for it."""
        if self.statistic is not None:
            return STATISTIC_LAWS
        if self.of_records:
            return RECORD_LAWS
        return COUNT_LAWS if self.view is None else (*COUNT_LAWS, *VIEW_LAWS)

    def rate(self, cells: np.ndarray) -> Rate:
        """Call a function of counts on groups' cells, shape (groups, 3, 3)."""
        with np.errstate(all="ignore"):
            parts = self.function(Counts(cells))
        if not (isinstance(parts, tuple) and len(parts) == 2):
            raise TypeError(f"it gave {type(parts).__name__}")
        return Rate(*(np.broadcast_to(np.asarray(part, float), len(cells)) for part in parts))


def _broken(subject: Subject, seed: int) -> Iterator[str]:
    """Run the laws in order; where not even the first one holds, only the docstring is left to look at."""
    first, *others = subject.laws
    problems = list(first(subject, np.random.default_rng(seed)))
    yield from problems
    for law in [documented] if problems else others:
        try:
            yield from law(subject, np.random.default_rng(seed))
        except Exception as error:  # a researcher's function may raise anything
            yield f"{law.__name__.replace('_', ' ')}: it failed ({type(error).__name__}: {error})"


def _some_cells(rng: np.random.Generator, groups: int = 12) -> np.ndarray:
    """Make up groups' cells, some of them empty, as they are in small groups."""
    return rng.integers(0, 60, (groups, 3, 3)) * (rng.random((groups, 3, 3)) < 0.8)


def _alike(one: Any, other: Any) -> bool:
    return np.allclose(one, other, rtol=1e-9, atol=1e-12, equal_nan=True)


# Laws of a function of counts


def gives_two_counts(subject: Subject, rng: np.random.Generator) -> Iterator[str]:
    """Give a numerator and a denominator for each group, whether groups come as an array or one by one."""
    empty, *ones = np.zeros((1, 3, 3)), *UNIT_CELLS[:, None]
    try:
        for cells in (_some_cells(rng), empty, *ones):
            subject.rate(cells)
        numerator, denominator = subject.function(Counts(np.ones((3, 3))))
        float(numerator), float(denominator)
    except Exception as error:  # a researcher's function may raise anything
        yield f"two counts: it must return Rate(numerator, denominator) for one group and for many ({error})"


def swap_symmetry(subject: Subject, rng: np.random.Generator) -> Iterator[str]:
    """Swap the labels of two groups: their values must swap."""
    pair = _some_cells(rng, 2) + 1
    if not _alike(subject.rate(pair).value[::-1], subject.rate(pair[::-1]).value):
        yield "swap symmetry: swapping the labels of two groups must swap their values"


def renaming(subject: Subject, rng: np.random.Generator) -> Iterator[str]:
    """Rename, reorder or drop groups: nobody's value may change."""
    cells = _some_cells(rng)
    order = rng.permutation(len(cells))
    together = subject.rate(cells).value
    alone = [subject.rate(one[None]).value[0] for one in cells]
    if not (_alike(together[order], subject.rate(cells[order]).value) and _alike(together, alone)):
        yield "renaming: a group's value must not change with the names, the order or the presence of other groups"


def undefined_is_undefined(subject: Subject, rng: np.random.Generator) -> Iterator[str]:
    """Give a group without records: the denominator must be 0, so that the value is undefined."""
    if not np.isnan(subject.rate(np.zeros((1, 3, 3))).value[0]):
        yield "0/0: a group without records must be undefined, numerator and denominator 0"


def scaling(subject: Subject, rng: np.random.Generator) -> Iterator[str]:
    """Multiply all counts: the value must stay."""
    cells = _some_cells(rng)
    if not all(_alike(subject.rate(cells).value, subject.rate(cells * factor).value) for factor in (7, 0.25)):
        yield "scaling: multiplying all counts of a group must leave its value"


def weights_add(subject: Subject, rng: np.random.Generator) -> Iterator[str]:
    """Add two tables cell by cell, as weights are: numerators and denominators must add too."""
    one, other = _some_cells(rng), _some_cells(rng) * 0.5
    added = np.add(subject.rate(one), subject.rate(other))
    if not _alike(added, subject.rate(one + other)):
        yield "weights: numerator and denominator of two tables added cell by cell must be the sums of theirs"


def counts_once(subject: Subject, rng: np.random.Generator) -> Iterator[str]:
    """Give groups of one record each: it must count in full or not at all."""
    if not np.isin(subject.rate(UNIT_CELLS), (0, 1)).all():
        yield "membership: one record must count once or not at all, in the numerator and in the denominator"


def part_of_whole(subject: Subject, rng: np.random.Generator) -> Iterator[str]:
    """Compare the two counts: the numerator is a part of the denominator, cell by cell and in all."""
    cells = np.concatenate([UNIT_CELLS, _some_cells(rng)])
    numerator, denominator = subject.rate(cells)
    if (numerator > denominator * (1 + 1e-9)).any():
        yield "part of a whole: the numerator must never exceed the denominator; everyone in it is in both"


def in_range(subject: Subject, rng: np.random.Generator) -> Iterator[str]:
    """Look at the values: a share lies between 0 and 1."""
    values = subject.rate(_some_cells(rng)).value
    if ((values < -1e-9) | (values > 1 + 1e-9)).any():
        yield "range: a value must lie between 0 and 1"


def agrees_with_counterpart(subject: Subject, rng: np.random.Generator) -> Iterator[str]:
    """Compare with fairlearn or scikit-learn on weighted records, where a counterpart is named."""
    if subject.counterpart is None:
        return
    try:
        counterpart = find_counterpart(subject.counterpart)
    except (ImportError, AttributeError, SyntaxError, ValueError) as error:
        yield f"counterpart: there is no {subject.counterpart} ({error})"
        return
    records = _some_records(rng)
    by_group = metric_frame({subject.name: counterpart}, **records)[subject.name]
    cells = np.stack([_count(records, group) for group in by_group.index])
    if not _alike(subject.rate(cells).value, by_group.to_numpy(float)):
        yield f"counterpart: it must agree with {subject.counterpart} through fairlearn's MetricFrame"


def documented(subject: Subject, rng: np.random.Generator) -> Iterator[str]:
    """Read the docstring: what, formula, range and best value, when undefined, whose definition."""
    said = read_docstring(subject.doc)
    said["definition"] = said["definition"] or subject.source
    missing = [MISSING[part] for part in ("what", *map(str.lower, LABELS)) if not said[part]]
    if missing:
        yield f"documentation: the docstring lacks {'; '.join(missing)}"


def counts_somebody(subject: Subject, rng: np.random.Generator) -> Iterator[str]:
    """Give a group with records of every kind: it must have a denominator."""
    if np.isnan(subject.rate(np.ones((1, 3, 3))).value[0]):
        yield "somebody: the denominator must not be empty in a group with records of every kind"


COUNT_LAWS = (gives_two_counts, swap_symmetry, renaming, undefined_is_undefined, scaling, weights_add, counts_once,
              part_of_whole, in_range, agrees_with_counterpart, documented, counts_somebody)  # fmt: skip


# Laws of a function of records


def weights_are_records(subject: Subject, rng: np.random.Generator) -> Iterator[str]:
    """Repeat records, or weigh them: the function must not tell the difference."""
    try:
        wrap(subject.function)
    except FairauditError as error:
        yield f"weights: {error.problems[0].what}"


def names_of_groups_do_not_matter(subject: Subject, rng: np.random.Generator) -> Iterator[str]:
    """Swap the labels of two groups, in any order: their values must swap."""
    one, other = _some_cells(rng, 2) + 1
    measure = ApproximateMeasure(subject.name, subject.function)
    forward = approximate(measure, {"a": one, "b": other}, draws=1).values
    backward = approximate(measure, {"b": one, "a": other}, draws=1).values
    if not _alike([forward["a"], forward["b"]], [backward["b"], backward["a"]]):
        yield "swap symmetry: swapping the labels of two groups must swap their values"


def order_of_records_does_not_matter(subject: Subject, rng: np.random.Generator) -> Iterator[str]:
    """Shuffle the records: the value must stay."""
    y_true, y_pred, weight = rng.integers(0, 2, 80), rng.integers(0, 2, 80), rng.random(80)
    order = rng.permutation(80)
    shuffled = subject.function(y_true[order], y_pred[order], sample_weight=weight[order])
    if not _alike(subject.function(y_true, y_pred, sample_weight=weight), shuffled):
        yield "order: the order of the records must not change the value"


RECORD_LAWS = (weights_are_records, names_of_groups_do_not_matter, order_of_records_does_not_matter, documented)


# Laws of a view: how values read as yes or no

LIKELY = {"at": 0.5, "capacity": 20, "quantile": 0.3, "above": 0.5, "days": 30, "hours": 30}
"""What is said beside a measure where no plan says it; values lie between 0 and 1, and waits between 0 and 100."""
HORIZON = 30


def _told(parameters: tuple[str, ...], given: Any = ()) -> dict[str, Any]:
    """Say something beside a measure for all that it must be told."""
    keys = [each.partition("/")[0] for each in parameters]
    told = {key: LIKELY[key] for key in keys if key in LIKELY}
    horizon = {"horizon": HORIZON} if {"days", "hours"} & set(told) else {}
    return {**told, **horizon, **dict(given)}


def _some_rows(rng: np.random.Generator, rows: int = 60) -> Rows:
    """Make up the rows of a tally: with ties, some values unknown, and for waits some open."""
    value = rng.integers(0, 100, rows) / 100
    value[rng.random(rows) < 0.1] = np.nan
    opened = (rng.random(rows) < 0.3).astype(float)
    return Rows(value, rng.integers(1, 9, rows).astype(float), opened, rng.integers(0, 60, rows).astype(float))


def _taken(rows: Rows, which: np.ndarray, amount: np.ndarray | None = None) -> Rows:
    """Give some of the rows, in that order, with other amounts where there are."""
    amount = rows.amount if amount is None else amount
    return Rows(rows.value[which], amount[which], rows.open[which], rows.followed[which])


def _read(subject: Subject, rows: Rows) -> np.ndarray:
    """Read rows as a view does: what part is a yes, and who is looked at (1 where that is everybody)."""
    yes, looked_at = subject.view(rows, _told(subject.parameters))
    shape = rows.value.shape
    found = (yes, 1.0 if looked_at is None else looked_at)
    return np.stack([np.broadcast_to(np.asarray(each, float), shape) for each in found])


def view_reads_every_row(subject: Subject, rng: np.random.Generator) -> Iterator[str]:
    """Look at what a view gives: a part from 0 to 1 of each row, and NaN just where the value is unknown."""
    rows = _some_rows(rng)
    yes, looked_at = _read(subject, rows)
    if not np.array_equal(np.isnan(yes), np.isnan(rows.value)):
        yield "view unknown: a row must be NaN where its value is unknown, and nowhere else"
    if ((yes < 0) | (yes > 1) | (looked_at < 0) | (looked_at > 1)).any():
        yield "view range: what part of a row is a yes must lie between 0 and 1"


def view_of_rows_in_any_order(subject: Subject, rng: np.random.Generator) -> Iterator[str]:
    """Shuffle the rows, and split each in two: nobody may be read otherwise."""
    rows = _some_rows(rng)
    order = rng.permutation(len(rows.value))
    if not _alike(_read(subject, rows)[:, order], _read(subject, _taken(rows, order))):
        yield "view order: the order of the rows must not change how they are read"
    twice = np.repeat(np.arange(len(rows.value)), 2)
    halves = _taken(rows, twice, rows.amount / 2)
    if not _alike(_read(subject, rows)[:, twice], _read(subject, halves)):
        yield "view split: records of one value must be read alike, in one row or in several"


def view_of_nobody(subject: Subject, rng: np.random.Generator) -> Iterator[str]:
    """Give no rows at all, as of a tally of nobody."""
    if _read(subject, _taken(_some_rows(rng), np.zeros(0, int))).size:
        yield "view of nobody: where there are no rows, nobody is read"


VIEW_LAWS = (view_reads_every_row, view_of_rows_in_any_order, view_of_nobody)


# Laws of a statistic

PARTS = {"amounts": 1}
GROUPS = 6
MANY = 16  # so many times the records: the variance must be about so many times smaller
STEPS = 8000  # values, so close that a quantile moves little by little
ABOUT, ABOUT_IN_STEPS = 2, 3  # how many times more or less is about the same; where limits move in steps


def _settled(statistic: Statistic) -> Statistic:
    """Tell a statistic what it must be told, unless a plan has."""
    given = _told((*statistic.parameters, *statistic.optional), statistic.given)
    return statistic if given == dict(statistic.given) else statistic.bound(given)


def _some_distribution(rng: np.random.Generator, statistic: Statistic) -> Distribution:
    """Make up groups' records by value: scores and amounts from 0 to 1, waits from 0 to 100 units of time."""
    values = np.arange(STEPS) / STEPS * (100 if statistic.kind == "waits" else 1)
    n = rng.integers(0, 9, (GROUPS, STEPS, PARTS.get(statistic.kind, 2))).astype(float)
    return Distribution(values, n)


def _of_groups(d: Distribution, which: Any, factor: float = 1.0) -> Distribution:
    return Distribution(d.values, d.n[which] * factor)


def _estimates(statistic: Statistic, d: Distribution, other: Distribution | None = None) -> Estimate:
    """Estimate each group; of a pairwise statistic, against the same group of another distribution."""
    found = statistic.estimate(d, other)
    value, variance = (np.asarray(each, float) for each in (found.value, found.variance))
    if value.shape != (len(d.n),) or variance.shape != (len(d.n),):
        raise TypeError(f"it gave values of shape {value.shape} and variances of shape {variance.shape}")
    return found


def gives_an_estimate(subject: Subject, rng: np.random.Generator) -> Iterator[str]:
    """Give a value and a variance for each group, whether there are many groups or one, with records or without."""
    d = _some_distribution(rng, subject.statistic)
    try:
        for each in (d, _of_groups(d, slice(1)), _of_groups(d, slice(None), 0.0)):
            _estimates(subject.statistic, each)
    except Exception as error:  # a researcher's function may raise anything
        yield f"an estimate: it must return Estimate(value, variance), one entry a group each ({error})"


def groups_stand_alone(subject: Subject, rng: np.random.Generator) -> Iterator[str]:
    """Rename, reorder or drop groups: nobody's value may change."""
    d, order = _some_distribution(rng, subject.statistic), rng.permutation(GROUPS)
    together = _estimates(subject.statistic, d)
    shuffled = _estimates(subject.statistic, _of_groups(d, order))
    alone = [_estimates(subject.statistic, _of_groups(d, [g])) for g in range(GROUPS)]
    for name in ("value", "variance"):
        mine = getattr(together, name)
        if not (_alike(mine[order], getattr(shuffled, name)) and _alike(mine, [getattr(e, name)[0] for e in alone])):
            yield f"renaming: a group's {name} must not change with the names, the order or the presence of others"


def pairs_turn_round(subject: Subject, rng: np.random.Generator) -> Iterator[str]:
    """Reorder the pairs of a pairwise statistic: values must go along."""
    if not subject.statistic.pairwise:
        return
    d, order = _some_distribution(rng, subject.statistic), rng.permutation(GROUPS)
    other = _of_groups(d, np.roll(np.arange(GROUPS), 1))
    value = _estimates(subject.statistic, d, other).value
    shuffled = _estimates(subject.statistic, _of_groups(d, order), _of_groups(other, order)).value
    if not _alike(value[order], shuffled):
        yield "renaming: a pair's value must not change with the order or the presence of other pairs"


def empty_is_undefined(subject: Subject, rng: np.random.Generator) -> Iterator[str]:
    """Give a group without records: its value is unknown, and others' are what they were."""
    d = _some_distribution(rng, subject.statistic)
    emptied = Distribution(d.values, d.n * (np.arange(GROUPS) > 0)[:, None, None])
    before, after = _estimates(subject.statistic, d).value, _estimates(subject.statistic, emptied).value
    if not np.isnan(after[0]):
        yield "empty: the value of a group without records must be NaN"
    if not _alike(before[1:], after[1:]):
        yield "empty: a group without records must not change the others"


def many_records(subject: Subject, rng: np.random.Generator) -> Iterator[str]:
    """Double the records, and take many times as many: the value stays, and its variance falls as 1/n."""
    d = _some_distribution(rng, subject.statistic)
    once, twice, often = (_estimates(subject.statistic, _of_groups(d, slice(None), each)) for each in (1, 2, MANY))
    if not _alike_enough(once.value, twice.value):
        yield "scaling: twice the records of each value must leave the value"
    some = (once.variance > 0) & np.isfinite(once.variance)
    if not some.any():
        yield "variance: it must be known, and above 0, in a group with many records that differ"
        return
    if (once.variance[np.isfinite(once.variance)] < 0).any():
        yield "variance: it must not be below 0"
    fell = once.variance[some] / np.maximum(often.variance[some], np.finfo(float).tiny)
    about = ABOUT if once.ends is None else ABOUT_IN_STEPS
    wrong = fell[(fell < MANY / about) | (fell > MANY * about)]
    if wrong.size:
        what = f"{MANY} times the records must make it about {MANY} times smaller"
        yield f"variance: {what}; it was {wrong[0]:.3g} times smaller"


def _alike_enough(one: Any, other: Any) -> bool:
    """Compare what may have been found step by step."""
    return np.allclose(one, other, rtol=1e-6, atol=1e-9, equal_nan=True)


def values_without_records(subject: Subject, rng: np.random.Generator) -> Iterator[str]:
    """Add values that nobody of the group has, as those of other groups are: nothing may change."""
    d = _some_distribution(rng, subject.statistic)
    thin = Distribution(d.values[::2], d.n[:, ::2])
    held = np.zeros(STEPS)
    held[::2] = 1
    wide = Distribution(d.values, d.n * held[:, None])
    one, other = (_estimates(subject.statistic, each) for each in (thin, wide))
    if not (_alike_enough(one.value, other.value) and _alike_enough(one.variance, other.variance)):
        yield "split: values that nobody has must not change a group's value or variance"


def parts_add(subject: Subject, rng: np.random.Generator) -> Iterator[str]:
    """Split the records of a value over parts: what needs no outcome may not look at them."""
    statistic = subject.statistic
    if "outcome" in statistic.needs or statistic.kind == "waits":
        return
    d = _some_distribution(rng, statistic)
    share = rng.random((*d.n.shape[:2], 1))
    whole = d.all[..., None]
    one = _estimates(statistic, Distribution(d.values, whole))
    other = _estimates(statistic, Distribution(d.values, np.concatenate([whole * share, whole * (1 - share)], axis=-1)))
    if not (_alike_enough(one.value, other.value) and _alike_enough(one.variance, other.variance)):
        yield "split: records of one value must count alike, in one part or in several (take d.all)"


def derives_in_any_order(subject: Subject, rng: np.random.Generator) -> Iterator[str]:
    """Shuffle the rows from which other values are derived, and split each in two: each value must stay."""
    statistic = subject.statistic
    if statistic.derive is None:
        return
    rows = _some_rows(rng)
    order, twice = rng.permutation(len(rows.value)), np.repeat(np.arange(len(rows.value)), 2)
    found = statistic.derive(rows, statistic.given)
    shuffled = statistic.derive(_taken(rows, order), statistic.given)
    halves = statistic.derive(_taken(rows, twice, rows.amount / 2), statistic.given)
    if not (_alike(found[order], shuffled) and _alike(found[twice], halves)):
        yield "derive: the order of the rows, or a value's being in several, must not change what is derived"


STATISTIC_LAWS = (gives_an_estimate, groups_stand_alone, pairs_turn_round, empty_is_undefined, many_records,
                  values_without_records, parts_add, derives_in_any_order, documented)  # fmt: skip


# fairlearn, for comparison


def find_counterpart(path: str) -> Callable[..., float]:
    """Import a function named as ``package.module.name`` or ``package.module.name(option=value)``."""
    dotted, bracket, options = path.partition("(")
    module, _, name = dotted.rpartition(".")
    function = getattr(importlib.import_module(module), name)
    keywords = ast.parse(f"f({options}", mode="eval").body.keywords if bracket else []
    fixed = {keyword.arg: ast.literal_eval(keyword.value) for keyword in keywords}

    def counterpart(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
        return function(y_true, y_pred, sample_weight=sample_weight, **fixed)

    return counterpart


def metric_frame(
    metrics: dict[str, Callable[..., float]], *, y_true: Any, y_pred: Any, groups: Any, sample_weight: Any
) -> Any:
    """Compute metrics by group as fairlearn's `MetricFrame` does; give its pandas DataFrame, a row a group."""
    import pandas as pd
    from fairlearn.metrics import MetricFrame

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn warns where a rate is undefined
        return MetricFrame(
            metrics=metrics,
            y_true=y_true,
            y_pred=y_pred,
            sensitive_features=pd.Series(groups, name="group"),  # of an array, fairlearn takes no single record
            sample_params={name: {"sample_weight": sample_weight} for name in metrics},
        ).by_group


def _some_records(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Make up weighted records of three groups, each of which has all four kinds of record."""
    groups = np.repeat(["a", "b", "c"], 100)
    kinds = np.concatenate([rng.permutation(np.r_[0:4, rng.integers(0, 4, 96)]) for _ in range(3)])
    return {"y_true": kinds % 2, "y_pred": kinds // 2, "groups": groups, "sample_weight": rng.random(300) + 0.1}


def _count(records: dict[str, np.ndarray], group: str) -> np.ndarray:
    cells = np.zeros((3, 3))
    own = records["groups"] == group
    at = (1 - records["y_pred"][own], 1 - records["y_true"][own])
    np.add.at(cells, at, records["sample_weight"][own])
    return cells
