"""Sentences that people will read aloud: a table of them, by limit, side and verdict."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairaudit import sentences
from fairaudit.sentences import (
    Reading,
    Scale,
    digits,
    listed,
    per_hundred,
    rates_sentence,
    shown_sentence,
    values_in_words,
    yearly_sentence,
)

BENEFIT = {"kind": "ratio", "worse": "low", "margin": 0.8}
BURDEN = {"kind": "ratio", "worse": "high", "margin": 0.8}
DAYS, DOLLARS = Scale("time", "days"), Scale("money", "dollars")
GAP = {"kind": "difference", "worse": "high", "margin": -0.05}

SHOWN = [
    # limit and side; estimate, lower, upper; verdict; sentence
    (BENEFIT, (0.71, 0.64, 0.79), "flagged", "The data show at most 79% as often (best estimate 71%)."),
    (BENEFIT, (0.83, 0.64, 1.0), "not_demonstrated", "The data allow as little as 64% as often (best estimate 83%)."),
    (BENEFIT, (0.97, 0.84, 1.0), "cleared", "The data show at least 84% as often (best estimate 97%)."),
    (BURDEN, (1 / 1.91, 0.5, 1 / 1.6), "flagged", "The data show at least 160 for every 100 (best estimate 191)."),
    (
        BURDEN,
        (1 / 1.2, 0.5, 1.0),
        "not_demonstrated",
        "The data allow as many as 200 for every 100 (best estimate 120).",
    ),
    (BURDEN, (0.98, 1 / 1.1, 1.0), "cleared", "The data show at most 110 for every 100 (best estimate 102)."),
    (GAP, (-0.15, -0.2, -0.1), "flagged", "The data show a gap of at least 10 in 100 (best estimate 15)."),
    (GAP, (-0.08, -0.14, 0.0), "not_demonstrated", "The data allow a gap as large as 14 in 100 (best estimate 8)."),
    (GAP, (-0.01, -0.03, 0.0), "cleared", "The data show a gap of at most 3 in 100 (best estimate 1)."),
    # nobody selected in either group: no estimate, and no NaN
    (BENEFIT, (math.nan, 0.0, 1.0), "not_demonstrated", "The data allow as little as 0% as often."),
    (BURDEN, (math.nan, 0.0, 1.0), "not_demonstrated", "The data set no bound to it."),
]


@pytest.mark.parametrize(("side", "numbers", "verdict", "sentence"), SHOWN)
def test_what_is_shown_bound_first(side, numbers, verdict, sentence):
    estimate, lower, upper = numbers
    assert shown_sentence(Reading(**side, estimate=estimate, lower=lower, upper=upper), verdict) == sentence


DIGITS = [
    # number, limit, rounding, text
    (79.989, 80, "nearest", "79.99"),  # never shown as the limit that it is not
    (80.0, 80, "nearest", "80"),
    (79.2, 80, "up", "79.2"),  # "at most 80%" would hide that it is outside the limit
    (80.3, 80, "down", "80.3"),
    (84.9, 80, "down", "84"),
    (71.2, 80, "up", "72"),
    (0.04, None, "nearest", "0"),
    (12.0, None, "up", "12"),
]


@pytest.mark.parametrize(("number", "limit", "rounding", "text"), DIGITS)
def test_digits_until_the_verdict_shows(number, limit, rounding, text):
    assert digits(number, limit, rounding) == text


@given(st.floats(0, 300), st.floats(0, 300), st.sampled_from(["nearest", "down", "up"]))
def test_a_rounded_number_stays_on_its_side_of_the_limit(number, limit, rounding):
    shown = float(digits(number, limit, rounding))
    if abs(number - limit) > 1e-5:
        assert (shown - limit) * (number - limit) >= 0
    slack = 1e-6
    assert {"down": shown <= number + slack, "up": shown >= number - slack, "nearest": True}[rounding]


RATES = [
    ((0.38, 0.53), (100, ["38", "53"])),
    ((0.004, 0.012), (1_000, ["4", "12"])),
    ((0.3, 0.3), (100, ["30", "30"])),
    ((0.0, 0.0), (100, ["0", "0"])),
    ((0.0003, 0.5), (10_000, ["3", "5,000"])),
    ((1.0, 0.0), (100, ["100", "0"])),
]


@pytest.mark.parametrize(("rates", "expected"), RATES)
def test_rates_are_said_in_whole_people(rates, expected):
    assert per_hundred(rates) == expected


WHO = [
    ("Black", "White", "Of every 100 Black applicants, 38 were approved; of every 100 White applicants, 53."),
    ("Female", "Male", "Of every 100 female applicants, 38 were approved; of every 100 male applicants, 53."),
    (
        "under 25",
        "65 and over",
        (
            "Of every 100 applicants in the group under 25, 38 were approved; of every 100 applicants in the "
            "group 65 and over, 53."
        ),
    ),
    (
        "Two or more",
        "Other",
        (
            "Of every 100 applicants in the group Two or more, 38 were approved; of every 100 applicants in "
            "the group Other, 53."
        ),
    ),
    (
        "Black",
        "everyone else than Black",
        "Of every 100 Black applicants, 38 were approved; of every 100 applicants other than Black, 53.",
    ),
    ("Black", "everyone", "Of every 100 Black applicants, 38 were approved; of every 100 applicants in all, 53."),
]


@pytest.mark.parametrize(("first", "second", "sentence"), WHO)
def test_who_is_spoken_of(first, second, sentence):
    assert rates_sentence(first, second, (0.38, 0.53), "applicants", "were approved", "applicants") == sentence


LEFT_OPEN = {
    # what hidden counts leave open of a rate, rounded outward; what is one number stays one
    ((0.381, 0.444), 0.53): "Of every 100 Black people, 38 to 45 did; of every 100 White people, 53.",
    (0.38, (0.529, 0.531)): "Of every 1,000 Black people, 380 did; of every 1,000 White people, 529 to 531.",
    (
        (0.07743, 0.07862),
        (0.1024, 0.1062),
    ): "Of every 1,000 Black people, 77 to 79 did; of every 1,000 White people, 102 to 107.",
    ((0.0, 0.05), 0.5): "Of every 100 Black people, 0 to 5 did; of every 100 White people, 50.",
}


@pytest.mark.parametrize("rates", LEFT_OPEN, ids=str)
def test_a_rate_that_hidden_counts_leave_open_is_said_from_to(rates):
    assert rates_sentence("Black", "White", rates, "people", "did", "people") == LEFT_OPEN[rates]


BEST = {
    # kind, what is worse, the verdict, between what the estimate lies, what is said of it
    ("ratio", "low", (0.62, 1.009)): "(best estimate 62 to 101%, since counts are hidden)",
    ("ratio", "high", (0.5, 0.8)): "(best estimate 125 to 200, since counts are hidden)",
    ("ratio", "high", (0.0, 0.8)): "(best estimate at least 125, since counts are hidden)",
    ("difference", "low", (-0.071, -0.02)): "(best estimate 2 to 8 in 100, since counts are hidden)",
}


@pytest.mark.parametrize("case", BEST, ids=str)
def test_an_estimate_that_hidden_counts_leave_open_is_said_from_to(case):
    kind, worse, between = case
    margin = 0.7 if kind == "ratio" else -0.05
    reading = Reading(kind, worse, math.nan, -0.3, 2, margin, between=between)
    assert BEST[case].replace(" in 100", "") in sentences.shown_sentence(reading, "not_demonstrated")


def test_a_baseline_says_from_to_as_well():
    reading = Reading("ratio", "low", math.nan, 0.5, 2, 0.8, between=(0.62, 1.009))
    text = "In these records: 62 to 101% as often, since counts are hidden."
    assert sentences.shown_sentence(reading, "not_demonstrated", baseline=True) == text


def test_nobody_to_speak_of():
    text = rates_sentence("Black", "White", (math.nan, 0.5), "people who reoffended", "were flagged", "people")
    assert text == "The records hold nobody to say it of among Black: no people who reoffended."


def test_more_people_a_year_is_a_floor():
    reading = Reading("difference", "high", -0.15, -0.2, -0.1, -0.05)
    text = yearly_sentence(reading, "flagged", 9_000, 0.26, "Black", "people")
    assert pytest.approx(234) == 0.1 * 9_000 * 0.26
    assert text == (
        "If 9,000 people a year are like these, that happens to at least 234 more "
        "Black people a year than if both groups fared alike."
    )
    assert yearly_sentence(reading, "not_demonstrated", 9_000, 0.26, "Black", "people") == ""


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (list("abc"), "a, b and c"),
        (list("abcdefgh"), "a, b, c, d, e and 3 more"),
        ([], ""),
    ],
)
def test_lists(words, text):
    assert listed(words) == text


def test_every_reason_has_a_sentence():
    reasons = {"", "baseline", "no_data", "no_variation", "too_skewed", "hollow", "side", "too_little_data", "unknowns"}
    reasons |= {"weighing", "cannot_weigh", "labels", "selective_labels"}
    assert set(sentences.REASONS) == reasons | {"hidden", "leaning_outside", "leaning_inside"}
    assert all(text.endswith(".") for name, text in sentences.REASONS.items() if name)


@pytest.mark.parametrize(
    ("values", "scale", "texts"),
    [
        ([9.4049, 8.032], Scale("time", "days"), ["9.4 days", "8.03 days"]),
        ([1.0, 3.0], Scale("time", "days"), ["1 day", "3 days"]),
        ([49.1, 49.21], Scale("money", "dollars an hour"), ["49.10 dollars an hour", "49.21 dollars an hour"]),
        ([51234.4, 51234.6], Scale("money", "dollars"), ["51,234 dollars", "51,235 dollars"]),
        ([0.691, 0.6914], Scale("share"), ["69.1", "69.14"]),
        ([-0.024, 0.03], Scale("points"), ["-2.4", "3"]),
        ([0.0906, 0.0883], Scale("number"), ["0.0906", "0.0883"]),
        ([5.0, 5.0], Scale("number"), ["5", "5"]),
    ],
)
def test_values_are_said_with_their_unit_and_apart_where_they_differ(values, scale, texts):
    assert values_in_words(values, scale) == texts


@pytest.mark.parametrize(
    ("kind", "worse", "scale", "limit", "verdict", "text"),
    [
        ("difference", "high", DAYS, -2, "flagged", "show a gap of at least 2.01 days (best estimate 2.87)"),
        ("difference", "high", DAYS, -4, "cleared", "show a gap of at most 3.9 days (best estimate 2.87)"),
        ("ratio", "low", DOLLARS, 0.95, "flagged", "show at most 91% as much (best estimate 86%)"),
        ("ratio", "high", DOLLARS, 0.95, "flagged", "show at least 110% as much (best estimate 116%)"),
        ("ratio", "low", DOLLARS, 0.95, "not_demonstrated", "allow as little as 80% (best estimate 86%)"),
    ],
)
def test_what_is_shown_of_values_stands_in_their_own_unit(kind, worse, scale, limit, verdict, text):
    values = (-2.87, -3.9, -2.01) if kind == "difference" else (0.86, 0.8, 0.905)
    assert shown_sentence(Reading(kind, worse, *values, limit, scale=scale), verdict) == f"The data {text}."
