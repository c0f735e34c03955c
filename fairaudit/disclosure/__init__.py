"""The public copy of an audit's results: small counts hidden, and whatever they could be worked out from.

What is told of a group is all told exactly, or nothing of it is. So nothing is left to subtract but sums of groups that
cover for one another (`choosing`); what rests on more than the groups that are told is rounded so that several counts
fit it, or left out. Verdicts, their reasons and the state of the evidence are those of the internal copy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fairaudit.disclosure.beside import told_beside
from fairaudit.disclosure.findings import PublicFinding
from fairaudit.disclosure.groups import hidden_of
from fairaudit.disclosure.hidden import Elsewhere, Hidden
from fairaudit.disclosure.rule import Rule
from fairaudit.disclosure.words import tells_of_few
from fairaudit.languages import language_of, marked, say, speaking
from fairaudit.page_one import page_one
from fairaudit.plan import UNKNOWN

__all__ = ["Rule", "public_copy"]

HASHES = ("source_sha256", "tally_sha256", "to_sign", "signed", "data")
"""Keys of hashes that small numbers go into: whoever guesses the numbers sees from the hash that they are right."""

USUAL = 11
NOT_MEASURED = marked("How far it has moved is not told in this copy.")

Results = Mapping[str, Any]


def public_copy(results: Results, rule: Rule | None = None) -> dict[str, Any]:
    """Give the results as they may be published.

    Args:
        results: what `results.json` holds.
        rule: which counts are hidden; that of the plan, block by block, where None.

    Returns:
        The same, with `audit.copy` "public" and `audit.disclosure`: the rule, and how much is hidden. Page one and all
        sentences are written anew from the numbers that are left.
    """
    with speaking(language_of(results)):
        return _public_copy(results, rule)


def _public_copy(results: Results, rule: Rule | None) -> dict[str, Any]:
    smallest = results["audit"].get("smallest_cell", {})
    rules = {block["id"]: rule or Rule(smallest.get(block["id"], USUAL)) for block in results["evidence"]}
    hidden = _hidden(results["evidence"], rules)
    blocks = [
        _block(block, found, rules[block["id"]]) for block, found in zip(results["evidence"], hidden, strict=True)
    ]
    audit = {
        **results["audit"],
        "copy": "public",
        "smallest_cell": {name: each.smallest for name, each in rules.items()},
        "disclosure": {"hidden": _cells_hidden(results["evidence"], blocks), "left_out": _left_out(results, blocks)},
    }
    since = results.get("since") and {"since": _since(results["since"])}
    copied = _without_hashes({**results, **(since or {}), "audit": audit, "evidence": blocks})
    return {**copied, "page_one": page_one(copied)}


def _hidden(blocks: Sequence[Results], rules: Mapping[str, Rule]) -> list[Hidden]:
    """Choose what is hidden of every block; what one hides, others of the same source hide too."""
    elsewhere = Elsewhere()
    while True:
        found = [hidden_of(block, rules[block["id"]], elsewhere) for block in blocks]
        gathered = Elsewhere()
        for block, each in zip(blocks, found, strict=True):
            gathered.with_block(block, each)
        if gathered == elsewhere:
            return found
        elsewhere = gathered


# --- a block ---------------------------------------------------------------------------------------------------------


def _block(block: Results, hidden: Hidden, rule: Rule) -> dict[str, Any]:
    findings = [PublicFinding(finding, block, hidden, rule).as_dict() for finding in block["findings"]]
    shown = [told_beside(entry, hidden, rule) for entry in block["shown"]]
    names = [row["group"] for attribute in block["attributes"] for row in attribute["groups"] if not row["unknown"]]
    quiet = hidden.quiet or hidden.anything

    def told(lines: Sequence[str]) -> list[str]:
        return [line for line in lines if not tells_of_few(line, names, rule.smallest, any_number=quiet)]

    still_open = block["still_open"]
    return {
        **block,
        "still_open": None if rule.small(still_open) else still_open,
        "records": _records(block["records"], rule),
        "attributes": [_attribute(each, hidden, block, rule) for each in block["attributes"]],
        "assumptions": told(block["assumptions"]),
        "contradictions": told(block["contradictions"]),
        "shown": [entry for entry in shown if entry is not None],
        "findings": findings,
    }


def _records(records: Results, rule: Rule) -> dict[str, Any]:
    """Leave out how many rows were not counted, and why, where any reason holds for few."""
    few = any(rule.small(number) for number in (*records["left_out"].values(), records["read"] - records["kept"]))
    kept = None if rule.small(records["kept"]) else records["kept"]
    if few or kept is None:
        return {**records, "kept": kept, "read": None, "left_out": {}}
    return dict(records)


def _attribute(attribute: Results, hidden: Hidden, block: Results, rule: Rule) -> dict[str, Any]:
    """Leave out groups, columns that hold a small count anywhere, and exact sizes where few records lack a value."""
    name, rows = attribute["name"], attribute["groups"]
    gone = hidden.people.get(name, frozenset())
    few = {
        key for key in ("duplicates", "clusters", "same_moment") if gone or any(rule.small(row[key]) for row in rows)
    }
    plain = gone or any(rule.small(number) for row in rows for number in row["left_out"].values())
    plain = plain or any(rule.small(number) for number in block["records"]["left_out"].values())
    told = []
    for row in rows:
        if (UNKNOWN if row["unknown"] else row["group"]) in gone:
            continue
        now = {**row, **dict.fromkeys(few), **({"left_out": {}} if plain else {})}
        if name in hidden.blurred:
            now |= _roughly(
                row, sum(each["records"] for each in rows), hidden.people_rounded.get(name, rule.each), rule
            )
        told.append(now)
    left = sorted(("" if each == UNKNOWN else each) for each in gone & {_name(row) for row in rows})
    return {**attribute, "groups": told, "not_told": left}


def _roughly(row: Results, total: int, each: int, rule: Rule) -> dict[str, Any]:
    """Give between what a group's records and share lie, as of counts that were received hidden."""
    records = rule.between(row["records"], each)
    share = [min(number / total, 1.0) for number in records]
    return {"records": records[0], "share": None, "hidden": {"records": records, "share": share}}


def _name(row: Results) -> str:
    return UNKNOWN if row["unknown"] else row["group"]


def _since(since: Results) -> dict[str, Any]:
    """Say what moved since an earlier report in verdicts only: of its numbers it is not known which rest on few."""
    findings = [{**row, "change": None, "sentence": say(NOT_MEASURED)} for row in since["findings"]]
    return {**since, "seal": None, "findings": findings}


# --- how much is hidden ----------------------------------------------------------------------------------------------


def _cells_hidden(blocks: Sequence[Results], public: Sequence[Results]) -> int:
    """Count the rows of groups that are left out, of tables of people and of findings."""

    def rows(each: Sequence[Results]) -> int:
        tables = [table for block in each for table in (*block["attributes"], *block["findings"])]
        return sum(len(table["groups"]) for table in tables)

    return rows(blocks) - rows(public)


def _left_out(results: Results, public: Sequence[Results]) -> int:
    """Count what is left out whole: displays, and sentences that hold counts."""

    def parts(each: Sequence[Results]) -> int:
        return sum(len(block[key]) for block in each for key in ("shown", "assumptions", "contradictions"))

    return parts(results["evidence"]) - parts(public)


def _without_hashes(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            name: None if name in HASHES and not isinstance(part, bool) else _without_hashes(part)
            for name, part in value.items()
        }
    return [_without_hashes(each) for each in value] if isinstance(value, list | tuple) else value
