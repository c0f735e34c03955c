"""What notebook cells call: one evidence block, with displays that hold counts and sentences, never a record.

`Evidence.save` is the only writer of a block's results; the driver computes them again from the saved counts and
compares.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

from fairaudit import languages
from fairaudit.charts import Chart, chart_of, forest_plot, table_of
from fairaudit.charts.numbers import between
from fairaudit.displays import Picture, Shown, bullets, listing, paragraphs
from fairaudit.earlier_counts import earlier_counts
from fairaudit.errors import DataError, PlanError, nearest
from fairaudit.keeping.counting import Counted, counted
from fairaudit.own_code import measures_of, own_measures
from fairaudit.plan import TALLY_SUFFIX, Plan, read_plan
from fairaudit.report.panel_view import panel_tables
from fairaudit.report.tables import table
from fairaudit.results import block_results
from fairaudit.sentences import significant
from fairaudit.tally import Tally

WHOSE = {
    "this_system": "the system's own decisions",
    "this_system_elsewhere": "the system's decisions elsewhere",
    "todays_process": "today's process: a baseline, which clears and flags nothing",
}


class Evidence:
    """One evidence block of an audit, opened for a notebook.

    Args:
        audit: the audit's folder.
        evidence: the block's id; the first where empty.
        out: folder for results and counts; nothing is written where empty.
        rehearse: shuffle the groups' labels, so that a plan can be mended before any result is seen.
        allow_code: whether measures of the audit's own may run.
        frame: records at hand (pandas, Polars or Arrow) instead of the source that the plan names.

    Raises:
        PlanError: the plan cannot be read, or has no such block.
    """

    def __init__(
        self,
        audit: str | Path,
        evidence: str = "",
        out: str | Path = "",
        rehearse: bool = False,
        allow_code: bool = False,
        frame: Any = None,
    ):
        self.plan: Plan = read_plan(audit).in_language(languages.asked())
        languages.speak(self.plan.language)  # for as long as the kernel lives
        self.block = self.plan.block(evidence) if evidence else self.plan.evidence[0]
        self.out = Path(out) if out else None
        self.rehearse, self._frame = rehearse, frame
        self.own = own_measures(self.plan, self.block, allow_code=allow_code)

    @cached_property
    def tally(self) -> Tally:
        """The counts; records are read when this is first asked for, unless an earlier run has kept their counts."""
        if not self.rehearse:
            return self._counted.tally
        from fairaudit.rehearsal import shuffled

        return shuffled(self._counted.tally)

    @cached_property
    def _counted(self) -> Counted:
        """The counts as they are, the SQL that counted, and the hashes of files where the counts are kept ones."""
        if earlier := earlier_counts(self.block):
            return Counted(earlier, ())
        try:
            return counted(self.block, self.plan.folder, self.plan.sha256, self._frame)
        except DataError as error:
            self._hand_over(error)
            raise

    def _hand_over(self, error: DataError) -> None:
        """Leave a mistake of the data for the driver, which shows it without a traceback."""
        if self.out is not None:
            text = json.dumps([asdict(problem) for problem in error.problems])
            (self.out / f"{self.block.id}.problems.json").write_text(text, encoding="utf-8")

    @cached_property
    def results(self) -> dict[str, Any]:
        """Everything found, as `results.json` will hold it."""
        return block_results(self.plan, self.block, self.tally, measures_of(self.own))

    # --- to show ---

    @property
    def question(self) -> Shown:
        """What is asked, and of whose decisions."""
        data = self.block.data
        facts = f"{data.source_name} ({data.origin}); {WHOSE[data.decided_by]}; a record is {data.unit}"
        return paragraphs([self.block.question or self.block.id, f"Source: {facts}."])

    @property
    def people(self) -> Shown:
        """Who is in the records, group by group, the unknown one too."""
        markup, lines = [], []
        for attribute in self.results["attributes"]:
            rows = [
                [_group(row), _between(row, "records", "{:,}".format), _between(row, "share", _percent)]
                for row in attribute["groups"]
            ]
            markup.append(table(f"Records by {attribute['name']}", ["Group", "Records", "Share"], rows))
            lines.append(f"{attribute['name']}: " + ", ".join(f"{name} {records}" for name, records, _ in rows))
        return Shown("".join(markup), "\n".join(lines))

    @property
    def sql(self) -> Shown:
        """The SQL that counted the records, where they are: it selects, and gives counts."""
        if not self._counted.sql:
            return paragraphs(["No record was read: these are counts that were there before."])
        return listing(self._counted.sql)

    @property
    def assumptions(self) -> Shown:
        """What was taken for granted where the plan is silent."""
        return bullets(self.results["assumptions"] or ["Nothing was taken for granted that the plan does not say."])

    @property
    def findings(self) -> Shown:
        """Every finding: its words and its sentence."""
        return bullets([_in_words(found) for found in self.results["findings"]])

    def finding(self, measure: str, by: str | Sequence[str] = "") -> Mapping[str, Any]:
        """Find one finding.

        Args:
            measure: the measure's name.
            by: the grouping, one attribute or several; the first where empty.

        Raises:
            PlanError: there is none.
        """
        grouping = [by] if isinstance(by, str) and by else list(by)
        findings = self.results["findings"]
        for found in findings:
            if found["measure"] == measure and grouping in ([], found["grouping"]):
                return found
        what = f"has no finding on {measure}" + (f" by {' and '.join(grouping)}" if grouping else "")
        measures = list(dict.fromkeys(found["measure"] for found in findings))
        groupings = dict.fromkeys(" and ".join(found["grouping"]) for found in findings)
        hint = f"It has {', '.join(groupings)}." if measure in measures else nearest(measure, measures)
        raise PlanError.one(self.block.id, what, hint)

    def rates(self, measure: str, by: str | Sequence[str] = "") -> Shown:
        """Show every group's rate of a measure, with its interval."""
        found = self.finding(measure, by)
        caption = f"{_capital(found['title'])}, by {' and '.join(found['grouping'])}"
        rows = [_rate_row(row, found["scale"]["name"] == "share") for row in found["groups"]]
        markup = table(caption, ["Group", "Of", "Events", "Rate", "Interval"], rows)
        return Shown(markup, "\n".join("  ".join(row) for row in rows))

    def plot(self, measure: str, by: str | Sequence[str] = "") -> Picture:
        """Draw the forest plot of a finding."""
        return _picture(forest_plot(self.finding(measure, by)))

    @property
    def plots(self) -> list[Picture]:
        """The forest plots of all findings, in the plan's order."""
        return [_picture(forest_plot(found)) for found in self.results["findings"]]

    def show_plots(self) -> None:
        """Show every forest plot, one below the other."""
        from IPython.display import display

        for picture in self.plots:
            display(picture)

    @property
    def beside(self) -> list[Picture | Shown]:
        """What is shown beside the findings, and is no verdict: curves, calibration, cut-offs, spread."""
        return [_beside(entry) for entry in self.results["shown"]]

    def show_beside(self) -> None:
        """Show all of it, one below the other."""
        from IPython.display import display

        for shown in self.beside:
            display(shown)

    @property
    def panels(self) -> list[Shown]:
        """Every finding with the records weighed otherwise: tables, and the sentences that go with them."""
        from fairaudit.report.html import words

        fixed = words(self.plan.language)["finding"]
        shown = []
        for found in self.results["findings"]:
            name = f"{_capital(found['title'])}, by {' and '.join(found['grouping'])}"
            tables = panel_tables(found, name, fixed)
            said = [check["sentence"] for check in found["checks"] if check["check"] == "reweighting"]
            if tables:
                lines = [name, *(f"{row['title']}: {row['reading']}" for row in found["panel"]), *said]
                shown.append(Shown("".join(tables) + bullets(said).markup, "\n".join(lines)))
        return shown or [paragraphs(["There is no other way to weigh these records."])]

    def show_panels(self) -> None:
        """Show all of it, one below the other."""
        from IPython.display import display

        for panel in self.panels:
            display(panel)

    def oaxaca(self, by: str = "", explained_by: Sequence[str] = ()) -> Shown:
        """Split the gap of two groups' mean amounts by what other columns go with it (Oaxaca 1973; Blinder 1973).

        Shown only: it reads records, and no verdict rests on it.

        Args:
            by: the attribute; the first where empty. Its two largest groups are compared.
            explained_by: columns of numbers.

        Returns:
            A sentence that says the gap and its two parts; or what is missing.
        """
        from fairaudit.decomposition import oaxaca

        if not self.block.data.has_records or not explained_by:
            return paragraphs(["Nothing was split: it needs records, and the columns to explain by."])
        return paragraphs(oaxaca(self.block, self.plan.folder, by, explained_by, self._frame))

    def save(self) -> Shown:
        """Write the results and the counts into the folder given at the start."""
        if self.out is None:
            return paragraphs(["Nothing was written: no folder was named. `fairaudit run` names one."])
        self.out.mkdir(parents=True, exist_ok=True)
        counts = self.tally.save(self.out / f"{self.block.id}{TALLY_SUFFIX}")
        results = json.dumps(self.results, ensure_ascii=False, allow_nan=False)
        (self.out / f"{self.block.id}.json").write_text(results, encoding="utf-8")
        if self._counted.sql:
            (self.out / f"{self.block.id}.sql").write_text(";\n\n".join(self._counted.sql) + ";\n", encoding="utf-8")
        if self._counted.kept is not None:
            (self.out / f"{self.block.id}.kept.json").write_text(json.dumps(self._counted.kept), encoding="utf-8")
        return paragraphs([f"Wrote {counts.name} and {self.block.id}.json."])


def _in_words(found: Mapping[str, Any]) -> str:
    about = f"{_capital(found['title'])}, by {' and '.join(found['grouping'])}."
    return f"{found['words']}. {about} {found['sentence']} {found['reason_sentence']}".strip()


def _capital(text: str) -> str:
    """Begin with a capital and leave the rest: AUC stays AUC."""
    return text[:1].upper() + text[1:]


def _rate_row(row: Mapping[str, Any], share: bool) -> list[str]:
    """Write a group's rate or value; an approximate measure counts no events and has no interval of its own."""
    write = _percent if share else _value
    events = "" if row["events"] is None else _between(row, "events", "{:,}".format)
    interval = "" if row["lower"] is None else f"{write(row['lower'])} to {write(row['upper'])}"
    return [row["group"], _between(row, "n", "{:,}".format), events, _between(row, "rate", write), interval]


def _between(row: Mapping[str, Any], key: str, write: Callable[[Any], str]) -> str:
    """Write a number of a group, or between what it lies where counts are hidden."""
    return between(*row["hidden"][key], write) if "hidden" in row else write(row[key])


def _value(number: float | None) -> str:
    return "undefined" if number is None else significant(number)


def _picture(chart: Chart) -> Picture:
    return Picture(chart.svg, chart.alt)


def _beside(entry: Mapping[str, Any]) -> Picture | Shown:
    if (chart := chart_of(entry)) is not None:
        return _picture(chart)
    caption, heads, rows = table_of(entry)
    return Shown(table(caption, heads, rows), "\n".join("  ".join(row) for row in [heads, *rows]))


def _group(row: Mapping[str, Any]) -> str:
    return "unknown" if row["unknown"] else row["group"]


def _percent(share: float | None) -> str:
    """Write a share; only what is exactly all or nothing reads so."""
    if share is None:
        return "undefined"
    text = f"{100 * share:.2f}%"
    return text if share in (0, 1) or text not in ("0.00%", "100.00%") else f"{100 * share:.6g}%"
