"""Every kind of evidence has its notebook, its template and its plan in the README; notebooks teach, and only call."""

from __future__ import annotations

import ast
import json
import re

import pytest
import yaml

from fairaudit.kinds import KINDS
from fairaudit.plan import read_plan
from tests.docs.markdown import CONTRIBUTING, README, ROOT

CALLS = {"question", "people", "assumptions", "findings", "rates", "show_plots", "show_beside", "oaxaca", "sql", "save"}
ALWAYS = {"question", "people", "assumptions", "findings", "show_plots", "sql", "save"}
kinds = pytest.mark.parametrize("kind", KINDS)


def cells(kind: str) -> list[dict]:
    return json.loads((ROOT / "notebooks" / f"{kind}.ipynb").read_text(encoding="utf-8"))["cells"]


def code(kind: str) -> list[str]:
    return ["".join(cell["source"]) for cell in cells(kind) if cell["cell_type"] == "code"]


def prose(kind: str) -> str:
    return "\n\n".join("".join(cell["source"]) for cell in cells(kind) if cell["cell_type"] == "markdown")


@kinds
def test_a_kind_has_its_plan_in_the_readme_and_its_notebook_named(kind):
    blocks = [block.code for block in README.blocks_in("yaml")]
    assert any(re.search(rf"^ +kind: {kind}\b", text, flags=re.MULTILINE) for text in blocks)
    assert f"[{kind}](notebooks/{kind}.ipynb)" in README.prose


@kinds
def test_a_template_is_of_its_kind_and_leaves_whose_decisions_they_are_to_its_writer(kind):
    text = (ROOT / "templates" / f"audit.{kind}.yaml").read_text(encoding="utf-8")
    (block,) = yaml.safe_load(text)["evidence"]
    assert (block["kind"], block["id"]) == (kind, kind)
    assert block["data"]["decided_by"] is None
    side = KINDS[kind].side
    assert side is None or block[side] is None
    limits = [entry for entry in block["measures"] if "ratio" in entry or "difference" in entry]
    assert limits == [], "no limit is assumed"


@kinds
def test_a_notebook_opens_an_audit_that_is_there_and_holds_its_kind(kind):
    given = {node.targets[0].id: ast.literal_eval(node.value) for node in ast.parse(code(kind)[0]).body}
    assert list(given) == ["audit", "evidence", "out", "rehearse", "allow_code"]
    assert (given["out"], given["rehearse"], given["allow_code"]) == ("", False, False)
    plan = read_plan((ROOT / "notebooks" / given["audit"]).resolve())
    assert plan.block(given["evidence"] or plan.evidence[0].id).kind == kind


@kinds
def test_a_notebook_calls_and_computes_nothing(kind):
    first, second, *rest = code(kind)
    assert second.startswith("from fairaudit import Evidence\n\nblock = Evidence(audit, evidence, out=out, ")
    called = [re.fullmatch(r"block\.(\w+)(\(.*\))?", text) for text in rest]
    assert all(called), rest
    names = {call[1] for call in called}
    assert ALWAYS <= names <= CALLS
    assert not re.search(r"\b(def|class|for|if|lambda)\b", "\n".join([re.sub("#.*", "", first), second, *rest]))


@kinds
def test_a_notebook_explains_before_every_call(kind):
    kept = cells(kind)
    assert [cell["id"] for cell in kept] == [f"cell-{place:02d}" for place in range(len(kept))]
    assert [cell["cell_type"] for cell in kept[:3]] == ["markdown", "code", "code"]
    assert [cell["cell_type"] for cell in kept[3:]] == ["markdown", "code"] * (len(kept[3:]) // 2)
    assert "Too few records never look like fairness" in prose(kind)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("representation", "the **benchmark**"),
        ("representation", "Its **margin of error** says how far off it may be, and widens every bound below"),
        ("places", "**Areas are not people.**"),
        ("pairs", "Each test needs both arms"),
        ("matching", "A **missed match**: two records of one person are taken for two people."),
        ("matching", "A **false match**: records of two people are taken for one."),
        ("matching", "The plan says what each costs a person."),
    ],
)
def test_a_notebook_says_what_its_readers_must_know(kind, said):
    assert said in prose(kind)


def test_the_readme_says_so_too():
    text = " ".join(README.prose.split())
    for said in (
        "**Areas are not people**: who within an area is reached, the numbers do not tell.",
        "widens every bound; without `moe`, its numbers are taken as exact",
        "so each test needs both",
    ):
        assert said in text, said


def test_the_guide_to_a_new_kind_names_files_that_are_there():
    guide = CONTRIBUTING.text.partition("## To add a kind of evidence\n")[2].partition("\n## ")[0]
    linked = re.findall(r"\]\(([^)]+)\)", guide)
    assert len(linked) >= 8
    assert [path for path in linked if not (ROOT / path).exists()] == []
