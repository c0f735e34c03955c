"""gunshot-detection: sensors listen where most Black and Latino residents live; alerts end with nothing alike."""

from __future__ import annotations

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

# --- beats, and where sensors listen ---------------------------------------------------------------------------------

RACES = ("Black", "Latino", "White", "Asian", "Another race")
KINDS = {
    "Black": (0.86, 0.08, 0.03, 0.010, 0.020),
    "Latino": (0.12, 0.66, 0.16, 0.035, 0.025),
    "White": (0.06, 0.13, 0.67, 0.115, 0.025),
    "none": (0.28, 0.27, 0.30, 0.120, 0.030),
}
"""Which race most residents of a beat are of -> the shares of all races there."""
DISTRICTS = {
    "Black": {"Black": 10, "Latino": 1, "none": 1},
    "Latino": {"Black": 1, "Latino": 8, "White": 1, "none": 2},
    "White": {"Latino": 1, "White": 9, "none": 2},
    "none": {"Black": 2, "Latino": 3, "White": 3, "none": 4},
}
"""Kind of district -> how many of its twelve beats are of which kind."""
CITY = (
    ("White", "White", "White", "White"),
    ("none", "Latino", "none", "White"),
    ("Black", "Latino", "Latino", "White"),
    ("Black", "Latino", "Black", "none"),
    ("Latino", "Black", "Black", "Black"),
)
"""The kinds of the districts on the map, from north to south, each row from west to east."""
COVERED = ("09", "10", "11", "13", "14", "15", "16", "17", "18", "19", "20")
"""Districts in which sensors listen."""
COVERED_ALIKE = 0.55
"""Where nothing is planted: of the beats of every kind, and of those where many were shot, the share with sensors."""
MANY = 10
"""People shot in three years, from which on a beat counts as one where many were."""
SHOT = {"Black": (50, 4), "Latino": (24, 2), "White": (2, 0), "none": (9, 1)}
"""Kind of beat -> where many were shot: of those with sensors so many, of those without so many."""
SHOT_ALIKE = 0.40
"""Where nothing is planted: of the beats of every kind, the share where many were shot."""
ROWS, COLUMNS = 20, 12  # of the map; a district is four rows high and three columns wide


def beats(rng: np.random.Generator, planted: bool = True) -> Drawn:
    """Draw beats: kind, district, people of each race, sensors or none, people shot.

    Which beats have sensors is not left to chance: all beats of a district have them, or none has.

    Args:
        rng: the generator.
        planted: whether sensors are where they are; if not, the same share of the beats of every kind has them.

    Returns:
        Whole numbers, one a beat, district by district; `people` has a column a race, `kind` is a place in `KINDS`.
    """
    kinds, names = [], list(KINDS)
    for kind in (kind for row in CITY for kind in row):
        there = np.repeat([names.index(name) for name in DISTRICTS[kind]], list(DISTRICTS[kind].values()))
        kinds.append(mixed(rng, there))
    kind = np.concatenate(kinds)
    n = len(kind)
    district = np.arange(n) // 12
    covered = np.isin(district, [int(name) - 1 for name in COVERED])
    shot = np.zeros(n, bool)
    for place, name in enumerate(names):
        there = mixed(rng, np.flatnonzero(kind == place))
        if planted:
            for part, many in zip((there[covered[there]], there[~covered[there]]), SHOT[name], strict=True):
                shot[part[:many]] = True
        else:
            shot[there[: round(SHOT_ALIKE * len(there))]] = True
            for part in (there[shot[there]], there[~shot[there]]):
                covered[part] = np.arange(len(part)) < round(COVERED_ALIKE * len(part))
    residents = between(rng, 6500, 13_000, n)
    shares = np.array(list(KINDS.values()))[kind] * (0.7 + 0.6 * rng.random((n, len(RACES))))
    people = np.floor(residents[:, None] * shares / shares.sum(axis=1, keepdims=True) + 0.5).astype(int)
    return {
        "kind": kind,
        "district": district,
        "people": people,
        "covered": covered,
        "shot": np.where(shot, between(rng, MANY, 41, n), between(rng, 0, MANY - 1, n)),
    }


def mixed(rng: np.random.Generator, numbers: Integers) -> Integers:
    """Give some numbers in an order that is drawn."""
    return numbers[np.argsort(rng.random(len(numbers)), kind="stable")]


def beat_names(drawn: Drawn) -> list[str]:
    """Name every beat by its district and its number there, four digits in all."""
    return [f"{district + 1:02d}{10 + place % 12}" for place, district in enumerate(drawn["district"].tolist())]


def city(rng: np.random.Generator, planted: bool) -> tuple[Drawn, int, list[np.random.Generator]]:
    """Draw the city that all files speak of: its beats, and which is the port, where hardly anybody lives.

    All files have one seed, so that they get the same city; what each adds comes from a generator of its own.
    """
    whole, *others = rng.spawn(5)
    drawn = beats(whole, planted)
    (port,) = between(whole, 0, len(drawn["kind"]) - 1, 1).tolist()
    drawn["people"][port] = (14, 9, 11, 2, 1)
    return drawn, port, others


def gunshot_beats(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `gunshot_beats.csv`: every beat, who lives there, whether sensors listen, how many people were shot."""
    drawn, port, (mess, *_) = city(rng, planted)
    sensors = np.where(drawn["covered"], "Yes", "No").astype("U4")
    # Sensors hear half of two beats, and the vendor's list does not say which. The port has masts of its own.
    sensors[between(mess, 0, len(sensors) - 1, 2)] = "part"
    sensors[port] = "n/a"
    numbers = {
        "people": drawn["people"].sum(axis=1),
        **{name.lower().replace(" ", "_"): drawn["people"][:, place] for place, name in enumerate(RACES)},
    }
    records = {
        "beat": np.array(beat_names(drawn)),
        "district": np.array([f"{district + 1:02d}" for district in drawn["district"].tolist()]),
        "majority": np.array(list(KINDS))[drawn["kind"]],
        "sensors": sensors,
        "people_shot_before": drawn["shot"].astype(str),
        **{name: number.astype(str) for name, number in numbers.items()},
        **{f"{name}_moe": margins(number, designs=2.0).astype(str) for name, number in numbers.items()},
    }
    return labelled(drawn["kind"]) | records


def gunshot_residents(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `gunshot_residents.csv`: how many people live in all beats of a kind, as a survey has it."""
    drawn, *_ = city(rng, planted)
    people = np.array([drawn["people"][drawn["kind"] == place].sum() for place in range(len(KINDS))])
    records = {
        "majority": np.array(list(KINDS)),
        "people": people.astype(str),
        "moe": margins(people, designs=2.0).astype(str),
    }
    return labelled(people) | records


def gunshot_map(rng: np.random.Generator, planted: bool = True) -> bytes:
    """Make `gunshot_beats.geojson`: the outlines of the beats, corners shared."""
    drawn, _, (_, _, _, corners) = city(rng, planted)
    places = []
    for place, name in enumerate(beat_names(drawn)):
        district, beat = divmod(place, 12)
        column, row = 3 * (district % 4) + beat % 3, ROWS - 1 - 4 * (district // 4) - beat // 3
        places.append((column, row, {"beat": name}))
    size, corner = (COLUMNS, ROWS), (-87_800_000, 41_650_000)
    return grid_map(corners, places, size, corner, steps=(24_000, 18_000), moved=2600)


# --- alerts ----------------------------------------------------------------------------------------------------------

ALERTS = 8800
"""Alerts in a year at which police were sent."""
FOR_EACH_RESIDENT = {"Black": 1.00, "Latino": 0.75, "White": 0.55, "none": 0.65}
"""Kind of beat -> alerts, for each one from as many residents of beats where most are Black, if sensors listen."""
NOTHING = 0.90
"""Of the alerts at which police were sent, the share at which nothing was found."""
LEAN = 0.02
"""By how much that of a beat leans up or down, as sensors hear worse here, and officers look longer there."""
NOT_WRITTEN = {"nothing": 0.17, "something": 0.07}
"""How often officers did not write what they found, by what they found."""
SOMETHING = {"Casings or damage": 0.62, "Gun crime reported": 0.20, "Gun recovered": 0.07, "Person shot": 0.11}


def alerts(rng: np.random.Generator, drawn: Drawn, alerts: int = ALERTS, planted: bool = True) -> Drawn:
    """Draw alerts at which police were sent: beat, and whether nothing was found.

    Args:
        rng: the generator.
        drawn: the beats.
        alerts: how many.
        planted: whether there are more in some kinds of beats, for each who lives there; nothing is found alike in all.

    Returns:
        Whole numbers, one an alert: `beat` is a place in `drawn`, `second` counts from the beginning of the year.
    """
    n = len(drawn["kind"])
    often = np.array(list(FOR_EACH_RESIDENT.values()))[drawn["kind"]] if planted else np.ones(n)
    often = often * np.where(drawn["shot"] >= MANY, 1.4, 0.7) * (0.6 + 0.8 * rng.random(n))
    beat = pick(rng, alerts, often * drawn["covered"] * drawn["people"].sum(axis=1))
    lean = leanings(rng, n, LEAN)
    return {
        "beat": beat,
        "nothing": happens(rng, NOTHING + lean[beat]),
        "second": between(rng, 0, 366 * 86_400 - 1, alerts),
    }


def gunshot_alerts(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `gunshot_alerts.csv`: every alert of a year, and what police found."""
    beats_drawn, _, (_, whom, mess, _) = city(rng, planted)
    drawn = alerts(whom, beats_drawn, planted=planted)
    sent, not_sent, tests = len(drawn["beat"]), 430, 60
    n = sent + not_sent + tests
    order = np.argsort(second := np.concatenate([drawn["second"], between(mess, 0, 366 * 86_400 - 1, n - sent)]))
    names = beat_names(beats_drawn)
    majority = dict(zip(names, np.array(list(KINDS))[beats_drawn["kind"]], strict=True))
    beat = np.array(names)[drawn["beat"]]
    beat = np.concatenate([beat, beat[between(mess, 0, sent - 1, not_sent)], np.full(tests, "")])
    # In January the export took beats for numbers, and lost the zero with which those of nine districts begin. Whoever
    # looked up afterwards who lives there found no such beat.
    beat = np.where((second < 31 * 86_400) & (beat != ""), np.char.lstrip(beat, "0"), beat)
    beat = sometimes(mess, beat, "", 0.012)  # on a street that divides two beats
    nothing = np.where(drawn["nothing"], "Nothing found", pick_text(mess, sent, SOMETHING))
    nothing = np.where(drawn["nothing"] & (mess.random(sent) < 0.12), "NF", nothing)
    missing = mess.random(sent) < np.where(drawn["nothing"], *NOT_WRITTEN.values())
    result = np.where(missing, pick_text(mess, sent, {"": 0.9, "Pending": 0.1}), nothing)
    began = np.datetime64("2024-01-01T00:00:00")
    records = {
        "alert_id": np.array([f"GD24-{i:05d}" for i in range(1, n + 1)]),
        "alerted": (began + second).astype(str)[order],
        "beat": beat[order],
        "majority": np.array([majority.get(name, "") for name in beat[order].tolist()]),
        "rounds": between(mess, 1, 14, n).astype(str),
        "status": np.repeat(["Police sent", "Not sent", "Test"], [sent, not_sent, tests])[order],
        "result": np.concatenate([result, np.full(n - sent, "")])[order],
    }
    return repeat_some(mess, labelled(order) | records, 26)


# --- what is planted -------------------------------------------------------------------------------------------------


def of_kind(name: str) -> tuple[int, int]:
    """Count the beats of a kind, and those with sensors."""
    kinds = [kind for row in CITY for kind in row]
    listening = [kinds[int(district) - 1] for district in COVERED]
    return tuple(sum(DISTRICTS[kind].get(name, 0) for kind in some) for some in (kinds, listening))


def beats_of_kinds() -> list[tuple[object, ...]]:
    """Give a line a kind of beat: all of them, those with sensors, those where many were shot, how often alerts."""
    lines = []
    for name in KINDS:
        every, listening = of_kind(name)
        often = f"{FOR_EACH_RESIDENT[name]:.2f}"
        lines.append((name, every, listening, sum(SHOT[name]), SHOT[name][0], often))
    return lines


BLACK, LATINO = "mostly Black beats", "mostly Latino beats"
SEED = 7102

MADE_UP = MadeUp(
    audit="gunshot-detection",
    files=[
        File(
            "gunshot_beats.csv",
            gunshot_beats,
            seed=SEED,
            row="one police beat, who lives there, whether sensors listen, how many people were shot before",
            blocks=["who-is-covered", "covered-where-shot"],
            key="beat",
        ),
        File(
            "gunshot_beats.geojson",
            gunshot_map,
            seed=SEED,
            row="the outline of one beat: a grid with its corners moved, and no map of Chicago",
            blocks=["who-is-covered"],
        ),
        File(
            "gunshot_alerts.csv",
            gunshot_alerts,
            seed=SEED,
            row="one alert, and what police found",
            blocks=["police-sent", "nothing-found"],
            key="alert_id",
        ),
        File(
            "gunshot_residents.csv",
            gunshot_residents,
            seed=SEED,
            row="people who live in all beats of a kind, with a margin of error",
            blocks=["police-sent"],
        ),
    ],
    in_short=(
        "sensors listen where most Black and Latino residents live, and police are sent there; where many had been "
        "shot all are covered alike, and nothing is found as often everywhere"
    ),
    planted=[Planted("gunshot_alerts", "nothing found, of alerts at which police were sent", "everybody", NOTHING)],
    tables={
        "All beats of eleven districts have sensors, and none of the other nine. The last column says how many "
        "alerts come of a beat with sensors, for each one of as many residents of a beat where most are Black.": table(
            ("most residents are", "beats", "with sensors", "where many were shot", "of these with sensors", "alerts"),
            beats_of_kinds(),
        )
    },
    promises={
        "who-is-covered/race/share_within_reach": Promise("flagged", worse_off=["Black", "Latino", "Another race"]),
        "covered-where-shot/race/share_within_reach": Promise("cleared"),
        "police-sent/majority/events_per_1000": Promise("flagged", worse_off=[BLACK, LATINO]),
        "nothing-found/majority/selection_rate": Promise("not_demonstrated"),
    },
    says=[
        "**Who is covered.** *Outside the limit of 10 in 100.* About 80 in 100 Black residents live where sensors "
        "listen, 59 in 100 Latino residents and 27 in 100 White residents. Sensors were hung by the district, and "
        "whoever lives in the same district is covered alike.",
        "**Where many had been shot.** *Within the limit.* Of the residents of these beats 93 to 95 in 100 live where "
        "sensors listen, of every race. Both are true: sensors follow need as the plan counts it, and what comes with "
        "them falls on some.",
        "**Police sent.** *Outside the limit of 0.80.* For every 1,000 who live there, police are sent seven to eight "
        "times as often to beats where most residents are Black as to those where most are White or no race is.",
        "**Nothing found.** *Not shown either way, and only because of what was not written down.* Nothing is "
        "planted: it is nine alerts in ten everywhere, and as recorded all are within the limit of 5 in 100. But of "
        "every 100 alerts 16 have no result, and the worst that these could be decides. If officers wrote what they "
        "found, the same alerts would be shown to end alike; a test shows it.",
        "**Together.** What vendors speak of (how often an alert is right) is the same everywhere, and the burden is "
        "not.",
    ],
    mess=[
        "**Results that were not written**, more often where nothing was found: of these alerts 17 in 100, of the "
        "others 7. One in ten of them is `Pending`, the rest are blank.",
        "**Codes.** `NF` beside `Nothing found`.",
        "**Lost zeros.** In January the export took beats for numbers: `911` for `0911`. Whoever looked up afterwards "
        "who lives there found nothing, so that these alerts are of unknown group, and so are 12 in 1,000 on a street "
        "that divides two beats.",
        "**Rows that do not belong**: 430 alerts that the vendor took back before anybody was sent, and 60 tests.",
        "**Records nest.** Alerts of one beat end alike, by 0.02 up or down, and come more often in some beats than "
        "in others.",
        "**Nothing known of an area.** Sensors hear a part of two beats, and it is not said which; the port, where 37 "
        "people live, has masts of its own.",
        "**Margins of error** stand beside every number of people, about as wide as a survey of one household in "
        "twelve has them.",
        "**Duplicates.** 26 whole rows come twice.",
    ],
    sizes=(
        f"{ALERTS:,} alerts at which police were sent, in a year; Chicago had 50,176 in seventeen months. 240 beats of "
        "some 9,700 residents, in 20 districts."
    ),
)
