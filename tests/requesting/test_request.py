"""The folder for a vendor: what is in it, that it suffices, and that nothing is overwritten."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from fairaudit.errors import DataError, UsageError
from fairaudit.plan import read_plan
from fairaudit.planning import how_many, numbers
from fairaudit.requesting import Request, write_request
from fairaudit.results import block_results
from fairaudit.sending import Sender, counts_of
from fairaudit.sources import read_tally
from fairaudit.sources.elsewhere import tally_of_cells
from fairaudit.tally import Tally
from tests.run.made import audit, block, files

ROOT = Path(__file__).resolve().parents[2]
AUDITS = ROOT / "audits"
GUIDE = ROOT / "templates" / "vendor-guide.md"


def request(folder: Path, out: Path | None = None, **told) -> list[str]:
    return list(write_request(folder, out, Request(**told)))


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """The request of the sample audit with three blocks."""
    out = tmp_path_factory.mktemp("county") / "request"
    return out, request(AUDITS / "county-recidivism", out, by="2027-01-31")


def test_what_is_in_the_folder(county):
    out, said = county
    ids = ("high-risk-flags", "risk-score", "record-linkage")
    by_hand = [f"by-hand-{name}.tally.{ending}" for name in ids for ending in ("csv", "json")]
    shared = ["audit.yaml", "columns.csv", "letter.html", "questions.html", "vendor-guide.html"]
    assert sorted(files(out)) == sorted([*shared, *by_hand, *(f"{name}.sql" for name in ids)])
    assert (out / "audit.yaml").read_bytes() == (AUDITS / "county-recidivism" / "audit.yaml").read_bytes()
    assert any("leaves a blank for --send-to" in line for line in said)


def test_the_letter_says_what_is_needed(county):
    letter = (county[0] / "letter.html").read_text(encoding="utf-8")
    plan = read_plan(AUDITS / "county-recidivism")
    for told in (plan.system.title, plan.system.vendor, plan.system.agency, "2027-01-31", plan.sha256):
        assert told in letter
    for evidence in plan.evidence:
        needed = how_many(evidence, read_tally(evidence, plan.folder), measures={})
        for by, number in numbers(needed):
            assert f"by {by}: about {number:,}" in letter
        assert f"fairaudit tally . --evidence {evidence.id} --source YOUR-RECORDS.csv" in letter
    with (county[0] / "columns.csv").open(encoding="utf-8", newline="") as file:
        assert all(f"<code>{row['column']}</code>" in letter for row in csv.DictReader(file))


@pytest.mark.parametrize("name", ["letter.html", "vendor-guide.html"])
def test_pages_load_nothing_and_run_nothing(county, name):
    page = (county[0] / name).read_text(encoding="utf-8")
    assert "<script" not in page
    assert not re.search(r"(src|href)=\"(?!#|data:)", page)
    assert "default-src 'none'" in page


def test_what_comes_from_the_plan_is_text(tmp_path):
    folder = audit(tmp_path / "a", block(data="      unit: <script>alert(1)</script>\n"), name="'<b>Risk</b>'")
    request(folder)
    letter = (folder / "request" / "letter.html").read_text(encoding="utf-8")
    assert "<script>alert" not in letter
    assert "<b>Risk" not in letter
    assert "&lt;b&gt;Risk" in letter


def test_the_vendors_questions_are_those_of_the_form(county):
    form = (county[0] / "questions.html").read_text(encoding="utf-8")
    assert "What records was the system made from" in form
    assert "vendor-counts" not in form


def test_nothing_is_overwritten(tmp_path):
    folder = audit(tmp_path / "a")
    request(folder)
    before = files(tmp_path)
    for out in (None, folder / "request", folder / "audit.yaml"):
        with pytest.raises(UsageError, match="is there already, and is not overwritten"):
            request(folder, out)
    assert files(tmp_path) == before
    (tmp_path / "empty").mkdir()
    request(folder, tmp_path / "empty")
    assert (tmp_path / "empty" / "letter.html").is_file()


def test_a_folder_that_cannot_be_written_leaves_nothing(tmp_path):
    folder = audit(tmp_path / "a")
    (tmp_path / "file").write_text("", encoding="utf-8")
    before = files(tmp_path)
    with pytest.raises(UsageError):
        request(folder, tmp_path / "file" / "request")
    assert files(tmp_path) == before


def test_a_baseline_is_not_asked_for_unless_it_is_named(tmp_path):
    baseline = block("today").replace("decided_by: this_system", "decided_by: todays_process")
    folder = audit(tmp_path / "a", baseline, block("flags"))
    said = request(folder)
    assert any("Not asked for, since they are decisions of today's process: today." in line for line in said)
    assert not (folder / "request" / "today.sql").exists()
    request(folder, tmp_path / "both", evidence=("today", "flags"))
    assert (tmp_path / "both" / "today.sql").is_file()
    with pytest.raises(UsageError, match="today's process only"):
        request(audit(tmp_path / "b", baseline))


def test_where_no_record_is_there_the_numbers_suppose_a_rate_and_it_is_said(tmp_path):
    folder = audit(tmp_path / "a")
    (folder / "records.csv").unlink()
    request(folder)
    letter = (folder / "request" / "letter.html").read_text(encoding="utf-8")
    evidence = read_plan(folder).evidence[0]
    ((by, number),) = numbers(how_many(evidence, None))
    assert f"by {by}: about {number:,}" in letter
    assert "suppose a rate of 30%" in letter
    request(folder, tmp_path / "with", rate=0.5)
    assert "suppose a rate" not in (tmp_path / "with" / "letter.html").read_text(encoding="utf-8")


OF_EVERY_KIND = [
    ("alia-relief-fund", "amounts"),
    ("child-care-matching", "waits"),
    ("dc-311", "representation"),
    ("marin-canal-wifi", "places"),
    ("job-seeker-targeting", "pairs"),
]


@pytest.mark.parametrize(("name", "kind"), OF_EVERY_KIND)
def test_a_request_of_every_kind_can_be_written(tmp_path, name, kind):
    """What can be counted in one pass has SQL; who lives there is sent along."""
    request(AUDITS / name, tmp_path / "request")
    plan = read_plan(AUDITS / name)
    asked = [each for each in plan.evidence if each.kind == kind and each.data.decided_by != "todays_process"]
    for each in asked:
        alone = kind not in ("representation", "places")
        assert (tmp_path / "request" / f"{each.id}.sql").exists() == alone
        if kind == "representation":
            assert (tmp_path / "request" / Path(each.data.population.source).name).is_file()
    assert asked


@pytest.mark.long
def test_where_an_engine_has_no_such_sql_it_is_said(tmp_path):
    said = request(AUDITS / "county-recidivism", tmp_path / "request", dialect="sqlite")
    assert any(line.startswith("risk-score has no SQL: clusters are cut by a hash") for line in said)
    assert [path.name for path in (tmp_path / "request").glob("*.sql")] == ["record-linkage.sql"]
    with pytest.raises(UsageError, match="there is no dialect 'postgress'"):
        request(AUDITS / "county-recidivism", tmp_path / "other", dialect="postgress")


def test_the_letter_is_in_the_language_of_the_plan(tmp_path):
    folder = audit(tmp_path / "a")
    text = (folder / "audit.yaml").read_text(encoding="utf-8")
    (folder / "audit.yaml").write_text("language: es\n" + text, encoding="utf-8")
    request(folder)
    letter = (folder / "request" / "letter.html").read_text(encoding="utf-8")
    assert "Solicitud de recuentos" in letter
    assert 'lang="es"' in letter


# --- that it suffices ------------------------------------------------------------------------------------------------


def verdicts(folder: Path, evidence: str, source: Path, **data) -> dict:
    """What is found on counts that are put into a copy of the audit, in the place of the records."""
    plan = read_plan(folder)
    given = plan.block(evidence)
    received = given.model_copy(
        update={
            "data": given.data.model_copy(update={"source": str(source.resolve()), "counts_from": "vendor", **data})
        }
    )
    results = block_results(plan, received, read_tally(received, plan.folder))
    return {found["id"]: found for found in results["findings"]}


def columns_renamed(source: Path, target: Path) -> dict[str, str]:
    """Write records whose columns a vendor calls otherwise, in another order; give our name of each -> theirs."""
    frame = pd.read_csv(source, dtype=str, keep_default_na=False)
    theirs = {name: f"{name[::-1].upper()} (x)" for name in frame}
    frame.rename(columns=theirs)[list(reversed(theirs.values()))].to_csv(target, index=False)
    return theirs


@pytest.mark.parametrize("evidence", ["high-risk-flags", "risk-score", "record-linkage"])
@pytest.mark.long
def test_a_vendor_with_the_folder_alone_gives_the_same_findings(county, tmp_path, evidence):
    out, _ = county
    plan = read_plan(AUDITS / "county-recidivism")
    given = plan.block(evidence)
    theirs = columns_renamed((plan.folder / given.data.source).resolve(), tmp_path / "theirs.csv")
    with (out / "columns.csv").open(encoding="utf-8", newline="") as file:
        listed = [row["column"] for row in csv.DictReader(file) if row["evidence"] == evidence]
    renamed = {ours: theirs[ours] for ours in listed}
    sent = counts_of(out, evidence, Sender(source=tmp_path / "theirs.csv", renamed=renamed)).tally
    path = sent.save(tmp_path / "counts")
    ours = block_results(plan, given, read_tally(given, plan.folder))["findings"]
    assert list(verdicts(plan.folder, evidence, path).values()) == ours


def test_the_sql_of_the_folder_gives_the_same_findings(county, tmp_path):
    """The vendor puts its names into the first lines, and nothing else; the agency makes counts of what it gave."""
    plan = read_plan(AUDITS / "county-recidivism")
    given = plan.block("record-linkage")
    source = (plan.folder / given.data.source).resolve()
    request(plan.folder, tmp_path / "request", evidence=("record-linkage",), dialect="duckdb")
    text = (tmp_path / "request" / "record-linkage.sql").read_text(encoding="utf-8")
    first, rest = text.split("FROM your_table", 1)
    text = first.replace('"software" AS', '"SW" AS') + "FROM pairs" + rest
    with duckdb.connect() as engine:
        engine.execute(f"CREATE VIEW pairs AS SELECT * RENAME (software AS \"SW\") FROM read_csv('{source}')")
        engine.execute(f"COPY ({text.strip().rstrip(';')}) TO '{tmp_path / 'cells.csv'}' (HEADER)")
    path = tally_of_cells(given, tmp_path / "cells.csv", plan.sha256).save(tmp_path / "counts")
    ours = block_results(plan, given, read_tally(given, plan.folder))["findings"]
    assert list(verdicts(plan.folder, "record-linkage", path).values()) == ours


def test_hidden_counts_never_turn_a_verdict_round(county, tmp_path):
    plan = read_plan(AUDITS / "county-recidivism")
    given = plan.block("record-linkage")
    source = (plan.folder / given.data.source).resolve()
    sent = counts_of(county[0], "record-linkage", Sender(source=source, smallest=11))
    assert sent.hidden > 50
    hidden = verdicts(plan.folder, "record-linkage", sent.tally.save(tmp_path / "counts"))
    ours = {f["id"]: f for f in block_results(plan, given, read_tally(given, plan.folder))["findings"]}
    assert hidden.keys() == ours.keys()
    for name, found in hidden.items():
        assert found["verdict"] in (ours[name]["verdict"], "not_demonstrated")
    assert {found["verdict"] for found in ours.values()} - {"not_demonstrated"}


def test_a_table_filled_in_by_hand_gives_the_same_findings(tmp_path):
    folder = audit(tmp_path / "a", block(measures="[{measure: true_positive_rate, ratio: 0.8, because: the council}]"))
    request(folder)
    table = folder / "request" / "by-hand-flags.tally.csv"
    rows = list(csv.reader(io.StringIO(table.read_text(encoding="utf-8"))))
    assert rows[0] == ["table", "race", "decision", "outcome", "n"]
    assert len(rows) == 1 + 3 * 3 * 3  # races, decisions, outcomes, each with those not known
    records = pd.read_csv(folder / "records.csv", dtype=str)
    for row in rows[1:]:
        assert row[-1] == ""
        decision, outcome = {"1": "yes", "0": "no"}.get(row[2]), row[3]
        row[-1] = str(
            ((records["race"] == row[1]) & (records["decision"] == decision) & (records["outcome"] == outcome)).sum()
        )
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    plan = read_plan(folder)
    ours = block_results(plan, plan.evidence[0], read_tally(plan.evidence[0], folder))["findings"]
    found = verdicts(folder, "flags", folder / "request" / "by-hand-flags.tally.json")
    assert list(found.values()) == ours


def test_a_table_that_is_not_filled_in_is_refused(tmp_path):
    folder = audit(tmp_path / "a")
    request(folder)
    with pytest.raises(DataError, match="n is ''"):
        Tally.load(folder / "request" / "by-hand-flags.tally.json")
    meta = json.loads((folder / "request" / "by-hand-flags.tally.json").read_text(encoding="utf-8"))
    assert meta["plan_sha256"] == read_plan(folder).sha256
    assert meta["asked"]["data"]["decision"]["is"] == ["yes"]


# --- the guide -------------------------------------------------------------------------------------------------------


def test_the_guide_says_what_the_report_says():
    text = " ".join(GUIDE.read_text(encoding="utf-8").split())
    assert "Counted by the vendor, not by us" in text
    assert max(map(len, GUIDE.read_text(encoding="utf-8").splitlines())) <= 130


def test_every_option_that_the_guide_names_is_there():
    from fairaudit import cli

    named = set(re.findall(r"`(--[a-z-]+)", GUIDE.read_text(encoding="utf-8")))
    options = cli._options(["tally", "."])
    assert {name.strip("-").replace("-", "_") for name in named} <= set(vars(options))
