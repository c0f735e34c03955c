"""The files in `data/sample/`: made by their modules, labelled as made up, small, and as their README says."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import shapely

import make
from fairaudit.plan import read_plan
from made_up import county_recidivism, large_lots, marin_workforce
from made_up.drawing import csv_bytes
from made_up.telling import File, MadeUp

AUDITS = Path(__file__).resolve().parents[2] / "audits"
OF_AUDITS = make.audits()
FILES = [file for each in OF_AUDITS for file in each.files]
NAMES = [file.name for file in FILES]
TABLES = [name for name in NAMES if name.endswith(".csv") and ".tally." not in name]
MAP = "large_lots_areas.geojson"
LARGEST = 1_500_000


def rows_of(folder, name: str) -> list[dict[str, str]]:
    with (folder / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def of_audit(each: MadeUp) -> str:
    return each.audit


def test_every_audit_of_made_up_records_has_a_module_and_every_module_an_audit():
    folders = {path.parent.name for path in AUDITS.glob("*/audit.yaml")}
    assert [each.audit for each in OF_AUDITS] == sorted(folders - {"published-tables"})


def test_every_file_is_made_by_one_module(sample_folder):
    there = {path.name for path in sample_folder.iterdir() if path.is_file()} - {"README.md", "make.py", "sign.py"}
    assert sorted(NAMES) == sorted(there)


@pytest.mark.parametrize("name", NAMES)
def test_made_up_records_are_what_their_module_makes(sample_folder, name):
    assert (sample_folder / name).read_bytes() == make.files()[name], "run python data/sample/make.py"


@pytest.mark.parametrize("each", OF_AUDITS, ids=of_audit)
def test_a_module_names_the_blocks_that_read_its_files(each):
    for block in read_plan(AUDITS / each.audit).evidence:
        data = block.data
        read = [data, data.population, data.shapes, data.join]
        names = {Path(part.source).name for part in read if part is not None}
        names |= {name.replace(".tally.json", ".tally.csv") for name in names}
        assert names == {file.name for file in each.files if block.id in file.blocks}


def test_readme_is_current(sample_folder):
    text = (sample_folder / "README.md").read_text(encoding="utf-8")
    assert make.with_audits(text) == text, "run python data/sample/make.py"
    assert all(f"\n## {each.audit}\n" in text for each in OF_AUDITS)


def test_published_tallies_are_what_the_script_writes(published, sample_folder):
    made = published.files()
    found = (path for path in (sample_folder / "published").iterdir() if ".tally." in path.name)
    assert sorted(made) == sorted(path.name for path in found)
    for name, content in made.items():
        assert (sample_folder / "published" / name).read_bytes() == content, f"run make.py: {name} differs"


@pytest.mark.parametrize("name", TABLES)
def test_every_row_says_that_it_is_made_up(sample_folder, name):
    rows = rows_of(sample_folder, name)
    assert next(iter(rows[0])) == "made_up"
    assert {row["made_up"] for row in rows} == {"yes"}


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith("json")])
def test_a_map_and_a_tally_say_that_they_are_made_up(sample_folder, name):
    content = json.loads((sample_folder / name).read_text(encoding="utf-8"))
    if name.endswith(".geojson"):
        assert {feature["properties"]["made_up"] for feature in content["features"]} == {"yes"}
    else:
        assert content["origin"] == "synthetic"
        assert content["title"].startswith("Made up")


@pytest.mark.parametrize("name", NAMES)
def test_a_file_stays_small(sample_folder, name):
    assert (sample_folder / name).stat().st_size < LARGEST


@pytest.mark.parametrize("each", OF_AUDITS, ids=of_audit)
def test_rows_come_twice_as_often_as_the_module_says(sample_folder, each):
    said = " ".join(item for item in each.mess if item.startswith("**Duplicates"))
    twice = [n for file in each.files if file.key and (n := repeated(sample_folder, file))]
    assert all(re.search(rf"\b{n:,}\b", said) for n in twice)
    assert bool(said) == bool(twice)


def repeated(folder: Path, file: File) -> int:
    keys = [row[file.key] for row in rows_of(folder, file.name)]
    return len(keys) - len(set(keys))


def test_pay_of_women_and_men_is_planted_to_be_equal():
    classes = marin_workforce.MARIN_CLASSES.values()
    women, men = (sum(getattr(each, sex) * each.cents for each in classes) for sex in ("women", "men"))
    assert women == pytest.approx(men, rel=1e-12)
    assert sum(each.women for each in classes) == pytest.approx(sum(each.men for each in classes)) == pytest.approx(1)


def test_probabilities_are_those_of_their_scores_and_levels(sample_folder):
    for row in rows_of(sample_folder, "county_recidivism.csv"):
        assert bool(row["probability"]) == bool(row["score"])
        if row["score"]:
            low, high = county_recidivism.COUNTY_PERCENT[int(row["score"])]
            assert low <= round(100 * float(row["probability"])) <= high
            assert (float(row["probability"]) >= 0.40) == (row["risk_level"] in ("Medium", "High"))
        assert row["month"] == row["arraigned_on"][:7]


def test_requests_have_the_mess_that_the_readme_lists(sample_folder):
    rows = rows_of(sample_folder, "dc_311.csv")
    crews = [row for row in rows if row["channel"] == "City crew"]
    asked = [row for row in rows if row["channel"] != "City crew"]
    assert len(crews) == 1800
    assert all(row["opened"] == row["closed"] for row in crews)
    assert sum(bool(row["closed"]) and row["closed"] < row["opened"] for row in asked) == 6
    assert 0.09 < sum(not row["closed"] for row in asked) / len(asked) < 0.12
    assert all((row["closed"] == "") == (row["status"] == "Open") for row in rows)
    assert max(max(row["opened"], row["closed"]) for row in rows) < "2025-01-01"


def test_pay_that_is_none_is_blank_or_to_be_determined_or_of_people_on_leave(sample_folder):
    rows = rows_of(sample_folder, "marin_pay.csv")
    assert all(row["status"] == "On leave" for row in rows if row["proposed_hourly_pay"] == "0.00")
    paid = [row["proposed_hourly_pay"] for row in rows]
    assert all(re.fullmatch(r"\d+\.\d\d|TBD|", pay) for pay in paid)
    assert {"", "TBD", "0.00"} < set(paid)


def test_people_of_an_area_are_those_of_its_groups(sample_folder):
    for row in rows_of(sample_folder, "large_lots_areas.csv"):
        groups = [name.lower().replace(" ", "_") for name in large_lots.LOTS_RACES]
        assert int(row["people"]) == sum(int(row[name]) for name in groups)
        assert all(int(row[f"{name}_moe"]) > 0 for name in ["people", *groups])


def test_the_map_has_every_small_area_and_a_rail_yard(sample_folder):
    features = json.loads((sample_folder / MAP).read_text())["features"]
    assert {feature["properties"]["made_up"] for feature in features} == {"yes"}
    on_map = [feature["properties"]["area"] for feature in features]
    areas = [row["area"] for row in rows_of(sample_folder, "large_lots_areas.csv")]
    assert on_map == [*areas, "LL-12-8"]
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in features]
    assert all(shape.is_valid for shape in shapes)
    assert shapely.union_all(shapes).area == pytest.approx(sum(shape.area for shape in shapes))


def test_some_matched_tests_have_one_arm(sample_folder):
    arms = Counter(row["test_id"] for row in rows_of(sample_folder, "job_tests.csv") if row["name"])
    assert set(arms.values()) == {1, 2}


def test_staff_and_labour_force_are_planted_as_the_readme_says():
    shares = marin_workforce.marin_staff_races()
    assert sum(marin_workforce.MARIN_LABOUR_FORCE.values()) == pytest.approx(1) == pytest.approx(sum(shares.values()))
    assert shares["Hispanic or Latino"] == pytest.approx(0.175)


def test_a_park_and_an_area_where_few_answered_have_no_income(sample_folder):
    rows = rows_of(sample_folder, "large_lots_areas.csv")
    blank = [row for row in rows if not row["median_income"]]
    assert len(blank) == 2
    assert [row["people"] for row in blank if row["km_to_lot"] == "n/a"] == ["13"]
    assert [row["area"] for row in rows if row["km_to_lot"] == "n/a"] == [
        row["area"] for row in blank if row["people"] == "13"
    ]


def test_a_seed_gives_one_file_and_another_seed_another():
    one, again, other = (county_recidivism.county_recidivism(np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert csv_bytes(one) == csv_bytes(again) != csv_bytes(other)
