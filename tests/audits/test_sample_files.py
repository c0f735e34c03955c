"""The files in `data/sample/`: made by their scripts, labelled as made up, small, and as their README says."""

from __future__ import annotations

import csv
import re

import numpy as np
import pytest

MADE_UP = ["county_recidivism.csv", "large_lots.csv", "marin_workforce_pilot.csv", "marin_workforce_today.csv"]
LARGEST = 1_500_000


@pytest.fixture(scope="module")
def readme(sample_folder) -> str:
    return (sample_folder / "README.md").read_text()


def test_made_up_records_are_what_the_script_makes(sample, sample_folder):
    made = sample.files()
    assert sorted(made) == MADE_UP == sorted(path.name for path in sample_folder.glob("*.csv"))
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
    with (sample_folder / name).open(newline="") as file:
        rows = list(csv.DictReader(file))
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
        ("large_lots", "everybody", sample.LOTS_RATE),
    ]
    listed = re.findall(r"^\| (\w+) \| [^|]+ \| ([^|]+) \| (0\.\d+) \|$", readme, flags=re.MULTILINE)
    assert [(name, group, float(rate)) for name, group, rate in listed] == planted


@pytest.mark.parametrize(
    ("name", "key", "repeated"),
    [
        ("county_recidivism.csv", "case_number", 41),
        ("marin_workforce_pilot.csv", "application_id", 45),
        ("marin_workforce_today.csv", "file_id", 0),
        ("large_lots.csv", "request_id", 17),
    ],
)
def test_duplicates_are_as_the_readme_says(sample_folder, readme, name, key, repeated):
    with (sample_folder / name).open(newline="") as file:
        keys = [row[key] for row in csv.DictReader(file)]
    assert len(keys) - len(set(keys)) == repeated
    assert not repeated or re.search(rf"\b{repeated} \(", readme)


def test_a_seed_gives_one_file_and_another_seed_another(sample):
    one, again, other = (sample.county_recidivism(np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert sample.csv_bytes(one) == sample.csv_bytes(again) != sample.csv_bytes(other)
