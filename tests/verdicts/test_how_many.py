"""How many records to ask for: unequal groups, clusters, unknowns and denominators, and no outcome by group."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from fairaudit.assessment import assess
from fairaudit.plan import read_plan
from fairaudit.planning import heading, how_many, request, sentences
from fairaudit.planning.shares import alike, could_ever, worth_of_one
from fairaudit.planning.words import in_time, looked
from fairaudit.results import block_results
from fairaudit.sources import read_tally
from fairaudit.stats import simulated_size
from fairaudit.stats.simulated_size import Rule
from tests.verdicts.tables import confusion, counted, planned

RATIO = {"selection_rate": {"ratio": 0.8}}


def only(groups, measures=RATIO, *, tally=counted, rate=None, shares=None, per_year=None, **settings):
    """Plan the one measure of a table of counts."""
    found = how_many(planned(measures, **settings), tally(groups), rate=rate, shares=shares, per_year=per_year)
    assert len(found) == 1
    return found[0]


def by_name(needed) -> dict:
    return {group.name: group for group in needed.groups}


# --- no outcome by group ---------------------------------------------------------------------------------------------

MEASURES = {
    "selection_rate": {"ratio": 0.8},
    "false_positive_rate": {"difference": 0.1},
    "positive_predictive_value": {"ratio": 0.8, "difference": 0.1},
    "false_omission_rate": {"difference": 0.1},
}


def test_it_says_the_same_whatever_became_of_each_group():
    """The two groups change places in all that became of them; sizes, and everybody together, are the same."""
    first = {"tp": 90, "fp": 10, "fn": 20, "tn": 280, "1?": 12}
    second = {"tp": 30, "fp": 120, "fn": 200, "tn": 50, "1?": 12}
    found = [
        how_many(planned(MEASURES), confusion(groups))
        for groups in ({"A": first, "B": second, "?": {"tp": 3}}, {"A": second, "B": first, "?": {"tp": 3}})
    ]
    # The largest share of unknowns, among people of a group, says no more than that somebody's outcome is not known.
    told = [[dataclasses.replace(each, unknown=0.0) for each in plans] for plans in found]
    assert told[0] == told[1]
    assert len(told[0]) == 4


def test_all_groups_are_alike_in_what_it_plans_from():
    groups = {"A": {"tp": 9, "fn": 1}, "B": {"fp": 5, "tn": 25}, "?": {"tp": 4}}
    (disparity,) = assess(planned({"true_positive_rate": {"ratio": 0.8}}), confusion(groups))
    n = alike(disparity.arms.cells).n[0, :, 0]
    assert n.sum(axis=(1, 2)) == pytest.approx([10, 30, 4])
    assert n[0] / 10 == pytest.approx(n[1] / 30)
    assert n[:2].sum(axis=0) == pytest.approx(disparity.arms.cells.n[0, :2, 0].sum(axis=0))


# --- groups as they are, and as they come ----------------------------------------------------------------------------


def test_a_small_group_beside_large_ones_needs_fewer_than_groups_of_one_size():
    needed = only({"A": (30, 100), "B": (3000, 10_000)})
    # STATISTICS, below T5: 445 beside ten times as many, 830 of one size; the exact test takes a little more
    assert needed.each == pytest.approx(830, rel=0.05)
    groups = by_name(needed)
    assert groups["A"].needed == pytest.approx(445, rel=0.08)
    assert (groups["B"].missing, groups["A"].missing) == (0, groups["A"].needed - 100)
    assert needed.decides == "A"


def test_as_they_come_the_small_group_decides():
    needed = only({"A": (300, 1000), "B": (3000, 10_000)}, rate=0.3)
    few = only({"A": (30, 100), "B": (300, 1000)}, rate=0.3)
    # 445 and ten times as many
    assert few.total == pytest.approx(11 * 445, rel=0.08)
    assert needed.enough
    told = " ".join(sentences(few))
    assert f"about {few.total:,} records in all would do, for the sake of A: the small group decides." in told


def test_shares_that_are_told_stand_in_for_those_at_hand():
    at_hand = only({"A": (30, 100), "B": (30, 100)}, rate=0.3)
    told = only({"A": (30, 100), "B": (30, 100)}, rate=0.3, shares={"A": 0.05, "B": 0.95})
    assert at_hand.decides == ""
    assert (told.decides, told.total > 4 * at_hand.total) == ("A", True)


@pytest.mark.parametrize(("per_group", "enough"), [(500, False), (1200, True)])
def test_enough_is_enough(per_group, enough):
    needed = only({"A": (0.3 * per_group, per_group), "B": (0.3 * per_group, per_group)})
    assert needed.enough == enough
    assert ("There are enough now." in sentences(needed)) == enough
    assert (request(planned(RATIO), [needed]) == []) == enough


def test_a_group_without_anybody_is_asked_for_and_never_comes():
    needed = only({"A": (0, 0), "B": (300, 1000), "C": (300, 1000)})
    assert by_name(needed)["A"].missing > 400
    assert needed.total is None


def test_what_it_asks_for_clears_as_often_as_it_says():
    needed = only({"A": (30, 100), "B": (3000, 10_000), "C": (90, 300)})
    sizes = [group.needed if group.missing else group.at_hand for group in needed.groups]
    rule = Rule.all_pairs(3, {"ratio": 0.8}, exact=True)
    rule.thresholds.update(simulated_size.exact_thresholds(rule, np.array(sizes), 0.3))
    assert simulated_size.power(rule, sizes, 0.3, draws=8000, seed=5) == pytest.approx(0.8, abs=0.03)


# --- what a measure counts, what records are worth, time -------------------------------------------------------------


def test_a_measure_that_counts_some_takes_more_people():
    # Of everybody one in four has no outcome, so that a false positive rate counts one in four.
    groups = {name: {"tp": 100, "fn": 200, "fp": 30, "tn": 70} for name in "AB"}
    needed = only(groups, {"false_positive_rate": {"ratio": 0.8}}, tally=confusion)
    assert (needed.counted, needed.rate) == (pytest.approx(4), pytest.approx(0.3))
    assert needed.records_each == pytest.approx(4 * needed.each, rel=0.05)
    assert [group.worth for group in needed.groups] == pytest.approx([100, 100])
    assert "Since the measure counts 1 record in 4, that is about" in " ".join(sentences(needed))


def test_records_of_the_same_people_are_worth_fewer(root):
    folder = root / "audits" / "county-recidivism"
    block = read_plan(folder).evidence[0]
    tally = read_tally(block, folder)
    disparity = next(d for d in assess(block, tally) if d.measure.name == "selection_rate")
    effect = worth_of_one(disparity)
    assert effect == pytest.approx(disparity.sizes.sum() / disparity.arms.worth[: len(disparity.groups)].sum())
    needed = next(each for each in how_many(block, tally) if each.measure == "selection_rate")
    assert (needed.effect, effect > 1.1) == (effect, True)
    assert f"{effect:.1f} records of such as these are worth one" in " ".join(sentences(needed))


def test_time_is_that_of_the_missing_records_at_todays_pace():
    needed = only({"A": (30, 100), "B": (3000, 10_000)}, per_year=1010)
    group = by_name(needed)["A"]
    # A hundred in 10,100 are of A: 10 of 1,010 a year. Waiting for all who come takes no longer.
    assert group.years <= group.missing / 10
    assert group.years == pytest.approx(group.missing / 10, rel=0.35)
    assert by_name(needed)["B"].years is None


@pytest.mark.parametrize(
    ("years", "long", "short"),
    [
        (1 / 52, "1 week", "1 wk"),
        (5 / 12, "5 months", "5 mos"),
        (1.99, "24 months", "24 mos"),
        (2.1, "3 years", "3 yrs"),
        (3000, "more than 100 years", "100+ yrs"),
    ],
)
def test_time_in_words(years, long, short):
    assert (in_time(years), in_time(years, short=True)) == (long, short)


# --- the unknown -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("unknown", "ever"), [(0.02, True), (0.05, False)])
def test_whether_any_number_would_do_while_so_much_is_unknown(unknown, ever):
    # STATISTICS amendment 4: rates .3 in all, groups 800 v 9,200: unknown 2% -> ratio .836, 5% -> .659
    everybody = 10_000 * unknown / (1 - unknown)
    groups = {"A": (240, 800), "B": (2760, 9200), "?": (0.3 * everybody, everybody)}
    needed = only(groups, unknown_at_most=0.01)
    assert needed.ever == ever
    told = " ".join(sentences(needed))
    assert ("no number of records would while so much is unknown" in told) != ever
    assert not needed.enough or ever


def test_what_is_unknown_at_worst_is_that_of_the_verdict():
    """The share of the limit that is left is the number that the amendment gives."""
    for share, ratio in ((0.02, 0.836), (0.05, 0.659)):
        everybody = 10_000 * share / (1 - share)
        extra = np.array([[0, 0.7 * everybody], [0.3 * everybody, 0.3 * everybody]])
        # A lowest: .3 * 800 of 800 and all unknown without; B highest: .3 * 9,200 and all unknown with
        left = 240 / (800 + extra[0, 1]) / ((2760 + extra[1, 0]) / (9200 + extra[1, 1]))
        assert left == pytest.approx(ratio, abs=0.0006)
        shared = extra / 10_000
        rule = [
            Rule.all_pairs(2, {"ratio": tau}, own=np.zeros((2, 2, 2)), shared=shared)
            for tau in (left - 0.001, left + 0.001)
        ]
        shares = np.array([0.08, 0.92])
        assert [could_ever(each, shares, 0.3) for each in rule] == [True, False]


# --- looks, high rates, two limits -----------------------------------------------------------------------------------


def test_looks_take_more_records():
    one, three = (only({"A": (30, 100), "B": (30, 100)}, looks=looks) for looks in (1, 3))
    assert three.each > 1.2 * one.each
    assert looked(planned(RATIO)) == ""
    assert looked(planned(RATIO, looks=2)) == (
        "This is look 1 of 2: each may err in 2.5% of cases only, and so takes more records."
    )


def test_where_rates_are_high_no_number_shows_a_ratio_alone():
    alone = only({"A": (85, 100), "B": (85, 100)})
    beside = only({"A": (85, 100), "B": (85, 100)}, {"selection_rate": {"ratio": 0.8, "difference": 0.1}})
    assert (alone.high, beside.high) == (True, False)
    assert "by the ratio alone" in " ".join(sentences(alone))


def test_both_limits_are_planned_together():
    both, gap = (
        only({"A": (30, 100), "B": (30, 100)}, {"selection_rate": limits})
        for limits in ({"ratio": 0.8, "difference": 0.05}, {"difference": 0.05})
    )
    assert heading(both) == "selection_rate by group (2 groups, a ratio of 80% and a gap of 5 in 100)"
    assert both.each >= 0.97 * gap.each


@pytest.mark.parametrize("rate", [0, 100])
def test_a_rate_of_nothing_or_all_plans_nothing(rate):
    needed = only({"A": (rate, 100), "B": (rate, 100)})
    assert (needed.each, needed.enough) == (None, False)
    assert sentences(needed) == ["At a rate of 0 or 100%, or without a second group, no number can be given."]


def test_a_finding_says_how_long_the_records_would_take(root):
    folder = root / "audits" / "county-recidivism"
    plan = read_plan(folder)
    found = block_results(plan, plan.evidence[0], read_tally(plan.evidence[0], folder))["findings"]
    told = [more for each in found if (more := each["more_records"]) and more["needed"]]
    assert told
    for more in told:
        start = "At 6,000 people arraigned a year, with groups as in these records, that takes some "
        assert more["time"].startswith(start)
