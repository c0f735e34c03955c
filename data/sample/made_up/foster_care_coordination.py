"""foster-care-coordination: school records after a move are missed more for two surnames; teenagers wait longer."""

from __future__ import annotations

import numpy as np

from made_up.drawing import (
    Drawn,
    Integers,
    Records,
    Texts,
    between,
    happens,
    labelled,
    leanings,
    pick,
    pick_text,
    repeat_some,
    sometimes,
)
from made_up.telling import File, MadeUp, Planted, Promise, table

RACES = {
    "Latino": 0.60,
    "Black": 0.215,
    "White": 0.100,
    "Asian": 0.035,
    "Pacific Islander": 0.010,
    "Native American": 0.015,
    "Two or more": 0.025,
}
LANGUAGES = ("English", "Spanish", "Another language")
LANGUAGES_OF = {"Latino": (0.56, 0.43, 0.01), "Asian": (0.50, 0.0, 0.50)}
"""Race -> how many speak each of `LANGUAGES` at home; `OTHERS_SPEAK` where it is not named."""
OTHERS_SPEAK = (0.94, 0.02, 0.04)
TWO_SURNAMES = 0.04
TWO_SURNAMES_OF = {"Latino": 0.57}
"""Race -> the share of families whose children have two surnames; `TWO_SURNAMES` where it is not named."""
AGES = {(3, 4): 0.03, (5, 8): 0.28, (9, 13): 0.32, (14, 17): 0.37}
CHILDREN = (0.62, 0.25, 0.13)
"""How many families have one child in care, two, three."""
MOVES = (0.46, 0.27, 0.14, 0.08, 0.05)
"""How many children moved once, twice, up to five times."""
FAMILIES = 2700
RENAMED = 0.08

SAME = 0.72
"""Of the school records that looked most like a child's, the share that are the child's."""
MISSED = 0.06
MISSED_MORE = 0.28
"""Of a child's own records, the share that the software does not take for it: of one surname, and of two."""
MISSED_RENAMED = 0.10
"""What a name that changed since enrolment adds to either."""
FALSE = 0.04

SOON = 0.82
"""Of moves to a new school, the share enrolled within `HORIZON` days where the right record was at hand."""
LATER_WITHOUT = 0.20
"""By how much that share is less where a record was missed, or another child's came."""
LATER_TEENAGERS = 0.22
"""By how much it is less from 14 years on, where a high school asks for a transcript first."""
HORIZON = 7
DAYS_SOON = {(0, 1): 0.30, (2, 4): 0.45, (5, 7): 0.25}
DAYS_LATE = {(8, 14): 0.45, (15, 28): 0.32, (29, 90): 0.23}
FIRST, UNTIL = np.datetime64("2023-08-21"), np.datetime64("2024-06-14")
STAYED = 0.15
"""Of moves, the share after which a child stays in its school of origin and need not enrol."""


def moves(
    rng: np.random.Generator,
    families: int = FAMILIES,
    missed_more: float = MISSED_MORE,
    later_teenagers: float = LATER_TEENAGERS,
) -> Drawn:
    """Draw moves of children in foster care: who moved, whether the record was found, and days until enrolment.

    Args:
        rng: the generator.
        families: families; siblings share race, language and surnames, and a child moves one to five times.
        missed_more: the share of records missed of children with two surnames.
        later_teenagers: by how much fewer teenagers are enrolled within `HORIZON` days.

    Returns:
        Whole numbers, one a move; `race` and `language` are places in `RACES` and `LANGUAGES`, `day` counts from
        `FIRST`, and `wait` is in days, however long it was to be.
    """
    race = pick(rng, families, list(RACES.values()))
    language = np.zeros(families, dtype=int)
    for place, name in enumerate(RACES):
        language = np.where(race == place, pick(rng, families, LANGUAGES_OF.get(name, OTHERS_SPEAK)), language)
    two_surnames = happens(rng, np.array([TWO_SURNAMES_OF.get(name, TWO_SURNAMES) for name in RACES])[race])
    family = np.repeat(np.arange(families), 1 + pick(rng, families, CHILDREN))
    children = len(family)
    band = np.array(list(AGES))[pick(rng, children, list(AGES.values()))]
    age = between(rng, band[:, 0], band[:, 1], children)
    renamed, lean = rng.random(children) < RENAMED, leanings(rng, children, 0.04)
    child = np.repeat(np.arange(children), 1 + pick(rng, children, MOVES))
    n = len(child)
    of = family[child]
    same = rng.random(n) < SAME
    missed = np.where(two_surnames[of], missed_more, MISSED) + MISSED_RENAMED * renamed[child] + lean[child]
    matched = happens(rng, np.where(same, 1 - missed, FALSE))
    teenager = age[child] >= 14
    soon = happens(rng, SOON - LATER_WITHOUT * (same != matched) - later_teenagers * teenager)
    return {
        "family": of,
        "child": child,
        "race": race[of],
        "language": language[of],
        "two_surnames": two_surnames[of],
        "renamed": renamed[child],
        "age": age[child],
        "same": same,
        "matched": matched,
        "stayed": rng.random(n) < STAYED,
        "day": between(rng, 0, int((UNTIL - FIRST).astype(int)) - 1, n),
        "wait": waits(rng, soon),
    }


def waits(rng: np.random.Generator, soon: np.ndarray) -> Integers:
    """Draw waits in days, within the horizon or beyond it."""
    n = len(soon)
    spans = [np.array(list(spans))[pick(rng, n, list(spans.values()))] for spans in (DAYS_SOON, DAYS_LATE)]
    days = np.where(soon[:, None], *spans)
    return between(rng, days[:, 0], days[:, 1], n)


def written_race(rng: np.random.Generator, drawn: Drawn) -> Texts:
    """Write race as child welfare and schools do; where no school record was found, one form less can say it."""
    n = len(drawn["race"])
    race = np.array(list(RACES))[drawn["race"]]
    race = np.where((race == "Latino") & (rng.random(n) < 0.25), "Hispanic", race)
    unknown = pick_text(rng, n, {"": 0.6, "Declined": 0.25, "UTD": 0.15})
    return np.where(rng.random(n) < np.where(drawn["matched"], 0.016, 0.030), unknown, race)


def foster_moves(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `foster_moves.csv`: moves of children in foster care in a school year, as of one day in June."""
    whom, mess = rng.spawn(2)
    drawn = moves(whom) if planted else moves(whom, missed_more=MISSED, later_teenagers=0.0)
    n = len(drawn["child"])
    moved = FIRST + drawn["day"]
    enrolled = np.where(drawn["stayed"], moved, moved + drawn["wait"])
    # A few days were typed wrongly: enrolled in the week before the child moved.
    wrong = np.isin(np.arange(n), between(mess, 0, n - 1, 4)) & ~drawn["stayed"]
    enrolled = np.where(wrong, moved - between(mess, 1, 6, n), enrolled)
    language = np.array(LANGUAGES)[drawn["language"]]
    language = np.where((language == "Spanish") & (mess.random(n) < 0.15), "Español", language)
    surnames = np.where(drawn["two_surnames"], "two", "one")
    surnames = np.where(drawn["two_surnames"] & (mess.random(n) < 0.3), "two, hyphen", surnames)
    software = sometimes(mess, np.where(drawn["matched"], "matched", "not matched"), "queued", 0.006)
    liaison = sometimes(mess, np.where(drawn["same"], "same child", "another child"), "cannot tell", 0.008)
    order = np.argsort(drawn["day"], kind="stable")
    records = {
        "child_id": np.array([f"C{i:04d}" for i in drawn["child"]]),
        "family_id": np.array([f"F{i:04d}" for i in drawn["family"]]),
        "moved_on": moved.astype(str),
        "enrolled_on": np.where(enrolled < UNTIL, enrolled.astype(str), ""),
        "school": np.where(drawn["stayed"], "school of origin", "new school"),
        "age": sometimes(mess, drawn["age"].astype(str), "99", 0.003),
        "race": written_race(mess, drawn),
        "home_language": sometimes(mess, language, "", 0.014),
        "surnames": sometimes(mess, surnames, "?", 0.010),
        "renamed": np.where(drawn["renamed"], "yes", "no"),
        "software": software,
        "liaison": liaison,
    }
    numbered = {"move_id": np.array([f"V{i:05d}" for i in range(1, n + 1)])}
    written = {name: column[order] for name, column in records.items()}
    return repeat_some(mess, labelled(order) | numbered | written, 23)


# --- what is planted -------------------------------------------------------------------------------------------------

NOT_SHOWN = Promise("not_demonstrated")

MADE_UP = MadeUp(
    audit="foster-care-coordination",
    files=[
        File(
            "foster_moves.csv",
            foster_moves,
            seed=1601,
            row="one move of a child in foster care: which school record was found, and when the child was enrolled",
            blocks=["school-record-found", "time-to-enrolment"],
            key="move_id",
        )
    ],
    in_short="records of children with two surnames are missed more often, and so those of Latino children and of "
    "children who speak Spanish at home; teenagers are enrolled later",
    planted=[
        Planted("foster_moves", "record missed", "children with one surname", MISSED),
        Planted("foster_moves", "record missed", "children with two surnames", MISSED_MORE),
        Planted("foster_moves", "another child's record taken", "everybody", FALSE),
        Planted("foster_moves", "enrolled within 7 days, with the right record", "under 14", SOON),
        Planted("foster_moves", "enrolled within 7 days, with the right record", "14 and over", SOON - LATER_TEENAGERS),
        Planted("foster_moves", "enrolled within 7 days, without it", "under 14", round(SOON - LATER_WITHOUT, 2)),
    ],
    tables={
        "Race and language change nothing by themselves. Of families, so many have two surnames, and so many speak "
        "Spanish at home:": table(
            ("race", "two surnames", "Spanish at home"),
            [
                ("Latino", f"{TWO_SURNAMES_OF['Latino']:.2f}", f"{LANGUAGES_OF['Latino'][1]:.2f}"),
                ("everybody else, Asian children apart", f"{TWO_SURNAMES:.2f}", f"{OTHERS_SPEAK[1]:.2f}"),
                ("Asian", f"{TWO_SURNAMES:.2f}", f"{LANGUAGES_OF['Asian'][1]:.2f}"),
            ],
        )
    },
    promises={
        "school-record-found/surnames/missed_match_rate": Promise("flagged", worse_off=["Two-surname"]),
        "school-record-found/race/missed_match_rate": Promise("flagged", worse_off=["Latino"]),
        "school-record-found/home_language/missed_match_rate": NOT_SHOWN,
        "school-record-found/age/missed_match_rate": Promise("cleared"),
        "school-record-found/surnames/false_match_rate": Promise("cleared"),
        "school-record-found/race/false_match_rate": NOT_SHOWN,
        "school-record-found/home_language/false_match_rate": NOT_SHOWN,
        "school-record-found/age/false_match_rate": Promise("cleared"),
        "time-to-enrolment/race/served_within-7-days": Promise("cleared"),
        "time-to-enrolment/race/restricted_mean_wait-30-days": Promise("cleared"),
        "time-to-enrolment/age/served_within-7-days": Promise("flagged", worse_off=["14 and over"]),
        "time-to-enrolment/age/restricted_mean_wait-30-days": Promise("flagged", worse_off=["14 and over"]),
    },
    says=[
        "*Records missed, by surnames: outside the limit of five in a hundred*: of the records of children with two "
        "surnames more than a quarter are missed. *By race: outside it too*, since more than half of the Latino "
        "children have two surnames and few others do. *By language at home: not shown either way*, near the limit: "
        "many Latino children speak English at home, and those who speak neither English nor Spanish are few. "
        "Whoever looks by language alone does not see it. *By age: within the limit.*",
        "*Another child's record taken: within the limit by surnames and by age*; by race and by language not shown, "
        "because the small groups hold too few such pairs.",
        "*Days until enrolment: outside both limits for children of 14 and over, and within them by race.* A record "
        "that was missed costs Latino children a little: one or two more in a hundred are enrolled late.",
    ],
    mess=[
        "**Rows that do not belong.** After 15 in 100 moves a child stays in its school of origin, and is enrolled on "
        "the day of the move; 3 in 100 children are not yet five.",
        "**Open cases.** Whoever was not enrolled by 14 June 2024 has no day.",
        "**Unknown groups.** Race is blank, `Declined` or `UTD` for 30 in 1,000 where nothing was matched and 16 where "
        "something was; language is blank for 14, surnames are `?` for 10, and age is `99` for 3.",
        "**Decisions and outcomes that are neither yes nor no**: `queued` (6 in 1,000), `cannot tell` (8).",
        "**Codes.** `Hispanic` beside `Latino`, `Español` beside `Spanish`, `two, hyphen` beside `two`.",
        "**Several records a child and a family.** One to three siblings, who share race, language and surnames; one "
        "to five moves each.",
        "**Names that changed.** Of 8 in 100 children the name changed since enrolment; their record is missed in ten "
        "more of a hundred.",
        "**Times that cannot be.** Up to 4 rows are of a child enrolled in the week before it moved.",
        "**Duplicates.** 23 whole rows come twice.",
    ],
    sizes="2,700 families with some 4,000 children and 8,000 moves, of which about 6,900 are to a new school.",
)
