"""A gap in warrants does not show, because race is missing where it matters most: only the worst case says so."""

from __future__ import annotations

import csv
import io
from functools import cache

import numpy as np
import pytest

from fairaudit.assessment import Disparity, assess
from fairaudit.plan import Evidence, read_plan
from fairaudit.sources import read_tally
from fairaudit.tally import Tally
from made_up import st_louis_courts as made
from tests.audits.seeds import ROOT

AUDIT = ROOT / "audits" / "st-louis-courts"
SPREAD_ALONE = 1.0  # no share of unknowns is too large for them to be spread like the rest


@cache
def counted(block_id: str) -> tuple[Evidence, Tally]:
    """A block of the plan, and what the kept file holds for it."""
    block = read_plan(AUDIT).block(block_id)
    return block, read_tally(block, AUDIT)


@cache
def by_race(block_id: str, unknown_at_most: float | None = None) -> Disparity:
    """What the kept file shows by race; the unknown decide above a share other than the plan's, where one is given."""
    block, tally = counted(block_id)
    block = block.model_copy(update={"compare": tuple(each for each in block.comparisons if each.by == ("race",))})
    if unknown_at_most is not None:
        block = block.model_copy(update={"unknown_at_most": unknown_at_most})
    (found,) = assess(block, tally)
    return found


BLOCKS = pytest.mark.parametrize("block", ["missed-dates-to-warrants", "payment-asked"])


@BLOCKS
def test_by_race_nothing_is_shown_and_only_because_of_the_unknown(block):
    found = by_race(block)
    assert (found.verdict, found.reasons) == ("not_demonstrated", ["unknowns"])
    assert found.unknown.share > found.evidence.unknown_at_most


@BLOCKS
def test_with_the_unknown_spread_like_the_rest_it_would_clear(block):
    assert by_race(block, SPREAD_ALONE).verdict == "cleared"


def test_as_recorded_the_gap_is_small_and_in_truth_it_is_outside_the_limit():
    limit = by_race("missed-dates-to-warrants").entry.difference
    recorded = {row["group"]: row["rate"] for row in by_race("missed-dates-to-warrants").rate_table}
    assert recorded["Black"] - recorded["White"] < limit / 2

    whom, _ = np.random.default_rng(made.MADE_UP.files[0].seed).spawn(2)
    drawn = made.missed_dates(whom)
    black, white = (drawn["warrant"][drawn["race"] == made.RACES.index(race)].mean() for race in ("Black", "White"))
    assert black - white > limit
    assert made.WORSE_OFF["Black"] - made.RATE > limit


@pytest.mark.parametrize("planted", [True, False])
def test_everybody_is_asked_alike_and_no_more_than_the_law_lets(planted):
    text = made.MADE_UP.files[0].content(planted=planted).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    odd = {"", "SEE JUDGE", "9999.99"}
    assert odd <= {row["asked"] for row in rows}
    for ticket, cap in made.CAPS.items():
        cents = [
            round(100 * float(row["asked"])) for row in rows if row["ticket"] == ticket and row["asked"] not in odd
        ]
        assert min(cents) == 0
        assert max(cents) <= cap
