"""Mistakes in plans and data of representation, places, pairs and matching: what a user sees, and no traceback.

A plan that cannot be is refused with exit code 2, records that it does not fit with 3, nothing is written. Below, the
same findings from records and from the counts that were made of them, and slips in those counts.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from fairaudit import read_plan, read_tally
from fairaudit.results import block_results
from tests.geography import maps
from tests.run.made import files

SYSTEM = "system: {name: Service, decides: who is served}\nevidence:\n"
BLOCK = """  - id: block
    kind: {kind}
    data:
      source: {source}
      origin: historical
      decided_by: this_system
{data}
    {side}
    groups: {groups}
    measures: {measures}
"""

DATA = {
    "representation": "population: {source: people.csv, people: people, from: ACS, year: 2020}",
    "places": "area: tract\nareas: sample\nreached: {column: y, is: [1], is_not: [0]}",
    "pairs": "decision: {column: y, is: [1], is_not: [0]}\nmatched_by: ad",
    "matching": "decision: {column: y, is: [1], is_not: [0]}\noutcome: {column: same, is: [1], is_not: [0]}",
}
SIDE = {
    "representation": "more_is: a benefit",
    "places": "more_is: a benefit",
    "pairs": "being_selected_is: a benefit",
    "matching": "a_missed_match_costs: benefits stop\n    a_false_match_costs: a stranger's debt is collected",
}
MEASURES = {
    "representation": "[{measure: representation_ratio, ratio: 0.8, because: x}]",
    "places": "[{measure: share_within_reach, difference: 0.1, because: x}]",
    "pairs": "[{measure: selection_rate, difference: 0.1, because: x}]",
    "matching": "[{measure: missed_match_rate, difference: 0.1, because: x}]",
}
TRACTS = ("001", "002", "003")
RECORDS = {
    "representation": "race,tract\n" + "".join(f"{'AB'[n % 2]},{TRACTS[n % 3]}\n" for n in range(60)),
    "places": "race,tract,y\n" + "".join(f"{'AB'[n % 2]},{TRACTS[n // 2 % 3]},{n // 2 % 2}\n" for n in range(60)),
    "pairs": "ad,race,y\n" + "".join(f"{n // 2},{'AB'[n % 2]},{n // 3 % 2}\n" for n in range(60)),
    "matching": "race,y,same\n" + "".join(f"{'AB'[n % 2]},{n // 2 % 2},{n // 4 % 2}\n" for n in range(80)),
}
ALL = "tract,y,W,B,Wm,Bm,income,side\n" + "".join(
    f"t{n},{n % 2},{10 * n + 5},{90 - 7 * n},{n + 1},{n + 2},{n}000,{'xy'[n // 5]}\n" for n in range(10)
)
ALL_AREAS = DATA["places"].replace("sample", "all")
COLUMNS = "{race: {columns: {White: W, Black: B}}}"
PEOPLE = "race,people\nA,1000\nB,2000\n"


def audit(folder: Path, kind: str, records: str | None = None, people: str = PEOPLE, more: str = "", **parts) -> Path:
    """Write an audit of one block; `more` are further lines of the block."""
    folder.mkdir(parents=True, exist_ok=True)
    data = "\n".join(f"      {line}" for line in parts.pop("data", DATA[kind]).splitlines())
    given = {"source": "records.csv", "side": SIDE[kind], "groups": "[race]", "measures": MEASURES[kind], **parts}
    text = SYSTEM + BLOCK.format(kind=kind, data=data, **given) + "".join(f"    {line}\n" for line in more.splitlines())
    (folder / "audit.yaml").write_text(text, encoding="utf-8")
    (folder / "records.csv").write_text(RECORDS[kind] if records is None else records, encoding="utf-8")
    if kind == "representation":
        (folder / "people.csv").write_text(people, encoding="utf-8")
    return folder


@pytest.mark.parametrize("kind", DATA)
@pytest.mark.parametrize("command", ["check", "how-many", "tally"])
def test_what_is_right_is_taken(tmp_path, say, kind, command):
    folder = audit(tmp_path / "a", kind)
    said = say(command, folder, *(["-o", tmp_path / "counts"] if command == "tally" else []))
    assert (said.code, said.err) == (0, "")


# --- plans -----------------------------------------------------------------------------------------------------------

SERVICE = "area: tract\nareas: sample\nservice: speed"
COUNTED = DATA["representation"]
SHARES = COUNTED.replace("people: people", "share: share")


def measured(name: str, more: str = "") -> str:
    return f"[{{measure: {name}, ratio: 0.8, because: x{more}}}]"


# kind, how the plan differs, what is said, and the way out.
PLANS = {
    "events without a cluster": (
        "representation", {"measures": measured("events_per_1000")},
        "events_per_1000 is not told whose events they are: one person may have many", "Name the caller, or the area",
    ),
    "a share of people beside shares": (
        "representation", {"data": SHARES, "measures": measured("share_reached")},
        "share_reached needs numbers of people, and the benchmark has shares", "Write representation_ratio",
    ),
    "events beside shares": (
        "representation", {"data": f"{SHARES}\ncluster: tract", "measures": measured("events_per_1000")},
        "events_per_1000 needs numbers of people, and the benchmark has shares", "or people: in the population",
    ),
    "a margin of error of shares": (
        "representation", {"data": SHARES.replace("from", "moe: moe, from")},
        "a margin of error goes with people, not with shares", "Give people and moe, or take it out.",
    ),
    "moe without people": (
        "representation", {"data": COUNTED.replace("people: people", "moe: moe")},
        "neither people nor share is given", "Write people: the column of numbers of people",
    ),
    "people and shares": (
        "representation", {"data": COUNTED.replace("from", "share: share, from")},
        "people and share stand here at once", "or share: that of shares of the whole",
    ),
    "a weight of those reached": (
        "representation", {"data": f"{COUNTED}\nweight: w"},
        "records of who is reached are counted, and not weighted", "count: says how many records a row stands for",
    ),
    "no population": (
        "representation", {"data": "cluster: tract"},
        "'population' is missing: records must hold it", "Write population: {source: FILE",
    ),
    "a population without a year": (
        "representation", {"data": COUNTED.replace(", year: 2020", "")}, "'year' is missing", "",
    ),
    "columns of a sample": (
        "places", {"groups": COLUMNS}, "numbers of people by area are of areas, and records are a sample",
        "Write areas: all",
    ),
    "columns crossed": (
        "places",
        {"data": ALL_AREAS, "groups": "{race: {columns: {W: W, B: B}}, age: {columns: {Old: O, Young: Y}}}",
         "more": "compare: [{by: [race, age]}]"},
        "two groups that are counted by columns cannot be crossed", "give columns for the crossing",
    ),
    "one column": (
        "places", {"data": ALL_AREAS, "groups": "{race: {columns: {White: W}}}"},
        "there is but one group", "name the column of each",
    ),
    "a margin of one group": (
        "places", {"data": ALL_AREAS, "groups": "{race: {columns: {White: W, Black: B}, moe: {White: Wm}}}"},
        "no margin of error is given for Black", "Give all of them or none",
    ),
    "a margin of no group": (
        "places", {"data": ALL_AREAS, "groups": "{race: {columns: {White: W, Black: B}, moe: {Whit: Wm, Black: Bm}}}"},
        "'Whit' is none of the groups", "Did you mean 'White'?",
    ),
    "columns of another kind": (
        "representation", {"groups": COLUMNS}, "evidence of the kind representation has no columns",
        "It goes with places.",
    ),
    "quantiles of another kind": (
        "pairs", {"groups": "{income: {quantiles: 5}}"}, "evidence of the kind pairs has no quantiles",
        "It goes with places.",
    ),
    "quantiles and levels": (
        "places", {"groups": "{income: {quantiles: 5, levels: [1, 2]}}"}, "quantiles stands beside levels",
        "quantiles makes the groups alone",
    ),
    "neither reached nor service": (
        "places", {"data": "area: tract\nareas: all"}, "neither reached nor service is given", "Write reached:",
    ),
    "a weight of all areas": (
        "places", {"data": f"{ALL_AREAS}\nweight: w"}, "weight says nothing where all areas are counted",
        "people: says how many live in an area",
    ),
    "people of a sample": (
        "places", {"data": f"{DATA['places']}\npeople: W"}, "people says nothing where a sample is drawn",
        "Each record counts once, or by its weight:",
    ),
    "one coordinate": (
        "places", {"data": DATA["places"].replace("area: tract", "area: {longitude: x}")},
        "an area is named by a column or by both coordinates", "Write area: NAME",
    ),
    "coordinates without shapes": (
        "places", {"data": DATA["places"].replace("area: tract", "area: {longitude: x, latitude: y}")},
        "coordinates lie in an area only where its shape is known", "Write shapes:",
    ),
    "a number without how much": (
        "places", {"data": SERVICE}, "share_within_reach is not told how much service is within reach",
        "Write above: 25",
    ),
    "how much of a yes or no": (
        "places", {"measures": measured("share_within_reach", ", above: 5")}, "above says nothing of a yes or no",
        "Take it out.",
    ),
    "the mean of a yes or no": (
        "places", {"measures": measured("mean_service")}, "mean_service needs a service that is a number",
        "Write service: NAME.",
    ),
    "an outcome of a test": (
        "pairs", {"measures": measured("false_positive_rate")},
        "false_positive_rate needs an outcome, and a matched test has none", "Write selection_rate",
    ),
    "arms against the rest": (
        "pairs", {"more": "compare: [{by: race, reference: rest}]"},
        "arms of a test are compared with each other, not with rest", "or name one arm",
    ),
    "weighted tests": (
        "pairs", {"data": f"{DATA['pairs']}\nweight: w"}, "matched tests have no weight", "Every test counts once",
    ),
    "no test": (
        "pairs", {"data": DATA["pairs"].partition("\n")[0]}, "'matched_by' is missing", "Write matched_by: NAME",
    ),
    "the test as a group": (
        "pairs", {"groups": "[race, ad]"}, "the column 'ad' is the matched_by", "A group is who people are",
    ),
    "matching without costs": (
        "matching", {"side": "a_false_match_costs: x"}, "'a_missed_match_costs' is missing",
        "Say what a missed match does to a person",
    ),
    "matching that is a burden": (
        "matching", {"more": "being_selected_is: a burden"}, "evidence of the kind matching has no being_selected_is",
        "Every error is the worse side: take it out.",
    ),
    "costs of another kind": (
        "pairs", {"more": "a_missed_match_costs: x"}, "evidence of the kind pairs has no a_missed_match_costs",
        "It goes with matching: take it out.",
    ),
    "matching without the truth": (
        "matching", {"data": DATA["matching"].partition("\n")[0]}, "'outcome' is missing", "Write outcome:",
    ),
    "a side that is not said": (
        "places", {"side": "alpha: 0.05"}, "'more_is' is missing", "It says what being reached more",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PLANS)
@pytest.mark.parametrize("command", ["check", "run"])
def test_plans(tmp_path, say, command, case):
    kind, parts, what, hint = PLANS[case]
    folder = audit(tmp_path / "a", kind, **parts)
    before = files(tmp_path)
    said = say(command, folder)
    assert said.code == 2
    assert "audit.yaml line" in said.err
    assert what in said.err
    assert hint in said.err
    assert "Traceback" not in said.err
    assert files(tmp_path) == before


# --- data ------------------------------------------------------------------------------------------------------------

JOIN = "join: {source: areas.csv, on: tract}"
GROUPED = {"groups": "[who]", "data": f"{DATA['places']}\n{JOIN}"}
WHO = "tract,who\n001,A\n002,B\n003,A\n"
MAP = maps.collection(maps.row(*TRACTS))
ON_MAP = {"data": f"{DATA['places']}\nshapes: {{source: tracts.geojson, key: GEOID}}"}
BY_POINT = {
    "data": DATA["places"].replace("area: tract", "area: {longitude: x, latitude: lat}")
    + "\nshapes: {source: tracts.geojson, key: GEOID}"
}
POINTS = "x,lat,race,y\n" + "".join(f"{-87.5 + n % 3},41.5,{'AB'[n % 2]},{n // 2 % 2}\n" for n in range(60))
CENSUS = {"data": ALL_AREAS, "groups": COLUMNS}
MOE = "{race: {columns: {White: W, Black: B}, moe: {White: Wm, Black: Bm}}}"
OF_SHARES = {"data": SHARES}
BOTH = "race,sex,tract\n" + "".join(f"{'AB'[n % 2]},{'FM'[n // 2 % 2]},001\n" for n in range(60))


def without_zeros(text: str) -> str:
    return text.replace(",00", ",").replace("\n00", "\n")


# kind, records, further files, how the plan differs, what is said, and the way out.
BAD = {
    "a group that the benchmark lacks": (
        "representation", RECORDS["representation"] + "C,001\n", {}, {},
        "records.csv: race holds values that are no declared level: 'C' (1)", "It can be: A, B.",
    ),
    "a group that the records spell otherwise": (
        "representation", RECORDS["representation"].replace("A,", "Black,"),
        {"people.csv": "race,people\nBlack or African American,1000\nB,2000\n"}, {},
        "no declared level: 'Black' (30)", "It can be: B, Black or African American.",
    ),
    "a declared group that the benchmark lacks": (
        "representation", None, {}, {"groups": "{race: {levels: [A, B, C]}}"},
        "people.csv: counts nobody of these groups of race: C", "add its number of people",
    ),
    "a row of totals among declared groups": (
        "representation", None, {"people.csv": PEOPLE + "Total,3000\n"}, {"groups": "{race: {levels: [A, B]}}"},
        "people.csv: race holds values that are no declared level: 'Total' (3,000)", "It can be: A, B.",
    ),
    "people that are not known": (
        "representation", None, {"people.csv": "race,people\nA,-666666666\nB,2000\n"}, {},
        "people.csv: 'people' holds what are no numbers of people: '-666666666' (1)",
        "-666666666 for what is not known",
    ),
    "a margin of error that is a mark": (
        "representation", None, {"people.csv": "race,people,moe\nA,1000,-555555555\nB,2000,7\n"},
        {"data": COUNTED.replace("from", "moe: moe, from")},
        "'-555555555' (1)", "write -555555555 for a margin that is 0",
    ),
    "shares that do not add up": (
        "representation", None, {"people.csv": "race,share\nA,0.3\nB,0.6\n"}, OF_SHARES,
        "people.csv: the shares by race add up to 0.9", "a group is missing, or stands there twice",
    ),
    "no such column of people": (
        "representation", None, {"people.csv": PEOPLE.replace("people", "peopel")}, {},
        "people.csv: has no column 'people' (population)", "Did you mean 'peopel'?",
    ),
    "no such file of people": (
        "representation", None, {"people.csv": None}, {}, "people.csv: there is no such file", "relative to audit.yaml",
    ),
    "more are reached than live there": (
        "representation", None, {"people.csv": "race,people\nA,10\nB,2000\n"},
        {"measures": measured("share_reached")},
        "records.csv: 30 of A are reached, and 10 live there: a share of people cannot be more than all",
        "measure events_per_1000 and name a cluster",
    ),
    "a count that is none": (
        "representation", "race,tract,n\nA,001,3\nB,002,2.5\nA,003,-1\n", {}, {"data": f"{COUNTED}\ncount: n"},
        "records.csv: 2 values in 'n' are no counts of records: '-1', '2.5'", "whole number of at least 0",
    ),
    "a file that is joined has a key twice": (
        "places", None, {"areas.csv": WHO + "001,B\n"}, GROUPED, "more than once: 001",
        "a record would count twice",
    ),
    "a file that is joined has the same columns": (
        "places", None, {"areas.csv": "tract,who,y\n001,A,1\n"}, GROUPED,
        "areas.csv: has columns that records.csv has too: y", "give it another name",
    ),
    "keys of a join have lost leading zeros": (
        "places", without_zeros(RECORDS["places"]), {"areas.csv": WHO}, GROUPED,
        "records.csv: 3 area keys (60 records) that no area of areas.csv has would match with zeros put before them",
        "Leading zeros were lost: read the column as text.",
    ),
    "the file that is joined has lost leading zeros": (
        "places", None, {"areas.csv": without_zeros(WHO)}, GROUPED,
        "would match but for leading zeros, which", "with its keys as text",
    ),
    "no key of a join matches": (
        "places", None, {"areas.csv": "tract,who\nx,A\ny,B\n"}, GROUPED,
        "3 area keys (60 records) that no area of areas.csv has", "Its keys are like 'x', 'y'",
    ),
    "keys of a map have lost leading zeros": (
        "places", without_zeros(RECORDS["places"]), {"tracts.geojson": MAP}, ON_MAP,
        "3 area keys (60 records) that no area of tracts.geojson has would match with zeros put before them",
        "Leading zeros were lost",
    ),
    "a map of another place": (
        "places", None, {"tracts.geojson": maps.collection(maps.row("x", "y"))}, ON_MAP,
        "3 area keys (60 records) that no area of tracts.geojson has: '001' (20)", "Is it of the same year?",
    ),
    "no such property of a map": (
        "places", None, {"tracts.geojson": MAP}, {"data": ON_MAP["data"].replace("GEOID", "GEOIDS")},
        "tracts.geojson: its areas have no property 'GEOIDS'", "Did you mean 'GEOID'?",
    ),
    "no such map": (
        "places", None, {}, ON_MAP, "tracts.geojson: there is no such file", "as seen from the plan",
    ),
    "areas that lie over each other": (
        "places", None,
        {"tracts.geojson": maps.collection([*maps.row("001", "002"), *maps.row("003", x=-87.5)])}, ON_MAP,
        "2 pairs of areas lie over each other by more than 10%: 001 and 003", "",
    ),
    "an outline that crosses itself": (
        "places", None,
        {"tracts.geojson": maps.collection([
            *maps.row("001", "002"),
            maps.feature("003", maps.polygon([[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]])),
        ])},
        ON_MAP, "1 area has an outline that crosses itself: 003", "",
    ),
    "an area twice on the map": (
        "places", None, {"tracts.geojson": maps.collection(maps.row("001", "002", "002"))}, ON_MAP,
        "1 value of 'GEOID' for more than one area: '002' (2 times)", "Join the parts of one area",
    ),
    "swapped coordinates": (
        "places", POINTS.replace("x,lat", "lat,x"), {"tracts.geojson": MAP}, BY_POINT,
        "60 of 60 records (100.0%) would be in an area if 'x' and 'lat' were exchanged", "Exchange the two",
    ),
    "metres": (
        "places", POINTS.replace("-87.5,", "447000,").replace("-86.5,", "447001,").replace("-85.5,", "447002,"),
        {"tracts.geojson": MAP}, BY_POINT, "60 of 60 records (100.0%) are beyond 180 degrees in 'x'",
        "Feet or metres are not read",
    ),
    "an area twice": (
        "places", ALL + "t3,1,1,1,1,1,1000,x\n", {}, CENSUS, "more than once: t3",
        "Or write areas: sample.",
    ),
    "an area without a key": (
        "places", ALL.replace("t3,", ","), {}, CENSUS, " no area", "give each its key",
    ),
    "people of an area that are not known": (
        "places", ALL.replace("t3,1,35", "t3,1,-666666666"), {}, CENSUS,
        "'W' is no number of at least 0 in 1 area",
        "leave it out with `keep`",
    ),
    "people of an area that are missing": (
        "places", ALL.replace("t3,1,35", "t3,1,"), {}, CENSUS, "'W' is no number of at least 0 in 1 area",
        "leave it out with `keep`",
    ),
    "a margin of an area that is a mark": (
        "places", ALL.replace("t3,1,35,69,4", "t3,1,35,69,-222222222"), {}, CENSUS | {"groups": MOE},
        "'Wm' is no number of at least 0 in 1 area", "mend it",
    ),
    "no such column of people of an area": (
        "places", ALL, {}, CENSUS | {"groups": COLUMNS.replace("B}", "BB}")}, "has no column 'BB' (groups)",
        "Did you mean 'B'?",
    ),
    "quantiles of values that are alike": (
        "places", ALL.replace("4000", "0").replace("2000", "0").replace("1000", "0").replace("3000", "0"), {},
        CENSUS | {"groups": "{income: {quantiles: 4}}"},
        "so many areas have the same 'income' that they cannot be cut into 4 parts of equal number", "Write bands:",
    ),
    "quantiles of few areas": (
        "places", ALL, {}, CENSUS | {"groups": "{income: {quantiles: 12}}"},
        "'income' is known of 10 areas, too few for 12 parts", "or fewer parts",
    ),
    "a test with one arm twice": (
        "pairs", RECORDS["pairs"] + "3,A,1\n", {}, {}, "1 arm of a test stands there more than once: 3 (A: 2)",
        "write kind: decisions, and cluster: ad",
    ),
    "tests with one arm only": (
        "pairs", "ad,race,y\n" + "".join(f"{n},{'AB'[n % 2]},{n // 2 % 2}\n" for n in range(60)), {}, {},
        "no test of 'ad' has two arms of race", "such as the advertisement",
    ),
    "a column of tests that pairs nothing": (
        "pairs", "ad,race,y\n" + "".join(f",{'AB'[n % 2]},{n // 2 % 2}\n" for n in range(60)), {}, {},
        "no test of 'ad' has two arms of race", "It names what the arms of a test share",
    ),
    "no such column of tests": (
        "pairs", RECORDS["pairs"].replace("ad,", "add,", 1), {}, {}, "has no column 'ad' (matched_by)",
        "Did you mean 'add'?",
    ),
    "a match that never is": (
        "matching", None, {}, {"data": DATA["matching"].replace("is: [1], is_not: [0]", "is: [linked]", 1)},
        "y never takes 'linked'; it takes '0' (40), '1' (40)", "Write the values that it takes in decision",
    ),
}  # fmt: skip


def bad(folder: Path, case: str) -> tuple[Path, str, str]:
    """Write the audit of a case; give its folder, what is said, and the way out."""
    kind, records, more, parts, what, hint = BAD[case]
    audit(folder, kind, records, **parts)
    for name, content in more.items():
        if content is None:
            (folder / name).unlink()
        elif name.endswith(".geojson"):
            maps.saved(folder, content, name)
        else:
            (folder / name).write_text(content, encoding="utf-8")
    return folder, what, hint


@pytest.mark.parametrize("case", BAD)
def test_data(tmp_path, say, case):
    folder, what, hint = bad(tmp_path / "a", case)
    before = files(tmp_path)
    said = say("check", folder)
    assert said.code == 3, said.out
    assert what in said.err
    assert hint in said.err
    assert "Traceback" not in said.err
    assert files(tmp_path) == before


ALSO_TALLIED = ["more are reached than live there", "an area twice", "a test with one arm twice", "swapped coordinates"]


@pytest.mark.parametrize("case", ALSO_TALLIED)
def test_nothing_is_counted_of_bad_data(tmp_path, say, case):
    folder, what, _ = bad(tmp_path / "a", case)
    before = files(tmp_path)
    said = say("tally", folder, "-o", tmp_path / "counts")
    assert (said.code, what in said.err) == (3, True)
    assert files(tmp_path) == before


# --- what is not refused yet -----------------------------------------------------------------------------------------

BY_TRACT = {"data": f"{COUNTED}\ncluster: tract", "measures": measured("events_per_1000")}
RESIDENTS = "race,tract,people\n" + "".join(f"{race},{tract},100\n" for tract in TRACTS for race in "AB")
STACKED = "race,sex,people\nA,,1000\nB,,2000\n,F,3000\n,M,3000\n"

SILENT = {
    "a row of totals among groups as found": (
        "representation", None, {"people.csv": PEOPLE + "Total,3000\n"}, {}, "people.csv",
    ),
    "areas with people whose keys have lost leading zeros": (
        "representation", None, {"people.csv": without_zeros(RESIDENTS)}, BY_TRACT,
        "leading zeros, which that file has lost",
    ),
    "areas with events and without people": (
        "representation", None, {"people.csv": RESIDENTS.partition("A,003")[0]}, BY_TRACT, "003",
    ),
    "groupings that count other numbers of people": (
        "representation", BOTH, {"people.csv": STACKED}, {"groups": "[race, sex]"}, "counts other numbers of people",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SILENT)
def test_what_cannot_be_right_is_not_passed_over(tmp_path, say, case):
    kind, records, more, parts, what = SILENT[case]
    folder = audit(tmp_path / "a", kind, records, **parts)
    for name, content in more.items():
        (folder / name).write_text(content, encoding="utf-8")
    said = say("check", folder)
    assert (said.code, what in said.err) == (3, True), said.out


def test_records_of_which_too_many_lie_in_no_area_are_said_to_be_outside_of_the_map(tmp_path, say):
    folder = audit(tmp_path / "a", "places", POINTS + "-70,41.5,A,1\n" * 20, **BY_POINT)
    maps.saved(folder, MAP)
    said = say("check", folder)
    assert said.code == 3
    assert "20 of 80 records (25.0%) are in none of the 3 areas of tracts.geojson" in said.err
    assert "' area'" not in said.err


def test_areas_without_any_people_are_said_to_have_none(tmp_path, say):
    nobody = "tract,y,W,B\n" + "".join(f"t{n},{n % 2},0,0\n" for n in range(4))
    said = say("check", audit(tmp_path / "a", "places", nobody, **CENSUS))
    assert said.code == 3
    assert "holds no records" not in said.err


@pytest.mark.parametrize(
    ("kind", "records", "said_of"),
    [("representation", None, "race: A 30, B 30"), ("pairs", None, "race: A 30, B 30"), ("places", None, "race: A 30")],
)
def test_a_check_says_how_many_records_of_each_group_there_are(tmp_path, say, kind, records, said_of):
    assert said_of in say("check", audit(tmp_path / "a", kind, records)).out


# --- counts in the place of records ----------------------------------------------------------------------------------

SENT = {
    "representation": ("representation", None, {"data": f"{COUNTED}\ncluster: tract"}),
    "shares of residents": ("representation", None, OF_SHARES),
    "places": ("places", None, {}),
    "all areas": ("places", ALL, CENSUS | {"groups": MOE}),
    "all areas by quantile": ("places", ALL, CENSUS | {"groups": "{income: {quantiles: 5}}"}),
    "a service": (
        "places", ALL,
        {"data": "area: tract\nareas: all\nservice: {column: income, decimals: 0}", "groups": COLUMNS,
         "measures": "[{measure: mean_service, ratio: 0.8, because: x}]"},
    ),
    "pairs": ("pairs", RECORDS["pairs"] + "99,A,1\n", {}),
    "matching": ("matching", None, {}),
}  # fmt: skip


def sent(folder: Path, say, case: str) -> Path:
    """Count the records of a case, and give the folder of an audit that was sent their counts alone."""
    kind, records, parts = SENT[case]
    people = "race,share\nA,0.3\nB,0.7\n" if case == "shares of residents" else PEOPLE
    audit(folder / "sender", kind, records, people, **parts)
    received = audit(folder / "received", kind, "", people, **{**parts, "source": "sent.tally.json"})
    said = say("tally", folder / "sender", "-o", received / "sent")
    assert said.code == 0, said.err
    for unneeded in ("records.csv", "people.csv"):
        (received / unneeded).unlink(missing_ok=True)
    return received


def found(folder: Path) -> dict:
    plan = read_plan(folder)
    (evidence,) = plan.evidence
    results = block_results(plan, evidence, read_tally(evidence, folder))
    return {name: results[name] for name in ("findings", "verdict", "records", "attributes", "shown")}


@pytest.mark.parametrize("case", SENT)
def test_counts_that_were_sent_give_the_findings_of_their_records(tmp_path, say, case):
    received = sent(tmp_path, say, case)
    assert found(received) == found(tmp_path / "sender")
    assert say("check", received).code == 0


def changed(folder: Path, line: int, column: str, value: str) -> None:
    """Write another value into a cell of the counts that were sent; their header is line 1."""
    path = folder / "sent.tally.csv"
    rows = [row.split(",") for row in path.read_text(encoding="utf-8").splitlines()]
    rows[line - 1][rows[0].index(column)] = value
    path.write_text("".join(f"{','.join(row)}\n" for row in rows), encoding="utf-8")


CELL = "sent.tally.csv line 2"
SLIPS = {
    # case: (what was sent, column, its value in the first line of cells, what is said)
    "reached or not": ("representation", "counted", "yes", f"{CELL}: counted is 'yes' It is 1 or 0."),
    "residents that are none": ("representation", "n", "1,000", "has 6 cells where the header has 5"),
    "a fold too many": ("representation", "fold", "100", f"{CELL}: fold is 100 There are 100 folds, from 0."),
    "half a resident": ("shares of residents", "n", "0.5", f"{CELL}: n is '0.5'"),
    "a margin below 0": ("all areas", "moe2", "-4", f"{CELL}: moe2 is '-4' A sum of squared margins of error"),
    "people below 0": ("all areas", "w", "-4", f"{CELL}: w is '-4' A sum of weights is a number of at least 0."),
    "people that no squares fit": ("all areas", "ww", "1", f"{CELL}: no 1 weights add up to 5, and their squares to 1"),
    "no such part": (
        "all areas by quantile", "income", "lowest fifht",
        "'lowest fifht' is no group of income in table income Did you mean 'lowest fifth'?",
    ),
    "neither yes nor no": ("places", "decision", "y", f"{CELL}: decision is 'y' It is 1, 0 or ? (unknown)."),
    "a service that is a part of its unit": ("a service", "value", "1.5", f"{CELL}: value is '1.5'"),
    "no such arm": ("pairs", "versus", "Q", f"{CELL}: versus is 'Q' It can be: *, B."),
    "an arm beside itself": ("pairs", "versus", "A", f"{CELL}: "),
    "what nobody got": (
        "pairs", "versus_decision", "x", f"{CELL}: versus_decision is 'x' It is 1, 0, ? (unknown) or * (no other).",
    ),
    "beside nobody, who got something": ("pairs", "versus_decision", "1", f"{CELL}: "),
    "a truth that is none": ("matching", "outcome", "s", f"{CELL}: outcome is 's' It is 1, 0 or ? (unknown)."),
}  # fmt: skip


@pytest.mark.parametrize("case", SLIPS)
def test_slips_in_counts_that_were_sent_are_named_with_their_line(tmp_path, say, case):
    what_was_sent, column, value, what = SLIPS[case]
    received = sent(tmp_path, say, what_was_sent)
    changed(received, 2, column, value)
    said = say("check", received)
    assert said.code == 3, said.out
    assert what in said.err
    assert "Traceback" not in said.err


def test_a_sample_is_not_taken_for_all_areas(tmp_path, say):
    received = sent(tmp_path, say, "places")
    path = received / "audit.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("areas: sample", "areas: all"), encoding="utf-8")
    said = say("check", received)
    assert said.code == 3
    assert "counts a sample of records, the plan says areas: all Write what the counts are." in said.err
