"""recordtrac-oakland: requests for public records. Residents get less in full, and more in every department."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from made_up.drawing import (
    Drawn,
    Integers,
    Records,
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
from made_up.telling import File, MadeUp, Planted, Promise, table

# --- who asks, for what, and how -------------------------------------------------------------------------------------

REQUESTERS = {"Resident": 0.46, "Business": 0.26, "Attorney": 0.09, "Press": 0.06, "Anonymous": 0.13}
DEPARTMENTS = ("Police", "Planning and Building", "Public Works", "City Administrator", "Fire")
ASKED_OF = {
    "Resident": (0.66, 0.07, 0.13, 0.06, 0.08),
    "Business": (0.28, 0.48, 0.12, 0.07, 0.05),
    "Attorney": (0.50, 0.15, 0.14, 0.13, 0.08),
    "Press": (0.54, 0.08, 0.08, 0.25, 0.05),
    "Anonymous": (0.52, 0.12, 0.15, 0.14, 0.07),
}
"""Requester -> the share of their requests that goes to each department."""
ONLINE, OFFLINE = "Online", ("Phone", "Mail", "Counter")
CHANNELS_OF = {
    "Resident": (0.74, 0.10, 0.05, 0.11),
    "Business": (0.88, 0.05, 0.03, 0.04),
    "Attorney": (0.76, 0.04, 0.18, 0.02),
    "Press": (0.92, 0.05, 0.01, 0.02),
    "Anonymous": (0.84, 0.05, 0.06, 0.05),
}
"""Requester -> the share of their requests that comes online, by phone, by mail and at the counter."""
PEOPLE = 7300
ASK_AGAIN = (0.76, 0.13, 0.07, 0.04)
"""How often somebody asks: once, twice, three or four times. Who is anonymous cannot be told to ask again."""

# --- what is planted -------------------------------------------------------------------------------------------------

RELEASED = {
    "Police": 0.30,
    "Planning and Building": 0.79,
    "Public Works": 0.77,
    "City Administrator": 0.75,
    "Fire": 0.77,
}
"""Department -> the share of requests that is released in full, of everybody but residents."""
RESIDENTS_MORE = 0.02
"""So much more of what residents ask for is released in full, within every department."""
RELEASED_ALIKE = 0.60
IN_TIME = 0.76
IN_TIME_OFFLINE = 0.57
POLICE_LATER = 0.06
"""The share answered within 10 days: of requests online, of others; and so much less where the police answer."""
EXTENDED = 0.90
EXTENDED_OFFLINE = 0.89
"""The share answered within 24 days, which are 10 and the 14 of an extension."""

SOON = {(0, 1): 0.15, (2, 7): 0.40, (8, 10): 0.45}
EXTENSION = {(11, 17): 0.30, (18, 24): 0.70}
LATE = {(25, 90): 0.70, (91, 365): 0.25, (366, 1500): 0.05}
LATE_POLICE = {(25, 90): 0.30, (91, 365): 0.35, (366, 1500): 0.35}
"""Days from and to, and how often: answered within 10 days, within 24, and later."""

YEAR, DAYS = 2015, 731
"""Requests of two years; the records were drawn on the last day."""
COUNTY, QUESTIONS, DUPLICATES = 620, 390, 430
"""Rows that are no request for records of the city: those of other agencies, questions, and what was asked before."""


def overall(requester: str) -> float:
    """Give the share of all that a kind of requester asks for that is released in full, whatever the department."""
    more = RESIDENTS_MORE if requester == "Resident" else 0.0
    parts = zip(ASKED_OF[requester], RELEASED.values(), strict=True)
    return round(sum(share * (rate + more) for share, rate in parts), 3)


def requests(rng: np.random.Generator, planted: bool = True) -> Drawn:
    """Draw requests for records of the city.

    Args:
        rng: the generator.
        planted: False where neither department, nor channel, nor requester makes a difference.

    Returns:
        Whole numbers, one a request: `requester`, `department` and `channel` are places in `REQUESTERS`, `DEPARTMENTS`
        and (online, *`OFFLINE`); `age` is in days before the last day, `wait` in days to the first answer, `last` in
        days from there to the close.
    """
    kind = pick(rng, PEOPLE, list(REQUESTERS.values()))
    times = np.where(kind == list(REQUESTERS).index("Anonymous"), 1, 1 + pick(rng, PEOPLE, ASK_AGAIN))
    lean_soon, lean_full = leanings(rng, PEOPLE, 0.05), leanings(rng, PEOPLE, 0.06)
    person = np.repeat(np.arange(PEOPLE), times)
    requester, n = kind[person], len(person)
    department = of_requester(rng, requester, ASKED_OF)
    channel = of_requester(rng, requester, CHANNELS_OF)
    police, offline = department == 0, channel > 0
    if planted:
        in_time = np.where(offline, IN_TIME_OFFLINE, IN_TIME) - POLICE_LATER * police
        extended = np.where(offline, EXTENDED_OFFLINE, EXTENDED) - POLICE_LATER * police
        full = np.array(list(RELEASED.values()))[department] + RESIDENTS_MORE * (requester == 0)
    else:
        in_time, extended, full = np.full(n, IN_TIME), np.full(n, EXTENDED), np.full(n, RELEASED_ALIKE)
    return {
        "person": person,
        "requester": requester,
        "department": department,
        "channel": channel,
        "age": between(rng, 0, DAYS - 1, n),
        "wait": waits(rng, in_time + lean_soon[person], extended, police),
        "last": between(rng, 0, np.where(police, 120, 45), n),
        "full": happens(rng, full + lean_full[person]),
    }


def of_requester(rng: np.random.Generator, requester: Integers, shares: Mapping[str, tuple[float, ...]]) -> Integers:
    """Draw a place of each request's own list of shares."""
    n = len(requester)
    return np.array([pick(rng, n, list(each)) for each in shares.values()])[requester, np.arange(n)]


def waits(rng: np.random.Generator, in_time: np.ndarray, extended: np.ndarray, police: np.ndarray) -> Integers:
    """Draw days to the first answer: within 10, within 24, or later."""
    n = len(in_time)
    every = (SOON, EXTENSION, LATE, LATE_POLICE)
    drawn = [np.array(list(spans))[pick(rng, n, list(spans.values()))] for spans in every]
    soon, extension, late, late_police = drawn
    chance = rng.random(n)
    days = np.where(police[:, None], late_police, late)
    days = np.where((chance < extended)[:, None], extension, days)
    days = np.where((chance < in_time)[:, None], soon, days)
    return between(rng, days[:, 0], days[:, 1], n)


def others(rng: np.random.Generator) -> Drawn:
    """Draw what is no request for records of the city, and is closed as soon as somebody has seen so."""
    n = COUNTY + QUESTIONS + DUPLICATES
    requester = pick(rng, n, list(REQUESTERS.values()))
    return {
        "why": np.repeat(np.arange(3), (COUNTY, QUESTIONS, DUPLICATES)),
        "requester": requester,
        "channel": of_requester(rng, requester, CHANNELS_OF),
        "department": pick(rng, n, (0.40, 0.10, 0.10, 0.30, 0.10)),
        "age": between(rng, 0, DAYS - 1, n),
        "wait": between(rng, 0, 4, n),
    }


# --- as the office exports it ----------------------------------------------------------------------------------------

FULL = {"Released in full": 0.85, "Released in full, not uploaded": 0.10, "Released in full, fees waived": 0.05}
NOT_FULL = {"Released with redactions": 0.36, "Withheld": 0.27, "No record found": 0.37}
NOT_OURS = ("Ask another agency", "Not a request for records", "Duplicate of an earlier request")
SPELLED = {"Business": "Company", "Attorney": "Law firm", "Press": "Media"}


def oakland_requests(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `oakland_requests.csv`: every request that came in over two years, as it stood on the last day."""
    whom, strays, mess = rng.spawn(3)
    drawn, stray = requests(whom, planted), others(strays)
    asked, n = len(drawn["age"]), len(drawn["age"]) + len(stray["age"])

    def both(name: str) -> Integers:
        return np.concatenate([drawn[name], stray[name]])

    age, wait = both("age"), both("wait")
    answered = wait <= age
    closed = np.concatenate([drawn["wait"] + drawn["last"] <= drawn["age"], stray["wait"] <= stray["age"]])
    # Of a few the year was mistyped: answered before they were received.
    mistyped = np.isin(np.arange(n), between(mess, 0, asked - 1, 5)) & answered & (age > 400)
    day = DAYS - 1 - age
    ended = np.where(closed, closed_as(mess, drawn["full"], stray["why"]), "")
    status = np.where(ended == "Withdrawn", ended, np.where(closed, "Closed", "Open"))
    requester, channel = written_requester(mess, both("requester"), both("channel"))
    department = np.array(DEPARTMENTS)[both("department")]
    department = np.where((department == "Police") & (mess.random(n) < 0.10), "OPD", department)
    order = np.argsort(day, kind="stable")
    records = {
        "request": np.array([f"RT-{place:05d}" for place in range(1, n + 1)]),
        "received": dates(np.full(n, YEAR), day)[order],
        "requester_id": np.array([*(f"P{place:05d}" for place in drawn["person"]), *["P0"] * (n - asked)])[order],
        "requester": requester[order],
        "channel": sometimes(mess, channel, "", 0.006)[order],
        "kind": np.array([*["records"] * asked, *np.array(["records", "question", "duplicate"])[stray["why"]]])[order],
        "agency": np.array([*["City"] * asked, *agencies(mess, stray["why"])])[order],
        "department": department[order],
        "answered": np.where(answered, dates(np.full(n, YEAR), day + wait - 365 * mistyped), "")[order],
        "status": status[order],
        "closed_as": np.where(ended == "Withdrawn", "", ended)[order],
    }
    return repeat_some(mess, labelled(order) | records, 21)


def written_requester(mess: np.random.Generator, requester: Integers, channel: Integers) -> tuple:
    """Write who asks, and how: blank where staff entered the request for somebody whom they did not ask."""
    name = np.array(list(REQUESTERS))[requester]
    for own, other in SPELLED.items():
        name = np.where((name == own) & (mess.random(len(name)) < 0.15), other, name)
    name = np.where(name == "Anonymous", "did not say", name)
    name = sometimes(mess, name, "", np.where(channel > 0, 0.05, 0.012))
    return name, np.array([ONLINE, *OFFLINE])[channel]


def agencies(mess: np.random.Generator, why: Integers) -> np.ndarray:
    """Write whose records are asked for."""
    elsewhere = pick_text(mess, len(why), {"County": 0.72, "State": 0.18, "Schools": 0.10})
    return np.where(why == 0, elsewhere, "City")


def closed_as(mess: np.random.Generator, full: np.ndarray, why: Integers) -> np.ndarray:
    """Write how a request was closed."""
    n = len(full)
    ended = np.where(full, pick_text(mess, n, FULL), pick_text(mess, n, NOT_FULL))
    ended = sometimes(mess, sometimes(mess, ended, "Withdrawn", 0.030), "Closed", 0.006)
    return np.concatenate([ended, np.array(NOT_OURS)[why]])


MADE_UP = MadeUp(
    audit="recordtrac-oakland",
    files=[
        File(
            "oakland_requests.csv",
            oakland_requests,
            seed=1317,  # the file itself shows the reversal in every department; in many a draw chance hides it in one
            row="one request, when it was first answered, and how it was closed",
            blocks=["released-in-full", "released-by-police", "released-by-others", "time-to-answer"],
            key="request",
        )
    ],
    in_short=(
        "what residents ask for is released in full less often, though in every department slightly more often: they "
        "ask the police; requests that do not come online are answered late"
    ),
    planted=[
        *(
            Planted("oakland_requests", f"answered within 10 days, {by}", how, round(rate - later, 2))
            for by, later in (("by other departments than the police", 0), ("by the police", POLICE_LATER))
            for how, rate in (("online", IN_TIME), ("phone, mail, counter", IN_TIME_OFFLINE))
        ),
        *(
            Planted("oakland_requests", "released in full, whatever the department", who, overall(who))
            for who in ASKED_OF
        ),
    ],
    tables={
        "Released in full, by department: residents get slightly more in each, and less over all.": table(
            (
                "department",
                "planted, residents",
                "planted, others",
                "of residents' requests",
                "of businesses' requests",
            ),
            [
                (
                    name,
                    f"{rate + RESIDENTS_MORE:.2f}",
                    f"{rate:.2f}",
                    f"{ASKED_OF['Resident'][place]:.2f}",
                    f"{ASKED_OF['Business'][place]:.2f}",
                )
                for place, (name, rate) in enumerate(RELEASED.items())
            ],
        )
    },
    promises={
        "time-to-answer/channel/served_within-10-days": Promise("flagged", worse_off=["Offline"]),
        "time-to-answer/channel/served_within-24-days": Promise("cleared"),
        "time-to-answer/requester/served_within-10-days": Promise("cleared"),
        "time-to-answer/requester/served_within-24-days": Promise("cleared"),
        "released-in-full/requester/selection_rate": Promise(
            "flagged", worse_off=["Resident", "Anonymous", "Attorney or press"]
        ),
        "released-by-police/requester/selection_rate": Promise("cleared"),
        "released-by-others/requester/selection_rate": Promise("cleared"),
    },
    says=[
        "*Answered within 10 days, by channel: outside the limit of ten in a hundred.* What comes by phone, by mail "
        "or at the counter is answered in time 19 times in 100 less often; *within 24 days: within it*, since nearly "
        "all of that is answered in the extension. *By requester: within both limits*, though residents ask the "
        "police, who answer later.",
        "**A reversal (Simpson's).** *Released in full, by requester: outside the limit.* Of what residents ask for "
        "48 in 100 are released in full, of what businesses ask for 65. *Of the police alone, and of the other "
        "departments alone: within the limit*, and residents get slightly more in each department, by two in a "
        "hundred. Two in three requests of residents go to the police, who release 30 in 100; nearly half of those of "
        "businesses are for plans and permits, of which 79 in 100 are released.",
        "Both are true, and they answer different questions. Whoever asks Oakland for records meets the first. The "
        "second says that no department turns residents away for being residents, and nothing more: it takes the "
        "department as given, while it is the tool that chose it, and while a rule by which the police release little "
        "falls on those who have to ask the police. So the first finding blocks, whatever the others say.",
    ],
    mess=[
        "**Still open.** About 1,100 requests have no ending, and about 580 no answer; most are with the police.",
        "**Rows that do not belong**: 620 requests for records of the county, the state or the schools, 390 "
        "questions, 430 that the same person had asked before. All are closed within days, so with them everybody "
        "looks well served.",
        "**Who never says.** `did not say` is a group, since nobody needs to say who they are; blank is unknown: of "
        "what staff typed in for somebody 5 in 100, of the rest 12 in 1,000. A channel is blank for 6 in 1,000.",
        "**Endings that are neither yes nor no**: `Closed`, without how. 3 in 100 were withdrawn. Fee waivers and "
        "what was too private to upload have codes of their own: `Released in full, fees waived`, `Released in full, "
        "not uploaded`.",
        "**Several spellings.** `Company`, `Law firm` and `Media` beside `Business`, `Attorney` and `Press`; `OPD` "
        "beside `Police`.",
        "**Several requests a person**, up to four, whose answers lean the same way: 0.05 up or down, and 0.06 of "
        "what is released. Who is anonymous cannot be told to ask again.",
        "**Dates.** Of a few answers the year was mistyped: they stand before the request.",
        "**Duplicates.** 21 whole rows come twice.",
    ],
    sizes=(
        "7,300 requesters and about 11,200 rows in two years; RecordTrac had 9,300 requests in its first two. It "
        "takes so many to show that the 580 requests of businesses to the police fare within ten in a hundred of all "
        "others."
    ),
)
