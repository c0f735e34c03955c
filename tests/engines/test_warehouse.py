"""An audit of records that stay in a warehouse: a PostgreSQL server that runs, asked as an agency would."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from pathlib import Path

import pytest

from fairaudit import sql, syntax
from fairaudit.__main__ import main
from fairaudit.errors import DataError
from fairaudit.plan import read_plan
from fairaudit.run import Settings, run
from fairaudit.sources import query_text, read_tally
from fairaudit.sources.opening import opened
from tests.engines import postgresql
from tests.run.made import audit, block, files, findings

ROWS = 400


def held() -> dict[str, list]:
    """Give records (made up) of two groups, one of which is selected more often."""
    return {
        "race": [("Black", "White")[place % 2] for place in range(ROWS)],
        "decision": [("yes", "no")[place // 2 % (2 + place % 2) > 0] for place in range(ROWS)],
        "outcome": [place // 8 % 2 for place in range(ROWS)],
        "person": [place // 2 for place in range(ROWS)],
    }


def as_csv(columns: dict[str, list]) -> str:
    rows = [list(columns), *zip(*columns.values(), strict=True)]
    return "\n".join(",".join(map(str, row)) for row in rows) + "\n"


@pytest.fixture(scope="module")
def table() -> str:
    return postgresql.with_table(held())


def in_the_warehouse(folder: Path, **source: str) -> Path:
    """Write an audit whose records are in the warehouse."""
    told = "".join(f"      {key}: {json.dumps(value)}\n" for key, value in source.items())
    clustered = "      cluster: person\n"
    return audit(folder, block(source=f"env:{postgresql.VARIABLE}", data=told + clustered), data="")


# --- the same as of a file -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def both(table, tmp_path_factory) -> tuple[Path, Path]:
    """Run one audit of a file and one of the table, with the same records."""
    folder = tmp_path_factory.mktemp("warehouse")
    of_file = audit(folder / "file", block(data="      cluster: person\n"), data=as_csv(held()))
    of_table = in_the_warehouse(folder / "table", table=table)
    for each in (of_file, of_table):
        run(each, settings=Settings(pdf=False))
    return of_file / "report", of_table / "report"


def test_a_table_gives_the_findings_of_the_same_records_in_a_file(both):
    of_file, of_table = (findings(json.loads((each / "results.json").read_text("utf-8"))) for each in both)
    assert of_table == of_file


def test_the_report_says_where_the_records_are(both, table):
    results = json.loads((both[1] / "results.json").read_text("utf-8"))["evidence"][0]
    where = f"the table {table} in the warehouse {postgresql.VARIABLE}"
    assert results["source"] == where
    assert f"The records were counted where they are, in {where}; only the counts came back." in results["assumptions"]


def test_the_sql_that_ran_is_shown_and_sealed(both, table):
    sql = (both[1] / "tally" / "flags.sql").read_text("utf-8")
    assert f'FROM "{table}" AS "records"' in sql
    assert "GROUPING SETS" in sql
    notebook = (both[1] / "notebooks" / "flags.ipynb").read_text("utf-8")
    assert json.dumps(sql.removesuffix(";\n"))[1:-1] in notebook
    assert "tally/flags.sql" in json.loads((both[1] / "seal.json").read_text("utf-8"))["files"]


def test_no_output_holds_the_secret(both):
    """Neither the password, nor the user, nor where the server is."""
    server = postgresql.server()
    secrets = [server.password, postgresql.USER, f"127.0.0.1:{server.port}", server.url()]
    made = files(both[1].parent)
    assert len(made) > 10
    for name, content in made.items():
        assert [secret for secret in secrets if secret.encode() in content] == [], name


def test_verify_computes_from_the_counts_and_does_not_ask_the_warehouse(both, monkeypatch, capsys):
    monkeypatch.delenv(postgresql.VARIABLE)
    assert main(["verify", str(both[1].parent)]) == 0
    assert "are in a warehouse, which was not asked" in " ".join(capsys.readouterr().out.split())


@pytest.mark.long
def test_counts_are_used_again_where_that_is_asked_and_the_report_says_so(both, tmp_path, monkeypatch, capsys):
    folder = tmp_path / "again"
    shutil.copytree(both[1].parent, folder)
    before = json.loads((folder / "report" / "seal.json").read_text("utf-8"))
    monkeypatch.delenv(postgresql.VARIABLE)
    assert main(["run", str(folder), "--no-pdf", "--reuse-tally"]) == 0, capsys.readouterr().err
    results = json.loads((folder / "report" / "results.json").read_text("utf-8"))["evidence"][0]
    day = before["ran"]["ended"][:10]
    said = f"These are the counts of the report of {day}, used again: the warehouse was not asked."
    assert said in results["assumptions"]
    assert (folder / "report" / "tally" / "flags.sql").is_file()
    assert main(["verify", str(folder)]) == 0
    # A third time it is still the day on which they were counted.
    assert main(["run", str(folder), "--no-pdf", "--reuse-tally"]) == 0
    results = json.loads((folder / "report" / "results.json").read_text("utf-8"))["evidence"][0]
    assert [text for text in results["assumptions"] if text.startswith("These are the counts")] == [said]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("tally/flags.tally.csv", "tally/flags.tally.csv: is not as it was sealed"),
        ("plan", "audit.yaml: was changed since the report whose counts are to be used"),
        ("seal.json", "report: holds no earlier report whose counts could be used again"),
    ],
)
def test_counts_that_are_not_those_of_the_plan_are_not_used_again(change, said, both, tmp_path, capsys):
    folder = tmp_path / "again"
    shutil.copytree(both[1].parent, folder)
    path = folder / "audit.yaml" if change == "plan" else folder / "report" / change
    path.write_text("{}" if change == "seal.json" else path.read_text("utf-8") + "\n", encoding="utf-8")
    before = files(folder / "report")
    assert main(["run", str(folder), "--no-pdf", "--reuse-tally"]) == 3
    assert said in capsys.readouterr().err
    assert {name: content for name, content in files(folder / "report").items() if name != "failed.html"} == before


# --- what is sent ----------------------------------------------------------------------------------------------------


def block_of(folder: Path, **source: str):
    plan = read_plan(in_the_warehouse(folder, **source))
    return plan.evidence[0]


def test_a_query_gives_the_records_of_its_own(table, tmp_path):
    asked = f'SELECT * FROM "{table}" WHERE person < 100'
    found = read_tally(block_of(tmp_path, query=asked))
    assert found.records == 2 * 100


NAMES = ['x"; drop table requests; --', "race\\", "%s %(x)s 100%", "'; SELECT 1; --", "sélection", "a b" * 20]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_of_a_column_is_a_name(name, tmp_path):
    columns = held()
    columns[name] = columns.pop("race")
    table = postgresql.with_table(columns)
    evidence = block_of(tmp_path, table=table)
    group = evidence.groups["race"].model_copy(update={"column": name})
    evidence = evidence.model_copy(update={"groups": {"race": group}})
    assert read_tally(evidence).records == ROWS
    assert f'"{name.replace(chr(34), chr(34) * 2)}"' in query_text(evidence)


NOT_A_SELECT = {
    "DELETE FROM requests": "is not a SELECT alone (DELETE)",
    "WITH gone AS (DELETE FROM requests RETURNING *) SELECT * FROM gone": "is not a SELECT alone (DELETE)",
    "SELECT 1; DROP TABLE requests": "is 2 statements",
    "SELECT * INTO copied FROM requests": "is not a SELECT alone (INTO)",
    "SELECT * FROM requests FOR UPDATE": "is not a SELECT alone (LOCK)",
    "COPY requests TO PROGRAM 'cat'": "is not a SELECT alone (COPY)",
    "CREATE TABLE x AS SELECT 1": "is not a SELECT alone (CREATE)",
    "TRUNCATE requests": "is not a SELECT alone (TRUNCATETABLE)",
    "SELECT FROM WHERE": "is no SQL that can be read",
    "-- nothing": "is empty",
}


@pytest.mark.parametrize("query", NOT_A_SELECT)
def test_only_a_select_is_sent(query, tmp_path):
    postgresql.server()
    with pytest.raises(DataError) as caught:
        read_tally(block_of(tmp_path, query=query))
    assert NOT_A_SELECT[query] in caught.value.problems[0].what


def test_the_server_refuses_what_hides_in_a_select(tmp_path):
    server = postgresql.server()
    server.admin("agency", "CREATE SEQUENCE IF NOT EXISTS counter")
    with pytest.raises(DataError) as caught:
        read_tally(
            block_of(tmp_path, query="SELECT nextval('counter') AS race, 'yes' AS decision, 1 AS outcome, 1 AS person")
        )
    assert caught.value.problems[0].what == "was asked to change something, and refused"


# --- what goes wrong -------------------------------------------------------------------------------------------------


def url(**parts: str) -> str:
    return postgresql.server().url(**parts)


@pytest.mark.long
def test_whatever_is_wrong_is_said_without_the_secret(table, tmp_path, monkeypatch, capsys):
    """Exit code 3, the source by its variable's name, no password, and the last good report as it was."""
    folder = in_the_warehouse(tmp_path / "audit", table=table)
    assert main(["run", str(folder), "--no-pdf"]) == 0
    good = files(folder / "report")
    right = url()
    wrong = {
        url(password="pw-secret-1"): "refuses this user or password",
        url(database="nowhere"): "has no such database",
        right.replace("127.0.0.1", "127.0.0.2").replace(":" + str(postgresql.server().port), ":1"): "does not answer",
        "pw-secret-1": "is no address of a database",
        "nosuch://x:pw-secret-1@y/z": "names a kind of database for which no driver is installed",
        "": "is not set",
    }
    for address, said in wrong.items():
        monkeypatch.setenv(postgresql.VARIABLE, address)
        capsys.readouterr()
        assert main(["run", str(folder), "--no-pdf"]) == 3, address
        printed = "".join(capsys.readouterr())
        assert said in " ".join(printed.split()), printed
        page = (folder / "report" / "failed.html").read_text("utf-8")
        for told in (printed, page):
            assert postgresql.VARIABLE in told
            secrets = ("pw-secret-1", postgresql.server().password, "127.0.0.")
            assert [secret for secret in secrets if secret in told] == []
        assert {name: text for name, text in files(folder / "report").items() if name != "failed.html"} == good


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ({"table": "reqests"}, "has no such table"),
        ({"table": "nowhere.requests"}, "has no such table"),
        ({"query": "SELECT raze FROM (SELECT 1 AS race) AS t"}, "has no such column"),
        ({"query": "SELECT nosuch(1) AS race"}, "lacks a function"),
        ({"query": "SELECT 1 AS race, 2 AS race"}, "gives columns of the same name"),
        ({"query": "SELECT 'A' AS race, CAST('x' AS int) AS decision, 1 AS outcome, 1 AS person"}, "met a value that"),
    ],
)
def test_a_query_that_cannot_be_answered_is_refused(source, said, tmp_path):
    postgresql.server()
    with pytest.raises(DataError) as caught:
        read_tally(block_of(tmp_path, **source))
    assert said in caught.value.problems[0].what


def test_a_right_that_is_lacking_is_named(tmp_path, table, monkeypatch):
    server = postgresql.server()
    server.admin("agency", "DROP ROLE IF EXISTS guest", "CREATE ROLE guest LOGIN PASSWORD 'guest'")
    monkeypatch.setenv(postgresql.VARIABLE, url().replace(f"{postgresql.USER}:{server.password}", "guest:guest"))
    with pytest.raises(DataError) as caught:
        read_tally(block_of(tmp_path, table=table))
    assert caught.value.problems[0].what == "does not let this user read it"


@pytest.mark.long
def test_a_connection_that_breaks_off_is_said(tmp_path, table):
    """The server ends the connection while it counts."""
    server = postgresql.server()
    slow = f'SELECT * FROM "{table}" WHERE (SELECT pg_sleep(20)) IS NOT NULL'
    ended = threading.Event()

    def end() -> None:
        import psycopg

        ask = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE query ILIKE '%pg_sleep(20)%' AND pid <> pg_backend_pid() AND state = 'active'"
        )
        with psycopg.connect(server.url(), autocommit=True) as connection:
            for _ in range(100):
                if connection.execute(ask).fetchall():
                    ended.set()
                    return
                time.sleep(0.1)

    thread = threading.Thread(target=end)
    thread.start()
    with pytest.raises(DataError) as caught:
        read_tally(block_of(tmp_path, query=slow))
    thread.join()
    assert ended.is_set()
    assert caught.value.problems[0].what == "broke off the connection"


def test_all_questions_see_the_same_records(tmp_path):
    """Rows that are added while one block is counted are not in it."""
    columns = held()
    table = postgresql.with_table(columns)
    evidence = block_of(tmp_path, table=table)
    with opened(evidence.data, tmp_path) as records:
        count = syntax.select({"n": syntax.count()}, sql.RECORDS)
        assert records.fetch(count) == [(ROWS,)]
        postgresql.server().admin("agency", f'INSERT INTO "{table}" SELECT * FROM "{table}"')
        assert records.fetch(count) == [(ROWS,)]
    assert read_tally(evidence).records == 2 * ROWS


PLANS = {
    "an address": (
        {"source": "postgresql://u:pw-secret-1@host/db"},
        "is the address of a server, which may hold a secret",
    ),
    "no table": ({"source": "env:X"}, "is a warehouse, and no table of it is named"),
    "both": ({"source": "env:X", "table": "a", "query": "SELECT 1"}, "both a table and a query are named"),
    "a table of a text file": ({"source": "records.csv", "table": "a"}, "table says nothing of 'records.csv'"),
    "no variable": ({"source": "env:MY URL", "table": "a"}, "names no environment variable"),
    "people elsewhere": (
        {"source": "records.csv", "population": {"source": "env:X", "people": "n", "from": "a census", "year": 2020}},
        "evidence[0].data.population.source: is no file",
    ),
    "a join": (
        {"source": "env:X", "table": "a", "join": {"source": "b.csv", "on": "c"}},
        "join joins a file to the records, and these are in a warehouse",
    ),
}


@pytest.mark.parametrize("case", PLANS)
def test_a_plan_that_cannot_be_asked_of_a_warehouse_is_refused(case, tmp_path, capsys):
    data, said = PLANS[case]
    rest = "".join(f"      {key}: {json.dumps(value)}\n" for key, value in data.items() if key != "source")
    folder = audit(tmp_path, block(source=json.dumps(data["source"]), data=rest))
    assert main(["check", str(folder)]) == 2
    printed = "".join(capsys.readouterr())
    assert said in " ".join(printed.split()), printed
    assert "pw-secret-1" not in printed


def test_how_many_counts_what_is_at_hand(both, capsys):
    assert main(["how-many", str(both[1].parent)]) == 0
    assert os.environ[postgresql.VARIABLE]
    assert "there are no records yet" not in capsys.readouterr().out
