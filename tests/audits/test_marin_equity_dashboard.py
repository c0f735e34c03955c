"""A dashboard's counts: small ones are hidden, and no total gives one away; what hidden counts decide, and what not."""

from __future__ import annotations

import csv
from collections import defaultdict

import numpy as np
import pytest

import fairaudit
from fairaudit.plan import read_plan
from fairaudit.sources import read_tally
from made_up import marin_equity_dashboard as dashboard
from tests.audits.seeds import ROOT

AUDIT = ROOT / "audits" / "marin-equity-dashboard"
PAGES = {
    "marin_rental_assistance": (dashboard.RENT, dashboard.rent_applications, dashboard.RENT_SEED),
    "marin_county_jobs": (dashboard.JOBS, dashboard.job_applications, dashboard.JOBS_SEED),
    "marin_youth_diversion": (dashboard.YOUTH, dashboard.youth_cases, dashboard.YOUTH_SEED),
}


def rows_of(name: str) -> list[dict[str, str]]:
    with (ROOT / "data" / "sample" / f"{name}.tally.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def drawn(name: str) -> dict[str, np.ndarray]:
    """Draw the records that the kept counts are of."""
    _, draw, seed = PAGES[name]
    return draw(np.random.default_rng(seed))


@pytest.mark.parametrize("name", PAGES)
def test_a_count_of_1_to_10_is_never_shown_and_a_hidden_one_lies_in_its_band(name):
    page, records = PAGES[name][0], drawn(name)
    true = {
        (table, *place): n
        for table, by in page.tables.items()
        for place, n in dashboard.counted(page, records, by).items()
    }
    rows = rows_of(name)
    assert len(rows) == len(true)
    for row in rows:
        place = (row["table"], *(row[attribute] for attribute in page.tables[row["table"]]), row["decision"])
        low, high = int(row["n"]), int(row["n_high"])
        assert low <= true[place] <= high
        assert (low, high) in dashboard.BANDS if low < high else not 0 < low < dashboard.SMALLEST


@pytest.mark.parametrize("name", PAGES)
def test_no_total_gives_a_hidden_count_away(name):
    """A total less everything shown leaves a single number where one count is hidden; so there are two or none."""
    page, hidden = PAGES[name][0], defaultdict(int)
    for row in rows_of(name):
        by = page.tables[row["table"]]
        line = (row["table"], *(row[attribute] for attribute in by[:-1]), row["decision"])
        hidden[line] += row["n"] != row["n_high"]
    assert 1 not in hidden.values()
    assert any(hidden.values())


@pytest.mark.parametrize("block", ["rental-assistance", "county-jobs", "youth-diversion"])
def test_both_files_of_a_page_are_of_one_draw(block):
    notes = read_tally(read_plan(AUDIT).block(block), AUDIT).about.notes
    assert not any("was changed" in note for note in notes)
    assert any("0 of them to a single number" in note for note in notes)


def verdict_of_jobs(records: dict[str, np.ndarray]) -> str:
    """Judge all applications for county jobs by the plan's limit, as one table by race would count them."""
    races = np.array(list(dashboard.JOB_RACES))[records["race"]]
    limits = {"selection_rate": {"ratio": 0.8}}
    return fairaudit.disparities(None, records["decision"], sensitive_features={"race": races}, measures=limits).verdict


def test_one_table_by_race_would_show_what_the_departments_hide():
    as_published = fairaudit.Evidence(AUDIT, "county-jobs").finding("selection_rate", by="race")
    assert (as_published["verdict"], as_published["reason"]) == ("not_demonstrated", "hidden")
    assert verdict_of_jobs(drawn("marin_county_jobs")) == "cleared"


def test_the_gap_of_youths_is_shown_if_10_were_offered_diversion_the_most_that_is_hidden():
    counts = {(row["race"], row["decision"]): row for row in rows_of("marin_youth_diversion") if row["table"] == "race"}
    assert (counts["Black", "1"]["n"], counts["Black", "1"]["n_high"]) == ("1", "10")
    decisions, races = [], []
    for (race, decision), row in counts.items():
        n = int(row["n_high"] if race == "Black" else row["n"])
        decisions += [int(decision)] * n
        races += [race] * n
    limits = {"selection_rate": {"ratio": 0.8}}
    found = fairaudit.disparities(None, decisions, sensitive_features={"race": races}, measures=limits)
    assert found.verdict == "flagged"
    assert "Black" in found.frame["worst_pair"].iloc[0]


def test_the_files_say_that_they_are_made_up():
    for file in dashboard.MADE_UP.files:
        if file.name.endswith(".json"):
            assert b'"title": "Made up: ' in file.content()
