"""`check_measure` finds each way in which a measure can be wrong, and names the law in plain words."""

import numpy as np
import pytest

from fairaudit.measures import MEASURES, Rate, measure
from fairaudit.measures.approximate import wrap
from fairaudit.measures.registry import Measure, collecting, find_membership
from fairaudit.testing import check_measure

GOOD_DOC = """Of those with the outcome, the share who were missed.

    Formula: FN / (TP + FN).
    Range: 0 to 1; best 0.
    Undefined: where nobody has the outcome.
    Definition: Agency policy 12.3, 2024.
    """


def missed(c):
    return Rate(c.fn, c.tp + c.fn)


missed.__doc__ = GOOD_DOC


def laws_broken_by(subject):
    """Give the names of the broken laws, as they stand before the colon in each line of the message."""
    with pytest.raises(AssertionError) as caught:
        check_measure(subject)
    return [line.removeprefix("  - ").partition(":")[0] for line in str(caught.value).splitlines()[1:]]


BROKEN = [
    ("two counts", lambda c: c.fn / (c.tp + c.fn)),
    ("two counts", lambda c: Rate(c.fn, c.tp + c.fn) if c.tp.any() else None),
    ("two counts", lambda c: Rate(c.fn, c.tp + c.missing)),
    ("swap symmetry", lambda c: Rate(c.fn * (np.indices(np.shape(c.fn)).sum(0) > 0), c.tp + c.fn)),
    ("renaming", lambda c: Rate(c.fn, c.tp.max() + c.fn)),
    ("0/0", lambda c: Rate(c.fn, np.maximum(c.tp + c.fn, 1))),
    ("0/0", lambda c: Rate(c.fn + 1, c.tp + c.fn + 2)),
    ("scaling", lambda c: Rate(c.fn, c.tp + c.fn + 1)),
    ("weights", lambda c: Rate(np.minimum(c.fn, 30), c.tp + c.fn)),
    ("weights", lambda c: Rate(np.sqrt(c.fn), c.tp + c.fn)),
    ("membership", lambda c: Rate(c.fn, c.fn + 0.5 * c.tp)),
    ("membership", lambda c: Rate(2 * c.fn, 2 * (c.tp + c.fn))),
    ("part of a whole", lambda c: Rate(c.fp, c.tp + c.fn)),
    ("range", lambda c: Rate(c.fn - c.tp, c.tp + c.fn)),
    ("somebody", lambda c: Rate(0 * c.fn, 0 * c.tp)),
]


@pytest.mark.parametrize(("law", "function"), BROKEN)
def test_a_broken_measure_fails_the_law_that_it_breaks(law, function):
    function.__doc__ = GOOD_DOC
    assert law in laws_broken_by(function)


@pytest.mark.parametrize(("law", "function"), BROKEN)
def test_none_of_them_could_have_been_registered(law, function):
    with pytest.raises(Exception, match="measure"):
        find_membership(function, "measure")


@pytest.mark.parametrize(
    ("line", "lacks"),
    [
        ("Formula:", "a line 'Formula:'"),
        ("Range:", "a line 'Range:', with the best value"),
        ("Undefined:", "a line 'Undefined:', saying when"),
        ("Definition:", "a line 'Definition:', saying whose it is"),
    ],
)
def test_a_docstring_that_leaves_a_question_open_fails(line, lacks):
    def undocumented(c):
        return missed(c)

    undocumented.__doc__ = GOOD_DOC.replace(line, "Beside the point:")
    assert laws_broken_by(undocumented) == ["documentation"]
    with pytest.raises(AssertionError, match=lacks):
        check_measure(undocumented)


@pytest.mark.parametrize("counterpart", ["fairlearn.metrics.true_positive_rate", "fairlearn.metrics.missed_rate"])
def test_a_counterpart_that_disagrees_or_is_not_there_fails(counterpart):
    claims = Measure("missed", missed, "{people}", "{selected}", None, ("decision", "outcome"), "Policy 2024",
                     doc=GOOD_DOC, counterpart=counterpart)  # fmt: skip
    assert laws_broken_by(claims) == ["counterpart"]


def test_all_broken_laws_are_listed_at_once():
    def smoothed(c):
        return Rate(c.fn + 1, c.tp + c.fn + 2)

    assert laws_broken_by(smoothed) == ["0/0", "scaling", "weights", "membership", "documentation"]


def test_a_bare_function_a_decorated_one_and_a_measure_pass_alike():
    said = dict(of="{people}", share="{selected}", rises_with=None, needs=("decision", "outcome"), source="Policy 2024")
    with collecting():
        decorated = measure(**said)(missed)
    for subject in (missed, decorated, decorated.measure, MEASURES["false_negative_rate"]):
        check_measure(subject)


# Functions of records


def mismatch(y_true, y_pred, *, sample_weight=None):
    return np.average(y_true != y_pred, weights=sample_weight)


mismatch.__doc__ = GOOD_DOC


def test_a_function_of_records_passes_with_laws_of_its_own():
    check_measure(mismatch)
    check_measure(wrap(mismatch))


def counting_rows(y_true, y_pred, *, sample_weight=None):
    return float(np.mean(y_true != y_pred))


def failing(y_true, y_pred, *, sample_weight=None):
    raise ZeroDivisionError("always")


def led_by_the_first(y_true, y_pred, *, sample_weight=None):
    return mismatch(y_true, y_pred, sample_weight=sample_weight) + y_true[0]


@pytest.mark.parametrize(
    ("function", "law"), [(counting_rows, "weights"), (failing, "weights"), (led_by_the_first, "order")]
)
def test_a_broken_function_of_records_fails(function, law):
    function.__doc__ = GOOD_DOC
    assert laws_broken_by(function) == [law]
