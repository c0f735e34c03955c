"""job-seeker-targeting: vacancies are shown less under Black names; few people over 55 head the lists for training."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from made_up.drawing import Drawn, Records, between, labelled, pick, pick_text, repeat_some, sometimes
from made_up.telling import File, MadeUp, Planted, Promise

# --- the same profile under two names --------------------------------------------------------------------------------

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


def job_tests(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `job_tests.csv`: matched tests of which vacancies a job board shows, a row a name."""
    whom, mess = rng.spawn(2)
    parts = []
    for series, drawn in jobs_tests(whom, shown=JOBS_SHOWN_LESS if planted else {}).items():
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


# --- who heads the lists for training --------------------------------------------------------------------------------

PLACES = 130
"""Training places in a month."""
SCORED_75 = 0.19
SCORED_75_LESS = {(55, 74): 0.08}
"""How often a score is 75 or more, and how often that of somebody of such an age."""
SCORED_50 = 0.50
"""How often a score is 50 or more, whoever it is of."""
SAME_AGAIN = 0.70
"""How often a score is that of the person, and not of the month's luck."""
RACES = {
    "White": 0.47,
    "Black or African American": 0.27,
    "Hispanic or Latino": 0.18,
    "Asian": 0.055,
    "American Indian or Alaska Native": 0.015,
    "Native Hawaiian or Pacific Islander": 0.010,
}
SEXES = {"Female": 0.51, "Male": 0.49}
AGES = {(18, 24): 0.14, (25, 44): 0.46, (45, 54): 0.20, (55, 74): 0.20}
MONTHS = 12
SEEKERS = 5_400
WITHOUT_PRIORITY = 800
AREAS = {"Capital": 0.34, "Lakes": 0.26, "Northern": 0.22, "Valley": 0.18}


def scored(rng: np.random.Generator, seekers: int = SEEKERS, planted: bool = True) -> Drawn:
    """Draw scores for training: job seeker, race, sex, age, local area, month, score in tenths.

    Above the middle everybody stands as often; what is planted is how often somebody stands at the top.

    Args:
        rng: the generator.
        seekers: people; each is scored in one to four months, until there is a place or they leave.
        planted: whether people of 55 and over get the highest scores less often.

    Returns:
        Whole numbers, one a score: `race`, `sex`, `area` are places in `RACES`, `SEXES` and `AREAS`.
    """
    race = pick(rng, seekers, list(RACES.values()))
    sex = pick(rng, seekers, list(SEXES.values()))
    band = pick(rng, seekers, list(AGES.values()))
    ends = np.array(list(AGES))[band]
    age = between(rng, ends[:, 0], ends[:, 1], seekers)
    area = pick(rng, seekers, list(AREAS.values()))
    luck = rng.random(seekers)
    times = 1 + pick(rng, seekers, (0.55, 0.25, 0.13, 0.07))
    begins = between(rng, 0, MONTHS - times, seekers)
    person = np.repeat(np.arange(seekers), times)
    n = len(person)
    turn = np.arange(n) - np.repeat(np.cumsum(times) - times, times)
    rates = np.array([SCORED_75_LESS.get(ages, SCORED_75) for ages in AGES])
    high = rates[band[person]] if planted else np.full(n, rates @ list(AGES.values()))
    place = np.where(rng.random(n) < SAME_AGAIN, luck[person], rng.random(n))
    top, upper = place < high, place < SCORED_50
    low, most = np.where(top, 750, np.where(upper, 500, 0)), np.where(top, 999, np.where(upper, 749, 499))
    return {
        "person": person,
        "race": race[person],
        "sex": sex[person],
        "age": age[person],
        "area": area[person],
        "month": begins[person] + turn,
        "score": between(rng, low, most, n),
    }


def job_training(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `job_training.csv`: job seekers whom a tool scored for a training place, month by month."""
    whom, others, mess = rng.spawn(3)
    drawn = scored(whom, planted=planted)
    # Who has no priority of service stands on a list of its own, and gets what is left over.
    more = scored(others, WITHOUT_PRIORITY, planted=planted)
    more["person"] = more["person"] + SEEKERS
    wanted, n = len(drawn["person"]), len(drawn["person"]) + len(more["person"])
    drawn = {name: np.concatenate([column, more[name]]) for name, column in drawn.items()}
    order = np.lexsort((drawn["person"], drawn["month"]))
    priority = np.where(np.arange(n) < wanted, "yes", "no")
    profile = np.where(mess.random(n) < 0.012, "test", "active")
    race = np.array(list(RACES))[drawn["race"]]
    race = np.where((race == "Black or African American") & (mess.random(n) < 0.12), "Black", race)
    race = np.where((race == "Hispanic or Latino") & (mess.random(n) < 0.2), "Hispanic", race)
    # Whoever has filled in little of the profile has a lower score, and has not told their race either.
    unknown = pick_text(mess, n, {"Did not self-identify": 0.75, "": 0.25})
    race = np.where(mess.random(n) < np.where(drawn["score"] >= 500, 0.028, 0.038), unknown, race)
    sex = np.array(list(SEXES))[drawn["sex"]]
    sex = np.where(mess.random(n) < 0.2, np.char.upper(np.array([name[0] for name in sex])), sex)
    sex = sometimes(mess, sex, "Did not self-identify", 0.009)
    score = np.array([f"{score / 10:.1f}" for score in drawn["score"].tolist()])
    score = sometimes(mess, sometimes(mess, score, "", 0.006), "-1", 0.003)
    records = {
        "record_id": np.array([f"TR{i:05d}" for i in range(1, n + 1)]),
        "seeker_id": np.array([f"J{i:05d}" for i in drawn["person"]])[order],
        "month": np.array([f"2024-{month:02d}" for month in 1 + drawn["month"]])[order],
        "local_area": np.array(list(AREAS))[drawn["area"]][order],
        "profile": profile[order],
        "priority_of_service": priority[order],
        "sex": sex[order],
        "race": race[order],
        "age": sometimes(mess, drawn["age"].astype(str), "0", 0.003)[order],
        "score": score[order],
    }
    return repeat_some(mess, labelled(order) | records, 21)


# --- what is planted -------------------------------------------------------------------------------------------------

OLDER = "55 and over"
MADE_UP = MadeUp(
    audit="job-seeker-targeting",
    files=[
        File(
            "job_tests.csv",
            job_tests,
            seed=5101,
            row="one profile in a matched test, and whether it was shown the vacancy",
            blocks=["names-by-race", "names-by-sex"],
        ),
        File(
            "job_training.csv",
            job_training,
            seed=5102,
            row="one job seeker in one month's list for training places, with the score of a tool",
            blocks=["training-places"],
            key="record_id",
        ),
    ],
    in_short=(
        "the same profile is shown a vacancy less often under a name common among Black people; people of 55 and over "
        "are above the middle of the lists for training as often as others, and at the top half as often"
    ),
    planted=[
        *(Planted("job_tests", "shown the vacancy", name, rate) for name, rate in JOBS_SHOWN_LESS.items()),
        Planted("job_tests", "shown the vacancy", "everybody else", JOBS_SHOWN),
        *(Planted("job_training", "scored 75 or more", OLDER, rate) for rate in SCORED_75_LESS.values()),
        Planted("job_training", "scored 75 or more", "everybody else", SCORED_75),
        Planted("job_training", "scored 50 or more", "everybody", SCORED_50),
    ],
    promises={
        "names-by-race/name/selection_rate": Promise("flagged", worse_off=["Black"]),
        # In some draws so many pages did not load that the worst case decides, which nothing could clear.
        "names-by-sex/name/selection_rate": Promise(("cleared", "not_demonstrated")),
        "training-places/race/top_k_share-capacity-130-per-month": Promise("not_demonstrated"),
        "training-places/sex/top_k_share-capacity-130-per-month": Promise("cleared"),
        "training-places/age/top_k_share-capacity-130-per-month": Promise("flagged", worse_off=[OLDER]),
        "training-places/race/scoring_rate": Promise("not_demonstrated"),
        "training-places/sex/scoring_rate": Promise("cleared"),
        "training-places/age/scoring_rate": Promise("cleared"),
    },
    says=[
        "**Names.** *By race: outside both limits*: 22 in 100 against 34. *By sex: within both.*",
        "**Training places, by age.** *Among the 130 highest of a month: outside the limit of 0.80.* Of people of "
        "55 and over about 8 in 100 are, of the others 19. *Scored above the median: within the limit*: half of "
        "each age. So the share above the median, which is what vendors of hiring tools publish, does not show it.",
        "**Training places, by sex: within both limits. By race: not shown either way.** Nothing is planted by "
        "either, but 25 in 1,000 are American Indian, Alaska Native, Native Hawaiian or Pacific Islander.",
    ],
    mess=[
        "**Tests with one arm.** Of 25 matched tests in 1,580 one profile was lost, or its name was: what the other "
        "would have got is not known. `timeout` and blanks stand where a page did not load, 9 in 1,000.",
        "**Unknown groups, not at random.** Race is blank or `Did not self-identify` for 38 in 1,000 who were "
        "scored below 50 and 28 in 1,000 of the others; 9 in 1,000 leave out their sex.",
        "**Codes.** `M` and `F` beside `Male` and `Female`; `Black` and `Hispanic` beside the forms' longer words; "
        "ages of `0`. Scores of `-1` stand where the tool gave none, and 6 in 1,000 are blank.",
        f"**Rows that do not belong**: {WITHOUT_PRIORITY} job seekers without priority of service, who stand on a "
        "list of their own, and 12 in 1,000 profiles that staff made to try the tool.",
        "**Several records a person**, one to four months in a row. Of all scores 7 in 10 are those of the person, and "
        "the others of the month's luck.",
        "**Duplicates.** 21 whole rows of the lists come twice.",
    ],
    sizes=(
        f"{JOBS_TESTS['race']} tests of names by race and {JOBS_TESTS['sex']} by sex; {SEEKERS:,} job seekers with "
        f"priority of service for {PLACES} places in each of {MONTHS} months, so that what is alike is shown to be."
    ),
)
