"""new-orleans-broadband: what internet addresses are offered. Slow by income of the area, and so unevenly by race."""

from __future__ import annotations

import numpy as np

from made_up.drawing import (
    Drawn,
    Integers,
    Records,
    between,
    happens,
    hundredths,
    labelled,
    pick,
    pick_text,
    repeat_some,
    sometimes,
)
from made_up.telling import File, MadeUp, Planted, Promise, table

INCOMES = ("Low", "Lower middle", "Upper middle", "High")
AREAS = ("mostly Black", "mixed", "mostly White")
BLOCK_GROUPS = {"mostly Black": (52, 28, 14, 6), "mixed": (18, 30, 33, 19), "mostly White": (5, 17, 28, 50)}
"""Who lives there -> how many block groups of each income: 75 of each income in all, and 100 of each row."""
NOT_BUILT = (0.90, 0.70, 0.52, 0.36)
"""The share of block groups without fiber, by income and by nothing else."""
NOT_BUILT_ALIKE = 0.62
UNKNOWN_INCOMES = (9, 6, 4, 2)
"""Block groups of each income for which the survey gives none: more often where people are poor."""
ALL_ALIKE = 0.65
EXCEPTIONS = 0.25
"""In so many block groups all offers are alike; in the others, so many in 100 are of the other sort."""
NO_SERVICE = 0.03
MEGABITS = {
    "Very slow": {"0.8": 0.35, "1.5": 0.25, "3": 0.15, "5": 0.25},
    "Slow": {"10": 0.45, "18": 0.55},
    "Medium": {"25": 0.3, "50": 0.5, "75": 0.2},
    "Fast": {"300": 1.0},
}
PRICES = {"5500": 0.92, "4500": 0.04, "6500": 0.04}
"""Cents a month, the same for every speed."""
DOLLARS = ((14_000, 33_000), (33_500, 52_000), (52_500, 77_000), (77_500, 168_000))
NOT_KNOWN = "-666666666"  # as Census files write what they cannot say


def slow_of(not_built: float) -> float:
    """Give the share of addresses that are offered slow internet or none, where so many block groups have no fiber."""
    exceptions = (1 - ALL_ALIKE) * EXCEPTIONS
    slow = not_built * (1 - exceptions) + (1 - not_built) * exceptions
    return slow + (1 - slow) * NO_SERVICE


def slow_of_area(area: str) -> float:
    """Give the same share for block groups where such people live: it follows from their incomes."""
    numbers = BLOCK_GROUPS[area]
    return slow_of(sum(n * share for n, share in zip(numbers, NOT_BUILT, strict=True)) / sum(numbers))


def block_groups(rng: np.random.Generator, planted: bool = True) -> Drawn:
    """Draw block groups: who lives there, income, whether the income is known, and whether fiber is built.

    Where a gap is planted, the number of block groups without fiber is that of `NOT_BUILT` for each income and each
    sort of residents; which ones is drawn. Where none is, each block group is drawn by itself.

    Args:
        rng: the generator.
        planted: whether fiber depends on income.

    Returns:
        Whole numbers, one a block group, in the order of a map on which neighbours are no more alike than others.
    """
    counts = np.array(list(BLOCK_GROUPS.values()))
    area = np.repeat(np.arange(len(AREAS)), counts.sum(axis=1))
    income = np.concatenate([np.repeat(np.arange(len(INCOMES)), row) for row in counts])
    n = len(area)
    order = np.argsort(rng.random(n), kind="stable")
    area, income = area[order], income[order]
    known, built = np.ones(n, bool), rng.random(n) >= NOT_BUILT_ALIKE
    for place, unknown in enumerate(UNKNOWN_INCOMES):
        known[np.flatnonzero(income == place)[:unknown]] = False
    if planted:
        for row in range(len(AREAS)):
            for place, share in enumerate(NOT_BUILT):
                there = np.flatnonzero((area == row) & (income == place))
                mixed = there[np.argsort(rng.random(len(there)), kind="stable")]
                built[mixed] = np.arange(len(there)) >= int(share * len(there) + 0.5)
    return {"area": area, "income": income, "known": known, "built": built, "uneven": rng.random(n) >= ALL_ALIKE}


def lookups(rng: np.random.Generator, places: Drawn) -> Drawn:
    """Draw addresses that were looked up: block group, and whether the offer is slow, or there is none.

    Args:
        rng: the generator.
        places: what `block_groups` gives.

    Returns:
        Whole numbers, one an address.
    """
    n = len(places["area"])
    place = np.repeat(np.arange(n), between(rng, 12, 28, n))
    usual = np.where(places["built"], 0.0, 1.0)[place]
    chance = np.where(places["uneven"][place], np.abs(usual - EXCEPTIONS), usual)
    return {"place": place, "slow": happens(rng, chance), "none": happens(rng, np.full(len(place), NO_SERVICE))}


def key_of(place: Integers) -> np.ndarray:
    """Name block groups, after tracts of three."""
    return np.array([f"NB-{1 + number // 3:03d}-{1 + number % 3}" for number in place.tolist()])


def surveyed(rng: np.random.Generator, places: Drawn) -> Records:
    """Write what a survey says of each block group: who lives there, and what they earn."""
    n = len(places["area"])
    ends = np.array(DOLLARS)[places["income"]]
    income = between(rng, ends[:, 0] // 10, ends[:, 1] // 10, n) * 10
    # One block group was built on after the survey, which says nothing of it.
    there = np.arange(n) > 0
    known = places["known"] & there
    return {
        "block_group": key_of(np.arange(n)),
        "residents_are": np.where(there, np.array(AREAS)[places["area"]], ""),
        "median_income": np.where(known, income.astype(str), np.where(there, NOT_KNOWN, "")),
        "income_level": np.where(known, np.array(INCOMES)[places["income"]], ""),
    }


def nola_offers(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `nola_offers.csv`: what the provider's tool offered at each address that the city typed in."""
    whom, which, mess = rng.spawn(3)
    places = block_groups(whom, planted)
    drawn, survey = lookups(which, places), surveyed(mess, places)
    n = len(drawn["place"])
    tier = np.where(drawn["slow"], pick_text(mess, n, {"Very slow": 0.3, "Slow": 0.7}), "Fast")
    tier = np.where((tier == "Fast") & (mess.random(n) < 0.012), "Medium", tier)
    tier = np.where(drawn["none"], "No service", tier)
    speed, cents = np.full(n, "", dtype="U5"), pick(mess, n, list(PRICES.values()))
    for name, speeds in MEGABITS.items():
        speed = np.where(tier == name, pick_text(mess, n, speeds), speed)
    price = hundredths(np.array(list(PRICES), dtype=int)[cents])
    # The tool timed out, more often where it has old lines to look up.
    failed = mess.random(n) < np.where(drawn["slow"], 0.018, 0.012)
    offered = ~failed & ~drawn["none"]
    tier = np.where(failed, "Error", tier)
    tier = np.where((tier == "Slow") & (mess.random(n) < 0.03), "SLOW", tier)
    kind = sometimes(mess, np.full(n, "residence"), "business", 0.035)
    records = {
        "lookup_id": np.array([f"L{i:05d}" for i in range(1, n + 1)]),
        "looked_up_on": np.array([f"2024-10-{day:02d}" for day in between(mess, 7, 25, n)]),
        "parish": np.full(n, "Orleans"),
        **{name: column[drawn["place"]] for name, column in survey.items()},
        "address_kind": kind,
        "result": np.where(failed, "error", np.where(drawn["none"], "no service", "offer")),
        "speed_tier": tier,
        "megabits_down": np.where(offered, speed, ""),
        "monthly_price": np.where(offered, price, ""),
    }
    # Addresses beyond the parish line, which the city's address file holds by mistake.
    strays = between(mess, 0, n - 1, 70)
    records = labelled(kind) | records
    beyond = {name: column[strays] for name, column in records.items()}
    beyond["lookup_id"] = np.array([f"L{i:05d}" for i in range(n + 1, n + 71)])
    beyond["parish"] = np.full(70, "Jefferson")
    beyond["block_group"] = np.array([f"JP-{i:03d}-1" for i in between(mess, 1, 12, 70)])
    return repeat_some(mess, {name: np.concatenate([records[name], beyond[name]]) for name in records}, 23)


# --- what is planted -------------------------------------------------------------------------------------------------

SLOWLY = "offered less than 25 megabits, or nothing"

MADE_UP = MadeUp(
    audit="new-orleans-broadband",
    files=[
        File(
            "nola_offers.csv",
            nola_offers,
            seed=2601,
            row="one address, and what internet the provider's tool offered there",
            blocks=["slow-offers", "monthly-price"],
            key="lookup_id",
        ),
    ],
    in_short=(
        "slow internet follows the income of the area; by race of the area there is a gap too, which offers taken one "
        "by one would flag, and offers taken by the block group do not show; the price is the same for all"
    ),
    planted=[
        *(
            Planted("nola_offers", SLOWLY, f"{name} income", round(slow_of(share), 3))
            for name, share in zip(INCOMES, NOT_BUILT, strict=True)
        ),
        *(Planted("nola_offers", SLOWLY, name, round(slow_of_area(name), 3)) for name in AREAS),
    ],
    tables={
        "Block groups, and in brackets those without fiber. That number depends on income and on nothing else; which "
        "block groups they are is drawn.": table(
            ("residents", *(f"{name} income" for name in INCOMES)),
            [
                (name, *(f"{n} ({int(n * share + 0.5)})" for n, share in zip(numbers, NOT_BUILT, strict=True)))
                for name, numbers in BLOCK_GROUPS.items()
            ],
        )
    },
    promises={
        "slow-offers/income/share_within_reach": Promise(
            "flagged", worse_off=["low-income areas", "lower-middle-income areas"]
        ),
        "slow-offers/race/share_within_reach": Promise("not_demonstrated"),
        "monthly-price/income/share_within_reach-above-60": Promise("cleared"),
        "monthly-price/race/share_within_reach-above-60": Promise("cleared"),
    },
    says=[
        "*Slow offers, by income: outside the limit of 10 in 100.* *By race: not shown either way.* Where mostly Black "
        "people live, 22 in 100 more addresses are offered slow internet than where mostly White people do, since more "
        "of those areas are of low income. Taken one by one, 6,000 offers would show it; but in two block groups of "
        "three all offers are alike, so that they are worth a few hundred. *Price: within the limit, by income and by "
        "race.*",
    ],
    mess=[
        "**Unknown incomes.** Of 21 block groups in 300 the survey gives no income (`-666666666`): of 9 of the poorest "
        "75, and of 2 of the richest. Of one block group it says nothing at all.",
        "**No service.** At 3 addresses in 100 nothing is offered. It counts as slow, and has no price.",
        "**Neither yes nor no.** The tool ended in an `Error` at 18 in 1,000 addresses with slow internet, and at 12 "
        "of the others.",
        "**Nesting.** Some 20 offers a block group; in 65 of 100 block groups all are alike.",
        "**Codes.** `SLOW` beside `Slow`.",
        "**Rows that do not belong**: businesses, and 70 addresses in the next parish.",
        "**Duplicates.** 23 whole rows come twice.",
    ],
    sizes="About 6,000 addresses in 300 block groups; the study that it is modelled on had 8,066 in 346.",
)
