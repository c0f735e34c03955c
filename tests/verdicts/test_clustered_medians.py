"""Medians of clustered records: the jackknife of a median says nothing, that of the share below it does."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fairaudit.assessment import assess
from fairaudit.plan import Evidence
from fairaudit.sources import read_tally


def plan(cluster: str | None) -> Evidence:
    data = {"source": "pay.csv", "origin": "synthetic", "decided_by": "this_system", "amount": {"column": "pay"}}
    return Evidence.model_validate(
        {
            "id": "pay",
            "kind": "amounts",
            "data": {**data, **({"cluster": cluster} if cluster else {})},
            "a_high_amount_is": "a benefit",
            "groups": {"group": {}},
            "measures": [{"measure": "median_amount", "ratio": 0.95}],
        }
    )


def pay(seed: int, small: int = 14, large: int = 600, a_person: int = 1) -> pd.DataFrame:
    """Made-up pay, alike in a small and a large group; several jobs of a person pay nearly the same."""
    rng = np.random.default_rng(seed)
    group = np.repeat(["small", "large"], [small, large])
    person = np.arange(len(group)) // a_person
    each = np.exp(rng.normal(0, 0.3, person.max() + 1))[person] * np.exp(rng.normal(0, 0.02, len(group)))
    return pd.DataFrame({"group": group, "person": person, "pay": np.round(50 * each, 2)})


def judged(frame: pd.DataFrame, cluster: str | None):
    evidence = plan(cluster)
    (disparity,) = assess(evidence, read_tally(evidence, frame=frame))
    return disparity


@pytest.mark.parametrize("seed", range(8))
def test_clusters_of_one_are_worth_a_record_each(seed):
    """Without one of 14 a median moves by half the gap in its middle, which may be anything."""
    stretched = judged(pay(seed), "person").comparisons[0].flag_counts.stretch
    assert stretched == pytest.approx(np.ones(stretched.shape), rel=0.3)


@pytest.mark.parametrize("seed", range(5))
def test_clusters_of_one_change_the_bounds_little(seed):
    frame = pay(seed, small=200)
    alone, clustered = (judged(frame, cluster).bounds[0] for cluster in (None, "person"))
    assert clustered.lower == pytest.approx(alone.lower, abs=0.05)
    assert clustered.estimate == alone.estimate


def test_jobs_of_one_person_are_worth_about_one_record():
    disparity = judged(pay(3, small=300, large=900, a_person=6), "person")
    assert disparity.arms.worth == pytest.approx(np.array([900, 300]) / 6, rel=0.5)
