"""What a row of the forest plot says: who is treated worse, against whom, by how much."""

from __future__ import annotations

import pytest

from fairaudit.assessment import assess
from fairaudit.charts.rows import contrasts, rows, worse_side
from fairaudit.findings import finding
from fairaudit.measures import MEASURES
from tests.charts.findings import CASES, found, many
from tests.verdicts.tables import confusion, planned

WOMEN, MEN = 300 / 1000, 500 / 1000


@pytest.mark.parametrize(
    ("case", "first", "number", "limit"),
    [
        # being selected is good: women are selected so many percent as often as men
        ("two groups", "Women", 100 * WOMEN / MEN, 80),
        # being selected is bad: so many men are, for every 100 women
        ("two groups, a burden", "Men", 100 * MEN / WOMEN, 100 / 0.8),
        # a gap in 100 people
        ("two groups, a gap", "Women", 100 * (MEN - WOMEN), 5),
    ],
)
def test_the_group_treated_worse_comes_first_with_its_number(case, first, number, limit):
    row = rows(CASES[case]())[0]
    assert (row.group, row.decides) == (first, True)
    assert row.worst.estimate == pytest.approx(number)
    assert row.worst.numbers.limit == pytest.approx(limit)


@pytest.mark.parametrize(
    ("case", "number"),
    [("two groups", 100 * MEN / WOMEN), ("two groups, a burden", 100 * WOMEN / MEN), ("two groups, a gap", -20)],
)
def test_the_other_group_has_the_same_comparison_the_other_way_round(case, number):
    first, other = rows(CASES[case]())
    assert other.worst.estimate == pytest.approx(number)
    assert (other.worst.sufferer, other.worst.other) == (first.worst.other, first.worst.sufferer)


@pytest.mark.parametrize("case", CASES)
def test_every_group_has_one_row_and_those_without_records_come_last(case):
    table = rows(CASES[case]())
    assert sorted(row.group for row in table) == sorted(group["group"] for group in CASES[case]()["groups"])
    empty = [row.n == (0, 0) for row in table]
    assert empty == sorted(empty)


def test_what_hidden_counts_leave_open_is_two_numbers():
    table = {row.group: row for row in rows(CASES["hidden counts"]())}
    assert table["A"].rates == (300 / (300 + 700), 340 / (340 + 660))
    assert table["A"].counts_text == ("960 to 1,040", "300 to 340")
    assert table["A"].rate_text(own=False) == "30.0% to 34.0%"
    assert table["B"].rate_text(own=False) == "50.0%"
    (pair,) = [pair for pair in contrasts(CASES["hidden counts"]()) if (pair.sufferer, pair.other) == ("A", "B")]
    assert (pair.estimate, pair.best, pair.sizes) == (None, "60% to 68%", ("960 to 1,040", "1,000"))


def test_where_so_many_for_every_100_have_no_end_that_is_said():
    found = contrasts(CASES["hidden counts, a burden"]())
    (pair,) = [pair for pair in found if (pair.sufferer, pair.other) == ("B", "C")]
    assert pair.best == "450 or more"  # 500 of 1,000 for 5 of 45


def test_a_row_that_is_outside_is_one_that_flags_and_all_within_is_what_clears():
    for case in (make() for make in CASES.values()):
        if case["baseline"]:
            continue
        read = {row.worst.verdict for row in rows(case) if row.worst is not None}
        assert ("flagged" in read) == (case["verdict"] == "flagged")
        if case["verdict"] == "cleared":
            assert read == {"cleared"}


def test_a_group_is_shown_where_it_is_nearest_to_being_shown_to_be_outside():
    # Against the two of group C all is open; against the thousand of group B something can be said.
    counts = {"A": (400, 1000), "B": (450, 1000), "C": (1, 2), "D": (600, 1000)}
    shown = {row.group: row.worst.other for row in rows(found(counts))}
    assert shown == {"A": "D", "B": "D", "C": "D", "D": "C"}


def test_a_group_without_records_is_nobodys_worst_comparison_while_there_is_another():
    assert {row.worst.other for row in rows(CASES["no records"]()) if row.n[1]} == {"A", "B"}


def test_which_side_is_worse_holds_where_the_deciding_pair_is_undefined():
    table = rows(CASES["no records, a burden"]() | {"worse": "high"})
    assert [(row.group, row.rates and row.rates[0]) for row in table] == [
        ("A", 30 / 50),
        ("B", 20 / 50),
        ("Empty", None),
    ]


def test_a_bound_is_rounded_so_that_it_says_no_more_than_the_data():
    contrast = next(c for c in contrasts(CASES["two groups"]()) if c.sufferer == "Women")
    at_least, at_most = (float(text.removesuffix("%")) for text in contrast.bounds)
    assert at_least <= contrast.far <= contrast.estimate <= contrast.near <= at_most


@pytest.mark.parametrize(
    ("counts", "text"),
    [({"A": (5, 100), "B": (0, 100)}, "no ratio"), ({"A": (5, 100), "B": (0, 0)}, "undefined")],
)
def test_a_number_that_cannot_be_had_says_why(counts, text):
    contrast = next(c for c in contrasts(found(counts, "a burden")) if c.sufferer == "A")
    assert contrast.written(contrast.estimate) == text


@pytest.mark.parametrize("selected", ["a burden", "a benefit"])
@pytest.mark.parametrize("kind", [{"ratio": 0.8}, {"difference": 0.05}], ids=str)
@pytest.mark.parametrize("name", [name for name, measure in MEASURES.items() if measure.kind == "decisions"])
def test_which_side_is_worse_is_read_back_from_the_finding(name, kind, selected):
    cells = {"A": {"tp": 40, "fp": 15, "fn": 10, "tn": 35}, "B": {"tp": 21, "fp": 22, "fn": 30, "tn": 27}}
    evidence = planned({name: kind}, being_selected_is=selected)
    written = finding(assess(evidence, confusion(cells))[0])
    assert worse_side(written) == (MEASURES[name].worse_when(selected) or "low")


def test_worst_first_means_the_highest_rate_of_a_burden_and_the_lowest_of_a_benefit():
    benefit, burden = (
        [row.rates[0] for row in rows(found(many(5), selected))] for selected in ("a benefit", "a burden")
    )
    assert benefit == sorted(benefit)
    assert burden == sorted(burden, reverse=True)
