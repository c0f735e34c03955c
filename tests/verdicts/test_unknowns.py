"""What unknown groups, decisions and outcomes could change, checked against brute force."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairaudit.assessment import assess
from fairaudit.cells import Cells, counts, highest, lowest, recorded, spread, unknowns
from fairaudit.findings import finding
from fairaudit.measures import MEASURES
from tests.verdicts.tables import confusion, counted, judge, planned

RATIO = {"ratio": 0.8}

# rates of 30% in all, groups of 8% and 92%: share unknown, and the worst ratio it leaves possible (Manski bounds)
WORST_CASES = [
    (0.02, 0.836),
    (0.05, 0.659),
]


@pytest.mark.parametrize(("unknown_share", "ratio"), WORST_CASES)
def test_worst_case_of_unknown_groups(unknown_share, ratio):
    people = {"A": 8_000, "B": 92_000, "?": 100_000}
    share = {"A": 1 - unknown_share, "B": 1 - unknown_share, "?": unknown_share}
    groups = {name: round(n * share[name]) for name, n in people.items()}
    cells = Cells.of(counted({name: (round(0.3 * n), n) for name, n in groups.items()}), ["group"])
    measure = MEASURES["selection_rate"]
    low, high = (
        counts(cells.n[0], None, np.eye(2), corner(measure), unknown_group=True) for corner in (lowest, highest)
    )
    assert low[0][0] / low[1][0] / (high[0][1] / high[1][1]) == pytest.approx(ratio, abs=5e-4)


def test_too_many_unknown_groups_let_the_worst_case_decide():
    known = {"A": (3000, 10000), "B": (3000, 10000)}
    few, many = (judge({**known, "?": (unknown * 3 // 10, unknown)}, ratio=0.8) for unknown in (800, 4000))
    assert few.verdict == "cleared"
    assert many.verdict == "not_demonstrated"
    assert many.reasons == ["unknowns"]


def test_the_share_of_unknowns_is_looked_at_on_each_side_of_the_decision():
    # 300 unknown of 20,300 are 1.5%, but 300 of the 3,300 selected are 9%
    found = judge({"A": (1500, 10000), "B": (1500, 10000), "?": (300, 300)}, ratio=0.8)
    assert found.unknown.share == pytest.approx(300 / 3300)
    assert found.unknown.where == "of groups among those selected"
    assert "worst" in found.comparisons[0].scenarios


def test_a_cleared_finding_says_how_many_unknown_people_would_undo_it():
    found = judge({"A": (3000, 10000), "B": (3000, 10000), "?": (60, 200)}, ratio=0.8)
    rows = {row["scenario"]: row for row in finding(found)["checks"]}
    assert found.verdict == "cleared"
    assert rows["tipping point"]["sentence"].startswith("It holds whichever group the 200 ")
    tight = judge({"A": (1000, 2500), "B": (1150, 2500), "?": (60, 200)}, ratio=0.8)
    rows = {row["scenario"]: row for row in finding(tight)["checks"]}
    assert tight.verdict == "cleared"
    assert 1 <= rows["tipping point"]["bound"] <= 200


def test_the_tipping_point_is_where_the_verdict_tips():
    groups = {"A": (1000, 2500), "B": (1150, 2500)}
    needed = {row["scenario"]: row for row in finding(judge({**groups, "?": (60, 200)}, ratio=0.8))["checks"]}
    needed = needed["tipping point"]["bound"]

    def holds(moved: int) -> bool:
        """Deal out the first `moved` unknown people in every way; B takes those selected, A those not."""
        ways = [(k, moved - k) for k in range(moved + 1) if k <= 60 and moved - k <= 140]
        dealt = (
            {"A": (1000, 2500 + not_selected), "B": (1150 + selected, 2500 + selected)}
            for selected, not_selected in ways
        )
        return all(judge(table, ratio=0.8).verdict == "cleared" for table in dealt)

    assert holds(needed - 1)
    assert not holds(needed)


def test_the_tipping_point_is_that_of_the_pair_that_tips_first():
    # A and B are nearest to the limit now; C is small, and a few people of unknown group change its rate
    groups = {"A": (40_000, 100_000), "B": (48_000, 100_000), "C": (440, 1000)}
    found = judge({**groups, "?": (150, 400)}, ratio=0.8)
    assert found.verdict == "cleared"
    rows = {row["scenario"]: row for row in finding(found)["checks"]}
    assert 1 <= rows["tipping point"]["bound"] < 400


def test_unknown_decisions_follow_the_same_rule():
    groups = {"A": {"1?": 3000, "0?": 7000, "??": 3000}, "B": {"1?": 3000, "0?": 7000}}
    found = assess(planned({"selection_rate": RATIO}), confusion(groups))[0]
    assert found.unknown.decisions == 3000
    assert found.unknown.where == "of decisions of A"
    assert found.verdict == "not_demonstrated"


def test_unknown_outcomes_matter_only_to_measures_that_need_them():
    groups = {name: dict(tp=1000, fp=1000, fn=1000, tn=7000) | {"1?": 900, "0?": 900} for name in ("A", "B")}
    selection, errors = assess(
        planned({"selection_rate": RATIO, "false_positive_rate": {"difference": 0.05}}), confusion(groups)
    )
    assert selection.unknown.total == 0
    assert selection.verdict == "cleared"
    assert errors.unknown.outcomes == 2 * (900 + 900)
    assert errors.reasons == ["unknowns"]


# --- laws ----------------------------------------------------------------------------------------------------------

small = st.integers(0, 2)
cell_tables = st.lists(small, min_size=9, max_size=9).map(lambda values: np.array(values, float).reshape(3, 3))
names = st.sampled_from(sorted(MEASURES))


def possible_rates(measure, known: np.ndarray, unknown: np.ndarray):
    """Every rate that group's people could turn out to have, by brute force over who the unknowns are."""
    numerator, denominator = measure.membership()
    options = []
    for table, may_leave in ((known, False), (unknown, True)):
        for decision, outcome in itertools.product(range(3), repeat=2):
            decisions = (0, 1) if decision == 2 else (decision,)
            outcomes = (0, 1) if outcome == 2 else (outcome,)
            ways = {(int(numerator[d, o]), int(denominator[d, o])) for d in decisions for o in outcomes}
            ways |= {(0, 0)} if may_leave else set()
            options += [ways] * int(table[decision, outcome])
    sums = {(0, 0)}
    for ways in options:
        sums = {(x + a, n + b) for x, n in sums for a, b in ways}
    return sums


@given(names, cell_tables, cell_tables)
def test_corners_are_the_extremes_of_every_way_the_unknowns_could_turn_out(name, known, unknown):
    measure = MEASURES[name]
    rates = [x / n for x, n in possible_rates(measure, known, unknown) if n]
    cells = np.stack([known, unknown])[:, None]
    for corner, extreme in ((lowest, min), (highest, max)):
        x, n = (part[0] for part in counts(cells, None, np.ones((1, 1)), corner(measure), unknown_group=True))
        if n:
            assert x / n == pytest.approx(extreme(rates))
        else:
            assert (x, n) == (0, 0)


grids = st.lists(st.integers(0, 30), min_size=3 * 2 * 9, max_size=3 * 2 * 9).map(
    lambda values: np.array(values, float).reshape(3, 2, 3, 3)
)


@given(grids)
def test_spreading_loses_nobody_and_leaves_the_known_where_they_are(cells):
    spread_out = spread(cells)
    assert spread_out.sum() == pytest.approx(cells.sum())
    assert (spread_out[:-1, :, :2, :2] >= cells[:-1, :, :2, :2] - 1e-9).all()


@given(grids)
def test_spreading_nobody_changes_nothing(cells):
    cells[-1] = 0
    cells[..., 2, :] = 0
    cells[..., 2] = 0
    assert spread(cells) == pytest.approx(cells)


@given(grids)
def test_unknown_groups_are_spread_as_the_known_are_in_the_same_cell(cells):
    cells[:-1] += 1
    cells[..., 2, :] = 0
    cells[..., 2] = 0
    spread_out = spread(cells)
    known, unknown = cells[:-1, :, :2, :2], cells[-1, :, :2, :2]
    assert spread_out[:-1, :, :2, :2] == pytest.approx(known + unknown * known / known.sum(axis=0))
    assert spread_out[-1].sum() == pytest.approx(0)


@given(names, grids)
def test_the_worst_case_is_never_better_than_the_records(name, cells):
    measure = MEASURES[name]
    arms = np.eye(2)
    x, n = counts(cells, None, arms, recorded(measure), unknown_group=False)
    for corner, side in ((lowest, -1), (highest, 1)):
        worst_x, worst_n = counts(cells, None, arms, corner(measure), unknown_group=True)
        for place in range(2):
            if n[place] and worst_n[place]:
                assert side * (worst_x[place] / worst_n[place] - x[place] / n[place]) >= -1e-12


def test_shares_are_zero_where_everything_is_known():
    cells = Cells.of(counted({"A": (3, 10), "B": (4, 10)}), ["group"])
    assert unknowns(cells, MEASURES["selection_rate"]) == (0, 0, 0, 0.0, "")
