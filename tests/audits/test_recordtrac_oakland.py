"""Residents get less in full over all, and more in every department: the report shows both."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from functools import cache

import pytest

from fairaudit.assessment import assess
from fairaudit.plan import read_plan
from fairaudit.sources import read_tally
from made_up import recordtrac_oakland as made
from tests.audits.seeds import ROOT, flagged_pairs

AUDIT = ROOT / "audits" / "recordtrac-oakland"
SPELLED = {other: own for own, other in made.SPELLED.items()} | {"OPD": "Police"}
Counted = tuple[int, int]


@cache
def rows() -> list[dict[str, str]]:
    text = made.MADE_UP.files[0].content().decode()
    return [
        {name: SPELLED.get(value, value) for name, value in row.items()} for row in csv.DictReader(io.StringIO(text))
    ]


def city_records() -> list[dict[str, str]]:
    """Give requests for records of the city."""
    return [row for row in rows() if (row["kind"], row["agency"]) == ("records", "City")]


@cache
def released(requester: str) -> dict[str, Counted]:
    """Count a requester's closed requests by department: released in full, and all."""
    counted = defaultdict(lambda: (0, 0))
    for row in city_records():
        if row["status"] == "Closed" and row["closed_as"] != "Closed" and row["requester"] == requester:
            full, every = counted[row["department"]]
            counted[row["department"]] = (full + (row["closed_as"] in made.FULL), every + 1)
    return dict(counted)


def rate(counted: Counted) -> float:
    return counted[0] / counted[1]


def overall(requester: str) -> float:
    full, every = (sum(counts) for counts in zip(*released(requester).values(), strict=True))
    return full / every


# --- the reversal ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("department", made.DEPARTMENTS)
def test_residents_get_more_than_businesses_in_every_department(department):
    assert rate(released("Resident")[department]) > rate(released("Business")[department])


def test_and_less_than_businesses_over_all():
    assert overall("Business") - overall("Resident") > 0.10


def test_since_residents_ask_the_police_who_release_least():
    def asked_of_police(requester: str) -> float:
        return released(requester)["Police"][1] / sum(every for _, every in released(requester).values())

    assert asked_of_police("Resident") > 0.55 > 0.30 > asked_of_police("Business")
    for requester in ("Resident", "Business"):
        police = rate(released(requester)["Police"])
        assert all(police < rate(counted) - 0.3 for name, counted in released(requester).items() if name != "Police")


def test_were_both_to_ask_the_same_departments_residents_would_get_more():
    mix = Counter()
    for requester in ("Resident", "Business"):
        mix.update({name: every for name, (_, every) in released(requester).items()})

    def standardised(requester: str) -> float:
        return sum(mix[name] * rate(counted) for name, counted in released(requester).items()) / mix.total()

    assert 0 < standardised("Resident") - standardised("Business") < 0.05


def test_the_plan_shows_both_and_lets_the_whole_block_adoption():
    plan = read_plan(AUDIT)
    found = {
        block.id: disparity
        for block in plan.evidence
        if block.kind == "decisions"
        for disparity in assess(block, read_tally(block, AUDIT))
    }
    verdicts = {name: disparity.verdict for name, disparity in found.items()}
    assert verdicts == {"released-in-full": "flagged", "released-by-police": "cleared", "released-by-others": "cleared"}
    assert all(disparity.blocks for disparity in found.values())
    assert all("Business" in pair for pair in flagged_pairs(found["released-in-full"]))


def test_the_two_parts_are_the_whole():
    """No department is forgotten between the questions on departments."""
    plan = read_plan(AUDIT)
    kept = {
        block.id: read_tally(block, AUDIT).about.records["kept"] for block in plan.evidence if block.kind == "decisions"
    }
    assert kept["released-in-full"] == kept["released-by-police"] + kept["released-by-others"]


# --- the mess --------------------------------------------------------------------------------------------------------


def test_what_is_no_request_for_city_records_is_closed_at_once():
    strays = [row for row in rows() if (row["kind"], row["agency"]) != ("records", "City")]
    assert Counter(row["closed_as"] for row in strays if row["status"] == "Closed").keys() == set(made.NOT_OURS)
    assert sum(row["answered"] == "" for row in strays) < 0.01 * len(strays)


def test_most_of_what_is_still_open_is_with_the_police():
    still = Counter(row["department"] for row in city_records() if row["status"] == "Open")
    assert still["Police"] > still.total() / 2


def test_nobody_who_did_not_say_who_they_are_asks_again():
    first = {row["request"]: row["requester_id"] for row in city_records() if row["requester"] == "did not say"}
    assert set(Counter(first.values()).values()) == {1}


def test_few_requesters_are_blank_and_most_of_them_did_not_come_online():
    blank = Counter(row["channel"] == made.ONLINE for row in city_records() if row["requester"] == "")
    online = sum(row["channel"] == made.ONLINE for row in city_records())
    assert blank[True] / online < 0.02 < 0.04 < blank[False] / (len(city_records()) - online)
