"""The list of columns that a vendor gets: what each means, and which values mean what."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from fairaudit.languages import speaking
from fairaudit.plan import read_plan
from fairaudit.requesting.columns import as_csv, columns_of
from fairaudit.sources.asking import named_columns
from tests.run.made import audit, block

AUDITS = Path(__file__).resolve().parents[2] / "audits"
BLOCKS = [
    pytest.param(plan, each, id=f"{plan.folder.name}: {each.id}")
    for plan in (read_plan(path.parent) for path in sorted(AUDITS.glob("*/audit.yaml")))
    for each in plan.evidence
    if not each.data.is_tally
]


@pytest.mark.parametrize(("plan", "evidence"), BLOCKS)
def test_every_column_that_is_read_is_listed_once_with_what_it_means(plan, evidence):
    listed = [column.name for column in columns_of(evidence)]
    assert len(set(listed)) == len(listed)
    counted = set(named_columns(evidence)) - ({evidence.data.outcome.column} if evidence.data.outcome else set())
    assert counted <= set(listed)
    assert all(column.what for column in columns_of(evidence))


GROUPS = """{race: {levels: [Black, White, Asian], labels: {B: Black}, merge: {Other: [Asian]}, unknown: [UNK]},
  age: {bands: [25, 65], unknown: [999]}, place: {column: town}, several: {levels: [A, B], multi: ";"}}"""
DATA = """      keep: {year: {from: 2022}, office: [1, 2]}
      cluster: person
      key: number
"""

# A column: what is said of its values.
SAID = {
    "decision": ("yes: yes", "no: no", "not known: empty, or anything else"),
    "race": ("Black: Black, B", "White", "Other (Asian): Asian", "not known: UNK, or empty"),
    "age": ("a number, which is cut at 25, 65", "not known: 999, or empty"),
    "town": ("as they stand in the records", "not known: empty"),
    "several": ("of several groups: with ';' between them", "A", "B", "not known: empty"),
    "year": ("counts: from 2022 on",),
    "office": ("counts: 1, 2",),
    "degree": ("any values",),
    "person": (),
    "number": (),
}


@pytest.fixture(scope="module")
def columns(tmp_path_factory):
    made = block(groups=GROUPS, data=DATA, more="    strata: [degree]\n")
    plan = read_plan(audit(tmp_path_factory.mktemp("columns"), made))
    return {column.name: column for column in columns_of(plan.evidence[0])}


def test_no_other_column_is_asked_for(columns):
    """The outcome is not: no measure needs it."""
    assert list(columns) == [
        "decision",
        "race",
        "age",
        "town",
        "several",
        "degree",
        "year",
        "office",
        "person",
        "number",
    ]


@pytest.mark.parametrize("name", SAID)
def test_what_values_mean(columns, name):
    assert columns[name].values == SAID[name]


def test_what_is_no_list_of_values_is_said_in_words(columns):
    assert "It is not sent." in columns["person"].what[0]
    assert columns["number"].what == ("Names the record. It is not sent.",)


def test_where_only_yes_is_named_all_else_is_no(tmp_path):
    folder = audit(tmp_path)
    text = (folder / "audit.yaml").read_text(encoding="utf-8").replace(", is_not: [no]", "")
    (folder / "audit.yaml").write_text(text, encoding="utf-8")
    found = {column.name: column.values for column in columns_of(read_plan(folder).evidence[0])}
    assert found["decision"] == ("yes: yes", "no: anything else that is filled in", "not known: empty")


def test_the_csv_file_holds_the_same(columns):
    rows = list(csv.reader(io.StringIO(as_csv({"flags": list(columns.values())}).decode("utf-8"))))
    assert rows[0] == ["evidence", "column", "what it means", "which values mean what"]
    assert [row[1] for row in rows[1:]] == list(columns)
    assert ["flags", "year", "Which records count; the others are left out.", "counts: from 2022 on"] in rows


def test_in_spanish_too(tmp_path):
    evidence = read_plan(audit(tmp_path)).evidence[0]
    with speaking("es"):
        assert "sí: yes" in columns_of(evidence)[0].values
