"""large-lots: vacant lots. Requests are approved alike; lots are offered where few Latino residents live."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from made_up.drawing import (
    Drawn,
    Integers,
    Records,
    between,
    grid_map,
    happens,
    labelled,
    leanings,
    margins,
    pick,
    pick_text,
    repeat_some,
    sometimes,
)
from made_up.telling import File, MadeUp, Planted, Promise, table

# --- vacant lots for neighbours --------------------------------------------------------------------------------------

LOTS_AREAS = {"Englewood": 0.27, "West Englewood": 0.21, "New City": 0.20, "Washington Park": 0.16, "Woodlawn": 0.16}
LOTS_RACES = ("Black", "Latino", "White", "Asian", "Another race")
LOTS_RACES_OF_AREA = {
    "Englewood": (0.86, 0.07, 0.04, 0.010, 0.020),
    "West Englewood": (0.82, 0.12, 0.03, 0.010, 0.020),
    "New City": (0.34, 0.47, 0.15, 0.020, 0.020),
    "Washington Park": (0.88, 0.03, 0.06, 0.010, 0.020),
    "Woodlawn": (0.74, 0.04, 0.17, 0.030, 0.020),
}
LOTS_ROUNDS = {"spring 2023": 0.1, "autumn 2023": 0.2, "spring 2024": 0.3, "autumn 2024": 0.4}
LOTS_RATE = 0.62
LOTS_APPLICANTS = 6400


def lots_requests(
    rng: np.random.Generator, applicants: int = LOTS_APPLICANTS, rates: Mapping[str, float] | None = None
) -> Drawn:
    """Draw requests for a lot: applicant, area, race, whether an organization asks, and whether it was approved.

    Args:
        rng: the generator.
        applicants: people and organizations; each asks for one lot or two.
        rates: area -> rate of approval; `LOTS_RATE` where an area is not named, so that all are equal by default.

    Returns:
        Whole numbers, one a request: `area` and `race` are places in `LOTS_AREAS` and `LOTS_RACES`.
    """
    table = np.array([(rates or {}).get(area, LOTS_RATE) for area in LOTS_AREAS])
    area = pick(rng, applicants, list(LOTS_AREAS.values()))
    race = np.zeros(applicants, dtype=int)
    for place, name in enumerate(LOTS_AREAS):
        race = np.where(area == place, pick(rng, applicants, LOTS_RACES_OF_AREA[name]), race)
    organization = rng.random(applicants) < 0.11
    lean = leanings(rng, applicants, 0.10)
    person = np.repeat(np.arange(applicants), 1 + pick(rng, applicants, (0.62, 0.38)))
    approved = happens(rng, table[area[person]] + lean[person])
    return {
        "person": person,
        "area": area[person],
        "race": race[person],
        "organization": organization[person],
        "approved": approved,
    }


def large_lots(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `large_lots.csv`: requests for city lots as a scoring tool decided them over several rounds.

    Nothing is planted in them, so that `planted` changes nothing.
    """
    whom, mess = rng.spawn(2)
    drawn = lots_requests(whom)
    n = len(drawn["person"])
    organization = drawn["organization"]
    area = np.array(list(LOTS_AREAS))[drawn["area"]]
    area = np.where(mess.random(n) < 0.05, np.char.upper(area), area)  # as the land inventory writes it
    race = np.array(LOTS_RACES)[drawn["race"]]
    race = np.where((race == "Latino") & (mess.random(n) < 0.2), "Hispanic", race)
    race = np.where(mess.random(n) < np.where(drawn["approved"], 0.020, 0.026), "", race)
    decision = np.where(drawn["approved"], "Approved", "Denied")
    decision = np.where((decision == "Approved") & (mess.random(n) < 0.08), "Approved, title pending", decision)
    decision = sometimes(mess, decision, "Withdrawn", 0.008)
    decision = sometimes(mess, decision, "", 0.003)
    records = {
        "request_id": np.array([f"R{i:05d}" for i in range(1, n + 1)]),
        "applicant_id": np.array([f"N{i:05d}" for i in drawn["person"]]),
        "applicant_kind": np.where(organization, "organization", "resident"),
        "lot": np.array([f"LOT{i:04d}" for i in between(mess, 1, 4000, n)]),
        "round": pick_text(mess, n, LOTS_ROUNDS),
        "community_area": area,
        "race": np.where(organization, "", race),
        "decision": decision,
    }
    return repeat_some(mess, labelled(decision) | records, 17)


# --- where lots are offered ------------------------------------------------------------------------------------------

LOTS_PLACES = {"West Englewood": 20, "New City": 20, "Englewood": 25, "Washington Park": 15, "Woodlawn": 15}
"""Small areas of each community area, a multiple of five, from west to east."""
LOTS_OFFERED = {"West Englewood": 3, "New City": 1, "Englewood": 4, "Washington Park": 2, "Woodlawn": 2}
"""Of the small areas of a community area, how many have lots on offer in each fifth of incomes."""
LOTS_OFFERED_ALIKE = {**LOTS_OFFERED, "New City": 3}
"""Of every fifth of incomes, about the same share in all community areas: 2 of 3 small areas, 3 of 4 or 4 of 5."""
LOTS_INCOMES = ((14_000, 21_500), (22_000, 27_500), (28_000, 34_500), (35_000, 44_500), (45_000, 92_000))
LOTS_ROWS = 8  # of the map, from south to north
LOTS_COLUMNS = 12
LOTS_METRES = 700  # from one small area's middle to the next one's


def lots_places(rng: np.random.Generator, offered: Mapping[str, int] = LOTS_OFFERED) -> Drawn:
    """Draw small areas: community area, income, people of each race, whether lots are offered, metres to the nearest.

    Nothing here is left to chance but who lives where: in each fifth of incomes, the same number of a community area's
    small areas has lots on offer.

    Args:
        rng: the generator.
        offered: community area -> how many of its small areas in each fifth of incomes have lots on offer.

    Returns:
        Whole numbers, one a small area; `people` has a column a race. Area k lies in column k // 8 of the map.
    """
    community = np.repeat(np.arange(len(LOTS_PLACES)), list(LOTS_PLACES.values()))
    n, names = len(community), list(LOTS_PLACES)
    fifth, reached = np.zeros(n, int), np.zeros(n, bool)
    for place, name in enumerate(names):
        there = np.flatnonzero(community == place)
        mixed = there[np.argsort(rng.random(len(there)), kind="stable")]
        fifth[mixed] = np.arange(len(there)) % len(LOTS_INCOMES)
        reached[mixed] = np.arange(len(there)) // len(LOTS_INCOMES) < offered[name]
    ends = np.array(LOTS_INCOMES)[fifth]
    income = between(rng, ends[:, 0] // 100, ends[:, 1] // 100, n) * 100
    residents = between(rng, 1900, 3000, n)
    shares = np.array([LOTS_RACES_OF_AREA[name] for name in names])[community] * (0.6 + 0.8 * rng.random((n, 5)))
    people = np.floor(residents[:, None] * shares / shares.sum(axis=1, keepdims=True) + 0.5).astype(int)
    column, row = np.divmod(np.arange(n), LOTS_ROWS)
    apart = np.sqrt((column[:, None] - column) ** 2 + (row[:, None] - row) ** 2)
    nearest = np.where(reached, apart, np.inf).min(axis=1)
    metres = np.floor(LOTS_METRES * nearest + 0.5).astype(int) + between(rng, 80, 330, n)
    return {
        "community": community,
        "fifth": fifth,
        "income": income,
        "people": people,
        "offered": reached,
        "metres": metres,
    }


def lots_columns(drawn: Drawn) -> Records:
    """Write small areas without their mess, the columns as the file has them."""
    n = len(drawn["community"])
    groups = {name.lower().replace(" ", "_"): drawn["people"][:, place] for place, name in enumerate(LOTS_RACES)}
    numbers = {"people": drawn["people"].sum(axis=1), **groups}
    return {
        "area": np.array([lots_area(place) for place in range(n)]),
        "community_area": np.array(list(LOTS_PLACES))[drawn["community"]],
        "median_income": drawn["income"].astype(str),
        "offers": np.where(drawn["offered"], "Yes", "No"),
        "km_to_lot": np.array([f"{metres / 1000:.2f}" for metres in drawn["metres"].tolist()]),
        **{name: number.astype(str) for name, number in numbers.items()},
        **{f"{name}_moe": margins(number, designs=2.0).astype(str) for name, number in numbers.items()},
    }


def lots_area(place: int) -> str:
    """Name a small area by its column and row on the map."""
    return f"LL-{1 + place // LOTS_ROWS:02d}-{1 + place % LOTS_ROWS}"


def one_of(rng: np.random.Generator, places: Integers) -> int:
    """Draw one of some places."""
    return int(places[between(rng, 0, len(places) - 1, 1)[0]])


def large_lots_areas(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `large_lots_areas.csv`: every small area, who lives there, and whether lots are on offer."""
    whom, mess = rng.spawn(2)
    drawn = lots_places(whom, LOTS_OFFERED if planted else LOTS_OFFERED_ALIKE)
    # Most of one area is a park: a survey can tell little of the few who live there. In another, too few answered. They
    # are of the highest and of the middle fifth, so that all other areas stay in the fifths in which they were drawn.
    park, silent = (one_of(mess, np.flatnonzero(drawn["fifth"] == fifth)) for fifth in (4, 2))
    drawn["people"][park] = (9, 4, 0, 0, 0)
    records = lots_columns(drawn)
    records["km_to_lot"][park] = "n/a"
    records["median_income"][[park, silent]] = ""
    return labelled(drawn["income"]) | records


def large_lots_map(rng: np.random.Generator, planted: bool = True) -> bytes:
    """Make `large_lots_areas.geojson`: the outlines, corners shared. The last is a rail yard, where nobody lives."""
    size = (LOTS_COLUMNS, LOTS_ROWS)
    places = ((*divmod(place, LOTS_ROWS), {"area": lots_area(place)}) for place in range(LOTS_COLUMNS * LOTS_ROWS))
    return grid_map(rng, places, size, corner=(-87_690_000, 41_760_000), steps=(8400, 6300), moved=900)


# --- what is planted -------------------------------------------------------------------------------------------------

MADE_UP = MadeUp(
    audit="large-lots",
    files=[
        File(
            "large_lots.csv",
            large_lots,
            seed=1001,
            row="one vacant lot asked for, and the decision",
            blocks=["requests-approved"],
            key="request_id",
        ),
        File(
            "large_lots_areas.csv",
            large_lots_areas,
            seed=1002,
            row="one small area, who lives there, whether lots are on offer, how far the nearest is",
            blocks=["lots-offered", "distance-to-lots"],
            key="area",
        ),
        File(
            "large_lots_areas.geojson",
            large_lots_map,
            seed=1003,
            row="the outline of one small area: a grid with its corners moved, laid over nothing real",
            blocks=["lots-offered", "distance-to-lots"],
        ),
    ],
    in_short="requests are approved alike; lots are offered in few of the small areas where most Latino residents live",
    planted=[Planted("large_lots", "approved", "everybody", LOTS_RATE)],
    tables={
        "Of all small areas so many have lots on offer, the same number in each fifth of incomes. Who lives where is "
        "drawn, and New City is where most Latino residents live.": table(
            ("community area", "small areas in a fifth", "with lots on offer"),
            [(name, areas // len(LOTS_INCOMES), LOTS_OFFERED[name]) for name, areas in LOTS_PLACES.items()],
        )
    },
    promises={
        "requests-approved/community_area/selection_rate": Promise("cleared"),
        "requests-approved/race/selection_rate": Promise("cleared"),
        "lots-offered/race/share_within_reach": Promise("flagged", worse_off=["Latino"]),
        "lots-offered/income/share_within_reach": Promise("cleared"),
        "distance-to-lots/race/mean_service": Promise("cleared"),
        "distance-to-lots/income/mean_service": Promise("cleared"),
    },
    says=[
        "*Requests: within both limits, by area and by race.* Everybody is equal by construction.",
        "*Where lots are offered, by race: outside the limit of 0.80.* About 43 in 100 Latino residents live where "
        "lots are offered, and 68 in 100 Black residents. *By income: within it.* *Distance: within the limit of a "
        "quarter of a kilometre, by race and by income*: where no lot is offered, the next one is not far.",
    ],
    mess=[
        "**Unknown groups.** Race is blank for 26 in 1,000 denied and 20 in 1,000 approved; all organizations have "
        "none.",
        "**Decisions that are neither yes nor no**: `Withdrawn` and blanks; `Approved, title pending` beside "
        "`Approved`.",
        "**Codes.** `Hispanic` beside `Latino`; areas in capitals.",
        "**Several records a person**, whose decisions lean the same way: 0.10 up or down.",
        "**Rows that do not belong**: requests of organizations.",
        "**Duplicates.** 17 whole rows come twice.",
        "**Nothing known of an area.** One small area is a park with 13 residents, no income and no distance; of "
        "another the income is blank. One area of the map, a rail yard, has no row.",
        "**Margins of error** stand beside every number of people, about as wide as a survey of one household in "
        "twelve has them: a group of 25 in a small area has a margin larger than itself.",
    ],
    sizes="6,400 applicants, so that what is equal is shown to be; real rounds have had a few hundred. 95 small areas.",
)
