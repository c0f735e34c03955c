"""Published figures, from the records they were computed from."""

import csv

import numpy as np
import pytest

from fairaudit.measures import MEASURES, Counts

# Larson, Mattu, Kirchner & Angwin 2016, "How We Analyzed the COMPAS Recidivism Algorithm" (ProPublica): the
# two-year table, Medium or High against Low, all 7,214 people.
PUBLISHED_COUNTS = {
    "all": dict(tn=2681, fp=1282, fn=1216, tp=2035),
    "African-American": dict(tn=990, fp=805, fn=532, tp=1369),
    "Caucasian": dict(tn=1139, fp=349, fn=461, tp=505),
}
PUBLISHED_PERCENT = [
    ("false_positive_rate", "African-American", 44.85),
    ("false_positive_rate", "Caucasian", 23.45),
    ("false_negative_rate", "African-American", 27.99),
    ("false_negative_rate", "Caucasian", 47.72),
]


@pytest.fixture(scope="module")
def compas(shared_data):
    cells = {group: np.zeros((3, 3), int) for group in PUBLISHED_COUNTS}
    with open(shared_data("compas/compas-scores-two-years.csv"), encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            at = {"Medium": 0, "High": 0, "Low": 1}[row["score_text"]], {"1": 0, "0": 1}[row["two_year_recid"]]
            for group in {"all", row["race"]} & cells.keys():
                cells[group][at] += 1
    return {group: Counts(table) for group, table in cells.items()}


@pytest.mark.parametrize("group", PUBLISHED_COUNTS)
def test_the_records_give_the_published_counts(compas, group):
    found = compas[group]
    assert {name: getattr(found, name) for name in ("tn", "fp", "fn", "tp")} == PUBLISHED_COUNTS[group]


@pytest.mark.parametrize(("name", "group", "percent"), PUBLISHED_PERCENT)
def test_the_records_give_the_published_rates(compas, name, group, percent):
    assert round(100 * MEASURES[name].rate(compas[group]).value, 2) == percent


@pytest.mark.parametrize(("name", "group", "percent"), PUBLISHED_PERCENT)
def test_the_published_counts_give_the_published_rates(name, group, percent):
    assert round(100 * MEASURES[name].rate(Counts.of(**PUBLISHED_COUNTS[group])).value, 2) == percent


# Aequitas, docs/source/examples/compas_demo.ipynb, over the same records
@pytest.mark.parametrize(
    ("name", "black", "white"),
    [
        ("true_positive_rate", 0.7201, 0.5228),
        ("false_discovery_rate", 0.3703, 0.4087),
        ("false_omission_rate", 0.3495, 0.2881),
        ("selection_rate", 0.5882, 0.3480),
    ],
)
def test_another_toolkit_published_the_same(name, black, white):
    tables = [PUBLISHED_COUNTS[group] for group in ("African-American", "Caucasian")]
    values = [MEASURES[name].rate(Counts.of(**table)).value for table in tables]
    assert np.round(values, 4).tolist() == [black, white]


# Altman & Bland 1994, BMJ 308: 1552 and 309: 102: liver scans and the correct diagnosis
def test_a_diagnostic_test():
    scans = Counts.of(tp=231, fp=32, fn=27, tn=54)
    printed = {
        "sensitivity": 0.90,
        "specificity": 0.63,
        "ppv": 0.88,
        "npv": 0.67,
        "prevalence": 0.75,
    }
    assert {name: round(float(MEASURES[name].rate(scans).value), 2) for name in printed} == printed
