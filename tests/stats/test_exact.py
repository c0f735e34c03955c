"""The exact test against full enumeration, published p-values and its own laws."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from fairaudit.stats import exact, score

ALPHA = 0.05


# --- published and by hand -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "table", "margin", "p"),
    [
        # STATISTICS section 10 and amendment 2
        ("ratio", (60, 100, 60, 100), 0.8, 0.0320),
        ("ratio", (62, 100, 60, 100), 0.8, 0.0135),
        ("ratio", (85, 100, 1800, 2000), 0.8, 0.0019),
        ("difference", (62, 100, 60, 100), -0.1, 0.0429),
        ("ratio", (26, 30, 27, 30), 0.8, 0.0609),
        ("ratio", (53, 100, 53, 100), 0.8, 0.0539),
    ],
)
def test_p_values(kind, table, margin, p):
    assert exact.exact_p(kind, *table, margin) == pytest.approx(p, abs=5e-5)


def test_by_hand():
    # Of 1 v 1 only "a has it and b has not" is as extreme as itself: .8p (1 - p), largest at p = 1/2
    assert exact.exact_p("ratio", 1, 1, 0, 1, 0.8) == pytest.approx(0.8 / 4, rel=1e-4)
    # Of 1 v 1 at a difference of -.2: (p - .2)(1 - p), largest at p = .6
    assert exact.exact_p("difference", 1, 1, 0, 1, -0.2) == pytest.approx(0.4 * 0.4, rel=1e-4)
    # All of 5 and none of 5: (.8p)^5 (1 - p)^5
    assert exact.exact_p("ratio", 5, 5, 0, 5, 0.8) == pytest.approx(0.8**5 / 4**5, rel=1e-3)


@pytest.mark.parametrize(
    ("kind", "table", "asymptotic", "limit"),
    [
        # Amendment 2: the score test passes at .8 and the exact test does not, so the bound shown must be below .8.
        ("ratio", (26, 30, 27, 30), 0.8018, 0.8),
        ("ratio", (53, 100, 53, 100), 0.8015, 0.8),
    ],
)
def test_a_bound_shown_never_disagrees_with_its_verdict(kind, table, asymptotic, limit):
    assert score.bounds(kind, *table, ALPHA, ALPHA)[0] == pytest.approx(asymptotic, abs=5e-5)
    assert exact.exact_p(kind, *table, limit) > ALPHA
    for start in (None, limit):
        bound = exact.exact_bound(kind, *table, ALPHA, "clear", start)
        assert 0.79 < bound < limit
        assert exact.exact_p(kind, *table, bound) <= ALPHA < exact.exact_p(kind, *table, bound + 2e-3)


# --- against full enumeration --------------------------------------------------------------------------------------

SIZES = [(1, 12), (12, 1), (6, 6), (8, 40), (40, 8), (15, 17)]
HYPOTHESES = [("ratio", 0.8), ("ratio", 0.5), ("ratio", 1.25), ("difference", -0.05), ("difference", -0.3)]


@cache
def statistic(kind, n1, n0, margin, side):
    """Compute T of every outcome, as large as it speaks for the claim, and T*, its monotone version, by definition."""
    x1, x0 = np.ogrid[: n1 + 1, : n0 + 1]
    if side == "clear":
        t = score.clearing_z(kind, x1, n1, x0, n0, margin)
        return t, np.array([[t[i:, : j + 1].min() for j in range(n0 + 1)] for i in range(n1 + 1)])
    t = -score.flagging_z(kind, x1, n1, x0, n0, margin)
    return t, np.array([[t[: i + 1, j:].min() for j in range(n0 + 1)] for i in range(n1 + 1)])


@cache
def enumerated_p(kind, n1, n0, margin, side):
    """Compute the exact p-value of every outcome from the whole grid, on nuisance rates a uniform step apart."""
    _, monotone = statistic(kind, n1, n0, margin, side)
    b = np.linspace(0, 1, 1501)
    if kind == "ratio":
        b, margin_of = b * min(1, 1 / margin), lambda rate: margin * rate
    else:
        b, margin_of = max(0, -margin) + b * (1 - abs(margin)), lambda rate: rate + margin
    at_a = binom.pmf(np.arange(n1 + 1)[:, None], n1, np.clip(margin_of(b), 0, 1))
    at_b = binom.pmf(np.arange(n0 + 1)[:, None], n0, np.clip(b, 0, 1))
    p = np.empty(monotone.shape)
    for value in np.unique(monotone):
        region = monotone >= value - 1e-8 * max(1.0, abs(value)) if np.isfinite(value) else monotone >= value
        p[monotone == value] = np.einsum("ik,ij,jk->k", at_a, region.astype(float), at_b, optimize=True).max()
    return p


@pytest.mark.parametrize("side", ["clear", "flag"])
@pytest.mark.parametrize(("kind", "margin"), HYPOTHESES)
@pytest.mark.parametrize(("n1", "n0"), SIZES)
def test_agrees_with_full_enumeration(kind, n1, n0, margin, side):
    p = enumerated_p(kind, n1, n0, margin, side)
    # Above .2 no verdict changes, and T is not monotone there along the larger group either.
    outcomes = [tuple(map(int, outcome)) for outcome in np.argwhere(p < 0.2)][::3]
    for x1, x0 in outcomes:
        assert exact.exact_p(kind, x1, n1, x0, n0, margin, side) == pytest.approx(p[x1, x0], rel=5e-3, abs=1e-9)


@pytest.mark.parametrize("side", ["clear", "flag"])
@pytest.mark.parametrize(("kind", "margin"), HYPOTHESES)
@pytest.mark.parametrize(("n1", "n0"), SIZES)
def test_what_is_not_extreme_gets_no_small_p(kind, n1, n0, margin, side):
    p = enumerated_p(kind, n1, n0, margin, side)
    for x1, x0 in [tuple(map(int, outcome)) for outcome in np.argwhere(p >= 0.2)][::23]:
        assert exact.exact_p(kind, x1, n1, x0, n0, margin, side) > 0.19


@pytest.mark.parametrize("side", ["clear", "flag"])
@pytest.mark.parametrize(
    ("kind", "margin", "n1", "n0"),
    [(kind, margin, *sizes) for kind, margin in HYPOTHESES for sizes in [(8, 200), (200, 8), (30, 100), (40, 40)]],
)
def test_the_statistic_is_monotone_along_the_larger_group_where_it_matters(kind, n1, n0, margin, side):
    # This is what lets the search bisect: only along the smaller group must T be made monotone.
    t = statistic(kind, n1, n0, margin, side)[0]
    axis = 0 if n1 > n0 else 1
    louder = t[1:] if axis == 0 else t[:, :-1]
    quieter = t[:-1] if axis == 0 else t[:, 1:]
    if side == "flag":
        louder, quieter = quieter, louder
    matters = np.maximum(louder, quieter) > 1
    assert (louder[matters] >= quieter[matters] - 1e-9).all()


@pytest.mark.parametrize(
    ("kind", "margin", "n1", "n0"), [("difference", -0.1, 8, 200), ("difference", -0.1, 200, 8), ("ratio", 0.8, 200, 8)]
)
def test_and_not_along_the_smaller(kind, margin, n1, n0):
    t = statistic(kind, n1, n0, margin, "clear")[0]
    falls = np.diff(t, axis=0) < -0.1 if n1 < n0 else np.diff(t, axis=1) > 0.1
    assert falls.any()


# --- laws ----------------------------------------------------------------------------------------------------------


@st.composite
def questions(draw):
    """A kind, a table and a margin."""
    kind = draw(st.sampled_from(["ratio", "difference"]))
    n1, n0 = draw(st.integers(1, 120)), draw(st.integers(1, 120))
    x1, x0 = draw(st.integers(0, n1)), draw(st.integers(0, n0))
    margin = draw(st.sampled_from([0.5, 0.8, 0.9, 1.0, 1.25] if kind == "ratio" else [-0.3, -0.1, -0.05, 0.0, 0.1]))
    return kind, (x1, n1, x0, n0), margin


@given(questions(), st.sampled_from(["clear", "flag"]))
def test_swapping_groups_turns_the_question_round(question, side):
    kind, (x1, n1, x0, n0), margin = question
    other_side = "flag" if side == "clear" else "clear"
    p = exact.exact_p(kind, x1, n1, x0, n0, margin, side)
    mirrored = exact.exact_p(kind, x0, n0, x1, n1, 1 / margin if kind == "ratio" else -margin, other_side)
    if min(p, mirrored) < 0.2:
        assert p == pytest.approx(mirrored, rel=5e-3, abs=1e-9)


@given(questions(), st.sampled_from(["clear", "flag"]), st.sampled_from([0.05, 0.025, 0.005]))
def test_passes_is_p_at_most_alpha(question, side, alpha):
    kind, table, margin = question
    passes = exact.exact_passes(kind, *table, margin, alpha, side)
    assert passes == (exact.exact_p(kind, *table, margin, side) <= alpha)


@given(questions())
def test_clear_and_flag_are_never_both(question):
    kind, table, margin = question
    clears, flags = (exact.exact_p(kind, *table, margin, side) <= ALPHA for side in ("clear", "flag"))
    assert not (clears and flags)


@given(questions())
def test_more_events_in_a_group_speak_for_it(question):
    kind, (x1, n1, x0, n0), margin = question
    p = exact.exact_p(kind, x1, n1, x0, n0, margin)
    for more in ([(x1 + 1, x0)] if x1 < n1 else []) + ([(x1, x0 - 1)] if x0 else []):
        easier = exact.exact_p(kind, more[0], n1, more[1], n0, margin)
        assert easier <= p * 1.005 + 1e-9 or p > 0.2


@given(questions(), st.sampled_from(["clear", "flag"]))
def test_the_bound_is_where_the_test_stops_passing(question, side):
    kind, table, _ = question
    bound = exact.exact_bound(kind, *table, ALPHA, side)
    asymptotic = score.bounds(kind, *table, ALPHA, ALPHA)[side == "flag"]
    assert bound <= asymptotic if side == "clear" else bound >= asymptotic
    if bound not in (0.0, math.inf, -1.0, 1.0):
        assert exact.exact_p(kind, *table, bound, side) <= ALPHA


@pytest.mark.parametrize(
    ("kind", "table", "side", "bound"),
    [
        ("ratio", (0, 5, 3, 8), "clear", 0.0),
        ("ratio", (5, 5, 0, 5), "flag", math.inf),
        ("ratio", (0, 5, 0, 8), "clear", 0.0),
        ("ratio", (0, 5, 0, 8), "flag", math.inf),
        ("difference", (0, 5, 5, 5), "clear", -1.0),
        ("difference", (5, 5, 0, 5), "flag", 1.0),
        ("difference", (1, 1, 1, 1), "clear", -0.95),  # at p = 1: 1 - .95 = .05
    ],
)
def test_bounds_at_the_end_of_the_scale(kind, table, side, bound):
    assert exact.exact_bound(kind, *table, ALPHA, side) == pytest.approx(bound, abs=1e-4)


# --- when it can be run --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "feasible"),
    [
        ((10, 1000, 10, 5_000_000), True),
        ((10, 5_000_000, 10, 1000), True),
        ((60, 1001, 60, 1001), False),
        ((10.0, 30.0, 10.0, 30.0), True),
        ((10.5, 30, 10, 30), False),
        ((10, 30.5, 10, 30), False),
        ((0, 0, 10, 30), False),
        ((math.nan, 30, 10, 30), False),
        ((31, 30, 10, 30), False),
        ((-1, 30, 10, 30), False),
    ],
)
def test_feasible(table, feasible):
    assert exact.feasible(*table) == feasible
    if not feasible:
        with pytest.raises(ValueError, match="no exact test"):
            exact.exact_p("difference", *table, -0.1)
        with pytest.raises(ValueError, match="no exact test"):
            exact.exact_bound("difference", *table, ALPHA)


@pytest.mark.parametrize(
    ("table", "feasible"),
    [
        ((49, 10_000, 3000, 100_000), (True, True)),
        ((50, 10_000, 3000, 100_000), (False, False)),
        ((3000, 100_000, 49, 10_000), (True, True)),
        ((9_960, 10_000, 99_000, 100_000), (False, True)),  # few without the event: of a difference they matter too
        ((49, 100_000, 3000, 1_000_000), (True, True)),
        ((49, 100_001, 3000, 1_000_000), (False, False)),
        ((50, 1000, 3000, 100_000), (True, True)),
    ],
)
def test_rare_events_are_tested_exactly_in_larger_groups_too(table, feasible):
    assert (exact.feasible(*table, "ratio"), exact.feasible(*table, "difference")) == feasible


@pytest.mark.parametrize(
    ("kind", "margin", "x1", "x0"),
    [
        ("ratio", 0.8, 5, 150_000),
        ("ratio", 0.8, 4, 60_000),
        ("difference", -0.05, 5, 160_000),
        ("difference", -0.1, 1, 0),
    ],
)
def test_five_records_against_three_hundred_thousand(kind, margin, x1, x0):
    n1, n0 = 5, 300_000
    u, v = np.ogrid[: n1 + 1, : n0 + 1]
    monotone = score.clearing_z(kind, u, n1, v, n0, margin)
    monotone = np.minimum.accumulate(np.minimum.accumulate(monotone[::-1], axis=0)[::-1], axis=1)
    limit = (monotone >= monotone[x1, x0] - 1e-8).sum(axis=1) - 1
    # The probability falls off a cliff where the rate passes a limit, so the rates to try crowd before it.
    cliffs = (limit[:, None] + np.linspace(-3000, 300, 500)) / n0
    low = 0 if kind == "ratio" else -margin
    b = np.clip(np.concatenate([np.linspace(low, 1, 2001), cliffs.ravel()]), low, 1)
    a = margin * b if kind == "ratio" else b + margin
    at_most = np.where(limit[:, None] >= 0, binom.cdf(limit[:, None], n0, b), 0)
    p = (binom.pmf(u, n1, np.clip(a, 0, 1)) * at_most).sum(axis=0).max()
    assert exact.exact_p(kind, x1, n1, x0, n0, margin) == pytest.approx(p, rel=5e-3)
    if kind == "difference":  # the same question about those without the event, groups swapped
        assert exact.exact_p(kind, n0 - x0, n0, n1 - x1, n1, margin) == pytest.approx(p, rel=5e-3)
