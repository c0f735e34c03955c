"""`init` drafts a plan that reads, from columns named and written in any way, and looks at no decision."""

from __future__ import annotations

import re

import pandas as pd
import pytest
import yaml

from fairaudit import resources
from fairaudit.errors import PlanError
from fairaudit.kinds import KINDS
from fairaudit.plan import read_plan
from fairaudit.scaffold import BECAUSE, GROUPS, _quoted, _words, as_drafted
from fairaudit.yaml_reader import read_yaml
from tests.run.made import files

ROWS = 60
COLUMNS = {
    "name: x": ["CANARY-name"] * ROWS,
    "#": range(ROWS),
    'it\'s "q"': ["CANARY-note"] * ROWS,
    "Raça": ["CANARY-other"] * ROWS,
    "Race / Ethnicity": ["Black", "White", "null", "~", "Unknown", "Decline to state"] * (ROWS // 6),
    "Sex ": ["F", "M"] * (ROWS // 2),
    "ageAtArrest": range(18, 18 + ROWS),
    "gender, coded": ["true", "false", "x: y", "- z", "# h", "[a, b]"] * (ROWS // 6),
    "ward": [str(1 + i % 20) for i in range(ROWS)],
    "religion": ["the only one"] * ROWS,
    "decision": ["CANARY-decision"] * ROWS,
    "outcome": ["CANARY-outcome"] * ROWS,
    "stage": ["CANARY-stage"] * ROWS,
}
WRITERS = {
    "records.csv": lambda frame, path: frame.to_csv(path, index=False),
    "records.csv.gz": lambda frame, path: frame.to_csv(path, index=False),
    "records.parquet": lambda frame, path: frame.to_parquet(path),
    "records.xlsx": lambda frame, path: frame.to_excel(path, index=False),
}


def drafted(folder) -> dict:
    return yaml.safe_load((folder / "audit.yaml").read_text(encoding="utf-8"))["evidence"][0]


def sided(text: str) -> str:
    """Say in a drafted plan whose decisions they are and which side is worse off, which nobody but its writer can."""
    assert (text.count("being_selected_is:  "), text.count("decided_by:  ")) == (1, 1)
    text = text.replace("decided_by:  ", "decided_by: this_system ")
    return text.replace("being_selected_is:  ", "being_selected_is: a burden ")


@pytest.mark.parametrize("name", WRITERS)
def test_a_draft_lacks_nothing_but_its_limits_the_side_and_whose_decisions_they_are(tmp_path, say, name):
    WRITERS[name](pd.DataFrame(COLUMNS), tmp_path / name)
    said = say("init", tmp_path / "new", "--data", tmp_path / name)
    assert said.code == 0, said.err
    assert sorted(files(tmp_path / "new")) == ["audit.yaml", "notes.md"]
    with pytest.raises(PlanError) as caught:
        read_plan(tmp_path / "new")
    assert [problem.what for problem in caught.value.problems] == [
        "'decided_by' is left empty",
        "'being_selected_is' is left empty",
        "selection_rate has no limit, and no limit is assumed",
    ]
    plan = tmp_path / "new" / "audit.yaml"
    plan.write_text(sided(plan.read_text(encoding="utf-8")).replace("# ratio: us.", "ratio: us."), encoding="utf-8")
    groups = read_plan(tmp_path / "new").evidence[0].groups
    assert [name.strip() for name in groups] == ["Race / Ethnicity", "Sex", "ageAtArrest", "gender, coded", "ward"]


NAMED = [
    ("application_id,applicant_id,race,decision", "key: application_id", "# cluster: applicant_id"),
    ("case_number,race,decision", "# key: record_id", "# cluster: person_id"),
    ("record_id,row_id,client_id,race,decision", "# key: record_id", "# cluster: client_id"),
    ("id,PersonID,race,decision", "key: id", "# cluster: PersonID"),
]


@pytest.mark.parametrize(("columns", "key", "cluster"), NAMED)
def test_what_names_a_record_and_a_person_is_drafted_from_names(tmp_path, say, columns, key, cluster):
    data = tmp_path / "records.csv"
    data.write_text(
        f"{columns}\n" + "\n".join(",".join("ab1"[row % 2] for _ in columns.split(",")) for row in range(4))
    )
    say("init", str(tmp_path / "new"), "--data", str(data))
    text = (tmp_path / "new" / "audit.yaml").read_text()
    assert f"\n      {key} " in text
    assert f"\n      {cluster} " in text


DECIDED = [("approved", "approved"), ("was_granted", "was_granted"), ("approved,denied", "decision"), ("x", "decision")]


@pytest.mark.parametrize(("columns", "expected"), DECIDED)
def test_what_was_decided_is_drafted_from_its_name(tmp_path, say, columns, expected):
    data = tmp_path / "records.csv"
    data.write_text(f"race,{columns}\nA{',1' * (1 + columns.count(','))}\nB{',0' * (1 + columns.count(','))}\n")
    say("init", str(tmp_path / "new"), "--data", str(data))
    assert f"decision: {{column: {expected}," in (tmp_path / "new" / "audit.yaml").read_text()


def test_records_that_say_that_they_are_made_up_are_drafted_as_such(tmp_path, say):
    data = tmp_path / "records.csv"
    data.write_text("race,decision,made_up\nA,1,yes\nB,0,yes\n")
    say("init", str(tmp_path / "new"), "--data", str(data))
    assert "origin: synthetic " in (tmp_path / "new" / "audit.yaml").read_text()


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_templates_write_for_who_chose_a_limit_counts_as_not_said(kind):
    assert resources.template(f"audit.{kind}.yaml").read_text().count(f"because: {BECAUSE}\n") >= 1


def test_levels_are_drafted_as_they_are_and_what_means_unknown_apart(tmp_path, say):
    pd.DataFrame(COLUMNS).to_csv(tmp_path / "records.csv", index=False)
    assert say("init", tmp_path / "new", "--data", tmp_path / "records.csv").code == 0
    groups = drafted(tmp_path / "new")["groups"]
    assert groups["Race / Ethnicity"] == {
        "levels": ["Black", "White"],
        "unknown": ["Decline to state", "Unknown", "null", "~"],
    }
    assert groups["ageAtArrest"] == {"bands": [25, 45, 65]}
    assert groups["gender, coded"]["levels"] == ["# h", "- z", "[a, b]", "false", "true", "x: y"]
    assert groups["ward"]["levels"] == [str(ward) for ward in range(1, 21)]
    assert drafted(tmp_path / "new")["compare"] == [{"by": name} for name in groups]


@pytest.mark.parametrize("name", WRITERS)
def test_nothing_is_looked_at_but_what_is_called_like_a_group(tmp_path, say, name):
    WRITERS[name](pd.DataFrame(COLUMNS), tmp_path / name)
    said = say("init", tmp_path / "new", "--data", tmp_path / name)
    written = b"".join(files(tmp_path / "new").values()).decode("utf-8")
    assert "CANARY" not in written + said.out + said.err


@pytest.mark.parametrize(
    ("name", "group"),
    [
        *[(name, True) for name in ("race", "RACE", "race_cat", "Race Ethnicity", "raceEthnicity", "is_veteran")],
        *[(name, True) for name in ("sex", "applicant.gender", "age", "AgeGroup", "age_at_arrest", "ethnic: group #2")],
        *[(name, False) for name in ("stage", "package", "embrace", "wage", "Essex")],
        *[(name, False) for name in ("decision", "outcome", "score", "id", "#", "")],
    ],
)
def test_which_columns_are_taken_for_groups(name, group):
    assert any(GROUPS.fullmatch(word) for word in _words(name)) is group


@pytest.mark.parametrize(
    "text",
    [
        *(
            "plain",
            "Two or more",
            "a: b",
            "#x",
            "- y",
            "[z]",
            "{z}",
            "&a",
            "*a",
            "!a",
            "%a",
            "@a",
            "`a",
            "'",
            '"',
            "\\",
        ),
        *("true", "False", "NULL", "~", "yes", "no", "1", "1.0", "1e3", "0x1F", "2019-12-31", "", " lead", "trail "),
        *("new\nline", "tab\t", "\x1b[31m", "\u202e", "é", "中文", "🙂", "a,b", "a]", "x #y", "null ", "=cmd()", "?"),
    ],
)
def test_any_text_is_read_back_as_it_is(tmp_path, text):
    path = tmp_path / "x.yaml"
    path.write_text(f"a: [{_quoted(text)}]\n{_quoted(text or 'x')}: {_quoted(text)}\n", encoding="utf-8")
    assert read_yaml(path).content == {"a": [text], (text or "x"): text}


def test_a_file_is_opened_as_it_says_that_it_must_be(tmp_path, say):
    (tmp_path / "export.csv").write_bytes("id;gender\n1;männlich\n2;weiblich\n".encode("cp1252"))
    assert say("init", tmp_path / "new", "--data", tmp_path / "export.csv").code == 0
    evidence = drafted(tmp_path / "new")
    assert evidence["data"]["delimiter"] == ";"
    assert evidence["data"]["encoding"] == "cp1252"
    assert evidence["groups"]["gender"]["levels"] == ["männlich", "weiblich"]


def test_of_a_workbook_of_several_sheets_one_is_named(tmp_path, say):
    with pd.ExcelWriter(tmp_path / "book.xlsx") as book:
        for sheet in ("First", "2023: all"):
            pd.DataFrame({"sex": ["F", "M"]}).to_excel(book, sheet_name=sheet.replace(":", ""), index=False)
    said = say("init", tmp_path / "new", "--data", tmp_path / "book.xlsx")
    assert (said.code, "Add --sheet. It can be: First, 2023 all." in said.err) == (3, True), said.err
    assert not (tmp_path / "new").exists()
    assert say("init", tmp_path / "new", "--data", tmp_path / "book.xlsx", "--sheet", "2023 all").code == 0
    assert drafted(tmp_path / "new")["data"]["sheet"] == "2023 all"


def test_without_data_the_template_is_written_and_reads_but_for_its_limit_and_the_side(tmp_path, say):
    assert say("init", tmp_path / "new").code == 0
    with pytest.raises(PlanError) as caught:
        read_plan(tmp_path / "new")
    assert len(caught.value.problems) == 3
    assert {"notes.md", "audit.yaml"} == set(files(tmp_path / "new"))


ONLY_ITS_WRITER_CAN_SAY = {
    "decisions": ["data.decided_by", "being_selected_is"],
    "scores": ["data.decided_by", "being_selected_is"],
    "amounts": ["data.decided_by", "a_high_amount_is"],
    "waits": ["data.decided_by", "data.until"],
    "representation": ["data.decided_by", "data.population.year", "more_is"],
    "places": ["data.decided_by", "data.areas", "more_is"],
    "pairs": ["data.decided_by", "being_selected_is"],
    "matching": ["data.decided_by", "a_missed_match_costs", "a_false_match_costs"],
}
"""Kind -> what its template leaves empty, beside the limits."""
FILLED_IN = {
    "data.decided_by": "this_system",
    "data.until": "2024-12-31",
    "data.population.year": "2023",
    "data.areas": "all",
    "a_missed_match_costs": "benefits stop until it is found",
    "a_false_match_costs": "somebody else's debt is collected",
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_of_each_kind_leaves_open_what_only_its_writer_can_say(tmp_path, say, kind):
    assert say("init", tmp_path / "new", "--kind", kind).code == 0
    with pytest.raises(PlanError) as caught:
        read_plan(tmp_path / "new")
    places = [problem.where.partition("evidence[0].")[2] for problem in caught.value.problems]
    open_ = [place for place in places if not place.startswith(("measures", "groups"))]
    assert open_ == ONLY_ITS_WRITER_CAN_SAY[kind]
    assert any(place.startswith("measures") for place in places)


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_reads_once_that_is_filled_in(tmp_path, say, kind):
    say("init", tmp_path / "new", "--kind", kind)
    plan = tmp_path / "new" / "audit.yaml"
    text = plan.read_text(encoding="utf-8")
    for place in ONLY_ITS_WRITER_CAN_SAY[kind]:
        key = place.rpartition(".")[2]
        text, times = re.subn(rf"^( +{key}:) ", rf"\1 {FILLED_IN.get(place, 'a benefit')} ", text, flags=re.MULTILINE)
        assert times == 1, key
    text = re.sub(r"^( +)- measure: .*\n", r"\g<0>\1  ratio: 0.8\n", text, flags=re.MULTILINE)
    plan.write_text(text, encoding="utf-8")
    (block,) = read_plan(tmp_path / "new").evidence
    assert block.kind == kind
    still = ["period", *(["population.from"] if kind == "representation" else []), "cannot_tell"]
    found = [name for name in as_drafted(read_plan(tmp_path / "new")) if not name.startswith("system")]
    assert found == [f"{kind}.{key}" for key in still]


def test_groups_of_areas_are_drafted_from_names_of_columns(tmp_path, say):
    columns = {
        "tract": ["t1", "t2"],
        "Black": [1, 2],
        "white": [3, 4],
        "Hispanic or Latino": [5, 6],
        "another_race": [7, 8],
        "pct_black": [0.1, 0.2],
        "black_women": [1, 1],
        "women": [4, 5],
        "median_income": [1, 2],
        "income_moe": [1, 2],
        "ward": ["1", "2"],
        "reached": ["CANARY", "CANARY"],
    }
    margins = {"Black_moe": [1, 1], "moe_white": [1, 1], "Hispanic or Latino MOE": [1, 1], "another_race_moe": [1, 1]}
    for name, more in (("with", margins), ("one-lacks", {**margins, "moe_white": None})):
        kept = {key: value for key, value in {**columns, **more}.items() if value is not None}
        pd.DataFrame(kept).to_csv(tmp_path / f"{name}.csv", index=False)
        said = say("init", tmp_path / name, "--kind", "places", "--data", tmp_path / f"{name}.csv")
        assert said.code == 0, said.err
        groups = drafted(tmp_path / name)["groups"]
        assert list(groups) == ["ward", "race", "income"], "of women and men one column is missing"
        assert groups["race"]["columns"] == {
            "Black": "Black",
            "White": "white",
            "Hispanic or latino": "Hispanic or Latino",
            "Another race": "another_race",
        }
        assert groups["income"] == {"column": "median_income", "quantiles": 5}
        assert drafted(tmp_path / name)["compare"] == [{"by": name} for name in groups]
        written = (tmp_path / name / "audit.yaml").read_text(encoding="utf-8")
        assert "CANARY" not in written + said.out + said.err
    assert "moe" not in groups["race"]
    assert list(drafted(tmp_path / "with")["groups"]["race"]["moe"].values()) == list(margins)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"places"}))
def test_of_other_kinds_a_column_of_numbers_is_no_group_of_people(tmp_path, say, kind):
    pd.DataFrame({"black": ["1"], "white": ["2"], "income": ["3"]}).to_csv(tmp_path / "records.csv", index=False)
    assert say("init", tmp_path / "new", "--kind", kind, "--data", tmp_path / "records.csv").code == 0
    assert list(drafted(tmp_path / "new")["groups"]) == ["race", "sex"], "as the template has them"


def test_a_kind_that_is_not_there_is_answered_with_those_that_are(tmp_path, say):
    said = say("init", tmp_path / "new", "--kind", "place")
    assert (said.code, "Did you mean 'places'?" in said.err) == (2, True), said.err


def test_the_help_of_init_names_every_kind(say):
    text = " ".join(say("init", "--help").out.split())
    assert [kind for kind in KINDS if kind not in text] == []


def test_the_limits_on_file_are_written_as_lines_to_uncomment(tmp_path, say):
    say("init", tmp_path / "new")
    text = sided((tmp_path / "new" / "audit.yaml").read_text(encoding="utf-8"))
    offered = [line for line in text.splitlines() if line.startswith(("        # ratio: ", "        # difference: "))]
    assert len(offered) >= 2
    for line in offered:
        (tmp_path / "new" / "audit.yaml").write_text(text.replace(line, line.replace("# ", "", 1)), encoding="utf-8")
        read_plan(tmp_path / "new")


def test_a_plan_that_is_there_is_never_overwritten(tmp_path, say):
    (tmp_path / "audit.yaml").write_text("my work")
    (tmp_path / "notes.md").write_text("my notes")
    said = say("init", tmp_path)
    assert (said.code, "is not overwritten" in said.err) == (2, True)
    (tmp_path / "audit.yaml").unlink()
    assert say("init", tmp_path).code == 0
    assert (tmp_path / "notes.md").read_text() == "my notes"


@pytest.mark.parametrize(
    ("data", "code", "what"),
    [
        ("nosuch.csv", 3, "there is no such file"),
        ("recrods.csv", 3, "Did you mean 'records.csv'?"),
        ("empty.csv", 3, "is empty"),
        ("thing.foo", 3, "is not a kind of file that can be read"),
    ],
)
def test_data_that_cannot_be_read_leaves_no_folder(tmp_path, say, data, code, what):
    for name, content in (("records.csv", "race\nBlack\n"), ("empty.csv", ""), ("thing.foo", "x")):
        (tmp_path / name).write_text(content)
    said = say("init", tmp_path / "new", "--data", tmp_path / data)
    assert (said.code, what in said.err) == (code, True), said.err
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_made(tmp_path, say):
    (tmp_path / "file").write_text("in the way")
    said = say("init", tmp_path / "file" / "new")
    assert (said.code, "cannot be written" in said.err) == (2, True)


@pytest.mark.parametrize(
    ("columns", "opened", "closed"),
    [
        (["Tracking Number", "Submitted Date", "Closed Date", "Disposition"], "Submitted Date", "Closed Date"),
        (["CreatedDate", "CloseDate", "DueDate", "SRStatus"], "CreatedDate", "CloseDate"),
        (["opened", "closed", "status"], "opened", "closed"),
        (["date received", "date forwarded", "date closed"], "date received", "date closed"),
        (["received_by", "received_on", "closed_on"], "received_on", "closed_on"),
        (["opened_at", "created_at", "resolved_at"], "opened", "resolved_at"),  # either may be meant: ask
        (["begin", "end"], "opened", "closed"),
    ],
)
def test_of_waits_the_days_are_drafted_from_the_columns_names(tmp_path, say, columns, opened, closed):
    pd.DataFrame({name: ["CANARY"] * 3 for name in columns}).to_csv(tmp_path / "records.csv", index=False)
    assert say("init", tmp_path / "new", "--kind", "waits", "--data", tmp_path / "records.csv").code == 0
    data = drafted(tmp_path / "new")["data"]
    assert (data["opened"], data["closed"]) == (opened, closed)
    assert "CANARY" not in (tmp_path / "new" / "audit.yaml").read_text(encoding="utf-8")
