"""Page one: which findings stand on it, in which order, and what a reader is warned of."""

import pytest

from fairaudit.page_one import chosen, excess, page_one
from fairaudit.plan import read_plan
from fairaudit.results import audit_results, block_results
from fairaudit.sources import read_tally


def finding(name, verdict, *, estimate=0.1, blocks=True, baseline=False):
    return {"id": name, "verdict": verdict, "estimate": estimate, "blocks": blocks, "baseline": baseline,
            "comparison": "difference", "tolerance": {"value": 0.05}}  # fmt: skip


CHOICES = [
    # every kind of verdict that is present, once, the gravest first
    ([finding("a", "cleared"), finding("b", "flagged"), finding("c", "not_demonstrated")], ["b", "c", "a"]),
    # of each kind the worst, and what is left goes to the next worst
    (
        [finding("a", "flagged", estimate=0.1), finding("b", "flagged", estimate=0.3), finding("c", "cleared")],
        ["b", "a", "c"],
    ),
    (
        [finding(name, "flagged", estimate=e) for name, e in (("a", 0.1), ("b", 0.4), ("c", 0.2), ("d", 0.3))],
        ["b", "d", "c"],
    ),
    # what blocks comes before what only explores, however grave
    ([finding("a", "flagged", blocks=False, estimate=0.9), finding("b", "not_demonstrated")], ["b", "a"]),
    # a baseline comes last
    ([finding("a", "not_demonstrated", baseline=True, blocks=False), finding("b", "cleared")], ["b", "a"]),
]


@pytest.mark.parametrize(("findings", "names"), CHOICES)
def test_which_findings_stand_on_page_one(findings, names):
    assert [entry["id"] for entry in chosen([{"findings": findings}])] == names


@pytest.mark.parametrize(
    ("comparison", "limit", "estimate", "multiple"),
    [
        ("difference", 0.05, 0.15, (0.15 - 0.05) / 0.05),
        ("ratio", 0.8, 0.4, (0.8 - 0.4) / 0.8),
        ("ratio", 0.8, None, 0.0),
    ],
)
def test_excess_is_a_multiple_of_the_limit(comparison, limit, estimate, multiple):
    entry = {"comparison": comparison, "tolerance": {"value": limit}, "estimate": estimate}
    assert excess(entry) == pytest.approx(multiple)


def page_of(folder):
    plan = read_plan(folder)
    blocks = [block_results(plan, block, read_tally(block, plan.folder)) for block in plan.evidence]
    return page_one(audit_results(plan, blocks))


@pytest.fixture
def audit(tmp_path):
    """Write an audit of plain records with some settings of its evidence changed."""

    def write(**settings):
        rows = [
            f"{group},{int(place < selected)}" for group, selected in (("A", 600), ("B", 590)) for place in range(1000)
        ]
        (tmp_path / "records.csv").write_text("group,decision\n" + "\n".join(rows) + "\n", encoding="utf-8")
        lines = [f"    {name}: {value}" for name, value in settings.items()]
        limit = settings.pop("limit", "{measure: selection_rate, ratio: us.four_fifths, because: Policy 7}")
        lines = [line for line in lines if not line.startswith("    limit")]
        plan = f"""
system: {{name: Screener}}
evidence:
  - id: screened
    kind: decisions
    data: {{source: records.csv, origin: historical, decided_by: this_system, decision: {{column: decision, is: 1,
        is_not: 0}}}}
    being_selected_is: a benefit
    groups: [group]
    measures: [{limit}]
"""
        (tmp_path / "audit.yaml").write_text(plan + "\n".join(lines) + "\n", encoding="utf-8")
        return tmp_path

    return write


def test_a_clearance_supports_adoption_and_says_what_is_left_to_do(audit):
    page = page_of(audit())
    assert page["headline"] == "The evidence supports adoption."
    assert page["why"][0]["words"] == "Shown to be within the limit"
    assert page["warnings"] == []
    # Every role owes something, and the first that it owes stands there; nothing was answered yet.
    assert [item["role"] for item in page["open"]["items"]] == [
        "programme owner",
        "legal and privacy officer",
        "analyst",
        "community representative",
        "vendor",
        "independent reviewer",
        "approver",
    ]
    decides = "Yes, with conditions or as a pilot, or no: who decides, and why?"
    assert page["open"]["items"][-1] == {"role": "approver", "question": decides, "count": 1}
    assert page["open"]["count"] == sum(item["count"] for item in page["open"]["items"]) >= page["open"]["blocking"] > 0


def test_a_limit_that_nobody_chose_holds_adoption_up_and_page_one_says_so(audit):
    page = page_of(audit(limit="{measure: selection_rate, ratio: us.four_fifths}"))
    assert page["headline"] == "The evidence does not settle whether to adopt."
    assert page["why"][0]["words"] == "Shown to be within the limit"
    assert page["decide"][0] == "Yes: once somebody has said who chose the limit of share selected, and why."
    first = page["open"]["items"][0]
    assert first["role"] == "programme owner"
    assert first["question"] == "Who chose the limit of share selected, and why that one?"


WARNINGS = [
    ({"alpha": 0.4}, "The plan of screened lets a verdict be wrong 40 times in 100; 5 is usual."),
    ({"unknown_at_most": 0.5}, "The plan of screened lets 50% be unknown before the worst case decides; 5% is usual."),
    (
        {"limit": "{measure: selection_rate, ratio: 0.5, because: us}"},
        "The limit of share selected is looser than any on file.",
    ),
]


@pytest.mark.parametrize(("settings", "warning"), WARNINGS)
def test_a_lenient_plan_is_named_on_page_one(audit, settings, warning):
    assert page_of(audit(**settings))["warnings"] == [warning]


def test_a_limit_without_a_source_is_an_open_question_and_cannot_be_supported(audit):
    page = page_of(audit(limit="{measure: selection_rate, ratio: 0.8}"))
    assert page["headline"] == "The evidence does not settle whether to adopt."
    assert page["open"]["items"][0]["question"] == "Who chose the limit of share selected, and why that one?"
