"""Counts that a city published with small numbers hidden: New York's screened high schools, from the tally to results.

`s` stands for 0 to 5: no count of 0 is ever shown, the publisher's own lower bounds take it for 0, and in one school
the total leaves 0. `s^` is hidden so that `s` cannot be computed, and is 6 or more, as the publisher has it.
"""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import jsonschema
import numpy as np
import pandas as pd
import pytest
from scipy.optimize import LinearConstraint, milp

from fairaudit.plan import read_plan
from fairaudit.results import audit_results, block_results
from fairaudit.sources import read_tally
from fairaudit.tally import Tally

GROUPS = ("Asian", "Black", "Hispanic", "Other", "White", "Private")
PUBLISHED = {"Asian": 9.0, "Black": 7.8, "Hispanic": 7.8, "White": 10.4}
"""Offers of 100 applicants, published_rates.csv, rounded to one digit; Latino is Hispanic."""


@pytest.fixture(scope="module")
def schools(shared_data) -> dict[str, dict[str, dict[str, tuple[int, int]]]]:
    """Read school -> "offers" or "applicants" -> group or Total -> the least and the most."""
    found: dict = {}
    for what in ("applicants", "offers"):
        texts = pd.read_csv(shared_data(f"nyc_hs_admissions/{what}.csv"), dtype=str).set_index("dbn")
        for school, row in texts.iterrows():
            applied = found.get(school, {}).get("applicants")
            most = {group: applied[group][1] if applied else int(row["Total"]) for group in GROUPS}
            counts = {group: _ends(row[group], most[group]) for group in GROUPS}
            found.setdefault(school, {})[what] = counts | {"Total": (int(row["Total"]),) * 2}
    return found


def _ends(text: str, most: int) -> tuple[int, int]:
    return {"s": (0, min(5, most)), "s^": (6, most)}.get(text) or (int(text), int(text))


def write(schools: dict, folder: Path, tables: tuple[str, ...] = ("race", "total")) -> None:
    """Write the two files as somebody would by hand: a row for the offers, one for those who got none."""
    rows = []
    for school, counts in schools.items():
        for group in (*GROUPS, "Total"):
            (a, a_most), (x, x_most) = (counts[what][group] for what in ("applicants", "offers"))
            table, race = ("total", "*") if group == "Total" else ("race", group)
            rows.append((table, race, school, 1, x, x_most))
            rows.append((table, race, school, 0, max(a - x_most, 0), a_most - x))
    frame = pd.DataFrame(rows, columns=["table", "race", "school", "decision", "n", "n_high"])
    frame[frame["table"].isin(tables)].to_csv(folder / "schools.tally.csv", index=False)
    about = {
        "schema_version": "1",
        "kind": "decisions",
        "attributes": {"race": list(GROUPS)},
        "tables": {table: {"by": {"race": ["race"], "total": []}[table]} for table in tables},
        "strata": ["school"],
        "suppression": "0 to 5, and counts from which these could be computed",
    }
    (folder / "schools.tally.json").write_text(json.dumps(about))


PLAN = """
system: {name: Screened admissions, version: "2020"}
evidence:
  - id: offers
    kind: decisions
    data: {source: schools.tally.json, origin: historical, decided_by: this_system}
    being_selected_is: a benefit
    groups: [race]
    words: {people: applicants, selected: were offered a place}
    measures: [{measure: selection_rate, ratio: us.four_fifths, because: 29 CFR 1607.4(D)}]
"""


def results(schools: dict, folder: Path, **tables) -> dict:
    """Take the counts through a plan to results."""
    write(schools, folder, **tables)
    (folder / "audit.yaml").write_text(PLAN)
    plan = read_plan(folder)
    (evidence,) = plan.evidence
    return audit_results(plan, [block_results(plan, evidence, read_tally(evidence, folder))])


@pytest.fixture(scope="module")
def narrowed(schools, tmp_path_factory) -> dict:
    return results(schools, tmp_path_factory.mktemp("with"))


@pytest.fixture(scope="module")
def without_totals(schools, tmp_path_factory) -> dict:
    return results(schools, tmp_path_factory.mktemp("without"), tables=("race",))


def groups(found: dict) -> dict[str, dict]:
    (finding,) = found["evidence"][0]["findings"]
    return {row["group"]: row for row in finding["groups"]}


def rates(found: dict) -> dict[str, tuple[float, float]]:
    """Give each race's lowest and highest offer rate, in percent."""
    return {name: tuple(100 * rate for rate in row["hidden"]["rate"]) for name, row in groups(found).items()}


# --- an independent bound --------------------------------------------------------------------------------------------


def offers_between(school: dict, group: str) -> tuple[int, int]:
    """Bound one group's offers in one school by integer programming: totals hold, and none has more than apply."""
    size = len(GROUPS)
    ends = np.array([school[what][name] for what in ("offers", "applicants") for name in GROUPS], float)
    sums = np.kron(np.eye(2), np.ones(size))  # offers, applicants
    totals = [school["offers"]["Total"][0], school["applicants"]["Total"][0]]
    no_more = np.hstack([np.eye(size), -np.eye(size)])
    rules = [LinearConstraint(sums, totals, totals), LinearConstraint(no_more, -np.inf, 0)]
    wanted = np.zeros(2 * size)
    wanted[GROUPS.index(group)] = 1
    solved = [
        milp(sign * wanted, constraints=rules, integrality=1, bounds=(ends[:, 0], ends[:, 1])) for sign in (1, -1)
    ]
    return round(solved[0].fun), round(-solved[1].fun)


def applied_and_offered(school: dict, group: str) -> set[tuple[int, int]]:
    """List all that one group's applicants and offers in one school can be, by trying every filling of the totals."""
    found = []
    for what in ("applicants", "offers"):
        ends = [school[what][name] for name in GROUPS]
        total = school[what]["Total"][0]
        fillings = product(*(range(low, min(high, total) + 1) for low, high in ends))
        found.append([filling for filling in fillings if sum(filling) == total])
    place = GROUPS.index(group)
    pairs = {}
    for applied in found[0]:
        for offered in found[1]:
            if all(x <= a for x, a in zip(offered, applied, strict=True)):
                pairs[applied[place], offered[place]] = True
    return set(pairs)


def rates_by_program(schools: dict, group: str) -> tuple[float, float]:
    """Bound a group's offer rate in percent: schools part, and only two of them hide how many applied."""
    hidden = [s for s in schools.values() if any(low < high for low, high in s["applicants"].values())]
    rest = [s for s in schools.values() if s not in hidden]
    least, most = map(sum, zip(*(offers_between(school, group) for school in rest), strict=True))
    applied = sum(school["applicants"][group][0] for school in rest)
    found = []
    for choice in product(*(applied_and_offered(school, group) for school in hidden)):
        more, offered = map(sum, zip(*choice, strict=True))
        found += [100 * (end + offered) / (applied + more) for end in (least, most)]
    return min(found), max(found)


# --- what is found ---------------------------------------------------------------------------------------------------


def test_the_least_that_s_stands_for_is_0(schools):
    # School 30Q286: 6 offers are left for Black applicants, hidden as 6 or more, and for others, hidden as s.
    offers = schools["30Q286"]["offers"]
    left = offers["Total"][0] - sum(low for name, (low, high) in offers.items() if low == high and name != "Total")
    assert (left, offers["Black"][0], offers["Other"]) == (6, 6, (0, 5))
    assert offers_between(schools["30Q286"], "Other") == (0, 0)


def test_each_races_offer_rate_holds_what_was_published(narrowed):
    for race, percent in PUBLISHED.items():
        low, high = rates(narrowed)[race]
        assert low - 0.05 <= percent <= high + 0.05  # rounded to one digit


def test_the_rates_are_those_of_an_integer_program(narrowed, without_totals, schools):
    exact = {race: rates_by_program(schools, race) for race in GROUPS}
    found, wide = rates(narrowed), rates(without_totals)
    for race in GROUPS:
        ends = (*found[race], *exact[race], *wide[race])
        print("{:9}{:.3f} to {:.3f}; program {:.3f} to {:.3f}; without totals {:.3f} to {:.3f}".format(race, *ends))
    for race in ("Hispanic", "Other"):  # whose applicants are nowhere hidden
        assert found[race] == pytest.approx(exact[race], abs=1e-9)
    for race in GROUPS:
        assert found[race][0] <= exact[race][0] + 1e-9
        assert exact[race][1] <= found[race][1] + 1e-9
        assert found[race] == pytest.approx(exact[race], abs=0.005)


def test_every_count_of_offers_is_narrowed_to_its_ends(schools, tmp_path):
    write(schools, tmp_path)
    tally, impossible = Tally.load(tmp_path / "schools.tally.json").narrowed()
    assert impossible == []
    cells = tally.cells.assign(high=tally.high)
    cells = cells[(cells["table"] == "race") & (cells["decision"] == "1")]
    for row in cells.to_dict("records"):
        school = schools[row["school"]]
        low, high = school["offers"][row["race"]]
        if low < high and all(one == other for one, other in school["applicants"].values()):
            assert (row["n"], row["high"]) == offers_between(school, row["race"])


def test_they_are_tighter_than_without_the_totals(narrowed, without_totals):
    for race in GROUPS:
        (low, high), (wide_low, wide_high) = rates(narrowed)[race], rates(without_totals)[race]
        assert wide_low <= low
        assert high <= wide_high
        assert high - low < wide_high - wide_low


def test_how_many_applied_is_read_off_the_totals(narrowed):
    assert narrowed["evidence"][0]["records"]["kept"] == 181_713  # published


def test_it_is_said_how_many_counts_were_hidden_and_narrowed(narrowed):
    told = narrowed["evidence"][0]["assumptions"]
    assert [text for text in told if "were received hidden" in text] == [
        "278 counts were received hidden, of which what tables have in common narrows 125, 12 of them to a single "
        "number."
    ]


def test_the_sentence_says_least_and_most_and_no_single_number(narrowed):
    (finding,) = narrowed["evidence"][0]["findings"]
    assert finding["estimate"] is None
    assert " to " in finding["sentence"].partition(";")[0]
    assert "since counts are hidden" in finding["sentence"]


def test_results_fit_the_schema(narrowed, root):
    schema = json.loads((root / "templates" / "results.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(json.loads(json.dumps(narrowed)))
