"""Tests of matched pairs against published intervals, numerical likelihoods, enumeration, and their own laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import minimize, minimize_scalar
from scipy.special import xlogy
from scipy.stats import beta, binom, binomtest, multinomial, norm

from fairaudit.stats import matched, matched_exact, score

ALPHA = 0.05

# --- published -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "confidence", "lower", "upper", "digits"),
    [
        # n11, n10, n01, n00. Tango (1998) by way of the tests of ratesci (R), "Tango RD"
        ((4, 9, 3, 16), 0.95, -0.027, 0.390, 3),
        ((43, 0, 1, 0), 0.90, -0.096, 0.037, 3),
        # Agresti & Min (2005) by way of the tests of ratesci
        ((53, 16, 8, 9), 0.95, -0.020, 0.207, 3),
        # Fagerland, Lydersen & Laake (2014): hyper-responsive airways before and after a transplantation (Bentur et
        # al. 2009), -.517, -.026; four digits from the documentation of ratesci
        ((1, 1, 7, 12), 0.95, -0.5172, -0.0260, 4),
        # Complete response to consolidation therapy (Cavo et al. 2012): tests of contingencytables (R)
        ((59, 6, 16, 80), 0.95, -0.1240, -0.0054, 4),
        # Tang et al. (2010), Chang et al. (2024) by way of the tests of ratesci
        ((8, 3, 1, 2), 0.95, -0.1670, 0.4327, 4),
        ((7, 25, 2, 68), 0.95, 0.139, 0.321, 3),
        # scoreci.mp(25, 28, 618) and scoreci.mp(20, 60, 1000) of PropCIs (R), as others' tests and notes give them
        ((565, 28, 25, 0), 0.90, -0.0148, 0.0247, 4),
        ((920, 60, 20, 0), 0.95, 0.0231, 0.0584, 4),
    ],
)
def test_limits_of_a_difference(table, confidence, lower, upper, digits):
    alpha = (1 - confidence) / 2
    assert matched.bounds("difference", *table, alpha, alpha) == pytest.approx((lower, upper), abs=0.51 * 10**-digits)


@pytest.mark.parametrize(
    ("table", "confidence", "lower", "upper", "digits"),
    [
        # Tang, Tang & Chan (2003), whose statistic is that of Nam & Blackwelder, by way of the tests of ratesci
        ((446, 5, 16, 690), 0.90, 0.958, 0.992, 3),
        ((43, 0, 1, 0), 0.90, 0.904, 1.039, 3),
        # DelRocco et al. (2022) by way of the tests of ratesci; Fagerland et al. (2014) .065, .907
        ((1, 1, 7, 12), 0.95, 0.0653, 0.9069, 4),
        # The tests of contingencytables
        ((59, 6, 16, 80), 0.95, 0.7476, 0.9876, 4),
        # Tang et al. (2010), as ratesci computes it: "only to 2 digits" as published
        ((8, 3, 1, 2), 0.95, 0.776, 2.033, 4),
        # Nam (2009), closed form, as statsmodels computes it
        ((67, 9, 7, 16), 0.95, 0.917832, 1.154177, 6),
    ],
)
def test_limits_of_a_ratio(table, confidence, lower, upper, digits):
    alpha = (1 - confidence) / 2
    assert matched.bounds("ratio", *table, alpha, alpha) == pytest.approx((lower, upper), abs=0.51 * 10**-digits)


def test_at_a_margin_of_equality_both_are_mcnemar():
    # contingencytables, Cavo et al. (2012): Z = -2.132, P = .033006. By hand: (6 - 16) / sqrt(6 + 16)
    for kind, equality in (("difference", 0.0), ("ratio", 1.0)):
        z = matched.clearing_z(kind, 59, 6, 16, 80, equality)
        assert z == pytest.approx((6 - 16) / math.sqrt(6 + 16))
        assert z == pytest.approx(-2.132, abs=5e-4)
        assert 2 * score.flagging_p(z) == pytest.approx(0.033006, abs=5e-7)


@pytest.mark.parametrize(
    ("n10", "n01", "p"),
    [
        (6, 16, 0.052479),  # the tests of contingencytables
        (1, 7, 18 / 256),  # Fagerland et al. (2014): .070
        (0, 5, 2 / 32),
        (3, 3, 1.0),
        (0, 0, 1.0),
    ],
)
def test_mcnemar_exactly(n10, n01, p):
    assert matched.mcnemar_exact(n10, n01) == pytest.approx(p, abs=5e-7)
    assert matched.mcnemar_exact(n01, n10) == matched.mcnemar_exact(n10, n01)


@given(st.integers(0, 300), st.integers(0, 300))
def test_mcnemar_is_the_binomial_test_at_one_half(n10, n01):
    assume(n10 + n01)
    assert matched.mcnemar_exact(n10, n01) == pytest.approx(binomtest(n10, n10 + n01).pvalue)


# --- against the likelihood ----------------------------------------------------------------------------------------

TABLES = [(4, 9, 3, 16), (1, 1, 7, 12), (59, 6, 16, 80), (8, 0, 4, 2), (0, 5, 3, 4), (3.5, 2.25, 0, 7), (20, 0, 0, 5)]


def numerical_z(kind, table, margin):
    """Maximise the likelihood of all four cells on the margin by search, and standardise with its variance."""
    n11, n10, n01, _ = table
    n = sum(table)

    def cells(only_b, both):
        only_a = only_b + margin if kind == "difference" else margin * (both + only_b) - both
        return both, only_a, only_b, 1 - both - only_a - only_b

    def loss(point):
        shares = np.array(cells(*point))
        return 1e6 + 1e9 * -shares.min() if shares.min() < 0 else -xlogy(table, np.maximum(shares, 1e-300)).sum()

    starts = [(b, a) for b in (0.02, 0.1, 0.3, 0.5) for a in (0.02, 0.1, 0.3, 0.6) if min(cells(b, a)) > 0]
    exactly = {"xatol": 1e-11, "fatol": 1e-12, "maxiter": 4000, "maxfev": 4000}
    found = min((minimize(loss, start, method="Nelder-Mead", options=exactly) for start in starts), key=lambda r: r.fun)
    both, only_a, only_b, _ = cells(*found.x)
    if kind == "difference":
        return (n10 - n01 - n * margin) / math.sqrt(n * (only_a + only_b - margin**2))
    variance = (1 - margin) ** 2 * both + only_a + margin**2 * only_b  # of what is summed: 1 - margin, 1 or -margin
    return (n11 + n10 - margin * (n11 + n01)) / math.sqrt(n * variance)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    ("kind", "margin"), [("difference", -0.1), ("difference", 0.15), ("ratio", 0.8), ("ratio", 1.3)]
)
def test_z_is_at_the_largest_likelihood(kind, table, margin):
    assert matched.clearing_z(kind, *table, margin) == pytest.approx(numerical_z(kind, table, margin), abs=2e-4)


@given(st.tuples(*[st.floats(0.01, 50)] * 4), st.floats(-0.9, 0.9))
def test_z_of_a_difference_is_at_the_largest_likelihood(table, margin):
    n11, n10, n01, n00 = table
    low, high = max(0, -margin), (1 - margin) / 2

    def loss(only_b):
        return -(
            n10 * math.log(only_b + margin) + n01 * math.log(only_b) + (n11 + n00) * math.log1p(-2 * only_b - margin)
        )

    only_b = minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-12}).x
    n = sum(table)
    z = (n10 - n01 - n * margin) / math.sqrt(n * (2 * only_b + margin - margin**2))
    assert matched.clearing_z("difference", *table, margin) == pytest.approx(z, rel=1e-4, abs=1e-4)


@given(st.tuples(*[st.floats(0.01, 50)] * 4), st.floats(0.2, 5))
def test_z_of_a_ratio_is_at_the_largest_likelihood(table, margin):
    n11, n10, n01, _ = table
    low, high = max(0, 1 - margin), 1 / (1 + margin)

    def loss(only_b):  # shares of the pairs with any yes
        return -(
            n10 * math.log(1 - (1 - only_b) / margin)
            + n01 * math.log(only_b)
            + n11 * math.log((1 - only_b) / margin - only_b)
        )

    only_b = minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-12}).x
    variance = margin * (n11 + n10 + n01) * (only_b + 1 - (1 - only_b) / margin)
    z = (n11 + n10 - margin * (n11 + n01)) / math.sqrt(variance)
    assert matched.clearing_z("ratio", *table, margin) == pytest.approx(z, rel=1e-4, abs=1e-4)


# --- by hand, and where nothing is shown ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "table", "margin", "z"),
    [
        ("difference", (5, 0, 0, 4), 0.0, 0.0),  # no pair differs: 0/0 on the margin
        ("difference", (5, 0, 0, 4), -0.1, math.sqrt(9 * 0.1 / 0.9)),  # -nd / sqrt(n |d| (1 - |d|))
        ("difference", (5, 0, 0, 4), 0.1, -math.sqrt(9 * 0.1 / 0.9)),
        ("difference", (0, 0, 0, 4), -0.1, math.sqrt(4 * 0.1 / 0.9)),  # nobody has a yes: as alike as can be
        ("difference", (0, 6, 0, 0), 0.0, math.sqrt(6)),
        ("difference", (0, 6, 0, 0), 1.0, 0.0),
        ("difference", (0, 0, 6, 0), -1.0, 0.0),
        ("difference", (0, 3, 3, 0), 1.0, -math.inf),
        ("difference", (0, 3, 3, 0), -1.0, math.inf),
        ("difference", (0, 0, 0, 0), -0.1, math.nan),
        ("ratio", (5, 0, 0, 4), 1.0, 0.0),
        ("ratio", (5, 0, 0, 4), 0.8, (5 - 4) / math.sqrt(0.8 * 5 * 0.2)),  # only_b = 1 - .8, only_a = 0
        ("ratio", (0, 6, 0, 4), 0.8, math.sqrt(6 / 0.8)),  # nobody in b: m / sqrt(r m)
        ("ratio", (0, 0, 6, 4), 0.8, -math.sqrt(0.8 * 6)),  # nobody in a: -r m / sqrt(r m)
        ("ratio", (0, 0, 0, 0), 0.8, math.nan),
    ],
)
def test_z_by_hand(kind, table, margin, z):
    for statistic in (matched.clearing_z, matched.flagging_z):
        assert statistic(kind, *table, margin) == pytest.approx(z, nan_ok=True)


def test_a_ratio_without_any_yes_shows_nothing():
    assert matched.clearing_z("ratio", 0, 0, 0, 9, 0.8) == -math.inf
    assert matched.flagging_z("ratio", 0, 0, 0, 9, 0.8) == math.inf


@pytest.mark.parametrize(
    ("kind", "table", "lower", "upper"),
    [
        ("difference", (0, 6, 0, 0), 6 / (6 + norm.isf(ALPHA) ** 2) * 2 - 1, 1.0),
        ("difference", (0, 0, 6, 0), -1.0, 1 - 6 / (6 + norm.isf(ALPHA) ** 2) * 2),
        # No pair differs: |z| = sqrt(n d / (1 - d)), so d = z^2 / (n + z^2)
        ("difference", (3, 0, 0, 4), -(norm.isf(ALPHA) ** 2) / (7 + norm.isf(ALPHA) ** 2), None),
        ("difference", (0, 0, 0, 0), math.nan, math.nan),
        ("ratio", (0, 6, 0, 4), 6 / norm.isf(ALPHA) ** 2, math.inf),  # nobody in b: z = sqrt(m / r)
        ("ratio", (0, 0, 6, 4), 0.0, norm.isf(ALPHA) ** 2 / 6),
        ("ratio", (0, 0, 0, 0), math.nan, math.nan),
    ],
)
def test_bounds_by_hand(kind, table, lower, upper):
    upper = -lower if upper is None else upper
    assert matched.bounds(kind, *table, ALPHA, ALPHA) == pytest.approx((lower, upper), nan_ok=True, abs=1e-8)


def test_few_folds_widen_the_bounds():
    narrow, wide = (matched.bounds("difference", 20, 6, 4, 30, ALPHA, ALPHA, freedom) for freedom in (None, 4))
    assert wide[0] < narrow[0] < narrow[1] < wide[1]
    critical = score.critical_z(ALPHA, 4)
    assert matched.clearing_z("difference", 20, 6, 4, 30, wide[0]) == pytest.approx(critical)


def test_many_pairs_at_once():
    tables = np.array(TABLES).T
    for kind, margin in (("difference", -0.1), ("ratio", 0.8)):
        z, bounds = matched.clearing_z(kind, *tables, margin), np.array(matched.bounds(kind, *tables, 0.05, 0.01))
        assert z == pytest.approx([matched.clearing_z(kind, *table, margin).item() for table in TABLES])
        alone = np.array([matched.bounds(kind, *table, 0.05, 0.01) for table in TABLES]).T
        np.testing.assert_allclose(bounds, alone, rtol=1e-7, atol=1e-9)


# --- laws ----------------------------------------------------------------------------------------------------------

KINDS = st.sampled_from(["difference", "ratio"])
COUNTS = st.one_of(st.integers(0, 400).map(float), st.floats(0.05, 400))


@st.composite
def questions(draw, counts=COUNTS):
    """A kind, a table with a yes in either arm, and a margin."""
    kind, table = draw(KINDS), tuple(draw(counts) for _ in range(4))
    assume(table[0] + table[1] > 0 and table[0] + table[2] > 0)
    return kind, table, draw(st.floats(-0.6, 0.6) if kind == "difference" else st.floats(0.3, 3))


def mirrored(kind, value):
    return -value if kind == "difference" else 1 / value


@given(questions())
def test_swapping_arms_turns_the_question_round(question):
    kind, (n11, n10, n01, n00), margin = question
    z = matched.clearing_z(kind, n11, n10, n01, n00, margin)
    swapped = matched.clearing_z(kind, n11, n01, n10, n00, mirrored(kind, margin))
    assert swapped == pytest.approx(-z, rel=1e-6, abs=1e-6)


@given(questions())
def test_bounds_contain_the_estimate_and_each_other(question):
    kind, (n11, n10, n01, n00), _ = question
    estimate = (n10 - n01) / (n11 + n10 + n01 + n00) if kind == "difference" else (n11 + n10) / (n11 + n01)
    narrow = matched.bounds(kind, n11, n10, n01, n00, 0.1, 0.1)
    wide = matched.bounds(kind, n11, n10, n01, n00, 0.01, 0.01)
    assert wide[0] <= narrow[0] <= estimate + 1e-9
    assert estimate - 1e-9 <= narrow[1] <= wide[1]


@given(questions(), st.sampled_from([0.05, 0.025, 0.001]))
def test_z_is_critical_at_the_bounds(question, alpha):
    kind, table, _ = question
    lower, upper = matched.bounds(kind, *table, alpha, alpha)
    end = 1 if kind == "difference" else math.inf
    if lower > (-1 + 1e-6 if kind == "difference" else 0):
        assert matched.clearing_z(kind, *table, lower) == pytest.approx(score.critical_z(alpha), abs=1e-4)
    if upper < end - 1e-6:
        assert matched.flagging_z(kind, *table, upper) == pytest.approx(-score.critical_z(alpha), abs=1e-4)


@given(questions(), st.sampled_from(["gain", "no loss", "loss turned"]), st.floats(0.1, 3))
def test_more_for_a_speaks_for_a(question, change, more):
    kind, (n11, n10, n01, n00), margin = question
    z = matched.clearing_z(kind, n11, n10, n01, n00, margin)
    # What may be taken from pairs that do not differ, or from those with yes in b only.
    moved = min(more, n00 if kind == "difference" else n11) if change == "gain" else min(more, n01)
    if change == "gain":
        after = (n11, n10 + moved, n01, n00 - moved) if kind == "difference" else (n11 - moved, n10 + moved, n01, n00)
    else:
        after = (n11 + moved, n10, n01 - moved, n00) if change == "no loss" else (n11, n10 + moved, n01 - moved, n00)
    assume(after[0] + after[1] + after[2] > 1e-6)
    assert matched.clearing_z(kind, *after, margin) >= z - 1e-6


@given(questions())
def test_z_falls_as_the_margin_rises(question):
    kind, table, margin = question
    further = margin + 0.05
    assert matched.clearing_z(kind, *table, further) <= matched.clearing_z(kind, *table, margin) + 1e-9


@given(questions(), COUNTS)
def test_a_ratio_does_not_depend_on_pairs_without_any_yes(question, others):
    _, (n11, n10, n01, n00), margin = question
    margin = abs(margin) + 0.1
    same = matched.clearing_z("ratio", n11, n10, n01, others, margin)
    assert same == matched.clearing_z("ratio", n11, n10, n01, n00, margin)
    assert matched_exact.exact_feasible("ratio", 3, 2, 1, 10**9)
    assert matched_exact.exact_p("ratio", 3, 2, 1, 10**9, 0.8) == matched_exact.exact_p("ratio", 3, 2, 1, 0, 0.8)


@given(questions(), st.floats(0.001, 0.49))
def test_clear_and_flag_are_never_both(question, alpha):
    kind, table, margin = question
    clears = score.clearing_p(matched.clearing_z(kind, *table, margin)) <= alpha
    flags = score.flagging_p(matched.flagging_z(kind, *table, margin)) <= alpha
    assert not (clears and flags)


# --- the exact test ------------------------------------------------------------------------------------------------

MARGINS = [
    ("difference", -0.3),
    ("difference", -0.05),
    ("difference", 0.1),
    ("ratio", 0.5),
    ("ratio", 0.8),
    ("ratio", 1.25),
]


@pytest.mark.parametrize(
    ("kind", "table", "margin", "p"),
    [
        # All favour a: (q + d)^n, at most ((1 + d) / 2)^n; of a ratio (r / (1 + r))^n
        ("difference", (0, 1, 0, 0), -0.2, 0.4),
        ("difference", (0, 5, 0, 0), -0.2, 0.4**5),
        ("ratio", (0, 1, 0, 7), 0.8, 0.8 / 1.8),
        ("ratio", (0, 5, 0, 7), 0.8, (0.8 / 1.8) ** 5),
        # One pair alike: everything but "in b only" is as favourable, 1 - q, and q is at least -d, or 1 - r
        ("difference", (1, 0, 0, 0), -0.2, 0.8),
        ("difference", (0, 0, 0, 1), -0.2, 0.8),
        ("ratio", (1, 0, 0, 7), 0.8, 0.8),
        # Nothing is less favourable
        ("difference", (0, 0, 3, 0), -0.2, 1.0),
        ("ratio", (0, 0, 3, 7), 0.8, 1.0),
        ("ratio", (0, 0, 0, 7), 0.8, 1.0),
    ],
)
def test_exact_p_by_hand(kind, table, margin, p):
    assert matched_exact.exact_p(kind, *table, margin) == pytest.approx(p, rel=1e-6)
    n11, n10, n01, n00 = table
    assert matched_exact.exact_p(kind, n11, n01, n10, n00, mirrored(kind, margin), "flag") == pytest.approx(p, rel=1e-6)


@pytest.mark.parametrize(
    ("table", "published"),
    [
        # "McNemar exact unconditional test" in the tests of contingencytables: Cavo et al. (2012), and a tenth of it
        ((59, 6, 16, 80), 0.034053),
        ((5, 0, 1, 8), 0.542071),
    ],
)
def test_the_exact_test_of_equality_is_the_one_published(table, published):
    # Theirs is two-sided, and after Berger & Boos (1994): .0001 more than the largest probability over those nuisance
    # shares that are within a 99.99% interval of the pairs that differ. Ours is the largest over all of them.
    _, n10, n01, _ = table
    n, differ = sum(table), n10 + n01
    within = beta.ppf(0.00005, differ, n - differ + 1), beta.ppf(0.99995, differ + 1, n - differ)
    seen = abs(n10 - n01) / math.sqrt(differ)

    def largest(low, high):
        pairs = np.arange(1, n + 1)
        gains = np.arange(n + 1)[:, None]
        extreme = abs(2 * gains - pairs) >= (seen - 1e-9) * np.sqrt(pairs)
        given_how_many_differ = (binom.pmf(gains, pairs, 0.5) * extreme).sum(axis=0)
        return (given_how_many_differ @ binom.pmf(pairs[:, None], n, np.linspace(low, high, 2001))).max()

    assert largest(*within) + 0.0001 == pytest.approx(published, abs=1e-6)
    assert 2 * matched_exact.exact_p("difference", *table, 0.0, "flag") == pytest.approx(largest(0, 1), rel=1e-4)


def shares_of(kind, steps):
    """Give shares in a only and in b only, as a grid over all that there can be."""
    only_a, only_b = np.meshgrid(np.linspace(0, 1, steps), np.linspace(0, 1, steps), indexing="ij")
    return only_a[only_a + only_b <= 1 + 1e-12], only_b[only_a + only_b <= 1 + 1e-12]


def outcomes(kind, n):
    """List all outcomes of n pairs (of a ratio, n with any yes) as numbers in a only and in b only."""
    return [(i, j) for i in range(n + 1) for j in range(n + 1 - i)]


def table_of(kind, n, i, j):
    return (0, i, j, n - i - j) if kind == "difference" else (n - i - j, i, j, 0)


@pytest.mark.parametrize(("kind", "margin"), MARGINS)
@pytest.mark.parametrize("n", [1, 4, 7])
def test_exact_p_is_the_largest_probability_over_the_whole_hypothesis(kind, margin, n):
    """By definition, with shares over all of theta_a <= theta_b + margin (or margin * theta_b), not its edge alone."""
    every = outcomes(kind, n)
    z = {(i, j): float(matched.clearing_z(kind, *table_of(kind, n, i, j), margin)) for i, j in every}
    favourable = {(i, j): [(k, m) for k, m in every if k >= i and m <= j] for i, j in every}
    least = {outcome: min(z[other] for other in favourable[outcome]) for outcome in every}

    only_a, only_b = shares_of(kind, 81)
    within = only_a - only_b <= margin if kind == "difference" else 1 - only_b <= margin * (1 - only_a)
    edge = np.linspace(max(0, -margin), (1 - margin) / 2, 2001) if kind == "difference" else None
    edge = np.linspace(max(0, 1 - margin), 1 / (1 + margin), 2001) if kind == "ratio" else edge
    on_edge = edge + margin if kind == "difference" else np.maximum(1 - (1 - edge) / margin, 0)
    only_a, only_b = np.concatenate([only_a[within], on_edge]), np.concatenate([only_b[within], edge])
    rest = np.maximum(1 - only_a - only_b, 0)
    probability = {
        (i, j): multinomial.pmf([i, j, n - i - j], n, np.stack([only_a, only_b, rest], axis=-1)) for i, j in every
    }
    for outcome in every:
        region = [other for other in every if least[other] >= least[outcome] - 1e-9]
        p = sum(probability[other] for other in region).max()
        assert matched_exact.exact_p(kind, *table_of(kind, n, *outcome), margin) == pytest.approx(p, rel=2e-3, abs=1e-9)


@pytest.mark.parametrize("n", [3, 12, 60])
@pytest.mark.parametrize(("kind", "margin"), MARGINS)
def test_the_score_grows_with_what_speaks_for_a(kind, margin, n):
    # So T* is T itself, and the minimum is a safeguard. It is why the edge of the hypothesis suffices.
    i, j = np.indices((n + 1, n + 1))
    possible = i + j <= n
    z = matched.clearing_z(kind, *(np.where(possible, each, 0) for each in table_of(kind, n, i, j)), margin)
    z = np.where(possible, z, np.nan)
    assert np.nanmin(np.diff(z, axis=0)) > 0
    assert np.nanmax(np.diff(z, axis=1)) < 0


WHOLE = st.integers(0, 25)


@given(questions(WHOLE), st.sampled_from(["clear", "flag"]))
def test_exact_p_turned_round(question, side):
    kind, (n11, n10, n01, n00), margin = question
    p = matched_exact.exact_p(kind, n11, n10, n01, n00, margin, side)
    other = "flag" if side == "clear" else "clear"
    assert p == pytest.approx(matched_exact.exact_p(kind, n11, n01, n10, n00, mirrored(kind, margin), other), rel=1e-6)
    assert 0 <= p <= 1


@given(questions(WHOLE), st.sampled_from([0.05, 0.025, 0.005]))
def test_passes_is_p_at_most_alpha(question, alpha):
    kind, table, margin = question
    p = matched_exact.exact_p(kind, *table, margin)
    assert matched_exact.exact_passes(kind, *table, margin, alpha) == (p <= alpha)


@given(questions(WHOLE))
def test_exactly_clear_and_flag_are_never_both(question):
    kind, table, margin = question
    clears, flags = (matched_exact.exact_p(kind, *table, margin, side) <= ALPHA for side in ("clear", "flag"))
    assert not (clears and flags)


@given(questions(WHOLE), st.sampled_from(["clear", "flag"]))
def test_the_exact_bound_is_where_the_test_stops_passing(question, side):
    kind, table, _ = question
    bound = matched_exact.exact_bound(kind, *table, ALPHA, side)
    if bound in (0.0, math.inf, -1.0, 1.0):
        return
    assert matched_exact.exact_p(kind, *table, bound, side) <= ALPHA + 1e-9
    further = bound + (2e-3 if side == "clear" else -2e-3) * (1 if kind == "difference" else max(bound, 1))
    assert matched_exact.exact_p(kind, *table, further, side) > ALPHA - 2e-3


@pytest.mark.parametrize(
    ("kind", "table", "side", "bound"),
    [
        ("difference", (1, 0, 0, 0), "clear", -0.95),  # 1 + d = .05
        ("difference", (1, 0, 0, 0), "flag", 0.95),
        ("ratio", (1, 0, 0, 6), "clear", 0.05),  # r = .05
        ("ratio", (1, 0, 0, 6), "flag", 20.0),
        ("difference", (0, 0, 4, 0), "clear", -1.0),
        ("difference", (0, 4, 0, 0), "flag", 1.0),
        ("ratio", (0, 0, 4, 2), "clear", 0.0),
        ("ratio", (0, 4, 0, 2), "flag", math.inf),
        ("ratio", (0, 4, 0, 2), "clear", 0.05**0.25 / (1 - 0.05**0.25)),  # (r / (1 + r))^4 = .05
        ("ratio", (0, 0, 0, 2), "clear", 0.0),
        ("ratio", (0, 0, 0, 2), "flag", math.inf),
    ],
)
def test_exact_bounds_by_hand(kind, table, side, bound):
    assert matched_exact.exact_bound(kind, *table, ALPHA, side) == pytest.approx(bound, rel=1e-4, abs=1e-4)


@pytest.mark.parametrize(
    ("kind", "table", "limit"),
    [
        # The score test passes at the limit and the exact test does not, so the bound shown must be on its other side.
        ("difference", (50, 5, 3, 2), -0.05),
        ("ratio", (12, 0, 0, 9), 0.8),  # .8^12 = .0687, and .05 ** (1 / 12) = .7791
    ],
)
def test_a_bound_shown_never_disagrees_with_its_verdict(kind, table, limit):
    tested = matched_exact.exact_p(kind, *table, limit)
    assert matched.bounds(kind, *table, ALPHA, ALPHA)[0] > limit
    assert tested > ALPHA
    assert matched_exact.exact_bound(kind, *table, ALPHA, "clear", limit) < limit


@pytest.mark.parametrize(
    ("kind", "table", "feasible"),
    [
        ("difference", (100, 100, 100, 200), True),
        ("difference", (250, 250, 250, 251), False),
        ("ratio", (200, 150, 150, 10**6), True),
        ("ratio", (401, 300, 300, 0), False),
        ("ratio", (0, 0, 0, 5), False),
        ("difference", (0, 0, 0, 5), True),
        ("difference", (0, 0, 0, 0), False),
        ("difference", (3.0, 2.0, 1.0, 0.0), True),
        ("difference", (3.5, 2, 1, 0), False),
        ("difference", (math.nan, 2, 1, 0), False),
        ("difference", (math.inf, 2, 1, 0), False),
    ],
)
def test_feasible(kind, table, feasible):
    assert matched_exact.exact_feasible(kind, *table) == feasible
