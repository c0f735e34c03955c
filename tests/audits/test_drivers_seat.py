"""What drivers pooled: fortnights that are the sums of shifts, a gap in two parts, and numbers that are no money."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from functools import cache

import numpy as np
import pytest

from made_up import drivers_seat as made

SHIFTS, DRIVERS = (file.name for file in made.MADE_UP.files)
BIG = 20_000


@cache
def rows(name: str) -> list[dict[str, str]]:
    (file,) = [file for file in made.MADE_UP.files if file.name == name]
    return list(csv.DictReader(io.StringIO(file.content().decode())))


def women_behind(**settings: float) -> tuple[float, float]:
    """By how many dollars an hour women are behind men: as they drove, and at the mix of shifts of all."""
    drawn = made.shifts(np.random.default_rng(7), drivers=BIG, **settings)
    dollars, female = made.hourly(drawn) / 100, drawn["sex"] == list(made.SEXES).index("Female")
    kinds = range(len(made.SHIFTS))
    mix = np.array([(drawn["shift"] == kind).mean() for kind in kinds])

    def within(sex: np.ndarray) -> np.ndarray:
        return np.array([dollars[sex & (drawn["shift"] == kind)].mean() for kind in kinds])

    return dollars[~female].mean() - dollars[female].mean(), float((mix * (within(~female) - within(female))).sum())


def test_a_gap_between_shifts_vanishes_at_the_same_mix_and_one_within_shifts_stays():
    whole, within = women_behind(kept_out=made.KEPT_OUT, paid=1.0)
    assert whole > 0.70
    assert within == pytest.approx(0, abs=0.15)
    whole, within = women_behind(kept_out=0.0, paid=made.PAID)
    assert whole > 1.30
    assert within == pytest.approx(whole, abs=0.15)


def test_both_parts_together_are_what_the_readme_says():
    whole, within = women_behind()
    assert whole == pytest.approx(2.40, abs=0.15)
    assert within == pytest.approx(1.50, abs=0.15)


def test_where_nothing_is_planted_women_are_not_behind():
    whole, within = women_behind(kept_out=0.0, paid=1.0)
    assert whole == pytest.approx(0, abs=0.15)
    assert within == pytest.approx(0, abs=0.15)


def test_a_fortnight_is_the_sum_of_its_shifts_with_rides_that_were_not_cut_short():
    minutes, pay = defaultdict(int), defaultdict(float)
    for row in {row["shift_id"]: row for row in rows(SHIFTS)}.values():
        if row["work"] == "rides" and row["minutes"]:
            minutes[row["driver_id"]] += int(row["minutes"])
            pay[row["driver_id"]] += float(row["pay"])
    assert {row["driver_id"]: int(row["minutes"]) for row in rows(DRIVERS)} == minutes
    assert {row["driver_id"]: float(row["pay"]) for row in rows(DRIVERS)} == pytest.approx(pay)


def test_a_driver_is_the_same_in_every_row_of_both_files():
    about = {row["driver_id"]: (row["sex"], row["language"], row["age"]) for row in rows(DRIVERS)}
    for row in rows(SHIFTS):
        if row["driver_id"] in about:
            assert (row["sex"], row["language"], row["age"]) == about[row["driver_id"]]


def test_amounts_below_zero_are_of_shifts_without_pay_and_a_code_is_not_among_them():
    told = [row for row in rows(SHIFTS) if row["net_per_hour"] not in ("", "cut short", "-999.00")]
    below = [row for row in told if float(row["net_per_hour"]) < 0]
    assert below
    assert {row["pay"] for row in below} == {"0.00"}
    assert min(float(row["net_per_hour"]) for row in told) > -10
    assert [row for row in rows(SHIFTS) if row["net_per_hour"] == "-999.00"]
