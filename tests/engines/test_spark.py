"""An audit of records that stay in Spark: in this process, and in the kernel of a notebook."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fairaudit import sql, syntax
from fairaudit.__main__ import main
from fairaudit.engines import spark_session
from fairaudit.errors import DataError
from fairaudit.plan import read_plan
from fairaudit.run import Settings, run
from fairaudit.sources import query_text, read_tally
from fairaudit.sources.opening import opened
from tests.engines import spark
from tests.run.made import audit, block, files, findings

pytestmark = pytest.mark.long

ROWS = 400


def held() -> dict[str, list]:
    """Give records (made up) of two groups, one of which is selected more often."""
    return {
        "race": [("Black", "White")[place % 2] for place in range(ROWS)],
        "decision": [("yes", "no")[place // 2 % (2 + place % 2) > 0] for place in range(ROWS)],
        "outcome": [place // 8 % 2 for place in range(ROWS)],
        "person": [place // 2 for place in range(ROWS)],
        "made_up": ["yes"] * ROWS,
    }


def as_csv(columns: dict[str, list]) -> str:
    rows = [list(columns), *zip(*columns.values(), strict=True)]
    return "\n".join(",".join(map(str, row)) for row in rows) + "\n"


@pytest.fixture(scope="module")
def table(tmp_path_factory) -> str:
    return spark.with_files(held(), tmp_path_factory.mktemp("records"))


def in_spark(folder: Path, **source: str) -> Path:
    """Write an audit whose records are in Spark."""
    told = "".join(f"      {key}: {json.dumps(value)}\n" for key, value in source.items())
    return audit(folder, block(source=f"env:{spark.VARIABLE}", data=told + "      cluster: person\n"), data="")


def block_of(folder: Path, **source: str):
    return read_plan(in_spark(folder, **source)).evidence[0]


# --- the same as of a file -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def both(table, tmp_path_factory) -> tuple[Path, Path]:
    """Run one audit of a file and one of Spark, with the same records, each in a notebook's kernel."""
    folder = tmp_path_factory.mktemp("spark")
    of_file = audit(folder / "file", block(data="      cluster: person\n"), data=as_csv(held()))
    of_spark = in_spark(folder / "spark", table=table)
    for each in (of_file, of_spark):
        run(each, settings=Settings(pdf=False))
    return of_file / "report", of_spark / "report"


def test_spark_gives_the_findings_of_the_same_records_in_a_file(both):
    of_file, of_spark = (findings(json.loads((each / "results.json").read_text("utf-8"))) for each in both)
    assert of_spark == of_file


def test_the_sql_that_ran_is_shown_and_sealed(both, table):
    sql = (both[1] / "tally" / "flags.sql").read_text("utf-8")
    assert table.removeprefix("parquet.") in sql
    assert "GROUPING SETS" in sql
    assert "tally/flags.sql" in json.loads((both[1] / "seal.json").read_text("utf-8"))["files"]


def test_spark_says_nothing_in_the_notebook(both):
    notebook = json.loads((both[1] / "notebooks" / "flags.ipynb").read_text("utf-8"))
    said = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    assert [output for output in said if output["output_type"] == "stream"] == []


def test_no_output_holds_the_address(both):
    made = files(both[1].parent)
    assert len(made) > 10
    assert [name for name, content in made.items() if os.environ[spark.VARIABLE].encode() in content] == []


# --- what is asked ---------------------------------------------------------------------------------------------------


def test_a_query_gives_the_records_of_its_own(table, tmp_path):
    assert read_tally(block_of(tmp_path, query=f"SELECT * FROM {table} WHERE person < 100")).records == 2 * 100


def test_a_table_of_the_catalogue_is_read_by_its_name(table, tmp_path):
    """Here of the catalogue of the process; a cluster's own is read likewise."""
    with spark_session.session_on("local[2]", "the test") as session:
        session.sql(f"SELECT * FROM {table}").createOrReplaceGlobalTempView("`requests of 2024`")
        assert read_tally(block_of(tmp_path, table="global_temp.requests of 2024")).records == ROWS
        session.catalog.dropGlobalTempView("requests of 2024")


def test_all_questions_see_the_same_records(tmp_path):
    """Files that are added while one block is counted are not in it."""
    table = spark.with_files(held(), tmp_path)
    evidence = block_of(tmp_path / "audit", table=table)
    with opened(evidence.data, tmp_path) as records:
        count = syntax.select({"n": syntax.count()}, sql.RECORDS)
        assert records.fetch(count) == [(ROWS,)]
        place = Path(table.split("`")[1])
        for file in list(place.iterdir()):
            shutil.copy(file, place / f"more-{file.name}")
        assert records.fetch(count) == [(ROWS,)]
    assert read_tally(evidence).records == 2 * ROWS


NAMES = ['x"; drop table requests; --', "x`; drop table requests", "race\\", "%s %(x)s", "'; SELECT 1; --", "sélection"]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_of_a_column_is_a_name(name, tmp_path):
    columns = held()
    columns[name] = columns.pop("race")
    evidence = block_of(tmp_path, table=spark.with_files(columns, tmp_path))
    group = evidence.groups["race"].model_copy(update={"column": name})
    evidence = evidence.model_copy(update={"groups": {"race": group}})
    assert read_tally(evidence).records == ROWS
    assert "`" + name.replace("`", "``") + "`" in query_text(evidence)


NOT_A_SELECT = {
    "DROP TABLE requests": "is not a SELECT alone (DROP)",
    "INSERT INTO requests SELECT 1": "is not a SELECT alone (INSERT)",
    "FROM requests INSERT OVERWRITE TABLE others SELECT *": "query",
    "SELECT 1; DROP TABLE requests": "is 2 statements",
    "SET spark.sql.ansi.enabled = false": "is not a SELECT alone (SET)",
    "SELECT REFLECT('java.lang.System', 'exit', 1)": "runs other programs (REFLECT)",
    "SELECT * FROM (SELECT java_method('java.lang.System', 'exit', 1))": "runs other programs (JAVA_METHOD)",
    "SELECT TRANSFORM(race) USING 'cat' FROM requests": "runs other programs (TRANSFORM)",
}


@pytest.mark.parametrize("query", NOT_A_SELECT)
def test_only_a_select_is_sent(query, tmp_path):
    spark.in_this_process()
    with pytest.raises(DataError) as caught:
        read_tally(block_of(tmp_path, query=query))
    assert NOT_A_SELECT[query] in caught.value.problems[0].what


# --- what goes wrong -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ({"table": "reqests"}, "has no such table"),
        ({"table": "nowhere.requests"}, "has no such table"),
        ({"table": "parquet.`/nowhere/at/all`"}, "finds nothing at that path"),
        ({"query": "SELECT raze FROM (SELECT 1 AS race)"}, "has no such column"),
        ({"query": "SELECT nosuch(1) AS race"}, "lacks a function"),
        ({"query": "SELECT 1 AS race, 2 AS race"}, "gives columns of the same name"),
        ({"query": "SELECT 'A' AS race, CAST('x9' AS INT) AS decision, 1 AS outcome, 1 AS person"}, "met a value that"),
    ],
)
def test_a_query_that_cannot_be_answered_is_refused(source, said, tmp_path):
    spark.in_this_process()
    with pytest.raises(DataError) as caught:
        read_tally(block_of(tmp_path, **source))
    assert said in caught.value.problems[0].what
    assert "x9" not in str(caught.value)


def test_a_file_that_was_cut_short_is_said(tmp_path):
    table = spark.with_files(held(), tmp_path)
    last = sorted(Path(table.split("`")[1]).iterdir())[-1]
    last.write_bytes(last.read_bytes()[:-200])
    with pytest.raises(DataError) as caught:
        read_tally(block_of(tmp_path / "audit", table=table))
    assert caught.value.problems[0].what == "holds a file that cannot be read"


def test_a_column_of_another_type_in_another_file_is_said(tmp_path):
    table = spark.with_files(held(), tmp_path)
    last = sorted(Path(table.split("`")[1]).iterdir())[-1]
    rows = pq.read_table(last)
    place = rows.schema.get_field_index("decision")
    pq.write_table(rows.set_column(place, "decision", pa.array([1] * rows.num_rows)), last)
    with pytest.raises(DataError) as caught:
        read_tally(block_of(tmp_path / "audit", table=table))
    assert "one type in some files and another in others" in caught.value.problems[0].what


WRONG = {
    "spark:": "is no address of Spark",
    "spark:lokal": "is no address of Spark",
    "spark://user:secret@host:7077": "is no address of Spark",
    "spark://127.0.0.1": "is no address of Spark",
    "spark:local[3]": "another Spark runs in this process",
}


@pytest.mark.parametrize("address", WRONG)
def test_an_address_that_cannot_be_used(address, table, tmp_path, monkeypatch, capsys):
    folder = in_spark(tmp_path, table=table)
    evidence = read_plan(folder).evidence[0]
    monkeypatch.setenv(spark.VARIABLE, address)
    with pytest.raises(DataError) as caught:
        read_tally(evidence)
    assert caught.value.exit_code == 3
    assert WRONG[address] in str(caught.value)
    assert "secret" not in str(caught.value)


def test_nobody_answers_and_the_last_report_stays(both, monkeypatch, capsys):
    folder = both[1].parent
    before = files(folder / "report")
    monkeypatch.setenv(spark.VARIABLE, "spark://127.0.0.1:1")
    assert main(["run", str(folder), "--no-pdf"]) == 3
    printed = " ".join("".join(capsys.readouterr()).split())
    assert "Spark does not answer there" in printed
    assert "127.0.0.1:1" not in printed
    assert {name: content for name, content in files(folder / "report").items() if name != "failed.html"} == before


def test_a_machine_without_java(table, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(DataError) as caught:
        read_tally(block_of(tmp_path, table=table))
    assert "Spark needs Java 17 or newer, which is not here" in str(caught.value)
    assert "apt-get install openjdk-17-jre-headless" in str(caught.value)
    main(["doctor"])
    assert "Spark: its library is installed, and there is no Java here" in capsys.readouterr().out
