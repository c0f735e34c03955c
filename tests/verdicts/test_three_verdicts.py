"""The verdict rule: cleared, flagged or not demonstrated, and why."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairaudit.assessment import assess
from fairaudit.findings import finding
from fairaudit.verdicts import clear
from tests.verdicts.tables import confusion, counted, judge, planned

FOUR_FIFTHS = {"ratio": 0.8}
FIVE_POINTS = {"difference": 0.05}

CASES = [
    # groups: selected of all; limit; verdict; reason
    ("equal and large", {"A": (600, 1000), "B": (600, 1000)}, FOUR_FIFTHS, "cleared", ""),
    ("equal and small", {"A": (6, 10), "B": (6, 10)}, FOUR_FIFTHS, "not_demonstrated", "too_little_data"),
    ("half as often", {"A": (300, 1000), "B": (600, 1000)}, FOUR_FIFTHS, "flagged", ""),
    ("ten in a hundred apart", {"A": (500, 1000), "B": (600, 1000)}, FIVE_POINTS, "flagged", ""),
    ("one in a hundred apart", {"A": (5000, 10000), "B": (5100, 10000)}, FIVE_POINTS, "cleared", ""),
    # UGESP Questions and Answers (44 FR 11996, 1979): 48/80 v 12/40 is adverse impact
    ("UGESP, 12/40 v 48/80", {"A": (48, 80), "B": (12, 40)}, FOUR_FIFTHS, "flagged", ""),
    # ... and 3/20 v 16/80 is not, since one more hire would turn it round: too little data to clear all the same
    ("UGESP, 3/20 v 16/80", {"A": (16, 80), "B": (3, 20)}, FOUR_FIFTHS, "not_demonstrated", "too_little_data"),
    ("just over, not surely", {"A": (450, 1000), "B": (570, 1000)}, FOUR_FIFTHS, "not_demonstrated", "leaning_outside"),
    (
        "just within, not surely",
        {"A": (500, 1000), "B": (600, 1000)},
        FOUR_FIFTHS,
        "not_demonstrated",
        "leaning_inside",
    ),
    (
        "exactly 4/5 is not below it",
        {"A": (480, 1000), "B": (600, 1000)},
        FOUR_FIFTHS,
        "not_demonstrated",
        "leaning_inside",
    ),
    (
        "a group without anybody",
        {"A": (600, 1000), "B": (600, 1000), "C": (0, 0)},
        FOUR_FIFTHS,
        "not_demonstrated",
        "no_data",
    ),
    ("nobody selected", {"A": (0, 1000), "B": (0, 1000)}, FOUR_FIFTHS, "not_demonstrated", "too_little_data"),
    ("nobody selected, by difference", {"A": (0, 1000), "B": (0, 1000)}, FIVE_POINTS, "cleared", ""),
    ("unflagged 93 v 97 in 100", {"A": (9300, 10000), "B": (9700, 10000)}, FOUR_FIFTHS, "not_demonstrated", "side"),
    (
        "93 v 97, with a gap of 5",
        {"A": (9300, 10000), "B": (9700, 10000)},
        {"ratio": 0.8, "difference": 0.05},
        "cleared",
        "",
    ),
    (
        "93 v 97, with a gap of 2",
        {"A": (9300, 10000), "B": (9700, 10000)},
        {"ratio": 0.8, "difference": 0.02},
        "flagged",
        "",
    ),
]


@pytest.mark.parametrize(
    ("groups", "limits", "verdict", "reason"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_verdict_and_reason(groups, limits, verdict, reason):
    found = judge(groups, **limits)
    assert found.verdict == verdict
    assert found.reasons[found.deciding] == reason


def test_the_deciding_pair_need_not_have_the_worst_point_ratio():
    groups = {"A": (480, 800), "B": (210, 400), "C": (240, 420), "D": (130, 220)}
    found = judge(groups, ratio=0.8)
    rates = {name: selected / everyone for name, (selected, everyone) in groups.items()}
    assert min(rates.values()) / max(rates.values()) == pytest.approx(0.875)
    assert found.verdict == "not_demonstrated"
    bounds = found.bounds[0]
    assert bounds.lower == pytest.approx(0.7884, abs=5e-5)
    assert finding(found)["worst_pair"] == ["B", "D"]
    assert found.comparisons[0].z["recorded"][bounds.pair] == pytest.approx(1.4425, abs=5e-5)


def test_where_the_exact_step_decides_the_printed_bound_is_the_exact_one():
    found = judge({"A": (53, 100), "B": (53, 100)}, ratio=0.8)
    assert found.verdict == "not_demonstrated"
    assert found.bounds[0].lower < 0.8
    assert found.bounds[0].method == "exact"


@pytest.mark.parametrize(
    ("selected", "everyone", "verdict"),
    [(60, 100, "cleared"), (53, 100, "not_demonstrated"), (26, 30, "not_demonstrated")],
)
def test_the_exact_step_is_what_tells_small_groups_apart(selected, everyone, verdict):
    # 26/30 v 27/30 and 53/100 v 53/100 clear by the score test alone (STATISTICS 0b.2); exact p is .0609 and .0539
    other = selected + 1 if everyone == 30 else selected
    limits = {"ratio": 0.8, "difference": 0.5} if everyone == 30 else {"ratio": 0.8}
    assert judge({"A": (selected, everyone), "B": (other, everyone)}, **limits).verdict == verdict


def test_a_baseline_never_clears_or_flags():
    for groups in ({"A": (600, 1000), "B": (600, 1000)}, {"A": (100, 1000), "B": (600, 1000)}):
        found = judge(groups, ratio=0.8, settings={"decided_by": "todays_process"})
        assert found.verdict == "not_demonstrated"
        assert found.reasons == ["baseline"]
        assert not found.blocks


def test_it_says_for_whom_it_clears():
    found = judge({"A": (6000, 10000), "B": (3000, 5000), "C": (2400, 4000), "D": (12, 20)}, ratio=0.8)
    assert found.verdict == "not_demonstrated"
    assert found.cleared_groups == ["A", "B", "C"]
    cleared_for = finding(found)["cleared_for"]
    assert cleared_for["share"] == pytest.approx((10000 + 5000 + 4000) / (10000 + 5000 + 4000 + 20))
    assert "A, B and C" in cleared_for["sentence"]


def test_the_list_of_groups_it_clears_for_ends_at_the_first_that_fails_in_order_of_size():
    # B is far off; C and D would clear with A, but a list that skipped B would have been picked by its rate
    found = judge({"A": (6000, 10000), "B": (2000, 8000), "C": (3000, 5000), "D": (2400, 4000)}, ratio=0.8)
    assert found.verdict == "flagged"
    assert found.cleared_groups == []


def test_a_designated_reference_is_always_among_the_groups_it_clears_for():
    # A and B were never compared with each other: without C nothing at all is shown of them
    found = judge({"A": (9000, 30000), "B": (3000, 20000), "C": (30, 100)}, reference={"group": "C"}, ratio=0.8)
    assert found.cleared_groups == []
    near = judge({"A": (300, 3000), "B": (900, 3000), "C": (600, 2000)}, reference={"group": "C"}, ratio=0.8)
    assert near.cleared_groups == []  # the largest, A, is the first to fail
    assert judge({"A": (900, 3000), "B": (2, 10), "C": (600, 2000)}, {"group": "C"}, ratio=0.8).cleared_groups == [
        "C",
        "A",
    ]


def test_two_limits_are_two_claims():
    found = judge({"A": (5000, 10000), "B": (5600, 10000)}, ratio=0.5, difference=0.02)
    assert [comparison.verdict for comparison in found.comparisons] == ["cleared", "flagged"]
    assert found.verdict == "flagged"


def test_a_whole_without_anybody_is_not_cleared():
    nobody = {name: dict(fp=10, tn=20) for name in "AB"}  # nobody had the outcome
    (found,) = assess(planned({"true_positive_rate": {"ratio": 0.8}}, "overall"), confusion(nobody))
    assert (found.verdict, found.reasons) == ("not_demonstrated", ["no_data"])


def test_against_the_whole_the_sentence_says_the_rate_of_the_whole():
    found = finding(judge({"A": (300, 1000), "B": (400, 1000)}, reference="overall", ratio=0.8))
    assert "30 were selected; of every 100 people in all, 35." in found["sentence"]
    (row,) = [row for row in found["pairs"] if row["groups"] == ["A", "everyone"]]
    assert row["n"] == [1000, 2000]


def test_equal_rates_that_only_the_exact_test_refuses_are_too_little_data():
    assert judge({"A": (53, 100), "B": (53, 100)}, ratio=0.8).reasons == ["too_little_data"]


def test_flags_share_one_family_over_blocking_measures():
    tally = confusion({"A": dict(tp=200, fp=100, fn=200, tn=500), "B": dict(tp=200, fp=140, fn=200, tn=460)})
    alone = assess(planned({"false_positive_rate": {"difference": 0.02}}), tally)[0]
    together = assess(
        planned({"false_positive_rate": {"difference": 0.02}, "false_negative_rate": {"difference": 0.02}}), tally
    )[0]
    assert alone.comparisons[0].family == 2
    assert together.comparisons[0].family == 2 * 2
    assert together.bounds[0].upper > alone.bounds[0].upper


def test_a_measure_that_only_explores_does_not_widen_the_family():
    tally = confusion({"A": dict(tp=200, fp=100, fn=200, tn=500), "B": dict(tp=200, fp=140, fn=200, tn=460)})
    limits = {"false_positive_rate": {"difference": 0.02}, "false_negative_rate": {"difference": 0.02, "blocks": False}}
    assert [d.comparisons[0].family for d in assess(planned(limits), tally)] == [2, 2]


@pytest.mark.parametrize(
    ("looks", "look", "alpha"),
    [(1, 1, 0.05), (2, 1, 0.05 / 2), (5, 3, 0.05 / 5), ("open", 1, 0.05 / 2), ("open", 3, 0.05 / 8)],
)
def test_looks_spend_alpha(looks, look, alpha):
    found = judge({"A": (600, 1000), "B": (600, 1000)}, ratio=0.8, settings={"looks": looks, "look": look})
    assert found.comparisons[0].alpha == alpha


@pytest.mark.parametrize(
    ("reference", "pairs"), [("all_pairs", 3 * 2), ({"group": "B"}, 2 * 2), ("rest", 3 * 2), ("overall", 3 * 2)]
)
def test_reference_schemes_compare_both_directions(reference, pairs):
    found = judge({"A": (300, 1000), "B": (310, 1000), "C": (290, 1000)}, reference=reference, ratio=0.8)
    assert len(found.comparisons[0].margins) == pairs
    assert found.verdict == "cleared"


def test_against_the_whole_the_bound_is_that_of_the_whole():
    groups = {"A": (300, 1000), "B": (400, 1000)}
    found = judge(groups, reference="overall", ratio=0.8)
    (row,) = [row for row in finding(found)["pairs"] if row["groups"] == ["A", "everyone"]]
    assert row["estimate"] == pytest.approx((300 / 1000) / (700 / 2000))


def test_a_group_so_large_that_it_is_the_whole_cannot_be_far_from_it():
    # theta_whole / theta_group >= w, the group's share of the whole: .9 here, above the limit of .8
    found = judge({"A": (3000, 9000), "B": (333, 1000)}, reference="overall", ratio=0.8)
    comparison = found.comparisons[0]
    assert comparison.cannot_fail("recorded").tolist() == [False, True, False, False]


counts = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: (min(pair), max(pair)))
tables = st.lists(counts, min_size=2, max_size=4).map(lambda rows: {f"G{place}": row for place, row in enumerate(rows)})
limits = st.sampled_from([{"ratio": 0.8}, {"difference": 0.1}, {"ratio": 0.5, "difference": 0.2}])


@given(tables, limits)
def test_clear_and_flag_are_never_both(groups, limits):
    for disparity in assess(planned({"selection_rate": limits}), counted(groups)):
        for comparison in disparity.comparisons:
            flagged, comparison.flagged_at = bool(comparison.flagged_at), {}
            clear([comparison])  # as if nobody had looked for a flag
            assert not (comparison.cleared and flagged)


@given(tables, limits)
def test_printed_bounds_never_disagree_with_the_verdict(groups, limits):
    (disparity,) = assess(planned({"selection_rate": limits}), counted(groups))
    for comparison, bounds, reason in zip(disparity.comparisons, disparity.bounds, disparity.reasons, strict=True):
        margin = comparison.margins[0]
        if comparison.cleared:
            assert bounds.lower >= margin
        elif reason not in ("side", "no_data") and not comparison.flagged_at:
            assert bounds.lower <= margin
        if comparison.flagged_at:
            assert bounds.upper <= margin
        else:
            assert bounds.upper >= margin


@given(tables, limits, st.randoms())
def test_renaming_and_reordering_groups_changes_nothing(groups, limits, random):
    names = list(groups)
    shuffled = random.sample(names, len(names))
    new_names = dict(zip(shuffled, ("Zed", "Ann", "Mo", "Kim"), strict=False))
    renamed = {new_names[name]: groups[name] for name in shuffled}
    (one,), (other,) = (assess(planned({"selection_rate": limits}), counted(table)) for table in (groups, renamed))
    assert one.verdict == other.verdict
    for a, b in zip(one.bounds, other.bounds, strict=True):
        assert math.isclose(a.lower, b.lower, abs_tol=1e-9)
        assert math.isclose(a.upper, b.upper, abs_tol=1e-9)


@given(tables, limits, st.sampled_from(["a burden", "a benefit"]))
def test_the_order_of_groups_changes_no_word(groups, limits, side):
    backwards = dict(reversed(groups.items()))
    plan = planned({"selection_rate": limits}, being_selected_is=side)
    (one,), (other,) = (assess(plan, counted(table)) for table in (groups, backwards))
    for key in ("worst_pair", "sentence", "reason", "estimate"):
        assert finding(one)[key] == finding(other)[key]


def test_of_pairs_without_a_bound_the_one_with_the_lowest_estimate_is_spoken_of():
    # one person alone bounds nothing: every pair with her is tied
    groups = {"White": (300, 1000), "Pacific Islander": (0, 1), "Black": (330, 1000)}
    found = finding(judge(groups, ratio=0.8))
    assert (found["worst_pair"], found["worse_off"]) == (["Pacific Islander", "Black"], "Pacific Islander")


@given(tables, limits)
def test_findings_hold_no_nan(groups, limits):
    def walk(value):
        if isinstance(value, dict):
            return [leaf for entry in value.values() for leaf in walk(entry)]
        return [leaf for entry in value for leaf in walk(entry)] if isinstance(value, list) else [value]

    (disparity,) = assess(planned({"selection_rate": limits}), counted(groups))
    leaves = walk(finding(disparity))
    assert all(math.isfinite(leaf) for leaf in leaves if isinstance(leaf, float))
    assert not any(word in leaf.split() for leaf in leaves if isinstance(leaf, str) for word in ("nan", "inf", "None"))
