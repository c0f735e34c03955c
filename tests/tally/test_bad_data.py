"""Data that cannot be counted: a clear error each, with where, what and the nearest right answer; never a traceback."""

import gzip
import time
from pathlib import Path

import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fairaudit.errors import DataError
from fairaudit.sources import read_tally
from tests.tally import records as made_up

GOOD = "race,sex,d,y,w\n" + "A,F,1,1,1\nA,M,0,0,2\nB,F,1,0,1\nB,M,0,1,.5\n" * 5


def plan(source: str = "records.csv", **changes) -> dict:
    groups = changes.pop("groups", {"race": {}})
    return made_up.block(groups, data_source=source, **changes)


def refused(folder: Path, block: dict, frame=None) -> list[str]:
    """Give the problems of data that are refused, each as where, what and hint on one line."""
    with pytest.raises(DataError) as caught:
        read_tally(made_up.evidence(block), folder, frame=frame)
    assert caught.value.exit_code == 3
    problems = caught.value.problems
    assert all(problem.where and problem.what and problem.hint for problem in problems), problems
    return [f"{problem.where}: {problem.what} | {problem.hint}" for problem in problems]


# --- the file --------------------------------------------------------------------------------------------------------

FILES: dict[str, tuple[str, bytes | None, dict, str]] = {
    # case: name, content (None: no file), changes of the plan, the error
    "no file": ("recrods.csv", GOOD.encode(), {}, "records.csv: there is no such file | Did you mean 'recrods.csv'?"),
    "empty": ("records.csv", b"", {}, "records.csv: is empty | It should hold a header and records."),
    "header only": (
        "records.csv", b"race,sex,d,y,w\n", {},
        "records.csv: holds no records | It has a header and nothing below it.",
    ),
    "header only, no line end": (
        "records.csv", b"race,sex,d,y,w", {},
        "records.csv: holds no records | It has a header and nothing below it.",
    ),
    "semicolons": (
        "records.csv", GOOD.replace(",", ";").encode(), {},
        "records.csv: its header is one column, 'race;sex;d;y;w' | "
        'It looks separated by ";": add `delimiter: ";"` under data.',
    ),
    "tabs": (
        "records.csv", GOOD.replace(",", "\t").encode(), {},
        "records.csv: its header is one column, 'race\\tsex\\td\\ty\\tw' | "
        'It looks separated by "\\t": add `delimiter: "\\t"` under data.',
    ),
    "commas where the plan says semicolons": (
        "records.csv", GOOD.encode(), {"data_delimiter": ";"},
        "records.csv: its header is one column, 'race,sex,d,y,w' | "
        'It looks separated by ",": add `delimiter: ","` under data.',
    ),
    "cp1252": (
        "records.csv", GOOD.replace("B", "é").encode("cp1252"), {},
        "records.csv: is not utf-8 text | It is probably cp1252: add `encoding: cp1252` under data.",
    ),
    "latin-1": (
        "records.csv", GOOD.replace("B", "é\x8f").encode("latin-1"), {},
        "records.csv: is not utf-8 text | It is probably latin-1: add `encoding: latin-1` under data.",
    ),
    "utf-16": (
        "records.csv", GOOD.encode("utf-16"), {},
        "records.csv: is not utf-8 text | It is probably utf-16: add `encoding: utf-16` under data.",
    ),
    "utf-16 without its mark": (
        "records.csv", GOOD.encode("utf-16-le"), {},
        "records.csv: is not utf-8 text | It is probably utf-16-le: add `encoding: utf-16-le` under data.",
    ),
    "cp1252 in the middle": (
        "records.csv", (GOOD + "A,F,1,1,1\n" * 200_000 + "A,\xe9,1,1,1\n").encode("cp1252"),
        {"groups": {"race": {}, "sex": {}}},
        "records.csv line 200022: is not UTF-8 text | It is probably cp1252: add `encoding: cp1252` under data.",
    ),
    "another encoding than the plan says": (
        "records.csv", GOOD.replace("B", "\x81").encode("latin-1"), {"data_encoding": "cp1252"},
        "records.csv: is not cp1252 text | It is probably latin-1: add `encoding: latin-1` under data.",
    ),
    "another encoding than the plan says, in the middle": (
        "records.csv", (GOOD + "A,F,1,1,1\n" * 200_000 + "\x81,F,1,1,1\n").encode("latin-1"),
        {"data_encoding": "cp1252"},
        "records.csv: is not cp1252 text | It is probably latin-1: add `encoding: latin-1` under data.",
    ),
    "no such encoding": (
        "records.csv", GOOD.encode(), {"data_encoding": "utf8-bom"},
        "records.csv: there is no text encoding 'utf8-bom' | Did you mean 'utf-8'?",
    ),
    "an encoding of no text": (
        "records.csv", GOOD.encode(), {"data_encoding": "base64"},
        "records.csv: there is no text encoding 'base64' | "
        "It can be: utf-8, cp1252, latin-1, utf-16, mac-roman, cp437.",
    ),
    "gzip cut short": (
        "records.csv.gz",
        gzip.compress((GOOD + "".join(f"A,F,1,1,{n}\n" for n in range(300_000))).encode(), mtime=0)[:-500_000],
        {},
        "records.csv.gz: is not a whole gzip file | "
        "It may have been cut short: copy it again; or take .gz off its name.",
    ),
    "gzip cut short at the start": (
        "records.csv.gz", gzip.compress(GOOD.encode(), mtime=0)[:20], {},
        "records.csv.gz: is not a whole gzip file | "
        "It may have been cut short: copy it again; or take .gz off its name.",
    ),
    "not gzip": (
        "records.csv.gz", GOOD.encode(), {},
        "records.csv.gz: is not a whole gzip file | "
        "It may have been cut short: copy it again; or take .gz off its name.",
    ),
    "not Parquet": (
        "records.parquet", GOOD.encode(), {},
        "records.parquet: is not a Parquet file that can be read | It may have been cut short: copy it again.",
    ),
    "not Excel": (
        "records.xlsx", GOOD.encode(), {},
        "records.xlsx: is not an Excel file that can be read | "
        "Save it anew as .xlsx without a password, or as CSV UTF-8.",
    ),
    "an old workbook": (
        "records.xls", b"x", {},
        "records.xls: is not a kind of file that can be read | Save it as .xlsx or as CSV UTF-8.",
    ),
    "another kind": (
        "records.docx", b"x", {},
        "records.docx: is not a kind of file that can be read | Use csv, csv.gz, parquet, xlsx, sqlite, duckdb, "
        "a folder of Parquet files, or a .tally.json.",
    ),
    "the cells of a tally": (
        "x.tally.csv", b"table,n\n", {},
        "x.tally.csv: holds the counts of a tally, not records | Name the .tally.json beside it: x.tally.json.",
    ),
    "a column twice": (
        "records.csv", GOOD.replace("sex", "race").encode(), {},
        "records.csv: the column 'race' stands in the header twice | Rename one of them.",
    ),
    "a column twice but for capitals": (
        "records.csv", GOOD.replace("sex", "Race").encode(), {},
        "records.csv: the columns 'race', 'Race' differ in capitals only | Rename one of them.",
    ),
    "a line break in the header": (
        "records.csv", GOOD.replace("sex", '"se\nx"').encode(), {},
        "records.csv: the column 'se\\nx' has a line break in its name | The header is one line.",
    ),
    "a row too short": (
        "records.csv", (GOOD + "secret,F\n").encode(), {},
        "records.csv line 22: has 2 columns where the header has 5 | "
        "Mend the row; a field that holds the delimiter stands in quotation marks.",
    ),
    "a row too long": (
        "records.csv", (GOOD + "secret,F,1,1,1,1\n").encode(), {},
        "records.csv line 22: has 6 columns where the header has 5 | "
        "Mend the row; a field that holds the delimiter stands in quotation marks.",
    ),
    "a quotation mark that does not close": (
        "records.csv", (GOOD + '"secret,F,1,1,1\n').encode(), {},
        "records.csv line 22: has a quotation mark that does not close | "
        'A quotation mark inside a field is written twice: "".',
    ),
    "text after a quotation mark": (
        "records.csv", (GOOD + '"secret" agent,F,1,1,1\n').encode(), {},
        "records.csv line 22: has a quotation mark that does not close | "
        'A quotation mark inside a field is written twice: "".',
    ),
    "line ends of two kinds": (
        "records.csv", (GOOD + "secret,F,1,1,1\r\n" + "A,F,1,1,1\n").encode(), {},
        "records.csv: has line ends of different kinds, or a quotation mark in the wrong place | "
        "Open it and save it anew, as CSV UTF-8.",
    ),
    "a line without end": (
        "records.csv", (GOOD + "secret" + "x" * 3_000_000 + ",F,1,1,1\n").encode(), {},
        "records.csv line 22: has a line of more than 2 MB | A quotation mark may be missing: look at its start.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_cannot_be_read_is_refused(case, tmp_path):
    name, content, changes, error = FILES[case]
    (tmp_path / name).write_bytes(content)
    source = name if name != "recrods.csv" else "records.csv"
    found = refused(tmp_path, plan(source, **changes))
    assert found == [error]
    assert "secret" not in str(found)


def test_a_folder_is_no_file(tmp_path):
    (tmp_path / "records.csv").mkdir()
    assert refused(tmp_path, plan()) == [
        "records.csv: is a folder without Parquet files | Name a file in it, or another folder."
    ]


def test_a_file_far_from_any_other_names_where_it_was_looked_for(tmp_path):
    assert refused(tmp_path, plan("no/such/records.csv")) == [
        f"no/such/records.csv: there is no such file | Looked for {tmp_path}/no/such/records.csv; "
        "it is relative to audit.yaml."
    ]


@pytest.mark.parametrize(
    "damage", [lambda raw: raw[: len(raw) // 2], lambda raw: b"PAR1" + raw[400:]], ids=["cut", "torn"]
)
def test_a_broken_parquet_file_is_refused(damage, tmp_path):
    path = tmp_path / "records.parquet"
    pq.write_table(pa.table({"race": ["A", "B"] * 5000, "d": list(range(10_000)), "y": [0, 1] * 5000}), path)
    path.write_bytes(damage(path.read_bytes()))
    error = "records.parquet: is not a Parquet file that can be read | It may have been cut short: copy it again."
    assert refused(tmp_path, plan("records.parquet")) == [error]


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "utf-16", "utf-8-sig", "mac-roman"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_a_file_in_the_encoding_that_the_plan_names_is_read(encoding, ending, tmp_path):
    (tmp_path / "records.csv").write_bytes(GOOD.replace("B", "é").replace("\n", ending).encode(encoding))
    tally = read_tally(made_up.evidence(plan(data_encoding=encoding)), tmp_path)
    assert tally.about.attributes == {"race": ("A", "é")}
    assert tally.records == 20


@pytest.mark.parametrize("name", ["records [1].csv", "a*b?.csv", "it's.csv", "~x.csv", "été 日本.csv"])
def test_a_file_may_have_any_name(name, tmp_path):
    (tmp_path / "aab1.csv").write_text("race,d,y\nWRONG,1,1\n")
    (tmp_path / name).write_text(GOOD)
    assert read_tally(made_up.evidence(plan(name)), tmp_path).records == 20


def test_a_column_without_a_name_is_passed_over(tmp_path):
    # as pandas writes its index, and spreadsheets an empty last column
    lines = [f"{place or ''},{line},\n" for place, line in enumerate(GOOD.splitlines())]
    (tmp_path / "records.csv").write_text("".join(lines))
    assert read_tally(made_up.evidence(plan()), tmp_path).records == 20


# --- workbooks -------------------------------------------------------------------------------------------------------


def workbook(path: Path, sheets: dict[str, list[list]]) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)


ROWS = [["race", "d", "y"], ["A", 1, 1], ["A", 0, 0], ["B", 1, 0], ["B", 0, 1]]
BOOKS: dict[str, tuple[dict[str, list[list]], dict, str]] = {
    "two sheets": ({"2023": ROWS, "2024": ROWS}, {}, "has 2 sheets | Add `sheet:` under data. It can be: 2023, 2024."),
    "no such sheet": ({"2023": ROWS}, {"data_sheet": "2032"}, "has no sheet '2032' | Did you mean '2023'?"),
    "an empty sheet": ({"2023": []}, {}, "its sheet is empty | The first row names the columns."),
    "a header only": ({"2023": ROWS[:1]}, {}, "holds no records | It has a header and nothing below it."),
    "a column twice": (
        {"2023": [["race", "race", "y"], *ROWS[1:]]}, {},
        "the column 'race' stands in the header twice | Rename one of them.",
    ),
    "formulas without values": (
        {"2023": [*ROWS, ["B", "=1-1", 1]]}, {},
        "column 'd' holds formulas without values | Open it in a spreadsheet, save it, and try again.",
    ),
    "a formula that failed": (
        {"2023": [*ROWS, ["B", "#REF!", 1]]}, {},
        "column 'd' holds #REF!, a formula that failed | Mend the formula, or put the value in its place.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BOOKS)
def test_a_workbook_that_cannot_be_read_is_refused(case, tmp_path):
    sheets, changes, error = BOOKS[case]
    workbook(tmp_path / "records.xlsx", sheets)
    assert refused(tmp_path, plan("records.xlsx", **changes)) == [f"records.xlsx: {error}"]


def test_a_sheet_is_read_by_its_name_and_empty_rows_are_none(tmp_path):
    workbook(tmp_path / "records.xlsx", {"about": [["x"]], "2023": [[], *ROWS, [None, None, None], [], ["B", 1, None]]})
    assert read_tally(made_up.evidence(plan("records.xlsx", data_sheet="2023")), tmp_path).records == 5


# --- the columns and their values ------------------------------------------------------------------------------------


def rows(**columns) -> str:
    """Write a CSV: a text a column, a character or a list a row."""
    header, values = ",".join(columns), zip(*columns.values(), strict=True)
    return "\n".join([header, *(",".join(map(str, row)) for row in values)]) + "\n"


TEN = {"race": "AAAAABBBBB", "d": "1010110101", "y": "1100110011"}
VALUES: dict[str, tuple[str, dict, list[str]]] = {
    # case: the file, changes of the plan, the errors
    "columns that are not there": (
        rows(**TEN),
        {"groups": {"Race": {}, "sex": {}}, "data_weight": "weights", "strata": ["e"], "data_keep": {"Y": [1]}},
        [
            "has no column 'Race' (groups) | Did you mean 'race'?",
            "has no column 'sex' (groups) | It can be: race, d, y.",
            "has no column 'e' (strata) | It can be: race, d, y.",
            "has no column 'Y' (keep) | Did you mean 'y'?",
            "has no column 'weights' (weight) | It can be: race, d, y.",
        ],
    ),
    "a yes that never occurs": (
        rows(**TEN), {"data_decision": {"column": "d", "is": ["Yes"], "is_not": [0]}},
        ["d never takes 'Yes'; it takes '1' (6), '0' (4) | Write the values that it takes in decision: is and is_not."],
    ),
    "yes and no that never occur": (
        rows(**TEN), {"data_outcome": {"column": "y", "is": ["True"], "is_not": ["False"]}},
        [
            "y never takes 'True'; it takes '1' (6), '0' (4) | "
            "Write the values that it takes in outcome: is and is_not.",
            "y never takes 'False'; it takes '1' (6), '0' (4) | "
            "Write the values that it takes in outcome: is and is_not.",
        ],
    ),
    "a slip of one value of several": (
        rows(**TEN | {"d": ["High", "Low", "Medium", "Low", "High"] * 2}),
        {"data_decision": {"column": "d", "is": ["Hihg", "Medium"], "is_not": ["Low"]}},
        ["d never takes 'Hihg'; it takes 'High' (4), 'Low' (4), 'Medium' (2) | Did you mean 'High'?"],
    ),
    "all outcomes missing": (
        rows(**TEN | {"y": [""] * 10}), {},
        [
            "y never takes 1; it takes (missing) (10) | Write the values that it takes in outcome: is and is_not.",
            "y never takes 0; it takes (missing) (10) | Write the values that it takes in outcome: is and is_not.",
        ],
    ),
    "all decisions missing": (
        rows(**TEN | {"d": [""] * 10}), {"data_decision": {"column": "d", "is": [1]}},
        ["d never takes 1; it takes (missing) (10) | Write the values that it takes in decision: is and is_not."],
    ),
    "a decision of too many values": (
        rows(race="AB" * 5000, d=range(10_000), y="01" * 5000), {"data_decision": {"column": "d", "is": [1]}},
        [
            "'d' has 9,999 different values, too many to be yes or no | "
            "Name the values in is and is_not, or choose another column.",
        ],
    ),
    "values that are no declared level": (
        rows(**TEN | {"race": ["Black", "Whit", "White", "Blk", "Blk"] * 2}),
        {"groups": {"race": {"levels": ["Black", "White"]}}},
        [
            "race holds values that are no declared level: 'Blk' (4), 'Whit' (2) | "
            "Did you mean 'Black'? Else add them to `levels`, `labels` or `unknown`.",
        ],
    ),
    "a slip of a level": (
        rows(**TEN | {"race": ["Black", "Whit", "White", "White", "White"] * 2}),
        {"groups": {"race": {"levels": ["Black", "White"]}}},
        [
            "race holds values that are no declared level: 'Whit' (2) | "
            "Did you mean 'White'? Else add them to `levels`, `labels` or `unknown`.",
        ],
    ),
    "a level of several in one field that is none": (
        rows(**TEN | {"race": ["A;C", "B"] * 5}),
        {"groups": {"race": {"levels": ["A", "B"], "multi": ";", "any": True}}},
        [
            "race holds values that are no declared level: 'A;C' (5) | "
            "It can be: A, B. Else add them to `levels`, `labels` or `unknown`.",
        ],
    ),
    "a question mark for a group": (
        rows(**TEN | {"race": "AABB?ABAB?"}), {},
        ["race holds '?' (2), which cannot name a group | Add `unknown: ['?']` to the group race."],
    ),
    "ages that are not numbers": (
        rows(**TEN | {"race": ["18", "abc", "30", "NaN", "inf", "abc", "1.5", "", "40", "50"]}),
        {"groups": {"race": {"bands": [18, 65]}}},
        [
            "race holds values that are not numbers: 'abc' (2), 'NaN' (1), 'inf' (1) | "
            "Mend them, or list them as `unknown:` of race.",
        ],
    ),
    "one group only": (
        rows(**TEN | {"race": "A" * 10}), {},
        [
            "race: the only group is 'A' | A disparity needs two groups: "
            "declare `levels` to keep groups without a row, or choose another column.",
        ],
    ),
    "no group at all": (
        rows(**TEN | {"race": [""] * 10}), {},
        [
            "race: no group is known | A disparity needs two groups: "
            "declare `levels` to keep groups without a row, or choose another column.",
        ],
    ),
    "weights that are none": (
        rows(**TEN, w=["1", "heavy", "-1", "NaN", "", "inf", "1e400", "2", "2", "2"]), {"data_weight": "w"},
        [
            "6 weights in 'w' are not numbers of at least 0: '-1', '1e400', 'NaN', 'heavy', 'inf' | "
            "Mend them, or leave those rows out with `keep`.",
        ],
    ),
    "a missing weight": (
        rows(**TEN, w=["1", ""] * 5), {"data_weight": "w"},
        ["5 weights in 'w' are not numbers of at least 0: (missing) | Mend them, or leave those rows out with `keep`."],
    ),
    "a weight with a decimal comma": (
        rows(**TEN, w=['"1,5"'] * 10), {"data_weight": "w"},
        ["10 weights in 'w' are not numbers of at least 0: '1,5' | Mend them, or leave those rows out with `keep`."],
    ),
    "weights that are all 0": (
        rows(**TEN, w="0" * 10), {"data_weight": "w"}, ["all weights in 'w' are 0 | Choose another column."],
    ),
    "a keep that keeps nothing": (
        rows(**TEN, year=["2020", "2021", "", "n/a", "2022"] * 2), {"data_keep": {"year": {"from": 2023}}},
        ["holds no records after `keep`: year is no number 2, year not kept 8 | Look at `keep` under data."],
    ),
    "dates of another form": (
        rows(**TEN, day=["12/31/2019", "31/12/2019"] * 5), {"data_keep": {"day": {"from": "2019-01-01"}}},
        ["holds no records after `keep`: day is no date (2024-01-31) 10 | Look at `keep` under data."],
    ),
    "a reference that is no group": (
        rows(**TEN | {"race": ["White", "Black"] * 5}), {"compare": [{"by": "race", "reference": {"group": "white"}}]},
        ["the reference 'white' is no group of race | Did you mean 'White'?"],
    ),
    "too many groups": (
        rows(race=range(10_000), d="01" * 5000, y="0011" * 2500), {},
        [
            "'race' has 10,000 different values, too many to be groups of people | "
            "Choose another column, declare `levels` with `merge`, or cut numbers with `bands`.",
        ],
    ),
    "too many groups crossed": (
        rows(race=list(range(40)) * 50, sex=list(range(50)) * 40, d="01" * 1000, y="0011" * 500),
        {"groups": {"race": {}, "sex": {}}, "compare": [{"by": ["race", "sex"]}]},
        ["race x sex makes 2,000 groups, too many to compare | Cross fewer columns, or declare `levels` with `merge`."],
    ),
    "too many strata": (
        rows(race="AB" * 1000, d="01" * 1000, y="0011" * 500, part=range(2000)), {"strata": ["part"]},
        [
            "'part' has 2,000 different values, too many to be strata | "
            "Choose another column, or prepare one that holds fewer values.",
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", VALUES)
def test_values_that_cannot_be_counted_are_refused(case, tmp_path):
    content, changes, errors = VALUES[case]
    (tmp_path / "records.csv").write_text(content)
    assert refused(tmp_path, plan(**changes)) == [f"records.csv: {error}" for error in errors]


def test_all_that_is_wrong_with_the_groups_is_shown_at_once(tmp_path):
    (tmp_path / "records.csv").write_text(rows(**TEN, sex="FFFFFMMMMX", age=["old", *"123456789"]))
    groups = {"race": {"levels": ["A", "C"]}, "sex": {"levels": ["F", "M"]}, "age": {"bands": [5]}}
    assert [error.split(":")[1].split()[0] for error in refused(tmp_path, plan(groups=groups))] == [
        "race",
        "sex",
        "age",
    ]


def test_what_is_wrong_in_a_row_that_is_left_out_is_no_error(tmp_path):
    columns = TEN | {"race": "AABBAABB!!", "w": [*"11111111", "x", "-3"], "year": ["2023"] * 8 + ["1999"] * 2}
    (tmp_path / "records.csv").write_text(rows(**columns))
    block = plan(groups={"race": {"levels": ["A", "B"]}}, data_weight="w", data_keep={"year": [2023]})
    tally = read_tally(made_up.evidence(block), tmp_path)
    assert tally.about.groups["race"]["?"]["left_out"] == {"year not kept": 2}


# --- many distinct values: refused in seconds ------------------------------------------------------------------------

MANY: dict[str, dict] = {
    "as groups": {"groups": {"race": {}}},
    "as ages": {"groups": {"race": {"bands": [18, 65]}}},
    "as strata": {"groups": {"small": {}}, "strata": ["race"]},
}


@pytest.fixture(scope="session")
def two_million(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("two_million")
    numbers = pl.DataFrame({"n": range(2_000_000)})
    numbers.select(
        ("p" + pl.col("n").cast(pl.String)).alias("race"),
        (pl.col("n") % 2).alias("d"),
        (pl.col("n") // 2 % 2).alias("y"),
        (pl.col("n") % 3).alias("small"),
    ).write_parquet(folder / "records.parquet")
    return folder


@pytest.mark.long
@pytest.mark.parametrize("case", MANY)
def test_two_million_distinct_values_are_refused_in_seconds(case, two_million):
    start = time.process_time()
    (error,) = refused(two_million, plan("records.parquet", **dict(MANY[case])))
    assert "2,000,000 different values" in error or "not numbers" in error
    assert time.process_time() - start < 20  # of one core; the machine may be busy


# --- frames ----------------------------------------------------------------------------------------------------------

FRAMES = {
    "a list": ([1, 2], "a list is no table of records | Give a pandas, Polars or Arrow table, or name a file."),
    "a column twice": (
        pd.DataFrame([["A", "B", 1, 1]], columns=["race", "race", "d", "y"]),
        "the column 'race' stands in the header twice | Rename one of them.",
    ),
    "a column twice in Arrow": (
        pa.table([["A"], ["B"]], names=["race", "race"]),
        "the column 'race' stands in the header twice | Rename one of them.",
    ),
    "lists for values": (
        pd.DataFrame({"race": [["A"], ["B"]], "d": [1, 0], "y": [1, 0]}),
        "column 'race' holds list values | Columns hold one plain value a row.",
    ),
    "lists for values in Polars": (
        pl.DataFrame({"race": [["A"], ["B"]], "d": [1, 0], "y": [1, 0]}),
        "column 'race' holds varchar[] values | Columns hold one plain value a row.",
    ),
    "no rows": (
        pl.DataFrame({"race": [], "d": [], "y": []}),
        "holds no records | It has a header and nothing below it.",
    ),
    "no such column": (
        pl.DataFrame({"rcae": ["A"], "d": [1], "y": [1]}),
        "has no column 'race' (groups) | Did you mean 'rcae'?",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FRAMES)
def test_a_frame_that_cannot_be_counted_is_refused(case, tmp_path):
    frame, error = FRAMES[case]
    (found,) = refused(tmp_path, plan(), frame=frame)
    assert found.split(": ", 1)[1] == error
