"""The score tests and their bounds against published numbers and exact tables."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import binom, fisher_exact, norm

from fairaudit.stats import score

Z90, Z95 = norm.isf([0.05, 0.025])


def interval(statistic, table, low, high):
    """Invert one statistic on its own, since our bounds are the envelope of two."""
    return [brentq(lambda margin, z=z: statistic(*table, margin) - z, low, high, xtol=1e-12) for z in (Z95, -Z95)]


def mee(*arguments):
    return score.difference_z(*arguments, bias_correction=False)[0]


def miettinen_nurminen_difference(*arguments):
    return score.difference_z(*arguments)[0]


def gart_nam_difference(*arguments):
    return score.difference_z(*arguments, bias_correction=False)[1]


def koopman(*arguments):
    return score.ratio_z(*arguments, bias_correction=False)[0]


def miettinen_nurminen_ratio(*arguments):
    return score.ratio_z(*arguments)[0]


def gart_nam_ratio(*arguments):
    return score.ratio_z(*arguments, bias_correction=False)[1]


@pytest.mark.parametrize(
    ("table", "statistic", "lower", "upper"),
    [
        # Newcombe (1998), Eleven methods, Table II. These are the numbers to hold to, not those of statsmodels 0.15.0,
        # which has `count0` where `nobs0` belongs in the cubic (issue 10269): 0.3440 for 0.3382 in the first row.
        ((56, 70, 48, 80), miettinen_nurminen_difference, 0.0528, 0.3382),
        ((56, 70, 48, 80), mee, 0.0533, 0.3377),
        ((9, 10, 3, 10), miettinen_nurminen_difference, 0.1700, 0.8406),
        ((9, 10, 3, 10), mee, 0.1821, 0.8370),
        ((6, 7, 2, 7), miettinen_nurminen_difference, 0.0342, 0.8534),
        ((6, 7, 2, 7), mee, 0.0544, 0.8478),
        ((5, 56, 0, 29), miettinen_nurminen_difference, -0.0326, 0.1933),
        ((5, 56, 0, 29), mee, -0.0313, 0.1926),
        ((0, 10, 0, 20), miettinen_nurminen_difference, -0.1658, 0.2844),
        ((0, 10, 0, 20), mee, -0.1611, 0.2775),
        # Gart & Nam (1990)
        ((7, 25, 2, 25), mee, -0.014, 0.412),
        ((7, 25, 2, 25), gart_nam_difference, -0.014, 0.414),
        # Perondi et al. (2004), by way of Fagerland et al. (2015)
        ((7, 34, 1, 34), miettinen_nurminen_difference, 0.0270, 0.3453),
    ],
)
def test_limits_of_a_difference(table, statistic, lower, upper):
    digits = 5e-4 if statistic is gart_nam_difference or table == (7, 25, 2, 25) else 5e-5
    assert interval(statistic, table, -1 + 1e-9, 1 - 1e-9) == pytest.approx([lower, upper], abs=digits)


def test_limits_of_a_difference_that_reach_the_end_of_the_scale():
    # Newcombe (1998), case (h): 10/10 v 0/10
    assert brentq(lambda d: miettinen_nurminen_difference(10, 10, 0, 10, d) - Z95, 0, 0.99) == pytest.approx(
        0.6636, abs=5e-5
    )
    assert brentq(lambda d: mee(10, 10, 0, 10, d) - Z95, 0, 0.99) == pytest.approx(0.6777, abs=5e-5)
    assert score.difference_bounds(10, 10, 0, 10, 0.025, 0.025)[1] == 1


@pytest.mark.parametrize(
    ("table", "statistic", "lower", "upper"),
    [
        # Gart & Nam (1988): Koopman's limits, and theirs corrected for skewness
        ((8, 15, 4, 15), koopman, 0.815, 5.336),
        ((8, 15, 4, 15), gart_nam_ratio, 0.806, 6.148),
        ((6, 10, 6, 20), koopman, 0.844, 4.594),
        ((6, 10, 6, 20), gart_nam_ratio, 0.822, 4.954),
        # Fagerland et al. (2015), Miettinen & Nurminen
        ((24, 73, 53, 65), miettinen_nurminen_ratio, 0.280, 0.560),
        ((29, 55, 11, 11), miettinen_nurminen_ratio, 0.397, 0.742),
        ((7, 18, 1, 18), miettinen_nurminen_ratio, 1.296, 42.544),
        # Perondi et al. (2004)
        ((7, 34, 1, 34), koopman, 1.221, 42.58),
    ],
)
def test_limits_of_a_ratio(table, statistic, lower, upper):
    got = interval(statistic, table, 1e-3, 1e3)
    assert got[0] == pytest.approx(lower, abs=5e-4)
    assert got[1] == pytest.approx(upper, abs=5e-3 if upper > 40 else 5e-4)


@pytest.mark.parametrize("table", [(48, 80, 56, 70), (7, 18, 1, 18), (24, 73, 53, 65), (130, 220, 240, 420)])
@pytest.mark.parametrize("kind", ["ratio", "difference"])
def test_bounds_are_the_outer_envelope_of_both_statistics(kind, table):
    ends = (1e-3, 1e3) if kind == "ratio" else (-1 + 1e-9, 1 - 1e-9)
    statistic = score.ratio_z if kind == "ratio" else score.difference_z
    first, second = (interval(lambda *a, i=i: statistic(*a)[i], table, *ends) for i in (0, 1))
    envelope = min(first[0], second[0]), max(first[1], second[1])
    assert score.bounds(kind, *table, 0.025, 0.025) == pytest.approx(envelope, rel=1e-8, abs=1e-9)


@pytest.mark.parametrize(
    ("kind", "table", "margin", "z_mn", "z_scas"),
    [
        # computed in two ways for STATISTICS section 10
        ("ratio", (60, 100, 60, 100), 0.8, 1.906887, 1.902701),
        ("ratio", (62, 100, 60, 100), 0.8, 2.230844, 2.224990),
        ("ratio", (270, 900, 300, 1000), 0.8, 3.173794, 3.157261),
        ("ratio", (85, 100, 1800, 2000), 0.8, 2.880203, 3.010228),
        ("difference", (62, 100, 60, 100), -0.1, 1.742323, 1.737932),
        ("difference", (60, 100, 60, 100), -0.1, 1.446081, 1.443690),
    ],
)
def test_z(kind, table, margin, z_mn, z_scas):
    statistic = {"ratio": score.ratio_z, "difference": score.difference_z}[kind]
    assert statistic(*table, margin) == (pytest.approx(z_mn, abs=1e-6), pytest.approx(z_scas, abs=1e-6))
    assert score.clearing_z(kind, *table, margin) == pytest.approx(min(z_mn, z_scas), abs=1e-6)
    assert score.flagging_z(kind, *table, margin) == pytest.approx(max(z_mn, z_scas), abs=1e-6)


def test_four_groups_whose_deciding_pair_is_not_the_one_with_the_worst_point_ratio():
    x, n = np.array([480, 210, 240, 130]), np.array([800, 400, 420, 220])
    assert (x / n).min() / (x / n).max() == pytest.approx(0.875)
    lower, upper = score.ratio_bounds(x[:, None], n[:, None], x, n, 0.05, 0.05 / (4 * 3))
    np.fill_diagonal(lower, 1)
    np.fill_diagonal(upper, np.inf)
    assert lower.min() == pytest.approx(0.7884, abs=5e-5)
    b_over_d, b_over_a = lower[1, 3], lower[1, 0]
    assert b_over_d == lower.min()
    assert b_over_a == pytest.approx(0.7968, abs=5e-5)
    assert score.clearing_z("ratio", 210, 400, 130, 220, 0.8) == pytest.approx(1.4425, abs=5e-5)
    assert upper.min() == pytest.approx(1.009, abs=5e-4)


def test_a_small_group_selected_less_often_is_flagged():
    # UGESP Q&A (1979), of the kind of Q12: 12 of 40 against 48 of 80 is half as often
    assert pytest.approx(0.5) == (12 / 40) / (48 / 80)
    assert fisher_exact([[12, 28], [48, 32]]).pvalue == pytest.approx(0.00341, abs=5e-6)
    limits = [brentq(lambda r, z=z: miettinen_nurminen_ratio(12, 40, 48, 80, r) - z, 0.01, 9) for z in (Z90, -Z90)]
    assert limits == pytest.approx([0.3197, 0.7426], abs=5e-5)
    assert score.flagging_p(score.flagging_z("ratio", 12, 40, 48, 80, 0.8)) <= 0.05


def test_too_few_hires_to_say():
    # UGESP Q&A, of the kind of Q21: 3 of 20 against 16 of 80. One hire more and the lower rate is the higher one.
    assert pytest.approx(0.75) == (3 / 20) / (16 / 80)
    assert 4 / 20 > 15 / 80
    assert mee(3, 20, 16, 80, 0.0) == pytest.approx(-0.5098, abs=5e-5)
    assert fisher_exact([[3, 17], [16, 64]]).pvalue == pytest.approx(0.757, abs=5e-4)
    lower, upper = score.ratio_bounds(3, 20, 16, 80, 0.05, 0.05)
    assert lower == pytest.approx(0.255, abs=5e-3)
    assert upper == pytest.approx(1.78, abs=5e-3)
    assert score.flagging_p(score.flagging_z("ratio", 3, 20, 16, 80, 0.8)) > 0.05
    assert score.clearing_p(score.clearing_z("ratio", 3, 20, 16, 80, 0.8)) > 0.05


def test_berkeley_admissions_taken_together():
    # Bickel, Hammel & O'Connell (1975): the crude comparison, which the departments reverse
    men, women = (1198, 2691), (557, 1835)
    assert (men[0] / men[1], women[0] / women[1]) == pytest.approx((0.4452, 0.3035), abs=5e-5)
    assert score.flagging_z("difference", *women, *men, -0.05) < -5


@pytest.mark.parametrize(
    ("p1", "p0", "n1", "n0", "mn_difference", "scas_difference", "mn_ratio", "scas_ratio"),
    [
        # STATISTICS T3: coverage of 95% intervals by full enumeration
        (0.08, 0.10, 30, 30, 0.964, 0.955, 0.951, 0.956),
        (0.24, 0.30, 30, 30, 0.951, 0.951, 0.946, 0.948),
        (0.24, 0.30, 100, 100, 0.950, 0.950, 0.950, 0.950),
        (0.48, 0.60, 300, 300, 0.948, 0.948, 0.950, 0.950),
        (0.02, 0.02, 100, 100, 0.960, 0.960, 0.960, 0.960),
        (0.10, 0.10, 30, 1000, 0.961, 0.939, 0.961, 0.939),
        (0.02, 0.02, 30, 1000, 0.949, 0.978, 0.949, 0.978),
        (0.95, 0.95, 30, 1000, 0.957, 0.977, 0.957, 0.977),
    ],
)
def test_coverage(p1, p0, n1, n0, mn_difference, scas_difference, mn_ratio, scas_ratio):
    x1, x0 = np.ogrid[: n1 + 1, : n0 + 1]
    weight = binom.pmf(x1, n1, p1) * binom.pmf(x0, n0, p0)
    z = *score.difference_z(x1, n1, x0, n0, p1 - p0), *score.ratio_z(x1, n1, x0, n0, p1 / p0)
    coverage = [weight[np.abs(each) <= Z95].sum() for each in z]
    assert coverage == pytest.approx([mn_difference, scas_difference, mn_ratio, scas_ratio], abs=6e-4)


@pytest.mark.parametrize(
    ("base", "n", "mn_at_limit", "scas_at_limit", "mn_at_equality", "strict_at_equality"),
    [
        # STATISTICS T1: how often a two-group system clears at a true ratio of .8 and of 1
        (0.1, 30, 0.058, 0.040, 0.099, 0.058),
        (0.1, 100, 0.054, 0.054, 0.144, 0.075),
        (0.1, 300, 0.050, 0.050, 0.229, 0.153),
        (0.3, 30, 0.061, 0.061, 0.162, 0.102),
        (0.3, 100, 0.050, 0.049, 0.273, 0.180),
        (0.3, 300, 0.051, 0.050, 0.557, 0.432),
        (0.6, 30, 0.052, 0.047, 0.273, 0.177),
        (0.6, 100, 0.050, 0.050, 0.606, 0.478),
        (0.6, 300, 0.050, 0.050, 0.952, 0.911),
    ],
)
def test_how_often_two_groups_clear(base, n, mn_at_limit, scas_at_limit, mn_at_equality, strict_at_equality):
    x1, x0 = np.ogrid[: n + 1, : n + 1]
    mn, scas = score.ratio_z(x1, n, x0, n, 0.8)

    def chance(passes, ratio):
        return float((binom.pmf(x1, n, ratio * base) * binom.pmf(x0, n, base))[passes].sum())

    critical, strict = norm.isf(0.05), norm.isf(0.025)
    got = [chance(mn > critical, 0.8), chance(scas > critical, 0.8), chance(mn > critical, 1), chance(mn > strict, 1)]
    assert got == pytest.approx([mn_at_limit, scas_at_limit, mn_at_equality, strict_at_equality], abs=6e-4)
