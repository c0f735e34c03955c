"""The short form and the full form of a plan, and what they mean."""

import copy
import hashlib
import pickle

import pytest
from pydantic import ValidationError

from fairaudit.errors import PlanError
from fairaudit.groupings import attributes, groupings, tables
from fairaudit.plan import Compare, Evidence, read_plan
from tests.plan.texts import AMOUNTS, FULL, SCORES, SHORT, WAITS, changed, problems, read


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


def test_a_kind_that_there_is_not_is_refused(tmp_path):
    (problem,) = problems(tmp_path, changed(SHORT, ("kind: decisions", "kind: surveys")))
    assert problem.startswith("line 4: evidence[0].kind: 'surveys' is not one of the choices | ")


def test_the_plan_of_the_design_on_waits_is_read(tmp_path):
    evidence = read(tmp_path, WAITS).evidence[0]
    (entry,) = evidence.measures
    assert (evidence.kind, evidence.time_unit, evidence.horizons) == ("waits", "days", (30,))
    assert (evidence.data.opened, evidence.data.closed, evidence.data.until) == (
        "CreatedDate",
        "CloseDate",
        "2019-12-31",
    )
    assert entry.parameters == {"days": 30}
    assert evidence.given(entry) == {"days": 30, "horizon": 30}
    assert evidence.selected_is == "a benefit"  # being served is
    assert evidence.being_selected_is is None
    assert not evidence.needs_outcome


def test_waits_are_counted_in_hours_where_any_measure_speaks_of_hours(tmp_path):
    more = "measures: [{measure: rmst, hours: 36, difference: 6}, {measure: median_wait, ratio: 0.8}, "
    evidence = read(tmp_path, changed(WAITS, ("measures: [", more))).evidence[0]
    assert evidence.time_unit == "hours"
    assert evidence.horizons == (36, 30 * 24)
    assert [evidence.given(entry) for entry in evidence.measures] == [
        {"hours": 36, "horizon": 36},
        {},
        {"days": 30, "horizon": 30 * 24},
    ]


def test_a_score_may_be_written_as_its_column(tmp_path):
    short = read(tmp_path, SCORES).evidence[0]
    long = read(tmp_path, changed(SCORES, ("score: decile", "score: {column: decile}"))).evidence[0]
    assert short == long
    assert (short.data.score.column, short.data.score.unknown, short.data.score.probability) == ("decile", (), False)
    assert short.cut_points == (5,)
    assert short.given(short.measures[0]) == {"at": 5}
    assert short.selected_is == "a burden"
    assert short.needs_outcome  # to be drawn, though no measure asks for it


def test_a_score_in_full(tmp_path):
    written = "score: {column: risk, unknown: [-1, N/A, ~], probability: true}"
    measures = (
        "{measure: selection_rate, at: 0.5, ratio: 0.8}\n      - {measure: top_k, capacity: 20, per: intake_day, "
        "ratio: 0.8}\n      - {measure: calibration, difference: 0.05}\n      - {measure: prevalence, ratio: 0.9}"
    )
    text = changed(SCORES, ("score: decile", written), ("{measure: selection_rate, at: 5, ratio: 0.8}", measures))
    evidence = read(tmp_path, text).evidence[0]
    assert evidence.data.score.unknown == (-1, "N/A", None)
    assert [entry.measure for entry in evidence.measures] == [
        "selection_rate",
        "top_k_share",
        "calibration_in_the_large",
        "prevalence",
    ]
    assert evidence.given(evidence.measures[1]) == {"capacity": 20, "per": "intake_day"}


def test_an_amount_may_be_written_as_its_column(tmp_path):
    short = read(tmp_path, AMOUNTS).evidence[0]
    long = read(tmp_path, changed(AMOUNTS, ("amount: pay", "amount: {column: pay, decimals: 2}"))).evidence[0]
    assert short == long
    assert (short.data.amount.column, short.data.amount.unit, short.data.amount.negative) == ("pay", "dollars", False)
    assert short.measures[0].limits == {"difference": 500.0}
    assert short.given(short.measures[0]) == {"unit": "dollars"}
    assert short.cut_points == (0,)  # none is not little
    assert short.selected_is == "a benefit"
    assert not short.needs_outcome


def test_an_amount_in_full(tmp_path):
    written = "amount: {column: pay, unknown: ['', x], decimals: 0, negative: true, unit: euros an hour}"
    more = (
        "{measure: share_at_or_above, above: 15.00, difference: 0.05}\n      - {measure: mean_amount, difference: 500}"
    )
    text = changed(AMOUNTS, ("amount: pay", written), ("{measure: mean_amount, difference: 500}", more))
    evidence = read(tmp_path, text).evidence[0]
    assert (evidence.data.amount.decimals, evidence.data.amount.negative) == (0, True)
    assert evidence.given(evidence.measures[0]) == {"above": 15, "unit": "euros an hour"}
    assert evidence.cut_points == (0, 15)


@pytest.mark.parametrize("text", [SCORES, AMOUNTS, WAITS])
def test_a_plan_of_any_kind_is_frozen_and_can_be_copied(text, tmp_path):
    evidence = read(tmp_path, text).evidence[0]
    assert copy.deepcopy(evidence) == evidence
    assert {evidence: 1}[pickle.loads(pickle.dumps(evidence))] == 1
    assert Evidence.model_validate(evidence.model_dump(by_alias=True)) == evidence


def test_a_population_is_named_under_the_data(tmp_path):
    (problem,) = problems(tmp_path, f"{FULL}    population: {{source: p.csv, column: adults}}\n")
    assert problem.startswith("line 59: evidence[0].population: unknown key 'population' | ")


@pytest.mark.parametrize(
    ("smallest", "right"), [(3, True), (11, True), (1000, True), (2, False), (0, False), (1001, False)]
)
def test_which_counts_may_be_hidden_in_the_public_copy(smallest, right, tmp_path):
    text = f"{FULL}    smallest_cell: {smallest}\n"
    if right:
        assert read(tmp_path, text).evidence[0].smallest_cell == smallest
    else:
        (problem,) = problems(tmp_path, text)
        assert problem.startswith("line 59: evidence[0].smallest_cell: ")


def test_records_are_raked_to_a_population_only(tmp_path):
    (problem,) = problems(tmp_path, f"{FULL}    scenarios: [raked]\n")
    assert problem.startswith("line 59: evidence[0].scenarios: there is no population to rake the records to | ")
