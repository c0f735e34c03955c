"""st-louis-courts: missed court dates. A gap in warrants is hidden, because race is missing where it matters most."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from made_up.drawing import (
    Drawn,
    Integers,
    Records,
    Texts,
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

PARTS = {"North County": 0.55, "South County": 0.25, "West County": 0.20}
"""Where in the county people have missed a court date, as shares of those people."""
COURTS = {
    "North County": ("Norwick", "Hazel Run", "Calder Heights", "Pine Hollow", "Belford", "Marlow Woods"),
    "South County": ("Southgrove", "Lindale", "Oak Mill"),
    "West County": ("Westmere", "Kirby Lake", "Clarendon Park"),
}
RACES = ("Black", "White", "Hispanic", "Asian", "Native American", "Another race")
RACES_OF_PART = {
    "North County": (0.60, 0.28, 0.050, 0.030, 0.005, 0.035),
    "South County": (0.48, 0.38, 0.055, 0.045, 0.005, 0.035),
    "West County": (0.46, 0.39, 0.055, 0.055, 0.005, 0.035),
}
AGES = {(18, 24): 0.23, (25, 44): 0.48, (45, 79): 0.29}
TIMES = (0.52, 0.24, 0.13, 0.07, 0.04)
"""How many people missed one court date, two, three, four, five."""
PEOPLE = 6600

RATE = 0.20
"""Of missed court dates, the share for which the tool proposes a warrant."""
WORSE_OFF = {"Black": 0.27}
UNKNOWN_NO_WARRANT = 0.05
"""Where no warrant is proposed, the share whose race is not recorded."""
UNKNOWN_WARRANT = 0.10
UNKNOWN_MORE = {"Black": 0.36}
"""Where a warrant is proposed, that share: of everybody else, and of those who stay away from the court's window."""

COSTS = 2650
"""Court costs in cents, on top of every fine."""
FINES = (40, 185)
"""The lowest and the highest fine in dollars, each a multiple of five."""
CAPS = {"traffic": 22500, "ordinance": 27500}
"""The most that the law lets a court ask for a minor offence, fine and costs together, in cents."""
SERVICE = 0.08
"""Of missed court dates, the share for which community service is proposed and no money is asked."""


def missed_dates(rng: np.random.Generator, people: int = PEOPLE, worse_off: Mapping[str, float] = WORSE_OFF) -> Drawn:
    """Draw missed court dates: person, court, race, age, sex, kind of ticket, warrant or not, cents asked.

    Args:
        rng: the generator.
        people: people; each missed one to five dates, all in one court.
        worse_off: race -> the share for which a warrant is proposed; `RATE` where a race is not named. What is asked
            depends on no group.

    Returns:
        Whole numbers, one a missed date; `part`, `race`, `kind` are places in `PARTS`, `RACES`, `CAPS`, and `court` is
        a place in the courts of its part.
    """
    table = np.array([worse_off.get(race, RATE) for race in RACES])
    part = pick(rng, people, list(PARTS.values()))
    court = between(rng, 0, np.array([len(courts) for courts in COURTS.values()])[part] - 1, people)
    race = np.zeros(people, dtype=int)
    for place, name in enumerate(PARTS):
        race = np.where(part == place, pick(rng, people, RACES_OF_PART[name]), race)
    band = np.array(list(AGES))[pick(rng, people, list(AGES.values()))]
    age = between(rng, band[:, 0], band[:, 1], people)
    woman = rng.random(people) < 0.42
    lean, dearer = leanings(rng, people, 0.06), leanings(rng, people, 500)
    person = np.repeat(np.arange(people), 1 + pick(rng, people, TIMES))
    n = len(person)
    kind = pick(rng, n, (0.78, 0.22))
    fine = 500 * between(rng, FINES[0] // 5, FINES[1] // 5, n) + dearer[person].astype(int)
    asked = np.minimum(fine + COSTS, np.array(list(CAPS.values()))[kind])
    return {
        "person": person,
        "part": part[person],
        "court": court[person],
        "race": race[person],
        "age": age[person],
        "woman": woman[person],
        "kind": kind,
        "warrant": happens(rng, table[race[person]] + lean[person]),
        "cents": np.where(rng.random(n) < SERVICE, 0, asked),
    }


def race_unknown(drawn: Drawn, unknown_more: Mapping[str, float] = UNKNOWN_MORE) -> np.ndarray:
    """Give the chance that race is not recorded: it is asked at the window, where some do not come.

    Args:
        drawn: missed dates.
        unknown_more: race -> the chance where a warrant is proposed; `UNKNOWN_WARRANT` where a race is not named.
    """
    told = np.array([unknown_more.get(race, UNKNOWN_WARRANT) for race in RACES])
    return np.where(drawn["warrant"], told[drawn["race"]], UNKNOWN_NO_WARRANT)


def written_race(rng: np.random.Generator, drawn: Drawn, unknown_more: Mapping[str, float]) -> Texts:
    """Write race as officers and clerks do: by a letter or a word, or not at all."""
    n = len(drawn["person"])
    race = np.array(RACES)[drawn["race"]]
    race = np.where((race == "Hispanic") & (rng.random(n) < 0.04), "White", race)  # as officers see it
    letters = np.where(race == "Another race", "O", np.array([name[0] for name in race.tolist()]))
    race = np.where((race != "Native American") & (rng.random(n) < 0.35), letters, race)
    unknown = pick_text(rng, n, {"": 0.75, "U": 0.17, "Not asked": 0.08})
    return np.where(rng.random(n) < race_unknown(drawn, unknown_more), unknown, race)


def written_amounts(rng: np.random.Generator, cents: Integers) -> Texts:
    """Write what is asked as clerks type it."""
    asked = hundredths(cents)
    # Some leave out cents that are none, or the last nought.
    short = np.array(
        [text.rstrip("0").rstrip(".") if cent else "0.00" for text, cent in zip(asked, cents, strict=True)]
    )
    asked = np.where(rng.random(len(asked)) < 0.06, short, asked)
    asked = sometimes(rng, asked, "", 0.006)
    asked = sometimes(rng, asked, "SEE JUDGE", 0.006)
    return sometimes(rng, asked, "9999.99", 0.002)


def stlc_missed_dates(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `stlc_missed_dates.csv`: missed court dates, what the tool proposed, and what payment it would ask."""
    whom, mess = rng.spawn(2)
    drawn = missed_dates(whom, worse_off=WORSE_OFF if planted else {})
    n = len(drawn["person"])
    courts = np.array([name for names in COURTS.values() for name in names])
    before = np.cumsum([0, *(len(names) for names in COURTS.values())])
    court = courts[before[drawn["part"]] + drawn["court"]]
    # The part of the county comes of a list of courts, in which `City of` is not how they are called.
    unlisted = mess.random(n) < 0.012
    court = np.where(unlisted, np.char.add("City of ", court), court)
    part = np.array([name.removesuffix(" County") for name in PARTS])[drawn["part"]]
    other = np.where(mess.random(n) < 0.15, "Payment review", "New date")
    proposal = np.where(drawn["warrant"], "Warrant", other)
    proposal = sometimes(mess, proposal, "Recalled", 0.006)
    proposal = sometimes(mess, proposal, "", 0.004)
    # Tickets of children go to the family court, and a dismissed ticket has no date to be missed.
    age = np.where(mess.random(n) < 0.018, between(mess, 15, 17, n), drawn["age"])
    status = pick_text(mess, n, {"open": 0.955, "dismissed": 0.045})
    records = {
        "missed_id": np.array([f"M{i:05d}" for i in range(1, n + 1)]),
        "person_id": np.array([f"P{i:04d}" for i in drawn["person"]]),
        "court": court,
        "part": np.where(unlisted, "", part),
        "missed_on": dates(np.full(n, 2024), between(mess, 0, 365, n)),
        "ticket": np.array(list(CAPS))[drawn["kind"]],
        "ticket_status": status,
        "age": sometimes(mess, age.astype(str), "999", 0.004),
        "sex": sometimes(mess, np.where(drawn["woman"], "F", "M"), "", 0.007),
        "race": written_race(mess, drawn, UNKNOWN_MORE if planted else {}),
        "proposal": proposal,
        "asked": written_amounts(mess, drawn["cents"]),
    }
    return repeat_some(mess, labelled(proposal) | records, 38)


# --- what is planted -------------------------------------------------------------------------------------------------

MADE_UP = MadeUp(
    audit="st-louis-courts",
    files=[
        File(
            "stlc_missed_dates.csv",
            stlc_missed_dates,
            seed=1501,
            row="one missed court date: what the tool proposed, and what payment it would ask",
            blocks=["missed-dates-to-warrants", "payment-asked"],
            key="missed_id",
        ),
    ],
    in_short="warrants are proposed more often for Black people, and it does not show, because race is missing most "
    "often where a Black person has a warrant; payments are alike",
    planted=[
        Planted("stlc_missed_dates", "proposed for a warrant", "Black", WORSE_OFF["Black"]),
        Planted("stlc_missed_dates", "proposed for a warrant", "everybody else", RATE),
        Planted("stlc_missed_dates", "race not recorded, of those with a warrant", "Black", UNKNOWN_MORE["Black"]),
        Planted("stlc_missed_dates", "race not recorded, of those with a warrant", "everybody else", UNKNOWN_WARRANT),
        Planted("stlc_missed_dates", "race not recorded, of those without one", "everybody", UNKNOWN_NO_WARRANT),
    ],
    tables={
        "What is asked depends on no group. Of the people who missed a date in each part of the county:": table(
            ("part of the county", "share of people", "Black among them"),
            [(name, f"{share:.2f}", f"{RACES_OF_PART[name][0]:.2f}") for name, share in PARTS.items()],
        )
    },
    promises={
        "missed-dates-to-warrants/race/selection_rate": Promise("not_demonstrated"),
        "missed-dates-to-warrants/sex/selection_rate": Promise("cleared"),
        "missed-dates-to-warrants/age/selection_rate": Promise("cleared"),
        "missed-dates-to-warrants/part_of_the_county/selection_rate": Promise("cleared"),
        "payment-asked/race/mean_amount": Promise("not_demonstrated"),
        "payment-asked/sex/mean_amount": Promise("cleared"),
        "payment-asked/part_of_the_county/mean_amount": Promise("cleared"),
    },
    says=[
        "*Warrants by race: not shown either way, and only because of the unknown.* As recorded the gap between Black "
        "and White people is about one in a hundred and would be within the limit of five; so it would be with the "
        "unknown spread like the rest. In truth it is seven: race is asked at the court's window, those with a warrant "
        "stay away from it, and Black people more than others. So a tenth of all missed dates have no race, and the "
        "worst that these could be decides. Whoever leaves them out would call this system even-handed.",
        "*Warrants by sex, by age and by part of the county: within the limit.*",
        "*Payments by sex and by part of the county: within the limit of ten dollars.* *By race: not shown*, for the "
        "same reason as the warrants, although everybody is asked alike.",
    ],
    mess=[
        "**Unknown groups, not at random.** Race is blank, `U` or `Not asked` for about a tenth; see above for whom. "
        "Sex is blank for 7 in 1,000, and age is `999` for 4.",
        "**Decisions that are neither yes nor no**: `Recalled` and blanks, 10 in 1,000.",
        "**Amounts that are none**: `SEE JUDGE`, blanks, and `9999.99`, which the software writes where nothing was "
        "entered. `0.00` is community service in place of money, and counts as nothing asked.",
        "**Odd cents.** Court costs of 26.50 on every fine; some write `121.5`, and `225` for `225.00`.",
        "**Codes.** Race by letter or word.",
        "**Rows that found no place.** 12 in 1,000 name their court as `City of`, which the list of courts does not; "
        "the part of the county is blank there.",
        "**Several records a person**: one to five missed dates, whose proposals lean the same way: 0.06 up or down, "
        "and five dollars.",
        "**Rows that do not belong**: dismissed tickets (45 in 1,000), and people under 18 (18 in 1,000).",
        "**Duplicates.** 38 whole rows come twice.",
    ],
    sizes="6,600 people with some 12,300 missed dates in twelve courts: so many that the gap as recorded would clear.",
)
