"""marin-canal-wifi: a free network whose signal misses apartments, and for which few speakers of Mayan sign up."""

from __future__ import annotations

import numpy as np

from made_up.drawing import (
    Drawn,
    Records,
    between,
    grid_map,
    happens,
    labelled,
    margins,
    pick_text,
    repeat_some,
    sometimes,
)
from made_up.telling import File, MadeUp, Planted, Promise, table

# --- where the signal reaches ----------------------------------------------------------------------------------------

PARTS = {"West apartments": 20, "East apartments": 20, "Warehouses": 2, "Waterfront": 11, "Bay side": 9}
"""Small areas of each part of the neighborhood, from west to east."""
REACHED = {"West apartments": 9, "East apartments": 8, "Warehouses": 0, "Waterfront": 9, "Bay side": 8}
"""Of them, those in which the signal is good enough indoors."""
REACHED_ALIKE = {"West apartments": 12, "East apartments": 12, "Warehouses": 0, "Waterfront": 7, "Bay side": 5}
LIVING = {
    "West apartments": (190, 290),
    "East apartments": (190, 290),
    "Warehouses": (0, 0),
    "Waterfront": (90, 160),
    "Bay side": (130, 210),
}
"""Residents of a small area, from and to."""
RACES = ("Latino", "White", "Asian", "Black or another race")
RACES_OF_PART = {
    "West apartments": (0.86, 0.05, 0.06, 0.03),
    "East apartments": (0.86, 0.05, 0.06, 0.03),
    "Warehouses": (0.25, 0.25, 0.25, 0.25),
    "Waterfront": (0.35, 0.50, 0.09, 0.06),
    "Bay side": (0.22, 0.58, 0.14, 0.06),
}
SCHOOL_AGE = {"reached": 0.33, "not reached": 0.27, "houses": 0.16, "alike": 0.27}
"""The share of residents of school age: in apartments that the signal reaches or does not, in houses, and if alike."""
HOUSES = ("Waterfront", "Bay side")
ROWS = 7  # of the map, from south to north
COLUMNS = 9


def small_areas(rng: np.random.Generator, planted: bool = True) -> Drawn:
    """Draw small areas: part of the neighborhood, people of each race, those of school age, whether the signal reaches.

    How many areas of each part it reaches is not left to chance; which ones is.

    Args:
        rng: the generator.
        planted: whether it reaches parts, and residents of school age, as planted; else all alike.

    Returns:
        Whole numbers, one a small area; `people` has a column a race. Area k lies in column k // 7 of the map.
    """
    names = list(PARTS)
    part = np.repeat(np.arange(len(names)), list(PARTS.values()))
    n, reached = len(part), np.zeros(len(part), bool)
    for place, name in enumerate(names):
        there = np.flatnonzero(part == place)
        mixed = there[np.argsort(rng.random(len(there)), kind="stable")]
        reached[mixed[: (REACHED if planted else REACHED_ALIKE)[name]]] = True
    ends = np.array(list(LIVING.values()))[part]
    residents = between(rng, ends[:, 0], ends[:, 1], n)
    shares = np.array(list(RACES_OF_PART.values()))[part] * (0.6 + 0.8 * rng.random((n, len(RACES))))
    people = np.floor(residents[:, None] * shares / shares.sum(axis=1, keepdims=True) + 0.5).astype(int)
    houses = np.isin(part, [names.index(name) for name in HOUSES])
    young = np.where(reached, SCHOOL_AGE["reached"], SCHOOL_AGE["not reached"])
    young = np.where(houses, SCHOOL_AGE["houses"], young) if planted else np.full(n, SCHOOL_AGE["alike"])
    school = np.floor(people.sum(axis=1) * young * (0.85 + 0.3 * rng.random(n)) + 0.5).astype(int)
    return {"part": part, "people": people, "school": school, "reached": reached}


def area_name(place: int) -> str:
    """Name a small area by its column and row on the map."""
    return f"CW-{1 + place // ROWS}-{1 + place % ROWS}"


def canal_areas(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `canal_areas.csv`: every small area, who lives there, and whether the signal reaches indoors."""
    whom, mess = rng.spawn(2)
    drawn = small_areas(whom, planted)
    people = drawn["people"].sum(axis=1)
    numbers = {
        "residents": people,
        **{name.lower().replace(" ", "_"): drawn["people"][:, place] for place, name in enumerate(RACES)},
        "school_age": drawn["school"],
        "every_other_age": people - drawn["school"],
    }
    signal = np.where(drawn["reached"], "Yes", "No")
    # In one building nobody let the surveyors in; in warehouses nobody was asked.
    locked = int(between(mess, 0, PARTS["West apartments"] + PARTS["East apartments"] - 1, 1)[0])
    signal[locked] = "n/a"
    records = {
        "area": np.array([area_name(place) for place in range(len(people))]),
        "part": np.array(list(PARTS))[drawn["part"]],
        "signal_indoors": np.where(people == 0, "n/a", signal),
        **{name: number.astype(str) for name, number in numbers.items()},
        **{f"{name}_moe": margins(number, designs=1.5).astype(str) for name, number in numbers.items()},
    }
    return labelled(people) | records


def canal_map(rng: np.random.Generator, planted: bool = True) -> bytes:
    """Make `canal_areas.geojson`: the outlines, corners shared. The last is a park, where nobody lives."""
    size = (COLUMNS, ROWS)
    places = ((*divmod(place, ROWS), {"area": area_name(place)}) for place in range(COLUMNS * ROWS))
    return grid_map(rng, places, size, corner=(-122_506_000, 37_960_000), steps=(1400, 1100), moved=160)


# --- who signs up ----------------------------------------------------------------------------------------------------

HOUSEHOLDS = {"Spanish": 2050, "English": 640, "Vietnamese": 240, "Mayan": 260}
"""Language spoken at home -> households."""
WITH_SCHOOLCHILDREN = {"Spanish": 0.56, "English": 0.22, "Vietnamese": 0.35, "Mayan": 0.60}
RATE = 0.46
WORSE_OFF = {"Mayan": 0.18}
UNKNOWN_LANGUAGES = {"Spanish": 0.025, "English": 0.02, "Vietnamese": 0.03, "Mayan": 0.10}
WAYS = {"sign-in page": 0.55, "school": 0.25, "Canal Alliance": 0.20}
CODES = {"Spanish": "es", "English": "en", "Vietnamese": "vi"}


def sign_ups(rng: np.random.Generator, planted: bool = True) -> Drawn:
    """Draw the households that sign up: language and whether there are schoolchildren.

    Args:
        rng: the generator.
        planted: whether those of `WORSE_OFF` sign up less often.

    Returns:
        Whole numbers, one a household that signs up, in the order in which they do.
    """
    language = np.repeat(np.arange(len(HOUSEHOLDS)), list(HOUSEHOLDS.values()))
    children = happens(rng, np.array(list(WITH_SCHOOLCHILDREN.values()))[language])
    rates = np.array([WORSE_OFF.get(name, RATE) if planted else RATE for name in HOUSEHOLDS])
    signs_up = np.flatnonzero(happens(rng, rates[language]))
    order = signs_up[np.argsort(rng.random(len(signs_up)), kind="stable")]
    return {"language": language[order], "children": children[order]}


def canal_households(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `canal_households.csv`: every household (and whoever else) that signed up for the network."""
    whom, mess = rng.spawn(2)
    drawn = sign_ups(whom, planted)
    households, shops, visitors, tests = len(drawn["language"]), 58, 140, 21
    n = households + shops + visitors + tests
    names = np.array(list(HOUSEHOLDS))
    language = names[drawn["language"]]
    unknown = mess.random(households) < np.array(list(UNKNOWN_LANGUAGES.values()))[drawn["language"]]
    codes = np.array([CODES.get(name, "") for name in language])
    language = np.where((codes != "") & (mess.random(households) < 0.08), codes, language)
    mayan = np.where(mess.random(households) < 0.6, "Mam", "Kaqchikel")
    language = np.where(language == "Mayan", mayan, np.where(unknown, "", language))
    language = np.where((language == mayan) & unknown, "other", language)
    children = np.where(drawn["children"], "yes", "no")
    others = pick_text(mess, n - households, {"English": 0.5, "Spanish": 0.45, "": 0.05})
    kind = np.repeat(["household", "business", "household", "staff test"], [households, shops, visitors, tests])
    lives_in = np.repeat(["Canal", "Canal", "elsewhere", "Canal"], [households, shops, visitors, tests])
    records = {
        "kind": kind,
        "lives_in": lives_in,
        "signed_up_by": pick_text(mess, n, WAYS),
        "language": np.concatenate([language, others]),
        "schoolchildren": np.concatenate([sometimes(mess, children, "", 0.025), np.full(n - households, "")]),
        "devices": between(mess, 1, 5, n).astype(str),
    }
    # All of them in the order of their days.
    order = np.argsort(mess.random(n), kind="stable")
    days = np.sort(between(mess, 0, 302, n))
    records = {
        "household_id": np.array([f"H{i:05d}" for i in range(1, n + 1)]),
        "signed_up_on": (np.datetime64("2024-09-01") + days).astype(str),
        **{name: column[order] for name, column in records.items()},
    }
    return repeat_some(mess, labelled(order) | records, 9)


def canal_residents(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `canal_residents.csv`: households by language and schoolchildren, as they were counted door to door.

    Where two doors in three open, a number's variance is about half of the number.
    """
    rows = [(language, children) for language in HOUSEHOLDS for children in ("yes", "no")]
    shares = [
        WITH_SCHOOLCHILDREN[name] if children == "yes" else 1 - WITH_SCHOOLCHILDREN[name] for name, children in rows
    ]
    numbers = [HOUSEHOLDS[name] * share for (name, _), share in zip(rows, shares, strict=True)]
    people = np.floor(np.array(numbers) + 0.5).astype(int) + between(rng, -3, 3, len(rows))
    records = {
        "language": np.array([name for name, _ in rows]),
        "schoolchildren": np.array([children for _, children in rows]),
        "households": people.astype(str),
        "moe": margins(people, designs=0.5 / 11).astype(str),
    }
    return labelled(people) | records


# --- what is planted -------------------------------------------------------------------------------------------------

SIGNED_UP = "signed up, of the households of the neighborhood"

MADE_UP = MadeUp(
    audit="marin-canal-wifi",
    files=[
        File(
            "canal_areas.csv",
            canal_areas,
            seed=2701,
            row="one small area, who lives there, and whether the signal is good enough indoors",
            blocks=["signal-indoors"],
            key="area",
        ),
        File(
            "canal_areas.geojson",
            canal_map,
            seed=2702,
            row="the outline of one small area: a grid with its corners moved, laid over nothing real",
            blocks=["signal-indoors"],
        ),
        File(
            "canal_households.csv",
            canal_households,
            seed=2703,
            row="one household that signed up for the network (or a business, a visitor, a test)",
            blocks=["who-signed-up"],
            key="household_id",
        ),
        File(
            "canal_residents.csv",
            canal_residents,
            seed=2704,
            row="households of one language, with or without schoolchildren, with a margin of error",
            blocks=["who-signed-up"],
        ),
    ],
    in_short=(
        "the signal reaches few apartments, where most Latino residents live, but residents of school age as often as "
        "others; households that speak a Mayan language sign up less often"
    ),
    planted=[
        Planted("canal_households", SIGNED_UP, "Mayan", WORSE_OFF["Mayan"]),
        Planted("canal_households", SIGNED_UP, "everybody else", RATE),
    ],
    tables={
        "Of the small areas of each part the signal reaches so many indoors. Who lives where is drawn; most Latino "
        "residents live in the apartments.": table(
            ("part", "small areas", "with a signal indoors"),
            [(name, areas, REACHED[name]) for name, areas in PARTS.items()],
        )
    },
    promises={
        "signal-indoors/race/share_within_reach": Promise("flagged", worse_off=["Latino"]),
        "signal-indoors/age/share_within_reach": Promise("cleared"),
        "who-signed-up/language/share_reached": Promise("flagged", worse_off=["Mayan-speaking"]),
        "who-signed-up/schoolchildren/share_reached": Promise("cleared"),
    },
    says=[
        "*Signal indoors, by race: outside the limit of 10 in 100.* About 46 in 100 Latino residents live where it "
        "reaches indoors, and 75 in 100 White residents. *By age: within it.* *Sign-ups, by language: outside the "
        "limit of 0.80*, for households that speak a Mayan language. *With and without schoolchildren: within it.*",
    ],
    mess=[
        "**Unknown languages.** Blank, or `other`: of 10 in 100 households that speak a Mayan language and signed up, "
        "and of 2 to 3 in 100 others. Of 25 in 1,000 it is not known whether there are schoolchildren.",
        "**Codes.** `es`, `en` and `vi` beside the languages' names; `Mam` and `Kaqchikel` where households were "
        "counted as Mayan.",
        "**Rows that do not belong**: 58 businesses, 140 visitors who live elsewhere, 21 tests by staff.",
        "**Duplicates.** 9 whole rows come twice.",
        "**Nothing known of an area.** One building could not be entered. In two areas of warehouses nobody lives. One "
        "area of the map, a park, has no row.",
        "**Margins of error** stand beside every number. Those of small areas are a survey's, and about as large as "
        "the number of a small group; households were counted at the door, and theirs are a few in 100.",
    ],
    sizes="62 small areas with some 12,000 residents; 3,190 households, of whom about 1,400 signed up.",
)
