"""Records that the system under audit chose are no sample: what can be concluded of them, and what needs a random draw.

All records are made up. The system inspects whom it holds risky: of A everybody it holds so, of B only the worst, so
that what is found among the inspected says nothing of the two groups.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fairaudit.assumptions import assumptions
from fairaudit.errors import DataError, PlanError
from fairaudit.findings import finding
from fairaudit.plan import read_plan
from fairaudit.sources import read_tally
from fairaudit.tally import Tally
from tests.checks.weighed import OUTCOME, block, judged, records

RACE = {"race": {"levels": ["A", "B"]}}
PREVALENCE = [{"measure": "prevalence", "difference": 0.05}]
SEEN = {"outcome": {**OUTCOME["outcome"], "seen_of": "selected"}}

# Made up. Of 2,000 in each group 300 of A and 600 of B break a rule. The system inspects 1,000 of A, among whom are 250
# of its 300; and 300 of B, among whom are 60 of its 600. Of everybody else 1 in 10 is inspected at random.
CHOSEN = {
    ("A", 1, 1): 250, ("A", 1, 0): 750, ("A", 0, 1): 50, ("A", 0, 0): 950,
    ("B", 1, 1): 60, ("B", 1, 0): 240, ("B", 0, 1): 540, ("B", 0, 0): 1160,
}  # fmt: skip


def inspected() -> pd.DataFrame:
    """Write out who was inspected, with the probability of it; whoever was not inspected has no outcome."""
    frame = records(["race", "selected", "outcome"], CHOSEN)
    frame["probability"] = np.where(frame["selected"] == 1, 1.0, 0.1)
    # Every tenth of each kind, so that the test does not hang on a draw.
    every_tenth = frame.groupby(["race", "selected", "outcome"]).cumcount() % 10 == 0
    frame["drawn"] = np.where((frame["selected"] == 1) | every_tenth, 1, 0)
    return frame


def prevalence(found) -> dict[str, float]:
    return {row["group"]: row["rate"] for row in finding(found)["groups"]}


def test_selective_labels_reverse_the_finding(tmp_path):
    frame = inspected()
    naive = frame[frame["selected"] == 1]
    (found,) = judged(block(RACE, PREVALENCE, data=OUTCOME), naive, tmp_path)
    # Of those whom the system chose, A are found to break the rule more often.
    assert prevalence(found) == {"A": pytest.approx(250 / 1000), "B": pytest.approx(60 / 300)}
    weighed = block(RACE, PREVALENCE, data={**OUTCOME, "inclusion_probability": "probability"})
    (found,) = judged(weighed, frame[frame["drawn"] == 1], tmp_path)
    # Weighed by how probably each came to be looked at, B do, as is the truth.
    assert prevalence(found) == {"A": pytest.approx(300 / 2000), "B": pytest.approx(600 / 2000)}
    assert found.verdict == "flagged"


def test_a_random_subset_alone_tells_it_too(tmp_path):
    frame = inspected()
    every_fifth = frame.groupby(["race", "selected", "outcome"]).cumcount() % 5 == 0
    frame["subset"] = np.where(every_fifth, "random audit", "")
    told = block(RACE, PREVALENCE, data={**OUTCOME, "random_subset": {"column": "subset", "is": ["random audit"]}})
    tally = read_tally(told, tmp_path, frame)
    (found,) = judged(told, frame, tmp_path)
    assert prevalence(found) == {"A": pytest.approx(60 / 400), "B": pytest.approx(120 / 400)}
    assert tally.about.records["left_out"] == {"not drawn at random": 3200}


def test_outcomes_of_those_who_were_not_looked_into_are_none(tmp_path):
    # Whoever was not inspected stands in the file with outcome 0, as if nothing had been found.
    frame = inspected()
    frame.loc[frame["selected"] == 0, "outcome"] = 0
    told = block(RACE, [*PREVALENCE, {"measure": "positive_predictive_value", "difference": 0.1}], data=SEEN)
    tally = read_tally(told, tmp_path, frame)
    assert (
        "2,700 outcomes are recorded of people who were not selected, of whom none can be known"
        in tally.about.notes[-1]
    )
    unknown, known = judged(told, frame, tmp_path)
    assert (unknown.verdict, unknown.reasons) == ("not_demonstrated", ["selective_labels"])
    assert prevalence(unknown) == {"A": None, "B": None}
    # Of those inspected themselves it can be told.
    assert prevalence(known) == {"A": pytest.approx(250 / 1000), "B": pytest.approx(60 / 300)}
    written = finding(unknown)
    assert "random_subset" in written["reason_sentence"]
    assert "nan" not in (written["sentence"] + "".join(c["sentence"] for c in written["checks"])).lower()


# Needed outcomes of a side: selection rates need none, what is said of those selected needs theirs only.
CAN_BE_TOLD = [
    ("selected", "selection_rate", True),
    ("selected", "positive_predictive_value", True),
    ("selected", "false_discovery_rate", True),
    ("selected", "true_positive_rate", False),
    ("selected", "false_positive_rate", False),
    ("selected", "negative_predictive_value", False),
    ("selected", "prevalence", False),
    ("selected", "accuracy", False),
    ("not_selected", "negative_predictive_value", True),
    ("not_selected", "false_omission_rate", True),
    ("not_selected", "selection_rate", True),
    ("not_selected", "positive_predictive_value", False),
    ("not_selected", "false_negative_rate", False),
    ("everyone", "false_negative_rate", True),
]


@pytest.mark.parametrize(("seen_of", "measure", "can"), CAN_BE_TOLD)
def test_what_can_be_concluded(seen_of, measure, can, tmp_path):
    told = block(
        RACE, [{"measure": measure, "difference": 0.9}], data={"outcome": {**OUTCOME["outcome"], "seen_of": seen_of}}
    )
    (found,) = judged(told, records(["race", "selected", "outcome"], CHOSEN), tmp_path)
    assert (found.reasons != ["selective_labels"]) == can
    assert can or found.verdict == "not_demonstrated"


def test_nobody_with_an_outcome_on_one_side_is_noticed(tmp_path):
    frame = inspected().astype({"outcome": object})
    frame.loc[frame["selected"] == 0, "outcome"] = ""
    told = block(RACE, PREVALENCE, data=OUTCOME)
    said = assumptions(told, read_tally(told, tmp_path, frame))
    assert any("Of those who were not selected next to nobody has an outcome" in line for line in said)
    assert any("seen_of: selected" in line for line in said)


def test_a_tally_keeps_the_weights(tmp_path):
    told = block(RACE, PREVALENCE, data={**OUTCOME, "inclusion_probability": "probability"})
    tally = read_tally(told, tmp_path, inspected())
    assert Tally.load(tally.save(tmp_path / "x")) == tally
    assert tally.cells["w"].sum() == pytest.approx(1300 + 2700 / 0.1)


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite", "postgres", "spark"])
def test_the_weight_stands_in_the_one_sql_text(dialect, tmp_path):
    from sqlglot import parse_one

    from fairaudit.sources import query_text

    inspected().to_csv(tmp_path / "made_up.csv", index=False)
    told = block(RACE, PREVALENCE, data={**OUTCOME, "inclusion_probability": "probability"})
    text = parse_one(query_text(told, tmp_path), dialect="duckdb").sql(dialect)
    assert "probability" in text


@pytest.mark.long
def test_estimates_weighed_by_inclusion_are_right_on_average_and_bounds_hold(tmp_path):
    # Made up: 60 samples of a population in which prevalence is .30 in both groups; whoever has the outcome is drawn
    # with .2, others with .1, so that unweighted prevalence would be .46. At a gap of .05 at the limit 5% may clear.
    generator, draws, cleared, gaps = np.random.default_rng(11), 60, 0, []
    told = block(RACE, [{"measure": "prevalence", "difference": 0.05}], data={**OUTCOME, "inclusion_probability": "p"})
    for _ in range(draws):
        race = np.repeat(["A", "B"], 6000)
        outcome = generator.random(12_000) < np.where(race == "A", 0.30, 0.35)
        p = np.where(outcome, 0.2, 0.1)
        drawn = generator.random(12_000) < p
        frame = pd.DataFrame({"race": race, "selected": 1, "outcome": outcome.astype(int), "p": p})[drawn]
        frame.iloc[0, 1] = 0
        (found,) = judged(told, frame, tmp_path)
        rates = prevalence(found)
        gaps.append(rates["B"] - rates["A"])
        cleared += found.verdict == "cleared"
    assert np.mean(gaps) == pytest.approx(0.05, abs=4 * np.std(gaps) / np.sqrt(draws))
    assert cleared <= draws * 0.05 + 2 * np.sqrt(draws * 0.05 * 0.95)


BAD = [
    ("negative", -0.5, "1 value in 'probability' is no probability above 0 and up to 1: '-0.5'"),
    ("zero", 0, "1 value in 'probability' is no probability above 0 and up to 1"),
    ("a percentage", 35, "1 value in 'probability' is no probability above 0 and up to 1: '35'"),
    ("missing", None, "1 value in 'probability' is no probability above 0 and up to 1"),
]


@pytest.mark.parametrize(("value", "words"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_a_probability_that_is_none(value, words, tmp_path):
    frame = inspected()
    frame.loc[3, "probability"] = value
    told = block(RACE, PREVALENCE, data={**OUTCOME, "inclusion_probability": "probability"})
    with pytest.raises(DataError) as raised:
        read_tally(told, tmp_path, frame)
    assert words in str(raised.value)


PLANS = [
    ("seen_of in scores", "kind: scores", "score: s", "seen_of: selected", "does not say who was selected"),
    ("seen of nobody", "kind: decisions", "decision: {column: d, is: [1]}", "seen_of: nobody", "seen_of"),
]


@pytest.mark.parametrize(
    ("kind", "what", "seen", "words"), [case[1:] for case in PLANS], ids=[case[0] for case in PLANS]
)
def test_a_plan_that_cannot_be(kind, what, seen, words, tmp_path):
    (tmp_path / "audit.yaml").write_text(f"""\
system: {{name: x}}
evidence:
  - id: e
    {kind}
    being_selected_is: a burden
    data:
      source: x.csv
      origin: historical
      decided_by: this_system
      {what}
      outcome: {{column: o, is: [1], {seen}}}
    groups: [race]
    measures: [{{measure: selection_rate, at: 5, ratio: 0.8}}]
""")
    with pytest.raises(PlanError) as raised:
        read_plan(tmp_path)
    assert words in str(raised.value)


DRAWN = [
    (
        "a weight and a probability",
        "weight: p",
        "inclusion_probability: p",
        "weight and inclusion_probability are both",
    ),
    ("a draw whose outcomes are not seen", "random_subset: {column: r, is: [1]}", "", "of records drawn at random"),
    ("a draw by the outcome", "random_subset: {column: o, is: [1]}", "", "the column 'o' is the outcome"),
    ("a probability that is the decision", "inclusion_probability: d", "", "the column 'd' is the decision"),
]


@pytest.mark.parametrize(("one", "two", "words"), [case[1:] for case in DRAWN], ids=[case[0] for case in DRAWN])
def test_draws_that_contradict_the_rest(one, two, words, tmp_path):
    lines = "\n".join(f"      {line}" for line in (one, two) if line)
    (tmp_path / "audit.yaml").write_text(f"""\
system: {{name: x}}
evidence:
  - id: e
    kind: decisions
    being_selected_is: a burden
    data:
      source: x.csv
      origin: historical
      decided_by: this_system
      decision: {{column: d, is: [1], is_not: [0]}}
      outcome: {{column: o, is: [1], is_not: [0], seen_of: selected}}
{lines}
    groups: [race]
    measures: [{{measure: selection_rate, ratio: 0.8}}]
""")
    with pytest.raises(PlanError) as raised:
        read_plan(tmp_path)
    assert words in str(raised.value)
