"""What has moved since an earlier report: each finding's verdict then and now, and its gap with how that changed.

Where the records are others, the change has an interval: the four rates' own intervals joined (MOVER, Zou & Donner
2008; of ratios on the log scale, Zou, Huo & Taleban 2009), as if nobody stood in both sets of records. Where they are
the same, nothing has moved by chance, and there is no interval.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fairaudit.languages import marked, say
from fairaudit.sentences import finding_named, percent, significant, verdict_words
from fairaudit.workflow import seal
from fairaudit.workflow.sealed_report import sealed_report

Finding = Mapping[str, Any]
AGAIN = "Name the folder of an earlier report, which holds seal.json and results.json as a run wrote them."


def earlier_report(path: Path) -> dict[str, Any]:
    """Read an earlier report, and see that it is what its seal says.

    Args:
        path: its folder, or the `seal.json` in it.

    Returns:
        Its results, with the key `root`: of its seal; and `ended`: when it was made.

    Raises:
        UsageError: there is none, or it is not what was sealed.
    """
    folder = path.parent if path.name == seal.FILE else path
    lacking = "is no earlier report", AGAIN
    return sealed_report(folder, str(path), lacking, "Take it from a copy that was held elsewhere.")


def moved(
    earlier: Mapping[str, Any], audit: Mapping[str, Any], evidence: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Compare with an earlier report.

    Args:
        earlier: from `earlier_report`.
        audit: of the results now.
        evidence: the blocks of the results now, each with the key `source_sha256`: of its records; None where unknown.

    Returns:
        `seal`, `day`, `title` of the earlier report; `same_plan`; `findings`: a row each that is in both; `gone` and
        `added`: names of those that are in one only; `changed`: how many verdicts are others.
    """
    before = {f["id"]: (block, f) for block in earlier["evidence"] for f in block["findings"]}
    now = {f["id"]: (block, f) for block in evidence for f in block["findings"]}
    records = {name: facts.get("source_sha256") for name, facts in earlier["seal"].get("evidence", {}).items()}
    rows = []
    for name in (each for each in now if each in before):
        (block, finding), (was_block, was) = now[name], before[name]
        same = block.get("source_sha256") is not None and block["source_sha256"] == records.get(was_block["id"])
        rows.append(_row(was, finding, finding_named(finding, evidence), same_records=same))
    return {
        "seal": earlier["root"],
        "day": earlier["ended"][:10],
        "title": earlier["audit"]["title"],
        "same_plan": earlier["audit"]["plan_sha256"] == audit["plan_sha256"],
        "findings": rows,
        "gone": [finding_named(f, earlier["evidence"]) for name, (_, f) in before.items() if name not in now],
        "added": [finding_named(f, evidence) for name, (_, f) in now.items() if name not in before],
        "changed": sum(row["was"]["verdict"] != row["now"]["verdict"] for row in rows),
    }


def _row(was: Finding, now: Finding, about: str, *, same_records: bool) -> dict[str, Any]:
    pair, change = list(now["worst_pair"] or ()), None
    if pair and was["comparison"] == now["comparison"] and was["grouping"] == now["grouping"]:
        then, today = (_of_pair(finding, pair) for finding in (was, now))
        change = _change(then, today, now, same_records=same_records) if then and today else None
    row = {
        "id": now["id"],
        "about": about,
        "was": {"verdict": was["verdict"], "words": verdict_words(was["verdict"])},
        "now": {"verdict": now["verdict"], "words": verdict_words(now["verdict"])},
        "blocks": now["blocks"],
        "pair": pair,
        "same_records": same_records,
        "same_limit": was["tolerance"]["value"] == now["tolerance"]["value"],
        "change": change,
    }
    return {**row, "sentence": _sentence(row, now)}


def _of_pair(finding: Finding, pair: Sequence[str]) -> list[tuple[float, float, float]] | None:
    """Give the value of each group of a pair with both ends of its interval; None where any is not known."""
    rows = {row["group"]: row for row in finding["groups"]}
    found = [(rows[name]["rate"], rows[name]["lower"], rows[name]["upper"]) for name in pair if name in rows]
    whole = len(found) == 2 and all(value is not None for triple in found for value in triple)
    return found if whole else None


def _change(
    was: Sequence[tuple[float, float, float]],
    now: Sequence[tuple[float, float, float]],
    finding: Finding,
    *,
    same_records: bool,
) -> dict[str, Any] | None:
    """Give the disparity then and now, and how it changed: a difference of gaps, or a quotient of ratios."""
    ratio = finding["comparison"] == "ratio"
    signs = (1, -1)
    if not ratio and now[0][0] < now[1][0]:
        signs = (-1, 1)
    if ratio and min(value for triple in (*was, *now) for value in triple) <= 0:
        return None
    scale = (lambda triple: tuple(map(math.log, triple))) if ratio else tuple
    then, today = ([scale(triple) for triple in triples] for triples in (was, now))
    first, last = (sum(s * t[0] for s, t in zip(signs, triples, strict=True)) for triples in (then, today))
    terms = [(s, t) for s, t in zip(signs, today, strict=True)] + [(-s, t) for s, t in zip(signs, then, strict=True)]
    change = last - first
    back = math.exp if ratio else float
    told = {"was": back(first), "now": back(last), "change": back(change), "lower": None, "upper": None}
    if same_records:
        return told
    low = math.sqrt(sum((t[0] - (t[1] if s > 0 else t[2])) ** 2 for s, t in terms))
    high = math.sqrt(sum((t[0] - (t[2] if s > 0 else t[1])) ** 2 for s, t in terms))
    return told | {"lower": back(change - low), "upper": back(change + high)}


STILL = {
    "cleared": marked("Still shown to be within the limit."),
    "flagged": marked("Still shown to be outside the limit."),
    "not_demonstrated": marked("Still not shown either way."),
}
CHANGES = {
    # by what is compared, and whether the records are the same
    ("ratio", True): marked(
        "{first} beside {second}: {was} then, {now} now, {change} times what it was; the records are the same."
    ),
    ("ratio", False): marked(
        "{first} beside {second}: {was} then, {now} now, {change} times what it was (between {lower} and {upper})."
    ),
    ("share", True): marked(
        "The gap between {first} and {second} was {was} in 100 and is {now} in 100, a change of {change} in 100; the "
        "records are the same."
    ),
    ("share", False): marked(
        "The gap between {first} and {second} was {was} in 100 and is {now} in 100, a change of {change} in 100 "
        "(between {lower} and {upper})."
    ),
    ("value", True): marked(
        "The gap between {first} and {second} was {was} and is {now}, a change of {change}; the records are the same."
    ),
    ("value", False): marked(
        "The gap between {first} and {second} was {was} and is {now}, a change of {change} (between {lower} and "
        "{upper})."
    ),
}


def _sentence(row: Mapping[str, Any], finding: Finding) -> str:
    """Say what moved: the verdict first, then the gap."""
    return " ".join([*_verdicts_said(row), _change_said(row, finding)])


def _verdicts_said(row: Mapping[str, Any]) -> list[str]:
    was, now = (row[key]["words"].lower() for key in ("was", "now"))
    same = row["was"]["verdict"] == row["now"]["verdict"]
    told = say(STILL[row["now"]["verdict"]]) if same else say("It was {was}, and is {now}.", was=was, now=now)
    return [told, *([] if row["same_limit"] else [say("The limit is another one than it was.")])]


def _change_said(row: Mapping[str, Any], finding: Finding) -> str:
    change = row["change"]
    if change is None:
        return say("The gap then and now cannot be put side by side.")
    ratio = finding["comparison"] == "ratio"
    shares = not ratio and finding["groups"][0].get("events") is not None
    factor = 100 if shares else 1
    told = {key: significant(factor * value) for key, value in change.items() if value is not None}
    if ratio:
        told |= {key: percent(change[key]) for key in ("was", "now")}
    first, second = row["pair"]
    kind = "ratio" if ratio else "share" if shares else "value"
    return say(CHANGES[kind, row["same_records"]], first=first, second=second, **told)
