"""county-recidivism: Black people are wrongly flagged more often, and matches of Hispanic people missed more often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from made_up.drawing import (
    Drawn,
    Integers,
    Records,
    between,
    dates,
    happens,
    hundredths,
    labelled,
    leanings,
    pick,
    pick_text,
    repeat_some,
    sometimes,
)
from made_up.telling import File, MadeUp, Planted, Promise, table

# --- a risk score before trial ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scored:
    """A group before the risk score: its share of people, and its rates."""

    share: float
    rearrested: float
    flagged_if_not_rearrested: float
    flagged_if_rearrested: float


COUNTY_RACES = {
    "Black": Scored(0.36, 0.40, 0.32, 0.66),
    "White": Scored(0.42, 0.34, 0.20, 0.50),
    "Hispanic": Scored(0.17, 0.35, 0.23, 0.52),
    "Asian": Scored(0.025, 0.30, 0.20, 0.50),
    "Native American": Scored(0.015, 0.36, 0.24, 0.52),
    "Pacific Islander": Scored(0.010, 0.34, 0.22, 0.52),
}
COUNTY_RACES_ALIKE = {name: replace(COUNTY_RACES["White"], share=group.share) for name, group in COUNTY_RACES.items()}
COUNTY_PERCENT = {
    1: (15, 18),
    2: (19, 22),
    3: (23, 27),
    4: (28, 39),
    5: (40, 49),  # from here on a person is flagged
    6: (50, 53),
    7: (54, 57),
    8: (58, 61),
    9: (62, 65),
    10: (66, 69),
}
"""Score -> the lowest and the highest probability of rearrest, in percent, that the vendor gives it for."""
COUNTY_SEXES = {"F": 0.23, "M": 0.77}
COUNTY_AGES = {(18, 24): 0.22, (25, 44): 0.53, (45, 64): 0.235, (65, 84): 0.015}
COUNTY_TIMES = (0.66, 0.20, 0.09, 0.05)
COUNTY_PERSONS = 8400


def county_arraignments(
    rng: np.random.Generator, persons: int = COUNTY_PERSONS, races: Mapping[str, Scored] = COUNTY_RACES
) -> Drawn:
    """Draw arraignments: person, race, sex, age, rearrested within two years, flagged.

    Args:
        rng: the generator.
        persons: people; each is arraigned one to four times.
        races: each group's share and rates. Sex and age change nothing: whatever gap they show is chance.

    Returns:
        Whole numbers, one an arraignment: `race` and `sex` are places in `races` and `COUNTY_SEXES`.
    """
    groups = list(races.values())
    race = pick(rng, persons, [group.share for group in groups])
    sex = pick(rng, persons, list(COUNTY_SEXES.values()))
    band = np.array(list(COUNTY_AGES))[pick(rng, persons, list(COUNTY_AGES.values()))]
    age = between(rng, band[:, 0], band[:, 1], persons)
    lean = leanings(rng, persons, 0.08)
    person = np.repeat(np.arange(persons), 1 + pick(rng, persons, COUNTY_TIMES))
    race, sex, age, lean = race[person], sex[person], age[person], lean[person]
    rearrested = happens(rng, np.array([group.rearrested for group in groups])[race])
    rates = np.array([(group.flagged_if_not_rearrested, group.flagged_if_rearrested) for group in groups])
    flagged = happens(rng, rates[race, rearrested.astype(int)] + lean)
    return {"person": person, "race": race, "sex": sex, "age": age, "rearrested": rearrested, "flagged": flagged}


def county_scores(rng: np.random.Generator, flagged: np.ndarray) -> Integers:
    """Draw scores: 5 to 10 for whoever is flagged and 1 to 4 for the others, each as likely as the next."""
    n = len(flagged)
    return np.where(flagged, between(rng, 5, 10, n), between(rng, 1, 4, n))


def county_percents(rng: np.random.Generator, score: Integers) -> Integers:
    """Draw the probability of rearrest that a score stands for, in percent."""
    ends = np.array([(0, 0), *COUNTY_PERCENT.values()])[score]
    return between(rng, ends[:, 0], ends[:, 1], len(score))


def county_recidivism(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `county_recidivism.csv`: arraignments of three years with a risk score that judges did not yet see."""
    # The probabilities came later: a generator of their own leaves all that is drawn from the others as it was.
    whom, mess, vendor = rng.spawn(3)
    drawn = county_arraignments(whom, races=COUNTY_RACES if planted else COUNTY_RACES_ALIKE)
    n = len(drawn["person"])
    flagged = drawn["flagged"]
    year = 2021 + pick(mess, n, (0.07, 0.45, 0.48))
    day = between(mess, 0, 364, n)
    score = county_scores(mess, flagged)
    level = np.where(score >= 8, "High", np.where(score >= 5, "Medium", "Low"))
    level = sometimes(mess, level, "Not scored", 0.006)
    level = sometimes(mess, level, "ERR 12", 0.003)
    scored = (level != "Not scored") & (level != "ERR 12")
    race = np.array(list(COUNTY_RACES))[drawn["race"]]
    # The jail, the courts and probation each write race in their own way, and now and then differently.
    race = np.where((race == "Hispanic") & (mess.random(n) < 0.03), "White", race)
    race = np.where((race == "Black") & (mess.random(n) < 0.20), "Blk", race)
    race = np.where((race == "White") & (mess.random(n) < 0.15), "W", race)
    # Race is unknown more often for people scored low, who are released before anyone asks.
    unknown = pick_text(mess, n, {"": 0.6, "Refused": 0.3, "UNK": 0.1})
    race = np.where(mess.random(n) < np.where(flagged, 0.02, 0.036), unknown, race)
    outcome = np.where(drawn["rearrested"], "1", "0")
    outcome = sometimes(mess, outcome, "", 0.026)  # no record of the court could be linked
    order = np.lexsort((drawn["person"], day, year))
    records = {
        "case_number": np.array([f"CR{i:06d}" for i in range(1, n + 1)]),
        "person_id": np.array([f"P{i:05d}" for i in drawn["person"][order]]),
        "arraigned_on": dates(year, day)[order],
        "year": year[order].astype(str),
        "sex": sometimes(mess, np.array(list(COUNTY_SEXES))[drawn["sex"]], "U", 0.004)[order],
        "race": race[order],
        "age": sometimes(mess, drawn["age"].astype(str), "999", 0.002)[order],
        "charge_degree": pick_text(mess, n, {"Felony": 0.4, "Misdemeanor": 0.6}),
        "score": np.where(scored, score.astype(str), "")[order],
        "risk_level": level[order],
        "rearrested_two_years": outcome[order],
        "month": np.array([day[:7] for day in dates(year, day)[order].tolist()]),
        "probability": np.where(scored, hundredths(county_percents(vendor, score)), "")[order],
    }
    return repeat_some(mess, labelled(order) | records, 41)


# --- whose records are linked ----------------------------------------------------------------------------------------

COUNTY_SAME = 0.66
"""Of the pairs of records that clerks reviewed, the share that are of one person."""
COUNTY_MISSED = 0.05
COUNTY_MISSED_MORE = {"Hispanic": 0.20}
COUNTY_FALSE = 0.02
COUNTY_OFFICES = {"sheriff and courts": 0.45, "courts and probation": 0.33, "sheriff and probation": 0.22}
COUNTY_LINKED = 4600


def county_links(
    rng: np.random.Generator,
    pairs: int = COUNTY_LINKED,
    missed: Mapping[str, float] = COUNTY_MISSED_MORE,
    missed_others: float = COUNTY_MISSED,
) -> Drawn:
    """Draw pairs of records that clerks looked at: race, sex, of one person or of two, linked or not.

    Args:
        rng: the generator.
        pairs: how many; no person is in two of them.
        missed: race -> the share of pairs of one person that are not linked.
        missed_others: that share for every race that `missed` does not name.

    Returns:
        Whole numbers, one a pair: `race`, `sex`, `offices` are places in `COUNTY_RACES`, `COUNTY_SEXES` and so on.
    """
    table = np.array([missed.get(race, missed_others) for race in COUNTY_RACES])
    race = pick(rng, pairs, [group.share for group in COUNTY_RACES.values()])
    same = rng.random(pairs) < COUNTY_SAME
    return {
        "race": race,
        "sex": pick(rng, pairs, list(COUNTY_SEXES.values())),
        "offices": pick(rng, pairs, list(COUNTY_OFFICES.values())),
        "same": same,
        "linked": happens(rng, np.where(same, 1 - table[race], COUNTY_FALSE)),
    }


def county_linkage(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `county_linkage.csv`: pairs of records that software linked or not, and what clerks found."""
    whom, mess = rng.spawn(2)
    drawn = county_links(whom, missed=COUNTY_MISSED_MORE if planted else {})
    n = len(drawn["race"])
    race = np.array(list(COUNTY_RACES))[drawn["race"]]
    race = np.where((race == "Black") & (mess.random(n) < 0.20), "Blk", race)
    race = np.where((race == "White") & (mess.random(n) < 0.15), "W", race)
    # Where nothing was linked, there is one form less on which race could stand.
    unknown = pick_text(mess, n, {"": 0.7, "Refused": 0.2, "UNK": 0.1})
    race = np.where(mess.random(n) < np.where(drawn["linked"], 0.022, 0.036), unknown, race)
    linked = sometimes(mess, np.where(drawn["linked"], "linked", "not linked"), "queued", 0.005)
    found = np.where(drawn["same"], "same person", "two persons")
    found = sometimes(mess, found, "cannot tell", 0.009)  # no fingerprints, and a common name
    records = {
        "pair_id": np.array([f"L{i:05d}" for i in range(1, n + 1)]),
        "offices": np.array(list(COUNTY_OFFICES))[drawn["offices"]],
        "sex": sometimes(mess, np.array(list(COUNTY_SEXES))[drawn["sex"]], "U", 0.004),
        "race": race,
        "software": linked,
        "clerks": found,
    }
    return repeat_some(mess, labelled(linked) | records, 9)


# --- what is planted -------------------------------------------------------------------------------------------------

# --- who is arraigned in the whole county ----------------------------------------------------------------------------

COUNTY_EVERYBODY = 26_000
COUNTY_SEXES_OF_ALL = {"F": 0.26, "M": 0.74}
COUNTY_AGES_OF_ALL = {18: 0.25, 25: 0.52, 45: 0.214, 65: 0.016}
"""First year of a band of ages -> its share: in the whole county more are women, and more are young."""


def county_population(rng: np.random.Generator, planted: bool = True) -> Records:
    """Write who was arraigned in all courts of the county, by race, sex and age; nothing of it is drawn."""
    rows = [
        (race, sex, age, round(COUNTY_EVERYBODY * of.share * by_sex * by_age))
        for race, of in COUNTY_RACES.items()
        for sex, by_sex in COUNTY_SEXES_OF_ALL.items()
        for age, by_age in COUNTY_AGES_OF_ALL.items()
    ]
    race, sex, age, people = zip(*rows, strict=True)
    columns = {"race": race, "sex": sex, "age": age, "people": people}
    return labelled(np.array(race)) | {name: np.array(column) for name, column in columns.items()}


MADE_UP = MadeUp(
    audit="county-recidivism",
    files=[
        File(
            "county_recidivism.csv",
            county_recidivism,
            seed=3202,
            row="one arraignment with a risk score, and whether the person was rearrested",
            blocks=["high-risk-flags", "risk-score"],
            key="case_number",
        ),
        File(
            "county_population.csv",
            county_population,
            seed=3204,
            row="how many people of a race, a sex and a band of ages were arraigned in all courts of the county",
            blocks=["high-risk-flags"],
        ),
        File(
            "county_linkage.csv",
            county_linkage,
            seed=3203,
            row="two records of different offices, whether software linked them, and what clerks found",
            blocks=["record-linkage"],
            key="pair_id",
        ),
    ],
    in_short=(
        "Black people who are not rearrested are flagged more often than others; matches of Hispanic people's records "
        "are missed more often"
    ),
    planted=[
        *(
            Planted("county_recidivism", "flagged, of those not rearrested", race, scored.flagged_if_not_rearrested)
            for race, scored in COUNTY_RACES.items()
        ),
        *(
            Planted("county_linkage", "not linked, of pairs of one person", race, share)
            for race, share in COUNTY_MISSED_MORE.items()
        ),
        Planted("county_linkage", "not linked, of pairs of one person", "everybody else", COUNTY_MISSED),
        Planted("county_linkage", "linked, of pairs of two persons", "everybody", COUNTY_FALSE),
    ],
    tables={
        "Not only the score differs. Rates of rearrest do too, and so does how often those who are rearrested are "
        "flagged:": table(
            ("race", "rearrested within two years", "flagged, of those rearrested"),
            [(race, f"{of.rearrested:.2f}", f"{of.flagged_if_rearrested:.2f}") for race, of in COUNTY_RACES.items()],
        ),
        "The column `probability` of county_recidivism says how probable the vendor holds rearrest, by score. All "
        "probabilities of a score are drawn alike, whoever the person is, so that they say no more than the flag "
        "does.": table(
            ("score", "lowest", "highest"),
            [(score, f"0.{low}", f"0.{high}") for score, (low, high) in COUNTY_PERCENT.items()],
        ),
    },
    promises={
        "high-risk-flags/race/false_positive_rate": Promise("flagged", worse_off=["Black"]),
        "high-risk-flags/race/selection_rate": Promise("flagged", worse_off=["Black"]),
        "high-risk-flags/race/positive_predictive_value": Promise("not_demonstrated"),
        "high-risk-flags/sex/false_positive_rate": Promise("cleared"),
        "high-risk-flags/sex/selection_rate": Promise("cleared"),
        "high-risk-flags/sex/positive_predictive_value": Promise(("not_demonstrated", "cleared")),
        "high-risk-flags/age/false_positive_rate": Promise("not_demonstrated"),
        "high-risk-flags/age/selection_rate": Promise(("not_demonstrated", "cleared")),
        "high-risk-flags/age/positive_predictive_value": Promise("not_demonstrated"),
        "high-risk-flags/race_sex/false_positive_rate": Promise("flagged", worse_off=["Black, Female", "Black, Male"]),
        "high-risk-flags/race_sex/selection_rate": Promise("flagged", worse_off=["Black, Female", "Black, Male"]),
        "high-risk-flags/race_sex/positive_predictive_value": Promise("not_demonstrated"),
        "risk-score/race/auc": Promise("not_demonstrated"),
        "risk-score/race/calibration_in_the_large": Promise("not_demonstrated"),
        "risk-score/race/xauc": Promise("flagged", worse_off=["Black"]),
        "risk-score/race/false_positive_rate-at-0.4": Promise("flagged", worse_off=["Black"]),
        "risk-score/race/top_k_share-capacity-100-per-month": Promise(
            ("flagged", "not_demonstrated"), worse_off=["Black"]
        ),
        "risk-score/sex/auc": Promise("cleared"),
        "risk-score/sex/calibration_in_the_large": Promise("cleared"),
        "risk-score/sex/xauc": Promise("cleared"),
        "risk-score/sex/false_positive_rate-at-0.4": Promise("cleared"),
        "risk-score/sex/top_k_share-capacity-100-per-month": Promise("cleared"),
        "record-linkage/race/missed_match_rate": Promise("flagged", worse_off=["Hispanic"]),
        "record-linkage/race/false_match_rate": Promise("not_demonstrated"),
        "record-linkage/race/false_match_share": Promise("not_demonstrated"),
        "record-linkage/sex/missed_match_rate": Promise("cleared"),
        "record-linkage/sex/false_match_rate": Promise("cleared"),
        "record-linkage/sex/false_match_share": Promise("cleared"),
    },
    says=[
        "**Flags.** *False positive rate by race: outside the limit of 0.05.* Of those who are not rearrested, 12 more "
        "in 100 Black people than White people are flagged. *By sex: within the limit.* Sex changes nothing, and there "
        "are enough women to show it. *By age: not shown either way.* Age changes nothing either, but people of 65 and "
        "over are 15 in 1,000. The predictive value of a flag is nearly the same for Black and White people, and the "
        "shares flagged are not: where rearrest rates differ (0.40 and 0.34) they cannot all be alike.",
        "**The score.** *AUC and calibration by sex: within their limits of 0.05*; *by race: shown for Black, White "
        "and Hispanic people*, and not for the others, who are too few. The score tells outcomes apart about equally "
        "well within each group, and means about the same. *Across groups (xAUC): outside the limit.* A Black person "
        "who is rearrested stands above a White person who is not about 73 times in 100, a White one above a Black "
        "one 59 times. *Among the 100 highest of a month:* White people about two thirds as often as Black people.",
        "**Linkage.** *Missed matches by race: outside the limit of 0.05*, since Hispanic people's records are missed "
        "four times as often. *By sex: within the limit.* *False matches by sex: within the limit; by race: not shown "
        "either way*, as some groups have a dozen pairs of two persons.",
    ],
    mess=[
        "**Unknown groups, not at random.** Race is blank, `Refused` or `UNK` for 36 in 1,000 people scored low and 20 "
        "in 1,000 flagged; of pairs of records, more often where nothing was linked.",
        "**Blank outcomes.** No court record could be linked for 26 in 1,000 arraignments.",
        "**Decisions that are neither yes nor no**: `Not scored` and `ERR 12`; 5 in 1,000 pairs are `queued`, neither "
        "linked nor not.",
        "**Clerks who cannot tell** 9 in 1,000 pairs of records.",
        "**Codes.** `Blk` and `W` beside `Black` and `White`, ages of `999`, sex `U`.",
        "**One person, two races.** 3 in 100 arraignments of Hispanic people are recorded as White.",
        "**Several records a person**, one to four, whose decisions lean the same way: 0.08 up or down.",
        "**Rows that do not belong**: a trial run of 2021.",
        "**Duplicates.** Whole rows come twice: 41 arraignments, 9 pairs of records.",
    ],
    sizes=f"{COUNTY_PERSONS:,} people arraigned one to four times, and {COUNTY_LINKED:,} pairs of records.",
)
