"""What the template shows beside the results themselves: tables, charts, anchors. Sentences come with the results."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from fairaudit import errors
from fairaudit.charts import chart_of, forest_plot, table_of
from fairaudit.charts.numbers import between, count, percent, rate_writer
from fairaudit.charts.rows import (
    Contrast,
    Row,
    contrasts,
    decisive,
    draws_own,
    grouping_words,
    is_own,
    numbers_of,
    rows,
    worse_side,
)
from fairaudit.comparisons.scheme import arm_said
from fairaudit.languages import ENGLISH, marked, say, speaking
from fairaudit.measures import measures_table
from fairaudit.report.first_page import first_page
from fairaudit.report.panel_view import panel_tables, strata_tables
from fairaudit.report.people_view import of_finding, people_view
from fairaudit.report.tables import table
from fairaudit.sentences import Reading, digits, finding_named, singular, who

ERROR_RATES = {"false_positive_rate", "false_negative_rate", "true_positive_rate", "true_negative_rate"}
PREDICTIVE = {
    "positive_predictive_value",
    "negative_predictive_value",
    "false_discovery_rate",
    "false_omission_rate",
    "calibration_in_the_large",
}
FOLDED = 8  # a table of pairs longer than this is folded
SIDES = (marked("a burden"), marked("a benefit"), marked("burden"), marked("benefit"))  # as a plan writes them
MOST_PAIRS = 60  # that a table shows: of forty groups there are 780 pairs, which nobody reads on a page

Words = Mapping[str, Any]
Found = Mapping[str, Any]


def report(results: Mapping[str, Any], t: Words) -> dict[str, Any]:
    """Prepare the report.

    Args:
        results: what `results.json` holds.
        t: the fixed words of a language.
    """
    evidence = results["evidence"]
    marks = banner(results)
    blocks = [block_view(block, place, t, results["answers"]) for place, block in enumerate(evidence, 1)]
    return {
        "one": first_page(results["page_one"]),
        "anchors": anchors(evidence),
        "named": {f["id"]: finding_named(f, evidence) for block in evidence for f in block["findings"]},
        "banner": marks,
        "status": results["page_one"]["status"][len(marks) :],
        "blocks": blocks,
        "charts": [
            part["chart"] for block in blocks for part in [*block["findings"], *block["shown"]] if part["chart"]
        ],
        "people": people_view(results, t["people"]),
        "alpha": t["or"].join(dict.fromkeys(digits(100 * block["alpha"]) for block in evidence)),
        "glossary": glossary(evidence, t["glossary"]),
        "facts": facts(results, t["facts"]),
        "since": _since(results.get("since"), t["since"]),
        "rule": rule_words(results["audit"], t["public_copy"]),
    }


def banner(results: Mapping[str, Any]) -> list[str]:
    """Give the sentences that say of every page that its records are made up, or its groups shuffled."""
    audit = results["audit"]
    return list(results["page_one"]["status"][: audit["demonstration"] + audit["rehearsal"]])


def evidence_anchor(place: int) -> str:
    """Name the place of an evidence block on the page; they are counted from 1."""
    return f"evidence-{place}"


def _since(since: Mapping[str, Any] | None, w: Mapping[str, str]) -> Markup:
    """Write a row a finding that is in both reports; those whose verdict is another one first."""
    if not since or not since["findings"]:
        return Markup()
    rows = sorted(since["findings"], key=lambda row: row["was"]["verdict"] == row["now"]["verdict"])
    body = [[row["about"], row["was"]["words"], row["now"]["words"], row["sentence"]] for row in rows]
    return table(w["caption"], [w["finding"], w["was"], w["now"], w["moved"]], body)


def anchors(evidence: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Give each finding a place to link to, made of its id, and no two the same."""
    made: dict[str, str] = {}
    for place, finding in enumerate((finding for block in evidence for finding in block["findings"]), 1):
        slug = re.sub(r"[^a-z0-9]+", "-", finding["id"].lower()).strip("-")[:80]
        made[finding["id"]] = slug if slug and slug not in made.values() else f"finding-{place}"
    return made


def plain_name(name: str) -> str:
    """Write a column's or measure's name as words."""
    return name.replace("_", " ")


def capital(text: str) -> str:
    """Begin with a capital and leave the rest as it is."""
    return text[:1].upper() + text[1:]


# --- an evidence block ---------------------------------------------------------------------------------------------


def block_view(
    block: Mapping[str, Any], place: int, t: Words, answers: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """Prepare an evidence block: who is in it, and its findings."""
    return {
        "anchor": evidence_anchor(place),
        "people": [
            people_table(attribute, _of_people(t) if block["all_areas"] else t)
            for attribute in block["attributes"]
            if attribute["groups"]
        ],
        "not_told": [
            not_told(attribute, t["public_copy"], plain_name(attribute["name"]))
            for attribute in block["attributes"]
            if attribute.get("not_told")
        ],
        "trade_off": trade_off(block),
        "shown": [shown_view(entry, t["shown"]) for entry in block["shown"]],
        "findings": [
            {
                **finding_view(finding, block, words_of_kind(block, t)),
                "answers": of_finding(answers, finding["id"]),
                "not_told": not_told(finding, t["public_copy"]),
            }
            for finding in block["findings"]
        ],
    }


def words_of_kind(block: Mapping[str, Any], t: Words) -> Words:
    """Give the words for findings; of representation, what is counted is who lives there."""
    if block["all_areas"]:
        return {**t["finding"], **t["people_in_areas"]}
    return {**t["finding"], **(t["residents"] if block["kind"] == "representation" else {})}


def _of_people(t: Words) -> Words:
    """Give the words for who is in the records where all areas are counted, which is people."""
    return {**t, "evidence": {**t["evidence"], **t["who_in_areas"]}}


def shown_view(entry: Mapping[str, Any], w: Words) -> dict[str, Any]:
    """Prepare what is shown beside the findings: a chart, its table, and how to read both."""
    if entry["shown"] == "scan":
        return {"title": entry["title"], "chart": None, "table": _scan_table(entry), "note": scan_note(entry, w)}
    note = w[entry["shown"]]
    if entry["shown"] == "survival" and entry["log_rank"]["chi_squared"] is not None:
        note += " " + w["log_rank"].format(**entry["log_rank"])
    if entry["shown"] == "sweep":
        note += " " + w["sweep_in_use" if entry["in_use"] else "sweep_not_judged"]
    if entry["shown"] == "standardised":
        note = note.format(reference=entry["reference"], shared=percent(entry["shared"]), unit=entry["unit"])
    if entry["shown"] == "representation":
        note = note.format(source=entry["source"])
    if entry["shown"] == "records_and_population":
        note += " " + _changed(entry, w)
    chart = chart_of(entry, title=False)
    return {"title": entry["title"], "chart": chart, "table": table(*table_of(entry)), "note": note}


def _changed(entry: Mapping[str, Any], w: Words) -> str:
    """Say how much hangs on whom the records hold."""
    changed = entry["changed"]
    if not changed:
        return w["changed_none"].format(entry["weighed"])
    if len(changed) == 1:
        return w["changed_one"].format(entry["weighed"], changed[0])
    return w["changed_some"].format(entry["weighed"], len(changed), "; ".join(changed))


def scan_note(entry: Mapping[str, Any], w: Words) -> str:
    """Say how crossings were looked through and how many stand out, or why none was."""
    attributes = _listed([plain_name(name) for name in entry["grouping"]])
    told = {**entry, "attributes": attributes, "alpha": f"{100 * entry['alpha']:g}", "unknown": _unknown_of(entry)}
    told |= {key: f"{entry[key]:,}" for key in ("tested", "standing_out", "left_out", "smallest")}
    if entry["why_not"]:
        said = [{"hidden": "scan_hidden", "clusters": "scan_clusters"}[entry["why_not"]]]
    elif not entry["tested"]:
        said = ["scan_nothing"]
    else:
        side = {"high": "scan_high", "low": "scan_low", None: "scan_sides"}[entry["worse"]]
        said = ["scan", side, "scan_found" if entry["rows"] else "scan_none"]
        more = {"scan_left_out": entry["left_out"], "scan_divided": (entry["design_effect"] or 1) > 1}
        more["scan_unknown"] = bool(entry["unknown"])
        said += [key for key, holds in more.items() if holds]
    sentences = [w[key].format(**told) for key in said]
    return " ".join(
        [*sentences, *([w["scan_no_shares"].format(_listed(entry["no_shares"]))] if entry["no_shares"] else [])]
    )


def _unknown_of(entry: Mapping[str, Any]) -> str:
    return _listed([errors.counted(plain_name(name), n) for name, n in entry["unknown"].items()])


def _listed(words: Sequence[str], most: int = 12) -> str:
    """Join words with commas, cutting a long list with how many more there are."""
    shown = ", ".join(words[:most])
    return shown if len(words) <= most else say("{names} and {count} more", names=shown, count=len(words) - most)


def _scan_table(entry: Mapping[str, Any]) -> Markup:
    return table(*table_of(entry)) if entry["rows"] else Markup()


def people_table(attribute: Mapping[str, Any], t: Words) -> Markup:
    """Write who is in the records: a row a group, the unknown too; a column that would say nothing is left out."""
    w, groups = t["evidence"], attribute["groups"]

    def known(number: int | None, records: int) -> str:
        return count(number) if number is not None else t["not_known"] if records else count(0)

    columns = {
        w["records"]: [_ranged(row, "records", count) for row in groups],
        w["share"]: [_ranged(row, "share", percent) for row in groups],
    }
    for key in ("duplicates", "clusters", "same_moment"):
        if any(row[key] is not None for row in groups):
            columns[w[key]] = [known(row[key], row["records"]) for row in groups]
    if any(row["left_out"] for row in groups):
        columns[w["left_out_column"]] = [count(sum(row["left_out"].values())) for row in groups]
    names = [w["unknown"] if row["unknown"] else row["group"] for row in groups]
    caption = w["people_caption"].format(plain_name(attribute["name"]))
    return table(caption, [w["group"], *columns], list(zip(names, *columns.values(), strict=True)))


def rule_words(audit: Mapping[str, Any], w: Words) -> str:
    """Say by which rule a public copy hides counts, and how much; nothing in an internal one."""
    if audit["copy"] == "internal":
        return ""
    smallest = max(audit["smallest_cell"].values(), default=1) - 1
    return w["rule"].format(1, smallest, audit["disclosure"]["hidden"], audit["disclosure"]["left_out"])


def not_told(found: Mapping[str, Any], w: Words, of: str = "") -> str:
    """Name the groups that a public copy leaves out of a table; nothing where there are none."""
    names = [name or w["unknown"] for name in found.get("not_told", ())]
    if not names:
        return ""
    if not found["groups"]:
        return w["closed"]
    return w["groups"].format("; ".join([f"{of}, {name}" if of else name for name in names]))


def _ranged(row: Mapping[str, Any], key: str, write: Callable[[float | None], str]) -> str:
    """Write a number of a group, or between what it lies where counts are hidden."""
    return between(*row["hidden"][key], write) if "hidden" in row else write(row[key])


def trade_off(block: Mapping[str, Any]) -> bool:
    """Say whether to explain why error rates and predictive values cannot both be equal.

    It is said where the plan lets both block, where one is shown to differ between groups and the other is not, and
    where error rates are shown to differ beside a chart of what scores mean.
    """
    over: dict[tuple, dict[str, bool]] = {}
    for finding in block["findings"]:
        sort = (
            "error" if finding["measure"] in ERROR_RATES else "predictive" if finding["measure"] in PREDICTIVE else ""
        )
        if sort:
            here = over.setdefault(tuple(finding["grouping"]), {})
            here[sort] = here.get(sort, False) or finding["verdict"] == "flagged"
    # What a score means for each group is drawn beside its findings, whether or not it is judged.
    drawn = any(entry["shown"] == "calibration" for entry in block["shown"])
    apart = any(set(here.values()) == {True, False} or (drawn and here.get("error", False)) for here in over.values())
    return block["trade_off"] or apart


# --- a finding -----------------------------------------------------------------------------------------------------


def finding_view(finding: Found, block: Mapping[str, Any], w: Words) -> dict[str, Any]:
    """Prepare one finding: its chart and its tables."""
    # Of forty groups there are 1,560 contrasts: they are read once for all that shows them.
    found = {comparison["kind"]: contrasts(finding, comparison) for comparison in finding["comparisons"]}
    table_rows = rows(finding, found[decisive(finding)["kind"]])
    chart = forest_plot(finding, title=False, table=table_rows) if finding["groups"] else None
    empty = [row.group for row in table_rows if not row.n[1]]
    name = w["name"].format(finding["title"], grouping_words(finding))
    caption = w["groups_caption"].format(name)
    return {
        "name": capital(name),
        "counted": counted(finding, w),
        "values": is_values(finding) and not finding["approximate"],
        "chart": chart,
        "chart_label": w["chart_label"].format(name),
        "groups": groups_table(finding, table_rows, caption, block["alpha"], w) if chart else "",
        "comparisons": [
            comparison_view(finding, comparison, found[comparison["kind"]], empty, name, w)
            for comparison in finding["comparisons"]
        ],
        "panel": panel_tables(finding, name, w),
        "strata": strata_tables(finding, name, w),
    }


def is_values(finding: Found) -> bool:
    """Say whether a finding is of values, and not of shares that are counted."""
    return not any(group["events"] is not None for group in finding["groups"])


def counted(finding: Found, w: Words) -> str:
    """Say who is counted, and what of them; nothing for a measure of values or of the audit's own."""
    return "" if is_values(finding) or not finding["counted"]["of"] else w["counted_are"].format(**finding["counted"])


def other_side(finding: Found, w: Words) -> str:
    """Say the deciding pair's ratio of those left over: 93% v 97% not flagged is 7 v 3 flagged."""
    if finding["other_side"] is None:
        return ""
    first, second = finding["worst_pair"] if worse_side(finding) == "low" else reversed(finding["worst_pair"])
    of = finding["counted"]["of"]
    named = {"first": who(first, of, of), "second": who(second, of, of)}
    return w["other_side"].format(**named, number=digits(100 * finding["other_side"]))


def groups_table(finding: Found, table_rows: Sequence[Row], caption: str, alpha: float, w: Words) -> Markup:
    """Write every group's counts and rate, in the order of the chart."""
    write = rate_writer(is_own(finding))
    known = any(group["records"] is not None for group in finding["groups"])  # a public copy may not tell them
    records = {group["group"]: _ranged(group, "records", count) for group in finding["groups"]}
    columns = {
        **({w["records"]: [records[row.group] for row in table_rows]} if known else {}),
        w["counted"]: [row.counts_text[0] for row in table_rows],
    }
    if any(row.events is not None for row in table_rows):
        columns[w["events"]] = [row.counts_text[1] or count(None) for row in table_rows]
    head = w["value"].format(finding["scale"]["unit"]).removesuffix(" ()") if is_values(finding) else w["rate"]
    columns[head] = [row.rate_text(is_own(finding)) for row in table_rows]
    if any(row.lower is not None for row in table_rows):
        level = digits(100 * (1 - 2 * alpha))
        columns[w["interval"].format(level)] = [_interval(row, write, w) for row in table_rows]
    names = [row.group for row in table_rows]
    return table(caption, [w["group"], *columns], list(zip(names, *columns.values(), strict=True)))


def _interval(row: Row, write: Callable[[float | None], str], w: Words) -> str:
    """Write the interval of a rate; rates of approximate measures have none."""
    if row.lower is None or row.upper is None:
        return percent(None)
    return w["from_to"].format(write(row.lower), write(row.upper))


def comparison_view(
    finding: Found,
    comparison: Mapping[str, Any],
    ordered: Sequence[Contrast],
    empty: Sequence[str],
    name: str,
    w: Words,
) -> dict[str, Any]:
    """Prepare one limit of a finding: in words, and every pair that was held against it.

    Args:
        finding: as in `results.json`.
        comparison: one of its comparisons.
        ordered: its contrasts.
        empty: the groups without records.
        name: of the finding.
        w: the fixed words for findings.
    """
    every = deciding_first(both_ways(deciding_first(ordered, comparison)), comparison)
    found = [pair for pair in every if not pair.empty]
    methods = list(dict.fromkeys(pair.method for pair in found))
    cut, shown = len(found) > MOST_PAIRS, found[:MOST_PAIRS]
    caption = w["pairs_cut_caption"].format(MOST_PAIRS, len(found), name) if cut else w["pairs_caption"].format(name)
    summary = w["pairs_cut_summary"] if cut else w["pairs_summary"]
    return {
        "limit": limit_words(comparison["tolerance"], finding, w),
        "sentence": comparison["sentence"],
        "other_side": other_side(finding, w) if comparison["kind"] == "ratio" else "",
        "folded": summary.format(len(shown), len(found)) if len(found) > FOLDED else "",
        "pairs": pairs_table(finding, comparison, shown, caption, w) if found else "",
        "cut": w["pairs_cut"] if cut else "",
        "empty": w["empty"].format("; ".join(empty)) if empty and len(found) < len(every) else "",
        "method": w["one_method"].format(said_method(methods[0])) if len(methods) == 1 else "",
    }


def limit_words(tolerance: Mapping[str, Any], finding: Found, w: Words) -> str:
    """Say the limit, whose it is, and what it lets happen."""
    kind, value = tolerance["kind"], tolerance["value"]
    unit = finding["scale"]["unit"] if kind == "difference" else ""
    said = (
        w[f"limit_own_{kind}"].format(" ".join(filter(None, [f"{value:,.10g}", singular(unit, f"{value:,.10g}")])))
        if draws_own(finding, kind)
        else w[f"limit_{kind}"].format(digits(100 * value))
    )
    parts = [said]
    if tolerance["because"]:
        parts.append(w["because"].format(tolerance["because"].rstrip(". ")))
    if tolerance["citation"]:
        parts.append(w["citation"].format(**tolerance))
    if not tolerance["because"]:
        parts.append(w["no_because"])
    if tolerance["allows"]:
        parts.append(tolerance["allows"])
    if tolerance["loosest"]:
        parts.append(w["loosest"])
    return " ".join(parts)


def both_ways(found: Sequence[Contrast]) -> list[Contrast]:
    """Keep of the two ways round of each pair the one that is worse, which comes first."""
    worst: dict[frozenset[str], Contrast] = {}
    for contrast in sorted(found, key=lambda contrast: contrast.way):
        worst.setdefault(frozenset((contrast.sufferer, contrast.other)), contrast)
    kept = set(map(id, worst.values()))
    return [contrast for contrast in found if id(contrast) in kept]


def deciding_first(found: Sequence[Contrast], comparison: Mapping[str, Any]) -> list[Contrast]:
    """Put the pair that the sentence speaks of, the way round that it does, before all others."""
    named = tuple(comparison["worst_pair"])
    first = [contrast for contrast in found if (contrast.sufferer, contrast.other) == named]
    rest = [contrast for contrast in found if {contrast.sufferer, contrast.other} != set(named)]
    return [*first, *rest] if first else list(found)


def pairs_table(
    finding: Found, comparison: Mapping[str, Any], found: Sequence[Contrast], caption: str, w: Words
) -> Markup:
    """Write pairs, the worst first.

    A baseline's pairs have no reading, since it decides nothing; the method has a column only where there are several.
    """
    numbers = numbers_of(finding, comparison)
    value = w[f"own_{numbers.kind}"] if draws_own(finding, numbers.kind) else w[_numbers_head(numbers)]
    columns = {
        w["pair_other"]: [arm_said(pair.other) for pair in found],
        w["pair_records"]: [w["against"].format(*pair.sizes) for pair in found],
        value: [pair.best for pair in found],
        w["at_least"]: [pair.bounds[0] for pair in found],
        w["at_most"]: [pair.bounds[1] for pair in found],
    }
    if not finding["baseline"]:
        columns[w["reading"]] = [say(pair.reading) for pair in found]
    if len({pair.method for pair in found}) > 1:
        columns[w["method"]] = [said_method(pair.method) for pair in found]
    names = [arm_said(pair.sufferer) for pair in found]
    return table(caption, [w["pair"], *columns], list(zip(names, *columns.values(), strict=True)))


BASES = (marked("clustered"), marked("weighted"), marked("matched"), marked("benchmark and"))
METHODS = (
    marked("score"),
    marked("exact"),
    marked("all areas counted"),
    marked("all areas counted, margins of error"),
)


def said_method(method: str) -> str:
    """Say how bounds were computed; what is called after its author keeps its name."""
    basis = next((basis for basis in BASES if method.startswith(f"{basis} ")), None)
    if basis is None:
        return say(method)
    return say("{basis} {method}", basis=say(basis), method=said_method(method.removeprefix(f"{basis} ")))


def _numbers_head(numbers: Reading) -> str:
    if numbers.kind == "ratio" and not numbers.scale.counted:
        return "as_much"
    return "difference" if numbers.kind == "difference" else "for_every" if numbers.turned else "as_often"


# --- the end of the report -----------------------------------------------------------------------------------------


def glossary(evidence: Sequence[Mapping[str, Any]], w: Words) -> Markup:
    """List the measures that the report uses."""
    used = {finding["measure"] for block in evidence for finding in block["findings"]}
    columns = ("title", "name", "what", "formula", "source")
    with speaking(ENGLISH):  # titles are looked up whole
        known = [entry for entry in measures_table() if entry["name"] in used]
    body = [_of_measure(entry, columns) for entry in known]
    return table(w["caption"], [w[key] for key in columns], [[capital(first), *rest] for first, *rest in body])


def _of_measure(entry: Mapping[str, Any], columns: Sequence[str]) -> list[str]:
    """Write a measure's row; whose definition it is stands as it is cited."""
    name = plain_name(str(entry["name"]))
    said = {**{key: say(str(entry[key])) for key in ("title", "what", "formula")}, "name": say(name)}
    return [plain_name({**entry, **said}[key]) for key in columns]


def facts(results: Mapping[str, Any], w: Words) -> Markup:
    """List what the results rest on."""
    audit, evidence = results["audit"], results["evidence"]
    body = [
        [w["plan"], audit["plan_sha256"]],
        [w["registered"], audit["registered"] or w["not_registered"]],
        [w["made_by"], results["made_by"]],
        [w["schema"], results["schema_version"]],
    ]
    for block in evidence:
        body.append([w["alpha"].format(block["id"]), percent(block["alpha"], 0)])
        body.append([w["family"].format(block["id"]), count(family(block))])
    body += [[w["code"].format(entry["file"]), entry["sha256"]] for entry in audit["code"]]
    body += sealed(results.get("seal") or {}, w)
    return table(w["caption"], [w["what"], w["value"]], body)


def sealed(seal: Mapping[str, Any], w: Words) -> list[list[str]]:
    """List the hashes of what went in, and the versions of what computed it."""
    body = [
        [w[key].format(name), known[key]]
        for name, known in seal.get("evidence", {}).items()
        for key in ("source_sha256", "tally_sha256", "notebook_sha256")
        if known.get(key)
    ]
    versions = ", ".join(f"{name} {version}" for name, version in seal.get("versions", {}).items())
    return [*body, [w["versions"], versions]] if versions else body


def family(block: Mapping[str, Any]) -> int:
    """Count the comparisons among which the blocking findings of a block share their error rate."""
    blocking = [finding for finding in block["findings"] if finding["blocks"]]
    return max((comparison["family"] for finding in blocking for comparison in finding["comparisons"]), default=0)
