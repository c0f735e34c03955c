"""`templates/results.schema.json` describes what `fairaudit.results` writes, and refuses what is not that."""

from __future__ import annotations

import copy
import json

import jsonschema
import pytest

from tests.report.audits import CASES, of_folder

MISTAKES = [
    (["determination", "evidence_state"], "compliant"),
    (["evidence", 0, "findings", 0, "verdict"], "fair"),
    (["evidence", 0, "findings", 0, "lower"], "0.5"),
    (["evidence", 0, "findings", 0, "groups", 0, "n"], -1),
    (["evidence", 0, "findings", 0, "groups", 0, "n"], None),
    (["evidence", 0, "findings", 0, "pairs", 0, "groups"], ["A", "B", "C"]),
    (["evidence", 0, "findings", 0, "pairs", 0, "reading"], "fine"),
    (["evidence", 0, "findings", 0, "p_value"], 0.04),
    (["evidence", 0, "alpha"], 0.5),
    (["audit", "plan_sha256"], "unknown"),
    (["audit", "copy"], None),
    (["page_one", "why"], [{}]),
    (["schema_version"], "0"),
]


@pytest.fixture(scope="session")
def validator(root):
    schema = json.loads((root / "templates" / "results.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def problems(validator, results) -> list[str]:
    return [f"{list(error.absolute_path)}: {error.message[:200]}" for error in validator.iter_errors(results)]


@pytest.mark.parametrize("case", CASES)
def test_results_fit_it(validator, case):
    assert problems(validator, json.loads(json.dumps(CASES[case](), allow_nan=False))) == []


@pytest.mark.parametrize("name", ["large-lots", "published-tables"])
def test_results_of_the_audits_fit_it(validator, root, name):
    assert problems(validator, of_folder(root / "audits" / name)) == []


@pytest.mark.parametrize(("place", "wrong"), MISTAKES, ids=lambda value: str(value)[:60])
def test_other_things_do_not(validator, place, wrong):
    results = copy.deepcopy(CASES["cleared"]())
    *path, last = place
    part = results
    for step in path:
        part = part[step]
    part[last] = wrong
    assert problems(validator, results) != []


@pytest.mark.parametrize(
    "missing", ["schema_version", "audit", "determination", "evidence", "open_questions", "page_one"]
)
def test_no_part_may_be_missing(validator, missing):
    results = CASES["cleared"]()
    del results[missing]
    assert problems(validator, results) != []


def test_every_key_of_a_finding_is_described_and_required(validator):
    described = validator.schema["$defs"]["finding"]
    assert set(described["required"]) == set(described["properties"]) - {"not_told"}  # of a public copy only
    assert described["additionalProperties"] is False
