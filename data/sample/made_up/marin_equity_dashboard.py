"""marin-equity-dashboard: counts as a county would publish them, small ones hidden, and no records.

Records are drawn first, then counted, then hidden as the dashboard hides them. Only what is left is written.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from made_up.drawing import Drawn, happens, pick
from made_up.telling import File, MadeUp, Planted, Promise

SMALLEST = 11
"""Counts below it are hidden, but for 0."""
BANDS = ((1, 10), (11, 50), (51, 250), (251, 1000))
"""What is said in place of a hidden count: that it lies between these, both included."""
NOT_STATED = "?"
NOT_HERE = "*"
PENDING = "?"

# --- rental assistance -----------------------------------------------------------------------------------------------

RENT_RACES = {
    "Latino": 0.350,
    "White": 0.330,
    "Asian": 0.098,
    "Black": 0.098,
    "More than one": 0.090,
    "Native American": 0.008,
    "Pacific Islander": 0.006,
    NOT_STATED: 0.020,
}
RENT_AGES = {"18 to 29": 0.16, "30 to 59": 0.66, "60 and over": 0.18}
RENT_RATE = 0.66
RENT_PENDING = 0.016
RENT_APPLICATIONS = 5200

# --- county jobs -----------------------------------------------------------------------------------------------------

JOB_RACES = {"White": 0.46, "Latino": 0.22, "Asian": 0.14, "Black": 0.095, "Another race": 0.085}
JOB_DEPARTMENTS = {
    "Health and Human Services": 0.22,
    "Sheriff": 0.11,
    "Public Works": 0.10,
    "Library": 0.08,
    "Parks": 0.08,
    "Community Development": 0.06,
    "Probation": 0.05,
    "Finance": 0.04,
    "Information Services": 0.04,
    "Fire": 0.04,
    "Assessor and Recorder": 0.03,
    "Human Resources": 0.03,
    "Child Support": 0.02,
    "County Administrator": 0.02,
    "Cultural Services": 0.02,
    "District Attorney": 0.02,
    "Public Defender": 0.02,
    "County Counsel": 0.01,
    "Elections": 0.01,
}
JOB_RATE = 0.62
JOB_APPLICANTS = 5400

# --- youth diversion -------------------------------------------------------------------------------------------------

YOUTH_RACES = {"Latino": 0.54, "White": 0.30, "Black": 0.05, "Asian": 0.065, "Another race": 0.045}
YOUTH_SEXES = {"Female": 0.30, "Male": 0.70}
YOUTH_RATE = 0.62
YOUTH_WORSE_OFF = {"Black": 0.13}
YOUTH_CASES = 1200


def rent_applications(rng: np.random.Generator, applications: int = RENT_APPLICATIONS) -> Drawn:
    """Draw applications for rental assistance: race, age, and approved (1), turned down (0) or pending (2)."""
    pending = rng.random(applications) < RENT_PENDING
    return {
        "race": pick(rng, applications, list(RENT_RACES.values())),
        "age": pick(rng, applications, list(RENT_AGES.values())),
        "decision": np.where(pending, 2, happens(rng, np.full(applications, RENT_RATE)).astype(int)),
    }


def job_applications(rng: np.random.Generator, applicants: int = JOB_APPLICANTS) -> Drawn:
    """Draw applications for county jobs: race, department, and whether the screen let them through (1) or not (0)."""
    return {
        "race": pick(rng, applicants, list(JOB_RACES.values())),
        "department": pick(rng, applicants, list(JOB_DEPARTMENTS.values())),
        "decision": happens(rng, np.full(applicants, JOB_RATE)).astype(int),
    }


def youth_cases(
    rng: np.random.Generator, cases: int = YOUTH_CASES, worse_off: Mapping[str, float] = YOUTH_WORSE_OFF
) -> Drawn:
    """Draw citations of youths: race, sex, and whether diversion was offered (1) or not (0).

    Args:
        rng: the generator.
        cases: how many.
        worse_off: race -> rate of offers; `YOUTH_RATE` where a race is not named.
    """
    rates = np.array([worse_off.get(race, YOUTH_RATE) for race in YOUTH_RACES])
    race = pick(rng, cases, list(YOUTH_RACES.values()))
    return {
        "race": race,
        "sex": pick(rng, cases, list(YOUTH_SEXES.values())),
        "decision": happens(rng, rates[race]).astype(int),
    }


# --- what the dashboard shows ----------------------------------------------------------------------------------------

DECISIONS = ("0", "1", PENDING)
Place = tuple[str, ...]
Shown = dict[Place, tuple[int, int]]


@dataclass(frozen=True)
class Page:
    """A page of the dashboard.

    Attributes:
        title: what it counts.
        period: of when.
        attributes: name -> its groups, as the page lists them.
        tables: name of a table -> the attributes it is by. A table of totals shows what another one adds up to over
            the last of its attributes.
    """

    title: str
    period: str
    attributes: Mapping[str, Sequence[str]]
    tables: Mapping[str, Sequence[str]]


RENT = Page(
    "Applications for emergency rental assistance, approved and turned down",
    "July 2021 to June 2024",
    {"race": list(RENT_RACES), "age": list(RENT_AGES)},
    {"race": ["race"], "age": ["age"], "total": []},
)
JOBS = Page(
    "Applications for county jobs, let through the screen for minimum qualifications and not",
    "July 2023 to June 2024",
    {"race": list(JOB_RACES), "department": list(JOB_DEPARTMENTS)},
    {"department_race": ["department", "race"], "department": ["department"], "total": []},
)
YOUTH = Page(
    "Citations of youths, diversion offered and not offered",
    "2020 to 2024",
    {"race": list(YOUTH_RACES), "sex": list(YOUTH_SEXES)},
    {"race": ["race"], "sex": ["sex"], "total": []},
)


def counted(page: Page, drawn: Drawn, by: Sequence[str]) -> dict[Place, int]:
    """Count records by groups and decision, every product of groups, with records or without."""
    groups = [np.array(page.attributes[name])[drawn[name]] for name in by]
    found = Counter(zip(*(column.tolist() for column in groups), drawn["decision"].tolist(), strict=True))
    decisions = range(1 + int(drawn["decision"].max()))
    places: list[Place] = [()]
    for name in by:
        places = [(*place, level) for place in places for level in page.attributes[name]]
    return {(*place, DECISIONS[code]): found[*place, code] for place in places for code in decisions}


def as_shown(counts: Mapping[Place, int]) -> Shown:
    """Hide small counts, and a second one wherever the total would give a single one away.

    A line is what a published total adds up: the last attribute's groups, for one decision. Zeros are shown.
    """
    lines: dict[Place, list[Place]] = {}
    for place in counts:
        lines.setdefault((*place[:-2], place[-1]), []).append(place)
    hidden = set()
    for line in lines.values():
        small = [place for place in line if 0 < counts[place] < SMALLEST]
        others = sorted((place for place in line if counts[place] >= SMALLEST), key=lambda place: counts[place])
        hidden.update(small + others[:1] if len(small) == 1 else small)
    return {place: band(n) if place in hidden else (n, n) for place, n in counts.items()}


def band(count: int) -> tuple[int, int]:
    """Give the band that a count lies in."""
    return next(band for band in BANDS if band[0] <= count <= band[1])


def cells(page: Page, drawn: Drawn) -> Iterator[list[str | int]]:
    """Give the header and the cells of a page, as a tally has them."""
    yield ["table", *page.attributes, "decision", "n", "n_high"]
    for table, by in page.tables.items():
        counts = counted(page, drawn, by)
        shown = as_shown(counts) if by else {place: (n, n) for place, n in counts.items()}
        for (*levels, decision), (low, high) in shown.items():
            here = dict(zip(by, levels, strict=True))
            yield [table, *(here.get(name, NOT_HERE) for name in page.attributes), decision, low, high]


def csv_of(page: Page, drawn: Drawn) -> bytes:
    """Write a page's counts."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(cells(page, drawn))
    return text.getvalue().encode()


def json_of(page: Page, drawn: Drawn) -> bytes:
    """Write what a page's counts are, and that they are made up."""
    about = {
        "schema_version": "1",
        "kind": "decisions",
        "title": f"Made up: {page.title}",
        "origin": "synthetic",
        "counted_by": "the script that made the counts up (data/sample/made_up/marin_equity_dashboard.py)",
        "source": "an equity dashboard of a county; the dashboard and every count on it are made up",
        "period": page.period,
        "attributes": {
            name: [level for level in levels if level != NOT_STATED] for name, levels in page.attributes.items()
        },
        "tables": {name: {"by": list(by)} for name, by in page.tables.items()},
        "suppression": (
            "those of 1 to 10, and the next smallest of the same total where only one would be; each is shown as a "
            "band, 1 to 10, 11 to 50, 51 to 250 or 251 to 1,000"
        ),
        "sha256": hashlib.sha256(csv_of(page, drawn)).hexdigest(),
    }
    return f"{json.dumps(about, indent=2)}\n".encode()


def rent_json(rng: np.random.Generator, planted: bool = True) -> bytes:
    """Make `marin_rental_assistance.tally.json`. Nothing is planted, so that `planted` changes nothing."""
    return json_of(RENT, rent_applications(rng))


def rent_csv(rng: np.random.Generator, planted: bool = True) -> bytes:
    """Make `marin_rental_assistance.tally.csv`, of the same draw."""
    return csv_of(RENT, rent_applications(rng))


def jobs_json(rng: np.random.Generator, planted: bool = True) -> bytes:
    """Make `marin_county_jobs.tally.json`. Nothing is planted, so that `planted` changes nothing."""
    return json_of(JOBS, job_applications(rng))


def jobs_csv(rng: np.random.Generator, planted: bool = True) -> bytes:
    """Make `marin_county_jobs.tally.csv`, of the same draw."""
    return csv_of(JOBS, job_applications(rng))


def youth_json(rng: np.random.Generator, planted: bool = True) -> bytes:
    """Make `marin_youth_diversion.tally.json`."""
    return json_of(YOUTH, youth_cases(rng, worse_off=YOUTH_WORSE_OFF if planted else {}))


def youth_csv(rng: np.random.Generator, planted: bool = True) -> bytes:
    """Make `marin_youth_diversion.tally.csv`, of the same draw."""
    return csv_of(YOUTH, youth_cases(rng, worse_off=YOUTH_WORSE_OFF if planted else {}))


# --- what is planted -------------------------------------------------------------------------------------------------

RENT_SEED, JOBS_SEED, YOUTH_SEED = 1301, 1302, 1303
"""Both files of a page are made from one seed, so that they hold the same draw."""

MADE_UP = MadeUp(
    audit="marin-equity-dashboard",
    files=[
        File(
            "marin_rental_assistance.tally.json",
            rent_json,
            seed=RENT_SEED,
            row="what the counts beside it are",
            blocks=["rental-assistance"],
        ),
        File(
            "marin_rental_assistance.tally.csv",
            rent_csv,
            seed=RENT_SEED,
            row="a count by race, or by age, and decision",
            blocks=["rental-assistance"],
        ),
        File(
            "marin_county_jobs.tally.json",
            jobs_json,
            seed=JOBS_SEED,
            row="what the counts beside it are",
            blocks=["county-jobs"],
        ),
        File(
            "marin_county_jobs.tally.csv",
            jobs_csv,
            seed=JOBS_SEED,
            row="a count by department, race and decision",
            blocks=["county-jobs"],
        ),
        File(
            "marin_youth_diversion.tally.json",
            youth_json,
            seed=YOUTH_SEED,
            row="what the counts beside it are",
            blocks=["youth-diversion"],
        ),
        File(
            "marin_youth_diversion.tally.csv",
            youth_csv,
            seed=YOUTH_SEED,
            row="a count by race, or by sex, and decision",
            blocks=["youth-diversion"],
        ),
    ],
    in_short=(
        "counts with the small ones hidden: where they do not matter, where they decide, and where a gap shows "
        "whatever they are"
    ),
    planted=[
        *(Planted("marin_youth_diversion", "diversion offered", race, rate) for race, rate in YOUTH_WORSE_OFF.items()),
        Planted("marin_youth_diversion", "diversion offered", "everybody else", YOUTH_RATE),
        Planted("marin_rental_assistance", "approved, of those decided", "everybody", RENT_RATE),
        Planted("marin_county_jobs", "let through", "everybody", JOB_RATE),
    ],
    promises={
        "rental-assistance/race/selection_rate": Promise("cleared"),
        "rental-assistance/age/selection_rate": Promise("cleared"),
        "county-jobs/race/selection_rate": Promise("not_demonstrated"),
        "youth-diversion/race/selection_rate": Promise("flagged", worse_off=["Black"]),
        "youth-diversion/sex/selection_rate": Promise("cleared"),
    },
    says=[
        "*Rental assistance, by race and by age: within the limit of 0.80*, whatever the hidden counts are: they are "
        "few, and most lie in two small groups that the plan counts together with a third.",
        "*County jobs, by race: not shown either way.* Everybody is let through alike, and one table by race for the "
        "whole county would show it. The dashboard shows each department by itself, and hides 70 of 190 counts.",
        "*Youth diversion, by race: outside the limit of 0.80.* The number of Black youths to whom diversion was "
        "offered is hidden; if it were 10, the most that it can be, the gap would still be shown. *By sex: within it.*",
    ],
    mess=[
        "**Hidden counts.** 1 to 10, shown as `n` 1 and `n_high` 10. Where only one count of a total is small, the "
        "next smallest is hidden too, as a band that it lies in.",
        "**No label in the rows.** A column `made_up` cannot stand in a tally; the `.tally.json` files say it instead.",
        "**Unknown groups**: race not stated, of 20 in 1,000 applications for rental assistance.",
        "**Decisions not yet made**: 16 in 1,000 of the same applications are pending, which is unknown.",
        "**No table that is asked for**: county jobs by race must be added up over departments.",
    ],
    sizes=(
        "5,200 applications for rental assistance over three years, 5,400 for county jobs in one, 1,200 citations of "
        "youths over five years: about what such a county could have."
    ),
)
