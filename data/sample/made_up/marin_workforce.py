"""marin-workforce: Black women are let through half as often; Hispanic or Latino staff are paid less, and are fewer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from made_up.drawing import (
    Drawn,
    Records,
    between,
    happens,
    hundredths,
    labelled,
    leanings,
    margins,
    pick,
    pick_text,
    repeat_some,
    sometimes,
)
from made_up.telling import File, MadeUp, Planted, Promise

# --- screening of applications ---------------------------------------------------------------------------------------

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


def marin_workforce_pilot(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `marin_workforce_pilot.csv`: applications as a screening tool sorted them in a pilot."""
    whom, mess = rng.spawn(2)
    drawn = marin_applications(whom, rates=MARIN_WORSE_OFF if planted else {})
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


def marin_workforce_today(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `marin_workforce_today.csv`: a sample of paper files of how analysts sort applications today.

    The two exams with most applicants were sampled one file in four, so each of their files stands for four.
    """
    whom, mess = rng.spawn(2)
    rates = MARIN_TODAY if planted else {}
    drawn = marin_applications(whom, applicants=5400, others=MARIN_TODAY_RATE, rates=rates)
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


# --- what is paid ----------------------------------------------------------------------------------------------------


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
MARIN_CLASSES_ALIKE = {
    name: JobClass((each.women + each.men) / 2, (each.women + each.men) / 2, each.cents)
    for name, each in MARIN_CLASSES.items()
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
    classes: Mapping[str, JobClass] = MARIN_CLASSES,
) -> Drawn:
    """Draw proposals of hourly pay: person, sex, race, job class, cents an hour.

    Args:
        rng: the generator.
        staff: people; one in 25 holds two jobs.
        placed_lower: of `MARIN_PAID_LESS` in a better paid class, the share moved to service and maintenance.
        paid: what `MARIN_PAID_LESS` is paid in a class, for each dollar of the others.
        classes: the classes of jobs, and who is in each.

    Returns:
        Whole numbers, one a job; `sex` is 0 for women and 1 for men, `race` and `job` are places in `MARIN_RACES` and
        `MARIN_CLASSES`.
    """
    spread = list(classes.values())
    person = np.repeat(np.arange(staff), 1 + pick(rng, staff, (0.96, 0.04)))
    n = len(person)
    sex = pick(rng, staff, (0.53, 0.47))[person]
    race = pick(rng, staff, list(MARIN_RACES.values()))[person]
    job = np.where(
        sex == 0,
        pick(rng, n, [each.women for each in spread]),
        pick(rng, n, [each.men for each in spread]),
    )
    less = race == list(MARIN_RACES).index(MARIN_PAID_LESS)
    better = np.isin(job, [list(MARIN_CLASSES).index(name) for name in MARIN_BETTER_PAID])
    lower = less & better & (rng.random(n) < placed_lower)
    job = np.where(lower, list(MARIN_CLASSES).index("Service and maintenance"), job)
    grade = 0.85 + 0.30 * rng.random(n)
    step = 1 + 0.05 * between(rng, 0, 4, n)
    begins = np.array([each.cents for each in spread])[job]
    cents = np.floor(begins * grade * step * np.where(less, paid, 1.0) + 0.5).astype(int)
    return {"person": person, "sex": sex, "race": race, "job": job, "cents": cents}


def marin_pay(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `marin_pay.csv`: the hourly pay that the tool proposed for each job, beside payroll."""
    whom, mess = rng.spawn(2)
    drawn = (
        marin_offers(whom) if planted else marin_offers(whom, placed_lower=0.0, paid=1.0, classes=MARIN_CLASSES_ALIKE)
    )
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


# --- who is on the staff, of whom could be ---------------------------------------------------------------------------

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


def marin_staff(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `marin_staff.csv`: everybody whom personnel has a file of, those who have left too."""
    whom, mess = rng.spawn(2)
    drawn = marin_people_on_staff(whom, fewer=MARIN_FEWER if planted else {})
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


def marin_labour_force(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `marin_labour_force.csv`: who is in the labour force of four counties, as a survey has it.

    What is planted is planted in the staff, so that `planted` changes nothing.
    """
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


# --- what is planted -------------------------------------------------------------------------------------------------

HISPANIC = [f"{sex}, {MARIN_PAID_LESS}" for sex in ("Female", "Male")]

MADE_UP = MadeUp(
    audit="marin-workforce",
    files=[
        File(
            "marin_workforce_pilot.csv",
            marin_workforce_pilot,
            seed=4101,
            row="one job application, as a screening tool sorted it",
            blocks=["screening-pilot"],
            key="application_id",
        ),
        File(
            "marin_workforce_today.csv",
            marin_workforce_today,
            seed=4102,
            row="one sampled application file, as analysts sorted it",
            blocks=["analysts-today"],
            key="file_id",
        ),
        File(
            "marin_pay.csv",
            marin_pay,
            seed=4103,
            row="one job, and the hourly pay that a tool proposed for it",
            blocks=["pay-pilot"],
            key="position_id",
        ),
        File(
            "marin_staff.csv",
            marin_staff,
            seed=4104,
            row="one person whom personnel has a file of",
            blocks=["staff-today"],
            key="personnel_id",
        ),
        File(
            "marin_labour_force.csv",
            marin_labour_force,
            seed=4105,
            row="people of one sex and race in the labour force, with a margin of error",
            blocks=["staff-today"],
        ),
    ],
    in_short=(
        "Black women are let through about half as often as others; Hispanic or Latino staff are proposed less pay, "
        "and are fewer than in the labour force"
    ),
    planted=[
        *(
            Planted("marin_workforce_pilot", "let through", ", ".join(who), rate)
            for who, rate in MARIN_WORSE_OFF.items()
        ),
        Planted("marin_workforce_pilot", "let through", "everybody else", MARIN_RATE),
        *(Planted("marin_workforce_today", "let through", ", ".join(who), rate) for who, rate in MARIN_TODAY.items()),
        Planted("marin_workforce_today", "let through", "everybody else", MARIN_TODAY_RATE),
        Planted(
            "marin_pay",
            "moved from a better paid class to service and maintenance",
            MARIN_PAID_LESS,
            MARIN_PLACED_LOWER,
        ),
        Planted("marin_pay", "pay in a class, for each dollar of the others", MARIN_PAID_LESS, MARIN_PAID_IN_CLASS),
        *(
            Planted("marin_staff", "on the staff, for each one to be expected by number", race, share)
            for race, share in MARIN_FEWER.items()
        ),
    ],
    promises={
        "screening-pilot/sex/selection_rate": Promise("not_demonstrated"),
        "screening-pilot/race/selection_rate": Promise("not_demonstrated"),
        "screening-pilot/sex_race/selection_rate": Promise("flagged", worse_off=["Female, Black or African American"]),
        "analysts-today/sex/selection_rate": Promise("not_demonstrated"),
        "analysts-today/race/selection_rate": Promise("not_demonstrated"),
        "analysts-today/sex_race/selection_rate": Promise("not_demonstrated"),
        "pay-pilot/sex/mean_amount": Promise("cleared"),
        "pay-pilot/sex/median_amount": Promise("cleared"),
        "pay-pilot/sex/share_at_or_above-above-30": Promise("cleared"),
        "pay-pilot/race/mean_amount": Promise("flagged", worse_off=[MARIN_PAID_LESS]),
        "pay-pilot/race/median_amount": Promise("flagged", worse_off=[MARIN_PAID_LESS]),
        "pay-pilot/race/share_at_or_above-above-30": Promise(
            ("not_demonstrated", "flagged"), worse_off=[MARIN_PAID_LESS]
        ),
        "pay-pilot/sex_race/mean_amount": Promise("flagged", worse_off=HISPANIC),
        "pay-pilot/sex_race/median_amount": Promise(("flagged", "not_demonstrated"), worse_off=HISPANIC),
        "pay-pilot/sex_race/share_at_or_above-above-30": Promise(("not_demonstrated", "flagged"), worse_off=HISPANIC),
        "staff-today/sex/representation_ratio": Promise("not_demonstrated"),
        "staff-today/sex/share_reached": Promise("not_demonstrated"),
        "staff-today/race-v-overall/representation_ratio": Promise("not_demonstrated"),
        "staff-today/race-v-overall/share_reached": Promise("not_demonstrated"),
    },
    says=[
        "**The tool.** *By sex and race together: Black women are let through about half as often as others, outside "
        "the limit.* Neither table alone shows it: women as a whole are close to men, and Black applicants as a whole "
        "are just above four fifths, since Black men are let through a little more often. *By race: not shown either "
        "way*, as 18 applicants in 1,000 are Native American or Pacific Islander, and race is unknown for about 9 in "
        "100. *By sex: shown for women and men*, not for the 6 in 1,000 who are nonbinary.",
        "**Today.** A baseline: a smaller gap for Black women. It never clears or flags the tool.",
        "**Pay.** *By sex: within the limit of 0.95*: women and men are spread over the classes of jobs differently, "
        "and so that both are paid the same on average. *By race: outside the limit.* Hispanic or Latino staff are "
        "proposed about 87 cents for each dollar of the others: 5 cents less in each class, and 8 because they are in "
        "lower ones.",
        "**Staff.** A baseline, which decides nothing. Hispanic or Latino people are 25 in 100 of the labour force and "
        "17.5 in 100 of the staff: about seven for every ten to be expected. Women are 48 in 100 of both.",
    ],
    mess=[
        "**Unknown groups, not at random.** About 9 in 100 in the pilot and 12 in 100 in the files decline to state "
        "their race, more often when turned down; 15 in 1,000 leave out their sex.",
        "**Decisions that are neither yes nor no**: `Withdrew`, and blanks.",
        "**Codes.** `Latino/a`; several races in one field, separated by `;`. The survey of the labour force writes "
        "`Hispanic or Latino (of any race)`.",
        "**Amounts that are none.** 8 in 1,000 are blank, 4 are `TBD`, and 7 are `0.00`, for people on unpaid leave.",
        "**Weights.** Two of four exams were sampled one file in four, so each of their files stands for four.",
        "**Several records a person**, whose decisions lean the same way: 0.06 up or down. One in 25 of the staff "
        "holds two jobs.",
        "**Rows that do not belong**: the files of 190 people who have left.",
        "**Margins of error** stand beside the numbers of people in the labour force.",
        "**Duplicates.** Whole rows come twice: 45 in the pilot, 12 of pay.",
    ],
    sizes=(
        f"{MARIN_APPLICANTS:,} applicants, and {MARIN_STAFF:,} staff. Payroll and personnel were drawn apart, and do "
        f"not "
        "name the same people."
    ),
)
