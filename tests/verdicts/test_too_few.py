"""Groups that a plan names beforehand as too few: what clears without them, and what is no lack of data."""

import pytest

from fairaudit.errors import PlanError
from fairaudit.findings import finding
from fairaudit.plan import read_plan
from fairaudit.plan.conditions import TooFew
from fairaudit.workflow.state import evidence_state
from tests.verdicts.tables import judge

CONDITIONS = {
    "because": "about 20 people a year",
    "monitoring": "who is selected, each quarter",
    "until": "2028-06-30",
    "stop_rule": "it ends if the gap is shown to be outside the limit",
    "owner": "Chief data officer",
}
MANY = {"A": (6000, 10000), "B": (3000, 5000), "C": (2400, 4000)}


def named(*groups):
    return {"too_few": [{"groups": {"group": list(groups)}, **CONDITIONS}]}


@pytest.mark.parametrize(
    ("groups", "too_few", "excepted"),
    [
        (MANY | {"D": (12, 20)}, ["D"], ["D"]),
        (MANY | {"D": (9, 20)}, ["D"], ["D"]),  # leans outside, and 20 records could not tell
        (MANY | {"D": (0, 0)}, ["D"], ["D"]),  # nobody at all
        (MANY | {"D": (12, 20), "E": (7, 12)}, ["D", "E"], ["D", "E"]),
        (MANY | {"D": (12, 20), "E": (7, 12)}, ["D"], []),  # E was not named
        (MANY | {"D": (12, 20)}, [], []),
        (MANY | {"D": (12, 20)}, ["C"], []),  # D was not named, and C needs no exception
        (MANY | {"D": (980, 2000)}, ["D"], []),  # .49 against .6: records enough that it could have cleared
        ({**MANY, "C": (1950, 4000), "D": (12, 20)}, ["D"], []),  # C, which is large, is not shown to be within
        (MANY | {"D": (200, 2000)}, ["D"], []),  # shown to be outside: a flag is a flag
        (MANY, ["C"], []),  # cleared for all
    ],
)
def test_what_is_for_lack_of_the_named_groups_records_alone(groups, too_few, excepted):
    found = judge(groups, ratio=0.8, settings=named(*too_few) if too_few else {})
    assert found.too_few == excepted
    assert finding(found)["too_few"] == excepted
    if excepted:
        assert found.verdict == "not_demonstrated"
        assert found.cleared_groups == [name for name in "ABC" if name not in excepted]


RARE = {"A": (100, 10000), "B": (50, 5000)}


@pytest.mark.parametrize(
    ("some", "excepted"),
    [
        ((1, 20), ["D"]),  # far below the limit on one side whatever it is, and too few to show it on the other
        ((0, 20), ["D"]),
        ((50, 900), []),  # .056 against .01: records enough that it could have cleared
    ],
)
def test_where_rates_are_low_only_one_side_is_hard_to_show(some, excepted):
    found = judge(RARE | {"D": some}, difference=0.05, settings={**named("D"), "being_selected_is": "a burden"})
    assert found.verdict == "not_demonstrated"
    assert found.too_few == excepted


@pytest.mark.parametrize("reference", ["rest", "overall"])
def test_against_everyone_else_no_group_can_be_left_out(reference):
    assert judge(MANY | {"D": (12, 20)}, reference, ratio=0.8, settings=named("D")).too_few == []


def test_with_a_group_as_reference_the_others_are_compared_with_it():
    assert judge(MANY | {"D": (12, 20)}, {"group": ["A"]}, ratio=0.8, settings=named("D")).too_few == ["D"]
    assert judge(MANY | {"D": (12, 20)}, {"group": ["D"]}, ratio=0.8, settings=named("A")).too_few == []


def test_a_baseline_clears_nobody():
    settings = {**named("D"), "decided_by": "todays_process"}
    assert judge(MANY | {"D": (12, 20)}, ratio=0.8, settings=settings).too_few == []


def test_too_many_unknown_are_no_lack_of_a_named_groups_records():
    unknown = {"?": (600, 2500)}
    assert judge(MANY | {"D": (12, 20)} | unknown, ratio=0.8, settings=named("D")).too_few == []


@pytest.mark.parametrize(
    ("attributes", "group", "is_named"),
    [
        (("race",), "Native", True),
        (("race",), "Native American", False),
        (("sex",), "Native", False),
        (("race", "sex"), "Native, Female", True),
        (("sex", "race"), "Female, Native", True),
        (("sex", "race"), "Female, White", False),
        (("sex", "race"), "Native, White", False),  # a sex of that name
    ],
)
def test_a_named_group_is_named_in_every_crossing(attributes, group, is_named):
    entry = TooFew.model_validate({"groups": {"race": ["Native"]}, **CONDITIONS}, strict=True)
    assert entry.names(attributes, group) is is_named


def test_state_and_reason():
    block = {"id": "test", "origin": "historical", "contradictions": []}
    because = {"because": "Policy 3"}
    found = [judge({**MANY, "D": (12, 20)}, ratio=0.8, settings=named("D")), judge(MANY, ratio=0.8)]
    findings = [finding(each) for each in found]
    for each in findings:
        for comparison in each["comparisons"]:
            comparison["tolerance"] |= because
    state = evidence_state([{**block, "findings": findings}])
    assert state.state == "supported_with_conditions"
    assert state.reasons == (
        "Shown to be within the limit but for those named beforehand as too few (D): share selected by group "
        "(test/group/selection_rate).",
    )
    open_ = finding(judge({"A": (60, 100), "B": (50, 90)}, ratio=0.8))
    open_["comparisons"][0]["tolerance"] |= because
    assert evidence_state([{**block, "findings": [*findings, open_]}]).state == "not_demonstrated"


PLAN = """\
system: {name: X}
evidence:
  - id: x
    kind: decisions
    data: {source: x.csv, origin: test, decided_by: this_system, decision: {column: d, is: [1]}}
    being_selected_is: a benefit
    groups: {race: {levels: [A, B, C]}, sex: {}}
    measures: [{measure: selection_rate, ratio: 0.8}]
    too_few:
      - {groups: GROUPS, because: few, monitoring: m, until: 2028-06-30, stop_rule: s, owner: o}
"""


@pytest.mark.parametrize(
    ("groups", "what", "hint"),
    [
        ("{rice: [A]}", "'rice' is not one of the groups", "Did you mean 'race'"),
        ("{race: [D]}", "'D' is no level of race", ""),
        ("{race: [A, B]}", "all groups of race but one are named as too few", "Leave two groups"),
        ("{sex: [Male]}", "the groups of sex are taken as found, and none can be named", "Write levels"),
    ],
)
def test_a_group_that_is_none_is_refused(tmp_path, groups, what, hint):
    (tmp_path / "audit.yaml").write_text(PLAN.replace("GROUPS", groups))
    with pytest.raises(PlanError) as raised:
        read_plan(tmp_path)
    assert [(problem.what, problem.hint.startswith(hint)) for problem in raised.value.problems] == [(what, True)]
