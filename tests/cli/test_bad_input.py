"""Every mistake that a plan or its data can hold: the exit code, where it is, what it is, and the nearest right answer.

Nothing is written, nothing is shown of a traceback, and no control character reaches the terminal.
"""

from __future__ import annotations

import gzip

import pytest

from fairaudit.cli import main
from tests.run.made import MEASURES, audit, block, files, records

GOOD = records()
FALSE_POSITIVES = "[{measure: false_positive_rate, difference: 0.1, because: x}]"
OUTCOME_MISSING = "race,decision,outcome\n" + "Black,yes,\nWhite,no,\n" * 30
WEIGHTED = "".join(f"{line},{'1' if place else 'w'}\n" for place, line in enumerate(GOOD.splitlines()))
WEIGHT = {"data": "      weight: w\n"}
MANY = "race,decision,outcome\n" + "".join(f"g{i},yes,1\n" for i in range(10_000))
HEADER = "race,decision,outcome\n"

# The data, how the plan differs from the small audit's, what is said, and the way out.
DATA = {
    "no file": (None, {}, "there is no such file", "Looked for"),
    "empty file": ("", {}, "is empty", "a header and records"),
    "header only": (HEADER, {}, "holds no records", "a header"),
    "wrong delimiter": (GOOD.replace(",", ";"), {}, "its header is one column", 'add `delimiter: ";"`'),
    "not UTF-8": (GOOD.replace("Black", "Café").encode("cp1252"), {}, "is not utf-8", "add `encoding: cp1252`"),
    "UTF-16": (GOOD.encode("utf-16"), {}, "is not utf-8", "add `encoding: utf-16`"),
    "no such column": (GOOD.replace("race", "rase"), {}, "no column 'race'", "Did you mean 'rase'?"),
    "decision never taken": (GOOD.replace("yes", "Yes"), {}, "decision never takes 'yes'", "Did you mean 'Yes'?"),
    "no declared level": (GOOD + "Blakc,yes,1\n", {}, "no declared level: 'Blakc' (1)", "Did you mean 'Black'?"),
    "text in a weight": (WEIGHTED + "Black,yes,1,heavy\n", WEIGHT, "1 weight in 'w'", "'heavy' Mend"),
    "negative weight": (WEIGHTED + "Black,yes,1,-1\n", WEIGHT, "'-1'", "at least 0"),
    "NaN weight": (WEIGHTED + "Black,yes,1,nan\nBlack,yes,1,\n", WEIGHT, "'nan', (missing)", "2 weights"),
    "one group": (GOOD.replace("White", "Black"), {"groups": "[race]"}, "the only group is 'Black'", "two groups"),
    "no outcomes": (OUTCOME_MISSING, {"measures": FALSE_POSITIVES}, "outcome never takes 1", "(missing) (60)"),
    "duplicate columns": (GOOD.replace("outcome\n", "race\n"), {}, "'race' stands in the header twice", "Rename"),
    "10,000 groups": (MANY, {"groups": "[race]"}, "'race' has 10,000 different values", "`levels` with `merge`"),
    "a row too short": (GOOD + "Black,yes\n", {}, "records.csv line 122", "has 2 columns"),
    "an open quotation mark": (GOOD + '"Black,yes,1\n', {}, "quotation mark", "does not close"),
}


@pytest.mark.parametrize(("data", "parts", "what", "hint"), DATA.values(), ids=DATA)
@pytest.mark.parametrize("command", ["check", "how-many", "tally"])
def test_data(tmp_path, say, command, data, parts, what, hint):
    if command == "how-many" and data is None:
        pytest.skip("how-many is also for before there are records")
    folder = audit(tmp_path / "a", block(**parts))
    path = folder / "records.csv"
    path.unlink()
    if data is not None:
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
    before = files(tmp_path)
    said = say(command, folder, *(["-o", tmp_path / "counts"] if command == "tally" else []))
    assert said.code == 3
    assert "records.csv" in said.err
    assert what in said.err
    assert hint in said.err
    assert "Traceback" not in said.err
    assert files(tmp_path) == before


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("records.csv.gz", b"not gzip", "is not a whole gzip file"),
        ("records.csv.gz", gzip.compress(GOOD.encode(), mtime=0)[:-20], "is not a whole gzip file"),
        ("records.parquet", b"not Parquet", "is not a Parquet file"),
        ("records.xlsx", b"not Excel", "is not an Excel file"),
        ("records.xls", b"old Excel", "Save it as .xlsx"),
        ("records.sas7bdat", b"SAS", "is not a kind of file that can be read"),
        ("counts.tally.json", b"{", "is not JSON"),
        ("counts.tally.json", b"{}", "has schema_version None"),
    ],
)
def test_kinds_of_files(tmp_path, say, name, content, what):
    folder = audit(tmp_path / "a", block(source=name))
    (folder / name).write_bytes(content)
    said = say("check", folder)
    assert (said.code, what in said.err) == (3, True), said.err
    assert "Traceback" not in said.err


def plan_of(text: str) -> str:
    return f"system: {{name: x}}\nevidence:\n{text}"


MISSPELT = MEASURES.replace("selection_rate", "selektion_rate")
BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n"
PLANS = {
    "empty": ("", "is empty or not a mapping", "begins with `system:`"),
    "a list": ("- a\n", "is empty or not a mapping", "begins with `system:`"),
    "a tab": ("system:\n\tname: x\n", "audit.yaml line 2", "put two spaces for each tab"),
    "anchor bomb": (BOMB, "anchors (&) and aliases (*) are not allowed", "Write the value out"),
    "wrong types": ("system: 3\nevidence: x\n", "3 stands where a mapping is meant", "a list is meant"),
    "limit missing": (
        plan_of(block(measures="[{measure: selection_rate}]")),
        "selection_rate has no limit",
        "us.four_fifths",
    ),
    "measure misspelt": (
        plan_of(block(measures=MISSPELT)),
        "no measure called 'selektion_rate'",
        "Did you mean 'selection_rate'?",
    ),
    "key misspelt": (
        plan_of(block().replace("groups:", "gruops:")),
        "unknown key 'gruops'",
        "Did you mean 'groups'?",
    ),
    "not UTF-8": ("system: {name: \udcff}\n", "is not UTF-8 text", "Save the file as UTF-8"),
}


@pytest.mark.parametrize(("plan", "what", "hint"), PLANS.values(), ids=PLANS)
@pytest.mark.parametrize("command", ["check", "run", "how-many", "tally"])
def test_plans(tmp_path, say, command, plan, what, hint):
    folder = audit(tmp_path / "a")
    (folder / "audit.yaml").write_text(plan, encoding="utf-8", errors="surrogateescape")
    before = files(tmp_path)
    said = say(command, folder, *(["-o", tmp_path / "counts"] if command == "tally" else []))
    assert said.code == 2
    assert "audit.yaml" in said.err
    assert what in said.err
    assert hint in said.err
    assert files(tmp_path) == before


@pytest.mark.parametrize("command", ["check", "run", "how-many", "tally"])
def test_no_plan(tmp_path, say, command):
    said = say(command, tmp_path / "nowhere", *(["-o", tmp_path / "counts"] if command == "tally" else []))
    assert (said.code, "there is no such plan" in said.err) == (2, True)
    assert "fairaudit init" in said.err


def test_problems_of_all_blocks_are_said_at_once(tmp_path, say):
    folder = audit(tmp_path / "a", block("one", groups="[rase]"), block("two", source="recrods.csv"))
    said = say("check", folder)
    assert said.code == 3
    assert "2 problems" in said.err
    assert "Did you mean 'race'?" in said.err
    assert "Did you mean 'records.csv'?" in said.err


# --- hostile names ---------------------------------------------------------------------------------------------------

HOSTILE = ["<script>alert(1)</script>", "=cmd()", "\x1b[31mred\x1b[0m", "new\nline", "\u202egnp.exe", "'; drop table--"]


def hostile_records() -> str:
    rows = [f'"{name}",{("yes", "no")[i % 2]},1' for name in HOSTILE for i in range(20)]
    return "race,decision,outcome,\x1b[2Jcolumn\n" + "".join(f"{row},1\n" for row in rows)


@pytest.mark.parametrize("command", ["check", "how-many", "tally", "tally --print-sql"])
def test_no_name_steers_the_terminal(tmp_path, capsys, command):
    folder = audit(tmp_path / "a", block(groups="[race]"), data=hostile_records())
    name, *words = command.split()
    assert main([name, str(folder), *words, *(["-o", str(tmp_path / "c")] if command == "tally" else [])]) == 0
    out, err = capsys.readouterr()
    assert all(character.isprintable() or character == "\n" for character in out + err)
    if command == "check":
        assert "<script>alert(1)</script> 20" in " ".join(out.split())


def test_no_name_steers_the_terminal_from_an_error(tmp_path, capsys):
    folder = audit(tmp_path / "a", data=hostile_records())
    assert main(["check", str(folder)]) == 3
    out, err = capsys.readouterr()
    assert all(character.isprintable() or character == "\n" for character in out + err)
