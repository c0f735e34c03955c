"""One plain dict holds everything an audit found; HTML, seal and exports are made from it and from nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from fairaudit import __version__
from fairaudit.approximations import approximate_findings
from fairaudit.assessment import Disparity, assess
from fairaudit.assumptions import assumptions, still_open
from fairaudit.cells import Cells
from fairaudit.checks.scan import scans
from fairaudit.findings import finding, plain, yearly
from fairaudit.languages import speaking
from fairaudit.measures import Measure
from fairaudit.notes import retold
from fairaudit.page_one import page_one
from fairaudit.plan import UNKNOWN, Evidence, Plan
from fairaudit.planning import time_of
from fairaudit.scaffold import as_drafted
from fairaudit.showing import records_and_population, shown
from fairaudit.tally import Tally
from fairaudit.workflow.record import Record, completed, registration_of

SCHEMA_VERSION = "1"
OPPOSITES = (
    {"false_positive_rate", "false_negative_rate"},
    {
        "positive_predictive_value",
        "false_discovery_rate",
        "negative_predictive_value",
        "false_omission_rate",
        "calibration_in_the_large",
    },
)


def block_results(
    plan: Plan, evidence: Evidence, tally: Tally, measures: Mapping[str, Measure] | None = None
) -> dict[str, Any]:
    """Give everything found on one evidence block, from its tally alone.

    Args:
        plan: the plan.
        evidence: the block.
        tally: its counts.
        measures: measures of the audit's own, by the name in the plan.
    """
    with speaking(plan.language):
        return _block_results(plan, evidence, tally, measures or {})


def _block_results(plan: Plan, evidence: Evidence, tally: Tally, measures: Mapping[str, Measure]) -> dict[str, Any]:
    findings = _findings(plan, evidence, tally, measures)
    data, about = evidence.data, tally.about
    return plain(
        {
            "id": evidence.id,
            "kind": evidence.kind,
            "question": evidence.question,
            "decided_by": data.decided_by,
            "origin": data.origin,
            "unit": data.unit,
            "period": data.period or about.period,
            # Of counts that were received whoever made them knows best.
            "counted_by": (about.counted_by or data.counted_by) if data.is_tally else data.counted_by,
            "source": about.source if data.is_tally else data.source_name,
            "from_counts": data.is_tally,
            "counts_from": data.whose_counts,
            "being_selected_is": evidence.being_selected_is,
            "a_high_amount_is": evidence.a_high_amount_is,
            "more_is": evidence.more_is,
            "a_missed_match_costs": evidence.a_missed_match_costs,
            "a_false_match_costs": evidence.a_false_match_costs,
            "all_areas": about.census,
            "until": evidence.data.until,
            "still_open": still_open(tally) if evidence.kind == "waits" else None,
            "words": evidence.words.told(),
            "alpha": evidence.alpha_of_look,
            "alpha_of_all_looks": evidence.alpha,
            "verdict": _verdict(findings),
            "records": {"read": tally.records, "kept": tally.records, "left_out": {}, **about.records},
            "attributes": [_attribute(tally, name) for name in about.attributes],
            "assumptions": assumptions(evidence, tally),
            "contradictions": [retold(text) for text in about.contradictions],
            "conditions": [entry.model_dump() for entry in evidence.too_few],
            "cannot_tell": list(evidence.cannot_tell),
            "trade_off": opposites(evidence),
            "shown": [
                *records_and_population(evidence, tally, findings),
                *shown(evidence, tally, plan.folder),
                *scans(evidence, tally, measures),
            ],
            "findings": findings,
        }
    )


def _findings(plan: Plan, evidence: Evidence, tally: Tally, own: Mapping[str, Measure]) -> list[dict[str, Any]]:
    """Write the findings on measures of counts, then those that are approximate."""
    exact = {name: measure for name, measure in own.items() if not measure.approximate}
    found = [
        _with_years(finding(disparity), disparity, plan.system.people_per_year)
        for disparity in assess(evidence, tally, exact)
    ]
    for entry in evidence.measures:
        if entry.measure in own and own[entry.measure].approximate:
            found += approximate_findings(evidence, entry, own[entry.measure], tally)
    return found


def _with_years(found: dict[str, Any], disparity: Disparity, per_year: int | None) -> dict[str, Any]:
    """Add what a gap means in a year, and how many years the records would take that settle it."""
    more = found["more_records"]
    if more:
        more = {**more, "time": time_of(disparity, more, per_year)}
    return {**found, "yearly": yearly(disparity, per_year), "more_records": more}


def _verdict(findings: Sequence[Mapping[str, Any]]) -> str:
    """A block is flagged where any blocking finding is, and cleared where all are."""
    verdicts = {entry["verdict"] for entry in findings if entry["blocks"]}
    return "flagged" if "flagged" in verdicts else "cleared" if verdicts == {"cleared"} else "not_demonstrated"


def _attribute(tally: Tally, name: str) -> dict[str, Any]:
    """Write who is in the records: a row a group, the unknown one last, with what was left out or stood twice."""
    cells = Cells.of(tally, [name])
    total = float(cells.people.sum())
    most = cells.people_at_most
    facts = tally.about.groups.get(name, {})
    rows = []
    for place, (group, records) in enumerate(zip((*cells.groups, UNKNOWN), cells.people, strict=True)):
        known = facts.get(group, {})
        rows.append(
            {
                "group": group,
                "records": int(records),
                "share": records / total if total else None,
                "unknown": group == UNKNOWN,
                "duplicates": known.get("duplicates"),
                "clusters": known.get("clusters"),
                "same_moment": known.get("same_moment"),
                "left_out": known.get("left_out", {}),
            }
        )
        if (most > cells.people).any():
            others = most.sum() - most[place], total - records
            parts = zip((records, most[place]), others, strict=True)
            shares = [float(part / (part + rest)) if part else 0.0 for part, rest in parts]
            known = {"share": shares[0] if shares[0] == shares[1] else None}
            rows[-1] |= {**known, "hidden": {"records": [int(records), int(most[place])], "share": shares}}
    return {"name": name, "groups": rows}


def opposites(evidence: Evidence) -> bool:
    """Say whether blocking measures include both error rates and a predictive value.

    They cannot all be equal where prevalence differs (Chouldechova 2017; Kleinberg, Mullainathan & Raghavan 2017).

    """
    names = {entry.measure for entry in evidence.measures if entry.blocks}
    errors, predictive = OPPOSITES
    return errors <= names and bool(predictive & names)


def audit_results(
    plan: Plan,
    blocks: Sequence[Mapping[str, Any]],
    *,
    rehearsal: bool = False,
    code: Sequence[Mapping[str, str]] = (),
    seal: Mapping[str, Any] | None = None,
    record: Record | None = None,
    since: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Join the evidence blocks to the results of the whole audit.

    Args:
        plan: the plan.
        blocks: from `block_results`, in the plan's order.
        rehearsal: whether group labels were shuffled.
        code: files of the audit's own that ran, each with name and SHA-256.
        seal: hashes of what went in, versions and seed, as `workflow.seal.inputs` gives them.
        record: what people have answered, registered and signed; nothing where None.
        since: what has moved since an earlier report, from `since.moved`; None where none is named.

    Returns:
        What `results.json` holds.
    """
    with speaking(plan.language):
        return _audit_results(plan, blocks, rehearsal, code, seal or {}, Record() if record is None else record, since)


def _audit_results(
    plan: Plan,
    blocks: Sequence[Mapping[str, Any]],
    rehearsal: bool,
    code: Sequence[Mapping[str, str]],
    seal: Mapping[str, Any],
    record: Record,
    since: Mapping[str, Any] | None,
) -> dict[str, Any]:
    data = {name: facts["source_sha256"] for name, facts in seal.get("evidence", {}).items()}
    registration = registration_of(record, plan, data, blocks)
    system = plan.system
    audit = {
        "slug": plan.folder.resolve().name,
        "title": system.title,
        "language": plan.language,
        "system": system.model_dump(exclude={"lapses_after_months"}),
        "plan_sha256": plan.sha256,
        "registered": registration["at"] if registration["standing"] == "registered" else None,
        "registration": registration,
        "copy": "internal",
        "smallest_cell": {block.id: block.smallest_cell for block in plan.evidence},
        "demonstration": any(block["origin"] == "synthetic" for block in blocks),
        "rehearsal": rehearsal,
        "code": [dict(entry) for entry in code],
        "drafted": as_drafted(plan),
    }
    audit, blocks = plain(audit), [plain(dict(block)) for block in blocks]
    results = {
        "schema_version": SCHEMA_VERSION,
        "made_by": f"fairaudit {__version__}",
        "audit": audit,
        "evidence": blocks,
        **completed(record, audit, blocks, system.lapses_after_months),
        "since": dict(since) if since else None,
        "seal": dict(seal),
    }
    return plain({**results, "page_one": page_one(results)})


def json_text(content: Mapping[str, Any]) -> str:
    """Write results as they stand in their file."""
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
