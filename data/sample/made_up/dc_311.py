"""dc-311: requests from Wards 7 and 8 wait longer, and are fewer for every 1,000 who live there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from made_up.drawing import (
    Drawn,
    Integers,
    Records,
    between,
    happens,
    labelled,
    leanings,
    margins,
    pick,
    repeat_some,
    sometimes,
)
from made_up.telling import File, MadeUp, Planted, Promise

DC_WARDS = {1: 0.15, 2: 0.10, 3: 0.10, 4: 0.13, 5: 0.15, 6: 0.13, 7: 0.13, 8: 0.11}
"""Ward -> its share of callers."""
DC_RESIDENTS = {1: 86_200, 2: 62_400, 3: 61_900, 4: 83_700, 5: 90_300, 6: 84_100, 7: 108_600, 8: 105_300}
"""Ward -> its residents. Those of wards 7 and 8 call less often than others, for every 1,000 of them."""
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


def dc_311(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `dc_311.csv`: requests for city services as an export on one day shows them."""
    whom, others, mess = rng.spawn(3)
    drawn = dc_requests(whom) if planted else dc_requests(whom, rates={}, wards=DC_RESIDENTS)
    crews = dc_crews(others, 1800)
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


def dc_residents(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `dc_residents.csv`: who lives in each ward, as a survey has it.

    What is planted is planted in the callers, so that `planted` changes nothing.
    """
    people = np.array(list(DC_RESIDENTS.values())) + between(rng, -49, 49, len(DC_RESIDENTS))
    records = {
        "ward": np.array([f"Ward {ward}" for ward in DC_RESIDENTS]),
        "people": people.astype(str),
        "moe": margins(people, designs=1.5).astype(str),
    }
    return labelled(people) | records


# --- what is planted -------------------------------------------------------------------------------------------------


def dc_heard(wards: Sequence[int] = tuple(DC_WORSE_OFF)) -> float:
    """Give some wards' share of callers over their share of residents."""
    callers, residents = (sum(of[ward] for ward in wards) / sum(of.values()) for of in (DC_WARDS, DC_RESIDENTS))
    return callers / residents


MADE_UP = MadeUp(
    audit="dc-311",
    files=[
        File(
            "dc_311.csv",
            dc_311,
            seed=3110,
            row="one request for a city service, when it was opened and when closed",
            blocks=["time-to-close", "who-is-heard"],
            key="request_id",
        ),
        File(
            "dc_residents.csv",
            dc_residents,
            seed=3111,
            row="people who live in one ward, with a margin of error",
            blocks=["who-is-heard"],
        ),
    ],
    in_short="requests from Wards 7 and 8 wait longer, and fewer are made for every 1,000 who live there",
    planted=[
        *(Planted("dc_311", "closed within 30 days", f"Ward {ward}", rate) for ward, rate in DC_WORSE_OFF.items()),
        Planted("dc_311", "closed within 30 days", "everybody else", DC_RATE),
        Planted(
            "dc_residents", "callers, for each one to be expected by number", "Wards 7 and 8", round(dc_heard(), 2)
        ),
    ],
    promises={
        "time-to-close/ward/served_within-30-days": Promise("flagged", worse_off=["Wards 7 and 8"]),
        "time-to-close/ward/restricted_mean_wait-30-days": Promise("flagged", worse_off=["Wards 7 and 8"]),
        "time-to-close/channel/served_within-30-days": Promise("cleared"),
        "time-to-close/channel/restricted_mean_wait-30-days": Promise("cleared"),
        "who-is-heard/ward/events_per_1000": Promise("flagged", worse_off=["Wards 7 and 8"]),
        "who-is-heard/ward/representation_ratio": Promise("flagged", worse_off=["Wards 7 and 8"]),
    },
    says=[
        "**Waits.** *By ward: outside both limits.* Wards 7 and 8 wait longer: 14 fewer in 100 are closed within 30 "
        "days, and the mean of the first 30 days is 2.9 days longer. *By channel: within both limits*: the channel "
        "changes nothing.",
        "**Who is heard.** *Outside the limit of 0.80.* For every 1,000 who live there, about two requests come from "
        "Wards 7 and 8 where three come from others.",
    ],
    mess=[
        "**Times.** A tenth of residents' requests is still open on the day of the export; 6 were closed before they "
        "were opened.",
        "**Rows that do not belong**: 1,800 jobs that crews of the city logged when they had done them, opened and "
        "closed in the same second, most of them downtown.",
        "**Codes and unknown groups.** Wards are `7` or `Ward 7`; 15 in 1,000 have none, or `0`.",
        "**Several records a person**, one to four, whose waits lean the same way: 0.06 up or down.",
        "**Margins of error** stand beside the numbers of residents.",
        "**Duplicates.** 19 whole rows come twice.",
    ],
    sizes=f"{DC_CALLERS:,} callers, and {sum(DC_RESIDENTS.values()):,} residents.",
)
