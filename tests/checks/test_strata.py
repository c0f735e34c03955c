"""Within strata: admissions at Berkeley, 1973, and what one number over strata hides.

Bickel, Hammel & O'Connell 1975, Science 187: 398-404; counts of the six largest departments as in Freedman, Pisani &
Purves, "Statistics". Men admitted and rejected, women admitted and rejected, in departments A to F.
"""

from __future__ import annotations

import math

import pytest

from fairaudit.findings import finding
from tests.checks.weighed import block, judged, records

BERKELEY = {
    "A": (512, 313, 89, 19),
    "B": (353, 207, 17, 8),
    "C": (120, 205, 202, 391),
    "D": (138, 279, 131, 244),
    "E": (53, 138, 94, 299),
    "F": (22, 351, 24, 317),
}
SEX = {"sex": {"levels": ["men", "women"]}}
ADMITTED = [{"measure": "selection_rate", "difference": 0.05}]


def applications(departments=BERKELEY) -> object:
    cells = {}
    for name, (men, men_not, women, women_not) in departments.items():
        cells |= {
            ("men", name, 1): men,
            ("men", name, 0): men_not,
            ("women", name, 1): women,
            ("women", name, 0): women_not,
        }
    return records(["sex", "department", "selected"], cells)


def within(tmp_path, frame=None, **limits):
    measures = [{"measure": "selection_rate", **(limits or {"difference": 0.05})}]
    told = block(SEX, measures, strata=["department"], being_selected_is="a benefit")
    (found,) = judged(told, applications() if frame is None else frame, tmp_path)
    return finding(found)


def test_berkeley_is_flagged_over_all_and_reversed_within_departments(tmp_path):
    found = within(tmp_path)
    strata = found["strata"]
    said = {row["scenario"]: row["sentence"] for row in found["checks"]}["within strata"]
    assert found["verdict"] == "flagged"  # a check never un-flags
    assert strata["reversed"]
    assert strata["holds"]
    assert strata["pair"] == ["women", "men"]
    # STATISTICS: crude .4452 v .3035; Mantel-Haenszel risk difference, women less men, +.01843
    assert strata["raw"] == pytest.approx(1198 / 2691 - 557 / 1835)
    assert strata["common"] == pytest.approx(-0.01843, abs=5e-6)
    # the stratified score interval at 95% is -.0109 to .0475; here at 90%, one-sided 5%
    assert -0.0475 < strata["lower"] < strata["common"] < strata["upper"] < 0.0109
    assert strata["odds_ratio"][0] == pytest.approx(1 / 0.9046968, abs=1e-6)
    assert strata["breslow_day"] == [pytest.approx(18.83, abs=0.005), 5, pytest.approx(0.0021, abs=5e-5)]
    # Kitagawa: -.14165 = .03603 rate - .17767 composition
    assert (strata["from_rates"], strata["from_composition"]) == (
        pytest.approx(0.03603, abs=1e-5),
        pytest.approx(-0.17767, abs=1e-5),
    )
    # standardised risk difference +.04264
    women, men = strata["standardised"]
    assert women - men == pytest.approx(0.04264, abs=5e-6)
    assert "it points the other way than over all" in said
    assert "The strata differ more than chance explains" in said


def test_a_ratio_is_held_within_strata_too(tmp_path):
    strata = within(tmp_path, ratio=0.8)["strata"]
    # stratified score interval of the ratio at 95%: .9670 to 1.1563
    assert 0.9670 < strata["lower"] < strata["common"] < strata["upper"] < 1.1563
    assert strata["holds"]


def test_people_in_strata_of_one_group_are_told(tmp_path):
    departments = {"A": (50, 50, 50, 50), "B": (30, 70, 0, 0)}
    found = within(tmp_path, applications(departments))
    said = {row["scenario"]: row["sentence"] for row in found["checks"]}["within strata"]
    assert found["strata"]["shared"] == pytest.approx(200 / 300)
    assert "That covers 67% of both groups" in said
    assert found["strata"]["standardised"] == [pytest.approx(130 / 300), None]


def test_no_stratum_with_both_groups_cannot_be_said(tmp_path):
    found = within(tmp_path, applications({"A": (50, 50, 0, 0), "B": (0, 0, 30, 70)}))
    said = {row["scenario"]: row["sentence"] for row in found["checks"]}["within strata"]
    assert said == "Within strata of department: it cannot be said, since no stratum holds both groups."
    assert "nan" not in said.lower()
    assert not math.isnan(found["strata"]["shared"])


def test_one_stratum_says_nothing(tmp_path):
    assert within(tmp_path, applications({"A": (50, 50, 50, 50)}))["strata"] is None
