"""A tally as two files: saved, sent, opened and saved by a spreadsheet, loaded; every slip in them is named."""

import csv
import io
import json
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairaudit.errors import DataError, UsageError
from fairaudit.tally import About, Tally
from fairaudit.tally.spreadsheet import guard, unguard
from tests.tally import records as made_up

NAMES = [
    "=cmd()",
    "5-9",
    "06037",
    "TRUE",
    "May 5",
    "it's",
    "a,b",
    "a;b",
    "a\nb",
    "'=x",
    "été",
    "1e5",
    "12345678901234567",
]


@pytest.fixture
def tally(tmp_path) -> Tally:
    records = [
        {"g": name, "d": d, "y": y, "part": "5/6", "w": 1.25, "person": d + (y or 0)}
        for name in NAMES
        for d, y in [(1, 1), (1, 0), (0, 1), (0, None)]
    ]
    block = made_up.block({"g": {}}, data_weight="w", data_cluster="person", strata=["part"])
    return made_up.count(block, records, "arrow", tmp_path)


@pytest.fixture
def files(tally, tmp_path) -> tuple[Path, Path]:
    path = tally.save(tmp_path / "x")
    return path, path.with_suffix(".csv")


@pytest.mark.parametrize("name", ["x", "x.tally.json", "x.tally.csv", "x.csv", "x.json", "x.tally"])
def test_however_it_is_called_both_files_are_written_side_by_side(name, tally, tmp_path):
    assert tally.save(tmp_path / name) == tmp_path / "x.tally.json"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.tally.csv", "x.tally.json"]


def test_a_file_that_cannot_be_written_leaves_what_was_there(tally, tmp_path):
    (tmp_path / "x.tally.csv").mkdir()
    (tmp_path / "x.tally.json").write_text("what was there")
    with pytest.raises(UsageError, match=r"x\.tally\.csv: cannot be written"):
        tally.save(tmp_path / "x")
    assert (tmp_path / "x.tally.json").read_text() == "what was there"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.tally.csv", "x.tally.json"]


# --- spreadsheets ----------------------------------------------------------------------------------------------------

NOT_TEXT_TO_A_SPREADSHEET = [
    "=1+1", "+1", "-1", "@SUM(A1)", "5-9", "10-12", "1/2", "06037", "007", "1.50", "1,000", "5%", "1e5", "12:30",
    "9 am", "$5", "(5)", "TRUE", "false", "May 5", "5 May", "Mar-1", "SEPT2", "12345678901234567",
]  # fmt: skip
TEXT = [
    "Black",
    "18 to 24",
    "65 and over",
    "under 18",
    "Marin",
    "May",
    "1",
    "7",
    "120",
    "0",
    "*",
    "?",
    "",
    "no",
    "a 5-9",
]


@pytest.mark.parametrize("text", NOT_TEXT_TO_A_SPREADSHEET)
def test_what_a_spreadsheet_takes_for_something_else_is_guarded(text):
    assert guard(text) == f"'{text}"


@pytest.mark.parametrize("text", TEXT)
def test_plain_text_and_plain_numbers_stay_as_they_are(text):
    assert guard(text) == text


@given(st.text() | st.sampled_from(NOT_TEXT_TO_A_SPREADSHEET + TEXT).map(lambda text: f"''{text}"))
def test_guarding_is_undone_by_loading(text):
    assert unguard(guard(text)) == text
    assert unguard(unguard(guard(guard(text)))) == text


def opened_and_saved(content: bytes, **options) -> bytes:
    """Do to a CSV what a spreadsheet does: read cells as numbers, truth values and dates where they look so."""

    def read(cell: str) -> str:
        if re.fullmatch(r"[+-]?\d+(\.\d+)?(e\d+)?", cell, re.IGNORECASE):
            return f"{float(cell):.15g}"
        if cell.lower() in ("true", "false"):
            return cell.upper()
        return "45055" if re.fullmatch(r"\d+[-/]\d+|[a-z]{3} \d+", cell, re.IGNORECASE) else cell

    rows = [list(map(read, row)) for row in csv.reader(io.StringIO(content.decode(), newline=""))]
    buffer = io.StringIO()
    csv.writer(buffer, **{"lineterminator": "\r\n", **options}).writerows([*rows, [""] * len(rows[0]), []])
    return buffer.getvalue().encode("utf-8-sig")


@pytest.mark.parametrize(
    "options", [{}, {"quoting": csv.QUOTE_ALL}, {"delimiter": ";"}, {"delimiter": "\t"}, {"lineterminator": "\n"}]
)
def test_a_tally_survives_being_opened_and_saved_by_a_spreadsheet(options, tally, files):
    path, cells = files
    cells.write_bytes(opened_and_saved(cells.read_bytes(), **options))
    loaded = Tally.load(path)
    assert loaded == tally
    assert loaded.about.notes == ("x.tally.csv was changed after it was first written.",)


def test_a_decimal_comma_is_read_where_semicolons_part_the_columns(tmp_path):
    about = ABOUT | {"weighted": True}
    cells = CELLS.replace("n\n", "n,w,ww\n", 1).replace("0\n", "0,1.25,1.5625\n").replace("5\n", "5,1.25,1.5625\n")
    cells = cells.replace("1.25,1.5625,1.25,1.5625", "1.25,1.5625").replace(",", ";").replace(".", ",")
    tally = Tally.load(write(tmp_path, about, cells))
    assert set(tally.cells["w"]) == {1.25}
    assert set(tally.cells["ww"]) == {1.5625}


# --- slips in the files ----------------------------------------------------------------------------------------------

ABOUT = {
    "schema_version": "1",
    "kind": "decisions",
    "attributes": {"race": ["Black", "White"], "sex": ["F", "M"]},
    "tables": {"race": {"by": ["race"]}, "sex": {"by": ["sex"]}},
}
CELLS = """table,race,sex,decision,n
race,Black,*,1,10
race,Black,*,0,20
race,White,*,1,15
sex,*,F,1,25
sex,*,M,0,20
"""


def write(folder: Path, about: dict | str = ABOUT, cells: str | bytes | None = CELLS) -> Path:
    path = folder / "v.tally.json"
    path.write_text(about if isinstance(about, str) else json.dumps(about))
    if cells is not None:
        (folder / "v.tally.csv").write_bytes(cells if isinstance(cells, bytes) else cells.encode())
    return path


def problems(folder: Path, *content) -> list[str]:
    with pytest.raises(DataError) as caught:
        Tally.load(write(folder, *content))
    assert caught.value.exit_code == 3
    return [
        f"{problem.where}: {problem.what}" + (f" | {problem.hint}" * bool(problem.hint))
        for problem in caught.value.problems
    ]


WEIGHTED = ABOUT | {"weighted": True}
IMPOSSIBLE = {
    "weights without squares": (WEIGHTED, "n,w,ww", "0,1,0", "no 10 weights add up to 1, and their squares to 0"),
    "squares without weights": (WEIGHTED, "n,w,ww", "0,0,9", "no 10 weights add up to 0, and their squares to 9"),
    "hidden counts of weighted records": (WEIGHTED, "n,w,ww,n_high", "0,5,5,90", "hides counts of weighted records"),
    "more people than there can be": (ABOUT, "n", "0" * 12, "n is '1000000000000'"),
}


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_what_no_records_can_give_is_refused(tmp_path, case):
    about, header, numbers, what = IMPOSSIBLE[case]
    rest = numbers.removeprefix("0") if "," in numbers else ""
    cells = "\n".join(line + rest for line in CELLS.splitlines()[1:])
    if not rest:
        cells = cells.replace(",10", ",1" + numbers)
    assert any(what in text for text in problems(tmp_path, about, f"{CELLS.splitlines()[0][:-1]}{header}\n{cells}\n"))


def test_tables_that_share_no_group_must_still_count_the_same_decisions():
    about = About(kind="decisions", attributes={"everybody": ("A",), "sex": ("F",)}, tables=TWO_TABLES)
    rows = [
        ("one", "A", "*", "1", 50),
        ("one", "A", "*", "0", 50),
        ("two", "*", "F", "1", 10),
        ("two", "*", "F", "0", 90),
    ]
    cells = pd.DataFrame(rows, columns=["table", "everybody", "sex", "decision", "n"])
    assert Tally(about, cells).disagreements() == [
        "Everybody, not selected: 50 in table one, 90 in table two.",
        "Everybody, selected: 50 in table one, 10 in table two.",
    ]


TWO_TABLES = {"one": ("everybody",), "two": ("sex",)}


def test_a_tally_may_be_written_by_hand(tmp_path):
    tally = Tally.load(write(tmp_path))
    assert tally.records == 10 + 20 + 15
    assert tally.table(["race"]).groupby("race")["n"].sum().to_dict() == {"Black": 30, "White": 15}


META = {
    "no JSON": ("{", "v.tally.json: is not JSON (Expecting property name enclosed in double quotes: line 1 column 2"),
    "deeply nested": ("[" * 100_000, "v.tally.json: is not JSON"),
    "a list": ("[]", "v.tally.json: is not a mapping"),
    "another version": (ABOUT | {"schema_version": "2"}, "v.tally.json: has schema_version '2' | This version"),
    "nothing in it": ({"schema_version": "1"}, "v.tally.json: 'kind' is missing"),
    "a key misspelt": (ABOUT | {"tabels": {}}, "v.tally.json: unknown key 'tabels' | Did you mean 'tables'?"),
    "groups as text": (
        ABOUT | {"attributes": {"race": "Black"}}, "v.tally.json: 'attributes' is not a mapping, such as",
    ),
    "a table without by": (ABOUT | {"tables": {"race": ["race"]}}, "v.tally.json: 'tables' is not a mapping, such as"),
    "no table": (ABOUT | {"tables": {}}, "v.tally.json: 'tables' is not a mapping, such as"),
    "a truth in quotes": (ABOUT | {"weighted": "yes"}, "v.tally.json: 'weighted' is not true or false"),
    "folds in quotes": (ABOUT | {"folds": "100"}, "v.tally.json: 'folds' is not a number of folds, at most 1,000"),
    "folds without end": (ABOUT | {"folds": 10**9}, "v.tally.json: 'folds' is not a number of folds, at most 1,000"),
    "reasons that are a number": (ABOUT | {"records": {"left_out": 7}}, "v.tally.json: 'records' is not a mapping"),
    "counts of counts": (ABOUT | {"records": {"kept": {}}}, "v.tally.json: 'records' is not a mapping to counts"),
    "a group that is a number": (ABOUT | {"groups": {"race": 5}}, "v.tally.json: 'groups' is not a mapping"),
    "half a character": (ABOUT | {"title": chr(0xD800)}, "v.tally.json: holds half a character"),
    "negative counts": (ABOUT | {"records": {"read": -1}}, "v.tally.json: 'records' is not a mapping to counts"),
    "a number for text": (ABOUT | {"origin": 3}, "v.tally.json: 'origin' is not text or null"),
    "a table of no attribute": (
        ABOUT | {"tables": {"race": {"by": ["rcae"]}}},
        "v.tally.json: table 'race' crosses 'rcae', which is no attribute | Did you mean 'race'?",
    ),
    "a group called unknown": (
        ABOUT | {"attributes": {"race": ["?", "White"], "sex": ["F", "M"]}},
        "v.tally.json: '?' cannot name a group of race",
    ),
    "a group twice": (
        ABOUT | {"attributes": {"race": ["Black", "Black"], "sex": ["F", "M"]}},
        "v.tally.json: race has the group 'Black' twice | Keep one of them.",
    ),
    "an attribute called n": (
        ABOUT | {"attributes": {"n": ["A", "B"]}, "tables": {"n": {"by": ["n"]}}},
        "v.tally.json: 'n' is the name of a column that every tally has | Give it another name.",
    ),
    "a stratum called as a group": (
        ABOUT | {"strata": ["Race"]}, "v.tally.json: two groups or strata are called 'race' | Rename one.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", META)
def test_a_slip_in_what_it_is_about_is_named(case, tmp_path):
    about, error = META[case]
    assert problems(tmp_path, about)[0].startswith(error)


ROWS = {
    "no cells": ("", "the column 'table' is missing"),
    "a column missing": (
        CELLS.replace(",decision", ",decisoin"), "the column 'decision' is missing | Did you mean 'decisoin'?",
    ),
    "a column too many": (CELLS.replace("n\n", "n,w\n", 1).replace("0\n", "0,1\n"), "the column 'w' is unknown"),
    "a column twice": (CELLS.replace("sex,d", "race,d"), "the column 'sex' is missing"),
    "a short row": (CELLS + "race,White,*,0\n", "line 7: has 4 cells where the header has 5"),
    "another table": (CELLS + "rcae,White,*,0,1\n", "line 7: there is no table 'rcae' | Did you mean 'race'?"),
    "another group": (
        CELLS + "race,Whit,*,0,1\n", "line 7: 'Whit' is no group of race in table race | Did you mean 'White'?",
    ),
    "a group not in its table": (
        CELLS + "race,White,F,0,1\n", "line 7: 'F' is no group of sex in table race | It can be: *.",
    ),
    "a decision of another kind": (
        CELLS + "race,White,*,yes,1\n", "line 7: decision is 'yes' | It is 1, 0 or ? (unknown).",
    ),
    "a count with a comma": (
        CELLS + 'race,White,*,0,"1,000"\n',
        "line 7: n is '1,000' | A count is a whole number of at least 0, without separators.",
    ),
    "a negative count": (CELLS + "race,White,*,0,-1\n", "line 7: n is '-1'"),
    "a count that is none": (CELLS + "race,White,*,0,s\n", "line 7: n is 's'"),
    "a count beyond all counts": (CELLS + f"race,White,*,0,{10**30}\n", f"line 7: n is '{10**30}'"),
    "a cell twice": (CELLS + "race,Black,*,1,3\n", "line 7: this cell stands there twice | Add the two counts."),
    "an interval upside down": (
        CELLS.replace("n\n", "n,n_high\n", 1).replace("0\n", "0,\n").replace("5\n", "5,4\n"),
        "line 4: n_high (4) is below n (15) | n is the lower end.",
    ),
    "a quotation mark that does not close": (CELLS + '"race,White\n', "is not CSV (unexpected end of data)"),
    "another encoding": (CELLS.replace("Black", "é").encode("cp1252"), "is not UTF-8 text | Save it as CSV UTF-8."),
}  # fmt: skip


@pytest.mark.parametrize("case", ROWS)
def test_a_slip_in_a_cell_is_named_with_its_line(case, tmp_path):
    cells, error = ROWS[case]
    where = "v.tally.csv " if error.startswith("line") else "v.tally.csv: "
    assert problems(tmp_path, ABOUT, cells)[0].startswith(where + error)


def test_all_slips_are_shown_at_once_up_to_twenty(tmp_path):
    cells = CELLS + "".join(f"race,Grey {place},*,1,x\n" for place in range(50))
    found = problems(tmp_path, ABOUT, cells)
    assert len(found) == 21
    assert found[-1] == "v.tally.csv: has 80 more problems like these"


def test_counts_that_are_not_beside_it_are_asked_for(tmp_path):
    assert problems(tmp_path, ABOUT, None) == [
        "v.tally.json: its counts v.tally.csv are not beside it | Send both files."
    ]


def test_no_such_tally(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        Tally.load(tmp_path / "v.tally.json")


# --- counts received hidden ------------------------------------------------------------------------------------------

HIDDEN = """table,race,sex,decision,n,n_high
race,Black,*,1,1,10
race,Black,*,0,20,
race,White,*,1,15,
sex,*,F,1,25,
sex,*,M,0,20,
"""


def test_hidden_counts_load_as_intervals_and_save_as_they_were(tmp_path):
    tally = Tally.load(write(tmp_path, ABOUT, HIDDEN))
    assert tally.hidden
    assert tally.cells["n_high"].tolist()[:3] == [10, 20, 15]
    tally.save(tmp_path / "y")
    assert (tmp_path / "y.tally.csv").read_text() == HIDDEN


def test_an_exact_and_a_hidden_tally_add_to_a_hidden_one(tmp_path):
    exact = Tally.load(write(tmp_path))
    hidden = Tally.load(write(tmp_path, ABOUT, HIDDEN))
    both = exact.add(hidden).table(["race"]).set_index(["race", "decision"])
    # 10 of one, 1 to 10 of the other
    assert both.loc[("Black", "1"), ["n", "n_high"]].tolist() == [10 + 1, 10 + 10]


def test_tables_whose_counts_overlap_do_not_disagree(tmp_path):
    # race: 36 to 45 records; sex: 45
    assert Tally.load(write(tmp_path, ABOUT, HIDDEN)).disagreements() == []


def test_tables_that_disagree_are_named(tmp_path):
    about = ABOUT | {"tables": ABOUT["tables"] | {"both": {"by": ["race", "sex"]}}}
    cells = CELLS + "both,Black,F,1,10\nboth,Black,M,0,21\nboth,White,F,1,14\n"
    assert Tally.load(write(tmp_path, about, cells)).disagreements() == [
        "Black, not selected: 20 in table race, 21 in table both.",
        "White, selected: 15 in table race, 14 in table both.",
        "F, selected: 25 in table sex, 24 in table both.",
        "M, not selected: 20 in table sex, 21 in table both.",
    ]
