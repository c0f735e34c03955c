"""A plan's scan, from records to rows: what is looked through, what is said where nothing can be, what is refused."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from fairaudit.assessment import assess
from fairaudit.checks.scan import scans
from fairaudit.errors import DataError
from fairaudit.plan import Evidence, checked
from fairaudit.rehearsal import shuffled
from fairaudit.report.html import words
from fairaudit.report.view import scan_note
from fairaudit.sources import read_tally
from fairaudit.tally import Tally
from tests.tally import records as made_up

GROUPS = {"race": {"unknown": ["?"]}, "sex": {}, "age": {"bands": [25, 45]}}
SELECTION = [{"measure": "selection_rate", "difference": 0.05}]
SCAN = {"by": ["race", "sex", "age"], "depth": 3}


def people(size: int = 6_000, seed: int = 0, **planted: object) -> pd.DataFrame:
    """Make people up, of whom 1 in 10 is selected, and of those planted 5 in 10; two records each."""
    generator = np.random.default_rng(seed)
    made = pd.DataFrame({
        "race": generator.choice(["A", "B", "C", "?"], size, p=[0.4, 0.3, 0.25, 0.05]),
        "sex": generator.choice(["F", "M"], size),
        "age": generator.choice([20, 30, 50], size),
    })  # fmt: skip
    there = np.logical_and.reduce([made[name] == value for name, value in planted.items()] or [np.zeros(size, bool)])
    made["d"] = (generator.random(size) < np.where(there, 0.5, 0.1)).astype(int)
    made["y"], made["person"] = generator.integers(0, 2, size), np.arange(size) // 2
    return made


def block(**changes) -> dict:
    return made_up.block(changes.pop("groups", GROUPS), **{"measures": SELECTION, "scan": SCAN, **changes})


def found(records: pd.DataFrame, **changes) -> dict:
    evidence = Evidence.model_validate(block(**changes))
    return scans(evidence, read_tally(evidence, frame=records))[0]


def said(entry: dict) -> str:
    text = scan_note(entry, words("en")["shown"])
    assert "nan" not in text.lower()
    assert "{" not in text
    return text


# --- what is found ---------------------------------------------------------------------------------------------------


def test_a_planted_crossing_is_a_row_and_a_hint():
    records = people(race="A", sex="F", age=30)
    entry = found(records)
    (row,) = entry["rows"]
    assert row["groups"] == {"race": "A", "sex": "F", "age": "25 to 44"}
    assert row["group"] == "A, F, age 25 to 44"
    there = (records[["race", "sex", "age"]] == ["A", "F", 30]).all(axis=1)
    known = records["race"] != "?"
    assert row["n"] == there.sum()
    assert row["rate"] == records["d"][there].sum() / there.sum()
    assert row["rest"] == records["d"][known & ~there].sum() / (known & ~there).sum()
    # 3 + 2 + 3 alone, 3 x 2 + 3 x 3 + 2 x 3 by two, 3 x 2 x 3 by three
    assert entry["tested"] == 3 + 2 + 3 + 3 * 2 + 3 * 3 + 2 * 3 + 3 * 2 * 3
    assert said(entry).startswith(
        "Exploratory. Crossings of race, sex, age, up to 3 at a time, of 30 records or more, were each set beside "
        "everybody else: 47 in all. This is a hint where to look, and no verdict."
    )


def test_nothing_found_is_no_proof():
    entry = found(people())
    assert entry["rows"] == []
    assert "Not one of the 47 crossings stands out. That is no proof that all are treated alike" in said(entry)


def test_who_is_of_unknown_group_is_counted_and_said():
    records = people()
    n = (records["race"] == "?").sum()
    entry = found(records)
    assert entry["unknown"] == {"race": n}
    assert said(entry).endswith(
        f"Who is of unknown group is in no crossing of what is unknown, nor beside one: race {n}."
    )


def test_small_crossings_are_not_looked_at():
    entry = found(people(), scan={**SCAN, "smallest": 6_000})
    assert (entry["tested"], entry["rows"]) == (0, [])
    assert said(entry) == (
        "No crossing of race, sex, age has 6,000 records or more, and as many beside it. Nothing was looked through."
    )


def test_the_order_in_which_groups_are_listed_changes_nothing():
    records = people(race="A", sex="F", age=30)
    assert found(records, scan={"by": ["age", "race", "sex"], "depth": 3}) == found(records)


def test_a_scan_judges_nothing():
    records, compare = people(), [{"by": "race"}]
    with_scan, without = (Evidence.model_validate(block(compare=compare, scan=scan)) for scan in (SCAN, None))
    judged = [assess(each, read_tally(each, frame=records)) for each in (with_scan, without)]
    assert [d.name for d in judged[0]] == [d.name for d in judged[1]] == ["made-up/race/selection_rate"]
    assert judged[0][0].bounds == judged[1][0].bounds
    assert scans(without, read_tally(without, frame=records)) == []


def test_measures_that_can_block_are_looked_through_and_others_only_where_none_can():
    both = [*SELECTION, {"measure": "false_positive_rate", "difference": 0.05, "blocks": False}]
    for measures, looked_through in ((both, ["selection_rate"]), (both[1:], ["false_positive_rate"])):
        evidence = Evidence.model_validate(block(measures=measures))
        entries = scans(evidence, read_tally(evidence, frame=people()))
        assert [entry["measure"] for entry in entries] == looked_through


@pytest.mark.parametrize(
    ("kind", "data", "measure"),
    [
        ("scores", {"score": {"column": "v"}}, {"measure": "selection_rate", "at": 5, "difference": 0.05}),
        ("amounts", {"amount": {"column": "v"}}, {"measure": "share_at_or_above", "above": 5, "difference": 0.05}),
        (
            "waits",
            {"opened": "begun", "closed": "ended", "until": "2024-12-31"},
            {"measure": "served_within", "days": 5, "difference": 0.05},
        ),
        (
            "matching",
            {"decision": {"column": "d", "is": [1], "is_not": [0]}, "outcome": {"column": "one", "is": [1]}},
            {"measure": "missed_match_rate", "difference": 0.05},
        ),
    ],
)
def test_every_kind_that_counts_each_record_by_itself_can_be_looked_through(kind, data, measure):
    records = people(race="A", sex="F", age=30)
    if kind in ("matching", "waits"):
        records["d"] = 1 - records["d"]  # the worse off are missed, or wait longer
    records["v"] = np.where(records["d"] == 1, 9, 1)
    records["begun"], records["one"] = "2024-01-01", 1
    records["ended"] = np.where(records["d"] == 1, "2024-01-03", "2024-03-01")
    side = {"scores": {"being_selected_is": "a burden"}, "amounts": {"a_high_amount_is": "a burden"}}
    costs = {"a_missed_match_costs": "a wait", "a_false_match_costs": "a debt"} if kind == "matching" else {}
    planned = {
        **{"id": "x", "kind": kind, "groups": GROUPS, "measures": [measure], "scan": SCAN},
        **{"data": {"source": "r.csv", "origin": "synthetic", "decided_by": "this_system", **data}},
        **side.get(kind, {}),
        **costs,
    }
    evidence = Evidence.model_validate(planned)
    (entry,) = scans(evidence, read_tally(evidence, frame=records))
    assert [row["group"] for row in entry["rows"]] == ["A, F, age 25 to 44"]


def test_measures_that_are_no_shares_are_named():
    measures = [{"measure": "selection_rate", "at": 1, "difference": 0.05}, {"measure": "auc", "difference": 0.05}]
    planned = block(kind="scores", data_decision=None, data_score={"column": "d"}, measures=measures)
    evidence = Evidence.model_validate(planned)
    (entry,) = scans(evidence, read_tally(evidence, frame=people()))
    assert entry["no_shares"] == ["AUC (how well the score tells outcomes apart)"]
    assert "Only shares are looked through, and so not: AUC (how well the score tells" in said(entry)


# --- clusters, weights, counts received ------------------------------------------------------------------------------


def test_records_of_the_same_people_are_worth_fewer():
    once = people(race="A", sex="F", age=30)
    thrice = pd.concat([once] * 3, ignore_index=True)
    entry = found(thrice, data_cluster="person", compare=[{"by": "race"}])
    assert entry["design_effect"] > 2.5
    assert "their numbers were divided by" in said(entry)
    assert [row["n"] for row in entry["rows"]] == [3 * row["n"] for row in found(once)["rows"]]


def test_too_few_clusters_to_tell_are_said():
    records = people().assign(person=lambda made: made.index % 5)
    entry = found(records, data_cluster="person")
    assert entry["why_not"] == "clusters"
    assert "too few clusters hold such cases" in said(entry)


def test_weights_count():
    records = people().assign(w=lambda made: np.where(made["d"] == 1, 1.0, 2.0))
    there = (records["race"] == "B").to_numpy()
    records.loc[there & (records["d"] == 0), "w"] = 0.2
    rows = found(records, data_weight="w")["rows"]
    assert rows[0]["group"] == "B"
    mine = records[there]
    assert rows[0]["rate"] == pytest.approx((mine["w"] * mine["d"]).sum() / mine["w"].sum())


def sent(tmp_path, records: pd.DataFrame, **changes) -> Tally:
    evidence = Evidence.model_validate(block(**changes))
    tally = read_tally(evidence, frame=records)
    tally.save(tmp_path / "sent")
    return tally


def received(tmp_path, **changes) -> tuple[Evidence, Tally]:
    evidence = Evidence.model_validate(block(data_source="sent.tally.json", **changes))
    return evidence, read_tally(evidence, tmp_path)


@pytest.mark.parametrize("cluster", [None, "person"])
def test_counts_that_were_received_are_looked_through_alike(cluster, tmp_path):
    records = people(race="A", sex="F", age=30)
    tally = sent(tmp_path, records, data_cluster=cluster)
    assert tally.about.scanned == ("scan race x sex x age",)
    evidence, again = received(tmp_path, data_cluster=cluster)
    assert again == tally
    assert again.about.contradictions == ()
    assert scans(evidence, again) == scans(evidence, tally)


def test_a_table_for_a_scan_has_no_folds_and_judges_nothing(tmp_path):
    tally = sent(tmp_path, people(), data_cluster="person")
    rows = tally.cells[tally.cells["table"] == "scan race x sex x age"]
    assert set(rows["fold"]) == {0}
    assert rows["n"].sum() == 6_000
    with pytest.raises(DataError, match="no table crosses race and sex"):
        tally.table(["race", "sex"])
    with pytest.raises(DataError, match="has no table that crosses race and sex"):
        received(tmp_path, data_cluster="person", scan=None, compare=[{"by": ["race", "sex"]}])


def test_counts_that_lack_the_crossings_are_refused_with_what_to_ask_for(tmp_path):
    sent(tmp_path, people(), scan=None)
    with pytest.raises(DataError) as refused:
        received(tmp_path, scan={"by": ["race", "sex", "age"], "depth": 2})
    (problem,) = refused.value.problems
    assert problem.what == "has no table that crosses race and sex, nor 2 more that the scan needs"


def test_hidden_counts_are_not_looked_through_and_that_is_said(tmp_path):
    tally = sent(tmp_path, people())
    cells = tally.cells.assign(n_high=tally.cells["n"] + 4 * (tally.cells["n"] < 20))
    Tally(replace(tally.about, records={}), cells).save(tmp_path / "sent")
    evidence, again = received(tmp_path)
    (entry,) = scans(evidence, again)
    assert (entry["why_not"], entry["tested"], entry["rows"]) == ("hidden", 0, [])
    assert said(entry) == (
        "Crossings of race, sex, age were not looked through, since counts were received hidden. "
        "Ask for the counts in full."
    )


def test_a_rehearsal_finds_nothing():
    evidence = Evidence.model_validate(block())
    tally = read_tally(evidence, frame=people(race="A", sex="F", age=30))
    assert scans(evidence, shuffled(tally))[0]["rows"] == []


# --- bad input -------------------------------------------------------------------------------------------------------

REFUSED = {
    "a group that is none": ({"by": ["race", "sx"]}, "'sx' is not one of the groups", "Did you mean 'sex'?"),
    "twice the same": ({"by": ["race", "race"]}, "race stands here twice", "Keep one of them."),
    "one group": ({"by": ["race"]}, "1 stands where at least 2 are meant", "2 to 10"),
    "too deep": ({"by": ["race", "sex"], "depth": 4}, "4 stands where at most 3 is meant", "1, 2 or 3"),
    "no depth": ({"by": ["race", "sex"], "depth": 0}, "0 stands where at least 1 is meant", "1, 2 or 3"),
    "of nobody": ({"by": ["race", "sex"], "smallest": 0}, "0 stands where at least 10 is meant", "fewer than 10"),
    "a typing error": ({"by": ["race", "sex"], "smalest": 50}, "unknown key 'smalest'", "Did you mean 'smallest'?"),
}


def problems(planned: dict) -> list[tuple[str, str]]:
    plan, found_wrong = checked({"system": {"name": "x"}, "evidence": [planned]})
    assert plan is None
    return [(what, hint) for _, what, hint in found_wrong]


@pytest.mark.parametrize("case", REFUSED)
def test_a_scan_that_makes_no_sense_is_refused(case):
    scan, what, hint = REFUSED[case]
    ((found_what, found_hint),) = problems(block(scan=scan))
    assert found_what == what
    assert hint in found_hint


def test_a_kind_whose_records_do_not_count_by_themselves_is_refused():
    planned = block(kind="pairs", data_matched_by="test", data_outcome=None)
    assert ("crossings of pairs are not looked through", "Take it out; it is for decisions, scores, matching, waits, "
            "amounts.") in problems(planned)  # fmt: skip


def test_measures_that_are_no_shares_are_refused():
    planned = block(kind="scores", data_decision=None, data_score={"column": "s"})
    planned["measures"] = [{"measure": "auc", "difference": 0.05}]
    assert ("auc is no share, and only shares are scanned", "Take it out, or measure a share.") in problems(planned)


# --- real records, and many ------------------------------------------------------------------------------------------


def test_compas(shared_data):
    """Larson et al. (ProPublica 2016): 805 false positives of 1,795 Black defendants, 1,282 of 3,963 in all."""
    planned = block(
        groups={"race": {"labels": {"African-American": "Black"}}, "sex": {}, "age": {"bands": [25, 45]}},
        data_decision={"column": "score_text", "is": ["Medium", "High"], "is_not": ["Low"]},
        data_outcome={"column": "two_year_recid", "is": [1], "is_not": [0]},
        measures=[{"measure": "false_positive_rate", "difference": 0.05}],
    )
    evidence = Evidence.model_validate(planned)
    (entry,) = scans(
        evidence, read_tally(evidence, frame=pd.read_csv(shared_data("compas/compas-scores-two-years.csv")))
    )
    first = entry["rows"][0]
    assert (first["group"], first["n"]) == ("Black", 1795)
    assert first["rate"] == 805 / 1795
    assert first["rest"] == (1282 - 805) / (3963 - 1795)
    assert first["excess"] == pytest.approx(1795 * (805 / 1795 - (1282 - 805) / (3963 - 1795)))


def test_a_million_records_of_eight_groups_in_seconds(tmp_path):
    """Found among 10,174 crossings; the limit on time is loose, for a machine that does other things too."""
    generator, size = np.random.default_rng(1), 1_000_000
    levels = [5, 6, 5, 6, 5, 6, 5, 6]
    records = pd.DataFrame({
        f"g{place}": pd.Categorical.from_codes(generator.integers(0, n, size), list("abcdef"[:n]))
        for place, n in enumerate(levels)
    })  # fmt: skip
    there = ((records["g0"] == "b") & (records["g2"] == "d") & (records["g5"] == "c")).to_numpy()
    records["d"] = (generator.random(size) < np.where(there, 0.3, 0.1)).astype(int)
    records.to_parquet(tmp_path / "records.parquet")
    names = [f"g{place}" for place in range(8)]
    planned = block(groups=names, data_source="records.parquet", data_outcome=None, scan={"by": names, "depth": 3})
    evidence = Evidence.model_validate(planned)
    tally = read_tally(evidence, tmp_path)
    start = time.perf_counter()
    (entry,) = scans(evidence, tally)
    seconds = time.perf_counter() - start
    assert entry["tested"] == 10_174
    assert [row["groups"] for row in entry["rows"]] == [{"g0": "b", "g2": "d", "g5": "c"}]
    assert seconds < 15
