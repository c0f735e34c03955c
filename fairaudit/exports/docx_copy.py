"""An editable copy of the report for Word: words, charts, tables. It is not the record: the sealed report is."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fairaudit.charts import Chart, forest_plot, table_of
from fairaudit.exporting import CannotExportError, Field, Sealed, export
from fairaudit.report.html import words
from fairaudit.report.tables import visible
from fairaudit.report.view import shown_view

NOT_THE_RECORD = "Editable copy, not the record. The record is the sealed report."
MISSING = "python-docx, which writes Word files, is not installed"
HOW_TO_GET_IT = "Install it: pip install python-docx (or fairaudit with its extra: docx)"
# A file that is made twice is the same byte for byte, so it holds no time of day. The ZIP format begins in 1980.
NO_TIME = (1980, 1, 1, 0, 0, 0)


@export("docx", title="An editable copy of the report for Word, not the record, DOCX")
def docx_copy(sealed: Sealed) -> dict[str, str | bytes]:
    """Write page one, every finding with its chart and groups, what is shown beside them, the answers, the signatures.

    Charts are pictures, each described in words: they cannot be edited. Their numbers stand in the tables.

    Raises:
        CannotExportError: python-docx is not installed.
    """
    try:
        import docx
    except ImportError:
        raise CannotExportError.one("fairaudit export --to docx", MISSING, HOW_TO_GET_IT) from None
    document = _Document(docx.Document())
    document.begin(sealed)
    document.page_one(sealed.results)
    for block in sealed.results["evidence"]:
        document.evidence(block)
    document.people(sealed.results)
    return {"report.docx": document.bytes()}


class _Document:
    """A Word file that is written from top to bottom."""

    def __init__(self, document: Any):
        self.document = document

    def begin(self, sealed: Sealed) -> None:
        """Write the title, and under it what this file is not."""
        title = f"Disparity audit: {sealed.results['audit']['title']}"
        about = self.document.core_properties
        about.title, about.author, about.language = visible(title), sealed.results["made_by"], "en-US"
        about.comments, about.keywords = NOT_THE_RECORD, f"seal {sealed.root}"
        about.created = about.modified = datetime.datetime(*NO_TIME)
        self.document.styles["Normal"].font.name = "Calibri"
        self.heading(title, 0)
        for line in (NOT_THE_RECORD, sealed.sealed, *sealed.notices):
            self.text(line, bold=True)
        # On every page, since pages get passed on one by one
        foot = self.document.sections[0].footer.paragraphs[0]
        foot.text = visible(" ".join([*sealed.notices, NOT_THE_RECORD, sealed.sealed]))

    def page_one(self, results: Mapping[str, Any]) -> None:
        """Write what the report's first page says."""
        page = results["page_one"]
        self.heading("What was found", 1)
        self.text(("Would be: " if page["would_be"] else "") + page["headline"], bold=True)
        self.lines([page["agency"], page["decides"], *page["status"], page["caveat"]])
        for why in page["why"]:
            self.text(f"{why['words']}: {why['about']}. {why['sentence']}", style="List Bullet")
        self.lines([page["more"]])
        for heading, lines in (
            ("What was tested", page["tested"]),
            ("What may be decided", page["decide"]),
            ("What is open", [f"{each['question']} ({each['role']})" for each in page["open"]["items"]]),
            ("What this cannot tell", page["cannot_tell"]),
            ("Warnings", page["warnings"]),
        ):
            if lines:
                self.heading(heading, 2)
                self.lines(lines, "List Bullet")
        self.heading("What people said", 2)
        community = page["community"] or Field.of(None, "community").text
        self.lines([community, page["vendor_replies"], page["lapses"]])

    def evidence(self, block: Mapping[str, Any]) -> None:
        """Write an evidence block with its findings."""
        self.heading(block["question"], 1)
        self.lines(block["assumptions"], "List Bullet")
        for finding in block["findings"]:
            self.heading(f"{finding['words']}: {finding['title']}, by {' and '.join(finding['grouping'])}", 2)
            self.lines([finding["sentence"], finding["reason_sentence"], finding["tolerance"]["allows"]])
            because = finding["tolerance"]["because"] or Field.of(None, "analyst").text
            self.text(f"Why this limit: {because}")
            if finding["groups"]:
                self.picture(forest_plot(finding, title=False))
            headers = ["Group", "People", "Of them", "Value", "At least", "At most"]
            self.table(f"Groups: {finding['title']}", headers, [_group(row, finding) for row in finding["groups"]])

        for entry in block["shown"]:
            view = shown_view(entry, words("en")["shown"])
            self.heading(view["title"], 2)
            self.text(view["note"])
            if view["chart"]:
                self.picture(view["chart"])
            self.table(*table_of(entry))

    def people(self, results: Mapping[str, Any]) -> None:
        """Write the answers, and who signed."""
        self.heading("Answers", 1)
        for answer in results["answers"]:
            self.heading(answer["question"] + (f" ({answer['finding']})" if answer["finding"] else ""), 2)
            owed = Field.owed(answer["role"]).text
            self.lines((answer["text"] or answer["reason"] or owed).splitlines())
            if answer["by"]:
                self.text(f"{answer['by']['name']}, {answer['by']['role']}, {answer['date']}")
        self.heading("Signatures", 1)
        signed = [
            [each["by"]["name"], each["by"]["role"], each["date"], each["statement"]] for each in _signed(results)
        ]
        if signed:
            self.table("Who signed", ["Name", "Role", "Date", "Statement"], signed)
        else:
            self.text("Nobody has signed.")
        self.heading("Decision", 1)
        self.text(results["determination"]["decision"]["words"])

    # --- pieces

    def heading(self, text: str, level: int) -> None:
        self.document.add_heading(_fit(text), level)

    def text(self, text: str, *, bold: bool = False, style: str | None = None) -> None:
        self.document.add_paragraph(style=style).add_run(_fit(text)).bold = bold or None

    def lines(self, lines: Iterable[str], style: str | None = None) -> None:
        for line in filter(None, lines):
            self.text(line, style=style)

    def picture(self, chart: Chart) -> None:
        """Put a chart between the margins, with its alternative text."""
        section = self.document.sections[0]
        wide = section.page_width - section.left_margin - section.right_margin
        run = self.document.add_paragraph().add_run()
        run.add_picture(io.BytesIO(chart.png()), width=wide)._inline.docPr.set("descr", _fit(chart.alt))

    def table(self, caption: str, headers: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Write a table with a caption above it, a header row that is repeated on each page, and a description."""
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        def told(parent: Any, name: str, value: str) -> None:
            element = OxmlElement(name)
            element.set(qn("w:val"), value)
            parent.append(element)

        self.document.add_paragraph(style="Caption").add_run(_fit(caption))
        table = self.document.add_table(rows=1, cols=len(headers), style="Table Grid")
        told(table._tbl.tblPr, "w:tblCaption", _fit(caption))
        told(table._tbl.tblPr, "w:tblDescription", _fit(f"Columns: {', '.join(headers)}. {len(rows)} rows."))
        told(table.rows[0]._tr.get_or_add_trPr(), "w:tblHeader", "true")
        for cell, header in zip(table.rows[0].cells, headers, strict=True):
            cell.paragraphs[0].add_run(header).bold = True
        for row in rows:
            for cell, value in zip(table.add_row().cells, row, strict=True):
                cell.text = _fit("" if value is None else str(value))
        self.document.add_paragraph()

    def bytes(self) -> bytes:
        """Give the file, in which every part bears the same time."""
        buffer, same = io.BytesIO(), io.BytesIO()
        self.document.save(buffer)
        with zipfile.ZipFile(buffer) as made, zipfile.ZipFile(same, "w", zipfile.ZIP_DEFLATED) as kept:
            for entry in made.infolist():
                kept.writestr(zipfile.ZipInfo(entry.filename, NO_TIME), made.read(entry), zipfile.ZIP_DEFLATED)
        return same.getvalue()


def _group(row: Mapping[str, Any], finding: Mapping[str, Any]) -> list[str]:
    """Write a group's counts and value; of counts that were received hidden, between what they lie."""
    hidden = row.get("hidden") or {}
    counts = [_between(hidden.get(name), row[name], "{:,}".format) for name in ("n", "events")]
    write = "{:.1%}".format if finding["scale"]["name"] == "share" else "{:,.4g}".format
    values = [
        _between(hidden.get("rate"), row["rate"], write),
        *(_said(row[name], write) for name in ("lower", "upper")),
    ]
    return [row["group"], *counts, *values]


def _between(hidden: Sequence[float] | None, value: float | None, write: Any) -> str:
    if hidden and hidden[0] != hidden[1]:
        return f"{write(hidden[0])} to {write(hidden[1])}"
    return _said(value, write)


def _said(value: float | None, write: Any) -> str:
    return "not known" if value is None else write(value)


def _signed(results: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for each in results["sign_offs"] if each["by"] and not each["stale"] and not each["replaced"]]


def _fit(text: str) -> str:
    """Take out what a Word file cannot hold, and name what nobody could see."""
    return str(visible(text))
