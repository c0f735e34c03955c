"""Page one: what a reader with ten minutes and no statistics needs, as sentences, before any template sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fairaudit import sentences
from fairaudit.verdicts import SEVERITY
from fairaudit.workflow.completeness import gravest_first
from fairaudit.workflow.roles import ROLES

MOST = 3
USUAL = 0.05
WHOSE = {
    "this_system": "The decisions are the system's own.",
    "this_system_elsewhere": "The decisions are the system's own, made somewhere else.",
    "todays_process": (
        "The decisions are those of today's process, not of the system: a baseline that says nothing about it."
    ),
}
ORIGINS = {
    "historical": "records of real cases",
    "pooled": "records pooled from several places",
    "test": "test records",
    "synthetic": "made-up records",
}

DEMONSTRATION = {
    "all": "DEMONSTRATION: the records are made up. Nothing here is true of anybody.",
    "some": "DEMONSTRATION: some of the records are made up. What they show is true of nobody.",
}


def page_one(results: Mapping[str, Any]) -> dict[str, Any]:
    """Write page one.

    Args:
        results: the results of the audit, but for this page.

    Returns:
        Lines and lists of sentences, in the order of the page.
    """
    audit, determination = results["audit"], results["determination"]
    system = audit["system"]
    return {
        "title": _title(system),
        "vendor": system["vendor"],
        "agency": f"Audit for {system['agency']}" if system["agency"] else "",
        "decides": f"It decides {system['decides']}." if system["decides"] else "",
        "status": _status(audit, results["evidence"]),
        "headline": determination["headline"],
        "would_be": determination["would_be"],
        "caveat": _caveat(results),
        "why": [
            _why(finding, sentences.finding_named(finding, results["evidence"]))
            for finding in chosen(results["evidence"])
        ],
        "more": " ".join(filter(None, [_more(results["evidence"]), _moved(results), _sureness(results["evidence"])])),
        "tested": [_tested(block) for block in results["evidence"]],
        "decide": _decided(determination) or _decide(determination["evidence_state"], results["evidence"]),
        "open": _open(results["open_questions"]),
        "community": _community(results),
        "vendor_replies": _said(results, "vendor-reply") or _vendor_silent(results),
        "cannot_tell": [
            *dict.fromkeys(s for block in results["evidence"] for s in block["cannot_tell"]),
            *_standing_caveats(results["evidence"]),
        ],
        "warnings": _warnings(results),
        "lapses": _lapses(results),
    }


def _caveat(results: Mapping[str, Any]) -> str:
    """Say who decided what, if anybody has, and what this page is not."""
    decision = results["determination"]["decision"]
    dissent = [
        f"{each['by']['name']}, {each['by']['role']}"
        for each in results["sign_offs"]
        if each["dissents"] and not each["replaced"]
    ]
    told = "This informs a decision by a named person; no one has signed yet."
    if decision["decision"]:
        told = decision["words"]
        if not decision["stands"]:
            told += f" That decision does not stand: {' '.join(decision['reasons'])}"
    if dissent:
        told += f" In dissent signed: {'; '.join(dissent)}."
    return f"{told} This page is not a finding about the law."


def _community(results: Mapping[str, Any]) -> str:
    """Quote what the community says to what was found; else what it said before limits were set."""
    if found := _said(results, "community-says"):
        return found
    role = ROLES["community"]
    early = [answer for answer in _answered(results) if answer["role"] == role and answer["by"]["role"] == role]
    if not early:
        return "The community has not been asked."
    return f"Not asked yet about what was found. Before limits were set, {_quoted(early[0], results)}"


def _vendor_silent(results: Mapping[str, Any]) -> str:
    """Say why no reply of the vendor is quoted: it is asked for one on findings that are not cleared only."""
    if any(answer["id"].startswith("vendor-reply:") and answer["asked"] for answer in results["answers"]):
        return "The vendor has not answered."
    if any(answer["by"]["role"] == ROLES["vendor"] for answer in _answered(results)):
        return "No finding asks for a reply. What the vendor answered stands further down."
    return "No finding asks for a reply, and the vendor has not answered anything else."


def _said(results: Mapping[str, Any], question: str) -> str:
    """Quote the first answer to a question; empty where there is none."""
    told = [answer for answer in _answered(results) if answer["id"].partition(":")[0] == question]
    if not told:
        return ""
    more = len(told) - 1
    others = f" ({more} more {'reply' if more == 1 else 'replies'} further down.)" if more else ""
    return _quoted(told[0], results) + others


def _answered(results: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [answer for answer in results["answers"] if answer["asked"] and answer["state"] == "answered"]


def _quoted(answer: Mapping[str, Any], results: Mapping[str, Any]) -> str:
    """Quote an answer, who says it first: the end of a long one may lack the room."""
    who = answer["by"]["name"]
    if answer["by"]["role"] != answer["role"]:
        who += f" ({answer['by']['role']}), in place of the {answer['role']}"
    about = f", on {_finding_named(answer['finding'], results)}" if answer["finding"] else ""
    return f"{who}, {answer['date']}{about}: “{' '.join(answer['text'].split())}”"


def _finding_named(name: str, results: Mapping[str, Any]) -> str:
    found = [finding for block in results["evidence"] for finding in block["findings"] if finding["id"] == name]
    return sentences.finding_named(found[0], results["evidence"]) if found else name


def _lapses(results: Mapping[str, Any]) -> str:
    found, title = results["determination"], _title(results["audit"]["system"])
    if found["triggers"]:
        return f"This audit no longer holds. {' '.join(found['triggers'])}"
    if found["lapses"]:
        return f"This audit is of {title} only. It lapses on {found['lapses']}, or with the next version."
    months = _count(found["lapses_after_months"], "month")
    return f"This audit is of {title} only, and lapses with its next version, or {months} after a decision."


def _title(system: Mapping[str, Any]) -> str:
    return f"{system['name']} {system['version']}".strip()


def chosen(evidence: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Choose at most three findings, worst first: the worst of each verdict present, then the next worst.

    What blocks comes before what only explores; a baseline comes in only where there is nothing else.
    """
    findings = [finding for block in evidence for finding in block["findings"]]
    ranked = sorted(findings, key=_rank)
    first = {}
    for finding in ranked:
        if finding["blocks"]:
            first.setdefault(finding["verdict"], finding)
    picked = list(first.values())[:MOST]
    picked += [finding for finding in ranked if all(finding is not other for other in picked)][: MOST - len(picked)]
    return sorted(picked, key=_rank)


def _rank(finding: Mapping[str, Any]) -> tuple:
    gravity = finding["baseline"], not finding["blocks"], -SEVERITY[finding["verdict"]]
    # Shares of people are understood by everybody; areas and means come after them.
    of_values = all(group["events"] is None for group in finding.get("groups", ()))
    return *gravity, of_values, -excess(finding), finding["id"]


def excess(finding: Mapping[str, Any]) -> float:
    """How far outside its limit a finding's best estimate is, as a multiple of the limit; less than 0 where inside."""
    limit, estimate = finding["tolerance"]["value"], finding["estimate"]
    if estimate is None:
        return 0.0
    if finding["comparison"] == "ratio":
        return (limit - estimate) / limit
    return (estimate - limit) / limit


def _why(finding: Mapping[str, Any], about: str) -> dict[str, Any]:
    parts = [
        finding["sentence"],
        # Of groups that the plan foresaw to be too few, that is the reason.
        f"The plan named {sentences.listed(finding['too_few'])} as too few before any result."
        if finding["too_few"]
        else finding["reason_sentence"],
        finding.get("yearly", ""),
        finding["cleared_for"]["sentence"],
    ]
    # What is needed of a group that is left out stands there already.
    left = {entry["group"] for entry in finding["cleared_for"]["left"] if entry["needed"]}
    more = finding["more_records"]
    if more and not (finding["cleared_for"]["sentence"] and more["group"] in left):
        parts.append(more["sentence"])
    return {
        "id": finding["id"],
        "verdict": finding["verdict"],
        "baseline": finding["baseline"],
        "words": _verdict_words(finding),
        "about": about,
        "sentence": " ".join(part for part in parts if part),
    }


def _verdict_words(finding: Mapping[str, Any]) -> str:
    """Say the verdict, and where it does not decide, or holds up nothing but groups that are too few, that too."""
    if not (finding["blocks"] or finding["baseline"]):
        return f"{finding['words']} (explored: it does not decide, but wants an answer)"
    if finding["too_few"]:
        return f"{finding['words']} for groups that are too few, and within the limit for all others"
    return finding["words"]


def _more(evidence: Sequence[Mapping[str, Any]]) -> str:
    """Count the findings that can block adoption, the gravest verdict first."""
    verdicts = [finding["verdict"] for block in evidence for finding in block["findings"] if finding["blocks"]]
    if len(verdicts) < 2:
        return _also_outside(evidence).strip()
    gravest_first = sorted(set(verdicts), key=SEVERITY.get, reverse=True)
    parts = [
        f"{verdicts.count(v)} {_are(verdicts.count(v))} {sentences.VERDICT_WORDS[v].lower()}" for v in gravest_first
    ]
    said = f"Of {len(verdicts)} findings that can block adoption, {sentences.listed(parts)}."
    if len(gravest_first) == 1:
        words = sentences.VERDICT_WORDS[gravest_first[0]].lower()
        said = f"All {len(verdicts)} findings that can block adoption are {words}."
    return said + _also_outside(evidence)


def _also_outside(evidence: Sequence[Mapping[str, Any]]) -> str:
    """Name what is outside its limit and has no place among the reasons."""
    shown = [finding["id"] for finding in chosen(evidence)]
    findings = sorted((finding for block in evidence for finding in block["findings"]), key=_rank)
    others = [f for f in findings if f["verdict"] == "flagged" and f["id"] not in shown]
    if not others:
        return ""
    names = [
        f"{sentences.finding_named(f, evidence)}{'' if f['blocks'] else ' (explored, does not block)'}" for f in others
    ]
    return f" Also outside: {'; '.join(names[:MOST])}{'; and others' if len(names) > MOST else ''}."


def _moved(results: Mapping[str, Any]) -> str:
    """Say how many verdicts are others than in the earlier report that was named."""
    since = results.get("since")
    if not since:
        return ""
    changed = since["changed"]
    verdicts = "no verdict has" if not changed else "1 verdict has" if changed == 1 else f"{changed} verdicts have"
    plan = "" if since["same_plan"] else ", under a plan that was changed"
    return f"Since the report of {since['day']}, {verdicts} changed{plan}."


def _sureness(evidence: Sequence[Mapping[str, Any]]) -> str:
    """Say what "shown" means."""
    if all(finding["baseline"] for block in evidence for finding in block["findings"]):
        return ""
    most = max(block["alpha"] for block in evidence)
    errs = f"Shown means: by a rule that errs at most {sentences.digits(100 * most, None, 'up')} times in 100."
    return f"{errs} “At least” and “at most” are what it shows; a best estimate is the likeliest number."


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _status(audit: Mapping[str, Any], evidence: Sequence[Mapping[str, Any]]) -> list[str]:
    # A rehearsal shows no result, so that it does not matter yet what was registered.
    parts = [_copy(audit), *([] if audit["rehearsal"] else [audit["registration"]["words"]])]
    looks = len(audit["registration"]["looks"])
    if looks > 1:
        parts.append(f"{looks} looks at data, as stated by whoever kept the log.")
    if audit["rehearsal"]:
        parts.insert(0, "REHEARSAL: the groups' labels were shuffled. Nothing here is a result.")
    if audit["demonstration"]:
        made_up = [block["origin"] == "synthetic" for block in evidence]
        parts.insert(0, DEMONSTRATION["all" if all(made_up) else "some"])
    return parts


def _copy(audit: Mapping[str, Any]) -> str:
    """Say which copy this is; of the public one, by which rule counts are hidden, and how many."""
    if audit["copy"] == "internal":
        return "Internal copy."
    smallest = max(audit["smallest_cell"].values(), default=1) - 1
    hidden = audit["disclosure"]["hidden"]
    told = "none had to be" if not hidden else f"{_count(hidden, 'row')} of groups {'is' if hidden == 1 else 'are'}"
    return f"Public copy: counts of 1 to {smallest}, and what would give them away, are hidden ({told})."


def _tested(block: Mapping[str, Any]) -> str:
    """Say whose decisions, from where, counted by whom, when; and who could not be placed in a group."""
    records = block["records"]
    left_out = sum(records["left_out"].values())
    period = f", {block['period']}" if block["period"] else ""
    kept = "A few" if records["kept"] is None else f"{records['kept']:,}"
    baseline = block["decided_by"] == "todays_process"
    parts = [
        block["question"] or f"Evidence {block['id']}.",
        WHOSE[block["decided_by"]] if baseline else "",
        f"{kept} {ORIGINS[block['origin']]}{period}.",
        "" if block["unit"] == "one record" else f"Each is {block['unit']}.",
        f"{left_out:,} other rows were left out as the plan says." if left_out else "",
        "The counts were received, not made from records here." if block["from_counts"] else "",
        (("" if baseline else WHOSE[block["decided_by"]]) + _unknown_people(block)).strip(),
        # Last: where there is no room for all, who counted matters less than who is unknown.
        f"Counted by {block['counted_by']}." if block["counted_by"] else "",
    ]
    return " ".join(part for part in parts if part)


def _unknown_people(block: Mapping[str, Any]) -> str:
    """Say for how many the group is not known, and whether the worst they could change decides."""
    shares = [
        (row["hidden"]["share"][1] if "hidden" in row else row["share"] or 0, attribute["name"], "hidden" in row)
        for attribute in block["attributes"]
        for row in attribute["groups"]
        if row["unknown"]
    ]
    share, name, hidden = max(shares, default=(0, "", False))
    some = [attribute["name"] for attribute in block["attributes"] if "" in attribute.get("not_told", ())]
    told = (
        f" For {'up to ' if hidden else ''}{sentences.percent(share)} the {name.replace('_', ' ')} is not known"
        if share
        else f" For some the {some[0].replace('_', ' ')} is not known, and this copy does not tell how many"
        if some
        else ""
    )
    unknown = [finding["unknown"] for finding in block["findings"] if finding["blocks"]]
    worst = [entry["share"] for entry in unknown if entry["worst_case_decides"]]
    if not worst and not told:
        return ""
    if not worst:
        return f"{told}: few enough that the worst need not be assumed of them." if unknown else f"{told}."
    which = "every finding" if len(worst) == len(unknown) else f"{len(worst)} of {_count(len(unknown), 'finding')}"
    known = [share for share in worst if share is not None]
    much = f"up to {sentences.percent(max(known))} is missing" if len(known) == len(worst) else "some are missing"
    missing = f"In {which} that can block, {much}"
    told = f"{told}." if told else ""
    return f"{told} {missing}: within the limit then means even with the missing at their worst."


def _decided(determination: Mapping[str, Any]) -> list[str]:
    """Say what has been decided, and what would change it; nothing where no decision stands."""
    decision = determination["decision"]
    if not (decision["decision"] and decision["stands"]):
        return []
    return [
        f"{decision['words']} The statement and the conditions stand further down.",
        "Anything else: by another decision, on what is found and answered then.",
    ]


def _decide(state: str, evidence: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say what may still be decided, and what each would take."""
    blocking = [finding for block in evidence for finding in block["findings"] if finding["blocks"]]
    flagged = [finding for finding in blocking if finding["verdict"] == "flagged"]
    unsettled = [finding for finding in blocking if finding["verdict"] == "not_demonstrated"]
    decline = "No, or later: always possible."
    if state == "supported":
        return [
            "Yes: the evidence allows it; a named person must still decide and sign.",
            "With conditions, or a pilot: likewise.",
            decline,
        ]
    if state == "supported_with_conditions":
        but_for = _count(len(unsettled), "finding")
        return [
            f"Yes, without conditions: not on this evidence ({but_for} not shown for groups that are too few).",
            f"With conditions, or a pilot: the evidence allows it; a named person must still decide and sign. "
            f"{' '.join(_conditions(evidence))}",
            decline,
        ]
    if flagged:
        broken = _count(len(flagged), "finding")
        return [
            (
                f"Yes: only against the evidence. A named approver would have to justify {broken} outside "
                "the limit in writing."
            ),
            (
                "With conditions, or a pilot: not on this evidence. The vendor can mend the system, and its next "
                "version be audited."
            ),
            decline,
        ]
    if not blocking:
        return [
            "Yes: not on this evidence, which holds nothing of the system's own decisions that could support it.",
            "With conditions, or a pilot: a pilot may gather records of what the system itself decides.",
            decline,
        ]
    unexplained = dict.fromkeys(f["title"] for f in blocking if not f["tolerance"]["because"])
    if unexplained and not unsettled:
        titles = sentences.listed(list(unexplained))
        return [
            f"Yes: once somebody has said who chose the limit of {titles}, and why.",
            "With conditions, or a pilot: likewise.",
            decline,
        ]
    what = f" ({_count(len(unsettled), 'finding')} not shown either way)" if unsettled else ""
    return [
        f"Yes: not on this evidence{what}.",
        f"With conditions, or a pilot: {_what_would_settle(unsettled)}",
        decline,
    ]


def _conditions(evidence: Sequence[Mapping[str, Any]]) -> list[str]:
    """Write the conditions that the plan sets for groups that are too few, each once."""
    said = [
        f"For {sentences.listed([name for names in each['groups'].values() for name in names])}: "
        f"{each['monitoring'].rstrip('.')}; {each['stop_rule'].rstrip('.')}; decided anew by {each['until']}; "
        f"{each['owner'].rstrip('.')} answers for it."
        for block in evidence
        for each in block["conditions"]
    ]
    return list(dict.fromkeys(said))


def _what_would_settle(unsettled: Sequence[Mapping[str, Any]]) -> str:
    """Say whether more records could settle what is not shown either way."""
    told_of = [f["more_records"] for f in unsettled if f["more_records"] and f["more_records"]["needed"]]
    needed = {more["group"]: more for more in sorted(told_of, key=lambda more: more["needed"])}
    leaning = sum(1 for f in unsettled if f["reason"] == "leaning_outside" or excess(f) > 0)
    told = "a pilot may gather the records that settle it."
    if needed:
        groups = [f"{name}: about {more['needed']:,}; there are {more['have']:,}" for name, more in needed.items()]
        others = f"; and {len(groups) - MOST} more" if len(groups) > MOST else ""
        told = f"a pilot may gather the records that settle it ({'; '.join(groups[:MOST])}{others})."
    hang = [f for f in unsettled if f["reason"] == "unknowns"]
    if hang and len(hang) == len(unsettled):
        told = "more records like these would not settle it."
    if hang:
        told += (
            f" {_count(len(hang), 'finding')} {'hangs' if len(hang) == 1 else 'hang'} on what is unknown: find it out."
        )
    weighed = [f for f in unsettled if f["reason"] in ("weighing", "cannot_weigh")]
    if weighed and len(weighed) == len(unsettled):
        told = "records of other people than these would be needed."
    if weighed:
        told += (
            f" {_count(len(weighed), 'finding')} {'does' if len(weighed) == 1 else 'do'} not hold for the population."
        )
    if leaning:
        told += (
            f" {_count(leaning, 'finding')} {'leans' if leaning == 1 else 'lean'} outside the limit: more "
            "records may show it broken."
        )
    return told


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _open(questions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Count what is open, and give the first item of each role with how many are theirs."""
    theirs: dict[str, list[str]] = {}
    for question in gravest_first(questions):
        theirs.setdefault(question["role"], []).append(question["question"])
    items = [{"role": role, "question": texts[0], "count": len(texts)} for role, texts in theirs.items()]
    return {"count": len(questions), "blocking": sum(q["blocks"] for q in questions), "items": items}


def _standing_caveats(evidence: Sequence[Mapping[str, Any]]) -> list[str]:
    told = ["Anything about people unlike those in the records, or about other places and years."]
    if any("outcome" in finding["measure"] for block in evidence for finding in block["findings"]):
        told.append("Whether the recorded outcome is the truth.")
    kinds = {block["kind"] for block in evidence}
    return told + [caveat for kind, caveat in OF_KINDS.items() if kind in kinds]


OF_KINDS = {
    "places": "Who within an area is reached: areas are not people.",
    "representation": "Who of those reached has been helped, and who of the others wanted to be.",
    "pairs": "How people fare who differ in more than the tests let them.",
    "matching": "Whether the pairs that were looked at are like those that the system will look at.",
}
"""What evidence of a kind can never tell."""


def _warnings(results: Mapping[str, Any]) -> list[str]:
    """Say what to know before trusting the page: own code, loose limits, tables that disagree."""
    told = [
        f"Code of the audit's own ran: {entry['file']} (SHA-256 {entry['sha256'][:12]}...)."
        for entry in results["audit"]["code"]
    ]
    if drafted := results["audit"]["drafted"]:
        told.append(f"The plan is not finished: {sentences.listed(drafted)} still as `fairaudit init` wrote it.")
    loose = dict.fromkeys(
        f["title"]
        for block in results["evidence"]
        for f in block["findings"]
        if f["blocks"] and any(c["tolerance"]["loosest"] for c in f["comparisons"])
    )
    told += [f"The limit of {title} is looser than any on file." for title in loose]
    told += [line for block in results["evidence"] for line in _lenient(block)]
    if disagree := [text for block in results["evidence"] for text in block["contradictions"]]:
        told.append(
            f"The counts received contradict each other in {_count(len(disagree), 'place')}: see the assumptions."
        )
    told += [line for block in results["evidence"] for line in _repeated(block)]
    told += [line for block in results["evidence"] for line in _nothing_open(block)]
    return told


def _nothing_open(block: Mapping[str, Any]) -> list[str]:
    """Say where no wait still goes on, as where somebody has left out those that do."""
    if block["kind"] != "waits" or block["still_open"] != 0:
        return []
    return [f"In {block['id']} no wait still goes on: ask whether those that do were left out."]


def _repeated(block: Mapping[str, Any]) -> list[str]:
    """Say where more records than a few stand there twice."""
    rows = block["attributes"][0]["groups"] if block["attributes"] else []
    twice, kept = sum(row["duplicates"] or 0 for row in rows), block["records"]["kept"]
    if twice <= USUAL * kept:
        return []
    return [f"Of {kept:,} records of {block['id']}, {twice:,} repeat the key of another one, and count all the same."]


def _lenient(block: Mapping[str, Any]) -> list[str]:
    """Say where a plan asks for less proof than is usual."""
    told = []
    if block["alpha_of_all_looks"] > USUAL:
        often = sentences.digits(100 * block["alpha_of_all_looks"])
        told.append(f"The plan of {block['id']} lets a verdict be wrong {often} times in 100; 5 is usual.")
    limits = [finding["unknown"]["limit"] for finding in block["findings"]]
    if limits and limits[0] > USUAL:
        share = sentences.digits(100 * limits[0])
        told.append(f"The plan of {block['id']} lets {share}% be unknown before the worst case decides; 5% is usual.")
    return told
