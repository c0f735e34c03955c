"""The files in `data/sample/`: made by their scripts, labelled as made up, small, and as their README says."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter

import numpy as np
import pytest
import shapely

MADE_UP = [
    "county_linkage.csv",
    "county_recidivism.csv",
    "dc_311.csv",
    "dc_residents.csv",
    "job_tests.csv",
    "large_lots.csv",
    "large_lots_areas.csv",
    "marin_labour_force.csv",
    "marin_pay.csv",
    "marin_staff.csv",
    "marin_workforce_pilot.csv",
    "marin_workforce_today.csv",
]
MAP = "large_lots_areas.geojson"
LARGEST = 1_500_000


@pytest.fixture(scope="module")
def readme(sample_folder) -> str:
    return (sample_folder / "README.md").read_text()


def rows_of(folder, name: str) -> list[dict[str, str]]:
    with (folder / name).open(newline="") as file:
        return list(csv.DictReader(file))


def test_made_up_records_are_what_the_script_makes(sample, sample_folder):
    made = sample.files()
    assert sorted(made) == sorted([*MADE_UP, MAP])
    assert sorted(path.name for path in sample_folder.glob("*.csv")) == MADE_UP
    for name, content in made.items():
        assert (sample_folder / name).read_bytes() == content, f"run python data/sample/make.py: {name} differs"


def test_published_tallies_are_what_the_script_writes(published, sample_folder):
    made = published.files()
    found = (path for path in (sample_folder / "published").iterdir() if ".tally." in path.name)
    assert sorted(made) == sorted(path.name for path in found)
    for name, content in made.items():
        assert (sample_folder / "published" / name).read_bytes() == content, f"run make.py: {name} differs"


@pytest.mark.parametrize("name", MADE_UP)
def test_every_row_says_that_it_is_made_up(sample_folder, name):
    rows = rows_of(sample_folder, name)
    assert next(iter(rows[0])) == "made_up"
    assert {row["made_up"] for row in rows} == {"yes"}


@pytest.mark.parametrize("name", MADE_UP)
def test_a_file_stays_small(sample_folder, name):
    assert (sample_folder / name).stat().st_size < LARGEST


@pytest.mark.parametrize("name", MADE_UP)
def test_readme_counts_the_rows(sample_folder, readme, name):
    rows = len((sample_folder / name).read_text().splitlines()) - 1
    assert re.search(rf"\| `{name}` \|.*\| {rows:,} \|", readme)


def test_readme_lists_each_planted_rate(sample, readme):
    """The table under "What is planted", row for row, against the numbers that the script draws from."""

    def crossing(sex_and_race: tuple[str, str]) -> str:
        return ", ".join(sex_and_race)

    planted = [
        *(
            ("county_recidivism", group, scored.flagged_if_not_rearrested)
            for group, scored in sample.COUNTY_RACES.items()
        ),
        *(("marin_workforce_pilot", crossing(group), rate) for group, rate in sample.MARIN_WORSE_OFF.items()),
        ("marin_workforce_pilot", "everybody else", sample.MARIN_RATE),
        *(("marin_workforce_today", crossing(group), rate) for group, rate in sample.MARIN_TODAY.items()),
        ("marin_workforce_today", "everybody else", sample.MARIN_TODAY_RATE),
        ("marin_pay", sample.MARIN_PAID_LESS, sample.MARIN_PLACED_LOWER),
        ("marin_pay", sample.MARIN_PAID_LESS, sample.MARIN_PAID_IN_CLASS),
        *(("dc_311", f"Ward {ward}", rate) for ward, rate in sample.DC_WORSE_OFF.items()),
        ("dc_311", "everybody else", sample.DC_RATE),
        ("large_lots", "everybody", sample.LOTS_RATE),
        *(("county_linkage", race, rate) for race, rate in sample.COUNTY_MISSED_MORE.items()),
        ("county_linkage", "everybody else", sample.COUNTY_MISSED),
        ("county_linkage", "everybody", sample.COUNTY_FALSE),
        *(("marin_staff", race, share) for race, share in sample.MARIN_FEWER.items()),
        ("dc_residents", "Wards 7 and 8", heard_in_wards_7_and_8(sample)),
        *(("job_tests", name, rate) for name, rate in sample.JOBS_SHOWN_LESS.items()),
        ("job_tests", "everybody else", sample.JOBS_SHOWN),
    ]
    listed = re.findall(r"^\| (\w+) \| [^|]+ \| ([^|]+) \| (0\.\d+) \|$", readme, flags=re.MULTILINE)
    assert [(name, group, float(rate)) for name, group, rate in listed] == planted


def heard_in_wards_7_and_8(sample) -> float:
    """Give their share of callers over their share of residents."""
    callers, residents = (sum(of[ward] for ward in (7, 8)) for of in (sample.DC_WARDS, sample.DC_RESIDENTS))
    return round(callers / (residents / sum(sample.DC_RESIDENTS.values())), 2)


def test_readme_lists_where_lots_are_offered(sample, readme):
    listed = re.findall(r"^\| ([\w ]+) \| (\d+) \| (\d+) \|$", readme, flags=re.MULTILINE)
    assert {name: (int(areas) * 5, int(offered)) for name, areas, offered in listed} == {
        name: (areas, sample.LOTS_OFFERED[name]) for name, areas in sample.LOTS_PLACES.items()
    }


def test_readme_lists_the_probabilities_of_each_score(sample, readme):
    listed = re.findall(r"^\| (\d+) \| (0\.\d\d) \| (0\.\d\d) \|$", readme, flags=re.MULTILINE)
    planted = [(str(score), f"0.{low}", f"0.{high}") for score, (low, high) in sample.COUNTY_PERCENT.items()]
    assert listed == planted


def test_pay_of_women_and_men_is_planted_to_be_equal(sample):
    classes = sample.MARIN_CLASSES.values()
    women, men = (sum(getattr(each, sex) * each.cents for each in classes) for sex in ("women", "men"))
    assert women == pytest.approx(men, rel=1e-12)
    assert sum(each.women for each in classes) == pytest.approx(sum(each.men for each in classes)) == pytest.approx(1)


def test_probabilities_are_those_of_their_scores_and_levels(sample, sample_folder):
    for row in rows_of(sample_folder, "county_recidivism.csv"):
        assert bool(row["probability"]) == bool(row["score"])
        if row["score"]:
            low, high = sample.COUNTY_PERCENT[int(row["score"])]
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


@pytest.mark.parametrize(
    ("name", "key", "repeated"),
    [
        ("county_recidivism.csv", "case_number", 41),
        ("marin_workforce_pilot.csv", "application_id", 45),
        ("marin_workforce_today.csv", "file_id", 0),
        ("marin_pay.csv", "position_id", 12),
        ("dc_311.csv", "request_id", 19),
        ("large_lots.csv", "request_id", 17),
        ("county_linkage.csv", "pair_id", 9),
        ("marin_staff.csv", "personnel_id", 0),
        ("large_lots_areas.csv", "area", 0),
    ],
)
def test_duplicates_are_as_the_readme_says(sample_folder, readme, name, key, repeated):
    keys = [row[key] for row in rows_of(sample_folder, name)]
    assert len(keys) - len(set(keys)) == repeated
    assert not repeated or re.search(rf"\b{repeated} \(", readme)


def test_people_of_an_area_are_those_of_its_groups(sample, sample_folder):
    for row in rows_of(sample_folder, "large_lots_areas.csv"):
        groups = [name.lower().replace(" ", "_") for name in sample.LOTS_RACES]
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


def test_some_matched_tests_have_one_arm(sample_folder, readme):
    arms = Counter(row["test_id"] for row in rows_of(sample_folder, "job_tests.csv") if row["name"])
    assert set(arms.values()) == {1, 2}
    alone = sum(n == 1 for n in arms.values())
    assert re.search(rf"Of {alone} matched tests in 1,580 one profile was lost", readme)


def test_staff_and_labour_force_are_planted_as_the_readme_says(sample):
    shares = sample.marin_staff_races()
    assert sum(sample.MARIN_LABOUR_FORCE.values()) == pytest.approx(1) == pytest.approx(sum(shares.values()))
    assert shares["Hispanic or Latino"] == pytest.approx(0.175)


def test_a_seed_gives_one_file_and_another_seed_another(sample):
    one, again, other = (sample.county_recidivism(np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert sample.csv_bytes(one) == sample.csv_bytes(again) != sample.csv_bytes(other)
