"""seattle-opa-tracker: complaints against police. Those of Black complainants are sustained less often, and later."""

from __future__ import annotations

import numpy as np

from made_up.drawing import (
    Drawn,
    Integers,
    Records,
    Texts,
    between,
    dates,
    happens,
    labelled,
    leanings,
    pick,
    pick_text,
    repeat_some,
    sometimes,
)
from made_up.telling import File, MadeUp, Planted, Promise

# --- who complains, and about whom -----------------------------------------------------------------------------------

RACES = {
    "White": 0.47,
    "Black": 0.32,
    "Hispanic": 0.08,
    "Asian": 0.07,
    "Native American": 0.02,
    "Pacific Islander": 0.01,
    "Two or more races": 0.03,
}
SEXES = {"Female": 0.405, "Male": 0.57, "Nonbinary": 0.025}
ROUTES = {
    ("Community", "Investigation"): 1610,
    ("Community", "Expedited Investigation"): 690,
    ("SPD", "Investigation"): 900,
    ("Community", "Contact Log"): 700,
    ("Community", "Supervisor Action"): 260,
}
"""Where complaints come from and what becomes of them, and how many: only the first two kinds are asked about."""
COMPLAINTS = sum(ROUTES.values())
OFFICERS = {"many": 60, "some": 300, "few": 540}
NAMED = {"many": 0.34, "some": 0.46, "few": 0.20}
"""Officers with many, some and few complaints, and how much of all that is named is of each."""
NAMED_IN_ONE = (0.83, 0.12, 0.05)
ALLEGATIONS = (0.30, 0.34, 0.20, 0.11, 0.05)
"""How many officers a complaint names, and how many allegations it holds against each: one, two and so on."""

# --- what is planted -------------------------------------------------------------------------------------------------

SUSTAINED = 0.18
WORSE_OFF = {"Black": 0.09}
"""The share of allegations that is sustained: of everybody, and of complainants named here."""
INSIDE = 0.44
"""The share of what the department itself alleges that is sustained."""
IN_TIME = 0.91
LATER = {"Black": 0.77}
"""The share of cases with a finding within 180 days: of everybody, and of complainants named here."""

SOON = {(25, 90): 0.20, (91, 150): 0.35, (151, 180): 0.45}
LATE = {(181, 240): 0.55, (241, 400): 0.30, (401, 1100): 0.15}
"""Days from and to, and how often: of findings within 180 days, and of the others."""
NOT_INVESTIGATED = {"Contact Log": (1, 30), "Supervisor Action": (20, 60)}
"""Days from and to within which everything is closed that is not investigated."""

YEAR, DAYS = 2016, 2922
"""Complaints of 2016 to 2023; the records were drawn on the last day."""


def complaints(rng: np.random.Generator, planted: bool = True) -> Drawn:
    """Draw complaints.

    Args:
        rng: the generator.
        planted: False where complainants of all races fare alike.

    Returns:
        Whole numbers, one a complaint: `route`, `race` and `sex` are places in `ROUTES`, `RACES` and `SEXES`, `age` is
        in days before the last day, `wait` in days to the finding. A case whose `wait` is longer than its `age` is
        still open.
    """
    route = np.repeat(np.arange(len(ROUTES)), list(ROUTES.values()))
    race = pick(rng, COMPLAINTS, list(RACES.values()))
    in_time = np.array([LATER.get(name, IN_TIME) if planted else IN_TIME for name in RACES])[race]
    spans = [np.array(list(each))[pick(rng, COMPLAINTS, list(each.values()))] for each in (SOON, LATE)]
    days = np.where(happens(rng, in_time)[:, None], *spans)
    for place, (_, classification) in enumerate(ROUTES):
        days = np.where((route == place)[:, None], NOT_INVESTIGATED.get(classification, days), days)
    return {
        "route": route,
        "race": race,
        "sex": pick(rng, COMPLAINTS, list(SEXES.values())),
        "age": between(rng, 0, DAYS - 1, COMPLAINTS),
        "wait": between(rng, days[:, 0], days[:, 1], COMPLAINTS),
    }


def allegations(rng: np.random.Generator, drawn: Drawn, planted: bool = True) -> Drawn:
    """Draw what each complaint that is investigated holds against whom, and whether it was sustained.

    Args:
        rng: the generator.
        drawn: complaints.
        planted: False where complainants of all races fare alike.

    Returns:
        Whole numbers, one an allegation: `complaint` is the complaint's place in `drawn`.
    """
    investigated = np.flatnonzero(drawn["route"] <= 2)
    of_complaint = np.repeat(investigated, 1 + pick(rng, len(investigated), NAMED_IN_ONE))
    officer = officers(rng, len(of_complaint))
    against = np.repeat(np.arange(len(of_complaint)), 1 + pick(rng, len(of_complaint), ALLEGATIONS))
    complaint, officer = of_complaint[against], officer[against]
    # What is alleged in one complaint rests on the same evidence, and what is alleged of one officer on the same past.
    lean = leanings(rng, COMPLAINTS, 0.05)[complaint] + leanings(rng, sum(OFFICERS.values()), 0.03)[officer]
    rates = np.array([WORSE_OFF.get(name, SUSTAINED) if planted else SUSTAINED for name in RACES])
    rate = np.where(drawn["route"] == 2, INSIDE, rates[drawn["race"]])[complaint]
    return {"complaint": complaint, "officer": officer, "sustained": happens(rng, rate + lean)}


def officers(rng: np.random.Generator, n: int) -> Integers:
    """Draw officers, a few of whom are named again and again."""
    group = pick(rng, n, list(NAMED.values()))
    sizes = np.array(list(OFFICERS.values()))
    return between(rng, np.cumsum(sizes)[group] - sizes[group], np.cumsum(sizes)[group] - 1, n)


# --- as the office exports it ----------------------------------------------------------------------------------------

SPELLED = {"Black": "Black or African American", "Hispanic": "Hispanic or Latino", "Native American": "American Indian"}
NOT_TOLD = {"": 0.55, "Not specified": 0.30, "Declined": 0.15}
NOT_SUSTAINED = {
    "Not Sustained - Unfounded": 0.46,
    "Not Sustained - Lawful and Proper": 0.26,
    "Not Sustained - Inconclusive": 0.17,
    "Not Sustained - Training Referral": 0.11,
}
ABOUT = {
    "Professionalism": 0.29,
    "Use of force": 0.18,
    "Bias-free policing": 0.16,
    "Investigations and reports": 0.13,
    "Stops, detentions and arrests": 0.13,
    "Body-worn video": 0.11,
}


def cases(rng: np.random.Generator, planted: bool) -> tuple[Drawn, Records]:
    """Draw complaints with their allegations, and write what both files say of a complaint, so that they agree.

    Returns:
        Allegations, and columns with a row a complaint.
    """
    whom, what, mess = rng.spawn(3)
    drawn = complaints(whom, planted)
    held = allegations(what, drawn, planted)
    sustained = np.bincount(held["complaint"], held["sustained"], COMPLAINTS) > 0
    race, sex = written_complainant(mess, drawn, sustained)
    received, day = dates(np.full(COMPLAINTS, YEAR), DAYS - 1 - drawn["age"]), DAYS - 1 - drawn["age"]
    is_open = drawn["wait"] > drawn["age"]
    found = dates(np.full(COMPLAINTS, YEAR), day + np.minimum(drawn["wait"], drawn["age"]))
    source, classification = (np.array(each)[drawn["route"]] for each in zip(*ROUTES, strict=True))
    return held, {
        "case": case_numbers(received),
        "source": source,
        "classification": classification,
        "received": received,
        "finding_date": np.where(is_open, "", found),
        "status": np.where(is_open, "Open", "Completed"),
        "complainant_race": np.where(source == "SPD", "", race),
        "complainant_sex": np.where(source == "SPD", "", sex),
    }


def written_complainant(mess: np.random.Generator, drawn: Drawn, sustained: np.ndarray) -> tuple[Texts, Texts]:
    """Write who complains. Who does not say can seldom show what they allege: an unsigned letter names no witness."""
    race, sex = np.array(list(RACES))[drawn["race"]], np.array(list(SEXES))[drawn["sex"]]
    for own, other in SPELLED.items():
        race = np.where((race == own) & (mess.random(COMPLAINTS) < 0.20), other, race)
    hidden = mess.random(COMPLAINTS) < np.where(sustained, 0.095, 0.155)
    race = np.where(hidden, pick_text(mess, COMPLAINTS, NOT_TOLD), race)
    for own in ("Female", "Male"):
        sex = np.where((sex == own) & (mess.random(COMPLAINTS) < 0.10), own[0], sex)
    return race, sometimes(mess, sex, "Unknown", np.where(hidden, 0.40, 0.01))


def case_numbers(received: Texts) -> Texts:
    """Number complaints within each year by the day on which they came in."""
    numbers, years = np.empty(len(received), dtype="<U12"), {}
    for place in np.argsort(received, kind="stable"):
        year = received[place][:4]
        years[year] = years.get(year, 0) + 1
        numbers[place] = f"{year}OPA-{years[year]:04d}"
    return numbers


def seattle_opa_complaints(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `seattle_opa_complaints.csv`: every complaint, as the tracker showed it on the last day."""
    shared, mess = rng.spawn(2)
    _, written = cases(shared, planted)
    # Of a few findings the year was mistyped: they stand before the complaint.
    wrong = np.isin(np.arange(COMPLAINTS), between(mess, 0, 2299, 2)) & (written["finding_date"] != "")
    written["finding_date"] = np.where(wrong, earlier(written["finding_date"]), written["finding_date"])
    order = np.argsort(written["case"], kind="stable")
    return repeat_some(mess, labelled(order) | {name: column[order] for name, column in written.items()}, 11)


def earlier(days: Texts) -> Texts:
    """Write days with a year that is three too small."""
    return np.array([f"{int(day[:4]) - 3}{day[4:]}" if day else "" for day in days])


def seattle_opa_allegations(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `seattle_opa_allegations.csv`: what was alleged in the complaints that were investigated, with findings."""
    shared, _, mess = rng.spawn(3)
    held, written = cases(shared, planted)
    n = len(held["complaint"])
    of_case = {name: column[held["complaint"]] for name, column in written.items()}
    finding = np.where(held["sustained"], "Sustained", pick_text(mess, n, NOT_SUSTAINED))
    finding = np.where(held["sustained"] & (mess.random(n) < 0.08), "Sustained - Rapid Adjudication", finding)
    finding = sometimes(mess, sometimes(mess, finding, "Mediated", 0.006), "", 0.003)
    order = np.argsort(of_case["case"], kind="stable")
    records = {
        "case": of_case["case"],
        "employee": np.array([f"E{officer:03d}" for officer in held["officer"]]),
        "about": pick_text(mess, n, ABOUT),
        **{name: of_case[name] for name in ("source", "status", "complainant_race", "complainant_sex")},
        "finding": np.where(of_case["status"] == "Open", "", finding),
    }
    numbered = {"allegation": np.array([f"A{place:05d}" for place in range(1, n + 1)])}
    return repeat_some(mess, labelled(order) | numbered | {name: each[order] for name, each in records.items()}, 19)


MADE_UP = MadeUp(
    audit="seattle-opa-tracker",
    files=[
        File(
            "seattle_opa_allegations.csv",
            seattle_opa_allegations,
            seed=1404,  # the seed of the complaints, so that both files tell of the same cases
            row="one allegation of a complaint against one employee, and the finding",
            blocks=["sustained"],
            key="allegation",
        ),
        File(
            "seattle_opa_complaints.csv",
            seattle_opa_complaints,
            seed=1404,
            row="one complaint, when it came in, and when there was a finding",
            blocks=["time-to-finding"],
            key="case",
        ),
    ],
    in_short=(
        "what Black complainants allege is sustained less often, and their cases take longer; people decided all of "
        "it, so nothing here flags or clears the tracker"
    ),
    planted=[
        Planted("seattle_opa_allegations", "sustained", "everybody else", SUSTAINED),
        *(
            Planted("seattle_opa_allegations", "sustained", f"{who} complainants", rate)
            for who, rate in WORSE_OFF.items()
        ),
        Planted("seattle_opa_complaints", "with a finding within 180 days", "everybody else", IN_TIME),
        *(
            Planted("seattle_opa_complaints", "with a finding within 180 days", f"{who} complainants", rate)
            for who, rate in LATER.items()
        ),
    ],
    promises={
        f"{block}/{grouping}/{measure}": Promise("not_demonstrated")
        for block, measure in (("sustained", "selection_rate"), ("time-to-finding", "served_within-180-days"))
        for grouping in ("complainant_race-v-White", "complainant_sex")
    },
    says=[
        "**A baseline, and nothing else.** People made every finding in these records, and the tracker only shows "
        "them. So each of the four findings reads *for comparison only*: nothing is flagged, nothing is cleared, and "
        "the state is *does not settle*, which holds up adoption.",
        "*What is planted is still there to be seen.* Of what Black complainants allege 9 in 100 are sustained, and "
        "of what others allege 18; 77 in 100 of their cases have a finding within 180 days, and 91 of other people's. "
        "By sex all are equal. Were these decisions the system's own, the very same counts would be flagged, for "
        "both: a test shows it.",
        "*What to do with it.* Keep the numbers. A later audit of a tool that does decide (that sorts complaints, "
        "say) has to be read beside them: if it found 9 and 18 in 100 too, the tool would have taken over what people "
        "did.",
    ],
    mess=[
        "**Unknown groups.** Of 13 to 14 in 100 allegations the complainant's race is not known, under three codes: "
        "blank, `Not specified`, `Declined`. It is missing more often where nothing was sustained (155 in 1,000 "
        "cases) than where something was (95). Sex is `Unknown` for 6 in 100.",
        "**Rows that do not belong.** 900 complaints from within the department have no complainant, and 44 in 100 of "
        "what they allege is sustained; 960 others were never investigated, and closed within weeks.",
        "**Nesting.** Allegations lie in complaints, and complaints name one employee, or two or three (17 in 100). "
        "60 of 900 employees are named in a third of all. What is alleged in one complaint leans the same way, 0.05 "
        "up or down, and what is alleged of one employee 0.03.",
        "**Still open.** Cases that came in late have no finding yet: about 5 in 100.",
        "**Decisions that are neither yes nor no**: `Mediated`, and blanks in completed cases. `Sustained - Rapid "
        "Adjudication` counts as sustained; `Not Sustained - Training Referral` does not.",
        "**Several spellings.** `Black or African American`, `Hispanic or Latino` and `American Indian` beside "
        "`Black`, `Hispanic` and `Native American`; `F` and `M` beside `Female` and `Male`.",
        "**Dates.** Two findings were typed with the wrong year, and stand before the complaint.",
        "**Duplicates.** 19 allegations and 11 complaints come twice.",
    ],
    sizes=(
        "3,200 investigations in eight years, 400 a year; the office opened 432 in 2020. Eight years, since one holds "
        "too few to show either gap, whoever had decided. Of contact logs the file holds a few only: in 2016 alone "
        "there were 834."
    ),
)
