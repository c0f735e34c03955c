"""street-sensors: where a siting tool would put air-quality sensors. They follow downtown, the lake, and complaints."""

from __future__ import annotations

import numpy as np

from made_up.drawing import Drawn, Integers, Records, between, grid_map, labelled, margins
from made_up.telling import File, MadeUp, Planted, Promise, table

# --- small areas -----------------------------------------------------------------------------------------------------

COLUMNS, ROWS = 12, 15  # of the map; column 11 lies at the lake, row 14 in the north
METRES = 800  # from one small area's middle to the next one's
SIDES = ("Downtown", "North Lakefront", "Northwest Side", "West Side", "Southwest Side", "South Side", "Far South Side")
RACES = ("Black", "Latino", "White", "Asian", "Another race")
RACES_OF_SIDE = {
    "Downtown": (0.10, 0.09, 0.58, 0.195, 0.035),
    "North Lakefront": (0.09, 0.13, 0.62, 0.125, 0.035),
    "Northwest Side": (0.05, 0.44, 0.42, 0.070, 0.020),
    "West Side": (0.56, 0.33, 0.08, 0.015, 0.015),
    "Southwest Side": (0.11, 0.72, 0.12, 0.040, 0.010),
    "South Side": (0.74, 0.07, 0.12, 0.055, 0.015),
    "Far South Side": (0.62, 0.26, 0.10, 0.010, 0.010),
}
INCOMES = {  # lowest and highest, in hundreds of dollars
    "Downtown": (780, 1450),
    "North Lakefront": (600, 1300),
    "Northwest Side": (480, 900),
    "West Side": (210, 520),
    "Southwest Side": (320, 620),
    "South Side": (230, 780),
    "Far South Side": (240, 640),
}
BURDENS = {  # lowest and highest score, in tenths
    "Downtown": (300, 620),
    "North Lakefront": (80, 420),
    "Northwest Side": (150, 600),
    "West Side": (480, 900),
    "Southwest Side": (500, 950),
    "South Side": (320, 760),
    "Far South Side": (420, 920),
}
FIFTHS = ("lowest fifth of incomes", "2nd fifth", "3rd fifth", "4th fifth", "highest fifth")
COMPLAINTS = (1.2, 1.4, 1.6, 1.9, 2.2)
"""Complaints about the air for every 1,000 residents, in each fifth of incomes; the burden changes nothing."""
PROPOSED = {
    "Downtown": 8,
    "North Lakefront": 15,
    "Northwest Side": 13,
    "West Side": 6,
    "Southwest Side": 6,
    "South Side": 8,
    "Far South Side": 6,
}
"""Side of the city -> in how many of its small areas the tool proposes a sensor: those with the most complaints."""
EVEN = 3
"""With nothing planted, there is a sensor in one small area of so many, wherever it is."""
SWAPS = 4000
AIRPORT, YARD = 12, 9 * ROWS + 1
"""Areas where nobody lives, or hardly anybody."""


def sides() -> Integers:
    """Give the side of the city of every small area; area k lies in column k // 15 and row k % 15 of the map."""
    column, row = np.divmod(np.arange(COLUMNS * ROWS), ROWS)
    at_lake = column >= 8
    return np.select(
        [row < 3, (row < 7) & (column < 7), (row < 8) & ((row < 7) | at_lake), row < 10, at_lake],
        [6, 4, 5, np.where(at_lake, 0, 3), 1],
        default=2,
    )


def areas(rng: np.random.Generator, planted: bool = True) -> Drawn:
    """Draw small areas: side, income, burden, people of each race, complaints, whether there is a sensor, and metres.

    Args:
        rng: the generator.
        planted: whether the tool follows downtown, the lake and complaints; else it puts sensors as evenly as it can.

    Returns:
        Whole numbers, one a small area; `people` has a column a race.
    """
    side = sides()
    n = len(side)
    income = between(rng, *np.array([INCOMES[name] for name in SIDES])[side].T, n) * 100
    burden = between(rng, *np.array([BURDENS[name] for name in SIDES])[side].T, n)
    residents = between(rng, 2000, 3600, n)
    residents[[AIRPORT, YARD]] = 0, 20
    shares = np.array([RACES_OF_SIDE[name] for name in SIDES])[side] * (0.6 + 0.8 * rng.random((n, len(RACES))))
    people = np.floor(residents[:, None] * shares / shares.sum(axis=1, keepdims=True) + 0.5).astype(int)
    per_thousand = np.array(COMPLAINTS)[fifths(income)] * (0.2 + 1.6 * rng.random(n))
    complaints = np.floor(residents * per_thousand / 1000 + 0.5).astype(int)
    if planted:
        reached = most_complaints(side, complaints / np.maximum(residents, 1000))
    else:
        reached = evenly(rng, side, np.column_stack([people, *(residents * part for part in parts(income, burden))]))
    reached[[AIRPORT, YARD]] = False
    column, row = np.divmod(np.arange(n), ROWS)
    apart = np.sqrt((column[:, None] - column) ** 2 + (row[:, None] - row) ** 2)
    nearest = np.where(reached, apart, np.inf).min(axis=1)
    return {
        "side": side,
        "income": income,
        "burden": burden,
        "people": people,
        "complaints": complaints,
        "reached": reached,
        "metres": np.floor(METRES * nearest + 0.5).astype(int) + between(rng, 60, 380, n),
    }


def fifths(values: Integers) -> Integers:
    """Give the fifth of each value, 0 for the lowest."""
    return np.argsort(np.argsort(values, kind="stable"), kind="stable") * 5 // len(values)


def parts(income: Integers, burden: Integers) -> np.ndarray:
    """Say of each area whether it lies in each fifth of incomes, and of burdens; shape (10, areas)."""
    return np.array([fifths(values) == fifth for values in (income, burden) for fifth in range(5)])


def most_complaints(side: Integers, complaints: np.ndarray) -> np.ndarray:
    """Propose sensors as the tool does: many downtown and at the lake, and on each side where people complain most."""
    reached = np.zeros(len(side), bool)
    for place, name in enumerate(SIDES):
        there = np.flatnonzero(side == place)
        reached[there[np.argsort(-complaints[there], kind="stable")][: PROPOSED[name]]] = True
    return reached


def evenly(rng: np.random.Generator, side: Integers, groups: Integers) -> np.ndarray:
    """Propose sensors so that all groups are reached alike: of every side a third, then swaps that help the worst off.

    Args:
        rng: the generator.
        side: of each area.
        groups: people of each group in each area; shape (areas, groups).
    """
    order = np.argsort(side * len(side) + np.argsort(rng.random(len(side)), kind="stable"), kind="stable")
    reached = np.zeros(len(side), bool)
    reached[order[::EVEN]] = True
    share = groups[reached].sum(axis=0) / groups.sum(axis=0)
    for one, other in between(rng, 0, len(side) - 1, 2 * SWAPS).reshape(SWAPS, 2):
        if reached[one] != reached[other]:
            swapped = share + (groups[one] - groups[other]) * np.where(reached[one], -1, 1) / groups.sum(axis=0)
            if swapped.min() / swapped.max() > share.min() / share.max():
                reached[[one, other]], share = reached[[other, one]], swapped
    return reached


def area_name(place: int) -> str:
    """Name a small area by its column and row on the map."""
    return f"SA-{1 + place // ROWS:02d}-{1 + place % ROWS:02d}"


def street_sensors_areas(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `street_sensors_areas.csv`: every small area, who lives there, and whether a sensor is proposed."""
    whom, mess = rng.spawn(2)
    drawn = areas(whom, planted)
    n = len(drawn["side"])
    people = drawn["people"]
    groups = {name.lower().replace(" ", "_"): people[:, place] for place, name in enumerate(RACES)}
    numbers = {"people": people.sum(axis=1), **groups}
    sensor = np.where(drawn["reached"], "Proposed", "None").astype("<U20")
    with_one, without = np.flatnonzero(drawn["reached"]), np.flatnonzero(~drawn["reached"])
    sensor[with_one[between(mess, 0, len(with_one) - 1, 3)]] = "Proposed, 2 poles"
    sensor[without[between(mess, 0, len(without) - 1, 1)]] = "Under review"
    income, burden = drawn["income"].astype(str), np.array([f"{x / 10:.1f}" for x in drawn["burden"].tolist()])
    income[between(mess, 0, n - 1, 2)], burden[between(mess, 0, n - 1, 1)] = "", ""
    income[[AIRPORT, YARD]] = ""
    kilometres = np.array([f"{metres / 1000:.2f}" for metres in drawn["metres"].tolist()])
    kilometres[[AIRPORT, YARD]] = "n/a"
    records = {
        "area": np.array([area_name(place) for place in range(n)]),
        "side": np.array(SIDES)[drawn["side"]],
        "median_income": income,
        "burden_score": burden,
        "air_complaints": drawn["complaints"].astype(str),
        "sensor": sensor,
        "km_to_sensor": kilometres,
        **{name: number.astype(str) for name, number in numbers.items()},
        **{f"{name}_moe": margins(number, designs=2.0).astype(str) for name, number in numbers.items()},
    }
    return labelled(drawn["side"]) | records


def street_sensors_map(rng: np.random.Generator, planted: bool = True) -> bytes:
    """Make `street_sensors_areas.geojson`: the outlines, corners shared. The last is a harbour, where nobody lives."""
    size = (COLUMNS, ROWS)
    places = ((*divmod(place, ROWS), {"area": area_name(place)}) for place in range(COLUMNS * ROWS))
    return grid_map(rng, places, size, corner=(-87_720_000, 41_790_000), steps=(9600, 7200), moved=1000)


# --- what is planted -------------------------------------------------------------------------------------------------

MADE_UP = MadeUp(
    audit="street-sensors",
    files=[
        File(
            "street_sensors_areas.csv",
            street_sensors_areas,
            seed=2210,
            row="one small area, who lives there, whether a sensor is proposed, how far the nearest would be",
            blocks=["sensors-proposed", "distance-to-sensor"],
            key="area",
        ),
        File(
            "street_sensors_areas.geojson",
            street_sensors_map,
            seed=2202,
            row="the outline of one small area: a grid with its corners moved, laid over nothing real",
            blocks=["sensors-proposed", "distance-to-sensor"],
        ),
    ],
    in_short="sensors are proposed downtown and at the lake, and elsewhere where most people complain, not where the "
    "burden is greatest",
    planted=[
        Planted("street_sensors_areas", "complaints about the air for every 1,000 residents", fifth, number)
        for fifth, number in zip(FIFTHS, COMPLAINTS, strict=True)
    ],
    tables={
        "Of the small areas of each side of the city so many are proposed for a sensor, those with the most complaints "
        "for each resident.": table(
            ("side of the city", "small areas", "with a sensor proposed"),
            [(name, int((sides() == place).sum()), PROPOSED[name]) for place, name in enumerate(SIDES)],
        )
    },
    promises={
        "sensors-proposed/race/share_within_reach": Promise("flagged", worse_off=["Black", "Latino"]),
        "sensors-proposed/income/share_within_reach": Promise("flagged"),
        "sensors-proposed/environmental_burden/share_within_reach": Promise("flagged"),
        "distance-to-sensor/race/mean_service": Promise("cleared"),
        "distance-to-sensor/income/mean_service": Promise("flagged"),
    },
    says=[
        "*Where sensors would be, by race: outside the limit of 0.80.* About 27 in 100 Black and 28 in 100 Latino "
        "residents live where a sensor would be, and 49 in 100 White residents: few sensors are proposed for the sides "
        "of the city where most Black and Latino residents live.",
        "*By income: outside it*, about 1 in 10 in the lowest fifth and 7 in 10 in the highest. *By environmental "
        "burden: outside it, and the wrong way round*, about half where the burden is least and 2 in 10 where it is "
        "greatest: complaints rise with income, and the burden changes nothing.",
        "*Distance, by race: within the limit of 400 metres; by income: outside it.* Averaged over all who live there, "
        "a few sensors on every side of the city keep the nearest one from being very far. Both can be true: a sensor "
        "a kilometre away says little of one's own street.",
    ],
    mess=[
        "**Neither proposed nor not.** A small area is `Under review`; `Proposed, 2 poles` stands beside `Proposed`.",
        "**Nothing known of an area.** Nobody lives at the airport, and 20 people live among factories. Neither has an "
        "income or a distance. Of two more areas the income is blank, of one the burden.",
        "**A map with more than the records.** The airport has an outline, and counts for nothing.",
        "**Margins of error** stand beside every number of people, as wide as a survey of one household in twelve has "
        "them: a group of 25 in a small area has a margin larger than itself.",
    ],
    sizes="180 small areas with about 500,000 residents. All of them are counted, so that more would not make anything "
    "surer.",
)
