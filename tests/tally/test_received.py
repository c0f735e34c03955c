"""A tally in place of records: it must count what the plan asks, and is called by the plan's names."""

import json
from pathlib import Path

import pytest

from fairaudit.assumptions import assumptions
from fairaudit.errors import DataError
from fairaudit.sources import read_tally
from fairaudit.tally import Tally
from tests.tally import records as made_up

RECORDS = [
    {"race": race, "sex": sex, "d": place % 3 % 2, "y": place % 2, "part": "north" if place % 5 else None, "w": 0.5}
    for place, (race, sex) in enumerate([(r, s) for r in ("Black", "White", "Native", None) for s in "FM"] * 15)
]
SELECTION = {"data_outcome": None, "measures": [{"measure": "selection_rate", "ratio": 0.8}]}
GROUPS = {"race": {"levels": ["Black", "White", "Native"]}, "sex": {}}
CROSSED = [{"by": "race"}, {"by": ["race", "sex"]}]


def send(folder: Path, block: dict) -> str:
    """Count the records as a vendor would, and give the name of the file sent."""
    return made_up.count(block, RECORDS, "arrow", folder).save(folder / "sent").name


def receive(folder: Path, block: dict) -> Tally:
    received = {**block, "data": {**block["data"], "source": "sent.tally.json"}}
    return read_tally(made_up.evidence(received), folder)


def test_a_plan_is_served_by_the_tally_of_its_own_records(tmp_path):
    block = made_up.block(GROUPS, compare=CROSSED, strata=["part"], data_weight="w")
    send(tmp_path, block)
    assert receive(tmp_path, block) == made_up.count(block, RECORDS, "arrow", tmp_path)


def test_a_plan_is_served_by_a_finer_tally(tmp_path):
    send(tmp_path, made_up.block(GROUPS, compare=CROSSED, strata=["part"]))
    coarser = made_up.block({"race": GROUPS["race"]})
    assert receive(tmp_path, coarser) == made_up.count(coarser, RECORDS, "arrow", tmp_path)


def test_a_plan_that_needs_no_decision_column_takes_a_tally(tmp_path):
    send(tmp_path, made_up.block(GROUPS))
    block = made_up.block(GROUPS)
    del block["data"]["decision"], block["data"]["outcome"]
    assert receive(tmp_path, block).records == len(RECORDS)


@pytest.mark.parametrize(
    "spec",
    [
        {"levels": ["Black", "White"], "merge": {"Other": ["Native"]}},
        {"merge": {"Black or Native": ["Black", "Native"]}},
        {"levels": ["Black", "White"], "unknown": ["Native"]},
        {"labels": {"Native": "Indigenous"}, "levels": ["Black", "White", "Indigenous"]},
    ],
)
def test_the_plans_merges_labels_and_unknowns_hold_for_a_received_tally_too(spec, tmp_path):
    sent = made_up.block({"race": {}, "sex": {}}, compare=CROSSED)
    asked = made_up.block({"race": spec, "sex": {}}, compare=CROSSED)
    send(tmp_path, sent)
    received, counted = receive(tmp_path, asked), made_up.count(asked, RECORDS, "arrow", tmp_path)
    assert made_up.cells(received) == made_up.cells(counted)
    assert set(received.about.attributes["race"]) == set(counted.about.attributes["race"])


REFUSED = {
    # what the plan asks beyond what was sent: (sent, asked, the error)
    "another attribute": (
        {}, {"groups": {"rase": {}, "sex": {}}}, "has no attribute 'rase' | Did you mean 'race'?",
    ),
    "a stratum": ({}, {"strata": ["part"]}, "has no stratum 'part' | It has none at all."),
    "outcomes": (
        SELECTION, {},
        "does not count outcomes, which a measure of the plan needs | Ask for counts by decision and outcome.",
    ),
    "weights": (
        {}, {"data_weight": "w"}, "was counted without weights, the plan names one | Ask for a weighted count.",
    ),
    "clusters": (
        {}, {"data_cluster": "w"},
        "was counted without clusters, the plan names one | Ask for a count by folds of clusters.",
    ),
    "a crossing": (
        {}, {"compare": CROSSED}, "has no table that crosses race and sex | It has: race, sex.",
    ),
    "another group": (
        {}, {"groups": {"race": {"levels": ["Black", "White", "Native", "Asian"]}}},
        "does not count the race 'Asian' | It can be: Black, White, Native.",
    ),
    "fewer groups": (
        {}, {"groups": {"race": {"levels": ["Black", "White"]}}},
        "counts the race 'Native', which the plan does not declare | It can be: Black, White.",
    ),
    "another origin": (
        {"data_origin": "synthetic"}, {},
        "says that its origin is synthetic, the plan says historical | Write in the plan what the numbers are.",
    ),
    "a reference that is no group": (
        {}, {"compare": [{"by": "sex", "reference": {"group": "Female"}}]},
        "the reference 'Female' is no group of sex | It can be: F, M.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_tally_that_does_not_count_what_the_plan_asks_is_refused(case, tmp_path):
    sent, asked, error = REFUSED[case]
    send(tmp_path, made_up.block(sent.get("groups", GROUPS), **sent))
    groups = asked.get("groups", GROUPS)
    with pytest.raises(DataError) as caught:
        receive(tmp_path, made_up.block(groups, **{key: value for key, value in asked.items() if key != "groups"}))
    assert [f"sent.tally.json: {error}"] == [f"{p.where}: {p.what} | {p.hint}" for p in caught.value.problems]


def test_everything_that_a_tally_lacks_is_shown_at_once(tmp_path):
    send(tmp_path, made_up.block(GROUPS, **SELECTION))
    asked = made_up.block({"race": {}, "age": {}}, strata=["part"], data_weight="w", data_cluster="p")
    with pytest.raises(DataError) as caught:
        receive(tmp_path, asked)
    assert len(caught.value.problems) == 5  # age, part, outcomes, weights, clusters


def test_tables_that_disagree_are_noted_and_not_passed_over(tmp_path):
    block = made_up.block({"race": {"levels": ["Black", "White", "Native"]}, "sex": {}}, **SELECTION)
    send(tmp_path, block)
    path = tmp_path / "sent.tally.csv"
    path.write_text(path.read_text().replace("race,Black,*,1,", "race,Black,*,1,9"))
    told = [text for text in assumptions(made_up.evidence(block, "sent.tally.json"), receive(tmp_path, block))]
    assert any(text.startswith("Tables that should agree do not. Table race counts") for text in told)
    assert any(text.startswith("sent.tally.json says that 120 records were kept, and") for text in told)
    assert "sent.tally.csv was changed after it was first written." in told


def test_a_tally_may_name_one_group_only_and_is_then_refused(tmp_path):
    about = {"schema_version": "1", "kind": "decisions", "tables": {"race": {"by": ["race"]}}}
    about["attributes"] = {"race": ["Black"]}
    (tmp_path / "sent.tally.json").write_text(json.dumps(about))
    (tmp_path / "sent.tally.csv").write_text("table,race,decision,n\nrace,Black,1,3\n")
    with pytest.raises(DataError, match="counts one group of race"):
        receive(tmp_path, made_up.block({"race": {}}, **SELECTION))
