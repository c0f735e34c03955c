"""Real areas and real residents through short plans: published shares to the printed digit, the rest as plain counts.

AT&T's offers of internet in New Orleans (The Markup 2022), sensors in Chicago (Robinson & Franklin 2021), requests for
service in Washington, DC (2016), broadband help by state (2021) and the staff of New York's agencies (2019). Nothing
here is a finding about those places: what is asked is whether the numbers are right.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from fairaudit import read_plan, read_tally
from fairaudit.assessment import assess
from fairaudit.errors import DataError
from fairaudit.results import block_results
from fairaudit.tally import Tally

ALPHA = 0.05


class Audit:
    """One block of a plan: its tally, and all that was found of it."""

    def __init__(self, plan: str, folder: Path):
        (folder / "audit.yaml").write_text(plan, encoding="utf-8")
        self.plan = read_plan(folder)
        (self.evidence,) = self.plan.evidence
        self.tally: Tally = read_tally(self.evidence, folder)
        self.results = block_results(self.plan, self.evidence, self.tally)

    def finding(self, by: str, measure: str = "") -> dict[str, Any]:
        (found,) = (
            each for each in self.results["findings"] if each["grouping"] == [by] and each["measure"].endswith(measure)
        )
        return found

    def counts(self, by: str) -> dict[str, tuple[int, int]]:
        """Within reach and all of them, by group."""
        return {row["group"]: (row["events"], row["n"]) for row in self.finding(by)["groups"]}

    def rates(self, by: str, measure: str = "") -> dict[str, float]:
        return {row["group"]: row["rate"] for row in self.finding(by, measure)["groups"]}

    def pair(self, first: str, second: str, by: str, measure: str = "") -> dict[str, Any]:
        """The row of the first group over the second; of a gap, by how much the second is above the first."""
        (row,) = (row for row in self.finding(by, measure)["pairs"] if row["groups"] == [first, second])
        return row

    def compared(self, first: str, second: str, scenario: str = "recorded", measure: str = "") -> tuple[Any, int]:
        """What is tested under a scenario of the unknown, and the place of two groups in it."""
        (disparity,) = (each for each in assess(self.evidence, self.tally) if each.measure.name.endswith(measure))
        scheme = disparity.arms.scheme
        place = [tuple(scheme.names[arm] for arm in pair) for pair in scheme.pairs].index((first, second))
        return disparity.comparisons[0].counts[scenario], place

    def shown(self, what: str) -> list[dict[str, Any]]:
        return [entry for entry in self.results["shown"] if entry["shown"] == what]


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Callable[..., Audit]:
    """Give a function from a plan, and files to be prepared for it, to what was found."""

    def of(plan: str, **files: pd.DataFrame) -> Audit:
        folder = tmp_path_factory.mktemp("audit")
        for name, frame in files.items():
            frame.to_csv(folder / f"{name}.csv", index=False)
        return Audit(plan, folder)

    return of


# --- New Orleans: offers that come by the block ----------------------------------------------------------------------

SLOW = """column: speed_down_bins, is: ["Slow (<25 Mbps)"], is_not: [Medium (25-99), "Blazing (≥200)"]"""
OFFERS = """\
system: {name: Internet offers, vendor: AT&T, agency: New Orleans}
evidence:
  - id: slow-offers
    kind: places
    data:
      source: %(source)s
      origin: historical
      decided_by: this_system
      unit: one address
      area: block_group
      areas: sample
      reached: {%(slow)s}%(more)s
    more_is: a burden
    words: {people: addresses, selected: were offered slow internet}
    groups: {%(groups)s}
    measures: [{measure: share_within_reach, difference: 0.1, because: a test}]
"""
DECISIONS = """\
system: {name: Internet offers, vendor: AT&T, agency: New Orleans}
evidence:
  - id: slow-offers
    kind: decisions
    data:
      source: %(source)s
      origin: historical
      decided_by: this_system
      unit: one address
      decision: {%(slow)s}%(more)s
    being_selected_is: a burden
    words: {people: addresses, selected: were offered slow internet}
    groups: {%(groups)s}
    measures: [{measure: selection_rate, difference: 0.1, because: a test}]
"""
INDEPENDENT, BY_BLOCK = "", "\n      cluster: block_group"
LEVELS = {
    "income_level": "income_level: {levels: [Low, Middle-Lower, Middle-Upper, Upper Income]}",
    "race_quantile": "race_quantile: {levels: [least white, less white, more white, most white]}",
    "redlining_grade": "redlining_grade: {levels: [A, B, C, D], merge: {A or B: [A, B]}}",
}

# Yin & Sankin, "Dollars to Megabits, You May Be Paying 400 Times As Much As Your Neighbor for Internet Service", The
# Markup, 19 October 2022: slow offers, all offers, and the share of slow ones in 100 as printed. The worse-off first.
PUBLISHED = {
    "income_level": {"Low": (1514, 1876, 80.70), "Upper Income": (814, 1858, 43.81)},
    "race_quantile": {"least white": (1531, 1993, 76.82), "most white": (905, 2021, 44.78)},
    "redlining_grade": {"D": (1788, 2325, 76.90), "A or B": (31 + 297, 118 + 585, 46.66)},
}
EVERY_LEVEL = pytest.mark.parametrize("level", LEVELS)


@pytest.fixture(scope="module")
def offers(shared_data, run) -> dict[tuple[str, str], Audit]:
    source = shared_data("new_orleans_broadband/att_offers.csv.gz")
    plans = {"places": (OFFERS, ""), "naive": (DECISIONS, INDEPENDENT), "by block": (DECISIONS, BY_BLOCK)}
    return {
        (level, how): run(plan % {"source": source, "slow": SLOW, "more": more, "groups": groups})
        for level, groups in LEVELS.items()
        for how, (plan, more) in plans.items()
    }


@EVERY_LEVEL
def test_slow_offers_by_area_are_those_published(offers, level):
    audit = offers[level, "places"]
    found = audit.counts(level)
    for group, (slow, all_offers, percent) in PUBLISHED[level].items():
        assert found[group] == (slow, all_offers)
        assert round(100 * audit.rates(level)[group], 2) == percent == round(100 * slow / all_offers, 2)


@EVERY_LEVEL
def test_slow_offers_are_flagged_for_whom_they_were_published(offers, level):
    found = offers[level, "places"].finding(level)
    (worse, (x1, n1, _)), (better, (x0, n0, _)) = PUBLISHED[level].items()
    assert (found["verdict"], found["worse_off"]) == ("flagged", worse)
    assert found["lower"] > 0.1
    row = offers[level, "places"].pair(better, worse, level)
    assert row["estimate"] == pytest.approx(x1 / n1 - x0 / n0, abs=1e-9)
    # Of the grades, D lies so far from C, which has more offers than A and B, that this is shown best.
    assert found["worst_pair"] == [worse, better if level != "redlining_grade" else "C"]


@EVERY_LEVEL
def test_a_sample_of_areas_is_judged_as_decisions_whose_cluster_is_the_area(offers, level):
    found, decided = (offers[level, how].finding(level) for how in ("places", "by block"))
    for part in ("verdict", "estimate", "lower", "upper", "worst_pair", "groups", "pairs", "unknown", "checks"):
        assert found[part] == decided[part], part


@EVERY_LEVEL
def test_naive_bounds_and_those_of_areas_side_by_side(offers, level):
    (worse, (x1, n1, _)), (better, (x0, n0, _)) = PUBLISHED[level].items()
    naive, clustered = (offers[level, how].pair(better, worse, level) for how in ("naive", "places"))
    assert naive["estimate"] == clustered["estimate"] == pytest.approx(x1 / n1 - x0 / n0, abs=1e-9)
    independent = stats.norm.isf(ALPHA) * np.sqrt(x1 * (n1 - x1) / n1**3 + x0 * (n0 - x0) / n0**3)
    assert naive["upper"] - naive["estimate"] == pytest.approx(independent, rel=0.02)
    # 23 offers a block group, in two thirds of which all offers are alike: worth some thirteen times fewer.
    assert clustered["upper"] - clustered["estimate"] > 3 * independent
    assert clustered["lower"] < naive["lower"]
    assert clustered["method"] == "clustered score"


def test_616_unknown_incomes_as_recorded_spread_and_at_worst(offers):
    found = offers["income_level", "places"].finding("income_level")
    assert found["unknown"]["people"] == 616
    assert found["unknown"]["share"] == pytest.approx(470 / 4978, abs=1e-9)  # of those with slow offers
    assert found["unknown"]["worst_case_decides"]
    rates = {}
    for scenario in ("recorded", "spread", "worst"):
        pairs, place = offers["income_level", "places"].compared("Upper Income", "Low", scenario)
        x0, n0, x1, n1 = pairs.at(place)
        rates[scenario] = (x0 / n0, x1 / n1)
    assert rates["recorded"] == pytest.approx((814 / 1858, 1514 / 1876), rel=1e-9)
    assert rates["worst"] == pytest.approx((814 / (1858 + 146), (1514 + 470) / (1876 + 470)), rel=1e-9)
    # The 470 slow ones go by shares of slow offers of known income, the 146 others by shares of other offers.
    known, others = 4978 - 470, (8066 - 616) - (4978 - 470)
    low = 1514 + 470 * 1514 / known, 362 + 146 * 362 / others
    upper = 814 + 470 * 814 / known, 1044 + 146 * 1044 / others
    assert rates["spread"] == pytest.approx((upper[0] / sum(upper), low[0] / sum(low)), rel=1e-9)
    bounds = {row["scenario"]: row["bound"] for row in found["checks"]}
    assert list(bounds) == ["recorded", "spread", "worst"]
    assert bounds["worst"] == found["upper"] > bounds["recorded"] > bounds["spread"] > 0.1


def test_every_offer_of_every_block_group_is_counted(offers):
    tally = offers["income_level", "places"].tally
    assert tally.records == tally.cells["n"].sum() == 8066
    assert tally.cells["area_key"].nunique() == 346
    assert tally.cells.groupby("decision")["n"].sum().to_dict() == {"1": 4978, "0": 3088}


# --- New Orleans: what the census knows of the block groups ----------------------------------------------------------

JOINED = "\n      join: {source: %s, on: {records: block_group, file: geoid}}"
NON_WHITE = "non_white: {column: race_perc_non_white, bands: [0.25, 0.5, 0.75]}"
BANDS = ["under 0.25", "0.25 to under 0.5", "0.5 to under 0.75", "0.75 and over"]


@pytest.fixture(scope="module")
def block_groups(shared_data) -> pd.DataFrame:
    names = ["geoid", "state", "tract", "race_perc_non_white", "race_total_estimate", "race_black_alone"]
    path = shared_data("new_orleans_broadband/acs2019_block_groups.csv.gz")
    return pd.read_csv(path, usecols=names, dtype={"geoid": str})


@pytest.fixture(scope="module")
def addresses(shared_data) -> pd.DataFrame:
    path = shared_data("new_orleans_broadband/att_offers.csv.gz")
    return pd.read_csv(path, usecols=["block_group", "speed_down_bins", "race_perc_non_white"], dtype=str)


def joined(run, addresses: pd.DataFrame, census: pd.DataFrame) -> Audit:
    plan = OFFERS % {"source": "offers.csv", "slow": SLOW, "more": JOINED % "census.csv", "groups": NON_WHITE}
    return run(plan, offers=addresses[["block_group", "speed_down_bins"]], census=census)


def test_offers_joined_to_the_census_are_those_that_pandas_merges(run, addresses, block_groups):
    census = block_groups[["geoid", "race_perc_non_white"]]
    audit = joined(run, addresses, census)
    merged = addresses.drop(columns="race_perc_non_white").merge(census, left_on="block_group", right_on="geoid")
    assert len(merged) == len(addresses) == 8066
    slow = merged["speed_down_bins"].eq("Slow (<25 Mbps)")
    band = pd.cut(merged["race_perc_non_white"], [-1, 0.25, 0.5, 0.75, 2], right=False, labels=BANDS)
    expected = slow.groupby(band, observed=True).agg(["sum", "size"])
    assert audit.counts("non_white") == {name: tuple(row) for name, row in expected.iterrows()}
    assert sum(n for _, n in audit.counts("non_white").values()) == 8066
    # It is the share that the offers' own file has, which The Markup took from the same survey.
    own = addresses["race_perc_non_white"].astype(float)
    assert own.to_numpy() == pytest.approx(merged["race_perc_non_white"].to_numpy(), abs=1e-12)


def test_block_groups_that_the_census_file_lacks_are_unknown(run, addresses, block_groups):
    census = block_groups.loc[block_groups["geoid"] != "220710001001", ["geoid", "race_perc_non_white"]]
    audit = joined(run, addresses, census)
    lost = int(addresses["block_group"].eq("220710001001").sum())
    assert audit.finding("non_white")["unknown"]["people"] == lost == 46
    assert sum(n for _, n in audit.counts("non_white").values()) == 8066 - lost


def test_the_census_file_has_lost_the_leading_zeros_of_six_states(run, addresses, block_groups):
    """Keys of Alabama to Connecticut have 11 digits there: records that have all 12 are refused, with the mend."""
    short = block_groups[block_groups["geoid"].str.len() == 11]
    assert (len(short), sorted(short["state"].unique())) == (11_692, [1, 4, 5, 6, 8, 9])
    keys = short["geoid"].str.zfill(12).iloc[:40].to_list()
    elsewhere = addresses.iloc[:400].assign(block_group=[keys[place % 40] for place in range(400)])
    census = block_groups[["geoid", "race_perc_non_white"]]
    with pytest.raises(DataError) as caught:
        joined(run, elsewhere, census)
    (problem,) = caught.value.problems
    assert problem.where == "offers.csv"
    assert problem.what.startswith("40 area keys (400 records) that no area of census.csv has would match but for")
    assert any(problem.what.endswith(f": {key!r} -> {key.lstrip('0')!r}") for key in keys)
    audit = joined(run, elsewhere, census.assign(geoid=census["geoid"].str.zfill(12)))
    assert audit.tally.records == 400
    assert audit.finding("non_white")["unknown"]["people"] == 0


def test_the_census_file_as_it_comes_is_refused_for_two_columns_of_one_name(run, shared_data):
    source = shared_data("new_orleans_broadband/att_offers.csv.gz")
    more = JOINED % shared_data("new_orleans_broadband/acs2019_block_groups.csv.gz")
    with pytest.raises(DataError, match="the columns 'geoid', 'GEOID' differ in capitals only"):
        run(OFFERS % {"source": source, "slow": SLOW, "more": more, "groups": NON_WHITE})


# --- Chicago: every tract, with a sensor or without ------------------------------------------------------------------

SENSORS = """\
system: {name: Array of Things, agency: City of Chicago}
evidence:
  - id: sensors
    kind: places
    data:
      source: %(folder)s/chicago_tracts_income_derived.csv
      origin: historical
      decided_by: this_system
      unit: one census tract
      area: GEOID10
      areas: all
      reached: {column: has_sensor, is: [1], is_not: [0]}
      shapes: {source: %(folder)s/chicago_tracts_income_derived.geojson, key: GEOID10}
    more_is: a burden
    words: {people: tracts, selected: have a sensor}
    groups:
      us_decile: {levels: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}
      income: {column: median_income, quantiles: 5}
    measures: [{measure: share_within_reach, difference: 0.05, because: a test}]
"""

# Tracts with a sensor and all tracts, by decile of income (1 is the richest). Of the shares that Robinson & Franklin
# print (2021, Transactions of the Institute of British Geographers 46: 238-254), three are others than these give.
BY_DECILE = [(13, 78), (8, 59), (3, 63), (5, 48), (7, 64), (8, 50), (9, 77), (6, 92), (18, 119), (17, 146)]
FIFTHS = ["lowest fifth", "2nd fifth", "3rd fifth", "4th fifth", "highest fifth"]


@pytest.fixture(scope="module")
def tracts(shared_data) -> pd.DataFrame:
    return pd.read_csv(shared_data("chicago_sensors/chicago_tracts_income_derived.csv"))


@pytest.fixture(scope="module")
def sensors(shared_data, run) -> Audit:
    shared_data("chicago_sensors/chicago_tracts_income_derived.geojson")
    return run(SENSORS % {"folder": shared_data("chicago_sensors")})


def test_tracts_with_a_sensor_by_decile_are_plain_counts(sensors):
    assert list(sensors.counts("us_decile").values()) == BY_DECILE
    assert tuple(map(sum, zip(*BY_DECILE, strict=True))) == (94, 796)
    assert list(sensors.rates("us_decile").values()) == pytest.approx([x / n for x, n in BY_DECILE], abs=1e-12)


def test_where_every_area_is_counted_nothing_is_uncertain(sensors):
    for by in ("us_decile", "income"):
        found = sensors.finding(by)
        assert {row["method"] for row in found["pairs"]} == {"all areas counted"}
        assert all(row["lower"] == row["estimate"] == row["upper"] for row in found["pairs"])
        assert all((row["lower"], row["upper"]) == (None, None) for row in found["groups"])
        assert found["lower"] == found["estimate"] == found["upper"]
        assert found["more_records"] is None
        assert "All areas are counted" in found["sentence"]


def test_the_verdict_is_that_of_the_value(sensors):
    deciles, fifths = (sensors.finding(by) for by in ("us_decile", "income"))
    assert deciles["estimate"] == pytest.approx(13 / 78 - 3 / 63, abs=1e-12)
    assert (deciles["verdict"], deciles["worst_pair"]) == ("flagged", ["1", "3"])
    assert fifths["estimate"] == pytest.approx(21 / 159 - 16 / 159, abs=1e-12)
    assert (fifths["verdict"], fifths["worst_pair"]) == ("cleared", ["highest fifth", "4th fifth"])
    for found in (deciles, fifths):
        outside = {tuple(row["groups"]) for row in found["pairs"] if row["estimate"] > 0.05}
        assert {tuple(row["groups"]) for row in found["pairs"] if row["reading"] == "outside the limit"} == outside


def test_fifths_of_income_hold_equal_numbers_of_tracts(sensors, tracts):
    income = np.sort(tracts["median_income"])
    cuts = [income[-(-796 * place // 5)] for place in range(1, 5)]
    fifth = np.searchsorted(cuts, tracts["median_income"], side="right")
    expected = tracts["has_sensor"].groupby(fifth).agg(["sum", "size"])
    assert list(sensors.counts("income").values()) == [tuple(row) for row in expected.to_numpy()]
    assert list(sensors.counts("income")) == FIFTHS
    assert [n for _, n in sensors.counts("income").values()] == [160, 159, 159, 159, 159]
    (note,) = sensors.tally.about.notes
    assert note.startswith("income: areas in 5 parts of equal number")
    assert all(f"{cut:,.6g}" in note for cut in cuts)


def test_the_map_has_every_tract_and_94_with_a_sensor(sensors, tracts):
    (drawn,) = sensors.shown("map")
    value = {area["area"]: area["value"] for area in drawn["areas"]}
    assert len(value) == 796
    assert sum(value.values()) == 94
    assert value == dict(zip(tracts["GEOID10"].astype(str), tracts["has_sensor"], strict=True))
    assert all(area["n"] == 1 and area["rings"] for area in drawn["areas"])


def test_the_concentration_of_sensors_is_that_of_the_ranks_of_tracts(sensors):
    """Kakwani, Wagstaff & van Doorslaer 1997, Journal of Econometrics 77: 87-103: 2 / (n mean) * sum(h R) - 1."""
    (entry,) = (entry for entry in sensors.shown("segregation") if entry["grouping"] == ["income"])
    with_sensor, n = np.array(list(sensors.counts("income").values()), float).T
    rank = (n.cumsum() - n / 2) / n.sum()
    assert entry["concentration"] == pytest.approx(2 / with_sensor.sum() * (with_sensor * rank).sum() - 1, abs=1e-12)
    assert [group["areas"] for group in entry["groups"]] == n.tolist()
    assert [group["dissimilarity"] for group in entry["groups"]] == [None] * 5  # a tract is in one fifth alone


# --- Washington, DC: who is heard by 311 -----------------------------------------------------------------------------

REQUESTS = """\
system: {name: "311", agency: Government of the District of Columbia}
evidence:
  - id: heard
    kind: representation
    data:
      source: %(source)s
      origin: historical
      decided_by: this_system
      unit: one request
      count: count
      cluster: %(cluster)s%(more)s
      population: {source: %(people)s.csv, people: people, from: %(by)s, year: %(year)s}
    more_is: a benefit
    words: {people: residents}
    groups: {%(groups)s}
    measures:
      - {measure: events_per_1000, ratio: 0.8, because: a test}
      - {measure: representation_ratio, ratio: 0.8, because: a test}
"""
SHARES = ["under 25% Black", "25 to 75% Black", "over 75% Black"]

# Requests of 2016, residents of the American Community Survey 2015-19, and tracts.
HEARD = {
    "under 25% Black": (126_655, 256_914, 61),
    "25 to 75% Black": (108_071, 236_198, 61),
    "over 75% Black": (68_717, 199_571, 57),
}
PER_1000 = [493.0, 457.5, 344.3]


@pytest.fixture(scope="module")
def dc_tracts(block_groups) -> pd.DataFrame:
    """Residents of each tract of Washington, and what share of them is Black, from its block groups."""
    district = block_groups[block_groups["state"] == 11]
    tract = district["tract"].map("{:06d}".format).rename("census_tract")
    people = district.groupby(tract)[["race_total_estimate", "race_black_alone"]].sum().reset_index()
    share = people["race_black_alone"] / people["race_total_estimate"]
    named = pd.cut(share, [-0.01, 0.25, 0.75, 1], labels=SHARES).astype(str)
    return pd.DataFrame({"census_tract": people["census_tract"], "people": people["race_total_estimate"], "who": named})


@pytest.fixture(scope="module")
def heard(shared_data, run, dc_tracts) -> Audit:
    """By tract: the group of a request is that of the tract, which is joined to it."""
    words = {
        "source": shared_data("dc_311/2016_counts_by_census_tract.csv.gz"),
        "cluster": "census_tract",
        "more": "\n      join: {source: groups.csv, on: census_tract}",
        "people": "tracts",
        "by": "American Community Survey",
        "year": 2019,
        "groups": f"who: {{levels: [{', '.join(SHARES)}]}}",
    }
    return run(REQUESTS % words, tracts=dc_tracts, groups=dc_tracts[["census_tract", "who"]])


def test_requests_for_every_1000_residents_are_counts_over_counts(heard):
    rows = {row["group"]: row for row in heard.finding("who", "per_1000")["groups"]}
    assert {name: (row["records"], row["n"]) for name, row in rows.items()} == {
        name: (requests, people) for name, (requests, people, _) in HEARD.items()
    }
    assert [row["rate"] for row in rows.values()] == pytest.approx(
        [1000 * requests / people for requests, people, _ in HEARD.values()], rel=1e-9
    )
    assert [round(row["rate"], 1) for row in rows.values()] == PER_1000
    assert sum(requests for requests, _, _ in HEARD.values()) == heard.tally.records == 303_443
    assert heard.tally.about.notes == (
        "Who lives there is taken from American Community Survey 2019 (tracts.csv): 692,683 people.",
    )


def test_representation_is_the_share_of_requests_over_the_share_of_residents(heard):
    expected = {name: (x / 303_443) / (n / 692_683) for name, (x, n, _) in HEARD.items()}
    assert heard.rates("who", "representation_ratio") == pytest.approx(expected, rel=1e-9)
    (shown,) = heard.shown("representation")
    assert {row["group"]: row["ratio"] for row in shown["groups"]} == pytest.approx(expected, rel=1e-9)
    assert [(row["n"], row["residents"]) for row in shown["groups"]] == [(x, n) for x, n, _ in HEARD.values()]


@pytest.fixture(scope="module")
def by_fold(shared_data, dc_tracts) -> tuple[np.ndarray, np.ndarray]:
    """Requests and residents by fold and group, each tract in the fold that its name's MD5 puts it into."""
    requests = pd.read_csv(shared_data("dc_311/2016_counts_by_census_tract.csv.gz"), dtype={"census_tract": str})
    both = dc_tracts.assign(
        requests=dc_tracts["census_tract"].map(requests.groupby("census_tract")["count"].sum()),
        fold=[int(hashlib.md5(name.encode()).hexdigest()[:3], 16) % 100 for name in dc_tracts["census_tract"]],
    )
    tables = (both.pivot_table(index="fold", columns="who", values=name, aggfunc="sum", fill_value=0)[SHARES]
              for name in ("requests", "people"))  # fmt: skip
    return tuple(table.to_numpy(float) for table in tables)


def test_tracts_are_the_folds_of_requests_and_of_residents(heard, by_fold):
    cells = heard.tally.cells
    for counted, expected in zip(("1", "0"), by_fold, strict=True):
        rows = cells[(cells["counted"] == counted) & (cells["n"] > 0)]
        table = rows.pivot_table(index="fold", columns="who", values="n", aggfunc="sum", fill_value=0)[SHARES]
        assert table.to_numpy() == pytest.approx(expected)


def jackknifed(x: np.ndarray, n: np.ndarray, first: int, second: int) -> tuple[float, float]:
    """The ratio of two rates, and the standard error of its logarithm from leaving out one fold at a time."""
    rates = (x.sum(axis=0) - x) / (n.sum(axis=0) - n)
    log = np.log(rates[:, first] / rates[:, second])
    folds = len(log)
    error = np.sqrt((folds - 1) / folds * ((log - log.mean()) ** 2).sum())
    return (x[:, first].sum() / n[:, first].sum()) / (x[:, second].sum() / n[:, second].sum()), error


@pytest.mark.parametrize("measure", ["events_per_1000", "representation_ratio"])
@pytest.mark.parametrize(("first", "second"), [(2, 0), (2, 1), (1, 0)])
def test_bounds_come_near_to_a_jackknife_of_the_ratio_over_folds_of_tracts(heard, by_fold, measure, first, second):
    ratio, error = jackknifed(*by_fold, first, second)
    assert heard.pair(SHARES[first], SHARES[second], "who", measure)["estimate"] == pytest.approx(ratio, rel=1e-9)
    pairs, place = heard.compared(SHARES[first], SHARES[second], measure=measure)
    folds = (by_fold[0][:, [first, second]] > 0).sum(axis=0).min()
    assert pairs.freedom(place) == folds - 1
    reach = stats.t.isf(ALPHA, folds - 1) * error
    bounds = [bound[place] for bound in pairs.bounds("ratio", ALPHA, ALPHA)]
    assert np.log(bounds) == pytest.approx(np.log(ratio) + np.array([-reach, reach]), abs=0.2 * reach)


def test_requests_taken_one_by_one_would_be_a_hundred_times_too_sure(heard, by_fold):
    """If requests were a Poisson flow, the ratio would be known to half a hundredth; over tracts, to a tenth."""
    _, error = jackknifed(*by_fold, 2, 0)
    assert error > 10 * np.sqrt(1 / 68_717 + 1 / 126_655)
    found = heard.finding("who", "per_1000")
    assert (found["verdict"], found["worst_pair"]) == ("not_demonstrated", ["over 75% Black", "under 25% Black"])
    assert found["lower"] < 0.8 < found["upper"]


# Residents of the census of 2020 in the wards of 2012, in which requests of 2016 are counted (DC Office of Planning,
# quoted by Advisory Neighborhood Commission 6B, "Ward redistricting process begins").
WARDS = pd.DataFrame({"ward": range(1, 9), "people": [85_285, 81_904, 85_301, 84_660, 89_425, 108_202, 76_255, 78_513]})
REQUESTS_BY_WARD = [33_037, 52_247, 27_639, 42_136, 40_107, 52_735, 33_708, 22_215]


@pytest.fixture(scope="module")
def by_ward(shared_data, run) -> Audit:
    words = {
        "source": shared_data("dc_311/2016_counts_by_ward.csv"),
        "cluster": "ward",
        "more": "",
        "people": "wards",
        "by": "Census",
        "year": 2020,
        "groups": "my_ward: {column: ward}",
    }
    return run(REQUESTS % words, wards=WARDS)


def test_requests_for_every_1000_residents_of_a_ward(by_ward):
    rates = by_ward.rates("my_ward", "per_1000")
    expected = [1000 * x / n for x, n in zip(REQUESTS_BY_WARD, WARDS["people"], strict=True)]
    assert list(rates) == [str(ward) for ward in range(1, 9)]
    assert list(rates.values()) == pytest.approx(expected, rel=1e-9)
    assert [round(rate) for rate in rates.values()] == [387, 638, 324, 498, 448, 487, 442, 283]
    assert WARDS["people"].sum() == 689_545


def test_where_a_ward_is_one_cluster_nothing_tells_how_requests_vary(by_ward):
    found = by_ward.finding("my_ward", "per_1000")
    assert found["verdict"] == "not_demonstrated"
    assert all((row["lower"], row["upper"]) == (None, None) for row in found["groups"])


# --- households that were helped with broadband, by state ------------------------------------------------------------

HELPED = """\
system: {name: Emergency Broadband Benefit, agency: Federal Communications Commission}
evidence:
  - id: helped
    kind: representation
    data:
      source: places.csv
      origin: historical
      decided_by: this_system
      unit: one household
      count: helped
      population: {source: subscribers.csv, people: lifeline, from: "USAC, Lifeline subscribers", year: 2021}
    more_is: a benefit
    words: {people: households}
    groups: [place]
    measures: [{measure: %s, ratio: 0.8, because: a test}]
"""


@pytest.fixture(scope="module")
def helped(shared_data) -> pd.DataFrame:
    places = pd.read_csv(shared_data("ebb_lifeline/ebb-lifeline.csv"))
    places.columns = ["place", "lifeline", "helped", "left", "ratio"]
    return places.astype({"lifeline": int})


def by_place(run, helped: pd.DataFrame, measure: str) -> Audit:
    places = helped[helped["place"] != "USA"]
    return run(HELPED % measure, places=places[["place", "helped"]], subscribers=places[["place", "lifeline"]])


def test_households_helped_over_subscribers_are_those_published(run, helped):
    """Universal Service Administrative Company, 22 August 2021: 4,868,157 enrolled; 4,129 of them on four islands."""
    audit = by_place(run, helped, "representation_ratio")
    (shown,) = audit.shown("representation")
    total = helped[helped["place"] == "USA"].iloc[0]
    enrolled, subscribers = (sum(row[name] for row in shown["groups"]) for name in ("n", "residents"))
    assert (enrolled, subscribers) == (4_864_028, 6_222_383) == (audit.tally.records, total["lifeline"])
    assert enrolled + 4_129 == total["helped"] == 4_868_157
    assert round((enrolled + 4_129) / subscribers, 3) == 0.782 == round(enrolled / subscribers, 3)
    for row in shown["groups"]:
        place = helped[helped["place"] == row["group"]].iloc[0]
        assert row["ratio"] == pytest.approx(place["ratio"] / (4_864_028 / 6_222_383), rel=1e-9)
    assert len(shown["groups"]) == 52


def test_a_share_of_households_is_refused_where_more_are_helped_than_there_are(run, helped):
    with pytest.raises(DataError) as caught:
        by_place(run, helped, "share_reached")
    above = helped[(helped["place"] != "USA") & (helped["helped"] > helped["lifeline"])]
    assert len(above) == len(caught.value.problems) == 17
    assert {problem.what for problem in caught.value.problems} == {
        f"{row.helped:,} of {row.place} are reached, and {row.lifeline:,} live there: a share of people cannot be more "
        "than all (place)"
        for row in above.itertuples()
    }
    assert all("measure events_per_1000" in problem.hint for problem in caught.value.problems)


# --- New York: staff beside the labour force -------------------------------------------------------------------------

STAFF = """\
system: {name: Hiring by the City, agency: City of New York}
evidence:
  - id: staff
    kind: representation
    data:
      source: staff.csv
      origin: historical
      decided_by: this_system
      unit: one employee
      count: employees
      cluster: agency
      population: {source: labour_force.csv, share: percent, from: labour force of the survey, year: 2019}
    more_is: a benefit
    words: {people: workers}
    groups: {race: {levels: [white, black, hispanic, asian, sor]}}
    measures: [{measure: representation_ratio, ratio: 0.8, because: a test}]
"""
RACES = ["white", "black", "hispanic", "asian", "sor"]
# In 100 of the labour force of 2019, to four digits: the only ones from which all 72 distances of agencies follow.
LABOUR_FORCE = [34.5591, 20.8755, 27.2668, 14.5046, 2.7940]


@pytest.fixture(scope="module")
def agencies(shared_data) -> pd.DataFrame:
    return pd.read_csv(shared_data("nyc_workforce/agency_diversity_calculations_2019.csv"))


def labour_force(agencies: pd.DataFrame) -> np.ndarray:
    """Recover the shares that distances were taken from: |p|^2 - 2 p q + |q|^2 = d^2 is linear in q and |q|^2."""
    shares = agencies[[f"x_{race}" for race in RACES]].to_numpy(float)
    left = np.c_[-2 * shares, np.ones(len(shares))]
    found = np.linalg.lstsq(left, agencies["d3_race"].to_numpy() ** 2 - (shares**2).sum(axis=1), rcond=None)[0][:-1]
    assert np.sqrt(((shares - found) ** 2).sum(axis=1)) == pytest.approx(agencies["d3_race"].to_numpy(), abs=1e-9)
    return found


def test_staff_beside_the_labour_force(run, agencies):
    force = labour_force(agencies)
    assert force.round(4).tolist() == LABOUR_FORCE
    assert force.sum() == pytest.approx(100, abs=1e-6)
    staff = agencies.melt("agency", [f"x_{race}" for race in RACES], "race", "percent")
    staff["race"] = staff["race"].str.removeprefix("x_")
    employees = staff["agency"].map(agencies.set_index("agency")["x_employees"])
    staff["employees"] = (staff["percent"] * employees / 100).round().astype(int)
    shares = pd.DataFrame({"race": RACES, "percent": force})
    audit = run(STAFF, staff=staff[["agency", "race", "employees"]], labour_force=shares)
    counts = staff.groupby("race")["employees"].sum()[RACES]
    expected = counts / counts.sum() / (force / 100)
    assert audit.rates("race") == pytest.approx(expected.to_dict(), rel=1e-6)
    assert audit.tally.records == counts.sum()
    assert audit.tally.about.shares
    rows = {row["group"]: row["records"] for row in audit.finding("race")["groups"]}
    assert rows == counts.to_dict()
    for first, second in (("black", "white"), ("asian", "white")):
        row = audit.pair(first, second, "race")
        assert row["estimate"] == pytest.approx(expected[first] / expected[second], rel=1e-6)
        assert row["lower"] < row["estimate"] < row["upper"]
        assert row["method"] == "clustered Poisson"
