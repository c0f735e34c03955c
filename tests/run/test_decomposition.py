"""Gaps of means taken apart: by strata from the tally (Kitagawa), by other columns from records (Oaxaca-Blinder)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from fairaudit import Evidence
from fairaudit.errors import PlanError
from fairaudit.showing import kitagawa

PLAN = """\
system: {name: Pay tool}
evidence:
  - id: pay
    kind: amounts
    data: {source: pay.csv, origin: synthetic, decided_by: this_system, amount: pay}
    a_high_amount_is: a benefit
    groups: {sex: {labels: {w: Women, m: Men}, unknown: ["?"]}}
    strata: [job]
    measures: [{measure: mean_amount, ratio: 0.95, because: made up}]
"""

# Admitted and rejected by department A to F, Berkeley 1973 (Bickel, Hammel & O'Connell 1975)
MEN = np.array([[512, 313], [353, 207], [120, 205], [138, 279], [53, 138], [22, 351]])
WOMEN = np.array([[89, 19], [17, 8], [202, 391], [131, 244], [94, 299], [24, 317]])


def records(seed: int = 1, n: int = 900) -> pd.DataFrame:
    """Made-up pay: men are more often in the job that pays more, have more years, and get 1 more for nothing."""
    rng = np.random.default_rng(seed)
    man = rng.random(n) < 0.5
    high = rng.random(n) < np.where(man, 0.6, 0.3)
    years = np.round(5 + 4 * man + 10 * rng.random(n), 1)
    pay = np.round(20 + 10 * high + 0.3 * years + man + rng.normal(0, 2, n), 2)
    sex = np.where(man, "m", "w")
    return pd.DataFrame({"sex": sex, "job": np.where(high, "high", "low"), "years": years, "pay": pay})


@pytest.fixture
def block(tmp_path) -> Evidence:
    (tmp_path / "audit.yaml").write_text(PLAN, encoding="utf-8")
    frame = pd.concat(
        [records(), pd.DataFrame({"sex": ["?", "w"], "job": ["low"] * 2, "years": [3, None], "pay": [9, 9]})]
    )
    frame.to_csv(tmp_path / "pay.csv", index=False)
    return Evidence(tmp_path)


def test_kitagawa_of_berkeley_is_as_computed_by_two_ways():
    sizes = np.array([WOMEN.sum(axis=1), MEN.sum(axis=1)])
    rates = np.array([WOMEN[:, 0], MEN[:, 0]]) / sizes
    gap, within, of_mix = kitagawa(sizes, rates)
    assert gap == pytest.approx(WOMEN[:, 0].sum() / WOMEN.sum() - MEN[:, 0].sum() / MEN.sum())
    assert (round(gap, 5), round(within, 5), round(of_mix, 5)) == (-0.14165, 0.03603, -0.17767)


def test_both_parts_add_to_the_gap_and_change_sign_with_the_groups():
    rng = np.random.default_rng(0)
    sizes, averages = rng.integers(1, 50, (2, 5)), rng.normal(size=(2, 5))
    there, back = kitagawa(sizes, averages), kitagawa(sizes[::-1], averages[::-1])
    assert there[0] == pytest.approx(there[1] + there[2])
    assert there == pytest.approx([-part for part in back])


def test_strata_that_do_not_hold_both_say_nothing():
    assert np.isnan(kitagawa(np.array([[5, 0], [0, 5]]), np.array([[1.0, np.nan], [np.nan, 2.0]]))).all()


def test_means_at_the_same_mix_are_those_of_pandas(block):
    (entry,) = (shown for shown in block.results["shown"] if shown["shown"] == "standardised")
    frame = records()
    counted = pd.concat([frame, pd.DataFrame({"sex": ["w"], "job": ["low"], "pay": [9.0]})])
    mix = counted["job"].value_counts(normalize=True)
    means = counted.groupby(["sex", "job"])["pay"].mean().unstack()
    expected = (means * mix).sum(axis=1)
    found = {row["group"]: row for row in entry["groups"]}
    assert found["Women"]["standardised"] == pytest.approx(expected["w"])
    assert found["Men"]["standardised"] == pytest.approx(expected["m"])
    assert found["Women"]["mean"] == pytest.approx(counted.loc[counted["sex"] == "w", "pay"].mean())
    assert entry["shared"] == 1


def test_oaxaca_blinder_is_that_of_pooled_coefficients(block):
    said = block.oaxaca(by="sex", explained_by=["years"]).text
    frame = records()
    man = (frame["sex"] == "m").to_numpy(float)
    pooled = sm.OLS(frame["pay"], sm.add_constant(frame[["years"]].assign(man=man))).fit()
    means = frame.groupby("sex")[["pay", "years"]].mean()
    gap = means.loc["m", "pay"] - means.loc["w", "pay"]
    explained = (means.loc["m", "years"] - means.loc["w", "years"]) * pooled.params["years"]
    assert f"Men got {gap:.2f} dollars more than Women on average, in 900 records (2 others" in said
    assert f"{explained:.2f} goes with differences in years, and {gap - explained:.2f} does not" in said


def test_oaxaca_blinder_asks_for_records_and_for_columns_that_are_there(block):
    assert "needs records, and the columns to explain by" in block.oaxaca().text
    with pytest.raises(PlanError, match=r"no column 'yaers'.*\n.*years"):
        block.oaxaca(explained_by=["yaers"])
    with pytest.raises(PlanError, match="no group attribute 'sxe'"):
        block.oaxaca(by="sxe", explained_by=["years"])
