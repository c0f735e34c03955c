"""Whether what is planted in the made-up scores, amounts and waits is found, and nothing else.

It is as in `test_planted.py`: 100 seeds, without the mess, judged by the very plan in `audits/`.

Values are counted more coarsely than in the files where that changes no question: pay to the dollar, waits to the first
day after the horizon.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fairaudit.plan import Evidence, read_plan
from made_up import county_recidivism, dc_311, marin_workforce
from tests.audits.drawing import SEEDS, Draw, Drawn, Tallier, judged, narrowed

pytestmark = pytest.mark.long

AUDITS = Path(__file__).resolve().parents[2] / "audits"
HORIZON = 30
AT_MOST = 0.05 + 2 * (0.05 * 0.95 / len(SEEDS)) ** 0.5
"""5 in 100, and what chance adds: a verdict that errs exactly so often is above it in half of all tries."""


# --- county-recidivism, risk-score -----------------------------------------------------------------------------------

PERCENTS = range(15, 70)


@pytest.fixture(scope="module")
def scores() -> Evidence:
    return read_plan(AUDITS / "county-recidivism").block("risk-score")


@pytest.fixture(scope="module")
def scored():
    """Give a function from the script's settings to a draw of scores, in the plan's words."""

    def of(**settings) -> Draw:
        def draw(rng: np.random.Generator) -> Drawn:
            drawn = county_recidivism.county_arraignments(rng, **settings)
            percent = county_recidivism.county_percents(rng, county_recidivism.county_scores(rng, drawn["flagged"]))
            return {**drawn, "value": percent - PERCENTS.start, "outcome": drawn["rearrested"]}

        return draw

    return of


def of_scores(evidence: Evidence) -> Tallier:
    return Tallier(evidence, {"value": [f"{percent / 100:g}" for percent in PERCENTS], "outcome": ("0", "1")})


def test_the_score_is_shown_to_tell_alike_by_sex(scores, scored):
    by_sex = narrowed(scores, ["auc", "calibration_in_the_large"], "sex")
    found = judged(by_sex, scored(), of_scores(by_sex))
    assert found.share("sex/auc", "cleared") >= 0.95
    assert found.share("sex/calibration_in_the_large", "cleared") >= 0.95


def test_the_score_is_shown_to_rank_black_people_above_white_ones(scores, scored):
    by_race = narrowed(scores, ["auc", "xauc"], "race")
    found = judged(by_race, scored(), of_scores(by_race))
    assert found.share("race/xauc", "flagged") >= 0.95
    assert found.share("race/auc", "flagged") <= 0.05


def test_a_score_with_equal_races_is_flagged_in_at_most_5_in_100(scores, scored):
    white = county_recidivism.COUNTY_RACES["White"]
    races = {name: replace(white, share=group.share) for name, group in county_recidivism.COUNTY_RACES.items()}
    by_race = narrowed(scores, ["auc", "xauc", "calibration_in_the_large"], "race")
    found = judged(by_race, scored(races=races), of_scores(by_race))
    for measure in ("auc", "xauc", "calibration_in_the_large"):
        assert found.share(f"race/{measure}", "flagged") <= 0.05


# --- marin-workforce, pay-pilot --------------------------------------------------------------------------------------

DOLLARS = range(20, 121)


@pytest.fixture(scope="module")
def pay() -> Evidence:
    return read_plan(AUDITS / "marin-workforce").block("pay-pilot")


@pytest.fixture(scope="module")
def offered():
    """Give a function from the script's settings to a draw of proposals of pay, in the plan's words."""

    def of(**settings) -> Draw:
        def draw(rng: np.random.Generator) -> Drawn:
            drawn = marin_workforce.marin_offers(rng, **settings)
            return {**drawn, "value": (drawn["cents"] + 50) // 100 - DOLLARS.start}

        return draw

    return of


def of_pay(evidence: Evidence) -> Tallier:
    return Tallier(evidence, {"value": [str(100 * dollars) for dollars in DOLLARS]}, decimals=2)


def test_pay_is_shown_to_be_lower_by_race_and_equal_by_sex(pay, offered):
    means = narrowed(pay, "mean_amount", "sex", "race")
    found = judged(means, offered(), of_pay(means))
    assert found.share("race/mean_amount", "flagged") >= 0.95
    assert found.share("sex/mean_amount", "cleared") >= 0.95
    assert found.share("sex/mean_amount", "flagged") <= 0.05


def test_equal_pay_is_flagged_in_at_most_5_in_100(pay, offered):
    by_race = narrowed(pay, "mean_amount", "race")
    found = judged(by_race, offered(placed_lower=0.0, paid=1.0), of_pay(by_race))
    assert found.share("race/mean_amount", "flagged") <= 0.05


def test_pay_exactly_at_the_limit_is_cleared_in_at_most_5_in_100(pay, offered):
    """One group is paid 95 cents for each dollar in every class, and is found in all of them alike."""
    less, other = (list(marin_workforce.MARIN_RACES).index(name) for name in (marin_workforce.MARIN_PAID_LESS, "White"))
    two = narrowed(pay, "mean_amount", "race", race=[marin_workforce.MARIN_PAID_LESS, "White"])

    def draw(rng: np.random.Generator) -> Drawn:
        drawn = offered(placed_lower=0.0)(rng)
        chosen = np.isin(drawn["race"], (less, other))
        drawn = {name: column[chosen] for name, column in drawn.items()}
        return {**drawn, "race": (drawn["race"] == other).astype(int)}

    assert judged(two, draw, of_pay(two)).share("race/mean_amount", "cleared") <= AT_MOST


# --- dc-311 ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def waits() -> Evidence:
    return read_plan(AUDITS / "dc-311").block("time-to-close")


@pytest.fixture(scope="module")
def asked(waits):
    """Give a function from the script's settings to a draw of requests, in the plan's words."""
    levels = waits.groups["ward"].final_levels
    place = np.array([next(k for k, name in enumerate(levels) if str(ward) in name) for ward in dc_311.DC_WARDS])

    def of(**settings) -> Draw:
        def draw(rng: np.random.Generator) -> Drawn:
            drawn = dc_311.dc_requests(rng, **settings)
            is_open = drawn["wait"] > drawn["age"]
            # Days begun where closed, complete days where still open.
            days = np.where(is_open, drawn["age"] // dc_311.DAY, -(-drawn["wait"] // dc_311.DAY))
            return {
                **drawn,
                "ward": place[drawn["ward"]],
                "value": np.minimum(days, HORIZON + 1),
                "open": is_open.astype(int),
                "followed": (drawn["age"] // dc_311.DAY >= HORIZON).astype(int),
            }

        return draw

    return of


def of_waits(evidence: Evidence) -> Tallier:
    codes = {"value": [str(day) for day in range(HORIZON + 2)], "open": ("0", "1"), "followed": ("0", str(HORIZON))}
    return Tallier(evidence, codes, horizons=(HORIZON,), time_unit="days")


def test_waits_are_shown_to_be_longer_by_ward_and_alike_by_channel(waits, asked):
    found = judged(waits, asked(), of_waits(waits))
    for measure in ("served_within", "restricted_mean_wait"):
        assert found.share(f"ward/{measure}", "flagged") >= 0.95
        assert found.share(f"channel/{measure}", "cleared") >= 0.95
        assert found.share(f"channel/{measure}", "flagged") <= 0.05


def test_equal_waits_are_flagged_in_at_most_5_in_100_and_shown_to_be_equal(waits, asked):
    by_ward = narrowed(waits, ["served_within", "restricted_mean_wait"], "ward")
    found = judged(by_ward, asked(rates={}), of_waits(by_ward))
    for measure in ("served_within", "restricted_mean_wait"):
        assert found.share(f"ward/{measure}", "flagged") <= 0.05
        assert found.share(f"ward/{measure}", "cleared") >= 0.90


def test_waits_exactly_at_the_limit_are_cleared_in_at_most_5_in_100(waits, asked):
    served = narrowed(waits, "served_within", "ward")
    lower = dict.fromkeys((7, 8), dc_311.DC_RATE - 0.05)
    assert judged(served, asked(rates=lower), of_waits(served)).share("ward/served_within", "cleared") <= AT_MOST
