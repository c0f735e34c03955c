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


def county_recidivism(rng: np.random.Generator) -> Records:
    """Make `county_recidivism.csv`: arraignments of three years with a risk score that judges did not yet see."""
    whom, mess = rng.spawn(2)
    drawn = county_arraignments(whom)
    n = len(drawn["person"])
    flagged = drawn["flagged"]
    year = 2021 + pick(mess, n, (0.07, 0.45, 0.48))
    day = between(mess, 0, 364, n)
    score = np.where(flagged, between(mess, 5, 10, n), between(mess, 1, 4, n))
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
    }
    return repeat_some(mess, labelled(order) | records, 41)


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


# --- files -----------------------------------------------------------------------------------------------------------

FILES = {
    "county_recidivism.csv": (county_recidivism, 3202),
    "marin_workforce_pilot.csv": (marin_workforce_pilot, 4101),
    "marin_workforce_today.csv": (marin_workforce_today, 4102),
    "large_lots.csv": (large_lots, 1001),
}


def csv_bytes(records: Records) -> bytes:
    """Write columns as comma-separated UTF-8 text with line feeds, the same bytes on every machine."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(records)
    writer.writerows(zip(*(column.tolist() for column in records.values()), strict=True))
    return text.getvalue().encode()


def files() -> dict[str, bytes]:
    """Give every file of this folder that is made here: name -> bytes."""
    return {name: csv_bytes(made(np.random.default_rng(seed))) for name, (made, seed) in FILES.items()}


if __name__ == "__main__":
    for name, content in files().items():
        Path(__file__).with_name(name).write_bytes(content)
