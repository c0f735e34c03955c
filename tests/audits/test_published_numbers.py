"""What the published tables of `data/sample/published/` give, against what their sources print."""

from __future__ import annotations

import csv
import hashlib
import json

import numpy as np
import pytest

from fairaudit.measures import MEASURES, PLACES, Counts
from fairaudit.tally import Tally

NAMES = ["berkeley_admissions", "compas", "dcwp_example_1", "hiredscore_2024", "ugesp_questions"]


@pytest.fixture
def rates(sample_folder):
    """Give a function: tally, attributes, measure -> group -> rate."""

    def of(name: str, attributes: list[str], measure: str = "selection_rate") -> dict[tuple[str, ...], float]:
        tally = Tally.load(sample_folder / "published" / f"{name}.tally.json")
        cells: dict[tuple[str, ...], np.ndarray] = {}
        for row in tally.table(attributes).to_dict("records"):
            group = cells.setdefault(tuple(row[attribute] for attribute in attributes), np.zeros((3, 3), dtype=int))
            group[PLACES.index(row["decision"]), PLACES.index(row.get("outcome", "?"))] += row["n"]
        return {group: MEASURES[measure].rate(Counts(counts)).value for group, counts in cells.items()}

    return of


def ratios(shares: dict) -> dict:
    """Each group's rate over the highest."""
    known = {group: share for group, share in shares.items() if "?" not in group}
    return {group: share / max(known.values()) for group, share in known.items()}


@pytest.mark.parametrize("name", NAMES)
def test_tally_says_what_it_is(sample_folder, name):
    meta = json.loads((sample_folder / "published" / f"{name}.tally.json").read_text())
    table = (sample_folder / "published" / meta["csv"]).read_bytes()
    assert meta["sha256"] == hashlib.sha256(table).hexdigest()
    assert list(meta) == [
        "schema_version", "kind", "title", "origin", "counted_by", "source", "period", "attributes", "strata", "tables",
        "folds", "weighted", "has_outcome", "groups", "suppression", "csv", "sha256",
    ]  # fmt: skip
    header = next(csv.reader(table.decode().splitlines()))
    outcome = ["outcome"] if meta["has_outcome"] else []
    assert header == ["table", *meta["attributes"], *meta["strata"], "decision", *outcome, "n"]


def test_no_published_table_is_left_without_a_test(published):
    assert sorted(entry.name for entry in published.PUBLISHED) == NAMES


@pytest.mark.parametrize(("name", "made_up"), [(name, name in ("dcwp_example_1", "ugesp_questions")) for name in NAMES])
def test_numbers_that_illustrate_are_not_called_history(published, name, made_up):
    entry = next(entry for entry in published.PUBLISHED if entry.name == name)
    assert entry.origin == ("synthetic" if made_up else "historical")


# Larson, Mattu, Kirchner & Angwin 2016: the tables "All Defendants", "Black Defendants" and "White Defendants".
@pytest.mark.parametrize(
    ("measure", "group", "printed"),
    [
        ("false_positive_rate", "Black", "44.85"),
        ("false_negative_rate", "Black", "27.99"),
        ("false_positive_rate", "White", "23.45"),
        ("false_negative_rate", "White", "47.72"),
    ],
)
def test_compas_error_rates_are_those_that_propublica_printed(rates, measure, group, printed):
    assert f"{100 * rates('compas', ['race'], measure)[(group,)]:.2f}" == printed


def test_compas_counts_are_those_of_the_public_file(published, shared_data):
    """Every cell, by race and by sex, from ProPublica's file; the totals are those that ProPublica printed."""
    words = {"African-American": "Black", "Caucasian": "White"}
    counted = {"race": {}, "sex": {}}
    with shared_data("compas/compas-scores-two-years.csv").open() as file:
        for row in csv.DictReader(file):
            cell = ("0" if row["score_text"] == "Low" else "1") + row["two_year_recid"]
            for attribute, cells in counted.items():
                group = (words.get(row[attribute], row[attribute]),)
                counts = cells.setdefault(group, dict.fromkeys(("11", "10", "01", "00"), 0))
                counts[cell] += 1
    for attribute, cells in counted.items():
        assert published.COMPAS.tables[attribute].rows == cells
        totals = {cell: sum(counts[cell] for counts in cells.values()) for cell in ("00", "10", "01", "11")}
        assert totals == {"00": 2681, "10": 1282, "01": 1216, "11": 2035}


def test_berkeley_counts_are_those_of_the_public_file(published, shared_data):
    with shared_data("benchmarks/datasets_UCBAdmissions.csv").open() as file:
        counted = {(row["Gender"], row["Dept"], row["Admit"]): int(float(row["Freq"])) for row in csv.DictReader(file)}
    cells = published.BERKELEY.tables["sex"].rows
    assert {(sex, department, word): counts[code] for (sex, department), counts in cells.items()
            for word, code in (("Admitted", "1"), ("Rejected", "0"))} == counted  # fmt: skip


def test_berkeley_admitted_fewer_women_overall_and_more_in_department_a(rates, published):
    overall = rates("berkeley_admissions", ["sex"])
    assert overall == pytest.approx({("Male",): 1198 / 2691, ("Female",): 557 / 1835})
    assert [f"{100 * overall[(sex,)]:.1f}" for sex in ("Male", "Female")] == ["44.5", "30.4"]
    cells = published.BERKELEY.tables["sex"].rows
    higher = [
        department
        for department in "ABCDEF"
        if _admitted(cells["Female", department]) > _admitted(cells["Male", department])
    ]
    assert higher == ["A", "B", "D", "F"]


def _admitted(counts: dict[str, int]) -> float:
    return counts["1"] / (counts["1"] + counts["0"])


# 6 RCNY section 5-301, example 1. Rates are printed in whole percent by sex and by race, to a tenth when crossed.
@pytest.mark.parametrize(
    ("attributes", "percent", "printed"),
    [
        (["sex"], "{:.0f}", {("Male",): ("48", "1.000"), ("Female",): ("47", "0.979")}),
        (
            ["race"],
            "{:.0f}",
            {
                ("Hispanic or Latino",): ("50", "0.97"),
                ("White",): ("52", "1.00"),
                ("Black or African American",): ("44", "0.84"),
                ("Native Hawaiian or Pacific Islander",): ("44", "0.85"),
                ("Asian",): ("49", "0.95"),
                ("Native American or Alaska Native",): ("44", "0.85"),
                ("Two or More Races",): ("45", "0.87"),
            },
        ),
        (
            ["sex", "race"],
            "{:.1f}",
            {
                ("Male", "Hispanic or Latino"): ("43.9", "0.841"),
                ("Male", "White"): ("52.2", "1.000"),
                ("Male", "Black or African American"): ("42.0", "0.806"),
                ("Male", "Native Hawaiian or Pacific Islander"): ("42.5", "0.815"),
                ("Male", "Asian"): ("52.0", "0.997"),
                ("Male", "Native American or Alaska Native"): ("45.8", "0.878"),
                ("Male", "Two or More Races"): ("45.2", "0.866"),
                ("Female", "Hispanic or Latino"): ("43.2", "0.827"),
                ("Female", "White"): ("51.2", "0.981"),
                ("Female", "Black or African American"): ("45.7", "0.876"),
                ("Female", "Native Hawaiian or Pacific Islander"): ("46.9", "0.898"),
                ("Female", "Asian"): ("45.8", "0.877"),
                ("Female", "Native American or Alaska Native"): ("41.2", "0.789"),
                ("Female", "Two or More Races"): ("44.9", "0.860"),
            },
        ),
    ],
)
def test_rule_example_gives_the_printed_rates_and_ratios(rates, attributes, percent, printed):
    shares = rates("dcwp_example_1", attributes)
    impact = ratios(shares)
    digits = {group: len(ratio) - 2 for group, (_, ratio) in printed.items()}
    assert {
        group: (percent.format(100 * shares[group]), f"{impact[group]:.{digits[group]}f}") for group in impact
    } == printed


def test_rule_example_disagrees_with_itself_on_hispanic_applicants_only(published):
    tables = published.DCWP.tables
    by_race, crossed = tables["race"].rows, tables["sex_race"].rows
    disagreeing = {
        race: (by_race[race,], {code: crossed["Male", race][code] + crossed["Female", race][code] for code in "10"})
        for race in published.EEO1_RACES
        if by_race[race,] != {code: crossed["Male", race][code] + crossed["Female", race][code] for code in "10"}
    }
    assert disagreeing == {"Hispanic or Latino": ({"1": 204, "0": 408 - 204}, {"1": 90 + 82, "0": 395 - 172})}


# HiredScore, 12 February 2024: rates and ratios to all nine digits printed.
@pytest.mark.parametrize(
    ("attribute", "group", "rate", "ratio"),
    [
        ("sex", "Female", "0.452401542", "0.922167316"),
        ("sex", "Male", "0.490585097", "1.000000000"),
        ("race", "Asian", "0.480708164", "1.000000000"),
        ("race", "Black or African American", "0.468183046", "0.973944444"),
        ("race", "Hispanic or Latino", "0.445512851", "0.926784448"),
        ("race", "Two or More Races", "0.441727726", "0.918910390"),
        ("race", "White", "0.472596481", "0.983125555"),
    ],
)
def test_hiredscore_gives_every_printed_digit(rates, attribute, group, rate, ratio):
    shares = rates("hiredscore_2024", [attribute])
    assert (f"{shares[(group,)]:.9f}", f"{ratios(shares)[(group,)]:.9f}") == (rate, ratio)


def test_people_of_unknown_group_have_no_rate(rates):
    assert np.isnan(rates("hiredscore_2024", ["sex"])[("?",)])


# 44 FR 11996 (1979): "75%, 80% and 85%" of the rate for whites; exactly 80% is not below four fifths.
@pytest.mark.parametrize(
    ("group", "ratio", "below_four_fifths"),
    [("American Indian", 0.75, True), ("Hispanic", 0.80, False), ("Black", 0.85, False)],
)
def test_federal_questions_give_the_printed_ratios(published, group, ratio, below_four_fifths):
    cells = published.UGESP.tables["race"].rows
    chosen, reference = cells[group,]["1"], cells["White",]["1"]
    assert chosen / reference == pytest.approx(ratio)
    # Both groups hold 100 people, so counts stand for rates; whole numbers settle what floats cannot.
    assert (5 * chosen < 4 * reference) is below_four_fifths
