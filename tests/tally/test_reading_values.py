"""How one value is read: as a group, as yes or no, as kept. One line a rule.

Each value is counted in a stratum of its own, so that one count answers for a whole block of the table.
"""

import datetime
from pathlib import Path

import pytest

from tests.tally import records as made_up

SELECTION = {
    "data_decision": {"column": "d", "is": [1]},
    "data_outcome": None,
    "measures": [{"measure": "selection_rate", "ratio": 0.8}],
}
FORMS = ["csv", "pandas objects", "xlsx"]
NAN = float("nan")
JANUARY = datetime.date(2024, 1, 31)


def read(column: str, values: list, key: str, block: dict, form: str, folder: Path) -> list[str]:
    """Count each value in a stratum of its own; give its code."""
    records = [{"g": "A", "d": 1, column: value, "case": f"case {place}"} for place, value in enumerate(values)]
    cells = made_up.count(block | {"strata": ["case"]}, records, form, folder).cells
    cells = cells[(cells["n"] > 0) & (cells["table"] == "g")]
    found = cells.set_index("case")[key].to_dict()
    return [found.get(f"case {place}", "left out") for place in range(len(values))]


# --- groups ----------------------------------------------------------------------------------------------------------

LEVELS = {"levels": ["Black", "White"]}
SEVERAL = {"levels": ["Black", "White", "Asian"], "multi": ";", "unknown": ["N/A"]}

GROUPS = [
    # how the group is read, and what each value is then
    (
        {},
        {"Black": "Black", " Black\t": "Black", "B  lack": "B  lack", "NO": "NO", "01": "01"}
        | {None: "?", "": "?", " ": "?"},
    ),
    ({"unknown": ["N/A"]}, {"N/A": "?", "n/a": "n/a", "White": "White"}),
    (LEVELS | {"labels": {"Blk": "Black", 7: "White"}}, {"Blk": "Black", "7": "White", 7.0: "White", "White": "White"}),
    (
        LEVELS | {"merge": {"Other": ["Native", "Pacific"]}, "labels": {"Nat": "Native"}},
        {"Native": "Other", "Pacific": "Other", "Nat": "Other", "Other": "Other", "Black": "Black"},
    ),
    ({"merge": {"Other": ["Native"]}}, {"Native": "Other", "Samoan": "Samoan"}),
    (
        SEVERAL,
        {
            "Black": "Black",
            "Black;White": "Two or more",
            " Black ; Black;": "Black",
            ";": "?",
            "N/A": "?",
            "Black;N/A": "?",  # may be one group or two
            "Black;White;N/A": "Two or more",
        },
    ),
    (SEVERAL | {"labels": {"Black;White": "Asian"}}, {"Black;White": "Asian", "White;Black": "Two or more"}),
    ({"levels": [1, 2, "01"], "unknown": [9]}, {"1": "1", 2.0: "2", "1.0": "1", "01": "01", 9: "?"}),
    ({"levels": [True, False]}, {True: "true", "TRUE": "true", "False": "false"}),
    ({"levels": [0.5, 1.5]}, {0.5: "0.5", "1.5": "1.5"}),
    (
        {"levels": ["2024-01-31", "2024-02-01"]},
        {JANUARY: "2024-01-31", datetime.datetime(2024, 1, 31): "2024-01-31", "2024-02-01": "2024-02-01"},
    ),
    (
        {"bands": [18, 25, 65], "unknown": [-1, 999, "old"]},
        {
            17: "under 18", 17.99: "under 18", "18": "18 to 24", 24.9: "18 to 24", 25: "25 to 64",
            "65.0": "65 and over", "1e2": "65 and over", -2: "under 18",
            NAN: "?", None: "?", -1: "?", "999": "?", "old": "?",
        },
    ),
    ({"bands": [-1.5, 0]}, {-2: "under -1.5", -1.5: "-1.5 to under 0", 0: "0 and over"}),
    ({"bands": [30, 31]}, {30: "30", 31: "31 and over"}),
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("spec", "expected"), GROUPS, ids=lambda value: str(value)[:60])
def test_a_value_is_read_as_a_group(spec, expected, form, tmp_path):
    found = read("r", list(expected), "g", made_up.block({"g": spec | {"column": "r"}}, **SELECTION), form, tmp_path)
    assert found == list(expected.values())


ANY = {"column": "r", "levels": ["Black", "White"], "multi": ";", "any": True, "unknown": ["N/A"]}
IN_EACH = [
    # a value, whether Black, whether White
    ("Black", "Black", "not White"),
    ("Black; White", "Black", "White"),
    ("N/A", "?", "?"),
    ("Black;N/A", "Black", "?"),  # Black for sure, White perhaps
    (None, "?", "?"),
]


def test_where_people_count_in_each_of_their_groups_a_level_is_a_table(tmp_path):
    records = [{"r": value, "d": 1, "case": f"case {place}"} for place, (value, *_) in enumerate(IN_EACH)]
    tally = made_up.count(made_up.block({"g": ANY}, **SELECTION, strata=["case"]), records, "polars", tmp_path)
    assert tally.about.attributes == {"g Black": ("Black", "not Black"), "g White": ("White", "not White")}
    for name, place in (("g Black", 1), ("g White", 2)):
        rows = tally.table([name])
        found = rows[rows["n"] > 0].sort_values("case")[name].tolist()
        assert found == [case[place] for case in IN_EACH]


# --- decisions -------------------------------------------------------------------------------------------------------

DECISIONS = [
    # what the plan says, and what each value is then
    ({"is": [1], "is_not": [0]}, {1: "1", "1.0": "1", " 1 ": "1", "0": "0", 2: "?", None: "?", "yes": "?"}),
    ({"is": [1]}, {1: "1", 2: "0", "no": "0", None: "?", "": "?"}),
    ({"is": [True], "is_not": [False]}, {True: "1", "False": "0", "TRUE": "1", "yes": "?"}),
    ({"is": ["yes"], "is_not": ["no"]}, {"yes": "1", "Yes": "?", "no": "0"}),
    ({"is": [0.5], "is_not": [0.25]}, {0.5: "1", "0.25": "0", 0: "?"}),
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("spec", "expected"), DECISIONS, ids=lambda value: str(value)[:60])
def test_a_value_is_read_as_yes_no_or_unknown(spec, expected, form, tmp_path):
    block = made_up.block({"g": {"levels": ["A", "B"]}}, **SELECTION | {"data_decision": {"column": "r", **spec}})
    assert read("r", list(expected), "decision", block, form, tmp_path) == list(expected.values())


# --- rows kept -------------------------------------------------------------------------------------------------------

MIDNIGHT, EVENING = datetime.datetime(2024, 1, 1), datetime.datetime(2023, 12, 31, 23, 59)
KEPT = [
    # what is kept, values that are, values that are not
    ([2023, 2024], [2023, "2023.0", 2024.0], [2022, None, "MMXXIII"]),
    ([""], [None, "", " "], ["x"]),
    (["resident"], [" resident"], ["Resident"]),
    ([True], ["true", True], [False, 1]),
    ({"from": 18, "to": 65}, [18, 65.0, "20"], ["9", 65.1, None]),
    ({"from": "18"}, [18, "100"], ["9", "eighteen", NAN, "inf"]),
    ({"to": "2023-12-31"}, [EVENING, "2023-12-31", datetime.date(1999, 1, 1)], [MIDNIGHT, "31/12/2023"]),
    (
        {"from": "2023-03", "to": "2023-04"},
        ["2023-04-30", datetime.date(2023, 3, 1)],
        ["2023-05-01", "2023-02-28", 2023],
    ),
    ({"from": 2023, "to": 2024}, [JANUARY, 2023, "2024-12-31 10:00"], ["2022-12-31", 2025]),
    ({"from": "b", "to": "d"}, ["delta", "b"], ["alpha", "e"]),
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("want", "kept", "left_out"), KEPT, ids=lambda value: str(value)[:60])
def test_a_row_is_kept_by_a_value_or_within_a_range(want, kept, left_out, form, tmp_path):
    block = made_up.block({"g": {"levels": ["A", "B"]}}, **SELECTION, data_keep={"k": want})
    found = read("k", [*kept, *left_out], "decision", block, form, tmp_path)
    assert found == ["1"] * len(kept) + ["left out"] * len(left_out)
