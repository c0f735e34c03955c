"""drivers-seat: shifts pooled by ride-share drivers. Women get fewer of the blocks that pay well, and less in each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from made_up.drawing import (
    Drawn,
    Integers,
    Records,
    Texts,
    between,
    dates,
    hundredths,
    labelled,
    pick,
    pick_text,
    repeat_some,
    sometimes,
)
from made_up.telling import File, MadeUp, Planted, Promise, table


@dataclass(frozen=True)
class Shift:
    """A kind of shift: its share of all shifts, and cents the platform pays for an hour, before costs."""

    share: float
    cents: int


SHIFTS = {
    "Weekday morning": Shift(0.22, 2600),
    "Weekday midday": Shift(0.16, 2150),
    "Weekday evening": Shift(0.22, 2550),
    "Weekend day": Shift(0.16, 2300),
    "Weekend night block": Shift(0.12, 3150),
    "Airport block": Shift(0.12, 3050),
}
BLOCKS = ("Weekend night block", "Airport block")
"""Shifts that the platform lets only some drivers into."""
INSTEAD = "Weekday midday"
SEXES = {"Female": 0.25, "Male": 0.75}
LANGUAGES = {"English": 0.52, "Spanish": 0.25, "Amharic": 0.12, "Somali": 0.11}
AGES = {(21, 34): 0.34, (35, 49): 0.40, (50, 74): 0.26}
WORSE_OFF = "Female"
KEPT_OUT = 0.40
"""Of the blocks that women would have got, the share in which they drive at midday on a weekday instead."""
PAID = 0.94
"""What women are paid in a shift of one kind, before costs, for each dollar of men."""
VEHICLES = {"own, hybrid or electric": 0.34, "own, petrol": 0.48, "rented": 0.18}
CENTS_A_MILE = (34, 46, 56)
DRIVERS = 2000
SEED = 5201


def shifts(
    rng: np.random.Generator,
    drivers: int = DRIVERS,
    kept_out: float = KEPT_OUT,
    paid: float = PAID,
) -> Drawn:
    """Draw shifts: driver, who the driver is, kind of shift, minutes, and cents paid, tipped and spent.

    Args:
        rng: the generator.
        drivers: people; each has one to seven shifts in two weeks.
        kept_out: of the blocks that `WORSE_OFF` would have got, the share driven at midday instead.
        paid: what `WORSE_OFF` is paid in a shift of one kind, for each dollar of the others.

    Returns:
        Whole numbers, one a shift: `sex`, `language`, `vehicle` and `shift` are places in `SEXES`, `LANGUAGES` and so
        on; `sex`, `language`, `age` and `vehicle` are alike in all shifts of a driver.
    """
    kinds = list(SHIFTS.values())
    sex = pick(rng, drivers, list(SEXES.values()))
    language = pick(rng, drivers, list(LANGUAGES.values()))
    ends = np.array(list(AGES))[pick(rng, drivers, list(AGES.values()))]
    age = between(rng, ends[:, 0], ends[:, 1], drivers)
    vehicle = pick(rng, drivers, list(VEHICLES.values()))
    knack = 0.88 + 0.24 * rng.random(drivers)  # some know better where to wait
    person = np.repeat(np.arange(drivers), between(rng, 1, 7, drivers))
    n = len(person)
    less = sex[person] == list(SEXES).index(WORSE_OFF)
    shift = pick(rng, n, [kind.share for kind in kinds])
    moved = less & np.isin(shift, [list(SHIFTS).index(name) for name in BLOCKS]) & (rng.random(n) < kept_out)
    shift = np.where(moved, list(SHIFTS).index(INSTEAD), shift)
    minutes = between(rng, 90, 600, n)
    luck = 0.70 + 0.30 * (rng.random(n) + rng.random(n))
    hourly = np.array([kind.cents for kind in kinds])[shift] * knack[person] * luck * np.where(less, paid, 1.0)
    # Now and then nobody asks for a ride: nothing is paid, and the driver has still driven about.
    empty = rng.random(n) < 0.006
    pay = np.where(empty, 0, np.floor(hourly * minutes / 60 + 0.5)).astype(int)
    tenths = np.where(empty, between(rng, 20, 60, n), between(rng, 100, 180, n))  # of a mile, an hour
    costs = np.floor(tenths * np.array(CENTS_A_MILE)[vehicle[person]] * minutes / 600 + 0.5).astype(int)
    tips = np.where(empty, 0, np.floor(pay * 0.16 * rng.random(n))).astype(int)
    return {
        "person": person,
        "sex": sex[person],
        "language": language[person],
        "age": age[person],
        "vehicle": vehicle[person],
        "shift": shift,
        "minutes": minutes,
        "pay": pay,
        "tips": tips,
        "costs": costs,
    }


def hourly(drawn: Mapping[str, Integers]) -> Integers:
    """Give cents an hour after costs, tips left out; below 0 where costs were more than pay."""
    return np.floor((drawn["pay"] - drawn["costs"]) * 60 / drawn["minutes"] + 0.5).astype(int)


def money(cents: Integers) -> Texts:
    """Write cents as dollars, those below 0 with a sign."""
    whole = hundredths(np.abs(cents))
    return np.where(cents < 0, np.char.add("-", whole), whole)


def as_logged(rng: np.random.Generator, drawn: Drawn) -> Records:
    """Write whose each shift was, as the licence and the app have it, and what of it the app could log.

    Of drivers whose licence could not be found the sex and the age are blank; they have driven fewer shifts. The app
    does not know the language of a driver who never opened its settings.
    """
    person = drawn["person"]
    n, many = len(person), np.bincount(person)
    drivers = len(many)
    lost = rng.random(drivers) < np.where(many <= 2, 0.045, 0.012)
    unset = rng.random(drivers) < np.where(many <= 2, 0.04, 0.02)
    spelling = rng.random(drivers)
    # The app writes one language in three ways.
    spanish = np.where(spelling < 0.2, "es", np.where(spelling < 0.3, "Español", "Spanish"))
    language = np.array(list(LANGUAGES))[drawn["language"]]
    language = np.where(language == "Spanish", spanish[person], language)
    return {
        "driver_id": np.array([f"D{i:04d}" for i in person]),
        "sex": np.where(lost[person], "", np.array(["F", "M"])[drawn["sex"]]),
        "language": np.where(unset[person], "not set", language),
        "age": np.where(lost[person], "999", drawn["age"].astype(str)),
        "work": pick_text(rng, n, {"rides": 0.96, "delivery": 0.04}),
        # The phone died, or the app was closed: nobody knows how long the shift was.
        "ended": np.where(rng.random(n) < 0.013, "cut short", "logged off"),
    }


def make_shifts(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `drivers_seat_shifts.csv`: shifts as the cooperative's app kept them, a fortnight of them."""
    whom, who, mess = rng.spawn(3)
    drawn = shifts(whom) if planted else shifts(whom, kept_out=0.0, paid=1.0)
    logged = as_logged(who, drawn)
    n = len(drawn["person"])
    day = between(mess, 0, 13, n)
    # A delivery is paid by another rule, and less.
    drawn["pay"] = np.where(logged["work"] == "delivery", np.floor(drawn["pay"] * 0.8).astype(int), drawn["pay"])
    net = sometimes(mess, money(hourly(drawn)), "", 0.006)
    net = sometimes(mess, net, "-999.00", 0.003)
    cut = logged["ended"] == "cut short"
    records = {
        "shift_id": np.array([f"S{i:05d}" for i in range(1, n + 1)]),
        **{name: column for name, column in logged.items() if name != "ended"},
        "vehicle": np.array(list(VEHICLES))[drawn["vehicle"]],
        "began": dates(np.full(n, 2024), day + 280),  # from 7 October 2024
        "shift": np.array(list(SHIFTS))[drawn["shift"]],
        "minutes": np.where(cut, "", drawn["minutes"].astype(str)),
        "pay": hundredths(drawn["pay"]),
        "tips": hundredths(drawn["tips"]),
        "costs": hundredths(drawn["costs"]),
        "net_per_hour": np.where(cut, "cut short", net),
    }
    return repeat_some(mess, labelled(day) | records, 23)


def make_drivers(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `drivers_seat_drivers.csv`: each driver's rides of the fortnight in one row, as the same shifts have them.

    Shifts that were cut short are in no sum, and whoever had no others is not there.
    """
    whom, who, mess = rng.spawn(3)
    drawn = shifts(whom) if planted else shifts(whom, kept_out=0.0, paid=1.0)
    logged = as_logged(who, drawn)
    counted = (logged["work"] == "rides") & (logged["ended"] != "cut short")
    person, first, times = np.unique(drawn["person"][counted], return_index=True, return_counts=True)
    sums = {
        name: np.bincount(drawn["person"][counted], drawn[name][counted])[person].astype(int)
        for name in ("minutes", "pay", "tips", "costs")
    }
    records = {
        **{name: logged[name][counted][first] for name in ("driver_id", "sex", "language", "age")},
        "shifts": times.astype(str),
        "minutes": sums["minutes"].astype(str),
        **{name: hundredths(sums[name]) for name in ("pay", "tips", "costs")},
        "net_per_hour": sometimes(mess, money(hourly(sums)), "", 0.012),
    }
    return labelled(person) | records


MADE_UP = MadeUp(
    audit="drivers-seat",
    files=[
        File(
            "drivers_seat_shifts.csv",
            make_shifts,
            seed=SEED,
            row="one shift of a driver, what was paid for it and what it cost",
            blocks=["pay-for-an-hour"],
            key="shift_id",
        ),
        File(
            "drivers_seat_drivers.csv",
            make_drivers,
            seed=SEED,  # the same: these are the same drivers and shifts
            row="one driver's fortnight, all shifts with rides together",
            blocks=["pay-standard"],
            key="driver_id",
        ),
    ],
    in_short=(
        "women earn less for an hour after costs: they get fewer of the blocks that pay well, and are paid less in "
        "each shift"
    ),
    planted=[
        Planted("drivers_seat_shifts", f"blocks that turn into {INSTEAD.lower()}", WORSE_OFF, KEPT_OUT),
        Planted("drivers_seat_shifts", "paid in a shift, before costs, for each dollar of the others", WORSE_OFF, PAID),
    ],
    promises={
        "pay-for-an-hour/sex/mean_amount": Promise("flagged", worse_off=[WORSE_OFF]),
        "pay-for-an-hour/language/mean_amount": Promise("cleared"),
        "pay-for-an-hour/age/mean_amount": Promise("cleared"),
        "pay-standard/sex/share_at_or_above-above-16": Promise("flagged", worse_off=[WORSE_OFF]),
        "pay-standard/language/share_at_or_above-above-16": Promise("cleared"),
        "pay-standard/age/share_at_or_above-above-16": Promise("cleared"),
    },
    tables={
        "What the platform pays for an hour of each kind of shift, before costs and on average; drivers and luck "
        "move it up and down.": table(
            ("shift", "of all shifts", "dollars an hour"),
            [(name, f"{kind.share:g}", f"{kind.cents / 100:.2f}") for name, kind in SHIFTS.items()],
        )
    },
    says=[
        "**An hour's pay.** *By sex: outside the limit of one dollar.* Women are left with about 2.40 dollars an hour "
        "less than men: about 1.50 because they are paid less in shifts of every kind, while their costs are the same, "
        "and 0.90 because they get fewer of the blocks that pay well. The table of means at the same mix of shifts "
        "shows the first part. *By language and by age: within the limit.*",
        "**The pay standard.** *By sex: outside the limit of ten in a hundred.* About 63 in 100 women come out at 16 "
        "dollars an hour or more, and 85 in 100 men. *By language and by age: within it.*",
    ],
    mess=[
        "**Amounts below zero.** Of 1,000 shifts 6 had no ride: nothing was paid, and miles were driven all the same.",
        "**Amounts that are none.** 13 in 1,000 shifts are `cut short`, when a phone died or the app was closed; 6 are "
        "blank, and 3 are `-999.00`, the app's code for hours that it lost. Of fortnights 12 in 1,000 are blank.",
        "**Unknown groups, not at random.** The licence of some drivers was not found, and their sex is blank and "
        "their age `999`: 45 in 1,000 of those with one or two shifts, 12 of the others. Some never set the app's "
        "language (`not set`): 40 and 20 in 1,000.",
        "**Codes.** `Spanish`, `es` and `Español`; `F` and `M`.",
        "**Several records a driver**, one to seven shifts. Some drivers know better where to wait, and earn up to an "
        "eighth more or less all the time.",
        "**Rows that do not belong**: deliveries, 4 in 100.",
        "**Tips** stand beside pay, and are in no amount.",
        "**Duplicates.** 23 whole rows of shifts come twice.",
    ],
    sizes=(
        f"{DRIVERS:,} drivers, who have some 7,900 shifts in two weeks: more than a cooperative is likely to have had "
        "in one city at one time. With fewer, most of what is equal would not be shown either way."
    ),
)
