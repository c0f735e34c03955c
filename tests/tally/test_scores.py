"""Scores: counted as they are where they are few, else in bins whose sums are kept; what is no number is refused."""

import math
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairaudit.errors import DataError
from fairaudit.sources import read_tally
from fairaudit.tally import Tally
from tests.tally import values
from tests.tally.records import EVERY

PLAN = {"score": {"column": "score"}}


def scores(*found):
    return values.grouped(score=list(found))


@pytest.mark.parametrize("form", EVERY)
def test_few_scores_are_counted_as_they_are(form, tmp_path):
    records = scores(1.0, 2.0, 1.0, -0.5, None, 10.0)
    expected = {("A", "1"): 2, ("A", "?"): 1, ("B", "2"): 1, ("B", "-0.5"): 1, ("B", "10"): 1}
    tally = values.count(values.evidence("scores", PLAN), records, form, tmp_path)
    assert values.cells(tally) == expected
    assert tally.about.edges is None
    assert tally.about.sums == ["n"]
    # numbers are sorted as numbers, what is unknown comes last
    assert tally.cells["value"].tolist() == ["1", "?", "-0.5", "2", "10"]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([" 1.0 ", "1", "0.50", ".5"], ["0.5", "0.5", "1", "1"]),
        ([Decimal("0.10"), Decimal("0.1"), Decimal("3.00"), None], ["0.1", "0.1", "3", "?"]),
        ([0.1 + 0.2, 0.3, 1e-5, 1e16], ["0.3", "0.3", "1e+16", "1e-05"]),
        (["NaN", "", "n/a", "99"], ["?", "?", "?", "?"]),
        ([99, 99.0, 1, 2], ["1", "2", "?", "?"]),
    ],
)
def test_a_score_reads_alike_however_it_is_written(found, expected, tmp_path):
    plan = {"score": {"column": "score", "unknown": ["n/a", 99]}}
    if expected == ["?"] * 4:
        found, expected = [*found, "7", "7"], [*expected, "7", "7"]
    records = [{"race": "AB"[place % 2], "score": value} for place, value in enumerate(found)]
    tally = values.count(values.evidence("scores", plan), records, "pandas objects", tmp_path)
    assert sorted(value for (_, value), n in values.cells(tally).items() for _ in range(n)) == sorted(expected)


def test_a_score_of_seven_digits_is_what_it_says(tmp_path):
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame(scores(0.7, 0.1), schema_overrides={"score": polars.Float32})
    tally = read_tally(values.evidence("scores", PLAN), frame=frame)
    assert values.cells(tally) == {("A", "0.7"): 1, ("B", "0.1"): 1}


def test_outcomes_are_counted_beside_scores(tmp_path):
    plan = PLAN | {"outcome": {"column": "y", "is": [1], "is_not": [0]}}
    records = values.grouped(score=[1, 2, 1, 2], y=[1, 0, 0, None])
    tally = values.count(values.evidence("scores", plan), records, "csv", tmp_path)
    assert values.cells(tally) == {("A", "1", "1"): 1, ("A", "1", "0"): 1, ("B", "2", "0"): 1, ("B", "2", "?"): 1}


# --- bins ------------------------------------------------------------------------------------------------------------

MANY = [
    {"race": "AB"[n % 2], "score": round((n * 7919) % 5003 / 5003, 9) if n % 50 else None, "w": 0.5}
    for n in range(5000)
]


@pytest.mark.parametrize("form", ["csv", "parquet", "pandas"])
def test_many_scores_are_cut_into_bins_of_about_equal_mass(form, tmp_path):
    block = values.evidence("scores", PLAN, measures=values.measures(at=[0.25, 0.123456]))
    tally = values.count(block, MANY, form, tmp_path)
    edges = tally.about.edges
    assert list(edges) == sorted(set(edges))
    assert {0.25, 0.123456} <= set(edges)
    assert 900 <= len(edges) <= 1_002
    for group in "AB":
        known = [r["score"] for r in MANY if r["race"] == group and r["score"] is not None]
        rows = tally.cells[(tally.cells["race"] == group) & (tally.cells["value"] != "?")]
        expected = [max(edge for edge in edges if edge <= value) for value in known]
        assert {float(v): n for v, n in zip(rows["value"], rows["n"], strict=True)} == {
            edge: expected.count(edge) for edge in expected
        }
        assert math.fsum(rows["wx"]) == pytest.approx(math.fsum(known), rel=1e-9)
        assert math.fsum(rows["wxx"]) == pytest.approx(math.fsum(value * value for value in known), rel=1e-9)
        # what is at least the cut is counted exactly
        assert rows.loc[rows["value"].astype(float) >= 0.25, "n"].sum() == sum(value >= 0.25 for value in known)


def test_sums_of_a_bin_are_weighted(tmp_path):
    plain = values.count(values.evidence("scores", PLAN), MANY, "arrow", tmp_path)
    weighted = values.count(values.evidence("scores", PLAN | {"weight": "w"}), MANY, "arrow", tmp_path)
    assert weighted.about.sums == ["n", "w", "ww", "wx", "wxx"]
    assert (weighted.cells["wx"] * 2).tolist() == pytest.approx(plain.cells["wx"].tolist(), rel=1e-11)


def test_clusters_have_fewer_bins(tmp_path):
    records = [record | {"person": place % 7} for place, record in enumerate(MANY)]
    tally = values.count(values.evidence("scores", PLAN | {"cluster": "person"}), records, "arrow", tmp_path)
    assert 190 <= len(tally.about.edges) <= 200


@pytest.mark.parametrize("weight", [None, "w"])
def test_bins_are_saved_loaded_and_received(weight, tmp_path):
    block = values.evidence("scores", PLAN | {"weight": weight})
    tally = values.count(block, MANY, "arrow", tmp_path)
    tally.save(tmp_path / "x")
    loaded = Tally.load(tmp_path / "x.tally.json")
    assert loaded == tally
    assert loaded.about == tally.about
    sent = {"source": "x.tally.json", "weight": weight}
    received = read_tally(values.evidence("scores", PLAN | sent), tmp_path)
    assert received == tally
    with pytest.raises(DataError, match=r"cuts values into bins of which none begins at 0\.123456"):
        read_tally(values.evidence("scores", PLAN | sent, measures=values.measures(at=[0.123456])), tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("race,A,0,", "race,A,0.00001,", "value is '0.00001'"),
        ("race,A,0,", "race,A,high,", "value is 'high'"),
        ("race,A,?,50,0,0", "race,A,?,50,3,9", "no values of the bin ? add up to 3"),
        (",2,0.0", ",2,900.0", "add up to 900"),
    ],
)
def test_a_slip_in_a_bin_is_named(old, new, what, tmp_path):
    records = [record | {"race": "A" if n % 100 in (1, 50) or n % 2 else "B"} for n, record in enumerate(MANY)]
    records[1]["score"] = 0.0
    values.count(values.evidence("scores", PLAN), records, "arrow", tmp_path).save(tmp_path / "x")
    path = tmp_path / "x.tally.csv"
    text = path.read_text()
    if old not in text:
        old = next(line for line in text.splitlines() if line.startswith("race,A,?"))
        new = ",".join([*old.split(",")[:4], "3", "9"])
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(DataError) as caught:
        Tally.load(tmp_path / "x.tally.json")
    assert any(what in problem.what for problem in caught.value.problems)


# --- refused ---------------------------------------------------------------------------------------------------------

UNKNOWN = "Mend them, or list them as `unknown:` of the score."
REFUSED = {
    "text": (
        ["high", "12 pts", "high", "1"],
        f"score holds 3 scores that are not numbers: 'high' (2), '12 pts' (1) | {UNKNOWN}",
    ),
    "infinite": (["inf", "1", "2", "3"], f"score holds 1 score that is no number: 'inf' (1) | {UNKNOWN}"),
    "an infinite number": ([math.inf, 1.0], f"score holds 1 score that is no number: 'inf' (1) | {UNKNOWN}"),
    "underscores": (["1_000", "1", "2", "3"], f"score holds 1 score that is no number: '1_000' (1) | {UNKNOWN}"),
    "nothing": ([None, "", "NaN", " "], "no record has a score in 'score' | Choose another column, or look at `keep`."),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_score_is_refused(case, tmp_path):
    found, error = REFUSED[case]
    assert values.refused(values.evidence("scores", PLAN), scores(*found), "pandas objects", tmp_path) == [error]


def test_a_probability_beyond_one_is_refused(tmp_path):
    block = values.evidence("scores", {"score": {"column": "score", "probability": True}})
    assert values.refused(block, scores(0.5, 50, 1, 0), "csv", tmp_path) == [
        "1 score in 'score' is not between 0 and 1 | Leave `probability: true` out, or divide percentages by 100."
    ]


def test_a_column_misspelt_is_named_with_the_nearest(tmp_path):
    block = values.evidence("scores", {"score": {"column": "scroe"}})
    assert values.refused(block, scores(1, 2), "arrow", tmp_path) == [
        "has no column 'scroe' (score) | Did you mean 'score'?"
    ]


def test_what_is_wrong_with_scores_and_groups_shows_at_once(tmp_path):
    block = values.evidence("scores", PLAN, groups={"race": {"levels": ["A", "C"]}})
    assert len(values.refused(block, scores("high", 1, 2), "csv", tmp_path)) == 2


def test_that_all_are_the_same_is_noted(tmp_path):
    tally = values.count(values.evidence("scores", PLAN), scores(3, 3, 3, None), "arrow", tmp_path)
    assert tally.about.notes == ("All scores that are known are the same.",)


def test_what_is_wrong_in_a_row_left_out_is_no_error(tmp_path):
    records = values.grouped(score=["1", "2", "high"], year=[1, 1, 2])
    tally = values.count(values.evidence("scores", PLAN | {"keep": {"year": [1]}}), records, "csv", tmp_path)
    assert values.cells(tally) == {("A", "1"): 1, ("B", "2"): 1}


@pytest.mark.long
@settings(max_examples=15)
@given(st.lists(st.none() | st.sampled_from([0.0, 1.5, 2.0, -3.0, 0.1, 1e6, math.nan]), min_size=2, max_size=30))
def test_any_scores_are_counted_as_one_by_one(tmp_path_factory, found):
    records = scores(*found, 1.0, 2.0)
    for form in ("csv", "pandas", "polars"):
        tally = values.count(values.evidence("scores", PLAN), records, form, tmp_path_factory.mktemp("x"))
        assert values.cells(tally) == values.reference(records, values.score_keys)
        assert tally.roll_up(tally.about.tables) == tally
