"""Keys of records that no area has are told with the likely mend."""

from __future__ import annotations

import csv
import gzip

import pytest

from fairaudit.geography import key_problems, read_areas

TRACTS = {"0051001": 1, "0051002": 1, "0051003": 1}
BLOCK_GROUPS = {"110010001011": 1, "110010001012": 1, "110010001021": 1}
WARDS = {"Ward 1": 1, "Ward 2": 1}
OF_DC = {"11001000101": 1, "11001000102": 1}


@pytest.mark.parametrize(
    ("records", "areas", "what", "hint"),
    [
        (
            {"51001": 3, "51002": 1, "0051003": 1},
            TRACTS,
            "2 area keys (4 records) that no area of the map has would match with zeros put before them: "
            "'51001' -> '0051001'",
            "Leading zeros were lost: read the column as text.",
        ),
        (
            {"51001.0": 3, "0051002": 1, "0051003": 1},
            TRACTS,
            "1 area key (3 records) that no area of the map has would match with zeros put before them: "
            "'51001.0' -> '0051001'",
            "Leading zeros were lost: read the column as text.",
        ),
        (
            {"0051001.0": 3, "0051002": 1, "0051003": 1},
            TRACTS,
            '1 area key (3 records) that no area of the map has would match without the ".0" that a spreadsheet has '
            "put behind them: '0051001.0' -> '0051001'",
            "Read the column as text.",
        ),
        (
            {" 0051001": 3, "0051002": 1, "0051003": 1},
            TRACTS,
            "1 area key (3 records) that no area of the map has would match without spaces and capital letters: "
            "' 0051001' -> '0051001'",
            "Write keys alike on both sides.",
        ),
        (
            {"WARD 1": 3, "Ward 2": 1},
            WARDS,
            "1 area key (3 records) that no area of the map has would match without spaces and capital letters: "
            "'WARD 1' -> 'Ward 1'",
            "Write keys alike on both sides.",
        ),
        (
            {"0051001": 3},
            {"51001": 1},
            "1 area key (3 records) that no area of the map has would match but for leading zeros, which that file has "
            "lost: '0051001' -> '51001'",
            "Save that file anew with its keys as text.",
        ),
        (
            {"110010001011": 3, "110010001012": 1, "110010001021": 5},
            OF_DC,
            "3 area keys (9 records) that no area of the map has would match by their first 11 characters: records "
            "name finer areas than the map has: '110010001011' -> '11001000101'",
            "Cut the column to its first 11 characters, or use the map of the finer areas.",
        ),
        (
            {"11001000101": 3, "11001000102": 1},
            BLOCK_GROUPS,
            "2 area keys (4 records) that no area of the map has would match the beginning of areas' keys: that "
            "file's areas are finer: '11001000101' -> '110010001012'",
            "Use the map of the areas that records name, such as tracts in place of block groups.",
        ),
        (
            {"000101": 3, "000102": 4},
            OF_DC,
            "2 area keys (7 records) that no area of the map has would match the end of one area's key: state and "
            "county are missing before them: '000101' -> '11001000101'",
            "Put them before each key, or name the property of the map that holds the short key.",
        ),
        (
            {"Ward 1": 1, "Ward 2": 1, "Ward 9": 3, "n/a": 40},
            WARDS,
            "2 area keys (43 records) that no area of the map has: 'n/a' (40), 'Ward 9' (3)",
            "Its keys are like 'Ward 1', 'Ward 2'. Is it of the same year?",
        ),
        (
            {"Ward 1": 1, "Ward 2": 1, None: 3, "": 2, "  ": 1},
            WARDS,
            "6 of 8 records name no area",
            "They are in no area, and count as unknown.",
        ),
        (
            {"Ward 1": 1},
            WARDS,
            "1 of 2 areas has no record: Ward 2",
            "That can be so; or the records are of other places than the map, or lack some.",
        ),
    ],
)
def test_each_mend_is_told_alone(records, areas, what, hint):
    (problem,) = key_problems(records, areas)
    assert problem.what == what
    assert problem.hint == hint


def test_keys_that_match_are_no_problem():
    assert key_problems({"0051001": 5, "0051002": 1, "0051003": 2}, TRACTS) == []


def test_all_is_told_at_once_with_names():
    found = key_problems({"51001": 3, "xyz": 1, None: 2}, TRACTS, "calls.csv", "tracts.geojson")
    assert [problem.where for problem in found] == ["calls.csv"] * 3 + ["tracts.geojson"]
    assert found[-1].what == "2 of 3 areas have no record: 0051002, 0051003"


def test_what_goes_on_a_page_names_no_key_of_the_records():
    found = key_problems({"51001": 3, "xyz": 1}, TRACTS)
    assert [problem.on_paper for problem in found][:2] == [
        "1 area key (3 records) that no area of the map has would match with zeros put before them",
        "1 area key (1 record) that no area of the map has",
    ]


@pytest.mark.parametrize("key", ["1", "00", "0", "51"])
def test_short_numbers_are_not_matched_by_chance(key):
    assert "'" + key + "' (1)" in key_problems({key: 1}, {"11001000101": 1, "11001000151": 1})[0].what


def test_an_end_that_two_areas_share_is_no_mend():
    assert "that no area of the map has: '0101'" in key_problems({"0101": 1}, {"110101": 1, "120101": 1})[0].what


def test_a_map_without_areas():
    assert key_problems({"A": 1}, {})[0].hint == "The map has no areas."
    assert key_problems({}, {}) == []


def test_tracts_of_washington_lack_state_and_county(shared_data):
    """The requests write a tract as 000100; the map of block groups writes 110010001001."""
    pytest.importorskip("geopandas", reason="geopandas, which reads shapefiles, is not installed")
    areas = read_areas(shared_data("dc_311/block_groups_tiger2019.zip"), "GEOID")
    tracts = dict.fromkeys((key[:11] for key in areas.keys), 1)
    counts: dict[str, int] = {}
    with gzip.open(shared_data("dc_311/2016_counts_by_census_tract.csv.gz"), "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            counts[row["census_tract"]] = counts.get(row["census_tract"], 0) + int(row["count"])
    found = key_problems(counts, tracts)
    assert "would match the end of one area's key" in found[0].what
    assert found[0].what.startswith("179 area keys")
