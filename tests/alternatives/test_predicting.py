"""How well inputs tell groups apart: an input that is the group tells it, noise does not, and chance is near 50."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from fairaudit.alternatives import predictability
from fairaudit.alternatives.predicting import auc, interval
from fairaudit.charts.predictability import predictability_chart, predictability_table
from fairaudit.stats import ranking
from tests.alternatives.made import DECIDED, block
from tests.charts import drawn


def people(n: int = 3000, seed: int = 5) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    b = rng.random(n) < 0.4
    words = np.where(rng.random(n) < 0.9, np.where(b, "east", "west"), "elsewhere")
    frame = {"group": np.where(b, "B", "A"), "noise": rng.normal(size=n), "district": words}
    frame |= {"middle": np.where(b, rng.normal(0, 0.3, n), rng.normal(0, 1, n)), "outcome": rng.integers(0, 2, n)}
    return pd.DataFrame(frame).assign(decision=rng.integers(0, 2, n))


@pytest.fixture(scope="module")
def found():
    frame = people()
    frame.loc[:49, "group"] = "?"
    return predictability(block(DECIDED), Path(), ["district", "noise", "middle"], frame=frame)


def values(found: dict, group: str = "B") -> dict[str, dict]:
    return {row["input"]: next(each for each in row["groups"] if each["group"] == group) for row in found["rows"]}


def test_an_input_that_is_nearly_the_group_tells_it_and_noise_does_not(found):
    told = values(found)
    assert told["district"]["lower"] > 0.9
    assert told["noise"]["lower"] < 0.5 < told["noise"]["upper"] + 0.02
    assert told["all together"]["value"] >= told["district"]["value"] - 0.01


def test_what_tells_a_group_by_the_middle_of_its_range_is_seen_too(found):
    """B lies about 0 and A on both sides of it: a straight line would tell nothing."""
    assert values(found)["middle"]["lower"] > 0.6


def test_chance_is_near_50(found):
    for told in values(found).values():
        assert told["chance"] == pytest.approx(0.5, abs=0.02)
        assert told["chance"] <= told["chance_most"] < 0.54


def test_who_is_of_unknown_group_is_counted(found):
    assert (found["records"], found["unknown"]) == (2950, 50)
    assert "50 of unknown group are left out here" in predictability_table(found)[0]


def test_the_chart_and_the_table_are_whole(found):
    chart = predictability_chart(found)
    assert drawn.clipped(chart) == []
    assert drawn.overlapping(chart) == []
    assert drawn.unsafe(chart) == []
    assert drawn.wrong_alt(chart) == ""
    assert "50 in 100 tells nothing" in chart.alt
    assert drawn.crooked(predictability_table(found)) == []


def test_what_is_not_shown_is_never_said_to_tell_nothing(found):
    said = {row[0]: row[-1] for row in predictability_table(found)[2] if row[1] == "B"}
    assert said["noise"].startswith("not shown to tell more than chance does; it may tell up to 5")
    assert said["district"] == "tells nearly all about the group"


def test_a_tiny_group_is_too_few():
    frame = people(600)
    frame.loc[:9, "group"] = "C"
    evidence = block(DECIDED, groups={"group": {"levels": ["A", "B", "C"]}})
    found = predictability(evidence, Path(), ["noise"], frame=frame)
    assert values(found, "C")["all together"]["value"] is None
    assert "too few records" in " ".join(drawn.words(predictability_chart(found)).splitlines())


# --- the arithmetic --------------------------------------------------------------------------------------------------


def test_the_value_and_variance_of_independent_records_are_those_of_delong():
    rng = np.random.default_rng(2)
    score, of_group = rng.integers(0, 9, 400).astype(float), rng.random(400) < 0.3
    value, variance = auc(score, of_group, np.arange(400))
    levels = range(9)
    counts = [[int(((score == level) & (of_group == side)).sum()) for level in levels] for side in (True, False)]
    assert (value, variance) == pytest.approx(tuple(float(each) for each in ranking.auc(*counts)))
    assert value == pytest.approx(roc_auc_score(of_group, score))


def test_records_that_come_in_twos_say_no_more_than_one_of_each():
    rng = np.random.default_rng(2)
    score, of_group = rng.normal(size=300), rng.random(300) < 0.4
    once = auc(score, of_group, np.arange(300))
    twice = auc(np.repeat(score, 2), np.repeat(of_group, 2), np.repeat(np.arange(300), 2))
    assert twice[0] == pytest.approx(once[0])
    assert twice[1] == pytest.approx(once[1], rel=0.02)


def test_scores_that_part_all_are_not_taken_for_certain():
    value, variance = auc(np.arange(40.0), np.arange(40) >= 20, np.arange(40))
    assert value == 1
    assert variance == pytest.approx(20.5 / 21 * (0.5 / 21) / 20)
    assert interval(value, variance)[0] < 1


@pytest.mark.parametrize("size", [0, 1])
def test_too_few_of_a_group_have_no_value(size):
    value, variance = auc(np.arange(10.0), np.arange(10) < size, np.arange(10))
    assert np.isnan(value)
    assert np.isnan(variance)


def test_intervals_cover():
    """Of 400 draws of normal scores whose true AUC is known, 95 in 100 intervals hold it, within 3 standard errors."""
    from scipy.stats import norm

    rng, truth, held = np.random.default_rng(0), float(norm.cdf(0.5 / np.sqrt(2))), 0
    for _ in range(400):
        of_group = np.arange(200) < 60
        low, high = interval(*auc(rng.normal(0.5 * of_group), of_group, np.arange(200)))
        held += low <= truth <= high
    assert abs(held / 400 - 0.95) < 3 * np.sqrt(0.95 * 0.05 / 400)
