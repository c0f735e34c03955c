"""alia-relief-fund: relief for domestic workers. Whoever writes in Spanish and is paid in cash gets it less often."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from made_up.drawing import Drawn, Records, happens, labelled, leanings, pick, pick_text, repeat_some, sometimes
from made_up.telling import File, MadeUp, Planted, Promise

LANGUAGES = {
    "Spanish-speaking": 0.36,
    "English-speaking": 0.32,
    "Creole-speaking": 0.16,
    "Another language": 0.16,
}
FORMS = (("es",), ("en",), ("ht",), ("pt", "ne", "tl"))
"""The form's code of each language."""
CASH, OTHERWISE = "paid in cash", "not paid in cash"
PAID = {CASH: 0.42, OTHERWISE: 0.58}
TRAILS = {"payroll": 0.40, "app": 0.35, "cheque": 0.17, "check": 0.08}
RATE = 0.66
RATES = {
    ("Spanish-speaking", CASH): 0.46,
    ("Spanish-speaking", OTHERWISE): 0.69,
    ("English-speaking", CASH): 0.69,
}
"""Approved, of whom `RATE` does not hold."""
WORSE_OFF = f"Spanish-speaking, {CASH}"
FUND = "Care Fund"
APPROVED = ("Approved", "Approved after review")
WORK = {"House cleaning": 0.48, "Home care": 0.30, "Child care": 0.22}
WAVES = {"April": 0.36, "May": 0.34, "June": 0.30}
PAYMENTS = {0: 0.055, 400: 0.925, 800: 0.02}
"""Dollars that came to an applicant who was approved: a card that came back, a card, a second one after some weeks."""
APPLICANTS = 8000
ORGANIZATIONS = 170
SEED = 5301


def applications(
    rng: np.random.Generator,
    applicants: int = APPLICANTS,
    rates: Mapping[tuple[str, str], float] = RATES,
) -> Drawn:
    """Draw applications: applicant, who gave the code, language, how paid, work, wave, whether approved, what came.

    Args:
        rng: the generator.
        applicants: people; some apply a second time, with the same code.
        rates: (language, how paid) -> the share approved; `RATE` where they are not named.

    Returns:
        Whole numbers, one an application: `language`, `paid`, `work` and `wave` are places in `LANGUAGES`, `PAID` and
        so on, `came` one in `PAYMENTS`.
    """
    table = np.array([[rates.get((language, paid), RATE) for paid in PAID] for language in LANGUAGES])
    leads = pick(rng, ORGANIZATIONS, list(LANGUAGES.values()))
    organization = pick(rng, applicants, 0.4 + 1.2 * rng.random(ORGANIZATIONS))
    # Most of those whom an organization knows speak its language; the others are as all applicants are.
    anyone = pick(rng, applicants, list(LANGUAGES.values()))
    language = np.where(rng.random(applicants) < 0.7, leads[organization], anyone)
    paid = pick(rng, applicants, list(PAID.values()))
    work = pick(rng, applicants, list(WORK.values()))
    helps, lean = leanings(rng, ORGANIZATIONS, 0.04), leanings(rng, applicants, 0.05)
    person = np.repeat(np.arange(applicants), 1 + pick(rng, applicants, (0.93, 0.07)))
    n = len(person)
    chance = table[language[person], paid[person]] + helps[organization[person]] + lean[person]
    return {
        "person": person,
        "organization": organization[person],
        "language": language[person],
        "paid": paid[person],
        "work": work[person],
        "wave": pick(rng, n, list(WAVES.values())),
        "approved": happens(rng, chance),
        "came": pick(rng, n, list(PAYMENTS.values())),
    }


def as_written(rng: np.random.Generator, drawn: Drawn) -> Records:
    """Write applications as the form, the help line and the tool have them, with what was left out.

    Whoever was declined has more often not said how they are paid, and more often applied by phone.
    """
    n = len(drawn["person"])
    declined = ~drawn["approved"]
    codes = np.array([forms[0] for forms in FORMS])[drawn["language"]]
    codes = np.where(codes == FORMS[-1][0], np.array(FORMS[-1])[pick(rng, n, (0.5, 0.3, 0.2))], codes)
    codes = np.where((codes == "es") & (rng.random(n) < 0.12), "Español", codes)
    codes = np.where((codes == "en") & (rng.random(n) < 0.06), "English", codes)
    codes = np.where(rng.random(n) < np.where(declined, 0.017, 0.010), "by phone", codes)
    paid = np.where(drawn["paid"] == list(PAID).index(CASH), "cash", pick_text(rng, n, TRAILS))
    unsaid = pick_text(rng, n, {"": 0.6, "prefer not to say": 0.4})
    paid = np.where(rng.random(n) < np.where(declined, 0.026, 0.014), unsaid, paid)
    fund = pick_text(rng, n, {FUND: 0.95, "City fund": 0.05})
    # The other fund has rules of its own, and approves more of its applicants.
    approved = drawn["approved"] | ((fund != FUND) & (rng.random(n) < 0.5))
    decision = np.where(approved, APPROVED[0], "Declined")
    decision = np.where(approved & (rng.random(n) < 0.06), APPROVED[1], decision)
    decision = np.where(~approved & (rng.random(n) < 0.15), "Declined: duplicate", decision)
    decision = sometimes(rng, decision, "In review", 0.007)
    decision = sometimes(rng, decision, "Withdrawn", 0.004)
    return {
        "application_id": np.array([f"C{i:05d}" for i in range(1, n + 1)]),
        "applicant_id": np.array([f"W{i:05d}" for i in drawn["person"]]),
        "fund": fund,
        "code_from": np.array([f"ORG-{i + 1:03d}" for i in drawn["organization"]]),
        "wave": np.array(list(WAVES))[drawn["wave"]],
        "language": codes,
        "work": np.array(list(WORK))[drawn["work"]],
        "paid": paid,
        "decision": decision,
    }


def make_applications(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `alia_applications.csv`: applications as a tool decided them, some of them to another fund."""
    whom, who, mess = rng.spawn(3)
    drawn = applications(whom) if planted else applications(whom, rates={})
    return repeat_some(mess, labelled(drawn["person"]) | as_written(who, drawn), 21)


def make_payments(rng: np.random.Generator, planted: bool = True) -> Records:
    """Make `alia_payments.csv`: what came to each applicant of the fund whom the tool approved, the same ones."""
    whom, who, mess = rng.spawn(3)
    drawn = applications(whom) if planted else applications(whom, rates={})
    written = as_written(who, drawn)
    approved = (written["fund"] == FUND) & np.isin(written["decision"], APPROVED)
    kept = {name: column[approved] for name, column in written.items() if name not in ("fund", "decision")}
    came = np.array(list(PAYMENTS))[drawn["came"][approved]]
    relief = np.array([f"{dollars}.00" for dollars in came.tolist()])
    relief = sometimes(mess, relief, "in the post", 0.012)
    relief = sometimes(mess, relief, "", 0.005)
    return labelled(came) | kept | {"relief": relief}


MADE_UP = MadeUp(
    audit="alia-relief-fund",
    files=[
        File(
            "alia_applications.csv",
            make_applications,
            seed=SEED,
            row="one application for emergency relief, and what a tool decided",
            blocks=["relief-awarded"],
            key="application_id",
        ),
        File(
            "alia_payments.csv",
            make_payments,
            seed=SEED,  # the same: these are the same applications
            row="one application that was approved, and the dollars that came",
            blocks=["relief-paid"],
            key="application_id",
        ),
    ],
    in_short=(
        "whoever applied in Spanish and is paid in cash is approved less often; neither the language nor the way of "
        "being paid shows it alone"
    ),
    planted=[
        *(Planted("alia_applications", "approved", ", ".join(both), rate) for both, rate in RATES.items()),
        Planted("alia_applications", "approved", "everybody else", RATE),
        *(
            Planted("alia_payments", f"got {dollars} dollars", "everybody", share)
            for dollars, share in PAYMENTS.items()
        ),
    ],
    promises={
        "relief-awarded/language/selection_rate": Promise("cleared"),
        "relief-awarded/way_of_payment/selection_rate": Promise("cleared"),
        "relief-awarded/language_way_of_payment/selection_rate": Promise("flagged", worse_off=[WORSE_OFF]),
        "relief-paid/language/mean_amount": Promise("cleared"),
        "relief-paid/way_of_payment/mean_amount": Promise("cleared"),
        "relief-paid/language_way_of_payment/mean_amount": Promise("cleared"),
    },
    says=[
        "**Awarded.** *By language and way of payment together: applicants who wrote in Spanish and are paid in cash "
        "are approved about two thirds as often as others, outside the limit of 0.80.* *By language: within it. By way "
        "of payment: within it.* Spanish-speaking applicants as a whole are approved about 88% as often as "
        "English-speaking ones, and those paid in cash about 89% as often as the others: six in ten of the former are "
        "not paid in cash, and two in three of the latter do not write in Spanish. The crossing blocks, so that the "
        "state is *does not support*; had it only been explored, it would be *supports*.",
        "**Paid.** *Within the limit of 0.90, by language, by way of payment and by both.* Of every group as many "
        "cards come back, and as many people get a second one.",
    ],
    mess=[
        "**Unknown groups, not at random.** Of those declined 26 in 1,000 have not said how they are paid, of those "
        "approved 14; the help line filled in the form of 17 and 10 in 1,000, and wrote `by phone` for the language.",
        "**Decisions that are neither yes nor no**: `In review` and `Withdrawn`. `Approved after review` stands beside "
        "`Approved`; `Declined: duplicate` is what the tool took for one, and counts as declined.",
        "**Codes.** `es` and `Español`, `en` and `English`; `check` beside `cheque`; three languages that are counted "
        "together.",
        "**Rows that do not belong**: applications to a city's fund on the same platform, 5 in 100.",
        f"**Nesting.** {ORGANIZATIONS} organizations gave out the codes. They help their people well or badly: 0.04 up "
        "or down. One applicant in fourteen applies twice, and what is decided leans the same way both times: 0.05.",
        "**Amounts that are not known.** 12 in 1,000 are `in the post`, 5 are blank. `0.00` is a card that came back.",
        "**Duplicates.** 21 whole rows of applications come twice.",
    ],
    sizes=(
        f"{APPLICANTS:,} applicants. The real fund says that it reached more than 40,000; eight groups of a crossing "
        "take about this many to be shown alike."
    ),
)
