"""Charts of alternatives: all is inside, nothing overlaps, and words stand beside colours."""

from __future__ import annotations

import pytest

from fairaudit import Alternatives
from fairaudit.alternatives.words import LEGAL, exploring
from fairaudit.charts.frontier import frontier_chart, frontier_table, steps_chart
from fairaudit.errors import UsageError
from tests.charts import drawn

VERDICTS = ("cleared", "flagged", "not_demonstrated")
WORDS = {"cleared": "Shown to be within", "flagged": "Shown to be outside", "not_demonstrated": "Not shown"}


def point(place: int, **others) -> dict:
    verdict = VERDICTS[place % 3]
    shares = dict.fromkeys(("selected", "accuracy", "balanced", "precision"), 0.5 + place / 100)
    said = {"name": f"cut-off {place}", "at": float(place), "verdict": verdict, "words": WORDS[verdict]}
    said |= {"corrected": verdict, "estimate": 0.01 * place, "bound": 0.02 * place, "pair": ["A", "B"], **shares}
    return (
        said | {"gaps": [0.1, None], "today": place == 1, "uses_group": place == 2, "outside": [], "note": ""} | others
    )


def shown(points: list[dict], kind: str = "difference", **others) -> dict:
    said = {"title": "Every cut-off: share selected, by race", "measure": "share selected", "word": "cut-off"}
    return {
        **said,
        "grouping": ["race"],
        "kind": kind,
        "limit": 0.05 if kind == "difference" else 0.8,
        "points": points,
        **others,
    }


MANY = [point(place) for place in range(12)]
CASES = {
    "gaps": shown(MANY),
    "ratios": shown([{**each, "bound": 1 - each["bound"]} for each in MANY], "ratio"),
    "all alike": shown([point(place, accuracy=0.7, bound=0.04) for place in range(6)]),
    "one": shown([point(1)]),
    "without outcomes": shown([point(place, accuracy=None, balanced=None, precision=None) for place in range(6)]),
    "long names": shown([point(place, name="Without " + "a very long name " * 9) for place in range(4)]),
    "no bound": shown([point(1, bound=None, estimate=None), point(2)]),
    "a long title": shown(MANY, title="Every cut-off: " + "a very long measure " * 12),
}


@pytest.mark.parametrize("draw", [frontier_chart, steps_chart])
@pytest.mark.parametrize("case", CASES)
def test_all_is_inside_and_safe(case, draw):
    chart = draw(CASES[case])
    assert drawn.clipped(chart) == []
    assert drawn.unsafe(chart) == []
    assert drawn.wrong_alt(chart) == ""


@pytest.mark.parametrize("case", sorted(set(CASES) - {"all alike"}))
def test_nothing_overlaps(case):
    assert drawn.overlapping(frontier_chart(CASES[case])) == []
    assert drawn.overlapping(steps_chart(CASES[case])) == []


@pytest.mark.parametrize("case", CASES)
def test_the_table_says_each_verdict_in_words(case):
    assert drawn.crooked(frontier_table(CASES[case])) == []
    rows = frontier_table(CASES[case])[2]
    assert [row[1] for row in rows] == [each["words"] for each in CASES[case]["points"]]


def test_the_legend_has_a_mark_and_words_for_each_verdict():
    words = drawn.words(frontier_chart(CASES["gaps"]))
    for said in (
        "shown to be within the limit",
        "not shown either way",
        "shown to be outside the limit",
        "uses the group",
    ):
        assert said in words


def test_the_caution_names_its_law_and_is_no_advice():
    for said in ("42 U.S.C. 2000e-2(l)", "Ricci v. DeStefano, 557 U.S. 557 (2009)", "not legal advice"):
        assert said in LEGAL


def test_having_looked_at_many_is_said():
    assert "33 alternatives were looked at" in exploring(33, 0.05)
    assert "5 times in 100" in exploring(33, 0.05)
    assert "confirm it on new records" in exploring(33, 0.05)


def test_lists_and_shares_that_are_none(root):
    with pytest.raises(UsageError, match="is one text, where a list is meant"):
        Alternatives(root / "audits" / "county-recidivism", inputs="age")
    with pytest.raises(UsageError, match="2 is not from 0 to 1"):
        Alternatives(root / "audits" / "county-recidivism", lost_at_most=2)
