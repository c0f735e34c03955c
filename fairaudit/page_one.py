"""Page one: what a reader with ten minutes and no statistics needs, as sentences, before any template sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fairaudit import sentences
from fairaudit.languages import marked, say, say_count
from fairaudit.verdicts import SEVERITY
from fairaudit.workflow.completeness import gravest_first
from fairaudit.workflow.roles import ROLES

MOST = 3
USUAL = 0.05
WHOSE = {
    "this_system": marked("The system itself made these decisions."),
    "this_system_elsewhere": marked("The system itself made these decisions, somewhere else."),
    "todays_process": marked(
        "The decisions are those of today's process, not of the system: a baseline that says nothing about it."
    ),
}
ORIGINS = {
    "historical": marked("{kept} records of real cases"),
    "pooled": marked("{kept} records pooled from several places"),
    "test": marked("{kept} test records"),
    "synthetic": marked("{kept} made-up records"),
}
FEW_OF = {
    "historical": marked("A few records of real cases"),
    "pooled": marked("A few records pooled from several places"),
    "test": marked("A few test records"),
    "synthetic": marked("A few made-up records"),
}

DEMONSTRATION = {
    "all": marked("DEMONSTRATION: the records are made up. Nothing here is true of anybody."),
    "some": marked("DEMONSTRATION: some of the records are made up. What they show is true of nobody."),
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
        "agency": say("Audit for {agency}", agency=system["agency"]) if system["agency"] else "",
        "decides": say("It decides {what}.", what=system["decides"]) if system["decides"] else "",
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
        "decide": _decided(determination) or _decide(determination["evidence_state"], results),
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
        f"{each['by']['name']}, {say(each['by']['role'])}"
        for each in results["sign_offs"]
        if each["dissents"] and not each["replaced"]
    ]
    told = say("This informs a decision by a named person; no one has signed yet.")
    waits = _holding_up(results["open_questions"])
    if waits and results["determination"]["evidence_state"] in ("supported", "supported_with_conditions"):
        told = say_count(
            waits,
            "Not yet: {count} open question or signature holds up adoption. This informs a decision by a named person.",
            "Not yet: {count} open questions and signatures hold up adoption. This informs a decision by a named "
            "person.",
        )
    if decision["decision"]:
        told = decision["words"]
        if not decision["stands"]:
            reasons = " ".join(decision["reasons"])
            told += " " + say("That decision does not stand: {reasons}", reasons=reasons)
    if dissent:
        told += " " + say("In dissent signed: {names}.", names="; ".join(dissent))
    return told + " " + say("This page is not a finding about the law.")


def _community(results: Mapping[str, Any]) -> str:
    """Quote what the community says to what was found; else what it said before limits were set."""
    if found := _said(results, "community-says"):
        return found
    role = ROLES["community"]
    early = [answer for answer in _answered(results) if answer["role"] == role and answer["by"]["role"] == role]
    if not early:
        return say("The community has not been asked.")
    quoted = _quoted(early[0], results)
    return say("Not asked yet about what was found. Before limits were set, {quoted}", quoted=quoted)


def _vendor_silent(results: Mapping[str, Any]) -> str:
    """Say why no reply of the vendor is quoted: it is asked for one on findings that are not cleared only."""
    if any(answer["id"].startswith("vendor-reply:") and answer["asked"] for answer in results["answers"]):
        return say("The vendor has not answered.")
    if any(answer["by"]["role"] == ROLES["vendor"] for answer in _answered(results)):
        return say("No finding asks for a reply. What the vendor answered stands further down.")
    return say("No finding asks for a reply, and the vendor has not answered anything else.")


def _said(results: Mapping[str, Any], question: str) -> str:
    """Quote the first answer to a question; empty where there is none."""
    told = [answer for answer in _answered(results) if answer["id"].partition(":")[0] == question]
    if not told:
        return ""
    more = len(told) - 1
    quoted = _quoted(told[0], results)
    if not more:
        return quoted
    return say_count(
        more,
        "{quoted} ({count} more reply further down.)",
        "{quoted} ({count} more replies further down.)",
        quoted=quoted,
    )


def _answered(results: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [answer for answer in results["answers"] if answer["asked"] and answer["state"] == "answered"]


def _quoted(answer: Mapping[str, Any], results: Mapping[str, Any]) -> str:
    """Quote an answer, who says it first: the end of a long one may lack the room."""
    by = answer["by"]
    who = by["name"]
    if by["role"] != answer["role"]:
        who = say("{name} ({role}), in place of the {other}", name=who, role=say(by["role"]), other=say(answer["role"]))
    told = {"who": who, "date": answer["date"], "words": " ".join(answer["text"].split())}
    if not answer["finding"]:
        return say("{who}, {date}: “{words}”", **told)
    return say("{who}, {date}, on {finding}: “{words}”", finding=_finding_named(answer["finding"], results), **told)


def _finding_named(name: str, results: Mapping[str, Any]) -> str:
    found = [finding for block in results["evidence"] for finding in block["findings"] if finding["id"] == name]
    return sentences.finding_named(found[0], results["evidence"]) if found else name


def _lapses(results: Mapping[str, Any]) -> str:
    found, title = results["determination"], _title(results["audit"]["system"])
    if found["triggers"]:
        return say("This audit no longer holds. {reasons}", reasons=" ".join(found["triggers"]))
    if found["lapses"]:
        told = {"system": title, "day": found["lapses"]}
        return say("This audit is of {system} only. It lapses on {day}, or with the next version.", **told)
    return say_count(
        found["lapses_after_months"],
        "This audit is of {system} only, and lapses with its next version, or {count} month after a decision.",
        "This audit is of {system} only, and lapses with its next version, or {count} months after a decision.",
        system=title,
    )


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
        say("The plan named {groups} as too few before any result.", groups=sentences.listed(finding["too_few"]))
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
        return say("{verdict} (explored: it does not decide, but wants an answer)", verdict=finding["words"])
    if finding["too_few"]:
        return say(
            "{verdict} for groups that are too few, and within the limit for all others", verdict=finding["words"]
        )
    return finding["words"]


def _more(evidence: Sequence[Mapping[str, Any]]) -> str:
    """Count the findings that can block adoption, the gravest verdict first."""
    verdicts = [finding["verdict"] for block in evidence for finding in block["findings"] if finding["blocks"]]
    if len(verdicts) < 2:
        return _also_outside(evidence).strip()
    gravest_first = sorted(set(verdicts), key=SEVERITY.get, reverse=True)
    parts = [_counted(verdict, verdicts.count(verdict)) for verdict in gravest_first]
    told = {"number": len(verdicts), "parts": sentences.listed(parts)}
    said = say("Of {number} findings that can block adoption, {parts}.", **told)
    if len(gravest_first) == 1:
        said = say(ALL_ARE[gravest_first[0]], number=len(verdicts))
    return said + _also_outside(evidence)


ALL_ARE = {
    "flagged": marked("All {number} findings that can block adoption are shown to be outside the limit."),
    "not_demonstrated": marked("All {number} findings that can block adoption are not shown either way."),
    "cleared": marked("All {number} findings that can block adoption are shown to be within the limit."),
}


def _counted(verdict: str, number: int) -> str:
    """Count the findings of a verdict."""
    if verdict == "flagged":
        return say_count(
            number, "{count} is shown to be outside the limit", "{count} are shown to be outside the limit"
        )
    if verdict == "cleared":
        return say_count(number, "{count} is shown to be within the limit", "{count} are shown to be within the limit")
    return say_count(number, "{count} is not shown either way", "{count} are not shown either way")


def _also_outside(evidence: Sequence[Mapping[str, Any]]) -> str:
    """Name what is outside its limit and has no place among the reasons."""
    shown = [finding["id"] for finding in chosen(evidence)]
    findings = sorted((finding for block in evidence for finding in block["findings"]), key=_rank)
    others = [f for f in findings if f["verdict"] == "flagged" and f["id"] not in shown]
    if not others:
        return ""
    names = [sentences.finding_named(finding, evidence) for finding in others]
    told = [
        name if finding["blocks"] else say("{name} (explored, does not block)", name=name)
        for name, finding in zip(names, others, strict=True)
    ]
    shown = "; ".join(told[:MOST])
    if len(told) > MOST:
        return " " + say("Also outside: {names}; and others.", names=shown)
    return " " + say("Also outside: {names}.", names=shown)


def _moved(results: Mapping[str, Any]) -> str:
    """Say how many verdicts are others than in the earlier report that was named."""
    since = results.get("since")
    if not since:
        return ""
    changed = since["changed"]
    day = since["day"]
    if not changed and since["same_plan"]:
        return say("Since the report of {day}, no verdict has changed.", day=day)
    if not changed:
        return say("Since the report of {day}, no verdict has changed, under a plan that was changed.", day=day)
    if since["same_plan"]:
        return say_count(
            changed,
            "Since the report of {day}, {count} verdict has changed.",
            "Since the report of {day}, {count} verdicts have changed.",
            day=day,
        )
    return say_count(
        changed,
        "Since the report of {day}, {count} verdict has changed, under a plan that was changed.",
        "Since the report of {day}, {count} verdicts have changed, under a plan that was changed.",
        day=day,
    )


def _sureness(evidence: Sequence[Mapping[str, Any]]) -> str:
    """Say what "shown" means."""
    if all(finding["baseline"] for block in evidence for finding in block["findings"]):
        return ""
    most = max(block["alpha"] for block in evidence)
    return say(
        "Shown means: by a rule whose risk of being wrong is at most {times}%, whatever the limit is. “At least” and "
        "“at most” are what it shows; a best estimate is the likeliest number.",
        times=sentences.digits(100 * most, None, "up"),
    )


def _status(audit: Mapping[str, Any], evidence: Sequence[Mapping[str, Any]]) -> list[str]:
    # A rehearsal shows no result, so that it does not matter yet what was registered.
    parts = [_copy(audit), *([] if audit["rehearsal"] else [audit["registration"]["words"]])]
    looks = len(audit["registration"]["looks"])
    if looks > 1:
        parts.append(say("{looks} looks at data, as stated by whoever kept the log.", looks=looks))
    if audit["rehearsal"]:
        parts.insert(0, say("REHEARSAL: the groups' labels were shuffled. Nothing here is a result."))
    if audit["demonstration"]:
        made_up = [block["origin"] == "synthetic" for block in evidence]
        parts.insert(0, say(DEMONSTRATION["all" if all(made_up) else "some"]))
    return parts


def _copy(audit: Mapping[str, Any]) -> str:
    """Say which copy this is; of the public one, by which rule counts are hidden, and how many."""
    if audit["copy"] == "internal":
        return say("Internal copy.")
    smallest = max(audit["smallest_cell"].values(), default=1) - 1
    hidden = audit["disclosure"]["hidden"]
    if not hidden:
        return say(
            "Public copy: counts of 1 to {smallest}, and what would give them away, are hidden (none had to be).",
            smallest=smallest,
        )
    return say_count(
        hidden,
        "Public copy: counts of 1 to {smallest}, and what would give them away, are hidden ({rows} row of groups is).",
        "Public copy: counts of 1 to {smallest}, and what would give them away, are hidden "
        "({rows} rows of groups are).",
        smallest=smallest,
        rows=hidden,
    )


def _tested(block: Mapping[str, Any]) -> str:
    """Say whose decisions, from where, counted by whom, when; and who could not be placed in a group."""
    records = block["records"]
    left_out = sum(records["left_out"].values())
    whose, baseline = say(WHOSE[block["decided_by"]]), block["decided_by"] == "todays_process"
    parts = [
        block["question"] or say("Evidence {name}.", name=block["id"]),
        whose if baseline else "",
        _records(block),
        "" if block["unit"] == "one record" else say("Each is {unit}.", unit=block["unit"]),
        say("{number:,} other rows were left out as the plan says.", number=left_out) if left_out else "",
        _whose_counts(block),
        "" if baseline else whose,
        *_unknown_people(block),
        # Last: where there is no room for all, who counted matters less than who is unknown.
        say("Counted by {name}.", name=block["counted_by"])
        if block["counted_by"] and block["counts_from"] != "vendor"
        else "",
    ]
    return " ".join(part for part in parts if part)


COUNTED = {
    "vendor": marked("Counted by the vendor, not by us."),
    "agency": marked("Counted by the agency's own office; only the counts were received."),
    "published": marked("Published counts, not made from records here."),
    "unsaid": marked("The counts were received, not made from records here; the plan does not say from whom."),
}


def _whose_counts(block: Mapping[str, Any]) -> str:
    """Say whose counts were received; nothing where records were counted here."""
    if not block["from_counts"]:
        return ""
    if block["counts_from"] == "vendor" and block["counted_by"]:
        return say("Counted by the vendor ({name}), not by us.", name=block["counted_by"])
    return say(COUNTED[block["counts_from"]])


def _records(block: Mapping[str, Any]) -> str:
    """Say how many records of what kind there are, and of when."""
    kept, origin = block["records"]["kept"], block["origin"]
    what = say(FEW_OF[origin]) if kept is None else say(ORIGINS[origin], kept=f"{kept:,}")
    return f"{what}, {block['period']}." if block["period"] else f"{what}."


NOT_KNOWN = {
    # by how many, and whether they are few enough
    ("share", False): marked("For {share} the {attribute} is not known."),
    ("share", True): marked(
        "For {share} the {attribute} is not known: so few, by the plan's rule, that the worst case was not assumed."
    ),
    ("up to", False): marked("For up to {share} the {attribute} is not known."),
    ("up to", True): marked(
        "For up to {share} the {attribute} is not known: so few, by the plan's rule, that the worst case was not "
        "assumed."
    ),
    ("some", False): marked("For some the {attribute} is not known, and this copy does not tell how many."),
    ("some", True): marked(
        "For some the {attribute} is not known, and this copy does not tell how many: so few, by the plan's rule, "
        "that the worst case was not assumed."
    ),
}


def _unknown_people(block: Mapping[str, Any]) -> list[str]:
    """Say for how many the group is not known, and whether the worst they could change decides."""
    shares = [
        (row["hidden"]["share"][1] if "hidden" in row else row["share"] or 0, attribute["name"], "hidden" in row)
        for attribute in block["attributes"]
        for row in attribute["groups"]
        if row["unknown"]
    ]
    share, name, hidden = max(shares, default=(0, "", False))
    some = [attribute["name"] for attribute in block["attributes"] if "" in attribute.get("not_told", ())]
    unknown = [finding["unknown"] for finding in block["findings"] if finding["blocks"]]
    worst = [entry["share"] for entry in unknown if entry["worst_case_decides"]]
    told = []
    if share or some:
        many = "up to" if hidden and share else "share" if share else "some"
        attribute = (name if share else some[0]).replace("_", " ")
        few = bool(unknown) and not worst
        told.append(say(NOT_KNOWN[many, few], share=sentences.percent(share), attribute=attribute))
    return [*told, *([_at_their_worst(worst, len(unknown))] if worst else [])]


def _at_their_worst(worst: Sequence[float | None], findings: int) -> str:
    """Say in how many findings so much is missing that it is taken at its worst."""
    most = None if None in worst else sentences.percent(max(worst))
    if len(worst) == findings:
        if most is None:
            return say(
                "In every finding that can block, some are missing: within the limit then means even with the missing "
                "at their worst."
            )
        return say(
            "In every finding that can block, up to {share} is missing: within the limit then means even with the "
            "missing at their worst.",
            share=most,
        )
    if most is None:
        return say_count(
            findings,
            "In {some} of {count} finding that can block, some are missing: within the limit then means even with the "
            "missing at their worst.",
            "In {some} of {count} findings that can block, some are missing: within the limit then means even with "
            "the missing at their worst.",
            some=len(worst),
        )
    return say_count(
        findings,
        "In {some} of {count} finding that can block, up to {share} is missing: within the limit then means even with "
        "the missing at their worst.",
        "In {some} of {count} findings that can block, up to {share} is missing: within the limit then means even "
        "with the missing at their worst.",
        some=len(worst),
        share=most,
    )


def _decided(determination: Mapping[str, Any]) -> list[str]:
    """Say what has been decided, and what would change it; nothing where no decision stands."""
    decision = determination["decision"]
    if not (decision["decision"] and decision["stands"]):
        return []
    return [
        decision["words"] + " " + say("The statement and the conditions stand further down."),
        say("Anything else: by another decision, on what is found and answered then."),
    ]


def _decide(state: str, results: Mapping[str, Any]) -> list[str]:
    """Say what may still be decided, and what each would take."""
    waits = _holding_up(results["open_questions"])
    return [*_yes_or_with_conditions(state, results["evidence"], waits), say("No, or later: always possible.")]


def _yes_or_with_conditions(state: str, evidence: Sequence[Mapping[str, Any]], waits: int) -> tuple[str, str]:
    """Say what adopting would take, without conditions and with them, where so many open items hold it up."""
    blocking = [finding for block in evidence for finding in block["findings"] if finding["blocks"]]
    flagged = [finding for finding in blocking if finding["verdict"] == "flagged"]
    unsettled = [finding for finding in blocking if finding["verdict"] == "not_demonstrated"]
    likewise = say("With conditions, or a pilot: the same holds.")
    if state == "supported" and waits:
        return (
            say_count(
                waits,
                "Yes, but not yet: {count} open item holds it up. Then the evidence allows it, and a named person must "
                "decide and sign.",
                "Yes, but not yet: {count} open items hold it up. Then the evidence allows it, and a named person must "
                "decide and sign.",
            ),
            likewise,
        )
    if state == "supported":
        return say("Yes: the evidence allows it; a named person must still decide and sign."), likewise
    if state == "supported_with_conditions":
        return (
            say_count(
                len(unsettled),
                "Yes, without conditions: not on this evidence ({count} finding not shown for groups that are too "
                "few).",
                "Yes, without conditions: not on this evidence ({count} findings not shown for groups that are too "
                "few).",
            ),
            say(
                "With conditions, or a pilot: the evidence allows it; a named person must still decide and sign. "
                "{conditions}",
                conditions=" ".join(_conditions(evidence)),
            ),
        )
    if flagged:
        return (
            say_count(
                len(flagged),
                "Yes: only against the evidence. A named approver would have to justify {count} finding outside the "
                "limit in writing.",
                "Yes: only against the evidence. A named approver would have to justify {count} findings outside the "
                "limit in writing.",
            ),
            say(
                "With conditions, or a pilot: not on this evidence. The vendor can mend the system, and its next "
                "version be audited."
            ),
        )
    if not blocking:
        return (
            say("Yes: not on this evidence, which holds nothing of the system's own decisions that could support it."),
            say("With conditions, or a pilot: a pilot may gather records of what the system itself decides."),
        )
    unexplained = dict.fromkeys(f["title"] for f in blocking if not f["tolerance"]["because"])
    if unexplained and not unsettled:
        titles = sentences.listed(list(unexplained))
        return say("Yes: once somebody has said who chose the limit of {titles}, and why.", titles=titles), likewise
    told = say("With conditions, or a pilot: {what}", what=_what_would_settle(unsettled))
    if not unsettled:
        return say("Yes: not on this evidence."), told
    return (
        say_count(
            len(unsettled),
            "Yes: not on this evidence ({count} finding not shown either way).",
            "Yes: not on this evidence ({count} findings not shown either way).",
        ),
        told,
    )


def _conditions(evidence: Sequence[Mapping[str, Any]]) -> list[str]:
    """Write the conditions that the plan sets for groups that are too few, each once."""
    said = [
        say(
            "For {groups}: {monitoring}; {stop_rule}; decided anew by {until}; {owner} answers for it.",
            groups=sentences.listed([name for names in each["groups"].values() for name in names]),
            until=each["until"],
            **{key: each[key].rstrip(".") for key in ("monitoring", "stop_rule", "owner")},
        )
        for block in evidence
        for each in block["conditions"]
    ]
    return list(dict.fromkeys(said))


def _what_would_settle(unsettled: Sequence[Mapping[str, Any]]) -> str:
    """Say whether more records could settle what is not shown either way."""
    leaning = sum(1 for f in unsettled if f["reason"] == "leaning_outside" or excess(f) > 0)
    hang = [f for f in unsettled if f["reason"] == "unknowns"]
    weighed = [f for f in unsettled if f["reason"] in ("weighing", "cannot_weigh")]
    told = [_records_that_settle(unsettled)]
    if hang and len(hang) == len(unsettled):
        told = [say("more records like these would not settle it.")]
    if weighed and len(weighed) == len(unsettled):
        told = [say("records of other people than these would be needed.")]
    if hang:
        told.append(
            say_count(
                len(hang),
                "{count} finding hangs on what is unknown: find it out.",
                "{count} findings hang on what is unknown: find it out.",
            )
        )
    if weighed:
        told.append(
            say_count(
                len(weighed),
                "{count} finding does not hold for the population.",
                "{count} findings do not hold for the population.",
            )
        )
    if leaning:
        told.append(
            say_count(
                leaning,
                "{count} finding leans outside the limit: more records may show it broken.",
                "{count} findings lean outside the limit: more records may show it broken.",
            )
        )
    return " ".join(told)


def _records_that_settle(unsettled: Sequence[Mapping[str, Any]]) -> str:
    """Say of whom a pilot would have to gather how many records."""
    told_of = [f["more_records"] for f in unsettled if f["more_records"] and f["more_records"]["needed"]]
    needed = {more["group"]: more for more in sorted(told_of, key=lambda more: more["needed"])}
    if not needed:
        return say("a pilot may gather the records that settle it.")
    groups = [
        say("{group}: about {needed:,}; there are {have:,}", group=name, needed=more["needed"], have=more["have"])
        for name, more in needed.items()
    ]
    told, left = "; ".join(groups[:MOST]), len(groups) - MOST
    if left > 0:
        return say("a pilot may gather the records that settle it ({groups}; and {left} more).", groups=told, left=left)
    return say("a pilot may gather the records that settle it ({groups}).", groups=told)


def _holding_up(questions: Sequence[Mapping[str, Any]]) -> int:
    """Count what holds up adoption while it is open."""
    return sum(question["blocks"] for question in questions)


def _open(questions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Count what is open, and give the first item of each role with how many are theirs."""
    theirs: dict[str, list[str]] = {}
    for question in gravest_first(questions):
        theirs.setdefault(question["role"], []).append(question["question"])
    items = [{"role": role, "question": texts[0], "count": len(texts)} for role, texts in theirs.items()]
    return {"count": len(questions), "blocking": _holding_up(questions), "items": items}


def _standing_caveats(evidence: Sequence[Mapping[str, Any]]) -> list[str]:
    told = [say("Anything about people unlike those in the records, or about other places and years.")]
    if any("outcome" in finding["measure"] for block in evidence for finding in block["findings"]):
        told.append(say("Whether the recorded outcome is the truth."))
    kinds = {block["kind"] for block in evidence}
    return told + [say(caveat) for kind, caveat in OF_KINDS.items() if kind in kinds]


OF_KINDS = {
    "places": marked("Who within an area is reached: areas are not people."),
    "representation": marked("Who of those reached has been helped, and who of the others wanted to be."),
    "pairs": marked("How people fare who differ in more than the tests let them."),
    "matching": marked("Whether the pairs that were looked at are like those that the system will look at."),
}
"""What evidence of a kind can never tell."""


def _warnings(results: Mapping[str, Any]) -> list[str]:
    """Say what to know before trusting the page: own code, loose limits, tables that disagree."""
    told = [
        say("Code of the audit's own ran: {file} (SHA-256 {hash}...).", file=entry["file"], hash=entry["sha256"][:12])
        for entry in results["audit"]["code"]
    ]
    if drafted := results["audit"]["drafted"]:
        keys = sentences.listed(drafted)
        told.append(say("The plan is not finished: {keys} still as `fairaudit init` wrote it.", keys=keys))
    loose = dict.fromkeys(
        f["title"]
        for block in results["evidence"]
        for f in block["findings"]
        if f["blocks"] and any(c["tolerance"]["loosest"] for c in f["comparisons"])
    )
    told += [say("The limit of {title} is looser than any on file.", title=title) for title in loose]
    told += [line for block in results["evidence"] for line in _lenient(block)]
    if disagree := [text for block in results["evidence"] for text in block["contradictions"]]:
        told.append(
            say_count(
                len(disagree),
                "The counts received contradict each other in {count} place: see the assumptions.",
                "The counts received contradict each other in {count} places: see the assumptions.",
            )
        )
    told += [line for block in results["evidence"] for line in _repeated(block)]
    told += [line for block in results["evidence"] for line in _nothing_open(block)]
    return told


def _nothing_open(block: Mapping[str, Any]) -> list[str]:
    """Say where no wait still goes on, as where somebody has left out those that do."""
    if block["kind"] != "waits" or block["still_open"] != 0:
        return []
    return [say("In {evidence} no wait still goes on: ask whether those that do were left out.", evidence=block["id"])]


def _repeated(block: Mapping[str, Any]) -> list[str]:
    """Say where more records than a few stand there twice."""
    rows = block["attributes"][0]["groups"] if block["attributes"] else []
    twice, kept = sum(row["duplicates"] or 0 for row in rows), block["records"]["kept"]
    if twice <= USUAL * kept:
        return []
    return [
        say(
            "Of {kept:,} records of {evidence}, {twice:,} repeat the key of another one, and count all the same.",
            kept=kept,
            evidence=block["id"],
            twice=twice,
        )
    ]


def _lenient(block: Mapping[str, Any]) -> list[str]:
    """Say where a plan asks for less proof than is usual."""
    told = []
    if block["alpha_of_all_looks"] > USUAL:
        often = sentences.digits(100 * block["alpha_of_all_looks"])
        told.append(
            say(
                "The plan of {evidence} lets a verdict be wrong {often} times in 100; 5 is usual.",
                evidence=block["id"],
                often=often,
            )
        )
    limits = [finding["unknown"]["limit"] for finding in block["findings"]]
    if limits and limits[0] > USUAL:
        share = sentences.digits(100 * limits[0])
        told.append(
            say(
                "The plan of {evidence} lets {share}% be unknown before the worst case decides; 5% is usual.",
                evidence=block["id"],
                share=share,
            )
        )
    return told
