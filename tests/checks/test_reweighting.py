"""Weighed to a declared population a finding must hold too; other ways are shown, and say where they move a harm."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fairaudit.errors import DataError
from fairaudit.findings import finding
from fairaudit.sources import read_tally
from fairaudit.tally import Tally
from tests.checks.weighed import OUTCOME, block, judged, population, records

RACE, AGE = {"race": {"levels": ["A", "B"]}}, {"age": {"levels": ["young", "old"]}}
SELECTED = [{"measure": "selection_rate", "difference": 0.05}]
COMPARE = {"compare": [{"by": ["race"]}]}

# Made up. Selected: of the young 60 in 100 of A and 40 of B, of the old the other way round. In the records A are
# mostly old and B mostly young, so that both are selected alike; in the population most are young.
ALIKE = {
    ("A", "young", 1): 600, ("A", "young", 0): 400, ("A", "old", 1): 1600, ("A", "old", 0): 2400,
    ("B", "young", 1): 1200, ("B", "young", 0): 1800, ("B", "old", 1): 1000, ("B", "old", 0): 1000,
}  # fmt: skip
PEOPLE = [
    {"race": race, "age": age, "people": n}
    for race, age, n in (("A", "young", 700), ("A", "old", 300), ("B", "young", 700), ("B", "old", 300))
]


@pytest.fixture
def alike() -> pd.DataFrame:
    return records(["race", "age", "selected"], ALIKE)


def panel_of(disparity) -> dict[str, dict]:
    return {row["scenario"]: row for row in finding(disparity)["panel"]}


def rates_of(row) -> list[float]:
    return [group["rate"][0] for group in row["groups"]]


def test_without_a_population_it_is_cleared_and_with_one_it_must_hold_there_too(alike, tmp_path):
    (plain,) = judged(block({**RACE, **AGE}, SELECTED, **COMPARE), alike, tmp_path)
    (weighed,) = judged(block({**RACE, **AGE}, SELECTED, **COMPARE, data=population(tmp_path, PEOPLE)), alike, tmp_path)
    assert plain.verdict == "cleared"
    assert (weighed.verdict, weighed.reasons) == ("not_demonstrated", ["weighing"])
    row = panel_of(weighed)["raked"]
    assert row["decides"]
    assert row["reading"] == "outside"


def test_raked_rates_are_those_of_the_records_so_weighed(alike, tmp_path):
    (found,) = judged(block({**RACE, **AGE}, SELECTED, **COMPARE, data=population(tmp_path, PEOPLE)), alike, tmp_path)
    rows = panel_of(found)
    # Raking meets each margin by itself and keeps the odds ratio of race and age, so that more of A stay old.
    table = np.array([[1000.0, 4000.0], [3000.0, 2000.0]])
    for _ in range(200):
        table *= np.array([5000, 5000])[:, None] / table.sum(axis=1, keepdims=True)
        table *= np.array([7000, 3000]) / table.sum(axis=0)
    by_age = np.array([[0.6, 0.4], [0.4, 0.5]])
    assert rates_of(rows["raked"]) == pytest.approx((table * by_age).sum(axis=1) / table.sum(axis=1), abs=1e-7)
    # Post-stratified, every combination has the population's share.
    assert rates_of(rows["post_stratified"]) == pytest.approx([0.7 * 0.6 + 0.3 * 0.4, 0.7 * 0.4 + 0.3 * 0.5])
    assert rates_of(rows["recorded"]) == pytest.approx([2200 / 5000, 2200 / 5000])


def test_a_check_never_unflags(tmp_path):
    # Made up: a gap in the records that is gone in the population, in which nobody is old.
    apart = {
        ("A", "young", 1): 500, ("A", "young", 0): 500, ("A", "old", 1): 900, ("A", "old", 0): 100,
        ("B", "young", 1): 500, ("B", "young", 0): 500, ("B", "old", 1): 200, ("B", "old", 0): 800,
    }  # fmt: skip
    people = [{**row, "people": 500 if row["age"] == "young" else 130} for row in PEOPLE]
    told = block({**RACE, **AGE}, SELECTED, **COMPARE, data=population(tmp_path, people))
    (found,) = judged(told, records(["race", "age", "selected"], apart), tmp_path)
    assert found.verdict == "flagged"
    assert panel_of(found)["raked"]["estimate"] < 0.2 < panel_of(found)["recorded"]["estimate"]


def test_every_benchmark_at_either_end_of_its_margin_of_error_must_hold(alike, tmp_path):
    # As recorded, and raked to a population like the records, it holds; a margin of error of its ages lets it fail.
    even = [{"race": r, "age": a, "people": n} for (r, a, n) in
            (("A", "young", 1000), ("A", "old", 4000), ("B", "young", 3000), ("B", "old", 2000))]  # fmt: skip
    sure = block({**RACE, **AGE}, SELECTED, **COMPARE, data=population(tmp_path, even))
    assert [each.verdict for each in judged(sure, alike, tmp_path)] == ["cleared"]
    unsure = [{**row, "moe": 1500} for row in even]
    told = block({**RACE, **AGE}, SELECTED, **COMPARE, data=population(tmp_path, unsure, moe="moe"))
    (found,) = judged(told, alike, tmp_path)
    rows = panel_of(found)
    assert (rows["raked"]["reading"], rows["raked_moe"]["reading"]) == ("within", "not_shown")
    assert found.reasons == ["weighing"]
    low, high = rows["raked_moe"]["groups"][0]["rate"]
    assert low < rows["raked"]["groups"][0]["rate"][0] < high


def test_where_no_weights_can_be_found_nothing_is_shown(tmp_path, alike):
    # Of old people of B there are none in the records, and the population is nearly all of A's old.
    lopsided = [{**row, "people": 100_000 if (row["race"], row["age"]) == ("A", "old") else 1} for row in PEOPLE]
    told = block({**RACE, **AGE}, SELECTED, **COMPARE, data=population(tmp_path, lopsided))
    (found,) = judged(told, alike, tmp_path)
    row = panel_of(found)["raked"]
    assert (found.verdict, found.reasons) == ("not_demonstrated", ["cannot_weigh"])
    assert row["reading"] == "cannot_say"
    assert "would have to count less than 0.2 or more than 5 times the average" in row["why_not"]
    assert "nan" not in finding(found)["checks"][-1]["sentence"].lower()


def test_reweighing_can_move_the_harm_to_another_error(tmp_path):
    # Made up: raked to a population in which more are old, the gap in false positives shrinks, that in missed grows.
    cells = {}
    for race, age, fp, tn, fn, tp in (
        ("A", "young", 400, 600, 100, 900), ("A", "old", 100, 900, 500, 500),
        ("B", "young", 200, 800, 100, 900), ("B", "old", 100, 900, 100, 900),
    ):  # fmt: skip
        cells |= {(race, age, 1, 0): fp, (race, age, 0, 0): tn, (race, age, 0, 1): fn, (race, age, 1, 1): tp}
    people = [{**row, "people": 200 if row["age"] == "young" else 800} for row in PEOPLE]
    told = block(
        {**RACE, **AGE},
        [{"measure": "false_positive_rate", "difference": 0.05}],
        **COMPARE,
        data={**OUTCOME, **population(tmp_path, people)},
    )
    (found,) = judged(told, records(["race", "age", "selected", "outcome"], cells), tmp_path)
    said = {row["scenario"]: row["sentence"] for row in finding(found)["checks"]}
    rows = panel_of(found)
    assert rows["raked"]["estimate"] == pytest.approx(0.2 * 0.2 + 0.8 * 0)
    assert "the largest gap of the false negative rate grows from 20 to 32 in 100" in said["raked"]


def test_reweighing_can_move_the_harm_to_another_group(tmp_path):
    # Made up: as recorded A are selected more often; in the population, where most are old, B are.
    cells = {
        ("A", "young", 1): 900, ("A", "young", 0): 1100, ("A", "old", 1): 100, ("A", "old", 0): 900,
        ("B", "young", 1): 400, ("B", "young", 0): 1600, ("B", "old", 1): 300, ("B", "old", 0): 700,
    }  # fmt: skip
    people = [{**row, "people": 200 if row["age"] == "young" else 800} for row in PEOPLE]
    told = block({**RACE, **AGE}, SELECTED, **COMPARE, data=population(tmp_path, people))
    (found,) = judged(told, records(["race", "age", "selected"], cells), tmp_path)
    said = {row["scenario"]: row["sentence"] for row in finding(found)["checks"]}
    assert found.verdict == "flagged"
    assert "The worse off would be B people, instead of A people" in said["raked"]


def test_kamiran_calders_makes_prevalence_equal_and_leaves_error_rates(tmp_path):
    cells = {}
    for race, fp, tn, fn, tp in (("A", 805, 990, 532, 1369), ("B", 349, 1139, 461, 505)):
        cells |= {(race, 1, 0): fp, (race, 0, 0): tn, (race, 0, 1): fn, (race, 1, 1): tp}
    told = block(RACE, [*SELECTED, {"measure": "prevalence", "difference": 0.05}], data=OUTCOME)
    selected, prevalence = judged(told, records(["race", "selected", "outcome"], cells), tmp_path)
    assert panel_of(prevalence)["kamiran_calders"]["estimate"] == pytest.approx(0, abs=1e-12)
    before, after = (panel_of(selected)[name] for name in ("recorded", "kamiran_calders"))
    for key in ("false_positive_rate", "false_negative_rate"):
        assert [g[key] for g in before["groups"]] == [pytest.approx(g[key]) for g in after["groups"]]
    # Selected at the prevalence of all, 2867 of 6150: FPR and TPR stay what they are.
    share = 2867 / 6150
    assert rates_of(after)[0] == pytest.approx((1 - share) * 805 / 1795 + share * 1369 / 1901)
    assert not after["decides"]


def test_standardised_to_a_declared_mix(tmp_path):
    told = block(RACE, SELECTED, strata=["age"], standard={"of": "age", "mix": {"young": 0.25, "old": 0.75}})
    (found,) = judged(told, records(["race", "age", "selected"], ALIKE), tmp_path)
    row = panel_of(found)["standardised"]
    assert rates_of(row) == pytest.approx([0.25 * 0.6 + 0.75 * 0.4, 0.25 * 0.4 + 0.75 * 0.5])
    assert row["to"] == "a declared mix of age"
    everybody = block(RACE, SELECTED, strata=["age"])
    row = panel_of(judged(everybody, records(["race", "age", "selected"], ALIKE), tmp_path)[0])["standardised"]
    assert rates_of(row) == pytest.approx([0.4 * 0.6 + 0.6 * 0.4, 0.4 * 0.4 + 0.6 * 0.5])


def test_a_stratum_that_one_group_lacks_is_said(tmp_path):
    cells = {key: n for key, n in ALIKE.items() if key[:2] != ("B", "old")}
    told = block(RACE, SELECTED, strata=["age"])
    row = panel_of(judged(told, records(["race", "age", "selected"], cells), tmp_path)[0])["standardised"]
    assert (row["reading"], row["why_not"]) == ("cannot_say", "there is nobody of B in the stratum old")


def test_unknown_ages_keep_their_weight(tmp_path, alike):
    unknown = alike.copy()
    unknown.loc[unknown.index[::10], "age"] = ""
    told = block(
        {**RACE, "age": {**AGE["age"], "unknown": [""]}}, SELECTED, **COMPARE, data=population(tmp_path, PEOPLE)
    )
    (found,) = judged(told, unknown, tmp_path)
    row = panel_of(found)["raked"]
    assert row["weights"]["unweighed"] == 1000
    assert 0 < row["weights"]["effective"] < row["weights"]["records"] == 10_000


def test_a_saved_tally_gives_the_same(tmp_path, alike):
    told = block(
        {**RACE, **AGE}, SELECTED, **COMPARE, data=population(tmp_path, [{**r, "moe": 9} for r in PEOPLE], moe="moe")
    )
    tally = read_tally(told, tmp_path, alike)
    again = Tally.load(tally.save(tmp_path / "x"))
    assert again.about.population == tally.about.population
    assert again == tally


def test_renaming_groups_changes_nothing(tmp_path, alike):
    names = {"A": "Zoe", "B": "Bob"}
    told = block({**RACE, **AGE}, SELECTED, **COMPARE, data=population(tmp_path, PEOPLE))
    (one,) = judged(told, alike, tmp_path)
    renamed = [{**row, "race": names[row["race"]]} for row in PEOPLE]
    told = block({"race": {"levels": ["Bob", "Zoe"]}, **AGE}, SELECTED, **COMPARE, data=population(tmp_path, renamed))
    (other,) = judged(told, alike.assign(race=alike["race"].map(names)), tmp_path)
    first, second = ({**panel_of(each)["raked"]} for each in (one, other))
    assert first["bound"] == pytest.approx(second["bound"], abs=1e-12)
    assert {names[g["group"]]: g["rate"] for g in first["groups"]} == {
        g["group"]: pytest.approx(g["rate"]) for g in second["groups"]
    }


WRONG = [
    ("a group without people", [row for row in PEOPLE if row["race"] == "A"], {}, "counts nobody of these groups"),
    ("no such column", [{"race": "A", "people": 1}], {}, "has no column 'age'"),
    ("no number", [{**row, "people": "many"} for row in PEOPLE], {}, "no numbers of people"),
    ("negative", [{**row, "people": -5} for row in PEOPLE], {}, "no numbers of people"),
    ("another group", [*PEOPLE, {"race": "C", "age": "old", "people": 5}], {}, "'C'"),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "more", "words"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_a_population_that_cannot_be(rows, more, words, tmp_path, alike):
    told = block({**RACE, **AGE}, SELECTED, **COMPARE, data=population(tmp_path, rows, **more))
    with pytest.raises(DataError) as raised:
        read_tally(told, tmp_path, alike)
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("kind", "measure", "column"),
    [
        ("scores", {"measure": "auc", "difference": 0.05}, "score"),
        ("scores", {"measure": "selection_rate", "at": 5, "difference": 0.05}, "score"),
        ("amounts", {"measure": "mean_amount", "ratio": 0.8}, "amount"),
        ("amounts", {"measure": "median_amount", "ratio": 0.8}, "amount"),
        ("waits", {"measure": "served_within", "days": 5, "difference": 0.1}, "days"),
        ("waits", {"measure": "restricted_mean_wait", "days": 9, "difference": 1}, "days"),
    ],
)
def test_every_kind_of_records_is_weighed(kind, measure, column, tmp_path):
    generator = np.random.default_rng(7)
    n = 4000
    frame = pd.DataFrame({"race": generator.choice(["A", "B"], n), "age": generator.choice(["young", "old"], n)})
    value = generator.integers(0, 10, n) + 3 * (frame["age"] == "old").to_numpy(int)
    data = {"scores": {"score": "value", **OUTCOME}, "amounts": {"amount": "value"}}.get(kind, {})
    frame = frame.assign(value=value, outcome=generator.integers(0, 2, n))
    if kind == "waits":
        opened = pd.Timestamp("2024-01-01") + pd.to_timedelta(generator.integers(0, 50, n), "D")
        frame = frame.assign(
            opened=opened.strftime("%Y-%m-%d"), closed=(opened + pd.to_timedelta(value, "D")).strftime("%Y-%m-%d")
        )
        data = {"opened": "opened", "closed": "closed", "until": "2024-06-30"}
    side = {"amounts": {"a_high_amount_is": "a benefit"}}.get(kind, {})
    people = population(tmp_path, [{**row, "moe": 20} for row in PEOPLE], moe="moe")
    told = block({**RACE, **AGE}, [measure], kind=kind, **COMPARE, **side, data={**data, **people})
    (found,) = judged(told, frame, tmp_path)
    rows = panel_of(found)
    assert rows["raked"]["reading"] in ("within", "not_shown")
    assert rows["raked_moe"]["bound"] is not None
    # The young are seven in ten of the population, and half of the records.
    for group in (0, 1):
        assert rates_of(rows["raked"])[group] != pytest.approx(rates_of(rows["recorded"])[group]) or measure[
            "measure"
        ] in ("auc", "median_amount")
