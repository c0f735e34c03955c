"""`check_measure` finds each way in which a measure can be wrong, and names the law in plain words."""

import numpy as np
import pytest

from fairaudit.errors import FairauditError, UsageError
from fairaudit.measures import MEASURES, Rate, measure, statistic
from fairaudit.measures.approximate import wrap
from fairaudit.measures.registry import Measure, collecting, find_membership
from fairaudit.stats import means, ranking
from fairaudit.stats.estimates import Estimate
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


def test_what_is_no_function_is_refused():
    with pytest.raises(UsageError, match="str is no measure"):
        check_measure("accuracy")


# Shares of scores, amounts and waits


def share_of(view, kind="scores", **details):
    """Build a share with a view."""

    def share(c):
        return Rate(c.selected, c.n)

    share.__doc__ = GOOD_DOC
    with collecting():
        said = dict(of="{people}", share="{selected}", rises_with=None, needs=("decision",), source="Policy 2024")
        return measure(**said, kind=kind, view=view, **details)(share)


def twice_the_median(rows, given):
    """A view that is right: whoever has twice the median or more."""
    known = ~np.isnan(rows.value)
    line = np.median(np.repeat(rows.value[known], (2 * rows.amount[known]).astype(int))) if known.any() else 0
    return np.where(known, rows.value >= 2 * line, np.nan), None


def test_a_share_with_a_view_passes():
    check_measure(share_of(twice_the_median))
    check_measure(share_of(twice_the_median).measure.bound({}))


@pytest.mark.parametrize(
    ("law", "view"),
    [
        ("view unknown", lambda rows, given: (rows.value >= 0.5, None)),
        ("view range", lambda rows, given: (rows.value * 2, None)),
        ("view range", lambda rows, given: (rows.value, rows.amount)),
        ("view order", lambda rows, given: (rows.value * (np.arange(rows.value.size) < 9), None)),
        ("view split", lambda rows, given: (rows.value * (rows.amount > 4), None)),
        ("view of nobody", lambda rows, given: (rows.value * (rows.value >= rows.value[0]), None)),
        ("view of nobody", lambda rows, given: (rows.value * given["quantile"], None)),
    ],
)  # fmt: skip
def test_a_broken_view_fails_the_law_that_it_breaks(law, view):
    assert law in laws_broken_by(share_of(view))


# Statistics


def statistic_of(function, **details):
    """Build a statistic of amounts, or of what the details say."""
    function.__doc__ = GOOD_DOC
    said = dict(phrase="{who}: {value}", rises_with=None, source="Policy 2024", kind="amounts") | details
    with collecting():
        return statistic(**said)(function)


def headcount_below(d, above):
    below = d.all * (d.values < above)
    n = d.all.sum(axis=-1)
    p = below.sum(axis=-1) / n
    return Estimate(p, p * (1 - p) / n)


def test_a_statistic_of_one_s_own_passes_bound_or_not():
    own = statistic_of(headcount_below, parameters=("above",))
    check_measure(own)
    check_measure(own.measure)
    check_measure(own.measure.bound({"above": 0.25}))


def mean_of(d):
    value, variance = means.mean(d.values, d.all)
    return Estimate(value, variance)


def with_value(change):
    """Break the mean by a function of value, variance and distribution."""

    def broken(d):
        found = mean_of(d)
        return Estimate(*change(found.value, found.variance, d))

    return broken


@pytest.mark.parametrize(
    ("law", "function"),
    [
        ("an estimate", lambda d: mean_of(d).value),
        ("an estimate", lambda d: Estimate(0.0, 0.0)),
        ("an estimate", lambda d, quantile: mean_of(d)),
        ("renaming", with_value(lambda value, variance, d: (value - np.nan_to_num(value).mean(), variance))),
        ("renaming", with_value(lambda value, variance, d: (value, variance + np.nan_to_num(variance).max()))),
        ("empty", with_value(lambda value, variance, d: (np.nan_to_num(value), variance))),
        ("scaling", with_value(lambda value, variance, d: (value * d.all.sum(axis=-1), variance))),
        ("variance", with_value(lambda value, variance, d: (value, np.sqrt(variance)))),
        ("variance", with_value(lambda value, variance, d: (value, variance * d.all.sum(axis=-1)))),
        ("variance", with_value(lambda value, variance, d: (value, variance**2))),
        ("variance", with_value(lambda value, variance, d: (value, 0 * variance))),
        ("variance", with_value(lambda value, variance, d: (value, -variance))),
        ("split", with_value(lambda value, variance, d: (value * d.values.size, variance))),
    ],
)
def test_a_broken_statistic_fails_the_law_that_it_breaks(law, function):
    assert law in laws_broken_by(statistic_of(function))


def test_a_statistic_that_needs_no_outcome_may_not_look_at_it():
    first_part_only = statistic_of(lambda d: Estimate(*means.mean(d.values, d.n[..., 0])), kind="scores")
    assert laws_broken_by(first_part_only) == ["split"]


def test_a_pairwise_statistic_takes_two_distributions():
    check_measure(statistic_of(lambda a, b: Estimate(*ranking.auc(a.all, b.all)), pairwise=True))
    led_by_the_first = lambda a, b: Estimate(*ranking.auc(a.all, b.all[:1]))  # noqa: E731
    assert "renaming" in laws_broken_by(statistic_of(led_by_the_first, pairwise=True))


def test_what_is_derived_may_not_hang_on_the_order_of_rows():
    by_place = lambda rows, given: np.arange(rows.value.size) + rows.value  # noqa: E731
    assert laws_broken_by(statistic_of(mean_of, derive=by_place)) == ["derive"]
    check_measure(statistic_of(mean_of, derive=lambda rows, given: rows.value**2))


def test_a_statistic_without_documentation_fails():
    own = statistic_of(lambda d: mean_of(d)).measure
    object.__setattr__(own, "doc", "A mean.")
    assert laws_broken_by(own) == ["documentation"]


def test_what_no_plan_can_say_is_refused_when_the_statistic_is_built():
    with pytest.raises(FairauditError, match="no plan can say 'line' beside a measure"):
        statistic_of(headcount_below, parameters=("line",))
