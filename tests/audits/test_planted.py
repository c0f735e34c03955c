"""Whether the method finds what is planted in the made-up decisions, and nothing else.

The draws behind each file are repeated for 100 seeds, counted without their mess (unknowns, stray codes), and judged by
the very plan in `audits/`. The files themselves, mess and all, are judged once, in `test_verdicts_of_audits.py`.
Scores, amounts and waits follow in `test_planted_kinds.py`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fairaudit.plan import Evidence, read_plan
from fairaudit.stats import score
from fairaudit.tally import Tally
from made_up import county_recidivism, large_lots, marin_workforce
from tests.audits.drawing import Draw, Drawn, judged, narrowed, of_decisions

pytestmark = pytest.mark.long

AUDITS = Path(__file__).resolve().parents[2] / "audits"
POWER = 0.95


# --- county-recidivism -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def county() -> Evidence:
    """Take the plan's block, not weighed: draws are of the population itself."""
    block = read_plan(AUDITS / "county-recidivism").block("high-risk-flags")
    return block.model_copy(update={"data": block.data.model_copy(update={"population": None})})


@pytest.fixture(scope="module")
def arraigned():
    """Give a function from the script's settings to a draw of arraignments, in the plan's words."""

    def of(**settings) -> Draw:
        def draw(rng: np.random.Generator) -> Drawn:
            drawn = county_recidivism.county_arraignments(rng, **settings)
            age = np.digitize(drawn["age"], (25, 45, 65))
            return {**drawn, "age": age, "outcome": drawn["rearrested"], "decision": drawn["flagged"]}

        return draw

    return of


def test_county_shows_the_gap_by_race_clears_sex_and_leaves_age_open(county, arraigned):
    found = judged(narrowed(county, "false_positive_rate", "race", "sex", "age"), arraigned())
    assert found.share("race", "flagged") >= 0.90
    assert found.share("sex", "cleared") >= 0.90
    assert found.share("sex", "flagged") <= 0.05
    assert found.share("age", "not_demonstrated") >= 0.90


def test_county_gap_is_found_at_the_size_that_gives_power(county, arraigned):
    """Black and White alone, with as few people as a power of .95 needs by the normal approximation."""
    races = {name: replace(county_recidivism.COUNTY_RACES[name], share=0.5) for name in ("Black", "White")}
    times = 1 * 0.66 + 2 * 0.20 + 3 * 0.09 + 4 * 0.05
    variance = 0.0  # of the gap, times the number of persons
    for group in races.values():
        rate, records = group.flagged_if_not_rearrested, group.share * times * (1 - group.rearrested)
        variance += rate * (1 - rate) / records
    gap = races["Black"].flagged_if_not_rearrested - races["White"].flagged_if_not_rearrested
    family = 2  # both orders of the pair
    z = score.critical_z(0.05 / family) + score.critical_z(1 - POWER)
    persons = int(np.ceil(variance * (z / (gap - 0.05)) ** 2))
    assert persons < county_recidivism.COUNTY_PERSONS
    by_race = narrowed(county, "false_positive_rate", "race", race=list(races))
    found = judged(by_race, arraigned(persons=persons, races=races))
    assert found.share("race", "flagged") >= 0.90


def test_county_with_equal_races_is_flagged_in_at_most_5_in_100(county, arraigned):
    white = county_recidivism.COUNTY_RACES["White"]
    races = {name: replace(white, share=group.share) for name, group in county_recidivism.COUNTY_RACES.items()}
    found = judged(narrowed(county, "false_positive_rate", "race", "sex", "age"), arraigned(races=races))
    for grouping in ("race", "sex", "age"):
        assert found.share(grouping, "flagged") <= 0.05


@pytest.mark.parametrize(("gap", "at_least", "at_most"), [(0.05, 0.0, 0.05), (0.0, 0.90, 1.0)])
def test_county_exactly_at_the_limit_is_cleared_in_at_most_5_in_100(county, arraigned, gap, at_least, at_most):
    """Two groups exactly 0.05 above a third, in numbers that clear equal groups."""
    white = replace(county_recidivism.COUNTY_RACES["White"], share=1.0)
    higher = replace(white, flagged_if_not_rearrested=white.flagged_if_not_rearrested + gap)
    races = {"Black": higher, "White": white, "Hispanic": higher}
    by_race = narrowed(county, "false_positive_rate", "race", race=list(races))
    found = judged(by_race, arraigned(races=races))
    assert at_least <= found.share("race", "cleared") <= at_most


def test_a_draw_is_counted_as_it_is(county, arraigned):
    drawn = arraigned()(np.random.default_rng(0))
    tally = of_decisions(county).count(drawn)
    sex = tally.table(["sex"]).groupby(["sex", "decision", "outcome"])["n"].sum()
    for place, name in enumerate(("Female", "Male")):
        of_this_sex = drawn["sex"] == place
        assert sex[name, "1", "0"] == (of_this_sex & drawn["flagged"] & ~drawn["rearrested"]).sum()
        assert sex[name, "0", "1"] == (of_this_sex & ~drawn["flagged"] & drawn["rearrested"]).sum()
    assert Tally(tally.about, tally.cells) == tally


# --- marin-workforce -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def marin() -> Evidence:
    return read_plan(AUDITS / "marin-workforce").block("screening-pilot")


@pytest.fixture(scope="module")
def applied():
    """Give a function from the script's settings to a draw of applications, in the plan's words."""

    def of(**settings) -> Draw:
        def draw(rng: np.random.Generator) -> Drawn:
            drawn = marin_workforce.marin_applications(rng, **settings)
            return {**drawn, "decision": drawn["through"]}

        return draw

    return of


def test_marin_shows_the_gap_in_the_crossing_only(marin, applied):
    found = judged(marin, applied())
    assert found.share("sex_race", "flagged") >= 0.90
    assert found.share("sex", "flagged") <= 0.05
    assert found.share("race", "flagged") <= 0.05
    assert found.share("race", "cleared") == 0


def test_marin_with_everybody_equal_is_flagged_in_at_most_5_in_100(marin, applied):
    found = judged(marin, applied(rates={}))
    for grouping in ("sex", "race", "sex_race"):
        assert found.share(grouping, "flagged") <= 0.05


def test_todays_process_is_neither_cleared_nor_flagged_whatever_is_planted(marin, applied):
    todays = marin.data.model_copy(update={"decided_by": "todays_process"})
    women_and_men = narrowed(marin, "selection_rate", "sex", sex=["Female", "Male", "Nonbinary"])
    baseline = women_and_men.model_copy(update={"data": todays})
    for women in (0.1, 0.335):
        found = judged(baseline, applied(rates={("Female", race): women for race in marin.groups["race"].final_levels}))
        assert {verdict for _, verdict in found} == {"not_demonstrated"}


# --- large-lots ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lots() -> Evidence:
    return read_plan(AUDITS / "large-lots").block("requests-approved")


@pytest.fixture(scope="module")
def asked():
    """Give a function from the script's settings to a draw of residents' requests, in the plan's words."""

    def of(**settings) -> Draw:
        def draw(rng: np.random.Generator) -> Drawn:
            drawn = large_lots.lots_requests(rng, **settings)
            resident = ~drawn["organization"]
            drawn = {name: column[resident] for name, column in drawn.items()}
            # The plan counts White, Asian and other residents together.
            race = np.minimum(drawn["race"], 2)
            return {**drawn, "community_area": drawn["area"], "race": race, "decision": drawn["approved"]}

        return draw

    return of


def test_lots_are_shown_to_be_equal(lots, asked):
    found = judged(lots, asked())
    assert found.share("community_area", "cleared") >= 0.90
    assert found.share("race", "cleared") >= 0.90
    assert found.share("community_area", "flagged") <= 0.05
    assert found.share("race", "flagged") <= 0.05


def test_lots_exactly_at_a_limit_are_cleared_in_at_most_5_in_100(lots, asked):
    """Two areas exactly 10 in 100 below the rest: at the limit of the difference, and within four fifths."""
    lower = large_lots.LOTS_RATE - 0.10
    assert lower / large_lots.LOTS_RATE > 0.8
    by_area = narrowed(lots, "selection_rate", "community_area")
    found = judged(by_area, asked(rates=dict.fromkeys(("New City", "Woodlawn"), lower)))
    assert found.share("community_area", "cleared") <= 0.05
