"""What is taken for granted is said: every default, and every value that needed reading."""

import pytest

from fairaudit.assumptions import assumptions
from fairaudit.plan import read_plan
from fairaudit.sources import read_tally
from tests.tally import records as made_up

SELECTION = {"data_outcome": None, "measures": [{"measure": "selection_rate", "ratio": 0.8, "because": "Policy 1"}]}
RECORDS = [
    {
        "race": ("Black", "White", "Asian", None)[place % 4],
        "sex": "FM"[place % 2],
        "age": float(place),
        "d": (1, 0, 0, "withdrawn", None)[place % 5],
        "y": place // 3 % 2,
        "part": ("north", "south", None)[place % 3],
        "w": 1 + place % 2,
        "person": place if place else None,
        "case": place // 2 if place > 1 else None,
        "year": 2022 + place % 2,
    }
    for place in range(60)
]


def told(folder, groups=("race",), **changes) -> list[str]:
    block = made_up.block(dict.fromkeys(groups) if isinstance(groups, tuple) else groups, **SELECTION | changes)
    tally = made_up.count(block, RECORDS, "pandas objects", folder)
    sentences = assumptions(made_up.evidence(block), tally)
    assert all(sentence[-1] == "." and "  " not in sentence for sentence in sentences)
    return sentences


def test_the_shortest_plan_takes_most_for_granted(tmp_path):
    assert told(tmp_path) == [
        "The plan does not say when the decisions were made.",
        "In 'd', values that are neither yes nor no count as decision unknown: 'withdrawn' (12).",
        "The groups of race are taken as found: Asian, Black, White. A group without rows cannot be seen.",
        "The plan names no comparison: each of race is compared by itself.",
        "In race, every group is compared with every other: no group is the standard.",
        "The plan names no key, so a record that stands in the data twice counts twice.",
        "Records of unknown group are spread over the groups as if nothing else were known of them.",
        "Where more than 5 in 100 are unknown, a verdict must also hold in the worst case.",
        "No cluster is named, so records are taken as independent: nobody is thought to have several.",
        "No weight is named, so every record counts alike.",
        "Errors are held to 5 in 100 (one-sided): of 100 systems just at a limit, no more would be cleared.",
        "One look at the data is declared: a later one may not clear, unless its data are all new.",
    ]


SENTENCES = {
    # what the plan says, and a sentence that follows
    "made-up records": (
        {"data_origin": "synthetic"}, "The records are made up: whatever they show, they show of no real person.",
    ),
    "today's process": (
        {"data_decided_by": "todays_process"},
        "These are decisions of today's process. They say nothing of the system, and clear or flag nothing.",
    ),
    "decided elsewhere": (
        {"data_decided_by": "this_system_elsewhere"},
        "The system decided these cases elsewhere; people here are taken to be like them.",
    ),
    "no is_not": (
        {"data_decision": {"column": "d", "is": [1]}},
        "Every decision in 'd' other than 1 counts as no: '0' (24), 'withdrawn' (12); a missing one is unknown.",
    ),
    "no is_not, several that mean yes": (
        {"data_decision": {"column": "d", "is": ["withdrawn", 0]}},
        "Every decision in 'd' other than 'withdrawn' or 0 counts as no: '1' (12); a missing one is unknown.",
    ),
    "an outcome that nobody asks for": (
        {"data_outcome": {"column": "y", "is": [1]}}, "The outcome 'y' is not counted, since no measure needs it.",
    ),
    "a name that may mean unknown": (
        {"groups": {"who": {"column": "d"}}, "data_decision": {"column": "y", "is": [1]}},
        "The groups of who are taken as found: 0, 1, withdrawn. A group without rows cannot be seen.",
    ),
    "merged groups": (
        {"groups": {"race": {"levels": ["Black"], "merge": {"Other": ["White", "Asian"]}}}},
        "In race, White, Asian are counted together as Other, so how each of them fares cannot be seen.",
    ),
    "bands": ({"groups": {"age": {"bands": [18, 65]}}}, "age is cut into under 18, 18 to 64, 65 and over."),
    "a group without records": (
        {"groups": {"race": {"levels": ["Black", "White", "Asian", "Native"]}}},
        "No record is of these groups of race: Native.",
    ),
    "several groups in one field": (
        {"groups": {"race": {"multi": ";"}}},
        "In race, people of several groups are one group, Two or more, and count in no other.",
    ),
    "several groups in each": (
        {"groups": {"race": {"levels": ["Black", "White", "Asian"], "multi": ";", "any": True}}},
        "In race, people of several groups count in each of them.",
    ),
    "a crossing": (
        {"groups": ("race", "sex"), "compare": [{"by": "race"}, {"by": ["race", "sex"]}]},
        "The comparison by race x sex is shown, and cannot block adoption, since it is a crossing: it explores.",
    ),
    "a comparison that does not block": (
        {"compare": [{"by": "race", "blocks": False}]},
        "The comparison by race is shown, and cannot block adoption, since the plan says so.",
    ),
    "a group compared in none": (
        {"groups": ("race", "sex"), "compare": [{"by": "race"}]}, "sex is counted, and compared in no grouping.",
    ),
    "rows left out": (
        {"data_keep": {"part": ["north"]}}, "Of 60 records read, 40 are left out as the plan says: part not kept (40).",
    ),
    "a group left out": (
        {"data_keep": {"race": ["Black", "White"]}}, "All records of these groups of race are left out: Asian (15).",
    ),
    "duplicates": (
        {"data_key": "case"},
        # of two neighbours one repeats the other: White that of Black, unknown that of Asian
        "29 records repeat the 'case' of another one, and count all the same (White 14, unknown group 15).",
    ),
    "no key in a record": ({"data_key": "case"}, "2 records have no 'case': whether repeated, cannot be told."),
    "strata": ({"strata": ["part"]}, "Records of unknown group are spread over the groups within part."),
    "no stratum": ({"strata": ["part"]}, "Records without part are a stratum of their own."),
    "few clusters": ({"data_cluster": "person"}, "1 record has no person, and counts as a person of its own."),
    "weights": ({"data_weight": "w"}, "Each record counts as much as its w says."),
    "open looks": ({"looks": "open", "look": 2}, "This is look 2 of any number, which share 5 in 100."),
    "declared looks": ({"looks": 4}, "This is look 1 of 4, which share 5 in 100."),
    "alpha of a look": (
        {"looks": 4},
        "Errors are held to 1.25 in 100 (one-sided): of 100 systems just at a limit, no more would be cleared.",
    ),
    "a limit of nobody": (
        {"measures": [{"measure": "selection_rate", "ratio": 0.8}]},
        "The plan does not say who chose the limit of selection rate, and why.",
    ),
    "a measure that does not block": (
        {"measures": [{"measure": "selection_rate", "ratio": 0.8, "blocks": False}]},
        "selection rate is shown, and cannot block adoption, since the plan says so.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SENTENCES)
def test_a_default_that_matters_is_a_sentence(case, tmp_path):
    changes, sentence = SENTENCES[case]
    groups = changes.get("groups", ("race",))
    rest = {key: value for key, value in changes.items() if key != "groups"}
    assert sentence in told(tmp_path, groups, **rest)


def test_a_group_that_may_mean_unknown_is_pointed_out(tmp_path):
    records = [{"race": race, "d": d} for race in ("Black", "Unknown", "n/a") for d in (1, 0)]
    block = made_up.block({"race": {}}, **SELECTION)
    found = assumptions(made_up.evidence(block), made_up.count(block, records, "csv", tmp_path))
    assert "In race, 'Unknown', 'n/a' is taken for a group of people, not for unknown." in found


def test_what_is_declared_and_complete_is_not_said(tmp_path):
    records = [{"race": race, "d": d, "person": n, "case": n} for n, (race, d) in enumerate([("A", 1), ("B", 0)] * 5)]
    changes = {
        "data_key": "case",
        "data_cluster": "person",
        "data_period": "2023",
        "compare": [{"by": "race", "reference": "rest"}],
    }
    block = made_up.block({"race": {"levels": ["A", "B"]}}, **SELECTION | changes)
    found = assumptions(made_up.evidence(block), made_up.count(block, records, "csv", tmp_path))
    assert [sentence.split()[0] for sentence in found] == ["In", "No", "Errors", "One"]  # rest, weight, alpha, look


def test_of_a_received_tally_it_is_said_who_counted(root):
    plan = read_plan(root / "audits" / "published-tables")
    for evidence in plan.evidence:
        found = assumptions(evidence, read_tally(evidence, plan.folder))
        assert any(
            text.startswith("The records were counted by") and text.endswith("only the counts were received.")
            for text in found
        )


def test_values_that_no_rule_names_are_cut_off_with_a_count(tmp_path):
    records = [{"race": "AB"[place % 2], "d": d} for place, d in enumerate([*range(50), *range(40), 99])]
    block = made_up.block({"race": {}}, **SELECTION)
    found = assumptions(made_up.evidence(block), made_up.count(block, records, "csv", tmp_path))
    # 0 and 1 are named; of the 38 others that come twice 20 are kept, and 12 of those listed; 11 come once
    (listed,) = [text for text in found if "neither yes nor no" in text]
    assert listed.endswith("and 8 more.")
    assert f"d takes {38 - 20 + 11} more values that no rule names, in {2 * (38 - 20) + 11} records." in found
