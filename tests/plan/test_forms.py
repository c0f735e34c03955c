"""The short form and the full form of a plan, and what they mean."""

import copy
import hashlib
import pickle

import pytest
from pydantic import ValidationError

from fairaudit.errors import PlanError
from fairaudit.groupings import attributes, groupings, tables
from fairaudit.plan import Compare, Evidence, read_plan
from tests.plan.texts import FULL, SHORT, WAITS, changed, problems, read


@pytest.fixture
def short(tmp_path) -> Evidence:
    return read(tmp_path, SHORT).evidence[0]


@pytest.fixture
def full(tmp_path) -> Evidence:
    return read(tmp_path, FULL).evidence[0]


def test_the_short_form_takes_defaults(short):
    assert (short.alpha, short.looks, short.unknown_at_most, short.strata) == (0.05, 1, 0.05, ())
    assert short.comparisons == (Compare(by=("race",)), Compare(by=("sex",)))
    assert [(g.name, g.reference, g.blocks) for g in groupings(short)] == [
        ("race", "all_pairs", True),
        ("sex", "all_pairs", True),
    ]
    assert short.groups["race"].final_levels is None
    assert not short.needs_outcome


def test_the_full_form_says_it_all(full):
    assert full.data.decision.is_ == ("Medium", "High")
    assert full.data.keep["year"] == (2023, 2024)
    assert full.data.keep["day"].from_ == "2023-01-01"
    assert full.groups["race"].final_levels == ("Black", "White", "Asian", "Other")
    assert full.groups["age"].final_levels == ("under 18", "18 to 24", "25 to 64", "65 and over")
    assert [entry.measure for entry in full.measures] == [
        "selection_rate",
        "false_positive_rate",
        "false_negative_rate",
    ]
    assert full.measures[0].limits == {"ratio": 0.8}
    assert full.measures[2].limits == {"ratio": 0.8, "difference": 0.1}
    assert full.measures[0].cited("ratio").startswith("Uniform Guidelines")
    assert full.measures[1].cited("difference") == "County policy 12.3"
    assert full.needs_outcome


def test_groupings_say_who_is_compared_with_whom(full):
    assert [(g.name, g.reference, g.blocks) for g in groupings(full)] == [
        ("race", "all_pairs", True),
        ("sex", "F", True),
        ("age", "rest", True),
        ("ancestry A", "all_pairs", True),
        ("ancestry B", "all_pairs", True),
        ("ancestry C", "all_pairs", True),
        ("race_sex", "all_pairs", False),
        ("race_age", "White, 25 to 64", True),
        ("race", "overall", False),
    ]


def test_a_tally_needs_every_attribute_alone_and_every_crossing(full):
    alone = ["race", "age", "sex", "ancestry A", "ancestry B", "ancestry C"]
    assert tables(full) == {name: (name,) for name in alone} | {
        "race_sex": ("race", "sex"),
        "race_age": ("race", "age"),
    }
    assert list(attributes(full)) == alone


def test_two_orders_of_one_crossing_are_one_table(tmp_path):
    text = SHORT + "    compare: [{by: [race, sex]}, {by: [sex, race], reference: rest}]\n"
    assert list(tables(read(tmp_path, text).evidence[0])) == ["race", "sex", "race_sex"]


@pytest.mark.parametrize(
    ("looks", "look", "alpha"),
    [("1", 1, 0.05), ("4", 3, 0.05 / 4), ("open", 1, 0.05 / 2), ("open", 3, 0.05 / 8)],  # STATISTICS 0b.5
)
def test_each_look_spends_its_share_of_alpha(looks, look, alpha, tmp_path):
    text = SHORT + f"    looks: {looks}\n    look: {look}\n"
    assert read(tmp_path, text).evidence[0].alpha_of_look == alpha


@pytest.mark.parametrize("text", [SHORT, FULL])
def test_a_plan_is_frozen_through_and_through(text, tmp_path):
    plan = read(tmp_path, text)
    evidence = plan.evidence[0]
    with pytest.raises(ValidationError, match="frozen"):
        evidence.alpha = 0.5
    with pytest.raises(ValidationError, match="frozen"):
        evidence.data.decision.column = "other"
    with pytest.raises(TypeError, match="cannot be changed"):
        evidence.groups["race"] = evidence.groups["sex"]
    with pytest.raises(TypeError, match="cannot be changed"):
        evidence.data.keep.update(year=(2020,))
    with pytest.raises(TypeError, match="cannot be changed"):
        evidence.groups["race"].labels.pop("Blk", None)


@pytest.mark.parametrize("text", [SHORT, FULL])
def test_a_plan_can_be_copied_pickled_and_used_as_a_key(text, tmp_path):
    evidence = read(tmp_path, text).evidence[0]
    assert copy.deepcopy(evidence) == evidence
    assert pickle.loads(pickle.dumps(evidence)) == evidence
    assert {evidence: 1}[copy.deepcopy(evidence)] == 1
    assert Evidence.model_validate(evidence.model_dump(by_alias=True)) == evidence


def test_a_plan_knows_its_file_and_its_hash(tmp_path):
    plan = read(tmp_path, SHORT)
    assert plan.path == tmp_path / "audit.yaml"
    assert plan.folder == tmp_path
    assert plan.sha256 == hashlib.sha256(SHORT.encode()).hexdigest()
    assert read_plan(tmp_path) == plan
    assert read_plan(str(tmp_path)).sha256 == plan.sha256


def test_blocks_are_found_by_id(tmp_path):
    second = changed(SHORT.partition("evidence:\n")[2], ("id: flags", "id: more-flags"))
    plan = read(tmp_path, SHORT + second)
    assert [block.id for block in plan.evidence] == ["flags", "more-flags"]
    assert plan.block("more-flags") is plan.evidence[1]
    with pytest.raises(PlanError, match="Did you mean 'flags'"):
        plan.block("flag")


def test_a_byte_order_mark_and_windows_line_ends_are_no_part_of_a_plan(tmp_path):
    plain = read(tmp_path, SHORT)
    plan = read(tmp_path, b"\xef\xbb\xbf" + SHORT.replace("\n", "\r\n").encode())
    assert (plan.system, plan.evidence) == (plain.system, plain.evidence)


def test_kinds_of_later_issues_are_refused_with_all_that_is_not_known_of_them(tmp_path):
    found = [problem.partition(" | ")[0] for problem in problems(tmp_path, WAITS)]
    assert found == [
        "line 3: evidence[0].being_selected_is: 'being_selected_is' is missing",
        "line 4: evidence[0].kind: 'waits' is not one of the choices",
        "line 5: evidence[0].data: 'decision' is missing: records must hold it",
        "line 5: evidence[0].data.opened: unknown key 'opened'",
        "line 5: evidence[0].data.until: unknown key 'until'",
        "line 7: evidence[0].measures[0].measure: there is no measure called 'served_within'",
        "line 7: evidence[0].measures[0].days: unknown key 'days'",
    ]


@pytest.mark.parametrize(
    "key", ["population: {source: p.csv, column: adults}", "scenarios: [raked]", "smallest_cell: 11"]
)
def test_what_only_later_issues_can_serve_is_unknown(key, tmp_path):
    (problem,) = problems(tmp_path, f"{FULL}    {key}\n")
    assert problem.startswith(f"line 59: evidence[0].{key.partition(':')[0]}: unknown key {key.partition(':')[0]!r} | ")
