"""Impact ratios as New York City's rules ask for them."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairaudit.exports.ll144 import decimals, percent
from fairaudit.impact_ratios import Category, compare, disagreements
from tests.exports.published import LEFT_OUT, PRECISE, SCORING, SELECTION


def of(counts: dict) -> list[Category]:
    return [Category(name, n, selected) for name, (n, selected, *_) in counts.items()]


def ratios(counts: dict, **options) -> dict:
    return {row.category.name: row.ratio for row in compare(of(counts), **options).rows}


def test_each_rate_is_divided_by_the_highest():
    found = compare(of({"A": (80, 60), "B": (80, 48), "C": (40, 10)}))
    assert [row.ratio for row in found.rows] == [
        1,
        Fraction(48, 80) / Fraction(60, 80),
        Fraction(10, 40) / Fraction(60, 80),
    ]
    assert found.reference.name == "A"


def test_four_fifths_is_four_fifths_and_not_a_little_less():
    # (3 / 5) / (15 / 20) is 0.7999999999999999 in binary numbers.
    assert ratios({"A": (20, 15), "B": (5, 3)})["B"] == Fraction(4, 5)


@pytest.mark.parametrize(
    "counts",
    [*SELECTION.values(), *SCORING.values(), PRECISE],
    ids=[*(f"selection, {kind}" for kind in SELECTION), *(f"scores, {kind}" for kind in SCORING), "nine digits"],
)
def test_published_ratios_come_out(counts):
    found = ratios(counts)
    for name, (_, _, printed) in counts.items():
        places = len(printed.partition(".")[2])
        assert round(float(found[name]), places) == float(printed), name


def test_a_category_left_out_has_no_ratio_and_is_no_reference_however_high_its_rate():
    found = compare(of(LEFT_OUT), leave_out_small=True)
    rows = {row.category.name: row for row in found.rows}
    assert [name for name, row in rows.items() if row.left_out] == ["AIAN", "NHPI"]
    assert rows["AIAN"].ratio is None
    assert rows["AIAN"].category.rate == Fraction(10, 11) > found.reference.rate
    assert found.reference.name == "Asian"
    for name, (_, _, printed) in LEFT_OUT.items():
        if printed:
            assert round(float(rows[name].ratio), 2) == float(printed), name


def test_what_nobody_chose_to_leave_out_is_compared():
    found = compare(of(LEFT_OUT))
    assert [row.category.name for row in found.rows if row.small] == ["AIAN", "NHPI"]
    assert found.reference.name == "AIAN"


@pytest.mark.parametrize(("n", "small"), [(1, True), (2, False)])
def test_small_is_less_than_two_in_a_hundred(n, small):
    assert compare(of({"A": (100 - n, 50), "B": (n, 1)})).rows[1].small is small


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"A": (10, 5), "B": (0, 0)}, {"A": 1, "B": None}),  # 0/0 is no rate
        ({"A": (10, 0), "B": (20, 0)}, {"A": None, "B": None}),  # nobody selected: 0/0 again
        ({"A": (10, 5), "B": (20, 0)}, {"A": 1, "B": 0}),
        ({"A": (0, 0)}, {"A": None}),
        ({}, {}),
    ],
)
def test_what_is_not_defined_has_no_ratio(counts, expected):
    assert ratios(counts) == expected


def test_no_ratio_is_told_while_a_count_is_hidden():
    found = compare([Category("A", 80, 60), Category("B", 50, 1, left_open=True)])
    assert [row.ratio for row in found.rows] == [None, None]
    assert found.reference is None


counts = st.integers(0, 300).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))


@given(st.lists(counts, max_size=8), st.booleans())
def test_ratios_lie_between_0_and_1_and_the_reference_has_1(drawn, leave_out):
    found = compare([Category(str(place), *each) for place, each in enumerate(drawn)], leave_out_small=leave_out)
    told = [row.ratio for row in found.rows if row.ratio is not None]
    assert all(0 <= ratio <= 1 for ratio in told)
    assert (found.reference is None) == (not told)
    if told:
        assert max(told) == 1
        assert all(row.ratio is None for row in found.rows if row.left_out)
        assert next(row for row in found.rows if row.category is found.reference).ratio == 1


@given(st.lists(counts, min_size=1, max_size=8), st.integers(2, 5))
def test_twice_the_people_at_the_same_rates_have_the_same_ratios(drawn, times):
    once = compare([Category(str(place), n, selected) for place, (n, selected) in enumerate(drawn)])
    often = compare([Category(str(place), times * n, times * s) for place, (n, s) in enumerate(drawn)])
    assert [row.ratio for row in once.rows] == [row.ratio for row in often.rows]


# --- tables that do not agree ----------------------------------------------------------------------------------------


def combined(example: dict) -> dict[str, list[Category]]:
    cells = of(example["race and sex"])
    return {name: [cell for cell in cells if cell.name.startswith(f"{name}, ")] for name in example["race"]}


def test_the_first_example_of_the_rule_contradicts_itself_in_one_row():
    (found,) = disagreements(of(SELECTION["race"]), combined(SELECTION))
    assert found.name == "Hispanic"
    assert (found.alone, found.combined) == ((408, 204), (205 + 190, 90 + 82))
    assert not found.possible  # 13 people too few in the combinations, but 32 selected


def test_the_second_example_agrees():
    assert list(disagreements(of(SCORING["race"]), combined(SCORING))) == []


@pytest.mark.parametrize(
    ("alone", "parts", "possible"),
    [
        ((100, 50), [(60, 30), (38, 19)], True),  # two people whose other category is unknown, one of them selected
        ((100, 50), [(60, 30), (38, 17)], False),  # two people, of whom three are selected
        ((100, 50), [(60, 30), (41, 20)], False),  # one too many
        ((100, 50), [(60, 30), (38, 21)], False),  # more selected than there are
    ],
)
def test_unknown_people_account_for_some_disagreements(alone, parts, possible):
    pieces = {"A": [Category(str(place), *each) for place, each in enumerate(parts)]}
    (found,) = disagreements([Category("A", *alone)], pieces)
    assert found.possible is possible


# --- as written ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [(Fraction(667, 1390), "48.0%"), (Fraction(1, 2000), "0.1%"), (Fraction(1), "100.0%"), (None, "not defined")],
)
def test_rates_as_written(value, text):
    assert percent(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(Fraction(1), "1.000"), (Fraction(1, 2000), "0.001"), (Fraction(4, 5), "0.800"), (Fraction(0), "0.000")],
)
def test_ratios_as_written(value, text):
    assert decimals(value) == text
