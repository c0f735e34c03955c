"""The sentence of every registered measure, reason, verdict and reference scheme; what is not in these tables fails."""

import pytest

from fairaudit import sentences
from fairaudit.comparisons.scheme import Scheme
from fairaudit.measures import MEASURES
from fairaudit.sentences import rates_sentence
from fairaudit.verdicts import SEVERITY
from tests.sentences.opening import of_shares, of_values, titled

SHARES = {
    "share_with_none": (
        "share with nothing",
        "Of every 100 Black people, 38 got nothing; of every 100 White people, 53.",
    ),
    "share_at_or_above": (
        "share with 500 dollars or more",
        "Of every 100 Black people, 38 got 500 dollars or more; of every 100 White people, 53.",
    ),
    "selection_rate": ("share selected", "Of every 100 Black people, 38 were selected; of every 100 White people, 53."),
    "true_positive_rate": (
        "share selected, of those with the outcome",
        "Of every 100 Black people who had the outcome, 38 were selected; of every 100 such White people, 53.",
    ),
    "false_positive_rate": (
        "share selected, of those without the outcome",
        (
            "Of every 100 Black people who did not have the outcome, 38 were selected; of every 100 such White "
            "people, 53."
        ),
    ),
    "true_negative_rate": (
        "share not selected, of those without the outcome",
        (
            "Of every 100 Black people who did not have the outcome, 38 were not selected; of every 100 such "
            "White people, 53."
        ),
    ),
    "false_negative_rate": (
        "share not selected, of those with the outcome",
        "Of every 100 Black people who had the outcome, 38 were not selected; of every 100 such White people, 53.",
    ),
    "positive_predictive_value": (
        "share with the outcome, of those selected",
        "Of every 100 Black people who were selected, 38 had the outcome; of every 100 such White people, 53.",
    ),
    "negative_predictive_value": (
        "share without the outcome, of those not selected",
        (
            "Of every 100 Black people who were not selected, 38 did not have the outcome; of every 100 such "
            "White people, 53."
        ),
    ),
    "false_discovery_rate": (
        "share without the outcome, of those selected",
        (
            "Of every 100 Black people who were selected, 38 did not have the outcome; of every 100 such White "
            "people, 53."
        ),
    ),
    "false_omission_rate": (
        "share with the outcome, of those not selected",
        "Of every 100 Black people who were not selected, 38 had the outcome; of every 100 such White people, 53.",
    ),
    "accuracy": (
        "share of decisions that match the outcome",
        "Of every 100 Black people, 38 got a decision that matches the outcome; of every 100 White people, 53.",
    ),
    "error_rate": (
        "share of decisions that do not match the outcome",
        (
            "Of every 100 Black people, 38 got a decision that does not match the outcome; of every 100 White "
            "people, 53."
        ),
    ),
    "prevalence": (
        "share with the outcome",
        "Of every 100 Black people, 38 had the outcome; of every 100 White people, 53.",
    ),
    "missed_match_rate": (
        "missed-match rate",
        "Of every 100 Black people who should be matched, 38 were missed; of every 100 such White people, 53.",
    ),
    "false_match_rate": (
        "false-match rate",
        (
            "Of every 100 Black people who should not be matched, 38 were matched all the same; of every 100 such"
            " White people, 53."
        ),
    ),
    "false_match_share": (
        "share of matches that are false",
        "Of every 100 Black people who were matched, 38 were somebody else; of every 100 such White people, 53.",
    ),
    "match_rate": ("share matched", "Of every 100 Black people, 38 were matched; of every 100 White people, 53."),
    "share_within_reach": (
        "share within reach",
        "Of every 100 Black people, 38 have 500 dollars or more; of every 100 White people, 53.",
    ),
    "share_reached": (
        "share reached",
        "Of every 100 Black people who live there, 38 were reached; of every 100 such White people, 53.",
    ),
    "scoring_rate": (
        "share scored above the median",
        ("Of every 100 Black people, 38 scored above the median of everybody scored; of every 100 White people, 53."),
    ),
    "top_k_share": (
        "share among the 100 highest of all",
        (
            "Of every 100 Black people, 38 were among the 100 with the highest scores of all; of every 100 White "
            "people, 53."
        ),
    ),
    "served_within": (
        "share served within 30 days",
        (
            "Of every 100 Black people whose wait began at least 30 days before the records were drawn, 38 were "
            "served within 30 days; of every 100 such White people, 53."
        ),
    ),
}
"""A title, and both groups' rates, of every measure that is a share."""

VALUES = {
    "mean_amount": ("mean amount", "On average Black people got 17.40 dollars"),
    "median_amount": ("median amount", "Half of Black people got 17.40 dollars or more"),
    "amount_quantile": ("amount at the 10% point", "The 10% point of Black people is 17.40 dollars"),
    "mean_service": ("mean service", "The mean for Black people is 0.87"),
    "representation_ratio": (
        "representation ratio",
        "Black people were reached 0.87 times as often as their number would have it",
    ),
    "events_per_1000": ("events per 1,000 residents", "Black people: 0.87 events for every 1,000"),
    "auc": (
        "AUC (how well the score tells outcomes apart)",
        (
            "Black people: of one with the outcome and one without, the score put the one with it higher 69.1 in "
            "100 times"
        ),
    ),
    "xauc": (
        "xAUC (how well the score ranks across groups)",
        "Black people with the outcome scored higher than people of the other group without it 69.1 in 100 times",
    ),
    "calibration_in_the_large": (
        "outcomes beyond those predicted (calibration in the large)",
        "Of Black people, 2.4 in 100 more than predicted had the outcome",
    ),
    "calibration_slope": ("calibration slope", "For Black people, the calibration slope is 0.87"),
    "exposure": ("exposure in the ranked list", "On average Black people get an exposure of 0.87"),
    "restricted_mean_wait": (
        "mean wait within 30 days",
        "Of the first 30 days, Black people waited 9.4 days on average",
    ),
    "median_wait": ("median wait", "Half of Black people waited 9.4 days or more"),
}
"""A title, and a group's value, of every measure that is none."""


def test_every_measure_has_its_sentence_here():
    assert set(SHARES) | set(VALUES) == set(MEASURES)


@pytest.mark.parametrize("name", SHARES)
def test_both_rates_of_a_share(name):
    assert (titled(name, "dollars"), of_shares(name, "people", "dollars")) == SHARES[name]


@pytest.mark.parametrize("name", VALUES)
def test_a_value_of_what_is_no_share(name):
    assert (titled(name, "dollars"), of_values(name, "people", "dollars")) == VALUES[name]


REASONS = {
    "baseline": "These are today's decisions and not the system's: they are shown to compare with, and decide nothing.",
    "no_data": "A declared group has nobody that this measure could be taken of.",
    "no_variation": (
        "It cannot be told of every group: a value is undefined, or all of a group are so alike that nothing says"
        " how sure it is."
    ),
    "side": (
        "Above 80% a ratio alone cannot show it. Those left over may still differ many times over: a limit on the "
        "difference must hold too."
    ),
    "too_skewed": (
        "Values are so skewed, and a group so small, that the mean cannot show it: a few that were not drawn "
        "could move it far. A median may."
    ),
    "hollow": (
        "Groups of these sizes could never be outside this limit, so keeping it shows nothing. Look at the ratio, or "
        "at a cut-off that only some reach."
    ),
    "too_little_data": "There are too few records: even if both groups fared alike, these could not show it.",
    "unknowns": (
        "In the records as they are, the limit is kept. Whether it is in truth depends on what the unknown groups, "
        "decisions or outcomes turn out to be."
    ),
    "selective_labels": (
        "It cannot be concluded from these records: by the decision itself, outcomes can be known of one side "
        "only. A subset drawn at random (random_subset), or the probability with which each record came to be "
        "looked at (inclusion_probability), would tell."
    ),
    "weighing": "As recorded it would hold; it does not hold once the records are weighed to the declared population.",
    "labels": (
        "As recorded it would hold; it does not hold once outcomes are corrected for how often they are known to "
        "be wrong."
    ),
    "cannot_weigh": (
        "As recorded it would hold; no weights make the records like the declared population, so that it is not "
        "shown for that population."
    ),
    "hidden": (
        "Counts were received hidden, and what they may be leaves open on which side of the limit the best estimate is."
    ),
    "leaning_outside": "The best estimate lies outside the limit, but chance alone could have put it there.",
    "leaning_inside": (
        "The best estimate lies within the limit, but the records do not rule out that the truth is outside it."
    ),
}


@pytest.mark.parametrize("reason", sorted(filter(None, sentences.REASONS)))
def test_every_reason_has_its_sentence_here(reason):
    assert sentences.reason_sentence(reason, at_worst=False) == REASONS[reason]


VERDICTS = {
    "flagged": "Shown to be outside the limit",
    "not_demonstrated": "Not shown either way",
    "cleared": "Shown to be within the limit",
}


@pytest.mark.parametrize("verdict", SEVERITY)
def test_every_verdict_has_its_words_here(verdict):
    assert sentences.verdict_words(verdict) == VERDICTS[verdict]


SCHEMES = {
    # whom a group is compared with: the second part of the sentence
    "all_pairs": ("White", "of every 100 such White people, 53."),
    "White": ("White", "of every 100 such White people, 53."),
    "rest": ("everyone else than Black", "of every 100 such people other than Black, 53."),
    "overall": ("everyone", "of every 100 such people in all, 53."),
}


@pytest.mark.parametrize("reference", SCHEMES)
def test_every_reference_scheme_is_said(reference):
    second, end = SCHEMES[reference]
    assert second in Scheme.of(("Black", "White"), reference).names
    told = rates_sentence("Black", second, (0.38, 0.53), "people who had the outcome", "were selected", "people")
    assert told == f"Of every 100 Black people who had the outcome, 38 were selected; {end}"


def test_what_is_below_what_was_predicted():
    told = of_values("calibration_in_the_large", "people", "", below=True)
    assert told == "Of Black people, 2.4 in 100 fewer than predicted had the outcome"
