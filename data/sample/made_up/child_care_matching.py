"""child-care-matching: children on one list for subsidised child care, matched with spaces. All groups fare alike."""

from __future__ import annotations

import numpy as np

from made_up.drawing import (
    Drawn,
    Integers,
    Records,
    between,
    labelled,
    leanings,
    pick,
    pick_text,
    repeat_some,
    sometimes,
)
from made_up.telling import File, MadeUp, Planted, Promise

RACES = {
    "Latino": 0.38,
    "Asian": 0.235,
    "Black": 0.155,
    "White": 0.13,
    "Two or more races": 0.06,
    "Another race": 0.03,
    "Pacific Islander": 0.01,
}
LANGUAGES_OF_RACE = {  # English, Spanish, Cantonese, Mandarin, Vietnamese, Tagalog, Arabic, Other
    "Latino": (0.42, 0.575, 0, 0, 0, 0, 0, 0.005),
    "Asian": (0.24, 0, 0.29, 0.18, 0.16, 0.08, 0, 0.05),
    "Black": (0.95, 0.01, 0, 0, 0, 0, 0.01, 0.03),
    "White": (0.81, 0.02, 0, 0, 0, 0, 0.10, 0.07),
    "Two or more races": (0.90, 0.06, 0.01, 0.01, 0.01, 0.01, 0, 0),
    "Another race": (0.50, 0.10, 0, 0, 0, 0, 0.25, 0.15),
    "Pacific Islander": (0.72, 0, 0, 0, 0, 0.18, 0, 0.10),
}
LANGUAGES = ("English", "Spanish", "Cantonese", "Mandarin", "Vietnamese", "Tagalog", "Arabic", "Other")
REGIONS_OF_RACE = {  # North, Central, East, South
    "Latino": (0.14, 0.24, 0.33, 0.29),
    "Asian": (0.24, 0.30, 0.18, 0.28),
    "Black": (0.22, 0.42, 0.21, 0.15),
    "White": (0.38, 0.21, 0.20, 0.21),
    "Two or more races": (0.25, 0.27, 0.24, 0.24),
    "Another race": (0.25, 0.30, 0.25, 0.20),
    "Pacific Islander": (0.20, 0.25, 0.30, 0.25),
}
REGIONS = ("North County", "Central County", "East County", "South County")
AGES = {"Infant": 0.30, "Toddler": 0.33, "Preschool": 0.37}
OFFERED = {"Infant": 0.66, "Toddler": 0.72, "Preschool": 0.80}
"""Age -> the share who would be offered a space within a year, whoever they are. Spaces are licensed by age."""
SOONER = {(1, 14): 0.12, (15, 45): 0.26, (46, 90): 0.24, (91, 180): 0.22, (181, 360): 0.16}
"""Days from and to -> how many of those offers come in them."""
LEANING = 0.06  # siblings are taken together, or none of them
FAMILIES = 9600
DIRECT = 850  # who found a provider by themselves
NEVER = 9999
UNTIL = np.datetime64("2025-06-30")
AGE_OF_APPLICATION = (91, 364)  # days, on the day on which the list was drawn


def applications(rng: np.random.Generator, families: int = FAMILIES) -> Drawn:
    """Draw children on the list: family, race, language, region, age, days on the list and days to an offer.

    Nothing depends on race, language or region.

    Args:
        rng: the generator.
        families: each applies for one child to three, on one day.

    Returns:
        Whole numbers, one a child: places in the tables above. Without an offer within a year, `offer` is `NEVER`.
    """
    race = pick(rng, families, list(RACES.values()))
    language, region = np.zeros(families, int), np.zeros(families, int)
    for place, name in enumerate(RACES):
        language = np.where(race == place, pick(rng, families, LANGUAGES_OF_RACE[name]), language)
        region = np.where(race == place, pick(rng, families, REGIONS_OF_RACE[name]), region)
    since = between(rng, *AGE_OF_APPLICATION, families)
    lean = leanings(rng, families, LEANING)
    family = np.repeat(np.arange(families), 1 + pick(rng, families, (0.80, 0.17, 0.03)))
    n = len(family)
    age = pick(rng, n, list(AGES.values()))
    return {
        "family": family,
        "race": race[family],
        "language": language[family],
        "region": region[family],
        "age": age,
        "since": since[family],
        "offer": days_to_offer(rng, np.array(list(OFFERED.values()))[age], lean[family]),
    }


def days_to_offer(rng: np.random.Generator, offered: np.ndarray, lean: np.ndarray) -> Integers:
    """Draw after how many days a space is offered; `NEVER` where none is within a year."""
    n = len(offered)
    rank = (rng.random(n) + lean) / offered  # below 1: an offer, and the sooner the lower
    place = np.searchsorted(np.cumsum(list(SOONER.values())), np.maximum(rank, 0), side="right")
    first, last = np.array([*SOONER, (NEVER, NEVER)])[np.minimum(place, len(SOONER))].T
    return between(rng, first, last, n)


def child_care_applications(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `child_care_applications.csv`: the county's list on the last day of June.

    Nothing is planted in it, so that `planted` changes nothing.
    """
    whom, others, mess = rng.spawn(3)
    listed, direct = applications(whom), applications(others, DIRECT)
    direct["offer"] = np.zeros(len(direct["offer"]), int)  # they came with their space
    direct["family"] = direct["family"] + FAMILIES
    drawn = {name: np.concatenate([listed[name], direct[name]]) for name in listed}
    n, on_list = len(drawn["family"]), np.arange(len(drawn["family"])) < len(listed["family"])
    eligibility = pick_text(mess, n, {"Verified": 0.945, "Over income": 0.035, "Documents missing": 0.020})
    eligibility = np.where(on_list, eligibility, "Verified")
    is_offered = (drawn["offer"] <= drawn["since"]) & (eligibility == "Verified")
    applied = UNTIL - drawn["since"]
    # A few years were mistyped, so that the offer came before the application.
    placed = np.flatnonzero(is_offered & on_list)
    wrong = np.isin(np.arange(n), placed[between(mess, 0, len(placed) - 1, 5)])
    offered = (applied + np.where(is_offered, drawn["offer"], 0) - np.where(wrong, 365, 0)).astype(str)
    offered = np.where(is_offered, offered, "")
    offered = np.where(on_list, sometimes(mess, offered, "", 0.002), offered)  # or the day was not entered
    after = {"Enrolled": 0.71, "Offered, declined": 0.14, "Offered, no reply": 0.11, "Offered": 0.04}
    without = {"Waiting": 0.71, "Inactive, no reply": 0.17, "Withdrawn": 0.12}
    status = np.where(is_offered, pick_text(mess, n, after), pick_text(mess, n, without))
    status = np.where(eligibility == "Verified", np.where(on_list, status, "Enrolled"), "Not eligible")
    noted = sometimes(mess, sometimes(mess, status, "Transferred", 0.004), "", 0.003)
    status = np.where(on_list & (eligibility == "Verified"), noted, status)
    race = np.array(list(RACES))[drawn["race"]]
    race = np.where((race == "Latino") & (mess.random(n) < 0.25), "Hispanic/Latino", race)
    race = np.where((race == "Black") & (mess.random(n) < 0.30), "Black or African American", race)
    race = sometimes(mess, race, "Decline to state", np.where(is_offered, 0.012, 0.018))
    race = sometimes(mess, race, "", np.where(is_offered, 0.010, 0.016))
    language = np.array(LANGUAGES)[drawn["language"]]
    language = np.where((drawn["language"] == 2) & (mess.random(n) < 0.2), "Chinese", language)
    # Families without a home have no address, and no region.
    region = sometimes(mess, np.array(REGIONS)[drawn["region"]], "", np.where(is_offered, 0.012, 0.017))
    order = np.argsort(-drawn["since"], kind="stable")
    records = {
        "application_id": np.array([f"E{i:05d}" for i in range(1, n + 1)]),
        "family_id": np.array([f"F{i:05d}" for i in drawn["family"]])[order],
        "route": np.where(on_list, "List", "Provider")[order],
        "eligibility": eligibility[order],
        "age": np.array(list(AGES))[drawn["age"]][order],
        "race": race[order],
        "home_language": sometimes(mess, language, "", 0.008)[order],
        "region": region[order],
        "applied": applied.astype(str)[order],
        "offered": offered[order],
        "status": status[order],
    }
    return repeat_some(mess, labelled(order) | records, 23)


# --- what is planted -------------------------------------------------------------------------------------------------

MADE_UP = MadeUp(
    audit="child-care-matching",
    files=[
        File(
            "child_care_applications.csv",
            child_care_applications,
            seed=2101,
            row="one child for whom a family applied, when, and whether and when a space was offered",
            blocks=["spaces-offered", "time-to-offer"],
            key="application_id",
        )
    ],
    in_short="nothing: children of an age are offered a space as often and as soon, whoever they are",
    planted=[
        Planted("child_care_applications", "offered a space within a year", f"everybody ({age.lower()})", rate)
        for age, rate in OFFERED.items()
    ],
    promises={
        "spaces-offered/race/selection_rate": Promise("cleared"),
        "spaces-offered/home_language/selection_rate": Promise("cleared"),
        "spaces-offered/region/selection_rate": Promise("cleared"),
        "time-to-offer/race/served_within-90-days": Promise("cleared"),
        "time-to-offer/race/restricted_mean_wait-180-days": Promise("cleared"),
        "time-to-offer/home_language/served_within-90-days": Promise("cleared"),
        "time-to-offer/home_language/restricted_mean_wait-180-days": Promise("cleared"),
        "time-to-offer/region/served_within-90-days": Promise("cleared"),
        "time-to-offer/region/restricted_mean_wait-180-days": Promise("cleared"),
    },
    says=[
        "*Within every limit, by race, by language at home and by region: the evidence would support adoption.* About "
        "62 in 100 children have been offered a space, and 45 in 100 within 90 days, whoever they are. In at least 9 "
        "of 10 draws all nine findings are cleared at once.",
        "Infants are offered a space less often than older children, since spaces are licensed by age. No group has "
        "more infants than another by anything but chance, and the plan does not compare ages.",
    ],
    mess=[
        "**Unknown groups, not at random.** Race is blank or `Decline to state` for 22 in 1,000 children with an offer "
        "and 34 in 1,000 others; the region is blank for 12 and 17, mostly families without an address; the language "
        "for 8.",
        "**Open cases.** Of 100 waits on the list 38 had not ended on the day on which it was drawn. Of those, three "
        "in ten had left it, as `Withdrawn` or `Inactive, no reply`; they count as waiting.",
        "**Rows that do not belong.** Families over the income limit, or with papers missing, to whom nothing could be "
        "offered; 850 families who found a provider themselves, enrolled on the day on which they applied.",
        "**Decisions that are neither yes nor no**: `Transferred` to another county, and blanks.",
        "**Dates.** Five offers came before the application, their year mistyped; 2 in 1,000 were not entered.",
        "**Several children a family**, for one family in five: whether and when they are offered a space leans the "
        "same way, 0.06 up or down.",
        "**Codes.** `Hispanic/Latino` beside `Latino`, `Black or African American` beside `Black`; `Chinese` beside "
        "`Cantonese` and `Mandarin`.",
        "**Duplicates.** 23 whole rows come twice.",
    ],
    sizes="9,600 families on the list, as a big county has in nine months, so that what is equal is shown to be. The "
    "smallest group that is compared has about 1,000 children.",
)
