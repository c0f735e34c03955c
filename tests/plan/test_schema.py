"""The JSON Schema in `templates/` is the model's own, and takes the plans that are read."""

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from fairaudit import resources, schemas
from fairaudit.yaml_reader import read_yaml
from tests.plan.test_strictness import RULES
from tests.plan.texts import AMOUNTS, FULL, SCORES, SHORT, WAITS, changed, problems, read

AUDITS = sorted((Path(__file__).resolve().parents[2] / "audits").glob("*/audit.yaml"))


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = json.loads(resources.template("audit.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.mark.parametrize("name", schemas.SCHEMAS)
def test_a_schema_is_current(name):
    current = schemas.text_of(schemas.SCHEMAS[name]())
    assert resources.template(name).read_text(encoding="utf-8") == current, "run `python -m fairaudit.schemas`"


@pytest.mark.parametrize("path", AUDITS, ids=lambda path: path.parent.name)
def test_the_plans_of_the_audits_fit_the_schema(path, validator):
    assert list(validator.iter_errors(read_yaml(path).content)) == []


@pytest.mark.parametrize("text", [SHORT, FULL, SCORES, AMOUNTS, WAITS])
def test_short_and_full_form_fit_the_schema(text, tmp_path, validator):
    (tmp_path / "x.yaml").write_text(text)
    assert list(validator.iter_errors(read_yaml(tmp_path / "x.yaml").content)) == []


ONE_VALUE = [
    ("groups: [race, sex]", "groups: race"),
    ("groups: [race, sex]", "groups: {race: , sex: {}}"),
    ("groups: [race, sex]", "groups: {race: {levels: [1, true, 0.5], unknown: [~, '']}, age: {bands: 18}}"),
    ("groups: [race, sex]", "groups: {race: {labels: {1: A}, merge: {B: C}, unknown: N/A}}"),
    ("is: [1], is_not: [0]}\n      o", "is: 1, is_not: 0}\n      o"),
    ("source: records.csv", "source: records.csv\n      keep: {year: 2023, new: [true]}"),
    (
        "being_selected_is: a burden",
        "being_selected_is: a burden\n    strata: part\n    cannot_tell: Much.\n    alpha: 0.025",
    ),
    (
        "being_selected_is: a burden",
        "being_selected_is: a burden\n    compare: [{by: race}]\n    looks: 3\n    look: 2",
    ),
    ("{measure: selection_rate, ratio: 0.8}", "{measure: tpr, ratio: us.nothing, difference: 0.1}"),
    ("{measure: selection_rate, ratio: 0.8}", "{measure: './mine.py:late_share', ratio: 0.8}"),
]
OF_OTHER_KINDS = [
    (SCORES, "score: decile", "score: {column: decile, unknown: [-1, ~, N/A]}"),
    (SCORES, "score: decile", "score: {column: decile, unknown: -1}"),
    (AMOUNTS, "amount: pay", "amount: {column: pay, decimals: 0, negative: true, unit: euros}"),
    (WAITS, "until: 2019-12-31", "until: 2019-12-31 17:00\n      date_format: '%m/%d/%Y'"),
    (WAITS, "groups: [area_group]", "groups: [area_group]\n    scenarios: [open_never]"),
]


@pytest.mark.parametrize(("plan", "right", "also"), OF_OTHER_KINDS)
def test_what_other_kinds_may_say_fits_the_schema(plan, right, also, tmp_path, validator):
    text = changed(plan, (right, also))
    assert read(tmp_path, text)
    assert list(validator.iter_errors(read_yaml(tmp_path / "audit.yaml").content)) == []


@pytest.mark.parametrize(("right", "also"), ONE_VALUE)
def test_what_may_be_written_shorter_fits_the_schema_too(right, also, tmp_path, validator):
    text = changed(SHORT, (right, also))
    if "us.nothing" not in text:  # only reading looks limits up
        read(tmp_path, text)
    (tmp_path / "x.yaml").write_text(text)
    content = json.loads(json.dumps(read_yaml(tmp_path / "x.yaml").content))  # as editors see it: keys are texts
    assert list(validator.iter_errors(content)) == []


# What needs more than one entry to be seen, or a look-up, only reading refuses.
ACROSS = {
    rule
    for rule, (_, _, expected) in RULES.items()
    if not any(
        word in " ".join(expected)
        for word in (
            "unknown key",
            "is missing |",
            "is not text",
            "stands where",
            "not one of the choices",
            "a list is meant",
        )
    )
} - {"a measure misspelt", "a measure of fairlearn that is two"}
STRUCTURAL = [rule for rule, (_, _, expected) in RULES.items() if expected and rule not in ACROSS]


@pytest.mark.parametrize("rule", STRUCTURAL)
def test_what_is_wrong_by_itself_does_not_fit_the_schema(rule, tmp_path, validator):
    right, wrong, _ = RULES[rule]
    (tmp_path / "x.yaml").write_text(changed(SHORT, (right, wrong)))
    assert list(validator.iter_errors(read_yaml(tmp_path / "x.yaml").content)) != []


def test_most_rules_are_seen_in_the_editor_already():
    assert len(STRUCTURAL) >= 25


def test_a_kind_of_a_later_issue_fits_neither(tmp_path, validator):
    text = changed(SHORT, ("kind: decisions", "kind: places"))
    assert list(validator.iter_errors(yaml.safe_load(text))) != []
    assert problems(tmp_path, text)


@pytest.mark.parametrize(("limit", "fits"), [("0.05", True), ("500", True), ("0", False), ("-1", False)])
def test_a_difference_may_be_in_days_or_dollars(limit, fits, validator):
    text = changed(AMOUNTS, ("difference: 500", f"difference: {limit}"))
    assert (list(validator.iter_errors(yaml.safe_load(text))) == []) == fits


@pytest.mark.parametrize(("limit", "fits"), [("0.8", True), ("1", False), ("1.25", False), ("0", False)])
def test_a_ratio_is_below_1(limit, fits, tmp_path, validator):
    text = changed(AMOUNTS, ("difference: 500", f"ratio: {limit}"))
    assert (list(validator.iter_errors(yaml.safe_load(text))) == []) == fits
    if not fits:
        assert problems(tmp_path, text)


def test_every_entry_says_what_it_is(validator):
    for name, model in validator.schema["$defs"].items():
        for key, entry in model["properties"].items():
            assert "description" in entry or "$ref" in entry, f"{name}.{key} has no description"


def test_schemas_are_written_where_they_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(resources, "_ROOT", tmp_path)
    (tmp_path / "templates").mkdir()
    (path,) = schemas.write()
    assert path == tmp_path / "templates" / "audit.schema.json"
    assert json.loads(path.read_text())["title"] == "fairaudit plan (audit.yaml)"
