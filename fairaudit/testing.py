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

from fairaudit.errors import FairauditError
from fairaudit.measures.approximate import ApproximateMeasure, approximate, takes_records, wrap
from fairaudit.measures.counts import Counts, Rate
from fairaudit.measures.documentation import LABELS, read_docstring
from fairaudit.measures.registry import Measure

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
            (y_true, y_pred, sample_weight); or a `Measure` or `ApproximateMeasure`.
        seed: of the made-up counts that the laws are tried on.

    Raises:
        AssertionError: lists every law that the measure breaks, in plain words.
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

    @classmethod
    def of(cls, measure: Any) -> Subject:
        """Take a bare function, a decorated one, or a measure."""
        ready = getattr(measure, "measure", measure)
        if isinstance(ready, Measure):
            return cls(ready.name, ready.function, ready.doc, ready.source, ready.counterpart)
        if isinstance(ready, ApproximateMeasure):
            return cls(ready.name, ready.function, ready.doc, ready.source, of_records=True)
        name = getattr(measure, "__name__", repr(measure))
        return cls(name, measure, inspect.getdoc(measure) or "", of_records=takes_records(measure))

    def rate(self, cells: np.ndarray) -> Rate:
        """Call a function of counts on groups' cells, shape (groups, 3, 3)."""
        with np.errstate(all="ignore"):
            parts = self.function(Counts(cells))
        if not (isinstance(parts, tuple) and len(parts) == 2):
            raise TypeError(f"it gave {type(parts).__name__}")
        return Rate(*(np.broadcast_to(np.asarray(part, float), len(cells)) for part in parts))


def _broken(subject: Subject, seed: int) -> Iterator[str]:
    """Run the laws in order; where not even the first one holds, only the docstring is left to look at."""
    first, *others = RECORD_LAWS if subject.of_records else COUNT_LAWS
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
