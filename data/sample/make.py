"""Write the made-up records of this folder. No person in them exists; README.md lists what is planted in each.

Every data set is made in two steps, each a function of a random generator alone:

    who was decided on, and how (whole numbers)  ->  records as an office would export them, with their mess (text)

The first step holds all that is planted, so it can be repeated for hundreds of seeds in a moment (tests/audits does).
Run `python data/sample/make.py` to write the files again: the same bytes on every machine, since nothing but uniform
numbers is drawn (numpy keeps those the same across versions) and no transcendental function is used.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

Integers = np.ndarray
Texts = np.ndarray
Records = dict[str, Texts]
Drawn = dict[str, Integers]


# --- drawing ---------------------------------------------------------------------------------------------------------


def pick(rng: np.random.Generator, n: int, shares: Sequence[float]) -> Integers:
    """Draw `n` indexes, index k with probability `shares[k]`; shares need not add up to 1."""
    ends = np.cumsum(shares)
    return np.minimum(np.searchsorted(ends, rng.random(n) * ends[-1], side="right"), len(ends) - 1)


def pick_text(rng: np.random.Generator, n: int, shares: Mapping[str, float]) -> Texts:
    """Draw `n` of the keys of `shares`."""
    return np.array(list(shares))[pick(rng, n, list(shares.values()))]


def between(rng: np.random.Generator, low: Integers | int, high: Integers | int, n: int) -> Integers:
    """Draw `n` whole numbers from `low` to `high`, both included."""
    return (low + np.floor(rng.random(n) * (np.asarray(high) - low + 1))).astype(int)


def happens(rng: np.random.Generator, chance: Sequence[float] | np.ndarray) -> np.ndarray:
    """Draw yes or no, each with a chance of its own."""
    return rng.random(len(chance)) < np.asarray(chance)


def leanings(rng: np.random.Generator, people: int, lean: float) -> np.ndarray:
    """Draw for each person by how much all their decisions lean up or down, so that records of one person are alike.

    Half lean up and half down, so that the rate of a whole group stays what was planted.
    """
    return np.where(rng.random(people) < 0.5, -lean, lean)


def repeat_some(rng: np.random.Generator, records: Records, rows: int) -> Records:
    """Append `rows` records a second time, as a careless export does."""
    n = len(next(iter(records.values())))
    again = between(rng, 0, n - 1, rows)
    return {name: np.concatenate([column, column[again]]) for name, column in records.items()}


def sometimes(rng: np.random.Generator, column: Texts, value: str, chance: float | np.ndarray) -> Texts:
    """Put `value` in place of a column's own, here and there."""
    return np.where(rng.random(len(column)) < chance, value, column)


def dates(year: Integers, day: Integers) -> Texts:
    """Give ISO dates; `day` counts from 0."""
    return (np.array([f"{y}-01-01" for y in year], dtype="datetime64[D]") + day).astype(str)


def hundredths(numbers: Integers) -> Texts:
    """Write whole hundredths (cents, percent) with two digits after the point."""
    return np.array([f"{whole}.{rest:02d}" for whole, rest in zip(*np.divmod(numbers, 100), strict=True)])


def margins(people: Integers, designs: float = 1.0) -> Integers:
    """Give margins of error at 90% of numbers of people, as a survey of about one household in twelve has them.

    Args:
        people: numbers of people.
        designs: how many times the variance of a simple random sample the survey has.
    """
    return np.floor(1.645 * np.sqrt(11.0 * designs * np.maximum(people, 1)) + 0.5).astype(int)


def labelled(column: Texts | Integers) -> Records:
    """Begin a table with the column that says, in every row, that it is made up."""
    return {"made_up": np.full(len(column), "yes")}


# --- county-recidivism: a risk score before trial --------------------------------------------------------------------


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


def county_recidivism(rng: np.random.Generator) -> Records:
    """Make `county_recidivism.csv`: arraignments of three years with a risk score that judges did not yet see."""
    # The probabilities came later: a generator of their own leaves all that is drawn from the others as it was.
    whom, mess, vendor = rng.spawn(3)
    drawn = county_arraignments(whom)
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


# --- county-recidivism: whose records are linked ---------------------------------------------------------------------

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


def county_linkage(rng: np.random.Generator) -> Records:
    """Make `county_linkage.csv`: pairs of records that software linked or not, and what clerks found."""
    whom, mess = rng.spawn(2)
    drawn = county_links(whom)
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


# --- marin-workforce: screening of applications ----------------------------------------------------------------------

MARIN_SEXES = {"Female": 0.547, "Male": 0.447, "Nonbinary": 0.006}
MARIN_RACES = {
    "White": 0.45,
    "Hispanic or Latino": 0.21,
    "Asian": 0.13,
    "Black or African American": 0.12,
    "Native Hawaiian or Pacific Islander": 0.010,
    "American Indian or Alaska Native": 0.008,
    "Two or more": 0.072,
}
MARIN_RATE = 0.335
MARIN_WORSE_OFF = {("Female", "Black or African American"): 0.18, ("Male", "Black or African American"): 0.38}
MARIN_TODAY_RATE = 0.31
MARIN_TODAY = {("Female", "Black or African American"): 0.27}
MARIN_EXAMS = {"Clerical": 0.35, "Health and social services": 0.30, "Public safety": 0.15, "Public works": 0.20}
MARIN_SEVERAL = {
    "Asian; White": 0.4,
    "Hispanic or Latino; White": 0.35,
    "Black or African American; White": 0.15,
    "American Indian or Alaska Native; White": 0.1,
}
MARIN_APPLICANTS = 11200


def marin_applications(
    rng: np.random.Generator,
    applicants: int = MARIN_APPLICANTS,
    others: float = MARIN_RATE,
    rates: Mapping[tuple[str, str], float] = MARIN_WORSE_OFF,
) -> Drawn:
    """Draw applications: applicant, sex, race, exam, and whether the applicant was let through.

    Args:
        rng: the generator.
        applicants: people; each applies one to three times.
        others: the rate of every sex and race that `rates` does not name.
        rates: (sex, race) -> rate.

    Returns:
        Whole numbers, one an application; `sex`, `race`, `exam` are places in `MARIN_SEXES`, `MARIN_RACES` and so on.
    """
    table = np.array([[rates.get((sex, race), others) for race in MARIN_RACES] for sex in MARIN_SEXES])
    sex = pick(rng, applicants, list(MARIN_SEXES.values()))
    race = pick(rng, applicants, list(MARIN_RACES.values()))
    lean = leanings(rng, applicants, 0.06)
    person = np.repeat(np.arange(applicants), 1 + pick(rng, applicants, (0.80, 0.15, 0.05)))
    exam = pick(rng, len(person), list(MARIN_EXAMS.values()))
    through = happens(rng, table[sex[person], race[person]] + lean[person])
    return {"person": person, "sex": sex[person], "race": race[person], "exam": exam, "through": through}


def marin_people(rng: np.random.Generator, drawn: Drawn, race_unknown: float) -> Records:
    """Write applicants' sex and race as they fill in a form: several boxes ticked, boxes left empty."""
    n = len(drawn["person"])
    sex = sometimes(rng, np.array(list(MARIN_SEXES))[drawn["sex"]], "", 0.015)
    race = np.array(list(MARIN_RACES))[drawn["race"]]
    race = np.where(race == "Two or more", pick_text(rng, n, MARIN_SEVERAL), race)
    race = np.where((race == "Hispanic or Latino") & (rng.random(n) < 0.1), "Latino/a", race)
    # Applicants who are turned down have answered the question less often.
    unknown = pick_text(rng, n, {"Decline to state": 0.7, "": 0.3})
    chance = np.where(drawn["through"], race_unknown * 0.8, race_unknown * 1.1)
    return {"sex": sex, "race": np.where(rng.random(n) < chance, unknown, race)}


def marin_workforce_pilot(rng: np.random.Generator) -> Records:
    """Make `marin_workforce_pilot.csv`: applications as a screening tool sorted them in a pilot."""
    whom, mess = rng.spawn(2)
    drawn = marin_applications(whom)
    n = len(drawn["person"])
    result = np.where(drawn["through"], "Advance", "Not advanced")
    result = sometimes(mess, result, "Withdrew", 0.015)
    result = sometimes(mess, result, "", 0.004)
    records = {
        "application_id": np.array([f"A{i:06d}" for i in range(1, n + 1)]),
        "applicant_id": np.array([f"P{i:05d}" for i in drawn["person"]]),
        "exam_group": np.array(list(MARIN_EXAMS))[drawn["exam"]],
        **marin_people(mess, drawn, race_unknown=0.09),
        "screen_result": result,
    }
    return repeat_some(mess, labelled(result) | records, 45)


def marin_workforce_today(rng: np.random.Generator) -> Records:
    """Make `marin_workforce_today.csv`: a sample of paper files of how analysts sort applications today.

    The two exams with most applicants were sampled one file in four, so each of their files stands for four.
    """
    whom, mess = rng.spawn(2)
    drawn = marin_applications(whom, applicants=5400, others=MARIN_TODAY_RATE, rates=MARIN_TODAY)
    stands_for = np.where(drawn["exam"] <= 1, 4, 1)
    sampled = mess.random(len(stands_for)) * stands_for < 1
    drawn = {name: column[sampled] for name, column in drawn.items()}
    stands_for = stands_for[sampled]
    n = len(stands_for)
    records = {
        "file_id": np.array([f"F{i:05d}" for i in range(1, n + 1)]),
        "applicant_id": np.array([f"T{i:05d}" for i in drawn["person"]]),
        "exam_group": np.array(list(MARIN_EXAMS))[drawn["exam"]],
        **marin_people(mess, drawn, race_unknown=0.12),
        "referred": sometimes(mess, np.where(drawn["through"], "Y", "N"), "", 0.01),
        "stands_for": stands_for.astype(str),
    }
    return labelled(stands_for) | records


# --- marin-workforce: what is paid -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class JobClass:
    """A class of county jobs: the shares of women and of men in it, and the hourly pay where it begins, in cents."""

    women: float
    men: float
    cents: int


# Women and men are spread differently, and paid the same on average: the shares were chosen so.
MARIN_CLASSES = {
    "Office and clerical": JobClass(0.1625, 0.10, 2900),
    "Service and maintenance": JobClass(0.12, 0.20, 3100),
    "Health and social services": JobClass(0.2775, 0.20, 4500),
    "Public safety": JobClass(0.12, 0.18, 4700),
    "Professional": JobClass(0.24, 0.24, 5600),
    "Management": JobClass(0.08, 0.08, 7800),
}
MARIN_BETTER_PAID = ("Professional", "Management")
MARIN_PLACED_LOWER = 0.40
"""Of those of one group who would be in a better paid class, the share found in service and maintenance instead."""
MARIN_PAID_IN_CLASS = 0.95
"""What that group is paid in a class, for each dollar of the others."""
MARIN_PAID_LESS = "Hispanic or Latino"
MARIN_STAFF = 4700


def marin_offers(
    rng: np.random.Generator,
    staff: int = MARIN_STAFF,
    placed_lower: float = MARIN_PLACED_LOWER,
    paid: float = MARIN_PAID_IN_CLASS,
) -> Drawn:
    """Draw proposals of hourly pay: person, sex, race, job class, cents an hour.

    Args:
        rng: the generator.
        staff: people; one in 25 holds two jobs.
        placed_lower: of `MARIN_PAID_LESS` in a better paid class, the share moved to service and maintenance.
        paid: what `MARIN_PAID_LESS` is paid in a class, for each dollar of the others.

    Returns:
        Whole numbers, one a job; `sex` is 0 for women and 1 for men, `race` and `job` are places in `MARIN_RACES` and
        `MARIN_CLASSES`.
    """
    classes = list(MARIN_CLASSES.values())
    person = np.repeat(np.arange(staff), 1 + pick(rng, staff, (0.96, 0.04)))
    n = len(person)
    sex = pick(rng, staff, (0.53, 0.47))[person]
    race = pick(rng, staff, list(MARIN_RACES.values()))[person]
    job = np.where(
        sex == 0,
        pick(rng, n, [each.women for each in classes]),
        pick(rng, n, [each.men for each in classes]),
    )
    less = race == list(MARIN_RACES).index(MARIN_PAID_LESS)
    better = np.isin(job, [list(MARIN_CLASSES).index(name) for name in MARIN_BETTER_PAID])
    lower = less & better & (rng.random(n) < placed_lower)
    job = np.where(lower, list(MARIN_CLASSES).index("Service and maintenance"), job)
    grade = 0.85 + 0.30 * rng.random(n)
    step = 1 + 0.05 * between(rng, 0, 4, n)
    begins = np.array([each.cents for each in classes])[job]
    cents = np.floor(begins * grade * step * np.where(less, paid, 1.0) + 0.5).astype(int)
    return {"person": person, "sex": sex, "race": race, "job": job, "cents": cents}


def marin_pay(rng: np.random.Generator) -> Records:
    """Make `marin_pay.csv`: the hourly pay that the tool proposed for each job, beside payroll."""
    whom, mess = rng.spawn(2)
    drawn = marin_offers(whom)
    n = len(drawn["person"])
    race = np.array(list(MARIN_RACES))[drawn["race"]]
    race = np.where((race == "Hispanic or Latino") & (mess.random(n) < 0.1), "Latino/a", race)
    unknown = pick_text(mess, n, {"Decline to state": 0.7, "": 0.3})
    on_leave = mess.random(n) < 0.012
    pay = sometimes(mess, hundredths(drawn["cents"]), "", 0.008)
    pay = sometimes(mess, pay, "TBD", 0.004)
    # Payroll pays nothing to whoever is on unpaid leave, and the tool took that for the pay of the job.
    pay = np.where(on_leave & (mess.random(n) < 0.6), "0.00", pay)
    records = {
        "position_id": np.array([f"J{i:05d}" for i in range(1, n + 1)]),
        "employee_id": np.array([f"E{i:05d}" for i in drawn["person"]]),
        "job_class": np.array(list(MARIN_CLASSES))[drawn["job"]],
        "sex": sometimes(mess, np.array(["F", "M"])[drawn["sex"]], "", 0.006),
        "race": np.where(mess.random(n) < 0.03, unknown, race),
        "status": np.where(on_leave, "On leave", "Active"),
        "proposed_hourly_pay": pay,
    }
    return repeat_some(mess, labelled(pay) | records, 12)


# --- marin-workforce: who is on the staff, of whom could be ----------------------------------------------------------

MARIN_LABOUR_FORCE = {
    "White": 0.46,
    "Hispanic or Latino": 0.25,
    "Asian": 0.14,
    "Black or African American": 0.08,
    "Native Hawaiian or Pacific Islander": 0.006,
    "American Indian or Alaska Native": 0.006,
    "Two or more": 0.058,
}
MARIN_WOMEN = 0.48
"""The share of women, in the labour force and on the staff alike."""
MARIN_WORKERS = 1_840_000
MARIN_FEWER = {"Hispanic or Latino": 0.70}
"""Staff, for each one to be expected by the group's share of the labour force; the other groups make up for it."""
MARIN_DEPARTMENTS = {"Health": 0.31, "Sheriff": 0.17, "Public works": 0.20, "Courts": 0.09, "Offices": 0.23}


def marin_staff_races(fewer: Mapping[str, float] = MARIN_FEWER) -> dict[str, float]:
    """Give each race's share of the staff; whoever is not named has what is left over, as in the labour force."""
    named = {race: fewer[race] * MARIN_LABOUR_FORCE[race] for race in fewer}
    left = sum(share for race, share in MARIN_LABOUR_FORCE.items() if race not in fewer)
    times = (1 - sum(named.values())) / left
    return {race: named.get(race, share * times) for race, share in MARIN_LABOUR_FORCE.items()}


def marin_people_on_staff(
    rng: np.random.Generator, staff: int = MARIN_STAFF, fewer: Mapping[str, float] = MARIN_FEWER
) -> Drawn:
    """Draw people on the staff: person, sex (0 for women), race (places in `MARIN_LABOUR_FORCE`)."""
    return {
        "person": np.arange(staff),
        "sex": pick(rng, staff, (MARIN_WOMEN, 1 - MARIN_WOMEN)),
        "race": pick(rng, staff, list(marin_staff_races(fewer).values())),
    }


def marin_staff(rng: np.random.Generator) -> Records:
    """Make `marin_staff.csv`: everybody whom personnel has a file of, those who have left too."""
    whom, mess = rng.spawn(2)
    drawn = marin_people_on_staff(whom)
    n = len(drawn["person"])
    race = np.array(list(MARIN_LABOUR_FORCE))[drawn["race"]]
    race = np.where((race == "Hispanic or Latino") & (mess.random(n) < 0.1), "Latino/a", race)
    unknown = pick_text(mess, n, {"Decline to state": 0.7, "": 0.3})
    status = sometimes(mess, np.full(n, "Active"), "On leave", 0.012)
    here = {
        "personnel_id": np.array([f"S{i:05d}" for i in drawn["person"]]),
        "department": pick_text(mess, n, MARIN_DEPARTMENTS),
        "sex": sometimes(mess, np.array(["F", "M"])[drawn["sex"]], "", 0.006),
        "race": np.where(mess.random(n) < 0.03, unknown, race),
        "status": status,
    }
    # Files of those who left are thrown away after a year; whoever had more reason to leave is among them.
    left = between(mess, 0, n - 1, 190)
    gone = {name: column[left] for name, column in here.items()} | {
        "personnel_id": np.array([f"S{n + i:05d}" for i in range(190)]),
        "status": np.full(190, "Separated"),
    }
    records = {name: np.concatenate([column, gone[name]]) for name, column in here.items()}
    return labelled(records["status"]) | records


def marin_labour_force(rng: np.random.Generator) -> Records:
    """Make `marin_labour_force.csv`: who is in the labour force of four counties, as a survey has it."""
    shares = np.outer((MARIN_WOMEN, 1 - MARIN_WOMEN), list(MARIN_LABOUR_FORCE.values())).ravel()
    people = np.floor(MARIN_WORKERS * shares + 0.5).astype(int)
    people = people + between(rng, -9, 9, len(people))
    sexes, races = ["Female", "Male"], list(MARIN_LABOUR_FORCE)
    records = {
        "sex": np.repeat(sexes, len(races)),
        "race": np.tile(["Hispanic or Latino (of any race)" if race.startswith("H") else race for race in races], 2),
        "people": people.astype(str),
        "moe": margins(people, designs=1.5).astype(str),
    }
    return labelled(people) | records


# --- dc-311: how long requests wait ----------------------------------------------------------------------------------

DC_WARDS = {1: 0.15, 2: 0.10, 3: 0.10, 4: 0.13, 5: 0.15, 6: 0.13, 7: 0.13, 8: 0.11}
DC_CHANNELS = {"Phone": 0.42, "App": 0.30, "Web": 0.28}
DC_SERVICES = {
    "Bulk collection": 0.27,
    "Parking enforcement": 0.20,
    "Illegal dumping": 0.14,
    "Tree inspection": 0.13,
    "Streetlight repair": 0.10,
    "Rodent inspection": 0.09,
    "Pothole": 0.07,
}
DC_RATE = 0.80
DC_WORSE_OFF = {7: 0.66, 8: 0.66}
# Days from and to, and how often: of the requests served within 30 days, and of the others.
DC_SOON = {(0, 1): 0.22, (1, 7): 0.38, (7, 30): 0.40}
DC_LATE = {(30, 90): 0.55, (90, 300): 0.25, (300, 1500): 0.20}
DC_CALLERS = 6900
DC_UNTIL = np.datetime64("2025-01-01T00:00:00")
DC_DAYS = 457
DAY = 86_400  # seconds


def dc_waits(rng: np.random.Generator, soon: np.ndarray) -> Integers:
    """Draw waits in seconds, within 30 days or beyond them."""
    n = len(soon)
    spans = [np.array(list(spans))[pick(rng, n, list(spans.values()))] for spans in (DC_SOON, DC_LATE)]
    days = np.where(soon[:, None], *spans)
    return between(rng, days[:, 0] * DAY + 1, days[:, 1] * DAY, n)


def dc_requests(
    rng: np.random.Generator,
    callers: int = DC_CALLERS,
    rates: Mapping[int, float] = DC_WORSE_OFF,
    wards: Mapping[int, float] = DC_WARDS,
) -> Drawn:
    """Draw residents' requests: caller, ward, channel, service, age and wait in seconds.

    Args:
        rng: the generator.
        callers: people; each asks one to four times, from one ward and through one channel.
        rates: ward -> the share of its requests that are served within 30 days; `DC_RATE` where it is not named.
        wards: ward -> the share of callers who live there; every ward, in order.

    Returns:
        Whole numbers, one a request: `ward` counts from 0, `channel` and `service` are places in `DC_CHANNELS` and
        `DC_SERVICES`. A request whose `wait` is longer than its `age` is still open.
    """
    table = np.array([rates.get(ward, DC_RATE) for ward in DC_WARDS])
    ward = pick(rng, callers, list(wards.values()))
    channel = pick(rng, callers, list(DC_CHANNELS.values()))
    lean = leanings(rng, callers, 0.06)
    person = np.repeat(np.arange(callers), 1 + pick(rng, callers, (0.62, 0.20, 0.10, 0.08)))
    n = len(person)
    return {
        "person": person,
        "ward": ward[person],
        "channel": channel[person],
        "service": pick(rng, n, list(DC_SERVICES.values())),
        "age": between(rng, 1, DC_DAYS * DAY, n),
        "wait": dc_waits(rng, happens(rng, table[ward[person]] + lean[person])),
    }


def dc_crews(rng: np.random.Generator, n: int) -> Drawn:
    """Draw what crews of the city log when they have just done it: opened and closed in the same second.

    Most is in the wards of downtown, where crews pass most often.
    """
    return {
        "ward": pick(rng, n, [0.12, 0.32, 0.14, 0.10, 0.11, 0.13, 0.05, 0.03]),
        "service": pick(rng, n, [0.10, 0.05, 0.45, 0.05, 0.10, 0.05, 0.20]),
        "age": between(rng, 1, DC_DAYS * DAY, n),
    }


def dc_311(rng: np.random.Generator) -> Records:
    """Make `dc_311.csv`: requests for city services as an export on one day shows them."""
    whom, others, mess = rng.spawn(3)
    drawn, crews = dc_requests(whom), dc_crews(others, 1800)
    asked, n = len(drawn["age"]), len(drawn["age"]) + len(crews["age"])

    def both(name: str) -> Integers:
        return np.concatenate([drawn[name], crews[name]])

    age = both("age")
    wait = np.concatenate([drawn["wait"], np.zeros(n - asked, dtype=int)])
    opened = DC_UNTIL - age
    is_open = wait > age
    # A few clocks were wrong: closed up to an hour before it was opened.
    wrong = np.isin(np.arange(n), between(mess, 0, asked - 1, 6)) & ~is_open
    closed = opened + np.where(wrong, -between(mess, 60, 3600, n), np.minimum(wait, age))
    ward = (1 + both("ward")).astype(str)
    ward = np.where(mess.random(n) < 0.04, np.char.add("Ward ", ward), ward)
    order = np.argsort(-age, kind="stable")
    records = {
        "request_id": np.array([f"SR{i:06d}" for i in range(1, n + 1)]),
        "caller_id": np.array([*(f"C{i:05d}" for i in drawn["person"]), *["CITY"] * (n - asked)])[order],
        "service": np.array(list(DC_SERVICES))[both("service")][order],
        "channel": np.array([*np.array(list(DC_CHANNELS))[drawn["channel"]], *["City crew"] * (n - asked)])[order],
        # Requests whose address could not be found have no ward.
        "ward": sometimes(mess, sometimes(mess, ward, "", 0.012), "0", 0.003)[order],
        "opened": opened.astype(str)[order],
        "closed": np.where(is_open, "", closed.astype(str))[order],
        "status": np.where(is_open, "Open", "Closed")[order],
    }
    return repeat_some(mess, labelled(order) | records, 19)


DC_RESIDENTS = {1: 86_200, 2: 62_400, 3: 61_900, 4: 83_700, 5: 90_300, 6: 84_100, 7: 108_600, 8: 105_300}
"""Ward -> its residents. Those of wards 7 and 8 call less often than others, for every 1,000 of them."""


def dc_residents(rng: np.random.Generator) -> Records:
    """Make `dc_residents.csv`: who lives in each ward, as a survey has it."""
    people = np.array(list(DC_RESIDENTS.values())) + between(rng, -49, 49, len(DC_RESIDENTS))
    records = {
        "ward": np.array([f"Ward {ward}" for ward in DC_RESIDENTS]),
        "people": people.astype(str),
        "moe": margins(people, designs=1.5).astype(str),
    }
    return labelled(people) | records


# --- large-lots: vacant lots for neighbours --------------------------------------------------------------------------

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


def large_lots(rng: np.random.Generator) -> Records:
    """Make `large_lots.csv`: requests for city lots as a scoring tool decided them over several rounds."""
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


# --- large-lots: where lots are offered ------------------------------------------------------------------------------

LOTS_PLACES = {"West Englewood": 20, "New City": 20, "Englewood": 25, "Washington Park": 15, "Woodlawn": 15}
"""Small areas of each community area, a multiple of five, from west to east."""
LOTS_OFFERED = {"West Englewood": 3, "New City": 1, "Englewood": 4, "Washington Park": 2, "Woodlawn": 2}
"""Of the small areas of a community area, how many have lots on offer in each fifth of incomes."""
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


def large_lots_areas(rng: np.random.Generator) -> Records:
    """Make `large_lots_areas.csv`: every small area, who lives there, and whether lots are on offer."""
    whom, mess = rng.spawn(2)
    drawn = lots_places(whom)
    # Most of one area is a park: few live there, and a survey cannot tell who.
    park = int(between(mess, 0, len(drawn["income"]) - 1, 1)[0])
    drawn["people"][park] = (9, 4, 0, 0, 0)
    records = lots_columns(drawn)
    records["km_to_lot"][park] = "n/a"
    records["median_income"][between(mess, 0, len(drawn["income"]) - 1, 2)] = ""
    return labelled(drawn["income"]) | records


def large_lots_map(rng: np.random.Generator) -> bytes:
    """Make `large_lots_areas.geojson`: the outlines, corners shared. The last is a rail yard, where nobody lives."""
    west, south = -87_690_000, 41_760_000  # millionths of a degree
    steps = (LOTS_COLUMNS + 1) * (LOTS_ROWS + 1)
    moved = between(rng, -900, 900, 2 * steps).reshape(LOTS_COLUMNS + 1, LOTS_ROWS + 1, 2)

    def corner(column: int, row: int) -> list[float]:
        x, y = west + 8400 * column + moved[column, row, 0], south + 6300 * row + moved[column, row, 1]
        return [round(int(x) / 1e6, 5), round(int(y) / 1e6, 5)]

    features = []
    for place in range(LOTS_COLUMNS * LOTS_ROWS):
        column, row = divmod(place, LOTS_ROWS)
        around = ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
        ring = [corner(column + right, row + up) for right, up in around]
        properties = {"area": lots_area(place), "made_up": "yes"}
        shape = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": properties, "geometry": shape})
    lines = ",\n".join(json.dumps(feature) for feature in features)
    return f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'.encode()


# --- job-seeker-targeting: the same profile under two names ----------------------------------------------------------

JOBS_SERIES = {"race": ("Black", "White"), "sex": ("Female", "Male")}
"""What the two names of a test differ in."""
JOBS_SHOWN = 0.34
JOBS_SHOWN_LESS = {"Black": 0.22}
JOBS_OWN_LUCK = 0.13
"""How often an arm is shown or not by its own luck, and not by what both of its test share."""
JOBS_TESTS = {"race": 820, "sex": 760}
JOBS_SITES = {"board A": 0.40, "board B": 0.35, "board C": 0.25}


def jobs_tests(
    rng: np.random.Generator,
    tests: Mapping[str, int] = JOBS_TESTS,
    shown: Mapping[str, float] = JOBS_SHOWN_LESS,
    others: float = JOBS_SHOWN,
) -> dict[str, Drawn]:
    """Draw matched tests: for each series, what both names of every test were shown.

    Args:
        rng: the generator.
        tests: series -> tests.
        shown: name -> how often the vacancy is shown to it.
        others: how often it is shown to every name that `shown` does not name.

    Returns:
        For each series, `site` (a place in `JOBS_SITES`), and `first` and `second`: whether the first name of
        `JOBS_SERIES` was shown the vacancy, and the second.
    """
    drawn = {}
    for series, names in JOBS_SERIES.items():
        n = tests[series]
        shared = rng.random(n)
        luck = [np.where(rng.random(n) < JOBS_OWN_LUCK, rng.random(n), shared) for _ in names]
        first, second = (place < shown.get(name, others) for place, name in zip(luck, names, strict=True))
        drawn[series] = {"site": pick(rng, n, list(JOBS_SITES.values())), "first": first, "second": second}
    return drawn


def job_tests(rng: np.random.Generator) -> Records:
    """Make `job_tests.csv`: matched tests of which vacancies a job board shows, a row a name."""
    whom, mess = rng.spawn(2)
    parts = []
    for series, drawn in jobs_tests(whom).items():
        n = len(drawn["site"])
        code = series[0].upper()
        rows = {
            "series": np.full(2 * n, series),
            "test_id": np.repeat([f"{code}{i:04d}" for i in range(1, n + 1)], 2),
            "site": np.repeat(np.array(list(JOBS_SITES))[drawn["site"]], 2),
            "week": np.repeat(between(mess, 1, 26, n).astype(str), 2),
            "name": np.tile(JOBS_SERIES[series], n),
            "shown": np.where(np.stack([drawn["first"], drawn["second"]], axis=1).ravel(), "yes", "no"),
        }
        rows["shown"] = sometimes(mess, rows["shown"], "timeout", 0.006)
        rows["shown"] = sometimes(mess, rows["shown"], "", 0.003)
        # Of some tests one arm was lost: the board asked for a telephone number, and the tester had none.
        lost = between(mess, 0, 2 * n - 1, 8)
        kept = ~np.isin(np.arange(2 * n), lost)
        parts.append({name: column[kept] for name, column in rows.items()})
    records = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    # A few accounts lost their name in the export.
    records["name"] = sometimes(mess, records["name"], "", 0.003)
    return labelled(records["shown"]) | records


# --- files -----------------------------------------------------------------------------------------------------------

FILES = {
    "county_recidivism.csv": (county_recidivism, 3202),
    "marin_workforce_pilot.csv": (marin_workforce_pilot, 4101),
    "marin_workforce_today.csv": (marin_workforce_today, 4102),
    "marin_pay.csv": (marin_pay, 4103),
    "dc_311.csv": (dc_311, 3110),
    "large_lots.csv": (large_lots, 1001),
    "county_linkage.csv": (county_linkage, 3203),
    "marin_staff.csv": (marin_staff, 4104),
    "marin_labour_force.csv": (marin_labour_force, 4105),
    "dc_residents.csv": (dc_residents, 3111),
    "large_lots_areas.csv": (large_lots_areas, 1002),
    "job_tests.csv": (job_tests, 5101),
}
MAPS = {"large_lots_areas.geojson": (large_lots_map, 1003)}


def csv_bytes(records: Records) -> bytes:
    """Write columns as comma-separated UTF-8 text with line feeds, the same bytes on every machine."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(records)
    writer.writerows(zip(*(column.tolist() for column in records.values()), strict=True))
    return text.getvalue().encode()


def files() -> dict[str, bytes]:
    """Give every file of this folder that is made here: name -> bytes."""
    made = {name: csv_bytes(make(np.random.default_rng(seed))) for name, (make, seed) in FILES.items()}
    return made | {name: make(np.random.default_rng(seed)) for name, (make, seed) in MAPS.items()}


if __name__ == "__main__":
    for name, content in files().items():
        Path(__file__).with_name(name).write_bytes(content)
