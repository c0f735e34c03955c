"""New York City, Local Law 144: the summary of a bias audit (6 RCNY 5-300 and following), as HTML and CSV.

The rules ask for every count, also of a category of three people. Hiding small counts is this package's default, so the
legal role has to choose otherwise first. Records that are made up need no such choice.

What a summary has to hold: the date of the audit, source and explanation of the data, how many people are of unknown
category, and of every category its people, rates and ratios; and beside it the date since which the tool is used
(5-303(a)), which no plan holds. A scoring rate counts who is above the median of the sample, and not at it (5-300).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from fairaudit.exporting import CannotExportError, Field, Page, Sealed, cited, export, fields_table
from fairaudit.impact_ratios import Category, Compared, Comparison, compare, disagreements
from fairaudit.report.tables import table
from fairaudit.tally.spreadsheet import write_csv
from fairaudit.workflow.questions import catalogue
from fairaudit.workflow.roles import ROLES

CHOICE = "all-counts"
"""The question whose answer lets every count be printed."""
FEW = 10  # selected, on whom every ratio rests: said below that
KEEP, LEAVE_OUT = "keep-hidden", "small-left-out"
RATES = {"selection_rate": ("Selected", "Selection rate"), "scoring_rate": ("Above the median score", "Scoring rate")}
KINDS = {
    ("sex",): "Sex categories",
    ("race",): "Race and ethnicity categories",
    ("race", "sex"): "Intersectional categories of sex, race and ethnicity",
}
WORDS = {"sex": {"sex", "gender"}, "race": {"race", "races", "ethnicity", "ethnicities", "raceth"}}
HEADERS = ("basis", "category", "people", "selected", "rate", "impact_ratio", "reference", "left_out_because")
ORIGINS = {
    "historical": "Historical data of use by this agency",
    "pooled": "Historical data of several agencies",
    "test": "Test data",
    "synthetic": "Made-up records",
}


@export("ll144", title="New York City Local Law 144: summary of a bias audit, HTML and CSV", instrument="ll144")
def ll144(sealed: Sealed) -> dict[str, str | bytes]:
    """Write the summary of each evidence block that has a selection rate or a scoring rate by sex or race.

    Raises:
        CannotExportError: no block has one, or nobody has allowed every count to be printed.
    """
    parts = list(_parts(sealed))
    if not parts:
        raise CannotExportError.one(
            "fairaudit export --to ll144",
            "there is no selection rate, and no scoring rate, of this system by sex or by race",
            "Name selection_rate or scoring_rate under measures, sex and race under groups, and both under compare.",
        )
    allowed = _allowed(sealed)
    if allowed == KEEP or (not allowed and any(part.block["origin"] != "synthetic" for part in parts)):
        raise CannotExportError.one(
            "fairaudit export --to ll144",
            "it prints every count, also of a few people, which the legal and privacy officer has not allowed",
            f"The question is {CHOICE}, in: fairaudit form DIR --for legal",
        )
    sealed = replace(sealed, may_show=True)
    return {"ll144.html": _page(sealed, parts, allowed), "ll144.csv": _csv(sealed, parts, allowed)}


def _allowed(sealed: Sealed) -> str:
    """Give the id of what the legal role has chosen; "" where it has chosen nothing."""
    given = next((each for each in sealed.results["answers"] if each["id"] == CHOICE), None)
    if not given or given["state"] != "answered" or (given["by"] or {}).get("role") != ROLES["legal"]:
        return ""
    choices = {choice.words: name for name, choice in catalogue().every[CHOICE].choices.items()}
    return choices.get(given["text"], KEEP)


# --- what is compared ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """Tables of one measure in one evidence block.

    Attributes:
        block: the evidence block.
        measure: "selection_rate" or "scoring_rate".
        findings: by kind of category: the finding.
    """

    block: Mapping[str, Any]
    measure: str
    findings: Mapping[tuple[str, ...], Mapping[str, Any]]

    def categories(self, kind: tuple[str, ...]) -> list[Category]:
        """Give the categories of a kind."""
        return [_category(row) for row in self.findings[kind]["groups"]] if kind in self.findings else []


def _parts(sealed: Sealed) -> Iterator[Part]:
    for block in sealed.results["evidence"]:
        for measure in RATES:
            found = {}
            for finding in block["findings"]:
                kind = tuple(sorted(_kind(name) for name in finding["grouping"]))
                if finding["measure"] == measure and kind in KINDS and not finding["baseline"]:
                    found.setdefault(kind, finding)
            if found and block["decided_by"] == "this_system":
                yield Part(block, measure, found)


def _kind(attribute: str) -> str:
    """Say whether an attribute of the plan is sex, or race and ethnicity; "" where it is neither."""
    words = set(re.split(r"[^a-z]+", attribute.casefold()))
    return next((kind for kind, names in WORDS.items() if words & names), "")


def _category(row: Mapping[str, Any]) -> Category:
    hidden = row.get("hidden") or {}
    left_open = any(low != high for low, high in (hidden.get("n", (0, 0)), hidden.get("events", (0, 0))))
    return Category(row["group"], row["n"], row["events"], left_open)


def _combinations(part: Part, kind: str) -> dict[str, list[Category]]:
    """Gather the combinations that each category of a kind is part of; names are as the report joins them."""
    both = part.findings.get(("race", "sex"))
    if both is None:
        return {}
    place = [_kind(name) for name in both["grouping"]].index(kind)
    other = next(each for each in ("race", "sex") if each != kind)
    cells, found = {cell.name: cell for cell in part.categories(("race", "sex"))}, {}
    for category in part.categories((kind,)):
        pairs = [(category.name, each.name) for each in part.categories((other,))]
        names = [", ".join(pair if place == 0 else pair[::-1]) for pair in pairs]
        found[category.name] = [cells[name] for name in names if name in cells]
    return found


# --- the page --------------------------------------------------------------------------------------------------------


def _page(sealed: Sealed, parts: Sequence[Part], allowed: str) -> str:
    title = f"Summary of a bias audit: {sealed.results['audit']['title']}"
    lead = [
        f"After {cited('ll144')}. It sets out numbers in the form that these rules ask for, and does not say that "
        "they are met.",
        "An impact ratio is a category's rate divided by the rate of the category that was selected most. These rules "
        "set no limit for it. How sure the numbers are stands in the report.",
    ]
    page = Page(title, lead)
    page.add("The audit", fields_table("The audit, the tool and its records", dict(_facts(sealed, parts))))
    for part in parts:
        page.add(_heading(part), *_content(sealed, part, allowed))
    return page.html(sealed)


def _facts(sealed: Sealed, parts: Sequence[Part]) -> Iterator[tuple[str, Field]]:
    system = sealed.results["audit"]["system"]
    signed = [each["date"] for each in sealed.results["sign_offs"] if each["by"] and each["by"]["role"] == "analyst"]
    yield "Tool", Field.of(sealed.results["audit"]["title"], "analyst")
    yield "Vendor", Field.of(system["vendor"], "programme_owner")
    yield "Employer or employment agency", Field.of(system["agency"], "programme_owner")
    yield "Date of this audit", Field.of(max(filter(None, signed), default=None), "analyst")
    yield "Who made it, and ties to the vendor or the agency", sealed.answer("independence")
    yield "Distribution date of the tool", Field.owed(ROLES["programme_owner"])
    for part in parts:
        block = part.block
        said = f"{ORIGINS[block['origin']]}; each record is {block['unit']}"
        yield f"Source of the data: {block['question']}", Field(f"{said}. Period: {block['period'] or 'not given'}.")
        if block["origin"] in ("test", "synthetic"):  # 5-302(b)
            yield f"Why no historical data, and how these were made: {block['question']}", Field.of(None, "analyst")
        if part.measure == "scoring_rate":  # 5-301(c)(1)
            yield f"Median score of everybody scored: {block['question']}", Field.of(None, "analyst")
    yield "Explanation of the data", sealed.answer("records-fit")
    yield "How categories were learned", sealed.answer("groups-learned")
    yield "May every count be published", sealed.answer(CHOICE)


def _heading(part: Part) -> str:
    return f"{part.block['question']} {RATES[part.measure][1]}s"


def _content(sealed: Sealed, part: Part, allowed: str) -> Iterator[str]:
    if part.measure == "scoring_rate":
        yield (
            "A scoring rate is the share of a category whose score is above the median of everybody scored, also of "
            "those whose category is unknown."
        )
    if part.block["being_selected_is"] == "a burden":
        yield (
            "Being selected is a burden here. The category selected most, to which the ratios refer, is the one that "
            "bears it most; a ratio below 1 is then better for the category."
        )
    for kind, caption in KINDS.items():
        if kind in part.findings:
            yield from _of_kind(sealed, part, kind, allowed)
        else:
            yield f"{caption}: to be completed by the analyst. The audit does not compare them."
    yield from _not_the_same(part)
    others = sorted({name for f in part.block["findings"] for name in f["grouping"] if not _kind(name)})
    if others:
        yield f"The report also compares by {', '.join(others)}, for which these rules do not ask."


def _of_kind(sealed: Sealed, part: Part, kind: tuple[str, ...], allowed: str) -> Iterator[str]:
    selected, rate = RATES[part.measure]
    compared = compare(part.categories(kind), leave_out_small=allowed == LEAVE_OUT)
    rows = [
        [
            row.category.name,
            _people(row.category.n, row.category),
            _people(row.category.selected, row.category),
            "not known" if row.category.left_open else percent(row.category.rate),
            _ratio_in_words(row, compared),
        ]
        for row in compared.rows
    ]
    yield table(
        f"{KINDS[kind]}: {part.block['question']}", ["Category", "People", selected, rate, "Impact ratio"], rows
    )
    if compared.reference:
        reference = compared.reference
        yield f"Ratios refer to {reference.name}: {reference.selected:,} of {reference.n:,}."
        if reference.selected < FEW:
            yield "Few were selected in that category: one person more or less in it changes every ratio."
    if any(row.category.left_open for row in compared.rows):
        yield "Some counts were received hidden. No ratio is given, as the category selected most may be one of them."
    if any(row.left_out for row in compared.rows):
        yield f"Left out, as below 2% of the people counted, because: {sealed.answer('small-groups').text}"
    elif small := [row.category.name for row in compared.rows if row.small]:
        yield f"Below 2% of the people counted, and compared all the same: {'; '.join(small)}."
    unknown = part.findings[kind]["unknown"]
    yield f"Not in this table: {unknown['people']:,} people whose category is unknown."
    if unknown["decisions"]:
        what = "score" if part.measure == "scoring_rate" else "decision"
        yield f"Not in this table either: {unknown['decisions']:,} whose {what} is unknown."


def _people(count: int, category: Category) -> str:
    return f"at least {count:,}" if category.left_open else f"{count:,}"


def _ratio_in_words(row: Compared, compared: Comparison) -> str:
    if row.left_out:
        return "left out"
    if any(each.category.left_open and not each.left_out for each in compared.rows):
        return "not known"
    return "not defined" if row.ratio is None else decimals(row.ratio)


def _not_the_same(part: Part) -> Iterator[str]:
    """Say of each category whose own count is not that of its combinations."""
    for kind in ("race", "sex"):
        combinations = _combinations(part, kind)
        for each in disagreements(part.categories((kind,)), combinations) if combinations else ():
            said = (
                f"{each.name}: {each.alone[0]:,} people in its own table ({each.alone[1]:,} of them selected), "
                f"{each.combined[0]:,} ({each.combined[1]:,}) in the combinations."
            )
            yield said + (
                " The rest may be people whose other category is unknown."
                if each.possible
                else " People whose other category is unknown cannot account for that: one of the tables is wrong."
            )


def percent(rate: Fraction | None) -> str:
    """Write a rate in percent with one decimal; half is rounded up."""
    return "not defined" if rate is None else f"{_rounded(100 * rate, 1)}%"


def decimals(ratio: Fraction) -> str:
    """Write a ratio with three decimals; half is rounded up."""
    return _rounded(ratio, 3)


def _rounded(value: Fraction, places: int) -> str:
    """Round exactly: a float would turn some halves down."""
    whole, rest = divmod(int(value * 10**places + Fraction(1, 2)), 10**places)
    return f"{whole}.{rest:0{places}d}"


# --- the table -------------------------------------------------------------------------------------------------------


def _csv(sealed: Sealed, parts: Sequence[Part], allowed: str) -> bytes:
    rows: list[Sequence[Any]] = [*([line] for line in sealed.notices), [f"After {cited('ll144')}"], [sealed.sealed]]
    for part in parts:
        rows += [[], [_heading(part)], HEADERS]
        for kind in part.findings:
            compared = compare(part.categories(kind), leave_out_small=allowed == LEAVE_OUT)
            basis = {("sex",): "sex", ("race",): "race_ethnicity"}.get(kind, "intersectional")
            for row in compared.rows:
                category = row.category
                counts = [None, None] if category.left_open else [category.n, category.selected]
                numbers = [
                    None if each is None else float(f"{float(each):.12g}") for each in (category.rate, row.ratio)
                ]
                reason = sealed.answer("small-groups").text if row.left_out else ""
                is_reference = "yes" if category is compared.reference else ""
                rows.append([basis, category.name, *counts, *numbers, is_reference, reason])
            unknown = part.findings[kind]["unknown"]["people"]
            rows.append([basis, "unknown category (not compared)", unknown, None, None, None, "", ""])
    header, *rest = rows
    return write_csv(header, rest)
