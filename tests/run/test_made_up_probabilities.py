"""COMPAS with the race of some hidden and probabilities made up in its place: what is said of real decisions."""

import numpy as np
import pandas as pd
import pytest

from fairaudit.assessment import assess
from fairaudit.findings import finding
from fairaudit.sources import read_tally
from tests.tally import records as made_up

GROUPS = {
    "race": {
        "levels": ["African-American", "Caucasian"],
        "proxy": {"African-American": "p_black", "Caucasian": "p_white"},
    }
}


@pytest.fixture(scope="module")
def people(shared_data) -> pd.DataFrame:
    """The two largest groups, each with a made-up probability that is right in each of its bins."""
    frame = pd.read_csv(shared_data("compas/compas-scores-two-years.csv"))
    frame = frame[frame["race"].isin(GROUPS["race"]["levels"])]
    black = frame["race"] == "African-American"
    random = np.random.default_rng(7)
    near = np.where(black, random.beta(4, 2, len(frame)), random.beta(2, 4, len(frame)))
    p = black.groupby(np.floor(near * 20)).transform("mean")
    return pd.DataFrame({
        "race": frame["race"],
        "p_black": p,
        "p_white": 1 - p,
        "d": (frame["score_text"] != "Low").astype(int),
        "y": frame["two_year_recid"],
    })  # fmt: skip


def findings(people: pd.DataFrame, hidden: float) -> list[dict]:
    frame = people.assign(race=people["race"].where(np.random.default_rng(7).random(len(people)) >= hidden))
    measures = [{"measure": name, "difference": 0.3} for name in ("selection_rate", "false_negative_rate")]
    measures.append({"measure": "false_positive_rate", "difference": 0.05})
    evidence = made_up.evidence(made_up.block(GROUPS, measures=measures))
    return [finding(disparity) for disparity in assess(evidence, read_tally(evidence, frame=frame))]


def rows(found: dict) -> dict[str, dict]:
    return {row["scenario"]: row for row in found["checks"]}


def test_with_few_hidden_the_verdicts_are_those_of_the_records(people):
    found = findings(people, 0.04)
    assert [each["verdict"] for each in found] == ["cleared", "cleared", "flagged"]
    assert [rows(each)["proxy"]["holds"] for each in found] == [True, True, False]


def test_with_everybody_hidden_nothing_is_cleared_or_flagged_and_the_bounds_hold_the_truth(people):
    assert [each["verdict"] for each in findings(people, 1)] == ["not_demonstrated"] * 3
    truth = [each["comparisons"][0]["estimate"] for each in findings(people, 0)]
    bounds = [rows(each)["proxy bounds"]["bound"] for each in findings(people, 1)]
    assert all(abs(gap) <= bound for gap, bound in zip(truth, bounds, strict=True))
