"""The whole rule on made-up records of known truth, in small: `make validity` runs all settings, and more often."""

from __future__ import annotations

import csv
import re

import numpy as np
import pandas as pd
import pytest

from fairaudit.assessment import assess
from fairaudit.sources import read_tally
from fairaudit.weighing import to_population
from tests.docs.markdown import README
from tests.validity.alternatives import ALTERNATIVES, LIMIT, LOST, beyond, found_out
from tests.validity.records import NAMES, STRATA, Drawing, planned
from tests.validity.running import ALPHA, ERRORS, Row, run
from tests.validity.settings import SETTINGS
from tests.validity.truths import mix, rates, recorded_mix, selected, true_mix, truths_of
from tests.validity.writing import RESULTS, columns

RUNS = 60
SMALL = ["ratio", "8 small", "errors", "weights tell", "30 clusters", "spread", "at worst", "raked", "2 cut-offs"]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return run(RUNS, settings=SMALL, workers=1)


@pytest.mark.long
def test_errors_are_no_more_frequent_than_alpha_but_for_chance(rows):
    assert {row.setting for row in rows} == set(SMALL)
    assert [f"{row.setting}, {row.truth}: {row.what}" for row in rows if row.too_often] == []


def test_what_is_planted_is_found_and_what_is_alike_is_cleared(rows):
    asked = [row for row in rows if row.asked == "power"]
    assert len(asked) == 2 * len(SMALL) - 2  # neither at worst nor of alternatives anything is cleared
    assert [f"{row.setting}, {row.truth}: {row.share}" for row in asked if row.share < 0.8] == []


def test_a_rule_that_errs_twice_as_often_would_be_seen():
    # Of 1,000 runs 101 is twice as many as there may be, and 75 is more than chance explains once in 1,000 times.
    assert Row("x", "limit", "cleared", 101, 1000, "at most").too_often
    assert not Row("x", "limit", "cleared", 55, 1000, "at most").too_often
    assert not Row("x", "planted", "flagged", 1000, 1000, "power").too_often


def test_seeds_do_not_depend_on_how_runs_are_cut_up():
    assert run(60, settings=["ratio"], workers=1) == run(60, settings=["ratio"], workers=2)


# --- the truths are true ---------------------------------------------------------------------------------------------


def _true_rates(name: str, truth: str) -> tuple[np.ndarray, np.ndarray]:
    setting = SETTINGS[name]
    both = [(selected(setting, truth) * shares).sum(axis=1) for shares in (recorded_mix(setting), true_mix(setting))]
    return both[0], both[1]


@pytest.mark.parametrize("name", [name for name, setting in SETTINGS.items() if setting.only_there])
def test_at_the_limit_only_there(name):
    recorded, there = _true_rates(name, "limit")
    if name != "weights tell":  # of weighted records what is weighted is what is recorded
        assert recorded == pytest.approx(np.full(len(recorded), recorded[0]))
    assert there[0] / there[-1] == pytest.approx(0.8)


@pytest.mark.parametrize("name", list(SETTINGS))
def test_one_pair_is_at_the_limit_and_none_beyond(name):
    setting = SETTINGS[name]
    for truth in {"limit", "limits"} & set(truths_of(setting)):
        found = rates(setting, truth)
        kind, limit = next(iter(setting.limit.items()))
        assert (found.min() / found.max() if kind == "ratio" else np.ptp(found)) == pytest.approx(limit)
    planted = rates(setting, "planted")
    assert planted.min() < rates(setting, "limit").min()


def test_the_truth_of_raked_records_is_what_the_rule_estimates():
    setting = SETTINGS["raked"]
    evidence, drawing = planned(setting), Drawing(setting, "limit", size=200)
    tally = drawing.tally(np.random.default_rng(1))
    raked = next(way for way in to_population(evidence, tally, ["group"]) if way.scenario == "raked")
    held = raked.tallies[0].cells.groupby(["group", "age"])["w"].sum().unstack().to_numpy()
    assert held / held.sum(axis=1, keepdims=True) == pytest.approx(true_mix(setting), abs=0.005)


def test_at_every_cut_off_but_that_in_use_groups_are_at_the_limit():
    for cuts in ALTERNATIVES.values():
        a, b = beyond(cuts.cuts, "limits")
        assert (b - a)[1:] == pytest.approx(np.full(cuts.cuts - 1, LIMIT))
        assert (b - a)[0] > LIMIT
        assert (np.diff(np.stack([a, b]), axis=1) < 0).all()


def test_or_each_loses_just_as_much_accuracy_as_may_be_lost():
    for cuts in ALTERNATIVES.values():
        wrong, found = beyond(cuts.cuts, "loses"), found_out(cuts.cuts, "loses")
        right = (found + 1 - wrong.mean(axis=0)) / 2
        assert right[1:] == pytest.approx(np.full(cuts.cuts - 1, right[0] - LOST["loses"]))
        assert wrong[0, 1:] == pytest.approx(wrong[1, 1:])
        assert (np.diff(found) < 0).all()


# --- counted as records are ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ratio", "unknown groups", "unknown decisions", "unknown outcomes", "weights tell"])
def test_a_tally_that_is_drawn_is_that_of_its_records(name, tmp_path):
    setting = SETTINGS[name]
    evidence, drawing = planned(setting), Drawing(setting, "limit")
    drawn = drawing.records(np.random.default_rng(5))
    tally = drawing.tally(np.random.default_rng(5))
    frame = pd.DataFrame(
        {
            "group": np.array([*NAMES[: setting.groups], ""])[drawn["group"]],
            "office": np.array(STRATA)[drawn["office"]],
            "selected": np.array(["1", "0", ""])[drawn["decision"]],
            "outcome": np.array(["1", "0", ""])[drawn["outcome"]],
            "stands_for": drawn["weight"],
        }
    )
    counted = read_tally(evidence, tmp_path, frame)
    shared = [*tally.about.keys[1:], "n"]
    assert tally.cells[shared].values.tolist() == counted.cells[shared].values.tolist()
    assert [each.verdict for each in assess(evidence, tally)] == [each.verdict for each in assess(evidence, counted)]


def test_strata_are_drawn_in_their_shares():
    setting = SETTINGS["raked"]
    drawn = Drawing(setting, "limit", size=20).records(np.random.default_rng(2))
    for g, shares in enumerate(mix(setting)):
        assert np.mean(drawn["age"][drawn["group"] == g] == 0) == pytest.approx(shares[0], abs=0.02)


# --- what is kept ----------------------------------------------------------------------------------------------------


def _kept() -> list[Row]:
    with (RESULTS / "rule.csv").open(encoding="utf-8", newline="") as file:
        return [
            Row(row["setting"], row["truth"], row["what"], int(row["times"]), int(row["runs"]), row["asked"])
            for row in csv.DictReader(file)
        ]


def test_the_results_that_are_kept_are_of_all_settings():
    kept = _kept()
    assert list(dict.fromkeys(row.setting for row in kept)) == [*SETTINGS, *ALTERNATIVES]
    assert min(row.runs for row in kept if row.asked == "at most" and row.truth in ERRORS) >= 1000


def test_no_error_that_is_kept_is_above_alpha_beyond_chance():
    assert [row for row in _kept() if row.too_often] == []
    assert ALPHA == 0.05


def test_the_page_says_what_the_rows_say():
    page = (RESULTS / "rule.md").read_text(encoding="utf-8")
    for name in [*SETTINGS, *ALTERNATIVES]:
        (line,) = re.findall(rf"^\| {re.escape(name)} \|.*$", page.partition("## Every setting")[2], re.MULTILINE)
        assert line.endswith(f"| {' | '.join(columns([row for row in _kept() if row.setting == name]))} |")


def test_the_readme_has_the_short_table():
    page = (RESULTS / "rule.md").read_text(encoding="utf-8")
    (short,) = re.findall(r"<!-- short -->\n\n(.*?)\n\n<!-- /short -->", page, re.DOTALL)
    assert f"<!-- validity -->\n\n{short}\n\n<!-- /validity -->" in README.text
