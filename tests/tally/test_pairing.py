"""Matched tests: each record by itself, and beside every other arm of its test."""

from collections import Counter
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tally import beside

DATA = {"decision": {"column": "call", "is": [1], "is_not": [0]}, "matched_by": "ad"}


def block(groups=None, data=None, **changes):
    return beside.evidence("pairs", DATA | (data or {}), groups or {"name": {}}, **changes)


def sent(*values) -> beside.Rows:
    return beside.rows("ad name call", *values)


# --- tables of small inputs ------------------------------------------------------------------------------------------

COUNTED = {
    # case: records, cells of (arm, what it got, the other arm, what that got) -> tests; `*` is the arm by itself
    "two tests of two arms": (
        sent((1, "E", 1), (1, "L", 0), (2, "E", 1), (2, "L", 1)),
        {
            ("E", "1", "*", "*"): 2, ("L", "0", "*", "*"): 1, ("L", "1", "*", "*"): 1,
            ("E", "1", "L", "0"): 1, ("L", "0", "E", "1"): 1, ("E", "1", "L", "1"): 1, ("L", "1", "E", "1"): 1,
        },
    ),
    "an arm whose answer is unknown": (
        sent((1, "E", 1), (1, "L", None), (2, "E", 0), (2, "L", 0)),
        {
            ("E", "1", "*", "*"): 1, ("L", "?", "*", "*"): 1, ("E", "0", "*", "*"): 1, ("L", "0", "*", "*"): 1,
            ("E", "1", "L", "?"): 1, ("L", "?", "E", "1"): 1, ("E", "0", "L", "0"): 1, ("L", "0", "E", "0"): 1,
        },
    ),
    "an arm alone in its test lacks the other": (
        sent((1, "E", 1), (1, "L", 0), (2, "E", 0)),
        {
            ("E", "1", "*", "*"): 1, ("L", "0", "*", "*"): 1, ("E", "0", "*", "*"): 1,
            ("E", "1", "L", "0"): 1, ("L", "0", "E", "1"): 1, ("E", "0", "L", "?"): 1,
        },
    ),
    "records of no test, and arms of no name, stand by themselves": (
        sent((1, "E", 1), (1, "L", 0), (None, "E", 1), (3, None, 1), (3, "L", 1)),
        {
            ("E", "1", "*", "*"): 2, ("L", "0", "*", "*"): 1, ("L", "1", "*", "*"): 1, ("?", "1", "*", "*"): 1,
            ("E", "1", "L", "0"): 1, ("L", "0", "E", "1"): 1, ("L", "1", "E", "?"): 1, ("E", "1", "L", "?"): 1,
        },
    ),
    "three arms are three pairs": (
        sent((1, "E", 1), (1, "L", 0), (1, "M", 1)),
        {
            ("E", "1", "*", "*"): 1, ("L", "0", "*", "*"): 1, ("M", "1", "*", "*"): 1,
            ("E", "1", "L", "0"): 1, ("L", "0", "E", "1"): 1, ("E", "1", "M", "1"): 1, ("M", "1", "E", "1"): 1,
            ("L", "0", "M", "1"): 1, ("M", "1", "L", "0"): 1,
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", COUNTED)
def test_cells_are_those_counted_by_hand(case):
    records, expected = COUNTED[case]
    tally = beside.count(block(), records)
    assert beside.cells(tally) == expected
    assert tally.records == len(records)
    beside.assert_saves_and_loads(tally)


def test_tests_of_one_arm_are_noted():
    records = sent((1, "E", 1), (1, "L", 0), (2, "E", 0), (3, "E", 1), (4, "L", 1))
    assert beside.count(block(), records).about.notes == (
        "By name, 3 tests have one arm only (E 2, L 1): what the other would have got is unknown.",
    )
    assert beside.count(block(), records[:3]).about.notes == (
        "By name, 1 test has one arm only (E 1): what the other would have got is unknown.",
    )
    assert beside.count(block(), records[:2]).about.notes == ()


def test_records_of_no_test_are_noted():
    records = sent((1, "E", 1), (1, "L", 0), (None, "E", 0), (None, "L", 0))
    assert any("2" in note for note in beside.count(block(), records).about.notes)


def test_a_declared_arm_that_was_never_sent_is_there_with_nothing():
    records = sent((1, "E", 1), (1, "L", 0))
    tally = beside.count(block({"name": {"levels": ["E", "L", "M"]}}), records)
    assert tally.about.attributes["name"] == ("E", "L", "M")
    assert tally.cells.loc[tally.cells["name"] == "M", ["versus", "n"]].to_numpy().tolist() == [["*", 0]]


def test_arms_of_two_names_are_crossed():
    records = beside.rows("ad name sex call", (1, "E", "F", 1), (1, "L", "M", 0), (2, "E", "M", 0), (2, "L", "F", 1))
    tally = beside.count(block({"name": {}, "sex": {}}, compare=[{"by": ["name", "sex"]}]), records)
    found = {key: n for key, n in beside.cells(tally, table="name_sex").items() if key[3] != "*"}
    assert found == {
        ("E", "F", "1", "L, M", "0"): 1, ("L", "M", "0", "E, F", "1"): 1,
        ("E", "M", "0", "L, F", "1"): 1, ("L", "F", "1", "E, M", "0"): 1,
    }  # fmt: skip
    assert tally.disagreements() == []


def test_folds_are_those_of_the_cluster():
    records = beside.rows("ad name call city", (1, "E", 1, "x"), (1, "L", 0, "x"), (2, "E", 1, "y"), (2, "L", 0, "y"))
    found = beside.cells(beside.count(block(data={"cluster": "city"}), records))
    assert {key: n for key, n in found.items() if key[2] != "*"} == {
        ("E", "1", "L", "0", 0): 1, ("L", "0", "E", "1", 0): 1, ("E", "1", "L", "0", 1): 1, ("L", "0", "E", "1", 1): 1,
    }  # fmt: skip


def test_arms_of_a_test_in_two_clusters_are_refused():
    records = beside.rows("ad name call city", (1, "E", 1, "x"), (1, "L", 0, "y"), (2, "E", 1, "y"), (2, "L", 0, "x"))
    (problem,) = beside.refused(block(data={"cluster": "city"}), records)
    assert "city" in problem


# --- what is refused -------------------------------------------------------------------------------------------------

REFUSED = {
    "an arm twice": (
        sent((1, "E", 1), (1, "E", 0), (1, "L", 0), (2, "E", 1), (2, "L", 1)),
        "1 arm of a test stands there more than once: 1 (E: 2) | "
        "Several records an arm are no pair: write kind: decisions, and cluster: ad.",
    ),
    "tests of one arm": (
        sent((1, "E", 1), (2, "L", 0), (3, "E", 1)),
        "no test of 'ad' has two arms of name | It names what the arms of a test share, such as the advertisement.",
    ),
    "no test at all": (
        sent((None, "E", 1), (None, "L", 0)),
        "no test of 'ad' has two arms of name | It names what the arms of a test share, such as the advertisement.",
    ),
    "one arm": (
        sent((1, "E", 1), (2, "E", 0)),
        "name: the only group is 'E' | A disparity needs two groups: declare `levels` to keep groups without a row, or "
        "choose another column.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_matched_test_is_refused(case):
    records, problem = REFUSED[case]
    assert beside.refused(block(), records) == [f"records.csv: {problem}"]


# --- any tests -------------------------------------------------------------------------------------------------------

ARM = st.sampled_from([1, 0, None])
DRAWN = st.lists(st.dictionaries(st.sampled_from(["E", "L", "M"]), ARM, min_size=1), max_size=12)
FIXED = [{"E": 1, "L": 0, "M": 1}]


def laid_out(drawn) -> beside.Rows:
    return sent(*((f"ad {place}", *arm) for place, test in enumerate([*drawn, *FIXED]) for arm in test.items()))


def one_by_one(records) -> Counter:
    """Count in plain Python, test by test."""
    found = Counter()
    for _, test in groupby(records, key=lambda record: record["ad"]):
        got = {record["name"]: "?" if record["call"] is None else str(record["call"]) for record in test}
        for arm, one in got.items():
            found[arm, one, "*", "*"] += 1
            others = got if len(got) > 1 else dict.fromkeys("ELM", "?")
            found.update((arm, one, other, others[other]) for other in others if other != arm)
    return found


@beside.FEW
@given(DRAWN, st.randoms())
def test_any_tests_are_counted_as_one_by_one(drawn, random):
    records = laid_out(drawn)
    tally = beside.count(block(), records)
    assert beside.cells(tally) == one_by_one(records)
    assert beside.count(block(), random.sample(records, len(records))) == tally
    beside.assert_saves_and_loads(tally)


@beside.FEW
@given(DRAWN)
def test_a_pair_counts_alike_from_either_side_and_names_change_nothing(drawn):
    records = laid_out(drawn)
    found = beside.cells(beside.count(block(), records))
    pairs = {key: n for key, n in found.items() if key[2] != "*" and key[3] != "?"}
    for (arm, one, versus, other), n in pairs.items():
        if one != "?":
            assert pairs[versus, other, arm, one] == n
    names = {"E": "Z", "L": "a, b", "M": "07"}
    other = [{**record, "name": names[record["name"]]} for record in records]
    assert beside.cells(beside.count(block(), other)) == beside.renamed(found, names)


def test_every_form_of_records_gives_the_same(tmp_path):
    records = laid_out([{"E": 1, "L": 0}, {"E": None, "L": 1}, {"E": 0, "M": 1}, {"L": 1}])
    beside.same_in_every_form(lambda form, folder: beside.count(block(), records, form, folder), tmp_path)


@pytest.mark.parametrize("form", ["csv", "pandas", "polars", "xlsx"])
def test_numbers_name_a_test_whether_whole_or_with_a_point(form, tmp_path):
    records = beside.rows("ad name call", (1.0, "E", 1), (1.0, "L", 0), (2.0, "E", 1), (2.0, "L", 0))
    tally = beside.count(block(), records, form, tmp_path)
    assert beside.cells(tally)["E", "1", "L", "0"] == 2
