"""Weights: published and worked numbers, to the last digit that is printed."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from fairaudit.stats.weights import entropy_balance, kamiran_calders, post_stratify, rake, standardised

# Kamiran & Calders 2012, Knowledge and Information Systems 33: 1-33: ten applicants; rows men, women; columns +, -
APPLICANTS = np.array([[4, 1], [2, 3]])

# The two-year table of ProPublica (2016): Medium or High against Low, whether people reoffended or not
BLACK, WHITE = dict(tn=990, fp=805, fn=532, tp=1369), dict(tn=1139, fp=349, fn=461, tp=505)
REOFFENDED = np.array([[c["tn"] + c["fp"], c["fn"] + c["tp"]] for c in (BLACK, WHITE)])
# AIF360 0.6.1, Reweighing over the same 6,150 records: (did not, did reoffend)
COMPAS_FACTORS = [[1.099166, 0.906364], [0.880374, 1.184268]]

SEED = np.array([[40, 30, 20, 10], [35, 50, 100, 75], [30, 80, 70, 120], [20, 30, 40, 50]])
ROWS, COLUMNS = [150, 300, 400, 150], [200, 300, 400, 100]
FITTED = [
    [64.5585, 46.2325, 35.3843, 3.8247],
    [49.9679, 68.1594, 156.4985, 25.3742],
    [56.7219, 144.4282, 145.0825, 53.7673],
    [28.7516, 41.1800, 63.0347, 17.0337],
]


def test_ten_applicants():
    weights = kamiran_calders(APPLICANTS)
    # P(man) P(+) / P(man, +) and so on
    by_hand = [[0.5 * 0.6 / 0.4, 0.5 * 0.4 / 0.1], [0.5 * 0.6 / 0.2, 0.5 * 0.4 / 0.3]]
    assert weights == pytest.approx(np.array(by_hand))
    assert np.round(weights, 4).tolist() == [[0.75, 2.0], [1.5, 0.6667]]


def test_ten_applicants_are_treated_alike_once_weighed():
    accepted = [(c[:, 0] / c.sum(axis=1)) for c in (APPLICANTS, APPLICANTS * kamiran_calders(APPLICANTS))]
    assert accepted[0][0] - accepted[0][1] == pytest.approx(0.40)
    assert accepted[1] == pytest.approx([6 / 10, 6 / 10])


def test_compas_factors_from_the_published_counts():
    assert np.round(kamiran_calders(REOFFENDED), 6).tolist() == COMPAS_FACTORS
    assert (kamiran_calders(REOFFENDED) * REOFFENDED).sum() == pytest.approx(6150)


def test_compas_factors_from_the_records(shared_data):
    counts = np.zeros((2, 2))
    with open(shared_data("compas/compas-scores-two-years.csv"), encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["race"] in ("African-American", "Caucasian"):
                counts[int(row["race"] == "Caucasian"), int(row["two_year_recid"])] += 1
    assert counts.tolist() == REOFFENDED.tolist()
    assert np.round(kamiran_calders(counts), 6).tolist() == COMPAS_FACTORS


@pytest.mark.parametrize("bounds", [None, (0.2, 5), (1e-6, 1e6)])
def test_table_of_iterative_proportional_fitting(bounds):
    found = rake(SEED, [((0,), ROWS), ((1,), COLUMNS)], bounds=bounds)
    fitted = SEED * found.weights * 1000 / SEED.sum()
    assert np.round(fitted, 4).tolist() == FITTED
    assert found.margin_error <= 1e-8


def test_raking_keeps_odds_ratios():
    fitted = SEED * rake(SEED, [((0,), ROWS), ((1,), COLUMNS)]).weights

    def odds_ratios(table):
        return table[:-1, :-1] * table[1:, 1:] / (table[1:, :-1] * table[:-1, 1:])

    assert odds_ratios(fitted) == pytest.approx(odds_ratios(SEED))


def test_entropy_balancing_gives_the_same_table():
    rows, columns = np.divmod(np.arange(16), 4)
    moments = np.column_stack([*(rows == i for i in range(4)), *(columns == j for j in range(4))]).astype(float)
    found = entropy_balance(moments, SEED.ravel(), np.array([*ROWS, *COLUMNS]) / 1000)
    assert np.round(SEED * found.weights.reshape(4, 4) * 1000 / SEED.sum(), 4).tolist() == FITTED


# Bickel, Hammel & O'Connell 1975: departments A-F; admitted and rejected, men then women
ADMITTED = np.array([[512, 353, 120, 138, 53, 22], [89, 17, 202, 131, 94, 24]])
REJECTED = np.array([[313, 207, 205, 279, 138, 351], [19, 8, 391, 244, 299, 317]])


def test_berkeley_with_the_same_departments_for_all():
    applied = ADMITTED + REJECTED
    rates = ADMITTED / applied
    values, variances = standardised(rates, rates * (1 - rates) / applied, applied.sum(axis=0))
    assert ADMITTED.sum(axis=1) / applied.sum(axis=1) == pytest.approx([0.4452, 0.3035], abs=5e-5)
    assert round(values[1] - values[0], 5) == 0.04264
    assert round(np.sqrt(variances.sum()), 5) == 0.01831


def test_post_stratified_by_hand():
    # 10 records, 30 and 50 and 20 people: 3, 5 and 2 records over those there are
    found = post_stratify([2, 4, 4], [30, 50, 20])
    assert found.weights.tolist() == [3 / 2, 5 / 4, 2 / 4]
