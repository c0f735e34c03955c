"""What the audits say of their data, mess and all: what `data/sample/README.md` and the notes promise."""

from __future__ import annotations

import numpy as np
import pytest

from make import audits as made_up_audits
from tests.audits.judged import found
from tests.audits.seeds import flagged_pairs, kept

PROMISES = [(each.audit, name) for each in made_up_audits() for name in each.promises]
OF_PUBLISHED_TABLES = [
    ("compas/race/false_positive_rate", "flagged"),
    ("compas/race/false_negative_rate", "flagged"),
    ("berkeley-admissions/sex/selection_rate", "not_demonstrated"),
    ("rule-example/sex_race/selection_rate", "not_demonstrated"),
    ("hiredscore/sex/selection_rate", "not_demonstrated"),
    ("hiredscore/race/selection_rate", "not_demonstrated"),
    ("federal-questions/race/selection_rate", "not_demonstrated"),
]


@pytest.mark.parametrize(("audit", "finding"), PROMISES)
def test_a_finding_reads_as_promised(audit, finding):
    assert kept(audit, found(audit)[finding])


@pytest.mark.parametrize("each", made_up_audits(), ids=lambda each: each.audit)
def test_every_finding_is_promised(each):
    assert set(each.promises) == set(found(each.audit))


@pytest.mark.parametrize(("finding", "verdict"), OF_PUBLISHED_TABLES)
def test_a_finding_on_published_tables_reads_as_their_notes_say(finding, verdict):
    assert found("published-tables")[finding].verdict == verdict


@pytest.mark.parametrize(
    ("audit", "finding", "pair"),
    [
        ("county-recidivism", "high-risk-flags/race/false_positive_rate", ("White", "Black")),
        ("county-recidivism", "risk-score/race/xauc", ("White", "Black")),
        ("marin-workforce", "pay-pilot/race/mean_amount", ("Hispanic or Latino", "White")),
        ("dc-311", "time-to-close/ward/served_within-30-days", ("Wards 7 and 8", "Wards 2 and 3")),
        ("county-recidivism", "record-linkage/race/missed_match_rate", ("White", "Hispanic")),
        ("dc-311", "who-is-heard/ward/events_per_1000", ("Wards 7 and 8", "Wards 2 and 3")),
        ("large-lots", "lots-offered/race/share_within_reach", ("Latino", "Black")),
        ("published-tables", "compas/race/false_positive_rate", ("White", "Black")),
        ("published-tables", "compas/race/false_negative_rate", ("Black", "White")),
        (
            "marin-workforce",
            "screening-pilot/sex_race/selection_rate",
            ("Female, Black or African American", "Male, White"),
        ),
    ],
)
def test_a_pair_is_shown_to_be_over_the_limit(audit, finding, pair):
    """The rate of the first is shown to be too far below that of the second."""
    assert len(found(audit)[finding].comparisons) == 1
    assert pair in flagged_pairs(found(audit)[finding])


def test_the_cut_off_of_the_score_is_the_level_that_flags():
    """A probability of 0.40 is where Medium begins, so that both blocks count the same people."""
    county = found("county-recidivism")
    flags, cut = (
        county[name].comparisons[0].arms
        for name in ("high-risk-flags/race/false_positive_rate", "risk-score/race/false_positive_rate-at-0.4")
    )
    assert np.array_equal(flags.records, cut.records)


def test_the_score_is_shown_to_tell_alike_for_the_groups_that_are_large_enough():
    for measure in ("auc", "calibration_in_the_large"):
        disparity = found("county-recidivism")[f"risk-score/race/{measure}"]
        assert sorted(disparity.cleared_groups) == ["Black", "Hispanic", "White"]


def test_the_unknown_decide_what_hiredscore_shows():
    for attribute in ("sex", "race"):
        disparity = found("published-tables")[f"hiredscore/{attribute}/selection_rate"]
        assert disparity.reasons == ["unknowns"]


def test_only_the_crossing_explores_in_marin():
    assert {
        name: disparity.blocks for name, disparity in found("marin-workforce").items() if "screening-pilot" in name
    } == {
        "screening-pilot/sex/selection_rate": True,
        "screening-pilot/race/selection_rate": True,
        "screening-pilot/sex_race/selection_rate": False,
    }


def test_marin_is_shown_to_treat_women_and_men_alike_and_says_so():
    assert found("marin-workforce")["screening-pilot/sex/selection_rate"].cleared_groups == ["Female", "Male"]


def test_lots_have_few_enough_unknowns_to_be_cleared():
    asked = {name: each for name, each in found("large-lots").items() if "requests-approved" in name}
    assert asked
    for disparity in asked.values():
        assert disparity.unknown.total > 0
        assert disparity.unknown.share < disparity.evidence.unknown_at_most
