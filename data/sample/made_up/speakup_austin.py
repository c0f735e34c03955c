"""speakup-austin: some districts and Spanish-speaking adults take part less; ideas in Spanish stand low in the list."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from made_up.drawing import (
    Drawn,
    Records,
    between,
    dates,
    labelled,
    margins,
    pick,
    pick_text,
    repeat_some,
    sometimes,
)
from made_up.telling import File, MadeUp, Planted, Promise

# --- who lives there -------------------------------------------------------------------------------------------------

ADULTS = {
    1: 73_400,
    2: 70_800,
    3: 78_900,
    4: 72_100,
    5: 79_300,
    6: 74_600,
    7: 78_200,
    8: 73_900,
    9: 84_700,
    10: 76_400,
}
"""Council district -> its adults."""
RACES = ("White", "Hispanic", "Black", "Asian", "Another race")
RACES_OF_DISTRICT = {
    1: (0.30, 0.38, 0.21, 0.08, 0.03),
    2: (0.22, 0.62, 0.09, 0.04, 0.03),
    3: (0.38, 0.46, 0.08, 0.05, 0.03),
    4: (0.27, 0.56, 0.09, 0.05, 0.03),
    5: (0.56, 0.31, 0.04, 0.05, 0.04),
    6: (0.49, 0.19, 0.06, 0.22, 0.04),
    7: (0.55, 0.24, 0.07, 0.10, 0.04),
    8: (0.63, 0.21, 0.03, 0.09, 0.04),
    9: (0.64, 0.20, 0.04, 0.08, 0.04),
    10: (0.71, 0.13, 0.03, 0.09, 0.04),
}
LANGUAGES = ("English", "Spanish", "Another")
LANGUAGES_OF_RACE = {
    "White": (0.94, 0.02, 0.04),
    "Hispanic": (0.44, 0.54, 0.02),
    "Black": (0.90, 0.02, 0.08),
    "Asian": (0.38, 0.01, 0.61),
    "Another race": (0.88, 0.06, 0.06),
}
OTHER_LANGUAGES = {"Vietnamese": 0.20, "Chinese": 0.25, "Other": 0.55}
"""What is spoken at home where it is neither English nor Spanish."""

# --- who takes part --------------------------------------------------------------------------------------------------

TAKE_PART_LESS = {2: 0.60, 3: 0.60, 4: 0.60}
"""District -> its participants, for each one of another district of as many adults who speak the same language."""
SPEAK_UP_LESS = {"Spanish": 0.60}
"""Language -> its participants, for each one of as many adults of the same district who speak another language."""
PARTICIPANTS = 7_200
CHANNELS = {"web": 0.56, "text": 0.18, "event": 0.14, "paper": 0.07, "phone": 0.05}

# --- ideas -----------------------------------------------------------------------------------------------------------

SCORED_70 = 0.25
SCORED_40 = 0.58
SPANISH_70 = 0.06
SPANISH_40 = 0.20
"""How often an idea gets 70 points or more, and 40 or more; and how often one that is written in Spanish does."""
WRITTEN_IN_SPANISH = 0.85
"""Of the ideas of adults who speak Spanish at home, how many are written in Spanish."""
ALIKE = 0.20
"""How often an idea fares as its proposer does, and not by luck of its own."""
PROPOSERS = 3_000
WEEKS = 52
TOPICS = {"Mobility": 0.27, "Parks": 0.21, "Housing": 0.17, "Safety": 0.14, "Water and energy": 0.11, "Other": 0.10}


def adults() -> np.ndarray:
    """Give the adults of every district, race and language; shape (districts, races, languages)."""
    of_race = np.array(list(ADULTS.values()))[:, None] * np.array(list(RACES_OF_DISTRICT.values()))
    return of_race[:, :, None] * np.array([LANGUAGES_OF_RACE[race] for race in RACES])


def people(rng: np.random.Generator, n: int, districts: Mapping[int, float], languages: Mapping[str, float]) -> Drawn:
    """Draw adults who take part.

    Args:
        rng: the generator.
        n: how many.
        districts: district -> how often its adults take part, for each time that adults of others do.
        languages: language -> likewise.

    Returns:
        Whole numbers, one a person: places in `ADULTS`, `RACES` and `LANGUAGES`.
    """
    weights = adults() * np.array([districts.get(district, 1.0) for district in ADULTS])[:, None, None]
    weights = weights * np.array([languages.get(language, 1.0) for language in LANGUAGES])
    district, race, language = np.unravel_index(pick(rng, n, weights.ravel()), weights.shape)
    return {"district": district, "race": race, "language": language}


def participants(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `austin_participants.csv`: accounts that took part in a year, a row each."""
    whom, others, mess = rng.spawn(3)
    drawn = people(whom, PARTICIPANTS, TAKE_PART_LESS, SPEAK_UP_LESS) if planted else people(whom, PARTICIPANTS, {}, {})
    # Neighbours from outside the city, staff who try out what they publish, and accounts for tests.
    outside, staff, tests = 560, 170, 30
    more = people(others, outside + staff + tests, {}, {})
    drawn = {name: np.concatenate([column, more[name]]) for name, column in drawn.items()}
    n = len(drawn["district"])
    place = np.arange(n) - PARTICIPANTS
    account = np.where(place >= outside + staff, "test", np.where(place >= outside, "city staff", "resident"))
    city = np.where((place >= 0) & (place < outside), "no", sometimes(mess, np.full(n, "yes"), "", 0.008))
    channel = pick_text(mess, n, CHANNELS)
    order = np.argsort(mess.random(n), kind="stable")
    records = {
        "participant_id": np.array([f"A{i:05d}" for i in range(1, n + 1)]),
        "account": account[order],
        "lives_in_austin": city[order],
        "first_took_part": dates(np.full(n, 2024), between(mess, 0, 365, n)),
        "came_by": channel[order],
        "contributions": (1 + pick(mess, n, (0.52, 0.20, 0.11, 0.07, 0.04, 0.03, 0.02, 0.01))).astype(str),
        "council_district": np.where(city == "no", "", written_district(mess, drawn["district"], 0.031))[order],
        "race": written_race(mess, drawn["race"], channel)[order],
        "home_language": written_language(mess, drawn["language"], channel)[order],
    }
    return repeat_some(mess, labelled(order) | records, 24)


def written_district(rng: np.random.Generator, district: np.ndarray, none: float) -> np.ndarray:
    """Write districts as each form does; some have none, such as whoever gave a ZIP code that lies in two."""
    n = len(district)
    number = np.array(list(ADULTS))[district].astype(str)
    style = pick(rng, n, (0.86, 0.09, 0.05))
    written = np.choose(style, [number, np.char.add("District ", number), np.char.add("D", number)])
    return sometimes(rng, written, "", none)


def written_race(rng: np.random.Generator, race: np.ndarray, channel: np.ndarray) -> np.ndarray:
    """Write races; by text and telephone the question is seldom asked."""
    written = np.array(RACES)[race]
    written = np.where((written == "Hispanic") & (rng.random(len(race)) < 0.15), "Latino/a", written)
    unknown = pick_text(rng, len(race), {"": 0.6, "Prefer not to say": 0.4})
    return np.where(rng.random(len(race)) < np.where(asked_less(channel), 0.21, 0.055), unknown, written)


def written_language(rng: np.random.Generator, language: np.ndarray, channel: np.ndarray) -> np.ndarray:
    """Write languages spoken at home, in the words of the form that was filled in."""
    n = len(language)
    written = np.array(LANGUAGES)[language]
    written = np.where(written == "Another", pick_text(rng, n, OTHER_LANGUAGES), written)
    written = np.where((written == "Spanish") & (rng.random(n) < 0.4), "Español", written)
    written = np.where((written == "Vietnamese") & (rng.random(n) < 0.3), "Tiếng Việt", written)
    return np.where(rng.random(n) < np.where(asked_less(channel), 0.09, 0.025), "", written)


def asked_less(channel: np.ndarray) -> np.ndarray:
    """Say who came by a way on which few questions are asked."""
    return (channel == "text") | (channel == "phone")


def residents(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `austin_adults.csv`: adults of one district and race, as a survey has them.

    What is planted is planted in those who take part, so that `planted` changes nothing.
    """
    number = np.floor(adults().sum(axis=2).ravel() + 0.5).astype(int)
    number = number + between(rng, -9, 9, len(number))
    records = {
        "council_district": np.repeat(list(ADULTS), len(RACES)).astype(str),
        "race": np.tile(RACES, len(ADULTS)),
        "adults": number.astype(str),
        "moe": margins(number, designs=1.5).astype(str),
    }
    return labelled(number) | records


def speakers(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `austin_languages.csv`: adults who speak one language at home; likewise the same with nothing planted."""
    english, spanish, another = adults().sum(axis=(0, 1))
    others = [another * share for share in OTHER_LANGUAGES.values()]
    number = np.floor(np.array([english, spanish, *others]) + 0.5).astype(int)
    number = number + between(rng, -49, 49, len(number))
    records = {
        "home_language": np.array(["English", "Spanish", *OTHER_LANGUAGES]),
        "adults": number.astype(str),
        "moe": margins(number, designs=1.5).astype(str),
    }
    return labelled(number) | records


def proposed(rng: np.random.Generator, planted: bool = True) -> Drawn:
    """Draw ideas: who proposed them, in which district and language, in which week, and points in tenths.

    Whoever proposes several ideas fares alike with them, more or less.
    """
    who = people(rng, PROPOSERS, TAKE_PART_LESS, SPEAK_UP_LESS)
    spanish = (who["language"] == LANGUAGES.index("Spanish")) & (rng.random(PROPOSERS) < WRITTEN_IN_SPANISH)
    another = (who["language"] == LANGUAGES.index("Another")) & (rng.random(PROPOSERS) < 0.25)
    language = np.where(spanish, 1, np.where(another, 2, 0))
    luck = rng.random(PROPOSERS)
    person = np.repeat(np.arange(PROPOSERS), 1 + pick(rng, PROPOSERS, (0.66, 0.22, 0.08, 0.04)))
    n = len(person)
    place = np.where(rng.random(n) < ALIKE, luck[person], rng.random(n))
    lower = (language[person] == 1) & planted
    high = place < np.where(lower, SPANISH_70, SCORED_70)
    middle = place < np.where(lower, SPANISH_40, SCORED_40)
    low, top = np.where(high, 700, np.where(middle, 400, 0)), np.where(high, 999, np.where(middle, 699, 399))
    return {
        "person": person,
        "district": who["district"][person],
        "language": language[person],
        "week": between(rng, 1, WEEKS, n),
        "points": between(rng, low, top, n),
    }


def ideas(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `austin_ideas.csv`: ideas of a year, in the week in which they were posted, as the tool scored them."""
    whom, mess = rng.spawn(2)
    drawn = proposed(whom, planted)
    n = len(drawn["person"])
    day = np.minimum(7 * (drawn["week"] - 1) + between(mess, 0, 6, n), 365)
    order = np.lexsort((drawn["person"], day))
    codes = np.where(drawn["language"] == 2, pick_text(mess, n, {"vi": 0.45, "zh": 0.55}), "en")
    codes = np.where(drawn["language"] == 1, "es", codes)
    score = np.array([f"{points / 10:.1f}" for points in drawn["points"].tolist()])
    # What a moderator took down, or put together with another idea, stands in no list.
    status = pick_text(mess, n, {"posted": 0.945, "merged": 0.035, "removed": 0.02})
    records = {
        "idea_id": np.array([f"I{i:05d}" for i in range(1, n + 1)]),
        "proposer_id": np.array([f"U{i:05d}" for i in drawn["person"]])[order],
        "posted_on": dates(np.full(n, 2024), day)[order],
        "week": np.array([f"2024-W{week:02d}" for week in drawn["week"]])[order],
        "status": status[order],
        "topic": pick_text(mess, n, TOPICS),
        "council_district": written_district(mess, drawn["district"], 0.004)[order],
        # A few were too short for the software that tells languages.
        "language": sometimes(mess, codes, "und", 0.004)[order],
        "score": sometimes(mess, sometimes(mess, score, "", 0.003), "pending", 0.002)[order],
    }
    return repeat_some(mess, labelled(order) | records, 13)


# --- what is planted -------------------------------------------------------------------------------------------------

LESS = [f"District {district}" for district in TAKE_PART_LESS]

MADE_UP = MadeUp(
    audit="speakup-austin",
    files=[
        File(
            "austin_participants.csv",
            participants,
            seed=5121,
            row="one account that took part on the city's engagement platform in a year",
            blocks=["who-takes-part", "languages"],
            key="participant_id",
        ),
        File(
            "austin_adults.csv",
            residents,
            seed=5122,
            row="adults of one council district and race, with a margin of error",
            blocks=["who-takes-part"],
        ),
        File(
            "austin_languages.csv",
            speakers,
            seed=5123,
            row="adults who speak one language at home, with a margin of error",
            blocks=["languages"],
        ),
        File(
            "austin_ideas.csv",
            ideas,
            seed=5124,
            row="one idea that a resident proposed, and the score by which a tool put it into the week's list",
            blocks=["idea-ranking"],
            key="idea_id",
        ),
    ],
    in_short=(
        "adults of three districts, and adults who speak Spanish at home, take part less; ideas written in Spanish are "
        "put low in the list"
    ),
    planted=[
        *(
            Planted(
                "austin_participants", "takes part, for each one of other districts and the same language", name, less
            )
            for name, less in zip(LESS, TAKE_PART_LESS.values(), strict=True)
        ),
        *(
            Planted(
                "austin_participants",
                "takes part, for each one of other languages and the same district",
                f"{language}-speaking",
                less,
            )
            for language, less in SPEAK_UP_LESS.items()
        ),
        Planted("austin_ideas", "70 points or more", "ideas written in Spanish", SPANISH_70),
        Planted("austin_ideas", "70 points or more", "all other ideas", SCORED_70),
        Planted("austin_ideas", "40 points or more", "ideas written in Spanish", SPANISH_40),
        Planted("austin_ideas", "40 points or more", "all other ideas", SCORED_40),
    ],
    promises={
        "who-takes-part/district/representation_ratio": Promise("flagged", worse_off=LESS),
        "who-takes-part/race/representation_ratio": Promise("flagged", worse_off=["Hispanic"]),
        "languages/language/representation_ratio": Promise("flagged", worse_off=["Spanish-speaking"]),
        "idea-ranking/language/exposure-per-week": Promise("flagged", worse_off=["Spanish-language"]),
        "idea-ranking/language/top_k_share-capacity-20-per-week": Promise("flagged", worse_off=["Spanish-language"]),
        "idea-ranking/district/exposure-per-week": Promise("cleared"),
        "idea-ranking/district/top_k_share-capacity-20-per-week": Promise(("not_demonstrated", "cleared")),
    },
    says=[
        "**Who takes part.** *By district: outside the limit of 0.80.* Adults of Districts 2, 3 and 4 take part about "
        "half as often as others. *By race: outside it too*, and nothing is planted by race: Hispanic adults take part "
        "about two thirds as often as White adults because of where they live and which language they speak. "
        "*By language: outside it.* Adults who speak Spanish at home take part about half as often as others.",
        "**The ranking.** *By language: outside both limits.* Ideas written in Spanish are about a third as often "
        "among the twenty of a week that are shown first, and get about 0.81 of the others' exposure. *By district: "
        "exposure within the limit of 0.90; among the twenty first within the limit of 0.80, or not shown either way, "
        "as chance has it*: more ideas of Districts 1 to 4 are in Spanish, and so theirs stand there a little less "
        "often.",
    ],
    mess=[
        "**Unknown groups, not at random.** Race is blank or `Prefer not to say` for 21 in 100 of those who came by "
        "text or telephone, where it is seldom asked, and for 55 in 1,000 of the others; the language for 9 in 100 "
        "and 25 in 1,000. The district is blank for 31 in 1,000 participants and 4 in 1,000 ideas.",
        "**Codes and spellings.** Districts are `4`, `D4` or `District 4`; `Latino/a` beside `Hispanic`, `Español` "
        "beside `Spanish`, `Tiếng Việt` beside `Vietnamese`; ideas are `en`, `es`, `vi`, `zh`, or `und` where the "
        "language could not be told.",
        "**Rows that do not belong**: 560 accounts of neighbours from outside the city, of whom nobody has a district, "
        "170 of city staff and 30 for tests; of 8 in 1,000 accounts it is blank whether they live in Austin. Of ideas, "
        "55 in 1,000 were removed or merged.",
        "**Scores that are none.** 3 in 1,000 ideas have none, and 2 are `pending`.",
        "**Several ideas a person**, one to four. A fifth fare as their proposer does, and not by luck of their own.",
        "**Margins of error** stand beside the numbers of adults.",
        "**Duplicates.** 24 whole rows come twice (participants), and 13 (ideas).",
    ],
    sizes=(
        f"{PARTICIPANTS:,} participants, of {sum(ADULTS.values()):,} adults, and {PROPOSERS:,} who proposed ideas, "
        "drawn apart from the participants. The real platform may never have had so many ideas in a year; it takes as "
        "many to show what a list of some 80 ideas a week does to those in Spanish."
    ),
)
