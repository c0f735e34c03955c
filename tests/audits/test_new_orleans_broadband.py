"""Offers of one block group are much alike: what counts them one by one is too sure, and flags what is not shown."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from fairaudit.assessment import Disparity, assess
from fairaudit.plan import read_plan
from fairaudit.sources import read_tally
from made_up import new_orleans_broadband as made
from tests.audits.seeds import ROOT, draw

AUDIT = "new-orleans-broadband"
SEEDS = range(6)
NAIVE, BY_BLOCK_GROUP = {}, {"cluster": "block_group"}


def as_decisions(cluster: Mapping[str, str]) -> dict[str, Any]:
    """The block on slow offers as plain decisions, whose records are independent where no cluster is named."""
    plan = yaml.safe_load((ROOT / "audits" / AUDIT / "audit.yaml").read_text(encoding="utf-8"))
    block = next(block for block in plan["evidence"] if block["id"] == "slow-offers")
    data = {name: value for name, value in block["data"].items() if name not in ("area", "areas", "reached")}
    measures = [{**entry, "measure": "selection_rate"} for entry in block["measures"]]
    block |= {"kind": "decisions", "measures": measures, "being_selected_is": block.pop("more_is")}
    block["data"] = {**data, **cluster, "decision": block["data"]["reached"]}
    return {**plan, "evidence": [block]}


@cache
def offers_of(seed: int) -> bytes:
    """The file of offers, of another seed than the one that is kept."""
    return made.MADE_UP.files[0].content(seed)


def judged(folder: Path, seed: int, cluster: Mapping[str, str]) -> dict[str, Disparity]:
    """Judge a draw by that block: grouping -> what was found."""
    sample, plan = folder / "data" / "sample", folder / "audits" / AUDIT
    for each in (sample, plan):
        each.mkdir(parents=True, exist_ok=True)
    (plan / "audit.yaml").write_text(yaml.safe_dump(as_decisions(cluster)), encoding="utf-8")
    (sample / "nola_offers.csv").write_bytes(offers_of(seed))
    (block,) = read_plan(plan).evidence
    return {found.grouping.name: found for found in assess(block, read_tally(block, plan))}


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory) -> dict[str, list[tuple[str, str]]]:
    """Each draw's verdicts by income and by race, as offers are taken."""
    folder, ways = tmp_path_factory.mktemp("draws"), {"one by one": NAIVE, "by the block group": BY_BLOCK_GROUP}
    found = {how: [judged(folder, seed, cluster) for seed in SEEDS] for how, cluster in ways.items()}
    return {how: [(each["income"].verdict, each["race"].verdict) for each in draws] for how, draws in found.items()}


def test_offers_taken_one_by_one_flag_the_race_of_the_area(verdicts):
    assert sum(race == "flagged" for _, race in verdicts["one by one"]) >= 0.9 * len(SEEDS)


def test_offers_taken_by_the_block_group_do_not_show_it(verdicts):
    assert sum(race == "not_demonstrated" for _, race in verdicts["by the block group"]) >= 0.9 * len(SEEDS)


def test_the_income_of_the_area_is_flagged_either_way(verdicts):
    assert {income for draws in verdicts.values() for income, _ in draws} == {"flagged"}


def test_areas_of_a_sample_are_the_clusters_of_the_plan(tmp_path):
    clustered = judged(tmp_path, 3, BY_BLOCK_GROUP)
    for found in draw(AUDIT, 3, planted=True):
        if found.name.startswith("slow-offers"):
            (one,), (other,) = found.comparisons, clustered[found.grouping.name].comparisons
            assert found.verdict == clustered[found.grouping.name].verdict
            assert one.flagged_at == pytest.approx(other.flagged_at)


# --- the mess --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    text = (ROOT / "data" / "sample" / "nola_offers.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def offers(rows: list[dict[str, str]]) -> Iterator[dict[str, str]]:
    return (row for row in rows if row["parish"] == "Orleans")


def test_race_follows_from_income_alone():
    """What is planted by race is a row of the table of block groups, weighed by what is planted by income."""
    assert [sum(row) for row in made.BLOCK_GROUPS.values()] == [100] * 3
    assert [sum(column) for column in zip(*made.BLOCK_GROUPS.values(), strict=True)] == [75] * 4
    without_fiber = {name: made.BLOCK_GROUPS[name] @ np.array(made.NOT_BUILT) / 100 for name in made.AREAS}
    for name, share in without_fiber.items():
        assert made.slow_of_area(name) == pytest.approx(made.slow_of(share))
    assert without_fiber["mostly Black"] - without_fiber["mostly White"] == pytest.approx(0.7584 - 0.4896)


def test_in_two_block_groups_of_three_all_offers_are_alike(rows):
    slow = defaultdict(set)
    for row in offers(rows):
        if row["result"] == "offer":
            slow[row["block_group"]].add(row["speed_tier"].capitalize() in ("Slow", "Very slow"))
    assert len(slow) == 300
    assert 0.55 < sum(len(sorts) == 1 for sorts in slow.values()) / 300 < 0.75


def test_incomes_are_unknown_as_the_text_says(rows):
    given = {row["block_group"]: (row["income_level"], row["median_income"]) for row in offers(rows)}
    unknown = [income for level, income in given.values() if not level]
    assert Counter(unknown) in (Counter({made.NOT_KNOWN: 21, "": 1}), Counter({made.NOT_KNOWN: 20, "": 1}))


def test_a_price_and_a_speed_stand_beside_every_offer_and_no_other(rows):
    for row in rows:
        assert bool(row["monthly_price"]) == bool(row["megabits_down"]) == (row["result"] == "offer")
        if row["result"] == "offer":
            assert row["megabits_down"] in made.MEGABITS[row["speed_tier"].capitalize()]


def test_duplicates_and_strays_are_as_the_text_says(rows):
    keys = [row["lookup_id"] for row in rows]
    assert len(keys) - len(set(keys)) == 23
    assert len({row["lookup_id"] for row in rows if row["parish"] == "Jefferson"}) == 70
