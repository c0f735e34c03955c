"""What the audits say of their data, mess and all: what `data/sample/README.md` and the notes promise."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from fairaudit.assessment import Disparity, assess
from fairaudit.plan import read_plan
from fairaudit.sources import read_tally

AUDITS = Path(__file__).resolve().parents[2] / "audits"


@cache
def found(audit: str) -> dict[str, Disparity]:
    """Every disparity of an audit, by its id."""
    plan = read_plan(AUDITS / audit)
    blocks = [(block, read_tally(block, plan.folder)) for block in plan.evidence]
    return {disparity.name: disparity for block, tally in blocks for disparity in assess(block, tally)}


@pytest.mark.parametrize(
    ("audit", "finding", "verdict"),
    [
        ("county-recidivism", "high-risk-flags/race/false_positive_rate", "flagged"),
        ("county-recidivism", "high-risk-flags/sex/false_positive_rate", "cleared"),
        ("county-recidivism", "high-risk-flags/age/false_positive_rate", "not_demonstrated"),
        ("county-recidivism", "high-risk-flags/race/selection_rate", "flagged"),
        ("county-recidivism", "high-risk-flags/race/positive_predictive_value", "not_demonstrated"),
        ("marin-workforce", "screening-pilot/sex/selection_rate", "not_demonstrated"),
        ("marin-workforce", "screening-pilot/race/selection_rate", "not_demonstrated"),
        ("marin-workforce", "screening-pilot/sex_race/selection_rate", "flagged"),
        ("marin-workforce", "analysts-today/sex/selection_rate", "not_demonstrated"),
        ("marin-workforce", "analysts-today/race/selection_rate", "not_demonstrated"),
        ("marin-workforce", "analysts-today/sex_race/selection_rate", "not_demonstrated"),
        ("county-recidivism", "risk-score/sex/auc", "cleared"),
        ("county-recidivism", "risk-score/race/auc", "not_demonstrated"),
        ("county-recidivism", "risk-score/sex/calibration_in_the_large", "cleared"),
        ("county-recidivism", "risk-score/race/calibration_in_the_large", "not_demonstrated"),
        ("county-recidivism", "risk-score/sex/xauc", "cleared"),
        ("county-recidivism", "risk-score/race/xauc", "flagged"),
        ("county-recidivism", "risk-score/race/false_positive_rate-at-0.4", "flagged"),
        ("county-recidivism", "risk-score/race/top_k_share-capacity-100-per-month", "flagged"),
        ("marin-workforce", "pay-pilot/sex/mean_amount", "cleared"),
        ("marin-workforce", "pay-pilot/race/mean_amount", "flagged"),
        ("marin-workforce", "pay-pilot/sex/median_amount", "cleared"),
        ("marin-workforce", "pay-pilot/race/median_amount", "flagged"),
        ("marin-workforce", "pay-pilot/sex/share_at_or_above-above-30", "cleared"),
        ("dc-311", "time-to-close/ward/served_within-30-days", "flagged"),
        ("dc-311", "time-to-close/ward/restricted_mean_wait-30-days", "flagged"),
        ("dc-311", "time-to-close/channel/served_within-30-days", "cleared"),
        ("dc-311", "time-to-close/channel/restricted_mean_wait-30-days", "cleared"),
        ("large-lots", "requests-approved/community_area/selection_rate", "cleared"),
        ("large-lots", "requests-approved/race/selection_rate", "cleared"),
        ("county-recidivism", "record-linkage/race/missed_match_rate", "flagged"),
        ("county-recidivism", "record-linkage/sex/missed_match_rate", "cleared"),
        ("county-recidivism", "record-linkage/race/false_match_rate", "not_demonstrated"),
        ("county-recidivism", "record-linkage/sex/false_match_rate", "cleared"),
        ("marin-workforce", "staff-today/sex/representation_ratio", "not_demonstrated"),
        ("marin-workforce", "staff-today/race-v-overall/representation_ratio", "not_demonstrated"),
        ("dc-311", "who-is-heard/ward/events_per_1000", "flagged"),
        ("dc-311", "who-is-heard/ward/representation_ratio", "flagged"),
        ("large-lots", "lots-offered/race/share_within_reach", "flagged"),
        ("large-lots", "lots-offered/income/share_within_reach", "cleared"),
        ("large-lots", "distance-to-lots/race/mean_service", "cleared"),
        ("large-lots", "distance-to-lots/income/mean_service", "cleared"),
        ("job-seeker-targeting", "names-by-race/name/selection_rate", "flagged"),
        ("job-seeker-targeting", "names-by-sex/name/selection_rate", "cleared"),
        ("published-tables", "compas/race/false_positive_rate", "flagged"),
        ("published-tables", "compas/race/false_negative_rate", "flagged"),
        ("published-tables", "berkeley-admissions/sex/selection_rate", "not_demonstrated"),
        ("published-tables", "rule-example/sex_race/selection_rate", "not_demonstrated"),
        ("published-tables", "hiredscore/sex/selection_rate", "not_demonstrated"),
        ("published-tables", "hiredscore/race/selection_rate", "not_demonstrated"),
        ("published-tables", "federal-questions/race/selection_rate", "not_demonstrated"),
    ],
)
def test_a_finding_reads_as_promised(audit, finding, verdict):
    assert found(audit)[finding].verdict == verdict


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
    (comparison,) = found(audit)[finding].comparisons
    scheme = comparison.arms.scheme
    flagged = [tuple(scheme.names[arm] for arm in scheme.pairs[place]) for place in comparison.flagged_at]
    assert pair in flagged


@pytest.mark.parametrize(
    ("audit", "finding", "worse_off"),
    [
        ("marin-workforce", "pay-pilot/race/mean_amount", "Hispanic or Latino"),
        ("dc-311", "time-to-close/ward/served_within-30-days", "Wards 7 and 8"),
        ("dc-311", "time-to-close/ward/restricted_mean_wait-30-days", "Wards 7 and 8"),
        ("county-recidivism", "record-linkage/race/missed_match_rate", "Hispanic"),
        ("dc-311", "who-is-heard/ward/events_per_1000", "Wards 7 and 8"),
        ("large-lots", "lots-offered/race/share_within_reach", "Latino"),
    ],
)
def test_every_flag_names_the_group_for_which_a_gap_is_planted(audit, finding, worse_off):
    (comparison,) = found(audit)[finding].comparisons
    scheme = comparison.arms.scheme
    assert all(worse_off in [scheme.names[arm] for arm in scheme.pairs[place]] for place in comparison.flagged_at)


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
