"""Amounts: whole numbers of the smallest unit, added up exactly; what can be read in two ways is refused."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairaudit.errors import DataError
from fairaudit.rehearsal import shuffled
from fairaudit.sources import read_tally
from fairaudit.tally import Tally
from tests.tally import values
from tests.tally.records import EVERY

PLAN = {"amount": {"column": "amount"}}


def amounts(*found):
    return values.grouped(amount=list(found))


@pytest.mark.parametrize("form", EVERY)
def test_amounts_are_counted_in_the_smallest_unit(form, tmp_path):
    tally = values.count(values.evidence("amounts", PLAN), amounts(12.5, 0.07, 12.5, None, 1.1, 0.0), form, tmp_path)
    expected = {("A", "1250"): 2, ("A", "110"): 1, ("B", "7"): 1, ("B", "?"): 1, ("B", "0"): 1}
    assert values.cells(tally) == expected
    assert tally.about.decimals == 2


def test_amounts_of_decimals_and_whole_numbers_read_alike(tmp_path):
    for found in ([Decimal("3.00"), Decimal("4.50")], ["3", "4.5"], [3.0, 4.5]):
        tally = values.count(values.evidence("amounts", PLAN), amounts(*found), "arrow", tmp_path)
        assert values.cells(tally) == {("A", "300"): 1, ("B", "450"): 1}


def test_no_decimals_no_cents(tmp_path):
    block = values.evidence("amounts", {"amount": {"column": "amount", "decimals": 0, "unknown": [-1]}})
    tally = values.count(block, amounts(3, 4, -1), "csv", tmp_path)
    assert values.cells(tally) == {("A", "3"): 1, ("B", "4"): 1, ("A", "?"): 1}


# --- bins ------------------------------------------------------------------------------------------------------------

MANY = [
    {"race": "AB"[n % 2], "amount": None if n % 100 == 7 else f"{(n * 7919) % 5003 * 10**9 + n % 7}.{n % 100:02}"}
    for n in range(3_000)
]


def cents(record) -> int:
    return int(record["amount"].replace(".", ""))


def test_sums_of_bins_are_exact_whole_numbers(tmp_path):
    block = values.evidence("amounts", PLAN, measures=values.measures(above=[1000.005]))
    tally = values.count(block, MANY, "csv", tmp_path)
    # 0, and the least whole number of cents that reaches the cut
    assert {0.0, 100_001.0} <= set(tally.about.edges)
    for group in "AB":
        known = [cents(record) for record in MANY if record["race"] == group and record["amount"]]
        rows = tally.cells[tally.cells["race"] == group]
        assert sum(rows["wx"]) == sum(known)
        assert sum(rows["wxx"]) == sum(value * value for value in known)
        assert all(type(value) is int for value in rows["wxx"])
    tally.save(tmp_path / "x")
    loaded = Tally.load(tmp_path / "x.tally.json")
    assert loaded == tally
    assert loaded.about == tally.about
    assert "e+" not in (tmp_path / "x.tally.csv").read_text().lower()


def test_a_rehearsal_of_amounts_can_be_saved_and_loaded(tmp_path):
    rehearsed = shuffled(values.count(values.evidence("amounts", PLAN), MANY, "csv", tmp_path))
    rehearsed.save(tmp_path / "x")
    assert Tally.load(tmp_path / "x.tally.json") == rehearsed


def test_amounts_add(tmp_path):
    tally = values.count(values.evidence("amounts", PLAN), MANY, "csv", tmp_path)
    both = tally.add(tally)
    assert both.records == 2 * tally.records
    assert sum(both.cells["wxx"]) == 2 * sum(tally.cells["wxx"])


def test_a_tally_of_other_decimals_is_refused(tmp_path):
    values.count(values.evidence("amounts", PLAN), amounts(1, 2), "csv", tmp_path).save(tmp_path / "x")
    plan = {"source": "x.tally.json", "amount": {"column": "amount", "decimals": 0}}
    with pytest.raises(DataError, match="counts amounts with 2 decimals, the plan says 0"):
        read_tally(values.evidence("amounts", plan), tmp_path)


# --- refused ---------------------------------------------------------------------------------------------------------

MONEY = "Write plain numbers in one currency, such as 1234.50."
WRITTEN = "written with currency symbols, separators or brackets"
REFUSED = {
    "dollars": (["$1,234.50", "5"], f"amount holds 1 amount {WRITTEN}: '$1,234.50' (1) | {MONEY}"),
    "brackets": (["(30.00)", "5"], f"amount holds 1 amount {WRITTEN}: '(30.00)' (1) | {MONEY}"),
    "several currencies": (
        ["$5", "1.234,50 €", "1"],
        f"amount holds 2 amounts {WRITTEN}: '$5' (1), '1.234,50 €' (1); there are several currencies: $, € | {MONEY}",
    ),
    "text": (
        ["none", "5"],
        "amount holds 1 amount that is no number: 'none' (1) | Mend them, or list them as `unknown:` of the amount.",
    ),
    "more digits": (
        ["1.2345", "5.10", "7"],
        "1 amount in 'amount' has more than 2 digits after the point: '1.2345' (1) | "
        "Write `decimals:` as they are, or round the amounts.",
    ),
    "below 0": (
        [-5, 3.5, 2],
        "1 amount in 'amount' is below 0 | "
        "Where that makes sense, write `negative: true` in the amount; else mend them.",
    ),
    "too large": (
        [1e14, 3.5],
        "1 amount in 'amount' is too large to be true: '100000000000000' (1) | "
        "Mend them, or list them as `unknown:`.",
    ),
    "nothing": (
        [None, None, ""], "no record has an amount in 'amount' | Choose another column, or look at `keep`.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_amount_is_refused(case, tmp_path):
    found, error = REFUSED[case]
    block = values.evidence("amounts", PLAN)
    assert values.refused(block, amounts(*found), "pandas objects", tmp_path) == [error]


def test_all_that_is_wrong_with_amounts_shows_at_once(tmp_path):
    records = amounts("$5", "x", "-1", "0.001", "3")
    assert len(values.refused(values.evidence("amounts", PLAN), records, "csv", tmp_path)) == 4


def test_amounts_below_0_are_counted_where_they_make_sense(tmp_path):
    block = values.evidence("amounts", {"amount": {"column": "amount", "negative": True}})
    assert values.cells(values.count(block, amounts(-5, 3), "csv", tmp_path)) == {("A", "-500"): 1, ("B", "300"): 1}


CENTS = st.integers(0, 10_000).map(lambda value: value / 100)


@pytest.mark.long
@settings(max_examples=15)
@given(st.lists(st.none() | CENTS, min_size=2, max_size=30))
def test_any_amounts_are_counted_as_one_by_one(tmp_path_factory, found):
    records = amounts(*found, 1.0, 2.0)
    for form in ("csv", "pandas", "polars"):
        folder = tmp_path_factory.mktemp("x")
        tally = values.count(values.evidence("amounts", PLAN), records, form, folder)
        assert values.cells(tally) == values.reference(records, values.amount_keys)
        tally.save(folder / "x")
        assert Tally.load(folder / "x.tally.json") == tally
