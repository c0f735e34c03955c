"""Exports: found by being there, made of the sealed results alone, and open about what nobody has answered."""

from __future__ import annotations

import csv
import io
import json
import sys
from dataclasses import replace
from pathlib import Path

import docx
import pytest

from fairaudit import exports
from fairaudit.charts import chart_of, forest_plot, table_of
from fairaudit.cli import main
from fairaudit.errors import UsageError
from fairaudit.exporting import EXPORTS, INTERNAL, CannotExportError, Sealed, export
from fairaudit.exports import every, nist, read_sealed, write
from fairaudit.exports.atrs import SECTIONS
from fairaudit.page_one import DEMONSTRATION
from fairaudit.tally import Tally
from fairaudit.workflow.questions import catalogue
from fairaudit.workflow.roles import SIGNING
from fairaudit.workflow.seal import ROOT, root_of, sha256
from tests.exports import references
from tests.exports.published import SCORING
from tests.report.audits import audit, block, demonstration, hidden
from tests.report.page import parse
from tests.verdicts.tables import counted

FORMS = ["atrs", "csv", "docx", "ll144", "nist"]
BY_SEX = {"groups": ["sex"], "data": {"origin": "synthetic"}}


def by_sex(counts: dict, **settings) -> Sealed:
    """Give results of a made-up audit by sex."""
    return Sealed(audit((block(**(BY_SEX | settings)), sex_of(counted(counts)))), "ab" * 32)


def sex_of(tally: Tally) -> Tally:
    """Call the groups of a tally sexes."""
    about = {"attributes": {"sex": tally.about.attributes["group"]}, "tables": {"sex": ("sex",)}}
    cells = tally.cells.rename(columns={"group": "sex"}).assign(table="sex")
    return Tally(replace(tally.about, **about), cells)


def made(name: str, given: Sealed) -> dict[str, str | bytes]:
    return every()[name].make(given)


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8"))))


def answered(given: Sealed, question: str, text: str, role: str) -> Sealed:
    """Answer a question of results."""
    by = {"role": SIGNING[role], "name": "Lee (made up)"}
    answers = [
        each | {"state": "answered", "text": text, "by": by} if each["id"] == question else each
        for each in given.results["answers"]
    ]
    return Sealed({**given.results, "answers": answers}, given.root)


# --- the register ----------------------------------------------------------------------------------------------------


def test_every_file_in_the_folder_is_an_export():
    files = {path.stem for path in Path(exports.__file__).parent.glob("*.py")} - {"__init__"}
    assert {each.make.__module__.rpartition(".")[2] for each in every().values()} == files
    assert list(every()) == FORMS


def test_two_exports_of_one_name_are_refused():
    every()
    with pytest.raises(ValueError, match="two exports are called 'csv'"):
        export("csv", title="another")(lambda given: {})
    assert EXPORTS["csv"].make.__module__.endswith("findings_csv")


@pytest.mark.parametrize("name", ["ll144", "atrs", "nist"])
def test_an_export_cites_the_text_that_it_follows_and_its_day(name):
    given = by_sex({"Men": (60, 80), "Women": (48, 80)})
    found = catalogue().instruments[every()[name].instrument]
    for content in made(name, given).values():
        text = content if isinstance(content, str) else content.decode("utf-8")
        assert found.citation in text
        assert f"as of {found.as_of}" in text


@pytest.mark.parametrize("name", FORMS)
def test_a_demonstration_says_so_and_every_file_names_the_seal(name):
    given = by_sex({"Men": (60, 80), "Women": (48, 80)})
    for file, content in made(name, given).items():
        text = references.text_of(content) if file.endswith(".docx") else content
        text = text.decode("utf-8") if isinstance(text, bytes) else text
        assert DEMONSTRATION["all"] in text
        assert given.root in text


@pytest.mark.parametrize("name", FORMS)
def test_where_only_some_records_are_made_up_no_file_says_that_all_are(name):
    tally = counted({"Men": (60, 80), "Women": (48, 80)})
    real, made_up = (
        block(**BY_SEX | {"data": {"origin": "historical"}}),
        block(**BY_SEX, id="again", question="And these?"),
    )
    given = Sealed(audit((real, sex_of(tally)), (made_up, sex_of(tally))))
    given = answered(given, "all-counts", catalogue().every["all-counts"].choices["every-count"].words, "legal")
    for file, content in made(name, given).items():
        text = references.text_of(content) if file.endswith(".docx") else content
        text = text.decode("utf-8") if isinstance(text, bytes) else text
        assert DEMONSTRATION["some"] in text
        assert DEMONSTRATION["all"] not in text


@pytest.mark.parametrize("name", FORMS)
def test_the_same_results_give_the_same_bytes(name):
    given = by_sex({"Men": (60, 80), "Women": (48, 80)})
    assert made(name, given) == made(name, given)


def test_references_are_as_they_are_kept():
    found = references.files(references.sealed())
    assert found.keys() == {path.name for path in references.FOLDER.iterdir()}
    for name, text in found.items():
        assert text == (references.FOLDER / name).read_text(encoding="utf-8"), (
            f"{name}: see tests/exports/references.py"
        )


# --- Local Law 144 ---------------------------------------------------------------------------------------------------


def test_the_summary_has_rates_ratios_reference_and_the_unknown():
    page = made("ll144", by_sex({"Men": (60, 80), "Women": (48, 80), "?": (5, 9)}))["ll144.html"]
    shown = parse(page)
    table = shown.all("table")[1]
    assert [cell.text for cell in table.one("tbody").all("td")] == [
        "80",
        "60",
        "75.0%",
        "1.000",
        "80",
        "48",
        "60.0%",
        "0.800",
    ]
    assert "Ratios refer to Men: 60 of 80." in page
    assert "Not in this table: 9 people whose category is unknown." in page
    assert "Race and ethnicity categories: to be completed by the analyst." in page
    assert all(word not in page.casefold() for word in ("compliant", "certified", "passes"))


def test_a_reference_of_few_is_said():
    assert "changes every ratio" in made("ll144", by_sex({"Men": (3, 23), "Women": (18, 379)}))["ll144.html"]


def test_a_burden_turns_the_reading_round_and_is_said():
    given = by_sex({"Men": (60, 80), "Women": (48, 80)}, being_selected_is="a burden")
    assert "bears it most" in made("ll144", given)["ll144.html"]


REAL = {"data": {"origin": "historical"}}
COUNTS = {"Men": (5000, 9900), "Women": (3, 100)}


def test_every_count_is_printed_only_when_the_legal_role_has_chosen_it():
    given = by_sex(COUNTS, **REAL)
    words = {name: choice.words for name, choice in catalogue().every["all-counts"].choices.items()}
    for refused in (
        given,
        answered(given, "all-counts", words["keep-hidden"], "legal"),
        answered(given, "all-counts", words["every-count"], "analyst"),
        answered(given, "all-counts", "something else", "legal"),
    ):
        with pytest.raises(CannotExportError, match="the legal and privacy officer has not allowed"):
            made("ll144", refused)
    page = made("ll144", answered(given, "all-counts", words["every-count"], "legal"))["ll144.html"]
    assert "Below 2%" in page
    assert "Left out" not in page
    assert INTERNAL not in page


def test_a_recorded_no_holds_for_made_up_records_too():
    words = catalogue().every["all-counts"].choices["keep-hidden"].words
    with pytest.raises(CannotExportError):
        made("ll144", answered(by_sex(COUNTS), "all-counts", words, "legal"))


def test_small_categories_are_left_out_for_the_reason_that_was_given():
    words = catalogue().every["all-counts"].choices["small-left-out"].words
    given = answered(by_sex({"Men": (5000, 9900), "Women": (90, 100)}, **REAL), "all-counts", words, "legal")
    page = made("ll144", given)["ll144.html"]
    assert "because: To be completed by the legal and privacy officer." in page
    given = answered(given, "small-groups", "A hundred records say little.", "legal")
    files = made("ll144", given)
    assert "because: A hundred records say little." in files["ll144.html"]
    assert "Ratios refer to Men" in files["ll144.html"]
    (row,) = [row for row in rows_of(files["ll144.csv"]) if row[1:2] == ["Women"]]
    assert row == ["sex", "Women", "100", "90", "0.9", "", "", "A hundred records say little."]


PUBLISHED = """
system: {{name: Example 2 of the rule}}
evidence:
  - id: hiring
    kind: scores
    question: Who scores above the median?
    data: {{source: records.csv, origin: synthetic, decided_by: this_system, unit: one applicant, score: score}}
    being_selected_is: a benefit
    words: {{people: applicants, selected: scored high, not_selected: scored low}}
    groups:
      race: {{levels: {races}}}
      sex: {{levels: [Male, Female]}}
    compare: [{{by: race}}, {{by: sex}}, {{by: [race, sex]}}]
    measures: [{{measure: scoring_rate, ratio: 0.8, because: A made-up limit}}]
    cannot_tell: [Whether anybody is good at the work.]
"""


@pytest.fixture(scope="module")
def hiring(tmp_path_factory) -> Sealed:
    """Give an audit of records that are made up so that their counts are those of the rule's second example."""
    folder = tmp_path_factory.mktemp("hiring")
    lines, races = ["race,sex,score"], {}
    for category, (people, above, _) in SCORING["race and sex"].items():
        race, sex = category.split(", ")
        races[race] = None
        lines += [f"{race},{sex},{2 if number < above else 1}" for number in range(people)]
    (folder / "records.csv").write_text("\n".join(lines), encoding="utf-8")
    (folder / "audit.yaml").write_text(PUBLISHED.format(races=list(races)), encoding="utf-8")
    return Sealed(references.of_folder(folder))


@pytest.mark.parametrize(
    ("basis", "kind"), [("sex", "sex"), ("race_ethnicity", "race"), ("intersectional", "race and sex")]
)
def test_scoring_rates_and_ratios_of_the_published_example_come_out_of_records(hiring, basis, kind):
    rows = [row for row in rows_of(made("ll144", hiring)["ll144.csv"]) if row[:1] == [basis]]
    found = {name: row for _, name, *row in rows if "unknown" not in name}
    assert found.keys() == SCORING[kind].keys()
    for name, (people, above, printed) in SCORING[kind].items():
        assert found[name][:2] == [str(people), str(above)]
        assert float(found[name][2]) == pytest.approx(above / people)
        assert round(float(found[name][3]), len(printed.partition(".")[2])) == float(printed), name


def test_a_summary_of_scores_says_what_is_counted_and_what_nobody_has_filled_in(hiring):
    page = made("ll144", hiring)["ll144.html"]
    assert "above the median of everybody scored" in page
    rows = [[cell.text for cell in row.all("th", "td")] for row in parse(page).all("table")[0].all("tr")]
    for field, role in [
        ("Median score of everybody scored: Who scores above the median?", "analyst"),
        ("Why no historical data, and how these were made: Who scores above the median?", "analyst"),
        ("Date of this audit", "analyst"),
        ("Distribution date of the tool", "programme owner"),
        ("Explanation of the data", "analyst"),
    ]:
        assert [field, f"To be completed by the {role}."] in rows


def test_no_selection_rate_by_sex_or_race_is_said():
    with pytest.raises(CannotExportError, match="there is no selection rate"):
        made("ll144", Sealed(demonstration()))


# --- what nobody has answered ----------------------------------------------------------------------------------------


def test_fields_without_an_answer_name_who_is_to_complete_them():
    given = by_sex({"Men": (60, 80), "Women": (48, 80)})
    page = made("atrs", given)["atrs.html"]
    assert "To be completed by the programme owner." in page
    rows = {row[2]: row for row in rows_of(made("atrs", given)["atrs.csv"])}
    assert rows["Appeals and review"][3:] == ["To be completed by the programme owner.", "programme owner"]
    given = answered(given, "contest", "By letter.", "programme_owner")
    rows = {row[2]: row for row in rows_of(made("atrs", given)["atrs.csv"])}
    assert rows["Appeals and review"][3:] == ["By letter.", ""]


def test_every_field_of_the_record_has_a_source_that_there_is():
    sources = {source for fields in SECTIONS.values() for source in fields.values()}
    assert sources <= {"the plan", "the findings", *SIGNING, *catalogue().every}


ATRS_FIELDS = {
    # As the fields of version 4.0 are listed by others, or stand in published records (2025, 2026)
    **{"0.1": "Title", "0.2": "Organisation name", "0.3": "Phase", "0.4": "Region", "0.5": "One sentence description"},
    **{"1.1": "Name", "1.2": "Description", "1.3": "Website URL", "1.4": "Contact email"},
    **{"2.1.1": "Organisation or department", "2.1.2": "Team", "2.1.3": "Senior responsible owner"},
    **{"2.1.4": "Third party involvement", "2.2.1": "Detailed description"},
    **{"2.3.2": "Human review", "2.3.5": "Appeals and review"},
    **{"2.4.1.2": "System-level input", "2.4.1.3": "System-level output", "2.4.1.5": "Models"},
    **{"2.4.2.2": "Model version", "2.4.2.6": "Model architecture", "2.4.2.7": "Model performance"},
    **{"2.4.3.1": "Development data description", "2.4.3.4": "Sensitive attributes"},
    **{"2.4.4.2": "Sensitive attributes", "2.5.1": "Impact assessments", "2.5.2": "Risks and mitigations"},
}


def test_fields_have_the_numbers_and_names_of_the_standard():
    found = dict(name.split(" ", 1) for fields in SECTIONS.values() for name in fields)
    assert ATRS_FIELDS.items() <= found.items()
    assert list(found) == sorted(found, key=lambda number: [*map(int, number.split("."))])


def test_as_many_fields_stand_between_others_as_in_a_record_that_numbers_them_through():
    # NHS England: EPS Assist Me (2026-05-28), as others quote it: 33 model architecture; after a second model 47 and 54
    # sensitive attributes, of development and of operational data; 58 impact assessments.
    shown = [name for section, fields in SECTIONS.items() if section != "Metadata" for name in fields]
    place = {name.split(" ")[0]: number for number, name in enumerate(shown, 1)}
    a_model = sum(name.startswith("2.4.2.") for name in shown)
    assert place["2.4.2.6"] == 33
    assert [place[number] + a_model for number in ("2.4.3.4", "2.4.4.2", "2.5.1")] == [47, 54, 58]


# How many subcategories each category has: NIST AI 100-1 (2023), tables 1 to 4; 72 in all.
SUBCATEGORIES = {"GOVERN": (7, 3, 2, 3, 2, 2), "MAP": (6, 3, 5, 2, 2), "MEASURE": (3, 13, 3, 3), "MANAGE": (4, 4, 2, 3)}


def test_every_tag_is_a_subcategory_that_there_is_and_says_what_it_is_about():
    there_are = {
        f"{function} {category}.{number}"
        for function, sizes in SUBCATEGORIES.items()
        for category, size in enumerate(sizes, 1)
        for number in range(1, size + 1)
    }
    assert len(there_are) == 72
    used = {*nist.OF_FINDINGS, *nist.OF_TIER}.union(*nist.TAGS.values())
    assert used == nist.SUBJECTS.keys() <= there_are


def test_every_requirement_that_a_question_names_has_a_tag():
    named = {each for question in catalogue().every.values() for each in question.requirements}
    assert named <= nist.TAGS.keys()
    assert all(tag.split(" ")[0] in nist.FUNCTIONS for tags in nist.TAGS.values() for tag in tags)


def test_every_finding_and_every_question_is_tagged():
    given = by_sex({"Men": (60, 80), "Women": (48, 80)})
    rows = rows_of(made("nist", given)["nist.csv"])
    tagged = {row[3] for row in rows if row[0]}
    assert {answer["id"] for answer in given.results["answers"]} <= tagged
    assert {finding["id"] for part in given.results["evidence"] for finding in part["findings"]} <= tagged


# --- the table of all findings ---------------------------------------------------------------------------------------


def test_the_table_has_every_finding_group_and_pair():
    given = by_sex({"Men": (60, 80), "Women": (48, 80)})
    header, *rows = rows_of(made("csv", given)["findings.csv"])
    rows = [dict(zip(header, row, strict=True)) for row in rows]
    assert [row["row"] for row in rows] == ["finding", "group", "group", "pair", "pair"]
    assert [(row["people"], row["events"], row["value"]) for row in rows[1:3]] == [
        ("80", "60", "0.75"),
        ("80", "48", "0.6"),
    ]
    assert sorted(float(row["value"]) for row in rows[3:]) == pytest.approx(
        [(48 / 80) / (60 / 80), (60 / 80) / (48 / 80)]
    )


def test_no_cell_of_a_table_is_a_formula():
    given = by_sex({"=1+1": (60, 80), "@SUM(A1)": (48, 80), "-2": (50, 80), "+3": (50, 80)})
    for name in FORMS:
        for file, content in made(name, given).items():
            for cell in [cell for row in rows_of(content) for cell in row] if file.endswith(".csv") else []:
                assert cell[:1] not in tuple("=@+\t\r"), cell
                assert cell[:1] != "-" or cell[1:].replace(".", "").isdigit(), cell


def test_what_hidden_counts_leave_open_is_said_as_ends_and_not_as_a_value():
    header, *rows = rows_of(made("csv", Sealed(hidden()))["findings.csv"])
    rows = [dict(zip(header, row, strict=True)) for row in rows]
    (group,) = [row for row in rows if row["row"] == "group" and row["group"] == "A"]
    assert group["value"] == ""
    assert (float(group["hidden_low"]), float(group["hidden_high"])) == pytest.approx((8 / 40, 12 / 40))


# --- the copy for Word -----------------------------------------------------------------------------------------------


def test_the_copy_has_headings_and_tables_with_heads_and_descriptions():
    given = by_sex({"Men": (60, 80), "Women": (48, 80)})
    document = docx.Document(io.BytesIO(made("docx", given)["report.docx"]))
    styles = [each.style.name for each in document.paragraphs]
    assert styles[0] == "Title"
    assert {"Heading 1", "Heading 2", "List Bullet"} <= set(styles)
    assert document.core_properties.title == "Disparity audit: Screener 2.0"
    assert "Editable copy, not the record" in document.sections[0].footer.paragraphs[0].text
    for table in document.tables:
        xml = table._tbl.xml
        assert "w:tblHeader" in xml
        assert "w:tblCaption" in xml
        assert "w:tblDescription" in xml


def test_the_copy_has_the_chart_of_every_finding_with_its_words():
    given = by_sex({"Men": (60, 80), "Women": (48, 80)})
    document = docx.Document(io.BytesIO(made("docx", given)["report.docx"]))
    (finding,) = given.results["evidence"][0]["findings"]
    (words,) = document.element.xpath(".//wp:docPr/@descr")
    assert words == forest_plot(finding, title=False).alt
    (picture,) = document.inline_shapes
    section = document.sections[0]
    assert picture.width == section.page_width - section.left_margin - section.right_margin


def test_the_copy_has_what_is_shown_beside_the_findings_with_its_chart_note_and_table(hiring):
    text = references.text_of(made("docx", hiring)["report.docx"])
    (spread, *_) = hiring.results["evidence"][0]["shown"]
    begin = text.index(f"[Heading 2] {spread['title']}")
    assert f"[picture] {chart_of(spread, title=False).alt}" in text[begin:]
    assert " | ".join(table_of(spread)[2][0]) in text[begin:]


def test_text_that_a_word_file_cannot_hold_is_named():
    given = by_sex({"Men\x0b": (60, 80), "Women": (48, 80)})
    assert "Men[U+000B]" in references.text_of(made("docx", given)["report.docx"])


def test_where_python_docx_is_missing_one_line_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(CannotExportError, match=r"(?s)python-docx.*not installed.*pip install python-docx"):
        made("docx", Sealed(demonstration()))


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path) -> Path:
    """Give an audit's folder with a sealed report."""
    report = tmp_path / "audit" / "report"
    report.mkdir(parents=True)
    (report / "results.json").write_text(json.dumps(demonstration()), encoding="utf-8")
    seal = {"files": {"results.json": sha256(report / "results.json")}}
    (report / "seal.json").write_text(json.dumps(seal | {ROOT: root_of(seal)}), encoding="utf-8")
    return report.parent


def test_it_writes_beside_the_report_and_not_into_it(folder, capsys):
    before = sorted((folder / "report").iterdir())
    assert main(["export", str(folder), "--to", "csv", "nist"]) == 0
    assert sorted(path.name for path in (folder / "export").iterdir()) == ["findings.csv", "nist.csv", "nist.html"]
    assert sorted((folder / "report").iterdir()) == before
    assert "Next:" in capsys.readouterr().out
    assert read_sealed(folder / "report").root in (folder / "export" / "findings.csv").read_text(encoding="utf-8")


def test_all_writes_what_can_be_and_says_what_cannot(folder, capsys):
    assert main(["export", str(folder), "--to", "all"]) == 0
    said = capsys.readouterr().out
    assert "Not written: there is no selection rate" in " ".join(said.split())
    assert {path.suffix for path in (folder / "export").iterdir()} == {".csv", ".html", ".docx"}


def test_list_names_every_export(capsys):
    assert main(["export", "--list"]) == 0
    said = capsys.readouterr().out
    assert all(f"{name}: " in said for name in FORMS)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--to", "l144", "cvs"], ["there is no export 'l144'", "Did you mean 'll144'?", "Did you mean 'csv'?"]),
        (["--to", "ll144"], ["there is no selection rate"]),
        ([], ["--to is missing"]),
        (["--to", "csv", "--report", "nowhere"], ["holds no results.json", "fairaudit run"]),
    ],
)
def test_what_cannot_be_done_is_said_all_at_once(folder, capsys, words, says):
    assert main(["export", str(folder), *words]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert all(each in said for each in says)
    assert not (folder / "export").exists()


def test_results_that_were_changed_after_the_seal_are_refused(folder):
    path = folder / "report" / "results.json"
    path.write_text(path.read_text(encoding="utf-8").replace("not_demonstrated", "cleared") + " ", encoding="utf-8")
    with pytest.raises(UsageError, match="is not what was sealed"):
        write(folder / "report", ["csv"], folder / "export")


def test_the_report_itself_is_never_written_to(folder):
    with pytest.raises(UsageError, match="is the sealed report"):
        write(folder / "report", ["csv"], folder / "report" / "export")
