"""Of which groups of an evidence block nothing is told: in tables of people, and in each grouping of the findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fairaudit.disclosure.choosing import WIDER, small_groups, width
from fairaudit.disclosure.counts import is_open, table_of
from fairaudit.disclosure.crossings import crossing_gives_away, only_in_margins
from fairaudit.disclosure.hidden import Block, Elsewhere, Finding, Grouping, Hidden, records_of
from fairaudit.disclosure.left_over import all_open, lacking_of, leaves_few
from fairaudit.disclosure.rule import Rule
from fairaudit.plan import UNKNOWN

MANY = 3
"""Times the smallest count: where fewer lack what is measured, all groups together, sizes are told roughly too."""


def hidden_of(block: Block, rule: Rule, elsewhere: Elsewhere) -> Hidden:
    """Choose what is hidden of a block.

    Args:
        block: one of `evidence`, as in `results.json`.
        rule: which counts are hidden.
        elsewhere: what other blocks of the same source hide.
    """
    found = Hidden(quiet=_few_unknown(block, rule))
    for attribute in block["attributes"]:
        _people(attribute, rule, found, elsewhere.people.get((*records_of(block), attribute["name"]), frozenset()))
    of_grouping = _by_grouping(block)
    for grouping, findings in of_grouping.items():
        if len(grouping) == 1:
            _one_way(block, findings, rule, found, elsewhere)
    crossings = [grouping for grouping in of_grouping if len(grouping) > 1]
    if any(crossing_gives_away(block, of_grouping, grouping, rule, found) for grouping in crossings):
        # Crossings share margins of margins: where one cannot be told, none is.
        found.closed |= set(crossings)
    for grouping in crossings:
        findings = of_grouping[grouping]
        beside = (left for finding in findings for left in only_in_margins(block, finding))
        of_margins = [found.rounded[(name,)] for name in grouping if (name,) in found.rounded]
        if of_margins or leaves_few(findings, frozenset(), rule) or any(map(rule.small, beside)):
            found.rounded[grouping] = max([rule.each, *of_margins])
    for grouping in found.closed:
        found.rates[grouping] = frozenset(row["group"] for f in of_grouping[grouping] for row in f["groups"])
    return found


def _people(attribute: Mapping[str, Any], rule: Rule, found: Hidden, elsewhere: frozenset[str]) -> None:
    """Choose whom a table of people leaves out, and how roughly it tells the others."""
    name = attribute["name"]
    rows = {_name(row): [(_count(row, "records"),)] for row in attribute["groups"]}
    open_ = {_name(row) for row in attribute["groups"] if "hidden" in row and len(set(row["hidden"]["records"])) > 1}
    hidden = small_groups(rows, rule) | (open_ | elsewhere) & rows.keys()
    if hidden:
        each = width(rows, hidden, rule)
        hidden = hidden if each else frozenset(rows)
        found.people_rounded[name] = each or rule.each
        found.blurred.add(name)
    found.people[name] = hidden


def _name(row: Mapping[str, Any]) -> str:
    return UNKNOWN if row["unknown"] else row["group"]


def _count(row: Mapping[str, Any], key: str) -> float | None:
    return None if row[key] is None else float(row[key])


def _by_grouping(block: Block) -> dict[Grouping, list[Finding]]:
    found: dict[Grouping, list[Finding]] = {}
    for finding in block["findings"]:
        found.setdefault(tuple(finding["grouping"]), []).append(finding)
    return found


def _few_unknown(block: Block, rule: Rule) -> bool:
    keys = ("people", "decisions", "outcomes")
    return any(rule.small(finding["unknown"][key]) for finding in block["findings"] for key in keys)


def _one_way(block: Block, findings: Sequence[Finding], rule: Rule, found: Hidden, elsewhere: Elsewhere) -> None:
    name = findings[0]["grouping"][0]
    key = (*records_of(block), name)
    table = table_of(block, findings)
    received = {row["group"] for finding in findings for row in finding["groups"] if is_open(row)}
    also = found.people.get(name, frozenset()) | received | elsewhere.rates.get(key, frozenset())
    hidden = small_groups(table, rule) | also & table.keys()
    each = width(table, hidden, rule) if hidden else 0
    if each is None or not table.keys() - hidden - {UNKNOWN}:
        hidden = frozenset(table)
        found.closed.add((name,))
    found.rates[(name,)] = hidden
    if hidden or key in elsewhere.rounded or leaves_few(findings, hidden, rule):
        found.rounded[(name,)] = max(each or rule.each, elsewhere.rounded.get(key, 0))
    for lacking in lacking_of(findings, hidden, rule):
        found.blurred.add(name)
        enough = next((e for e in map(rule.each.__mul__, WIDER) if all_open(lacking, e, rule)), rule.each * WIDER[-1])
        found.people_rounded[name] = max(found.people_rounded.get(name, 0), enough)
        if sum(group.lack for group in lacking) < MANY * rule.smallest:  # so few in all that sums would tell them
            found.rounded.setdefault((name,), rule.each)
