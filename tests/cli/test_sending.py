"""What whoever holds the records types: counting by the plan alone, columns of other names, small counts hidden."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from fairaudit.plan import read_plan
from fairaudit.sources import read_tally
from fairaudit.tally import Tally
from tests.run.made import audit, block, files, records

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def plan_alone(tmp_path):
    """The plan without its records, which lie with a vendor who calls columns otherwise."""
    folder = audit(tmp_path / "plan")
    theirs = tmp_path / "vendor" / "export.csv"
    theirs.parent.mkdir()
    text = (folder / "records.csv").read_text(encoding="utf-8")
    theirs.write_text(text.replace("race,decision", "Ethnic group,Result"), encoding="utf-8")
    (folder / "records.csv").unlink()
    return folder, theirs


def sent(folder: Path) -> Tally:
    return Tally.load(folder / "counts.tally.json")


MAP = ("--map", "race=Ethnic group", "--map", "decision=Result")


def test_the_plan_and_the_records_are_all_that_is_needed(tmp_path, plan_alone, say):
    folder, theirs = plan_alone
    said = say("tally", folder, "-o", tmp_path / "counts", "--source", theirs, *MAP, "--counted-by", "Example Co")
    assert (said.code, said.err) == (0, "")
    assert said.out.endswith(
        "Next: write `source: counts.tally.json` under data: in the plan that is to use them, with `counts_from:`"
    )
    (folder / "records.csv").write_text(records(), encoding="utf-8")
    evidence = read_plan(folder).evidence[0]
    assert sent(tmp_path) == read_tally(evidence, folder)
    meta = json.loads((tmp_path / "counts.tally.json").read_text(encoding="utf-8"))
    assert (meta["counted_by"], meta["source"], meta["records"]["kept"]) == ("Example Co", "export.csv", 120)
    assert meta["plan_sha256"] == read_plan(folder).sha256
    assert meta["notes"] == ["Columns were read from others: race is Ethnic group, decision is Result."]


def test_columns_may_change_places(tmp_path, say):
    """What one file calls decision is the other's outcome, and the other way round."""
    folder = audit(tmp_path / "plan", block(measures="[{measure: true_positive_rate, ratio: 0.8}]"), data=None)
    plan = (folder / "audit.yaml").read_text(encoding="utf-8").replace("[yes]", "[1]").replace("[no]", "[0]")
    (folder / "audit.yaml").write_text(plan, encoding="utf-8")
    rows = "race,decision,outcome\nBlack,1,0\nBlack,0,0\nWhite,1,1\nWhite,0,1\nWhite,1,1\n"
    (folder / "records.csv").write_text(rows, encoding="utf-8")
    swapped = ("--map", "decision=outcome", "--map", "outcome=decision")
    assert say("tally", folder, "-o", tmp_path / "counts", *swapped).code == 0
    (folder / "records.csv").write_text(rows.replace("decision,outcome", "outcome,decision"), encoding="utf-8")
    assert sent(tmp_path) == read_tally(read_plan(folder).evidence[0], folder)


def test_names_of_another_blocks_columns_may_stand_there_too(tmp_path, say):
    """So that the same words do for every block of a plan."""
    other = block("two", groups="{sex: {levels: [F, M]}}")
    folder = audit(tmp_path / "plan", block("one"), other)
    words = ("--evidence", "one", "-o", tmp_path / "counts", "--map", "sex=Geschlecht")
    assert say("tally", folder, *words).code == 0
    assert "notes" in (tmp_path / "counts.tally.json").read_text(encoding="utf-8")
    assert "Geschlecht" not in (tmp_path / "counts.tally.json").read_text(encoding="utf-8")


def test_a_workbook_a_parquet_file_and_text_of_another_form_are_read_too(tmp_path, plan_alone, say):
    folder, theirs = plan_alone
    frame = pd.read_csv(theirs, dtype=str)
    frame.to_excel(tmp_path / "t.xlsx", sheet_name="2023", index=False)
    frame.to_parquet(tmp_path / "t.parquet")
    frame.assign(**{"Ethnic group": frame["Ethnic group"] + "é"}).to_csv(
        tmp_path / "t.csv", sep=";", index=False, encoding="latin-1"
    )
    plan = (folder / "audit.yaml").read_text(encoding="utf-8")
    ways = [
        ("t.xlsx", ["--sheet", "2023"]),
        ("t.parquet", []),
        ("t.csv", ["--encoding", "latin-1", "--delimiter", ";"]),
    ]
    for name, words in ways:
        if name == "t.csv":
            (folder / "audit.yaml").write_text(plan.replace("[Black, White]", "[Blacké, Whiteé]"), encoding="utf-8")
        out = tmp_path / f"{name}-out" / "counts"
        said = say("tally", folder, "-o", out, "--source", tmp_path / name, *MAP, *words)
        assert (said.code, said.err) == (0, "")
        assert Tally.load(out.with_name("counts.tally.json")).records == 120


# What is typed beside DIR and -o: what is said of it.
SLIPS = [
    (["--map", "race"], "--map 'race' does not say which column is which", "ours first"),
    (["--map", "race=A", "--map", "race=B"], "--map names race twice", ""),
    (["--map", "rase=A"], "the plan has no column 'rase'", "Did you mean 'race'?"),
    (
        ["--map", "race=Ethnic grop"],
        "has no column 'Ethnic grop', from which race is read",
        "Did you mean 'Ethnic group'?",
    ),
    (["--map", "race=Ethnic group"], "has no column 'decision'", "add --map OURS=THEIRS"),
    (["--dialect", "postgres"], "--dialect is of the SQL that is printed", "Add --print-sql."),
    (["--print-sql", "--dialect", "postgress"], "there is no dialect 'postgress'", "Did you mean 'postgres'?"),
    (["--from-cells", "c.csv"], "--from-cells and --source do not go together", ""),
    (["--smallest-cell", "1"], "hides nothing", "--smallest-cell 11"),
    (["--smallest-cell", "few"], "--smallest-cell takes a number", ""),
]


@pytest.mark.parametrize(("words", "what", "hint"), SLIPS, ids=[" ".join(slip[0]) for slip in SLIPS])
def test_a_slip_is_named_with_what_is_meant(tmp_path, plan_alone, say, words, what, hint):
    folder, theirs = plan_alone
    more = [] if "--map" in words else MAP
    source = [] if "--print-sql" in words else ["--source", theirs]
    said = say("tally", folder, "-o", tmp_path / "counts", *source, *more, *words)
    assert said.code in (2, 3)
    assert what in said.err
    assert hint in said.err
    assert not list(tmp_path.glob("counts*"))


def test_the_sheet_is_of_the_file_that_is_named(tmp_path, plan_alone, say):
    said = say("tally", plan_alone[0], "-o", tmp_path / "counts", "--sheet", "2023")
    assert (said.code, "--sheet is of the file that --source names" in said.err) == (2, True)


def test_a_plan_whose_source_is_the_counts_to_come_can_be_counted_by(tmp_path, plan_alone, say):
    """The agency names the file that it waits for, so that the plan that the vendor gets is the plan that is run."""
    folder, theirs = plan_alone
    text = (folder / "audit.yaml").read_text(encoding="utf-8")
    text = text.replace("source: records.csv", "source: counts.tally.json\n      counts_from: vendor")
    (folder / "audit.yaml").write_text(text, encoding="utf-8")
    for words in (MAP, []):
        said = say("tally", folder, "-o", folder / "others", *words)
        assert (said.code, "--source FILE" in said.err) == (2, True)
    assert say("tally", folder, "-o", folder / "counts", "--source", theirs, *MAP).code == 0
    said = say("check", folder)
    assert (said.code, said.err) == (0, "")
    assert "that they answer the plan with the SHA-256" in said.out
    assert "The vendor counted, and not we" in said.out
    assert "GROUPING SETS" in say("tally", folder, "--print-sql", "--dialect", "postgres").out


def test_small_counts_are_hidden_and_it_is_said(tmp_path, say):
    rows = "race,decision,outcome\n" + "Black,yes,1\n" * 4 + "Black,no,1\n" * 60 + "White,yes,1\nWhite,no,1\n" * 50
    folder = audit(tmp_path / "plan", data=rows)
    said = say("tally", folder, "-o", tmp_path / "counts", "--smallest-cell", "11")
    assert said.code == 0
    assert "counts of 1 to 10 are given as that range (1)" in said.out
    cells = sent(tmp_path)
    row = cells.cells[(cells.cells["race"] == "Black") & (cells.cells["decision"] == "1")]
    assert (row["n"].item(), row["n_high"].item()) == (1, 10)


def test_where_clusters_leave_next_to_nothing_it_is_said(tmp_path, say):
    each = [f"{'BW'[i % 2]},{said},1,{i}" for i in range(300) for said in ("yes", "no")]
    rows = "\n".join(["race,decision,outcome,person", *each])
    groups = "{race: {levels: [B, W]}}"
    folder = audit(tmp_path / "plan", block(data="      cluster: person\n", groups=groups), data=rows)
    said = say("tally", folder, "-o", tmp_path / "counts", "--smallest-cell", "11")
    assert "Little can be shown by such counts." in said.out


def test_what_the_printed_sql_gave_becomes_counts(tmp_path, plan_alone, say, capsys):
    folder, theirs = plan_alone
    from fairaudit.cli import main

    assert main(["tally", str(folder), "--print-sql", "--dialect", "duckdb", *MAP]) == 0
    text = capsys.readouterr().out
    with duckdb.connect() as engine:
        engine.execute(f"CREATE VIEW your_table AS SELECT * FROM read_csv('{theirs}', all_varchar = true)")
        engine.execute(f"COPY ({text}) TO '{tmp_path / 'cells.csv'}' (HEADER)")
    said = say("tally", folder, "--from-cells", tmp_path / "cells.csv", "-o", tmp_path / "counts")
    assert (said.code, said.err) == (0, "")
    (folder / "records.csv").write_text(records(), encoding="utf-8")
    assert sent(tmp_path) == read_tally(read_plan(folder).evidence[0], folder)
    assert json.loads((tmp_path / "counts.tally.json").read_text(encoding="utf-8"))["asked"]["kind"] == "decisions"


def test_counts_for_another_plan_are_refused_by_check(tmp_path, plan_alone, say):
    folder, theirs = plan_alone
    assert say("tally", folder, "-o", folder / "counts", "--source", theirs, *MAP).code == 0
    text = (folder / "audit.yaml").read_text(encoding="utf-8")
    changed = text.replace("source: records.csv", "source: counts.tally.json").replace("is: [yes]", "is: [yes, maybe]")
    (folder / "audit.yaml").write_text(changed, encoding="utf-8")
    before = files(folder)
    said = say("check", folder)
    assert said.code == 3
    assert "was counted by another plan: data.decision was" in said.err
    assert files(folder) == before


def test_whose_counts_is_said_of_counts_only(tmp_path, say):
    folder = audit(tmp_path / "plan", block(data="      counts_from: vendor\n"))
    said = say("check", folder)
    assert (said.code, "counts_from says nothing of 'records.csv'" in said.err) == (2, True)
