"""Write the published tables of this folder as tallies: `NAME.tally.json` and `NAME.tally.csv`.

Every count is typed below as its source prints it, beside the citation; nothing is read or drawn. Where two tables of
one source disagree, both are kept as printed. Run `python data/sample/published/make.py` to write the files again.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

UNKNOWN = "?"
NOT_HERE = "*"
SCHEMA_VERSION = "1"

Levels = tuple[str, ...]
Counts = Mapping[str, int]


@dataclass(frozen=True)
class Table:
    """One published table: who is in a row, and how many got which decision (and outcome).

    Attributes:
        by: the attributes a row names, in order.
        rows: levels of `by` (and then of the strata) -> counts by decision, such as ``{"1": 667, "0": 723}``, or by
            decision and then outcome where outcomes are known: ``{"11": 1369, "10": 805, "01": 532, "00": 990}``.
    """

    by: Levels
    rows: Mapping[Levels, Counts]


@dataclass(frozen=True)
class Published:
    """All that one source prints, with where it is printed."""

    name: str
    title: str
    origin: str
    counted_by: str
    source: str
    period: str | None
    attributes: Mapping[str, Levels]
    tables: Mapping[str, Table]
    strata: Mapping[str, Levels] | None = None
    has_outcome: bool = False


def selected(n: int, chosen: int) -> Counts:
    """Turn the printed pair *n, selected* into counts by decision."""
    return {"1": chosen, "0": n - chosen}


def not_counted(n: int) -> Counts:
    """People whom the source counts without saying what was decided on them."""
    return {UNKNOWN: n}


COMPAS = Published(
    name="compas",
    title="COMPAS scores in Broward County: rated medium or high risk, and recorded as reoffending within two years",
    origin="historical",
    counted_by=(
        "fairaudit, from ProPublica's public file compas-scores-two-years.csv (7,214 people); the totals and the Black "
        "and White rows are those that ProPublica printed"
    ),
    source=(
        "Larson, Mattu, Kirchner & Angwin 2016, How We Analyzed the COMPAS Recidivism Algorithm, ProPublica, 23 May "
        "2016. Black and White stand for the file's African-American and Caucasian"
    ),
    period="people scored in 2013 and 2014",
    attributes={"race": ("Black", "White", "Hispanic", "Asian", "Native American", "Other"), "sex": ("Female", "Male")},
    tables={
        "race": Table(
            ("race",),
            {
                ("Black",): {"11": 1369, "10": 805, "01": 532, "00": 990},
                ("White",): {"11": 505, "10": 349, "01": 461, "00": 1139},
                ("Hispanic",): {"11": 103, "10": 87, "01": 129, "00": 318},
                ("Asian",): {"11": 6, "10": 2, "01": 3, "00": 21},
                ("Native American",): {"11": 9, "10": 3, "01": 1, "00": 5},
                ("Other",): {"11": 43, "10": 36, "01": 90, "00": 208},
            },
        ),
        "sex": Table(
            ("sex",),
            {
                ("Female",): {"11": 303, "10": 288, "01": 195, "00": 609},
                ("Male",): {"11": 1732, "10": 994, "01": 1021, "00": 2072},
            },
        ),
    },
    has_outcome=True,
)

BERKELEY = Published(
    name="berkeley_admissions",
    title="Graduate admissions at Berkeley, the six largest departments",
    origin="historical",
    counted_by="the university's Graduate Division, as given in R's data set UCBAdmissions",
    source=(
        "Bickel, Hammel & O'Connell 1975, Sex Bias in Graduate Admissions: Data from Berkeley, Science 187: 398-404; "
        "counts by department A to F as in R's data set UCBAdmissions (4,526 of the 12,763 applications that the "
        "article studies)"
    ),
    period="applications for the autumn of 1973",
    attributes={"sex": ("Female", "Male")},
    strata={"department": ("A", "B", "C", "D", "E", "F")},
    tables={
        "sex": Table(
            ("sex",),
            {
                ("Female", "A"): {"1": 89, "0": 19},
                ("Female", "B"): {"1": 17, "0": 8},
                ("Female", "C"): {"1": 202, "0": 391},
                ("Female", "D"): {"1": 131, "0": 244},
                ("Female", "E"): {"1": 94, "0": 299},
                ("Female", "F"): {"1": 24, "0": 317},
                ("Male", "A"): {"1": 512, "0": 313},
                ("Male", "B"): {"1": 353, "0": 207},
                ("Male", "C"): {"1": 120, "0": 205},
                ("Male", "D"): {"1": 138, "0": 279},
                ("Male", "E"): {"1": 53, "0": 138},
                ("Male", "F"): {"1": 22, "0": 351},
            },
        )
    },
)

EEO1_RACES = (
    "Hispanic or Latino",
    "White",
    "Black or African American",
    "Native Hawaiian or Pacific Islander",
    "Asian",
    "Native American or Alaska Native",
    "Two or More Races",
)

DCWP = Published(
    name="dcwp_example_1",
    title="An example of a bias audit in New York City's rule on automated employment decision tools",
    origin="synthetic",  # the rule's authors made the numbers up to show the form
    counted_by="New York City Department of Consumer and Worker Protection, as an illustration",
    source=(
        "New York City Department of Consumer and Worker Protection, rule on automated employment decision tools, "
        "6 RCNY section 5-301, example 1 (final rule, April 2023). Its race table holds 13 people more than its other "
        "two; 250 people of unknown race or sex are mentioned without their selections"
    ),
    period=None,
    attributes={"sex": ("Male", "Female"), "race": EEO1_RACES},
    tables={
        "sex": Table(
            ("sex",), {("Male",): selected(1390, 667), ("Female",): selected(1181, 555), (UNKNOWN,): not_counted(250)}
        ),
        "race": Table(
            ("race",),
            {
                ("Hispanic or Latino",): selected(408, 204),
                ("White",): selected(797, 412),
                ("Black or African American",): selected(390, 170),
                ("Native Hawaiian or Pacific Islander",): selected(119, 52),
                ("Asian",): selected(616, 302),
                ("Native American or Alaska Native",): selected(41, 18),
                ("Two or More Races",): selected(213, 96),
                (UNKNOWN,): not_counted(250),
            },
        ),
        "sex_race": Table(
            ("sex", "race"),
            {
                ("Male", "Hispanic or Latino"): selected(205, 90),
                ("Male", "White"): selected(412, 215),
                ("Male", "Black or African American"): selected(226, 95),
                ("Male", "Native Hawaiian or Pacific Islander"): selected(87, 37),
                ("Male", "Asian"): selected(321, 167),
                ("Male", "Native American or Alaska Native"): selected(24, 11),
                ("Male", "Two or More Races"): selected(115, 52),
                ("Female", "Hispanic or Latino"): selected(190, 82),
                ("Female", "White"): selected(385, 197),
                ("Female", "Black or African American"): selected(164, 75),
                ("Female", "Native Hawaiian or Pacific Islander"): selected(32, 15),
                ("Female", "Asian"): selected(295, 135),
                ("Female", "Native American or Alaska Native"): selected(17, 7),
                ("Female", "Two or More Races"): selected(98, 44),
                (UNKNOWN, UNKNOWN): not_counted(250),
            },
        ),
    },
)

HIREDSCORE = Published(
    name="hiredscore_2024",
    title="HiredScore's published bias audit of 2024: applicants selected",
    origin="historical",
    counted_by="HiredScore, as published",
    source=(
        "HiredScore, bias audit summary of 12 February 2024 (perma.cc/8TGZ-7NND), as collected by the American Civil "
        "Liberties Union (aclu-national/tracking-ll144-bias-audits). Two of the published tables; 76,549 people of "
        "unknown race or sex are mentioned without their selections"
    ),
    period="1 February 2023 to 12 February 2024",
    attributes={
        "sex": ("Female", "Male"),
        "race": ("Asian", "Black or African American", "Hispanic or Latino", "Two or More Races", "White"),
    },
    tables={
        "sex": Table(
            ("sex",),
            {
                ("Female",): selected(413984, 187287),
                ("Male",): selected(531604, 260797),
                (UNKNOWN,): not_counted(76549),
            },
        ),
        "race": Table(
            ("race",),
            {
                ("Asian",): selected(221700, 106573),
                ("Black or African American",): selected(162932, 76282),
                ("Hispanic or Latino",): selected(106181, 47305),
                ("Two or More Races",): selected(37668, 16639),
                ("White",): selected(385206, 182047),
                (UNKNOWN,): not_counted(76549),
            },
        ),
    },
)

UGESP = Published(
    name="ugesp_questions",
    title="The four-fifths rule as the Uniform Guidelines' questions and answers illustrate it",
    origin="synthetic",  # the source gives rates only: 100 people a group reproduce them
    counted_by="fairaudit: 100 people a group, chosen to give the printed rates; the source prints no counts",
    source=(
        "Questions and Answers on the Uniform Guidelines on Employee Selection Procedures, 44 FR 11996 (2 March 1979): "
        "selection rates of 60, 45, 48 and 51 in 100"
    ),
    period=None,
    attributes={"race": ("White", "American Indian", "Hispanic", "Black")},
    tables={
        "race": Table(
            ("race",),
            {
                ("White",): selected(100, 60),
                ("American Indian",): selected(100, 45),
                ("Hispanic",): selected(100, 48),
                ("Black",): selected(100, 51),
            },
        )
    },
)

PUBLISHED = (COMPAS, BERKELEY, DCWP, HIREDSCORE, UGESP)


def rows(published: Published) -> Iterator[list[str | int]]:
    """Give the header and the cells of a tally, table by table, in the order of the levels.

    Yields:
        Lists of equal length: table, a column an attribute, a column a stratum, decision, outcome where known, n.
    """
    strata = published.strata or {}
    yield ["table", *published.attributes, *strata, "decision", *(["outcome"] if published.has_outcome else []), "n"]
    for name, table in published.tables.items():
        for levels in _all_levels(published, table):
            here = dict(zip((*table.by, *strata), levels, strict=True))
            place = [here.get(column, NOT_HERE) for column in (*published.attributes, *strata)]
            for cell, n in _cells(table.rows.get(levels, {}), published.has_outcome):
                yield [name, *place, *cell, n]


def _all_levels(published: Published, table: Table) -> list[Levels]:
    """Every product of declared levels, with or without people, then the rows of unknown group."""
    axes = [published.attributes[attribute] for attribute in table.by] + list((published.strata or {}).values())
    declared = list(product(*axes))
    return declared + [levels for levels in table.rows if levels not in declared]


def _cells(counts: Counts, has_outcome: bool) -> Iterator[tuple[str, int]]:
    known = ("11", "10", "01", "00") if has_outcome else ("1", "0")
    unknown_only = counts and not any(cell in counts for cell in known)
    for cell in counts if unknown_only else known:
        yield cell, counts.get(cell, 0)


def csv_bytes(header_and_rows: Iterator[Sequence[str | int]]) -> bytes:
    """Write rows as comma-separated UTF-8 text with line feeds, the same bytes on every machine."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(header_and_rows)
    return text.getvalue().encode()


def meta(published: Published, sha256: str) -> dict:
    """Give what `NAME.tally.json` says of its tables."""
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": "decisions",
        "title": published.title,
        "origin": published.origin,
        "counted_by": published.counted_by,
        "source": published.source,
        "period": published.period,
        "attributes": {name: list(levels) for name, levels in published.attributes.items()},
        "strata": list(published.strata or {}),
        "tables": {name: {"by": list(table.by)} for name, table in published.tables.items()},
        "folds": None,
        "weighted": False,
        "has_outcome": published.has_outcome,
        "groups": {},
        "suppression": None,
        "csv": f"{published.name}.tally.csv",
        "sha256": sha256,
    }


def files() -> dict[str, bytes]:
    """Give every file of this folder that is made here: name -> bytes."""
    made = {}
    for published in PUBLISHED:
        table = csv_bytes(rows(published))
        about = json.dumps(meta(published, hashlib.sha256(table).hexdigest()), indent=2, ensure_ascii=False)
        made[f"{published.name}.tally.csv"] = table
        made[f"{published.name}.tally.json"] = f"{about}\n".encode()
    return made


if __name__ == "__main__":
    for name, content in files().items():
        Path(__file__).with_name(name).write_bytes(content)
