"""SQL from the plan alone, run where the records are: what it gives becomes the tally that the records give."""

from __future__ import annotations

import contextlib
import csv
import sqlite3
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import sqlglot

from fairaudit.errors import DataError, UsageError
from fairaudit.plan import read_plan
from fairaudit.sources import read_tally
from fairaudit.sources.elsewhere import TABLE, query_alone, tally_of_cells, text_alone
from tests.engines import postgresql
from tests.run.made import audit, block

AUDITS = Path(__file__).resolve().parents[2] / "audits"

# Of every kind that is counted in one pass, with and without clusters, weights, strata and several groups in one field.
SAMPLES = [
    ("county-recidivism", "high-risk-flags"),
    ("county-recidivism", "risk-score"),
    ("county-recidivism", "record-linkage"),
    ("job-seeker-targeting", "names-by-race"),
    ("recordtrac-oakland", "time-to-answer"),
    ("alia-relief-fund", "relief-paid"),
    ("st-louis-courts", "payment-asked"),
]


def without_key(evidence):
    """Leave out what no cell tells."""
    return evidence.model_copy(update={"data": evidence.data.model_copy(update={"key": None})})


def cells_of(evidence, source: Path, target: Path, renamed: dict | None = None, table: str = "") -> Path:
    """Run the text on a file, as a vendor would, and save what it gives."""
    with duckdb.connect() as engine:
        table = table or f"SELECT * FROM read_csv('{source}', all_varchar = true)"
        engine.execute(f"CREATE VIEW {TABLE} AS {table}")
        engine.execute(f"COPY ({text_alone(evidence, 'duckdb', renamed or {})}) TO '{target}' (HEADER)")
    return target


@pytest.mark.parametrize(("name", "evidence"), SAMPLES, ids=[" ".join(sample) for sample in SAMPLES])
def test_what_the_text_gives_is_the_tally_of_the_records(tmp_path, name, evidence):
    plan = read_plan(AUDITS / name)
    asked = plan.block(evidence)
    source = (plan.folder / asked.data.source).resolve()
    found = tally_of_cells(asked, cells_of(asked, source, tmp_path / "cells.csv"))
    assert found == read_tally(without_key(asked), plan.folder, weighed=False)


ROWS = "race,decision,outcome\nBlack,yes,1\nBlack,no,0\nWhite,yes,\nWhite,no,1\n,yes,0\nWhite,perhaps,1\n"


@pytest.fixture
def small(tmp_path):
    """A small audit, its block, and its records, of which one has no group and one a decision that no rule names."""
    folder = audit(tmp_path / "audit", block(measures="[{measure: true_positive_rate, ratio: 0.8}]"), data=ROWS)
    return folder, read_plan(folder).evidence[0]


# Columns of any type, and what their table calls them.
TYPED = [
    "SELECT * FROM records",
    "SELECT race, decision, outcome::INTEGER AS outcome FROM records",
    "SELECT race, decision, outcome::DOUBLE AS outcome FROM records",
    "SELECT race, decision, outcome::DECIMAL(4, 1)::INTEGER::BIGINT AS outcome FROM records",
    "SELECT '  ' || race || ' ' AS race, decision, outcome FROM records",
]


@pytest.mark.parametrize("table", TYPED)
def test_columns_may_be_of_any_type(tmp_path, small, table):
    folder, evidence = small
    records = f"(SELECT * FROM read_csv('{folder / 'records.csv'}', all_varchar = true))"
    made = cells_of(evidence, folder, tmp_path / "c.csv", table=table.replace("records", records))
    assert tally_of_cells(evidence, made) == read_tally(evidence, folder)


def test_names_stand_in_the_first_lines_once(tmp_path, small):
    folder, evidence = small
    records = f"read_csv('{folder / 'records.csv'}', all_varchar = true)"
    table = f"""SELECT race AS "Race; it's", decision, outcome FROM {records}"""
    made = cells_of(evidence, folder, tmp_path / "c.csv", {"race": "Race; it's"}, table)
    assert tally_of_cells(evidence, made) == read_tally(evidence, folder)
    text = text_alone(evidence, "duckdb", {"race": "Theirs"})
    assert text.count("Theirs") == text.count(TABLE) == 1
    assert text.index("Theirs") < text.index("counted")


@pytest.mark.parametrize("dialect", ["postgres", "duckdb", "spark", "sqlite", "snowflake", "bigquery", "tsql"])
def test_it_only_reads_in_every_dialect(small, dialect):
    (statement,) = sqlglot.parse(text_alone(small[1], dialect, {}), read=dialect)
    assert isinstance(statement, sqlglot.exp.Select)


def test_people_are_never_named_in_what_it_gives(tmp_path):
    """Of few clusters our own count makes each a fold of its own; what leaves a vendor's house holds a hash's part."""
    rows = ROWS.replace("\n", ",Ada\n").replace("outcome,Ada", "outcome,person")
    folder = audit(tmp_path / "audit", block(data="      cluster: person\n"), data=rows)
    evidence = read_plan(folder).evidence[0]
    made = cells_of(evidence, folder / "records.csv", tmp_path / "c.csv")
    assert "Ada" not in made.read_text(encoding="utf-8")
    assert tally_of_cells(evidence, made).about.folds == 100


def test_what_no_cell_tells_is_said(tmp_path, small):
    folder, evidence = small
    found = tally_of_cells(evidence, cells_of(evidence, folder / "records.csv", tmp_path / "c.csv"))
    assert any("come of SQL" in note for note in found.about.notes)
    assert found.about.strays == {"decision": {}}  # "perhaps", once: it may be a note about a person
    assert any("1 more value" in note for note in found.about.notes)


NOT_ALONE = [
    ("who-is-heard", "dc-311", "more than one pass"),
    ("signal-indoors", "marin-canal-wifi", "more than one pass"),
]


@pytest.mark.parametrize(("evidence", "name", "why"), NOT_ALONE)
def test_what_cannot_be_counted_by_one_text_is_refused(evidence, name, why):
    with pytest.raises(UsageError, match=why):
        query_alone(read_plan(AUDITS / name).block(evidence))


def edited(path: Path, old: str, new: str) -> Path:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


# What was done to the file on its way: what is said.
BROKEN = [
    ("left_out,n", "left,n", "the column 'left_out' is missing"),
    ("=White", "White", "race is 'White'"),
    ("=White", "!Whyte", "Whyte"),
    (",1\n", ",many\n", "n is 'many'"),
    (",1\n", ",1,2\n", "fields, the header"),
    ("=White", "", "belongs to no table of the plan"),
]


@pytest.mark.parametrize(("old", "new", "said"), BROKEN, ids=[said for *_, said in BROKEN])
def test_a_file_that_was_changed_is_refused_with_its_line(tmp_path, small, old, new, said):
    folder, evidence = small
    made = edited(cells_of(evidence, folder / "records.csv", tmp_path / "c.csv"), old, new)
    with pytest.raises(DataError) as caught:
        tally_of_cells(evidence, made)
    assert any(said in f"{problem.what} {problem.hint}" for problem in caught.value.problems)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"race\n", b'"race'])
def test_a_file_of_another_kind_never_ends_in_a_traceback(tmp_path, small, content):
    (tmp_path / "c.csv").write_bytes(content)
    with pytest.raises(DataError):
        tally_of_cells(small[1], tmp_path / "c.csv")
    with pytest.raises(DataError, match="cannot be read"):
        tally_of_cells(small[1], tmp_path / "nowhere.csv")


@pytest.mark.parametrize("null", ["", "NULL", r"\N"])
def test_a_missing_value_may_be_written_in_several_ways(tmp_path, small, null):
    folder, evidence = small
    made = cells_of(evidence, folder / "records.csv", tmp_path / "c.csv")
    lines = made.read_text(encoding="utf-8").splitlines()
    rows = [",".join(part or null for part in line.split(",")) for line in lines]
    made.write_text("\r\n".join([lines[0].upper(), *rows[1:]]), encoding="utf-8-sig")
    assert tally_of_cells(evidence, made) == read_tally(evidence, folder)


# --- engines of others that run --------------------------------------------------------------------------------------

FILES = {"high-risk-flags": "county_recidivism", "risk-score": "county_recidivism", "record-linkage": "county_linkage"}


def typed_records(evidence: str) -> pd.DataFrame:
    """The records of a sample, with whole numbers, fractions and texts as a database would hold them."""
    return pd.read_csv(AUDITS.parent / "data" / "sample" / f"{FILES[evidence]}.csv", keep_default_na=False)


@pytest.mark.parametrize("evidence", FILES)
def test_postgresql_gives_the_tally_of_the_records(tmp_path, evidence):
    plan = read_plan(AUDITS / "county-recidivism")
    asked = plan.block(evidence)
    columns = {name: values.tolist() for name, values in typed_records(evidence).items()}
    table = postgresql.with_table(columns)
    import psycopg

    text = text_alone(asked, "postgres", {}).replace(TABLE, f'"{table}"')
    out = f"COPY ({text}) TO STDOUT (FORMAT csv, HEADER)"
    with psycopg.connect(postgresql.server().url()) as connection, connection.cursor().copy(out) as copy:
        (tmp_path / "c.csv").write_bytes(b"".join(copy))
    found = tally_of_cells(asked, tmp_path / "c.csv")
    assert found == read_tally(without_key(asked), plan.folder, weighed=False)


def test_sqlite_gives_the_tally_of_the_records(tmp_path):
    plan = read_plan(AUDITS / "county-recidivism")
    asked = plan.block("record-linkage")
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        typed_records("record-linkage").to_sql(TABLE, connection, index=False)
        cursor = connection.execute(text_alone(asked, "sqlite", {}))
        with (tmp_path / "c.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([[name for name, *_ in cursor.description], *cursor])
    assert tally_of_cells(asked, tmp_path / "c.csv") == read_tally(without_key(asked), plan.folder)
