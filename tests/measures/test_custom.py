"""A researcher's own measure from a file beside the plan: what loads, what is refused, and what it leaves behind."""

import hashlib
import textwrap

import pytest

from fairaudit.errors import PlanError
from fairaudit.measures import MEASURES, Counts, Statistic
from fairaudit.measures.approximate import ApproximateMeasure
from fairaudit.measures.custom import is_reference, load_measure
from fairaudit.own_code import own_measures
from tests.plan.texts import AMOUNTS, SCORES, SHORT, changed, read

OF_COUNTS = '''
    from fairaudit.measures import Rate, measure

    @measure(of="{people}", share="{positive} and {not_selected}", rises_with="non_selection",
             needs=("decision", "outcome"), source="Agency policy 12.3, 2024")
    def late_share(c):
        """Of all decided on, the share who were missed."""
        return Rate(c.FIELD, c.tp + c.fp + c.fn + c.tn)
'''
OF_RECORDS = '''
    import numpy as np

    def late_share(y_true, y_pred, sample_weight=None):
        """Missed, over caught.

        Definition: Agency policy 12.3, 2024.
        """
        missed, caught = (np.sum(sample_weight * ((y_true == 1) & (y_pred == d))) for d in (0, 1))
        return missed / caught
'''


@pytest.fixture
def write(tmp_path):
    def write(code, folder="."):
        path = tmp_path / folder / "my_measures.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(code), encoding="utf-8")
        return path.parent

    return write


def load(folder, reference="./my_measures.py:late_share", allow_code=True):
    return load_measure(reference, folder, allow_code=allow_code, where="evidence[0].measures[0]")


def problem_of(folder, *args, **kwargs):
    with pytest.raises(PlanError) as caught:
        load(folder, *args, **kwargs)
    (problem,) = caught.value.problems
    return problem


def test_a_measure_of_counts_is_like_ours(write):
    folder = write(OF_COUNTS.replace("FIELD", "fn"))
    loaded = load(folder)
    assert loaded.measure.rate(Counts.of(tp=1, fp=2, fn=3, tn=4)).value == 3 / (1 + 2 + 3 + 4)
    assert loaded.measure.worse_when("a benefit") == "high"
    assert not loaded.measure.approximate
    assert loaded.sha256 == hashlib.sha256((folder / "my_measures.py").read_bytes()).hexdigest()
    assert loaded.file == "./my_measures.py"


def test_a_function_of_records_is_approximate(write):
    loaded = load(write(OF_RECORDS))
    assert isinstance(loaded.measure, ApproximateMeasure)
    assert loaded.measure.source == "Agency policy 12.3, 2024."
    assert loaded.measure.rises_with is None


def test_two_audits_may_each_have_a_measure_of_the_same_name(write):
    before = list(MEASURES)
    one = load(write(OF_COUNTS.replace("FIELD", "fn"), folder="one")).measure
    other = load(write(OF_COUNTS.replace("FIELD", "fp"), folder="other")).measure
    again = load(write(OF_COUNTS.replace("FIELD", "fn"), folder="one")).measure
    counts = Counts.of(tp=1, fp=2, fn=3, tn=4)
    assert [m.rate(counts).value for m in (one, other, again)] == [3 / 10, 2 / 10, 3 / 10]
    assert list(MEASURES) == before


def test_code_runs_only_where_allowed(write, tmp_path):
    folder = write(f"open({str(tmp_path / 'ran')!r}, 'w').close()")
    problem = problem_of(folder, allow_code=False)
    assert problem.where == "evidence[0].measures[0]"
    assert "--allow-code" in problem.hint
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("code", "where", "what", "hint"),
    [
        ("def late_share(c:\n    pass", "my_measures.py line 1", "SyntaxError", "Mend the file"),
        ("x = 1\ny = x / 0", "my_measures.py line 2", "ZeroDivisionError: division by zero", "Mend the file"),
        ("import sys\n\nsys.exit(3)", "my_measures.py line 3", "SystemExit", "Mend the file"),
        ("\nimport no_such_module", "my_measures.py line 2", "imports no_such_module", "Install it"),
        ("def lat_share(c):\n    pass", "my_measures.py", "no function called late_share", "Did you mean 'lat_share'?"),
        ("late_share = 0.3", "my_measures.py", "no function called late_share", ""),
        ("def late_share(c):\n    return c.tp", "my_measures.py", "neither a measure of counts", "Put @measure(...)"),
        (OF_COUNTS.replace("FIELD", "missing"), "my_measures.py line 4", "gives no two counts", "Return Rate("),
        (OF_COUNTS.replace("FIELD", "n / 2"), "my_measures.py line 4", "counts some record other", "without factors"),
        (OF_RECORDS.replace("sample_weight *", "1 *"), "my_measures.py", "three equal records", "Use sample_weight"),
        (
            OF_RECORDS.replace("missed / caught", "missed / coughed"),
            "my_measures.py",
            "NameError",
            "It is called as f(y_true",
        ),
        (OF_COUNTS.replace("FIELD", "fn").replace("late_share", "accuracy"), "line 4", "already a measure", ""),
        (OF_RECORDS + "\n    late_share.__name__ = 'recall'", "my_measures.py", "already a measure", "another name"),
    ],
)
def test_a_mistake_in_the_file_is_the_users_to_mend(write, code, where, what, hint):
    problem = problem_of(write(code))
    assert problem.where.startswith("evidence[0].measures[0]: ./my_measures.py")
    assert where in problem.where
    assert what in problem.what
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("reference", "what", "hint"),
    [
        ("./my_measure.py:late_share", "there is no file ./my_measure.py", "Did you mean 'my_measures.py'?"),
        ("./my_measures.txt:late_share", "does not name a file and a function", "./my_measures.py:late_share"),
        ("./my_measures.py:", "does not name a file and a function", "./my_measures.py:late_share"),
        ("./my_measures.py:late share", "does not name a file and a function", "./my_measures.py:late_share"),
        ("/my_measures.py:late_share", "is an absolute path", "relative to the audit's folder"),
    ],
)
def test_a_reference_that_leads_nowhere(write, reference, what, hint):
    problem = problem_of(write(OF_COUNTS), reference)
    assert what in problem.what
    assert hint in problem.hint


def test_the_file_stands_alone(write):
    """What it imports from beside itself would run without being hashed."""
    folder = write("import beside")
    (folder / "beside.py").write_text("x = 1", encoding="utf-8")
    assert "copy what is needed into this file" in problem_of(folder).hint


def test_a_reference_is_told_from_a_name():
    assert is_reference("./my_measures.py:late_share")
    assert not is_reference("selection_rate")


# Measures of values

OF_VALUES = '''
    import numpy as np
    from fairaudit.measures import Rate, measure, statistic
    from fairaudit.stats import means
    from fairaudit.stats.estimates import Estimate

    @statistic(phrase="{who} got {value}", rises_with="selection", source="Policy 2024", kind="amounts", scale="money")
    def plain_mean(d):
        """A mean."""
        return Estimate(*means.mean(d.values, d.all))

    @measure(of="{people}", share="{selected}", rises_with="selection", needs=("decision",), source="Policy 2024",
             kind="amounts", parameters=("above",),
             view=lambda rows, given: (np.where(np.isnan(rows.value), np.nan, rows.value > given["above"]), None))
    def above_line(c):
        """A share."""
        return Rate(c.selected, c.n)

    @measure(of="{people}", share="{selected}", rises_with="selection", needs=("decision",), source="Policy 2024")
    def of_decisions(c):
        """A share."""
        return Rate(c.selected, c.n)

    def of_records(y_true, y_pred, sample_weight=None):
        """A mean."""
        return np.average(y_pred, weights=sample_weight)
'''


def test_a_statistic_is_loaded_like_a_share(write):
    loaded = load(write(OF_VALUES), "./my_measures.py:plain_mean")
    assert isinstance(loaded.measure, Statistic)
    assert "plain_mean" not in MEASURES


@pytest.mark.parametrize(
    ("plan", "right", "written", "expected"),
    [
        (AMOUNTS, "mean_amount, difference: 500", "plain_mean, difference: 500", []),
        (AMOUNTS, "mean_amount, difference: 500", "above_line, above: 15, difference: 0.05", []),
        (
            AMOUNTS,
            "mean_amount, difference: 500",
            "above_line, difference: 5",
            ["above_line is not told which amount is to be reached",
             "a difference limit of 5 is not between 0 and 1"],
        ),
        (AMOUNTS, "mean_amount, difference: 500", "plain_mean, days: 3, difference: 5", ["plain_mean takes no days"]),
        (
            AMOUNTS,
            "mean_amount, difference: 500",
            "of_decisions, difference: 0.1",
            ["of_decisions is a measure of decisions, and this evidence is of amounts"],
        ),
        (
            AMOUNTS,
            "mean_amount, difference: 500",
            "of_records, difference: 0.1",
            ["./my_measures.py:of_records is a function of decisions, and this evidence is of amounts"],
        ),
        (SCORES, "selection_rate, at: 5, ratio: 0.8", "of_decisions, at: 5, ratio: 0.8", []),
        (
            SCORES,
            "selection_rate, at: 5, ratio: 0.8",
            "of_decisions, ratio: 0.8",
            ["of_decisions is not told the score from which people are selected"],
        ),
        (SHORT, "selection_rate, ratio: 0.8", "of_records, ratio: 0.8", []),
    ],
)  # fmt: skip
def test_an_own_measure_must_suit_the_evidence_and_be_told_what_it_needs(write, plan, right, written, expected):
    folder = write(OF_VALUES)
    name, _, told = written.partition(", ")
    plan = read(folder, changed(plan, (f"measure: {right}", f"measure: './my_measures.py:{name}', {told}")))
    if not expected:
        assert own_measures(plan, plan.evidence[0], allow_code=True)
        return
    with pytest.raises(PlanError) as caught:
        own_measures(plan, plan.evidence[0], allow_code=True)
    assert [problem.what for problem in caught.value.problems] == expected
    assert all(problem.hint for problem in caught.value.problems)
